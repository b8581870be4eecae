//! A school's site as a server has it, and a request of each route that is in order there.

use std::io::{Cursor, Write as _};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{ImageFormat, RgbImage};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use siteledger::store::devices::{self, NewDevice};
use siteledger::store::sessions::{self, Session};
use sync_protocol::bundle::{CHANGES, ChangesInside, Key, MANIFEST, Manifest};
use sync_protocol::id::{DeviceId, RecordId, UserId};
use sync_protocol::kinds::Role;
use uuid::Uuid;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::house::{COUNTY, PASSWORD, Server};

pub(crate) const SCHOOL: u128 = 0x5c01;
pub(crate) const OTHER_SCHOOL: u128 = 0x5c02;
pub(crate) const PROJECT: u128 = 0x9a01;
pub(crate) const OTHER_PROJECT: u128 = 0x9a02;
pub(crate) const ZONE: u128 = 0x2001;
pub(crate) const OTHER_ZONE: u128 = 0x2002;

/// What somebody holds who has just come.
const NEWCOMER: Role = Role::Finance;

/// What stands in the paths that are asked about one county.
const OF_A_COUNTY: [&str; 9] = [
    "/indicators",
    "/states/",
    "/export/",
    "/evidence",
    "/reports/",
    "/desk",
    "/directory",
    "/calendar",
    "/devices",
];

pub(crate) fn record(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(number))
}

/// What somebody shows to be let in.
#[derive(Clone, Debug)]
pub(crate) enum By {
    Nothing,
    Token(String),
    Cookie(String),
}

/// A school with a project, a diary with a photo, an upload that goes on, and a held change.
pub(crate) struct Site {
    pub(crate) server: Server,
    pub(crate) author: String,
    pub(crate) diary: RecordId,
    pub(crate) photo: String,
    made: std::cell::Cell<u128>,
    has_bulletin: std::cell::Cell<bool>,
}

impl Site {
    /// A site with an author and an office of its own.
    pub(crate) async fn with_people(server: Server) -> (Self, String) {
        let mut tokens = Vec::new();
        let team = format!("project:{}", record(PROJECT));
        for (name, role, scope) in
            [("author", Role::SchoolTeam, team.as_str()), ("office", Role::ProjectOffice, "county:350823")]
        {
            let user = server.person_as(name, None, role, scope).await;
            tokens.push(server.enrolled(user).await.0);
        }
        let office = tokens.remove(1);
        (Self::build(server, tokens.remove(0), &office).await, office)
    }

