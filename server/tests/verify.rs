//! `siteledger verify` and `export` on a real database: verify finds nothing wrong where nothing is wrong, and
//! whatever somebody or a failing disk changed, it finds.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use siteledger::access::actor::{Actor, Grant, Via};
use siteledger::access::role::Scope;
use siteledger::blobs::folder::Folder;
use siteledger::clock::{Clock, Moment};
use siteledger::error::Language;
use siteledger::store::photos::{self, PhotoRow};
use siteledger::store::{Store, audit, server_row};
use siteledger::sync::audit::{Part, Report, Watcher, What, run};
use siteledger::sync::checkpoint::Occasion;
use siteledger::sync::engine::Engine;
use siteledger::sync::{checkpoint, county};
use sqlx::{ConnectOptions as _, Connection as _};
use sync_protocol::id::{DeviceId, RecordId, UserId};
use sync_protocol::kinds::Role;
use sync_protocol::message::Fate;
use sync_protocol::photo::Sha256;
use uuid::Uuid;

const COUNTIES: [&str; 2] = ["350823", "350824"];
const PHOTO: &[u8] = b"the bytes of a photo, as far as a hash cares";

fn id(number: usize) -> RecordId {
    RecordId(Uuid::from_u128(0x5c00_0000 + number as u128))
}

fn office(county: usize) -> Arc<Actor> {
    Arc::new(Actor {
        user: UserId(Uuid::from_u128(0xa0 + county as u128)),
        username: format!("demo-{county}"),
        display_name: format!("演示人员{county}"),
        device: DeviceId(Uuid::from_u128(0xde + county as u128)),
        via: Via::Device,
        home_county: Some(COUNTIES[county].to_owned()),
        grants: [Role::ProjectOffice, Role::SchoolTeam]
            .map(|role| Grant {
                role,
                scope: Scope::County(COUNTIES[county].to_owned()),
                since: Moment(0),
                until: None,
            })
            .to_vec(),
    })
}

fn change(kind: &str, record: RecordId, edits: &[(&str, Json)]) -> Json {
    let edits: Vec<_> = edits.iter().map(|(field, value)| json!({"field": field, "value": value})).collect();
    json!({
        "id": Uuid::now_v7(), "record": record, "kind": kind,
        "made_at": "2026-03-02T17:41:08+08:00", "edits": edits,
    })
}

/// Everything that a county has at first: a school, its project, a zone, and diaries with a photo.
fn first_changes(county: usize) -> Vec<Json> {
    let (school, project, zone) = (id(county * 10), id(county * 10 + 1), id(county * 10 + 2));
    let mut changes = vec![
        change(
            "school",
            school,
            &[("name", json!("演示学校")), ("county", json!(COUNTIES[county])), ("category", json!("小学"))],
        ),
        change("project", project, &[("name", json!("演示项目")), ("school", json!(school))]),
        change("zone", zone, &[("name", json!("演示片区")), ("schools", json!({"school": school}))]),
    ];
    for day in 1..=20 {
        let date = format!("2026-03-{day:02}");
        let record = RecordId::natural("diary", &format!("{project}/{date}"));
        let photo = json!({"sha256": Sha256::of(PHOTO), "category": "形象进度"});
        changes.push(change(
            "diary",
            record,
            &[("project", json!(project)), ("date", json!(date)), ("photos", photo)],
        ));
        for line in ["钢筋绑扎", "模板安装", "混凝土浇筑"] {
            changes.push(change("diary", record, &[("progress_text", json!(line))]));
        }
    }
    changes
}

async fn send(engine: &Engine, actor: &Arc<Actor>, changes: &[Json]) -> Vec<Fate> {
    let request = json!({"protocol": 1, "changes": changes}).to_string();
    let request = serde_json::from_str(&request).unwrap();
    let answer = engine.round(actor, request, Language::English).await.unwrap();
    answer.outcomes.into_iter().map(|outcome| outcome.fate).collect()
}

