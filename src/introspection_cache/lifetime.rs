//! How long a response may be cached.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::types::{IntrospectionAction, IntrospectionRequest, IntrospectionResponse};

/// A rejected token can be valid a moment later, if it was just created or its scopes were extended. A second
/// is enough to absorb the retries of a client.
const MAX_AGE_OF_REFUSAL: Duration = Duration::from_secs(1);

/// How long a response may be cached from `now` on; `None` when it must not be cached.
pub(super) fn lifetime(
    request: &IntrospectionRequest,
    answer: &IntrospectionResponse,
    max_age: Duration,
    now: SystemTime,
) -> Option<Duration> {
    // A nonce is for one client request.
    if answer.dpop_nonce.is_some() || answer.cnonce.is_some() {
        return None;
    }
    let lifetime = match answer.action {
        IntrospectionAction::Ok => {
            let now = now.duration_since(UNIX_EPOCH).ok()?;
            let left = |end: Duration| end.saturating_sub(now);
            [token_end(answer), authentication_end(request, answer)]
                .into_iter()
                .flatten()
                .map(left)
                .fold(max_age, Duration::min)
        }
        IntrospectionAction::Unauthorized | IntrospectionAction::Forbidden => {
            max_age.min(MAX_AGE_OF_REFUSAL)
        }
        _ => return None,
    };
    (!lifetime.is_zero()).then_some(lifetime)
}

/// When the token expires, since the epoch.
fn token_end(answer: &IntrospectionResponse) -> Option<Duration> {
    let milliseconds = answer.expires_at.filter(|end| *end != 0)?;
    Some(Duration::from_millis(
        milliseconds.try_into().unwrap_or_default(),
    ))
}

/// When the user's authentication becomes too old for the request (RFC 9470), since the epoch.
fn authentication_end(
    request: &IntrospectionRequest,
    answer: &IntrospectionResponse,
) -> Option<Duration> {
    let max_age = u64::try_from(request.max_age?)
        .ok()
        .filter(|age| *age > 0)?;
    let authenticated = u64::try_from(answer.auth_time?).ok()?;
    Some(Duration::from_secs(authenticated.saturating_add(max_age)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX_AGE: Duration = Duration::from_secs(10);
    const NOW: u64 = 1_800_000_000;

    fn lifetime_of(
        request: IntrospectionRequest,
        change: impl FnOnce(&mut IntrospectionResponse),
    ) -> Option<Duration> {
        let mut answer = IntrospectionResponse {
            action: IntrospectionAction::Ok,
            ..IntrospectionResponse::default()
        };
        change(&mut answer);
        let now = UNIX_EPOCH + Duration::from_secs(NOW);
        lifetime(&request, &answer, MAX_AGE, now)
    }

    fn plain() -> IntrospectionRequest {
        IntrospectionRequest::new("t")
    }

    #[test]
    fn response_for_an_active_token_is_cached_until_the_token_expires() {
        let now = NOW as i64 * 1000;
        for (expires_at, expected) in [
            (None, Some(MAX_AGE)),
            (Some(0), Some(MAX_AGE)),
            (Some(now + 10_001), Some(MAX_AGE)),
            (Some(now + 9_999), Some(Duration::from_millis(9_999))),
            (Some(now), None),
            (Some(-1), None),
            (Some(i64::MIN), None),
            (Some(i64::MAX), Some(MAX_AGE)),
        ] {
            let lifetime = lifetime_of(plain(), |answer| answer.expires_at = expires_at);
            assert_eq!(lifetime, expected, "{expires_at:?}");
        }
    }

    #[test]
    fn response_is_cached_until_the_authentication_exceeds_max_age() {
        for (max_age, auth_time, expected) in [
            (Some(60), Some(NOW - 57), Some(Duration::from_secs(3))),
            (Some(60), Some(NOW - 61), None),
            (Some(0), Some(NOW - 61), Some(MAX_AGE)),
            (Some(-1), Some(NOW - 61), Some(MAX_AGE)),
            (None, Some(NOW - 61), Some(MAX_AGE)),
            (Some(60), None, Some(MAX_AGE)),
        ] {
            let mut request = plain();
            request.max_age = max_age;
            let lifetime = lifetime_of(request, |answer| {
                answer.auth_time = auth_time.map(|time| time as i64);
            });
            assert_eq!(lifetime, expected, "{max_age:?} {auth_time:?}");
        }
    }

    #[test]
    fn refusals_are_cached_for_a_second_and_failures_are_not_cached() {
        for (action, expected) in [
            (IntrospectionAction::Unauthorized, Some(MAX_AGE_OF_REFUSAL)),
            (IntrospectionAction::Forbidden, Some(MAX_AGE_OF_REFUSAL)),
            (IntrospectionAction::BadRequest, None),
            (IntrospectionAction::InternalServerError, None),
            (IntrospectionAction::from("NEW"), None),
        ] {
            let lifetime = lifetime_of(plain(), |answer| answer.action = action.clone());
            assert_eq!(lifetime, expected, "{action:?}");
        }
    }

    #[test]
    fn response_with_a_nonce_is_not_cached() {
        let dpop = lifetime_of(plain(), |answer| answer.dpop_nonce = Some("n".into()));
        let credential = lifetime_of(plain(), |answer| answer.cnonce = Some("n".into()));
        assert_eq!((dpop, credential), (None, None));
    }
}
