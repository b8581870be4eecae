//! A table as people send it, XLSX or CSV, read into rows of text that know their cell addresses.
//!
//! The file comes from outside, so everything that it could grow into is bounded before it does:
//! what the archive holds, rows, columns, the text of a cell and of all cells.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{Cursor, Read};

use calamine::{DataRef, Reader as _, Xlsx};
use zip::ZipArchive;

use crate::error::{Error, Kind, Result};

/// The most bytes of a file.
pub const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;
/// The most rows with something in them.
pub const MAX_ROWS: usize = 20_000;
/// The most columns.
const MAX_COLUMNS: u32 = 200;
/// The most bytes that the parts of an XLSX file may come to when they are unpacked.
const MAX_UNPACKED_BYTES: u64 = 64 * 1024 * 1024;
/// The most parts of an XLSX file.
const MAX_PARTS: usize = 2_000;
/// The most bytes of text in one cell.
const MAX_CELL_BYTES: usize = 16 * 1024;
/// The most bytes of text in all cells.
const MAX_TEXT_BYTES: usize = 48 * 1024 * 1024;

const XLSX: &[u8] = b"PK\x03\x04";
/// What old Excel files begin with, and new ones with a password.
const OLE: &[u8] = b"\xd0\xcf\x11\xe0";

/// A cell's address, as people read it off the sheet: `B7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// From 0.
    pub column: u32,
    /// From 1, as people count.
    pub row: u32,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut letters, mut rest) = (Vec::new(), self.column + 1);
        while rest > 0 {
            rest -= 1;
            letters.push(char::from(b'A' + (rest % 26) as u8));
            rest /= 26;
        }
        let letters: String = letters.into_iter().rev().collect();
        write!(f, "{letters}{}", self.row)
    }
}

/// A row with something in it.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// From 1, as people count.
    pub number: u32,
    /// What stands there, without blanks around it; empty cells are left out.
    cells: BTreeMap<u32, String>,
}

impl Row {
    /// A row of cells that were put together elsewhere.
    pub(super) fn of(number: u32, cells: impl IntoIterator<Item = (u32, String)>) -> Self {
        Self { number, cells: cells.into_iter().filter(|(_, text)| !text.is_empty()).collect() }
    }

    /// What stands in a column; nothing is the empty text.
    pub fn text(&self, column: u32) -> &str {
        self.cells.get(&column).map_or("", String::as_str)
    }

    /// The address of a cell of it.
    pub const fn at(&self, column: u32) -> Address {
        Address { column, row: self.number }
    }

    /// Its cells with something in them.
    pub fn cells(&self) -> impl Iterator<Item = (u32, &str)> {
        self.cells.iter().map(|(column, text)| (*column, text.as_str()))
    }
}

/// Rows while they are gathered.
#[derive(Default)]
struct Rows {
    rows: BTreeMap<u32, Row>,
    text_bytes: usize,
}

impl Rows {
    fn put(&mut self, row: u32, column: u32, text: &str) -> Result<()> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if text.is_empty() {
            return Ok(());
        }
        let at = Address { column, row: row.saturating_add(1) };
        if column >= MAX_COLUMNS {
            return Err(too_large(
                format!("列太多：{at} 已超过 {MAX_COLUMNS} 列"),
                format!("too many columns: {at} is beyond column {MAX_COLUMNS}"),
            ));
        }
        if text.len() > MAX_CELL_BYTES {
            return Err(too_large(
                format!("{at} 的文字太长（最多 16 KiB）"),
                format!("the text in {at} is too long (at most 16 KiB)"),
            ));
        }
        self.text_bytes += text.len();
        if self.text_bytes > MAX_TEXT_BYTES {
            return Err(too_large(
                "表格里的文字太多，请分几次导入",
                "there is too much text; import it in parts",
            ));
        }
        if !self.rows.contains_key(&row) && self.rows.len() >= MAX_ROWS {
            return Err(too_large(
                format!("超过 {MAX_ROWS} 行，请分几次导入"),
                format!("more than {MAX_ROWS} rows; import it in parts"),
            ));
        }
        let into = self.rows.entry(row).or_insert_with(|| Row { number: at.row, ..Row::default() });
        into.cells.insert(column, text.to_owned());
        Ok(())
    }

    fn into_rows(self) -> Vec<Row> {
        self.rows.into_values().collect()
    }
}

