//! The state of the emulator, and access to it from concurrent calls.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::store::{Owner, Recorder, Records, Store};

/// Everything that outlives a call. Cloning takes constant time.
#[derive(Debug, Clone)]
pub struct State {
    pub clock: Clock,
    pub store: Store,
}

impl State {
    /// The state of a new emulator.
    pub fn new(owner: Owner) -> Self {
        Self {
            clock: Clock::default(),
            store: Store::new(owner),
        }
    }

    pub fn differs_from(&self, earlier: &Self) -> bool {
        // Stops at the first changed record.
        let mut report = |_: &str, _: Option<&str>| Err(io::ErrorKind::Other.into());
        let visited = self.report_changes(earlier, &mut Recorder::new(&mut report));
        visited.is_err()
    }
}

impl Records for State {
    fn report_changes(&self, earlier: &Self, recorder: &mut Recorder<'_>) -> io::Result<()> {
        recorder.within("clock", |recorder| {
            self.clock.report_changes(&earlier.clock, recorder)
        })?;
        self.store.report_changes(&earlier.store, recorder)
    }

    fn restore(&mut self, path: &str, value: &str) -> io::Result<()> {
        match path {
            "clock" => self.clock.restore("", value),
            _ => self.store.restore(path, value),
        }
    }
}

/// The state that calls share. They run one after the other.
#[derive(Debug)]
pub struct SharedState(Mutex<State>);

impl SharedState {
    pub fn new(state: State) -> Self {
        Self(Mutex::new(state))
    }

    /// A copy of the current state, which later calls do not change.
    pub fn snapshot(&self) -> State {
        self.lock().clone()
    }

    /// Moves the clock ahead.
    pub fn advance(&self, by: Duration) {
        self.lock().clock.advance(by);
    }

    /// Runs a call with exclusive access to the state. A call that panics changes nothing.
    pub fn call<T>(&self, call: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let mut changed = state.clone();
        let outcome = call(&mut changed);
        *state = changed;
        outcome
    }

    /// Ignores poisoning: the state is replaced as a whole, so a panic leaves it consistent.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
