//! The directory from tables: schools, projects, plans, zones and what else a county has in XLSX or CSV.
//!
//! Nothing is imported unseen. A dry run tells row by row what would change and gives a token; the same
//! file with that token goes through the one write path as one batch, and only if what it would change
//! is still what was shown. Edits name the heads that they replace, so that even who writes in the very
//! same moment is not overwritten. One import can be taken back as a whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use sync_protocol::change::{Change, Edit, FieldName, Stamp};
use sync_protocol::id::{ChangeId, RecordId};
use sync_protocol::kinds::Kind;
use sync_protocol::photo::Sha256;
use sync_protocol::value::Value;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::access::actor::Actor;
use crate::access::policy;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::sync::admit::Verdict;
use crate::sync::engine::Engine;
use crate::sync::standing::day;

mod book;
mod cell;
mod checks;
mod columns;
mod edits;
mod gather;
mod identity;
mod issue;
mod membership;
mod outlines;
mod plan;
pub mod sheet;
mod template;
mod withdraw;
mod xlsform;

use book::Book;
use columns::Table;
pub use issue::{Issue, Warning};
pub use plan::{Action, FieldPlan, HeldBack, RecordPlan};
use plan::{Draft, Plan};
pub use template::template;
pub use withdraw::{Kept, Withdrawn};
use xlsform::Form;

/// How many edits a change of an import has at most: a checklist of a thousand items is several.
const EDITS_A_CHANGE: usize = 480;

/// Imports tables, one after the other.
pub struct Imports {
    store: Store,
    clock: Clock,
    engine: Arc<Engine>,
    /// Two that would change the same are not planned beside each other.
    gate: Mutex<()>,
}

/// What somebody asks to be imported.
#[derive(Debug)]
pub struct Asked {
    /// Which kind of record the table holds.
    pub kind: String,
    /// Into which county.
    pub county: String,
    /// Whether it is looked at or done.
    pub mode: Mode,
}

/// Whether a table is looked at or imported.
#[derive(Debug)]
pub enum Mode {
    /// Tell what would change.
    DryRun,
    /// Change it, if it is what the dry run with this token told.
    Import {
        /// The token.
        token: Option<String>,
    },
}

/// How many records there are of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Counts {
    /// To be begun.
    pub new: usize,
    /// To be changed.
    pub changed: usize,
    /// To be put back.
    pub restored: usize,
    /// That say it already.
    pub unchanged: usize,
    /// With which something is wrong.
    pub errors: usize,
    /// Whose change waits, or would wait, for the office.
    pub held: usize,
}

/// A record about which somebody else wrote at the same moment: both values stand.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct InConflict {
    /// The record.
    pub record: RecordId,
    /// The fields.
    #[schema(value_type = Vec<String>)]
    pub fields: Vec<FieldName>,
}

/// What a table changes, or would change.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct Report {
    /// The import, by which it can be taken back; absent if nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<Uuid>,
    /// The first and the last number that it has in the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<(u64, u64)>,
    /// The county.
    pub county: String,
    /// The kind of record.
    pub kind: String,
    /// Where the ledger stood when the records were read.
    pub position: u64,
    /// To be sent with the file to have this done. It names the file and all that would change.
    pub token: String,
    /// How many of each.
    pub counts: Counts,
    /// What is wrong with the file as a whole.
    pub issues: Vec<Issue>,
    /// What may be wrong, but keeps nothing from being imported.
    pub warnings: Vec<Warning>,
    /// Record by record.
    pub records: Vec<RecordPlan>,
    /// What somebody else wrote about at the same moment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<InConflict>,
}

/// What became of a table.
#[derive(Debug)]
pub enum Outcome {
    /// It was looked at, or imported.
    Done(Report),
    /// It was not imported: this is not what was shown.
    NotSeen(Report),
    /// It was not imported: something is wrong with it.
    Faulty(Report),
}

