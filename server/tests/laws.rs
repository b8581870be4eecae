//! The laws of the protocol, on a real database: whatever people do and whenever they sync, a
//! client that syncs until `more: false` holds exactly what a fresh one would (law 8), and what
//! the store holds can be rebuilt from its ledger (law 5).
#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::{Value as Json, json};
use siteledger::access::actor::{Actor, Grant, Via};
use siteledger::access::role::Scope;
use siteledger::clock::{Clock, Moment};
use siteledger::error::Language;
use siteledger::store::{Store, ledger, records, server_row};
use siteledger::sync::engine::Engine;
use siteledger::sync::rows::{self, Span};
use siteledger::sync::{county, placing::Placed};
use sqlx::Connection as _;
use sync_protocol::id::{DeviceId, RecordId, UserId};
use sync_protocol::kinds::Role;
use sync_protocol::message::{Fate, Snapshot, SyncRequest};
use uuid::Uuid;

const COUNTY: &str = "350823";
const SCHOOLS: u128 = 4;
const ZONES: u128 = 2;

fn school(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(0x5c00 + number))
}

fn project(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(0x9a00 + number))
}

fn zone(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(0x2000 + number))
}

fn actor(number: u128, role: Role, scope: Scope) -> Arc<Actor> {
    Arc::new(Actor {
        user: UserId(Uuid::from_u128(0xa000 + number)),
        username: format!("demo-{number}"),
        display_name: format!("演示人员{number}"),
        device: DeviceId(Uuid::from_u128(0xde00 + number)),
        via: Via::Device,
        home_county: Some(COUNTY.to_owned()),
        grants: vec![Grant { role, scope, since: Moment(0), until: None }],
    })
}

/// A client that follows the rules of the protocol page and no others.
struct Client {
    actor: Arc<Actor>,
    cursor: Option<String>,
    ticket: Option<String>,
    replica: BTreeMap<RecordId, Snapshot>,
    /// While it pulls from nothing: what it was sent since.
    resync: Option<BTreeSet<RecordId>>,
    digest: Option<sync_protocol::digest::ScopeDigest>,
}

impl Client {
    fn new(actor: Arc<Actor>) -> Self {
        Self { actor, cursor: None, ticket: None, replica: BTreeMap::new(), resync: None, digest: None }
    }

    /// One round trip; tells whether there is more, and what became of the changes.
    async fn sync(&mut self, engine: &Engine, changes: &[Json], limit: u32) -> (bool, Vec<Fate>) {
        let request = json!({
            "protocol": 1, "cursor": self.cursor, "ticket": self.ticket, "changes": changes, "limit": limit,
        });
        let request: SyncRequest = serde_json::from_str(&request.to_string()).unwrap();
        let answer = engine.round(&self.actor, request, Language::English).await.unwrap();
        if answer.resync {
            self.resync = Some(BTreeSet::new());
        }
        for raw in &answer.records {
            let snapshot: Snapshot = serde_json::from_str(raw.get()).unwrap();
            if let Some(sent) = &mut self.resync {
                sent.insert(snapshot.id);
            }
            self.replica.insert(snapshot.id, snapshot);
        }
        for gone in &answer.gone {
            self.replica.remove(gone);
        }
        if !answer.more
            && let Some(sent) = self.resync.take()
        {
            self.replica.retain(|id, _| sent.contains(id));
        }
        self.cursor = answer.cursor;
        self.ticket = answer.ticket;
        self.digest = answer.digest;
        (answer.more, answer.outcomes.into_iter().map(|outcome| outcome.fate).collect())
    }

    async fn catch_up(&mut self, engine: &Engine, limit: u32) {
        while self.sync(engine, &[], limit).await.0 {}
    }

    /// The edits that this client sees standing in a field.
    fn seen(&self, record: RecordId, field: &str) -> Vec<String> {
        let heads =
            self.replica.get(&record).and_then(|snapshot| snapshot.fields.get(&field.parse().unwrap()));
        heads.into_iter().flatten().map(|head| head.edit.to_string()).collect()
    }
}

