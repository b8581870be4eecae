//! What figures ask of schools, of the plan and of the grid.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sync_protocol::id::{RecordId, UserId};
use sync_protocol::photo::Position;
use sync_protocol::value::Value;

use super::{Fact, Source};

/// A division: a city, a county, a township.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// Its official code.
    pub code: String,
    /// What it is called.
    pub name: String,
}

impl Fact for Division {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        Some(Self { code: read.text("code")?.to_owned(), name: read.text("name")?.to_owned() })
    }
}

/// A school.
#[derive(Clone, Debug, PartialEq)]
pub struct School {
    /// What it is called.
    pub name: String,
    /// In which township, by code.
    pub township: Option<String>,
    /// 小学, 教学点 …
    pub category: Option<String>,
    /// Its official code, where it has one.
    pub code: Option<String>,
    /// How many pupils it has.
    pub pupils: Option<i64>,
    /// How many of them board.
    pub boarders: Option<i64>,
    /// Where it is, as somebody took it.
    pub position: Option<Position>,
    /// The school that a teaching point belongs to.
    pub central_school: Option<RecordId>,
}

impl Fact for School {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        let text = |field| read.text(field).map(str::to_owned);
        Some(Self {
            name: text("name").unwrap_or_default(),
            township: text("township"),
            category: text("category"),
            code: text("code"),
            pupils: read.least("pupils"),
            boarders: read.least("boarders"),
            position: read.values("position").find_map(|value| Position::read(value).ok()),
            central_school: read.reference("central_school"),
        })
    }
}

/// A version of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What it is called.
    pub name: String,
    /// Which version.
    pub version: String,
    /// The area that it plans, in 0.01 ㎡, where it says so.
    pub planned_area: Option<i64>,
    /// The money that it plans by source, in 分.
    pub funding: BTreeMap<String, i64>,
    /// When it was approved.
    pub approved_on: Option<NaiveDate>,
    /// The number of the entry that began it.
    pub seq: u64,
}

impl Fact for Plan {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        Some(Self {
            name: read.text("name").unwrap_or_default().to_owned(),
            version: read.text("version").unwrap_or_default().to_owned(),
            planned_area: read.most("planned_area"),
            funding: read
                .most_by_key("funding")
                .map(|(source, amount)| (source.to_owned(), amount))
                .collect(),
            approved_on: read.earliest("approved_on"),
            seq: source.began.seq,
        })
    }
}

/// What zones are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneScheme {
    /// Whether inspectors are assigned by it.
    pub for_inspection: bool,
}

impl Fact for ZoneScheme {
    fn read(source: &Source<'_>) -> Option<Self> {
        Some(Self { for_inspection: source.read.text("purpose") == Some("inspection") })
    }
}

/// Somebody or something that belongs to a zone for a time, both ends counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership<M> {
    /// Who.
    pub member: M,
    /// From when.
    pub from: Option<NaiveDate>,
    /// Until when.
    pub to: Option<NaiveDate>,
}

impl<M> Membership<M> {
    fn read(value: &Value, member: M) -> Self {
        let day = |part: &str| value.part(part).and_then(Value::as_text).and_then(|text| text.parse().ok());
        Self { member, from: day("from"), to: day("to") }
    }

    /// Whether it lasts on that day.
    pub fn lasts_on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// An inspector of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspector {
    /// What they are called.
    pub name: String,
    /// Their account, where they have one.
    pub user: Option<UserId>,
}

/// A zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// What it is called.
    pub name: String,
    /// Of which scheme.
    pub scheme: Option<RecordId>,
    /// Its schools.
    pub schools: Vec<Membership<RecordId>>,
    /// Its inspectors.
    pub inspectors: Vec<Membership<Inspector>>,
}

impl Fact for Zone {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        let school =
            |value: &Value| Some(Membership::read(value, value.part("school")?.as_text()?.parse().ok()?));
        let inspector = |value: &Value| {
            let user = value.part("user").and_then(|user| user.as_text()?.parse().ok());
            let name = value.part("name")?.as_text()?.to_owned();
            Some(Membership::read(value, Inspector { name, user }))
        };
        Some(Self {
            name: read.text("name").unwrap_or_default().to_owned(),
            scheme: read.reference("scheme"),
            schools: read.values("schools").filter_map(school).collect(),
            inspectors: read.values("inspectors").filter_map(inspector).collect(),
        })
    }
}
