//! The model of the server: what stands in its database, as values in memory.
//!
//! Every judgement is the server's own code: [`Work`] judges changes, [`ReadScope`] says who has
//! what, cursors are sealed and tried by the server's functions. Modelled is only what the
//! database does for it: find, keep, page.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use harness::replica::Answer;
use siteledger::access::actor::{Actor, Grant, Via};
use siteledger::access::policy;
use siteledger::clock::Moment;
use siteledger::error::Language;
use siteledger::store::held::{HeldRow, NewHeld, State};
use siteledger::store::ledger::{Entry, Known, LedgerRow, mark};
use siteledger::store::records::{PlaceKey, PlaceRow};
use siteledger::sync::admit::{Before, Verdict, Work, Working};
use siteledger::sync::cursor::Sealer;
use siteledger::sync::feed;
use siteledger::sync::incoming::{Incoming, Rights, Sender};
use siteledger::sync::lineage::JUMP;
use siteledger::sync::placing::Placed;
use siteledger::sync::round;
use siteledger::sync::scope::ReadScope;
use siteledger::sync::standing::{County as Ledger, Standing};
use sync_protocol::digest::ScopeDigest;
use sync_protocol::id::{ChangeId, RecordId, UserId};
use sync_protocol::kinds;
use sync_protocol::message::{HaveRequest, HaveResponse, Outcome, Snapshot, SyncRequest, SyncResponse};
use sync_protocol::photo::Sha256;
use sync_protocol::record::{Record, Rule};
use sync_protocol::signoff;
use sync_protocol::version::PROTOCOL;

use crate::county::{County, LEDGERS};
use crate::pages::opening;
use crate::readings::Readings;
use crate::sabotage::Sabotage;

/// A record as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) record: Record,
    pub(crate) placed: Placed,
    pub(crate) first_seq: u64,
    pub(crate) seq: u64,
    pub(crate) place: i64,
    pub(crate) key: PlaceKey,
    /// As devices are sent it.
    pub(crate) sent: Arc<Snapshot>,
}

/// A record that left a place.
#[derive(Clone, Debug)]
pub(crate) struct Departure {
    pub(crate) seq: u64,
    pub(crate) record: RecordId,
    pub(crate) place: i64,
}

/// What stands in the database; a backup is a copy of it.
#[derive(Clone, Debug)]
pub(crate) struct Books {
    pub(crate) standing: Standing,
    /// Of all ledgers, in the order in which they were committed.
    pub(crate) entries: Vec<Arc<Entry>>,
    pub(crate) rows: BTreeMap<RecordId, Arc<Row>>,
    /// By county, in order of seq.
    pub(crate) departures: BTreeMap<String, Vec<Departure>>,
    pub(crate) held: Vec<Arc<HeldRow>>,
    /// By person.
    grants: Vec<Arc<Vec<Grant>>>,
    places: i64,
    /// Up to which number each ledger is in a backup.
    pub(crate) settled: BTreeMap<String, u64>,
}

/// What a commit did to one record.
pub(crate) struct Turned {
    pub(crate) before: Option<Arc<Row>>,
    pub(crate) after: Arc<Row>,
}

/// What a commit did.
#[derive(Default)]
pub(crate) struct Committed {
    pub(crate) entries: Vec<Arc<Entry>>,
    pub(crate) turned: Vec<Turned>,
    pub(crate) held: Vec<ChangeId>,
}

/// The server.
pub(crate) struct Office {
    pub(crate) books: Books,
    pub(crate) now: Moment,
    known: HashMap<ChangeId, Arc<Entry>>,
    /// By county and number, the mark of the leaf there.
    marks: BTreeMap<String, HashMap<u64, u64>>,
    in_box: HashMap<Sha256, usize>,
    held_ids: HashMap<ChangeId, usize>,
    /// What waits in the box, by its place there.
    waiting: BTreeSet<usize>,
    readings: Readings,
    actors: Vec<Arc<Actor>>,
    sealer: Sealer,
    /// The highest epoch and the highest number ever given out: kept beside the database.
    pub(crate) epoch: u32,
    highest: BTreeMap<String, u64>,
    sabotage: Option<Sabotage>,
}

