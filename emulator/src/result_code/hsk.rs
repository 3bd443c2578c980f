//! Hardware-secured keys.

result_codes! {
    /// The key is made.
    HSK_CREATED = "A347001", "the key was created";
    /// `hsmEnabled` of the service.
    HSM_DISABLED = "A347201", "the service has hsmEnabled off";
    /// `kty` is EC or RSA, `use` is sig or enc, and `alg` is one for both.
    HSK_PARAMETERS_INVALID = "A347202", "kty, use and alg must be those of a key that can be made: EC or RSA, sig or enc";
    /// The key is gone.
    HSK_DELETED = "A348001", "the key was deleted";
    /// The key is there.
    HSK_FOUND = "A349001", "the key was looked up";
    /// No key has the handle.
    HSK_UNKNOWN = "A349201", "no key has this handle";
    /// All keys.
    HSKS_LISTED = "A350001", "the keys were looked up";
}
