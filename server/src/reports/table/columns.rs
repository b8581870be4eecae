//! The columns of a kind, drawn from its declaration: a field is declared once, and a new one is in
//! every table by itself.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use sync_protocol::id::RecordId;
use sync_protocol::kinds::{Belongs, Field, Kind, Type};
use sync_protocol::message::Snapshot;
use sync_protocol::record::{Record, Rule, contradict, total};
use sync_protocol::signoff::{self, Signoff, Standing};
use sync_protocol::value::Value;
use sync_protocol::withdrawal::{self, Force};

use super::cell::{Cell, unit_name};
use super::codes::Codes;
use super::entry::{Entry, Head};
use super::keys::KeysOf;
use super::legible::{Words, datum};
use super::listing::{Line, ListColumn, Listing};
use crate::error::{Language, Result};
use crate::reports::words;
use crate::store::ledger::Received;
use crate::store::records::RecordRow;
use crate::sync::standing;

/// The columns of a table.
#[derive(Debug)]
pub(super) struct Columns {
    kind: &'static Kind,
    language: Language,
    drawn: Vec<Column>,
    shapes: HashMap<&'static str, (&'static Field, Shape)>,
    about: About,
    /// Those that are shown, where they were chosen.
    chosen: Option<Chosen>,
}

/// The columns of a list, in its order.
#[derive(Debug)]
struct Chosen {
    columns: Vec<Column>,
    from: Vec<Source>,
}

/// Where a column of a list has its cells from.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// From the column of the whole table at that place.
    Table(usize),
    /// From the line of the list.
    Line(ListColumn),
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    /// What stands above it.
    pub(super) heading: String,
    /// How wide it is, in letters.
    pub(super) width: u16,
}

/// Where the values of a field go.
#[derive(Debug)]
enum Shape {
    /// To columns that every record has.
    Elsewhere,
    One(usize),
    Reference {
        name: usize,
        id: usize,
    },
    Photos {
        count: usize,
        list: usize,
    },
    Position {
        lat: usize,
        lon: usize,
        datum: usize,
    },
    Keyed {
        keys: HashMap<String, usize>,
        others: Option<usize>,
    },
}

impl Shape {
    /// The columns that say it to people, in order.
    fn shown(&self) -> Vec<usize> {
        match self {
            Self::Elsewhere => Vec::new(),
            Self::One(at) | Self::Reference { name: at, .. } | Self::Photos { count: at, .. } => vec![*at],
            Self::Position { lat, lon, datum } => vec![*lat, *lon, *datum],
            Self::Keyed { keys, others } => {
                let mut all: Vec<_> = keys.values().copied().chain(*others).collect();
                all.sort_unstable();
                all
            }
        }
    }
}

/// The columns that every record has.
#[derive(Debug, Default)]
struct About {
    county: usize,
    county_code: usize,
    school: Option<usize>,
    project: Option<usize>,
    conflicts: usize,
    id: usize,
    school_id: Option<usize>,
    project_id: Option<usize>,
    seq: usize,
    first: usize,
    last: usize,
    authors: usize,
}

/// What is known of a record beside what it says.
#[derive(Clone, Copy)]
pub(super) struct Frame<'r> {
    /// Its row.
    pub(super) row: &'r RecordRow,
    /// The county's name.
    pub(super) county: &'r str,
    /// When it came.
    pub(super) received: Option<Received>,
    /// What a list says of it beside.
    pub(super) line: Option<&'r Line>,
}

/// What stands above the columns that every record has, and what is told in headings.
const COUNTY: (&str, &str) = ("县（区）", "county");
const COUNTY_CODE: (&str, &str) = ("县（区）代码", "county code");
const SCHOOL: (&str, &str) = ("学校", "school");
const PROJECT: (&str, &str) = ("项目", "project");
const CONFLICTS: (&str, &str) = ("冲突项", "in conflict");
const ID: (&str, &str) = ("记录编号", "record id");
const SCHOOL_ID: (&str, &str) = ("学校编号", "school id");
const PROJECT_ID: (&str, &str) = ("项目编号", "project id");
const SEQ: (&str, &str) = ("台账序号", "ledger number");
const FIRST: (&str, &str) = ("首次收到", "first received");
const LAST: (&str, &str) = ("最近收到", "last received");
const AUTHORS: (&str, &str) = ("填报人", "authors");

/// What stands above the columns that lists have besides.
const DAY: (&str, &str) = ("日期", "day");
const NUMBER: (&str, &str) = ("编号", "number");
const STATE: (&str, &str) = ("情况", "state");
const MARKS: (&str, &str) = ("标记", "marks");
const DUE: (&str, &str) = ("期限", "due");

