//! The facts of a county under one question: which day, which plan, which money.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike as _, Days, NaiveDate};
use sync_protocol::id::RecordId;

use super::facts::{
    Acceptance, Contract, Facts, FundEvent, FundType, ProgressReport, Project, Stage, StageEvent, Suspension,
};
use super::health::Health;
use crate::access::policy::Class;

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// From which day on, for what is counted by days; from the start of the works if left out.
    pub from: Option<NaiveDate>,
    /// As of which day.
    pub at: NaiveDate,
    /// The plan that rates are a share of; the last one approved by then if left out.
    pub plan: Option<RecordId>,
    /// The sources of the money that counts; all if left out.
    pub sources: Option<BTreeSet<String>>,
}

impl Question {
    /// Whether money from that source counts.
    pub fn counts_source(&self, source: &str) -> bool {
        self.sources.as_ref().is_none_or(|sources| sources.contains(source))
    }
}

/// A project with all that was recorded of it by that day.
#[derive(Debug)]
pub struct Works<'f> {
    /// Its id.
    pub id: RecordId,
    /// The project.
    pub project: &'f Project,
    /// Whether it is of the plan that is asked about.
    pub in_plan: bool,
    /// The stages that it reached, each with the record that says so, in order of stage.
    pub stages: Vec<(RecordId, &'f StageEvent)>,
    /// What the parties found when the works were done.
    pub acceptances: Vec<(RecordId, &'f Acceptance)>,
    /// When the works stood still.
    pub suspensions: Vec<(RecordId, &'f Suspension)>,
    /// Its last progress report.
    pub progress: Option<(RecordId, &'f ProgressReport)>,
    /// Its contracts.
    pub contracts: Vec<(RecordId, &'f Contract)>,
}

/// The facts of a county under one question.
#[derive(Debug)]
pub struct View<'f> {
    /// The facts.
    pub facts: &'f Facts,
    /// The question.
    pub question: &'f Question,
    /// The plan that rates are a share of, if the county has one.
    pub plan: Option<RecordId>,
    /// The projects.
    pub works: HashMap<RecordId, Works<'f>>,
    /// The last day that counts, for what is counted by days.
    pub to: NaiveDate,
    /// How the phones are doing, if somebody asked and it is now.
    pub health: Option<&'f Health>,
}

impl<'f> View<'f> {
    /// Puts together what belongs to each project.
    pub fn new(facts: &'f Facts, question: &'f Question) -> Self {
        let plan = question.plan.or_else(|| standing_plan(facts, question.at));
        let mut works: HashMap<_, _> = facts
            .projects
            .iter()
            .map(|(id, project)| {
                let in_plan = plan.is_none() || project.plan == plan;
                (*id, Works::of(*id, project, in_plan))
            })
            .collect();
        for (id, stage) in &facts.stages {
            if stage.earliest <= question.at
                && let Some(works) = works.get_mut(&stage.project)
            {
                works.stages.push((*id, stage));
            }
        }
        for (id, acceptance) in &facts.acceptances {
            if acceptance.date.is_none_or(|date| date <= question.at)
                && let Some(works) = works.get_mut(&acceptance.project)
            {
                works.acceptances.push((*id, acceptance));
            }
        }
        for (id, suspension) in &facts.suspensions {
            if let Some(works) = works.get_mut(&suspension.project) {
                works.suspensions.push((*id, suspension));
            }
        }
        for (id, report) in &facts.progress {
            if report.month <= question.at
                && let Some(works) = works.get_mut(&report.project)
            {
                let newer = works.progress.is_none_or(|(_, other)| other.month < report.month);
                if newer {
                    works.progress = Some((*id, report));
                }
            }
        }
        for (id, contract) in &facts.contracts {
            for project in &contract.projects {
                if let Some(works) = works.get_mut(project) {
                    works.contracts.push((*id, contract));
                }
            }
        }
        for works in works.values_mut() {
            works.stages.sort_unstable_by_key(|(id, stage)| (stage.stage, stage.latest, *id));
            works.contracts.sort_unstable_by_key(|(id, _)| *id);
        }
        Self { facts, question, plan, works, to: question.at, health: None }
    }

    /// The same, where what is counted by days ends earlier: today's diaries are still being written.
    #[must_use]
    pub fn until(self, to: NaiveDate) -> Self {
        Self { to: to.min(self.question.at), ..self }
    }

    /// The same, where it is known how the phones are doing.
    #[must_use]
    pub fn with_health(self, health: Option<&'f Health>) -> Self {
        Self { health, ..self }
    }

    /// The projects of the plan.
    pub fn planned(&self) -> impl Iterator<Item = &Works<'f>> {
        self.works.values().filter(|works| works.in_plan)
    }

    /// The projects of the plan of one class.
    pub fn planned_of(&self, class: Class) -> impl Iterator<Item = &Works<'f>> {
        self.planned().filter(move |works| works.project.class == Some(class))
    }

    /// The events of money by that day that count, from the sources that are asked about.
    pub fn funds(&self) -> impl Iterator<Item = (RecordId, &'f FundEvent)> {
        let question = self.question;
        self.facts
            .funds
            .iter()
            .filter(|(_, event)| event.day <= question.at && event.counts())
            .filter(|(_, event)| {
                question.sources.is_none()
                    || event.source.as_deref().is_some_and(|s| question.counts_source(s))
            })
            .map(|(id, event)| (*id, event))
    }

    /// What was paid for each project, in 分, what was returned taken off.
    pub fn paid(&self) -> BTreeMap<RecordId, i64> {
        let mut paid = BTreeMap::new();
        for (_, event) in self.funds() {
            let amount = match event.sort {
                FundType::Paid => event.amount,
                FundType::Returned => -event.amount,
                _ => continue,
            };
            if let Some(project) = event.project {
                *paid.entry(project).or_default() += amount;
            }
        }
        paid
    }
}

/// The last plan that was approved by that day; of those that say no day, the last one written.
fn standing_plan(facts: &Facts, at: NaiveDate) -> Option<RecordId> {
    let approved = facts.plans.iter().filter(|(_, plan)| plan.approved_on.is_none_or(|day| day <= at));
    approved.max_by_key(|(id, plan)| (plan.approved_on, plan.seq, **id)).map(|(id, _)| *id)
}

impl<'f> Works<'f> {
    const fn of(id: RecordId, project: &'f Project, in_plan: bool) -> Self {
        Self {
            id,
            project,
            in_plan,
            stages: Vec::new(),
            acceptances: Vec::new(),
            suspensions: Vec::new(),
            progress: None,
            contracts: Vec::new(),
        }
    }

    /// Whether that stage was reached.
    pub fn has_reached(&self, stage: Stage) -> bool {
        self.stages.iter().any(|(_, event)| event.stage == stage)
    }

    /// The first day of the works.
    pub fn started_on(&self) -> Option<NaiveDate> {
        let starts = self.stages.iter().filter(|(_, event)| event.stage == Stage::Start);
        starts.map(|(_, event)| event.earliest).min()
    }

    /// The day on which the works were accepted; the last, if several are named.
    pub fn accepted_on(&self) -> Option<NaiveDate> {
        let stages = self.stages.iter().filter(|(_, event)| event.stage == Stage::Acceptance);
        let stages = stages.map(|(_, event)| event.latest);
        let accepted = self.acceptances.iter().filter(|(_, acceptance)| acceptance.accepted);
        stages.chain(accepted.filter_map(|(_, acceptance)| acceptance.date)).max()
    }

    /// The first day on which a diary is asked for. Works that had begun before the project came into
    /// the ledger have their diaries of that time on paper.
    fn first_diary_on(&self) -> Option<NaiveDate> {
        self.started_on().map(|start| start.max(self.project.known_since))
    }

    /// Whether a diary is asked for on that day: from the start to the acceptance, but when the works
    /// stood still by order.
    pub fn asks_for_diary(&self, day: NaiveDate) -> bool {
        self.first_diary_on().is_some_and(|start| start <= day)
            && self.accepted_on().is_none_or(|end| day <= end)
            && !self.suspensions.iter().any(|(_, suspension)| suspension.covers(day))
    }

    /// Whether the works, begun and not accepted yet, stood still by order on that day.
    pub fn stood_still_on(&self, day: NaiveDate) -> bool {
        self.first_diary_on().is_some_and(|start| start <= day)
            && self.accepted_on().is_none_or(|end| day <= end)
            && self.suspensions.iter().any(|(_, suspension)| suspension.covers(day))
    }

    /// The days between `from` and `to`, both counted, on which a diary is asked for.
    pub fn days_with_diary(&self, from: Option<NaiveDate>, to: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let start = self.first_diary_on().map(|start| from.map_or(start, |from| from.max(start)));
        let end = self.accepted_on().map_or(to, |end| end.min(to));
        let days =
            start.into_iter().flat_map(move |start| start.iter_days().take_while(move |day| *day <= end));
        days.filter(|day| !self.suspensions.iter().any(|(_, suspension)| suspension.covers(*day)))
    }

    /// The area begun, in 0.01 ㎡.
    pub fn started_area(&self) -> i64 {
        self.progress.map_or(0, |(_, report)| report.started_area)
    }

    /// The area completed, in 0.01 ㎡.
    pub fn completed_area(&self) -> i64 {
        self.progress.map_or(0, |(_, report)| report.completed_area)
    }

    /// The contracts for the works themselves: buildings are built, equipment is bought.
    pub fn works_contracts(&self) -> impl Iterator<Item = &(RecordId, &'f Contract)> {
        self.contracts.iter().filter(|(_, contract)| {
            contract.sort.as_deref().is_none_or(|sort| sort == "施工" || sort == "设备采购")
        })
    }

    /// What the works cost by contract, in 分: a contract for several projects is shared equally.
    pub fn contracted(&self) -> i64 {
        self.works_contracts()
            .map(|(_, contract)| contract.amount / (contract.projects.len().max(1) as i64))
            .sum()
    }

    /// What should have been done by that day by the terms of the contracts, in 分, if time alone told:
    /// the planned value of earned value management.
    pub fn planned_value(&self, at: NaiveDate) -> i64 {
        self.works_contracts()
            .filter_map(|(_, contract)| {
                let (start, end) = contract.term?;
                let days = i128::from((end - start).num_days() + 1);
                let elapsed = i128::from((at - start).num_days() + 1).clamp(0, days);
                let amount = i128::from(contract.amount / (contract.projects.len().max(1) as i64));
                i64::try_from(amount * elapsed / days).ok()
            })
            .sum()
    }
}

impl Suspension {
    /// Whether the works stood still on that day.
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// The first day of the month of that day.
pub fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// So many days before that day.
pub fn days_before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
}
