//! Every route × everybody. The routes come from the server's own description: one that is missing
//! from the table here fails the test, and so does one that is not there any more.

use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{ImageFormat, RgbImage};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use siteledger::access::accounts;
use siteledger::http::router;
use siteledger::sync::{checkpoint, county};
use sync_protocol::bundle::{CHANGES, ChangesInside, Key, MANIFEST, Manifest};
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;
use uuid::Uuid;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::house::Server;

/// Who may use a route.
#[derive(Clone, Copy, Debug)]
enum For {
    /// Whoever comes.
    Everybody,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever has the site in scope; to others its records are not there.
    Readers,
    /// Whoever has something of the county in scope; to others its ledger is not there.
    County,
    /// Whoever sees a county's held box; others are told that they may not.
    SeesBoxes,
    /// Whoever sees this county's held box, and the author; to others what is held is not there.
    SeesHeld,
    /// Whoever decides what is held: who sees it is told that they may not, to others it is not there.
    Decides,
    /// The author alone, whose upload it is; to others it is not there.
    Author,
    /// Nobody from elsewhere than this machine; to others it is not there.
    Operator,
}

use For::{Author, County, Decides, Everybody, Operator, Readers, SeesBoxes, SeesHeld, SignedIn};

const ROUTES: &[(&str, &str, For)] = &[
    ("get", "/", Everybody),
    ("post", "/api/v1/enrol", Everybody),
    ("post", "/api/v1/session", Everybody),
    ("delete", "/api/v1/session", Everybody),
    ("get", "/api/v1/schema", Everybody),
    ("get", "/api/v1/openapi.json", Everybody),
    ("get", "/api/v1/health", Everybody),
    ("get", "/api/v1/ready", Everybody),
    ("options", "/api/v1/uploads", Everybody),
    ("get", "/metrics", Operator),
    ("get", "/api/v1/me", SignedIn),
    ("post", "/api/v1/sync", SignedIn),
    ("post", "/api/v1/sync/index", SignedIn),
    ("post", "/api/v1/sync/have", SignedIn),
    ("post", "/api/v1/bundles", SignedIn),
    ("get", "/api/v1/nudges", SignedIn),
    ("post", "/api/v1/uploads", SignedIn),
    ("head", "/api/v1/uploads/{id}", Author),
    ("patch", "/api/v1/uploads/{id}", Author),
    ("post", "/api/v1/uploads/{id}", Author),
    ("delete", "/api/v1/uploads/{id}", Author),
    ("get", "/api/v1/records/{id}", Readers),
    ("get", "/api/v1/photos/{sha256}", Readers),
    ("get", "/api/v1/photos/{sha256}/preview", Readers),
    ("get", "/api/v1/photos/{sha256}/thumbnail", Readers),
    ("get", "/api/v1/held", SeesBoxes),
    ("get", "/api/v1/held/{id}", SeesHeld),
    ("post", "/api/v1/held/{id}/release", Decides),
    ("post", "/api/v1/held/{id}/refuse", Decides),
    ("get", "/api/v1/ledgers/{county}/checkpoint", County),
    ("get", "/api/v1/ledgers/{county}/key", County),
    ("get", "/api/v1/ledgers/{county}/proof", County),
    ("get", "/api/v1/ledgers/{county}/consistency", County),
    ("get", "/api/v1/ledgers/{county}/complaints", County),
];

const SCHOOL: u128 = 0x5c01;
const PROJECT: u128 = 0x9a01;
const OTHER_PROJECT: u128 = 0x9a02;
const ZONE: u128 = 0x2001;
const OTHER_ZONE: u128 = 0x2002;

fn record(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(number))
}

/// Somebody, and what the programme page says of them: `r` has the site in scope, `c` something of
/// the county, `h` sees a county's held box, `H` this one's, `d` decides what is in it, `a` is the author.
struct Somebody {
    name: &'static str,
    role: Role,
    scope: String,
    has: &'static str,
}

impl Somebody {
    fn has(&self, right: char) -> bool {
        self.has.contains(right)
    }
}

