//! The power goes, at any moment: what was acknowledged is there when the server starts again.
//!
//! One run of the real server under load is written down call by call; from that, any number of power
//! cuts is built, each with its own luck, and the real server started on what is left.

use std::collections::BTreeMap;
use std::sync::Arc;

use harness::photos::Shot;
use harness::replica::{Phone, Photo};
use harness::seed::Seed;
use harness::uploads::{offset_of, path_of};
use harness::world::days;
use harness::{Device, Server, World};
use reqwest::Method;
use sync_protocol::id::RecordId;
use sync_protocol::photo::Sha256;
use tempfile::TempDir;

use crate::disk::{Disk, Unflushed};
use crate::journal::{self, Entry};
use crate::remains::Remains;

/// How often the power goes: `SITELEDGER_POWER_CUTS=10000` for the long form.
#[expect(clippy::disallowed_methods, reason = "a test has no command line of its own")]
fn cuts() -> usize {
    std::env::var("SITELEDGER_POWER_CUTS").ok().and_then(|cuts| cuts.parse().ok()).unwrap_or(300)
}

/// How many changes each phone writes in the run.
const WRITTEN: u64 = 30;
/// How many photos are sent in the run.
const PHOTOS: u64 = 6;
/// What one phone knew to be at the office at some moment.
#[derive(Clone)]
struct Known {
    /// The journal's length: everything before had happened to the disk when the phone was told.
    at: u64,
    phone: Phone,
}

/// A run of the server under load, written down.
struct Run {
    before: Remains,
    entries: Vec<Entry>,
    /// What each phone knew, in order.
    known: Vec<(Device, Vec<Known>)>,
    chance: Seed,
}

impl Run {
    async fn of(seed: u64, unflushed: Option<Unflushed>) -> Self {
        let mut server = Server::start().await;
        let world = World::small(seed).open(&server).await;
        let mut writers = Vec::new();
        for project in 0..3 {
            let mut phone = world.team_phone(&server, "甲", project).await;
            phone.sync().await.expect("the line holds");
            writers.push((phone, world.projects[project].id));
        }
        let photographer = world.school_phone(&server, "摄").await;
        assert!(server.terminate().await.success());
        let before = Remains::of(&server.data());

        let disk = Arc::new(Disk::good().watched().leaving_out(unflushed));
        disk.put_under(&mut server);
        server.start_again().await;
        let mut busy = tokio::task::JoinSet::new();
        for (phone, project) in writers {
            busy.spawn(write(phone, project, Arc::clone(&disk)));
        }
        busy.spawn(photograph(photographer, Arc::clone(&disk)));
        let known = busy.join_all().await;
        server.kill9();
        Self { before, entries: journal::read(&disk.journal()), known, chance: Seed::new(seed) }
    }

    /// Moments to cut at, in order: a third just after a phone was told something, a third between
    /// two steps of giving a file its name, which are few and short, a third anywhere.
    fn moments(&mut self, count: usize) -> Vec<u64> {
        let told: Vec<u64> =
            self.known.iter().flat_map(|(_, known)| known.iter().map(|known| known.at)).collect();
        let named: Vec<u64> =
            self.entries.iter().filter(|entry| entry.is_about_names()).map(|entry| entry.end).collect();
        let mut moments: Vec<u64> = (0..count)
            .map(|number| match number % 3 {
                0 => *self.chance.pick(&told),
                1 => *self.chance.pick(&named),
                _ => self.chance.pick(&self.entries).end,
            })
            .collect();
        moments.sort_unstable();
        moments
    }

    /// Cuts the power at each of these moments. Tells what was acknowledged and is not there.
    async fn cut(&mut self, moments: &[u64]) -> BTreeMap<u64, String> {
        let mut disk = self.before.clone();
        let mut entries = self.entries.iter().peekable();
        let mut losses = BTreeMap::new();
        for (number, &moment) in moments.iter().enumerate() {
            while let Some(entry) = entries.next_if(|entry| entry.end <= moment) {
                disk.happen(entry);
            }
            let folder = TempDir::with_prefix("siteledger-cut-").expect("a folder");
            let data = folder.path().join("data");
            std::fs::create_dir(&data).expect("a folder");
            disk.leave(&mut self.chance, &data);
            if let Err(loss) = self.look(folder, moment, number).await {
                eprintln!("cut {number} at {moment}: {loss}");
                losses.insert(moment, loss);
            }
        }
        losses
    }

