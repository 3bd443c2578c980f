//! The management of clients and tokens.

result_codes! {
    /// An alias names one client.
    ALIAS_TAKEN = "A117201", "another client has this clientIdAlias";
    /// Whose authorizations?
    AUTHORIZATION_LIST_SUBJECT_MISSING = "A136201", "subject is missing";
    /// The user's tokens for the client are gone.
    AUTHORIZATION_DELETED = "A137001", "the authorization was deleted";
    /// Whose authorization?
    AUTHORIZATION_DELETE_SUBJECT_MISSING = "A137201", "subject is missing";
    /// The secret is new.
    SECRET_REFRESHED = "A148001", "the client secret was replaced by a new one";
    /// The secret is the caller's.
    SECRET_UPDATED = "A149001", "the client secret was replaced by the given one";
    /// Letters, digits, `-`, `_`; not more than 86.
    SECRET_INVALID = "A149201", "clientSecret must have 1 to 86 characters out of A-Z, a-z, 0-9, - and _";
    /// No such status.
    TOKEN_STATUS_INVALID = "A139201", "tokenStatus is none of VALID, INVALID and ALL";
}
