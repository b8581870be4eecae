//! Tables of many records: how fast they come, and in how much memory, against reading the same rows.

use std::time::{Duration, Instant};

use harness::Server;
use siteledger::store::records::{self, Among, Room};
use siteledger::store::{Tx, audit};

use crate::growth::{self, County};
use crate::{cpu_seconds, forget_peak, peak_bytes, resident_bytes};

const COUNTY: &str = harness::world::COUNTY;
const FORMATS: [&str; 4] = ["csv", "xlsx", "ndjson", "geojson"];

/// What a table came to.
struct Taken {
    bytes: u64,
    lines: u64,
    first: Duration,
    took: Duration,
}

/// Fills a store and prints what tables cost whenever it has that many diaries.
pub(crate) async fn measure(sizes: &[u64]) {
    let server = Server::start().await;
    let county = County::open(&server, sizes.iter().copied().max().unwrap_or(0)).await;
    println!(
        "| diaries | table | rows/s | reading the rows alone, rows/s | ratio | MB | s to the first byte | s | CPU µs a row | memory, MB | at most, MB |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    );
    let mut filled = 0;
    for size in sizes {
        growth::fill(&server, &county, filled..*size).await;
        filled = *size;
        let mut tx = audit::open(&server.data()).await.expect("the database opens");
        let alone = read(&mut tx, filled).await;
        for format in FORMATS {
            let (before, cpu) = (resident_bytes(&server), cpu_seconds(&server));
            forget_peak(&server);
            let taken = take(&server, &county.office, format).await;
            let cpu_us = (cpu_seconds(&server) - cpu) * 1e6 / filled as f64;
            match format {
                "csv" => assert_eq!(taken.lines, filled + 1, "a row a record, and the headings"),
                "ndjson" => assert_eq!(taken.lines, filled, "a line a record"),
                _ => assert!(taken.bytes > 0),
            }
            let rate = filled as f64 / taken.took.as_secs_f64();
            println!(
                "| {filled} | {format} | {rate:.0} | {alone:.0} | {:.2} | {:.0} | {:.2} | {:.1} | {cpu_us:.1} | {:.0} | {:.0} |",
                rate / alone,
                taken.bytes as f64 / 1e6,
                taken.first.as_secs_f64(),
                taken.took.as_secs_f64(),
                before / 1e6,
                peak_bytes(&server) / 1e6,
            );
        }
    }
}

/// Reads every row once and checks its hash, as a table does, and does nothing with it; rows a second.
async fn read(tx: &mut Tx, expected: u64) -> f64 {
    const ROOM: Room = Room { records: 256, bytes: 1024 * 1024 };
    let began = Instant::now();
    let (mut after, mut rows) = (0, 0);
    loop {
        let page = records::page_of_kind(tx, Among::County(COUNTY), "diary", after, ROOM).await;
        let page = records::whole(page.expect("it is read")).expect("every row is whole");
        let Some(last) = page.last() else { break };
        after = last.seq;
        rows += page.len() as u64;
    }
    assert_eq!(rows, expected);
    rows as f64 / began.elapsed().as_secs_f64()
}

async fn take(server: &Server, token: &str, format: &str) -> Taken {
    let began = Instant::now();
    let client = reqwest::Client::builder().no_gzip().no_zstd().build().expect("a client");
    let url = format!("{}/api/v1/export/diary.{format}?county={COUNTY}", server.url());
    let mut response = client.get(url).bearer_auth(token).send().await.expect("the server answers");
    assert_eq!(response.status(), 200);
    let mut taken = Taken { bytes: 0, lines: 0, first: Duration::ZERO, took: Duration::ZERO };
    while let Some(chunk) = response.chunk().await.expect("it comes whole") {
        if taken.bytes == 0 {
            taken.first = began.elapsed();
        }
        taken.bytes += chunk.len() as u64;
        taken.lines += chunk.split(|byte| *byte == b'\n').count() as u64 - 1;
    }
    taken.took = began.elapsed();
    taken
}
