//! Benchmarks: the real server against what its work costs without it, measured in the same run.
//!
//! `tests/bench/run` prints the first table that stands in `server/docs/performance.md`, `load`,
//! `growth`, `city`, `tables`, `search`, `follower`, `imports` and `books` after it the others. Machines are noisy: what counts are the ratios.

mod books;
mod city;
mod disk;
mod follower;
mod growth;
mod imports;
mod open_loop;
mod pages;
mod phones;
mod photos;
mod search;
mod tables;
mod wire;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use harness::Server;

/// How long each rate is measured.
const LASTS: Duration = Duration::from_secs(8);

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Some(at) = arguments.iter().position(|argument| argument == "echo") {
        let answer = std::fs::read(&arguments[at + 1]).expect("the answer to be given");
        runtime.block_on(disk::echo(answer));
        return;
    }
    let sizes: Vec<u64> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    let asked = |word: &str| arguments.iter().any(|argument| argument == word);
    runtime.block_on(async {
        if asked("load") {
            open_loop::measure().await;
        } else if asked("growth") {
            growth::measure(if sizes.is_empty() { &[10_000, 100_000] } else { &sizes }).await;
        } else if asked("city") {
            city::measure(if sizes.is_empty() { &[10_000] } else { &sizes }).await;
        } else if asked("follower") {
            follower::measure().await;
        } else if asked("imports") {
            imports::measure().await;
        } else if asked("books") {
            books::measure().await;
        } else if asked("search") {
            search::measure(if sizes.is_empty() { &[10_000, 100_000] } else { &sizes }).await;
        } else if asked("tables") {
            tables::measure(if sizes.is_empty() { &[35_000] } else { &sizes }).await;
        } else {
            measure().await;
        }
    });
}

/// A line of the table.
struct Row {
    work: &'static str,
    ours: String,
    against: String,
    ratio: Option<f64>,
    goal: &'static str,
}

impl Row {
    fn print(&self) {
        let ratio = self.ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
        println!("| {} | {} | {} | {ratio} | {} |", self.work, self.ours, self.against, self.goal);
        std::io::stdout().flush().expect("stdout");
    }
}

async fn measure() {
    let folder = tempfile::TempDir::with_prefix("siteledger-bench-").expect("a folder");
    println!("| work | SiteLedger | against | ratio | goal |\n| --- | --- | --- | --- | --- |");
    let server = Server::start().await;
    let phones = phones::enrol(&server).await;
    let diary = phones::diary(sync_protocol::id::RecordId(uuid::Uuid::nil()), 1);

    let idle = resident_bytes(&server) / 1e6;
    let phones::Hundred { json, gzip, zstd } = phones::hundred(&server, &phones[0]).await;
    Row {
        work: "a hundred diaries up, in one request",
        ours: format!("{:.1} kB as gzip, {:.1} as zstd", gzip as f64 / 1e3, zstd as f64 / 1e3),
        against: format!("as they are: {:.0} kB", json as f64 / 1e3),
        ratio: Some(gzip as f64 / json as f64),
        goal: "≤ 35 kB",
    }
    .print();

    let before = cpu_seconds(&server);
    let load = phones::send(&server, &phones, 20, LASTS, 0).await;
    let cpu_ms = (cpu_seconds(&server) - before) * 1000.0 / load.changes as f64;
    let raw = disk::sqlite_rows(folder.path(), &diary, 100, LASTS / 2).await;
    Row {
        work: "accept changes, 32 clients, batches of 20, flushed",
        ours: format!("{:.0} changes/s, {cpu_ms:.2} ms CPU a change", load.rate()),
        against: format!("SQLite alone, 100 rows a transaction: {raw:.0} rows/s"),
        ratio: Some(load.rate() / raw),
        goal: "≥ 0.25; ≤ 0.15 ms",
    }
    .print();

    let single = phones::send(&server, &phones, 1, LASTS, 200_000).await;
    let alone = disk::sqlite_rows(folder.path(), &diary, 1, LASTS / 2).await;
    Row {
        work: "one change a request, 32 clients, flushed",
        ours: format!("{:.0} changes/s", single.rate()),
        against: format!("SQLite alone, one row a commit: {alone:.0} rows/s"),
        ratio: Some(single.rate() / alone),
        goal: "≥ 5",
    }
    .print();

    quiet(&server, &phones[0], folder.path()).await.print();

    let files = Arc::new(photos::files(240));
    let disk = disk::files(folder.path(), &files, photos::SENDERS);
    let before = cpu_seconds(&server);
    let taken = photos::take_in(&server, &phones[0].token, Arc::clone(&files)).await;
    let megabytes = files.iter().map(Vec::len).sum::<usize>() as f64 / 1e6;
    let cpu_ms = (cpu_seconds(&server) - before) * 1000.0 / megabytes;
    Row {
        work: "photo intake, 0.3–3 MB, 8 clients, flushed and hashed",
        ours: format!("{:.0} MB/s, {cpu_ms:.1} ms CPU a MB", taken / 1e6),
        against: format!("the same files written and flushed: {:.0} MB/s", disk / 1e6),
        ratio: Some(taken / disk),
        goal: "≥ 0.8",
    }
    .print();

    let (ours, theirs) = photos::render(folder.path());
    Row {
        work: "preview and thumbnail of a 12 MP photo, one thread",
        ours: format!("{:.0} ms", ours * 1000.0),
        against: theirs.map_or("libvips is not installed".to_owned(), |theirs| {
            format!("vipsthumbnail, both: {:.0} ms", theirs * 1000.0)
        }),
        ratio: theirs.map(|theirs| ours / theirs),
        goal: "≤ 0.8",
    }
    .print();
    let at_the_end = resident_bytes(&server) / 1e6;
    println!(
        "\nmemory of the server: {idle:.0} MB with {} phones known, {at_the_end:.0} MB at the end",
        phones.len()
    );
}

