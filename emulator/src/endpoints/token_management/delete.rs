//! `/auth/token/delete`.

use super::find;
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::json::ObjectExt;
use crate::result_code::{DELETE_TOKEN_OF_ANOTHER_SERVICE, DELETE_TOKEN_UNKNOWN};
use crate::store::Service;

/// Deletes an access token by its value, its digest or the identifier of its record, with the refresh token.
pub fn delete(call: &Call, service: &mut Service) -> Outcome {
    let identifier = call
        .parameters
        .text("accessTokenIdentifier")
        .unwrap_or_default();
    let found = find::by_access_token(identifier, service)
        .or_else(|| find::by_token_id(identifier, service));
    let id = found.ok_or_else(|| match call.other_service_ids.contains(identifier) {
        true => ApiResponse::error(403, call.path, DELETE_TOKEN_OF_ANOTHER_SERVICE),
        false => ApiResponse::error(404, call.path, DELETE_TOKEN_UNKNOWN),
    })?;
    service.tokens.take(id);
    Ok(ApiResponse::no_content())
}
