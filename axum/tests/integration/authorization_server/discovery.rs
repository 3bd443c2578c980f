//! The discovery document, and the endpoint URLs from the settings of the service.

use rstest::rstest;

use super::*;

#[rstest]
#[case::v2(ApiVersion::V2, "")]
#[case::v3_under_a_path(ApiVersion::V3, "/tenant")]
#[tokio::test]
async fn discovery_document_is_at_both_paths_and_names_the_endpoints(
    #[case] version: ApiVersion,
    #[case] path: &str,
) {
    let provider = Provider::at(path, version, users::Users, |server| server.router()).await;
    let origin = provider.issuer.trim_end_matches(path);
    for url in [
        format!("{}/.well-known/openid-configuration", provider.issuer),
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
    ] {
        let document = Reply::of(client::http().get(url)).await.json();
        assert_eq!(document["issuer"], provider.issuer);
        for (member, path) in [
            ("authorization_endpoint", "/authorize"),
            ("token_endpoint", "/token"),
            ("userinfo_endpoint", "/userinfo"),
            ("jwks_uri", "/jwks"),
            ("pushed_authorization_request_endpoint", "/par"),
            ("introspection_endpoint", "/introspect"),
            ("revocation_endpoint", "/revoke"),
            ("grant_management_endpoint", "/grants"),
        ] {
            assert_eq!(
                document[member],
                format!("{}{path}", provider.issuer),
                "{member}"
            );
        }
    }
    let jwks = Reply::of(client::http().get(format!("{}/jwks", provider.issuer))).await;
    assert!(jwks.json()["keys"].is_array());
}

#[test]
fn invalid_endpoint_url_is_refused_with_the_name_of_the_setting() {
    let mut service = authlete::types::Service::default();
    let error = Endpoints::from_service(&service).unwrap_err().to_string();
    assert!(error.contains("issuer"), "{error}");
    service.issuer = Some("https://as.example.com".into());
    assert!(Endpoints::from_service(&service).is_ok());
    for (url, reason) in [
        ("/token", "absolute"),
        ("https://as.example.com/token?a=b", "query"),
        ("https://as.example.com/authorize", "same path"),
        (
            "https://as.example.com/.well-known/openid-configuration",
            "same path",
        ),
    ] {
        service.authorization_endpoint = Some("https://as.example.com/authorize".into());
        service.token_endpoint = Some(url.into());
        let error = Endpoints::from_service(&service).unwrap_err().to_string();
        assert!(error.contains("tokenEndpoint"), "{error}");
        assert!(error.contains(reason), "{error}");
    }
}

#[tokio::test]
async fn endpoint_without_a_url_in_the_settings_is_answered_with_404() {
    let mut service = authlete::types::Service::default();
    service.issuer = Some("https://as.example.com".into());
    service.token_endpoint = Some("https://as.example.com/token".into());
    let endpoints = Endpoints::from_service(&service).unwrap();
    let api = crate::common::unreachable();
    let server = AuthorizationServer::new(api, endpoints, users::Users);
    let url = crate::common::serve_router(server.router()).await;
    let present = Reply::of(client::http().get(format!("{url}/token"))).await;
    assert_eq!(present.status, 405);
    let absent = Reply::of(client::http().get(format!("{url}/authorize"))).await;
    assert_eq!(absent.status, 404);
}
