//! The parts from which the request of each attempt is built.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, Url};
use serde::Serialize;
use tokio::time::Instant;

use super::query;
use crate::context::Context;
use crate::{Error, Operation, Result, Route};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The parts that all requests of a call share.
pub(crate) struct RequestParts {
    pub operation: &'static Operation,
    pub route: &'static Route,
    pub url: Url,
    /// JSON; empty when there is no body.
    pub body: Bytes,
    /// Whether the request asks for JSON.
    pub accepts_json: bool,
    /// Whether a request that may have been processed may be sent again.
    pub is_repeatable: bool,
}

impl RequestParts {
    pub fn query(mut self, query: &impl Serialize) -> Result<Self> {
        let pairs = query::pairs(query).map_err(|_| self.build_error("query"))?;
        if !pairs.is_empty() {
            self.url.query_pairs_mut().extend_pairs(pairs);
        }
        Ok(self)
    }

    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Result<Self> {
        let json = serde_json::to_vec(body).map_err(|_| self.build_error("body"))?;
        self.body = json.into();
        Ok(self)
    }

    /// Says whether the body has the [`single_use`](Operation::single_use) member of the operation.
    pub fn single_use(mut self, is_used: bool) -> Self {
        self.is_repeatable &= !is_used;
        self
    }

    /// Builds the request of one attempt, with all its headers. If the handle has a timeout, the request times out at the
    /// deadline or after `limit`, whichever is first. If the handle has a DPoP key, the request has a new proof.
    pub fn build(
        &self,
        context: &Context,
        deadline: Instant,
        limit: Option<Duration>,
    ) -> Result<Request> {
        let method = Method::from_bytes(self.route.method.as_bytes());
        let method = method.map_err(|_| self.build_error("method"))?;
        let mut request = Request::new(method, self.url.clone());
        self.add_headers(context, &mut request);
        if !self.body.is_empty() {
            *request.body_mut() = Some(self.body.clone().into());
        }
        if context.settings.timeout.is_some() {
            let left = deadline.saturating_duration_since(Instant::now());
            *request.timeout_mut() = Some(limit.map_or(left, |limit| left.min(limit)));
        }
        if let Some(dpop) = context.dpop(self.route) {
            dpop.add_proof(&mut request)
                .map_err(|_| self.build_error("proof of possession"))?;
        }
        Ok(request)
    }

    fn add_headers(&self, context: &Context, request: &mut Request) {
        let headers = request.headers_mut();
        if self.accepts_json {
            headers.insert(ACCEPT, JSON);
        }
        if !self.body.is_empty() {
            headers.insert(CONTENT_TYPE, JSON);
        }
        for (name, value) in &context.settings.headers {
            headers.insert(name, value.clone());
        }
        if let Some(authorization) = context.credential_header(self.route) {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
    }

    /// Not expected for any operation of the API. The cause is left out because it may quote a value.
    fn build_error(&self, part: &str) -> Error {
        Error::not_callable(
            self.operation,
            format!("the {part} of the request cannot be built"),
        )
    }
}
