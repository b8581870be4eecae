//! A record as the index has it: where it belongs, which day it is about, what its texts say.

use chrono::NaiveDate;
use sync_protocol::kinds::{self, Field, Kind, Type};
use sync_protocol::message::Snapshot;
use sync_protocol::record::{Head, in_conflict};
use sync_protocol::value::Value;
use sync_protocol::withdrawal::Force;

use super::words::words;
use crate::error::Result;
use crate::photos::evidence::day_of;
use crate::store::index::Listed;
use crate::store::ledger::Hand;
use crate::store::records::RecordRow;
use crate::sync::standing::snapshot;

/// A record's entry in the index, where `hand` wrote the last change.
pub(super) fn of(row: &RecordRow, hand: &Hand) -> Result<Listed> {
    let snapshot = snapshot(row)?;
    let kind = kinds::named(&row.kind);
    Ok(Listed {
        record: row.id,
        county: row.county.clone(),
        kind: row.kind.clone(),
        place: row.place,
        school: row.school,
        project: row.project,
        day: day(&snapshot),
        made_by: hand.by,
        received_at: hand.received_at,
        in_conflict: kind.is_some_and(|kind| conflicts(kind, &snapshot).next().is_some()),
        words: kind.map(|kind| words(&text(kind, &snapshot))).unwrap_or_default(),
        withdrawn: snapshot.into_record().force() == Force::Withdrawn,
    })
}

/// The fields about which people differ.
pub(super) fn conflicts<'s>(kind: &'s Kind, snapshot: &'s Snapshot) -> impl Iterator<Item = &'s str> {
    let several = snapshot.fields.iter().filter(|(_, heads)| heads.len() > 1);
    several.filter(|(name, heads)| in_conflict(kind.rule(name), heads)).map(|(name, _)| name.as_str())
}

/// The day that a record is about, as lists have it; of a month, the first.
pub(super) fn day(snapshot: &Snapshot) -> Option<NaiveDate> {
    let says =
        |field: &str| -> Option<&str> { snapshot.fields.get(&field.parse().ok()?)?.first()?.value.as_text() };
    day_of(snapshot)
        .or_else(|| says("found_on")?.parse().ok())
        .or_else(|| format!("{}-01", says("month")?).parse().ok())
}

/// All that people wrote in words in a record.
fn text(kind: &Kind, snapshot: &Snapshot) -> String {
    let mut text = String::new();
    for (name, heads) in &snapshot.fields {
        let Some(field) = kind.field(name.base()) else { continue };
        for Head { value, .. } in heads {
            add(field, &field.ty, value, &mut text);
        }
        if let Some(key) = name.key() {
            add_text(key, &mut text);
        }
    }
    text
}

/// Adds what a value says in words; numbers, days and what stands for other records are none.
fn add(field: &Field, ty: &Type, value: &Value, text: &mut String) {
    match (ty, value) {
        (Type::Text | Type::Digits { .. }, Value::Text(said)) => add_text(said, text),
        // What is chosen from a list is looked for where people would write it, too.
        (Type::Choice(_) | Type::OpenChoice(_), Value::Text(said)) if !WEATHER.contains(&field.name) => {
            add_text(said, text);
        }
        (Type::Object(parts), _) => {
            for part in *parts {
                if let Some(value) = value.part(part.name) {
                    add(field, &part.ty, value, text);
                }
            }
        }
        (Type::Photo, _) => {
            for said in ["caption", "category"].iter().filter_map(|part| value.part(part)?.as_text()) {
                add_text(said, text);
            }
        }
        (Type::Signoff, _) => {
            if let Some(note) = value.part("note").and_then(Value::as_text) {
                add_text(note, text);
            }
        }
        _ => {}
    }
}

/// Every diary says it, and nobody looks for it by words.
const WEATHER: [&str; 2] = ["weather_am", "weather_pm"];

fn add_text(said: &str, text: &mut String) {
    text.push_str(said);
    text.push('\n');
}
