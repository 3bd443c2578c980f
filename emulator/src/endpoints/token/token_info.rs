//! Details of a token that the service issued, for the server that decides on a token exchange.

use serde_json::Value;

use super::response::list;
use crate::clock::Millis;
use crate::json::present;
use crate::protocol::scopes;
use crate::store::{IdentifierKind, RefreshToken, Service, TokenRecord};

pub fn of_access_token(service: &Service, record: &TokenRecord) -> Value {
    let token = Token {
        scopes: &record.grant.scopes,
        resources: record.resources(),
        authorization_details: record.authorization_details(),
        expires_at: record.access_token_expires_at,
    };
    token.info(service, record)
}

pub fn of_refresh_token(service: &Service, record: &TokenRecord, token: &RefreshToken) -> Value {
    let token = Token {
        scopes: &token.scopes,
        resources: &record.grant.resources,
        authorization_details: record.grant.authorization_details.as_deref(),
        expires_at: token.expires_at,
    };
    token.info(service, record)
}

/// The properties in which the access token and the refresh token of a record differ.
struct Token<'a> {
    scopes: &'a [String],
    resources: &'a [String],
    authorization_details: Option<&'a Value>,
    expires_at: Millis,
}

impl Token<'_> {
    fn info(self, service: &Service, record: &TokenRecord) -> Value {
        let grant = &record.grant;
        let client = service.clients.by_id(grant.client_id);
        let members = [
            ("clientId", Some(Value::from(grant.client_id))),
            (
                "clientIdAlias",
                // The alias at the time of the token request.
                client
                    .and(record.client_id_alias.as_deref())
                    .map(Value::from),
            ),
            (
                "clientIdAliasUsed",
                Some((grant.client_named_by == IdentifierKind::Alias).into()),
            ),
            (
                "clientEntityId",
                client
                    .and_then(|client| client.entity_id())
                    .map(Value::from),
            ),
            (
                "clientEntityIdUsed",
                Some((grant.client_named_by == IdentifierKind::EntityId).into()),
            ),
            ("subject", grant.subject.as_deref().map(Value::from)),
            (
                "scopes",
                Some(scopes::details(&service.settings, self.scopes).into()),
            ),
            // In seconds, unlike most times of the API.
            ("expiresAt", Some((self.expires_at / 1000).into())),
            ("properties", grant.properties.as_deref().cloned()),
            ("resources", list(self.resources).map(Value::from)),
            ("authorizationDetails", self.authorization_details.cloned()),
        ];
        Value::Object(present(members).collect())
    }
}
