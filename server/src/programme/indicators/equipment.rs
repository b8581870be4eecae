//! §5.1: how much of the planned equipment was accepted, in money and by projects.

use std::collections::HashMap;

use sync_protocol::id::RecordId;

use super::{Indicator, ONE, Part, Sink};
use crate::access::policy::Class;
use crate::programme::facts::Item;
use crate::programme::ratio::Printed;
use crate::programme::states::equipment::chains;
use crate::programme::view::{Question, View};

static PLANNED: Indicator = Indicator {
    code: "equipment_planned",
    zh: "设备规划资金",
    en: "money planned for equipment",
    printed: Printed::Money,
};
static ACCEPTED: Indicator = Indicator {
    code: "equipment_accepted",
    zh: "设备验收金额",
    en: "worth of the equipment accepted",
    printed: Printed::Money,
};
/// Σ worth accepted / Σ money planned.
static RATE: Indicator = Indicator {
    code: "equipment_rate",
    zh: "设备采购完成率",
    en: "share of equipment accepted",
    printed: Printed::Percent(2),
};

/// Projects of equipment whose whole list was accepted / projects of equipment planned.
static PROJECTS_RATE: Indicator = Indicator {
    code: "equipment_projects_rate",
    zh: "装备项目完成率",
    en: "share of equipment projects accepted",
    printed: Printed::Percent(2),
};

pub(super) static INDICATORS: &[&Indicator] = &[&PLANNED, &ACCEPTED, &RATE, &PROJECTS_RATE];

/// Of what some equipment costs, the share that is paid from the sources that are asked about. What
/// says nothing of its sources counts whole, and the figure carries a warning.
fn share_of_sources(item: &Item, question: &Question, cost: i128) -> i128 {
    let total: i128 = item.funding.values().map(|amount| i128::from(*amount)).sum();
    if question.sources.is_none() || total == 0 {
        return cost;
    }
    let asked = item.funding.iter().filter(|(source, _)| question.counts_source(source));
    let asked: i128 = asked.map(|(_, amount)| i128::from(*amount)).sum();
    (cost * asked + total / 2).div_euclid(total)
}

pub(super) fn count(view: &View<'_>, sink: &mut Sink<'_>) {
    let question = view.question;
    let chains = chains(view);
    let mut complete: HashMap<RecordId, bool> = HashMap::new();
    for chain in &chains {
        if let Some(project) = chain.item.project {
            *complete.entry(project).or_insert(true) &= chain.is_accepted();
        }
    }
    for works in view.planned_of(Class::Equipment) {
        let funding = works.project.funding.iter().filter(|(source, _)| question.counts_source(source));
        let planned: i128 = funding.map(|(_, amount)| i128::from(*amount)).sum();
        let (school, project) = (Some(works.project.school), Some(works.id));
        sink(&PLANNED, Part::counted(works.id, school, project, planned));
        sink(&RATE, Part::whole(works.id, school, project, planned));
        sink(&PROJECTS_RATE, Part::whole(works.id, school, project, ONE));
        if complete.get(&works.id) == Some(&true) {
            sink(&PROJECTS_RATE, Part::counted(works.id, school, project, ONE));
        }
    }
    for chain in chains {
        if chain.item.project.and_then(|project| view.works.get(&project)).is_some_and(|works| !works.in_plan)
        {
            continue;
        }
        for (id, receipt) in &chain.receipts {
            let cost = chain.item.cost_of(receipt.accepted);
            let amount = share_of_sources(chain.item, question, cost);
            let part = Part::counted(*id, chain.item.school, chain.item.project, amount);
            sink(&ACCEPTED, part);
            sink(&RATE, part);
        }
    }
}
