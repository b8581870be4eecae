//! Money: allocated, received, applied for, paid with two keys, taken back, kept until later.

use chrono::{DateTime, Days, FixedOffset, NaiveDate};
use sync_protocol::change::Change;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;
use sync_protocol::signoff::Verdict;

use super::calendar::office_day;
use super::course::{Course, DAYS, Sort};
use super::draft::{Draft, demo_record, refer};
use super::figure::shares;
use super::papers::{contract_id, month_before};
use super::region::{County, Money};
use super::story::{Deed, at};

/// Who has the keys, by sign-in name.
pub(super) struct Keys<'k> {
    /// The office that has the works, or the equipment.
    pub(super) education: &'k str,
    pub(super) role: Role,
    pub(super) finance: &'k str,
    pub(super) today: NaiveDate,
}

/// A payment about to be entered.
struct Payment<'p> {
    name: String,
    about: About<'p>,
    source: &'p str,
    amount: i64,
    day: NaiveDate,
    payee: &'p str,
    reverses: Option<RecordId>,
}

/// For what is paid.
#[derive(Clone, Copy)]
enum About<'p> {
    Contract {
        project: RecordId,
        contract: RecordId,
    },
    /// Many projects of a county, before the ledger began.
    County(&'p str),
}

fn event(name: &str, sort: &str, amount: i64, day: NaiveDate) -> Draft {
    let id = demo_record(&format!("fund_event/{name}"));
    Draft::new("fund_event", id, "begun", at(day, 10, 40))
        .set("type", sort)
        .set("amount", amount)
        .set("voucher", format!("演示-{}", &id.to_string()[..8]))
        .set("date", day.to_string())
}

fn turned_by(who: &str, role: Role, payment: &Change, when: DateTime<FixedOffset>) -> Deed {
    let key = Draft::new("fund_event", payment.record, who, when);
    Deed::new(who, key.sign(role, Verdict::Approved, None, &[payment]).done())
}

impl Payment<'_> {
    fn entered(&self) -> Change {
        let draft = event(&self.name, "拨付", self.amount, self.day)
            .set("source", self.source)
            .set("payee", self.payee);
        let draft = match self.about {
            About::Contract { project, contract } => {
                draft.set("project", refer(project)).set("contract", refer(contract))
            }
            About::County(code) => draft.set("county", code),
        };
        self.reverses.into_iter().fold(draft, |draft, event| draft.set("reverses", refer(event))).done()
    }
}

impl Keys<'_> {
    fn education_key(&self, payment: &Change, day: NaiveDate) -> Deed {
        turned_by(self.education, self.role, payment, at(day, 16, 30))
    }

    fn finance_key(&self, payment: &Change, day: NaiveDate) -> Deed {
        let next = office_day(day + Days::new(1), self.today);
        turned_by(self.finance, Role::Finance, payment, at(next, 16, 50))
    }

    /// A payment with both keys.
    fn pay(&self, payment: &Payment<'_>, deeds: &mut Vec<Deed>) -> RecordId {
        let entered = payment.entered();
        deeds.push(self.education_key(&entered, payment.day));
        deeds.push(self.finance_key(&entered, payment.day));
        let record = entered.record;
        deeds.push(Deed::new(self.education, entered));
        record
    }
}

/// What share of what was allocated has arrived, in percent: each source and county by its own pace.
fn received_percent(source: &str, code: &str) -> i64 {
    let pace = code.bytes().map(i64::from).sum::<i64>() % 7;
    match source {
        "中央" => 90 + pace,
        "省" => 83 + pace,
        _ => 74 + pace,
    }
}

/// What the county was allocated, and what of it arrived. Where a report tells what arrived of the
/// county's own money, that stands with the golden figures: see `works::fund_records`.
pub(super) fn county(county: &County, finance: &str, today: NaiveDate) -> Vec<Deed> {
    let mut deeds = Vec::new();
    let equipment = county.equipment.iter().flat_map(|equipment| &equipment.funding);
    for (number, (source, amount)) in county.buildings.funding.iter().chain(equipment).enumerate() {
        let amount = amount.wan_in_fen();
        let mut enter = |sort: &str, part: usize, amount: i64, ago: u64| {
            let name = format!("{}/{sort}/{number}/{part}", county.code);
            let day = office_day(today - Days::new(ago), today);
            let draft = event(&name, sort, amount, day).set("county", county.code.as_str());
            deeds.push(Deed::new(finance, draft.set("source", source.as_str()).done()));
        };
        enter("下达", 0, amount, DAYS - 2);
        if source == "县" && county.local_received.is_some() {
            continue;
        }
        let received = amount / 100 * received_percent(source, &county.code);
        // Most of it had arrived before the ledger began.
        for (part, (received, ago)) in
            shares(received, &[60, 25, 15]).into_iter().zip([DAYS - 3, 118, 57]).enumerate()
        {
            enter("到位", part, received, ago - number as u64);
        }
    }
    deeds
}

