//! The state of the emulator, and access to it from concurrent calls.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::replay::Replay;
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

/// The state that calls share. Each call works on a copy, and is repeated on the current state if that has changed meanwhile.
#[derive(Debug)]
pub struct SharedState {
    /// Held by the call that replaces the state.
    writer: Mutex<()>,
    /// Held for a moment, so that no call waits for another one to copy the state.
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    state: State,
    /// The number of changes.
    version: u64,
}

impl SharedState {
    pub fn new(state: State) -> Self {
        Self {
            writer: Mutex::default(),
            current: Mutex::new(Current { state, version: 0 }),
        }
    }

    /// A copy of the current state, which later calls do not change.
    pub fn snapshot(&self) -> State {
        self.versioned().0
    }

    /// A copy of the current state, and its version.
    pub fn versioned(&self) -> (State, u64) {
        let current = lock(&self.current);
        (current.state.clone(), current.version)
    }

    /// Moves the clock ahead. Returns the version with the change.
    pub fn advance(&self, by: Duration) -> u64 {
        self.call(|state| state.clock.advance(by)).1
    }

    /// Runs a call that may change the state. Also returns the version of the state after it, which is that of an earlier change
    /// if the call changed nothing. A call that panics changes nothing.
    ///
    /// If the state changes while the call runs, the call runs once more, alone. So its only effects must be those on the state. What
    /// is slow, or differs each time, comes from [`replay::once`](crate::replay::once): signatures do not delay other calls.
    pub fn call<T>(&self, call: impl Fn(&mut State) -> T) -> (T, u64) {
        let mut replay = Replay::default();
        let (before, version) = self.versioned();
        let first = Run::new(before, &mut replay, &call);
        let _writer = lock(&self.writer);
        let (current, current_version) = self.versioned();
        let run = match current_version == version {
            true => first,
            false => Run::new(current, &mut replay, &call),
        };
        let is_changed = run.after.differs_from(&run.before);
        let mut current = lock(&self.current);
        if is_changed {
            current.state = run.after;
            current.version += 1;
        }
        (run.outcome, current.version)
    }
}

/// A run of a call, on a copy of the state.
struct Run<T> {
    before: State,
    after: State,
    outcome: T,
}

impl<T> Run<T> {
    fn new(before: State, replay: &mut Replay, call: impl Fn(&mut State) -> T) -> Self {
        let mut after = before.clone();
        let outcome = replay.run(|| call(&mut after));
        Self {
            before,
            after,
            outcome,
        }
    }
}

/// Ignores poisoning: the state is replaced as a whole, so a panic leaves it consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::thread;

    use super::*;
    use crate::{random, replay};

    fn shared() -> SharedState {
        SharedState::new(State::new(Owner::generate().unwrap()))
    }

    #[test]
    fn copy_during_a_change_is_the_state_before_it() {
        let shared = shared();
        let (before, _) = shared.call(|state| {
            state.clock.advance(Duration::from_secs(10));
            shared.snapshot().clock.ahead()
        });
        assert_eq!(before, Duration::ZERO);
        assert_eq!(shared.snapshot().clock.ahead(), Duration::from_secs(10));
    }

    #[test]
    fn call_during_another_call_does_not_wait_and_loses_no_change() {
        let shared = shared();
        let (runs, signatures) = (Cell::new(0), Cell::new(0));
        let (random, version) = shared.call(|state| {
            state.clock.advance(Duration::from_secs(10));
            runs.set(runs.get() + 1);
            if runs.get() == 1 {
                assert_eq!(shared.advance(Duration::from_secs(5)), 1);
            }
            let signed = replay::once("signature", &[b"message"], || {
                signatures.set(signatures.get() + 1);
                Ok::<_, ()>(vec![1])
            });
            assert_eq!(signed, Ok(vec![1]));
            random::token().unwrap()
        });
        assert_eq!((version, runs.get(), signatures.get()), (2, 2, 1));
        assert_eq!(shared.snapshot().clock.ahead(), Duration::from_secs(15));
        assert_ne!(random, random::token().unwrap());
    }

    #[test]
    fn concurrent_calls_lose_no_change() {
        let shared = shared();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        shared.advance(Duration::from_secs(1));
                    }
                });
            }
        });
        assert_eq!(shared.versioned().1, 2000);
        assert_eq!(shared.snapshot().clock.ahead(), Duration::from_secs(2000));
    }

    #[test]
    fn version_counts_only_calls_that_change_something() {
        let shared = shared();
        assert_eq!(shared.call(|_| ()).1, 0);
        assert_eq!(shared.advance(Duration::from_secs(1)), 1);
        assert_eq!(shared.call(|_| ()).1, 1);
    }
}
