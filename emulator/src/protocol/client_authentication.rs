//! Client authentication (RFC 6749 §2.3).

use std::sync::Arc;

use authlete::types::{ClientAuthMethod, GrantType};

use super::client_assertion::ClientAssertion;
use super::client_attestation::ClientAttestation;
use super::fapi;
use super::federation;
use super::oauth_error::OAuthError;
use super::refusal::Refusal;
use crate::call::Call;
use crate::certificate::ClientCertificate;
use crate::json::ObjectExt;
use crate::model::Parameters;
use crate::random;
use crate::result_code::{
    CLIENT_ASSERTION_ALGORITHM, CLIENT_ASSERTION_MISSING, CLIENT_AUTHENTICATION_METHOD,
    CLIENT_AUTHENTICATION_METHOD_DIFFERENT, CLIENT_AUTHENTICATION_TWICE,
    CLIENT_CERTIFICATE_MISSING, CLIENT_ID_NOT_IN_HEADER, CLIENT_IS_PUBLIC,
    CONFIDENTIAL_WITHOUT_METHOD, ClientName, GRANT_NOT_DECLARED, GRANT_NOT_SUPPORTED,
    PUBLIC_WITH_METHOD, ResultCode, TOKEN_CLIENT_ID_MISSING, TRUST_CHAIN_EXPIRED,
    client_id_ambiguous, client_id_missing, client_locked, client_missing, client_secret_missing,
    client_secret_wrong, client_secrets_differ,
};
use crate::settings::{ServiceSettings, Supported};
use crate::store::{Client, IdentifierKind, Service};

/// An authenticated client.
#[derive(Debug)]
pub struct Authenticated {
    pub client: Arc<Client>,
    pub named_by: IdentifierKind,
    pub method: ClientAuthMethod,
    /// The thumbprint of the client's certificate, regardless of the authentication method.
    pub certificate: Option<String>,
    /// The thumbprint of the client instance key, if the instance authenticated with an attestation.
    pub instance_key: Option<String>,
}

impl Authenticated {
    /// Checks that the service supports a grant type and that the client may use it.
    pub fn check_grant_type(
        &self,
        service: &Service,
        grant_type: &GrantType,
    ) -> Result<(), OAuthError> {
        if !service.supports(ServiceSettings::supported_grant_types, grant_type.as_str()) {
            return Err(OAuthError::new(
                "unsupported_grant_type",
                GRANT_NOT_SUPPORTED,
            ));
        }
        if !self.client.may_use_grant_type(grant_type.as_str()) {
            return Err(OAuthError::new("unauthorized_client", GRANT_NOT_DECLARED));
        }
        Ok(())
    }
}

/// Authenticates the client of a request by a method that the token endpoint supports. Other endpoints accept the same methods
/// (RFC 8628 §3.1, RFC 9126 §2, CIBA Core 1.0 §7.1).
pub fn authenticate(
    call: &Call,
    service: &mut Service,
    parameters: &Parameters,
) -> Result<Authenticated, Refusal> {
    let supported_methods = ServiceSettings::supported_token_auth_methods;
    authenticate_by(call, service, supported_methods, parameters)
}

/// Authenticates the client of a request by a supported method. The body of the call has the credentials from the
/// `Authorization` header and from TLS; `parameters` has those from the body of the client request.
pub fn authenticate_by(
    call: &Call,
    service: &mut Service,
    supported_methods: Supported,
    parameters: &Parameters,
) -> Result<Authenticated, Refusal> {
    let refuse = OAuthError::invalid_client;
    let credential = Credential::presented(call, parameters)?;
    let certificate = ClientCertificate::presented(call)?;
    let (client, named_by) = identify(call, service, parameters, &credential)?;
    match client_locked(call.operation) {
        Some(code) if client.settings.locked() => return Err(refuse(code).into()),
        _ => call.refuse_locked(&client, named_by)?,
    }
    if federation::has_expired(&client, call.now) {
        return Err(refuse(TRUST_CHAIN_EXPIRED).into());
    }
    let is_empty = parameters.is_blank("client_secret");
    let secret_missing = client_secret_missing(call.operation, is_empty);
    let method = method(secret_missing, &credential, certificate.is_some(), &client)?;
    if !service.supports(supported_methods, method.as_str()) {
        return Err(refuse(CLIENT_AUTHENTICATION_METHOD).into());
    }
    check_fapi(call, service, parameters, &client, &method, &credential)?;
    let mut instance_key = None;
    match &credential {
        Credential::Basic(secret) | Credential::Post(secret) => {
            let registered = client.settings.client_secret();
            if !registered.is_some_and(|registered| random::constant_time_eq(secret, registered)) {
                return Err(refuse(client_secret_wrong(call.operation)).into());
            }
        }
        Credential::Assertion(assertion) => assertion.verify(call, service, &client)?,
        Credential::Attestation(attestation) => {
            instance_key = Some(attestation.verify(call, service, &client)?);
        }
        Credential::None if method == ClientAuthMethod::None => {}
        Credential::None => {
            let certificate = certificate.as_ref();
            certificate
                .ok_or(refuse(CLIENT_CERTIFICATE_MISSING))?
                .authenticate(&method, call, service, &client)?;
        }
    }
    Ok(Authenticated {
        client,
        named_by,
        method,
        certificate: certificate.map(|certificate| certificate.thumbprint()),
        instance_key,
    })
}

