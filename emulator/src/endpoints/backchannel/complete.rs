//! `/backchannel/authentication/complete`: reports the decision of the user.

use std::sync::Arc;

use authlete::types::{DeliveryMode, GrantType};
use serde_json::Value;

use crate::call::Call;
use crate::digest::Digest;
use crate::endpoints::answer_members::{list, with_client_of_request};
use crate::json::{Members, Object};
use crate::protocol::decision::{self, Unreadable};
use crate::protocol::granted::Requested;
use crate::protocol::issuance::Issuance;
use crate::protocol::lifetime;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::protocol::token_response::{self, seconds_left};
use crate::reply::{Answer, Outcome, Reply};
use crate::result_code::{
    BACKCHANNEL_COMPLETE_AUTH_TIME, BACKCHANNEL_COMPLETE_CLAIMS_MALFORMED,
    BACKCHANNEL_COMPLETE_CLIENT_GONE, BACKCHANNEL_COMPLETE_EXPIRED,
    BACKCHANNEL_COMPLETE_HEADER_MALFORMED, BACKCHANNEL_COMPLETE_JWT,
    BACKCHANNEL_COMPLETE_NOT_ISSUED, BACKCHANNEL_COMPLETE_OK, BACKCHANNEL_COMPLETE_REFUSED,
    BACKCHANNEL_COMPLETE_RESULT_MISSING, BACKCHANNEL_COMPLETE_RESULT_UNKNOWN,
    BACKCHANNEL_COMPLETE_SUBJECT_MISSING, BACKCHANNEL_COMPLETE_TICKET_MISSING,
    BACKCHANNEL_COMPLETE_TICKET_OF_ANOTHER_SERVICE, BACKCHANNEL_COMPLETE_TICKET_UNKNOWN,
    BACKCHANNEL_COMPLETE_TICKET_USED, BACKCHANNEL_PUSH_OK, BACKCHANNEL_PUSH_REFUSED, ResultCode,
};
use crate::store::{BackchannelRequest, Binding, Client, Decision, Granted, Service};

/// Records the decision or, in push mode, issues the tokens.
pub fn complete(call: &Call, service: &mut Service) -> Outcome {
    process(call, service).unwrap_or_else(|code| {
        let answer = Reply::action(call.path, code, "SERVER_ERROR");
        Ok(answer.reply())
    })
}

fn process(call: &Call, service: &mut Service) -> Result<Outcome, ResultCode> {
    let ticket = call.body.text("ticket");
    let ticket = ticket.ok_or(BACKCHANNEL_COMPLETE_TICKET_MISSING)?;
    let unknown = match call.foreign.has(ticket) {
        true => BACKCHANNEL_COMPLETE_TICKET_OF_ANOTHER_SERVICE,
        false => BACKCHANNEL_COMPLETE_TICKET_UNKNOWN,
    };
    let ticket = Digest::of(ticket);
    let entry = service.backchannel_requests.get(&ticket).ok_or(unknown)?;
    let (pending, expired) = (entry.value.clone(), entry.expires_at <= call.now);
    let client = service.clients.by_id(pending.client_id);
    let client = Arc::clone(client.ok_or(BACKCHANNEL_COMPLETE_CLIENT_GONE)?);
    let notification = Notification {
        call,
        client: &client,
        pending: &pending,
        auth_req_id: pending.auth_req_id.as_deref(),
    };
    match notification.decide(service, &ticket, expired) {
        // A ping or push client expects a notification, so it gets the error.
        Err(code) if pending.delivery_mode != DeliveryMode::Poll => {
            Ok(Ok(notification.failure(service, code)))
        }
        decided => decided,
    }
}

