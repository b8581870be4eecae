//! The reports that there are, what each of them asks for, and how it is drawn.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days, NaiveDate};
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;

use super::document::Document;
use super::{city, dispatch, evaluation, funds, ledger, overdue, rectification, reminders, stated};
use crate::access::accounts;
use crate::access::role::Scope;
use crate::clock::Moment;
use crate::error::{Error, Kind, Language, Result};
use crate::programme::figures::{Asked, By, Figures};
use crate::programme::seen::Seen;
use crate::programme::view::{Question, days_before, month_of};
use crate::store::Store;
use crate::store::grants::GrantRow;
use crate::sync::official;
use crate::sync::scope::ReadScope;
use crate::sync::standing::KnownCounties;

/// A report.
#[derive(Debug)]
pub struct Report {
    /// Its name in addresses and commands.
    pub name: &'static str,
    /// What people call it, in Chinese.
    pub zh: &'static str,
    /// What people call it, in English.
    pub en: &'static str,
    /// What may be asked beside the counties, the last day and the position of the ledger.
    pub takes: &'static [Parameter],
    /// Whether it names those who write diaries.
    names_writers: bool,
    /// Whether it tells the official numbers of findings and notices.
    numbers_findings: bool,
    /// Whether it is of whole counties alone: what compares schools with each other tells nothing if
    /// some of them are left out.
    pub of_whole_counties: bool,
    /// The days that it is about if nobody says.
    days: Usual,
    draw: fn(&[Seen<'_>], &Terms) -> Document,
}

/// What may be asked of some reports and not of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// From which day on.
    From,
    /// Of which month.
    Month,
    /// Of one project alone.
    Project,
    /// Money of which sources.
    Sources,
}

/// Which days a report is about if nobody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Usual {
    /// All up to the last.
    All,
    /// Those of the month of the last.
    Month,
    /// So many up to the last.
    LastDays(u64),
}

/// What a report is drawn by.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// The days, the plan, the money.
    pub(super) question: Question,
    /// Of one project alone.
    pub(super) project: Option<RecordId>,
    /// What is told beside the facts.
    pub(super) beside: Beside,
    /// Whether several counties are in it.
    pub(super) is_of_several: bool,
    /// The language of its words.
    pub(super) language: Language,
}

/// What some reports tell beside the facts.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// The names of those who write the diaries of a project, or of all projects of a school.
    pub(super) writers: BTreeMap<RecordId, BTreeSet<String>>,
    /// The official numbers of findings and notices.
    pub(super) numbers: HashMap<RecordId, String>,
}

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct Order {
    /// Which report.
    pub report: &'static Report,
    /// Counties by code; all in scope if left out.
    pub counties: Option<BTreeSet<String>>,
    /// The counties of that city.
    pub city: Option<String>,
    /// From that day on.
    pub from: Option<NaiveDate>,
    /// As of that day; today if left out.
    pub at: Option<NaiveDate>,
    /// Of that month, by its first day.
    pub month: Option<NaiveDate>,
    /// Of that project alone.
    pub project: Option<RecordId>,
    /// The plan that rates are a share of.
    pub plan: Option<RecordId>,
    /// The sources of the money that counts.
    pub sources: Option<BTreeSet<String>>,
    /// The positions of ledgers.
    pub as_of: BTreeMap<String, u64>,
    /// The language.
    pub language: Language,
}

/// All reports.
pub static REPORTS: &[Report] = &[
    Report {
        name: "dispatch",
        zh: "月调度单",
        en: "monthly dispatch sheet",
        takes: &[Parameter::Month],
        names_writers: false,
        numbers_findings: false,
        of_whole_counties: false,
        days: Usual::Month,
        draw: dispatch::document,
    },
    Report {
        name: "ledger",
        zh: "项目台账",
        en: "ledger of projects",
        takes: &[],
        names_writers: false,
        numbers_findings: false,
        of_whole_counties: false,
        days: Usual::All,
        draw: ledger::document,
    },
    Report {
        name: "rectification",
        zh: "整改台账",
        en: "ledger of rectifications",
        takes: &[Parameter::From, Parameter::Project],
        names_writers: false,
        numbers_findings: true,
        of_whole_counties: false,
        days: Usual::All,
        draw: rectification::document,
    },
    Report {
        name: "overdue",
        zh: "逾期督办单",
        en: "overdue findings",
        takes: &[],
        names_writers: false,
        numbers_findings: true,
        of_whole_counties: false,
        days: Usual::All,
        draw: overdue::document,
    },
    Report {
        name: "funds",
        zh: "资金台账",
        en: "ledger of funds",
        takes: &[Parameter::From, Parameter::Project, Parameter::Sources],
        names_writers: false,
        numbers_findings: false,
        of_whole_counties: false,
        days: Usual::All,
        draw: funds::document,
    },
    Report {
        name: "reminders",
        zh: "日志催报单",
        en: "diaries that are missing",
        takes: &[Parameter::From, Parameter::Month],
        names_writers: true,
        numbers_findings: false,
        of_whole_counties: false,
        days: Usual::LastDays(30),
        draw: reminders::document,
    },
    Report {
        name: "evaluation",
        zh: "考评表",
        en: "evaluation sheet",
        takes: &[Parameter::From, Parameter::Month],
        names_writers: false,
        numbers_findings: false,
        of_whole_counties: true,
        days: Usual::All,
        draw: evaluation::document,
    },
    Report {
        name: "city",
        zh: "全市汇总",
        en: "city roll-up",
        takes: &[Parameter::From, Parameter::Month, Parameter::Sources],
        names_writers: false,
        numbers_findings: false,
        of_whole_counties: true,
        days: Usual::All,
        draw: city::document,
    },
];

