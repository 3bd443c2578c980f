//! What a hostile server does with a connection.

use std::time::Duration;

use tokio::io::{self, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_rustls::rustls::AlertDescription;

use super::server::{State, read_request, serve_well, well};
use super::tls;

/// What is done once a connection is there.
#[derive(Clone)]
pub enum Act {
    /// There is no connection.
    Refuse,
    /// Resets it before anything is read.
    ResetAtOnce,
    /// Reads a request, sends something and keeps the connection for the next one.
    Answer(Vec<u8>),
    /// Reads a request, sends something and closes.
    Say(Vec<u8>),
    /// Reads a request, sends something and resets.
    SayAndReset(Vec<u8>),
    /// Reads a request, sends something and then nothing.
    SayAndWait(Vec<u8>),
    /// Reads a request, sends something, and then something else over and over, with a pause in between.
    SayOnAndOn {
        first: Vec<u8>,
        again: Vec<u8>,
        pause: Duration,
    },
    /// Sends something in place of the TLS handshake, and closes.
    NoTls(Vec<u8>),
    /// Sends something in place of the TLS handshake, and then nothing.
    HalfTls(Vec<u8>),
    /// Speaks TLS with a certificate, and answers well.
    Certificate(tls::Identity),
    /// Speaks TLS, sends something, and closes without saying so in TLS.
    CutTls(Vec<u8>),
    /// Speaks TLS, reads a request, and sends an alert.
    TlsAlert(AlertDescription),
}

impl Act {
    /// Whether the server is to be called by `https`.
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

    /// Whether it has to be stopped.
    pub fn is_endless(&self) -> bool {
        matches!(self, Self::SayOnAndOn { .. })
    }

    /// Whether a connection may be used again.
    pub fn keeps_connections(&self) -> bool {
        matches!(self, Self::Answer(_))
    }

    /// Does it.
    pub async fn perform(&self, mut stream: TcpStream, state: &State) -> io::Result<()> {
        match self {
            Self::Refuse | Self::ResetAtOnce => stream.set_zero_linger(),
            Self::Answer(reply) => loop {
                read_request(&mut stream, state).await?;
                if state.behaves() {
                    stream.write_all(&well()).await?;
                } else {
                    stream.write_all(reply).await?;
                }
            },
            Self::Say(reply) => {
                read_request(&mut stream, state).await?;
                stream.write_all(reply).await?;
                stream.shutdown().await
            }
            Self::SayAndReset(reply) => {
                read_request(&mut stream, state).await?;
                stream.write_all(reply).await?;
                // What was sent is to arrive before the reset does.
                sleep(Duration::from_millis(20)).await;
                stream.set_zero_linger()
            }
            Self::SayAndWait(reply) => {
                read_request(&mut stream, state).await?;
                stream.write_all(reply).await?;
                hang(&mut stream).await
            }
            Self::SayOnAndOn {
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
                serve_well(tls::accept(stream, *identity).await?, state).await
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

/// Stays silent until the caller goes.
async fn hang(stream: &mut TcpStream) -> io::Result<()> {
    io::copy(stream, &mut io::sink()).await.map(drop)
}
