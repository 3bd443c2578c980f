//! Writes the state to its file when it has changed: soon, but not with every call.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::api::Api;
use crate::credentials::Credentials;
use crate::digest::Digest;
use crate::state_file::{self, StateFile};

/// The time from one writing to the next, and the most that a crash loses.
const PAUSE: Duration = Duration::from_secs(1);

/// The thread that writes. When it is dropped, the last state is in the file.
#[derive(Debug)]
pub struct Keeper {
    /// Dropped to stop the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Keeper {
    /// Writes the state at once, to find out whether that is possible, and from then on when it has changed.
    pub fn start(file: StateFile, api: Arc<Api>, credentials: Credentials) -> io::Result<Self> {
        let mut book = Book {
            file,
            api,
            credentials,
            written: None,
        };
        book.write()?;
        let (stop, stopped) = channel();
        let thread = thread::Builder::new().name("state".to_owned());
        let thread = thread.spawn(move || book.keep(&stopped))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Writes what is not written yet, and ends.
    pub fn finish(mut self) -> io::Result<()> {
        self.end()
    }

    fn end(&mut self) -> io::Result<()> {
        self.stop = None;
        let Some(thread) = self.thread.take() else {
            return Ok(());
        };
        let ended = thread.join();
        ended.unwrap_or_else(|_| Err(io::Error::other("the state could not be written")))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            complain(&error);
        }
    }
}

struct Book {
    file: StateFile,
    api: Arc<Api>,
    credentials: Credentials,
    written: Option<Digest>,
}

impl Book {
    fn keep(mut self, stopped: &Receiver<()>) -> io::Result<()> {
        let mut failed = false;
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(PAUSE) {
            if !self.api.changes.take() && !failed {
                continue;
            }
            let written = self.write();
            self.api.changes.note(&written);
            if let (Err(error), false) = (&written, failed) {
                complain(error);
            }
            failed = written.is_err();
        }
        self.write()
    }

    /// Writes the state, unless it is what the file has already.
    fn write(&mut self) -> io::Result<()> {
        let text = self
            .api
            .inspect(|state| state_file::text(&self.credentials, state))?;
        let digest = Digest::of(&text);
        if self.written != Some(digest) {
            self.file.replace(&text)?;
            self.written = Some(digest);
        }
        Ok(())
    }
}

/// The changes of the state, and what becomes of them.
#[derive(Debug, Default)]
pub struct Changes {
    reported: AtomicBool,
    unwritten: AtomicBool,
}

impl Changes {
    pub fn report(&self) {
        self.reported.store(true, Ordering::Release);
    }

    /// Whether the last changes could not be written to the file that they should be in.
    pub fn are_unwritten(&self) -> bool {
        self.unwritten.load(Ordering::Acquire)
    }

    /// Whether the state may have changed since that was asked last.
    fn take(&self) -> bool {
        self.reported.swap(false, Ordering::AcqRel)
    }

    fn note<T>(&self, written: &io::Result<T>) {
        self.unwritten.store(written.is_err(), Ordering::Release);
    }
}

/// Nobody waits for the error.
fn complain(error: &io::Error) {
    eprintln!("authlete-emulator: {error}");
}
