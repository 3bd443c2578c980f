//! The tokens of a service.

use std::io;
use std::ops::RangeInclusive;
use std::sync::Arc;

use imbl::OrdSet;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::binding::Binding;
use super::credential_nonce::CredentialNonce;
use super::expiring::RETENTION;
use super::grant::Grant;
use super::managed_grant::GrantContent;
use super::records::{RecordKey, parse, records_by_field};
use super::scopes::{ScopePool, Scopes};
use super::table::Table;
use crate::clock::{Millis, after};
use crate::digest::Digest;
use crate::json::Object;

/// The ID of a record, which stays the same when its tokens change.
pub type RecordId = u64;

/// The start of a digest. It takes a quarter of the memory, and identifies a token almost always.
type DigestStart = [u8; 8];

/// An access token and its refresh token. A refresh changes the record instead of adding another one, so revoking it
/// revokes all tokens of one grant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenRecord {
    /// The grant of the access token. The refresh token can have more scopes.
    pub grant: Grant,
    pub narrowed: Option<Box<NarrowedAccess>>,
    pub binding: Option<Box<Binding>>,
    pub access_token: Digest,
    /// The JWT form of the access token, which is presented instead of it.
    pub jwt: Option<Box<Digest>>,
    pub access_token_expires_at: Millis,
    pub refresh_token: Option<RefreshToken>,
    pub created_at: Millis,
    /// 0 before the first refresh.
    pub last_refreshed_at: Millis,
    /// Whether the token is for an external attachment (OpenID Connect for Identity Assurance 1.0).
    pub for_external_attachment: bool,
    /// The credentials that the access token can obtain, each with its `format` and `credential_configuration_id` (OpenID
    /// for Verifiable Credential Issuance 1.0 §5.1).
    pub issuable_credentials: Vec<Object>,
    /// For key proofs (OpenID for Verifiable Credential Issuance 1.0 ID1 §6.2).
    pub credential_nonce: Option<Box<CredentialNonce>>,
    /// The alias that the client had when it requested the access token.
    pub client_id_alias: Option<Box<str>>,
    /// Further privileges besides its own grant: the content of the grant that it was merged into (Grant Management for
    /// OAuth 2.0 §5.3).
    pub inherited: Option<Box<GrantContent>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefreshToken {
    pub digest: Digest,
    pub expires_at: Millis,
    pub scopes: Scopes,
}

/// The part of the grant that the access token covers, if the token request asked for less than was granted. The refresh
/// token still covers all of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NarrowedAccess {
    pub resources: Vec<String>,
    pub authorization_details: Option<Value>,
}

fn has(texts: &[String], wanted: &str) -> bool {
    texts.iter().any(|text| text == wanted)
}

impl TokenRecord {
    /// Whether the access token has all scopes, each at any resource.
    pub fn covers(&self, scopes: &[&str]) -> bool {
        let is_covered = |scope: &&str| self.privileges().any(|group| has(group.0, scope));
        scopes.iter().all(is_covered)
    }

    /// Whether the access token has all scopes at each of the resources.
    pub fn covers_at(&self, scopes: &[&str], resources: &[&str]) -> bool {
        resources.iter().all(|resource| {
            let groups = self.privileges().filter(|group| has(group.1, resource));
            let groups: Vec<_> = groups.collect();
            let is_covered = |scope: &&str| groups.iter().any(|group| has(group.0, scope));
            !groups.is_empty() && scopes.iter().all(is_covered)
        })
    }

    /// Scopes and the resources that they are for, of the grant and inherited.
    fn privileges(&self) -> impl Iterator<Item = (&[String], &[String])> {
        let inherited = self.inherited.iter().flat_map(|grant| &grant.scopes);
        let inherited = inherited.map(|group| (&*group.scopes, &*group.resources));
        std::iter::once((&*self.grant.scopes, self.resources())).chain(inherited)
    }

    /// The resources that the access token is for (RFC 8707).
    pub fn resources(&self) -> &[String] {
        match &self.narrowed {
            Some(narrowed) => &narrowed.resources,
            None => &self.grant.resources,
        }
    }

    /// The authorization details of the access token (RFC 9396), in API form.
    pub fn authorization_details(&self) -> Option<&Value> {
        match &self.narrowed {
            Some(narrowed) => narrowed.authorization_details.as_ref(),
            None => self.grant.authorization_details.as_deref(),
        }
    }

    pub fn binding(&self) -> &Binding {
        self.binding.as_deref().unwrap_or(&Binding::NONE)
    }

