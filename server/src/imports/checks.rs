//! What may be wrong though it can be imported: schools in no zone or in two, projects without a plan,
//! codes that do not fit. Looked at as the records would stand afterwards.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sync_protocol::change::Change;
use sync_protocol::id::{ChangeId, DeviceId, RecordId, UserId};
use sync_protocol::record::{Origin, Record};
use sync_protocol::value::Value;
use uuid::Uuid;

use super::book::Book;
use super::issue::Warning;

/// How many records a warning names.
const NAMED: usize = 50;
/// How many of them by name.
const BY_NAME: usize = 5;

/// Looks at the records as they would stand after these changes, on that day.
pub(super) fn of(kind: &str, book: &mut Book, changes: &[Change], today: NaiveDate) -> Vec<Warning> {
    let written: BTreeSet<RecordId> = changes.iter().map(|change| change.record).collect();
    go_on(book, changes);
    let mut checks = Checks { book, warnings: Vec::new() };
    match kind {
        "school" => {
            checks.townships(&written);
            checks.codes(&written);
            checks.zones(today, Some(&written));
        }
        "zone" | "zone_scheme" => checks.zones(today, None),
        "project" => checks.plans(&written),
        _ => {}
    }
    checks.warnings
}

/// Lets the records become what the changes make of them.
fn go_on(book: &mut Book, changes: &[Change]) {
    let nobody =
        Origin { by: UserId(Uuid::nil()), by_name: String::new(), device: DeviceId(Uuid::nil()), seq: None };
    for change in changes {
        let before = book.get(change.record).map(|known| known.record.clone());
        let mut record = before.unwrap_or_else(|| Record::empty(change.record, &*change.kind));
        let known: BTreeSet<ChangeId> =
            record.fields.values().flat_map(|state| &state.heads).map(|head| head.edit.change).collect();
        record.apply(change, &nobody, |change| known.contains(&change));
        book.add(record);
    }
}

struct Checks<'b> {
    book: &'b Book,
    warnings: Vec<Warning>,
}

fn text<'r>(record: &'r Record, field: &str) -> Option<&'r str> {
    record.incumbent(field).and_then(Value::as_text)
}

/// Both ends count; a day that is not said does not bound.
fn holds_on(part: impl Fn(&str) -> Option<NaiveDate>, today: NaiveDate) -> bool {
    part("from").is_none_or(|from| from <= today) && part("to").is_none_or(|to| today <= to)
}

impl Checks<'_> {
    fn warn(&mut self, code: &'static str, records: &[RecordId], zh: &str, en: &str) {
        if records.is_empty() {
            return;
        }
        let names: Vec<_> = records.iter().take(BY_NAME).map(|id| self.book.name_of(*id)).collect();
        let more = if records.len() > BY_NAME { " …" } else { "" };
        self.warnings.push(Warning {
            code,
            cell: None,
            zh: format!("{} 个：{zh}（{}{more}）", records.len(), names.join("、")),
            en: format!("{}: {en} ({}{more})", records.len(), names.join(", ")),
            count: records.len(),
            records: records.iter().take(NAMED).copied().collect(),
        });
    }

    fn townships(&mut self, written: &BTreeSet<RecordId>) {
        let known = self.book.townships();
        let (mut elsewhere, mut unknown) = (Vec::new(), Vec::new());
        for school in self.book.of_kind("school").filter(|known| known.in_force) {
            let id = school.record.id;
            let Some(township) = text(&school.record, "township").filter(|_| written.contains(&id)) else {
                continue;
            };
            if !township.starts_with(&self.book.county) {
                elsewhere.push(id);
            } else if known.len() > 1 && !known.contains(township) {
                unknown.push(id);
            }
        }
        self.warn(
            "township_elsewhere",
            &elsewhere,
            "学校的乡镇代码不属于本县",
            "schools whose township is not of this county",
        );
        self.warn(
            "township_unknown",
            &unknown,
            "学校的乡镇代码不在行政区划里",
            "schools whose township is no division here",
        );
    }

    fn codes(&mut self, written: &BTreeSet<RecordId>) {
        let mut by_code: BTreeMap<&str, Vec<RecordId>> = BTreeMap::new();
        for school in self.book.of_kind("school").filter(|known| known.in_force) {
            if let Some(code) = text(&school.record, "code") {
                by_code.entry(code).or_default().push(school.record.id);
            }
        }
        let twice =
            by_code.into_values().filter(|ids| ids.len() > 1 && ids.iter().any(|id| written.contains(id)));
        let twice: Vec<_> = twice.flatten().collect();
        self.warn("code_twice", &twice, "学校标识码与别的学校相同", "schools that share their code");
    }

    fn plans(&mut self, written: &BTreeSet<RecordId>) {
        let projects = self.book.of_kind("project").filter(|known| known.in_force);
        let without = projects.filter(|known| known.record.heads_named("plan").is_empty());
        let without: Vec<_> =
            without.map(|known| known.record.id).filter(|id| written.contains(id)).collect();
        self.warn(
            "no_plan",
            &without,
            "项目没有写属于哪个规划，不计入规划的比率",
            "projects that are in no plan and in no rate of one",
        );
    }

    /// Every school stands in exactly one inspection zone; which is asked once there are any.
    fn zones(&mut self, today: NaiveDate, among: Option<&BTreeSet<RecordId>>) {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let schemes: BTreeSet<String> = self
            .book
            .of_kind("zone_scheme")
            .filter(|known| known.in_force && text(&known.record, "purpose") == Some("inspection"))
            .filter(|known| holds_on(|part| text(&known.record, part).and_then(day), today))
            .map(|known| known.record.id.to_string())
            .collect();
        if schemes.is_empty() {
            return;
        }
        let mut zones_of: BTreeMap<RecordId, BTreeSet<RecordId>> = BTreeMap::new();
        let zones = self.book.of_kind("zone").filter(|known| known.in_force);
        for zone in zones.filter(|zone| text(&zone.record, "scheme").is_some_and(|id| schemes.contains(id))) {
            for head in zone.record.heads_named("schools") {
                let part = |part: &str| head.value.part(part).and_then(Value::as_text);
                let school = part("school").and_then(|id| id.parse().ok());
                if let Some(school) = school.filter(|_| holds_on(|name| part(name).and_then(day), today)) {
                    zones_of.entry(school).or_default().insert(zone.record.id);
                }
            }
        }
        let (mut none, mut several) = (Vec::new(), Vec::new());
        for school in self.book.of_kind("school").filter(|known| known.in_force) {
            let id = school.record.id;
            if among.is_some_and(|among| !among.contains(&id)) {
                continue;
            }
            match zones_of.get(&id).map_or(0, BTreeSet::len) {
                0 => none.push(id),
                1 => {}
                _ => several.push(id),
            }
        }
        self.warn("no_zone", &none, "学校今天不在任何督导责任区", "schools in no inspection zone today");
        self.warn(
            "two_zones",
            &several,
            "学校今天在不止一个督导责任区",
            "schools in more than one inspection zone today",
        );
    }
}
