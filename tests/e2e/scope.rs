//! Scopes that grow and shrink, schools that move between zones: a phone holds what a fresh one would.

use harness::seed::Seed;
use harness::world::{OpenWorld, days};
use harness::{Device, Server, World};
use serde_json::json;
use sync_protocol::id::RecordId;

/// The schools whose diaries are on a phone.
fn projects_with_diaries(device: &Device) -> Vec<Option<RecordId>> {
    let rows = device.phone.replica.records.values().filter(|row| row.kind == "diary");
    let mut projects: Vec<_> = rows.map(|row| row.project).collect();
    projects.sort_unstable();
    projects.dedup();
    projects
}

/// A phone holds exactly what a phone enrolled today for the same person holds.
async fn holds_what_a_fresh_one_does(world: &OpenWorld, server: &Server, device: &Device) {
    let mut fresh = world.enrol(server, &device.username, "新手机（演示）").await;
    fresh.sync().await.expect("the line holds");
    assert_eq!(device.phone.replica.records, fresh.phone.replica.records);
    assert_eq!(device.phone.replica.digest(), fresh.phone.replica.digest());
}

/// Each project's school team writes some days.
async fn diaries_everywhere(world: &OpenWorld, server: &Server) -> Vec<Device> {
    let mut teams = Vec::new();
    for (number, project) in world.projects.iter().enumerate() {
        let mut team = world.team_phone(server, "项目组", number).await;
        for day in days("2026-03-01", 5) {
            team.write_diary(project.id, &day, |form| world.ordinary_day(form, number, &day));
        }
        team.sync().await.expect("the line holds");
        teams.push(team);
    }
    teams
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_grows_brings_what_was_there_before_and_one_that_shrinks_takes_it_away() {
    let server = Server::start().await;
    let world = World::small(1).open(&server).await;
    diaries_everywhere(&world, &server).await;
    let [first, second, _] = [0, 1, 2].map(|number| world.projects[number].id);
    let mut phone = world.school_phone(&server, "甲").await;
    phone.sync().await.expect("the line holds");
    assert_eq!(projects_with_diaries(&phone), [Some(first)]);

    let more = format!("project:{second}");
    world.give_role(&server, &phone, "school_team", &more);
    let waiting = phone.write_diary(first, "2026-04-01", |form| form.working("浇筑"));
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!((sent.resyncs, sent.held), (1, 0));
    assert!(phone.is_at_the_office(waiting), "a resync costs no change");
    assert_eq!(projects_with_diaries(&phone).len(), 2);
    holds_what_a_fresh_one_does(&world, &server, &phone).await;

    world.take_role(&server, &phone, "school_team", &more);
    phone.sync().await.expect("the line holds");
    assert_eq!(projects_with_diaries(&phone), [Some(first)]);
    holds_what_a_fresh_one_does(&world, &server, &phone).await;
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_moved_to_another_zone_moves_from_one_inspectors_phone_to_the_others() {
    let server = Server::start().await;
    let mut world = World::small(2).open(&server).await;
    let mut teams = diaries_everywhere(&world, &server).await;
    let zones = world.zones.clone();
    let mut inspectors = Vec::new();
    for zone in &zones {
        let scope = format!("zone:{}", zone.id);
        let mut inspector = world.phone(&server, &zone.name, &[("inspector", scope.as_str())]).await;
        inspector.sync().await.expect("the line holds");
        inspectors.push(inspector);
    }
    let moved = world.projects[0].school;
    assert!(zones[0].schools.contains(&moved));
    let of_school = |device: &Device, school| {
        device.phone.replica.records.values().filter(|row| row.school == Some(school)).count()
    };
    let records = of_school(&inspectors[0], moved);
    assert!(records > 5, "{records} records of the school");
    assert_eq!(of_school(&inspectors[1], moved), 0);

    // The office takes the school out of one zone and puts it into the other.
    world.office.refresh().await.expect("the office has a good line");
    let member = world.office.desk.shown(zones[0].id, "schools");
    let member = member.iter().find(|head| head.value.part("school") == Some(&moved.to_string().into()));
    let member = member.expect("it is a member").edit;
    world.office.desk.edit(zones[0].id, |form| form.take_away("schools", member));
    world.office.desk.edit(zones[1].id, |form| form.set_json("schools", json!({ "school": moved })));
    world.office.refresh().await.expect("the office has a good line");

    for inspector in &mut inspectors {
        inspector.sync().await.expect("the line holds");
    }
    assert_eq!(of_school(&inspectors[0], moved), 0);
    assert_eq!(of_school(&inspectors[1], moved), records);
    for inspector in &inspectors {
        holds_what_a_fresh_one_does(&world, &server, inspector).await;
    }
    // What the school writes from now on goes to the new inspector alone.
    let diary = teams[0].write_diary(world.projects[0].id, "2026-05-01", |form| form.working("浇筑"));
    teams[0].sync().await.expect("the line holds");
    for inspector in &mut inspectors {
        inspector.sync().await.expect("the line holds");
    }
    assert!(!inspectors[0].phone.replica.records.contains_key(&diary));
    assert!(inspectors[1].phone.replica.records.contains_key(&diary));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_moved_to_another_township_follows_its_township() {
    let server = Server::start().await;
    let mut world = World::small(3).open(&server).await;
    diaries_everywhere(&world, &server).await;
    let mut readers = Vec::new();
    for township in &world.townships {
        let scope = format!("township:{}", township.code);
        let mut reader = world.phone(&server, &township.name, &[("township", scope.as_str())]).await;
        reader.sync().await.expect("the line holds");
        readers.push(reader);
    }
    let moved = world.projects[0].school;
    assert!(readers[0].phone.replica.records.contains_key(&moved));
    let to = world.townships[1].code.clone();
    world.office.refresh().await.expect("the office has a good line");
    world.office.desk.edit(moved, |form| form.set("township", to));
    world.office.refresh().await.expect("the office has a good line");
    for reader in &mut readers {
        reader.sync().await.expect("the line holds");
        holds_what_a_fresh_one_does(&world, &server, reader).await;
    }
    assert!(!readers[0].phone.replica.records.contains_key(&moved));
    assert!(readers[1].phone.replica.records.contains_key(&moved));
    server.verify();
}

/// Law 8: from any history of cursors a client holds exactly what a fresh one would.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_in_between_a_phone_ends_with_what_a_fresh_one_would() {
    let server = Server::start().await;
    let world = World::small(4).open(&server).await;
    let mut teams = diaries_everywhere(&world, &server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let mut chance = Seed::new(4);
    let mut extra = [false; 3];
    for step in 0..16 {
        let project = 1 + chance.below(2) as usize;
        let scope = format!("project:{}", world.projects[project].id);
        match chance.below(4) {
            0 if extra[project] => {
                world.take_role(&server, &phone, "school_team", &scope);
                extra[project] = false;
            }
            0 | 1 if !extra[project] => {
                world.give_role(&server, &phone, "school_team", &scope);
                extra[project] = true;
            }
            2 => {
                let day = format!("2026-06-{:02}", step + 1);
                let id = world.projects[project].id;
                teams[project].write_diary(id, &day, |form| world.ordinary_day(form, project, &day));
                teams[project].sync().await.expect("the line holds");
            }
            _ => {
                // A page or two, and away again.
                phone.limit = Some(1 + chance.below(5) as u32);
                phone.round(true).await.expect("the line holds");
            }
        }
    }
    phone.limit = None;
    phone.sync().await.expect("the line holds");
    holds_what_a_fresh_one_does(&world, &server, &phone).await;
    server.verify();
}

/// Law 8 for readers: schools wander between zones and townships while everybody writes and reads.
#[tokio::test(flavor = "multi_thread")]
async fn schools_that_wander_are_on_the_phones_of_whoever_has_them_now() {
    let server = Server::start().await;
    let mut world = World::small(5).open(&server).await;
    let mut teams = diaries_everywhere(&world, &server).await;
    let zones = world.zones.clone();
    let townships = world.townships.clone();
    let schools = world.schools.clone();
    let mut readers = Vec::new();
    for zone in &zones {
        let scope = format!("zone:{}", zone.id);
        readers.push(world.phone(&server, &zone.name, &[("inspector", scope.as_str())]).await);
    }
    for township in &townships {
        let scope = format!("township:{}", township.code);
        readers.push(world.phone(&server, &township.name, &[("township", scope.as_str())]).await);
    }
    let both = [format!("zone:{}", zones[0].id), format!("township:{}", townships[1].code)];
    let roles = [("inspector", both[0].as_str()), ("township", both[1].as_str())];
    readers.push(world.phone(&server, "身兼两职", &roles).await);

    let mut chance = Seed::new(5);
    for step in 0..60 {
        let school = chance.pick(&schools).id;
        match chance.below(5) {
            0 => {
                let to = chance.pick(&zones).id;
                move_to_zone(&mut world, &zones, school, to).await;
            }
            1 => {
                let to = chance.pick(&townships).code.clone();
                world.office.desk.edit(school, |form| form.set("township", to));
                world.office.refresh().await.expect("the office has a good line");
            }
            2 => {
                let number = chance.below(teams.len() as u64) as usize;
                let day = format!("2026-07-{:02}", 1 + step % 30);
                let project = world.projects[number].id;
                teams[number].write_diary(project, &day, |form| form.working("浇筑"));
                teams[number].sync().await.expect("the line holds");
            }
            _ => {
                let reader = chance.below(readers.len() as u64) as usize;
                readers[reader].limit = Some(1 + chance.below(6) as u32);
                readers[reader].round(true).await.expect("the line holds");
            }
        }
    }
    for reader in &mut readers {
        reader.limit = None;
        reader.sync().await.expect("the line holds");
        holds_what_a_fresh_one_does(&world, &server, reader).await;
    }
    server.verify();
}

/// The office takes a school out of every zone that has it and puts it into one.
async fn move_to_zone(world: &mut OpenWorld, zones: &[harness::world::Zone], school: RecordId, to: RecordId) {
    let desk = &mut world.office.desk;
    for zone in zones {
        let here = |head: &sync_protocol::record::Head| {
            head.value.part("school") == Some(&school.to_string().into())
        };
        let members: Vec<_> = desk.shown(zone.id, "schools").into_iter().filter(here).collect();
        for member in members {
            desk.edit(zone.id, |form| form.take_away("schools", member.edit));
        }
    }
    desk.edit(to, |form| form.set_json("schools", json!({ "school": school })));
    world.office.refresh().await.expect("the office has a good line");
}
