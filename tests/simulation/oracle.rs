//! The oracle: it knows what people saved, sees every commit and every phone, and says which law
//! of the protocol was broken. It knows one sentence about merging: *a head is an edit with a value
//! that no edit of the same record and field replaces*.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use harness::seed::Seed;
use siteledger::store::ledger::Entry;
use siteledger::sync::rows;
use sync_protocol::change::{Change, FieldName};
use sync_protocol::id::{ChangeId, DeviceId, EditId, RecordId, UserId};
use sync_protocol::kinds;
use sync_protocol::message::Snapshot;
use sync_protocol::photo::Sha256;
use sync_protocol::record::{Origin, Reading, Record, Rule, read};
use uuid::Uuid;

use crate::office::{Books, Committed, Office, Turned};
use crate::phone::Hand;

/// A law that was broken, and where.
#[derive(Clone, Debug)]
pub(crate) struct Breach(pub(crate) String);

pub(crate) type Kept<T = ()> = Result<T, Breach>;

fn kept(holds: bool, law: impl FnOnce() -> String) -> Kept {
    if holds { Ok(()) } else { Err(Breach(law())) }
}

/// How many entries of a record are folded in other orders at most.
const SHUFFLED: usize = 1_000;

/// What stands in a record, by the one sentence.
#[derive(Clone, Debug, Default)]
struct Stands {
    heads: HashMap<FieldName, BTreeSet<EditId>>,
    replaced: HashMap<FieldName, HashSet<EditId>>,
    entries: Vec<Arc<Entry>>,
    changes: HashSet<ChangeId>,
}

/// The changes that stand in a backup, in a ledger or held, in the pieces that came from one backup
/// to the next: those that follow one another share them.
#[derive(Clone, Debug, Default)]
struct Contents(Vec<Arc<HashSet<ChangeId>>>);

impl Contents {
    fn has(&self, id: ChangeId) -> bool {
        self.0.iter().rev().any(|piece| piece.contains(&id))
    }

    /// The pieces that are not in the other.
    fn beyond(&self, other: &Self) -> &[Arc<HashSet<ChangeId>>] {
        let shared = self.0.iter().zip(&other.0).take_while(|(one, other)| Arc::ptr_eq(one, other));
        &self.0[shared.count()..]
    }
}

/// A backup, and what the oracle knew when it was made.
#[derive(Clone)]
pub(crate) struct Backup {
    pub(crate) books: Books,
    stands: BTreeMap<RecordId, Arc<Stands>>,
    contents: Contents,
}

/// Who knows what must hold.
#[derive(Default)]
pub(crate) struct Oracle {
    /// Every change that was ever saved, under its id; two of them where an id was used twice.
    saved: HashMap<ChangeId, Vec<(Sha256, Arc<Change>)>>,
    /// Saved, and neither in a ledger nor in the held box: a phone must have it.
    on_phones_alone: BTreeSet<ChangeId>,
    /// Lost their copy on the phone by the phone's own misfortune.
    frail: HashSet<ChangeId>,
    /// Contained in some backup.
    backed_up: HashSet<ChangeId>,
    /// What the server has of it: as of the last backup or restore, and what came since.
    contents: Contents,
    since: HashSet<ChangeId>,
    /// Every number that was ever given out.
    numbers: HashMap<(String, u64), ChangeId>,
    stands: BTreeMap<RecordId, Arc<Stands>>,
    /// How many changes were told to be accepted, held, or there already.
    pub(crate) acknowledged: u64,
}

impl Oracle {
    // What people and phones do ----------------------------------------------------------------------

    /// Somebody saved a change.
    pub(crate) fn saved(&mut self, change: &Change) {
        let all = self.saved.entry(change.id).or_default();
        all.push((change.digest(), Arc::new(change.clone())));
        self.on_phones_alone.insert(change.id);
    }

    /// A phone took an answer in: what it no longer has must be safe elsewhere.
    pub(crate) fn received(
        &mut self,
        before: &[ChangeId],
        hands: &[Hand],
        who: usize,
        office: &Office,
    ) -> Kept {
        let phone = &hands[who].phone;
        kept(
            phone.replica.cursor.is_some() || (phone.outbox.kept.is_empty() && phone.outbox.held.is_empty()),
            || format!("phone {who} begins anew and does not send again all that it had sent"),
        )?;
        if sum(before.iter().copied()) == sum(hands[who].carries()) {
            return Ok(());
        }
        let now: HashSet<_> = hands[who].carries().collect();
        for dropped in before.iter().filter(|id| !now.contains(id)) {
            let safe = (office.has(*dropped) || office.holds(*dropped)) && self.backed_up.contains(dropped);
            let elsewhere = || hands.iter().any(|hand| hand.carries().any(|id| id == *dropped));
            if safe || self.frail.contains(dropped) || elsewhere() {
                continue;
            }
            kept(office.has(*dropped) || office.holds(*dropped), || {
                format!("phone {who} dropped {dropped}, which nobody has any more")
            })?;
            kept(self.backed_up.contains(dropped), || {
                format!("phone {who} dropped {dropped} before any backup had it")
            })?;
        }
        Ok(())
    }

