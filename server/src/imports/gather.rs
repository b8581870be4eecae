//! What the rows of one record say, cell by cell, with names looked up and units counted.

use std::collections::BTreeMap;

use sync_protocol::change::FieldName;
use sync_protocol::kinds::{Field, Type};
use sync_protocol::record::Rule;
use sync_protocol::value::Value;

use super::book::{Book, Found};
use super::cell;
use super::columns::{Layout, Slot, Standing, plain_word};
use super::issue::Issue;
use super::sheet::{Address, Row};

/// A value on its way into a field.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) value: Value,
    pub(super) at: Address,
}

/// What the rows of one record say.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Of fields that hold one value, and of those that hold a set.
    pub(super) values: BTreeMap<FieldName, Vec<Given>>,
    /// The parts of an object: of one under a key, or of a position.
    pub(super) keyed: BTreeMap<FieldName, Vec<(&'static str, Given)>>,
    /// Memberships: of which field, with which parts.
    pub(super) members: Vec<(&'static Field, BTreeMap<&'static str, Given>)>,
    pub(super) issues: Vec<Issue>,
}

impl Gathered {
    pub(super) fn add(&mut self, book: &Book, layout: &Layout<'_>, row: &Row) {
        let mut key = None;
        let (mut parts, mut days) = (Vec::new(), BTreeMap::new());
        for standing in &layout.columns {
            let at = row.at(standing.at);
            let value = match read_cell(book, standing, row) {
                None => continue,
                Some(Ok(value)) => value,
                Some(Err((zh, en))) => {
                    let name = (standing.column.name(), standing.column.name_en());
                    self.issues.push(Issue::at(at, format!("{}：{zh}", name.0), format!("{}: {en}", name.1)));
                    continue;
                }
            };
            let given = Given { value, at };
            match standing.column.slot {
                Slot::Plain(field) if field.rule == Rule::Many => self.add_set(book, field, standing, &given),
                Slot::Plain(field) => self.add_one(field.name, given),
                Slot::Keyed(field, its) => self.add_one(&format!("{}/{its}", field.name), given),
                Slot::Key(field) => key = Some((field, given)),
                Slot::Part(field, part) => parts.push((field, part.name, given)),
                Slot::Days(part) => {
                    days.insert(part, given);
                }
                Slot::Coordinate(field, part) => {
                    if let Ok(name) = field.name.parse() {
                        self.keyed.entry(name).or_default().push((part, given));
                    }
                }
            }
        }
        match key {
            Some((field, given)) => self.add_keyed(field, &given, parts),
            None => self.add_members(&parts, &days),
        }
    }

    fn add_one(&mut self, field: &str, given: Given) {
        let Ok(name) = field.parse::<FieldName>() else { return };
        let before = self.values.entry(name).or_default();
        match before.first() {
            Some(first) if first.value != given.value => self.issues.push(Issue::at(
                given.at,
                format!("与 {} 不一致，同一条记录的各行应相同", first.at),
                format!("it differs from {}; rows of one record must agree", first.at),
            )),
            Some(_) => {}
            None => before.push(given),
        }
    }

    /// Several values in one cell, parted by any mark that lists have.
    fn add_set(&mut self, book: &Book, field: &'static Field, standing: &Standing, given: &Given) {
        let Ok(name) = field.name.parse::<FieldName>() else { return };
        let text = given.value.as_text().unwrap_or_default();
        let items =
            text.split(['、', ',', '，', ';', '；', '\n']).map(str::trim).filter(|item| !item.is_empty());
        for item in items {
            match one_value(book, &field.ty, standing, item) {
                Ok(value) => self.values.entry(name.clone()).or_default().push(Given { value, at: given.at }),
                Err((zh, en)) => {
                    self.issues.push(Issue::at(
                        given.at,
                        format!("{}：{zh}", field.zh),
                        format!("{}: {en}", field.en),
                    ));
                }
            }
        }
    }