impl Office {
    pub(crate) fn opened(county: &County, now: Moment, sabotage: Option<Sabotage>) -> Self {
        let mut standing = Standing::default();
        for (code, name, city) in LEDGERS {
            let ledger = LedgerRow {
                county: code.to_owned(),
                name: name.to_owned(),
                city: Some(city.to_owned()),
                epoch: 1,
                seq: 0,
                log_start: 0,
                directory_seq: 0,
                digest: ScopeDigest::default(),
                mark: 0,
            };
            standing.counties.insert(code.to_owned(), Ledger::opened(ledger));
        }
        let grants = (0..county.people.len()).map(|person| Arc::new(county.grants(person, now))).collect();
        let books = Books {
            standing,
            entries: Vec::new(),
            rows: BTreeMap::new(),
            departures: BTreeMap::new(),
            held: Vec::new(),
            grants,
            places: 0,
            settled: BTreeMap::new(),
        };
        let actors = county.devices.iter().map(|issued| {
            let person = &county.people[issued.person];
            Arc::new(Actor {
                user: person.user,
                username: person.username.to_owned(),
                display_name: person.name.clone(),
                device: issued.device,
                via: Via::Device,
                home_county: None,
                grants: books.grants[issued.person].to_vec(),
            })
        });
        Self {
            actors: actors.collect(),
            books,
            now,
            known: HashMap::new(),
            marks: BTreeMap::new(),
            in_box: HashMap::new(),
            held_ids: HashMap::new(),
            waiting: BTreeSet::new(),
            readings: Readings::default(),
            sealer: Sealer::new(&[7; 32]),
            epoch: 1,
            highest: BTreeMap::new(),
            sabotage,
        }
    }

    pub(crate) fn sabotaged(&self, by: Sabotage) -> bool {
        self.sabotage == Some(by)
    }

    /// Whether a change is in a ledger.
    pub(crate) fn has(&self, change: ChangeId) -> bool {
        self.known.contains_key(&change)
    }

    /// Whether a change is in the held box.
    pub(crate) fn holds(&self, change: ChangeId) -> bool {
        self.held_ids.contains_key(&change)
    }

    /// What waits in the box, by its place there.
    pub(crate) const fn waiting(&self) -> &BTreeSet<usize> {
        &self.waiting
    }

    /// The mark of the leaf of an entry.
    pub(crate) fn mark_of(&self, county: &str, seq: u64) -> Option<u64> {
        self.marks.get(county)?.get(&seq).copied()
    }

    /// What somebody has in scope now.
    pub(crate) fn scope(&self, device: usize) -> ReadScope {
        ReadScope::of(&self.actors[device], &self.books.standing, self.now)
    }

    // Roles ---------------------------------------------------------------------------------------

    /// Gives a role, or ends it where it is held; tells whether it was given.
    pub(crate) fn waver(&mut self, county: &County, wavering: usize) -> bool {
        let (person, role, scope) = &county.wavering[wavering];
        let grants = Arc::make_mut(&mut self.books.grants[*person]);
        let now = self.now;
        let held = grants
            .iter_mut()
            .find(|grant| grant.role == *role && grant.scope == *scope && grant.held_at(now));
        let given = held.is_none();
        if let Some(held) = held {
            held.until = Some(now);
        } else {
            grants.push(Grant { role: *role, scope: scope.clone(), since: now, until: None });
        }
        self.let_in(county);
        given
    }

    /// The actors as their grants stand.
    fn let_in(&mut self, county: &County) {
        for (actor, issued) in self.actors.iter_mut().zip(&county.devices) {
            let grants = &self.books.grants[issued.person];
            if actor.grants != **grants {
                *actor = Arc::new(Actor { grants: grants.to_vec(), ..(**actor).clone() });
            }
        }
    }

    // Requests ------------------------------------------------------------------------------------

