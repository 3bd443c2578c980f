//! All that outlives a call, and how calls share it.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::store::{Owner, Recorder, Records, Store};

/// All that outlives a call. A copy costs the same at any size.
#[derive(Debug, Clone)]
pub struct State {
    pub clock: Clock,
    pub store: Store,
}

impl State {
    /// The state of an emulator in which nothing has happened yet.
    pub fn new(owner: Owner) -> Self {
        Self {
            clock: Clock::default(),
            store: Store::new(owner),
        }
    }

    pub fn differs_from(&self, earlier: &Self) -> bool {
        // The first record that has changed is enough.
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

/// The state that calls share, one after the other.
#[derive(Debug)]
pub struct SharedState(Mutex<State>);

impl SharedState {
    pub fn new(state: State) -> Self {
        Self(Mutex::new(state))
    }

    /// The state of now. Calls go on meanwhile, and change it no more.
    pub fn snapshot(&self) -> State {
        self.lock().clone()
    }

    /// Moves the clock ahead.
    pub fn advance(&self, by: Duration) {
        self.lock().clock.advance(by);
    }

    /// Makes a call, to which the state belongs as long as it takes. When the call panics, it has changed nothing.
    pub fn call<T>(&self, call: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let mut changed = state.clone();
        let outcome = call(&mut changed);
        *state = changed;
        outcome
    }

    /// A panic elsewhere is no reason to stop: the state is replaced as a whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
