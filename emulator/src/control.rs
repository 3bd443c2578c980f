//! The endpoint `/emulator/clock`, which shows and moves the emulator's clock.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::routing::get;
use axum::{Json, Router};

use crate::api::Api;
use crate::api_response::ApiResponse;
use crate::clock::MAX_AHEAD;
use crate::json::Object;

pub fn routes(api: Arc<Api>) -> Router {
    Router::new()
        .route("/emulator/clock", get(clock).post(advance))
        .with_state(api)
}

async fn clock(State(api): State<Arc<Api>>) -> ApiResponse {
    let clock = api.state().snapshot().clock;
    let time = [
        ("now", clock.now().into()),
        ("ahead", clock.ahead().as_secs().into()),
    ];
    ApiResponse::object(
        200,
        Object::from_iter(time.map(|(name, value)| (name.to_owned(), value))),
    )
}

async fn advance(
    State(api): State<Arc<Api>>,
    body: Result<Json<BTreeMap<String, u64>>, JsonRejection>,
) -> ApiResponse {
    // Other sites can send text without a CORS preflight request, but not JSON.
    if let Err(JsonRejection::MissingJsonContentType(_)) = body {
        return ApiResponse::message(
            400,
            "the body must be JSON with the media type application/json",
        );
    }
    let Some(by) = body.ok().and_then(seconds) else {
        let message = format!(
            "the body must be {{\"advance\": seconds}}, with a whole number from 0 to {}",
            MAX_AHEAD.as_secs()
        );
        return ApiResponse::message(400, &message);
    };
    let version = api.state().advance(Duration::from_secs(by));
    let response = clock(State(Arc::clone(&api))).await;
    api.saved(response, version).await
}

fn seconds(Json(body): Json<BTreeMap<String, u64>>) -> Option<u64> {
    let by = *body.get("advance")?;
    (body.len() == 1 && by <= MAX_AHEAD.as_secs()).then_some(by)
}
