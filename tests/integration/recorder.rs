//! Records the spans and events of the `tracing` crate during a test, from all crates.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

/// The fields of a span or event: values as text, by name.
pub type Fields = BTreeMap<&'static str, String>;

/// A span or an event.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub is_span: bool,
    /// The name of a span, or the message of an event.
    pub name: String,
    pub level: Level,
    pub target: &'static str,
    /// The index of the parent span in the recording.
    pub parent: Option<usize>,
    pub fields: Fields,
    /// Only for spans.
    pub is_closed: bool,
}

impl Recorded {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

/// A layer that records spans and events. Clones share the recording.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<Recorded>>>);

impl Recorder {
    fn recorded(&self) -> MutexGuard<'_, Vec<Recorded>> {
        self.0
            .lock()
            .expect("no test panics while it holds the lock")
    }

    /// Spans and events of all crates, in order.
    pub fn all(&self) -> Vec<Recorded> {
        self.recorded().clone()
    }

    /// The spans and the events of this crate.
    pub fn ours(&self) -> (Vec<Recorded>, Vec<Recorded>) {
        let recorded = self.all().into_iter();
        recorded
            .filter(|recorded| recorded.target == "authlete")
            .partition(|recorded| recorded.is_span)
    }

    fn add(
        &self,
        is_span: bool,
        metadata: &'static Metadata<'static>,
        parent: Option<usize>,
        fields: Fields,
    ) -> usize {
        let mut recorded = self.recorded();
        let message = fields.get("message").cloned();
        recorded.push(Recorded {
            is_span,
            name: message.unwrap_or_else(|| metadata.name().to_owned()),
            level: *metadata.level(),
            target: metadata.target(),
            parent,
            fields,
            is_closed: false,
        });
        recorded.len() - 1
    }
}

/// The index of a span in the recording.
struct Index(usize);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Visitor::default();
        attributes.record(&mut fields);
        let span = context.span(id).expect("the span is new");
        let parent = span.parent().and_then(|parent| {
            let extensions = parent.extensions();
            extensions.get::<Index>().map(|index| index.0)
        });
        let index = self.add(true, attributes.metadata(), parent, fields.0);
        span.extensions_mut().insert(Index(index));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut fields = Visitor::default();
        values.record(&mut fields);
        if let Some(index) = index(id, &context) {
            self.recorded()[index].fields.extend(fields.0);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Visitor::default();
        event.record(&mut fields);
        let span = context.event_span(event);
        let parent = span.and_then(|span| index(&span.id(), &context));
        self.add(false, event.metadata(), parent, fields.0);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        if let Some(index) = index(&id, &context) {
            self.recorded()[index].is_closed = true;
        }
    }
}

fn index<S: Subscriber + for<'a> LookupSpan<'a>>(
    id: &Id,
    context: &Context<'_, S>,
) -> Option<usize> {
    let span = context.span(id)?;
    let extensions = span.extensions();
    extensions.get::<Index>().map(|index| index.0)
}

#[derive(Default)]
struct Visitor(Fields);

impl Visit for Visitor {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}
