//! The state of a browser.

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use authlete::server::{PendingAuthorization, Session};
use serde::{Deserialize, Serialize};

use crate::authorization_server::{DeviceRequest, LogoutRequest};

/// The number of authorization requests that a browser may have open, in tabs for example. The oldest is dropped.
const PENDING: usize = 5;

/// The state of a browser: the logged-in user, and the requests whose pages it shows.
///
/// [`BrowserSessions`](super::BrowserSessions) stores it as it is. It has tickets, so it must stay on the server.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BrowserState {
    pub(super) login: Option<Session>,
    /// The clients that the user logged in to during this session. They are notified of the logout.
    pub(super) clients: BTreeSet<i64>,
    pending: Vec<OpenPage>,
    pub(super) device: Option<DeviceRequest>,
    pub(super) logout: Option<LogoutRequest>,
}

/// A page of an authorization request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OpenPage {
    request: PendingAuthorization,
    /// The user that the page asks. The form is ignored if another user is logged in.
    user: Option<String>,
}

/// What a step of an authorization request changes.
pub(super) enum Change {
    /// A page is shown.
    Page {
        request: Box<PendingAuthorization>,
        /// The user whom it asks for a decision.
        user: Option<String>,
    },
    /// The request is over. If it was granted, the user has logged in to the client.
    End {
        page_id: String,
        client: Option<i64>,
    },
}

impl BrowserState {
    /// Records a login. If the same user logs in again, the session ID for clients is kept. Another user has a new one, and
    /// the clients of the previous user are not notified of the logout.
    pub(super) fn log_in(&mut self, mut session: Session) {
        let previous = self.login.take();
        let previous = previous.filter(|previous| previous.subject() == session.subject());
        if session.id().is_none() {
            let id = previous.as_ref().and_then(Session::id);
            session = session.with_id(id.map_or_else(random_id, str::to_owned));
        }
        if previous.is_none() {
            self.clients.clear();
            // Its page was shown to the former user.
            self.device = None;
        }
        self.login = Some(session);
    }

    /// The authorization request that a form is for.
    pub(super) fn pending(&self, page_id: &str) -> Option<&PendingAuthorization> {
        self.page(page_id).map(|page| &page.request)
    }

    /// The logged-in user, if the page of a form asked this user for a decision.
    pub(super) fn viewer(&self, page_id: &str) -> Option<&Session> {
        let user = self.page(page_id)?.user.as_deref();
        let login = self.login.as_ref();
        login.filter(|login| Some(login.subject()) == user)
    }

    fn page(&self, page_id: &str) -> Option<&OpenPage> {
        self.pending
            .iter()
            .find(|page| page.request.page_id() == page_id)
    }

    /// Stores a request whose page is shown, in place of its earlier state, or removes one that is over.
    pub(super) fn apply(&mut self, change: Change) {
        let page_id = match &change {
            Change::Page { request, .. } => request.page_id(),
            Change::End { page_id, .. } => page_id,
        };
        self.pending
            .retain(|page| page.request.page_id() != page_id);
        match change {
            Change::Page { request, user } => {
                if self.pending.len() == PENDING {
                    self.pending.remove(0);
                }
                let request = *request;
                self.pending.push(OpenPage { request, user });
            }
            Change::End { client, .. } => self.clients.extend(client),
        }
    }

    /// Stores the request of a device whose page is shown to a user, unless another one has logged in in the meantime.
    pub(super) fn ask_for_device(&mut self, device: DeviceRequest, user: &str) {
        let login = self.login.as_ref();
        self.device = login
            .is_some_and(|login| login.subject() == user)
            .then_some(device);
    }

    /// The request of the device that a form is for.
    pub(super) fn device(&self, page_id: &str) -> Option<&DeviceRequest> {
        self.device.as_ref().filter(|it| it.page_id() == page_id)
    }
}

/// A unique session identifier for clients. It is not a secret. `RandomState` has random keys.
fn random_id() -> String {
    let part = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", part(), part())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_in(state: &mut BrowserState, subject: &str) -> (String, usize) {
        state.log_in(Session::new(subject, 1_767_225_600));
        state.clients.insert(1);
        let next = i64::try_from(state.clients.len() + 1).unwrap();
        state.clients.insert(next);
        let id = state.login.as_ref().and_then(Session::id).unwrap();
        (id.to_owned(), state.clients.len())
    }

    #[test]
    fn session_goes_on_for_the_same_user_and_ends_for_another_one() {
        let mut state = BrowserState::default();
        let (first, clients) = log_in(&mut state, "alice");
        assert_eq!((first.len(), clients), (32, 2));
        assert_eq!(log_in(&mut state, "alice"), (first.clone(), 3));
        let (other, clients) = log_in(&mut state, "bob");
        assert_ne!(other, first);
        assert_eq!(clients, 2);
    }

    #[test]
    fn state_survives_serialization() {
        let mut state = BrowserState::default();
        state.log_in(Session::new("alice", 1_767_225_600).with_acr("urn:example:acr"));
        let json = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<BrowserState>(&json).unwrap(), state);
        assert_eq!(
            serde_json::from_str::<BrowserState>("{}").unwrap(),
            BrowserState::default()
        );
    }
}
