//! Failures despite which a revocation is written to Redis within the call, so that all instances reject the token when
//! the call returns.

use std::time::Duration;

use super::is_active;
use super::proxy::Proxy;
use super::scene::Scene;
use super::server::{Redis, run};

/// Redis closes connections that are idle for longer than its setting `timeout`.
#[tokio::test]
async fn revocation_on_a_connection_closed_for_being_idle_is_shared() {
    let Some(scene) = Scene::start(&["--timeout", "1"]).await else {
        return;
    };
    tokio::time::sleep(Duration::from_millis(3500)).await;
    scene.revoke().await;
    scene.assert_revoked_for_others().await;
    scene.assert_stays_revoked().await;
    scene.assert_other_tokens_shared().await;
}

#[tokio::test]
async fn introspection_on_a_connection_closed_for_being_idle_finds_the_answer() {
    let Some(scene) = Scene::start(&["--timeout", "1"]).await else {
        return;
    };
    assert!(is_active(&scene.instance(), "c").await);
    scene.token_server.calls_received();
    tokio::time::sleep(Duration::from_millis(3500)).await;
    assert!(is_active(&scene.revoking, "c").await);
    assert_eq!(scene.token_server.calls_received(), 0);
}

#[tokio::test]
async fn revocation_on_a_killed_connection_is_shared() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let _: i64 = scene.redis.command("CLIENT KILL TYPE normal").await;
    scene.revoke().await;
    scene.assert_revoked_for_others().await;
    scene.assert_stays_revoked().await;
    scene.assert_other_tokens_shared().await;
}

/// A firewall that has forgotten a connection silently drops its packets.
#[tokio::test]
async fn revocation_on_a_dead_connection_is_shared() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let proxy = Proxy::start(&redis.url()).await;
    let scene = Scene::begin(redis, proxy.url.clone()).await;
    proxy.lose_connections();
    scene.revoke().await;
    scene.assert_revoked_for_others().await;
    scene.assert_stays_revoked().await;
    scene.assert_other_tokens_shared().await;
}

#[tokio::test]
async fn revocation_after_a_restart_with_the_data_is_shared() {
    let Some(mut scene) = Scene::start(&[]).await else {
        return;
    };
    let _: String = scene.redis.command("SAVE").await;
    scene.redis.restart().await;
    scene.revoke().await;
    scene.assert_revoked_for_others().await;
    scene.assert_stays_revoked().await;
    scene.assert_other_tokens_shared().await;
}

#[tokio::test]
async fn revocation_after_a_restart_without_the_data_is_shared() {
    let Some(mut scene) = Scene::start(&[]).await else {
        return;
    };
    scene.redis.restart().await;
    scene.revoke().await;
    scene.assert_revoked_for_others().await;
    scene.assert_stays_revoked().await;
}

/// Without memory, Redis rejects writes but still deletes keys.
#[tokio::test]
async fn revocation_in_a_redis_out_of_memory_is_shared() {
    let Some(scene) = Scene::start(&["--maxmemory-policy", "noeviction"]).await else {
        return;
    };
    let mut connection = scene.redis.connect().await;
    let _: String = run(&mut connection, "CONFIG SET maxmemory 1").await;
    scene.revoke().await;
    scene.assert_revoked_for_others().await;
    scene.assert_stays_revoked().await;
    scene.assert_other_tokens_shared().await;
    // With memory, sharing works again.
    let _: String = run(&mut connection, "CONFIG SET maxmemory 0").await;
    scene.assert_revoked_for_others().await;
    scene.assert_other_tokens_shared().await;
}

#[tokio::test]
async fn revocation_after_the_keys_were_flushed_is_shared() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let _: String = scene.redis.command("FLUSHALL").await;
    scene.revoke().await;
    scene.assert_revoked_for_others().await;
    scene.assert_stays_revoked().await;
}
