//! A provider that has all endpoints, and that allows whatever is left to it.

use authlete::JsonObject;
use authlete::server::Presented;
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
use super::paths::{filled, paths};
use super::*;

/// A provider with every endpoint, in one origin.
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
        let mut kept = None;
        let provider = Provider::with(version, |server| {
            let endpoints = with_credential_issuer(server.endpoints());
            let server = AuthorizationServer::new(server.api().clone(), endpoints, users::Users)
                .token_grants(Everybody)
                .resource_servers(Everybody)
                .backchannel_users(Everybody)
                .logout(Everybody)
                .registrations(Everybody)
                .credential_orders(Everybody);
            let server = change(server);
            let router = users::router(server.clone());
            kept = Some((router.clone(), server.endpoints().clone()));
            router
        })
        .await;
        let (router, endpoints) = kept.unwrap();
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

    /// The paths of all routes, with `1` in the place of an ID.
    pub fn paths(&self) -> Vec<String> {
        let paths = paths(&self.router);
        paths.iter().map(|path| filled(path, "1")).collect()
    }

    /// An access token for every resource of the provider.
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
    endpoints.clone().credential_issuer_below(&issuer).unwrap()
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

/// What a service does not support is an error of the server that has an endpoint for it.
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

/// The media type that the endpoint at a path reads.
pub fn media_type(path: &str) -> &'static str {
    match path {
        "/federation/register" => "application/entity-statement+jwt",
        _ if path.starts_with("/register") || path.starts_with("/credential") => "application/json",
        _ => "application/x-www-form-urlencoded",
    }
}

/// Everybody may do everything, as `alice`.
struct Everybody;

impl TokenGrants for Everybody {
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

impl ResourceServers for Everybody {
    async fn authenticate(&self, _: &Presented) -> Result<Option<ResourceServer>> {
        Ok(Some(ResourceServer::new("https://api.example.com")))
    }
}

impl BackchannelUsers for Everybody {
    async fn identify(
        &self,
        _: &BackchannelAuthenticationResponse,
    ) -> Result<Result<String, BackchannelAuthenticationFailReason>> {
        Ok(Ok("alice".to_owned()))
    }

    async fn ask(&self, _: BackchannelRequest) {}
}

impl Logout for Everybody {
    async fn log_out(&self, _: &Parts, logout: LogoutRequest) -> Result<Response> {
        Ok(logout.response().unwrap_or_else(|| "bye".into_response()))
    }
}

impl Registrations for Everybody {
    async fn may_register(&self, _: &Presented, _: &JsonObject) -> Result<bool> {
        Ok(true)
    }

    async fn may_update(&self, _: &str, _: &JsonObject) -> Result<bool> {
        Ok(true)
    }
}

impl CredentialOrders for Everybody {
    async fn order(
        &self,
        _: &IntrospectionResponse,
        _: &CredentialRequestInfo,
    ) -> Result<Option<CredentialIssuanceOrder>> {
        let order = CredentialIssuanceOrder::new("any");
        Ok(Some(order.issuance_deferred(true)))
    }
}
