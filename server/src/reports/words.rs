//! The words of states, marks and choices.

use sync_protocol::kinds::ChoiceList;

use crate::error::Language;
use crate::programme::facts::Severity;
use crate::programme::states::bulletin::BulletinState;
use crate::programme::states::diary::DiaryState;
use crate::programme::states::equipment::EquipmentState;
use crate::programme::states::finding::FindingState;
use crate::programme::states::list::{ComplaintState, Mark, MoneyState, State};
use crate::programme::states::project::{Irregularity, ProjectState};

/// What people call a choice of a list; the code itself where the list does not have it.
pub(crate) fn choice<'c>(list: &str, code: &'c str, language: Language) -> &'c str {
    let list = ChoiceList::named(list);
    let choice = list.and_then(|list| list.choices.iter().find(|choice| choice.code == code));
    choice.map_or(code, |choice| language.pick(choice.zh, choice.en))
}

/// What a project of buildings has come to.
pub(crate) const fn project_state(state: ProjectState, language: Language) -> &'static str {
    match state {
        ProjectState::Planned => language.pick("未立项", "planned"),
        ProjectState::Approved => language.pick("已立项", "approved"),
        ProjectState::Designed => language.pick("已设计", "designed"),
        ProjectState::Contracted => language.pick("已发包", "contracted"),
        ProjectState::Started => language.pick("在建", "started"),
        ProjectState::Suspended => language.pick("停工", "suspended"),
        ProjectState::Accepted => language.pick("已竣工", "accepted"),
        ProjectState::Filed => language.pick("已备案", "filed"),
        ProjectState::InUse => language.pick("已使用", "in use"),
        ProjectState::Settled => language.pick("已结算", "settled"),
        ProjectState::HandedOver => language.pick("已移交", "handed over"),
        ProjectState::Closed => language.pick("已关闭", "closed"),
    }
}

/// What a line of the purchase list has come to.
pub(crate) const fn equipment_state(state: EquipmentState, language: Language) -> &'static str {
    match state {
        EquipmentState::Listed => language.pick("已列清单", "listed"),
        EquipmentState::Tendered => language.pick("已招标", "tendered"),
        EquipmentState::SampleSealed => language.pick("已封样", "sample sealed"),
        EquipmentState::Contracted => language.pick("已签合同", "contracted"),
        EquipmentState::Delivered => language.pick("已到货", "delivered"),
        EquipmentState::Accepted => language.pick("已验收", "accepted"),
        EquipmentState::Paid => language.pick("已付款", "paid"),
        EquipmentState::InService => language.pick("使用中", "in service"),
    }
}

/// What a finding has come to.
pub(crate) const fn finding_state(state: FindingState, language: Language) -> &'static str {
    match state {
        FindingState::Issued => language.pick("待整改", "issued"),
        FindingState::Acknowledged => language.pick("已签收，待整改", "acknowledged"),
        FindingState::Claimed => language.pick("已整改，待复查", "to be verified"),
        FindingState::Rejected => language.pick("复查不通过", "not rectified"),
        FindingState::Closed => language.pick("已销号", "closed"),
    }
}

/// What a record of a list has come to, of whatever kind.
pub(crate) const fn state(state: State, language: Language) -> &'static str {
    match state {
        State::Missing(_) => language.pick("缺日志", "missing"),
        State::Diary(DiaryState::Draft) => language.pick("未填全", "incomplete"),
        State::Diary(DiaryState::Submitted) => language.pick("待确认", "to be confirmed"),
        State::Diary(DiaryState::Confirmed) => language.pick("已确认", "confirmed"),
        State::Diary(DiaryState::Returned) | State::Bulletin(BulletinState::Returned) => {
            language.pick("已退回", "sent back")
        }
        State::Finding(state) => finding_state(state, language),
        State::Project(state) => project_state(state, language),
        State::Equipment(state) => equipment_state(state, language),
        State::Money(MoneyState::Waiting) => language.pick("待签章", "waits for a key"),
        State::Money(MoneyState::Counted) => language.pick("已入账", "counted"),
        State::Money(MoneyState::Reversed) => language.pick("已冲销", "reversed"),
        State::Complaint(ComplaintState::Received) => language.pick("待答复", "to be answered"),
        State::Complaint(ComplaintState::Taken) => language.pick("已转问题", "made a finding"),
        State::Complaint(ComplaintState::Replied) => language.pick("已答复", "answered"),
        State::Bulletin(BulletinState::Draft) => language.pick("待批准", "to be approved"),
        State::Bulletin(BulletinState::Approved) => language.pick("已批准", "approved"),
        State::Bulletin(BulletinState::Published) => language.pick("已发布", "published"),
        State::Bulletin(BulletinState::Corrected) => language.pick("已被更正", "corrected"),
    }
}

