//! How the cost of work grows with the store: the same work at several sizes.
//!
//! A project has a diary a day for a year, and there are as many projects as the records need: the
//! phone that is looked at keeps its scope, and everything else around it grows.

use std::time::{Duration, Instant};

use harness::world::{self, Size};
use harness::{Server, World};
use serde::Deserialize;
use serde_json::value::RawValue;
use sync_protocol::id::RecordId;

use crate::phones::{self, Phone, Sender};
use crate::resident_bytes;
use crate::wire::Wire;

/// Diaries a project.
const A_YEAR: u64 = 365;
/// How many phones fill the store at the same time.
const FILLERS: u64 = 8;
/// Changes a request while it is filled.
const BATCH: usize = 250;
/// How often each small thing is done.
const TIMES: usize = 300;
/// How many records an office that begins anew is sent at most here.
const OFFICE: usize = 20_000;

/// One row of the table.
#[derive(Default)]
struct Grown {
    records: u64,
    change: Duration,
    quiet: Duration,
    read: Duration,
    fresh: Pulled,
    office: Pulled,
    figures: Figures,
    verify: Duration,
    backup: Duration,
    database: u64,
    resident: f64,
}

/// How long the indicators of the county take.
#[derive(Clone, Copy, Default)]
struct Figures {
    /// From a server that has just started: every record is read.
    first: Duration,
    /// After one more change.
    next: Duration,
    /// As of half the ledger.
    past: Duration,
    /// What the server's memory grew by.
    bytes: f64,
}

/// What a device that begins anew is sent.
#[derive(Clone, Copy, Default)]
struct Pulled {
    records: usize,
    bytes: usize,
    took: Duration,
}

/// A county that is to be filled, and who looks at it.
pub(crate) struct County {
    pub(crate) code: &'static str,
    fillers: Vec<String>,
    projects: Vec<RecordId>,
    pub(crate) team: String,
    pub(crate) office: String,
}

impl County {
    /// One with as many projects as so many diaries need.
    pub(crate) async fn open(server: &Server, most: u64) -> Self {
        Self::open_as(server, world::SHANGHANG, 1, most).await
    }

    /// That county, made from a seed, with as many projects as so many diaries need.
    pub(crate) async fn open_as(server: &Server, county: world::County, seed: u64, most: u64) -> Self {
        let projects = most.div_ceil(A_YEAR).max(1) as usize;
        let size = Size { townships: 20, schools: projects, projects, zones: 20 };
        let world = World::of(county, seed, size).open(server).await;
        let county = format!("county:{}", world.county.code);
        let mut fillers = Vec::new();
        for _ in 0..FILLERS {
            let device = world.phone(server, "甲", &[("school_team", &county)]).await;
            fillers.push(device.phone.owner.token.clone());
        }
        let team = world.team_phone(server, "乙", 0).await;
        let office = world.phone(server, "丙", &[("project_office", &county)]).await;
        let token = |device: &harness::Device| device.phone.owner.token.clone();
        Self {
            code: world.county.code,
            fillers,
            projects: world.projects.iter().map(|project| project.id).collect(),
            team: token(&team),
            office: token(&office),
        }
    }

    /// The project whose diaries were written first.
    pub(crate) fn first_project(&self) -> RecordId {
        self.projects[0]
    }

    /// The phone of that project's team.
    pub(crate) fn first_phone(&self) -> Phone {
        Phone { token: self.team.clone(), project: self.first_project() }
    }
}

