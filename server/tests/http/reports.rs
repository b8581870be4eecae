//! Reports, asked over HTTP by those who read and sign them.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Value as Json, json};
use siteledger::reports::catalogue::REPORTS;
use siteledger::reports::draw::Form;
use siteledger::sync::county;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;

use crate::house::Server;
use crate::site::{OTHER_PROJECT, PROJECT, SCHOOL, Site, record};

/// Asks for a report; the answer's words where it is one.
async fn ask(site: &Site, token: &str, path: &str) -> (StatusCode, String, Vec<u8>) {
    let request = Request::get(format!("/api/v1/reports/{path}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::empty())
        .unwrap();
    let answer = site.server.begin(request).await;
    let name = answer.headers().get(header::CONTENT_DISPOSITION);
    let name = name.map_or(String::new(), |name| name.to_str().unwrap().to_owned());
    let status = answer.status();
    (status, name, answer.into_body().collect().await.unwrap().to_bytes().to_vec())
}

#[tokio::test]
async fn every_report_comes_in_every_form_under_a_name_for_people() {
    let (site, office) = Site::with_people(Server::start().await).await;
    for report in REPORTS {
        for form in Form::ALL {
            let file = format!("{}.{}", report.name, form.extension());
            let (status, name, bytes) = ask(&site, &office, &file).await;
            assert_eq!(status, StatusCode::OK, "{file}: {}", String::from_utf8_lossy(&bytes));
            if form == Form::Html {
                let page = String::from_utf8(bytes).unwrap();
                assert!(page.contains("<title>") && page.contains("上杭县"), "{file}");
                assert_eq!(name, "", "a page is shown at once");
                continue;
            }
            assert!(name.starts_with(&format!("attachment; filename=\"{file}\"; ")), "{name}");
            assert!(name.contains("filename*=UTF-8''%E4%B8%8A%E6%9D%AD%E5%8E%BF-"), "of 上杭县: {name}");
            assert!(!bytes.is_empty(), "{file}");
        }
        let (status, _, bytes) = ask(&site, &office, &format!("{}.json?lang=en", report.name)).await;
        assert_eq!(status, StatusCode::OK);
        let english: Json = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(english["language"], "en");
        assert!(english["name"].as_str().unwrap().contains(report.en), "{english}");
    }
}

/// A county is not told of in a report of another, by whatever is asked; one that is somebody else's looks
/// like one that is not there.
#[tokio::test]
async fn no_report_tells_one_county_of_another() {
    let server = Server::start().await;
    county::open(&server.app.store, &server.clock, "350902", "蕉城区", Some("350900")).await.unwrap();
    server.app.engine.look_again().await.unwrap();
    let outsider = server.person_as("outsider", None, Role::ProjectOffice, "county:350902").await;
    let outsider = server.enrolled(outsider).await.0;
    let (site, office) = Site::with_people(server).await;
    for report in REPORTS {
        let file = format!("{}.json", report.name);
        for query in ["county=350823", "city=350400", "county=350823,350902&city=350400"] {
            let refused = ask(&site, &outsider, &format!("{file}?{query}")).await;
            let unknown = ask(
                &site,
                &outsider,
                &format!(
                    "{file}?{}",
                    query.replace("3508", "3509").replace("350902", "350999").replace("3504", "3599")
                ),
            )
            .await;
            assert_eq!(refused.0, StatusCode::NOT_FOUND, "{file}?{query}");
            assert_eq!((refused.0, refused.2), (unknown.0, unknown.2), "{file}?{query}");
        }
        for (token, own, foreign) in [(&outsider, "蕉城区", "上杭县"), (&office, "上杭县", "蕉城区")]
        {
            let (status, name, bytes) = ask(&site, token, &file).await;
            assert_eq!(status, StatusCode::OK, "{file}");
            let said = String::from_utf8(bytes).unwrap();
            assert!(said.contains(own) && !said.contains(foreign), "{file}: {said}");
            assert!(!name.contains("..") && !name.contains('/'), "{name}");
        }
        let (_, _, bytes) = ask(&site, &outsider, &file).await;
        assert!(
            !String::from_utf8(bytes).unwrap().contains("演示项目"),
            "{file} tells of a project elsewhere"
        );
    }
}

#[tokio::test]
async fn what_a_report_does_not_take_is_refused_and_what_is_no_report_is_not_there() {
    let (site, office) = Site::with_people(Server::start().await).await;
    for (path, status, code) in [
        ("dispatch.xlsx?from=2026-03-01", 422, "not_for_this_report"),
        ("ledger.xlsx?month=2026-03", 422, "not_for_this_report"),
        ("dispatch.xlsx?month=2026-3", 422, "invalid_period"),
        ("dispatch.xlsx?month=2026-03&at=2026-03-01", 422, "invalid_period"),
        ("rectification.json?from=2026-03-02&at=2026-03-01", 422, "invalid_period"),
        ("ledger.json?county=350823&as_of=99999", 422, "not_there_yet"),
        ("ledger.json?lang=fr", 422, "no_such_language"),
        ("funds.json?project=00000000-0000-0000-0000-000000000001", 404, "not_found"),
        ("dispatch.doc", 404, "no_such_report"),
        ("nonsense.xlsx", 404, "no_such_report"),
    ] {
        let (found, _, bytes) = ask(&site, &office, path).await;
        let body: Json = serde_json::from_slice(&bytes).unwrap();
        assert_eq!((found.as_u16(), body["code"].as_str().unwrap()), (status, code), "{path}: {body}");
    }
    let (status, ..) = ask(&site, &office, "ledger.json?as_off=12").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "a parameter that is mistyped is not left unsaid");
}

/// A report as data.
async fn data(site: &Site, token: &str, path: &str) -> Json {
    let (status, _, bytes) = ask(site, token, path).await;
    assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&bytes));
    serde_json::from_slice(&bytes).unwrap()
}