/// All of them.
const ABOUT: [(&str, &str); 12] =
    [COUNTY, COUNTY_CODE, SCHOOL, PROJECT, CONFLICTS, ID, SCHOOL_ID, PROJECT_ID, SEQ, FIRST, LAST, AUTHORS];

const ID_WIDTH: u16 = 38;
const MOMENT_WIDTH: u16 = 20;
const NAME_WIDTH: u16 = 26;
const TEXT_WIDTH: u16 = 36;
const SHORT_WIDTH: u16 = 13;

/// Fields that say where a record belongs.
const PLACES: [&str; 3] = ["school", "project", "county"];

impl Columns {
    /// The columns of a kind of whose keyed fields these keys occur, called as `codes` says.
    pub(super) fn of(
        kind: &'static Kind,
        keys: &BTreeMap<&'static str, KeysOf>,
        codes: &Codes,
        language: Language,
    ) -> Self {
        let mut table = Self {
            kind,
            language,
            drawn: Vec::new(),
            shapes: HashMap::new(),
            about: About::default(),
            chosen: None,
        };
        let has_school = !matches!(kind.belongs, Belongs::IsSchool | Belongs::ToCounty);
        let has_project = has_school && kind.belongs != Belongs::IsProject;
        table.about.county = table.add(COUNTY, SHORT_WIDTH);
        table.about.school = has_school.then(|| table.add(SCHOOL, NAME_WIDTH));
        table.about.project = has_project.then(|| table.add(PROJECT, NAME_WIDTH));
        let none = KeysOf::default();
        for field in kind.all_fields() {
            let shape = table.shape(field, keys.get(field.name).unwrap_or(&none), codes);
            table.shapes.insert(field.name, (field, shape));
        }
        table.about.conflicts = table.add(CONFLICTS, NAME_WIDTH);
        table.about.county_code = table.add(COUNTY_CODE, SHORT_WIDTH);
        table.about.id = table.add(ID, ID_WIDTH);
        table.about.school_id = has_school.then(|| table.add(SCHOOL_ID, ID_WIDTH));
        table.about.project_id = has_project.then(|| table.add(PROJECT_ID, ID_WIDTH));
        table.about.seq = table.add(SEQ, SHORT_WIDTH);
        table.about.first = table.add(FIRST, MOMENT_WIDTH);
        table.about.last = table.add(LAST, MOMENT_WIDTH);
        table.about.authors = table.add(AUTHORS, NAME_WIDTH);
        table
    }

    /// The columns in order.
    pub(super) fn columns(&self) -> &[Column] {
        self.chosen.as_ref().map_or(&self.drawn, |chosen| &chosen.columns)
    }

    /// The columns of a list alone, in its order.
    pub(super) fn chosen(mut self, listing: &Listing) -> Self {
        let mut chosen = Chosen { columns: Vec::new(), from: Vec::new() };
        for column in listing.columns() {
            let heading = match column {
                ListColumn::Day => Some((DAY, SHORT_WIDTH)),
                ListColumn::Number => Some((NUMBER, NAME_WIDTH)),
                ListColumn::State => Some((STATE, SHORT_WIDTH)),
                ListColumn::Marks => Some((MARKS, NAME_WIDTH)),
                ListColumn::Due => Some((DUE, SHORT_WIDTH)),
                _ => None,
            };
            if let Some(((zh, en), width)) = heading {
                chosen.columns.push(Column { heading: self.language.pick(zh, en).to_owned(), width });
                chosen.from.push(Source::Line(*column));
            }
            for at in self.places_of(*column) {
                chosen.columns.push(self.drawn[at].clone());
                chosen.from.push(Source::Table(at));
            }
        }
        self.chosen = Some(chosen);
        self
    }

    /// Which columns of the whole table a column of a list is.
    fn places_of(&self, column: ListColumn) -> Vec<usize> {
        let about = &self.about;
        match column {
            ListColumn::County => vec![about.county],
            ListColumn::School => about.school.into_iter().collect(),
            ListColumn::Project => about.project.into_iter().collect(),
            ListColumn::Conflicts => vec![about.conflicts],
            ListColumn::Authors => vec![about.authors],
            ListColumn::FirstReceived => vec![about.first],
            ListColumn::LastReceived => vec![about.last],
            ListColumn::Id => vec![about.id],
            ListColumn::Of(name) => self.shapes.get(name).map_or_else(Vec::new, |(_, shape)| shape.shown()),
            _ => Vec::new(),
        }
    }

