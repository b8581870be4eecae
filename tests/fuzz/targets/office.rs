//! A server without a socket for what must be asked over HTTP: one county with a school, a project
//! and a diary, an office's desk and a school team's phone.
//!
//! Every input meets it in the same state, so that a file that was kept breaks the same law again: it
//! is made once a process, and copied for each input that something was taken of.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use serde_json::json;
use siteledger::access::accounts::{self, NewPerson};
use siteledger::access::people::People;
use siteledger::access::secret;
use siteledger::blobs::folder::Folder;
use siteledger::clock::Clock;
use siteledger::config::{self, Settings};
use siteledger::disclosure::Disclosure;
use siteledger::http::app::{App, AtHand};
use siteledger::http::router;
use siteledger::imports::Imports;
use siteledger::lists::Lists;
use siteledger::photos::Photos;
use siteledger::programme::figures::Figures;
use siteledger::reports::draw::typeset::Typesetter;
use siteledger::store::devices::{self, DeviceSecrets, NewDevice};
use siteledger::store::{self, Store, audit, server_row};
use siteledger::sync::audit::{Part, Watcher, run};
use siteledger::sync::county;
use siteledger::sync::engine::Engine;
use sync_protocol::bundle::Key;
use sync_protocol::id::DeviceId;
use sync_protocol::kinds::Role;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use uuid::Uuid;

const COUNTY: &str = "350823";
const SCHOOL: &str = "0198c9a4-0000-7000-8000-000000000501";
const PROJECT: &str = "0198c9a4-0000-7000-8000-000000000601";

/// Somebody who comes to the office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// The county's office, which sees and brings in everything.
    Desk,
    /// A phone of the project's school team.
    Phone,
}

impl Who {
    pub(crate) const ALL: [Self; 2] = [Self::Desk, Self::Phone];

    pub(crate) const fn device(self) -> DeviceId {
        DeviceId(Uuid::from_u128(0x0198_c9a4_0000_7000_8000_0000_0000_0d00 + self as u128))
    }

    pub(crate) const fn token(self) -> &'static str {
        match self {
            Self::Desk => "the desk of the fuzzed office",
            Self::Phone => "the phone of the fuzzed school",
        }
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// Checks what holds of every answer; says whether it is a refusal.
    pub(crate) fn is_refusal(&self) -> bool {
        assert!(!self.status.is_server_error(), "{} {:?}", self.status, self.body);
        if self.status.is_success() {
            return false;
        }
        let problem: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let is_told = problem["code"].as_str().is_some_and(|code| !code.is_empty());
        assert!(is_told || self.body.is_empty(), "{} says nothing: {:?}", self.status, self.body);
        true
    }
}

/// How much is stored: what a refusal leaves as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    seq: u64,
    held: u64,
    photos: u64,
    incoming: Vec<String>,
}

/// A server without a socket.
pub(crate) struct Office {
    folder: TempDir,
    pub(crate) app: App,
    router: Router,
}

impl Office {
    /// Plays a story at the office; the story says whether anything was taken.
    pub(crate) fn play(story: impl AsyncFnOnce(&Self) -> bool) {
        thread_local! {
            static STAGE: (Runtime, std::cell::RefCell<Option<Office>>) = {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                (runtime.expect("there are threads"), std::cell::RefCell::default())
            };
        }
        STAGE.with(|(runtime, untouched)| {
            let office = untouched.take();
            runtime.block_on(async {
                let office = match office {
                    Some(office) => office,
                    None => Self::copied(Self::founded().await).await,
                };
                if story(&office).await {
                    office.verify().await;
                    office.close().await;
                } else {
                    untouched.replace(Some(office));
                }
            });
        });
    }

