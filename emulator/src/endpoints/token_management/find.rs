//! The record of a token that a request names.

use crate::digest::Digest;
use crate::json::{Members, Object};
use crate::store::{RecordId, Service};

/// The digests of the tokens in a request: what is there by value counts before a digest, and the access token before the
/// refresh token.
#[derive(Debug)]
pub enum Named {
    AccessToken(Digest),
    RefreshToken(Digest),
    TokenId(String),
}

impl Named {
    /// What a request names; `None` when that is nothing, or no digest although it should be one.
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

/// An access token by its value or by its digest.
pub fn by_access_token(identifier: &str, service: &Service) -> Option<RecordId> {
    let find = |digest| Named::AccessToken(digest).record(service);
    find(Digest::of(identifier)).or_else(|| find(Digest::parse(identifier)?))
}

/// A refresh token in the same way.
pub fn by_refresh_token(identifier: &str, service: &Service) -> Option<RecordId> {
    let find = |digest| Named::RefreshToken(digest).record(service);
    find(Digest::of(identifier)).or_else(|| find(Digest::parse(identifier)?))
}

pub fn by_token_id(text: &str, service: &Service) -> Option<RecordId> {
    let id = text.parse().ok()?;
    service.tokens.by_id(id).map(|_| id)
}
