//! Equipment, from the purchase list to the service: most of it came, some of it not as ordered.

use chrono::{Days, NaiveDate};
use sync_protocol::change::Change;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;
use sync_protocol::photo::Sha256;
use sync_protocol::signoff::Verdict;
use sync_protocol::value::Value;

use super::calendar::office_day;
use super::course::DAYS;
use super::draft::{Draft, demo_record, refer};
use super::money::{self, Keys};
use super::region::County;
use super::story::{Deed, at};
use super::works::{self, Wares};

/// How much of it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// From the tender to the service.
    Whole,
    /// The contract, what came, what was paid.
    Outline,
}

/// Who handles it, by sign-in name.
pub(super) struct Goods<'g> {
    pub(super) county: &'g County,
    pub(super) detail: Detail,
    pub(super) station: &'g str,
    /// Who takes it in for the schools.
    pub(super) taker: &'g str,
    /// Who looks on.
    pub(super) witness: &'g str,
    pub(super) finance: &'g str,
    pub(super) today: NaiveDate,
    pub(super) photos: &'g [Sha256],
}

/// How many of another line of the list are ordered.
const MORE: i64 = 2_500;
/// What is done when equipment is looked after.
const SERVICES: [&str; 3] =
    ["上门检查，更换保险丝，培训一名教师", "系统升级，清点外借登记", "逐台通电检查，更换鼠标两只"];

