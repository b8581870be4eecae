//! What is told in order: who wrote which change. A file each for the diaries and the findings.

use std::collections::BTreeMap;

use serde::Deserialize;
use sync_protocol::change::Change;

/// A change and the sign-in name of who made it.
#[derive(Clone, Debug)]
pub(super) struct Deed {
    pub(super) who: String,
    pub(super) change: Change,
}

impl Deed {
    pub(super) fn new(who: &str, change: Change) -> Self {
        Self { who: who.to_owned(), change }
    }
}

/// The phrases that stories are made of.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phrases {
    #[expect(dead_code, reason = "for people who read the file")]
    note: BTreeMap<String, String>,
    /// Morning, afternoon, lowest and highest temperature in 0.1 ℃.
    pub(super) weather: Vec<(String, String, i64, i64)>,
    pub(super) stages: Vec<Stage>,
    pub(super) remarks: Vec<String>,
    pub(super) findings: Vec<Problem>,
}

/// A stage of the works and what people write in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stage {
    pub(super) image_progress: String,
    pub(super) progress_bp: i64,
    pub(super) part: String,
    pub(super) axis: String,
    pub(super) floor: String,
    pub(super) crew: BTreeMap<String, i64>,
    /// Name and number.
    pub(super) machine: (String, i64),
    /// Name, specification, quantity, unit.
    pub(super) material: (String, String, f64, String),
    pub(super) texts: Vec<String>,
}

/// A problem that an inspector finds, and what is done about it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Problem {
    pub(super) category: String,
    pub(super) severity: String,
    pub(super) item: String,
    pub(super) description: String,
    pub(super) part: String,
    pub(super) responsible: String,
    pub(super) measures: String,
}

/// The phrases of the data file.
pub(super) fn phrases() -> Phrases {
    serde_json::from_str(include_str!("../../demo/diary.json"))
        .expect("the data file is part of the program and tested")
}
