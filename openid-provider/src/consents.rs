//! What users agreed to, and the list of the apps that they use.
//!
//! Change `stored` to let consents end after some time, and this file to keep them elsewhere.

use anyhow::{Result, bail};
use authlete::server::Consent;
use sqlx::{AnyPool, Row as _};

use crate::clock::now;

/// How often a change is tried while others change the same consent.
const ATTEMPTS: usize = 10;

/// An app that a user agreed to.
pub struct ConnectedApp {
    pub client_id: i64,
    pub name: String,
    pub consent: Consent,
    pub since: i64,
}

/// A consent in the database.
struct Stored {
    text: String,
    /// What of it counts.
    consent: Consent,
}

#[derive(Clone)]
pub struct Consents {
    pool: AnyPool,
}

impl Consents {
    pub fn new(pool: AnyPool) -> Self {
        Self { pool }
    }

    /// What a user agreed to before for a client.
    pub async fn of(&self, subject: &str, client_id: i64) -> Result<Option<Consent>> {
        let stored = self.stored(subject, client_id).await?;
        Ok(stored.map(|stored| stored.consent))
    }

    /// All that reads a consent, to ask less or to add to it, reads it here. For consents that end, select `changed_at`, too, and
    /// return an empty `consent` when that is too long ago.
    async fn stored(&self, subject: &str, client_id: i64) -> Result<Option<Stored>> {
        let row = sqlx::query("SELECT consent FROM consents WHERE subject = $1 AND client_id = $2")
            .bind(subject)
            .bind(client_id)
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let text: String = row.try_get("consent")?;
        let consent = serde_json::from_str(&text)?;
        Ok(Some(Stored { text, consent }))
    }

    /// Adds what a user agreed to now.
    pub async fn add(
        &self,
        subject: &str,
        client_id: i64,
        client_name: &str,
        consent: Consent,
    ) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let before = self.stored(subject, client_id).await?;
            let all = match &before {
                Some(before) => before.consent.clone().and(consent.clone()),
                None => consent.clone(),
            };
            // Another tab may change it at the same time: neither loses what the other adds.
            let sql = match before {
                Some(_) => {
                    "UPDATE consents SET client_name = $3, consent = $4, changed_at = $5 \
                     WHERE subject = $1 AND client_id = $2 AND consent = $6"
                }
                None => {
                    "INSERT INTO consents (subject, client_id, client_name, consent, changed_at) \
                     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (subject, client_id) DO NOTHING"
                }
            };
            let query = sqlx::query(sql)
                .bind(subject)
                .bind(client_id)
                .bind(client_name)
                .bind(serde_json::to_string(&all)?)
                .bind(now());
            let query = match before {
                Some(before) => query.bind(before.text),
                None => query,
            };
            if query.execute(&self.pool).await?.rows_affected() == 1 {
                return Ok(());
            }
        }
        bail!("a consent changed too often to be written")
    }

    /// The apps of a user, by name.
    pub async fn apps(&self, subject: &str) -> Result<Vec<ConnectedApp>> {
        let sql = "SELECT client_id, client_name, consent, changed_at FROM consents \
                   WHERE subject = $1 ORDER BY client_name, client_id";
        let rows = sqlx::query(sql).bind(subject).fetch_all(&self.pool).await?;
        let apps = rows.iter().map(|row| {
            let consent: String = row.try_get("consent")?;
            Ok(ConnectedApp {
                client_id: row.try_get("client_id")?,
                name: row.try_get("client_name")?,
                consent: serde_json::from_str(&consent)?,
                since: row.try_get("changed_at")?,
            })
        });
        apps.collect()
    }

    /// Forgets what a user agreed to for a client.
    pub async fn remove(&self, subject: &str, client_id: i64) -> Result<()> {
        sqlx::query("DELETE FROM consents WHERE subject = $1 AND client_id = $2")
            .bind(subject)
            .bind(client_id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_databases::databases;

    #[tokio::test]
    async fn consents_of_a_client_add_up_until_the_user_disconnects_it() {
        for database in databases().await {
            let sql = "INSERT INTO users VALUES ('alice', 'alice', 'Alice', '', '', NULL, 0, 0)";
            sqlx::query(sql).execute(&database.pool).await.unwrap();
            let consents = Consents::new(database.pool.clone());
            let scopes = |names: &[&str]| Consent::new().scopes(names.iter().copied());
            consents
                .add("alice", 1, "App", scopes(&["openid"]))
                .await
                .unwrap();
            consents
                .add("alice", 1, "New name", scopes(&["email"]))
                .await
                .unwrap();
            consents
                .add("alice", 2, "Another", scopes(&["openid"]))
                .await
                .unwrap();
            let all = consents.of("alice", 1).await.unwrap().unwrap();
            assert!(all.scopes.contains("openid") && all.scopes.contains("email"));
            let apps = consents.apps("alice").await.unwrap();
            let names: Vec<_> = apps.iter().map(|app| app.name.as_str()).collect();
            assert_eq!(names, ["Another", "New name"]);
            consents.remove("alice", 1).await.unwrap();
            assert!(consents.of("alice", 1).await.unwrap().is_none());
            assert!(consents.of("alice", 2).await.unwrap().is_some());
            // A user who does not exist cannot have agreed.
            assert!(
                consents
                    .add("nobody", 1, "App", scopes(&["openid"]))
                    .await
                    .is_err()
            );
        }
    }
}
