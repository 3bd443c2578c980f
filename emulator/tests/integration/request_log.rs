//! The request log, and the masking of secrets in the log and the overview.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::types::{AuthorizationRequest, IntrospectionRequest};
use authlete::{ApiVersion, Authlete, RetryPolicy};
use authlete_emulator::{Emulator, EmulatorBuilder};
use reqwest::StatusCode;
use reqwest::header::{HOST, ORIGIN};
use rstest::rstest;
use serde_json::{Value, json};

/// The credentials of the service and of its owner.
fn credentials(emulator: &Emulator, version: ApiVersion) -> Vec<String> {
    let environment = emulator.environment(version).into_iter();
    environment
        .filter(|(name, _)| name.ends_with("APISECRET") || name.ends_with("ACCESSTOKEN"))
        .map(|(_, value)| value)
        .collect()
}

#[rstest]
#[tokio::test]
async fn request_is_logged_with_its_response(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    assert_eq!(
        data(&emulator, "/emulator/requests").await,
        json!({ "total": 0, "kept": 200, "requests": [] })
    );
    ticket(&api, &query(emulator.client())).await;
    let log = data(&emulator, "/emulator/requests").await;
    assert_eq!(log["total"], 1);
    let request = &log["requests"][0];
    let root = match version {
        ApiVersion::V2 => "/api".to_owned(),
        ApiVersion::V3 => {
            let id = variable(&emulator, version, "AUTHLETE_SERVICE_APIKEY");
            format!("/api/{id}")
        }
    };
    for (member, expected) in [
        ("number", json!(1)),
        ("method", json!("POST")),
        ("path", json!(format!("{root}/auth/authorization"))),
        ("query", json!("")),
        ("operation", json!("authorization")),
        ("status", json!(200)),
        ("resultCode", json!("A004001")),
        ("action", json!("INTERACTION")),
    ] {
        assert_eq!(request[member], expected, "{member}");
    }
    let now = data(&emulator, "/emulator/overview").await["now"].clone();
    let time = request["time"].as_i64().unwrap();
    assert!((0..60_000).contains(&(now.as_i64().unwrap() - time)));
    assert!(
        request["microseconds"]
            .as_u64()
            .is_some_and(|took| took > 0)
    );
    // The request has no secrets, so its content is logged unmasked.
    let content = &request["request"]["content"];
    assert_eq!(content["parameters"], query(emulator.client()));
    assert_eq!(request["request"]["length"], content.to_string().len());
    let answer = &request["answer"]["content"];
    assert_eq!(answer["ticket"], "•••(43)");
    assert_eq!(answer["action"], "INTERACTION");
    assert_eq!(answer["client"]["clientId"], emulator.client().id);
}

#[rstest]
#[tokio::test]
async fn secrets_are_masked_unless_reveal_is_true(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let tokens = tokens(&api, client).await;
    let access_token = tokens.access_token.unwrap();
    let code = code(&api, &query(client)).await;
    request_token(&api, client, &code_parameters(client, &code)).await;
    api.introspection(&IntrospectionRequest::new(&access_token))
        .await
        .unwrap();

    let secrets = [
        client.secret.expose(),
        access_token.expose(),
        tokens.refresh_token.as_ref().unwrap().expose(),
        &code,
        VERIFIER,
    ];
    let masked = data(&emulator, "/emulator/requests").await;
    let revealed = data(&emulator, "/emulator/requests?reveal=true").await;
    let (masked_text, revealed_text) = (masked.to_string(), revealed.to_string());
    for secret in secrets {
        assert!(!masked_text.contains(secret), "{secret}");
        assert!(revealed_text.contains(secret), "{secret}");
    }
    // The `Authorization` header is not logged.
    for credential in credentials(&emulator, version) {
        assert!(!revealed_text.contains(&credential));
    }
    let code_parameters = "grant_type=authorization_code&code=•••(43)\
        &redirect_uri=https%3A%2F%2Fclient.example%2Fcallback&code_verifier=•••(43)";
    let issued = format!(
        "{}?code=•••(43)&state=af0ifjsldkj&iss=https%3A%2F%2Fas.example",
        client.redirect_uri
    );
    let [introspection, token, issue, ..] = masked["requests"].as_array().unwrap().as_slice()
    else {
        panic!("{masked}");
    };
    assert_eq!(
        introspection["request"]["content"],
        json!({ "token": "•••(43)" })
    );
    assert_eq!(token["request"]["content"]["parameters"], code_parameters);
    assert_eq!(token["request"]["content"]["clientSecret"], "•••(86)");
    let content = token["answer"]["content"]["responseContent"]
        .as_str()
        .unwrap();
    let content: Value = serde_json::from_str(content).unwrap();
    assert_eq!(content["access_token"], "•••(43)");
    assert_eq!(content["token_type"], "Bearer");
    assert_eq!(issue["answer"]["content"]["responseContent"], issued);

    let masked = data(&emulator, "/emulator/overview").await.to_string();
    let revealed = data(&emulator, "/emulator/overview?reveal=true").await;
    assert!(!masked.contains(client.secret.expose()));
    assert_eq!(
        revealed["service"]["clients"]["latest"][0]["clientSecret"],
        client.secret.expose()
    );
    for credential in credentials(&emulator, version) {
        assert!(!masked.contains(&credential));
    }
    let api_secret = variable(&emulator, ApiVersion::V2, "AUTHLETE_SERVICE_APISECRET");
    assert_eq!(revealed["service"]["apiSecret"], api_secret);
    // Only digests of these are stored, so they cannot be revealed.
    for secret in &secrets[1..4] {
        assert!(!revealed.to_string().contains(secret));
    }
}

