//! The output of the program at startup.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use authlete::ApiVersion;
use authlete_emulator::Emulator;
use clap::ValueEnum;
use serde_json::json;

pub const NOTICE: &str = "This is not Authlete, and it is not for production.";

/// The output format.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Output {
    /// Assignments for a shell, with comments
    Shell,
    /// One JSON object
    Json,
}

impl Output {
    /// Writes the environment for each generation, and the clients.
    pub fn describe(
        self,
        emulator: &Emulator,
        keeps_state: bool,
        output: &mut impl io::Write,
    ) -> io::Result<()> {
        match self {
            Self::Shell => shell(emulator, keeps_state, output),
            Self::Json => json(emulator, output),
        }?;
        output.flush()
    }
}

fn shell(emulator: &Emulator, keeps_state: bool, output: &mut impl io::Write) -> io::Result<()> {
    let url = emulator.base_url();
    writeln!(output, "# authlete-emulator listens on {url}.")?;
    writeln!(output, "# {NOTICE}")?;
    if let Some(token) = emulator.control_token() {
        let address = emulator.address();
        writeln!(
            output,
            "# It listens on {address}, which other machines can reach."
        )?;
        writeln!(output, "# Page with its state: {url}/?token={token}")?;
    }
    if emulator.root_certificate().is_some() {
        writeln!(
            output,
            "# AUTHLETE_ROOT_CERTIFICATE is the certificate of its certificate authority."
        )?;
    }
    if keeps_state {
        writeln!(output, "# Press Ctrl-C to stop. The state is kept.")?;
    } else {
        writeln!(output, "# Press Ctrl-C to stop. The state is then lost.")?;
    }
    for version in [ApiVersion::V3, ApiVersion::V2] {
        writeln!(output, "\n# Environment for Authlete {version}:")?;
        for (variable, value) in emulator.environment(version) {
            writeln!(output, "export {variable}={}", quoted(&value))?;
        }
        for variable in emulator.missing_environment(version) {
            let reason = "the seed or the state file has only the public part";
            writeln!(output, "# Set {variable} too: {reason}.")?;
        }
    }
    for client in emulator.clients() {
        writeln!(output, "\n# Registered client:")?;
        writeln!(output, "# client_id {}", client.id)?;
        if !client.alias.is_empty() {
            writeln!(output, "# client_id {} (the alias)", comment(&client.alias))?;
        }
        writeln!(
            output,
            "# client_secret {}",
            comment(client.secret.expose())
        )?;
        if !client.redirect_uri.is_empty() {
            writeln!(output, "# redirect_uri {}", comment(&client.redirect_uri))?;
        }
    }
    Ok(())
}

fn json(emulator: &Emulator, output: &mut impl io::Write) -> io::Result<()> {
    let environment =
        |version| -> BTreeMap<_, _> { emulator.environment(version).into_iter().collect() };
    let missing = |version| emulator.missing_environment(version);
    let mut description = json!({
        "notice": NOTICE,
        "baseUrl": emulator.base_url(),
        "address": emulator.address().to_string(),
        "environment": {
            "2.x": environment(ApiVersion::V2),
            "3.0": environment(ApiVersion::V3),
        },
        "clients": emulator.clients().collect::<Vec<_>>(),
    });
    if let Some(token) = emulator.control_token() {
        description["controlToken"] = token.into();
    }
    if let Some(pem) = emulator.root_certificate() {
        description["rootCertificate"] = pem.into();
    }
    if !missing(ApiVersion::V3).is_empty() {
        description["missingEnvironment"] = json!({ "3.0": missing(ApiVersion::V3) });
    }
    writeln!(output, "{description:#}")
}

/// Quotes a value for the shell, since a secret in a seed can contain any character.
fn quoted(value: &str) -> Cow<'_, str> {
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_./:@%+,".contains(char);
    if !value.is_empty() && value.chars().all(plain) {
        value.into()
    } else {
        format!("'{}'", value.replace('\'', r"'\''")).into()
    }
}

/// Escapes a value, so that a comment stays on one line.
fn comment(value: &str) -> String {
    value.escape_debug().to_string()
}
