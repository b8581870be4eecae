//! Whose table has what: nobody's has more than their phone, and everybody's has all of it.

use std::collections::BTreeSet;

use harness::world::{County, JIAOCHENG, OpenWorld, SHANGHANG, Size, WUPING, days};
use harness::{Device, Server, World};
use reqwest::StatusCode;
use serde_json::Value as Json;
use sync_protocol::kinds::{self, Role};

use super::sheet::{Sheet, ask, download, lines};

const SIZE: Size = Size { townships: 2, schools: 4, projects: 3, zones: 2 };

/// A county with records of many kinds: of its offices alone, of the county, of schools, of projects.
pub(crate) async fn lively(server: &Server, county: County, seed: u64) -> OpenWorld {
    let mut world = World::of(county, seed, SIZE).open(server).await;
    for (number, project) in world.projects.clone().iter().enumerate() {
        let mut team = world.team_phone(server, "项目组", number).await;
        for day in days("2026-03-01", 4) {
            team.write_diary(project.id, &day, |form| world.ordinary_day(form, number, &day));
        }
        team.begin("rectification", |form| form.set("project", project.id.to_string()));
        let sent = team.sync().await.expect("the line holds");
        assert_eq!(sent.held, 0, "{:?}", team.phone.outbox.held);
    }
    let school = world.schools[0].id;
    let code = world.county.code;
    let desk = &mut world.office.desk;
    for kind in ["complaint", "evaluation", "interview", "meeting"] {
        desk.begin(kind, |form| form.set("county", code));
        desk.begin(kind, |form| form.set("school", school.to_string()));
    }
    desk.begin("finding", |form| form.set("school", school.to_string()));
    let sent = desk.sync().await.expect("the line holds");
    assert_eq!(sent.held, 0, "{:?}", desk.phone.outbox.held);
    world
}

