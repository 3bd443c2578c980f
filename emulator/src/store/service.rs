//! A service and all that belongs to it.

use serde_json::Value;

use super::clients::{Client, Clients};
use super::expiring::Expiring;
use super::tokens::{RecordId, Tokens};
use crate::json::{Members, Object};
use crate::protocol::pkce::Challenge;

/// A service: delete it, and its clients and tokens are gone.
#[derive(Debug, Default)]
pub struct Service {
    /// The service as the API shows it.
    pub settings: Object,
    pub clients: Clients,
    pub tickets: Expiring<Ticket>,
    pub codes: Expiring<Code>,
    pub tokens: Tokens,
}

/// An authorization request that waits for a decision.
#[derive(Debug, Clone)]
pub struct Ticket {
    pub client_id: i64,
    /// Where the response goes.
    pub redirect_uri: String,
    /// Whether the request named it, so that the token request must too.
    pub redirect_uri_requested: bool,
    pub state: Option<String>,
    pub scopes: Vec<String>,
    pub challenge: Option<Challenge>,
    /// What the caller attached.
    pub context: Option<String>,
}

/// A decision that waits for the client to fetch its tokens.
#[derive(Debug, Clone)]
pub struct Code {
    pub request: Ticket,
    pub subject: String,
    pub scopes: Vec<String>,
    pub properties: Option<Value>,
    pub acr: Option<String>,
    pub auth_time: i64,
    /// What it was exchanged for: a code works once, and who tries again ends that.
    pub used_for: Option<RecordId>,
}

impl Service {
    /// The client of an ID or, where client and service have them enabled, of an alias; with whether it was the alias.
    pub fn client(&self, identifier: &str) -> Option<(&Client, bool)> {
        let by_id = identifier
            .parse()
            .ok()
            .and_then(|id| self.clients.by_id(id));
        if let Some(client) = by_id {
            return Some((client, false));
        }
        let client = self.clients.by_alias(identifier)?;
        let enabled = [&self.settings, &client.settings]
            .iter()
            .all(|settings| settings.flag("clientIdAliasEnabled"));
        enabled.then_some((client, true))
    }

    /// Whether the service has a value in a list of what it supports; without the list it supports all.
    pub fn supports(&self, list: &str, value: &str) -> bool {
        self.settings
            .texts(list)
            .is_none_or(|supported| supported.contains(&value))
    }

    pub fn issuer(&self) -> Option<&str> {
        self.settings.text("issuer")
    }
}
