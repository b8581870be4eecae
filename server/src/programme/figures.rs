//! Answers what the programme has come to: indicators by project, school, township, zone, county or
//! city, for any day, plan, money and position of the ledger, each with the records that make it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use sync_protocol::id::RecordId;
use tokio::sync::Semaphore;

use super::books::Books;
use super::facts::{Facts, is_of_offices};
use super::greatest::Greatest;
use super::groups::{Counting, Groups};
use super::health::Health;
use super::indicators::health::OF_NOW;
use super::indicators::{self, Indicator, Part, Side};
use super::ratio::Ratio;
use super::states::list::{Stand, list};
use super::sum::Sum;
use super::view::{Question, View, days_before};
use crate::access::actor::Actor;
use crate::clock::Clock;
use crate::error::{Error, Kind, Result};
use crate::store::Store;
use crate::sync::engine::Engine;
use crate::sync::scope::{Reach, ReadScope};
use crate::sync::standing::{KnownCounties, day};

/// By what figures are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Each project.
    Project,
    /// Each school.
    School,
    /// Each township, by its code.
    Township,
    /// Each category of schools: 小学, 教学点 …
    Category,
    /// Each type of works: 新建, 维修 …
    WorkType,
    /// Each inspection zone.
    Zone,
    /// Each county.
    County,
    /// Each city.
    City,
}

/// What somebody asks.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which counties; all that the person may read if left out.
    pub counties: Option<BTreeSet<String>>,
    /// The counties of which city.
    pub city: Option<String>,
    /// By what the figures are told apart.
    pub by: By,
    /// The days, the plan, the money.
    pub question: Question,
    /// The position of a county's ledger; where it stands now if left out.
    pub as_of: BTreeMap<String, u64>,
    /// The last day that counts, for what is counted by days; as of which day is asked if left out.
    pub to: Option<NaiveDate>,
    /// Which indicators; all if left out.
    pub codes: Option<BTreeSet<&'static str>>,
}

impl Asked {
    /// How things stand today in these counties, without indicators; days count until yesterday, since
    /// today's diaries are still being written.
    pub fn today(counties: Option<BTreeSet<String>>, today: NaiveDate) -> Self {
        let question = Question { from: None, at: today, plan: None, sources: None };
        let to = Some(days_before(today, 1));
        let (city, as_of, codes) = (None, BTreeMap::new(), Some(BTreeSet::new()));
        Self { counties, city, by: By::County, question, as_of, to, codes }
    }

    pub(super) fn view<'f>(&'f self, county: &'f Counted) -> View<'f> {
        let view = View::new(&county.facts, &self.question).until(self.to.unwrap_or(self.question.at));
        view.with_health(county.health.as_ref())
    }

    /// Which of what is known of now alone is asked for.
    fn of_now(&self) -> Vec<&'static str> {
        let is_asked = |code: &&str| self.codes.as_ref().is_none_or(|codes| codes.contains(code));
        OF_NOW.iter().map(|indicator| indicator.code).filter(is_asked).collect()
    }
}

/// A county as a figure was taken from it.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Its code.
    pub county: String,
    /// Its name.
    pub name: String,
    /// The code of its city.
    pub city: Option<String>,
    /// The position of its ledger.
    pub position: u64,
    /// Whether all of it was counted; what the person does not have in scope was not.
    pub whole: bool,
    /// The plan that rates are a share of: its id, name and version.
    pub plan: Option<(RecordId, String, String)>,
    /// What is to be known beside the figures.
    pub warnings: Vec<Warning>,
}

/// What is to be known beside a figure.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "warning")]
pub enum Warning {
    /// The sum over the projects is not what the plan says.
    PlanDiffers {
        /// Which figure.
        indicator: &'static str,
        /// What the plan says.
        plan: i64,
        /// What its projects add up to.
        projects: i64,
    },
    /// A rate compares money of different sources.
    FundScopeDiffers {
        /// Which figure.
        indicator: &'static str,
        /// The sources of what is counted; empty where nothing says them.
        counted: BTreeSet<String>,
        /// The sources of what it is a share of.
        whole: BTreeSet<String>,
    },
    /// People differ about so many records; they are counted by the most cautious value.
    Disputed {
        /// How many.
        records: usize,
    },
    /// So many records are left out, because what stands of them on disk is damaged.
    Damaged {
        /// How many.
        records: usize,
    },
    /// These figures are known of now alone, and it is asked how they were.
    KnownOfNowAlone {
        /// Which.
        indicators: Vec<&'static str>,
    },
}

