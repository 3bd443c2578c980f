//! Saves the state in its file while calls go on: what has changed, soon after it has.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::credentials::Credentials;
use crate::state::{SharedState, State};
use crate::state_file::StateFile;

/// The time between two writes. A write takes a part of the rest of the second that a crash may lose.
const INTERVAL: Duration = Duration::from_millis(300);

/// The thread that saves. When it is dropped, the last state is in the file.
#[derive(Debug)]
pub struct Saver {
    /// Dropped to stop the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

/// Whether the last changes are in the file that they should be in.
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
    /// Saves the state at once, to find out whether that is possible, and from then on when it has changed.
    pub fn start(
        mut file: StateFile,
        state: Arc<SharedState>,
        credentials: &Credentials,
        saved: Option<State>,
        status: SaveStatus,
    ) -> io::Result<Self> {
        file.write_credentials(credentials)?;
        let mut saving = Saving {
            file,
            state,
            saved: saved.unwrap_or_else(|| State::new(credentials.owner.clone())),
            status,
        };
        saving.save()?;
        let (stop, stopped) = channel();
        let thread = thread::Builder::new().name("state".to_owned());
        let thread = thread.spawn(move || saving.run(&stopped))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Saves what is not saved yet, and ends.
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

struct Saving {
    file: StateFile,
    state: Arc<SharedState>,
    /// What the file has.
    saved: State,
    status: SaveStatus,
}

impl Saving {
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

/// Nobody waits for the error.
fn report(error: &io::Error) {
    eprintln!("authlete-emulator: {error}");
}
