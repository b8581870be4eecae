//! The request and the answer of one round trip, `POST /api/v1/sync`, and of its two companions.
//!
//! Field names are frozen: clients outside of this repository are written against them.
//!
//! A phone holds a replica of its scope and asks for what is new. A desk reads page by page instead
//! and only writes by this round trip: with `news: false` it is sent the records that its own changes
//! touched and no others, `cursor` is where the ledgers in its scope stand now, `more` is false, and
//! `gone` and `digest` say nothing. What became of its changes, `resync` and `settled` mean the same
//! to both, so that a desk keeps what it sent, and sends it again, as a phone does. The cursor passes
//! by what was not sent: whoever asks for no news holds no replica.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::change::{FieldName, Stamp};
use crate::digest::{Opening, ScopeDigest};
use crate::id::{ChangeId, EditId, RecordId};
use crate::photo::Sha256;
use crate::record::{FieldState, Head, Record};
use crate::refusal::Code;

/// How many records a page has when the client does not say.
pub const DEFAULT_LIMIT: u32 = 500;
/// The most records that a page has.
pub const MAX_LIMIT: u32 = 2_000;
/// How many bytes of records a page has at most, before compression.
pub const MAX_PAGE_BYTES: usize = 1024 * 1024;
/// How many bytes a record has at most, as the server holds it: a page can carry any.
pub const MAX_RECORD_BYTES: usize = MAX_PAGE_BYTES;
/// How many pairs a page of the index has at most.
pub const MAX_INDEX: u32 = 50_000;
/// How many siblings of a `one` or `latest` field a device is sent at most.
pub const MAX_SIBLINGS: usize = 8;

/// What a device asks: here is what I wrote, tell me what is new.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SyncRequest {
    /// The version that the client speaks.
    pub protocol: u32,
    /// The device's own clock, to know its skew.
    #[serde(default, deserialize_with = "if_readable")]
    pub device_time: Option<Stamp>,
    /// Where the last answer ended; absent or null: from the beginning.
    #[serde(default)]
    pub cursor: Option<String>,
    /// The one-time token of the last answer.
    #[serde(default)]
    pub ticket: Option<String>,
    /// The last checkpoint that the device saw.
    #[serde(default)]
    pub checkpoint: Option<SeenCheckpoint>,
    /// The changes as they are: each is judged by itself, so one that is no change spoils nothing.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::change::Change>))]
    #[cfg_attr(test, ts(as = "Vec<crate::change::Change>"))]
    pub changes: Vec<Box<RawValue>>,
    /// How many records the answer may have.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub limit: Option<u32>,
    /// Whether the answer tells what is new; `false`: no more than the records that these changes
    /// touched. Absent: it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub news: Option<bool>,
}

/// A clock that reads nonsense is no reason to refuse what was written.
fn if_readable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Stamp>, D::Error> {
    let shown = Option::<serde_json::Value>::deserialize(deserializer)?;
    Ok(shown.and_then(|shown| shown.as_str()?.parse().ok()))
}

/// The last checkpoint that a device saw: the signed note, alone or as it came.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum SeenCheckpoint {
    /// The signed note's text.
    Note(String),
    /// The object of the last answer, sent back whole.
    Whole {
        /// The signed note's text.
        note: String,
    },
}

impl SeenCheckpoint {
    /// The signed note's text.
    pub fn note(&self) -> &str {
        match self {
            Self::Note(note) | Self::Whole { note } => note,
        }
    }
}

/// What the server answers. `R` is a record: [`Snapshot`] to read, raw JSON where it is only
/// passed on.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SyncResponse<R = Snapshot> {
    /// The version that the server answers in. A response without it is not one of ours.
    pub protocol: u32,
    /// The server's clock: UTC, RFC 3339 with milliseconds.
    pub server_time: String,
    /// One for each change sent, in that order.
    pub outcomes: Vec<Outcome>,
    /// The records that changed since the cursor, oldest change first, and those that were touched.
    /// Touched ones that are too many bytes for one answer come from `cursor` on, and `more` is true;
    /// without news they are left out.
    pub records: Vec<R>,
    /// Records that left the client's scope.
    pub gone: Vec<RecordId>,
    /// Photos that this device's changes refer to and the server does not have.
    pub photos_missing: Vec<Sha256>,
    /// Where this answer ends. Opaque.
    pub cursor: Option<String>,
    /// Whether there is more to fetch at once.
    pub more: bool,
    /// Whether the client must pull from null, drop what it was not sent, and send again every
    /// change above `settled` that it still has, forgetting its number.
    pub resync: bool,
    /// Up to which `seq` all that this device was told of is contained in a backup. 0: nothing, or
    /// nothing that can be said to this cursor; it may go down again. A change is dropped by the
    /// number that it got since the device last began from null, and by no other.
    pub settled: u64,
    /// The one-time token for the next request.
    pub ticket: Option<String>,
    /// Count and XOR over the scope; only when `more` is false, and with the news.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub digest: Option<ScopeDigest>,
    /// The ledger's latest checkpoint, with the proof from the one that the device saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub checkpoint: Option<CheckpointNews>,
}

