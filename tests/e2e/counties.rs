//! Several counties on one server: each has its own ledger, a city reads its own, and nobody more.

use harness::world::{County, JIAOCHENG, OpenWorld, SHANGHANG, Size, WUPING, days};
use harness::{Device, Server, World};
use serde_json::json;
use sync_protocol::id::RecordId;

const SIZE: Size = Size { townships: 2, schools: 3, projects: 2, zones: 1 };

async fn open(server: &Server, county: County, seed: u64) -> OpenWorld {
    World::of(county, seed, SIZE).open(server).await
}

/// The counties of which a phone holds diaries, by their projects.
fn diaries(device: &Device) -> Vec<RecordId> {
    let rows = device.phone.replica.records.values().filter(|row| row.kind == "diary");
    let mut projects: Vec<_> = rows.filter_map(|row| row.project).collect();
    projects.sort_unstable();
    projects.dedup();
    projects
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_reads_its_counties_and_a_county_reads_itself() {
    let server = Server::start().await;
    let mut worlds = Vec::new();
    for (seed, county) in (1..).zip([SHANGHANG, WUPING, JIAOCHENG]) {
        worlds.push(open(&server, county, seed).await);
    }
    let city = worlds[0].phone(&server, "市改薄办", &[("city_office", "city:350800")]).await;
    let mut city = city;
    city.limit = Some(5);
    city.sync().await.expect("the line holds");
    let mut teams = Vec::new();
    for world in &worlds {
        let mut team = world.team_phone(&server, "项目组", 0).await;
        for day in days("2026-03-01", 4) {
            team.write_diary(world.projects[0].id, &day, |form| world.ordinary_day(form, 0, &day));
        }
        team.sync().await.expect("the line holds");
        teams.push(team);
    }
    city.sync().await.expect("the line holds");
    let mut expected = vec![worlds[0].projects[0].id, worlds[1].projects[0].id];
    expected.sort_unstable();
    assert_eq!(diaries(&city), expected, "its two counties, and not the other city's");
    for world in &mut worlds {
        world.office.refresh().await.expect("the office has a good line");
        assert_eq!(diaries(&world.office.desk), [world.projects[0].id], "{}", world.county.name);
    }

    // Each county counts for itself, without gaps.
    let ledgers = server.run(&["county", "list", "--json"]).stdout;
    for (world, line) in worlds.iter().zip(ledgers.lines()) {
        let ledger: serde_json::Value = serde_json::from_str(line).expect("one object a line");
        assert_eq!(ledger["county"], world.county.code);
        let records = world.office.desk.phone.replica.records.len();
        assert_eq!(ledger["records"], json!(records), "{}", world.county.name);
        let highest = world.office.desk.phone.replica.records.values().map(|row| row.seq).max();
        assert_eq!(ledger["seq"].as_u64(), highest);
    }

    // A new county joins while everybody is at work.
    let longyan = County { code: "350825", name: "连城县", city: "350800", office: "liancheng" };
    let fourth = open(&server, longyan, 9).await;
    city.sync().await.expect("the line holds");
    assert!(city.phone.replica.records.contains_key(&fourth.schools[0].id), "the city has it at once");
    let mut fresh = worlds[0].enrol(&server, &city.username, "新电脑（演示）").await;
    fresh.sync().await.expect("the line holds");
    assert_eq!(city.phone.replica.records, fresh.phone.replica.records);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_for_another_county_is_held_where_its_office_sees_it() {
    let server = Server::start().await;
    let here = open(&server, SHANGHANG, 1).await;
    let there = open(&server, JIAOCHENG, 2).await;
    let mut phone = here.team_phone(&server, "甲", 0).await;
    phone.write_diary(there.projects[0].id, "2026-03-02", |form| form.working("借调"));
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (0, 1));
    assert!(here.office.held().await.is_empty(), "it is not this county's to decide");
    let held = there.office.held().await;
    assert_eq!(held.len(), 1);
    there.office.release(&held[0]).await;
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!(sent.duplicates, 1, "its author hears of it");
    assert!(diaries(&phone).is_empty(), "and still reads only what is in scope");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_may_carry_changes_for_two_counties() {
    let server = Server::start().await;
    let here = open(&server, SHANGHANG, 1).await;
    let there = open(&server, WUPING, 2).await;
    let scopes = [&here, &there].map(|world| format!("project:{}", world.projects[0].id));
    let roles = [("school_team", scopes[0].as_str()), ("school_team", scopes[1].as_str())];
    let mut phone = here.phone(&server, "两县兼任", &roles).await;
    phone.sync().await.expect("the line holds");
    for day in days("2026-03-01", 6) {
        for world in [&here, &there] {
            phone.write_diary(world.projects[0].id, &day, |form| form.working("浇筑"));
        }
    }
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (12, 0));
    let mut fresh = here.enrol(&server, &phone.username, "新手机（演示）").await;
    fresh.limit = Some(3);
    fresh.sync().await.expect("page after page, county after county");
    assert_eq!(phone.phone.replica.records, fresh.phone.replica.records);
    assert_eq!(diaries(&fresh).len(), 2);
    server.verify();
}
