//! No spans and no events, in a build without the feature `tracing`.

use std::time::Duration;

use crate::context::Context;
use crate::transport::RequestParts;
use crate::transport::raw_response::RawResponse;
use crate::{Error, Operation, Result};

pub(crate) struct CallTrace;

impl CallTrace {
    pub fn begin(_: &'static Operation) -> Self {
        Self
    }

    pub fn instrument<F: Future>(&self, call: F) -> F {
        call
    }

    pub fn failed(&self, _: &Error) {}
}

pub(in crate::transport) struct AttemptTrace;

impl AttemptTrace {
    pub fn begin(_: &Context, _: &RequestParts, _: u32) -> Self {
        Self
    }

    pub fn instrument<F: Future>(&self, attempt: F) -> F {
        attempt
    }

    pub fn ended(&self, _: &Result<RawResponse>) {}

    pub fn retrying(_: &Error, _: Duration) {}
}
