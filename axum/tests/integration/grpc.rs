//! The layers with a gRPC service of tonic.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use authlete_axum::{AccessToken, RequireAccessToken, RequireScopes};
use bytes::{Buf as _, BufMut as _, Bytes};
use tokio::net::TcpListener;
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::NamedService;
use tonic::transport::server::{Server, TcpIncoming};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Response, Status};
use tower::{Service, service_fn};

use crate::common::*;
use authlete::ApiVersion;
use rstest::rstest;

/// A codec for messages of raw bytes.
#[derive(Default)]
struct BytesCodec;

impl Codec for BytesCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

/// A service with one method, which answers with its message and the subject of the token.
#[derive(Clone)]
struct Things;

impl NamedService for Things {
    const NAME: &'static str = "example.Things";
}

impl Service<http::Request<Body>> for Things {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let method = service_fn(|request: Request<Bytes>| async move {
            let token = request.extensions().get::<AccessToken>();
            let token = token.ok_or(Status::internal("there is no token"))?;
            let subject = token.subject().unwrap_or_default().as_bytes();
            let both = [request.get_ref(), subject].concat();
            Ok(Response::new(Bytes::from(both)))
        });
        Box::pin(async move {
            let mut grpc = tonic::server::Grpc::new(BytesCodec);
            Ok(grpc.unary(method, request).await)
        })
    }
}

async fn call(channel: Channel, token: Option<&str>) -> Result<Bytes, Status> {
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await.unwrap();
    let mut request = Request::new(Bytes::from_static(b"hello "));
    if let Some(token) = token {
        let value = format!("Bearer {token}").parse().unwrap();
        request.metadata_mut().insert("authorization", value);
    }
    let path = http::uri::PathAndQuery::from_static("/example.Things/Greet");
    let response = grpc.unary(request, path, BytesCodec).await?;
    Ok(response.into_inner())
}

#[rstest]
#[tokio::test]
async fn layers_guard_a_tonic_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let reader = token(&emulator, &api).await;
    let writer = issue(&api, token_request(&emulator).scopes(["read", "write"])).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = Server::builder()
        .layer(RequireAccessToken::new(api).scopes(["read"]))
        .layer(RequireScopes::new(["write"]))
        .add_service(Things);
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    let channel = Endpoint::new(url).unwrap().connect().await.unwrap();
    let answer = call(channel.clone(), Some(writer.expose())).await;
    assert_eq!(answer.unwrap(), "hello alice");
    for (token, code) in [
        (None, Code::Unauthenticated),
        (Some("unknown"), Code::Unauthenticated),
        (Some(&*reader), Code::PermissionDenied),
    ] {
        let status = call(channel.clone(), token).await.unwrap_err();
        assert_eq!(status.code(), code, "{token:?} {status:?}");
        let challenge = status.metadata().get("www-authenticate").unwrap();
        assert!(challenge.to_str().unwrap().starts_with("Bearer"));
    }
}
