//! A small OpenID provider on the emulator, to look at or to try a client with.
//!
//! `cargo run --example authorization_server` prints its address and a client that is registered. `server.rs` is what you
//! would write for Authlete itself.

mod server;

use anyhow::Result;
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<()> {
    let emulator = Emulator::start().await?;
    let api = Authlete::new(emulator.config(ApiVersion::V3))?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let issuer = format!("http://{}", listener.local_addr()?);
    server::register_endpoints(&api, emulator.service(), &issuer).await?;

    let client = emulator.client();
    println!("{issuer}/.well-known/openid-configuration");
    println!("client_id {}", client.id);
    println!("client_secret {}", client.secret.expose());
    println!("redirect_uri {}", client.redirect_uri);
    println!("Ctrl-C ends it.");
    axum::serve(listener, server::router(api)).await?;
    Ok(())
}
