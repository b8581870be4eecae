//! The figures of the three real reports, asked from the running demonstration: to the printed digit;
//! and that the county of the story lives.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::desk::Desk;
use crate::running::Demo;
use crate::{desks, living};

/// What a figure is printed as, and what a report tells.
fn printed(group: &Json, code: &str) -> String {
    let figure = &group[code];
    let told = figure["told"].as_str().map(|told| format!(" = {told}")).unwrap_or_default();
    format!("{}{told}", figure["printed"].as_str().unwrap_or("nothing"))
}

fn assert_figures(total: &Json, expected: &[(&str, &str)]) {
    let found: Vec<_> = expected.iter().map(|(code, _)| printed(total, code)).collect();
    let expected: Vec<_> = expected.iter().map(|(_, figure)| (*figure).to_owned()).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn the_demonstration_gives_the_figures_of_the_real_reports_to_the_printed_digit_and_lives() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let demo = Demo::start_loaded(&folder.path().join("loaded"));

    // 三明 (附件1), as the city sees it: 12 county units.
    let city = Desk::sign_in(&demo, "shiji").await;
    let sanming = city.ask("indicators?city=350400&by=county").await;
    assert_eq!(sanming["count"], 12);
    assert_figures(
        &sanming["total"],
        &[
            ("planned_area", "221400.00 = 22.14万㎡"),
            ("started_area", "164100.00 = 16.41万㎡"),
            ("completed_area", "147519.00 = 14.75万㎡"),
            ("completed_rate", "66.63%"),
            ("funds_planned", "65900.00 = 6.59亿元"),
            ("covered_schools", "579"),
            ("equipment_accepted", "11900.00 = 1.19亿元"),
        ],
    );
    // The report prints this share with one decimal.
    let rates = city.ask("indicators?city=350400&codes=started_rate&decimals=1").await;
    assert_eq!(rates["total"]["started_rate"]["printed"], "74.1%");
    let local = city.ask("indicators?city=350400&sources=县&codes=funds_planned,funds_received").await;
    assert_figures(
        &local["total"],
        &[("funds_planned", "8500.00 = 8500.00万元"), ("funds_received", "5803.00 = 5803.00万元")],
    );
    let by_source: BTreeMap<_, _> = [("中央", "36200.00 = 3.62亿元"), ("省", "21200.00 = 2.12亿元")].into();
    for (source, expected) in by_source {
        let money = city.ask(&format!("indicators?city=350400&sources={source}&codes=funds_planned")).await;
        assert_eq!(printed(&money["total"], "funds_planned"), expected, "{source}");
    }

    // 上杭 (附件3), as its own office sees it.
    let office = Desk::sign_in(&demo, "gaibo").await;
    let shanghang = office.ask("indicators").await;
    assert_figures(
        &shanghang["total"],
        &[
            ("planned_area", "54263.00 = 5.43万㎡"),
            ("started_area", "43731.00 = 4.37万㎡"),
            ("started_rate", "80.59%"),
            ("completed_area", "36751.80 = 3.68万㎡"),
            ("completed_rate", "67.73%"),
            ("funds_planned", "11050.21 = 1.11亿元"),
            ("equipment_planned", "3463.41 = 3463.41万元"),
            ("equipment_accepted", "3290.00 = 3290.00万元"),
            ("equipment_rate", "94.99%"),
        ],
    );
    // The first counts county money and the second does not: it is printed with a warning.
    let warnings = shanghang["counties"][0]["warnings"].as_array().expect("warnings");
    let scope = warnings.iter().find(|warning| warning["warning"] == "fund_scope_differs");
    let scope = scope.unwrap_or_else(|| panic!("no warning of the scope in {warnings:?}"));
    assert_eq!(scope["whole"], json!(["中央", "省"]), "{scope}");

    // Again at the same position: the same figures, but those that are known of now alone.
    let position = &shanghang["counties"][0]["position"];
    let again = office.ask(&format!("indicators?county=350823&as_of={position}")).await;
    let of_then = |answer: &Json| {
        let mut figures = answer["total"].as_object().expect("figures").clone();
        let of_now = ["photos_outstanding", "projects_silent"].map(|code| figures.remove(code));
        assert!(of_now.iter().all(Option::is_some), "{answer}");
        figures
    };
    assert_eq!(of_then(&again), of_then(&shanghang));

    // The city's own report, in the large units in which it was written.
    let report = city.ask("reports/city.json?city=350400").await;
    assert_eq!(report["title"], "三明市“全面改薄”工作情况汇总表");
    let words = report["blocks"][0]["lines"].as_array().expect("lines");
    let told: Vec<_> = words.iter().map(|line| line["value"].as_str().expect("words")).collect();
    for expected in [
        "579 所，项目 579 个",
        "22.14万㎡",
        "16.41万㎡，占规划的 74.1%",
        "14.75万㎡，占规划的 66.63%",
        "6.59亿元（中央 3.62亿元，省 2.12亿元，县 8500.00万元）",
    ] {
        assert!(told.contains(&expected), "{expected} in {told:?}");
    }
    let works = &report["blocks"].as_array().expect("blocks").iter().find(|block| block["block"] == "table");
    let rows = works.expect("a table")["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 13, "twelve counties and the total");
    let total: Vec<_> =
        rows[12]["cells"].as_array().expect("cells").iter().map(|cell| &cell["printed"]).collect();
    for figure in ["221400.00", "164100.00", "74.12%", "147519.00", "66.63%"] {
        assert!(total.iter().any(|printed| *printed == figure), "{figure} in {total:?}");
    }

    // 上杭: the sheet of the month and the ledger come to the same as the indicators.
    let ledger = office.ask("reports/ledger.json?county=350823").await;
    for figure in ["54263.00", "43731.00", "80.59%", "36751.80", "67.73%", "3463.41", "3290.00", "94.99%"] {
        assert!(ledger.to_string().contains(&format!("\"printed\":\"{figure}\"")), "{figure} in the ledger");
    }
}

#[tokio::test]
async fn the_counties_live() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let demo = Demo::start_loaded(&folder.path().join("loaded"));
    let city = Desk::sign_in(&demo, "shiji").await;
    let office = Desk::sign_in(&demo, "gaibo").await;
    living::every_state_and_mark_occurs(&office, &city).await;
    living::it_came_in_over_half_a_year(&office).await;
    desks::work_waits_at_every_desk(&demo).await;
    desks::what_is_looked_for_is_found(&office).await;
    living::money_came_from_every_source(&city, "350400", &["中央", "省", "县"]).await;
    living::money_came_from_every_source(&office, "350823", &["中央", "省"]).await;
    let sanming = city.ask("indicators?city=350400&by=county").await;
    living::projects_and_areas_agree(&sanming);

    // Everybody may read of a county.
    let disclosed = office.page("public/counties/350823").await;
    assert!(disclosed.contains("上杭县演示校舍项目01") && disclosed.contains("54263.00"), "{disclosed}");

    // 蕉城 (附件2): five zones, and diaries of what is being built.
    let jiaocheng = Desk::sign_in(&demo, "jiaocheng").await;
    let zones = jiaocheng.ask("indicators?by=zone").await;
    assert_eq!(zones["count"], 5);
    let shanghang = office.ask("indicators").await;
    for figures in [&zones, &shanghang, &sanming] {
        living::nothing_is_all_or_nothing(&figures["total"]);
    }
}
