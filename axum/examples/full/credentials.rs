//! Verifiable credentials (OpenID for Verifiable Credential Issuance 1.0).

use authlete::types::{
    CredentialIssuanceOrder, CredentialOfferCreateRequest, CredentialRequestInfo,
    IntrospectionResponse,
};
use authlete_axum::authorization_server::{CredentialOrders, Failure};
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::{Response, Result};
use serde_json::json;

use crate::Shared;
use crate::pages;
use crate::settings::{MEMBERSHIP, MEMBERSHIP_TYPE};
use crate::users::Users;

impl CredentialOrders for Users {
    async fn order(
        &self,
        token: &IntrospectionResponse,
        request: &CredentialRequestInfo,
    ) -> Result<Option<CredentialIssuanceOrder>> {
        let subject = token.subject.as_deref();
        let Some(subject) = subject.filter(|subject| self.is_known(subject)) else {
            return Ok(None);
        };
        let member = json!({ "vct": MEMBERSHIP_TYPE, "sub": subject, "member_since": 2026 });
        let order = CredentialIssuanceOrder::new(request.identifier.clone().unwrap_or_default());
        Ok(Some(order.credential_payload(member.to_string())))
    }
}

/// Offers a credential to the logged-in user, with a link that opens the wallet.
pub async fn offer(State(state): Shared, request: Parts) -> Result<Response> {
    let server = state.server;
    let Some(session) = state.interactions.session(&request).await? else {
        return state.interactions.log_in_page(&server, &request).await;
    };
    let configurations = vec![MEMBERSHIP.to_owned()];
    let request = CredentialOfferCreateRequest::new(configurations, session.subject())
        .pre_authorized_code_grant_included(true);
    let offer = server.api().credential_offer_create(&request).await;
    let offer = offer.map_err(Failure::from)?.info.unwrap_or_default();
    let identifier = offer.identifier.unwrap_or_default();
    let uri = server.endpoints().credential_offer_uri(&identifier);
    Ok(pages::offer(&uri.unwrap_or_default()))
}
