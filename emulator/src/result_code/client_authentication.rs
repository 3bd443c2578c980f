//! Client authentication, at every endpoint that needs it.

result_codes! {
    /// RFC 6749 §2.3: one method a request.
    CLIENT_AUTHENTICATION_TWICE = "A047301", "the client used more than one authentication method";
    /// Two clients in one request.
    CLIENT_ID_AMBIGUOUS = "A047302", "the Authorization header and client_id name different clients";
    /// RFC 6749 §5.2.
    CLIENT_ID_MISSING = "A047303", "the request does not say which client it is of";
    /// The same for an unknown client and a wrong secret: who asks must not learn which clients there are.
    CLIENT_AUTHENTICATION_FAILED = "A047304", "the client is unknown, or its secret is wrong";
    /// RFC 6749 §3.2.1.
    CLIENT_SECRET_MISSING = "A047305", "the client did not authenticate";
    /// The registration of the client or the settings of the service decide.
    CLIENT_AUTHENTICATION_METHOD = "A047306", "the client may not authenticate in this way";
}
