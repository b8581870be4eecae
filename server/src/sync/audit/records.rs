//! The records of a county: each is rebuilt from its history and compared bit for bit.

use std::collections::HashMap;

use sync_protocol::digest::ScopeDigest;
use sync_protocol::id::RecordId;
use sync_protocol::kinds;

use super::ledgers::Schools;
use super::{PAGE, Part, Report, Watcher, What, why};
use crate::error::Result;
use crate::store::ledger::{self, LedgerRow};
use crate::store::records::{self, PlaceKey, RecordRow};
use crate::store::{Tx, audit};
use crate::sync::placing::Placed;
use crate::sync::rows::{self, Span};

/// How many records without a row are told.
const WITHOUT_ROW: u32 = 200;

pub(super) async fn check(
    tx: &mut Tx,
    ledger: &LedgerRow,
    schools: &Schools,
    report: &mut Report,
    watcher: &mut dyn Watcher,
) -> Result<()> {
    let county = &ledger.county;
    watcher.begin(Part::Records(county.clone()), audit::extent(tx, county).await?.records);
    let places = records::places(tx, county).await?;
    let by_key: HashMap<PlaceKey, i64> = places.iter().map(|place| (place.key.clone(), place.id)).collect();
    let mut digests: HashMap<i64, ScopeDigest> = HashMap::new();
    let mut whole = ScopeDigest::default();
    let mut after = 0;
    loop {
        let page = records::page_to_check(tx, county, after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        watcher.advance(page.len() as u64);
        for (row, read) in page {
            match read {
                Ok(stored) => {
                    digests.entry(stored.place).or_default().add(stored.id, stored.seq);
                    whole.add(stored.id, stored.seq);
                    check_one(tx, &stored, schools, &by_key, report).await?;
                }
                Err(error) => {
                    report.find(What::RecordRow, format!("{county} row {row}"), why(&error));
                }
            }
        }
    }
    for record in audit::records_without_row(tx, county, WITHOUT_ROW).await? {
        report.find(What::RecordMissing, format!("{county} {record}"), "the ledger has entries of it");
    }
    for place in places {
        if digests.remove(&place.id).unwrap_or_default() != place.digest {
            report.find(What::Digest, format!("{county} place {}", place.id), place_in_words(&place.key));
        }
    }
    if whole != ledger.digest {
        report.find(What::Digest, county.as_str(), "over all records of the county");
    }
    Ok(())
}

async fn check_one(
    tx: &mut Tx,
    stored: &RecordRow,
    schools: &Schools,
    places: &HashMap<PlaceKey, i64>,
    report: &mut Report,
) -> Result<()> {
    let place = || format!("{} {} {}", stored.county, stored.kind, stored.id);
    let history = match ledger::history(tx, stored.id).await {
        Ok(history) => history,
        Err(error) => {
            report.find(What::Unreadable, place(), format!("its history: {}", why(&error)));
            return Ok(());
        }
    };
    let Some(span) = Span::of(&history) else {
        report.find(What::RecordUnfounded, place(), "no entry of any ledger is about it");
        return Ok(());
    };
    if history.iter().any(|entry| entry.body.is_none()) {
        return Ok(());
    }
    if history.iter().any(|entry| entry.county != stored.county) {
        report.find(What::Record, place(), "its entries stand in the ledger of another county");
        return Ok(());
    }
    let rebuilt = match rows::rebuild(stored.id, &history) {
        Ok(rebuilt) => rebuilt,
        Err(error) => {
            report.find(What::Unreadable, place(), format!("its history: {}", why(&error)));
            return Ok(());
        }
    };
    let Some(kind) = kinds::named(&rebuilt.kind) else {
        report.find(What::Record, place(), format!("its history is of no known kind: {}", rebuilt.kind));
        return Ok(());
    };
    let placed = Placed::of(kind, &rebuilt, &stored.county, |project| schools.of(project));
    // A place of that name was made when the record came.
    let its_place = places.get(&placed.key(kind)).copied().unwrap_or_default();
    let expected = rows::row(rebuilt, &placed, span, its_place)?;
    let differing = differing(stored, &expected);
    if !differing.is_empty() {
        report.find(What::Record, place(), format!("differing: {}", differing.join(", ")));
    }
    if let Some(county) = report.counties.last_mut() {
        county.records += 1;
    }
    Ok(())
}

fn differing(stored: &RecordRow, expected: &RecordRow) -> Vec<&'static str> {
    [
        ("county", stored.county != expected.county),
        ("kind", stored.kind != expected.kind),
        ("first_seq", stored.first_seq != expected.first_seq),
        ("seq", stored.seq != expected.seq),
        ("place", stored.place != expected.place),
        ("school", stored.school != expected.school),
        ("project", stored.project != expected.project),
        ("wide", stored.wide != expected.wide),
        ("body", stored.body != expected.body),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}

fn place_in_words(key: &PlaceKey) -> String {
    let id = |id: Option<RecordId>| id.map_or_else(|| "none".to_owned(), |id| id.to_string());
    format!("over the records of school {}, project {}", id(key.school), id(key.project))
}