#[rstest]
#[tokio::test]
async fn refused_requests_are_logged_with_masked_content(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, _) = start(version).await;
    let http = reqwest::Client::new();
    let url = |path: &str| format!("{}{path}", emulator.base_url());
    let secret = "a-token-of-somebody";
    http.post(url("/auth/token"))
        .body(secret)
        .send()
        .await
        .unwrap();
    http.get(url(&format!(
        "/api/auth/token/delete/{secret}?token={secret}"
    )))
    .bearer_auth(secret)
    .send()
    .await
    .unwrap();
    let large = json!({ "token": secret, "context": "x".repeat(20_000) }).to_string();
    http.post(url("/api/auth/token"))
        .body(large.clone())
        .send()
        .await
        .unwrap();

    let log = data(&emulator, "/emulator/requests").await;
    assert!(!log.to_string().contains(secret), "{log}");
    let [too_large, wrong_method, outside] = log["requests"].as_array().unwrap().as_slice() else {
        panic!("{log}");
    };
    assert_eq!(outside["status"], 404);
    assert_eq!(outside["operation"], Value::Null);
    assert_code(outside["resultCode"].as_str(), "A900203");
    assert_eq!(
        outside["request"],
        json!({ "length": 19, "content": "•••(19)" })
    );
    assert_eq!(wrong_method["status"], 405);
    assert_eq!(wrong_method["path"], "/api/auth/token/delete/•••(19)");
    assert_eq!(wrong_method["query"], "token=•••(19)");
    assert_eq!(wrong_method["request"], Value::Null);
    assert_eq!(too_large["status"], 401);
    assert_eq!(too_large["operation"], "token");
    assert_eq!(
        too_large["request"],
        json!({ "length": large.len(), "content": null })
    );

    let revealed = data(&emulator, "/emulator/requests?reveal=true").await;
    assert_eq!(
        revealed["requests"][0]["request"]["content"],
        large[..16 * 1024]
    );
    assert_eq!(revealed["requests"][2]["request"]["content"], secret);
}

#[tokio::test]
async fn simulated_outage_is_logged() {
    let emulator = Emulator::builder().failure_rate(1.0).start().await.unwrap();
    let http = reqwest::Client::new();
    let url = format!("{}/api/auth/introspection", emulator.base_url());
    let answer = http.post(url).body("{}").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let html = answer.text().await.unwrap();
    let log = data(&emulator, "/emulator/requests?reveal=true").await;
    let request = &log["requests"][0];
    assert_eq!(request["status"], 503);
    assert_eq!(request["operation"], "introspection");
    assert_eq!(request["resultCode"], Value::Null);
    assert_eq!(request["answer"]["content"], html);
}

