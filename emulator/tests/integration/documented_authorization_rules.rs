//! Rules that the documentation of the Authlete Java library states for answers to authorization requests, where no other
//! test has them.

use crate::common::*;
use authlete::types::{
    AuthorizationFailAction, AuthorizationFailReason as Reason, AuthorizationFailRequest,
    AuthorizationIssueRequest,
};

/// `AuthorizationFailRequest.Reason`: the reasons that concern the authentication, and errors of the server.
#[tokio::test]
async fn a_reason_about_the_authentication_becomes_login_required() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        for (reason, error) in [
            (Reason::MaxAgeNotSupported, "login_required"),
            (Reason::DifferentSubject, "login_required"),
            (Reason::NotAuthenticated, "login_required"),
            (Reason::ServerError, "server_error"),
        ] {
            let ticket = ticket(&api, &query(emulator.client())).await;
            let request = AuthorizationFailRequest::new(ticket, reason);
            let answer = api.authorization_fail(&request).await.unwrap();
            assert_eq!(answer.action, AuthorizationFailAction::Location);
            let (_, parameters) = location(answer.response_content.as_ref());
            assert_eq!(parameters[0], ("error".to_owned(), error.to_owned()));
        }
    }
}

/// `AuthorizationIssueRequest.setScopes`: an empty list replaces the scopes, and `openid` cannot be added.
#[tokio::test]
async fn the_scopes_of_the_issue_replace_those_of_the_request_but_do_not_add_openid() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let cases: [(Option<&[&str]>, &[&str]); 3] = [
            (None, &["read", "write"]),
            (Some(&[]), &[]),
            (Some(&["openid", "email"]), &["email"]),
        ];
        for (given, expected) in cases {
            let mut issue =
                AuthorizationIssueRequest::new(ticket(&api, &query(client)).await, "alice");
            issue.scopes = given.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
            let issued = api.authorization_issue(&issue).await.unwrap();
            let code = issued.authorization_code.unwrap();
            let parameters = code_parameters(client, code.expose());
            let answer = request_token(&api, client, &parameters).await;
            assert_eq!(answer.scopes.unwrap_or_default(), expected);
            assert_eq!(answer.id_token, None);
        }
    }
}
