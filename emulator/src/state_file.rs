//! The file in which the state outlives the program.
//!
//! It holds all credentials: on Unix only its owner can read it. It is replaced as a whole, so that a crash leaves
//! either the previous state or the new one.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::api::State;
use crate::credentials::Credentials;

const FORMAT: &str = "authlete-emulator state";
const VERSION: u32 = 1;

/// A file that no other program can use as long as this one does.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    lock: File,
}

/// Closing the lock would not do: a process that is just being started still has a copy of it.
impl Drop for StateFile {
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}

/// What the file says of itself.
#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
}

/// What comes back from a file.
#[derive(Deserialize)]
struct Saved {
    credentials: Credentials,
    state: State,
}

#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    version: u32,
    credentials: &'a Credentials,
    state: &'a State,
}

/// The text of a file with a state.
pub fn text(credentials: &Credentials, state: &State) -> io::Result<String> {
    let text = serde_json::to_string(&Written {
        format: FORMAT,
        version: VERSION,
        credentials,
        state,
    })?;
    Ok(text)
}

impl StateFile {
    /// Takes possession of a file, which need not exist yet.
    pub fn open(path: &Path) -> io::Result<Self> {
        let path = resolved(path).map_err(|error| about(path, &error))?;
        let lock = lock(&beside(&path, ".lock")).map_err(|error| about(&path, &error))?;
        Ok(Self { path, lock })
    }

    /// What the file holds, when it exists.
    pub fn load(&self) -> io::Result<Option<(State, Credentials)>> {
        let saved = match fs::read(&self.path) {
            Ok(bytes) => decode(&bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => Err(error),
        };
        let Saved { credentials, state } = saved.map_err(|error| about(&self.path, &error))?;
        let credentials = credentials.renewed(&state.store);
        Ok(Some((state, credentials)))
    }

    /// Puts a text in the place of the file.
    pub fn replace(&self, text: &str) -> io::Result<()> {
        self.try_replace(text)
            .map_err(|error| about(&self.path, &error))
    }

    fn try_replace(&self, text: &str) -> io::Result<()> {
        let new = beside(&self.path, ".new");
        // One that a crash left behind may have been opened to others.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = private().write(true).create_new(true).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        // That the name now leads to the new file is written only with the directory.
        #[cfg(unix)]
        if let Some(directory) = self.path.parent() {
            File::open(directory)?.sync_all()?;
        }
        Ok(())
    }
}

fn decode(bytes: &[u8]) -> io::Result<Saved> {
    let refuse = |words: String| Err(io::Error::new(io::ErrorKind::InvalidData, words));
    let Ok(header) = serde_json::from_slice::<Header>(bytes) else {
        return refuse("it is damaged, or no state of authlete-emulator".to_owned());
    };
    if header.format != FORMAT {
        return refuse("it is no state of authlete-emulator".to_owned());
    }
    if header.version != VERSION {
        let version = header.version;
        return refuse(format!(
            "it is of version {version}, and this program knows version {VERSION}"
        ));
    }
    serde_json::from_slice(bytes).or_else(|error| refuse(format!("it is damaged: {error}")))
}

/// The file that a path leads to, so that it is locked and replaced under its own name and not that of a link.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        found => return found,
    }
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it is no name of a file"))?;
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    Ok(directory
        .unwrap_or(Path::new("."))
        .canonicalize()?
        .join(name))
}

fn lock(path: &Path) -> io::Result<File> {
    let file = private()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let words = "another authlete-emulator uses it";
            Err(io::Error::new(io::ErrorKind::ResourceBusy, words))
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is nothing to set"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn about(path: &Path, error: &io::Error) -> io::Error {
    let words = format!("the state file {}: {error}", path.display());
    io::Error::new(error.kind(), words)
}
