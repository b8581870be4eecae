//! Lists of records: found by words and by what they are about, newest first, by whoever may read them.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value as Json, json};
use siteledger::config;
use siteledger::sync::county;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;

use crate::house::{Answer, Server};
use crate::site::{OTHER_PROJECT, OTHER_SCHOOL, PROJECT, SCHOOL, Site, record};

/// A site with two teams.
struct County {
    site: Site,
    office: String,
    other_team: String,
}

impl County {
    async fn begin() -> Self {
        let (site, office) = Site::with_people(Server::start().await).await;
        let scope = format!("project:{}", record(OTHER_PROJECT));
        let user = site.server.person_as("other-team", None, Role::SchoolTeam, &scope).await;
        let other_team = site.server.enrolled(user).await.0;
        Self { site, office, other_team }
    }

    async fn push(&self, token: &str, change: &Json) {
        assert_eq!(self.site.push(token, std::slice::from_ref(change)).await, ["accepted"]);
    }

    /// A diary of that project and day that says something.
    async fn says(&self, token: &str, project: u128, day: &str, text: &str) -> (RecordId, Json) {
        let id = RecordId::natural("diary", &format!("{}/{day}", record(project)));
        let parts =
            [("project", json!(record(project))), ("date", json!(day)), ("progress_text", json!(text))];
        let change = self.site.change("diary", id, &parts);
        self.push(token, &change).await;
        (id, change)
    }

    async fn ask(&self, token: &str, query: &str) -> Answer {
        let url = encoded(query);
        let request = Request::get(format!("/api/v1/records?{url}"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.site.server.send(request.body(Body::empty()).unwrap()).await
    }

    /// The ids of a page, in its order.
    async fn found(&self, token: &str, query: &str) -> Vec<RecordId> {
        let answer = self.ask(token, query).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.body);
        ids(&answer)
    }
}

/// A query as a browser writes it into an address.
fn encoded(query: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"=&,-._".contains(&byte);
    query
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).into() } else { format!("%{byte:02X}") })
        .collect()
}

