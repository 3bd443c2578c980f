//! The error response to a request that cannot be read.

use super::fault::{Fault, Kind};
use crate::reply::Reply;
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
    fault: Option<Fault>,
}

impl BadRequest {
    pub fn new(status: u16, code: ResultCode) -> Self {
        Self {
            status,
            code,
            fault: None,
        }
    }

    /// A member has the wrong type.
    pub fn of_member(operation: &str, fault: Fault) -> Self {
        Self {
            status: 400,
            code: code(operation, &fault),
            fault: Some(fault),
        }
    }

    /// The body cannot be read.
    pub fn of_body(operation: &str, fault: Fault) -> Self {
        Self {
            status: 400,
            code: malformed_body(operation),
            fault: Some(fault),
        }
    }

    /// A JSON body was sent with the media type of a form.
    pub fn of_json_in_a_form() -> Self {
        Self {
            status: 415,
            code: UNSUPPORTED_MEDIA_TYPE,
            fault: Some(Kind::Form.into()),
        }
    }

    /// A query parameter has the wrong type.
    pub fn of_query(fault: Fault) -> Self {
        Self {
            status: 400,
            code: MALFORMED_QUERY,
            fault: Some(fault),
        }
    }

    pub fn reply(self, path: &str) -> Reply {
        match self.fault {
            None => Reply::error(self.status, path, self.code),
            Some(fault) => Reply::explained(self.status, path, self.code, fault),
        }
    }
}

fn code(operation: &str, fault: &Fault) -> ResultCode {
    match (operation, fault.member()) {
        ("get_client_authorization_list", "start") => range_codes(operation).start_no_number,
        ("get_client_authorization_list", "end") => range_codes(operation).end_no_number,
        ("set_requestable_scopes", "requestableScopes") => match fault.kind {
            Kind::List => REQUESTABLE_SCOPES_NO_LIST,
            _ => REQUESTABLE_SCOPES_NO_STRING,
        },
        ("create_service" | "update_service" | "create_client" | "update_client", _) => {
            match fault.kind {
                Kind::Item => SETTING_ITEM_NULL,
                _ => SETTING_INVALID,
            }
        }
        _ => MEMBER_INVALID,
    }
}
