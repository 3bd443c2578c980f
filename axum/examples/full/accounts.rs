//! Login, pages and claims.

use authlete::server::{Consent, Session, StandardClaims};
use authlete::types::TokenResponse;
use authlete_axum::authorization_server::TokenGrants;
use authlete_axum::interaction::{self, Page, SameOriginForm};
use axum::http::request::Parts;
use axum::response::{Response, Result};

use crate::pages;
use crate::users::Users;

impl interaction::Users for Users {
    type Claims = StandardClaims;

    async fn log_in(&self, _: &Parts, form: &SameOriginForm) -> Result<Option<Session>> {
        Ok(self.check(form.get("name"), form.get("password"), form.get("code"))?)
    }

    async fn page(&self, _: &Parts, page: Page<'_>) -> Result<Response> {
        Ok(pages::render(page))
    }

    async fn claims(&self, subject: &str) -> Result<Option<StandardClaims>> {
        Ok(Users::claims(self, subject))
    }

    async fn with_consent(&self, session: Session, client_id: i64) -> Result<Session> {
        let earlier = self.earlier_consent(session.subject(), client_id);
        Ok(session.consented_before(earlier))
    }

    async fn remember(&self, subject: &str, client_id: i64, consent: Consent) -> Result<()> {
        self.add_consent(subject, client_id, consent);
        Ok(())
    }
}

impl TokenGrants for Users {
    async fn reissues_id_token(&self, _: &TokenResponse) -> Result<bool> {
        Ok(true)
    }
}
