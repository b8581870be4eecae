//! What people do with their own account.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use totp_rs::Totp;

use crate::house::{Answer, PASSWORD, Server};

const ANOTHER: &str = "another horse battery";

async fn post(server: &Server, cookie: &str, path: &str, body: Json) -> Answer {
    let headers = [("cookie", cookie), ("sec-fetch-site", "same-origin")];
    server.post(&format!("/api/v1/me/{path}"), &headers, body).await
}

async fn account(server: &Server, cookie: &str) -> Json {
    let request = Request::get("/api/v1/me/account").header("cookie", cookie);
    let answer = server.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body
}

#[tokio::test]
async fn a_person_sets_another_password_and_all_other_browsers_are_signed_out() {
    let server = Server::start().await;
    server.person("lin", Some(PASSWORD)).await;
    let here = server.sign_in("lin", PASSWORD).await.cookie();
    let there = server.sign_in("lin", PASSWORD).await.cookie();
    let change = |old: &str, new: &str| json!({ "old": old, "new": new });
    let refused = post(&server, &here, "password", change("wrong", ANOTHER)).await;
    assert_eq!(refused.refused(), (422, "password_wrong"));
    let refused = post(&server, &here, "password", change(PASSWORD, "password2026")).await;
    assert_eq!(refused.refused(), (422, "weak_password"));
    assert_eq!(server.me_by_cookie(&there).await.status, StatusCode::OK, "nothing was changed");

    let changed = post(&server, &here, "password", change(PASSWORD, ANOTHER)).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT, "{}", changed.body);
    assert_eq!(server.me_by_cookie(&here).await.status, StatusCode::OK, "who did it goes on");
    assert_eq!(server.me_by_cookie(&there).await.refused(), (401, "unauthorized"));
    assert_eq!(server.sign_in("lin", PASSWORD).await.refused(), (401, "sign_in_failed"));
    server.sign_in("lin", ANOTHER).await.cookie();
}

#[tokio::test]
async fn who_came_by_anothers_session_does_not_guess_the_password() {
    let server = Server::start().await;
    server.person("lin", Some(PASSWORD)).await;
    let cookie = server.sign_in("lin", PASSWORD).await.cookie();
    let mut guesses = 0;
    loop {
        let guess = json!({ "old": format!("wrong {guesses}"), "new": ANOTHER });
        let refused = post(&server, &cookie, "password", guess).await;
        if refused.status == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
        assert_eq!(refused.refused(), (422, "password_wrong"));
        guesses += 1;
        assert!(guesses < 20, "nobody stops it");
    }
    assert_eq!(guesses, 5);
}

#[tokio::test]
async fn an_app_for_one_time_codes_is_asked_for_once_its_first_code_was_right() {
    let server = Server::start().await;
    server.person("lin", Some(PASSWORD)).await;
    let cookie = server.sign_in("lin", PASSWORD).await.cookie();
    let ask = |code: Option<&str>| json!({ "password": PASSWORD, "code": code });
    assert_eq!(post(&server, &cookie, "totp", ask(Some("123456"))).await.refused(), (409, "no_offer"));
    let refused = post(&server, &cookie, "totp", json!({ "password": "wrong" })).await;
    assert_eq!(refused.refused(), (422, "password_wrong"));

    let offered = post(&server, &cookie, "totp", ask(None)).await.body;
    assert!(offered["qr"].as_str().unwrap().starts_with("<svg"), "{offered}");
    let app = Totp::from_url(offered["url"].as_str().unwrap()).unwrap();
    // At the beginning of a code, so that it is not the next one's turn while the test runs.
    server.clock.advance(TimeDelta::milliseconds(30_000 - server.clock.now().0 % 30_000));
    let code =
        |server: &Server| app.generate(u64::try_from(server.clock.now().0 / 1000).unwrap()).to_string();
    assert_eq!(account(&server, &cookie).await["totp"], json!(false), "nothing is asked for yet");
    let wrong = (code(&server).parse::<u32>().unwrap() + 1) % 1_000_000;
    let refused = post(&server, &cookie, "totp", ask(Some(&format!("{wrong:06}")))).await;
    assert_eq!(refused.refused(), (422, "totp_not_yet"));
    server.sign_in("lin", PASSWORD).await.cookie();

    let set = post(&server, &cookie, "totp", ask(Some(&code(&server)))).await;
    assert_eq!(set.body, json!({ "set": true }));
    assert_eq!(account(&server, &cookie).await["totp"], json!(true));
    assert_eq!(server.sign_in("lin", PASSWORD).await.refused(), (401, "totp_needed"));
    let by_code = |code: String| json!({ "username": "lin", "password": PASSWORD, "totp": code });
    let again = server.post("/api/v1/session", &[], by_code(code(&server))).await;
    assert_eq!(again.refused(), (401, "totp_wrong"), "the first code is used up");
    server.clock.advance(TimeDelta::seconds(60));
    let signed_in = server.post("/api/v1/session", &[], by_code(code(&server))).await;
    assert_eq!(signed_in.status, StatusCode::OK, "{}", signed_in.body);
}

#[tokio::test]
async fn people_see_where_they_are_signed_in_and_sign_out_from_afar() {
    let server = Server::start().await;
    server.person("lin", Some(PASSWORD)).await;
    server.person("chen", Some(PASSWORD)).await;
    let here = server.sign_in("lin", PASSWORD).await.cookie();
    let there = server.sign_in("lin", PASSWORD).await.cookie();
    let others = server.sign_in("chen", PASSWORD).await.cookie();
    let sessions = account(&server, &here).await["sessions"].as_array().unwrap().clone();
    let these: Vec<_> = sessions.iter().map(|session| &session["this"]).collect();
    assert_eq!(these, [&json!(true), &json!(false)]);
    let end = async |cookie: &str, id: &Json| {
        let request = Request::delete(format!("/api/v1/me/sessions/{}", id.as_str().unwrap()))
            .header(header::COOKIE, cookie)
            .header("sec-fetch-site", "same-origin");
        server.send(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(end(&others, &sessions[1]["id"]).await.refused(), (404, "not_found"));
    assert_eq!(server.me_by_cookie(&there).await.status, StatusCode::OK);
    assert_eq!(end(&here, &sessions[1]["id"]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(server.me_by_cookie(&there).await.refused(), (401, "unauthorized"));
    assert_eq!(server.me_by_cookie(&here).await.status, StatusCode::OK);
    assert_eq!(end(&here, &sessions[1]["id"]).await.refused(), (404, "not_found"));
    server.minutes_later(31);
    let again = server.sign_in("lin", PASSWORD).await.cookie();
    assert_eq!(
        account(&server, &again).await["sessions"].as_array().unwrap().len(),
        1,
        "idle ones have ended"
    );
}
