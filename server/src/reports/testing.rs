//! A county made by hand, for tests of reports: records as people write them, read as facts.
#![cfg(test)]

use serde_json::{Value as Json, json};
use sync_protocol::change::Change;
use sync_protocol::id::{DeviceId, RecordId, UserId};
use sync_protocol::kinds::{self, Role};
use sync_protocol::record::{Origin, Record};
use uuid::Uuid;

use super::catalogue::{Beside, Report, Terms};
use super::document::{Block, Document, Table};
use crate::clock::Moment;
use crate::error::Language;
use crate::programme::facts::{Came, Facts, Source};
use crate::programme::figures::Taken;
use crate::programme::reading::Read;
use crate::programme::seen::Seen;
use crate::programme::view::{Question, View};
use crate::sync::placing::Placed;

pub(super) const SCHOOL: u128 = 0x5c01;
pub(super) const OTHER_SCHOOL: u128 = 0x5c02;
pub(super) const BUILDING: u128 = 0x9a01;
pub(super) const OTHER_BUILDING: u128 = 0x9a02;
pub(super) const EQUIPMENT: u128 = 0x9a03;

pub(super) fn id(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(number))
}

/// What was recorded in a county.
#[derive(Default)]
pub(super) struct County {
    pub(super) facts: Facts,
    pub(super) beside: Beside,
    written: u64,
}

impl County {
    /// Two townships with a school each; two building projects, and one of equipment.
    pub(super) fn new() -> Self {
        let mut county = Self::default();
        for (number, code, name) in [(0xd1, "350823101", "临城镇"), (0xd2, "350823102", "临江镇")] {
            county.write("division", number, json!({ "code": code, "name": name, "level": "township" }));
        }
        for (number, name, township) in
            [(SCHOOL, "演示一小", "350823101"), (OTHER_SCHOOL, "演示二小", "350823102")]
        {
            let fields =
                json!({ "name": name, "county": "350823", "township": township, "category": "小学" });
            county.write("school", number, fields);
        }
        for (number, school, name, area, state) in [
            (BUILDING, SCHOOL, "演示教学楼", 20_000, 50_000_000),
            (OTHER_BUILDING, OTHER_SCHOOL, "演示宿舍楼", 30_000, 70_000_000),
        ] {
            let fields = json!({
                "name": name, "school": id(school), "class": "building", "work_type": "新建",
                "planned_area": area, "funding/中央": state, "funding/县": 30_000_000, "plan_year": 2016,
            });
            county.write("project", number, fields);
        }
        let fields = json!({
            "name": "演示装备项目", "school": id(OTHER_SCHOOL), "class": "equipment", "work_type": "设备购置",
            "funding/省": 10_000_000,
        });
        county.write("project", EQUIPMENT, fields);
        county
    }

    /// Writes a record; a list is several values of one field.
    pub(super) fn write(&mut self, kind: &str, number: u128, fields: Json) -> RecordId {
        self.write_by(7, kind, number, fields)
    }

    /// Writes a record as somebody else.
    pub(super) fn write_by(&mut self, by: u128, kind: &str, number: u128, fields: Json) -> RecordId {
        self.record(by, kind, number, fields, &[])
    }

    /// Writes a record that these people sign, each in that role.
    pub(super) fn write_signed(
        &mut self,
        kind: &str,
        number: u128,
        fields: Json,
        signers: &[(u128, Role)],
    ) -> RecordId {
        self.record(7, kind, number, fields, signers)
    }

    fn record(
        &mut self,
        by: u128,
        kind: &str,
        number: u128,
        fields: Json,
        signers: &[(u128, Role)],
    ) -> RecordId {
        let (mut record, kind) = (Record::empty(id(number), kind), kinds::named(kind).unwrap());
        let content = self.fold(&mut record, lines(fields), by);
        let covers: Vec<_> = (0..content.edits.len()).map(|at| format!("{}.{at}", content.id)).collect();
        for (by, role) in signers {
            let signoff = json!({ "role": role, "verdict": "approved", "covers": covers });
            self.fold(&mut record, vec![("signoffs".to_owned(), signoff)], *by);
        }
        let projects = &self.facts.projects;
        let school_of = |project| projects.get(&project).map(|project| project.school);
        let placed = Placed::of(kind, &record, "350823", school_of);
        let began = Came { seq: self.written, made_at: Moment(0), received_at: Moment(0) };
        let source = Source {
            read: Read::in_force(&record).unwrap(),
            kind,
            school: placed.school,
            project: placed.project,
            began,
            submitted: kind.missing(&record).is_empty().then_some(began),
        };
        self.facts.learn(&source);
        record.id
    }

    fn fold(&mut self, record: &mut Record, lines: Vec<(String, Json)>, by: u128) -> Change {
        self.written += 1;
        let edits: Vec<_> = lines
            .into_iter()
            .map(|(field, value)| json!({ "field": field, "value": value, "replaces": [] }))
            .collect();
        let change = json!({
            "id": Uuid::from_u128(0x7000_0000 + u128::from(self.written)), "record": record.id,
            "kind": record.kind, "made_at": "2026-03-02T17:41:08+08:00", "edits": edits,
        });
        let change: Change = serde_json::from_value(change).unwrap();
        let origin = Origin {
            by: UserId(Uuid::from_u128(by)),
            by_name: "演示".to_owned(),
            device: DeviceId(Uuid::from_u128(1)),
            seq: Some(self.written),
        };
        record.apply(&change, &origin, |_| false);
        change
    }