    /// One round trip. With `falls`, the server dies after judging and before the commit.
    pub(crate) fn sync(
        &mut self,
        device: usize,
        request: &SyncRequest,
        falls: bool,
    ) -> (Option<Answer>, Committed) {
        let actor = Arc::clone(&self.actors[device]);
        let opened = request.cursor.as_deref().map(|text| self.sealer.open(text));
        let cursor = opened.flatten().filter(|cursor| self.is_of_this_history(cursor));
        let cursor = cursor.as_ref();
        let foreign = request.cursor.is_some() && cursor.is_none();
        let ahead_ms = request
            .device_time
            .as_ref()
            .map(|stamp| stamp.moment().timestamp_millis().saturating_sub(self.now.0));
        let seen = cursor.iter().flat_map(|cursor| &cursor.counties);
        let seen = seen.map(|(county, (_, seq))| (county.clone(), *seq)).collect();
        let sender = Sender::own(Arc::clone(&actor), seen, ahead_ms);
        let incoming: Vec<_> = request.changes.iter().map(|raw| self.readings.of(raw.get())).collect();
        let (verdicts, work) = self.judge(&incoming, &sender);
        if falls && !self.sabotaged(Sabotage::AnswersBeforeTheCommit) {
            return (None, Committed::default());
        }
        let touched: BTreeSet<_> = verdicts.iter().filter_map(Verdict::record).collect();
        let committed = if falls { Committed::default() } else { self.commit(work) };
        let outcomes: Vec<Outcome> = incoming
            .into_iter()
            .zip(verdicts)
            .map(|(incoming, verdict)| round::outcome(incoming.sent_id.clone(), verdict, Language::Chinese))
            .collect();
        let scope = ReadScope::of(&actor, &self.books.standing, self.now);
        let page = self.page(&scope, cursor, foreign, request.limit.unwrap_or(500), &touched);
        let answer = SyncResponse {
            protocol: PROTOCOL,
            server_time: String::new(),
            outcomes,
            records: page.records,
            gone: page.gone,
            photos_missing: Vec::new(),
            cursor: Some(self.sealer.seal(&page.cursor)),
            more: page.more,
            resync: page.resync,
            settled: page.settled,
            ticket: None,
            digest: page.digest,
            checkpoint: None,
        };
        (Some(answer), committed)
    }

    /// What the server lacks of that.
    pub(crate) fn have(&self, asked: &HaveRequest) -> HaveResponse {
        let lacking = asked.changes.iter().filter(|id| !self.has(**id) && !self.holds(**id));
        HaveResponse { changes: lacking.copied().collect(), photos: Vec::new(), unsettled: None }
    }

    fn judge(&self, incoming: &[Rc<Incoming>], sender: &Sender) -> (Vec<Verdict>, Work) {
        let standing = &self.books.standing;
        let mut work = Work::new(standing, self.now);
        let decoded = || incoming.iter().filter_map(|incoming| incoming.reading.as_ref().ok());
        for decoded in decoded() {
            let change = &decoded.change;
            let replaced = change.edits.iter().flat_map(|edit| &edit.replaces).map(|edit| edit.change);
            for id in replaced.chain([change.id]) {
                self.tell(&mut work, id);
            }
            if let Some(at) = self.held_ids.get(&change.id) {
                work.first_held.insert(change.id, self.books.held[*at].held.digest);
            }
            if let Some(row) = self.books.rows.get(&change.record) {
                work.records.entry(change.record).or_insert_with(|| working(row));
                for head in row.record.heads_named(signoff::FIELD) {
                    self.tell(&mut work, head.edit.change);
                }
            }
        }
        for digest in incoming.iter().map(|incoming| incoming.digest) {
            if let Some(at) = self.in_box.get(&digest) {
                work.in_box.insert(digest, (*self.books.held[*at]).clone());
            }
        }
        let verdicts = incoming.iter().map(|incoming| work.judge(standing, incoming, sender)).collect();
        (verdicts, work)
    }

    fn tell(&self, work: &mut Work, id: ChangeId) {
        if let Some(entry) = self.known.get(&id) {
            let Entry { seq, digest, record, received_at, .. } = **entry;
            work.known.insert(id, Known { seq, digest, record, received_at });
        }
    }

    /// Writes what was judged, as the one who appends does.
    fn commit(&mut self, work: Work) -> Committed {
        let mut committed = Committed::default();
        let Work { records, directories, mut ledgers, entries, holds, settled_by_itself, .. } = work;
        let mut touched: Vec<_> = records.into_values().filter(|working| working.touched).collect();
        // In the order of the ledger, and the same each time that a seed is played.
        touched.sort_unstable_by_key(|working| working.seq);
        for working in touched {
            let turned = self.save(working, &mut ledgers);
            committed.turned.push(turned);
        }
        for (code, ledger) in ledgers {
            self.highest.insert(code.clone(), ledger.seq);
            if let Some(county) = self.books.standing.counties.get_mut(&code) {
                county.ledger = ledger;
            }
        }
        for (code, directory) in directories {
            if let Some(county) = self.books.standing.counties.get_mut(&code) {
                county.directory = directory;
            }
        }
        for entry in entries {
            let entry = Arc::new(entry);
            self.learn(&entry);
            self.books.entries.push(Arc::clone(&entry));
            committed.entries.push(entry);
        }
        if !self.sabotaged(Sabotage::ForgetsWhatIsHeld) {
            for held in holds {
                committed.held.extend(held.change_id.as_deref().and_then(|id| id.parse::<ChangeId>().ok()));
                self.hold(held);
            }
        }
        for (digest, seq) in settled_by_itself {
            if let Some(at) = self.in_box.get(&digest).copied() {
                self.decide(at, State::Released, None, None, Some(seq));
            }
        }
        committed
    }

