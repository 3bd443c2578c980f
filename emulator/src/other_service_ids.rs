//! Identifiers in a call that belong to another service.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

use crate::digest::Digest;
use crate::json::Object;
use crate::model::Parameters;
use crate::model::user_code;
use crate::store::{Service, Store};

/// Whether a service has the object with this identifier.
type Lookup = fn(&Service, &str) -> bool;

/// The members of API calls that identify an object of a service.
const MEMBERS: [(&str, Lookup); 10] = [
    ("clientId", has_client),
    ("clientIdentifier", has_client),
    ("ticket", has_ticket),
    ("token", has_token),
    ("accessToken", has_token),
    ("accessTokenHash", has_token),
    ("accessTokenIdentifier", has_token),
    ("refreshToken", has_token),
    ("refreshTokenHash", has_token),
    ("userCode", has_user_code),
];

/// The parameters of client requests that identify an object of a service.
const PARAMETERS: [(&str, Lookup); 3] = [
    ("client_id", has_client),
    ("code", has_code),
    ("refresh_token", has_token),
];

/// The identifiers in a call that its own service does not know, but another service does. Their result codes differ from
/// those for unknown identifiers.
#[derive(Debug, Clone, Default)]
pub struct OtherServiceIds(HashSet<String>);

impl OtherServiceIds {
    /// Collects these identifiers from the parameters and the body of a call.
    pub fn collect<'a>(
        objects: impl IntoIterator<Item = &'a Object>,
        service: Option<i64>,
        store: &Store,
    ) -> Self {
        let own = service.and_then(|key| store.service(key));
        let Some(own) = own.filter(|_| store.services().len() > 1) else {
            return Self::default();
        };
        let is_foreign = |(lookup, name): &(Lookup, String)| {
            !lookup(own, name) && store.services().any(|service| lookup(service, name))
        };
        let names = objects.into_iter().flat_map(names).filter(is_foreign);
        Self(names.map(|(_, name)| name).collect())
    }

    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// The identifiers in an object and in the parameters of the client request that it contains.
fn names(object: &Object) -> Vec<(Lookup, String)> {
    let members = MEMBERS.iter().filter_map(|(member, lookup)| {
        let name = match object.get(*member)? {
            Value::String(text) => Cow::from(text),
            Value::Number(number) => number.to_string().into(),
            _ => return None,
        };
        Some((*lookup, name.into_owned()))
    });
    let mut names: Vec<_> = members.collect();
    if let Ok(text) = Parameters::text_of(object) {
        let parameters = Parameters::parse_leniently(text);
        names.extend(PARAMETERS.iter().filter_map(|(parameter, lookup)| {
            Some((*lookup, parameters.get(parameter)?.to_owned()))
        }));
    }
    names
}

/// By ID only: aliases are local to each service.
fn has_client(service: &Service, name: &str) -> bool {
    let id = name.parse();
    id.is_ok_and(|id| service.clients.by_id(id).is_some())
}

fn has_ticket(service: &Service, name: &str) -> bool {
    let ticket = Digest::of(name);
    service.authorization_requests.get(&ticket).is_some()
        || service.password_requests.get(&ticket).is_some()
        || service.backchannel_requests.get(&ticket).is_some()
}

fn has_code(service: &Service, name: &str) -> bool {
    service.codes.get(&Digest::of(name)).is_some()
}

/// A token of either kind, by its value or by its digest.
fn has_token(service: &Service, name: &str) -> bool {
    let has = |digest: &Digest| {
        let tokens = &service.tokens;
        tokens.by_access_token(digest).is_some() || tokens.by_refresh_token(digest).is_some()
    };
    has(&Digest::of(name)) || Digest::parse(name).is_some_and(|digest| has(&digest))
}

fn has_user_code(service: &Service, name: &str) -> bool {
    let user_code = Digest::of(&user_code::normalize(name));
    service.user_codes.get(&user_code).is_some()
}
