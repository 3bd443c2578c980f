//! `/client/registration`: clients that register themselves (RFC 7591) and manage their registration (RFC 7592).

use serde_json::Value;

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::digest::Digest;
use crate::json::{Object, ObjectExt};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::protocol::registration::{self, invalid, invalid_as};
use crate::protocol::registration_response::{self, UnstoredMembers};
use crate::protocol::software_statement;
use crate::random;
use crate::result_code::{
    METADATA_NO_STRING, REGISTERED, REGISTRATION_CLIENT_ID_MISSING, REGISTRATION_CLIENT_UNKNOWN,
    REGISTRATION_DELETED, REGISTRATION_JSON_MALFORMED, REGISTRATION_JSON_MISSING,
    REGISTRATION_NOT_DYNAMIC, REGISTRATION_READ, REGISTRATION_TOKEN_INVALID,
    REGISTRATION_TOKEN_MISSING, REGISTRATION_UNSUPPORTED, REGISTRATION_UPDATED,
    REGISTRATION_WITHOUT_TOKEN, ResultCode, SOFTWARE_ID_TAKEN, UPDATE_CLIENT_ID_MISSING,
    UPDATE_CLIENT_ID_OTHER, UPDATE_CLIENT_SECRET_OTHER,
};
use crate::settings::{ClientSettings, client_metadata, client_rules};
use crate::store::{Client, Service};

/// Registers a client. The caller decides whether the client may register, and checks initial access tokens.
pub fn register(call: &Call, service: &mut Service) -> Outcome {
    let outcome = create(call, service);
    respond(call, service, outcome)
}

/// Returns the registration of a client (RFC 7592 §2.1).
pub fn get(call: &Call, service: &Service) -> Outcome {
    let outcome = read(call, service);
    respond(call, service, outcome)
}

/// Replaces a registration (RFC 7592 §2.2).
pub fn update(call: &Call, service: &mut Service) -> Outcome {
    let outcome = replace(call, service);
    respond(call, service, outcome)
}

/// Deletes a registration (RFC 7592 §2.3).
pub fn delete(call: &Call, service: &mut Service) -> Outcome {
    let outcome = end(call, service);
    respond(call, service, outcome)
}

fn create(call: &Call, service: &mut Service) -> Result<ApiResponse, Refusal> {
    check_enabled(service)?;
    let sent = metadata(call)?;
    let requested = requested(call, service, &sent, None)?;
    let mut client = service.new_client(&requested, call.now)?;
    let token = random::token()?;
    client
        .settings
        .set_dynamic_registration(&Digest::of(&token));
    let settings = client.settings.clone();
    service.clients.put(client);
    Ok(success(
        call, service, REGISTERED, "CREATED", settings, &token, &sent,
    ))
}

fn read(call: &Call, service: &Service) -> Result<ApiResponse, Refusal> {
    let (client, token) = authorized(call, service)?;
    let settings = client.settings.clone();
    let sent = Object::new();
    Ok(success(
        call,
        service,
        REGISTRATION_READ,
        "OK",
        settings,
        token,
        &sent,
    ))
}

fn replace(call: &Call, service: &mut Service) -> Result<ApiResponse, Refusal> {
    let (client, token) = authorized(call, service)?;
    let sent = metadata(call)?;
    let settings = client.settings.json();
    check_update(&sent, client)?;
    let requested = requested(call, service, &sent, Some(client))?;
    let settings = client_rules::replace_registration(settings, requested);
    let mut settings = ClientSettings::from(settings);
    settings.set_modified_at(call.now);
    service.clients.put(Client {
        settings: settings.clone(),
    });
    Ok(success(
        call,
        service,
        REGISTRATION_UPDATED,
        "UPDATED",
        settings,
        token,
        &sent,
    ))
}

fn end(call: &Call, service: &mut Service) -> Result<ApiResponse, Refusal> {
    let (client, _) = authorized(call, service)?;
    let id = client.id();
    service.delete_client(id);
    Ok(ApiResponse::action(call.path, REGISTRATION_DELETED, "DELETED").build())
}

fn check_enabled(service: &Service) -> Result<(), Refusal> {
    if service.settings.dynamic_registration_supported() {
        return Ok(());
    }
    Err(OAuthError::new("server_error", REGISTRATION_UNSUPPORTED).into())
}

/// The client metadata in the request.
fn metadata(call: &Call) -> Result<Object, Refusal> {
    let json = call.body.text("json");
    let json = json.ok_or(OAuthError::new("server_error", REGISTRATION_JSON_MISSING))?;
    let metadata = serde_json::from_str(json);
    let message = "the body is not a JSON object";
    Ok(metadata.map_err(|_| invalid_as(REGISTRATION_JSON_MALFORMED, message))?)
}

/// The settings that a client requests in its metadata or in a software statement.
fn requested(
    call: &Call,
    service: &Service,
    sent: &Object,
    existing: Option<&Client>,
) -> Result<Object, Refusal> {
    let metadata = software_statement::apply(sent, service, call.now)?;
    Ok(checked_settings(service, &metadata, existing)?.into_json())
}

