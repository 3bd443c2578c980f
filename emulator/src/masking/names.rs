//! The names of members and parameters that hold secrets.

/// The members that the OpenAPI description marks with `format: password`. A test compares the two.
pub const MEMBERS: &[&str] = &[
    "accessToken",
    "accessTokenIdentifier",
    "actorToken",
    "apiSecret",
    "assertion",
    "authReqId",
    "authenticationCallbackApiSecret",
    "authorizationCode",
    "clientNotificationToken",
    "clientSecret",
    "credentialJwks",
    "credentialOffer",
    "credentialRequestEncryptionJwks",
    "developerAuthenticationCallbackApiSecret",
    "deviceCode",
    "deviceSecret",
    "dpop",
    "federationJwks",
    "hint",
    "idToken",
    "jose",
    "json",
    "jwks",
    "jwtAccessToken",
    "logoutToken",
    "message",
    "newClientSecret",
    "oauthClientAttestation",
    "oauthClientAttestationPop",
    "oldClientSecret",
    "parameters",
    "password",
    "preAuthorizedCode",
    "refreshToken",
    "refreshTokenIdentifier",
    "requestContent",
    "requestSignature",
    "responseContent",
    "resultMessage",
    "sharedKeyForEncryption",
    "sharedKeyForSign",
    "subjectToken",
    "ticket",
    "token",
    "txCode",
    "userCode",
    "value",
    "verificationUriComplete",
];

/// Members that hold a message from or to a client, only parts of which are secret.
pub const MESSAGES: &[&str] = &["json", "parameters", "requestContent", "responseContent"];

/// The secret parameters and members of such messages, by their names in the specifications.
pub const PARAMETERS: &[&str] = &[
    // RFC 6749, RFC 7636, RFC 7009.
    "access_token",
    "client_secret",
    "code",
    "code_verifier",
    "password",
    "refresh_token",
    "token",
    // RFC 7521, RFC 8693.
    "actor_token",
    "assertion",
    "client_assertion",
    "subject_token",
    // RFC 8628.
    "device_code",
    "user_code",
    "verification_uri_complete",
    // OpenID Connect: Core, CIBA, Native SSO, Back-Channel Logout; JAR and JARM, whose JWTs hold all the parameters.
    "auth_req_id",
    "client_notification_token",
    "device_secret",
    "id_token",
    "id_token_hint",
    "login_hint_token",
    "logout_token",
    "request",
    "response",
    // RFC 7591, RFC 7592.
    "jwks",
    "registration_access_token",
    // OpenID for Verifiable Credential Issuance.
    "credential_offer",
    "pre-authorized_code",
    "pre_authorized_code",
    "proof",
    "proofs",
    "transaction_id",
    "tx_code",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use authlete_codegen::Description;
    use serde_json::Value;

    use super::*;

    /// Collects the names of properties with `format: password`.
    fn collect(schema: &Value, names: &mut BTreeSet<String>) {
        match schema {
            Value::Object(members) => {
                let properties = members.get("properties").and_then(Value::as_object);
                let secrets = properties
                    .into_iter()
                    .flatten()
                    .filter(|(_, property)| property["format"] == "password");
                names.extend(secrets.map(|(name, _)| name.clone()));
                members.values().for_each(|member| collect(member, names));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
            _ => {}
        }
    }

    #[test]
    fn secret_members_match_the_openapi_description() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi");
        let description = Description::load(&directory).unwrap();
        let mut described = BTreeSet::new();
        collect(&description.flat(), &mut described);
        let known = MEMBERS.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(described, known);
        assert!(MESSAGES.iter().all(|name| MEMBERS.contains(name)));
    }
}
