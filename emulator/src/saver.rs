//! Saves changes of the state to its file in the background.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::credentials::Credentials;
use crate::state::{SharedState, State};
use crate::state_file::StateFile;

/// The time between two writes. Together with the duration of a write it must stay below the second that a crash may
/// lose.
const INTERVAL: Duration = Duration::from_millis(300);

/// The thread that saves the state. Dropping it writes the last changes first.
#[derive(Debug)]
pub struct Saver {
    /// Dropped to stop the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

/// Whether the last attempt to save failed.
#[derive(Debug, Clone, Default)]
pub struct SaveStatus(Arc<AtomicBool>);

impl SaveStatus {
    pub fn has_failed(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    fn set<T>(&self, saved: &io::Result<T>) {
        self.0.store(saved.is_err(), Ordering::Release);
    }
}

impl Saver {
    /// Saves the state immediately, so that errors are found at startup, and then whenever it has changed.
    pub fn start(
        mut file: StateFile,
        state: Arc<SharedState>,
        credentials: &Credentials,
        saved: Option<State>,
        status: SaveStatus,
    ) -> io::Result<Self> {
        file.write_credentials(credentials)?;
        let mut worker = Worker {
            file,
            state,
            saved: saved.unwrap_or_else(|| State::new(credentials.owner.clone())),
            status,
        };
        worker.save()?;
        let (stop, stopped) = channel();
        let thread = thread::Builder::new().name("state".to_owned());
        let thread = thread.spawn(move || worker.run(&stopped))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Saves the remaining changes and stops the thread.
    pub fn finish(mut self) -> io::Result<()> {
        self.end()
    }

    fn end(&mut self) -> io::Result<()> {
        self.stop = None;
        let Some(thread) = self.thread.take() else {
            return Ok(());
        };
        let ended = thread.join();
        ended.unwrap_or_else(|_| Err(io::Error::other("the state could not be saved")))
    }
}

impl Drop for Saver {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            report(&error);
        }
    }
}

struct Worker {
    file: StateFile,
    state: Arc<SharedState>,
    /// The state in the file.
    saved: State,
    status: SaveStatus,
}

impl Worker {
    fn run(mut self, stopped: &Receiver<()>) -> io::Result<()> {
        let mut failed = false;
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(INTERVAL) {
            let saved = self.save();
            self.status.set(&saved);
            if let (Err(error), false) = (&saved, failed) {
                report(error);
            }
            failed = saved.is_err();
        }
        self.save()
    }

    fn save(&mut self) -> io::Result<()> {
        let state = self.state.snapshot();
        if state.differs_from(&self.saved) {
            self.file.write_changes(&state, &self.saved)?;
        }
        self.saved = state;
        Ok(())
    }
}

/// Prints an error that cannot be returned.
fn report(error: &io::Error) {
    eprintln!("authlete-emulator: {error}");
}
