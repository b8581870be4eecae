//! Every route × everybody. The routes come from the server's own description: one that is missing
//! from the table here fails the test, and so does one that is not there any more.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value as Json, json};
use siteledger::access::{accounts, session};
use siteledger::http::router;
use siteledger::sync::{checkpoint, county};
use sync_protocol::kinds::Role;
use uuid::Uuid;

use crate::house::{COOKIE, PASSWORD, Server};
use crate::site::{By, OTHER_PROJECT, OTHER_SCHOOL, OTHER_ZONE, PROJECT, SCHOOL, Site, ZONE, record};

/// Who may use a route.
#[derive(Clone, Copy, Debug)]
pub(crate) enum For {
    /// Whoever comes.
    Everybody,
    /// Whoever comes, once the county publishes; nobody before.
    Published,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever has the site in scope; to others its records are not there.
    Readers,
    /// Whoever has something of the county in scope; to others its ledger is not there.
    County,
    /// Whoever has all of the county in scope; to others it is not there.
    WholeCounty,
    /// Whoever reviews what others write of the county; who does not review is told that they may not,
    /// to those of elsewhere it is not there.
    Reviewers,
    /// Whoever sees a county's held box; others are told that they may not.
    SeesBoxes,
    /// Whoever sees this county's held box, and the author; to others what is held is not there.
    SeesHeld,
    /// Whoever decides what is held: who sees it is told that they may not, to others it is not there.
    Decides,
    /// Whoever writes the directory of the county; who has something of it is told that they may not,
    /// to others it is not there.
    WritesDirectory,
    /// The author alone, whose upload it is; to others it is not there.
    Author,
    /// Whoever has something of the county in scope, or looks after the devices of its people; to others
    /// there is nothing.
    Desk,
    /// Whoever of them may settle something; for others it is no group of theirs.
    Settlers,
    /// Nobody from elsewhere than this machine; to others it is not there.
    Operator,
}

use For::{
    Author, County, Decides, Desk, Everybody, Operator, Published, Readers, Reviewers, SeesBoxes, SeesHeld,
    Settlers, SignedIn, WholeCounty, WritesDirectory,
};

pub(crate) const ROUTES: &[(&str, &str, For)] = &[
    ("get", "/", Everybody),
    #[cfg(feature = "web")]
    ("get", "/office", Everybody),
    #[cfg(feature = "web")]
    ("get", "/sw.js", Everybody),
    #[cfg(feature = "web")]
    ("get", "/manifest.webmanifest", Everybody),
    #[cfg(feature = "web")]
    ("get", "/assets/{file}", Everybody),
    #[cfg(feature = "web")]
    ("get", "/icons/{file}", Everybody),
    ("get", "/public", Everybody),
    ("get", "/public/style.css", Everybody),
    ("get", "/public/counties/{county}", Published),
    ("get", "/public/projects/{id}", Published),
    ("get", "/public/photos/{sha256}", Published),
    ("get", "/public/photos/{sha256}/thumbnail", Published),
    ("get", "/public/complaints/new", Published),
    ("post", "/public/complaints", Published),
    ("get", "/public/complaints", Everybody),
    ("get", "/public/complaints/{receipt}", Published),
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
    ("get", "/api/v1/records", County),
    ("get", "/api/v1/records/{id}", Readers),
    ("get", "/api/v1/export/{file}", County),
    ("get", "/api/v1/export/list/{file}", County),
    ("get", "/api/v1/photos/{sha256}", Readers),
    ("get", "/api/v1/photos/{sha256}/preview", Readers),
    ("get", "/api/v1/photos/{sha256}/thumbnail", Readers),
    ("get", "/api/v1/held", SeesBoxes),
    ("get", "/api/v1/held/{id}", SeesHeld),
    ("post", "/api/v1/held/{id}/release", Decides),
    ("post", "/api/v1/held/{id}/refuse", Decides),
    ("get", "/api/v1/indicators", County),
    ("get", "/api/v1/indicators/{code}/records", County),
    ("get", "/api/v1/states/{kind}", County),
    ("get", "/api/v1/desk", Desk),
    ("get", "/api/v1/desk/{code}", Settlers),
    ("get", "/api/v1/directory", County),
    ("get", "/api/v1/calendar", County),
    ("get", "/api/v1/evidence", Reviewers),
    ("get", "/api/v1/reports/{file}", County),
    ("get", "/api/v1/bulletins/draft", WholeCounty),
    ("get", "/api/v1/bulletins/{id}/proof", WholeCounty),
    ("get", "/api/v1/imports/{kind}/template.xlsx", SignedIn),
    ("post", "/api/v1/imports/{kind}", WritesDirectory),
    ("post", "/api/v1/imports/withdraw", WritesDirectory),
    ("get", "/api/v1/ledgers/{county}/checkpoint", County),
    ("get", "/api/v1/ledgers/{county}/key", County),
    ("get", "/api/v1/ledgers/{county}/proof", County),
    ("get", "/api/v1/ledgers/{county}/consistency", County),
    ("get", "/api/v1/ledgers/{county}/complaints", County),
];

