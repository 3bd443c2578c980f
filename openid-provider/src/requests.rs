//! Requests of clients that wait for a user (CIBA), until the user opens the page for them.

use anyhow::Result;
use authlete_axum::authorization_server::BackchannelRequest;
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row as _};

use crate::clock::now;
use crate::random;

/// A request that waits, and the name that the page has for it.
pub struct Waiting {
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

    /// Adds a request that waits for so many seconds.
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

    pub async fn of_user(&self, subject: &str) -> Result<Vec<Waiting>> {
        let sql = "SELECT id, request FROM backchannel_requests \
                   WHERE subject = $1 AND expires_at > $2 ORDER BY expires_at";
        let rows = sqlx::query(sql)
            .bind(subject)
            .bind(now())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(waiting).collect()
    }

    pub async fn get(&self, subject: &str, id: &str) -> Result<Option<BackchannelRequest>> {
        let sql = "SELECT id, request FROM backchannel_requests \
                   WHERE id = $1 AND subject = $2 AND expires_at > $3";
        let row = sqlx::query(sql)
            .bind(id)
            .bind(subject)
            .bind(now())
            .fetch_optional(&self.pool)
            .await?;
        let waiting = row.as_ref().map(waiting).transpose()?;
        Ok(waiting.map(|waiting| waiting.request))
    }

    /// Removes a request that is decided.
    pub async fn remove(&self, id: &str) -> Result<()> {
        sqlx::query("DELETE FROM backchannel_requests WHERE id = $1")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

fn waiting(row: &AnyRow) -> Result<Waiting> {
    let request: String = row.try_get("request")?;
    Ok(Waiting {
        id: row.try_get("id")?,
        request: serde_json::from_str(&request)?,
    })
}
