//! What is asked for, and what of it there is.

use regex_lite::Regex;
use serde_json::Value;

use super::oauth_error::OAuthError;
use crate::json::{Members, Object};
use crate::model::{DynamicScope, Parameters};
use crate::result_code::ResultCode;
use crate::settings::{ClientSettings, ServiceSettings};

/// The scopes of a request: of the requested ones those that the service knows and that the client may ask for, or,
/// when none is requested, those that the service gives by default.
pub fn requested(
    parameters: &Parameters,
    service: &ServiceSettings,
    client: &ClientSettings,
) -> Vec<String> {
    let requested = parameters.words("scope");
    if !requested.is_empty() {
        return permitted(&requested, service, client);
    }
    let default = details_where(service, |scope| scope.flag("defaultEntry"));
    requestable(&default, client)
}

/// Of some scopes those that the service knows and that the client may have.
pub fn permitted(
    wanted: &[&str],
    service: &ServiceSettings,
    client: &ClientSettings,
) -> Vec<String> {
    let known = details_where(service, |scope| {
        scope
            .text("name")
            .is_some_and(|name| wanted.contains(&name))
    });
    requestable(&known, client)
}

/// The names of entries that the client may have.
fn requestable(entries: &[Value], client: &ClientSettings) -> Vec<String> {
    let names = entries
        .iter()
        .filter_map(|scope| scope.as_object()?.text("name"));
    names
        .filter(|name| is_requestable(name, client))
        .map(str::to_owned)
        .collect()
}

/// The scopes of a request, which a service can demand to be one at least (RFC 6749 §3.3).
pub fn required(
    parameters: &Parameters,
    service: &ServiceSettings,
    client: &ClientSettings,
    missing: ResultCode,
) -> Result<Vec<String>, OAuthError> {
    let scopes = requested(parameters, service, client);
    match scopes.is_empty() && service.scope_required() {
        true => Err(OAuthError::invalid_scope(missing)),
        false => Ok(scopes),
    }
}

/// The requested scopes that are not scopes of the service by name, but by the pattern that one of them has as its attribute
/// `regex`.
pub fn dynamic(
    parameters: &Parameters,
    service: &ServiceSettings,
    client: &ClientSettings,
) -> Vec<DynamicScope> {
    let supported = service.supported_scopes().unwrap_or_default();
    let patterns: Vec<_> = supported
        .iter()
        .filter_map(|scope| pattern(scope.as_object()?))
        .filter(|(name, _)| is_requestable(name, client))
        .collect();
    let is_static = |word: &str| {
        let mut names = supported.iter().filter_map(|scope| scope.get("name"));
        names.any(|name| name == word)
    };
    let words = parameters.words("scope").into_iter();
    let dynamic = words.filter(|word| !is_static(word)).filter_map(|word| {
        let (name, _) = patterns.iter().find(|(_, regex)| regex.is_match(word))?;
        Some(DynamicScope {
            name: (*name).to_owned(),
            value: word.to_owned(),
        })
    });
    dynamic.collect()
}

/// The scopes of a request of both kinds, and again the dynamic ones.
pub fn all(
    parameters: &Parameters,
    service: &ServiceSettings,
    client: &ClientSettings,
) -> (Vec<String>, Vec<DynamicScope>) {
    let mut scopes = requested(parameters, service, client);
    let dynamic = dynamic(parameters, service, client);
    scopes.extend(dynamic.iter().map(|scope| scope.value.clone()));
    (scopes, dynamic)
}

/// The pattern that a scope has; one that is no regular expression matches nothing.
fn pattern(scope: &Object) -> Option<(&str, Regex)> {
    let pattern = attribute(scope, "regex")?;
    let regex = Regex::new(&format!("^(?:{pattern})$")).ok()?;
    Some((scope.text("name")?, regex))
}

/// The granted scopes without the dynamic ones, when there are such.
pub fn without_dynamic(granted: &[String], service: &ServiceSettings) -> Option<Vec<String>> {
    if are_supported(granted, service) {
        return None;
    }
    let supported = service.supported_scopes().unwrap_or_default();
    let patterns = supported.iter().filter_map(Value::as_object);
    let patterns: Vec<_> = patterns.filter_map(pattern).collect();
    let is_dynamic = |scope: &String| {
        !are_supported(std::slice::from_ref(scope), service)
            && patterns.iter().any(|(_, regex)| regex.is_match(scope))
    };
    let others = granted.iter().filter(|scope| !is_dynamic(scope));
    Some(others.cloned().collect())
}

/// The service's entries of scopes.
pub fn details(service: &ServiceSettings, names: &[String]) -> Vec<Value> {
    details_where(service, |scope| {
        scope
            .text("name")
            .is_some_and(|name| names.iter().any(|wanted| wanted == name))
    })
}

/// Whether the service knows all of the scopes.
pub fn are_supported(names: &[String], service: &ServiceSettings) -> bool {
    names.iter().all(|name| {
        let supported = service.supported_scopes().unwrap_or_default();
        let mut known = supported.iter().filter_map(Value::as_object);
        known.any(|scope| scope.text("name") == Some(name))
    })
}

/// The values that scopes have for an attribute.
pub fn attributes(service: &ServiceSettings, names: &[String], key: &str) -> Vec<String> {
    let details = details(service, names);
    let scopes = details.iter().filter_map(Value::as_object);
    let values = scopes.filter_map(|scope| attribute(scope, key));
    values.map(str::to_owned).collect()
}

fn attribute<'a>(scope: &'a Object, key: &str) -> Option<&'a str> {
    let pairs = scope.array("attributes")?.iter();
    pairs
        .filter_map(Value::as_object)
        .filter(|pair| pair.text("key") == Some(key))
        .find_map(|pair| pair.text("value"))
}

/// Whether the scopes make a request or a grant one of OpenID Connect.
pub fn are_openid(scopes: &[String]) -> bool {
    scopes.iter().any(|scope| scope == "openid")
}

/// Whether the one set has all of the other.
pub fn cover<A: AsRef<str>, B: AsRef<str>>(granted: &[A], required: &[B]) -> bool {
    required.iter().all(|scope| {
        granted
            .iter()
            .any(|granted| granted.as_ref() == scope.as_ref())
    })
}

fn details_where(service: &ServiceSettings, wanted: impl Fn(&Object) -> bool) -> Vec<Value> {
    let supported = service.supported_scopes().unwrap_or_default();
    supported
        .iter()
        .filter(|scope| scope.as_object().is_some_and(&wanted))
        .cloned()
        .collect()
}

/// The administrator can confine a client to some scopes. Without a set it may request all; an empty set has none.
fn is_requestable(name: &str, client: &ClientSettings) -> bool {
    match client.extension() {
        Some(extension) if extension.requestable_scopes_enabled() => extension
            .requestable_scopes()
            .is_none_or(|scopes| scopes.contains(&name)),
        _ => true,
    }
}
