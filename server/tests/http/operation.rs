//! What operators ask: does it live, can it work, how is it doing.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::house::Server;

fn get(path: &str) -> Request<Body> {
    Request::get(path).header("accept-language", "en").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn an_idle_server_is_ready_because_it_can_still_commit() {
    let server = Server::start().await;
    assert_eq!(server.send(get("/api/v1/ready")).await.body["status"], "ready");
    assert!(
        server.app.store.committed_within(std::time::Duration::from_secs(10)),
        "asking made a commit where there was none"
    );
}

#[tokio::test]
async fn a_server_that_stops_lives_and_is_not_ready() {
    let server = Server::start().await;
    server.app.stopping.cancel();
    let answer = server.send(get("/api/v1/ready")).await;
    assert_eq!(answer.refused(), (503, "not_ready"));
    let seconds: u32 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((10..20).contains(&seconds), "who is put off together comes back apart: {seconds}");
    assert_eq!(server.send(get("/api/v1/health")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_server_whose_writer_has_ended_is_not_ready() {
    let server = Server::start().await;
    server.app.store.close().await;
    assert_eq!(server.send(get("/api/v1/ready")).await.refused(), (503, "not_ready"));
}

#[tokio::test]
async fn requests_are_counted_by_route_and_never_by_what_stands_in_the_address() {
    siteledger::http::metrics::install();
    let server = Server::start().await;
    server.send(get("/api/v1/records/0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11")).await;
    let mut from_here = get("/metrics");
    from_here.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4000))));
    let response = server.router.clone().oneshot(from_here).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(text.contains("route=\"/api/v1/records/{id}\",method=\"GET\",status=\"401\""), "{text}");
    assert!(!text.contains("0198c9a4"), "{text}");
}

#[tokio::test]
async fn the_description_names_every_route_and_how_to_sign_in() {
    let server = Server::start().await;
    let described = server.send(get("/api/v1/openapi.json")).await.body;
    assert_eq!(described["openapi"], "3.1.0");
    assert!(described["paths"]["/api/v1/sync"]["post"].is_object(), "{described}");
    assert!(described["components"]["securitySchemes"]["device"].is_object(), "{described}");
    let cookie = &described["components"]["securitySchemes"]["session"]["name"];
    assert_eq!(cookie, crate::house::COOKIE, "as it is called over http");
    for proof in ["proof", "consistency"] {
        let path = format!("/api/v1/ledgers/{{county}}/{proof}");
        assert!(described["paths"][path]["get"]["responses"]["400"].is_object(), "{proof}");
    }
    // What is said to be open is exactly what needs no sign-in.
    assert_eq!(described["paths"]["/api/v1/schema"]["get"]["security"], serde_json::json!([{}]));
}

async fn page(server: &Server) -> (axum::http::HeaderMap, String) {
    page_at(server, "/").await
}

async fn page_at(server: &Server, path: &str) -> (axum::http::HeaderMap, String) {
    let response = server.begin(get(path)).await;
    assert_eq!(response.status(), StatusCode::OK);
    let headers = response.headers().clone();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (headers, String::from_utf8(body.to_vec()).unwrap())
}

#[cfg(feature = "web")]
#[tokio::test]
async fn who_opens_the_address_in_a_browser_gets_the_app_and_nothing_of_others() {
    let server = Server::start().await;
    let (headers, text) = page(&server).await;
    assert_eq!(headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
    let policy = headers["content-security-policy"].to_str().unwrap();
    for rule in
        ["default-src 'none'", "script-src 'self'", "img-src 'self' blob: data:", "connect-src 'self'"]
    {
        assert!(policy.split("; ").any(|part| part == rule), "{rule} is not in {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    // The policy forbids what is written into the page, so nothing is.
    assert!(!text.contains("<style") && !text.contains("<script>") && !text.contains("style="), "{text}");
    assert!(text.contains("src=\"/assets/") && !text.contains("//"), "{text}");
}

#[cfg(feature = "web")]
#[tokio::test]
async fn every_address_of_the_office_opens_the_offices_page_and_no_phones() {
    let server = Server::start().await;
    let (_, phones) = page(&server).await;
    let (headers, office) = page_at(&server, "/office").await;
    assert!(headers["content-security-policy"].to_str().unwrap().contains("script-src 'self'"));
    assert!(office.contains("src=\"/assets/office-") && !phones.contains("/assets/office-"), "{office}");
    for path in ["/office/list/diary?state=submitted", "/office/record/0198c9a4-0000-7000-8000-000000000001"]
    {
        assert_eq!(page_at(&server, path).await.1, office, "{path}");
    }
    assert_eq!(server.begin(get("/offices")).await.status(), StatusCode::NOT_FOUND);
}

#[cfg(not(feature = "web"))]
#[tokio::test]
async fn who_opens_the_address_in_a_browser_reads_what_this_is_and_whether_it_works() {
    let server = Server::start().await;
    let (headers, text) = page(&server).await;
    assert_eq!(headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(
        (&headers["cache-control"], &headers["x-content-type-options"]),
        (&"no-store".parse().unwrap(), &"nosniff".parse().unwrap())
    );
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(text.contains("运行正常") && text.contains("#/enrol/") && !text.contains("<script"), "{text}");
    assert!(text.len() < 4096, "{} bytes on a weak line", text.len());

    server.app.stopping.cancel();
    let (_, text) = page(&server).await;
    assert!(text.contains("服务器正在停止") && !text.contains("运行正常"), "{text}");
}

#[tokio::test]
async fn a_problem_is_told_in_chinese_alone_with_the_technical_words_apart() {
    let server = Server::start().await;
    let wrong = "{\"code\": \"x\", \"name\": 1}";
    let request = Request::post("/api/v1/enrol").header("content-type", "application/json");
    let problem = server.send(request.body(Body::from(wrong)).unwrap()).await.body;
    let (zh, en) = (problem["detail"].as_str().unwrap(), problem["detail_en"].as_str().unwrap());
    assert!(zh.contains("没有“name”这一项（第 1 行第") && !zh.contains("unknown"), "{zh}");
    assert!(en.contains("unknown field `name`"), "{en}");
    let user = server.person("lin", None).await;
    let bearer = format!("Bearer {}", server.enrolled(user).await.0);
    let asked = Request::get("/api/v1/held?limit=many").header("authorization", &bearer);
    let problem = server.send(asked.body(Body::empty()).unwrap()).await.body;
    assert!(!problem["detail"].as_str().unwrap().contains("invalid"), "{problem}");
    assert!(problem["detail_en"].as_str().unwrap().contains("invalid"), "{problem}");
    let asked = get("/api/v1/me");
    assert!(server.send(asked).await.body["detail_en"].is_null(), "who reads English is told once");
}