    fn add(&mut self, (zh, en): (&str, &str), width: u16) -> usize {
        self.add_column(self.language.pick(zh, en).to_owned(), width)
    }

    fn add_column(&mut self, heading: String, width: u16) -> usize {
        self.drawn.push(Column { heading, width });
        self.drawn.len() - 1
    }

    /// What people call a field, so that no two columns are called the same.
    fn label(&self, field: &Field) -> String {
        let label = self.language.pick(field.zh, field.en);
        if ABOUT.iter().all(|(zh, en)| self.language.pick(zh, en) != label) {
            return label.to_owned();
        }
        match self.language {
            Language::Chinese => format!("{label}（{}）", self.kind.zh),
            Language::English => format!("{label} ({})", self.kind.en),
        }
    }

    fn shape(&mut self, field: &'static Field, keys: &KeysOf, codes: &Codes) -> Shape {
        let label = self.label(field);
        let heading = |ending: (&str, &str)| format!("{label}{}", self.language.pick(ending.0, ending.1));
        if PLACES.contains(&field.name) {
            return Shape::Elsewhere;
        }
        if field.key.is_some() {
            return self.keyed(field, keys, codes);
        }
        match field.ty {
            Type::Ref(_) => {
                let (name, id) = (heading(("", "")), heading(("编号", " id")));
                Shape::Reference {
                    name: self.add_column(name, NAME_WIDTH),
                    id: self.add_column(id, ID_WIDTH),
                }
            }
            Type::Photo => {
                let (count, list) = (heading(("（张）", " (count)")), heading(("", "")));
                Shape::Photos {
                    count: self.add_column(count, SHORT_WIDTH),
                    list: self.add_column(list, TEXT_WIDTH),
                }
            }
            Type::Position => {
                let [lat, lon, datum] =
                    [("·纬度", ", latitude"), ("·经度", ", longitude"), ("·坐标系", ", datum")].map(heading);
                Shape::Position {
                    lat: self.add_column(lat, SHORT_WIDTH),
                    lon: self.add_column(lon, SHORT_WIDTH),
                    datum: self.add_column(datum, SHORT_WIDTH),
                }
            }
            _ => {
                let heading = heading(("", "")) + &in_unit(field, self.language);
                Shape::One(self.add_column(heading, width(field)))
            }
        }
    }

    fn keyed(&mut self, field: &'static Field, keys: &KeysOf, codes: &Codes) -> Shape {
        let (label, unit) = (self.label(field), in_unit(field, self.language));
        let column = |key: &str| format!("{label}{}{key}{unit}", self.language.pick("·", ": "));
        let list = field.key.and_then(|key| key.choices);
        let name = |key: &str| {
            let Some(list) = list else { return key.to_owned() };
            let its = codes.name(list, key, self.language);
            its.unwrap_or_else(|| words::choice(list, key, self.language)).to_owned()
        };
        let headings: Vec<_> = keys.keys.iter().map(|key| (key.clone(), column(&name(key)))).collect();
        let others = keys.are_too_many.then(|| column(self.language.pick("其他", "others")));
        let keys = headings.into_iter().map(|(key, heading)| (key, self.add_column(heading, width(field))));
        Shape::Keyed {
            keys: keys.collect(),
            others: others.map(|heading| self.add_column(heading, TEXT_WIDTH)),
        }
    }

