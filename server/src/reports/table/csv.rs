//! Comma-separated values as Excel, `LibreOffice` and programs read them: UTF-8 with a mark, RFC 4180.

use std::borrow::Cow;
use std::io::Write;

use csv::{Terminator, WriterBuilder};

use super::cell::Cell;
use super::reading::{Missing, Page};
use super::rows::Rows;
use super::{Table, unwritten};
use crate::error::{Error, Result};

/// Without it Excel takes UTF-8 for something else.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// A table of comma-separated values.
pub(super) struct Csv<W: Write> {
    rows: Rows,
    out: csv::Writer<W>,
    spelt: String,
}

impl<W: Write> Csv<W> {
    /// Begins with the headings.
    pub(super) fn begin(rows: Rows, mut sink: W) -> Result<Self> {
        sink.write_all(MARK).map_err(unwritten)?;
        let mut out = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(sink);
        let headings = rows.columns.columns().iter().map(|column| column.heading.as_str());
        out.write_record(headings.map(|heading| defused(heading).into_owned())).map_err(of_csv)?;
        Ok(Self { rows, out, spelt: String::new() })
    }
}

impl<W: Write + Send> Table<W> for Csv<W> {
    fn page(&mut self, page: &Page) -> Result<()> {
        let Self { rows, out, spelt } = self;
        rows.each(page, |cells| {
            for cell in cells {
                write(out, spelt, cell).map_err(of_csv)?;
            }
            out.write_record(None::<&[u8]>).map_err(of_csv)
        })
    }

    fn end(mut self: Box<Self>, missing: &Missing) -> Result<(W, u64)> {
        if let Some(note) = self.rows.note(missing) {
            let width = self.rows.columns.columns().len();
            let rest = std::iter::repeat_n("", width - 1);
            self.out.write_record(std::iter::once(note.as_str()).chain(rest)).map_err(of_csv)?;
        }
        let count = self.rows.count;
        let sink = self.out.into_inner().map_err(|error| unwritten(error.into_error()))?;
        Ok((sink, count))
    }
}

fn write(out: &mut csv::Writer<impl Write>, spelt: &mut String, cell: &Cell<'_>) -> csv::Result<()> {
    match cell {
        Cell::Empty => out.write_field(b""),
        Cell::Text(text) => out.write_field(defused(text).as_bytes()),
        // What the server itself spelt computes nothing; a number that is negative stays one.
        cell => {
            spelt.clear();
            cell.spell(spelt);
            out.write_field(spelt.as_bytes())
        }
    }
}

/// What a spreadsheet takes for the beginning of a formula; the last four are so where Chinese is
/// written.
const BEGINNINGS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Text that no spreadsheet computes, by a `'` before what looks like a formula. A plain number looks
/// like none.
fn defused(text: &str) -> Cow<'_, str> {
    if text.trim_start_matches(' ').starts_with(BEGINNINGS) && !is_plain_number(text) {
        return format!("'{text}").into();
    }
    text.into()
}

/// `-12.5`, and nothing else that `parse` would take.
fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(whole) && are_digits(fraction)
}

fn of_csv(error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => unwritten(error),
        kind => Error::internal(anyhow::anyhow!("{kind:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_compute_is_defused_and_nothing_else_is_touched() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("=HYPERLINK(\"http://x\",\"点\")", "'=HYPERLINK(\"http://x\",\"点\")"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
            ("@SUM(1)", "'@SUM(1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("\n=1", "'\n=1"),
            ("  =1", "'  =1"),
            ("＝1+1", "'＝1+1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠SUM(1)", "'＠SUM(1)"),
            ("-", "'-"),
            ("--1", "'--1"),
            ("+86 138", "'+86 138"),
            ("-1e9", "'-1e9"),
            ("-.5", "'-.5"),
            ("-3", "-3"),
            ("-3.50", "-3.50"),
            ("+3", "+3"),
            ("", ""),
            ("①-⑤轴", "①-⑤轴"),
            ("浇筑=完成", "浇筑=完成"),
            ("a@b", "a@b"),
            ("'=1", "'=1"),
        ] {
            assert_eq!(defused(text), written, "{text:?}");
        }
    }
}
