//! Checklists in `XLSForm`, the convention of field surveys (<https://xlsform.org>): a county brings the
//! form that it has. A question with one answer out of several is an item, its group the section, its
//! hint the basis; a compulsory picture that belongs to it says that the item needs a photo.
//!
//! What comes out are the rows of our own table of checklists, whose cells bear the addresses that they
//! have on the sheet `survey`.

use std::collections::BTreeMap;

use super::issue::Warning;
use super::sheet::{self, Address, Row};
use crate::error::Result;

/// A form as a table of checklists.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// A row of headings, then a row an item.
    pub(super) rows: Vec<Row>,
    /// What of the form no checklist has.
    pub(super) warnings: Vec<Warning>,
}

/// The columns of a survey that say something of an item, and what our table calls them. What only we
/// know of an item stands in columns that a county adds: other programs leave them alone.
const READ: [(&[&str], &str); 4] = [
    (&["name"], "项目代码"),
    (&["severity", "严重程度"], "严重程度"),
    (&["deadline_days", "整改期限"], "整改期限"),
    (&["photo_needed", "必须拍照"], "必须拍照"),
];

/// What is known of a question from elsewhere than its row.
const ADDED: [&str; 5] = ["清单名称", "清单版本", "检查主题", "分类", "必须拍照"];

/// What a survey asks of the phone and not of a person, or only tells.
const UNASKED: [&str; 11] = [
    "start",
    "today",
    "deviceid",
    "phonenumber",
    "username",
    "email",
    "audit",
    "calculate",
    "hidden",
    "note",
    "start-geopoint",
];

/// Reads a workbook as a form; nothing if it is none, without a sheet `survey`.
///
/// # Errors
/// As the reading of any table.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Form>> {
    let sheets = sheet::sheets_named(bytes, ["survey", "settings"])?;
    Ok(sheets.and_then(|[survey, settings]| Some(Survey::of(&survey)?.form(&Settings::of(&settings)))))
}

/// Where the columns of a sheet stand, by name; of two with one name the first counts.
struct Columns(BTreeMap<String, u32>);

impl Columns {
    fn of(headings: &Row) -> Self {
        let mut columns = BTreeMap::new();
        for (column, text) in headings.cells() {
            columns.entry(text.to_lowercase()).or_insert(column);
        }
        Self(columns)
    }

    fn named(&self, names: &[&str]) -> Option<u32> {
        names.iter().find_map(|name| self.0.get(*name).copied())
    }

    /// A column that a form may have in several languages: the Chinese one, else the one without a
    /// language, else the first.
    fn worded(&self, name: &str) -> Option<u32> {
        let languages = || self.0.iter().filter_map(|(its, at)| Some((its.strip_prefix(name)?, *at)));
        let is_chinese = |its: &str| ["zh", "chinese", "中文", "汉语"].iter().any(|word| its.contains(word));
        let chinese = languages().find(|(its, _)| its.starts_with("::") && is_chinese(its));
        let plain = languages().find(|(its, _)| its.is_empty());
        let any = || languages().find(|(its, _)| its.starts_with("::"));
        chinese.or(plain).or_else(any).map(|(_, at)| at)
    }
}

/// What a form says of itself.
#[derive(Default)]
struct Settings {
    title: String,
    version: String,
    theme: String,
}

impl Settings {
    fn of(sheet: &[Row]) -> Self {
        let [headings, values, ..] = sheet else { return Self::default() };
        let columns = Columns::of(headings);
        let text = |names: &[&str]| columns.named(names).map_or("", |at| values.text(at)).to_owned();
        let title = columns.worded("form_title").map_or("", |at| values.text(at));
        let title = if title.is_empty() { text(&["form_id"]) } else { title.to_owned() };
        let theme = text(&["theme", "主题", "检查主题"]);
        Self {
            theme: if theme.is_empty() { title.clone() } else { theme },
            version: text(&["version"]),
            title,
        }
    }
}

/// The questions of a form.
struct Survey<'r> {
    rows: &'r [Row],
    kind: u32,
    label: u32,
    basis: Option<u32>,
    columns: Columns,
    /// Where what is added stands: behind all that there is.
    beyond: u32,
}