/// The figures of one group.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// What it is called.
    pub name: String,
    /// The county that it is in; of a city, none.
    pub county: Option<String>,
    /// The figures, by indicator.
    pub figures: HashMap<&'static str, Ratio>,
}

/// What was asked, answered.
#[derive(Debug)]
pub struct Answer {
    /// From where it was taken.
    pub taken: Vec<Taken>,
    /// Over everything.
    pub total: Group,
    /// By group, in order of key.
    pub groups: BTreeMap<String, Group>,
    /// The figures that are not known, since it is asked how they were and they are known of now alone.
    pub unknown: BTreeSet<&'static str>,
}

/// Which of the records that make a figure.
#[derive(Clone, Debug, Default)]
pub struct Slice {
    /// Those of that group.
    pub group: Option<String>,
    /// Those on that side of the figure.
    pub side: Option<Side>,
    /// Leave out so many.
    pub skip: usize,
    /// At most so many.
    pub limit: usize,
}

/// Some of the records that make a figure.
#[derive(Debug, Default)]
pub struct Made {
    /// The figure that all of the group make; `None` if it is known of now alone, and it is asked how it was.
    pub ratio: Option<Ratio>,
    /// How many there are on the side that is asked about.
    pub count: usize,
    /// Those of the slice, the greatest first.
    pub makers: Vec<Maker>,
}

/// A record that makes a figure.
#[derive(Clone, Debug)]
pub struct Maker {
    /// What it adds.
    pub part: Part,
    /// Its kind.
    pub kind: Option<&'static str>,
    /// The day that it is about.
    pub day: Option<NaiveDate>,
}

/// The figures of all counties.
pub struct Figures {
    pub(super) store: Store,
    books: Books,
    pub(super) clock: Clock,
    turns: Semaphore,
}

/// How many questions are reckoned at a time: phones that sync must not wait for the office's figures.
const AT_A_TIME: usize = 2;

/// How many counties of a question are brought up to date at a time.
const COUNTIES_AT_A_TIME: usize = 4;

/// A county, ready to be counted.
pub(super) struct Counted {
    pub(super) facts: Arc<Facts>,
    pub(super) name: String,
    pub(super) city: Option<String>,
    pub(super) reach: Reach,
    /// How its phones are doing, if somebody asked and it is now.
    health: Option<Health>,
    /// What is asked for and not known.
    unknown: Vec<&'static str>,
}

