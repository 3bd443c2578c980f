//! What stands for the spans when nothing is told.

use std::time::Duration;

use crate::transport::Template;
use crate::transport::receive::Received;
use crate::{Authlete, Error, Operation, Result};

pub(in crate::transport) struct CallTrace;

impl CallTrace {
    pub fn begin(_: &'static Operation) -> Self {
        Self
    }

    pub fn follow<F: Future>(&self, call: F) -> F {
        call
    }

    pub fn failed(&self, _: &Error) {}
}

pub(in crate::transport) struct AttemptTrace;

impl AttemptTrace {
    pub fn begin(_: &Authlete, _: &Template, _: u32) -> Self {
        Self
    }

    pub fn follow<F: Future>(&self, attempt: F) -> F {
        attempt
    }

    pub fn ended(&self, _: &Result<Received>) {}

    pub fn will_repeat(_: &Error, _: Duration) {}
}
