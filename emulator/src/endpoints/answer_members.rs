//! Members that many responses share.

use serde_json::{Value, json};

use crate::model::DynamicScope;
use crate::protocol::grant_management;
use crate::protocol::scope_claims;
use crate::protocol::scopes;
use crate::reply::Answer;
use crate::store::{Client, GrantManagement, NamedBy, Service, TokenRecord};

/// Adds the client, its attributes and those of the service.
pub fn with_client(answer: Answer, service: &Service, client: &Client) -> Answer {
    with_client_by_alias(answer, service, client, client.alias())
}

fn with_client_by_alias(
    answer: Answer,
    service: &Service,
    client: &Client,
    alias: Option<&str>,
) -> Answer {
    answer
        .with("clientId", client.id())
        .with_some("clientIdAlias", alias)
        .with_some("clientEntityId", client.entity_id())
        .with_some(
            "clientAttributes",
            client.settings.attributes().map(<[_]>::to_vec),
        )
        .with_some(
            "serviceAttributes",
            service.settings.attributes().map(<[_]>::to_vec),
        )
}

/// Adds whether the request identified the client by its alias or its entity ID.
pub fn with_name_used(answer: Answer, named_by: NamedBy) -> Answer {
    answer
        .with("clientIdAliasUsed", named_by == NamedBy::Alias)
        .with("clientEntityIdUsed", named_by == NamedBy::EntityId)
}

/// Adds the client with its display name, and how the request identified it.
pub fn with_client_of_request(
    answer: Answer,
    service: &Service,
    client: &Client,
    named_by: NamedBy,
) -> Answer {
    let answer = with_client(answer, service, client);
    with_name_used(answer, named_by).with_some("clientName", client.settings.client_name())
}

/// Adds the client of an access token, even if the client was deleted. The alias is that of the time of the token request.
pub fn with_client_of_token(answer: Answer, service: &Service, record: &TokenRecord) -> Answer {
    let grant = &record.grant;
    let alias = record.client_id_alias.as_deref();
    let answer = match service.clients.by_id(grant.client_id) {
        Some(client) => with_client_by_alias(answer, service, client, alias),
        None => answer.with("clientId", grant.client_id),
    };
    with_name_used(answer, grant.client_named_by)
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
    answer: Answer,
    service: &Service,
    management: Option<&GrantManagement>,
) -> Answer {
    let Some(management) = management else {
        return answer;
    };
    let grant_id = management.grant_id();
    let managed = grant_id.and_then(|id| service.managed_grants.get(id));
    answer
        .with("gmAction", management.action().as_str())
        .with_some("grantId", grant_id)
        .with_some("grantSubject", managed.map(|managed| &*managed.subject))
        .with_some(
            "grant",
            managed.map(|managed| grant_management::to_api_json(&managed.content)),
        )
}

/// The access that a request asks for, for a user who decides on another device.
#[derive(Debug)]
pub struct RequestedAccess<'a> {
    pub scopes: &'a [String],
    pub dynamic_scopes: &'a [DynamicScope],
    pub acrs: Option<&'a [String]>,
    pub resources: &'a [String],
    pub authorization_details: Option<&'a Value>,
    pub grant_management: Option<&'a GrantManagement>,
}

impl RequestedAccess<'_> {
    pub fn add_to(&self, answer: Answer, service: &Service) -> Answer {
        let details = scopes::details(&service.settings, self.scopes);
        let details: Vec<_> = details.into_iter().map(without_descriptions).collect();
        let answer = answer
            .with_some("scopes", list(&details))
            .with_some("dynamicScopes", dynamic_scopes(self.dynamic_scopes))
            .with_some("claimNames", scope_claims::names(self.scopes))
            .with_some("acrs", self.acrs.map(<[_]>::to_vec))
            .with_some("resources", list(self.resources))
            .with_some("authorizationDetails", self.authorization_details.cloned());
        with_grant_management(answer, service, self.grant_management)
    }
}

/// Authlete omits the descriptions of the scopes.
fn without_descriptions(mut scope: Value) -> Value {
    if let Some(scope) = scope.as_object_mut() {
        scope.retain(|name, _| name != "description" && name != "descriptions");
    }
    scope
}