/// Somebody, and what the programme page says of them: `r` has the site in scope, `c` something of
/// the county, `w` all of it, `m` minds its people's devices and reads nothing, `s` writes its schools,
/// `h` sees a county's held box, `H` this one's, `d` decides what is in it, `a` is the author.
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
    let (county, elsewhere) = (|| "county:350823".to_owned(), || "county:350902".to_owned());
    [
        ("author", Role::SchoolTeam, at("project", PROJECT), "rca"),
        ("principal", Role::Principal, at("school", SCHOOL), "rc"),
        ("contractor", Role::Contractor, at("project", PROJECT), "rc"),
        ("engineer", Role::SupervisingEngineer, at("project", PROJECT), "rc"),
        ("inspector", Role::Inspector, at("zone", ZONE), "rc"),
        ("township", Role::Township, "township:350823101".to_owned(), "rc"),
        ("project-office", Role::ProjectOffice, county(), "rcwshHd"),
        ("equipment-station", Role::EquipmentStation, county(), "rcwhHd"),
        ("inspection-office", Role::InspectionOffice, county(), "rcwhHd"),
        ("finance", Role::Finance, county(), "rcw"),
        ("auditor", Role::Auditor, county(), "rcwhH"),
        ("leader", Role::Leader, county(), "rcwhH"),
        ("city-office", Role::CityOffice, "city:350400".to_owned(), "rcwhH"),
        ("administrator", Role::SystemAdmin, county(), "m"),
        ("other-team", Role::SchoolTeam, at("project", OTHER_PROJECT), "c"),
        ("other-principal", Role::Principal, at("school", OTHER_SCHOOL), "c"),
        ("other-contractor", Role::Contractor, at("project", OTHER_PROJECT), "c"),
        ("other-engineer", Role::SupervisingEngineer, at("project", OTHER_PROJECT), "c"),
        ("other-inspector", Role::Inspector, at("zone", OTHER_ZONE), "c"),
        ("other-township", Role::Township, "township:350823102".to_owned(), "c"),
        ("other-office", Role::ProjectOffice, elsewhere(), "h"),
        ("other-station", Role::EquipmentStation, elsewhere(), "h"),
        ("other-inspection-office", Role::InspectionOffice, elsewhere(), "h"),
        ("other-finance", Role::Finance, elsewhere(), ""),
        ("other-auditor", Role::Auditor, elsewhere(), "h"),
        ("other-leader", Role::Leader, elsewhere(), "h"),
        ("other-city", Role::CityOffice, "city:350900".to_owned(), "h"),
        ("other-administrator", Role::SystemAdmin, elsewhere(), ""),
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
            Desk if somebody.has('m') => Ok(()),
            County | Desk => unless_not_there('c'),
            WholeCounty => unless_not_there('w'),
            Author => unless_not_there('a'),
            Settlers => {
                let settles = !matches!(
                    somebody.role,
                    Role::Township | Role::Finance | Role::Auditor | Role::Leader | Role::SystemAdmin
                );
                if settles { unless_not_there('c') } else { Err(404) }
            }
            WritesDirectory if somebody.has('s') => Ok(()),
            WritesDirectory if somebody.has('c') => Err(403),
            Reviewers => {
                let reviews = matches!(
                    somebody.role,
                    Role::Inspector
                        | Role::ProjectOffice
                        | Role::EquipmentStation
                        | Role::InspectionOffice
                        | Role::Auditor
                        | Role::CityOffice
                );
                match (reviews && somebody.name != "former", somebody.has('c')) {
                    (true, true) => Ok(()),
                    (true, false) => Err(404),
                    (false, _) => Err(403),
                }
            }
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
            Operator | Decides | WritesDirectory | Published => Err(404),
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
    let shut_out = shut_out(&server).await;
    let mut people = Vec::new();
    for somebody in everybody() {
        let user = server.person_as(somebody.name, None, somebody.role, &somebody.scope).await;
        people.push((somebody, server.enrolled(user).await.0));
    }
    let token = |name| people.iter().find(|(somebody, _)| somebody.name == name).unwrap().1.clone();
    let (author, office) = (token("author"), token("project-office"));
    let mut people: Vec<_> =
        people.into_iter().map(|(somebody, token)| (somebody, By::Token(token))).collect();
    people.extend(by_cookie_and_by_none(&server).await);

    let site = Site::build(server, author, &office).await;
    checkpoint::tick(&site.server.app.store, &site.server.clock, checkpoint::Occasion::Regular)
        .await
        .unwrap();
    site.server.app.engine.look_again().await.unwrap();
    for (method, path, whose) in ROUTES {
        for by in &shut_out {
            let request = site.request(method, path, by, &office).await;
            let status = site.server.begin(request).await.status().as_u16();
            match whose {
                // What they send is wrong, but they are heard.
                Everybody if path.ends_with("/enrol") || (*method, *path) == ("post", "/api/v1/session") => {
                    assert!(matches!(status, 401 | 429), "{method} {path} {status}");
                }
                Everybody => assert!(status < 300, "{method} {path} by {by:?}: {status}"),
                Operator | Published => assert_eq!(status, 404, "{method} {path} by {by:?}"),
                _ => assert_eq!(status, 401, "{method} {path} by {by:?}"),
            }
        }
        for (somebody, by) in people.iter().filter(|_| !matches!(whose, Everybody)) {
            let request = site.request(method, path, by, &office).await;
            let status = site.server.begin(request).await.status();
            let found = if status.is_success() { Ok(()) } else { Err(status.as_u16()) };
            assert_eq!(found, whose.expected(somebody), "{method} {path} by {}", somebody.name);
        }
    }
}