/// A data folder with two counties, signed twice on the way, a held change and a photo.
async fn build(data: &Path) {
    let (store, clock) = (Store::open(data).await.unwrap(), Clock::default());
    let now = clock.now();
    let server = store
        .write(move |tx| Box::pin(server_row::load_or_create(tx, Uuid::from_u128(1), [7; 32], now)))
        .await
        .unwrap();
    for code in COUNTIES {
        county::open(&store, &clock, code, "演示县", Some("350800")).await.unwrap();
    }
    let engine = Engine::start(store.clone(), clock.clone(), &server).await.unwrap();
    for (county, actor) in [office(0), office(1)].iter().enumerate() {
        for fate in send(&engine, actor, &first_changes(county)).await {
            assert!(matches!(fate, Fate::Accepted { .. }), "{fate:?}");
        }
        checkpoint::tick(&store, &clock, Occasion::Regular).await.unwrap();
        clock.advance(TimeDelta::hours(1));
        // Enough for a subtree of 256 leaves.
        let diary = RecordId::natural("diary", &format!("{}/2026-03-01", id(county * 10 + 1)));
        let remarks: Vec<_> = (0..200)
            .map(|number| change("diary", diary, &[("remarks", json!(format!("第{number}条")))]))
            .collect();
        send(&engine, actor, &remarks).await;
        checkpoint::tick(&store, &clock, Occasion::Regular).await.unwrap();
    }
    let unknown = change("dairy", id(99), &[("date", json!("2026-03-01"))]);
    let fates = send(&engine, &office(0), &[unknown]).await;
    assert!(matches!(fates[..], [Fate::Held { .. }]), "{fates:?}");
    keep_photo(&store, data, now).await;
    engine.stop().await;
    store.close().await;
}

async fn keep_photo(store: &Store, data: &Path, now: Moment) {
    let file = photo_file(data);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, PHOTO).unwrap();
    let row = PhotoRow {
        sha256: Sha256::of(PHOTO),
        bytes: PHOTO.len() as u64,
        media_type: "image/jpeg".to_owned(),
        size: Some((4000, 3000)),
        made_by: office(0).user,
        device: office(0).device,
        received_at: now,
        damaged_at: None,
        facts: None,
    };
    store.write(move |tx| Box::pin(async move { photos::save(tx, &row).await })).await.unwrap();
}

fn photo_file(data: &Path) -> std::path::PathBuf {
    let hash = Sha256::of(PHOTO).to_string();
    data.join("photos").join(&hash[..2]).join(&hash[2..4]).join(&hash)
}

struct Nobody;

impl Watcher for Nobody {
    fn begin(&mut self, _part: Part, _steps: u64) {}
    fn advance(&mut self, _steps: u64) {}
}

async fn verify(data: &Path) -> siteledger::error::Result<Report> {
    let mut tx = audit::open(data).await?;
    let report = run(&mut tx, &Folder::to_read(&data.join("photos")), &mut Nobody).await;
    let _ = tx.close().await;
    report
}

fn copy(from: &Path, to: &Path) {
    std::fs::copy(from.join("siteledger.db"), to.join("siteledger.db")).unwrap();
    let photo = photo_file(to);
    std::fs::create_dir_all(photo.parent().unwrap()).unwrap();
    std::fs::copy(photo_file(from), photo).unwrap();
}

async fn open_raw(data: &Path) -> sqlx::SqliteConnection {
    sqlx::sqlite::SqliteConnectOptions::new()
        .filename(data.join("siteledger.db"))
        .foreign_keys(false)
        .connect()
        .await
        .unwrap()
}

async fn tamper(data: &Path, statement: &'static str) {
    let mut raw = open_raw(data).await;
    let done = sqlx::raw_sql(statement).execute(&mut raw).await.unwrap();
    assert!(done.rows_affected() > 0, "it changes nothing: {statement}");
    raw.close().await.unwrap();
}

#[tokio::test]
async fn nothing_is_found_where_nothing_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path()).await;
    let report = verify(folder.path()).await.unwrap();
    assert!(report.is_clean(), "{:#?}", report.findings);
    assert_eq!(report.counties.len(), 2);
    for county in &report.counties {
        assert_eq!((county.entries, county.records, county.checkpoints), (283, 23, 2));
    }
    assert_eq!((report.held, report.photos, report.photo_bytes), (1, 1, PHOTO.len() as u64));
}