impl Figures {
    /// Nothing is read until somebody asks.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { books: Books::new(store.clone()), store, clock, turns: Semaphore::new(AT_A_TIME) }
    }

    /// Today, in China.
    pub fn today(&self) -> NaiveDate {
        day(self.clock.now())
    }

    /// Reads what figures are made of before anybody asks, and makes way for whoever asks.
    ///
    /// # Errors
    /// What the store says.
    pub async fn read_ahead(&self) -> Result<()> {
        self.books.read_ahead().await
    }

    /// The facts of a county as its ledger stands now, whoever asks: for what is published of them.
    ///
    /// # Errors
    /// Not found if the county has no ledger here, or what the store says.
    pub async fn facts(&self, county: &str) -> Result<Arc<Facts>> {
        self.books.now(county).await
    }

    /// What the programme has come to, as far as somebody may know.
    ///
    /// # Errors
    /// Not found if nothing that is asked about is in scope.
    pub async fn answer(&self, engine: &Engine, actor: &Actor, asked: &Asked) -> Result<Answer> {
        let its = asked.clone();
        let counted = move |counties: BTreeMap<String, Counted>| {
            let asked = its;
            let mut counting = Counting::default();
            let (mut taken_from, mut unknown) = (Vec::new(), BTreeSet::new());
            for (code, county) in &counties {
                let view = asked.view(county);
                let groups = Groups::of(code, county, &view, asked.by);
                indicators::count(&view, asked.codes.as_ref(), &mut |indicator, part| {
                    if county.has(part.school, part.project, false) {
                        let code = (asked.by != By::City).then_some(code);
                        counting.add(indicator, &part, code, groups.of_part(&part));
                    }
                });
                unknown.extend(&county.unknown);
                taken_from.push(taken(code, county, &view));
            }
            counting.answer(taken_from, unknown)
        };
        self.reckon(engine, actor, asked, counted).await
    }

    /// The records that make one figure, the greatest first. No more are kept than lead up to the end
    /// of the slice.
    ///
    /// # Errors
    /// Not found if nothing that is asked about is in scope.
    pub async fn makers(
        &self,
        engine: &Engine,
        actor: &Actor,
        asked: &Asked,
        indicator: &'static Indicator,
        slice: Slice,
    ) -> Result<Made> {
        let wanted = BTreeSet::from([indicator.code]);
        let asked = Asked { codes: Some(wanted.clone()), ..asked.clone() };
        let its = asked.clone();
        let found = move |counties: BTreeMap<String, Counted>| {
            let asked = its;
            let (mut made, mut sum) = (Made::default(), Sum::of(indicator.printed));
            let mut greatest = Greatest::keeping(slice.skip.saturating_add(slice.limit));
            for (code, county) in &counties {
                let view = asked.view(county);
                let groups = Groups::of(code, county, &view, asked.by);
                let is_in_group = |part: &Part| {
                    slice
                        .group
                        .as_ref()
                        .is_none_or(|group| groups.of_part(part).iter().any(|(key, _)| key == group))
                };
                indicators::count(&view, Some(&wanted), &mut |_, part| {
                    if !county.has(part.school, part.project, false) || !is_in_group(&part) {
                        return;
                    }
                    sum.add(&part);
                    if slice.side.is_none_or(|side| part.side == side) {
                        made.count += 1;
                        greatest.offer(code, part);
                    }
                });
            }
            let is_known = counties.values().all(|county| county.unknown.is_empty());
            made.ratio = is_known.then(|| sum.figure());
            let kind = |code: &str, record| counties.get(code).and_then(|county| county.kind_of(record));
            let day = |code: &str, record| counties.get(code).and_then(|county| county.facts.day_of(record));
            let shown = greatest.in_order().skip(slice.skip);
            let maker = |(code, part): (&str, Part)| Maker {
                part,
                kind: kind(code, part.record),
                day: day(code, part.record),
            };
            made.makers = shown.map(maker).collect();
            made
        };
        self.reckon(engine, actor, &asked, found).await
    }

    /// What the records of one kind have come to, those that need somebody first, county by county.
    ///
    /// # Errors
    /// Not found if nothing that is asked about is in scope, or there is no list of that kind.
    pub async fn stands(
        &self,
        engine: &Engine,
        actor: &Actor,
        asked: &Asked,
        kind: &str,
    ) -> Result<(Vec<Taken>, Vec<Stand>)> {
        let office_only = is_of_offices(kind);
        let (its, kind) = (asked.clone(), kind.to_owned());
        let found = move |counties: BTreeMap<String, Counted>| {
            let asked = its;
            let (mut positions, mut stands) = (Vec::new(), Vec::new());
            for (code, county) in &counties {
                let view = asked.view(county);
                let mut its = list(&view, &kind).ok_or_else(Error::not_found)?;
                its.retain(|stand| county.has(stand.school, stand.project, office_only));
                stands.append(&mut its);
                positions.push(taken(code, county, &view));
            }
            Ok((positions, stands))
        };
        self.reckon(engine, actor, asked, found).await?
    }

    /// Does work that takes a while over what somebody has in scope.
    pub(super) async fn reckon<T: Send + 'static>(
        &self,
        engine: &Engine,
        actor: &Actor,
        asked: &Asked,
        work: impl FnOnce(BTreeMap<String, Counted>) -> T + Send + 'static,
    ) -> Result<T> {
        let scope = engine.read_scope(actor, self.clock.now());
        let names = engine.standing().known();
        self.reckon_within(scope, names, asked, work).await
    }

    /// Reads the counties that are asked about and does work over them that takes a while, when it is
    /// its turn. To read a county for the first time takes longest of all: it takes turns by itself, page
    /// by page, so that nobody who asks about another waits for all of it.
    pub(super) async fn reckon_within<T: Send + 'static>(
        &self,
        scope: ReadScope,
        names: KnownCounties,
        asked: &Asked,
        work: impl FnOnce(BTreeMap<String, Counted>) -> T + Send + 'static,
    ) -> Result<T> {
        let counties = self.counties(scope, names, asked).await?;
        let _turn = self.turns.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(move || work(counties)).await.map_err(Error::internal)
    }

    async fn counties(
        &self,
        scope: ReadScope,
        names: KnownCounties,
        asked: &Asked,
    ) -> Result<BTreeMap<String, Counted>> {
        let asked_about = scope.counties.into_iter().filter_map(|(code, reach)| {
            let (name, city) = names.get(&code)?.clone();
            let is_asked = asked.counties.as_ref().is_none_or(|counties| counties.contains(&code))
                && asked.city.as_ref().is_none_or(|asked| city.as_ref() == Some(asked));
            is_asked.then_some((code, name, city, reach))
        });
        let read = asked_about.map(|(code, name, city, reach)| async move {
            let (facts, health, unknown) = self.county(&code, asked).await?;
            Ok::<_, Error>((code, Counted { facts, name, city, reach, health, unknown }))
        });
        let read = stream::iter(read).buffer_unordered(COUNTIES_AT_A_TIME);
        let counties: BTreeMap<_, _> = read.try_collect().await?;
        if counties.is_empty() {
            return Err(Error::not_found());
        }
        if let Some(stray) = asked.as_of.keys().find(|code| !counties.contains_key(*code)) {
            return Err(Error::new(
                Kind::Unprocessable,
                "as_of_elsewhere",
                format!("as_of 指定了 {stray}，但所问的范围里没有它"),
                format!("as_of names {stray}, which is not among the counties that are asked about"),
            ));
        }
        Ok(counties)
    }

    /// The facts of a county, how its phones are doing, and what of that is asked for and not known.
    async fn county(
        &self,
        code: &str,
        asked: &Asked,
    ) -> Result<(Arc<Facts>, Option<Health>, Vec<&'static str>)> {
        let facts = match asked.as_of.get(code) {
            Some(position) => self.books.as_of(code, *position).await?,
            None => self.books.now(code).await?,
        };
        let (now, unknown) = (self.clock.now(), asked.of_now());
        let is_now = asked.question.at == day(now) && !asked.as_of.contains_key(code);
        if !is_now || unknown.is_empty() {
            return Ok((facts, None, unknown));
        }
        let health = Health::read(&self.store, code, &facts, now).await?;
        Ok((facts, Some(health), Vec::new()))
    }
}

