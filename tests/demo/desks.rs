//! What the people of the demonstration find on their desks, and find when they look for it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::desk::Desk;
use crate::running::Demo;

/// Who signs in, and what each of them must have something of.
const WAITS: [(&str, &[&str]); 6] = [
    (
        "gaibo",
        &["findings_overdue", "conflicts", "payments", "complaints", "missing_diaries", "silent_schools"],
    ),
    ("dudao", &["findings_overdue", "verifications", "complaints", "silent_schools"]),
    ("caizheng", &["payments"]),
    ("duxue", &["findings_overdue", "verifications"]),
    ("shiji", &["findings_overdue", "verifications"]),
    ("lingdao", &[]),
];

/// Every desk has its work, of every county that it is about.
pub(crate) async fn work_waits_at_every_desk(demo: &Demo) {
    for (who, groups) in WAITS {
        let desk = Desk::sign_in(demo, who).await;
        let papers = desk.ask("desk").await;
        let waiting: BTreeMap<_, _> = papers["groups"]
            .as_array()
            .expect("groups")
            .iter()
            .map(|group| (group["code"].as_str().expect("a code"), group))
            .collect();
        for code in groups {
            let group = waiting.get(code).unwrap_or_else(|| panic!("{who} has no {code}: {papers}"));
            let count = group["count"].as_u64().expect("a count") as usize;
            assert!(count > 0, "{who} has no {code}");
            let page = desk.ask(&format!("desk/{code}?limit=500")).await;
            let lines = page["lines"].as_array().expect("lines");
            assert_eq!((lines.len(), &page["count"]), (count.min(500), &group["count"]), "{code}");
            let first = group["lines"].as_array().expect("lines");
            assert_eq!(first[..], lines[..first.len()], "{code} begins alike");
            every_line_can_be_opened(&desk, code, first).await;
        }
    }
}

async fn every_line_can_be_opened(desk: &Desk, code: &str, lines: &[Json]) {
    for line in lines.iter().take(3) {
        let Some(record) = line["record"].as_str() else { continue };
        let opened = desk.ask(&format!("records/{record}")).await;
        assert_eq!(opened["record"]["kind"], line["kind"], "{code}: {line}");
    }
}

/// A county's names, its calendar, and its diaries by words.
pub(crate) async fn what_is_looked_for_is_found(office: &Desk) {
    let directory = office.ask("directory").await;
    let count = |list: &str| directory[list].as_array().expect("a list").len();
    for (list, least) in [("projects", 60), ("schools", 40), ("townships", 2)] {
        assert!(count(list) >= least, "{} {list}", count(list));
    }
    let projects: BTreeSet<_> = directory["projects"]
        .as_array()
        .expect("projects")
        .iter()
        .map(|its| &its["id"])
        .map(Json::to_string)
        .collect();

    let calendar = office.ask("calendar").await;
    let rows = calendar["projects"].as_array().expect("projects");
    let letters: BTreeSet<char> =
        rows.iter().flat_map(|row| row["days"].as_str().expect("days").chars()).collect();
    for letter in ['s', 'c', 'm', 'l', '.'] {
        assert!(letters.contains(&letter), "{letter} in {letters:?}");
    }
    assert!(rows.iter().all(|row| projects.contains(&row["project"].to_string())));

    let mut page = office.ask("records?kind=diary&fields=progress_text&limit=200").await;
    while page["behind"] == true {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        page = office.ask("records?kind=diary&fields=progress_text&limit=200").await;
    }
    let diaries = page["records"].as_array().expect("records");
    assert_eq!(diaries.len(), 200);
    let said = diaries.iter().find_map(|diary| {
        let text = diary["fields"]["progress_text"][0].as_str()?;
        (text.chars().count() >= 4).then(|| (diary["id"].clone(), text.chars().take(4).collect::<String>()))
    });
    let (diary, words) = said.expect("somebody said something");
    let found = office.ask(&format!("records?kind=diary&limit=200&q={words}")).await;
    let found = found["records"].as_array().expect("records");
    assert!(found.iter().any(|record| record["id"] == diary), "{words}");
}
