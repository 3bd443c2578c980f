//! The cost of signing an ID token at the token endpoint: authorization codes per second, without and with an ID token.
//!
//! `cargo bench -p authlete-emulator --bench id_tokens`

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use authlete::types::{
    AuthorizationIssueRequest, AuthorizationRequest, JwsAlg, TokenAction, TokenRequest,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use common::{make_calls, median};

const ROUNDS: usize = 11;
const CODES: usize = 500;

fn main() {
    common::run(measure());
}

async fn measure() {
    let emulator = Emulator::start().await.expect("the emulator starts");
    let config = emulator.config(ApiVersion::V2);
    let api = Arc::new(Authlete::new(config).expect("the configuration is complete"));
    let cases = [
        ("none", JwsAlg::Rs256, "read"),
        ("ES256", JwsAlg::Es256, "openid"),
        ("RS256", JwsAlg::Rs256, "openid"),
    ];
    println!("| ID token | in flight | codes/s | ratio |\n|---|---|---|---|");
    for in_flight in [1, 2] {
        // The cases alternate, so that other load affects all.
        let mut times = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            for ((_, alg, scope), times) in cases.iter().zip(&mut times) {
                times.push(exchange(&emulator, &api, alg, scope, in_flight).await);
            }
        }
        let times = times.map(|times| median(times).as_secs_f64() / CODES as f64);
        for ((name, ..), time) in cases.iter().zip(times) {
            println!(
                "| {name} | {in_flight} | {:.0} | {:.2} |",
                1.0 / time,
                time / times[0]
            );
        }
    }
}

/// The time of all exchanges together.
async fn exchange(
    emulator: &Emulator,
    api: &Arc<Authlete>,
    alg: &JwsAlg,
    scope: &str,
    in_flight: usize,
) -> Duration {
    let id = emulator.client().id;
    let client = api.get_client(&id.to_string()).await.expect("the client");
    let client = client.id_token_sign_alg(alg.clone());
    let updated = api.update_client(&id.to_string(), &client).await;
    updated.expect("the client is updated");
    let mut codes = Vec::new();
    for _ in 0..CODES {
        codes.push(code(emulator, api, scope).await);
    }
    let (api, client, codes) = (Arc::clone(api), emulator.client().clone(), Arc::new(codes));
    let start = Instant::now();
    make_calls(CODES, in_flight, move |number| {
        let (api, client, codes) = (Arc::clone(&api), client.clone(), Arc::clone(&codes));
        async move {
            let parameters = format!(
                "grant_type=authorization_code&code={}&redirect_uri={}",
                codes[number], client.redirect_uri
            );
            let request = TokenRequest::new(parameters)
                .client_id(client.id.to_string())
                .client_secret(client.secret);
            let answer = api.token(&request).await.expect("an answer");
            assert_eq!(
                answer.action,
                TokenAction::Ok,
                "{:?}",
                answer.result_message
            );
        }
    })
    .await;
    start.elapsed()
}

async fn code(emulator: &Emulator, api: &Authlete, scope: &str) -> String {
    let client = emulator.client();
    let parameters = format!(
        "response_type=code&client_id={}&redirect_uri={}&scope={scope}",
        client.id, client.redirect_uri
    );
    let request = AuthorizationRequest::new(parameters);
    let answer = api.authorization(&request).await.expect("an answer");
    let ticket = answer.ticket.expect("a ticket");
    let issue = AuthorizationIssueRequest::new(&ticket, "alice");
    let issued = api.authorization_issue(&issue).await.expect("an answer");
    let code = issued.authorization_code.expect("a code");
    code.expose().to_owned()
}
