//! The rows of a table: which records are in it, and what they say, column by column.

use super::cell::Cell;
use super::columns::{Columns, Frame, Reviewed};
use super::entry::Entry;
use super::legible::Words;
use super::question::{Question, Withdrawn};
use super::reading::{Missing, Page};
use crate::error::Result;

/// The rows of a table.
pub(super) struct Rows {
    /// What is asked for.
    pub(super) question: Question,
    /// The columns.
    pub(super) columns: Columns,
    /// How many rows there were so far.
    pub(super) count: u64,
}

impl Rows {
    /// Takes each row of a page.
    pub(super) fn each(
        &mut self,
        page: &Page,
        mut take: impl FnMut(&[Cell<'_>]) -> Result<()>,
    ) -> Result<()> {
        let words = Words {
            language: self.question.language,
            directory: &page.county.directory,
            others: &page.others,
            codes: &page.county.codes,
        };
        for row in &page.rows {
            let entry = Entry::read(row)?;
            let reviewed = Reviewed::of(&entry, row)?;
            if !is_in(&self.question, &entry, reviewed.as_ref()) {
                continue;
            }
            let received = page.received.get(&row.id).copied();
            let frame = Frame { row, county: &page.county.name, received, line: page.lines.get(&row.id) };
            take(&self.columns.cells(&entry, reviewed.as_ref(), &frame, &words))?;
            self.count += 1;
        }
        Ok(())
    }

    /// What stands below the last row where records are missing.
    pub(super) fn note(&self, missing: &Missing) -> Option<String> {
        let listed: Vec<_> = missing.records.iter().map(ToString::to_string).collect();
        let listed = listed.join(" ");
        let (zh, en) = match missing.count {
            0 => return None,
            count => (
                format!(
                    "注意：另有 {count} 条记录在服务器磁盘上已损坏，本表中没有（请管理员运行 siteledger verify）：{listed}"
                ),
                format!(
                    "Note: {count} more records are damaged on the server's disk and are not in this table (have the administrator run siteledger verify): {listed}"
                ),
            ),
        };
        Some(self.question.language.pick(&zh, &en).to_owned())
    }
}

/// Whether a record is asked for.
pub(super) fn is_in(question: &Question, entry: &Entry<'_>, reviewed: Option<&Reviewed>) -> bool {
    let is_withdrawn = reviewed.is_some_and(|reviewed| reviewed.is_withdrawn);
    question.has_day_of(entry) && !(is_withdrawn && question.withdrawn == Withdrawn::LeftOut)
}
