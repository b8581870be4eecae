//! How the phones are doing, asked over HTTP: what is on its way, what has not come, who is silent.

use std::io::Cursor;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use chrono::TimeDelta;
use image::{ImageFormat, RgbImage};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use sync_protocol::id::RecordId;

use crate::house::Server;
use crate::site::{OTHER_PROJECT, PROJECT, Site, record};

const OF_NOW: [&str; 2] = ["photos_outstanding", "projects_silent"];

async fn ask(site: &Site, token: &str, path: &str) -> Json {
    let request =
        Request::get(format!("/api/v1/indicators{path}")).header("authorization", format!("Bearer {token}"));
    let answer = site.server.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body
}

async fn printed(site: &Site, token: &str, query: &str, code: &str) -> String {
    let body = ask(site, token, &format!("?county=350823{query}")).await;
    body["total"][code]["printed"].as_str().unwrap().to_owned()
}

/// The records that make a figure, and how much each adds.
async fn makers(site: &Site, token: &str, code: &str) -> Vec<(String, i64)> {
    let body = ask(site, token, &format!("/{code}/records?county=350823")).await;
    let makers = body["records"].as_array().unwrap().iter();
    makers.map(|one| (one["record"].as_str().unwrap().to_owned(), one["amount"].as_i64().unwrap())).collect()
}

fn a_picture(blue: u8) -> (Vec<u8>, String) {
    let mut jpeg = Cursor::new(Vec::new());
    RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8, y as u8, blue]))
        .write_to(&mut jpeg, ImageFormat::Jpeg)
        .unwrap();
    let jpeg = jpeg.into_inner();
    let sha256 = hex::encode(Sha256::digest(&jpeg));
    (jpeg, sha256)
}

fn diary_of(day: &str) -> RecordId {
    RecordId::natural("diary", &format!("{}/{day}", record(PROJECT)))
}

/// A change of the author's that begins a diary of that day, with these photos.
fn diary(site: &Site, day: &str, photos: &[&str]) -> Json {
    let mut parts = vec![("project", json!(record(PROJECT))), ("date", json!(day))];
    let shown = photos.iter().map(|sha256| ("photos", json!({ "sha256": sha256, "category": "形象进度" })));
    parts.extend(shown);
    site.change("diary", diary_of(day), &parts)
}

#[tokio::test]
async fn photos_that_records_refer_to_are_outstanding_until_their_bytes_have_come() {
    let (site, office) = Site::with_people(Server::start().await).await;
    assert_eq!(printed(&site, &office, "", "photos_outstanding").await, "0", "the site's own photo is there");
    let [(first, its), (second, other), (_, third)] = [1, 2, 3].map(a_picture);
    let changes =
        [diary(&site, "2026-03-03", &[&its, &other, &site.photo]), diary(&site, "2026-03-04", &[&third])];
    assert_eq!(site.push(&site.author, &changes).await, ["accepted"; 2]);
    let [both, one] = ["2026-03-03", "2026-03-04"].map(|day| diary_of(day).to_string());
    assert_eq!(printed(&site, &office, "", "photos_outstanding").await, "3");
    assert_eq!(makers(&site, &office, "photos_outstanding").await, [(both.clone(), 2), (one, 1)]);

    // What is withdrawn shows nothing, so nothing is lacking.
    let withdrawal =
        site.change("diary", diary_of("2026-03-04"), &[("withdrawn", json!({ "reason": "演示：写错日期" }))]);
    assert_eq!(site.push(&office, &[withdrawal]).await, ["accepted"]);
    assert_eq!(makers(&site, &office, "photos_outstanding").await, [(both.clone(), 2)]);

    let (status, _) = site.upload(&site.author, &its, first.len(), first).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(makers(&site, &office, "photos_outstanding").await, [(both, 1)]);
    let (status, _) = site.upload(&site.author, &other, second.len(), second).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(printed(&site, &office, "", "photos_outstanding").await, "0");
}

#[tokio::test]
async fn what_is_known_of_now_alone_is_not_guessed_for_the_past() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let (_, lacking) = a_picture(9);
    assert_eq!(site.push(&site.author, &[diary(&site, "2026-03-03", &[&lacking])]).await, ["accepted"]);
    let now = ask(&site, &office, "?county=350823").await;
    let position = now["counties"][0]["position"].as_u64().unwrap();
    let warned = json!({ "warning": "known_of_now_alone", "indicators": OF_NOW });
    let warnings = |body: &Json| body["counties"][0]["warnings"].as_array().unwrap().clone();
    assert!(!warnings(&now).contains(&warned), "{now}");
    assert_eq!(now["total"]["photos_outstanding"]["numerator"], 1);

    let yesterday = (site.server.clock.now().utc() + TimeDelta::hours(8) - TimeDelta::days(1)).date_naive();
    for then in [format!("&as_of={position}"), format!("&at={yesterday}")] {
        let body = ask(&site, &office, &format!("?county=350823&by=project{then}")).await;
        assert!(warnings(&body).contains(&warned), "{then}: {body}");
        for code in OF_NOW {
            let groups = body["groups"].as_array().unwrap().iter().map(|group| &group["figures"]);
            for figures in groups.chain([&body["total"]]) {
                assert_eq!(figures[code], json!({ "printed": "—" }), "{then}");
            }
            let made = ask(&site, &office, &format!("/{code}/records?county=350823{then}")).await;
            assert_eq!((&made["figure"], &made["count"]), (&json!({ "printed": "—" }), &json!(0)), "{then}");
        }
        // Nobody is warned of what was not asked for.
        let body = ask(&site, &office, &format!("?county=350823&codes=findings{then}")).await;
        assert!(!warnings(&body).iter().any(|one| one["warning"] == "known_of_now_alone"), "{body}");
    }
}

