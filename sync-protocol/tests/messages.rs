//! The messages as they stand on the wire. Clients outside of this project are written against
//! these bytes: a test that has to be changed here breaks a phone in a village.

use rstest::rstest;
use serde_json::{Value as Json, json};
use sync_protocol::message::{
    CheckpointNews, Fate, HaveRequest, HaveResponse, IndexResponse, Outcome, Snapshot, SyncRequest,
    SyncResponse,
};
use sync_protocol::refusal::Code;

const ID: &str = "0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11";

/// An answer with everything in it, as the protocol page shows one.
fn answer() -> Json {
    json!({
        "protocol": 1,
        "server_time": "2026-03-02T09:45:11.204Z",
        "outcomes": [
            { "change": ID, "outcome": "accepted", "seq": 4711, "conflicts": ["image_progress"] },
            { "change": ID, "outcome": "duplicate", "seq": 4650 },
            { "change": ID, "outcome": "held", "code": "not_permitted", "message": "…", "field": "funds" },
            { "change": null, "outcome": "held", "code": "invalid", "message": "…", "refused": "…" }
        ],
        "records": [{
            "id": ID, "kind": "diary", "seq": 4711, "school": ID, "project": ID,
            "fields": { "image_progress": [{
                "edit": format!("{ID}.2"), "value": "主体二层", "by": ID, "by_name": "演示 李老师", "device": ID,
                "made_at": "2026-03-02T17:41:08+08:00", "seq": 4711
            }] },
            "awaited": { "crew/钢筋工": [format!("{ID}.4")] },
            "siblings": { "image_progress": 12 }
        }],
        "gone": [ID],
        "photos_missing": ["0000000000000000000000000000000000000000000000000000000000000000"],
        "cursor": "opaque",
        "more": false,
        "resync": false,
        "settled": 4600,
        "ticket": "opaque",
        "digest": { "count": 312, "xor": "000102030405060708090a0b0c0d0e0f" },
        "checkpoint": { "note": "…", "consistency": ["AAAA"] }
    })
}

#[test]
fn an_answer_is_read_and_written_as_the_page_shows_it() {
    let answer = answer();
    let read: SyncResponse = serde_json::from_value(answer.clone()).expect("an answer");
    assert_eq!(serde_json::to_value(&read).expect("JSON"), answer);
    let Fate::Held { code, field, refused, .. } = &read.outcomes[2].fate else { panic!("it is held") };
    assert_eq!((*code, field.as_deref(), refused), (Code::NotPermitted, Some("funds"), &None));
    let record = read.records.into_iter().next().expect("one record");
    let again = Snapshot::of(record.clone().into_record(), record.seq, record.school, record.project);
    assert_eq!(Snapshot { siblings: record.siblings.clone(), ..again }, record);
}

/// A county's first pull is thousands of records: what is empty is left out.
#[test]
fn a_record_without_gaps_does_not_say_so() {
    let bare = json!({ "id": ID, "kind": "school", "seq": 1, "school": ID, "project": null, "fields": {} });
    let read: Snapshot = serde_json::from_value(bare.clone()).expect("a record");
    assert_eq!(serde_json::to_value(&read).expect("JSON"), bare);
}

/// What is not there is left out, or null where the page has it always.
#[test]
fn an_answer_without_news_is_small() {
    let read: SyncResponse = serde_json::from_value(json!({
        "protocol": 1, "server_time": "2026-03-02T09:45:11.204Z", "outcomes": [], "records": [], "gone": [],
        "photos_missing": [], "cursor": null, "more": true, "resync": true, "settled": 0, "ticket": null
    }))
    .expect("an answer");
    assert_eq!(read.digest, None);
    let written = serde_json::to_value(&read).expect("JSON");
    assert!(written.get("digest").is_none() && written.get("checkpoint").is_none(), "{written}");
    assert_eq!(written["cursor"], Json::Null);
}

