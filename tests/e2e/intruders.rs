//! Intruders: broken requests on the wire, lies meant for the log, and a look at the disk.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::eventually::eventually;
use harness::photos::Shot;
use harness::{Server, World};
use reqwest::{Client, Method, StatusCode};
use rustix::fs::Mode;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Sends bytes as they are and reads until the server closes, or says nothing more for a while.
async fn raw(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address()).await.expect("it listens");
    // A server that refuses early may have closed before all was sent.
    stream.write_all(bytes).await.ok();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok();
    String::from_utf8_lossy(&answer).into_owned()
}

/// A request to a route that everybody may ask, with more header lines.
fn asks(lines: &str) -> Vec<u8> {
    format!("GET /api/v1/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lines}\r\n").into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_http_is_refused_before_anybody_reads_it() {
    let server = Server::start().await;
    assert!(raw(&server, &asks("")).await.starts_with("HTTP/1.1 200 "), "what is in order is heard");
    let post = |lines: &str, body: &str| {
        format!("POST /api/v1/session HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n{lines}\r\n{body}")
            .into_bytes()
    };
    let many = "x-a: b\r\n".repeat(200);
    let broken: [(&str, Vec<u8>); 17] = [
        ("a line end inside of a value", asks("x-a: b\rset-cookie: c=d\r\n")),
        ("a folded line", asks("x-a: b\r\n c\r\n")),
        ("NUL in a value", asks("x-a: b\0c\r\n")),
        ("a blank before the colon", asks("x-a : b\r\n")),
        ("a blank in a name", asks("x a: b\r\n")),
        ("no colon", asks("nothing\r\n")),
        ("two hundred headers", asks(&many)),
        ("a header of 200 kB", asks(&format!("x-a: {}\r\n", "b".repeat(200_000)))),
        ("an address of 200 kB", format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(200_000)).into()),
        ("a blank in the address", b"GET /api/v1/health x HTTP/1.1\r\nhost: x\r\n\r\n".to_vec()),
        ("a version of its own", b"GET /api/v1/health HTTP/9.9\r\nhost: x\r\n\r\n".to_vec()),
        ("another protocol", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
        ("two lengths", post("content-length: 2\r\ncontent-length: 3\r\n", "{} ")),
        ("two lengths in one", post("content-length: 2, 3\r\n", "{} ")),
        ("a length that is none", post("content-length: +2\r\n", "{}")),
        ("an encoding of its own", post("transfer-encoding: chunked, x\r\n", "0\r\n\r\n")),
        ("a chunk without an end", post("transfer-encoding: chunked\r\n", "fffffffffffffffff\r\n{}")),
    ];
    for (name, bytes) in broken {
        let answer = raw(&server, &bytes).await;
        let refused =
            answer.is_empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.0 4");
        assert!(refused, "{name}: {answer}");
        assert!(!answer.contains("set-cookie"), "{name}: {answer}");
    }
    assert!(raw(&server, &asks("")).await.starts_with("HTTP/1.1 200 "), "and the server is well");
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

/// A proxy in front that goes by the one length must not see fewer requests than we that go by the other.
#[tokio::test(flavor = "multi_thread")]
async fn no_second_request_hides_in_the_body_of_a_first() {
    let server = Server::start().await;
    let hidden = "GET /api/v1/health HTTP/1.1\r\nhost: x\r\nx-request-id: hidden\r\n\r\n";
    let body = format!("0\r\n\r\n{hidden}");
    for lines in [
        format!("content-length: {}\r\ntransfer-encoding: chunked\r\n", body.len()),
        format!("transfer-encoding: chunked\r\ncontent-length: {}\r\n", body.len()),
        format!("content-length: {}\r\ntransfer-encoding: xchunked\r\n", body.len()),
        format!("content-length: {}\r\ntransfer-encoding : chunked\r\n", body.len()),
        format!("content-length: {}\r\ntransfer-encoding: identity\r\n", body.len()),
    ] {
        let head = "POST /api/v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
        let answer = raw(&server, format!("{head}{lines}\r\n{body}").as_bytes()).await;
        assert!(!answer.contains("x-request-id: hidden"), "{lines}: {answer}");
    }
}

/// What forges a line, commands a terminal, or reads backwards.
const LIES: [&str; 6] = [
    "x\n{\"level\":\"ERROR\",\"message\":\"forged\"}",
    "\r\nforged: yes\r\n",
    "\u{1b}]0;forged\u{7}\u{1b}[2J\u{1b}[31m",
    "\u{202e}degrof\u{2066}",
    "\u{2028}forged\u{85}forged",
    "\"},\"message\":\"forged",
];

/// What a line of the log never has, so that a terminal shows what is there and a reader of lines is
/// not misled.
fn misleads(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_a_line_of_the_log_or_commands_who_reads_it() {
    let mut server = Server::start_with(&["--log", "debug"]).await;
    let world = World::small(1).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let client = Client::new();
    let url = |path: &str| format!("{}{path}", server.url());
    for lie in LIES {
        let credentials = json!({ "username": lie, "password": lie, "totp": lie });
        let session =
            client.post(url("/api/v1/session")).header("User-Agent", lie.replace(char::is_control, ""));
        let answer = session.json(&credentials).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        let enrolment = json!({ "code": lie, "device_name": lie });
        client.post(url("/api/v1/enrol")).json(&enrolment).send().await.expect("an answer");
        client.post(url("/api/v1/enrol")).body(lie).send().await.expect("an answer");
        let named = world.enrol(&server, &phone.username, lie).await;
        let devices = server.run(&["user", "devices", &named.username]).stdout;
        assert!(!devices.replace('\n', "").contains(misleads), "{devices:?}");

        let metadata = format!("sha256 {},filename {}", STANDARD.encode(lie), STANDARD.encode(lie));
        let upload = phone.tus(Method::POST, "/api/v1/uploads").header("Upload-Length", "10");
        upload.header("Upload-Metadata", metadata).send().await.expect("an answer");
        let change =
            json!({ "id": lie, "kind": lie, "record": lie, "edits": [{ "field": lie, "value": lie }] });
        let sync = phone.request(Method::POST, "/api/v1/sync");
        sync.json(&json!({ "protocol": 1, "changes": [change], "cursor": lie }))
            .send()
            .await
            .expect("an answer");
        let held = format!("/api/v1/held?state={}", lie.replace(char::is_control, ""));
        phone.request(Method::GET, &held).send().await.expect("an answer");
        // As bytes, since a client of good manners writes them in another way.
        let plain: String = lie.chars().filter(|c| !c.is_control() && *c != ' ' && *c != '"').collect();
        let lines =
            format!("x-request-id: {plain}\r\nauthorization: Bearer {plain}\r\nx-forwarded-for: {plain}\r\n");
        let wire =
            format!("GET /api/v1/records/{plain} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lines}\r\n");
        let answer = raw(&server, wire.as_bytes()).await;
        assert!(!answer.contains(&format!("x-request-id: {plain}")), "{answer}");
    }
    phone.sync().await.expect("the line holds");
    server.terminate().await;
    eventually("the last line", || std::future::ready(server.log().contains("\"stopped\"").then_some(())))
        .await;
    let log = server.log();
    assert!(log.lines().count() > 50, "it tells much: {log}");
    for line in log.lines() {
        let event: Json = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        assert!(event["timestamp"].is_string() && event["level"].is_string(), "{line}");
        assert_ne!(event["message"], "forged", "{line}");
        assert!(!line.contains(misleads), "{line:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_is_written_down_with_who_they_are_and_what_they_asked() {
    let server = Server::start().await;
    let world = World::small(2).open(&server).await;
    let phone = world.school_phone(&server, "甲").await;
    let me: Json =
        phone.request(Method::GET, "/api/v1/me").send().await.expect("an answer").json().await.expect("JSON");
    let refused = phone.request(Method::GET, "/api/v1/held").send().await.expect("an answer");
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let id = refused.headers()["x-request-id"].to_str().expect("text").to_owned();
    let event = eventually("the line of it", || {
        let log = server.log();
        let line = log.lines().find(|line| line.contains(&id)).map(str::to_owned);
        std::future::ready(line)
    });
    let event: Json = serde_json::from_str(&event.await).expect("JSON");
    assert_eq!(event["code"], "forbidden", "{event}");
    assert_eq!(event["span"]["user"], me["user"]["id"], "{event}");
    assert_eq!(event["span"]["device"], me["device"]["id"], "{event}");
    assert_eq!(event["span"]["route"], "/api/v1/held", "{event}");
}

/// All files and folders under one.
fn everything_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    for entry in folder.read_dir().expect("it is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            found.extend(everything_in(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_stands_in_the_log_or_on_the_disk() {
    let server = Server::start_with(&["--log", "debug", "--metrics-token", "geheim-metrics-token"]).await;
    let world = World::small(3).open(&server).await;
    let phone = world.school_phone(&server, "甲").await;
    let password = "梅花山下有三间新的好教室";
    server.run(&["user", "add", "chen", "--role", "auditor", "--at", "county:350823"]);
    let set = server.cli_with_input(&["user", "password", "chen", "--password-stdin"], password);
    assert!(set.status.success(), "{}", set.stderr);
    let (one, other) = [0; 2].map(|_| server.run(&["enrol", &phone.username, "--json"]).json()).into();
    let text = |json: &Json, part: &str| json[part].as_str().expect(part).to_owned();
    let client = Client::new();
    let url = |path: &str| format!("{}{path}", server.url());
    let enrolment = json!({ "code": text(&one, "code"), "device_name": "演示" });
    let enrolled = client.post(url("/api/v1/enrol")).json(&enrolment).send().await.expect("an answer");
    let token = text(&enrolled.json().await.expect("JSON"), "token");
    let credentials = json!({ "username": "chen", "password": password });
    let signed_in = client.post(url("/api/v1/session")).json(&credentials).send().await.expect("an answer");
    assert_eq!(signed_in.status(), StatusCode::OK);
    let cookie = signed_in.headers()["set-cookie"].to_str().expect("text").to_owned();
    let cookie = cookie.split(';').next().expect("a cookie").to_owned();
    let session = cookie.split_once('=').expect("a value").1.to_owned();
    for (name, value) in [("Authorization", format!("Bearer {token}")), ("Cookie", cookie)] {
        let me = client.get(url("/api/v1/me")).header(name, value).send().await.expect("an answer");
        assert_eq!(me.status(), StatusCode::OK);
    }
    // One that was mistyped is somebody's too.
    let wrong = "schlüssel-von-jemand-anderem";
    let refused = client.get(url("/api/v1/me")).bearer_auth("bearer-von-jemand-anderem").send().await;
    assert_eq!(refused.expect("an answer").status(), StatusCode::UNAUTHORIZED);
    let credentials = json!({ "username": wrong, "password": wrong });
    client.post(url("/api/v1/session")).json(&credentials).send().await.expect("an answer");

    let mut secrets = vec![token, session, password.to_owned(), wrong.to_owned()];
    secrets.push("bearer-von-jemand-anderem".to_owned());
    secrets.push("geheim-metrics-token".to_owned());
    for codes in [&one, &other] {
        secrets.extend(["code", "short_code"].map(|part| text(codes, part)));
    }
    let log = server.log();
    assert!(log.contains("a phone was enrolled") && log.contains("a sign-in was refused"), "{log}");
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "{secret} stands in the log");
    }
    let files: Vec<_> = everything_in(&server.data()).into_iter().filter(|path| path.is_file()).collect();
    assert!(files.iter().any(|path| path.ends_with("siteledger.db-wal")), "{files:?}");
    for path in files {
        let bytes = std::fs::read(&path).expect("it can be read");
        for secret in &secrets {
            let is_there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_there, "{secret} stands in {}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_kept_is_its_owners_alone_however_careless_the_system_is() {
    // Servers and commands started from here on take it over.
    rustix::process::umask(Mode::empty());
    let mut server = Server::start().await;
    let world = World::small(4).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let diary = phone.write_diary(world.projects[0].id, "2026-03-02", |form| form.working("浇筑"));
    phone.attach_photo(diary, Shot::small().take(1), "柱筋");
    phone.sync().await.expect("the line holds");
    phone.send_photos().await.expect("the line holds");
    phone.sync().await.expect("the line holds");
    // One that is still on its way.
    let picture = Shot::small().take(2);
    let half = phone.tus(Method::POST, "/api/v1/uploads").header("Upload-Length", picture.len());
    let metadata = format!("sha256 {}", STANDARD.encode("ab".repeat(32)));
    let half =
        half.header("Upload-Metadata", metadata).header("Content-Type", "application/offset+octet-stream");
    let begun = half.body(picture[..picture.len() / 2].to_vec()).send().await.expect("an answer");
    assert_eq!(begun.status(), StatusCode::CREATED);
    let thumbnail =
        |files: &[PathBuf]| files.iter().any(|path| path.to_string_lossy().contains(".thumbnail."));
    let found = eventually("a thumbnail", || {
        let found = everything_in(&server.data());
        std::future::ready(thumbnail(&found).then_some(found))
    });
    let check = |found: Vec<PathBuf>| {
        for path in found {
            let mode = path.metadata().expect("it is there").permissions().mode() & 0o7777;
            let expected = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode, expected, "{} {mode:o}", path.display());
        }
    };
    let found = found.await;
    let has = |name: &str| found.iter().any(|path| path.to_string_lossy().contains(name));
    for name in ["siteledger.db", "-wal", "-shm", "LOCK", "incoming/", ".thumbnail.jpg"] {
        assert!(has(name), "{name} in {found:?}");
    }
    check(found);
    let copies = tempfile::tempdir().expect("a temporary folder");
    let backup = copies.path().join("backup");
    server.run(&[OsStr::new("backup"), backup.as_os_str()]);
    let copied = everything_in(&backup);
    assert!(copied.len() > 5, "{copied:?}");
    check(copied);
    server.terminate().await;
    check(everything_in(&server.data()));
}
