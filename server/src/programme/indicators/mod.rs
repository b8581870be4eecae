//! The indicators of the programme (programme page §5): each is a sum or a ratio of sums over records
//! (one is the middle of what each says), and every figure answers which records make it, since it is added up from nothing else.

mod baseline;
pub mod diaries;
mod equipment;
mod findings;
mod funds;
pub mod grid;
pub(super) mod health;
mod works;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sync_protocol::id::RecordId;

use super::ratio::Printed;
use super::view::View;

/// What an indicator is called and how it is printed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Indicator {
    /// Its name on the wire.
    pub code: &'static str,
    /// What people call it, in Chinese.
    pub zh: &'static str,
    /// What people call it, in English.
    pub en: &'static str,
    /// How its figure is printed.
    pub printed: Printed,
}

/// On which side of a ratio something counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// What is counted.
    Numerator,
    /// What it is a share of.
    Denominator,
}

/// What one record adds to an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// On which side.
    pub side: Side,
    /// The record.
    pub record: RecordId,
    /// The school that it is about.
    pub school: Option<RecordId>,
    /// The project that it is about.
    pub project: Option<RecordId>,
    /// How much.
    pub amount: i128,
}

/// Where parts go.
pub type Sink<'s> = dyn FnMut(&'static Indicator, Part) + 's;

/// Indicators that are counted together, and how.
type Family = (&'static [&'static Indicator], fn(&View<'_>, &mut Sink<'_>));

const FAMILIES: [Family; 8] = [
    (works::INDICATORS, works::count),
    (equipment::INDICATORS, equipment::count),
    (funds::INDICATORS, funds::count),
    (diaries::INDICATORS, diaries::count),
    (findings::INDICATORS, findings::count),
    (grid::INDICATORS, grid::count),
    (baseline::INDICATORS, baseline::count),
    (health::INDICATORS, health::count),
];

/// All indicators, in the order in which they are shown.
pub fn all() -> impl Iterator<Item = &'static Indicator> {
    FAMILIES.iter().flat_map(|(indicators, _)| indicators.iter()).copied()
}

/// The indicator of that name.
pub fn named(code: &str) -> Option<&'static Indicator> {
    all().find(|indicator| indicator.code == code)
}

/// Hands over all that the records of a county add to the indicators that are wanted; to any, if none
/// are named. Families of which none is wanted are not counted.
pub fn count(view: &View<'_>, wanted: Option<&BTreeSet<&'static str>>, sink: &mut Sink<'_>) {
    let is_wanted = |indicator: &Indicator| wanted.is_none_or(|codes| codes.contains(indicator.code));
    for (indicators, count) in FAMILIES {
        if indicators.iter().any(|indicator| is_wanted(indicator)) {
            count(view, &mut |indicator, part| {
                if is_wanted(indicator) {
                    sink(indicator, part);
                }
            });
        }
    }
}

/// What stands for an amount of one.
const ONE: i128 = 1;

impl Part {
    /// What a record about that school and project adds to what is counted.
    const fn counted(
        record: RecordId,
        school: Option<RecordId>,
        project: Option<RecordId>,
        amount: i128,
    ) -> Self {
        Self { side: Side::Numerator, record, school, project, amount }
    }

    /// What a record about that school and project adds to what the rest is a share of.
    const fn whole(
        record: RecordId,
        school: Option<RecordId>,
        project: Option<RecordId>,
        amount: i128,
    ) -> Self {
        Self { side: Side::Denominator, record, school, project, amount }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_indicator_is_told_in_the_documentation_and_none_twice() {
        let page = include_str!("../../../docs/indicators.md");
        let mut codes = BTreeSet::new();
        for indicator in all() {
            assert!(codes.insert(indicator.code), "{} stands there twice", indicator.code);
            assert!(page.contains(&format!("`{}`", indicator.code)), "{} is not told", indicator.code);
            let name = indicator.zh.trim_start_matches("未整改 ");
            assert!(page.contains(name), "{} is called {} there", indicator.code, indicator.zh);
        }
    }
}