/// Checks that the FAPI profiles allow how the client authenticates.
fn check_fapi(
    call: &Call,
    service: &Service,
    parameters: &Parameters,
    client: &Client,
    method: &ClientAuthMethod,
    credential: &Credential<'_>,
) -> Result<(), OAuthError> {
    let profiles = fapi::Profiles::of_request(call, service, client, parameters);
    if profiles.is_empty() {
        return Ok(());
    }
    let assertion = match credential {
        Credential::Assertion(assertion) => Some(assertion),
        _ => None,
    };
    let authentication = fapi::ClientAuthentication {
        method,
        algorithm: assertion.map(|assertion| assertion.algorithm()),
        rsa_bits: assertion.and_then(|assertion| assertion.rsa_bits(client)),
    };
    fapi::check_client_authentication(&profiles, call.operation, &authentication)
}

/// The client that a request names, without authentication.
pub fn named(call: &Call, service: &Service) -> Option<(Arc<Client>, IdentifierKind)> {
    let parameters = Parameters::parse_leniently(Parameters::text_of(&call.body).ok()?);
    let credential = Credential::presented(call, &parameters).unwrap_or(Credential::None);
    identify(call, service, &parameters, &credential).ok()
}

/// The registered authentication method of a client; `None` if it may use any.
pub fn registered_method(client: &Client) -> Option<&str> {
    let registered = client.settings.token_auth_method();
    let none = ClientAuthMethod::None.as_str();
    registered.or((!client.is_confidential()).then_some(none))
}

