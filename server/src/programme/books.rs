//! The facts of every county, kept in memory up to where its ledger stands.
//!
//! The first question reads all records of a county, or what is left of them, since a server that starts
//! begins to read them by itself; later ones only those that changed since. How
//! things stood at an earlier position follows from the ledger: the records that were touched since
//! are folded again from their entries up to there.

mod learn;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sync_protocol::id::RecordId;
use sync_protocol::kinds;
use tokio::sync::{Mutex, Semaphore};

use super::facts::Facts;
use crate::error::{Error, Kind, Result};
use crate::store::ledger;
use crate::store::paging::onward;
use crate::store::records::{self, RecordRow, Room, Touched};
use crate::store::{Store, Tx};
use crate::sync::heal;
use learn::{Cames, fold, learn};

/// How much is read at a time.
const PAGE: Room = Room { records: 1000, bytes: 8 * 1024 * 1024 };

/// How many records are read before anybody asks: their facts take some 300 bytes each.
const READ_AHEAD: u64 = 1_000_000;

/// Where nobody waits, so many times as long as it worked it rests, and no longer than that.
const RESTS: u32 = 2;
const LONGEST_REST: Duration = Duration::from_millis(100);

/// How many pages are read at a time, of all counties together: phones that sync must not wait for it, and
/// a small county not for a large one.
const PAGES_AT_A_TIME: usize = 2;

/// Of how many records pasts are kept, all together, and for how long after somebody asked: a bulletin and
/// its draft ask for the same one again and again. What a past shares with what stands now counts too, since
/// that moves on.
const PASTS: u32 = 1_000_000;
const PASTS_KEPT: Duration = Duration::from_mins(30);

/// The facts of all counties.
pub struct Books {
    store: Store,
    /// Each county's by itself, so that one that is read for the first time keeps nobody else waiting.
    counties: Mutex<HashMap<String, Arc<Shelf>>>,
    /// Those of earlier positions, by county and position.
    pasts: moka::sync::Cache<(String, u64), Arc<Facts>>,
    /// Whose turn it is to read a page.
    turns: Arc<Semaphore>,
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
        // One that is larger than there is room for is kept alone.
        let weight = |_: &_, past: &Arc<Facts>| u32::try_from(past.count()).unwrap_or(PASTS).clamp(1, PASTS);
        let pasts = moka::sync::Cache::builder()
            .weigher(weight)
            .max_capacity(u64::from(PASTS))
            .time_to_idle(PASTS_KEPT)
            .build();
        let turns = Arc::new(Semaphore::new(PAGES_AT_A_TIME));
        Self { store, counties: Mutex::default(), pasts, turns }
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
        let reading = Reading {
            store: self.store.clone(),
            turns: Arc::clone(&self.turns),
            shelf: Arc::clone(shelf),
            county: county.to_owned(),
        };
        let read = tokio::spawn(async move {
            // Whoever still looks at the older ones keeps what changes of them.
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
            let _turn = self.turns.acquire().await.map_err(Error::internal)?;
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
    turns: Arc<Semaphore>,
    shelf: Arc<Shelf>,
    county: String,
}

impl Reading {
    /// Takes in what was touched since. A record that is touched meanwhile comes by again, so no page
    /// need be of the same moment as the one before; the next one is read while one is taken in.
    async fn read_on(&self, mut facts: Facts) -> Result<Facts> {
        let mut page = self.page(facts.position).await?;
        while let Some(end) = page.end {
            let turn = self.turns.acquire().await.map_err(Error::internal)?;
            let (began, records) = (Instant::now(), page.rows.len() as u64);
            let (learnt, next) = tokio::join!(self.learn_page(facts, page), self.page(end));
            drop(turn);
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

#[cfg(test)]
mod tests;
