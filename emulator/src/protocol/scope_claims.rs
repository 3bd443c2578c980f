//! Claims that scopes stand for (OpenID Connect Core 1.0 §5.4).

/// The names of the claims; none unless the request is one of OpenID Connect.
pub fn names(scopes: &[String]) -> Option<Vec<&'static str>> {
    if !scopes.iter().any(|scope| scope == "openid") {
        return None;
    }
    let names: Vec<_> = scopes.iter().flat_map(|scope| of(scope)).copied().collect();
    (!names.is_empty()).then_some(names)
}

fn of(scope: &str) -> &'static [&'static str] {
    match scope {
        "profile" => &[
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
        "email" => &["email", "email_verified"],
        "address" => &["address"],
        "phone" => &["phone_number", "phone_number_verified"],
        _ => &[],
    }
}
