//! 资金台账: money by source and by project, each event with its voucher, and where more was paid than was
//! built.

use std::collections::HashMap;

use sync_protocol::id::RecordId;

use super::catalogue::Terms;
use super::document::{Block, Cell, Column, Document, Row, Table};
use super::money::{self, Sources, funding};
use super::rows::summed;
use super::site::{Map, in_order};
use super::stated::{self, Called};
use super::tally::{Sums, Tally};
use crate::error::Language;
use crate::programme::facts::{FundEvent, FundType};
use crate::programme::seen::Seen;
use crate::programme::view::{View, Works};

/// Draws it.
pub(super) fn document(seen: &[Seen<'_>], terms: &Terms) -> Document {
    let language = terms.language;
    let say = |zh, en| language.pick(zh, en);
    let called =
        Called::of_day(say("资金台账", "ledger of funds"), say("“全面改薄”资金台账", "ledger of funds"));
    let mut document = stated::document(seen, terms, called);
    document.blocks = stated::warnings(seen, language);
    if terms.project.is_none() {
        document.blocks.extend(Sources::table(seen, language).map(Block::Table));
    }
    let rule = say(
        "差额 = 净拨付 − 改薄办签认的完成投资（设备为验收金额）；大于零即超进度拨付。缺一把钥匙的拨付不计入，列在“待会签”。",
        "The gap is what was paid less the worth of the works that the office certified (of equipment, of what was accepted); above 0 it was paid ahead of the works. A payment that lacks a key counts nowhere but under “waiting”.",
    );
    document.blocks.push(Block::Text { text: rule.to_owned() });
    document.blocks.extend(by_project(seen, terms).map(Block::Table));
    document.blocks.extend(events(seen, terms).map(Block::Table));
    let signers = [
        say("经办人", "drawn up by"),
        say("教育局负责人", "education bureau"),
        say("财政局负责人", "finance bureau"),
    ];
    document.blocks.push(Block::to_sign(signers));
    document
}

/// What is to be looked into about the money of a project.
fn alarms(sums: &Sums, language: Language) -> String {
    let say = |zh, en| language.pick(zh, en);
    let is_so = |code| sums.of(code).numerator > 0;
    let mut alarms = Vec::new();
    if is_so("projects_paid_ahead") {
        alarms.push(say("超进度拨付", "paid ahead of the works").to_owned());
    }
    if is_so("projects_paid_short") {
        alarms.push(say("拨付不足完成投资的 80 %", "paid less than 80 % of the works").to_owned());
    }
    let waiting = sums.of("payments_waiting").numerator;
    if waiting > 0 {
        alarms.push(match language {
            Language::Chinese => format!("{waiting} 笔待会签"),
            Language::English => format!("{waiting} waiting for a key"),
        });
    }
    alarms.join(say("；", "; "))
}

fn by_project(seen: &[Seen<'_>], terms: &Terms) -> Option<Table> {
    let language = terms.language;
    let say = |zh, en| language.pick(zh, en);
    let mut rows = Vec::new();
    for its in seen {
        let (map, tally) = (Map::of(its), Tally::of(&its.view));
        let paid = |sums: &Sums| sums.of("funds_paid").numerator;
        let works = its.view.planned().filter(|works| terms.project.is_none_or(|only| only == works.id));
        for works in in_order(&map, works) {
            let sums = tally.project(works.id);
            let gap = sums.of("payment_gap");
            let has_contract = gap.denominator > 0;
            let only_of_contract = |cell| if has_contract { cell } else { Cell::Empty };
            let row = Row::item(vec![
                Cell::Empty,
                map.school_cell(Some(works.project.school)),
                Cell::text(&works.project.name),
                Cell::money(planned(works, &its.view)),
                sums.cell("funds_received"),
                Cell::share(sums.of("funds_received").numerator, planned(works, &its.view)),
                sums.cell("funds_paid"),
                sums.cell("funds_paid_rate"),
                Cell::money(works.contracted().into()),
                only_of_contract(Cell::money(paid(sums) - gap.numerator)),
                only_of_contract(Cell::money(gap.numerator)),
                only_of_contract(sums.cell("payment_gap")),
                Cell::text(alarms(sums, language)),
            ]);
            rows.push((map.group(Some(works.project.school), terms.is_of_several, language), row));
        }
        let rest = tally.of_no_project();
        let has_money = ["funds_received", "funds_paid"].iter().any(|code| rest.of(code).numerator != 0);
        if terms.project.is_none() && has_money {
            let name = say("不属于具体项目", "of no project");
            let row = Row::item(vec![
                Cell::Empty,
                Cell::text(name),
                Cell::Empty,
                Cell::money(0),
                rest.cell("funds_received"),
                Cell::share(rest.of("funds_received").numerator, 0),
                rest.cell("funds_paid"),
                rest.cell("funds_paid_rate"),
                Cell::money(0),
                Cell::Empty,
                Cell::Empty,
                Cell::Empty,
                Cell::text(alarms(rest, language)),
            ]);
            let group = if terms.is_of_several { map.county() } else { name };
            rows.push((group.to_owned(), row));
        }
    }
    let columns = [
        (say("序号", "no."), 3),
        (say("学校", "school"), 10),
        (say("项目", "project"), 11),
        (say("规划（万元）", "planned (10,000 yuan)"), 7),
        (say("到位（万元）", "received (10,000 yuan)"), 7),
        (say("到位率", "share received"), 6),
        (say("净拨付（万元）", "paid less returned (10,000 yuan)"), 7),
        (say("拨付率", "share paid"), 6),
        (say("合同（万元）", "contract (10,000 yuan)"), 7),
        (say("签认完成（万元）", "certified (10,000 yuan)"), 7),
        (say("差额（万元）", "gap (10,000 yuan)"), 7),
        (say("差额占合同", "share of the contract"), 6),
        (say("预警", "alarm"), 12),
    ];
    (!rows.is_empty()).then(|| Table {
        title: say("按项目", "by project").to_owned(),
        keys: 3,
        columns: columns.map(|(label, width)| Column::new(label, width)).into(),
        rows: summed(rows, 1, language),
    })
}

/// What is planned for a project from the sources that are asked about.
fn planned(works: &Works<'_>, view: &View<'_>) -> i128 {
    if view.question.sources.is_none() {
        return funding(works);
    }
    let funding = works.project.funding.iter().filter(|(source, _)| view.question.counts_source(source));
    funding.map(|(_, amount)| i128::from(*amount)).sum()
}

/// The sorts of events that have a column of their own.
const SORTS: [(FundType, &str, &str); 6] = [
    (FundType::Allocated, "下达（万元）", "allocated (10,000 yuan)"),
    (FundType::Received, "到位（万元）", "received (10,000 yuan)"),
    (FundType::AppliedFor, "申请（万元）", "applied for (10,000 yuan)"),
    (FundType::Paid, "拨付（万元）", "paid (10,000 yuan)"),
    (FundType::Returned, "退回（万元）", "returned (10,000 yuan)"),
    (FundType::Retention, "质保金（万元）", "retention (10,000 yuan)"),
];

/// Each event under its source, in order of day.
fn events(seen: &[Seen<'_>], terms: &Terms) -> Option<Table> {
    let language = terms.language;
    let say = |zh, en| language.pick(zh, en);
    let mut rows = Vec::new();
    for its in seen {
        let (map, facts, question) = (Map::of(its), its.view.facts, &terms.question);
        let taken_back_by: HashMap<RecordId, &FundEvent> =
            facts.funds.values().filter_map(|event| Some((event.reverses?, event))).collect();
        let is_asked = |event: &FundEvent| {
            event.day <= question.at
                && question.from.is_none_or(|from| from <= event.day)
                && terms.project.is_none_or(|only| event.project == Some(only))
                && (question.sources.is_none()
                    || event.source.as_deref().is_some_and(|source| question.counts_source(source)))
        };
        let mut events: Vec<_> = facts.funds.iter().filter(|(_, event)| is_asked(event)).collect();
        events.sort_unstable_by_key(|(id, event)| (&event.source, event.day, &event.voucher, **id));
        for (id, event) in events {
            let contract = event.contract.and_then(|contract| facts.contracts.get(&contract));
            let contract = contract.map(|its| its.number.as_deref().unwrap_or(&its.name));
            let reversed = event.reverses.and_then(|other| facts.funds.get(&other));
            let note = note(event, reversed, taken_back_by.get(id).copied(), language);
            let mut cells = vec![
                Cell::Empty,
                Cell::Day(event.day),
                Cell::said(event.voucher.as_deref()),
                map.school_cell(event.school),
                map.project_cell(event.project),
                Cell::said(event.payee.as_deref()),
                Cell::said(contract),
            ];
            let amount = Cell::money(event.amount.into());
            let counts = event.counts();
            cells.extend(
                SORTS.iter().map(
                    |(sort, ..)| {
                        if *sort == event.sort && counts { amount.clone() } else { Cell::Empty }
                    },
                ),
            );
            cells.push(if counts { Cell::Empty } else { amount });
            cells.push(Cell::text(note));
            let source = event.source.as_deref().unwrap_or(money::UNSAID);
            let group = money::said(source, language).to_owned();
            rows.push((money::place_of(source), (group, Row::item(cells))));
        }
    }
    // Those of all counties together, in the order in which the programme names the sources.
    rows.sort_by(|(one, (name, _)), (other, (other_name, _))| (one, name).cmp(&(other, other_name)));
    let rows: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
    let mut columns = vec![
        Column::new(say("序号", "no."), 3),
        Column::new(say("日期", "date"), 6),
        Column::new(say("凭证号", "voucher"), 8),
        Column::new(say("学校", "school"), 10),
        Column::new(say("项目", "project"), 10),
        Column::new(say("收款单位", "payee"), 8),
        Column::new(say("合同", "contract"), 7),
    ];
    columns.extend(SORTS.map(|(_, zh, en)| Column::new(say(zh, en), 6)));
    columns.push(Column::new(say("待会签（万元）", "waiting (10,000 yuan)"), 6));
    columns.push(Column::new(say("说明", "note"), 12));
    let table = (!rows.is_empty()).then(|| Table {
        title: say("资金明细", "each event").to_owned(),
        keys: 3,
        columns,
        rows: summed(rows, 2, language),
    });
    table.map(Table::without_empty_columns)
}

/// What took an event back, or what it takes back; and whose key is missing.
fn note(
    event: &FundEvent,
    reversed: Option<&FundEvent>,
    taken_back_by: Option<&FundEvent>,
    language: Language,
) -> String {
    let say = |zh, en| language.pick(zh, en);
    let voucher = |event: &FundEvent| event.voucher.clone().unwrap_or_default();
    let mut notes = Vec::new();
    if let Some(reversed) = reversed {
        notes.push(format!("{}{}", say("冲销凭证 ", "takes back "), voucher(reversed)));
    }
    if let Some(by) = taken_back_by {
        notes.push(format!("{}{}{}", say("已由凭证 ", "taken back by "), voucher(by), say(" 冲销", "")));
    }
    if !event.counts() {
        let missing: Vec<_> = [(event.education, "教育", "education"), (event.finance, "财政", "finance")]
            .into_iter()
            .filter(|(signed, ..)| !signed)
            .map(|(_, zh, en)| say(zh, en))
            .collect();
        notes.push(format!("{}{}", say("待会签：", "waits for "), missing.join(say("、", " and "))));
    }
    notes.join(say("；", "; "))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};
    use sync_protocol::kinds::Role;

    use super::super::testing::{BUILDING, County, SCHOOL, id, says, table};

    fn event(sort: &str, source: &str, amount: i64, voucher: &str) -> Json {
        json!({
            "school": id(SCHOOL), "project": id(BUILDING), "type": sort, "source": source, "amount": amount,
            "voucher": voucher, "date": "2026-03-04",
        })
    }

    #[test]
    fn each_event_stands_with_its_voucher_and_what_lacks_a_key_or_was_taken_back_counts_for_nothing() {
        let mut county = County::new();
        county.begin_works();
        let (education, finance) = ((5, Role::ProjectOffice), (6, Role::Finance));
        county.write("fund_event", 0xf0, event("到位", "中央", 50_000_000, "收-1"));
        county.write_signed(
            "fund_event",
            0xf1,
            event("拨付", "中央", 45_000_000, "付-1"),
            &[education, finance],
        );
        county.write_signed("fund_event", 0xf2, event("拨付", "中央", 20_000_000, "付-2"), &[education]);
        county.write_signed(
            "fund_event",
            0xf3,
            event("拨付", "县", 5_000_000, "付-3"),
            &[education, finance],
        );
        let mut back = event("拨付", "县", -5_000_000, "冲-3");
        back["reverses"] = json!(id(0xf3));
        county.write_signed("fund_event", 0xf4, back, &[education, finance]);
        let mut of_county = event("到位", "县", 7_000_000, "收-2");
        of_county.as_object_mut().unwrap().retain(|field, _| field != "school" && field != "project");
        of_county["county"] = json!("350823");
        county.write("fund_event", 0xf5, of_county);
        let document = county.draw("funds", "2026-03-10");
        let columns = ["规划（万元）", "到位（万元）", "到位率", "净拨付（万元）", "拨付率"];
        let sources = table(&document, "按资金来源");
        assert_eq!(says(sources, "中央", &columns), ["120.00", "50.00", "41.67%", "45.00", "90.00%"]);
        assert_eq!(says(sources, "县", &columns), ["60.00", "7.00", "11.67%", "0.00", "0.00%"]);
        assert_eq!(says(sources, "合计", &columns), ["190.00", "57.00", "30.00%", "45.00", "78.95%"]);
        let projects = table(&document, "按项目");
        let columns = ["净拨付（万元）", "签认完成（万元）", "差额（万元）", "差额占合同", "预警"];
        let expected = ["45.00", "40.00", "5.00", "6.3%", "超进度拨付；1 笔待会签"];
        assert_eq!(says(projects, "演示教学楼", &columns), expected);
        let columns = ["到位（万元）", "净拨付（万元）"];
        assert_eq!(says(projects, "不属于具体项目", &columns), ["7.00", "0.00"]);
        assert_eq!(says(projects, "合计", &columns), ["57.00", "45.00"], "as by source");
        let events = table(&document, "资金明细");
        let columns = ["拨付（万元）", "待会签（万元）", "说明"];
        for (voucher, expected) in [
            ("付-1", ["45.00", "", ""]),
            ("付-2", ["", "20.00", "待会签：财政"]),
            ("付-3", ["5.00", "", "已由凭证 冲-3 冲销"]),
            ("冲-3", ["-5.00", "", "冲销凭证 付-3"]),
            ("中央（3）", ["45.00", "20.00", ""]),
            ("县（3）", ["0.00", "", ""]),
        ] {
            assert_eq!(says(events, voucher, &columns), expected, "{voucher}");
        }
    }
}
