//! DNS lookups.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use authlete::{Authlete, Config};

use crate::calls::{introspect, ok};
use crate::server::Server;

/// On shutdown a runtime waits for its blocking threads, and a lookup may hang for many seconds.
#[test]
fn lookup_does_not_use_the_threads_of_the_runtime() {
    let threads = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&threads);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .on_thread_start(move || {
            counter.fetch_add(1, Ordering::Relaxed);
        })
        .build()
        .unwrap();
    runtime.block_on(async {
        let server = Server::always(ok()).await;
        let url = server.url.replace("127.0.0.1", "localhost");
        introspect(&Authlete::new(Config::v3(url, 1, "t")).unwrap())
            .await
            .unwrap();
    });
    assert_eq!(threads.load(Ordering::Relaxed), 0);
}
