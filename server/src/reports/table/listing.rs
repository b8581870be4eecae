//! A list as it is shown, to take away: its records in its order, what each has come to, and the
//! columns that were chosen, and nothing else.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Kind;
use tokio::sync::mpsc;

use super::cell::Cell;
use super::reading::{County, Missing, Read, Reader};
use crate::error::{self, Error, Language, Result};
use crate::programme::states::list::{Mark, Stand, State};
use crate::reports::words;
use crate::store::records::{self, RecordRow};
use crate::sync::sight;

/// How many lines are read at a time.
const AT_A_TIME: usize = 256;
/// The columns of a list that says nothing of them.
const PLAIN: [&str; 8] = ["day", "number", "county", "school", "project", "state", "marks", "due"];
/// What names a field of the record.
const OF_THE_RECORD: &str = "field.";

/// A list as it is shown.
#[derive(Debug)]
pub struct Listing {
    /// As of which day.
    at: NaiveDate,
    /// Its lines, in order.
    lines: Vec<Stand>,
    /// Official numbers, of those that have one.
    numbers: HashMap<RecordId, String>,
    /// What its columns are, in order.
    columns: Vec<ListColumn>,
}

/// A column of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListColumn {
    Day,
    Number,
    County,
    School,
    Project,
    State,
    Marks,
    Due,
    Conflicts,
    Authors,
    FirstReceived,
    LastReceived,
    Id,
    /// What the record says in the field of that name.
    Of(&'static str),
}

impl ListColumn {
    fn named(kind: &'static Kind, name: &str) -> Option<Self> {
        if let Some(field) = name.strip_prefix(OF_THE_RECORD) {
            return kind.all_fields().map(|declared| declared.name).find(|name| *name == field).map(Self::Of);
        }
        Some(match name {
            "day" => Self::Day,
            "number" => Self::Number,
            "county" => Self::County,
            "school" => Self::School,
            "project" => Self::Project,
            "state" => Self::State,
            "marks" => Self::Marks,
            "due" => Self::Due,
            "conflicts" => Self::Conflicts,
            "authors" => Self::Authors,
            "first_received" => Self::FirstReceived,
            "last_received" => Self::LastReceived,
            "id" => Self::Id,
            _ => return None,
        })
    }
}

impl Listing {
    /// A list with the columns of these names, or with those that every list has.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn new(
        kind: &'static Kind,
        at: NaiveDate,
        lines: Vec<Stand>,
        numbers: HashMap<RecordId, String>,
        columns: Option<&str>,
    ) -> Result<Self> {
        let mut chosen = Vec::new();
        let names = columns.map_or_else(|| PLAIN.to_vec(), |columns| columns.split(',').collect());
        for name in names.into_iter().map(str::trim).filter(|name| !name.is_empty()) {
            let column = ListColumn::named(kind, name).ok_or_else(|| no_such_column(kind, name))?;
            if !chosen.contains(&column) {
                chosen.push(column);
            }
        }
        if chosen.is_empty() {
            return Err(no_such_column(kind, ""));
        }
        Ok(Self { at, lines, numbers, columns: chosen })
    }

    /// What its columns are, in order.
    pub(super) fn columns(&self) -> &[ListColumn] {
        &self.columns
    }

    /// Whether a column has what is under the keys of a field.
    pub(super) fn has_keys(&self, kind: &Kind) -> bool {
        let is_keyed = |name: &str| kind.field(name).is_some_and(|field| field.key.is_some());
        self.columns.iter().any(|column| matches!(column, ListColumn::Of(name) if is_keyed(name)))
    }

    /// Whether a column says when a record came.
    pub(super) fn says_when_received(&self) -> bool {
        let says =
            |column: &ListColumn| matches!(column, ListColumn::FirstReceived | ListColumn::LastReceived);
        self.columns.iter().any(says)
    }

    /// What stands in the lines of these records beside what the records say.
    fn said(&self, stands: &[Stand], language: Language) -> HashMap<RecordId, Line> {
        let say = |stand: &Stand| (stand.record, Line::of(stand, self, language));
        stands.iter().map(say).collect()
    }
}

fn no_such_column(kind: &Kind, name: &str) -> Error {
    let fields: Vec<_> = kind.all_fields().map(|field| format!("{OF_THE_RECORD}{}", field.name)).collect();
    let known =
        format!("{},conflicts,authors,first_received,last_received,id,{}", PLAIN.join(","), fields.join(","));
    Error::new(
        error::Kind::Unprocessable,
        "no_such_column",
        format!("没有列“{name}”；有：{known}"),
        format!("there is no column {name:?}; there are: {known}"),
    )
}

/// What stands in a line beside what the record says.
#[derive(Debug)]
pub(super) struct Line {
    /// The day that it is about.
    pub(super) day: Option<String>,
    /// By when something is to be done.
    pub(super) due: Option<String>,
    /// Its official number.
    pub(super) number: Option<String>,
    /// What it has come to.
    pub(super) state: &'static str,
    /// What is to be seen at once.
    pub(super) marks: String,
}