/// A plan, and the changes that it comes to.
struct Prepared {
    report: Report,
    changes: Vec<Change>,
    /// Of each change: its place among the records.
    of: Vec<usize>,
    is_faulty: bool,
}

impl Imports {
    /// Nothing is read until somebody asks.
    pub fn new(store: Store, clock: Clock, engine: Arc<Engine>) -> Self {
        Self { store, clock, engine, gate: Mutex::default() }
    }

    /// Tells what a table would change, or has it changed.
    ///
    /// # Errors
    /// Not found or forbidden to who may not; if the file cannot be read at all.
    pub async fn take(&self, actor: &Arc<Actor>, asked: Asked, file: Vec<u8>) -> Result<Outcome> {
        let table = Table::of(&asked.kind)?;
        self.demand(actor, &asked.county, table.kind)?;
        let _alone = self.gate.lock().await;
        let import = Uuid::now_v7();
        let prepared = self.prepare(table, &asked.county, file, import).await?;
        let Prepared { mut report, changes, of, is_faulty } = prepared;
        let seen = BTreeMap::from([(asked.county, report.position)]);
        let token = match asked.mode {
            Mode::DryRun => {
                let verdicts = self.engine.foresee(actor, &seen, &changes).await?;
                report.note(&verdicts, &of);
                return Ok(Outcome::Done(report));
            }
            Mode::Import { token } => token,
        };
        if is_faulty {
            return Ok(Outcome::Faulty(report));
        }
        if changes.is_empty() {
            // All of it stands already: the answer was lost, or somebody else sent the same.
            return Ok(Outcome::Done(report));
        }
        if token.as_ref() != Some(&report.token) {
            let verdicts = self.engine.foresee(actor, &seen, &changes).await?;
            report.note(&verdicts, &of);
            return Ok(Outcome::NotSeen(report));
        }
        let verdicts = self.engine.append_together(actor, &seen, &changes).await?;
        report.note(&verdicts, &of);
        report.import = Some(import);
        report.seq = span(&verdicts);
        report.tell(actor);
        Ok(Outcome::Done(report))
    }

    /// Whoever has nothing in the county learns nothing of it; whoever does not write that kind there
    /// imports none.
    fn demand(&self, actor: &Actor, county: &str, kind: &Kind) -> Result<()> {
        let now = self.clock.now();
        if !self.engine.read_scope(actor, now).counties.contains_key(county) {
            return Err(Error::not_found());
        }
        let standing = self.engine.standing();
        let here = standing.counties.get(county).ok_or_else(Error::not_found)?;
        let place = here.place(None, None, day(now));
        let field = kind.fields.first().map_or("name", |field| field.name);
        policy::may_write(actor, now, kind, field, &place).map_err(|_| Error::forbidden())
    }

    /// Reads the file and the records, and says what would change. That is work for a while, so it
    /// keeps no other request waiting.
    async fn prepare(&self, table: Table, county: &str, file: Vec<u8>, import: Uuid) -> Result<Prepared> {
        let book = Book::read(&self.store, county, &book::needed(table.kind)).await?;
        let now = self.clock.now();
        let prepared = tokio::task::spawn_blocking(move || {
            let mut book = book;
            let Form { rows, warnings } = rows(table.kind, &file)?;
            let mut plan = plan::of(&table, &mut book, &rows);
            plan.warnings.splice(0..0, warnings);
            let token = token(&book.county, table.kind, &file, &plan.drafts);
            let (changes, of) = changes(&plan.drafts, table.kind, import, &now.utc().fixed_offset().into());
            let is_faulty = plan.is_faulty();
            let mut report = Report::of(plan, &book, table.kind, token);
            report.warnings.extend(checks::of(table.kind.name, &mut book, &changes, day(now)));
            Ok(Prepared { report, changes, of, is_faulty })
        });
        prepared.await.map_err(Error::internal)?
    }
}

