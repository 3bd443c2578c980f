//! The handle that every example uses, to your Authlete service or to the emulator.

use std::env;

use anyhow::Result;
use authlete::{ApiVersion, Authlete, Config, Setting};
use authlete_emulator::Emulator;

/// A handle, and the emulator that it calls when no server is configured.
pub struct Connection {
    pub api: Authlete,
    _emulator: Option<Emulator>,
}

/// Connects to the server that `AUTHLETE_*` in the environment configures, or to an emulator in this process.
pub async fn connect() -> Result<Connection> {
    if is_configured() {
        let api = Authlete::new(Config::from_env()?)?;
        println!("Calling the server from the environment: {api:?}\n");
        return Ok(Connection {
            api,
            _emulator: None,
        });
    }
    let emulator = Emulator::start().await?;
    println!("No AUTHLETE_* variable is set: calling an emulator in this process.\n");
    let api = Authlete::new(emulator.config(ApiVersion::V3))?;
    Ok(Connection {
        api,
        _emulator: Some(emulator),
    })
}

fn is_configured() -> bool {
    Setting::ALL
        .iter()
        .any(|setting| env::var_os(setting.environment_variable()).is_some())
}