#[tokio::test]
async fn it_runs_beside_a_server_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path()).await;
    let store = Store::open(folder.path()).await.unwrap();
    let report = verify(folder.path()).await.unwrap();
    assert!(report.is_clean(), "{:#?}", report.findings);
    store.close().await;
}

#[tokio::test]
async fn whatever_is_changed_is_found() {
    let original = tempfile::tempdir().unwrap();
    build(original.path()).await;
    for (statement, expected) in [
        ("update changes set by_name = '别人' where county = '350823' and seq = 7", What::Entry),
        ("update changes set made_by = device where county = '350823' and seq = 7", What::Leaf),
        ("update changes set received_at = received_at + 1 where county = '350824' and seq = 1", What::Leaf),
        ("update changes set leaf = zeroblob(32) where county = '350823' and seq = 7", What::CheckpointRoot),
        ("update changes set leaf = zeroblob(32) where county = '350823' and seq = 7", What::Tree),
        ("update changes set body = replace(body, '钢筋绑扎', '未施工') where seq = 5", What::Body),
        ("update changes set body = replace(body, '钢筋绑扎', '未施工') where seq = 5", What::Record),
        ("update changes set body = 'no json' where seq = 5", What::Body),
        ("delete from changes where county = '350823' and seq = 9", What::EntryMissing),
        ("delete from changes where county = '350823' and seq = 283", What::EntryMissing),
        ("update ledgers set seq = 280 where county = '350823'", What::LedgerRow),
        ("update ledgers set directory_seq = 2 where county = '350823'", What::LedgerRow),
        ("update ledgers set record_count = record_count + 1 where county = '350823'", What::Digest),
        (
            "update ledgers set verifying_key = (select verifying_key from ledgers where county = '350824')
          where county = '350823'",
            What::CheckpointSignature,
        ),
        ("update tree set hash = zeroblob(32) where county = '350823'", What::Tree),
        ("delete from tree where county = '350823'", What::Tree),
        ("insert into tree values ('350823', 1, 1, 7, zeroblob(32))", What::Tree),
        ("update checkpoints set note = replace(note, 'epoch-1', 'epoch-2')", What::CheckpointSignature),
        (
            "update checkpoints set size = size + 1 where county = '350823' and size < 100",
            What::CheckpointSignature,
        ),
        (
            "update records set body = replace(body, '模板安装', '模板拆除') where kind = 'diary'",
            What::RecordRow,
        ),
        ("update records set place = place + 1 where kind = 'diary' and county = '350823'", What::RecordRow),
        ("delete from records where kind = 'diary' and county = '350823'", What::RecordMissing),
        ("delete from records where kind = 'diary' and county = '350823'", What::Digest),
        ("update places set xor = zeroblob(16)", What::Digest),
        ("update places set record_count = 0 where record_count > 1", What::Digest),
        ("update held set raw = replace(raw, 'dairy', 'diary')", What::Held),
        ("update held set by_name = '别人'", What::Held),
        ("update photos set bytes = 1", What::PhotoRow),
        ("delete from photo_refs", What::PhotoRef),
        ("update records set school = x'00'", What::RecordRow),
        ("delete from places where county = '350823'", What::Database),
    ] {
        let folder = tempfile::tempdir().unwrap();
        copy(original.path(), folder.path());
        tamper(folder.path(), statement).await;
        let report = verify(folder.path()).await.unwrap();
        assert!(report.counts.contains_key(&expected), "{statement}: {:#?}", report.counts);
    }
}

