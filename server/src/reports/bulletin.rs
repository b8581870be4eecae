//! 通报: figures frozen at a position of the ledger (programme page §6). What a draft offers is written
//! into the record by whoever issues the bulletin; anybody who may read it can have it reckoned again
//! at the same position, and see that it is the same.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sync_protocol::id::RecordId;
use sync_protocol::record::Record;
use sync_protocol::value::{MAX_INTEGER, Value};

use crate::access::actor::Actor;
use crate::error::{Error, Kind, Result};
use crate::programme::figures::{Asked, By, Figures, Group};
use crate::programme::ratio::Ratio;
use crate::programme::seen::Seen;
use crate::programme::states::equipment::chains;
use crate::programme::states::finding::FindingState;
use crate::programme::states::list::{Mark, Stand, State};
use crate::programme::view::Question;
use crate::reports::money::{self, Goods};
use crate::sync::engine::Engine;
use crate::sync::standing;

/// The indicators that a bulletin prints, ranked by the first.
const PRINTED: [&str; 9] = [
    "completed_rate",
    "started_rate",
    "equipment_rate",
    "funds_received_rate",
    "diary_coverage",
    "diary_recorded_in_time",
    "rectification_rate",
    "findings_overdue",
    "projects_behind",
];

/// What a bulletin is about.
#[derive(Clone, Debug)]
pub struct Period {
    /// From which day on, for what is counted by days.
    pub from: Option<NaiveDate>,
    /// As of which day.
    pub at: NaiveDate,
    /// By what its rows are told apart.
    pub by: By,
}

impl Period {
    /// As somebody asks: as of yesterday if nobody says, since today is not over; by school.
    ///
    /// # Errors
    /// `invalid_period` if the days are not right.
    pub fn asked(
        (from, at): (Option<NaiveDate>, Option<NaiveDate>),
        by: Option<By>,
        today: NaiveDate,
    ) -> Result<Self> {
        let at = at.unwrap_or_else(|| today.pred_opt().unwrap_or(today));
        Question { from, at, plan: None, sources: None }.check(today)?;
        Ok(Self { from, at, by: by.unwrap_or(By::School) })
    }
}

/// The figures of a bulletin, as they are kept in its record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    /// From which day on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// As of which day.
    pub at: NaiveDate,
    /// By what the rows are told apart.
    pub by: By,
    /// Which indicators the pairs of numbers are of, in that order.
    pub indicators: Vec<String>,
    /// Numerator and denominator of each, over everything.
    pub total: Vec<[i64; 2]>,
    /// The rows, the one that has completed most first.
    pub rows: Vec<Row>,
    /// The projects that lag behind their contracts.
    pub behind: Vec<RecordId>,
    /// The findings that are named for being overdue.
    pub findings: Vec<RecordId>,
    /// What became of the findings that bulletins before it named.
    pub followed: Followed,
    /// What is listed and accepted of each class of equipment. Bulletins of earlier versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equipment: Option<Vec<Equipment>>,
}

/// What some equipment comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Equipment {
    /// Of which class, by its code; empty where nobody says.
    pub class: String,
    /// In which unit.
    pub unit: String,
    /// How many are on the list, in millionths.
    pub listed: i64,
    /// What they cost, in 分.
    pub worth: i64,
    /// How many were accepted, in millionths.
    pub accepted: i64,
    /// What those cost, in 分.
    pub worth_accepted: i64,
}

/// A row of a bulletin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What it goes by: an id, or an official code.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// Its place; those that have completed the same share it.
    pub rank: u32,
    /// Numerator and denominator of each indicator.
    pub figures: Vec<[i64; 2]>,
}

/// What became of findings that were named before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    /// How many were closed since.
    pub closed: u32,
    /// Those that still are open: an interview is next.
    pub open: Vec<RecordId>,
}

/// A draft: what the record is to say.
#[derive(Debug, Serialize)]
pub struct Draft {
    /// The field `cutoff`: the position of each county's ledger.
    pub cutoff: BTreeMap<String, u64>,
    /// The field `figures`.
    pub figures: Frozen,
}

/// What a published bulletin says, beside what its ledger says at the same position.
#[derive(Debug, Serialize)]
pub struct Proof {
    /// Where its figures were taken.
    pub cutoff: BTreeMap<String, u64>,
    /// Whether they come out the same.
    pub same: bool,
    /// What it says.
    pub figures: Frozen,
    /// What comes out now, if that is anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reckoned: Option<Frozen>,
}

