//! Grant management.

result_codes! {
    /// Grant Management for OAuth 2.0 §6.4.
    GRANT_QUERIED = own "A916001", "the grant was read";
    /// Grant Management for OAuth 2.0 §6.5.
    GRANT_REVOKED = own "A916002", "the grant and its tokens were revoked";
    GM_ACTION_INVALID = own "A916201", "gmAction is missing, or is neither QUERY nor REVOKE";
    GM_GRANT_ID_MISSING = own "A916202", "grantId is missing";
    /// Grant Management for OAuth 2.0 §6.6.
    GM_TOKEN_MISSING = own "A916301", "the access token is missing";
    /// Grant Management for OAuth 2.0 §6.6.
    GM_TOKEN_UNKNOWN = own "A916302", "the access token does not exist";
    /// Grant Management for OAuth 2.0 §6.6.
    GM_TOKEN_EXPIRED = own "A916303", "the access token has expired";
    /// Grant Management for OAuth 2.0 §6.1.
    GM_SCOPE = own "A916304", "the access token lacks the scope that the action requires";
    /// Grant Management for OAuth 2.0 §6.6.
    GM_GRANT_UNKNOWN = own "A916305", "no grant has this ID";
    /// Grant Management for OAuth 2.0 §6.6.
    GM_GRANT_OF_ANOTHER_CLIENT = own "A916306", "the grant belongs to another client";
    /// A token of one user gives no access to grants of another.
    GM_GRANT_OF_ANOTHER_SUBJECT = own "A916307", "the access token belongs to another user than the grant";

    /// Grant Management for OAuth 2.0 §5.3.
    GRANT_MANAGEMENT_ACTION_MISSING = own "A916308", "grant_management_action is missing although the service requires it";
    GRANT_ID_WITHOUT_ACTION = own "A916309", "grant_id is present without grant_management_action";
    /// Grant Management for OAuth 2.0 §5.3.
    GRANT_MANAGEMENT_ACTION_UNSUPPORTED = own "A916310", "grant_management_action is not create, merge or replace";
    /// Grant Management for OAuth 2.0 §5.1.
    GRANT_MANAGEMENT_OF_PUBLIC_CLIENT = own "A916311", "a public client may not manage grants";
    /// A new grant has no ID yet.
    GRANT_ID_UNEXPECTED = own "A916312", "grant_id is present although the grant is to be created";
    /// Grant Management for OAuth 2.0 §5.2.
    GRANT_ID_MISSING = own "A916313", "grant_id is missing";
    /// Grant Management for OAuth 2.0 §5.3.
    GRANT_ID_UNKNOWN = own "A916314", "grant_id names no grant of the client";
    /// Grant Management for OAuth 2.0 §5.4: the ID comes in the token response.
    GRANT_MANAGEMENT_WITHOUT_CODE = own "A916315", "grant_management_action requires a response_type with code";
    /// The grant was revoked during the flow.
    GRANT_GONE = own "A916316", "the grant that was to be changed has been revoked";
}