/// Reads a file, which tells by its first bytes what it is.
///
/// # Errors
/// If it is neither, is damaged or has more than is taken, each in words for whoever sent it.
pub fn read(bytes: &[u8]) -> Result<Vec<Row>> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(too_large(
            "文件超过 16 MiB，请分几次导入",
            "the file is over 16 MiB; import it in parts",
        ));
    }
    if bytes.starts_with(XLSX) {
        return read_xlsx(bytes);
    }
    if bytes.starts_with(OLE) {
        return Err(refused(
            "old_excel",
            "这是旧版 Excel（.xls）或加了密码的文件，请用 Excel 或 WPS 另存为不加密的 .xlsx 再导入",
            "this is an old Excel file (.xls) or one with a password; save it as .xlsx without a password",
        ));
    }
    read_csv(bytes)
}

fn read_csv(bytes: &[u8]) -> Result<Vec<Row>> {
    let text = decoded(bytes)?.replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let (mut rows, mut record, mut next) = (Rows::default(), csv::StringRecord::new(), 0);
    while reader.read_record(&mut record).map_err(|error| damaged(&error.to_string()))? {
        // Blank lines are no records, but a sheet shows them as rows.
        let begins = record.position().map_or(0, csv::Position::byte) as usize;
        let blank =
            text.as_bytes()[begins.min(text.len())..].iter().take_while(|byte| **byte == b'\n').count();
        let row = next + blank as u32;
        for (column, text) in (0..).zip(&record) {
            rows.put(row, column, text)?;
        }
        next = row + 1;
    }
    Ok(rows.into_rows())
}

/// UTF-8, UTF-16 with its mark, or GBK: what Excel and WPS write here as CSV.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>> {
    let unknown = || {
        refused(
            "table_encoding",
            "看不懂文件的文字编码，请另存为“CSV UTF-8”或 .xlsx 再导入",
            "the text is neither UTF-8 nor GBK; save it as \"CSV UTF-8\" or .xlsx",
        )
    };
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        let (text, had_errors) = encoding.decode_with_bom_removal(bytes);
        return if had_errors { Err(unknown()) } else { Ok(text) };
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::GB18030
            .decode_without_bom_handling_and_without_replacement(bytes)
            .ok_or_else(unknown)?,
    };
    if text.contains('\0') { Err(unknown()) } else { Ok(text) }
}

/// What parts the cells: a comma, unless the first line has none and has tabs or semicolons.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let found = [b',', b'\t', b';'].into_iter().find(|mark| first.as_bytes().contains(mark));
    found.unwrap_or(b',')
}

type Book<'b> = Xlsx<Cursor<&'b [u8]>>;

fn read_xlsx(bytes: &[u8]) -> Result<Vec<Row>> {
    let mut workbook = open(bytes)?;
    for name in workbook.sheet_names() {
        let rows = sheet(&mut workbook, &name)?;
        if !rows.is_empty() {
            return Ok(rows);
        }
    }
    Ok(Vec::new())
}

/// The sheets of a workbook that bear these names, in that order, if the first is there; an absent
/// one has no rows.
///
/// # Errors
/// As [`read`].
pub(super) fn sheets_named<const N: usize>(bytes: &[u8], names: [&str; N]) -> Result<Option<[Vec<Row>; N]>> {
    if bytes.len() > MAX_FILE_BYTES || !bytes.starts_with(XLSX) {
        return Ok(None);
    }
    let mut workbook = open(bytes)?;
    let there = workbook.sheet_names();
    let found = names.map(|name| there.iter().find(|its| its.trim().eq_ignore_ascii_case(name)));
    if found.first().copied().flatten().is_none() {
        return Ok(None);
    }
    let mut sheets = [const { Vec::new() }; N];
    for (rows, name) in sheets.iter_mut().zip(found) {
        if let Some(name) = name {
            *rows = sheet(&mut workbook, name)?;
        }
    }
    Ok(Some(sheets))
}

fn open(bytes: &[u8]) -> Result<Book<'_>> {
    bound_archive(bytes)?;
    Xlsx::new(Cursor::new(bytes)).map_err(|error| not_read(&error))
}

/// The rows of one sheet.
fn sheet(workbook: &mut Book<'_>, name: &str) -> Result<Vec<Row>> {
    let merged = workbook.merge_cells_by_sheet_name(name).map_err(|error| not_read(&error))?;
    let mut rows = Rows::default();
    let mut cells = workbook.worksheet_cells_reader(name).map_err(|error| not_read(&error))?;
    // Cell by cell, since a range would hold every empty cell between two that lie far apart.
    while let Some(cell) = cells.next_cell().map_err(|error| not_read(&error))? {
        let (row, column) = cell.get_position();
        match told(cell.get_value()) {
            Some(text) => rows.put(row, column, &text)?,
            None => return Err(a_fault(Address { column, row: row.saturating_add(1) })),
        }
    }
    spread_merged(&mut rows, &merged)?;
    Ok(rows.into_rows())
}

