//! Hostile and broken input: a clear no with nothing stored, or everything stored as held; never a panic.

use std::io::Write as _;
use std::time::Duration;

use harness::seed::Seed;
use harness::{Device, Server, World};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};

const PATH: &str = "/api/v1/sync";

/// A body: its name, content type, encoding, bytes, and the statuses that are an answer to it.
type Case = (&'static str, &'static str, Option<&'static str>, Vec<u8>, &'static [u16]);

async fn post(
    device: &Device,
    content_type: &str,
    encoding: Option<&str>,
    body: Vec<u8>,
) -> (StatusCode, Json) {
    let request = device.request(Method::POST, PATH).header("Content-Type", content_type);
    let request =
        encoding.into_iter().fold(request, |request, name| request.header("Content-Encoding", name));
    let start = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
    let response = request.body(body).send().await;
    let response = response.unwrap_or_else(|error| panic!("no answer to {start:?}…: {error:?}"));
    let status = response.status();
    let bytes = response.bytes().await.expect("whole");
    (status, serde_json::from_slice(&bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(&bytes))))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// How far the ledger is.
fn ledger(server: &Server) -> Json {
    server.run(&["county", "list", "--json"]).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_sync_request_is_refused_with_a_problem_and_stores_nothing() {
    let server = Server::start().await;
    let mut world = World::small(1).open(&server).await;
    // A server may close a line on which it was sent nonsense, so each request has its own.
    let mut phone = world.school_phone(&server, "甲").await.patient_for(Duration::from_secs(30));
    phone.sync().await.expect("the line holds");
    let before = ledger(&server);
    let with = |part: &str| format!(r#"{{"protocol":1,{part}}}"#).into_bytes();
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let many = vec!["{}"; 1001].join(",");
    let json = "application/json";
    let bomb = vec![b' '; 64 << 20];
    let cases: Vec<Case> = vec![
        ("nothing", json, None, Vec::new(), &[400]),
        ("no JSON", json, None, b"hello".to_vec(), &[400]),
        ("half of it", json, None, br#"{"protocol":1,"changes":["#.to_vec(), &[400]),
        ("two of it", json, None, br#"{"protocol":1}{"protocol":1}"#.to_vec(), &[400]),
        ("a list", json, None, b"[]".to_vec(), &[400, 422]),
        ("null", json, None, b"null".to_vec(), &[400, 422]),
        ("no protocol", json, None, b"{}".to_vec(), &[400, 422]),
        ("a protocol in words", json, None, br#"{"protocol":"one"}"#.to_vec(), &[400, 422]),
        ("a negative protocol", json, None, br#"{"protocol":-1}"#.to_vec(), &[400, 422]),
        ("protocol 0", json, None, br#"{"protocol":0}"#.to_vec(), &[400, 422, 426]),
        ("a protocol of the future", json, None, br#"{"protocol":99}"#.to_vec(), &[426]),
        ("NaN", json, None, with(r#""limit":NaN"#), &[400]),
        ("an endless number", json, None, with(r#""limit":1e999"#), &[400, 422]),
        ("a negative limit", json, None, with(r#""limit":-5"#), &[400, 422]),
        ("changes in words", json, None, with(r#""changes":"all""#), &[400, 422]),
        ("changes in an object", json, None, with(r#""changes":{}"#), &[400, 422]),
        ("a cursor of numbers", json, None, with(r#""cursor":12"#), &[400, 422]),
        ("a bottomless pit", json, None, deep(100_000).into_bytes(), &[400, 422]),
        ("a pit inside", json, None, with(&format!(r#""checkpoint":{}"#, deep(5000))), &[400, 422]),
        ("too many changes", json, None, with(&format!(r#""changes":[{many}]"#)), &[400, 413, 422]),
        ("no text", json, None, b"{\"protocol\":1,\"cursor\":\"\xff\xfe\"}".to_vec(), &[400]),
        ("text that is none", json, None, with(r#""cursor":"\ud800""#), &[400, 422]),
        ("no JSON by name", "text/plain", None, with(r#""changes":[]"#), &[415]),
        ("a form", "application/x-www-form-urlencoded", None, b"protocol=1".to_vec(), &[415]),
        ("gzip that is none", json, Some("gzip"), with(r#""changes":[]"#), &[400]),
        ("an encoding of its own", json, Some("rot13"), with(r#""changes":[]"#), &[415]),
        ("a bomb", json, Some("gzip"), gzip(&bomb), &[413]),
    ];
    for (name, content_type, encoding, body, expected) in cases {
        let (status, problem) = post(&phone, content_type, encoding, body).await;
        assert!(expected.contains(&status.as_u16()), "{name}: {status} {problem}");
        assert_eq!(problem["status"], status.as_u16(), "{name} is answered by a problem document: {problem}");
        assert!(problem["title"].is_string() || problem["detail"].is_string(), "{name}: {problem}");
    }
    // A cursor and a ticket that nobody gave out, and a clock that reads nonsense, are no crime, only
    // of no use.
    let useless = with(r#""cursor":"AAAA","ticket":"????","device_time":"yesterday""#);
    let (status, answer) = post(&phone, json, None, useless).await;
    assert_eq!((status, &answer["resync"]), (StatusCode::OK, &json!(true)));
    assert_eq!(ledger(&server), before, "nothing was stored");
    assert!(world.office.held().await.is_empty());
    assert!(!server.log().contains("panicked"), "{}", server.log());
    world.office.refresh().await.expect("and the server is well");
    server.verify();
}

/// Changes that are no changes, each with the code under which it is held.
#[expect(clippy::too_many_lines, reason = "a table reads best in one piece")]
fn broken_changes(project: &str, other: &str) -> Vec<(&'static str, String, &'static str)> {
    let id = |n: u32| format!("0198c9a4-6f0e-7c3a-9d1b-{n:012}");
    let diary = harness::draft::diary_id(project.parse().expect("an id"), "2026-03-09");
    let numbers = std::cell::Cell::new(100);
    let change = |kind: &str, record: &str, edits: &str| {
        numbers.set(numbers.get() + 1);
        format!(
            r#"{{"id":"{}","record":"{record}","kind":"{kind}","made_at":"2026-03-09T08:00:00+08:00","edits":{edits}}}"#,
            id(numbers.get())
        )
    };
    let of_diary = |edits: &str| {
        let begin =
            format!(r#"{{"field":"project","value":"{project}"}},{{"field":"date","value":"2026-03-09"}},"#);
        change("diary", &diary.to_string(), &format!("[{begin}{edits}]"))
    };
    let deep = format!("{}1{}", "[".repeat(20), "]".repeat(20));
    let very_deep = format!("{}1{}", "[".repeat(120), "]".repeat(120));
    let long = "长".repeat(30_000);
    let huge = vec![format!(r#"{{"field":"remarks","value":"{}"}}"#, "长".repeat(20_000)); 5].join(",");
    let many = vec![r#"{"field":"remarks","value":"x"}"#; 520].join(",");
    vec![
        ("null", "null".to_owned(), "invalid"),
        ("a number", "1".to_owned(), "invalid"),
        ("text", "\"change\"".to_owned(), "invalid"),
        ("a list", "[]".to_owned(), "invalid"),
        ("an empty object", "{}".to_owned(), "invalid"),
        ("an id of numbers", r#"{"id":5}"#.to_owned(), "invalid"),
        ("an id that is none", r#"{"id":"../../etc/passwd"}"#.to_owned(), "invalid"),
        (
            "no edits",
            of_diary("").replace(r#""edits":["#, r#""edits":[],"x":["#).replace(",]", "]"),
            "invalid",
        ),
        ("NUL in a text", of_diary(r#"{"field":"remarks","value":"a\u0000b"}"#), "invalid"),
        ("half a character", of_diary(r#"{"field":"remarks","value":"\ud83d"}"#), "invalid"),
        ("null for a value", of_diary(r#"{"field":"remarks","value":null}"#), "invalid"),
        ("neither value nor replaces", of_diary(r#"{"field":"remarks"}"#), "invalid"),
        ("an endless number", of_diary(r#"{"field":"progress_bp","value":1e999}"#), "invalid"),
        (
            "a number beyond JavaScript",
            of_diary(r#"{"field":"progress_bp","value":9007199254740993}"#),
            "invalid",
        ),
        ("a number out of range", of_diary(r#"{"field":"progress_bp","value":10001}"#), "invalid"),
        ("a negative count", of_diary(r#"{"field":"crew/普工","value":-1}"#), "invalid"),
        ("half a person", of_diary(r#"{"field":"crew/普工","value":0.5}"#), "invalid"),
        ("words for a number", of_diary(r#"{"field":"crew/普工","value":"五"}"#), "invalid"),
        ("no key", of_diary(r#"{"field":"crew","value":5}"#), "invalid"),
        ("an empty key", of_diary(r#"{"field":"crew/","value":5}"#), "invalid"),
        ("a key in a key", of_diary(r#"{"field":"crew/a/b","value":5}"#), "invalid"),
        ("a key where none belongs", of_diary(r#"{"field":"date/x","value":"2026-03-09"}"#), "invalid"),
        ("a day that never was", of_diary(r#"{"field":"date","value":"2026-02-30"}"#), "invalid"),
        ("a choice that is none", of_diary(r#"{"field":"work_status","value":"asleep"}"#), "invalid"),
        ("a photo without a hash", of_diary(r#"{"field":"photos","value":{"caption":"x"}}"#), "invalid"),
        (
            "a photo beyond the globe",
            of_diary(&format!(
                r#"{{"field":"photos","value":{{"sha256":"{}","position":{{"lat":91,"lon":0}}}}}}"#,
                "a".repeat(64)
            )),
            "invalid",
        ),
        (
            "replaces of nonsense",
            of_diary(r#"{"field":"remarks","value":"x","replaces":["yesterday"]}"#),
            "invalid",
        ),
        (
            "the author in the body",
            of_diary(r#"{"field":"remarks","value":"x"}"#).replace(r#""kind""#, r#""by":"somebody","kind""#),
            "invalid",
        ),
        (
            "a time that is none",
            of_diary(r#"{"field":"remarks","value":"x"}"#).replace("2026-03-09T08:00:00+08:00", "yesterday"),
            "invalid",
        ),
        (
            "a diary under a false id",
            change(
                "diary",
                other,
                &format!(
                    r#"[{{"field":"project","value":"{project}"}},{{"field":"date","value":"2026-03-09"}}]"#
                ),
            ),
            "invalid",
        ),
        (
            "a field twice in JSON",
            of_diary(r#"{"field":"remarks","field":"remarks","value":"x"}"#),
            "invalid",
        ),
        (
            "a part twice in a value",
            of_diary(r#"{"field":"parts","value":{"part":"a","part":"b"}}"#),
            "invalid",
        ),
        (
            "a kind that nobody knows",
            change("warehouse", other, r#"[{"field":"name","value":"x"}]"#),
            "unknown_kind",
        ),
        (
            "a kind that is a prototype",
            change("__proto__", other, r#"[{"field":"name","value":"x"}]"#),
            "unknown_kind",
        ),
        ("a field that nobody knows", of_diary(r#"{"field":"mood","value":"x"}"#), "unknown_field"),
        ("too deep", of_diary(&format!(r#"{{"field":"remarks","value":{deep}}}"#)), "too_large"),
        ("much too deep", of_diary(&format!(r#"{{"field":"remarks","value":{very_deep}}}"#)), "too_large"),
        ("a long value", of_diary(&format!(r#"{{"field":"remarks","value":"{long}"}}"#)), "too_large"),
        ("a long change", of_diary(&huge), "too_large"),
        ("too many edits", of_diary(&many), "too_large"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn one_broken_change_after_the_other_is_held_whole_and_its_neighbours_count() {
    let server = Server::start().await;
    let world = World::small(2).open(&server).await;
    let project = world.projects[0].id;
    // A server may close a line on which it was sent nonsense, so each request has its own.
    let mut phone = world.school_phone(&server, "甲").await.patient_for(Duration::from_secs(30));
    phone.sync().await.expect("the line holds");
    let before = ledger(&server)["seq"].as_u64().expect("a number");
    let broken = broken_changes(&project.to_string(), &world.scheme.to_string());

    for (number, (name, raw, code)) in broken.iter().enumerate() {
        let day = format!("2026-{:02}-{:02}", 4 + number / 28, 1 + number % 28);
        let good = phone.write_diary(project, &day, |form| form.working("浇筑"));
        let change = phone.phone.outbox.waiting.pop().expect("just saved");
        let good_raw = serde_json::to_string(&change).expect("a change has a JSON form");
        let body = format!(r#"{{"protocol":1,"changes":[{raw},{good_raw}]}}"#);
        let (status, answer) = post(&phone, "application/json", None, body.into_bytes()).await;
        assert_eq!(status, StatusCode::OK, "{name}: {answer}");
        let [held, accepted] = answer["outcomes"].as_array().expect("a list").as_slice() else {
            panic!("{name}: two outcomes, not {answer}");
        };
        assert_eq!((&held["outcome"], &held["code"]), (&json!("held"), &json!(code)), "{name}: {held}");
        assert!(held["message"].as_str().is_some_and(|message| !message.is_empty()), "{name}: {held}");
        assert_eq!(accepted["outcome"], "accepted", "{name} spoilt its neighbour: {accepted}");
        assert!(answer["records"].to_string().contains(&good.to_string()), "{name}");
    }
    let after = ledger(&server)["seq"].as_u64().expect("a number");
    assert_eq!(after - before, broken.len() as u64, "the good ones, and no other");

    let list = world.office.get("/api/v1/held?limit=1000").await;
    let held = list["held"].as_array().unwrap_or_else(|| panic!("a list, not {list}"));
    assert_eq!(held.len(), broken.len(), "the office sees every one");
    // The same again is the same.
    let all: Vec<_> = broken.iter().map(|(_, raw, _)| raw.as_str()).collect();
    let body = format!(r#"{{"protocol":1,"changes":[{}]}}"#, all.join(","));
    let (status, answer) = post(&phone, "application/json", None, body.into_bytes()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        answer["outcomes"].as_array().expect("a list").iter().all(|outcome| outcome["outcome"] == "held")
    );
    let list = world.office.get("/api/v1/held?limit=1000").await;
    assert_eq!(list["held"].as_array().map(Vec::len), Some(broken.len()), "none is held twice");
    assert!(!server.log().contains("panicked"), "{}", server.log());
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_words_are_words_and_come_back_as_they_were_written() {
    let server = Server::start().await;
    let mut world = World::small(3).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    let words = [
        "'; drop table changes; --",
        "<script>alert(1)</script>",
        "=HYPERLINK(\"http://127.0.0.1/\")",
        "\u{202e}反着写\u{202c}",
        "零\u{200b}宽",
        "😀👷🏽‍♂️ 𠮷野家",
        "{\"field\":\"remarks\"}",
        "a\\u0000b",
        "行一\n行二\r\n\t制表",
        "${jndi:ldap://127.0.0.1/x} {{7*7}} %s %n",
        "../../../etc/passwd",
        "ｅ́ é é",
        " ",
    ];
    let diary = phone.write_diary(project, "2026-03-02", |form| {
        words.iter().fold(form.working("浇筑"), |form, text| form.set("remarks", *text))
    });
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (1, 0));
    world.office.refresh().await.expect("the office has a good line");
    let read: Vec<_> = world.office.desk.values(diary, "remarks");
    let written: Vec<sync_protocol::value::Value> = words.iter().map(|text| (*text).into()).collect();
    assert_eq!(read, written, "letter by letter, in order");
    assert_eq!(phone.view(diary), world.office.desk.view(diary));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_for_two_changes_keeps_both_and_the_office_decides() {
    let server = Server::start().await;
    let world = World::small(4).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    phone.write_diary(project, "2026-03-02", |form| form.working("浇筑"));
    let first = phone.phone.outbox.waiting[0].clone();
    phone.sync().await.expect("the line holds");
    let mut second = first.clone();
    second.edits.truncate(3);
    phone.phone.outbox.kept.clear();
    phone.phone.save(second);
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (0, 1));
    assert_eq!(phone.phone.outbox.held[0].code, sync_protocol::refusal::Code::IdReused);
    assert_eq!(world.office.held().await.len(), 1);
    let mut again = world.enrol(&server, &phone.username, "又一部").await;
    again.phone.save(first);
    assert_eq!(again.sync().await.expect("the line holds").duplicates, 1, "the first one stands");
    server.verify();
}

/// The first of two changes under one id is held, and the second would be accepted by itself.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_waits_at_the_office_is_not_taken_over_by_other_content() {
    use sync_protocol::refusal::Code::{IdReused, OutOfScope};

    for first_is_released in [false, true] {
        let server = Server::start().await;
        let world = World::small(6).open(&server).await;
        let mut phone = world.school_phone(&server, "甲").await;
        phone.write_diary(world.projects[1].id, "2026-03-02", |form| form.working("代班"));
        let mut copy = phone.copied();
        copy.phone.outbox.waiting.clear();
        copy.write_diary(world.projects[0].id, "2026-03-02", |form| form.working("浇筑"));
        copy.phone.outbox.waiting[0].id = phone.phone.outbox.waiting[0].id;
        let code = |device: &Device| device.phone.outbox.held[0].code;
        let why = |device: &Device| device.phone.outbox.held[0].refused.clone();

        // Twice: the same again is the same.
        for _ in 0..2 {
            assert_eq!(phone.sync().await.expect("the line holds").held, 1);
            assert_eq!(copy.sync().await.expect("the line holds").held, 1);
            assert_eq!((code(&phone), code(&copy)), (OutOfScope, IdReused));
            assert_eq!(world.office.held().await.len(), 2, "both are kept");
        }
        let held = world.office.held().await;
        if first_is_released {
            world.office.release(&held[0]).await;
            assert_eq!(phone.sync().await.expect("the line holds").duplicates, 1);
            assert_eq!(copy.sync().await.expect("the line holds").held, 1);
            let path = format!("/api/v1/held/{}/release", held[1]["id"]);
            let (status, _) = world.office.ask(Method::POST, &path, Some(json!({}))).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "the id stands in the ledger");
            world.office.refuse(&held[1], "两条变更编号相同").await;
            copy.sync().await.expect("the line holds");
            assert_eq!(why(&copy).as_deref(), Some("两条变更编号相同"));
        } else {
            world.office.refuse(&held[0], "不在本校").await;
            phone.sync().await.expect("the line holds");
            assert_eq!((code(&phone), why(&phone).as_deref()), (OutOfScope, Some("不在本校")));
            assert_eq!(copy.sync().await.expect("the line holds").held, 1, "a refusal frees no id");
            assert_eq!((code(&copy), why(&copy)), (IdReused, None));
            world.office.release(&held[1]).await;
            assert_eq!(copy.sync().await.expect("the line holds").duplicates, 1, "a person may");
            phone.sync().await.expect("the line holds");
            assert_eq!(why(&phone).as_deref(), Some("不在本校"), "what was decided stays decided");
        }
        server.verify();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_token_nothing_is_told_and_nothing_is_taken() {
    let server = Server::start().await;
    let world = World::small(5).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    phone.write_diary(world.projects[0].id, "2026-03-02", |form| form.working("浇筑"));
    let good = phone.phone.owner.token.clone();
    let before = ledger(&server);
    let reversed: String = good.chars().rev().collect();
    for bad in ["", "null", "x", &"y".repeat(5000), &good[..good.len() - 1], reversed.as_str(), "' or 1=1 --"]
    {
        phone.phone.owner.token = bad.to_owned();
        let error = phone.sync().await.expect_err("no token, no answer");
        assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED), "{error}");
    }
    assert_eq!(ledger(&server), before);
    phone.phone.owner.token = good;
    assert_eq!(phone.sync().await.expect("the line holds").accepted, 1);
    server.verify();
}

/// Bytes that fell over on the way: every damage is refused, held, or still a change; none a fault.
#[tokio::test(flavor = "multi_thread")]
async fn damaged_requests_are_answered_one_by_one_and_the_server_stays_well() {
    let server = Server::start().await;
    let world = World::small(6).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await.patient_for(Duration::from_secs(30));
    phone.sync().await.expect("the line holds");
    let mut chance = Seed::new(6);
    let (mut refused, mut judged) = (0, 0);
    for number in 0..400 {
        let day = format!("2026-{:02}-{:02}", 1 + number / 28 % 12, 1 + number % 28);
        phone.write_diary(project, &day, |form| form.working("浇筑").crew("普工", 5).set("temp_min", 85));
        let change = phone.phone.outbox.waiting.pop().expect("just saved");
        let request = json!({ "protocol": 1, "cursor": phone.phone.replica.cursor, "changes": [change] });
        let mut body = serde_json::to_vec(&request).expect("a request has a JSON form");
        for _ in 0..=chance.below(4) {
            let at = chance.below(body.len() as u64) as usize;
            match chance.below(5) {
                0 => body[at] ^= 1 << chance.below(8),
                1 => drop(body.remove(at)),
                2 => body.insert(at, *chance.pick(b"\"\\{}[]:,0-9e.\x00\xff\n")),
                3 => body.truncate(at.max(1)),
                _ => {
                    let end = (at + chance.below(40) as usize).min(body.len());
                    let again = body[at..end].to_vec();
                    body.splice(at..at, again);
                }
            }
        }
        let (status, answer) = post(&phone, "application/json", None, body.clone()).await;
        let shown = String::from_utf8_lossy(&body);
        match status.as_u16() {
            200 => judged += 1,
            400..=499 => refused += 1,
            other => panic!("{other} {answer} to {shown}"),
        }
    }
    assert!(refused > 50 && judged > 50, "{refused} refused, {judged} judged: damage of both sorts");
    let (status, _) = world.office.ask(Method::GET, "/api/v1/held?limit=1000", None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!server.log().contains("panicked"), "{}", server.log());
    phone.sync().await.expect("the line holds");
    server.verify();
}
