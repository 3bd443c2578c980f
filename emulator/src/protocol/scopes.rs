//! Requested scopes, and those that a client may have.

use regex_lite::Regex;
use serde_json::Value;

use super::oauth_error::OAuthError;
use crate::json::{Object, ObjectExt};
use crate::model::{DynamicScope, Parameters};
use crate::result_code::ResultCode;
use crate::settings::{ClientSettings, ServiceSettings};

/// The scopes of a request: the requested ones that the service supports and the client may request, or the default
/// scopes of the service if none are requested.
pub fn requested(
    parameters: &Parameters,
    service: &ServiceSettings,
    client: &ClientSettings,
) -> Vec<String> {
    let requested = parameters.space_delimited("scope");
    if !requested.is_empty() {
        return permitted(&requested, service, client);
    }
    let default = details_where(service, |scope| scope.flag("defaultEntry"));
    requestable(&default, client)
}

/// The scopes among these that the service supports and the client may have.
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

/// The names of scope entries that the client may have.
fn requestable(entries: &[Value], client: &ClientSettings) -> Vec<String> {
    let names = entries
        .iter()
        .filter_map(|scope| scope.as_object()?.text("name"));
    names
        .filter(|name| is_requestable(name, client))
        .map(str::to_owned)
        .collect()
}

/// The scopes of a request. A service can require at least one (RFC 6749 §3.3).
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

/// The requested scopes that are not scopes of the service by name, but match the pattern in the attribute `regex` of one
/// of them.
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
    let names = service.supported_scope_names();
    let words = parameters.space_delimited("scope").into_iter();
    let words = words.filter(|word| !names.contains(word));
    let dynamic = words.filter_map(|word| {
        let (name, _) = patterns.iter().find(|(_, regex)| regex.is_match(word))?;
        Some(DynamicScope {
            name: (*name).to_owned(),
            value: word.to_owned(),
        })
    });
    dynamic.collect()
}

/// All scopes of a request, static and dynamic, and the dynamic ones among them.
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

/// The pattern of a scope. An invalid regular expression is ignored.
fn pattern(scope: &Object) -> Option<(&str, Regex)> {
    let pattern = attribute(scope, "regex")?;
    let regex = Regex::new(&format!("^(?:{pattern})$")).ok()?;
    Some((scope.text("name")?, regex))
}

/// The granted scopes without the dynamic ones; `None` if there are no dynamic ones.
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

/// The entries of scopes in the settings of the service.
pub fn details(service: &ServiceSettings, names: &[String]) -> Vec<Value> {
    details_where(service, |scope| {
        scope
            .text("name")
            .is_some_and(|name| names.iter().any(|wanted| wanted == name))
    })
}

/// Whether the service supports all of the scopes.
pub fn are_supported(names: &[String], service: &ServiceSettings) -> bool {
    let supported = service.supported_scope_names();
    names.iter().all(|name| supported.contains(&name.as_str()))
}

/// The values of an attribute of scopes.
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

/// Whether the scopes include `openid`.
pub fn are_openid(scopes: &[String]) -> bool {
    scopes.iter().any(|scope| scope == "openid")
}

/// Whether the granted scopes include all required ones.
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

/// Whether a client may request a scope. The administrator can restrict a client to a set of scopes, which can be empty.
fn is_requestable(name: &str, client: &ClientSettings) -> bool {
    match client.extension() {
        Some(extension) if extension.requestable_scopes_enabled() => extension
            .requestable_scopes()
            .is_none_or(|scopes| scopes.contains(&name)),
        _ => true,
    }
}
