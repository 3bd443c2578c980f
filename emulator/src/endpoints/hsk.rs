//! `/hsk`: hardware-secured keys, emulated in software.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::jose::{self, Jwk};
use crate::json::{Object, ObjectExt};
use crate::random;
use crate::result_code::{
    CREATE_HSM_DISABLED, DELETE_HSK_UNKNOWN, DELETE_HSM_DISABLED, GET_HSK_UNKNOWN,
    GET_HSM_DISABLED, HSK_ALGORITHM_OF_OTHER_TYPE, HSK_ALGORITHM_OF_OTHER_USE, HSK_CREATED,
    HSK_DELETED, HSK_FOUND, HSK_PARAMETER_MISSING, HSK_PARAMETER_UNSUPPORTED, HSKS_LISTED,
    LIST_HSM_DISABLED, ResultCode,
};
use crate::store::{HardwareKey, Service};

/// The default of `hsmName`.
const DEFAULT_MODULE: &str = "emulator";

pub fn create(call: &Call, service: &mut Service) -> Outcome {
    if is_disabled(service) {
        return Ok(refusal(call, CREATE_HSM_DISABLED));
    }
    let (private, der) = match generate(&call.body) {
        Ok(key) => key,
        Err(code) => return Ok(refusal(call, code)),
    };
    let text = |name| call.body.text(name).map(str::to_owned);
    let kid = text("kid").map_or_else(random::token, Ok)?;
    let mut shown: Object = ["kty", "use", "alg"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), call.body.get(name)?.clone())))
        .collect();
    let module = text("hsmName").unwrap_or_else(|| DEFAULT_MODULE.to_owned());
    shown.extend([
        ("kid".to_owned(), Value::from(kid.as_str())),
        ("hsmName".to_owned(), module.into()),
        ("handle".to_owned(), random::token()?.into()),
        ("publicKey".to_owned(), BASE64_STANDARD.encode(der).into()),
    ]);
    let private = private.with_kid(&kid);
    let response = success(call, HSK_CREATED, &shown);
    Arc::make_mut(&mut service.hardware_keys).push(HardwareKey { shown, private });
    show_in_settings(service);
    Ok(response)
}

pub fn get(call: &Call, service: &Service) -> Outcome {
    if is_disabled(service) {
        return Ok(refusal(call, GET_HSM_DISABLED));
    }
    let handle = call.parameters.text("handle").unwrap_or_default();
    let mut keys = service.hardware_keys.iter();
    let key = keys.find(|key| key.has_handle(handle));
    Ok(key.map_or_else(
        || unknown(call, GET_HSK_UNKNOWN),
        |key| success(call, HSK_FOUND, &key.shown),
    ))
}

pub fn list(call: &Call, service: &Service) -> Outcome {
    if is_disabled(service) {
        return Ok(refusal(call, LIST_HSM_DISABLED));
    }
    Ok(ApiResponse::action(call.path, HSKS_LISTED, "SUCCESS")
        .with("hsks", all_shown(service))
        .build())
}

pub fn delete(call: &Call, service: &mut Service) -> Outcome {
    if is_disabled(service) {
        return Ok(refusal(call, DELETE_HSM_DISABLED));
    }
    let handle = call.parameters.text("handle").unwrap_or_default();
    let mut keys = service.hardware_keys.iter();
    let Some(position) = keys.position(|key| key.has_handle(handle)) else {
        return Ok(unknown(call, DELETE_HSK_UNKNOWN));
    };
    let key = Arc::make_mut(&mut service.hardware_keys).remove(position);
    show_in_settings(service);
    Ok(success(call, HSK_DELETED, &key.shown))
}

fn is_disabled(service: &Service) -> bool {
    !service.settings.hsm_enabled()
}

/// Generates a key of the requested type, use and algorithm. Returns the key and its public key in DER.
fn generate(request: &Object) -> Result<(Jwk, Vec<u8>), ResultCode> {
    let given = |name| request.text(name).ok_or(HSK_PARAMETER_MISSING);
    let (kty, usage, alg) = (given("kty")?, given("use")?, given("alg")?);
    if !["EC", "RSA"].contains(&kty) || !["sig", "enc"].contains(&usage) {
        return Err(HSK_PARAMETER_UNSUPPORTED);
    }
    let key = jose::generate(alg).map_err(|_| HSK_PARAMETER_UNSUPPORTED)?;
    if key.usage() != Some(usage) {
        return Err(HSK_ALGORITHM_OF_OTHER_USE);
    }
    if key.kty() != kty {
        return Err(HSK_ALGORITHM_OF_OTHER_TYPE);
    }
    let der = key.public_der().map_err(|_| HSK_PARAMETER_UNSUPPORTED)?;
    Ok((key, der))
}

/// Lists the keys in the settings of the service.
fn show_in_settings(service: &mut Service) {
    let keys = all_shown(service);
    Arc::make_mut(&mut service.settings).set_hsks(keys);
}

fn all_shown(service: &Service) -> Vec<Object> {
    let keys = service.hardware_keys.iter();
    keys.map(|key| key.shown.clone()).collect()
}

fn success(call: &Call, code: ResultCode, shown: &Object) -> ApiResponse {
    ApiResponse::action(call.path, code, "SUCCESS")
        .with("hsk", shown.clone())
        .build()
}

fn unknown(call: &Call, code: ResultCode) -> ApiResponse {
    ApiResponse::action(call.path, code, "NOT_FOUND").build()
}

fn refusal(call: &Call, code: ResultCode) -> ApiResponse {
    ApiResponse::action(call.path, code, "INVALID_REQUEST").build()
}
