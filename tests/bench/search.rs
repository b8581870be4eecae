//! Lists and searches in a store of many records: how long a page takes, and how fast the index follows.

use std::time::{Duration, Instant};

use harness::Server;

use crate::growth::{self, County};
use crate::phones::{self, Phone, Sender};
use crate::wire::Wire;
use crate::{cpu_seconds, resident_bytes};

const COUNTY: &str = harness::world::COUNTY;
/// How often each page is asked for.
const TIMES: usize = 50;
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
        let project = county.first_project();
        let day = phones::day(7);
        for (what, query) in [
            ("a page of diaries", "kind=diary&fields=date,work_status,progress_text".to_owned()),
            ("a page of a project", format!("project={project}")),
            ("a page of one day", format!("kind=diary&from={day}&to={day}")),
            ("conflicts", "conflict=true".to_owned()),
            ("a common word", "q=钢筋绑扎".to_owned()),
            ("a single sign", "q=梁".to_owned()),
            ("a rare word", format!("q={RARE}")),
            ("a word that is not there", "q=盾构掘进".to_owned()),
            ("two words", "q=钢筋绑扎 防水层".to_owned()),
            ("a common word of a kind and a day", format!("q=钢筋绑扎&kind=diary&from={day}&to={day}")),
            ("a common word of a kind since a day", format!("q=钢筋绑扎&kind=diary&from={day}")),
            ("a common word of a project", format!("q=钢筋绑扎&project={project}")),
        ] {
            let (found, mut took) = ask(&mut wire, &query).await;
            took.sort_unstable();
            let ms = |time: Duration| time.as_secs_f64() * 1000.0;
            println!(
                "| {filled} | {what} | {found} | {:.1} | {:.1} |",
                ms(took[took.len() / 2]),
                ms(took[took.len() - 1])
            );
        }
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
async fn followed(wire: &mut Wire) -> Duration {
    let began = Instant::now();
    loop {
        let answer = page(wire, "limit=1").await;
        if answer.get("behind").is_none() {
            return began.elapsed();
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn page(wire: &mut Wire, query: &str) -> serde_json::Value {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"=&,-._".contains(&byte);
    let query: String = query
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    let (status, _, body) =
        wire.ask("GET", &format!("/api/v1/records?county={COUNTY}&{query}"), "", b"").await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).expect("JSON")
}

/// How many records the page has, and how long each asking took.
async fn ask(wire: &mut Wire, query: &str) -> (usize, Vec<Duration>) {
    let (mut found, mut took) = (0, Vec::with_capacity(TIMES));
    for _ in 0..TIMES {
        let began = Instant::now();
        let answer = page(wire, query).await;
        took.push(began.elapsed());
        found = answer["records"].as_array().map_or(0, Vec::len);
    }
    (found, took)
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
