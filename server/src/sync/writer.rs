//! The one who appends: many requests judged in one go and written in one commit.
//!
//! While a commit is flushed, the next requests gather. All that a judgement needs is read first,
//! then every change is judged in memory, then all that follows is written. How the ledgers stand
//! in memory moves on only after the commit; after any failure it is read anew.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, RwLock};

use sync_protocol::id::{ChangeId, RecordId};
use sync_protocol::kinds;
use sync_protocol::signoff;
use tokio::sync::{broadcast, mpsc, oneshot};

use super::admit::{Before, Verdict, Work, Working};
use super::devices::Devices;
use super::directory::{Directory, reference};
use super::incoming::{Incoming, Sender};
use super::lineage::{self, Known};
use super::nudge::Nudge;
use super::placing::Placed;
use super::rows::{self, Span};
use super::standing::{self, CountyNews, Standing};
use super::ticket::{Judgement, Shown, Ticket};
use super::{engine, heal, mend};
use crate::clock::{Clock, Moment};
use crate::config::HighWater;
use crate::error::{Error, Kind, Result};
use crate::store::held::{self, Decision, State};
use crate::store::ledger::{self, LedgerRow};
use crate::store::records::{self, PlaceKey, PlaceRow};
use crate::store::{self, Store, Tx, tickets};

/// How many requests may wait. Beyond that the server says "not now".
pub(super) const QUEUE: usize = 512;
/// How many requests are judged in one go at most.
const GROUP: usize = 128;

/// What one request wants to be written.
#[derive(Debug)]
pub(super) struct Push {
    /// Who brings it.
    pub(super) sender: Sender,
    /// In order.
    pub(super) changes: Vec<Incoming>,
    /// What the device came with; `None` where no device came.
    pub(super) ticket: Option<CameWith>,
    /// The held change that this releases, and who releases it why.
    pub(super) release: Option<Release>,
}

impl Push {
    fn refers_to_photos(&self) -> bool {
        let decoded = self.changes.iter().filter_map(|incoming| incoming.reading.as_ref().ok());
        decoded.into_iter().any(|decoded| !decoded.photos.is_empty())
    }
}

/// The ticket that a device came with, if it has one yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct CameWith(pub(super) Option<Ticket>);

/// A held change on its way into the ledger.
#[derive(Clone, Debug)]
pub(super) struct Release {
    /// Its number in the held box.
    pub(super) held: i64,
    /// Who releases it.
    pub(super) by: sync_protocol::id::UserId,
    /// Why.
    pub(super) reason: Option<String>,
}

/// What became of a request. Sent only once it is flushed.
#[derive(Debug)]
pub(super) struct Pushed {
    /// One for each change, in order.
    pub(super) verdicts: Vec<Verdict>,
    /// The tickets of the device, where one came.
    pub(super) ticket: Option<Turn>,
}

/// What became of a ticket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// The last one shown.
    shown: Shown,
    /// What it is answered with.
    pub(super) next: Ticket,
}

/// What waits in the queue.
pub(super) enum Asked {
    /// A request.
    Push {
        /// What it wants to be written.
        push: Box<Push>,
        /// To be told what became of it.
        answer: oneshot::Sender<Result<Pushed>>,
    },
    /// A new epoch.
    Epoch {
        /// How far the ledgers went in the history that somebody remembers.
        known: Known,
        /// To be told that they are beyond that.
        answer: oneshot::Sender<Result<()>>,
    },
}

/// The task that appends.
pub(super) struct Writer {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) standing: Arc<RwLock<Standing>>,
    pub(super) nudges: broadcast::Sender<Nudge>,
    pub(super) devices: Arc<Devices>,
    /// How far what other programs committed was taken in.
    pub(super) taken_in: Arc<AtomicI64>,
    pub(super) high_water: Arc<HighWater>,
}

/// What a commit changed in how the ledgers stand.
struct Written {
    pushed: Vec<Pushed>,
    ledgers: Vec<LedgerRow>,
    directories: BTreeMap<String, Directory>,
    places: Vec<PlaceRow>,
}

