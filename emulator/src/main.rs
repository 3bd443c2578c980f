//! The `authlete-emulator` program.

mod output;

use std::fs;
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use authlete_emulator::Emulator;
use clap::Parser;

use output::{NOTICE, Output};

/// A local stand-in for Authlete, for tests and experiments: not Authlete, and not for production.
///
/// Prints the environment variables that a program needs to call it, and runs until it is interrupted.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Host name or IP address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: String,

    /// Port to listen on; 0 means any free port
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// JSON file with the services and clients to start with
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,

    /// File for the state, including all secrets; if it exists, the seed is ignored
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Format of the printed environment
    #[arg(long, value_enum, default_value_t = Output::Shell)]
    output: Output,

    /// Delay before each API response, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,

    /// Number of API calls allowed per second; further calls are answered with 429
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rate_limit: Option<u32>,

    /// Fraction of API calls, from 0 to 1, that are answered with 503
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = rate)]
    failure_rate: f64,

    /// Accept HTTPS only, with a certificate from the emulator's own authority
    #[arg(long)]
    tls: bool,

    /// File to write the certificate of the authority to, in PEM form
    #[arg(long, value_name = "FILE", requires = "tls")]
    ca_file: Option<PathBuf>,

    /// Bind the access tokens of the 3.0 API to a DPoP key, and print the key
    #[arg(long)]
    dpop: bool,

    /// Bind the access tokens of the 3.0 API to a client certificate, and print the certificate
    #[arg(long, requires = "tls")]
    mtls: bool,

    /// Write a line for each request to standard error, without secrets
    #[arg(long)]
    log: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("authlete-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> io::Result<()> {
    eprintln!("authlete-emulator: {NOTICE}");
    // Registered first, so that a signal during startup is not lost.
    let shutdown = shutdown_signal()?;
    let keeps_state = arguments.state.is_some();
    let mut builder = Emulator::builder()
        .host(arguments.host)
        .new_keys(true)
        .port(arguments.port)
        .log(arguments.log)
        .tls(arguments.tls)
        .dpop(arguments.dpop)
        .mtls(arguments.mtls)
        .latency(Duration::from_millis(arguments.latency))
        .failure_rate(arguments.failure_rate);
    if let Some(calls) = arguments.rate_limit {
        builder = builder.rate_limit(calls);
    }
    if let Some(path) = arguments.seed {
        builder = builder.seed_file(path);
    }
    if let Some(path) = arguments.state {
        builder = builder.state_file(path);
    }
    let emulator = builder.start().await?;
    if let (Some(path), Some(pem)) = (&arguments.ca_file, emulator.root_certificate()) {
        fs::write(path, pem).map_err(|error| {
            let message = format!("the CA file {}: {error}", path.display());
            io::Error::new(error.kind(), message)
        })?;
    }
    arguments
        .output
        .describe(&emulator, keeps_state, &mut io::stdout())?;
    shutdown.await;
    emulator.stop().await
}

/// A number from 0 to 1.
fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok();
    let rate = rate.filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or_else(|| "it must be a number from 0 to 1".to_owned())
}

/// Completes on SIGINT (Ctrl-C) or SIGTERM.
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

/// Completes on Ctrl-C.
#[cfg(windows)]
fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
