//! Decoding of responses into the types that operations return.

use std::collections::HashMap;

use reqwest::header::HeaderMap;
use serde::de::{Error as _, Unexpected};

use crate::JsonObject;
use crate::deserialize::Entries;

/// A type that an operation returns, decoded from the body and the headers of a response.
pub(crate) trait FromResponse: Sized {
    /// Whether the request asks for JSON.
    const IS_JSON: bool = true;

    /// Decodes a body. An implementation may take the headers, but only on success: errors need them too.
    fn decode(body: &[u8], headers: &mut HeaderMap) -> serde_json::Result<Self>;

    /// The value of an empty body; `None` when a body is required.
    fn empty() -> Option<Self> {
        None
    }
}

/// Implements [`FromResponse`] for a type that is decoded from JSON. With the name of a member, the headers are stored in
/// it.
///
/// With `#[inline]`, the decoder of a response is compiled in the crate that calls the operation. Compiling all of them here
/// would multiply the build time of this crate.
macro_rules! impl_from_response {
    ($ty:ty) => {
        impl $crate::transport::FromResponse for $ty {
            #[inline]
            fn decode(body: &[u8], _: &mut reqwest::header::HeaderMap) -> serde_json::Result<Self> {
                serde_json::from_slice(body)
            }
        }
    };
    ($ty:ty, $headers:ident) => {
        impl $crate::transport::FromResponse for $ty {
            #[inline]
            fn decode(
                body: &[u8],
                headers: &mut reqwest::header::HeaderMap,
            ) -> serde_json::Result<Self> {
                let mut response: Self = serde_json::from_slice(body)?;
                response.$headers = Some($crate::ResponseHeaders(std::mem::take(headers)));
                Ok(response)
            }
        }
    };
}
pub(crate) use impl_from_response;

impl_from_response! { JsonObject }

/// The parameters that `echo` returns; one without a value is left out.
impl FromResponse for HashMap<String, String> {
    #[inline]
    fn decode(body: &[u8], _: &mut HeaderMap) -> serde_json::Result<Self> {
        let Entries(parameters) = serde_json::from_slice(body)?;
        parameters.ok_or_else(|| serde_json::Error::invalid_type(Unexpected::Unit, &"a map"))
    }
}

/// A list of strings, such as event types.
impl FromResponse for Vec<String> {
    #[inline]
    fn decode(body: &[u8], _: &mut HeaderMap) -> serde_json::Result<Self> {
        let items: Vec<Option<String>> = serde_json::from_slice(body)?;
        Ok(items.into_iter().flatten().collect())
    }
}

/// Plain text in UTF-8. An empty body is an empty text.
impl FromResponse for String {
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

/// Operations that return nothing, such as deletions; the body is ignored.
impl FromResponse for () {
    const IS_JSON: bool = false;

    fn decode(_: &[u8], _: &mut HeaderMap) -> serde_json::Result<Self> {
        Ok(())
    }

    fn empty() -> Option<Self> {
        Some(())
    }
}

/// Operations that may return 204 No Content.
impl<T: FromResponse> FromResponse for Option<T> {
    const IS_JSON: bool = T::IS_JSON;

    fn decode(body: &[u8], headers: &mut HeaderMap) -> serde_json::Result<Self> {
        T::decode(body, headers).map(Some)
    }

    fn empty() -> Option<Self> {
        Some(None)
    }
}
