//! Complete flows, from the authorization request to the revocation of the tokens.

use std::time::Duration;

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    AuthorizationAction, AuthorizationFailAction, AuthorizationFailReason,
    AuthorizationFailRequest, AuthorizationIssueAction, AuthorizationIssueRequest,
    AuthorizationRequest, GrantType, IntrospectionAction, IntrospectionRequest, RevocationAction,
    RevocationRequest, TokenAction, TokenRequest,
};
use rstest::rstest;
use serde_json::json;

fn texts(list: &[&str]) -> Option<Vec<String>> {
    Some(list.iter().map(|text| (*text).to_owned()).collect())
}

#[rstest]
#[tokio::test]
async fn authorization_code_flow_issues_tokens_that_can_be_refreshed_and_revoked(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();

    let answer = api
        .authorization(&AuthorizationRequest::new(query(client)))
        .await
        .unwrap();
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    assert_code(answer.result_code.as_deref(), "A004001");
    let info = answer.client.unwrap();
    assert_eq!(info.client_id, Some(client.id));
    assert!(info.client_secret.is_none());
    let service = answer.service.unwrap();
    assert_eq!(service.service_name.as_deref(), Some("Emulated service"));
    assert!(service.api_secret.is_none());
    let names: Vec<_> = answer
        .scopes
        .unwrap()
        .into_iter()
        .filter_map(|scope| scope.name)
        .collect();
    assert_eq!(names, ["read", "write"]);

    let ticket = answer.ticket.unwrap();
    let issue = AuthorizationIssueRequest::new(&ticket, "alice");
    let issued = api.authorization_issue(&issue).await.unwrap();
    assert_eq!(issued.action, AuthorizationIssueAction::Location);
    assert_code(issued.result_code.as_deref(), "A040001");
    let code = issued.authorization_code.unwrap().expose().to_owned();
    let (uri, parameters) = location(issued.response_content.as_ref());
    assert_eq!(uri, client.redirect_uri);
    let expected = [
        ("code", code.as_str()),
        ("state", "af0ifjsldkj"),
        ("iss", "https://as.example"),
    ];
    assert_eq!(
        parameters,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );

    let first = request_token(&api, client, &code_parameters(client, &code)).await;
    assert_eq!(first.action, TokenAction::Ok);
    assert_code(first.result_code.as_deref(), "A050001");
    assert_eq!(first.subject.as_deref(), Some("alice"));
    assert_eq!(first.grant_type, Some(GrantType::AuthorizationCode));
    assert_eq!(first.client_id, Some(client.id));
    assert_eq!(first.access_token_duration, Some(86_400));
    assert_eq!(first.refresh_token_duration, Some(864_000));
    let access_token = first.access_token.unwrap();
    let refresh_token = first.refresh_token.unwrap();
    let expected = json!({
        "access_token": access_token.expose(),
        "token_type": "Bearer",
        "expires_in": 86_400,
        "refresh_token": refresh_token.expose(),
        "scope": "read write",
    });
    assert_eq!(content(first.response_content.as_ref()), expected);

    let answer = api
        .introspection(&IntrospectionRequest::new(&access_token))
        .await
        .unwrap();
    assert_eq!(answer.action, IntrospectionAction::Ok);
    assert_code(answer.result_code.as_deref(), "A056001");
    assert_eq!(answer.subject.as_deref(), Some("alice"));
    assert_eq!(answer.client_id, Some(client.id));
    assert_eq!(answer.scopes, texts(&["read", "write"]));
    assert_eq!(answer.expires_at, first.access_token_expires_at);
    assert_eq!((answer.existent, answer.usable), (Some(true), Some(true)));
    assert_eq!(
        (answer.sufficient, answer.refreshable),
        (Some(true), Some(true))
    );

    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose()),
        ("scope", "read"),
    ]);
    let second = request_token(&api, client, &parameters).await;
    assert_eq!(second.action, TokenAction::Ok);
    assert_eq!(second.grant_type, Some(GrantType::RefreshToken));
    assert_eq!(second.scopes, texts(&["read"]));
    assert_eq!(second.refresh_token_scopes, texts(&["read", "write"]));
    let next_refresh_token = second.refresh_token.unwrap();
    assert_ne!(next_refresh_token, refresh_token);

    let again = request_token(&api, client, &parameters).await;
    assert_eq!(again.action, TokenAction::BadRequest);
    assert_eq!(
        content(again.response_content.as_ref())["error"],
        "invalid_grant"
    );

    let next_access_token = second.access_token.unwrap();
    let revoke = RevocationRequest::new(form(&[("token", next_refresh_token.expose())]))
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    let revoked = api.revocation(&revoke).await.unwrap();
    assert_eq!(revoked.action, RevocationAction::Ok);
    assert_code(revoked.result_code.as_deref(), "A113001");
    assert!(revoked.response_content.is_none());
    // It is not an error to revoke an unknown token.
    assert_eq!(
        api.revocation(&revoke).await.unwrap().action,
        RevocationAction::Ok
    );

    let answer = api
        .introspection(&IntrospectionRequest::new(&next_access_token))
        .await
        .unwrap();
    assert_eq!(answer.action, IntrospectionAction::Unauthorized);
    assert_eq!((answer.existent, answer.usable), (Some(false), Some(false)));
    assert_eq!(
        answer.response_content.unwrap().expose(),
        "Bearer error=\"invalid_token\",error_description=\"[A057302] the access token does not exist\",error_uri=\"https://docs.authlete.com/#A057302\"",
    );
}

