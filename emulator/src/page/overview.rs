//! The state as JSON, for the page.

use serde_json::{Value, json};

use crate::digest::Digest;
use crate::json::Object;
use crate::masking;
use crate::state::State;
use crate::store::{
    AuthorizationRequest, BackchannelRequest, Client, Code, Decision, DeviceFlow, Entry, Expiring,
    PushedRequest, Service, Store, TokenRecord,
};

/// The maximum number of entries in each list, latest first: a state can be large.
const MAX_ENTRIES: usize = 100;

/// The number of characters shown of a digest.
const DIGEST_LENGTH: usize = 12;

/// The list of services, and the details of one: the service with the API key, or the first.
///
/// Tickets, codes and tokens are shown as the start of their digest, since their values are not stored.
pub fn overview(State { clock, store }: &State, key: Option<i64>, reveal: bool) -> Value {
    let chosen = match key {
        Some(key) => store.service(key),
        None => store.services().next(),
    };
    let mut overview = json!({
        "now": clock.now(),
        "ahead": clock.ahead().as_secs(),
        "owner": {
            "apiKey": store.owner.api_key,
            "apiSecret": store.owner.api_secret,
            "accessToken": store.owner.organization_token,
        },
        "services": list(store.services().len(), store.services().rev().map(summary)),
        "service": chosen.map(|service| details(store, service)),
    });
    if !reveal {
        masking::value(&mut overview);
    }
    overview
}

fn list(total: usize, latest: impl Iterator<Item = Value>) -> Value {
    let latest: Vec<_> = latest.take(MAX_ENTRIES).collect();
    json!({ "total": total, "latest": latest })
}

fn summary(service: &Service) -> Value {
    let mut row = members(
        service.settings.json(),
        &["apiKey", "serviceName", "issuer"],
    );
    row.insert("clients".to_owned(), service.clients.iter().len().into());
    row.insert("tokens".to_owned(), service.tokens.len().into());
    row.into()
}

fn details(store: &Store, service: &Service) -> Value {
    let names = ["serviceName", "number", "apiKey", "apiSecret", "issuer"];
    let mut details = members(service.settings.json(), &names);
    let key = service.settings.api_key().unwrap_or_default();
    let access_tokens: Vec<_> = store.access_tokens(key).map(start).collect();
    details.insert("accessTokenDigests".to_owned(), access_tokens.into());
    let clients = service.clients.iter();
    let clients = list(
        clients.len(),
        clients.rev().map(|client| client_row(client)),
    );
    let lists = [
        ("clients", clients),
        (
            "pushedRequests",
            expiring(&service.pushed_requests, pushed_request),
        ),
        ("tickets", expiring(&service.authorization_requests, ticket)),
        ("deviceFlows", expiring(&service.device_flows, device_flow)),
        (
            "backchannelRequests",
            expiring(&service.backchannel_requests, backchannel_request),
        ),
        ("codes", expiring(&service.codes, code)),
        (
            "tokens",
            list(service.tokens.len(), service.tokens.latest().map(token)),
        ),
    ];
    details.extend(lists.map(|(name, list)| (name.to_owned(), list)));
    details.into()
}

fn expiring<T: Clone>(values: &Expiring<T>, describe: impl Fn(&T) -> Value) -> Value {
    let row = |(digest, entry): (&Digest, &Entry<T>)| {
        let mut row = json!({ "digest": start(digest), "expiresAt": entry.expires_at });
        if let (Some(row), Value::Object(value)) = (row.as_object_mut(), describe(&entry.value)) {
            row.extend(value);
        }
        row
    };
    list(values.len(), values.latest().map(row))
}

fn client_row(client: &Client) -> Value {
    let names = [
        "clientId",
        "clientIdAlias",
        "clientName",
        "clientType",
        "clientSecret",
        "tokenAuthMethod",
        "grantTypes",
        "redirectUris",
    ];
    members(client.settings.json(), &names).into()
}

fn pushed_request(request: &PushedRequest) -> Value {
    json!({ "clientId": request.client_id, "scopes": request.parameters.space_delimited("scope") })
}

fn ticket(request: &AuthorizationRequest) -> Value {
    json!({
        "clientId": request.requested.client_id,
        "scopes": request.requested.scopes,
        "redirectUri": request.redirect_uri,
    })
}

fn device_flow(flow: &DeviceFlow) -> Value {
    json!({
        "clientId": flow.requested.client_id,
        "scopes": flow.requested.scopes,
        "decision": decided(&flow.decision),
    })
}

fn backchannel_request(request: &BackchannelRequest) -> Value {
    json!({
        "clientId": request.requested.client_id,
        "scopes": request.requested.scopes,
        "deliveryMode": request.delivery_mode,
        "decision": decided(&request.decision),
    })
}

fn decided(decision: &Decision) -> &'static str {
    match decision {
        Decision::Pending => "pending",
        Decision::Granted(_) => "granted",
        Decision::Refused(_) => "refused",
    }
}

fn code(code: &Code) -> Value {
    json!({
        "clientId": code.grant.client_id,
        "subject": code.grant.subject,
        "scopes": code.grant.scopes,
        "redirectUri": code.redirect_uri,
        "used": code.used_for.is_some(),
    })
}

fn token(record: &TokenRecord) -> Value {
    let refresh_token = record.refresh_token.as_ref();
    json!({
        "digest": start(&record.access_token),
        "clientId": record.grant.client_id,
        "subject": record.grant.subject,
        "grantType": record.grant.grant_type,
        "scopes": record.grant.scopes,
        "createdAt": record.created_at,
        "expiresAt": record.access_token_expires_at,
        "refreshTokenDigest": refresh_token.map(|token| start(&token.digest)),
        "refreshTokenExpiresAt": refresh_token.map(|token| token.expires_at),
    })
}

fn start(digest: &Digest) -> String {
    digest.to_string().chars().take(DIGEST_LENGTH).collect()
}

fn members(settings: &Object, names: &[&str]) -> Object {
    let member = |name: &&str| {
        let value = settings.get(*name).cloned().unwrap_or_default();
        ((*name).to_owned(), value)
    };
    names.iter().map(member).collect()
}
