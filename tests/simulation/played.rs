//! The same histories, played to the real server: the built binary, its SQLite file, HTTP. Every
//! answer is compared with the model's, and at the end everything that was acknowledged is read
//! back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::TimeDelta;
use harness::replica::Answer;
use harness::{Device, Person, Server};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use siteledger::clock::Clock;
use siteledger::store::held::State;
use sync_protocol::digest::canonical;
use sync_protocol::id::ChangeId;
use sync_protocol::message::{Snapshot, SyncRequest};

use crate::county::{County, LEDGERS};
use crate::history::{Deed, History};

/// The person who reads both counties.
const READER: usize = 2;

/// A real server with the people and phones of a history.
struct Stage {
    server: Server,
    county: County,
    desks: Vec<Person>,
    /// The server's own cursors by the model's.
    cursors: HashMap<String, String>,
}

impl Stage {
    async fn set() -> Self {
        let server = Server::start().await;
        for (code, name, city) in LEDGERS {
            server.run(&["county", "add", code, name, "--city", city]);
        }
        let mut county = County::planned();
        for person in &county.people {
            let mut arguments = vec!["user", "add", person.username, "--display-name", &person.name];
            let roles: Vec<_> =
                person.roles.iter().map(|(role, scope)| (role.as_str(), scope.to_string())).collect();
            for (role, scope) in &roles {
                arguments.extend(["--role", role, "--at", scope]);
            }
            server.run(&arguments);
        }
        let mut desks = Vec::new();
        for issued in &mut county.devices {
            let person = &mut county.people[issued.person];
            let enrolment = server.run(&["enrol", person.username, "--json"]).json();
            let code = enrolment["code"].as_str().expect("a code");
            let device = Device::enrol(&server, code, "演示手机").await;
            (person.user, issued.device) = (device.phone.owner.user, device.phone.owner.device);
            desks.push(Person::at(device));
        }
        Self { server, county, desks, cursors: HashMap::new() }
    }

    async fn play(&mut self, step: usize, deed: &Deed) {
        match deed {
            Deed::Sync(device, request, told) => self.sync(step, *device, request, told).await,
            Deed::Waver(wavering, given) => {
                let (person, role, scope) = &self.county.wavering[*wavering];
                let (username, scope) = (self.county.people[*person].username, scope.to_string());
                let verb = if *given { "grant" } else { "revoke-role" };
                self.server.run(&["user", verb, username, "--role", role.as_str(), "--at", &scope]);
            }
            Deed::Decide { held, by, release, done } => {
                let (verb, body) = if *release {
                    ("release", json!({}))
                } else {
                    ("refuse", json!({ "reason": "请核对后重新填写" }))
                };
                let path = format!("/api/v1/held/{held}/{verb}");
                let (status, answer) = self.desks[*by].ask(Method::POST, &path, Some(body)).await;
                assert_eq!(status == StatusCode::OK, *done, "deed {step}, {path} by {by}: {status} {answer}");
            }
            Deed::Crash => {
                self.server.restart().await;
                for desk in &mut self.desks {
                    desk.desk.connect(&self.server);
                }
            }
        }
    }

    /// Sends the same request, and compares the answers but for what is each server's own.
    async fn sync(&mut self, step: usize, device: usize, request: &SyncRequest, told: &Answer) {
        let cursor = request.cursor.as_ref().map(|cursor| self.cursors[cursor].clone());
        let request = SyncRequest {
            protocol: request.protocol,
            device_time: None,
            cursor,
            ticket: None,
            checkpoint: None,
            changes: request.changes.clone(),
            limit: request.limit,
            news: request.news,
        };
        let body = serde_json::to_value(&request).expect("a request has a JSON form");
        let (status, answer) = self.desks[device].ask(Method::POST, "/api/v1/sync", Some(body)).await;
        assert_eq!(status, StatusCode::OK, "deed {step}: {answer}");
        let cursor = answer["cursor"].as_str().expect("a cursor").to_owned();
        self.cursors.insert(told.cursor.clone().expect("a cursor"), cursor);
        assert_eq!(
            common(answer),
            common(json!(told)),
            "deed {step}, device {device}: the server, then the model"
        );
    }

    /// Everything that the model has is read back from the server: no more, no less, byte for byte.
    async fn read_back(&self, history: &History) {
        let books = &history.office.books;
        let reader = &self.desks[READER];
        let mut in_ledgers = BTreeSet::new();
        for row in books.rows.values() {
            let told = reader.record(row.record.id).await;
            let snapshot = Snapshot::of(row.record.clone(), row.seq, row.placed.school, row.placed.project);
            let theirs: Snapshot = serde_json::from_value(told["record"].clone()).expect("a record");
            let bytes = |snapshot: &Snapshot| canonical(snapshot).expect("a record has a JSON form");
            assert_eq!(
                String::from_utf8_lossy(&bytes(&theirs)),
                String::from_utf8_lossy(&bytes(&snapshot)),
                "the server, then the model"
            );
            for entry in told["history"].as_array().expect("a list") {
                let id: ChangeId = serde_json::from_value(entry["change"]["id"].clone()).expect("an id");
                assert!(in_ledgers.insert((id, entry["seq"].as_u64())), "{id} is in the ledger twice");
            }
        }
        let expected: BTreeSet<_> =
            books.entries.iter().map(|entry| (entry.change, Some(entry.seq))).collect();
        assert_eq!(in_ledgers, expected, "the ledgers of the server, then those of the model");
        self.read_back_held(history).await;
        self.server.verify();
    }

    async fn read_back_held(&self, history: &History) {
        let mut theirs = BTreeMap::new();
        for state in [State::Waiting, State::Released, State::Refused] {
            let path = format!("/api/v1/held?limit=1000&state={}", state.as_str());
            let list = self.desks[READER].get(&path).await;
            for held in list["held"].as_array().expect("a list") {
                let id = held["id"].as_i64().expect("a number");
                let seq = held["released_seq"].as_u64();
                theirs.insert(id, (held["change_id"].clone(), state.as_str(), seq));
            }
        }
        let ours = history.office.books.held.iter();
        let ours: BTreeMap<_, _> = ours
            .map(|row| (row.id, (json!(row.held.change_id), row.state.as_str(), row.released_seq)))
            .collect();
        assert_eq!(theirs, ours, "the held box of the server, then that of the model");
    }
}

/// The parts of an answer that do not belong to one server alone.
fn common(mut answer: Json) -> Json {
    let parts = answer.as_object_mut().expect("an object");
    for own in ["cursor", "server_time", "ticket", "checkpoint"] {
        parts.remove(own);
    }
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_answers_as_its_model_does() {
    let seeds = crate::setting("SITELEDGER_SIMULATION_PLAYED", 4);
    let steps = crate::setting("SITELEDGER_SIMULATION_PLAYED_STEPS", 400);
    let from = crate::setting("SITELEDGER_SIMULATION_FROM", 0);
    for seed in from..from + seeds {
        println!("SEED={seed}");
        let mut stage = Stage::set().await;
        // Later than anything that the server's own clock will say, so that both agree on what came
        // before what.
        let clock = Clock::default();
        clock.advance(TimeDelta::hours(1));
        let history = History::begin(seed, stage.county.clone(), clock.now(), None, true);
        let mut history = history.play(steps).unwrap_or_else(|failure| panic!("{failure}"));
        for (step, deed) in history.deeds.take().expect("they were noted").iter().enumerate() {
            stage.play(step, deed).await;
        }
        stage.read_back(&history).await;
        println!("{:?}", history.tally);
    }
}