#[rstest]
#[tokio::test]
async fn client_credentials_in_the_body_with_the_alias_are_accepted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let parameters = form(&[
        ("grant_type", "client_credentials"),
        ("scope", "read unheard-of"),
        ("client_id", &client.alias),
        ("client_secret", client.secret.expose()),
    ]);
    let answer = api
        .token(&TokenRequest::new(parameters.as_str()))
        .await
        .unwrap();
    assert_eq!(answer.action, TokenAction::Ok);
    assert_eq!(answer.client_id_alias_used, Some(true));
    assert_eq!(answer.subject, None);
    assert_eq!(answer.refresh_token, None);
    assert_eq!(answer.scopes, texts(&["read"]));

    let wrong = TokenRequest::new("grant_type=client_credentials")
        .client_id(client.id.to_string())
        .client_secret("wrong");
    let answer = api.token(&wrong).await.unwrap();
    assert_eq!(answer.action, TokenAction::InvalidClient);
    let expected = json!({
        "error": "invalid_client",
        "error_description": "[A157305] the client secret is wrong",
        "error_uri": "https://docs.authlete.com/#A157305",
    });
    assert_eq!(content(answer.response_content.as_ref()), expected);
}

#[rstest]
#[tokio::test]
async fn code_works_once_and_its_replay_revokes_the_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let parameters = code_parameters(client, &code(&api, &query(client)).await);
    let first = request_token(&api, client, &parameters).await;
    let refresh_token = first.refresh_token.unwrap();
    let refresh = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose()),
    ]);
    let refreshed = request_token(&api, client, &refresh).await;

    let replay = request_token(&api, client, &parameters).await;
    assert_eq!(replay.action, TokenAction::BadRequest);
    assert_code(replay.result_code.as_deref(), "A050305");
    let expected = json!({
        "error": "invalid_grant",
        "error_description": "[A050305] the authorization code does not exist or was used",
        "error_uri": "https://docs.authlete.com/#A050305",
    });
    assert_eq!(content(replay.response_content.as_ref()), expected);

    let request = IntrospectionRequest::new(refreshed.access_token.unwrap());
    let answer = api.introspection(&request).await.unwrap();
    assert_eq!(answer.action, IntrospectionAction::Unauthorized);
}

