//! A project of buildings: planned → approved → designed → contracted → started ⇄ suspended →
//! accepted → filed → in use → settled → handed over → closed; and what is irregular about it.
//!
//! An irregular step is recorded and shown, never refused: the field writes down what happened.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;
use sync_protocol::id::RecordId;

use super::finding::Loop;
use crate::programme::facts::{Severity, Stage};
use crate::programme::view::Works;

/// What a project of buildings has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectState {
    /// It is in the plan.
    Planned,
    /// 立项报建
    Approved,
    /// 图纸设计
    Designed,
    /// 施工发包
    Contracted,
    /// 开工
    Started,
    /// It has started, and stands still by order.
    Suspended,
    /// 竣工验收
    Accepted,
    /// 竣工备案
    Filed,
    /// 投入使用
    InUse,
    /// 工程结算
    Settled,
    /// 资产移交
    HandedOver,
    /// 项目关闭
    Closed,
}

/// The stages in their order, the state that each brings, and the papers that the dossier must have by
/// then (the four systems and six rules of the programme, §1.5).
pub(super) const STAGES: [(Stage, ProjectState, &[&str]); 10] = [
    (Stage::Approval, ProjectState::Approved, &["立项批文"]),
    (Stage::Design, ProjectState::Designed, &["图纸审查"]),
    (Stage::Tender, ProjectState::Contracted, &["招投标", "施工合同", "监理合同", "廉洁承诺书"]),
    (Stage::Start, ProjectState::Started, &["施工许可或备案"]),
    (Stage::Acceptance, ProjectState::Accepted, &["隐蔽验收", "竣工验收"]),
    (Stage::Filing, ProjectState::Filed, &["竣工备案"]),
    (Stage::InUse, ProjectState::InUse, &[]),
    (Stage::Settlement, ProjectState::Settled, &["结算审计"]),
    (Stage::HandOver, ProjectState::HandedOver, &["资产移交"]),
    (Stage::Closing, ProjectState::Closed, &[]),
];

/// The five who accept works together.
pub(super) const PARTIES: [&str; 5] = ["勘察", "设计", "施工", "监理", "建设"];

/// Something about a project that is not as the rules have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "irregular")]
pub enum Irregularity {
    /// A stage was reached without the one before it.
    StageSkipped {
        /// The one that is missing.
        missing: &'static str,
        /// The one that was reached.
        reached: &'static str,
    },
    /// A stage is dated before the one that comes before it.
    OutOfOrder {
        /// The earlier stage.
        before: &'static str,
        /// The later stage, which is dated earlier.
        after: &'static str,
    },
    /// A stage was reached and its dossier is not complete.
    DossierIncomplete {
        /// The stage.
        stage: &'static str,
        /// The paper that is missing.
        document: &'static str,
    },
    /// Nothing shows that a stage was reached: no document number, no photo.
    NoEvidence {
        /// The stage.
        stage: &'static str,
    },
    /// It was accepted while grave findings were open.
    GraveFindingsOpen {
        /// How many.
        findings: usize,
    },
    /// It was accepted, and one of the five parties gave no opinion.
    PartyMissing {
        /// Which.
        party: &'static str,
    },
}