/// What is to be seen at once about a record; `days_overdue` where its deadline has passed.
pub(crate) fn mark(mark: &Mark, days_overdue: i64, language: Language) -> String {
    let plain = match mark {
        Mark::Irregular(irregular) => return irregularity(irregular, language),
        Mark::Overdue if days_overdue > 0 => {
            return match language {
                Language::Chinese => format!("逾期 {days_overdue} 天"),
                Language::English => format!("{days_overdue} days overdue"),
            };
        }
        Mark::PhotosMissing { photos } => {
            return match language {
                Language::Chinese => format!("缺照片 {photos} 张"),
                Language::English => format!("{photos} photos missing"),
            };
        }
        Mark::ClockOff { minutes } => {
            return match language {
                Language::Chinese => format!("时钟差 {minutes} 分钟"),
                Language::English => format!("clock off by {minutes} min"),
            };
        }
        Mark::Silent { days } => {
            return match language {
                Language::Chinese => format!("{days} 天没有联系"),
                Language::English => format!("silent for {days} days"),
            };
        }
        Mark::Overdue => ("逾期", "overdue"),
        Mark::Grave => ("重大", "grave"),
        Mark::Repeated => ("重复发生", "repeated"),
        Mark::Disputed => ("有冲突", "in conflict"),
        Mark::Late => ("补记", "late entry"),
        Mark::ChangedSinceConfirmed => ("确认后有改动", "changed since confirmed"),
        Mark::Behind => ("进度滞后", "behind"),
        Mark::Doubtful => ("验收存疑", "doubtful"),
        Mark::EducationKey => ("缺教育签章", "education's key missing"),
        Mark::FinanceKey => ("缺财政签章", "finance's key missing"),
        Mark::InBulletin => ("已通报", "in a bulletin"),
        Mark::NextBulletin => ("应列入通报", "next bulletin"),
        Mark::NextInterview => ("应约谈", "interview next"),
        Mark::Unapproved => ("未经批准", "unapproved"),
        Mark::StorageAlarm => ("手机空间告急", "storage is short"),
    };
    language.pick(plain.0, plain.1).to_owned()
}

/// How bad a finding is.
pub(crate) fn severity(severity: Severity, language: Language) -> &'static str {
    choice("severity", severity.word(), language)
}

/// What is not as the rules have it.
pub(crate) fn irregularity(irregular: &Irregularity, language: Language) -> String {
    let stage = |word: &'static str| choice("stage", word, language);
    let paper = |word: &'static str| choice("dossier_item", word, language);
    match (irregular, language) {
        (Irregularity::StageSkipped { missing, reached }, Language::Chinese) => {
            format!("已{reached}而无{missing}")
        }
        (Irregularity::StageSkipped { missing, reached }, Language::English) => {
            format!("{} without {}", stage(reached), stage(missing))
        }
        (Irregularity::OutOfOrder { before, after }, Language::Chinese) => format!("{after}早于{before}"),
        (Irregularity::OutOfOrder { before, after }, Language::English) => {
            format!("{} before {}", stage(after), stage(before))
        }
        (Irregularity::DossierIncomplete { document, .. }, Language::Chinese) => format!("缺{document}"),
        (Irregularity::DossierIncomplete { document, .. }, Language::English) => {
            format!("no {}", paper(document))
        }
        (Irregularity::NoEvidence { stage }, Language::Chinese) => format!("{stage}无佐证"),
        (Irregularity::NoEvidence { stage: word }, Language::English) => {
            format!("nothing shows {}", stage(word))
        }
        (Irregularity::GraveFindingsOpen { findings }, Language::Chinese) => {
            format!("带 {findings} 个重大问题验收")
        }
        (Irregularity::GraveFindingsOpen { findings }, Language::English) => {
            format!("accepted with {findings} grave findings")
        }
        (Irregularity::PartyMissing { party }, Language::Chinese) => format!("验收缺{party}单位"),
        (Irregularity::PartyMissing { party }, Language::English) => {
            format!("accepted without the {}", choice("party_role", party, language))
        }
    }
}