/// Fills a store and prints what work costs whenever it has that many diaries.
pub(crate) async fn measure(sizes: &[u64]) {
    let mut server = Server::start().await;
    let county = County::open(&server, sizes.iter().copied().max().unwrap_or(0)).await;
    println!(
        "| records | one change, ms | nothing new, ms | a record read, ms | all indicators: first time, s | after a change, ms | as of half the ledger, s | their memory, MB | a team's phone begins anew | an office begins anew | verify, s | backup, s | database, MB | memory, MB |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    );
    let mut filled = 0;
    for size in sizes {
        fill(&server, &county, filled..*size).await;
        filled = *size;
        let mut grown = look(&server, filled, &county).await;
        server.restart().await;
        grown.figures = figures(&server, &county, filled).await;
        print(&grown);
    }
}

/// Diary `number` of the store: which project it is of, and which of its days.
const fn place(number: u64) -> (usize, u64) {
    ((number / A_YEAR) as usize, number % A_YEAR)
}

/// Has the diaries of those numbers written.
pub(crate) async fn fill(server: &Server, county: &County, numbers: std::ops::Range<u64>) {
    let mut filling = Vec::new();
    for (filler, token) in (0_u64..).zip(&county.fillers) {
        let mut wire = Wire::connect(server.address(), token).await;
        let mine = numbers.clone().filter(move |number| number % FILLERS == filler);
        let projects = county.projects.clone();
        filling.push(tokio::spawn(async move {
            let mine: Vec<_> = mine.collect();
            for some in mine.chunks(BATCH) {
                let diaries = some.iter().map(|number| {
                    let (project, day) = place(*number);
                    phones::diary(projects[project], day)
                });
                let diaries: Vec<_> = diaries.collect();
                let body = format!(
                    "{{\"protocol\":1,\"cursor\":null,\"ticket\":null,\"limit\":1,\"changes\":[{}]}}",
                    diaries.join(",")
                );
                wire.post("/api/v1/sync", body.as_bytes()).await;
            }
        }));
    }
    for one in filling {
        one.await.expect("it ends well");
    }
}

async fn look(server: &Server, records: u64, county: &County) -> Grown {
    let address = server.address();
    let mut wire = Wire::connect(address, &county.team).await;
    let fresh = pull(&mut wire, usize::MAX).await;
    let office = pull(&mut Wire::connect(address, &county.office).await, OFFICE).await;
    let phone = county.first_phone();
    let (request, _) = phones::quiet(server, &phone).await;
    let mut quiet = Vec::new();
    let mut read = Vec::new();
    for number in 0..TIMES as u64 {
        let began = Instant::now();
        wire.post("/api/v1/sync", &request).await;
        quiet.push(began.elapsed());
        let record = phones::diary_id(phone.project, number);
        let began = Instant::now();
        let (status, ..) = wire.ask("GET", &format!("/api/v1/records/{record}"), "", b"").await;
        read.push(began.elapsed());
        assert_eq!(status, 200, "the record is there");
    }
    // Days that nobody else writes.
    let mut sender = Sender::of(address, &phone, 10_000 + records).await;
    let mut change = Vec::new();
    for _ in 0..TIMES {
        let body = sender.next(1);
        let began = Instant::now();
        sender.send(&body).await;
        change.push(began.elapsed());
    }
    let backup = timed(|| {
        let to = server.beside(&format!("backup-{records}"));
        server.run(&["backup", to.to_str().expect("a path of ours")]);
        std::fs::remove_dir_all(to).expect("it was made");
    });
    let verify = timed(|| server.run(&["verify"]));
    Grown {
        records,
        change: median(change),
        quiet: median(quiet),
        read: median(read),
        fresh,
        office,
        figures: Figures::default(),
        verify,
        backup,
        database: std::fs::metadata(server.data().join(siteledger::store::FILE)).map_or(0, |file| file.len()),
        resident: resident_bytes(server),
    }
}

/// Asks for all indicators of the county, as its office does in the morning.
async fn figures(server: &Server, county: &County, records: u64) -> Figures {
    let mut wire = Wire::connect(server.address(), &county.office).await;
    let before = resident_bytes(server);
    let query = format!("county={}", county.code);
    let asked = ask_figures(&mut wire, &query).await;
    let bytes = resident_bytes(server) - before;
    // Days that nobody else writes.
    let mut sender = Sender::of(server.address(), &county.first_phone(), 20_000 + records).await;
    let mut next = Vec::new();
    for _ in 0..15 {
        let body = sender.next(1);
        sender.send(&body).await;
        next.push(ask_figures(&mut wire, &query).await.took);
    }
    let past = ask_figures(&mut wire, &format!("{query}&as_of={}", asked.positions[0].1 / 2)).await;
    Figures { first: asked.took, next: median(next), past: past.took, bytes }
}

/// What indicators came to: how long they took, and where each ledger stood.
pub(crate) struct Asked {
    pub(crate) took: Duration,
    pub(crate) positions: Vec<(String, u64)>,
}

/// Asks for all indicators.
pub(crate) async fn ask_figures(wire: &mut Wire, query: &str) -> Asked {
    let began = Instant::now();
    let (status, _, body) = wire.ask("GET", &format!("/api/v1/indicators?{query}"), "", b"").await;
    let took = began.elapsed();
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    let answer: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    let position = |county: &serde_json::Value| {
        let code = county["county"].as_str().expect("a code").to_owned();
        (code, county["position"].as_u64().expect("a position"))
    };
    let counties = answer["counties"].as_array().expect("a list");
    Asked { took, positions: counties.iter().map(position).collect() }
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

pub(crate) fn median<T: PartialOrd + Copy>(mut figures: Vec<T>) -> T {
    figures.sort_unstable_by(|one, other| one.partial_cmp(other).expect("figures can be compared"));
    figures[figures.len() / 2]
}

/// Pulls everything in scope from the beginning, or as many records as are asked for.
async fn pull(wire: &mut Wire, most: usize) -> Pulled {
    #[derive(Deserialize)]
    struct Page<'a> {
        #[serde(borrow)]
        records: Vec<&'a RawValue>,
        cursor: String,
        ticket: String,
        more: bool,
    }
    let began = Instant::now();
    let mut pulled = Pulled::default();
    let mut request = r#"{"protocol":1,"cursor":null,"ticket":null,"changes":[]}"#.to_owned();
    loop {
        let answer = wire.post("/api/v1/sync", request.as_bytes()).await;
        let page: Page<'_> = serde_json::from_slice(&answer).expect("an answer");
        pulled.records += page.records.len();
        pulled.bytes += answer.len();
        if !page.more || pulled.records >= most {
            pulled.took = began.elapsed();
            return pulled;
        }
        request = format!(
            "{{\"protocol\":1,\"cursor\":\"{}\",\"ticket\":\"{}\",\"changes\":[]}}",
            page.cursor, page.ticket
        );
    }
}

fn print(grown: &Grown) {
    let ms = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1000.0);
    let pulled = |pulled: Pulled| {
        let (seconds, megabytes) = (pulled.took.as_secs_f64(), pulled.bytes as f64 / 1e6);
        format!("{} records, {megabytes:.1} MB, {seconds:.2} s", pulled.records)
    };
    println!(
        "| {} | {} | {} | {} | {:.2} | {} | {:.2} | {:.0} | {} | {} | {:.1} | {:.1} | {:.0} | {:.0} |",
        grown.records,
        ms(grown.change),
        ms(grown.quiet),
        ms(grown.read),
        grown.figures.first.as_secs_f64(),
        ms(grown.figures.next),
        grown.figures.past.as_secs_f64(),
        grown.figures.bytes / 1e6,
        pulled(grown.fresh),
        pulled(grown.office),
        grown.verify.as_secs_f64(),
        grown.backup.as_secs_f64(),
        grown.database as f64 / 1e6,
        grown.resident / 1e6,
    );
}
