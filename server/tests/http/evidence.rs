//! What reviewers are told to look into, and who is told.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value as Json, json};
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;

use crate::house::{Answer, Server};
use crate::site::{OTHER_PROJECT, PROJECT, Site, ZONE, record};

const WORDS: &str = "二层柱钢筋绑扎完成，模板安装过半，明日浇筑";

fn diary_of(project: u128, day: &str) -> RecordId {
    RecordId::natural("diary", &format!("{}/{day}", record(project)))
}

/// Somebody writes a diary today, whatever day it is about.
async fn write(site: &Site, token: &str, project: u128, day: &str, more: &[(&str, Json)]) -> RecordId {
    let id = diary_of(project, day);
    let mut parts = vec![("project", json!(record(project))), ("date", json!(day))];
    parts.extend_from_slice(more);
    let mut change = site.change("diary", id, &parts);
    change["made_at"] = json!(site.server.clock.now().rfc3339());
    assert_eq!(site.push(token, &[change]).await, ["accepted"]);
    id
}

async fn ask(site: &Site, token: &str, query: &str) -> Answer {
    let request = Request::get(format!("/api/v1/evidence?county=350823{query}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    site.server.send(request.body(Body::empty()).unwrap()).await
}

async fn lines(site: &Site, token: &str, query: &str) -> Vec<Json> {
    let answer = ask(site, token, query).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body["lines"].as_array().unwrap().clone()
}

/// A day that was over so many days ago.
fn days_ago(site: &Site, days: i64) -> String {
    let then = site.server.clock.now().utc() + chrono::TimeDelta::hours(8) - chrono::TimeDelta::days(days);
    then.date_naive().to_string()
}

#[tokio::test]
async fn a_reviewer_is_told_what_is_doubtful_and_the_numbers_behind_it() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let (long_ago, today) = (days_ago(&site, 20), days_ago(&site, 0));
    // The photo of the site's first diary once more, from elsewhere and taken on another day.
    let photo = json!({
        "sha256": site.photo,
        "category": "形象进度",
        "taken_at": "2026-03-01T10:00:00+08:00",
        "position": { "lat": 25.1495, "lon": 116.4203, "datum": "wgs84" },
    });
    let position = json!({ "lat": 25.0495, "lon": 116.4203, "datum": "wgs84" });
    let school = site.change("school", record(crate::site::SCHOOL), &[("position", position)]);
    assert_eq!(site.push(&office, &[school]).await, ["accepted"]);
    let late = write(&site, &site.author, PROJECT, &long_ago, &[("progress_text", json!(WORDS))]).await;
    let words = WORDS.replace('，', ", ");
    let fresh =
        write(&site, &site.author, PROJECT, &today, &[("photos", photo), ("progress_text", json!(words))])
            .await;

    let all = lines(&site, &office, "").await;
    let of = |id: RecordId, reason: &str| {
        let found = all.iter().find(|line| line["record"] == json!(id) && line["reason"] == reason);
        found.cloned().unwrap_or_else(|| panic!("{reason} of {id}: {all:#?}"))
    };
    let made_late = of(late, "made_late");
    assert!(made_late["numbers"]["hours"].as_i64().unwrap() >= 19 * 24, "{made_late}");
    assert!(made_late["zh"].as_str().unwrap().contains("补记"), "{made_late}");
    let far = of(fresh, "photo_far");
    assert_eq!(far["numbers"]["shift_explains"], false);
    assert!(far["numbers"]["distance_m"].as_u64().unwrap().abs_diff(11_119) < 20, "{far}");
    assert_eq!(far["photo"], json!(site.photo));
    assert!(of(fresh, "photo_other_day")["numbers"]["days_off"].as_i64().is_some());
    let used = of(fresh, "photo_used_elsewhere");
    assert_eq!((&used["numbers"]["others"], &used["others"]), (&json!(1), &json!([site.diary])));
    assert_eq!(of(site.diary, "photo_used_elsewhere")["others"], json!([fresh]));
    for (one, other) in [(late, fresh), (fresh, late)] {
        assert_eq!(of(one, "text_copied")["others"], json!([other]));
    }
    // What is in order is not on the list, and nothing was refused.
    assert!(
        !all.iter().any(|line| line["record"] == json!(fresh) && line["reason"] == "made_late"),
        "{all:#?}"
    );
    // The newest first, and each reason by itself.
    let copied = lines(&site, &office, "&reason=text_copied").await;
    let order: Vec<_> = copied.iter().map(|line| line["record"].clone()).collect();
    assert_eq!(order, [json!(fresh), json!(late)]);
    assert!(
        lines(&site, &office, &format!("&from={today}")).await.iter().all(|line| line["day"] == json!(today))
    );
    let refused = ask(&site, &office, "&reason=nonsense").await;
    assert_eq!(refused.refused(), (422, "no_such_reason"));
}

#[tokio::test]
async fn pages_follow_one_another_and_miss_nothing() {
    let (site, office) = Site::with_people(Server::start().await).await;
    for days in 10..17 {
        write(&site, &site.author, PROJECT, &days_ago(&site, days), &[]).await;
    }
    let whole: Vec<_> = lines(&site, &office, "&reason=made_late")
        .await
        .into_iter()
        .map(|line| line["record"].clone())
        .collect();
    assert!(whole.len() >= 7, "{whole:?}");
    let (mut found, mut before) = (Vec::new(), String::new());
    for _ in 0..100 {
        let page = ask(&site, &office, &format!("&reason=made_late&limit=2{before}")).await.body;
        found.extend(page["lines"].as_array().unwrap().iter().map(|line| line["record"].clone()));
        let Some(next) = page["next"].as_u64() else { break };
        before = format!("&before={next}");
    }
    assert_eq!(found, whole);
}

#[tokio::test]
async fn a_project_whose_phones_are_silent_is_told_after_three_days() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let start =
        [("project", json!(record(PROJECT))), ("stage", json!("开工")), ("date", json!(days_ago(&site, 9)))];
    assert_eq!(site.push(&office, &[site.change("stage_event", record(0x57), &start)]).await, ["accepted"]);
    let other = [
        ("project", json!(record(OTHER_PROJECT))),
        ("stage", json!("开工")),
        ("date", json!(days_ago(&site, 9))),
    ];
    assert_eq!(site.push(&office, &[site.change("stage_event", record(0x58), &other)]).await, ["accepted"]);
    site.server.app.people.flush().await.unwrap();
    let silent = async || lines(&site, &office, "&reason=device_silent").await;
    let before = silent().await;
    assert_eq!(before.len(), 1, "{before:#?}");
    assert_eq!(before[0]["record"], json!(record(OTHER_PROJECT)), "it has no phone at all");
    assert!(before[0]["numbers"]["days"].is_null());
    site.server.minutes_later(4 * 24 * 60);
    let after = silent().await;
    let ours = after.iter().find(|line| line["record"] == json!(record(PROJECT))).expect("it fell silent");
    assert_eq!(ours["numbers"]["days"], 4);
}

