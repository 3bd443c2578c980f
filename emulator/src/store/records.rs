//! The state as records: finds the changes since an earlier state, and restores a state.

use std::io;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::attestation_challenge::AttestationChallenges;
use super::hardware_key::HardwareKey;
use super::shared_nonce::SharedNonce;
use crate::clock::Clock;
use crate::digest::Digest;
use crate::settings::ServiceSettings;

/// A part of the state that is stored as records. Each is JSON and has a path, such as `services/1/tokens/records/17`.
pub trait Records {
    /// Reports the records that differ from those of an earlier state.
    fn report_changes(&self, earlier: &Self, recorder: &mut Recorder<'_>) -> io::Result<()>;

    /// Restores a record. The path is relative to this part.
    fn restore(&mut self, path: &str, value: &str) -> io::Result<()>;
}

/// Receives the changed records.
pub struct Recorder<'a> {
    path: String,
    report: &'a mut dyn FnMut(&str, Option<&str>) -> io::Result<()>,
}

impl<'a> Recorder<'a> {
    /// Calls `report` with the path and the value of each record, or without a value for a deleted record.
    pub fn new(report: &'a mut dyn FnMut(&str, Option<&str>) -> io::Result<()>) -> Self {
        Self {
            path: String::new(),
            report,
        }
    }

    /// Visits the records below a name.
    pub fn within(
        &mut self,
        name: &str,
        visit: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        let length = self.path.len();
        if length > 0 {
            self.path.push('/');
        }
        self.path.push_str(name);
        let visited = visit(self);
        self.path.truncate(length);
        visited
    }

    pub fn put(&mut self, value: &impl Serialize) -> io::Result<()> {
        (self.report)(&self.path, Some(&serde_json::to_string(value)?))
    }

    pub fn delete(&mut self) -> io::Result<()> {
        (self.report)(&self.path, None)
    }
}

/// Reads the value of a record.
pub fn parse<T: DeserializeOwned>(value: &str) -> io::Result<T> {
    Ok(serde_json::from_str(value)?)
}

/// The error for a record that belongs to no part of the state.
pub fn unknown(path: &str) -> io::Error {
    let message = format!("unknown record {path:?}");
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// The key of a record in a table.
pub trait RecordKey: Ord + Clone {
    fn to_text(&self) -> String;

    fn from_text(text: &str) -> io::Result<Self>;
}

macro_rules! key_by_display {
    ($($key:ty),*) => {$(
        impl RecordKey for $key {
            fn to_text(&self) -> String {
                self.to_string()
            }

            fn from_text(text: &str) -> io::Result<Self> {
                text.parse().map_err(|_| unknown(text))
            }
        }
    )*};
}

key_by_display!(i64, u64, String);

impl RecordKey for Digest {
    fn to_text(&self) -> String {
        self.to_string()
    }

    fn from_text(text: &str) -> io::Result<Self> {
        Self::parse(text).ok_or_else(|| unknown(text))
    }
}

impl RecordKey for (i64, String) {
    fn to_text(&self) -> String {
        format!("{}/{}", self.0, self.1)
    }

    fn from_text(text: &str) -> io::Result<Self> {
        let (number, rest) = text.split_once('/').ok_or_else(|| unknown(text))?;
        Ok((i64::from_text(number)?, rest.to_owned()))
    }
}

/// Implements [`Records`] for types that are one record. The default value has no record, so that deletion leaves none.
macro_rules! one_record {
    ($($type:ty),* $(,)?) => {$(
        impl Records for $type {
            fn report_changes(&self, earlier: &Self, recorder: &mut Recorder<'_>) -> io::Result<()> {
                if self == earlier {
                    Ok(())
                } else if *self == Self::default() {
                    recorder.delete()
                } else {
                    recorder.put(self)
                }
            }

            fn restore(&mut self, path: &str, value: &str) -> io::Result<()> {
                if !path.is_empty() {
                    return Err(unknown(path));
                }
                *self = parse(value)?;
                Ok(())
            }
        }
    )*};
}

one_record!(
    i64,
    u64,
    Arc<ServiceSettings>,
    Arc<Vec<HardwareKey>>,
    AttestationChallenges,
    Clock,
    SharedNonce,
);

/// Implements [`Records`] for a struct that stores its fields under their names, except fields that are `derived` from
/// others or not stored. `by` names the method that restores a field from which others are derived.
macro_rules! records_by_field {
    (
        $type:ident { $($field:ident $(by $restore:ident)?),* $(,)? }
        derived { $($derived:ident),* $(,)? }
    ) => {
        impl $crate::store::records::Records for $type {
            fn report_changes(
                &self,
                earlier: &Self,
                recorder: &mut $crate::store::records::Recorder<'_>,
            ) -> std::io::Result<()> {
                // A field in neither list is a compile error.
                let Self { $($field,)* $($derived: _,)* } = self;
                $(
                    recorder.within(stringify!($field), |recorder| {
                        $field.report_changes(&earlier.$field, recorder)
                    })?;
                )*
                Ok(())
            }

            fn restore(&mut self, path: &str, value: &str) -> std::io::Result<()> {
                let (field, rest) = path.split_once('/').unwrap_or((path, ""));
                match field {
                    $(
                        stringify!($field) => {
                            $crate::store::records::restore_field!(self, $field $($restore)?)(rest, value)
                        }
                    )*
                    _ => Err($crate::store::records::unknown(path)),
                }
            }
        }
    };
}

/// The function that restores the records of a field: its own `restore`, or the named method.
macro_rules! restore_field {
    ($self:ident, $field:ident) => {
        |path, value| $self.$field.restore(path, value)
    };
    ($self:ident, $field:ident $restore:ident) => {
        |path, value| $self.$restore(path, value)
    };
}

pub(super) use {records_by_field, restore_field};
