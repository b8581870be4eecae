//! How figures are told apart, asked over HTTP.

use serde_json::json;

use crate::figures::Works;
use crate::site::{OTHER_PROJECT, PROJECT, record};

#[tokio::test]
async fn figures_are_told_apart_by_what_schools_and_works_are() {
    let works = Works::begin().await;
    let of_types = [(PROJECT, "新建"), (OTHER_PROJECT, "维修")].map(|(project, work_type)| {
        works.site.change("project", record(project), &[("work_type", json!(work_type))])
    });
    works.push(&works.office, &of_types).await;
    let areas = async |by: &str| {
        let (_, body) = works.ask(&works.office, &format!("indicators?by={by}&codes=planned_area")).await;
        let groups = body["groups"].as_array().unwrap().iter();
        groups
            .map(|group| (group["name"].clone(), group["figures"]["planned_area"]["printed"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(areas("category").await, [(json!("小学"), json!("500.00"))]);
    let of_types = areas("work_type").await;
    assert_eq!(of_types, [(json!("新建"), json!("200.00")), (json!("维修"), json!("300.00"))]);
    let (_, made) = works.ask(&works.office, "indicators/planned_area/records?by=work_type&group=维修").await;
    assert_eq!(made["records"][0]["record"], json!(record(OTHER_PROJECT)), "{made}");
}

#[tokio::test]
async fn a_record_that_makes_a_figure_tells_the_day_that_it_is_about() {
    let works = Works::begin().await;
    works.push(&works.team, &[works.report(PROJECT, 10_000)]).await;
    let (_, made) = works.ask(&works.office, "indicators/completed_area/records").await;
    assert_eq!(made["records"][0]["day"], "2026-03-01", "of a monthly report, the first of its month");
    let (_, made) = works.ask(&works.office, "indicators/planned_area/records").await;
    assert!(made["records"][0].get("day").is_none(), "a project is about no day: {made}");
}
