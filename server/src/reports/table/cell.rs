//! What one cell of a table says.

use std::borrow::Cow;
use std::fmt::Write as _;

use sync_protocol::kinds::{Field, Type, Unit};
use sync_protocol::value::Value;

use super::legible::{Words, clock_in_china};
use crate::clock::Moment;

/// What one cell says.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::reports) enum Cell<'r> {
    /// Nothing.
    Empty,
    /// Words of people, which are never to be computed.
    Text(Cow<'r, str>),
    /// A whole number.
    Whole(i64),
    /// A whole number of parts of ten, of a hundred: exact to the last digit.
    Scaled {
        /// How many parts.
        units: i64,
        /// How many digits stand behind the point.
        places: u8,
    },
    /// Any other number.
    Number(f64),
    /// `YYYY-MM-DD`.
    Day(&'r str),
    /// `YYYY-MM`.
    Month(&'r str),
    /// `HH:MM`.
    Time(&'r str),
    /// A moment, told by the clocks in China.
    Moment(Moment),
}

impl<'r> Cell<'r> {
    /// A value of a field by itself.
    pub(in crate::reports) fn of(field: &Field, value: &'r Value, words: &Words<'_>) -> Self {
        match (field.ty, value) {
            (Type::Int { .. } | Type::Number, Value::Int(number)) => Self::whole(*number, field.unit),
            (Type::Number, Value::Number(number)) => Self::Number(*number),
            (Type::Bool, Value::Bool(claim)) => Self::Text(words.claim(*claim).into()),
            (Type::Text | Type::Digits { .. }, Value::Text(text)) => Self::Text(text.into()),
            (Type::Choice(list) | Type::OpenChoice(list), Value::Text(code)) => {
                Self::Text(words.choice(list, code))
            }
            (Type::Date, Value::Text(text)) => Self::Day(text),
            (Type::Month, Value::Text(text)) => Self::Month(text),
            (Type::Time, Value::Text(text)) => Self::Time(text),
            (Type::Moment, Value::Text(text)) => chrono::DateTime::parse_from_rfc3339(text).map_or_else(
                |_| Self::Text(text.into()),
                |moment| Self::Moment(Moment(moment.timestamp_millis())),
            ),
            (ty, value) => Self::Text(words.text(ty, value).into()),
        }
    }

    /// A whole number of that unit.
    pub(super) const fn whole(number: i64, unit: Option<Unit>) -> Self {
        match places(unit) {
            0 => Self::Whole(number),
            places => Self::Scaled { units: number, places },
        }
    }

    /// Text; nothing where it is empty.
    pub(super) fn text(text: impl Into<Cow<'r, str>>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// Adds what it says to a text, letter by letter as a program can read it.
    pub(in crate::reports) fn spell(&self, out: &mut String) {
        let _ = match self {
            Self::Empty => Ok(()),
            Self::Text(text) => out.write_str(text),
            Self::Whole(number) => write!(out, "{number}"),
            Self::Scaled { units, places } => spell_scaled(out, *units, *places),
            Self::Number(number) => write!(out, "{number}"),
            Self::Day(text) | Self::Month(text) | Self::Time(text) => out.write_str(text),
            Self::Moment(moment) => {
                write!(out, "{}", clock_in_china(*moment).format("%Y-%m-%d %H:%M:%S"))
            }
        };
    }
}

/// No number of hundredths goes through a fraction that is none.
fn spell_scaled(out: &mut String, units: i64, places: u8) -> std::fmt::Result {
    let whole = 10_u64.pow(places.into());
    let (sign, units) = (if units < 0 { "-" } else { "" }, units.unsigned_abs());
    write!(out, "{sign}{}.{:0width$}", units / whole, units % whole, width = usize::from(places))
}

/// How many digits behind the point a number has that is kept in parts of this unit.
const fn places(unit: Option<Unit>) -> u8 {
    match unit {
        Some(Unit::Fen | Unit::HundredthSquareMetre | Unit::BasisPoint | Unit::HundredthPoint) => 2,
        Some(Unit::TenthCelsius) => 1,
        Some(Unit::People | Unit::Piece | Unit::Day) | None => 0,
    }
}

/// What a number is told in, in Chinese and in English; nothing where the record says.
pub(in crate::reports) const fn unit_name(unit: Option<Unit>) -> (&'static str, &'static str) {
    match unit {
        Some(Unit::Fen) => ("元", "yuan"),
        Some(Unit::HundredthSquareMetre) => ("㎡", "m²"),
        Some(Unit::BasisPoint) => ("%", "%"),
        Some(Unit::HundredthPoint) => ("分", "points"),
        Some(Unit::TenthCelsius) => ("℃", "°C"),
        Some(Unit::People) => ("人", "people"),
        Some(Unit::Day) => ("天", "days"),
        Some(Unit::Piece) | None => ("", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_to_the_last_digit() {
        for (units, places, spelt) in [
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (-5, 2, "-0.05"),
            (105, 2, "1.05"),
            (-12_345, 2, "-123.45"),
            (9_007_199_254_740_991, 2, "90071992547409.91"),
            (-9_007_199_254_740_991, 2, "-90071992547409.91"),
            (-15, 1, "-1.5"),
            (80, 1, "8.0"),
        ] {
            let mut out = String::new();
            Cell::Scaled { units, places }.spell(&mut out);
            assert_eq!(out, spelt);
        }
    }

    #[test]
    fn a_moment_is_told_by_the_clocks_in_china() {
        let mut out = String::new();
        Cell::Moment(Moment(1_456_934_468_999)).spell(&mut out);
        assert_eq!(out, "2016-03-03 00:01:08");
    }
}
