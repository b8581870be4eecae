//! Joining: phones enrol by code, browsers sign in by name and password, and both are let out
//! again.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use chrono::TimeDelta;
use serde_json::json;
use siteledger::access::accounts;
use siteledger::store::devices;
use sync_protocol::kinds::Role;

use crate::house::{Answer, COOKIE, COUNTY, PASSWORD, Server};

#[tokio::test]
async fn a_phone_enrols_by_a_code_that_is_good_once() {
    let server = Server::start().await;
    let lin = server.person("lin.meihua", None).await;
    let codes = server.codes(lin).await;

    let enrolled = server.enrol(&codes.long).await;
    assert_eq!(enrolled.status, StatusCode::OK, "{}", enrolled.body);
    assert_eq!(enrolled.body["user"]["username"], "lin.meihua");
    assert_eq!(enrolled.body["user"]["roles"][0]["role"], "inspection_office");
    assert_eq!(enrolled.body["user"]["roles"][0]["scope"], COUNTY);
    assert_eq!(enrolled.body["server"]["protocol"], 1);
    let me = server.me_by_token(enrolled.body["token"].as_str().unwrap()).await;
    assert_eq!(me.status, StatusCode::OK);
    assert_eq!(me.body["user"]["id"], lin.to_string());
    assert_eq!(me.body["device"]["id"], enrolled.body["device"]);
    assert_eq!(me.body["device"]["name"], "演示手机");
    assert_eq!(me.body["via"], "device");
    assert_eq!(me.body["roles"], enrolled.body["user"]["roles"]);

    assert_eq!(server.enrol(&codes.long).await.refused(), (410, "code_used"));
    assert_eq!(server.enrol(&codes.short).await.refused(), (410, "code_used"), "the pair is used up");
    assert_eq!(server.enrol("AAAA2222").await.refused(), (401, "code_unknown"));
    assert_eq!(server.enrol("").await.refused(), (401, "code_unknown"));
}

#[tokio::test]
async fn the_short_code_is_typed_as_people_type_and_uses_up_the_long_one() {
    let server = Server::start().await;
    let codes = server.codes(server.person("lin", None).await).await;
    let typed = format!("{}-{}", &codes.short[..4], &codes.short[4..]).to_lowercase();
    assert_eq!(server.enrol(&typed).await.status, StatusCode::OK);
    assert_eq!(server.enrol(&codes.long).await.refused(), (410, "code_used"));
}

#[tokio::test]
async fn of_two_phones_with_one_code_at_once_one_is_let_in() {
    let server = Server::start().await;
    let codes = server.codes(server.person("lin", None).await).await;
    let (one, other) = tokio::join!(server.enrol(&codes.long), server.enrol(&codes.short));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410]);
}

