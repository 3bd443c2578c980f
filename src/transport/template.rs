//! What the requests of a call are made of.

use std::fmt::Arguments;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, Url};
use serde::Serialize;
use tokio::time::Instant;

use super::path::below;
use super::query;
use crate::{Authlete, Error, Operation, Result, Route};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What all requests of a call are made of.
pub(crate) struct Template {
    pub operation: &'static Operation,
    pub route: &'static Route,
    pub url: Url,
    /// JSON; empty when there is none.
    pub body: Bytes,
    /// Whether an answer in JSON is asked for.
    pub accepts_json: bool,
}

impl Authlete {
    /// Begins the request of an operation, with a path whose arguments are escaped.
    pub(crate) fn request(
        &self,
        operation: &'static Operation,
        path: Arguments<'_>,
    ) -> Result<Template> {
        Ok(Template {
            operation,
            route: self.route(operation)?,
            url: below(self.root(operation)?, path),
            body: Bytes::new(),
            accepts_json: false,
        })
    }
}

impl Template {
    pub fn query(mut self, query: &impl Serialize) -> Result<Self> {
        let pairs = query::pairs(query).map_err(|_| self.unsendable("query"))?;
        if !pairs.is_empty() {
            self.url.query_pairs_mut().extend_pairs(pairs);
        }
        Ok(self)
    }

    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Result<Self> {
        let json = serde_json::to_vec(body).map_err(|_| self.unsendable("body"))?;
        self.body = json.into();
        Ok(self)
    }

    /// A request with all its headers. If the handle has a timeout, it ends at the deadline, or within the limit; if the
    /// handle has a key, it has a proof of possession.
    pub fn request(
        &self,
        api: &Authlete,
        deadline: Instant,
        limit: Option<Duration>,
    ) -> Result<Request> {
        let method = Method::from_bytes(self.route.method.as_bytes());
        let method = method.map_err(|_| self.unsendable("method"))?;
        let mut request = Request::new(method, self.url.clone());
        self.add_headers(api, &mut request);
        if !self.body.is_empty() {
            *request.body_mut() = Some(self.body.clone().into());
        }
        if api.settings().timeout.is_some() {
            let left = deadline.saturating_duration_since(Instant::now());
            *request.timeout_mut() = Some(limit.map_or(left, |limit| left.min(limit)));
        }
        if let Some(dpop) = api.dpop(self.route) {
            let unsigned = |_| self.unsendable("proof of possession");
            dpop.prove(&mut request).map_err(unsigned)?;
        }
        Ok(request)
    }

    fn add_headers(&self, api: &Authlete, request: &mut Request) {
        let headers = request.headers_mut();
        if self.accepts_json {
            headers.insert(ACCEPT, JSON);
        }
        if !self.body.is_empty() {
            headers.insert(CONTENT_TYPE, JSON);
        }
        for (name, value) in &api.settings().headers {
            headers.insert(name, value.clone());
        }
        if let Some(authorization) = api.credential_header(self.route) {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
    }

    /// Nothing of the API comes to this. Why it did is left out: that may quote a value.
    fn unsendable(&self, part: &str) -> Error {
        Error::not_callable(
            self.operation,
            format!("the {part} of the request cannot be written"),
        )
    }
}
