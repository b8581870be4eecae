//! Documents drawn: a page that any browser shows and prints, a workbook, data.

pub mod data;
pub mod html;
mod paper;
pub mod pictures;
pub mod typeset;
pub mod workbook;

use super::document::Document;
use crate::error::Result;

/// A form in which a report is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Data for other programs.
    Json,
    /// A workbook.
    Xlsx,
    /// A page to read and to print.
    Html,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Json, Self::Xlsx, Self::Html];

    /// What its files' names end with.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Xlsx => "xlsx",
            Self::Html => "html",
        }
    }

    /// The form whose files' names end so.
    pub fn named(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.extension() == extension)
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Html => "text/html; charset=utf-8",
        }
    }

    /// Draws a document in it.
    ///
    /// # Errors
    /// Only our own fault.
    pub fn draw(self, document: &Document) -> Result<Vec<u8>> {
        match self {
            Self::Json => Ok(data::data(document).to_string().into_bytes()),
            Self::Xlsx => workbook::workbook(document),
            Self::Html => Ok(html::html(document).into_bytes()),
        }
    }
}
