//! The choice of a language, at the bottom of every page.

use axum::response::Redirect;

use crate::error::Error;
use crate::form::Sent;
use crate::language::Language;

pub async fn choose(mut sent: Sent) -> Result<Redirect, Error> {
    sent.visit.kept.language = Language::of_tag(sent.field("language"));
    sent.visit.save().await?;
    let here = sent.field("here");
    Ok(Redirect::to(if is_own(here) { here } else { "/" }))
}

/// Only to a page of this server: a path, and not `//host`. Browsers read `\` as `/`, and leave blanks and control characters out.
fn is_own(here: &str) -> bool {
    let is_plain = |it: u8| it.is_ascii_graphic() && it != b'\\';
    here.starts_with('/') && !here.starts_with("//") && here.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_site_is_no_page_of_this_server() {
        assert!(is_own("/") && is_own("/login?flow=a&b=//c"));
        for here in [
            "",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/ /evil.example",
            "https://evil.example",
            "evil",
        ] {
            assert!(!is_own(here), "{here:?}");
        }
    }
}
