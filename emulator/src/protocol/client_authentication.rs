//! Which client a request is of (RFC 6749 §2.3).

use std::sync::Arc;

use authlete::types::ClientAuthMethod;

use super::client_assertion::ClientAssertion;
use super::client_attestation::ClientAttestation;
use super::client_certificate::ClientCertificate;
use super::federation;
use super::oauth_error::OAuthError;
use super::parameters::Parameters;
use super::refusal::Refusal;
use crate::call::Call;
use crate::json::{Members, Object};
use crate::random;
use crate::result_code::{
    CLIENT_AUTHENTICATION_ELSEWHERE, CLIENT_AUTHENTICATION_FAILED, CLIENT_AUTHENTICATION_METHOD,
    CLIENT_AUTHENTICATION_TWICE, CLIENT_CERTIFICATE_MISSING, CLIENT_ID_AMBIGUOUS,
    CLIENT_ID_MISSING, CLIENT_IS_PUBLIC, CLIENT_SECRET_MISSING, TOKEN_CLIENT_ID_MISSING,
    TRUST_CHAIN_EXPIRED,
};
use crate::store::{Client, NamedBy, Service};

/// A client that is who it says it is.
#[derive(Debug)]
pub struct Authenticated {
    pub client: Arc<Client>,
    pub named_by: NamedBy,
    pub method: ClientAuthMethod,
    /// The thumbprint of the certificate that the client came with, in whatever way it authenticated.
    pub certificate: Option<String>,
    /// The thumbprint of the key of the client's instance, when that is what authenticated.
    pub instance_key: Option<String>,
}

/// Authenticates the client of a request. The body of the call has what came in the `Authorization` header and what
/// TLS says, `parameters` has what came in the body of the request.
pub fn authenticate(
    call: &Call,
    service: &mut Service,
    supported_methods: &str,
    parameters: &Parameters,
) -> Result<Authenticated, Refusal> {
    let refuse = OAuthError::invalid_client;
    let credential = Credential::presented(&call.body, parameters)?;
    let certificate = ClientCertificate::presented(&call.body)?;
    let (client, named_by) = identify(call, service, parameters, &credential)?;
    call.refuse_locked(&client)?;
    if federation::has_expired(&client, call.now) {
        return Err(refuse(TRUST_CHAIN_EXPIRED).into());
    }
    let method = method(&credential, &client)?;
    if !service.supports(supported_methods, method.as_str()) {
        return Err(refuse(CLIENT_AUTHENTICATION_METHOD).into());
    }
    let mut instance_key = None;
    match &credential {
        Credential::Basic(secret) | Credential::Post(secret) => {
            let registered = client.settings.text("clientSecret");
            if !registered.is_some_and(|registered| random::same(secret, registered)) {
                return Err(refuse(CLIENT_AUTHENTICATION_FAILED).into());
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

/// What a request has to prove whose it is, beside a certificate, which can have another purpose.
enum Credential<'a> {
    Basic(&'a str),
    Post(&'a str),
    Assertion(Box<ClientAssertion<'a>>),
    Attestation(Box<ClientAttestation>),
    None,
}

impl<'a> Credential<'a> {
    fn presented(request: &'a Object, parameters: &'a Parameters) -> Result<Self, OAuthError> {
        let basic = request.text("clientSecret").map(Self::Basic);
        let post = parameters.get("client_secret").map(Self::Post);
        let assertion = ClientAssertion::presented(parameters)?.map(Box::new);
        let assertion = assertion.map(Self::Assertion);
        let attestation = ClientAttestation::presented(request)?.map(Box::new);
        let attestation = attestation.map(Self::Attestation);
        let mut presented = [basic, post, assertion, attestation].into_iter().flatten();
        match (presented.next(), presented.next()) {
            (None, _) => Ok(Self::None),
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => Err(OAuthError::invalid_request(CLIENT_AUTHENTICATION_TWICE)),
        }
    }
}

/// The client that the request names, as often as it likes but always the same.
fn identify(
    call: &Call,
    service: &Service,
    parameters: &Parameters,
    credential: &Credential<'_>,
) -> Result<(Arc<Client>, NamedBy), OAuthError> {
    let subject = match credential {
        Credential::Assertion(assertion) => assertion.subject(),
        Credential::Attestation(attestation) => attestation.subject(),
        _ => None,
    };
    let names = [
        call.body.text("clientId"),
        parameters.get("client_id"),
        subject,
    ];
    let mut named: Option<(&Arc<Client>, NamedBy)> = None;
    for name in names.into_iter().flatten() {
        let (client, named_by) = service
            .client(name)
            .ok_or(OAuthError::invalid_client(CLIENT_AUTHENTICATION_FAILED))?;
        match named {
            None => named = Some((client, named_by)),
            Some((other, _)) if other.id() != client.id() => {
                return Err(OAuthError::invalid_request(CLIENT_ID_AMBIGUOUS));
            }
            Some(_) => {}
        }
    }
    // RFC 6749 §5.2 has `invalid_client` for this; Authlete's token endpoint has another.
    let nobody = || match call.operation {
        "token" => OAuthError::invalid_request(TOKEN_CLIENT_ID_MISSING),
        _ => OAuthError::invalid_client(CLIENT_ID_MISSING),
    };
    let (client, named_by) = named.ok_or_else(nobody)?;
    Ok((Arc::clone(client), named_by))
}

/// How the client authenticates: in the registered way and in no weaker one. A public client has nothing to prove, and
/// Authlete refuses it when it tries; a confidential client that registered no way may choose.
fn method(credential: &Credential<'_>, client: &Client) -> Result<ClientAuthMethod, OAuthError> {
    let registered = client
        .settings
        .text("tokenAuthMethod")
        .map(ClientAuthMethod::from);
    let registered = match registered {
        None if !client.is_confidential() => Some(ClientAuthMethod::None),
        registered => registered,
    };
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
            _ => return Err(OAuthError::invalid_client(CLIENT_SECRET_MISSING)),
        },
    };
    match registered {
        Some(ClientAuthMethod::None) if used != ClientAuthMethod::None => {
            Err(OAuthError::invalid_client(CLIENT_IS_PUBLIC))
        }
        Some(registered) if registered != used => {
            Err(OAuthError::invalid_client(CLIENT_AUTHENTICATION_ELSEWHERE))
        }
        _ => Ok(used),
    }
}
