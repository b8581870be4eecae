//! Reads the records of a question, page by page: what somebody has in scope and nothing else.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use sync_protocol::id::RecordId;
use sync_protocol::kinds::{self, Kind, Type};
use tokio::sync::mpsc;

use super::codes::Codes;
use super::columns::reference;
use super::entry::Entry;
use super::keys::Keys;
use super::legible::Names;
use super::listing::Line;
use super::question::{Format, Question};
use super::title::title;
use crate::error::{Error, Result};
use crate::store::ledger::{self, LedgerRow, Received};
use crate::store::paging::onward;
use crate::store::records::{self, Among, Damaged, PlaceRow, RecordRow, Room};
use crate::store::{Store, Tx};
use crate::sync::scope::{Reach, ReadScope};
use crate::sync::{feed, heal, sight};

/// How much is read at a time.
const ROOM: Room = Room { records: 256, bytes: 1024 * 1024 };
/// How many bodies are searched at a time.
const SEARCHED: u32 = 256;
/// How many damaged records are told by their ids; more are counted.
const TOLD: usize = 100;

/// What is told of a county beside its records.
#[derive(Debug)]
pub(super) struct County {
    /// Its name.
    pub(super) name: String,
    /// Its schools and projects.
    pub(super) directory: Names,
    /// What it calls the codes of its lists.
    pub(super) codes: Codes,
}

/// Some records.
#[derive(Debug)]
pub(super) struct Page {
    /// Their county.
    pub(super) county: Arc<County>,
    /// Their rows.
    pub(super) rows: Vec<RecordRow>,
    /// When they came.
    pub(super) received: HashMap<RecordId, Received>,
    /// The names of what they refer to, beyond schools and projects.
    pub(super) others: Names,
    /// What a list says of them beside.
    pub(super) lines: HashMap<RecordId, Line>,
}

/// Records that are there and could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Missing {
    /// The first of them.
    pub(super) records: Vec<RecordId>,
    /// How many they are.
    pub(super) count: u64,
}

impl Missing {
    fn add(&mut self, record: RecordId) {
        self.count += 1;
        if self.records.len() < TOLD {
            self.records.push(record);
        }
    }
}

/// What comes of reading, one after the other.
#[derive(Debug)]
pub(super) enum Read {
    /// Some records.
    Page(Page),
    /// That was all.
    End(Missing),
}

/// The records of a question, in one snapshot of the database.
pub(super) struct Reader<'t> {
    /// The snapshot.
    pub(super) tx: &'t mut Tx,
    /// What is in scope.
    pub(super) scope: &'t ReadScope,
    /// What is asked for.
    pub(super) question: &'t Question,
    /// Where damaged rows can be made anew.
    pub(super) healer: Option<&'t Store>,
}

/// Where a kind's records of one county are: all of it, or these places.
enum Parts {
    All,
    Places(Vec<i64>),
}

impl Parts {
    fn among<'a>(&'a self, county: &'a str) -> Vec<Among<'a>> {
        match self {
            Self::All => vec![Among::County(county)],
            Self::Places(places) => places.iter().map(|place| Among::Place(*place)).collect(),
        }
    }
}

