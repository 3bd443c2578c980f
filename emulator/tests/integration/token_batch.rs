//! Creation of tokens in a batch, which only 3.0 has.

use std::time::Duration;

use crate::common::result_codes::{assert_code, assert_code_for, assert_refusal};
use crate::common::state_file::contains;
use crate::common::*;
use authlete::types::{
    GetTokenListQuery, GrantType, IntrospectionAction, IntrospectionRequest, JwsAlg, Service,
    TokenAction, TokenBatchStatus, TokenBatchStatusBatchKind, TokenBatchStatusResult,
    TokenCreateBatchQuery, TokenCreateRequest,
};
use authlete::{ApiVersion, Authlete, Error};
use authlete_emulator::Emulator;
use reqwest::StatusCode;
use serde_json::Value;

fn request(emulator: &Emulator) -> TokenCreateRequest {
    TokenCreateRequest::new(GrantType::AuthorizationCode)
        .client_id(emulator.client().id)
        .subject("alice")
        .scopes(["read"])
}

/// Creates a batch, and returns its ID.
async fn create(api: &Authlete, requests: &[TokenCreateRequest]) -> String {
    let query = TokenCreateBatchQuery::new();
    let answer = api.token_create_batch(requests, &query).await.unwrap();
    assert_code(answer.result_code.as_deref(), "A911001");
    answer.request_id.unwrap()
}

async fn status(api: &Authlete, id: &str) -> TokenBatchStatus {
    let answer = api.token_create_batch_status(id).await.unwrap();
    assert_code(answer.result_code.as_deref(), "A911003");
    answer.status.unwrap()
}

async fn count(api: &Authlete) -> i64 {
    let list = api.get_token_list(&GetTokenListQuery::new()).await;
    list.unwrap().total_count.unwrap().into()
}

/// The status, the code and the message of a refused call.
async fn refused(api: &Authlete, requests: &[TokenCreateRequest], is_dry_run: bool) -> [String; 3] {
    let query = TokenCreateBatchQuery::new().dry_run(is_dry_run);
    let error = api.token_create_batch(requests, &query).await.unwrap_err();
    let Error::Api(error) = error else {
        panic!("{error}")
    };
    let status = error.status.as_str().to_owned();
    let (code, message) = (error.result_code, error.result_message);
    [status, code.unwrap(), message.unwrap().expose().to_owned()]
}

#[tokio::test]
async fn batch_creates_a_token_for_each_request() {
    let (emulator, api) = start(ApiVersion::V3).await;
    let requests = [
        request(&emulator)
            .access_token("first")
            .refresh_token("first-refresh")
            .access_token_duration(60),
        request(&emulator).access_token("second").subject("bob"),
        TokenCreateRequest::new(GrantType::ClientCredentials)
            .client_identifier(&emulator.client().alias)
            .access_token("third"),
    ];
    let before = data(&emulator, "/emulator/overview").await["now"].clone();
    let id = create(&api, &requests).await;
    let after = data(&emulator, "/emulator/overview").await["now"].clone();

    let status = status(&api, &id).await;
    assert_eq!(status.request_id.as_deref(), Some(&*id));
    assert_eq!(status.batch_kind, Some(TokenBatchStatusBatchKind::Create));
    assert_eq!(status.result, Some(TokenBatchStatusResult::Succeeded));
    assert_eq!(status.token_count, Some(3));
    assert_eq!((status.error_code, status.error_description), (None, None));
    let created_at = status.created_at.unwrap();
    assert!(before.as_i64().unwrap() <= created_at && created_at <= after.as_i64().unwrap());
    assert_eq!(status.modified_at, Some(created_at));

    // The tokens are valid with both API versions.
    for version in GENERATIONS {
        let api = Authlete::new(emulator.config(version)).unwrap();
        for (token, subject) in [
            ("first", Some("alice")),
            ("second", Some("bob")),
            ("third", None),
        ] {
            let answer = api.introspection(&IntrospectionRequest::new(token)).await;
            let answer = answer.unwrap();
            assert_eq!(answer.action, IntrospectionAction::Ok, "{token}");
            assert_eq!(answer.subject.as_deref(), subject);
            assert_eq!(answer.client_id, Some(emulator.client().id));
        }
        assert_eq!(count(&api).await, 3);
    }
    emulator.advance(Duration::from_secs(61));
    let first = api.introspection(&IntrospectionRequest::new("first")).await;
    assert_eq!(first.unwrap().action, IntrospectionAction::Unauthorized);
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", "first-refresh"),
    ]);
    let refreshed = request_token(&api, emulator.client(), &parameters).await;
    assert_eq!(refreshed.action, TokenAction::Ok);
}

