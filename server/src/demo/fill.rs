//! Fills an empty folder with the demonstration: who plays, what the registers say, and the story.

use std::collections::BTreeMap;

use chrono::{Days, FixedOffset, NaiveDate};
use indicatif::ProgressBar;
use sync_protocol::change::Change;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;
use sync_protocol::photo::Sha256;

use super::calendar::office_day;
use super::cast::{self, ELSEWHERE, Player, Site};
use super::course::{self, Course, DAYS};
use super::diaries::Log;
use super::elsewhere::Outline;
use super::findings::Rounds;
use super::goods::{Detail, Goods};
use super::load::Filling;
use super::money::{self, Keys};
use super::office::{self, Office};
use super::papers::{self, Papers};
use super::region::{self, County, Region};
use super::story::{self, Deed, at};
use super::travel::Travel;
use super::works::Building;
use super::{picture, registry, works};
use crate::access::accounts;
use crate::clock::Moment;
use crate::error::{Error, Kind, Result};
use crate::http::app::App;
use crate::store::ledger;
use crate::sync::county;

/// The county whose daily work is told.
pub(super) const STORY_COUNTY: &str = "350823";
/// The city whose office has an account.
const CITY: &str = "350400";
/// At how many projects two people write the diary.
const TWO_WRITE: usize = 12;
/// How many days ago photos begin to come.
const PHOTOS_AGO: u64 = 150;
/// How many photos are drawn.
const PHOTOS: usize = 24;
/// The whole play, always the same one: what is written down in the data files, and who plays.
pub(super) struct Play {
    pub(super) regions: Vec<Region>,
    /// The projects whose works are told.
    pub(super) courses: Vec<Course>,
    /// Their people, project by project.
    pub(super) teams: Vec<Team>,
    offices: Vec<Player>,
    /// The inspectors of each zone, zone by zone.
    inspectors: Vec<Vec<Player>>,
    /// Who writes in the other counties.
    elsewhere: Vec<Player>,
}

/// The people of a project.
pub(super) struct Team {
    pub(super) first: Player,
    pub(super) second: Option<Player>,
    /// The sign-in name of the school's principal.
    principal: String,
    /// The principal, where this is the school's first project.
    head: Option<Player>,
}

impl Play {
    pub(super) fn new() -> Self {
        let regions = region::all();
        let county = told(&regions);
        let courses = course::courses(county, &registry::schools(county));
        let sites: Vec<_> = courses.iter().map(|course| site(county, &course.building)).collect();
        let offices = cast::offices(STORY_COUNTY, CITY, &sites);
        let mut heads: BTreeMap<RecordId, String> = BTreeMap::new();
        let teams = sites.iter().enumerate().map(|(number, site)| {
            let [first, second, head] = cast::team(number, site);
            let principal = heads.entry(site.school).or_insert_with(|| head.username.clone()).clone();
            let head = (principal == head.username).then_some(head);
            Team { first, second: (number < TWO_WRITE).then_some(second), principal, head }
        });
        let teams = teams.collect();
        let zones = county.zones.as_ref();
        let zones = zones.map_or(0..0, |zones| 0..zones.names.len());
        let inspectors = zones.map(|zone| cast::inspectors(zone, registry::zone_id(county, zone))).collect();
        let others = regions.iter().flat_map(|region| &region.counties);
        let others: Vec<_> =
            others.map(|county| county.code.as_str()).filter(|code| *code != STORY_COUNTY).collect();
        let elsewhere = cast::elsewhere(&others);
        Self { regions, courses, teams, offices, inspectors, elsewhere }
    }

    /// Everybody.
    pub(super) fn players(&self) -> impl Iterator<Item = &Player> {
        let teams = self.teams.iter().flat_map(|team| {
            [Some(&team.first), team.second.as_ref(), team.head.as_ref()].into_iter().flatten()
        });
        teams.chain(&self.offices).chain(self.inspectors.iter().flatten()).chain(&self.elsewhere)
    }

    /// The counties that are told in outline.
    fn outlines(&self, today: NaiveDate) -> impl Iterator<Item = Outline<'_>> {
        let counties = self.counties().filter(|(_, county)| county.code != STORY_COUNTY);
        counties.enumerate().map(move |(number, (_, county))| Outline::of(county, number, today))
    }

    fn counties(&self) -> impl Iterator<Item = (&Region, &County)> {
        self.regions.iter().flat_map(|region| region.counties.iter().map(move |county| (region, county)))
    }
}

