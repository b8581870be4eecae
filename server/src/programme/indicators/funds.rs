//! §5.4: money planned, received and paid, and whether more was paid than was built.

use super::{Indicator, ONE, Part, Sink};
use crate::programme::facts::FundType;
use crate::programme::ratio::Printed;
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
    let paid = view.paid();
    for works in view.works.values() {
        let contract = i128::from(works.contracted());
        if contract == 0 {
            continue;
        }
        let paid = paid.get(&works.id).copied().map_or(0, i128::from);
        let certified = works.progress.filter(|(_, report)| report.certified);
        let certified = certified.map_or(0, |(_, report)| i128::from(report.invested));
        let invested = works.progress.map_or(0, |(_, report)| i128::from(report.invested));
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
