//! A data folder with everything in it that can be damaged.

use std::path::Path;
use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use siteledger::access::accounts::{self, NewPerson};
use siteledger::access::actor::{Actor, Grant, Via};
use siteledger::access::enrolment;
use siteledger::access::people::People;
use siteledger::access::role::Scope;
use siteledger::blobs::folder::Folder;
use siteledger::clock::{Clock, Moment};
use siteledger::error::Language;
use siteledger::store::photos::{self, PhotoRow};
use siteledger::store::sessions::{self, Session};
use siteledger::store::uploads::{self, UploadRow};
use siteledger::store::{Store, audit, server_row};
use siteledger::sync::audit::{Part, Report, Watcher, run};
use siteledger::sync::checkpoint::Occasion;
use siteledger::sync::engine::Engine;
use siteledger::sync::{checkpoint, county};
use sqlx::{ConnectOptions as _, Connection as _};
use sync_protocol::id::{DeviceId, RecordId, UserId};
use sync_protocol::kinds::Role;
use sync_protocol::message::Fate;
use sync_protocol::photo::Sha256;
use uuid::Uuid;

pub(crate) const COUNTIES: [&str; 2] = ["350823", "350824"];
pub(crate) const PHOTO: &[u8] = b"the bytes of a photo, as far as a hash cares";

pub(crate) fn id(number: usize) -> RecordId {
    RecordId(Uuid::from_u128(0x5c00_0000 + number as u128))
}

pub(crate) fn office(county: usize) -> Arc<Actor> {
    Arc::new(Actor {
        user: UserId(Uuid::from_u128(0xa0 + county as u128)),
        username: format!("demo-{county}"),
        display_name: format!("演示人员{county}"),
        device: DeviceId(Uuid::from_u128(0xde + county as u128)),
        via: Via::Device,
        home_county: Some(COUNTIES[county].to_owned()),
        grants: [Role::ProjectOffice, Role::SchoolTeam]
            .map(|role| Grant {
                role,
                scope: Scope::County(COUNTIES[county].to_owned()),
                since: Moment(0),
                until: None,
            })
            .to_vec(),
    })
}

pub(crate) fn change(kind: &str, record: RecordId, edits: &[(&str, Json)]) -> Json {
    let edits: Vec<_> = edits.iter().map(|(field, value)| json!({"field": field, "value": value})).collect();
    json!({
        "id": Uuid::now_v7(), "record": record, "kind": kind,
        "made_at": "2026-03-02T17:41:08+08:00", "edits": edits,
    })
}

/// Everything that a county has at first: a school, its project, a zone, and diaries with a photo.
pub(crate) fn first_changes(county: usize) -> Vec<Json> {
    let (school, project, zone) = (id(county * 10), id(county * 10 + 1), id(county * 10 + 2));
    let mut changes = vec![
        change(
            "school",
            school,
            &[("name", json!("演示学校")), ("county", json!(COUNTIES[county])), ("category", json!("小学"))],
        ),
        change("project", project, &[("name", json!("演示项目")), ("school", json!(school))]),
        change("zone", zone, &[("name", json!("演示片区")), ("schools", json!({"school": school}))]),
    ];
    for day in 1..=20 {
        let date = format!("2026-03-{day:02}");
        let record = RecordId::natural("diary", &format!("{project}/{date}"));
        let photo = json!({"sha256": Sha256::of(PHOTO), "category": "形象进度"});
        changes.push(change(
            "diary",
            record,
            &[("project", json!(project)), ("date", json!(date)), ("photos", photo)],
        ));
        for line in ["钢筋绑扎", "模板安装", "混凝土浇筑"] {
            changes.push(change("diary", record, &[("progress_text", json!(line))]));
        }
    }
    changes
}

pub(crate) async fn send(engine: &Engine, actor: &Arc<Actor>, changes: &[Json]) -> Vec<Fate> {
    let request = json!({"protocol": 1, "changes": changes}).to_string();
    let request = serde_json::from_str(&request).unwrap();
    let answer = engine.round(actor, request, Language::English).await.unwrap();
    answer.outcomes.into_iter().map(|outcome| outcome.fate).collect()
}

/// A data folder with two counties, signed twice on the way, a held change and a photo.
pub(crate) async fn build(data: &Path) {
    // Enough for a subtree of 256 leaves.
    build_with(data, 200).await;
}

pub(crate) async fn build_with(data: &Path, remarks: usize) {
    let (store, clock) = (Store::open(data).await.unwrap(), Clock::default());
    let now = clock.now();
    let server = store
        .write(move |tx| Box::pin(server_row::load_or_create(tx, Uuid::from_u128(1), [7; 32], now)))
        .await
        .unwrap();
    for code in COUNTIES {
        county::open(&store, &clock, code, "演示县", Some("350800")).await.unwrap();
    }
    let engine = Engine::start(store.clone(), clock.clone(), &server, data).await.unwrap();
    for (county, actor) in [office(0), office(1)].iter().enumerate() {
        for fate in send(&engine, actor, &first_changes(county)).await {
            assert!(matches!(fate, Fate::Accepted { .. }), "{fate:?}");
        }
        checkpoint::tick(&store, &clock, Occasion::Regular).await.unwrap();
        clock.advance(TimeDelta::hours(1));
        let diary = RecordId::natural("diary", &format!("{}/2026-03-01", id(county * 10 + 1)));
        let remarks: Vec<_> = (0..remarks)
            .map(|number| change("diary", diary, &[("remarks", json!(format!("第{number}条")))]))
            .collect();
        send(&engine, actor, &remarks).await;
        checkpoint::tick(&store, &clock, Occasion::Regular).await.unwrap();
    }
    let unknown = change("dairy", id(99), &[("date", json!("2026-03-01"))]);
    let fates = send(&engine, &office(0), &[unknown]).await;
    assert!(matches!(fates[..], [Fate::Held { .. }]), "{fates:?}");
    keep_photo(&store, data, now).await;
    let_people_in(&store, &clock).await;
    engine.stop().await;
    store.close().await;
}

