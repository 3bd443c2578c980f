//! The sources of a configuration, and the error for an invalid one.
//!
//! `cargo run --example configuration` calls the emulator; with `AUTHLETE_*` in the environment it calls that server.

mod connection;

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Result;
use authlete::{Authlete, Config};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    // From the environment, as in all examples.
    let connection = connection::connect().await?;
    let answer = connection
        .api
        .echo(&HashMap::from([(
            "greeting".to_owned(),
            "hello".to_owned(),
        )]))
        .await?;
    println!("echo returned {answer:?}");

    // In code: 3.0 with a service ID and an access token, 2.x with a key and a secret.
    let v3 = Config::v3("https://us.authlete.com", 986_126_671, "access-token");
    let v2 = Config::v2("https://api.authlete.com", 5_593_494_640, "API-secret");
    println!("{:?}\n{:?}", Authlete::new(v3)?, Authlete::new(v2)?);

    // From TOML: the format of Authlete's Go library, with additional keys for 3.0. `Config::from_file` takes a path, and
    // `Config::load` reads a file and the environment, which takes precedence.
    let file = Config::from_toml(
        r#"
        BaseUrl = "https://jp.authlete.com"
        ServiceApiKey = "986126671"
        ServiceAccessToken = "access-token"
        "#,
    )?;
    println!("{file:?}");

    // Sources can be combined: the first value takes precedence.
    let combined = Config::new().base_url("https://eu.authlete.com").or(file);
    let api = Authlete::builder(combined)
        .connect_timeout(Duration::from_secs(2))
        .timeout(Duration::from_secs(10))
        .user_agent("my-authorization-server/1.0")
        .build()?;
    println!("{api:?}");

    // An invalid configuration is rejected before anything is sent, and the message names the setting.
    let incomplete = Config::new()
        .base_url("https://us.authlete.com")
        .service_access_token("access-token");
    if let Err(error) = Authlete::new(incomplete) {
        println!("{error}");
    }
    Ok(())
}