    /// What a record says in each column.
    pub(super) fn cells<'r>(
        &self,
        entry: &'r Entry<'_>,
        reviewed: Option<&Reviewed>,
        frame: &Frame<'r>,
        words: &Words<'r>,
    ) -> Vec<Cell<'r>> {
        let mut cells = vec![Cell::Empty; self.drawn.len()];
        let (mut conflicts, mut authors) = (String::new(), Authors::default());
        for (name, heads) in entry.fields() {
            for head in heads {
                authors.add(&head.by_name);
            }
            let (base, key) = name.split_once('/').map_or((name, None), |(base, key)| (base, Some(key)));
            let Some((field, shape)) = self.shapes.get(base) else { continue };
            if contradict(field.rule, heads.iter().map(|head| &head.value)) {
                self.name_conflict(&mut conflicts, field, key);
            }
            match (field.name, reviewed) {
                (withdrawal::FIELD, Some(reviewed)) => {
                    if let Shape::One(at) = shape {
                        let text = words.withdrawal(&heads[0].value, reviewed.is_contested);
                        cells[*at] = Cell::Text(text.into());
                    }
                }
                (signoff::FIELD, Some(reviewed)) => {
                    if let Shape::One(at) = shape {
                        cells[*at] = Cell::text(signoffs(heads, reviewed, words));
                    }
                }
                _ => fill(&mut cells, field, shape, key, heads, words),
            }
        }
        self.frame(&mut cells, frame, words);
        cells[self.about.conflicts] = Cell::text(conflicts);
        cells[self.about.authors] = Cell::text(authors.0);
        let Some(chosen) = &self.chosen else { return cells };
        let cell = |from: &Source| match *from {
            Source::Table(at) => cells[at].clone(),
            Source::Line(column) => frame.line.map_or(Cell::Empty, |line| line.cell(column)),
        };
        chosen.from.iter().map(cell).collect()
    }

    fn frame<'r>(&self, cells: &mut [Cell<'r>], frame: &Frame<'r>, words: &Words<'r>) {
        let (about, row) = (&self.about, frame.row);
        cells[about.county] = Cell::Text(frame.county.into());
        cells[about.county_code] = Cell::Text(row.county.as_str().into());
        cells[about.id] = Cell::Text(row.id.to_string().into());
        cells[about.seq] = Cell::Whole(row.seq as i64);
        if let Some(received) = frame.received {
            cells[about.first] = Cell::Moment(received.first);
            cells[about.last] = Cell::Moment(received.last);
        }
        for (id, name_at, id_at) in
            [(row.school, about.school, about.school_id), (row.project, about.project, about.project_id)]
        {
            let Some(id) = id else { continue };
            if let (Some(at), Some(name)) = (name_at, words.name(id)) {
                cells[at] = Cell::Text(name.into());
            }
            if let Some(at) = id_at {
                cells[at] = Cell::Text(id.to_string().into());
            }
        }
    }

    fn name_conflict(&self, conflicts: &mut String, field: &Field, key: Option<&str>) {
        if !conflicts.is_empty() {
            conflicts.push_str(self.language.pick("、", ", "));
        }
        conflicts.push_str(self.language.pick(field.zh, field.en));
        if let Some(key) = key {
            let _ = write!(conflicts, "{}{key}", self.language.pick("·", ": "));
        }
    }

    /// The kind that they are of.
    pub(super) const fn kind(&self) -> &'static Kind {
        self.kind
    }
}

/// What only a look at the whole record tells: whether it is in force, and which signatures stand.
#[derive(Debug)]
pub(super) struct Reviewed {
    /// Whether it is withdrawn and nobody contests that.
    pub(super) is_withdrawn: bool,
    is_contested: bool,
    /// For each signature, whether nothing has changed since.
    current: Vec<bool>,
}

impl Reviewed {
    /// Looks at the whole record, where it has a withdrawal or a signature.
    pub(super) fn of(entry: &Entry<'_>, row: &RecordRow) -> Result<Option<Self>> {
        if entry.heads(withdrawal::FIELD).is_empty() && entry.heads(signoff::FIELD).is_empty() {
            return Ok(None);
        }
        let snapshot: Snapshot = standing::snapshot(row)?;
        let record: Record = snapshot.into_record();
        let force = record.force();
        let is_current = |value: &Value| {
            Signoff::read(value).is_ok_and(|signoff| signoff.standing(&record) == Standing::Current)
        };
        Ok(Some(Self {
            is_withdrawn: force == Force::Withdrawn,
            is_contested: matches!(force, Force::Contested(_)),
            current: record.heads_named(signoff::FIELD).iter().map(|head| is_current(&head.value)).collect(),
        }))
    }
}

fn signoffs(heads: &[Head<'_>], reviewed: &Reviewed, words: &Words<'_>) -> String {
    let each = heads.iter().zip(&reviewed.current);
    let each: Vec<_> =
        each.map(|(head, current)| words.signoff(&head.value, &head.by_name, *current)).collect();
    each.join(words.between())
}

/// Puts what a field says into its columns.
fn fill<'r>(
    cells: &mut [Cell<'r>],
    field: &Field,
    shape: &Shape,
    key: Option<&str>,
    heads: &'r [Head<'_>],
    words: &Words<'r>,
) {
    match shape {
        Shape::Elsewhere => {}
        Shape::One(at) => cells[*at] = shown(field, heads, words),
        Shape::Reference { name, id } => {
            cells[*id] = shown(&Field { ty: Type::Text, ..*field }, heads, words);
            let named = heads.iter().filter_map(|head| words.name(reference(&head.value)?));
            cells[*name] = Cell::text(named.collect::<Vec<_>>().join(words.between()));
        }
        Shape::Photos { count, list } => {
            cells[*count] = Cell::Whole(heads.len() as i64);
            cells[*list] = shown(field, heads, words);
        }
        Shape::Position { lat, lon, datum: system } => {
            let Ok(position) = sync_protocol::photo::Position::read(&heads[0].value) else { return };
            cells[*lat] = Cell::Number(position.lat);
            cells[*lon] = Cell::Number(position.lon);
            cells[*system] = Cell::Text(datum(position.datum).into());
        }
        Shape::Keyed { keys, others } => {
            let Some(key) = key else { return };
            match (keys.get(key), others) {
                (Some(at), _) => cells[*at] = shown(field, heads, words),
                (None, Some(at)) => {
                    let mut text = String::new();
                    if let Cell::Text(before) = &cells[*at] {
                        let _ = write!(text, "{before}{}", words.between());
                    }
                    let _ = write!(text, "{key} ");
                    shown(field, heads, words).spell(&mut text);
                    cells[*at] = Cell::Text(text.into());
                }
                (None, None) => {}
            }
        }
    }
}

