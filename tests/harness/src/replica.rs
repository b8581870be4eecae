//! What a phone must do, as a state machine without I/O: the reference for every client.
//!
//! [`Phone`] is all that a phone remembers. [`Phone::request`] says what to send next,
//! [`Phone::receive`] takes in the answer, in one step: rows, cursor, ticket and outcomes together.
//!
//! 1. A saved change leaves the **outbox** for one reason: the server named its id in the answer to
//!    a request that carried it. No silence, no page, no resync, no missing row ever clears it.
//! 2. Accepted is not the end: a change is **kept** until the server says it is settled, that is,
//!    in a backup, and is sent again after a resync.
//! 3. Held is not the end either: it is shown with its reason, and asked after with each sync until
//!    the office releases it, or refuses it with a reason; what was refused is kept too.
//! 4. A row is never older than the one that it takes the place of, unless everything is pulled anew.
//! 5. What the server did not send in a whole pull after a resync is dropped; nothing else ever is.
//! 6. A checkpoint is believed with the proof that the ledger grew out of the last one, or, where the
//!    server was put back to an older state, that it goes on from where that one ended.
//! 7. A number counts in the history of the cursor that came with it: who begins from null sends all
//!    again that is kept or held, and forgets its numbers.
//! 8. A photo leaves the phone once the office says that a backup has it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sync_protocol::change::{Change, Stamp};
use sync_protocol::digest::ScopeDigest;
use sync_protocol::id::{ChangeId, DeviceId, EditId, RecordId, UserId};
use sync_protocol::message::{
    CheckpointNews, Fate, HaveRequest, HaveResponse, IndexResponse, SeenCheckpoint, Snapshot, SyncRequest,
    SyncResponse,
};
use sync_protocol::photo::Sha256;
use sync_protocol::record::{Origin, Record};
use sync_protocol::refusal::Code;
use sync_protocol::version::PROTOCOL;

use crate::witness;

/// The answer to a request, its rows shared by whoever holds them.
pub type Answer = SyncResponse<Arc<Snapshot>>;

/// All that a phone remembers. Plain data: a copy of it is a copied phone, an older one a phone
/// restored from a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// Whose phone it is, since it was enrolled.
    pub owner: Owner,
    /// What the office has, as far as it was sent.
    pub replica: Replica,
    /// What its owner saved.
    pub outbox: Outbox,
    /// Its photos, by hash; the bytes are in the album.
    pub photos: BTreeMap<Sha256, Photo>,
    /// Begun and not saved: never sent.
    pub drafts: BTreeMap<String, String>,
}

/// Whose phone it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The person.
    pub user: UserId,
    /// The name that others see.
    pub name: String,
    /// The device.
    pub device: DeviceId,
    /// Its token.
    pub token: String,
}

/// What the office has, as far as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replica {
    /// The records in scope.
    pub records: BTreeMap<RecordId, Arc<Snapshot>>,
    /// Where the last answer ended.
    pub cursor: Option<String>,
    /// The one-time token of the last answer.
    pub ticket: Option<String>,
    /// The last checkpoint seen: a signed note.
    pub checkpoint: Option<String>,
    /// Why the ledger is not to be believed, once that was found out: what the screen says.
    pub distrust: Option<String>,
    /// What the screen says of a server that was put back to an older state.
    #[serde(default)]
    pub put_back: Option<String>,
    /// Up to which number the ledger is contained in a backup.
    pub settled: u64,
    /// Set while everything is pulled from the beginning.
    pub pull: Option<Pull>,
}

/// A pull from the beginning, under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// What came so far.
    pub came: BTreeSet<RecordId>,
    /// Whether what did not come is dropped at the end.
    pub drop_the_rest: bool,
}

/// What its owner saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    /// Without an outcome yet, in the order in which they were saved.
    pub waiting: Vec<Change>,
    /// In the ledger, kept until settled.
    pub kept: Vec<Kept>,
    /// In the office's held box.
    pub held: Vec<Held>,
}

/// A change in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The change.
    pub change: Change,
    /// Its number.
    pub seq: u64,
}

