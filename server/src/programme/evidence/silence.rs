//! Projects that must write diaries and whose phones are not heard of (programme page §5.9).

use std::collections::HashMap;

use chrono::NaiveDate;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;

use super::doubt::{Doubt, Numbers, Reason};
use super::{Line, View};
use crate::access::role::Scope;
use crate::clock::Moment;
use crate::error::Result;
use crate::programme::facts::Facts;
use crate::programme::view::{Question, View as OfCounty};
use crate::store::{Store, devices};

/// A project whose phones were heard of within so many days is not listed.
pub(in crate::programme) const HEARD_WITHIN_DAYS: i64 = 3;

const DAY_MS: i64 = 24 * 3_600_000;
/// Who writes diaries.
const WRITERS: [Role; 2] = [Role::SchoolTeam, Role::Principal];

/// A project whose phones are silent.
#[derive(Clone, Copy, Debug)]
pub(in crate::programme) struct Silent {
    pub(in crate::programme) project: RecordId,
    pub(in crate::programme) school: RecordId,
    /// When one of them was last heard of; never, if there is none.
    pub(in crate::programme) last: Option<Moment>,
    /// For how many days they are silent.
    pub(in crate::programme) days: Option<i64>,
}

/// A line for each project that asks for a diary today and whose phones are silent.
pub(super) async fn lines(
    store: &Store,
    facts: &Facts,
    view: &View<'_>,
    today: NaiveDate,
    now: Moment,
) -> Result<Vec<Line>> {
    let question = Question { from: None, at: today, plan: None, sources: None };
    let county = OfCounty::new(facts, &question);
    let asked: Vec<_> =
        asked_today(&county).filter(|(project, school)| view.has_project(*school, *project)).collect();
    let silent = silent(store, &asked, now).await?;
    let line = |each: Silent| Line {
        record: each.project,
        kind: "project".to_owned(),
        school: Some(each.school),
        project: Some(each.project),
        day: None,
        seq: None,
        doubt: Doubt::new(Reason::DeviceSilent, Numbers { days: each.days, ..Numbers::default() }),
    };
    Ok(silent.into_iter().map(line).collect())
}

/// The projects that ask for a diary today, each with its school.
pub(in crate::programme) fn asked_today<'v>(
    county: &'v OfCounty<'_>,
) -> impl Iterator<Item = (RecordId, RecordId)> + 'v {
    let today = county.question.at;
    let asked = county.works.values().filter(move |works| works.asks_for_diary(today));
    asked.map(|works| (works.id, works.project.school))
}

/// Those of the projects, each with its school, whose phones are silent: the longest silence first, who
/// has no phone at all before the others.
pub(in crate::programme) async fn silent(
    store: &Store,
    projects: &[(RecordId, RecordId)],
    now: Moment,
) -> Result<Vec<Silent>> {
    let scopes: Vec<_> = projects
        .iter()
        .flat_map(|(project, school)| [Scope::Project(*project), Scope::School(*school)])
        .map(|scope| scope.to_string())
        .collect();
    let roles = WRITERS.map(Role::as_str);
    let heard = devices::last_heard(&mut *store.read().await?, &roles, &scopes).await?;
    let heard: HashMap<_, _> = heard.into_iter().collect();
    let mut silent: Vec<_> = projects
        .iter()
        .filter_map(|&(project, school)| {
            let last = last_heard(&heard, project, school);
            Silent::if_so(project, school, last, now)
        })
        .collect();
    silent.sort_by_key(|each| (each.days.is_some(), std::cmp::Reverse(each.days), each.project));
    Ok(silent)
}

/// When any phone of the project was last heard of.
fn last_heard(heard: &HashMap<String, Moment>, project: RecordId, school: RecordId) -> Option<Moment> {
    let scopes = [Scope::Project(project), Scope::School(school)];
    scopes.iter().filter_map(|scope| heard.get(&scope.to_string()).copied()).max()
}

impl Silent {
    /// The project, if its phones are silent that were last heard of then.
    fn if_so(project: RecordId, school: RecordId, last: Option<Moment>, now: Moment) -> Option<Self> {
        let days = last.map(|last| (now.0 - last.0).div_euclid(DAY_MS));
        let is_silent = days.is_none_or(|days| days >= HEARD_WITHIN_DAYS);
        is_silent.then_some(Self { project, school, last, days })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const PROJECT: RecordId = RecordId(Uuid::from_u128(1));
    const SCHOOL: RecordId = RecordId(Uuid::from_u128(2));

    #[test]
    fn three_days_without_a_word_are_silence() {
        let now = Moment(100 * DAY_MS);
        for (last, expected) in [
            (None, Some(None)),
            (Some(now), None),
            (Some(Moment(now.0 - 3 * DAY_MS + 1)), None),
            (Some(Moment(now.0 - 3 * DAY_MS)), Some(Some(3))),
            // A clock that was set back.
            (Some(Moment(now.0 + DAY_MS)), None),
        ] {
            let silent = Silent::if_so(PROJECT, SCHOOL, last, now);
            assert_eq!(silent.map(|silent| silent.days), expected, "{last:?}");
        }
    }
}
