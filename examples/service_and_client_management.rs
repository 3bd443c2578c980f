//! Services and clients: create, list, change, delete.
//!
//! `cargo run --example service_and_client_management` runs it against the emulator; with `AUTHLETE_*` in the
//! environment it creates a service of the organization or service owner there, and deletes it at the end.

mod connection;

use anyhow::{Context as _, Result};
use authlete::types::{
    Client, ClientType, GetClientListQuery, GetServiceListQuery, GrantType, ResponseType, Scope,
    Service,
};
use authlete::{ApiVersion, Authlete, ListRequest as _};
use futures_util::TryStreamExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let connection = connection::connect().await?;
    let api = &connection.api;

    let service = Service::new()
        .service_name("A service of the example")
        .issuer("https://as.example.com")
        .supported_grant_types([GrantType::AuthorizationCode, GrantType::RefreshToken])
        .supported_response_types([ResponseType::Code])
        .supported_scopes([Scope::new("read")
            .description("Read things")
            .default_entry(true)]);
    let service = api.create_service(&service).await?;
    let id = service.api_key.context("the new service has no ID")?;
    println!("created service {id}");

    let outcome = manage(api, id, service).await;
    api.delete_service(id).await?;
    println!("deleted service {id}");
    outcome
}

async fn manage(api: &Authlete, id: i64, service: Service) -> Result<()> {
    // Get, change, update: members that this version of the crate does not know are kept.
    let mut changed = api.get_service(id).await?;
    changed.access_token_duration = Some(600);
    let changed = api.update_service(id, &changed).await?;
    println!(
        "access tokens are now valid for {} seconds",
        changed.access_token_duration.unwrap_or_default()
    );

    println!("services:");
    let mut services = std::pin::pin!(api.items(GetServiceListQuery::new(), 20));
    while let Some(service) = services.try_next().await? {
        println!(
            "  {:?} {}",
            service.api_key,
            service.service_name.unwrap_or_default()
        );
    }

    // A handle for the new service, on the same connections. In 2.x the service has its own key and secret; in 3.0 the
    // organization token is valid for it, but a token of another service is not.
    let config = api.config().clone().service_id(id);
    let config = match api.api_version() {
        ApiVersion::V2 => config.service_api_secret(service.api_secret.unwrap_or_default()),
        ApiVersion::V3 => config.service_access_token(""),
    };
    manage_clients(&api.with_config(config)?).await
}

async fn manage_clients(api: &Authlete) -> Result<()> {
    for name in ["One", "Two", "Three"] {
        let client = Client::new()
            .client_name(format!("Client {name}"))
            .developer("alice")
            .client_type(ClientType::Confidential)
            .redirect_uris(["https://client.example.com/callback"]);
        let client = api.create_client(&client).await?;
        println!("created client {:?}", client.client_id);
    }

    let page = api
        .get_client_list(&GetClientListQuery::new().developer("alice").range(0..2))
        .await?;
    let total = page.total_count.unwrap_or_default();
    let clients = page.clients.unwrap_or_default();
    println!("the first {} of {total} clients:", clients.len());
    for client in clients {
        println!(
            "  {:?} {}",
            client.client_id,
            client.client_name.unwrap_or_default()
        );
    }

    let all: Vec<Client> = api
        .items(GetClientListQuery::new(), 2)
        .try_collect()
        .await?;
    if let Some(id) = all.first().and_then(|client| client.client_id) {
        api.refresh_client_secret(id).await?;
        println!("client {id} has a new secret");
        api.delete_client(id).await?;
        println!("deleted client {id}");
    }
    Ok(())
}
