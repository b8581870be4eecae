//! One diary on paper: what it says, its photos, who signed it, what was corrected.

use std::fmt::Write as _;

use chrono::{Datelike as _, NaiveDate};

use super::corrections::{corrections, erased, told_erased};
use super::shelf::Kept;
use super::telling::{conflicts, lines, minute, photos, signatures, withdrawal};
use crate::error::Language;
use crate::programme::facts::Came;
use crate::reports::document::{Block, Line};
use crate::reports::table::legible::Words;
use crate::store::ledger::Entry;

/// A diary with what is known of it beside what it says.
pub(super) struct Diary {
    /// As it stands.
    pub(super) kept: Kept,
    /// All that was ever said of it.
    pub(super) history: Vec<Entry>,
    /// The day that it is about.
    pub(super) day: NaiveDate,
    /// How it came, once it had all that a diary must have; nothing if it has not, or is withdrawn.
    pub(super) came: Option<Came>,
    /// What stands behind its day: 补记, 迟报.
    pub(super) marks: Vec<&'static str>,
}

/// The day as a heading tells it.
pub(super) fn told_day(day: NaiveDate, language: Language) -> String {
    match language {
        Language::Chinese => format!("{}月{}日　星期{}", day.month(), day.day(), weekday(day, language)),
        Language::English => format!("{day}, {}", weekday(day, language)),
    }
}

/// The day of the week, as a table tells it.
pub(super) fn weekday(day: NaiveDate, language: Language) -> &'static str {
    const ZH: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
    const EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let at = day.weekday().num_days_from_monday() as usize;
    language.pick(ZH[at], EN[at])
}

impl Diary {
    /// Whether something in it was replaced.
    pub(super) fn was_corrected(&self, words: &Words<'_>) -> bool {
        corrections(self.kept.kind, &self.history, words).is_some()
    }

    /// What stands in it that people differ about.
    pub(super) fn conflicts(&self, words: &Words<'_>) -> Vec<String> {
        conflicts(self.kept.kind, &self.kept.record, words)
    }

    /// Its page; `place` stands in the watermarks of its photos.
    pub(super) fn blocks(&self, words: &Words<'_>, place: &str) -> Vec<Block> {
        let Kept { kind, record, .. } = &self.kept;
        let pick = |zh, en| words.language.pick(zh, en);
        let mut heading = told_day(self.day, words.language);
        for mark in &self.marks {
            let _ = write!(heading, "【{mark}】");
        }
        let mut blocks = vec![Block::NewPage, Block::Heading { text: heading }];
        if let Some(told) = withdrawal(record, words) {
            blocks.push(Block::Warning { text: told });
        }
        let differing = self.conflicts(words);
        if !differing.is_empty() {
            let fields = differing.join(pick("、", ", "));
            let text = match words.language {
                Language::Chinese => format!(
                    "本篇有 {} 项两人所填不同、尚未决定：{fields}。两个值都列在下面，签字前请先确定。",
                    differing.len()
                ),
                Language::English => format!(
                    "People differ about {} fields of this diary: {fields}. Both values stand below; settle them before you sign.",
                    differing.len()
                ),
            };
            blocks.push(Block::Warning { text });
        }
        let erased = erased(&self.history);
        if erased > 0 {
            blocks.push(Block::Warning { text: told_erased(erased, words.language) });
        }
        let mut told = lines(kind, record, words, &["date"]);
        told.extend(self.provenance(words));
        blocks.push(Block::Lines { lines: told });
        let photos = photos(kind, record, words, place);
        if !photos.is_empty() {
            let text = match words.language {
                Language::Chinese => format!("照片（{} 张）", photos.len()),
                Language::English => format!("Photos ({})", photos.len()),
            };
            blocks.extend([Block::Subheading { text }, Block::Photos { photos }]);
        }
        blocks.extend(signatures(kind, record, words).map(Block::Table));
        blocks.extend(corrections(kind, &self.history, words).map(Block::Table));
        let signers = [
            pick("填写人", "written by"),
            pick("监理工程师", "supervising engineer"),
            pick("校长", "principal"),
        ];
        blocks.push(Block::to_sign(signers));
        blocks
    }

    /// Who wrote it, when by the device's clock, and when it was received by ours.
    fn provenance(&self, words: &Words<'_>) -> Vec<Line> {
        let pick = |zh, en| words.language.pick(zh, en);
        let mut authors: Vec<&str> = Vec::new();
        for entry in &self.history {
            if !authors.contains(&entry.by_name.as_str()) {
                authors.push(&entry.by_name);
            }
        }
        let mut told = vec![Line::new(pick("填报人", "written by"), authors.join(pick("、", ", ")))];
        if let Some(came) = &self.came {
            told.push(Line::new(pick("填完时间", "complete at"), minute(came.made_at)));
            told.push(Line::new(pick("服务器收到", "received at"), minute(came.received_at)));
        }
        let numbers: Vec<_> = self.history.iter().map(|entry| entry.seq.to_string()).collect();
        told.push(Line::new(pick("台账序号", "ledger numbers"), numbers.join(pick("、", ", "))));
        told
    }
}
