//! Grants of users, from the API calls that complete a request: of the authorization endpoint, of the device flow, of CIBA.

use authlete::types::{GrantType, Property};

use super::scopes::are_openid;
use crate::json::{Object, ObjectExt};
use crate::store::{Authentication, Grant, Granted, Requested};

/// The error for a member whose text is not a JSON object.
#[derive(Debug)]
pub struct NotAnObject {
    pub member: &'static str,
}

const LIFETIMES: [&str; 2] = ["accessTokenDuration", "refreshTokenDuration"];

impl Requested {
    /// The grant of the user.
    pub fn granted(&self, call: &Object, subject: Option<&str>) -> Result<Granted, NotAnObject> {
        let scopes = self.granted_scopes(call);
        let text = |name| call.text(name).map(str::to_owned);
        // Parsed in any case: malformed JSON is an error of the caller, even if the member is not used.
        let claims = object(call, "claims")?.unwrap_or_default();
        let header = object(call, "idtHeaderParams")?.unwrap_or_default();
        // ID tokens are issued only if the request had the scope openid.
        let is_openid = are_openid(&self.scopes) && are_openid(&scopes);
        let openid = is_openid.then(|| {
            Box::new(Authentication {
                sub: text("sub"),
                claims,
                consented_claims: call.texts("consentedClaims").map(owned),
                session_id: text("sessionId"),
                header,
                audience_type: text("idTokenAudType"),
                ..Authentication::default()
            })
        });
        let grant = Grant {
            client_id: self.client_id,
            client_named_by: self.client_named_by,
            subject: subject.map(str::to_owned),
            grant_type: self.grant_type.clone(),
            scopes: scopes.into(),
            resources: self.resources.clone(),
            authorization_details: self.authorization_details.clone(),
            offered_credentials: Vec::new(),
            properties: call.shaped::<Vec<Property>>("properties").map(Box::new),
            acr: text("acr"),
            auth_time: call.integer("authTime").unwrap_or_default(),
            access_token_claims: object(call, "jwtAtClaims")?.map(Box::new),
            session: None,
            openid,
            management: self.grant_management.clone().map(Box::new),
            id: None,
        };
        let lifetimes = LIFETIMES.into_iter().filter_map(|name| {
            let seconds = call.integer(name).filter(|seconds| *seconds > 0)?;
            Some((name.to_owned(), seconds.into()))
        });
        Ok(Granted {
            grant,
            lifetimes: lifetimes.collect(),
        })
    }

    /// The granted scopes, which can differ from the requested ones. `openid` cannot be added to an authorization request,
    /// since it changes how the request is checked.
    fn granted_scopes(&self, call: &Object) -> Vec<String> {
        let Some(mut granted) = call.texts("scopes") else {
            return self.scopes.clone();
        };
        let can_be_openid = are_openid(&self.scopes) || self.grant_type == GrantType::DeviceCode;
        granted.retain(|scope| can_be_openid || *scope != "openid");
        owned(granted)
    }
}

/// Parses a member whose text is a JSON object.
pub fn object(call: &Object, member: &'static str) -> Result<Option<Object>, NotAnObject> {
    let parsed = call.text(member).map(serde_json::from_str).transpose();
    parsed.map_err(|_| NotAnObject { member })
}

fn owned(texts: Vec<&str>) -> Vec<String> {
    texts.into_iter().map(str::to_owned).collect()
}
