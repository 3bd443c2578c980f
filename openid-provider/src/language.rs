//! The languages of the pages. To add one: a variant here, its texts in `texts/` and, for the demo app, in `demo/texts/`. The
//! metadata of the service and the selection at the bottom of the pages follow.

use axum::response::{AppendHeaders, IntoResponse, Redirect};
use http::HeaderMap;
use http::header::{ACCEPT_LANGUAGE, SET_COOKIE};
use serde::Deserialize;

use crate::cookies;
use crate::texts::{Texts, en, ja};

/// The cookie with the choice of the user. It is not in the session: it survives a logout, and error pages need no database.
const CHOICE: &str = "language";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    Japanese,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Japanese];

    /// The language tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }

    /// The name of the language in the language itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Japanese => "日本語",
        }
    }

    pub fn texts(self) -> &'static Texts {
        match self {
            Self::English => &en::TEXTS,
            Self::Japanese => &ja::TEXTS,
        }
    }

    /// The language of a tag such as `ja-JP`.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().trim();
        let mut all = Self::ALL.into_iter();
        all.find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The cookie for the choice of this language, for a year.
    pub fn cookie(self, is_secure: bool) -> String {
        let secure = if is_secure { "; Secure" } else { "" };
        let tag = self.tag();
        format!("{CHOICE}={tag}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}")
    }

    /// The language that the user chose. Without a choice, the first of those that the client asks for (`ui_locales`, OpenID
    /// Connect Core 1.0 §3.1.2.1), or else the best that the browser takes (`Accept-Language`, RFC 9110 §12.5.4).
    pub fn negotiate(ui_locales: &[String], headers: &HeaderMap) -> Self {
        let asked = || ui_locales.iter().find_map(|tag| Self::of_tag(tag));
        let accepted = || {
            let header = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
            accepted(header)
        };
        let chosen = cookies::value(headers, CHOICE).and_then(Self::of_tag);
        chosen
            .or_else(asked)
            .or_else(accepted)
            .unwrap_or(Self::English)
    }
}

/// The form at the bottom of every page.
#[derive(Deserialize)]
pub struct Choice {
    language: String,
    /// The page to return to.
    return_to: String,
}

impl Choice {
    /// Saves the choice, and redirects to the page.
    pub fn respond(&self, is_secure: bool) -> impl IntoResponse + use<> {
        let language = Language::of_tag(&self.language);
        let cookie = language.map(|it| (SET_COOKIE, it.cookie(is_secure)));
        let return_to = if is_own(&self.return_to) {
            &self.return_to
        } else {
            "/"
        };
        (AppendHeaders(cookie), Redirect::to(return_to))
    }
}

/// Whether this is a page of this server: a path, and not `//host`. Browsers read `\` as `/`, and drop blanks and control
/// characters.
fn is_own(return_to: &str) -> bool {
    let is_plain = |it: u8| it.is_ascii_graphic() && it != b'\\';
    return_to.starts_with('/') && !return_to.starts_with("//") && return_to.bytes().all(is_plain)
}

fn accepted(header: &str) -> Option<Language> {
    let mut best = None;
    for range in header.split(',') {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let quality = parameters.trim().strip_prefix("q=");
        let quality: f32 = quality.map_or(1.0, |quality| quality.parse().unwrap_or(0.0));
        let Some(language) = Language::of_tag(tag) else {
            continue;
        };
        // On a tie, the first wins.
        if quality > 0.0 && best.is_none_or(|(_, before)| quality > before) {
            best = Some((language, quality));
        }
    }
    best.map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use http::header::COOKIE;

    use super::*;

    #[test]
    fn language_of_the_client_takes_precedence_over_that_of_the_browser() {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, "fr, ja;q=0.5, en;q=0.4".parse().unwrap());
        assert_eq!(Language::negotiate(&[], &headers), Language::Japanese);
        let asked = ["de".to_owned(), "en-GB".to_owned()];
        assert_eq!(Language::negotiate(&asked, &headers), Language::English);
        assert_eq!(
            Language::negotiate(&[], &HeaderMap::new()),
            Language::English
        );
        for (header, language) in [
            ("ja-JP", Language::Japanese),
            ("en;q=0, ja;q=0.1", Language::Japanese),
            ("en;q=x, ja;q=0.1", Language::Japanese),
            ("*", Language::English),
            ("japanese", Language::English),
        ] {
            headers.insert(ACCEPT_LANGUAGE, header.parse().unwrap());
            assert_eq!(Language::negotiate(&[], &headers), language, "{header}");
        }
    }

    #[test]
    fn language_of_the_user_takes_precedence_over_all_others() {
        let mut headers = HeaderMap::new();
        let cookies = Language::Japanese.cookie(true);
        let (cookie, _) = cookies.split_once(';').unwrap();
        headers.insert(COOKIE, format!("session=a=b; {cookie}").parse().unwrap());
        let asked = ["en".to_owned()];
        assert_eq!(Language::negotiate(&asked, &headers), Language::Japanese);
        headers.insert(COOKIE, "language=xx".parse().unwrap());
        assert_eq!(Language::negotiate(&asked, &headers), Language::English);
    }

    #[test]
    fn redirect_to_another_site_is_rejected() {
        assert!(is_own("/") && is_own("/login?flow=a&b=//c"));
        for return_to in [
            "",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/ /evil.example",
            "https://evil.example",
            "evil",
        ] {
            assert!(!is_own(return_to), "{return_to:?}");
        }
    }
}