/// The latest checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CheckpointNews {
    /// A C2SP signed note over a C2SP checkpoint.
    pub note: String,
    /// RFC 6962 consistency proof from the checkpoint that the device saw, hashes in base64: to
    /// `note`, or, where that is of a later epoch, to the checkpoint that the last of `openings`
    /// names.
    pub consistency: Vec<String>,
    /// Where the ledger went on in new epochs since the device's checkpoint, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<OpeningNews>>"))]
    pub openings: Vec<OpeningNews>,
}

/// How a new log follows from the one before: its first leaf, and the proof that it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OpeningNews {
    /// The log's first leaf.
    pub leaf: Opening,
    /// RFC 6962 audit path of leaf 0, hashes in base64: in the log of `note`, or, from the second
    /// opening on, in that of the checkpoint which the opening before names.
    pub inclusion: Vec<String>,
}

/// What became of one change. Sent only after the commit has been flushed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Outcome {
    /// The change's id as it was sent; absent where none could be read.
    pub change: Option<String>,
    /// What became of it.
    #[serde(flatten)]
    pub fate: Fate,
}

/// What became of one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Fate {
    /// It is in the ledger now.
    Accepted {
        /// Its number there.
        seq: u64,
        /// The fields that it touched and that are in conflict now.
        conflicts: Vec<FieldName>,
    },
    /// It was in the ledger already.
    Duplicate {
        /// Its number there.
        seq: u64,
    },
    /// It is kept whole and waits for a person at the office.
    Held {
        /// Why.
        code: Code,
        /// Why, for people.
        message: String,
        /// The field it is about, where it is about one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        field: Option<String>,
        /// Set once the office refused it: the reason that was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        refused: Option<String>,
    },
}

/// A record as the server holds it: its heads, field by field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Snapshot {
    /// The record.
    pub id: RecordId,
    /// Its kind.
    pub kind: String,
    /// The number of the last change that touched it.
    pub seq: u64,
    /// The school that it belongs to, where it belongs to one.
    pub school: Option<RecordId>,
    /// The project that it belongs to, where it belongs to one.
    pub project: Option<RecordId>,
    /// The heads in ledger order.
    pub fields: BTreeMap<FieldName, Vec<Head>>,
    /// Edits replaced before they arrived, so that they never show up on any device.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<BTreeMap<FieldName, Vec<EditId>>>"))]
    pub awaited: BTreeMap<FieldName, Vec<EditId>>,
    /// Where a field has more siblings than were sent: how many there are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<BTreeMap<FieldName, usize>>"))]
    pub siblings: BTreeMap<FieldName, usize>,
}

impl Snapshot {
    /// The snapshot of a record.
    pub fn of(record: Record, seq: u64, school: Option<RecordId>, project: Option<RecordId>) -> Self {
        let mut fields = BTreeMap::new();
        let mut awaited = BTreeMap::new();
        for (name, state) in record.fields {
            if !state.awaited.is_empty() {
                awaited.insert(name.clone(), state.awaited.into_iter().collect());
            }
            if !state.heads.is_empty() {
                fields.insert(name, state.heads);
            }
        }
        Self {
            id: record.id,
            kind: record.kind,
            seq,
            school,
            project,
            fields,
            awaited,
            siblings: BTreeMap::new(),
        }
    }

    /// The record in it, ready to have an outbox folded over it.
    pub fn into_record(self) -> Record {
        let mut record = Record::empty(self.id, self.kind);
        for (name, heads) in self.fields {
            record.fields.insert(name, FieldState { heads, ..FieldState::default() });
        }
        for (name, awaited) in self.awaited {
            record.fields.entry(name).or_default().awaited = awaited.into_iter().collect();
        }
        record
    }
}

/// `POST /api/v1/sync/index`: all records in scope, page by page, to repair a digest that differs.
///
/// A record that changes meanwhile comes again on a later page: the last pair of it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct IndexResponse {
    /// `[record id, seq]`, in order of seq.
    pub records: Vec<(RecordId, u64)>,
    /// The digest over them.
    pub digest: ScopeDigest,
    /// Where the next page begins (`?after=`); absent on the last one. Opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub next: Option<String>,
}

/// `POST /api/v1/sync/have`: does the office have these?
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HaveRequest {
    /// Changes to ask for.
    #[serde(default)]
    pub changes: Vec<ChangeId>,
    /// Photos to ask for.
    #[serde(default)]
    pub photos: Vec<Sha256>,
}

/// The answer to [`HaveRequest`]: what the server lacks. A held change is not lacking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HaveResponse {
    /// Changes that the server does not have.
    pub changes: Vec<ChangeId>,
    /// Photos that the server does not have.
    pub photos: Vec<Sha256>,
    /// What no backup contains yet: a device keeps it. Absent: nobody knows, and it keeps everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub unsettled: Option<Unsettled>,
}

/// Of what was asked for, that which no backup contains.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Unsettled {
    /// Changes, in a ledger or held.
    pub changes: Vec<ChangeId>,
    /// Photos.
    pub photos: Vec<Sha256>,
}
