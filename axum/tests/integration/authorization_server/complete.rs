//! A provider with all endpoints, whose traits allow everything.

use authlete::JsonObject;
use authlete::server::RequestCredentials;
use authlete::types::{
    BackchannelAuthenticationFailReason, BackchannelAuthenticationResponse,
    CredentialIssuanceOrder, CredentialRequestInfo, DeliveryMode, GrantType, IntrospectionResponse,
    Service, TokenCreateRequest, TokenResponse,
};
use authlete_axum::authorization_server::{
    BackchannelRequest, BackchannelUsers, CredentialOrders, Logout, LogoutRequest, Registrations,
    ResourceServer, ResourceServers, TokenGrants,
};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response, Result};

use super::credential_issuer::issue_degrees;
use super::federation::Federation;
use super::paths::{fill_captures, paths};
use super::*;

/// A provider with all endpoints, including the credential issuer, at one origin.
pub struct Complete {
    pub provider: Provider,
    /// The endpoints, and the pages of users.
    pub router: Router,
}

impl Complete {
    pub async fn start(
        version: ApiVersion,
        change: impl FnOnce(AuthorizationServer) -> AuthorizationServer,
    ) -> Self {
        let mut captured = None;
        let provider = Provider::with(version, |server| {
            let endpoints = with_credential_issuer(server.endpoints());
            let server = AuthorizationServer::new(server.api().clone(), endpoints, users::Users)
                .token_grants(AllowAll)
                .resource_servers(AllowAll)
                .backchannel_users(AllowAll)
                .logout(AllowAll)
                .registrations(AllowAll)
                .credential_orders(AllowAll);
            let server = change(server);
            let router = users::router(server.clone());
            captured = Some((router.clone(), server.endpoints().clone()));
            router
        })
        .await;
        let (router, endpoints) = captured.unwrap();
        provider
            .change_service(|service| {
                endpoints.write_to(service);
                allow_all(service);
            })
            .await;
        provider
            .change_client(|client| {
                client.grant_types = Some(grant_types());
                client.bc_delivery_mode = Some(DeliveryMode::Poll);
            })
            .await;
        Self { provider, router }
    }

    /// The paths of all routes, with `1` for each capture.
    pub fn paths(&self) -> Vec<String> {
        let paths = paths(&self.router);
        paths.iter().map(|path| fill_captures(path, "1")).collect()
    }

    /// An access token for all resources of the provider.
    pub async fn access_token(&self) -> String {
        let scopes = "openid email degree grant_management_query grant_management_revoke";
        let tokens = self.provider.client().tokens(scopes, &[]).await;
        tokens["access_token"].as_str().unwrap().to_owned()
    }
}

fn with_credential_issuer(endpoints: &Endpoints) -> Endpoints {
    let mut service = Service::default();
    endpoints.write_to(&mut service);
    let issuer = service.issuer.unwrap();
    endpoints.clone().with_credential_issuer(&issuer).unwrap()
}

fn grant_types() -> Vec<GrantType> {
    vec![
        GrantType::AuthorizationCode,
        GrantType::RefreshToken,
        GrantType::ClientCredentials,
        GrantType::Password,
        GrantType::TokenExchange,
        GrantType::JwtBearer,
        GrantType::DeviceCode,
        GrantType::Ciba,
    ]
}

/// Enables all features of the service: Authlete reports a call for a disabled feature as an error of the server.
fn allow_all(service: &mut Service) {
    service.supported_grant_types = Some(grant_types());
    service.dynamic_registration_supported = Some(true);
    service.id_token_reissuable = Some(true);
    service.device_flow_code_duration = Some(600);
    service.device_verification_uri = Some("https://as.example/device".to_owned());
    service.backchannel_auth_req_id_duration = Some(600);
    service.supported_backchannel_token_delivery_modes = Some(vec![DeliveryMode::Poll]);
    issue_degrees(service);
    Federation::new().join(service);
}

/// The media type that the endpoint at a path expects.
pub fn media_type(path: &str) -> &'static str {
    match path {
        "/federation/register" => "application/entity-statement+jwt",
        _ if path.starts_with("/register") || path.starts_with("/credential") => "application/json",
        _ => "application/x-www-form-urlencoded",
    }
}

/// Allows everything, with `alice` as the user.
struct AllowAll;

impl TokenGrants for AllowAll {
    async fn password(&self, _: &TokenResponse) -> Result<Option<String>> {
        Ok(Some("alice".to_owned()))
    }

    async fn token_exchange(&self, _: &TokenResponse) -> Result<Option<TokenCreateRequest>> {
        let request = TokenCreateRequest::new(GrantType::TokenExchange);
        Ok(Some(request.subject("alice")))
    }

    async fn jwt_bearer(&self, _: &TokenResponse) -> Result<Option<TokenCreateRequest>> {
        let request = TokenCreateRequest::new(GrantType::JwtBearer);
        Ok(Some(request.subject("alice")))
    }

    async fn reissues_id_token(&self, _: &TokenResponse) -> Result<bool> {
        Ok(true)
    }
}

impl ResourceServers for AllowAll {
    async fn authenticate(&self, _: &RequestCredentials) -> Result<Option<ResourceServer>> {
        Ok(Some(ResourceServer::new("https://api.example.com")))
    }
}

impl BackchannelUsers for AllowAll {
    async fn identify(
        &self,
        _: &BackchannelAuthenticationResponse,
    ) -> Result<Result<String, BackchannelAuthenticationFailReason>> {
        Ok(Ok("alice".to_owned()))
    }

    async fn ask(&self, _: BackchannelRequest) {}
}

impl Logout for AllowAll {
    async fn log_out(&self, _: &Parts, logout: LogoutRequest) -> Result<Response> {
        Ok(logout.response().unwrap_or_else(|| "bye".into_response()))
    }
}

impl Registrations for AllowAll {
    async fn may_register(&self, _: &RequestCredentials, _: &JsonObject) -> Result<bool> {
        Ok(true)
    }

    async fn may_update(&self, _: &str, _: &JsonObject) -> Result<bool> {
        Ok(true)
    }
}

impl CredentialOrders for AllowAll {
    async fn order(
        &self,
        _: &IntrospectionResponse,
        _: &CredentialRequestInfo,
    ) -> Result<Option<CredentialIssuanceOrder>> {
        let order = CredentialIssuanceOrder::new("any");
        Ok(Some(order.issuance_deferred(true)))
    }
}
