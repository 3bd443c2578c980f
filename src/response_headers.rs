//! The headers of a response of Authlete.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::RateLimit;

/// The HTTP headers of a response, with case-insensitive names.
///
/// It dereferences to the [`HeaderMap`] in it. Its `Debug` output shows the names, but not the values: a server may have
/// copied a token into one, for example into `Location`.
///
/// ```no_run
/// # async fn example(api: authlete::Authlete) -> authlete::Result<()> {
/// # let request = authlete::types::IntrospectionRequest::new("token");
/// let answer = api.introspection(&request).await?;
/// if let Some(headers) = &answer.response_headers {
///     println!("{:?} {:?}", headers.rate_limit(), headers.get("date"));
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct ResponseHeaders(pub(crate) HeaderMap);

/// The media types that load balancers, proxies and gateways commonly use.
const COMMON_MEDIA_TYPES: [&str; 5] = [
    "text/html",
    "text/plain",
    "text/xml",
    "application/xml",
    "application/json",
];

/// The common content codings of RFC 9110 §8.4.1 and the IANA registry.
const CONTENT_CODINGS: [&str; 5] = ["gzip", "br", "deflate", "zstd", "compress"];

impl ResponseHeaders {
    /// Authlete's rate limit, if the response reported it.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        RateLimit::from_headers(&self.0)
    }

    /// Writes the media type and the content coding, if they are known values that are safe to show.
    pub(crate) fn describe_body(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let media_type = self.known_word(CONTENT_TYPE, &COMMON_MEDIA_TYPES);
        let coding = self.0.contains_key(CONTENT_ENCODING).then(|| {
            self.known_word(CONTENT_ENCODING, &CONTENT_CODINGS)
                .unwrap_or("unknown")
        });
        let described = [("media type", media_type), ("content coding", coding)];
        let described = described
            .iter()
            .filter_map(|(name, value)| Some((name, (*value)?)));
        for (separator, (name, value)) in [": ", ", "].iter().zip(described) {
            write!(formatter, "{separator}{name} {value}")?;
        }
        Ok(())
    }

    /// The value of a header up to a semicolon, if it is one of these words.
    fn known_word(&self, name: HeaderName, words: &[&'static str]) -> Option<&'static str> {
        let value = self.0.get(name)?.to_str().ok()?;
        let word = value.split(';').next()?.trim();
        words
            .iter()
            .copied()
            .find(|known| known.eq_ignore_ascii_case(word))
    }
}

impl From<HeaderMap> for ResponseHeaders {
    fn from(headers: HeaderMap) -> Self {
        Self(headers)
    }
}

impl fmt::Debug for ResponseHeaders {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_map()
            .entries(self.0.keys().map(|name| (name, format_args!(".."))))
            .finish()
    }
}

impl Deref for ResponseHeaders {
    type Target = HeaderMap;

    fn deref(&self) -> &HeaderMap {
        &self.0
    }
}

/// Serializes as the API describes the member: a list of values for each name. Values that are not text are left out.
impl Serialize for ResponseHeaders {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.keys().map(|name| {
            let values = self.0.get_all(name).iter();
            (
                name.as_str(),
                values
                    .filter_map(|value| value.to_str().ok())
                    .collect::<Vec<_>>(),
            )
        }))
    }
}

/// Invalid headers are left out, and so are headers beyond the 24,576 names that a header map can hold.
impl<'de> Deserialize<'de> for ResponseHeaders {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let lists = BTreeMap::<String, Option<Vec<Option<String>>>>::deserialize(deserializer)?;
        let mut headers = HeaderMap::new();
        for (name, values) in lists {
            let Ok(name) = HeaderName::try_from(name) else {
                continue;
            };
            for value in values.into_iter().flatten().flatten() {
                if let Ok(value) = HeaderValue::try_from(value) {
                    // `append` panics when the map is full.
                    let _ = headers.try_append(name.clone(), value);
                }
            }
        }
        Ok(Self(headers))
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for ResponseHeaders {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ResponseHeaders".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        BTreeMap::<String, Vec<String>>::json_schema(generator)
    }
}
