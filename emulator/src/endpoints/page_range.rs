//! Ranges of lists.

use serde_json::Value;

use crate::api_response::ApiResponse;
use crate::call::Call;
use crate::json::{Object, ObjectExt};
use crate::result_code::range_codes;

/// The start index (inclusive) and the end index (exclusive) of a page.
#[derive(Debug, Clone, Copy)]
pub struct PageRange {
    start: i64,
    end: i64,
}

impl PageRange {
    /// The range that a request names, 0 to 5 by default. A range whose end is not after its start is empty.
    pub fn of(call: &Call, members: &Object) -> Result<Self, ApiResponse> {
        let codes = range_codes(call.operation);
        let refuse = |code| ApiResponse::error(400, call.path, code);
        let index = |name: &str, default: i64, no_number, negative| match members.get(name) {
            None | Some(Value::Null) => Ok(default),
            Some(_) => match members.integer(name) {
                None => Err(refuse(no_number)),
                Some(..0) => Err(refuse(negative)),
                Some(index) => Ok(index),
            },
        };
        let start = index("start", 0, codes.start_no_number, codes.start_negative)?;
        let end = index("end", 5, codes.end_no_number, codes.end_negative)?;
        Ok(Self { start, end })
    }

    /// The response: the items in the range as `name`, and the total count of items.
    pub fn page<T>(
        self,
        name: &str,
        items: impl Iterator<Item = T>,
        show: impl Fn(T) -> Value,
    ) -> Object {
        let mut total = 0_i64;
        let mut items_in_range = Vec::new();
        for item in items {
            if (self.start..self.end).contains(&total) {
                items_in_range.push(show(item));
            }
            total += 1;
        }
        let mut response = Object::from_iter([
            ("start".to_owned(), self.start.into()),
            ("end".to_owned(), self.end.into()),
            ("totalCount".to_owned(), total.into()),
        ]);
        // An empty list is omitted.
        if !items_in_range.is_empty() {
            response.insert(name.to_owned(), items_in_range.into());
        }
        response
    }
}
