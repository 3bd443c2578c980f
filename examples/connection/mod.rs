//! What every example begins with: a handle, to your Authlete or to the emulator.

use std::env;

use anyhow::Result;
use authlete::{ApiVersion, Authlete, Config, Setting};
use authlete_emulator::Emulator;

/// A handle, and the emulator that answers it when there is no other server.
pub struct Connection {
    pub api: Authlete,
    _emulator: Option<Emulator>,
}

/// With `AUTHLETE_*` in the environment: that server. Without: an emulator in this process.
pub async fn connect() -> Result<Connection> {
    if is_configured() {
        let api = Authlete::new(Config::from_env()?)?;
        println!("Calling the Authlete that the environment names: {api:?}\n");
        return Ok(Connection {
            api,
            _emulator: None,
        });
    }
    let emulator = Emulator::start().await?;
    println!("No AUTHLETE_* variable is set: calling the emulator, started in this process.\n");
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
