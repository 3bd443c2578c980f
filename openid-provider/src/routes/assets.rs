//! Files that pages load.

use axum::response::IntoResponse;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

pub async fn style() -> impl IntoResponse {
    file(
        "text/css; charset=utf-8",
        include_str!("../../assets/style.css"),
    )
}

/// For the demo app.
pub async fn demo_style() -> impl IntoResponse {
    file(
        "text/css; charset=utf-8",
        include_str!("../../assets/demo.css"),
    )
}

pub async fn icon() -> impl IntoResponse {
    file("image/svg+xml", include_str!("../../assets/favicon.svg"))
}

fn file(media_type: &'static str, content: &'static str) -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, media_type),
        (CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, content)
}
