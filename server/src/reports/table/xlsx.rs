//! A workbook: real dates and numbers, a heading that stays in view, one row after the other to the
//! disk. A sheet that is full goes on in the next.

use std::borrow::Cow;
use std::io::Write;
use std::path::Path;

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};
use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::cell::Cell;
use super::columns::Column;
use super::legible::clock_in_china;
use super::reading::{Missing, Page};
use super::rows::Rows;
use super::{Table, unwritten};
use crate::error::{Error, Language, Result};

/// How many rows a sheet has below its heading.
const MOST_ROWS: u32 = 1_048_575;
/// The paper of offices here.
const A4: u8 = 9;
/// How many UTF-16 units a cell holds.
const MOST_UNITS: usize = 32_767;
/// Beyond fifteen digits a spreadsheet rounds.
const MOST_EXACT: u64 = 999_999_999_999_999;

/// A workbook.
pub(super) struct Xlsx<W> {
    rows: Rows,
    sink: W,
    book: Book,
}

/// The sheets of a workbook.
struct Book {
    workbook: Workbook,
    looks: Looks,
    language: Language,
    /// What the sheets are called.
    name: &'static str,
    columns: Vec<Column>,
    sheets: usize,
    /// The next row of the last sheet.
    next: u32,
}

/// How cells look.
struct Looks {
    heading: Format,
    note: Format,
    hundredths: Format,
    tenths: Format,
    day: Format,
    month: Format,
    time: Format,
    moment: Format,
}

impl Default for Looks {
    fn default() -> Self {
        let number = |format: &str| Format::new().set_num_format(format);
        Self {
            heading: Format::new()
                .set_bold()
                .set_background_color(Color::RGB(0xE7_EE_F5))
                .set_align(FormatAlign::VerticalCenter)
                .set_text_wrap(),
            note: Format::new().set_bold().set_font_color(Color::RGB(0xB0_00_20)),
            hundredths: number("#,##0.00"),
            tenths: number("0.0"),
            day: number("yyyy-mm-dd"),
            month: number("yyyy-mm"),
            time: number("hh:mm"),
            moment: number("yyyy-mm-dd hh:mm:ss"),
        }
    }
}

impl<W: Write> Xlsx<W> {
    /// Begins. What is not written down yet lies in `scratch` in a file without a name; where none is
    /// named, where temporary files are.
    pub(super) fn begin(rows: Rows, sink: W, scratch: Option<&Path>) -> Result<Self> {
        let mut workbook = Workbook::new();
        if let Some(scratch) = scratch {
            workbook.set_tempdir(scratch).map_err(of_xlsx)?;
        }
        let (kind, language) = (rows.columns.kind(), rows.question.language);
        let mut book = Book {
            workbook,
            looks: Looks::default(),
            language,
            name: language.pick(kind.zh, kind.en),
            columns: rows.columns.columns().to_vec(),
            sheets: 0,
            next: 0,
        };
        book.begin_sheet()?;
        Ok(Self { rows, sink, book })
    }
}

impl Book {
    fn begin_sheet(&mut self) -> Result<()> {
        self.sheets += 1;
        let name = match self.sheets {
            1 => self.name.to_owned(),
            number => format!("{} {number}", self.name),
        };
        let sheet = self.workbook.add_worksheet_with_constant_memory().map_err(of_xlsx)?;
        let begin = |sheet: &mut Worksheet| {
            sheet.set_name(name)?.set_freeze_panes(1, 0)?.set_row_height(0, 30)?;
            // On paper the heading stands on every page.
            sheet.set_landscape().set_paper_size(A4).set_repeat_rows(0, 0)?;
            sheet.set_print_gridlines(true).set_footer("&C&P / &N");
            for (at, column) in (0..).zip(&self.columns) {
                sheet.set_column_width(at, column.width)?;
                sheet.write_string_with_format(0, at, column.heading.as_str(), &self.looks.heading)?;
            }
            Ok(())
        };
        begin(sheet).map_err(of_xlsx)?;
        self.next = 1;
        Ok(())
    }

    fn sheet(&mut self) -> Result<&mut Worksheet> {
        self.workbook.worksheet_from_index(self.sheets - 1).map_err(of_xlsx)
    }

    /// The filter's arrows stand over all rows of a sheet that is done.
    fn end_sheet(&mut self) -> Result<()> {
        let (last_row, last_column) = (self.next - 1, self.columns.len() as u16 - 1);
        self.sheet()?.autofilter(0, 0, last_row, last_column).map(drop).map_err(of_xlsx)
    }

    fn write(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        if self.next > MOST_ROWS {
            self.end_sheet()?;
            self.begin_sheet()?;
        }
        let sheet = self.workbook.worksheet_from_index(self.sheets - 1).map_err(of_xlsx)?;
        for (at, cell) in (0..).zip(cells) {
            write(sheet, (self.next, at), cell, &self.looks, self.language).map_err(of_xlsx)?;
        }
        self.next += 1;
        Ok(())
    }
}

