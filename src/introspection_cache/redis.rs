//! A store in Redis, over one shared connection.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ExistenceCheck, FromRedisValue, Pipeline, RedisError,
    RedisResult, SetExpiry, SetOptions,
};
use tokio::time::timeout;

use super::introspection_store::{
    IntrospectionStore, StoreError, StoreFuture, StoreValues, StoreWrite,
};
use super::shared::TIMEOUT;
use crate::Secret;
use crate::config::ConfigError;

pub(super) struct RedisStore {
    client: Client,
    shared: Mutex<ConnectionState>,
    /// Held by the caller that opens a connection.
    opening: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct ConnectionState {
    current: Option<NumberedConnection>,
    /// How many connections were opened.
    opened: u64,
}

/// A connection, with a number that distinguishes it from its replacements.
#[derive(Clone)]
struct NumberedConnection {
    number: u64,
    connection: MultiplexedConnection,
}

impl RedisStore {
    pub fn new(url: &Secret) -> Result<Self, ConfigError> {
        let client = Client::open(url.expose()).map_err(|_| {
            // The error of the client is left out, because it may show the password.
            ConfigError::client(
                "the Redis URL is not redis://[user:password@]host[:port][/database], or is rediss:// and the crate \
                 redis has no TLS feature",
            )
        })?;
        Ok(Self {
            client,
            shared: Mutex::default(),
            opening: tokio::sync::Mutex::default(),
        })
    }

    /// Runs idempotent commands. After an error, the next commands run on a new connection.
    async fn run<T: FromRedisValue>(
        &self,
        commands: &Pipeline,
        limit: Duration,
    ) -> Result<T, StoreError> {
        let mut used = None;
        let outcome = timeout(limit, self.query(commands, &mut used)).await;
        let error = match outcome {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => StoreError::new(class(error)),
            Err(_) => StoreError::new("timeout"),
        };
        if let Some(number) = used {
            self.discard(number);
        }
        Err(error)
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
                // Redis closes a connection when it restarts, or when the connection is idle for longer than its `timeout`.
                Err(error) if error.is_connection_dropped() => self.discard(current.number),
                result => return result,
            }
        }
        let mut new = self.open().await?;
        *used = Some(new.number);
        commands.query_async(&mut new.connection).await
    }

    async fn open(&self) -> RedisResult<NumberedConnection> {
        let _opening = self.opening.lock().await;
        // Another caller may have opened it in the meantime.
        if let Some(current) = self.shared().current.clone() {
            return Ok(current);
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(TIMEOUT))
            .set_response_timeout(Some(TIMEOUT));
        let connection = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        let mut shared = self.shared();
        shared.opened += 1;
        let new = NumberedConnection {
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

    fn shared(&self) -> MutexGuard<'_, ConnectionState> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl IntrospectionStore for RedisStore {
    fn name(&self) -> &'static str {
        "redis"
    }

    fn get<'a>(&'a self, keys: &'a [String], timeout: Duration) -> StoreFuture<'a, StoreValues> {
        Box::pin(async move {
            // Not a transaction: `redis` 1.8 panics in builds with overflow checks when a whole transaction is rejected.
            // None is needed, since the time may be read after the values.
            let commands = redis::pipe().mget(keys).cmd("TIME").to_owned();
            let (values, (seconds, microseconds)): (Vec<Option<Vec<u8>>>, (u64, u32)) =
                self.run(&commands, timeout).await?;
            let time = Duration::from_secs(seconds) + Duration::from_micros(microseconds.into());
            Ok(StoreValues::new(values, time))
        })
    }

    fn get_or_insert<'a>(
        &'a self,
        entries: &'a [(String, Vec<u8>)],
        time_to_live: Duration,
        timeout: Duration,
    ) -> StoreFuture<'a, Vec<Option<Vec<u8>>>> {
        Box::pin(async move {
            let mut commands = redis::pipe();
            for (key, value) in entries {
                let options = SetOptions::default()
                    .conditional_set(ExistenceCheck::NX)
                    .with_expiration(SetExpiry::PX(milliseconds(time_to_live)));
                commands.set_options(key, value, options).ignore();
            }
            let keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
            commands.mget(&keys);
            let (values,) = self.run(&commands, timeout).await?;
            Ok(values)
        })
    }

    fn set<'a>(&'a self, write: StoreWrite<'a>, timeout: Duration) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let expiry = SetExpiry::PX(milliseconds(write.time_to_live));
            let options = SetOptions::default().with_expiration(expiry);
            let mut commands = redis::pipe();
            commands
                .set_options(write.key, write.value, options)
                .ignore();
            let lifetime = milliseconds(write.extended_time_to_live);
            for key in write.extended {
                commands
                    .pexpire(key, i64::try_from(lifetime).unwrap_or(i64::MAX))
                    .ignore();
            }
            self.run(&commands, timeout).await
        })
    }

    fn delete<'a>(&'a self, keys: &'a [String], timeout: Duration) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let commands = redis::pipe().del(keys).ignore().to_owned();
            self.run(&commands, timeout).await
        })
    }
}

fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}

/// The code of the first error of Redis, such as `READONLY`, or the category of the client's error.
fn class(error: RedisError) -> String {
    let category = error.category().to_owned();
    let refusals = error.into_server_errors().unwrap_or_default();
    let refusal = refusals.first().map(|(_, refusal)| refusal.code());
    refusal.map_or(category, str::to_owned)
}
