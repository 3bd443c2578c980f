//! The client information response (RFC 7591 §3.2.1, RFC 7592 §3).

use serde_json::Value;

use super::registration;
use crate::json::Object;
use crate::settings::client_metadata;
use crate::settings::{ClientSettings, ServiceSettings};

/// Members that the server issues and a client must not send back (RFC 7592 §2.2).
pub const ISSUED: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

/// Members of the response besides the metadata, which are not stored.
#[derive(Debug)]
pub struct UnstoredMembers<'a> {
    pub registration_access_token: &'a str,
    /// As the client sent it.
    pub software_statement: Option<&'a Value>,
}

/// Writes the registration of a client, with the URI and the token to manage it.
pub fn write(
    client: &ClientSettings,
    service: &ServiceSettings,
    unstored: &UnstoredMembers<'_>,
) -> Object {
    let mut members = information(client);
    if let Some(uri) = configuration_uri(service, client) {
        members.insert("registration_client_uri".to_owned(), uri.into());
    }
    members.insert(
        "registration_access_token".to_owned(),
        unstored.registration_access_token.into(),
    );
    if let Some(statement) = unstored.software_statement {
        members.insert("software_statement".to_owned(), statement.clone());
    }
    members
}

/// The registered metadata of a client. It includes the secret if the client needs one; it does not expire.
pub fn information(client: &ClientSettings) -> Object {
    let issued_at = client.created_at().unwrap_or_default() / 1000;
    let mut members = client_metadata::write(client.json());
    let extra = client.custom_metadata();
    let extra = extra.and_then(|text| serde_json::from_str::<Object>(text).ok());
    members.extend(extra.unwrap_or_default());
    members.extend([
        ("client_id".to_owned(), id(client).into()),
        ("client_id_issued_at".to_owned(), issued_at.into()),
    ]);
    if let Some(secret) = client.client_secret()
        && registration::needs_secret(client)
    {
        members.insert("client_secret".to_owned(), secret.into());
        members.insert("client_secret_expires_at".to_owned(), 0.into());
    }
    if let Some(scopes) = requestable(client) {
        members.insert("scope".to_owned(), scopes.join(" ").into());
    }
    members
}

fn id(client: &ClientSettings) -> String {
    client.client_id().unwrap_or_default().to_string()
}

/// The client configuration endpoint.
fn configuration_uri(service: &ServiceSettings, client: &ClientSettings) -> Option<String> {
    let base = service
        .registration_management_endpoint()
        .or_else(|| service.registration_endpoint())?;
    Some(format!("{}/{}", base.trim_end_matches('/'), id(client)))
}

fn requestable(client: &ClientSettings) -> Option<Vec<&str>> {
    let extension = client.extension()?;
    let is_confined = extension.requestable_scopes_enabled();
    extension.requestable_scopes().filter(|_| is_confined)
}