    /// A phone was put back to an older state, or lost: what only it had is gone, by no fault of
    /// the protocol.
    pub(crate) fn misfortune(&mut self, before: &[ChangeId], hands: &[Hand], office: &Office) {
        let left: HashSet<_> = hands.iter().flat_map(Hand::carries).collect();
        for gone in before.iter().filter(|id| !left.contains(id)) {
            // It may still arrive by a request that is under way, and then only the server has it.
            self.frail.insert(*gone);
            if !office.has(*gone) && !office.holds(*gone) {
                self.on_phones_alone.remove(gone);
            }
        }
    }

    // What the server does ---------------------------------------------------------------------------

    /// A commit: entries were appended, records turned, changes held.
    pub(crate) fn committed(&mut self, committed: &Committed) -> Kept {
        for entry in &committed.entries {
            self.appended(entry)?;
        }
        for turned in &committed.turned {
            let mine = committed.entries.iter().filter(|entry| entry.record == turned.after.record.id);
            self.turned(turned, &mine.cloned().collect::<Vec<_>>())?;
        }
        let entered = committed.entries.iter().map(|entry| &entry.change);
        for id in entered.chain(&committed.held) {
            self.on_phones_alone.remove(id);
            self.since.insert(*id);
        }
        Ok(())
    }

    /// What was saved, and stands in an entry.
    fn change_of(&self, entry: &Entry) -> Option<&Arc<Change>> {
        let saved = self.saved.get(&entry.change)?;
        saved.iter().find(|(digest, _)| *digest == entry.digest).map(|(_, change)| change)
    }

    fn appended(&mut self, entry: &Arc<Entry>) -> Kept {
        let id = entry.change;
        let Some(change) = self.change_of(entry).cloned() else {
            return Err(Breach(format!("{id} in the ledger says what nobody saved")));
        };
        let number = (entry.county.clone(), entry.seq);
        if let Some(other) = self.numbers.insert(number, id) {
            return Err(Breach(format!(
                "number {} of {} was given to {other} and {id}",
                entry.seq, entry.county
            )));
        }
        let stands = Arc::make_mut(self.stands.entry(entry.record).or_default());
        kept(stands.changes.insert(id), || format!("{id} counts twice"))?;
        stands.entries.push(Arc::clone(entry));
        for edit in &change.edits {
            if edit.replaces.is_empty() {
                continue;
            }
            stands.replaced.entry(edit.field.clone()).or_default().extend(&edit.replaces);
            if let Some(heads) = stands.heads.get_mut(&edit.field) {
                heads.retain(|head| !edit.replaces.contains(head));
            }
        }
        for (id, edit) in change.lines().filter(|(_, edit)| edit.value.is_some()) {
            if !stands.replaced.get(&edit.field).is_some_and(|replaced| replaced.contains(&id)) {
                stands.heads.entry(edit.field.clone()).or_default().insert(id);
            }
        }
        Ok(())
    }

    /// The record as it stands after a commit is what the sentence says, and no incumbent flipped.
    fn turned(&self, turned: &Turned, entries: &[Arc<Entry>]) -> Kept {
        let record = &turned.after.record;
        self.record_stands(record)?;
        let Some(before) = &turned.before else { return Ok(()) };
        let kind = kinds::named(&record.kind);
        let changes: Vec<_> = entries.iter().filter_map(|entry| self.change_of(entry)).collect();
        for (name, state) in &before.record.fields {
            let Some(incumbent) = state.heads.first() else { continue };
            if !kind.is_some_and(|kind| kind.rule(name) == Rule::One) {
                continue;
            }
            let named = changes
                .iter()
                .flat_map(|change| &change.edits)
                .any(|edit| edit.field == *name && edit.replaces.contains(&incumbent.edit));
            let stays = record.heads(name).first().is_some_and(|first| first.edit == incumbent.edit);
            kept(named || stays, || {
                format!("the incumbent of {name} in {} flipped, and nobody had replaced it", record.id)
            })?;
        }
        Ok(())
    }

