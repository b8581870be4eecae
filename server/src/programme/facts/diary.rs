//! What figures ask of a diary.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};
use sync_protocol::change::Change;
use sync_protocol::id::{ChangeId, RecordId};
use sync_protocol::kinds::Kind;
use sync_protocol::record::Record;
use sync_protocol::value::Value;

use super::review::Review;
use super::{Came, Fact, Source};
use crate::programme::reading::Read;
use crate::store::ledger::Entry;
use crate::sync::rows;

/// What was done that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkStatus {
    /// The works stood still by order.
    Suspended,
    /// Nothing was done.
    Idle,
    /// They worked.
    Working,
}

/// A diary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diary {
    /// Whose works.
    pub project: RecordId,
    /// Which day.
    pub day: NaiveDate,
    /// What was done; where people differ, that they worked, since that asks for more.
    pub status: Option<WorkStatus>,
    /// How the change came with which it was complete, if it is.
    pub submitted: Option<Came>,
    /// What the principal said.
    pub review: Option<Review>,
    /// Whether it says why it was written late (补记).
    pub says_late: bool,
    /// How many of the photos that it must have it has, and how many it must have.
    pub evidence: (u8, u8),
    /// What stands for its words on progress, if there are enough of them to tell: two diaries with the
    /// same words have the same.
    pub words: Option<u64>,
    /// Whether people differ about something in it.
    pub disputed: bool,
}

/// Words with fewer letters and digits are the same by chance.
const FEWEST_LETTERS: usize = 15;

/// The answers that ask for a photo when they are no.
const SHOWN_WHEN_BAD: [&str; 3] = ["isolation_ok", "safety_ok", "quality_ok"];

impl Fact for Diary {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        let status = read.values("work_status").filter_map(|value| WorkStatus::named(value.as_text()?)).max();
        let is_complete = source.kind.missing(read.record()).is_empty();
        // One photo of the day's work, and one of each thing that is not in order.
        let bad = SHOWN_WHEN_BAD.iter().filter(|field| read.every(field) == Some(false)).count();
        let needed = bad + usize::from(status == Some(WorkStatus::Working));
        let photos = read.photos("photos").collect::<BTreeSet<_>>().len();
        Some(Self {
            project: source.project?,
            day: read.earliest("date")?,
            status,
            submitted: source.submitted.filter(|_| is_complete),
            review: Review::of(read),
            says_late: read.has("late_reason"),
            evidence: (photos.min(needed) as u8, needed as u8),
            words: words(read),
            disputed: read.is_disputed(source.kind),
        })
    }
}

/// Stands for the words on progress, whatever blanks and marks stand between them.
fn words(read: Read<'_>) -> Option<u64> {
    let said = read.values("progress_text").filter_map(Value::as_text);
    let letters: String = said.flat_map(str::chars).filter(|c| c.is_alphanumeric()).collect();
    if letters.chars().count() < FEWEST_LETTERS {
        return None;
    }
    let hash = Sha256::digest(letters.to_lowercase());
    hash.first_chunk::<8>().map(|first| u64::from_be_bytes(*first))
}

impl WorkStatus {
    fn named(name: &str) -> Option<Self> {
        match name {
            "working" => Some(Self::Working),
            "idle" => Some(Self::Idle),
            "suspended" => Some(Self::Suspended),
            _ => None,
        }
    }
}

/// The entry with which a record first had all that it must have, of its entries in ledger order.
///
/// An entry whose body was erased, or cannot be read, adds nothing.
pub fn submitted<'e>(kind: &Kind, history: &'e [Entry]) -> Option<&'e Entry> {
    let first = history.first()?;
    let mut record = Record::empty(first.record, kind.name);
    let mut known: BTreeSet<ChangeId> = BTreeSet::new();
    history.iter().find(|entry| {
        let change = entry.body.as_deref().and_then(|body| serde_json::from_str::<Change>(body).ok());
        if let Some(change) = change {
            record.apply(&change, &rows::origin(entry), |change| known.contains(&change));
            known.insert(change.id);
        }
        kind.missing(&record).is_empty()
    })
}
