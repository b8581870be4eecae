//! `kill -9`, or an orderly stop, in a loop under load: nothing that was acknowledged is ever missing,
//! nothing counts twice. One is as safe as the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use harness::photos::Shot;
use harness::seed::Seed;
use harness::world::days;
use harness::{Device, Server, World, eventually};
use sync_protocol::id::RecordId;

/// How often the server is killed: `SITELEDGER_KILL_ROUNDS=1000` for the long form.
#[expect(clippy::disallowed_methods, reason = "a test has no command line of its own")]
fn rounds() -> u64 {
    std::env::var("SITELEDGER_KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(30)
}

/// How often it is asked to stop instead.
const STOPS: u64 = 5;

/// How the server ends.
#[derive(Clone, Copy, Debug)]
enum Ends {
    Killed,
    Stopped,
}

/// What all phones together heard from the server.
#[derive(Debug, Default)]
struct Heard {
    over: AtomicBool,
    acknowledged: AtomicUsize,
}

/// Writes one diary after the other and sends each, whatever becomes of the server.
async fn write_on(mut phone: Device, project: RecordId, heard: Arc<Heard>) -> (Device, usize) {
    let mut written = 0;
    let mut days = days("1990-01-01", 100_000);
    while !heard.over.load(Ordering::Relaxed) {
        if phone.phone.outbox.waiting.len() < 40 {
            let day = days.next().expect("there are enough days");
            phone.write_diary(project, &day, |form| {
                form.working("浇筑").set("remarks", format!("第 {written} 条"))
            });
            written += 1;
        }
        match phone.sync().await {
            Ok(sent) => {
                heard.acknowledged.fetch_add(sent.accepted + sent.duplicates, Ordering::Relaxed);
            }
            // The server is away; as a phone would, it tries again a little later.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    (phone, written)
}

/// Takes pictures and sends them, whatever becomes of the server.
async fn photograph_on(mut phone: Device, heard: Arc<Heard>) -> (Device, u32) {
    let mut lost_bytes = 0;
    let mut taken = 0;
    while !heard.over.load(Ordering::Relaxed) {
        if phone.phone.photos.values().all(|photo| photo.at_office) {
            taken += 1;
            let shot = Shot { width: 1024, height: 768, noise: 30, ..Shot::small() };
            phone.take_picture(shot.take(taken), "现场.jpg");
        }
        match phone.send_photos().await {
            Ok(sent) => lost_bytes += sent.lost_bytes,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    (phone, lost_bytes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_missing_after_any_number_of_kills() {
    under_load(Ends::Killed, rounds()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_missing_after_any_number_of_stops() {
    under_load(Ends::Stopped, STOPS).await;
}

async fn under_load(ends: Ends, rounds: u64) {
    let mut server = Server::start().await;
    let mut world = World::small(1).open(&server).await;
    let heard = Arc::new(Heard::default());
    let mut writers = tokio::task::JoinSet::new();
    for project in 0..3 {
        let phone = world.team_phone(&server, "甲", project).await;
        writers.spawn(write_on(phone, world.projects[project].id, Arc::clone(&heard)));
    }
    let photographer = world.school_phone(&server, "摄").await;
    let photographer = tokio::spawn(photograph_on(photographer, Arc::clone(&heard)));

    let mut chance = Seed::new(rounds);
    for round in 0..rounds {
        // At least so many more were confirmed since the last kill; then it comes at any moment.
        let enough = heard.acknowledged.load(Ordering::Relaxed) + 3 + chance.below(12) as usize;
        let confirmed = || async { (heard.acknowledged.load(Ordering::Relaxed) >= enough).then_some(()) };
        eventually(&format!("{enough} changes confirmed in round {round}"), confirmed).await;
        tokio::time::sleep(Duration::from_micros(chance.below(8_000))).await;
        match ends {
            Ends::Killed => server.kill9(),
            Ends::Stopped => assert!(server.terminate().await.success(), "it is an ordinary end"),
        }
        server.start_again().await;
    }
    heard.over.store(true, Ordering::Relaxed);

    let mut written = BTreeMap::new();
    while let Some(writer) = writers.join_next().await {
        let (mut phone, count) = writer.expect("no panic");
        phone.sync().await.expect("the server is back for good");
        assert!(phone.phone.outbox.waiting.is_empty() && phone.phone.outbox.held.is_empty());
        assert_eq!(phone.phone.outbox.kept.len(), count, "every change was acknowledged once");
        assert!(phone.everything_is_at_the_office().await.expect("the server answers"));
        for (change, seq) in phone.acknowledged() {
            assert!(written.insert(seq, change.clone()).is_none(), "number {seq} was given twice");
        }
    }
    let (mut photographer, lost_bytes) = photographer.await.expect("no panic");
    assert_eq!(lost_bytes, 0, "no acknowledged byte of a photo was lost");
    photographer.send_photos().await.expect("the server is back for good");
    assert!(photographer.everything_is_at_the_office().await.expect("the server answers"));

    world.office.refresh().await.expect("the server is back for good");
    for change in written.values() {
        let remark = change.value_of("remarks").expect("each has one");
        let seen = world.office.desk.values(change.record, "remarks");
        assert_eq!(seen.iter().filter(|seen| *seen == remark).count(), 1, "{remark:?} in {seen:?}");
    }
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_asked_to_stop_ends_well_and_comes_back() {
    let mut server = Server::start().await;
    let world = World::small(2).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let diary = phone.write_diary(world.projects[0].id, "2026-03-02", |form| form.working("浇筑"));
    phone.sync().await.expect("the line holds");
    assert!(server.terminate().await.success(), "SIGTERM is an ordinary end");
    server.verify();
    phone.edit(diary, |form| form.set("remarks", "停机时写的"));
    phone.sync().await.expect_err("nobody is there");
    server.start_again().await;
    assert_eq!(phone.sync().await.expect("the server is back").accepted, 1);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_folder_exits_and_names_the_first() {
    let server = Server::start().await;
    let second = server.cli(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(!second.status.success());
    let first = server.address().to_string();
    assert!(second.stderr.contains(&first), "it names {first}: {}", second.stderr);
}
