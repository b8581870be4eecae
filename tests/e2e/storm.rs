//! Random histories: phones that are copied, rolled back and restarted, that send the last thing
//! first, a server that is killed, a line that does what it likes. Whatever happened, the laws of the protocol hold at the end.
//!
//! `SITELEDGER_STORMS=200` plays two hundred. A storm that fails prints its seed; the same seed
//! makes the same people do the same things.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use harness::replica::Phone;
use harness::seed::Seed;
use harness::world::{OpenWorld, days};
use harness::{Device, Draft, Network, Server, Weather, World};
use serde_json::json;
use sync_protocol::id::{ChangeId, RecordId};
use sync_protocol::kinds::Role;
use sync_protocol::message::{HaveRequest, HaveResponse};
use sync_protocol::signoff::Verdict;

/// How many storms are played.
#[expect(clippy::disallowed_methods, reason = "a test has no command line of its own")]
fn storms() -> u64 {
    std::env::var("SITELEDGER_STORMS").ok().and_then(|storms| storms.parse().ok()).unwrap_or(3)
}

const STEPS: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_the_laws_hold_at_the_end() {
    for seed in 0..storms() {
        println!("SEED={seed}");
        Storm::begin(seed).await.play().await;
    }
}

struct Storm {
    chance: Seed,
    server: Server,
    line: Network,
    world: OpenWorld,
    phones: Vec<Device>,
    principal: Device,
    backups: Vec<(usize, Phone)>,
    /// What the server confirmed to anyone.
    confirmed: BTreeSet<ChangeId>,
    diaries: Vec<(RecordId, String)>,
}

impl Storm {
    async fn begin(seed: u64) -> Self {
        let server = Server::start().await;
        let world = World::small(seed).open(&server).await;
        let line = Network::to(&server).await;
        let mut chance = Seed::new(seed).branch("storm");
        let mut phones = Vec::new();
        for name in ["甲", "乙", "丙"] {
            let years = TimeDelta::days(365 * (chance.below(60) as i64 - 30));
            let phone = world.school_phone(&server, name).await;
            phones.push(phone.behind(&line).with_clock_off_by(years));
        }
        let school = format!("school:{}", world.projects[0].school);
        let principal = world.phone(&server, "校长", &[("principal", school.as_str())]).await.behind(&line);
        let project = world.projects[0].id;
        let diaries =
            days("2026-03-01", 4).map(|day| (harness::draft::diary_id(project, &day), day)).collect();
        let (backups, confirmed) = (Vec::new(), BTreeSet::new());
        Self { chance, server, line, world, phones, principal, backups, confirmed, diaries }
    }

    async fn play(mut self) {
        for _ in 0..STEPS {
            let who = self.chance.below(self.phones.len() as u64) as usize;
            match self.chance.below(100) {
                0..45 => self.write(who),
                45..75 => self.sync(who).await,
                75..80 => self.sync_all_at_once().await,
                80..84 => self.phones[who].restart(),
                84..86 if self.phones.len() < 6 => {
                    let copy = self.phones[who].copied();
                    self.phones.push(copy);
                }
                86..90 => self.backups.push((who, self.phones[who].phone.clone())),
                90..92 if !self.backups.is_empty() => {
                    let (who, backup) = self.chance.pick(&self.backups).clone();
                    self.phones[who].roll_back(&backup);
                }
                92..94 => self.phones[who].phone.outbox.waiting.reverse(),
                94..97 => self.sign().await,
                97..99 => self.server.restart().await,
                99 => {
                    assert!(self.server.terminate().await.success());
                    self.server.start_again().await;
                }
                _ => {}
            }
        }
        self.settle_down().await;
    }