fn ids(answer: &Answer) -> Vec<RecordId> {
    let records = answer.body["records"].as_array().unwrap().iter();
    records.map(|record| record["id"].as_str().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn a_diary_is_found_by_any_run_of_signs_in_it() {
    let county = County::begin().await;
    let (author, office) = (county.site.author.clone(), county.office.clone());
    let (first, _) = county.says(&author, PROJECT, "2026-03-05", "二层柱Ｃ30混凝土浇筑完成，养护").await;
    let (second, its) = county.says(&author, PROJECT, "2026-03-06", "三层梁板模板安装；混凝土未浇筑").await;
    for (search, expected) in [
        ("混凝土", vec![second, first]),
        ("混凝土浇筑", vec![first]),
        ("c30", vec![first]),
        ("C30混凝土", vec![first]),
        ("梁", vec![second]),
        ("护", vec![first]),
        ("模板 混凝土", vec![second]),
        ("模板 养护", vec![]),
        // Not across a mark.
        ("完成养护", vec![]),
        ("钢筋", vec![]),
    ] {
        assert_eq!(county.found(&office, &format!("q={search}")).await, expected, "{search}");
    }
    assert_eq!(county.ask(&office, "q=，。").await.refused(), (422, "no_words"));

    // What is taken away is found no more, what is said instead is, and it is the newest now.
    let edit = format!("{}.2", its["id"].as_str().unwrap());
    let mut change = county.site.change("diary", second, &[("progress_text", json!("三层楼梯支模"))]);
    change["edits"][0]["replaces"] = json!([edit]);
    county.push(&author, &change).await;
    assert_eq!(county.found(&office, "q=梁板").await, []);
    assert_eq!(county.found(&office, "q=楼梯").await, [second]);
    let remark = county.site.change("diary", first, &[("remarks", json!("演示：楼梯见附图"))]);
    county.push(&author, &remark).await;
    assert_eq!(county.found(&office, "q=楼梯").await, [first, second]);
    assert_eq!(county.found(&office, "q=浇筑完成").await, [first], "what stood there stands there still");
}

#[tokio::test]
async fn nobody_finds_what_they_may_not_read() {
    let county = County::begin().await;
    let (author, other, office) =
        (county.site.author.clone(), county.other_team.clone(), county.office.clone());
    let (here, _) = county.says(&author, PROJECT, "2026-03-05", "演示：浇筑").await;
    let (there, _) = county.says(&other, OTHER_PROJECT, "2026-03-05", "演示：浇筑").await;
    let complaint = [("county", json!("350823")), ("text", json!("演示：夜间浇筑扰民"))];
    county.push(&office, &county.site.change("complaint", record(0xc0), &complaint)).await;
    let all: BTreeSet<_> = county.found(&office, "q=浇筑").await.into_iter().collect();
    assert_eq!(all, BTreeSet::from([here, there, record(0xc0)]));
    assert_eq!(county.found(&author, "q=浇筑").await, [here]);
    assert_eq!(county.found(&other, "q=浇筑").await, [there]);
    assert_eq!(county.found(&author, &format!("project={}", record(OTHER_PROJECT))).await, []);
    let of_author = county.found(&author, "limit=200").await;
    assert!(of_author.contains(&record(SCHOOL)) && !of_author.contains(&record(OTHER_SCHOOL)));

    let server = &county.site.server;
    county::open(&server.app.store, &server.clock, "350902", "蕉城区", Some("350900")).await.unwrap();
    server.app.engine.look_again().await.unwrap();
    assert_eq!(county.ask(&office, "county=350902").await.status, StatusCode::NOT_FOUND);
    let user = server.person_as("city", None, Role::CityOffice, "city:350900").await;
    let city = server.enrolled(user).await.0;
    assert_eq!(county.found(&city, "q=浇筑").await, []);
}

#[tokio::test]
async fn a_list_has_what_it_is_asked_for() {
    let county = County::begin().await;
    let (author, other, office) =
        (county.site.author.clone(), county.other_team.clone(), county.office.clone());
    let (fifth, _) = county.says(&author, PROJECT, "2026-03-05", "演示：浇筑").await;
    let (sixth, _) = county.says(&other, OTHER_PROJECT, "2026-03-06", "演示：支模").await;
    let differs = county.site.change("diary", county.site.diary, &[("work_status", json!("idle"))]);
    county.push(&author, &differs).await;
    let first = county.site.diary;
    let me = county.site.server.me_by_token(&other).await.body["user"]["id"].as_str().unwrap().to_owned();
    for (query, expected) in [
        ("kind=diary".to_owned(), vec![first, sixth, fifth]),
        ("kind=diary,zone&limit=3".to_owned(), vec![first, sixth, fifth]),
        (format!("kind=diary&project={}", record(PROJECT)), vec![first, fifth]),
        (format!("kind=diary&school={}", record(OTHER_SCHOOL)), vec![sixth]),
        (format!("by={me}"), vec![sixth]),
        ("from=2026-03-05".to_owned(), vec![sixth, fifth]),
        ("kind=diary&from=2026-03-02&to=2026-03-05".to_owned(), vec![first, fifth]),
        ("conflict=true".to_owned(), vec![first]),
        ("kind=diary&conflict=false".to_owned(), vec![sixth, fifth]),
        ("q=演示&from=2026-03-06&to=2026-03-06".to_owned(), vec![sixth]),
        (format!("q=支模&project={}", record(PROJECT)), vec![]),
        ("kind=finding".to_owned(), vec![]),
        ("kind=nothing".to_owned(), vec![]),
    ] {
        assert_eq!(county.found(&office, &query).await, expected, "{query}");
    }
    let answer = county.ask(&office, "kind=diary&limit=1&fields=work_status,progress_text,photos").await;
    let line = &answer.body["records"][0];
    assert_eq!(line["conflicts"], json!(["work_status"]));
    assert_eq!(line["fields"]["work_status"], json!(["working", "idle"]), "the incumbent first");
    assert_eq!(line["fields"]["photos"][0]["sha256"], county.site.photo);
    assert!(line["fields"].get("progress_text").is_none(), "nobody said anything");
    assert_eq!((&line["day"], &line["county"]), (&json!("2026-03-02"), &json!("350823")));
    assert_eq!((&line["school"], &line["project"]), (&json!(record(SCHOOL)), &json!(record(PROJECT))));
    assert_eq!(line["by_name"], "演示·author");
    assert_eq!(line["seq"], answer.body["positions"]["350823"], "it was the last");
    assert!(answer.body.get("behind").is_none(), "{}", answer.body);
    assert!(line.get("withdrawn").is_none() && line.get("number").is_none());

    // What is withdrawn is shown to who asks for it.
    let void = [("withdrawn", json!({ "reason": "演示：写错" }))];
    county.push(&author, &county.site.change("diary", fifth, &void)).await;
    assert_eq!(county.found(&office, "kind=diary").await, [first, sixth]);
    assert_eq!(county.found(&office, "withdrawn=true").await, [fifth]);
    assert_eq!(county.found(&office, "kind=diary&withdrawn=any").await, [fifth, first, sixth]);
    let finding = [
        ("project", json!(record(PROJECT))),
        ("severity", json!("重大")),
        ("found_on", json!("2026-03-09")),
        ("deadline", json!("2026-03-20")),
    ];
    county.push(&office, &county.site.change("finding", record(0xf1), &finding)).await;
    let answer = county.ask(&office, "kind=finding&from=2026-03-09&to=2026-03-09").await;
    assert_eq!(answer.body["records"][0]["number"], "上杭县问题第0001号");
    assert_eq!(county.found(&office, "q=重大").await, [record(0xf1)]);
}

#[tokio::test]
async fn every_record_comes_on_one_page_of_a_list() {
    let county = County::begin().await;
    let (author, office) = (county.site.author.clone(), county.office.clone());
    let mut written = BTreeSet::new();
    for day in 1..=9 {
        let day = format!("2026-04-{day:02}");
        written.insert(county.says(&author, PROJECT, &day, "演示：砌筑").await.0);
    }
    for query in ["q=砌筑", "kind=diary&from=2026-04-01", "kind=diary"] {
        let (mut seen, mut before) = (Vec::new(), String::new());
        loop {
            let answer = county.ask(&office, &format!("{query}&limit=2{before}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            seen.extend(ids(&answer));
            // One that was seen is written again meanwhile, and comes to the front, where nobody looks now.
            let touched = county.site.change("diary", seen[0], &[("remarks", json!("演示：补充"))]);
            county.push(&author, &touched).await;
            let Some(next) = answer.body["next"].as_str() else { break };
            before = format!("&before={next}");
        }
        seen.retain(|record| *record != county.site.diary);
        assert_eq!(seen.len(), written.len(), "{query}: each once");
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), written, "{query}");
    }
}

#[tokio::test]
async fn an_index_that_is_damaged_or_gone_is_made_anew() {
    let county = County::begin().await;
    let (author, office) = (county.site.author.clone(), county.office.clone());
    let (first, _) = county.says(&author, PROJECT, "2026-03-05", "演示：浇筑").await;
    assert_eq!(county.found(&office, "q=浇筑").await, [first]);
    let app = &county.site.server.app;
    let file = config::index_file(&app.settings.data);

    app.lists.close().await;
    config::take_index_away(&app.settings.data).unwrap();
    assert_eq!(county.found(&office, "q=浇筑").await, [first], "it was gone");

    app.lists.close().await;
    std::fs::write(&file, "no database").unwrap();
    assert_eq!(county.found(&office, "q=浇筑").await, [first], "it was none");

    // In the middle of it, while it is open.
    app.lists.close().await;
    let mut bytes = std::fs::read(&file).unwrap();
    let half = bytes.len() / 4;
    bytes[half..].fill(0xa5);
    std::fs::write(&file, bytes).unwrap();
    let mut answer = county.ask(&office, "q=浇筑").await;
    for _ in 0..2 {
        if answer.status == StatusCode::OK && ids(&answer) == [first] {
            return;
        }
        answer = county.ask(&office, "q=浇筑").await;
    }
    panic!("it is damaged: {} {}", answer.status, answer.body);
}
