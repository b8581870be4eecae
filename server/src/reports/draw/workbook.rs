//! A document as a workbook: each table a sheet of its own, with the title and what was counted above it,
//! ready to be printed and signed. Figures are numbers and days are days; nothing is a formula.

use chrono::{Datelike as _, NaiveDate};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::paper::{A3_ACROSS, A4_ACROSS};
use crate::error::{Error, Language, Result};
use crate::programme::ratio::Printed;
use crate::reports::document::{Block, Cell, Document, Line, Paper, Row, RowRole, Table};

/// The papers of offices here, as spreadsheets number them.
const A4: u8 = 9;
const A3: u8 = 8;
/// So many Chinese characters stand beside each other on A4 upright, a little smaller than on the screen.
const A4_UPRIGHT: usize = 70;
/// A column that is no wider has its words in the middle.
const NARROW: u16 = 6;
/// The font that every office has. Others take its place where it is missing.
const FONT: &str = "宋体";
/// How high a line is, in points.
const LINE: f64 = 14.5;
/// What a name of a sheet must not have, and how long it may be.
const NOT_IN_NAMES: [char; 8] = ['[', ']', ':', '*', '?', '/', '\\', '\''];
const LONGEST_NAME: usize = 31;
/// How many UTF-16 units a cell holds.
const MOST_UNITS: usize = 32_767;

/// Draws a document as a workbook.
///
/// # Errors
/// Only our own fault.
pub fn workbook(document: &Document) -> Result<Vec<u8>> {
    drawn(document).map_err(Error::internal)
}

fn drawn(document: &Document) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_title(&document.title));
    let looks = Looks::default();
    let mut names = Vec::new();
    for part in parts(document) {
        let title = part.table.map_or("", |table| table.title.as_str());
        let name = sheet_name(if title.is_empty() { &document.title } else { title }, &names);
        let sheet = workbook.add_worksheet();
        sheet.set_name(&name)?;
        names.push(name);
        Sheet { page: sheet, looks: &looks, document, width: width_of(part.table), next: 0 }.draw(&part)?;
    }
    workbook.save_to_buffer()
}

/// What stands on a sheet.
#[derive(Default)]
struct Part<'d> {
    above: Vec<&'d Block>,
    table: Option<&'d Table>,
    below: Vec<&'d Block>,
}

/// Each table with what stands before it; what stands behind the last one goes below that, and lines to
/// sign on below each.
fn parts(document: &Document) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut above = Vec::new();
    for block in &document.blocks {
        match block {
            Block::Table(table) => {
                let above = std::mem::take(&mut above);
                parts.push(Part { above, table: Some(table), below: Vec::new() });
            }
            block => above.push(block),
        }
    }
    let Some((last, others)) = parts.split_last_mut() else {
        return vec![Part { above, ..Part::default() }];
    };
    // Each sheet is printed by itself, and whoever signs one signs them all.
    for part in others {
        part.below =
            above.iter().copied().filter(|block| matches!(block, Block::Signatures { .. })).collect();
    }
    last.below = above;
    parts
}

/// A name that every program takes, and that no other sheet has.
fn sheet_name(title: &str, others: &[String]) -> String {
    let legal: String = title.chars().filter(|letter| !NOT_IN_NAMES.contains(letter)).collect();
    let cut = |most: usize| legal.chars().take(most).collect::<String>();
    let is_free = |name: &str| {
        !name.is_empty() && others.iter().all(|other| other.to_lowercase() != name.to_lowercase())
    };
    let whole = cut(LONGEST_NAME).trim().to_owned();
    if is_free(&whole) {
        return whole;
    }
    let numbered = (2_u32..).map(|number| {
        let ending = format!(" {number}");
        format!("{}{ending}", cut(LONGEST_NAME - ending.len()).trim()).trim().to_owned()
    });
    numbered.into_iter().find(|name| is_free(name)).unwrap_or(whole)
}

/// How wide a sheet is, in Chinese characters.
fn width_of(table: Option<&Table>) -> usize {
    table.map_or(0, Table::width).max(30)
}

