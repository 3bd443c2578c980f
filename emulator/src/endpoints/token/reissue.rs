//! `/idtoken/reissue`: an ID token for refreshed tokens (OpenID Connect Core 1.0 §12.2).

use serde_json::Value;

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::digest::Digest;
use crate::json::{Object, ObjectExt};
use crate::protocol::id_token::IdToken;
use crate::protocol::issuance::Issued;
use crate::protocol::user_grant::{NotAnObject, object};
use crate::protocol::{scopes, token_response};
use crate::result_code::{
    REISSUE_ACCESS_TOKEN_UNUSABLE, REISSUE_JSON_MALFORMED, REISSUE_NOT_REISSUABLE, REISSUE_OK,
    REISSUE_REFRESH_TOKEN_DIFFERENT, REISSUE_TOKEN_MISSING, ResultCode,
};
use crate::store::{Authentication, Client, Grant, IdentifierKind, RecordId, Service, TokenRecord};

/// Whether an ID token can be reissued: the service supports it, and the tokens were refreshed and belong to a user who
/// granted `openid`.
pub fn is_reissuable(service: &Service, record: &TokenRecord) -> bool {
    service.settings.id_token_reissuable()
        && record.last_refreshed_at > 0
        && record.grant.subject.is_some()
        && scopes::are_openid(&record.grant.scopes)
}

pub fn reissue(call: &Call, service: &Service) -> Outcome {
    let reissue = match Reissue::of(call, service) {
        Ok(reissue) => reissue,
        Err(code) => return Ok(ApiResponse::action(call.path, code, "CALLER_ERROR").build()),
    };
    call.refuse_locked(reissue.client, IdentifierKind::Id)?;
    let id_token = IdToken {
        service,
        client: reissue.client,
        grant: &reissue.grant,
        bound: &[("at_hash", reissue.access_token)],
        claims: Object::new(),
        front_channel: false,
        now: call.now,
    };
    match id_token.issue() {
        Ok(id_token) => Ok(reissue.respond(service, id_token)),
        Err(error) => {
            let response = error.response(call.path, "INTERNAL_SERVER_ERROR", &service.settings);
            Ok(response.build())
        }
    }
}

/// The tokens of a call, and the grant for their ID token.
struct Reissue<'a> {
    call: &'a Call,
    access_token: &'a str,
    refresh_token: &'a str,
    id: RecordId,
    record: &'a TokenRecord,
    client: &'a Client,
    grant: Grant,
}

impl<'a> Reissue<'a> {
    fn of(call: &'a Call, service: &'a Service) -> Result<Self, ResultCode> {
        let token = |name| call.body.text(name).ok_or(REISSUE_TOKEN_MISSING);
        let (access_token, refresh_token) = (token("accessToken")?, token("refreshToken")?);
        let (id, record) = service
            .tokens
            .by_access_token(&Digest::of(access_token))
            .filter(|(_, record)| record.is_valid(call.now))
            .ok_or(REISSUE_ACCESS_TOKEN_UNUSABLE)?;
        let digest = Digest::of(refresh_token);
        let own = record.refresh_token.as_ref();
        own.filter(|own| own.digest == digest)
            .ok_or(REISSUE_REFRESH_TOKEN_DIFFERENT)?;
        let client = service.clients.by_id(record.grant.client_id);
        let client = client.filter(|_| is_reissuable(service, record));
        Ok(Self {
            call,
            access_token,
            refresh_token,
            id,
            record,
            client: client.ok_or(REISSUE_NOT_REISSUABLE)?,
            grant: grant(call, record).map_err(|_| REISSUE_JSON_MALFORMED)?,
        })
    }

    /// Repeats the token response with the given tokens and the new ID token.
    fn respond(self, service: &Service, id_token: String) -> ApiResponse {
        let issued = Issued {
            record: self.id,
            access_token: self.access_token.to_owned(),
            jwt: None,
            refresh_token: Some(self.refresh_token.to_owned()),
            id_token: Some(id_token),
        };
        let content = token_response::members(service, self.record, &issued, self.call.now);
        ApiResponse::action(self.call.path, REISSUE_OK, "OK")
            .with("responseContent", Value::Object(content).to_string())
            .with_optional("idToken", issued.id_token)
            .build()
    }
}

/// The grant for the ID token: the authentication of the original grant, and the user claims of the call. The nonce is
/// omitted, since it belongs to the first ID token.
fn grant(call: &Call, record: &TokenRecord) -> Result<Grant, NotAnObject> {
    let text = |name| call.body.text(name).map(str::to_owned);
    let earlier = record.grant.openid.as_deref();
    let openid = Authentication {
        sub: text("sub"),
        claims: object(&call.body, "claims")?.unwrap_or_default(),
        header: object(&call.body, "idtHeaderParams")?.unwrap_or_default(),
        audience_type: text("idTokenAudType"),
        session_id: earlier.and_then(|openid| openid.session_id.clone()),
        ..Authentication::default()
    };
    Ok(Grant {
        openid: Some(Box::new(openid)),
        ..record.grant.clone()
    })
}
