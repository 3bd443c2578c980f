//! The URLs of the endpoints.

use authlete::Authlete;
use authlete::types::Service;

use super::credential_issuer_urls::CredentialIssuerUrls;
use crate::UrlError;
use crate::public_url::PublicUrl;

macro_rules! endpoints {
    ($( $(#[$attribute:meta])* $name:ident = $setting:literal in $member:ident, by default $path:literal; )*) => {
        /// The URLs of the endpoints, from the settings of the service.
        ///
        /// An endpoint without a URL in the settings is disabled. Without `registrationManagementEndpoint`, clients manage
        /// their registration below `registrationEndpoint`, the default of Authlete. The URLs of a credential issuer are in
        /// `credentialIssuerMetadata`. Without `credentialIssuer` there, the credential issuer is disabled.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Endpoints {
            issuer: PublicUrl,
            $( $(#[$attribute])* pub(super) $name: Option<PublicUrl>, )*
            pub(super) credential_issuer: Option<CredentialIssuerUrls>,
        }

        impl Endpoints {
            /// The endpoints in the settings of the service. Clients find the same URLs in the discovery document.
            ///
            /// # Errors
            /// A URL is not absolute, is not `http` or `https`, or has a query or a fragment; the issuer is missing; or two
            /// endpoints have the same path. The error names the setting.
            pub fn from_service(service: &Service) -> Result<Self, UrlError> {
                let issuer = service.issuer.as_deref().unwrap_or_default();
                let endpoints = Self {
                    issuer: PublicUrl::parse("issuer", issuer)?,
                    $( $name: PublicUrl::parse_optional($setting, service.$member.as_deref())?, )*
                    credential_issuer: CredentialIssuerUrls::from_service(service)?,
                };
                endpoints.check()?;
                Ok(endpoints)
            }

            /// Endpoints below `issuer` at conventional paths, such as `/token`, for a service without endpoints. Write them
            /// into its settings with [`update_service`](Self::update_service), so that clients find them.
            ///
            /// # Errors
            /// `issuer` is not an absolute URL, or it has a query.
            pub fn from_issuer(issuer: &str) -> Result<Self, UrlError> {
                let issuer = PublicUrl::parse("issuer", issuer)?;
                Ok(Self {
                    $( $name: Some(PublicUrl::parse($setting, &issuer.join($path))?), )*
                    credential_issuer: None,
                    issuer,
                })
            }

            /// Writes the issuer and the URLs into the settings of a service. The caller updates the service.
            pub fn write_to(&self, service: &mut Service) {
                service.issuer = Some(self.issuer.to_string());
                $( service.$member = self.$name.as_ref().map(PublicUrl::to_string); )*
                if let Some(urls) = &self.credential_issuer {
                    urls.write_to(service);
                }
            }

            fn all(&self) -> impl Iterator<Item = (&'static str, &PublicUrl)> {
                let all = [$( ($setting, self.$name.as_ref()) ),*];
                all.into_iter().filter_map(|(setting, url)| Some((setting, url?)))
            }
        }
    };
}

endpoints! {
    authorization = "authorizationEndpoint" in authorization_endpoint, by default "/authorize";
    pushed_authorization = "pushedAuthReqEndpoint" in pushed_auth_req_endpoint, by default "/par";
    token = "tokenEndpoint" in token_endpoint, by default "/token";
    userinfo = "userInfoEndpoint" in user_info_endpoint, by default "/userinfo";
    jwks = "jwksUri" in jwks_uri, by default "/jwks";
    introspection = "introspectionEndpoint" in introspection_endpoint, by default "/introspect";
    revocation = "revocationEndpoint" in revocation_endpoint, by default "/revoke";
    device_authorization = "deviceAuthorizationEndpoint" in device_authorization_endpoint, by default "/device_authorization";
    backchannel_authentication = "backchannelAuthenticationEndpoint" in backchannel_authentication_endpoint,
        by default "/backchannel_authentication";
    logout = "endSessionEndpoint" in end_session_endpoint, by default "/logout";
    registration = "registrationEndpoint" in registration_endpoint, by default "/register";
    registration_management = "registrationManagementEndpoint" in registration_management_endpoint, by default "/register";
    grant_management = "grantManagementEndpoint" in grant_management_endpoint, by default "/grants";
    attestation_challenge = "challengeEndpoint" in challenge_endpoint, by default "/challenge";
    federation_registration = "federationRegistrationEndpoint" in federation_registration_endpoint, by default "/federation/register";
}

impl Endpoints {
    /// Writes the issuer and the URLs into the settings of a service on Authlete: reads the settings and updates them.
    ///
    /// # Errors
    /// A call to Authlete failed.
    pub async fn update_service(&self, api: &Authlete, service_id: i64) -> authlete::Result<()> {
        let mut service = api.get_service(service_id).await?;
        self.write_to(&mut service);
        api.update_service(service_id, &service).await?;
        Ok(())
    }

    /// Adds a credential issuer (OpenID for Verifiable Credential Issuance 1.0) with endpoints below `issuer` at
    /// conventional paths, such as `/credential`. You have to set the other members of `credentialIssuerMetadata`, and
    /// `verifiableCredentialsEnabled` of the service.
    ///
    /// # Errors
    /// `issuer` is not an absolute URL, it has a query, or two endpoints have the same path.
    pub fn with_credential_issuer(mut self, issuer: &str) -> Result<Self, UrlError> {
        self.credential_issuer = Some(CredentialIssuerUrls::from_issuer(issuer)?);
        self.check()?;
        Ok(self)
    }

    pub(super) fn issuer(&self) -> String {
        self.issuer.to_string()
    }

    /// The paths of the discovery document: after the path of the issuer (OpenID Connect Discovery 1.0 §4), and before it
    /// (RFC 8414 §3).
    pub(super) fn configuration(&self) -> [String; 2] {
        let path = self.issuer.base_path();
        [
            format!("{path}/.well-known/openid-configuration"),
            format!("/.well-known/oauth-authorization-server{path}"),
        ]
    }

    /// The path of the entity configuration (OpenID Federation 1.0 §9).
    pub(super) fn federation_configuration(&self) -> String {
        let path = self.issuer.base_path();
        format!("{path}/.well-known/openid-federation")
    }

    /// The URL to which Authlete appends the client ID for the client configuration endpoint (RFC 7592).
    pub(super) fn client_configuration(&self) -> Option<&PublicUrl> {
        let management = self.registration_management.as_ref();
        management.or(self.registration.as_ref())
    }

    /// The endpoints with a path parameter after their URL.
    fn with_parameter(&self) -> [(&'static str, Option<&PublicUrl>); 2] {
        [
            (
                "registrationManagementEndpoint",
                self.client_configuration(),
            ),
            ("grantManagementEndpoint", self.grant_management.as_ref()),
        ]
    }

    /// Checks that no two endpoints have the same path: the router would panic.
    fn check(&self) -> Result<(), UrlError> {
        let mut paths = self.configuration().to_vec();
        paths.push(self.federation_configuration());
        let with_parameter = self.with_parameter();
        let has_parameter = |setting| with_parameter.iter().any(|(other, _)| *other == setting);
        let exact = self.all().filter(|(setting, _)| !has_parameter(*setting));
        let exact = exact.map(|(setting, url)| (setting, url.route().to_owned()));
        let below = with_parameter.iter();
        let below = below.filter_map(|(setting, url)| Some((*setting, (*url)?.join_route("{}"))));
        let credential_issuer = self.credential_issuer.iter();
        let credential_issuer = credential_issuer.flat_map(CredentialIssuerUrls::paths);
        for (setting, path) in exact.chain(below).chain(credential_issuer) {
            if paths.contains(&path) {
                return Err(UrlError::new(setting, "another endpoint has the same path"));
            }
            paths.push(path);
        }
        Ok(())
    }
}
