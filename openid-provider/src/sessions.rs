//! The sessions of browsers, in the database: they survive a restart, and all instances share them.
//!
//! Replace this file to keep sessions elsewhere: implement `SessionStore`, and list and end the sessions of a user.

use std::fmt;

use anyhow::Result;
use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row as _};
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{self, Error};
use tower_sessions::{ExpiredDeletion, SessionStore};

use crate::clock::now;
use crate::session_data::{DATA_KEY, SessionData};

/// The key of the identifier that a record is to be created with. It is not stored.
pub const NEXT_ID: &str = "next_id";

/// How long the session from before a login is kept, in seconds: the form may be sent twice.
const OLD_SESSION_GRACE: i64 = 10;

/// A session of a user, for the account page.
pub struct ActiveSession {
    /// The hash of the identifier in the cookie.
    pub id: String,
    pub began_at: i64,
    pub data: SessionData,
}

#[derive(Clone)]
pub struct Sessions {
    pool: AnyPool,
}

impl Sessions {
    pub fn new(pool: AnyPool) -> Self {
        Self { pool }
    }

    /// The sessions in which a user is logged in, the latest first.
    pub async fn of_user(&self, subject: &str) -> Result<Vec<ActiveSession>> {
        let sql = "SELECT id, data, created_at FROM sessions \
                   WHERE subject = $1 AND expires_at > $2 ORDER BY created_at DESC";
        let rows = sqlx::query(sql)
            .bind(subject)
            .bind(now())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(Self::active).collect()
    }

    fn active(row: &AnyRow) -> Result<ActiveSession> {
        let data: String = row.try_get("data")?;
        let record: Record = serde_json::from_str(&data)?;
        let data = record.data.get(DATA_KEY).cloned().unwrap_or_default();
        Ok(ActiveSession {
            id: row.try_get("id")?,
            began_at: row.try_get("created_at")?,
            data: serde_json::from_value(data)?,
        })
    }

    /// Ends a session of a user, by the hash of its identifier. Returns whether it existed.
    pub async fn end(&self, subject: &str, id: &str) -> Result<bool> {
        let ended = sqlx::query("DELETE FROM sessions WHERE id = $1 AND subject = $2")
            .bind(id)
            .bind(subject)
            .execute(&self.pool)
            .await?;
        Ok(ended.rows_affected() == 1)
    }

    /// Extends the session of a user to `seconds + write_interval` from now, unless it lasts for `seconds` already: it is written
    /// at most once per `write_interval`. Returns whether it was written.
    pub async fn extend(&self, id: &Id, seconds: i64, write_interval: i64) -> Result<bool> {
        let end = now().saturating_add(seconds);
        let sql = "UPDATE sessions SET expires_at = $1 \
                   WHERE id = $2 AND subject IS NOT NULL AND expires_at > $3 AND expires_at < $4";
        let extended = sqlx::query(sql)
            .bind(end.saturating_add(write_interval))
            .bind(hash(id))
            .bind(now())
            .bind(end)
            .execute(&self.pool)
            .await?;
        Ok(extended.rows_affected() == 1)
    }
}

/// The hash of an identifier: the database does not reveal the value of a cookie.
pub fn hash(id: &Id) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(id.to_string()))
}

/// The identifier of the session after a login, derived from the one before: a login form that is sent twice leads to one
/// session, and a login of another user to another one.
///
/// Neither an attacker who knows the identifier before nor one who reads the database can compute it: the former lacks `key`, the
/// latter the identifier.
pub fn next_id(before: &Id, key: &str, subject: &str) -> Id {
    let mut hash = Sha256::new();
    for part in [&before.to_string(), key, subject] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let mut id = [0; 16];
    id.copy_from_slice(&hash.finalize()[..16]);
    Id(i128::from_le_bytes(id))
}

/// The subject of the user who is logged in.
fn subject(record: &Record) -> Option<&str> {
    record
        .data
        .get(DATA_KEY)?
        .get("login")?
        .get("subject")?
        .as_str()
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let next = record.data.remove(NEXT_ID);
        if let Some(id) = next.as_ref().and_then(Value::as_str) {
            record.id = id.parse().map_err(|_| Error::Decode(NEXT_ID.to_owned()))?;
        }
        // Identifiers have 128 random bits: a conflict means that the same login was sent twice.
        let sql = "INSERT INTO sessions (id, subject, data, created_at, expires_at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (id) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at";
        sqlx::query(sql)
            .bind(hash(&record.id))
            .bind(subject(record))
            .bind(encode(record)?)
            .bind(now())
            .bind(record.expiry_date.unix_timestamp())
            .execute(&self.pool)
            .await
            .map_err(backend)?;
        Ok(())
    }

    /// Does not recreate a session that ended while the request was handled.
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let sql = "UPDATE sessions SET subject = $1, data = $2, expires_at = $3 WHERE id = $4";
        sqlx::query(sql)
            .bind(subject(record))
            .bind(encode(record)?)
            .bind(record.expiry_date.unix_timestamp())
            .bind(hash(&record.id))
            .execute(&self.pool)
            .await
            .map_err(backend)?;
        Ok(())
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let row = sqlx::query("SELECT data FROM sessions WHERE id = $1 AND expires_at > $2")
            .bind(hash(id))
            .bind(now())
            .fetch_optional(&self.pool)
            .await
            .map_err(backend)?;
        let Some(row) = row else {
            return Ok(None);
        };
        let data: String = row.try_get("data").map_err(backend)?;
        let mut record: Record =
            serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
        record.id = *id;
        Ok(Some(record))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        let id = hash(id);
        sqlx::query("DELETE FROM sessions WHERE id = $1 AND subject IS NOT NULL")
            .bind(&id)
            .execute(&self.pool)
            .await
            .map_err(backend)?;
        let sql = "UPDATE sessions SET expires_at = $1 WHERE id = $2 AND expires_at > $1";
        sqlx::query(sql)
            .bind(now().saturating_add(OLD_SESSION_GRACE))
            .bind(id)
            .execute(&self.pool)
            .await
            .map_err(backend)?;
        Ok(())
    }
}

