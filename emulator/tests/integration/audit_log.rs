//! The audit log of an organization.

use std::time::Duration;

use authlete::types::{
    AuditEntriesQuery, AuditEntriesResponse, AuditEntry, AuditEntryStatus, Client,
    ClientRegistrationRequest, ClientSecretUpdateRequest, HskCreateRequest,
    OrganizationServiceCreateRequest, OrganizationServiceRemoveRequest, Service,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use serde_json::{Value, json};

use crate::common::{configure, start, variable};

async fn page(api: &Authlete, query: &AuditEntriesQuery) -> AuditEntriesResponse {
    api.audit_entries(query).await.unwrap()
}

async fn entries(api: &Authlete, query: &AuditEntriesQuery) -> Vec<AuditEntry> {
    page(api, query).await.entries.unwrap_or_default()
}

fn events(entries: &[AuditEntry]) -> Vec<&str> {
    entries
        .iter()
        .filter_map(|entry| entry.event.as_deref())
        .collect()
}

/// The HTTP status of a refused query.
async fn refused(api: &Authlete, query: &AuditEntriesQuery) -> u16 {
    let error = api.audit_entries(query).await.unwrap_err();
    assert_eq!(error.result_code(), None);
    error.status().unwrap().as_u16()
}

async fn create(api: &Authlete) -> i64 {
    let request = OrganizationServiceCreateRequest::new(Service::new());
    let service = api.organization_create_service(&request).await.unwrap();
    service.api_key.unwrap()
}

#[tokio::test]
async fn changes_of_services_and_clients_are_logged_the_latest_first() {
    let (emulator, api) = start(ApiVersion::V3).await;
    let own = emulator.service_id();
    assert!(
        entries(&api, &AuditEntriesQuery::new()).await.is_empty(),
        "the seed is not logged"
    );

    let other = create(&api).await;
    configure(&emulator, &api, |service| {
        service.service_name = Some("Bank".to_owned())
    })
    .await;
    let client = api.create_client(&Client::new()).await.unwrap();
    let id = client.client_id.unwrap();
    api.update_client(id, &client).await.unwrap();
    api.update_client_lock_flag(id, &authlete::types::ClientLockFlagUpdateRequest::new(true))
        .await
        .unwrap();
    api.delete_client(id).await.unwrap();
    api.organization_remove_service(&OrganizationServiceRemoveRequest::new(other))
        .await
        .unwrap();
    // Reads are not logged.
    api.get_client(emulator.client().id).await.unwrap();

    let log = entries(&api, &AuditEntriesQuery::new()).await;
    assert_eq!(
        events(&log),
        [
            "service.removed",
            "client.removed",
            "client.lock_updated",
            "client.updated",
            "client.created",
            "service.updated",
            "service.created",
        ]
    );
    let details = |index: usize| Value::Object(log[index].details.clone().unwrap().0);
    assert_eq!(
        details(0),
        json!({ "operation": "organization_remove_service", "serviceId": other })
    );
    assert_eq!(
        details(1),
        json!({ "operation": "delete_client", "serviceId": own, "clientId": id })
    );
    assert_eq!(
        details(4),
        json!({ "operation": "create_client", "serviceId": own, "clientId": id })
    );
    assert_eq!(
        details(6),
        json!({ "operation": "organization_create_service", "serviceId": other })
    );

    let removed = &log[1];
    assert_eq!(
        removed.path.as_deref(),
        Some(format!("/api/{own}/client/delete/{{clientId}}").as_str())
    );
    assert_eq!(
        removed.user.as_deref(),
        Some(format!("service {own}").as_str())
    );
    assert_eq!(log[0].user.as_deref(), Some("organization"));
    assert_eq!(log[0].path.as_deref(), Some("/api/service/remove"));
    for entry in &log {
        assert_eq!(entry.status, Some(AuditEntryStatus::Completed));
        assert_eq!(entry.cluster.as_deref(), Some("emulator"));
        assert_eq!(entry.remote_addr.as_deref(), Some("127.0.0.1"));
        assert!(
            entry
                .user_agent
                .as_deref()
                .unwrap()
                .starts_with("authlete-rust/")
        );
        assert!(entry.timestamp.as_deref().unwrap().ends_with('Z'));
    }
}

#[tokio::test]
async fn change_that_failed_is_logged_as_failed() {
    let (emulator, api) = start(ApiVersion::V3).await;
    api.delete_client("nobody").await.unwrap_err();
    let secret = ClientSecretUpdateRequest::new("short secret");
    api.update_client_secret(emulator.client().id, &secret)
        .await
        .unwrap_err();
    api.organization_remove_service(&OrganizationServiceRemoveRequest::new(5).organization_id(2))
        .await
        .unwrap_err();
    let log = entries(&api, &AuditEntriesQuery::new()).await;
    assert_eq!(
        events(&log),
        ["service.removed", "client.secret_updated", "client.removed"]
    );
    assert!(
        log.iter()
            .all(|entry| entry.status == Some(AuditEntryStatus::Failed)),
        "{log:?}"
    );
    // The identifier of an unknown client is not logged, since it can be any text.
    assert_eq!(
        Value::Object(log[2].details.clone().unwrap().0),
        json!({ "operation": "delete_client", "serviceId": emulator.service_id() })
    );
}

#[tokio::test]
async fn answer_whose_action_is_an_error_counts_as_failed() {
    let (emulator, api) = start(ApiVersion::V3).await;
    let register = async |json: &str| {
        let request = ClientRegistrationRequest::new().json(json);
        api.dynamic_client_register(&request).await.unwrap()
    };
    register(r#"{"redirect_uris":["https://client.example/cb"]}"#).await;
    configure(&emulator, &api, |service| {
        service.dynamic_registration_supported = Some(true);
    })
    .await;
    let registered = register(r#"{"redirect_uris":["https://client.example/cb"]}"#).await;
    let query = AuditEntriesQuery::new().types(["client.created"]);
    let log = entries(&api, &query).await;
    let statuses: Vec<_> = log
        .iter()
        .map(|entry| entry.status.clone().unwrap())
        .collect();
    assert_eq!(
        statuses,
        [AuditEntryStatus::Completed, AuditEntryStatus::Failed]
    );
    let id = registered.client.unwrap().client_id.unwrap();
    assert_eq!(log[0].details.as_ref().unwrap()["clientId"], json!(id));
}

#[tokio::test]
async fn changes_through_2_x_are_logged_too() {
    let (emulator, api) = start(ApiVersion::V2).await;
    let service = api.create_service(&Service::new()).await.unwrap();
    api.delete_service(service.api_key.unwrap()).await.unwrap();
    let api = Authlete::new(emulator.config(ApiVersion::V3)).unwrap();
    let log = entries(&api, &AuditEntriesQuery::new()).await;
    assert_eq!(events(&log), ["service.removed", "service.created"]);
    assert_eq!(log[0].user.as_deref(), Some("service owner"));
    let path = format!("/api/service/delete/{}", service.api_key.unwrap());
    assert_eq!(log[0].path.as_deref(), Some(path.as_str()));
}

#[tokio::test]
async fn log_is_read_page_by_page() {
    let (_emulator, api) = start(ApiVersion::V3).await;
    for _ in 0..5 {
        create(&api).await;
    }
    let all = entries(&api, &AuditEntriesQuery::new()).await;
    assert_eq!(all.len(), 5);
    let mut query = AuditEntriesQuery::new().limit(2);
    let mut read = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let page = page(&api, &query).await;
        assert_eq!(page.limit, Some(2));
        let entries = page.entries.unwrap();
        sizes.push(entries.len());
        read.extend(entries);
        // New entries do not shift the pages.
        create(&api).await;
        match page.next_cursor {
            Some(cursor) => query = query.cursor(cursor),
            None => break,
        }
    }
    assert_eq!(sizes, [2, 2, 1]);
    assert_eq!(read, all);
}

#[tokio::test]
async fn page_has_100_entries_unless_another_limit_is_given() {
    let (_emulator, api) = start(ApiVersion::V3).await;
    for _ in 0..101 {
        create(&api).await;
    }
    let first = page(&api, &AuditEntriesQuery::new()).await;
    assert_eq!(
        (first.limit, first.entries.unwrap().len()),
        (Some(100), 100)
    );
    assert!(first.next_cursor.is_some());
    let whole = page(&api, &AuditEntriesQuery::new().limit(1000)).await;
    assert_eq!(
        (whole.entries.unwrap().len(), whole.next_cursor),
        (101, None)
    );
}

#[tokio::test]
async fn entries_are_filtered_by_time_and_type() {
    let (emulator, api) = start(ApiVersion::V3).await;
    create(&api).await;
    emulator.advance(Duration::from_secs(3600));
    api.create_client(&Client::new()).await.unwrap();
    emulator.advance(Duration::from_secs(3600));
    let last = create(&api).await;
    api.organization_remove_service(&OrganizationServiceRemoveRequest::new(last))
        .await
        .unwrap();
    let all = entries(&api, &AuditEntriesQuery::new()).await;
    let of_client = all[2].timestamp.clone().unwrap();

    let query = AuditEntriesQuery::new;
    let expect_events = async |query: AuditEntriesQuery, expected: &[&str]| {
        let found = entries(&api, &query).await;
        assert_eq!(events(&found), expected, "{query:?}");
    };
    expect_events(
        query().after(&of_client),
        &["service.removed", "service.created"],
    )
    .await;
    expect_events(query().before(&of_client), &["service.created"]).await;
    // One minute before and one minute after, written as offsets.
    let earlier = of_client.replace('Z', "+00:01");
    expect_events(
        query()
            .after(&earlier)
            .before(of_client.replace('Z', "-00:01")),
        &["client.created"],
    )
    .await;
    expect_events(query().after(&of_client).before(&of_client), &[]).await;
    expect_events(query().types(["client.created"]), &["client.created"]).await;
    expect_events(
        query().types(["client.created", "service.removed"]),
        &["service.removed", "client.created"],
    )
    .await;
    expect_events(
        query().types(["service.created"]).after(&of_client),
        &["service.created"],
    )
    .await;
    expect_events(query().types(["no such type"]), &[]).await;
    let organization = variable(&emulator, ApiVersion::V3, "AUTHLETE_ORGANIZATION_ID")
        .parse()
        .unwrap();
    assert_eq!(
        entries(&api, &query().organization_id(organization)).await,
        all
    );
}

#[tokio::test]
async fn invalid_query_is_refused() {
    let (_emulator, api) = start(ApiVersion::V3).await;
    let query = AuditEntriesQuery::new;
    for query in [
        query().limit(0),
        query().limit(-1),
        query().limit(1001),
        query().after("yesterday"),
        query().before("2026-01-01"),
        query().cursor("x"),
    ] {
        assert_eq!(refused(&api, &query).await, 400, "{query:?}");
    }
    assert_eq!(refused(&api, &query().organization_id(2)).await, 403);
}

#[tokio::test]
async fn log_is_refused_without_the_organization_token() {
    let emulator = Emulator::start().await.unwrap();
    let token = variable(&emulator, ApiVersion::V3, "AUTHLETE_SERVICE_ACCESSTOKEN");
    for path in ["/api/audit/entries", "/api/audit/types"] {
        let url = format!("{}{path}", emulator.base_url());
        let http = reqwest::Client::new();
        for (request, status) in [
            (http.get(&url), 401),
            (http.get(&url).bearer_auth("wrong"), 401),
            (http.get(&url).bearer_auth(&token), 403),
        ] {
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), status, "{path}");
            let body: Value = response.json().await.unwrap();
            assert_eq!(body["errors"], json!([body["error"]]), "{body}");
        }
    }
}