/// The figures of a bulletin as they stand now.
///
/// # Errors
/// Not found if one does not have the county in scope, and not only a part of it.
pub async fn draft(
    figures: &Figures,
    engine: &Engine,
    actor: &Actor,
    counties: &[String],
    period: &Period,
) -> Result<Draft> {
    let asked = asked(counties, period, BTreeMap::new());
    let answer = figures.answer(engine, actor, &asked).await?;
    let cutoff: BTreeMap<_, _> =
        answer.taken.iter().map(|taken| (taken.county.clone(), taken.position)).collect();
    let frozen = reckon(figures, engine, actor, counties, period, &cutoff).await?;
    Ok(Draft { cutoff, figures: frozen })
}

/// Reckons a bulletin's figures again at the position that it names.
///
/// # Errors
/// Not found if there is no such bulletin in scope; `not_a_bulletin` if its figures are not of the form
/// that a draft offers, or people differ about them.
pub async fn prove(figures: &Figures, engine: &Engine, actor: &Actor, id: RecordId) -> Result<Proof> {
    let sighting = engine.record(actor, id, 0, 1).await?;
    let record = standing::snapshot(&sighting.row)?.into_record();
    let (cutoff, frozen) = read(&record).ok_or_else(unreadable)?;
    let counties: Vec<_> = cutoff.keys().cloned().collect();
    let period = Period { from: frozen.from, at: frozen.at, by: frozen.by };
    let mut reckoned = reckon(figures, engine, actor, &counties, &period, &cutoff).await?;
    if frozen.equipment.is_none() {
        reckoned.equipment = None;
    }
    let same = reckoned == frozen;
    Ok(Proof { cutoff, same, figures: frozen, reckoned: (!same).then_some(reckoned) })
}

pub(super) fn unreadable() -> Error {
    Error::new(
        Kind::Unprocessable,
        "not_a_bulletin",
        "这份通报的数据不是由草稿生成的，或者还有冲突，无法核对",
        "the figures of this bulletin are not of a draft, or people differ about them: they cannot be checked",
    )
}

fn asked(counties: &[String], period: &Period, as_of: BTreeMap<String, u64>) -> Asked {
    Asked {
        counties: Some(counties.iter().cloned().collect()),
        city: None,
        by: period.by,
        question: Question { from: period.from, at: period.at, plan: None, sources: None },
        as_of,
        to: None,
        codes: Some(PRINTED.into()),
    }
}

async fn reckon(
    figures: &Figures,
    engine: &Engine,
    actor: &Actor,
    counties: &[String],
    period: &Period,
    cutoff: &BTreeMap<String, u64>,
) -> Result<Frozen> {
    let asked = asked(counties, period, cutoff.clone());
    let answer = figures.answer(engine, actor, &asked).await?;
    // A bulletin is about whole counties.
    if answer.taken.len() != counties.len() || answer.taken.iter().any(|taken| !taken.whole) {
        return Err(Error::not_found());
    }
    let (_, projects) = figures.stands(engine, actor, &asked, "project").await?;
    let (_, findings) = figures.stands(engine, actor, &asked, "finding").await?;
    let with = |stands: &[Stand], mark: &Mark| -> Vec<RecordId> {
        stands.iter().filter(|stand| stand.marks.contains(mark)).map(|stand| stand.record).collect()
    };
    let equipment = figures.look_as(engine, actor, &asked, equipment).await?;
    let named: Vec<_> = findings.iter().filter(|stand| stand.marks.contains(&Mark::InBulletin)).collect();
    let is_closed = |stand: &&&Stand| stand.state == State::Finding(FindingState::Closed);
    let open = named.iter().filter(|stand| !is_closed(stand)).map(|stand| stand.record);
    Ok(Frozen {
        from: period.from,
        at: period.at,
        by: period.by,
        indicators: PRINTED.map(str::to_owned).into(),
        total: pairs(&answer.total),
        rows: rows(answer.groups),
        behind: with(&projects, &Mark::Behind),
        findings: with(&findings, &Mark::NextBulletin),
        followed: Followed { closed: named.iter().filter(is_closed).count() as u32, open: open.collect() },
        equipment: Some(equipment),
    })
}