/// A change in the office's held box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The change.
    pub change: Change,
    /// Why it is held.
    pub code: Code,
    /// Why it is held, for people.
    pub message: String,
    /// The field it is about, where it is about one.
    pub field: Option<String>,
    /// Why the office refused it, if it did.
    pub refused: Option<String>,
}

/// A photo on the phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// How many bytes it has.
    pub length: u64,
    /// Its name in the album.
    pub filename: String,
    /// What the phone says it is.
    pub filetype: String,
    /// The path of its upload, once there is one.
    pub upload: Option<String>,
    /// How many bytes the server said that it has.
    pub acknowledged: u64,
    /// Whether the server has all of it.
    pub at_office: bool,
    /// Whether a backup has it, as far as the server said: the phone may drop it.
    #[serde(default)]
    pub settled: bool,
    /// Why the server will not have it, if it said so.
    pub refused: Option<String>,
}

/// How much goes into one request.
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    /// So many changes at most.
    pub changes: usize,
    /// So many bytes of changes at most, but always one change.
    pub bytes: usize,
    /// So many records in the answer at most; none: as the server likes.
    pub limit: Option<u32>,
    /// Whether to ask after held changes as well.
    pub ask_after_held: bool,
}

/// A request, and which changes it carries.
#[derive(Debug)]
pub struct Request {
    /// As it is sent.
    pub body: SyncRequest,
    /// The changes in it: the answer counts for these and no others.
    pub carries: BTreeSet<ChangeId>,
}

/// What an answer brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
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
    /// Whether there is more to do at once.
    pub again: bool,
    /// Whether the digest differs from what is held here.
    pub digest_differs: bool,
    /// Whether the server asked for a resync.
    pub resync: bool,
}

impl Phone {
    /// A phone that was just enrolled.
    pub fn of(owner: Owner) -> Self {
        Self {
            owner,
            replica: Replica::default(),
            outbox: Outbox::default(),
            photos: BTreeMap::new(),
            drafts: BTreeMap::new(),
        }
    }

    /// Puts a saved change into the outbox.
    pub fn save(&mut self, change: Change) {
        self.outbox.waiting.push(change);
    }

    /// What to send next.
    pub fn request(&self, device_time: Stamp, batch: Batch) -> Request {
        self.request_written(device_time, batch, raw)
    }

    /// What to send next, each change as `written` gives it: whoever sends the same ones again and
    /// again need not write them anew.
    pub fn request_written(
        &self,
        device_time: Stamp,
        batch: Batch,
        mut written: impl FnMut(&Change) -> Box<RawValue>,
    ) -> Request {
        let mut changes = Vec::new();
        let mut carries = BTreeSet::new();
        let mut bytes = 0;
        let held = self.outbox.held.iter().filter(|held| batch.ask_after_held && held.refused.is_none());
        for change in self.outbox.waiting.iter().chain(held.map(|held| &held.change)) {
            let raw = written(change);
            bytes += raw.get().len();
            if changes.len() == batch.changes || (bytes > batch.bytes && !changes.is_empty()) {
                break;
            }
            carries.insert(change.id);
            changes.push(raw);
        }
        let body = SyncRequest {
            protocol: PROTOCOL,
            device_time: Some(device_time),
            cursor: self.replica.cursor.clone(),
            ticket: self.replica.ticket.clone(),
            checkpoint: self.replica.checkpoint.clone().map(SeenCheckpoint::Note),
            changes,
            limit: batch.limit,
            news: None,
        };
        Request { body, carries }
    }

    /// Whether this is the answer to a request that carried those changes: the server says of each
    /// what became of it. One stored on the way does not.
    pub fn is_answered(carries: &BTreeSet<ChangeId>, answer: &Answer) -> bool {
        let named = answer.outcomes.iter().filter_map(|outcome| outcome.change.as_deref()?.parse().ok());
        let named: BTreeSet<ChangeId> = named.collect();
        carries.is_subset(&named)
    }

