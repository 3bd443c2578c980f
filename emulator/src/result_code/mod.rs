//! The table of result codes, one file per family.
//!
//! The first three digits name the API or its stage. The third digit from the right is the origin of the error: 0 no error,
//! 1 Authlete, 2 the caller of the API, 3 the client application, 6 a person.
//!
//! A `published` entry is a code that Authlete has published for this situation. An `own` entry is for a situation without
//! a known published code. Own codes begin with `A9`, unlike all published codes: each family has its own block from `A900`
//! on, listed below, and the last three digits follow the pattern above.
//!
//! A result message has the form `[code] reason.`. It is `[code] path, reason.` if the published message has the path
//! of the API, and for own codes of all APIs; such entries are marked `with path`. The reasons are the emulator's own text.

/// A result code and its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResultCode {
    pub code: &'static str,
    pub reason: &'static str,
    /// Whether the result message names the path of the API.
    pub names_path: bool,
}

impl ResultCode {
    /// The same code with a more specific reason: a published code can cover several situations.
    #[must_use]
    pub const fn because(self, reason: &'static str) -> Self {
        Self { reason, ..self }
    }
}

/// Declares the codes of a family, each as a constant.
macro_rules! result_codes {
    ($( $(#[$doc:meta])* $name:ident = $origin:ident $code:literal $(with $path:ident)?, $reason:literal; )*) => {
        $(
            $(#[$doc])*
            pub const $name: crate::result_code::ResultCode = crate::result_code::ResultCode {
                code: $code,
                reason: $reason,
                names_path: !stringify!($($path)?).is_empty(),
            };
        )*

        #[cfg(test)]
        pub(super) fn table() -> Vec<crate::result_code::tests::TableEntry> {
            vec![$( crate::result_code::tests::$origin(stringify!($name), $name) ),*]
        }
    };
}

/// Declares the families, each with the block of its own codes.
macro_rules! families {
    ($( $family:ident = $block:literal, )*) => {
        $( mod $family; )*
        $( pub use $family::*; )*

        #[cfg(test)]
        fn families() -> Vec<(&'static str, Vec<tests::TableEntry>)> {
            vec![$( ($block, $family::table()) ),*]
        }
    };
}

families! {
    api = "900",
    authorization = "901",
    request_object = "902",
    pushed_authorization = "903",
    client_authentication = "904",
    attestation = "905",
    dpop = "906",
    token = "907",
    decision = "908",
    native_sso = "909",
    openid = "910",
    token_management = "911",
    introspection = "912",
    standard_introspection = "913",
    userinfo = "914",
    revocation = "915",
    grant_management = "916",
    backchannel_authentication = "917",
    backchannel_logout = "918",
    device = "919",
    client_registration = "920",
    federation = "921",
    management = "922",
    discovery = "923",
    jose = "924",
    hsk = "925",
    credential_issuer = "926",
    credential_offer = "927",
    credential_issuance = "928",
    fapi = "929",
}

#[cfg(test)]
mod tests;
