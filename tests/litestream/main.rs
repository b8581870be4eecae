//! Litestream in the place of backups: the database comes from its replica, the photos from a copy
//! of their folder, and what both lack from the phones.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use harness::photos::Shot;
use harness::{Device, Server, World, eventually};
use reqwest::{Method, StatusCode};
use sync_protocol::id::RecordId;

fn litestream() -> PathBuf {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/litestream/bin/litestream");
    assert!(program.is_file(), "run tests/run first: it installs Litestream in target/litestream");
    program
}

/// A replication under way. Dropping it kills it.
struct Replicating(Child);

impl Replicating {
    fn of(database: &Path, replica: &str) -> Self {
        let mut command = Command::new(litestream());
        command.args(["replicate", "-no-expand-env"]).arg(database).arg(replica);
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs"))
    }
}

impl Drop for Replicating {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn restore(replica: &str, to: &Path) -> Output {
    Command::new(litestream()).args(["restore", "-o"]).arg(to).arg(replica).output().expect("it runs")
}

fn copy_photos(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().expect("cp runs");
    assert!(copied.success());
}

async fn a_day(phone: &mut Device, project: RecordId, date: &str, seed: u64) -> RecordId {
    let diary = phone.write_diary(project, date, |form| form.working("浇筑"));
    phone.attach_photo(diary, Shot::small().take(seed), "柱筋");
    bring(phone).await;
    diary
}

async fn bring(phone: &mut Device) {
    for _ in 0..2 {
        phone.sync().await.expect("the line holds");
        phone.send_photos().await.expect("the line holds");
    }
}

/// How many entries of the ledger the replica has.
fn replicated(replica: &str, scratch: &Path) -> u64 {
    let folder = tempfile::tempdir_in(scratch).expect("a folder");
    if !restore(replica, &folder.path().join("siteledger.db")).status.success() {
        return 0;
    }
    let listed = Command::new(harness::server::binary())
        .args(["county", "list", "--json", "--data"])
        .arg(folder.path())
        .output()
        .expect("it runs");
    let county: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap_or_default();
    county["seq"].as_u64().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_and_the_phones_make_a_lost_disk_good() {
    let mut server = Server::start().await;
    let world = World::small(101).open(&server).await;
    let project = world.projects[0].id;
    let scratch = tempfile::tempdir().expect("a folder");
    let replica = format!("file://{}", scratch.path().join("replica").display());
    let replicating = Replicating::of(&server.data().join("siteledger.db"), &replica);
    let mut phone = world.school_phone(&server, "甲").await;
    let early = a_day(&mut phone, project, "2026-03-01", 1).await;
    let reached = phone.acknowledged().map(|(_, seq)| seq).max().expect("it was acknowledged");
    eventually("it is replicated", || async {
        (replicated(&replica, scratch.path()) >= reached).then_some(())
    })
    .await;
    let photos = scratch.path().join("photos");
    copy_photos(&server.data().join("photos"), &photos);
    drop(replicating);
    // What comes now neither of them has.
    let late = a_day(&mut phone, project, "2026-03-02", 2).await;

    server.kill9();
    std::fs::remove_dir_all(server.data()).expect("it was there");
    std::fs::create_dir(server.data()).expect("the disk is new");
    let restored = restore(&replica, &server.data().join("siteledger.db"));
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    copy_photos(&photos, &server.data().join("photos"));
    server.start_again().await;
    let synced = phone.sync().await.expect("the line holds");
    assert_eq!(synced.resyncs, 1, "the phone is ahead, and the server sees it");
    bring(&mut phone).await;
    assert!(phone.is_at_the_office(early) && phone.is_at_the_office(late));
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    assert_eq!(phone.phone.photos.len(), 2);
    for photo in phone.phone.photos.keys() {
        let back = phone.request(Method::GET, &format!("/api/v1/photos/{photo}")).send().await;
        assert_eq!(back.expect("the server answers").status(), StatusCode::OK);
    }
    server.verify();
}
