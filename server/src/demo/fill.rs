//! Loads the demonstration through the same door as everybody's changes: the sync engine.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{FixedOffset, NaiveDate};
use futures_util::stream;
use indicatif::ProgressBar;
use sync_protocol::change::Change;
use sync_protocol::id::DeviceId;
use sync_protocol::message::{Fate, SyncRequest};
use sync_protocol::photo::Sha256;
use sync_protocol::version::PROTOCOL;
use tokio::sync::Mutex;

use super::cast::{self, Player, Site};
use super::diaries::{self, Log};
use super::draft::demo_id;
use super::findings::Round;
use super::region::{self, County, Region};
use super::story::{self, Deed};
use super::works::Building;
use super::{picture, registry, works};
use crate::access::accounts::{self, NewPerson};
use crate::access::actor::{Actor, Grant, Via};
use crate::clock::Moment;
use crate::error::{Error, Kind, Language, Result};
use crate::http::app::App;
use crate::photos::upload::Announced;
use crate::store::devices::NewDevice;
use crate::store::people::Person;
use crate::store::{devices, ledger};
use crate::sync::county;

/// The county whose daily work is told.
const STORY_COUNTY: &str = "350823";
/// The city whose office has an account.
const CITY: &str = "350400";
/// How many projects' diaries are told.
const SITES: usize = 6;
/// How many photos are drawn.
const PHOTOS: usize = 24;
/// How many changes go into one request.
const BATCH: usize = 400;

/// The whole play, always the same one: what is written down in the data files, and who plays.
pub(super) struct Play {
    pub(super) regions: Vec<Region>,
    /// The projects whose daily work is told.
    pub(super) buildings: Vec<Building>,
    /// Their people, project by project.
    pub(super) teams: Vec<[Player; 3]>,
    pub(super) offices: Vec<Player>,
}

impl Play {
    pub(super) fn new() -> Self {
        let regions = region::all();
        let county = regions.iter().flat_map(|region| &region.counties).find(|c| c.code == STORY_COUNTY);
        let county = county.expect("the data files have the county whose work is told");
        let buildings = works::buildings(county, &registry::schools(county));
        let buildings: Vec<_> = buildings.into_iter().filter(Building::is_under_way).take(SITES).collect();
        let sites: Vec<_> = buildings.iter().map(|building| site(county, building)).collect();
        let offices = cast::offices(STORY_COUNTY, CITY, &sites);
        let teams = sites.iter().enumerate().map(|(number, site)| cast::team(number, site)).collect();
        Self { regions, buildings, teams, offices }
    }

    /// Everybody.
    pub(super) fn players(&self) -> impl Iterator<Item = &Player> {
        self.teams.iter().flatten().chain(&self.offices)
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
    let filling = Filling { app, bar, tickets: Mutex::default() };
    let loader_person = filling.person(&loader).await?;
    let loader = filling.actor(&loader, &loader_person).await?;
    // Fixed on the first start, so that going on later writes the same changes.
    let today = today_in_china(loader_person.created_at);
    for (region, county) in play.counties() {
        if ledgers.iter().all(|ledger| ledger.county != county.code) {
            let city = Some(region.city.code.as_str());
            county::open(&app.store, &app.clock, &county.code, &county.name, city).await?;
        }
    }
    app.engine.look_again().await?;
    filling.load(&loader, play, today).await?;
    accounts::disable(&app.store, &app.clock, loader_person.id).await?;
    Ok(true)
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

/// All that is needed while loading.
struct Filling<'f> {
    app: &'f App,
    bar: &'f ProgressBar,
    /// The ticket that each device was given last: they sync as phones do.
    tickets: Mutex<BTreeMap<DeviceId, String>>,
}

impl Filling<'_> {
    async fn load(&self, loader: &Arc<Actor>, play: &Play, today: NaiveDate) -> Result<()> {
        let registers: Vec<_> =
            play.counties().map(|(region, county)| register(region, county, today)).collect();
        let photos: Vec<_> = (0..PHOTOS).map(picture::photo).collect();
        let hashes: Vec<_> = photos.iter().map(|photo| Sha256::of(photo)).collect();
        let deeds = deeds(play, today, &hashes);
        let players: Vec<_> = play.players().collect();

        let changes: usize = registers.iter().map(Vec::len).sum();
        self.bar.set_length((changes + deeds.len() + photos.len() + players.len()) as u64);
        self.bar.set_message("学校、项目、规划 schools, projects, plans");
        for register in &registers {
            self.send(loader, register).await?;
        }
        self.bar.set_message("人员 people");
        let mut actors = BTreeMap::new();
        for player in players {
            let person = self.person(player).await?;
            actors.insert(player.username.clone(), self.actor(player, &person).await?);
            self.bar.inc(1);
        }
        self.bar.set_message("日志与检查 diaries and inspections");
        self.tell(&deeds, &actors).await?;
        self.bar.set_message("照片 photos");
        let [photographer, ..] = &play.teams[0];
        for (photo, hash) in photos.into_iter().zip(hashes) {
            self.upload(&actors[&photographer.username], photo, hash).await?;
        }
        Ok(())
    }

    /// The account of a player, made where it is missing.
    async fn person(&self, player: &Player) -> Result<Person> {
        if let Ok(person) = accounts::named(&self.app.store, &player.username).await {
            return Ok(person);
        }
        let new = NewPerson {
            username: player.username.clone(),
            display_name: player.display_name.clone(),
            password: None,
            roles: player.roles.clone(),
        };
        accounts::add(&self.app.store, &self.app.clock, new).await?;
        accounts::named(&self.app.store, &player.username).await
    }