/// Fills an empty data folder; goes on where a start before was cut off. Says whether it loaded
/// anything.
///
/// # Errors
/// `not_a_demonstration` if the folder holds other ledgers, or what loading meets.
pub(super) async fn fill(app: &App, play: &Play, bar: &ProgressBar) -> Result<bool> {
    let codes: Vec<_> = play.counties().map(|(_, county)| county.code.clone()).collect();
    let loader = cast::loader(&codes);
    let known = accounts::named(&app.store, &loader.username).await.ok();
    let ledgers = ledger::ledgers(&mut *app.store.read().await?).await?;
    match &known {
        Some(person) if person.disabled_at.is_some() => return Ok(false),
        None if !ledgers.is_empty() => return Err(not_a_demonstration()),
        _ => {}
    }
    let filling = Filling { app, bar };
    let person = filling.person(&loader).await?;
    // Fixed on the first start, so that going on later writes the same changes.
    let today = today_in_china(person.created_at);
    // Put back before the account of the loader is closed, and when something fails.
    let mut travel = Travel::with(app.clock.clone());
    travel.to(at(today - Days::new(DAYS), 8, 0));
    for (region, county) in play.counties() {
        if ledgers.iter().all(|ledger| ledger.county != county.code) {
            let city = Some(region.city.code.as_str());
            county::open(&app.store, &app.clock, &county.code, &county.name, city).await?;
        }
    }
    app.engine.look_again().await?;
    load(&filling, &loader, play, today, &mut travel).await?;
    drop(travel);
    accounts::disable(&app.store, &app.clock, person.id).await?;
    Ok(true)
}

async fn load(
    filling: &Filling<'_>,
    loader: &Player,
    play: &Play,
    today: NaiveDate,
    travel: &mut Travel,
) -> Result<()> {
    let mut registers: Vec<_> =
        play.counties().map(|(region, county)| register(region, county, today)).collect();
    registers.extend(play.outlines(today).map(|outline| outline.before()));
    let photos: Vec<_> = (0..PHOTOS).map(picture::photo).collect();
    let hashes: Vec<_> = photos.iter().map(|photo| Sha256::of(photo)).collect();
    let deeds = deeds(play, &loader.username, today, &hashes);
    let players: Vec<_> = play.players().collect();

    let changes: usize = registers.iter().map(Vec::len).sum();
    filling.bar.set_length((changes + deeds.len() + photos.len() + players.len()) as u64);
    filling.bar.set_message("学校、项目、规划 schools, projects, plans");
    let mut actors = BTreeMap::new();
    let person = filling.person(loader).await?;
    let loader_actor = filling.actor(loader, &person).await?;
    for register in &registers {
        filling.send(&loader_actor, register).await?;
    }
    actors.insert(loader.username.clone(), loader_actor);
    filling.bar.set_message("人员 people");
    for player in players {
        let person = filling.person(player).await?;
        actors.insert(player.username.clone(), filling.actor(player, &person).await?);
        filling.bar.inc(1);
    }
    filling.bar.set_message("半年的日志、检查、资金 half a year of diaries, inspections, money");
    let photos_come = at(today - Days::new(PHOTOS_AGO), 0, 0);
    let (before, after) = deeds.into_iter().partition(|deed| deed.when < photos_come);
    filling.tell(before, &actors, travel).await?;
    let photographer = &actors[&play.teams[0].first.username];
    for (photo, hash) in photos.into_iter().zip(hashes) {
        filling.upload(photographer, photo, hash).await?;
    }
    filling.tell(after, &actors, travel).await
}

fn today_in_china(moment: Moment) -> NaiveDate {
    let china = FixedOffset::east_opt(8 * 3600).expect("eight hours are an offset");
    moment.utc().with_timezone(&china).date_naive()
}

fn not_a_demonstration() -> Error {
    Error::new(
        Kind::Conflict,
        "not_a_demonstration",
        "数据目录里已有真实台账，演示不会写入；请用 --data 指定一个空目录",
        "the data folder holds real ledgers, which the demonstration does not touch; name an empty folder with --data",
    )
}

/// All that the registers of a county say.
fn register(region: &Region, county: &County, today: NaiveDate) -> Vec<Change> {
    let at = at(today - Days::new(DAYS), 7, 50);
    let schools = registry::schools(county);
    let buildings = works::buildings(county, &schools);
    let mut changes = registry::divisions(region, county, at);
    changes.extend(registry::school_records(county, &schools, at));
    changes.extend(registry::zone_records(county, &schools, at));
    changes.extend(works::plan(county, at));
    changes.extend(works::project_records(county, &schools, &buildings, at));
    changes.extend(works::equipment_records(county, &schools, at));
    changes
}

/// The county whose daily work is told.
fn told(regions: &[Region]) -> &County {
    let county = regions.iter().flat_map(|region| &region.counties).find(|c| c.code == STORY_COUNTY);
    county.expect("the data files have the county whose work is told")
}