/// Converts the metadata of a new or an existing client into settings, and checks these.
pub fn checked_settings(
    service: &Service,
    metadata: &Object,
    existing: Option<&Client>,
) -> Result<ClientSettings, OAuthError> {
    let mut settings =
        client_metadata::read(metadata).map_err(|(code, message)| invalid_as(code, message))?;
    client_rules::complete_registration(&mut settings);
    let mut settings = ClientSettings::from(settings);
    registration::check(&settings, service)?;
    refuse_taken_software(service, &settings, existing)?;
    let custom = custom(service, metadata);
    if !custom.is_empty() {
        settings.set_custom_metadata(custom);
    }
    if service.settings.dcr_scope_used_as_requestable() {
        if let Some(existing) = existing {
            settings.copy_extension(&existing.settings);
        }
        settings.restrict_scopes(scopes(metadata)?);
    }
    Ok(settings)
}

/// The custom metadata that the service supports.
fn custom(service: &Service, metadata: &Object) -> Object {
    let names = service.settings.supported_custom_client_metadata();
    let names = names
        .unwrap_or_default()
        .into_iter()
        .filter(|name| !client_metadata::is_standard(name));
    let members = names.filter_map(|name| metadata.get_key_value(name));
    members
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The scopes in the metadata `scope`.
fn scopes(metadata: &Object) -> Result<Option<Vec<&str>>, OAuthError> {
    match metadata.get("scope") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(scope)) => Ok(Some(scope.split_ascii_whitespace().collect())),
        Some(_) => Err(invalid_as(METADATA_NO_STRING, "scope: must be a string")),
    }
}

fn refuse_taken_software(
    service: &Service,
    settings: &ClientSettings,
    existing: Option<&Client>,
) -> Result<(), OAuthError> {
    let Some(software) = settings.software_id() else {
        return Ok(());
    };
    let own = existing.map(Client::id);
    let mut others = service
        .clients
        .iter()
        .filter(|client| Some(client.id()) != own);
    let is_taken = others.any(|client| client.settings.software_id() == Some(software));
    if is_taken && service.settings.dcr_duplicate_software_id_blocked() {
        return Err(OAuthError::new(
            "invalid_client_metadata",
            SOFTWARE_ID_TAKEN,
        ));
    }
    Ok(())
}

/// The client of a call to the configuration endpoint, if the registration access token is valid for it.
fn authorized<'c, 's>(
    call: &'c Call,
    service: &'s Service,
) -> Result<(&'s Client, &'c str), Refusal> {
    check_enabled(service)?;
    let identifier = call.body.text("clientId");
    let identifier = identifier.ok_or(OAuthError::new(
        "server_error",
        REGISTRATION_CLIENT_ID_MISSING,
    ))?;
    let refuse = |code| OAuthError::new("invalid_token", code);
    let token = call.body.text("token");
    let token = token.ok_or(refuse(REGISTRATION_TOKEN_MISSING))?;
    let found = service.client(identifier);
    let (client, named_by) = found.ok_or(refuse(REGISTRATION_CLIENT_UNKNOWN))?;
    let hash = client.settings.registration_access_token_hash();
    let hash = hash.ok_or(refuse(match client.settings.dynamically_registered() {
        true => REGISTRATION_WITHOUT_TOKEN,
        false => REGISTRATION_NOT_DYNAMIC,
    }))?;
    if !random::constant_time_eq(hash, &Digest::of(token).to_string()) {
        return Err(refuse(REGISTRATION_TOKEN_INVALID).into());
    }
    call.refuse_locked(client, named_by).map_err(Refusal::Api)?;
    Ok((client, token))
}

/// RFC 7592 §2.2: an update must have the ID of the client, may have only the current secret, and must not have members
/// that the server issued with the registration.
fn check_update(sent: &Object, client: &Client) -> Result<(), OAuthError> {
    let id = sent.get("client_id").and_then(Value::as_str);
    let own_id = client.id().to_string();
    let message = "client_id: must be that of the client";
    let id = id.ok_or(invalid_as(UPDATE_CLIENT_ID_MISSING, message))?;
    if id != own_id && Some(id) != client.alias() {
        return Err(invalid_as(UPDATE_CLIENT_ID_OTHER, message));
    }
    let own = client.settings.client_secret();
    let secret = sent.get("client_secret");
    if secret.is_some_and(|secret| secret.as_str() != own) {
        let message = "client_secret: must be the current one";
        return Err(invalid_as(UPDATE_CLIENT_SECRET_OTHER, message));
    }
    let given = registration_response::ISSUED;
    match given.iter().find(|name| sent.contains_key(**name)) {
        Some(name) => Err(invalid(format!("{name}: must not be in an update"))),
        None => Ok(()),
    }
}

fn success(
    call: &Call,
    service: &Service,
    code: ResultCode,
    action: &str,
    settings: ClientSettings,
    token: &str,
    sent: &Object,
) -> ApiResponse {
    let unstored = UnstoredMembers {
        registration_access_token: token,
        software_statement: sent.get("software_statement"),
    };
    let content = registration_response::write(&settings, &service.settings, &unstored);
    ApiResponse::action(call.path, code, action)
        .with("responseContent", Value::Object(content).to_string())
        .with("client", settings.into_json())
        .build()
}

/// The action `UNAUTHORIZED` needs `unauthorizedOnClientConfigSupported`; without it, a wrong token is a bad request.
fn respond(call: &Call, service: &Service, outcome: Result<ApiResponse, Refusal>) -> Outcome {
    let knows = service.settings.unauthorized_on_client_config_supported();
    outcome.or_else(|refusal| {
        refusal.outcome(call, &service.settings, |error| match error.error {
            "server_error" => "INTERNAL_SERVER_ERROR",
            "invalid_token" if knows => "UNAUTHORIZED",
            _ => "BAD_REQUEST",
        })
    })
}
