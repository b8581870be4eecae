//! Which records somebody wants in a table, and how it is to be written.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate};
use sync_protocol::id::RecordId;
use sync_protocol::kinds::{Field, Kind, Type};
use sync_protocol::value::Value;

use super::entry::Entry;
use super::listing::Listing;
use crate::clock::Moment;
use crate::error::{self, Error, Language, Result};
use crate::sync::standing::day;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Values separated by commas.
    Csv,
    /// A workbook.
    Xlsx,
    /// The snapshots, one a line.
    Ndjson,
    /// Where things are.
    Geojson,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Xlsx, Self::Ndjson, Self::Geojson];

    /// What its files' names end with.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Ndjson => "ndjson",
            Self::Geojson => "geojson",
        }
    }

    /// The format whose files' names end so.
    pub fn named(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.extension() == extension)
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Ndjson => "application/x-ndjson",
            Self::Geojson => "application/geo+json",
        }
    }
}

/// Which records somebody wants, and how.
#[derive(Clone, Debug)]
pub struct Question {
    /// Of which kind.
    pub kind: &'static Kind,
    /// How they are written.
    pub format: Format,
    /// The language of headings, choices and notes.
    pub language: Language,
    /// Of this county alone.
    pub county: Option<String>,
    /// Of this school alone.
    pub school: Option<RecordId>,
    /// Of this project alone.
    pub project: Option<RecordId>,
    /// From and to which day, both included.
    pub days: Days,
    /// Whether those that are withdrawn come too.
    pub withdrawn: Withdrawn,
    /// The lines of this list alone, in its order; else all records, place by place.
    pub listing: Option<Arc<Listing>>,
}

/// Whether records that are withdrawn come too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Withdrawn {
    /// They do, marked.
    #[default]
    Shown,
    /// They do not; where the withdrawal is contested, they do.
    LeftOut,
}

/// A span of days, open where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: Option<NaiveDate>,
    /// The last.
    pub to: Option<NaiveDate>,
}

impl Days {
    /// Whether nothing is said.
    pub(super) const fn are_all(self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// Whether some of these days are among them.
    fn meet(self, first: NaiveDate, last: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= last) && self.to.is_none_or(|to| first <= to)
    }

    /// Whether a day, a month or a moment is among them.
    fn have(self, ty: Type, value: &Value) -> bool {
        let Some(text) = value.as_text() else { return false };
        match ty {
            Type::Month => {
                let first = format!("{text}-01").parse::<NaiveDate>();
                first.is_ok_and(|first| {
                    let last =
                        first.checked_add_months(chrono::Months::new(1)).and_then(|next| next.pred_opt());
                    self.meet(first, last.unwrap_or(first))
                })
            }
            Type::Moment => DateTime::parse_from_rfc3339(text).is_ok_and(|moment| {
                let day = day(Moment(moment.timestamp_millis()));
                self.meet(day, day)
            }),
            _ => text.parse().is_ok_and(|day| self.meet(day, day)),
        }
    }
}

/// By which of its fields a kind is dated, the first that it has.
const DATED_BY: [&str; 10] = [
    "date",
    "month",
    "issued_at",
    "found_on",
    "done_on",
    "signed_on",
    "sealed_on",
    "published_on",
    "approved_on",
    "from",
];

/// The field that says of which day a record of the kind is; none where no field does.
pub(super) fn date_field(kind: &Kind) -> Option<&'static Field> {
    let is_day = |field: &&Field| matches!(field.ty, Type::Date | Type::Month | Type::Moment);
    DATED_BY.iter().find_map(|name| kind.fields.iter().find(|field| field.name == *name).filter(is_day))
}

impl Question {
    /// Whether it asks for a part of the days, and the kind has any.
    ///
    /// # Errors
    /// If the kind has none, or there is no day in between.
    pub fn check(&self) -> Result<()> {
        if self.days.are_all() {
            return Ok(());
        }
        if date_field(self.kind).is_none() {
            return Err(Error::new(
                error::Kind::Unprocessable,
                "no_date",
                format!("“{}”没有日期，不能按日期（from、to）导出", self.kind.zh),
                format!("a {} has no date: leave out from and to", self.kind.en),
            ));
        }
        if matches!((self.days.from, self.days.to), (Some(from), Some(to)) if to < from) {
            return Err(Error::new(
                error::Kind::Unprocessable,
                "no_days",
                "结束日期（to）早于开始日期（from）",
                "the last day (to) lies before the first (from)",
            ));
        }
        Ok(())
    }

    /// Whether a record is of one of the days. While its date is in conflict, one of the values is
    /// enough; one without a date is of none.
    pub(super) fn has_day_of(&self, entry: &Entry<'_>) -> bool {
        if self.days.are_all() {
            return true;
        }
        let Some(field) = date_field(self.kind) else { return false };
        entry.heads(field.name).iter().any(|head| self.days.have(field.ty, &head.value))
    }

    /// Whether nothing but the place decides about a record.
    pub(super) fn is_whole(&self) -> bool {
        self.days.are_all() && self.withdrawn == Withdrawn::Shown
    }
}

#[cfg(test)]
mod tests {
    use sync_protocol::kinds;

    use super::*;

    #[test]
    fn kinds_are_dated_by_the_day_that_they_are_about() {
        for (kind, field) in [
            ("diary", Some("date")),
            ("progress_report", Some("month")),
            ("finding", Some("found_on")),
            ("rectification", Some("done_on")),
            ("notice", Some("issued_at")),
            ("contract", Some("signed_on")),
            ("suspension", Some("from")),
            ("school", None),
            ("evaluation", None),
        ] {
            let found = date_field(kinds::named(kind).unwrap()).map(|field| field.name);
            assert_eq!(found, field, "{kind}");
        }
    }

    #[test]
    fn days_months_and_moments_are_within_when_a_part_of_them_is() {
        let day = |text: &str| Some(text.parse().unwrap());
        let days = Days { from: day("2026-03-02"), to: day("2026-03-31") };
        for (ty, text, within) in [
            (Type::Date, "2026-03-01", false),
            (Type::Date, "2026-03-02", true),
            (Type::Date, "2026-03-31", true),
            (Type::Date, "2026-04-01", false),
            (Type::Month, "2026-02", false),
            (Type::Month, "2026-03", true),
            (Type::Month, "2026-04", false),
            // Midnight in China is 16:00 in Greenwich.
            (Type::Moment, "2026-03-01T15:59:59Z", false),
            (Type::Moment, "2026-03-01T16:00:00Z", true),
            (Type::Moment, "2026-04-01T00:00:00+08:00", false),
            (Type::Date, "soon", false),
        ] {
            assert_eq!(days.have(ty, &text.into()), within, "{text}");
        }
    }
}
