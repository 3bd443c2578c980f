//! Standard introspection.

result_codes! {
    /// Also when the token is not active: RFC 7662 §2.2.
    STANDARD_INTROSPECTION_OK = published "A145001", "the introspection request was processed";
    STANDARD_INTROSPECTION_PARAMETERS_MISSING = published "A145201", "the API request lacks parameters";
    STANDARD_INTROSPECTION_PARAMETERS_NONE = published "A145301", "the introspection request has no parameters";
    /// RFC 9701 §5.
    STANDARD_INTROSPECTION_RS_URI_MISSING = own "A913201", "rsUri is missing, and the response is to be a JWT";
    /// RFC 9701 §6.
    STANDARD_INTROSPECTION_SIGNATURE = own "A913202", "no key fits introspectionSignAlg, or it is not supported";
    /// RFC 9701 §6.
    STANDARD_INTROSPECTION_ENCRYPTION = own "A913203", "no key fits introspectionEncryptionAlg, or it or introspectionEncryptionEnc is not supported";
    /// RFC 6749 §3.2.
    STANDARD_INTROSPECTION_PARAMETER_REPEATED = own "A913301", "a request parameter is included more than once";
    /// RFC 7662 §2.1.
    STANDARD_INTROSPECTION_TOKEN_MISSING = published "A145302", "token is missing";
}
