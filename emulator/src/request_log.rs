//! The latest requests and their responses, for the page and for standard error.

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::Millis;
use crate::masking;

/// The maximum number of exchanges kept.
pub const SIZE: usize = 200;

/// The maximum number of bytes kept of a body.
const MAX_BODY_BYTES: usize = 16 * 1024;

/// A request and its response, without the `Authorization` header.
#[derive(Debug)]
pub struct Exchange {
    /// The emulator's time.
    pub time: Millis,
    pub method: String,
    pub path: String,
    pub query: String,
    /// `None` when the request was for no operation.
    pub operation: Option<&'static str>,
    pub status: u16,
    pub result_code: Option<String>,
    pub action: Option<String>,
    pub duration: Duration,
    pub request: LoggedBody,
    pub response: LoggedBody,
}

/// The start of a body.
#[derive(Debug)]
pub struct LoggedBody {
    start: Box<[u8]>,
    length: usize,
    /// Plain text responses of the API have no secrets.
    is_plain_text: bool,
}

/// The latest exchanges. Optionally prints a line for each exchange.
#[derive(Debug)]
pub struct RequestLog {
    prints: bool,
    recent: Mutex<Recent>,
}

#[derive(Debug, Default)]
struct Recent {
    total: u64,
    exchanges: VecDeque<Arc<Exchange>>,
}

impl RequestLog {
    pub fn new(prints: bool) -> Self {
        Self {
            prints,
            recent: Mutex::default(),
        }
    }

    pub fn add(&self, exchange: Exchange) {
        if self.prints {
            // Ignored: standard error can be closed.
            let _ = writeln!(io::stderr(), "{}", exchange.line());
        }
        let mut recent = self.recent();
        recent.total += 1;
        recent.exchanges.truncate(SIZE - 1);
        recent.exchanges.push_front(Arc::new(exchange));
    }

    /// The exchanges after the one with this number, latest first. They are numbered from 1.
    pub fn after(&self, number: u64, reveal: bool) -> Value {
        let (total, exchanges) = {
            let recent = self.recent();
            (recent.total, recent.exchanges.clone())
        };
        let numbers = (number.saturating_add(1)..=total).rev();
        let exchanges: Vec<_> = numbers
            .zip(&exchanges)
            .map(|(number, exchange)| exchange.to_json(number, reveal))
            .collect();
        json!({ "total": total, "kept": SIZE, "requests": exchanges })
    }

    /// Ignores poisoning: the log is consistent at any time.
    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Exchange {
    fn to_json(&self, number: u64, reveal: bool) -> Value {
        let (path, query) = if reveal {
            (self.path.clone(), self.query.clone())
        } else {
            (masking::path(&self.path), masking::form(&self.query))
        };
        json!({
            "number": number,
            "time": self.time,
            "method": self.method,
            "path": path,
            "query": query,
            "operation": self.operation,
            "status": self.status,
            "resultCode": self.result_code,
            "action": self.action,
            "microseconds": u64::try_from(self.duration.as_micros()).unwrap_or(u64::MAX),
            "request": self.request.to_json(reveal),
            "answer": self.response.to_json(reveal),
        })
    }

    /// Time (UTC), request, response and duration.
    fn line(&self) -> String {
        let of_day = self.time.rem_euclid(24 * 60 * 60 * 1000);
        let (seconds, millis) = (of_day / 1000, of_day % 1000);
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        let (hours, minutes) = (minutes / 60, minutes % 60);
        let words = [
            self.operation,
            self.result_code.as_deref(),
            self.action.as_deref(),
        ];
        let words: String = words
            .into_iter()
            .flatten()
            .map(|word| format!(" {word}"))
            .collect();
        format!(
            "{hours:02}:{minutes:02}:{seconds:02}.{millis:03} {} {} {}{words} {:.1?}",
            self.method,
            masking::path(&self.path).escape_debug(),
            self.status,
            self.duration,
        )
    }
}

impl LoggedBody {
    pub fn new(bytes: &[u8]) -> Self {
        Self {
            start: bytes.get(..MAX_BODY_BYTES).unwrap_or(bytes).into(),
            length: bytes.len(),
            is_plain_text: false,
        }
    }

    pub fn plain_text(bytes: &[u8]) -> Self {
        Self {
            is_plain_text: true,
            ..Self::new(bytes)
        }
    }

    fn to_json(&self, reveal: bool) -> Value {
        if self.length == 0 {
            return Value::Null;
        }
        if self.is_plain_text {
            return json!({ "length": self.length, "content": self.text() });
        }
        let mut content = if self.start.len() == self.length {
            serde_json::from_slice(&self.start).unwrap_or_else(|_| self.text().into())
        } else if reveal {
            self.text().into()
        } else {
            // The secrets of a truncated body cannot be located.
            Value::Null
        };
        if !reveal {
            masking::value(&mut content);
        }
        json!({ "length": self.length, "content": content })
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.start).into_owned()
    }
}
