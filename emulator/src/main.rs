//! The emulator as a program.

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

/// A local stand-in for Authlete, for tests and for trying things out: not Authlete, and not for production.
///
/// It prints the environment that a program needs to call it, and runs until it is interrupted.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The name or the address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: String,

    /// The port to listen on; 0 is any that is free
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// A JSON file with the services and clients to start with
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,

    /// A file that keeps the state, with all secrets in it; when it exists, the seed is not used
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// How the environment is printed
    #[arg(long, value_enum, default_value_t = Output::Shell)]
    output: Output,

    /// How long each answer of the API is held back, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,

    /// How many calls of the API are allowed in a second; the others are answered with 429
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rate_limit: Option<u32>,

    /// The share of the calls of the API, from 0 to 1, that are answered with 503
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    unavailable: f64,

    /// Speak TLS, with a certificate from an authority of its own
    #[arg(long)]
    tls: bool,

    /// Write the certificate of the authority to a file, in PEM form
    #[arg(long, value_name = "FILE", requires = "tls")]
    ca_file: Option<PathBuf>,

    /// Bind the access tokens of the 3.0 API to a DPoP key, and print that
    #[arg(long)]
    dpop: bool,

    /// Bind the access tokens of the 3.0 API to a client certificate, and print that
    #[arg(long, requires = "tls")]
    mtls: bool,

    /// Write a line for each request to standard error, without any secret
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
    // From here on it is known when somebody wants to end it, also while it starts.
    let interrupted = interruption()?;
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
        .unavailable(arguments.unavailable);
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
            let words = format!("the CA file {}: {error}", path.display());
            io::Error::new(error.kind(), words)
        })?;
    }
    arguments
        .output
        .describe(&emulator, keeps_state, &mut io::stdout())?;
    interrupted.await;
    emulator.stop().await
}

/// A number from 0 to 1.
fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok();
    let share = share.filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "it must be a number from 0 to 1".to_owned())
}

/// Ends with Ctrl-C, or when the system asks the program to end.
#[cfg(unix)]
fn interruption() -> io::Result<impl Future<Output = ()>> {
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

/// Ends with Ctrl-C.
#[cfg(windows)]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