    fn save(&mut self, working: Working, ledgers: &mut BTreeMap<String, LedgerRow>) -> Turned {
        let Working { mut record, placed, first_seq, seq, before, .. } = working;
        let kind = kinds::named(&record.kind).expect("what is accepted is of a kind");
        let old = self.books.rows.get(&record.id).cloned();
        self.spoil(&mut record, old.as_deref());
        let key = placed.key(kind);
        let place = self.place(&key).id;
        let ledger = ledgers.get_mut(&placed.county).expect("a county of ours");
        if let (Some(before), Some(old)) = (&before, &old) {
            ledger.digest.remove(record.id, before.seq);
            self.place(&old.key).digest.remove(record.id, before.seq);
            if old.place != place && !self.sabotaged(Sabotage::TellsNobodyWhatLeft) {
                let departed = Departure { seq, record: record.id, place: old.place };
                let departures = self.books.departures.entry(placed.county.clone()).or_default();
                assert!(departures.last().is_none_or(|last| last.seq < seq), "they are read in order of seq");
                departures.push(departed);
            }
        }
        ledger.digest.add(record.id, seq);
        self.place(&key).digest.add(record.id, seq);
        let mut sent = Snapshot::of(record.clone(), seq, placed.school, placed.project);
        if feed::is_wide(&sent) {
            feed::narrow(&mut sent);
        }
        let after = Arc::new(Row { record, placed, first_seq, seq, place, key, sent: Arc::new(sent) });
        self.books.rows.insert(after.record.id, Arc::clone(&after));
        Turned { before: old, after }
    }

    /// Finds a place, or makes it.
    fn place(&mut self, key: &PlaceKey) -> &mut PlaceRow {
        let places = &mut self.books.standing.counties.get_mut(&key.county).expect("ours").places;
        let count = &mut self.books.places;
        places.entry(key.clone()).or_insert_with(|| {
            *count += 1;
            PlaceRow { id: *count, key: key.clone(), digest: ScopeDigest::default() }
        })
    }

    /// Merges wrongly, where that is the sabotage.
    fn spoil(&self, record: &mut Record, before: Option<&Row>) {
        let kind = kinds::named(&record.kind);
        let single = |name: &_| kind.is_some_and(|kind| kind.rule(name) == Rule::One);
        for (name, state) in &mut record.fields {
            match self.sabotage {
                Some(Sabotage::LastWriterWins) if single(name) => {
                    let last = state.heads.iter().map(|head| head.made_at.moment()).max();
                    state.heads.retain(|head| Some(head.made_at.moment()) == last);
                }
                Some(Sabotage::ReplacesWhatIsCurrent) if single(name) => {
                    let old = before.map_or(&[][..], |row| row.record.heads(name));
                    let is_old =
                        |head: &sync_protocol::record::Head| old.iter().any(|old| old.edit == head.edit);
                    if !state.heads.iter().all(is_old) {
                        state.heads.retain(|head| !is_old(head));
                    }
                }
                Some(Sabotage::OrdersByTheClock) => state.heads.sort_by_key(|head| head.made_at.moment()),
                _ => {}
            }
        }
    }

    // The held box --------------------------------------------------------------------------------

    fn hold(&mut self, held: NewHeld) {
        let at = self.books.held.len();
        let row = HeldRow {
            id: at as i64 + 1,
            held,
            state: State::Waiting,
            decided_by: None,
            decided_at: None,
            decision_reason: None,
            released_seq: None,
        };
        self.find_held_by(at, &row);
        self.books.held.push(Arc::new(row));
    }

    fn find_held_by(&mut self, at: usize, row: &HeldRow) {
        self.in_box.insert(row.held.digest, at);
        if let Some(id) = row.held.change_id.as_deref().and_then(|id| id.parse().ok()) {
            self.held_ids.entry(id).or_insert(at);
        }
        if row.state == State::Waiting {
            self.waiting.insert(at);
        }
    }

    fn learn(&mut self, entry: &Arc<Entry>) {
        self.known.insert(entry.change, Arc::clone(entry));
        let marks = self.marks.entry(entry.county.clone()).or_default();
        marks.insert(entry.seq, mark(&entry.leaf));
    }

