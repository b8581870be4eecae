//! What figures and the ladder of escalation ask of the offices' own records.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;
use sync_protocol::signoff::Verdict;

use super::review::signatures;
use super::{Fact, Review, Reviewed, Source};

/// Whether a school meets a bottom line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineCheck {
    /// Which school.
    pub school: RecordId,
    /// Whether it does, if it applies; no, if anybody says so.
    pub met: Option<bool>,
}

impl Fact for BaselineCheck {
    fn read(source: &Source<'_>) -> Option<Self> {
        let judged = |value: &sync_protocol::value::Value| match value.as_text()? {
            "达标" => Some(true),
            "未达标" => Some(false),
            _ => None,
        };
        let met = source.read.values("result").filter_map(judged).reduce(|one, other| one && other);
        Some(Self { school: source.school?, met })
    }
}

/// A complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// About which school, if about one.
    pub school: Option<RecordId>,
    /// About which project, if about one.
    pub project: Option<RecordId>,
    /// When it came.
    pub day: Option<NaiveDate>,
    /// By when it is to be answered.
    pub reply_due: Option<NaiveDate>,
    /// Whether it was.
    pub replied: bool,
    /// The finding that was made of it.
    pub finding: Option<RecordId>,
}

impl Fact for Complaint {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        Some(Self {
            school: source.school,
            project: source.project,
            day: read.earliest("date"),
            reply_due: read.earliest("reply_due"),
            replied: read.has("reply"),
            finding: read.reference("finding"),
        })
    }
}

/// A talk with those who lag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interview {
    /// When.
    pub date: Option<NaiveDate>,
    /// About which findings.
    pub findings: Vec<RecordId>,
}

impl Fact for Interview {
    fn read(source: &Source<'_>) -> Option<Self> {
        Some(Self {
            date: source.read.latest("date"),
            findings: source.read.references("findings").collect(),
        })
    }
}

/// A bulletin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulletin {
    /// Its number: 2026 年第 2 期.
    pub number: Option<String>,
    /// When it was published, if it was.
    pub published_on: Option<NaiveDate>,
    /// The findings that it names.
    pub findings: Vec<RecordId>,
    /// The bulletin in whose place it was put.
    pub corrects: Option<RecordId>,
    /// What a leader said of it last; what is added when it is published does not change it.
    pub review: Option<Review>,
}

/// What a bulletin is given when it is published: its leader approved it before.
const GIVEN_ON_PUBLICATION: [&str; 2] = ["published_on", "number"];

impl Bulletin {
    /// The last word of a leader, and whether the bulletin says what the leader saw.
    fn reviewed(source: &Source<'_>) -> Option<Review> {
        let leaders = signatures(source.read).filter(|(_, signoff)| signoff.role == Role::Leader);
        let (_, last) = leaders.filter(|(_, signoff)| signoff.verdict != Verdict::Signed).last()?;
        let mut content = source.read.record().fields.iter().filter(|(name, _)| {
            !source.kind.is_talk(name.base()) && !GIVEN_ON_PUBLICATION.contains(&name.base())
        });
        let is_seen =
            content.all(|(_, state)| state.heads.iter().all(|head| last.covers.contains(&head.edit)));
        let reviewed =
            if last.verdict == Verdict::Returned { Reviewed::Returned } else { Reviewed::Confirmed };
        Some(Review { reviewed, changed_since: !is_seen })
    }
}

impl Fact for Bulletin {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        let named = |value: &sync_protocol::value::Value| match value.part("findings")? {
            sync_protocol::value::Value::List(findings) => Some(findings.clone()),
            _ => None,
        };
        let findings = read.values("figures").filter_map(named).flatten();
        Some(Self {
            number: read.text("number").map(str::to_owned),
            published_on: read.latest("published_on"),
            corrects: read.reference("corrects"),
            review: Self::reviewed(source),
            findings: findings.filter_map(|finding| finding.as_text()?.parse().ok()).collect(),
        })
    }
}

/// What a school, a township or whoever else was given points for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// Of which school, if of one.
    pub school: Option<RecordId>,
    /// Of whom: as it says, a township by name.
    pub subject: Option<String>,
    /// Of which time.
    pub period: String,
    /// By which scheme.
    pub scheme: Option<String>,
    /// The points by item, in hundredths; the least that anybody gives.
    pub scores: BTreeMap<String, i64>,
}

impl Fact for Evaluation {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        let text = |field| read.text(field).map(str::to_owned);
        Some(Self {
            school: source.school,
            subject: text("subject"),
            period: text("period").unwrap_or_default(),
            scheme: text("scheme"),
            scores: read.least_by_key("scores").map(|(item, points)| (item.to_owned(), points)).collect(),
        })
    }
}
