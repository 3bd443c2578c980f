//! Where the endpoints are.

use authlete::Authlete;
use authlete::types::Service;

use crate::UrlError;
use crate::public_url::PublicUrl;

macro_rules! endpoints {
    ($( $(#[$attribute:meta])* $name:ident = $setting:literal in $member:ident, by default $path:literal; )*) => {
        /// The URLs of the endpoints, from the settings of the service.
        ///
        /// An endpoint without a URL in the settings is not there.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Endpoints {
            issuer: PublicUrl,
            $( $(#[$attribute])* pub(super) $name: Option<PublicUrl>, )*
        }

        impl Endpoints {
            /// Those that the settings of the service have: clients find the same in the discovery document.
            ///
            /// # Errors
            /// A URL is not absolute, is not `http` or `https`, or has a query or a fragment; there is no issuer; or two
            /// endpoints have the same path. The error names the setting.
            pub fn of(service: &Service) -> Result<Self, UrlError> {
                let issuer = service.issuer.as_deref().unwrap_or_default();
                let endpoints = Self {
                    issuer: PublicUrl::parse("issuer", issuer)?,
                    $( $name: parse($setting, service.$member.as_deref())?, )*
                };
                endpoints.check()?;
                Ok(endpoints)
            }

            /// Endpoints below `issuer` at conventional paths, such as `/token`: for a service that has none yet. Write them
            /// into its settings with [`register`](Self::register), so that clients find them.
            ///
            /// # Errors
            /// `issuer` is no absolute URL without a query.
            pub fn below(issuer: &str) -> Result<Self, UrlError> {
                let issuer = PublicUrl::parse("issuer", issuer)?;
                Ok(Self {
                    $( $name: Some(PublicUrl::parse($setting, &issuer.below($path))?), )*
                    issuer,
                })
            }

            /// Writes the issuer and the URLs into the settings of a service. The caller updates the service.
            pub fn write_to(&self, service: &mut Service) {
                service.issuer = Some(self.issuer.to_string());
                $( service.$member = self.$name.as_ref().map(PublicUrl::to_string); )*
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
}

impl Endpoints {
    /// Writes the issuer and the URLs into the settings of a service on Authlete, with get and update.
    ///
    /// # Errors
    /// A call of Authlete failed.
    pub async fn register(&self, api: &Authlete, service_id: i64) -> authlete::Result<()> {
        let mut service = api.get_service(service_id).await?;
        self.write_to(&mut service);
        api.update_service(service_id, &service).await?;
        Ok(())
    }

    /// The paths of the discovery document: that of OpenID Connect Discovery 1.0 §4 after the issuer, and that of RFC 8414
    /// §3 before the path of the issuer.
    pub(super) fn configuration(&self) -> [String; 2] {
        let path = self.issuer.path().trim_end_matches('/');
        [
            format!("{path}/.well-known/openid-configuration"),
            format!("/.well-known/oauth-authorization-server{path}"),
        ]
    }

    /// A router has each path once.
    fn check(&self) -> Result<(), UrlError> {
        let mut paths = self.configuration().to_vec();
        for (setting, url) in self.all() {
            let path = url.route();
            if paths.iter().any(|other| other == path) {
                return Err(UrlError::new(setting, "another endpoint has the same path"));
            }
            paths.push(path.to_owned());
        }
        Ok(())
    }
}

fn parse(setting: &'static str, url: Option<&str>) -> Result<Option<PublicUrl>, UrlError> {
    let url = url.filter(|url| !url.is_empty());
    url.map(|url| PublicUrl::parse(setting, url)).transpose()
}
