//! Schools with what stands out about each, a school whole, and a project whole.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use sync_protocol::kinds::Role;

use crate::house::{Answer, Server};
use crate::site::{OTHER_PROJECT, OTHER_SCHOOL, PROJECT, SCHOOL, Site, ZONE, record};

async fn ask(site: &Site, token: &str, path: &str) -> Answer {
    let request =
        Request::get(format!("/api/v1/{path}")).header(header::AUTHORIZATION, format!("Bearer {token}"));
    site.server.send(request.body(Body::empty()).unwrap()).await
}

async fn told(site: &Site, token: &str, path: &str) -> Json {
    let answer = ask(site, token, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    answer.body
}

fn days_ago(site: &Site, days: i64) -> String {
    let now = site.server.clock.now().utc() + TimeDelta::hours(8);
    (now - TimeDelta::days(days)).date_naive().to_string()
}

/// The office writes a record of these parts.
async fn write(site: &Site, token: &str, kind: &str, number: u128, parts: &[(&str, Json)]) {
    let change = site.change(kind, record(number), parts);
    assert_eq!(site.push(token, &[change]).await, ["accepted"], "{kind}");
}

async fn stage(site: &Site, office: &str, number: u128, stage: &str, day: &str) {
    let parts = [
        ("project", json!(record(PROJECT))),
        ("stage", json!(stage)),
        ("date", json!(day)),
        ("document_no", json!("演示〔2026〕1号")),
    ];
    write(site, office, "stage_event", number, &parts).await;
}

#[tokio::test]
async fn schools_tell_where_they_are_whose_they_are_and_what_is_open() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let inspector =
        site.server.person_as("du", None, Role::Inspector, &format!("zone:{}", record(ZONE))).await;
    let inspector = site.server.enrolled(inspector).await.0;
    // As maps of the internet draw it: some 600 m from where it is.
    let position = json!({ "lat": 25.0495, "lon": 116.4203, "datum": "gcj02" });
    write(&site, &office, "school", SCHOOL, &[("position", position), ("pupils", json!(312))]).await;
    stage(&site, &office, 0x5e, "开工", &days_ago(&site, 4)).await;
    let found = [
        ("project", json!(record(PROJECT))),
        ("source", json!("professional")),
        ("category", json!("安全")),
        ("severity", json!("一般")),
        ("description", json!("演示：围挡缺口")),
        ("found_on", json!(days_ago(&site, 3))),
        ("deadline", json!(days_ago(&site, 1))),
        ("responsible", json!("演示单位")),
    ];
    write(&site, &inspector, "finding", 0xf1, &found).await;
    let inspection = [("school", json!(record(SCHOOL))), ("date", json!(days_ago(&site, 2)))];
    write(&site, &inspector, "inspection", 0x1e, &inspection).await;

    let all = told(&site, &office, "schools?county=350823").await;
    let schools = all["schools"].as_array().unwrap();
    assert_eq!(schools.len(), 2);
    let school = schools.iter().find(|school| school["id"] == json!(record(SCHOOL))).unwrap();
    assert_eq!(school["zones"], json!([record(ZONE)]));
    assert_eq!(school["place"]["taken_in"], "gcj02");
    let (lat, lon) = (school["place"]["lat"].as_f64().unwrap(), school["place"]["lon"].as_f64().unwrap());
    assert!((lat - 25.0495).abs() > 0.001 && (lon - 116.4203).abs() > 0.001, "{lat} {lon}");
    for (part, expected) in [("projects", 1), ("under_way", 1), ("findings_open", 1), ("findings_overdue", 1)]
    {
        assert_eq!(school[part], expected, "{part}");
    }
    assert_eq!(school["last_inspection"], json!({ "day": days_ago(&site, 2), "record": record(0x1e) }));
    assert!(school["silent"].is_null(), "its phone was heard of: {school}");
    let since_yesterday = told(&site, &office, &format!("schools?from={}", days_ago(&site, 1))).await;
    let again = since_yesterday["schools"].as_array().unwrap();
    let again = again.iter().find(|school| school["id"] == json!(record(SCHOOL))).unwrap();
    assert_eq!((&again["inspections"], again["last_inspection"].is_null()), (&json!(0), false));

    // A team has its own school, an inspector those of the zone.
    for token in [&site.author, &inspector] {
        let own = told(&site, token, "schools").await;
        let ids: Vec<_> = own["schools"].as_array().unwrap().iter().map(|its| its["id"].clone()).collect();
        assert_eq!(ids, [json!(record(SCHOOL))]);
        let other = format!("schools/{}", record(OTHER_SCHOOL));
        assert_eq!(ask(&site, token, &other).await.status, StatusCode::NOT_FOUND);
    }
    let tomorrow = format!("schools?from={}", days_ago(&site, -2));
    assert_eq!(ask(&site, &office, &tomorrow).await.refused(), (422, "invalid_period"));

    let sheet = told(&site, &site.author, &format!("schools/{}", record(SCHOOL))).await;
    assert_eq!(sheet["school"]["pupils"], 312);
    assert_eq!(sheet["zones"][0]["name"], "演示片区");
    assert_eq!(sheet["projects"].as_array().unwrap().len(), 1);
    assert_eq!(sheet["projects"][0]["state"], "started");
    assert_eq!(sheet["projects"][0]["findings_overdue"], 1);
    let people: Vec<_> = sheet["people"].as_array().unwrap().iter().map(|its| &its["role"]).collect();
    assert_eq!(people, ["school_team"]);

    site.server.minutes_later(4 * 24 * 60 + 1);
    let sheet = told(&site, &office, &format!("schools/{}", record(SCHOOL))).await;
    assert_eq!(sheet["school"]["silent"], json!({ "projects": 1, "days": 4 }));
}

