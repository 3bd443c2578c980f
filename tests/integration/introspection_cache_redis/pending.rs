//! Trouble that keeps a revocation from Redis: the instance that revoked refuses the token, warns, and tries again until
//! the others refuse it too.

use std::time::Duration;

use authlete::types::TokenRevokeRequest;
use authlete::{Authlete, Config};
use futures_util::FutureExt as _;

use super::proxy::Proxy;
use super::scene::Scene;
use super::server::{Redis, run};
use super::{is_active, lasting};

/// Revokes while there is trouble, and expects the warning.
async fn revoke_in_trouble(scene: &Scene) {
    #[cfg(feature = "tracing")]
    super::events::is_warned(scene.revoke()).await;
    #[cfg(not(feature = "tracing"))]
    scene.revoke().await;
    scene.stays_revoked().await;
}

/// Runs commands that begin the trouble, revokes, and runs those that end it.
async fn revoke_between(scene: &Scene, begin: &[&str], end: &[&str]) {
    let mut connection = scene.redis.connect().await;
    for command in begin {
        let _: redis::Value = run(&mut connection, command).await;
    }
    revoke_in_trouble(scene).await;
    for command in end {
        let _: redis::Value = run(&mut connection, command).await;
    }
    scene.others_know_soon().await;
    scene.others_share().await;
}

#[tokio::test]
async fn a_revocation_at_a_read_only_replica_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    revoke_between(&scene, &["REPLICAOF 127.0.0.1 1"], &["REPLICAOF NO ONE"]).await;
}

#[tokio::test]
async fn a_revocation_at_a_redis_with_too_few_replicas_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let [begin, end] = [1, 0].map(|number| format!("CONFIG SET min-replicas-to-write {number}"));
    revoke_between(&scene, &[&begin], &[&end]).await;
}

#[tokio::test]
async fn a_revocation_at_a_redis_that_cannot_save_is_retried() {
    let Some(scene) = Scene::start(&["--save", "3600 1"]).await else {
        return;
    };
    // Nothing can be saved where a directory is.
    let file = scene.redis.directory().join("dump.rdb");
    std::fs::create_dir_all(file.join("x")).unwrap();
    let _: redis::Value = scene.redis.command("BGSAVE").await;
    scene.redis.info_has("rdb_last_bgsave_status:err").await;
    revoke_in_trouble(&scene).await;
    std::fs::remove_dir_all(&file).unwrap();
    let _: redis::Value = scene.redis.command("BGSAVE").await;
    scene.redis.info_has("rdb_last_bgsave_status:ok").await;
    scene.others_know_soon().await;
    scene.others_share().await;
}

#[tokio::test]
async fn a_revocation_without_a_free_connection_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let full = ["CONFIG SET maxclients 1", "CLIENT KILL TYPE normal"];
    revoke_between(&scene, &full, &["CONFIG SET maxclients 1000"]).await;
}

#[tokio::test]
async fn a_revocation_with_a_wrong_password_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let locked = ["CONFIG SET requirepass x", "CLIENT KILL TYPE normal"];
    let mut connection = scene.redis.connect().await;
    let _: redis::Value = run(&mut connection, locked[0]).await;
    let _: redis::Value = run(&mut connection, locked[1]).await;
    revoke_in_trouble(&scene).await;
    // What there is of a password is gone with it.
    let _: redis::Value = run(&mut connection, "AUTH x").await;
    let _: redis::Value = run(&mut connection, "ACL SETUSER default nopass").await;
    scene.others_know_soon().await;
    scene.others_share().await;
}

#[tokio::test]
async fn a_revocation_by_a_user_that_may_not_delete_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let (begin, end) = ("ACL SETUSER default -del", "ACL SETUSER default +del");
    revoke_between(&scene, &[begin], &[end]).await;
}

#[tokio::test]
async fn a_revocation_while_redis_is_down_is_retried() {
    let Some(mut scene) = Scene::start(&[]).await else {
        return;
    };
    let _: String = scene.redis.command("SAVE").await;
    scene.redis.kill();
    revoke_in_trouble(&scene).await;
    scene.redis.restart().await;
    scene.others_know_soon().await;
    scene.others_share().await;
}

#[tokio::test]
async fn a_revocation_while_redis_is_stopped_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    scene.redis.signal("-STOP");
    revoke_in_trouble(&scene).await;
    scene.redis.signal("-CONT");
    scene.others_know_soon().await;
    scene.others_share().await;
}

