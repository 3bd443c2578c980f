//! An access token in a seed: a string, or an object with the keys that it is bound to.

use std::io;

use serde::Deserialize;
use serde_json::Value;

use super::values::{UniqueValues, decode, seed_error};
use crate::caller_keys::{CallerKeys, InvalidCallerKey};
use crate::json::Object;
use crate::store::Binding;

/// An access token of a seed. Its value can be missing.
#[derive(Debug)]
pub struct AccessTokenMembers {
    pub value: Option<String>,
    pub keys: CallerKeys,
    /// The thumbprints of the keys.
    pub binding: Binding,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Given {
    value: Option<String>,
    dpop_key: Option<Object>,
    client_certificate: Option<String>,
}

impl AccessTokenMembers {
    pub fn take(
        token: Option<Value>,
        at: &str,
        unique: &mut UniqueValues,
    ) -> io::Result<Option<Self>> {
        let (given, place) = match token {
            None | Some(Value::Null) => return Ok(None),
            Some(bound @ Value::Object(_)) => (decode(at, &bound)?, format!("{at}.value")),
            Some(value) => {
                let value = decode(at, &value)?;
                let given = Given {
                    value: Some(value),
                    dpop_key: None,
                    client_certificate: None,
                };
                (given, at.to_owned())
            }
        };
        unique.insert("token", given.value.as_ref(), &place)?;
        let keys = CallerKeys {
            dpop_key: given.dpop_key,
            client_certificate: given.client_certificate,
        };
        let binding = keys.binding().map_err(|error| match error {
            InvalidCallerKey::DpopKey => seed_error(
                &format!("{at}.dpopKey"),
                "it is not a JWK of a key that signs DPoP proofs",
            ),
            InvalidCallerKey::Certificate => seed_error(
                &format!("{at}.clientCertificate"),
                "it is not a certificate in PEM form",
            ),
        })?;
        Ok(Some(Self {
            value: given.value,
            keys,
            binding,
        }))
    }
}
