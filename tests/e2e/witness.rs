//! The ledger can be checked: phones witness it, anyone with its key verifies it, and whoever
//! rewrites the past is found out by the first phone that comes by.

use harness::world::COUNTY;
use harness::{Device, Server, World, eventually};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use siteledger::sync::checkpoint::{Signed, open_note};
use sqlx::{ConnectOptions as _, Connection as _};
use sync_protocol::digest::Leaf;
use tlog_tiles::{Hash, check_record, check_tree, record_hash};

async fn get(phone: &Device, county: &str, what: &str) -> (StatusCode, String) {
    let response = phone.request(Method::GET, &format!("/api/v1/ledgers/{county}/{what}")).send().await;
    let response = response.expect("the server answers");
    (response.status(), response.text().await.expect("whole"))
}

async fn get_json(phone: &Device, county: &str, what: &str) -> Json {
    let (status, text) = get(phone, county, what).await;
    assert_eq!(status, StatusCode::OK, "{what}: {text}");
    serde_json::from_str(&text).expect("JSON")
}

/// The checkpoint of a sync answer for a phone that saw `seen`: the note, and the proof.
async fn news(phone: &Device, seen: &str) -> (String, Vec<Hash>) {
    let request = json!({"protocol": 1, "checkpoint": seen, "limit": 1});
    let answer = phone.request(Method::POST, "/api/v1/sync").json(&request).send().await;
    let answer: Json = answer.expect("the server answers").json().await.expect("JSON");
    let note = answer["checkpoint"]["note"].as_str().expect("a note").to_owned();
    (note, hashes(&answer["checkpoint"]["consistency"]))
}

fn hashes(list: &Json) -> Vec<Hash> {
    let list = list.as_array().expect("a list").iter();
    list.map(|hash| Hash::parse_hash(hash.as_str().expect("base64")).expect("a hash")).collect()
}

/// The county's first checkpoint, which is made within seconds.
async fn first_checkpoint(phone: &Device, county: &str) -> String {
    eventually("the first checkpoint", || async {
        let (status, note) = get(phone, county, "checkpoint").await;
        (status == StatusCode::OK).then_some(note)
    })
    .await
}

async fn stop_and_start(server: &mut Server) {
    assert!(server.terminate().await.success(), "it stops in good order");
    server.start_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_checks_by_itself_that_the_ledger_only_grew() {
    let mut server = Server::start().await;
    let world = World::small(71).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    phone.sync().await.expect("the line holds");
    let seen = first_checkpoint(&phone, COUNTY).await;

    phone.write_diary(world.projects[0].id, "2026-03-02", |form| form.set("progress_text", "二层柱钢筋绑扎"));
    phone.sync().await.expect("the line holds");
    // A server that stops signs what it holds.
    stop_and_start(&mut server).await;
    let (note, proof) = news(&phone, &seen).await;
    phone.sync().await.expect("the line holds");
    assert_eq!(phone.phone.replica.checkpoint.as_deref(), Some(note.as_str()), "the phone goes on from it");
    assert_eq!(phone.phone.replica.distrust, None);

    let (_, key) = get(&phone, COUNTY, "key").await;
    let open = |note: &str| -> Signed { open_note(note, COUNTY, &key).expect("the ledger's key signed it") };
    let (old, new) = (open(&seen), open(&note));
    assert!(old.size < new.size, "{old:?} {new:?}");
    check_tree(&proof, new.size, new.root, old.size, old.root).expect("it only grew");

    // The same by asking for it, and for the entry itself.
    let asked = get_json(&phone, COUNTY, &format!("consistency?from={}", old.size)).await;
    assert_eq!(hashes(&asked["proof"]), proof);
    let entry = get_json(&phone, COUNTY, &format!("proof?seq={}", new.size)).await;
    assert_eq!(entry["checkpoint"], json!(note));
    let leaf: Leaf = serde_json::from_value(entry["leaf"].clone()).expect("a leaf");
    assert_eq!(leaf.seq, new.size);
    let index = entry["index"].as_u64().expect("a number");
    check_record(&hashes(&entry["proof"]), new.size, new.root, index, record_hash(&leaf.canonical()))
        .expect("the diary is in it");
    assert_eq!(get_json(&phone, COUNTY, "complaints").await, json!({"complaints": []}));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_rewrites_the_past_is_found_out_by_the_first_phone() {
    let mut server = Server::start().await;
    let world = World::small(72).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    phone.write_diary(world.projects[0].id, "2026-03-02", |form| form.set("progress_text", "未进场"));
    phone.sync().await.expect("the line holds");
    let seen = first_checkpoint(&phone, COUNTY).await;

    assert!(server.terminate().await.success());
    let file = server.data().join("siteledger.db");
    let mut database =
        sqlx::sqlite::SqliteConnectOptions::new().filename(file).connect().await.expect("it opens");
    let rewritten = "update changes set leaf = zeroblob(32) where seq = 2";
    sqlx::query(rewritten).execute(&mut database).await.expect("whoever has the file may write");
    database.close().await.expect("it closes");
    server.start_again().await;
    phone.write_diary(world.projects[0].id, "2026-03-03", |form| form.set("progress_text", "进场"));
    phone.sync().await.expect("diaries are taken all the same");
    stop_and_start(&mut server).await;

    let (note, proof) = news(&phone, &seen).await;
    assert_ne!(note, seen);
    assert!(proof.is_empty(), "there is no such proof, and the phone sees that");
    phone.sync().await.expect("the line holds");
    let distrust = phone.phone.replica.distrust.as_deref().expect("it says so on the screen");
    assert!(distrust.starts_with("no proof"), "{distrust}");
    assert_eq!(phone.phone.replica.checkpoint.as_deref(), Some(seen.as_str()), "the evidence is kept");
    let complaints = get_json(&phone, COUNTY, "complaints").await;
    assert_eq!(complaints["complaints"][0]["checkpoint"], json!(seen), "{complaints}");
    let verified = server.cli(&["verify"]);
    assert_eq!(verified.status.code(), Some(1), "{}{}", verified.stdout, verified.stderr);
    assert!(verified.stdout.contains("台账与已签名的检查点不符"), "{}", verified.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_is_shown_to_whoever_has_its_records_and_nobody_else() {
    let server = Server::start().await;
    let world = World::small(73).open(&server).await;
    let phone = world.school_phone(&server, "甲").await;
    first_checkpoint(&phone, COUNTY).await;
    for what in ["checkpoint", "key", "proof?seq=1", "consistency?from=1", "complaints"] {
        let (status, text) = get(&phone, "350999", what).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{what}: {text}");
        let address = format!("{}/api/v1/ledgers/{}/{what}", server.url(), COUNTY);
        let nobody = reqwest::get(address).await.expect("the server answers");
        assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED, "{what}");
    }
    let (status, text) = get(&phone, COUNTY, "consistency?from=0").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
    let (status, text) = get(&phone, COUNTY, "proof?seq=none").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{text}");
    assert!(text.contains("urn:siteledger:problem:bad_request"), "{text}");
}
