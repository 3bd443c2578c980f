//! The scopes of a service.

use serde_json::{Value, json};

use super::check::{self, Invalid};
use crate::json::{Object, ObjectExt};
use crate::result_code::{
    ResultCode, SCOPE_ATTRIBUTE_KEY_MISSING, SCOPE_ATTRIBUTE_TWICE, SCOPE_ATTRIBUTE_VALUE_MISSING,
    SCOPE_CHARACTER, SCOPE_TAG_MISSING, SCOPE_TAG_TWICE, SCOPE_TEXT_MISSING, SCOPE_TWICE,
    SCOPE_UNNAMED,
};

const MEMBER: &str = "supportedScopes";

/// A scope of OpenID Connect Core 1.0 with its description in English and Japanese.
struct Standard {
    name: &'static str,
    en: &'static str,
    ja: &'static str,
}

/// The scopes whose descriptions Authlete sets.
const STANDARD: [Standard; 6] = [
    Standard {
        name: "openid",
        en: "Sign the user in with OpenID Connect and issue an ID token.",
        ja: "OpenID Connect でユーザーをログインさせ、ID トークンを発行します。",
    },
    Standard {
        name: "profile",
        en: "Read the basic profile of the user, such as the name and the picture.",
        ja: "氏名や写真など、ユーザーの基本的なプロフィールを参照します。",
    },
    Standard {
        name: "email",
        en: "Read the email address of the user and whether it is verified.",
        ja: "ユーザーのメールアドレスと、その確認状況を参照します。",
    },
    Standard {
        name: "address",
        en: "Read the postal address of the user.",
        ja: "ユーザーの住所を参照します。",
    },
    Standard {
        name: "phone",
        en: "Read the phone number of the user and whether it is verified.",
        ja: "ユーザーの電話番号と、その確認状況を参照します。",
    },
    Standard {
        name: "offline_access",
        en: "Keep access with a refresh token while the user is away.",
        ja: "ユーザーの不在中も、リフレッシュトークンでアクセスを続けます。",
    },
];

/// Adds `defaultEntry` to each scope and replaces the descriptions of standard scopes.
pub fn complete(settings: &mut Object) {
    let scopes = settings.get_mut(MEMBER);
    let scopes = scopes.and_then(Value::as_array_mut).into_iter().flatten();
    for scope in scopes.filter_map(Value::as_object_mut) {
        scope.entry("defaultEntry").or_insert(false.into());
        let name = scope.get("name").and_then(Value::as_str);
        let Some(standard) = STANDARD.iter().find(|own| Some(own.name) == name) else {
            continue;
        };
        let descriptions = json!([
            { "tag": "en", "value": standard.en },
            { "tag": "ja", "value": standard.ja },
        ]);
        scope.insert("description".to_owned(), standard.en.into());
        scope.insert("descriptions".to_owned(), descriptions);
    }
}

/// Refuses scopes that Authlete refuses.
pub fn check(settings: &Object) -> Result<(), Invalid> {
    let scopes = settings.array(MEMBER).unwrap_or_default().iter();
    let scopes: Vec<_> = scopes.filter_map(Value::as_object).collect();
    let names = scopes.iter().map(|scope| scope.text("name"));
    let names: Vec<_> = names.map(Option::unwrap_or_default).collect();
    names.iter().try_for_each(|name| check_name(name))?;
    check::distinct(MEMBER, SCOPE_TWICE, names)?;
    scopes.into_iter().try_for_each(check_texts)
}

/// Checks a name: printable ASCII characters except space, `"` and `\` (RFC 6749 §3.3).
fn check_name(name: &str) -> Result<(), Invalid> {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    let code = match name {
        "" => SCOPE_UNNAMED,
        name if name.bytes().all(is_allowed) => return Ok(()),
        _ => SCOPE_CHARACTER,
    };
    let reason = format_args!("'{name}' is not a valid scope name");
    Err(Invalid::new(MEMBER, code, reason))
}

fn check_texts(scope: &Object) -> Result<(), Invalid> {
    let texts = Pairs {
        list: "descriptions",
        key: ("tag", SCOPE_TAG_MISSING, SCOPE_TAG_TWICE),
        value_missing: SCOPE_TEXT_MISSING,
    };
    texts.check(scope)?;
    let attributes = Pairs {
        list: "attributes",
        key: ("key", SCOPE_ATTRIBUTE_KEY_MISSING, SCOPE_ATTRIBUTE_TWICE),
        value_missing: SCOPE_ATTRIBUTE_VALUE_MISSING,
    };
    attributes.check(scope)
}

/// A list of key-value pairs in a scope.
struct Pairs {
    list: &'static str,
    /// The name of the key member, and the codes for missing and repeated keys.
    key: (&'static str, ResultCode, ResultCode),
    value_missing: ResultCode,
}

impl Pairs {
    fn check(&self, scope: &Object) -> Result<(), Invalid> {
        let (key, key_missing, key_twice) = self.key;
        let refuse = |code, what: &str| {
            let name = scope.text("name").unwrap_or_default();
            let reason = format_args!("{} of the scope '{name}': {what}", self.list);
            Err(Invalid::new(MEMBER, code, reason))
        };
        let items = scope.array(self.list).unwrap_or_default().iter();
        let mut keys = Vec::new();
        for item in items.filter_map(Value::as_object) {
            let Some(own) = item.text(key) else {
                return refuse(key_missing, "a key is missing");
            };
            if item.text("value").is_none() {
                return refuse(self.value_missing, "a value is missing");
            }
            if keys.contains(&own) {
                return refuse(key_twice, "a key is repeated");
            }
            keys.push(own);
        }
        Ok(())
    }
}
