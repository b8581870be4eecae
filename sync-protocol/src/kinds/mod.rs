//! The record kinds of the programme, each declared once: fields, rules, labels, units, choices,
//! who may write. The server checks by it, the phone draws its forms from it (`GET /api/v1/schema`).

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, NaiveTime};
use serde::Serialize;

use crate::change::{Change, Edit, FieldName};
use crate::id::RecordId;
use crate::photo::{PhotoRef, Position};
use crate::record::{Record, Rule};
use crate::refusal::{Code, Refusal};
use crate::signoff::Signoff;
use crate::value::Value;
use crate::withdrawal::{self, Withdrawal};

mod acceptance;
mod checklist;
mod choices;
mod diary;
mod directory;
mod equipment;
mod field;
mod finding;
mod funds;
mod inspection;
mod progress;
mod project;
mod publication;
mod role;
mod schema;

pub use checklist::{CHECKLIST, CHECKLIST_EN, CHECKLIST_VERSION, CHECKLIST_ZH, CheckItem};
pub use choices::{CHOICE_LISTS, Choice, ChoiceList};
pub use field::{Field, Key, Part, Requirement, Type, Unit, Writers};
pub use role::Role;
use role::SCHOOL_SIDE;
pub use schema::{RoleName, Schema, ShippedChecklist, schema};

/// What makes two records of a kind the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// Nothing but the id, a `UUIDv7` made by whoever begins it.
    Free,
    /// These fields, joined by `/`: see [`RecordId::natural`].
    Natural(&'static [&'static str]),
}

/// Who reads the records of a kind that belong to no school; those of a school are read by
/// whoever has that school in scope, unless they are the office's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody with a role in the county.
    Everyone,
    /// Only roles held at the county or the city.
    Office,
}

/// How a record of the kind is tied to a school.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Belongs {
    /// It must name a project, or a school.
    ToSchool,
    /// It must name a project, and so belongs to that project's school.
    ToProject,
    /// It may name a school; without one it belongs to the county.
    ToSchoolOrCounty,
    /// It belongs to the county.
    ToCounty,
    /// It is a school: it belongs to itself.
    IsSchool,
    /// It is a project: it must name its school, and belongs to itself.
    IsProject,
}

/// A kind of record.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Kind {
    /// Its name on the wire.
    pub name: &'static str,
    /// What people call it, in Chinese.
    pub zh: &'static str,
    /// What people call it, in English.
    pub en: &'static str,
    /// What makes two of them the same thing.
    pub identity: Identity,
    /// How it is tied to a school.
    pub belongs: Belongs,
    /// Who reads it.
    pub audience: Audience,
    /// Reversed by another record, never edited: once begun, only talk and signatures are added.
    pub append_only: bool,
    /// Who may write it, unless a field says otherwise.
    pub writers: &'static [Role],
    /// Its own fields; [`COMMON`] ones come on top.
    #[serde(serialize_with = "with_common")]
    pub fields: &'static [Field],
}

fn with_common<S: serde::Serializer>(own: &&'static [Field], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(with_own_first(own))
}

/// A kind's fields, then the common ones that it does not declare itself.
fn with_own_first(own: &'static [Field]) -> impl Iterator<Item = &'static Field> {
    own.iter().chain(COMMON.iter().filter(|common| own.iter().all(|field| field.name != common.name)))
}

/// The school that a record is about; needed by whatever belongs to one and names no project.
const SCHOOL: Field = Field::one("school", "学校", "school", Type::Ref("school"));
/// The project that a record is about.
const PROJECT: Field = Field::one("project", "项目", "project", Type::Ref("project"));
/// The county, where it follows from nothing else.
const COUNTY: Field = Field::one("county", "县（区）", "county", Type::COUNTY);

/// The fields that every kind has. A kind that needs one of them to submit declares it again.
pub const COMMON: &[Field] = &[
    SCHOOL,
    PROJECT,
    COUNTY,
    Field::one("withdrawn", "作废", "withdrawn", Type::Withdrawal),
    Field::many("signoffs", "签字", "signatures", Type::Signoff).written_by(Writers::Signers).talk(),
    Field::many("photos", "照片", "photos", Type::Photo),
    Field::log("remarks", "备注", "remarks", Type::Text).written_by(Writers::Readers).talk(),
    Field::log("reason", "更正原因", "reason for the correction", Type::Text).talk(),
    Field::one("on_behalf_of", "代填教学点", "on behalf of", Type::Ref("school")),
];

/// All kinds, family by family.
pub fn all() -> impl Iterator<Item = &'static Kind> {
    [
        diary::KINDS,
        inspection::KINDS,
        finding::KINDS,
        project::KINDS,
        progress::KINDS,
        equipment::KINDS,
        funds::KINDS,
        acceptance::KINDS,
        directory::KINDS,
        publication::KINDS,
    ]
    .into_iter()
    .flatten()
}

