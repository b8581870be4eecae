//! Phones under load: each writes diaries of its own project and sends them in batches.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use harness::{Server, World};
use serde::Deserialize;
use serde_json::value::RawValue;
use sync_protocol::id::{ChangeId, RecordId};
use uuid::Uuid;

use crate::wire::Wire;

/// How many phones send at the same time.
pub(crate) const PHONES: usize = 32;

/// A phone with a token and a project.
pub(crate) struct Phone {
    pub(crate) token: String,
    pub(crate) project: RecordId,
}

/// A county with as many projects as phones.
pub(crate) async fn enrol(server: &Server) -> Vec<Phone> {
    let size = harness::world::Size { townships: 8, schools: PHONES, projects: PHONES, zones: 4 };
    let world = World::sized(1, size).open(server).await;
    let mut phones = Vec::new();
    for number in 0..PHONES {
        let device = world.team_phone(server, "甲", number).await;
        phones.push(Phone { token: device.phone.owner.token.clone(), project: world.projects[number].id });
    }
    phones
}

/// The record of a project's diary of that day.
pub(crate) fn diary_id(project: RecordId, number: u64) -> RecordId {
    RecordId::natural("diary", &format!("{project}/{}", day(number)))
}

/// The day of a project's diary of that number.
pub(crate) fn day(number: u64) -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2000, 1, 1).expect("a date") + chrono::Days::new(number)
}

/// One diary as a change of about 1.5 KB: what a team writes on an ordinary day.
pub(crate) fn diary(project: RecordId, number: u64) -> String {
    const PARTS: [&str; 5] = ["主体二层", "基础承台", "屋面防水层", "东侧楼梯间", "三层外墙"];
    const WORKS: [&str; 7] =
        ["柱钢筋绑扎完成", "梁板支撑加固", "模板安装过半", "砌体勾缝", "管线预埋", "混凝土养护", "清理现场"];
    let pick = |list: &[&'static str], turn: u64| list[(number * 2_654_435_761 + turn) as usize % list.len()];
    let said = format!(
        "{}{}，{}，{}{}根",
        pick(&PARTS, 0),
        pick(&WORKS, 1),
        pick(&WORKS, number / 7),
        pick(&WORKS, number / 3),
        number % 89
    );
    let (date, record) = (day(number), diary_id(project, number));
    let change = ChangeId(Uuid::now_v7());
    let edits: Vec<_> = [
        ("project", serde_json::json!(project)),
        ("date", serde_json::json!(date.to_string())),
        ("work_status", serde_json::json!("working")),
        ("weather_am", serde_json::json!("多云")),
        ("weather_pm", serde_json::json!("小雨")),
        ("temp_min", serde_json::json!(90 + number % 41)),
        ("temp_max", serde_json::json!(185 + number % 67)),
        ("parts", serde_json::json!({"part": pick(&PARTS, 0), "axis": "①-⑤", "text": pick(&WORKS, 2)})),
        ("crew/钢筋工", serde_json::json!(number % 11)),
        ("crew/木工(模板)", serde_json::json!(number % 7)),
        ("crew/普工", serde_json::json!(number % 5)),
        ("progress_text", serde_json::json!(said)),
        ("image_progress", serde_json::json!("主体二层")),
        ("supervisor_present", serde_json::json!(true)),
        ("isolation_ok", serde_json::json!(true)),
        ("safety_ok", serde_json::json!(true)),
        ("quality_ok", serde_json::json!(true)),
    ]
    .into_iter()
    .map(|(field, value)| serde_json::json!({"field": field, "value": value, "replaces": []}))
    .collect();
    serde_json::json!({
        "id": change, "record": record, "kind": "diary",
        "made_at": "2016-03-02T17:41:08+08:00", "edits": edits,
    })
    .to_string()
}

/// How many bytes a hundred diaries are, with what is around them.
pub(crate) struct Hundred {
    pub(crate) json: usize,
    pub(crate) gzip: usize,
    pub(crate) zstd: usize,
}

/// Sends a hundred diaries in one request, compressed.
pub(crate) async fn hundred(server: &Server, phone: &Phone) -> Hundred {
    let request = Sender::of(server.address(), phone, 150_000).await.next(100);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&request).expect("memory takes it");
    let gzip = gzip.finish().expect("memory takes it");
    let zstd = zstd::encode_all(request.as_slice(), 9).expect("memory takes it");
    let sizes = Hundred { json: request.len(), gzip: gzip.len(), zstd: zstd.len() };
    let sent = reqwest::Client::new()
        .post(format!("http://{}/api/v1/sync", server.address()))
        .bearer_auth(&phone.token)
        .header("Content-Type", "application/json")
        .header("Content-Encoding", "gzip")
        .body(gzip)
        .send();
    let answer = sent.await.expect("it is sent").bytes().await.expect("an answer");
    let answer: Answer<'_> = serde_json::from_slice(&answer).expect("an answer");
    assert!(answer.outcomes.len() == 100 && answer.outcomes.iter().all(|told| told.outcome == "accepted"));
    sizes
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    outcomes: Vec<Outcome<'a>>,
    cursor: String,
    ticket: String,
}

