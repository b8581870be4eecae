//! §5.6: whether inspectors visit the schools of their zones, and whether every school has one zone.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use sync_protocol::id::RecordId;

use super::{Indicator, ONE, Part, Sink};
use crate::programme::facts::Facts;
use crate::programme::ratio::Printed;
use crate::programme::view::{View, month_of};

/// Schools visited this month / schools in inspection zones.
static COVERAGE: Indicator = Indicator {
    code: "inspector_coverage",
    zh: "本月督学到校率",
    en: "schools visited this month",
    printed: Printed::Percent(2),
};
static INSPECTIONS: Indicator = Indicator {
    code: "inspections_this_month",
    zh: "本月检查次数",
    en: "inspections this month",
    printed: Printed::Count,
};
static NO_ZONE: Indicator = Indicator {
    code: "schools_without_zone",
    zh: "未划入责任区的学校",
    en: "schools in no inspection zone",
    printed: Printed::Count,
};
static TWO_ZONES: Indicator = Indicator {
    code: "schools_in_two_zones",
    zh: "重复划入责任区的学校",
    en: "schools in more than one inspection zone",
    printed: Printed::Count,
};

pub(super) static INDICATORS: &[&Indicator] = &[&COVERAGE, &INSPECTIONS, &NO_ZONE, &TWO_ZONES];

/// The inspection zones of each school on that day. Zones for twinning are another matter.
pub fn zones_of_schools(facts: &Facts, day: NaiveDate) -> HashMap<RecordId, Vec<RecordId>> {
    let mut zones: HashMap<RecordId, Vec<RecordId>> = HashMap::new();
    for (id, zone) in &facts.zones {
        let scheme = zone.scheme.and_then(|scheme| facts.schemes.get(&scheme));
        if scheme.is_some_and(|scheme| !scheme.for_inspection) {
            continue;
        }
        for school in zone.schools.iter().filter(|school| school.lasts_on(day)) {
            let its = zones.entry(school.member).or_default();
            if !its.contains(id) {
                its.push(*id);
            }
        }
    }
    for its in zones.values_mut() {
        its.sort_unstable();
    }
    zones
}

pub(super) fn count(view: &View<'_>, sink: &mut Sink<'_>) {
    let at = view.question.at;
    let zones = zones_of_schools(view.facts, at);
    // A county that has no grid yet is not told that all its schools lack a zone.
    let has_grid = !zones.is_empty();
    let mut visited: BTreeMap<RecordId, RecordId> = BTreeMap::new();
    for (id, inspection) in &view.facts.inspections {
        if inspection.day < month_of(at) || inspection.day > at {
            continue;
        }
        sink(&INSPECTIONS, Part::counted(*id, inspection.school, inspection.project, ONE));
        if let Some(school) = inspection.school.filter(|school| zones.contains_key(school)) {
            let first = visited.entry(school).or_insert(*id);
            *first = (*id).min(*first);
        }
    }
    for (school, inspection) in visited {
        sink(&COVERAGE, Part::counted(inspection, Some(school), None, ONE));
    }
    for school in view.facts.schools.keys().filter(|_| has_grid) {
        let part = Part::counted(*school, Some(*school), None, ONE);
        match zones.get(school).map_or(0, Vec::len) {
            0 => sink(&NO_ZONE, part),
            1 => sink(&COVERAGE, Part::whole(*school, Some(*school), None, ONE)),
            _ => {
                sink(&TWO_ZONES, part);
                sink(&COVERAGE, Part::whole(*school, Some(*school), None, ONE));
            }
        }
    }
}