impl Counted {
    /// Whether what is about that school and project is in scope.
    pub(super) fn has(&self, school: Option<RecordId>, project: Option<RecordId>, office_only: bool) -> bool {
        let Reach::Part { schools, projects } = &self.reach else { return true };
        !office_only
            && (school.is_some_and(|school| schools.contains(&school))
                || project.is_some_and(|project| projects.contains_key(&project)))
    }

    /// The kind of a record that makes a figure.
    fn kind_of(&self, record: RecordId) -> Option<&'static str> {
        let waiting = self.health.iter().flat_map(|health| &health.waiting);
        let waiting = || waiting.clone().find(|waiting| waiting.record == record);
        self.facts.kind_of(record).or_else(|| Some(waiting()?.kind))
    }
}

pub(super) fn taken(code: &str, county: &Counted, view: &View<'_>) -> Taken {
    let facts = &county.facts;
    let plan = view.plan.and_then(|id| Some((id, facts.plans.get(&id)?)));
    let whole = county.reach == Reach::All;
    let unknown = || Warning::KnownOfNowAlone { indicators: county.unknown.clone() };
    let unknown = (!county.unknown.is_empty()).then(unknown);
    Taken {
        county: code.to_owned(),
        name: county.name.clone(),
        city: county.city.clone(),
        position: facts.position,
        whole,
        plan: plan.map(|(id, plan)| (id, plan.name.clone(), plan.version.clone())),
        warnings: if whole { warnings(view) } else { Vec::new() }.into_iter().chain(unknown).collect(),
    }
}

