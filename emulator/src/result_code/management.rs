//! The management of clients and tokens.

result_codes! {
    /// An alias names one client.
    CREATE_ALIAS_TAKEN = published "A123603", "another client has this clientIdAlias";
    /// An alias names one client.
    UPDATE_ALIAS_TAKEN = published "A030601", "another client has this clientIdAlias";
    /// `clientsPerDeveloper` of the service.
    DEVELOPER_HAS_ENOUGH = published "A123601", "the developer has as many clients as the service allows";
    /// An entity identifier names one client.
    CLIENT_ENTITY_ID_TAKEN = own "A922201", "another client has this entityId";
    /// Whose authorizations?
    AUTHORIZATION_LIST_SUBJECT_MISSING = published "A136206", "subject is missing";
    /// The user's tokens for the client have the scopes, if any were given.
    AUTHORIZATION_UPDATED = published "A138001", "the authorization was updated";
    /// Whose authorization?
    AUTHORIZATION_UPDATE_SUBJECT_MISSING = published "A138201", "subject is missing";
    /// What is remembered, if anything is.
    GRANTED_SCOPES = published "A139002", "the record of the granted scopes was looked up";
    /// What is remembered, if anything is.
    NO_GRANTED_SCOPES = published "A139001", "there is no record of granted scopes";
    /// Whose?
    GRANTED_SCOPES_SUBJECT_MISSING = published "A139202", "subject is missing";
    /// The record is gone, if there was one.
    GRANTED_SCOPES_DELETED = published "A140002", "the record of the granted scopes was deleted";
    /// The record is gone, if there was one.
    NO_GRANTED_SCOPES_DELETED = published "A140001", "there was no record of granted scopes";
    /// Whose?
    GRANTED_SCOPES_DELETE_SUBJECT_MISSING = published "A140202", "subject is missing";
    /// A set is a list of names.
    REQUESTABLE_SCOPES_NO_LIST = published "A128202", "requestableScopes is not a list";
    /// A set is a list of names.
    REQUESTABLE_SCOPES_NO_STRING = published "A128203", "requestableScopes has an item that is not a string";
    /// The user's tokens for the client are gone.
    AUTHORIZATION_DELETED = published "A137001", "the authorization was deleted";
    /// Whose authorization?
    AUTHORIZATION_DELETE_SUBJECT_MISSING = published "A137202", "subject is missing";
    /// The client is locked, or it is not.
    LOCK_FLAG_UPDATED = published "A293001", "the lock flag of the client was updated";
    /// The client existed.
    LOCK_FLAG_CLIENT_DELETED = published "A293202", "the client was deleted";
    /// There is nothing to do.
    LOCKED_ALREADY = published "A293203", "the client is locked already";
    /// There is nothing to do.
    UNLOCKED_ALREADY = published "A293204", "the client is not locked";
    /// The caller's fault.
    LOCK_FLAG_MISSING = own "A922202", "clientLocked must be true or false";
    /// The secret is new.
    SECRET_REFRESHED = published "A148001", "the client secret was replaced by a new one";
    /// The secret is the caller's.
    SECRET_UPDATED = published "A149001", "the client secret was replaced by the given one";
    /// Letters, digits, `-`, `_`; not more than 86.
    SECRET_INVALID = published "A149601", "clientSecret must have 1 to 86 characters out of A-Z, a-z, 0-9, - and _";
    /// No such status.
    TOKEN_STATUS_INVALID = own "A922203", "tokenStatus is none of VALID, INVALID and ALL";
    /// The settings of a service or a client.
    SETTING_WORD = published "A031201" with path, "the word of a setting is not valid";
    /// The settings of a service or a client.
    SETTING_INVALID = published "A031214" with path, "a setting is not valid";
    /// The settings of a service or a client.
    SETTING_ITEM_NULL = published "A031205" with path, "null as an item of a setting is not valid";
    /// The settings of a service or a client.
    SETTING_ITEM_NO_URI = published "A031209" with path, "a URI in a setting is not valid";
    /// The settings of a service or a client.
    SETTING_ITEM_FRAGMENT = published "A031210" with path, "a URI with a fragment in a setting is not valid";
    /// The settings of a service or a client.
    SETTING_ITEM_TWICE = published "A031211" with path, "an item that is twice in a setting is not valid";
    /// The settings of a service or a client.
    SETTING_KEYS = published "A031212" with path, "the JWK Set of a setting is not valid";
    /// The settings of a service or a client.
    SETTING_NEGATIVE = published "A031213" with path, "the negative number of a setting is not valid";
    /// The settings of a service or a client.
    SETTING_FRAGMENT = published "A031217" with path, "the URI of a setting with a fragment is not valid";
    /// The settings of a service or a client.
    SETTING_QUERY = published "A031218" with path, "the URI of a setting with a query is not valid";
    /// The settings of a service or a client.
    SETTING_RANGE = published "A031221" with path, "the number of a setting is not valid";
    /// The settings of a service or a client.
    SETTING_ITEM_NOT_ASCII = published "A031206" with path, "a setting with characters beyond ASCII is not valid";
    /// The settings of a service or a client.
    SETTING_ITEM_TOO_LONG = published "A031207" with path, "the length of a setting is not valid";
    /// The settings of a service or a client.
    SETTING_SYMMETRIC = published "A031222" with path, "a symmetric algorithm in a setting is not valid";
    /// The settings of a service or a client.
    CUSTOM_METADATA_RESERVED = published "A039232" with path, "a reserved name of client metadata is not valid";
    /// The settings of a client.
    TAG_MISSING = published "A032201" with path, "a tagged value without a tag is not valid";
    /// The settings of a client.
    TAGGED_VALUE_MISSING = published "A032202" with path, "a tagged value without a value is not valid";
    /// The settings of a client.
    TAG_TWICE = published "A032203" with path, "a tag that is there twice is not valid";
    /// The settings of a client.
    TAGGED_VALUE_NO_URI = published "A032204" with path, "a tagged value that is no URI is not valid";
    /// The settings of a client.
    SECTOR_NOT_HTTPS = published "A032210" with path, "a sector identifier URI that is not https is not valid";
    /// The settings of a client.
    ID_TOKEN_ALG_MISSING = published "A032211" with path, "encryption without an algorithm for the key is not valid";
    /// The settings of a client.
    USER_INFO_ALG_MISSING = published "A032212" with path, "encryption without an algorithm for the key is not valid";
    /// The settings of a client.
    REQUEST_ALG_MISSING = published "A032213" with path, "encryption without an algorithm for the key is not valid";
    /// The settings of a client.
    AUTHORIZATION_ALG_MISSING = published "A032214" with path, "encryption without an algorithm for the key is not valid";
    /// The settings of a client.
    NOTIFICATION_ENDPOINT_MISSING = published "A032215" with path, "a delivery mode without a notification endpoint is not valid";
    /// The settings of a client.
    CERTIFICATE_SUBJECT_REPEATED = published "A032216" with path, "more than one subject of a certificate is not valid";
    /// The settings of a client.
    CERTIFICATE_SUBJECT_MISSING = published "A032217" with path, "TLS_CLIENT_AUTH without a subject of the certificate is not valid";
    /// The settings of a client.
    SECTOR_UNKNOWN = published "A032221" with path, "pairwise subjects without a sector are not valid";
    /// `httpAliasProhibited` of the service.
    ALIAS_PROHIBITED = own "A922204", "an alias that begins with http:// or https:// is not valid";
    /// The settings of a service.
    SCOPE_TAG_MISSING = published "A039217" with path, "a description of a scope without a tag is not valid";
    /// The settings of a service.
    SCOPE_TAG_TWICE = published "A039218" with path, "a tag of a scope's descriptions that is there twice is not valid";
    /// The settings of a service.
    SCOPE_TEXT_MISSING = published "A039221" with path, "a description of a scope without a text is not valid";
    /// The settings of a service.
    SCOPE_ATTRIBUTE_KEY_MISSING = published "A039224" with path, "an attribute of a scope without a key is not valid";
    /// The settings of a service.
    SCOPE_ATTRIBUTE_VALUE_MISSING = published "A039227" with path, "an attribute of a scope without a value is not valid";
    /// The settings of a service.
    SCOPE_ATTRIBUTE_TWICE = published "A039229" with path, "an attribute of a scope that is there twice is not valid";
    /// The settings of a service.
    TRUSTED_ROOT_MALFORMED = published "A039230" with path, "a trusted root certificate is not valid";
    /// The settings of a service or a client.
    CUSTOM_METADATA_MALFORMED = published "A032223" with path, "the custom metadata are not valid";
    /// The settings of a service or a client.
    SCOPE_TWICE = published "A039203" with path, "a scope that is there twice is not valid";
    /// The settings of a service or a client.
    SCOPE_UNNAMED = published "A039204" with path, "a scope without a name is not valid";
    /// The settings of a service or a client.
    SCOPE_CHARACTER = published "A039206" with path, "the name of a scope is not valid";
}
