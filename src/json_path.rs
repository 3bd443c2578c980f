//! Finds the JSON path of a position in a text.
//!
//! A decode error has a line and a column. A crate that tracks the path while decoding would compile the decoder of every
//! type a second time; walking the text costs nothing until there is an error.

/// The maximum length of a path, in characters, so that errors fit into logs.
const MAX_LENGTH: usize = 256;

/// The path of the value at a line and a column, both from 1, as the decoder counts them: `$.clients[3].clientName`. An
/// unknown name is `*`, because a server may have copied it from a request.
pub(crate) fn at(
    text: &[u8],
    line: usize,
    column: usize,
    is_known: impl Fn(&str) -> bool,
) -> String {
    let line_start = text
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum::<usize>();
    let end = (line_start + column).min(text.len());
    let mut walk = Walk::default();
    let mut rest = &text[..end];
    while let Some((&byte, after)) = rest.split_first() {
        rest = match byte {
            b'"' => walk.string(after),
            _ => {
                // The last byte may be the one after the value, which must not advance the path.
                if !after.is_empty() || !matches!(byte, b',' | b'}' | b']') {
                    walk.punctuation(byte);
                }
                after
            }
        };
    }
    walk.path(is_known)
}

/// The objects and arrays that are open at a position.
#[derive(Default)]
struct Walk {
    open: Vec<Step>,
}

enum Step {
    /// In an object: the name of the current member, and whether its value has begun.
    Member { name: Vec<u8>, in_value: bool },
    /// In an array: the index of the current item.
    Item(usize),
}

impl Walk {
    fn punctuation(&mut self, byte: u8) {
        match byte {
            b'{' => self.open.push(Step::Member {
                name: Vec::new(),
                in_value: false,
            }),
            b'[' => self.open.push(Step::Item(0)),
            b'}' | b']' => drop(self.open.pop()),
            b':' => {
                if let Some(Step::Member { in_value, .. }) = self.open.last_mut() {
                    *in_value = true;
                }
            }
            b',' => match self.open.last_mut() {
                Some(Step::Member { in_value, .. }) => *in_value = false,
                Some(Step::Item(index)) => *index += 1,
                None => {}
            },
            _ => {}
        }
    }

    /// Reads a string after its opening quote; returns the rest of the text.
    fn string<'a>(&mut self, text: &'a [u8]) -> &'a [u8] {
        let mut escaped = false;
        let end = text.iter().position(|byte| {
            let closes = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            closes
        });
        let (content, rest) = end.map_or((text, &[][..]), |end| (&text[..end], &text[end + 1..]));
        if let Some(Step::Member {
            name,
            in_value: false,
        }) = self.open.last_mut()
        {
            *name = content.to_vec();
        }
        rest
    }

    fn path(&self, is_known: impl Fn(&str) -> bool) -> String {
        let mut path = String::from("$");
        for step in &self.open {
            match step {
                Step::Member { name, .. } if name.is_empty() => {}
                Step::Member { name, .. } => {
                    let name = std::str::from_utf8(name).ok();
                    path.push('.');
                    path.push_str(name.filter(|name| is_known(name)).unwrap_or("*"));
                }
                Step::Item(index) => path.push_str(&format!("[{index}]")),
            }
        }
        if let Some((end, _)) = path.char_indices().nth(MAX_LENGTH) {
            path.truncate(end);
            path.push('…');
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::at;

    /// Decodes a document in which all values should be strings, and returns the path of the first other value.
    fn path_of_decode_error(text: &str) -> String {
        struct Texts;
        impl<'de> Deserialize<'de> for Texts {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Texts)
            }
        }
        impl<'de> serde::de::Visitor<'de> for Texts {
            type Value = Self;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("text")
            }
            fn visit_str<E>(self, _: &str) -> Result<Self, E> {
                Ok(self)
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut items: A,
            ) -> Result<Self, A::Error> {
                while items.next_element::<Texts>()?.is_some() {}
                Ok(self)
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut members: A,
            ) -> Result<Self, A::Error> {
                while members.next_entry::<String, Texts>()?.is_some() {}
                Ok(self)
            }
        }
        let error = serde_json::from_str::<Texts>(text)
            .err()
            .expect("the document has a number");
        at(text.as_bytes(), error.line(), error.column(), |_| true)
    }

    /// A document of strings with one number, and the path of the number.
    fn documents() -> impl Strategy<Value = (Value, String)> {
        let number = (0..1000_i64).prop_map(|number| (json!(number), String::new()));
        number.prop_recursive(6, 6, 1, |inner| {
            let text = || ".{0,6}".prop_map(Value::from);
            let in_list = (
                inner.clone(),
                prop::collection::vec(text(), 0..3),
                prop::collection::vec(text(), 0..3),
            )
                .prop_map(|((value, path), before, after)| {
                    let index = before.len();
                    let items = before.into_iter().chain([value]).chain(after).collect();
                    (Value::Array(items), format!("[{index}]{path}"))
                });
            let in_object = (
                inner,
                "[a-z]{1,5}",
                prop::collection::btree_map("[A-Z\"\\\\,:{}]{1,5}", text(), 0..3),
            )
                .prop_map(|((value, path), name, others)| {
                    let suffix = format!(".{name}{path}");
                    let members = others.into_iter().chain([(name, value)]).collect();
                    (Value::Object(members), suffix)
                });
            prop_oneof![in_list, in_object]
        })
    }

    #[test]
    fn unknown_member_name_is_masked_in_the_path() {
        let text = br#"{"known":[{"other":{"known":5"#;
        let path = at(text, 1, text.len(), |name| name == "known");
        assert_eq!(path, "$.known[0].*.known");
        // Nor is a name that is not UTF-8.
        let text = b"{\"\xff\":5";
        assert_eq!(at(text, 1, text.len(), |_| true), "$.*");
    }

    proptest! {
        #[test]
        fn path_leads_to_the_value_that_failed_to_decode((document, path) in documents()) {
            prop_assert_eq!(path_of_decode_error(&document.to_string()), format!("${path}"));
            let pretty = serde_json::to_string_pretty(&document).unwrap();
            prop_assert_eq!(path_of_decode_error(&pretty), format!("${path}"));
        }

        #[test]
        fn any_text_and_position_result_in_a_path(text in prop::collection::vec(any::<u8>(), 0..60), line in 0..9_usize, column in 0..90_usize) {
            prop_assert!(at(&text, line, column, |_| true).starts_with('$'));
        }
    }
}