    /// Takes in the answer to a request that carried those changes.
    pub fn receive(&mut self, carries: &BTreeSet<ChangeId>, answer: Answer) -> Received {
        let mut received =
            Received { records: answer.records.len(), resync: answer.resync, ..Received::default() };
        self.take_outcomes(carries, &answer, &mut received);
        self.take_rows(&answer);
        self.replica.ticket = answer.ticket;
        if let Some(news) = answer.checkpoint {
            self.replica.witness(news);
        }
        self.replica.settled = answer.settled;
        self.outbox.kept.retain(|kept| kept.seq > answer.settled);
        for photo in answer.photos_missing {
            if let Some(photo) = self.photos.get_mut(&photo).filter(|photo| photo.at_office) {
                photo.at_office = false;
                photo.upload = None;
                photo.acknowledged = 0;
            }
        }
        if answer.resync {
            self.pull_anew(true);
        }
        let settled_down = !answer.resync && !answer.more;
        received.digest_differs =
            settled_down && answer.digest.is_some_and(|digest| digest != self.replica.digest());
        received.again = !settled_down || !self.outbox.waiting.is_empty();
        received
    }

    fn take_outcomes(&mut self, carries: &BTreeSet<ChangeId>, answer: &Answer, received: &mut Received) {
        for outcome in &answer.outcomes {
            let id = outcome.change.as_deref().and_then(|id| id.parse::<ChangeId>().ok());
            let Some(id) = id.filter(|id| carries.contains(id)) else { continue };
            let Some(change) = self.outbox.take(id) else { continue };
            match &outcome.fate {
                Fate::Accepted { seq, conflicts } => {
                    received.accepted += 1;
                    let named = conflicts.iter().map(|field| format!("{} {field}", change.record));
                    received.conflicts.extend(named);
                    self.outbox.kept.push(Kept { change, seq: *seq });
                }
                Fate::Duplicate { seq } => {
                    received.duplicates += 1;
                    self.outbox.kept.push(Kept { change, seq: *seq });
                }
                Fate::Held { code, message, field, refused } => {
                    received.held += 1;
                    self.outbox.held.push(Held {
                        change,
                        code: *code,
                        message: message.clone(),
                        field: field.clone(),
                        refused: refused.clone(),
                    });
                }
            }
        }
    }

    fn take_rows(&mut self, answer: &Answer) {
        let replica = &mut self.replica;
        let anew = replica.pull.is_some() || answer.resync;
        for row in &answer.records {
            let older = replica.records.get(&row.id).is_some_and(|ours| row.seq < ours.seq);
            if anew || !older {
                replica.records.insert(row.id, Arc::clone(row));
            }
        }
        for gone in &answer.gone {
            replica.records.remove(gone);
        }
        if answer.resync {
            return;
        }
        replica.cursor.clone_from(&answer.cursor);
        if let Some(pull) = &mut replica.pull {
            pull.came.extend(answer.records.iter().map(|row| row.id));
            for gone in &answer.gone {
                pull.came.remove(gone);
            }
            if !answer.more {
                if pull.drop_the_rest {
                    replica.records.retain(|record, _| pull.came.contains(record));
                }
                replica.pull = None;
            }
        }
    }

    /// Pulls from the beginning, and sends again what is kept: its numbers count no more.
    fn pull_anew(&mut self, drop_the_rest: bool) {
        self.replica.cursor = None;
        self.replica.pull = Some(Pull { came: BTreeSet::new(), drop_the_rest });
        let kept = self.outbox.kept.drain(..).map(|kept| kept.change);
        // What is held, the office may have lost as well, whether it had decided or not.
        let held = self.outbox.held.drain(..).map(|held| held.change);
        let again = kept.chain(held);
        self.outbox.waiting = again.chain(std::mem::take(&mut self.outbox.waiting)).collect();
    }

    /// Repairs the replica by the server's index: drops what is not there, and pulls anew, without
    /// wiping, if something is missing or old.
    pub fn repair(&mut self, index: &IndexResponse) {
        let theirs: BTreeMap<_, _> = index.records.iter().copied().collect();
        self.replica.records.retain(|record, _| theirs.contains_key(record));
        let ours = |record| self.replica.records.get(record).map(|row| row.seq);
        if theirs.iter().any(|(record, seq)| ours(record) != Some(*seq)) {
            self.pull_anew(false);
        }
    }

    /// The last question before saying "everything is at the office".
    pub fn have(&self) -> HaveRequest {
        let kept = self.outbox.kept.iter().map(|kept| kept.change.id);
        let held = self.outbox.held.iter().map(|held| held.change.id);
        HaveRequest { changes: kept.chain(held).collect(), photos: self.photos.keys().copied().collect() }
    }