#[derive(Deserialize)]
struct Outcome<'a> {
    outcome: &'a str,
}

/// A phone that sends one batch of diaries after the other.
pub(crate) struct Sender {
    wire: Wire,
    project: RecordId,
    number: u64,
    cursor: String,
    ticket: String,
}

impl Sender {
    /// Begins with the project's diary of day `first`.
    pub(crate) async fn of(address: SocketAddr, phone: &Phone, first: u64) -> Self {
        let wire = Wire::connect(address, &phone.token).await;
        let null = || "null".to_owned();
        Self { wire, project: phone.project, number: first, cursor: null(), ticket: null() }
    }

    /// The next request, with so many diaries.
    pub(crate) fn next(&mut self, batch: usize) -> Vec<u8> {
        let numbers = self.number..self.number + batch as u64;
        self.number = numbers.end;
        let diaries: Vec<_> = numbers.map(|number| diary(self.project, number)).collect();
        format!(
            "{{\"protocol\":1,\"cursor\":{},\"ticket\":{},\"limit\":100,\"changes\":[{}]}}",
            self.cursor,
            self.ticket,
            diaries.join(",")
        )
        .into_bytes()
    }

    /// Sends it; gives how many changes were accepted, which must be all.
    pub(crate) async fn send(&mut self, request: &[u8]) -> u64 {
        let answer = self.wire.post("/api/v1/sync", request).await;
        let answer: Answer<'_> = serde_json::from_slice(&answer).expect("an answer");
        assert!(answer.outcomes.iter().all(|outcome| outcome.outcome == "accepted"));
        self.cursor = format!("\"{}\"", answer.cursor);
        self.ticket = format!("\"{}\"", answer.ticket);
        answer.outcomes.len() as u64
    }
}

/// What a load came to.
pub(crate) struct Load {
    /// Changes acknowledged.
    pub(crate) changes: u64,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Load {
    /// Changes a second.
    pub(crate) fn rate(&self) -> f64 {
        self.changes as f64 / self.took.as_secs_f64()
    }
}

/// All phones send batches of `batch` diaries for about `lasts`.
pub(crate) async fn send(
    server: &Server,
    phones: &[Phone],
    batch: usize,
    lasts: Duration,
    first: u64,
) -> Load {
    let changes = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let mut sending = Vec::new();
    for phone in phones {
        let mut sender = Sender::of(server.address(), phone, first).await;
        let changes = Arc::clone(&changes);
        sending.push(tokio::spawn(async move {
            while began.elapsed() < lasts {
                let request = sender.next(batch);
                changes.fetch_add(sender.send(&request).await, Ordering::Relaxed);
            }
        }));
    }
    for phone in sending {
        phone.await.expect("a phone ends well");
    }
    Load { changes: changes.load(Ordering::Relaxed), took: began.elapsed() }
}

/// A phone that has everything: the request that it repeats, and an answer to it.
pub(crate) async fn quiet(server: &Server, phone: &Phone) -> (Vec<u8>, Vec<u8>) {
    #[derive(Deserialize)]
    struct Last<'a> {
        cursor: String,
        ticket: String,
        more: bool,
        #[serde(borrow)]
        checkpoint: Option<&'a RawValue>,
    }
    let mut wire = Wire::connect(server.address(), &phone.token).await;
    let mut request = br#"{"protocol":1,"cursor":null,"ticket":null,"changes":[]}"#.to_vec();
    loop {
        let answer = wire.post("/api/v1/sync", &request).await;
        let last: Last<'_> = serde_json::from_slice(&answer).expect("an answer");
        let next = format!(
            "{{\"protocol\":1,\"cursor\":\"{}\",\"ticket\":\"{}\",\"checkpoint\":{},\"changes\":[]}}",
            last.cursor,
            last.ticket,
            last.checkpoint.map_or("null", RawValue::get)
        )
        .into_bytes();
        let settled = !last.more && next == request;
        request = next;
        if settled {
            return (request, answer);
        }
    }
}

/// Posts the same request on some connections for about `lasts`; gives requests a second.
pub(crate) async fn repeat(
    address: std::net::SocketAddr,
    token: &str,
    path: &'static str,
    request: &[u8],
    lasts: Duration,
) -> f64 {
    let began = Instant::now();
    let mut asking = Vec::new();
    for _ in 0..PHONES {
        let mut wire = Wire::connect(address, token).await;
        let request = request.to_vec();
        asking.push(tokio::spawn(async move {
            let mut asked = 0_u64;
            while began.elapsed() < lasts {
                wire.post(path, &request).await;
                asked += 1;
            }
            asked
        }));
    }
    let mut asked = 0;
    for one in asking {
        asked += one.await.expect("it ends well");
    }
    asked as f64 / began.elapsed().as_secs_f64()
}
