//! What a reviewer may want to look into, record by record, the newest first: photos of another day or
//! place, photos and words that stand elsewhere too, what was filled in late, clocks that were wrong,
//! projects whose phones are silent. It informs people and refuses nothing; what each reason proves and
//! what it does not stands in server/docs/evidence.md.

mod doubt;
mod entry;
mod photo;
pub(super) mod silence;
mod text;

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use sync_protocol::id::RecordId;
use sync_protocol::message::Snapshot;
use sync_protocol::photo::{Position, Sha256};

pub use doubt::{Doubt, Numbers, Reason};

use crate::access::actor::Actor;
use crate::access::policy;
use crate::clock::Moment;
use crate::error::{Error, Kind, Result};
use crate::photos::evidence::{self, PhotoEvidence};
use crate::photos::inspect::NEARLY_SAME;
use crate::programme::facts::Facts;
use crate::programme::figures::Figures;
use crate::store::ledger::{self, Entry};
use crate::store::photos::{self, Use};
use crate::store::records::{self, PlaceKey, RecordRow};
use crate::store::{Store, Tx};
use crate::sync::engine::Engine;
use crate::sync::scope::{Reach, ReadScope};
use crate::sync::standing::snapshot;
use entry::Arrived;
use photo::{Owner, Seen};

/// How many other records are named.
const MOST_NAMED: usize = 20;
/// How many records are looked at a time, and how many for one page at most.
const AT_A_TIME: u32 = 50;
const MOST_LOOKED_AT: usize = 500;
/// How many uses of the photos of those are looked at.
const MOST_USES: u32 = 2000;

/// The kinds that are looked at: what the field writes.
pub const KINDS: [&str; 10] = [
    "diary",
    "inspection",
    "finding",
    "rectification",
    "verification",
    "progress_report",
    "stage_event",
    "concealed_acceptance",
    "acceptance",
    "equipment_receipt",
];

/// Those of them that are written on the day that they are about; papers are entered when they come.
const WRITTEN_THAT_DAY: [&str; 3] = ["diary", "inspection", "verification"];

/// What a reviewer asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The county.
    pub county: String,
    /// Records about that day or a later one.
    pub from: Option<NaiveDate>,
    /// Records about that day or an earlier one.
    pub to: Option<NaiveDate>,
    /// Of that school.
    pub school: Option<RecordId>,
    /// Of that project.
    pub project: Option<RecordId>,
    /// For these reasons; for all if there are none.
    pub reasons: BTreeSet<Reason>,
    /// Records whose last entry stands before that number.
    pub before: Option<u64>,
    /// About so many lines.
    pub limit: usize,
}

impl Asked {
    fn wants(&self, reason: Reason) -> bool {
        self.reasons.is_empty() || self.reasons.contains(&reason)
    }

    fn is_of_those_days(&self, day: Option<NaiveDate>) -> bool {
        match day {
            Some(day) => self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to),
            None => self.from.is_none() && self.to.is_none(),
        }
    }
}

/// A record and what is doubtful about it.
#[derive(Clone, Debug)]
pub struct Line {
    /// The record; of a silent device, the project.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its school.
    pub school: Option<RecordId>,
    /// Its project.
    pub project: Option<RecordId>,
    /// The day that it is about.
    pub day: Option<NaiveDate>,
    /// The number of its last entry; of a silent device, none.
    pub seq: Option<u64>,
    /// What is doubtful.
    pub doubt: Doubt,
}

/// A page of them.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The lines.
    pub lines: Vec<Line>,
    /// Where the next page begins; `None` where there is none. A page may have fewer lines than were asked
    /// for, or none, and others follow.
    pub next: Option<u64>,
}

/// What somebody may look at, and where it is.
struct View<'v> {
    asked: &'v Asked,
    scope: ReadScope,
    /// The places that are asked about; all of the county if there are none.
    places: Option<Vec<i64>>,
}