#[tokio::test]
async fn audit_types_lists_the_event_types_of_entries() {
    let (_emulator, api) = start(ApiVersion::V3).await;
    create(&api).await;
    let types = api.audit_types().await.unwrap();
    assert_eq!(types.len(), 12);
    assert!(types.is_sorted());
    let log = entries(&api, &AuditEntriesQuery::new()).await;
    assert!(types.contains(log[0].event.as_ref().unwrap()));
}

#[tokio::test]
async fn no_secret_is_in_the_log() {
    let (emulator, api) = start(ApiVersion::V3).await;
    let mut secrets: Vec<String> = ["SERVICE_ACCESSTOKEN", "SERVICEOWNER_ACCESSTOKEN"]
        .iter()
        .map(|name| variable(&emulator, ApiVersion::V3, &format!("AUTHLETE_{name}")))
        .collect();
    let request = OrganizationServiceCreateRequest::new(Service::new().jwks("SECRET-jwks"));
    let _ = api.organization_create_service(&request).await;
    let request = OrganizationServiceCreateRequest::new(Service::new());
    let service = api.organization_create_service(&request).await.unwrap();
    secrets.push(service.api_secret.unwrap().expose().to_owned());
    let client = api.create_client(&Client::new()).await.unwrap();
    secrets.push(client.client_secret.unwrap().expose().to_owned());
    let refreshed = api
        .refresh_client_secret(client.client_id.unwrap())
        .await
        .unwrap();
    secrets.push(refreshed.new_client_secret.unwrap().expose().to_owned());
    // Secrets in places where they do not belong.
    let _ = api.delete_client("SECRET-alias").await;
    let _ = api
        .update_client_secret(
            "SECRET-alias",
            &ClientSecretUpdateRequest::new("SECRET-secret"),
        )
        .await;
    let _ = api
        .hsk_create(&HskCreateRequest::new().kid("SECRET-kid"))
        .await;
    let _ = api.hsk_delete("SECRET-handle").await;

    let url = format!("{}/api/audit/entries", emulator.base_url());
    let request = reqwest::Client::new().get(url).bearer_auth(&secrets[1]);
    let log = request.send().await.unwrap().text().await.unwrap();
    assert_eq!(log.matches("\"timestamp\"").count(), 8, "{log}");
    for secret in secrets.iter().map(String::as_str).chain(["SECRET"]) {
        assert!(!log.contains(secret), "{secret} {log}");
    }
}

#[tokio::test]
async fn log_is_kept_with_the_state() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("emulator.state");
    let run = || Emulator::builder().state_file(&file).start();
    let emulator = run().await.unwrap();
    let api = Authlete::new(emulator.config(ApiVersion::V3)).unwrap();
    create(&api).await;
    let before = entries(&api, &AuditEntriesQuery::new()).await;
    emulator.stop().await.unwrap();

    let emulator = run().await.unwrap();
    let api = Authlete::new(emulator.config(ApiVersion::V3)).unwrap();
    assert_eq!(entries(&api, &AuditEntriesQuery::new()).await, before);
    create(&api).await;
    let after = entries(&api, &AuditEntriesQuery::new()).await;
    assert_eq!(after[1..], before);
}