/// How wide a text is, in Latin letters.
fn letters(text: &str) -> usize {
    text.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum()
}

/// How many lines a text takes, so many Latin letters a line.
fn lines(text: &str, room: usize) -> usize {
    text.lines().map(|line| letters(line).div_ceil(room.max(1)).max(1)).sum::<usize>().max(1)
}

/// How many Latin letters a column has room for.
fn room(width: u16) -> usize {
    usize::from(width) * 2 + 1
}

/// How cells look.
struct Looks {
    title: Format,
    caption: Format,
    stated: Format,
    heading: Format,
    text: Format,
    warning: Format,
    column: Format,
    item: Format,
}

impl Default for Looks {
    fn default() -> Self {
        let plain = || Format::new().set_font_name(FONT).set_font_size(10);
        let wrapped = || plain().set_text_wrap().set_align(FormatAlign::VerticalCenter);
        let boxed = || wrapped().set_border(FormatBorder::Thin);
        Self {
            title: plain().set_bold().set_font_size(16).set_align(FormatAlign::Center),
            caption: plain().set_bold().set_font_size(12).set_align(FormatAlign::Center),
            stated: wrapped().set_font_size(9),
            heading: plain().set_bold().set_font_size(12),
            text: wrapped(),
            warning: wrapped().set_font_color(Color::RGB(0xB0_00_20)),
            column: boxed()
                .set_bold()
                .set_align(FormatAlign::Center)
                .set_background_color(Color::RGB(0xE7_EE_F5)),
            item: boxed(),
        }
    }
}

impl Looks {
    /// How a cell looks, by the row that it is in and by what it says.
    fn of(&self, role: RowRole, cell: &Cell) -> Format {
        let look = match role {
            RowRole::Item => self.item.clone(),
            RowRole::Subtotal => self.item.clone().set_bold().set_background_color(Color::RGB(0xF4_F4_F0)),
            RowRole::Total => self.item.clone().set_bold().set_background_color(Color::RGB(0xE6_E6_DE)),
        };
        match cell {
            Cell::Figure(_, printed) => {
                look.set_align(FormatAlign::Right).set_num_format(number_format(*printed))
            }
            Cell::Day(_) => look.set_align(FormatAlign::Center).set_num_format("yyyy-mm-dd"),
            Cell::Empty | Cell::Text(_) => look,
        }
    }
}

fn number_format(printed: Printed) -> String {
    let places = |decimals: u32| match decimals {
        0 => "0".to_owned(),
        decimals => format!("0.{}", "0".repeat(decimals as usize)),
    };
    match printed {
        Printed::Percent(decimals) => format!("{}%", places(decimals)),
        Printed::Mean(decimals) | Printed::MiddleHours(decimals) => places(decimals),
        Printed::Count => "#,##0".to_owned(),
        Printed::Area | Printed::Money => "#,##0.00".to_owned(),
    }
}

/// A sheet that is being drawn.
struct Sheet<'s> {
    page: &'s mut Worksheet,
    looks: &'s Looks,
    document: &'s Document,
    /// How wide it is, in Chinese characters.
    width: usize,
    /// The next row.
    next: u32,
}