/// What somebody does.
#[derive(Clone, Debug)]
enum Step {
    /// A team writes one field of a diary, having last synced whenever it did.
    Write { team: usize, day: u8, field: usize, value: u8 },
    /// The office gives a school to a zone, and takes it out of where it was.
    Zone { school: u8, zone: u8 },
    /// The office moves a school to another township.
    Township { school: u8, township: u8 },
    /// The office says that a visit was to another school: the record moves.
    Visit { visit: u8, school: u8 },
    /// Somebody syncs one page.
    Sync { client: usize, limit: u32 },
    /// Somebody's request is sent twice, and the first answer is lost.
    Twice { team: usize, day: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..4_usize, 0..3_u8, 0..4_usize, 0..3_u8)
            .prop_map(|(team, day, field, value)| Step::Write { team, day, field, value }),
        2 => (0..4_u8, 0..2_u8).prop_map(|(school, zone)| Step::Zone { school, zone }),
        1 => (0..4_u8, 0..2_u8).prop_map(|(school, township)| Step::Township { school, township }),
        2 => (0..2_u8, 0..4_u8).prop_map(|(visit, school)| Step::Visit { visit, school }),
        4 => (0..8_usize, 1..6_u32).prop_map(|(client, limit)| Step::Sync { client, limit }),
        1 => (0..4_usize, 0..3_u8).prop_map(|(team, day)| Step::Twice { team, day }),
    ]
}

/// The people: four teams, an inspector a zone, a township, and the office, which is last.
fn people() -> Vec<Client> {
    let teams = (0..SCHOOLS).map(|n| actor(n, Role::SchoolTeam, Scope::Project(project(n))));
    let inspectors = (0..ZONES).map(|n| actor(10 + n, Role::Inspector, Scope::Zone(zone(n))));
    let township = actor(20, Role::Township, Scope::Township(format!("{COUNTY}000")));
    let office = actor(30, Role::ProjectOffice, Scope::County(COUNTY.to_owned()));
    teams.chain(inspectors).chain([township, office]).map(Client::new).collect()
}

struct Making(u128);

impl Making {
    fn change(&mut self, kind: &str, record: RecordId, edits: &Json) -> Json {
        self.0 += 1;
        json!({
            "id": Uuid::from_u128(0x7000_0000 + self.0), "record": record, "kind": kind,
            "made_at": "2026-03-02T17:41:08+08:00", "edits": edits,
        })
    }
}

fn first_edits(parts: &[(&str, Json)]) -> Json {
    parts.iter().map(|(field, value)| json!({"field": field, "value": value, "replaces": []})).collect()
}

async fn found(office: &mut Client, engine: &Engine, making: &mut Making) {
    let mut changes = Vec::new();
    for n in 0..SCHOOLS {
        let parts = [
            ("name", json!(format!("演示学校{n}"))),
            ("county", json!(COUNTY)),
            ("township", json!(format!("{COUNTY}00{}", n % 2))),
            ("category", json!("小学")),
        ];
        changes.push(making.change("school", school(n), &first_edits(&parts)));
        let parts = [("name", json!(format!("演示项目{n}"))), ("school", json!(school(n)))];
        changes.push(making.change("project", project(n), &first_edits(&parts)));
    }
    for n in 0..ZONES {
        let parts = [
            ("name", json!(format!("演示片区{n}"))),
            ("schools", json!({"school": school(n)})),
            ("schools", json!({"school": school(n + 2)})),
        ];
        changes.push(making.change("zone", zone(n), &first_edits(&parts)));
    }
    let (_, fates) = office.sync(engine, &changes, 500).await;
    for fate in fates {
        assert!(matches!(fate, Fate::Accepted { .. }), "{fate:?}");
    }
}

const FIELDS: [&str; 4] = ["image_progress", "weather_am", "crew/钢筋工", "progress_text"];

fn diary(team: usize, day: u8) -> (RecordId, String) {
    let date = format!("2026-03-{:02}", day + 1);
    (RecordId::natural("diary", &format!("{}/{date}", project(team as u128))), date)
}

