//! Judges one change after the other: a duplicate, held, or accepted.
//!
//! All that a judgement needs was read before, and all that follows from it is noted in [`Work`]
//! and written afterwards, many changes in one go. So a change that is held leaves no trace in
//! the others' world: there is nothing to roll back.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sync_protocol::change::{Change, FieldName};
use sync_protocol::digest::Leaf;
use sync_protocol::id::{ChangeId, RecordId};
use sync_protocol::kinds::{self, Identity, Kind, natural_id};
use sync_protocol::photo::Sha256;
use sync_protocol::record::{Origin, Record, in_conflict};
use sync_protocol::refusal::{Code, Refusal};
use sync_protocol::signoff;

use super::directory::{self, Directory};
use super::incoming::{Decoded, Incoming, Rights, Sender};
use super::permit;
use super::placing::Placed;
use super::rows;
use super::standing::Standing;
use crate::clock::Moment;
use crate::store::held::{HeldRow, NewHeld, State};
use crate::store::ledger::{Entry, Known, LedgerRow, mark};

/// What became of a change.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is to be appended.
    Accepted {
        /// Its number.
        seq: u64,
        /// The fields that it touched and that are in conflict now.
        conflicts: Vec<FieldName>,
        /// The record.
        record: RecordId,
    },
    /// It is in the ledger already.
    Duplicate {
        /// Its number.
        seq: u64,
        /// The record.
        record: RecordId,
    },
    /// It goes into the held box, or is there already.
    Held {
        /// Why.
        refusal: Refusal,
        /// Why the office refused it, if it did.
        refused: Option<String>,
    },
}

impl Verdict {
    /// The record that the change stands in, if it is in a ledger.
    pub const fn record(&self) -> Option<RecordId> {
        match self {
            Self::Accepted { record, .. } | Self::Duplicate { record, .. } => Some(*record),
            Self::Held { .. } => None,
        }
    }
}

/// A record while a batch is judged.
#[derive(Clone, Debug)]
pub struct Working {
    /// As it stands now.
    pub record: Record,
    /// Where it belongs now.
    pub placed: Placed,
    /// The number of the change that began it.
    pub first_seq: u64,
    /// The number of the last change that touched it.
    pub seq: u64,
    /// How many bytes its snapshot has, or fewer.
    pub bytes: usize,
    /// How it stood before the batch, if it stood.
    pub before: Option<Before>,
    /// Whether the batch touched it.
    pub touched: bool,
}

/// How a record stood before the batch.
#[derive(Clone, Debug)]
pub struct Before {
    /// The number of the last change that touched it.
    pub seq: u64,
    /// Where it was.
    pub place: i64,
    /// Where it was, by name.
    pub placed: Placed,
}

/// A change that may be accepted, and who brings it.
#[derive(Clone, Copy)]
struct Arrival<'a> {
    kind: &'a Kind,
    decoded: &'a Decoded,
    incoming: &'a Incoming,
    sender: &'a Sender,
}

/// What a change makes of its record.
struct Outcome {
    record: Record,
    placed: Placed,
    bytes: usize,
}

/// A batch while it is judged: what was read for it, and what is to be written.
#[derive(Debug)]
pub struct Work {
    /// When the batch came.
    pub now: Moment,
    /// The changes that are in a ledger, of those that the batch speaks of.
    pub known: HashMap<ChangeId, Known>,
    /// What the held box has of the batch.
    pub in_box: HashMap<Sha256, HeldRow>,
    /// The first content that was held under an id, of the ids that the batch speaks of.
    pub first_held: HashMap<ChangeId, Sha256>,
    /// The records that the batch speaks of.
    pub records: HashMap<RecordId, Working>,
    /// Those of them that cannot be read, because their rows are damaged.
    pub unreadable: HashSet<RecordId>,
    /// The ledgers, moving on.
    pub ledgers: BTreeMap<String, LedgerRow>,
    /// The directories that the batch changed.
    pub directories: BTreeMap<String, Directory>,
    /// To be appended.
    pub entries: Vec<Entry>,
    /// To be held.
    pub holds: Vec<NewHeld>,
    /// Waited in the held box and became acceptable: its digest and its number now.
    pub settled_by_itself: Vec<(Sha256, u64)>,
    /// Photos that records refer to now.
    pub photo_refs: Vec<(Sha256, RecordId, String)>,
    /// Digests held by this batch already.
    held_now: HashMap<Sha256, Refusal>,
}

