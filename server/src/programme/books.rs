//! The facts of every county, kept in memory up to where its ledger stands.
//!
//! The first question reads all records of a county; later ones only those that changed since. How
//! things stood at an earlier position follows from the ledger: the records that were touched since
//! are folded again from their entries up to there.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

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

/// How many pasts are kept: a bulletin and its draft ask for the same one again and again.
const PASTS: u64 = 8;

/// The facts of all counties.
pub struct Books {
    store: Store,
    /// Each county's by itself, so that one that is read for the first time keeps nobody else waiting.
    counties: Mutex<HashMap<String, Arc<Mutex<Arc<Facts>>>>>,
    /// Those of earlier positions, by county and position.
    pasts: moka::sync::Cache<(String, u64), Arc<Facts>>,
}

impl Books {
    /// Nothing is read until somebody asks.
    pub fn new(store: Store) -> Self {
        Self { store, counties: Mutex::default(), pasts: moka::sync::Cache::new(PASTS) }
    }

    /// The facts of a county as its ledger stands now.
    ///
    /// # Errors
    /// Not found if the county has no ledger here, or what the store says.
    pub async fn now(&self, county: &str) -> Result<Arc<Facts>> {
        let kept = Arc::clone(self.counties.lock().await.entry(county.to_owned()).or_default());
        let mut kept = kept.lock().await;
        let mut tx = self.store.read().await?;
        let reached = reached(&mut tx, county).await?;
        drop(tx);
        if reached != kept.position {
            // Whoever still looks at the older ones keeps a copy.
            let facts = Arc::unwrap_or_clone(std::mem::take(&mut *kept));
            *kept = Arc::new(self.read_on(county, facts).await?);
        }
        Ok(Arc::clone(&kept))
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

    /// Takes in what was touched since. A record that is touched meanwhile comes by again, so no page
    /// need be of the same moment as the one before; the next one is read while one is taken in.
    async fn read_on(&self, county: &str, mut facts: Facts) -> Result<Facts> {
        let mut page = self.page(county, facts.position).await?;
        while let Some(end) = page.end {
            let (learnt, next) = tokio::join!(self.learn_page(county, facts, page), self.page(county, end));
            (facts, page) = (learnt?, next?);
            facts.position = end;
        }
        facts.position = page.reached;
        Ok(facts)
    }

    /// The records whose last entries stand after `after`, as many as are read at a time.
    async fn page(&self, county: &str, after: u64) -> Result<Page> {
        let mut tx = self.store.snapshot().await?;
        let reached = reached(&mut tx, county).await?;
        let found = records::page_of_county(&mut tx, county, after, PAGE).await?;
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
        let came = Cames::read(&mut tx, county, after, end.unwrap_or(after), &rows).await?;
        Ok(Page { reached, end, rows, damaged, came })
    }

    async fn learn_page(&self, county: &str, mut facts: Facts, page: Page) -> Result<Facts> {
        for record in page.damaged {
            facts.damaged.retain(|known| *known != record);
            if !heal::heal(&self.store, vec![record]).await? {
                facts.damaged.push(record);
                continue;
            }
            // Its row is the same, whole, under the same number.
            let mut tx = self.store.snapshot().await?;
            let Some(row) = records::record(&mut tx, record).await? else { continue };
            let row = [row];
            let came = Cames::read(&mut tx, county, row[0].seq - 1, row[0].seq, &row).await?;
            facts = learn(facts, row.into(), came).await?;
        }
        learn(facts, page.rows, page.came).await
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
                if first_seq <= position && kinds::named(&kind).is_some() {
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

/// How the entries came that some records are made of.
struct Cames {
    /// When each entry came, by number.
    arrivals: HashMap<u64, Arrival>,
    /// The entries of those records that have more than one.
    histories: BTreeMap<RecordId, Vec<Entry>>,
}

impl Cames {
    /// Of these records, whose last entries stand between `after` and `through`.
    async fn read(tx: &mut Tx, county: &str, after: u64, through: u64, rows: &[RecordRow]) -> Result<Self> {
        let arrivals = ledger::arrivals(tx, county, after, through).await?;
        let several = rows.iter().filter(|row| row.first_seq < row.seq).map(|row| row.id);
        let mut histories: BTreeMap<RecordId, Vec<Entry>> = BTreeMap::new();
        for (entry, _) in ledger::histories(tx, several, u64::MAX).await? {
            histories.entry(entry.record).or_default().push(entry);
        }
        let arrivals = arrivals.into_iter().map(|arrival| (arrival.seq, arrival)).collect();
        Ok(Self { arrivals, histories })
    }
}

/// Takes in rows as they stand. Reading them is work for a while, so it keeps no other request waiting.
async fn learn(mut facts: Facts, rows: Vec<RecordRow>, came: Cames) -> Result<Facts> {
    let learnt = tokio::task::spawn_blocking(move || {
        for row in rows {
            let record = standing::snapshot(&row)?.into_record();
            let entries = came.histories.get(&row.id).map(Vec::as_slice);
            let (began, submitted) = if let Some(entries) = entries {
                of_history(&record.kind, entries)
            } else {
                let began = came.arrivals.get(&row.seq).map(|arrival| came_as(&record, arrival));
                (began, began)
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
        let entries: Vec<_> = entries.into_iter().map(|(entry, _)| entry).collect();
        let mut histories: Vec<_> = entries.chunk_by(|one, next| one.record == next.record).collect();
        histories.sort_by_cached_key(|entries| !is_project(entries));
        for history in histories {
            let id = history[0].record;
            let Ok(record) = rows::rebuild(id, history) else {
                facts.damaged.push(id);
                continue;
            };
            let Some(kind) = kinds::named(&record.kind) else { continue };
            let placed = Placed::of(kind, &record, &county, |project| {
                facts.projects.get(&project).map(|project| project.school)
            });
            let (began, submitted) = of_history(&record.kind, history);
            take_in(&mut facts, &record, &placed, began, submitted);
        }
        facts
    });
    folded.await.map_err(Error::internal)
}

fn is_project(history: &[Entry]) -> bool {
    history[0].body.as_deref().is_some_and(|body| body.contains(r#""kind":"project""#))
}

fn take_in(
    facts: &mut Facts,
    record: &Record,
    placed: &Placed,
    began: Option<Came>,
    submitted: Option<Came>,
) {
    let (Some(kind), Some(began)) = (kinds::named(&record.kind), began) else { return };
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
