//! Failures that delay writing a revocation to Redis: the revoking instance rejects the token, warns, and retries until
//! the other instances reject it, too.

use std::time::Duration;

use authlete::types::TokenRevokeRequest;
use authlete::{Authlete, Config};
use futures_util::FutureExt as _;

use super::proxy::Proxy;
use super::scene::Scene;
use super::server::{Redis, run};
use super::{is_active, long_lived_instance};

/// Revokes while Redis fails, and expects the warning.
async fn revoke_while_failing(scene: &Scene) {
    #[cfg(feature = "tracing")]
    super::events::assert_one_warning(scene.revoke()).await;
    #[cfg(not(feature = "tracing"))]
    scene.revoke().await;
    scene.assert_stays_revoked().await;
}

/// Runs commands that make Redis fail, revokes, and runs commands that repair it.
async fn revoke_between(scene: &Scene, begin: &[&str], end: &[&str]) {
    let mut connection = scene.redis.connect().await;
    for command in begin {
        let _: redis::Value = run(&mut connection, command).await;
    }
    revoke_while_failing(scene).await;
    for command in end {
        let _: redis::Value = run(&mut connection, command).await;
    }
    scene.wait_until_revoked_for_others().await;
    scene.assert_other_tokens_shared().await;
}

#[tokio::test]
async fn revocation_at_a_read_only_replica_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    revoke_between(&scene, &["REPLICAOF 127.0.0.1 1"], &["REPLICAOF NO ONE"]).await;
}

#[tokio::test]
async fn revocation_at_a_redis_with_too_few_replicas_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let [begin, end] = [1, 0].map(|number| format!("CONFIG SET min-replicas-to-write {number}"));
    revoke_between(&scene, &[&begin], &[&end]).await;
}

#[tokio::test]
async fn revocation_at_a_redis_that_cannot_save_is_retried() {
    let Some(scene) = Scene::start(&["--save", "3600 1"]).await else {
        return;
    };
    // Saving fails where a directory has the name of the file.
    let file = scene.redis.directory().join("dump.rdb");
    std::fs::create_dir_all(file.join("x")).unwrap();
    let _: redis::Value = scene.redis.command("BGSAVE").await;
    scene
        .redis
        .wait_for_info("rdb_last_bgsave_status:err")
        .await;
    revoke_while_failing(&scene).await;
    std::fs::remove_dir_all(&file).unwrap();
    let _: redis::Value = scene.redis.command("BGSAVE").await;
    scene.redis.wait_for_info("rdb_last_bgsave_status:ok").await;
    scene.wait_until_revoked_for_others().await;
    scene.assert_other_tokens_shared().await;
}

#[tokio::test]
async fn revocation_without_a_free_connection_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let full = ["CONFIG SET maxclients 1", "CLIENT KILL TYPE normal"];
    revoke_between(&scene, &full, &["CONFIG SET maxclients 1000"]).await;
}

#[tokio::test]
async fn revocation_with_a_wrong_password_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let locked = ["CONFIG SET requirepass x", "CLIENT KILL TYPE normal"];
    let mut connection = scene.redis.connect().await;
    let _: redis::Value = run(&mut connection, locked[0]).await;
    let _: redis::Value = run(&mut connection, locked[1]).await;
    revoke_while_failing(&scene).await;
    // `nopass` removes the password.
    let _: redis::Value = run(&mut connection, "AUTH x").await;
    let _: redis::Value = run(&mut connection, "ACL SETUSER default nopass").await;
    scene.wait_until_revoked_for_others().await;
    scene.assert_other_tokens_shared().await;
}

#[tokio::test]
async fn revocation_by_a_user_that_may_not_delete_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let (begin, end) = ("ACL SETUSER default -del", "ACL SETUSER default +del");
    revoke_between(&scene, &[begin], &[end]).await;
}

#[tokio::test]
async fn revocation_while_redis_is_down_is_retried() {
    let Some(mut scene) = Scene::start(&[]).await else {
        return;
    };
    let _: String = scene.redis.command("SAVE").await;
    scene.redis.kill();
    revoke_while_failing(&scene).await;
    scene.redis.restart().await;
    scene.wait_until_revoked_for_others().await;
    scene.assert_other_tokens_shared().await;
}

#[tokio::test]
async fn revocation_while_redis_is_stopped_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    scene.redis.signal("-STOP");
    revoke_while_failing(&scene).await;
    scene.redis.signal("-CONT");
    scene.wait_until_revoked_for_others().await;
    scene.assert_other_tokens_shared().await;
}

