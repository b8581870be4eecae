//! The rules of a phone, one by one, against answers that no honest server need ever give.

use serde_json::json;

use super::*;

fn phone() -> Phone {
    let id = |n: u8| uuid::Uuid::from_bytes([n; 16]);
    Phone::of(Owner {
        user: UserId(id(1)),
        name: "演示甲".to_owned(),
        device: DeviceId(id(2)),
        token: "token".to_owned(),
    })
}

fn change(n: u8, value: &str, replaces: &[EditId]) -> Change {
    let id = uuid::Uuid::from_bytes([n; 16]);
    serde_json::from_value(json!({
        "id": id, "record": record(), "kind": "diary", "made_at": "2026-03-02T17:41:08+08:00",
        "edits": [{ "field": "image_progress", "value": value, "replaces": replaces }],
    }))
    .expect("well formed")
}

fn record() -> RecordId {
    RecordId(uuid::Uuid::from_bytes([99; 16]))
}

fn row(id: RecordId, seq: u64) -> serde_json::Value {
    json!({ "id": id, "kind": "diary", "seq": seq, "school": null, "project": null, "fields": {} })
}

fn answer(parts: &serde_json::Value) -> Answer {
    let mut whole = json!({
        "protocol": 1, "server_time": "2026-03-02T09:45:11.204Z", "outcomes": [], "records": [], "gone": [],
        "photos_missing": [], "cursor": "c", "more": false, "resync": false, "settled": 0, "ticket": "t",
    });
    for (name, part) in parts.as_object().expect("an object") {
        whole[name] = part.clone();
    }
    serde_json::from_value(whole).expect("an answer")
}

const BATCH: Batch = Batch { changes: 100, bytes: 1 << 20, limit: None, ask_after_held: true };

fn exchange(phone: &mut Phone, parts: &serde_json::Value) -> Received {
    let request = phone.request("2026-03-02T17:45:10+08:00".parse().expect("a time"), BATCH);
    phone.receive(&request.carries, answer(parts))
}

#[test]
fn only_an_outcome_for_that_change_clears_the_outbox() {
    let mut phone = phone();
    phone.save(change(1, "基础", &[]));
    phone.save(change(2, "主体一层", &[]));
    exchange(&mut phone, &json!({}));
    assert_eq!(phone.outbox.waiting.len(), 2, "an answer without outcomes clears nothing");
    let theirs = uuid::Uuid::from_bytes([7; 16]);
    exchange(&mut phone, &json!({ "outcomes": [{ "change": theirs, "outcome": "duplicate", "seq": 1 }] }));
    exchange(&mut phone, &json!({ "outcomes": [{ "change": "?", "outcome": "duplicate", "seq": 1 }] }));
    assert_eq!(phone.outbox.waiting.len(), 2, "somebody else's outcome clears nothing");
    let stale = answer(
        &json!({ "outcomes": [{ "change": uuid::Uuid::from_bytes([1; 16]), "outcome": "accepted", "seq": 3, "conflicts": [] }] }),
    );
    phone.receive(&BTreeSet::new(), stale);
    assert_eq!(
        phone.outbox.waiting.len(),
        2,
        "an outcome for a request that did not carry it clears nothing"
    );
    let first = phone.outbox.waiting[0].id;
    exchange(
        &mut phone,
        &json!({ "outcomes": [{ "change": first, "outcome": "accepted", "seq": 3, "conflicts": [] }] }),
    );
    assert_eq!(phone.outbox.waiting.len(), 1);
    assert_eq!(phone.outbox.kept[0].seq, 3, "and it is kept until settled");
    exchange(&mut phone, &json!({ "settled": 3 }));
    assert!(phone.outbox.kept.is_empty());
}

#[test]
fn a_held_change_is_asked_after_until_the_office_decided() {
    let mut phone = phone();
    phone.save(change(1, "基础", &[]));
    let id = phone.outbox.waiting[0].id;
    let held = json!({ "change": id, "outcome": "held", "code": "not_permitted", "message": "…" });
    let first = exchange(&mut phone, &json!({ "outcomes": [held] }));
    assert_eq!((first.held, first.again), (1, false), "a held change is no reason to hurry");
    let refused = json!({ "change": id, "outcome": "held", "code": "not_permitted", "message": "…", "refused": "重复" });
    exchange(&mut phone, &json!({ "outcomes": [refused] }));
    assert_eq!(phone.outbox.held[0].refused.as_deref(), Some("重复"));
    let request = phone.request("2026-03-02T17:45:10+08:00".parse().expect("a time"), BATCH);
    assert!(request.carries.is_empty(), "what was refused is kept and not sent any more");
}

