//! How a field is declared.

use serde::Serialize;

use crate::kinds::Role;
use crate::record::{Record, Rule};

/// A field of a kind.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// What people call it, in Chinese.
    pub zh: &'static str,
    /// What people call it, in English.
    pub en: &'static str,
    /// What it holds.
    #[serde(rename = "type")]
    pub ty: Type,
    /// How it reads.
    pub rule: Rule,
    /// Set if it is keyed: what the key is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// Whether the record counts as submitted without it.
    pub required: Requirement,
    /// What its numbers count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// Who may write it.
    pub writers: Writers,
    /// Whether it is talk about the record and no part of it: a remark does not undo a signature.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub talk: bool,
    /// Whether it is a day by which something is to be done: forms offer days to come.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ahead: bool,
}

impl Field {
    const fn new(name: &'static str, zh: &'static str, en: &'static str, ty: Type, rule: Rule) -> Self {
        Self {
            name,
            zh,
            en,
            ty,
            rule,
            key: None,
            required: Requirement::Optional,
            unit: None,
            writers: Writers::Kind,
            talk: false,
            ahead: false,
        }
    }

    /// A field with a single value, in conflict while heads differ.
    pub const fn one(name: &'static str, zh: &'static str, en: &'static str, ty: Type) -> Self {
        Self::new(name, zh, en, ty, Rule::One)
    }

    /// A detail that nobody decides on: the newest is shown.
    pub const fn latest(name: &'static str, zh: &'static str, en: &'static str, ty: Type) -> Self {
        Self::new(name, zh, en, ty, Rule::Latest)
    }

    /// A set.
    pub const fn many(name: &'static str, zh: &'static str, en: &'static str, ty: Type) -> Self {
        Self::new(name, zh, en, ty, Rule::Many)
    }

    /// A talk: all entries in ledger order.
    pub const fn log(name: &'static str, zh: &'static str, en: &'static str, ty: Type) -> Self {
        Self::new(name, zh, en, ty, Rule::Log)
    }

    /// A number counted in parts by several people.
    pub const fn sum(name: &'static str, zh: &'static str, en: &'static str, ty: Type) -> Self {
        Self::new(name, zh, en, ty, Rule::Sum)
    }

    /// The same field, needed to submit.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = Requirement::Always;
        self
    }

    /// The same field, needed to submit where the plain field `field` says `value`.
    #[must_use]
    pub const fn required_if(mut self, field: &'static str, value: &'static str) -> Self {
        self.required = Requirement::If { field, value };
        self
    }

    /// The same field, one head-set per key.
    #[must_use]
    pub const fn keyed(mut self, key: Key) -> Self {
        self.key = Some(key);
        self
    }

    /// The same field, its numbers counted in `unit`.
    #[must_use]
    pub const fn unit(mut self, unit: Unit) -> Self {
        self.unit = Some(unit);
        self
    }

    /// The same field, talk about the record and no part of it.
    #[must_use]
    pub const fn talk(mut self) -> Self {
        self.talk = true;
        self
    }

    /// The same field, a day by which something is to be done.
    #[must_use]
    pub const fn ahead(mut self) -> Self {
        self.ahead = true;
        self
    }

    /// Whether the record needs it to count as submitted. While the field that decides is in
    /// conflict, one value that asks for it is enough.
    pub(super) fn is_required_in(&self, record: &Record) -> bool {
        match self.required {
            Requirement::Optional => false,
            Requirement::Always => true,
            Requirement::If { field, value } => {
                record.heads_named(field).iter().any(|head| head.value.as_text() == Some(value))
            }
        }
    }

    /// Whether it has a value, under any key if it is keyed.
    pub(super) fn is_filled_in(&self, record: &Record) -> bool {
        record.fields.iter().any(|(name, state)| name.base() == self.name && !state.heads.is_empty())
    }

    /// The same field, written by others than the kind.
    #[must_use]
    pub const fn written_by(mut self, writers: Writers) -> Self {
        self.writers = writers;
        self
    }
}

/// What the key of a keyed field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Key {
    /// What people call it, in Chinese.
    pub zh: &'static str,
    /// What people call it, in English.
    pub en: &'static str,
    /// The code list that offers keys, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choices: Option<&'static str>,
}

/// Whether a record counts as submitted without a field. Never a reason to hold a change: a
/// diary may be saved in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// It may be missing.
    Optional,
    /// It must be there.
    Always,
    /// It must be there where another field says so.
    If {
        /// The other field.
        field: &'static str,
        /// What it says then.
        value: &'static str,
    },
}

