//! What a device asks, a line a request: `{…}` of the school's phone, `desk {…}` of the office's desk,
//! `have {…}`, `index ?…` and `record <id>?…` of its companions. `@cursor`, `@ticket` and `@note` stand for what the
//! last answer to that device held.
//!
//! What is refused changes nothing; what is confirmed is there, also when it is sent again; every
//! device comes to an end, with a digest that fits; and `verify` finds everything as it should be.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use serde_json::json;
use sync_protocol::digest::ScopeDigest;
use sync_protocol::id::ChangeId;
use sync_protocol::message::{Fate, HaveResponse, IndexResponse, Snapshot, SyncRequest, SyncResponse};

use crate::office::{Answer, Office, Who};

/// So many requests are played of one input.
const MOST: usize = 8;
/// Nobody pulls more pages than that here.
const PAGES: usize = 200;

pub(crate) fn holds(bytes: &[u8]) {
    let requests: Vec<_> = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    Office::play(async |office| {
        let mut last = BTreeMap::from(Who::ALL.map(|who| (who.token(), Last::default())));
        let mut taken = false;
        for request in requests.into_iter().take(MOST) {
            taken |= asked(office, request, &mut last).await;
        }
        if taken {
            for who in Who::ALL {
                pull(office, who).await;
            }
        }
        taken
    });
}

/// What the last answer to a device held.
#[derive(Default)]
struct Last {
    cursor: String,
    ticket: String,
    note: String,
}

async fn asked(office: &Office, line: &[u8], last: &mut BTreeMap<&'static str, Last>) -> bool {
    if let Some(query) = line.strip_prefix(b"index ") {
        index(office, &graphic(query)).await;
        return false;
    }
    if let Some(path) = line.strip_prefix(b"record ") {
        history(office, &graphic(path)).await;
        return false;
    }
    if let Some(have) = line.strip_prefix(b"have ") {
        office.post(Who::Phone, "/api/v1/sync/have", Bytes::copy_from_slice(have)).await.is_refusal();
        return false;
    }
    let (who, body) = line.strip_prefix(b"desk ").map_or((Who::Phone, line), |body| (Who::Desk, body));
    let seen = last.get_mut(who.token()).expect("everybody is there");
    let body = filled(body, seen);
    let before = office.stored().await;
    let answer = office.post(who, "/api/v1/sync", body.clone()).await;
    if answer.is_refusal() {
        assert_eq!(office.stored().await, before, "a refusal changed something");
        return false;
    }
    let request: SyncRequest = serde_json::from_slice(&body).expect("it was understood");
    let answer = read(&answer);
    assert_eq!(answer.outcomes.len(), request.changes.len(), "one outcome for each change");
    confirmed(office, who, &body, &answer).await;
    seen.cursor = answer.cursor.unwrap_or_default();
    seen.ticket = answer.ticket.unwrap_or_default();
    seen.note = answer.checkpoint.map(|checkpoint| checkpoint.note).unwrap_or_default();
    true
}

/// What of it may stand in an address.
fn graphic(bytes: &[u8]) -> String {
    bytes.iter().filter(|byte| byte.is_ascii_graphic()).map(|byte| char::from(*byte)).collect()
}

/// After which number a page was asked for.
fn after(query: &str) -> Option<u64> {
    let after = query.split_once('?')?.1.split('&').find_map(|part| part.strip_prefix("after="))?;
    after.strip_prefix("350823.").unwrap_or(after).parse().ok()
}

/// A page of the index holds what it says, and nothing of the page before.
async fn index(office: &Office, query: &str) {
    let Ok(request) = Request::post(format!("/api/v1/sync/index{query}")).body(Body::empty()) else { return };
    let answer = office.ask(Who::Phone, request).await;
    if answer.is_refusal() {
        return;
    }
    let page: IndexResponse = serde_json::from_slice(&answer.body).expect("it is an answer");
    let mut digest = ScopeDigest::default();
    for (record, seq) in &page.records {
        assert!(after(query).is_none_or(|after| *seq > after), "{seq} came on the page before");
        digest.add(*record, *seq);
    }
    assert_eq!(page.digest, digest);
}

