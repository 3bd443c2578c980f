//! Records what is told to the `tracing` crate, by everything that is at work in a test.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

/// By name; a value as it is shown.
pub type Fields = BTreeMap<&'static str, String>;

/// A span or an event.
#[derive(Debug, Clone)]
pub struct Told {
    pub is_span: bool,
    /// Of a span; of an event its message.
    pub name: String,
    pub level: Level,
    pub target: &'static str,
    /// The span that it is in, by its place in the record.
    pub parent: Option<usize>,
    pub fields: Fields,
    /// Of a span.
    pub is_closed: bool,
}

impl Told {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

/// A layer that remembers; clones remember together.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<Told>>>);

impl Recorder {
    fn told(&self) -> MutexGuard<'_, Vec<Told>> {
        self.0
            .lock()
            .expect("no test panics while it holds the lock")
    }

    /// All there is in the record, by everyone.
    pub fn all(&self) -> Vec<Told> {
        self.told().clone()
    }

    /// What this crate told, the spans first.
    pub fn ours(&self) -> (Vec<Told>, Vec<Told>) {
        let told = self.all().into_iter();
        told.filter(|told| told.target == "authlete")
            .partition(|told| told.is_span)
    }

    fn add(
        &self,
        is_span: bool,
        metadata: &'static Metadata<'static>,
        parent: Option<usize>,
        fields: Fields,
    ) -> usize {
        let mut told = self.told();
        let message = fields.get("message").cloned();
        told.push(Told {
            is_span,
            name: message.unwrap_or_else(|| metadata.name().to_owned()),
            level: *metadata.level(),
            target: metadata.target(),
            parent,
            fields,
            is_closed: false,
        });
        told.len() - 1
    }
}

/// The place of a span in the record.
struct Place(usize);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Visitor::default();
        attributes.record(&mut fields);
        let span = context.span(id).expect("the span is new");
        let parent = span.parent().and_then(|parent| {
            let extensions = parent.extensions();
            extensions.get::<Place>().map(|place| place.0)
        });
        let place = self.add(true, attributes.metadata(), parent, fields.0);
        span.extensions_mut().insert(Place(place));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut fields = Visitor::default();
        values.record(&mut fields);
        if let Some(place) = place(id, &context) {
            self.told()[place].fields.extend(fields.0);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Visitor::default();
        event.record(&mut fields);
        let span = context.event_span(event);
        let parent = span.and_then(|span| place(&span.id(), &context));
        self.add(false, event.metadata(), parent, fields.0);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        if let Some(place) = place(&id, &context) {
            self.told()[place].is_closed = true;
        }
    }
}

fn place<S: Subscriber + for<'a> LookupSpan<'a>>(
    id: &Id,
    context: &Context<'_, S>,
) -> Option<usize> {
    let span = context.span(id)?;
    let extensions = span.extensions();
    extensions.get::<Place>().map(|place| place.0)
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
