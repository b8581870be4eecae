//! The words of records, and how they are found.

use std::fmt::Write as _;

use sqlx::{QueryBuilder, Sqlite};

use super::listed::{self, Among, Filters, Found};
use crate::error::Result;
use crate::store::{Tx, columns};

/// Where the filters leave no more records than that, the words are looked for in those alone.
const FEW: usize = 2_000;

/// Words that stand side by side in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The words: letters, digits and signs alone.
    pub words: Vec<String>,
    /// Whether the last of them need only begin so.
    pub begins: bool,
}

/// Puts the words of a row.
pub(super) async fn put(tx: &mut Tx, row: i64, words: &[String]) -> Result<()> {
    sqlx::query("insert into words (rowid, text) values ($1, $2)")
        .bind(row)
        .bind(words.join(" "))
        .execute(tx)
        .await?;
    Ok(())
}

/// Takes the words of a row away.
pub(super) async fn take_away(tx: &mut Tx, row: i64) -> Result<()> {
    sqlx::query("delete from words where rowid = $1").bind(row).execute(tx).await?;
    Ok(())
}

/// Finds records with those words, the newest first.
pub(super) async fn find(
    tx: &mut Tx,
    among: &Among,
    filters: &Filters,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Found>> {
    let expression = expression(&filters.phrases);
    if filters.are_narrow() {
        let few = listed::find(tx, among, filters, before, FEW + 1).await?;
        if few.len() <= FEW {
            return among_few(tx, &expression, few, limit).await;
        }
    }
    // The words come newest first by themselves; what else is asked for is looked up row by row.
    let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
        "select l.row, l.record from words w cross join listed l on l.row = w.rowid where w.text match ",
    );
    query.push_bind(expression).push(" and w.rowid < ").push_bind(before.unwrap_or(i64::MAX));
    listed::restrict(&mut query, "+l.", among, filters);
    query.push(" order by w.rowid desc limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows: Vec<(i64, Vec<u8>)> = query.build_query_as().fetch_all(tx).await?;
    rows.into_iter().map(|(row, id)| Ok(Found { row, record: columns::id(&id)? })).collect()
}

/// Those of the rows that have the words.
async fn among_few(tx: &mut Tx, expression: &str, mut rows: Vec<Found>, limit: usize) -> Result<Vec<Found>> {
    let numbers: Vec<_> = rows.iter().map(|found| found.row).collect();
    let having: Vec<i64> = sqlx::query_scalar(
        "select rowid from words where text match $1 and rowid in (select value from json_each($2))",
    )
    .bind(expression)
    .bind(serde_json::to_string(&numbers).unwrap_or_default())
    .fetch_all(tx)
    .await?;
    let having: std::collections::HashSet<_> = having.into_iter().collect();
    rows.retain(|found| having.contains(&found.row));
    rows.truncate(limit);
    Ok(rows)
}

/// The phrases as FTS5 reads them. Words have no marks in them, so nothing need be escaped.
fn expression(phrases: &[Phrase]) -> String {
    let mut expression = String::new();
    for phrase in phrases {
        let star = if phrase.begins { " *" } else { "" };
        let between = if expression.is_empty() { "" } else { " AND " };
        write!(expression, "{between}\"{}\"{star}", phrase.words.join(" ")).expect("text takes text");
    }
    expression
}
