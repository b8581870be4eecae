//! What figures ask of money.

use chrono::NaiveDate;
use sync_protocol::id::{RecordId, UserId};
use sync_protocol::kinds::Role;

use super::{Fact, Source, review};
use crate::sync::standing::day;

/// What happened to money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FundType {
    /// 下达
    Allocated,
    /// 到位
    Received,
    /// 申请
    AppliedFor,
    /// 拨付
    Paid,
    /// 退回
    Returned,
    /// 质保金
    Retention,
}

impl FundType {
    fn named(name: &str) -> Option<Self> {
        match name {
            "下达" => Some(Self::Allocated),
            "到位" => Some(Self::Received),
            "申请" => Some(Self::AppliedFor),
            "拨付" => Some(Self::Paid),
            "退回" => Some(Self::Returned),
            "质保金" => Some(Self::Retention),
            _ => None,
        }
    }

    /// The programme's word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allocated => "下达",
            Self::Received => "到位",
            Self::AppliedFor => "申请",
            Self::Paid => "拨付",
            Self::Returned => "退回",
            Self::Retention => "质保金",
        }
    }
}

/// An event of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundEvent {
    /// Whose school, if of one.
    pub school: Option<RecordId>,
    /// For which project, if for one.
    pub project: Option<RecordId>,
    /// What happened.
    pub sort: FundType,
    /// From which source.
    pub source: Option<String>,
    /// How much, in 分; below 0 it takes an earlier event back.
    pub amount: i64,
    /// When: as it says, or the day it was received.
    pub day: NaiveDate,
    /// The number of the voucher.
    pub voucher: Option<String>,
    /// To whom.
    pub payee: Option<String>,
    /// Under which contract.
    pub contract: Option<RecordId>,
    /// The event that it takes back.
    pub reverses: Option<RecordId>,
    /// Whether education (改薄办 or 装备站) signed what it says.
    pub education: bool,
    /// Whether finance did, another person.
    pub finance: bool,
    /// Everybody whose signature under what it says now counts.
    pub signed_by: Vec<UserId>,
}

impl Fact for FundEvent {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        let consents = review::consents(read);
        let educators: Vec<_> = consents
            .iter()
            .filter(|(role, _)| matches!(role, Role::ProjectOffice | Role::EquipmentStation))
            .map(|(_, by)| *by)
            .collect();
        // Two keys are two people.
        let finance = consents.iter().any(|(role, by)| {
            *role == Role::Finance && educators.iter().all(|educator| educators.len() > 1 || educator != by)
        });
        Some(Self {
            school: source.school,
            project: source.project,
            sort: FundType::named(read.text("type")?)?,
            source: read.text("source").map(str::to_owned),
            amount: read.most("amount")?,
            day: read.earliest("date").unwrap_or_else(|| day(source.began.received_at)),
            voucher: read.text("voucher").map(str::to_owned),
            payee: read.text("payee").map(str::to_owned),
            contract: read.reference("contract"),
            reverses: read.reference("reverses"),
            education: !educators.is_empty(),
            finance,
            signed_by: consents.iter().map(|(_, by)| *by).collect(),
        })
    }
}

impl FundEvent {
    /// Whether money moved: a payment takes both keys.
    pub fn counts(&self) -> bool {
        self.sort != FundType::Paid || (self.education && self.finance)
    }
}
