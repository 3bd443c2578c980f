//! The program: `cargo run -p openid-provider`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use openid_provider::connection::Connection;
use openid_provider::metrics;
use openid_provider::provider::Provider;
use openid_provider::settings::{LogFormat, Settings};
use tokio::signal;
use tracing_subscriber::EnvFilter;

/// An OpenID provider on Authlete.
///
/// Without AUTHLETE_* in the environment it runs on the emulator, with users and a demo app. Settings are in
/// openid-provider.toml or in OPENID_PROVIDER_*: see the README.
#[derive(Parser)]
struct Arguments {
    /// Change the settings of the service that this server needs.
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
    let metrics = settings.metrics.map(|_| metrics::record()).transpose()?;
    let connection = Connection::from_env(&settings).await?;
    let provider = Provider::start(settings, connection, arguments.apply_settings, metrics).await?;
    println!("The provider is at {}", provider.url);
    if let Some(demo) = &provider.demo_url {
        println!("Open the demo app: {demo}");
    }
    provider.run_until(shutdown_signal()).await
}

/// Waits for Ctrl+C, or for SIGTERM from a container runtime.
async fn shutdown_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = signal::ctrl_c().await;
}
