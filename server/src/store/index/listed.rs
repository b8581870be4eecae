//! The rows of lists, and how they are looked up.

use chrono::NaiveDate;
use sqlx::{QueryBuilder, Sqlite};
use sync_protocol::id::{RecordId, UserId};

use super::Phrase;
use crate::clock::Moment;
use crate::error::Result;
use crate::store::{Tx, columns};

/// How many rows of the same moment stand before those of the next.
const A_MOMENT: i64 = 1 << 10;
/// Where a day has no more records than that, they are looked up by the day and sorted.
const FEW: i64 = 5_000;

/// A record as lists have it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The record.
    pub record: RecordId,
    /// Its county.
    pub county: String,
    /// Its kind.
    pub kind: String,
    /// Where it belongs.
    pub place: i64,
    /// The school that it belongs to.
    pub school: Option<RecordId>,
    /// The project that it belongs to.
    pub project: Option<RecordId>,
    /// The day that it is about.
    pub day: Option<NaiveDate>,
    /// Who wrote the last change.
    pub made_by: UserId,
    /// When that came.
    pub received_at: Moment,
    /// Whether people differ about something in it.
    pub in_conflict: bool,
    /// Whether it is withdrawn.
    pub withdrawn: bool,
    /// Its words, in order.
    pub words: Vec<String>,
}

/// Among which records is looked.
#[derive(Clone, Debug)]
pub enum Among {
    /// All of these counties.
    Counties(Vec<String>),
    /// Those of these places.
    Places(Vec<i64>),
}

/// Which records are asked for. What is left out is not asked about.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// Of these kinds; of all if there are none.
    pub kinds: Vec<String>,
    /// Of that school.
    pub school: Option<RecordId>,
    /// Of that project.
    pub project: Option<RecordId>,
    /// About that day or a later one.
    pub from: Option<NaiveDate>,
    /// About that day or an earlier one.
    pub to: Option<NaiveDate>,
    /// Last written by that person.
    pub made_by: Option<UserId>,
    /// About which people differ, or not.
    pub in_conflict: Option<bool>,
    /// Withdrawn, or not.
    pub withdrawn: Option<bool>,
    /// With all of these in its texts.
    pub phrases: Vec<Phrase>,
}

/// A record that was found, and where a page goes on after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its row: a page goes on before it.
    pub row: i64,
    /// The record.
    pub record: RecordId,
}

impl Filters {
    /// Whether they leave few records, as far as can be told without looking.
    pub(super) const fn are_narrow(&self) -> bool {
        self.school.is_some()
            || self.project.is_some()
            || self.from.is_some()
            || self.to.is_some()
            || self.made_by.is_some()
            || matches!(self.in_conflict, Some(true))
            || matches!(self.withdrawn, Some(true))
    }

    const fn has_days(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }
}

/// Puts records in the places of what stood of them before.
pub(super) async fn put(tx: &mut Tx, records: &[Listed]) -> Result<()> {
    let mut last = i64::MIN;
    for record in records {
        let before: Option<i64> = sqlx::query_scalar("delete from listed where record = $1 returning row")
            .bind(record.record.as_bytes().as_slice())
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(before) = before {
            super::words::take_away(tx, before).await?;
        }
        let row = free_row(tx, record.received_at, last).await?;
        last = row;
        sqlx::query(
            "insert into listed (row, record, county, kind, place, school, project, day, made_by, in_conflict,
             withdrawn) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(row)
        .bind(record.record.as_bytes().as_slice())
        .bind(&record.county)
        .bind(&record.kind)
        .bind(record.place)
        .bind(record.school.as_ref().map(|school| school.as_bytes().as_slice()))
        .bind(record.project.as_ref().map(|project| project.as_bytes().as_slice()))
        .bind(record.day.map(number))
        .bind(record.made_by.as_bytes().as_slice())
        .bind(record.in_conflict)
        .bind(record.withdrawn)
        .execute(&mut *tx)
        .await?;
        super::words::put(tx, row, &record.words).await?;
    }
    Ok(())
}

/// A row that is free for something that came then, after the one that was taken last where that came
/// at the same moment.
async fn free_row(tx: &mut Tx, received_at: Moment, last: i64) -> Result<i64> {
    let first = received_at.0.saturating_mul(A_MOMENT);
    let mut row =
        if (first..first.saturating_add(A_MOMENT * 1000)).contains(&last) { last + 1 } else { first };
    loop {
        let taken: bool = sqlx::query_scalar("select exists (select 1 from listed where row = $1)")
            .bind(row)
            .fetch_one(&mut *tx)
            .await?;
        if !taken {
            return Ok(row);
        }
        row += 1;
    }
}

/// A day as a number: days since 1970.
fn number(day: NaiveDate) -> i64 {
    (day - NaiveDate::default()).num_days()
}

