//! Device authorization requests that wait for a decision, in the database: a row for each page, so that a decision is for the
//! device that its page shows.

use anyhow::Result;
use authlete_axum::authorization_server::DeviceRequest;
use sqlx::{AnyPool, Row as _};

use crate::clock::now;
use crate::random;

/// The maximum number of open requests of a user. One more removes the oldest.
const REQUESTS: i64 = 8;

/// The lifetime of a request in seconds. Its code may expire earlier.
const LIFETIME: i64 = 60 * 60;

#[derive(Clone)]
pub struct DeviceRequests {
    pool: AnyPool,
}

impl DeviceRequests {
    pub fn new(pool: AnyPool) -> Self {
        Self { pool }
    }

    /// Stores the request whose code a user has entered. Returns its name, for the form of the page.
    pub async fn add(&self, subject: &str, request: &DeviceRequest) -> Result<String> {
        let name = random::text();
        let sql = "INSERT INTO device_requests (name, subject, request, began_at) VALUES ($1, $2, $3, $4)";
        sqlx::query(sql)
            .bind(&name)
            .bind(subject)
            .bind(serde_json::to_string(request)?)
            .bind(now())
            .execute(&self.pool)
            .await?;
        let sql = "DELETE FROM device_requests WHERE subject = $1 AND name <> $2 AND name NOT IN \
                   (SELECT name FROM device_requests WHERE subject = $1 AND name <> $2 ORDER BY began_at DESC LIMIT $3)";
        sqlx::query(sql)
            .bind(subject)
            .bind(&name)
            .bind(REQUESTS - 1)
            .execute(&self.pool)
            .await?;
        Ok(name)
    }

    pub async fn get(&self, subject: &str, name: &str) -> Result<Option<DeviceRequest>> {
        let sql = "SELECT request FROM device_requests \
                   WHERE name = $1 AND subject = $2 AND began_at > $3";
        let row = sqlx::query(sql)
            .bind(name)
            .bind(subject)
            .bind(now().saturating_sub(LIFETIME))
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let request: String = row.try_get("request")?;
        Ok(Some(serde_json::from_str(&request)?))
    }

    /// Removes a request after the decision.
    pub async fn remove(&self, name: &str) -> Result<()> {
        sqlx::query("DELETE FROM device_requests WHERE name = $1")
            .bind(name)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub async fn delete_expired(&self) -> Result<()> {
        sqlx::query("DELETE FROM device_requests WHERE began_at <= $1")
            .bind(now().saturating_sub(LIFETIME))
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::test_databases::databases;

    #[tokio::test]
    async fn request_is_found_by_its_name_and_by_its_user_alone() {
        let request = |code: &str| {
            let request = json!({ "page_id": code, "user_code": code, "answer": {} });
            serde_json::from_value::<DeviceRequest>(request).unwrap()
        };
        for database in databases().await {
            for name in ["alice", "bob"] {
                let sql = "INSERT INTO users (subject, name, display_name, email, password_hash, totp_step, created_at) \
                           VALUES ($1, $1, '', '', '', 0, 0)";
                let added = sqlx::query(sql).bind(name).execute(&database.pool).await;
                added.unwrap();
            }
            let requests = DeviceRequests::new(database.pool.clone());
            let (first, second) = (request("FIRST"), request("SECOND"));
            let name = requests.add("alice", &first).await.unwrap();
            let other = requests.add("alice", &second).await.unwrap();
            assert_eq!(requests.get("bob", &name).await.unwrap(), None);
            let found = requests.get("alice", &name).await.unwrap();
            assert_eq!(found, Some(first));
            requests.remove(&name).await.unwrap();
            assert_eq!(requests.get("alice", &name).await.unwrap(), None);
            let found = requests.get("alice", &other).await.unwrap();
            assert_eq!(found, Some(second));

            let sql = "UPDATE device_requests SET began_at = began_at - 3600";
            sqlx::query(sql).execute(&database.pool).await.unwrap();
            assert_eq!(requests.get("alice", &other).await.unwrap(), None);
            requests.delete_expired().await.unwrap();
            let count = sqlx::query("SELECT COUNT(*) FROM device_requests");
            let count = count.fetch_one(&database.pool).await.unwrap();
            assert_eq!(count.get::<i64, _>(0), 0);
        }
    }
}