    fn record_stands(&self, record: &Record) -> Kept {
        let nothing = Stands::default();
        let stands = self.stands.get(&record.id).map_or(&nothing, |stands| stands);
        let expected = stands.heads.iter().filter(|(_, heads)| !heads.is_empty());
        let fields = record.fields.iter().filter(|(_, state)| !state.heads.is_empty());
        kept(expected.count() == fields.clone().count(), || {
            format!("fields of {} vanished or appeared", record.id)
        })?;
        for (name, state) in fields {
            let shown: BTreeSet<_> = state.heads.iter().map(|head| head.edit).collect();
            kept(stands.heads.get(name) == Some(&shown), || {
                format!(
                    "{name} of {} shows {shown:?} and should show {:?}",
                    record.id,
                    stands.heads.get(name)
                )
            })?;
        }
        Ok(())
    }

    // Backups ----------------------------------------------------------------------------------------

    /// A backup was made.
    pub(crate) fn backed_up(&mut self, books: Books) -> Backup {
        self.backed_up.extend(&self.since);
        self.contents.0.push(Arc::new(std::mem::take(&mut self.since)));
        Backup { books, stands: self.stands.clone(), contents: self.contents.clone() }
    }

    /// The server was put back: what it lost by that must be on a phone, unless that phone had its
    /// own misfortune, or a newer backup had it and was not used.
    pub(crate) fn restored(&mut self, to: &Backup, all: &[(u64, Backup)], hands: &[Hand]) -> Kept {
        self.stands = to.stands.clone();
        self.on_phones_alone.retain(|id| !to.contents.has(*id));
        let (before, since) = (std::mem::take(&mut self.contents), std::mem::take(&mut self.since));
        self.contents = to.contents.clone();
        let on_phones: HashSet<_> = hands.iter().flat_map(Hand::carries).collect();
        let gone = before.beyond(&to.contents).iter().flat_map(|piece| piece.iter()).chain(&since);
        for lost in gone.filter(|id| !to.contents.has(**id)) {
            if on_phones.contains(lost) {
                self.on_phones_alone.insert(*lost);
                continue;
            }
            let left_aside = all.iter().any(|(_, backup)| backup.contents.has(*lost));
            kept(self.frail.contains(lost) || left_aside, || {
                format!("{lost} was acknowledged, and is in no backup and on no phone")
            })?;
        }
        Ok(())
    }

    // When all is quiet ------------------------------------------------------------------------------

    /// Nothing is under way, every phone has synced.
    pub(crate) fn quiet(&self, office: &Office, hands: &[Hand], chance: &mut Seed) -> Kept {
        if let Some(lost) = self.on_phones_alone.iter().next() {
            let holder = hands.iter().position(|hand| hand.carries().any(|id| id == *lost));
            return Err(Breach(match holder {
                Some(holder) => {
                    let outbox = &hands[holder].phone.outbox;
                    let place = if outbox.kept.iter().any(|kept| kept.change.id == *lost) {
                        "is kept as accepted"
                    } else if outbox.held.iter().any(|held| held.change.id == *lost) {
                        "is shown as held"
                    } else {
                        "waits"
                    };
                    format!(
                        "{lost} {place} on phone {holder} although every phone synced, and the server lacks it"
                    )
                }
                None => format!("{lost} was saved, and nobody has it"),
            }));
        }
        for (who, hand) in hands.iter().enumerate() {
            replica_is_the_scope(office, who, hand)?;
            held_is_told(office, who, hand)?;
        }
        let all: Vec<_> = self.stands.iter().collect();
        for _ in 0..3 {
            if !all.is_empty() {
                let (record, stands) = chance.pick(&all);
                self.order_does_not_matter(office, **record, stands, chance)?;
            }
        }
        Ok(())
    }

    /// At the end: every record is what its whole history says, bit for bit.
    pub(crate) fn end(&self, office: &Office) -> Kept {
        for row in office.books.rows.values() {
            self.record_stands(&row.record)?;
            let history: Vec<_> =
                self.stands[&row.record.id].entries.iter().map(|entry| (**entry).clone()).collect();
            let rebuilt =
                rows::rebuild(row.record.id, &history).map_err(|error| Breach(format!("{error:?}")))?;
            kept(rebuilt == row.record, || format!("{} cannot be rebuilt from the ledger", row.record.id))?;
        }
        let ids: HashSet<_> =
            self.contents.0.iter().flat_map(|piece| piece.iter()).chain(&self.since).collect();
        kept(ids.iter().all(|id| office.has(**id) || office.holds(**id)), || {
            "something is neither in a ledger nor held any more".to_owned()
        })?;
        let in_ledgers: usize = self.stands.values().map(|stands| stands.entries.len()).sum();
        kept(in_ledgers == office.books.entries.len(), || "entries are missing from the ledger".to_owned())
    }

