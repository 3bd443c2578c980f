//! The users of the example `full`. Relying parties test the rest of it.

#[allow(dead_code, reason = "the example uses the rest")]
#[path = "../../../examples/full/users.rs"]
mod users;

use users::Users;

#[test]
fn one_time_codes_are_limited_by_account_although_the_password_is_right() {
    let users = Users::new();
    for _ in 0..10 {
        let login = users.check("alice", "wonderland", "000000").unwrap();
        assert!(login.is_some());
    }
    assert!(users.check("alice", "wonderland", "123456").is_err());
    assert!(users.check("alice", "wonderland", "").unwrap().is_some());
    assert!(users.check("bob", "builder", "123456").unwrap().is_some());
}
