//! The money of projects, source by source: planned, received, paid.

use std::collections::BTreeMap;

use serde::Serialize;
use sync_protocol::id::RecordId;

use super::facts::FundType;
use super::view::{View, Works};

/// Money from one source, in 分.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Money {
    /// From where.
    pub source: String,
    /// So much is planned.
    pub planned: i64,
    /// So much has come.
    pub received: i64,
    /// So much was paid.
    pub paid: i64,
}

impl Money {
    /// Whether any came, or was paid.
    pub const fn moved(&self) -> bool {
        self.received != 0 || self.paid != 0
    }
}

/// The money of some projects, source by source, the most planned first.
///
/// `among` is asked of each project, and of what is nobody's: money that came for the whole county.
pub fn by_source(view: &View<'_>, among: impl Fn(Option<&Works<'_>>) -> bool) -> Vec<Money> {
    let mut by_source: BTreeMap<&str, Money> = BTreeMap::new();
    for works in view.works.values().filter(|works| among(Some(works))) {
        for (source, amount) in &works.project.funding {
            by_source.entry(source).or_default().planned += amount;
        }
    }
    let counts = |project: Option<RecordId>| match project {
        None => among(None),
        Some(project) => view.works.get(&project).is_some_and(|works| among(Some(works))),
    };
    for (_, event) in view.funds() {
        if !counts(event.project) {
            continue;
        }
        let source = event.source.as_deref().unwrap_or_default();
        let money = by_source.entry(source).or_default();
        match event.sort {
            FundType::Received => money.received += event.amount,
            FundType::Paid => money.paid += event.amount,
            FundType::Returned => money.paid -= event.amount,
            FundType::Allocated | FundType::AppliedFor | FundType::Retention => {}
        }
    }
    let named = by_source.into_iter().map(|(source, money)| Money { source: source.to_owned(), ..money });
    let mut money: Vec<_> = named.collect();
    money.retain(|money| (money.planned, money.received, money.paid) != (0, 0, 0));
    money.sort_by_key(|money| std::cmp::Reverse(money.planned));
    money
}