/// The rows of a table; a checklist may come as a form of surveys.
fn rows(kind: &Kind, file: &[u8]) -> Result<Form> {
    if kind.name == "checklist"
        && let Some(form) = xlsform::read(file)?
    {
        return Ok(form);
    }
    Ok(Form { rows: sheet::read(file)?, warnings: Vec::new() })
}

/// Names the file and all that it would change: if either becomes another, so does the token.
fn token(county: &str, kind: &Kind, file: &[u8], drafts: &[Draft]) -> String {
    let all = serde_json::to_vec(&(county, kind.name, Sha256::of(file), drafts)).unwrap_or_default();
    Sha256::of(&all).to_string()
}

/// The id of a change of an import: it follows from the import, so that the import is found again in
/// the ledger by its id alone.
fn change_id(import: Uuid, number: usize) -> ChangeId {
    ChangeId(Uuid::new_v5(&import, number.to_string().as_bytes()))
}

fn changes(drafts: &[Draft], kind: &Kind, import: Uuid, made_at: &Stamp) -> (Vec<Change>, Vec<usize>) {
    let (mut changes, mut of) = (Vec::new(), Vec::new());
    for draft in drafts {
        for edits in draft.edits.chunks(EDITS_A_CHANGE) {
            let mut edits = edits.to_vec();
            edits.push(Edit {
                field: edits::known_name("reason"),
                value: Some(Value::from(format!("表格导入，导入编号 {import}"))),
                replaces: Vec::new(),
            });
            changes.push(Change {
                id: change_id(import, changes.len()),
                record: draft.record,
                kind: kind.name.to_owned(),
                made_at: made_at.clone(),
                edits,
            });
            of.push(draft.of);
        }
    }
    (changes, of)
}

/// The first and the last number of what was accepted.
fn span(verdicts: &[Verdict]) -> Option<(u64, u64)> {
    let accepted = verdicts.iter().filter_map(|verdict| match verdict {
        Verdict::Accepted { seq, .. } => Some(*seq),
        _ => None,
    });
    let (first, last) = (accepted.clone().min()?, accepted.max()?);
    Some((first, last))
}

impl Report {
    fn of(plan: Plan, book: &Book, kind: &Kind, token: String) -> Self {
        let mut counts = Counts::default();
        for record in &plan.records {
            match record.action {
                Action::New => counts.new += 1,
                Action::Changed => counts.changed += 1,
                Action::Restored => counts.restored += 1,
                Action::Unchanged => counts.unchanged += 1,
                Action::Error => counts.errors += 1,
            }
        }
        let Plan { records, issues, warnings, .. } = plan;
        Self {
            county: book.county.clone(),
            kind: kind.name.to_owned(),
            position: book.position,
            token,
            counts,
            issues,
            warnings,
            records,
            ..Self::default()
        }
    }

    /// Notes what became of each change, or would.
    fn note(&mut self, verdicts: &[Verdict], of: &[usize]) {
        for (verdict, of) in verdicts.iter().zip(of) {
            let Some(planned) = self.records.get_mut(*of) else { continue };
            match verdict {
                Verdict::Held { refusal, .. } => {
                    self.counts.held += usize::from(planned.held.is_none());
                    planned.held = Some(HeldBack {
                        code: refusal.code.as_str(),
                        zh: refusal.zh.clone(),
                        en: refusal.en.clone(),
                    });
                }
                Verdict::Accepted { conflicts, record, .. } if !conflicts.is_empty() => {
                    self.conflicts.push(InConflict { record: *record, fields: conflicts.clone() });
                }
                Verdict::Accepted { .. } | Verdict::Duplicate { .. } => {}
            }
        }
    }

    fn tell(&self, actor: &Actor) {
        let Counts { new, changed, restored, held, .. } = self.counts;
        let import = self.import.unwrap_or_default();
        tracing::info!(
            %import,
            user = %actor.user,
            county = self.county,
            kind = self.kind,
            new,
            changed,
            restored,
            held,
            "{} imported a table of {}",
            actor.username,
            self.kind,
        );
    }
}
