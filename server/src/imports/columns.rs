//! What columns the table of each kind has, and which of them stand in a file.
//!
//! A column says where its cells go; its heading and its unit follow from the field itself, so that
//! a table and a form speak of one thing in one word.

use std::collections::BTreeMap;

use sync_protocol::kinds::{self, ChoiceList, Field, Kind, Part, Requirement, Type, Unit};

use super::issue::Issue;
use super::outlines::{EACH_SOURCE, OUTLINES};
use super::sheet::{Address, Row};
use crate::error::{Error, Result};

/// Where the cells of a column go.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot {
    /// Into a plain field.
    Plain(&'static Field),
    /// Into a keyed field, under that key.
    Keyed(&'static Field, &'static str),
    /// They are the key under which the row's parts go.
    Key(&'static Field),
    /// Into that part of the object that the row adds to a field.
    Part(&'static Field, &'static Part),
    /// Into that part of whatever objects the row adds: the days of a membership.
    Days(&'static str),
    /// Into that part of the position that a field holds.
    Coordinate(&'static Field, &'static str),
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    /// Where its cells go.
    pub(super) slot: Slot,
    /// What it is called, if not as its field.
    named: Option<&'static str>,
    /// What else it is called, parted by `|`.
    also: &'static str,
    /// What the example says.
    pub(super) example: &'static str,
    /// Whether a new record needs it.
    pub(super) needed: bool,
}

/// The table of a kind.
#[derive(Debug)]
pub(super) struct Table {
    /// The kind.
    pub(super) kind: &'static Kind,
    /// Its columns in order.
    pub(super) columns: Vec<Column>,
    /// What makes two rows the same record: the first of these fields that are all filled in.
    pub(super) keys: &'static [&'static [&'static str]],
    /// Whether several rows make one record.
    pub(super) grouped: bool,
}

/// The kinds that can be imported, in the order in which they refer to each other.
pub(super) fn kinds() -> impl Iterator<Item = &'static str> {
    OUTLINES.iter().map(|outline| outline.kind)
}

impl Table {
    /// The table of a kind.
    ///
    /// # Errors
    /// Not found if that kind is none that is imported.
    pub(super) fn of(kind: &str) -> Result<Self> {
        let outline = OUTLINES.iter().find(|outline| outline.kind == kind).ok_or_else(Error::not_found)?;
        let kind = kinds::named(outline.kind).ok_or_else(Error::not_found)?;
        let mut columns = Vec::new();
        for spec in outline.columns {
            if spec.path == EACH_SOURCE {
                let Some(field) = kind.field("funding") else { continue };
                let sources = ChoiceList::named("fund_source").map_or(&[][..], |list| list.choices);
                columns.extend(sources.iter().map(|source| Column {
                    slot: Slot::Keyed(field, source.code),
                    named: None,
                    also: "",
                    example: if source.code == "中央" { spec.example } else { "" },
                    needed: false,
                }));
                continue;
            }
            if let Some(slot) = slot(kind, spec.path) {
                let named = Some(spec.named).filter(|named| !named.is_empty());
                let needed = slot.is_needed();
                columns.push(Column { slot, named, also: spec.also, example: spec.example, needed });
            }
        }
        let grouped = columns.iter().any(|column| matches!(column.slot, Slot::Part(..)));
        Ok(Self { kind, columns, keys: outline.keys, grouped })
    }
}

fn slot(kind: &'static Kind, path: &'static str) -> Option<Slot> {
    if let Some(part) = path.strip_prefix('.') {
        return Some(Slot::Days(part));
    }
    if let Some(field) = path.strip_suffix('/') {
        return kind.field(field).map(Slot::Key);
    }
    if let Some((field, part)) = path.split_once('@') {
        return kind.field(field).map(|field| Slot::Coordinate(field, part));
    }
    let Some((field, part)) = path.split_once('.') else { return kind.field(path).map(Slot::Plain) };
    let field = kind.field(field)?;
    let Type::Object(parts) = field.ty else { return None };
    parts.iter().find(|its| its.name == part).map(|part| Slot::Part(field, part))
}

impl Slot {
    fn is_needed(self) -> bool {
        match self {
            Self::Plain(field) | Self::Key(field) => field.required == Requirement::Always,
            Self::Part(field, part) => field.required == Requirement::Always && part.required,
            Self::Keyed(..) | Self::Days(_) | Self::Coordinate(..) => false,
        }
    }

    /// What its cells hold.
    pub(super) fn ty(&self) -> Type {
        match self {
            Self::Plain(field) | Self::Keyed(field, _) => field.ty,
            Self::Part(_, part) => part.ty,
            // A datum is read as people call it.
            Self::Key(_) | Self::Coordinate(_, "datum") => Type::Text,
            Self::Days(_) => Type::Date,
            Self::Coordinate(..) => Type::Number,
        }
    }

    /// What its numbers count.
    pub(super) const fn unit(&self) -> Option<Unit> {
        match self {
            Self::Plain(field) | Self::Keyed(field, _) => field.unit,
            _ => None,
        }
    }
}

/// The unit that a heading names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    /// As it is written.
    pub(super) word: &'static str,
    /// How many tens one of it is, counted in the smallest: 1 万元 is 10⁶ 分.
    pub(super) tens: u32,
}

const MONEY: [Scale; 4] = [
    Scale { word: "元", tens: 2 },
    Scale { word: "万元", tens: 6 },
    Scale { word: "亿元", tens: 10 },
    Scale { word: "分", tens: 0 },
];
const AREA: [Scale; 5] = [
    Scale { word: "㎡", tens: 2 },
    Scale { word: "平方米", tens: 2 },
    Scale { word: "m2", tens: 2 },
    Scale { word: "m²", tens: 2 },
    Scale { word: "万㎡", tens: 6 },
];
const SHARE: [Scale; 1] = [Scale { word: "%", tens: 2 }];

impl Column {
    /// What it is called, without its unit.
    pub(super) fn name(&self) -> String {
        match (self.named, self.slot) {
            (Some(named), _) => named.to_owned(),
            (None, Slot::Plain(field) | Slot::Key(field)) => field.zh.to_owned(),
            (None, Slot::Keyed(_, key)) => format!("{key}资金"),
            (None, Slot::Part(_, part)) => part.zh.to_owned(),
            (None, Slot::Days(part) | Slot::Coordinate(_, part)) => part.to_owned(),
        }
    }

    /// What it is called in English.
    pub(super) fn name_en(&self) -> String {
        match self.slot {
            Slot::Plain(field) => field.en.to_owned(),
            Slot::Keyed(field, key) => {
                let choices = field.key.and_then(|key| key.choices).and_then(ChoiceList::named);
                let choice = choices.and_then(|list| list.choices.iter().find(|choice| choice.code == key));
                format!("funding: {}", choice.map_or(key, |choice| choice.en))
            }
            Slot::Key(field) => field.key.map_or(field.en, |key| key.en).to_owned(),
            Slot::Part(field, part) => format!("{}: {}", field.en, part.en),
            Slot::Days(part) => part.to_owned(),
            Slot::Coordinate(field, part) => format!("{}: {part}", field.en),
        }
    }

    /// Its heading in a template, with its unit.
    pub(super) fn heading(&self) -> String {
        let unit = match (self.slot.unit(), self.slot) {
            (Some(Unit::Fen), Slot::Plain(field)) if field.name == "unit_price" => "（元）",
            (Some(Unit::Fen), _) => "（万元）",
            (Some(Unit::HundredthSquareMetre), _) => "（㎡）",
            (Some(Unit::BasisPoint), _) => "（%）",
            _ => "",
        };
        format!("{}{unit}", self.name())
    }

    fn answers_to(&self, heading: &str) -> bool {
        let is = |name: &str| plain_word(name) == heading;
        let own = match self.slot {
            Slot::Plain(field) => is(field.zh) || is(field.name),
            Slot::Keyed(field, key) => {
                is(key) || [field.zh, field.name, "资金来源"].iter().any(|base| is(&format!("{base}/{key}")))
            }
            _ => false,
        };
        is(&self.name()) || own || self.also.split('|').any(is)
    }

    /// In which units its numbers may stand; none if they are plain.
    const fn scales(&self) -> &'static [Scale] {
        match self.slot.unit() {
            Some(Unit::Fen) => &MONEY,
            Some(Unit::HundredthSquareMetre) => &AREA,
            Some(Unit::BasisPoint) => &SHARE,
            _ => &[],
        }
    }
}

