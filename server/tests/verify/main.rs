//! `siteledger verify` and `export` on a real database: verify finds nothing wrong where nothing is wrong, and
//! whatever somebody or a failing disk changed, it finds.
#![expect(clippy::unwrap_used, reason = "tests")]

mod flips;
mod folder;

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Value as Json, json};
use siteledger::clock::Clock;
use siteledger::error::Language;
use siteledger::store::{Store, server_row};
use siteledger::sync::audit::What;
use siteledger::sync::engine::Engine;
use sqlx::Connection as _;
use sync_protocol::id::RecordId;
use uuid::Uuid;

use crate::folder::{
    COUNTIES, PHOTO, build, change, copy, id, office, open_raw, photo_file, send, tamper, verify,
};

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
    assert_eq!(
        report.access,
        2 + 4 + 1 + 2 + 1 + 1,
        "people, roles, a phone, two codes, a session, an upload"
    );
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
        ("update held set state = 'refused'", What::Held),
        ("update held set decision_reason = 'no'", What::Held),
        ("update users set disabled_at = null where disabled_at is not null", What::Access),
        ("update grants set until = null where until is not null", What::Access),
        ("update devices set revoked_at = null", What::Access),
        ("update enrol_codes set expires_at = expires_at + 1", What::Access),
        ("update sessions set expires_at = expires_at + 1", What::Access),
        ("update uploads set county = '350824'", What::Upload),
        ("update photo_bringers set county = '350824'", What::PhotoBringer),
        ("update server set cursor_key = zeroblob(32)", What::Server),
        ("update ledgers set city = '350801' where county = '350823'", What::LedgerRow),
        ("update ledgers set epoch = 2 where county = '350823'", What::LedgerRow),
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
        "update ledgers set (signing_key, verifying_key, created_at, row_hash) =
         (select signing_key, verifying_key, created_at, row_hash from honest.ledgers h where h.county = ledgers.county)",
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
    let engine = Engine::start(store.clone(), clock, &row, folder.path()).await.unwrap();
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

#[tokio::test]
async fn what_to_do_is_said_for_everything_that_can_be_found() {
    let mut said = BTreeSet::new();
    for what in [What::Database, What::CheckpointRoot, What::PhotoBytes, What::Record] {
        assert!(!what.words(Language::Chinese).is_empty());
        said.insert(what.advice(Language::English));
    }
    assert_eq!(said.len(), 4, "restoring, reporting and waiting are not the same");
}