/// The decision that a call reports for a pending request.
fn reported(call: &Call, pending: &BackchannelRequest) -> Result<Decision, ResultCode> {
    if !matches!(pending.decision, Decision::Pending) {
        return Err(BACKCHANNEL_COMPLETE_TICKET_USED);
    }
    let decision = decision::reported(&call.body, &requested(pending));
    decision.map_err(|unreadable| match unreadable {
        Unreadable::Result => match call.body.text("result") {
            None => BACKCHANNEL_COMPLETE_RESULT_MISSING,
            Some(_) => BACKCHANNEL_COMPLETE_RESULT_UNKNOWN,
        },
        Unreadable::Subject => BACKCHANNEL_COMPLETE_SUBJECT_MISSING,
        Unreadable::AuthTime => BACKCHANNEL_COMPLETE_AUTH_TIME,
        Unreadable::Object(malformed) => match malformed.member {
            "claims" => BACKCHANNEL_COMPLETE_CLAIMS_MALFORMED,
            "idtHeaderParams" => BACKCHANNEL_COMPLETE_HEADER_MALFORMED,
            _ => BACKCHANNEL_COMPLETE_JWT.because("jwtAtClaims is not a JSON object"),
        },
    })
}

fn requested(pending: &BackchannelRequest) -> Requested<'_> {
    Requested {
        client_id: pending.client_id,
        client_named_by: pending.client_named_by,
        grant_type: GrantType::Ciba,
        scopes: &pending.scopes,
        resources: &pending.resources,
        authorization_details: pending.authorization_details.as_deref(),
        grant_management: pending.grant_management.as_ref(),
    }
}

/// The notification for the client (CIBA Core 1.0 §10.2, §10.3, §12).
struct Notification<'a> {
    call: &'a Call,
    client: &'a Client,
    pending: &'a BackchannelRequest,
    auth_req_id: Option<&'a str>,
}

