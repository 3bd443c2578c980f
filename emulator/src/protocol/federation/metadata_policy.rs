//! Policies of superiors for the metadata of their subordinates (OpenID Federation 1.0 §6.1).

use std::collections::BTreeMap;

use serde_json::Value;

use super::invalid_metadata;
use crate::json::Object;
use crate::protocol::oauth_error::OAuthError;

/// The metadata parameter whose value is a space-delimited list (§6.1.3.1.8).
const SCOPE: &str = "scope";

/// The policies for the metadata of one type of entity, by parameter.
#[derive(Debug, Default)]
pub struct MetadataPolicy(BTreeMap<String, ParameterPolicy>);

/// The standard operators (§6.1.3.1), in the order in which they are applied. Others are ignored.
#[derive(Debug, Default, Clone)]
struct ParameterPolicy {
    /// `null` removes the parameter.
    value: Option<Value>,
    add: Option<Vec<Value>>,
    default: Option<Value>,
    one_of: Option<Vec<Value>>,
    subset_of: Option<Vec<Value>>,
    superset_of: Option<Vec<Value>>,
    essential: bool,
}

impl MetadataPolicy {
    /// Merges the policy of a subordinate into those of its superiors, which it can only restrict.
    pub fn merge(&mut self, lower: &Object) -> Result<(), OAuthError> {
        for (name, operators) in lower {
            let refuse = |message: &str| invalid_metadata(format!("policy for {name}: {message}"));
            let operators = operators.as_object();
            let operators = operators.ok_or_else(|| refuse("must be an object"))?;
            let lower = ParameterPolicy::read(name, operators);
            let lower = lower.and_then(ParameterPolicy::consistent);
            let merged = match self.0.remove(name) {
                Some(upper) => lower
                    .and_then(|lower| upper.merged(lower))
                    .and_then(ParameterPolicy::consistent),
                None => lower,
            };
            self.0.insert(name.clone(), merged.map_err(refuse)?);
        }
        Ok(())
    }

    /// Applies the policies to metadata. An error if the metadata cannot comply.
    pub fn apply(&self, mut metadata: Object) -> Result<Object, OAuthError> {
        for (name, policy) in &self.0 {
            let value = metadata.remove(name).map(|value| to_list(name, value));
            let applied = policy.apply(value);
            let applied =
                applied.map_err(|message| invalid_metadata(format!("{name}: {message}")))?;
            if let Some(value) = applied {
                metadata.insert(name.clone(), from_list(name, value));
            }
        }
        Ok(metadata)
    }
}

impl ParameterPolicy {
    fn read(name: &str, operators: &Object) -> Result<Self, &'static str> {
        let mut policy = Self::default();
        for (operator, operand) in operators {
            let operand = to_list(name, operand.clone());
            match (operator.as_str(), operand) {
                ("value", value) => policy.value = Some(value),
                ("default", Value::Null) => return Err("default must not be null"),
                ("default", value) => policy.default = Some(value),
                ("essential", Value::Bool(flag)) => policy.essential = flag,
                ("essential", _) => return Err("essential must be true or false"),
                ("add", Value::Array(values)) => policy.add = Some(values),
                ("one_of", Value::Array(values)) => policy.one_of = Some(values),
                ("subset_of", Value::Array(values)) => policy.subset_of = Some(values),
                ("superset_of", Value::Array(values)) => policy.superset_of = Some(values),
                ("add" | "one_of" | "subset_of" | "superset_of", _) => {
                    return Err("add, one_of, subset_of and superset_of must be arrays");
                }
                _ => {}
            }
        }
        Ok(policy)
    }

    /// The policy that requires what both policies require.
    fn merged(self, lower: Self) -> Result<Self, &'static str> {
        Ok(Self {
            value: same(self.value, lower.value)?,
            add: both(self.add, lower.add, union),
            default: same(self.default, lower.default)?,
            one_of: match both(self.one_of, lower.one_of, intersection) {
                Some(none) if none.is_empty() => return Err("one_of leaves no value"),
                values => values,
            },
            subset_of: both(self.subset_of, lower.subset_of, intersection),
            superset_of: both(self.superset_of, lower.superset_of, union),
            essential: self.essential || lower.essential,
        })
    }

    /// Refuses operators that conflict with each other.
    fn consistent(self) -> Result<Self, &'static str> {
        if let Some(value) = &self.value {
            let values = value.as_array().map(Vec::as_slice);
            let fits = |list: &Option<Vec<Value>>, is_fit: fn(&[Value], &[Value]) -> bool| {
                let list = list.as_ref();
                list.is_none_or(|list| values.is_some_and(|values| is_fit(values, list)))
            };
            if value.is_null() && (self.essential || self.default.is_some()) {
                return Err("value null cannot be combined with essential or default");
            }
            if self
                .one_of
                .as_ref()
                .is_some_and(|list| !list.contains(value))
            {
                return Err("value is not in one_of");
            }
            if !fits(&self.add, contains_all) {
                return Err("value does not contain all of add");
            }
            if !fits(&self.subset_of, |values, list| contains_all(list, values)) {
                return Err("value is not a subset of subset_of");
            }
            if !fits(&self.superset_of, contains_all) {
                return Err("value does not contain all of superset_of");
            }
        }
        let lists = [&self.add, &self.subset_of, &self.superset_of];
        if self.one_of.is_some() && lists.iter().any(|list| list.is_some()) {
            return Err("one_of cannot be combined with add, subset_of or superset_of");
        }
        if let Some(allowed) = &self.subset_of {
            let exceeds = |list: &Option<Vec<Value>>| {
                let list = list.as_ref();
                list.is_some_and(|list| !contains_all(allowed, list))
            };
            if exceeds(&self.add) || exceeds(&self.superset_of) {
                return Err("add or superset_of has values that subset_of does not allow");
            }
        }
        Ok(self)
    }

    fn apply(&self, given: Option<Value>) -> Result<Option<Value>, &'static str> {
        let mut value = match &self.value {
            Some(value) => Some(value.clone()).filter(|value| !value.is_null()),
            None => given,
        };
        if let Some(add) = &self.add {
            let own = value.map(array).transpose()?.unwrap_or_default();
            value = Some(union(own, add.clone()).into());
        }
        let mut value = value.or_else(|| self.default.clone());
        if let (Some(value), Some(list)) = (&value, &self.one_of)
            && !list.contains(value)
        {
            return Err("is not a value that the federation allows");
        }
        if let Some(allowed) = &self.subset_of {
            let own = value.map(array).transpose()?;
            value = own.map(|own| intersection(own, allowed.clone()).into());
        }
        if let (Some(value), Some(required)) = (&value, &self.superset_of)
            && !value
                .as_array()
                .is_some_and(|own| contains_all(own, required))
        {
            return Err("does not have all values that the federation requires");
        }
        match value.is_none() && self.essential {
            true => Err("is required by the federation"),
            false => Ok(value),
        }
    }
}

