//! What figures ask of equipment.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sync_protocol::id::RecordId;

use super::{Fact, Source, review};

/// A line of the purchase list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// For which school, if for one.
    pub school: Option<RecordId>,
    /// Of which project, if of one.
    pub project: Option<RecordId>,
    /// What.
    pub name: String,
    /// 生活设施, 图书 …
    pub class: Option<String>,
    /// How many, in millionths; the most that anybody says.
    pub quantity: i128,
    /// In what.
    pub unit: Option<String>,
    /// The price of one, in 分; the least that anybody says.
    pub unit_price: i64,
    /// Its money by source, in 分, where that is known.
    pub funding: BTreeMap<String, i64>,
    /// Under which contract it is bought.
    pub contract: Option<RecordId>,
}

/// So many millionths are one.
pub(super) const WHOLE: i128 = 1_000_000;

impl Fact for Item {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        Some(Self {
            school: source.school,
            project: source.project,
            name: read.text("name").unwrap_or_default().to_owned(),
            class: read.text("class").map(str::to_owned),
            quantity: read.most_millionths("qty").unwrap_or_default(),
            unit: read.text("unit").map(str::to_owned),
            unit_price: read.least("unit_price").unwrap_or_default(),
            funding: read
                .most_by_key("funding")
                .map(|(source, amount)| (source.to_owned(), amount))
                .collect(),
            contract: read.reference("contract"),
        })
    }
}

impl Item {
    /// What so many (in millionths) of it cost, in 分, rounded half-up.
    pub fn cost_of(&self, quantity: i128) -> i128 {
        (quantity * i128::from(self.unit_price) + WHOLE / 2).div_euclid(WHOLE)
    }
}

/// A sealed sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Of what.
    pub item: Option<RecordId>,
}

impl Fact for Sample {
    fn read(source: &Source<'_>) -> Option<Self> {
        Some(Self { item: source.read.reference("item") })
    }
}

/// What came, and what of it was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Which line of the list.
    pub item: Option<RecordId>,
    /// When.
    pub date: Option<NaiveDate>,
    /// How many came, in millionths; the least that anybody says.
    pub delivered: i128,
    /// How many were accepted, in millionths; the least that anybody says.
    pub accepted: i128,
    /// Whether all say that it matches the contract and the sample, and the seal was whole.
    pub matches: bool,
    /// How many people signed what it says; it takes three.
    pub signatures: usize,
    /// How many of its three photos (box, plate, sample) it has.
    pub evidence: (u8, u8),
}

impl Fact for Receipt {
    fn read(source: &Source<'_>) -> Option<Self> {
        let read = source.read;
        let mut signers: Vec<_> = review::consents(read).into_iter().map(|(_, by)| by).collect();
        signers.sort_unstable();
        signers.dedup();
        let shown = ["box_photos", "plate_photos", "sample_photos"].iter().filter(|field| read.has(field));
        let fits = ["matches_contract", "matches_sample", "seal_intact"];
        Some(Self {
            item: read.reference("item"),
            date: read.latest("date"),
            delivered: read.least_millionths("delivered_qty").unwrap_or_default(),
            accepted: read.least_millionths("accepted_qty").unwrap_or_default(),
            matches: fits.iter().all(|field| read.every(field) == Some(true)),
            signatures: signers.len(),
            evidence: (shown.count() as u8, 3),
        })
    }
}

/// A service visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceVisit {
    /// For what.
    pub item: Option<RecordId>,
    /// When.
    pub date: Option<NaiveDate>,
}

impl Fact for ServiceVisit {
    fn read(source: &Source<'_>) -> Option<Self> {
        Some(Self { item: source.read.reference("item"), date: source.read.latest("date") })
    }
}
