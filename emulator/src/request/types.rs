//! The types of requests, which `cargo xtask generate` derives from the API description.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// The types of all requests.
pub static TYPES: LazyLock<Types> =
    LazyLock::new(|| serde_json::from_str(include_str!("types.json")).unwrap_or_default());

#[derive(Debug, Default, Deserialize)]
pub struct Types {
    operations: BTreeMap<String, OperationTypes>,
    objects: BTreeMap<String, ObjectType>,
}

/// The types of the body and the query of an operation.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OperationTypes {
    pub body: Option<Type>,
    /// Whether the body may be a form.
    pub form: bool,
    pub query: BTreeMap<String, Type>,
}

impl OperationTypes {
    /// Whether a query parameter is known, as such or as a member of an absent body.
    pub fn knows(&self, parameter: &str) -> bool {
        let of_body = match &self.body {
            Some(Type::Object(name)) => TYPES.member(name, parameter),
            _ => None,
        };
        of_body.is_some() || self.query.contains_key(parameter)
    }
}

/// An object of the API description.
#[derive(Debug, Default, Deserialize)]
pub struct ObjectType {
    members: BTreeMap<String, Type>,
    /// The member that is set if the object is given as a plain string.
    pub text: Option<String>,
}

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Type {
    String,
    Integer,
    Boolean,
    /// Any JSON.
    Any,
    /// An object, by its name in the API description.
    Object(String),
    List(Box<Type>),
    /// An object with any members, all of one type.
    Map(Box<Type>),
}

impl From<String> for Type {
    fn from(text: String) -> Self {
        let within = |open: char, close: char| {
            let inner = text.strip_prefix(open)?.strip_suffix(close)?;
            Some(Box::new(Self::from(inner.to_owned())))
        };
        if let Some(item) = within('[', ']') {
            return Self::List(item);
        }
        if let Some(value) = within('{', '}') {
            return Self::Map(value);
        }
        match text.as_str() {
            "string" => Self::String,
            "integer" => Self::Integer,
            "boolean" => Self::Boolean,
            "any" => Self::Any,
            _ => Self::Object(text),
        }
    }
}

impl Types {
    /// The types of an operation; empty for an unknown operation.
    pub fn operation(&self, id: &str) -> &OperationTypes {
        static EMPTY: LazyLock<OperationTypes> = LazyLock::new(OperationTypes::default);
        self.operations.get(id).unwrap_or(&EMPTY)
    }

    pub fn object(&self, name: &str) -> Option<&ObjectType> {
        self.objects.get(name)
    }

    /// The type of a member; `None` for an unknown member.
    pub fn member(&self, object: &str, member: &str) -> Option<&Type> {
        self.objects.get(object)?.members.get(member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_types_and_every_object_exists() {
        for operation in authlete::operations::ALL {
            let types = TYPES.operations.get(operation.id);
            let types = types.unwrap_or_else(|| panic!("{} has types", operation.id));
            let objects = TYPES.objects.values();
            let members = objects.flat_map(|object| object.members.values());
            for ty in members.chain(&types.body).chain(types.query.values()) {
                assert!(is_known(ty), "{ty:?}");
            }
        }
    }

    fn is_known(ty: &Type) -> bool {
        match ty {
            Type::Object(name) => TYPES.object(name).is_some(),
            Type::List(inner) | Type::Map(inner) => is_known(inner),
            _ => true,
        }
    }
}
