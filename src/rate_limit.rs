//! Authlete's rate limit.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, HeaderName, RETRY_AFTER};

/// From this value on, a reset is a timestamp in seconds since the epoch, not a number of seconds to wait: ten years.
const FIRST_TIMESTAMP: u64 = 10 * 365 * 24 * 60 * 60;

/// The two names of a header.
type Names = [HeaderName; 2];

static LIMIT: Names = names("ratelimit-limit", "x-ratelimit-limit");
static REMAINING: Names = names("ratelimit-remaining", "x-ratelimit-remaining");
static RESET: Names = names("ratelimit-reset", "x-ratelimit-reset");

const fn names(name: &'static str, older: &'static str) -> Names {
    [
        HeaderName::from_static(name),
        HeaderName::from_static(older),
    ]
}

/// The state of Authlete's rate limit, from the headers of a response.
///
/// It is available from the [`response_headers`](crate::ResponseHeaders::rate_limit) of a response, from an
/// [error](crate::Error::rate_limit), and for the last response from the [handle](crate::Authlete::rate_limit).
///
/// The headers are `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`, or the same with the prefix `X-`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// The number of calls that are allowed in the current window.
    pub limit: Option<u64>,
    /// The number of calls that are left in the window.
    pub remaining: Option<u64>,
    /// The time from the response to the end of the window.
    pub reset: Option<Duration>,
}

impl RateLimit {
    /// Reads the headers of a response; `None` if they do not report a rate limit.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        Self::at(SystemTime::now(), headers)
    }

    fn at(now: SystemTime, headers: &HeaderMap) -> Option<Self> {
        let rate_limit = Self {
            limit: number(headers, &LIMIT),
            remaining: number(headers, &REMAINING),
            reset: number(headers, &RESET).map(|reset| from_now(now, reset)),
        };
        (rate_limit != Self::default()).then_some(rate_limit)
    }
}

/// How long a caller should wait: `Retry-After` (RFC 9110 §10.2.3), which is a number of seconds or a date, or otherwise
/// the time until the window of the rate limit ends, unless calls are left and the call was not rate-limited.
pub(crate) fn retry_after(headers: &HeaderMap, is_limited: bool) -> Option<Duration> {
    retry_after_at(SystemTime::now(), headers, is_limited)
}

fn retry_after_at(now: SystemTime, headers: &HeaderMap, is_limited: bool) -> Option<Duration> {
    let asked = headers.get(RETRY_AFTER).and_then(|value| {
        let text = value.to_str().ok()?.trim();
        match whole_number(text) {
            Some(seconds) => Some(Duration::from_secs(seconds)),
            None => {
                let date = httpdate::parse_http_date(text).ok()?;
                Some(until(now, date))
            }
        }
    });
    asked.or_else(|| {
        let rate_limit = RateLimit::at(now, headers)?;
        let are_left = rate_limit.remaining.is_some_and(|calls| calls > 0);
        rate_limit.reset.filter(|_| is_limited || !are_left)
    })
}

/// The first number in the first of the headers that exists: `100, 100;w=60` has a policy after the limit.
fn number(headers: &HeaderMap, names: &Names) -> Option<u64> {
    let value = names.iter().find_map(|name| headers.get(name))?;
    let text = value.to_str().ok()?;
    let first = text.split([',', ';']).next()?;
    whole_number(first.trim())
}

/// A number larger than 64 bits counts as the largest one (RFC 9111 §1.2.2), so that the call is not retried at once.
fn whole_number(text: &str) -> Option<u64> {
    let is_one = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_one.then(|| text.parse().unwrap_or(u64::MAX))
}

/// Some servers send the end of the window, and others the seconds until then.
fn from_now(now: SystemTime, reset: u64) -> Duration {
    match reset {
        FIRST_TIMESTAMP.. => SystemTime::UNIX_EPOCH
            .checked_add(Duration::from_secs(reset))
            .map_or(Duration::MAX, |time| until(now, time)),
        seconds => Duration::from_secs(seconds),
    }
}

fn until(now: SystemTime, time: SystemTime) -> Duration {
    time.duration_since(now).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| ((*name).try_into().unwrap(), value.parse().unwrap()))
            .collect()
    }

    const NOW: u64 = 1_800_000_000;

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
    }

    #[test]
    fn both_names_of_each_header_are_read() {
        for prefix in ["", "x-"] {
            let name = |name: &str| -> &'static str { format!("{prefix}ratelimit-{name}").leak() };
            let limit = RateLimit::from_headers(&headers(&[
                (name("limit"), "100, 100;w=1"),
                (name("remaining"), "0"),
                (name("reset"), "7"),
            ]));
            assert_eq!(
                limit,
                Some(RateLimit {
                    limit: Some(100),
                    remaining: Some(0),
                    reset: Some(Duration::from_secs(7))
                })
            );
        }
        assert_eq!(
            RateLimit::from_headers(&headers(&[("x-ratelimit-limit", "many")])),
            None
        );
        assert_eq!(RateLimit::from_headers(&HeaderMap::new()), None);
    }

    #[test]
    fn reset_is_seconds_or_a_time() {
        let times = [
            ("0".to_owned(), 0),
            ("86400".to_owned(), 86400),
            (NOW.to_string(), 0),
            ((NOW + 90).to_string(), 90),
            ((NOW - 90).to_string(), 0),
        ];
        for (text, expected) in times {
            let limit = RateLimit::at(now(), &headers(&[("ratelimit-reset", &text)]));
            let expected = Duration::from_secs(expected);
            assert_eq!(limit.unwrap().reset, Some(expected), "{text}");
        }
        let eons = u64::MAX.to_string();
        let limit = RateLimit::at(now(), &headers(&[("ratelimit-reset", &eons)])).unwrap();
        assert!(limit.reset.unwrap() > Duration::from_secs(1 << 40));
    }

    #[test]
    fn retry_after_counts_before_the_reset() {
        let date = httpdate::fmt_http_date(now() + Duration::from_secs(60));
        for (lines, expected) in [
            (
                &[("retry-after", "3"), ("ratelimit-reset", "9")][..],
                Some(3),
            ),
            (&[("retry-after", &date)], Some(60)),
            (&[("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")], Some(0)),
            (
                &[("retry-after", "soon"), ("x-ratelimit-reset", "9")],
                Some(9),
            ),
            (&[("retry-after", "0"), ("ratelimit-reset", "9")], Some(0)),
            (&[("retry-after", "-1")], None),
            (&[("retry-after", "1.5")], None),
            (&[("retry-after", "")], None),
            (&[("retry-after", &"9".repeat(40))], Some(u64::MAX)),
            (&[], None),
        ] {
            let asked = retry_after_at(now(), &headers(lines), true);
            assert_eq!(asked, expected.map(Duration::from_secs), "{lines:?}");
        }
    }

    #[test]
    fn reset_counts_where_the_limit_is_used_up() {
        for (remaining, by_limit, otherwise) in [
            (None, Some(9), Some(9)),
            (Some("0"), Some(9), Some(9)),
            (Some("1"), Some(9), None),
        ] {
            let remaining = remaining.map(|calls| ("ratelimit-remaining", calls));
            let lines: Vec<_> = [("ratelimit-reset", "9")]
                .into_iter()
                .chain(remaining)
                .collect();
            let asked =
                [true, false].map(|limited| retry_after_at(now(), &headers(&lines), limited));
            let expected = [by_limit, otherwise].map(|wait| wait.map(Duration::from_secs));
            assert_eq!(asked, expected, "{lines:?}");
        }
    }
}