fn everybody() -> Vec<Somebody> {
    let at = |noun: &str, number| format!("{noun}:{}", record(number));
    let county = || "county:350823".to_owned();
    [
        ("author", Role::SchoolTeam, at("project", PROJECT), "rca"),
        ("principal", Role::Principal, at("school", SCHOOL), "rc"),
        ("contractor", Role::Contractor, at("project", PROJECT), "rc"),
        ("engineer", Role::SupervisingEngineer, at("project", PROJECT), "rc"),
        ("inspector", Role::Inspector, at("zone", ZONE), "rc"),
        ("township", Role::Township, "township:350823101".to_owned(), "rc"),
        ("project-office", Role::ProjectOffice, county(), "rchHd"),
        ("equipment-station", Role::EquipmentStation, county(), "rchHd"),
        ("inspection-office", Role::InspectionOffice, county(), "rchHd"),
        ("finance", Role::Finance, county(), "rc"),
        ("auditor", Role::Auditor, county(), "rchH"),
        ("leader", Role::Leader, county(), "rchH"),
        ("city-office", Role::CityOffice, "city:350400".to_owned(), "rchH"),
        ("administrator", Role::SystemAdmin, county(), ""),
        ("other-team", Role::SchoolTeam, at("project", OTHER_PROJECT), "c"),
        ("other-inspector", Role::Inspector, at("zone", OTHER_ZONE), "c"),
        ("other-office", Role::ProjectOffice, "county:350902".to_owned(), "h"),
        ("other-city", Role::CityOffice, "city:350900".to_owned(), "h"),
    ]
    .map(|(name, role, scope, has)| Somebody { name, role, scope, has })
    .into()
}

impl For {
    /// Whether somebody is let in; else with which status not.
    fn expected(self, somebody: &Somebody) -> Result<(), u16> {
        let unless_not_there = |right| if somebody.has(right) { Ok(()) } else { Err(404) };
        match self {
            Everybody | SignedIn => Ok(()),
            Readers => unless_not_there('r'),
            County => unless_not_there('c'),
            Author => unless_not_there('a'),
            SeesBoxes => {
                if somebody.has('h') {
                    Ok(())
                } else {
                    Err(403)
                }
            }
            SeesHeld => {
                if somebody.has('a') {
                    Ok(())
                } else {
                    unless_not_there('H')
                }
            }
            Decides if somebody.has('d') => Ok(()),
            Decides if somebody.has('H') || somebody.has('a') => Err(403),
            Operator | Decides => Err(404),
        }
    }
}

/// A school with a project, a diary with a photo, an upload that goes on, and a held change.
struct Site {
    server: Server,
    author: String,
    diary: RecordId,
    photo: String,
    made: std::cell::Cell<u128>,
}

