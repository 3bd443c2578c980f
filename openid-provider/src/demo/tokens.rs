//! Validates tokens, and fetches the claims of the user.

use std::error::Error;

use openidconnect::core::{CoreErrorResponseType, CoreTokenResponse, CoreUserInfoClaims};
use openidconnect::{
    AccessTokenHash, Nonce, OAuth2TokenResponse as _, RequestTokenError, StandardErrorResponse,
    SubjectIdentifier, TokenResponse as _,
};

use super::Demo;
use super::discovery::{Client, Metadata};
use super::jwt::Jwt;
use super::recording_client::RecordingClient;
use super::sections::{CORE, RFC_6750, RFC_7519};
use super::session::DemoLogin;
use super::steps::{Failed, Problem, Step, Text, claims};
use crate::clock::now;

/// The maximum clock skew, in seconds.
const CLOCK_SKEW: i64 = 60;

/// What the ID token must match.
#[derive(Clone, Default)]
pub struct ExpectedClaims {
    /// The nonce of the authorization request. Other flows have none.
    pub nonce: Option<Nonce>,
    pub max_age: Option<u32>,
    /// The authentication context that is essential.
    pub acr: Option<&'static str>,
    /// The subject of the ID token before, at a refresh (Core §12.2).
    pub subject: Option<String>,
}

/// Validates the response of the token endpoint, and fetches the claims of the user.
///
/// Returns the steps, and the login if all checks succeeded.
pub async fn accept(
    demo: &Demo,
    metadata: &Metadata,
    recorder: &RecordingClient,
    response: &CoreTokenResponse,
    expected: ExpectedClaims,
) -> (Vec<Step>, Option<DemoLogin>) {
    let mut step = Step::new(|texts| &texts.id_token)
        .section(CORE.at("3.1.3.7"))
        .section(RFC_7519.at("7.2"));
    let client = match demo.client(metadata) {
        Ok(client) => client,
        Err(Failed(problem)) => return (vec![step.problem(problem)], None),
    };
    let text = response.id_token().map(ToString::to_string);
    let jwt = text.as_deref().and_then(Jwt::decode);
    if let Some(jwt) = &jwt {
        step = step
            .table(|texts| texts.header, "header", claims(&jwt.header))
            .table(|texts| texts.claims, "id_token", claims(&jwt.claims));
    }
    let verified = match verify(&client, response, &expected) {
        Ok(checks) => {
            step = step.checks(checks);
            jwt
        }
        Err(Failed(problem)) => {
            step = step.problem(problem);
            None
        }
    };
    let (Some(jwt), Some(id_token)) = (verified, response.id_token().cloned()) else {
        return (vec![step], None);
    };
    let subject = jwt.claim("sub").unwrap_or_default().to_owned();
    let (user_info, name) = user_info(&client, recorder, response, &subject).await;
    let login = DemoLogin {
        name: name.unwrap_or_else(|| subject.clone()),
        subject,
        session_id: jwt.claim("sid").map(str::to_owned),
        id_token,
        refresh_token: response.refresh_token().cloned(),
    };
    (vec![step, user_info], Some(login))
}

/// The checks of the library, in the order of Core §3.1.3.7, and those that it leaves to the app.
fn verify(
    client: &Client,
    response: &CoreTokenResponse,
    expected: &ExpectedClaims,
) -> Result<Vec<Text>, Failed> {
    let refused = |text| Failed(Problem::Refused(text));
    let id_token = response.id_token();
    let id_token = id_token.ok_or(refused(|texts| texts.no_id_token))?;
    let mut checks: Vec<Text> = vec![
        |texts| texts.checked_signature,
        |texts| texts.checked_issuer,
        |texts| texts.checked_audience,
        |texts| texts.checked_times,
    ];
    let mut verifier = client.id_token_verifier();
    if let Some(max_age) = expected.max_age {
        let oldest = now() - i64::from(max_age) - CLOCK_SKEW;
        verifier = verifier.set_auth_time_verifier_fn(move |time| match time {
            Some(time) if time.timestamp() >= oldest => Ok(()),
            Some(_) => Err("the login is too long ago".to_owned()),
            None => Err("auth_time is missing".to_owned()),
        });
        checks.push(|texts| texts.checked_auth_time);
    }
    if let Some(acr) = expected.acr {
        verifier = verifier.set_auth_context_verifier_fn(move |value| match value {
            Some(value) if value.as_str() == acr => Ok(()),
            _ => Err(format!("acr is not {acr}")),
        });
        checks.push(|texts| texts.checked_acr);
    }
    let verified = match &expected.nonce {
        Some(nonce) => {
            checks.push(|texts| texts.checked_nonce);
            id_token.claims(&verifier, nonce)?
        }
        None => id_token.claims(&verifier, |_: Option<&Nonce>| Ok(()))?,
    };
    if let Some(hash) = verified.access_token_hash() {
        let key = id_token.signing_key(&verifier)?;
        let token = response.access_token();
        if AccessTokenHash::from_token(token, id_token.signing_alg()?, key)? != *hash {
            return Err(refused(|texts| texts.wrong_access_token));
        }
        checks.push(|texts| texts.checked_access_token);
    }
    if let Some(subject) = &expected.subject {
        if subject != verified.subject().as_str() {
            return Err(refused(|texts| texts.other_user));
        }
        checks.push(|texts| texts.checked_same_user);
    }
    Ok(checks)
}

/// The claims of the user (Core §5.3), and the name of the user.
async fn user_info(
    client: &Client,
    recorder: &RecordingClient,
    response: &CoreTokenResponse,
    subject: &str,
) -> (Step, Option<String>) {
    let step = Step::new(|texts| &texts.user_info)
        .section(CORE.at("5.3"))
        .section(RFC_6750.at("2.1"));
    let request = async {
        let expected = SubjectIdentifier::new(subject.to_owned());
        let request = client.user_info(response.access_token().clone(), Some(expected))?;
        let answer: CoreUserInfoClaims = request.request_async(recorder).await?;
        Ok::<_, Failed>(answer)
    };
    match request.await {
        Ok(answer) => {
            let value = serde_json::to_value(&answer).unwrap_or_default();
            let table = value.as_object().map(claims).unwrap_or_default();
            let name = answer.name().and_then(|name| name.get(None));
            let name = name.map(|name| name.as_str().to_owned());
            let name = name.or_else(|| Some(answer.preferred_username()?.as_str().to_owned()));
            let step = step.exchanges(recorder.take());
            let step = step.table(|texts| texts.claims, "user_info", table);
            (step.checks([checked_subject as Text]), name)
        }
        Err(Failed(problem)) => (step.exchanges(recorder.take()).problem(problem), None),
    }
}

fn checked_subject(texts: &'static super::texts::DemoTexts) -> &'static str {
    texts.checked_subject
}

type TokenError<E> = RequestTokenError<E, StandardErrorResponse<CoreErrorResponseType>>;

/// The problem of a token request that failed.
pub fn refused<E: Error + 'static>(error: TokenError<E>) -> Problem {
    match error {
        RequestTokenError::ServerResponse(answer) => Problem::Answered {
            error: answer.error().to_string(),
            description: answer.error_description().cloned(),
        },
        error => Failed::from(error).0,
    }
}
