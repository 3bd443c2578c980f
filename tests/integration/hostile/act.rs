//! How a hostile server handles a connection.

use std::time::Duration;

use tokio::io::{self, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_rustls::rustls::AlertDescription;

use super::server::{State, read_request, serve_validly, valid_response};
use super::tls;

/// The handling of a connection.
#[derive(Clone)]
pub enum Act {
    /// Refuses the connection.
    Refuse,
    /// Resets the connection before reading.
    ResetAtOnce,
    /// Reads a request, sends the bytes and keeps the connection for the next request.
    Answer(Vec<u8>),
    /// Reads a request, sends the bytes and closes.
    SendAndClose(Vec<u8>),
    /// Reads a request, sends the bytes and resets.
    SendAndReset(Vec<u8>),
    /// Reads a request, sends the bytes and then stays silent.
    SendAndHang(Vec<u8>),
    /// Reads a request, sends `first`, and then `again` repeatedly, after a pause each time.
    SendRepeatedly {
        first: Vec<u8>,
        again: Vec<u8>,
        pause: Duration,
    },
    /// Sends the bytes in place of the TLS handshake, and closes.
    NoTls(Vec<u8>),
    /// Sends the bytes in place of the TLS handshake, and then stays silent.
    HalfTls(Vec<u8>),
    /// Speaks TLS with this certificate, and sends valid responses.
    Certificate(tls::Identity),
    /// Speaks TLS, reads a request, sends the bytes, and closes without `close_notify`.
    CutTls(Vec<u8>),
    /// Speaks TLS, reads a request, and sends an alert.
    TlsAlert(AlertDescription),
}

impl Act {
    /// Whether the scheme of the URL is `https`.
    pub fn is_tls(&self) -> bool {
        matches!(
            self,
            Self::NoTls(_)
                | Self::HalfTls(_)
                | Self::Certificate(_)
                | Self::CutTls(_)
                | Self::TlsAlert(_)
        )
    }

    /// Whether the server never stops sending.
    pub fn is_endless(&self) -> bool {
        matches!(self, Self::SendRepeatedly { .. })
    }

    /// Whether a connection may be reused.
    pub fn keeps_connections(&self) -> bool {
        matches!(self, Self::Answer(_))
    }

    /// Handles one connection.
    pub async fn perform(&self, mut stream: TcpStream, state: &State) -> io::Result<()> {
        match self {
            Self::Refuse | Self::ResetAtOnce => stream.set_zero_linger(),
            Self::Answer(reply) => loop {
                read_request(&mut stream, state).await?;
                if state.is_recovered() {
                    stream.write_all(&valid_response()).await?;
                } else {
                    stream.write_all(reply).await?;
                }
            },
            Self::SendAndClose(reply) => {
                read_request(&mut stream, state).await?;
                stream.write_all(reply).await?;
                stream.shutdown().await
            }
            Self::SendAndReset(reply) => {
                read_request(&mut stream, state).await?;
                stream.write_all(reply).await?;
                // The data must arrive before the reset.
                sleep(Duration::from_millis(20)).await;
                stream.set_zero_linger()
            }
            Self::SendAndHang(reply) => {
                read_request(&mut stream, state).await?;
                stream.write_all(reply).await?;
                hang(&mut stream).await
            }
            Self::SendRepeatedly {
                first,
                again,
                pause,
            } => {
                read_request(&mut stream, state).await?;
                stream.write_all(first).await?;
                loop {
                    sleep(*pause).await;
                    stream.write_all(again).await?;
                }
            }
            Self::NoTls(reply) => {
                tls::read_hello(&mut stream).await?;
                stream.write_all(reply).await?;
                stream.shutdown().await
            }
            Self::HalfTls(reply) => {
                tls::read_hello(&mut stream).await?;
                stream.write_all(reply).await?;
                hang(&mut stream).await
            }
            Self::Certificate(identity) => {
                serve_validly(tls::accept(stream, *identity).await?, state).await
            }
            Self::CutTls(reply) => {
                let mut session = tls::accept(stream, tls::Identity::Good).await?;
                read_request(&mut session, state).await?;
                session.write_all(reply).await?;
                session.flush().await?;
                let (mut stream, _) = session.into_inner();
                stream.shutdown().await
            }
            Self::TlsAlert(description) => {
                let mut session = tls::accept(stream, tls::Identity::Good).await?;
                read_request(&mut session, state).await?;
                tls::alert(session, *description).await
            }
        }
    }
}

/// Stays silent until the client closes the connection.
async fn hang(stream: &mut TcpStream) -> io::Result<()> {
    io::copy(stream, &mut io::sink()).await.map(drop)
}
