//! Which facts the public is told: what the offices themselves wrote, and what they confirmed of others.

use std::collections::HashSet;

use sync_protocol::id::UserId;

use crate::programme::facts::Facts;

/// The facts of a county that are fit for the public. The directory, contracts, money and orders to stop
/// are the offices' own (see the writers of each kind); what a school reports counts once an office
/// stands by it, and nothing counts about which people differ.
pub(super) fn reviewed(facts: &Facts, officials: &HashSet<UserId>) -> Facts {
    let is_official = |certified: bool, authors: &[UserId]| {
        certified || (!authors.is_empty() && authors.iter().all(|author| officials.contains(author)))
    };
    let stages = facts
        .stages
        .iter()
        .filter(|(_, stage)| stage.earliest == stage.latest && is_official(stage.certified, &stage.authors));
    let progress = facts
        .progress
        .iter()
        .filter(|(_, report)| !report.disputed && is_official(report.certified, &report.authors));
    Facts {
        position: facts.position,
        divisions: facts.divisions.clone(),
        schools: facts.schools.clone(),
        plans: facts.plans.clone(),
        projects: facts.projects.clone(),
        contracts: facts.contracts.clone(),
        suspensions: facts.suspensions.clone(),
        funds: facts.funds.clone(),
        stages: stages.map(|(id, stage)| (*id, stage.clone())).collect(),
        progress: progress.map(|(id, report)| (*id, report.clone())).collect(),
        ..Facts::default()
    }
}

#[cfg(test)]
mod tests {
    use sync_protocol::id::RecordId;
    use uuid::Uuid;

    use super::*;
    use crate::programme::facts::{ProgressReport, Stage, StageEvent};

    #[test]
    fn what_a_school_reports_is_told_once_an_office_stands_by_it() {
        let (school, office) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let project = RecordId(Uuid::from_u128(3));
        let day = |text: &str| text.parse().unwrap();
        for (certified, authors, later, is_told) in [
            (false, vec![school], None, false),
            (true, vec![school], None, true),
            (false, vec![office], None, true),
            // The office corrected a part of what the school wrote: that is no confirmation of the rest.
            (false, vec![school, office], None, false),
            (false, vec![], None, false),
            (true, vec![office], Some("2026-03-05"), false),
        ] {
            let mut facts = Facts::default();
            let earliest = day("2026-03-02");
            let stage = StageEvent {
                project,
                stage: Stage::Start,
                earliest,
                latest: later.map_or(earliest, day),
                shown: false,
                certified,
                authors: authors.clone(),
            };
            let report = ProgressReport {
                project,
                month: day("2026-03-01"),
                started_area: 1,
                completed_area: 0,
                invested: 0,
                certified,
                authors: authors.clone(),
                image_progress: None,
                delay_reason: None,
                disputed: later.is_some(),
            };
            facts.stages.insert(RecordId(Uuid::from_u128(4)), stage);
            facts.progress.insert(RecordId(Uuid::from_u128(5)), report);
            let told = reviewed(&facts, &HashSet::from([office]));
            assert_eq!(told.stages.len(), usize::from(is_told), "{certified} {authors:?} {later:?}");
            assert_eq!(told.progress.len(), usize::from(is_told), "{certified} {authors:?} {later:?}");
        }
    }
}
