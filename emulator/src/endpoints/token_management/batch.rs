//! `/auth/token/create/batch`: atomic creation of many tokens.

use std::collections::HashSet;

use authlete::types::{TokenBatchStatusBatchKind, TokenBatchStatusResult};
use serde_json::{Value, json};

use super::create::{CreateTokenError, prepare};
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::json::ObjectExt;
use crate::protocol::issuance::PreparedTokens;
use crate::random;
use crate::result_code::{
    ACCESS_TOKEN_VALUE_TAKEN, BATCH_ACCEPTED, BATCH_CHECKED, BATCH_FOUND, BATCH_SIZE,
    BATCH_UNKNOWN, REFRESH_TOKEN_VALUE_TAKEN, ResultCode,
};
use crate::store::{Service, TokenBatch};

/// The maximum number of requests in a batch, since it can block other calls.
const MAX_REQUESTS: usize = 1000;

/// How long the status of a batch is kept, in seconds.
const STATUS_LIFETIME: i64 = 24 * 60 * 60;

pub fn create(call: &Call, service: &mut Service) -> Outcome {
    if !(1..=MAX_REQUESTS).contains(&call.list.len()) {
        return Err(ApiResponse::error(400, call.path, BATCH_SIZE));
    }
    let is_dry_run = call.is_true("dryRun");
    let failure = match prepare_all(call, service) {
        Ok(all) if !is_dry_run => {
            for prepared in all {
                prepared.store(service, call.now);
            }
            None
        }
        Ok(_) => None,
        // Internal errors are reported by the status of the batch.
        Err((_, CreateTokenError::Request(code, "INTERNAL_SERVER_ERROR"))) if !is_dry_run => {
            Some(code)
        }
        Err((index, CreateTokenError::Request(code, _))) => {
            let place = format_args!("in the request with the index {index}");
            return Err(ApiResponse::error_with_detail(400, call.path, code, place));
        }
        Err((_, CreateTokenError::Api(response))) => return Err(response),
    };
    if is_dry_run {
        return Ok(ApiResponse::result(call.path, BATCH_CHECKED).build());
    }
    let id = random::token()?;
    let batch = TokenBatch {
        created_at: call.now,
        tokens: if failure.is_none() {
            call.list.len()
        } else {
            0
        },
        failure: failure.map(code_and_reason),
    };
    let end = after(call.now, STATUS_LIFETIME);
    service
        .token_batches
        .insert(Digest::of(&id), batch, end, call.now);
    Ok(ApiResponse::result(call.path, BATCH_ACCEPTED)
        .with("requestId", id)
        .build())
}

/// Prepares the tokens of all requests, or returns the index and the error of the first failing request.
fn prepare_all(
    call: &Call,
    service: &Service,
) -> Result<Vec<PreparedTokens>, (usize, CreateTokenError)> {
    let mut values = HashSet::new();
    let calls = call.each().enumerate();
    calls
        .map(|(index, call)| {
            let prepared = prepare(&call, service).map_err(|error| (index, error))?;
            let record = &prepared.record;
            let refresh_token = record.refresh_token.as_ref().map(|token| token.digest);
            // Values must also be unique within the batch, which is not stored yet.
            if !values.insert(("access", record.access_token)) {
                return Err((index, ACCESS_TOKEN_VALUE_TAKEN.into()));
            }
            if refresh_token.is_some_and(|digest| !values.insert(("refresh", digest))) {
                return Err((index, REFRESH_TOKEN_VALUE_TAKEN.into()));
            }
            Ok(prepared)
        })
        .collect()
}

fn code_and_reason(code: ResultCode) -> (String, String) {
    (code.code.to_owned(), code.reason.to_owned())
}

pub fn status(call: &Call, service: &Service) -> Outcome {
    let id = call.parameters.text("requestId").unwrap_or_default();
    let batch = service.token_batches.live(&Digest::of(id), call.now);
    let batch = batch.ok_or_else(|| ApiResponse::error(404, call.path, BATCH_UNKNOWN))?;
    Ok(ApiResponse::result(call.path, BATCH_FOUND)
        .with("status", to_json(id, batch))
        .build())
}

/// The status of a batch, which is never pending: the create call itself processes the batch.
fn to_json(id: &str, batch: &TokenBatch) -> Value {
    let result = match batch.failure {
        None => TokenBatchStatusResult::Succeeded,
        Some(_) => TokenBatchStatusResult::Failed,
    };
    let mut shown = json!({
        "batchKind": TokenBatchStatusBatchKind::Create.as_str(),
        "requestId": id,
        "result": result.as_str(),
        "tokenCount": batch.tokens,
        "createdAt": batch.created_at,
        "modifiedAt": batch.created_at,
    });
    if let (Value::Object(shown), Some((code, description))) = (&mut shown, &batch.failure) {
        shown.insert("errorCode".to_owned(), code.as_str().into());
        shown.insert("errorDescription".to_owned(), description.as_str().into());
    }
    shown
}
