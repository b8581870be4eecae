//! What a table would change, record by record: a pure function of the file and of the records as they
//! stand. What it finds to be done names the heads that it saw, so that nothing unseen is overwritten.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use sync_protocol::change::{Edit, FieldName};
use sync_protocol::id::RecordId;
use sync_protocol::record::Record;

use super::book::Book;
use super::columns::{Layout, Slot, Table};
use super::edits::Edits;
use super::gather::{Gathered, read_cell};
use super::identity::{Identified, Register, Said, Unclear};
use super::issue::{Issue, Warning};
use super::sheet::{Address, Row};

/// What would be done about a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is begun.
    New,
    /// Fields of it change.
    Changed,
    /// It was withdrawn and is put back.
    Restored,
    /// Nothing: it says this already.
    Unchanged,
    /// Nothing, since something is wrong.
    Error,
}

/// A field that would change.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FieldPlan {
    /// Its name.
    #[schema(value_type = String)]
    pub field: FieldName,
    /// What people call it.
    pub label: String,
    /// Where the new value stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// What stands there; several where people differ, and all of it is replaced.
    pub old: Vec<String>,
    /// What would.
    pub new: String,
}

/// Why a change would wait for the office instead of being let in.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct HeldBack {
    /// The stable code.
    pub code: &'static str,
    /// Why, in Chinese.
    pub zh: String,
    /// Why, in English.
    pub en: String,
}

/// What a record would become.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct RecordPlan {
    /// The rows that speak of it.
    pub rows: Vec<u32>,
    /// What would be done.
    pub action: Action,
    /// The record, if it is known which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordId>,
    /// What people call it.
    pub name: String,
    /// The fields that would change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldPlan>,
    /// What is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub issues: Vec<Issue>,
    /// Set if the change would be held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<HeldBack>,
}

/// What is to be written to a record.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Draft {
    /// The record.
    pub(super) record: RecordId,
    /// Its edits.
    pub(super) edits: Vec<Edit>,
    /// Its place among the planned records.
    #[serde(skip)]
    pub(super) of: usize,
}

/// All that a table would change.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) records: Vec<RecordPlan>,
    pub(super) drafts: Vec<Draft>,
    pub(super) issues: Vec<Issue>,
    pub(super) warnings: Vec<Warning>,
}

impl Plan {
    /// Whether nothing may be imported.
    pub(super) fn is_faulty(&self) -> bool {
        !self.issues.is_empty() || self.records.iter().any(|record| record.action == Action::Error)
    }
}

/// Says what a table would change.
pub(super) fn of(table: &Table, book: &mut Book, rows: &[Row]) -> Plan {
    let layout = match table.lay_out(rows) {
        Ok(layout) => layout,
        Err(issues) => return Plan { issues, ..Plan::default() },
    };
    if layout.rows.is_empty() {
        let issue = Issue::of_file("标题下面没有要导入的内容", "there is nothing below the headings");
        return Plan { issues: vec![issue], ..Plan::default() };
    }
    let mut plan = Plan::default();
    plan.warnings.extend(layout.unknown.iter().map(|(at, text)| unknown_column(*at, text)));
    let groups = groups(table, book, &layout, &mut plan);
    // Rows may refer to what other rows begin.
    for group in &groups {
        if let Group { identified: Ok(Identified::New(id) | Identified::Withdrawn(id)), said, .. } = group {
            book.learn(table.kind.name, *id, &|field: &str| said.get(field).cloned().into_iter().collect());
        }
    }
    for group in groups {
        let planned = planned(table, book, &layout, group);
        let of = plan.records.len();
        plan.drafts.extend(planned.1.map(|draft| Draft { of, ..draft }));
        plan.records.push(planned.0);
    }
    plan
}

fn unknown_column(at: Address, text: &str) -> Warning {
    Warning {
        code: "unknown_column",
        cell: Some(at.to_string()),
        zh: format!("不认识“{text}”这一列，它的内容不会导入"),
        en: format!("the column {text:?} is not known and is left out"),
        count: 0,
        records: Vec::new(),
    }
}

