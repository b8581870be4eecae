//! The data folder is lost, the backup is put back, and the phones bring what came since: no
//! administrator does more than that.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use harness::photos::Shot;
use harness::seed::Seed;
use harness::server::{Output, binary};
use harness::world::COUNTY;
use harness::{Device, Server, World, eventually};
use reqwest::{Method, StatusCode};
use serde_json::Value as Json;
use sync_protocol::id::RecordId;
use sync_protocol::photo::Sha256;

/// A number as large stands in a ledger only after a restore.
const FAR: u64 = 1_000_000;

fn run(server: &Server, arguments: &[&str], folder: &Path) -> Output {
    let folder = folder.to_str().expect("UTF-8");
    let mut all = vec![arguments[0], folder, "--json"];
    all.extend(&arguments[1..]);
    tokio::task::block_in_place(|| server.cli(&all))
}

/// Makes a backup, which must be good.
fn back_up(server: &Server) -> Json {
    let made = run(server, &["backup"], &server.beside("backup"));
    assert!(made.status.success(), "{}{}", made.stdout, made.stderr);
    made.json()
}

/// The disk with the data is gone, and a backup is put back.
async fn lose_all_and_restore(server: &mut Server, at: &str) {
    server.kill9();
    std::fs::remove_dir_all(server.data()).expect("it was there");
    let restored = run(server, &["restore", "--at", at], &server.beside("backup"));
    assert!(restored.status.success(), "{}{}", restored.stdout, restored.stderr);
    server.start_again().await;
}

