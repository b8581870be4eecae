//! Takes records into the facts: as they stand, or as their entries say.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sync_protocol::id::RecordId;
use sync_protocol::kinds;
use sync_protocol::record::Record;

use crate::clock::Moment;
use crate::error::{Error, Result};
use crate::programme::facts::{self, Came, Facts, Source};
use crate::programme::reading::Read;
use crate::store::Tx;
use crate::store::ledger::{self, Arrival, Entry};
use crate::store::records::RecordRow;
use crate::sync::placing::Placed;
use crate::sync::{rows, standing};

/// How the entries came that some records are made of, as far as they are whole.
pub(super) struct Cames {
    /// When each entry came, by number.
    arrivals: HashMap<u64, Arrival>,
    /// The entries of those records that have more than one.
    histories: BTreeMap<RecordId, History>,
}

/// The entries of a record; none if one of them is damaged.
type History = Option<Vec<Entry>>;

impl Cames {
    /// Of these records, whose last entries stand between `after` and `through`.
    pub(super) async fn read(
        tx: &mut Tx,
        county: &str,
        after: u64,
        through: u64,
        rows: &[RecordRow],
    ) -> Result<Self> {
        let arrivals = ledger::arrivals(tx, county, after, through).await?;
        let several = rows.iter().filter(|row| row.first_seq < row.seq).map(|row| row.id);
        let mut histories: BTreeMap<RecordId, History> = BTreeMap::new();
        for (entry, intact) in ledger::histories(tx, several, u64::MAX).await? {
            let its = histories.entry(entry.record).or_insert_with(|| Some(Vec::new()));
            if !(intact && entry.fits_or_is_erased()) {
                *its = None;
            } else if let Some(its) = its {
                its.push(entry);
            }
        }
        let arrivals = arrivals.into_iter().map(|arrival| (arrival.seq, arrival)).collect();
        Ok(Self { arrivals, histories })
    }

    /// How a record began, and how it was first complete if it is a diary; `None` if it is not to be known.
    fn of(&self, row: &RecordRow, record: &Record) -> Option<(Came, Option<Came>)> {
        if row.first_seq < row.seq {
            let history = self.histories.get(&row.id)?.as_ref()?;
            // An entry may say by now that it is about another record.
            let ends = history.first().zip(history.last()).map(|(first, last)| (first.seq, last.seq));
            let (began, submitted) = of_history(&record.kind, history);
            return began.filter(|_| ends == Some((row.first_seq, row.seq))).map(|began| (began, submitted));
        }
        let began = came_as(record, self.arrivals.get(&row.seq)?);
        Some((began, Some(began)))
    }
}

/// Takes in rows as they stand, but those of which an entry is damaged. Reading them is work for a while,
/// so it keeps no other request waiting.
pub(super) async fn learn(mut facts: Facts, rows: Vec<RecordRow>, came: Cames) -> Result<Facts> {
    let learnt = tokio::task::spawn_blocking(move || {
        for row in rows {
            let record = standing::snapshot(&row)?.into_record();
            let Some((began, submitted)) = came.of(&row, &record) else {
                facts.leave_out(row.id);
                continue;
            };
            let placed = Placed { county: row.county, school: row.school, project: row.project };
            take_in(&mut facts, &record, &placed, began, submitted);
        }
        Ok(facts)
    });
    learnt.await.map_err(Error::internal)?
}

/// Takes in records as their entries, given record by record, say.
pub(super) async fn fold(county: String, mut facts: Facts, entries: Vec<(Entry, bool)>) -> Result<Facts> {
    let folded = tokio::task::spawn_blocking(move || {
        let damaged: BTreeSet<_> = entries
            .iter()
            .filter(|(entry, intact)| !(*intact && entry.fits_or_is_erased()))
            .map(|(entry, _)| entry.record)
            .collect();
        let entries: Vec<_> = entries.into_iter().map(|(entry, _)| entry).collect();
        let mut histories: Vec<_> = entries.chunk_by(|one, next| one.record == next.record).collect();
        histories.sort_by_cached_key(|entries| !is_project(entries));
        for history in histories {
            let id = history[0].record;
            let rebuilt = (!damaged.contains(&id)).then(|| rows::rebuild(id, history).ok()).flatten();
            let Some(record) = rebuilt else {
                facts.leave_out(id);
                continue;
            };
            let Some(kind) = kinds::named(&record.kind) else { continue };
            let placed = Placed::of(kind, &record, &county, |project| {
                facts.projects.get(&project).map(|project| project.school)
            });
            let (Some(began), submitted) = of_history(&record.kind, history) else { continue };
            take_in(&mut facts, &record, &placed, began, submitted);
        }
        facts
    });
    folded.await.map_err(Error::internal)
}

fn is_project(history: &[Entry]) -> bool {
    history[0].body.as_deref().is_some_and(|body| body.contains(r#""kind":"project""#))
}

fn take_in(facts: &mut Facts, record: &Record, placed: &Placed, began: Came, submitted: Option<Came>) {
    let Some(kind) = kinds::named(&record.kind) else { return };
    facts.is_whole(record.id);
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
