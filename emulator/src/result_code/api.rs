//! Any API.

result_codes! {
    /// The emulator itself failed, for example because the system has no random numbers.
    INTERNAL_ERROR = "A001101", "the emulator had an error";
    /// Published.
    AUTHORIZATION_HEADER_MISSING = "A001202", "the Authorization header is missing";
    /// Published.
    CREDENTIALS_INVALID = "A001203", "the credentials are not valid";
    /// Published.
    CLIENT_LOCKED = "A001215", "the client is locked";
    /// The credentials are good, for another service.
    WRONG_SERVICE = "A001251", "the credentials are those of another service";
    /// The credentials are good, for calls of another kind.
    WRONG_KIND_OF_CREDENTIALS = "A001252", "the API does not accept credentials of this kind";
    /// A path outside of the API.
    NOT_AN_API = "A001253", "the API has no such path";
    /// The path is right.
    METHOD_NOT_ALLOWED = "A001254", "the API is not called with this HTTP method";
    /// The body is no JSON, or not an object.
    MALFORMED_BODY = "A001255", "the body of the request is not a JSON object";
    /// More than a request can sensibly hold.
    BODY_TOO_LARGE = "A001256", "the body of the request is larger than 1 MiB";
    /// What Authlete can do and the emulator cannot yet.
    NOT_IMPLEMENTED = "A001257", "authlete-emulator does not implement this API yet";
    /// `start` and `end` do not make a range.
    RANGE_INVALID = "A001258", "start and end must be numbers from 0, and end not before start";
    /// No service has the number.
    SERVICE_UNKNOWN = "A001259", "there is no such service";
    /// No client has the number or the alias.
    CLIENT_UNKNOWN = "A001260", "the service has no such client";
    /// The emulator was told to allow no more.
    TOO_MANY_CALLS = "A001261", "there were more calls in this second than the limit allows";
    /// The body is no JSON, or not an array, or something in it is not an object.
    MALFORMED_LIST = "A001262", "the body of the request is not a JSON array of objects";
}