impl Writer {
    /// Takes what waits until nobody can ask any more.
    pub(super) async fn run(self, mut queue: mpsc::Receiver<Asked>) {
        let mut waiting = Vec::with_capacity(GROUP);
        while queue.recv_many(&mut waiting, GROUP).await > 0 {
            let (mut pushes, mut answers) = (Vec::new(), Vec::new());
            for asked in waiting.drain(..) {
                match asked {
                    Asked::Push { push, answer } => {
                        pushes.push(*push);
                        answers.push(answer);
                    }
                    Asked::Epoch { known, answer } => {
                        let _ = answer.send(self.begin_epoch(known).await);
                    }
                }
            }
            if pushes.is_empty() {
                continue;
            }
            let outcomes = self.append_all(pushes).await;
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                // The client may be gone: what it sent is committed all the same.
                let _ = answer.send(outcome);
            }
        }
    }

    /// Begins a new epoch, unless the ledgers are beyond what is known.
    async fn begin_epoch(&self, known: Known) -> Result<()> {
        let begun = lineage::begin_epoch_if_behind(&self.store, known, self.clock.now()).await;
        // A commit that failed may have been made all the same.
        self.read_anew().await;
        engine::note_all(&self.high_water, &read_lock(&self.standing));
        begun.map(drop)
    }

    /// Appends them in one commit; where one of them spoils it by itself, each in its own.
    async fn append_all(&self, pushes: Vec<Push>) -> Vec<Result<Pushed>> {
        let pushes = Arc::new(pushes);
        let count = pushes.len();
        let failure = match self.append(Arc::clone(&pushes), 0..count).await {
            Ok(pushed) => return pushed.into_iter().map(Ok).collect(),
            Err(failure) => failure,
        };
        if count == 1 {
            return vec![Err(failure)];
        }
        if failure.kind != Kind::Internal {
            let again =
                |_| Err(Error { context: None, zh: failure.zh.clone(), en: failure.en.clone(), ..failure });
            return (0..count).map(again).collect();
        }
        let mut outcomes = Vec::with_capacity(count);
        for one in 0..count {
            let pushed = self.append(Arc::clone(&pushes), one..one + 1).await;
            outcomes.push(pushed.and_then(|mut pushed| {
                pushed.pop().ok_or_else(|| Error::internal(anyhow::anyhow!("a request got no answer")))
            }));
        }
        outcomes
    }

    async fn append(&self, pushes: Arc<Vec<Push>>, range: std::ops::Range<usize>) -> Result<Vec<Pushed>> {
        let appended = Arc::clone(&pushes);
        let these = range.clone();
        let (standing, taken_in) = (Arc::clone(&self.standing), Arc::clone(&self.taken_in));
        let now = self.clock.now();
        let written = self
            .store
            .write(move |tx| {
                Box::pin(async move {
                    take_in_counties(tx, &standing, &taken_in).await?;
                    write(tx, &standing, &pushes[range], now).await
                })
            })
            .await;
        match written {
            Ok(written) => Ok(self.move_on(written, &appended[these])),
            Err(error) => {
                // A commit that failed may have been made all the same.
                self.read_anew().await;
                Err(error)
            }
        }
    }

    fn move_on(&self, written: Written, pushes: &[Push]) -> Vec<Pushed> {
        for (push, pushed) in pushes.iter().zip(&written.pushed) {
            if let Some(turn) = pushed.ticket {
                self.devices.answered(push.sender.device, turn.shown, push.refers_to_photos());
            }
        }
        let mut news = Vec::new();
        {
            let mut standing = write_lock(&self.standing);
            let mut touched: HashMap<&str, Vec<PlaceKey>> = HashMap::new();
            for place in &written.places {
                touched.entry(&place.key.county).or_default().push(place.key.clone());
            }
            for ledger in &written.ledgers {
                engine::note(&self.high_water, ledger);
                news.push(Nudge {
                    county: ledger.county.clone(),
                    seq: ledger.seq,
                    places: touched.remove(ledger.county.as_str()).unwrap_or_default().into(),
                });
            }
            for ledger in written.ledgers {
                if let Some(county) = standing.counties.get_mut(&ledger.county) {
                    county.move_on(ledger);
                }
            }
            for (code, directory) in written.directories {
                if let Some(county) = standing.counties.get_mut(&code) {
                    county.directory = directory;
                }
            }
            for place in written.places {
                if let Some(county) = standing.counties.get_mut(&place.key.county) {
                    county.places.insert(place.key.clone(), place);
                }
            }
        }
        for nudge in news {
            // Nobody listens: no harm.
            let _ = self.nudges.send(nudge);
        }
        written.pushed
    }

    async fn read_anew(&self) {
        match engine::load(&self.store).await {
            Ok(fresh) => *write_lock(&self.standing) = fresh,
            Err(error) => tracing::error!(?error, "could not read how the ledgers stand; will try again"),
        }
    }
}

