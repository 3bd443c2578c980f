//! The file that persists the state: a database of its records.
//!
//! It contains all credentials: on Unix it is created so that only its owner can access it. Writes are atomic, also in a crash.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{
    Database, DatabaseError, ReadableDatabase as _, ReadableTable as _, TableDefinition, TableError,
};

use crate::credentials::Credentials;
use crate::state::State;
use crate::store::{Recorder, Records as _};

const FORMAT: &str = "authlete-emulator state";
const VERSION: &str = "3";
const FOREIGN: &str = "it is not a state file of authlete-emulator";

/// The format and version of the file, and the credentials that the emulator shows.
const ABOUT: TableDefinition<'_, &str, &str> = TableDefinition::new("about");
/// The records of the state in JSON, by path.
const RECORDS: TableDefinition<'_, &str, &str> = TableDefinition::new("records");

/// A state file, locked against use by other programs.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// `None` after an error: a database is unusable then, and must be opened again.
    database: Option<Database>,
}

impl StateFile {
    /// Opens and locks a file, or creates it. Prints a warning if other users can access it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let path = path.to_path_buf();
        let database = open(&path).map_err(|error| about(&path, &error))?;
        warn_if_shared(&path).map_err(|error| about(&path, &error))?;
        Ok(Self {
            path,
            database: Some(database),
        })
    }

    /// The saved state; `None` if the file is new.
    pub fn load(&self) -> io::Result<Option<(State, Credentials)>> {
        let Some(database) = &self.database else {
            return Ok(None);
        };
        load(database).map_err(|error| about(&self.path, &error))
    }

    /// Writes the credentials that the emulator shows, which do not change.
    pub fn write_credentials(&mut self, credentials: &Credentials) -> io::Result<()> {
        let credentials = serde_json::to_string(credentials)?;
        self.write(|transaction| {
            let mut table = transaction.open_table(ABOUT).map_err(io::Error::other)?;
            for (name, value) in [
                ("format", FORMAT),
                ("version", VERSION),
                ("credentials", &credentials),
            ] {
                table.insert(name, value).map_err(io::Error::other)?;
            }
            Ok(())
        })
    }

    /// Writes the records that have changed since an earlier state, in one transaction.
    pub fn write_changes(&mut self, state: &State, earlier: &State) -> io::Result<()> {
        self.write(|transaction| {
            let mut table = transaction.open_table(RECORDS).map_err(io::Error::other)?;
            let mut report = |path: &str, value: Option<&str>| {
                let changed = match value {
                    Some(value) => table.insert(path, value).map(drop),
                    None => table.remove(path).map(drop),
                };
                changed.map_err(io::Error::other)
            };
            state.report_changes(earlier, &mut Recorder::new(&mut report))
        })
    }

    fn write(
        &mut self,
        change: impl FnOnce(&redb::WriteTransaction) -> io::Result<()>,
    ) -> io::Result<()> {
        let written = match self.database.take().map_or_else(|| open(&self.path), Ok) {
            Ok(database) => write(&database, change).map(|()| self.database = Some(database)),
            Err(error) => Err(error),
        };
        written.map_err(|error| about(&self.path, &error))
    }
}

/// Opens the database, or creates it if there is no file.
fn open(path: &Path) -> io::Result<Database> {
    let (file, is_new) = match private().create_new(true).open(path) {
        Ok(file) => (file, true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            (private().open(path)?, false)
        }
        Err(error) => return Err(error),
    };
    if is_new {
        sync_directory(path)?;
    } else if file.metadata()?.len() == 0 {
        return Err(damaged());
    }
    let opened =
        FileBackend::new(file).and_then(|file| redb::Builder::new().create_with_backend(file));
    opened.map_err(|error| match error {
        DatabaseError::DatabaseAlreadyOpen => io::Error::new(
            io::ErrorKind::ResourceBusy,
            "another authlete-emulator uses it",
        ),
        DatabaseError::Storage(redb::StorageError::Io(error))
            if !matches!(
                error.kind(),
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
            ) =>
        {
            error
        }
        _ => damaged(),
    })
}

fn load(database: &Database) -> io::Result<Option<(State, Credentials)>> {
    let transaction = database.begin_read().map_err(io::Error::other)?;
    let about = match transaction.open_table(ABOUT) {
        Ok(table) => table,
        Err(TableError::TableDoesNotExist(_)) => {
            let mut tables = transaction.list_tables().map_err(io::Error::other)?;
            return match tables.next() {
                // The first start was interrupted.
                None => Ok(None),
                Some(_) => refuse(FOREIGN.to_owned()),
            };
        }
        Err(_) => return refuse(FOREIGN.to_owned()),
    };
    let about = |name| -> io::Result<Option<String>> {
        let value = about.get(name).map_err(io::Error::other)?;
        Ok(value.map(|value| value.value().to_owned()))
    };
    if about("format")?.as_deref() != Some(FORMAT) {
        return refuse(FOREIGN.to_owned());
    }
    let version = about("version")?.unwrap_or_default();
    if version != VERSION {
        return refuse(format!(
            "its format version is {version}, but this program supports version {VERSION}"
        ));
    }
    let credentials = about("credentials")?.ok_or_else(damaged)?;
    let credentials: Credentials = serde_json::from_str(&credentials)?;
    let mut state = State::new(credentials.owner.clone());
    match transaction.open_table(RECORDS) {
        Ok(records) => restore(&mut state, &records)
            .or_else(|error| refuse(format!("it is damaged: {error}")))?,
        Err(TableError::TableDoesNotExist(_)) => return Ok(None),
        Err(_) => return Err(damaged()),
    }
    let credentials = credentials.renewed(&state.store);
    Ok(Some((state, credentials)))
}

fn restore(state: &mut State, records: &redb::ReadOnlyTable<&str, &str>) -> io::Result<()> {
    for record in records.iter().map_err(io::Error::other)? {
        let (path, value) = record.map_err(io::Error::other)?;
        let (path, value) = (path.value(), value.value());
        state
            .restore(path, value)
            .map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))?;
    }
    Ok(())
}

fn write(
    database: &Database,
    change: impl FnOnce(&redb::WriteTransaction) -> io::Result<()>,
) -> io::Result<()> {
    let transaction = database.begin_write().map_err(io::Error::other)?;
    change(&transaction)?;
    transaction.commit().map_err(io::Error::other)
}

fn refuse<T>(message: String) -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::InvalidData, message))
}

fn damaged() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "it is damaged, or not a state file of authlete-emulator",
    )
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A file that is shared is not refused, because some file systems have the same mode for all files.
fn warn_if_shared(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(path)?) & 0o777;
        if mode & 0o077 != 0 {
            eprintln!(
                "authlete-emulator: the state file {} contains secrets, but other users can access it: its mode is {mode:o}",
                path.display()
            );
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Persists the directory entry of a new file.
fn sync_directory(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let directory = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        File::open(directory.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn about(path: &Path, error: &io::Error) -> io::Error {
    let message = format!("the state file {}: {error}", path.display());
    io::Error::new(error.kind(), message)
}
