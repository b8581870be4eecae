//! Projects × days: which diaries were asked for, which were written, and what they have come to, a
//! letter a day.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use sync_protocol::id::RecordId;

use super::desk::Position;
use super::facts::{Diary, WorkStatus};
use super::figures::{Asked, Counted, Figures};
use super::indicators::diaries::recorded_in_time;
use super::states::diary::DiaryState;
use super::view::{View, Works};
use crate::access::actor::Actor;
use crate::error::{Error, Kind, Result};
use crate::sync::engine::Engine;

/// How many days a calendar has at most.
const MOST_DAYS: i64 = 100;

/// What a calendar is asked for.
#[derive(Clone, Debug)]
pub struct Span {
    /// Which counties; all in scope if left out.
    pub counties: Option<BTreeSet<String>>,
    /// From that day on.
    pub from: NaiveDate,
    /// Until that day.
    pub to: NaiveDate,
    /// Of that school.
    pub school: Option<RecordId>,
    /// Of that project.
    pub project: Option<RecordId>,
}

/// The days of all projects that have any to tell of.
#[derive(Debug, Default)]
pub struct Calendar {
    /// From which ledgers.
    pub counties: Vec<Position>,
    /// By county, by the names of school and project.
    pub projects: Vec<Row>,
}

/// The days of a project.
#[derive(Debug)]
pub struct Row {
    /// The project.
    pub project: RecordId,
    /// Its school.
    pub school: RecordId,
    /// Its county.
    pub county: String,
    /// A letter a day.
    pub days: String,
}

impl Span {
    /// # Errors
    /// `invalid_period` if it ends before it begins or has too many days.
    fn check(&self) -> Result<()> {
        if self.from <= self.to && (self.to - self.from).num_days() < MOST_DAYS {
            return Ok(());
        }
        Err(Error::new(
            Kind::Unprocessable,
            "invalid_period",
            format!("日期不对：开始日期不能晚于结束日期，一次最多 {MOST_DAYS} 天"),
            format!("the days are not right: at most {MOST_DAYS}, and they must not end before they begin"),
        ))
    }

    fn asks_about(&self, works: &Works<'_>) -> bool {
        self.school.is_none_or(|school| works.project.school == school)
            && self.project.is_none_or(|project| works.id == project)
    }
}

impl Figures {
    /// The days of the projects that somebody has in scope.
    ///
    /// # Errors
    /// Not found if nothing of what is asked about is in scope; `invalid_period`.
    pub async fn calendar(&self, engine: &Engine, actor: &Actor, span: Span) -> Result<Calendar> {
        span.check()?;
        let asked = Asked::today(span.counties.clone(), self.today());
        let its = asked.clone();
        let drawn = move |counties: BTreeMap<String, Counted>| {
            let mut calendar = Calendar::default();
            for (code, county) in &counties {
                let (name, position) = (county.name.clone(), county.facts.position);
                calendar.counties.push(Position { county: code.clone(), name, position });
                let mut view = its.view(county);
                view.works.retain(|id, works| {
                    span.asks_about(works) && county.has(Some(works.project.school), Some(*id), false)
                });
                calendar.projects.append(&mut rows(code, &view, &span));
            }
            calendar
        };
        self.reckon(engine, actor, &asked, drawn).await
    }
}

fn rows(county: &str, view: &View<'_>, span: &Span) -> Vec<Row> {
    let within = |diary: &&Diary| span.from <= diary.day && diary.day <= span.to;
    let diaries: HashMap<_, _> =
        view.facts.diaries.values().filter(within).map(|diary| ((diary.project, diary.day), diary)).collect();
    let mut rows: Vec<_> = view
        .works
        .values()
        .map(|works| {
            let days = span.from.iter_days().take_while(|day| *day <= span.to);
            let days = days.map(|day| letter(works, day, diaries.get(&(works.id, day)).copied(), view.to));
            let (project, school) = (works.id, works.project.school);
            Row { project, school, county: county.to_owned(), days: days.collect() }
        })
        .filter(|row| row.days.bytes().any(|day| day != b'.'))
        .collect();
    let names = |row: &Row| {
        let school = view.facts.schools.get(&row.school).map(|school| school.name.as_str());
        (school, view.facts.projects.get(&row.project).map(|project| project.name.as_str()), row.project)
    };
    rows.sort_by(|one, other| names(one).cmp(&names(other)));
    rows
}