    fn decide(
        &mut self,
        at: usize,
        state: State,
        by: Option<UserId>,
        reason: Option<String>,
        seq: Option<u64>,
    ) {
        let row = Arc::make_mut(&mut self.books.held[at]);
        if row.state == State::Waiting {
            (row.state, row.decided_by, row.decision_reason, row.released_seq) = (state, by, reason, seq);
            row.decided_at = Some(self.now);
            self.waiting.remove(&at);
        }
    }

    /// Lets a held change in, if the office may; tells whether it did.
    pub(crate) fn release(&mut self, at: usize, by: usize) -> (bool, Committed) {
        let row = Arc::clone(&self.books.held[at]);
        let actor = Arc::clone(&self.actors[by]);
        let held = &row.held;
        let incoming = self.readings.of(&held.raw);
        let kind = incoming.reading.as_ref().map_or("", |decoded| decoded.change.kind.as_str());
        if !self.decides(at, by) || held.by == actor.user || !policy::may_release(&actor, self.now, kind) {
            return (false, Committed::default());
        }
        let rights = Rights::Released {
            by: actor.user,
            county: held.county.clone(),
            permitted_when_made: held.permitted_when_made,
        };
        let sender = Sender {
            user: held.by,
            name: held.by_name.clone(),
            device: held.device,
            carried_by: held.carried_by,
            rights,
        };
        let (verdicts, work) = self.judge(&[incoming], &sender);
        let seq = match verdicts.first() {
            Some(Verdict::Accepted { seq, .. } | Verdict::Duplicate { seq, .. }) => *seq,
            _ => return (false, Committed::default()),
        };
        let committed = self.commit(work);
        self.decide(at, State::Released, Some(actor.user), None, Some(seq));
        (true, committed)
    }

    /// Refuses a held change; tells whether it did.
    pub(crate) fn refuse(&mut self, at: usize, by: usize, reason: &str) -> bool {
        let user = self.actors[by].user;
        let decides = self.decides(at, by);
        if decides {
            self.decide(at, State::Refused, Some(user), Some(reason.to_owned()), None);
        }
        decides
    }

    fn decides(&self, at: usize, by: usize) -> bool {
        let row = &self.books.held[at];
        let city =
            self.books.standing.counties.get(&row.held.county).and_then(|county| county.ledger.city.clone());
        row.state == State::Waiting
            && policy::decides_held(&self.actors[by], self.now, &row.held.county, city.as_deref())
    }

    // Backups -------------------------------------------------------------------------------------

    /// Copies the books, and notes that what stands in them is settled.
    pub(crate) fn back_up(&mut self) -> Books {
        let copy = self.books.clone();
        self.books.settled = numbers(&self.books.standing);
        copy
    }

    /// Puts a backup in the place of the books, and begins a new epoch.
    pub(crate) fn restore(&mut self, backup: &Books, county: &County) {
        let same =
            self.books.entries.iter().zip(&backup.entries).take_while(|(one, other)| Arc::ptr_eq(one, other));
        let same = same.count();
        for gone in &self.books.entries[same..] {
            self.known.remove(&gone.change);
            self.marks.get_mut(&gone.county).map(|marks| marks.remove(&gone.seq));
        }
        for again in &backup.entries[same..] {
            self.learn(again);
        }
        self.books = backup.clone();
        self.books.settled = numbers(&self.books.standing);
        self.epoch += 1;
        if !self.sabotaged(Sabotage::GoesOnInTheSameEpoch) {
            for (code, ledger) in &mut self.books.standing.counties {
                ledger.ledger.epoch = self.epoch;
                ledger.ledger.seq = self.highest.get(code).copied().unwrap_or(0) + JUMP;
                ledger.ledger.log_start = ledger.ledger.seq;
                ledger.ledger.mark = opening(self.epoch);
            }
        }
        self.in_box.clear();
        self.held_ids.clear();
        self.waiting.clear();
        for (at, row) in backup.held.iter().enumerate() {
            self.find_held_by(at, row);
        }
        self.let_in(county);
    }
}

fn numbers(standing: &Standing) -> BTreeMap<String, u64> {
    standing.counties.iter().map(|(code, county)| (code.clone(), county.ledger.seq)).collect()
}

fn working(row: &Row) -> Working {
    let before = Before { seq: row.seq, place: row.place, placed: row.placed.clone() };
    Working {
        record: row.record.clone(),
        placed: row.placed.clone(),
        first_seq: row.first_seq,
        seq: row.seq,
        // No record here comes near to what a record may have.
        bytes: 0,
        before: Some(before),
        touched: false,
    }
}
