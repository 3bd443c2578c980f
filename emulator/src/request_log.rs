//! The last requests and their answers, for the page and for standard error.

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::Millis;
use crate::masking;

/// How many exchanges are kept.
pub const SIZE: usize = 200;

/// How many bytes of a body are kept.
const BODY_KEPT: usize = 16 * 1024;

/// A request and its answer. The `Authorization` header is not among it: who looks here has no use for it.
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
    pub request: Kept,
    pub answer: Kept,
}

/// The start of a body.
#[derive(Debug)]
pub struct Kept {
    start: Box<[u8]>,
    length: usize,
    /// Plain text, which the API has only for people, has no secrets.
    is_plain_text: bool,
}

/// A ring buffer, and a line for each exchange when that is wanted.
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
            // There is nobody to tell that standard error is closed.
            let _ = writeln!(io::stderr(), "{}", exchange.line());
        }
        let mut recent = self.recent();
        recent.total += 1;
        recent.exchanges.truncate(SIZE - 1);
        recent.exchanges.push_front(Arc::new(exchange));
    }

    /// The exchanges after the one of a number, the latest first. They are numbered from 1.
    pub fn after(&self, number: u64, reveal: bool) -> Value {
        let (total, exchanges) = {
            let recent = self.recent();
            (recent.total, recent.exchanges.clone())
        };
        let numbers = (number.saturating_add(1)..=total).rev();
        let exchanges: Vec<_> = numbers
            .zip(&exchanges)
            .map(|(number, exchange)| exchange.shown(number, reveal))
            .collect();
        json!({ "total": total, "kept": SIZE, "requests": exchanges })
    }

    /// What is kept is whole at any time.
    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Exchange {
    fn shown(&self, number: u64, reveal: bool) -> Value {
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
            "request": self.request.shown(reveal),
            "answer": self.answer.shown(reveal),
        })
    }

    /// Time (UTC), request, answer and duration.
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

impl Kept {
    pub fn new(bytes: &[u8]) -> Self {
        Self {
            start: bytes.get(..BODY_KEPT).unwrap_or(bytes).into(),
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

    fn shown(&self, reveal: bool) -> Value {
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
            // Of what is not whole nobody can say where its secrets are.
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
