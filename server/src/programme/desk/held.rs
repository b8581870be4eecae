//! What waits in the held boxes that somebody decides about.

use std::collections::HashMap;

use sync_protocol::change::Change;
use sync_protocol::id::RecordId;
use sync_protocol::value::Value;

use super::line::Line;
use super::{Desk, Slice};
use crate::access::policy;
use crate::error::Result;
use crate::store::held::{self, HeldRow};
use crate::store::records::{self, RecordRow};
use crate::sync::incoming::Incoming;
use crate::sync::standing;

/// How much waits, and those of the slice, what waited longest first.
pub(super) async fn waiting(desk: &Desk<'_>, slice: Slice) -> Result<(usize, Vec<Line>)> {
    let counties = counties(desk);
    if counties.is_empty() {
        return Ok((0, Vec::new()));
    }
    let mut tx = desk.store.snapshot().await?;
    let count = held::count_waiting(&mut tx, &counties).await?;
    let rows = held::waiting(&mut tx, &counties, slice.skip, slice.limit).await?;
    let rows: Vec<_> = rows.into_iter().map(|row| (change_in(&row), row)).collect();
    let ids = rows.iter().filter_map(|(change, _)| Some(change.as_ref()?.record));
    let found = records::records(&mut tx, ids).await?;
    let existing: HashMap<_, _> = found.into_iter().flatten().map(|row| (row.id, row)).collect();
    let lines = rows.into_iter().map(|(change, row)| {
        let existing = change.as_ref().and_then(|change| existing.get(&change.record));
        line(desk, row, change.as_ref(), existing)
    });
    Ok((count, lines.collect()))
}

/// The counties about whose box this person decides.
fn counties(desk: &Desk<'_>) -> Vec<String> {
    let standing = desk.engine.standing();
    let ledgers = standing.counties.values().map(|county| &county.ledger);
    let decides = ledgers
        .filter(|ledger| policy::decides_held(desk.actor, desk.now, &ledger.county, ledger.city.as_deref()))
        .filter(|ledger| desk.counties.as_ref().is_none_or(|asked| asked.contains(&ledger.county)));
    decides.map(|ledger| ledger.county.clone()).collect()
}

fn change_in(row: &HeldRow) -> Option<Change> {
    Some(Incoming::read(&row.held.raw).ok()?.reading.ok()?.change)
}

fn line(desk: &Desk<'_>, row: HeldRow, change: Option<&Change>, existing: Option<&RecordRow>) -> Line {
    let (school, project) = match (existing, change) {
        (Some(existing), _) => (existing.school, existing.project),
        (None, Some(change)) => named(desk, change),
        (None, None) => (None, None),
    };
    Line {
        record: change.map(|change| change.record),
        kind: change.map(|change| change.kind.clone()),
        county: row.held.county.clone(),
        school,
        project,
        day: Some(standing::day(row.held.received_at)),
        held: Some(Box::new(row)),
        ..Line::default()
    }
}

/// Where a record would belong that is not there yet, as its change says.
fn named(desk: &Desk<'_>, change: &Change) -> (Option<RecordId>, Option<RecordId>) {
    let reference = |field| change.value_of(field).and_then(Value::as_text)?.parse::<RecordId>().ok();
    let project = reference("project");
    let school = project.and_then(|project| Some(desk.engine.standing().county_of_project(project)?.1));
    (school.or_else(|| reference("school")), project)
}
