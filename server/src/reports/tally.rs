//! The indicators of a county by project and by school, counted in one go: what a report prints is what
//! `/api/v1/indicators` answers.

use std::collections::HashMap;

use sync_protocol::id::RecordId;

use super::document::Cell;
use crate::programme::indicators::{self, Side};
use crate::programme::ratio::{Printed, Ratio};
use crate::programme::view::View;

/// What records come to, by indicator.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums(HashMap<&'static str, Ratio>);

impl Sums {
    /// A figure.
    pub(super) fn of(&self, code: &str) -> Ratio {
        self.0.get(code).copied().unwrap_or_default()
    }

    /// A figure, printed as its indicator is.
    pub(super) fn cell(&self, code: &'static str) -> Cell {
        indicators::named(code).map_or(Cell::Empty, |its| Cell::Figure(self.of(code), its.printed))
    }

    /// Whether there is nothing to tell.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes in what other records come to.
    pub(super) fn add(&mut self, others: &Self) {
        for (code, ratio) in &others.0 {
            let sum = self.0.entry(code).or_default();
            *sum = *sum + *ratio;
        }
    }
}

/// What the records of a county come to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    projects: HashMap<RecordId, Sums>,
    schools: HashMap<RecordId, Sums>,
    nobody: Sums,
    nowhere: Sums,
    /// All of them.
    pub(super) total: Sums,
}

static NOTHING: std::sync::LazyLock<Sums> = std::sync::LazyLock::new(Sums::default);

impl Tally {
    /// Counts them.
    pub(super) fn of(view: &View<'_>) -> Self {
        let mut tally = Self::default();
        indicators::count(view, None, &mut |indicator, part| {
            // The middle of many follows from no sum.
            if matches!(indicator.printed, Printed::MiddleHours(_)) {
                return;
            }
            let add = |sums: &mut Sums| {
                let ratio = sums.0.entry(indicator.code).or_default();
                match part.side {
                    Side::Numerator => ratio.numerator += part.amount,
                    Side::Denominator => ratio.denominator += part.amount,
                }
            };
            add(&mut tally.total);
            match part.school {
                Some(school) => add(tally.schools.entry(school).or_default()),
                None => add(&mut tally.nowhere),
            }
            match part.project {
                Some(project) => add(tally.projects.entry(project).or_default()),
                None => add(&mut tally.nobody),
            }
        });
        tally
    }

    /// Those of a project.
    pub(super) fn project(&self, id: RecordId) -> &Sums {
        self.projects.get(&id).unwrap_or(&NOTHING)
    }

    /// Those of a school, its projects' included.
    pub(super) fn school(&self, id: RecordId) -> &Sums {
        self.schools.get(&id).unwrap_or(&NOTHING)
    }

    /// Those of no project.
    pub(super) const fn of_no_project(&self) -> &Sums {
        &self.nobody
    }

    /// Those of no school.
    pub(super) const fn of_no_school(&self) -> &Sums {
        &self.nowhere
    }
}