/// A sync with nothing new, against axum answering the same bytes.
async fn quiet(server: &Server, phone: &phones::Phone, folder: &std::path::Path) -> Row {
    let (request, answer) = phones::quiet(server, phone).await;
    let file = folder.join("answer.json");
    std::fs::write(&file, &answer).expect("it is written");
    let ours = phones::repeat(server.address(), &phone.token, "/api/v1/sync", &request, LASTS).await;
    let this = std::env::current_exe().expect("a program knows where it is");
    let mut echo = Command::new(this)
        .arg("echo")
        .arg(&file)
        .stdout(Stdio::piped())
        .spawn()
        .map(Ending)
        .expect("it runs");
    let mut address = String::new();
    let stdout = echo.0.stdout.take().expect("it is piped");
    BufReader::new(stdout).read_line(&mut address).expect("an address");
    let address = address.trim().parse().expect("an address");
    let theirs = phones::repeat(address, "none", "/echo", &request, LASTS).await;
    Row {
        work: "a sync with nothing new, 32 connections",
        ours: format!("{ours:.0} requests/s"),
        against: format!("axum answering the same bytes: {theirs:.0} requests/s"),
        ratio: Some(ours / theirs),
        goal: "≥ 0.5; no write",
    }
}

/// A process that ends with its owner.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Seconds of CPU that the server used so far.
fn cpu_seconds(server: &Server) -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", server.pid())).expect("it runs");
    let after_name = stat.rsplit_once(')').expect("a name").1;
    let ticks = |at: usize| after_name.split_whitespace().nth(at).and_then(|n| n.parse::<f64>().ok());
    (ticks(11).expect("user time") + ticks(12).expect("system time")) / TICKS_A_SECOND
}

/// Bytes of memory that the server has now.
fn resident_bytes(server: &Server) -> f64 {
    bytes_told(server, "VmRSS:")
}

/// The most bytes of memory that the server had since [`forget_peak`].
fn peak_bytes(server: &Server) -> f64 {
    bytes_told(server, "VmHWM:")
}

/// From here on the most is counted anew.
fn forget_peak(server: &Server) {
    std::fs::write(format!("/proc/{}/clear_refs", server.pid()), "5").expect("it runs");
}

fn bytes_told(server: &Server, name: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line");
    line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).expect("a number") * 1024.0
}
