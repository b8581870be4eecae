//! What everything is called, for whoever reads lists: as far as it is in scope, and once.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value as Json, json};
use siteledger::sync::county;
use sync_protocol::kinds::Role;

use crate::house::{Answer, Server};
use crate::site::{OTHER_PROJECT, OTHER_SCHOOL, PROJECT, SCHOOL, Site, ZONE, record};

async fn ask(site: &Site, token: &str, query: &str, known: Option<&str>) -> Answer {
    let mut request = Request::get(format!("/api/v1/directory{query}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    if let Some(known) = known {
        request = request.header(header::IF_NONE_MATCH, known);
    }
    site.server.send(request.body(Body::empty()).unwrap()).await
}

fn ids(answer: &Answer, list: &str) -> Vec<Json> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body[list].as_array().unwrap().iter().map(|entry| entry["id"].clone()).collect()
}

fn tag(answer: &Answer) -> String {
    answer.headers[header::ETAG].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_office_has_the_names_of_the_whole_county() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let user = json!("0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11");
    let changes = [
        site.change("school", record(SCHOOL), &[("code", json!("1350823001"))]),
        site.change("project", record(PROJECT), &[("class", json!("building")), ("plan_year", json!(2015))]),
        site.change(
            "zone",
            record(ZONE),
            &[
                ("inspectors", json!({ "name": "演示督学", "user": user })),
                ("inspectors", json!({ "name": "演示前任", "to": "2020-01-01" })),
                ("schools", json!({ "school": record(OTHER_SCHOOL), "to": "2020-01-01" })),
            ],
        ),
    ];
    assert_eq!(site.push(&office, &changes).await, ["accepted"; 3]);
    let code = "350823101";
    let township = [("code", json!(code)), ("name", json!("演示乡")), ("level", json!("township"))];
    let id = sync_protocol::id::RecordId::natural("division", code);
    assert_eq!(site.push(&office, &[site.change("division", id, &township)]).await, ["accepted"]);

    let answer = ask(&site, &office, "", None).await;
    let county = &answer.body["counties"][0];
    assert_eq!((&county["code"], &county["name"]), (&json!("350823"), &json!("上杭县")));
    assert_eq!((&county["city"], &county["whole"]), (&json!("350400"), &json!(true)));
    assert_eq!(answer.body["townships"], json!([{ "code": code, "name": "演示乡", "county": "350823" }]));
    assert_eq!(ids(&answer, "schools"), [json!(record(SCHOOL)), json!(record(OTHER_SCHOOL))]);
    assert_eq!(
        answer.body["schools"][0],
        json!({
            "id": record(SCHOOL), "name": "演示学校", "county": "350823", "township": "350823101",
            "code": "1350823001", "category": "小学",
        })
    );
    assert_eq!(
        answer.body["projects"][0],
        json!({
            "id": record(PROJECT), "name": "演示项目", "school": record(SCHOOL), "county": "350823",
            "class": "building", "plan_year": 2015,
        })
    );
    assert_eq!(
        answer.body["zones"][0],
        json!({
            "id": record(ZONE), "name": "演示片区", "county": "350823", "inspection": true,
            "schools": [record(SCHOOL)], "inspectors": [{ "name": "演示督学", "user": user }],
        }),
        "who belonged to it once does no more"
    );
}

#[tokio::test]
async fn a_team_has_the_names_of_its_own_school_and_project() {
    let (site, _) = Site::with_people(Server::start().await).await;
    let answer = ask(&site, &site.author, "", None).await;
    assert_eq!(ids(&answer, "schools"), [json!(record(SCHOOL))]);
    assert_eq!(ids(&answer, "projects"), [json!(record(PROJECT))]);
    assert_eq!(answer.body["counties"][0]["whole"], false);

    let principal = format!("school:{}", record(OTHER_SCHOOL));
    let user = site.server.person_as("principal", None, Role::Principal, &principal).await;
    let token = site.server.enrolled(user).await.0;
    let answer = ask(&site, &token, "", None).await;
    assert_eq!(ids(&answer, "schools"), [json!(record(OTHER_SCHOOL))]);
    assert_eq!(ids(&answer, "projects"), [json!(record(OTHER_PROJECT))]);
}

#[tokio::test]
async fn the_directory_comes_again_only_when_something_came_to_a_ledger_in_scope() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let first = ask(&site, &office, "", None).await;
    let known = tag(&first);
    assert_eq!(ask(&site, &office, "", Some(&known)).await.status, StatusCode::NOT_MODIFIED);
    let author = ask(&site, &site.author, "", Some(&known)).await;
    assert_eq!(author.status, StatusCode::OK, "what one has is not what another has");

    let renamed = site.change("school", record(SCHOOL), &[("pupils", json!(120))]);
    assert_eq!(site.push(&office, &[renamed]).await, ["accepted"]);
    let second = ask(&site, &office, "", Some(&known)).await;
    assert_eq!(second.status, StatusCode::OK);
    assert_ne!(tag(&second), known);

    // A county that is nobody's here.
    let server = &site.server;
    county::open(&server.app.store, &server.clock, "350902", "蕉城区", Some("350900")).await.unwrap();
    server.app.engine.look_again().await.unwrap();
    let third = ask(&site, &office, "", Some(&tag(&second))).await;
    assert_eq!(third.status, StatusCode::NOT_MODIFIED);
    assert_eq!(ask(&site, &office, "?county=350902", None).await.status, StatusCode::NOT_FOUND);
    let tomorrow = chrono::TimeDelta::days(1);
    server.clock.advance(tomorrow);
    let fourth = ask(&site, &office, "", Some(&tag(&second))).await;
    assert_eq!(fourth.status, StatusCode::OK, "schools belong to zones by the day");
}
