//! A custom `IntrospectionStore` that several instances share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use authlete::introspection_store::{
    IntrospectionStore, StoreError, StoreFuture, StoreValues, StoreWrite,
};
use authlete::types::{IntrospectionAction, IntrospectionRequest};
use authlete::{Authlete, Config, IntrospectionCache, RetryPolicy};
use serde_json::json;

use crate::server::{Reply, Server};

const WORKS: u8 = 0;
const FAILS: u8 = 1;
const HANGS: u8 = 2;

/// Values with their expiry.
type Entries = HashMap<String, (Vec<u8>, Instant)>;

/// A store in memory, which can fail. Clones share the entries.
#[derive(Clone, Default)]
struct Store {
    entries: Arc<Mutex<Entries>>,
    state: Arc<AtomicU8>,
}

impl Store {
    fn set_state(&self, state: u8) {
        self.state.store(state, Ordering::Relaxed);
    }

    /// Runs an operation on the entries that have not expired.
    fn run<'a, T>(
        &'a self,
        operation: impl FnOnce(&mut Entries, Instant) -> T + Send + 'a,
    ) -> StoreFuture<'a, T> {
        Box::pin(async move {
            match self.state.load(Ordering::Relaxed) {
                FAILS => return Err(StoreError::new("broken")),
                HANGS => std::future::pending().await,
                _ => {}
            }
            let now = Instant::now();
            let mut entries = self.entries.lock().unwrap();
            entries.retain(|_, (_, end)| now < *end);
            Ok(operation(&mut entries, now))
        })
    }
}

impl IntrospectionStore for Store {
    fn name(&self) -> &'static str {
        "test_store"
    }

    fn get<'a>(&'a self, keys: &'a [String], _: Duration) -> StoreFuture<'a, StoreValues> {
        self.run(|entries, _| {
            let values = keys.iter().map(|key| Some(entries.get(key)?.0.clone()));
            let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            StoreValues::new(values.collect(), time)
        })
    }

    fn get_or_insert<'a>(
        &'a self,
        new: &'a [(String, Vec<u8>)],
        time_to_live: Duration,
        _: Duration,
    ) -> StoreFuture<'a, Vec<Option<Vec<u8>>>> {
        self.run(move |entries, now| {
            let values = new.iter().map(|(key, value)| {
                let entry = entries.entry(key.clone());
                let (value, _) = entry.or_insert_with(|| (value.clone(), now + time_to_live));
                Some(value.clone())
            });
            values.collect()
        })
    }

    fn set<'a>(&'a self, write: StoreWrite<'a>, _: Duration) -> StoreFuture<'a, ()> {
        self.run(move |entries, now| {
            let entry = (write.value.to_vec(), now + write.time_to_live);
            entries.insert(write.key.to_owned(), entry);
            for key in write.extended {
                if let Some((_, end)) = entries.get_mut(key) {
                    *end = now + write.extended_time_to_live;
                }
            }
        })
    }

    fn delete<'a>(&'a self, keys: &'a [String], _: Duration) -> StoreFuture<'a, ()> {
        self.run(|entries, _| keys.iter().for_each(|key| drop(entries.remove(key))))
    }
}

/// A server with one token, which is active until it is deleted.
async fn server() -> Server {
    let is_deleted = Arc::new(AtomicBool::new(false));
    Server::start(move |request| {
        if request.path.contains("/token/delete/") {
            is_deleted.store(true, Ordering::Relaxed);
            return Reply::json(200, &json!({}));
        }
        let action = match is_deleted.load(Ordering::Relaxed) {
            true => "UNAUTHORIZED",
            false => "OK",
        };
        Reply::json(200, &json!({ "action": action }))
    })
    .await
}

/// One of several instances, each with its own in-memory cache.
fn instance(server: &Server, store: &Store) -> Authlete {
    let cache = IntrospectionCache::new().max_age(Duration::from_secs(60));
    Authlete::builder(Config::v3(&server.url, 1, "t"))
        .retry(RetryPolicy::never())
        .introspection_cache(cache.store(store.clone()))
        .build()
        .unwrap()
}

async fn is_active(api: &Authlete) -> bool {
    let request = IntrospectionRequest::new("a");
    let response = api.cached_introspection(&request).await.unwrap();
    response.action == IntrospectionAction::Ok
}

#[tokio::test]
async fn instances_with_the_same_store_share_responses() {
    let (server, store) = (server().await, Store::default());
    assert!(is_active(&instance(&server, &store)).await);
    assert!(is_active(&instance(&server, &store)).await);
    assert_eq!(server.take().len(), 1);
    let entries = store.entries.lock().unwrap();
    assert_eq!(entries.len(), 3, "a response and two generations");
    assert!(
        entries
            .keys()
            .all(|key| key.starts_with("authlete:introspection:"))
    );
}

#[tokio::test]
async fn revocation_removes_the_response_for_all_instances() {
    let (server, store) = (server().await, Store::default());
    let api = instance(&server, &store);
    assert!(is_active(&api).await);
    api.token_delete("a").await.unwrap();
    assert!(!is_active(&instance(&server, &store)).await);
}

#[tokio::test]
async fn store_that_fails_does_not_make_calls_fail() {
    let (server, store) = (server().await, Store::default());
    store.set_state(FAILS);
    assert!(is_active(&instance(&server, &store)).await);
    assert!(is_active(&instance(&server, &store)).await);
    assert_eq!(server.take().len(), 2);
}

#[tokio::test]
async fn store_that_hangs_delays_a_call_by_its_timeout() {
    let (server, store) = (server().await, Store::default());
    store.set_state(HANGS);
    let begun = Instant::now();
    assert!(is_active(&instance(&server, &store)).await);
    let elapsed = begun.elapsed();
    assert!(elapsed >= Duration::from_millis(200), "{elapsed:?}");
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
}

#[tokio::test]
async fn revocation_while_the_store_fails_is_retried_until_it_works() {
    let (server, store) = (server().await, Store::default());
    let api = instance(&server, &store);
    assert!(is_active(&api).await);
    store.set_state(FAILS);
    api.token_delete("a").await.unwrap();
    assert!(!is_active(&api).await, "this instance evicts at once");
    store.set_state(WORKS);
    let begun = Instant::now();
    while is_active(&instance(&server, &store)).await {
        assert!(begun.elapsed() < Duration::from_secs(15));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[cfg(feature = "tracing")]
#[tokio::test]
async fn events_have_the_name_of_the_store_and_the_class_of_its_error() {
    use tracing::level_filters::LevelFilter;

    let (server, store) = (server().await, Store::default());
    assert!(is_active(&instance(&server, &store)).await);
    let recorder = crate::traces::listen(LevelFilter::DEBUG, async {
        is_active(&instance(&server, &store)).await;
        store.set_state(FAILS);
        is_active(&instance(&server, &store)).await;
    })
    .await;
    let (_, events) = recorder.ours();
    let values = |name: &str| -> Vec<String> {
        let values = events.iter().filter_map(|event| event.field(name));
        values.map(str::to_owned).collect()
    };
    let lookups = values("authlete.introspection_cache");
    assert_eq!(lookups, ["test_store", "miss"]);
    assert_eq!(values("error.type"), ["broken", "broken"]);
}