impl Work {
    /// A batch about to be judged.
    pub fn new(standing: &Standing, now: Moment) -> Self {
        let ledgers =
            standing.counties.iter().map(|(code, county)| (code.clone(), county.ledger.clone())).collect();
        Self {
            now,
            known: HashMap::new(),
            in_box: HashMap::new(),
            first_held: HashMap::new(),
            records: HashMap::new(),
            unreadable: HashSet::new(),
            ledgers,
            directories: BTreeMap::new(),
            entries: Vec::new(),
            holds: Vec::new(),
            settled_by_itself: Vec::new(),
            photo_refs: Vec::new(),
            held_now: HashMap::new(),
        }
    }

    /// Judges the next change.
    pub fn judge(&mut self, standing: &Standing, incoming: &Incoming, sender: &Sender) -> Verdict {
        let known = match &incoming.reading {
            Ok(decoded) => self.known.get(&decoded.change.id).copied(),
            Err(_) => None,
        };
        if let Some(known) = known.filter(|known| known.digest == incoming.digest) {
            return Verdict::Duplicate { seq: known.seq, record: known.record };
        }
        let released = matches!(sender.rights, Rights::Released { .. });
        let decided = self.in_box.get(&incoming.digest);
        match decided.map(|row| (row.state, row)) {
            Some((State::Refused, row)) => {
                let reason = row.decision_reason.clone().unwrap_or_default();
                return Verdict::Held { refusal: why_held(row), refused: Some(reason) };
            }
            // A signature over a conflict does not become good by the conflict being settled.
            Some((State::Waiting, row))
                if !released
                    && row.held.code == Code::Invalid
                    && row.held.field.as_deref() == Some(signoff::FIELD) =>
            {
                return Verdict::Held { refusal: why_held(row), refused: None };
            }
            Some((State::Released, row))
                if let (Some(seq), Ok(decoded)) = (row.released_seq, &incoming.reading) =>
            {
                return Verdict::Duplicate { seq, record: decoded.change.record };
            }
            _ => {}
        }
        if known.is_some() || (!released && self.is_held_otherwise(incoming)) {
            return self.hold(standing, incoming, sender, id_reused());
        }
        match self.admit(standing, incoming, sender) {
            Ok((seq, conflicts, record)) => {
                if self.in_box.contains_key(&incoming.digest) && !released {
                    self.settled_by_itself.push((incoming.digest, seq));
                }
                Verdict::Accepted { seq, conflicts, record }
            }
            Err(refusal) => self.hold(standing, incoming, sender, refusal),
        }
    }

    /// Whether other content was held under the same id before, whatever was decided about it since.
    /// The office alone lets the later one in: a phone that made both cannot say which one counts.
    fn is_held_otherwise(&self, incoming: &Incoming) -> bool {
        let Ok(decoded) = &incoming.reading else { return false };
        let first = self.first_held.get(&decoded.change.id);
        // What could not be read when it came was kept under the digest of its bytes.
        first.is_some_and(|first| *first != incoming.digest && *first != Sha256::of(incoming.raw.as_bytes()))
    }

    fn admit(
        &mut self,
        standing: &Standing,
        incoming: &Incoming,
        sender: &Sender,
    ) -> Result<(u64, Vec<FieldName>, RecordId), Refusal> {
        let decoded = incoming.reading.as_ref().map_err(Clone::clone)?;
        let change = &decoded.change;
        let kind = kinds::named(&change.kind).ok_or_else(|| unknown_kind(change))?;
        kind.check(change)?;
        if self.unreadable.contains(&change.record) {
            return Err(record_damaged());
        }
        let existing = self.records.get(&change.record);
        if let Some(existing) = existing.filter(|existing| existing.record.kind != change.kind) {
            return Err(Refusal::invalid(
                format!("这个编号已经是另一种记录（{}）", existing.record.kind),
                format!("the record is a {} already", existing.record.kind),
            ));
        }
        let candidate = self.candidate(existing, change, sender);
        check_identity(kind, &candidate)?;
        let placed = self.place(standing, kind, &candidate, existing, sender)?;
        permit::check(&permit::Question {
            work: self,
            standing,
            kind,
            change,
            candidate: &candidate,
            existing,
            placed: &placed,
            sender,
        })?;
        let bytes = rows::check_size(existing, &candidate, decoded)?;
        let arrival = Arrival { kind, decoded, incoming, sender };
        Ok(self.accept(standing, &arrival, Outcome { record: candidate, placed, bytes }))
    }

