//! 更正: what was replaced stays readable, with who wrote it, who replaced it, and why.

use std::collections::HashMap;

use sync_protocol::change::{Change, FieldName};
use sync_protocol::id::EditId;
use sync_protocol::kinds::Kind;
use sync_protocol::value::Value;

use super::telling::{item, label, minute, value};
use crate::clock::Moment;
use crate::error::Language;
use crate::reports::document::{Column, Table};
use crate::reports::table::legible::Words;
use crate::store::ledger::Entry;

/// A value that was said once.
struct Said {
    field: FieldName,
    value: Option<Value>,
    by: String,
}

/// What was replaced in a record by something else, in the order of the ledger; `None` if nothing was.
///
/// Who wrote the same again over a difference has settled it: what was not chosen is told.
pub(in crate::reports) fn corrections(kind: &Kind, history: &[Entry], words: &Words<'_>) -> Option<Table> {
    let changes: Vec<_> = history.iter().filter_map(|entry| Some((entry, change_of(entry)?))).collect();
    let mut said: HashMap<EditId, Said> = HashMap::new();
    for (entry, change) in &changes {
        for (id, edit) in change.lines() {
            let by = told_by(entry, change);
            said.insert(id, Said { field: edit.field.clone(), value: edit.value.clone(), by });
        }
    }
    let mut rows = Vec::new();
    for (entry, change) in &changes {
        let reason = change.value_of("reason").and_then(Value::as_text).unwrap_or_default();
        for edit in &change.edits {
            let Some(field) = kind.field(edit.field.base()).filter(|field| !field.talk) else { continue };
            let tell = |its: &Option<Value>| match its {
                Some(its) => value(field, its, words),
                None => words.language.pick("（删去）", "(taken away)").to_owned(),
            };
            let before = edit.replaces.iter().filter_map(|replaced| said.get(replaced));
            for before in before.filter(|before| before.field == edit.field && before.value != edit.value) {
                rows.push(item(vec![
                    label(field, edit.field.key(), words),
                    tell(&before.value),
                    before.by.clone(),
                    tell(&edit.value),
                    told_by(entry, change),
                    reason.to_owned(),
                ]));
            }
        }
    }
    let pick = |zh, en| words.language.pick(zh, en);
    let columns = [
        (("项目", "field"), 8),
        (("原填", "what stood"), 12),
        (("何人何时", "by whom, when"), 10),
        (("改为", "replaced by"), 12),
        (("何人何时", "by whom, when"), 10),
        (("原因", "reason"), 10),
    ];
    (!rows.is_empty()).then(|| Table {
        title: pick("更正记录", "corrections").to_owned(),
        columns: columns.map(|((zh, en), width)| Column::new(pick(zh, en), width)).into(),
        rows,
        ..Table::default()
    })
}

/// How many entries of a record were lawfully erased, or cannot be read.
pub(super) fn erased(history: &[Entry]) -> usize {
    history.iter().filter(|entry| change_of(entry).is_none()).count()
}

fn change_of(entry: &Entry) -> Option<Change> {
    serde_json::from_str(entry.body.as_deref()?).ok()
}

fn told_by(entry: &Entry, change: &Change) -> String {
    let made = minute(Moment(change.made_at.moment().timestamp_millis()));
    format!("{}\n{made}", entry.by_name)
}

/// What is told where entries were erased.
pub(super) fn told_erased(count: usize, language: Language) -> String {
    match language {
        Language::Chinese => format!("有 {count} 次填写的内容已依法删除或无法读取，台账中仍有其摘要。"),
        Language::English => {
            format!("{count} entries were lawfully erased or cannot be read; the ledger keeps their digests.")
        }
    }
}
