//! What an operation returns, made from the answer of the server.

use std::collections::HashMap;

use reqwest::header::HeaderMap;
use serde::de::{Error as _, Unexpected};

use crate::JsonObject;
use crate::decodable::Entries;

/// What an operation returns, made from the body and the headers of an answer.
pub(crate) trait Answer: Sized {
    /// Whether JSON is asked for.
    const IS_JSON: bool = true;

    /// Decodes a body. What needs the headers takes them, and only on success: an error needs them too.
    fn decode(body: &[u8], headers: &mut HeaderMap) -> serde_json::Result<Self>;

    /// What an answer without a body means, if it means something.
    fn empty() -> Option<Self> {
        None
    }
}

/// Makes types decodable: those with a member for the headers get them.
///
/// `#[inline]` leaves it to the crate that calls an operation to compile the decoder of its answer. Compiling all of
/// them here would take several times as long as the rest of the crate, for every user.
macro_rules! answer {
    ($ty:ty) => {
        impl $crate::transport::Answer for $ty {
            #[inline]
            fn decode(body: &[u8], _: &mut reqwest::header::HeaderMap) -> serde_json::Result<Self> {
                serde_json::from_slice(body)
            }
        }
    };
    ($ty:ty, $headers:ident) => {
        impl $crate::transport::Answer for $ty {
            #[inline]
            fn decode(
                body: &[u8],
                headers: &mut reqwest::header::HeaderMap,
            ) -> serde_json::Result<Self> {
                let mut answer: Self = serde_json::from_slice(body)?;
                answer.$headers = Some($crate::ResponseHeaders(std::mem::take(headers)));
                Ok(answer)
            }
        }
    };
}
pub(crate) use answer;

answer! { JsonObject }

/// The parameters that `echo` returns; one without a value is left out.
impl Answer for HashMap<String, String> {
    fn decode(body: &[u8], _: &mut HeaderMap) -> serde_json::Result<Self> {
        let Entries(parameters) = serde_json::from_slice(body)?;
        parameters.ok_or_else(|| serde_json::Error::invalid_type(Unexpected::Unit, &"a map"))
    }
}

/// A list of words, such as event types.
impl Answer for Vec<String> {
    fn decode(body: &[u8], _: &mut HeaderMap) -> serde_json::Result<Self> {
        let words: Vec<Option<String>> = serde_json::from_slice(body)?;
        Ok(words.into_iter().flatten().collect())
    }
}

/// A text for people. Bytes that are none do not decode; with no bytes at all nothing was to be said.
impl Answer for String {
    const IS_JSON: bool = false;

    fn decode(body: &[u8], _: &mut HeaderMap) -> serde_json::Result<Self> {
        let text = std::str::from_utf8(body);
        text.map(str::to_owned).map_err(|_| {
            serde_json::Error::invalid_value(Unexpected::Bytes(body), &"text in UTF-8")
        })
    }

    fn empty() -> Option<Self> {
        Some(Self::new())
    }
}

/// A deletion returns nothing, whatever the body.
impl Answer for () {
    const IS_JSON: bool = false;

    fn decode(_: &[u8], _: &mut HeaderMap) -> serde_json::Result<Self> {
        Ok(())
    }

    fn empty() -> Option<Self> {
        Some(())
    }
}

/// Operations that answer 204 when there is nothing to return.
impl<T: Answer> Answer for Option<T> {
    const IS_JSON: bool = T::IS_JSON;

    fn decode(body: &[u8], headers: &mut HeaderMap) -> serde_json::Result<Self> {
        T::decode(body, headers).map(Some)
    }

    fn empty() -> Option<Self> {
        Some(None)
    }
}
