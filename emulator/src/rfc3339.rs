//! Times as text (RFC 3339).

use std::time::Duration;

use x509_cert::der::DateTime;

use crate::clock::Millis;

/// The length of `2026-08-01T00:00:00`.
const SECONDS_LENGTH: usize = 19;

/// Formats a time in UTC with milliseconds: `2026-08-01T00:00:00.000Z`.
pub fn format(time: Millis) -> String {
    let time = Duration::from_millis(u64::try_from(time).unwrap_or_default());
    let seconds = DateTime::from_unix_duration(Duration::from_secs(time.as_secs()));
    let seconds = seconds
        .map(|seconds| seconds.to_string())
        .unwrap_or_default();
    format!(
        "{}.{:03}Z",
        seconds.trim_end_matches('Z'),
        time.subsec_millis()
    )
}

/// Parses a time since 1970, with or without a fraction of a second, in UTC or with an offset.
pub fn parse(text: &str) -> Option<Millis> {
    let text = text.to_ascii_uppercase();
    let (seconds, rest) = text.split_at_checked(SECONDS_LENGTH)?;
    let seconds: DateTime = format!("{seconds}Z").parse().ok()?;
    let millis = Millis::try_from(seconds.unix_duration().as_millis()).ok()?;

    let zone = rest.find(['Z', '+', '-'])?;
    let (fraction, zone) = rest.split_at_checked(zone)?;
    Some(millis + fraction_millis(fraction)? - offset_millis(zone)?)
}

/// Parses `.5` or an empty text.
fn fraction_millis(text: &str) -> Option<Millis> {
    if text.is_empty() {
        return Some(0);
    }
    let digits = text.strip_prefix('.')?;
    if digits.is_empty() || !is_digits(digits) {
        return None;
    }
    let millis: String = digits.chars().chain("000".chars()).take(3).collect();
    millis.parse().ok()
}

/// Parses `Z` or `+09:00`.
fn offset_millis(text: &str) -> Option<Millis> {
    let minutes = match text.split_at_checked(1)? {
        ("Z", "") => 0,
        ("+", offset) => minutes(offset)?,
        ("-", offset) => -minutes(offset)?,
        _ => return None,
    };
    Some(minutes * 60 * 1000)
}

fn minutes(offset: &str) -> Option<Millis> {
    let (hours, minutes) = offset.split_once(':')?;
    let number = |text: &str| match text.len() == 2 && is_digits(text) {
        true => text.parse::<Millis>().ok(),
        false => None,
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_formatted_in_utc_with_milliseconds() {
        assert_eq!(format(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(format(1_767_229_200_007), "2026-01-01T01:00:00.007Z");
    }

    #[test]
    fn time_with_fraction_and_offset_is_parsed() {
        for (text, expected) in [
            ("2026-01-01T01:00:00Z", 1_767_229_200_000),
            ("2026-01-01t01:00:00z", 1_767_229_200_000),
            ("2026-01-01T01:00:00.007Z", 1_767_229_200_007),
            ("2026-01-01T01:00:00.5Z", 1_767_229_200_500),
            ("2026-01-01T01:00:00.0079999Z", 1_767_229_200_007),
            ("2026-01-01T10:00:00+09:00", 1_767_229_200_000),
            ("2025-12-31T23:30:00-01:30", 1_767_229_200_000),
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn malformed_time_is_refused() {
        for text in [
            "",
            "2026-01-01",
            "2026-01-01T01:00:00",
            "2026-01-01 01:00:00Z",
            "2026-13-01T01:00:00Z",
            "2026-02-30T01:00:00Z",
            "2026-01-01T01:00:00.Z",
            "2026-01-01T01:00:00,5Z",
            "2026-01-01T01:00:00Zx",
            "2026-01-01T01:00:00+9:00",
            "2026-01-01T01:00:00+0900",
            "2026-01-01T01:00:00+24:00",
            "2026-01-01T01:00:0éZ",
            "1767229200000",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
