//! Money: allocated, received, applied for, paid with two keys, taken back, kept until later.

use chrono::{Days, NaiveDate};
use sync_protocol::change::Change;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;
use sync_protocol::signoff::Verdict;

use super::course::{Course, DAYS, Sort};
use super::draft::{Draft, demo_record, refer};
use super::figure::shares;
use super::papers::contract_id;
use super::region::County;
use super::story::{Deed, at};

/// Who has the keys, by sign-in name.
pub(super) struct Keys<'k> {
    /// The office that has the works, or the equipment.
    pub(super) education: &'k str,
    pub(super) role: Role,
    pub(super) finance: &'k str,
}

/// A payment about to be entered.
struct Payment<'p> {
    name: String,
    project: RecordId,
    contract: RecordId,
    amount: i64,
    day: NaiveDate,
    payee: &'p str,
    reverses: Option<RecordId>,
}

fn event(name: &str, sort: &str, amount: i64, day: NaiveDate) -> Draft {
    let id = demo_record(&format!("fund_event/{name}"));
    Draft::new("fund_event", id, "begun", at(day, 10, 40))
        .set("type", sort)
        .set("amount", amount)
        .set("voucher", format!("演示-{}", &id.to_string()[..8]))
        .set("date", day.to_string())
}

fn turned_by(who: &str, role: Role, payment: &Change, day: NaiveDate) -> Deed {
    let key = Draft::new("fund_event", payment.record, who, at(day, 16, 30));
    Deed::new(who, key.sign(role, Verdict::Approved, None, &[payment]).done())
}

impl Payment<'_> {
    fn entered(&self) -> Change {
        let draft = event(&self.name, "拨付", self.amount, self.day)
            .set("project", refer(self.project))
            .set("source", "中央")
            .set("payee", self.payee)
            .set("contract", refer(self.contract));
        self.reverses.into_iter().fold(draft, |draft, event| draft.set("reverses", refer(event))).done()
    }
}

impl Keys<'_> {
    fn education_key(&self, payment: &Change, day: NaiveDate) -> Deed {
        turned_by(self.education, self.role, payment, day)
    }

    fn finance_key(&self, payment: &Change, day: NaiveDate) -> Deed {
        turned_by(self.finance, Role::Finance, payment, day + Days::new(1))
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

/// What the county was allocated, and what of it arrived.
pub(super) fn county(county: &County, finance: &str, today: NaiveDate) -> Vec<Deed> {
    let mut deeds = Vec::new();
    let equipment = county.equipment.iter().flat_map(|equipment| &equipment.funding);
    for (number, (source, amount)) in county.buildings.funding.iter().chain(equipment).enumerate() {
        let amount = amount.wan_in_fen();
        let mut enter = |sort: &str, part: usize, amount: i64, ago: u64| {
            let name = format!("{}/{sort}/{number}/{part}", county.code);
            let draft =
                event(&name, sort, amount, today - Days::new(ago)).set("county", county.code.as_str());
            deeds.push(Deed::new(finance, draft.set("source", source.as_str()).done()));
        };
        enter("下达", 0, amount, DAYS - 2);
        for (part, received) in shares(amount / 100 * 88, &[40, 35, 25]).into_iter().enumerate() {
            enter("到位", part, received, 180 - 60 * part as u64);
        }
    }
    deeds
}

/// What was paid for the works of a project.
pub(super) fn works(
    course: &Course,
    worth: i64,
    principal: &str,
    keys: &Keys<'_>,
    today: NaiveDate,
) -> Vec<Deed> {
    let (project, number) = (course.building.id, course.number);
    let begins = course.begins(today);
    let mut deeds = Vec::new();
    let parts: Vec<(i64, NaiveDate)> = match (course.sort, course.ends(today)) {
        (Sort::Begun, _) => Vec::new(),
        (_, Some(end)) => {
            vec![(30, begins + Days::new(10)), (40, begins + Days::new(32)), (27, end + Days::new(3))]
        }
        (Sort::UnderWay, None) => {
            let percent = course.done_bp(0) / 100;
            // One was paid ahead of the works, one waits for its money.
            let paid = match number {
                4 => percent + 22,
                2 => percent / 2,
                _ => percent * 9 / 10,
            };
            vec![(paid / 2, begins + Days::new(30)), (paid - paid / 2, today - Days::new(20))]
        }
        (_, None) => vec![(30, begins + Days::new(8))],
    };
    let payment = |name: &str, amount: i64, day: NaiveDate| Payment {
        name: format!("{project}/{name}"),
        project,
        contract: contract_id(project),
        amount,
        day,
        payee: "演示建筑工程有限公司",
        reverses: None,
    };
    for (part, (percent, day)) in parts.into_iter().enumerate() {
        let (amount, name) = (worth / 100 * percent, format!("paid/{part}"));
        let asked = event(&format!("{project}/asked/{part}"), "申请", amount, day - Days::new(4));
        let asked = asked.set("project", refer(project)).set("source", "中央");
        deeds.push(Deed::new(principal, asked.done()));
        keys.pay(&payment(&name, amount, day), &mut deeds);
    }
    if let Some(end) = course.ends(today) {
        let kept = event(&format!("{project}/retained"), "质保金", worth / 100 * 3, end + Days::new(3));
        let kept = kept.set("project", refer(project)).set("source", "中央");
        deeds.push(Deed::new(keys.finance, kept.set("payee", "演示建筑工程有限公司").done()));
    }
    let lately = |ago| today - Days::new(ago);
    match number {
        // Entered twice by mistake, and taken back.
        6 => {
            let day = lately(70);
            let twice = keys.pay(&payment("twice", worth / 10, day), &mut deeds);
            let back = payment("back", -(worth / 10), day + Days::new(6));
            keys.pay(&Payment { reverses: Some(twice), ..back }, &mut deeds);
        }
        // They wait for a key.
        0 => {
            let waits = payment("waits", worth / 100 * 5, lately(5)).entered();
            deeds.push(keys.education_key(&waits, lately(5)));
            deeds.push(Deed::new(keys.education, waits));
        }
        1 => {
            let waits = payment("waits", worth / 100 * 5, lately(9)).entered();
            deeds.push(keys.finance_key(&waits, lately(9)));
            deeds.push(Deed::new(keys.education, waits));
        }
        // The last payment was a little too much.
        9 => {
            let returned = event(&format!("{project}/returned"), "退回", worth / 100, lately(30));
            let returned = returned.set("project", refer(project)).set("source", "中央");
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
    amount: i64,
    day: NaiveDate,
    keys: &Keys<'_>,
) -> Vec<Deed> {
    let mut deeds = Vec::new();
    let (name, payee) = (format!("{project}/goods"), "演示教学设备有限公司");
    keys.pay(&Payment { name, project, contract, amount, day, payee, reverses: None }, &mut deeds);
    deeds
}
