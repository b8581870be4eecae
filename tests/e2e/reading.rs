//! What somebody reads page by page at a desk is what they would hold on a phone, and nothing else.

use std::collections::BTreeSet;

use harness::world::{JIAOCHENG, SHANGHANG};
use harness::{Device, Server, eventually};
use reqwest::{Method, StatusCode};
use serde_json::Value as Json;

use crate::tables::lively;

async fn ask(device: &Device, path: &str) -> (StatusCode, Json) {
    let answer = device.request(Method::GET, &format!("/api/v1/{path}")).send().await.expect("it answers");
    (answer.status(), answer.json().await.expect("JSON"))
}

async fn read(device: &Device, path: &str) -> Json {
    let (status, body) = ask(device, path).await;
    assert_eq!(status, StatusCode::OK, "{path} for {}: {body}", device.username);
    body
}

fn ids(list: &Json, id: &str) -> Vec<String> {
    let list = list.as_array().expect("a list").iter();
    list.filter_map(|entry| entry[id].as_str().map(str::to_owned)).collect()
}

/// The records of all pages of a list.
async fn listed(device: &Device, query: &str) -> Vec<String> {
    eventually("the list knows all", || async {
        let page = read(device, "records?limit=1").await;
        page.get("behind").is_none().then_some(())
    })
    .await;
    let (mut records, mut before) = (Vec::new(), String::new());
    loop {
        let page = read(device, &format!("records?limit=50&{query}{before}")).await;
        records.extend(ids(&page["records"], "id"));
        let Some(next) = page["next"].as_str() else { return records };
        before = format!("&before={next}");
    }
}

/// The records on the phone of some kind, or of all.
fn held(device: &Device, kind: Option<&str>) -> BTreeSet<String> {
    let rows = device.phone.replica.records.values();
    let rows = rows.filter(|row| kind.is_none_or(|kind| row.kind == kind));
    rows.map(|row| row.id.to_string()).collect()
}

async fn reads_what_the_phone_holds(device: &Device) {
    let everything = listed(device, "withdrawn=any").await;
    assert_eq!(everything.len(), held(device, None).len(), "each once, for {}", device.username);
    assert_eq!(everything.into_iter().collect::<BTreeSet<_>>(), held(device, None), "{}", device.username);
    let directory = read(device, "directory").await;
    for (list, kind) in [("schools", "school"), ("projects", "project"), ("zones", "zone")] {
        let named: BTreeSet<_> = ids(&directory[list], "id").into_iter().collect();
        assert_eq!(named, held(device, Some(kind)), "{list} for {}", device.username);
    }
    let calendar = read(device, "calendar?from=2026-03-01&to=2026-03-31").await;
    let drawn = ids(&calendar["projects"], "project");
    assert!(drawn.iter().all(|project| held(device, Some("project")).contains(project)));
    let diaries = held(device, Some("diary"));
    let letters = calendar["projects"].as_array().expect("projects").iter();
    let letters =
        letters.map(|row| row["days"].as_str().expect("days").matches(['s', 'd', 'l', 'c', 'x']).count());
    assert_eq!(letters.sum::<usize>(), diaries.len(), "a letter a diary, for {}", device.username);
    let desk = read(device, "desk").await;
    for group in desk["groups"].as_array().expect("groups") {
        for line in ids(&group["lines"], "record") {
            assert!(held(device, None).contains(&line), "{line} for {}: {group}", device.username);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_reads_what_its_phone_would_hold_whatever_its_role() {
    let server = Server::start().await;
    let here = lively(&server, SHANGHANG, 1).await;
    lively(&server, JIAOCHENG, 2).await;
    let (school, project) = (here.schools[0].id, here.projects[0].id);
    let (zone, township) = (here.zones[0].id, here.townships[1].code.clone());
    let (project, school) = (format!("project:{project}"), format!("school:{school}"));
    let (zone, township) = (format!("zone:{zone}"), format!("township:{township}"));
    let in_county = "county:350823";
    for (role, scope) in [
        ("school_team", project.as_str()),
        ("contractor", &project),
        ("supervising_engineer", &project),
        ("principal", &school),
        ("inspector", &zone),
        ("township", &township),
        ("project_office", in_county),
        ("equipment_station", in_county),
        ("inspection_office", in_county),
        ("finance", in_county),
        ("auditor", in_county),
        ("leader", in_county),
        ("city_office", "city:350800"),
    ] {
        let mut device = here.phone(&server, role, &[(role, scope)]).await;
        device.sync().await.expect("the line holds");
        reads_what_the_phone_holds(&device).await;
        for path in ["records", "directory", "calendar", "desk"] {
            let (status, _) = ask(&device, &format!("{path}?county=350902")).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path} of another county for {role}");
        }
    }
    let mut both = here
        .phone(&server, "身兼两职", &[("principal", school.as_str()), ("finance", "county:350902")])
        .await;
    both.sync().await.expect("the line holds");
    reads_what_the_phone_holds(&both).await;
    let administrator = here.phone(&server, "管理员", &[("system_admin", in_county)]).await;
    for path in ["records", "directory", "calendar"] {
        assert_eq!(ask(&administrator, path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_follows_what_is_written_and_is_made_anew_after_a_restore() {
    let mut server = Server::start().await;
    let mut here = lively(&server, SHANGHANG, 3).await;
    let mut team = here.team_phone(&server, "后来的项目组", 0).await;
    let diaries = listed(&here.office.desk, "kind=diary").await;
    server.terminate().await;
    let copy = server.copy_folder();
    server.start_again().await;
    here.office.desk.connect(&server);
    team.connect(&server);
    let project = here.projects[0].id;
    let later = team.write_diary(project, "2026-05-02", |form| form.working("演示：浇筑垫层"));
    team.sync().await.expect("the line holds");
    let found = listed(&here.office.desk, "kind=diary").await;
    assert_eq!(found.first(), Some(&later.to_string()), "the newest first, at once");
    assert_eq!(found.len(), diaries.len() + 1);

    // The database of before, beside the index of after: as an administrator would put it back.
    server.terminate().await;
    for file in ["siteledger.db", "siteledger.db-wal", "siteledger.db-shm"] {
        let kept = copy.path().join("data").join(file);
        let there = server.data().join(file);
        if kept.exists() {
            std::fs::copy(kept, there).expect("it is put back");
        } else if there.exists() {
            std::fs::remove_file(there).expect("it is taken away");
        }
    }
    server.start_again().await;
    here.office.desk.connect(&server);
    let found = listed(&here.office.desk, "kind=diary").await;
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), diaries.into_iter().collect::<BTreeSet<_>>());
    team.connect(&server);
    team.sync().await.expect("the line holds");
    let found = listed(&here.office.desk, "kind=diary").await;
    assert_eq!(found.first(), Some(&later.to_string()), "the phone brought it back");
    server.verify();
}
