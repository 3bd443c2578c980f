//! Revocations without a runtime, or with a runtime that stops.

use authlete::types::RevocationRequest;
use authlete::{Authlete, Config};
use futures_util::FutureExt as _;
use tokio::runtime::{Builder, Runtime};

use super::is_active;
use super::scene::Scene;
use crate::raw_server::silent_server;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A runtime for the servers of the test, and the scene on it.
fn scene() -> Option<(Runtime, Scene)> {
    let servers = Builder::new_multi_thread().enable_all().build().unwrap();
    let scene = servers.block_on(Scene::start(&[]))?;
    Some((servers, scene))
}

/// The revoking instance, whose calls revoke the token and get no response.
fn revoking_without_an_answer(servers: &Runtime, scene: &Scene) -> Authlete {
    scene.token_server.revoke("a");
    let silent = servers.block_on(silent_server());
    let config = Config::v3(silent, 1, "t");
    scene.revoking.with_config(config).unwrap()
}

#[test]
fn revocation_dropped_without_a_runtime_is_retried_on_the_next_one() {
    let Some((servers, scene)) = scene() else {
        return;
    };
    let api = revoking_without_an_answer(&servers, &scene);
    let mut call = Box::pin(api.token_delete("a"));
    {
        let _entered = servers.enter();
        assert!(call.as_mut().now_or_never().is_none());
    }
    drop(call);
    // The retry starts with the next use of Redis.
    servers.block_on(async {
        assert!(!is_active(&scene.revoking, "a").await);
        scene.wait_until_revoked_for_others().await;
        scene.assert_other_tokens_shared().await;
    });
}

#[test]
fn revocation_pending_on_a_blocked_runtime_is_retried_on_another() {
    let Some((servers, scene)) = scene() else {
        return;
    };
    let api = revoking_without_an_answer(&servers, &scene);
    let first = runtime();
    // The call is dropped, and the runtime is not polled afterwards.
    first.block_on(async { assert!(api.token_delete("a").now_or_never().is_none()) });
    std::thread::sleep(std::time::Duration::from_millis(2500));
    servers.block_on(async {
        assert!(!is_active(&scene.revoking, "a").await);
        scene.wait_until_revoked_for_others().await;
        scene.assert_other_tokens_shared().await;
    });
    drop(first);
}

#[test]
fn revocation_pending_when_its_runtime_ends_is_retried_on_another() {
    let Some((servers, scene)) = scene() else {
        return;
    };
    let command = |command| {
        let _: String = servers.block_on(scene.redis.command(command));
    };
    command("REPLICAOF 127.0.0.1 1");
    // The runtime's connections end with it.
    let first = runtime();
    first.block_on(async {
        let request = RevocationRequest::new("token=a");
        scene.revoking.revocation(&request).await.unwrap();
    });
    drop(first);
    let second = runtime();
    second.block_on(async {
        assert!(!is_active(&scene.revoking, "a").await);
    });
    command("REPLICAOF NO ONE");
    second.block_on(async {
        scene.wait_until_revoked_for_others().await;
        scene.assert_other_tokens_shared().await;
    });
}