/// The equipment of the plans, by class and unit.
pub(super) fn equipment(seen: &[Seen<'_>]) -> Vec<Equipment> {
    let chains: Vec<_> = seen.iter().map(|its| (its, chains(&its.view))).collect();
    let of_plan = chains.iter().flat_map(|(its, chains)| {
        let is_of_plan = |project: Option<RecordId>| {
            project.and_then(|project| its.view.works.get(&project)).is_none_or(|works| works.in_plan)
        };
        chains.iter().filter(move |chain| is_of_plan(chain.item.project))
    });
    money::by_class(of_plan).into_iter().map(Equipment::of).collect()
}

impl Equipment {
    fn of(((class, unit), goods): ((String, String), Goods)) -> Self {
        // What JSON carries exactly.
        let within = |amount: i128| i64::try_from(amount).unwrap_or(MAX_INTEGER).min(MAX_INTEGER);
        let Goods { listed, worth, accepted, worth_accepted } = goods;
        let [listed, worth, accepted, worth_accepted] = [listed, worth, accepted, worth_accepted].map(within);
        Self { class, unit, listed, worth, accepted, worth_accepted }
    }

    /// The class, the unit, and what there is of it.
    pub(super) fn goods(&self) -> ((String, String), Goods) {
        let [listed, worth, accepted, worth_accepted] =
            [self.listed, self.worth, self.accepted, self.worth_accepted].map(i128::from);
        ((self.class.clone(), self.unit.clone()), Goods { listed, worth, accepted, worth_accepted })
    }
}

fn pairs(group: &Group) -> Vec<[i64; 2]> {
    let within = |amount: i128| i64::try_from(amount).unwrap_or(i64::MAX);
    let ratio = |code: &&str| group.figures.get(*code).copied().unwrap_or_default();
    PRINTED.iter().map(ratio).map(|ratio| [within(ratio.numerator), within(ratio.denominator)]).collect()
}

/// The rows in order of what they have completed; what has nothing to complete comes last.
fn rows(groups: BTreeMap<String, Group>) -> Vec<Row> {
    let completed = |group: &Group| group.figures.get(PRINTED[0]).copied().unwrap_or_default();
    let mut ordered: Vec<_> = groups.into_iter().collect();
    // The sort is stable: those that share a place stand in order of key.
    ordered.sort_by(|(_, one), (_, other)| further_first(completed(one), completed(other)));
    let mut rows: Vec<Row> = Vec::with_capacity(ordered.len());
    let mut before: Option<Ratio> = None;
    for (place, (key, group)) in (1_u32..).zip(ordered) {
        let ratio = completed(&group);
        let shares = before.is_some_and(|before| further_first(before, ratio) == Ordering::Equal);
        let rank = if shares { rows.last().map_or(place, |row| row.rank) } else { place };
        before = Some(ratio);
        rows.push(Row { key, figures: pairs(&group), name: group.name, rank });
    }
    rows
}

/// Compares two rates exactly.
fn further_first(one: Ratio, other: Ratio) -> Ordering {
    match (one.denominator == 0, other.denominator == 0) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => (other.numerator * one.denominator).cmp(&(one.numerator * other.denominator)),
    }
}

/// What a bulletin's record says; `None` if it is none, or people differ about it.
pub(super) fn read(record: &Record) -> Option<(BTreeMap<String, u64>, Frozen)> {
    let [figures] = record.heads_named("figures") else { return None };
    let frozen = serde_json::to_value(&figures.value).and_then(serde_json::from_value).ok()?;
    let cutoff: Option<BTreeMap<_, _>> = record
        .keyed("cutoff")
        .filter(|(_, heads)| !heads.is_empty())
        .map(|(county, heads)| {
            let [head] = heads else { return None };
            Some((county.to_owned(), u64::try_from(head.value.as_int()?).ok()?))
        })
        .collect();
    Some((cutoff.filter(|cutoff| !cutoff.is_empty())?, frozen))
}

impl Frozen {
    /// As the field `figures` of a bulletin holds it.
    ///
    /// # Errors
    /// Never: it has no number beyond what JSON carries exactly.
    pub fn to_value(&self) -> Result<Value> {
        serde_json::to_value(self).and_then(serde_json::from_value).map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn rows_stand_in_order_of_what_was_completed_and_equals_share_a_place() {
        let group = |numerator, denominator| Group {
            name: String::new(),
            county: None,
            figures: HashMap::from([("completed_rate", Ratio { numerator, denominator })]),
        };
        let groups = BTreeMap::from([
            ("a".to_owned(), group(1, 3)),
            ("b".to_owned(), group(0, 0)),
            // Rounded to two decimals it is the same as the first, and it is more.
            ("c".to_owned(), group(333_334, 1_000_000)),
            ("d".to_owned(), group(2, 6)),
            ("e".to_owned(), group(1425, 1000)),
            ("f".to_owned(), group(0, 5)),
        ]);
        let places: Vec<_> = rows(groups).into_iter().map(|row| (row.key, row.rank)).collect();
        let expected = [("e", 1), ("c", 2), ("a", 3), ("d", 3), ("f", 5), ("b", 6)];
        assert_eq!(places, expected.map(|(key, rank)| (key.to_owned(), rank)));
    }
}
