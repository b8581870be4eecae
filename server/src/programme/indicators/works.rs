//! §5.1 and §5.5: how much of the plan was started and completed, and how far the works lag behind.

use super::{Indicator, ONE, Part, Sink};
use crate::access::policy::Class;
use crate::programme::ratio::Printed;
use crate::programme::view::{View, Works};

static PLANNED_AREA: Indicator =
    Indicator { code: "planned_area", zh: "规划面积", en: "planned area", printed: Printed::Area };
static STARTED_AREA: Indicator =
    Indicator { code: "started_area", zh: "已开工面积", en: "area started", printed: Printed::Area };
static COMPLETED_AREA: Indicator =
    Indicator { code: "completed_area", zh: "已竣工面积", en: "area completed", printed: Printed::Area };
/// Σ area started / Σ area planned.
static STARTED_RATE: Indicator =
    Indicator { code: "started_rate", zh: "开工率", en: "share started", printed: Printed::Percent(2) };
/// Σ area completed / Σ area planned.
static COMPLETED_RATE: Indicator =
    Indicator {
        code: "completed_rate", zh: "竣工率", en: "share completed", printed: Printed::Percent(2)
    };
static PROJECTS: Indicator =
    Indicator { code: "projects", zh: "规划项目", en: "projects planned", printed: Printed::Count };
/// Projects of buildings started / projects of buildings planned.
static PROJECTS_STARTED_RATE: Indicator = Indicator {
    code: "projects_started_rate",
    zh: "项目开工率",
    en: "share of projects started",
    printed: Printed::Percent(2),
};
/// Projects of buildings accepted / projects of buildings planned.
static PROJECTS_COMPLETED_RATE: Indicator = Indicator {
    code: "projects_completed_rate",
    zh: "项目竣工率",
    en: "share of projects completed",
    printed: Printed::Percent(2),
};
/// Schools with a project of any class in the plan.
static COVERED_SCHOOLS: Indicator = Indicator {
    code: "covered_schools",
    zh: "项目学校",
    en: "schools with a project",
    printed: Printed::Count,
};
static INVESTED: Indicator =
    Indicator { code: "invested", zh: "完成投资", en: "worth of what was done", printed: Printed::Money };
/// (Planned value − earned value) / budget: how far the works lag behind what time alone asks for.
static SCHEDULE_LAG: Indicator =
    Indicator { code: "schedule_lag", zh: "进度滞后", en: "schedule lag", printed: Printed::Percent(1) };
static BEHIND: Indicator = Indicator {
    code: "projects_behind",
    zh: "进度滞后项目",
    en: "projects behind schedule",
    printed: Printed::Count,
};
static WITHOUT_PLAN: Indicator = Indicator {
    code: "projects_without_plan",
    zh: "未列入规划的项目",
    en: "projects of no plan",
    printed: Printed::Count,
};
static OUTSIDE_PLAN: Indicator = Indicator {
    code: "projects_of_another_plan",
    zh: "其他规划的项目",
    en: "projects of another plan",
    printed: Printed::Count,
};

pub(super) static INDICATORS: &[&Indicator] = &[
    &PLANNED_AREA,
    &STARTED_AREA,
    &STARTED_RATE,
    &COMPLETED_AREA,
    &COMPLETED_RATE,
    &PROJECTS,
    &PROJECTS_STARTED_RATE,
    &PROJECTS_COMPLETED_RATE,
    &COVERED_SCHOOLS,
    &INVESTED,
    &SCHEDULE_LAG,
    &BEHIND,
    &WITHOUT_PLAN,
    &OUTSIDE_PLAN,
];

/// A project is behind when it lags by more than a tenth of its contract.
const BEHIND_BY: (i128, i128) = (1, 10);

impl Works<'_> {
    /// By how much, in 分, the works lag behind what time alone asks for, and their budget.
    pub fn lag(&self, view: &View<'_>) -> (i128, i128) {
        let earned = self.progress.map_or(0, |(_, report)| report.invested);
        let planned = if self.accepted_on().is_some() { 0 } else { self.planned_value(view.question.at) };
        let lag = if planned == 0 { 0 } else { i128::from(planned) - i128::from(earned) };
        (lag, i128::from(self.contracted()))
    }

    /// Whether they lag by more than is tolerated.
    pub fn is_behind(&self, view: &View<'_>) -> bool {
        let (lag, budget) = self.lag(view);
        let (part, whole) = BEHIND_BY;
        budget > 0 && lag * whole > budget * part
    }
}

pub(super) fn count(view: &View<'_>, sink: &mut Sink<'_>) {
    let mut covered = std::collections::BTreeMap::new();
    for works in view.works.values() {
        let (school, project) = (Some(works.project.school), Some(works.id));
        let counted = |record, amount| Part::counted(record, school, project, amount);
        let whole = |amount| Part::whole(works.id, school, project, amount);
        if !works.in_plan {
            let indicator = if works.project.plan.is_none() { &WITHOUT_PLAN } else { &OUTSIDE_PLAN };
            sink(indicator, counted(works.id, ONE));
            continue;
        }
        let first = covered.entry(works.project.school).or_insert(works.id);
        *first = works.id.min(*first);
        sink(&PROJECTS, counted(works.id, ONE));
        // Equipment is bought and not built: it has rates of its own.
        if works.project.class == Some(Class::Equipment) {
            continue;
        }
        sink(&PROJECTS_STARTED_RATE, whole(ONE));
        sink(&PROJECTS_COMPLETED_RATE, whole(ONE));
        if works.started_on().is_some() {
            sink(&PROJECTS_STARTED_RATE, counted(works.id, ONE));
        }
        if works.accepted_on().is_some() {
            sink(&PROJECTS_COMPLETED_RATE, counted(works.id, ONE));
        }
        let planned = i128::from(works.project.planned_area);
        sink(&PLANNED_AREA, counted(works.id, planned));
        sink(&STARTED_RATE, whole(planned));
        sink(&COMPLETED_RATE, whole(planned));
        if let Some((report, progress)) = works.progress {
            let (started, completed) = (progress.started_area.into(), progress.completed_area.into());
            sink(&STARTED_AREA, counted(report, started));
            sink(&STARTED_RATE, counted(report, started));
            sink(&COMPLETED_AREA, counted(report, completed));
            sink(&COMPLETED_RATE, counted(report, completed));
            sink(&INVESTED, counted(report, progress.invested.into()));
        }
        let (lag, budget) = works.lag(view);
        if budget > 0 {
            sink(&SCHEDULE_LAG, counted(works.id, lag));
            sink(&SCHEDULE_LAG, whole(budget));
        }
        if works.is_behind(view) {
            sink(&BEHIND, counted(works.id, ONE));
        }
    }
    for (school, project) in covered {
        sink(&COVERED_SCHOOLS, Part::counted(school, Some(school), Some(project), ONE));
    }
}
