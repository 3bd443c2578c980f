//! Grants with an ID that clients manage (Grant Management for OAuth 2.0).

use std::time::Duration;

use crate::common::grants::*;
use crate::common::program::Program;
use crate::common::result_codes::assert_code;
use crate::common::state_file::paths;
use crate::common::*;
use authlete::types::{
    AuthorizationAction, AuthorizationIssueRequest, GmAction, GmResponseAction,
    IntrospectionAction, IntrospectionRequest, JwsAlg, TokenAction, TokenResponse,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::{Value, json};

const API: &str = "https://api.example/";

/// An emulator whose service supports authorization details.
async fn start_with_details(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.supported_authorization_details_types = Some(vec!["account".to_owned()]);
    })
    .await;
    (emulator, api)
}

#[rstest]
#[tokio::test]
async fn jwt_access_token_has_the_grant_id_and_the_inherited_grant(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_details(version).await;
    configure(&emulator, &api, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let client = emulator.client();
    let claims = |token: &TokenResponse| {
        let jwt = token.jwt_access_token.as_ref().unwrap();
        jwt::parts(jwt.expose()).1
    };
    let (grant_id, first) = created(&api, client).await;
    assert_eq!(claims(&first)["grant_id"], *grant_id);
    assert_eq!(claims(&first).get("grant"), None);
    let inherited = queried(&api, client, &grant_id).await;

    let merge = [
        ("scope", "write"),
        ("grant_management_action", "merge"),
        ("grant_id", &grant_id),
    ];
    let merged = granted(&api, client, &merge).await;
    assert_eq!(claims(&merged)["grant_id"], *grant_id);
    assert_eq!(claims(&merged)["grant"], inherited);
    // Later merges do not change these tokens.
    granted(&api, client, &merge).await;
    let refreshed = refreshed(&api, client, &merged).await;
    assert_eq!(claims(&refreshed)["grant"], inherited);

    let plain = granted(&api, client, &[("scope", "read")]).await;
    assert_eq!(claims(&plain).get("grant_id"), None);
}

#[rstest]
#[tokio::test]
async fn grant_is_created_with_the_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_details(version).await;
    let client = emulator.client();
    let own = [
        ("scope", "openid email read"),
        ("resource", API),
        (
            "authorization_details",
            r#"[{"type":"account","see":"all"}]"#,
        ),
        ("grant_management_action", "create"),
    ];
    let requested = ask(&api, request(client, &own)).await;
    assert_eq!(requested.action, AuthorizationAction::Interaction);
    assert_eq!(requested.gm_action, Some(GmAction::Create));
    assert_eq!((requested.grant_id, requested.grant_subject), (None, None));
    assert!(requested.grant.is_none());

    let issue = AuthorizationIssueRequest::new(requested.ticket.unwrap(), "alice")
        .claims(r#"{"name":"Alice"}"#);
    let issued = api.authorization_issue(&issue).await.unwrap();
    let (_, response) = location(issued.response_content.as_ref());
    assert!(response.iter().all(|(name, _)| name != "grant_id"));
    let code = issued.authorization_code.unwrap();
    let token = redeemed(&api, client, code.expose()).await;
    let grant_id = token.grant_id.clone().unwrap();
    assert_eq!(grant_id.len(), 43);
    let response = content(token.response_content.as_ref());
    assert_eq!(response["grant_id"], *grant_id);

    let expected = json!({
        "scopes": [{ "scope": "openid email read", "resource": [API] }],
        "claims": ["email", "email_verified", "name"],
        "authorization_details": [{ "type": "account", "see": "all" }],
    });
    assert_eq!(queried(&api, client, &grant_id).await, expected);

    // A new grant inherits nothing.
    let introspected = introspect(&api, &token).await;
    assert_eq!(introspected.grant_id.as_deref(), Some(&*grant_id));
    assert_eq!(introspected.grant, None);

    let own = [
        ("scope", "write"),
        ("grant_management_action", "merge"),
        ("grant_id", &*grant_id),
    ];
    let merged = granted(&api, client, &own).await;
    let grant = introspect(&api, &merged).await.grant.unwrap();
    let claims = ["email", "email_verified", "name"].map(str::to_owned);
    assert_eq!(grant.claims.as_deref(), Some(&claims[..]));
    let elements = grant.authorization_details.clone().unwrap().elements;
    assert_eq!(elements.unwrap()[0].type_.as_deref(), Some("account"));
    let expected = ("openid email read".to_owned(), Some(vec![API.to_owned()]));
    assert_eq!(groups(Some(grant)), [expected]);

    // Another access token of the same grant.
    let next = refreshed(&api, client, &token).await;
    assert_eq!(next.grant_id.as_deref(), Some(&*grant_id));
    assert_eq!(introspect(&api, &next).await.grant_id, Some(grant_id));

    // Without the action, there is no grant ID.
    let plain = tokens(&api, client).await;
    assert_eq!(plain.grant_id, None);
    assert!(
        content(plain.response_content.as_ref())
            .get("grant_id")
            .is_none()
    );
    let introspected = introspect(&api, &plain).await;
    assert!(introspected.grant_id.is_none() && introspected.grant.is_none());
}

#[rstest]
#[tokio::test]
async fn grant_has_the_consented_claims_if_openid_is_granted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    for (scope, expected) in [
        ("openid email", json!(["phone_number"])),
        ("read", Value::Null),
    ] {
        let own = [("scope", scope), ("grant_management_action", "create")];
        let ticket = ticket(&api, &request(client, &own)).await;
        let issue = AuthorizationIssueRequest::new(ticket, "alice")
            .consented_claims(["phone_number"])
            .claims(r#"{"name":"Alice"}"#);
        let issued = api.authorization_issue(&issue).await.unwrap();
        let code = issued.authorization_code.unwrap();
        let token = redeemed(&api, client, code.expose()).await;
        let grant = queried(&api, client, &token.grant_id.unwrap()).await;
        assert_eq!(grant["claims"], expected);
    }
}

#[rstest]
#[tokio::test]
async fn merge_adds_to_the_scopes_resources_and_details(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_details(version).await;
    let client = emulator.client();
    let own = [
        ("scope", "read"),
        ("resource", API),
        ("authorization_details", r#"[{"type":"account"}]"#),
        ("grant_management_action", "create"),
    ];
    let first = granted(&api, client, &own).await;
    let grant_id = first.grant_id.clone().unwrap();
    let details = r#"[{"type":"account"},{"type":"account","identifier":"a-1"}]"#;
    let own = [
        ("scope", "openid write"),
        ("resource", API),
        ("authorization_details", details),
        ("grant_management_action", "merge"),
        ("grant_id", &grant_id),
    ];
    let requested = ask(&api, request(client, &own)).await;
    assert_eq!(requested.gm_action, Some(GmAction::Merge));
    assert_eq!(requested.grant_id.as_deref(), Some(&*grant_id));
    assert_eq!(requested.grant_subject.as_deref(), Some("alice"));
    let before = ("read".to_owned(), Some(vec![API.to_owned()]));
    assert_eq!(groups(requested.grant), [before]);

    let second = granted(&api, client, &own).await;
    assert_eq!(second.grant_id.as_deref(), Some(&*grant_id));
    let own = [
        ("scope", "write"),
        ("grant_management_action", "merge"),
        ("grant_id", &grant_id),
    ];
    let third = granted(&api, client, &own).await;
    assert_eq!(third.grant_id.as_deref(), Some(&*grant_id));
    let expected = json!({
        "scopes": [{ "scope": "read openid write", "resource": [API] }, { "scope": "write" }],
        "authorization_details": [
            { "type": "account" },
            { "type": "account", "identifier": "a-1" },
        ],
    });
    assert_eq!(queried(&api, client, &grant_id).await, expected);

    // Each token has its own scopes, and the grant as it was before.
    let at_api = |scopes: &str| (scopes.to_owned(), Some(vec![API.to_owned()]));
    for (token, scopes, inherited) in [
        (&second, "openid write", [at_api("read")]),
        (&third, "write", [at_api("read openid write")]),
    ] {
        let introspected = introspect(&api, token).await;
        assert_eq!(introspected.action, IntrospectionAction::Ok);
        assert_eq!(introspected.scopes.unwrap().join(" "), scopes);
        assert_eq!(groups(introspected.grant), inherited);
    }
    let introspected = introspect(&api, &first).await;
    assert_eq!(introspected.scopes.unwrap(), ["read"]);
    assert_eq!(introspected.grant, None);

    // A token covers its own scopes and those of the inherited grant, each at the resources that were granted for it.
    use IntrospectionAction::{Forbidden, Ok};
    for (token, scopes, resources, action) in [
        (&first, ["read"], &[API][..], Ok),
        (&first, ["write"], &[], Forbidden),
        (&second, ["read"], &[API], Ok),
        (&second, ["openid"], &[API], Ok),
        (&third, ["read"], &[], Ok),
        (&third, ["read"], &[API], Ok),
        (&third, ["email"], &[], Forbidden),
        (&third, ["read"], &["https://other.example/"], Forbidden),
    ] {
        let request = IntrospectionRequest::new(token.access_token.as_ref().unwrap())
            .scopes(scopes)
            .resources(resources.iter().copied());
        let introspected = api.introspection(&request).await.unwrap();
        assert_eq!(introspected.action, action, "{scopes:?} at {resources:?}");
        let sufficient = action == Ok || resources.len() == 1;
        assert_eq!(introspected.sufficient, Some(sufficient));
    }
    let narrow = [
        ("scope", "read"),
        ("resource", "https://other.example/"),
        ("grant_management_action", "merge"),
        ("grant_id", &grant_id),
    ];
    let narrow = granted(&api, client, &narrow).await;
    for (scope, resource, action) in [
        ("read", "https://other.example/", Ok),
        ("read", API, Ok),
        ("openid", API, Ok),
        ("openid", "https://other.example/", Forbidden),
    ] {
        let request = IntrospectionRequest::new(narrow.access_token.as_ref().unwrap())
            .scopes([scope])
            .resources([resource]);
        let introspected = api.introspection(&request).await.unwrap();
        assert_eq!(introspected.action, action, "{scope} at {resource}");
    }
    let merged = refreshed(&api, client, &third).await;
    let inherited = introspect(&api, &merged).await.grant;
    assert_eq!(groups(inherited), [at_api("read openid write")]);
}

#[rstest]
#[tokio::test]
async fn replacement_discards_the_former_grant_and_its_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (other_id, other) = created(&api, client).await;
    let (grant_id, first) = created(&api, client).await;
    let own = [
        ("scope", "write"),
        ("grant_management_action", "replace"),
        ("grant_id", &grant_id),
    ];
    let requested = ask(&api, request(client, &own)).await;
    assert_eq!(requested.gm_action, Some(GmAction::Replace));
    assert_eq!(groups(requested.grant), [("read".to_owned(), None)]);
    assert!(
        is_active(&api, &first).await,
        "nothing has been granted yet"
    );
    let second = granted(&api, client, &own).await;
    assert_eq!(second.grant_id.as_deref(), Some(&*grant_id));
    let expected = json!({ "scopes": [{ "scope": "write" }] });
    assert_eq!(queried(&api, client, &grant_id).await, expected);

    // The tokens of the replaced grant are revoked.
    assert!(!is_active(&api, &first).await);
    let answer = refreshed(&api, client, &first).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert!(is_active(&api, &second).await);
    assert!(is_active(&api, &other).await);
    let expected = json!({ "scopes": [{ "scope": "read" }] });
    assert_eq!(queried(&api, client, &other_id).await, expected);
}

#[rstest]
#[tokio::test]
async fn revoked_grant_is_deleted_with_its_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (other_id, other) = created(&api, client).await;
    let (grant_id, first) = created(&api, client).await;
    let merge = [
        ("scope", "write"),
        ("grant_management_action", "merge"),
        ("grant_id", &*grant_id),
    ];
    let second = granted(&api, client, &merge).await;
    let pending = code(&api, &request(client, &merge)).await;
    let token = management_token(&api, client.id, &client.secret).await;
    let answer = manage(&api, GmAction::Revoke, &grant_id, &token).await;
    assert_eq!(answer.action, GmResponseAction::NoContent, "{answer:?}");
    assert_code(answer.result_code.as_deref(), "A916002");
    assert!(answer.response_content.is_none());

    for token in [&first, &second] {
        assert!(!is_active(&api, token).await);
        let answer = refreshed(&api, client, token).await;
        assert_eq!(answer.action, TokenAction::BadRequest);
    }
    for action in [GmAction::Query, GmAction::Revoke] {
        let answer = manage(&api, action, &grant_id, &token).await;
        let error = "Bearer error=\"invalid_request\"";
        assert_refused(&answer, GmResponseAction::NotFound, "A916305", error);
    }
    // A pending code for the grant is refused.
    let answer = request_token(&api, client, &code_parameters(client, &pending)).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A916316");
    let error = &content(answer.response_content.as_ref())["error"];
    assert_eq!(error, "invalid_grant");
    let requested = ask(&api, request(client, &merge)).await;
    let (_, parameters) = location(requested.response_content.as_ref());
    assert_eq!(parameters[0].1, "invalid_grant_id");

    assert!(is_active(&api, &other).await);
    queried(&api, client, &other_id).await;
}