#[tokio::test]
async fn who_rewrites_the_past_with_all_its_hashes_is_found_by_what_was_signed() {
    // Somebody with the program's source leaves an entry out and recomputes everything after it,
    // but has no earlier signature to show.
    let (honest, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    build(honest.path()).await;
    build(forged.path()).await;
    let mut raw = open_raw(forged.path()).await;
    sqlx::query("attach $1 as honest")
        .bind(honest.path().join("siteledger.db").to_str())
        .execute(&mut raw)
        .await
        .unwrap();
    for statement in [
        "delete from checkpoints",
        "insert into checkpoints select county, epoch, size, note, made_at from honest.checkpoints",
        "update ledgers set verifying_key = (select h.verifying_key from honest.ledgers h where h.county = ledgers.county)",
    ] {
        sqlx::query(statement).execute(&mut raw).await.unwrap();
    }
    raw.close().await.unwrap();
    let report = verify(forged.path()).await.unwrap();
    assert_eq!(report.counts.keys().collect::<Vec<_>>(), [&What::CheckpointRoot], "{:#?}", report.findings);
}

#[tokio::test]
async fn missing_and_rotten_photos_are_found() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path()).await;
    let file = photo_file(folder.path());
    let mut bytes = PHOTO.to_vec();
    bytes[5] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let report = verify(folder.path()).await.unwrap();
    assert_eq!(report.counts.keys().collect::<Vec<_>>(), [&What::PhotoBytes]);
    std::fs::remove_file(&file).unwrap();
    let report = verify(folder.path()).await.unwrap();
    assert_eq!(report.counts.keys().collect::<Vec<_>>(), [&What::PhotoMissing]);
}

fn siteledger(data: &Path, arguments: &[&str]) -> std::process::Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_siteledger"))
        .args(arguments)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap()
}

#[tokio::test]
async fn the_command_says_by_its_exit_code_what_came_out() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(siteledger(folder.path(), &["verify"]).status.code(), Some(2), "there is nothing to check");
    build(folder.path()).await;
    let output = siteledger(folder.path(), &["verify"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stdout).unwrap().contains("全部相符 everything fits"));
    tamper(folder.path(), "update places set xor = zeroblob(16)").await;
    let output = siteledger(folder.path(), &["verify", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["counts"]["digest"].as_u64() > Some(1), "{report}");
}

#[tokio::test]
async fn an_export_has_every_record_whole_in_the_order_of_the_ledgers() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path()).await;
    let lines = |arguments: &[&str]| -> Vec<Json> {
        let output = siteledger(folder.path(), arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let all = lines(&["export", "records"]);
    let places: Vec<_> = all
        .iter()
        .map(|line| (line["county"].as_str().unwrap().to_owned(), line["seq"].as_u64().unwrap()))
        .collect();
    assert_eq!(places.len(), 46);
    assert!(places.is_sorted(), "{places:?}");
    let diary = all.iter().find(|line| line["fields"]["remarks"].is_array()).unwrap();
    assert_eq!(diary["fields"]["remarks"].as_array().unwrap().len(), 200, "every remark, not the first few");

    let diaries = lines(&["export", "records", "--kind", "diary", "--county", COUNTIES[1]]);
    assert_eq!(diaries.len(), 20);
    assert!(diaries.iter().all(|line| line["kind"] == "diary" && line["county"] == COUNTIES[1]));

    let file = folder.path().join("out.ndjson");
    assert!(lines(&["export", "records", "--output", file.to_str().unwrap()]).is_empty());
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 46);
    for wrong in [&["export", "records", "--kind", "dairy"][..], &["export", "records", "--county", "999999"]]
    {
        assert_eq!(siteledger(folder.path(), wrong).status.code(), Some(1), "{wrong:?}");
    }
}

#[tokio::test]
async fn an_export_that_nobody_reads_on_does_not_hold_up_the_server() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path()).await;
    // More than a pipe takes at once.
    let (store, clock) = (Store::open(folder.path()).await.unwrap(), Clock::default());
    let now = clock.now();
    let row = store
        .write(move |tx| Box::pin(server_row::load_or_create(tx, Uuid::from_u128(1), [7; 32], now)))
        .await
        .unwrap();
    let engine = Engine::start(store.clone(), clock, &row).await.unwrap();
    let diary = RecordId::natural("diary", &format!("{}/2026-03-01", id(1)));
    let remarks: Vec<_> = (0..150)
        .map(|number| change("diary", diary, &[("remarks", json!(format!("{number}{}", "长".repeat(900))))]))
        .collect();
    send(&engine, &office(0), &remarks).await;
    engine.stop().await;
    store.close().await;
    let mut export = std::process::Command::new(env!("CARGO_BIN_EXE_siteledger"))
        .args(["export", "records", "--data", folder.path().to_str().unwrap()])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = export.stdout.take().unwrap();
    let mut text = vec![0];
    pipe.read_exact(&mut text).unwrap();
    // Whoever reads has gone for tea. The server writes on, and folds its log into the database.
    let mut raw = open_raw(folder.path()).await;
    sqlx::raw_sql("update places set xor = xor").execute(&mut raw).await.unwrap();
    let busy: i64 = sqlx::query_scalar("pragma wal_checkpoint(truncate)").fetch_one(&mut raw).await.unwrap();
    assert_eq!(busy, 0, "the log of the database would grow until somebody reads on");
    pipe.read_to_end(&mut text).unwrap();
    assert!(export.wait().unwrap().success());
    assert!(text.len() > 256 * 1024, "{}", text.len());
    assert_eq!(String::from_utf8(text).unwrap().lines().count(), 46);
}