#[test]
fn a_request_may_be_whole_or_bare() {
    let change = json!({ "id": ID, "anything": "is judged by itself" });
    let whole = json!({
        "protocol": 1, "device_time": "2026-03-02T17:45:10+08:00", "cursor": null, "ticket": null,
        "checkpoint": null, "changes": [change, 7, "no change"], "limit": 500, "news": false
    });
    let read: SyncRequest = serde_json::from_str(&whole.to_string()).expect("a request");
    assert_eq!(read.changes.len(), 3, "one bad change never spoils its batch");
    assert_eq!(serde_json::to_value(&read).expect("JSON"), whole);
    let bare: SyncRequest = serde_json::from_str(r#"{"protocol":1}"#).expect("a request");
    assert_eq!(bare.news, None, "who says nothing of news is told them");
    assert!(bare.changes.is_empty() && bare.cursor.is_none() && bare.limit.is_none());
}

/// A device may send back the whole object of the last answer, or the note alone.
#[rstest]
#[case(json!("the note"))]
#[case(json!({ "note": "the note" }))]
#[case(json!({ "note": "the note", "consistency": ["AAAA"] }))]
fn the_last_checkpoint_comes_back_in_two_forms(#[case] checkpoint: Json) {
    let request = json!({ "protocol": 1, "checkpoint": checkpoint });
    let read: SyncRequest = serde_json::from_str(&request.to_string()).expect("a request");
    assert_eq!(read.checkpoint.expect("it is there").note(), "the note");
}

/// A client must check that an answer is one of ours.
#[rstest]
#[case::a_captive_portal("<html><body>欢迎使用免费WiFi</body></html>")]
#[case::another_json("{}")]
#[case::a_problem(r#"{"type":"about:blank","title":"busy","status":503}"#)]
#[case::half_an_answer(r#"{"protocol":1,"server_time":"2026-03-02T09:45:11.204Z","outco"#)]
fn what_is_no_answer_is_not_taken_for_one(#[case] body: &str) {
    assert!(serde_json::from_str::<SyncResponse>(body).is_err());
}

#[rstest]
#[case::no_protocol(r#"{"changes":[]}"#)]
#[case::no_object("[]")]
#[case::changes_are_no_list(r#"{"protocol":1,"changes":{}}"#)]
#[case::a_cursor_that_is_none(r#"{"protocol":1,"cursor":7}"#)]
#[case::a_negative_limit(r#"{"protocol":1,"limit":-1}"#)]
fn what_is_no_request_is_refused_as_a_whole(#[case] body: &str) {
    assert!(serde_json::from_str::<SyncRequest>(body).is_err());
}

#[test]
fn every_code_has_its_name() {
    let names: Vec<_> = Code::ALL.iter().map(|code| serde_json::to_value(code).expect("JSON")).collect();
    assert_eq!(
        names,
        [
            "invalid",
            "unknown_kind",
            "unknown_field",
            "not_permitted",
            "out_of_scope",
            "id_reused",
            "too_large",
            "record_damaged"
        ]
    );
    for code in Code::ALL {
        assert_eq!(Code::named(code.as_str()), Some(code));
    }
}

#[test]
fn the_companions_are_read_as_the_page_names_them() {
    let asked = json!({ "changes": [ID], "photos": ["00".repeat(32)] });
    let read: HaveRequest = serde_json::from_value(asked.clone()).expect("a question");
    assert_eq!(serde_json::to_value(&read).expect("JSON"), asked);
    assert_eq!(serde_json::from_value::<HaveRequest>(json!({})).expect("a question"), HaveRequest::default());
    let lacks: HaveResponse = serde_json::from_value(asked.clone()).expect("an answer");
    assert_eq!(serde_json::to_value(&lacks).expect("JSON"), asked);
    let index = json!({ "records": [[ID, 4711]], "digest": { "count": 1, "xor": "00".repeat(16) } });
    let read: IndexResponse = serde_json::from_value(index.clone()).expect("an index");
    assert_eq!(serde_json::to_value(&read).expect("JSON"), index);
    let news = json!({ "note": "…", "consistency": [] });
    let read: CheckpointNews = serde_json::from_value(news.clone()).expect("a checkpoint");
    assert_eq!(serde_json::to_value(&read).expect("JSON"), news);
    let outcome = json!({ "change": "not even an id", "outcome": "held", "code": "invalid", "message": "…" });
    let read: Outcome = serde_json::from_value(outcome.clone()).expect("an outcome");
    assert_eq!(serde_json::to_value(&read).expect("JSON"), outcome);
}
