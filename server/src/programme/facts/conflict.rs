//! What people differ about, in whatever record: two values stand, and a person decides.

use chrono::NaiveDate;
use sync_protocol::id::RecordId;
use sync_protocol::record::{Head, in_conflict};

use super::Source;
use crate::clock::Moment;
use crate::photos::evidence;
use crate::sync::permit;

/// A record about which people differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Its kind.
    pub kind: &'static str,
    /// The school that it belongs to.
    pub school: Option<RecordId>,
    /// The project that it belongs to.
    pub project: Option<RecordId>,
    /// The fields in which two values stand, but for those that nobody changes any more.
    pub fields: Vec<String>,
    /// The day that the record is about.
    pub day: Option<NaiveDate>,
    /// When the first of these values was written that contradicts another.
    pub since: Moment,
}

impl Conflict {
    /// What people differ about in that record; `None` if they do not.
    pub(super) fn read(source: &Source<'_>) -> Option<Self> {
        let record = source.read.record();
        let (mut fields, mut since) = (Vec::new(), None);
        // Few fields have two heads, and only of those need be known by which rule they are read.
        for (name, state) in record.fields.iter().filter(|(_, state)| state.heads.len() > 1) {
            let rule = source.kind.rule(name);
            if in_conflict(rule, &state.heads) && !permit::is_closed(source.kind, record, name.base()) {
                fields.push(name.as_str().to_owned());
                since = since.into_iter().chain(contradicted(&state.heads)).min();
            }
        }
        let since = since?;
        let (school, project) = (source.school, source.project);
        let day = evidence::day_among(|field| record.incumbent(field)?.as_text());
        Some(Self { kind: source.kind.name, school, project, fields, day, since })
    }
}

/// When the first head was made that says something else than the one before it.
fn contradicted(heads: &[Head]) -> Option<Moment> {
    let first = heads.first()?;
    let other = heads.iter().find(|head| head.value != first.value)?;
    Some(Moment(other.made_at.moment().timestamp_millis()))
}
