//! What the demo remembers: in memory, and only the newest. A server of yours has a database.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// How many entries there are. One more pushes the oldest out.
const LIMIT: usize = 1000;

/// Entries by their keys.
pub struct Memory<T> {
    entries: Mutex<VecDeque<(String, T)>>,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self {
            entries: Mutex::default(),
        }
    }
}

impl<T> Memory<T> {
    pub fn put(&self, key: &str, value: T) {
        self.entries(|entries| {
            entries.retain(|(it, _)| it != key);
            if entries.len() >= LIMIT {
                entries.pop_front();
            }
            entries.push_back((key.to_owned(), value));
        });
    }

    /// Takes an entry out: of two who ask at the same time, one gets it.
    pub fn take(&self, key: &str) -> Option<T> {
        self.entries(|entries| {
            let position = entries.iter().position(|(it, _)| it == key)?;
            entries.remove(position).map(|(_, value)| value)
        })
    }

    /// Reads or changes an entry.
    pub fn with<R>(&self, key: &str, what: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.entries(|entries| {
            let entry = entries.iter_mut().find(|(it, _)| it == key);
            entry.map(|(_, value)| what(value))
        })
    }

    /// Reads or changes all entries.
    pub fn each(&self, what: impl FnMut(&mut T)) {
        self.entries(|entries| entries.iter_mut().map(|(_, value)| value).for_each(what));
    }

    fn entries<R>(&self, what: impl FnOnce(&mut VecDeque<(String, T)>) -> R) -> R {
        what(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_forgets_the_oldest_when_it_is_full() {
        let memory = Memory::default();
        for number in 0..=LIMIT {
            memory.put(&number.to_string(), number);
        }
        assert_eq!(memory.take("0"), None);
        assert_eq!(memory.take("1"), Some(1));
        assert_eq!(memory.take("1"), None);
        memory.put("2", 0);
        assert_eq!(memory.with("2", |value| *value), Some(0));
        let mut count = 0;
        memory.each(|_| count += 1);
        assert_eq!(count, LIMIT - 1);
    }
}