/// What a field says by its rule: in a conflict, the value that came first.
fn shown<'r>(field: &Field, heads: &'r [Head<'_>], words: &Words<'r>) -> Cell<'r> {
    let (Some(first), Some(last)) = (heads.first(), heads.last()) else { return Cell::Empty };
    match field.rule {
        Rule::One => Cell::of(field, &first.value, words),
        Rule::Latest => Cell::of(field, &last.value, words),
        Rule::Sum => match total(heads.iter().map(|head| &head.value)) {
            Value::Int(number) => Cell::whole(number, field.unit),
            sum => sum.as_number().map_or(Cell::Empty, Cell::Number),
        },
        Rule::Many | Rule::Log if heads.len() == 1 => Cell::of(field, &first.value, words),
        Rule::Many | Rule::Log => {
            let mut text = String::new();
            for head in heads {
                if !text.is_empty() {
                    text.push_str(words.between());
                }
                if field.rule == Rule::Log {
                    words.tell_said(&mut text, &head.by_name, field.ty, &head.value);
                } else {
                    words.tell(&mut text, field.ty, &head.value);
                }
            }
            Cell::text(text)
        }
    }
}

/// The record that a value names.
pub(super) fn reference(value: &Value) -> Option<RecordId> {
    value.as_text()?.parse().ok()
}

fn in_unit(field: &Field, language: Language) -> String {
    let (zh, en) = unit_name(field.unit);
    match language.pick(zh, en) {
        "" => String::new(),
        unit if language == Language::Chinese => format!("（{unit}）"),
        unit => format!(" ({unit})"),
    }
}

const fn width(field: &Field) -> u16 {
    match (field.ty, field.rule) {
        (Type::Text | Type::Object(_) | Type::Any | Type::Signoff | Type::Withdrawal, _)
        | (_, Rule::Many | Rule::Log) => TEXT_WIDTH,
        (Type::Moment, _) => MOMENT_WIDTH,
        _ => SHORT_WIDTH,
    }
}

/// The names of those who wrote a record, each once.
#[derive(Default)]
struct Authors(String);

impl Authors {
    const BETWEEN: &str = "、";

    fn add(&mut self, name: &str) {
        if self.0 == name || self.0.split(Self::BETWEEN).any(|known| known == name) {
            return;
        }
        if !self.0.is_empty() {
            self.0.push_str(Self::BETWEEN);
        }
        self.0.push_str(name);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sync_protocol::kinds;

    use super::*;

    #[test]
    fn every_kind_has_columns_that_are_called_differently() {
        for kind in kinds::all() {
            let keys = ["中央", "钢筋工", "A01"].map(str::to_owned);
            let keys = KeysOf { keys: keys.into(), are_too_many: true };
            let keyed = kind.all_fields().filter(|field| field.key.is_some());
            let keys: BTreeMap<_, _> = keyed.map(|field| (field.name, keys.clone())).collect();
            for language in [Language::Chinese, Language::English] {
                let columns = Columns::of(kind, &keys, &Codes::default(), language);
                let mut seen = BTreeSet::new();
                for column in columns.columns() {
                    assert!(seen.insert(&column.heading), "{}: {} twice", kind.name, column.heading);
                }
                // Every field of the declaration is in the table, but for those that say where it belongs.
                for field in kind.all_fields() {
                    let is_drawn = !matches!(columns.shapes[field.name].1, Shape::Elsewhere);
                    assert_eq!(is_drawn, !PLACES.contains(&field.name), "{}/{}", kind.name, field.name);
                }
            }
        }
    }
}