/// Converts a metadata value for the operators: a space-delimited list becomes an array.
fn to_list(name: &str, value: Value) -> Value {
    match value {
        Value::String(text) if name == SCOPE => text.split_ascii_whitespace().collect(),
        value => value,
    }
}

/// Converts a value back to its form in the metadata.
fn from_list(name: &str, value: Value) -> Value {
    match value {
        Value::Array(values) if name == SCOPE => {
            let words: Vec<_> = values.iter().filter_map(Value::as_str).collect();
            words.join(" ").into()
        }
        value => value,
    }
}

fn array(value: Value) -> Result<Vec<Value>, &'static str> {
    match value {
        Value::Array(values) => Ok(values),
        _ => Err("must be an array"),
    }
}

fn same(upper: Option<Value>, lower: Option<Value>) -> Result<Option<Value>, &'static str> {
    match (upper, lower) {
        (Some(upper), Some(lower)) if upper != lower => {
            Err("the superiors require different values")
        }
        (upper, lower) => Ok(upper.or(lower)),
    }
}

fn both(
    upper: Option<Vec<Value>>,
    lower: Option<Vec<Value>>,
    merge: fn(Vec<Value>, Vec<Value>) -> Vec<Value>,
) -> Option<Vec<Value>> {
    match (upper, lower) {
        (Some(upper), Some(lower)) => Some(merge(upper, lower)),
        (upper, lower) => upper.or(lower),
    }
}

fn union(mut left: Vec<Value>, right: Vec<Value>) -> Vec<Value> {
    for value in right {
        if !left.contains(&value) {
            left.push(value);
        }
    }
    left
}

fn intersection(mut left: Vec<Value>, right: Vec<Value>) -> Vec<Value> {
    left.retain(|value| right.contains(value));
    left
}