#[test]
fn a_resync_drops_what_was_not_sent_and_sends_again_what_is_not_settled() {
    let mut phone = phone();
    let (stays, leaves) = (record(), RecordId(uuid::Uuid::from_bytes([98; 16])));
    phone.save(change(1, "基础", &[]));
    let id = phone.outbox.waiting[0].id;
    exchange(
        &mut phone,
        &json!({ "records": [row(stays, 3), row(leaves, 2)],
                "outcomes": [{ "change": id, "outcome": "accepted", "seq": 3, "conflicts": [] }] }),
    );
    let news = exchange(&mut phone, &json!({ "resync": true, "records": [row(stays, 3)] }));
    assert!(news.again);
    assert_eq!(phone.replica.cursor, None);
    assert_eq!(phone.outbox.waiting.len(), 1);
    assert!(phone.replica.records.contains_key(&leaves), "nothing is dropped before the pull is whole");
    exchange(&mut phone, &json!({ "records": [row(stays, 3)], "more": true }));
    assert!(phone.replica.records.contains_key(&leaves));
    exchange(&mut phone, &json!({ "more": false }));
    assert!(!phone.replica.records.contains_key(&leaves));
    assert!(phone.replica.records.contains_key(&stays));
}

#[test]
fn a_digest_that_differs_is_repaired_by_the_index_without_wiping() {
    let mut phone = phone();
    let (stays, leaves) = (record(), RecordId(uuid::Uuid::from_bytes([98; 16])));
    let mut digest = ScopeDigest::default();
    digest.add(stays, 3);
    let news = exchange(&mut phone, &json!({ "records": [row(stays, 3), row(leaves, 2)], "digest": digest }));
    assert!(news.digest_differs);
    phone.repair(&IndexResponse { records: vec![(stays, 3)], digest, next: None });
    assert_eq!(phone.replica.digest(), digest);
    assert!(phone.replica.cursor.is_some(), "nothing is missing, so nothing is pulled");
    phone.repair(&IndexResponse { records: vec![(stays, 5)], digest, next: None });
    assert!(phone.replica.cursor.is_none(), "an old row is pulled anew");
    assert_eq!(phone.replica.records.len(), 1, "and meanwhile shown");
}

#[test]
fn a_late_answer_never_turns_a_row_back() {
    let mut phone = phone();
    exchange(&mut phone, &json!({ "records": [row(record(), 9)] }));
    exchange(&mut phone, &json!({ "records": [row(record(), 4)] }));
    assert_eq!(phone.replica.records[&record()].seq, 9);
}

#[test]
fn the_owner_sees_the_outbox_over_the_replica() {
    let mut phone = phone();
    phone.save(change(1, "基础", &[]));
    let seen = phone.view(record(), "diary");
    let head = seen.heads_named("image_progress")[0].edit;
    phone.save(change(2, "主体一层", &[head]));
    let seen = phone.view(record(), "diary");
    assert_eq!(seen.heads_named("image_progress").len(), 1);
    assert_eq!(seen.incumbent("image_progress"), Some(&"主体一层".into()));
}

#[test]
fn a_batch_is_bounded_and_in_order() {
    let mut phone = phone();
    for n in 1..=9 {
        phone.save(change(n, "基础", &[]));
    }
    let time: Stamp = "2026-03-02T17:45:10+08:00".parse().expect("a time");
    let small = phone.request(time.clone(), Batch { changes: 4, ..BATCH });
    assert_eq!(small.carries.len(), 4);
    assert!(small.carries.contains(&phone.outbox.waiting[0].id));
    let tiny = phone.request(time, Batch { bytes: 1, ..BATCH });
    assert_eq!(tiny.carries.len(), 1, "one change always goes");
}

#[test]
fn a_phone_survives_its_restart() {
    let mut phone = phone();
    phone.save(change(1, "基础", &[]));
    exchange(&mut phone, &json!({ "records": [row(record(), 9)] }));
    phone.drafts.insert("diary".to_owned(), "写到一半".to_owned());
    let stored = serde_json::to_string(&phone).expect("plain data");
    assert_eq!(serde_json::from_str::<Phone>(&stored).expect("plain data"), phone);
}
