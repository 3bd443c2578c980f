//! Health checks, for a load balancer.

use authlete::types::GetServiceJwksQuery;
use axum::extract::State;
use http::StatusCode;

use crate::app::App;

/// The process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// The database and Authlete answer, too: this instance can serve requests.
pub async fn ready(State(app): State<App>) -> Result<&'static str, (StatusCode, &'static str)> {
    let unavailable = |what| (StatusCode::SERVICE_UNAVAILABLE, what);
    let database = app.directory.users.by_subject("").await;
    database.map_err(|_| unavailable("the database does not answer\n"))?;
    let keys = app
        .server
        .api()
        .get_service_jwks(&GetServiceJwksQuery::new())
        .await;
    keys.map_err(|_| unavailable("Authlete does not answer\n"))?;
    Ok("ok\n")
}
