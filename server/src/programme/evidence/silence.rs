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
pub(super) const HEARD_WITHIN_DAYS: i64 = 3;

const DAY_MS: i64 = 24 * 3_600_000;
/// Who writes diaries.
const WRITERS: [Role; 2] = [Role::SchoolTeam, Role::Principal];

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
    let asked: Vec<_> = county
        .works
        .values()
        .filter(|works| works.asks_for_diary(today) && view.has_project(works.project.school, works.id))
        .map(|works| (works.id, works.project.school))
        .collect();
    let scopes: Vec<_> = asked
        .iter()
        .flat_map(|(project, school)| [Scope::Project(*project), Scope::School(*school)])
        .map(|scope| scope.to_string())
        .collect();
    let roles = WRITERS.map(Role::as_str);
    let heard = devices::last_heard(&mut *store.read().await?, &roles, &scopes).await?;
    let heard: HashMap<_, _> = heard.into_iter().collect();
    let mut lines: Vec<_> = asked
        .into_iter()
        .filter_map(|(project, school)| {
            let last = last_heard(&heard, project, school);
            let doubt = doubt(last, now)?;
            Some(Line {
                record: project,
                kind: "project".to_owned(),
                school: Some(school),
                project: Some(project),
                day: None,
                seq: None,
                doubt,
            })
        })
        .collect();
    // The longest silence first; who has no phone at all before the others.
    lines.sort_by_key(|line| {
        (line.doubt.numbers.days.is_some(), std::cmp::Reverse(line.doubt.numbers.days), line.record)
    });
    Ok(lines)
}

/// When any phone of the project was last heard of.
fn last_heard(heard: &HashMap<String, Moment>, project: RecordId, school: RecordId) -> Option<Moment> {
    let scopes = [Scope::Project(project), Scope::School(school)];
    scopes.iter().filter_map(|scope| heard.get(&scope.to_string()).copied()).max()
}

fn doubt(last: Option<Moment>, now: Moment) -> Option<Doubt> {
    let days = last.map(|last| (now.0 - last.0).div_euclid(DAY_MS));
    let is_silent = days.is_none_or(|days| days >= HEARD_WITHIN_DAYS);
    is_silent.then(|| Doubt::new(Reason::DeviceSilent, Numbers { days, ..Numbers::default() }))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(doubt(last, now).map(|doubt| doubt.numbers.days), expected, "{last:?}");
        }
    }
}
