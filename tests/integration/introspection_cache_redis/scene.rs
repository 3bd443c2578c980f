//! Instances that share the response for a token, which one of them revokes while Redis fails.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use authlete::Authlete;
use authlete::types::RevocationRequest;

use super::server::Redis;
use super::token_server::TokenServer;
use super::{is_active, long_lived_instance};

pub struct Scene {
    pub redis: Redis,
    pub token_server: TokenServer,
    /// The URL of Redis for the revoking instance.
    pub url: String,
    /// The instance that revokes.
    pub revoking: Authlete,
    /// The generations in Redis before the revocation, by key.
    generations: BTreeMap<String, String>,
}

impl Scene {
    /// Returns `None` if Redis is not installed.
    pub async fn start(settings: &[&str]) -> Option<Self> {
        let redis = Redis::start_with(settings).await?;
        let url = redis.url();
        Some(Self::begin(redis, url).await)
    }

    /// Uses the URL of a proxy for the revoking instance.
    pub async fn begin(redis: Redis, url: String) -> Self {
        let token_server = TokenServer::start().await;
        let revoking = long_lived_instance(&token_server.url, &url);
        let mut scene = Self {
            redis,
            token_server,
            url,
            revoking,
            generations: BTreeMap::new(),
        };
        for token in ["a", "b"] {
            assert!(is_active(&scene.revoking, token).await);
            scene.wait_until_shared(|| scene.instance(), token).await;
        }
        scene.generations = scene.redis.generations().await;
        assert_eq!(
            scene.generations.len(),
            3,
            "of the service and of two tokens"
        );
        scene
    }

    /// Another instance with an empty in-memory cache.
    pub fn instance(&self) -> Authlete {
        long_lived_instance(&self.token_server.url, &self.redis.url())
    }

    /// Revokes the token, and asserts that the instance rejects it from then on.
    pub async fn revoke(&self) {
        let begun = Instant::now();
        let request = RevocationRequest::new("token=a");
        self.revoking.revocation(&request).await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(5));
        assert!(!is_active(&self.revoking, "a").await, "it is revoked");
    }

    /// Asserts that the instance rejects the token for longer than it caches a negative response in memory.
    pub async fn assert_stays_revoked(&self) {
        let same = self.revoking.with_header("x-request-id", "1").unwrap();
        for _ in 0..4 {
            assert!(!is_active(&self.revoking, "a").await, "it is revoked");
            assert!(!is_active(&same, "a").await, "it is revoked");
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
    }

    /// Asserts that an instance with an empty in-memory cache rejects the token.
    pub async fn assert_revoked_for_others(&self) {
        assert!(!is_active(&self.instance(), "a").await, "it is revoked");
    }

    /// Waits until other instances reject the token, far shorter than the maximum age of the response.
    pub async fn wait_until_revoked_for_others(&self) {
        let begun = Instant::now();
        while is_active(&self.instance(), "a").await {
            assert!(begun.elapsed() < Duration::from_secs(15), "it is revoked");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Asserts that the response for another token is still shared.
    pub async fn assert_other_tokens_shared(&self) {
        // Only the generation of the token has changed. A lookup alone does not show this: an instance that finds nothing
        // stores the response again.
        let now = self.redis.generations().await;
        let is_changed = |(key, value): &(&String, &String)| now.get(*key) != Some(*value);
        assert!(self.generations.iter().filter(is_changed).count() <= 1);
        self.wait_until_shared(|| self.instance(), "b").await;
    }

    /// Waits until other instances find the response. On a busy machine, reading and writing may exceed the timeout for
    /// Redis.
    pub async fn wait_until_shared(&self, instance: impl Fn() -> Authlete, token: &str) {
        for _ in 0..20 {
            self.token_server.calls_received();
            assert!(is_active(&instance(), token).await);
            if self.token_server.calls_received() == 0 {
                return;
            }
        }
        panic!("the answer is not shared");
    }
}
