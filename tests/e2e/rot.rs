//! A disk that rots: photos and records whose bits flip while nobody looks.

use harness::photos::Shot;
use harness::{Server, World, eventually};
use reqwest::{Method, StatusCode};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sync_protocol::id::RecordId;
use sync_protocol::refusal::Code;

const DAY: &str = "2026-03-02";

async fn database(server: &Server) -> SqliteConnection {
    let file = server.data().join("siteledger.db");
    SqliteConnectOptions::new().filename(file).connect().await.expect("the database opens")
}

/// The next step of looking through the store is due now and not in a while.
async fn scrub_now(server: &Server) {
    let mut raw = database(server).await;
    let due = sqlx::raw_sql("update jobs set run_at = 0 where kind = 'scrub'").execute(&mut raw).await;
    assert_eq!(due.expect("it is written").rows_affected(), 1);
}

async fn figures(server: &Server) -> String {
    let response = reqwest::get(format!("{}/metrics", server.url())).await.expect("the server answers");
    response.text().await.expect("whole")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_rots_on_the_disk_is_found_asked_for_and_whole_again() {
    let mut server = Server::start().await;
    let world = World::small(31).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let diary = phone.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    let bytes = Shot::small().take(31);
    let photo = phone.attach_photo(diary, bytes.clone(), "柱筋");
    phone.sync().await.expect("the line holds");
    phone.send_photos().await.expect("the line holds");
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));

    server.terminate().await;
    let name = photo.to_string();
    let file = server.data().join("photos").join(&name[..2]).join(&name[2..4]).join(&name);
    let mut rotten = bytes.clone();
    let middle = rotten.len() / 2;
    rotten[middle] ^= 4;
    std::fs::write(&file, &rotten).expect("it is there");
    scrub_now(&server).await;
    server.start_again().await;
    // Nobody looked at the photo: the server itself found it.
    eventually("the damaged photo is counted", || async {
        figures(&server).await.contains("siteledger_photos_damaged 1").then_some(())
    })
    .await;
    assert!(!phone.everything_is_at_the_office().await.expect("the line holds"), "who asks is told");
    let path = format!("/api/v1/photos/{photo}");
    let response = phone.request(Method::GET, &path).send().await.expect("the server answers");
    assert_eq!(response.status(), StatusCode::NOT_FOUND, "wrong bytes go to nobody");

    phone.sync().await.expect("the line holds");
    assert!(!phone.phone.photos[&photo].at_office, "the phone was asked for it");
    assert_eq!(phone.send_photos().await.expect("the line holds").photos, 1);
    let response = phone.request(Method::GET, &path).send().await.expect("the server answers");
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.bytes().await.expect("whole"), bytes);
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    server.verify();
}

