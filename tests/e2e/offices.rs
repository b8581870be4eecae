//! Separation of duties, in the ledger and around the held box: nobody closes, signs, withdraws or
//! releases what is not theirs to.

use harness::draft::diary_id;
use harness::{Device, Person, Server, World};
use reqwest::{Method, StatusCode};
use serde_json::json;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;
use sync_protocol::refusal::Code;
use sync_protocol::signoff::Verdict;

const COUNTY: &str = "350823";
const OTHER_COUNTY: &str = "350902";

async fn synced(mut device: Device) -> Device {
    device.sync().await.expect("the line holds");
    device
}

fn codes(device: &Device) -> Vec<(Code, Option<&str>)> {
    device.phone.outbox.held.iter().map(|held| (held.code, held.field.as_deref())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_remarked_nobody_else_takes_away() {
    let server = Server::start().await;
    let world = World::small(1).open(&server).await;
    let mut team = synced(world.school_phone(&server, "甲").await).await;
    let diary = team.write_diary(world.projects[0].id, "2026-03-02", |form| form.working("浇筑"));
    team.sync().await.expect("the line holds");
    let zone = world.zones.iter().find(|zone| zone.schools.contains(&world.projects[0].school)).expect("one");
    let mut inspector =
        synced(world.phone(&server, "督学", &[("inspector", &format!("zone:{}", zone.id))]).await).await;
    inspector.edit(diary, |form| form.set("remarks", "围挡不严"));
    inspector.sync().await.expect("the line holds");
    team.sync().await.expect("the line holds");

    team.edit(diary, |form| form.clear("remarks"));
    let sent = team.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (0, 1));
    assert_eq!(codes(&team), [(Code::NotPermitted, Some("remarks"))]);
    inspector.edit(diary, |form| form.clear("remarks"));
    assert_eq!(inspector.sync().await.expect("the line holds").accepted, 1, "their own word they take back");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_inspected_does_not_make_a_finding_void() {
    let server = Server::start().await;
    let world = World::small(2).open(&server).await;
    let project = world.projects[0].id;
    let zone = world.zones.iter().find(|zone| zone.schools.contains(&world.projects[0].school)).expect("one");
    let scope = format!("zone:{}", zone.id);
    let mut inspector = synced(world.phone(&server, "督学", &[("inspector", &scope)]).await).await;
    let finding = inspector.begin("finding", |form| {
        form.set("project", project.to_string())
            .set("source", "professional")
            .set("category", "安全")
            .set("severity", "较大")
            .set("description", "临边无防护")
            .set("deadline", "2026-03-09")
            .set("responsible", "甲")
    });
    assert_eq!(inspector.sync().await.expect("the line holds").accepted, 1, "{:?}", codes(&inspector));
    let mut team = synced(world.school_phone(&server, "甲").await).await;
    team.withdraw(finding, "不属实");
    let sent = team.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (0, 1));
    assert_eq!(codes(&team), [(Code::NotPermitted, Some("withdrawn"))]);
    inspector.withdraw(finding, "重复登记");
    assert_eq!(inspector.sync().await.expect("the line holds").accepted, 1);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_written_before_the_signature_came_was_written_in_good_faith() {
    let server = Server::start().await;
    let world = World::small(3).open(&server).await;
    let school = format!("school:{}", world.projects[0].school);
    let mut team = synced(world.school_phone(&server, "甲").await).await;
    let diary = team.write_diary(world.projects[0].id, "2026-03-02", |form| form.working("浇筑"));
    team.sync().await.expect("the line holds");
    let mut principal = synced(world.phone(&server, "校长", &[("principal", &school)]).await).await;

    // In the village without signal, change after change.
    for people in 1..=4 {
        team.edit(diary, |form| form.crew("普工", people));
    }
    principal.sign(diary, Role::Principal, Verdict::Confirmed, None);
    assert_eq!(principal.sync().await.expect("the line holds").accepted, 1);
    // Sent one by one: the first answer already shows the signature, the rest was written before.
    team.batch = 1;
    let sent = team.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (4, 0), "{:?}", codes(&team));
    team.edit(diary, |form| form.crew("普工", 9));
    let sent = team.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (0, 1), "now the signature was seen: a correction needs a reason");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_lets_changes_into_its_own_ledger_alone() {
    let server = Server::start().await;
    let world = World::small(4).open(&server).await;
    server.run(&["county", "add", OTHER_COUNTY, "蕉城区", "--city", "350900"]);
    let office = |county: &str| [("inspection_office".to_owned(), format!("county:{county}"))];
    let desk = async |county: &str, name: &str| {
        let roles = office(county);
        let roles: Vec<_> = roles.iter().map(|(role, at)| (role.as_str(), at.as_str())).collect();
        Person::at(synced(world.phone(&server, name, &roles).await).await)
    };
    let mut here = desk(COUNTY, "督导室").await;
    let there = desk(OTHER_COUNTY, "邻县督导室").await;
    // A township of the neighbour: not theirs to write.
    let township = RecordId::natural("division", "350902101");
    here.desk.write("division", township, |form| {
        form.set("code", "350902101").set("name", "邻县某镇（演示）").set("level", "township")
    });
    here.desk.sync().await.expect("the line holds");
    assert_eq!(codes(&here.desk), [(Code::OutOfScope, Some("code"))]);
    assert!(here.held().await.is_empty(), "it does not wait at the office of who wrote it");
    let held = there.held().await;
    assert_eq!(held.len(), 1, "but where it would stand");
    let path = format!("/api/v1/held/{}/release", held[0]["id"]);
    let (status, _) = here.ask(Method::POST, &path, Some(json!({}))).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "its author sees it and decides nothing");
    there.release(&held[0]).await;
    assert_eq!(there.record(township).await["county"], OTHER_COUNTY);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_in_a_role_that_was_never_held_is_not_released() {
    let server = Server::start().await;
    let world = World::small(5).open(&server).await;
    let mut team = synced(world.school_phone(&server, "甲").await).await;
    let diary = team.write_diary(world.projects[0].id, "2026-03-02", |form| form.working("浇筑"));
    team.sync().await.expect("the line holds");
    team.sign(diary, Role::Principal, Verdict::Confirmed, None);
    team.sync().await.expect("the line holds");
    assert_eq!(codes(&team), [(Code::NotPermitted, Some("signoffs"))]);
    let held = world.office.held().await;
    let path = format!("/api/v1/held/{}/release", held[0]["id"]);
    let (status, problem) = world.office.ask(Method::POST, &path, Some(json!({}))).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("cannot_be_released")));
    world.office.refuse(&held[0], "请校长本人签字").await;
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_principal_applies_for_money_and_notes_no_payment() {
    let server = Server::start().await;
    let world = World::small(6).open(&server).await;
    let school = world.projects[0].school;
    let scope = format!("school:{school}");
    let mut principal = synced(world.phone(&server, "校长", &[("principal", &scope)]).await).await;
    for kind in ["申请", "拨付"] {
        principal.begin("fund_event", |form| {
            form.set("school", school.to_string())
                .set("type", kind)
                .set("source", "县")
                .set("amount", 10_000_000)
                .set("voucher", "演示-1")
        });
    }
    let sent = principal.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (1, 1));
    assert_eq!(codes(&principal), [(Code::NotPermitted, Some("type"))]);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_offices_decide_at_once_is_decided_once() {
    let server = Server::start().await;
    let world = World::small(7).open(&server).await;
    let mut phone = synced(world.school_phone(&server, "甲").await).await;
    for day in 1..=9 {
        let date = format!("2026-03-0{day}");
        phone.write_diary(world.projects[1].id, &date, |form| form.working("代班"));
    }
    phone.sync().await.expect("the line holds");
    let held = world.office.held().await;
    assert_eq!(held.len(), 9);
    for held in &held {
        let world = &world;
        let decide = |what: &str| {
            let path = format!("/api/v1/held/{}/{what}", held["id"]);
            async move { world.office.ask(Method::POST, &path, Some(json!({ "reason": "演示" }))).await }
        };
        let ((released, _), (refused, _)) = tokio::join!(decide("release"), decide("refuse"));
        let won = [released, refused].into_iter().filter(StatusCode::is_success).count();
        assert_eq!(won, 1, "{released} {refused}");
        let told = world.office.get(&format!("/api/v1/held/{}", held["id"])).await;
        let in_ledger = told["released_seq"].is_number();
        assert_eq!(told["state"] == "released", in_ledger);
        assert_eq!(released.is_success(), in_ledger, "the box says what the ledger says");
        let change = &held["change"];
        let date = change["edits"].as_array().expect("edits").iter().find(|edit| edit["field"] == "date");
        let date = date.and_then(|edit| edit["value"].as_str()).expect("a date");
        let path = format!("/api/v1/records/{}", diary_id(world.projects[1].id, date));
        let (status, _) = world.office.ask(Method::GET, &path, None).await;
        assert_eq!(status.is_success(), in_ledger);
    }
    server.verify();
}
