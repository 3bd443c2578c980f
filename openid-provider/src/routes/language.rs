//! The choice of a language, at the bottom of every page.

use axum::Form;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Redirect};
use http::header::SET_COOKIE;
use serde::Deserialize;

use crate::app::App;
use crate::language::Language;

#[derive(Deserialize)]
pub struct Choice {
    language: String,
    /// The page that the user was at.
    here: String,
}

/// It needs no session and no token: pages for errors have it, too, and another site gains nothing by it.
pub async fn choose(State(app): State<App>, Form(choice): Form<Choice>) -> impl IntoResponse {
    let language = Language::of_tag(&choice.language);
    let cookie = language.map(|it| (SET_COOKIE, it.cookie(app.site.is_secure())));
    let here = if is_own(&choice.here) {
        &choice.here
    } else {
        "/"
    };
    (AppendHeaders(cookie), Redirect::to(here))
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