    fn is_access_token(&self, digest: &Digest) -> bool {
        self.access_token == *digest || self.jwt.as_deref() == Some(digest)
    }

    fn is_refresh_token(&self, digest: &Digest) -> bool {
        let token = self.refresh_token.as_ref();
        token.is_some_and(|token| token.digest == *digest)
    }

    pub fn is_valid(&self, now: Millis) -> bool {
        now < self.access_token_expires_at
    }

    pub fn is_refreshable(&self, now: Millis) -> bool {
        self.refresh_token
            .as_ref()
            .is_some_and(|token| now < token.expires_at)
    }

    fn end(&self) -> Millis {
        let refresh_end = self
            .refresh_token
            .as_ref()
            .map_or(0, |token| token.expires_at);
        refresh_end.max(self.access_token_expires_at)
    }
}

/// The records and their indexes.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    last_id: RecordId,
    records: Table<RecordId, TokenRecord>,
    by_access_token: OrdSet<(DigestStart, RecordId)>,
    by_refresh_token: OrdSet<(DigestStart, RecordId)>,
    by_client: OrdSet<(i64, RecordId)>,
    by_subject: OrdSet<(Box<str>, RecordId)>,
    by_session: OrdSet<(Box<str>, RecordId)>,
    by_end: OrdSet<(Millis, RecordId)>,
    scopes: ScopePool,
}

records_by_field!(
    Tokens { last_id, records by restore_record }
    derived {
        by_access_token, by_refresh_token, by_client, by_subject, by_session, by_end, scopes,
    }
);

impl Tokens {
    /// Adds a record, and removes records that expired long ago.
    pub fn add(&mut self, record: TokenRecord, now: Millis) -> RecordId {
        while let Some((end, oldest)) = self.by_end.get_min().copied()
            && after(end, RETENTION) < now
        {
            self.take(oldest);
        }
        self.last_id += 1;
        self.put(self.last_id, record);
        self.last_id
    }

    /// Removes a record, to revoke it or to change it and [`put`](Self::put) it back.
    pub fn take(&mut self, id: RecordId) -> Option<TokenRecord> {
        let record = self.records.remove(&id)?;
        self.by_end.remove(&(record.end(), id));
        self.by_access_token
            .remove(&(record.access_token.start(), id));
        if let Some(token) = &record.refresh_token {
            self.by_refresh_token.remove(&(token.digest.start(), id));
        }
        if let Some(jwt) = &record.jwt {
            self.by_access_token.remove(&(jwt.start(), id));
        }
        self.by_client.remove(&(record.grant.client_id, id));
        if let Some(subject) = &record.grant.subject {
            self.by_subject.remove(&(Box::from(&**subject), id));
        }
        if let Some(session) = &record.grant.session {
            self.by_session.remove(&(session.clone(), id));
        }
        Some(record)
    }

    pub fn put(&mut self, id: RecordId, mut record: TokenRecord) {
        self.scopes.share(&mut record.grant.scopes);
        if let Some(token) = &mut record.refresh_token {
            self.scopes.share(&mut token.scopes);
        }
        self.by_end.insert((record.end(), id));
        self.by_access_token
            .insert((record.access_token.start(), id));
        if let Some(token) = &record.refresh_token {
            self.by_refresh_token.insert((token.digest.start(), id));
        }
        if let Some(jwt) = &record.jwt {
            self.by_access_token.insert((jwt.start(), id));
        }
        self.by_client.insert((record.grant.client_id, id));
        if let Some(subject) = &record.grant.subject {
            self.by_subject.insert((Box::from(&**subject), id));
        }
        if let Some(session) = &record.grant.session {
            self.by_session.insert((session.clone(), id));
        }
        self.records.insert(id, record);
    }

    pub fn by_id(&self, id: RecordId) -> Option<&TokenRecord> {
        self.records.get(&id)
    }

    pub fn by_access_token(&self, digest: &Digest) -> Option<(RecordId, &TokenRecord)> {
        let mut candidates = self.all(&self.by_access_token, digest.start());
        candidates.find(|(_, record)| record.is_access_token(digest))
    }

    pub fn by_refresh_token(&self, digest: &Digest) -> Option<(RecordId, &TokenRecord)> {
        let mut candidates = self.all(&self.by_refresh_token, digest.start());
        candidates.find(|(_, record)| record.is_refresh_token(digest))
    }