#[tokio::test]
async fn a_phone_whose_answer_was_lost_on_a_bad_line_enrols_by_the_same_code() {
    let server = Server::start().await;
    let codes = server.codes(server.person("lin", None).await).await;
    let token = |answer: Answer| answer.body["token"].as_str().unwrap_or_default().to_owned();
    let lost = token(server.enrol(&codes.short).await);
    server.minutes_later(9);
    let also_lost = token(server.enrol(&codes.short).await);
    assert_eq!(server.enrol(&codes.long).await.refused(), (410, "code_used"), "not by the other of the pair");
    let arrived = token(server.enrol(&codes.short).await);
    for token in [&lost, &also_lost] {
        assert_eq!(server.me_by_token(token).await.refused(), (401, "device_revoked"));
    }
    // From the first request by that token on, nobody takes the phone's place.
    assert_eq!(server.me_by_token(&arrived).await.status, StatusCode::OK);
    assert_eq!(server.enrol(&codes.short).await.refused(), (410, "code_used"));
    server.app.people.flush().await.unwrap();
    assert_eq!(server.enrol(&codes.short).await.refused(), (410, "code_used"), "that is written down");
    assert_eq!(server.me_by_token(&arrived).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_phone_with_somebodys_work_on_it_is_enrolled_again_for_that_person_alone() {
    let server = Server::start().await;
    let (lin, wang) = (server.person("lin", None).await, server.person("wang", None).await);
    let (first, device) = server.enrolled(lin).await;
    accounts::revoke_device(&server.app.store, &server.app.clock, device).await.unwrap();
    server.app.people.look().await.unwrap();
    assert_eq!(server.me_by_token(&first).await.refused(), (401, "device_revoked"));
    let codes = server.codes(wang).await;
    let again = |code: String| {
        let body = json!({ "code": code, "device_name": "演示手机", "user": lin });
        server.post("/api/v1/enrol", &[], body)
    };
    assert_eq!(again(codes.short.clone()).await.refused(), (409, "code_of_another"));
    assert_eq!(again(codes.long).await.refused(), (409, "code_of_another"));
    let enrolled = again(server.codes(lin).await.short).await;
    assert_eq!(enrolled.status, StatusCode::OK, "{}", enrolled.body);
    assert_eq!(enrolled.body["user"]["id"], lin.to_string());
    assert_ne!(enrolled.body["device"], device.to_string());
    assert_eq!(server.me_by_token(&first).await.refused(), (401, "device_revoked"), "it stays so");
    assert_eq!(server.enrol(&codes.short).await.status, StatusCode::OK, "what was refused was not used up");
}

#[tokio::test]
async fn a_used_code_is_taken_again_for_ten_minutes_only() {
    let server = Server::start().await;
    let lin = server.person("lin", None).await;
    let codes = server.codes(lin).await;
    server.minutes_later(14);
    assert_eq!(server.enrol(&codes.short).await.status, StatusCode::OK);
    server.minutes_later(9);
    assert_eq!(
        server.enrol(&codes.short).await.status,
        StatusCode::OK,
        "it was good when it was first given"
    );
    server.minutes_later(1);
    assert_eq!(server.enrol(&codes.short).await.refused(), (410, "code_used"), "from the first time on");
}

#[tokio::test]
async fn codes_expire_the_short_one_first() {
    let server = Server::start().await;
    let lin = server.person("lin", None).await;
    let (first, second) = (server.codes(lin).await, server.codes(lin).await);
    server.minutes_later(15);
    assert_eq!(server.enrol(&first.short).await.refused(), (410, "code_expired"));
    assert_eq!(server.enrol(&first.long).await.status, StatusCode::OK);
    server.minutes_later(24 * 60 - 15);
    assert_eq!(server.enrol(&second.long).await.refused(), (410, "code_expired"));
}

#[tokio::test]
async fn short_codes_cannot_be_tried_one_after_another() {
    let server = Server::start().await;
    for _ in 0..10 {
        assert_eq!(server.enrol("AAAA2222").await.refused(), (401, "code_unknown"));
    }
    let refused = server.enrol("AAAA2222").await;
    assert_eq!(refused.refused(), (429, "too_many"));
    assert!(refused.headers.contains_key(header::RETRY_AFTER));
    let codes = server.codes(server.person("lin", None).await).await;
    assert_eq!(server.enrol(&codes.long).await.status, StatusCode::OK, "who scans does not wait");
}

#[tokio::test]
async fn nobody_is_let_in_by_nothing() {
    let server = Server::start().await;
    for (name, value) in [
        ("x-nothing", ""),
        ("authorization", "Bearer "),
        ("authorization", "Bearer 0000000000000000000000000000000000000000000"),
        ("authorization", "Basic bGluOmNvcnJlY3QgaG9yc2U="),
        ("authorization", "Bearer\u{a0}x"),
        ("cookie", "siteledger="),
        ("cookie", "siteledger=0000000000000000000000000000000000000000000"),
        ("cookie", "__Host-siteledger=x; other=y"),
    ] {
        assert_eq!(server.me(name, value).await.refused(), (401, "unauthorized"), "{name}: {value}");
    }
}

#[tokio::test]
async fn a_token_is_no_session_and_a_session_is_no_token() {
    let server = Server::start().await;
    let lin = server.person("lin", Some(PASSWORD)).await;
    let (token, _) = server.enrolled(lin).await;
    let cookie = server.sign_in("lin", PASSWORD).await.cookie();
    let session = cookie.split_once('=').unwrap().1;
    for _ in 0..2 {
        assert_eq!(server.me_by_cookie(&format!("{COOKIE}={token}")).await.refused(), (401, "unauthorized"));
        assert_eq!(server.me_by_token(session).await.refused(), (401, "unauthorized"));
        assert_eq!(server.me_by_token(&token).await.status, StatusCode::OK);
        assert_eq!(server.me_by_cookie(&cookie).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_lost_phone_is_let_in_no_more() {
    let server = Server::start().await;
    let lin = server.person("lin", None).await;
    let ((lost, device), (kept, _)) = (server.enrolled(lin).await, server.enrolled(lin).await);
    assert_eq!(server.me_by_token(&lost).await.status, StatusCode::OK);
    accounts::revoke_device(&server.app.store, &server.clock, device).await.unwrap();
    server.app.people.look().await.unwrap();
    assert_eq!(server.me_by_token(&lost).await.refused(), (401, "device_revoked"));
    assert_eq!(server.me_by_token(&kept).await.status, StatusCode::OK);
    let again = accounts::revoke_device(&server.app.store, &server.clock, device).await.unwrap_err();
    assert_eq!(again.code, "device_unknown");
}

#[tokio::test]
async fn a_closed_account_is_let_in_by_no_way() {
    let server = Server::start().await;
    let lin = server.person("lin", Some(PASSWORD)).await;
    let (token, _) = server.enrolled(lin).await;
    let cookie = server.sign_in("lin", PASSWORD).await.cookie();
    let codes = server.codes(lin).await;
    accounts::disable(&server.app.store, &server.clock, lin).await.unwrap();
    server.app.people.look().await.unwrap();
    assert_eq!(server.me_by_token(&token).await.refused(), (401, "user_disabled"));
    assert_eq!(server.me_by_cookie(&cookie).await.refused(), (401, "unauthorized"), "its session ended");
    assert_eq!(server.enrol(&codes.long).await.refused(), (401, "user_disabled"));
    assert_eq!(server.sign_in("lin", PASSWORD).await.refused(), (401, "user_disabled"));
    assert_eq!(server.sign_in("lin", "a wrong one").await.refused(), (401, "sign_in_failed"));

    accounts::enable(&server.app.store, lin).await.unwrap();
    server.app.people.look().await.unwrap();
    assert_eq!(server.me_by_token(&token).await.status, StatusCode::OK);
    assert_eq!(server.enrol(&codes.long).await.status, StatusCode::OK, "the code was not used up");
    assert_eq!(server.me_by_cookie(&cookie).await.refused(), (401, "unauthorized"));
}

#[tokio::test]
async fn a_role_ends_at_once_and_comes_back_at_once() {
    let server = Server::start().await;
    let lin = server.person("lin", None).await;
    let (token, _) = server.enrolled(lin).await;
    let roles = async || server.me_by_token(&token).await.body["roles"].as_array().unwrap().len();
    assert_eq!(roles().await, 1);
    let (store, clock, scope) = (&server.app.store, &server.clock, || COUNTY.parse().unwrap());
    accounts::end_role(store, clock, lin, Role::InspectionOffice, scope()).await.unwrap();
    server.app.people.look().await.unwrap();
    assert_eq!(roles().await, 0);
    let again = accounts::end_role(store, clock, lin, Role::InspectionOffice, scope()).await.unwrap_err();
    assert_eq!(again.code, "role_not_held");
    accounts::grant(store, clock, lin, Role::InspectionOffice, scope()).await.unwrap();
    server.app.people.look().await.unwrap();
    assert_eq!(roles().await, 1);
    let twice = accounts::grant(store, clock, lin, Role::InspectionOffice, scope()).await.unwrap_err();
    assert_eq!(twice.code, "role_held");
}

#[tokio::test]
async fn a_running_server_goes_by_a_change_within_moments() {
    let server = Server::start().await;
    let (token, device) = server.enrolled(server.person("lin", None).await).await;
    let people = Arc::clone(&server.app.people);
    let beat = tokio::spawn(async move { people.keep_fresh().await });
    assert_eq!(server.me_by_token(&token).await.status, StatusCode::OK);
    accounts::revoke_device(&server.app.store, &server.clock, device).await.unwrap();
    let in_force = async {
        while server.me_by_token(&token).await.status == StatusCode::OK {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), in_force).await.expect("it comes into force");
    beat.abort();
}

#[tokio::test]
async fn a_browser_signs_in_and_out() {
    let server = Server::start().await;
    server.person("gaiboban", Some(PASSWORD)).await;
    let signed_in = server.sign_in(" GaiBoBan ", PASSWORD).await;
    assert_eq!(signed_in.body["user"]["username"], "gaiboban");
    assert_eq!(signed_in.body["via"], "session");
    let cookie = signed_in.cookie();
    let me = server.me_by_cookie(&cookie).await;
    assert_eq!(me.status, StatusCode::OK);
    assert_eq!(me.body, signed_in.body);

    let out = |site: &'static str| {
        let request = Request::delete("/api/v1/session").header("cookie", &cookie);
        server.send(request.header("sec-fetch-site", site).body(Body::empty()).unwrap())
    };
    assert_eq!(out("cross-site").await.refused(), (403, "cross_site"));
    assert_eq!(server.me_by_cookie(&cookie).await.status, StatusCode::OK);
    let gone = out("same-origin").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert!(gone.set_cookie().starts_with("siteledger=;"), "{}", gone.set_cookie());
    assert!(gone.set_cookie().ends_with("Max-Age=0"), "{}", gone.set_cookie());
    assert_eq!(server.me_by_cookie(&cookie).await.refused(), (401, "unauthorized"));
    assert_eq!(out("same-origin").await.status, StatusCode::NO_CONTENT, "twice is no error");
}

#[tokio::test]
async fn the_cookie_is_kept_from_scripts_and_from_other_hosts() {
    for (public_url, name, is_secure) in [
        ("http://127.0.0.1:8080", "siteledger=", false),
        ("https://ledger.example", "__Host-siteledger=", true),
    ] {
        let server = Server::reachable_at(public_url).await;
        server.person("lin", Some(PASSWORD)).await;
        let signed_in = server.sign_in("lin", PASSWORD).await;
        let cookie = signed_in.set_cookie();
        assert!(cookie.starts_with(name), "{cookie}");
        let attributes: Vec<_> = cookie.split("; ").skip(1).collect();
        for expected in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"] {
            assert!(attributes.contains(&expected), "{cookie}");
        }
        assert_eq!(attributes.contains(&"Secure"), is_secure, "{cookie}");
        assert!(!attributes.iter().any(|attribute| attribute.starts_with("Domain")), "{cookie}");
        assert_eq!(server.me_by_cookie(&signed_in.cookie()).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_wrong_password_and_a_wrong_name_look_alike() {
    let server = Server::start().await;
    server.person("lin", Some(PASSWORD)).await;
    server.person("phone.only", None).await;
    let wrong = server.sign_in("lin", "a wrong password").await;
    assert_eq!(wrong.refused(), (401, "sign_in_failed"));
    assert!(wrong.set_cookie().is_empty());
    for username in ["nobody", "phone.only", ""] {
        let answer = server.sign_in(username, PASSWORD).await;
        assert_eq!((answer.status, &answer.body), (wrong.status, &wrong.body), "{username}");
    }
}

#[tokio::test]
async fn guessing_passwords_takes_longer_and_longer_and_nobody_is_locked_out() {
    let server = Server::start().await;
    server.person("lin", Some(PASSWORD)).await;
    for _ in 0..5 {
        assert_eq!(server.sign_in("lin", "a wrong guess").await.refused(), (401, "sign_in_failed"));
    }
    let wait = server.sign_in("lin", PASSWORD).await;
    assert_eq!(wait.refused(), (429, "too_many"), "even the right one waits");
    let seconds: i64 = wait.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=2).contains(&seconds), "{seconds}");
    server.clock.advance(TimeDelta::seconds(seconds));
    assert_eq!(server.sign_in("lin", PASSWORD).await.status, StatusCode::OK);
    assert_eq!(server.sign_in("lin", "a wrong guess").await.refused(), (401, "sign_in_failed"));
}

#[tokio::test]
async fn an_idle_session_ends_and_so_does_an_old_one() {
    let server = Server::start().await;
    server.person("lin", Some(PASSWORD)).await;
    let cookie = server.sign_in("lin", PASSWORD).await.cookie();
    server.minutes_later(29);
    assert_eq!(server.me_by_cookie(&cookie).await.status, StatusCode::OK);
    server.minutes_later(29);
    assert_eq!(server.me_by_cookie(&cookie).await.status, StatusCode::OK, "it was used in between");
    server.minutes_later(30);
    assert_eq!(server.me_by_cookie(&cookie).await.refused(), (401, "session_expired"));

    let cookie = server.sign_in("lin", PASSWORD).await.cookie();
    for _ in 0..12 * 60 / 20 - 1 {
        server.minutes_later(20);
        assert_eq!(server.me_by_cookie(&cookie).await.status, StatusCode::OK);
    }
    server.minutes_later(20);
    assert_eq!(server.me_by_cookie(&cookie).await.refused(), (401, "session_expired"));
}

#[tokio::test]
async fn a_session_and_a_token_survive_a_restart() {
    let server = Server::start().await;
    let lin = server.person("lin", Some(PASSWORD)).await;
    let (token, device) = server.enrolled(lin).await;
    assert_eq!(server.me_by_token(&token).await.status, StatusCode::OK);
    let cookie = server.sign_in("lin", PASSWORD).await.cookie();
    server.minutes_later(29);
    assert_eq!(server.me_by_cookie(&cookie).await.status, StatusCode::OK);
    let server = server.restart().await;
    server.minutes_later(29);
    assert_eq!(server.me_by_cookie(&cookie).await.status, StatusCode::OK, "its use was written down");
    assert_eq!(server.me_by_token(&token).await.status, StatusCode::OK);
    let mut tx = server.app.store.read().await.unwrap();
    let row = devices::device(&mut tx, device).await.unwrap().unwrap();
    assert!(row.last_seen_at.is_some());
}

#[tokio::test]
async fn a_browser_that_signs_in_again_stays_the_same_device() {
    let server = Server::start().await;
    server.person("lin", Some(PASSWORD)).await;
    server.person("chen", Some(PASSWORD)).await;
    let first = server.sign_in("lin", PASSWORD).await;
    let old = first.cookie();
    let again = |username: &'static str, cookie: String| {
        let credentials = json!({ "username": username, "password": PASSWORD });
        let server = &server;
        async move { server.post("/api/v1/session", &[("cookie", &cookie)], credentials).await }
    };
    let second = again("lin", old.clone()).await;
    assert_eq!(second.body["device"]["id"], first.body["device"]["id"]);
    assert_ne!(second.cookie(), old, "each sign-in gets a new session");
    assert_eq!(server.me_by_cookie(&old).await.refused(), (401, "unauthorized"));
    let other = again("chen", second.cookie()).await;
    assert_ne!(other.body["device"]["id"], first.body["device"]["id"], "a device is one person's");
}

#[tokio::test]
async fn a_new_password_ends_all_sessions() {
    let server = Server::start().await;
    server.person("lin", Some(PASSWORD)).await;
    let cookie = server.sign_in("lin", PASSWORD).await.cookie();
    let person = accounts::named(&server.app.store, "lin").await.unwrap();
    let weak = accounts::set_password(&server.app.store, &person, "password2026".to_owned(), None).await;
    assert_eq!(weak.unwrap_err().code, "weak_password");
    accounts::set_password(&server.app.store, &person, "another horse battery".to_owned(), None)
        .await
        .unwrap();
    server.app.people.look().await.unwrap();
    assert_eq!(server.me_by_cookie(&cookie).await.refused(), (401, "unauthorized"));
    assert_eq!(server.sign_in("lin", PASSWORD).await.refused(), (401, "sign_in_failed"));
    assert_eq!(server.sign_in("lin", "another horse battery").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_office_gives_a_one_time_code_too_and_each_once() {
    let server = Server::start().await;
    server.person("lin", Some(PASSWORD)).await;
    let person = accounts::named(&server.app.store, "lin").await.unwrap();
    let url = accounts::ask_for_totp(&server.app.store, &person).await.unwrap();
    let app = totp_rs::Totp::from_url(&url).unwrap();
    let code = || app.generate(u64::try_from(server.clock.now().0 / 1000).unwrap()).to_string();
    let sign_in = |password: &'static str, totp: Option<String>| {
        let credentials = json!({ "username": "lin", "password": password, "totp": totp });
        let server = &server;
        async move { server.post("/api/v1/session", &[], credentials).await }
    };
    for _ in 0..10 {
        assert_eq!(sign_in(PASSWORD, None).await.refused(), (401, "totp_needed"), "asking costs nothing");
    }
    assert_eq!(sign_in("a wrong guess", None).await.refused(), (401, "sign_in_failed"));
    assert_eq!(sign_in("a wrong guess", Some(code())).await.refused(), (401, "sign_in_failed"));
    assert_eq!(sign_in(PASSWORD, Some("000000".to_owned())).await.refused(), (401, "totp_wrong"));
    let spent = code();
    assert_eq!(sign_in(PASSWORD, Some(spent.clone())).await.status, StatusCode::OK);
    assert_eq!(sign_in(PASSWORD, Some(spent)).await.refused(), (401, "totp_wrong"), "it was seen once");
    server.clock.advance(TimeDelta::seconds(30));
    assert_eq!(sign_in(PASSWORD, Some(code())).await.status, StatusCode::OK);
    accounts::stop_totp(&server.app.store, person.id).await.unwrap();
    assert_eq!(sign_in(PASSWORD, None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn one_time_codes_cannot_be_guessed_by_signing_in_half_way_in_between() {
    let server = Server::start().await;
    server.person("lin", Some(PASSWORD)).await;
    let person = accounts::named(&server.app.store, "lin").await.unwrap();
    accounts::ask_for_totp(&server.app.store, &person).await.unwrap();
    let mut guesses = 0;
    loop {
        let credentials = json!({ "username": "lin", "password": PASSWORD, "totp": "123 45x" });
        let guessed = server.post("/api/v1/session", &[], credentials).await;
        if guessed.status == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
        assert_eq!(guessed.refused(), (401, "totp_wrong"));
        guesses += 1;
        server.sign_in("lin", PASSWORD).await;
    }
    assert_eq!(guesses, 5);
}

#[tokio::test]
async fn what_is_written_by_cookie_comes_from_our_own_pages() {
    let server = Server::reachable_at("https://ledger.example").await;
    let lin = server.person("lin", Some(PASSWORD)).await;
    let cookie = server.sign_in("lin", PASSWORD).await.cookie();
    let (token, _) = server.enrolled(lin).await;
    let bearer = format!("Bearer {token}");
    let ours = ("origin", "https://ledger.example");
    let cases: [(&[(&str, &str)], u16); 9] = [
        (&[("sec-fetch-site", "same-origin")], 200),
        (&[("sec-fetch-site", "none")], 200),
        (&[ours], 200),
        (&[("sec-fetch-site", "cross-site"), ours], 403),
        (&[("sec-fetch-site", "same-site"), ours], 403),
        (&[("origin", "https://evil.example")], 403),
        (&[("origin", "http://ledger.example")], 403),
        (&[("origin", "null")], 403),
        (&[], 403),
    ];
    for (said, expected) in cases {
        let asked = json!({ "changes": [], "photos": [] });
        let by_cookie = [&[("cookie", cookie.as_str())], said].concat();
        let answer = server.post("/api/v1/sync/have", &by_cookie, asked.clone()).await;
        assert_eq!(answer.status.as_u16(), expected, "{said:?} {}", answer.body);
        if expected == 403 {
            assert_eq!(answer.code(), "cross_site");
        }
        let by_token = [&[("authorization", bearer.as_str())], said].concat();
        let answer = server.post("/api/v1/sync/have", &by_token, asked).await;
        assert_eq!(answer.status, StatusCode::OK, "no page of others has the token: {said:?}");
        let mut read = Request::builder().method(Method::GET).uri("/api/v1/me").header("cookie", &cookie);
        for (name, value) in said {
            read = read.header(*name, *value);
        }
        let read = server.send(read.body(Body::empty()).unwrap()).await;
        assert_eq!(read.status, StatusCode::OK, "a link in a message opens the page: {said:?}");
    }
    let credentials = json!({ "username": "lin", "password": PASSWORD });
    let lured = server.post("/api/v1/session", &[("sec-fetch-site", "cross-site")], credentials).await;
    assert_eq!(lured.refused(), (403, "cross_site"), "nobody is signed in from somebody else's page");
}

#[tokio::test]
async fn hostile_bodies_are_refused_with_words() {
    let server = Server::start().await;
    for (path, body) in [
        ("/api/v1/enrol", json!({})),
        ("/api/v1/enrol", json!({ "code": 5 })),
        ("/api/v1/enrol", json!({ "code": "x", "role": "system_admin" })),
        ("/api/v1/session", json!({ "username": "lin" })),
        ("/api/v1/session", json!({ "username": "lin", "password": "x", "admin": true })),
        ("/api/v1/session", json!([])),
    ] {
        let answer = server.post(path, &[], body.clone()).await;
        assert_eq!(answer.refused(), (400, "not_understood"), "{path} {body}");
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
    }
    let long = "长".repeat(5_000);
    assert_eq!(server.enrol(&long).await.refused(), (401, "code_unknown"));
    assert_eq!(server.sign_in(&long, "x").await.refused(), (401, "sign_in_failed"));
    let english = [("accept-language", "en-GB, en;q=0.9")];
    let answer = server.post("/api/v1/enrol", &english, json!({ "code": "AAAA2222" })).await;
    assert!(answer.body["detail"].as_str().unwrap().starts_with("there is no such"), "{}", answer.body);
}

#[tokio::test]
async fn strangers_are_listened_to_for_sixteen_kibibytes_however_they_are_packed() {
    let server = Server::start().await;
    for path in ["/api/v1/session", "/api/v1/enrol"] {
        let blanks = vec![b' '; 17 * 1024];
        let packed = zstd::encode_all(&blanks[..], 3).unwrap();
        assert!(packed.len() < 1024);
        // Without a length: only what comes tells how much it is.
        for (encoding, bytes) in [("identity", blanks), ("zstd", packed)] {
            let drops = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes)]);
            let request = Request::post(path)
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::CONTENT_ENCODING, encoding)
                .body(Body::from_stream(drops))
                .unwrap();
            assert_eq!(server.send(request).await.refused(), (413, "body_too_large"), "{path} {encoding}");
        }
    }
}

#[tokio::test]
async fn of_whom_nobody_knows_no_byte_is_read() {
    let server = Server::start().await;
    for path in ["sync", "sync/have", "held/1/release", "held/1/refuse", "uploads"] {
        for (name, value) in [("authorization", "Bearer nonsense"), ("cookie", "siteledger=x"), ("x-no", "")]
        {
            let body =
                futures_util::stream::poll_fn(|_| -> std::task::Poll<Option<std::io::Result<Vec<u8>>>> {
                    panic!("somebody reads the body")
                });
            let request = Request::post(format!("/api/v1/{path}"))
                .header(header::CONTENT_TYPE, "application/json")
                .header(name, value)
                .body(Body::from_stream(body))
                .unwrap();
            assert_eq!(server.send(request).await.refused(), (401, "unauthorized"), "{path} {name}");
        }
    }
}
