//! §5.4: money planned, received and paid, and whether more was paid than was built.

use std::collections::HashMap;

use sync_protocol::id::RecordId;

use super::{Indicator, ONE, Part, Sink};
use crate::access::policy::Class;
use crate::programme::facts::{FundType, ProgressReport};
use crate::programme::ratio::Printed;
use crate::programme::states::equipment::chains;
use crate::programme::view::View;

static PLANNED: Indicator =
    Indicator { code: "funds_planned", zh: "规划资金", en: "money planned", printed: Printed::Money };
static RECEIVED: Indicator =
    Indicator { code: "funds_received", zh: "到位资金", en: "money received", printed: Printed::Money };
static PAID: Indicator =
    Indicator { code: "funds_paid", zh: "拨付资金", en: "money paid", printed: Printed::Money };
/// Σ received / Σ planned.
static RECEIVED_RATE: Indicator = Indicator {
    code: "funds_received_rate",
    zh: "资金到位率",
    en: "share of money received",
    printed: Printed::Percent(2),
};
/// Σ paid / Σ received.
static PAID_RATE: Indicator = Indicator {
    code: "funds_paid_rate",
    zh: "资金拨付率",
    en: "share of money paid",
    printed: Printed::Percent(2),
};
/// (Paid − worth of the works that the office certified) / contract. Above 0: paid ahead of the works.
static PAYMENT_GAP: Indicator = Indicator {
    code: "payment_gap",
    zh: "拨付与进度差",
    en: "paid ahead of the works",
    printed: Printed::Percent(1),
};
static PAID_AHEAD: Indicator = Indicator {
    code: "projects_paid_ahead",
    zh: "超进度拨付项目",
    en: "projects paid ahead of the works",
    printed: Printed::Count,
};
/// Less than 80 % of the worth of the works was paid.
static PAID_SHORT: Indicator = Indicator {
    code: "projects_paid_short",
    zh: "拨付不足项目",
    en: "projects paid too little",
    printed: Printed::Count,
};
static KEYS_MISSING: Indicator = Indicator {
    code: "payments_waiting",
    zh: "待会签拨付",
    en: "payments that wait for a key",
    printed: Printed::Count,
};

pub(super) static INDICATORS: &[&Indicator] = &[
    &PLANNED,
    &RECEIVED,
    &RECEIVED_RATE,
    &PAID,
    &PAID_RATE,
    &PAYMENT_GAP,
    &PAID_AHEAD,
    &PAID_SHORT,
    &KEYS_MISSING,
];

/// A progress payment is at least so many hundredths of what was completed.
const LEAST_PAID: i128 = 80;

pub(super) fn count(view: &View<'_>, sink: &mut Sink<'_>) {
    let question = view.question;
    for works in view.planned() {
        let funding = works.project.funding.iter().filter(|(source, _)| question.counts_source(source));
        let planned: i128 = funding.map(|(_, amount)| i128::from(*amount)).sum();
        let (school, project) = (Some(works.project.school), Some(works.id));
        sink(&PLANNED, Part::counted(works.id, school, project, planned));
        sink(&RECEIVED_RATE, Part::whole(works.id, school, project, planned));
    }
    for (id, event) in view.funds() {
        let amount = i128::from(event.amount);
        let counted = Part::counted(id, event.school, event.project, amount);
        let taken_off = Part { amount: -amount, ..counted };
        match event.sort {
            FundType::Received => {
                sink(&RECEIVED, counted);
                sink(&RECEIVED_RATE, counted);
                sink(&PAID_RATE, Part::whole(id, event.school, event.project, amount));
            }
            FundType::Paid => {
                sink(&PAID, counted);
                sink(&PAID_RATE, counted);
            }
            FundType::Returned => {
                sink(&PAID, taken_off);
                sink(&PAID_RATE, taken_off);
            }
            FundType::Allocated | FundType::AppliedFor | FundType::Retention => {}
        }
    }
    for (id, event) in &view.facts.funds {
        if event.sort == FundType::Paid && !event.counts() && event.day <= question.at {
            sink(&KEYS_MISSING, Part::counted(*id, event.school, event.project, ONE));
        }
    }
    let (paid, accepted) = (view.paid(), accepted(view));
    for works in view.works.values() {
        let contract = i128::from(works.contracted());
        if contract == 0 {
            continue;
        }
        let paid = paid.get(&works.id).copied().map_or(0, i128::from);
        let (certified, invested) = if works.project.class == Some(Class::Equipment) {
            let accepted = accepted.get(&works.id).copied().unwrap_or_default();
            (accepted, accepted)
        } else {
            let worth = |report: &ProgressReport| i128::from(report.invested);
            let certified = works.progress.filter(|(_, report)| report.certified);
            (
                certified.map_or(0, |(_, report)| worth(report)),
                works.progress.map_or(0, |(_, report)| worth(report)),
            )
        };
        let (school, project) = (Some(works.project.school), Some(works.id));
        let counted = |amount| Part::counted(works.id, school, project, amount);
        sink(&PAYMENT_GAP, counted(paid - certified));
        sink(&PAYMENT_GAP, Part::whole(works.id, school, project, contract));
        if paid > certified {
            sink(&PAID_AHEAD, counted(ONE));
        }
        if paid * 100 < invested * LEAST_PAID {
            sink(&PAID_SHORT, counted(ONE));
        }
    }
}