fn listed(server: &Server) -> Vec<Json> {
    let listed = run(server, &["restore", "--list"], &server.beside("backup"));
    assert!(listed.status.success(), "{}", listed.stderr);
    listed.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Writes a diary with a photo and sends both.
async fn a_day(phone: &mut Device, project: RecordId, date: &str, seed: u64) -> (RecordId, Sha256, Vec<u8>) {
    let diary = phone.write_diary(project, date, |form| form.working("浇筑").set("remarks", date));
    let bytes = Shot::small().take(seed);
    let photo = phone.attach_photo(diary, bytes.clone(), "柱筋");
    bring(phone).await;
    (diary, photo, bytes)
}

/// Sends everything, as a phone in the background does.
async fn bring(phone: &mut Device) {
    for _ in 0..2 {
        phone.sync().await.expect("the line holds");
        phone.send_photos().await.expect("the line holds");
    }
}

async fn is_whole(server: &Server, phone: &mut Device, days: &[(RecordId, Sha256, Vec<u8>)]) {
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    assert_eq!(phone.phone.replica.distrust, None);
    for (diary, photo, bytes) in days {
        assert!(phone.is_at_the_office(*diary));
        assert_eq!(phone.values(*diary, "photos").len(), 1, "no photo of {diary} is doubled or lost");
        let back = phone.request(Method::GET, &format!("/api/v1/photos/{photo}")).send().await;
        let back = back.expect("the server answers");
        assert_eq!(back.status(), StatusCode::OK, "{photo}");
        assert_eq!(back.bytes().await.expect("whole"), *bytes, "the same bytes");
    }
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_disk_is_made_good_by_the_backup_and_the_phones_twice_from_the_same_one() {
    let mut server = Server::start().await;
    let mut world = World::small(91).open(&server).await;
    let project = world.projects[0].id;
    let mut jia = world.school_phone(&server, "甲").await;
    let mut yi = world.school_phone(&server, "乙").await;
    let mut days = vec![a_day(&mut jia, project, "2026-03-01", 1).await];
    // Somebody writes while the backup is made.
    let writing = tokio::spawn(async move {
        let mut days = Vec::new();
        for day in 2..=7 {
            days.push(a_day(&mut yi, project, &format!("2026-03-0{day}"), day).await);
        }
        (yi, days)
    });
    let made = back_up(&server);
    assert_eq!(made["good"], true);
    let (mut yi, written) = writing.await.expect("it writes to the end");
    days.extend(written);
    days.push(a_day(&mut jia, project, "2026-03-08", 8).await);
    let name = made["name"].as_str().expect("a name").to_owned();

    for round in 0..2 {
        lose_all_and_restore(&mut server, &name).await;
        let day = format!("2026-03-1{round}");
        // Some come at once, some had written more meanwhile, some come late.
        yi.write_diary(project, &day, |form| form.set("remarks", "恢复之前写的"));
        bring(&mut yi).await;
        assert!(yi.acknowledged().any(|(_, seq)| seq > FAR), "the ledger went on in a new epoch");
        assert!(yi.phone.replica.put_back.is_some(), "and the phone was told");
        bring(&mut jia).await;
        bring(&mut yi).await;
        jia.sync().await.expect("the line holds");
        world.office.refresh().await.expect("the office has a good line");
        is_whole(&server, &mut jia, &days).await;
        is_whole(&server, &mut yi, &days).await;
        is_whole(&server, &mut world.office.desk, &days).await;
        assert_eq!(jia.phone.replica.records, yi.phone.replica.records);
        days.push(a_day(&mut jia, project, &format!("2026-03-2{round}"), 20 + round).await);
    }
}

/// A number that another history gave out is never taken for one of this history.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_comes_after_the_next_backup_still_brings_what_was_lost() {
    let mut server = Server::start().await;
    let world = World::small(92).open(&server).await;
    let project = world.projects[0].id;
    let mut late = world.school_phone(&server, "甲").await;
    let mut early = world.school_phone(&server, "乙").await;
    bring(&mut late).await;
    bring(&mut early).await;
    back_up(&server);
    let lost = a_day(&mut late, project, "2026-03-01", 1).await;
    assert!(late.acknowledged().count() > 0);

    lose_all_and_restore(&mut server, "latest").await;
    for day in 1..=5 {
        early.write_diary(project, &format!("2026-02-0{day}"), |form| form.working("养护"));
    }
    bring(&mut early).await;
    back_up(&server);
    eventually("the backup is taken in", || {
        let mut phone = early.clone();
        async move {
            phone.sync().await.expect("the line holds");
            (phone.phone.replica.settled > FAR).then_some(())
        }
    })
    .await;
    early.sync().await.expect("the line holds");
    assert_eq!(early.acknowledged().count(), 0, "what a backup contains is kept no longer");

    let answer = late.round(false).await.expect("the line holds");
    assert!(answer.resync);
    assert_eq!(late.phone.replica.settled, 0, "nothing is said of the numbers of another history");
    assert!(!late.phone.outbox.waiting.is_empty(), "what was lost is sent again");
    bring(&mut late).await;
    is_whole(&server, &mut late, &[lost]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_drop_what_a_backup_contains_and_no_photo_before() {
    let mut server = Server::start().await;
    let world = World::small(93).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    let first = a_day(&mut phone, project, "2026-03-01", 1).await;
    assert_eq!(phone.make_room().await.expect("the line holds"), 0, "no backup has it yet");
    back_up(&server);
    // The change is in the backup; a photo that comes after it is not.
    let second = phone.attach_photo(first.0, Shot::small().take(2), "梁筋");
    bring(&mut phone).await;
    let kept = phone.acknowledged().count();
    assert_eq!(phone.make_room().await.expect("the line holds"), 1);
    assert!(phone.phone.photos.contains_key(&second), "it stays on the phone");
    let made = back_up(&server);
    assert_eq!(made["photos_added"], 1, "of the photos only the new one is copied");
    assert_eq!(made["manifest"]["photos"]["count"], 2);
    assert_eq!(phone.make_room().await.expect("the line holds"), 1);
    eventually("what is settled is dropped", || {
        let mut phone = phone.clone();
        async move {
            phone.sync().await.expect("the line holds");
            (phone.acknowledged().count() < kept.max(1)).then_some(())
        }
    })
    .await;

    lose_all_and_restore(&mut server, "latest").await;
    bring(&mut phone).await;
    assert_eq!(phone.values(first.0, "photos").len(), 2);
    for photo in [first.1, second] {
        let back = phone.request(Method::GET, &format!("/api/v1/photos/{photo}")).send().await;
        assert_eq!(back.expect("the server answers").status(), StatusCode::OK);
    }
    server.verify();
}

/// A resync for another reason makes no phone send again what is settled.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_scope_sends_nothing_again_that_is_settled() {
    let server = Server::start().await;
    let world = World::small(94).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    phone.write_diary(world.projects[0].id, "2026-03-01", |form| form.working("浇筑"));
    phone.sync().await.expect("the line holds");
    back_up(&server);
    eventually("the backup is taken in", || {
        let mut phone = phone.clone();
        async move {
            phone.sync().await.expect("the line holds");
            (phone.acknowledged().count() == 0).then_some(())
        }
    })
    .await;
    let scope = format!("project:{}", world.projects[1].id);
    world.give_role(&server, &phone, "school_team", &scope);
    let synced = phone.sync().await.expect("the line holds");
    assert_eq!((synced.resyncs, synced.duplicates), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_enrolled_after_the_backup_keeps_everything_until_it_is_enrolled_again() {
    let mut server = Server::start().await;
    let world = World::small(95).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    bring(&mut phone).await;
    back_up(&server);
    let mut new_phone = world.enrol(&server, &phone.username, "新手机").await;
    let day = a_day(&mut new_phone, project, "2026-03-01", 1).await;

    lose_all_and_restore(&mut server, "latest").await;
    let refused = new_phone.sync().await.expect_err("the restored server does not know it");
    assert_eq!(refused.status(), Some(StatusCode::UNAUTHORIZED));
    assert!(new_phone.phone.outbox.all().count() > 0);
    new_phone.phone.owner = world.enrol(&server, &phone.username, "新手机").await.phone.owner;
    bring(&mut new_phone).await;
    is_whole(&server, &mut new_phone, &[day]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_killed_is_none_and_the_next_one_is_whole() {
    let mut server = Server::start().await;
    let world = World::small(96).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let mut days = Vec::new();
    for day in 1..=6 {
        days.push(a_day(&mut phone, world.projects[0].id, &format!("2026-03-0{day}"), day).await);
    }
    let root = server.beside("backup");
    let mut chance = Seed::new(96);
    let mut cut = 0;
    for _ in 0..25 {
        let mut backup = Command::new(binary())
            .arg("backup")
            .arg(&root)
            .arg("--data")
            .arg(server.data())
            .args(["--keep", "3"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        tokio::time::sleep(Duration::from_millis(chance.below(400))).await;
        backup.kill().expect("it can be killed");
        cut += usize::from(!backup.wait().expect("it ends").success());
        // A photo is there whole or not at all, whatever was cut.
        for generation in if root.join("generations").is_dir() { listed(&server) } else { Vec::new() } {
            let file = root.join("generations").join(generation["name"].as_str().expect("a name"));
            let bytes = std::fs::read(file.join("siteledger.db")).expect("what is listed is there");
            assert_eq!(generation["manifest"]["database"]["sha256"], Sha256::of(&bytes).to_string());
        }
    }
    assert!(cut > 0, "none was cut");
    back_up(&server);
    lose_all_and_restore(&mut server, "latest").await;
    bring(&mut phone).await;
    is_whole(&server, &mut phone, &days).await;
}

/// A file that cannot grow, as on a full disk.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_without_room_is_none_and_the_one_before_stays() {
    let mut server = Server::start().await;
    let world = World::small(97).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let day = a_day(&mut phone, world.projects[0].id, "2026-03-01", 1).await;
    back_up(&server);
    phone.sync().await.expect("the line holds");
    assert!(server.terminate().await.success());
    let size = server.data().join("siteledger.db").metadata().expect("one file").len();
    let script = format!(
        "trap '' XFSZ; ulimit -f {}; exec '{}' backup '{}' --data '{}'",
        size / 1024 / 2,
        binary().display(),
        server.beside("backup").display(),
        server.data().display()
    );
    let failed = Command::new("bash").args(["-c", &script]).output().expect("bash runs");
    assert_eq!(failed.status.code(), Some(1), "{}", String::from_utf8_lossy(&failed.stderr));
    assert_eq!(listed(&server).len(), 1, "no half of a backup counts");
    server.start_again().await;
    back_up(&server);
    lose_all_and_restore(&mut server, "latest").await;
    bring(&mut phone).await;
    is_whole(&server, &mut phone, &[day]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_is_told_and_settles_nothing() {
    let mut server = Server::start().await;
    let world = World::small(98).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let day = a_day(&mut phone, world.projects[0].id, "2026-03-01", 1).await;
    // The photo's file is gone: the backup says so, and the phone is asked.
    let name = day.1.to_string();
    let file = server.data().join("photos").join(&name[..2]).join(&name[2..4]).join(&name);
    std::fs::remove_file(&file).expect("it was there");
    let made = run(&server, &["backup"], &server.beside("backup"));
    assert_eq!(made.status.code(), Some(3), "{}", made.stderr);
    assert_eq!(made.json()["manifest"]["photos"]["unreadable"][0], name.as_str());
    assert!(!phone.everything_is_at_the_office().await.expect("the line holds"), "the phone is asked");
    phone.send_photos().await.expect("the line holds");
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    let good = back_up(&server);

    // A row rots: the copy of it is kept, settles nothing, and is not what a restore takes.
    assert!(server.terminate().await.success());
    rot(&server).await;
    let made = run(&server, &["backup"], &server.beside("backup"));
    assert_eq!(made.status.code(), Some(3), "{}", made.stderr);
    assert_eq!(made.json()["good"], false);
    let generations = listed(&server);
    assert_eq!(generations.iter().filter(|one| one["good"] == true).count(), generations.len() - 1);
    server.start_again().await;
    server.kill9();
    // Nothing is overwritten.
    let refused = run(&server, &["restore"], &server.beside("backup"));
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stderr.contains("not empty"), "{}", refused.stderr);
    std::fs::remove_dir_all(server.data()).expect("it was there");
    let restored = run(&server, &["restore"], &server.beside("backup"));
    assert_eq!(restored.json()["name"], good["name"]);
    std::fs::remove_dir_all(server.data()).expect("it was there");

    // A backup that rotted itself is found out before it is served.
    let name = good["name"].as_str().expect("a name");
    let file = server.beside("backup").join("generations").join(name).join("siteledger.db");
    let mut bytes = std::fs::read(&file).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).expect("it can be written");
    let refused = run(&server, &["restore"], &server.beside("backup"));
    assert_eq!(refused.status.code(), Some(1), "{}", refused.stdout);
    let restored = run(&server, &["restore", "--at", "000001"], &server.beside("backup"));
    assert_eq!(restored.status.code(), Some(1), "no such name");
}

/// Changes a letter in a record on disk.
async fn rot(server: &Server) {
    use sqlx::{ConnectOptions as _, Connection as _};
    let file = server.data().join("siteledger.db");
    let mut beside =
        sqlx::sqlite::SqliteConnectOptions::new().filename(file).connect().await.expect("it opens");
    sqlx::query(
        "update records set body = replace(body, '浇筑', '浇灌') where county = $1 and kind = 'diary'",
    )
    .bind(COUNTY)
    .execute(&mut beside)
    .await
    .expect("it writes");
    beside.close().await.expect("it closes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_makes_backups_by_itself_and_tells_when_it_cannot() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let root = place.path().join("backup");
    let to = root.to_str().expect("UTF-8").to_owned();
    // Something stands in its way at first.
    std::fs::write(&root, b"no folder").expect("it can be written");
    let server = Server::start_with(&["--backup-to", &to, "--backup-every", "1s"]).await;
    let ready = || async {
        let answer = reqwest::get(format!("{}/api/v1/ready", server.url())).await.expect("it answers");
        assert_eq!(answer.status(), StatusCode::OK, "a late backup turns nobody away");
        answer.json::<Json>().await.expect("JSON")["backup"].clone()
    };
    let stands = ready().await;
    assert_eq!((&stands["last_good"], &stands["late"]), (&Json::Null, &Json::Bool(true)));
    eventually("the failure is told", || async {
        server.log().contains("no backup could be made").then_some(())
    })
    .await;
    std::fs::remove_file(&root).expect("it was there");
    let world = World::small(99).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    phone.write_diary(world.projects[0].id, "2026-03-01", |form| form.working("浇筑"));
    phone.sync().await.expect("the line holds");
    eventually("a backup is made", || async {
        let stands = ready().await;
        stands["last_good"].is_string().then_some(())
    })
    .await;
    eventually("the phone drops what is settled", || {
        let mut phone = phone.clone();
        async move {
            phone.sync().await.expect("the line holds");
            (phone.acknowledged().count() == 0).then_some(())
        }
    })
    .await;
}
