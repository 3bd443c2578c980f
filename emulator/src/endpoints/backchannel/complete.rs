//! `/backchannel/authentication/complete`: reports the decision of the user.

use std::sync::Arc;

use authlete::types::DeliveryMode;
use serde_json::Value;

use crate::api_response::{ApiResponse, Outcome, ResponseBuilder};
use crate::call::Call;
use crate::digest::Digest;
use crate::endpoints::response_members::{list, with_client_of_request};
use crate::json::{Object, ObjectExt};
use crate::protocol::decision::{self, ReportCodes};
use crate::protocol::issuance::Issuance;
use crate::protocol::lifetime;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::protocol::token_response::{self, seconds_left};
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

const REPORT_CODES: ReportCodes = ReportCodes {
    result_missing: BACKCHANNEL_COMPLETE_RESULT_MISSING,
    result_unknown: BACKCHANNEL_COMPLETE_RESULT_UNKNOWN,
    subject_missing: BACKCHANNEL_COMPLETE_SUBJECT_MISSING,
    auth_time_negative: BACKCHANNEL_COMPLETE_AUTH_TIME,
    claims_malformed: BACKCHANNEL_COMPLETE_CLAIMS_MALFORMED,
    header_malformed: BACKCHANNEL_COMPLETE_HEADER_MALFORMED,
    access_token_claims_malformed: BACKCHANNEL_COMPLETE_JWT
        .because("jwtAtClaims is not a JSON object"),
};

/// Records the decision or, in push mode, issues the tokens.
pub fn complete(call: &Call, service: &mut Service) -> Outcome {
    process(call, service).unwrap_or_else(|code| {
        let response = ApiResponse::action(call.path, code, "SERVER_ERROR");
        Ok(response.build())
    })
}

fn process(call: &Call, service: &mut Service) -> Result<Outcome, ResultCode> {
    let ticket = call.body.text("ticket");
    let ticket = ticket.ok_or(BACKCHANNEL_COMPLETE_TICKET_MISSING)?;
    let unknown = match call.other_service_ids.contains(ticket) {
        true => BACKCHANNEL_COMPLETE_TICKET_OF_ANOTHER_SERVICE,
        false => BACKCHANNEL_COMPLETE_TICKET_UNKNOWN,
    };
    let ticket = Digest::of(ticket);
    let entry = service.backchannel_requests.get(&ticket).ok_or(unknown)?;
    let (pending, expired) = (entry.value.clone(), entry.expires_at <= call.now);
    let client = service.clients.by_id(pending.requested.client_id);
    let client = Arc::clone(client.ok_or(BACKCHANNEL_COMPLETE_CLIENT_GONE)?);
    let notification = Notification {
        call,
        client: &client,
        pending: &pending,
        auth_req_id: pending.auth_req_id.as_deref(),
    };
    match notification.record_decision(service, &ticket, expired) {
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
    decision::reported(&call.body, &pending.requested, &REPORT_CODES)
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
    fn record_decision(
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
    fn failure(&self, service: &Service, code: ResultCode) -> ApiResponse {
        self.error(service, code, &OAuthError::new("server_error", code))
    }

    /// No notification: a client in poll mode gets the result at the token endpoint.
    fn none(&self, service: &Service, code: ResultCode) -> ApiResponse {
        without_tokens(self.response(service, code, "NO_ACTION")).build()
    }

    /// A notification without a result, which the client gets at the token endpoint.
    fn ping(&self, service: &Service, code: ResultCode) -> ApiResponse {
        let response = self.response(service, code, "NOTIFICATION");
        self.with_content(without_tokens(response), Object::new())
            .build()
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
                    Ok(response) => return Ok(response),
                    Err(Refusal::Api(response)) => return Err(response),
                    Err(Refusal::Client(error)) => OAuthError {
                        error: "server_error",
                        ..error
                    },
                }
            }
            Decision::Refused(denial) => decision::error(&denial, BACKCHANNEL_PUSH_REFUSED),
            Decision::Pending => {
                OAuthError::new("server_error", BACKCHANNEL_COMPLETE_RESULT_UNKNOWN)
            }
        };
        Ok(self.error(service, BACKCHANNEL_PUSH_REFUSED, &error))
    }

    fn error(&self, service: &Service, code: ResultCode, error: &OAuthError) -> ApiResponse {
        let parameters = error.parameters(&service.settings).into_iter();
        let content = parameters.map(|(name, value)| (name.to_owned(), value.into()));
        let response = without_tokens(self.response(service, code, "NOTIFICATION"));
        self.with_content(response, content.collect()).build()
    }

    fn tokens(
        &self,
        service: &mut Service,
        granted: Granted,
        auth_req_id: &str,
    ) -> Result<ApiResponse, Refusal> {
        let now = self.call.now;
        let issuance = Issuance {
            call: self.call,
            client: self.client,
            grant: granted.grant,
            binding: Binding::default(),
            refreshable: service.may_refresh(self.client),
        };
        let issued = issuance.issue_pushed(service, auth_req_id)?;
        let response = self.response(service, BACKCHANNEL_PUSH_OK, "NOTIFICATION");
        let Some(record) = service.tokens.by_id(issued.record) else {
            return Ok(response.build());
        };
        let content = token_response::members(service, record, &issued, now);
        let duration = |end| seconds_left(end, now);
        let refresh_token = record.refresh_token.as_ref();
        let id_token_duration = match &issued.id_token {
            Some(_) => lifetime::id_token(service, self.client, &record.grant.scopes),
            None => 0,
        };
        let response = response
            .with("accessToken", issued.access_token)
            .with_optional("jwtAccessToken", issued.jwt)
            .with(
                "accessTokenDuration",
                duration(record.access_token_expires_at),
            )
            .with_optional("refreshToken", issued.refresh_token)
            .with(
                "refreshTokenDuration",
                refresh_token.map_or(0, |token| duration(token.expires_at)),
            )
            .with_optional("idToken", issued.id_token)
            .with("idTokenDuration", id_token_duration)
            .with_optional("consentedClaims", self.call.body.texts("consentedClaims"))
            .with_optional("resources", list(record.resources()))
            .with_optional(
                "authorizationDetails",
                record.authorization_details().cloned(),
            )
            .with_optional("grantId", record.grant.id.as_deref());
        Ok(self.with_content(response, content).build())
    }

    fn response(&self, service: &Service, code: ResultCode, action: &str) -> ResponseBuilder {
        let endpoint = self.client.settings.bc_notification_endpoint();
        let token = self.pending.client_notification_token.as_deref();
        let response = ApiResponse::action(self.call.path, code, action)
            .with("deliveryMode", self.pending.delivery_mode.as_str())
            .with_optional("clientNotificationEndpoint", endpoint)
            .with_optional("clientNotificationToken", token)
            .with_optional("authReqId", self.auth_req_id);
        let named_by = self.pending.requested.client_named_by;
        with_client_of_request(response, service, self.client, named_by)
    }

    fn with_content(&self, response: ResponseBuilder, mut content: Object) -> ResponseBuilder {
        if let Some(auth_req_id) = self.auth_req_id {
            content.insert("auth_req_id".to_owned(), auth_req_id.into());
        }
        response.with("responseContent", Value::Object(content).to_string())
    }
}

fn without_tokens(response: ResponseBuilder) -> ResponseBuilder {
    response
        .with("accessTokenDuration", 0)
        .with("refreshTokenDuration", 0)
        .with("idTokenDuration", 0)
}
