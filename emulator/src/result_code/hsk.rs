//! Hardware-secured keys.

result_codes! {
    HSK_CREATED = published "A266001", "the key was created";
    /// `hsmEnabled` of the service.
    CREATE_HSM_DISABLED = published "A266201", "the service has hsmEnabled off";
    /// `hsmEnabled` of the service.
    GET_HSM_DISABLED = published "A268201", "the service has hsmEnabled off";
    /// `hsmEnabled` of the service.
    LIST_HSM_DISABLED = published "A269201", "the service has hsmEnabled off";
    /// `hsmEnabled` of the service.
    DELETE_HSM_DISABLED = published "A270201", "the service has hsmEnabled off";
    /// `kty` must be EC or RSA, `use` must be sig or enc, and `alg` must fit both.
    HSK_PARAMETER_MISSING = published "A263201", "kty, use or alg is missing";
    /// `kty` must be EC or RSA, `use` must be sig or enc, and `alg` must fit both.
    HSK_PARAMETER_UNSUPPORTED = published "A263202", "kty, use or alg is not supported";
    /// `kty` must be EC or RSA, `use` must be sig or enc, and `alg` must fit both.
    HSK_ALGORITHM_OF_OTHER_USE = published "A263203", "alg is not for this use";
    /// `kty` must be EC or RSA, `use` must be sig or enc, and `alg` must fit both.
    HSK_ALGORITHM_OF_OTHER_TYPE = published "A263204", "alg is not for keys of this kty";
    HSK_DELETED = published "A270001", "the key was deleted";
    HSK_FOUND = published "A268001", "the key was looked up";
    GET_HSK_UNKNOWN = published "A268202", "no key has this handle";
    DELETE_HSK_UNKNOWN = published "A270202", "no key has this handle";
    HSKS_LISTED = published "A269001", "the keys were looked up";
}
