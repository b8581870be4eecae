//! What figures ask of findings, of what follows from them, and of inspections.

use chrono::NaiveDate;
use sync_protocol::id::{RecordId, UserId};

use super::{Came, Fact, Source};
use crate::sync::permit;
use crate::sync::standing::day;

/// How bad it is. The programme's own words, from the least to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// 一般
    Ordinary,
    /// 较大
    Considerable,
    /// 重大
    Grave,
}

impl Severity {
    fn named(name: &str) -> Option<Self> {
        match name {
            "一般" => Some(Self::Ordinary),
            "较大" => Some(Self::Considerable),
            "重大" => Some(Self::Grave),
            _ => None,
        }
    }

    /// The programme's word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ordinary => "一般",
            Self::Considerable => "较大",
            Self::Grave => "重大",
        }
    }
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub school: Option<RecordId>,
    /// In whose works, if in some.
    pub project: Option<RecordId>,
    /// By whose supervision it came to light: owner, professional, public.
    pub source: Option<String>,
    /// 质量, 安全 …
    pub category: Option<String>,
    /// What is wrong, all that was written of it.
    pub description: String,
    /// How bad; the worst that anybody says.
    pub severity: Option<Severity>,
    /// When it was found: as it says, or the day it was received.
    pub found_on: NaiveDate,
    /// By when it must be rectified; the earliest day that anybody says.
    pub deadline: Option<NaiveDate>,
    /// Who is to rectify it.
    pub responsible: Option<String>,
    /// Its number, temporary or official.
    pub notice_no: Option<String>,
    /// Whether people differ about something in it.
    pub disputed: bool,
    /// How the entry that began it came.
    pub came: Came,
}

impl Fact for Finding {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        Some(Self {
            school: source.school,
            project: source.project,
            source: read.text("source").map(str::to_owned),
            category: read.text("category").map(str::to_owned),
            description: read.all_text("description"),
            severity: read.values("severity").filter_map(|value| Severity::named(value.as_text()?)).max(),
            found_on: read.earliest("found_on").unwrap_or_else(|| day(source.began.received_at)),
            deadline: read.earliest("deadline"),
            responsible: read.text("responsible").map(str::to_owned),
            notice_no: read.text("notice_no").map(str::to_owned),
            disputed: read.is_disputed(source.kind),
            came: source.began,
        })
    }
}

/// An attempt to put a finding right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rectification {
    /// Which finding.
    pub finding: RecordId,
    /// What was done.
    pub measures: String,
    /// When it was done, as it says.
    pub done_on: Option<NaiveDate>,
    /// How the entry that began it came.
    pub came: Came,
    /// Who wrote it.
    pub by: UserId,
    /// Everybody who had a hand in it.
    pub hands: Vec<UserId>,
    /// How many of its two photos (before, after) it has.
    pub evidence: (u8, u8),
}

impl Fact for Rectification {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        let finding = read.record().heads_named("finding").first()?;
        let shown = ["before", "after"].iter().filter(|field| read.has(field)).count();
        Some(Self {
            finding: finding.value.as_text()?.parse().ok()?,
            measures: read.all_text("measures"),
            done_on: read.latest("done_on"),
            came: source.began,
            by: finding.by,
            hands: permit::hands(read.record()).into_iter().collect(),
            evidence: (shown as u8, 2),
        })
    }
}

/// A look at whether a finding was put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Which finding.
    pub finding: RecordId,
    /// Which attempt.
    pub rectification: Option<RecordId>,
    /// Whether it was; no, if anybody says so.
    pub passed: bool,
    /// When.
    pub date: NaiveDate,
    /// How the entry that began it came.
    pub came: Came,
    /// Who says so.
    pub by: UserId,
}

impl Fact for Verification {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        let result = read.record().heads_named("result").first()?;
        Some(Self {
            finding: read.reference("finding")?,
            rectification: read.reference("rectification"),
            passed: read.values("result").all(|value| value.as_text() == Some("通过")),
            date: read.latest("date").unwrap_or_else(|| day(source.began.received_at)),
            came: source.began,
            by: result.by,
        })
    }
}

/// A notice about findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// 整改通知单, 停工令 …
    pub sort: Option<String>,
    /// Its number.
    pub number: Option<String>,
    /// About which findings.
    pub findings: Vec<RecordId>,
    /// Whether somebody signed for it.
    pub received: bool,
}

impl Fact for Notice {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        Some(Self {
            sort: read.text("notice_kind").map(str::to_owned),
            number: read.text("notice_no").map(str::to_owned),
            findings: read.references("findings").collect(),
            received: read.has("received_by") || read.has("received_at"),
        })
    }
}

/// An inspection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// Of which school.
    pub school: Option<RecordId>,
    /// In whose works, if in some.
    pub project: Option<RecordId>,
    /// The day: as it says, or the day it was received.
    pub day: NaiveDate,
    /// Points out of a hundred, in hundredths; the least that anybody gives.
    pub score: Option<i64>,
    /// How the entry that began it came.
    pub came: Came,
}

impl Fact for Inspection {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        Some(Self {
            school: source.school,
            project: source.project,
            day: read.earliest("date").unwrap_or_else(|| day(source.began.received_at)),
            score: read.least("score"),
            came: source.began,
        })
    }
}
