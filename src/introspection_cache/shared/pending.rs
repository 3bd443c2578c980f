//! The deletions that the store has not carried out yet.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::time::Instant;

/// The maximum number of keys, which take about 2 MB. Beyond that, deletions cover a whole service.
const MAX_KEYS: usize = 10_000;

/// How many keys one command deletes.
const MAX_BATCH: usize = 1_000;

/// The deletions by key.
#[derive(Default)]
pub(super) struct Pending {
    entries: HashMap<String, Entry>,
    /// Until when all responses in the store are ignored.
    everything: Option<Instant>,
    /// The number of deletions that were added.
    added: u64,
}

struct Entry {
    /// Distinguishes it from a later deletion of the same key.
    number: u64,
    /// When all responses from before it have expired.
    until: Instant,
    operation: &'static str,
    /// The class of the last error, if it was tried.
    failure: Option<Arc<str>>,
    /// Whether it was reported as late.
    is_reported: bool,
}

/// A key to delete, and the number of its deletion.
pub(super) type Batch = Vec<(String, u64)>;

/// A deletion to report.
#[derive(Debug, PartialEq)]
pub(super) struct Report {
    pub operation: &'static str,
    pub reason: Arc<str>,
}

impl Pending {
    /// Adds a deletion, and returns its key: the given one, or that of the service when there are too many keys.
    /// `None` when there are too many services; then the whole store is ignored until `until`, and nothing is deleted.
    pub fn add(
        &mut self,
        key: String,
        service: &str,
        operation: &'static str,
        until: Instant,
    ) -> Option<String> {
        let key = match self.entries.len() < MAX_KEYS || self.entries.contains_key(&key) {
            true => key,
            false => service.to_owned(),
        };
        let earlier = self.entries.get(&key);
        if earlier.is_none() && self.entries.len() >= 2 * MAX_KEYS {
            self.cover_everything(until);
            return None;
        }
        self.added += 1;
        let entry = Entry {
            number: self.added,
            until,
            operation,
            failure: None,
            is_reported: earlier.is_some_and(|earlier| earlier.is_reported),
        };
        self.entries.insert(key.clone(), entry);
        Some(key)
    }

    /// Covers each key until then, without a deletion.
    pub fn cover_everything(&mut self, until: Instant) {
        self.everything = self.everything.max(Some(until));
    }

    /// Whether one of the keys is to be deleted, so that responses under it must be ignored.
    pub fn covers(&self, keys: &[String], now: Instant) -> bool {
        let is_pending = |key| self.entries.get(key).is_some_and(|it| now < it.until);
        self.everything.is_some_and(|until| now < until) || keys.iter().any(is_pending)
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the deletion of one of the keys was not tried yet.
    pub fn has_untried(&self, keys: &[String]) -> bool {
        let is_untried = |key| {
            let entry = self.entries.get(key);
            entry.is_some_and(|entry| entry.failure.is_none())
        };
        keys.iter().any(is_untried)
    }

    /// The next deletions: new ones, and with `with_failed` also failed ones.
    pub fn batch(&self, with_failed: bool) -> Batch {
        self.entries
            .iter()
            .filter(|(_, entry)| with_failed || entry.failure.is_none())
            .map(|(key, entry)| (key.clone(), entry.number))
            .take(MAX_BATCH)
            .collect()
    }

    /// Removes completed deletions, and returns the operations of those that were reported as late.
    pub fn deleted(&mut self, batch: &Batch) -> Vec<&'static str> {
        let mut late = Vec::new();
        for (key, number) in batch {
            // A later deletion of the same key must still be carried out.
            let is_same = |entry: &Entry| entry.number == *number;
            if self.entries.get(key).is_some_and(is_same)
                && let Some(entry) = self.entries.remove(key)
                && entry.is_reported
            {
                late.push(entry.operation);
            }
        }
        late
    }

    /// Records failed deletions, and returns those to report as late.
    pub fn failed(&mut self, batch: &Batch, reason: &Arc<str>) -> Vec<Report> {
        let mut late = Vec::new();
        for (key, number) in batch {
            let entry = self.entries.get_mut(key);
            if let Some(entry) = entry.filter(|entry| entry.number == *number) {
                entry.failure = Some(Arc::clone(reason));
                late.extend(entry.report(reason));
            }
        }
        late
    }

    /// The deletions of these keys to report as late.
    pub fn late(&mut self, keys: &[String], reason: &Arc<str>) -> Vec<Report> {
        let mut late = Vec::new();
        for key in keys {
            let entry = self.entries.get_mut(key);
            late.extend(entry.and_then(|entry| entry.report(reason)));
        }
        late
    }

    /// Removes failed deletions that are no longer needed, because all responses from before them have expired.
    pub fn expire(&mut self, now: Instant) -> Vec<Report> {
        let mut expired = Vec::new();
        self.entries.retain(|_, entry| {
            let Some(reason) = entry.failure.as_ref().filter(|_| entry.until <= now) else {
                return true;
            };
            expired.push(Report {
                operation: entry.operation,
                reason: Arc::clone(reason),
            });
            false
        });
        expired
    }
}