impl Line {
    /// What it says in a column; nothing in those that the record fills.
    pub(super) fn cell(&self, column: ListColumn) -> Cell<'_> {
        match column {
            ListColumn::Day => self.day.as_deref().map_or(Cell::Empty, Cell::Day),
            ListColumn::Due => self.due.as_deref().map_or(Cell::Empty, Cell::Day),
            ListColumn::Number => {
                self.number.as_deref().map_or(Cell::Empty, |number| Cell::Text(number.into()))
            }
            ListColumn::State => Cell::Text(self.state.into()),
            ListColumn::Marks if !self.marks.is_empty() => Cell::Text(self.marks.as_str().into()),
            _ => Cell::Empty,
        }
    }

    fn of(stand: &Stand, listing: &Listing, language: Language) -> Self {
        let days_overdue = stand.due.map_or(0, |due| (listing.at - due).num_days());
        let mark = |mark: &Mark| words::mark(mark, days_overdue, language);
        let marks: Vec<_> = stand.marks.iter().map(mark).collect();
        Self {
            day: stand.day.map(|day| day.to_string()),
            due: stand.due.map(|day| day.to_string()),
            number: listing.numbers.get(&stand.record).cloned(),
            state: words::state(stand.state, language),
            marks: marks.join(language.pick("、", ", ")),
        }
    }
}

/// The counties that are read, by their codes.
type Counties = Vec<(String, Arc<County>)>;

impl Reader<'_> {
    /// Sends the records of a list in its order, and the end. Stops where nobody takes them any more.
    pub(super) async fn read_listing(&mut self, listing: &Listing, pages: &mpsc::Sender<Read>) -> Result<()> {
        let mut counties = Counties::new();
        for ledger in self.ledgers().await? {
            let county = self.county(&ledger).await?;
            counties.push((ledger.county, Arc::new(county)));
        }
        let mut missing = Missing::default();
        for stands in listing.lines.chunks(AT_A_TIME) {
            let rows = self.rows_of(stands, &counties, &mut missing).await?;
            // What follows each other and is of one county is a page.
            for rows in rows.chunk_by(|one, next| one.county == next.county) {
                let its = counties.iter().find(|(code, _)| *code == rows[0].county);
                let Some((_, county)) = its else { continue };
                let mut page = self.page(county, rows.to_vec()).await?;
                page.lines = listing.said(stands, self.question.language);
                if pages.send(Read::Page(page)).await.is_err() {
                    return Ok(());
                }
            }
        }
        // Nobody is there any more: whoever wrote says why.
        let _ = pages.send(Read::End(missing)).await;
        Ok(())
    }

    /// The rows of some lines, in their order.
    async fn rows_of(
        &mut self,
        stands: &[Stand],
        counties: &Counties,
        missing: &mut Missing,
    ) -> Result<Vec<RecordRow>> {
        let written = stands.iter().filter(|stand| !is_missing(stand)).map(|stand| stand.record);
        let mut rows = Vec::with_capacity(stands.len());
        for found in records::records(self.tx, written).await? {
            match found {
                Ok(row) => rows.extend(Some(row).filter(|row| sight::sees(self.scope, row))),
                Err(damaged) => self.mend(damaged, &mut rows, missing).await?,
            }
        }
        let mut rows: HashMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
        let kind = self.question.kind;
        let row = |stand: &Stand| {
            if is_missing(stand) { blank(stand, kind, counties) } else { rows.remove(&stand.record) }
        };
        Ok(stands.iter().filter_map(row).collect())
    }
}

const fn is_missing(stand: &Stand) -> bool {
    matches!(stand.state, State::Missing(_))
}

/// The row of a day on which nobody wrote: it says where it would belong, and nothing else.
fn blank(stand: &Stand, kind: &Kind, counties: &Counties) -> Option<RecordRow> {
    let project = stand.project?;
    let (county, _) = counties.iter().find(|(_, county)| county.directory.contains_key(&project))?;
    Some(RecordRow {
        id: stand.record,
        county: county.clone(),
        kind: kind.name.to_owned(),
        first_seq: 0,
        seq: 0,
        place: 0,
        school: stand.school,
        project: Some(project),
        wide: false,
        body: r#"{"fields":{}}"#.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use sync_protocol::kinds;

    use super::*;

    fn listing(columns: Option<&str>) -> Result<Listing> {
        let (kind, at) = (kinds::named("finding").unwrap(), NaiveDate::default());
        Listing::new(kind, at, Vec::new(), HashMap::new(), columns)
    }

    #[test]
    fn columns_stand_as_they_are_named_and_each_once() {
        let chosen = listing(Some("state, field.severity,day,state")).unwrap();
        assert_eq!(chosen.columns(), [ListColumn::State, ListColumn::Of("severity"), ListColumn::Day]);
        assert_eq!(listing(None).unwrap().columns().len(), PLAIN.len());
    }

    #[test]
    fn a_column_that_is_not_there_is_named_with_those_that_are() {
        for columns in ["severity", "field.crew", "day,field.", ""] {
            let refused = listing(Some(columns)).unwrap_err();
            assert_eq!(refused.code, "no_such_column", "{columns}");
        }
    }
}
