//! What browsers are told with every answer, and whose pages may ask for what: for each route.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};

use crate::house::{PASSWORD, Server};
use crate::routes::ROUTES;
use crate::site::{By, Site};
use sync_protocol::kinds::Role;

const COUNTY: &str = "county:350823";

/// What is wrong with the headers of an answer.
fn wrong(headers: &HeaderMap, is_https: bool) -> Vec<String> {
    let text = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap());
    let policy = text("content-security-policy");
    let keeps = text("strict-transport-security");
    let kept = text("cache-control");
    let kind = text("content-type");
    let is_empty = kind.is_empty();
    let rules = [
        ("nosniff", text("x-content-type-options") == "nosniff"),
        ("no referrer to others", ["no-referrer", "same-origin"].contains(&text("referrer-policy"))),
        ("nobody else's page", text("cross-origin-resource-policy") == "same-origin"),
        ("nothing is loaded", policy.contains("default-src 'none'")),
        ("no base", policy.contains("base-uri 'none'")),
        ("no frame", policy.contains("frame-ancestors 'none'")),
        ("https alone", keeps == if is_https { "max-age=31536000; includeSubDomains" } else { "" }),
        (
            "not kept, or kept for one person, or named by what it is",
            ["no-store", "no-cache", "public, max-age=60", "public, max-age=31536000, immutable"]
                .contains(&kept)
                || kept.starts_with("private"),
        ),
        // A stream of events is UTF-8 by its standard and has no such parameter.
        (
            "text says how it is written",
            !kind.starts_with("text/") || kind.contains("charset=utf-8") || kind == "text/event-stream",
        ),
        ("one media type", is_empty || headers.get_all(header::CONTENT_TYPE).iter().count() == 1),
        (
            "no page of others reads it",
            !headers.keys().any(|name| name.as_str().starts_with("access-control")),
        ),
        ("not what it runs on", !headers.contains_key("server") && !headers.contains_key("x-powered-by")),
    ];
    rules.iter().filter(|(_, holds)| !holds).map(|(rule, _)| (*rule).to_owned()).collect()
}

#[tokio::test]
async fn every_answer_of_every_route_tells_browsers_to_be_careful() {
    for public_url in ["https://ledger.example", "http://127.0.0.1:8080"] {
        let is_https = public_url.starts_with("https");
        let (site, office) = Site::with_people(Server::reachable_at(public_url).await).await;
        for (method, path, _) in ROUTES {
            for by in [By::Nothing, By::Token(office.clone())] {
                let request = site.request(method, path, &by, &office).await;
                let answer = site.server.begin(request).await;
                let found = wrong(answer.headers(), is_https);
                assert!(found.is_empty(), "{method} {path} {by:?} {}: {found:?}", answer.status());
                let kept = answer.headers()[header::CACHE_CONTROL].to_str().unwrap();
                let is_public = path.starts_with("/assets/")
                    || (path.starts_with("/public") && answer.status().is_success());
                assert_eq!(kept.starts_with("public"), is_public, "{method} {path}: {kept}");
            }
        }
        for (method, path, body) in [
            ("GET", "/nowhere", ""),
            ("GET", "/api/v1/nowhere", ""),
            ("PUT", "/api/v1/sync", ""),
            ("TRACE", "/api/v1/me", ""),
            ("CONNECT", "/api/v1/me", ""),
            ("POST", "/api/v1/session", "{"),
            ("GET", "/api/v1/records/%ff", ""),
            ("OPTIONS", "/api/v1/me", ""),
        ] {
            let request = Request::builder().method(method).uri(path).body(Body::from(body)).unwrap();
            let answer = site.server.begin(request).await;
            assert!(answer.status().is_client_error(), "{method} {path}: {}", answer.status());
            let found = wrong(answer.headers(), is_https);
            assert!(found.is_empty(), "{method} {path}: {found:?}");
        }
    }
}

/// A page that holds somebody's data is never in a cache that others share, and the next person at the
/// same browser does not get it.
#[tokio::test]
async fn what_only_some_may_see_is_stored_by_no_cache_for_all() {
    let (site, office) = Site::with_people(Server::start().await).await;
    for (method, path, _) in ROUTES {
        let by = By::Token(office.clone());
        let refused = site.server.begin(site.request(method, path, &By::Nothing, &office).await).await;
        if refused.status() != StatusCode::UNAUTHORIZED {
            continue;
        }
        let answer = site.server.begin(site.request(method, path, &by, &office).await).await;
        let kept = answer.headers()[header::CACHE_CONTROL].to_str().unwrap();
        if kept != "no-store" {
            let varies = answer.headers()[header::VARY].to_str().unwrap();
            assert!(
                kept.starts_with("private") && varies.contains("cookie"),
                "{method} {path}: {kept} {varies}"
            );
        }
    }
}

#[tokio::test]
async fn by_cookie_no_route_changes_anything_for_somebody_elses_page() {
    const OURS: &str = "https://ledger.example";
    let (site, office) = Site::with_people(Server::reachable_at(OURS).await).await;
    site.server.person_as("desk", Some(PASSWORD), Role::ProjectOffice, COUNTY).await;
    let by = By::Cookie(site.server.sign_in("desk", PASSWORD).await.cookie());
    let others: [&[(&str, &str)]; 8] = [
        &[],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", OURS)],
        &[("origin", "https://evil.example")],
        &[("origin", "https://ledger.example.evil.example")],
        &[("origin", "null")],
        &[("referer", "https://ledger.example/")],
    ];
    let ours: [&[(&str, &str)]; 3] =
        [&[("sec-fetch-site", "same-origin")], &[("sec-fetch-site", "none")], &[("origin", OURS)]];
    let mut changing = 0;
    for (method, path, _) in ROUTES {
        // These take no cookie as proof of anything; the table of routes has what they answer.
        let needs_none = matches!(*path, "/api/v1/enrol" | "/public/complaints")
            || (*method, *path) == ("post", "/api/v1/session");
        if Method::from_bytes(method.to_uppercase().as_bytes()).unwrap().is_safe() || needs_none {
            continue;
        }
        changing += 1;
        for (said, is_ours) in
            others.iter().map(|said| (said, false)).chain(ours.iter().map(|said| (said, true)))
        {
            if is_ours && *path == "/api/v1/session" {
                // Who signs out here has no cookie for the next route.
                continue;
            }
            let mut request = site.request(method, path, &by, &office).await;
            request.headers_mut().remove("sec-fetch-site");
            for (name, value) in *said {
                request.headers_mut().insert(*name, HeaderValue::from_static(value));
            }
            let answer = site.server.send(request).await;
            if is_ours {
                assert_ne!(answer.code(), "cross_site", "{method} {path} {said:?}");
            } else {
                assert_eq!(answer.refused(), (403, "cross_site"), "{method} {path} {said:?}");
            }
        }
    }
    assert!(changing >= 10, "{changing} routes change something");
}