/// Who writes diaries now, as the accounts say: the school's team, and its principal.
async fn writers(store: &Store, now: Moment) -> Result<BTreeMap<RecordId, BTreeSet<String>>> {
    let mut writers: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (person, grants) in accounts::all(store).await? {
        let writes = |grant: &&GrantRow| {
            let role = [Role::SchoolTeam, Role::Principal].iter().any(|role| role.as_str() == grant.role);
            role && accounts::is_held(grant, now)
        };
        for grant in grants.iter().filter(writes).filter(|_| person.disabled_at.is_none()) {
            if let Ok(Scope::Project(id) | Scope::School(id)) = grant.scope.parse() {
                writers.entry(id).or_default().insert(person.display_name.clone());
            }
        }
    }
    Ok(writers)
}

/// The first day of a month that is written `YYYY-MM`.
pub fn month(text: &str) -> Option<NaiveDate> {
    let first = format!("{text}-01").parse().ok();
    first.filter(|first: &NaiveDate| first.format("%Y-%m").to_string() == text)
}

impl Report {
    /// Draws it from what is seen.
    pub(super) fn drawn(&self, seen: &[Seen<'_>], terms: &Terms) -> Document {
        (self.draw)(seen, terms)
    }

    /// The report of that name.
    ///
    /// # Errors
    /// `no_such_report`, with those that there are.
    pub fn named(name: &str) -> Result<&'static Self> {
        REPORTS.iter().find(|report| report.name == name).ok_or_else(|| {
            let known: Vec<_> = REPORTS.iter().map(|report| report.name).collect();
            let known = known.join(" ");
            Error::new(
                Kind::NotFound,
                "no_such_report",
                format!("没有这种报表；有：{known}"),
                format!("there is no such report; there are: {known}"),
            )
        })
    }
}

impl Order {
    /// What the report tells beside the facts of what is in scope.
    ///
    /// # Errors
    /// What the store says.
    pub async fn beside(
        &self,
        store: &Store,
        now: Moment,
        scope: &ReadScope,
        names: &KnownCounties,
    ) -> Result<Beside> {
        let mut beside = Beside::default();
        if self.report.names_writers {
            beside.writers = writers(store, now).await?;
        }
        if self.report.numbers_findings {
            let mut tx = store.snapshot().await?;
            let asked =
                |code: &&String| self.counties.as_ref().is_none_or(|counties| counties.contains(*code));
            for code in scope.counties.keys().filter(asked) {
                let Some((name, _)) = names.get(code) else { continue };
                for kind in ["finding", "notice"] {
                    beside.numbers.extend(official::numbers(&mut tx, code, name, kind).await?);
                }
            }
        }
        Ok(beside)
    }

    /// Draws the report from what is in scope.
    ///
    /// # Errors
    /// Not found if nothing of what is asked about is in scope; `invalid_period` and `not_for_this_report`
    /// if the question makes no sense.
    pub async fn draw(
        &self,
        figures: &Figures,
        scope: ReadScope,
        names: KnownCounties,
        beside: Beside,
    ) -> Result<Document> {
        let (question, to) = self.question(figures.today())?;
        let asked = Asked {
            counties: self.counties.clone(),
            city: self.city.clone(),
            by: By::County,
            question: question.clone(),
            as_of: self.as_of.clone(),
            to: Some(to),
            // Its sheets count for themselves.
            codes: Some(BTreeSet::new()),
        };
        let (report, project, language) = (self.report, self.project, self.language);
        let drawn = move |seen: &[Seen<'_>]| {
            if report.of_whole_counties && seen.iter().any(|its| !its.taken.whole) {
                return Err(Error::not_found());
            }
            if let Some(project) = project
                && !seen.iter().any(|its| its.view.works.contains_key(&project))
            {
                return Err(Error::not_found());
            }
            let terms = Terms { question, project, beside, is_of_several: seen.len() > 1, language };
            Ok(report.drawn(seen, &terms))
        };
        figures.look(scope, names, &asked, drawn).await?
    }