#[async_trait]
impl ExpiredDeletion for Sessions {
    async fn delete_expired(&self) -> session_store::Result<()> {
        sqlx::query("DELETE FROM sessions WHERE expires_at <= $1")
            .bind(OffsetDateTime::now_utc().unix_timestamp())
            .execute(&self.pool)
            .await
            .map_err(backend)?;
        Ok(())
    }
}

/// The record without its identifier, which only the cookie has.
fn encode(record: &Record) -> session_store::Result<String> {
    let record = Record {
        id: Id(0),
        ..record.clone()
    };
    serde_json::to_string(&record).map_err(|error| Error::Encode(error.to_string()))
}

fn backend(error: sqlx::Error) -> Error {
    tracing::error!(%error, "the database failed");
    Error::Backend("the database failed".to_owned())
}

impl fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sessions").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::*;
    use crate::test_databases::databases;

    fn record(subject: &str, seconds: i64) -> Record {
        let visit = json!({ "login": { "subject": subject, "id": "s", "auth_time": 1, "has_second_factor": false } });
        Record {
            id: Id::default(),
            data: HashMap::from([(DATA_KEY.to_owned(), visit)]),
            expiry_date: OffsetDateTime::now_utc() + time::Duration::seconds(seconds),
        }
    }

    #[tokio::test]
    async fn ended_session_is_not_recreated_by_a_concurrent_save() {
        for database in databases().await {
            let sessions = Sessions::new(database.pool.clone());
            let mut record = record("alice", 60);
            sessions.create(&mut record).await.unwrap();
            assert_eq!(
                sessions.load(&record.id).await.unwrap(),
                Some(record.clone())
            );
            let listed = sessions.of_user("alice").await.unwrap();
            assert!(!sessions.end("bob", &listed[0].id).await.unwrap());
            assert!(sessions.end("alice", &listed[0].id).await.unwrap());
            sessions.save(&record).await.unwrap();
            assert_eq!(sessions.load(&record.id).await.unwrap(), None);
        }
    }

    #[tokio::test]
    async fn expired_session_is_not_loaded_and_is_removed() {
        for database in databases().await {
            let sessions = Sessions::new(database.pool.clone());
            let (mut old, mut new) = (record("alice", -1), record("alice", 60));
            sessions.create(&mut old).await.unwrap();
            sessions.create(&mut new).await.unwrap();
            assert_eq!(sessions.load(&old.id).await.unwrap(), None);
            assert_eq!(sessions.of_user("alice").await.unwrap().len(), 1);
            sessions.delete_expired().await.unwrap();
            let count = sqlx::query("SELECT COUNT(*) FROM sessions").fetch_one(&database.pool);
            assert_eq!(count.await.unwrap().get::<i64, _>(0), 1);
        }
    }

    #[tokio::test]
    async fn expired_and_anonymous_sessions_are_not_extended() {
        for database in databases().await {
            let sessions = Sessions::new(database.pool.clone());
            let (mut old, mut new) = (record("alice", -1), record("alice", 60));
            let mut anonymous = Record {
                data: HashMap::new(),
                ..record("anonymous", 60)
            };
            for record in [&mut old, &mut new, &mut anonymous] {
                sessions.create(record).await.unwrap();
            }
            assert!(!sessions.extend(&old.id, 600, 10).await.unwrap());
            assert!(!sessions.extend(&anonymous.id, 600, 10).await.unwrap());
            assert!(sessions.extend(&new.id, 600, 10).await.unwrap());
            assert!(!sessions.extend(&new.id, 600, 10).await.unwrap());
            assert!(sessions.extend(&new.id, 700, 10).await.unwrap());
        }
    }

    #[tokio::test]
    async fn database_does_not_contain_the_cookie_value() {
        for database in databases().await {
            let sessions = Sessions::new(database.pool.clone());
            let mut record = record("alice", 60);
            sessions.create(&mut record).await.unwrap();
            let row = sqlx::query("SELECT id, data FROM sessions").fetch_one(&database.pool);
            let row = row.await.unwrap();
            let cookie = record.id.to_string();
            for column in ["id", "data"] {
                let text: String = row.get(column);
                assert!(!text.contains(&cookie) && !text.contains(&record.id.0.to_string()));
            }
        }
    }
}
