//! Revocations at the edges of the runtime's life.

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

/// What the instance and the servers of the test run on.
fn scene() -> Option<(Runtime, Scene)> {
    let servers = Builder::new_multi_thread().enable_all().build().unwrap();
    let scene = servers.block_on(Scene::start(&[]))?;
    Some((servers, scene))
}

/// The instance that revokes, whose calls revoke the token and get no answer.
fn revoking_without_an_answer(servers: &Runtime, scene: &Scene) -> Authlete {
    scene.truth.revoke("a");
    let silent = servers.block_on(silent_server());
    let config = Config::v3(silent, 1, "t");
    scene.revoking.with_config(config).unwrap()
}

#[test]
fn a_revocation_that_is_dropped_without_a_runtime_is_retried_when_there_is_one() {
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
    // The first thing that the instance does with Redis.
    servers.block_on(async {
        assert!(!is_active(&scene.revoking, "a").await);
        scene.others_know_soon().await;
        scene.others_share().await;
    });
}

#[test]
fn a_revocation_that_is_pending_on_a_runtime_that_stands_still_is_retried_on_another() {
    let Some((servers, scene)) = scene() else {
        return;
    };
    let api = revoking_without_an_answer(&servers, &scene);
    let first = runtime();
    // The call is dropped, and nobody drives the runtime from then on.
    first.block_on(async { assert!(api.token_delete("a").now_or_never().is_none()) });
    std::thread::sleep(std::time::Duration::from_millis(2500));
    servers.block_on(async {
        assert!(!is_active(&scene.revoking, "a").await);
        scene.others_know_soon().await;
        scene.others_share().await;
    });
    drop(first);
}

#[test]
fn a_revocation_that_is_pending_when_its_runtime_ends_is_retried_on_another() {
    let Some((servers, scene)) = scene() else {
        return;
    };
    let command = |command| {
        let _: String = servers.block_on(scene.redis.command(command));
    };
    command("REPLICAOF 127.0.0.1 1");
    // Its connections end with it.
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
        scene.others_know_soon().await;
        scene.others_share().await;
    });
}