#[tokio::test]
async fn revocation_while_redis_is_busy_is_retried() {
    let Some(scene) = Scene::start(&["--enable-debug-command", "yes"]).await else {
        return;
    };
    let mut connection = scene.redis.connect().await;
    connection.set_response_timeout(Duration::from_secs(60));
    let busy = tokio::spawn(async move {
        let _: String = run(&mut connection, "DEBUG SLEEP 3").await;
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    revoke_while_failing(&scene).await;
    busy.await.unwrap();
    scene.wait_until_revoked_for_others().await;
    scene.assert_other_tokens_shared().await;
}

#[tokio::test]
async fn revocation_over_a_slow_network_is_retried() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let proxy = Proxy::start(&redis.url()).await;
    let scene = Scene::begin(redis, proxy.url.clone()).await;
    // Longer than the timeout for Redis.
    proxy.slow_down(700);
    revoke_while_failing(&scene).await;
    proxy.slow_down(0);
    scene.wait_until_revoked_for_others().await;
    scene.assert_other_tokens_shared().await;
}

#[tokio::test]
async fn service_with_a_pending_revocation_bypasses_redis() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let other_service = Config::v3(&scene.token_server.url, 2, "t");
    let beside = scene.revoking.with_config(other_service.clone()).unwrap();
    assert!(is_active(&beside, "a").await);
    let fresh = || scene.instance().with_config(other_service.clone()).unwrap();
    scene.wait_until_shared(fresh, "a").await;
    let _: String = scene.redis.command("REPLICAOF 127.0.0.1 1").await;
    let request = TokenRevokeRequest::new().subject("alice");
    scene.revoking.token_revoke(&request).await.unwrap();
    scene.assert_stays_revoked().await;
    assert!(!is_active(&scene.revoking, "b").await);
    // Another service is not affected.
    scene.token_server.calls_received();
    assert!(is_active(&beside, "a").await);
    assert_eq!(scene.token_server.calls_received(), 0);

    let _: String = scene.redis.command("REPLICAOF NO ONE").await;
    scene.wait_until_revoked_for_others().await;
    assert!(!is_active(&scene.instance(), "b").await);
    scene.token_server.calls_received();
    assert!(is_active(&fresh(), "a").await);
    assert_eq!(scene.token_server.calls_received(), 0);
}

#[tokio::test]
async fn responses_for_other_tokens_are_shared_while_a_revocation_is_pending() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    assert!(is_active(&scene.instance(), "c").await);
    let _: String = scene.redis.command("ACL SETUSER default -del").await;
    scene.revoke().await;
    scene.token_server.calls_received();
    assert!(is_active(&scene.revoking, "c").await);
    assert_eq!(
        scene.token_server.calls_received(),
        0,
        "the answer is shared"
    );
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
        // A repeated revocation changes nothing.
        scene.revoking.token_delete(token).await.unwrap();
        assert!(!is_active(&scene.revoking, token).await);
    }
    scene.revoke().await;
    let _: String = scene.redis.command("REPLICAOF NO ONE").await;
    scene.wait_until_revoked_for_others().await;
    for token in &tokens {
        assert!(!is_active(&scene.instance(), token).await, "{token}");
    }
}

/// A cancelled call may have been processed.
#[tokio::test]
async fn cancelled_revocation_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let _: String = scene.redis.command("REPLICAOF 127.0.0.1 1").await;
    scene.token_server.revoke("a");
    assert!(scene.revoking.token_delete("a").now_or_never().is_none());
    scene.assert_stays_revoked().await;
    let _: String = scene.redis.command("REPLICAOF NO ONE").await;
    scene.wait_until_revoked_for_others().await;
    scene.assert_other_tokens_shared().await;
}

/// The call that waits for the response may return it, since it began before the revocation.
#[tokio::test]
async fn response_read_from_redis_during_a_revocation_is_not_cached() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let proxy = Proxy::start(&redis.url()).await;
    let scene = Scene::begin(redis, proxy.url.clone()).await;
    let revoking = long_lived_instance(&scene.token_server.url, &scene.url);
    // Connected, and without an entry for the token in memory.
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
    scene.wait_until_revoked_for_others().await;
}

#[tokio::test]
async fn revocation_cancelled_while_writing_to_redis_is_retried() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    scene.redis.signal("-STOP");
    scene.token_server.revoke("a");
    let call = scene.revoking.token_delete("a");
    let waited = tokio::time::timeout(Duration::from_millis(200), call).await;
    assert!(waited.is_err(), "Redis gets 400 milliseconds");
    scene.assert_stays_revoked().await;
    scene.redis.signal("-CONT");
    scene.wait_until_revoked_for_others().await;
    scene.assert_other_tokens_shared().await;
}

/// Dropping the last handle drops the cache, but not pending revocations.
#[tokio::test]
async fn pending_revocation_outlives_the_handle() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let revoking: Authlete = long_lived_instance(&scene.token_server.url, &scene.url);
    assert!(is_active(&revoking, "a").await);
    let _: String = scene.redis.command("REPLICAOF 127.0.0.1 1").await;
    revoking.token_delete("a").await.unwrap();
    drop(revoking);
    let _: String = scene.redis.command("REPLICAOF NO ONE").await;
    scene.wait_until_revoked_for_others().await;
}
