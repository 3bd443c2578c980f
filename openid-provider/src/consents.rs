//! The consents of users, and the list of their connected apps.
//!
//! Change `stored` to let consents expire. Replace this file to store them elsewhere.

use anyhow::{Result, bail};
use authlete::server::Consent;
use sqlx::{AnyPool, Row as _};

use crate::clock::now;

/// How often a change is attempted while the same consent changes concurrently.
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
    /// The consent, if it is valid.
    consent: Option<Consent>,
}

#[derive(Clone)]
pub struct Consents {
    pool: AnyPool,
}

impl Consents {
    pub fn new(pool: AnyPool) -> Self {
        Self { pool }
    }

    /// The consent of a user to a client.
    pub async fn of(&self, subject: &str, client_id: i64) -> Result<Option<Consent>> {
        let stored = self.stored(subject, client_id).await?;
        Ok(stored.and_then(|stored| stored.consent))
    }

    /// The only function that reads the consent to a client. For consents that expire, select `changed_at`, too, and return no
    /// `consent` when it is too old.
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

    /// Saves a decision. It replaces the consent to everything that was requested; the consent to anything else stays. `agreed` is
    /// `None` when the user refused.
    pub async fn decide(
        &self,
        subject: &str,
        client_id: i64,
        client_name: &str,
        asked: &Consent,
        agreed: Option<&Consent>,
    ) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let before = self.stored(subject, client_id).await?;
            let rest = match &before {
                Some(before) => before.consent.clone(),
                // An app that was never allowed is not connected.
                None if agreed.is_none() => return Ok(()),
                None => None,
            };
            let rest = rest.unwrap_or_default().difference(asked);
            // Without any consent the app stays in the list, since it may still have tokens.
            let all = match agreed {
                Some(agreed) => Some(rest.union(agreed.clone())),
                None => (!rest.is_empty()).then_some(rest),
            };
            // Optimistic locking: another tab may decide at the same time, and neither decision is lost.
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
        bail!("a consent changed too often while it was updated")
    }

    /// The apps of a user, by name.
    pub async fn apps(&self, subject: &str) -> Result<Vec<ConnectedApp>> {
        let sql = "SELECT client_id, client_name, consent, changed_at FROM consents \
                   WHERE subject = $1 ORDER BY client_name, client_id";
        let rows = sqlx::query(sql).bind(subject).fetch_all(&self.pool).await?;
        let apps = rows.iter().map(|row| {
            let consent: String = row.try_get("consent")?;
            let consent: Option<Consent> = serde_json::from_str(&consent)?;
            Ok(ConnectedApp {
                client_id: row.try_get("client_id")?,
                name: row.try_get("client_name")?,
                consent: consent.unwrap_or_default(),
                since: row.try_get("changed_at")?,
            })
        });
        apps.collect()
    }

    /// Removes the consent of a user to a client.
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
            let sql = "INSERT INTO users (subject, name, display_name, email, password_hash, totp_step, created_at) \
                       VALUES ('alice', 'alice', 'Alice', '', '', 0, 0)";
            sqlx::query(sql).execute(&database.pool).await.unwrap();
            let consents = Consents::new(database.pool.clone());
            let scopes = |names: &[&str]| Consent::new().scopes(names.iter().copied());
            let agree = async |subject: &str, id: i64, name: &str, scope: &str| {
                let asked = scopes(&[scope]);
                consents
                    .decide(subject, id, name, &asked, Some(&asked))
                    .await
            };
            agree("alice", 1, "App", "openid").await.unwrap();
            agree("alice", 1, "New name", "email").await.unwrap();
            agree("alice", 2, "Another", "openid").await.unwrap();
            let all = consents.of("alice", 1).await.unwrap().unwrap();
            assert!(all.scopes.contains("openid") && all.scopes.contains("email"));
            let apps = consents.apps("alice").await.unwrap();
            let names: Vec<_> = apps.iter().map(|app| app.name.as_str()).collect();
            assert_eq!(names, ["Another", "New name"]);
            consents.remove("alice", 1).await.unwrap();
            assert!(consents.of("alice", 1).await.unwrap().is_none());
            assert!(consents.of("alice", 2).await.unwrap().is_some());
            // A user who does not exist cannot have agreed.
            assert!(agree("nobody", 1, "App", "openid").await.is_err());
        }
    }

    #[tokio::test]
    async fn scope_that_is_asked_for_and_refused_does_not_count_any_more() {
        for database in databases().await {
            let sql = "INSERT INTO users (subject, name, display_name, email, password_hash, totp_step, created_at) \
                       VALUES ('alice', 'alice', 'Alice', '', '', 0, 0)";
            sqlx::query(sql).execute(&database.pool).await.unwrap();
            let consents = Consents::new(database.pool.clone());
            let scopes = |names: &[&str]| Consent::new().scopes(names.iter().copied());
            let decide = async |asked: &[&str], agreed: Option<&[&str]>| {
                let agreed = agreed.map(scopes);
                let (asked, agreed) = (scopes(asked), agreed.as_ref());
                consents
                    .decide("alice", 1, "App", &asked, agreed)
                    .await
                    .unwrap();
                consents.of("alice", 1).await.unwrap()
            };
            // An app that was never allowed is not in the list.
            assert_eq!(decide(&["openid"], None).await, None);
            assert!(consents.apps("alice").await.unwrap().is_empty());

            let both = scopes(&["email", "openid", "phone"]);
            let all: &[&str] = &["email", "openid", "phone"];
            assert_eq!(decide(all, Some(all)).await, Some(both));
            let rest = decide(&["email", "openid"], Some(&["openid"])).await;
            assert_eq!(rest, Some(scopes(&["openid", "phone"])));
            let rest = decide(&["openid"], None).await;
            assert_eq!(rest, Some(scopes(&["phone"])));
            assert_eq!(decide(&["phone"], None).await, None);
            // The app may have tokens.
            assert_eq!(consents.apps("alice").await.unwrap().len(), 1);
            let again = decide(&["openid"], Some(&["openid"])).await;
            assert_eq!(again, Some(scopes(&["openid"])));
        }
    }
}