/// The rows that speak of one record.
struct Group<'r> {
    identified: Result<Identified, Vec<Issue>>,
    rows: Vec<&'r Row>,
    said: Said,
}

fn groups<'r>(table: &Table, book: &Book, layout: &Layout<'r>, plan: &mut Plan) -> Vec<Group<'r>> {
    let register = Register::of(book, table);
    let mut groups: Vec<Group<'r>> = Vec::new();
    let mut known: HashMap<RecordId, usize> = HashMap::new();
    for row in &layout.rows {
        let said = said(table, book, layout, row);
        let identified = match register.identify(&said) {
            Ok(identified) => identified,
            Err(unclear) => {
                let issues = vec![told(&unclear, table, layout, row)];
                groups.push(Group { identified: Err(issues), rows: vec![row], said });
                continue;
            }
        };
        if let Some(first) = known.get(&identified.id()).copied() {
            if table.grouped {
                groups[first].rows.push(row);
            } else {
                let number = groups[first].rows[0].number;
                let issue = Issue::at(
                    row.at(anchor_column(table, layout)),
                    format!("与第 {number} 行是同一条，请合并成一行"),
                    format!("it is the same one as row {number}; make them one row"),
                );
                groups.push(Group { identified: Err(vec![issue]), rows: vec![row], said });
            }
            continue;
        }
        if matches!(identified, Identified::New(_))
            && table.kind.name == "school"
            && register.namesakes(&said) > 0
        {
            plan.warnings.push(same_name_elsewhere(row.at(anchor_column(table, layout))));
        }
        known.insert(identified.id(), groups.len());
        groups.push(Group { identified: Ok(identified), rows: vec![row], said });
    }
    groups
}

fn same_name_elsewhere(at: Address) -> Warning {
    Warning {
        code: "same_name_elsewhere",
        cell: Some(at.to_string()),
        zh: "已有同名学校（另一乡镇或标识码不同），这一行会新建一所；如是同一所，请核对乡镇和标识码"
            .to_owned(),
        en: "there is a school of that name elsewhere; this row begins another one".to_owned(),
        count: 0,
        records: Vec::new(),
    }
}

/// The column by whose cell a row is named: its name, or what stands first.
fn anchor_column(table: &Table, layout: &Layout<'_>) -> u32 {
    let named = |field: &str| {
        layout
            .columns
            .iter()
            .find(|standing| matches!(standing.column.slot, Slot::Plain(its) if its.name == field))
    };
    let keys = ["name"].into_iter().chain(table.keys.iter().copied().flatten().copied());
    keys.filter_map(named).map(|standing| standing.at).next().unwrap_or(0)
}

/// What a row says of the fields that tell which record it is about.
fn said(table: &Table, book: &Book, layout: &Layout<'_>, row: &Row) -> Said {
    let fields: BTreeSet<_> = table.keys.iter().copied().flatten().copied().collect();
    let mut said = Said::new();
    for standing in &layout.columns {
        let Slot::Plain(field) = standing.column.slot else { continue };
        if fields.contains(field.name)
            && let Some(Ok(value)) = read_cell(book, standing, row)
            && let Some(text) = value.as_text()
        {
            said.insert(field.name, text.to_owned());
        }
    }
    said
}

fn told(unclear: &Unclear, table: &Table, layout: &Layout<'_>, row: &Row) -> Issue {
    let at = row.at(anchor_column(table, layout));
    match unclear {
        Unclear::Nameless => {
            let names: Vec<_> = table.keys.iter().filter_map(|key| table.kind.field(key[0])).collect();
            Issue::at(
                at,
                format!(
                    "认不出是哪一条：缺少{}",
                    names.iter().map(|field| field.zh).collect::<Vec<_>>().join("或")
                ),
                format!(
                    "{} is missing or wrong",
                    names.iter().map(|field| field.en).collect::<Vec<_>>().join(" or ")
                ),
            )
        }
        Unclear::Several { count, .. } => Issue::at(
            at,
            format!("有 {count} 条都符合，分不清是哪一条：请补全代码、学校或乡镇等能区分的列"),
            format!("{count} records fit; fill in what tells them apart"),
        ),
        Unclear::OtherCode { field, stands } => {
            let field = table.kind.field(field);
            Issue::at(
                at,
                format!(
                    "同名的那一条{}是 {stands}，与这一行不同，请核对",
                    field.map_or("代码", |field| field.zh)
                ),
                format!(
                    "the one of that name has the {} {stands}; check which is right",
                    field.map_or("code", |field| field.en)
                ),
            )
        }
    }
}

