//! What somebody asks for, page by page: the index says which records, the database what they say.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::{self, Kind};
use sync_protocol::message::Snapshot;
use sync_protocol::record::Rule;
use sync_protocol::value::Value;
use sync_protocol::withdrawal::Force;

use super::{Lists, entry};
use crate::access::actor::Actor;
use crate::clock::Moment;
use crate::error::{Error, Result};
use crate::store::index::{self, Among, Filters, Found};
use crate::store::ledger::{self, Hand};
use crate::store::records::{self, RecordRow};
use crate::sync::scope::{Reach, ReadScope};
use crate::sync::{sight, standing};

/// How many values of a field are shown.
const MOST_VALUES: usize = 20;

/// What somebody asks for.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// In which counties; in all in scope if left out.
    pub counties: Option<BTreeSet<String>>,
    /// Which records.
    pub filters: Filters,
    /// Which fields are shown of them, by name.
    pub fields: BTreeSet<String>,
    /// Where the page before ended.
    pub before: Option<i64>,
    /// How many.
    pub limit: usize,
}

/// A record that was found.
#[derive(Debug)]
pub struct Line {
    /// As it is kept.
    pub row: RecordRow,
    /// The day that it is about.
    pub day: Option<NaiveDate>,
    /// Who wrote the last change, and when that came.
    pub hand: Hand,
    /// Whether it is withdrawn.
    pub withdrawn: bool,
    /// The fields about which people differ.
    pub conflicts: Vec<String>,
    /// Its official number.
    pub number: Option<String>,
    /// What stands in the fields that are asked for; what is to be shown first stands first.
    pub fields: BTreeMap<String, Vec<Value>>,
}

/// A page of them, the newest first.
#[derive(Debug, Default)]
pub struct Page {
    /// The records.
    pub lines: Vec<Line>,
    /// Where the next page begins; `None` where there is none.
    pub next: Option<i64>,
    /// Up to where the index knows each county's ledger.
    pub positions: BTreeMap<String, u64>,
    /// Whether it does not know the newest changes yet.
    pub is_behind: bool,
}

impl Lists {
    /// A page of the records that somebody asks for, as far as they are in scope.
    ///
    /// # Errors
    /// Not found if nothing of what is asked about is in scope.
    pub async fn page(&self, actor: &Actor, now: Moment, question: &Question) -> Result<Page> {
        let scope = self.engine.read_scope(actor, now).of_counties(question.counties.as_ref());
        if scope.counties.is_empty() {
            return Err(Error::not_found());
        }
        let page = self.read(&scope, question).await;
        if let Err(error) = &page {
            self.heed(error).await;
        }
        page
    }

    async fn read(&self, scope: &ReadScope, question: &Question) -> Result<Page> {
        let index = self.index().await?;
        self.catch_up_if_near(&index).await?;
        let mut tx = index.snapshot().await?;
        let reached = index::reached(&mut tx).await?;
        let position = |code: &String| reached.get(code).map_or(0, |reached| reached.seq);
        let positions: BTreeMap<_, _> =
            scope.counties.keys().map(|code| (code.clone(), position(code))).collect();
        let is_behind = {
            let standing = self.engine.standing();
            let stands = |code: &String| standing.counties.get(code).map_or(0, |county| county.ledger.seq);
            positions.iter().any(|(code, position)| *position < stands(code))
        };
        let mut found: Vec<Found> = Vec::new();
        for among in self.among(scope) {
            let before = question.before;
            found.append(
                &mut index::find(&mut tx, &among, &question.filters, before, question.limit + 1).await?,
            );
        }
        drop(tx);
        found.sort_unstable_by_key(|found| std::cmp::Reverse(found.row));
        let is_more = found.len() > question.limit;
        found.truncate(question.limit);
        let next = found.last().filter(|_| is_more).map(|found| found.row);
        let lines = self.lines(scope, question, &found).await?;
        Ok(Page { lines, next, positions, is_behind })
    }