impl Notification<'_> {
    /// Issues the tokens in push mode, or records the decision for the token endpoint.
    fn decide(
        &self,
        service: &mut Service,
        ticket: &Digest,
        expired: bool,
    ) -> Result<Outcome, ResultCode> {
        let auth_req_id = self.auth_req_id.ok_or(BACKCHANNEL_COMPLETE_NOT_ISSUED)?;
        let decision = reported(self.call, self.pending)?;
        let code = match decision {
            Decision::Granted(_) => BACKCHANNEL_COMPLETE_OK,
            _ => BACKCHANNEL_COMPLETE_REFUSED,
        };
        let outcome = match self.pending.delivery_mode {
            DeliveryMode::Push => {
                service.backchannel_requests.remove(ticket);
                service.auth_req_ids.remove(&Digest::of(auth_req_id));
                return Ok(self.push(service, decision, auth_req_id, expired));
            }
            DeliveryMode::Ping => self.ping(service, code),
            _ if expired => return Err(BACKCHANNEL_COMPLETE_EXPIRED),
            _ => self.none(service, code),
        };
        if let Some(stored) = service.backchannel_requests.get_mut(ticket) {
            stored.decision = decision;
        }
        Ok(Ok(outcome))
    }

    /// The notification that the call failed.
    fn failure(&self, service: &Service, code: ResultCode) -> Reply {
        self.error(service, code, &OAuthError::new("server_error", code))
    }

    /// No notification: a client in poll mode gets the result at the token endpoint.
    fn none(&self, service: &Service, code: ResultCode) -> Reply {
        without_tokens(self.answer(service, code, "NO_ACTION")).reply()
    }

    /// A notification without a result, which the client gets at the token endpoint.
    fn ping(&self, service: &Service, code: ResultCode) -> Reply {
        let answer = self.answer(service, code, "NOTIFICATION");
        self.with_content(without_tokens(answer), Object::new())
            .reply()
    }

    /// A notification with the tokens or the error.
    fn push(
        &self,
        service: &mut Service,
        decided: Decision,
        auth_req_id: &str,
        expired: bool,
    ) -> Outcome {
        let error = match decided {
            _ if expired => OAuthError::new("expired_token", BACKCHANNEL_COMPLETE_EXPIRED),
            Decision::Granted(granted) => {
                match service.attempt(|service| self.tokens(service, *granted, auth_req_id)) {
                    Ok(reply) => return Ok(reply),
                    Err(Refusal::Reply(reply)) => return Err(reply),
                    Err(Refusal::Client(error)) => OAuthError {
                        error: "server_error",
                        ..error
                    },
                }
            }
            Decision::Refused(refused) => decision::error(&refused, BACKCHANNEL_PUSH_REFUSED),
            Decision::Pending => {
                OAuthError::new("server_error", BACKCHANNEL_COMPLETE_RESULT_UNKNOWN)
            }
        };
        Ok(self.error(service, BACKCHANNEL_PUSH_REFUSED, &error))
    }

    fn error(&self, service: &Service, code: ResultCode, error: &OAuthError) -> Reply {
        let parameters = error.parameters(&service.settings).into_iter();
        let content = parameters.map(|(name, value)| (name.to_owned(), value.into()));
        let answer = without_tokens(self.answer(service, code, "NOTIFICATION"));
        self.with_content(answer, content.collect()).reply()
    }

    fn tokens(
        &self,
        service: &mut Service,
        granted: Granted,
        auth_req_id: &str,
    ) -> Result<Reply, Refusal> {
        let now = self.call.now;
        let issuance = Issuance {
            call: self.call,
            client: self.client,
            grant: granted.grant,
            binding: Binding::default(),
            refreshable: service.may_refresh(self.client),
        };
        let issued = issuance.issue_pushed(service, auth_req_id)?;
        let answer = self.answer(service, BACKCHANNEL_PUSH_OK, "NOTIFICATION");
        let Some(record) = service.tokens.by_id(issued.record) else {
            return Ok(answer.reply());
        };
        let content = token_response::members(service, record, &issued, now);
        let duration = |end| seconds_left(end, now);
        let refresh_token = record.refresh_token.as_ref();
        let id_token_duration = match &issued.id_token {
            Some(_) => lifetime::id_token(service, self.client, &record.grant.scopes),
            None => 0,
        };
        let answer = answer
            .with("accessToken", issued.access_token)
            .with_some("jwtAccessToken", issued.jwt)
            .with(
                "accessTokenDuration",
                duration(record.access_token_expires_at),
            )
            .with_some("refreshToken", issued.refresh_token)
            .with(
                "refreshTokenDuration",
                refresh_token.map_or(0, |token| duration(token.expires_at)),
            )
            .with_some("idToken", issued.id_token)
            .with("idTokenDuration", id_token_duration)
            .with_some("consentedClaims", self.call.body.texts("consentedClaims"))
            .with_some("resources", list(record.resources()))
            .with_some(
                "authorizationDetails",
                record.authorization_details().cloned(),
            )
            .with_some("grantId", record.grant.id.as_deref());
        Ok(self.with_content(answer, content).reply())
    }

    fn answer(&self, service: &Service, code: ResultCode, action: &str) -> Answer {
        let endpoint = self.client.settings.bc_notification_endpoint();
        let token = self.pending.client_notification_token.as_deref();
        let answer = Reply::action(self.call.path, code, action)
            .with("deliveryMode", self.pending.delivery_mode.as_str())
            .with_some("clientNotificationEndpoint", endpoint)
            .with_some("clientNotificationToken", token)
            .with_some("authReqId", self.auth_req_id);
        let named_by = self.pending.client_named_by;
        with_client_of_request(answer, service, self.client, named_by)
    }

    fn with_content(&self, answer: Answer, mut content: Object) -> Answer {
        if let Some(auth_req_id) = self.auth_req_id {
            content.insert("auth_req_id".to_owned(), auth_req_id.into());
        }
        answer.with("responseContent", Value::Object(content).to_string())
    }
}

fn without_tokens(answer: Answer) -> Answer {
    answer
        .with("accessTokenDuration", 0)
        .with("refreshTokenDuration", 0)
        .with("idTokenDuration", 0)
}
