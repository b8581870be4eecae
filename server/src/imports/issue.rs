//! What is wrong with a file, or worth a second look: where, and why, in both languages.

use serde::Serialize;
use sync_protocol::id::RecordId;

use super::sheet::Address;

/// What keeps a file from being imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Issue {
    /// The cell, as people read it off the sheet: `B7`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// Why, in Chinese.
    pub zh: String,
    /// Why, in English.
    pub en: String,
}

impl Issue {
    /// Of a cell.
    pub fn at(cell: Address, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { cell: Some(cell.to_string()), zh: zh.into(), en: en.into() }
    }

    /// Of the file as a whole.
    pub fn of_file(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { cell: None, zh: zh.into(), en: en.into() }
    }
}

/// What does not keep a file from being imported, but may be wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Warning {
    /// A stable code.
    pub code: &'static str,
    /// The cell, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// How many records it is about; 0 if it is about a cell.
    pub count: usize,
    /// The first of those records.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<RecordId>,
}
