//! Hardware-secured keys.

result_codes! {
    /// The key is made.
    HSK_CREATED = own "A926001", "the key was created";
    /// `hsmEnabled` of the service.
    HSM_DISABLED = own "A926201", "the service has hsmEnabled off";
    /// `kty` is EC or RSA, `use` is sig or enc, and `alg` is one for both.
    HSK_PARAMETERS_INVALID = own "A926202", "kty, use and alg must be those of a key that can be made: EC or RSA, sig or enc";
    /// The key is gone.
    HSK_DELETED = own "A926002", "the key was deleted";
    /// The key is there.
    HSK_FOUND = own "A926003", "the key was looked up";
    /// No key has the handle.
    HSK_UNKNOWN = own "A926203", "no key has this handle";
    /// All keys.
    HSKS_LISTED = own "A926004", "the keys were looked up";
}
