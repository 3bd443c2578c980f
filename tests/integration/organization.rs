//! The organization API: its server, its credential, and the defaults of its requests from the configuration.

use authlete::types::{
    AuditEntriesQuery, OrganizationServiceCreateRequest, OrganizationServiceRemoveRequest, Service,
};
use authlete::{ApiVersion, Authlete, Config, Error, ErrorKind, Result, Setting, operations};
use rstest::rstest;
use serde_json::{Value, json};

use crate::configuration::config_error;
use crate::server::{Reply, Server};

const REGIONS: [(&str, i64); 4] = [("us", 76281), ("jp", 53285), ("eu", 63294), ("br", 47363)];

/// An Authlete server and a server of the organization API. Both answer with an empty object.
async fn servers() -> (Server, Server) {
    let empty = Reply::json(200, &json!({}));
    (
        Server::always(empty.clone()).await,
        Server::always(empty).await,
    )
}

fn config(base: &str, idp: &str) -> Config {
    Config::v3(base, 1, "service-token")
        .service_owner_access_token("organization-token")
        .organization_id(88)
        .api_server_id(99)
        .idp_server(idp)
}

fn creation() -> OrganizationServiceCreateRequest {
    OrganizationServiceCreateRequest::new(Service::new().service_name("Bank"))
}

/// The message of [`Error::NotCallable`].
fn not_callable<T: std::fmt::Debug>(answer: Result<T>) -> String {
    let error = answer.unwrap_err();
    assert!(matches!(error, Error::NotCallable { .. }), "{error:?}");
    assert_eq!(error.kind(), ErrorKind::Usage);
    error.to_string()
}

#[tokio::test]
async fn organization_api_has_a_server_of_its_own() {
    let (authlete, idp) = servers().await;
    let api = Authlete::new(config(&authlete.url, &idp.url)).unwrap();
    api.organization_create_service(&creation()).await.unwrap();
    api.audit_entries(&AuditEntriesQuery::new()).await.unwrap();
    api.get_service(1).await.unwrap();

    let arrived = idp.take();
    let paths: Vec<&str> = arrived
        .iter()
        .map(|request| request.path.as_str())
        .collect();
    assert_eq!(paths, ["/api/service", "/api/audit/entries"]);
    for request in arrived {
        assert_eq!(
            request.header("authorization"),
            Some("Bearer organization-token")
        );
    }
    let arrived = authlete.take();
    let paths: Vec<&str> = arrived
        .iter()
        .map(|request| request.path.as_str())
        .collect();
    assert_eq!(paths, ["/api/1/service/get"]);
}

#[tokio::test]
async fn omitted_ids_come_from_the_configuration() {
    let (authlete, idp) = servers().await;
    let api = Authlete::new(config(&authlete.url, &idp.url)).unwrap();
    let service = json!({ "serviceName": "Bank" });
    let body = async |request: &OrganizationServiceCreateRequest| -> Value {
        api.organization_create_service(request).await.unwrap();
        idp.take().remove(0).json().unwrap()
    };
    assert_eq!(
        body(&creation()).await,
        json!({ "organizationId": 88, "apiServerId": 99, "service": service })
    );
    let given = creation().organization_id(5).api_server_id(6);
    assert_eq!(
        body(&given).await,
        json!({ "organizationId": 5, "apiServerId": 6, "service": service })
    );
    api.organization_remove_service(&OrganizationServiceRemoveRequest::new(7))
        .await
        .unwrap();
    assert_eq!(
        idp.take().remove(0).json().unwrap(),
        json!({ "organizationId": 88, "apiServerId": 99, "serviceId": 7 })
    );
}

#[tokio::test]
async fn call_without_a_required_setting_names_it_and_sends_nothing() {
    let (authlete, idp) = servers().await;
    let complete = || config(&authlete.url, &idp.url);
    for (setting, names) in [
        (
            Setting::OrganizationId,
            "OrganizationId (AUTHLETE_ORGANIZATION_ID)",
        ),
        (Setting::ApiServerId, "ApiServerId (AUTHLETE_API_SERVER_ID)"),
        (Setting::IdpServer, "IdpServer (AUTHLETE_IDP_SERVER)"),
        (
            Setting::ServiceOwnerAccessToken,
            "ServiceOwnerAccessToken (AUTHLETE_SERVICEOWNER_ACCESSTOKEN)",
        ),
    ] {
        let api = Authlete::new(complete().set(setting, "")).unwrap();
        let removal = OrganizationServiceRemoveRequest::new(7);
        for message in [
            not_callable(api.organization_create_service(&creation()).await),
            not_callable(api.organization_remove_service(&removal).await),
        ] {
            assert!(message.starts_with("organization_"), "{message}");
            assert!(message.contains(names), "{message}");
        }
        let is_needed_by_audit_types =
            !matches!(setting, Setting::OrganizationId | Setting::ApiServerId);
        let types = api.audit_types().await;
        let is_refused = matches!(types, Err(Error::NotCallable { .. }));
        assert_eq!(is_refused, is_needed_by_audit_types, "{setting}");
    }
    // Only requests for the audit log were sent.
    assert!(
        idp.take()
            .iter()
            .all(|request| request.path == "/api/audit/types")
    );
    assert!(authlete.take().is_empty());
}