/// Those who are let in nowhere: nobody, a lost phone, who left, a session that ended in each way.
async fn shut_out(server: &Server) -> Vec<By> {
    let (store, clock) = (&server.app.store, &server.clock);
    let (lost, phone) = server.enrolled(server.person("lost", None).await).await;
    let left = server.person("left", None).await;
    let left_token = server.enrolled(left).await.0;
    server.person("idle", Some(PASSWORD)).await;
    let forgotten = server.sign_in("idle", PASSWORD).await.cookie();
    let signed_out = server.sign_in("idle", PASSWORD).await.cookie();
    server.minutes_later(31);
    session::sign_out(&server.app.people, signed_out.split_once('=').unwrap().1).await.unwrap();
    accounts::revoke_device(store, clock, phone).await.unwrap();
    accounts::disable(store, clock, left).await.unwrap();
    server.app.people.look().await.unwrap();
    let tokens = [String::from("nonsense"), lost.clone(), left_token].map(By::Token);
    let cookies = [format!("{COOKIE}={lost}"), forgotten, signed_out].map(By::Cookie);
    [By::Nothing].into_iter().chain(tokens).chain(cookies).collect()
}

/// Somebody of the office at a browser, and somebody whose role has ended.
async fn by_cookie_and_by_none(server: &Server) -> [(Somebody, By); 2] {
    let county = || "county:350823".to_owned();
    let somebody = |name, has| Somebody { name, role: Role::ProjectOffice, scope: county(), has };
    server.person_as("desk", Some(PASSWORD), Role::ProjectOffice, &county()).await;
    let cookie = server.sign_in("desk", PASSWORD).await.cookie();
    let former = server.person_as("former", None, Role::ProjectOffice, &county()).await;
    let token = server.enrolled(former).await.0;
    let scope = county().parse().unwrap();
    accounts::end_role(&server.app.store, &server.clock, former, Role::ProjectOffice, scope).await.unwrap();
    server.app.people.look().await.unwrap();
    [(somebody("desk", "rcwshHd"), By::Cookie(cookie)), (somebody("former", ""), By::Token(token))]
}

#[test]
fn every_role_stands_in_the_table_at_this_place_and_at_another() {
    for role in Role::ALL {
        let of_role = || everybody().into_iter().filter(|somebody| somebody.role == *role);
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            of_role().partition(|somebody| !somebody.name.starts_with("other-"));
        assert!(!here.is_empty() && !elsewhere.is_empty(), "{role:?}");
        assert!(elsewhere.iter().all(|somebody| !somebody.has('r')), "{role:?}");
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
