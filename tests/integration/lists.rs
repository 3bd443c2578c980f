//! Lists, by page and as streams.

use authlete::types::{
    ClientAuthorizationGetListRequest, GetClientListQuery, GetServiceListQuery, GetTokenListQuery,
};
use authlete::{Authlete, Config, Error, ListRequest as _};
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};

use crate::server::{Received, Reply, Server};

/// Answers list calls with a range of `total` numbered items.
async fn list_server(total: i64, with_total: bool) -> (Server, Authlete) {
    let server = Server::start(move |request| page(request, total, with_total)).await;
    let config = Config::new()
        .base_url(&server.url)
        .service_id(1)
        .service_owner_access_token("o");
    let api = Authlete::new(config).unwrap();
    (server, api)
}

fn page(request: &Received, total: i64, with_total: bool) -> Reply {
    let body = request.json().unwrap_or_default();
    let bound = |name: &str| {
        let from_query = request.query.get(name).and_then(|text| text.parse().ok());
        from_query
            .or(body[name].as_i64())
            .unwrap_or_else(|| panic!("{name} is not sent"))
    };
    let items: Vec<Value> = (bound("start")..bound("end").min(total))
        .map(|index| json!({ "number": index, "apiKey": index, "clientId": index }))
        .collect();
    let mut answer = json!({ "services": items, "clients": items, "accessTokens": items });
    if with_total {
        answer["totalCount"] = total.into();
    }
    Reply::json(200, &answer)
}

#[tokio::test]
async fn stream_yields_all_items_in_order() {
    for (total, page_size, calls) in [(0, 10, 1), (1, 10, 1), (10, 10, 1), (25, 10, 3), (3, 1, 3)] {
        let (server, api) = list_server(total, true).await;
        let clients: Vec<_> = api
            .items(GetClientListQuery::new(), page_size)
            .try_collect()
            .await
            .unwrap();
        let ids: Vec<i64> = clients
            .iter()
            .filter_map(|client| client.client_id)
            .collect();
        assert_eq!(ids, (0..total).collect::<Vec<_>>());
        assert_eq!(
            server.take().len(),
            calls,
            "{total} items in pages of {page_size}"
        );
    }
}

#[tokio::test]
async fn every_list_can_be_streamed() {
    let (server, api) = list_server(5, true).await;
    assert_eq!(api.items(GetServiceListQuery::new(), 2).count().await, 5);
    assert_eq!(
        api.items(GetTokenListQuery::new().subject("alice"), 2)
            .count()
            .await,
        5
    );
    assert_eq!(
        api.items(ClientAuthorizationGetListRequest::new("alice"), 2)
            .count()
            .await,
        5
    );
    let arrived = server.take();
    assert_eq!(arrived.len(), 9);
    assert!(
        arrived[3..6]
            .iter()
            .all(|request| request.query["subject"] == "alice")
    );
    assert!(
        arrived[6..]
            .iter()
            .all(|request| request.json().unwrap()["subject"] == "alice")
    );
}

#[tokio::test]
async fn stream_without_total_count_ends_after_the_last_item() {
    let (_, api) = list_server(25, false).await;
    assert_eq!(api.items(GetClientListQuery::new(), 10).count().await, 25);
}

#[tokio::test]
async fn range_bounds_the_stream() {
    let (server, api) = list_server(100, true).await;
    let clients: Vec<_> = api
        .items(GetClientListQuery::new().range(20..45), 10)
        .try_collect()
        .await
        .unwrap();
    let ids: Vec<i64> = clients
        .iter()
        .filter_map(|client| client.client_id)
        .collect();
    assert_eq!(ids, (20..45).collect::<Vec<_>>());
    assert_eq!(server.take().len(), 3);
}

#[tokio::test]
async fn page_is_fetched_by_its_range() {
    let (server, api) = list_server(100, true).await;
    let page = api
        .get_client_list(&GetClientListQuery::new().developer("alice").range(40..60))
        .await
        .unwrap();
    assert_eq!(page.clients.unwrap().len(), 20);
    assert_eq!(page.total_count, Some(100));
    let arrived = &server.take()[0];
    assert_eq!(
        (
            &*arrived.query["start"],
            &*arrived.query["end"],
            &*arrived.query["developer"]
        ),
        ("40", "60", "alice")
    );
}

#[tokio::test]
async fn stream_continues_after_a_page_with_fewer_items_than_requested() {
    for with_total in [true, false] {
        let server = Server::start(move |request| {
            let mut few = request.clone();
            let start: i64 = request.query["start"].parse().unwrap();
            let end: i64 = request.query["end"].parse().unwrap();
            few.query
                .insert("end".into(), end.min(start + 7).to_string());
            page(&few, 25, with_total)
        })
        .await;
        let api = Authlete::new(Config::v3(&server.url, 1, "t")).unwrap();
        let ids: Vec<_> = api
            .items(GetClientListQuery::new(), 10)
            .map_ok(|client| client.client_id.unwrap())
            .try_collect()
            .await
            .unwrap();
        assert_eq!(ids, (0..25).collect::<Vec<i64>>());
    }
}

/// A stream that is dropped early must not have fetched pages that are not read.
#[tokio::test]
async fn pages_are_fetched_as_they_are_read() {
    let (server, api) = list_server(1000, true).await;
    let first: Vec<_> = api
        .items(GetClientListQuery::new(), 10)
        .take(11)
        .collect()
        .await;
    assert_eq!(first.len(), 11);
    assert_eq!(server.take().len(), 2);
}

#[tokio::test]
async fn error_ends_the_stream() {
    let server = Server::start(|request| {
        if request.query["start"] == "0" {
            page(request, 30, true)
        } else {
            Reply::json(500, &json!({}))
        }
    })
    .await;
    let api = Authlete::new(Config::v3(&server.url, 1, "t")).unwrap();
    let items: Vec<_> = api.items(GetClientListQuery::new(), 10).collect().await;
    assert_eq!(items.len(), 11);
    assert!(items[..10].iter().all(Result::is_ok));
    assert_eq!(items[10].as_ref().unwrap_err().status().unwrap(), 500);
}

#[tokio::test]
async fn page_size_below_one_is_refused() {
    let (server, api) = list_server(10, true).await;
    for page_size in [0, -1, i32::MIN] {
        let items: Vec<_> = api
            .items(GetClientListQuery::new(), page_size)
            .collect()
            .await;
        assert!(
            matches!(
                &*items,
                [Err(Error::InvalidArgument {
                    operation: "get_client_list",
                    argument: "page_size",
                    ..
                })]
            ),
            "{items:?}"
        );
    }
    assert!(server.take().is_empty());
}

#[tokio::test]
async fn huge_pages_do_not_overflow() {
    let (_, api) = list_server(3, true).await;
    assert_eq!(
        api.items(GetClientListQuery::new().range(1..i32::MAX), i32::MAX)
            .count()
            .await,
        2
    );
}