/// What a day has come to, where days until `over` are over.
fn letter(works: &Works<'_>, day: NaiveDate, diary: Option<&Diary>, over: NaiveDate) -> char {
    let Some(diary) = diary else {
        let is_asked = works.asks_for_diary(day) && day <= over;
        return if works.stood_still_on(day) {
            'i'
        } else if is_asked {
            'm'
        } else {
            '.'
        };
    };
    let is_late = diary.submitted.is_some_and(|came| !recorded_in_time(day, &came));
    match diary.state() {
        _ if diary.disputed => 'x',
        DiaryState::Returned => 'r',
        DiaryState::Draft => 'd',
        _ if is_late => 'l',
        _ if matches!(diary.status, Some(WorkStatus::Idle | WorkStatus::Suspended)) => 'i',
        DiaryState::Confirmed => 'c',
        DiaryState::Submitted => 's',
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::clock::Moment;
    use crate::programme::facts::{Came, Facts, Project, Review, Reviewed, Stage, StageEvent, Suspension};
    use crate::programme::view::Question;

    const PROJECT: RecordId = RecordId(Uuid::from_u128(1));

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Works that began on 2 March, stood still on the 20th and the 21st, and were accepted on the 25th.
    fn facts() -> Facts {
        let mut facts = Facts::default();
        let project = Project {
            name: "演示教学楼".to_owned(),
            school: RecordId(Uuid::from_u128(2)),
            class: None,
            work_type: None,
            plan: None,
            plan_year: None,
            planned_area: 0,
            funding: BTreeMap::new(),
            dossier: BTreeSet::new(),
            lead_official: None,
            known_since: NaiveDate::MIN,
            disputed: false,
        };
        facts.projects.insert(PROJECT, project);
        for (number, stage, date) in [(10, Stage::Start, "2026-03-02"), (11, Stage::Acceptance, "2026-03-25")]
        {
            let event = StageEvent {
                project: PROJECT,
                stage,
                earliest: day(date),
                latest: day(date),
                shown: true,
                certified: false,
                authors: Vec::new(),
            };
            facts.stages.insert(RecordId(Uuid::from_u128(number)), event);
        }
        let (from, to) = (day("2026-03-20"), Some(day("2026-03-21")));
        facts.suspensions.insert(RecordId(Uuid::from_u128(20)), Suspension { project: PROJECT, from, to });
        facts
    }

    /// A diary written at noon of its day.
    fn diary(date: &str) -> Diary {
        let noon = day(date).and_hms_opt(4, 0, 0).unwrap().and_utc().timestamp_millis();
        Diary {
            project: PROJECT,
            day: day(date),
            status: Some(WorkStatus::Working),
            submitted: Some(Came { seq: 1, made_at: Moment(noon), received_at: Moment(noon) }),
            review: None,
            says_late: false,
            evidence: (1, 1),
            words: None,
            disputed: false,
        }
    }

    fn late(mut diary: Diary) -> Diary {
        let came = diary.submitted.as_mut().unwrap();
        came.made_at = came.made_at.plus_seconds(24 * 3600 + 1);
        diary
    }

    #[test]
    fn every_day_of_a_project_has_its_letter() {
        let review = |reviewed| Some(Review { reviewed, changed_since: false });
        let confirmed = |date| Diary { review: review(Reviewed::Confirmed), ..diary(date) };
        let mut facts = facts();
        let diaries = [
            diary("2026-03-02"),
            confirmed("2026-03-03"),
            Diary { review: review(Reviewed::Returned), ..late(diary("2026-03-05")) },
            late(confirmed("2026-03-06")),
            Diary { disputed: true, ..late(diary("2026-03-07")) },
            Diary { submitted: None, ..diary("2026-03-08") },
            Diary { status: Some(WorkStatus::Idle), ..confirmed("2026-03-09") },
            // Somebody wrote all the same while the works stood still by order.
            diary("2026-03-20"),
        ];
        for (number, diary) in diaries.into_iter().enumerate() {
            facts.diaries.insert(RecordId(Uuid::from_u128(100 + number as u128)), diary);
        }
        let question = Question { from: None, at: day("2026-03-12"), plan: None, sources: None };
        let span =
            |from, to| Span { counties: None, from: day(from), to: day(to), school: None, project: None };
        let days = |view: &View<'_>, from, to| {
            let rows = rows("350823", view, &span(from, to));
            rows.into_iter().map(|row| row.days).collect::<Vec<_>>()
        };
        // Today, the 12th, is not over; what follows is asked for of nobody yet.
        let view = View::new(&facts, &question).until(day("2026-03-11"));
        assert_eq!(days(&view, "2026-02-28", "2026-03-13"), ["..scmrlxdimm.."]);
        assert_eq!(days(&view, "2026-02-01", "2026-02-28"), [""; 0], "nothing to tell of");

        let question = Question { at: day("2026-03-31"), ..question };
        let view = View::new(&facts, &question);
        assert_eq!(days(&view, "2026-03-18", "2026-03-27"), ["mmsimmmm.."]);
    }

    #[test]
    fn a_calendar_has_so_many_days_and_no_more() {
        let span =
            |to| Span { counties: None, from: day("2026-01-01"), to: day(to), school: None, project: None };
        assert!(span("2026-01-01").check().is_ok());
        assert!(span("2026-04-10").check().is_ok(), "a hundred days");
        for wrong in ["2026-04-11", "2025-12-31"] {
            assert_eq!(span(wrong).check().map_err(|error| error.code), Err("invalid_period"), "{wrong}");
        }
    }
}
