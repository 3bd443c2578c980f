//! The choice of a language, at the bottom of every page.

use axum::response::Redirect;

use crate::error::Error;
use crate::form::Sent;
use crate::language::Language;

pub async fn choose(mut sent: Sent) -> Result<Redirect, Error> {
    sent.visit.kept.language = Language::of_tag(sent.field("language"));
    sent.visit.save().await?;
    // Only to a page of this server: a path, and not `//host`.
    let here = sent.field("here");
    let is_own = here.starts_with('/') && !here.starts_with("//") && !here.contains('\\');
    Ok(Redirect::to(if is_own { here } else { "/" }))
}
