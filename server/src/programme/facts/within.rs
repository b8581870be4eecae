//! The facts of a county as somebody sees them who has a part of it in scope.

use std::collections::{BTreeMap, BTreeSet};

use sync_protocol::id::RecordId;
use sync_protocol::kinds::{self, Audience};

use super::Facts;

impl Facts {
    /// What of them is about these schools, and about these projects (each with its school). What the
    /// whole county shares stays: divisions, the plan, the grid, bulletins. The offices' own records
    /// do not, nor what is about no school at all.
    #[must_use]
    pub fn within(&self, schools: &BTreeSet<RecordId>, projects: &BTreeMap<RecordId, RecordId>) -> Self {
        let mut facts = self.clone();
        facts.damaged.clear();
        facts.complaints.clear();
        facts.interviews.clear();
        facts.evaluations.clear();
        let of_projects: BTreeSet<_> = projects.values().collect();
        let has = |school: Option<RecordId>, project: Option<RecordId>| {
            school.is_some_and(|school| schools.contains(&school))
                || project.is_some_and(|project| projects.contains_key(&project))
        };
        facts
            .conflicts
            .retain(|_, conflict| !is_of_offices(conflict.kind) && has(conflict.school, conflict.project));
        facts.schools.retain(|id, _| schools.contains(id) || of_projects.contains(id));
        facts.projects.retain(|id, project| has(Some(project.school), Some(*id)));
        let theirs = |project: &RecordId| facts.projects.contains_key(project);
        facts.stages.retain(|_, event| theirs(&event.project));
        facts.suspensions.retain(|_, suspension| theirs(&suspension.project));
        facts.contracts.retain(|_, contract| contract.projects.iter().any(theirs));
        facts.progress.retain(|_, report| theirs(&report.project));
        facts.acceptances.retain(|_, acceptance| theirs(&acceptance.project));
        facts.diaries.retain(|_, diary| theirs(&diary.project));
        facts.inspections.retain(|_, inspection| has(inspection.school, inspection.project));
        facts.findings.retain(|_, finding| has(finding.school, finding.project));
        let found = |finding: &RecordId| facts.findings.contains_key(finding);
        facts.rectifications.retain(|_, attempt| found(&attempt.finding));
        facts.verifications.retain(|_, look| found(&look.finding));
        facts.notices.retain(|_, notice| notice.findings.iter().any(found));
        facts.funds.retain(|_, event| has(event.school, event.project));
        facts.items.retain(|_, item| has(item.school, item.project));
        let listed = |item: &Option<RecordId>| item.is_some_and(|item| facts.items.contains_key(&item));
        facts.samples.retain(|_, sample| listed(&sample.item));
        facts.receipts.retain(|_, receipt| listed(&receipt.item));
        facts.services.retain(|_, visit| listed(&visit.item));
        facts.baselines.retain(|_, check| schools.contains(&check.school));
        facts
    }
}

/// Whether records of the kind are the offices' own.
pub fn is_of_offices(kind: &str) -> bool {
    kinds::named(kind).is_none_or(|kind| kind.audience == Audience::Office)
}
