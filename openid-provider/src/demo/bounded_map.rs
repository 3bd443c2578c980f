//! The data of the demo, in memory and bounded. Your server has a database.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// The maximum number of entries. One more removes the oldest.
const LIMIT: usize = 1000;

/// Entries by their keys.
pub struct BoundedMap<T> {
    entries: Mutex<VecDeque<(String, T)>>,
}

impl<T> Default for BoundedMap<T> {
    fn default() -> Self {
        Self {
            entries: Mutex::default(),
        }
    }
}

impl<T> BoundedMap<T> {
    pub fn put(&self, key: &str, value: T) {
        self.entries(|entries| {
            entries.retain(|(it, _)| it != key);
            if entries.len() >= LIMIT {
                entries.pop_front();
            }
            entries.push_back((key.to_owned(), value));
        });
    }

    /// Removes an entry and returns it.
    pub fn take(&self, key: &str) -> Option<T> {
        self.entries(|entries| {
            let position = entries.iter().position(|(it, _)| it == key)?;
            entries.remove(position).map(|(_, value)| value)
        })
    }

    /// Changes the key of an entry. Returns whether it exists.
    pub fn rename(&self, key: &str, new: &str) -> bool {
        self.entries(|entries| {
            let entry = entries.iter_mut().find(|(it, _)| it == key);
            entry.map(|(key, _)| new.clone_into(key)).is_some()
        })
    }

    /// Reads or changes an entry.
    pub fn with<R>(&self, key: &str, run: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.entries(|entries| {
            let entry = entries.iter_mut().find(|(it, _)| it == key);
            entry.map(|(_, value)| run(value))
        })
    }

    /// Reads or changes all entries.
    pub fn each(&self, run: impl FnMut(&mut T)) {
        self.entries(|entries| entries.iter_mut().map(|(_, value)| value).for_each(run));
    }

    fn entries<R>(&self, run: impl FnOnce(&mut VecDeque<(String, T)>) -> R) -> R {
        run(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_map_forgets_the_oldest_entry() {
        let map = BoundedMap::default();
        for number in 0..=LIMIT {
            map.put(&number.to_string(), number);
        }
        assert_eq!(map.take("0"), None);
        assert_eq!(map.take("1"), Some(1));
        assert_eq!(map.take("1"), None);
        map.put("2", 0);
        assert_eq!(map.with("2", |value| *value), Some(0));
        assert!(map.rename("2", "two") && !map.rename("2", "two"));
        assert_eq!(map.with("two", |value| *value), Some(0));
        let mut count = 0;
        map.each(|_| count += 1);
        assert_eq!(count, LIMIT - 1);
    }
}