/// The lock is never poisoned for long: what stands in it is replaced whole after a failure.
fn write_lock(standing: &RwLock<Standing>) -> std::sync::RwLockWriteGuard<'_, Standing> {
    standing.write().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn read_lock(standing: &RwLock<Standing>) -> std::sync::RwLockReadGuard<'_, Standing> {
    standing.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Judges and writes some requests inside of the writer's transaction.
async fn write(tx: &mut Tx, standing: &RwLock<Standing>, pushes: &[Push], now: Moment) -> Result<Written> {
    let mut work = Work::new(&read_lock(standing), now);
    mend::mend(tx, pushes.iter().flat_map(|push| &push.changes)).await?;
    prepare(tx, &mut work, pushes).await?;
    let unreadable: Vec<_> = work.unreadable.iter().copied().collect();
    if !unreadable.is_empty() && heal::heal_within(tx, unreadable).await? {
        work = Work::new(&read_lock(standing), now);
        prepare(tx, &mut work, pushes).await?;
    }
    let judged = catch_unwind(AssertUnwindSafe(|| judge(&mut work, &read_lock(standing), pushes)));
    let verdicts = judged.map_err(|_| Error::internal(anyhow::anyhow!("judging a change panicked")))?;

    let places = save_records(tx, &work, standing).await?;
    let ledgers = append(tx, &work, standing, &places).await?;
    keep_held(tx, &work, pushes, &verdicts, now).await?;
    want_photos(tx, pushes).await?;
    let tickets = turn_tickets(tx, pushes, now).await?;
    let pushed =
        verdicts.into_iter().zip(tickets).map(|(verdicts, ticket)| Pushed { verdicts, ticket }).collect();
    Ok(Written { pushed, ledgers, directories: work.directories, places: places.changed })
}

/// Counties that another process opened or corrected since: that is committed, so it stands at once.
async fn take_in_counties(tx: &mut Tx, standing: &RwLock<Standing>, taken_in: &AtomicI64) -> Result<()> {
    let version = store::version_of_others(tx).await?;
    if taken_in.load(Ordering::Relaxed) == version {
        return Ok(());
    }
    let known = read_lock(standing).known();
    let news = CountyNews::read(tx, &known).await?;
    if !news.is_empty() {
        write_lock(standing).take_in(news);
    }
    taken_in.store(version, Ordering::Relaxed);
    Ok(())
}

/// Reads all that the judgements need.
pub(super) async fn prepare(tx: &mut Tx, work: &mut Work, pushes: &[Push]) -> Result<()> {
    let changes = || pushes.iter().flat_map(|push| &push.changes);
    let decoded = || changes().filter_map(|incoming| incoming.reading.as_ref().ok());
    let mut ids: HashSet<ChangeId> = HashSet::new();
    let mut record_ids: HashSet<RecordId> = HashSet::new();
    for decoded in decoded() {
        ids.insert(decoded.change.id);
        ids.extend(decoded.change.edits.iter().flat_map(|edit| &edit.replaces).map(|edit| edit.change));
        record_ids.insert(decoded.change.record);
        record_ids.extend(
            decoded.change.value_of("rectification").and_then(|id| id.as_text()?.parse::<RecordId>().ok()),
        );
    }
    work.known = ledger::known(tx, ids.into_iter()).await?.into_iter().collect();
    let in_box = held::with_digests(tx, changes().map(|incoming| incoming.digest)).await?;
    work.in_box = in_box.into_iter().map(|row| (row.held.digest, row)).collect();
    let sent: Vec<_> = decoded().map(|decoded| decoded.change.id).collect();
    work.first_held = held::first_of_ids(tx, &sent).await?;
    load_records(tx, work, record_ids).await?;
    // A verification that was begun earlier names its rectification itself.
    let named: HashSet<RecordId> = work
        .records
        .values()
        .filter_map(|working| reference(&working.record, "rectification"))
        .filter(|id| !work.records.contains_key(id))
        .collect();
    load_records(tx, work, named).await?;
    // When a signature came tells whether an author can have seen it.
    let signatures: HashSet<ChangeId> = work
        .records
        .values()
        .flat_map(|working| working.record.heads_named(signoff::FIELD))
        .map(|head| head.edit.change)
        .filter(|change| !work.known.contains_key(change))
        .collect();
    if !signatures.is_empty() {
        work.known.extend(ledger::known(tx, signatures.into_iter()).await?);
    }
    Ok(())
}

