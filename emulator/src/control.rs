//! The endpoint `/emulator/clock`, which shows and moves the emulator's clock.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

use crate::api::Api;
use crate::clock::MAX_AHEAD;
use crate::json::Object;
use crate::reply::Reply;

pub fn routes(api: Arc<Api>) -> Router {
    Router::new()
        .route("/emulator/clock", get(clock).post(advance))
        .with_state(api)
}

async fn clock(State(api): State<Arc<Api>>) -> Reply {
    let clock = api.state().snapshot().clock;
    let time = [
        ("now", clock.now().into()),
        ("ahead", clock.ahead().as_secs().into()),
    ];
    Reply::object(
        200,
        Object::from_iter(time.map(|(name, value)| (name.to_owned(), value))),
    )
}

async fn advance(State(api): State<Arc<Api>>, headers: HeaderMap, body: Bytes) -> Reply {
    // Other sites can send text without a CORS preflight request, but not JSON.
    if !is_json(&headers) {
        return Reply::message(400, "the body must be JSON, and Content-Type must say so");
    }
    let Some(by) = seconds(&body) else {
        let words = format!(
            "the body must be {{\"advance\": seconds}}, with a whole number from 0 to {}",
            MAX_AHEAD.as_secs()
        );
        return Reply::message(400, &words);
    };
    api.state().advance(Duration::from_secs(by));
    clock(State(api)).await
}

fn is_json(headers: &HeaderMap) -> bool {
    let essence = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

fn seconds(body: &[u8]) -> Option<u64> {
    let body: Object = serde_json::from_slice(body).ok()?;
    let by = body.get("advance")?.as_u64()?;
    (body.len() == 1 && by <= MAX_AHEAD.as_secs()).then_some(by)
}
