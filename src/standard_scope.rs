//! The scopes that OpenID Connect defines.

use crate::open_enum;

open_enum! {
    /// A scope that OpenID Connect defines (OpenID Connect Core 1.0 §5.4, §11).
    StandardScope {
        /// Makes the request an OpenID Connect request.
        Openid = "OPENID" => "openid",
        /// The claims of a user's profile.
        Profile = "PROFILE" => "profile",
        /// The e-mail address, and whether it was verified.
        Email = "EMAIL" => "email",
        /// The postal address.
        Address = "ADDRESS" => "address",
        /// The telephone number, and whether it was verified.
        Phone = "PHONE" => "phone",
        /// A refresh token for offline access, while the user is not present.
        OfflineAccess = "OFFLINE_ACCESS" => "offline_access",
    }
}

impl StandardScope {
    /// The claims that the scope requests (OpenID Connect Core 1.0 §5.4).
    pub fn claims(&self) -> &'static [&'static str] {
        match self {
            Self::Profile => &[
                "name",
                "family_name",
                "given_name",
                "middle_name",
                "nickname",
                "preferred_username",
                "profile",
                "picture",
                "website",
                "gender",
                "birthdate",
                "zoneinfo",
                "locale",
                "updated_at",
            ],
            Self::Email => &["email", "email_verified"],
            Self::Address => &["address"],
            Self::Phone => &["phone_number", "phone_number_verified"],
            Self::Openid | Self::OfflineAccess | Self::Other(_) => &[],
        }
    }
}