impl Works<'_> {
    /// What it has come to on that day: the furthest stage that was reached.
    pub fn state(&self, at: NaiveDate) -> ProjectState {
        let reached = STAGES.iter().rev().find(|(stage, ..)| self.has_reached(*stage));
        let state = reached.map_or(ProjectState::Planned, |(_, state, _)| *state);
        let stands_still = self.suspensions.iter().any(|(_, suspension)| suspension.covers(at));
        if state == ProjectState::Started && stands_still { ProjectState::Suspended } else { state }
    }

    /// What is irregular about it. `findings` are those of this project.
    pub fn irregularities(&self, findings: &[&Loop<'_>]) -> Vec<Irregularity> {
        let mut irregular = Vec::new();
        let reached = |stage| self.stages.iter().find(move |(_, event)| event.stage == stage);
        let last = STAGES.iter().rposition(|(stage, ..)| self.has_reached(*stage));
        let due = &STAGES[..last.map_or(0, |last| last + 1)];
        for (at, (stage, _, documents)) in due.iter().enumerate() {
            let Some((_, event)) = reached(*stage) else {
                let next = due[at..].iter().find(|(stage, ..)| self.has_reached(*stage));
                let next = next.map_or("", |(stage, ..)| stage.word());
                irregular.push(Irregularity::StageSkipped { missing: stage.word(), reached: next });
                continue;
            };
            if !event.shown {
                irregular.push(Irregularity::NoEvidence { stage: stage.word() });
            }
            let missing = documents.iter().filter(|document| !self.project.dossier.contains(**document));
            irregular.extend(
                missing.map(|document| Irregularity::DossierIncomplete { stage: stage.word(), document }),
            );
            let later = due[at + 1..].iter().filter_map(|(stage, ..)| reached(*stage));
            for (_, later) in later.filter(|(_, later)| later.latest < event.earliest) {
                irregular.push(Irregularity::OutOfOrder { before: stage.word(), after: later.stage.word() });
            }
        }
        if let Some(accepted_on) = self.accepted_on() {
            irregular.extend(self.irregular_acceptance(accepted_on, findings));
        }
        irregular
    }

    fn irregular_acceptance(&self, accepted_on: NaiveDate, findings: &[&Loop<'_>]) -> Vec<Irregularity> {
        let was_open = |each: &&&Loop<'_>| {
            each.finding.severity == Some(Severity::Grave)
                && each.finding.found_on <= accepted_on
                && each.closed.is_none_or(|(day, _)| day > accepted_on)
        };
        let grave = findings.iter().filter(was_open).count();
        let missing = self.parties().into_iter().filter(|(_, gave)| !gave);
        (grave > 0)
            .then_some(Irregularity::GraveFindingsOpen { findings: grave })
            .into_iter()
            .chain(missing.map(|(party, _)| Irregularity::PartyMissing { party }))
            .collect()
    }
}

