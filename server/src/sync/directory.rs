//! Which school a project belongs to, which county a school: kept in memory, read from records.
//!
//! Every change is placed and judged by this, so it is not looked up in the database each time.
//! It follows from the records of the directory kinds alone and is rebuilt from them at any time.

use std::collections::HashMap;

use chrono::NaiveDate;
use sync_protocol::id::RecordId;
use sync_protocol::record::Record;
use sync_protocol::value::Value;

use crate::access::policy::Class;

/// The kinds that the directory is read from.
pub const KINDS: [&str; 3] = ["school", "project", "zone"];

/// The directory of one county.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// Each school's township, where it is known.
    schools: HashMap<RecordId, Option<String>>,
    /// Each project's school, and its class where it is known.
    projects: HashMap<RecordId, (RecordId, Option<Class>)>,
    /// Each zone's members.
    zones: HashMap<RecordId, Vec<Member>>,
}

/// A school's time in a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
    school: RecordId,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Member {
    fn read(value: &Value) -> Option<Self> {
        let date = |part: &str| value.part(part)?.as_text()?.parse().ok();
        Some(Self {
            school: value.part("school")?.as_text()?.parse().ok()?,
            from: date("from"),
            to: date("to"),
        })
    }

    /// Both ends count.
    fn belongs_on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

impl Directory {
    /// Takes in a school, a project or a zone as it stands now. Other kinds change nothing.
    pub fn learn(&mut self, record: &Record) {
        match record.kind.as_str() {
            "school" => {
                let township = record.incumbent("township").and_then(Value::as_text).map(str::to_owned);
                self.schools.insert(record.id, township);
            }
            "project" => {
                if let Some(school) = reference(record, "school") {
                    let class = record.incumbent("class").and_then(Value::as_text).and_then(Class::named);
                    self.projects.insert(record.id, (school, class));
                }
            }
            "zone" => {
                // A school that moved away is a head taken away, or one with an end.
                let members = record.heads_named("schools").iter();
                let withdrawn = !record.heads_named("withdrawn").is_empty();
                let members = members.filter(|_| !withdrawn);
                let members = members.filter_map(|head| Member::read(&head.value)).collect();
                self.zones.insert(record.id, members);
            }
            _ => {}
        }
    }

    /// Whether the school is one of this county.
    pub fn has_school(&self, school: RecordId) -> bool {
        self.schools.contains_key(&school)
    }

    /// The township of a school.
    pub fn township(&self, school: RecordId) -> Option<&str> {
        self.schools.get(&school)?.as_deref()
    }

    /// The school of a project.
    pub fn school_of(&self, project: RecordId) -> Option<RecordId> {
        self.projects.get(&project).map(|(school, _)| *school)
    }

    /// The class of a project, where it is known.
    pub fn class_of(&self, project: RecordId) -> Option<Class> {
        self.projects.get(&project)?.1
    }

    /// The schools of a township, by its code.
    pub fn schools_in<'d>(&'d self, township: &'d str) -> impl Iterator<Item = RecordId> + 'd {
        self.schools
            .iter()
            .filter(move |(_, its)| its.as_deref() == Some(township))
            .map(|(school, _)| *school)
    }

    /// The schools that a zone has on that day.
    pub fn schools_of_zone(&self, zone: RecordId, day: NaiveDate) -> impl Iterator<Item = RecordId> + '_ {
        let members = self.zones.get(&zone).map_or(&[][..], Vec::as_slice);
        members.iter().filter(move |member| member.belongs_on(day)).map(|member| member.school)
    }

    /// The zones that a school is in on that day.
    pub fn zones_of(&self, school: RecordId, day: NaiveDate) -> Vec<RecordId> {
        let here = |members: &Vec<Member>| {
            members.iter().any(|member| member.school == school && member.belongs_on(day))
        };
        self.zones.iter().filter(|(_, members)| here(members)).map(|(zone, _)| *zone).collect()
    }

    /// Whether the zone is one of this county.
    pub fn has_zone(&self, zone: RecordId) -> bool {
        self.zones.contains_key(&zone)
    }
}

/// The record that the plain field `field` names first.
pub fn reference(record: &Record, field: &str) -> Option<RecordId> {
    record.incumbent(field)?.as_text()?.parse().ok()
}