#[tokio::test]
async fn a_revocation_while_redis_is_busy_is_retried() {
    let Some(scene) = Scene::start(&["--enable-debug-command", "yes"]).await else {
        return;
    };
    let mut connection = scene.redis.connect().await;
    connection.set_response_timeout(Duration::from_secs(60));
    let busy = tokio::spawn(async move {
        let _: String = run(&mut connection, "DEBUG SLEEP 3").await;
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    revoke_in_trouble(&scene).await;
    busy.await.unwrap();
    scene.others_know_soon().await;
    scene.others_share().await;
}

#[tokio::test]
async fn a_revocation_over_a_slow_network_is_retried() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let proxy = Proxy::start(&redis.url()).await;
    let scene = Scene::begin(redis, proxy.url.clone()).await;
    // For longer than anybody waits.
    proxy.slow_down(700);
    revoke_in_trouble(&scene).await;
    proxy.slow_down(0);
    scene.others_know_soon().await;
    scene.others_share().await;
}

#[tokio::test]
async fn a_service_whose_revocation_is_pending_is_asked_for_at_authlete() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let other_service = Config::v3(&scene.truth.url, 2, "t");
    let beside = scene.revoking.with_config(other_service.clone()).unwrap();
    assert!(is_active(&beside, "a").await);
    let fresh = || scene.instance().with_config(other_service.clone()).unwrap();
    scene.wait_until_shared(fresh, "a").await;
    let _: String = scene.redis.command("REPLICAOF 127.0.0.1 1").await;
    let request = TokenRevokeRequest::new().subject("alice");
    scene.revoking.token_revoke(&request).await.unwrap();
    scene.stays_revoked().await;
    assert!(!is_active(&scene.revoking, "b").await);
    // Another service is as it was.
    scene.truth.asked();
    assert!(is_active(&beside, "a").await);
    assert_eq!(scene.truth.asked(), 0);

    let _: String = scene.redis.command("REPLICAOF NO ONE").await;
    scene.others_know_soon().await;
    assert!(!is_active(&scene.instance(), "b").await);
    scene.truth.asked();
    assert!(is_active(&fresh(), "a").await);
    assert_eq!(scene.truth.asked(), 0);
}

#[tokio::test]
async fn while_a_revocation_is_pending_answers_about_other_tokens_are_shared() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    assert!(is_active(&scene.instance(), "c").await);
    let _: String = scene.redis.command("ACL SETUSER default -del").await;
    scene.revoke().await;
    scene.truth.asked();
    assert!(is_active(&scene.revoking, "c").await);
    assert_eq!(scene.truth.asked(), 0, "the answer is shared");
}

#[tokio::test]
async fn each_of_many_pending_revocations_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let tokens: Vec<String> = (0..30).map(|number| format!("t{number}")).collect();
    for token in &tokens {
        assert!(is_active(&scene.revoking, token).await);
    }
    let _: String = scene.redis.command("REPLICAOF 127.0.0.1 1").await;
    for token in &tokens {
        scene.revoking.token_delete(token).await.unwrap();
        // Twice is as good as once.
        scene.revoking.token_delete(token).await.unwrap();
        assert!(!is_active(&scene.revoking, token).await);
    }
    scene.revoke().await;
    let _: String = scene.redis.command("REPLICAOF NO ONE").await;
    scene.others_know_soon().await;
    for token in &tokens {
        assert!(!is_active(&scene.instance(), token).await, "{token}");
    }
}

/// A call whose caller goes away may have been processed.
#[tokio::test]
async fn a_revocation_whose_caller_goes_away_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let _: String = scene.redis.command("REPLICAOF 127.0.0.1 1").await;
    scene.truth.revoke("a");
    assert!(scene.revoking.token_delete("a").now_or_never().is_none());
    scene.stays_revoked().await;
    let _: String = scene.redis.command("REPLICAOF NO ONE").await;
    scene.others_know_soon().await;
    scene.others_share().await;
}

/// Its own caller may take it, since it asked before.
#[tokio::test]
async fn an_answer_on_its_way_from_redis_when_the_token_is_revoked_is_not_kept() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let proxy = Proxy::start(&redis.url()).await;
    let scene = Scene::begin(redis, proxy.url.clone()).await;
    let revoking = lasting(&scene.truth.url, &scene.url);
    // Connected, and with nothing about the token in the process.
    assert!(is_active(&revoking, "b").await);
    let _: String = scene.redis.command("REPLICAOF 127.0.0.1 1").await;
    for delay in [40, 60, 80] {
        proxy.slow_down(delay);
        let asking = revoking.clone();
        let asking = tokio::spawn(async move { is_active(&asking, "a").await });
        tokio::time::sleep(Duration::from_millis(20)).await;
        revoking.token_delete("a").await.unwrap();
        assert!(!is_active(&revoking, "a").await, "it is revoked");
        asking.await.unwrap();
        assert!(!is_active(&revoking, "a").await, "it is revoked");
    }
    proxy.slow_down(0);
    let _: String = scene.redis.command("REPLICAOF NO ONE").await;
    scene.others_know_soon().await;
}

#[tokio::test]
async fn a_revocation_whose_caller_goes_away_while_it_waits_for_redis_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    scene.redis.signal("-STOP");
    scene.truth.revoke("a");
    let call = scene.revoking.token_delete("a");
    let waited = tokio::time::timeout(Duration::from_millis(200), call).await;
    assert!(waited.is_err(), "Redis gets 400 milliseconds");
    scene.stays_revoked().await;
    scene.redis.signal("-CONT");
    scene.others_know_soon().await;
    scene.others_share().await;
}

/// The last handle takes the cache with it, but not what is pending.
#[tokio::test]
async fn a_pending_revocation_outlives_the_handle() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let revoking: Authlete = lasting(&scene.truth.url, &scene.url);
    assert!(is_active(&revoking, "a").await);
    let _: String = scene.redis.command("REPLICAOF 127.0.0.1 1").await;
    revoking.token_delete("a").await.unwrap();
    drop(revoking);
    let _: String = scene.redis.command("REPLICAOF NO ONE").await;
    scene.others_know_soon().await;
}
