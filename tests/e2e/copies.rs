//! Phones that were copied, rolled back, or whose clock is wrong by years: nothing rests on them.

use chrono::TimeDelta;
use harness::replica::Batch;
use harness::seed::Seed;
use harness::world::days;
use harness::{Device, Network, Server, Weather, World};
use reqwest::{Method, StatusCode};
use sync_protocol::value::Value;

const DAY: &str = "2026-03-02";

/// How many storage alarms the office sees for a device.
fn storage_alarms(server: &Server, phone: &Device) -> u64 {
    let devices = server.run(&["user", "devices", &phone.username, "--json"]);
    let id = phone.phone.owner.device.to_string();
    let line = devices.stdout.lines().find(|line| line.contains(&id)).expect("the device is listed");
    let device: serde_json::Value = serde_json::from_str(line).expect("one object a line");
    device["storage_alarms"].as_u64().expect("a count")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_phone_loses_nothing_of_either_copy_and_the_office_is_told() {
    let server = Server::start().await;
    let mut world = World::small(1).open(&server).await;
    let project = world.projects[0].id;
    let mut first = world.school_phone(&server, "甲").await;
    first.sync().await.expect("the line holds");
    let diary =
        first.write_diary(project, DAY, |form| form.working("浇筑").set("image_progress", "主体一层"));
    first.sync().await.expect("the line holds");
    assert_eq!(storage_alarms(&server, &first), 0);

    // A new phone is set up from the backup of the old one, and both stay in use.
    let mut second = first.copied();
    first.edit(diary, |form| form.set("image_progress", "主体二层").set("remarks", "旧手机"));
    second.edit(diary, |form| form.set("image_progress", "主体三层").set("remarks", "新手机"));
    for _ in 0..3 {
        first.sync().await.expect("the line holds");
        second.sync().await.expect("the line holds");
        first.write_diary(project, "2026-03-03", |form| form.set("remarks", "旧手机又记一条"));
        second.write_diary(project, "2026-03-03", |form| form.set("remarks", "新手机又记一条"));
    }
    first.sync().await.expect("the line holds");
    second.sync().await.expect("the line holds");
    first.sync().await.expect("the line holds");

    world.office.refresh().await.expect("the office has a good line");
    let desk = &world.office.desk;
    let both: Vec<Value> = vec!["主体二层".into(), "主体三层".into()];
    assert_eq!(desk.values(diary, "image_progress"), both, "both copies wrote, both values stand");
    assert_eq!(desk.values(diary, "remarks").len(), 2);
    assert_eq!(first.view(diary), second.view(diary));
    let next_day = harness::draft::diary_id(project, "2026-03-03");
    assert_eq!(desk.values(next_day, "remarks").len(), 6);
    assert!(first.everything_is_at_the_office().await.expect("the line holds"));
    assert!(second.everything_is_at_the_office().await.expect("the line holds"));
    assert!(storage_alarms(&server, &first) >= 1, "the office is told");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_rolled_back_to_last_week_catches_up_and_loses_nothing() {
    let server = Server::start().await;
    let world = World::small(2).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    let diary = phone.write_diary(project, DAY, |form| form.working("浇筑").set("image_progress", "基础"));
    phone.sync().await.expect("the line holds");
    // Saved and not sent when the backup was made.
    phone.edit(diary, |form| form.set("remarks", "备份里还没发出的一条"));
    let last_week = phone.phone.clone();
    for stage in ["主体一层", "主体二层", "主体三层"] {
        phone.edit(diary, |form| form.set("image_progress", stage));
        phone.sync().await.expect("the line holds");
    }
    let today = phone.view(diary);
    assert_eq!(storage_alarms(&server, &phone), 0);

    phone.roll_back(&last_week);
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.duplicates), (0, 1), "what the backup still had to send was known");
    assert_eq!(phone.view(diary), today, "and it is where it was");
    for _ in 0..3 {
        phone.sync().await.expect("the line holds");
    }
    assert_eq!(storage_alarms(&server, &phone), 1, "the office is told, once");

    // Written over the old state, before the phone knew better: it stands beside the new.
    phone.roll_back(&last_week);
    phone.edit(diary, |form| form.set("image_progress", "主体封顶"));
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!(sent.conflicts.len(), 1, "nobody overwrites what they have not seen");
    assert_eq!(phone.values(diary, "image_progress"), ["主体三层".into(), "主体封顶".into()]);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_only_restarted_raises_no_alarm() {
    let server = Server::start().await;
    let world = World::small(3).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    for day in 1..=5 {
        phone.write_diary(world.projects[0].id, &format!("2026-03-0{day}"), |form| form.working("浇筑"));
        phone.restart();
        let sent = phone.sync().await.expect("the line holds");
        assert_eq!(sent.accepted, 1, "what was saved is there after the restart");
    }
    assert_eq!(storage_alarms(&server, &phone), 0);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_wrong_by_years_change_nothing_of_what_is_read() {
    let server = Server::start().await;
    let mut world = World::small(4).open(&server).await;
    let project = world.projects[0].id;
    let right = world.school_phone(&server, "准").await;
    let behind = world.school_phone(&server, "慢").await.with_clock_off_by(TimeDelta::days(-365 * 30));
    let ahead = world.school_phone(&server, "快").await.with_clock_off_by(TimeDelta::days(365 * 40));
    let mut phones = [ahead, behind, right];
    let mut diary = None;
    for (phone, stage) in phones.iter_mut().zip(["基础", "主体一层", "主体二层"]) {
        let id = phone.write_diary(project, DAY, |form| form.working(stage).set("image_progress", stage));
        diary = Some(id);
    }
    let diary = diary.expect("three wrote it");
    for phone in &mut phones {
        let sent = phone.sync().await.expect("the line holds");
        assert_eq!((sent.accepted, sent.held), (1, 0), "a wrong clock is no reason to refuse");
    }
    let in_order: Vec<Value> = vec!["基础".into(), "主体一层".into(), "主体二层".into()];
    for phone in &mut phones {
        phone.sync().await.expect("the line holds");
        assert_eq!(phone.values(diary, "image_progress"), in_order, "arrival is the order, no clock is");
        assert_eq!(phone.values(diary, "progress_text"), in_order);
    }
    // Who settles it with the slowest clock settles it for all.
    phones[1].settle(diary, "image_progress", "主体二层");
    phones[1].sync().await.expect("the line holds");
    world.office.refresh().await.expect("the office has a good line");
    assert_eq!(world.office.desk.values(diary, "image_progress"), ["主体二层".into()]);
    server.verify();
}

/// The server itself is a copy: its folder comes from last night. Phones still have the day.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_put_back_to_last_nights_copy_gets_the_day_back_from_the_phones() {
    let mut server = Server::start().await;
    let world = World::small(5).open(&server).await;
    let project = world.projects[0].id;
    let mut jia = world.school_phone(&server, "甲").await;
    let mut yi = world.school_phone(&server, "乙").await;
    let yesterday = jia.write_diary(project, "2026-03-01", |form| form.working("浇筑"));
    jia.sync().await.expect("the line holds");
    yi.sync().await.expect("the line holds");
    assert!(server.terminate().await.success());
    let last_night = server.copy_folder();
    server.start_again().await;

    let today = jia.write_diary(project, DAY, |form| form.working("养护").set("image_progress", "主体一层"));
    jia.sync().await.expect("the line holds");
    yi.sync().await.expect("the line holds");
    yi.edit(today, |form| form.set("image_progress", "主体二层"));
    yi.sync().await.expect("the line holds");
    assert_eq!(yi.values(today, "image_progress"), ["主体二层".into()]);

    assert!(server.terminate().await.success());
    server.put_back(&last_night);
    server.start_again().await;
    // Whoever comes first: an edit may arrive before the one that it replaces.
    for phone in [&mut yi, &mut jia] {
        let sent = phone.sync().await.expect("the line holds");
        assert_eq!(sent.resyncs, 1, "the phone is ahead of the server, which says so");
    }
    for phone in [&mut yi, &mut jia] {
        phone.sync().await.expect("the line holds");
        assert_eq!(phone.values(today, "image_progress"), ["主体二层".into()], "the gap healed");
        assert!(phone.is_at_the_office(yesterday) && phone.is_at_the_office(today));
        assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    }
    assert_eq!(jia.phone.replica.records, yi.phone.replica.records);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_come_long_after_they_were_sent_raise_no_alarm() {
    let server = Server::start().await;
    let world = World::small(7).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    let mut late = Vec::new();
    for day in days("2026-03-01", 6) {
        phone.write_diary(project, &day, |form| form.working("浇筑"));
        let batch = Batch { changes: 100, bytes: 100_000, limit: None, ask_after_held: true };
        late.push(phone.phone.request(phone.now(), batch).body);
        phone.sync().await.expect("the line holds");
        for request in &late {
            let answer = phone.request(Method::POST, "/api/v1/sync").json(request).send().await;
            assert_eq!(answer.expect("the server answers").status(), StatusCode::OK, "and nobody reads it");
        }
    }
    phone.sync().await.expect("the line holds");
    assert_eq!(storage_alarms(&server, &phone), 0, "its storage was never copied nor rolled back");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_loses_or_doubles_requests_raises_no_alarm() {
    let server = Server::start().await;
    let world = World::small(6).open(&server).await;
    let project = world.projects[0].id;
    let line = Network::to(&server).await;
    let mut phone = world.school_phone(&server, "甲").await.behind(&line);
    let mut chance = Seed::new(6);
    for day in days("2026-03-01", 40) {
        phone.write_diary(project, &day, |form| form.working("浇筑"));
        line.next(match chance.below(5) {
            0 => Weather::Twice,
            1 => Weather::CutRequestAfter(300),
            2 => Weather::CutAnswerAfter(100),
            3 => Weather::LOST_ANSWER,
            _ => Weather::Fair,
        });
        phone.sync().await.ok();
        line.clear_up();
        if chance.chance(30) {
            phone.sync().await.expect("the line holds");
        }
    }
    phone.sync().await.expect("the line holds");
    assert_eq!(storage_alarms(&server, &phone), 0, "its storage was never copied nor rolled back");
    server.verify();
}
