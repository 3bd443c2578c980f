//! The management of clients and tokens.

result_codes! {
    /// An alias names one client.
    ALIAS_TAKEN = own "A922201", "another client has this clientIdAlias";
    /// The settings have a member that cannot be as it is.
    CLIENT_INVALID = own "A922202", "a setting of the client is not valid";
    /// `clientsPerDeveloper` of the service.
    DEVELOPER_HAS_ENOUGH = own "A922203", "the developer has as many clients as the service allows";
    /// An entity identifier names one client.
    CLIENT_ENTITY_ID_TAKEN = own "A922204", "another client has this entityId";
    /// Whose authorizations?
    AUTHORIZATION_LIST_SUBJECT_MISSING = own "A922205", "subject is missing";
    /// The user's tokens for the client have the scopes, if any were given.
    AUTHORIZATION_UPDATED = published "A138001", "the authorization was updated";
    /// Whose authorization?
    AUTHORIZATION_UPDATE_SUBJECT_MISSING = published "A138201", "subject is missing";
    /// What is remembered, if anything is.
    GRANTED_SCOPES = own "A922001", "the record of the granted scopes was looked up";
    /// Whose?
    GRANTED_SCOPES_SUBJECT_MISSING = own "A922206", "subject is missing";
    /// The record is gone, if there was one.
    GRANTED_SCOPES_DELETED = own "A922002", "the record of the granted scopes was deleted";
    /// Whose?
    GRANTED_SCOPES_DELETE_SUBJECT_MISSING = own "A922207", "subject is missing";
    /// A set is a list of names.
    REQUESTABLE_SCOPES_INVALID = own "A922208", "requestableScopes must be a list of the names of scopes";
    /// The user's tokens for the client are gone.
    AUTHORIZATION_DELETED = published "A137001", "the authorization was deleted";
    /// Whose authorization?
    AUTHORIZATION_DELETE_SUBJECT_MISSING = own "A922209", "subject is missing";
    /// The client is locked, or it is not.
    LOCK_FLAG_UPDATED = own "A922003", "the lock flag of the client was updated";
    /// The caller's fault.
    LOCK_FLAG_MISSING = own "A922210", "clientLocked must be true or false";
    /// The secret is new.
    SECRET_REFRESHED = published "A148001", "the client secret was replaced by a new one";
    /// The secret is the caller's.
    SECRET_UPDATED = published "A149001", "the client secret was replaced by the given one";
    /// Letters, digits, `-`, `_`; not more than 86.
    SECRET_INVALID = own "A922211", "clientSecret must have 1 to 86 characters out of A-Z, a-z, 0-9, - and _";
    /// No such status.
    TOKEN_STATUS_INVALID = own "A922212", "tokenStatus is none of VALID, INVALID and ALL";
}
