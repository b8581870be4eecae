//! What an administrator does with people and devices, and what not.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value as Json, json};
use siteledger::access::accounts::{self, NewPerson};
use siteledger::sync::county;
use sync_protocol::id::UserId;
use sync_protocol::kinds::Role;
use tracing_subscriber::fmt::MakeWriter;

use crate::house::{Answer, COUNTY, PASSWORD, Server};
use crate::site::{OTHER_SCHOOL, PROJECT, Site, ZONE, record};

const ELSEWHERE: &str = "county:350902";
const CITY: &str = "city:350400";

/// A server with two counties and an administrator in one of them.
struct House {
    server: Server,
    administrator: String,
    their_id: UserId,
}

impl House {
    async fn begin() -> Self {
        let server = Server::start().await;
        county::open(&server.app.store, &server.clock, "350902", "蕉城区", Some("350900")).await.unwrap();
        server.app.engine.look_again().await.unwrap();
        let their_id = server.person_as("administrator", None, Role::SystemAdmin, COUNTY).await;
        let administrator = server.enrolled(their_id).await.0;
        Self { server, administrator, their_id }
    }

    async fn ask(&self, token: &str, method: Method, path: &str, body: Json) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.server.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    async fn get(&self, path: &str) -> Json {
        let answer = self.ask(&self.administrator, Method::GET, path, json!({})).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} {}", answer.body);
        answer.body
    }

    async fn post(&self, path: &str, body: Json) -> Answer {
        self.ask(&self.administrator, Method::POST, path, body).await
    }

    async fn delete(&self, path: &str, body: Json) -> Answer {
        self.ask(&self.administrator, Method::DELETE, path, body).await
    }

    async fn names(&self, query: &str) -> Vec<String> {
        let users = self.get(&format!("users{query}")).await["users"].as_array().unwrap().clone();
        users.iter().map(|user| user["username"].as_str().unwrap().to_owned()).collect()
    }

    async fn somebody(&self, username: &str, roles: &[(Role, &str)]) -> UserId {
        let new = NewPerson {
            username: username.to_owned(),
            display_name: format!("演示·{username}"),
            password: Some(PASSWORD.to_owned()),
            roles: roles.iter().map(|(role, scope)| (*role, scope.parse().unwrap())).collect(),
        };
        accounts::add(&self.server.app.store, &self.server.clock, new).await.unwrap()
    }
}

#[tokio::test]
async fn an_administrator_sees_the_people_of_the_own_county_and_nobody_elses() {
    let house = House::begin().await;
    let here = house.somebody("caizheng", &[(Role::Finance, COUNTY)]).await;
    house.somebody("xiangzhen", &[(Role::Township, "township:350823101")]).await;
    let both = house.somebody("both", &[(Role::Auditor, COUNTY), (Role::Auditor, ELSEWHERE)]).await;
    let city = house.somebody("shiji", &[(Role::CityOffice, CITY)]).await;
    let other = house.somebody("jiaocheng", &[(Role::InspectionOffice, ELSEWHERE)]).await;
    let left = house.somebody("left", &[(Role::Leader, COUNTY)]).await;
    let (store, clock) = (&house.server.app.store, &house.server.clock);
    accounts::end_role(store, clock, left, Role::Leader, COUNTY.parse().unwrap()).await.unwrap();

    assert_eq!(house.names("").await, ["administrator", "both", "caizheng", "left", "xiangzhen"]);
    assert_eq!(house.names("?q=%E6%BC%94%E7%A4%BA%C2%B7CAI").await, ["caizheng"], "by what others see");
    assert_eq!(house.names("?role=township").await, ["xiangzhen"]);
    assert_eq!(house.names("?phone=true").await, ["administrator"]);
    assert_eq!(house.names("?skip=1&limit=2").await, ["both", "caizheng"]);
    let shown = house.get(&format!("users/{left}")).await;
    assert_eq!((shown["roles"].as_array().unwrap().len(), &shown["ended"][0]["role"]), (0, &json!("leader")));

    // What is held elsewhere is not told, and the account is not changed from here.
    let shown = house.get(&format!("users/{both}")).await;
    assert_eq!((&shown["whole"], &shown["roles"].as_array().unwrap().len()), (&json!(false), &1));
    for path in ["disable", "enable", "password", "enrolment"] {
        let refused = house.post(&format!("users/{both}/{path}"), json!({})).await;
        assert_eq!(refused.refused(), (403, "person_of_others"), "{path}");
    }
    let ended =
        house.delete(&format!("users/{both}/roles"), json!({ "role": "auditor", "scope": COUNTY })).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT, "the role held here is: {}", ended.body);

    let role = json!({ "role": "leader", "scope": COUNTY });
    for stranger in [other, city, both] {
        for path in ["disable", "enable", "password", "enrolment", "roles"] {
            let refused = house.post(&format!("users/{stranger}/{path}"), role.clone()).await;
            assert_eq!(refused.refused(), (404, "not_found"), "{path}");
        }
    }
    for (method, path, body) in [
        (Method::POST, "roles", json!({ "role": "leader", "scope": ELSEWHERE })),
        (Method::POST, "roles", json!({ "role": "city_office", "scope": CITY })),
        (Method::POST, "roles", json!({ "role": "inspector", "scope": format!("zone:{}", record(ZONE)) })),
        (Method::DELETE, "roles", json!({ "role": "auditor", "scope": ELSEWHERE })),
    ] {
        let path = format!("users/{here}/{path}");
        let refused = house.ask(&house.administrator, method, &path, body.clone()).await;
        assert_eq!(refused.refused(), (403, "scope_of_others"), "{body}");
    }
    let refused =
        house.post(&format!("users/{here}/roles"), json!({ "role": "leader", "scope": "350823" })).await;
    assert_eq!(refused.refused(), (422, "no_such_scope"));
    let refused =
        house.post(&format!("users/{here}/roles"), json!({ "role": "king", "scope": COUNTY })).await;
    assert_eq!(refused.refused(), (422, "no_such_role"));
}

