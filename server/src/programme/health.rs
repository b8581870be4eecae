//! What is known of now alone (programme page §5.9): which photos have not come, and which projects'
//! phones are silent. No ledger tells how that was at an earlier time, so nobody is told.

use std::collections::BTreeMap;

use sync_protocol::id::RecordId;
use sync_protocol::kinds::{self, Audience};
use sync_protocol::photo::Sha256;

use super::evidence::silence::{Silent, asked_today, silent};
use super::facts::Facts;
use super::reading::Read;
use super::view::{Question, View};
use crate::clock::Moment;
use crate::error::Result;
use crate::photos::refs;
use crate::store::records::{self, RecordRow};
use crate::store::{Store, photos};
use crate::sync::standing::{day, snapshot};

/// How many records are read at a time.
const AT_A_TIME: usize = 500;

/// How the phones of a county are doing.
#[derive(Debug)]
pub struct Health {
    /// The records that wait for photos.
    pub(super) waiting: Vec<Waiting>,
    /// The projects whose phones are silent.
    pub(super) silent: Vec<Silent>,
}

/// A record that refers to photos which have not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: &'static str,
    /// Its school; of the offices' own records, none.
    pub school: Option<RecordId>,
    /// Its project; of the offices' own records, none.
    pub project: Option<RecordId>,
    /// How many photos it waits for.
    pub photos: u32,
}

impl Health {
    /// How the phones of a county are doing now.
    pub(super) async fn read(store: &Store, county: &str, facts: &Facts, now: Moment) -> Result<Self> {
        let mut tx = store.read().await?;
        let mut outstanding: BTreeMap<RecordId, Vec<Sha256>> = BTreeMap::new();
        for (record, photo) in photos::outstanding(&mut tx, county).await? {
            outstanding.entry(record).or_default().push(photo);
        }
        let ids: Vec<_> = outstanding.keys().copied().collect();
        let mut waiting = Vec::new();
        for some in ids.chunks(AT_A_TIME) {
            let rows = records::records(&mut tx, some.iter().copied()).await?;
            for row in rows.into_iter().filter_map(std::result::Result::ok) {
                waiting.extend(Waiting::of(&row, &outstanding[&row.id])?);
            }
        }
        drop(tx);
        let question = Question { from: None, at: day(now), plan: None, sources: None };
        let asked: Vec<_> = asked_today(&View::new(facts, &question)).collect();
        Ok(Self { waiting, silent: silent(store, &asked, now).await? })
    }
}

impl Waiting {
    /// `None` if the record is withdrawn, or refers to none of these photos any more.
    fn of(row: &RecordRow, outstanding: &[Sha256]) -> Result<Option<Self>> {
        let (record, Some(kind)) = (snapshot(row)?, kinds::named(&row.kind)) else { return Ok(None) };
        let refers_to = |photo: &&Sha256| refs::of(&record).any(|(_, its)| its.sha256 == **photo);
        let photos = outstanding.iter().filter(refers_to).count() as u32;
        let is_in_force = Read::in_force(&record.into_record()).is_some();
        let (school, project) =
            if kind.audience == Audience::Office { (None, None) } else { (row.school, row.project) };
        let waiting = Self { record: row.id, kind: kind.name, school, project, photos };
        Ok((photos > 0 && is_in_force).then_some(waiting))
    }
}
