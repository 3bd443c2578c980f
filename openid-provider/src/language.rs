//! The languages of the pages. To add one: a variant here, and its texts in `texts/`.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;
use serde::{Deserialize, Serialize};

use crate::texts::{Texts, en, ja};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    #[serde(rename = "en")]
    English,
    #[serde(rename = "ja")]
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

    /// What the language is called in itself.
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

    /// The language that a tag stands for, such as `ja-JP`.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().trim();
        let mut all = Self::ALL.into_iter();
        all.find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first of the languages that the client asks for (`ui_locales`, OpenID Connect Core 1.0 §3.1.2.1), or else the best
    /// that the browser takes (`Accept-Language`, RFC 9110 §12.5.4).
    pub fn negotiate(ui_locales: &[String], headers: &HeaderMap) -> Self {
        let asked = ui_locales.iter().find_map(|tag| Self::of_tag(tag));
        let accepted = || {
            let header = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
            accepted(header)
        };
        asked.or_else(accepted).unwrap_or(Self::English)
    }
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
        // Of equal ones the first counts.
        if quality > 0.0 && best.is_none_or(|(_, before)| quality > before) {
            best = Some((language, quality));
        }
    }
    best.map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_of_the_client_goes_before_that_of_the_browser() {
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
}
