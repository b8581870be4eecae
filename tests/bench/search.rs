//! Lists, searches and overviews in a store of many records: how long a page takes, and how fast the index
//! follows.

use std::time::{Duration, Instant};

use harness::Server;

use crate::growth::{self, County};
use crate::pages;
use crate::phones::{self, Phone, Sender};
use crate::wire::Wire;
use crate::{cpu_seconds, resident_bytes};

/// What nobody else writes.
const RARE: &str = "锚索张拉";

/// Fills a store and prints what lists and searches cost whenever it has that many diaries.
pub(crate) async fn measure(sizes: &[u64]) {
    let mut server = Server::start().await;
    let county = County::open(&server, sizes.iter().copied().max().unwrap_or(0)).await;
    println!(
        "| diaries | asked for | found on the page | median, ms | slowest, ms |\n| --- | --- | --- | --- | --- |"
    );
    let mut filled = 0;
    for size in sizes {
        growth::fill(&server, &county, filled..*size).await;
        filled = *size;
        write_rare(&server, &county, filled).await;
        let mut wire = Wire::connect(server.address(), &county.office).await;
        followed(&mut wire).await;
        let (project, day) = (county.first_project(), phones::day(7));
        let (mut pages, words) = (pages::lists(&county), |query: &str| pages::of_records(&county, query));
        let of_all = words("kind=diary&fields=date,work_status,progress_text");
        pages.push(("a page of diaries, halfway back", pages::far_back(&mut wire, &of_all).await));
        pages.extend([
            ("a common word", words("q=钢筋绑扎")),
            ("a single sign", words("q=梁")),
            ("a rare word", words(&format!("q={RARE}"))),
            ("a word that is not there", words("q=盾构掘进")),
            ("two words", words("q=钢筋绑扎 防水层")),
            (
                "a common word of a kind and a day",
                words(&format!("q=钢筋绑扎&kind=diary&from={day}&to={day}")),
            ),
            ("a common word of a kind since a day", words(&format!("q=钢筋绑扎&kind=diary&from={day}"))),
            ("a common word of a project", words(&format!("q=钢筋绑扎&project={project}"))),
        ]);
        pages.extend(pages::overviews(Some(&county)));
        pages::print(&mut wire, &filled.to_string(), &pages).await;
        drop(wire);
        made_anew(&mut server, &county, filled).await;
    }
}

/// One diary with words that no other has.
async fn write_rare(server: &Server, county: &County, filled: u64) {
    let phone = Phone { token: county.office.clone(), project: county.first_project() };
    let mut sender = Sender::of(server.address(), &phone, 0).await;
    let diary = phones::diary_id(phone.project, 3);
    let change = serde_json::json!({
        "id": uuid::Uuid::now_v7(), "record": diary, "kind": "diary", "made_at": "2026-03-02T17:41:08+08:00",
        "edits": [{ "field": "remarks", "value": format!("{RARE} {filled}"), "replaces": [] }],
    });
    let body = serde_json::json!({ "protocol": 1, "limit": 1, "changes": [change] }).to_string();
    sender.send(body.as_bytes()).await;
}

/// Waits until the index has followed; how long that took.
pub(crate) async fn followed(wire: &mut Wire) -> Duration {
    let began = Instant::now();
    loop {
        let answer = pages::show(wire, "/api/v1/records?limit=1").await;
        if answer.get("behind").is_none() {
            return began.elapsed();
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The server starts without its index: how long until it has one again.
async fn made_anew(server: &mut Server, county: &County, filled: u64) {
    server.terminate().await;
    siteledger::config::take_index_away(&server.data()).expect("it is taken away");
    server.start_again().await;
    let (before, cpu) = (resident_bytes(server), cpu_seconds(server));
    let mut wire = Wire::connect(server.address(), &county.office).await;
    let took = followed(&mut wire).await;
    let file = siteledger::config::index_file(&server.data());
    let bytes = std::fs::metadata(file).map_or(0, |file| file.len());
    println!(
        "| {filled} | the index made anew: {:.0} s, {:.0} s CPU, {:.0} MB on disk, {:.0} MB more memory | | | |",
        took.as_secs_f64(),
        cpu_seconds(server) - cpu,
        bytes as f64 / 1e6,
        (resident_bytes(server) - before) / 1e6,
    );
}
