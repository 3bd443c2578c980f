//! Tests of the authorization server endpoints, with a browser and a client.

mod any_requests;
mod attestation_challenge;
mod authorization;
mod backchannel;
mod bodies;
mod browser;
mod client;
mod complete;
mod credential_issuer;
mod cross_origin;
mod device;
mod discovery;
mod federation;
mod full;
mod grant_management;
mod interaction;
mod introspection;
mod logout;
mod minimal;
mod notifications;
mod pushed;
mod registration;
mod repeated_headers;
mod token;
mod userinfo;

pub mod paths;
pub mod users;

use std::net::SocketAddr;

use authlete::{ApiVersion, Authlete};
use authlete_axum::AuthorizationServer;
use authlete_axum::authorization_server::{Accounts, Endpoints};
use authlete_emulator::Emulator;
use axum::Router;
use tokio::net::TcpListener;

pub use client::{Browser, Client, Reply};
pub use complete::media_type;

/// An authorization server with its own emulator and registered client.
pub struct Provider {
    pub emulator: Emulator,
    pub api: Authlete,
    pub issuer: String,
}

impl Provider {
    pub async fn start(version: ApiVersion) -> Self {
        Self::with(version, users::router).await
    }

    /// A provider with a router from the test.
    pub async fn with(
        version: ApiVersion,
        router: impl FnOnce(AuthorizationServer) -> Router,
    ) -> Self {
        Self::at("", version, users::Users, router).await
    }

    /// A provider, and its server for direct calls.
    pub async fn with_server(version: ApiVersion) -> (Self, AuthorizationServer) {
        let mut captured = None;
        let provider = Self::with(version, |server| {
            captured = Some(server.clone());
            server.router()
        });
        (provider.await, captured.unwrap())
    }

    /// A provider below a path, with accounts and a router from the test.
    pub async fn at(
        path: &str,
        version: ApiVersion,
        accounts: impl Accounts,
        router: impl FnOnce(AuthorizationServer) -> Router,
    ) -> Self {
        let emulator = Emulator::start().await.unwrap();
        let api = Authlete::new(emulator.config(version)).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}{path}", listener.local_addr().unwrap());
        let endpoints = Endpoints::from_issuer(&issuer).unwrap();
        endpoints
            .update_service(&api, emulator.service_id())
            .await
            .unwrap();
        let server = AuthorizationServer::new(api.clone(), endpoints, accounts);
        let router = router(server);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self {
            emulator,
            api,
            issuer,
        }
    }

    /// Changes the registered client.
    pub async fn change_client(&self, change: impl FnOnce(&mut authlete::types::Client)) {
        let id = self.emulator.client().id;
        let mut client = self.api.get_client(id).await.unwrap();
        change(&mut client);
        self.api.update_client(id, &client).await.unwrap();
    }

    /// Changes the service.
    pub async fn change_service(&self, change: impl FnOnce(&mut authlete::types::Service)) {
        let id = self.emulator.service_id();
        let mut service = self.api.get_service(id).await.unwrap();
        change(&mut service);
        self.api.update_service(id, &service).await.unwrap();
    }

    pub fn client(&self) -> Client<'_> {
        Client::of(self)
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.issuer)
    }
}
