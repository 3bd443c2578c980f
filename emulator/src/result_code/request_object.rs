//! Request objects.

result_codes! {
    /// RFC 9101 §5.
    REQUEST_OBJECT_TWICE = "A008301", "request and request_uri exclude each other";
    /// RFC 9101 §10.5.
    REQUEST_OBJECT_REQUIRED = "A008302", "the request must come as a request object";
    /// OpenID Connect Core 1.0 §6.2.
    REQUEST_URI_NOT_REGISTERED = "A008303", "request_uri is not registered for the client";
}