impl<'r> Survey<'r> {
    fn of(sheet: &'r [Row]) -> Option<Self> {
        let (headings, rows) = sheet.split_first()?;
        let columns = Columns::of(headings);
        let (kind, label) = (columns.named(&["type"])?, columns.worded("label")?);
        let basis = columns
            .named(&["basis", "依据"])
            .or_else(|| columns.worded("hint"))
            .or_else(|| columns.worded("guidance_hint"));
        let beyond = sheet.iter().flat_map(Row::cells).map(|(column, _)| column + 1).max()?;
        Some(Self { rows, kind, label, basis, columns, beyond })
    }

    fn form(&self, settings: &Settings) -> Form {
        let mut form = Form { rows: vec![self.headings()], warnings: Vec::new() };
        let mut groups: Vec<String> = Vec::new();
        for row in self.rows {
            let asked = row.text(self.kind).to_lowercase().replace('_', " ");
            let mut words = asked.split_whitespace();
            match (words.next().unwrap_or_default(), words.next().unwrap_or_default()) {
                ("begin", sort) => {
                    groups.push(row.text(self.label).to_owned());
                    if sort != "group" {
                        form.warnings.push(self.left_out(row));
                    }
                }
                ("end", _) => drop(groups.pop()),
                ("select", "one") | ("acknowledge", _) => form.rows.push(self.item(row, settings, &groups)),
                ("image" | "photo", _) if self.item_of_picture(row).is_some() => {}
                (word, _) if word.is_empty() || UNASKED.contains(&word) => {}
                _ => form.warnings.push(self.left_out(row)),
            }
        }
        form
    }

    /// The columns of our table, each above what stands for it on the sheet.
    fn headings(&self) -> Row {
        let read = READ.iter().filter_map(|(names, ours)| Some((self.columns.named(names)?, *ours)));
        let asks_for_photos = self.columns.named(READ[3].0).is_some();
        let added = (self.beyond..).zip(ADDED).filter(|(_, ours)| !(asks_for_photos && *ours == READ[3].1));
        let worded = [(self.label, "检查内容")].into_iter().chain(self.basis.map(|at| (at, "依据")));
        Row::of(1, read.chain(worded).chain(added).map(|(at, ours)| (at, ours.to_owned())))
    }

    fn item(&self, row: &Row, settings: &Settings, groups: &[String]) -> Row {
        let section = groups.iter().rev().find(|label| !label.is_empty());
        let needs_photo = self.rows.iter().any(|picture| {
            self.item_of_picture(picture) == Some(row.text(self.columns.named(&["name"]).unwrap_or_default()))
                && self.is_required(picture)
        });
        let added = [
            settings.title.clone(),
            settings.version.clone(),
            settings.theme.clone(),
            section.cloned().unwrap_or_default(),
            if needs_photo { "是" } else { "" }.to_owned(),
        ];
        let own = row.cells().map(|(at, text)| (at, text.to_owned()));
        Row::of(row.number, own.chain((self.beyond..).zip(added)))
    }

