//! Finds the record of the token that a request refers to.

use crate::digest::Digest;
use crate::json::{Object, ObjectExt};
use crate::store::{RecordId, Service};

/// A reference to a token. Values take precedence over digests, and access tokens over refresh tokens.
#[derive(Debug)]
pub enum TokenReference {
    AccessToken(Digest),
    RefreshToken(Digest),
    TokenId(String),
}

impl TokenReference {
    /// The reference in a request; `None` if there is none, or if it is not a valid digest.
    pub fn of(request: &Object) -> Option<Self> {
        let of_value = |name| request.text(name).map(Digest::of);
        let of_hash = |name| request.text(name).and_then(Digest::parse);
        if let Some(digest) = of_value("accessToken").or_else(|| of_hash("accessTokenHash")) {
            return Some(Self::AccessToken(digest));
        }
        if let Some(id) = request.text("tokenId") {
            return Some(Self::TokenId(id.to_owned()));
        }
        let refresh_token = of_value("refreshToken").or_else(|| of_hash("refreshTokenHash"));
        refresh_token.map(Self::RefreshToken)
    }

    pub fn record(&self, service: &Service) -> Option<RecordId> {
        let found = match self {
            Self::AccessToken(digest) => service.tokens.by_access_token(digest),
            Self::RefreshToken(digest) => service.tokens.by_refresh_token(digest),
            Self::TokenId(id) => return by_token_id(id, service),
        };
        found.map(|(id, _)| id)
    }
}

/// Finds an access token by its value or its digest.
pub fn by_access_token(identifier: &str, service: &Service) -> Option<RecordId> {
    let find = |digest| TokenReference::AccessToken(digest).record(service);
    find(Digest::of(identifier)).or_else(|| find(Digest::parse(identifier)?))
}

/// Finds a refresh token by its value or its digest.
pub fn by_refresh_token(identifier: &str, service: &Service) -> Option<RecordId> {
    let find = |digest| TokenReference::RefreshToken(digest).record(service);
    find(Digest::of(identifier)).or_else(|| find(Digest::parse(identifier)?))
}

pub fn by_token_id(text: &str, service: &Service) -> Option<RecordId> {
    let id = text.parse().ok()?;
    service.tokens.by_id(id).map(|_| id)
}