    /// The folder that every office is copied from.
    async fn founded() -> &'static Path {
        static FOUNDED: OnceLock<TempDir> = OnceLock::new();
        if let Some(folder) = FOUNDED.get() {
            return folder.path();
        }
        let folder = tempfile::tempdir().expect("there is room");
        let (clock, store) = (Clock::default(), Store::open(folder.path()).await.expect("it opens"));
        county::open(&store, &clock, COUNTY, "上杭县", Some("350800")).await.expect("it is new");
        let (at_county, at_project) = (format!("county:{COUNTY}"), format!("project:{PROJECT}"));
        let desk = [(Role::ProjectOffice, &at_county), (Role::InspectionOffice, &at_county)];
        settle(&store, &clock, Who::Desk, "office", &desk).await;
        store.close().await;
        let office = Self::at(folder).await;
        let brought_in = office.bring_in(Who::Desk, &registry()).await;
        assert_eq!(brought_in, 2, "the county is brought in whole");
        settle(&office.app.store, &clock, Who::Phone, "team", &[(Role::SchoolTeam, &at_project)]).await;
        let folder = office.close().await;
        FOUNDED.get_or_init(|| folder).path()
    }

    async fn copied(founded: &Path) -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        fs::copy(founded.join(store::FILE), folder.path().join(store::FILE)).expect("there is room");
        Self::at(folder).await
    }

    async fn at(folder: TempDir) -> Self {
        let (data, clock) = (folder.path(), Clock::default());
        let (store, now) = (Store::open(data).await.expect("it opens"), clock.now());
        let row =
            store.write(move |tx| Box::pin(server_row::load_or_create(tx, Uuid::from_u128(1), [7; 32], now)));
        let row = row.await.expect("it is written");
        let settings = Settings {
            data: data.to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: "http://127.0.0.1:8080".to_owned(),
            trusted_proxies: Vec::new(),
            metrics_token: None,
            backup: None,
            tianditu_key: None,
        };
        let engine = Engine::start(store.clone(), clock.clone(), &row, data).await.expect("it starts");
        let (index, its) = (store.clone(), Arc::clone(&engine));
        let app = App::new(AtHand {
            lists: Arc::new(Lists::new(index, its, data.to_owned(), row.id)),
            typesetter: Arc::new(Typesetter::new(PathBuf::new())),
            figures: Figures::new(store.clone(), clock.clone()),
            disclosure: Disclosure::new(store.clone(), clock.clone(), Arc::clone(&engine)),
            store: store.clone(),
            clock: clock.clone(),
            settings: Arc::new(settings),
            people: Arc::new(People::new(store.clone(), clock.clone()).expect("there is chance")),
            photos: Photos::open(store.clone(), clock.clone(), data, Arc::default()).expect("it opens"),
            imports: Imports::new(store.clone(), clock.clone(), Arc::clone(&engine)),
            engine,
            stopping: CancellationToken::new(),
        });
        let (router, _) = router::router(app.clone());
        Self { folder, app, router }
    }

    async fn close(self) -> TempDir {
        self.app.engine.stop().await;
        self.app.store.close().await;
        self.folder
    }

    /// Sends changes, and tells how many were accepted.
    async fn bring_in(&self, who: Who, changes: &[serde_json::Value]) -> usize {
        let body = json!({ "protocol": 1, "changes": changes }).to_string();
        let answer = self.post(who, "/api/v1/sync", Bytes::from(body)).await;
        let answer: serde_json::Value = serde_json::from_slice(&answer.body).expect("it is JSON");
        let outcomes = answer["outcomes"].as_array().into_iter().flatten();
        outcomes.filter(|outcome| outcome["outcome"] == "accepted").count()
    }

    /// Sends JSON.
    pub(crate) async fn post(&self, who: Who, path: &str, body: Bytes) -> Answer {
        let request = Request::post(path).header("content-type", "application/json").body(Body::from(body));
        self.ask(who, request.expect("it is a request")).await
    }

    /// Sends any request, as somebody.
    pub(crate) async fn ask(&self, who: Who, mut request: Request<Body>) -> Answer {
        let bearer = format!("Bearer {}", who.token()).parse().expect("it is a header");
        request.headers_mut().insert("authorization", bearer);
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 4000))));
        let response = self.router.clone().oneshot(request).await.expect("it always answers");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("it is in memory").to_bytes();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// How much is stored.
    pub(crate) async fn stored(&self) -> Stored {
        let mut tx = self.app.store.read().await.expect("it reads");
        let extent = audit::extent(&mut tx, COUNTY).await.expect("it reads");
        let seq = self.app.engine.standing().counties[COUNTY].ledger.seq;
        let incoming = self.app.photos.folder.incoming().await.expect("it reads");
        let mut incoming: Vec<_> = incoming.into_iter().map(|found| found.what).collect();
        incoming.sort();
        Stored { seq, held: extent.held, photos: extent.photos, incoming }
    }

    /// Checks everything that is stored against everything else.
    async fn verify(&self) {
        let data = self.folder.path();
        let mut tx = audit::open(data).await.expect("it opens");
        let photos = Folder::to_read(&config::blobs_folder(data));
        let report = run(&mut tx, &photos, &mut Nobody).await.expect("it can be checked");
        assert!(report.is_clean(), "{:?}", report.findings);
    }
}

/// Adds a person with a device whose id and token are the same in every process.
async fn settle(store: &Store, clock: &Clock, who: Who, username: &str, roles: &[(Role, &String)]) {
    let new = NewPerson {
        username: username.to_owned(),
        display_name: format!("演示 {username}"),
        password: None,
        roles: roles.iter().map(|(role, scope)| (*role, scope.parse().expect("a scope"))).collect(),
    };
    let user = accounts::add(store, clock, new).await.expect("it is a new name");
    let secrets = DeviceSecrets { token_hash: secret::hash(who.token()), bundle_key: Key::of(who.token()).0 };
    let device = NewDevice {
        id: who.device(),
        user,
        name: "演示".to_owned(),
        secrets: Some(secrets),
        created_at: clock.now(),
    };
    let added = store.write(move |tx| Box::pin(async move { devices::add(tx, &device).await })).await;
    added.expect("it is new");
}

/// A school and its project.
fn registry() -> [serde_json::Value; 2] {
    let change = |id: &str, record: &str, kind: &str, fields: &[(&str, serde_json::Value)]| {
        let edits: Vec<_> =
            fields.iter().map(|(field, value)| json!({ "field": field, "value": value })).collect();
        json!({ "id": id, "record": record, "kind": kind, "made_at": "2026-03-01T08:00:00+08:00", "edits": edits })
    };
    [
        change(
            "0198c9a4-0000-7000-8000-000000000c01",
            SCHOOL,
            "school",
            &[("name", "示范小学（演示）".into()), ("county", COUNTY.into()), ("category", "小学".into())],
        ),
        change(
            "0198c9a4-0000-7000-8000-000000000c02",
            PROJECT,
            "project",
            &[
                ("name", "示范教学楼（演示）".into()),
                ("school", SCHOOL.into()),
                ("class", "building".into()),
                ("work_type", "新建".into()),
                ("plan_year", 2016.into()),
            ],
        ),
    ]
}

/// Nobody watches.
struct Nobody;

impl Watcher for Nobody {
    fn begin(&mut self, _: Part, _: u64) {}
    fn advance(&mut self, _: u64) {}
}
