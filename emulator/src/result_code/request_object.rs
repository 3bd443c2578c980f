//! Request objects.

result_codes! {
    /// RFC 9101 §5.
    REQUEST_OBJECT_TWICE = own "A902301", "request and request_uri exclude each other";
    /// RFC 9101 §10.5.
    REQUEST_OBJECT_REQUIRED = own "A902302", "the request must come as a request object";
    /// OpenID Connect Core 1.0 §6.2.
    REQUEST_URI_NOT_REGISTERED = published "A008303", "request_uri is not registered for the client";
    /// RFC 9101 §4.
    REQUEST_OBJECT_MALFORMED = own "A902303", "the request object is not a JWT whose claims are a JSON object";
    /// RFC 9101 §6.1.
    REQUEST_OBJECT_UNDECIPHERABLE = own "A902304", "the request object cannot be decrypted with the keys of the service";
    /// The settings of the service or the client decide.
    REQUEST_OBJECT_ENCRYPTION = own "A902305", "the request object is not encrypted with the registered algorithms";
    /// The settings of the service or the client decide.
    REQUEST_OBJECT_NOT_ENCRYPTED = own "A902306", "the request object must be encrypted";
    /// RFC 9101 §6.2: the registration of the client decides.
    REQUEST_OBJECT_ALGORITHM = own "A902307", "the request object is not signed with the registered algorithm";
    /// RFC 9101 §6.2.
    REQUEST_OBJECT_UNSIGNED = own "A902308", "the request object must be signed";
    /// RFC 9101 §10.8.
    REQUEST_OBJECT_TYPE = own "A902309", "typ of the request object is that of another kind of JWT";
    /// RFC 9101 §4.
    REQUEST_OBJECT_NESTED = own "A902310", "the request object has request or request_uri in it";
    /// RFC 9101 §4.
    REQUEST_OBJECT_ISSUER = own "A902311", "iss of the request object is not the client";
    /// RFC 9101 §4, when the service checks it.
    REQUEST_OBJECT_AUDIENCE = own "A902312", "aud of the request object is not the issuer";
    /// RFC 7519 §4.1.
    REQUEST_OBJECT_TIME = own "A902313", "the request object is not valid at this time";
    /// RFC 9101 §6.3.
    REQUEST_OBJECT_CLIENT = own "A902314", "client_id in the request object is not that of the request";
    /// OpenID Connect Core 1.0 §6.1.
    REQUEST_OBJECT_RESPONSE_TYPE = own "A902315", "response_type in the request object is not that of the request";
    /// OpenID Federation 1.0 §12.1.1.1.
    REQUEST_OBJECT_SUBJECT = own "A902316", "the request object has the claim sub";
    /// OpenID Federation 1.0 §12.1.1.1.
    REQUEST_OBJECT_NOT_ONCE = own "A902317", "the request object has no jti or no exp";
    /// OpenID Federation 1.0 §12.1.1.1.
    REQUEST_OBJECT_REPLAYED = own "A902318", "the request object has been used before";
}
