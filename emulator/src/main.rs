//! The emulator as a program.

use std::io;
use std::process::ExitCode;

use authlete::ApiVersion;
use authlete_emulator::Emulator;
use clap::Parser;

/// A local stand-in for Authlete, for tests and for trying things out.
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

async fn run(Arguments { host, port }: Arguments) -> io::Result<()> {
    let emulator = Emulator::builder().host(host).port(port).start().await?;
    // From here on Ctrl-C is waited for, also while the description is read.
    let interrupted = tokio::spawn(tokio::signal::ctrl_c());
    describe(&emulator, &mut io::stdout())?;
    interrupted.await?
}

fn describe(emulator: &Emulator, output: &mut impl io::Write) -> io::Result<()> {
    let client = emulator.client();
    writeln!(
        output,
        "# authlete-emulator listens on {}.",
        emulator.base_url()
    )?;
    writeln!(
        output,
        "# It is not Authlete and not for production: its state is gone when it ends (Ctrl-C)."
    )?;
    for version in [ApiVersion::V3, ApiVersion::V2] {
        writeln!(output, "\n# Environment for Authlete {version}:")?;
        for (variable, value) in emulator.environment(version) {
            writeln!(output, "export {variable}={value}")?;
        }
    }
    writeln!(output, "\n# A client is registered:")?;
    writeln!(output, "# client_id {} (or {})", client.id, client.alias)?;
    writeln!(output, "# client_secret {}", client.secret.expose())?;
    writeln!(output, "# redirect_uri {}", client.redirect_uri)?;
    output.flush()
}