/// Flips a bit in the text of every record of that kind, and says in how many.
async fn rot(server: &Server, kind: &str) -> usize {
    let mut raw = database(server).await;
    let rows: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("select rowid, cast(body as blob) from records where kind = $1")
            .bind(kind)
            .fetch_all(&mut raw)
            .await
            .expect("they are read");
    for (number, (row, body)) in rows.iter().enumerate() {
        let mut body = body.clone();
        let place = (number * 97) % body.len();
        body[place] ^= 1 << (number % 8);
        sqlx::query("update records set body = cast($2 as text) where rowid = $1")
            .bind(row)
            .bind(body)
            .execute(&mut raw)
            .await
            .expect("it is written");
    }
    rows.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_rot_on_the_disk_are_made_anew_and_no_phone_notices() {
    let mut server = Server::start().await;
    let world = World::small(32).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    for day in harness::world::days("2026-03-01", 200) {
        phone.write_diary(world.projects[0].id, &day, |form| form.working("混凝土浇筑"));
    }
    phone.sync().await.expect("the line holds");

    server.terminate().await;
    let diaries = rot(&server, "diary").await;
    assert_eq!(diaries, 200);
    let others = rot(&server, "school").await + rot(&server, "project").await;
    assert!(others >= 2, "{others}");
    server.start_again().await;
    let mut another = world.school_phone(&server, "乙").await;
    let synced = another.sync().await.expect("whoever asks gets what was written");
    assert!(synced.records >= diaries, "{synced:?}");
    assert_eq!(another.phone.replica.digest(), phone.phone.replica.digest());
    // Who writes on is not turned away.
    let next = phone.write_diary(world.projects[0].id, "2026-03-01", |form| form.set("remarks", "补记"));
    phone.sync().await.expect("the line holds");
    assert!(phone.is_at_the_office(next));
    let rebuilt = "siteledger_records_damaged_total{outcome=\"rebuilt\"}";
    let figures = figures(&server).await;
    assert!(figures.contains(rebuilt), "{figures}");
    assert!(!figures.contains("outcome=\"unreadable\""), "{figures}");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_reads_is_looked_through_all_the_same() {
    let mut server = Server::start().await;
    let world = World::small(33).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let diary = phone.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    phone.sync().await.expect("the line holds");
    server.terminate().await;
    assert_eq!(rot(&server, "diary").await, 1);
    let mut raw = database(&server).await;
    let statement = "update grants set until = 1 where id = (select max(id) from grants)";
    sqlx::raw_sql(statement).execute(&mut raw).await.expect("it is written");
    drop(raw);
    scrub_now(&server).await;
    server.start_again().await;
    eventually("the damaged rows are counted and told", || async {
        let figures = figures(&server).await;
        // A record is found by whoever comes first: at a start the index and the figures read them all, too.
        let rebuilt = figures.contains("siteledger_records_damaged_total{outcome=\"rebuilt\"}");
        let counted = figures.lines().any(|line| {
            line.starts_with("siteledger_scrubbed_rows_total")
                && line.contains("table=\"grants\"")
                && line.contains("outcome=\"damaged\"")
                && line.ends_with(" 1")
        });
        let told = server.log().contains("siteledger verify");
        (rebuilt && counted && told).then_some(())
    })
    .await;
    let report = server.cli(&["verify", "--json"]).json();
    assert_eq!(report["counts"], serde_json::json!({ "access": 1 }), "the record was made anew: {diary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_never_to_look_through_its_store_does_not() {
    let mut server = Server::start_with(&["--scrub-every", "0"]).await;
    let world = World::small(36).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    phone.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    phone.sync().await.expect("the line holds");
    server.terminate().await;
    assert_eq!(rot(&server, "diary").await, 1);
    scrub_now(&server).await;
    server.start_again().await;
    eventually("the step that was due is over", || async {
        let mut raw = database(&server).await;
        let next =
            sqlx::query_scalar("select run_at from jobs where kind = 'scrub'").fetch_one(&mut raw).await;
        (0 < next.unwrap_or(0_i64)).then_some(())
    })
    .await;
    let figures = figures(&server).await;
    assert!(!figures.contains("siteledger_scrubbed_rows_total"), "{figures}");
    let report = server.cli(&["verify", "--json"]).json();
    assert_eq!(report["counts"], serde_json::json!({ "records": 1 }), "nobody made the record anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_goes_on_past_what_is_damaged_and_names_it() {
    let mut server = Server::start().await;
    let world = World::small(37).open(&server).await;
    server.terminate().await;
    let lines = |output: &harness::server::Output| output.stdout.lines().count();
    let whole = server.run(&["export", "records"]);
    let damaged = rot(&server, "school").await;
    let file = server.beside("records.ndjson");
    let file = file.to_str().expect("a path of ours");
    let to_file = ["export", "records", "--kind", "school", "--output", file];
    for (arguments, expected) in [(&["export", "records"][..], lines(&whole) - damaged), (&to_file, 0)] {
        let output = server.cli(arguments);
        assert!(!output.status.success(), "{arguments:?}: whoever goes on by the status is told");
        assert_eq!(lines(&output), expected, "{arguments:?}: all the rest is there");
        for school in &world.schools {
            assert!(output.stderr.contains(&school.id.to_string()), "{arguments:?}: {}", output.stderr);
        }
    }
    assert_eq!(std::fs::read_to_string(file).expect("it is there"), "", "a whole file under its name");
}

/// Flips a bit in the body of the one entry that a record has.
async fn rot_entry(server: &Server, record: RecordId) {
    let mut raw = database(server).await;
    let statement = "update changes set body = replace(body, '浇筑', '浇铸') where record = $1";
    let done = sqlx::query(statement).bind(record.as_bytes().as_slice()).execute(&mut raw).await;
    assert_eq!(done.expect("it is written").rows_affected(), 1);
}

async fn damaged(server: &Server) -> u64 {
    let ready = reqwest::get(format!("{}/api/v1/ready", server.url())).await.expect("the server answers");
    let ready: serde_json::Value = ready.json().await.expect("JSON");
    assert_eq!(ready["status"], "ready");
    ready.get("damaged").map_or(0, |damaged| damaged.as_u64().expect("a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_rots_with_its_ledger_stops_nobody_and_comes_back_from_the_phone_that_wrote_it() {
    let mut server = Server::start().await;
    let world = World::small(34).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    let rotten = phone.write_diary(project, DAY, |form| form.working("浇筑"));
    let sound = phone.write_diary(project, "2026-03-03", |form| form.working("养护"));
    phone.sync().await.expect("the line holds");
    server.terminate().await;
    assert_eq!(rot(&server, "diary").await, 2);
    rot_entry(&server, rotten).await;
    server.start_again().await;

    // Whoever reads gets all the rest, and is not told that this is all.
    let mut another = world.school_phone(&server, "乙").await;
    another.sync().await.expect("one damaged record stops nobody");
    another.sync().await.expect("nor later");
    assert!(another.is_at_the_office(sound) && !another.is_at_the_office(rotten));
    assert!(damaged(&server).await >= 2, "the record and its entry");
    // Whoever writes is not stopped either: what cannot be judged is held.
    phone.write_diary(project, DAY, |form| form.set("remarks", "补记"));
    let next = phone.write_diary(project, "2026-03-04", |form| form.working("拆模"));
    phone.sync().await.expect("the line holds");
    assert!(phone.is_at_the_office(next));
    let codes: Vec<_> = phone.phone.outbox.held.iter().map(|held| held.code).collect();
    assert_eq!(codes, [Code::RecordDamaged]);

    // The phone that wrote it is told that the server lacks it, and sends it again.
    assert!(!phone.everything_is_at_the_office().await.expect("the line holds"));
    phone.sync().await.expect("the line holds");
    phone.sync().await.expect("the line holds");
    assert!(phone.phone.outbox.held.is_empty(), "what was held is in the ledger now");
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    another.sync().await.expect("the line holds");
    assert!(another.is_at_the_office(rotten), "it comes to those who lacked it");
    assert_eq!(another.phone.replica.digest(), phone.phone.replica.digest());
    assert_eq!(damaged(&server).await, 0);
    assert!(figures(&server).await.contains("siteledger_entries_mended_total 1"));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_that_rots_with_its_ledger_does_not_keep_the_server_from_starting() {
    let mut server = Server::start().await;
    let world = World::small(35).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    phone.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    phone.sync().await.expect("the line holds");
    server.terminate().await;
    let mut raw = database(&server).await;
    let statement = "update changes set body = body || ' ' where record in (select id from records where kind = 'school')";
    sqlx::raw_sql(statement).execute(&mut raw).await.expect("it is written");
    drop(raw);
    let schools = rot(&server, "school").await;
    server.start_again().await;
    phone.write_diary(world.projects[0].id, "2026-03-03", |form| form.working("养护"));
    phone.sync().await.expect("the server takes what is written, into the ledger or the held box");
    assert!(phone.phone.outbox.waiting.is_empty());
    assert!(damaged(&server).await >= schools as u64);
    let report = server.cli(&["verify", "--json"]).json();
    assert_ne!(report["counts"], serde_json::json!({}), "it is found and told");
}
