//! Equipment: listed → tendered → sample sealed → contracted → delivered → accepted → paid → in service.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use sync_protocol::id::RecordId;

use crate::programme::facts::{FundType, Item, Receipt, Stage};
use crate::programme::view::View;

/// What a line of the purchase list has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EquipmentState {
    /// It is on the list.
    Listed,
    /// 招标采购
    Tendered,
    /// The winner's sample was sealed.
    SampleSealed,
    /// It is under contract.
    Contracted,
    /// Something came.
    Delivered,
    /// All that was ordered was accepted.
    Accepted,
    /// It was paid.
    Paid,
    /// It was looked after since.
    InService,
}

/// How many people must sign a receipt (programme page §3).
const SIGNATURES: usize = 3;

/// A line of the purchase list with what followed from it.
#[derive(Debug)]
pub struct Chain<'f> {
    /// The line's id.
    pub id: RecordId,
    /// The line.
    pub item: &'f Item,
    /// What it has come to.
    pub state: EquipmentState,
    /// What came of it.
    pub receipts: Vec<(RecordId, &'f Receipt)>,
}

impl Chain<'_> {
    /// How many were accepted, in millionths.
    pub fn accepted(&self) -> i128 {
        self.receipts.iter().map(|(_, receipt)| receipt.accepted).sum()
    }

    /// Whether all that was ordered was accepted.
    pub fn is_accepted(&self) -> bool {
        self.item.quantity > 0 && self.accepted() >= self.item.quantity
    }

    /// The receipts that need a look: they match neither contract nor sample, a seal was broken, or too
    /// few signed.
    pub fn doubtful(&self) -> impl Iterator<Item = RecordId> {
        let doubtful = |receipt: &Receipt| !receipt.matches || receipt.signatures < SIGNATURES;
        self.receipts.iter().filter(move |(_, receipt)| doubtful(receipt)).map(|(id, _)| *id)
    }
}

/// All lines of the list, with what had followed from each by the day that is asked about.
pub fn chains<'f>(view: &View<'f>) -> Vec<Chain<'f>> {
    let (facts, at) = (view.facts, view.question.at);
    let mut receipts: HashMap<RecordId, Vec<(RecordId, &Receipt)>> = HashMap::new();
    for (id, receipt) in &facts.receipts {
        if let Some(item) = receipt.item.filter(|_| receipt.date.is_none_or(|day| day <= at)) {
            receipts.entry(item).or_default().push((*id, receipt));
        }
    }
    let sealed: HashSet<_> = facts.samples.values().filter_map(|sample| sample.item).collect();
    let services = facts.services.values().filter(|visit| visit.date.is_none_or(|day| day <= at));
    let served: HashSet<_> = services.filter_map(|visit| visit.item).collect();
    let paid: HashSet<_> = facts
        .funds
        .values()
        .filter(|event| event.sort == FundType::Paid && event.counts() && event.day <= at)
        .filter_map(|event| event.contract)
        .collect();
    let mut chains: Vec<_> = facts
        .items
        .iter()
        .map(|(id, item)| {
            let receipts = receipts.remove(id).unwrap_or_default();
            let accepted: i128 = receipts.iter().map(|(_, receipt)| receipt.accepted).sum();
            let works = item.project.and_then(|project| view.works.get(&project));
            let reached = |stage| works.is_some_and(|works| works.has_reached(stage));
            let steps = [
                (EquipmentState::InService, served.contains(id)),
                (EquipmentState::Paid, item.contract.is_some_and(|contract| paid.contains(&contract))),
                (EquipmentState::Accepted, item.quantity > 0 && accepted >= item.quantity),
                (EquipmentState::Delivered, !receipts.is_empty()),
                (EquipmentState::Contracted, item.contract.is_some() || reached(Stage::Contract)),
                (EquipmentState::SampleSealed, sealed.contains(id)),
                (EquipmentState::Tendered, reached(Stage::Purchase)),
            ];
            let state = steps
                .iter()
                .find(|(_, reached)| *reached)
                .map_or(EquipmentState::Listed, |(state, _)| *state);
            Chain { id: *id, item, state, receipts }
        })
        .collect();
    chains.sort_unstable_by_key(|chain| chain.id);
    chains
}