impl Reader<'_> {
    /// Which keys occur.
    pub(super) async fn keys(&mut self) -> Result<Keys> {
        let mut keys = Keys::of(self.question.kind);
        if keys.are_none() {
            return Ok(keys);
        }
        for ledger in self.ledgers().await? {
            let parts = self.parts(&ledger.county).await?;
            for among in parts.among(&ledger.county) {
                let mut after = 0;
                loop {
                    let bodies =
                        records::bodies_of_kind(self.tx, among, self.question.kind.name, after, SEARCHED)
                            .await?;
                    let Some((last, _)) = bodies.last() else { break };
                    after = onward(after, *last)?;
                    for (_, body) in &bodies {
                        keys.look_at(body);
                    }
                }
            }
        }
        Ok(keys)
    }

    /// What the counties call the codes of their lists, where they agree.
    pub(super) async fn shared_codes(&mut self) -> Result<Codes> {
        let mut counties = Vec::new();
        for ledger in self.ledgers().await? {
            counties.push(Codes::of_county(self.tx, &ledger.county).await?);
        }
        Ok(Codes::agreed(counties))
    }

    /// Sends all pages, and the end. Stops where nobody takes them any more.
    pub(super) async fn read(&mut self, pages: &mpsc::Sender<Read>) -> Result<()> {
        if let Some(listing) = &self.question.listing {
            return self.read_listing(listing, pages).await;
        }
        let mut missing = Missing::default();
        for ledger in self.ledgers().await? {
            let parts = self.parts(&ledger.county).await?;
            let county = Arc::new(self.county(&ledger).await?);
            for among in parts.among(&ledger.county) {
                let mut after = 0;
                loop {
                    let found =
                        records::page_of_kind(self.tx, among, self.question.kind.name, after, ROOM).await?;
                    if found.is_empty() {
                        break;
                    }
                    let mut rows = Vec::with_capacity(found.len());
                    for found in found {
                        match found {
                            Ok(row) => {
                                after = onward(after, row.seq)?;
                                rows.push(row);
                            }
                            Err(damaged) => {
                                after = onward(after, damaged.seq)?;
                                self.mend(damaged, &mut rows, &mut missing).await?;
                            }
                        }
                    }
                    let page = self.page(&county, rows).await?;
                    if pages.send(Read::Page(page)).await.is_err() {
                        return Ok(());
                    }
                }
            }
        }
        // Nobody is there any more: whoever wrote says why.
        let _ = pages.send(Read::End(missing)).await;
        Ok(())
    }

    pub(super) async fn ledgers(&mut self) -> Result<Vec<LedgerRow>> {
        let mut ledgers = ledger::ledgers(self.tx).await?;
        let asked = self.question.county.as_deref();
        ledgers.retain(|ledger| {
            self.scope.counties.contains_key(&ledger.county)
                && asked.is_none_or(|county| county == ledger.county)
        });
        Ok(ledgers)
    }

    async fn parts(&mut self, county: &str) -> Result<Parts> {
        let (school, project) = (self.question.school, self.question.project);
        let Some(places) = self.places(county).await? else { return Ok(Parts::All) };
        let asked = |place: &&PlaceRow| {
            school.is_none_or(|school| place.key.school == Some(school))
                && project.is_none_or(|project| place.key.project == Some(project))
        };
        let mut places: Vec<_> = places.iter().filter(asked).collect();
        // What is of one school, and of one of its projects, stands together.
        places.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(Parts::Places(places.into_iter().map(|place| place.id).collect()))
    }

    /// The places of a county that are in scope; `None` where all are, and all are asked for.
    async fn places(&mut self, county: &str) -> Result<Option<Vec<PlaceRow>>> {
        let Some(reach) = self.scope.counties.get(county) else { return Ok(Some(Vec::new())) };
        let asks_for_part = self.question.school.is_some() || self.question.project.is_some();
        if *reach == Reach::All && asks_for_part {
            return Ok(Some(records::places(self.tx, county).await?));
        }
        feed::places_of(self.tx, county, reach).await
    }

    /// The names of the schools and projects that are in scope.
    pub(super) async fn county(&mut self, ledger: &LedgerRow) -> Result<County> {
        let mut directory = Names::new();
        if self.question.format == Format::Ndjson {
            return Ok(County { name: ledger.name.clone(), directory, codes: Codes::default() });
        }
        for kind in ["school", "project"] {
            let scope = self.scope;
            let read = records::each_of_kind(self.tx, &ledger.county, kind, |found| {
                // Of what is damaged the name is not told, the id is.
                found.map_or(Ok(()), |row| learn(scope, &mut directory, &row))
            });
            read.await?;
        }
        let codes = Codes::of_county(self.tx, &ledger.county).await?;
        Ok(County { name: ledger.name.clone(), directory, codes })
    }

    pub(super) async fn page(&mut self, county: &Arc<County>, rows: Vec<RecordRow>) -> Result<Page> {
        let is_table = matches!(self.question.format, Format::Csv | Format::Xlsx);
        let (mut received, mut others) = (HashMap::new(), Names::new());
        if is_table {
            if self.question.listing.as_ref().is_none_or(|listing| listing.says_when_received()) {
                received = ledger::received(self.tx, rows.iter().map(|row| row.id)).await?;
            }
            let referred = referred(self.question.kind, &rows, &county.directory)?;
            if !referred.is_empty() {
                for row in records::records(self.tx, referred.into_iter()).await?.into_iter().flatten() {
                    learn(self.scope, &mut others, &row)?;
                }
            }
        }
        Ok(Page { county: Arc::clone(county), rows, received, others, lines: HashMap::new() })
    }

    /// Has a damaged row made anew from its entries and takes it then, unless it is out of scope by
    /// now.
    pub(super) async fn mend(
        &self,
        damaged: Damaged,
        rows: &mut Vec<RecordRow>,
        missing: &mut Missing,
    ) -> Result<()> {
        if let Some(store) = self.healer
            && heal::heal(store, vec![damaged.record]).await?
        {
            // The snapshot still has the damaged one.
            let mut tx = store.read().await?;
            let mended = records::record(&mut tx, damaged.record).await?;
            rows.extend(mended.filter(|row| sight::sees(self.scope, row)));
            return Ok(());
        }
        tracing::warn!(record = %damaged.record, seq = damaged.seq, "a damaged record is left out of a table");
        missing.add(damaged.record);
        Ok(())
    }
}

/// Takes in the name of a record, if it is in scope.
fn learn(scope: &ReadScope, names: &mut Names, row: &RecordRow) -> Result<()> {
    if sight::sees(scope, row)
        && let Some(kind) = kinds::named(&row.kind)
        && let Some(name) = title(kind, &Entry::read(row)?)
    {
        names.insert(row.id, name);
    }
    Ok(())
}

/// The records that these refer to, other than schools and projects.
fn referred(kind: &Kind, rows: &[RecordRow], known: &Names) -> Result<BTreeSet<RecordId>> {
    let refers = |ty: Type| matches!(ty, Type::Ref(kind) if !matches!(kind, "school" | "project"));
    let fields: Vec<_> = kind.all_fields().filter(|field| refers(field.ty)).map(|field| field.name).collect();
    let mut referred = BTreeSet::new();
    if fields.is_empty() {
        return Ok(referred);
    }
    for row in rows {
        let entry = Entry::read(row)?;
        for head in fields.iter().flat_map(|name| entry.heads(name)) {
            referred.extend(reference(&head.value).filter(|id| !known.contains_key(id)));
        }
    }
    Ok(referred)
}

/// Whether there may be records of the kind for somebody at all.
///
/// # Errors
/// Not found if nothing of the county is in scope, forbidden if the kind is the office's own.
pub(super) fn demand(scope: &ReadScope, question: &Question) -> Result<()> {
    let asked = question.county.as_deref();
    let mut reached =
        scope.counties.iter().filter(|(code, _)| asked.is_none_or(|asked| asked == *code)).peekable();
    if reached.peek().is_none() {
        return Err(Error::not_found());
    }
    let is_office_only = question.kind.audience == kinds::Audience::Office;
    if is_office_only && !reached.any(|(_, reach)| *reach == Reach::All) {
        return Err(Error::forbidden());
    }
    Ok(())
}
