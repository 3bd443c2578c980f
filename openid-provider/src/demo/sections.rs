//! Links to the specifications of what the demo shows.

/// A specification: its title, and its URL up to the number of a section.
pub struct Document(&'static str, &'static str);

impl Document {
    pub const fn at(&'static self, number: &'static str) -> Section {
        Section {
            document: self,
            number,
        }
    }
}

/// A section of a specification.
#[derive(Clone, Copy)]
pub struct Section {
    document: &'static Document,
    number: &'static str,
}

impl Section {
    pub fn name(&self) -> String {
        format!("{} §{}", self.document.0, self.number)
    }

    pub fn url(&self) -> String {
        format!("{}{}", self.document.1, self.number)
    }
}

macro_rules! documents {
    ($($name:ident: $title:literal, $url:literal;)*) => { $(
        pub static $name: Document = Document($title, $url);
    )* };
}

documents! {
    CORE: "OpenID Connect Core 1.0", "https://openid.net/specs/openid-connect-core-1_0.html#rfc.section.";
    DISCOVERY: "OpenID Connect Discovery 1.0", "https://openid.net/specs/openid-connect-discovery-1_0.html#rfc.section.";
    LOGOUT: "RP-Initiated Logout 1.0", "https://openid.net/specs/openid-connect-rpinitiated-1_0.html#rfc.section.";
    BACKCHANNEL_LOGOUT: "Back-Channel Logout 1.0", "https://openid.net/specs/openid-connect-backchannel-1_0.html#rfc.section.";
    CREATE: "Initiating User Registration 1.0", "https://openid.net/specs/openid-connect-prompt-create-1_0.html#rfc.section.";
    RESPONSE_TYPES: "OAuth 2.0 Multiple Response Types", "https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#rfc.section.";
    FORM_POST: "Form Post Response Mode", "https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html#rfc.section.";
    CIBA: "CIBA Core 1.0", "https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#rfc.section.";
    RFC_6749: "RFC 6749", "https://www.rfc-editor.org/rfc/rfc6749#section-";
    RFC_6750: "RFC 6750", "https://www.rfc-editor.org/rfc/rfc6750#section-";
    RFC_7515: "RFC 7515", "https://www.rfc-editor.org/rfc/rfc7515#section-";
    RFC_7517: "RFC 7517", "https://www.rfc-editor.org/rfc/rfc7517#section-";
    RFC_7519: "RFC 7519", "https://www.rfc-editor.org/rfc/rfc7519#section-";
    RFC_7636: "RFC 7636", "https://www.rfc-editor.org/rfc/rfc7636#section-";
    RFC_8176: "RFC 8176", "https://www.rfc-editor.org/rfc/rfc8176#section-";
    RFC_8417: "RFC 8417", "https://www.rfc-editor.org/rfc/rfc8417#section-";
    RFC_8628: "RFC 8628", "https://www.rfc-editor.org/rfc/rfc8628#section-";
    RFC_9207: "RFC 9207", "https://www.rfc-editor.org/rfc/rfc9207#section-";
}

/// The section for a parameter, a claim or a member, by the message that contains it.
pub fn of(place: &str, name: &str) -> Option<Section> {
    Some(match (place, name) {
        ("authorization", "client_id" | "response_type" | "redirect_uri") => RFC_6749.at("4.1.1"),
        ("authorization", "scope") => CORE.at("5.4"),
        ("authorization", "state") => RFC_6749.at("10.12"),
        ("authorization", "code_challenge" | "code_challenge_method") => RFC_7636.at("4.3"),
        ("authorization", "nonce" | "max_age" | "ui_locales" | "acr_values") => CORE.at("3.1.2.1"),
        ("authorization", "prompt") => CORE.at("3.1.2.1"),
        ("authorization", "claims") => CORE.at("5.5"),
        ("authorization", "response_mode") => RESPONSE_TYPES.at("2.1"),
        ("authorized", "iss") => RFC_9207.at("2"),
        ("authorized", "error" | "error_description" | "error_uri") => CORE.at("3.1.2.6"),
        ("authorized", _) => RFC_6749.at("4.1.2"),
        ("request", "code" | "redirect_uri") => RFC_6749.at("4.1.3"),
        ("request", "code_verifier") => RFC_7636.at("4.5"),
        ("request", "refresh_token") => RFC_6749.at("6"),
        ("request", "device_code") => RFC_8628.at("3.4"),
        ("request", "auth_req_id") => CIBA.at("10.1"),
        ("request", "login_hint" | "binding_message") => CIBA.at("7.1"),
        ("request", "grant_type") => RFC_6749.at("1.3"),
        ("request", "scope") => RFC_6749.at("3.3"),
        ("response", "id_token") => CORE.at("3.1.3.3"),
        ("response", "error" | "error_description" | "error_uri") => RFC_6749.at("5.2"),
        ("ciba", _) => CIBA.at("7.3"),
        ("device", _) => RFC_8628.at("3.2"),
        ("response", "access_token" | "token_type" | "expires_in" | "refresh_token" | "scope") => {
            RFC_6749.at("5.1")
        }
        ("header", "alg") => RFC_7515.at("4.1.1"),
        ("header", "kid") => RFC_7515.at("4.1.4"),
        ("header", "typ") => RFC_7515.at("4.1.9"),
        (
            "metadata",
            "issuer"
            | "authorization_endpoint"
            | "token_endpoint"
            | "userinfo_endpoint"
            | "jwks_uri",
        ) => DISCOVERY.at("3"),
        ("metadata", "end_session_endpoint") => LOGOUT.at("2.1"),
        ("metadata", "device_authorization_endpoint") => RFC_8628.at("4"),
        ("metadata", "backchannel_authentication_endpoint") => CIBA.at("4"),
        ("logout", _) => LOGOUT.at("2"),
        ("logged_out", _) => LOGOUT.at("3"),
        ("logout_token", "events") => RFC_8417.at("2.2"),
        ("logout_token", "jti") => RFC_7519.at("4.1.7"),
        ("logout_token", _) => BACKCHANNEL_LOGOUT.at("2.4"),
        (_, "iss" | "sub" | "aud" | "exp" | "iat" | "auth_time" | "nonce" | "acr" | "azp") => {
            CORE.at("2")
        }
        (_, "amr") => RFC_8176.at("1"),
        (_, "at_hash") => CORE.at("3.1.3.6"),
        (_, "sid") => BACKCHANNEL_LOGOUT.at("2.1"),
        (
            _,
            "name" | "given_name" | "family_name" | "preferred_username" | "email"
            | "email_verified" | "updated_at",
        ) => CORE.at("5.1"),
        _ => return None,
    })
}
