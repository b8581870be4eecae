//! A list taken away: the same records as on its pages, in the same order, with the columns that were chosen.

use harness::world::SHANGHANG;
use harness::{Device, Server};
use reqwest::Method;
use serde_json::Value as Json;

use super::sheet::{Sheet, ask, download, workbook};
use super::sight::lively;

/// The days on which the projects of the county wrote, and a few around them.
const DAYS: &str = "from=2026-02-26&to=2026-03-06";

/// The records of a list, page by page, in its order.
async fn shown(device: &Device, kind: &str, query: &str) -> Vec<String> {
    let mut ids = Vec::new();
    loop {
        let path = format!("/api/v1/states/{kind}?{query}&limit=5&skip={}", ids.len());
        let response = device.request(Method::GET, &path).send().await.expect("the server answers");
        let page: Json = response.error_for_status().expect("a list").json().await.expect("an object");
        let records = page["records"].as_array().expect("records");
        ids.extend(records.iter().map(|line| line["record"].as_str().expect("an id").to_owned()));
        if ids.len() as u64 >= page["count"].as_u64().expect("a number") {
            return ids;
        }
        assert!(!records.is_empty(), "a page that is not the last has lines");
    }
}

/// The same, as its file has them.
async fn taken(device: &Device, kind: &str, query: &str) -> Vec<String> {
    let table = Sheet::of_many(&download(device, &format!("list/{kind}.csv?{query}&columns=id")).await);
    assert_eq!(table.headings, ["记录编号"]);
    table.rows.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_and_its_file_name_the_same_records_in_the_same_order() {
    let server = Server::start().await;
    let world = lively(&server, SHANGHANG, 11).await;
    let project = world.projects[0].id;
    let school = world.projects[1].school;
    let team = world.team_phone(&server, "项目组", 0).await;
    let mut lengths = Vec::new();
    for query in [
        DAYS.to_owned(),
        format!("{DAYS}&sort=oldest"),
        format!("{DAYS}&sort=newest"),
        format!("{DAYS}&project={project}"),
        format!("{DAYS}&school={school}&state=submitted,draft"),
        format!("{DAYS}&state=missing"),
        format!("{DAYS}&state=submitted&mark=late"),
        format!("{DAYS}&mark=photos_missing&sort=oldest"),
        "from=2026-03-02&to=2026-03-03".to_owned(),
        "state=closed".to_owned(),
    ] {
        for kind in ["diary", "finding"] {
            for device in [&world.office.desk, &team] {
                let expected = shown(device, kind, &query).await;
                assert_eq!(taken(device, kind, &query).await, expected, "{kind}?{query}");
                lengths.push(expected.len());
            }
        }
    }
    assert!(lengths.iter().any(|length| *length > 5), "one of them has several pages: {lengths:?}");
    for kind in ["project", "equipment_item", "fund_event", "complaint", "bulletin"] {
        let desk = &world.office.desk;
        assert_eq!(taken(desk, kind, "sort=due").await, shown(desk, kind, "sort=due").await, "{kind}");
    }
    assert_eq!(shown(&world.office.desk, "diary", "from=2026-03-02&to=2026-03-03").await.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_taken_away_with_the_columns_that_were_chosen_in_their_order() {
    let server = Server::start().await;
    let world = lively(&server, SHANGHANG, 12).await;
    let desk = &world.office.desk;
    let project = world.projects[0].clone();
    let query = format!("{DAYS}&project={}&sort=oldest", project.id);
    let columns = "state,day,project,field.work_status,field.crew,marks";
    let table = Sheet::of_many(&download(desk, &format!("list/diary.csv?{query}&columns={columns}")).await);
    assert_eq!(table.headings[..4], ["情况", "日期", "项目", "当日状态"]);
    assert!(table.headings[4].starts_with("各工种人数·"), "{:?}", table.headings);
    assert_eq!(table.headings.last().map(String::as_str), Some("标记"));
    let written: Vec<_> = table.rows.iter().filter(|row| row[0] != "缺日志").collect();
    assert_eq!(written.len(), 4);
    assert_eq!(written[0][1..4], ["2026-03-01".to_owned(), project.name.clone(), "施工".to_owned()]);
    let rows = workbook(download(desk, &format!("list/diary.xlsx?{query}&columns={columns}")).await);
    assert_eq!(rows.len(), 1 + table.rows.len());
    let plain = Sheet::of_many(&download(desk, &format!("list/finding.csv?{query}&lang=en")).await);
    assert_eq!(plain.headings, ["day", "number", "county", "school", "project", "state", "marks", "due"]);
    for (path, status, code) in [
        ("list/diary.csv?columns=severity", 422, "no_such_column"),
        ("list/diary.csv?columns=", 422, "no_such_column"),
        ("list/diary.ndjson", 404, "no_such_table"),
        ("list/school.csv", 404, "not_found"),
        ("list/diary.csv?sort=loud", 400, "bad_request"),
    ] {
        let response = ask(desk, path).await;
        let found = response.status().as_u16();
        let told: Json = response.json().await.expect("a problem");
        assert_eq!((found, told["code"].as_str()), (status, Some(code)), "{path}");
    }
    let team = world.team_phone(&server, "项目组", 0).await;
    assert_eq!(ask(&team, "list/complaint.csv").await.status(), 403);
}