/// A column as it stands in a file.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    /// What it is.
    pub(super) column: Column,
    /// Where.
    pub(super) at: u32,
    /// What its numbers are counted in.
    pub(super) scale: Option<Scale>,
}

/// The columns of a file, and what stands below them.
#[derive(Debug)]
pub(super) struct Layout<'r> {
    /// The columns that are known.
    pub(super) columns: Vec<Standing>,
    /// The headings that are not, which are told.
    pub(super) unknown: Vec<(Address, String)>,
    /// The rows to be read: no headings, no examples.
    pub(super) rows: Vec<&'r Row>,
}

/// How far down a heading may stand below titles and notes.
const LOOK_FOR_HEADINGS: usize = 10;

impl Table {
    /// Finds the headings and what stands below them.
    ///
    /// # Errors
    /// Where no row is one of headings, where a unit is missing or a column stands there twice.
    pub(super) fn lay_out<'r>(&self, rows: &'r [Row]) -> Result<Layout<'r>, Vec<Issue>> {
        let known = |row: &Row| {
            row.cells().filter(|(_, text)| self.column_named(&Heading::read(text)).is_some()).count()
        };
        let candidates = rows.iter().take(LOOK_FOR_HEADINGS).enumerate();
        let best = candidates.map(|(at, row)| (known(row), std::cmp::Reverse(at))).max();
        let Some((1.., std::cmp::Reverse(at))) = best else {
            return Err(vec![self.no_headings()]);
        };
        let (mut columns, mut unknown, mut issues) = (Vec::new(), Vec::new(), Vec::new());
        let mut taken: BTreeMap<String, Address> = BTreeMap::new();
        for (column, text) in rows[at].cells() {
            let address = rows[at].at(column);
            let heading = Heading::read(text);
            let Some(found) = self.column_named(&heading) else {
                unknown.push((address, text.to_owned()));
                continue;
            };
            if let Some(first) = taken.insert(found.name(), address) {
                issues.push(Issue::at(
                    address,
                    format!("“{}”已在 {first} 有一列", found.name()),
                    format!("{:?} stands in {first} already", found.name_en()),
                ));
            }
            match scale_of(&found, &heading) {
                Ok(scale) => columns.push(Standing { column: found, at: column, scale }),
                Err((zh, en)) => issues.push(Issue::at(address, zh, en)),
            }
        }
        let below = rows[at + 1..].iter().filter(|row| !is_no_data(row, &columns)).collect();
        if issues.is_empty() { Ok(Layout { columns, unknown, rows: below }) } else { Err(issues) }
    }

    fn column_named(&self, heading: &Heading) -> Option<Column> {
        let found = self.columns.iter().find(|column| column.answers_to(&heading.name));
        found.copied().or_else(|| {
            let whole = self.columns.iter().find(|column| column.answers_to(&heading.whole));
            whole.copied()
        })
    }

    fn no_headings(&self) -> Issue {
        let names: Vec<_> = self.columns.iter().filter(|column| column.needed).map(Column::heading).collect();
        Issue::of_file(
            format!("找不到标题行，至少要有：{}；可下载模板填写", names.join("、")),
            format!("no row of headings was found; it needs at least: {}", names.join(", ")),
        )
    }
}

