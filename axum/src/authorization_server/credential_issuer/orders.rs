//! The contents of credentials.

use std::future::Future;

use authlete::types::{CredentialIssuanceOrder, CredentialRequestInfo, IntrospectionResponse};
use axum::response::Result;

use crate::authorization_server::accounts::BoxFuture;

/// Decides on credential requests, after Authlete has checked the access token and the key proofs.
///
/// An order has the contents of the credential, or defers it. `None` refuses the request permanently, with
/// `credential_request_denied`. An `Err` is the complete response.
///
/// ```
/// use authlete::types::{CredentialIssuanceOrder, CredentialRequestInfo, IntrospectionResponse};
/// use authlete_axum::authorization_server::CredentialOrders;
/// use axum::response::Result;
///
/// struct Degrees;
///
/// impl CredentialOrders for Degrees {
///     async fn order(
///         &self,
///         token: &IntrospectionResponse,
///         request: &CredentialRequestInfo,
///     ) -> Result<Option<CredentialIssuanceOrder>> {
///         let is_degree = request.credential_configuration_id.as_deref() == Some("degree");
///         let (true, Some(user), Some(identifier)) = (is_degree, &token.subject, &request.identifier) else {
///             return Ok(None);
///         };
///         let payload = format!(r#"{{"vct":"https://issuer.example/degree","sub":"{user}"}}"#);
///         Ok(Some(CredentialIssuanceOrder::new(identifier).credential_payload(payload)))
///     }
/// }
/// ```
pub trait CredentialOrders: Send + Sync + 'static {
    /// The order for a credential (OpenID for Verifiable Credential Issuance 1.0 §8). `token.subject` is the user,
    /// if there is one. `requestIdentifier` of the order is overwritten with that of the request.
    fn order(
        &self,
        token: &IntrospectionResponse,
        request: &CredentialRequestInfo,
    ) -> impl Future<Output = Result<Option<CredentialIssuanceOrder>>> + Send;

    /// The order for a deferred credential, when the wallet requests it again (§9). Default: [`order`](Self::order). It may
    /// defer the credential again.
    fn deferred_order(
        &self,
        token: &IntrospectionResponse,
        request: &CredentialRequestInfo,
    ) -> impl Future<Output = Result<Option<CredentialIssuanceOrder>>> + Send {
        self.order(token, request)
    }
}

/// The default: all requests are refused.
pub struct NoCredentialOrders;

impl CredentialOrders for NoCredentialOrders {
    async fn order(
        &self,
        _: &IntrospectionResponse,
        _: &CredentialRequestInfo,
    ) -> Result<Option<CredentialIssuanceOrder>> {
        Ok(None)
    }
}

/// The dyn-compatible form of [`CredentialOrders`].
pub trait DynCredentialOrders: Send + Sync {
    fn order<'a>(
        &'a self,
        token: &'a IntrospectionResponse,
        request: &'a CredentialRequestInfo,
    ) -> BoxFuture<'a, Result<Option<CredentialIssuanceOrder>>>;

    fn deferred_order<'a>(
        &'a self,
        token: &'a IntrospectionResponse,
        request: &'a CredentialRequestInfo,
    ) -> BoxFuture<'a, Result<Option<CredentialIssuanceOrder>>>;
}

impl<T: CredentialOrders> DynCredentialOrders for T {
    fn order<'a>(
        &'a self,
        token: &'a IntrospectionResponse,
        request: &'a CredentialRequestInfo,
    ) -> BoxFuture<'a, Result<Option<CredentialIssuanceOrder>>> {
        Box::pin(CredentialOrders::order(self, token, request))
    }

    fn deferred_order<'a>(
        &'a self,
        token: &'a IntrospectionResponse,
        request: &'a CredentialRequestInfo,
    ) -> BoxFuture<'a, Result<Option<CredentialIssuanceOrder>>> {
        Box::pin(CredentialOrders::deferred_order(self, token, request))
    }
}
