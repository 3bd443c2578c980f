//! No service can read the data of another service.

use authlete::ApiVersion;
use authlete::{ApiRoot, Authlete, operations};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::common::{GENERATIONS, variable};
use crate::description::Described;
use crate::flows;
use crate::parameters::form;
use crate::target::{ALIAS, Target, cases};
use crate::values::{body_of, handle};

/// A marker in all strings of the other service.
const MARKER: &str = "MARKER-OF-ANOTHER-SERVICE";

/// Creates a service with the marker in all names, a client, codes and tokens. Returns the IDs of service and client.
fn create_marked_service(target: &Target) -> Vec<String> {
    target.renew();
    let id = "update_service";
    let argument = target.argument(&Described::of(id));
    let mut service = target.service();
    for name in ["serviceName", "description"] {
        service.insert(name.to_owned(), MARKER.into());
    }
    let settings = Value::Object(service);
    target
        .runtime
        .block_on(target.call(ApiVersion::V2, id, &argument, &[], Some(&settings)));
    let mut client = target.client();
    for name in ["clientName", "description", "developer"] {
        client.insert(name.to_owned(), MARKER.into());
    }
    let settings = Value::Object(client);
    target.runtime.block_on(target.call(
        ApiVersion::V2,
        "update_client",
        ALIAS,
        &[],
        Some(&settings),
    ));
    flows::run_for(target, ApiVersion::V3, MARKER);
    vec![
        target.of_service("apiKey"),
        target.of_service("number"),
        target.of_client("clientId"),
        ALIAS.to_owned(),
    ]
}

#[test]
fn no_response_has_data_of_another_service() {
    let target = Target::start();
    let names = create_marked_service(&target);
    let argument = prop_oneof![2 => select(names), 1 => handle()];
    for operation in operations::ALL {
        let described = Described::of(operation.id);
        let body = match described.request() {
            None => Just(None).boxed(),
            Some(schema) => (body_of(schema), form(), any::<bool>())
                .prop_map(|(mut body, form, replaced)| {
                    if replaced && body.get("parameters").is_some() {
                        body["parameters"] = form.into();
                    }
                    Some(body)
                })
                .boxed(),
        };
        proptest!(cases(12), |(argument in argument.clone(), body in body)| {
            for version in GENERATIONS {
                let (status, text) = target.runtime.block_on(target.call_as_first_service(version, operation.id, &argument, body.as_ref()));
                prop_assert!(!text.contains(MARKER), "{} disclosed {text:.500}", operation.id);
                prop_assert!(status < 500, "{status} {text:.500}");
            }
        });
    }
    target.runtime.block_on(target.assert_alive());
}

/// Otherwise the other test could not fail.
#[test]
fn response_to_the_service_itself_has_the_marker() {
    let target = Target::start();
    create_marked_service(&target);
    let token = json!({ "token": crate::handles::placeholder("accessToken", 3) });
    for (id, body) in [("get_client", None), ("introspection", Some(token))] {
        let answer =
            target
                .runtime
                .block_on(target.call(ApiVersion::V2, id, ALIAS, &[], body.as_ref()));
        assert!(
            answer.body.to_string().contains(MARKER),
            "{id}: {}",
            answer.body
        );
    }
}

impl Target {
    /// Calls an operation with the credentials of the emulator's first service for objects of the other service.
    async fn call_as_first_service(
        &self,
        version: ApiVersion,
        id: &str,
        argument: &str,
        body: Option<&Value>,
    ) -> (u16, String) {
        let described = Described::of(id);
        let version = described.version(version);
        let route = described.operation.route(version).unwrap();
        let own = self.emulator.service_id().to_string();
        let argument = self.fill(argument);
        let path = match route.path.split_once('{') {
            None => route.path.to_owned(),
            Some((before, rest)) => {
                let after = rest.split_once('}').unwrap().1;
                let argument: String =
                    form_urlencoded::byte_serialize(argument.as_bytes()).collect();
                format!("{before}{argument}{after}")
            }
        };
        let root = if route.root == ApiRoot::Service {
            format!("/{own}")
        } else {
            String::new()
        };
        let url = format!("{}/api{root}{path}", self.emulator.base_url());
        let method = reqwest::Method::from_bytes(route.method.as_bytes()).unwrap();
        let mut request = self.http.request(method, url);
        request = match version {
            ApiVersion::V2 => {
                let secret = variable(&self.emulator, version, "AUTHLETE_SERVICE_APISECRET");
                request.basic_auth(own, Some(secret))
            }
            ApiVersion::V3 => request.bearer_auth(variable(
                &self.emulator,
                version,
                "AUTHLETE_SERVICE_ACCESSTOKEN",
            )),
        };
        if let Some(body) = body {
            request = request.body(self.fill(&body.to_string()));
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

#[test]
fn service_access_token_is_refused_for_another_service() {
    let target = Target::start();
    target.runtime.block_on(async {
        let config = target.emulator.config(ApiVersion::V3);
        let other = target.of_service("apiKey");
        let config = config.set(authlete::Setting::ServiceApiKey, other);
        let api = Authlete::new(config).unwrap();
        let (status, code) = crate::common::refusal(api.get_client(ALIAS).await);
        assert_eq!((status, code.as_str()), (403, "A900201"));
    });
}