#[rstest]
#[tokio::test]
async fn codes_tokens_and_tickets_expire(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let parameters = code_parameters(client, &code(&api, &query(client)).await);
    emulator.advance(Duration::from_secs(600));
    let late = request_token(&api, client, &parameters).await;
    assert_eq!(late.action, TokenAction::BadRequest);
    assert_code(late.result_code.as_deref(), "A050311");
    assert_eq!(
        content(late.response_content.as_ref())["error"],
        "invalid_grant"
    );

    let issued = tokens(&api, client).await;
    emulator.advance(Duration::from_secs(86_400));
    let request = IntrospectionRequest::new(issued.access_token.unwrap());
    let answer = api.introspection(&request).await.unwrap();
    assert_eq!(answer.action, IntrospectionAction::Unauthorized);
    assert_code(answer.result_code.as_deref(), "A065301");
    assert_eq!((answer.existent, answer.usable), (Some(true), Some(false)));
    assert_eq!(answer.refreshable, Some(true));

    let ticket = ticket(&api, &query(client)).await;
    emulator.advance(Duration::from_secs(86_400));
    let answer = api
        .authorization_issue(&AuthorizationIssueRequest::new(ticket, "alice"))
        .await
        .unwrap();
    assert_eq!(answer.action, AuthorizationIssueAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A041301");
}

#[rstest]
#[tokio::test]
async fn ticket_works_once(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    let (emulator, api) = start(version).await;
    let ticket = ticket(&api, &query(emulator.client())).await;
    let issue = AuthorizationIssueRequest::new(&ticket, "alice");
    assert_eq!(
        api.authorization_issue(&issue).await.unwrap().action,
        AuthorizationIssueAction::Location
    );
    let again = api.authorization_issue(&issue).await.unwrap();
    assert_eq!(again.action, AuthorizationIssueAction::BadRequest);
    assert_code(again.result_code.as_deref(), "A041202");
    let expected = json!({
        "error": "invalid_request",
        "error_description": "[A041202] the ticket does not exist or was used",
        "error_uri": "https://docs.authlete.com/#A041202",
    });
    assert_eq!(content(again.response_content.as_ref()), expected);
    let fail = AuthorizationFailRequest::new(&ticket, AuthorizationFailReason::Denied);
    let failed = api.authorization_fail(&fail).await.unwrap();
    assert_eq!(failed.action, AuthorizationFailAction::BadRequest);
    assert_code(failed.result_code.as_deref(), "A059202");
}

#[rstest]
#[tokio::test]
async fn request_is_refused_with_the_error_of_the_reason(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let reasons = [
        (AuthorizationFailReason::Unknown, "server_error", "A060307"),
        (
            AuthorizationFailReason::NotLoggedIn,
            "login_required",
            "A060301",
        ),
        (
            AuthorizationFailReason::ExceedsMaxAge,
            "login_required",
            "A060303",
        ),
        (
            AuthorizationFailReason::AcrNotSatisfied,
            "unmet_authentication_requirements",
            "A060305",
        ),
        (AuthorizationFailReason::Denied, "access_denied", "A060306"),
        (
            AuthorizationFailReason::AccountSelectionRequired,
            "account_selection_required",
            "A060310",
        ),
        (
            AuthorizationFailReason::ConsentRequired,
            "consent_required",
            "A060311",
        ),
        (
            AuthorizationFailReason::InteractionRequired,
            "interaction_required",
            "A060312",
        ),
        (
            AuthorizationFailReason::InvalidTarget,
            "invalid_target",
            "A060313",
        ),
        (
            AuthorizationFailReason::InvalidScope,
            "invalid_scope",
            "A901314",
        ),
        (
            AuthorizationFailReason::UnauthorizedClient,
            "unauthorized_client",
            "A901315",
        ),
        (
            AuthorizationFailReason::TemporarilyUnavailable,
            "temporarily_unavailable",
            "A901316",
        ),
    ];
    let (emulator, api) = start(version).await;
    for (reason, error, code) in reasons.clone() {
        let ticket = ticket(&api, &query(emulator.client())).await;
        let request = AuthorizationFailRequest::new(ticket, reason).description("No, thanks & bye");
        let answer = api.authorization_fail(&request).await.unwrap();
        assert_eq!(answer.action, AuthorizationFailAction::Location);
        let (uri, parameters) = location(answer.response_content.as_ref());
        assert_eq!(uri, emulator.client().redirect_uri);
        let expected = [
            ("error", error),
            ("error_description", &*format!("[{code}] No, thanks & bye")),
            ("error_uri", &*format!("https://docs.authlete.com/#{code}")),
            ("state", "af0ifjsldkj"),
            ("iss", "https://as.example"),
        ];
        assert_eq!(
            parameters,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }
}

#[rstest]
#[tokio::test]
async fn code_is_refused_without_the_verifier_of_its_challenge(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let with_challenge = query(client);
    let without_challenge = form(&[
        ("response_type", "code"),
        ("client_id", &client.alias),
        ("redirect_uri", &client.redirect_uri),
    ]);
    let cases = [
        (&with_challenge, None, "A050312"),
        (
            &with_challenge,
            Some("wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong"),
            "A050315",
        ),
        (&without_challenge, Some(VERIFIER), "A050317"),
    ];
    for (query, verifier, expected) in cases {
        let code = code(&api, query).await;
        let mut parameters = vec![
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", client.redirect_uri.as_str()),
        ];
        parameters.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        let answer = request_token(&api, client, &form(&parameters)).await;
        assert_eq!(answer.action, TokenAction::BadRequest);
        assert_code(answer.result_code.as_deref(), expected);
        assert_eq!(
            content(answer.response_content.as_ref())["error"],
            "invalid_grant"
        );
    }
}

#[rstest]
#[tokio::test]
async fn code_is_refused_for_another_client_or_redirect_uri(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let code = code(&api, &query(client)).await;

    let mut other = authlete::types::Client::new();
    other.client_type = Some(authlete::types::ClientType::Confidential);
    other.grant_types = Some(vec![GrantType::AuthorizationCode]);
    let other = api.create_client(&other).await.unwrap();
    let request = TokenRequest::new(code_parameters(client, &code))
        .client_id(other.client_id.unwrap().to_string())
        .client_secret(other.client_secret.unwrap());
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A050307");

    let parameters = code_parameters(client, &code).replace("callback", "elsewhere");
    let answer = request_token(&api, client, &parameters).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A050309");
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "invalid_grant"
    );

    let answer = request_token(&api, client, &code_parameters(client, &code)).await;
    assert_eq!(answer.action, TokenAction::Ok);
}

#[rstest]
#[tokio::test]
async fn error_is_redirected_only_to_a_verified_redirect_uri(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let id = client.id.to_string();
    let uri = client.redirect_uri.as_str();
    let bad_requests = [
        (String::new(), "A004301"),
        (form(&[("response_type", "code")]), "A010301"),
        (
            form(&[("response_type", "code"), ("client_id", "1")]),
            "A010308",
        ),
        (
            form(&[
                ("response_type", "code"),
                ("client_id", &id),
                ("redirect_uri", "https://evil.example/"),
            ]),
            "A011317",
        ),
        (
            form(&[
                ("response_type", "code"),
                ("client_id", &id),
                ("scope", "openid"),
            ]),
            "A011303",
        ),
        // Without a response type the response mode is unknown.
        (query(client).replace("response_type=code", ""), "A009301"),
        (
            query(client).replace("response_type=code", "response_type="),
            "A009302",
        ),
    ];
    for (query, expected) in bad_requests {
        let answer = api
            .authorization(&AuthorizationRequest::new(query.as_str()))
            .await
            .unwrap();
        assert_eq!(answer.action, AuthorizationAction::BadRequest, "{query}");
        assert_code(answer.result_code.as_deref(), expected);
        assert_eq!(
            content(answer.response_content.as_ref())["error"],
            "invalid_request"
        );
        assert_eq!(answer.ticket, None);
    }
    let good = query(client);
    let redirected = [
        (format!("{good}&state=twice"), "invalid_request"),
        (
            good.replace("response_type=code", "response_type=device"),
            "unsupported_response_type",
        ),
        (good.replace("S256", "S512"), "invalid_request"),
        (good.replace(CHALLENGE, "short"), "invalid_request"),
        (format!("{good}&prompt=none+login"), "invalid_request"),
        (format!("{good}&max_age=-1"), "invalid_request"),
        (format!("{good}&request=a.b.c"), "invalid_request_object"),
        (
            format!("{good}&request_uri=https%3A%2F%2Fclient.example%2F"),
            "request_uri_not_supported",
        ),
    ];
    for (query, expected) in redirected {
        let answer = api
            .authorization(&AuthorizationRequest::new(query.as_str()))
            .await
            .unwrap();
        assert_eq!(answer.action, AuthorizationAction::Location, "{query}");
        let (to, parameters) = location(answer.response_content.as_ref());
        assert_eq!(to, uri);
        assert_eq!(
            parameters[0],
            ("error".to_owned(), expected.to_owned()),
            "{query}"
        );
        assert!(
            parameters.contains(&("state".to_owned(), "af0ifjsldkj".to_owned())),
            "{query}"
        );
        assert!(
            parameters.contains(&("iss".to_owned(), "https://as.example".to_owned())),
            "{query}"
        );
    }
    let answer = api
        .authorization(&AuthorizationRequest::new(format!("{good}&prompt=none")))
        .await
        .unwrap();
    assert_eq!(answer.action, AuthorizationAction::NoInteraction);
}

#[rstest]
#[tokio::test]
async fn introspection_checks_required_scopes_and_subject(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = tokens(&api, emulator.client()).await.access_token.unwrap();

    let enough = IntrospectionRequest::new(&token)
        .scopes(["write", "read"])
        .subject("alice");
    assert_eq!(
        api.introspection(&enough).await.unwrap().action,
        IntrospectionAction::Ok
    );

    let too_much = IntrospectionRequest::new(&token).scopes(["read", "email"]);
    let answer = api.introspection(&too_much).await.unwrap();
    assert_eq!(answer.action, IntrospectionAction::Forbidden);
    assert_eq!(
        (answer.usable, answer.sufficient),
        (Some(true), Some(false))
    );
    assert_eq!(
        answer.response_content.unwrap().expose(),
        "Bearer error=\"insufficient_scope\",error_description=\"[A064302] the access token does not cover the \
         required scopes\",error_uri=\"https://docs.authlete.com/#A064302\",scope=\"read email\"",
    );

    let another = IntrospectionRequest::new(&token).subject("bob");
    let answer = api.introspection(&another).await.unwrap();
    assert_eq!(answer.action, IntrospectionAction::Forbidden);
    assert_code(answer.result_code.as_deref(), "A066302");

    let none = api
        .introspection(&IntrospectionRequest::new(""))
        .await
        .unwrap();
    assert_eq!(none.action, IntrospectionAction::BadRequest);
    assert_code(none.result_code.as_deref(), "A057301");
}

#[rstest]
#[tokio::test]
async fn token_is_revoked_by_its_own_client_only(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = tokens(&api, emulator.client()).await.access_token.unwrap();
    let mut other = authlete::types::Client::new();
    other.client_type = Some(authlete::types::ClientType::Confidential);
    let other = api.create_client(&other).await.unwrap();
    let parameters = form(&[("token", token.expose())]);
    let request = RevocationRequest::new(parameters.as_str())
        .client_id(other.client_id.unwrap().to_string())
        .client_secret(other.client_secret.unwrap());
    assert_eq!(
        api.revocation(&request).await.unwrap().action,
        RevocationAction::Ok
    );
    let answer = api
        .introspection(&IntrospectionRequest::new(&token))
        .await
        .unwrap();
    assert_eq!(answer.action, IntrospectionAction::Ok);

    let answer = api
        .revocation(&RevocationRequest::new(parameters))
        .await
        .unwrap();
    assert_eq!(answer.action, RevocationAction::InvalidClient);
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "invalid_client"
    );
}

