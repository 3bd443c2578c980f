//! Client-initiated backchannel authentication (CIBA Core 1.0): the demo acts as a till or a call centre.

use axum::extract::State;
use axum::response::{Redirect, Response};
use http::request::Parts;

use super::Demo;
use super::pages::FormFields;
use super::polled_flow::PolledFlow;
use super::polling;
use super::sections::CIBA;
use super::session::SessionKey;

static CIBA_FLOW: PolledFlow = PolledFlow {
    path: "/ciba",
    grant_type: "urn:openid:params:grant-type:ciba",
    code: "auth_req_id",
    topic: |texts| &texts.ciba,
    asked: |texts| &texts.ciba_asked,
    polled: |texts| &texts.ciba_polled,
    sections: [CIBA.at("7.1"), CIBA.at("10.1")],
    slot: |session| &mut session.ciba,
    endpoint: |metadata| {
        let additional = metadata.additional_metadata();
        additional.backchannel_authentication_endpoint.as_ref()
    },
};

pub async fn page(State(demo): State<Demo>, session_key: SessionKey, parts: Parts) -> Response {
    polling::page(&demo, &session_key, &parts, &CIBA_FLOW)
}

pub async fn ask(
    State(demo): State<Demo>,
    session_key: SessionKey,
    FormFields(sent): FormFields,
) -> Redirect {
    let field = |name: &str| {
        let mut fields = sent.iter().filter(|(it, _)| it == name);
        fields.next().map_or("", |(_, value)| value.trim())
    };
    let parameters = [
        ("scope", "openid profile email"),
        ("login_hint", field("login_hint")),
        ("binding_message", field("binding_message")),
    ];
    // A parameter without a value is omitted (RFC 6749 §3.1).
    let sent = parameters
        .into_iter()
        .filter(|(_, value)| !value.is_empty());
    let sent: Vec<_> = sent.collect();
    polling::begin(&demo, &session_key, &CIBA_FLOW, &sent).await
}

pub async fn check(State(demo): State<Demo>, session_key: SessionKey) -> Response {
    polling::poll(&demo, &session_key, &CIBA_FLOW).await
}
