//! Pending authorization requests, in the database: a row each, so that the tabs of a browser do not overwrite each other.

use anyhow::Result;
use authlete::server::PendingAuthorization;
use serde::{Deserialize, Serialize};
use sqlx::{AnyPool, Row as _};

use crate::clock::now;
use crate::destination::Destination;
use crate::random;

/// The maximum number of open authorization requests of a browser. One more removes the oldest.
const FLOWS: i64 = 8;

/// The lifetime of a request in seconds: that of a ticket of Authlete.
const LIFETIME: i64 = 24 * 60 * 60;

/// A pending authorization request, and what the user has done for it. It is kept until Authlete has answered, so that nothing is
/// lost while Authlete is unavailable.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Flow {
    pub pending: PendingAuthorization,
    /// Whether the user has refused or cancelled it.
    pub refused: bool,
    /// Whether the user has done anything for it.
    #[serde(default)]
    touched: bool,
    #[serde(default)]
    pub destination: Destination,
}

/// An authorization request in the database.
pub enum StoredFlow {
    Waiting(Box<Flow>),
    /// It has ended: Authlete has answered.
    Ended(Destination),
}

#[derive(Clone)]
pub struct Flows {
    pool: AnyPool,
}

impl Flows {
    pub fn new(pool: AnyPool) -> Self {
        Self { pool }
    }

    /// Stores a request. Returns its name: pages contain the name, and never the ticket.
    pub async fn add(
        &self,
        browser: &str,
        pending: PendingAuthorization,
        destination: Destination,
    ) -> Result<String> {
        let name = random::text();
        let flow = Flow {
            pending,
            refused: false,
            touched: false,
            destination,
        };
        sqlx::query("INSERT INTO flows (name, browser, flow, began_at) VALUES ($1, $2, $3, $4)")
            .bind(&name)
            .bind(browser)
            .bind(serde_json::to_string(&flow)?)
            .bind(now())
            .execute(&self.pool)
            .await?;
        // Requests that have ended are removed first.
        let sql = "DELETE FROM flows WHERE browser = $1 AND name <> $2 AND name NOT IN \
                   (SELECT name FROM flows WHERE browser = $1 AND name <> $2 \
                    ORDER BY CASE WHEN destination IS NULL THEN 0 ELSE 1 END, began_at DESC LIMIT $3)";
        sqlx::query(sql)
            .bind(browser)
            .bind(&name)
            .bind(FLOWS - 1)
            .execute(&self.pool)
            .await?;
        Ok(name)
    }

    pub async fn get(&self, browser: &str, name: &str) -> Result<Option<StoredFlow>> {
        let sql = "SELECT flow, destination FROM flows WHERE name = $1 AND browser = $2 AND began_at > $3";
        let row = sqlx::query(sql)
            .bind(name)
            .bind(browser)
            .bind(now().saturating_sub(LIFETIME))
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let destination: Option<String> = row.try_get("destination")?;
        Ok(Some(match destination {
            Some(destination) => StoredFlow::Ended(serde_json::from_str(&destination)?),
            None => {
                let flow: String = row.try_get("flow")?;
                StoredFlow::Waiting(serde_json::from_str(&flow)?)
            }
        }))
    }

    /// Moves a request to another session, if it is untouched. This grants nothing that opening the client's link again would
    /// not. Tabs that open at the same time in a browser without a cookie get a session each, and the browser keeps one.
    ///
    /// Returns whether it was moved.
    pub async fn adopt(&self, browser: &str, name: &str) -> Result<bool> {
        let sql =
            "SELECT flow FROM flows WHERE name = $1 AND began_at > $2 AND destination IS NULL";
        let row = sqlx::query(sql)
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

    /// Saves what the user has done.
    pub async fn update(&self, name: &str, flow: &Flow) -> Result<()> {
        let flow = Flow {
            touched: true,
            ..flow.clone()
        };
        sqlx::query("UPDATE flows SET flow = $1 WHERE name = $2 AND destination IS NULL")
            .bind(serde_json::to_string(&flow)?)
            .bind(name)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Ends a request, and deletes everything but its destination. Returns whether it was pending.
    pub async fn end(&self, name: &str, destination: &Destination) -> Result<bool> {
        let sql =
            "UPDATE flows SET flow = '', destination = $1 WHERE name = $2 AND destination IS NULL";
        let ended = sqlx::query(sql)
            .bind(serde_json::to_string(destination)?)
            .bind(name)
            .execute(&self.pool)
            .await?;
        Ok(ended.rows_affected() == 1)
    }

    pub async fn delete_expired(&self) -> Result<()> {
        sqlx::query("DELETE FROM flows WHERE began_at <= $1")
            .bind(now().saturating_sub(LIFETIME))
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use authlete::types::AuthorizationResponse;
    use serde_json::json;

    use super::*;
    use crate::test_databases::databases;

    const BROWSER: &str = "browser";

    async fn add(flows: &Flows) -> (String, Destination) {
        let answer = json!({ "action": "INTERACTION" });
        let answer: AuthorizationResponse = serde_json::from_value(answer).unwrap();
        let pending = PendingAuthorization::new("marker", answer, "", SystemTime::now());
        let destination = Destination {
            app: "App".to_owned(),
            ..Destination::default()
        };
        let name = flows.add(BROWSER, pending, destination.clone());
        (name.await.unwrap(), destination)
    }

    #[tokio::test]
    async fn request_ends_once_and_leaves_its_destination_to_its_browser() {
        for database in databases().await {
            let flows = Flows::new(database.pool.clone());
            let (name, destination) = add(&flows).await;
            let Some(StoredFlow::Waiting(flow)) = flows.get(BROWSER, &name).await.unwrap() else {
                panic!("the request is not pending");
            };
            assert!(flows.end(&name, &destination).await.unwrap());
            assert!(!flows.end(&name, &destination).await.unwrap());
            flows.update(&name, &flow).await.unwrap();
            let Some(StoredFlow::Ended(known)) = flows.get(BROWSER, &name).await.unwrap() else {
                panic!("the request has not ended");
            };
            assert_eq!(known, destination);
            assert!(flows.get("another", &name).await.unwrap().is_none());
            let row = sqlx::query("SELECT flow FROM flows").fetch_one(&database.pool);
            let flow: String = row.await.unwrap().try_get("flow").unwrap();
            assert_eq!(flow, "");
        }
    }

    #[tokio::test]
    async fn ended_requests_are_removed_before_pending_ones() {
        for database in databases().await {
            let flows = Flows::new(database.pool.clone());
            let (waiting, _) = add(&flows).await;
            for _ in 0..2 * FLOWS {
                let (name, destination) = add(&flows).await;
                flows.end(&name, &destination).await.unwrap();
            }
            let found = flows.get(BROWSER, &waiting).await.unwrap();
            assert!(matches!(found, Some(StoredFlow::Waiting(_))));
        }
    }
}