/// Who may write a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Writers {
    /// The kind's writers.
    Kind,
    /// These roles alone.
    Only(&'static [Role]),
    /// Whoever may read the record, but for auditors and system administrators, who write nothing.
    Readers,
    /// Whoever holds, there, the role in which the signature is given.
    Signers,
}

/// What a number counts. Amounts are whole numbers of the smallest unit, so that sums are exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 人.
    People,
    /// 分, a hundredth of a yuan.
    Fen,
    /// 0.01 ㎡, a hundredth of a square metre.
    HundredthSquareMetre,
    /// 0.1 ℃.
    TenthCelsius,
    /// 0.01 %, so that 10000 is all.
    BasisPoint,
    /// Things, in the unit that the record names.
    Piece,
    /// Points of a score, in hundredths.
    HundredthPoint,
    /// 天.
    Day,
}

/// A named part of an object.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Part {
    /// Its name on the wire.
    pub name: &'static str,
    /// What people call it, in Chinese.
    pub zh: &'static str,
    /// What people call it, in English.
    pub en: &'static str,
    /// What it holds.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Whether the object is valid without it.
    pub required: bool,
    /// Whether it is a day by which something is to be done: forms offer days to come.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ahead: bool,
}

impl Part {
    /// A part that may be missing.
    pub const fn new(name: &'static str, zh: &'static str, en: &'static str, ty: Type) -> Self {
        Self { name, zh, en, ty, required: false, ahead: false }
    }

    /// The same part, without which the object is not valid.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same part, a day by which something is to be done.
    #[must_use]
    pub const fn ahead(mut self) -> Self {
        self.ahead = true;
        self
    }
}

/// What a field or a part holds.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// Yes or no.
    Bool,
    /// A whole number within bounds.
    Int {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// Any number.
    Number,
    /// Text.
    Text,
    /// Decimal digits, so many: an official code.
    Digits {
        /// The fewest.
        min: u8,
        /// The most.
        max: u8,
    },
    /// A code of a list that is part of the protocol.
    Choice(&'static str),
    /// A code of a list that the county edits; any text is kept.
    OpenChoice(&'static str),
    /// `YYYY-MM-DD`.
    Date,
    /// `YYYY-MM`.
    Month,
    /// `HH:MM`.
    Time,
    /// RFC 3339.
    Moment,
    /// The id of a record of that kind.
    Ref(&'static str),
    /// The id of a person with an account.
    User,
    /// [`crate::photo::PhotoRef`].
    Photo,
    /// [`crate::photo::Position`].
    Position,
    /// [`crate::signoff::Signoff`].
    Signoff,
    /// [`crate::withdrawal::Withdrawal`].
    Withdrawal,
    /// Named parts.
    Object(&'static [Part]),
    /// Anything: contents that the county defines.
    Any,
}

impl Type {
    /// A count that is not negative.
    pub const COUNT: Self = Self::Int { min: 0, max: crate::value::MAX_INTEGER };
    /// A whole number of either sign: money, of which some goes back.
    pub const WHOLE: Self = Self::Int { min: -crate::value::MAX_INTEGER, max: crate::value::MAX_INTEGER };
    /// A county's official code.
    pub const COUNTY: Self = Self::Digits { min: 6, max: 6 };
    /// A township's official code.
    pub const TOWNSHIP: Self = Self::Digits { min: 9, max: 9 };

    /// What is expected, for people, in Chinese and in English.
    pub(super) const fn expectation(&self) -> (&'static str, &'static str) {
        match self {
            Self::Bool => ("是或否", "true or false"),
            Self::Int { .. } => ("范围内的整数", "a whole number within bounds"),
            Self::Number => ("数字", "a number"),
            Self::Text | Self::Choice(_) | Self::OpenChoice(_) => ("文字", "text"),
            Self::Digits { .. } => ("位数正确的数字代码", "a code of so many digits"),
            Self::Date => ("日期（年-月-日）", "a date, YYYY-MM-DD"),
            Self::Month => ("月份（年-月）", "a month, YYYY-MM"),
            Self::Time => ("时间（时:分）", "a time, HH:MM"),
            Self::Moment => ("带时区的时间", "a time as in RFC 3339"),
            Self::Ref(_) => ("记录编号", "a record id"),
            Self::User => ("人员编号", "a person's id"),
            Self::Photo => ("照片", "a photo reference"),
            Self::Position => ("位置", "a position"),
            Self::Signoff => ("签字", "a signoff"),
            Self::Withdrawal => ("作废原因", "the reason of the withdrawal"),
            Self::Object(_) => ("一组数据", "an object"),
            Self::Any => ("任意内容", "anything"),
        }
    }
}