async fn load_records(tx: &mut Tx, work: &mut Work, ids: HashSet<RecordId>) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    for found in records::records(tx, ids.into_iter()).await? {
        let row = match found {
            Ok(row) => row,
            Err(damaged) => {
                work.unreadable.insert(damaged.record);
                continue;
            }
        };
        let (record, bytes) = (standing::snapshot(&row)?.into_record(), row.body.len());
        let placed = Placed { county: row.county, school: row.school, project: row.project };
        let before = Before { seq: row.seq, place: row.place, placed: placed.clone() };
        let working = Working {
            record,
            placed,
            first_seq: row.first_seq,
            seq: row.seq,
            bytes,
            before: Some(before),
            touched: false,
        };
        work.records.insert(row.id, working);
    }
    Ok(())
}

fn judge(work: &mut Work, standing: &Standing, pushes: &[Push]) -> Vec<Vec<Verdict>> {
    pushes
        .iter()
        .map(|push| {
            push.changes.iter().map(|incoming| work.judge(standing, incoming, &push.sender)).collect()
        })
        .collect()
}

/// The places of the touched records, those that changed with their new digests.
struct Places {
    changed: Vec<PlaceRow>,
}

/// Writes the touched records, and the digests of the places that they are in or left.
async fn save_records(tx: &mut Tx, work: &Work, standing: &RwLock<Standing>) -> Result<Places> {
    let touched: Vec<&Working> = work.records.values().filter(|working| working.touched).collect();
    let mut places: BTreeMap<i64, PlaceRow> = BTreeMap::new();
    let mut by_key: HashMap<PlaceKey, i64> = HashMap::new();
    let mut saved = Vec::with_capacity(touched.len());
    for working in touched {
        let key = place_key(working, &working.placed)?;
        let here = place_id(tx, standing, &mut places, &mut by_key, key).await?;
        if let Some(before) = &working.before {
            let key = place_key(working, &before.placed)?;
            let there = place_id(tx, standing, &mut places, &mut by_key, key).await?;
            if let Some(place) = places.get_mut(&there) {
                place.digest.remove(working.record.id, before.seq);
            }
            if there != here {
                records::depart(tx, &before.placed.county, working.seq, working.record.id, there).await?;
            }
        }
        if let Some(place) = places.get_mut(&here) {
            place.digest.add(working.record.id, working.seq);
        }
        let span = Span { first: working.first_seq, last: working.seq };
        saved.push(rows::row(working.record.clone(), &working.placed, span, here)?);
    }
    records::save(tx, &saved).await?;
    records::save_digests(tx, places.values()).await?;
    records::refer_to_photos(tx, &work.photo_refs).await?;
    Ok(Places { changed: places.into_values().collect() })
}

fn place_key(working: &Working, placed: &Placed) -> Result<PlaceKey> {
    let kind = kinds::named(&working.record.kind).ok_or_else(|| {
        Error::internal(anyhow::anyhow!("record {} is of no known kind", working.record.id))
    })?;
    Ok(placed.key(kind))
}

async fn place_id(
    tx: &mut Tx,
    standing: &RwLock<Standing>,
    places: &mut BTreeMap<i64, PlaceRow>,
    by_key: &mut HashMap<PlaceKey, i64>,
    key: PlaceKey,
) -> Result<i64> {
    if let Some(id) = by_key.get(&key) {
        return Ok(*id);
    }
    let known =
        read_lock(standing).counties.get(&key.county).and_then(|county| county.places.get(&key)).cloned();
    let place = match known {
        Some(place) => place,
        None => records::place(tx, &key).await?,
    };
    let id = place.id;
    places.insert(id, place);
    by_key.insert(key, id);
    Ok(id)
}