    /// The question, and the last day that counts for what is counted by days: today is not over, and
    /// its diaries are still being written.
    fn question(&self, today: NaiveDate) -> Result<(Question, NaiveDate)> {
        let takes = |parameter| self.report.takes.contains(&parameter);
        for (name, is_said, parameter) in [
            ("from", self.from.is_some(), Parameter::From),
            ("month", self.month.is_some(), Parameter::Month),
            ("project", self.project.is_some(), Parameter::Project),
            ("sources", self.sources.is_some(), Parameter::Sources),
        ] {
            if is_said && !takes(parameter) {
                return Err(Error::new(
                    Kind::Unprocessable,
                    "not_for_this_report",
                    format!("{}没有参数 {name}", self.report.zh),
                    format!("the {} takes no {name}", self.report.en),
                ));
            }
        }
        let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
        let (from, at) = match (self.month, self.at) {
            (Some(_), Some(_)) => {
                return Err(Error::new(
                    Kind::Unprocessable,
                    "invalid_period",
                    "month 和 at 只能说一个：一个月，或截止某一天",
                    "say a month or a last day, not both",
                ));
            }
            (Some(month), None) => {
                let (from, at) = stated::month(month, today);
                (Some(from), at)
            }
            (None, at) => (self.from, at.unwrap_or(today)),
        };
        let from = from.or_else(|| match self.report.days {
            Usual::All => None,
            Usual::Month => Some(month_of(at)),
            Usual::LastDays(days) => Some(days_before(at, days - 1)),
        });
        let question = Question { from, at, plan: self.plan, sources: self.sources.clone() };
        question.check(today)?;
        Ok((question, at.min(yesterday)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_report_is_told_in_the_documentation_with_what_it_takes() {
        let page = include_str!("../../docs/reports.md");
        for report in REPORTS {
            let row = page.lines().find(|line| line.starts_with(&format!("| `{}` |", report.name)));
            let row = row.unwrap_or_else(|| panic!("{} is not told", report.name));
            assert!(row.contains(report.zh) && row.contains(report.en), "{row}");
            let cells: Vec<_> = row.split('|').collect();
            for (parameter, name) in [
                (Parameter::From, "`from`"),
                (Parameter::Month, "`month`"),
                (Parameter::Project, "`project`"),
                (Parameter::Sources, "`sources`"),
            ] {
                assert_eq!(cells[3].contains(name), report.takes.contains(&parameter), "{name} of {row}");
            }
        }
    }

    fn order(name: &str) -> Order {
        Order {
            report: Report::named(name).unwrap(),
            counties: None,
            city: None,
            from: None,
            at: None,
            month: None,
            project: None,
            plan: None,
            sources: None,
            as_of: BTreeMap::new(),
            language: Language::Chinese,
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_report_is_about_the_days_that_are_named_or_else_about_its_usual_ones() {
        let today = "2026-04-10".parse().unwrap();
        let asked = |name, month: Option<&str>, at: Option<&str>, from: Option<&str>| {
            let [month, at, from] = [month, at, from].map(|text| text.map(day));
            let question = Order { from, at, month, ..order(name) }.question(today);
            question
                .map(|(question, to)| [question.from, Some(question.at), Some(to)])
                .map_err(|error| error.code)
        };
        for (name, month, at, from, expected) in [
            (
                "dispatch",
                None,
                None,
                None,
                Ok([Some(day("2026-04-01")), Some(day("2026-04-10")), Some(day("2026-04-09"))]),
            ),
            (
                "dispatch",
                Some("2026-03-01"),
                None,
                None,
                Ok([Some(day("2026-03-01")), Some(day("2026-03-31")), Some(day("2026-03-31"))]),
            ),
            (
                "dispatch",
                Some("2026-04-01"),
                None,
                None,
                Ok([Some(day("2026-04-01")), Some(day("2026-04-10")), Some(day("2026-04-09"))]),
            ),
            ("dispatch", Some("2026-05-01"), None, None, Err("invalid_period")),
            ("dispatch", Some("2026-03-01"), Some("2026-03-12"), None, Err("invalid_period")),
            ("dispatch", None, None, Some("2026-03-12"), Err("not_for_this_report")),
            ("ledger", None, None, None, Ok([None, Some(day("2026-04-10")), Some(day("2026-04-09"))])),
            (
                "reminders",
                None,
                Some("2026-03-31"),
                None,
                Ok([Some(day("2026-03-02")), Some(day("2026-03-31")), Some(day("2026-03-31"))]),
            ),
            ("city", None, Some("2099-01-01"), None, Err("invalid_period")),
        ] {
            assert_eq!(asked(name, month, at, from), expected, "{name} {month:?} {at:?} {from:?}");
        }
    }
}