impl Entry {
    /// `None` if it was already reported.
    fn report(&mut self, reason: &Arc<str>) -> Option<Report> {
        let report = Report {
            operation: self.operation,
            reason: Arc::clone(reason),
        };
        (!std::mem::replace(&mut self.is_reported, true)).then_some(report)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const MAX_AGE: Duration = Duration::from_secs(10);

    fn reason() -> Arc<str> {
        "READONLY".into()
    }

    fn add(pending: &mut Pending, key: &str, now: Instant) -> Option<String> {
        pending.add(key.to_owned(), "service", "revocation", now + MAX_AGE)
    }

    fn covers(pending: &Pending, key: &str, now: Instant) -> bool {
        pending.covers(&[key.to_owned()], now)
    }

    #[test]
    fn deletion_covers_its_key_until_it_succeeds() {
        let (mut pending, now) = (Pending::default(), Instant::now());
        add(&mut pending, "a", now);
        assert!(covers(&pending, "a", now) && !covers(&pending, "b", now));
        let batch = pending.batch(false);
        assert_eq!(batch.len(), 1);
        pending.deleted(&batch);
        assert!(!covers(&pending, "a", now) && pending.is_empty());
    }

    #[test]
    fn later_deletion_of_the_same_key_stays_pending() {
        let (mut pending, now) = (Pending::default(), Instant::now());
        add(&mut pending, "a", now);
        let batch = pending.batch(false);
        add(&mut pending, "a", now + MAX_AGE);
        pending.failed(&batch, &reason());
        assert!(pending.has_untried(&["a".to_owned()]));
        pending.deleted(&batch);
        assert!(covers(&pending, "a", now + MAX_AGE));
        let batch = pending.batch(false);
        pending.deleted(&batch);
        assert!(pending.is_empty());
    }

    #[test]
    fn failed_deletion_is_only_in_batches_with_failed_ones() {
        let (mut pending, now) = (Pending::default(), Instant::now());
        add(&mut pending, "a", now);
        let batch = pending.batch(false);
        pending.failed(&batch, &reason());
        assert!(!pending.has_untried(&["a".to_owned()]));
        assert_eq!(pending.batch(false), []);
        assert_eq!(pending.batch(true), batch);
    }

    #[test]
    fn deletion_is_reported_as_late_once() {
        let (mut pending, now) = (Pending::default(), Instant::now());
        add(&mut pending, "a", now);
        let batch = pending.batch(false);
        let report = Report {
            operation: "revocation",
            reason: reason(),
        };
        assert_eq!(pending.failed(&batch, &reason()), [report]);
        assert_eq!(pending.failed(&batch, &reason()), []);
        assert_eq!(pending.late(&["a".to_owned()], &reason()), []);
        assert_eq!(pending.deleted(&batch), ["revocation"]);
        // A deletion that is not late is not reported.
        add(&mut pending, "a", now);
        let batch = pending.batch(false);
        assert!(pending.deleted(&batch).is_empty());
    }

    #[test]
    fn failed_deletion_expires_with_the_responses_that_it_covers() {
        let (mut pending, now) = (Pending::default(), Instant::now());
        add(&mut pending, "a", now);
        // It must be tried at least once.
        assert_eq!(pending.expire(now + MAX_AGE), []);
        let batch = pending.batch(false);
        pending.failed(&batch, &reason());
        assert_eq!(pending.expire(now + MAX_AGE / 2), []);
        assert!(covers(&pending, "a", now + MAX_AGE / 2));
        assert_eq!(pending.expire(now + MAX_AGE).len(), 1);
        assert!(pending.is_empty());
    }

    #[test]
    fn too_many_deletions_cover_the_service_and_then_everything() {
        let (mut pending, now) = (Pending::default(), Instant::now());
        for number in 0..MAX_KEYS {
            add(&mut pending, &number.to_string(), now);
        }
        assert!(!covers(&pending, "service", now));
        assert_eq!(add(&mut pending, "0", now).unwrap(), "0");
        assert_eq!(add(&mut pending, "more", now).unwrap(), "service");
        assert!(covers(&pending, "service", now));

        for number in 1..MAX_KEYS {
            let service = format!("service {number}");
            let until = now + MAX_AGE;
            let added = pending.add(service.clone(), &service, "token_revoke", until);
            assert_eq!(added, Some(service));
        }
        assert!(!covers(&pending, "another", now));
        assert!(
            pending
                .add("another".into(), "another", "token_revoke", now + MAX_AGE)
                .is_none()
        );
        assert!(covers(&pending, "another", now));
        assert!(!covers(&pending, "another", now + MAX_AGE));
        assert_eq!(pending.entries.len(), 2 * MAX_KEYS);
        assert_eq!(pending.batch(true).len(), MAX_BATCH);
    }
}
