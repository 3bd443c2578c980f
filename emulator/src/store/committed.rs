//! Effects of a call that persist if the call is refused.

use std::fmt;
use std::sync::Arc;

type Effect<T> = Arc<dyn Fn(&mut T) + Send + Sync>;

/// The effects of a call that must not be rolled back: a one-time JWT was used, a client polled, a nonce was issued.
pub struct Committed<T>(Vec<Effect<T>>);

impl<T> Clone for Committed<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Committed<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Committed<T> {
    pub fn add(&mut self, effect: impl Fn(&mut T) + Send + Sync + 'static) {
        self.0.push(Arc::new(effect));
    }

    /// The effects that were added since an earlier copy.
    pub fn since(&self, earlier: &Self) -> impl Iterator<Item = &Effect<T>> {
        self.0.iter().skip(earlier.0.len())
    }
}

impl<T> fmt::Debug for Committed<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Committed")
            .field(&self.0.len())
            .finish()
    }
}