impl<W: Write + Send> Table<W> for Xlsx<W> {
    fn page(&mut self, page: &Page) -> Result<()> {
        let Self { rows, sink, book } = self;
        // Nothing goes out before the end, and who has left is noticed all the same.
        sink.flush().map_err(unwritten)?;
        rows.each(page, |cells| book.write(cells))
    }

    fn end(self: Box<Self>, missing: &Missing) -> Result<(W, u64)> {
        let Self { rows, mut sink, mut book } = *self;
        book.end_sheet()?;
        if let Some(note) = rows.note(missing) {
            if book.next > MOST_ROWS {
                book.begin_sheet()?;
            }
            let (next, look) = (book.next, book.looks.note.clone());
            book.sheet()?.write_string_with_format(next, 0, note, &look).map_err(of_xlsx)?;
        }
        book.workbook.save_to_writer(&mut sink).map_err(of_xlsx)?;
        Ok((sink, rows.count))
    }
}

fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell<'_>,
    looks: &Looks,
    language: Language,
) -> Result<(), XlsxError> {
    let dated = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(date);
    match cell {
        Cell::Empty => {}
        Cell::Whole(number) if number.unsigned_abs() <= MOST_EXACT => {
            sheet.write_number(row, column, *number as f64)?;
        }
        Cell::Scaled { units, places } if units.unsigned_abs() <= MOST_EXACT => {
            let (parts, look) = if *places == 1 { (10.0, &looks.tenths) } else { (100.0, &looks.hundredths) };
            // A cell is a fraction that is none; the nearest one is told by the same digits.
            sheet.write_number_with_format(row, column, *units as f64 / parts, look)?;
        }
        Cell::Number(number) => drop(sheet.write_number(row, column, *number)?),
        Cell::Day(text) if let Some(day) = dated(text) => {
            sheet.write_datetime_with_format(row, column, day, &looks.day)?;
        }
        Cell::Month(text) if let Some(day) = dated(&format!("{text}-01")) => {
            sheet.write_datetime_with_format(row, column, day, &looks.month)?;
        }
        Cell::Time(text) if let Ok(time) = NaiveTime::parse_from_str(text, "%H:%M") => {
            let time = ExcelDateTime::from_hms(time.hour() as u16, time.minute() as u8, 0)?;
            sheet.write_datetime_with_format(row, column, time, &looks.time)?;
        }
        Cell::Moment(moment) if let Some(moment) = date_and_time(clock_in_china(*moment)) => {
            sheet.write_datetime_with_format(row, column, moment, &looks.moment)?;
        }
        Cell::Text(text) => {
            sheet.write_string(row, column, shortened(text, language))?;
        }
        // What a spreadsheet would round, and days of before 1900, which it does not know.
        cell => {
            let mut spelt = String::new();
            cell.spell(&mut spelt);
            sheet.write_string(row, column, spelt)?;
        }
    }
    Ok(())
}

fn date(day: NaiveDate) -> Option<ExcelDateTime> {
    ExcelDateTime::from_ymd(day.year().try_into().ok()?, day.month() as u8, day.day() as u8).ok()
}

fn date_and_time(moment: NaiveDateTime) -> Option<ExcelDateTime> {
    let (hour, minute) = (moment.hour() as u16, moment.minute() as u8);
    date(moment.date())?.and_hms(hour, minute, f64::from(moment.second())).ok()
}

/// What is longer than a cell holds ends by saying so.
fn shortened(text: &str, language: Language) -> Cow<'_, str> {
    if text.len() <= MOST_UNITS || text.encode_utf16().count() <= MOST_UNITS {
        return text.into();
    }
    let note = language.pick("……（太长，全文见 NDJSON）", "… (too long; all of it is in the NDJSON)");
    let room = MOST_UNITS - note.encode_utf16().count();
    let mut units = 0;
    let fits = text.char_indices().take_while(|(_, letter)| {
        units += letter.len_utf16();
        units <= room
    });
    let end = fits.last().map_or(0, |(at, letter)| at + letter.len_utf8());
    format!("{}{note}", &text[..end]).into()
}

fn of_xlsx(error: XlsxError) -> Error {
    match error {
        XlsxError::IoError(error) | XlsxError::TempFileError(_, error) => unwritten(error),
        error => Error::internal(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_no_cell_holds_says_that_it_goes_on() {
        let fits = "字".repeat(MOST_UNITS);
        assert_eq!(shortened(&fits, Language::Chinese), fits);
        // Letters that take two units each.
        let long = "𠮷".repeat(MOST_UNITS);
        let short = shortened(&long, Language::Chinese);
        let units = short.encode_utf16().count();
        assert!((MOST_UNITS - 1..=MOST_UNITS).contains(&units), "{units}");
        assert!(short.ends_with("全文见 NDJSON）"));
    }
}