/// Whether a row is the template's English headings or an example.
fn is_no_data(row: &Row, columns: &[Standing]) -> bool {
    let example = row.cells().next().is_some_and(|(_, text)| text.starts_with("示例"));
    let english = |standing: &&Standing| row.text(standing.at) == standing.column.name_en();
    example || columns.iter().filter(english).count() * 2 > columns.len()
}

/// A heading, taken apart.
struct Heading {
    /// Without marks and unit.
    name: String,
    /// Without marks.
    whole: String,
    /// The unit in its brackets.
    unit: Option<String>,
}

impl Heading {
    fn read(text: &str) -> Self {
        let whole = plain_word(text);
        let parted = whole.strip_suffix(')').and_then(|inner| inner.rsplit_once('('));
        let (name, unit) = match parted {
            Some((name, unit)) => (name.to_owned(), Some(unit.to_owned())),
            None => (whole.clone(), None),
        };
        Self { name, whole, unit }
    }
}

/// A heading or a word as it is compared: no blanks, no marks of what is needed, plain brackets.
pub(super) fn plain_word(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '●' | '*' | '＊' | '\u{feff}'));
    kept.map(half_width).collect::<String>().to_lowercase()
}

/// A full-width letter, digit or bracket as its plain form.
pub(super) fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    }
}