/// Findings by the project in whose works they were found.
pub fn by_project<'l>(loops: &'l [Loop<'l>]) -> HashMap<RecordId, Vec<&'l Loop<'l>>> {
    let mut by_project: HashMap<_, Vec<_>> = HashMap::new();
    for each in loops {
        if let Some(project) = each.finding.project {
            by_project.entry(project).or_default().push(each);
        }
    }
    by_project
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::programme::facts::{Acceptance, Facts, Project, StageEvent, Suspension};
    use crate::programme::view::{Question, View};

    fn id(number: u128) -> RecordId {
        RecordId(Uuid::from_u128(number))
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    const PROJECT: u128 = 1;

    fn facts(stages: &[(Stage, &str)], dossier: &[&str]) -> Facts {
        let mut facts = Facts::default();
        facts.projects.insert(
            id(PROJECT),
            Project {
                name: "演示教学楼".to_owned(),
                school: id(2),
                class: None,
                work_type: None,
                plan: None,
                plan_year: None,
                planned_area: 0,
                funding: std::collections::BTreeMap::new(),
                dossier: dossier.iter().map(|paper| (*paper).to_owned()).collect(),
                lead_official: None,
                known_since: NaiveDate::MIN,
                disputed: false,
            },
        );
        for (number, (stage, date)) in stages.iter().enumerate() {
            let (project, date) = (id(PROJECT), day(date));
            let event = StageEvent {
                project,
                stage: *stage,
                earliest: date,
                latest: date,
                shown: true,
                certified: false,
                authors: Vec::new(),
            };
            facts.stages.insert(id(10 + number as u128), event);
        }
        facts
    }

    fn state(facts: &Facts, at: &str) -> ProjectState {
        let question = Question { from: None, at: day(at), plan: None, sources: None };
        View::new(facts, &question).works[&id(PROJECT)].state(day(at))
    }

    fn irregularities(facts: &Facts) -> Vec<Irregularity> {
        let question = Question { from: None, at: day("2026-12-31"), plan: None, sources: None };
        View::new(facts, &question).works[&id(PROJECT)].irregularities(&[])
    }

    #[test]
    fn a_project_stands_where_its_furthest_stage_puts_it() {
        let mut facts = facts(
            &[
                (Stage::Approval, "2026-01-05"),
                (Stage::Design, "2026-02-05"),
                (Stage::Tender, "2026-03-05"),
                (Stage::Start, "2026-04-05"),
            ],
            &[],
        );
        for (at, expected) in [
            ("2026-01-01", ProjectState::Planned),
            ("2026-01-05", ProjectState::Approved),
            ("2026-03-01", ProjectState::Designed),
            ("2026-03-31", ProjectState::Contracted),
            ("2026-05-01", ProjectState::Started),
        ] {
            assert_eq!(state(&facts, at), expected, "{at}");
        }
        let stood_still =
            Suspension { project: id(PROJECT), from: day("2026-05-10"), to: Some(day("2026-05-20")) };
        facts.suspensions.insert(id(50), stood_still);
        assert_eq!(state(&facts, "2026-05-09"), ProjectState::Started);
        assert_eq!(state(&facts, "2026-05-10"), ProjectState::Suspended);
        assert_eq!(state(&facts, "2026-05-20"), ProjectState::Suspended);
        assert_eq!(state(&facts, "2026-05-21"), ProjectState::Started);
    }

    #[test]
    fn what_is_irregular_is_told_and_the_project_goes_on_all_the_same() {
        let skipped = facts(&[(Stage::Approval, "2026-01-05"), (Stage::Start, "2026-02-05")], &["立项批文"]);
        assert_eq!(state(&skipped, "2026-03-01"), ProjectState::Started);
        assert_eq!(
            irregularities(&skipped),
            [
                Irregularity::StageSkipped { missing: "图纸设计", reached: "开工" },
                Irregularity::StageSkipped { missing: "施工发包", reached: "开工" },
                Irregularity::DossierIncomplete { stage: "开工", document: "施工许可或备案" },
            ]
        );
        let backwards = facts(
            &[(Stage::Approval, "2026-02-05"), (Stage::Design, "2026-01-05")],
            &["立项批文", "图纸审查"],
        );
        assert_eq!(
            irregularities(&backwards),
            [Irregularity::OutOfOrder { before: "立项报建", after: "图纸设计" }]
        );
        assert!(irregularities(&facts(&[(Stage::Approval, "2026-02-05")], &["立项批文"])).is_empty());
    }

    #[test]
    fn works_are_accepted_by_five_parties() {
        let all = [
            "立项批文",
            "图纸审查",
            "招投标",
            "施工合同",
            "监理合同",
            "廉洁承诺书",
            "施工许可或备案",
            "隐蔽验收",
            "竣工验收",
        ];
        let mut facts = facts(
            &[
                (Stage::Approval, "2026-01-05"),
                (Stage::Design, "2026-02-05"),
                (Stage::Tender, "2026-03-05"),
                (Stage::Start, "2026-04-05"),
                (Stage::Acceptance, "2026-09-05"),
            ],
            &all,
        );
        let parties = ["勘察", "设计", "施工", "监理"].map(str::to_owned).into();
        let mut acceptance = Acceptance {
            project: id(PROJECT),
            date: Some(day("2026-09-05")),
            accepted: true,
            parties,
            filing_no: None,
            shows_plaque: false,
        };
        facts.acceptances.insert(id(60), acceptance.clone());
        assert_eq!(irregularities(&facts), [Irregularity::PartyMissing { party: "建设" }]);
        acceptance.parties.insert("建设".to_owned());
        facts.acceptances.insert(id(60), acceptance);
        assert!(irregularities(&facts).is_empty());
    }
}