fn site(county: &County, building: &Building) -> Site {
    let township = building.school.township;
    let zone = zone_of(county, building).map(|zone| registry::zone_id(county, zone));
    let code = county.coded_townships().nth(township).map(|(code, _)| code);
    Site {
        school: building.school.id,
        project: building.id,
        township: code.expect("a school is in one of its county's townships"),
        zone,
    }
}

fn zone_of(county: &County, building: &Building) -> Option<usize> {
    county.zones.as_ref().map(|zones| building.school.township / zones.townships_each)
}

/// The whole story of half a year.
fn deeds(play: &Play, loader: &str, today: NaiveDate, photos: &[Sha256]) -> Vec<Deed> {
    let county = told(&play.regions);
    let mut deeds = reports(play, loader, today);
    deeds.extend(works_told(play, today, photos));
    deeds.extend(money::county(county, "caizheng", today));
    let phrases = story::phrases();
    deeds.extend(play.outlines(today).flat_map(|outline| outline.deeds(&phrases, photos)));
    let goods = Goods {
        county,
        detail: Detail::Whole,
        station: "zhuangbei",
        taker: "yanshou",
        witness: "dudao",
        finance: "caizheng",
        today,
        photos,
    };
    deeds.extend(goods.deeds());
    deeds
}

/// What all counties report of the last month, and what their projects have come to on paper.
fn reports(play: &Play, loader: &str, today: NaiveDate) -> Vec<Deed> {
    let mut deeds = Vec::new();
    let told: BTreeMap<_, _> =
        play.courses.iter().map(|course| (course.building.id, course.number)).collect();
    let reported_on = works::reported_on(today);
    for (_, county) in play.counties() {
        let schools = registry::schools(county);
        let buildings = works::buildings(county, &schools);
        let reports = works::progress_records(county, &buildings, today);
        let is_told = county.code == STORY_COUNTY;
        let office = if is_told { "gaibo" } else { ELSEWHERE.works };
        for ((number, building), report) in buildings.iter().enumerate().zip(&reports) {
            // The office stands by most of them.
            let number = if is_told { told.get(&building.id).copied() } else { Some(number) };
            if number.is_some_and(|number| number % 11 != 10) {
                deeds.push(papers::certified(office, report, reported_on));
            }
        }
        let mut entered = reports;
        entered.extend(works::fund_records(county, at(reported_on, 8, 0)));
        let untold = buildings.iter().filter(|building| !told.contains_key(&building.id));
        for (stages, building) in (2..).zip(untold.filter(|_| is_told)) {
            deeds.extend(papers::begun_on_paper(building, stages, office, today));
        }
        deeds.extend(entered.into_iter().map(|change| Deed::new(loader, change)));
    }
    deeds
}

/// The works of the projects that are told: diaries, inspections, papers, money; then the offices.
fn works_told(play: &Play, today: NaiveDate, photos: &[Sha256]) -> Vec<Deed> {
    let county = told(&play.regions);
    let phrases = story::phrases();
    let worths: BTreeMap<_, _> = works::all(county, &registry::schools(county))
        .into_iter()
        .map(|building| building.id)
        .zip(works::worths(county))
        .collect();
    let keys = Keys { education: "gaibo", role: Role::ProjectOffice, finance: "caizheng", today };
    let (mut deeds, mut findings) = (Vec::new(), Vec::new());
    for (course, team) in play.courses.iter().zip(&play.teams) {
        let second = team.second.as_ref().map(|writer| writer.username.as_str());
        let (first, principal) = (team.first.username.as_str(), team.principal.as_str());
        let log = Log { course, first, second, principal, office: "gaibo", today, photos };
        deeds.extend(log.deeds(&phrases));
        let zone = zone_of(county, &course.building).and_then(|zone| play.inspectors.get(zone));
        let inspectors: Vec<_> = zone.into_iter().flatten().map(|player| player.username.clone()).collect();
        let rounds = Rounds {
            course,
            last_inspector: "duxue",
            inspectors: &inspectors,
            contractor: "shigong",
            office: "dudao",
            today,
            photos,
        };
        let (written, found) = rounds.deeds(&phrases);
        deeds.extend(written);
        findings.extend(found);
        let worth = worths.get(&course.building.id).copied().unwrap_or_default();
        let papers = Papers { course, worth, writer: first, engineer: "jianli", office: "gaibo", today };
        deeds.extend(papers.deeds());
        deeds.extend(money::works(course, worth, principal, &keys));
        if team.head.is_some() {
            let day = office_day(today - Days::new(60 + course.number as u64), today);
            deeds.extend(office::baselines(course.building.school.id, course.number, principal, day));
        }
    }
    let office = Office { county, works: "gaibo", inspection: "dudao", leader: "lingdao", today };
    deeds.extend(office.deeds(&play.courses, &findings));
    deeds
}
