//! The facts of every county, kept in memory up to where its ledger stands.
//!
//! The first question reads all records of a county, or what is left of them, since a server that starts
//! begins to read them by itself; later ones only those that changed since. How
//! things stood at an earlier position follows from the ledger: the records that were touched since
//! are folded again from their entries up to there.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sync_protocol::id::RecordId;
use sync_protocol::kinds;
use sync_protocol::record::Record;
use tokio::sync::Mutex;

use super::facts::{self, Came, Facts, Source};
use super::reading::Read;
use crate::clock::Moment;
use crate::error::{Error, Kind, Result};
use crate::store::ledger::{self, Arrival, Entry};
use crate::store::paging::onward;
use crate::store::records::{self, RecordRow, Room, Touched};
use crate::store::{Store, Tx};
use crate::sync::placing::Placed;
use crate::sync::{heal, rows, standing};

/// How much is read at a time.
const PAGE: Room = Room { records: 1000, bytes: 8 * 1024 * 1024 };

/// How many records are read before anybody asks: their facts take some 300 bytes each.
const READ_AHEAD: u64 = 1_000_000;

/// Where nobody waits, so many times as long as it worked it rests, and no longer than that.
const RESTS: u32 = 2;
const LONGEST_REST: Duration = Duration::from_millis(100);

/// How many pasts are kept: a bulletin and its draft ask for the same one again and again.
const PASTS: u64 = 8;

/// The facts of all counties.
pub struct Books {
    store: Store,
    /// Each county's by itself, so that one that is read for the first time keeps nobody else waiting.
    counties: Mutex<HashMap<String, Arc<Shelf>>>,
    /// Those of earlier positions, by county and position.
    pasts: moka::sync::Cache<(String, u64), Arc<Facts>>,
}

/// The facts of a county. Whoever reads on holds them, so that nothing is read twice.
#[derive(Default)]
struct Shelf {
    facts: Arc<Mutex<Arc<Facts>>>,
    /// How many wait for them.
    waiting: AtomicUsize,
    /// How many records were read so far, each as often as it was.
    read: AtomicU64,
}

/// Somebody waits for the facts of a county.
struct Waiting<'s>(&'s Shelf);

