//! `GET /` of a server that was built without the web client: a page for who opens the server's address in a browser, or scans an enrolment code.
//!
//! It runs no script. The enrolment code stands behind the `#` of its address, so it is not sent.

use std::sync::LazyLock;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Html;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::app::App;
use super::health;

const PAGE: &str = include_str!("home.html");

/// The page's own style is all that it may use.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = PAGE.split_once("<style>").and_then(|(_, rest)| Some(rest.split_once("</style>")?.0));
    let hash = STANDARD.encode(Sha256::digest(style.unwrap_or_default()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("base64 may stand in a header")
});

/// What this server is, whether it works, and where an enrolment code goes.
#[utoipa::path(
    get,
    path = "/",
    tag = "operation",
    security(()),
    responses((status = 200, description = "a page for people", content_type = "text/html", body = String))
)]
pub async fn page(State(app): State<App>) -> ([(HeaderName, HeaderValue); 1], Html<String>) {
    let state = match health::look(&app).await {
        Ok(()) => state("state", "运行正常，可以接收", "it works and receives"),
        Err(error) => state("state trouble", &error.zh, &error.en),
    };
    ([(header::CONTENT_SECURITY_POLICY, POLICY.clone())], Html(PAGE.replace("{state}", &state)))
}

fn state(class: &str, zh: &str, en: &str) -> String {
    format!("<div class=\"{class}\"><p>{zh}</p><p lang=\"en\">{en}</p></div>")
}