#[tokio::test]
async fn last_200_requests_are_kept() {
    let (emulator, _) = start(ApiVersion::V3).await;
    let http = reqwest::Client::new();
    for _ in 0..205 {
        let url = format!("{}/api/nothing", emulator.base_url());
        assert_eq!(http.get(url).send().await.unwrap().status(), 501);
    }
    let numbers = |log: &Value| -> Vec<u64> {
        let requests = log["requests"].as_array().unwrap();
        requests
            .iter()
            .map(|request| request["number"].as_u64().unwrap())
            .collect()
    };
    let log = data(&emulator, "/emulator/requests").await;
    assert_eq!(log["total"], 205);
    assert_eq!(numbers(&log), (6..=205).rev().collect::<Vec<_>>());
    let log = data(&emulator, "/emulator/requests?after=203").await;
    assert_eq!(numbers(&log), [205, 204]);
    // An invalid number is ignored.
    for (after, count) in [("205", 0), ("9000", 0), ("-1", 200), ("x", 200)] {
        let log = data(&emulator, &format!("/emulator/requests?after={after}")).await;
        assert_eq!(numbers(&log).len(), count, "{after}");
    }
}

#[tokio::test]
async fn requests_from_other_sites_are_forbidden() {
    let (emulator, _) = start(ApiVersion::V3).await;
    let authority = emulator.base_url().strip_prefix("http://").unwrap();
    let http = reqwest::Client::new();
    for path in [
        "/",
        "/emulator/page.js",
        "/emulator/overview",
        "/emulator/requests?reveal=true",
    ] {
        let request = || http.get(format!("{}{path}", emulator.base_url()));
        let foreign = [
            request().header(HOST, "attacker.example"),
            request().header(ORIGIN, "https://attacker.example"),
            request().header(ORIGIN, "null"),
        ];
        for request in foreign {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        }
        let own = request().header(ORIGIN, format!("http://{authority}"));
        let answer = own.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let policy = answer.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(policy.starts_with("default-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert_eq!(
            answer.headers()["cross-origin-resource-policy"],
            "same-origin"
        );
        assert_eq!(answer.headers()["cache-control"], "no-store");
    }
}

/// Kills the process on drop.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn program_writes_a_line_per_request_with_the_log_option() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_authlete-emulator"));
    command
        .arg("--log")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut program = Program(command.spawn().unwrap());
    let mut settings = Vec::new();
    for line in BufReader::new(program.0.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if line.starts_with("# redirect_uri") {
            break;
        }
        settings.extend(line.strip_prefix("export ").map(str::to_owned));
    }
    let setting = |name: &str| {
        let value = settings
            .iter()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        value.unwrap().to_owned()
    };
    let (id, token) = (
        setting("AUTHLETE_SERVICE_APIKEY"),
        setting("AUTHLETE_SERVICE_ACCESSTOKEN"),
    );
    let config = authlete::Config::new()
        .set(authlete::Setting::BaseUrl, setting("AUTHLETE_BASE_URL"))
        .set(authlete::Setting::ServiceApiKey, id.as_str())
        .set(authlete::Setting::ServiceAccessToken, token.as_str());
    let api = Authlete::new(config).unwrap();
    api.introspection(&IntrospectionRequest::new("a-token-of-somebody"))
        .await
        .unwrap();

    let log = BufReader::new(program.0.stderr.take().unwrap()).lines();
    let mut lines = log.map(Result::unwrap);
    let line = lines.find(|line| line.contains(" POST ")).unwrap();
    let (time, line) = line.split_at("00:00:00.000".len());
    assert!(
        time.chars()
            .all(|c| c.is_ascii_digit() || c == ':' || c == '.'),
        "{time}"
    );
    let start =
        format!(" POST /api/{id}/auth/introspection 200 introspection A057302 UNAUTHORIZED ");
    assert!(line.starts_with(&start) && line.ends_with('s'), "{line}");
}

#[rstest]
#[tokio::test]
async fn rate_limited_and_unavailable_calls_are_logged_with_their_operation(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for (change, status, code) in [
        (
            (|builder| builder.rate_limit(1)) as fn(EmulatorBuilder) -> EmulatorBuilder,
            429,
            json!("A001311"),
        ),
        (|builder| builder.failure_rate(0.5), 503, Value::Null),
    ] {
        let emulator = change(Emulator::builder()).start().await.unwrap();
        let api = Authlete::builder(emulator.config(version));
        let api = api.retry(RetryPolicy::never()).build().unwrap();
        for _ in 0..2 {
            let request = AuthorizationRequest::new("a=b");
            let _ = api.authorization(&request).await;
        }
        let log = data(&emulator, "/emulator/requests").await;
        let request = &log["requests"][0];
        assert_eq!(request["status"], status);
        assert_eq!(request["operation"], "authorization");
        assert_eq!(request["resultCode"], code);
    }
}