/// A change to one field of a diary that replaces exactly what its author sees.
fn entry(client: &Client, making: &mut Making, team: usize, day: u8, field: usize, value: u8) -> Json {
    let (record, date) = diary(team, day);
    let value =
        if FIELDS[field].starts_with("crew") { json!(value) } else { json!(format!("第{value}种")) };
    let mut edits =
        vec![json!({"field": FIELDS[field], "value": value, "replaces": client.seen(record, FIELDS[field])})];
    if !client.replica.contains_key(&record) {
        edits.push(json!({"field": "project", "value": project(team as u128), "replaces": []}));
        edits.push(json!({"field": "date", "value": date, "replaces": []}));
    }
    making.change("diary", record, &json!(edits))
}

async fn play(people: &mut [Client], engine: &Engine, making: &mut Making, step: Step) {
    let office = people.len() - 1;
    match step {
        Step::Write { team, day, field, value } => {
            let change = entry(&people[team], making, team, day, field, value);
            let (_, fates) = people[team].sync(engine, &[change], 2).await;
            assert!(matches!(fates[..], [Fate::Accepted { .. }]), "{fates:?}");
        }
        Step::Twice { team, day } => {
            let change = entry(&people[team], making, team, day, 0, 9);
            // The first answer is lost: the client knows nothing of it.
            let request = json!({
                "protocol": 1, "cursor": people[team].cursor, "ticket": people[team].ticket,
                "changes": [change], "limit": 2,
            });
            let request = serde_json::from_str(&request.to_string()).unwrap();
            engine.round(&people[team].actor, request, Language::English).await.unwrap();
            let (_, fates) = people[team].sync(engine, &[change], 2).await;
            assert!(matches!(fates[..], [Fate::Duplicate { .. }]), "{fates:?}");
        }
        Step::Zone { school: moved, zone: to } => {
            people[office].catch_up(engine, 500).await;
            let mut changes = Vec::new();
            for n in 0..ZONES {
                let heads = people[office].replica[&zone(n)].fields.get(&"schools".parse().unwrap());
                let here: Vec<_> = heads
                    .into_iter()
                    .flatten()
                    .filter(|head| {
                        head.value.part("school").and_then(|v| v.as_text())
                            == Some(school(moved.into()).to_string().as_str())
                    })
                    .map(|head| head.edit.to_string())
                    .collect();
                if !here.is_empty() {
                    changes.push(making.change(
                        "zone",
                        zone(n),
                        &json!([{"field": "schools", "replaces": here}]),
                    ));
                }
            }
            let member = [("schools", json!({"school": school(moved.into())}))];
            changes.push(making.change("zone", zone(to.into()), &first_edits(&member)));
            people[office].sync(engine, &changes, 500).await;
        }
        Step::Township { school: moved, township } => {
            people[office].catch_up(engine, 500).await;
            let seen = people[office].seen(school(moved.into()), "township");
            let edits =
                json!([{"field": "township", "value": format!("{COUNTY}00{township}"), "replaces": seen}]);
            let change = making.change("school", school(moved.into()), &edits);
            people[office].sync(engine, &[change], 500).await;
        }
        Step::Visit { visit, school: to } => {
            people[office].catch_up(engine, 500).await;
            let record = RecordId(Uuid::from_u128(0x7151_7000 + u128::from(visit)));
            let seen = people[office].seen(record, "school");
            let edits = json!([{"field": "school", "value": school(to.into()), "replaces": seen}]);
            let change = making.change("visit", record, &edits);
            let (_, fates) = people[office].sync(engine, &[change], 500).await;
            assert!(matches!(fates[..], [Fate::Accepted { .. }]), "{fates:?}");
        }
        Step::Sync { client, limit } => {
            let client = client % people.len();
            people[client].sync(engine, &[], limit).await;
        }
    }
}

async fn everybody_agrees(people: &mut [Client], engine: &Engine) -> TestCaseResult {
    for client in people {
        client.catch_up(engine, 3).await;
        let mut fresh = Client::new(Arc::clone(&client.actor));
        fresh.catch_up(engine, 4).await;
        let name = &client.actor.username;
        prop_assert_eq!(&client.replica, &fresh.replica, "{} holds what a fresh client would", name);
        let index = engine.index(&client.actor, None, None).await.unwrap();
        let held: BTreeSet<_> = client.replica.values().map(|snapshot| (snapshot.id, snapshot.seq)).collect();
        prop_assert_eq!(held, index.records.iter().copied().collect(), "{}", name);
        prop_assert_eq!(client.digest, Some(index.digest), "{}", name);
    }
    Ok(())
}

