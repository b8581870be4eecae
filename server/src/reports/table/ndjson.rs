//! The snapshots themselves, one a line: nothing is lost, every sibling is there.

use std::io::{self, Write};

use serde_json::json;

use super::columns::Reviewed;
use super::entry::Entry;
use super::question::Question;
use super::reading::{Missing, Page};
use super::rows::is_in;
use super::{Table, unwritten};
use crate::error::{Error, Result};
use crate::store::records::RecordRow;

/// Snapshots, one a line.
pub(super) struct Ndjson<W> {
    question: Question,
    sink: W,
    count: u64,
}

impl<W> Ndjson<W> {
    /// Begins.
    pub(super) const fn begin(question: Question, sink: W) -> Self {
        Self { question, sink, count: 0 }
    }
}

impl<W: Write + Send> Table<W> for Ndjson<W> {
    fn page(&mut self, page: &Page) -> Result<()> {
        for row in &page.rows {
            if !self.question.is_whole() {
                let entry = Entry::read(row)?;
                if !is_in(&self.question, &entry, Reviewed::of(&entry, row)?.as_ref()) {
                    continue;
                }
            }
            write_line(&mut self.sink, row).map_err(unwritten)?;
            self.count += 1;
        }
        Ok(())
    }

    fn end(mut self: Box<Self>, missing: &Missing) -> Result<(W, u64)> {
        if missing.count > 0 {
            let note = json!({ "missing": missing.count, "damaged": missing.records });
            serde_json::to_writer(&mut self.sink, &note).map_err(Error::internal)?;
            self.sink.write_all(b"\n").map_err(unwritten)?;
        }
        Ok((self.sink, self.count))
    }
}

/// One record. The county goes first into the snapshot's own object.
pub fn write_line(out: &mut impl Write, row: &RecordRow) -> io::Result<()> {
    let rest = row.body.strip_prefix('{').unwrap_or(&row.body);
    writeln!(out, "{{\"county\":\"{}\",{rest}", row.county)
}
