//! Months of work carried down from a village in small batches, and a new phone's first pull.

use std::collections::BTreeSet;
use std::sync::Arc;

use harness::replica::{Answer, Batch};
use harness::world::days;
use harness::{Network, Server, Weather, World};
use reqwest::{Method, StatusCode};
use sync_protocol::refusal::Code;

#[tokio::test(flavor = "multi_thread")]
async fn months_of_backlog_arrive_in_small_batches_over_a_line_that_keeps_failing() {
    let server = Server::start().await;
    let mut world = World::small(1).open(&server).await;
    let project = world.projects[0].id;
    let line = Network::to(&server).await;
    let mut phone = world.school_phone(&server, "甲").await.behind(&line);
    let mut diaries = Vec::new();
    for day in days("2016-03-01", 120) {
        let diary = phone.write_diary(project, &day, |form| world.ordinary_day(form, 0, &day));
        phone.edit(diary, |form| form.set("remarks", "晚上补记"));
        diaries.push(diary);
    }
    assert_eq!(phone.phone.outbox.waiting.len(), 240);
    phone.batch = 7;
    let (mut accepted, mut duplicates, mut failures) = (0, 0, 0);
    while !phone.phone.outbox.waiting.is_empty() {
        match failures % 3 {
            0 => line.next(Weather::CutRequestAfter(300)),
            1 => line.next(Weather::LOST_ANSWER),
            _ => line.next(Weather::CutAnswerAfter(200)),
        }
        phone.sync().await.expect_err("the line fails after all");
        failures += 1;
        assert!(failures < 100, "it comes to an end");
        // One batch at a time gets through.
        let received = phone.round(false).await.expect("for a moment the line holds");
        accepted += received.accepted;
        duplicates += received.duplicates;
    }
    assert_eq!(accepted + duplicates, 240, "each was confirmed once, {failures} failures or not");
    assert!(duplicates > 0, "some had arrived although their answer was lost");
    phone.sync().await.expect("the line holds");

    world.office.refresh().await.expect("the office has a good line");
    for diary in diaries {
        assert_eq!(world.office.desk.view(diary), phone.view(diary));
        assert_eq!(world.office.desk.values(diary, "remarks").len(), 1);
    }
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_phone_pulls_in_pages_however_small_and_holds_what_a_fresh_one_would() {
    let server = Server::start().await;
    let world = World::small(2).open(&server).await;
    let project = world.projects[0].id;
    let mut writer = world.school_phone(&server, "甲").await;
    for day in days("2016-03-01", 60) {
        writer.write_diary(project, &day, |form| world.ordinary_day(form, 0, &day));
    }
    writer.sync().await.expect("the line holds");

    let line = Network::to(&server).await;
    let mut small_pages = world.school_phone(&server, "乙").await.behind(&line);
    small_pages.limit = Some(1);
    let mut one_page = world.school_phone(&server, "丙").await;
    let pages = small_pages.sync().await.expect("page after page").rounds;
    assert!(pages > 60, "{pages} pages");
    one_page.sync().await.expect("in one go");
    assert_eq!(small_pages.phone.replica.records, one_page.phone.replica.records);

    // While it pulls, others write, and the line dies in the middle; it goes on where it was.
    let mut third = world.school_phone(&server, "丁").await.behind(&line);
    third.limit = Some(7);
    for page in 0_u32.. {
        if page % 2 == 1 {
            line.next(Weather::CutAnswerAfter(700));
            third.round(false).await.expect_err("the answer was cut");
        }
        writer.write_diary(project, &format!("2017-01-{:02}", page + 1), |form| form.working("浇筑"));
        writer.sync().await.expect("the line holds");
        if !third.round(false).await.expect("the line holds").again {
            break;
        }
    }
    writer.sync().await.expect("the line holds");
    third.sync().await.expect("the line holds");
    assert_eq!(third.phone.replica.records, writer.phone.replica.records);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_lost_rows_is_repaired_by_the_index_and_not_wiped() {
    let server = Server::start().await;
    let world = World::small(3).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    for day in days("2016-03-01", 20) {
        phone.write_diary(project, &day, |form| world.ordinary_day(form, 0, &day));
    }
    phone.sync().await.expect("the line holds");
    let whole = phone.phone.replica.records.clone();
    // Storage that was damaged: one row gone, one old, one that never was.
    let ids: Vec<_> = whole.keys().copied().collect();
    phone.phone.replica.records.remove(&ids[3]);
    let old = phone.phone.replica.records.get_mut(&ids[5]).expect("it is there");
    Arc::make_mut(old).seq = 1;
    let stranger = harness::draft::diary_id(project, "1999-01-01");
    let mut false_row = whole[&ids[0]].clone();
    Arc::make_mut(&mut false_row).id = stranger;
    phone.phone.replica.records.insert(stranger, false_row);
    let waiting = phone.write_diary(project, "2016-05-01", |form| form.working("浇筑"));
    // A page of the index holds a few pairs, so it takes several.
    phone.limit = Some(6);

    let sent = phone.sync().await.expect("the line holds");
    assert!(sent.repairs >= 1, "the digest told");
    assert_eq!(sent.accepted, 1);
    for (id, row) in &whole {
        assert_eq!(phone.phone.replica.records.get(id), Some(row));
    }
    assert!(!phone.phone.replica.records.contains_key(&stranger));
    assert!(phone.is_at_the_office(waiting));
    assert_eq!(phone.sync().await.expect("the line holds").repairs, 0, "and then it fits");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_bounded_in_bytes_however_many_records_are_asked_for() {
    let server = Server::start().await;
    let world = World::small(4).open(&server).await;
    let project = world.projects[0].id;
    let mut writer = world.school_phone(&server, "甲").await;
    let long = "记".repeat(20_000);
    for day in days("2016-03-01", 40) {
        writer.write_diary(project, &day, |form| form.set("progress_text", long.as_str()));
    }
    writer.sync().await.expect("the line holds");
    let mut reader = world.school_phone(&server, "乙").await;
    reader.limit = Some(2_000);
    let mut largest = 0;
    loop {
        let received = reader.round(false).await.expect("the line holds");
        largest = largest.max(received.records);
        if !received.again {
            break;
        }
    }
    assert!((5..40).contains(&largest), "60 KB each, 1 MiB a page: {largest} in the largest");
    assert_eq!(reader.phone.replica.records, writer.phone.replica.records);
    server.verify();
}

/// A phone may send more in one request than one answer carries.
#[tokio::test(flavor = "multi_thread")]
async fn records_that_a_request_touched_come_page_by_page_if_they_are_too_many_bytes_for_one() {
    let server = Server::start().await;
    let world = World::small(6).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    phone.sync().await.expect("the line holds");
    let long = "记".repeat(20_000);
    for day in days("2016-03-01", 60) {
        phone.write_diary(project, &day, |form| form.set("progress_text", long.as_str()));
    }
    let everything = Batch { changes: 100, bytes: 8_000_000, limit: None, ask_after_held: false };
    let first = phone.phone.request(phone.now(), everything);
    let before = phone.phone.replica.clone();
    // The second time everything is a duplicate; the third time nothing of it is new to the phone.
    for time in ["accepted", "known already", "shown already"] {
        let mut request = serde_json::to_value(&first.body).expect("a request has a JSON form");
        if time == "shown already" {
            request["cursor"] = serde_json::json!(phone.phone.replica.cursor);
        } else {
            phone.phone.replica = before.clone();
        }
        let (mut came, mut rounds) = (BTreeSet::new(), 0);
        loop {
            let answer = phone.request(Method::POST, "/api/v1/sync").json(&request).send().await;
            let bytes = answer.expect("the server answers").bytes().await.expect("whole");
            assert!(bytes.len() < 2_300_000, "{time}: an answer of {} bytes", bytes.len());
            let answer: Answer = serde_json::from_slice(&bytes).expect("an answer");
            came.extend(answer.records.iter().map(|row| row.id));
            assert_eq!(answer.digest.is_some(), !answer.more);
            request["changes"] = serde_json::json!([]);
            (request["cursor"], request["ticket"]) =
                (serde_json::json!(answer.cursor), serde_json::json!(answer.ticket));
            let more = answer.more;
            phone.phone.receive(&first.carries, answer);
            rounds += 1;
            if !more {
                break;
            }
        }
        assert!(rounds > 1, "{time}: they are more than one answer carries");
        assert!(came.len() >= 60, "{time}: {} of 60 came", came.len());
    }
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_comes_page_by_page() {
    let server = Server::start().await;
    let world = World::small(7).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let diary = phone.write_diary(world.projects[0].id, "2016-03-01", |form| form.working("浇筑"));
    for note in 0..9 {
        phone.edit(diary, |form| form.set("remarks", format!("补记 {note}")));
    }
    phone.sync().await.expect("the line holds");
    let path = format!("/api/v1/records/{diary}");
    let seqs = |page: &serde_json::Value| -> Vec<u64> {
        let history = page["history"].as_array().expect("a history");
        history.iter().map(|entry| entry["seq"].as_u64().expect("a number")).collect()
    };
    let whole = world.office.get(&path).await;
    assert_eq!((seqs(&whole).len(), whole.get("next")), (10, None), "a short one is one page");
    let (mut paged, mut after) = (Vec::new(), 0);
    for expected in [4, 4, 2] {
        let page = world.office.get(&format!("{path}?limit=4&after={after}")).await;
        assert_eq!(page["record"], whole["record"], "the record is on every page");
        assert_eq!(seqs(&page).len(), expected);
        paged.extend(seqs(&page));
        after = page["next"].as_u64().unwrap_or(0);
    }
    assert_eq!((paged, after), (seqs(&whole), 0), "oldest first, each once, and then no more");

    // Bytes are bounded too, whatever number is asked for.
    let long = "记".repeat(20_000);
    for _ in 0..25 {
        phone.edit(diary, |form| form.set("idle_reason", long.as_str()));
        phone.sync().await.expect("the line holds");
    }
    let page = world.office.get(&format!("{path}?limit=500")).await;
    assert!(page["next"].is_u64(), "25 times 60 KB are more than a page carries");
    let whole = world.office.record(diary).await;
    assert_eq!(seqs(&whole).len(), 35, "and all of it comes on several");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_full_holds_what_is_too_much_until_somebody_makes_room() {
    let server = Server::start().await;
    let world = World::small(8).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let diary = phone.write_diary(world.projects[0].id, "2016-03-01", |form| form.working("浇筑"));
    let long = "记".repeat(20_000);
    for _ in 0..25 {
        phone.edit(diary, |form| form.set_blind("idle_reason", long.as_str()));
    }
    let sent = phone.sync().await.expect("the line holds");
    assert!((12..20).contains(&(sent.accepted - 1)), "60 KB each, 1 MiB a record: {sent:?}");
    assert_eq!(sent.accepted + sent.held, 26, "nothing is dropped");
    assert!(phone.phone.outbox.held.iter().all(|held| held.code == Code::TooLarge));
    let held = world.office.held().await;
    let path = format!("/api/v1/held/{}/release", held[0]["id"]);
    let (status, _) = world.office.ask(Method::POST, &path, Some(serde_json::json!({}))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "the office cannot make it fit either");
    let body = world.office.record(diary).await["record"].to_string().len();
    assert!(body <= 1024 * 1024, "{body} bytes");

    // What settles the values makes room, however full the record is.
    while phone.shown(diary, "idle_reason").len() > 1 {
        phone.settle(diary, "idle_reason", "停水停电");
        phone.sync().await.expect("the line holds");
    }
    phone.sync().await.expect("the line holds");
    assert!(world.office.held().await.is_empty(), "asked again, what was held fits by itself");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_diaries_go_up_in_one_small_request_and_come_down_in_another() {
    let server = Server::start().await;
    let world = World::small(5).open(&server).await;
    let project = world.projects[0].id;
    let line = Network::to(&server).await;
    let mut writer = world.school_phone(&server, "甲").await.behind(&line);
    writer.sync().await.expect("the line holds");
    for day in days("2016-03-01", 100) {
        writer.write_diary(project, &day, |form| world.ordinary_day(form, 0, &day));
    }
    let (before, connections) = (line.bytes_up(), line.connections());
    let sent = writer.sync().await.expect("the line holds");
    let up = line.bytes_up() - before;
    assert_eq!((sent.accepted, line.connections() - connections), (100, 1));
    assert!(up <= 35_000, "a hundred diaries took {up} bytes");

    let mut reader = world.school_phone(&server, "乙").await.behind(&line);
    let (before, connections) = (line.bytes_down(), line.connections());
    reader.sync().await.expect("the line holds");
    let down = line.bytes_down() - before;
    assert_eq!(line.connections() - connections, 1);
    assert!(down <= 60_000, "a hundred diaries took {down} bytes");
    assert_eq!(reader.phone.replica.records, writer.phone.replica.records);

    // Nothing new costs next to nothing.
    let (up, down) = (line.bytes_up(), line.bytes_down());
    reader.sync().await.expect("the line holds");
    let (up, down) = (line.bytes_up() - up, line.bytes_down() - down);
    assert!(up + down <= 2_500, "{up} bytes up and {down} down to hear that there is nothing new");
    server.verify();
}