#[tokio::test]
async fn dry_run_creates_no_tokens() {
    let (emulator, api) = start(ApiVersion::V3).await;
    let requests = [request(&emulator).access_token("a"), request(&emulator)];
    let query = TokenCreateBatchQuery::new().dry_run(true);
    let answer = api.token_create_batch(&requests, &query).await.unwrap();
    assert_code(answer.result_code.as_deref(), "A911002");
    assert_eq!(answer.request_id, None);
    assert_eq!(count(&api).await, 0);

    let bad = [request(&emulator), request(&emulator).scopes(["unknown"])];
    let [status, code, _] = refused(&api, &bad, true).await;
    assert_code(Some(&code), "A106201");
    assert_eq!(status, "400");
    // The token value is still unused.
    create(&api, &requests).await;
    assert_eq!(count(&api).await, 2);
    let [_, code, _] = refused(&api, &requests, true).await;
    assert_code(Some(&code), "A144201");
}

#[tokio::test]
async fn one_invalid_request_fails_the_whole_batch() {
    let (emulator, api) = start(ApiVersion::V3).await;
    let good = || request(&emulator);
    api.token_create(&good().access_token("taken").refresh_token("taken-refresh"))
        .await
        .unwrap();
    for (bad, expected) in [
        (TokenCreateRequest::new(GrantType::RefreshToken), "A104202"),
        (TokenCreateRequest::new(GrantType::Password), "A911201"),
        (good().client_id(1), "A107201"),
        (good().subject("é"), "A105203"),
        (good().scopes(["unknown"]), "A106201"),
        (good().auth_time(-1), "A911202"),
        (good().jwt_at_claims("no JSON"), "A108205"),
        (good().refresh_token_duration(-1), "A911206"),
        (good().access_token("taken"), "A144201"),
        (good().refresh_token("taken-refresh"), "A144202"),
        (good().access_token("twice"), "A144201"),
        (good().refresh_token("twice-refresh"), "A144202"),
    ] {
        let first = good().access_token("twice").refresh_token("twice-refresh");
        let [status, code, message] = refused(&api, &[first, bad, good()], false).await;
        assert_code(Some(&code), expected);
        assert_eq!(status, "400", "{message}");
        assert!(message.ends_with(": in the request with the index 1."));
        assert_eq!(count(&api).await, 1, "{message}");
    }
    // An access token and a refresh token may have the same value.
    let same = [
        good().access_token("same"),
        good().access_token("other").refresh_token("same"),
    ];
    create(&api, &same).await;
}

#[tokio::test]
async fn batch_fails_if_the_service_cannot_sign_tokens() {
    let (emulator, api) = start(ApiVersion::V3).await;
    let change = |service: &mut Service| {
        service.access_token_sign_alg = Some(JwsAlg::Es256);
        service.jwks = None;
    };
    configure(&emulator, &api, change).await;
    let requests = [request(&emulator), request(&emulator)];
    let id = create(&api, &requests).await;
    let status = status(&api, &id).await;
    assert_eq!(status.result, Some(TokenBatchStatusResult::Failed));
    assert_eq!(status.token_count, Some(0));
    let single = api.token_create(&requests[0]).await.unwrap();
    let expected = single.result_code.unwrap();
    assert_code(status.error_code.as_deref(), &expected);
    let description = status.error_description.unwrap();
    assert!(
        single
            .result_message
            .unwrap()
            .expose()
            .contains(&description)
    );
    assert_eq!(count(&api).await, 0);
    // A dry run has no status, so the call itself is refused.
    let [status, code, _] = refused(&api, &requests, true).await;
    assert_code(Some(&code), &expected);
    assert_eq!(status, "400");
}

#[tokio::test]
async fn batch_has_1_to_1000_requests() {
    let (emulator, api) = start(ApiVersion::V3).await;
    for size in [0, 1001] {
        let requests = vec![request(&emulator); size];
        let [status, code, _] = refused(&api, &requests, false).await;
        assert_code_for(Some(&code), "A911203", size);
        assert_eq!(status, "400", "{size}");
    }
    let id = create(&api, &vec![request(&emulator); 1000]).await;
    assert_eq!(status(&api, &id).await.token_count, Some(1000));
    assert_eq!(count(&api).await, 1000);
}

