//! The program: `cargo run -p openid-provider`.

use std::io;
use std::pin::pin;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use openid_provider::connection::Connection;
use openid_provider::metrics;
use openid_provider::provider::Provider;
use openid_provider::settings::{LogFormat, Settings};
use tracing_subscriber::EnvFilter;

/// An OpenID provider on Authlete.
///
/// Without AUTHLETE_* in the environment it runs on the emulator, with users and a demo app. Settings are in
/// openid-provider.toml or in OPENID_PROVIDER_*: see the README.
#[derive(Parser)]
struct Arguments {
    /// Update the service settings that this server needs.
    #[arg(long)]
    apply_settings: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("openid-provider: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    let settings = Settings::load()?;
    let filter = EnvFilter::try_from_default_env();
    let filter = filter.unwrap_or_else(|_| EnvFilter::new("audit=info,openid_provider=info,warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter);
    match settings.log {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    // From the start: process 1 of a container ignores signals without a handler.
    let mut shutdown = pin!(shutdown_signal()?);
    let provider = tokio::select! {
        () = &mut shutdown => return Ok(()),
        provider = start(settings, arguments.apply_settings) => provider?,
    };
    println!("The provider is at {}", provider.url);
    if let Some(demo) = &provider.demo_url {
        println!("Open the demo app: {demo}");
    }
    provider.run_until(shutdown).await
}

async fn start(settings: Settings, apply_settings: bool) -> Result<Provider> {
    let metrics = settings.metrics.map(|_| metrics::record()).transpose()?;
    let connection = Connection::from_env(&settings).await?;
    Provider::start(settings, connection, apply_settings, metrics).await
}

/// Waits for Ctrl+C, or for SIGTERM from a container runtime.
#[cfg(unix)]
fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Waits for Ctrl+C.
#[cfg(windows)]
fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
