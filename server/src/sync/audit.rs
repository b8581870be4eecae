//! Checks everything that is stored against everything else, and says what does not fit.
//!
//! `SQLite`'s own check finds one flipped bit in fifteen. Here every row's hash is recomputed, every
//! leaf and subtree of every ledger, every signed checkpoint, every record from its history, every
//! digest, and the bytes of every photo. Nothing is written: it runs beside a server or without one,
//! in memory that does not grow with what is stored.

mod finding;
mod frontier;
mod ledgers;
mod others;
mod records;

use std::collections::BTreeMap;

use serde::Serialize;

pub use finding::{Finding, What};

use crate::blobs::folder::Folder;
use crate::error::{Error, Result};
use crate::store::ledger::{self, LedgerRow};
use crate::store::{Tx, audit, health};

/// How many rows are read at a time.
const PAGE: u32 = 200;
/// How many findings of one sort are told one by one; the others are counted.
const TOLD: u64 = 200;

/// A part of the check, as somebody who watches it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The database file.
    Database,
    /// A county's ledger.
    Ledger(String),
    /// A county's records.
    Records(String),
    /// The held box.
    Held,
    /// Photos.
    Photos,
    /// Who may come in.
    Access,
}

/// Watches a check while it runs.
pub trait Watcher: Send {
    /// A part begins; it has so many steps.
    fn begin(&mut self, part: Part, steps: u64);
    /// So many steps more are done.
    fn advance(&mut self, steps: u64);
}

/// What was gone through, and what does not fit.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// County by county.
    pub counties: Vec<CountyReport>,
    /// How many held changes were gone through.
    pub held: u64,
    /// How many rows of people, roles, devices, codes, sessions and uploads were gone through.
    pub access: u64,
    /// How many photos were gone through.
    pub photos: u64,
    /// How many bytes of photos.
    pub photo_bytes: u64,
    /// What does not fit, in the order it was found; of each sort the first 200.
    pub findings: Vec<Finding>,
    /// How many of each sort there are altogether.
    pub counts: BTreeMap<What, u64>,
}

/// What was gone through in one county.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CountyReport {
    /// Its code.
    pub county: String,
    /// Its name.
    pub name: String,
    /// How many entries of its ledger.
    pub entries: u64,
    /// How many of them have lost their body by law; their records cannot be rebuilt.
    pub erased: u64,
    /// How many signed checkpoints.
    pub checkpoints: u64,
    /// How many records were rebuilt.
    pub records: u64,
}

impl Report {
    /// Whether everything fits.
    pub fn is_clean(&self) -> bool {
        self.counts.is_empty()
    }

    fn find(&mut self, what: What, place: impl Into<String>, detail: impl Into<String>) {
        let count = self.counts.entry(what).or_default();
        *count += 1;
        if *count <= TOLD {
            self.findings.push(Finding { what, place: place.into(), detail: detail.into() });
        }
    }

    /// A part that could not be gone through to its end is a finding, and the others go on.
    fn note_failure(&mut self, place: &str, outcome: Result<()>) {
        if let Err(error) = outcome {
            self.find(What::Unreadable, place, why(&error));
        }
    }
}

/// Why something could not be read: for the person who checks, not for one who sent something.
fn why(error: &Error) -> String {
    error.context.as_ref().map_or_else(|| error.en.to_string(), |context| format!("{context:#}"))
}

/// Checks everything. `tx` is a connection of its own, `photos` the folder with the photos' bytes.
///
/// # Errors
/// Only if the check cannot be run at all; what does not fit stands in the report.
pub async fn run(tx: &mut Tx, photos: &Folder, watcher: &mut dyn Watcher) -> Result<Report> {
    let mut report = rows(tx, watcher).await?;
    let outcome = others::photos(tx, photos, &mut report, watcher).await;
    report.note_failure("photos", outcome);
    Ok(report)
}

/// Checks all rows, and no photo's bytes.
///
/// # Errors
/// Only if the check cannot be run at all; what does not fit stands in the report.
pub async fn rows(tx: &mut Tx, watcher: &mut dyn Watcher) -> Result<Report> {
    if !health::schema_is_current(tx).await? {
        return Err(Error::new(
            crate::error::Kind::Precondition,
            "other_version",
            "数据库不是本程序的版本：请先用相同版本的程序启动一次服务器，再核验；没有改动任何内容",
            "the database is not of this program's version: start the server of this version once, then verify; nothing was changed",
        ));
    }
    let mut report = Report::default();
    watcher.begin(Part::Database, 1);
    let database = audit::complaints_of_sqlite(tx).await.map(|complaints| {
        for complaint in complaints {
            report.find(What::Database, "siteledger.db", complaint);
        }
    });
    report.note_failure("siteledger.db", database);
    watcher.advance(1);
    for county in ledger::ledgers(tx).await?.into_iter().map(|ledger| ledger.county) {
        // One snapshot a county, so that what is written meanwhile does not look like damage.
        audit::begin(tx).await?;
        let checked = county_as_it_stands(tx, &county, &mut report, watcher).await;
        report.note_failure(&county, checked);
        audit::end(tx).await?;
    }
    let held = others::held(tx, &mut report, watcher).await;
    report.note_failure("held", held);
    let access = others::access(tx, &mut report, watcher).await;
    report.note_failure("access", access);
    Ok(report)
}

async fn county_as_it_stands(
    tx: &mut Tx,
    county: &str,
    report: &mut Report,
    watcher: &mut dyn Watcher,
) -> Result<()> {
    let ledgers = ledger::ledgers(tx).await?;
    let Some(ledger) = ledgers.into_iter().find(|ledger| ledger.county == county) else { return Ok(()) };
    report.counties.push(CountyReport {
        county: ledger.county.clone(),
        name: ledger.name.clone(),
        ..CountyReport::default()
    });
    let directory = check_ledger(tx, &ledger, report, watcher).await;
    records::check(tx, &ledger, &directory, report, watcher).await
}

async fn check_ledger(
    tx: &mut Tx,
    ledger: &LedgerRow,
    report: &mut Report,
    watcher: &mut dyn Watcher,
) -> ledgers::Schools {
    let mut schools = ledgers::Schools::default();
    let outcome = ledgers::check(tx, ledger, &mut schools, report, watcher).await;
    report.note_failure(&format!("{} ledger", ledger.county), outcome);
    schools
}