/// What a row of a table says under its headings, as it is printed. The row is named by one of its cells.
fn row(report: &Json, title: &str, name: &str) -> std::collections::BTreeMap<String, String> {
    let printed = |cell: &Json| {
        let figure = cell["printed"].as_str();
        figure.or(cell.as_str()).unwrap_or_default().to_owned()
    };
    let tables = report["blocks"].as_array().unwrap();
    let table =
        tables.iter().find(|block| block["title"] == title).unwrap_or_else(|| panic!("no {title}: {report}"));
    let rows = table["rows"].as_array().unwrap().iter().map(|row| row["cells"].as_array().unwrap());
    let cells = rows.clone().find(|cells| cells.iter().any(|cell| printed(cell) == name));
    let cells = cells.unwrap_or_else(|| panic!("no row of {name}: {table}"));
    let columns = table["columns"].as_array().unwrap().iter().map(|label| label.as_str().unwrap().to_owned());
    columns.zip(cells.iter().map(printed)).collect()
}

#[tokio::test]
async fn a_report_prints_what_the_indicators_answer_and_says_it_again_after_a_correction() {
    let server = Server::start().await;
    let mut tokens = Vec::new();
    for (name, role, scope) in [
        ("team", Role::SchoolTeam, format!("project:{}", record(PROJECT))),
        ("other-team", Role::SchoolTeam, format!("project:{}", record(OTHER_PROJECT))),
        ("office", Role::ProjectOffice, "county:350823".to_owned()),
    ] {
        let user = server.person_as(name, None, role, &scope).await;
        tokens.push(server.enrolled(user).await.0);
    }
    let [team, other_team, office] = tokens.try_into().unwrap();
    let site = Site::build(server, team.clone(), &office).await;
    let push = async |token: &str, changes: &[Json]| {
        let outcomes = site.push(token, changes).await;
        assert!(outcomes.iter().all(|outcome| outcome == "accepted"), "{outcomes:?}");
    };
    let classed = [(PROJECT, 20_000), (OTHER_PROJECT, 30_000)].map(|(project, area)| {
        let parts =
            [("class", json!("building")), ("planned_area", json!(area)), ("funding/省", json!(5_000_000))];
        site.change("project", record(project), &parts)
    });
    push(&office, &classed).await;
    let report = |project: u128, completed: u64| {
        let id = RecordId::natural("progress_report", &format!("{}/2026-03", record(project)));
        let parts = [
            ("project", json!(record(project))),
            ("month", json!("2026-03")),
            ("started_area", json!(20_000)),
            ("completed_area", json!(completed)),
            ("invested", json!(4_000_000)),
        ];
        site.change("progress_report", id, &parts)
    };
    let first = report(PROJECT, 10_000);
    push(&team, std::slice::from_ref(&first)).await;
    push(&other_team, &[report(OTHER_PROJECT, 3_333)]).await;
    let finding = [
        ("school", json!(record(SCHOOL))),
        ("project", json!(record(PROJECT))),
        ("source", json!("professional")),
        ("category", json!("安全")),
        ("severity", json!("重大")),
        ("description", json!("演示：围挡有缺口")),
        ("found_on", json!("2026-03-02")),
        ("deadline", json!("2026-03-09")),
        ("responsible", json!("演示施工单位")),
    ];
    let start =
        [("project", json!(record(PROJECT))), ("stage", json!("开工")), ("date", json!("2026-03-01"))];
    push(
        &office,
        &[site.change("finding", record(1), &finding), site.change("stage_event", record(2), &start)],
    )
    .await;

    let at = "county=350823&at=2026-03-31";
    let request = Request::get(format!("/api/v1/indicators?{at}&by=township"));
    let request =
        request.header(header::AUTHORIZATION, format!("Bearer {office}")).body(Body::empty()).unwrap();
    let indicators = site.server.send(request).await.body;
    let position = indicators["counties"][0]["position"].as_u64().unwrap();
    let ledger = data(&site, &office, &format!("ledger.json?{at}")).await;
    let townships =
        indicators["groups"].as_array().unwrap().iter().map(|group| (&group["name"], &group["figures"]));
    let mut compared = 0;
    for (name, figures) in townships.chain([(&json!("合计"), &indicators["total"])]) {
        let said = row(&ledger, "按乡镇汇总", name.as_str().unwrap());
        for (heading, code) in [
            ("规划面积（㎡）", "planned_area"),
            ("已竣工（㎡）", "completed_area"),
            ("竣工率", "completed_rate"),
            ("规划资金（万元）", "funds_planned"),
            ("未整改问题", "findings_open"),
        ] {
            assert_eq!(said[heading], figures[code]["printed"], "{heading} of {name}");
            compared += 1;
        }
    }
    assert_eq!(compared, 15, "two townships and the total");
    let dispatch = data(&site, &office, "dispatch.json?month=2026-03").await;
    let said = row(&dispatch, "校园校舍建设类", "合计");
    for (heading, code) in [
        ("已竣工（㎡）", "completed_area"),
        ("竣工率", "completed_rate"),
        ("日志完成率", "diary_coverage"),
        ("逾期问题", "findings_overdue"),
    ] {
        assert_eq!(said[heading], indicators["total"][code]["printed"], "{heading}");
    }

    // What is corrected later changes the report of today, and not the one of that position.
    let mut corrected = site.change(
        "progress_report",
        first["record"].as_str().unwrap().parse().unwrap(),
        &[("completed_area", json!(5_000)), ("reason", json!("演示：更正"))],
    );
    corrected["edits"][0]["replaces"] = json!([format!("{}.3", first["id"].as_str().unwrap())]);
    push(&team, &[corrected]).await;
    let now = data(&site, &office, &format!("ledger.json?{at}")).await;
    assert_eq!(row(&now, "按乡镇汇总", "合计")["竣工率"], "16.67%");
    let then = data(&site, &office, &format!("ledger.json?{at}&as_of={position}")).await;
    assert_eq!(then, ledger);
}
