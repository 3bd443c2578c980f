//! Trouble in spite of which a revocation reaches Redis within the call: all instances know when it returns.

use std::time::Duration;

use super::is_active;
use super::proxy::Proxy;
use super::scene::Scene;
use super::server::{Redis, run};

/// Redis closes connections that are idle for longer than its `timeout`.
#[tokio::test]
async fn a_revocation_on_a_connection_closed_for_being_idle_is_shared() {
    let Some(scene) = Scene::start(&["--timeout", "1"]).await else {
        return;
    };
    tokio::time::sleep(Duration::from_millis(3500)).await;
    scene.revoke().await;
    scene.others_know().await;
    scene.stays_revoked().await;
    scene.others_share().await;
}

#[tokio::test]
async fn an_introspection_on_a_connection_closed_for_being_idle_finds_the_answer() {
    let Some(scene) = Scene::start(&["--timeout", "1"]).await else {
        return;
    };
    assert!(is_active(&scene.instance(), "c").await);
    scene.truth.asked();
    tokio::time::sleep(Duration::from_millis(3500)).await;
    assert!(is_active(&scene.revoking, "c").await);
    assert_eq!(scene.truth.asked(), 0);
}

#[tokio::test]
async fn a_revocation_on_a_killed_connection_is_shared() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let _: i64 = scene.redis.command("CLIENT KILL TYPE normal").await;
    scene.revoke().await;
    scene.others_know().await;
    scene.stays_revoked().await;
    scene.others_share().await;
}

/// A firewall that forgets a connection drops what comes on it, without a word.
#[tokio::test]
async fn a_revocation_on_a_connection_that_carries_nothing_is_shared() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let proxy = Proxy::start(&redis.url()).await;
    let scene = Scene::begin(redis, proxy.url.clone()).await;
    proxy.lose_connections();
    scene.revoke().await;
    scene.others_know().await;
    scene.stays_revoked().await;
    scene.others_share().await;
}

#[tokio::test]
async fn a_revocation_after_a_restart_with_the_data_is_shared() {
    let Some(mut scene) = Scene::start(&[]).await else {
        return;
    };
    let _: String = scene.redis.command("SAVE").await;
    scene.redis.restart().await;
    scene.revoke().await;
    scene.others_know().await;
    scene.stays_revoked().await;
    scene.others_share().await;
}

#[tokio::test]
async fn a_revocation_after_a_restart_without_the_data_is_shared() {
    let Some(mut scene) = Scene::start(&[]).await else {
        return;
    };
    scene.redis.restart().await;
    scene.revoke().await;
    scene.others_know().await;
    scene.stays_revoked().await;
}

/// Without memory Redis stores nothing, but still deletes.
#[tokio::test]
async fn a_revocation_in_a_redis_out_of_memory_is_shared() {
    let Some(scene) = Scene::start(&["--maxmemory-policy", "noeviction"]).await else {
        return;
    };
    let mut connection = scene.redis.connect().await;
    let _: String = run(&mut connection, "CONFIG SET maxmemory 1").await;
    scene.revoke().await;
    scene.others_know().await;
    scene.stays_revoked().await;
    scene.others_share().await;
    // With memory again, all is as before.
    let _: String = run(&mut connection, "CONFIG SET maxmemory 0").await;
    scene.others_know().await;
    scene.others_share().await;
}

#[tokio::test]
async fn a_revocation_after_the_keys_were_flushed_is_shared() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let _: String = scene.redis.command("FLUSHALL").await;
    scene.revoke().await;
    scene.others_know().await;
    scene.stays_revoked().await;
}