#[rstest]
#[tokio::test]
async fn caller_errors_are_server_errors_to_the_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let ticket = ticket(&api, &query(emulator.client())).await;
    let no_ticket = AuthorizationIssueRequest::new("", "alice");
    let no_subject = AuthorizationIssueRequest::new(&ticket, "");
    for (request, code) in [(no_ticket, "A041201"), (no_subject, "A042201")] {
        let answer = api.authorization_issue(&request).await.unwrap();
        assert_eq!(answer.action, AuthorizationIssueAction::InternalServerError);
        assert_code(answer.result_code.as_deref(), code);
        assert_eq!(
            content(answer.response_content.as_ref())["error"],
            "server_error"
        );
    }
    let reason = AuthorizationFailReason::Other("BAD_MOOD".to_owned());
    let answer = api
        .authorization_fail(&AuthorizationFailRequest::new(&ticket, reason))
        .await
        .unwrap();
    assert_eq!(answer.action, AuthorizationFailAction::InternalServerError);
    assert_code(answer.result_code.as_deref(), "A901202");
    // Refused calls do not use up the ticket.
    let issue = AuthorizationIssueRequest::new(&ticket, "alice");
    assert_eq!(
        api.authorization_issue(&issue).await.unwrap().action,
        AuthorizationIssueAction::Location
    );
}