/// Whoever asks, and however: a table has the records that are on that person's phone, each once.
async fn has_what_the_phone_has(device: &mut Device) {
    device.sync().await.expect("the line holds");
    let is_office = device.phone.replica.records.values().any(|row| row.kind == "complaint");
    for kind in kinds::all() {
        let rows = device.phone.replica.records.values().filter(|row| row.kind == kind.name);
        let expected: BTreeSet<_> = rows.map(|row| row.id.to_string()).collect();
        let response = ask(device, &format!("{}.csv", kind.name)).await;
        if kind.audience == kinds::Audience::Office && !is_office {
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{} for {}", kind.name, device.username);
            continue;
        }
        let table = Sheet::of_many(&response.bytes().await.expect("whole"));
        assert_eq!(table.rows.len(), expected.len(), "{} for {}", kind.name, device.username);
        assert_eq!(table.ids(), expected, "{} for {}", kind.name, device.username);
        let snapshots = lines(&download(device, &format!("{}.ndjson", kind.name)).await);
        let lossless: Vec<_> = snapshots.iter().map(|line| line["id"].as_str().expect("an id")).collect();
        assert_eq!(lossless.len(), expected.len());
        assert!(lossless.iter().all(|id| expected.contains(*id)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobodys_table_has_more_than_their_phone_whatever_their_role() {
    let server = Server::start().await;
    let here = lively(&server, SHANGHANG, 1).await;
    let there = lively(&server, JIAOCHENG, 2).await;
    lively(&server, WUPING, 3).await;
    let (school, project) = (here.schools[0].id, here.projects[0].id);
    let (zone, township) = (here.zones[0].id, here.townships[1].code.clone());
    let in_county = "county:350823";
    let (project, school) = (format!("project:{project}"), format!("school:{school}"));
    let (zone, township) = (format!("zone:{zone}"), format!("township:{township}"));
    let scopes = [
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
    ];
    let mut told = BTreeSet::new();
    for (role, scope) in scopes {
        let mut device = here.phone(&server, role, &[(role, scope)]).await;
        has_what_the_phone_has(&mut device).await;
        told.insert(role);
        // Another county's table is not there, by whatever name it is asked for.
        for path in ["diary.csv?county=350902", "school.xlsx?county=350902", "diary.csv?county=999999"] {
            assert_eq!(ask(&device, path).await.status(), StatusCode::NOT_FOUND, "{path} for {role}");
        }
        let (foreign_school, foreign_project) = (there.schools[0].id, there.projects[0].id);
        for path in [
            format!("diary.csv?school={foreign_school}"),
            format!("diary.csv?project={foreign_project}"),
            format!("school.csv?school={foreign_school}"),
        ] {
            let bytes = download(&device, &path).await;
            assert_eq!(Sheet::of_many(&bytes).rows.len(), 0, "{path} for {role}");
        }
        let map = download(&device, "school.geojson").await;
        let map: Json = serde_json::from_slice(&map).expect("one object");
        for feature in map["features"].as_array().expect("features") {
            assert_ne!(feature["properties"]["county"], "350902");
        }
    }
    let mut both = here
        .phone(&server, "身兼两职", &[("principal", school.as_str()), ("finance", "county:350902")])
        .await;
    has_what_the_phone_has(&mut both).await;
    let administrator = here.phone(&server, "管理员", &[("system_admin", in_county)]).await;
    for path in ["diary.csv", "diary.csv?county=350823", "complaint.ndjson"] {
        assert_eq!(ask(&administrator, path).await.status(), StatusCode::NOT_FOUND);
    }
    told.insert("system_admin");
    let all: BTreeSet<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
    assert_eq!(told, all, "every role was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_somebody_may_not_know_is_not_told_by_a_reference() {
    let server = Server::start().await;
    let mut world = World::small(65).open(&server).await;
    let elsewhere = world.projects[1].clone();
    let desk = &mut world.office.desk;
    let shared = desk.begin("contract", |form| {
        form.set("county", "350823")
            .set("name", "两校合同")
            .set("contract_kind", "施工")
            .set("party", "演示公司")
            .set("amount", 100)
            .set("projects", elsewhere.id.to_string())
    });
    desk.sync().await.expect("the line holds");
    let phone = world.school_phone(&server, "甲").await;
    let table = Sheet::get(&phone, "contract.csv").await;
    let id = table.cell(shared, "项目（合同）编号");
    assert_eq!(id, elsewhere.id.to_string(), "the id stands in the record");
    let row = table.row(shared).join("|");
    assert!(!row.contains(&elsewhere.name), "{row}");
    let table = Sheet::get(&world.office.desk, "contract.csv").await;
    assert!(table.row(shared).join("|").contains(&elsewhere.name));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_the_records_is_had_by_school_project_and_day() {
    let server = Server::start().await;
    let world = lively(&server, SHANGHANG, 4).await;
    let desk = &world.office.desk;
    let count = async |path: &str| Sheet::of_many(&download(desk, path).await).rows.len();
    let (one, school) = (world.projects[0].id, world.projects[0].school);
    assert_eq!(count("diary.csv").await, 12);
    assert_eq!(count(&format!("diary.csv?project={one}")).await, 4);
    assert_eq!(count(&format!("diary.csv?school={school}")).await, 4);
    assert_eq!(count(&format!("diary.csv?project={one}&school={}", world.schools[3].id)).await, 0);
    assert_eq!(count(&format!("project.csv?project={one}")).await, 1);
    assert_eq!(count(&format!("rectification.csv?school={school}")).await, 1);
    assert_eq!(count("diary.csv?from=2026-03-02&to=2026-03-03").await, 6);
    assert_eq!(count("diary.csv?from=2026-03-04").await, 3);
    assert_eq!(count("diary.csv?to=2026-02-28").await, 0);
    assert_eq!(lines(&download(desk, "diary.ndjson?from=2026-03-04").await).len(), 3);
    for (path, status, code) in [
        ("school.csv?from=2026-03-01", 422, "no_date"),
        ("diary.csv?from=2026-03-02&to=2026-03-01", 422, "no_days"),
        ("diary.csv?from=yesterday", 400, "bad_request"),
        ("diary.csv?kind=diary", 400, "bad_request"),
        ("diary.csv?lang=fr", 422, "no_such_language"),
        ("diary.pdf", 404, "no_such_table"),
    ] {
        let response = ask(desk, path).await;
        let found = response.status().as_u16();
        let told: Json = response.json().await.expect("a problem");
        assert_eq!((found, told["code"].as_str()), (status, Some(code)), "{path}");
    }
}
