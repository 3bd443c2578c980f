//! Lists that are asked for in slices.

use serde_json::Value;

use crate::call::Call;
use crate::json::{Members, Object};
use crate::reply::Reply;
use crate::result_code::RANGE_INVALID;

/// Where a slice begins, and before which index it ends.
#[derive(Debug, Clone, Copy)]
pub struct Slice {
    start: i64,
    end: i64,
}

impl Slice {
    /// What a request asks for; the first five when it does not say.
    pub fn of(call: &Call, members: &Object) -> Result<Self, Reply> {
        let index = |name: &str, default: i64| match members.get(name) {
            None | Some(Value::Null) => Some(default),
            Some(_) => members.integer(name).filter(|index| *index >= 0),
        };
        match (index("start", 0), index("end", 5)) {
            (Some(start), Some(end)) if start <= end => Ok(Self { start, end }),
            // Only a start beyond the default end: an empty slice would be no help.
            (Some(start), Some(_)) if !members.contains_key("end") => Ok(Self {
                start,
                end: start.saturating_add(5),
            }),
            _ => Err(Reply::error(400, call.path, RANGE_INVALID)),
        }
    }

    /// The answer: the slice of the items under `name`, and how many there are in all.
    pub fn answer<T>(
        self,
        name: &str,
        items: impl Iterator<Item = T>,
        show: impl Fn(T) -> Value,
    ) -> Object {
        let mut total = 0_i64;
        let mut slice = Vec::new();
        for item in items {
            if (self.start..self.end).contains(&total) {
                slice.push(show(item));
            }
            total += 1;
        }
        Object::from_iter([
            ("start".to_owned(), self.start.into()),
            ("end".to_owned(), self.end.into()),
            ("totalCount".to_owned(), total.into()),
            (name.to_owned(), slice.into()),
        ])
    }
}
