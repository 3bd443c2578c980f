//! What stays of a call that is refused.

use std::fmt;
use std::sync::Arc;

type Effect<T> = Arc<dyn Fn(&mut T) + Send + Sync>;

/// The effects of a call that must not be undone: a JWT that works once was used, a client polled, a nonce was told.
pub struct Lasting<T>(Vec<Effect<T>>);

impl<T> Clone for Lasting<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Lasting<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Lasting<T> {
    pub fn add(&mut self, effect: impl Fn(&mut T) + Send + Sync + 'static) {
        self.0.push(Arc::new(effect));
    }

    /// Those that were added to earlier ones.
    pub fn since(&self, earlier: &Self) -> impl Iterator<Item = &Effect<T>> {
        self.0.iter().skip(earlier.0.len())
    }
}

impl<T> fmt::Debug for Lasting<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Lasting")
            .field(&self.0.len())
            .finish()
    }
}