impl Sheet<'_> {
    fn draw(mut self, part: &Part<'_>) -> Result<(), XlsxError> {
        self.lay();
        let last = part.table.map_or(5, |table| table.columns.len().saturating_sub(1)) as u16;
        self.across(&self.document.title, last, &self.looks.title, 28.0)?;
        if let Some(table) = part.table.filter(|table| !table.title.is_empty()) {
            self.across(&table.title, last, &self.looks.caption, 20.0)?;
        }
        self.passage(&joined(&self.document.stated, self.document.language), last, &self.looks.stated)?;
        for block in &part.above {
            self.block(block, last)?;
        }
        if let Some(table) = part.table {
            self.table(table)?;
        }
        for block in &part.below {
            self.block(block, last)?;
        }
        Ok(())
    }

    /// How it lies on paper.
    fn lay(&mut self) {
        let is_across = match self.document.paper {
            Paper::Portrait => self.width > A4_UPRIGHT,
            Paper::Landscape => true,
        };
        let page = &mut *self.page;
        if is_across {
            page.set_landscape();
        }
        page.set_paper_size(if self.width > A4_ACROSS { A3 } else { A4 });
        let pages = if self.width > A3_ACROSS { 2 } else { 1 };
        page.set_print_fit_to_pages(pages, 0).set_print_center_horizontally(true);
        page.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
        // An ampersand begins a command there.
        let name = self.document.name.replace('&', "&&");
        let pages = self.document.language.pick("第 &P 页，共 &N 页", "page &P of &N");
        page.set_footer(format!("&L&8{name}&R&8{pages}"));
        page.set_screen_gridlines(false);
    }

    /// Words over the whole width.
    fn across(&mut self, text: &str, last: u16, look: &Format, height: f64) -> Result<(), XlsxError> {
        let row = self.next;
        if last == 0 {
            self.page.write_string_with_format(row, 0, shortened(text), look)?;
        } else {
            self.page.merge_range(row, 0, row, last, &shortened(text), look)?;
        }
        self.page.set_row_height(row, height)?;
        self.next += 1;
        Ok(())
    }

    /// Words over the whole width, in as many lines as they take.
    fn passage(&mut self, text: &str, last: u16, look: &Format) -> Result<(), XlsxError> {
        if text.is_empty() {
            return Ok(());
        }
        self.across(text, last, look, LINE * lines(text, self.width * 2) as f64 + 2.0)
    }

    fn block(&mut self, block: &Block, last: u16) -> Result<(), XlsxError> {
        let looks = self.looks;
        let language = self.document.language;
        match block {
            Block::Heading { text } | Block::Subheading { text } => {
                self.across(text, last, &looks.heading, 20.0)
            }
            Block::Text { text } => self.passage(text, last, &looks.text),
            Block::Warning { text } => {
                let text = format!("{}{text}", language.pick("注意：", "note: "));
                self.passage(&text, last, &looks.warning)
            }
            Block::Lines { lines } => {
                let text: Vec<_> = lines.iter().map(|line| one(line, language)).collect();
                self.passage(&text.join("\n"), last, &looks.text)
            }
            Block::Signatures { lines } => {
                self.next += 1;
                let text: Vec<_> = lines
                    .iter()
                    .map(|who| format!("{who}{}_______________", language.pick("：", ": ")))
                    .collect();
                self.across(&text.join("　　"), last, &looks.text, 24.0)
            }
            Block::Qr { payload, caption } => {
                self.passage(&format!("{caption}{}{payload}", language.pick("：", ": ")), last, &looks.text)
            }
            Block::Photos { photos } => {
                let text = match language {
                    Language::Chinese => format!("照片 {} 张，见网页或 PDF", photos.len()),
                    Language::English => {
                        format!("{} photos, to be seen on the page or in the PDF", photos.len())
                    }
                };
                self.passage(&text, last, &looks.text)
            }
            Block::Table(_) | Block::NewPage => Ok(()),
        }
    }

    fn table(&mut self, table: &Table) -> Result<(), XlsxError> {
        let head = self.next;
        let mut tallest = 1;
        for (at, column) in (0..).zip(&table.columns) {
            self.page.set_column_width(at, room(column.width) as f64)?;
            self.page.write_string_with_format(head, at, column.label.as_str(), &self.looks.column)?;
            tallest = tallest.max(lines(&column.label, room(column.width)));
        }
        self.page.set_row_height(head, LINE * tallest as f64 + 4.0)?;
        self.page.set_repeat_rows(head, head)?.set_freeze_panes(head + 1, table.keys)?;
        if self.width > A3_ACROSS && table.keys > 0 {
            self.page.set_repeat_columns(0, table.keys - 1)?;
        }
        self.next += 1;
        for row in &table.rows {
            self.row(row, table)?;
        }
        Ok(())
    }

    fn row(&mut self, row: &Row, table: &Table) -> Result<(), XlsxError> {
        let mut said = row.cells.iter().filter(|cell| **cell != Cell::Empty);
        if row.role != RowRole::Item
            && let (Some(Cell::Text(heading)), None) = (said.next(), said.next())
        {
            let look = self.looks.of(row.role, &Cell::Empty);
            let last = table.columns.len().saturating_sub(1) as u16;
            return self.across(heading, last, &look, LINE + 5.0);
        }
        let mut tallest = 1;
        for (at, (cell, column)) in (0..).zip(row.cells.iter().zip(&table.columns)) {
            self.cell(at, cell, row.role, column.width <= NARROW)?;
            if let Cell::Text(text) = cell {
                tallest = tallest.max(lines(text, room(column.width)));
            }
        }
        self.page.set_row_height(self.next, (LINE * tallest as f64 + 3.0).min(400.0))?;
        self.next += 1;
        Ok(())
    }

    fn cell(&mut self, at: u16, cell: &Cell, role: RowRole, in_the_middle: bool) -> Result<(), XlsxError> {
        let (row, mut look) = (self.next, self.looks.of(role, cell));
        if in_the_middle && matches!(cell, Cell::Text(_)) {
            look = look.set_align(FormatAlign::Center);
        }
        match cell {
            Cell::Figure(ratio, printed) if printed.is_of_a_whole() && ratio.denominator == 0 => {
                self.page.write_string_with_format(row, at, cell.printed(), &look)?;
            }
            Cell::Figure(ratio, printed) => {
                let of = |parts: f64| ratio.numerator as f64 / parts;
                let number = match printed {
                    Printed::Percent(_) | Printed::Mean(_) | Printed::MiddleHours(_) => {
                        of(ratio.denominator as f64)
                    }
                    Printed::Count => of(1.0),
                    Printed::Area => of(100.0),
                    Printed::Money => of(1_000_000.0),
                };
                self.page.write_number_with_format(row, at, number, &look)?;
            }
            Cell::Day(day) => match excel(*day) {
                Some(day) => drop(self.page.write_datetime_with_format(row, at, day, &look)?),
                None => drop(self.page.write_string_with_format(row, at, day.to_string(), &look)?),
            },
            Cell::Text(text) => drop(self.page.write_string_with_format(row, at, shortened(text), &look)?),
            Cell::Empty => drop(self.page.write_blank(row, at, &look)?),
        }
        Ok(())
    }
}

