//! A living county: everything that records can come to occurs in the running demonstration, and it
//! came in over half a year.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate};
use serde_json::Value as Json;

use crate::desk::Desk;

/// Every state of every list, as `states/list.rs` and its neighbours have them.
const STATES: [(&str, &[&str]); 6] = [
    ("diary", &["draft", "submitted", "confirmed", "returned", "missing"]),
    ("finding", &["issued", "acknowledged", "claimed", "rejected", "closed"]),
    (
        "project",
        &[
            "planned",
            "approved",
            "designed",
            "contracted",
            "started",
            "suspended",
            "accepted",
            "filed",
            "in_use",
            "settled",
            "handed_over",
            "closed",
        ],
    ),
    (
        "equipment_item",
        &["listed", "tendered", "sample_sealed", "contracted", "delivered", "accepted", "paid", "in_service"],
    ),
    ("fund_event", &["waiting", "counted", "reversed"]),
    ("complaint", &["received", "taken", "replied"]),
];

/// Every mark of every list; of what is irregular, each sort.
const MARKS: [(&str, &[&str]); 6] = [
    ("diary", &["changed_since_confirmed", "disputed", "late", "photos_missing"]),
    (
        "finding",
        &[
            "considerable",
            "disputed",
            "grave",
            "in_bulletin",
            "next_bulletin",
            "next_interview",
            "overdue",
            "repeated",
        ],
    ),
    (
        "project",
        &[
            "behind",
            "disputed",
            "irregular dossier_incomplete",
            "irregular grave_findings_open",
            "irregular no_evidence",
            "irregular out_of_order",
            "irregular party_missing",
            "irregular stage_skipped",
        ],
    ),
    ("equipment_item", &["doubtful"]),
    ("fund_event", &["education_key", "finance_key"]),
    ("complaint", &["overdue"]),
];

/// What those lists have that these people may read.
async fn found(desks: [&Desk; 2], kind: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut states, mut marks) = (BTreeSet::new(), BTreeSet::new());
    for desk in desks {
        for record in all(desk, kind).await {
            states.insert(record["state"].as_str().expect("a state").to_owned());
            for mark in record["marks"].as_array().expect("marks") {
                let sort = mark["irregular"].as_str().map(|sort| format!(" {sort}")).unwrap_or_default();
                marks.insert(format!("{}{sort}", mark["mark"].as_str().expect("a mark")));
            }
        }
    }
    (states, marks)
}

async fn all(desk: &Desk, kind: &str) -> Vec<Json> {
    let mut records: Vec<Json> = Vec::new();
    loop {
        let page = desk.ask(&format!("states/{kind}?limit=1000&skip={}", records.len())).await;
        let more = page["records"].as_array().expect("records").clone();
        records.extend(more.iter().cloned());
        if more.is_empty() || records.len() as u64 >= page["count"].as_u64().expect("a count") {
            return records;
        }
    }
}

/// All that records can come to.
pub(crate) async fn every_state_and_mark_occurs(office: &Desk, city: &Desk) {
    let marks: BTreeMap<_, _> = MARKS.into();
    for (kind, states) in STATES {
        let (its_states, its_marks) = found([office, city], kind).await;
        let as_set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(its_states, as_set(states), "states of {kind}");
        assert_eq!(its_marks, as_set(marks[kind]), "marks of {kind}");
    }
}

/// What came in over half a year looks as if it had: most diaries in time, some late, some not at all.
pub(crate) async fn it_came_in_over_half_a_year(office: &Desk) {
    let figures = office.ask("indicators").await;
    let total = &figures["total"];
    let numerator = |code: &str| total[code]["numerator"].as_i64().expect("a figure");
    let share = |code: &str| numerator(code) * 100 / total[code]["denominator"].as_i64().expect("a whole");
    assert!(numerator("diary_coverage") > 3_500, "{}", total["diary_coverage"]);
    for code in ["diary_coverage", "diary_recorded_in_time", "diary_delivered_in_time"] {
        assert!((80..100).contains(&share(code)), "{code}: {}", total[code]);
    }
    for code in ["diaries_missing", "diaries_late", "diaries_returned", "diaries_changed_since_confirmed"] {
        assert!(numerator(code) > 0, "{code}");
    }
    // A confirmed diary of weeks ago came then, and not when the demonstration was loaded.
    let confirmed = office.ask("states/diary?state=confirmed&limit=1000").await;
    let oldest = confirmed["records"].as_array().and_then(|records| records.last()).expect("a diary");
    let day: NaiveDate = oldest["day"].as_str().and_then(|day| day.parse().ok()).expect("a day");
    let asked: NaiveDate = confirmed["at"].as_str().and_then(|day| day.parse().ok()).expect("a day");
    assert!((asked - day).num_days() > 30, "{oldest}");
    let record = office.ask(&format!("records/{}", oldest["record"].as_str().expect("an id"))).await;
    let came = record["history"][0]["received_at"].as_str().expect("a moment");
    let came = DateTime::parse_from_rfc3339(came).expect("a moment").date_naive();
    assert!((0..=12).contains(&(came - day).num_days()), "of {day}, came {came}");
}

/// Of 100 projects as many have begun, or are done, as of 100 square metres, but for a few.
pub(crate) fn projects_and_areas_agree(figures: &Json) {
    let percent = |group: &Json, code: &str| {
        let figure = |side: &str| group[code][side].as_f64().expect("a figure");
        figure("numerator") * 100.0 / figure("denominator")
    };
    let of_counties = figures["groups"].as_array().expect("groups").iter().map(|group| &group["figures"]);
    for group in of_counties.chain([&figures["total"]]) {
        for (by_projects, by_area) in
            [("projects_started_rate", "started_rate"), ("projects_completed_rate", "completed_rate")]
        {
            let differ = (percent(group, by_projects) - percent(group, by_area)).abs();
            assert!(differ < 6.0, "{by_projects}: {differ} in {group}");
        }
    }
}

/// Money came from each source that was planned, not all of it, and no more was paid than came.
pub(crate) async fn money_came_from_every_source(desk: &Desk, place: &str, sources: &[&str]) {
    let county = if place.ends_with("00") { "city" } else { "county" };
    for source in sources {
        let figures = desk.ask(&format!("indicators?{county}={place}&sources={source}")).await;
        let amount = |code: &str| figures["total"][code]["numerator"].as_i64().expect("a figure");
        let (planned, received, paid) =
            (amount("funds_planned"), amount("funds_received"), amount("funds_paid"));
        assert!(0 < paid && paid < received && received < planned, "{source}: {paid} {received} {planned}");
    }
}

/// The rates that a county looks at first are neither 0 nor 100 %.
pub(crate) fn nothing_is_all_or_nothing(total: &Json) {
    for code in [
        "started_rate",
        "completed_rate",
        "projects_started_rate",
        "projects_completed_rate",
        "funds_received_rate",
        "funds_paid_rate",
        "diary_coverage",
        "diary_recorded_in_time",
        "diary_delivered_in_time",
        "photo_evidence",
        "rectification_rate",
    ] {
        let (part, whole) = (&total[code]["numerator"], &total[code]["denominator"]);
        let (part, whole) = (part.as_i64().expect("a figure"), whole.as_i64().expect("a whole"));
        assert!(0 < part && part < whole, "{code}: {}", total[code]);
    }
}