/// The client credential of a request. A certificate is separate, since it can also serve to bind tokens.
enum Credential<'a> {
    Basic(&'a str),
    Post(&'a str),
    Assertion(Box<ClientAssertion<'a>>),
    Attestation(Box<ClientAttestation>),
    None,
}

impl<'a> Credential<'a> {
    fn presented(call: &'a Call, parameters: &'a Parameters) -> Result<Self, OAuthError> {
        let request = &call.body;
        let secrets = (
            request.text("clientSecret"),
            parameters.get("client_secret"),
        );
        if let (Some(one), Some(other)) = secrets
            && one != other
            && let Some(code) = client_secrets_differ(call.operation)
        {
            return Err(OAuthError::invalid_request(code));
        }
        let attestation = ClientAttestation::presented(request)?.map(Box::new);
        let attestation = attestation.map(Self::Attestation);
        let (basic, post) = (secrets.0.map(Self::Basic), secrets.1.map(Self::Post));
        let assertion = match basic {
            // The Authorization header takes precedence over the body.
            Some(_) => None,
            None => ClientAssertion::presented(call, parameters)?.map(Box::new),
        };
        let in_body = [post, assertion.map(Self::Assertion)];
        let in_body = in_body.into_iter().flatten().filter(|_| basic.is_none());
        let in_body: Vec<_> = in_body.collect();
        let mut presented = basic.into_iter().chain(in_body).chain(attestation);
        match (presented.next(), presented.next()) {
            (None, _) => Ok(Self::None),
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => Err(OAuthError::invalid_request(CLIENT_AUTHENTICATION_TWICE)),
        }
    }
}

/// The client that the request names. It may be named in several places, but always the same client.
fn identify(
    call: &Call,
    service: &Service,
    parameters: &Parameters,
    credential: &Credential<'_>,
) -> Result<(Arc<Client>, IdentifierKind), OAuthError> {
    let (assertion, attestation) = match credential {
        Credential::Assertion(assertion) => (assertion.subject(), None),
        Credential::Attestation(attestation) => (None, attestation.subject()),
        _ => (None, None),
    };
    let names = [
        (ClientName::Header, call.body.text("clientId")),
        (ClientName::Parameter, parameters.get("client_id")),
        (ClientName::Assertion, assertion),
        (ClientName::Attestation, attestation),
    ];
    let mut first: Option<(ClientName, &Arc<Client>, IdentifierKind)> = None;
    for (way, name) in names {
        let Some(name) = name else { continue };
        let (client, named_by) = service.client(name).ok_or_else(|| {
            let missing = call.why_missing(service, name);
            OAuthError::invalid_client(client_missing(call.operation, missing))
        })?;
        match first {
            None => first = Some((way, client, named_by)),
            Some((earlier, other, _)) if other.id() != client.id() => {
                let code = client_id_ambiguous(call.operation, earlier, way);
                return Err(OAuthError::invalid_request(code));
            }
            Some(_) => {}
        }
    }
    // RFC 6749 §5.2 has `invalid_client` for this; Authlete's token endpoint has `invalid_request`.
    let missing_id = || {
        let code = client_id_missing(call.operation, parameters.is_blank("client_id"));
        match code {
            TOKEN_CLIENT_ID_MISSING => OAuthError::invalid_request(code),
            _ => OAuthError::invalid_client(code),
        }
    };
    let (_, client, named_by) = first.ok_or_else(missing_id)?;
    Ok((Arc::clone(client), named_by))
}

/// The authentication method of the request, which must be the registered one. Authlete refuses public clients that
/// authenticate; a confidential client without a registered method may use any.
fn method(
    secret_missing: ResultCode,
    credential: &Credential<'_>,
    has_certificate: bool,
    client: &Client,
) -> Result<ClientAuthMethod, OAuthError> {
    let registered = registered_method(client).map(ClientAuthMethod::from);
    let is_none = registered
        .as_ref()
        .is_none_or(|method| *method == ClientAuthMethod::None);
    if !is_none && !client.is_confidential() {
        return Err(OAuthError::invalid_client(PUBLIC_WITH_METHOD));
    }
    let used = match credential {
        Credential::Basic(_) => ClientAuthMethod::ClientSecretBasic,
        Credential::Post(_) => ClientAuthMethod::ClientSecretPost,
        Credential::Assertion(assertion) => assertion.method(),
        Credential::Attestation(_) => ClientAuthMethod::AttestJwtClientAuth,
        Credential::None => match registered {
            Some(ClientAuthMethod::None) if !client.is_confidential() => ClientAuthMethod::None,
            Some(ClientAuthMethod::TlsClientAuth) => ClientAuthMethod::TlsClientAuth,
            Some(ClientAuthMethod::SelfSignedTlsClientAuth) => {
                ClientAuthMethod::SelfSignedTlsClientAuth
            }
            registered => {
                let registered = registered.unwrap_or(ClientAuthMethod::ClientSecretBasic);
                let code =
                    wrong_method_code(secret_missing, &registered, None, has_certificate, client);
                return Err(OAuthError::invalid_client(code));
            }
        },
    };
    match registered {
        Some(registered) if registered != used => {
            let code = wrong_method_code(
                secret_missing,
                &registered,
                Some(&used),
                has_certificate,
                client,
            );
            Err(OAuthError::invalid_client(code))
        }
        _ => Ok(used),
    }
}

/// The code for a client that did not use its registered method, but another one or none.
fn wrong_method_code(
    secret_missing: ResultCode,
    registered: &ClientAuthMethod,
    used: Option<&ClientAuthMethod>,
    has_certificate: bool,
    client: &Client,
) -> ResultCode {
    use ClientAuthMethod as Method;
    let by_secret = [Method::ClientSecretBasic, Method::ClientSecretPost];
    let by_assertion = [Method::ClientSecretJwt, Method::PrivateKeyJwt];
    let by_certificate = [Method::TlsClientAuth, Method::SelfSignedTlsClientAuth];
    let uses = |methods: &[Method]| used.is_some_and(|used| methods.contains(used));
    match registered {
        Method::None if client.is_confidential() => CONFIDENTIAL_WITHOUT_METHOD,
        Method::None => CLIENT_IS_PUBLIC,
        Method::ClientSecretBasic if uses(&[Method::ClientSecretPost]) => CLIENT_ID_NOT_IN_HEADER,
        // A secret in the header does not count for a client that is registered to send it in the body.
        Method::ClientSecretPost if uses(&[Method::ClientSecretBasic]) => secret_missing,
        method if by_secret.contains(method) && !uses(&by_secret) => secret_missing,
        method if by_assertion.contains(method) => match uses(&by_assertion) {
            true => CLIENT_ASSERTION_ALGORITHM,
            false => CLIENT_ASSERTION_MISSING,
        },
        method if by_certificate.contains(method) && !has_certificate => CLIENT_CERTIFICATE_MISSING,
        _ => CLIENT_AUTHENTICATION_METHOD_DIFFERENT,
    }
}
