//! Property test: whatever the order of requests and forms in the tabs of a browser, a client gets a code only for the user who is
//! logged in, and only for what this user consented to.

use std::collections::{BTreeSet, HashMap};

use authlete::types::{IntrospectionRequest, IntrospectionResponse};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

/// What happens in one of the tabs. `page` selects one of the pages that were shown, also earlier ones.
#[derive(Debug, Clone)]
enum Event {
    Open {
        scope: &'static str,
        prompt: &'static str,
    },
    LogIn {
        page: Index,
        name: &'static str,
        password: &'static str,
    },
    LogInElsewhere {
        name: &'static str,
    },
    Decide {
        page: Index,
        scopes: &'static str,
        agree: &'static str,
    },
    ChooseAccount {
        page: Index,
    },
    LogOut,
}

fn event() -> impl Strategy<Value = Event> {
    let scopes = || {
        select(vec![
            "openid",
            "openid email",
            "openid profile email",
            "email",
        ])
    };
    let prompts = select(vec!["", "", "login", "consent", "select_account", "none"]);
    let names = || select(vec!["alice", "bob"]);
    let passwords = prop_oneof![3 => Just("secret"), 1 => Just("wrong")];
    let decisions = prop_oneof![4 => Just("yes"), 1 => Just("no")];
    prop_oneof![
        4 => (scopes(), prompts).prop_map(|(scope, prompt)| Event::Open { scope, prompt }),
        4 => (any::<Index>(), names(), passwords)
            .prop_map(|(page, name, password)| Event::LogIn { page, name, password }),
        1 => names().prop_map(|name| Event::LogInElsewhere { name }),
        6 => (any::<Index>(), scopes(), decisions)
            .prop_map(|(page, scopes, agree)| Event::Decide { page, scopes, agree }),
        2 => any::<Index>().prop_map(|page| Event::ChooseAccount { page }),
        1 => Just(Event::LogOut),
    ]
}

/// A page of an authorization request.
#[derive(Debug, Clone)]
struct Shown {
    kind: String,
    user: String,
    prompt: &'static str,
    /// Whether the user has logged in for the request.
    has_login: bool,
}

/// What the server has to remember.
#[derive(Debug, Default)]
struct Expected {
    user: Option<&'static str>,
    consents: HashMap<&'static str, BTreeSet<&'static str>>,
    /// The IDs of all pages, in order.
    pages: Vec<String>,
    /// The last page of each request.
    requests: HashMap<String, Shown>,
}

impl Expected {
    fn request(&self, page: &Index) -> Option<(String, Shown)> {
        let id = (!self.pages.is_empty()).then(|| page.get(&self.pages).clone())?;
        let shown = self.requests.get(&id)?.clone();
        Some((id, shown))
    }

    /// Records the page of a reply.
    fn see(&mut self, reply: &Reply, prompt: &'static str, has_login: bool) {
        let words: Vec<_> = reply.body.split(' ').collect();
        if let [kind @ ("login" | "accounts" | "consent"), id, user, ..] = words[..] {
            let shown = Shown {
                kind: kind.to_owned(),
                user: user.to_owned(),
                prompt,
                has_login,
            };
            self.pages.push(id.to_owned());
            self.requests.insert(id.to_owned(), shown);
        }
    }
}

/// The code in a reply, if the request was granted.
fn code(reply: &Reply) -> Option<String> {
    assert!(
        [200, 302, 303, 400, 429].contains(&reply.status),
        "{reply:?}"
    );
    let location = reply.header("location")?;
    let (_, query) = location.split_once('?')?;
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    let code = parameters.find(|(name, _)| name == "code");
    code.map(|(_, code)| code.into_owned())
}

async fn redeemed(provider: &Provider, code: &str) -> IntrospectionResponse {
    let tokens = provider.client().redeem(code).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    let request = IntrospectionRequest::new(token);
    provider.api.introspection(&request).await.unwrap()
}

async fn run(events: Vec<Event>) {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    let mut expected = Expected::default();
    for event in events {
        let granted = match event {
            Event::Open { scope, prompt } => {
                let prompts = [("prompt", prompt)];
                let more = if prompt.is_empty() { &[] } else { &prompts[..] };
                let reply = open(&provider, &mut browser, scope, more).await;
                expected.see(&reply, prompt, false);
                let granted = code(&reply);
                assert!(
                    granted.is_none() || ["", "none"].contains(&prompt),
                    "{prompt}"
                );
                granted
            }
            Event::LogIn {
                page,
                name,
                password,
            } => {
                let Some((id, shown)) = expected.request(&page) else {
                    continue;
                };
                let form = format!("request={id}&name={name}&password={password}");
                let reply = browser.post("/login", &form).await;
                let is_right = password == "secret" && ![400, 429].contains(&reply.status);
                if is_right {
                    expected.user = Some(name);
                }
                expected.see(&reply, shown.prompt, shown.has_login || is_right);
                let granted = code(&reply);
                assert!(granted.is_none() || is_right && shown.prompt != "consent");
                granted
            }
            Event::LogInElsewhere { name } => {
                let form = format!("return_to=/device&name={name}&password=secret");
                if browser.post("/login", &form).await.status == 303 {
                    expected.user = Some(name);
                }
                None
            }
            Event::Decide {
                page,
                scopes,
                agree,
            } => {
                let Some((id, shown)) = expected.request(&page) else {
                    continue;
                };
                let fields = scopes.split(' ').map(|scope| format!("&scope={scope}"));
                let form = format!("request={id}&agree={agree}{}", fields.collect::<String>());
                let reply = browser.post("/consent", &form).await;
                let granted = code(&reply);
                let is_for_user = expected.user.is_some_and(|user| shown.user == user);
                let counts = agree == "yes" && shown.kind == "consent" && is_for_user;
                if counts && let Some(user) = expected.user {
                    let consents = expected.consents.entry(user).or_default();
                    consents.extend(scopes.split(' ').chain(["openid"]));
                }
                let has_login = shown.has_login || shown.prompt != "login";
                assert!(granted.is_none() || agree == "yes" && has_login);
                assert!(granted.is_none() || counts || shown.prompt != "consent");
                expected.see(&reply, shown.prompt, shown.has_login);
                granted
            }
            Event::ChooseAccount { page } => {
                let Some((id, shown)) = expected.request(&page) else {
                    continue;
                };
                let reply = browser.post("/account", &format!("request={id}")).await;
                expected.see(&reply, shown.prompt, shown.has_login);
                let granted = code(&reply);
                assert!(
                    granted.is_none()
                        || !["login", "consent"].contains(&shown.prompt)
                        || shown.has_login
                );
                granted
            }
            Event::LogOut => {
                browser.post("/logout/confirm", "").await;
                expected.user = None;
                None
            }
        };
        if let Some(code) = granted {
            let token = redeemed(&provider, &code).await;
            assert_eq!(token.subject.as_deref(), expected.user);
            let user = expected.user.unwrap();
            let consents = expected.consents.get(user).cloned().unwrap_or_default();
            for scope in token.scopes.unwrap() {
                assert!(consents.contains(scope.as_str()), "{scope} for {user}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn code_is_for_the_logged_in_user_and_the_consent_of_this_user(events in vec(event(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(events));
    }
}
