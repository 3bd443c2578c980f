//! The life cycle of a grant: a client creates, extends, queries and revokes it (Grant Management for OAuth 2.0).
//!
//! `cargo run --example grant_management` runs it against the emulator; with `AUTHLETE_*` in the environment it creates
//! a service of the organization or service owner there, and deletes it at the end.

mod connection;

use anyhow::{Context as _, Result, bail};
use authlete::types::{
    AuthorizationAction, AuthorizationIssueAction, AuthorizationIssueRequest, AuthorizationRequest,
    Client, ClientAuthMethod, ClientType, GmAction, GmRequest, GmResponseAction, Grant, GrantType,
    IntrospectionAction, IntrospectionRequest, ResponseType, Scope, Service, TokenAction,
    TokenRequest, TokenResponse,
};
use authlete::{ApiVersion, Authlete, Secret};
use form_urlencoded::Serializer;

const REDIRECT_URI: &str = "https://client.example.com/callback";
const ENDPOINT: &str = "https://as.example.com/grants";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let connection = connection::connect().await?;
    let api = &connection.api;

    let service = Service::new()
        .service_name("The service of the example grant_management")
        .issuer("https://as.example.com")
        .grant_management_endpoint(ENDPOINT)
        .supported_grant_types([GrantType::AuthorizationCode, GrantType::ClientCredentials])
        .supported_response_types([ResponseType::Code])
        .supported_token_auth_methods([ClientAuthMethod::ClientSecretBasic])
        .supported_scopes(
            [
                "accounts",
                "payments",
                "grant_management_query",
                "grant_management_revoke",
            ]
            .map(Scope::new),
        );
    let service = api.create_service(&service).await?;
    let id = service.api_key.context("the new service has no ID")?;
    let outcome = run(api, id, service).await;
    api.delete_service(id).await?;
    outcome
}

async fn run(api: &Authlete, service_id: i64, service: Service) -> Result<()> {
    let config = api.config().clone().service_id(service_id);
    let config = match api.api_version() {
        ApiVersion::V2 => config.service_api_secret(service.api_secret.unwrap_or_default()),
        ApiVersion::V3 => config.service_access_token(""),
    };
    let api = api.with_config(config)?;
    let client = Client::new()
        .client_name("grant_management")
        // Public clients may not manage grants.
        .client_type(ClientType::Confidential)
        .grant_types([GrantType::AuthorizationCode, GrantType::ClientCredentials])
        .response_types([ResponseType::Code])
        .redirect_uris([REDIRECT_URI])
        .token_auth_method(ClientAuthMethod::ClientSecretBasic);
    let client = api.create_client(&client).await?;
    let scenario = Scenario {
        api,
        client_id: client.client_id.context("the new client has no ID")?,
        client_secret: client.client_secret.unwrap_or_default(),
    };
    scenario.run().await
}

/// One client, and its authorization server.
struct Scenario {
    api: Authlete,
    client_id: i64,
    client_secret: Secret,
}

impl Scenario {
    async fn run(&self) -> Result<()> {
        println!(
            "1. John Doe allows the client to see his accounts. The client requests a new grant with an ID.\n"
        );
        let first = self
            .authorize(&[("scope", "accounts"), ("grant_management_action", "create")])
            .await?;
        let grant_id = first.grant_id.clone();
        let grant_id = grant_id.context("the token response has no grant_id")?;

        println!("2. The client queries the grant, with an access token for grant management.\n");
        let scopes = "grant_management_query grant_management_revoke";
        let form = [("grant_type", "client_credentials"), ("scope", scopes)];
        let authority = self.request_token(&form).await?;
        let authority = authority.access_token.context("no access token")?;
        self.manage(GmAction::Query, &grant_id, &authority).await?;

        println!("3. Later the client extends the grant: it also needs to make payments.\n");
        let second = self
            .authorize(&[
                ("scope", "payments"),
                ("grant_management_action", "merge"),
                ("grant_id", &grant_id),
            ])
            .await?;
        self.manage(GmAction::Query, &grant_id, &authority).await?;

        println!("4. The client revokes the grant.\n");
        self.manage(GmAction::Revoke, &grant_id, &authority).await?;
        self.manage(GmAction::Query, &grant_id, &authority).await?;

        println!("5. The tokens of the grant are revoked, too.\n");
        for token in [first, second] {
            let token = token.access_token.context("no access token")?;
            let request = IntrospectionRequest::new(token);
            match self.api.introspection(&request).await?.action {
                IntrospectionAction::Unauthorized => println!("an access token is no longer valid"),
                other => bail!("introspection of a token of the revoked grant: {other}"),
            }
        }
        Ok(())
    }

