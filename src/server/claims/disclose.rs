//! Adds claims to requests.

use super::{Claims, ConsentedClaims};
use crate::JsonObject;
use crate::types::{
    AuthorizationIssueRequest, BackchannelAuthenticationCompleteRequest, DeviceCompleteRequest,
    IdTokenReissueRequest, UserInfoIssueRequest,
};

/// `consentedClaims`. Authlete treats an empty list like a missing one and computes the list itself, so for a user who
/// refused all claims the list is `sub`, which every client gets.
pub(in crate::server) fn consented_list(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.into_iter().collect();
    if names.is_empty() {
        names.push("sub".to_owned());
    }
    names
}

impl ConsentedClaims {
    /// `claims` as JSON text: the existing claims of the request, which take precedence, and the claims of the user. Text
    /// that is not a JSON object is kept, so that Authlete rejects it.
    pub(in crate::server) fn claims_text(
        &self,
        present: Option<String>,
        user: &(impl Claims + ?Sized),
    ) -> Option<String> {
        let mut claims = self.collect(user);
        if let Some(present) = present {
            match present.parse::<JsonObject>() {
                Ok(present) => claims.extend(present.0),
                Err(_) => return Some(present),
            }
        }
        (!claims.is_empty()).then(|| claims.to_string())
    }

    fn consented_claims(&self) -> Option<Vec<String>> {
        let names = self.names();
        let is_asked = !self.requested.names().is_empty();
        is_asked.then(|| consented_list(names.into_iter().map(str::to_owned)))
    }

    pub(in crate::server) fn claims_for_tx(&self, user: &(impl Claims + ?Sized)) -> Option<String> {
        let claims = self.transformed_from(user)?;
        Some(claims.to_string())
    }

    pub(in crate::server) fn verified_claims_for_tx(
        &self,
        user: &(impl Claims + ?Sized),
    ) -> Option<Vec<String>> {
        let groups = self.transformed_from_verified(user)?;
        Some(groups.iter().map(JsonObject::to_string).collect())
    }
}

macro_rules! disclose {
    ($(#[$attribute:meta])* $request:ident { $($member:ident),* }) => {
        impl $request {
            $(#[$attribute])*
            #[must_use]
            pub fn disclose(mut self, consented: &ConsentedClaims, user: &(impl Claims + ?Sized)) -> Self {
                $( disclose!(@$member self, consented, user); )*
                self
            }
        }
    };
    (@claims $self:ident, $consented:ident, $user:ident) => {
        $self.claims = $consented.claims_text($self.claims.take(), $user);
    };
    (@consented_claims $self:ident, $consented:ident, $user:ident) => {
        $self.consented_claims = $consented.consented_claims();
    };
    (@claims_for_tx $self:ident, $consented:ident, $user:ident) => {
        $self.claims_for_tx = $consented.claims_for_tx($user);
    };
    (@verified_claims_for_tx $self:ident, $consented:ident, $user:ident) => {
        $self.verified_claims_for_tx = $consented.verified_claims_for_tx($user);
    };
    (@scopes $self:ident, $consented:ident, $user:ident) => {
        if let Some(scopes) = $consented.changed_scopes() {
            $self.scopes = Some(scopes.to_vec());
        }
    };
}

disclose! {
    /// Sets the claims that the user consented to disclose: `claims`, the values for the ID token; `consentedClaims`, the
    /// names; `claimsForTx` and `verifiedClaimsForTx`, for transformed claims; and `scopes`, if they differ from the
    /// requested ones. Existing claims in `claims` take precedence.
    ///
    /// For the request of [`Decision::Issue`](crate::server::Decision::Issue), use
    /// [`PendingAuthorization::disclose`](crate::server::PendingAuthorization::disclose).
    AuthorizationIssueRequest { claims, consented_claims, claims_for_tx, verified_claims_for_tx, scopes }
}

disclose! {
    /// Sets the claims that the user consented to disclose: `claims`, the values for the ID token; `consentedClaims`, the
    /// names; and `scopes`, if they differ from those that the device requested.
    DeviceCompleteRequest { claims, consented_claims, scopes }
}

disclose! {
    /// Sets the claims that the user consented to disclose: `claims`, the values for the ID token; `consentedClaims`, the
    /// names; and `scopes`, if they differ from those that the client requested.
    BackchannelAuthenticationCompleteRequest { claims, consented_claims, scopes }
}

disclose! {
    /// Sets the claims that the user consented to disclose: `claims`, the values for the response, and `claimsForTx` and
    /// `verifiedClaimsForTx`, for transformed claims.
    UserInfoIssueRequest { claims, claims_for_tx, verified_claims_for_tx }
}

disclose! {
    /// Sets `claims`, the values for the ID token.
    IdTokenReissueRequest { claims }
}
