//! JOSE: keys, signatures and encryption.

result_codes! {
    /// All is in order.
    JOSE_VALID = published "A160001", "the JOSE object is valid";
    /// The caller's fault.
    JOSE_MISSING = published "A160201", "jose is missing";
    /// What is wrong with it stands beside.
    JOSE_INVALID = own "A925301", "the JOSE object is not valid";
}