    /// The player with a phone of their own.
    async fn actor(&self, player: &Player, person: &Person) -> Result<Arc<Actor>> {
        let device = DeviceId(demo_id(&format!("device/{}", player.username)));
        let new = NewDevice {
            id: device,
            user: person.id,
            name: format!("{}的设备", player.display_name),
            secrets: None,
            created_at: person.created_at,
        };
        let store = &self.app.store;
        store
            .write(move |tx| {
                Box::pin(async move {
                    if devices::device(tx, device).await?.is_none() {
                        devices::add(tx, &new).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        let held = |(role, scope): &(_, crate::access::role::Scope)| Grant {
            role: *role,
            scope: scope.clone(),
            since: Moment(0),
            until: None,
        };
        Ok(Arc::new(Actor {
            user: person.id,
            username: person.username.clone(),
            display_name: person.display_name.clone(),
            device,
            via: Via::Device,
            home_county: person.home_county.clone(),
            grants: player.roles.iter().map(held).collect(),
        }))
    }

    /// Sends what was done in its order, many deeds of one person in a row together.
    async fn tell(&self, deeds: &[Deed], actors: &BTreeMap<String, Arc<Actor>>) -> Result<()> {
        for run in deeds.chunk_by(|one, next| one.who == next.who) {
            let changes: Vec<_> = run.iter().map(|deed| deed.change.clone()).collect();
            self.send(&actors[&run[0].who], &changes).await?;
        }
        Ok(())
    }

    async fn send(&self, actor: &Arc<Actor>, changes: &[Change]) -> Result<()> {
        for batch in changes.chunks(BATCH) {
            let raw: Result<Vec<_>, _> = batch.iter().map(serde_json::value::to_raw_value).collect();
            let request = SyncRequest {
                protocol: PROTOCOL,
                device_time: None,
                cursor: None,
                ticket: self.tickets.lock().await.get(&actor.device).cloned(),
                checkpoint: None,
                changes: raw.map_err(|error| Error::internal(anyhow::Error::new(error)))?,
                limit: Some(1),
            };
            let answer = self.app.engine.round(actor, request, Language::English).await?;
            if let Some(ticket) = answer.ticket {
                self.tickets.lock().await.insert(actor.device, ticket);
            }
            for (outcome, change) in answer.outcomes.iter().zip(batch) {
                if let Fate::Held { code, message, field, .. } = &outcome.fate {
                    let what = format!("{} {}: {code:?} {message} ({field:?})", change.kind, change.record);
                    return Err(Error::internal(anyhow::anyhow!(
                        "a change of the demonstration was held: {what}"
                    )));
                }
            }
            self.bar.inc(batch.len() as u64);
        }
        Ok(())
    }

    async fn upload(&self, actor: &Arc<Actor>, photo: Vec<u8>, sha256: Sha256) -> Result<()> {
        let length = photo.len() as u64;
        let filename = format!("演示-{}.jpg", &sha256.to_string()[..8]);
        let uploads = &self.app.photos.uploads;
        let begun = uploads.begin(actor, Announced { sha256, length, filename }).await?;
        if begun.offset < length {
            let body = stream::iter([Ok(Bytes::from(photo))]);
            uploads.receive(actor, begun.id, 0, None, body).await.map_err(|stopped| stopped.error)?;
        }
        self.bar.inc(1);
        Ok(())
    }
}

/// All that the registers of a county say.
fn register(region: &Region, county: &County, today: NaiveDate) -> Vec<Change> {
    let at = diaries::at(today, 8, 0);
    let schools = registry::schools(county);
    let buildings = works::buildings(county, &schools);
    let mut changes = registry::divisions(region, county, at);
    changes.extend(registry::school_records(county, &schools, at));
    changes.extend(registry::zone_records(county, &schools, at));
    changes.extend(works::plan(county, at));
    changes.extend(works::project_records(county, &schools, &buildings, at));
    changes.extend(works::equipment_records(county, &schools, at));
    changes.extend(works::progress_records(county, &buildings, at));
    if region.counties.len() == 1 {
        changes.extend(works::stage_records(&buildings, at));
    }
    changes.extend(works::fund_records(county, at));
    changes
}

fn site(county: &County, building: &Building) -> Site {
    let township = building.school.township;
    let zone = county.zones.as_ref().map(|zones| registry::zone_id(county, township / zones.townships_each));
    let code = county.coded_townships().nth(township).map(|(code, _)| code);
    Site {
        school: building.school.id,
        project: building.id,
        township: code.expect("a school is in one of its county's townships"),
        zone,
    }
}

/// The diaries, day by day and phone by phone, then the inspections.
fn deeds(play: &Play, today: NaiveDate, photos: &[Sha256]) -> Vec<Deed> {
    let phrases = story::phrases();
    let mut deeds = Vec::new();
    let sites = play.buildings.iter().zip(&play.teams).enumerate();
    for (number, (building, [first, second, principal])) in sites {
        let log = Log {
            number,
            building,
            first: &first.username,
            second: &second.username,
            principal: &principal.username,
            office: "gaibo",
            today,
            photos,
        };
        deeds.extend(log.deeds(&phrases));
        let round = Round {
            number,
            building,
            inspector: "duxue",
            contractor: "shigong",
            office: "dudao",
            today,
            photos,
        };
        deeds.extend(round.deeds(&phrases));
    }
    deeds
}
