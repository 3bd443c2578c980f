//! The authorization requests that wait for a page, in the database: a row each, so that tabs of a browser do not overwrite what
//! the others did.

use anyhow::Result;
use authlete::server::PendingAuthorization;
use serde::{Deserialize, Serialize};
use sqlx::{AnyPool, Row as _};

use crate::clock::now;
use crate::random;

/// How many authorization requests a browser may have open, in as many tabs. More push the oldest one out.
const FLOWS: i64 = 8;

/// For how many seconds a request waits. A ticket of Authlete lives as long.
const LIFETIME: i64 = 24 * 60 * 60;

/// An authorization request that waits, and what the user did for it. It is kept until Authlete has answered, so that nothing is
/// lost when Authlete is away.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Flow {
    pub pending: PendingAuthorization,
    /// The user does not want to.
    pub refused: bool,
    /// Whether the user did anything for it yet.
    #[serde(default)]
    touched: bool,
}

/// A page for an authorization request, by its name. A browser may have sent anything in the place of the name.
pub fn at(page: &str, flow: &str) -> String {
    if flow.is_empty() {
        return page.to_owned();
    }
    let flow: String = form_urlencoded::byte_serialize(flow.as_bytes()).collect();
    format!("{page}?flow={flow}")
}

#[derive(Clone)]
pub struct Flows {
    pool: AnyPool,
}

impl Flows {
    pub fn new(pool: AnyPool) -> Self {
        Self { pool }
    }

    /// Keeps a request. Returns its name: pages have the name, and never the ticket.
    pub async fn add(&self, browser: &str, pending: PendingAuthorization) -> Result<String> {
        let name = random::text();
        let flow = Flow {
            pending,
            refused: false,
            touched: false,
        };
        sqlx::query("INSERT INTO flows (name, browser, flow, began_at) VALUES ($1, $2, $3, $4)")
            .bind(&name)
            .bind(browser)
            .bind(serde_json::to_string(&flow)?)
            .bind(now())
            .execute(&self.pool)
            .await?;
        let sql = "DELETE FROM flows WHERE browser = $1 AND name <> $2 AND name NOT IN \
                   (SELECT name FROM flows WHERE browser = $1 AND name <> $2 ORDER BY began_at DESC LIMIT $3)";
        sqlx::query(sql)
            .bind(browser)
            .bind(&name)
            .bind(FLOWS - 1)
            .execute(&self.pool)
            .await?;
        Ok(name)
    }

    pub async fn get(&self, browser: &str, name: &str) -> Result<Option<Flow>> {
        let sql = "SELECT flow FROM flows WHERE name = $1 AND browser = $2 AND began_at > $3";
        let row = sqlx::query(sql)
            .bind(name)
            .bind(browser)
            .bind(now().saturating_sub(LIFETIME))
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let flow: String = row.try_get("flow")?;
        Ok(Some(serde_json::from_str(&flow)?))
    }

    /// Gives a request to another browser, if nobody did anything for it yet: then this is no more than to follow the link of the
    /// client. Tabs that open at the same time in a browser without a cookie get a session each, of which the browser keeps one.
    ///
    /// Returns whether it was given.
    pub async fn adopt(&self, browser: &str, name: &str) -> Result<bool> {
        let row = sqlx::query("SELECT flow FROM flows WHERE name = $1 AND began_at > $2")
            .bind(name)
            .bind(now().saturating_sub(LIFETIME))
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else {
            return Ok(false);
        };
        let text: String = row.try_get("flow")?;
        let flow: Flow = serde_json::from_str(&text)?;
        if flow.touched {
            return Ok(false);
        }
        let sql = "UPDATE flows SET browser = $1 WHERE name = $2 AND flow = $3";
        let adopted = sqlx::query(sql)
            .bind(browser)
            .bind(name)
            .bind(text)
            .execute(&self.pool)
            .await?;
        Ok(adopted.rows_affected() == 1)
    }

    /// Keeps what the user did.
    pub async fn update(&self, name: &str, flow: &Flow) -> Result<()> {
        let flow = Flow {
            touched: true,
            ..flow.clone()
        };
        sqlx::query("UPDATE flows SET flow = $1 WHERE name = $2")
            .bind(serde_json::to_string(&flow)?)
            .bind(name)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Removes a request. Returns whether it was there.
    pub async fn remove(&self, name: &str) -> Result<bool> {
        let removed = sqlx::query("DELETE FROM flows WHERE name = $1")
            .bind(name)
            .execute(&self.pool)
            .await?;
        Ok(removed.rows_affected() == 1)
    }

    pub async fn delete_expired(&self) -> Result<()> {
        sqlx::query("DELETE FROM flows WHERE began_at <= $1")
            .bind(now().saturating_sub(LIFETIME))
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
