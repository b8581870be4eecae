//! Months of work carried down from a village in small batches, and a new phone's first pull.

use harness::world::days;
use harness::{Network, Server, Weather, World};

#[tokio::test(flavor = "multi_thread")]
async fn months_of_backlog_arrive_in_small_batches_over_a_line_that_keeps_failing() {
    let server = Server::start().await;
    let mut world = World::small(1).open(&server).await;
    let project = world.projects[0].id;
    let line = Network::to(&server).await;
    let mut phone = world.school_phone(&server, "甲").await.behind(&line);
    let mut diaries = Vec::new();
    for day in days("2016-03-01", 120) {
        let diary = phone.write_diary(project, &day, |form| world.ordinary_day(form, 0, &day));
        phone.edit(diary, |form| form.set("remarks", "晚上补记"));
        diaries.push(diary);
    }
    assert_eq!(phone.phone.outbox.waiting.len(), 240);
    phone.batch = 7;
    let (mut accepted, mut duplicates, mut failures) = (0, 0, 0);
    while !phone.phone.outbox.waiting.is_empty() {
        match failures % 3 {
            0 => line.next(Weather::CutRequestAfter(300)),
            1 => line.next(Weather::LOST_ANSWER),
            _ => line.next(Weather::CutAnswerAfter(200)),
        }
        phone.sync().await.expect_err("the line fails after all");
        failures += 1;
        assert!(failures < 100, "it comes to an end");
        // One batch at a time gets through.
        let received = phone.round(false).await.expect("for a moment the line holds");
        accepted += received.accepted;
        duplicates += received.duplicates;
    }
    assert_eq!(accepted + duplicates, 240, "each was confirmed once, {failures} failures or not");
    assert!(duplicates > 0, "some had arrived although their answer was lost");
    phone.sync().await.expect("the line holds");

    world.office.refresh().await.expect("the office has a good line");
    for diary in diaries {
        assert_eq!(world.office.desk.view(diary), phone.view(diary));
        assert_eq!(world.office.desk.values(diary, "remarks").len(), 1);
    }
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_phone_pulls_in_pages_however_small_and_holds_what_a_fresh_one_would() {
    let server = Server::start().await;
    let world = World::small(2).open(&server).await;
    let project = world.projects[0].id;
    let mut writer = world.school_phone(&server, "甲").await;
    for day in days("2016-03-01", 60) {
        writer.write_diary(project, &day, |form| world.ordinary_day(form, 0, &day));
    }
    writer.sync().await.expect("the line holds");

    let line = Network::to(&server).await;
    let mut small_pages = world.school_phone(&server, "乙").await.behind(&line);
    small_pages.limit = Some(1);
    let mut one_page = world.school_phone(&server, "丙").await;
    let pages = small_pages.sync().await.expect("page after page").rounds;
    assert!(pages > 60, "{pages} pages");
    one_page.sync().await.expect("in one go");
    assert_eq!(small_pages.phone.replica.records, one_page.phone.replica.records);

    // While it pulls, others write, and the line dies in the middle; it goes on where it was.
    let mut third = world.school_phone(&server, "丁").await.behind(&line);
    third.limit = Some(7);
    for page in 0_u32.. {
        if page % 2 == 1 {
            line.next(Weather::CutAnswerAfter(700));
            third.round(false).await.expect_err("the answer was cut");
        }
        writer.write_diary(project, &format!("2017-01-{:02}", page + 1), |form| form.working("浇筑"));
        writer.sync().await.expect("the line holds");
        if !third.round(false).await.expect("the line holds").again {
            break;
        }
    }
    writer.sync().await.expect("the line holds");
    third.sync().await.expect("the line holds");
    assert_eq!(third.phone.replica.records, writer.phone.replica.records);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_lost_rows_is_repaired_by_the_index_and_not_wiped() {
    let server = Server::start().await;
    let world = World::small(3).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    for day in days("2016-03-01", 20) {
        phone.write_diary(project, &day, |form| world.ordinary_day(form, 0, &day));
    }
    phone.sync().await.expect("the line holds");
    let whole = phone.phone.replica.records.clone();
    // Storage that was damaged: one row gone, one old, one that never was.
    let ids: Vec<_> = whole.keys().copied().collect();
    phone.phone.replica.records.remove(&ids[3]);
    phone.phone.replica.records.get_mut(&ids[5]).expect("it is there").seq = 1;
    let stranger = harness::draft::diary_id(project, "1999-01-01");
    let mut false_row = whole[&ids[0]].clone();
    false_row.id = stranger;
    phone.phone.replica.records.insert(stranger, false_row);
    let waiting = phone.write_diary(project, "2016-05-01", |form| form.working("浇筑"));

    let sent = phone.sync().await.expect("the line holds");
    assert!(sent.repairs >= 1, "the digest told");
    assert_eq!(sent.accepted, 1);
    for (id, row) in &whole {
        assert_eq!(phone.phone.replica.records.get(id), Some(row));
    }
    assert!(!phone.phone.replica.records.contains_key(&stranger));
    assert!(phone.is_at_the_office(waiting));
    assert_eq!(phone.sync().await.expect("the line holds").repairs, 0, "and then it fits");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_bounded_in_bytes_however_many_records_are_asked_for() {
    let server = Server::start().await;
    let world = World::small(4).open(&server).await;
    let project = world.projects[0].id;
    let mut writer = world.school_phone(&server, "甲").await;
    let long = "记".repeat(20_000);
    for day in days("2016-03-01", 40) {
        writer.write_diary(project, &day, |form| form.set("progress_text", long.as_str()));
    }
    writer.sync().await.expect("the line holds");
    let mut reader = world.school_phone(&server, "乙").await;
    reader.limit = Some(2_000);
    let mut largest = 0;
    loop {
        let received = reader.round(false).await.expect("the line holds");
        largest = largest.max(received.records);
        if !received.again {
            break;
        }
    }
    assert!((5..40).contains(&largest), "60 KB each, 1 MiB a page: {largest} in the largest");
    assert_eq!(reader.phone.replica.records, writer.phone.replica.records);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_diaries_go_up_in_one_small_request_and_come_down_in_another() {
    let server = Server::start().await;
    let world = World::small(5).open(&server).await;
    let project = world.projects[0].id;
    let line = Network::to(&server).await;
    let mut writer = world.school_phone(&server, "甲").await.behind(&line);
    writer.sync().await.expect("the line holds");
    for day in days("2016-03-01", 100) {
        writer.write_diary(project, &day, |form| world.ordinary_day(form, 0, &day));
    }
    let (before, connections) = (line.bytes_up(), line.connections());
    let sent = writer.sync().await.expect("the line holds");
    let up = line.bytes_up() - before;
    assert_eq!((sent.accepted, line.connections() - connections), (100, 1));
    assert!(up <= 35_000, "a hundred diaries took {up} bytes");

    let mut reader = world.school_phone(&server, "乙").await.behind(&line);
    let (before, connections) = (line.bytes_down(), line.connections());
    reader.sync().await.expect("the line holds");
    let down = line.bytes_down() - before;
    assert_eq!(line.connections() - connections, 1);
    assert!(down <= 60_000, "a hundred diaries took {down} bytes");
    assert_eq!(reader.phone.replica.records, writer.phone.replica.records);

    // Nothing new costs next to nothing.
    let (up, down) = (line.bytes_up(), line.bytes_down());
    reader.sync().await.expect("the line holds");
    let (up, down) = (line.bytes_up() - up, line.bytes_down() - down);
    assert!(up + down <= 2_500, "{up} bytes up and {down} down to hear that there is nothing new");
    server.verify();
}