#[tokio::test]
async fn who_administrates_a_city_has_its_counties() {
    let house = House::begin().await;
    let city = house.somebody("shi-guanli", &[(Role::SystemAdmin, CITY)]).await;
    let token = house.server.enrolled(city).await.0;
    let users = house.ask(&token, Method::GET, "users", json!({})).await.body;
    let names: Vec<_> = users["users"].as_array().unwrap().iter().map(|user| &user["username"]).collect();
    assert_eq!(names, ["administrator", "shi-guanli"]);
    let path = format!("users/{}/roles", house.their_id);
    let given = house.ask(&token, Method::POST, &path, json!({ "role": "city_office", "scope": CITY })).await;
    assert_eq!(given.status, StatusCode::NO_CONTENT, "{}", given.body);
    // From now on that account is more than its county's.
    let path = format!("users/{}/password", house.their_id);
    let refused = house.ask(&token, Method::POST, &path, json!({})).await;
    assert_eq!(refused.status, StatusCode::OK, "it is the city's: {}", refused.body);
}

#[tokio::test]
async fn somebody_is_added_gets_a_card_and_a_password_and_comes_in_by_both() {
    let house = House::begin().await;
    let (site, _) = Site::with_people(house.server).await;
    let house = House { server: site.server, ..house };
    let scopes = house.get("users/scopes").await;
    assert_eq!(scopes["zones"].as_array().unwrap().len(), 2, "{scopes}");
    let zone = format!("zone:{}", record(ZONE));
    let new = json!({
        "username": " LinMei ", "display_name": "林\u{202e}梅", "password": true,
        "roles": [{ "role": "inspector", "scope": zone }],
    });
    let added = house.post("users", new.clone()).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    assert_eq!((&added.body["username"], &added.body["display_name"]), (&json!("linmei"), &json!("林梅")));
    assert_eq!(added.body["roles"][0]["scope"], zone);
    let password = added.body["new_password"].as_str().unwrap();
    let cookie = house.server.sign_in("linmei", password).await.cookie();
    assert_eq!(house.post("users", new).await.refused(), (409, "username_taken"));
    let refused = house.post("users", json!({ "username": "nobody", "roles": [] })).await;
    assert_eq!(refused.refused(), (422, "no_role"));

    let id = added.body["id"].as_str().unwrap();
    let card = house.post(&format!("users/{id}/enrolment"), json!({})).await.body;
    assert!(card["url"].as_str().unwrap().starts_with("http://127.0.0.1:8080/#/enrol/"), "{card}");
    assert!(card["qr"].as_str().unwrap().starts_with("<svg"), "{card}");
    let enrolled = house.server.enrol(card["short_code"].as_str().unwrap()).await;
    assert_eq!(enrolled.status, StatusCode::OK, "{}", enrolled.body);
    assert_eq!(house.get(&format!("users/{id}")).await["phones"], 1);

    // Each act is in force when it is answered.
    let renewed = house.post(&format!("users/{id}/password"), json!({})).await;
    assert_eq!(house.server.me_by_cookie(&cookie).await.refused(), (401, "unauthorized"));
    let renewed = renewed.body["new_password"].as_str().unwrap().to_owned();
    assert_ne!(renewed, password);
    house.server.sign_in("linmei", &renewed).await.cookie();
    let token = enrolled.body["token"].as_str().unwrap();
    house.post(&format!("users/{id}/disable"), json!({})).await;
    assert!(house.get(&format!("users/{id}")).await["disabled_at"].is_string());
    assert_eq!(house.server.me_by_token(token).await.refused(), (401, "user_disabled"));
    assert_eq!(house.names("?closed=true").await, ["linmei"]);
    let refused = house.post(&format!("users/{id}/enrolment"), json!({})).await;
    assert_eq!(refused.refused(), (409, "user_disabled"));
    house.post(&format!("users/{id}/enable"), json!({})).await;
    assert_eq!(house.server.me_by_token(token).await.status, StatusCode::OK);
    let role = json!({ "role": "inspector", "scope": zone });
    assert_eq!(house.post(&format!("users/{id}/roles"), role.clone()).await.refused(), (409, "role_held"));
    house.delete(&format!("users/{id}/roles"), role.clone()).await;
    assert_eq!(house.server.me_by_token(token).await.body["roles"], json!([]));
    assert_eq!(house.delete(&format!("users/{id}/roles"), role).await.refused(), (404, "role_not_held"));
}

