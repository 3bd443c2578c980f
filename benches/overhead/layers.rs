//! A call through `tower` layers, as in a client that has a layer for each concern.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use authlete::TransportErrorKind;
use bytes::Bytes;
use http::{Request, Response};
use reqwest::Body;
use tower::util::{BoxCloneSyncService, service_fn};
use tower::{Service, ServiceExt as _};

type Stack = BoxCloneSyncService<Request<Bytes>, Response<Body>, TransportErrorKind>;
type Sent = Pin<Box<dyn Future<Output = Result<Response<Body>, TransportErrorKind>> + Send>>;

/// For `AuthleteBuilder::transport`: reqwest below a number of layers.
pub fn transport(layers: usize) -> impl Fn(Request<Bytes>) -> Sent + Send + Sync + 'static {
    let client = reqwest::Client::new();
    let send = service_fn(move |request: Request<Bytes>| {
        let client = client.clone();
        async move {
            let request = request.map(Body::from);
            let request = request
                .try_into()
                .map_err(|_| TransportErrorKind::Request)?;
            let response = client.execute(request).await;
            response
                .map(Response::from)
                .map_err(|_| TransportErrorKind::Connect)
        }
    });
    let stack = (0..layers).fold(Stack::new(send), |inner, _| Stack::new(Layered { inner }));
    move |request| {
        let mut stack = stack.clone();
        Box::pin(async move { stack.ready().await?.call(request).await })
    }
}

/// The least that a layer with an `async` block does: it takes the service that is ready, and boxes its future.
#[derive(Clone)]
struct Layered {
    inner: Stack,
}

impl Service<Request<Bytes>> for Layered {
    type Response = Response<Body>;
    type Error = TransportErrorKind;
    type Future = Sent;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let next = self.inner.clone();
        let mut ready = mem::replace(&mut self.inner, next);
        Box::pin(async move { ready.call(request).await })
    }
}