fn not_read(error: &calamine::XlsxError) -> Error {
    damaged(&error.to_string())
}

/// What a cell says; nothing if it holds a fault (`#REF!`).
fn told<'c>(value: &'c DataRef<'_>) -> Option<Cow<'c, str>> {
    Some(match value {
        DataRef::Empty => Cow::Borrowed(""),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Cow::Borrowed(text)
        }
        DataRef::SharedString(text) => Cow::Borrowed(text),
        DataRef::Int(number) => Cow::Owned(number.to_string()),
        DataRef::Float(number) => Cow::Owned(plain(*number)),
        DataRef::Bool(claim) => Cow::Borrowed(if *claim { "是" } else { "否" }),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            Cow::Owned(format!("{year:04}-{month:02}-{day:02}"))
        }
        DataRef::DateTime(moment) => Cow::Owned(plain(moment.as_f64())),
        DataRef::Error(_) => return None,
    })
}

/// A number with the 15 digits that Excel shows, and no more: it stores 0.3 as 0.30000000000000004.
fn plain(number: f64) -> String {
    let scientific = format!("{number:.14e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let Ok(exponent) = exponent.parse::<i32>() else { return scientific };
    if !(-20..=30).contains(&exponent) {
        return if number == 0.0 { "0".to_owned() } else { number.to_string() };
    }
    let sign = if mantissa.starts_with('-') { "-" } else { "" };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    let point = exponent + 1;
    let count = digits.len() as i32;
    if digits.is_empty() {
        "0".to_owned()
    } else if point <= 0 {
        format!("{sign}0.{}{digits}", "0".repeat(point.unsigned_abs() as usize))
    } else if point >= count {
        format!("{sign}{digits}{}", "0".repeat((point - count) as usize))
    } else {
        let (whole, part) = digits.split_at(point as usize);
        format!("{sign}{whole}.{part}")
    }
}

/// What stands in a merged cell stands in every cell of it that has a row of its own.
fn spread_merged(rows: &mut Rows, merged: &[calamine::Dimensions]) -> Result<()> {
    let mut spread = 0;
    for region in merged {
        let ((top, left), (bottom, right)) = (region.start, region.end);
        let Some(text) = rows.rows.get(&top).map(|row| row.text(left).to_owned()) else { continue };
        if text.is_empty() || bottom < top || right < left {
            continue;
        }
        let within: Vec<u32> = rows.rows.range(top..=bottom).map(|(row, _)| *row).collect();
        for row in within {
            for column in left..=right.min(MAX_COLUMNS - 1) {
                spread += 1;
                if spread > MAX_ROWS * 20 {
                    return Err(too_large(
                        "合并的单元格太多，请取消合并再导入",
                        "too many merged cells; unmerge them",
                    ));
                }
                if (row, column) != (top, left)
                    && rows.rows.get(&row).is_some_and(|row| row.text(column).is_empty())
                {
                    rows.put(row, column, &text)?;
                }
            }
        }
    }
    Ok(())
}

/// Unpacks every part into nothing, counting: what an archive says of its sizes proves nothing.
fn bound_archive(bytes: &[u8]) -> Result<()> {
    let not_opened = |error: zip::result::ZipError| damaged(&error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(not_opened)?;
    let bomb = || {
        too_large(
            "文件解压后太大，请只保留要导入的那张表再导入",
            "the file unpacks to more than is taken; keep the one sheet that is to be imported",
        )
    };
    if archive.len() > MAX_PARTS {
        return Err(bomb());
    }
    let mut unpacked = 0;
    for part in 0..archive.len() {
        let part = archive.by_index(part).map_err(not_opened)?;
        let mut bounded = part.take(MAX_UNPACKED_BYTES - unpacked + 1);
        unpacked +=
            std::io::copy(&mut bounded, &mut std::io::sink()).map_err(|error| damaged(&error.to_string()))?;
        if unpacked > MAX_UNPACKED_BYTES {
            return Err(bomb());
        }
    }
    Ok(())
}

fn a_fault(at: Address) -> Error {
    refused(
        "table_fault",
        format!("{at} 是公式错误（如 #REF!），请改正后再导入"),
        format!("{at} holds a formula's error; mend it first"),
    )
}

fn damaged(why: &str) -> Error {
    refused(
        "table_damaged",
        "打不开这个文件：它不是 .xlsx 或 CSV，或者已损坏；没有导入任何内容",
        format!("the file is neither .xlsx nor CSV, or it is damaged ({why}); nothing was imported"),
    )
}

fn refused(code: &'static str, zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Error {
    Error::new(Kind::Unprocessable, code, zh, en)
}

fn too_large(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Error {
    Error::new(Kind::TooLarge, "table_too_large", zh, en)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use rust_xlsxwriter::{Format, Workbook};
    use zip::write::SimpleFileOptions;

    use super::*;

    fn texts(rows: &[Row]) -> Vec<(u32, Vec<&str>)> {
        rows.iter().map(|row| (row.number, row.cells().map(|(_, text)| text).collect())).collect()
    }

    #[test]
    fn a_cell_is_named_as_people_read_it_off_the_sheet() {
        for (column, row, expected) in
            [(0, 1, "A1"), (1, 7, "B7"), (25, 2, "Z2"), (26, 2, "AA2"), (701, 9, "ZZ9")]
        {
            assert_eq!(Address { column, row }.to_string(), expected);
        }
    }

    #[test]
    fn a_row_of_csv_has_the_number_that_a_sheet_shows() {
        let text = "a\r\n\r\n\"two\r\nlines\"\n\n\nb\r\n";
        let rows = read(text.as_bytes()).unwrap();
        assert_eq!(texts(&rows), [(1, vec!["a"]), (3, vec!["two\nlines"]), (6, vec!["b"])]);
    }

    #[test]
    fn csv_is_read_in_every_encoding_that_offices_send() {
        let text = "学校,面积\r\n\r\n演示小学,\"1,234.5\"\r\n";
        let expected = vec![(1, vec!["学校", "面积"]), (3, vec!["演示小学", "1,234.5"])];
        let (gbk, _, _) = encoding_rs::GBK.encode(text);
        let with_mark = format!("\u{feff}{text}");
        let utf_16: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for bytes in [text.as_bytes(), with_mark.as_bytes(), &gbk, &utf_16] {
            assert_eq!(texts(&read(bytes).unwrap()), expected);
        }
        let tabs = text.replace("\"1,234.5\"", "8").replace(',', "\t");
        assert_eq!(texts(&read(tabs.as_bytes()).unwrap())[1].1, ["演示小学", "8"]);
        assert_eq!(read(b"\xff\xff\x81").unwrap_err().code, "table_encoding");
    }

    #[test]
    fn xlsx_gives_dates_numbers_and_merged_cells_as_people_see_them() {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        let date = Format::new().set_num_format("yyyy-mm-dd");
        sheet.merge_range(0, 0, 1, 0, "演示乡", &Format::new()).unwrap();
        sheet.write_number(0, 1, 0.1 + 0.2).unwrap();
        sheet.write_number(1, 1, 3_508_230_001.0).unwrap();
        sheet
            .write_datetime_with_format(
                9,
                2,
                rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 3, 2).unwrap(),
                &date,
            )
            .unwrap();
        sheet.write_number(1_000_000, 3, 36_751.8).unwrap();
        let bytes = workbook.save_to_buffer().unwrap();
        assert_eq!(
            texts(&read(&bytes).unwrap()),
            [
                (1, vec!["演示乡", "0.3"]),
                (2, vec!["演示乡", "3508230001"]),
                (10, vec!["2026-03-02"]),
                (1_000_001, vec!["36751.8"])
            ]
        );
    }

    #[test]
    fn numbers_have_no_noise_and_lose_nothing() {
        for (number, expected) in [
            (0.0, "0"),
            (-0.5, "-0.5"),
            (0.001_234, "0.001234"),
            (11_050.21, "11050.21"),
            (110_502_100.0, "110502100"),
            (350_823_101_000.0, "350823101000"),
            (0.1 + 0.2, "0.3"),
        ] {
            assert_eq!(plain(number), expected);
        }
    }

    #[test]
    fn what_would_grow_without_bounds_is_refused() {
        let rows = "a\n".repeat(MAX_ROWS + 1);
        let columns = format!("{}a", ",".repeat(300));
        let long = "长".repeat(MAX_CELL_BYTES);
        for (text, name) in [(&rows, "rows"), (&columns, "columns"), (&long, "cell")] {
            assert_eq!(read(text.as_bytes()).unwrap_err().kind, Kind::TooLarge, "{name}");
        }
        let mut bomb = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for part in 0..3 {
            bomb.start_file(format!("xl/{part}.xml"), SimpleFileOptions::default()).unwrap();
            for _ in 0..64 {
                bomb.write_all(&vec![b' '; 1024 * 1024]).unwrap();
            }
        }
        let bomb = bomb.finish().unwrap().into_inner();
        assert!(bomb.len() < 1024 * 1024);
        assert_eq!(read(&bomb).unwrap_err().code, "table_too_large");
        assert_eq!(read(b"PK\x03\x04 and no more").unwrap_err().code, "table_damaged");
        assert_eq!(read(b"\xd0\xcf\x11\xe0\xa1\xb1").unwrap_err().code, "old_excel");
    }
}