async fn the_store_follows_from_its_ledger(store: &Store) -> TestCaseResult {
    let mut tx = store.snapshot().await.unwrap();
    let stored =
        records::page_of_county(&mut tx, COUNTY, 0, records::Room { records: 10_000, bytes: usize::MAX })
            .await
            .unwrap();
    let stored = records::whole(stored).unwrap();
    prop_assert!(!stored.is_empty());
    for row in stored {
        let history = ledger::history(&mut tx, row.id).await.unwrap();
        let record = rows::rebuild(row.id, &history).unwrap();
        let placed = Placed { county: row.county.clone(), school: row.school, project: row.project };
        let span = Span::of(&history).unwrap();
        prop_assert_eq!(rows::row(record, &placed, span, row.place).unwrap(), row);
    }
    Ok(())
}

/// A county's engine on a folder of its own.
async fn open(folder: &std::path::Path) -> (Store, Arc<Engine>) {
    let (store, clock) = (Store::open(folder).await.unwrap(), Clock::default());
    let now = clock.now();
    let server = store
        .write(move |tx| Box::pin(server_row::load_or_create(tx, Uuid::from_u128(1), [7; 32], now)))
        .await
        .unwrap();
    county::open(&store, &clock, COUNTY, "上杭县", Some("350800")).await.unwrap();
    let engine = Engine::start(store.clone(), clock, &server, folder).await.unwrap();
    (store, engine)
}

fn history(steps: Vec<Step>) -> TestCaseResult {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let (store, engine) = open(folder.path()).await;
        let mut making = Making(0);
        let mut people = people();
        found(people.last_mut().unwrap(), &engine, &mut making).await;
        for step in steps {
            play(&mut people, &engine, &mut making, step).await;
        }
        everybody_agrees(&mut people, &engine).await?;
        the_store_follows_from_its_ledger(&store).await?;
        engine.stop().await;
        store.close().await;
        Ok(())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_everybody_ends_with_the_same_records(steps in prop::collection::vec(step(), 1..40)) {
        history(steps)?;
    }
}

#[tokio::test]
async fn what_was_stored_is_told_even_where_what_is_new_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let (store, engine) = open(folder.path()).await;
    let mut making = Making(0);
    let mut people = people();
    found(people.last_mut().unwrap(), &engine, &mut making).await;
    // What is kept over each place is damaged on disk.
    let file = folder.path().join(siteledger::store::FILE);
    let mut beside = sqlx::SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    sqlx::query("update places set xor = cast(xor || x'00' as blob)").execute(&mut beside).await.unwrap();
    let mut inspector = people.swap_remove(SCHOOLS as usize + 1);
    let (record, date) = diary(1, 0);
    let edits = first_edits(&[("project", json!(project(1))), ("date", json!(date))]);
    let team = &mut people[1];
    let change = making.change("diary", record, &edits);
    let (more, fates) = team.sync(&engine, std::slice::from_ref(&change), 500).await;
    assert!(matches!(fates[..], [Fate::Accepted { .. }]), "it is in the ledger, so that is what is said");
    assert!(more && team.replica.is_empty(), "what is new comes once it can be read");
    // Asked for nothing but news, the server says that it cannot: wrong data is never handed out.
    let request: SyncRequest = serde_json::from_str(r#"{"protocol":1}"#).unwrap();
    engine.round(&inspector.actor, request, Language::English).await.unwrap_err();
    sqlx::query("update places set xor = substr(xor, 1, 16)").execute(&mut beside).await.unwrap();
    let (more, fates) = team.sync(&engine, &[change], 500).await;
    assert!(matches!(fates[..], [Fate::Duplicate { .. }]) && !more);
    inspector.catch_up(&engine, 500).await;
    assert!(inspector.replica.contains_key(&record));
    engine.stop().await;
    store.close().await;
}
