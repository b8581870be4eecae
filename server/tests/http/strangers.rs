//! What cannot be found out by asking, and what nobody gets by asking oddly.

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, header};
use sync_protocol::kinds::Role;
use uuid::Uuid;

use crate::house::{Answer, Server};
use crate::routes::ROUTES;
use crate::site::{By, Site};
use siteledger::sync::county;

/// The request of a route, for another thing than the one that is there.
async fn about(site: &Site, method: &str, path: &str, by: &By, office: &str, what: &str) -> Request<Body> {
    let mut request = site.request(method, path, by, office).await;
    let (before, after) = path.split_once('{').unwrap();
    let (_, after) = after.split_once('}').unwrap();
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    *request.uri_mut() = format!("{before}{what}{after}{query}").parse().unwrap();
    request
}

async fn heard(site: &Site, request: Request<Body>) -> (Answer, Vec<String>) {
    let answer = site.server.send(request).await;
    let names = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let mut names: Vec<_> = names.map(|(name, value)| format!("{name}: {value:?}")).collect();
    names.sort_unstable();
    (answer, names)
}

/// Whether a record, a photo, an upload, something held or a county is there, is told to those alone who
/// may see it: for each route that names one.
#[tokio::test]
async fn what_is_somebody_elses_looks_like_what_is_not_there() {
    let server = Server::start().await;
    county::open(&server.app.store, &server.clock, "350902", "蕉城区", Some("350900")).await.unwrap();
    server.app.engine.look_again().await.unwrap();
    let outsider = server.person_as("outsider", None, Role::ProjectOffice, "county:350902").await;
    let outsider = By::Token(server.enrolled(outsider).await.0);
    let (site, office) = Site::with_people(server).await;
    let mut compared = 0;
    // The files of the web client and empty tables are nobody's; for public pages see public.rs.
    let is_somebodys = |path: &str| {
        path.contains('{')
            && !path.contains("{file}")
            && !path.ends_with("/template.xlsx")
            && !path.starts_with("/public")
    };
    for (method, path, _) in ROUTES.iter().filter(|(_, path, _)| is_somebodys(path)) {
        let foreign = site.request(method, path, &outsider, &office).await;
        let nobodys = match *path {
            path if path.contains("/held/") => "999999999".to_owned(),
            path if path.contains("{sha256}") => "ab".repeat(32),
            path if path.contains("{county}") => "350999".to_owned(),
            _ => Uuid::now_v7().to_string(),
        };
        let unknown = about(&site, method, path, &outsider, &office, &nobodys).await;
        let (foreign, unknown) = (heard(&site, foreign).await, heard(&site, unknown).await);
        assert_eq!(foreign.0.status.as_u16(), 404, "{method} {path}");
        assert_eq!(foreign.0.status, unknown.0.status, "{method} {path}");
        assert_eq!(foreign.0.body, unknown.0.body, "{method} {path}");
        assert_eq!(foreign.1, unknown.1, "{method} {path}");
        compared += 1;
    }
    assert!(compared >= 16, "{compared} routes name something");
}

/// By somebody who may see everything of the county: what is refused is refused for its form.
#[tokio::test]
async fn no_odd_name_in_an_address_gets_anything_or_breaks_anything() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let by = By::Token(office.clone());
    let long = "a".repeat(8000);
    let names = [
        "..",
        "%2e%2e",
        "..%2f..%2f..%2fetc%2fpasswd",
        "..%5c..%5csiteledger.db",
        "%2fetc%2fpasswd",
        "%252e%252e%252fsiteledger.db",
        "....%2f%2fsiteledger.db",
        "siteledger.db",
        "%00",
        "x%00.jpg",
        "%0d%0aset-cookie:%20x=y",
        "%e2%80%ae",
        "%ff%fe",
        "%uff0e",
        "*",
        "'%20or%201=1--",
        "%25s%25n",
        "-1",
        "0",
        "1e3",
        "0x10",
        "1.5",
        "99999999999999999999999999",
        "00000000-0000-0000-0000-000000000000",
        "null",
        "{id}",
        "__proto__",
        ";",
        &long,
    ];
    for (method, path, _) in ROUTES.iter().filter(|(_, path, _)| path.contains('{')) {
        for name in names {
            let name = name.replace(['{', '}'], "");
            let request = about(&site, method, path, &by, &office, &name).await;
            let answer = site.server.begin(request).await;
            let (status, kind) = (answer.status().as_u16(), answer.headers().get(header::CONTENT_TYPE));
            assert!(matches!(status, 400 | 404 | 405), "{method} {path} {name}: {status}");
            let problem = if path.starts_with("/public") {
                HeaderValue::from_static("text/html; charset=utf-8")
            } else {
                HeaderValue::from_static("application/problem+json")
            };
            assert!(kind.is_none_or(|kind| *kind == problem), "{method} {path} {name}: {kind:?}");
            assert!(!answer.headers().contains_key(header::SET_COOKIE), "{method} {path} {name}");
        }
    }
}

#[tokio::test]
async fn what_is_said_twice_or_besides_is_not_guessed_at() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let bearer = format!("Bearer {office}");
    let ask = |path: &'static str| {
        let request = Request::get(path).header(header::AUTHORIZATION, &bearer);
        site.server.send(request.body(Body::empty()).unwrap())
    };
    for path in [
        "/api/v1/held?limit=1&limit=1000",
        "/api/v1/held?state=waiting&state=refused",
        "/api/v1/held?limit=-1",
        "/api/v1/held?limit=1e9",
        "/api/v1/ledgers/350823/proof?seq=1&seq=2",
        "/api/v1/ledgers/350823/proof",
        "/api/v1/ledgers/350823/consistency?from=1&from=2",
        "/api/v1/ledgers/350823/consistency?from=18446744073709551616&to=1",
    ] {
        assert_eq!(ask(path).await.status.as_u16(), 400, "{path}");
    }
    // The proof of who asks is a header and no more: not the address, not the body, not another method.
    for path in ["/api/v1/me?access_token=", "/api/v1/me?token=", "/api/v1/me?authorization=Bearer%20"] {
        let request = Request::get(format!("{path}{office}")).body(Body::empty()).unwrap();
        assert_eq!(site.server.send(request).await.refused(), (401, "unauthorized"), "{path}");
    }
    for name in ["x-http-method-override", "x-method-override", "x-original-url", "x-rewrite-url"] {
        let request = Request::get("/api/v1/health").header(name, "/api/v1/me").method(Method::GET);
        let answer = site.server.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.body["status"], "ok", "{name}");
    }
}