/// The kind with that name.
pub fn named(name: &str) -> Option<&'static Kind> {
    all().find(|kind| kind.name == name)
}

impl Kind {
    /// The field declared under that name, the kind's own or a common one.
    pub fn field(&self, base: &str) -> Option<&'static Field> {
        self.fields.iter().chain(COMMON).find(|field| field.name == base)
    }

    /// All fields, the kind's own first.
    pub fn all_fields(&self) -> impl Iterator<Item = &'static Field> {
        with_own_first(self.fields)
    }

    /// Whether a field is talk about the record and no part of it. A kind that has a `reason` of its
    /// own (why the works stopped) means content by it.
    pub fn is_talk(&self, base: &str) -> bool {
        self.field(base).is_some_and(|field| field.talk)
    }

    /// The fields without which the record does not count as submitted and that nobody filled in.
    ///
    /// Never a reason to hold a change: a diary may be saved in parts.
    pub fn missing(&self, record: &Record) -> Vec<&'static Field> {
        self.all_fields()
            .filter(|field| field.is_required_in(record) && !field.is_filled_in(record))
            .collect()
    }

    /// The reading rule of a field; an undeclared one reads as a set.
    pub fn rule(&self, field: &FieldName) -> Rule {
        self.field(field.base()).map_or(Rule::Many, |field| field.rule)
    }

    /// Checks what holds for everybody: the fields exist and hold values of their type, and
    /// whatever the change says of a natural key fits the record's id.
    ///
    /// # Errors
    /// [`Code::UnknownField`] or [`Code::Invalid`], naming the field.
    pub fn check(&self, change: &Change) -> Result<(), Refusal> {
        for edit in &change.edits {
            self.check_edit(edit)?;
        }
        let withdraws = change.value_of(withdrawal::FIELD);
        if withdraws.and_then(Value::as_bool) == Some(true) && change.value_of("reason").is_none() {
            return Err(Refusal::invalid("作废要写原因", "a withdrawal needs a reason").at(withdrawal::FIELD));
        }
        self.check_identity(change)
    }

    fn check_edit(&self, edit: &Edit) -> Result<(), Refusal> {
        let name = edit.field.as_str();
        let field = self.field(edit.field.base()).ok_or_else(|| {
            Refusal::new(
                Code::UnknownField,
                format!("“{}”没有“{name}”这一项", self.zh),
                format!("a {} has no field {name:?}", self.en),
            )
            .at(name)
        })?;
        match (field.key, edit.field.key()) {
            (Some(_), None) => {
                return Err(
                    Refusal::invalid("这一项要带名称，例如“crew/钢筋工”", "this field needs a key").at(name)
                );
            }
            (None, Some(_)) => {
                return Err(Refusal::invalid("这一项不能带名称", "this field takes no key").at(name));
            }
            _ => {}
        }
        edit.value.as_ref().map_or(Ok(()), |value| field.ty.check(value).map_err(|refusal| refusal.at(name)))
    }

    /// A first change carries the whole natural key; a later one may leave out what it does not
    /// touch, so each part is compared only where all parts are there.
    fn check_identity(&self, change: &Change) -> Result<(), Refusal> {
        let Identity::Natural(parts) = self.identity else { return Ok(()) };
        let Some(expected) = natural_id(self, |part| change.value_of(part).cloned()) else {
            return Ok(());
        };
        if expected == change.record {
            return Ok(());
        }
        Err(Refusal::invalid(
            format!("编号与{}不符", parts.join("、")),
            format!("the record id must be {expected}, made of {}", parts.join("/")),
        )
        .at(parts[0]))
    }
}

/// The natural id of a record of `kind` whose identity fields hold what `value_of` gives; `None`
/// where the kind has none, or a part is missing.
pub fn natural_id(kind: &Kind, value_of: impl Fn(&str) -> Option<Value>) -> Option<RecordId> {
    let Identity::Natural(parts) = kind.identity else { return None };
    let mut key = String::new();
    for part in parts {
        let separator = if key.is_empty() { "" } else { "/" };
        let value = value_of(part)?;
        let text = value.as_text()?;
        // A UUID has one spelling in a key, however its author wrote it.
        let text = text.parse::<RecordId>().map_or_else(|_| text.to_owned(), |id| id.to_string());
        write!(key, "{separator}{text}").ok()?;
    }
    Some(RecordId::natural(kind.name, &key))
}