    pub(crate) async fn build(server: Server, author: String, office: &str) -> Self {
        let diary = RecordId::natural("diary", &format!("{}/2026-03-02", record(PROJECT)));
        let mut jpeg = Cursor::new(Vec::new());
        RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8 * 3, y as u8 * 5, 90]))
            .write_to(&mut jpeg, ImageFormat::Jpeg)
            .unwrap();
        let jpeg = jpeg.into_inner();
        let photo = hex::encode(Sha256::digest(&jpeg));
        let site = Self {
            server,
            author,
            diary,
            photo,
            made: std::cell::Cell::new(0),
            has_bulletin: std::cell::Cell::new(false),
        };
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
            [(SCHOOL, PROJECT, ZONE, "350823101"), (OTHER_SCHOOL, OTHER_PROJECT, OTHER_ZONE, "350823102")]
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

    pub(crate) fn change(&self, kind: &str, record: RecordId, parts: &[(&str, Json)]) -> Json {
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

    pub(crate) async fn push(&self, token: &str, changes: &[Json]) -> Vec<String> {
        let bearer = format!("Bearer {token}");
        let body = json!({ "protocol": 1, "changes": changes });
        let answer = self.server.post("/api/v1/sync", &[("authorization", &bearer)], body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let outcomes = answer.body["outcomes"].as_array().unwrap();
        outcomes.iter().map(|outcome| outcome["outcome"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) async fn upload(
        &self,
        token: &str,
        sha256: &str,
        length: usize,
        bytes: Vec<u8>,
    ) -> (StatusCode, String) {
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

    /// Somebody who has just come to the county.
    async fn newcomer(&self) -> UserId {
        self.made.set(self.made.get() + 1);
        let username = format!("newcomer-{}", self.made.get());
        self.server.person_as(&username, None, NEWCOMER, COUNTY).await
    }

    /// A browser in which the author is signed in.
    async fn browser_of_author(&self) -> DeviceId {
        let me = self.server.me_by_token(&self.author).await.body;
        let user: UserId = me["user"]["id"].as_str().unwrap().parse().unwrap();
        let (device, now) = (DeviceId(Uuid::now_v7()), self.server.clock.now());
        let signed_in = self.server.app.store.write(move |tx| {
            Box::pin(async move {
                let browser = NewDevice {
                    id: device,
                    user,
                    name: "Firefox".to_owned(),
                    secrets: None,
                    created_at: now,
                };
                devices::add(tx, &browser).await?;
                let session = Session {
                    user,
                    device,
                    created_at: now,
                    used_at: now,
                    expires_at: now.plus_seconds(3600),
                };
                let hash: [u8; 32] = device.0.as_bytes().repeat(2).try_into().unwrap();
                sessions::add(tx, &hash, &session).await
            })
        });
        signed_in.await.unwrap();
        device
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
    pub(crate) async fn held(&self, office: &str) -> i64 {
        let change = self.change("project", record(PROJECT), &[("lead_official", json!("演示领导"))]);
        assert_eq!(self.push(&self.author, &[change]).await, ["held"]);
        let bearer = format!("Bearer {office}");
        let path = "/api/v1/held?state=waiting&limit=1000";
        let request = Request::get(path).header("authorization", bearer).body(Body::empty()).unwrap();
        let answer = self.server.send(request).await;
        let waiting = answer.body["held"].as_array().unwrap();
        waiting.last().unwrap()["id"].as_i64().unwrap()
    }

    /// A bulletin of the office's, as its draft has it.
    pub(crate) async fn bulletin(&self, office: &str) -> RecordId {
        let id = record(0xb011);
        if self.has_bulletin.replace(true) {
            return id;
        }
        let bearer = format!("Bearer {office}");
        let request = Request::get("/api/v1/bulletins/draft?county=350823").header("authorization", bearer);
        let answer = self.server.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let parts = [
            ("county", json!("350823")),
            ("period", json!("演示：3—4 月")),
            ("cutoff/350823", answer.body["cutoff"]["350823"].clone()),
            ("figures", answer.body["figures"].clone()),
        ];
        assert_eq!(self.push(office, &[self.change("bulletin", id, &parts)]).await, ["accepted"]);
        id
    }

    /// An import of the office's, of one new school.
    async fn imported(&self, office: &str) -> String {
        self.made.set(self.made.get() + 1);
        let table = format!("学校,乡镇,类别\n演示第{}小学,350823101,小学\n", self.made.get());
        let send = async |query: String| {
            let request = Request::post(format!("/api/v1/imports/school?county=350823{query}"))
                .header("authorization", format!("Bearer {office}"))
                .header(header::CONTENT_TYPE, "text/csv");
            self.server.send(request.body(Body::from(table.clone())).unwrap()).await
        };
        let token = send("&dry_run=true".to_owned()).await.body["token"].as_str().unwrap().to_owned();
        send(format!("&token={token}")).await.body["import"].as_str().unwrap().to_owned()
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

    /// A request of that route that is in order, from our own pages, by whoever has that.
    pub(crate) async fn request(&self, method: &str, path: &str, by: &By, office: &str) -> Request<Body> {
        let id = match path {
            path if path.contains("/records/") => self.diary.to_string(),
            path if path.contains("/bulletins/") => self.bulletin(office).await.to_string(),
            path if path.contains("/held/") => self.held(office).await.to_string(),
            path if path.contains("/uploads/") => self.open_upload().await,
            path if path.contains("/projects/") => record(PROJECT).to_string(),
            path if path.contains("/users/") => self.newcomer().await.to_string(),
            path if path.contains("/devices/") => {
                self.server.enrolled(self.newcomer().await).await.1.to_string()
            }
            path if path.contains("/me/sessions/") => self.browser_of_author().await.to_string(),
            path if path.contains("/schools/") => record(SCHOOL).to_string(),
            _ => String::new(),
        };
        let query = match path {
            path if path.ends_with("/proof") => "?seq=1",
            path if path.ends_with("/consistency") => "?from=1&to=2",
            path if OF_A_COUNTY.iter().any(|part| path.contains(part)) => "?county=350823",
            path if path.ends_with("/records") || path.ends_with("/schools") => "?county=350823",
            path if path.ends_with("/draft") || path.ends_with("/new") => "?county=350823",
            path if path.ends_with("/imports/{kind}") => "?county=350823&dry_run=true",
            _ => "",
        };
        let file = match path {
            path if path.contains("/icons/") => "192.png".to_owned(),
            path if path.contains("/export/") => "diary.csv".to_owned(),
            path if path.contains("/reports/") => "dispatch.xlsx".to_owned(),
            _ => an_asset(),
        };
        let path = &path.replace("{file}", &file);
        let filled = path.replace("{id}", &id).replace("{sha256}", &self.photo).replace("{county}", "350823");
        let kind = if path.contains("/imports/") { "school" } else { "finding" };
        let filled = filled.replace("{receipt}", "2222-2222-2222-2222");
        let code = if path.contains("/desk/") { "conflicts" } else { "findings" };
        let filled = filled.replace("{code}", code).replace("{kind}", kind);
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let mut request = Request::builder().method(&method).uri(format!("{filled}{query}"));
        request = request.header("sec-fetch-site", "same-origin");
        request = match by {
            By::Nothing => request,
            By::Token(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            By::Cookie(cookie) => request.header(header::COOKIE, cookie),
        };
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
        } else if path.ends_with("/imports/{kind}") {
            request = request.header(header::CONTENT_TYPE, "text/csv");
            Body::from("学校,乡镇,类别\n演示新校,350823101,小学\n")
        } else if path.ends_with("/public/complaints") && method == Method::POST {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            Body::from("county=350823&text=%E6%B2%A1%E6%9C%89%E5%9B%B4%E6%8C%A1%E9%9A%94%E7%A6%BB")
        } else if path.ends_with("/imports/withdraw") {
            request = request.header(header::CONTENT_TYPE, "application/json");
            let import = self.imported(office).await;
            Body::from(json!({ "county": "350823", "import": import, "reason": "演示" }).to_string())
        } else if path.ends_with("/bundles") {
            Body::from(self.bundle().await)
        } else {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(self.body_of(&method, path).to_string())
        };
        request.body(body).unwrap()
    }

    fn body_of(&self, method: &Method, path: &str) -> Json {
        match path {
            "/api/v1/enrol" => json!({ "code": self.photo, "device_name": "演示" }),
            "/api/v1/session" => json!({ "username": "nobody", "password": "nothing" }),
            "/api/v1/sync" => json!({ "protocol": 1 }),
            "/api/v1/sync/have" => json!({ "changes": [], "photos": [] }),
            path if path.ends_with("/refuse") || path.ends_with("/release") => json!({ "reason": "演示" }),
            "/api/v1/me/password" => json!({ "old": PASSWORD, "new": PASSWORD }),
            "/api/v1/me/totp" => json!({ "password": PASSWORD }),
            "/api/v1/users" => {
                self.made.set(self.made.get() + 1);
                let role = json!({ "role": "inspector", "scope": "county:350823" });
                json!({ "username": format!("xin-{}", self.made.get()), "roles": [role] })
            }
            "/api/v1/users/{id}/roles" if *method == Method::POST => {
                json!({ "role": "auditor", "scope": COUNTY })
            }
            "/api/v1/users/{id}/roles" => json!({ "role": NEWCOMER.as_str(), "scope": COUNTY }),
            path if path.ends_with("/revoke") => json!({ "reason": "lost" }),
            _ => json!({}),
        }
    }
}

/// The name of a script or style of the web client.
#[cfg(feature = "web")]
fn an_asset() -> String {
    let mut paths = siteledger_web::FILES.iter().map(|file| file.path);
    let name = paths.find_map(|path| path.strip_prefix("assets/"));
    name.unwrap().to_owned()
}

#[cfg(not(feature = "web"))]
fn an_asset() -> String {
    String::new()
}
