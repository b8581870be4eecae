//! Projects × days, a letter a day.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;

use crate::house::{Answer, Server};
use crate::site::{OTHER_PROJECT, PROJECT, SCHOOL, Site, record};

async fn ask(site: &Site, token: &str, query: &str) -> Answer {
    let request = Request::get(format!("/api/v1/calendar?{query}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    site.server.send(request.body(Body::empty()).unwrap()).await
}

fn days(answer: &Answer) -> Vec<(Json, String)> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let rows = answer.body["projects"].as_array().unwrap().iter();
    rows.map(|row| (row["project"].clone(), row["days"].as_str().unwrap().to_owned())).collect()
}

#[tokio::test]
async fn a_month_of_a_county_is_a_line_a_project() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let days_ago = |days| {
        let now = site.server.clock.now().utc() + TimeDelta::hours(8);
        (now - TimeDelta::days(days)).date_naive().to_string()
    };
    for (number, project) in [PROJECT, OTHER_PROJECT].into_iter().enumerate() {
        let parts =
            [("project", json!(record(project))), ("stage", json!("开工")), ("date", json!(days_ago(4)))];
        let start = site.change("stage_event", record(0x5e + number as u128), &parts);
        assert_eq!(site.push(&office, &[start]).await, ["accepted"]);
    }
    let diary = |days, more: &[(&str, Json)]| {
        let day = days_ago(days);
        let id = RecordId::natural("diary", &format!("{}/{day}", record(PROJECT)));
        let mut parts = vec![("project", json!(record(PROJECT))), ("date", json!(day))];
        parts.extend_from_slice(more);
        site.change("diary", id, &parts)
    };
    let whole = [
        ("work_status", json!("working")),
        ("weather_am", json!("晴")),
        ("weather_pm", json!("晴")),
        ("parts", json!({ "part": "主体二层" })),
        ("progress_text", json!("演示：浇筑")),
        ("supervisor_present", json!(true)),
        ("isolation_ok", json!(true)),
        ("safety_ok", json!(true)),
        ("quality_ok", json!(true)),
    ];
    let changes = [diary(3, &whole), diary(2, &whole[..1]), diary(1, &[("work_status", json!("idle"))])];
    assert_eq!(site.push(&site.author, &changes).await, ["accepted"; 3]);
    let differs = site.change(
        "diary",
        changes[0]["record"].as_str().unwrap().parse().unwrap(),
        &[("safety_ok", json!(false))],
    );

    let span = format!("from={}&to={}", days_ago(5), days_ago(0));
    let of_county = ask(&site, &office, &format!("county=350823&{span}")).await;
    assert_eq!(of_county.body["from"], days_ago(5));
    let mut rows = days(&of_county);
    rows.sort_by_key(|(project, _)| project.to_string());
    let expected =
        [(json!(record(PROJECT)), ".msdd.".to_owned()), (json!(record(OTHER_PROJECT)), ".mmmm.".to_owned())];
    assert_eq!(rows, expected);
    assert_eq!(site.push(&site.author, &[differs]).await, ["accepted"]);
    assert_eq!(days(&ask(&site, &site.author, &span).await), [(json!(record(PROJECT)), ".mxdd.".to_owned())]);

    // A month, today included, for whoever says nothing of days.
    let rows = days(&ask(&site, &office, &format!("project={}", record(PROJECT))).await);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].1.len(), 31);
    assert!(rows[0].1.ends_with("mxdd."), "{rows:?}");
    assert_eq!(days(&ask(&site, &office, &format!("school={}", record(SCHOOL))).await).len(), 1);
}

#[tokio::test]
async fn a_calendar_of_too_many_days_or_of_nobodys_county_is_not_drawn() {
    let (site, office) = Site::with_people(Server::start().await).await;
    for query in ["from=2026-01-01&to=2026-06-30", "from=2026-02-01&to=2026-01-01"] {
        assert_eq!(ask(&site, &office, query).await.refused(), (422, "invalid_period"), "{query}");
    }
    assert_eq!(ask(&site, &office, "county=350902").await.status, StatusCode::NOT_FOUND);
    let user = site.server.person_as("admin", None, Role::SystemAdmin, "county:350823").await;
    let token = site.server.enrolled(user).await.0;
    assert_eq!(ask(&site, &token, "").await.status, StatusCode::NOT_FOUND);
}