    /// The records in creation order, optionally of one client, of one subject, or of both.
    pub fn list<'a>(
        &'a self,
        client_id: Option<i64>,
        subject: Option<&'a str>,
    ) -> Box<dyn Iterator<Item = (RecordId, &'a TokenRecord)> + 'a> {
        match (client_id, subject) {
            (None, None) => {
                let records = self.records.iter();
                Box::new(records.map(|(id, record)| (*id, record)))
            }
            (_, Some(subject)) => {
                let records = self.all(&self.by_subject, Box::from(subject));
                Box::new(records.filter(move |(_, record)| {
                    client_id.is_none_or(|client_id| record.grant.client_id == client_id)
                }))
            }
            (Some(client_id), None) => Box::new(self.all(&self.by_client, client_id)),
        }
    }

    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// The records in creation order, latest first.
    pub fn latest(&self) -> impl Iterator<Item = &TokenRecord> {
        self.records.values().rev().map(Arc::as_ref)
    }

    pub fn revoke_all(&mut self, client_id: i64, subject: Option<&str>) {
        let ids: Vec<_> = self
            .list(Some(client_id), subject)
            .map(|(id, _)| id)
            .collect();
        for id in ids {
            self.take(id);
        }
    }

    /// Revokes the tokens of a user's session, of all clients. Returns the number of revoked records.
    pub fn revoke_session(&mut self, session: &str) -> usize {
        let of_session = self.by_session.range(all_of(Box::from(session)));
        let ids: Vec<_> = of_session.map(|(_, id)| *id).collect();
        for id in &ids {
            self.take(*id);
        }
        ids.len()
    }

    fn restore_record(&mut self, id: &str, value: &str) -> io::Result<()> {
        self.put(RecordId::from_text(id)?, parse(value)?);
        Ok(())
    }

    /// The records that an index has for a key, in creation order.
    fn all<'a, K: Ord + Clone>(
        &'a self,
        index: &'a OrdSet<(K, RecordId)>,
        key: K,
    ) -> impl Iterator<Item = (RecordId, &'a TokenRecord)> {
        let ids = index.range(all_of(key)).map(|(_, id)| *id);
        ids.filter_map(|id| Some((id, self.records.get(&id)?)))
    }
}

/// The range of an index for one key.
fn all_of<K: Clone>(key: K) -> RangeInclusive<(K, RecordId)> {
    (key.clone(), RecordId::MIN)..=(key, RecordId::MAX)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;

    fn digest(end: u8) -> Digest {
        let mut bytes = [1; 32];
        bytes[31] = end;
        Digest::parse(&BASE64_URL_SAFE_NO_PAD.encode(bytes)).unwrap()
    }

    fn record(access_token: Digest, jwt: Option<Digest>, refresh_token: Digest) -> TokenRecord {
        serde_json::from_value(json!({
            "grant": {
                "client_id": 1,
                "client_named_by": "Id",
                "grant_type": "AUTHORIZATION_CODE",
                "scopes": [],
                "resources": [],
                "offered_credentials": [],
                "auth_time": 0,
            },
            "access_token": access_token,
            "jwt": jwt,
            "access_token_expires_at": 10,
            "refresh_token": { "digest": refresh_token, "expires_at": 20, "scopes": [] },
            "created_at": 0,
            "last_refreshed_at": 0,
            "for_external_attachment": false,
            "issuable_credentials": [],
        }))
        .unwrap()
    }

    #[test]
    fn tokens_with_the_same_start_of_their_digests_are_told_apart() {
        let mut tokens = Tokens::default();
        let first = tokens.add(record(digest(1), Some(digest(2)), digest(3)), 0);
        let second = tokens.add(record(digest(4), None, digest(5)), 0);
        let access =
            |tokens: &Tokens, end| tokens.by_access_token(&digest(end)).map(|found| found.0);
        let refresh =
            |tokens: &Tokens, end| tokens.by_refresh_token(&digest(end)).map(|found| found.0);
        let all = |tokens: &Tokens| {
            let ends = [1, 2, 3, 4, 5];
            (
                ends.map(|end| access(tokens, end)),
                ends.map(|end| refresh(tokens, end)),
            )
        };
        let (one, two) = (Some(first), Some(second));
        assert_eq!(
            all(&tokens),
            ([one, one, None, two, None], [None, None, one, None, two])
        );
        tokens.take(first);
        assert_eq!(
            all(&tokens),
            ([None, None, None, two, None], [None, None, None, None, two])
        );
    }
}