    /// Starts the server on what is left, and lets every phone ask for what it was told.
    async fn look(&self, folder: TempDir, moment: u64, number: usize) -> Result<(), String> {
        let mut server = Server::standing_on(folder);
        server.try_to_start().await.map_err(|why| format!("it does not start: {why}\n{}", server.log()))?;
        for (device, known) in &self.known {
            let Some(known) = known.iter().rev().find(|known| known.at <= moment) else { continue };
            let mut device = device.clone();
            device.phone = known.phone.clone();
            device.connect(&server);
            device.everything_is_at_the_office().await.map_err(|error| error.to_string())?;
            let name = device.username.clone();
            let lost_photo =
                |(hash, photo): (&Sha256, &Photo)| photo.at_office && !device.phone.photos[hash].at_office;
            if device.phone.outbox.kept.len() < known.phone.outbox.kept.len()
                || known.phone.photos.iter().any(lost_photo)
            {
                return Err(format!("{name} was told that more is at the office than is there"));
            }
            // Half-sent photos go on where the server said that it was, and come out whole.
            let sent = device.send_photos().await.map_err(|error| error.to_string())?;
            if sent.lost_bytes > 0 {
                return Err(format!("{name} was told of more bytes of a photo than are there"));
            }
            let sync = device.sync().await.map_err(|error| error.to_string())?;
            if sync.accepted > 0 && known.phone.outbox.waiting.is_empty() {
                return Err(format!("{name} had to send again what was acknowledged"));
            }
        }
        // It reads the whole folder, so not after each cut.
        if number.is_multiple_of(4) {
            let verified = server.cli(&["verify"]);
            if !verified.status.success() {
                return Err(format!("verify: {}{}", verified.stdout, verified.stderr));
            }
        }
        Ok(())
    }
}

/// Writes diaries, each sent at once, and remembers after each what is acknowledged.
async fn write(mut phone: Device, project: RecordId, disk: Arc<Disk>) -> (Device, Vec<Known>) {
    let mut known = Vec::new();
    for day in days("2020-01-01", WRITTEN) {
        phone.write_diary(project, &day, |form| form.working("浇筑").set("remarks", format!("{day} 的记录")));
        phone.sync().await.expect("the line holds");
        known.push(Known { at: disk.now(), phone: phone.phone.clone() });
    }
    (phone, known)
}

/// Sends photos in small pieces and remembers after each what is acknowledged.
async fn photograph(mut phone: Device, disk: Arc<Disk>) -> (Device, Vec<Known>) {
    let mut known = Vec::new();
    for number in 0..PHOTOS {
        let shot = Shot { width: 640, height: 480, noise: 30, ..Shot::small() };
        let hash = phone.take_picture(shot.take(number), "现场.jpg");
        let bytes = phone.album.get(hash);
        let metadata = format!("sha256 {}", base64(&hash.to_string()));
        let create = phone
            .tus(Method::POST, "/api/v1/uploads")
            .header("Upload-Length", bytes.len())
            .header("Upload-Metadata", metadata);
        let created = create.send().await.expect("the line holds").error_for_status().expect("it is taken");
        let path = path_of(created.headers()).expect("an upload has a place");
        let photo = phone.phone.photos.get_mut(&hash).expect("it was taken");
        photo.upload = Some(path.clone());
        known.push(Known { at: disk.now(), phone: phone.phone.clone() });
        let mut offset = 0;
        while offset < bytes.len() {
            let end = (offset + 24 * 1024).min(bytes.len());
            let patch = phone
                .tus(Method::PATCH, &path)
                .header("Upload-Offset", offset)
                .header("Content-Type", "application/offset+octet-stream")
                .body(bytes[offset..end].to_vec());
            let patched =
                patch.send().await.expect("the line holds").error_for_status().expect("it is taken");
            offset = offset_of(patched.headers()).expect("it says how far it is") as usize;
            let photo = phone.phone.photos.get_mut(&hash).expect("it was taken");
            photo.acknowledged = offset as u64;
            photo.at_office = offset == bytes.len();
            known.push(Known { at: disk.now(), phone: phone.phone.clone() });
        }
    }
    (phone, known)
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_there_after_the_power_went_at_any_moment() {
    let mut run = Run::of(1, None).await;
    let moments = run.moments(cuts());
    let losses = run.cut(&moments).await;
    assert!(losses.is_empty(), "{} of {} cuts: {losses:#?}", losses.len(), moments.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_flush_of_the_log_a_power_cut_does_lose_what_was_acknowledged() {
    let mut run = Run::of(2, Some(Unflushed::Log)).await;
    let moments = run.moments(30);
    assert!(!run.cut(&moments).await.is_empty(), "these cuts would not notice synchronous=NORMAL");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_flush_of_folders_a_power_cut_does_lose_photos() {
    let mut run = Run::of(3, Some(Unflushed::Folders)).await;
    let moments = run.moments(30);
    assert!(!run.cut(&moments).await.is_empty(), "these cuts would not notice a photo without a name");
}
