//! Stores of introspection responses that several instances share.

use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

/// A store in which several instances of a server share cached introspection responses: give it to
/// [`IntrospectionCache::store`](crate::IntrospectionCache::store).
///
/// It is a map from strings to bytes whose entries expire. The cache decides what is stored and when it is valid, propagates
/// revocations to the other instances, retries deletions, and skips a store that fails. A store only has to guarantee:
///
/// - After [`delete`](Self::delete) has returned, [`get`](Self::get) on no instance returns the deleted entries, unless
///   they were inserted again.
/// - [`get_or_insert`](Self::get_or_insert) returns the same values to all instances that call it at the same time.
/// - The [time](StoreValues::time) comes from one clock for all instances: that of the store.
///
/// It may lose entries at any time, which only costs a call to Authlete. Do not log keys and values: a value
/// contains Authlete's data about a token.
///
/// Each method should return within its `timeout`; soon after, its future is dropped, which counts as a failure.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Mutex;
/// use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
///
/// use authlete::IntrospectionCache;
/// use authlete::introspection_store::{IntrospectionStore, StoreFuture, StoreValues, StoreWrite};
///
/// /// Shared by the handles of one process.
/// #[derive(Default)]
/// struct InProcess(Mutex<HashMap<String, (Vec<u8>, Instant)>>);
///
/// impl IntrospectionStore for InProcess {
///     fn name(&self) -> &'static str {
///         "in_process"
///     }
///
///     fn get<'a>(&'a self, keys: &'a [String], _: Duration) -> StoreFuture<'a, StoreValues> {
///         Box::pin(async move {
///             let entries = self.0.lock().unwrap();
///             let value = |key| {
///                 let (value, end) = entries.get(key)?;
///                 (Instant::now() < *end).then(|| value.clone())
///             };
///             let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
///             Ok(StoreValues::new(keys.iter().map(value).collect(), time))
///         })
///     }
///
///     fn get_or_insert<'a>(
///         &'a self,
///         entries: &'a [(String, Vec<u8>)],
///         time_to_live: Duration,
///         _: Duration,
///     ) -> StoreFuture<'a, Vec<Option<Vec<u8>>>> {
///         Box::pin(async move {
///             let mut stored = self.0.lock().unwrap();
///             let now = Instant::now();
///             stored.retain(|_, (_, end)| now < *end);
///             let values = entries.iter().map(|(key, value)| {
///                 let new = || (value.clone(), now + time_to_live);
///                 Some(stored.entry(key.clone()).or_insert_with(new).0.clone())
///             });
///             Ok(values.collect())
///         })
///     }
///
///     fn set<'a>(&'a self, write: StoreWrite<'a>, _: Duration) -> StoreFuture<'a, ()> {
///         Box::pin(async move {
///             let mut stored = self.0.lock().unwrap();
///             let now = Instant::now();
///             let entry = (write.value.to_vec(), now + write.time_to_live);
///             stored.insert(write.key.to_owned(), entry);
///             for key in write.extended {
///                 if let Some((_, end)) = stored.get_mut(key) {
///                     *end = now + write.extended_time_to_live;
///                 }
///             }
///             Ok(())
///         })
///     }
///
///     fn delete<'a>(&'a self, keys: &'a [String], _: Duration) -> StoreFuture<'a, ()> {
///         Box::pin(async move {
///             let mut stored = self.0.lock().unwrap();
///             keys.iter().for_each(|key| drop(stored.remove(key)));
///             Ok(())
///         })
///     }
/// }
///
/// let cache = IntrospectionCache::new().store(InProcess::default());
/// ```
pub trait IntrospectionStore: Send + Sync + 'static {
    /// A short name for events, such as `redis`: the value of `authlete.introspection_cache` for a hit in this store.
    fn name(&self) -> &'static str;

    /// The values of some keys, in their order, and the time.
    fn get<'a>(&'a self, keys: &'a [String], timeout: Duration) -> StoreFuture<'a, StoreValues>;

    /// Inserts the entries whose keys do not exist, and returns the values of all, in their order; `None` for one that was
    /// lost in the meantime. An existing value and its expiry stay unchanged.
    fn get_or_insert<'a>(
        &'a self,
        entries: &'a [(String, Vec<u8>)],
        time_to_live: Duration,
        timeout: Duration,
    ) -> StoreFuture<'a, Vec<Option<Vec<u8>>>>;

    /// Sets a value, and extends the lifetime of other entries.
    fn set<'a>(&'a self, write: StoreWrite<'a>, timeout: Duration) -> StoreFuture<'a, ()>;

    /// Deletes some keys, at most 1,000. A key that does not exist is not an error.
    fn delete<'a>(&'a self, keys: &'a [String], timeout: Duration) -> StoreFuture<'a, ()>;
}

/// The future that a method of an [`IntrospectionStore`] returns.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Values in an [`IntrospectionStore`] at one time.
#[derive(Clone)]
pub struct StoreValues {
    pub(super) values: Vec<Option<Vec<u8>>>,
    pub(super) time: Duration,
}

impl StoreValues {
    /// The value of each key, `None` for a missing one, and the time since the Unix epoch by the clock of the store.
    ///
    /// The time may be read before or after the values.
    pub fn new(values: Vec<Option<Vec<u8>>>, time: Duration) -> Self {
        Self { values, time }
    }

    /// The time since the Unix epoch, by the clock of the store.
    pub fn time(&self) -> Duration {
        self.time
    }
}

/// Does not show values.
impl fmt::Debug for StoreValues {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StoreValues")
            .field("values", &self.values.len())
            .field("time", &self.time)
            .finish()
    }
}

/// A write to an [`IntrospectionStore`].
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct StoreWrite<'a> {
    /// The key, which may exist already.
    pub key: &'a str,
    /// The value.
    pub value: &'a [u8],
    /// The time after which the entry expires; at least a millisecond.
    pub time_to_live: Duration,
    /// Other keys. Existing ones must expire after `extended_time_to_live`; missing ones must not be created.
    pub extended: &'a [String],
    /// See `extended`; at least a millisecond.
    pub extended_time_to_live: Duration,
}

/// Does not show keys or values.
impl fmt::Debug for StoreWrite<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StoreWrite")
            .field("time_to_live", &self.time_to_live)
            .finish_non_exhaustive()
    }
}

/// Why an [`IntrospectionStore`] failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{class}")]
pub struct StoreError {
    class: Cow<'static, str>,
}

impl StoreError {
    /// `class` is the `error.type` of events: a short text, the same for all failures of a kind, such as `READONLY`. It
    /// must not contain a key or a value.
    pub fn new(class: impl Into<Cow<'static, str>>) -> Self {
        Self {
            class: class.into(),
        }
    }

    /// The class that was passed to [`new`](Self::new).
    pub fn class(&self) -> &str {
        &self.class
    }
}