/// A page of a record's history holds nothing of the page before.
async fn history(office: &Office, path: &str) {
    let Ok(request) = Request::get(format!("/api/v1/records/{path}")).body(Body::empty()) else { return };
    let answer = office.ask(Who::Phone, request).await;
    // Whatever else the address leads to is another target's affair.
    if answer.is_refusal() || path.contains('/') {
        return;
    }
    let page: serde_json::Value = serde_json::from_slice(&answer.body).expect("it is an answer");
    let numbers = page["history"].as_array().into_iter().flatten().filter_map(|entry| entry["seq"].as_u64());
    let numbers: Vec<_> = numbers.collect();
    assert!(numbers.is_sorted());
    assert!(numbers.first().zip(after(path)).is_none_or(|(first, after)| *first > after), "{numbers:?}");
}

/// With what the last answer held in the place of its name.
fn filled(body: &[u8], last: &Last) -> Bytes {
    let Ok(text) = str::from_utf8(body) else { return Bytes::copy_from_slice(body) };
    let quoted = |text: &str| json!(text).to_string().trim_matches('"').to_owned();
    let text = text.replace("@cursor", &last.cursor).replace("@ticket", &last.ticket);
    Bytes::from(text.replace("@note", &quoted(&last.note)))
}

fn read(answer: &Answer) -> SyncResponse<Snapshot> {
    serde_json::from_slice(&answer.body).expect("it is an answer")
}

/// What was confirmed is there, and sent again it counts no second time.
async fn confirmed(office: &Office, who: Who, body: &Bytes, answer: &SyncResponse<Snapshot>) {
    let ids: Vec<ChangeId> =
        answer.outcomes.iter().filter_map(|outcome| outcome.change.as_deref()?.parse().ok()).collect();
    let asked = Bytes::from(json!({ "changes": ids }).to_string());
    let have = office.post(who, "/api/v1/sync/have", asked).await;
    let have: HaveResponse = serde_json::from_slice(&have.body).expect("it is an answer");
    assert_eq!(have.changes, [], "the office lacks what it confirmed");

    let again = read(&office.post(who, "/api/v1/sync", body.clone()).await);
    for (first, second) in answer.outcomes.iter().zip(&again.outcomes) {
        assert_eq!(first.change, second.change);
        match (&first.fate, &second.fate) {
            (Fate::Accepted { seq, .. } | Fate::Duplicate { seq }, Fate::Duplicate { seq: now }) => {
                assert_eq!(seq, now, "a change has two numbers");
            }
            // What it waited for may have come in the meantime.
            (Fate::Held { .. }, _) => {}
            (first, second) => panic!("{first:?} became {second:?}"),
        }
    }
}

/// Somebody new comes to an end, page by page, and holds what the digest says.
async fn pull(office: &Office, who: Who) {
    let (mut cursor, mut held) = (None, BTreeMap::new());
    for _ in 0..PAGES {
        let body = json!({ "protocol": 1, "cursor": cursor, "limit": 2 }).to_string();
        let answer = read(&office.post(who, "/api/v1/sync", Bytes::from(body)).await);
        assert!(!answer.resync || cursor.is_none(), "somebody who just came is told to begin anew");
        held.extend(answer.records.into_iter().map(|record| (record.id, record.seq)));
        for gone in &answer.gone {
            held.remove(gone);
        }
        cursor = answer.cursor;
        if !answer.more {
            let mut digest = ScopeDigest::default();
            for (record, seq) in held {
                digest.add(record, seq);
            }
            assert_eq!(answer.digest, Some(digest), "the digest is of something else");
            return;
        }
    }
    panic!("there is always more");
}
