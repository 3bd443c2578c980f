//! Authlete: your service, or the emulator in this process.
//!
//! `adapt` lists the settings of a service that this server needs. Your server needs neither the emulator nor the demo.

use std::io::ErrorKind;

use anyhow::{Context as _, Result, anyhow, bail};
use authlete::types::{Client, DeliveryMode, GrantType, ResponseType, Service};
use authlete::{ApiVersion, Authlete, Config, Setting};
use authlete_axum::authorization_server::Endpoints;
use authlete_emulator::{Emulator, EmulatorBuilder};
use serde_json::Value;

use crate::language::Language;
use crate::session_data::ACRS;
use crate::settings::Settings;
use crate::users::CLAIMS;

/// Where the emulator keeps its state, so that tokens and the demo app survive a restart.
const STATE_FILE: &str = "openid-provider.emulator.state";

/// The custom client metadata that Authlete stores for this server.
const CUSTOM_METADATA: &str = "post_logout_redirect_uris";

/// How long a backchannel request stays open, in seconds, if the service does not set it.
const DEFAULT_REQUEST_LIFETIME: i32 = 300;

pub struct Connection {
    pub api: Authlete,
    pub service_id: i64,
    /// It stops when it is dropped.
    pub emulator: Option<Emulator>,
}

impl Connection {
    /// Connects to the service that `AUTHLETE_*` configures. Without any of these variables it starts the emulator, if only this
    /// machine can reach the server.
    ///
    /// # Errors
    /// The variables are incomplete: the error names what is missing. None is set, and other machines can reach the server. Or
    /// another process uses the state file of the emulator.
    pub async fn from_env(settings: &Settings) -> Result<Self> {
        let config = Config::from_env()?;
        let mut all = Setting::ALL.into_iter();
        if all.any(|setting| config.is_set(setting)) {
            return Self::new(config);
        }
        if let Some(setting) = settings.public_setting() {
            bail!(
                "set AUTHLETE_BASE_URL, AUTHLETE_SERVICE_APIKEY and AUTHLETE_SERVICE_ACCESSTOKEN: without them the server uses the \
                 emulator, whose demo users have public passwords, and {setting} lets other machines reach it"
            );
        }
        Self::emulator(Emulator::builder().new_keys(true).state_file(STATE_FILE)).await
    }

    /// Connects to a service.
    ///
    /// # Errors
    /// The configuration is incomplete: the error names what is missing.
    pub fn new(config: Config) -> Result<Self> {
        let service_id = config.configured_service_id();
        Ok(Self {
            service_id: service_id.context("AUTHLETE_SERVICE_APIKEY is not set")?,
            api: Authlete::new(config)?,
            emulator: None,
        })
    }

    /// Starts an emulator in this process. The server then creates demo users and a demo app.
    ///
    /// # Errors
    /// The emulator cannot start, for instance because another process uses its state file.
    pub async fn emulator(builder: EmulatorBuilder) -> Result<Self> {
        let emulator = builder.start().await.map_err(|error| match error.kind() {
            // The message of the emulator is about its state file alone.
            ErrorKind::ResourceBusy => anyhow!(
                "another openid-provider runs in this directory and uses {STATE_FILE}: stop it, or start this one elsewhere"
            ),
            _ => error.into(),
        })?;
        let mut connection = Self::new(emulator.config(ApiVersion::V3))?;
        connection.emulator = Some(emulator);
        Ok(connection)
    }

    /// Compares the service with the settings that this server needs.
    pub async fn plan(&self, url: &str, settings: &Settings) -> Result<Plan> {
        let service = self.api.get_service(self.service_id).await?;
        let mut wanted = service.clone();
        adapt(&mut wanted, url)?;
        if settings.initial_access_token.is_some() {
            wanted.dynamic_registration_supported = Some(true);
        }
        Ok(Plan { service, wanted })
    }

    /// Updates the service. Returns its new settings.
    pub async fn apply(&self, plan: &Plan) -> Result<Service> {
        Ok(self
            .api
            .update_service(self.service_id, &plan.wanted)
            .await?)
    }

    /// Configures the client of the emulator as the demo app.
    pub async fn prepare_demo_client(&self, demo_url: &str) -> Result<Client> {
        let emulator = self.emulator.as_ref().context("there is no emulator")?;
        let id = emulator.client().id;
        let mut client = self.api.get_client(id).await?;
        client.client_name = Some("Demo app".to_owned());
        client.redirect_uris = Some(vec![format!("{demo_url}/callback")]);
        client.grant_types = Some(vec![
            GrantType::AuthorizationCode,
            GrantType::RefreshToken,
            GrantType::DeviceCode,
            GrantType::Ciba,
        ]);
        client.response_types = Some(vec![ResponseType::Code]);
        client.bc_delivery_mode = Some(DeliveryMode::Poll);
        client.backchannel_logout_uri = Some(format!("{demo_url}/backchannel-logout"));
        let uris = serde_json::json!({ CUSTOM_METADATA: [format!("{demo_url}/logged-out")] });
        client.custom_metadata = Some(uris.to_string());
        Ok(self.api.update_client(id, &client).await?)
    }
}

/// The settings of the service, and those that this server needs.
pub struct Plan {
    pub service: Service,
    wanted: Service,
}

impl Plan {
    /// The settings that would change: the name, the old value and the new one.
    pub fn changes(&self) -> Vec<(String, Value, Value)> {
        let object = |service: &Service| match serde_json::to_value(service) {
            Ok(Value::Object(members)) => members,
            _ => serde_json::Map::new(),
        };
        let before = object(&self.service);
        let wanted = object(&self.wanted).into_iter();
        let changed = wanted.filter_map(|(name, value)| {
            let old = before.get(&name).cloned().unwrap_or_default();
            (old != value).then_some((name, old, value))
        });
        changed.collect()
    }
}

/// Writes the settings that this server needs.
fn adapt(service: &mut Service, url: &str) -> Result<()> {
    Endpoints::from_issuer(url)?.write_to(service);
    service.device_verification_uri = Some(format!("{url}/device"));
    service.device_verification_uri_complete = Some(format!("{url}/device?user_code=USER_CODE"));
    add(&mut service.supported_acrs, ACRS);
    add(&mut service.supported_claims, CLAIMS);
    let languages = Language::ALL.map(Language::tag);
    add(&mut service.supported_claim_locales, languages);
    add(&mut service.supported_ui_locales, languages);
    add(
        &mut service.supported_custom_client_metadata,
        [CUSTOM_METADATA],
    );
    // Metadata that clients look for (Back-Channel Logout 1.0 §2.1). Without it, ID tokens do not name the session (`sid`).
    service.backchannel_logout_supported = Some(true);
    service.backchannel_logout_session_supported = Some(true);
    // A refresh returns a new ID token, too.
    service.id_token_reissuable = Some(true);
    // With 0 this server does not know how long a backchannel request waits for its user.
    if service.backchannel_auth_req_id_duration.unwrap_or_default() == 0 {
        service.backchannel_auth_req_id_duration = Some(DEFAULT_REQUEST_LIFETIME);
    }
    // With 0, the default, strict clients refuse responses of the device flow and of CIBA.
    for interval in [
        &mut service.backchannel_polling_interval,
        &mut service.device_flow_polling_interval,
    ] {
        if interval.unwrap_or_default() == 0 {
            *interval = Some(2);
        }
    }
    Ok(())
}

fn add<const COUNT: usize>(list: &mut Option<Vec<String>>, values: [&str; COUNT]) {
    let list = list.get_or_insert_default();
    for value in values {
        if list.iter().all(|it| it != value) {
            list.push(value.to_owned());
        }
    }
}