impl<'s> Waiting<'s> {
    fn at(shelf: &'s Shelf) -> Self {
        shelf.waiting.fetch_add(1, Ordering::Relaxed);
        Self(shelf)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Books {
    /// Nothing is read until somebody asks, or has it read ahead.
    pub fn new(store: Store) -> Self {
        Self { store, counties: Mutex::default(), pasts: moka::sync::Cache::new(PASTS) }
    }

    /// The facts of a county as its ledger stands now.
    ///
    /// # Errors
    /// Not found if the county has no ledger here, or what the store says.
    pub async fn now(&self, county: &str) -> Result<Arc<Facts>> {
        let shelf = self.shelf(county).await;
        let _waiting = Waiting::at(&shelf);
        self.caught_up(&shelf, county).await
    }

    /// Reads the counties before anybody asks, one after the other, those first that take longest; no more
    /// than have so many records together, since what is read is kept.
    ///
    /// It makes way: after each page it rests, unless somebody waits for that very county.
    ///
    /// # Errors
    /// What the store says.
    pub async fn read_ahead(&self) -> Result<()> {
        self.read_ahead_within(READ_AHEAD).await
    }

    async fn read_ahead_within(&self, mut room: u64) -> Result<()> {
        let mut ledgers = ledger::ledgers(&mut *self.store.read().await?).await?;
        ledgers.sort_by_key(|ledger| std::cmp::Reverse(ledger.digest.count));
        for ledger in ledgers {
            let Some(left) = room.checked_sub(ledger.digest.count) else { continue };
            room = left;
            let (shelf, began) = (self.shelf(&ledger.county).await, Instant::now());
            self.caught_up(&shelf, &ledger.county).await?;
            let (records, seconds) = (shelf.read.load(Ordering::Relaxed), began.elapsed().as_secs());
            tracing::debug!(ledger.county, records, seconds, "read ahead for the figures");
        }
        Ok(())
    }

    async fn shelf(&self, county: &str) -> Arc<Shelf> {
        Arc::clone(self.counties.lock().await.entry(county.to_owned()).or_default())
    }

    /// What is read once somebody asked is read to its end, though they hang up: it would be read again.
    async fn caught_up(&self, shelf: &Arc<Shelf>, county: &str) -> Result<Arc<Facts>> {
        let mut kept = Arc::clone(&shelf.facts).lock_owned().await;
        let reached = reached(&mut *self.store.read().await?, county).await?;
        if reached == kept.position {
            return Ok(Arc::clone(&kept));
        }
        let reading =
            Reading { store: self.store.clone(), shelf: Arc::clone(shelf), county: county.to_owned() };
        let read = tokio::spawn(async move {
            // Whoever still looks at the older ones keeps a copy.
            let facts = Arc::unwrap_or_clone(std::mem::take(&mut *kept));
            *kept = Arc::new(reading.read_on(facts).await?);
            Ok(Arc::clone(&kept))
        });
        read.await.map_err(Error::internal)?
    }

    /// The facts of a county as they were when its ledger stood at `position`.
    ///
    /// # Errors
    /// `not_there_yet` if the ledger has not come as far.
    pub async fn as_of(&self, county: &str, position: u64) -> Result<Arc<Facts>> {
        let now = self.now(county).await?;
        if position == now.position {
            return Ok(now);
        }
        if position > now.position {
            return Err(Error::new(
                Kind::Unprocessable,
                "not_there_yet",
                format!("台账目前到第 {} 号，还没有第 {position} 号", now.position),
                format!("the ledger stands at {}, it has not come to {position}", now.position),
            ));
        }
        let key = (county.to_owned(), position);
        if let Some(past) = self.pasts.get(&key) {
            return Ok(past);
        }
        let past = Arc::new(self.rewind(county, Facts::clone(&now), position).await?);
        self.pasts.insert(key, Arc::clone(&past));
        Ok(past)
    }

    /// Puts the facts back to how they were at `position`.
    async fn rewind(&self, county: &str, mut facts: Facts, position: u64) -> Result<Facts> {
        let (mut after, mut earlier) = (position, Vec::new());
        loop {
            let mut tx = self.store.read().await?;
            let page = records::touched_after(&mut tx, county, after, PAGE.records).await?;
            let Some(last) = page.last() else { break };
            after = onward(after, last.seq)?;
            for Touched { id, kind, first_seq, .. } in page {
                facts.forget(&kind, id);
                // What is damaged now may have been whole then; its entries tell.
                let is_to_be_asked = facts.is_whole(id);
                if is_to_be_asked || (first_seq <= position && kinds::named(&kind).is_some()) {
                    earlier.push((kind, id));
                }
            }
        }
        // Others are placed by the projects.
        earlier.sort_by_key(|(kind, _)| kind != "project");
        for some in earlier.chunks(PAGE.records as usize) {
            let mut tx = self.store.read().await?;
            let entries = ledger::histories(&mut tx, some.iter().map(|(_, id)| *id), position).await?;
            drop(tx);
            facts = fold(county.to_owned(), facts, entries).await?;
        }
        facts.position = position;
        Ok(facts)
    }
}

/// Reads on in a county.
struct Reading {
    store: Store,
    shelf: Arc<Shelf>,
    county: String,
}

impl Reading {
    /// Takes in what was touched since. A record that is touched meanwhile comes by again, so no page
    /// need be of the same moment as the one before; the next one is read while one is taken in.
    async fn read_on(&self, mut facts: Facts) -> Result<Facts> {
        let mut page = self.page(facts.position).await?;
        while let Some(end) = page.end {
            let (began, records) = (Instant::now(), page.rows.len() as u64);
            let (learnt, next) = tokio::join!(self.learn_page(facts, page), self.page(end));
            (facts, page) = (learnt?, next?);
            facts.position = end;
            self.shelf.read.fetch_add(records, Ordering::Relaxed);
            if self.shelf.waiting.load(Ordering::Relaxed) == 0 {
                tokio::time::sleep((began.elapsed() * RESTS).min(LONGEST_REST)).await;
            }
        }
        facts.position = page.reached;
        Ok(facts)
    }

    /// The records whose last entries stand after `after`, as many as are read at a time. No moment of the
    /// database is held for longer than that.
    async fn page(&self, after: u64) -> Result<Page> {
        let mut tx = self.store.snapshot().await?;
        let reached = reached(&mut tx, &self.county).await?;
        let found = records::page_of_county(&mut tx, &self.county, after, PAGE).await?;
        let (mut end, mut rows, mut damaged) = (None, Vec::with_capacity(found.len()), Vec::new());
        for found in found {
            let seq = found.as_ref().map_or_else(|damaged| damaged.seq, |row| row.seq);
            end = Some(onward(end.unwrap_or(after), seq)?);
            match found {
                Ok(row) if kinds::named(&row.kind).is_some() => rows.push(row),
                Ok(_) => {}
                Err(row) => damaged.push(row.record),
            }
        }
        let came = Cames::read(&mut tx, &self.county, after, end.unwrap_or(after), &rows).await?;
        Ok(Page { reached, end, rows, damaged, came })
    }

    async fn learn_page(&self, mut facts: Facts, page: Page) -> Result<Facts> {
        for record in page.damaged {
            if !heal::heal(&self.store, vec![record]).await? {
                facts.leave_out(record);
                continue;
            }
            // Its row is the same, whole, under the same number.
            let mut tx = self.store.snapshot().await?;
            let Some(row) = records::record(&mut tx, record).await? else { continue };
            let row = [row];
            let came = Cames::read(&mut tx, &self.county, row[0].seq - 1, row[0].seq, &row).await?;
            facts = learn(facts, row.into(), came).await?;
        }
        learn(facts, page.rows, page.came).await
    }
}

/// Where a county's ledger stands.
async fn reached(tx: &mut Tx, county: &str) -> Result<u64> {
    let ledgers = ledger::ledgers(tx).await?;
    let ledger = ledgers.into_iter().find(|ledger| ledger.county == county);
    ledger.map(|ledger| ledger.seq).ok_or_else(Error::not_found)
}

/// Records that are read together.
struct Page {
    /// Where the ledger stood.
    reached: u64,
    /// The number of the last one's last entry; `None` where there are no more.
    end: Option<u64>,
    rows: Vec<RecordRow>,
    damaged: Vec<RecordId>,
    came: Cames,
}

/// How the entries came that some records are made of, as far as they are whole.
struct Cames {
    /// When each entry came, by number.
    arrivals: HashMap<u64, Arrival>,
    /// The entries of those records that have more than one.
    histories: BTreeMap<RecordId, History>,
}

/// The entries of a record; none if one of them is damaged.
type History = Option<Vec<Entry>>;

impl Cames {
    /// Of these records, whose last entries stand between `after` and `through`.
    async fn read(tx: &mut Tx, county: &str, after: u64, through: u64, rows: &[RecordRow]) -> Result<Self> {
        let arrivals = ledger::arrivals(tx, county, after, through).await?;
        let several = rows.iter().filter(|row| row.first_seq < row.seq).map(|row| row.id);
        let mut histories: BTreeMap<RecordId, History> = BTreeMap::new();
        for (entry, intact) in ledger::histories(tx, several, u64::MAX).await? {
            let its = histories.entry(entry.record).or_insert_with(|| Some(Vec::new()));
            if !(intact && entry.fits_or_is_erased()) {
                *its = None;
            } else if let Some(its) = its {
                its.push(entry);
            }
        }
        let arrivals = arrivals.into_iter().map(|arrival| (arrival.seq, arrival)).collect();
        Ok(Self { arrivals, histories })
    }

    /// How a record began, and how it was first complete if it is a diary; `None` if it is not to be known.
    fn of(&self, row: &RecordRow, record: &Record) -> Option<(Came, Option<Came>)> {
        if row.first_seq < row.seq {
            let history = self.histories.get(&row.id)?.as_ref()?;
            // An entry may say by now that it is about another record.
            let ends = history.first().zip(history.last()).map(|(first, last)| (first.seq, last.seq));
            let (began, submitted) = of_history(&record.kind, history);
            return began.filter(|_| ends == Some((row.first_seq, row.seq))).map(|began| (began, submitted));
        }
        let began = came_as(record, self.arrivals.get(&row.seq)?);
        Some((began, Some(began)))
    }
}

/// Takes in rows as they stand, but those of which an entry is damaged. Reading them is work for a while,
/// so it keeps no other request waiting.
async fn learn(mut facts: Facts, rows: Vec<RecordRow>, came: Cames) -> Result<Facts> {
    let learnt = tokio::task::spawn_blocking(move || {
        for row in rows {
            let record = standing::snapshot(&row)?.into_record();
            let Some((began, submitted)) = came.of(&row, &record) else {
                facts.leave_out(row.id);
                continue;
            };
            let placed = Placed { county: row.county, school: row.school, project: row.project };
            take_in(&mut facts, &record, &placed, began, submitted);
        }
        Ok(facts)
    });
    learnt.await.map_err(Error::internal)?
}

/// Takes in records as their entries, given record by record, say.
async fn fold(county: String, mut facts: Facts, entries: Vec<(Entry, bool)>) -> Result<Facts> {
    let folded = tokio::task::spawn_blocking(move || {
        let damaged: BTreeSet<_> = entries
            .iter()
            .filter(|(entry, intact)| !(*intact && entry.fits_or_is_erased()))
            .map(|(entry, _)| entry.record)
            .collect();
        let entries: Vec<_> = entries.into_iter().map(|(entry, _)| entry).collect();
        let mut histories: Vec<_> = entries.chunk_by(|one, next| one.record == next.record).collect();
        histories.sort_by_cached_key(|entries| !is_project(entries));
        for history in histories {
            let id = history[0].record;
            let rebuilt = (!damaged.contains(&id)).then(|| rows::rebuild(id, history).ok()).flatten();
            let Some(record) = rebuilt else {
                facts.leave_out(id);
                continue;
            };
            let Some(kind) = kinds::named(&record.kind) else { continue };
            let placed = Placed::of(kind, &record, &county, |project| {
                facts.projects.get(&project).map(|project| project.school)
            });
            let (Some(began), submitted) = of_history(&record.kind, history) else { continue };
            take_in(&mut facts, &record, &placed, began, submitted);
        }
        facts
    });
    folded.await.map_err(Error::internal)
}

fn is_project(history: &[Entry]) -> bool {
    history[0].body.as_deref().is_some_and(|body| body.contains(r#""kind":"project""#))
}

fn take_in(facts: &mut Facts, record: &Record, placed: &Placed, began: Came, submitted: Option<Came>) {
    let Some(kind) = kinds::named(&record.kind) else { return };
    facts.is_whole(record.id);
    match Read::in_force(record) {
        Some(read) => {
            let (school, project) = (placed.school, placed.project);
            facts.learn(&Source { read, kind, school, project, began, submitted });
        }
        None => facts.forget(kind.name, record.id),
    }
}

/// How the only entry of a record came.
fn came_as(record: &Record, arrival: &Arrival) -> Came {
    let head = record.fields.values().find_map(|field| field.heads.first());
    let received_at = arrival.received_at;
    let made_at = head
        .map_or(received_at, |head| put_right(head.made_at.moment().timestamp_millis(), arrival.ahead_ms));
    Came { seq: arrival.seq, made_at, received_at }
}

/// How a record began, and how it was first complete if it is a diary.
fn of_history(kind: &str, history: &[Entry]) -> (Option<Came>, Option<Came>) {
    let came =
        |entry: &Entry| Came { seq: entry.seq, made_at: made_at(entry), received_at: entry.received_at };
    let diary = kinds::named(kind).filter(|kind| kind.name == "diary");
    let submitted = diary.and_then(|kind| facts::submitted(kind, history)).map(came);
    (history.first().map(came), submitted)
}

/// When an entry was made; when it came, if its body is gone.
fn made_at(entry: &Entry) -> Moment {
    #[derive(serde::Deserialize)]
    struct JustMade {
        made_at: sync_protocol::change::Stamp,
    }
    let made = entry.body.as_deref().and_then(|body| serde_json::from_str::<JustMade>(body).ok());
    made.map_or(entry.received_at, |made| put_right(made.made_at.moment().timestamp_millis(), entry.ahead_ms))
}

/// By the device's clock, less by how far that was ahead of ours.
const fn put_right(made_ms: i64, ahead_ms: Option<i64>) -> Moment {
    match ahead_ms {
        Some(ahead) => Moment(made_ms.saturating_sub(ahead)),
        None => Moment(made_ms),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use sync_protocol::id::{ChangeId, DeviceId, UserId};
    use sync_protocol::message::Snapshot;
    use sync_protocol::photo::Sha256;
    use uuid::Uuid;

    use super::*;
    use crate::clock::Clock;
    use crate::store::records::PlaceKey;
    use crate::sync::county;

    const COUNTY: &str = "350823";
    /// More than three pages.
    const MANY: u64 = 3500;

    /// Puts findings into a new county's ledger, by hand: they came one a second.
    async fn found(store: &Store, code: &'static str, count: u64) {
        county::open(store, &Clock::default(), code, "演示县", None).await.unwrap();
        store.write(move |tx| fill(tx, code, count).boxed()).await.unwrap();
    }

    async fn fill(tx: &mut Tx, code: &'static str, count: u64) -> Result<()> {
        let key = PlaceKey { county: code.to_owned(), office_only: false, school: None, project: None };
        let place = records::place(tx, &key).await?.id;
        let id = |seq: u64| Uuid::from_u128(u128::from(seq) << 64 | code.parse::<u128>().unwrap());
        for seq in 1..=count {
            let record = RecordId(id(seq));
            let snapshot = Snapshot::of(Record::empty(record, "finding"), seq, None, None);
            let row = RecordRow {
                id: record,
                county: code.to_owned(),
                kind: "finding".to_owned(),
                first_seq: seq,
                seq,
                place,
                school: None,
                project: None,
                wide: false,
                body: serde_json::to_string(&snapshot).unwrap(),
            };
            let entry = Entry {
                county: code.to_owned(),
                seq,
                change: ChangeId(id(seq)),
                record,
                by: UserId(id(0)),
                by_name: "演示".to_owned(),
                device: DeviceId(id(0)),
                received_at: Moment(seq as i64 * 1000),
                ahead_ms: None,
                carried_by: None,
                released_by: None,
                digest: Sha256([0; 32]),
                salt: [0; 16],
                leaf: [0; 32],
                body: None,
            };
            ledger::append(tx, &[entry]).await?;
            records::save(tx, &[row]).await?;
        }
        let ledgers = ledger::ledgers(tx).await?;
        let mut its = ledgers.into_iter().find(|ledger| ledger.county == code).unwrap();
        (its.seq, its.digest.count) = (count, count);
        ledger::advance(tx, &its).await
    }

    async fn read(books: &Books, county: &str) -> u64 {
        books.shelf(county).await.read.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn many_who_ask_at_the_same_time_have_a_county_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        found(&store, COUNTY, MANY).await;
        let books = Books::new(store);
        let (one, other, ahead) = tokio::join!(books.now(COUNTY), books.now(COUNTY), books.read_ahead());
        ahead.unwrap();
        for facts in [one, other] {
            let facts = facts.unwrap();
            assert_eq!((facts.findings.len() as u64, facts.position), (MANY, MANY));
        }
        assert_eq!(read(&books, COUNTY).await, MANY);
    }

    #[tokio::test]
    async fn what_was_begun_to_be_read_is_read_to_its_end_though_who_asked_hangs_up() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        found(&store, COUNTY, MANY).await;
        let books = Arc::new(Books::new(store));
        let asks = Arc::clone(&books);
        let asker = tokio::spawn(async move { asks.now(COUNTY).await });
        while read(&books, COUNTY).await == 0 {
            tokio::task::yield_now().await;
        }
        asker.abort();
        assert_eq!(books.now(COUNTY).await.unwrap().findings.len() as u64, MANY);
        assert_eq!(read(&books, COUNTY).await, MANY, "no page was read again");
    }

    #[tokio::test]
    async fn the_largest_county_is_read_ahead_first_and_no_more_than_there_is_room_for() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        for (county, count) in [("350800", 5), (COUNTY, 10), ("350902", 4)] {
            found(&store, county, count).await;
        }
        let books = Books::new(store);
        books.read_ahead_within(14).await.unwrap();
        for (county, expected) in [(COUNTY, 10), ("350800", 0), ("350902", 4)] {
            assert_eq!(read(&books, county).await, expected, "{county}");
        }
    }
}
