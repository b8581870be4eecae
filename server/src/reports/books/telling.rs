//! A record told in people's words: what stands in each field, both values where people differ, who
//! signed and what for.

use std::borrow::Cow;
use std::fmt::Write as _;

use sync_protocol::kinds::{Field, Kind, Type};
use sync_protocol::photo::{PhotoRef, Position};
use sync_protocol::record::{Head, Reading, Record, Rule, read};
use sync_protocol::signoff::{self, Signoff, Standing};
use sync_protocol::value::Value;
use sync_protocol::withdrawal::{self, Force};

use crate::clock::Moment;
use crate::error::Language;
use crate::reports::document::{Cell, Column, Line, Photo, Row, RowRole, Table};
use crate::reports::table::cell::{self, unit_name};
use crate::reports::table::legible::{Words, clock_in_china, datum};

/// Fields that say where a record belongs, which the book does once for all.
const PLACES: [&str; 3] = ["school", "project", "county"];
/// Fields that have a part of their own in a book.
const ELSEWHERE: [&str; 3] = [signoff::FIELD, withdrawal::FIELD, "reason"];

/// When something was made, by the device's clock, as it is told in China.
pub(in crate::reports) fn told_time(head: &Head) -> String {
    minute(Moment(head.made_at.moment().timestamp_millis()))
}

/// A moment to the minute, by the clocks in China.
pub(in crate::reports) fn minute(moment: Moment) -> String {
    clock_in_china(moment).format("%Y-%m-%d %H:%M").to_string()
}

/// Who said something, and when.
fn source(head: &Head, language: Language) -> String {
    let (name, time) = (&head.by_name, told_time(head));
    match language {
        Language::Chinese => format!("（{name}，{time}）"),
        Language::English => format!(" ({name}, {time})"),
    }
}

/// What people call a field, with its key.
pub(in crate::reports) fn label(field: &Field, key: Option<&str>, words: &Words<'_>) -> String {
    let label = words.language.pick(field.zh, field.en);
    key.map_or_else(|| label.to_owned(), |key| format!("{label}·{}", key_name(field, key, words)))
}

fn key_name<'k>(field: &Field, key: &'k str, words: &Words<'_>) -> Cow<'k, str> {
    let list = field.key.and_then(|its| its.choices);
    list.map_or(Cow::Borrowed(key), |list| words.choice(list, key))
}

/// One value with its unit.
pub(in crate::reports) fn value(field: &Field, value: &Value, words: &Words<'_>) -> String {
    let mut told = String::new();
    cell::Cell::of(field, value, words).spell(&mut told);
    let (zh, en) = unit_name(field.unit);
    if !matches!(value, Value::Text(_)) {
        told.push_str(words.language.pick(zh, en));
    }
    told
}

/// What a record says in every field that somebody filled in, in the order of its declaration, but for
/// photos, signatures and the fields in `besides`. What must be there and is not is told as well.
pub(in crate::reports) fn lines(
    kind: &Kind,
    record: &Record,
    words: &Words<'_>,
    besides: &[&str],
) -> Vec<Line> {
    let is_told = |field: &&'static Field| {
        !PLACES.contains(&field.name)
            && !ELSEWHERE.contains(&field.name)
            && !besides.contains(&field.name)
            && !matches!(field.ty, Type::Photo)
    };
    let missing = kind.missing(record);
    let mut lines = Vec::new();
    for field in kind.all_fields().filter(is_told) {
        let told = if field.key.is_some() {
            keyed(field, record, words)
        } else {
            heads(field, record.heads_named(field.name), words)
        };
        let label = words.language.pick(field.zh, field.en);
        if !told.is_empty() {
            lines.push(Line::new(label, told));
        } else if missing.iter().any(|its| its.name == field.name) {
            lines.push(Line::new(label, words.language.pick("（未填）", "(not filled in)")));
        }
    }
    lines
}

fn keyed(field: &Field, record: &Record, words: &Words<'_>) -> String {
    let each = record.keyed(field.name).filter(|(_, heads)| !heads.is_empty());
    let each: Vec<_> = each
        .map(|(key, its)| {
            let (name, told) = (key_name(field, key, words), heads(field, its, words));
            format!("{name} {told}")
        })
        .collect();
    let is_long = each.iter().any(|told| told.contains('\n') || told.chars().count() > 24);
    each.join(if is_long { "\n" } else { words.between() })
}

/// What the heads of a field say by its rule.
fn heads(field: &Field, heads: &[Head], words: &Words<'_>) -> String {
    match read(field.rule, heads) {
        Reading::Empty => String::new(),
        Reading::Single(head) => value(field, &head.value, words),
        Reading::Total(sum) => value(field, &sum, words),
        Reading::Conflict(heads) => {
            let each = heads.iter();
            let each = each
                .map(|head| format!("{}{}", value(field, &head.value, words), source(head, words.language)));
            let mark = words.language.pick("【两人所填不同，待定】", "[people differ; to be settled]");
            each.chain([mark.to_owned()]).collect::<Vec<_>>().join("\n")
        }
        Reading::All([only]) if field.rule == Rule::Many => value(field, &only.value, words),
        Reading::All(heads) => {
            let mut told = String::new();
            for (number, head) in (1..).zip(heads) {
                if number > 1 {
                    told.push('\n');
                }
                if field.rule == Rule::Log {
                    let _ =
                        write!(told, "{}{}", value(field, &head.value, words), source(head, words.language));
                } else {
                    let _ = write!(told, "{number}. {}", value(field, &head.value, words));
                }
            }
            told
        }
    }
}