#[rstest]
#[tokio::test]
async fn unused_code_does_not_change_the_grant(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (grant_id, _) = created(&api, client).await;
    let merge = [
        ("scope", "write"),
        ("grant_management_action", "merge"),
        ("grant_id", &*grant_id),
    ];
    let code = code(&api, &request(client, &merge)).await;
    let expected = json!({ "scopes": [{ "scope": "read" }] });
    assert_eq!(queried(&api, client, &grant_id).await, expected);
    emulator.advance(Duration::from_secs(3600));
    let answer = request_token(&api, client, &code_parameters(client, &code)).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_eq!(queried(&api, client, &grant_id).await, expected);
}

#[rstest]
#[tokio::test]
async fn grant_remains_after_its_tokens_have_expired(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (grant_id, first) = created(&api, client).await;
    emulator.advance(Duration::from_secs(30 * 24 * 3600));
    assert!(!is_active(&api, &first).await);
    let answer = refreshed(&api, client, &first).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    queried(&api, client, &grant_id).await;
    let own = [
        ("scope", "read"),
        ("grant_management_action", "merge"),
        ("grant_id", &*grant_id),
    ];
    assert!(is_active(&api, &granted(&api, client, &own).await).await);
}

#[rstest]
#[tokio::test]
async fn grant_of_another_user_is_not_changed(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    for action in ["merge", "replace"] {
        let (grant_id, first) = created(&api, client).await;
        let own = [
            ("scope", "write"),
            ("grant_management_action", action),
            ("grant_id", &*grant_id),
        ];
        let ticket = ticket(&api, &request(client, &own)).await;
        let issue = AuthorizationIssueRequest::new(ticket, "bob");
        let issued = api.authorization_issue(&issue).await.unwrap();
        let code = issued.authorization_code.unwrap();
        let token = redeemed(&api, client, code.expose()).await;
        assert_eq!(token.grant_id, None);
        assert_eq!(introspect(&api, &token).await.grant_id, None);
        let expected = json!({ "scopes": [{ "scope": "read" }] });
        assert_eq!(queried(&api, client, &grant_id).await, expected);
        assert!(is_active(&api, &first).await);
    }
}