    /// Takes in its answer: what the server lacks is sent again. Tells whether it lacks nothing.
    pub fn receive_have(&mut self, lacks: &HaveResponse) -> bool {
        for id in &lacks.changes {
            if let Some(change) = self.outbox.take(*id) {
                self.outbox.waiting.push(change);
            }
        }
        for (hash, photo) in &mut self.photos {
            let lacking = lacks.photos.contains(hash);
            photo.at_office = !lacking;
            let unsettled = lacks.unsettled.as_ref();
            photo.settled = !lacking && unsettled.is_some_and(|unsettled| !unsettled.photos.contains(hash));
            if lacking && photo.acknowledged == photo.length {
                photo.upload = None;
                photo.acknowledged = 0;
            }
        }
        self.outbox.waiting.is_empty() && lacks.photos.is_empty()
    }

    /// A record as its owner sees it: the replica with the outbox folded over it.
    pub fn view(&self, record: RecordId, kind: &str) -> Record {
        let row = self.replica.records.get(&record);
        let mut view =
            row.map_or_else(|| Record::empty(record, kind), |row| Snapshot::clone(row).into_record());
        let shown: BTreeSet<_> = view.fields.values().flat_map(|state| &state.heads).map(change_of).collect();
        let seq = row.map_or(0, |row| row.seq);
        let unseen = self.outbox.kept.iter().filter(|kept| kept.seq > seq);
        let unseen = unseen.map(|kept| (&kept.change, Some(kept.seq)));
        let waiting = self.outbox.waiting.iter().map(|change| (change, None));
        for (change, seq) in unseen.chain(waiting).filter(|(change, _)| change.record == record) {
            let origin = Origin {
                by: self.owner.user,
                by_name: self.owner.name.clone(),
                device: self.owner.device,
                seq,
            };
            view.apply(change, &origin, |id| shown.contains(&id));
        }
        view
    }

    /// The kind of a record that is here in some form.
    pub fn kind_of(&self, record: RecordId) -> Option<&str> {
        let row = self.replica.records.get(&record).map(|row| row.kind.as_str());
        let own = self.outbox.all().find(|change| change.record == record);
        row.or(own.map(|change| change.kind.as_str()))
    }
}

impl Replica {
    /// Believes a checkpoint that comes with the proof, and keeps the old one otherwise: it is the
    /// evidence.
    fn witness(&mut self, news: CheckpointNews) {
        let seen = self.checkpoint.as_deref();
        match seen.map_or(Ok(None), |seen| witness::follows(seen, &news)) {
            Ok(put_back) => {
                self.checkpoint = Some(news.note);
                self.put_back = put_back.or(self.put_back.take());
            }
            Err(why) => self.distrust = Some(why),
        }
    }

    /// Count and XOR over what is held here.
    pub fn digest(&self) -> ScopeDigest {
        let mut digest = ScopeDigest::default();
        for row in self.records.values() {
            digest.add(row.id, row.seq);
        }
        digest
    }
}

impl Outbox {
    /// Takes a change out of wherever it is.
    fn take(&mut self, id: ChangeId) -> Option<Change> {
        if let Some(place) = self.waiting.iter().position(|change| change.id == id) {
            return Some(self.waiting.remove(place));
        }
        if let Some(place) = self.held.iter().position(|held| held.change.id == id) {
            return Some(self.held.remove(place).change);
        }
        let place = self.kept.iter().position(|kept| kept.change.id == id)?;
        Some(self.kept.remove(place).change)
    }

    /// Every change that is still on the phone.
    pub fn all(&self) -> impl Iterator<Item = &Change> {
        let kept = self.kept.iter().map(|kept| &kept.change);
        let held = self.held.iter().map(|held| &held.change);
        kept.chain(held).chain(&self.waiting)
    }
}

fn change_of(head: &sync_protocol::record::Head) -> ChangeId {
    let EditId { change, .. } = head.edit;
    change
}

/// A change as it travels.
#[inline]
pub fn raw(change: &Change) -> Box<RawValue> {
    serde_json::value::to_raw_value(change).expect("a change has a JSON form")
}

#[cfg(test)]
mod tests;