/// What had been paid for works before the ledger began, by source as the money was planned.
pub(super) fn before(code: &str, planned: &Money, worth: i64, keys: &Keys<'_>) -> Vec<Deed> {
    let mut deeds = Vec::new();
    let whole: i64 = planned.values().map(|amount| amount.wan_in_fen()).sum();
    let day = office_day(keys.today - Days::new(DAYS - 5), keys.today);
    for (source, amount) in planned {
        // The county's own money came last.
        let percent = if source == "县" { 60 } else { 95 };
        let share = i128::from(worth) * i128::from(amount.wan_in_fen()) / i128::from(whole.max(1));
        let payment = Payment {
            name: format!("{code}/before/{source}"),
            about: About::County(code),
            source,
            amount: i64::try_from(share).unwrap_or_default() / 100 * percent,
            day,
            payee: "各项目施工单位（演示，启用台账前累计）",
            reverses: None,
        };
        keys.pay(&payment, &mut deeds);
    }
    deeds
}

/// What was paid, in percent of the contract, and when: each month, after the report of the last one was
/// certified, nine tenths of what had been done; once all was accepted, what is not kept until later.
fn percents(course: &Course, today: NaiveDate) -> Vec<(i64, NaiveDate)> {
    let (mut parts, mut paid) = (Vec::new(), 0);
    for months in (1..=7).rev() {
        let (_, end) = month_before(today, months);
        let day = office_day(end + Days::new(9), today);
        if course.begins(today) > end || end + Days::new(9) >= today {
            continue;
        }
        // The last report of works that go on says what has been done by today.
        let is_last = months == 1 && course.sort == Sort::UnderWay;
        let ago = if is_last { 0 } else { (today - end).num_days().unsigned_abs() };
        let done = course.done_bp(ago) / 100;
        let due = match (course.ends(today), course.number) {
            (Some(accepted), _) if accepted <= end => 97,
            // One was paid ahead of the works, one waits for its money.
            (_, 4) => done + 22,
            (_, 2) => done / 2,
            _ => done * 9 / 10,
        };
        if due - paid >= 3 {
            parts.push((due - paid, day));
            paid = due;
        }
    }
    parts
}

/// What was paid for the works of a project.
pub(super) fn works(course: &Course, worth: i64, principal: &str, keys: &Keys<'_>) -> Vec<Deed> {
    let (project, number, today) = (course.building.id, course.number, keys.today);
    let mut deeds = Vec::new();
    let payment = |name: &str, source: &'static str, amount: i64, day: NaiveDate| Payment {
        name: format!("{project}/{name}"),
        about: About::Contract { project, contract: contract_id(project) },
        source,
        amount,
        day: office_day(day, today),
        payee: "演示建筑工程有限公司",
        reverses: None,
    };
    // The province pays every other part; it began with some projects.
    let source = |part: usize| if (part + number).is_multiple_of(3) { "省" } else { "中央" };
    for (part, (percent, day)) in percents(course, today).into_iter().enumerate() {
        let (amount, name) = (worth / 100 * percent, format!("paid/{part}"));
        let asked_on = office_day(day - Days::new(4), today);
        let asked = event(&format!("{project}/asked/{part}"), "申请", amount, asked_on);
        let asked = asked.set("project", refer(project)).set("source", source(part));
        deeds.push(Deed::new(principal, asked.done()));
        keys.pay(&payment(&name, source(part), amount, day), &mut deeds);
    }
    if let Some(end) = course.ends(today) {
        let day = office_day(end + Days::new(3), today);
        let kept = event(&format!("{project}/retained"), "质保金", worth / 100 * 3, day);
        let kept = kept.set("project", refer(project)).set("source", "中央");
        deeds.push(Deed::new(keys.finance, kept.set("payee", "演示建筑工程有限公司").done()));
    }
    let lately = |ago| office_day(today - Days::new(ago), today);
    match number {
        // Entered twice by mistake, and taken back.
        6 => {
            let day = lately(70);
            let twice = keys.pay(&payment("twice", source(0), worth / 10, day), &mut deeds);
            let back = payment("back", source(0), -(worth / 10), day + Days::new(6));
            keys.pay(&Payment { reverses: Some(twice), ..back }, &mut deeds);
        }
        // They wait for a key.
        0 => {
            let waits = payment("waits", source(0), worth / 100 * 5, lately(5)).entered();
            deeds.push(keys.education_key(&waits, lately(5)));
            deeds.push(Deed::new(keys.education, waits));
        }
        1 => {
            let waits = payment("waits", source(1), worth / 100 * 5, lately(9)).entered();
            deeds.push(keys.finance_key(&waits, lately(9)));
            deeds.push(Deed::new(keys.education, waits));
        }
        // The last payment was a little too much.
        9 => {
            let returned = event(&format!("{project}/returned"), "退回", worth / 100, lately(30));
            let returned = returned.set("project", refer(project)).set("source", source(2));
            deeds.push(Deed::new(keys.finance, returned.done()));
        }
        _ => {}
    }
    deeds
}

/// What was paid for equipment under a contract.
pub(super) fn equipment(
    project: RecordId,
    contract: RecordId,
    (source, amount): (&str, i64),
    day: NaiveDate,
    keys: &Keys<'_>,
) -> Vec<Deed> {
    let mut deeds = Vec::new();
    let (name, payee) = (format!("{project}/goods"), "演示教学设备有限公司");
    let about = About::Contract { project, contract };
    keys.pay(&Payment { name, about, source, amount, day, payee, reverses: None }, &mut deeds);
    deeds
}