#[rstest]
#[tokio::test]
async fn token_request_that_fails_creates_no_grant(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.state");
    let builder = Emulator::builder().state_file(&path);
    let emulator = builder.start().await.unwrap();
    let api = Authlete::new(emulator.config(version)).unwrap();
    let client = emulator.client();
    configure(&emulator, &api, |service| service.jwks = None).await;
    let own = [("scope", "openid"), ("grant_management_action", "create")];
    let code = code(&api, &request(client, &own)).await;
    let answer = request_token(&api, client, &code_parameters(client, &code)).await;
    assert_eq!(
        answer.action,
        TokenAction::InternalServerError,
        "{answer:?}"
    );
    let (kept, _) = created(&api, client).await;
    emulator.stop().await.unwrap();
    let mut grants = paths(&path);
    grants.retain(|path| path.contains("/managed_grants/"));
    assert_eq!(grants, [format!("services/1/managed_grants/{kept}")]);
}

/// Checks that a token request that fails changes neither the grant nor its tokens.
async fn assert_failure_changes_nothing(version: ApiVersion, action: &str) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (grant_id, first) = created(&api, client).await;
    let before = queried(&api, client, &grant_id).await;
    configure(&emulator, &api, |service| service.jwks = None).await;
    let own = [
        ("scope", "openid write"),
        ("grant_management_action", action),
        ("grant_id", &*grant_id),
    ];
    let code = code(&api, &request(client, &own)).await;
    let answer = request_token(&api, client, &code_parameters(client, &code)).await;
    assert_eq!(answer.action, TokenAction::InternalServerError);
    assert_eq!(queried(&api, client, &grant_id).await, before);
    assert!(is_active(&api, &first).await);
}

