//! Things on the way that answer instead of the server: none of it is an answer.

use std::time::Duration;

use harness::{Network, Server, Weather, World};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_server_ever_clears_an_outbox() {
    let server = Server::start().await;
    let world = World::small(1).open(&server).await;
    let line = Network::to(&server).await;
    let mut phone = world.school_phone(&server, "甲").await.behind(&line);
    phone.sync().await.expect("the line holds");
    let project = world.projects[0].id;
    let diary = phone.write_diary(project, "2026-03-02", |form| form.working("浇筑"));
    let before = phone.phone.clone();

    let old_answer = r#"{"protocol":1,"server_time":"2020-01-01T00:00:00.000Z","outcomes":[],"records":[],"gone":[],"photos_missing":[],"cursor":null,"more":false,"resync":false,"settled":0}"#;
    let impostors = [
        ("the page of a captive portal", Weather::portal()),
        ("the same page, called JSON", Weather::portal_in_disguise()),
        ("a redirection", Weather::redirect()),
        ("a proxy without a server", Weather::bad_gateway()),
        ("half an answer", Weather::half_an_answer()),
        ("an empty success", Weather::nothing()),
        ("an empty page", Weather::answer("200 OK", "application/json", "")),
        ("null", Weather::answer("200 OK", "application/json", "null")),
        ("a list", Weather::answer("200 OK", "application/json", "[]")),
        ("another protocol", Weather::answer("200 OK", "application/json", r#"{"ok":true}"#)),
        ("success of another sort", Weather::answer("201 Created", "application/json", old_answer)),
        ("a stored answer of another day", Weather::answer("200 OK", "application/json", old_answer)),
        ("a problem that is none", Weather::answer("400 Bad Request", "text/plain", "no")),
        ("no HTTP at all", Weather::Answer(b"220 smtp ready\r\n".to_vec())),
        ("a line that closes", Weather::Answer(Vec::new())),
    ];
    for (name, weather) in impostors {
        line.next(weather);
        phone.sync().await.expect_err(name);
        assert_eq!(phone.phone, before, "{name} changed something on the phone");
    }
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.duplicates), (1, 0), "the server had heard nothing of it");
    assert!(phone.is_at_the_office(diary));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_line_is_a_line() {
    let server = Server::start().await;
    let world = World::small(2).open(&server).await;
    let line = Network::to(&server).await;
    line.always(Weather::Slow { bytes_per_second: 8_000, latency: Duration::from_millis(200) });
    let mut phone = world.school_phone(&server, "甲").await.behind(&line);
    for day in 1..=9 {
        let project = world.projects[0].id;
        phone.write_diary(project, &format!("2026-03-0{day}"), |form| form.working("浇筑"));
    }
    let before = line.bytes_up();
    let sent = phone.sync().await.expect("slowly, but it goes");
    assert_eq!(sent.accepted, 9);
    assert_eq!(line.connections(), sent.rounds, "a round trip is dear, so there is one");
    assert_eq!(sent.rounds, 1);
    assert!(line.bytes_up() - before < 6_000, "nine diaries are a few KB: {}", line.bytes_up() - before);
    server.verify();
}