#[tokio::test]
async fn a_project_tells_what_its_next_stage_lacks() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let path = format!("projects/{}", record(PROJECT));
    let begun = told(&site, &office, &path).await;
    assert_eq!(begun["state"], "planned");
    let lacks = json!([{ "irregular": "dossier_incomplete", "stage": "立项报建", "document": "立项批文" }]);
    assert_eq!(begun["next"], json!({ "stage": "立项报建", "lacks": lacks }));

    let paper = json!({ "document_no": "演示〔2026〕1号" });
    write(&site, &office, "project", PROJECT, &[("dossier/立项批文", paper)]).await;
    assert_eq!(told(&site, &office, &path).await["next"]["lacks"], json!([]));
    let all = ["立项报建", "图纸设计", "施工发包", "开工"];
    for (number, name) in all.into_iter().enumerate() {
        stage(&site, &office, 0x500 + number as u128, name, &days_ago(&site, 60 - number as i64)).await;
    }
    let grave = [
        ("project", json!(record(PROJECT))),
        ("source", json!("professional")),
        ("category", json!("质量")),
        ("severity", json!("重大")),
        ("description", json!("演示：柱有蜂窝")),
        ("deadline", json!(days_ago(&site, -7))),
        ("responsible", json!("演示单位")),
    ];
    write(&site, &office, "finding", 0xf2, &grave).await;
    let contract = [
        ("projects", json!(record(PROJECT))),
        ("county", json!("350823")),
        ("name", json!("演示施工合同")),
        ("contract_kind", json!("施工")),
        ("party", json!("演示公司")),
        ("amount", json!(20_000_000)),
        ("start", json!(days_ago(&site, 50))),
        ("end", json!(days_ago(&site, -49))),
    ];
    write(&site, &office, "contract", 0xc0, &contract).await;
    let money = |sort: &str, amount: i64| {
        vec![
            ("project", json!(record(PROJECT))),
            ("type", json!(sort)),
            ("source", json!("县")),
            ("amount", json!(amount)),
            ("voucher", json!("演示-1")),
        ]
    };
    let finance = site.server.person_as("cai", None, Role::Finance, "county:350823").await;
    let finance = site.server.enrolled(finance).await.0;
    write(&site, &finance, "fund_event", 0xa1, &money("到位", 6_000_000)).await;
    write(&site, &office, "fund_event", 0xa2, &money("拨付", 5_000_000)).await;
    // What came for the whole county is no project's.
    let mut of_county = money("到位", 900_000_000);
    of_county[0] = ("county", json!("350823"));
    write(&site, &finance, "fund_event", 0xa3, &of_county).await;

    let sheet = told(&site, &site.author, &path).await;
    assert_eq!((&sheet["state"], &sheet["next"]["stage"]), (&json!("started"), &json!("竣工验收")));
    let lacks: Vec<_> = sheet["next"]["lacks"].as_array().unwrap().iter().collect();
    let named = |what: &str| lacks.iter().filter(|lack| lack["irregular"] == what).count();
    assert_eq!(named("dossier_incomplete"), 2, "{lacks:?}");
    assert_eq!(named("grave_findings_open"), 1, "{lacks:?}");
    assert_eq!(named("party_missing"), 5, "{lacks:?}");
    let reached = sheet["steps"].as_array().unwrap().iter().filter(|step| !step["reached"].is_null());
    assert_eq!(reached.count(), 4);
    assert_eq!(sheet["schedule"]["planned"], 20_000_000 * 51 / 100);
    assert_eq!(sheet["schedule"]["behind"], true);
    let sources = json!([{ "source": "县", "planned": 0, "received": 6_000_000, "paid": 0 }]);
    assert_eq!(sheet["money"]["sources"], sources);
    assert_eq!(sheet["money"]["waiting"][0]["record"], json!(record(0xa2)));
    assert_eq!(sheet["findings"], json!({ "found": 1, "open": 1, "overdue": 0, "grave": 1 }));
    // From the day on which the project came into the ledger; its diary is from long before.
    assert_eq!(sheet["diaries"]["written"], 0);

    let other = format!("projects/{}", record(OTHER_PROJECT));
    assert_eq!(ask(&site, &site.author, &other).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ask(&site, &office, "projects/nonsense").await.status, StatusCode::NOT_FOUND);
}
