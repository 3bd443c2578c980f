//! The requests that take credentials, proofs and certificates that a client presents.

use std::collections::BTreeSet;

use heck::ToSnakeCase;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::Item;

use crate::document::{content, object, operations, reference};
use crate::refine::type_name;

/// The members for the values that a client presents at an endpoint of the server.
const MEMBERS: [&str; 7] = [
    "clientCertificate",
    "clientCertificatePath",
    "clientId",
    "clientSecret",
    "dpop",
    "oauthClientAttestation",
    "oauthClientAttestationPop",
];

/// A request is that of a client only if it has one of these members. The client ID alone may mean any client.
const OF_CLIENTS: [&str; 3] = ["clientCertificate", "clientSecret", "dpop"];

/// The members for an access token of the caller.
const TOKENS: [&str; 2] = ["accessToken", "token"];

/// The methods of each request that has such members.
pub fn methods(document: &Value) -> Vec<Item> {
    let requests: BTreeSet<&str> = operations(document)
        .filter_map(|entry| content(&entry.value["requestBody"]))
        .filter_map(|(_, schema)| reference(schema))
        .collect();
    requests
        .into_iter()
        .filter_map(|name| method(document, name))
        .collect()
}

fn method(document: &Value, name: &str) -> Option<Item> {
    let schema = &document["components"]["schemas"][name];
    let members = object(&schema["properties"]);
    let has = |member: &&&str| members.contains_key(**member);
    if !OF_CLIENTS.iter().any(|member| has(&member)) || !members.contains_key("clientCertificate") {
        return None;
    }
    let requires_token = TOKENS.iter().any(|token| {
        let required = schema["required"].as_array().into_iter().flatten();
        required.into_iter().any(|required| required == token)
    });
    let is_resource = requires_token || !members.contains_key("clientSecret");
    let ident = |name: &str| format_ident!("{}", name.to_snake_case());
    let taken = MEMBERS.iter().filter(has).map(|member| match *member {
        "dpop" if is_resource => ident("accessTokenDpopProof"),
        member => ident(member),
    });
    let places = ["htm", "htu"]
        .into_iter()
        .filter(|place| members.contains_key(*place));
    let places = places.map(ident);
    let ty = format_ident!("{}", type_name(name));
    let tokens = quote!(#ty { #(#taken),* } at { #(#places),* });
    Some(syn::parse_quote!(
        crate::server::request_credentials! { #tokens }
    ))
}
