//! Instances that share the answer about a token, which one of them revokes while Redis has trouble.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use authlete::Authlete;
use authlete::types::RevocationRequest;

use super::server::Redis;
use super::truth::Truth;
use super::{is_active, lasting};

pub struct Scene {
    pub redis: Redis,
    pub truth: Truth,
    /// As the instances know Redis.
    pub url: String,
    /// The instance that revokes.
    pub revoking: Authlete,
    /// The generations in Redis before the revocation, by key.
    generations: BTreeMap<String, String>,
}

impl Scene {
    /// `None` when there is no Redis.
    pub async fn start(settings: &[&str]) -> Option<Self> {
        let redis = Redis::start_with(settings).await?;
        let url = redis.url();
        Some(Self::begin(redis, url).await)
    }

    /// With something in between, at this URL.
    pub async fn begin(redis: Redis, url: String) -> Self {
        let truth = Truth::start().await;
        let revoking = lasting(&truth.url, &url);
        let mut scene = Self {
            redis,
            truth,
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

    /// Another instance, with nothing in its process.
    pub fn instance(&self) -> Authlete {
        lasting(&self.truth.url, &self.redis.url())
    }

    /// Revokes the token; from then on the instance knows.
    pub async fn revoke(&self) {
        let begun = Instant::now();
        let request = RevocationRequest::new("token=a");
        self.revoking.revocation(&request).await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(5));
        assert!(!is_active(&self.revoking, "a").await, "it is revoked");
    }

    /// The instance knows for longer than a refusal is kept in the process.
    pub async fn stays_revoked(&self) {
        let same = self.revoking.with_header("x-request-id", "1").unwrap();
        for _ in 0..4 {
            assert!(!is_active(&self.revoking, "a").await, "it is revoked");
            assert!(!is_active(&same, "a").await, "it is revoked");
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
    }

    /// An instance with nothing in its process refuses the token.
    pub async fn others_know(&self) {
        assert!(!is_active(&self.instance(), "a").await, "it is revoked");
    }

    /// The same within a time far below the age of the answer.
    pub async fn others_know_soon(&self) {
        let begun = Instant::now();
        while is_active(&self.instance(), "a").await {
            assert!(begun.elapsed() < Duration::from_secs(15), "it is revoked");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The answer about another token is still shared.
    pub async fn others_share(&self) {
        // Only the generation of the token is another one. An instance alone does not tell: when it finds nothing, it stores
        // the answer again.
        let now = self.redis.generations().await;
        let is_changed = |(key, value): &(&String, &String)| now.get(*key) != Some(*value);
        assert!(self.generations.iter().filter(is_changed).count() <= 1);
        self.wait_until_shared(|| self.instance(), "b").await;
    }

    /// Waits until other instances find the answer. On a busy machine it may take longer to store, or to find, than an
    /// instance waits for Redis.
    pub async fn wait_until_shared(&self, instance: impl Fn() -> Authlete, token: &str) {
        for _ in 0..20 {
            self.truth.asked();
            assert!(is_active(&instance(), token).await);
            if self.truth.asked() == 0 {
                return;
            }
        }
        panic!("the answer is not shared");
    }
}
