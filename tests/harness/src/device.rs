//! The reference device: the rules of [`crate::replica`] over real HTTP.

use std::io::Write as _;
use std::time::Duration;

use chrono::{FixedOffset, SecondsFormat, TimeDelta};
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use siteledger::clock::Clock;
use sync_protocol::change::{Change, Stamp};
use sync_protocol::id::{ChangeId, RecordId};
use sync_protocol::kinds::Role;
use sync_protocol::message::{HaveRequest, HaveResponse, IndexResponse};
use sync_protocol::photo::Sha256;
use sync_protocol::record::{Head, Record};
use sync_protocol::signoff::Verdict;
use sync_protocol::value::Value;
use uuid::Uuid;

use crate::draft::{Draft, diary_id};
use crate::network::Network;
use crate::replica::{Answer, Batch, Owner, Phone, Photo, Received};
use crate::server::Server;
use crate::uploads::Album;

/// How many changes a phone sends at once on a good line.
const MOST_CHANGES: usize = 100;
/// How many bytes of changes it sends at once.
const MOST_BYTES: usize = 256 * 1024;
/// How many ids it asks for in one question.
const MOST_ASKED: usize = 5_000;
/// A server that always says "again" is broken; this many rounds are more than any story needs.
const MOST_ROUNDS: usize = 2_000;

/// A phone, or the browser of somebody at the office: a client like any other.
#[derive(Clone, Debug)]
pub struct Device {
    /// All that it remembers.
    pub phone: Phone,
    /// The pictures on it.
    pub album: Album,
    /// How many records it asks for at once; none: as the server likes.
    pub limit: Option<u32>,
    /// How many changes it sends at once just now.
    pub batch: usize,
    /// The name under which its owner signs in.
    pub username: String,
    clock: Clock,
    client: Client,
    base: String,
}

/// Why a sync came to nothing. Everything is still on the phone.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The line gave no answer, or half of one.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// Something answered that is not a `SiteLedger` server.
    #[error("not an answer of the server: {0}")]
    NotAnAnswer(String),
    /// The server refused the request with a problem document.
    #[error("{status}: {problem}")]
    Refused {
        /// The status.
        status: StatusCode,
        /// The problem document.
        problem: Json,
        /// When to come again, where it says so.
        retry_after: Option<Duration>,
    },
}

impl From<reqwest::Error> for SyncError {
    fn from(error: reqwest::Error) -> Self {
        Self::NoAnswer(format!("{error:?}"))
    }
}

impl SyncError {
    /// Reads a response that is no success.
    pub async fn of(response: Response) -> Self {
        let status = response.status();
        let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let retry_after = seconds.map(Duration::from_secs);
        match response.bytes().await {
            Ok(body) => match serde_json::from_slice::<Json>(&body) {
                Ok(problem) if problem.is_object() => Self::Refused { status, problem, retry_after },
                _ => Self::NotAnAnswer(format!("{status}: {}", String::from_utf8_lossy(&body))),
            },
            Err(error) => error.into(),
        }
    }

    /// After how long the server says to come again.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            Self::NoAnswer(_) | Self::NotAnAnswer(_) => None,
        }
    }

    /// The status of a refusal by the server.
    pub const fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::NoAnswer(_) | Self::NotAnAnswer(_) => None,
        }
    }
}

/// What a whole sync brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// How many changes were accepted.
    pub accepted: usize,
    /// How many were in the ledger already.
    pub duplicates: usize,
    /// How many are held.
    pub held: usize,
    /// How many records came.
    pub records: usize,
    /// The fields that the accepted changes left in conflict, as `record field`.
    pub conflicts: Vec<String>,
    /// How many requests it took.
    pub rounds: usize,
    /// How often the server asked for a resync.
    pub resyncs: usize,
    /// How often a digest differed and the index repaired it.
    pub repairs: usize,
}

impl Synced {
    fn add(&mut self, received: &Received) {
        self.rounds += 1;
        self.accepted += received.accepted;
        self.duplicates += received.duplicates;
        self.held += received.held;
        self.records += received.records;
        self.conflicts.extend_from_slice(&received.conflicts);
        self.resyncs += usize::from(received.resync);
    }
}

/// Where a device's HTTP goes by itself: no answer is waited for longer than this.
const PATIENCE: Duration = Duration::from_secs(30);