/// Appends the entries, completes the trees, and keeps where the ledgers stand now.
async fn append(
    tx: &mut Tx,
    work: &Work,
    standing: &RwLock<Standing>,
    places: &Places,
) -> Result<Vec<LedgerRow>> {
    ledger::append(tx, &work.entries).await?;
    let before: BTreeMap<String, LedgerRow> = {
        let standing = read_lock(standing);
        standing.counties.iter().map(|(code, county)| (code.clone(), county.ledger.clone())).collect()
    };
    let counties: HashSet<&str> = places.changed.iter().map(|place| place.key.county.as_str()).collect();
    let mut advanced = Vec::new();
    for ledger in work.ledgers.values() {
        let Some(before) = before.get(&ledger.county) else { continue };
        if before.seq == ledger.seq && !counties.contains(ledger.county.as_str()) {
            continue;
        }
        let mut ledger = ledger.clone();
        for working in work.records.values().filter(|working| working.touched) {
            if working.placed.county != ledger.county {
                continue;
            }
            if let Some(before) = &working.before {
                ledger.digest.remove(working.record.id, before.seq);
            }
            ledger.digest.add(working.record.id, working.seq);
        }
        ledger::complete_tree(tx, &ledger, before.size()).await?;
        ledger::advance(tx, &ledger).await?;
        advanced.push(ledger);
    }
    Ok(advanced)
}

/// Keeps what is held, and what became of what was held.
async fn keep_held(
    tx: &mut Tx,
    work: &Work,
    pushes: &[Push],
    verdicts: &[Vec<Verdict>],
    now: Moment,
) -> Result<()> {
    held::hold(tx, work.holds.iter()).await?;
    let released = |by, reason, seq| Decision { state: State::Released, by, at: now, reason, seq: Some(seq) };
    for (digest, seq) in &work.settled_by_itself {
        if let Some(row) = work.in_box.get(digest) {
            held::decide(tx, row.id, &released(None, None, *seq)).await?;
        }
    }
    for (push, verdicts) in pushes.iter().zip(verdicts) {
        let (Some(release), Some(verdict)) = (&push.release, verdicts.first()) else { continue };
        if let Verdict::Accepted { seq, .. } | Verdict::Duplicate { seq, .. } = verdict {
            let decision = released(Some(release.by), release.reason.clone(), *seq);
            held::decide(tx, release.held, &decision).await?;
        }
    }
    Ok(())
}

/// Notes the photos that each device will be asked for.
async fn want_photos(tx: &mut Tx, pushes: &[Push]) -> Result<()> {
    let mut wanted = Vec::new();
    for push in pushes {
        let decoded = push.changes.iter().filter_map(|incoming| incoming.reading.as_ref().ok());
        wanted.extend(decoded.flat_map(|decoded| &decoded.photos).map(|photo| (push.sender.device, photo)));
    }
    records::want_photos(tx, &wanted).await
}

/// Gives every device its next ticket, and raises the alarms.
async fn turn_tickets(tx: &mut Tx, pushes: &[Push], now: Moment) -> Result<Vec<Option<Turn>>> {
    let devices: HashSet<_> =
        pushes.iter().filter(|push| push.ticket.is_some()).map(|push| push.sender.device).collect();
    let mut shown = HashMap::new();
    if !devices.is_empty() {
        for (device, ticket) in tickets::shown(tx, devices.into_iter()).await? {
            shown.insert(device, Shown(Some(Ticket::of_bytes(ticket))));
        }
    }
    let mut kept_anew = HashMap::new();
    let mut turns = Vec::with_capacity(pushes.len());
    for push in pushes {
        let Some(CameWith(ticket)) = push.ticket else {
            turns.push(None);
            continue;
        };
        let device = push.sender.device;
        let before = shown.get(&device).copied().unwrap_or_default();
        if before.judge(ticket) == Judgement::Copied {
            tracing::warn!(%device, "a device's storage was copied or rolled back");
            tickets::alarm(tx, device, now).await?;
        }
        let after = before.after(ticket);
        if let Some(kept) = after.0.filter(|_| after != before) {
            kept_anew.insert(device, kept.to_bytes());
            shown.insert(device, after);
        }
        turns.push(Some(Turn { shown: after, next: before.answer(ticket)? }));
    }
    if !kept_anew.is_empty() {
        tickets::keep(tx, kept_anew.into_iter()).await?;
    }
    Ok(turns)
}