impl Site {
    async fn build(server: Server, author: String, office: &str) -> Self {
        let diary = RecordId::natural("diary", &format!("{}/2026-03-02", record(PROJECT)));
        let mut jpeg = Cursor::new(Vec::new());
        RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8 * 3, y as u8 * 5, 90]))
            .write_to(&mut jpeg, ImageFormat::Jpeg)
            .unwrap();
        let jpeg = jpeg.into_inner();
        let photo = hex::encode(Sha256::digest(&jpeg));
        let site = Self { server, author, diary, photo, made: std::cell::Cell::new(0) };
        site.found(office).await;
        let uploaded = site.upload(&site.author, &site.photo, jpeg.len(), jpeg).await;
        assert_eq!(uploaded.0, StatusCode::CREATED);
        let diary = site.change(
            "diary",
            site.diary,
            &[
                ("project", json!(record(PROJECT))),
                ("date", json!("2026-03-02")),
                ("work_status", json!("working")),
                ("photos", json!({ "sha256": site.photo, "category": "形象进度" })),
            ],
        );
        assert_eq!(site.push(&site.author, &[diary]).await, ["accepted"]);
        site
    }

    async fn found(&self, office: &str) {
        let mut changes = Vec::new();
        for (school, project, zone, township) in
            [(SCHOOL, PROJECT, ZONE, "350823101"), (SCHOOL + 1, OTHER_PROJECT, OTHER_ZONE, "350823102")]
        {
            changes.push(self.change(
                "school",
                record(school),
                &[
                    ("name", json!("演示学校")),
                    ("county", json!("350823")),
                    ("township", json!(township)),
                    ("category", json!("小学")),
                ],
            ));
            changes.push(self.change(
                "project",
                record(project),
                &[("name", json!("演示项目")), ("school", json!(record(school)))],
            ));
            changes.push(self.change(
                "zone",
                record(zone),
                &[("name", json!("演示片区")), ("schools", json!({ "school": record(school) }))],
            ));
        }
        assert_eq!(self.push(office, &changes).await, ["accepted"; 6]);
    }

    fn change(&self, kind: &str, record: RecordId, parts: &[(&str, Json)]) -> Json {
        self.made.set(self.made.get() + 1);
        let edits: Vec<_> = parts
            .iter()
            .map(|(field, value)| json!({ "field": field, "value": value, "replaces": [] }))
            .collect();
        json!({
            "id": Uuid::from_u128(0x7000_0000 + self.made.get()), "record": record, "kind": kind,
            "made_at": "2026-03-02T17:41:08+08:00", "edits": edits,
        })
    }

    async fn push(&self, token: &str, changes: &[Json]) -> Vec<String> {
        let bearer = format!("Bearer {token}");
        let body = json!({ "protocol": 1, "changes": changes });
        let answer = self.server.post("/api/v1/sync", &[("authorization", &bearer)], body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let outcomes = answer.body["outcomes"].as_array().unwrap();
        outcomes.iter().map(|outcome| outcome["outcome"].as_str().unwrap().to_owned()).collect()
    }

    async fn upload(&self, token: &str, sha256: &str, length: usize, bytes: Vec<u8>) -> (StatusCode, String) {
        let request = Request::post("/api/v1/uploads")
            .header("authorization", format!("Bearer {token}"))
            .header("tus-resumable", "1.0.0")
            .header("upload-length", length)
            .header("upload-metadata", format!("sha256 {}", STANDARD.encode(sha256)))
            .header(header::CONTENT_TYPE, "application/offset+octet-stream");
        let answer = self.server.begin(request.body(Body::from(bytes)).unwrap()).await;
        let location = answer.headers().get(header::LOCATION).map_or("", |at| at.to_str().unwrap());
        (answer.status(), location.rsplit('/').next().unwrap().to_owned())
    }

    /// The hash of a photo that nobody has.
    fn new_sha256(&self) -> String {
        self.made.set(self.made.get() + 1);
        hex::encode(Sha256::digest(self.made.get().to_be_bytes()))
    }

    /// An upload of the author's that has not got a byte yet.
    async fn open_upload(&self) -> String {
        let (status, id) = self.upload(&self.author, &self.new_sha256(), 1000, Vec::new()).await;
        assert_eq!(status, StatusCode::CREATED);
        id
    }

    /// A change of the author's that is held, since a team does not write the directory.
    async fn held(&self, office: &str) -> i64 {
        let change = self.change("project", record(PROJECT), &[("lead_official", json!("演示领导"))]);
        assert_eq!(self.push(&self.author, &[change]).await, ["held"]);
        let bearer = format!("Bearer {office}");
        let path = "/api/v1/held?state=waiting&limit=1000";
        let request = Request::get(path).header("authorization", bearer).body(Body::empty()).unwrap();
        let answer = self.server.send(request).await;
        let waiting = answer.body["held"].as_array().unwrap();
        waiting.last().unwrap()["id"].as_i64().unwrap()
    }

    /// An empty bundle of the author's phone, which anybody may carry.
    async fn bundle(&self) -> Vec<u8> {
        let device = self.server.me_by_token(&self.author).await.body["device"]["id"].clone();
        let manifest = Manifest {
            protocol: 1,
            bundle: Uuid::from_u128(0xb1),
            device: serde_json::from_value(device).unwrap(),
            made_at: "2026-03-02T17:41:08+08:00".parse().unwrap(),
            cursor: None,
            changes: ChangesInside { count: 0, sha256: sync_protocol::photo::Sha256::of(b"") },
            photos: Vec::new(),
        };
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in [(MANIFEST, manifest.seal(&Key::of(&self.author))), (CHANGES, Vec::new())] {
            let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
            zip.start_file(name, stored).unwrap();
            zip.write_all(&bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// A request of that route that is in order, by whoever has that token.
    async fn request(&self, method: &str, path: &str, token: Option<&str>, office: &str) -> Request<Body> {
        let id = match path {
            path if path.contains("/records/") => self.diary.to_string(),
            path if path.contains("/held/") => self.held(office).await.to_string(),
            path if path.contains("/uploads/") => self.open_upload().await,
            _ => String::new(),
        };
        let query = match path {
            path if path.ends_with("/proof") => "?seq=1",
            path if path.ends_with("/consistency") => "?from=1&to=2",
            _ => "",
        };
        let filled = path.replace("{id}", &id).replace("{sha256}", &self.photo).replace("{county}", "350823");
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let mut request = Request::builder().method(&method).uri(format!("{filled}{query}"));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = if path.contains("/uploads") {
            request = request
                .header("tus-resumable", "1.0.0")
                .header(header::CONTENT_TYPE, "application/offset+octet-stream")
                .header("upload-offset", "0");
            if path.ends_with("{id}") && method == Method::POST {
                request = request.header("x-http-method-override", "HEAD");
            }
            if path.ends_with("/uploads") {
                let sha256 = STANDARD.encode(self.new_sha256());
                request = request.header("upload-metadata", format!("sha256 {sha256}"));
                request = request.header("upload-length", "1000");
            }
            Body::empty()
        } else if path.ends_with("/bundles") {
            Body::from(self.bundle().await)
        } else {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(self.body_of(path).to_string())
        };
        request.body(body).unwrap()
    }

    fn body_of(&self, path: &str) -> Json {
        match path {
            "/api/v1/enrol" => json!({ "code": self.photo, "device_name": "演示" }),
            "/api/v1/session" => json!({ "username": "nobody", "password": "nothing" }),
            "/api/v1/sync" => json!({ "protocol": 1 }),
            "/api/v1/sync/have" => json!({ "changes": [], "photos": [] }),
            path if path.ends_with("/refuse") || path.ends_with("/release") => json!({ "reason": "演示" }),
            _ => json!({}),
        }
    }
}

fn described(server: &Server) -> BTreeSet<(String, String)> {
    let (_, api) = router::router(server.app.clone());
    let api = serde_json::to_value(&api).unwrap();
    let paths = api["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(|method| (method.clone(), path.clone()))
        })
        .collect()
}

#[tokio::test]
async fn the_table_names_every_route_and_no_other() {
    let server = Server::start().await;
    let table: BTreeSet<_> =
        ROUTES.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(table.len(), ROUTES.len(), "a route stands here twice");
    assert_eq!(described(&server), table);
}

#[tokio::test]
async fn everybody_is_let_in_where_the_table_says_so_and_nowhere_else() {
    let server = Server::start().await;
    county::open(&server.app.store, &server.clock, "350902", "蕉城区", Some("350900")).await.unwrap();
    server.app.engine.look_again().await.unwrap();
    let mut people = Vec::new();
    for somebody in everybody() {
        let user = server.person_as(somebody.name, None, somebody.role, &somebody.scope).await;
        people.push((somebody, server.enrolled(user).await.0));
    }
    let token = |name| people.iter().find(|(somebody, _)| somebody.name == name).unwrap().1.clone();
    let office = token("project-office");

    let lost = server.enrolled(server.person("lost", None).await).await;
    accounts::revoke_device(&server.app.store, &server.clock, lost.1).await.unwrap();
    let left = server.person("left", None).await;
    let left_token = server.enrolled(left).await.0;
    accounts::disable(&server.app.store, &server.clock, left).await.unwrap();
    server.app.people.look().await.unwrap();
    let shut_out = [None, Some("nonsense"), Some(lost.0.as_str()), Some(left_token.as_str())];

    let site = Site::build(server, token("author"), &office).await;
    checkpoint::tick(&site.server.app.store, &site.server.clock, checkpoint::Occasion::Regular)
        .await
        .unwrap();
    site.server.app.engine.look_again().await.unwrap();
    for (method, path, whose) in ROUTES {
        for token in shut_out {
            let request = site.request(method, path, token, &office).await;
            let status = site.server.begin(request).await.status().as_u16();
            match whose {
                // What they send is wrong, but they are heard.
                Everybody if path.ends_with("/enrol") || (*method, *path) == ("post", "/api/v1/session") => {
                    assert!(matches!(status, 401 | 429), "{method} {path} {status}");
                }
                Everybody => assert!(status < 300, "{method} {path} by {token:?}: {status}"),
                Operator => assert_eq!(status, 404, "{method} {path} by {token:?}"),
                _ => assert_eq!(status, 401, "{method} {path} by {token:?}"),
            }
        }
        for (somebody, token) in people.iter().filter(|_| !matches!(whose, Everybody)) {
            let request = site.request(method, path, Some(token), &office).await;
            let status = site.server.begin(request).await.status();
            let found = if status.is_success() { Ok(()) } else { Err(status.as_u16()) };
            assert_eq!(found, whose.expected(somebody), "{method} {path} by {}", somebody.name);
        }
    }
}

#[tokio::test]
async fn nobody_lets_in_what_they_wrote_themselves() {
    let server = Server::start().await;
    let mut tokens = Vec::new();
    for role in [Role::SchoolTeam, Role::ProjectOffice, Role::EquipmentStation] {
        let user = server.person_as(role.as_str(), None, role, "county:350823").await;
        tokens.push(server.enrolled(user).await.0);
    }
    let [author, office, station] = &tokens[..] else { unreachable!("there are three") };
    let site = Site::build(server, author.clone(), office).await;
    let item = record(0x1e01);
    let parts = [("project", json!(record(PROJECT))), ("name", json!("演示课桌"))];
    let change = site.change("equipment_item", item, &parts);
    assert_eq!(site.push(office, &[change]).await, ["held"], "equipment is the station's");
    let release = async |token: &str| {
        let bearer = format!("Bearer {token}");
        site.server.post("/api/v1/held/1/release", &[("authorization", &bearer)], json!({})).await
    };
    assert_eq!(release(office).await.refused(), (403, "not_by_you"));
    let released = release(station).await;
    assert_eq!(released.status, StatusCode::OK, "{}", released.body);
}

#[tokio::test]
async fn the_office_is_told_before_it_tries_what_it_can_release() {
    let server = Server::start().await;
    let mut tokens = Vec::new();
    for role in [Role::SchoolTeam, Role::ProjectOffice, Role::InspectionOffice, Role::Auditor] {
        let user = server.person_as(role.as_str(), None, role, "county:350823").await;
        tokens.push(server.enrolled(user).await.0);
    }
    let [author, office, inspectors, auditor] = &tokens[..] else { unreachable!("there are four") };
    let site = Site::build(server, author.clone(), office).await;
    // A team does not write the directory; no diary is without its day; who builds closes nothing.
    let lead = site.change("project", record(PROJECT), &[("lead_official", json!("演示领导"))]);
    let broken = site.change("diary", record(0xd1), &[("project", json!(record(PROJECT)))]);
    let closing = site.change("verification", record(0x7e), &[("remarks", json!("演示"))]);
    let unread = json!({ "id": Uuid::from_u128(0xbad), "edits": [] });
    assert_eq!(site.push(author, &[lead, broken, closing, unread]).await, ["held"; 4]);

    let list = async |token: &str| {
        let request = Request::get("/api/v1/held").header("authorization", format!("Bearer {token}"));
        let answer = site.server.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body["held"].as_array().unwrap().clone()
    };
    let hindrances = |list: &[Json]| -> Vec<Json> {
        for held in list {
            assert_eq!(held["releasable"].as_bool().unwrap(), held["not_releasable"].is_null());
        }
        list.iter().map(|held| held["not_releasable"].clone()).collect()
    };
    let seen = list(office).await;
    assert_eq!(
        hindrances(&seen),
        [json!(null), json!("cannot_be_released"), json!("not_by_you"), json!("cannot_be_released")]
    );
    assert_eq!(hindrances(&list(auditor).await), vec![json!("forbidden"); 4]);
    assert_eq!(
        hindrances(&list(inspectors).await)[2],
        json!("cannot_be_released"),
        "it is no verification yet"
    );
    // Of what cannot be read the reason is in Chinese; the parser's own words stand beside it.
    let unread = &seen[3];
    assert!(unread["message"].as_str().unwrap().contains("缺少“record”（第 1 行第"), "{unread}");
    assert!(!unread["message"].as_str().unwrap().contains("missing"), "{unread}");
    assert!(unread["message_en"].as_str().unwrap().contains("missing field `record`"), "{unread}");

    // What was foretold is what happens, and no body is needed.
    for held in &seen {
        let path = format!("/api/v1/held/{}/release", held["id"]);
        let request = Request::post(path).header("authorization", format!("Bearer {office}"));
        let answer = site.server.send(request.body(Body::empty()).unwrap()).await;
        if held["releasable"] == json!(true) {
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            assert_eq!(answer.body["state"], "released");
            assert_eq!(answer.body["not_releasable"], "decided_already");
        } else {
            assert_eq!(answer.body["code"], held["not_releasable"], "{}", answer.body);
        }
    }
}