    fn add_keyed(&mut self, field: &Field, key: &Given, parts: Vec<(&Field, &'static str, Given)>) {
        let text = key.value.as_text().unwrap_or_default();
        let Ok(name) = format!("{}/{text}", field.name).parse::<FieldName>() else {
            self.issues.push(Issue::at(
                key.at,
                format!("“{text}”不能作代码：1 至 64 个字，不能有“/”"),
                format!("{text:?} is no code: 1 to 64 characters without a slash"),
            ));
            return;
        };
        if self.keyed.contains_key(&name) {
            self.issues.push(Issue::at(
                key.at,
                format!("代码“{text}”重复"),
                format!("the code {text:?} stands there twice"),
            ));
            return;
        }
        let parts =
            parts.into_iter().map(|(_, part, given)| (part, given)).chain([("", key.clone())]).collect();
        self.keyed.insert(name, parts);
    }

    fn add_members(
        &mut self,
        parts: &[(&'static Field, &'static str, Given)],
        days: &BTreeMap<&'static str, Given>,
    ) {
        let mut members: Vec<(&'static Field, BTreeMap<&'static str, Given>)> = Vec::new();
        for (field, part, given) in parts {
            let at = members.iter().position(|(its, _)| its.name == field.name).unwrap_or_else(|| {
                members.push((field, days.clone()));
                members.len() - 1
            });
            members[at].1.insert(part, given.clone());
        }
        self.members.extend(members);
        if let (Some(day), []) = (days.values().next(), parts) {
            self.issues.push(Issue::at(
                day.at,
                "这一行有日期，但没有写学校或督学",
                "the row has a day but names neither a school nor an inspector",
            ));
        }
    }
}

/// Reads a cell; nothing if it is empty.
pub(super) fn read_cell(book: &Book, standing: &Standing, row: &Row) -> Option<Result<Value, cell::Reason>> {
    let text = row.text(standing.at);
    if text.is_empty() {
        return None;
    }
    let slot = standing.column.slot;
    Some(match slot {
        Slot::Plain(field) if field.name == "township" => township(book, text),
        Slot::Plain(field) if field.rule == Rule::Many => Ok(Value::from(text)),
        Slot::Coordinate(_, "datum") => datum(text),
        _ => one_value(book, &slot.ty(), standing, text),
    })
}

fn one_value(book: &Book, ty: &Type, standing: &Standing, text: &str) -> Result<Value, cell::Reason> {
    match ty {
        Type::Ref(kind) => match book.find(kind, text) {
            Found::One(id) => Ok(Value::from(id.to_string())),
            found => Err(not_found(kind, text, found)),
        },
        Type::User => book.account(text).map(|user| Value::from(user.to_string())).ok_or_else(|| {
            (
                format!("本县没有登录名为“{text}”的账号，请先建账号，或核对登录名"),
                format!("there is no account {text:?} of this county; add it first, or check the name"),
            )
        }),
        ty => cell::read(ty, standing.scale, text),
    }
}

fn not_found(kind: &str, text: &str, found: Found) -> cell::Reason {
    let (zh, en) = sync_protocol::kinds::named(kind).map_or((kind, kind), |kind| (kind.zh, kind.en));
    match found {
        Found::Several(count) => (
            format!("有 {count} 个{zh}叫“{text}”，请写代码，或写成“乡镇/校名”“学校/项目”“名称 版本”"),
            format!(
                "{count} records are called {text:?}; name the {en} by its code, or with its township, school or version"
            ),
        ),
        _ => (
            format!("没有叫“{text}”的{zh}，请先导入它，或核对名称"),
            format!("there is no {en} {text:?}; import it first"),
        ),
    }
}

/// The system of coordinates, as it is called by what people read them off.
fn datum(text: &str) -> Result<Value, cell::Reason> {
    let plain = plain_word(text).replace(['-', '_'], "");
    let code = match plain.as_str() {
        // CGCS2000 lies within a metre of it.
        "wgs84" | "gps" | "cgcs2000" | "2000" | "天地图" | "北斗" => "wgs84",
        "gcj02" | "火星坐标" | "高德" | "高德地图" | "腾讯" | "腾讯地图" => "gcj02",
        "unknown" | "未知" | "不详" => "unknown",
        _ => {
            return Err((
                format!(
                    "“{text}”不是认识的坐标系：GPS、天地图写 WGS84，高德、腾讯地图写 GCJ02，不知道写“未知”"
                ),
                format!(
                    "{text:?} is no datum: write WGS84 (GPS, Tianditu), GCJ02 (Amap, Tencent) or unknown"
                ),
            ));
        }
    };
    Ok(Value::from(code))
}

fn township(book: &Book, text: &str) -> Result<Value, cell::Reason> {
    let code = book.township(text).map_err(|found| not_found("division", text, found))?;
    cell::read(&Type::TOWNSHIP, None, &code)
}
