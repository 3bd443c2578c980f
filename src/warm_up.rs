//! Work for the first connection, done in advance on a separate thread.

use std::thread;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

/// The maximum time that connections wait after the start: a forked child process does not have the thread.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// Work that is in progress or complete. Waiting for it does not block a thread of the runtime.
#[derive(Clone)]
pub(crate) struct WarmUp {
    /// Closed when the work has ended.
    running: watch::Receiver<()>,
    deadline: Instant,
}

impl WarmUp {
    /// If the thread cannot be started, or the work panics, it counts as complete, since it is only an optimization.
    pub(crate) fn begin(work: impl FnOnce() + Send + 'static) -> Self {
        let (until_dropped, running) = watch::channel(());
        let _ = thread::Builder::new()
            .name("authlete-warmup".to_owned())
            .spawn(move || {
                let _until_dropped = until_dropped;
                work();
            });
        Self {
            running,
            deadline: Instant::now() + MAX_WAIT,
        }
    }

    pub(crate) async fn ended(&mut self) {
        // Nothing is ever sent.
        let _ = timeout_at(self.deadline, self.running.changed()).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn warm_up_ends_when_its_work_ends() {
        let (finish, finished) = mpsc::channel::<()>();
        let mut warm_up = WarmUp::begin(move || {
            let _ = finished.recv();
        });
        let early = timeout(Duration::from_millis(50), warm_up.ended()).await;
        assert!(early.is_err());
        drop(finish);
        warm_up.ended().await;
        // A later connection does not wait.
        warm_up.clone().ended().await;
    }

    #[tokio::test]
    async fn warm_up_ends_when_its_work_panics() {
        let mut warm_up = WarmUp::begin(|| panic!("a panic of this test"));
        warm_up.ended().await;
    }

    #[tokio::test]
    async fn endless_work_is_waited_for_until_the_deadline() {
        let (_finish, finished) = mpsc::channel::<()>();
        let mut warm_up = WarmUp::begin(move || {
            let _ = finished.recv();
        });
        timeout(Duration::from_secs(30), warm_up.ended())
            .await
            .unwrap();
    }
}