fn client(patience: Duration, keep_alive: bool) -> Client {
    let builder = Client::builder().no_proxy().timeout(patience).redirect(reqwest::redirect::Policy::none());
    let builder = if keep_alive { builder } else { builder.pool_max_idle_per_host(0) };
    builder.build().expect("a client without TLS")
}

impl Device {
    /// Enrols a phone by a code.
    pub async fn enrol(server: &Server, code: &str, device_name: &str) -> Self {
        let base = server.url();
        let client = client(PATIENCE, true);
        let answer: Json = client
            .post(format!("{base}/api/v1/enrol"))
            .json(&json!({ "code": code, "device_name": device_name }))
            .send()
            .await
            .expect("the server answers")
            .error_for_status()
            .expect("the code is good")
            .json()
            .await
            .expect("JSON");
        let text = |value: &Json| value.as_str().map(str::to_owned).expect("text");
        let id = |value: &Json| value.as_str().and_then(|id| id.parse::<Uuid>().ok()).expect("an id");
        let user = &answer["user"];
        let owner = Owner {
            user: id(user.get("id").unwrap_or(&user["user"])).into(),
            name: text(&user["display_name"]),
            device: id(&answer["device"]).into(),
            token: text(&answer["token"]),
        };
        Self {
            phone: Phone::of(owner),
            album: Album::default(),
            limit: None,
            batch: MOST_CHANGES,
            username: user["username"].as_str().unwrap_or_default().to_owned(),
            clock: Clock::default(),
            client,
            base,
        }
    }

    /// The same phone behind a bad line: every request is a connection of its own from now on.
    #[must_use]
    pub fn behind(mut self, network: &Network) -> Self {
        self.client = client(PATIENCE, false);
        self.base = network.url();
        self
    }

    /// The same phone on a line of its own to that address, on which answers take their time.
    pub fn reach(&mut self, server: std::net::SocketAddr, patience: Duration) {
        self.client = client(patience, true);
        self.base = format!("http://{server}");
    }

    /// The same phone on a good line to a server that may have moved.
    pub fn connect(&mut self, server: &Server) {
        self.client = client(PATIENCE, true);
        self.base = server.url();
    }

    /// How long it waits for an answer, for stories in which none comes. Every request is a
    /// connection of its own from now on.
    #[must_use]
    pub fn patient_for(mut self, patience: Duration) -> Self {
        self.client = client(patience, false);
        self
    }

    /// Sets its clock wrong.
    #[must_use]
    pub fn with_clock_off_by(self, by: TimeDelta) -> Self {
        self.clock.advance(by);
        self
    }

    /// A copy of the phone, as a backup restored onto another one makes it: same token, same memory.
    #[must_use]
    pub fn copied(&self) -> Self {
        self.clone()
    }

    /// Turns it off and on again: it knows what it stored, and nothing else.
    pub fn restart(&mut self) {
        let stored = serde_json::to_vec(&self.phone).expect("plain data");
        self.phone = serde_json::from_slice(&stored).expect("plain data");
        self.batch = MOST_CHANGES;
    }

    /// Rolls its storage back to what it was.
    pub fn roll_back(&mut self, to: &Phone) {
        self.phone = to.clone();
    }

    /// What its clock says, in China's time.
    pub fn now(&self) -> Stamp {
        let china = FixedOffset::east_opt(8 * 3600).expect("within a day");
        let now = self.clock.now().utc().with_timezone(&china);
        now.to_rfc3339_opts(SecondsFormat::Millis, true).parse().expect("RFC 3339")
    }

    fn new_change_id(&self) -> ChangeId {
        let now = self.clock.now().utc();
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        let time = uuid::Timestamp::from_unix(uuid::NoContext, seconds, now.timestamp_subsec_nanos());
        ChangeId(Uuid::new_v7(time))
    }

    // Writing -------------------------------------------------------------------------------

    /// A record as its owner sees it.
    pub fn view(&self, record: RecordId) -> Record {
        let kind = self.phone.kind_of(record).unwrap_or_default();
        self.phone.view(record, kind)
    }

    /// The heads of a field as the owner sees them.
    pub fn shown(&self, record: RecordId, field: &str) -> Vec<Head> {
        self.view(record).heads_named(field).to_vec()
    }

    /// The values of a field as the owner sees them.
    pub fn values(&self, record: RecordId, field: &str) -> Vec<Value> {
        self.shown(record, field).into_iter().map(|head| head.value).collect()
    }

