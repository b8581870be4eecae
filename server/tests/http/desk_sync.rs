//! A desk reads page by page and writes as a phone does: it is told what became of its changes, and of
//! nothing else.

use axum::http::StatusCode;
use serde_json::{Value as Json, json};
use sync_protocol::id::RecordId;

use crate::house::Server;
use crate::site::{OTHER_PROJECT, PROJECT, Site, record};

/// A desk that keeps nothing but its cursor and its ticket.
struct Desk<'s> {
    site: &'s Site,
    token: &'s str,
    cursor: Json,
    ticket: Json,
}

impl<'s> Desk<'s> {
    fn of(site: &'s Site, token: &'s str) -> Self {
        Self { site, token, cursor: Json::Null, ticket: Json::Null }
    }

    async fn send(&mut self, changes: &[Json]) -> Json {
        let bearer = format!("Bearer {}", self.token);
        let body = json!({
            "protocol": 1, "cursor": self.cursor, "ticket": self.ticket, "changes": changes, "news": false,
        });
        let answer = self.site.server.post("/api/v1/sync", &[("authorization", &bearer)], body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        (self.cursor, self.ticket) = (answer.body["cursor"].clone(), answer.body["ticket"].clone());
        answer.body
    }
}

/// The records of an answer, which is the whole of it.
fn touched(answer: &Json) -> Vec<RecordId> {
    assert_eq!(answer["more"], false);
    assert_eq!(answer["gone"], json!([]));
    assert!(answer.get("digest").is_none(), "{answer}");
    let records = answer["records"].as_array().unwrap().iter();
    records.map(|record| record["id"].as_str().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn a_desk_is_told_of_its_own_changes_and_of_no_others() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let mut desk = Desk::of(&site, &office);
    let first = desk.send(&[]).await;
    assert_eq!(touched(&first), [], "a county's records stay where they are");
    assert_eq!(first["resync"], false);

    let rename = site.change("project", record(PROJECT), &[("lead_official", json!("演示领导"))]);
    let note = site.change("project", record(OTHER_PROJECT), &[("remarks", json!("演示：已看"))]);
    let answer = desk.send(&[rename.clone(), note]).await;
    assert_eq!(touched(&answer), [record(PROJECT), record(OTHER_PROJECT)]);
    assert_eq!(answer["outcomes"][1]["outcome"], "accepted");
    let fields = &answer["records"][0]["fields"];
    assert_eq!(fields["lead_official"][0]["value"], "演示领导");
    assert_eq!(fields["name"][0]["value"], "演示项目", "the record is whole");

    // What others write moves the cursor and is not sent; what comes twice is told again.
    let diary = site.change("diary", site.diary, &[("remarks", json!("演示：下午有雨"))]);
    assert_eq!(site.push(&site.author, &[diary]).await, ["accepted"]);
    let before = desk.cursor.clone();
    let answer = desk.send(&[]).await;
    assert_eq!(touched(&answer), []);
    assert_ne!(answer["cursor"], before);
    assert_eq!(answer["resync"], false);
    let again = desk.send(&[rename]).await;
    assert_eq!(again["outcomes"][0]["outcome"], "duplicate");
    assert_eq!(touched(&again), [record(PROJECT)]);
}

#[tokio::test]
async fn a_desk_whose_cursor_is_of_another_history_is_told_to_send_again() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let mut desk = Desk::of(&site, &office);
    desk.send(&[]).await;
    desk.cursor = json!("of another server");
    let note = site.change("project", record(PROJECT), &[("remarks", json!("演示：已看"))]);
    let answer = desk.send(&[note]).await;
    assert_eq!(answer["resync"], true);
    assert_eq!(touched(&answer), [record(PROJECT)]);
    assert_eq!(desk.send(&[]).await["resync"], false, "the new cursor is of this history");
}

#[tokio::test]
async fn a_desk_that_is_told_nothing_new_can_still_be_told_everything() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let mut desk = Desk::of(&site, &office);
    desk.send(&[]).await;
    let diary = site.change("diary", site.diary, &[("remarks", json!("演示：下午有雨"))]);
    assert_eq!(site.push(&site.author, &[diary]).await, ["accepted"]);
    let bearer = format!("Bearer {office}");
    let body = json!({ "protocol": 1, "cursor": desk.cursor, "ticket": desk.ticket, "news": true });
    let answer = site.server.post("/api/v1/sync", &[("authorization", &bearer)], body).await;
    let records = answer.body["records"].as_array().unwrap();
    assert_eq!(records.len(), 1, "from where the ledgers stood on: {}", answer.body);
    assert_eq!(records[0]["id"], json!(site.diary));
    assert!(answer.body["digest"].is_object());
}