#[tokio::test]
async fn a_silent_project_is_counted_as_the_list_of_doubts_names_it() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let long_ago = (site.server.clock.now().utc() - TimeDelta::days(9)).date_naive();
    let starts = [(0x57, PROJECT), (0x58, OTHER_PROJECT)].map(|(id, project)| {
        let parts =
            [("project", json!(record(project))), ("stage", json!("开工")), ("date", json!(long_ago))];
        site.change("stage_event", record(id), &parts)
    });
    assert_eq!(site.push(&office, &starts).await, ["accepted"; 2]);
    site.server.app.people.flush().await.unwrap();
    let other = (record(OTHER_PROJECT).to_string(), 1);
    let silent = makers(&site, &office, "projects_silent").await;
    assert_eq!(silent, std::slice::from_ref(&other), "it has no phone at all");

    site.server.minutes_later(4 * 24 * 60);
    let both = [(record(PROJECT).to_string(), 1), other];
    assert_eq!(makers(&site, &office, "projects_silent").await, both);
    let request = Request::get("/api/v1/evidence?county=350823&reason=device_silent")
        .header("authorization", format!("Bearer {office}"));
    let listed = site.server.send(request.body(Body::empty()).unwrap()).await.body;
    let mut listed: Vec<_> =
        listed["lines"].as_array().unwrap().iter().map(|line| line["record"].as_str().unwrap()).collect();
    listed.sort_unstable();
    assert_eq!(listed, both.iter().map(|(project, _)| project.as_str()).collect::<Vec<_>>());

    // Who has one of the projects in scope is told of that one.
    assert_eq!(makers(&site, &site.author, "projects_silent").await, both[..1]);
    site.server.app.people.flush().await.unwrap();
    assert_eq!(makers(&site, &office, "projects_silent").await, both[1..], "the phone called");
}

#[tokio::test]
async fn the_middle_of_how_long_findings_were_on_their_way_is_told_and_a_wrong_clock_put_right() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let now = || site.server.clock.now().utc();
    let finding = |number: u128, made_at: chrono::DateTime<chrono::Utc>| {
        let parts = [
            ("school", json!(record(crate::site::SCHOOL))),
            ("project", json!(record(PROJECT))),
            ("source", json!("owner")),
            ("description", json!("演示：围挡有缺口")),
        ];
        let mut change = site.change("finding", record(number), &parts);
        change["made_at"] = json!(made_at.to_rfc3339());
        change
    };
    let hours = async |query: &str| printed(&site, &office, query, "delivery_hours").await;
    assert_eq!(hours("").await, "—", "nothing was written yet");

    // Three hours on its way, and three days.
    let slow = [finding(1, now() - TimeDelta::hours(3)), finding(2, now() - TimeDelta::days(3))];
    assert_eq!(site.push(&site.author, &slow).await, ["accepted"; 2]);
    assert_eq!(hours("").await, "37.5", "halfway between the two");
    let then = ask(&site, &office, "?county=350823").await["counties"][0]["position"].as_u64().unwrap();

    // This one comes at once, from a phone whose clock is ten days behind, which it says.
    let behind = now() - TimeDelta::days(10);
    let body = json!({
        "protocol": 1, "device_time": behind.to_rfc3339(), "changes": [finding(3, behind)],
    });
    let bearer = format!("Bearer {}", site.author);
    let answer = site.server.post("/api/v1/sync", &[("authorization", &bearer)], body).await;
    assert_eq!(answer.body["outcomes"][0]["outcome"], "accepted", "{}", answer.body);
    assert_eq!(hours("").await, "3.0");
    let made = makers(&site, &office, "delivery_hours").await;
    let minutes: Vec<_> = made.iter().map(|(_, minutes)| *minutes).collect();
    assert_eq!(minutes, [3 * 24 * 60, 3 * 60, 0], "in minutes, the longest first");

    assert_eq!(hours(&format!("&as_of={then}")).await, "37.5", "as it was");
    let today = (now() + TimeDelta::hours(8)).date_naive();
    let recent = format!("&from={}", today - TimeDelta::days(1));
    assert_eq!(hours(&recent).await, "1.5", "of what was written since yesterday");
}