    /// Fills in the form of a record and saves it.
    pub fn write(&mut self, kind: &str, record: RecordId, fill: impl FnOnce(Draft) -> Draft) -> ChangeId {
        let form = fill(Draft::over(self.phone.view(record, kind)));
        let change = form.save(self.new_change_id(), self.now());
        let id = change.id;
        self.phone.save(change);
        id
    }

    /// Begins a record without a natural key.
    pub fn begin(&mut self, kind: &str, fill: impl FnOnce(Draft) -> Draft) -> RecordId {
        let record = RecordId(self.new_change_id().0);
        self.write(kind, record, fill);
        record
    }

    /// Writes into a record that is on the phone.
    pub fn edit(&mut self, record: RecordId, fill: impl FnOnce(Draft) -> Draft) -> ChangeId {
        let kind = self.phone.kind_of(record).expect("the record is on the phone").to_owned();
        self.write(&kind, record, fill)
    }

    /// Writes the diary of a project and a day, beginning it where it was not seen yet.
    pub fn write_diary(
        &mut self,
        project: RecordId,
        date: &str,
        fill: impl FnOnce(Draft) -> Draft,
    ) -> RecordId {
        let record = diary_id(project, date);
        self.write("diary", record, |form| {
            let form =
                if form.is_new() { form.set("project", project.to_string()).set("date", date) } else { form };
            fill(form)
        });
        record
    }

    /// Settles a conflict: the value takes the place of every one that is shown.
    pub fn settle(&mut self, record: RecordId, field: &str, value: impl Into<Value>) -> ChangeId {
        self.edit(record, |form| form.set(field, value))
    }

    /// Signs what is shown.
    pub fn sign(&mut self, record: RecordId, role: Role, verdict: Verdict, note: Option<&str>) -> ChangeId {
        self.edit(record, |form| form.sign(role, verdict, note))
    }

    /// Declares a record void.
    pub fn withdraw(&mut self, record: RecordId, reason: &str) -> ChangeId {
        self.edit(record, |form| form.set("withdrawn", reason))
    }

    /// Takes a picture into the album without saying anything of it.
    pub fn take_picture(&mut self, bytes: Vec<u8>, filename: &str) -> Sha256 {
        let length = bytes.len() as u64;
        let hash = self.album.put(bytes);
        self.phone.photos.entry(hash).or_insert_with(|| Photo {
            length,
            filename: filename.to_owned(),
            filetype: "image/jpeg".to_owned(),
            upload: None,
            acknowledged: 0,
            at_office: false,
            settled: false,
            refused: None,
        });
        hash
    }

    /// Takes a picture and puts it into a record.
    pub fn attach_photo(&mut self, record: RecordId, bytes: Vec<u8>, caption: &str) -> Sha256 {
        let hash = self.take_picture(bytes, &format!("{caption}.jpg"));
        let taken_at = self.now();
        self.edit(record, |form| {
            let photo =
                json!({ "sha256": hash, "category": "形象进度", "caption": caption, "taken_at": taken_at });
            form.set_json("photos", photo)
        });
        hash
    }

    // Syncing -------------------------------------------------------------------------------