fn contains_all(all: &[Value], some: &[Value]) -> bool {
    some.iter().all(|value| all.contains(value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(json: Value) -> Object {
        json.as_object().unwrap().clone()
    }

    /// Applies policies, from the trust anchor downwards, to metadata.
    fn applied(policies: &[Value], metadata: Value) -> Result<Value, OAuthError> {
        let mut policy = MetadataPolicy::default();
        for lower in policies {
            policy.merge(&object(lower.clone()))?;
        }
        policy.apply(object(metadata)).map(Value::Object)
    }

    #[test]
    fn each_operator_is_applied() {
        for (operators, given, expected) in [
            (json!({"value": "b"}), json!({"p": "a"}), json!({"p": "b"})),
            (json!({"value": null}), json!({"p": "a"}), json!({})),
            (
                json!({"add": ["b", "a"]}),
                json!({"p": ["a"]}),
                json!({"p": ["a", "b"]}),
            ),
            (json!({"add": ["b"]}), json!({}), json!({"p": ["b"]})),
            (json!({"default": 1}), json!({}), json!({"p": 1})),
            (json!({"default": 1}), json!({"p": 2}), json!({"p": 2})),
            (
                json!({"one_of": ["a", "b"]}),
                json!({"p": "a"}),
                json!({"p": "a"}),
            ),
            (json!({"one_of": ["a"]}), json!({}), json!({})),
            (
                json!({"superset_of": ["a"]}),
                json!({"p": ["b", "a"]}),
                json!({"p": ["b", "a"]}),
            ),
            (json!({"unheard_of": 1}), json!({"p": 1}), json!({"p": 1})),
            // Table 1 of §6.1.3.1.8.
            (
                json!({"essential": true, "subset_of": ["a", "b"]}),
                json!({"p": ["a", "e"]}),
                json!({"p": ["a"]}),
            ),
            (
                json!({"subset_of": ["a", "b"]}),
                json!({"p": ["d", "e"]}),
                json!({"p": []}),
            ),
            (json!({"subset_of": ["a", "b"]}), json!({}), json!({})),
        ] {
            let policy = json!({ "p": operators });
            assert_eq!(applied(&[policy], given).unwrap(), expected, "{operators}");
        }
        let scope = json!({"scope": {"subset_of": ["openid", "email"], "superset_of": ["openid"]}});
        let metadata = json!({"scope": "openid phone email"});
        assert_eq!(
            applied(&[scope], metadata).unwrap(),
            json!({"scope": "openid email"})
        );
    }

    #[test]
    fn metadata_that_do_not_comply_are_refused() {
        for (operators, given) in [
            (json!({"one_of": ["a"]}), json!({"p": "b"})),
            (json!({"superset_of": ["a"]}), json!({"p": ["b"]})),
            (json!({"superset_of": ["a"]}), json!({"p": "a"})),
            (json!({"subset_of": ["a"]}), json!({"p": "a"})),
            (json!({"add": ["a"]}), json!({"p": "a"})),
            (json!({"essential": true}), json!({})),
            (json!({"essential": true, "subset_of": ["a"]}), json!({})),
        ] {
            let policy = json!({ "p": operators });
            let error = applied(&[policy], given).unwrap_err();
            assert_eq!(error.error, "invalid_metadata", "{operators}");
        }
    }

    #[test]
    fn subordinate_can_only_restrict_policies_of_superiors() {
        for (upper, lower, given, expected) in [
            (
                json!({"add": ["a"]}),
                json!({"add": ["b"]}),
                json!({}),
                json!({"p": ["a", "b"]}),
            ),
            (
                json!({"subset_of": ["a", "b"]}),
                json!({"subset_of": ["b", "c"]}),
                json!({"p": ["a", "b", "c"]}),
                json!({"p": ["b"]}),
            ),
            (
                json!({"one_of": ["a", "b"]}),
                json!({"one_of": ["b", "c"], "default": "b"}),
                json!({}),
                json!({"p": "b"}),
            ),
            (
                json!({"value": "a"}),
                json!({"value": "a"}),
                json!({}),
                json!({"p": "a"}),
            ),
        ] {
            let policies = [json!({ "p": upper }), json!({ "p": lower })];
            assert_eq!(
                applied(&policies, given).unwrap(),
                expected,
                "{upper} {lower}"
            );
        }
        for (upper, lower) in [
            (json!({"value": "a"}), json!({"value": "b"})),
            (json!({"default": "a"}), json!({"default": "b"})),
            (json!({"one_of": ["a"]}), json!({"one_of": ["b"]})),
            (json!({"subset_of": ["a"]}), json!({"add": ["b"]})),
            (
                json!({"subset_of": ["a"]}),
                json!({"superset_of": ["a", "b"]}),
            ),
            (json!({"subset_of": ["a"]}), json!({"value": ["a", "b"]})),
            (json!({"one_of": ["a"]}), json!({"value": "b"})),
            (json!({"essential": true}), json!({"value": null})),
        ] {
            let policies = [json!({ "p": upper }), json!({ "p": lower })];
            assert!(applied(&policies, json!({})).is_err(), "{upper} {lower}");
        }
    }

    #[test]
    fn conflicting_or_malformed_operators_are_refused() {
        for operators in [
            json!({"value": null, "default": "a"}),
            json!({"value": ["a"], "add": ["b"]}),
            json!({"value": ["a"], "superset_of": ["b"]}),
            json!({"value": "a", "subset_of": ["a"]}),
            json!({"one_of": ["a"], "add": ["a"]}),
            json!({"one_of": ["a"], "subset_of": ["a"]}),
            json!({"default": null}),
            json!({"essential": "true"}),
            json!({"add": "a"}),
            json!({"one_of": "a"}),
            json!("a"),
        ] {
            assert!(
                applied(&[json!({ "p": operators })], json!({})).is_err(),
                "{operators}"
            );
        }
    }
}
