//! Saves changes of the state to its file, in a thread of its own. Calls wait until their changes are saved.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::watch;

use crate::credentials::Credentials;
use crate::state::{SharedState, State};
use crate::state_file::StateFile;

/// The time between two attempts, if no call waits.
const INTERVAL: Duration = Duration::from_millis(300);

/// The thread that saves the state. Dropping it writes the last changes first.
#[derive(Debug)]
pub struct Saver {
    commands: Sender<SaverCommand>,
    thread: Option<JoinHandle<io::Result<()>>>,
    status: SaveStatus,
}

#[derive(Debug)]
enum SaverCommand {
    Save,
    Stop,
}

/// What the saver has done. The default is for a state without a file.
#[derive(Debug, Clone, Default)]
pub struct SaveStatus {
    has_failed: Arc<AtomicBool>,
    progress: Option<Progress>,
}

#[derive(Debug, Clone)]
struct Progress {
    commands: Sender<SaverCommand>,
    /// The version of the state in the last attempt to save it.
    attempted: watch::Receiver<u64>,
}

impl SaveStatus {
    /// Whether the last attempt to save failed.
    pub fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Acquire)
    }

    /// Waits until a version of the state is in the file. One write serves all calls that wait. While the file cannot be written,
    /// no call waits.
    ///
    /// Returns `false` if the saver has stopped before.
    pub async fn until_saved(&self, version: u64) -> bool {
        let Some(Progress {
            commands,
            attempted,
        }) = &self.progress
        else {
            return true;
        };
        let mut attempted = attempted.clone();
        if *attempted.borrow() >= version {
            return true;
        }
        // Its next attempt is at the end of the interval.
        if self.has_failed() && attempted.has_changed().is_ok() {
            return true;
        }
        commands.send(SaverCommand::Save).is_ok()
            && attempted
                .wait_for(|attempted| *attempted >= version)
                .await
                .is_ok()
    }
}

impl Saver {
    /// Saves the state immediately, so that errors are found at startup, and then whenever it has changed.
    pub fn start(
        mut file: StateFile,
        state: Arc<SharedState>,
        credentials: &Credentials,
        saved: Option<State>,
    ) -> io::Result<Self> {
        file.write_credentials(credentials)?;
        let (commands, received) = channel();
        let (attempts, attempted) = watch::channel(0);
        let status = SaveStatus {
            has_failed: Arc::default(),
            progress: Some(Progress {
                commands: commands.clone(),
                attempted,
            }),
        };
        let mut worker = Worker {
            file,
            state,
            saved: saved.unwrap_or_else(|| State::new(credentials.owner.clone())),
            has_failed: Arc::clone(&status.has_failed),
            attempts,
        };
        worker.save()?;
        let thread = thread::Builder::new().name("state".to_owned());
        let thread = thread.spawn(move || worker.run(&received))?;
        Ok(Self {
            commands,
            thread: Some(thread),
            status,
        })
    }

    pub fn status(&self) -> SaveStatus {
        self.status.clone()
    }

    /// Saves the remaining changes and stops the thread.
    pub fn finish(mut self) -> io::Result<()> {
        self.end()
    }

    fn end(&mut self) -> io::Result<()> {
        let Some(thread) = self.thread.take() else {
            return Ok(());
        };
        // An error means that the thread has ended.
        let _ = self.commands.send(SaverCommand::Stop);
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

impl Drop for Worker {
    /// For the health check, if the thread panics.
    fn drop(&mut self) {
        if thread::panicking() {
            self.has_failed.store(true, Ordering::Release);
        }
    }
}

struct Worker {
    file: StateFile,
    state: Arc<SharedState>,
    /// The state in the file.
    saved: State,
    has_failed: Arc<AtomicBool>,
    attempts: watch::Sender<u64>,
}

impl Worker {
    fn run(mut self, commands: &Receiver<SaverCommand>) -> io::Result<()> {
        while !is_stopped(commands) {
            let has_failed = self.has_failed.load(Ordering::Acquire);
            if let (Err(error), false) = (self.save(), has_failed) {
                report(&error);
            }
        }
        self.save()
    }

    fn save(&mut self) -> io::Result<()> {
        let (state, version) = self.state.versioned();
        let written = self.write(state);
        self.has_failed.store(written.is_err(), Ordering::Release);
        self.attempts.send_replace(version);
        written
    }

    fn write(&mut self, state: State) -> io::Result<()> {
        if state.differs_from(&self.saved) {
            self.file.write_changes(&state, &self.saved)?;
        }
        self.saved = state;
        Ok(())
    }
}

/// Waits for a command or the end of the interval. Takes all commands that have arrived, because one write serves them.
fn is_stopped(commands: &Receiver<SaverCommand>) -> bool {
    let mut next = match commands.recv_timeout(INTERVAL) {
        Ok(command) => Some(command),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => return true,
    };
    while let Some(command) = next {
        if matches!(command, SaverCommand::Stop) {
            return true;
        }
        next = commands.try_recv().ok();
    }
    false
}

/// Prints an error that cannot be returned.
fn report(error: &io::Error) {
    eprintln!("authlete-emulator: {error}");
}
