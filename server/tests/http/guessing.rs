//! Who guesses, plants a session or replays a code gets nowhere, and keeps nobody else out.

use std::net::{Ipv6Addr, SocketAddr};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::json;
use siteledger::access::accounts;
use totp_rs::Totp;

use crate::house::{Answer, COOKIE, PASSWORD, Server};

/// Signs in from another network than everybody else.
async fn sign_in_from(server: &Server, network: u16, username: &str, password: &str) -> Answer {
    let peer = SocketAddr::from((Ipv6Addr::new(0x2408, network, 0, 0, 0, 0, 0, 1), 4000));
    let body = json!({ "username": username, "password": password }).to_string();
    let mut request = Request::post("/api/v1/session")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    server.send(request).await
}

#[tokio::test]
async fn a_thousand_guessers_are_stopped_and_the_owner_comes_in() {
    let server = Server::start().await;
    server.person("lin", Some(PASSWORD)).await;
    server.person("chen", Some(PASSWORD)).await;
    assert_eq!(server.sign_in("lin", PASSWORD).await.status, StatusCode::OK, "at the office, as every day");
    let mut guessed = 0;
    for network in 0..1000 {
        let answer = sign_in_from(&server, network, "lin", "a wrong guess").await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.headers.contains_key(header::RETRY_AFTER));
            continue;
        }
        assert_eq!(answer.refused(), (401, "sign_in_failed"));
        guessed += 1;
    }
    assert!(guessed < 200, "{guessed} of 1000 guesses were heard");
    assert_eq!(server.sign_in("lin", PASSWORD).await.status, StatusCode::OK, "the owner need not wait");
    let elsewhere = sign_in_from(&server, 2000, "chen", PASSWORD).await;
    assert_eq!(elsewhere.status, StatusCode::OK, "nor does anybody else");
}

#[tokio::test]
async fn a_session_that_somebody_planted_is_nobodys_after_signing_in() {
    let server = Server::start().await;
    server.person("lin", Some(PASSWORD)).await;
    server.person("thief", Some(PASSWORD)).await;
    let thiefs = server.sign_in("thief", PASSWORD).await.cookie();
    let invented = format!("{COOKIE}={}", URL_SAFE_NO_PAD.encode([7; 32]));
    for planted in [&thiefs, &invented, &format!("{COOKIE}=x"), &format!("{COOKIE}=")] {
        let credentials = json!({ "username": "lin", "password": PASSWORD });
        let signed_in = server.post("/api/v1/session", &[("cookie", planted)], credentials).await;
        let lins = signed_in.cookie();
        assert_ne!(lins, *planted);
        assert_eq!(server.me_by_cookie(&lins).await.body["user"]["username"], "lin");
        assert_eq!(server.me_by_cookie(planted).await.refused(), (401, "unauthorized"), "{planted}");
    }
}

#[tokio::test]
async fn each_session_and_each_token_is_256_new_bits() {
    let server = Server::start().await;
    let lin = server.person("lin", Some(PASSWORD)).await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..8 {
        let cookie = server.sign_in("lin", PASSWORD).await.cookie();
        let session = cookie.split_once('=').unwrap().1.to_owned();
        for secret in [session, server.enrolled(lin).await.0] {
            assert_eq!(URL_SAFE_NO_PAD.decode(&secret).unwrap().len(), 32, "{secret}");
            assert!(seen.insert(secret));
        }
    }
}

/// Somebody with an app that makes one-time codes.
struct WithApp {
    server: Server,
    app: Totp,
}

impl WithApp {
    async fn start() -> Self {
        let server = Server::start().await;
        server.person("lin", Some(PASSWORD)).await;
        let app = Self::app(&server).await;
        // At the beginning of a code, so that it is not the next one's turn while the test runs.
        server.clock.advance(TimeDelta::milliseconds(30_000 - server.clock.now().0 % 30_000));
        Self { server, app }
    }

    async fn app(server: &Server) -> Totp {
        let person = accounts::named(&server.app.store, "lin").await.unwrap();
        Totp::from_url(accounts::ask_for_totp(&server.app.store, &person).await.unwrap()).unwrap()
    }

    /// The code as the app shows it when its clock goes that many seconds ahead of ours.
    fn code(&self, ahead: i64) -> String {
        let seconds = self.server.clock.now().0 / 1000 + ahead;
        self.app.generate(u64::try_from(seconds).unwrap()).to_string()
    }

    async fn sign_in(&self, totp: &str) -> Answer {
        let credentials = json!({ "username": "lin", "password": PASSWORD, "totp": totp });
        self.server.post("/api/v1/session", &[], credentials).await
    }
}

#[tokio::test]
async fn a_one_time_code_is_good_once_and_so_is_none_before_it() {
    let lin = WithApp::start().await;
    let (earlier, now, next) = (lin.code(-30), lin.code(0), lin.code(30));
    assert_eq!(lin.sign_in(&now).await.status, StatusCode::OK);
    for (spent, why) in [(&now, "it was used"), (&earlier, "a later one was used")] {
        assert_eq!(lin.sign_in(spent).await.refused(), (401, "totp_wrong"), "{why}");
    }
    assert_eq!(lin.sign_in(&next).await.status, StatusCode::OK);
    assert_eq!(lin.sign_in(&now).await.refused(), (401, "totp_wrong"));
    let server = lin.server.restart().await;
    let lin = WithApp { server, app: lin.app };
    assert_eq!(lin.sign_in(&next).await.refused(), (401, "totp_wrong"), "a restart forgets no used code");
}

#[tokio::test]
async fn a_one_time_code_is_good_for_half_a_minute_more_or_less() {
    for (ahead, is_good) in [(-90, false), (-60, false), (-30, true), (0, true), (30, true), (60, false)] {
        let lin = WithApp::start().await;
        let answer = lin.sign_in(&lin.code(ahead)).await;
        assert_eq!(answer.status == StatusCode::OK, is_good, "{ahead} s: {}", answer.body);
    }
}

#[tokio::test]
async fn two_sign_ins_at_once_by_one_code_are_one() {
    let lin = WithApp::start().await;
    let code = lin.code(0);
    let (one, other) = tokio::join!(lin.sign_in(&code), lin.sign_in(&code));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
}

#[tokio::test]
async fn codes_from_an_app_that_was_replaced_are_worth_nothing() {
    let lin = WithApp::start().await;
    let cookie = lin.sign_in(&lin.code(0)).await.cookie();
    lin.server.clock.advance(TimeDelta::minutes(5));
    let new = WithApp::app(&lin.server).await;
    lin.server.app.people.look().await.unwrap();
    assert_eq!(lin.server.me_by_cookie(&cookie).await.refused(), (401, "unauthorized"), "all sessions end");
    assert_eq!(lin.sign_in(&lin.code(0)).await.refused(), (401, "totp_wrong"));
    let lin = WithApp { server: lin.server, app: new };
    assert_eq!(lin.sign_in(&lin.code(0)).await.status, StatusCode::OK);
}