    /// The record as it would stand with the change, unnumbered yet.
    pub(super) fn candidate(&self, existing: Option<&Working>, change: &Change, sender: &Sender) -> Record {
        let mut candidate = existing
            .map_or_else(|| Record::empty(change.record, &change.kind), |existing| existing.record.clone());
        let origin =
            Origin { by: sender.user, by_name: sender.name.clone(), device: sender.device, seq: None };
        candidate.apply(change, &origin, |id| {
            self.known.get(&id).is_some_and(|known| known.record == change.record)
        });
        candidate
    }

    fn accept(
        &mut self,
        standing: &Standing,
        arrival: &Arrival<'_>,
        outcome: Outcome,
    ) -> (u64, Vec<FieldName>, RecordId) {
        let Arrival { kind, decoded, incoming, .. } = *arrival;
        let Outcome { mut record, placed, bytes } = outcome;
        let change = &decoded.change;
        let ledger = self.ledgers.get_mut(&placed.county).expect("a change is placed in a county of ours");
        ledger.seq += 1;
        let seq = ledger.seq;
        for state in record.fields.values_mut() {
            for head in state.heads.iter_mut().filter(|head| head.edit.change == change.id) {
                head.seq = Some(seq);
            }
        }
        if directory::KINDS.contains(&kind.name) {
            ledger.directory_seq = seq;
            self.directories
                .entry(placed.county.clone())
                .or_insert_with(|| standing.counties[&placed.county].directory.clone())
                .learn(&record);
        }
        let touched: BTreeSet<_> = change.edits.iter().map(|edit| &edit.field).collect();
        let conflicts = touched
            .into_iter()
            .filter(|name| in_conflict(kind.rule(name), record.heads(name)))
            .cloned()
            .collect();
        let entry = entry(&placed.county, seq, arrival, self.now);
        if let Some(ledger) = self.ledgers.get_mut(&placed.county) {
            ledger.mark = mark(&entry.leaf);
        }
        self.entries.push(entry);
        self.known.insert(
            change.id,
            Known { seq, digest: incoming.digest, record: change.record, received_at: self.now },
        );
        for photo in &decoded.photos {
            self.photo_refs.push((*photo, change.record, placed.county.clone()));
        }
        let stood = self.records.remove(&change.record);
        let first_seq = stood.as_ref().map_or(seq, |working| working.first_seq);
        let before = stood.and_then(|working| working.before);
        let id = record.id;
        self.records.insert(id, Working { record, placed, first_seq, seq, bytes, before, touched: true });
        (seq, conflicts, id)
    }

    fn hold(
        &mut self,
        standing: &Standing,
        incoming: &Incoming,
        sender: &Sender,
        refusal: Refusal,
    ) -> Verdict {
        let fresh = !self.in_box.contains_key(&incoming.digest)
            && self.held_now.insert(incoming.digest, refusal.clone()).is_none();
        if fresh && let Rights::Own { actor, .. } = &sender.rights {
            if let Some(id) = incoming.sent_id.as_deref().and_then(|id| id.parse().ok()) {
                self.first_held.entry(id).or_insert(incoming.digest);
            }
            let change = incoming.reading.as_ref().ok().map(|decoded| &decoded.change);
            let permitted_when_made =
                change.is_some_and(|change| self.permitted_when_made(standing, change, sender));
            self.holds.push(NewHeld {
                county: self.county_of_held(standing, change, actor, sender),
                change_id: incoming.sent_id.clone(),
                digest: incoming.digest,
                raw: incoming.raw.clone(),
                code: refusal.code,
                field: refusal.field.clone(),
                zh: refusal.zh.clone(),
                en: refusal.en.clone(),
                by: sender.user,
                by_name: sender.name.clone(),
                device: sender.device,
                received_at: self.now,
                carried_by: sender.carried_by,
                permitted_when_made,
            });
        }
        Verdict::Held { refusal, refused: None }
    }