    /// Whole counties together, since they are looked up together; and the places of others.
    fn among(&self, scope: &ReadScope) -> Vec<Among> {
        let standing = self.engine.standing();
        let (mut whole, mut places) = (Vec::new(), Vec::new());
        for (code, reach) in &scope.counties {
            match reach {
                Reach::All => whole.push(code.clone()),
                Reach::Part { .. } => {
                    let county = standing.counties.get(code).into_iter();
                    let its = county.flat_map(|county| &county.places).filter(|(key, _)| reach.has(key));
                    places.extend(its.map(|(_, place)| place.id));
                }
            }
        }
        let mut among = Vec::new();
        if !whole.is_empty() {
            among.push(Among::Counties(whole));
        }
        if !places.is_empty() {
            among.push(Among::Places(places));
        }
        among
    }

    /// What the records say that were found. One that was damaged, or left the scope since, is left out.
    async fn lines(&self, scope: &ReadScope, question: &Question, found: &[Found]) -> Result<Vec<Line>> {
        let mut tx = self.store.snapshot().await?;
        let rows = records::records(&mut tx, found.iter().map(|found| found.record)).await?;
        let rows = rows.into_iter().flatten().filter(|row| sight::sees(scope, row));
        let mut rows: HashMap<RecordId, RecordRow> = rows.map(|row| (row.id, row)).collect();
        let mut seqs: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for row in rows.values() {
            seqs.entry(&row.county).or_default().push(row.seq);
        }
        let mut hands: HashMap<(String, u64), Hand> = HashMap::new();
        for (county, seqs) in seqs {
            let its = ledger::hands(&mut tx, county, &seqs).await?;
            hands.extend(its.into_iter().map(|(seq, hand)| ((county.to_owned(), seq), hand)));
        }
        drop(tx);
        let mut numbers = self.numbers(rows.values()).await?;
        let mut lines = Vec::with_capacity(found.len());
        for Found { record, .. } in found {
            let Some(row) = rows.remove(record) else { continue };
            let Some(hand) = hands.remove(&(row.county.clone(), row.seq)) else { continue };
            lines.push(line(row, hand, numbers.remove(record), &question.fields)?);
        }
        Ok(lines)
    }

    async fn numbers(&self, rows: impl Iterator<Item = &RecordRow>) -> Result<HashMap<RecordId, String>> {
        let mut numbered: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for row in rows.filter(|row| ["finding", "notice"].contains(&row.kind.as_str())) {
            numbered.entry(&row.kind).or_default().insert(&row.county);
        }
        let mut numbers = HashMap::new();
        for (kind, counties) in numbered {
            numbers.extend(self.engine.numbers(counties.into_iter(), kind).await?);
        }
        Ok(numbers)
    }
}

fn line(row: RecordRow, hand: Hand, number: Option<String>, fields: &BTreeSet<String>) -> Result<Line> {
    let snapshot = standing::snapshot(&row)?;
    let kind = kinds::named(&row.kind);
    let conflicts = kind.map(|kind| entry::conflicts(kind, &snapshot).map(str::to_owned).collect());
    let fields = kind.map(|kind| asked(kind, &snapshot, fields)).unwrap_or_default();
    let day = entry::day(&snapshot);
    let withdrawn = snapshot.into_record().force() == Force::Withdrawn;
    Ok(Line { row, day, hand, withdrawn, conflicts: conflicts.unwrap_or_default(), number, fields })
}

/// What stands in the fields that are asked for, by their full names; of a keyed one, under every key.
pub(super) fn asked(
    kind: &Kind,
    snapshot: &Snapshot,
    fields: &BTreeSet<String>,
) -> BTreeMap<String, Vec<Value>> {
    let is_asked = |name: &str, base: &str| fields.contains(name) || fields.contains(base);
    let mut asked = BTreeMap::new();
    for (name, heads) in snapshot.fields.iter().filter(|(name, _)| is_asked(name.as_str(), name.base())) {
        let values = heads.iter().map(|head| head.value.clone());
        let values: Vec<_> = match kind.rule(name) {
            // The newest is the one that is shown.
            Rule::Latest => values.rev().take(MOST_VALUES).collect(),
            Rule::One | Rule::Many | Rule::Log | Rule::Sum => values.take(MOST_VALUES).collect(),
        };
        asked.insert(name.as_str().to_owned(), values);
    }
    asked
}
