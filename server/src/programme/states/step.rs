//! The stages of a project one by one: when each was reached, what speaks for it, and what the next one
//! still lacks.

use chrono::NaiveDate;
use serde::Serialize;
use sync_protocol::id::RecordId;

use super::finding::Loop;
use super::project::{Irregularity, PARTIES, STAGES};
use crate::access::policy::Class;
use crate::programme::facts::{Severity, Stage};
use crate::programme::view::Works;

/// What equipment goes through: it is bought and not built.
const PURCHASE: [Stage; 5] =
    [Stage::Listed, Stage::Purchase, Stage::Contract, Stage::Acceptance, Stage::Payment];

/// A stage of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ProjectStep {
    /// The programme's word for it.
    pub stage: &'static str,
    /// That it was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached: Option<ReachedOn>,
    /// The papers that the dossier must have by then.
    pub papers: Vec<DossierPaper>,
}

/// That a stage was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ReachedOn {
    /// The record that says so.
    pub record: RecordId,
    /// On which day; the last that anybody names.
    pub day: NaiveDate,
    /// Whether there is a photo or a document number to show for it.
    pub shown: bool,
    /// Whether an office stands by it.
    pub certified: bool,
}

/// A paper of the dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DossierPaper {
    /// What it is called.
    pub name: &'static str,
    /// Whether it is there.
    pub there: bool,
}

/// The stage that comes next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NextStage {
    /// The programme's word for it.
    pub stage: &'static str,
    /// What would be irregular if it were reached now.
    #[schema(value_type = Vec<Object>)]
    pub lacks: Vec<Irregularity>,
}

impl Works<'_> {
    /// The stages in their order; those that stand outside of it come last, where they were reached.
    pub fn steps(&self) -> Vec<ProjectStep> {
        let step = |stage: Stage, papers: &[&'static str]| ProjectStep {
            stage: stage.word(),
            reached: self.reached_on(stage),
            papers: papers
                .iter()
                .map(|name| DossierPaper { name, there: self.project.dossier.contains(*name) })
                .collect(),
        };
        let mut steps: Vec<_> = if self.is_equipment() {
            PURCHASE.iter().map(|stage| step(*stage, &[])).collect()
        } else {
            STAGES.iter().map(|(stage, _, papers)| step(*stage, papers)).collect()
        };
        for (_, event) in &self.stages {
            if !steps.iter().any(|step| step.stage == event.stage.word()) {
                steps.push(step(event.stage, &[]));
            }
        }
        steps
    }

    /// The stage after the furthest one, and what it lacks; none after the last. `findings` are those of
    /// this project. Equipment has a chain of its own, item by item.
    pub fn next_step(&self, findings: &[&Loop<'_>]) -> Option<NextStage> {
        if self.is_equipment() {
            return None;
        }
        let last = STAGES.iter().rposition(|(stage, ..)| self.has_reached(*stage));
        let (stage, _, papers) = STAGES.get(last.map_or(0, |last| last + 1))?;
        let missing = papers.iter().filter(|paper| !self.project.dossier.contains(**paper));
        let mut lacks: Vec<_> = missing
            .map(|document| Irregularity::DossierIncomplete { stage: stage.word(), document })
            .collect();
        if *stage == Stage::Acceptance {
            lacks.extend(self.lacks_for_acceptance(findings));
        }
        Some(NextStage { stage: stage.word(), lacks })
    }

    fn lacks_for_acceptance(&self, findings: &[&Loop<'_>]) -> Vec<Irregularity> {
        let is_grave = |each: &&&Loop<'_>| each.is_open() && each.finding.severity == Some(Severity::Grave);
        let grave = findings.iter().filter(is_grave).count();
        let grave = (grave > 0).then_some(Irregularity::GraveFindingsOpen { findings: grave });
        let silent = self.parties().into_iter().filter(|(_, gave)| !gave);
        grave.into_iter().chain(silent.map(|(party, _)| Irregularity::PartyMissing { party })).collect()
    }

    /// Which of the five parties gave their opinion on the works.
    pub fn parties(&self) -> Vec<(&'static str, bool)> {
        let gave = |party: &str| self.acceptances.iter().any(|(_, its)| its.parties.contains(party));
        PARTIES.into_iter().map(|party| (party, gave(party))).collect()
    }

    fn reached_on(&self, stage: Stage) -> Option<ReachedOn> {
        let (record, event) = self.stages.iter().find(|(_, event)| event.stage == stage)?;
        let (shown, certified) = (event.shown, event.certified);
        Some(ReachedOn { record: *record, day: event.latest, shown, certified })
    }

    /// Whether it is equipment, which is bought and not built.
    pub fn is_equipment(&self) -> bool {
        self.project.class == Some(Class::Equipment)
    }
}
