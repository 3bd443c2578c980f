//! The error response to a request that cannot be read.

use super::read_error::{ReadError, ReadErrorKind};
use crate::api_response::ApiResponse;
use crate::result_code::{
    MALFORMED_QUERY, MEMBER_INVALID, REQUESTABLE_SCOPES_NO_LIST, REQUESTABLE_SCOPES_NO_STRING,
    ResultCode, SETTING_INVALID, SETTING_ITEM_NULL, UNSUPPORTED_MEDIA_TYPE, malformed_body,
    range_codes,
};

/// Why a request cannot be read.
#[derive(Debug)]
pub struct BadRequest {
    status: u16,
    code: ResultCode,
    /// Details beyond the message of the code.
    error: Option<ReadError>,
}

impl BadRequest {
    pub fn new(status: u16, code: ResultCode) -> Self {
        Self {
            status,
            code,
            error: None,
        }
    }

    /// A member has the wrong type.
    pub fn of_member(operation: &str, error: ReadError) -> Self {
        Self {
            status: 400,
            code: code(operation, &error),
            error: Some(error),
        }
    }

    /// The body cannot be read.
    pub fn of_body(operation: &str, error: ReadError) -> Self {
        Self {
            status: 400,
            code: malformed_body(operation),
            error: Some(error),
        }
    }

    /// A JSON body was sent with the media type of a form.
    pub fn of_json_in_a_form() -> Self {
        Self {
            status: 415,
            code: UNSUPPORTED_MEDIA_TYPE,
            error: Some(ReadErrorKind::Form.into()),
        }
    }

    /// A query parameter has the wrong type.
    pub fn of_query(error: ReadError) -> Self {
        Self {
            status: 400,
            code: MALFORMED_QUERY,
            error: Some(error),
        }
    }

    pub fn response(self, path: &str) -> ApiResponse {
        match self.error {
            None => ApiResponse::error(self.status, path, self.code),
            Some(error) => ApiResponse::error_with_detail(self.status, path, self.code, error),
        }
    }
}

fn code(operation: &str, error: &ReadError) -> ResultCode {
    match (operation, error.member()) {
        ("get_client_authorization_list", "start") => range_codes(operation).start_no_number,
        ("get_client_authorization_list", "end") => range_codes(operation).end_no_number,
        ("set_requestable_scopes", "requestableScopes") => match error.kind {
            ReadErrorKind::List => REQUESTABLE_SCOPES_NO_LIST,
            _ => REQUESTABLE_SCOPES_NO_STRING,
        },
        ("create_service" | "update_service" | "create_client" | "update_client", _) => {
            match error.kind {
                ReadErrorKind::Item => SETTING_ITEM_NULL,
                _ => SETTING_INVALID,
            }
        }
        _ => MEMBER_INVALID,
    }
}