/// Finds records, the newest first. They come in that order by the index that leads to the fewest.
pub(super) async fn find(
    tx: &mut Tx,
    among: &Among,
    filters: &Filters,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Found>> {
    let Among::Counties(counties) = among else {
        return look(tx, among, filters, " indexed by listed_by_place", before, limit).await;
    };
    // Each county and kind has an order of its own.
    let mut found = Vec::new();
    for county in counties {
        for one in each_kind(filters) {
            let by_day = are_few_days(tx, county, &one).await?;
            let county = Among::Counties(vec![county.clone()]);
            found.append(&mut look(tx, &county, &one, source(&one, by_day), before, limit).await?);
        }
    }
    found.sort_unstable_by_key(|found| std::cmp::Reverse(found.row));
    found.truncate(limit);
    Ok(found)
}

/// The same filters, for one kind after the other.
fn each_kind(filters: &Filters) -> Vec<Filters> {
    if filters.kinds.len() < 2 {
        return vec![filters.clone()];
    }
    filters.kinds.iter().map(|kind| Filters { kinds: vec![kind.clone()], ..filters.clone() }).collect()
}

async fn look(
    tx: &mut Tx,
    among: &Among,
    filters: &Filters,
    source: &'static str,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Found>> {
    let mut query = QueryBuilder::new("select row, record from listed");
    query.push(source).push(" where row < ").push_bind(before.unwrap_or(i64::MAX));
    restrict(&mut query, "", among, filters);
    query.push(" order by row desc limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows: Vec<(i64, Vec<u8>)> = query.build_query_as().fetch_all(tx).await?;
    rows.into_iter().map(|(row, id)| Ok(Found { row, record: columns::id(&id)? })).collect()
}

/// The index of a county's records that is looked in.
const fn source(filters: &Filters, by_day: bool) -> &'static str {
    match filters {
        Filters { in_conflict: Some(true), .. } => " indexed by listed_in_conflict",
        Filters { withdrawn: Some(true), .. } => " indexed by listed_withdrawn",
        Filters { project: Some(_), .. } => " indexed by listed_by_project",
        Filters { school: Some(_), .. } => " indexed by listed_by_school",
        _ if by_day => " indexed by listed_by_day",
        Filters { made_by: Some(_), .. } => " indexed by listed_by_hand",
        Filters { kinds, .. } if kinds.is_empty() => " indexed by listed_by_county",
        Filters { .. } => " indexed by listed_by_kind",
    }
}

/// Whether the days that are asked about have so few records that sorting them costs less than looking
/// for them among all others.
async fn are_few_days(tx: &mut Tx, county: &str, filters: &Filters) -> Result<bool> {
    if !filters.has_days() {
        return Ok(false);
    }
    let count: i64 = sqlx::query_scalar(
        "select count(*) from (select 1 from listed indexed by listed_by_day
         where county = $1 and day between $2 and $3 limit $4)",
    )
    .bind(county)
    .bind(filters.from.map_or(i64::MIN, number))
    .bind(filters.to.map_or(i64::MAX, number))
    .bind(FEW + 1)
    .fetch_one(tx)
    .await?;
    Ok(count <= FEW)
}

/// Adds what is asked for to a query over `listed`, whose columns go by that prefix there.
pub(super) fn restrict(query: &mut QueryBuilder<Sqlite>, prefix: &str, among: &Among, filters: &Filters) {
    match among {
        Among::Counties(counties) => match counties.as_slice() {
            [county] => {
                query.push(" and ").push(prefix).push("county = ").push_bind(county.clone());
            }
            counties => {
                let counties = serde_json::to_string(counties).unwrap_or_default();
                query.push(" and ").push(prefix).push("county in (select value from json_each(");
                query.push_bind(counties).push("))");
            }
        },
        Among::Places(places) => {
            let places = serde_json::to_string(places).unwrap_or_default();
            query.push(" and ").push(prefix).push("place in (select value from json_each(");
            query.push_bind(places).push("))");
        }
    }
    match filters.kinds.as_slice() {
        [] => {}
        [kind] => {
            query.push(" and ").push(prefix).push("kind = ").push_bind(kind.clone());
        }
        kinds => {
            let kinds = serde_json::to_string(kinds).unwrap_or_default();
            query.push(" and ").push(prefix).push("kind in (select value from json_each(");
            query.push_bind(kinds).push("))");
        }
    }
    for (column, id) in [("school", filters.school), ("project", filters.project)] {
        if let Some(id) = id {
            query.push(" and ").push(prefix).push(column).push(" = ").push_bind(id.as_bytes().to_vec());
        }
    }
    if let Some(by) = filters.made_by {
        query.push(" and ").push(prefix).push("made_by = ").push_bind(by.as_bytes().to_vec());
    }
    if let Some(from) = filters.from {
        query.push(" and ").push(prefix).push("day >= ").push_bind(number(from));
    }
    if let Some(to) = filters.to {
        query.push(" and ").push(prefix).push("day <= ").push_bind(number(to));
    }
    // Said in so many words, so that an index of those that are is used.
    for (column, is) in [("in_conflict", filters.in_conflict), ("withdrawn", filters.withdrawn)] {
        if let Some(is) = is {
            query.push(" and ").push(prefix).push(column).push(if is { " = 1" } else { " = 0" });
        }
    }
}
