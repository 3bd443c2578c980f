//! Members that many responses share.

use serde_json::{Value, json};

use crate::api_response::ResponseBuilder;
use crate::model::DynamicScope;
use crate::protocol::grant_management;
use crate::protocol::scope_claims;
use crate::protocol::scopes;
use crate::store::{Client, GrantManagement, IdentifierKind, Requested, Service, TokenRecord};

/// Adds the client, its attributes and those of the service.
pub fn with_client(
    response: ResponseBuilder,
    service: &Service,
    client: &Client,
) -> ResponseBuilder {
    with_client_by_alias(response, service, client, client.alias())
}

fn with_client_by_alias(
    response: ResponseBuilder,
    service: &Service,
    client: &Client,
    alias: Option<&str>,
) -> ResponseBuilder {
    response
        .with("clientId", client.id())
        .with_optional("clientIdAlias", alias)
        .with_optional("clientEntityId", client.entity_id())
        .with_optional(
            "clientAttributes",
            client.settings.attributes().map(<[_]>::to_vec),
        )
        .with_optional(
            "serviceAttributes",
            service.settings.attributes().map(<[_]>::to_vec),
        )
}

/// Adds whether the request identified the client by its alias or its entity ID.
pub fn with_name_used(response: ResponseBuilder, named_by: IdentifierKind) -> ResponseBuilder {
    response
        .with("clientIdAliasUsed", named_by == IdentifierKind::Alias)
        .with("clientEntityIdUsed", named_by == IdentifierKind::EntityId)
}

/// Adds the client with its display name, and how the request identified it.
pub fn with_client_of_request(
    response: ResponseBuilder,
    service: &Service,
    client: &Client,
    named_by: IdentifierKind,
) -> ResponseBuilder {
    let response = with_client(response, service, client);
    with_name_used(response, named_by).with_optional("clientName", client.settings.client_name())
}

/// Adds the client of an access token, even if the client was deleted. The alias is that of the time of the token request.
pub fn with_client_of_token(
    response: ResponseBuilder,
    service: &Service,
    record: &TokenRecord,
) -> ResponseBuilder {
    let grant = &record.grant;
    let alias = record.client_id_alias.as_deref();
    let response = match service.clients.by_id(grant.client_id) {
        Some(client) => with_client_by_alias(response, service, client, alias),
        None => response.with("clientId", grant.client_id),
    };
    with_name_used(response, grant.client_named_by)
}

/// Authlete omits empty lists.
pub fn list<T: Clone>(values: &[T]) -> Option<Vec<T>> {
    (!values.is_empty()).then(|| values.to_vec())
}

/// Dynamic scopes in the format of the API.
pub fn dynamic_scopes(scopes: &[DynamicScope]) -> Option<Vec<Value>> {
    let to_json = |scope: &DynamicScope| json!({ "name": scope.name, "value": scope.value });
    list(&scopes.iter().map(to_json).collect::<Vec<_>>())
}

/// Adds the grant management action of a request, and the grant that it refers to.
pub fn with_grant_management(
    response: ResponseBuilder,
    service: &Service,
    management: Option<&GrantManagement>,
) -> ResponseBuilder {
    let Some(management) = management else {
        return response;
    };
    let grant_id = management.grant_id();
    let managed = grant_id.and_then(|id| service.managed_grants.get(id));
    response
        .with("gmAction", management.action().as_str())
        .with_optional("grantId", grant_id)
        .with_optional("grantSubject", managed.map(|managed| &*managed.subject))
        .with_optional(
            "grant",
            managed.map(|managed| grant_management::to_api_json(&managed.content)),
        )
}

/// Adds what a request asks for, for a user who decides on another device.
pub fn with_requested(
    response: ResponseBuilder,
    service: &Service,
    requested: &Requested,
    dynamic: &[DynamicScope],
    acrs: Option<&[String]>,
) -> ResponseBuilder {
    let details = scopes::details(&service.settings, &requested.scopes);
    let details: Vec<_> = details.into_iter().map(without_descriptions).collect();
    let response = response
        .with_optional("scopes", list(&details))
        .with_optional("dynamicScopes", dynamic_scopes(dynamic))
        .with_optional("claimNames", scope_claims::names(&requested.scopes))
        .with_optional("acrs", acrs.map(<[_]>::to_vec))
        .with_optional("resources", list(&requested.resources))
        .with_optional(
            "authorizationDetails",
            requested.authorization_details.as_deref().cloned(),
        );
    with_grant_management(response, service, requested.grant_management.as_ref())
}

/// Authlete omits the descriptions of the scopes.
fn without_descriptions(mut scope: Value) -> Value {
    if let Some(scope) = scope.as_object_mut() {
        scope.retain(|name, _| name != "description" && name != "descriptions");
    }
    scope
}
