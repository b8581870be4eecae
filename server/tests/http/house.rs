//! A server without a socket, whose clock the test sets, and the people who come to it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use chrono::TimeDelta;
use http_body_util::BodyExt as _;
use serde_json::{Value as Json, json};
use siteledger::access::accounts::{self, NewPerson};
use siteledger::access::enrolment::{self, Codes};
use siteledger::access::people::People;
use siteledger::clock::Clock;
use siteledger::config::Settings;
use siteledger::disclosure::Disclosure;
use siteledger::http::app::{App, AtHand};
use siteledger::http::router;
use siteledger::imports::Imports;
use siteledger::lists::Lists;
use siteledger::photos::Photos;
use siteledger::programme::figures::Figures;
use siteledger::reports::draw::typeset::Typesetter;
use siteledger::store::{Store, server_row};
use siteledger::sync::{county, engine::Engine};
use sync_protocol::id::{DeviceId, UserId};
use sync_protocol::kinds::Role;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use uuid::Uuid;

pub(crate) const COUNTY: &str = "county:350823";
pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const COOKIE: &str = "siteledger";

/// A server without a socket, whose clock the test sets.
pub(crate) struct Server {
    pub(crate) folder: TempDir,
    pub(crate) clock: Clock,
    pub(crate) app: App,
    pub(crate) router: Router,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Json,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or("")
    }

    pub(crate) fn refused(&self) -> (u16, &str) {
        (self.status.as_u16(), self.code())
    }

    pub(crate) fn set_cookie(&self) -> &str {
        self.headers.get(header::SET_COOKIE).map_or("", |value| value.to_str().unwrap())
    }

    /// The cookie as a browser sends it back.
    pub(crate) fn cookie(&self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.set_cookie().split(';').next().unwrap().to_owned()
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::reachable_at("http://127.0.0.1:8080").await
    }

    pub(crate) async fn reachable_at(public_url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::default();
        let store = Store::open(folder.path()).await.unwrap();
        county::open(&store, &clock, "350823", "上杭县", Some("350400")).await.unwrap();
        let (app, router) = Self::open(&folder, &clock, store, public_url).await;
        Self { folder, clock, app, router }
    }

    pub(crate) async fn open(
        folder: &TempDir,
        clock: &Clock,
        store: Store,
        public_url: &str,
    ) -> (App, Router) {
        let (id, now) = (Uuid::now_v7(), clock.now());
        let row = store.write(move |tx| Box::pin(server_row::load_or_create(tx, id, [7; 32], now)));
        let row = row.await.unwrap();
        let settings = Settings {
            data: folder.path().to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: public_url.to_owned(),
            trusted_proxies: Vec::new(),
            metrics_token: None,
            backup: None,
            tianditu_key: None,
        };
        let engine = Engine::start(store.clone(), clock.clone(), &row, folder.path()).await.unwrap();
        let (index, its) = (store.clone(), Arc::clone(&engine));
        let app = App::new(AtHand {
            lists: Arc::new(Lists::new(index, its, folder.path().to_owned(), row.id)),
            typesetter: Arc::new(Typesetter::new(PathBuf::new())),
            figures: Figures::new(store.clone(), clock.clone()),
            disclosure: Disclosure::new(store.clone(), clock.clone(), Arc::clone(&engine)),
            store: store.clone(),
            clock: clock.clone(),
            settings: Arc::new(settings),
            people: Arc::new(People::new(store.clone(), clock.clone()).unwrap()),
            photos: Photos::open(store.clone(), clock.clone(), folder.path(), Arc::default()).unwrap(),
            imports: Imports::new(store.clone(), clock.clone(), Arc::clone(&engine)),
            engine,
            stopping: CancellationToken::new(),
        });
        let (router, _) = router::router(app.clone());
        (app, router)
    }

    /// The server ends and starts again on the same folder.
    pub(crate) async fn restart(self) -> Self {
        let public_url = self.app.settings.public_url.clone();
        self.app.people.flush().await.unwrap();
        self.app.engine.stop().await;
        self.app.store.close().await;
        let Self { folder, clock, .. } = self;
        let store = Store::open(folder.path()).await.unwrap();
        let (app, router) = Self::open(&folder, &clock, store, &public_url).await;
        Self { folder, clock, app, router }
    }

    pub(crate) fn minutes_later(&self, minutes: i64) {
        self.clock.advance(TimeDelta::minutes(minutes));
    }

    pub(crate) async fn person(&self, username: &str, password: Option<&str>) -> UserId {
        self.person_as(username, password, Role::InspectionOffice, COUNTY).await
    }

    pub(crate) async fn person_as(
        &self,
        username: &str,
        password: Option<&str>,
        role: Role,
        scope: &str,
    ) -> UserId {
        let new = NewPerson {
            username: username.to_owned(),
            display_name: format!("演示·{username}"),
            password: password.map(str::to_owned),
            roles: vec![(role, scope.parse().unwrap())],
        };
        accounts::add(&self.app.store, &self.clock, new).await.unwrap()
    }

    pub(crate) async fn codes(&self, user: UserId) -> Codes {
        enrolment::issue(&self.app.store, &self.clock, user).await.unwrap()
    }

    /// The answer, whose body may still be on its way.
    pub(crate) async fn begin(&self, mut request: Request<Body>) -> Response {
        if request.extensions().get::<ConnectInfo<SocketAddr>>().is_none() {
            let office = SocketAddr::from(([10, 0, 0, 1], 4000));
            request.extensions_mut().insert(ConnectInfo(office));
        }
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.begin(request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body = if body.is_empty() { Json::Null } else { serde_json::from_slice(&body).unwrap() };
        Answer { status, headers, body }
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: Json) -> Answer {
        let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn enrol(&self, code: &str) -> Answer {
        self.post("/api/v1/enrol", &[], json!({ "code": code, "device_name": "演示手机" })).await
    }

    pub(crate) async fn enrolled(&self, user: UserId) -> (String, DeviceId) {
        let answer = self.enrol(&self.codes(user).await.long).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let device = answer.body["device"].as_str().unwrap().parse().unwrap();
        (answer.body["token"].as_str().unwrap().to_owned(), device)
    }

    pub(crate) async fn sign_in(&self, username: &str, password: &str) -> Answer {
        self.post("/api/v1/session", &[], json!({ "username": username, "password": password })).await
    }

    pub(crate) async fn me(&self, name: &str, value: &str) -> Answer {
        self.send(Request::get("/api/v1/me").header(name, value).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn me_by_token(&self, token: &str) -> Answer {
        self.me("authorization", &format!("Bearer {token}")).await
    }

    pub(crate) async fn me_by_cookie(&self, cookie: &str) -> Answer {
        self.me("cookie", cookie).await
    }
}