    /// Whether the author had the right when the change was made, by the device's own clock:
    /// evidence for the office, which decides.
    fn permitted_when_made(&self, standing: &Standing, change: &Change, sender: &Sender) -> bool {
        let Some(kind) = kinds::named(&change.kind) else { return false };
        let existing = self.records.get(&change.record);
        let candidate = self.candidate(existing, change, sender);
        let Ok(placed) = self.place(standing, kind, &candidate, existing, sender) else { return false };
        let question = permit::Question {
            work: self,
            standing,
            kind,
            change,
            candidate: &candidate,
            existing,
            placed: &placed,
            sender,
        };
        let made_at = Moment(change.made_at.moment().timestamp_millis());
        let shut_out = match sender.rights {
            Rights::Own { shut_out_since, .. } => shut_out_since.is_some_and(|since| since <= made_at),
            Rights::Desk { .. } | Rights::Released { .. } => false,
        };
        !shut_out && permit::rights(&question, made_at).is_ok()
    }

    /// The directory of a county as the batch sees it.
    pub fn directory<'w>(&'w self, standing: &'w Standing, county: &str) -> Option<&'w Directory> {
        self.directories.get(county).or_else(|| standing.counties.get(county).map(|county| &county.directory))
    }
}

/// What the record says cannot be told, so nobody can say what this change does to it.
fn record_damaged() -> Refusal {
    Refusal::new(
        Code::RecordDamaged,
        "服务器上的这条记录已损坏，暂时不能改动；内容已保存在待处理箱，请办公室通知管理员核验，修复后再放行",
        "the server's copy of this record is damaged and cannot be changed for now; what was written is kept, the office releases it once the record is repaired",
    )
}

fn entry(county: &str, seq: u64, arrival: &Arrival<'_>, now: Moment) -> Entry {
    let Arrival { decoded, incoming, sender, .. } = *arrival;
    let change = &decoded.change;
    let leaf = Leaf {
        seq,
        change: change.id,
        digest: incoming.digest,
        by: sender.user,
        device: sender.device,
        received_at: now.rfc3339(),
        salt: hex::encode(incoming.salt),
    };
    let (ahead_ms, released_by) = match &sender.rights {
        Rights::Own { ahead_ms, .. } => (*ahead_ms, None),
        Rights::Desk { .. } => (None, None),
        Rights::Released { by, .. } => (None, Some(*by)),
    };
    Entry {
        county: county.to_owned(),
        seq,
        change: change.id,
        record: change.record,
        by: sender.user,
        by_name: sender.name.clone(),
        device: sender.device,
        received_at: now,
        ahead_ms,
        carried_by: sender.carried_by,
        released_by,
        digest: incoming.digest,
        salt: incoming.salt,
        leaf: tlog_tiles::record_hash(&leaf.canonical()).0,
        body: Some(decoded.canonical.clone()),
    }
}

/// A record of a natural-key kind is the one that its identity names, and no other.
fn check_identity(kind: &Kind, record: &Record) -> Result<(), Refusal> {
    let Identity::Natural(parts) = kind.identity else { return Ok(()) };
    for part in parts {
        let heads = record.heads_named(part);
        if heads.is_empty() {
            return Err(Refusal::invalid(
                format!("缺少“{}”：这条记录还没有开始，或者少了最初的内容", field_zh(kind, part)),
                format!("{part} is missing: the record was not begun, or its beginning is missing"),
            )
            .at(*part));
        }
        for head in heads {
            let fits = natural_id(kind, |name| {
                if name == *part { Some(head.value.clone()) } else { record.incumbent(name).cloned() }
            });
            if fits != Some(record.id) {
                return Err(Refusal::invalid(
                    format!("“{}”与记录编号不符", field_zh(kind, part)),
                    format!("{part} does not fit the record id"),
                )
                .at(*part));
            }
        }
    }
    Ok(())
}

fn field_zh(kind: &Kind, name: &str) -> &'static str {
    kind.field(name).map_or("?", |field| field.zh)
}

fn unknown_kind(change: &Change) -> Refusal {
    let shown: String = change.kind.chars().take(60).collect();
    Refusal::new(
        Code::UnknownKind,
        format!("服务器还不认识“{shown}”这种记录，已保存，等管理员处理"),
        format!("this server does not know the kind {shown:?} yet; the change is kept"),
    )
}

fn id_reused() -> Refusal {
    Refusal::new(
        Code::IdReused,
        "同一个变更编号已经用于别的内容；两份都已保存，等办公室处理",
        "another change came earlier under the same id; both are kept, the office decides",
    )
}

fn why_held(row: &HeldRow) -> Refusal {
    Refusal {
        code: row.held.code,
        field: row.held.field.clone(),
        zh: row.held.zh.clone(),
        en: row.held.en.clone(),
    }
}