#[tokio::test]
async fn nobody_changes_the_own_roles_state_or_password_there() {
    let house = House::begin().await;
    let own = house.their_id;
    let role = json!({ "role": "system_admin", "scope": COUNTY });
    for path in ["disable", "enable", "password", "roles"] {
        let refused = house.post(&format!("users/{own}/{path}"), role.clone()).await;
        assert_eq!(refused.refused(), (409, "not_yourself"), "{path}");
    }
    for path in ["roles", "totp"] {
        let refused = house.delete(&format!("users/{own}/{path}"), role.clone()).await;
        assert_eq!(refused.refused(), (409, "not_yourself"), "{path}");
    }
    let device = house.get(&format!("devices?user={own}")).await["devices"][0].clone();
    assert_eq!(device["this"], json!(true));
    let path = format!("devices/{}/revoke", device["id"].as_str().unwrap());
    assert_eq!(house.post(&path, json!({ "reason": "lost" })).await.refused(), (409, "not_yourself"));
    assert_eq!(house.names("").await, ["administrator"], "and all is as it was");
}

#[tokio::test]
async fn devices_are_listed_for_who_minds_them_and_revoked_by_an_administrator() {
    let house = House::begin().await;
    let (site, office) = Site::with_people(house.server).await;
    let house = House { server: site.server, ..house };
    let team = house.somebody("rizhi", &[(Role::SchoolTeam, &format!("project:{}", record(PROJECT)))]).await;
    let (token, device) = house.server.enrolled(team).await;
    let foreign = house.somebody("jiaocheng", &[(Role::InspectionOffice, ELSEWHERE)]).await;
    let (_, elsewhere) = house.server.enrolled(foreign).await;
    // It says how its clock goes, and owes a photo; another one writes what is held.
    let ahead = (house.server.clock.now().utc() + chrono::TimeDelta::minutes(9)).to_rfc3339();
    let photo = json!({ "sha256": "ab".repeat(32), "category": "形象进度" });
    let day = [("project", json!(record(PROJECT))), ("date", json!("2026-03-03")), ("photos", photo)];
    let id = sync_protocol::id::RecordId::natural("diary", &format!("{}/2026-03-03", record(PROJECT)));
    let changes = [
        house_change(1, "diary", id, &day),
        house_change(2, "school", record(OTHER_SCHOOL), &[("name", json!("改名"))]),
    ];
    let sync = json!({ "protocol": 1, "device_time": ahead, "changes": changes });
    let synced = house.ask(&token, Method::POST, "sync", sync).await;
    assert_eq!(synced.status, StatusCode::OK, "{}", synced.body);

    // As a running server does twice a minute.
    house.server.app.people.flush().await.unwrap();

    for by in [&house.administrator, &office] {
        let list = house.ask(by, Method::GET, "devices", json!({})).await.body;
        let ids: Vec<_> = list["devices"].as_array().unwrap().iter().map(|its| its["id"].clone()).collect();
        assert_eq!((ids.len(), ids.contains(&json!(elsewhere))), (4, false), "{list}");
        let first = &list["devices"][0];
        assert_eq!(first["id"], json!(device), "what has something the matter stands first");
        assert_eq!(
            (&first["photos_missing"], &first["held"], &first["phone"]),
            (&json!(1), &json!(1), &json!(true))
        );
        let minutes = first["clock_offset_ms"].as_f64().unwrap() / 60_000.0;
        assert!((8.9..=9.0).contains(&minutes), "{minutes}");
        let marks: Vec<_> = first["marks"].as_array().unwrap().iter().map(|mark| &mark["mark"]).collect();
        assert_eq!(marks, ["photos_missing", "clock_off"]);
    }
    let path = format!("devices/{device}/revoke");
    let refused = house.ask(&office, Method::POST, &path, json!({ "reason": "lost" })).await;
    assert_eq!(refused.refused(), (403, "forbidden"));
    assert_eq!(house.post(&path, json!({ "reason": "why not" })).await.refused(), (400, "not_understood"));
    let refused = house.post(&format!("devices/{elsewhere}/revoke"), json!({ "reason": "lost" })).await;
    assert_eq!(refused.refused(), (404, "not_found"));
    assert_eq!(house.post(&path, json!({ "reason": "lost" })).await.status, StatusCode::NO_CONTENT);
    let refused = house.ask(&token, Method::POST, "sync", json!({ "protocol": 1 })).await;
    assert_eq!(refused.refused(), (401, "device_revoked"));
    assert_eq!(house.post(&path, json!({ "reason": "lost" })).await.refused(), (404, "device_unknown"));
    assert_eq!(house.get("devices?state=trouble").await["count"], 0);
    let out = house.get("devices?state=out").await;
    assert_eq!((&out["count"], &out["devices"][0]["id"]), (&json!(1), &json!(device)));
}

