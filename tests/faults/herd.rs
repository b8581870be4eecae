//! Everybody comes at once: to a disk that stands still, and back after an outage.
//!
//! Who finds no room is told so before the body is sent, comes back when it was told to, and gets
//! through; nobody is starved, and nothing that was acknowledged is missing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use harness::world::{OpenWorld, Size, days};
use harness::{Device, Server, World, eventually};
use sync_protocol::id::RecordId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::disk::Disk;

/// How many phones come back: `SITELEDGER_HERD=600` for the long form, in which they wait as long as
/// they are told to.
#[expect(clippy::disallowed_methods, reason = "a test has no command line of its own")]
fn asked_for() -> Option<usize> {
    std::env::var("SITELEDGER_HERD").ok().and_then(|phones| phones.parse().ok())
}

/// How many phones come back otherwise.
const PHONES: usize = 120;
/// By how much shorter than told they wait then.
const IMPATIENCE: u32 = 20;
/// How many phones send over and over while nothing moves, and how often each: with what is being
/// written, as many requests as may wait.
const PUSHING: (usize, usize) = (82, 8);
/// What a phone has to say after the outage.
const DIARIES: u64 = 3;
/// What a server that holds all that may need at most, in KiB.
const MOST_MEMORY_KIB: u64 = 512 * 1024;

/// The first line, headers and body of an answer, as far as they come within a while.
async fn heard(line: &mut TcpStream, within: Duration) -> String {
    let mut said = Vec::new();
    let reading = async {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = line.read(&mut bytes).await {
            said.extend_from_slice(&bytes[..read]);
            if said.ends_with(b"}") {
                break;
            }
        }
    };
    tokio::time::timeout(within, reading).await.ok();
    String::from_utf8_lossy(&said).into_owned()
}

/// A request that promises so many bytes and brings these.
async fn begin(server: SocketAddr, phone: &Device, promised: usize, brought: &str) -> TcpStream {
    let mut line = TcpStream::connect(server).await.expect("the server takes connections");
    let head = format!(
        "POST /api/v1/sync HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {promised}\r\n\r\n{brought}",
        phone.phone.owner.token
    );
    line.write_all(head.as_bytes()).await.expect("the server listens");
    line
}

/// Writes diaries and sends them, waiting when told to; says how often it was put off.
async fn comes_back(mut phone: Device, project: RecordId, put_off: Arc<AtomicUsize>) -> (Device, usize) {
    for day in days("2026-03-02", DIARIES) {
        phone.write_diary(project, &day, |form| form.working("浇筑").set("remarks", format!("{day} 的记录")));
    }
    let impatience = if asked_for().is_some() { 1 } else { IMPATIENCE };
    let mut times = 0;
    loop {
        let Err(error) = phone.sync().await else { return (phone, times) };
        let told = error.retry_after().unwrap_or_else(|| panic!("it is told when to come again: {error}"));
        assert!(error.to_string().contains("没有丢失"), "{error}");
        put_off.fetch_add(1, Ordering::Relaxed);
        times += 1;
        tokio::time::sleep(told / impatience).await;
    }
}

/// The most memory that a process ever had, in KiB.
fn peak_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux says so");
    line.trim().trim_end_matches(" kB").trim().parse().expect("a number")
}

async fn county(server: &Server, phones: usize) -> (OpenWorld, Vec<Device>) {
    let size = Size { townships: 4, schools: 40, projects: 40, zones: 4 };
    let world = World::sized(11, size).open(server).await;
    let phones = world.many_phones(server, phones).await;
    (world, phones)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_herd_that_finds_the_queue_full_is_told_so_at_once_and_gets_through_by_itself() {
    let count = asked_for().unwrap_or(PHONES);
    assert!(count > PUSHING.0, "fewer phones cannot fill the queue");
    let mut server = Server::start().await;
    let (world, phones) = county(&server, count).await;
    let late = world.school_phone(&server, "迟").await;
    server.kill9();
    let disk = Disk::good().unsteady();
    disk.put_under(&mut server);
    server.start_again().await;

    // The disk stands still, and phones that hear nothing send over and over.
    disk.stand_still();
    let empty = r#"{"protocol":1,"cursor":null,"ticket":null,"changes":[]}"#;
    let mut pushing = Vec::new();
    for phone in &phones[..PUSHING.0] {
        for _ in 0..PUSHING.1 {
            pushing.push(begin(server.address(), phone, empty.len(), empty).await);
        }
    }
    // Of 300 KB a phone sends the beginning, and hears that it need not go on.
    let refusal = eventually("the queue to be full", || async {
        let mut line = begin(server.address(), &late, 300_000, r#"{"protocol":1,"#).await;
        let said = heard(&mut line, Duration::from_millis(500)).await;
        (!said.is_empty()).then_some(said)
    });
    let refusal = refusal.await;
    assert!(refusal.starts_with("HTTP/1.1 503 "), "{refusal}");
    let told = refusal.to_ascii_lowercase();
    assert!(told.contains("retry-after: ") && told.contains("\"too_busy\""), "{refusal}");
    assert!(refusal.contains("没有丢失"), "{refusal}");

    // Everybody else comes back now, and is put off.
    let put_off = Arc::new(AtomicUsize::new(0));
    let mut herd = tokio::task::JoinSet::new();
    for (number, mut phone) in phones.into_iter().enumerate() {
        phone.connect(&server);
        let project = world.projects[number % world.projects.len()].id;
        herd.spawn(comes_back(phone, project, Arc::clone(&put_off)));
    }
    let most = || async { (put_off.load(Ordering::Relaxed) > count / 4).then_some(()) };
    eventually("many to be put off", most).await;
    disk.go_on();
    let mut written = 0;
    for mut line in pushing {
        let said = heard(&mut line, Duration::from_mins(1)).await;
        written += usize::from(said.starts_with("HTTP/1.1 200 "));
        assert!(said.starts_with("HTTP/1.1 200 ") || said.starts_with("HTTP/1.1 503 "), "{said:?}");
    }
    assert!(written >= 512, "what waited is written and answered: {written}");
    let mut longest = 0;
    while let Some(back) = herd.join_next().await {
        let (mut phone, times) = back.expect("no panic");
        longest = longest.max(times);
        assert!(phone.phone.outbox.waiting.is_empty() && phone.phone.outbox.held.is_empty());
        assert_eq!(phone.acknowledged().count() as u64, DIARIES);
        assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    }
    let peak = peak_kib(server.pid());
    println!(
        "{count} phones were put off {} times, nobody more than {longest} times; the server had {} MiB",
        put_off.load(Ordering::Relaxed),
        peak / 1024
    );
    assert!(peak < MOST_MEMORY_KIB, "{peak} KiB");
    server.verify();
}
