//! The connection to Redis that all calls share.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, FromRedisValue, Pipeline, RedisError, RedisResult};
use tokio::time::timeout;

use super::TRY;
use crate::Secret;
use crate::config::ConfigError;

pub(super) struct Connection {
    client: Client,
    shared: Mutex<Shared>,
    /// Held by the caller that opens a connection.
    opening: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Shared {
    current: Option<Numbered>,
    /// How many connections were opened.
    opened: u64,
}

/// The number tells a connection from the one that has replaced it since.
#[derive(Clone)]
struct Numbered {
    number: u64,
    connection: MultiplexedConnection,
}

impl Connection {
    pub fn new(url: &Secret) -> Result<Self, ConfigError> {
        let client = Client::open(url.expose()).map_err(|_| {
            // Without the reason, which may show the password.
            ConfigError::client(
                "the URL of Redis is not redis://[user:password@]host[:port][/database], or is rediss:// and the crate \
                 redis has no feature of TLS",
            )
        })?;
        Ok(Self {
            client,
            shared: Mutex::default(),
            opening: tokio::sync::Mutex::default(),
        })
    }

    /// Runs commands that may run twice. An error is its class, and the next commands run on a fresh connection.
    pub async fn run<T: FromRedisValue>(
        &self,
        commands: &Pipeline,
        limit: Duration,
    ) -> Result<T, String> {
        let mut used = None;
        let outcome = timeout(limit, self.query(commands, &mut used)).await;
        let class = match outcome {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => class(error),
            Err(_) => "timeout".to_owned(),
        };
        if let Some(number) = used {
            self.discard(number);
        }
        Err(class)
    }

    async fn query<T: FromRedisValue>(
        &self,
        commands: &Pipeline,
        used: &mut Option<u64>,
    ) -> RedisResult<T> {
        let current = self.shared().current.clone();
        if let Some(mut current) = current {
            *used = Some(current.number);
            match commands.query_async(&mut current.connection).await {
                // Redis closes a connection that is idle for longer than its `timeout`, and when it restarts.
                Err(error) if error.is_connection_dropped() => self.discard(current.number),
                result => return result,
            }
        }
        let mut new = self.open().await?;
        *used = Some(new.number);
        commands.query_async(&mut new.connection).await
    }

    async fn open(&self) -> RedisResult<Numbered> {
        let _opening = self.opening.lock().await;
        // Another caller may have opened it in the meantime.
        if let Some(current) = self.shared().current.clone() {
            return Ok(current);
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(TRY))
            .set_response_timeout(Some(TRY));
        let connection = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        let mut shared = self.shared();
        shared.opened += 1;
        let new = Numbered {
            number: shared.opened,
            connection,
        };
        shared.current = Some(new.clone());
        Ok(new)
    }

    fn discard(&self, number: u64) {
        let mut shared = self.shared();
        if shared
            .current
            .as_ref()
            .is_some_and(|current| current.number == number)
        {
            shared.current = None;
        }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What Redis calls the first of the errors, such as `READONLY`, or what the client calls it.
fn class(error: RedisError) -> String {
    let category = error.category().to_owned();
    let refusals = error.into_server_errors().unwrap_or_default();
    let refusal = refusals.first().map(|(_, refusal)| refusal.code());
    refusal.map_or(category, str::to_owned)
}