/// A day, unless it is from before 1900, which spreadsheets do not know.
fn excel(day: NaiveDate) -> Option<ExcelDateTime> {
    ExcelDateTime::from_ymd(day.year().try_into().ok()?, day.month() as u8, day.day() as u8).ok()
}

fn one(line: &Line, language: Language) -> String {
    format!("{}{}{}", line.label, language.pick("：", ": "), line.value)
}

fn joined(stated: &[Line], language: Language) -> String {
    let lines: Vec<_> = stated.iter().map(|line| one(line, language)).collect();
    lines.join(language.pick("　　", "    "))
}

/// As much of a text as a cell holds.
fn shortened(text: &str) -> String {
    let mut units = 0;
    let fits = text.chars().take_while(|letter| {
        units += letter.len_utf16();
        units <= MOST_UNITS
    });
    fits.collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader as _, Xlsx};

    use super::*;
    use crate::reports::document::Column;

    fn table(title: &str, rows: Vec<Row>) -> Block {
        let columns = ["名称", "面积（㎡）", "资金（万元）", "比例", "个数", "日期"];
        let columns = columns.map(|label| Column::new(label, 8)).into();
        Block::Table(Table { title: title.to_owned(), keys: 1, columns, rows })
    }

    fn opened(document: &Document) -> Xlsx<Cursor<Vec<u8>>> {
        Xlsx::new(Cursor::new(workbook(document).unwrap())).expect("a workbook")
    }

    #[test]
    fn figures_are_numbers_days_are_days_and_words_are_never_computed() {
        let mut document = Document::new("演示", "演示报表", Language::Chinese);
        document.stated = vec![Line::new("统计范围", "上杭县"), Line::new("统计时间", "截至 2026-03-31")];
        document.blocks = vec![
            Block::Warning { text: "口径不同".to_owned() },
            table(
                "明细",
                vec![
                    Row::item(vec![
                        Cell::text("=HYPERLINK(\"http://example.org\")"),
                        Cell::area(5_426_300),
                        Cell::money(1_105_021_000_000),
                        Cell::share(1425, 1000),
                        Cell::count(37),
                        Cell::Day("2026-03-02".parse().unwrap()),
                    ]),
                    Row::item(vec![
                        Cell::text("@SUM(1)"),
                        Cell::Empty,
                        Cell::Empty,
                        Cell::share(3, 0),
                        Cell::Empty,
                        Cell::Day("1899-01-01".parse().unwrap()),
                    ]),
                ],
            ),
            table("明细", Vec::new()),
            Block::Signatures { lines: vec!["制表人".to_owned()] },
        ];
        let mut book = opened(&document);
        assert_eq!(
            book.sheet_names(),
            ["明细", "明细 2"],
            "each table is a sheet, and none has another's name"
        );
        let sheet = book.worksheet_range("明细").unwrap();
        let at = |row: u32, column: u32| sheet.get_value((row, column)).cloned().unwrap_or_default();
        assert_eq!(at(0, 0), Data::String("演示报表".to_owned()));
        assert_eq!(at(2, 0), Data::String("统计范围：上杭县　　统计时间：截至 2026-03-31".to_owned()));
        assert_eq!(at(3, 0), Data::String("注意：口径不同".to_owned()));
        assert_eq!(at(4, 1), Data::String("面积（㎡）".to_owned()));
        assert_eq!(at(5, 0), Data::String("=HYPERLINK(\"http://example.org\")".to_owned()));
        assert_eq!(at(5, 1), Data::Float(54_263.0));
        assert_eq!(at(5, 2), Data::Float(1_105_021.0));
        assert_eq!(at(5, 3), Data::Float(1.425), "142.5 % stays what it is");
        assert_eq!(at(5, 4), Data::Float(37.0));
        assert!(matches!(at(5, 5), Data::DateTime(_)), "{:?}", at(5, 5));
        assert_eq!(at(6, 3), Data::String("—".to_owned()));
        assert_eq!(at(6, 5), Data::String("1899-01-01".to_owned()));
        assert!(book.worksheet_formula("明细").unwrap().is_empty(), "nothing is a formula");
        for name in ["明细", "明细 2"] {
            let sheet = book.worksheet_range(name).unwrap();
            let is_signed = sheet.used_cells().any(|(.., cell)| cell.to_string().starts_with("制表人："));
            assert!(is_signed, "{name} is signed by itself");
        }
    }

    #[test]
    fn a_document_without_a_table_is_a_sheet_of_words() {
        let mut document = Document::new("演示", "演示[报]表:*?/\\", Language::English);
        document.blocks = vec![Block::Text { text: "字".repeat(40_000) }];
        let mut book = opened(&document);
        assert_eq!(book.sheet_names(), ["演示报表"]);
        let sheet = book.worksheet_range("演示报表").unwrap();
        let longest = sheet.used_cells().map(|(.., cell)| cell.to_string().chars().count()).max();
        assert_eq!(longest, Some(MOST_UNITS));
    }

    #[test]
    fn names_of_sheets_are_legal_and_each_is_another() {
        let long = "很".repeat(40);
        let mut names: Vec<String> = Vec::new();
        for title in ["a/b", "AB", "", "", &long, &long] {
            names.push(sheet_name(title, &names));
        }
        assert_eq!(&names[..4], ["ab", "AB 2", "2", "3"]);
        assert_eq!(names[4].chars().count(), LONGEST_NAME);
        assert!(names[5].ends_with(" 2") && names[5].chars().count() <= LONGEST_NAME, "{names:?}");
    }
}