    /// A request with the device's token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.phone.owner.token)
    }

    /// Sends and fetches until there is nothing more to do. Photos go by [`Device::send_photos`].
    ///
    /// # Errors
    /// When a request failed: what arrived before counts, the rest is still on the phone.
    pub async fn sync(&mut self) -> Result<Synced, SyncError> {
        let mut synced = Synced::default();
        for round in 0..MOST_ROUNDS {
            let received = self.round(round == 0).await?;
            synced.add(&received);
            if received.digest_differs {
                synced.repairs += 1;
                assert!(synced.repairs < 4, "the digest still differs after {} repairs", synced.repairs - 1);
                let index = self.index().await?;
                self.phone.repair(&index);
            }
            let pulling = self.phone.replica.pull.is_some();
            if !received.again && !pulling {
                return Ok(synced);
            }
        }
        panic!("the server still says there is more after {MOST_ROUNDS} rounds")
    }

    /// The whole index, page by page.
    async fn index(&self) -> Result<IndexResponse, SyncError> {
        let limit = self.limit.map(|limit| format!("limit={limit}")).unwrap_or_default();
        let mut index: IndexResponse = self.ask(&format!("/api/v1/sync/index?{limit}"), &json!({})).await?;
        while let Some(next) = index.next.take() {
            let path = format!("/api/v1/sync/index?after={next}&{limit}");
            let page: IndexResponse = self.ask(&path, &json!({})).await?;
            index.records.extend(page.records);
            index.next = page.next;
        }
        Ok(index)
    }

    /// One round trip.
    ///
    /// # Errors
    /// When it failed; nothing on the phone was changed by it.
    pub async fn round(&mut self, ask_after_held: bool) -> Result<Received, SyncError> {
        let batch = Batch { changes: self.batch, bytes: MOST_BYTES, limit: self.limit, ask_after_held };
        let request = self.phone.request(self.now(), batch);
        match self.ask::<Answer>("/api/v1/sync", &request.body).await {
            Ok(answer) if !Phone::is_answered(&request.carries, &answer) => {
                Err(SyncError::NotAnAnswer("it does not say what became of each change".to_owned()))
            }
            Ok(answer) => {
                self.batch = (self.batch * 2).min(MOST_CHANGES);
                Ok(self.phone.receive(&request.carries, answer))
            }
            Err(error) => {
                self.batch = (self.batch / 2).max(1);
                Err(error)
            }
        }
    }

    /// Posts JSON.
    async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl serde::Serialize + Sync),
    ) -> Result<T, SyncError> {
        let body = serde_json::to_vec(body).expect("a request has a JSON form");
        let request = self.request(Method::POST, path).header(CONTENT_TYPE, "application/json");
        let request = if body.len() > 1024 {
            request.header(CONTENT_ENCODING, "gzip").body(gzip(&body))
        } else {
            request.body(body)
        };
        Self::answer(request.send().await?).await
    }

    /// Takes for an answer only a success in JSON of the right shape: the page of a captive portal is
    /// none.
    ///
    /// # Errors
    /// With anything else.
    pub async fn answer<T: DeserializeOwned>(response: Response) -> Result<T, SyncError> {
        let status = response.status();
        if status != StatusCode::OK {
            return Err(SyncError::of(response).await);
        }
        let body = response.bytes().await?;
        serde_json::from_slice(&body).map_err(|error| {
            let start: String = String::from_utf8_lossy(&body).chars().take(200).collect();
            SyncError::NotAnAnswer(format!("{status}, {error}: {start}"))
        })
    }

    /// Asks the server whether it has everything that is kept here; what it lacks is sent again by
    /// the next sync.
    ///
    /// # Errors
    /// When there was no answer.
    pub async fn everything_is_at_the_office(&mut self) -> Result<bool, SyncError> {
        let asked = self.phone.have();
        let mut lacks = HaveResponse::default();
        for changes in asked.changes.chunks(MOST_ASKED) {
            let asked = HaveRequest { changes: changes.to_vec(), photos: Vec::new() };
            lacks.changes.extend(self.ask::<HaveResponse>("/api/v1/sync/have", &asked).await?.changes);
        }
        for photos in asked.photos.chunks(MOST_ASKED) {
            let asked = HaveRequest { changes: Vec::new(), photos: photos.to_vec() };
            let answer: HaveResponse = self.ask("/api/v1/sync/have", &asked).await?;
            lacks.photos.extend(answer.photos);
            if let Some(unsettled) = answer.unsettled {
                lacks.unsettled.get_or_insert_default().photos.extend(unsettled.photos);
            }
        }
        Ok(self.phone.receive_have(&lacks))
    }

    /// Drops the photos of which the server says that a backup has them; tells how many.
    ///
    /// # Errors
    /// When there was no answer.
    pub async fn make_room(&mut self) -> Result<usize, SyncError> {
        self.everything_is_at_the_office().await?;
        let before = self.phone.photos.len();
        self.phone.photos.retain(|_, photo| !photo.settled);
        self.album.keep(|hash| self.phone.photos.contains_key(hash));
        Ok(before - self.phone.photos.len())
    }

    /// Whether all that was saved for a record is in the ledger, as far as the phone was told.
    pub fn is_at_the_office(&self, record: RecordId) -> bool {
        self.phone.replica.records.contains_key(&record)
            && self.phone.outbox.waiting.iter().all(|change| change.record != record)
            && self.phone.outbox.held.iter().all(|held| held.change.record != record)
    }

    /// The changes that the server acknowledged.
    pub fn acknowledged(&self) -> impl Iterator<Item = (&Change, u64)> {
        self.phone.outbox.kept.iter().map(|kept| (&kept.change, kept.seq))
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}
