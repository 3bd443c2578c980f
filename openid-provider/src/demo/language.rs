//! The choice of a language, at the bottom of every page.

use axum::extract::State;
use axum::response::Redirect;

use super::Demo;
use super::pages::Sent;
use super::session::Visitor;
use crate::language::Language;

pub async fn choose(State(demo): State<Demo>, visitor: Visitor, Sent(sent): Sent) -> Redirect {
    let field = |name: &str| {
        let field = sent.iter().find(|(it, _)| it == name);
        field.map_or("", |(_, value)| value)
    };
    demo.sessions.with(&visitor.0, |session| {
        session.language = Language::of_tag(field("language"));
    });
    // Only to a page of the demo: a path, and not `//host`.
    let here = field("here");
    let is_own = here.starts_with('/') && !here.starts_with("//") && !here.contains('\\');
    Redirect::to(if is_own { here } else { "/" })
}
