//! Conversions between Authlete's enum values and protocol values.

use authlete::StandardScope;
use authlete::types::{
    AuthorizationAction, ClientAuthMethod, Display, GrantType, JweAlg, JweEnc, JwsAlg, Prompt,
    ResponseMode, ResponseType, SubjectType,
};

#[test]
fn values_convert_both_ways() {
    assert_eq!(
        GrantType::from("AUTHORIZATION_CODE"),
        GrantType::AuthorizationCode
    );
    assert_eq!(GrantType::AuthorizationCode.as_str(), "AUTHORIZATION_CODE");
    assert_eq!(
        GrantType::AuthorizationCode.protocol_value(),
        Some("authorization_code")
    );
    assert_eq!(
        GrantType::from_protocol_value("authorization_code"),
        Some(GrantType::AuthorizationCode)
    );
    assert_eq!("PASSWORD".parse(), Ok(GrantType::Password));
    assert_eq!(GrantType::Ciba.to_string(), "CIBA");
}

/// Names from RFC 7518, RFC 8414, OpenID Connect Core 1.0 and the IANA registries.
#[test]
fn protocol_values_are_the_registered_names() {
    for (actual, expected) in [
        (
            GrantType::DeviceCode.protocol_value(),
            "urn:ietf:params:oauth:grant-type:device_code",
        ),
        (
            GrantType::Ciba.protocol_value(),
            "urn:openid:params:grant-type:ciba",
        ),
        (
            GrantType::TokenExchange.protocol_value(),
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        (
            ResponseType::CodeIdTokenToken.protocol_value(),
            "code id_token token",
        ),
        (ResponseMode::FormPostJwt.protocol_value(), "form_post.jwt"),
        (
            ClientAuthMethod::SelfSignedTlsClientAuth.protocol_value(),
            "self_signed_tls_client_auth",
        ),
        (Prompt::SelectAccount.protocol_value(), "select_account"),
        (Display::Touch.protocol_value(), "touch"),
        (SubjectType::Pairwise.protocol_value(), "pairwise"),
        (JwsAlg::None.protocol_value(), "none"),
        (JwsAlg::EdDsa.protocol_value(), "EdDSA"),
        (JweAlg::RsaOaep256.protocol_value(), "RSA-OAEP-256"),
        (
            JweAlg::Pbes2Hs512A256kw.protocol_value(),
            "PBES2-HS512+A256KW",
        ),
        (JweAlg::EcdhEsA128kw.protocol_value(), "ECDH-ES+A128KW"),
        (JweEnc::A256cbcHs512.protocol_value(), "A256CBC-HS512"),
    ] {
        assert_eq!(actual, Some(expected));
    }
}

#[test]
fn every_protocol_value_round_trips() {
    fn check<T: PartialEq + std::fmt::Debug>(
        known: &[T],
        protocol_value: impl Fn(&T) -> Option<&'static str>,
        from_protocol_value: impl Fn(&str) -> Option<T>,
    ) {
        for value in known {
            let word =
                protocol_value(value).unwrap_or_else(|| panic!("{value:?} has no protocol value"));
            assert_eq!(from_protocol_value(word).as_ref(), Some(value));
        }
    }
    check(
        GrantType::KNOWN,
        GrantType::protocol_value,
        GrantType::from_protocol_value,
    );
    check(
        ResponseType::KNOWN,
        ResponseType::protocol_value,
        ResponseType::from_protocol_value,
    );
    check(
        ResponseMode::KNOWN,
        ResponseMode::protocol_value,
        ResponseMode::from_protocol_value,
    );
    check(
        ClientAuthMethod::KNOWN,
        ClientAuthMethod::protocol_value,
        ClientAuthMethod::from_protocol_value,
    );
    check(
        JwsAlg::KNOWN,
        JwsAlg::protocol_value,
        JwsAlg::from_protocol_value,
    );
    check(
        JweAlg::KNOWN,
        JweAlg::protocol_value,
        JweAlg::from_protocol_value,
    );
    check(
        JweEnc::KNOWN,
        JweEnc::protocol_value,
        JweEnc::from_protocol_value,
    );
    check(
        StandardScope::KNOWN,
        StandardScope::protocol_value,
        StandardScope::from_protocol_value,
    );
}

#[test]
fn unknown_values_are_kept_and_have_no_protocol_value() {
    let future = AuthorizationAction::from("TELEPATHY");
    assert_eq!(future, AuthorizationAction::Other("TELEPATHY".into()));
    assert_eq!(future.as_str(), "TELEPATHY");
    assert_eq!(future.protocol_value(), None);
    assert_eq!(AuthorizationAction::Interaction.protocol_value(), None);
    assert_eq!(GrantType::from_protocol_value("telepathy"), None);
    assert_eq!(GrantType::from_protocol_value("AUTHORIZATION_CODE"), None);
}

#[test]
fn standard_scopes_list_their_claims() {
    assert_eq!(StandardScope::Email.claims(), ["email", "email_verified"]);
    assert_eq!(StandardScope::Profile.claims().len(), 14);
    assert!(StandardScope::Openid.claims().is_empty());
}
