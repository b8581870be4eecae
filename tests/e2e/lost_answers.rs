//! Lines that lose answers, cut requests anywhere, or deliver them twice: everything counts once.

use harness::{Device, Network, Server, Weather, World};
use sync_protocol::id::RecordId;

fn write(phone: &mut Device, project: RecordId, day: u32) -> RecordId {
    let date = format!("2026-03-{day:02}");
    phone.write_diary(project, &date, |form| form.working("浇筑").crew("普工", 5).set("remarks", "甲方在场"))
}

/// How many diaries and remarks the office counts.
async fn counted(world: &mut harness::world::OpenWorld, diary: RecordId) -> usize {
    world.office.refresh().await.expect("the office has a good line");
    world.office.desk.values(diary, "remarks").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_again_and_again_counts_once() {
    let server = Server::start().await;
    let mut world = World::small(1).open(&server).await;
    let line = Network::to(&server).await;
    let mut phone = world.school_phone(&server, "甲").await.behind(&line);
    let diary = write(&mut phone, world.projects[0].id, 1);
    for _ in 0..5 {
        line.next(Weather::LOST_ANSWER);
        phone.sync().await.expect_err("the answer was lost");
        assert_eq!(phone.phone.outbox.waiting.len(), 1, "it is not confirmed");
    }
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.duplicates), (0, 1));
    assert_eq!(counted(&mut world, diary).await, 1);
    server.verify();
}

/// By how many bytes a request may differ from the one before: the clock is in it, and it is compressed.
const MARGIN: usize = 64;

#[tokio::test(flavor = "multi_thread")]
async fn a_request_and_its_answer_may_be_cut_at_any_byte() {
    let server = Server::start().await;
    let mut world = World::small(2).open(&server).await;
    let line = Network::to(&server).await;
    let mut phone = world.school_phone(&server, "甲").await.behind(&line);
    phone.sync().await.expect("the line holds");

    // How long both are on a line that holds.
    let (up, down) = (line.bytes_up(), line.bytes_down());
    write(&mut phone, world.projects[0].id, 1);
    phone.sync().await.expect("the line holds");
    let (up, down) = ((line.bytes_up() - up) as usize, (line.bytes_down() - down) as usize);
    assert!(up > 500 && down > 500, "{up} bytes up, {down} down");

    let project = world.projects[0].id;
    let diary = write(&mut phone, project, 2);
    for bytes in 0.. {
        line.next(Weather::CutRequestAfter(bytes));
        let sent = phone.sync().await;
        if bytes + MARGIN < up {
            sent.expect_err("the request was cut");
        } else if counted(&mut world, diary).await > 0 {
            assert!(bytes > up - MARGIN, "half a request is none");
            break;
        }
        assert!(bytes < up + MARGIN, "a request that came whole counts");
    }
    phone.sync().await.expect("the line holds");
    assert_eq!(counted(&mut world, diary).await, 1);

    let diary = write(&mut phone, project, 3);
    let sent = 'whole: {
        for bytes in 0..down + 4096 {
            line.next(Weather::CutAnswerAfter(bytes));
            match phone.sync().await {
                Ok(sent) => break 'whole sent,
                Err(_) => assert_eq!(phone.phone.outbox.waiting.len(), 1, "cut after {bytes} bytes"),
            }
        }
        panic!("an answer that came whole counts");
    };
    assert_eq!((sent.accepted, sent.duplicates), (0, 1), "half an answer is none");
    assert_eq!(counted(&mut world, diary).await, 1);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_push_from_two_connections_at_once_counts_once() {
    let server = Server::start().await;
    let mut world = World::small(3).open(&server).await;
    let line = Network::to(&server).await;
    let mut phone = world.school_phone(&server, "甲").await.behind(&line);
    phone.sync().await.expect("the line holds");
    let project = world.projects[0].id;
    for day in 1..=20 {
        let diary = write(&mut phone, project, day);
        line.next(Weather::Twice);
        let sent = phone.sync().await.expect("one of the answers comes");
        assert_eq!(sent.accepted + sent.duplicates, 1, "and it counts for this change");
        assert_eq!(counted(&mut world, diary).await, 1, "day {day}");
    }
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_phone_pushing_from_eight_tasks_at_once_counts_once() {
    let server = Server::start().await;
    let mut world = World::small(4).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let project = world.projects[0].id;
    let diaries: Vec<_> = (1..=28).map(|day| write(&mut phone, project, day)).collect();
    let mut pushes = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let mut same = phone.copied();
        pushes.spawn(async move { same.sync().await.map(|sent| (sent.accepted, sent.duplicates)) });
    }
    let mut accepted = 0;
    while let Some(sent) = pushes.join_next().await {
        let (new, old) = sent.expect("no panic").expect("the line holds");
        assert_eq!(new + old, 28);
        accepted += new;
    }
    assert_eq!(accepted, 28, "each was new exactly once");
    for diary in diaries {
        assert_eq!(counted(&mut world, diary).await, 1);
    }
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_line_costs_patience_and_nothing_else() {
    let server = Server::start().await;
    let world = World::small(5).open(&server).await;
    let line = Network::to(&server).await;
    let phone = world.school_phone(&server, "甲").await.behind(&line);
    let mut phone = phone.patient_for(std::time::Duration::from_millis(300));
    write(&mut phone, world.projects[0].id, 1);
    line.next(Weather::SilentAfter(100));
    phone.sync().await.expect_err("nobody answers");
    assert_eq!(phone.phone.outbox.waiting.len(), 1);
    let mut phone = phone.patient_for(std::time::Duration::from_secs(20));
    assert_eq!(phone.sync().await.expect("the line holds").accepted, 1);
    server.verify();
}
