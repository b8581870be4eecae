//! What a county's page says.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sync_protocol::id::RecordId;

use super::{Disclosure, OpenCounty, agreed, in_force};
use crate::error::Result;
use crate::programme::directory::township_name;
use crate::programme::facts::Facts;
use crate::programme::indicators::{self, Indicator, Side};
use crate::programme::money::{self, Money};
use crate::programme::ratio::Ratio;
use crate::programme::reading::Read;
use crate::programme::states::project::ProjectState;
use crate::programme::view::{Question, View};
use crate::store::records;

/// The figures that a county's page shows, in order.
const SHOWN: [&str; 7] = [
    "projects",
    "covered_schools",
    "planned_area",
    "started_area",
    "started_rate",
    "completed_area",
    "completed_rate",
];

/// What a county's page says.
#[derive(Debug)]
pub struct CountyPage {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The position of its ledger.
    pub position: u64,
    /// As of which day.
    pub on: NaiveDate,
    /// The plan that rates are a share of, with its version.
    pub plan: Option<(String, String)>,
    /// Figures.
    pub figures: Vec<(&'static Indicator, Ratio)>,
    /// The money of the projects, source by source.
    pub money: Vec<Money>,
    /// Its projects.
    pub townships: Vec<Township>,
    /// Its published bulletins, the latest first.
    pub bulletins: Vec<Bulletin>,
    /// Whether people differ about a project in it.
    pub disputed: bool,
}

/// The projects of a township.
#[derive(Debug)]
pub struct Township {
    /// What it is called.
    pub name: String,
    /// The projects of its schools.
    pub projects: Vec<Listed>,
}

/// A project in a list.
#[derive(Debug)]
pub struct Listed {
    /// The project.
    pub id: RecordId,
    /// What it is called.
    pub name: String,
    /// Of which school.
    pub school: String,
    /// How much is planned, in 0.01 ㎡.
    pub area: i64,
    /// What it has come to.
    pub state: ProjectState,
}

/// A published bulletin.
#[derive(Clone, Debug)]
pub struct Bulletin {
    /// The record.
    pub id: RecordId,
    /// Its number.
    pub number: Option<String>,
    /// Which version.
    pub version: Option<String>,
    /// About which time.
    pub period: String,
    /// When it was published.
    pub published_on: NaiveDate,
    /// What it says.
    pub text: Vec<String>,
    /// Its frozen figures over everything.
    pub figures: Vec<(&'static Indicator, Ratio)>,
    /// Whether a later one corrects it.
    pub corrected: bool,
}

impl CountyPage {
    /// Puts it together from reviewed facts.
    pub(super) fn of(county: &OpenCounty, facts: &Facts, on: NaiveDate, bulletins: Vec<Bulletin>) -> Self {
        let question = Question { from: None, at: on, plan: None, sources: None };
        let view = View::new(facts, &question);
        let mut ratios: BTreeMap<&str, Ratio> = BTreeMap::new();
        indicators::count(&view, Some(&BTreeSet::from(SHOWN)), &mut |indicator, part| {
            let ratio = ratios.entry(indicator.code).or_default();
            match part.side {
                Side::Numerator => ratio.numerator += part.amount,
                Side::Denominator => ratio.denominator += part.amount,
            }
        });
        let figures = SHOWN.iter().filter_map(|code| {
            Some((indicators::named(code)?, ratios.get(code).copied().unwrap_or_default()))
        });
        let plan = view.plan.and_then(|id| facts.plans.get(&id));
        Self {
            code: county.code.clone(),
            name: county.name.clone(),
            position: facts.position,
            on,
            plan: plan.map(|plan| (plan.name.clone(), plan.version.clone())),
            figures: figures.collect(),
            money: money::by_source(&view, |works| works.is_none_or(|works| works.in_plan)),
            townships: townships(&view),
            bulletins: bulletins.into_iter().filter(|bulletin| bulletin.published_on <= on).collect(),
            disputed: view.planned().any(|works| works.project.disputed),
        }
    }
}

/// The projects, township by township in order of code, school by school.
fn townships(view: &View<'_>) -> Vec<Township> {
    let facts = view.facts;
    let mut by_code: BTreeMap<Option<&str>, Vec<Listed>> = BTreeMap::new();
    for works in view.works.values() {
        let school = facts.schools.get(&works.project.school);
        let township = school.and_then(|school| school.township.as_deref());
        by_code.entry(township).or_default().push(Listed {
            id: works.id,
            name: works.project.name.clone(),
            school: school.map(|school| school.name.clone()).unwrap_or_default(),
            area: works.project.planned_area,
            state: works.state(view.question.at),
        });
    }
    let mut townships = Vec::with_capacity(by_code.len());
    for (code, mut projects) in by_code {
        projects.sort_by(|one, other| {
            (&one.school, &one.name, one.id).cmp(&(&other.school, &other.name, other.id))
        });
        let name = code.map(|code| township_name(facts, code)).unwrap_or_default();
        townships.push(Township { name, projects });
    }
    townships
}

impl Disclosure {
    /// The published bulletins of a county, the latest first.
    pub(super) async fn bulletins(&self, facts: &Facts) -> Result<Vec<Bulletin>> {
        let published = facts.bulletins.iter().filter(|(_, bulletin)| bulletin.published_on.is_some());
        let ids: Vec<_> = published.map(|(id, _)| *id).collect();
        let mut tx = self.store.read().await?;
        let rows = records::records(&mut tx, ids.into_iter()).await?;
        let (mut bulletins, mut corrected) = (Vec::new(), Vec::new());
        for row in rows.iter().filter_map(|row| row.as_ref().ok()) {
            let Some(record) = in_force(row)? else { continue };
            let Some(read) = Read::in_force(&record) else { continue };
            corrected.extend(read.references("corrects"));
            bulletins.extend(bulletin(record.id, read));
        }
        for bulletin in &mut bulletins {
            bulletin.corrected = corrected.contains(&bulletin.id);
        }
        bulletins.sort_by_key(|bulletin| std::cmp::Reverse((bulletin.published_on, bulletin.id)));
        Ok(bulletins)
    }
}

/// A bulletin, if people agree on when it was published and about what it is.
fn bulletin(id: RecordId, read: Read<'_>) -> Option<Bulletin> {
    let frozen = agreed_figures(read);
    let figures = frozen.iter().flat_map(|frozen| frozen.indicators.iter().zip(&frozen.total));
    let figures = figures.filter_map(|(code, [numerator, denominator])| {
        let ratio = Ratio { numerator: (*numerator).into(), denominator: (*denominator).into() };
        Some((indicators::named(code)?, ratio))
    });
    Some(Bulletin {
        id,
        number: agreed(read, "number"),
        version: agreed(read, "version"),
        period: agreed(read, "period")?,
        published_on: agreed(read, "published_on")?.parse().ok()?,
        text: read.values("text").filter_map(|text| text.as_text().map(str::to_owned)).collect(),
        figures: figures.collect(),
        corrected: false,
    })
}

/// What is printed of the figures that a bulletin froze.
#[derive(serde::Deserialize)]
struct Totals {
    indicators: Vec<String>,
    total: Vec<[i64; 2]>,
}

fn agreed_figures(read: Read<'_>) -> Option<Totals> {
    let mut values = read.values("figures");
    let first = values.next()?;
    if values.any(|other| other != first) {
        return None;
    }
    serde_json::to_value(first).and_then(serde_json::from_value).ok()
}