fn warnings(view: &View<'_>) -> Vec<Warning> {
    let facts = view.facts;
    let mut warnings = Vec::new();
    if let Some(plan) = view.plan.and_then(|id| facts.plans.get(&id)) {
        let area: i64 = view.planned().map(|works| works.project.planned_area).sum();
        if let Some(planned) = plan.planned_area.filter(|planned| *planned != area) {
            warnings.push(Warning::PlanDiffers { indicator: "planned_area", plan: planned, projects: area });
        }
        let asked = |(source, _): &(&String, &i64)| view.question.counts_source(source);
        let money: i64 = view
            .planned()
            .flat_map(|works| works.project.funding.iter().filter(asked))
            .map(|(_, amount)| amount)
            .sum();
        let planned: i64 = plan.funding.iter().filter(asked).map(|(_, amount)| amount).sum();
        if !plan.funding.is_empty() && planned != money {
            warnings.push(Warning::PlanDiffers {
                indicator: "funds_planned",
                plan: planned,
                projects: money,
            });
        }
    }
    warnings.extend(fund_scope(view));
    let disputed = facts.projects.values().filter(|fact| fact.disputed).count()
        + facts.progress.values().filter(|fact| fact.disputed).count()
        + facts.diaries.values().filter(|fact| fact.disputed).count()
        + facts.findings.values().filter(|fact| fact.disputed).count();
    if disputed > 0 {
        warnings.push(Warning::Disputed { records: disputed });
    }
    if !facts.damaged.is_empty() {
        warnings.push(Warning::Damaged { records: facts.damaged.len() });
    }
    warnings
}

/// Whether the equipment that was accepted was paid from the money that was planned for it (programme
/// page §2: 上杭 counted county money in the first and not in the second).
fn fund_scope(view: &View<'_>) -> Option<Warning> {
    use crate::access::policy::Class;
    let facts = view.facts;
    let sources = |funding: &BTreeMap<String, i64>| {
        let some =
            funding.iter().filter(|(source, amount)| **amount != 0 && view.question.counts_source(source));
        some.map(|(source, _)| source.clone()).collect::<BTreeSet<_>>()
    };
    let whole: BTreeSet<_> =
        view.planned_of(Class::Equipment).flat_map(|works| sources(&works.project.funding)).collect();
    let accepted: BTreeSet<_> = facts.receipts.values().filter_map(|receipt| receipt.item).collect();
    let items: Vec<_> = accepted.iter().filter_map(|item| facts.items.get(item)).collect();
    let counted: BTreeSet<_> = items.iter().flat_map(|item| sources(&item.funding)).collect();
    let unsaid = items.iter().any(|item| item.funding.is_empty());
    let differs = !items.is_empty() && (unsaid || counted != whole);
    differs.then_some(Warning::FundScopeDiffers { indicator: "equipment_rate", counted, whole })
}

impl Question {
    /// Checks the days that are asked about against today.
    ///
    /// # Errors
    /// `invalid_period` if they end before they begin, or beyond next year.
    pub fn check(&self, today: NaiveDate) -> Result<()> {
        let is_too_late = (self.at - today).num_days() > 366;
        if is_too_late || self.from.is_some_and(|from| from > self.at) {
            return Err(Error::new(
                Kind::Unprocessable,
                "invalid_period",
                "日期不对：开始日期不能晚于截止日期，截止日期最多到一年以后",
                "the days are not right: they must not end before they begin, nor more than a year from now",
            ));
        }
        Ok(())
    }
}