pub(crate) async fn keep_photo(store: &Store, data: &Path, now: Moment) {
    let file = photo_file(data);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, PHOTO).unwrap();
    let row = PhotoRow {
        sha256: Sha256::of(PHOTO),
        bytes: PHOTO.len() as u64,
        media_type: "image/jpeg".to_owned(),
        size: Some((4000, 3000)),
        made_by: office(0).user,
        device: office(0).device,
        received_at: now,
        damaged_at: None,
        facts: None,
    };
    store.write(move |tx| Box::pin(async move { photos::save(tx, &row).await })).await.unwrap();
}

/// Two people: one left, one has a phone, codes, a browser with a session, and an upload under way.
pub(crate) async fn let_people_in(store: &Store, clock: &Clock) {
    let person = |username: &str| NewPerson {
        username: username.to_owned(),
        display_name: "演示人员".to_owned(),
        password: Some("correct horse battery".to_owned()),
        roles: [Role::ProjectOffice, Role::InspectionOffice]
            .map(|role| (role, Scope::County(COUNTIES[0].to_owned())))
            .to_vec(),
    };
    let left = accounts::add(store, clock, person("demo-left")).await.unwrap();
    let here = accounts::add(store, clock, person("demo-here")).await.unwrap();
    accounts::ask_for_totp(store, &accounts::named(store, "demo-here").await.unwrap()).await.unwrap();
    clock.advance(TimeDelta::seconds(1));
    let scope = Scope::County(COUNTIES[0].to_owned());
    accounts::end_role(store, clock, left, Role::ProjectOffice, scope).await.unwrap();
    accounts::disable(store, clock, left).await.unwrap();
    let codes = enrolment::issue(store, clock, here).await.unwrap();
    let people = People::new(store.clone(), clock.clone()).unwrap();
    let peer = std::net::IpAddr::from([127, 0, 0, 1]);
    let phone = enrolment::redeem(&people, &codes.long, "演示手机", None, peer).await.unwrap();
    accounts::revoke_device(store, clock, phone.device).await.unwrap();
    let now = clock.now();
    let session = Session {
        user: here,
        device: phone.device,
        created_at: now,
        used_at: now,
        expires_at: now.plus_seconds(3600),
    };
    let upload = UploadRow {
        id: Uuid::from_u128(5),
        user: here,
        county: Some(COUNTIES[0].to_owned()),
        device: phone.device,
        sha256: Sha256::of(b"another photo"),
        length: 13,
        filename: "柱筋.jpg".to_owned(),
        created_at: now,
    };
    let keep = store.write(move |tx| {
        Box::pin(async move {
            sessions::add(tx, &[9; 32], &session).await?;
            uploads::begin(tx, &upload).await?;
            photos::brought(tx, &Sha256::of(PHOTO), here, Some(COUNTIES[0])).await
        })
    });
    keep.await.unwrap();
}

pub(crate) fn photo_file(data: &Path) -> std::path::PathBuf {
    let hash = Sha256::of(PHOTO).to_string();
    data.join("photos").join(&hash[..2]).join(&hash[2..4]).join(&hash)
}

pub(crate) struct Nobody;

impl Watcher for Nobody {
    fn begin(&mut self, _part: Part, _steps: u64) {}
    fn advance(&mut self, _steps: u64) {}
}

pub(crate) async fn verify(data: &Path) -> siteledger::error::Result<Report> {
    let mut tx = audit::open(data).await?;
    let report = run(&mut tx, &Folder::to_read(&data.join("photos")), &mut Nobody).await;
    let _ = tx.close().await;
    report
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::copy(from.join("siteledger.db"), to.join("siteledger.db")).unwrap();
    let photo = photo_file(to);
    std::fs::create_dir_all(photo.parent().unwrap()).unwrap();
    std::fs::copy(photo_file(from), photo).unwrap();
}

pub(crate) async fn open_raw(data: &Path) -> sqlx::SqliteConnection {
    sqlx::sqlite::SqliteConnectOptions::new()
        .filename(data.join("siteledger.db"))
        .foreign_keys(false)
        .connect()
        .await
        .unwrap()
}

pub(crate) async fn tamper(data: &Path, statement: &'static str) {
    let mut raw = open_raw(data).await;
    let done = sqlx::raw_sql(statement).execute(&mut raw).await.unwrap();
    assert!(done.rows_affected() > 0, "it changes nothing: {statement}");
    raw.close().await.unwrap();
}