/// What would become of one record, and what is to be written for it.
fn planned(table: &Table, book: &Book, layout: &Layout<'_>, group: Group<'_>) -> (RecordPlan, Option<Draft>) {
    let mut record = RecordPlan {
        rows: group.rows.iter().map(|row| row.number).collect(),
        action: Action::Error,
        record: None,
        name: group.said.get("name").or_else(|| group.said.values().next()).cloned().unwrap_or_default(),
        fields: Vec::new(),
        issues: Vec::new(),
        held: None,
    };
    let mut gathered = Gathered::default();
    for row in &group.rows {
        gathered.add(book, layout, row);
    }
    record.issues = std::mem::take(&mut gathered.issues);
    let identified = match group.identified {
        Ok(identified) => identified,
        Err(issues) => {
            // What could not be read says more than that the row has no name.
            if record.issues.is_empty() {
                record.issues = issues;
            }
            return (record, None);
        }
    };
    record.record = Some(identified.id());
    let nothing = Record::empty(identified.id(), table.kind.name);
    let before = book.get(identified.id()).map_or(&nothing, |known| &known.record);
    if record.name.is_empty() {
        record.name = book.name_of(identified.id());
    }
    let mut edits = Edits::of(book, before);
    edits.begin(identified);
    edits.take(gathered);
    if matches!(identified, Identified::New(_)) {
        edits.issues.extend(missing(table, layout, group.rows[0], &edits.lines));
        if table.kind.name == "division" {
            edits.issues.extend(foreign_division(book, layout, group.rows[0], &group.said));
        }
    }
    record.issues.extend(edits.issues);
    record.fields = edits.fields;
    if !record.issues.is_empty() {
        return (record, None);
    }
    record.action = match identified {
        Identified::New(_) => Action::New,
        Identified::Withdrawn(_) => Action::Restored,
        Identified::Existing(_) if edits.lines.is_empty() => Action::Unchanged,
        Identified::Existing(_) => Action::Changed,
    };
    let draft = Draft { record: identified.id(), edits: edits.lines, of: 0 };
    (record, Some(draft).filter(|draft| !draft.edits.is_empty()))
}

/// What a new record cannot do without.
fn missing(table: &Table, layout: &Layout<'_>, row: &Row, edits: &[Edit]) -> Vec<Issue> {
    let needed = table.columns.iter().filter(|column| column.needed);
    let lacking = needed.filter(|column| match column.slot {
        Slot::Plain(field) | Slot::Key(field) => edits.iter().all(|edit| edit.field.base() != field.name),
        _ => false,
    });
    lacking
        .map(|column| {
            let (zh, en) = (
                format!("新建时缺少“{}”", column.name()),
                format!("a new one needs its {}", column.name_en()),
            );
            match layout.columns.iter().find(|standing| standing.column.name() == column.name()) {
                Some(standing) => Issue::at(row.at(standing.at), zh, en),
                None => Issue::at(row.at(anchor_column(table, layout)), zh, en),
            }
        })
        .collect()
}

/// A division is kept in the county that its code begins with.
fn foreign_division(book: &Book, layout: &Layout<'_>, row: &Row, said: &Said) -> Option<Issue> {
    let code = said.get("code").filter(|code| !code.starts_with(&book.county))?;
    let column = layout
        .columns
        .iter()
        .find(|standing| matches!(standing.column.slot, Slot::Plain(its) if its.name == "code"))?;
    Some(Issue::at(
        row.at(column.at),
        format!("{code} 不属于本县（{}）", book.county),
        format!("{code} is no code of this county ({})", book.county),
    ))
}
