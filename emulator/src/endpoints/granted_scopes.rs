//! `/client/granted_scopes`: records of the scopes that users granted to clients.

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::result_code::{
    GRANTED_SCOPES, GRANTED_SCOPES_DELETE_SUBJECT_MISSING, GRANTED_SCOPES_DELETED,
    GRANTED_SCOPES_SUBJECT_MISSING, NO_GRANTED_SCOPES, NO_GRANTED_SCOPES_DELETED,
};
use crate::store::Service;

/// Returns the record. Without a record, the lists are absent and not empty.
pub fn get(call: &Call, service: &Service) -> Outcome {
    let id = call.client("clientId", service)?.id();
    let subject = call.subject(GRANTED_SCOPES_SUBJECT_MISSING)?;
    let record = service.granted_scopes.get(subject, id);
    let modified_at = record.map_or(0, |record| record.modified_at);
    let latest = record.map(|record| record.latest.clone());
    let merged = record.map(|record| record.merged.clone());
    let code = match record {
        Some(_) => GRANTED_SCOPES,
        None => NO_GRANTED_SCOPES,
    };
    let response = ApiResponse::result(call.path, code)
        .with_optional("serviceApiKey", service.settings.api_key())
        .with("clientId", id)
        .with("subject", subject)
        .with_optional("latestGrantedScopes", latest)
        .with_optional("mergedGrantedScopes", merged)
        .with("modifiedAt", modified_at);
    Ok(response.build())
}

/// Deletes the record. Tokens are not affected.
pub fn delete(call: &Call, service: &mut Service) -> Outcome {
    let id = call.client("clientId", service)?.id();
    let subject = call.subject(GRANTED_SCOPES_DELETE_SUBJECT_MISSING)?;
    let code = match service.granted_scopes.get(subject, id) {
        Some(_) => GRANTED_SCOPES_DELETED,
        None => NO_GRANTED_SCOPES_DELETED,
    };
    service.granted_scopes.delete(subject, id);
    Ok(ApiResponse::result(call.path, code).build())
}
