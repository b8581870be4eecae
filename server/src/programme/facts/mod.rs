//! What figures are made of: each record reduced to the few values that any figure or state asks for.
//!
//! A fact is a pure function of one record and of how its entries came. It is never stored: it follows
//! from the records at any time, and from the ledger for any position in the past.

mod conflict;
mod days;
mod diary;
mod equipment;
mod finding;
mod funds;
mod grid;
mod office;
mod review;
mod table;
mod within;
mod works;

use std::collections::BTreeSet;

use sync_protocol::id::RecordId;
use sync_protocol::kinds::Kind;

use super::reading::Read;
use crate::clock::Moment;

pub use conflict::Conflict;
pub use diary::{Diary, WorkStatus, submitted};
pub use equipment::{Item, Receipt, Sample, ServiceVisit};
pub use finding::{Finding, Inspection, Notice, Rectification, Severity, Verification};
pub use funds::{FundEvent, FundType};
pub use grid::{Division, Inspector, Membership, Plan, School, Zone, ZoneScheme};
pub use office::{BaselineCheck, Bulletin, Complaint, Evaluation, Interview};
pub use review::{Review, Reviewed};
pub use table::Table;
pub use within::is_of_offices;
pub use works::{Acceptance, Contract, ProgressReport, Project, Stage, StageEvent, Suspension};

/// How an entry came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Came {
    /// Its number.
    pub seq: u64,
    /// When it was made, by the device's clock, put right by how far that was ahead when it came.
    pub made_at: Moment,
    /// When it was received.
    pub received_at: Moment,
}

/// A record and what figures need to know beside it.
#[derive(Clone, Copy, Debug)]
pub struct Source<'s> {
    /// The record as it stands.
    pub read: Read<'s>,
    /// Its kind.
    pub kind: &'static Kind,
    /// The school that it belongs to.
    pub school: Option<RecordId>,
    /// The project that it belongs to.
    pub project: Option<RecordId>,
    /// How the change that began it came.
    pub began: Came,
    /// Of a diary: how the change came with which it had all that a diary must have.
    pub submitted: Option<Came>,
}

/// What figures ask of a kind of record.
pub trait Fact: Sized {
    /// Reads it; `None` if the record says too little to count for anything.
    fn read(source: &Source<'_>) -> Option<Self>;
}

macro_rules! facts {
    ($($(#[$doc:meta])* $table:ident: $kind:literal => $fact:ty;)*) => {
        /// All that figures of one county are made of, as its ledger stood at `position`.
        #[derive(Clone, Debug, Default)]
        pub struct Facts {
            /// The number of the last entry that is in it.
            pub position: u64,
            /// Records that are left out because what stands of them on disk is damaged.
            pub damaged: BTreeSet<RecordId>,
            /// What people differ about, in records of all kinds.
            pub conflicts: Table<Conflict>,
            $($(#[$doc])* pub $table: Table<$fact>,)*
        }

        impl Facts {
            /// Takes in a record as it stands now, in the place of what it said before.
            pub fn learn(&mut self, source: &Source<'_>) {
                let id = source.read.record().id;
                match Conflict::read(source) {
                    Some(conflict) => { self.conflicts.insert(id, conflict); }
                    None => { self.conflicts.remove(&id); }
                }
                match source.kind.name {
                    $($kind => match <$fact>::read(source) {
                        Some(fact) => { self.$table.insert(id, fact); }
                        None => { self.$table.remove(&id); }
                    },)*
                    _ => {}
                }
            }

            /// Leaves out a record: it is withdrawn, or was not there yet.
            pub fn forget(&mut self, kind: &str, id: RecordId) {
                self.conflicts.remove(&id);
                match kind {
                    $($kind => { self.$table.remove(&id); })*
                    _ => {}
                }
            }

            /// Leaves out a record, since what stands of it on disk is damaged.
            pub fn leave_out(&mut self, id: RecordId) {
                self.conflicts.remove(&id);
                $(self.$table.remove(&id);)*
                self.damaged.insert(id);
            }

            /// What stands of a record is whole; tells whether it was left out as damaged until now.
            pub fn is_whole(&mut self, id: RecordId) -> bool {
                self.damaged.remove(&id)
            }

            /// Of how many records there are facts.
            pub fn count(&self) -> usize {
                [$(self.$table.len(),)*].iter().sum()
            }

            /// The kind of a record that is among the facts.
            pub fn kind_of(&self, id: RecordId) -> Option<&'static str> {
                $(if self.$table.contains_key(&id) { return Some($kind); })*
                None
            }
        }
    };
}

facts! {
    /// 行政区划
    divisions: "division" => Division;
    /// 学校
    schools: "school" => School;
    /// 责任区
    zones: "zone" => Zone;
    /// 分区方案
    schemes: "zone_scheme" => ZoneScheme;
    /// 规划
    plans: "plan" => Plan;
    /// 项目
    projects: "project" => Project;
    /// 阶段节点
    stages: "stage_event" => StageEvent;
    /// 停工期
    suspensions: "suspension" => Suspension;
    /// 合同
    contracts: "contract" => Contract;
    /// 进度月报
    progress: "progress_report" => ProgressReport;
    /// 竣工验收
    acceptances: "acceptance" => Acceptance;
    /// 监管工作日志
    diaries: "diary" => Diary;
    /// 检查记录
    inspections: "inspection" => Inspection;
    /// 问题
    findings: "finding" => Finding;
    /// 整改回复
    rectifications: "rectification" => Rectification;
    /// 复查
    verifications: "verification" => Verification;
    /// 整改通知
    notices: "notice" => Notice;
    /// 资金记录
    funds: "fund_event" => FundEvent;
    /// 设备清单
    items: "equipment_item" => Item;
    /// 封样
    samples: "sample" => Sample;
    /// 到货验收
    receipts: "equipment_receipt" => Receipt;
    /// 售后服务
    services: "service_visit" => ServiceVisit;
    /// 底线达标
    baselines: "baseline_check" => BaselineCheck;
    /// 投诉
    complaints: "complaint" => Complaint;
    /// 约谈
    interviews: "interview" => Interview;
    /// 通报
    bulletins: "bulletin" => Bulletin;
    /// 考评
    evaluations: "evaluation" => Evaluation;
}
