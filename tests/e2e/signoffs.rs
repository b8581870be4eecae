//! Signatures are bound to what was signed: later content shows, and nobody signs over a conflict.

use harness::world::OpenWorld;
use harness::{Device, Server, World};
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;
use sync_protocol::refusal::Code;
use sync_protocol::signoff::{Signoff, Standing, Verdict};
use sync_protocol::withdrawal::Force;

const DAY: &str = "2026-03-02";

async fn principal(world: &OpenWorld, server: &Server) -> Device {
    let school = format!("school:{}", world.projects[0].school);
    world.phone(server, "校长", &[("principal", school.as_str())]).await
}

/// How the first signature on a record stands.
fn standing(device: &Device, record: RecordId) -> Standing {
    let view = device.view(record);
    let signature = &view.heads_named("signoffs")[0];
    Signoff::read(&signature.value).expect("a signature").standing(&view)
}

/// The one change of a phone that is held, with its code.
fn held(device: &Device) -> (Code, String) {
    let [held] = device.phone.outbox.held.as_slice() else {
        panic!("one change is held: {:?}", device.phone.outbox.held);
    };
    (held.code, held.field.clone().unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_made_in_good_faith_after_a_signature_reads_changed_since_signed() {
    let server = Server::start().await;
    let mut world = World::small(1).open(&server).await;
    let mut team = world.school_phone(&server, "甲").await;
    let mut principal = principal(&world, &server).await;
    let diary = team.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑").crew("普工", 5));
    team.sync().await.expect("the line holds");
    principal.sync().await.expect("the line holds");
    principal.sign(diary, Role::Principal, Verdict::Confirmed, None);

    // Offline, and knowing of no signature, the team corrects a number.
    team.edit(diary, |form| form.crew("普工", 6));
    let sent = principal.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (1, 0));
    assert_eq!(standing(&principal, diary), Standing::Current);
    let sent = team.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (1, 0), "who had not seen the signature wrote in good faith");
    let changed = Standing::ChangedSince(vec!["crew/普工".parse().expect("a field")]);
    assert_eq!(standing(&team, diary), changed);
    principal.sync().await.expect("the line holds");
    world.office.refresh().await.expect("the office has a good line");
    assert_eq!(standing(&principal, diary), changed);
    assert_eq!(standing(&world.office.desk, diary), changed, "everybody reads it the same");

    // What was signed can still be read: the covered edits stand in the history.
    let signature = principal.shown(diary, "signoffs").remove(0);
    let covers = Signoff::read(&signature.value).expect("a signature").covers;
    let record = world.office.record(diary).await;
    let history = record["history"].to_string();
    for edit in covers {
        assert!(history.contains(&edit.change.to_string()), "{edit} is in the history");
    }
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_seen_the_signature_corrects_with_a_reason_or_is_held() {
    let server = Server::start().await;
    let world = World::small(2).open(&server).await;
    let mut team = world.school_phone(&server, "甲").await;
    let mut principal = principal(&world, &server).await;
    let diary = team.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑").crew("普工", 5));
    team.sync().await.expect("the line holds");
    principal.sync().await.expect("the line holds");
    principal.sign(diary, Role::Principal, Verdict::Confirmed, None);
    principal.sync().await.expect("the line holds");
    team.sync().await.expect("the line holds");

    team.edit(diary, |form| form.set("remarks", "校长已看过"));
    assert_eq!(team.sync().await.expect("the line holds").accepted, 1, "talk needs no reason");
    assert_eq!(standing(&team, diary), Standing::Current, "and changes nothing that was signed");

    team.edit(diary, |form| form.crew("普工", 6).set("reason", "漏数一人"));
    assert_eq!(team.sync().await.expect("the line holds").accepted, 1);
    assert!(matches!(standing(&team, diary), Standing::ChangedSince(_)));

    team.edit(diary, |form| form.crew("普工", 7));
    let sent = team.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (0, 1));
    assert_eq!(held(&team), (Code::Invalid, "crew/普工".to_owned()));
    let counted: Vec<_> = team.view(diary).keyed("crew").flat_map(|(_, heads)| heads.to_vec()).collect();
    assert_eq!(counted.len(), 1);
    assert_eq!(counted[0].value, 6.into(), "what is held does not count");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn under_a_signature_a_withdrawal_is_its_own_reason_and_adds_nothing_to_one_that_is_content() {
    let server = Server::start().await;
    let world = World::small(5).open(&server).await;
    let mut team = world.school_phone(&server, "甲").await;
    let mut principal = principal(&world, &server).await;
    let project = world.projects[0].id.to_string();
    let change =
        team.begin("design_change", |form| form.set("project", project).set("reason", "基础遇到软土"));
    team.sync().await.expect("the line holds");
    principal.sync().await.expect("the line holds");
    principal.sign(change, Role::Principal, Verdict::Confirmed, None);
    principal.sync().await.expect("the line holds");
    team.sync().await.expect("the line holds");

    team.withdraw(change, "写错项目");
    assert_eq!(team.sync().await.expect("the line holds").accepted, 1, "{:?}", team.phone.outbox.held);
    assert_eq!(team.view(change).force(), Force::Withdrawn);
    assert_eq!(team.values(change, "reason"), ["基础遇到软土".into()]);

    team.edit(change, |form| form.clear("withdrawn").set("remarks", "项目没写错"));
    assert_eq!(team.sync().await.expect("the line holds").accepted, 1, "{:?}", team.phone.outbox.held);
    assert_eq!(team.view(change).force(), Force::InForce);

    // Content is corrected with a reason, and a remark is none.
    team.edit(change, |form| form.set("drawing", "结施-03").set("remarks", "换图"));
    let sent = team.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (0, 1));
    assert_eq!(held(&team), (Code::Invalid, "drawing".to_owned()));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_under_a_signature_is_taken_back_with_a_reason_or_is_held() {
    let server = Server::start().await;
    let world = World::small(6).open(&server).await;
    let mut team = world.school_phone(&server, "甲").await;
    let mut principal = principal(&world, &server).await;
    let diary = team.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    team.sync().await.expect("the line holds");
    principal.sync().await.expect("the line holds");
    principal.sign(diary, Role::Principal, Verdict::Confirmed, None);
    principal.sync().await.expect("the line holds");
    team.sync().await.expect("the line holds");
    team.withdraw(diary, "写错日期");
    assert_eq!(team.sync().await.expect("the line holds").accepted, 1, "{:?}", team.phone.outbox.held);
    team.edit(diary, |form| form.clear("withdrawn").set("remarks", "没写错"));
    let sent = team.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (0, 1), "a diary has a place of its own for reasons");
    assert_eq!(held(&team), (Code::Invalid, "withdrawn".to_owned()));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_over_a_visible_conflict() {
    let server = Server::start().await;
    let world = World::small(3).open(&server).await;
    let project = world.projects[0].id;
    let mut jia = world.school_phone(&server, "甲").await;
    let mut yi = world.school_phone(&server, "乙").await;
    let mut principal = principal(&world, &server).await;
    let diary = jia.write_diary(project, DAY, |form| form.working("浇筑").set("image_progress", "砌体"));
    yi.write_diary(project, DAY, |form| form.working("浇筑").set("image_progress", "屋面"));
    jia.sync().await.expect("the line holds");
    yi.sync().await.expect("the line holds");
    principal.sync().await.expect("the line holds");
    principal.sign(diary, Role::Principal, Verdict::Confirmed, None);
    let sent = principal.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (0, 1));
    assert_eq!(held(&principal), (Code::Invalid, "signoffs".to_owned()));

    // Settled first, then signed.
    principal.settle(diary, "image_progress", "屋面");
    principal.sync().await.expect("the line holds");
    principal.sign(diary, Role::Principal, Verdict::Confirmed, None);
    let sent = principal.sync().await.expect("the line holds");
    assert_eq!(sent.accepted, 1);
    assert_eq!(standing(&principal, diary), Standing::Current);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_given_in_ones_own_role_and_taken_away_by_its_signer_alone() {
    let server = Server::start().await;
    let world = World::small(4).open(&server).await;
    let mut team = world.school_phone(&server, "甲").await;
    let mut principal = principal(&world, &server).await;
    let diary = team.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    team.sign(diary, Role::Principal, Verdict::Confirmed, None);
    let sent = team.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (1, 1), "the diary counts, the false signature is held");
    assert_eq!(held(&team).0, Code::NotPermitted);

    principal.sync().await.expect("the line holds");
    principal.sign(diary, Role::Principal, Verdict::Confirmed, None);
    principal.sync().await.expect("the line holds");
    team.sync().await.expect("the line holds");
    let signature = team.shown(diary, "signoffs")[0].edit;
    team.edit(diary, |form| form.take_away("signoffs", signature));
    assert_eq!(team.sync().await.expect("the line holds").held, 2, "the false one is asked after, too");
    principal.sync().await.expect("the line holds");
    assert_eq!(principal.shown(diary, "signoffs").len(), 1, "it stands");
    principal.edit(diary, |form| form.take_away("signoffs", signature));
    assert_eq!(principal.sync().await.expect("the line holds").accepted, 1);
    assert!(principal.shown(diary, "signoffs").is_empty());

    principal.sign(diary, Role::Principal, Verdict::Returned, Some("照片不清楚，请补拍"));
    assert_eq!(principal.sync().await.expect("the line holds").accepted, 1);
    team.edit(diary, |form| form.set("progress_text", "补拍了照片"));
    team.sync().await.expect("the line holds");
    assert_eq!(team.values(diary, "progress_text").len(), 2, "a diary that was returned is free to edit");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_meets_an_edit_made_elsewhere_and_both_are_seen() {
    let server = Server::start().await;
    let world = World::small(5).open(&server).await;
    let mut jia = world.school_phone(&server, "甲").await;
    let mut yi = world.school_phone(&server, "乙").await;
    let diary = jia.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    jia.sync().await.expect("the line holds");
    yi.sync().await.expect("the line holds");
    jia.withdraw(diary, "日期写错，重写一篇");
    yi.edit(diary, |form| form.crew("普工", 5));
    jia.sync().await.expect("the line holds");
    yi.sync().await.expect("the line holds");
    jia.sync().await.expect("the line holds");
    assert_eq!(jia.values(diary, "withdrawn"), ["日期写错，重写一篇".into()]);
    assert_eq!(jia.view(diary), yi.view(diary), "nothing was deleted, both are there to be decided on");
    assert_eq!(yi.view(diary).keyed("crew").count(), 1);
    server.verify();
}