    /// Somebody writes something into one of the diaries, over what is seen or blindly.
    fn write(&mut self, who: usize) {
        let (_, day) = self.chance.pick(&self.diaries).clone();
        let project = self.world.projects[0].id;
        let chance = &mut self.chance;
        let fill = |form: Draft| match chance.below(12) {
            0..3 => form.set("image_progress", *chance.pick(&["基础", "主体一层", "主体二层", "砌体"])),
            3..5 => form.crew(chance.pick::<&str>(&["普工", "钢筋工"]), chance.below(4) as i64),
            5 => form.set("weather_am", *chance.pick(&["晴", "阴", "小雨"])),
            6 => form.set("progress_text", format!("进展 {}", chance.below(1000))),
            7 => form.set_json("visitors", json!({ "name": format!("来访 {}（演示）", chance.below(9)) })),
            8 if !form.shown("visitors").is_empty() => {
                let shown = form.shown("visitors");
                form.take_away("visitors", *chance.pick(&shown))
            }
            9 => form.set_blind("work_status", *chance.pick(&["working", "idle"])),
            10 if !form.shown("image_progress").is_empty() => form.clear("image_progress"),
            _ => form.set("safety_ok", chance.chance(50)).set("reason", "更正"),
        };
        self.phones[who].write_diary(project, &day, fill);
    }

    async fn sync(&mut self, who: usize) {
        let bytes = self.chance.below(3000) as usize;
        let weather = match self.chance.below(10) {
            0 => Weather::CutRequestAfter(bytes),
            1 => Weather::CutAnswerAfter(bytes),
            2 => Weather::LOST_ANSWER,
            3 => Weather::Twice,
            4 => Weather::portal(),
            5 => Weather::half_an_answer(),
            _ => Weather::Fair,
        };
        self.line.next(weather);
        let phone = &mut self.phones[who];
        phone.limit = Some(1 + self.chance.below(20) as u32);
        // What comes of it is what the phone knows afterwards.
        phone.sync().await.ok();
        self.note_confirmed(who);
    }

    /// Everybody is back in the valley at the same moment, copies of one phone among them.
    async fn sync_all_at_once(&mut self) {
        let all = self.phones.drain(..).map(|mut phone| async move {
            phone.sync().await.ok();
            phone
        });
        self.phones = futures_util::future::join_all(all).await;
        for who in 0..self.phones.len() {
            self.note_confirmed(who);
        }
    }

    fn note_confirmed(&mut self, who: usize) {
        let outbox = &self.phones[who].phone.outbox;
        let held = outbox.held.iter().map(|held| held.change.id);
        self.confirmed.extend(outbox.kept.iter().map(|kept| kept.change.id).chain(held));
    }

    async fn sign(&mut self) {
        let (diary, _) = self.chance.pick(&self.diaries).clone();
        self.principal.sync().await.ok();
        if self.principal.phone.replica.records.contains_key(&diary) {
            self.principal.sign(diary, Role::Principal, Verdict::Confirmed, None);
            self.principal.sync().await.ok();
        }
    }

    /// The weather clears up, everybody syncs, and everything is compared with everything.
    async fn settle_down(mut self) {
        self.line.clear_up();
        self.phones.push(self.principal.clone());
        for _ in 0..2 {
            for phone in &mut self.phones {
                phone.limit = None;
                phone.sync().await.expect("the line holds");
                assert!(phone.phone.outbox.waiting.is_empty());
                assert_eq!(phone.phone.replica.distrust, None, "the ledger only ever grew");
                assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
            }
        }
        let asked = HaveRequest { changes: self.confirmed.into_iter().collect(), photos: Vec::new() };
        let lacks = self.world.office.post("/api/v1/sync/have", json!(asked)).await;
        let lacks: HaveResponse = serde_json::from_value(lacks).expect("an answer");
        assert!(lacks.changes.is_empty(), "confirmed, and not there: {:?}", lacks.changes);

        let (first, others) = self.phones.split_first().expect("there are phones");
        let mut fresh = self.world.enrol(&self.server, &first.username, "新手机（演示）").await;
        fresh.sync().await.expect("the line holds");
        for phone in others.iter().filter(|phone| phone.username != self.principal.username) {
            assert_eq!(phone.phone.replica.records, fresh.phone.replica.records);
        }
        assert_eq!(first.phone.replica.records, fresh.phone.replica.records);
        for (diary, _) in &self.diaries {
            if fresh.phone.replica.records.contains_key(diary) {
                self.world.office.record(*diary).await;
            }
        }
        self.server.verify();
    }
}
