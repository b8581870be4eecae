//! The diaries of a month as a bound book: how long it takes, and in how much memory of the server and of
//! the program that sets it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use harness::photos::Shot;
use harness::world::days;
use harness::{Server, World};
use reqwest::Method;
use serde_json::json;

use crate::{forget_peak, peak_bytes, resident_bytes};

/// The days of the month, each with five photos.
const DAYS: u64 = 30;
const PHOTOS_A_DAY: u64 = 5;

/// Writes a month with 150 photos and prints what its book costs in each form.
pub(crate) async fn measure() {
    let server = Server::start().await;
    let world = World::small(1).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    for (day, date) in (0_u64..).zip(days("2026-06-01", DAYS)) {
        let diary = phone.write_diary(project, &date, |form| world.ordinary_day(form, 0, &date));
        for number in 0..PHOTOS_A_DAY {
            let photo = Shot::shrunk().take(day * PHOTOS_A_DAY + number);
            let sha256 = phone.take_picture(photo, "photo.jpg");
            phone.edit(diary, |form| {
                form.set_json(
                    "photos",
                    json!({ "sha256": sha256, "category": "形象进度", "caption": "柱筋" }),
                )
            });
        }
    }
    phone.sync().await.expect("the line holds");
    phone.send_photos().await.expect("the line holds");
    phone.sync().await.expect("the line holds");
    println!(
        "| book | s | MB | memory of the server, MB | at most, MB | of the typesetter at most, MB |\n| --- | --- | --- | --- | --- | --- |"
    );
    // The first time its pictures are rendered.
    for (name, form) in [("page", "html"), ("PDF, the first time", "pdf"), ("PDF, again", "pdf")] {
        let path = format!("/api/v1/reports/diary_book.{form}?project={project}&month=2026-06");
        let before = resident_bytes(&server);
        forget_peak(&server);
        let watch = Watch::begin();
        let began = Instant::now();
        let answer = phone.request(Method::GET, &path).timeout(Duration::from_mins(5)).send().await;
        let answer = answer.expect("the server answers").error_for_status().expect("a book");
        let bytes = answer.bytes().await.expect("whole").len();
        let took = began.elapsed().as_secs_f64();
        println!(
            "| {name} | {took:.1} | {:.1} | {:.0} | {:.0} | {:.0} |",
            bytes as f64 / 1e6,
            before / 1e6,
            peak_bytes(&server) / 1e6,
            watch.end() / 1e6,
        );
    }
}

/// Looks at the typesetter while it works: when it has ended nothing can be asked any more.
struct Watch {
    peak: Arc<AtomicU64>,
    goes_on: Arc<AtomicBool>,
}

impl Watch {
    fn begin() -> Self {
        let (peak, goes_on) = (Arc::<AtomicU64>::default(), Arc::new(AtomicBool::new(true)));
        let (seen, watching) = (Arc::clone(&peak), Arc::clone(&goes_on));
        std::thread::spawn(move || {
            while watching.load(Ordering::Relaxed) {
                seen.fetch_max(typesetters_peak().unwrap_or(0), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        Self { peak, goes_on }
    }

    fn end(&self) -> f64 {
        self.goes_on.store(false, Ordering::Relaxed);
        self.peak.load(Ordering::Relaxed) as f64
    }
}

/// The most memory that a running typesetter has had, in bytes.
fn typesetters_peak() -> Option<u64> {
    let processes = std::fs::read_dir("/proc").ok()?.filter_map(Result::ok);
    let told = processes.filter_map(|process| std::fs::read_to_string(process.path().join("status")).ok());
    let its = told.filter(|status| status.starts_with("Name:\tsiteledger-type"));
    its.filter_map(|status| {
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
    })
    .max()
}