/// A page of what is doubtful in a county, as far as somebody reviews it.
///
/// # Errors
/// `forbidden` to who reviews nothing; not found if the county is none of theirs.
pub async fn list(
    store: &Store,
    engine: &Engine,
    figures: &Figures,
    actor: &Actor,
    now: Moment,
    asked: &Asked,
) -> Result<Page> {
    let view = View::of(engine, actor, now, asked)?;
    let facts = figures.facts(&asked.county).await?;
    let mut page = Page::default();
    if asked.before.is_none() && asked.wants(Reason::DeviceSilent) {
        page.lines = silence::lines(store, &facts, &view, figures.today(), now).await?;
    }
    let mut before = asked.before.unwrap_or(i64::MAX as u64);
    let mut looked_at = 0;
    loop {
        let mut tx = store.read().await?;
        let (rows, end) =
            records::page_back(&mut tx, &asked.county, view.places.as_deref(), &KINDS, before, AT_A_TIME)
                .await?;
        // In a damaged file rows may stand out of order: nobody goes round in circles.
        let Some(end) = end.filter(|end| *end < before) else { return Ok(page) };
        before = end;
        looked_at += rows.len();
        page.lines.append(&mut look(&mut tx, &facts, &view, &rows).await?);
        if page.lines.len() >= asked.limit || looked_at >= MOST_LOOKED_AT {
            page.next = Some(before);
            return Ok(page);
        }
    }
}

impl<'v> View<'v> {
    fn of(engine: &Engine, actor: &Actor, now: Moment, asked: &'v Asked) -> Result<Self> {
        let mut reviewer = actor.clone();
        reviewer.grants.retain(|grant| policy::reviews_evidence(grant.role));
        if reviewer.grants_at(now).next().is_none() {
            return Err(Error::forbidden());
        }
        let scope = engine.read_scope(&reviewer, now);
        let reach = scope.counties.get(&asked.county).ok_or_else(Error::not_found)?;
        let narrowed = asked.school.is_some() || asked.project.is_some();
        let places = (narrowed || *reach != Reach::All).then(|| {
            let standing = engine.standing();
            let places = standing.counties.get(&asked.county).map(|county| &county.places);
            let is_asked = |key: &PlaceKey| {
                reach.has(key)
                    && asked.school.is_none_or(|school| key.school == Some(school))
                    && asked.project.is_none_or(|project| key.project == Some(project))
            };
            let found = places.into_iter().flatten().filter(|(key, _)| is_asked(key));
            found.map(|(_, place)| place.id).collect()
        });
        Ok(Self { asked, scope, places })
    }

    /// Whether a project is one of those asked about, and in scope.
    fn has_project(&self, school: RecordId, project: RecordId) -> bool {
        let key = PlaceKey {
            county: self.asked.county.clone(),
            office_only: false,
            school: Some(school),
            project: Some(project),
        };
        self.scope.has(&key)
            && self.asked.school.is_none_or(|its| its == school)
            && self.asked.project.is_none_or(|its| its == project)
    }
}

/// All that is doubtful about these records.
async fn look(tx: &mut Tx, facts: &Facts, view: &View<'_>, rows: &[RecordRow]) -> Result<Vec<Line>> {
    let mut those = Vec::with_capacity(rows.len());
    for row in rows {
        let snapshot = snapshot(row)?;
        let day = evidence::day_of(&snapshot);
        if view.asked.is_of_those_days(day) {
            those.push((row, snapshot, day));
        }
    }
    let ids = || those.iter().map(|(row, ..)| row.id);
    let mut arrivals: HashMap<RecordId, Vec<Arrived>> = HashMap::new();
    for (entry, _) in ledger::histories(tx, ids(), i64::MAX as u64).await? {
        arrivals.entry(entry.record).or_default().extend(arrived(&entry));
    }
    let copies = text::copies(&facts.diaries, &ids().collect::<Vec<_>>());
    let schools = positions(tx, those.iter().filter_map(|(row, ..)| row.school)).await?;
    let mut lines = Vec::new();
    for (row, snapshot, day) in &those {
        let arrivals = arrivals.get(&row.id).map_or(&[][..], Vec::as_slice);
        let written_on = day.filter(|_| WRITTEN_THAT_DAY.contains(&row.kind.as_str()));
        let mut doubts: Vec<_> =
            arrivals.first().map(|first| entry::of_beginning(first, written_on)).unwrap_or_default();
        doubts.extend(entry::of_clock(arrivals));
        doubts.extend(copies.get(&row.id).map(|others| {
            text::doubt(others, |other| {
                let diary = facts.diaries.get(&other);
                let project =
                    diary.and_then(|diary| facts.projects.get(&diary.project).map(|its| (its, diary)));
                project.is_some_and(|(its, diary)| {
                    view.scope.has(&PlaceKey {
                        county: view.asked.county.clone(),
                        office_only: false,
                        school: Some(its.school),
                        project: Some(diary.project),
                    })
                })
            })
        }));
        let school = row.school.and_then(|school| schools.get(&school).copied());
        doubts.extend(of_photos(tx, view, row, snapshot, school).await?);
        let wanted = doubts.into_iter().filter(|doubt| view.asked.wants(doubt.reason));
        lines.extend(wanted.map(|doubt| Line {
            record: row.id,
            kind: row.kind.clone(),
            school: row.school,
            project: row.project,
            day: *day,
            seq: Some(row.seq),
            doubt,
        }));
    }
    Ok(lines)
}

