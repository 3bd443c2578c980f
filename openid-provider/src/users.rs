//! The users, in the database. Replace this file to use an existing user database.

use anyhow::Result;
use authlete::server::StandardClaims;
use sqlx::AnyPool;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::clock::now;
use crate::passwords::Passwords;
use crate::random;
use crate::second_factor::Authenticator;

/// The names of the claims in [`User::claims`], for the metadata. Add a new claim to both.
pub const CLAIMS: [&str; 4] = ["name", "preferred_username", "email", "email_verified"];

/// A user, without the password.
#[derive(Debug, Clone)]
pub struct User {
    /// The subject of tokens.
    pub subject: String,
    /// The name that the user logs in with.
    pub name: String,
    pub display_name: String,
    pub email: String,
    /// Whether the user has verified the address.
    pub email_verified: bool,
    pub has_second_factor: bool,
}

impl User {
    /// The claims of the user, for ID tokens and UserInfo. A client gets those that it requested and the user allowed.
    pub fn claims(&self) -> StandardClaims {
        StandardClaims::new()
            .name(&self.display_name)
            .preferred_username(&self.name)
            .email(&self.email)
            .email_verified(self.email_verified)
    }

    fn of(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let totp_secret: Option<String> = row.try_get("totp_secret")?;
        Ok(Self {
            subject: row.try_get("subject")?,
            name: row.try_get("name")?,
            display_name: row.try_get("display_name")?,
            email: row.try_get("email")?,
            email_verified: row.try_get::<i64, _>("email_verified")? == 1,
            has_second_factor: totp_secret.is_some(),
        })
    }
}

/// The input of a sign-up.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub name: String,
    pub display_name: String,
    pub email: String,
    pub password: String,
    /// Whether the password is public.
    pub is_demo: bool,
}

#[derive(Clone)]
pub struct Users {
    pool: AnyPool,
    passwords: Passwords,
}

impl Users {
    pub fn new(pool: AnyPool, passwords: Passwords) -> Self {
        Self { pool, passwords }
    }

    /// Adds a user. `None` when the name is taken.
    pub async fn add(&self, new: NewUser) -> Result<Option<User>> {
        let hash = self.passwords.hash(new.password).await?;
        let user = User {
            subject: random::text(),
            name: normalized(&new.name),
            display_name: new.display_name,
            email: normalized(&new.email),
            email_verified: false,
            has_second_factor: false,
        };
        let sql = "INSERT INTO users (subject, name, display_name, email, password_hash, totp_step, created_at, is_demo) \
                   VALUES ($1, $2, $3, $4, $5, 0, $6, $7) ON CONFLICT (name) DO NOTHING";
        let added = sqlx::query(sql)
            .bind(&user.subject)
            .bind(&user.name)
            .bind(&user.display_name)
            .bind(&user.email)
            .bind(hash)
            .bind(now())
            .bind(i64::from(new.is_demo))
            .execute(&self.pool)
            .await?;
        Ok((added.rows_affected() == 1).then_some(user))
    }

