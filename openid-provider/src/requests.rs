//! Backchannel requests (CIBA) that wait for a decision of their user, in the database.

use anyhow::Result;
use authlete_axum::authorization_server::BackchannelRequest;
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row as _};

use crate::clock::now;
use crate::random;

/// How long a decision locks its request, in seconds.
const DECISION: i64 = 30;

/// A pending request, and its ID on the page.
pub struct PendingRequest {
    pub id: String,
    pub request: BackchannelRequest,
}

#[derive(Clone)]
pub struct Requests {
    pool: AnyPool,
}

impl Requests {
    pub fn new(pool: AnyPool) -> Self {
        Self { pool }
    }

    /// Adds a request that expires after `seconds`.
    pub async fn add(&self, request: &BackchannelRequest, seconds: i64) -> Result<()> {
        sqlx::query("DELETE FROM backchannel_requests WHERE expires_at <= $1")
            .bind(now())
            .execute(&self.pool)
            .await?;
        let sql = "INSERT INTO backchannel_requests (id, subject, request, expires_at) VALUES ($1, $2, $3, $4)";
        sqlx::query(sql)
            .bind(random::text())
            .bind(request.subject())
            .bind(serde_json::to_string(request)?)
            .bind(now().saturating_add(seconds))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub async fn of_user(&self, subject: &str) -> Result<Vec<PendingRequest>> {
        let sql = "SELECT id, request FROM backchannel_requests \
                   WHERE subject = $1 AND expires_at > $2 ORDER BY expires_at";
        let rows = sqlx::query(sql)
            .bind(subject)
            .bind(now())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(pending).collect()
    }

    /// Locks a request for a decision: only one of two concurrent decisions gets the lock. Then the request is removed or put
    /// back; otherwise the lock expires.
    pub async fn take(&self, subject: &str, id: &str) -> Result<Option<BackchannelRequest>> {
        let sql = "UPDATE backchannel_requests SET taken_until = $4 \
                   WHERE id = $1 AND subject = $2 AND expires_at > $3 AND taken_until <= $3 RETURNING id, request";
        let row = sqlx::query(sql)
            .bind(id)
            .bind(subject)
            .bind(now())
            .bind(now().saturating_add(DECISION))
            .fetch_optional(&self.pool)
            .await?;
        let pending = row.as_ref().map(pending).transpose()?;
        Ok(pending.map(|pending| pending.request))
    }

    /// Unlocks a request, so that the user can decide again.
    pub async fn put_back(&self, id: &str) -> Result<()> {
        sqlx::query("UPDATE backchannel_requests SET taken_until = 0 WHERE id = $1")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Removes a request after the decision.
    pub async fn remove(&self, id: &str) -> Result<()> {
        sqlx::query("DELETE FROM backchannel_requests WHERE id = $1")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

fn pending(row: &AnyRow) -> Result<PendingRequest> {
    let request: String = row.try_get("request")?;
    Ok(PendingRequest {
        id: row.try_get("id")?,
        request: serde_json::from_str(&request)?,
    })
}