    /// The name of the question that a picture belongs to: its own begins with that name, or it is
    /// asked for by the answer to that question.
    fn item_of_picture(&self, picture: &Row) -> Option<&'r str> {
        let kind = picture.text(self.kind).to_lowercase();
        if !matches!(kind.as_str(), "image" | "photo") {
            return None;
        }
        let name = self.columns.named(&["name"])?;
        let relevant = self.columns.named(&["relevant"]).map_or("", |at| picture.text(at));
        let own = picture.text(name);
        let questions =
            self.rows.iter().filter(|row| row.text(self.kind).to_lowercase().starts_with("select"));
        let belongs = |item: &&str| {
            let begins = own.strip_prefix(item).is_some_and(|rest| rest.starts_with(['_', '-', '.']));
            !item.is_empty() && (begins || relevant.contains(&format!("${{{item}}}")))
        };
        // Of `A1` and `A1_b` the longer one: `A1_b_photo` belongs to the second.
        questions.map(|row| row.text(name)).filter(belongs).max_by_key(|item| item.len())
    }

    fn is_required(&self, row: &Row) -> bool {
        let required = self.columns.named(&["required"]).map_or("", |at| row.text(at)).to_lowercase();
        matches!(required.as_str(), "yes" | "true" | "true()" | "1" | "是")
    }

    fn left_out(&self, row: &Row) -> Warning {
        let (asked, label) = (row.text(self.kind), row.text(self.label));
        Warning {
            code: "not_an_item",
            cell: Some(Address { column: self.kind, row: row.number }.to_string()),
            zh: format!("“{label}”（{asked}）不是单选题，清单里没有这样的项目，不会导入"),
            en: format!("{label:?} ({asked}) is no question with one answer out of several; it is left out"),
            count: 0,
            records: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: &[&[&str]]) -> Vec<Row> {
        let row = |(number, cells): (u32, &&[&str])| {
            Row::of(number, (0..).zip(cells.iter().map(|text| (*text).to_owned())))
        };
        (1..).zip(rows).map(row).collect()
    }

    fn form() -> Form {
        let survey = sheet(&[
            &[
                "type",
                "name",
                "label::English (en)",
                "label::中文 (zh)",
                "hint::中文 (zh)",
                "required",
                "relevant",
                "severity",
            ],
            &["start", "start"],
            &["begin_group", "safety", "Safety", "安全"],
            &[
                "select_one result",
                "A01",
                "Separation",
                "教学区与施工区隔离",
                "学校安全规定",
                "yes",
                "",
                "重大",
            ],
            &["image", "A01_photo", "Photo", "照片", "", "yes"],
            &["select_one result", "A02", "Edges", "临边防护"],
            &["image", "picture", "Photo", "照片", "", "", "${A02} = 'bad'"],
            &["text", "words", "Remarks", "说明"],
            &["end_group"],
            &["select one result", "P01", "Notice board", "公示牌"],
            &["begin_repeat", "rooms", "Rooms", "逐间检查"],
            &["end_repeat"],
        ]);
        let settings =
            sheet(&[&["form_title", "form_id", "version"], &["校园安全五防", "five_guards", "2016"]]);
        Survey::of(&survey).unwrap().form(&Settings::of(&settings))
    }

    #[test]
    fn a_question_with_one_answer_is_an_item_of_its_group() {
        let told: Vec<Vec<String>> = form()
            .rows
            .iter()
            .map(|row| row.cells().map(|(at, text)| format!("{}={text}", row.at(at))).collect())
            .collect();
        let expected: [&[&str]; 4] = [
            &[
                "B1=项目代码",
                "D1=检查内容",
                "E1=依据",
                "H1=严重程度",
                "I1=清单名称",
                "J1=清单版本",
                "K1=检查主题",
                "L1=分类",
                "M1=必须拍照",
            ],
            &[
                "A4=select_one result",
                "B4=A01",
                "C4=Separation",
                "D4=教学区与施工区隔离",
                "E4=学校安全规定",
                "F4=yes",
                "H4=重大",
                "I4=校园安全五防",
                "J4=2016",
                "K4=校园安全五防",
                "L4=安全",
                "M4=是",
            ],
            &[
                "A6=select_one result",
                "B6=A02",
                "C6=Edges",
                "D6=临边防护",
                "I6=校园安全五防",
                "J6=2016",
                "K6=校园安全五防",
                "L6=安全",
            ],
            &[
                "A10=select one result",
                "B10=P01",
                "C10=Notice board",
                "D10=公示牌",
                "I10=校园安全五防",
                "J10=2016",
                "K10=校园安全五防",
            ],
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_no_checklist_has_is_told_by_its_cell() {
        let cells: Vec<_> = form().warnings.into_iter().filter_map(|warning| warning.cell).collect();
        assert_eq!(cells, ["A8", "A11"]);
    }

    #[test]
    fn a_sheet_without_types_or_labels_is_no_form() {
        assert!(Survey::of(&[]).is_none());
        assert!(Survey::of(&sheet(&[&["项目代码", "检查内容"], &["G01", "立项批文"]])).is_none());
    }
}