    /// The names of the users of the demo.
    pub async fn demo_names(&self) -> Result<Vec<String>> {
        let sql = "SELECT name FROM users WHERE is_demo = 1 ORDER BY name";
        let rows = sqlx::query(sql).fetch_all(&self.pool).await?;
        let names = rows.iter().map(|row| row.try_get("name"));
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// The user with this name and password. An unknown name takes as long as a wrong password.
    pub async fn authenticate(&self, name: &str, password: String) -> Result<Option<User>> {
        let row = sqlx::query("SELECT * FROM users WHERE name = $1")
            .bind(normalized(name))
            .fetch_optional(&self.pool)
            .await?;
        let hash = row.as_ref().map(|row| row.try_get("password_hash"));
        let is_right = self.passwords.verify(password, hash.transpose()?).await?;
        Ok(match row {
            Some(row) if is_right => Some(User::of(&row)?),
            _ => None,
        })
    }

    /// The subject of the user with this name, if there is one.
    pub async fn subject_of(&self, name: &str) -> Result<Option<String>> {
        let row = sqlx::query("SELECT subject FROM users WHERE name = $1")
            .bind(normalized(name))
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get("subject")).transpose()?)
    }

    pub async fn set_password(&self, subject: &str, password: String) -> Result<()> {
        let hash = self.passwords.hash(password).await?;
        sqlx::query("UPDATE users SET password_hash = $1 WHERE subject = $2")
            .bind(hash)
            .bind(subject)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Removes a user, with all that belongs to the user but the sessions.
    pub async fn remove(&self, subject: &str) -> Result<()> {
        sqlx::query("DELETE FROM users WHERE subject = $1")
            .bind(subject)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub async fn by_subject(&self, subject: &str) -> Result<Option<User>> {
        let row = sqlx::query("SELECT * FROM users WHERE subject = $1")
            .bind(subject)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.as_ref().map(User::of).transpose()?)
    }

    /// The user that a `login_hint` identifies, by name or e-mail address.
    ///
    /// Users can enter any address. So an address identifies the user who has verified it, or else the only user with it.
    pub async fn by_hint(&self, hint: &str) -> Result<Option<User>> {
        let sql = "SELECT * FROM users WHERE name = $1 OR email = $1 \
                   ORDER BY CASE WHEN name = $1 THEN 0 ELSE 1 END, email_verified DESC, name LIMIT 2";
        let rows = sqlx::query(sql)
            .bind(normalized(hint))
            .fetch_all(&self.pool)
            .await?;
        let users = rows.iter().map(User::of).collect::<Result<Vec<_>, _>>()?;
        let mut users = users.into_iter();
        let first = users.next();
        let is_clear = first
            .as_ref()
            .is_some_and(|user| user.name == normalized(hint) || user.email_verified);
        Ok(first.filter(|_| is_clear || users.next().is_none()))
    }

    /// Marks the address of a user as verified. Your server calls it when the user opens the link in an e-mail.
    ///
    /// Returns whether it is now: another user may have verified the same address.
    pub async fn verify_email(&self, subject: &str) -> Result<bool> {
        let sql = "UPDATE users SET email_verified = 1 WHERE subject = $1 AND NOT EXISTS \
                   (SELECT 1 FROM users other WHERE other.email = users.email \
                    AND other.email_verified = 1 AND other.subject <> $1)";
        let verified = sqlx::query(sql).bind(subject).execute(&self.pool).await?;
        Ok(verified.rows_affected() == 1)
    }

    /// Sets up a second factor if the code is right. Returns whether it was.
    pub async fn set_up_second_factor(
        &self,
        subject: &str,
        authenticator: &Authenticator,
        code: &str,
    ) -> Result<bool> {
        let Some(step) = authenticator.verify(code) else {
            return Ok(false);
        };
        sqlx::query("UPDATE users SET totp_secret = $1, totp_step = $2 WHERE subject = $3")
            .bind(authenticator.secret())
            .bind(step)
            .bind(subject)
            .execute(&self.pool)
            .await?;
        Ok(true)
    }

    pub async fn remove_second_factor(&self, subject: &str) -> Result<()> {
        sqlx::query("UPDATE users SET totp_secret = NULL WHERE subject = $1")
            .bind(subject)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Whether the code of the authenticator app is right. Each code is valid once.
    pub async fn verify_second_factor(&self, subject: &str, code: &str) -> Result<bool> {
        let row = sqlx::query("SELECT totp_secret FROM users WHERE subject = $1")
            .bind(subject)
            .fetch_optional(&self.pool)
            .await?;
        let secret: Option<String> = match row {
            Some(row) => row.try_get("totp_secret")?,
            None => None,
        };
        let authenticator = secret.as_deref().and_then(Authenticator::of);
        let Some(step) = authenticator.and_then(|it| it.verify(code)) else {
            return Ok(false);
        };
        let sql = "UPDATE users SET totp_step = $1 WHERE subject = $2 AND totp_step < $1";
        let used = sqlx::query(sql)
            .bind(step)
            .bind(subject)
            .execute(&self.pool)
            .await?;
        Ok(used.rows_affected() == 1)
    }
}

/// Normalizes names and addresses, to compare them.
fn normalized(name: &str) -> String {
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use authlete::server::Claims as _;

    use super::*;
    use crate::test_databases::databases;

    fn new(name: &str, email: &str) -> NewUser {
        NewUser {
            name: name.to_owned(),
            display_name: "Somebody".to_owned(),
            email: email.to_owned(),
            password: "correct horse".to_owned(),
            is_demo: false,
        }
    }

    #[tokio::test]
    async fn name_in_another_case_is_the_same_and_is_taken() {
        for database in databases().await {
            let users = Users::new(database.pool.clone(), Passwords::new().await.unwrap());
            let user = users
                .add(new("Alice", "a@example.com"))
                .await
                .unwrap()
                .unwrap();
            assert!(
                users
                    .add(new(" aLICE", "b@example.com"))
                    .await
                    .unwrap()
                    .is_none()
            );
            let password = || "correct horse".to_owned();
            let found = users.authenticate("ALICE ", password()).await.unwrap();
            assert_eq!(found.unwrap().subject, user.subject);
            for (name, password) in [
                ("alice", "correct horse ".to_owned()),
                ("alice", String::new()),
                ("alice", "x".repeat(100_000)),
                ("nobody", password()),
                ("", password()),
            ] {
                assert!(
                    users.authenticate(name, password).await.unwrap().is_none(),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn announced_claims_have_values() {
        let user = User {
            subject: "subject".to_owned(),
            name: "alice".to_owned(),
            display_name: "Alice".to_owned(),
            email: "alice@example.com".to_owned(),
            email_verified: false,
            has_second_factor: false,
        };
        let claims = user.claims();
        let known = |name: &&str| claims.claim(name, None).is_some();
        assert!(CLAIMS.iter().all(known));
        let others = StandardClaims::NAMES.iter().filter(|name| known(name));
        assert_eq!(others.count(), CLAIMS.len());
    }

    #[tokio::test]
    async fn hint_that_matches_two_users_identifies_neither() {
        for database in databases().await {
            let users = Users::new(database.pool.clone(), Passwords::new().await.unwrap());
            users.add(new("alice", "us@example.com")).await.unwrap();
            let alice = users.by_hint("us@example.com").await.unwrap();
            assert_eq!(alice.unwrap().name, "alice");
            users.add(new("bob", "us@example.com")).await.unwrap();
            assert!(users.by_hint("us@example.com").await.unwrap().is_none());
            assert_eq!(users.by_hint("Bob").await.unwrap().unwrap().name, "bob");
        }
    }

    #[tokio::test]
    async fn verified_address_identifies_its_user_even_if_another_enters_it() {
        for database in databases().await {
            let users = Users::new(database.pool.clone(), Passwords::new().await.unwrap());
            let bob = users.add(new("bob", " Bob@Example.com")).await.unwrap();
            let bob = bob.unwrap().subject;
            let hint = async || {
                let user = users.by_hint("bob@EXAMPLE.com").await.unwrap();
                user.map(|user| user.name)
            };
            assert_eq!(hint().await.as_deref(), Some("bob"));
            assert!(users.verify_email(&bob).await.unwrap());
            let other = users.add(new("mallory", "bob@example.com")).await.unwrap();
            assert_eq!(hint().await.as_deref(), Some("bob"));
            let other = other.unwrap().subject;
            assert!(!users.verify_email(&other).await.unwrap());
            assert!(users.verify_email(&bob).await.unwrap());
            let claimed = users.by_subject(&other).await.unwrap().unwrap();
            assert!(!claimed.email_verified);
            let sql = "UPDATE users SET email_verified = 1";
            assert!(sqlx::query(sql).execute(&database.pool).await.is_err());
        }
    }

    #[tokio::test]
    async fn code_of_an_authenticator_app_is_valid_once() {
        for database in databases().await {
            let users = Users::new(database.pool.clone(), Passwords::new().await.unwrap());
            let user = users
                .add(new("alice", "a@example.com"))
                .await
                .unwrap()
                .unwrap();
            let subject = user.subject.as_str();
            let app = Authenticator::generate().unwrap();
            assert!(
                !users
                    .set_up_second_factor(subject, &app, "000 00")
                    .await
                    .unwrap()
            );
            assert!(
                !users
                    .verify_second_factor(subject, &app.code(0))
                    .await
                    .unwrap()
            );
            assert!(
                users
                    .set_up_second_factor(subject, &app, &app.code(0))
                    .await
                    .unwrap()
            );
            let known = users.by_subject(subject).await.unwrap().unwrap();
            assert!(known.has_second_factor);
            assert!(
                !users
                    .verify_second_factor(subject, &app.code(0))
                    .await
                    .unwrap()
            );
            assert!(
                users
                    .verify_second_factor(subject, &app.code(1))
                    .await
                    .unwrap()
            );
            assert!(
                !users
                    .verify_second_factor(subject, &app.code(1))
                    .await
                    .unwrap()
            );
            users.remove_second_factor(subject).await.unwrap();
            assert!(
                !users
                    .verify_second_factor(subject, &app.code(1))
                    .await
                    .unwrap()
            );
        }
    }
}
