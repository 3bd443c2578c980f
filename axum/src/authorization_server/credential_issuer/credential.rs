//! The credential endpoints for wallets.

use authlete::Secret;
use authlete::server::{
    CredentialDeferredIssueNext, CredentialDeferredParseNext, CredentialSingleIssueNext,
    CredentialSingleParseNext, IntrospectionNext,
};
use authlete::types::{
    CredentialDeferredIssueRequest, CredentialDeferredParseRequest, CredentialIssuanceOrder,
    CredentialRequestInfo, CredentialSingleIssueRequest, CredentialSingleParseRequest,
    IntrospectionRequest, IntrospectionResponse,
};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::DynCredentialOrders;
use crate::authorization_server::request::has_media_type;
use crate::authorization_server::{AuthorizationServer, Failure};
use crate::public_url::PublicUrl;
use crate::response::add_dpop_nonce;

/// The credential endpoint (OpenID for Verifiable Credential Issuance 1.0 §8). `POST`, with an access token.
///
/// [`CredentialOrders::order`](super::CredentialOrders::order) provides the contents of the credential. By default, requests
/// are refused.
pub async fn credential(
    State(server): State<AuthorizationServer>,
    request: Request,
) -> Result<Response, Failure> {
    let urls = server.endpoints().credential_issuer.as_ref();
    let url = urls.and_then(|urls| urls.credential.as_ref());
    let received = server.credential_request(request, url).await?;
    let request = CredentialSingleParseRequest::new(&received.value, received.body.as_str());
    let answer = match server.api().credential_single_parse(&request).await?.next() {
        CredentialSingleParseNext::Respond(response) => {
            return Ok(received.respond(response.map(Body::new)));
        }
        CredentialSingleParseNext::Ok { answer } => answer,
    };
    let info = answer.info.ok_or_else(Failure::server_error)?;
    let order = server.orders().order(&received.token, &info).await?;
    let is_denied = order.is_none();
    let order = order_of(order, &info)?;
    let mut request = CredentialSingleIssueRequest::new(&received.value, order);
    request.denied = is_denied.then_some(true);
    let answer = server.api().credential_single_issue(&request).await?;
    let CredentialSingleIssueNext::Respond(response) = answer.next();
    Ok(received.respond(response.map(Body::new)))
}

/// The deferred credential endpoint (OpenID for Verifiable Credential Issuance 1.0 §9), where a wallet gets a credential
/// that was deferred. `POST`, with an access token.
///
/// [`CredentialOrders::deferred_order`](super::CredentialOrders::deferred_order) provides the contents of the credential.
pub async fn deferred_credential(
    State(server): State<AuthorizationServer>,
    request: Request,
) -> Result<Response, Failure> {
    let urls = server.endpoints().credential_issuer.as_ref();
    let url = urls.and_then(|urls| urls.deferred.as_ref());
    let received = server.credential_request(request, url).await?;
    let request = CredentialDeferredParseRequest::new(&received.value, received.body.as_str());
    let answer = server.api().credential_deferred_parse(&request).await?;
    let answer = match answer.next() {
        CredentialDeferredParseNext::Respond(response) => {
            return Ok(received.respond(response.map(Body::new)));
        }
        CredentialDeferredParseNext::Ok { answer } => answer,
    };
    let info = answer.info.ok_or_else(Failure::server_error)?;
    let orders = server.orders();
    let order = orders.deferred_order(&received.token, &info).await?;
    let is_denied = order.is_none();
    let order = order_of(order, &info)?;
    let mut request = CredentialDeferredIssueRequest::new(order);
    request.denied = is_denied.then_some(true);
    let answer = server.api().credential_deferred_issue(&request).await?;
    let CredentialDeferredIssueNext::Respond(response) = answer.next();
    Ok(received.respond(response.map(Body::new)))
}

/// A request with a valid access token.
struct Received {
    token: IntrospectionResponse,
    value: Secret,
    body: String,
}

impl Received {
    /// Adds the DPoP nonce to the response (RFC 9449 §8.2).
    fn respond(&self, mut response: Response) -> Response {
        add_dpop_nonce(response.headers_mut(), self.token.dpop_nonce.as_deref());
        response
    }
}

impl AuthorizationServer {
    fn orders(&self) -> &dyn DynCredentialOrders {
        &*self.settings.credential_orders
    }

    /// Checks the access token and its binding, and then reads the body.
    async fn credential_request(
        &self,
        request: Request,
        url: Option<&PublicUrl>,
    ) -> Result<Received, Failure> {
        let (parts, body) = request.into_parts();
        let credentials = self.resource_credentials(&parts)?;
        let token = credentials.access_token().ok_or_else(Failure::no_token)?;
        let mut introspection = IntrospectionRequest::new(&token.value).credentials(&credentials);
        if let Some(url) = url {
            introspection = introspection.received_at(parts.method.as_str(), url.to_string());
        }
        let answer = self.api().cached_introspection(&introspection).await?;
        let token = match answer.next() {
            IntrospectionNext::Respond(response) => return Err(Failure::from(response)),
            IntrospectionNext::Ok { answer } => *answer,
        };
        let value = introspection.token;
        if !is_credential_request(&parts.headers) {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Failure::oauth(status, "invalid_credential_request"));
        }
        let (_, body) = self.text(Request::from_parts(parts, body)).await?;
        Ok(Received { token, value, body })
    }
}

/// Encrypted requests are JWTs (OpenID for Verifiable Credential Issuance 1.0 §10).
fn is_credential_request(headers: &HeaderMap) -> bool {
    has_media_type(headers, "application/json") || has_media_type(headers, "application/jwt")
}

/// The order for this request. A refused request is also marked as deferred, so that an Authlete version that does not
/// support `denied` issues nothing.
fn order_of(
    order: Option<CredentialIssuanceOrder>,
    info: &CredentialRequestInfo,
) -> Result<CredentialIssuanceOrder, Failure> {
    let identifier = info.identifier.as_deref();
    let identifier = identifier.ok_or_else(Failure::server_error)?;
    let refused = || CredentialIssuanceOrder::new(identifier).issuance_deferred(true);
    let mut order = order.unwrap_or_else(refused);
    order.request_identifier = identifier.to_owned();
    Ok(order)
}