/// A token for another server must not be sent to Authlete.
#[tokio::test]
async fn idp_server_has_no_default_for_other_authlete_servers() {
    for base in [
        "https://authlete.example",
        "http://127.0.0.1:1",
        "https://authlete.com.example",
    ] {
        let config = Config::new().base_url(base).service_owner_access_token("t");
        let api = Authlete::new(config.organization_id(1).api_server_id(1)).unwrap();
        let message = not_callable(api.organization_create_service(&creation()).await);
        assert_eq!(
            message,
            "organization_create_service: calls the organization API: set IdpServer (AUTHLETE_IDP_SERVER) to its URL"
        );
    }
}

/// Replaces the default IdP server, so that no request leaves this machine.
#[tokio::test]
async fn api_server_follows_from_the_region() {
    let (_, idp) = servers().await;
    for (region, id) in REGIONS {
        let base = format!("https://{region}.authlete.com");
        let config = Config::new()
            .base_url(&base)
            .service_owner_access_token("organization-token")
            .organization_id(88)
            .idp_server(&idp.url);
        let api = Authlete::new(config.clone()).unwrap();
        api.organization_create_service(&creation()).await.unwrap();
        assert_eq!(
            idp.take().remove(0).json().unwrap()["apiServerId"],
            id,
            "{region}"
        );

        let api = Authlete::new(config.api_server_id(5)).unwrap();
        api.organization_create_service(&creation()).await.unwrap();
        assert_eq!(
            idp.take().remove(0).json().unwrap()["apiServerId"],
            5,
            "{region}"
        );
    }
    let config = Config::new()
        .base_url("https://beta.authlete.com")
        .service_owner_access_token("organization-token")
        .organization_id(88)
        .idp_server(&idp.url);
    let api = Authlete::new(config).unwrap();
    let message = not_callable(api.organization_create_service(&creation()).await);
    assert!(message.contains("AUTHLETE_API_SERVER_ID"), "{message}");
    assert!(idp.take().is_empty());
}

/// A handle that calls its servers through a proxy, without retries.
fn via_proxy(proxy: &Server, config: Config) -> Authlete {
    let http = reqwest::Client::builder().proxy(reqwest::Proxy::all(&proxy.url).unwrap());
    Authlete::builder(config)
        .reqwest_builder(http)
        .retry(authlete::RetryPolicy::never())
        .build()
        .unwrap()
}

/// The proxy records the destination of the call and rejects it.
#[tokio::test]
async fn idp_server_defaults_to_login_authlete_com() {
    let proxy = Server::always(Reply::text(502, "text/plain", "")).await;
    for (region, _) in REGIONS {
        let config = Config::new()
            .base_url(format!("https://{region}.authlete.com"))
            .service_owner_access_token("organization-token")
            .organization_id(88);
        let api = via_proxy(&proxy, config);
        api.organization_create_service(&creation())
            .await
            .unwrap_err();
        let arrived = proxy.take();
        assert_eq!(arrived.len(), 1);
        assert_eq!(arrived[0].method, "CONNECT");
        assert_eq!(arrived[0].header("host"), Some("login.authlete.com:443"));
        assert_eq!(arrived[0].header("authorization"), None);
    }
}

