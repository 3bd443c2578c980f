//! Name lookups on separate threads.

use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// How long after its start a lookup is shared. Lookups of the platform take milliseconds, or many seconds if
/// a packet is lost or a name server is dead. Then a new lookup may succeed while the old one still waits.
const SHARED_FOR: Duration = Duration::from_secs(1);

/// With port 0, the HTTP client uses the port of the URL.
pub(super) fn resolve_with_platform(name: &str) -> io::Result<Vec<SocketAddr>> {
    (name, 0).to_socket_addrs().map(Iterator::collect)
}

type LookUp = dyn Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync;
type Outcome = Result<Arc<[SocketAddr]>, Arc<io::Error>>;

/// The lookups in progress. Connections that need the same name at the same time share a lookup, so that a burst of
/// connections does not start many threads.
///
/// It does not use tokio's threads for blocking work: a runtime waits for these when it shuts down, and a lookup cannot
/// be cancelled.
pub(super) struct Lookups {
    look_up: Arc<LookUp>,
    latest: Mutex<HashMap<String, NameLookup>>,
}

/// A lookup that was started.
#[derive(Clone)]
pub(super) struct NameLookup {
    began: Instant,
    outcome: watch::Receiver<Option<Outcome>>,
}

impl Lookups {
    pub(super) fn new(
        look_up: impl Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            look_up: Arc::new(look_up),
            latest: Mutex::default(),
        }
    }

    /// The lookup in progress for a name, or a new one.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub(super) fn join(&self, name: &str) -> io::Result<NameLookup> {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lookup) = latest.get(name).filter(|lookup| lookup.can_be_shared()) {
            return Ok(lookup.clone());
        }
        let lookup = self.begin(name)?;
        latest.insert(name.to_owned(), lookup.clone());
        Ok(lookup)
    }

    fn begin(&self, name: &str) -> io::Result<NameLookup> {
        let (sender, outcome) = watch::channel(None);
        let (look_up, name) = (Arc::clone(&self.look_up), name.to_owned());
        thread::Builder::new()
            .name("authlete-lookup".to_owned())
            .spawn(move || {
                let found = look_up(&name).map(Arc::from).map_err(Arc::new);
                sender.send_replace(Some(found));
            })?;
        Ok(NameLookup {
            began: Instant::now(),
            outcome,
        })
    }
}

impl NameLookup {
    /// The channel is closed when the thread has ended.
    fn can_be_shared(&self) -> bool {
        self.outcome.has_changed().is_ok() && self.began.elapsed() < SHARED_FOR
    }