impl Goods<'_> {
    /// All that was written.
    pub(super) fn deeds(&self) -> Vec<Deed> {
        let mut deeds = Vec::new();
        let prices = works::prices(self.county);
        let accepted = prices.iter().filter(|(_, accepted)| *accepted).count();
        for (number, (price, came)) in (1..).zip(&prices) {
            if *came {
                self.came(number, *price, &mut deeds);
            } else {
                self.waits(number, number - accepted, *price, &mut deeds);
            }
        }
        deeds
    }

    fn day(&self, ago: u64) -> NaiveDate {
        office_day(self.today - Days::new(ago.min(DAYS - 2)), self.today)
    }

    fn project(&self, number: usize) -> RecordId {
        works::equipment_id(&self.county.code, number)
    }

    fn item(&self, number: usize) -> RecordId {
        works::item_id(&self.county.code, number)
    }

    fn draft(&self, kind: &str, name: &str, number: usize, day: NaiveDate) -> Draft {
        let id = demo_record(&format!("{kind}/{}/{name}{number}", self.county.code));
        Draft::new(kind, id, "begun", at(day, 10, 50)).set("project", refer(self.project(number)))
    }

    fn stage(&self, stage: &str, number: usize, day: NaiveDate) -> Deed {
        let event = self.draft("stage_event", stage, number, day).set("stage", stage);
        let event = event.set("date", day.to_string()).set("document_no", format!("演示-ZB-{number:03}"));
        Deed::new(self.station, event.done())
    }

    fn sample(&self, item: RecordId, number: usize, day: NaiveDate) -> Deed {
        let sample = self.draft("sample", "", number, day).set("item", refer(item));
        let sample = sample
            .set("seal_no", format!("演示-F-{number:03}"))
            .set("sealed_on", day.to_string())
            .set("supplier", "演示教学设备有限公司")
            .set("kept_at", "装备站样品室");
        Deed::new(self.station, sample.done())
    }

    fn contract(&self, number: usize, price: i64, day: NaiveDate) -> (Change, RecordId) {
        let contract =
            self.draft("contract", "equipment/", number, day).set("projects", refer(self.project(number)));
        let contract = contract
            .set("contract_no", format!("演示-SB-{number:03}"))
            .set("name", format!("{}演示装备项目{number:02}采购合同", self.county.name))
            .set("contract_kind", "设备采购")
            .set("party", "演示教学设备有限公司")
            .set("amount", price)
            .set("signed_on", day.to_string())
            .set("start", day.to_string())
            .set("end", (day + Days::new(60)).to_string());
        let contract = contract.done();
        let id = contract.record;
        (contract, id)
    }

    fn under_contract(&self, item: RecordId, contract: RecordId, day: NaiveDate) -> Deed {
        let change = Draft::new("equipment_item", item, "contract", at(day, 11, 10));
        Deed::new(self.station, change.set("contract", refer(contract)).done())
    }

    /// What came, was accepted and mostly paid.
    fn came(&self, number: usize, price: i64, deeds: &mut Vec<Deed>) {
        let item = self.item(number);
        let came_ago = 12 + (number as u64 * 11) % 120;
        let is_whole = self.detail == Detail::Whole;
        if is_whole {
            deeds.push(self.stage("招标采购", number, self.day(came_ago + 70)));
            deeds.push(self.sample(item, number, self.day(came_ago + 55)));
        }
        let (contract, contract_id) = self.contract(number, price, self.day(came_ago + 40));
        deeds.push(Deed::new(self.station, contract));
        deeds.push(self.under_contract(item, contract_id, self.day(came_ago + 40)));
        let day = self.day(came_ago);
        let quantity = Wares::of(number).quantity;
        let receipt = self.receipt("", item, number, day, (quantity, quantity));
        let id = receipt.record;
        // Of two, somebody forgot to sign.
        let signers = [
            (self.taker, Role::SchoolTeam),
            (self.station, Role::EquipmentStation),
            (self.witness, Role::InspectionOffice),
        ];
        let signing = if number % 23 == 5 { 2 } else { 3 };
        for (who, role) in signers.into_iter().take(signing) {
            let next = office_day(day + Days::new(1), self.today);
            let signed = Draft::new("equipment_receipt", id, who, at(next, 15, 20));
            deeds.push(Deed::new(who, signed.sign(role, Verdict::Signed, None, &[&receipt]).done()));
        }
        deeds.push(Deed::new(self.taker, receipt));
        if came_ago > 25 {
            let (education, role) = (self.station, Role::EquipmentStation);
            let keys = Keys { education, role, finance: self.finance, today: self.today };
            // The rest is kept until the guarantee is over.
            let source = ["中央", "省", "中央"][number % 3];
            let (project, day) = (self.project(number), self.day(came_ago - 14));
            deeds.extend(money::equipment(project, contract_id, (source, price / 100 * 95), day, &keys));
        }
        if is_whole && came_ago > 70 {
            let day = self.day(came_ago - 60);
            let visit = self.draft("service_visit", "", number, day).set("item", refer(item));
            let visit = visit
                .set("date", day.to_string())
                .set("supplier", "演示教学设备有限公司")
                .set("work_done", SERVICES[number % SERVICES.len()])
                .set("in_order", !number.is_multiple_of(5));
            deeds.push(Deed::new(self.taker, visit.done()));
        }
    }

    /// What was delivered, and what of it was accepted.
    fn receipt(
        &self,
        name: &str,
        item: RecordId,
        number: usize,
        day: NaiveDate,
        (delivered, accepted): (i64, i64),
    ) -> Change {
        let fits = accepted > 0;
        let draft = self.draft("equipment_receipt", name, number, day).set("item", refer(item));
        let draft = draft
            .set("date", day.to_string())
            .set("delivered_qty", delivered)
            .set("accepted_qty", accepted)
            .set("matches_contract", fits)
            .set("matches_sample", fits)
            .set("seal_intact", true);
        let sides = [("box_photos", "开箱"), ("plate_photos", "铭牌"), ("sample_photos", "样品")];
        let shown = sides.into_iter().zip(self.photos.iter().cycle().skip(number));
        let shown = shown.filter(|((field, _), _)| !(number % 9 == 4 && *field == "plate_photos"));
        let draft = shown.fold(draft, |draft, ((field, category), photo)| {
            let parts = [
                ("sha256", Value::from(photo.to_string())),
                ("category", category.into()),
                ("caption", "演示照片".into()),
            ];
            draft.set(field, parts)
        });
        draft.done()
    }

    /// What is on its way: on the list, tendered, its sample sealed, under contract, or not as ordered.
    fn waits(&self, number: usize, waiting: usize, price: i64, deeds: &mut Vec<Deed>) {
        let item = self.item(number);
        match waiting {
            _ if self.detail == Detail::Outline => {
                let (contract, id) = self.contract(number, price, self.day(20 + number as u64));
                deeds.push(Deed::new(self.station, contract));
                deeds.push(self.under_contract(item, id, self.day(20 + number as u64)));
            }
            // The first is on the list and no more.
            1 => {}
            2 => {
                deeds.push(self.stage("招标采购", number, self.day(25)));
                let second = self.another(number, "课桌凳", deeds);
                deeds.push(self.sample(second, number, self.day(15)));
            }
            _ => {
                let (contract, id) = self.contract(number, price, self.day(50));
                deeds.push(Deed::new(self.station, contract));
                deeds.push(self.under_contract(item, id, self.day(50)));
                let second = self.another(number, "图书", deeds);
                deeds.push(self.under_contract(second, id, self.day(50)));
                self.differs(second, number, deeds);
            }
        }
    }

    /// Another line of the list.
    fn another(&self, number: usize, name: &str, deeds: &mut Vec<Deed>) -> RecordId {
        let draft = self.draft("equipment_item", "more/", number, self.day(60));
        let draft = draft
            .set("name", format!("{name}（演示）"))
            .set("class", name)
            .set("spec", "省颁Ⅰ类")
            .set("model", format!("YS-{number:03}-2"))
            .set("qty", MORE)
            .set("unit", if name == "图书" { "册" } else { "套" })
            .set("unit_price", 3_200);
        let change = draft.done();
        let id = change.record;
        deeds.push(Deed::new(self.station, change));
        id
    }

    /// The school and the station counted differently what came, and it does not match the sample.
    fn differs(&self, item: RecordId, number: usize, deeds: &mut Vec<Deed>) {
        let day = self.day(10);
        let receipt = self.receipt("differs/", item, number, day, (MORE, 0));
        let next = office_day(day + Days::new(1), self.today);
        let counted = Draft::new("equipment_receipt", receipt.record, "counted", at(next, 11, 30));
        let note = format!("装备站清点为 {} 册，与学校登记的 {MORE} 册不一致", MORE - 120);
        let counted = counted.set("delivered_qty", MORE - 120).set("note", note);
        deeds.push(Deed::new(self.station, counted.done()));
        deeds.push(Deed::new(self.taker, receipt));
    }
}
