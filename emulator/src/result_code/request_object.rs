//! Request objects.

result_codes! {
    /// RFC 9101 §5.
    REQUEST_OBJECT_TWICE = "A008301", "request and request_uri exclude each other";
    /// RFC 9101 §10.5.
    REQUEST_OBJECT_REQUIRED = "A008302", "the request must come as a request object";
    /// OpenID Connect Core 1.0 §6.2.
    REQUEST_URI_NOT_REGISTERED = "A008303", "request_uri is not registered for the client";
    /// RFC 9101 §4.
    REQUEST_OBJECT_MALFORMED = "A008304", "the request object is not a JWT whose claims are a JSON object";
    /// RFC 9101 §6.1.
    REQUEST_OBJECT_UNDECIPHERABLE = "A008305", "the request object cannot be decrypted with the keys of the service";
    /// The settings of the service or the client decide.
    REQUEST_OBJECT_ENCRYPTION = "A008306", "the request object is not encrypted with the registered algorithms";
    /// The settings of the service or the client decide.
    REQUEST_OBJECT_NOT_ENCRYPTED = "A008307", "the request object must be encrypted";
    /// RFC 9101 §6.2: the registration of the client decides.
    REQUEST_OBJECT_ALGORITHM = "A008308", "the request object is not signed with the registered algorithm";
    /// RFC 9101 §6.2.
    REQUEST_OBJECT_UNSIGNED = "A008309", "the request object must be signed";
    /// RFC 9101 §10.8.
    REQUEST_OBJECT_TYPE = "A008310", "typ of the request object is that of another kind of JWT";
    /// RFC 9101 §4.
    REQUEST_OBJECT_NESTED = "A008311", "the request object has request or request_uri in it";
    /// RFC 9101 §4.
    REQUEST_OBJECT_ISSUER = "A008312", "iss of the request object is not the client";
    /// RFC 9101 §4, when the service checks it.
    REQUEST_OBJECT_AUDIENCE = "A008313", "aud of the request object is not the issuer";
    /// RFC 7519 §4.1.
    REQUEST_OBJECT_TIME = "A008314", "the request object is not valid at this time";
    /// RFC 9101 §6.3.
    REQUEST_OBJECT_CLIENT = "A008315", "client_id in the request object is not that of the request";
    /// OpenID Connect Core 1.0 §6.1.
    REQUEST_OBJECT_RESPONSE_TYPE = "A008316", "response_type in the request object is not that of the request";
    /// OpenID Federation 1.0 §12.1.1.1.
    REQUEST_OBJECT_SUBJECT = "A008317", "the request object has the claim sub";
    /// OpenID Federation 1.0 §12.1.1.1.
    REQUEST_OBJECT_NOT_ONCE = "A008318", "the request object has no jti or no exp";
    /// OpenID Federation 1.0 §12.1.1.1.
    REQUEST_OBJECT_REPLAYED = "A008319", "the request object has been used before";
}