fn house_change(
    number: u128,
    kind: &str,
    record: sync_protocol::id::RecordId,
    parts: &[(&str, Json)],
) -> Json {
    let edits: Vec<_> = parts
        .iter()
        .map(|(field, value)| json!({ "field": field, "value": value, "replaces": [] }))
        .collect();
    json!({
        "id": uuid::Uuid::from_u128(0xad00 + number), "record": record, "kind": kind,
        "made_at": "2026-03-03T17:41:08+08:00", "edits": edits,
    })
}

/// What an event says, for whoever looks.
#[derive(Clone, Default)]
struct Lines(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn each_act_is_written_down_with_who_did_what_to_whom_and_without_secrets() {
    let lines = Lines::default();
    let log = tracing_subscriber::fmt().json().flatten_event(true).with_writer(lines.clone()).finish();
    let _log = tracing::subscriber::set_default(log);
    let house = House::begin().await;
    let added = house
        .post("users", json!({ "username": "linmei", "password": true, "roles": [{ "role": "auditor", "scope": COUNTY }] }))
        .await
        .body;
    let id = added["id"].as_str().unwrap().to_owned();
    let card = house.post(&format!("users/{id}/enrolment"), json!({})).await.body;
    let renewed = house.post(&format!("users/{id}/password"), json!({})).await.body;
    let user: UserId = id.parse().unwrap();
    let (_, device) = house.server.enrolled(user).await;
    house.post(&format!("devices/{device}/revoke"), json!({ "reason": "replaced" })).await;
    house.delete(&format!("users/{id}/totp"), json!({})).await;
    house.post(&format!("users/{id}/disable"), json!({})).await;
    house.post(&format!("users/{id}/enable"), json!({})).await;
    house.delete(&format!("users/{id}/roles"), json!({ "role": "auditor", "scope": COUNTY })).await;

    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let events = log.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    let acts: Vec<_> = events.filter(|event| event["target"] == "siteledger::administration").collect();
    let said: Vec<_> = acts.iter().map(|act| act["message"].as_str().unwrap()).collect();
    assert_eq!(
        said,
        [
            "an administrator added somebody",
            "an administrator gave a role",
            "an administrator made enrolment codes",
            "an administrator set a password",
            "an administrator revoked a device",
            "an administrator ended one-time codes",
            "an administrator closed an account",
            "an administrator opened an account",
            "an administrator ended a role",
        ]
    );
    for act in &acts {
        assert_eq!((&act["by"], &act["whom"]), (&json!(house.their_id), &json!(user)), "{act}");
    }
    assert_eq!((&acts[1]["role"], &acts[1]["scope"]), (&json!("auditor"), &json!(COUNTY)));
    let url = card["url"].as_str().unwrap();
    let secrets = [&added["new_password"], &renewed["new_password"], &card["short_code"]];
    let secrets = secrets.into_iter().filter_map(Json::as_str).chain(url.rsplit('/').take(1));
    for secret in secrets.chain(["linmei"]) {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