/// How an entry came; `None` if its body was erased.
fn arrived(entry: &Entry) -> Option<Arrived> {
    #[derive(serde::Deserialize)]
    struct JustMade {
        made_at: sync_protocol::change::Stamp,
    }
    let made: JustMade = serde_json::from_str(entry.body.as_deref()?).ok()?;
    Some(Arrived {
        made_at: Moment(made.made_at.moment().timestamp_millis()),
        received_at: entry.received_at,
        ahead_ms: entry.ahead_ms,
    })
}

/// Where these schools are, as far as somebody said so.
async fn positions(
    tx: &mut Tx,
    schools: impl Iterator<Item = RecordId>,
) -> Result<HashMap<RecordId, Position>> {
    let ids: BTreeSet<_> = schools.collect();
    let rows = records::records(tx, ids.into_iter()).await?;
    let mut positions = HashMap::new();
    for row in rows.into_iter().filter_map(std::result::Result::ok) {
        if let Some(position) = evidence::position_of(&snapshot(&row)?) {
            positions.insert(row.id, position);
        }
    }
    Ok(positions)
}

async fn of_photos(
    tx: &mut Tx,
    view: &View<'_>,
    row: &RecordRow,
    record: &Snapshot,
    school: Option<Position>,
) -> Result<Vec<Doubt>> {
    let evidence = evidence::of_record(tx, record, school, |place| view.scope.has(place)).await?;
    if evidence.is_empty() {
        return Ok(Vec::new());
    }
    let hashes = || evidence.iter().map(|photo| photo.sha256);
    // What looks alike is told of photos alone that the record opens: those that were inspected for it.
    let inspected = evidence.iter().filter(|photo| photo.inspected).map(|photo| photo.sha256);
    let alike = photos::alike(tx, inspected, MOST_USES).await?;
    let others = alike.values().flatten().map(|(other, _)| *other);
    let uses = photos::uses(tx, hashes().chain(others), MOST_USES).await?;
    let owner = Owner { record: row.id, kind: &row.kind, project: row.project, school };
    let mut doubts = Vec::new();
    let mut told = BTreeSet::new();
    for photo in evidence.iter().filter(|photo| told.insert(photo.sha256)) {
        let seen = seen(photo, &uses, alike.get(&photo.sha256).map_or(&[][..], Vec::as_slice), view);
        doubts.extend(photo::doubts(photo, owner, &seen));
    }
    Ok(doubts)
}

/// The other uses of a photo, and of those that look nearly the same.
fn seen<'u>(
    photo: &PhotoEvidence,
    uses: &'u [Use],
    alike: &[(Sha256, u32)],
    view: &View<'_>,
) -> Vec<Seen<'u>> {
    let bits_of = |its: &Use| {
        let like = alike.iter().find(|(other, bits)| *other == its.sha256 && *bits <= NEARLY_SAME);
        // Two files may look the same to the bit; they are nearly the same and not the very same.
        like.map(|(_, bits)| (*bits).max(1)).or_else(|| (its.sha256 == photo.sha256).then_some(0))
    };
    uses.iter()
        .filter_map(|its| Some(Seen { its, bits: bits_of(its)?, in_scope: view.scope.has(&its.place) }))
        .collect()
}

/// What is asked for cannot be: no such reason.
pub fn no_such_reason(reason: &str) -> Error {
    Error::new(
        Kind::Unprocessable,
        "no_such_reason",
        format!("没有“{}”这种线索", reason.chars().take(40).collect::<String>()),
        format!("there is no reason {:?}", reason.chars().take(40).collect::<String>()),
    )
}