    /// A diary of that day with all that it must have.
    pub(super) fn write_diary(&mut self, project: u128, day: &str) {
        let fields = json!({
            "project": id(project), "date": day, "work_status": "idle", "weather_am": "晴", "weather_pm": "阴",
            "progress_text": "演示：待料", "supervisor_present": true, "isolation_ok": true,
            "safety_ok": true, "quality_ok": true,
        });
        let number = RecordId::natural("diary", &format!("{}/{day}", id(project))).0.as_u128();
        self.write("diary", number, fields);
    }

    /// Works that began on 1 March 2026 under a contract that they lag behind.
    pub(super) fn begin_works(&mut self) {
        let project = id(BUILDING);
        self.write("stage_event", 0x57, json!({ "project": project, "stage": "开工", "date": "2026-03-01" }));
        let contract = json!({
            "contract_no": "演示-01", "name": "演示施工合同", "contract_kind": "施工", "projects": project,
            "party": "演示建筑公司", "amount": 80_000_000, "start": "2026-01-01", "end": "2026-04-10",
            "school": id(SCHOOL),
        });
        self.write("contract", 0xc0, contract);
        let report = json!({
            "project": project, "month": "2026-03", "started_area": 20_000, "completed_area": 10_000,
            "invested": 40_000_000, "image_progress": "主体二层", "delay_reason": "演示：连续阴雨",
        });
        self.write_signed("progress_report", 0xa0, report, &[(5, Role::ProjectOffice)]);
    }

    /// A finding at the school of the building, to be rectified by that day.
    pub(super) fn find(&mut self, number: u128, deadline: &str) -> RecordId {
        let fields = json!({
            "school": id(SCHOOL), "project": id(BUILDING), "source": "professional", "category": "安全",
            "severity": "重大", "description": "演示：围挡有缺口", "found_on": "2026-03-02",
            "deadline": deadline, "responsible": "演示建筑公司", "notice_no": format!("改督〔2026〕{number} 号"),
        });
        self.write("finding", number, fields)
    }

    /// Somebody says that a finding is rectified, and somebody else looked.
    pub(super) fn look_at(
        &mut self,
        finding: u128,
        attempt: u128,
        done_on: &str,
        looked_on: &str,
        result: &str,
    ) {
        let fields = json!({
            "school": id(SCHOOL), "project": id(BUILDING), "finding": id(finding), "measures": "演示：已补围挡",
            "done_on": done_on,
        });
        self.write("rectification", attempt, fields);
        let fields = json!({
            "school": id(SCHOOL), "project": id(BUILDING), "finding": id(finding), "rectification": id(attempt),
            "result": result, "date": looked_on,
        });
        self.write_by(8, "verification", attempt + 0x1000, fields);
    }

    /// A bulletin that names findings.
    pub(super) fn publish(&mut self, number: u128, named: &str, day: &str, findings: &[u128]) {
        let findings: Vec<_> = findings.iter().map(|finding| id(*finding)).collect();
        let fields = json!({
            "county": "350823", "number": named, "period": "演示", "published_on": day,
            "figures": { "findings": findings },
        });
        self.write("bulletin", number, fields);
    }

    /// The report of that name as of that day.
    pub(super) fn draw(&self, name: &str, at: &str) -> Document {
        self.draw_from(name, None, at)
    }

    /// The report of that name, from one day to another.
    pub(super) fn draw_from(&self, name: &str, from: Option<&str>, at: &str) -> Document {
        let question = Question {
            from: from.map(|day| day.parse().unwrap()),
            at: at.parse().unwrap(),
            plan: None,
            sources: None,
        };
        let taken = Taken {
            county: "350823".to_owned(),
            name: "上杭县".to_owned(),
            city: None,
            position: self.written,
            whole: true,
            plan: None,
            warnings: Vec::new(),
        };
        let seen = [Seen { taken, view: View::new(&self.facts, &question) }];
        let terms = Terms {
            question: question.clone(),
            project: None,
            beside: self.beside.clone(),
            is_of_several: false,
            language: Language::Chinese,
        };
        Report::named(name).unwrap().drawn(&seen, &terms)
    }
}

fn lines(fields: Json) -> Vec<(String, Json)> {
    let Json::Object(fields) = fields else { unreachable!("fields have names") };
    let several = fields.into_iter().flat_map(|(field, value)| match value {
        Json::Array(values) => values.into_iter().map(|value| (field.clone(), value)).collect(),
        value => vec![(field, value)],
    });
    several.collect()
}

/// The table of that title.
pub(super) fn table<'d>(document: &'d Document, title: &str) -> &'d Table {
    let mut tables = document.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    let titles: Vec<_> = tables.clone().map(|table| &table.title).collect();
    tables.find(|table| table.title == title).unwrap_or_else(|| panic!("no {title} in {titles:?}"))
}

/// What a row says under these headings, as it is printed. The row is the first that has such a cell.
pub(super) fn says(table: &Table, row: &str, columns: &[&str]) -> Vec<String> {
    for row in &table.rows {
        assert_eq!(row.cells.len(), table.columns.len(), "a cell a column in {}", table.title);
    }
    let found = table.rows.iter().find(|its| its.cells.iter().any(|cell| cell.printed() == row));
    let found = found.unwrap_or_else(|| panic!("no row of {row} in {table:#?}"));
    let say = |label: &&str| {
        let at = table.columns.iter().position(|column| column.label == **label);
        found.cells[at.unwrap_or_else(|| panic!("no column {label}"))].printed()
    };
    columns.iter().map(say).collect()
}