/// What people's data stands in, as text; an error where it cannot be read any more.
async fn dump(data: &Path) -> Result<Vec<String>, sqlx::Error> {
    let mut raw = open_raw(data).await;
    let mut lines = Vec::new();
    for statement in [
        "select concat_ws('|', quote(county), seq, quote(id), quote(record), quote(made_by), quote(by_name), quote(device), received_at,
         quote(released_by), quote(digest), quote(salt), quote(leaf), quote(body)) from changes order by county, seq",
        "select concat_ws('|', quote(id), quote(county), quote(kind), seq, place, quote(school), quote(project), wide, quote(body)) from records order by id",
        "select concat_ws('|', county, epoch, level, number, quote(hash)) from tree order by 1",
        "select concat_ws('|', county, epoch, size, quote(note)) from checkpoints order by 1",
        "select concat_ws('|', id, county, audience, quote(school), quote(project), record_count, quote(xor)) from places order by id",
        "select concat_ws('|', quote(sha256), bytes, media_type, quote(made_by), quote(device), received_at) from photos order by 1",
        "select concat_ws('|', quote(county), quote(digest), quote(raw), quote(by_name), quote(made_by), received_at) from held order by 1",
        "select concat_ws('|', county, epoch, seq, log_start, directory_seq, record_count, quote(xor)) from ledgers order by 1",
    ] {
        lines.extend(sqlx::query_scalar::<_, String>(statement).fetch_all(&mut raw).await?);
    }
    Ok(lines)
}

/// Flipped bits that changed what people wrote are found, every one. Where the flip hit what no row
/// stands in, nothing was changed and there is nothing to find. (Tried once with 3,000: none unseen.)
#[tokio::test]
async fn no_flipped_bit_in_what_people_wrote_goes_unseen() {
    const FLIPS: u64 = 100;
    let original = tempfile::tempdir().unwrap();
    build(original.path()).await;
    let before = dump(original.path()).await.unwrap();
    let bytes = std::fs::read(original.path().join("siteledger.db")).unwrap();
    let (mut changed, mut found) = (0, 0);
    // A fixed walk over the file: the same bits in every run.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..FLIPS {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let bit = (state >> 16) as usize % (bytes.len() * 8);
        let folder = tempfile::tempdir().unwrap();
        copy(original.path(), folder.path());
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(folder.path().join("siteledger.db"), flipped).unwrap();
        let same = dump(folder.path()).await.is_ok_and(|after| after == before);
        if same {
            continue;
        }
        changed += 1;
        match verify(folder.path()).await {
            Ok(report) if report.is_clean() => panic!("bit {bit} changed what people wrote, unseen"),
            _ => found += 1,
        }
    }
    assert!(changed > FLIPS / 3, "the walk hit data: {changed}");
    assert_eq!(found, changed);
}

#[tokio::test]
async fn what_to_do_is_said_for_everything_that_can_be_found() {
    let mut said = BTreeSet::new();
    for what in [What::Database, What::CheckpointRoot, What::PhotoBytes, What::Record] {
        assert!(!what.words(Language::Chinese).is_empty());
        said.insert(what.advice(Language::English));
    }
    assert_eq!(said.len(), 4, "restoring, reporting and waiting are not the same");
}
