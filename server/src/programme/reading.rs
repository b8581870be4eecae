//! A record read for figures and alarms: while people differ about a field, by the most cautious of
//! the values that stand (programme page §3).
//!
//! Which value that is depends on what the field means, so whoever reads says it: `least` of an
//! area completed, `most` of an area planned, `every` answer yes for safety.

use chrono::NaiveDate;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Kind;
use sync_protocol::photo::{PhotoRef, Sha256};
use sync_protocol::record::{Record, in_conflict};
use sync_protocol::value::Value;
use sync_protocol::withdrawal::Force;

/// A record, read cautiously.
#[derive(Clone, Copy, Debug)]
pub struct Read<'r> {
    record: &'r Record,
}

impl<'r> Read<'r> {
    /// Reads that record; `None` if it is withdrawn, and so counts for nothing.
    pub fn in_force(record: &'r Record) -> Option<Self> {
        (record.force() != Force::Withdrawn).then_some(Self { record })
    }

    /// All values that stand in a plain field.
    pub fn values(&self, field: &str) -> impl Iterator<Item = &'r Value> + use<'r> {
        self.record.heads_named(field).iter().map(|head| &head.value)
    }

    /// Whether anything stands in a plain field.
    pub fn has(&self, field: &str) -> bool {
        !self.record.heads_named(field).is_empty()
    }

    /// The text that stands first.
    pub fn text(&self, field: &str) -> Option<&'r str> {
        self.record.incumbent(field)?.as_text()
    }

    /// All that was written in a field, one after the other.
    pub fn all_text(&self, field: &str) -> String {
        let written: Vec<_> = self.values(field).filter_map(Value::as_text).collect();
        written.join("；")
    }

    /// The record that is referred to first.
    pub fn reference(&self, field: &str) -> Option<RecordId> {
        self.text(field)?.parse().ok()
    }

    /// All records that are referred to.
    pub fn references(&self, field: &str) -> impl Iterator<Item = RecordId> + use<'r> {
        self.values(field).filter_map(|value| value.as_text()?.parse().ok())
    }

    /// The least whole number that stands.
    pub fn least(&self, field: &str) -> Option<i64> {
        self.values(field).filter_map(Value::as_int).min()
    }

    /// The greatest whole number that stands.
    pub fn most(&self, field: &str) -> Option<i64> {
        self.values(field).filter_map(Value::as_int).max()
    }

    /// The least number that stands, in millionths: quantities have fractions (3.5 t).
    pub fn least_millionths(&self, field: &str) -> Option<i128> {
        self.values(field).filter_map(Value::as_number).map(millionths).min()
    }

    /// The greatest number that stands, in millionths.
    pub fn most_millionths(&self, field: &str) -> Option<i128> {
        self.values(field).filter_map(Value::as_number).map(millionths).max()
    }

    /// The earliest day that stands.
    pub fn earliest(&self, field: &str) -> Option<NaiveDate> {
        self.days(field).min()
    }

    /// The latest day that stands.
    pub fn latest(&self, field: &str) -> Option<NaiveDate> {
        self.days(field).max()
    }

    fn days(self, field: &str) -> impl Iterator<Item = NaiveDate> + use<'r> {
        self.values(field).filter_map(|value| value.as_text()?.parse().ok())
    }

    /// Whether every answer that stands is yes; `None` if there is none.
    pub fn every(&self, field: &str) -> Option<bool> {
        self.values(field).filter_map(Value::as_bool).reduce(|one, other| one && other)
    }

    /// The keys of a keyed field with the greatest whole number that stands under each.
    pub fn most_by_key(&self, base: &'r str) -> impl Iterator<Item = (&'r str, i64)> + use<'r> {
        self.record.keyed(base).filter_map(|(key, heads)| {
            Some((key, heads.iter().filter_map(|head| head.value.as_int()).max()?))
        })
    }

    /// The keys of a keyed field with the least whole number that stands under each.
    pub fn least_by_key(&self, base: &'r str) -> impl Iterator<Item = (&'r str, i64)> + use<'r> {
        self.record.keyed(base).filter_map(|(key, heads)| {
            Some((key, heads.iter().filter_map(|head| head.value.as_int()).min()?))
        })
    }

    /// The keys of a keyed field under which something stands.
    pub fn keys(&self, base: &'r str) -> impl Iterator<Item = &'r str> + use<'r> {
        self.record.keyed(base).filter(|(_, heads)| !heads.is_empty()).map(|(key, _)| key)
    }

    /// The photos in a field, by hash.
    pub fn photos(&self, field: &str) -> impl Iterator<Item = Sha256> + use<'r> {
        self.values(field).filter_map(|value| Some(PhotoRef::read(value).ok()?.sha256))
    }

    /// Whether people differ about any field of it.
    pub fn is_disputed(&self, kind: &Kind) -> bool {
        self.record.fields.iter().any(|(name, state)| in_conflict(kind.rule(name), &state.heads))
    }

    /// The record itself.
    pub const fn record(&self) -> &'r Record {
        self.record
    }
}

/// A number in whole millionths, the nearest.
fn millionths(number: f64) -> i128 {
    (number * 1_000_000.0).round() as i128
}