impl Type {
    /// Checks that `value` is of this type.
    ///
    /// # Errors
    /// [`Code::Invalid`], without a field.
    pub fn check(&self, value: &Value) -> Result<(), Refusal> {
        let fits = match self {
            Self::Bool => value.as_bool().is_some(),
            Self::Int { min, max } => value.as_int().is_some_and(|number| (*min..=*max).contains(&number)),
            Self::Number => value.as_number().is_some(),
            Self::Text | Self::OpenChoice(_) => value.as_text().is_some(),
            Self::Digits { min, max } => value.as_text().is_some_and(|text| {
                (usize::from(*min)..=usize::from(*max)).contains(&text.len())
                    && text.bytes().all(|byte| byte.is_ascii_digit())
            }),
            Self::Choice(list) => return check_choice(list, value),
            Self::Date => value.as_text().is_some_and(is_date),
            Self::Month => value.as_text().is_some_and(is_month),
            Self::Time => value.as_text().is_some_and(is_time),
            Self::Moment => value.as_text().is_some_and(|text| DateTime::parse_from_rfc3339(text).is_ok()),
            Self::Ref(_) | Self::User => value.as_text().is_some_and(|text| text.parse::<RecordId>().is_ok()),
            Self::Photo => return PhotoRef::read(value).map(drop),
            Self::Position => return Position::read(value).map(drop),
            Self::Signoff => return Signoff::read(value).map(drop),
            Self::Withdrawal => return Withdrawal::read(value).map(drop),
            Self::Object(parts) => return check_object(parts, value),
            Self::Any => true,
        };
        if fits { Ok(()) } else { Err(self.mismatch()) }
    }

    fn mismatch(&self) -> Refusal {
        let (zh, en) = self.expectation();
        Refusal::invalid(format!("内容不合格式，应为{zh}"), format!("the value must be {en}"))
    }
}

fn check_choice(list: &str, value: &Value) -> Result<(), Refusal> {
    let choices = ChoiceList::named(list).map_or(&[][..], |list| list.choices);
    if value.as_text().is_some_and(|text| choices.iter().any(|choice| choice.code == text)) {
        return Ok(());
    }
    let zh: Vec<_> = choices.iter().map(|choice| choice.zh).collect();
    let en: Vec<_> = choices.iter().map(|choice| choice.code).collect();
    Err(Refusal::invalid(
        format!("只能选：{}", zh.join("、")),
        format!("the value must be one of: {}", en.join(", ")),
    ))
}

/// The parts that are declared must be of their type; a part that is not declared is kept, so
/// that a newer phone can say more than an older server knows.
fn check_object(parts: &[Part], value: &Value) -> Result<(), Refusal> {
    let Value::Map(given) = value else {
        return Err(Refusal::invalid("内容不合格式，应为一组数据", "the value must be an object"));
    };
    for part in parts {
        match given.get(part.name) {
            Some(value) => part.ty.check(value).map_err(|refusal| Refusal {
                zh: format!("{}：{}", part.zh, refusal.zh),
                en: format!("{}: {}", part.name, refusal.en),
                ..refusal
            })?,
            None if part.required => {
                return Err(Refusal::invalid(
                    format!("缺少“{}”", part.zh),
                    format!("the part {:?} is missing", part.name),
                ));
            }
            None => {}
        }
    }
    Ok(())
}

/// `YYYY-MM-DD` to the letter: a day has one spelling, since a diary's id is made of it.
fn is_date(text: &str) -> bool {
    is_spelt(text, "0000-00-00") && text.parse::<NaiveDate>().is_ok()
}

fn is_month(text: &str) -> bool {
    is_spelt(text, "0000-00") && is_date(&format!("{text}-01"))
}

fn is_time(text: &str) -> bool {
    is_spelt(text, "00:00") && NaiveTime::parse_from_str(text, "%H:%M").is_ok()
}

/// Whether the text has a digit wherever the pattern has one, and is the pattern elsewhere.
fn is_spelt(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(byte, at)| match at {
            b'0' => byte.is_ascii_digit(),
            at => byte == at,
        })
}
