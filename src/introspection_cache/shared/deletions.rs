//! Deletes the generations of revoked tokens, and retries until it succeeds or the old responses have expired.
//!
//! A single task deletes them, for waiting calls and for retries. It ends when there is nothing left to delete.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use super::pending::{Batch, Pending, Report};
use super::{TIME_DIVISOR, TIMEOUT, within};
use crate::introspection_cache::introspection_store::{IntrospectionStore, StoreError};
use crate::introspection_cache::trace::{never_written, not_written, store_failed, written_late};

/// The delay before the first retry; it doubles after each failure.
const FIRST_DELAY: Duration = Duration::from_millis(100);

/// The maximum delay between retries: other instances see a revocation at most this long after the store has recovered.
const MAX_DELAY: Duration = Duration::from_secs(1);

/// A task without progress for this long counts as stalled, because its runtime does not run. It is longer than the maximum
/// delay and two attempts.
const STALLED: Duration = Duration::from_secs(2);

pub(super) struct Deletions {
    store: Arc<dyn IntrospectionStore>,
    state: Mutex<DeletionState>,
    /// Wakes the task when there is something new.
    added: Notify,
    /// Wakes the calls that wait for the task.
    tried: watch::Sender<()>,
}

#[derive(Default)]
struct DeletionState {
    pending: Pending,
    task: Option<JoinHandle<()>>,
    /// When the task was started or last made progress.
    progress: Option<Instant>,
}

impl DeletionState {
    /// A stalled task does not count, so that a call on another runtime starts a new one.
    fn is_task_running(&self) -> bool {
        let is_stalled = self
            .progress
            .is_none_or(|progress| progress.elapsed() > STALLED);
        !is_stalled && self.task.as_ref().is_some_and(|task| !task.is_finished())
    }
}

/// A deletion that a call may wait for. It continues if the call does not wait.
pub(in crate::introspection_cache) struct Deletion {
    deletions: Arc<Deletions>,
    keys: Vec<String>,
}

impl Deletions {
    pub fn new(store: Arc<dyn IntrospectionStore>) -> Self {
        Self {
            store,
            state: Mutex::default(),
            added: Notify::new(),
            tried: watch::Sender::new(()),
        }
    }

    /// Deletes keys; from now on this instance ignores responses under them. `service` is the key that covers all of them,
    /// and at `until` all responses from before the deletion have expired.
    pub fn add(
        self: &Arc<Self>,
        keys: Vec<String>,
        service: &str,
        operation: &'static str,
        until: Instant,
    ) -> Deletion {
        let mut waiting = Vec::new();
        let mut is_lost = false;
        let mut state = self.state();
        for key in keys {
            match state.pending.add(key, service, operation, until) {
                Some(key) => waiting.push(key),
                None => is_lost = true,
            }
        }
        self.start_task(&mut state);
        drop(state);
        self.added.notify_one();
        if is_lost {
            never_written(operation, "too_many");
        }
        Deletion {
            deletions: Arc::clone(self),
            keys: waiting,
        }
    }

    /// Ignores all responses in the store until then.
    pub fn ignore_existing(&self, until: Instant) {
        self.state().pending.cover_everything(until);
    }

    /// Whether one of the keys is still to be deleted.
    pub fn are_pending(self: &Arc<Self>, keys: &[String]) -> bool {
        let mut state = self.state();
        // The runtime of the previous task may have ended.
        self.start_task(&mut state);
        state.pending.covers(keys, Instant::now())
    }

    fn start_task(self: &Arc<Self>, state: &mut DeletionState) {
        if state.pending.is_empty() || state.is_task_running() {
            return;
        }
        // Without a runtime, a later call starts the task.
        if let Ok(runtime) = Handle::try_current() {
            let task = Arc::clone(self).work();
            #[cfg(feature = "tracing")]
            let task = tracing::instrument::WithSubscriber::with_current_subscriber(task);
            state.task = Some(runtime.spawn(task));
            state.progress = Some(Instant::now());
        }
    }

    async fn work(self: Arc<Self>) {
        let mut delay = FIRST_DELAY;
        let mut due = Instant::now();
        while let Some(batch) = self.next_batch(due) {
            if batch.is_empty() {
                let _ = timeout_at(due, self.added.notified()).await;
                continue;
            }
            let is_retry = due <= Instant::now();
            match self.delete(&batch).await {
                Ok(()) => {
                    delay = FIRST_DELAY;
                    due = Instant::now();
                }
                Err(()) if is_retry => {
                    due = Instant::now() + delay;
                    delay = (delay * 2).min(MAX_DELAY);
                }
                Err(()) => {}
            }
            self.tried.send_replace(());
        }
    }

    /// `None` when nothing is left to delete; then the task ends.
    fn next_batch(&self, due: Instant) -> Option<Batch> {
        let now = Instant::now();
        let mut state = self.state();
        state.progress = Some(now);
        let expired = state.pending.expire(now);
        let batch = match state.pending.is_empty() {
            true => {
                state.task = None;
                None
            }
            false => Some(state.pending.batch(due <= now)),
        };
        drop(state);
        for Report { operation, reason } in expired {
            never_written(operation, &reason);
        }
        batch
    }

    /// Tries twice: if the connection was lost, the second attempt uses a new one.
    async fn delete(&self, batch: &Batch) -> Result<(), ()> {
        let keys: Vec<String> = batch.iter().map(|(key, _)| key.clone()).collect();
        let mut outcome = self.try_delete(&keys).await;
        if let Err(error) = &outcome {
            store_failed(error.class());
            outcome = self.try_delete(&keys).await;
        }
        match outcome {
            Ok(()) => {
                let late = self.state().pending.deleted(batch);
                late.into_iter().for_each(written_late);
                Ok(())
            }
            Err(error) => {
                store_failed(error.class());
                let late = self.state().pending.failed(batch, &error.class().into());
                report(late);
                Err(())
            }
        }
    }

    async fn try_delete(&self, keys: &[String]) -> Result<(), StoreError> {
        within(TIMEOUT, self.store.delete(keys, TIMEOUT)).await
    }

    fn state(&self) -> MutexGuard<'_, DeletionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deletion {
    /// Waits until the deletion succeeds or fails, for a call with this much time left.
    pub async fn tried(self, left: Duration) {
        let Self { deletions, keys } = self;
        let mut tried = deletions.tried.subscribe();
        let is_untried = || deletions.state().pending.has_untried(&keys);
        let all = async {
            while is_untried() {
                // `deletions` keeps the sender alive.
                let _ = tried.changed().await;
            }
        };
        let limit = (left / TIME_DIVISOR).min(2 * TIMEOUT);
        // Without any time left, a timeout says nothing about the store.
        if timeout(limit, all).await.is_err() && !limit.is_zero() {
            let late = deletions.state().pending.late(&keys, &"timeout".into());
            report(late);
        }
    }
}

fn report(late: Vec<Report>) {
    for Report { operation, reason } in late {
        not_written(operation, &reason);
    }
}