#[tokio::test]
async fn an_inspector_is_told_of_the_zone_and_learns_of_others_only_that_there_are_some() {
    let (site, _) = Site::with_people(Server::start().await).await;
    let server = &site.server;
    let inspector = server.person_as("duxue", None, Role::Inspector, &format!("zone:{}", record(ZONE))).await;
    let inspector = server.enrolled(inspector).await.0;
    let team = format!("project:{}", record(OTHER_PROJECT));
    let elsewhere = server.person_as("other-team", None, Role::SchoolTeam, &team).await;
    let elsewhere = server.enrolled(elsewhere).await.0;
    let (today, before) = (days_ago(&site, 0), days_ago(&site, 1));
    let text = [("progress_text", json!(WORDS))];
    let ours = write(&site, &site.author, PROJECT, &today, &text).await;
    let theirs = write(&site, &elsewhere, OTHER_PROJECT, &before, &text).await;
    let copied = lines(&site, &inspector, "&reason=text_copied").await;
    assert_eq!(copied.len(), 1, "{copied:#?}");
    assert_eq!((&copied[0]["record"], &copied[0]["numbers"]["others"]), (&json!(ours), &json!(1)));
    assert!(!copied[0].to_string().contains(&theirs.to_string()), "{}", copied[0]);
    assert_eq!(ask(&site, &elsewhere, "").await.refused(), (403, "forbidden"));
}
