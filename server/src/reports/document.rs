//! What a report says, as one value that every renderer draws: a page to print, a typeset book, a
//! workbook, data. A report is a function from facts to a [`Document`]; nothing is reckoned while it
//! is drawn, so all its forms say the same.

use chrono::NaiveDate;
use sync_protocol::photo::Sha256;

use crate::error::Language;
use crate::programme::ratio::{Printed, Ratio};

/// A report, ready to be drawn.
#[derive(Clone, Debug)]
pub struct Document {
    /// What its file is called, without extension: `上杭县-月调度单-2026-11`.
    pub name: String,
    /// What stands on top.
    pub title: String,
    /// What was counted, and as of when: the plan, the days, the position of the ledger.
    pub stated: Vec<Line>,
    /// What it says, from top to bottom.
    pub blocks: Vec<Block>,
    /// How it lies on paper.
    pub paper: Paper,
    /// How it is held together.
    pub binding: Binding,
    /// What is drawn across every page: 草稿.
    pub mark: Option<String>,
    /// The language of its words.
    pub language: Language,
}

/// How a document is held together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Binding {
    /// 单页: it begins below its title.
    #[default]
    Sheets,
    /// 成册: it has a cover, with what is stated on it, and a table of contents.
    Book,
}

/// How a document lies on A4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paper {
    /// 竖版: texts, books that are bound.
    #[default]
    Portrait,
    /// 横版: wide tables.
    Landscape,
}

/// A name and what it comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The name.
    pub label: String,
    /// What it comes to.
    pub value: String,
}

/// A part of a document.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading; the table of contents lists them.
    Heading {
        /// Its words.
        text: String,
    },
    /// A heading within what a heading stands over; no table of contents lists it.
    Subheading {
        /// Its words.
        text: String,
    },
    /// A paragraph.
    Text {
        /// Its words, as people wrote them.
        text: String,
    },
    /// What the reader must know before relying on the figures.
    Warning {
        /// Its words.
        text: String,
    },
    /// Names and what they come to, side by side.
    Lines {
        /// The lines.
        lines: Vec<Line>,
    },
    /// A table; in a workbook a sheet of its own.
    Table(Table),
    /// Photos, with what is to be known of each.
    Photos {
        /// The photos.
        photos: Vec<Photo>,
    },
    /// Lines to sign on: `项目管理小组长`, `校长`.
    Signatures {
        /// Who signs.
        lines: Vec<String>,
    },
    /// Something to be scanned.
    Qr {
        /// What is scanned.
        payload: String,
        /// What it is.
        caption: String,
    },
    /// What follows begins a page.
    NewPage,
}

impl Block {
    /// Lines for these to sign on.
    pub(super) fn to_sign<const N: usize>(signers: [&str; N]) -> Self {
        Self::Signatures { lines: signers.map(str::to_owned).into() }
    }
}

/// A table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What it is called: a caption on paper, the name of a sheet in a workbook.
    pub title: String,
    /// How many of the first columns tell which row it is: they stay in view where the table is
    /// wider than what shows it.
    pub keys: u16,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows; each has a cell a column.
    pub rows: Vec<Row>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading, with the unit.
    pub label: String,
    /// How wide it is beside the others: about the number of Chinese characters in a cell.
    pub width: u16,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct Row {
    /// What the row is among the others.
    pub role: RowRole,
    /// Its cells, one a column.
    pub cells: Vec<Cell>,
}

/// What a row is among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowRole {
    /// One of many.
    Item,
    /// The sum of a part of them: 小计.
    Subtotal,
    /// The sum of all: 合计.
    Total,
}

/// What one cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words; never to be computed.
    Text(String),
    /// A figure, exact, printed as its kind is.
    Figure(Ratio, Printed),
    /// A day.
    Day(NaiveDate),
}

/// A photo in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Its bytes.
    pub sha256: Sha256,
    /// What stands below it.
    pub caption: String,
    /// What is drawn onto the picture: when and where it was taken. Never onto the original.
    pub watermark: String,
}

impl Document {
    /// A document that says nothing yet: upright sheets without a mark.
    pub fn new(name: impl Into<String>, title: impl Into<String>, language: Language) -> Self {
        Self {
            name: name.into(),
            title: title.into(),
            stated: Vec::new(),
            blocks: Vec::new(),
            paper: Paper::default(),
            binding: Binding::default(),
            mark: None,
            language,
        }
    }
}

impl Line {
    /// A name and what it comes to.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

impl Column {
    /// A column.
    pub fn new(label: impl Into<String>, width: u16) -> Self {
        Self { label: label.into(), width }
    }
}

impl Cell {
    /// Words; nothing, if there are none.
    pub fn text(words: impl Into<String>) -> Self {
        let words = words.into();
        if words.is_empty() { Self::Empty } else { Self::Text(words) }
    }

    /// A number of things.
    pub const fn count(number: i128) -> Self {
        Self::Figure(Ratio { numerator: number, denominator: 0 }, Printed::Count)
    }

    /// As it stands on paper.
    pub fn printed(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(words) => words.clone(),
            Self::Figure(ratio, printed) => ratio.print(*printed),
            Self::Day(day) => day.to_string(),
        }
    }

    /// Whether it is a figure, which stands on the right.
    pub const fn is_figure(&self) -> bool {
        matches!(self, Self::Figure(..))
    }
}