#[tokio::test]
async fn single_access_token_per_subject_keeps_the_last_token_of_a_batch() {
    let (emulator, api) = start(ApiVersion::V3).await;
    let change = |service: &mut Service| service.single_access_token_per_subject = Some(true);
    configure(&emulator, &api, change).await;
    let requests = ["a", "b"].map(|token| request(&emulator).access_token(token));
    create(&api, &requests).await;
    for (token, action) in [
        ("a", IntrospectionAction::Unauthorized),
        ("b", IntrospectionAction::Ok),
    ] {
        let answer = api.introspection(&IntrospectionRequest::new(token)).await;
        assert_eq!(answer.unwrap().action, action, "{token}");
    }
}

#[tokio::test]
async fn batch_status_is_available_for_a_day_and_only_to_its_service() {
    let (emulator, api) = start(ApiVersion::V3).await;
    let id = create(&api, &[request(&emulator)]).await;
    let unknown = api.token_create_batch_status("made-up").await;
    assert_refusal(unknown, 404, "A911204");

    let other = api.create_service(&Service::new()).await.unwrap();
    let config = emulator.config(ApiVersion::V3);
    let config = config.service_id(other.api_key.unwrap());
    let token = variable(
        &emulator,
        ApiVersion::V3,
        "AUTHLETE_SERVICEOWNER_ACCESSTOKEN",
    );
    let config = config.service_access_token(&*token);
    let other = Authlete::new(config).unwrap();
    let foreign = other.token_create_batch_status(&id).await;
    assert_refusal(foreign, 404, "A911204");

    emulator.advance(Duration::from_secs(23 * 60 * 60));
    status(&api, &id).await;
    emulator.advance(Duration::from_secs(60 * 60));
    let late = api.token_create_batch_status(&id).await;
    assert_refusal(late, 404, "A911204");
}

#[tokio::test]
async fn batch_status_is_restored_from_the_state_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.state");
    let start = || Emulator::builder().state_file(&path).start();
    let emulator = start().await.unwrap();
    let api = Authlete::new(emulator.config(ApiVersion::V3)).unwrap();
    let id = create(&api, &[request(&emulator)]).await;
    emulator.stop().await.unwrap();
    assert!(!contains(&path, &id));

    let emulator = start().await.unwrap();
    let api = Authlete::new(emulator.config(ApiVersion::V3)).unwrap();
    assert_eq!(status(&api, &id).await.token_count, Some(1));
}

#[tokio::test]
async fn list_as_the_body_is_accepted_only_for_a_batch() {
    let (emulator, _api) = start(ApiVersion::V3).await;
    let value = |name| variable(&emulator, ApiVersion::V3, name);
    let root = format!(
        "{}/api/{}/auth/token/create",
        emulator.base_url(),
        value("AUTHLETE_SERVICE_APIKEY")
    );
    let token = value("AUTHLETE_SERVICE_ACCESSTOKEN");
    let http = reqwest::Client::new();
    for (path, body, code) in [
        ("/batch", "{}", "A900209"),
        ("/batch", "", "A900209"),
        ("/batch", "[{}", "A900209"),
        ("/batch", "[{}, 1]", "A900209"),
        ("/batch", "[[{}]]", "A900209"),
        ("/batch", "null", "A900209"),
        ("/batch", "[{}]", "A104201"),
        ("", "[{}]", "A900205"),
    ] {
        let request = http.post(format!("{root}{path}")).bearer_auth(&token);
        let answer = request.body(body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{body}");
        let answer: Value = answer.json().await.unwrap();
        assert_code_for(
            answer["resultCode"].as_str(),
            code,
            format_args!("{path} {body}"),
        );
    }
}

#[tokio::test]
async fn batches_are_not_implemented_with_2_x() {
    let (emulator, api) = start(ApiVersion::V2).await;
    let (requests, query) = ([request(&emulator)], TokenCreateBatchQuery::new());
    let batch = api.token_create_batch(&requests, &query).await;
    assert!(matches!(batch, Err(Error::NotCallable { .. })));
    let url = format!("{}/api/auth/token/create/batch", emulator.base_url());
    let value = |name| variable(&emulator, ApiVersion::V2, name);
    let (key, secret) = (
        value("AUTHLETE_SERVICE_APIKEY"),
        value("AUTHLETE_SERVICE_APISECRET"),
    );
    let request = reqwest::Client::new().post(url).body("[{}]");
    let answer = request.basic_auth(key, Some(secret)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_IMPLEMENTED);
}