#[tokio::test]
async fn services_are_not_created_or_deleted_through_the_cluster_of_authletes_own_servers() {
    let proxy = Server::always(Reply::text(502, "text/plain", "")).await;
    for base in [
        "https://us.authlete.com",
        "https://US.authlete.com/",
        "https://jp.authlete.com:443",
        "https://beta.authlete.com",
        "https://us.authlete.com.",
    ] {
        let config = Config::v3(base, 1, "service-token").service_owner_access_token("t");
        let api = via_proxy(&proxy, config);
        assert_eq!(
            not_callable(api.create_service(&Service::new()).await),
            "create_service: does not work on Authlete's own 3.0 servers: call organization_create_service"
        );
        assert_eq!(
            not_callable(api.delete_service(1).await),
            "delete_service: does not work on Authlete's own 3.0 servers: call organization_remove_service"
        );
    }
    assert!(proxy.take().is_empty());
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn services_are_created_and_deleted_through_another_server_and_in_2_x() {
    let server = Server::always(Reply::json(200, &json!({}))).await;
    let v3 = Config::v3(&server.url, 1, "t").service_owner_access_token("t");
    let v2 = Config::v2(&server.url, 1, "s")
        .service_owner_api_key(2)
        .service_owner_api_secret("s");
    for config in [v3, v2] {
        let api = Authlete::new(config).unwrap();
        api.create_service(&Service::new()).await.unwrap();
        api.delete_service(1).await.unwrap();
        assert_eq!(server.take().len(), 2);
    }
    // A call with 2.x to Authlete's own server is sent, and reaches the proxy.
    let proxy = Server::always(Reply::text(502, "text/plain", "")).await;
    let config = Config::new()
        .service_owner_api_key(2)
        .service_owner_api_secret("s");
    let api = via_proxy(&proxy, config);
    let error = api.create_service(&Service::new()).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert_eq!(proxy.take()[0].header("host"), Some("api.authlete.com:443"));
}

#[test]
fn only_the_operations_that_create_and_delete_services_have_a_replacement() {
    let replaced: Vec<_> = operations::ALL
        .iter()
        .filter_map(|operation| Some((operation.id, operation.hosted_replacement?)))
        .collect();
    assert_eq!(
        replaced,
        [
            ("create_service", "organization_create_service"),
            ("delete_service", "organization_remove_service"),
        ]
    );
}

#[tokio::test]
async fn organization_operation_is_not_callable_in_2_x() {
    let config = Config::v2("https://authlete.example", 1, "s");
    let api = Authlete::new(config).unwrap();
    assert_eq!(
        not_callable(api.organization_create_service(&creation()).await),
        "organization_create_service: Authlete 2.x does not have this operation"
    );
}

#[tokio::test]
async fn error_has_the_message_of_the_server_and_does_not_show_it() {
    let body = json!({ "error": "SECRET of 5", "errors": ["SECRET of 5"] });
    let idp = Server::always(Reply::json(403, &body)).await;
    let api = Authlete::new(config(&idp.url, &idp.url)).unwrap();
    let error = api
        .organization_create_service(&creation())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(
        error.to_string(),
        "organization_create_service: the server answered 403 Forbidden"
    );
    assert!(!format!("{error:?}").contains("SECRET"));
    let Error::Api(error) = error else {
        panic!("{error:?}")
    };
    assert_eq!(error.result_message.unwrap().expose(), "SECRET of 5");
    assert_eq!(error.body.unwrap()["errors"], json!(["SECRET of 5"]));
}

#[tokio::test]
async fn rate_limit_of_the_organization_api_is_not_recorded() {
    let limited = Reply::json(200, &json!({})).header("x-ratelimit-remaining", "3");
    let (authlete, idp) = (
        Server::always(limited.clone()).await,
        Server::always(limited).await,
    );
    let api = Authlete::new(config(&authlete.url, &idp.url)).unwrap();
    api.organization_create_service(&creation()).await.unwrap();
    assert_eq!(api.rate_limit(), None);
    api.get_service(1).await.unwrap();
    assert_eq!(api.rate_limit().unwrap().remaining, Some(3));
}

#[cfg(feature = "dpop")]
#[tokio::test]
async fn organization_token_is_sent_as_bearer_also_with_a_dpop_key() {
    let (authlete, idp) = servers().await;
    let jwk = json!({
        "kty": "EC",
        "crv": "P-256",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
    });
    let config = config(&authlete.url, &idp.url).dpop_key(jwk.to_string());
    let api = Authlete::new(config).unwrap();
    api.organization_create_service(&creation()).await.unwrap();
    api.get_service(1).await.unwrap();
    let request = idp.take().remove(0);
    assert_eq!(
        request.header("authorization"),
        Some("Bearer organization-token")
    );
    assert_eq!(request.header("dpop"), None);
    let request = authlete.take().remove(0);
    assert_eq!(
        request.header("authorization"),
        Some("DPoP organization-token")
    );
    assert!(request.header("dpop").is_some());
}

#[rstest]
fn id_is_a_whole_number_above_0(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    let base = || match version {
        ApiVersion::V2 => Config::v2("https://authlete.example", 1, "s"),
        ApiVersion::V3 => Config::v3("https://us.authlete.com", 1, "t"),
    };
    for (setting, what) in [
        (Setting::OrganizationId, "organization ID"),
        (Setting::ApiServerId, "API server ID"),
    ] {
        for wrong in [
            "0",
            "-1",
            "+1",
            "1.5",
            "us",
            "SECRET",
            "99999999999999999999",
        ] {
            let message = config_error(base().set(setting, wrong));
            assert_eq!(
                message,
                format!(
                    "{setting}, set in code: is not a valid {what}: it must be a positive integer"
                )
            );
        }
        assert!(Authlete::new(base().set(setting, "1")).is_ok());
    }
}

#[test]
fn id_below_1_that_is_set_as_a_number_is_refused() {
    let config = Config::v3("https://us.authlete.com", 1, "t");
    assert!(config_error(config.clone().organization_id(0)).contains("organization ID"));
    assert!(config_error(config.api_server_id(-1)).contains("API server ID"));
}

#[test]
fn idp_server_must_be_https_without_path_or_user_info() {
    let of = |url: &str| Config::v3("https://us.authlete.com", 1, "t").idp_server(url);
    for (url, reason) in [
        ("login.authlete.com", "must begin with https://"),
        (
            "http://login.authlete.com",
            "must be https, except on this machine",
        ),
        ("ftp://login.authlete.com", "must be https, not ftp"),
        (
            "https://user:SECRET@login.authlete.com",
            "must have no user name",
        ),
        (
            "https://login.authlete.com?SECRET",
            "must have no user name",
        ),
        (
            "https://login.authlete.com/api",
            "must have no path: /api is added to it",
        ),
        ("https://authlete.example/api/", "must not end in /api"),
    ] {
        let message = config_error(of(url));
        let expected = format!("IdpServer (AUTHLETE_IDP_SERVER), set in code: {reason}");
        assert!(message.starts_with(&expected), "{url}: {message}");
    }
    for url in [
        "https://login.authlete.com/",
        "http://127.0.0.1:8080",
        "https://authlete.example/idp",
    ] {
        assert!(Authlete::new(of(url)).is_ok(), "{url}");
    }
    assert!(Authlete::new(of("http://authlete.example").allow_http(true)).is_ok());
}

#[tokio::test]
async fn settings_come_from_a_file_and_from_the_environment() {
    let (authlete, idp) = servers().await;
    let text = format!(
        "BaseUrl = '{}'\nServiceOwnerAccessToken = 'organization-token'\nOrganizationId = 88\nApiServerId = '99'\nIdpServer = '{}'",
        authlete.url, idp.url
    );
    let from_file = Config::from_toml(&text).unwrap();
    let variables = [
        ("AUTHLETE_BASE_URL", authlete.url.as_str()),
        ("AUTHLETE_SERVICEOWNER_ACCESSTOKEN", "organization-token"),
        ("AUTHLETE_ORGANIZATION_ID", "88"),
        ("AUTHLETE_API_SERVER_ID", "99"),
        ("AUTHLETE_IDP_SERVER", idp.url.as_str()),
    ];
    let from_environment =
        crate::configuration::with_environment(&variables, Config::from_env).unwrap();
    for config in [from_file, from_environment] {
        let api = Authlete::new(config).unwrap();
        api.organization_create_service(&creation()).await.unwrap();
        let body = idp.take().remove(0).json().unwrap();
        assert_eq!(
            (&body["organizationId"], &body["apiServerId"]),
            (&json!(88), &json!(99))
        );
    }
}

/// A proxy would see the unencrypted token of a call to this machine.
#[test]
fn idp_server_on_this_machine_is_called_without_a_proxy() {
    let proxy = "http://127.0.0.1:9";
    let variables = [
        ("HTTP_PROXY", Some(proxy)),
        ("http_proxy", Some(proxy)),
        ("NO_PROXY", None),
        ("no_proxy", None),
    ];
    temp_env::with_vars(variables, || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let (_, idp) = servers().await;
            let api = Authlete::new(config("https://authlete.example", &idp.url)).unwrap();
            api.organization_create_service(&creation()).await.unwrap();
            assert_eq!(idp.take().len(), 1);
        });
    });
}

#[tokio::test]
async fn audit_types_skips_nulls_and_rejects_other_values() {
    let answer = async |body: Value| {
        let idp = Server::always(Reply::json(200, &body)).await;
        Authlete::new(config(&idp.url, &idp.url))
            .unwrap()
            .audit_types()
            .await
    };
    assert_eq!(answer(json!(["a", null, "b"])).await.unwrap(), ["a", "b"]);
    assert_eq!(answer(json!([])).await.unwrap(), [""; 0]);
    for wrong in [json!({}), json!([1]), json!("a")] {
        let error = answer(wrong).await.unwrap_err();
        assert!(matches!(error, Error::Decode { .. }), "{error:?}");
    }
}
