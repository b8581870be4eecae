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
        ("a page that asks to sign in", Weather::answer("511 Network Authentication Required", "text/html", "<p>登录")),
        ("a filter's refusal", Weather::answer("403 Forbidden", "text/html", "<p>禁止访问")),
        ("a filter's refusal in JSON", Weather::answer("403 Forbidden", "application/json", r#"{"error":"blocked"}"#)),
        ("a proxy that wants a password", Weather::answer("407 Proxy Authentication Required", "text/html", "")),
        ("a page that is gone", Weather::answer("404 Not Found", "text/html", "<h1>404</h1>")),
        ("a proxy that waited", Weather::answer("504 Gateway Timeout", "text/html", "<h1>504</h1>")),
        ("a server too busy to say who", Weather::answer("503 Service Unavailable", "text/plain", "busy")),
        ("a redirection for good", Weather::answer("301 Moved Permanently", "text/html", "")),
        ("a redirection that keeps the request", Weather::answer("307 Temporary Redirect", "text/html", "")),
        ("nothing has changed", Weather::answer("304 Not Modified", "application/json", "")),
        ("an answer that is no UTF-8", Weather::Answer(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\nConnection: close\r\n\r\n\xff\xfe{}".to_vec())),
        ("an answer in a coding that it is not in", Weather::Answer(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 14\r\nConnection: close\r\n\r\n{\"protocol\":1}".to_vec())),
        ("chunks that break off", Weather::Answer(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n10\r\n{\"protocol\":1,\"o".to_vec())),
        ("the outcome of somebody else's change", Weather::answer("200 OK", "application/json", &old_answer.replace(r#""outcomes":[]"#, r#""outcomes":[{"change":"11111111-1111-4111-8111-111111111111","outcome":"accepted","seq":1,"conflicts":[]}]"#))),
        ("more outcomes than changes", Weather::answer("200 OK", "application/json", &old_answer.replace(r#""outcomes":[]"#, r#""outcomes":[{"change":null,"outcome":"duplicate","seq":1},{"change":null,"outcome":"duplicate","seq":2}]"#))),
        ("an answer followed by advertising", Weather::answer("200 OK", "application/json", &format!("{old_answer}<script>ad()</script>"))),
    ];
    assert!(impostors.len() >= 30);
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