    pub(super) async fn outcome(
        mut self,
    ) -> Result<Arc<[SocketAddr]>, Box<dyn Error + Send + Sync>> {
        let outcome = self.outcome.wait_for(Option::is_some).await?;
        match &*outcome {
            Some(Ok(addresses)) => Ok(Arc::clone(addresses)),
            Some(Err(error)) => Err(Arc::clone(error).into()),
            None => Err("the lookup ended without a result".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use futures_util::future::{join, join_all};
    use tokio::runtime;

    use super::*;

    const ADDRESS: SocketAddr = SocketAddr::V4(std::net::SocketAddrV4::new(
        std::net::Ipv4Addr::LOCALHOST,
        0,
    ));

    /// Lookups that last until the sender sends a value or is dropped, and a counter of started lookups.
    fn lookups_that_wait() -> (Lookups, mpsc::Sender<()>, Arc<AtomicUsize>) {
        let (finish, finished) = mpsc::channel();
        let (finished, begun) = (Mutex::new(finished), Arc::new(AtomicUsize::new(0)));
        let counter = Arc::clone(&begun);
        let lookups = Lookups::new(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
            let _ = finished.lock().unwrap().recv();
            Ok(vec![ADDRESS])
        });
        (lookups, finish, begun)
    }

    #[tokio::test]
    async fn concurrent_lookups_of_one_name_are_shared() {
        let (lookups, finish, begun) = lookups_that_wait();
        let all: Vec<_> = (0..500).map(|_| lookups.join("a").unwrap()).collect();
        drop(finish);
        for found in join_all(all.into_iter().map(NameLookup::outcome)).await {
            assert_eq!(found.unwrap()[..], [ADDRESS]);
        }
        // More than one if this test was interrupted for longer than a lookup is shared.
        let shared = begun.load(Ordering::Relaxed);
        assert!(shared < 5, "{shared}");
        // The outcome of a completed lookup is not reused.
        while lookups.latest.lock().unwrap()["a"].can_be_shared() {
            tokio::task::yield_now().await;
        }
        let (again, other) = (lookups.join("a").unwrap(), lookups.join("b").unwrap());
        let (again, other) = join(again.outcome(), other.outcome()).await;
        assert!(again.is_ok() && other.is_ok());
        assert_eq!(begun.load(Ordering::Relaxed), shared + 2);
    }

    #[tokio::test]
    async fn lookup_that_hangs_is_not_shared_with_later_calls() {
        let (hang, hanging) = mpsc::channel::<()>();
        let hanging = Mutex::new(Some(hanging));
        let lookups = Lookups::new(move |_| {
            let hanging = hanging.lock().unwrap().take();
            if let Some(hanging) = hanging {
                let _ = hanging.recv();
            }
            Ok(vec![ADDRESS])
        });
        let first = lookups.join("a").unwrap();
        tokio::time::sleep(SHARED_FOR).await;
        let second = lookups.join("a").unwrap();
        assert_eq!(second.outcome().await.unwrap()[..], [ADDRESS]);
        drop(hang);
        assert_eq!(first.outcome().await.unwrap()[..], [ADDRESS]);
    }

    #[test]
    fn runtime_shuts_down_while_a_lookup_hangs() {
        let (lookups, finish, _) = lookups_that_wait();
        let (done, is_done) = mpsc::channel();
        let waiting = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.unwrap();
            let lookup = lookups.join("a").unwrap();
            runtime.block_on(async {
                tokio::spawn(lookup.outcome());
                tokio::task::yield_now().await;
            });
            drop(runtime);
            done.send(()).unwrap();
        });
        // A runtime that waits for the lookup would hang.
        is_done.recv_timeout(Duration::from_secs(30)).unwrap();
        waiting.join().unwrap();
        drop(finish);
    }

    #[tokio::test]
    async fn dropped_caller_does_not_cancel_a_shared_lookup() {
        let (lookups, finish, begun) = lookups_that_wait();
        let (gone, stays) = (lookups.join("a").unwrap(), lookups.join("a").unwrap());
        drop(gone);
        drop(finish);
        assert_eq!(stays.outcome().await.unwrap()[..], [ADDRESS]);
        // A lookup without a waiting caller continues, too.
        drop(lookups.join("b").unwrap());
        while begun.load(Ordering::Relaxed) < 2 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn lookup_that_fails_or_panics_is_an_error_and_the_next_one_is_new() {
        let count = AtomicUsize::new(0);
        let lookups = Lookups::new(move |_| match count.fetch_add(1, Ordering::Relaxed) {
            0 => Err(io::Error::other("no such name")),
            1 => panic!("a panic of this test"),
            _ => Ok(vec![ADDRESS]),
        });
        let mut outcomes = Vec::new();
        for _ in 0..3 {
            outcomes.push(lookups.join("a").unwrap().outcome().await);
            while lookups.latest.lock().unwrap()["a"].can_be_shared() {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(
            outcomes[0].as_ref().unwrap_err().to_string(),
            "no such name"
        );
        assert!(outcomes[1].is_err());
        assert!(outcomes[2].is_ok());
    }

    #[test]
    fn localhost_resolves_to_loopback_addresses() {
        let found = resolve_with_platform("localhost").unwrap();
        assert!(!found.is_empty() && found.iter().all(|address| address.ip().is_loopback()));
    }
}
