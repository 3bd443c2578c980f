//! The management of clients and tokens.

result_codes! {
    /// Aliases are unique.
    CREATE_ALIAS_TAKEN = published "A123603", "another client has this clientIdAlias";
    /// Aliases are unique.
    UPDATE_ALIAS_TAKEN = published "A030601", "another client has this clientIdAlias";
    /// `clientsPerDeveloper` of the service.
    DEVELOPER_CLIENT_LIMIT = published "A123601", "the developer has reached the client limit of the service";
    /// Entity IDs are unique.
    CLIENT_ENTITY_ID_TAKEN = own "A922201", "another client has this entityId";
    AUTHORIZATION_LIST_SUBJECT_MISSING = published "A136206", "subject is missing";
    /// The tokens of the user for the client have the new scopes, if given.
    AUTHORIZATION_UPDATED = published "A138001", "the authorization was updated";
    AUTHORIZATION_UPDATE_SUBJECT_MISSING = published "A138201", "subject is missing";
    /// The record, if it exists.
    GRANTED_SCOPES = published "A139002", "the record of the granted scopes was looked up";
    /// The record, if it exists.
    NO_GRANTED_SCOPES = published "A139001", "there is no record of granted scopes";
    GRANTED_SCOPES_SUBJECT_MISSING = published "A139202", "subject is missing";
    /// The record was deleted, if it existed.
    GRANTED_SCOPES_DELETED = published "A140002", "the record of the granted scopes was deleted";
    /// The record was deleted, if it existed.
    NO_GRANTED_SCOPES_DELETED = published "A140001", "there was no record of granted scopes";
    GRANTED_SCOPES_DELETE_SUBJECT_MISSING = published "A140202", "subject is missing";
    /// The set must be a list of strings.
    REQUESTABLE_SCOPES_NO_LIST = published "A128202", "requestableScopes is not a list";
    /// The set must be a list of strings.
    REQUESTABLE_SCOPES_NO_STRING = published "A128203", "requestableScopes has an item that is not a string";
    /// The tokens of the user for the client were deleted.
    AUTHORIZATION_DELETED = published "A137001", "the authorization was deleted";
    AUTHORIZATION_DELETE_SUBJECT_MISSING = published "A137202", "subject is missing";
    LOCK_FLAG_UPDATED = published "A293001", "the lock flag of the client was updated";
    LOCK_FLAG_CLIENT_DELETED = published "A293202", "the client was deleted";
    LOCKED_ALREADY = published "A293203", "the client is locked already";
    UNLOCKED_ALREADY = published "A293204", "the client is not locked";
    LOCK_FLAG_MISSING = own "A922202", "clientLocked must be true or false";
    SECRET_REFRESHED = published "A148001", "the client secret was replaced by a new one";
    SECRET_UPDATED = published "A149001", "the client secret was replaced by the given one";
    /// Letters, digits, `-` and `_`, at most 86 characters.
    SECRET_INVALID = published "A149601", "clientSecret must have 1 to 86 characters of A-Z, a-z, 0-9, - and _";
    TOKEN_STATUS_INVALID = own "A922203", "tokenStatus is not one of VALID, INVALID and ALL";
    /// The settings of a service or a client.
    SETTING_WORD = published "A031201" with path, "the word of a setting is not valid";
    /// The settings of a service or a client.
    SETTING_INVALID = published "A031214" with path, "a setting is not valid";
    /// The settings of a service or a client.
    SETTING_ITEM_NULL = published "A031205" with path, "an item of a setting is null";
    /// The settings of a service or a client.
    SETTING_ITEM_MALFORMED = published "A031208" with path, "a malformed URI in a setting is not valid";
    /// The settings of a service or a client.
    SETTING_ITEM_RELATIVE = published "A031209" with path, "a relative URI in a setting is not valid";
    /// The settings of a service or a client.
    SETTING_ITEM_FRAGMENT = published "A031210" with path, "a URI with a fragment in a setting is not valid";
    /// The settings of a service or a client.
    SETTING_ITEM_TWICE = published "A031211" with path, "a duplicate item in a setting is not valid";
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
    SETTING_ITEM_NOT_ASCII = published "A031206" with path, "a setting with non-ASCII characters is not valid";
    /// The settings of a service or a client.
    SETTING_ITEM_TOO_LONG = published "A031207" with path, "the length of a setting is not valid";
    /// The settings of a service or a client.
    SETTING_SYMMETRIC = published "A031222" with path, "a symmetric algorithm in a setting is not valid";
    /// The settings of a client.
    SETTING_NO_NAME = published "A031223" with path, "a setting that is not a distinguished name is not valid";
    /// The settings of a service or a client.
    CUSTOM_METADATA_RESERVED = published "A039232" with path, "a reserved name of client metadata is not valid";
    /// The settings of a client.
    TAG_MISSING = published "A032201" with path, "a tagged value needs a tag";
    /// The settings of a client.
    TAGGED_VALUE_MISSING = published "A032202" with path, "a tagged value needs a value";
    /// The settings of a client.
    TAG_TWICE = published "A032203" with path, "a duplicate tag is not valid";
    /// The settings of a client.
    TAGGED_VALUE_NO_URI = published "A032204" with path, "a tagged value that is not a URI is not valid";
    /// The settings of a client.
    SECTOR_NOT_HTTPS = published "A032210" with path, "a sector identifier URI that is not https is not valid";
    /// The settings of a client.
    ID_TOKEN_ALG_MISSING = published "A032211" with path, "an encryption enc is set without its alg";
    /// The settings of a client.
    USER_INFO_ALG_MISSING = published "A032212" with path, "an encryption enc is set without its alg";
    /// The settings of a client.
    REQUEST_ALG_MISSING = published "A032213" with path, "an encryption enc is set without its alg";
    /// The settings of a client.
    AUTHORIZATION_ALG_MISSING = published "A032214" with path, "an encryption enc is set without its alg";
    /// The settings of a client.
    NOTIFICATION_ENDPOINT_MISSING = published "A032215" with path, "the delivery mode needs a notification endpoint";
    /// The settings of a client.
    CERTIFICATE_SUBJECT_REPEATED = published "A032216" with path, "more than one subject of a certificate is not valid";
    /// The settings of a client.
    CERTIFICATE_SUBJECT_MISSING = published "A032217" with path, "TLS_CLIENT_AUTH needs a certificate subject";
    /// The settings of a client.
    SECTOR_UNKNOWN = published "A032221" with path, "pairwise subjects need a sector identifier";
    /// `httpAliasProhibited` of the service.
    ALIAS_PROHIBITED = own "A922204", "an alias that begins with http:// or https:// is not valid";
    /// The settings of a service.
    SCOPE_TAG_MISSING = published "A039217" with path, "a description of a scope needs a tag";
    /// The settings of a service.
    SCOPE_TAG_TWICE = published "A039218" with path, "a duplicate tag in the descriptions of a scope is not valid";
    /// The settings of a service.
    SCOPE_TEXT_MISSING = published "A039221" with path, "a description of a scope needs a text";
    /// The settings of a service.
    SCOPE_ATTRIBUTE_KEY_MISSING = published "A039224" with path, "an attribute of a scope needs a key";
    /// The settings of a service.
    SCOPE_ATTRIBUTE_VALUE_MISSING = published "A039227" with path, "an attribute of a scope needs a value";
    /// The settings of a service.
    SCOPE_ATTRIBUTE_TWICE = published "A039229" with path, "a duplicate attribute of a scope is not valid";
    /// The settings of a service.
    TRUSTED_ROOT_MALFORMED = published "A039230" with path, "a trusted root certificate is not valid";
    /// The settings of a service or a client.
    CUSTOM_METADATA_MALFORMED = published "A032223" with path, "the custom metadata is not valid";
    /// The settings of a service or a client.
    SCOPE_TWICE = published "A039203" with path, "a duplicate scope is not valid";
    /// The settings of a service or a client.
    SCOPE_UNNAMED = published "A039204" with path, "a scope needs a name";
    /// The settings of a service or a client.
    SCOPE_CHARACTER = published "A039206" with path, "the name of a scope is not valid";
}
