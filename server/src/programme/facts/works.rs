//! What figures ask of a project and of what happens to it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sync_protocol::id::{RecordId, UserId};
use sync_protocol::kinds::Role;

use super::{Fact, Source, review};
use crate::access::policy::Class;
use crate::programme::reading::Read;
use crate::sync::standing::day;

/// A project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// What it is called.
    pub name: String,
    /// Whose.
    pub school: RecordId,
    /// Buildings, or equipment.
    pub class: Option<Class>,
    /// 新建, 维修 …
    pub work_type: Option<String>,
    /// Of which plan.
    pub plan: Option<RecordId>,
    /// Of which year of it.
    pub plan_year: Option<i64>,
    /// How much is planned, in 0.01 ㎡; the most that anybody says.
    pub planned_area: i64,
    /// How much money is planned by source, in 分; the most that anybody says.
    pub funding: BTreeMap<String, i64>,
    /// Which papers its dossier has.
    pub dossier: BTreeSet<String>,
    /// Who of the leaders is in charge.
    pub lead_official: Option<String>,
    /// The day on which it was first written down here.
    pub known_since: NaiveDate,
    /// Whether people differ about something in it.
    pub disputed: bool,
}

impl Fact for Project {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        Some(Self {
            name: read.text("name").unwrap_or_default().to_owned(),
            school: read.reference("school")?,
            class: read.text("class").and_then(Class::named),
            work_type: read.text("work_type").map(str::to_owned),
            plan: read.reference("plan"),
            plan_year: read.least("plan_year"),
            planned_area: read.most("planned_area").unwrap_or_default(),
            funding: read
                .most_by_key("funding")
                .map(|(source, amount)| (source.to_owned(), amount))
                .collect(),
            dossier: read.keys("dossier").map(str::to_owned).collect(),
            lead_official: read.text("lead_official").map(str::to_owned),
            known_since: day(source.began.made_at),
            disputed: read.is_disputed(source.kind),
        })
    }
}

/// What a project goes through (programme page §3). Buildings have the first group, equipment the
/// second; some are of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// 立项报建
    Approval,
    /// 图纸设计
    Design,
    /// 施工发包
    Tender,
    /// 开工
    Start,
    /// 质量监督
    QualitySupervision,
    /// 竣工验收
    Acceptance,
    /// 竣工备案
    Filing,
    /// 投入使用
    InUse,
    /// 工程结算
    Settlement,
    /// 资产移交
    HandOver,
    /// 永久标牌
    Plaque,
    /// 项目关闭
    Closing,
    /// 编入清单
    Listed,
    /// 招标采购
    Purchase,
    /// 签订合同
    Contract,
    /// 付款
    Payment,
}

impl Stage {
    /// All, with the programme's words.
    const WORDS: [(Self, &'static str); 16] = [
        (Self::Approval, "立项报建"),
        (Self::Design, "图纸设计"),
        (Self::Tender, "施工发包"),
        (Self::Start, "开工"),
        (Self::QualitySupervision, "质量监督"),
        (Self::Acceptance, "竣工验收"),
        (Self::Filing, "竣工备案"),
        (Self::InUse, "投入使用"),
        (Self::Settlement, "工程结算"),
        (Self::HandOver, "资产移交"),
        (Self::Plaque, "永久标牌"),
        (Self::Closing, "项目关闭"),
        (Self::Listed, "编入清单"),
        (Self::Purchase, "招标采购"),
        (Self::Contract, "签订合同"),
        (Self::Payment, "付款"),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, word)| *word == name).map(|(stage, _)| *stage)
    }

    /// The programme's word for it.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(stage, _)| *stage == self).map_or("", |(_, word)| word)
    }
}

/// A stage that was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageEvent {
    /// By which project.
    pub project: RecordId,
    /// Which.
    pub stage: Stage,
    /// The first day that anybody names.
    pub earliest: NaiveDate,
    /// The last.
    pub latest: NaiveDate,
    /// Whether there is a photo or a document number to show for it.
    pub shown: bool,
    /// Whether an office stands by what it says now.
    pub certified: bool,
    /// Who wrote what it says now.
    pub authors: Vec<UserId>,
}