/// What the equipment is worth that was accepted, by project: it is bought and not built, so nobody
/// reports its progress by the month.
fn accepted(view: &View<'_>) -> HashMap<RecordId, i128> {
    let mut accepted = HashMap::new();
    for chain in chains(view) {
        if let Some(project) = chain.item.project {
            *accepted.entry(project).or_default() += chain.item.cost_of(chain.accepted());
        }
    }
    accepted
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use uuid::Uuid;

    use super::super::Side;
    use super::*;
    use crate::programme::facts::{Contract, Facts, FundEvent, Item, Project, Receipt};
    use crate::programme::view::Question;

    const PROJECT: RecordId = RecordId(Uuid::from_u128(1));
    const ITEM: RecordId = RecordId(Uuid::from_u128(2));
    const CONTRACT: RecordId = RecordId(Uuid::from_u128(3));
    const PRICE: i64 = 1_000_000;

    fn equipment(paid: i64, accepted: i128) -> Facts {
        let mut facts = Facts::default();
        facts.projects.insert(
            PROJECT,
            Project {
                name: "演示装备项目".to_owned(),
                school: RecordId(Uuid::from_u128(9)),
                class: Some(Class::Equipment),
                work_type: None,
                plan: None,
                plan_year: None,
                planned_area: 0,
                funding: BTreeMap::new(),
                dossier: BTreeSet::new(),
                lead_official: None,
                known_since: chrono::NaiveDate::MIN,
                disputed: false,
            },
        );
        facts.contracts.insert(
            CONTRACT,
            Contract {
                number: None,
                name: "演示采购合同".to_owned(),
                projects: BTreeSet::from([PROJECT]),
                sort: Some("设备采购".to_owned()),
                party: None,
                amount: PRICE,
                term: None,
            },
        );
        facts.items.insert(
            ITEM,
            Item {
                school: None,
                project: Some(PROJECT),
                name: "演示计算机".to_owned(),
                class: None,
                quantity: 1_000_000,
                unit: None,
                unit_price: PRICE,
                funding: BTreeMap::new(),
                contract: Some(CONTRACT),
            },
        );
        facts.receipts.insert(
            RecordId(Uuid::from_u128(4)),
            Receipt {
                item: Some(ITEM),
                date: None,
                delivered: accepted,
                accepted,
                matches: true,
                signatures: 3,
                evidence: (3, 3),
            },
        );
        facts.funds.insert(
            RecordId(Uuid::from_u128(5)),
            FundEvent {
                school: None,
                project: Some(PROJECT),
                sort: FundType::Paid,
                source: None,
                amount: paid,
                day: "2026-03-02".parse().unwrap(),
                voucher: None,
                payee: None,
                contract: Some(CONTRACT),
                reverses: None,
                education: true,
                finance: true,
                signed_by: Vec::new(),
            },
        );
        facts
    }

    #[test]
    fn equipment_is_paid_ahead_of_what_was_accepted_and_not_of_reports_that_nobody_writes() {
        let question = Question { from: None, at: "2026-03-31".parse().unwrap(), plan: None, sources: None };
        for (paid, accepted, gap, ahead) in
            [(950_000, 1_000_000, -50_000, 0), (950_000, 0, 950_000, 1), (1_000_000, 500_000, 500_000, 1)]
        {
            let facts = equipment(paid, accepted);
            let view = View::new(&facts, &question);
            let mut found = (0, 0);
            count(&view, &mut |indicator, part| match (indicator.code, part.side) {
                ("payment_gap", Side::Numerator) => found.0 += part.amount,
                ("projects_paid_ahead", Side::Numerator) => found.1 += part.amount,
                _ => {}
            });
            assert_eq!(found, (gap, ahead), "paid {paid}, accepted {accepted} millionths");
        }
    }
}