/// Names of fields in which people differ.
pub(in crate::reports) fn conflicts(kind: &Kind, record: &Record, words: &Words<'_>) -> Vec<String> {
    let differ = record.fields.iter().filter(|(name, state)| {
        kind.field(name.base())
            .is_some_and(|field| matches!(read(field.rule, &state.heads), Reading::Conflict(_)))
    });
    differ.filter_map(|(name, _)| Some(label(kind.field(name.base())?, name.key(), words))).collect()
}

/// What is said of a record that is withdrawn, or of which that is contested.
pub(in crate::reports) fn withdrawal(record: &Record, words: &Words<'_>) -> Option<String> {
    let force = record.force();
    if force == Force::InForce {
        return None;
    }
    let head = record.heads_named(withdrawal::FIELD).first()?;
    let told = words.withdrawal(&head.value, matches!(force, Force::Contested(_)));
    Some(format!("{told}{}", source(head, words.language)))
}

/// The photos of a record, field by field. `place` stands in each watermark.
pub(in crate::reports) fn photos(kind: &Kind, record: &Record, words: &Words<'_>, place: &str) -> Vec<Photo> {
    let mut photos = Vec::new();
    for field in kind.all_fields().filter(|field| matches!(field.ty, Type::Photo)) {
        let label = (field.name != "photos").then(|| words.language.pick(field.zh, field.en));
        for head in record.heads_named(field.name) {
            let Ok(photo) = PhotoRef::read(&head.value) else { continue };
            photos.push(Photo {
                sha256: photo.sha256,
                caption: caption(&photo, label, words.language),
                watermark: watermark(&photo, place, words.language),
            });
        }
    }
    photos
}

fn caption(photo: &PhotoRef, label: Option<&str>, language: Language) -> String {
    let said = [label, photo.category.as_deref(), photo.caption.as_deref()];
    let said = said.into_iter().flatten().filter(|said| !said.is_empty());
    let mut caption = said.collect::<Vec<_>>().join(language.pick("·", " · "));
    if photo.contains_minor == Some(true) {
        caption
            .push_str(language.pick("（可辨认未成年人，不得外传）", " (shows a minor: not to be passed on)"));
    }
    caption
}

fn watermark(photo: &PhotoRef, place: &str, language: Language) -> String {
    let mut lines = vec![place.to_owned()];
    if let Some(taken_at) = &photo.taken_at {
        let taken = minute(Moment(taken_at.moment().timestamp_millis()));
        lines.push(format!("{} {taken}", language.pick("拍摄", "taken")));
    }
    if let Some(position) = &photo.position {
        lines.push(told_position(position));
    }
    lines.join("\n")
}

fn told_position(position: &Position) -> String {
    let Position { lat, lon, accuracy_m, .. } = position;
    let mut told = format!("{lat:.5}, {lon:.5} {}", datum(position.datum));
    if let Some(accuracy) = accuracy_m {
        let _ = write!(told, " ±{accuracy:.0} m");
    }
    told
}

/// The signatures of a record: who gave them, when, what they are for, and whether that was changed
/// since.
pub(in crate::reports) fn signatures(kind: &Kind, record: &Record, words: &Words<'_>) -> Option<Table> {
    let signed = record.heads_named(signoff::FIELD);
    if signed.is_empty() {
        return None;
    }
    let pick = |zh, en| words.language.pick(zh, en);
    let columns = [
        (("签字", "signature"), 12),
        (("时间", "time"), 8),
        (("所签内容", "what it covers"), 14),
        (("签后改动", "changed since signed"), 14),
    ];
    let rows = signed.iter().map(|head| {
        let Ok(signoff) = Signoff::read(&head.value) else {
            return vec![words.text(Type::Any, &head.value), told_time(head), String::new(), String::new()];
        };
        let standing = signoff.standing(record);
        let said = words.signoff(&head.value, &head.by_name, true);
        let changed = changed_since(kind, &standing, words);
        vec![said, told_time(head), covered(kind, record, &signoff, &standing, words), changed]
    });
    Some(Table {
        title: pick("签字记录", "signatures").to_owned(),
        columns: columns.map(|((zh, en), width)| Column::new(pick(zh, en), width)).into(),
        rows: rows.map(item).collect(),
        ..Table::default()
    })
}

/// A row of words.
pub(in crate::reports) fn item(words: Vec<String>) -> Row {
    Row { role: RowRole::Item, cells: words.into_iter().map(Cell::text).collect() }
}

fn covered(
    kind: &Kind,
    record: &Record,
    signoff: &Signoff,
    standing: &Standing,
    words: &Words<'_>,
) -> String {
    let number = signoff.covers.len();
    if *standing == Standing::Current {
        return match words.language {
            Language::Chinese => format!("全部内容，{number} 处"),
            Language::English => format!("all of it, {number} entries"),
        };
    }
    let stands = record
        .fields
        .iter()
        .filter(|(_, state)| state.heads.iter().any(|head| signoff.covers.contains(&head.edit)));
    let mut labels: Vec<_> = stands
        .filter_map(|(name, _)| kind.field(name.base()))
        .map(|field| words.language.pick(field.zh, field.en))
        .collect();
    labels.dedup();
    let labels = labels.join(words.language.pick("、", ", "));
    match words.language {
        Language::Chinese => format!("签时 {number} 处；其中仍有效：{labels}"),
        Language::English => format!("{number} entries then; of these still stand: {labels}"),
    }
}

fn changed_since(kind: &Kind, standing: &Standing, words: &Words<'_>) -> String {
    let Standing::ChangedSince(fields) = standing else {
        return words.language.pick("无", "none").to_owned();
    };
    let labels: Vec<_> =
        fields.iter().filter_map(|name| Some(label(kind.field(name.base())?, name.key(), words))).collect();
    if labels.is_empty() {
        return words.language.pick("有内容被删去", "something was taken away").to_owned();
    }
    labels.join(words.language.pick("、", ", "))
}
