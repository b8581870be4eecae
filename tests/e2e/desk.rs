//! The office at its desk: a browser with a cookie, woken when there is news.

use futures_util::StreamExt as _;
use harness::world::COUNTY;
use harness::{Device, Server, World};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value as Json, json};
use sync_protocol::change::Change;

const DAY: &str = "2026-03-02";
const PASSWORD: &str = "县城的老樟树今年有六百岁了";

/// A browser that keeps cookies.
fn browser() -> Client {
    Client::builder().no_proxy().cookie_store(true).build().expect("a client without TLS")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_signs_in_and_writes_through_sync_like_a_phone() {
    let server = Server::start().await;
    let mut world = World::small(1).open(&server).await;
    let at = format!("county:{COUNTY}");
    let arguments = ["user", "add", "desk", "--role", "project_office", "--at", &at, "--password-stdin"];
    let added = server.cli_with_input(&arguments, PASSWORD);
    assert!(added.status.success(), "{}", added.stderr);

    let browser = browser();
    let url = |path: &str| format!("{}{path}", server.url());
    let sign_in = |password: &str| json!({ "username": "desk", "password": password });
    let wrong = browser.post(url("/api/v1/session")).json(&sign_in("123456")).send().await;
    assert_eq!(wrong.expect("the server answers").status(), StatusCode::UNAUTHORIZED);
    let right = browser.post(url("/api/v1/session")).json(&sign_in(PASSWORD)).send().await;
    assert_eq!(right.expect("the server answers").status(), StatusCode::OK);

    // What a page of ours sends, and what a page of somebody else's sends in our name.
    let project = world.projects[0].id;
    world.office.desk.edit(project, |form| form.set("lead_official", "包干领导（演示）"));
    let change: Change = world.office.desk.phone.outbox.waiting.remove(0);
    let body = json!({ "protocol": 1, "changes": [change] });
    for origin in [None, Some("http://127.0.0.1:1"), Some("null"), Some("http://xn--demo.invalid")] {
        let request = browser.post(url("/api/v1/sync")).json(&body);
        let request = origin.into_iter().fold(request, |request, origin| request.header("Origin", origin));
        let refused = request.send().await.expect("the server answers");
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "from {origin:?}");
    }
    let own = browser.post(url("/api/v1/sync")).json(&body).header("Origin", server.url()).send().await;
    let answer: Json = own.expect("the server answers").json().await.expect("JSON");
    assert_eq!(answer["outcomes"][0]["outcome"], "accepted", "{answer}");
    let record = browser.get(url(&format!("/api/v1/records/{project}"))).send().await;
    assert_eq!(record.expect("the server answers").status(), StatusCode::OK);

    let out = browser.delete(url("/api/v1/session")).header("Origin", server.url()).send().await;
    let out = out.expect("the server answers");
    assert_eq!(out.status(), StatusCode::NO_CONTENT);
    assert_eq!(out.headers()["clear-site-data"], "\"cache\"", "photos go with whoever saw them");
    let me = browser.get(url("/api/v1/me")).send().await;
    assert_eq!(me.expect("the server answers").status(), StatusCode::UNAUTHORIZED, "signed out is out");
    server.verify();
}

/// A listener's stream of nudges.
struct Nudges {
    response: Response,
    heard: String,
}

impl Nudges {
    async fn of(device: &Device) -> Self {
        let response = device.request(Method::GET, "/api/v1/nudges").send().await;
        let response = response.expect("the server answers").error_for_status().expect("one may listen");
        Self { response, heard: String::new() }
    }

    /// The number that the next event names.
    async fn next(&mut self) -> u64 {
        loop {
            if let Some((event, rest)) = self.heard.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data:")).map(str::trim);
                let data: Option<Json> = data.and_then(|data| serde_json::from_str(data).ok());
                let seq = data.and_then(|data| data["seq"].as_u64());
                self.heard = rest.into();
                if let Some(seq) = seq {
                    return seq;
                }
                continue;
            }
            let chunk = self.response.chunk().await.expect("the stream goes on").expect("it has not ended");
            self.heard.push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_it_in_scope_is_woken_and_nobody_else() {
    let server = Server::start().await;
    let world = World::small(2).open(&server).await;
    let mut first = world.team_phone(&server, "甲", 0).await;
    let mut second = world.team_phone(&server, "乙", 1).await;
    let mut office = Nudges::of(&world.office.desk).await;
    let mut colleague = Nudges::of(&second).await;
    first.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    first.sync().await.expect("the line holds");
    let one = first.acknowledged().last().expect("it is confirmed").1;
    second.write_diary(world.projects[1].id, DAY, |form| form.working("砌体"));
    second.sync().await.expect("the line holds");
    let two = second.acknowledged().last().expect("it is confirmed").1;

    assert_eq!(office.next().await, one);
    assert_eq!(office.next().await, two);
    assert_eq!(colleague.next().await, two, "another school's diary wakes nobody here");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_ends_the_streams_at_once() {
    let mut server = Server::start().await;
    let world = World::small(3).open(&server).await;
    let listening = Nudges::of(&world.office.desk).await;
    let begun = std::time::Instant::now();
    assert!(server.terminate().await.success());
    assert!(begun.elapsed() < std::time::Duration::from_secs(5), "nobody's open page holds it up");
    let rest: Vec<_> = listening.response.bytes_stream().collect().await;
    assert!(rest.iter().all(|part| part.as_ref().is_ok_and(|part| !part.starts_with(b"event"))));
}