#[rstest]
#[tokio::test]
async fn token_request_that_fails_merges_nothing(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    assert_failure_changes_nothing(version, "merge").await;
}

#[rstest]
#[tokio::test]
async fn token_request_that_fails_replaces_nothing(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    assert_failure_changes_nothing(version, "replace").await;
}

#[rstest]
#[tokio::test]
async fn token_request_that_fails_does_not_revoke_a_single_access_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.single_access_token_per_subject = Some(true);
    })
    .await;
    let first = granted(&api, client, &[("scope", "read")]).await;
    configure(&emulator, &api, |service| service.jwks = None).await;
    let code = code(&api, &request(client, &[("scope", "openid")])).await;
    let answer = request_token(&api, client, &code_parameters(client, &code)).await;
    assert_eq!(answer.action, TokenAction::InternalServerError);
    assert!(is_active(&api, &first).await);
}

#[rstest]
#[tokio::test]
async fn grants_survive_a_restart_but_not_the_deletion_of_their_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.state");
    let arguments = ["--state", path.to_str().unwrap()];
    let program = Program::start(&arguments);
    let (api, client) = (program.api(version), program.client());
    let (grant_id, token) = created(&api, &client).await;
    program.terminate();

    let program = Program::start(&arguments);
    let api = program.api(version);
    let expected = json!({ "scopes": [{ "scope": "read" }] });
    assert_eq!(queried(&api, &client, &grant_id).await, expected);
    let introspected = introspect(&api, &token).await;
    assert_eq!(introspected.grant_id.as_deref(), Some(&*grant_id));
    // The token of another client stays valid when the client is deleted.
    let other = another_client(&api, &client).await;
    let secret = other.client_secret.unwrap();
    let other_token = management_token(&api, other.client_id.unwrap(), &secret).await;
    let answer = manage(&api, GmAction::Query, &grant_id, &other_token).await;
    assert_eq!(answer.action, GmResponseAction::Forbidden);
    api.delete_client(client.id).await.unwrap();
    let answer = manage(&api, GmAction::Query, &grant_id, &other_token).await;
    assert_eq!(answer.action, GmResponseAction::NotFound);
}

#[rstest]
#[tokio::test]
async fn metadata_has_grant_management_if_there_is_an_endpoint(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let published = metadata(&api).await;
    assert_eq!(
        published["grant_management_endpoint"],
        "https://as.example/grants"
    );
    let mut actions = words(&published, "grant_management_actions_supported");
    actions.sort();
    assert_eq!(actions, ["create", "merge", "query", "replace", "revoke"]);
    configure(&emulator, &api, |service| {
        service.grant_management_endpoint = None
    })
    .await;
    let published = metadata(&api).await;
    for name in [
        "grant_management_endpoint",
        "grant_management_actions_supported",
    ] {
        assert_eq!(published.get(name), None);
    }
}