impl Fact for StageEvent {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        Some(Self {
            project: source.project?,
            // Where people differ, the less that was reached.
            stage: read.values("stage").filter_map(|value| Stage::named(value.as_text()?)).min()?,
            earliest: read.earliest("date")?,
            latest: read.latest("date")?,
            shown: read.has("evidence") || read.has("document_no") || read.has("photos"),
            certified: is_certified(read),
            authors: review::authors(read, source.kind),
        })
    }
}

/// A time in which the works stood still by order, and no diary is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// Whose works.
    pub project: RecordId,
    /// From when; the latest day that anybody says.
    pub from: NaiveDate,
    /// Until when, that day counted; `None` as long as nobody says. The earliest that anybody says.
    pub to: Option<NaiveDate>,
}

impl Fact for Suspension {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        Some(Self { project: source.project?, from: read.latest("from")?, to: read.earliest("to") })
    }
}

/// A contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// For which projects.
    pub projects: BTreeSet<RecordId>,
    /// Its number.
    pub number: Option<String>,
    /// What it is called.
    pub name: String,
    /// 施工, 监理, 设备采购 …
    pub sort: Option<String>,
    /// With whom.
    pub party: Option<String>,
    /// For how much, in 分; the least that anybody says: what is paid is compared with it.
    pub amount: i64,
    /// The days between which it is to be done.
    pub term: Option<(NaiveDate, NaiveDate)>,
}

impl Fact for Contract {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        let term = read.earliest("start").zip(read.earliest("end")).filter(|(start, end)| start <= end);
        Some(Self {
            projects: read.references("projects").chain(source.project).collect(),
            number: read.text("contract_no").map(str::to_owned),
            name: read.text("name").unwrap_or_default().to_owned(),
            sort: read.text("contract_kind").map(str::to_owned),
            party: read.text("party").map(str::to_owned),
            amount: read.least("amount").unwrap_or_default(),
            term,
        })
    }
}

/// What a project had reached by the end of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgressReport {
    /// Which project.
    pub project: RecordId,
    /// The first day of that month.
    pub month: NaiveDate,
    /// The area begun, in 0.01 ㎡; the least that anybody says.
    pub started_area: i64,
    /// The area completed, in 0.01 ㎡; the least that anybody says.
    pub completed_area: i64,
    /// The worth of what was done, in 分; the least that anybody says.
    pub invested: i64,
    /// Whether the office stands by what it says now.
    pub certified: bool,
    /// Who wrote what it says now.
    pub authors: Vec<UserId>,
    /// 基础, 主体二层 …
    pub image_progress: Option<String>,
    /// Why it is late.
    pub delay_reason: Option<String>,
    /// Whether people differ about something in it.
    pub disputed: bool,
}

/// Who certifies progress.
const CERTIFIERS: [Role; 2] = [Role::ProjectOffice, Role::EquipmentStation];

fn is_certified(read: Read<'_>) -> bool {
    review::consents(read).iter().any(|(role, _)| CERTIFIERS.contains(role))
}

impl Fact for ProgressReport {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        Some(Self {
            project: source.project?,
            month: format!("{}-01", read.text("month")?).parse().ok()?,
            started_area: read.least("started_area").unwrap_or_default(),
            completed_area: read.least("completed_area").unwrap_or_default(),
            invested: read.least("invested").unwrap_or_default(),
            certified: is_certified(read),
            authors: review::authors(read, source.kind),
            image_progress: read.text("image_progress").map(str::to_owned),
            delay_reason: read.text("delay_reason").map(str::to_owned),
            disputed: read.is_disputed(source.kind),
        })
    }
}

/// What the parties found together when the works were done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// Whose works.
    pub project: RecordId,
    /// When; the latest day that anybody says.
    pub date: Option<NaiveDate>,
    /// Whether everybody who concluded accepted.
    pub accepted: bool,
    /// Which parties gave an opinion.
    pub parties: BTreeSet<String>,
    /// Under which number it was filed.
    pub filing_no: Option<String>,
    /// Whether there is a photo of the permanent plaque.
    pub shows_plaque: bool,
}

impl Fact for Acceptance {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        let mut conclusions = read.values("conclusion").peekable();
        Some(Self {
            project: source.project?,
            date: read.latest("date"),
            accepted: conclusions.peek().is_some()
                && conclusions.all(|value| value.as_text() == Some("合格")),
            parties: read.keys("parties").map(str::to_owned).collect(),
            filing_no: read.text("filing_no").map(str::to_owned),
            shows_plaque: read.has("plaque_photos"),
        })
    }
}
