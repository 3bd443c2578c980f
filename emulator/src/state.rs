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
pub struct SharedState(Mutex<Current>);

#[derive(Debug)]
struct Current {
    state: State,
    /// The number of calls that may have changed the state.
    version: u64,
}

impl SharedState {
    pub fn new(state: State) -> Self {
        Self(Mutex::new(Current { state, version: 0 }))
    }

    /// A copy of the current state, which later calls do not change.
    pub fn snapshot(&self) -> State {
        self.versioned().0
    }

    /// A copy of the current state, and its version.
    pub fn versioned(&self) -> (State, u64) {
        let current = self.lock();
        (current.state.clone(), current.version)
    }

    pub fn version(&self) -> u64 {
        self.lock().version
    }

    /// Moves the clock ahead.
    pub fn advance(&self, by: Duration) {
        let mut current = self.lock();
        current.state.clock.advance(by);
        current.version += 1;
    }

    /// Runs a call with exclusive access to the state. A call that panics changes nothing.
    pub fn call<T>(&self, call: impl FnOnce(&mut State) -> T) -> T {
        let mut current = self.lock();
        let mut changed = current.state.clone();
        let outcome = call(&mut changed);
        current.state = changed;
        current.version += 1;
        outcome
    }

    /// Ignores poisoning: the state is replaced as a whole, so a panic leaves it consistent.
    fn lock(&self) -> MutexGuard<'_, Current> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
