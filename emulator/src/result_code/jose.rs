//! JOSE: keys, signatures and encryption.

result_codes! {
    /// All is in order.
    JOSE_VALID = "A160001", "the JOSE object is valid";
    /// The caller's fault.
    JOSE_MISSING = "A160201", "jose is missing";
    /// What is wrong with it stands beside.
    JOSE_INVALID = "A160301", "the JOSE object is not valid";
}
