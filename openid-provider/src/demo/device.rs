//! The device flow (RFC 8628): the demo acts as a device without a keyboard.

use axum::extract::State;
use axum::response::{Redirect, Response};
use http::request::Parts;

use super::Demo;
use super::polled_flow::PolledFlow;
use super::polling;
use super::sections::RFC_8628;
use super::session::SessionKey;

static DEVICE_FLOW: PolledFlow = PolledFlow {
    path: "/device",
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    code: "device_code",
    topic: |texts| &texts.device,
    asked: |texts| &texts.device_asked,
    polled: |texts| &texts.device_polled,
    sections: [RFC_8628.at("3.1"), RFC_8628.at("3.4")],
    slot: |session| &mut session.device,
    endpoint: |metadata| {
        let additional = metadata.additional_metadata();
        additional.device_authorization_endpoint.as_ref()
    },
};

pub async fn page(State(demo): State<Demo>, session_key: SessionKey, parts: Parts) -> Response {
    polling::page(&demo, &session_key, &parts, &DEVICE_FLOW)
}

pub async fn ask(State(demo): State<Demo>, session_key: SessionKey) -> Redirect {
    let parameters = [("scope", "openid profile email offline_access")];
    polling::begin(&demo, &session_key, &DEVICE_FLOW, &parameters).await
}

pub async fn check(State(demo): State<Demo>, session_key: SessionKey) -> Response {
    polling::poll(&demo, &session_key, &DEVICE_FLOW).await
}
