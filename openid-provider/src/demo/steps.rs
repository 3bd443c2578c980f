//! The steps of a flow, which pages show in each language.

use std::borrow::Cow;
use std::error::Error;

use serde_json::{Map, Value};

use super::error_chain::error_chain;
use super::recording_client::Exchange;
use super::sections::{self, Section};
use super::texts::{DemoTexts, Topic};

/// A text in the language of the page.
pub type Text = fn(&'static DemoTexts) -> &'static str;

#[derive(Clone)]
pub struct Step {
    topic: fn(&'static DemoTexts) -> &'static Topic,
    pub sections: Vec<Section>,
    pub tables: Vec<Table>,
    pub exchanges: Vec<Exchange>,
    /// Whether the exchanges are collapsed.
    pub collapsed: bool,
    checks: Vec<Text>,
    pub problem: Option<Problem>,
}

/// Names and values.
#[derive(Clone)]
pub struct Table {
    caption: Text,
    /// The message that contains the names, since their meaning depends on it.
    place: &'static str,
    pub rows: Vec<Row>,
}

#[derive(Clone)]
pub struct Row {
    pub name: String,
    pub value: Option<String>,
}

const PENDING: &str = "authorization_pending";
pub const SLOW_DOWN: &str = "slow_down";

/// What went wrong.
#[derive(Clone)]
pub enum Problem {
    /// The provider returned an error (RFC 6749 §4.1.2.1, §5.2).
    Answered {
        error: String,
        description: Option<String>,
    },
    /// The demo rejected the response.
    Refused(Text),
    /// Another error, with its message.
    Other(String),
}

impl Step {
    pub fn new(topic: fn(&'static DemoTexts) -> &'static Topic) -> Self {
        Self {
            topic,
            sections: Vec::new(),
            tables: Vec::new(),
            exchanges: Vec::new(),
            collapsed: false,
            checks: Vec::new(),
            problem: None,
        }
    }

    pub fn section(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    pub fn exchanges(mut self, exchanges: Vec<Exchange>) -> Self {
        self.exchanges = exchanges;
        self
    }

    pub fn collapsed(mut self) -> Self {
        self.collapsed = true;
        self
    }

    pub fn table(mut self, caption: Text, place: &'static str, rows: Vec<Row>) -> Self {
        let table = Table {
            caption,
            place,
            rows,
        };
        self.tables.push(table);
        self
    }

    pub fn checks(mut self, checks: impl IntoIterator<Item = Text>) -> Self {
        self.checks.extend(checks);
        self
    }

    pub fn problem(mut self, problem: impl Into<Option<Problem>>) -> Self {
        self.problem = problem.into();
        self
    }

    pub fn title(&self, texts: &'static DemoTexts) -> &'static str {
        (self.topic)(texts).title
    }

    pub fn text(&self, texts: &'static DemoTexts) -> &'static str {
        (self.topic)(texts).text
    }

    pub fn checked(&self, texts: &'static DemoTexts) -> Vec<&'static str> {
        self.checks.iter().map(|check| check(texts)).collect()
    }
}

impl Table {
    pub fn title(&self, texts: &'static DemoTexts) -> &'static str {
        (self.caption)(texts)
    }

    pub fn explanation(&self, row: &Row, texts: &'static DemoTexts) -> Option<&'static str> {
        texts.explanation(self.place, &row.name)
    }

    pub fn section(&self, row: &Row) -> Option<Section> {
        sections::of(self.place, &row.name)
    }
}

impl Exchange {
    /// Explains the names in the request and in the response.
    pub fn tables(&self) -> Vec<Table> {
        let row = |name: &String| Row {
            name: name.clone(),
            value: None,
        };
        // The same names, in other specifications.
        let place = match &self.body {
            body if body.get("auth_req_id").is_some() => "ciba",
            body if body.get("device_code").is_some() => "device",
            _ => "response",
        };
        let members = self.body.as_object().into_iter().flatten();
        let request = Table {
            caption: |texts| texts.request_parameters,
            place: "request",
            rows: self.parameters.iter().map(row).collect(),
        };
        let response = Table {
            caption: |texts| texts.response_members,
            place,
            rows: members.map(|(name, _)| row(name)).collect(),
        };
        let tables = [request, response].into_iter();
        tables.filter(|table| !table.rows.is_empty()).collect()
    }
}

impl Problem {
    /// The text for the visitor.
    pub fn text(&self, texts: &'static DemoTexts) -> Cow<'_, str> {
        match self {
            Self::Answered { error, .. } => texts.error(error).into(),
            Self::Refused(text) => text(texts).into(),
            Self::Other(_) => texts.failed.into(),
        }
    }

    /// Whether the user has not decided yet (RFC 8628 §3.5).
    pub fn is_waiting(&self) -> bool {
        matches!(self, Self::Answered { error, .. } if error == PENDING || error == SLOW_DOWN)
    }

    /// The error of the protocol or of the library, if there is one.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Answered { error, description } => Some(match description {
                Some(description) => format!("{error}: {description}"),
                None => error.clone(),
            }),
            Self::Refused(_) => None,
            Self::Other(reason) => Some(reason.clone()),
        }
    }
}

/// Rows of parameters.
pub fn parameters<'a>(pairs: impl IntoIterator<Item = &'a (String, String)>) -> Vec<Row> {
    let row = |(name, value): &(String, String)| Row {
        name: name.clone(),
        value: Some(value.clone()),
    };
    pairs.into_iter().map(row).collect()
}

/// Rows of claims, with times in a readable form.
pub fn claims(claims: &Map<String, Value>) -> Vec<Row> {
    let row = |(name, value): (&String, &Value)| {
        let time = value.as_i64().filter(|_| TIMES.contains(&name.as_str()));
        let text = match (value, time) {
            (Value::String(text), _) => text.clone(),
            (_, Some(seconds)) => format!("{seconds} ({})", time_text(seconds)),
            _ => value.to_string(),
        };
        Row {
            name: name.clone(),
            value: Some(text),
        }
    };
    claims.iter().map(row).collect()
}

const TIMES: [&str; 5] = ["iat", "exp", "nbf", "auth_time", "updated_at"];

pub fn time_text(seconds: i64) -> String {
    let time = time::OffsetDateTime::from_unix_timestamp(seconds);
    let time = time.unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    let (hour, minute, second) = time.to_hms();
    format!("{} {hour:02}:{minute:02}:{second:02} UTC", time.date())
}

/// The problem of a step that failed.
#[derive(Clone)]
pub struct Failed(pub Problem);

impl<E: Error> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(Problem::Other(error_chain(&error)))
    }
}
