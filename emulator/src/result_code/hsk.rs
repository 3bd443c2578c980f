//! Hardware-secured keys.

result_codes! {
    /// The key is made.
    HSK_CREATED = published "A266001", "the key was created";
    /// `hsmEnabled` of the service.
    CREATE_HSM_DISABLED = published "A266201", "the service has hsmEnabled off";
    /// `hsmEnabled` of the service.
    GET_HSM_DISABLED = published "A268201", "the service has hsmEnabled off";
    /// `hsmEnabled` of the service.
    LIST_HSM_DISABLED = published "A269201", "the service has hsmEnabled off";
    /// `hsmEnabled` of the service.
    DELETE_HSM_DISABLED = published "A270201", "the service has hsmEnabled off";
    /// `kty` is EC or RSA, `use` is sig or enc, and `alg` is one for both.
    HSK_PARAMETER_MISSING = published "A263201", "kty, use or alg is missing";
    /// `kty` is EC or RSA, `use` is sig or enc, and `alg` is one for both.
    HSK_PARAMETER_UNSUPPORTED = published "A263202", "kty, use or alg is not supported";
    /// `kty` is EC or RSA, `use` is sig or enc, and `alg` is one for both.
    HSK_ALGORITHM_OF_OTHER_USE = published "A263203", "alg is not for this use";
    /// `kty` is EC or RSA, `use` is sig or enc, and `alg` is one for both.
    HSK_ALGORITHM_OF_OTHER_TYPE = published "A263204", "alg is not for keys of this kty";
    /// The key is gone.
    HSK_DELETED = published "A270001", "the key was deleted";
    /// The key is there.
    HSK_FOUND = published "A268001", "the key was looked up";
    /// No key has the handle.
    GET_HSK_UNKNOWN = published "A268202", "no key has this handle";
    /// No key has the handle.
    DELETE_HSK_UNKNOWN = published "A270202", "no key has this handle";
    /// All keys.
    HSKS_LISTED = published "A269001", "the keys were looked up";
}
