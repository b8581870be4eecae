//! The Nth call to the disk fails, for every N: nothing is acknowledged that is not there, and the
//! server heals by itself or ends, to be started again.
//!
//! The scenario is short, so that every call of it can fail once: the server starts, a diary comes, a
//! photo in pieces, a correction of the diary.

use harness::photos::Shot;
use harness::replica::Phone;
use harness::{Device, Server, World};
use sync_protocol::id::RecordId;
use tempfile::TempDir;

use crate::disk::{Class, Disk, Fault};

/// How long a server that goes on may take until it stores again, in tries of 50 ms.
const TRIES_TO_HEAL: usize = 200;

/// A data folder with a county and a phone, to begin each time from.
struct Beginning {
    server: Server,
    folder: TempDir,
    phone: Device,
    project: RecordId,
}

impl Beginning {
    async fn new() -> Self {
        let mut server = Server::start().await;
        let world = World::small(7).open(&server).await;
        let mut phone = world.school_phone(&server, "甲").await;
        phone.sync().await.expect("the line holds");
        assert!(server.terminate().await.success());
        Self { folder: server.copy_folder(), server, phone, project: world.projects[0].id }
    }

    /// Plays the scenario on such a disk. Tells what was wrong, if anything was.
    async fn play(&mut self, disk: &Disk, lasts: bool) -> Option<String> {
        self.server.kill9();
        self.server.put_back(&self.folder);
        disk.put_under(&mut self.server);
        let mut phone = self.phone.clone();
        let mut hash = None;
        // A server that cannot start says why and ends: nothing was acknowledged.
        if self.server.try_to_start().await.is_ok() {
            phone.connect(&self.server);
            let diary = phone.write_diary(self.project, "2026-03-02", |form| form.working("浇筑"));
            phone.sync().await.ok();
            let shot = Shot { width: 320, height: 240, noise: 60, ..Shot::small() };
            hash = Some(phone.take_picture(shot.take(1), "现场.jpg"));
            phone.send_photos().await.ok();
            phone.edit(diary, |form| form.set("remarks", "第二次"));
            phone.sync().await.ok();
        }
        let heard = phone.phone.clone();
        if let Err(why) = self.goes_on(&mut phone, lasts).await {
            return Some(why);
        }
        // Started again on a good disk, it has all that it said it had.
        self.server.set_environment(Vec::new());
        self.server.kill9();
        if let Err(why) = self.server.try_to_start().await {
            return Some(format!("it does not come back: {why}"));
        }
        phone.connect(&self.server);
        let promised = phone.phone.clone();
        let lost = self.lost(&mut phone, &heard).await.or(self.lost(&mut phone, &promised).await);
        if lost.is_some() {
            return lost;
        }
        // And takes what it had not.
        if let Err(error) = phone.sync().await {
            return Some(format!("it takes nothing after the fault: {error}"));
        }
        match phone.send_photos().await {
            Ok(sent) if sent.lost_bytes > 0 => {
                return Some("acknowledged bytes of a photo are gone".to_owned());
            }
            Ok(_) => {}
            Err(error) => return Some(format!("it takes no photo after the fault: {error}")),
        }
        if let Some(hash) = hash {
            assert!(phone.phone.photos[&hash].at_office);
        }
        let verified = self.server.cli(&["verify"]);
        if !verified.status.success() {
            return Some(format!("verify: {}{}", verified.stdout, verified.stderr));
        }
        None
    }

    /// A server that still runs after a call failed once stores again, by itself.
    async fn goes_on(&mut self, phone: &mut Device, lasts: bool) -> Result<(), String> {
        let mut last = String::new();
        for _ in 0..TRIES_TO_HEAL {
            if !self.server.is_running() || lasts {
                return Ok(());
            }
            match phone.sync().await {
                Ok(_) if phone.phone.outbox.waiting.is_empty() => return Ok(()),
                Ok(_) => "changes are still waiting".clone_into(&mut last),
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        Err(format!("it runs on and does not heal: {last}\n{}", self.server.log()))
    }

    /// What the phone was told and the server does not have.
    async fn lost(&self, phone: &mut Device, told: &Phone) -> Option<String> {
        let now = std::mem::replace(&mut phone.phone, told.clone());
        if let Err(error) = phone.everything_is_at_the_office().await {
            return Some(format!("it does not answer: {error}"));
        }
        let kept = phone.phone.outbox.kept.len() == told.outbox.kept.len();
        let photos =
            told.photos.iter().all(|(hash, photo)| !photo.at_office || phone.phone.photos[hash].at_office);
        phone.phone = now;
        (!kept || !photos).then(|| "what was acknowledged is missing".to_owned())
    }
}

/// Lets every call of a class fail, one after the other, each on a fresh folder.
async fn sweep(class: Class, error: &'static str, lasts: bool) {
    let mut beginning = Beginning::new().await;
    let mut wrong = Vec::new();
    let mut number = 0;
    loop {
        number += 1;
        let disk = Disk::good().failing(&Fault { class, number, error, lasts });
        let outcome = beginning.play(&disk, lasts).await;
        if let Some(why) = outcome {
            wrong.push(format!("{class:?} {number}: {why}"));
        }
        if !disk.has_failed() {
            break;
        }
    }
    assert!(number > 1, "no call was made to fail");
    assert!(wrong.is_empty(), "{} of {number} calls with {error}: {wrong:#?}", wrong.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_write_may_fail_once() {
    sweep(Class::Write, "EIO", false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_any_write_on_the_disk_may_be_full() {
    sweep(Class::Write, "ENOSPC", true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_flush_may_fail_once() {
    sweep(Class::Sync, "EIO", false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_any_flush_on_all_may_fail() {
    sweep(Class::Sync, "EIO", true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_opening_may_fail_once() {
    sweep(Class::Open, "EIO", false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_any_opening_on_the_disk_may_be_full() {
    sweep(Class::Open, "ENOSPC", true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_renaming_may_fail_once() {
    sweep(Class::Rename, "EIO", false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_any_renaming_on_all_may_fail() {
    sweep(Class::Rename, "ENOSPC", true).await;
}
