//! Cookies outside the session.

use http::HeaderMap;
use http::header::COOKIE;

/// The value of a cookie that the browser sent.
pub fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let headers = headers.get_all(COOKIE).iter();
    let cookies = headers.filter_map(|header| header.to_str().ok());
    let mut pairs = cookies
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(it, _)| *it == name)?;
    Some(value)
}
