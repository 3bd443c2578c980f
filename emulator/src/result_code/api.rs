//! Any API.

result_codes! {
    /// The emulator itself failed, for example because the system has no random numbers.
    INTERNAL_ERROR = published "A001101" with path, "the emulator had an error";
    /// Published.
    AUTHORIZATION_HEADER_MISSING = published "A001202" with path, "the Authorization header is missing";
    /// Published.
    CREDENTIALS_INVALID = published "A001203" with path, "the credentials are not valid";
    /// Published.
    CLIENT_LOCKED = published "A001215" with path, "the client is locked";
    /// The credentials are good, for another service.
    WRONG_SERVICE = own "A900201" with path, "the credentials are those of another service";
    /// The credentials are good, for calls of another kind.
    WRONG_KIND_OF_CREDENTIALS = own "A900202" with path, "the API does not accept credentials of this kind";
    /// A path outside of the API.
    NOT_AN_API = own "A900203" with path, "the API has no such path";
    /// The path is right.
    METHOD_NOT_ALLOWED = own "A900204" with path, "the API is not called with this HTTP method";
    /// The body is no JSON, or not an object.
    MALFORMED_BODY = own "A900205" with path, "the body of the request is not a JSON object";
    /// More than a request can sensibly hold.
    BODY_TOO_LARGE = own "A900206" with path, "the body of the request is larger than 1 MiB";
    /// What Authlete can do and the emulator cannot yet.
    NOT_IMPLEMENTED = own "A900207" with path, "authlete-emulator does not implement this API yet";
    /// `start` and `end` do not make a range.
    RANGE_INVALID = own "A900208" with path, "start and end must be numbers from 0, and end not before start";
    /// No service has the number.
    SERVICE_UNKNOWN = own "A900209" with path, "there is no such service";
    /// No client has the number or the alias.
    CLIENT_UNKNOWN = own "A900210" with path, "the service has no such client";
    /// The emulator was told to allow no more.
    TOO_MANY_CALLS = own "A900211" with path, "there were more calls in this second than the limit allows";
    /// The body is no JSON, or not an array, or something in it is not an object.
    MALFORMED_LIST = own "A900212" with path, "the body of the request is not a JSON array of objects";
    /// The caller's fault.
    PARAMETERS_MISSING = published "A166201", "the API request lacks parameters";
    /// RFC 6749 §3.2.
    PARAMETERS_NONE = published "A166301", "the request of the client has no parameters";
    /// RFC 6749 §3.2.
    PARAMETER_REPEATED = published "A166304", "a request parameter is there more than once";
    /// The settings of the service decide.
    GRANT_NOT_SUPPORTED = published "A166305", "the service does not support the grant type";
    /// The registration of the client decides.
    GRANT_NOT_DECLARED = published "A166306", "the client may not use the grant type";
}