    /// Runs a flow from the authorization request to the tokens.
    async fn authorize(&self, parameters: &[(&str, &str)]) -> Result<TokenResponse> {
        let query = Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id.to_string())
            .append_pair("redirect_uri", REDIRECT_URI)
            .extend_pairs(parameters)
            .finish();
        println!("GET /authorize?{query}\n");
        let request = AuthorizationRequest::new(query);
        let asked = self.api.authorization(&request).await?;
        let ticket = match asked.action {
            AuthorizationAction::Interaction => asked.ticket.context("no ticket")?,
            other => bail!(
                "authorization: {other}: {:?}",
                asked.result_message.as_ref().map(Secret::expose)
            ),
        };
        // The consent page can show the existing grant, but only to its owner.
        if let (Some(grant), Some("john.doe")) = (asked.grant, asked.grant_subject.as_deref()) {
            println!("(granted before: {})\n", scopes(&grant));
        }

        let request = AuthorizationIssueRequest::new(ticket, "john.doe");
        let issued = self.api.authorization_issue(&request).await?;
        let code = match issued.action {
            AuthorizationIssueAction::Location => issued.authorization_code.context("no code")?,
            other => bail!(
                "authorization_issue: {other}: {:?}",
                issued.result_message.as_ref().map(Secret::expose)
            ),
        };
        self.request_token(&[
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", REDIRECT_URI),
        ])
        .await
    }

    async fn request_token(&self, form: &[(&str, &str)]) -> Result<TokenResponse> {
        let body = Serializer::new(String::new()).extend_pairs(form).finish();
        let request = TokenRequest::new(body)
            .client_id(self.client_id.to_string())
            .client_secret(&self.client_secret);
        let answer = self.api.token(&request).await?;
        match &answer.action {
            TokenAction::Ok => {}
            other => bail!(
                "token: {other}: {:?}",
                answer.result_message.as_ref().map(Secret::expose)
            ),
        }
        let content = answer.response_content.as_ref().context("no content")?;
        println!("POST /token\n\n{}\n", content.expose());
        Ok(answer)
    }

    /// Your grant management endpoint: passes a request to Authlete, and builds the response.
    async fn manage(&self, action: GmAction, grant_id: &str, token: &Secret) -> Result<()> {
        let method = match action {
            GmAction::Query => "GET",
            GmAction::Revoke => "DELETE",
            other => bail!("{other} is for authorization requests"),
        };
        println!("{method} {ENDPOINT}/{grant_id}\n");
        let request = GmRequest::new(action, grant_id, token);
        let answer = self.api.grant_management(&request).await?;
        let status = match &answer.action {
            GmResponseAction::Ok => "200 OK",
            GmResponseAction::NoContent => "204 No Content",
            GmResponseAction::Unauthorized => "401 Unauthorized",
            GmResponseAction::Forbidden => "403 Forbidden",
            GmResponseAction::NotFound => "404 Not Found",
            GmResponseAction::CallerError | GmResponseAction::AuthleteError => {
                eprintln!("{:?}", answer.result_message.as_ref().map(Secret::expose));
                "500 Internal Server Error"
            }
            other => bail!(
                "grant_management: {other}: {:?}",
                answer.result_message.as_ref().map(Secret::expose)
            ),
        };
        println!("HTTP/1.1 {status}\nCache-Control: no-store");
        if let Some(nonce) = &answer.dpop_nonce {
            println!("DPoP-Nonce: {nonce}");
        }
        match (&answer.action, &answer.response_content) {
            (GmResponseAction::Ok, Some(grant)) => {
                println!("Content-Type: application/json\n\n{}", grant.expose());
            }
            (_, Some(challenge)) => println!("WWW-Authenticate: {}", challenge.expose()),
            (_, None) => {}
        }
        println!();
        Ok(())
    }
}

/// The scopes that a grant covers.
fn scopes(grant: &Grant) -> String {
    let groups = grant.scopes.iter().flatten();
    let scopes: Vec<_> = groups.filter_map(|group| group.scope.as_deref()).collect();
    scopes.join(" ")
}