    /// Laws 1, 5 and 6: in any order, with repeats, with other clocks and one device for all, the
    /// same changes give the same record.
    fn order_does_not_matter(
        &self,
        office: &Office,
        record: RecordId,
        stands: &Stands,
        chance: &mut Seed,
    ) -> Kept {
        if stands.entries.len() > SHUFFLED {
            return Ok(());
        }
        let Some(row) = office.books.rows.get(&record) else {
            return Err(Breach(format!("{record} has entries and no row")));
        };
        let mut history: Vec<(Arc<Change>, Origin)> = Vec::new();
        for entry in &stands.entries {
            let origin = Origin {
                by: entry.by,
                by_name: entry.by_name.clone(),
                device: entry.device,
                seq: Some(entry.seq),
            };
            let change = self.change_of(entry).expect("it was saved");
            history.push((Arc::clone(change), origin));
        }
        for at in (1..history.len()).rev() {
            history.swap(at, chance.below(at as u64 + 1) as usize);
        }
        history.push(history[0].clone());
        let folded = fold(record, &row.record.kind, &history);
        kept(folded == row.record, || format!("{record} depends on the order of arrival"))?;
        let blurred: Vec<_> = history.iter().map(|(change, origin)| blur(change, origin, chance)).collect();
        let blurred = fold(record, &row.record.kind, &blurred);
        kept(reads_alike(&blurred, &row.record), || format!("{record} depends on clocks or devices"))
    }
}

/// Equal for equal changes, in whatever order they are.
fn sum(ids: impl Iterator<Item = ChangeId>) -> (usize, u128) {
    ids.fold((0, 0), |(count, sum), id| (count + 1, sum.wrapping_add(id.0.as_u128())))
}

fn fold(record: RecordId, kind: &str, history: &[(Arc<Change>, Origin)]) -> Record {
    Record::fold(record, kind, history.iter().map(|(change, origin)| (&**change, origin)))
}

/// The same change by another clock, another person and the one device that all share.
fn blur(change: &Change, origin: &Origin, chance: &mut Seed) -> (Arc<Change>, Origin) {
    let moment = chrono::DateTime::from_timestamp(chance.below(4_000_000_000) as i64, 0).unwrap_or_default();
    let change = Change { made_at: moment.fixed_offset().into(), ..change.clone() };
    let nobody = Uuid::nil();
    let origin =
        Origin { by: UserId(nobody), by_name: String::new(), device: DeviceId(nobody), ..origin.clone() };
    (Arc::new(change), origin)
}

/// Whether every field reads the same by every rule.
fn reads_alike(one: &Record, other: &Record) -> bool {
    const RULES: [Rule; 5] = [Rule::One, Rule::Latest, Rule::Many, Rule::Log, Rule::Sum];
    let says = |record: &Record, name: &FieldName| -> Vec<String> {
        let heads = record.heads(name);
        let text = |rule| match read(rule, heads) {
            Reading::Empty => String::new(),
            Reading::Single(head) => format!("{:?}", head.value),
            Reading::Conflict(heads) | Reading::All(heads) => {
                format!("{:?}", heads.iter().map(|head| (&head.value, head.edit)).collect::<Vec<_>>())
            }
            Reading::Total(value) => format!("{value:?}"),
        };
        RULES.into_iter().map(text).collect()
    };
    one.fields.len() == other.fields.len()
        && one.fields.keys().all(|name| says(one, name) == says(other, name))
}

/// Law 8: a phone that synced holds exactly what a fresh one would, and nothing outside its scope.
fn replica_is_the_scope(office: &Office, who: usize, hand: &Hand) -> Kept {
    let scope = office.scope(hand.device);
    let expected: BTreeMap<RecordId, &Arc<Snapshot>> =
        office.in_scope(&scope).map(|row| (row.record.id, &row.sent)).collect();
    let held = &hand.phone.replica.records;
    for record in held.keys() {
        kept(expected.contains_key(record), || {
            format!("phone {who} still has {record}, which is out of scope")
        })?;
    }
    for (record, row) in expected {
        let Some(ours) = held.get(&record) else {
            return Err(Breach(format!("phone {who} misses {record}")));
        };
        kept(Arc::ptr_eq(ours, row) || ours == row, || {
            format!("phone {who} holds {record} as of {} and not {}", ours.seq, row.seq)
        })?;
    }
    Ok(())
}

/// Whoever wrote what is held was told how it stands there.
fn held_is_told(office: &Office, who: usize, hand: &Hand) -> Kept {
    let outbox = &hand.phone.outbox;
    kept(outbox.waiting.is_empty(), || format!("phone {who} still has something to send"))?;
    for held in &outbox.held {
        kept(office.holds(held.change.id), || {
            format!("phone {who} believes that {} is held, and the office has no such thing", held.change.id)
        })?;
    }
    Ok(())
}