fn scale_of(column: &Column, heading: &Heading) -> Result<Option<Scale>, (String, String)> {
    let scales = column.scales();
    if scales.is_empty() {
        return Ok(None);
    }
    let words: Vec<_> = scales.iter().map(|scale| scale.word).collect();
    let named = heading.unit.as_deref().map(|unit| unit.trim_start_matches("单位:"));
    let found = named.and_then(|unit| scales.iter().find(|scale| plain_word(scale.word) == unit));
    match (found, named, scales) {
        (Some(scale), ..) => Ok(Some(*scale)),
        (None, None, [only]) => Ok(Some(*only)),
        _ => Err((
            format!("标题要写明单位，如“{}（{}）”，可用：{}", column.name(), words[0], words.join("、")),
            format!("the heading must name its unit, one of: {}", words.join(", ")),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::sheet;

    #[test]
    fn every_column_goes_somewhere_and_every_heading_finds_its_own_column() {
        for kind in kinds() {
            let table = Table::of(kind).unwrap();
            let outline = OUTLINES.iter().find(|outline| outline.kind == kind).unwrap();
            let written = outline.columns.iter().filter(|spec| spec.path != EACH_SOURCE);
            for spec in written {
                assert!(slot(table.kind, spec.path).is_some(), "{kind} {}", spec.path);
            }
            for column in &table.columns {
                let found = table.column_named(&Heading::read(&format!("● {}", column.heading()))).unwrap();
                assert_eq!(found.name(), column.name(), "{kind}");
            }
            for field in table.kind.fields.iter().filter(|field| field.required == Requirement::Always) {
                let is_there = table.columns.iter().any(|column| match column.slot {
                    Slot::Plain(its) | Slot::Keyed(its, _) | Slot::Key(its) => its.name == field.name,
                    _ => false,
                });
                assert!(is_there || field.name == "county", "{kind} cannot be begun without {}", field.name);
            }
        }
    }

    #[test]
    fn headings_are_found_below_a_title_and_what_is_not_known_is_told() {
        let table = Table::of("project").unwrap();
        let rows = sheet::read(
            "上杭县项目汇总表\n项目名称●,学 校,规划面积（㎡）,中央资金(万元),资金来源/省（元）,序号\nname,school,planned area,funding: state,funding: province,\n示例：教学楼,某某小学\n教学楼,演示小学,1\n"
                .as_bytes(),
        )
        .unwrap();
        let layout = table.lay_out(&rows).unwrap();
        let scales: Vec<_> =
            layout.columns.iter().map(|standing| standing.scale.map(|scale| scale.tens)).collect();
        assert_eq!(scales, [None, None, Some(2), Some(6), Some(2)]);
        assert_eq!(layout.unknown, [(Address { column: 5, row: 2 }, "序号".to_owned())]);
        assert_eq!(layout.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [5]);
    }

    #[test]
    fn money_without_a_unit_and_a_column_twice_are_refused_with_their_cell() {
        let table = Table::of("plan").unwrap();
        let read = |text: &str| {
            let rows = sheet::read(text.as_bytes()).unwrap();
            let issues = table.lay_out(&rows).unwrap_err();
            issues.iter().map(|issue| issue.cell.clone().unwrap_or_default()).collect::<Vec<_>>()
        };
        assert_eq!(read("规划名称,版本,中央资金\n"), ["C1"]);
        assert_eq!(read("规划名称,版本,名称\n"), ["C1"]);
        assert_eq!(read("一,二,三\n"), [""]);
    }
}
