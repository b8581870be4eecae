//! A failing disk changes who may come in, or when something came: nobody is let in by what it changed, and
//! it counts for nothing.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value as Json, json};
use siteledger::access::accounts;
use siteledger::access::role::Scope;
use siteledger::store::FILE;
use siteledger::sync::admit::Verdict;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use sync_protocol::kinds::Role;

use crate::house::{PASSWORD, Server};
use crate::site::{PROJECT, SCHOOL, Site, record};

/// Changes the database beside the server, as a disk would, and lets the server look anew.
async fn damage(server: &Server, statement: &'static str) {
    let file = server.folder.path().join(FILE);
    let mut raw = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    let done = sqlx::raw_sql(statement).execute(&mut raw).await.unwrap();
    assert!(done.rows_affected() > 0, "it changes nothing: {statement}");
    sqlx::raw_sql("update server set access_version = access_version + 1").execute(&mut raw).await.unwrap();
    server.app.people.look().await.unwrap();
}

#[tokio::test]
async fn no_damaged_row_gives_anybody_more_than_they_were_given() {
    let server = Server::start().await;
    let (store, clock) = (&server.app.store, &server.clock);
    let lin = server.person("lin", Some(PASSWORD)).await;
    let (lins_phone, _) = server.enrolled(lin).await;
    let wang = server.person("wang", None).await;
    let (wangs_phone, _) = server.enrolled(wang).await;
    let chen = server.person("chen", None).await;
    let (chens_phone, device) = server.enrolled(chen).await;
    server.minutes_later(1);
    let scope: Scope = "county:350823".parse().unwrap();
    accounts::end_role(store, clock, lin, Role::InspectionOffice, scope).await.unwrap();
    accounts::disable(store, clock, wang).await.unwrap();
    accounts::revoke_device(store, clock, device).await.unwrap();
    server.app.people.look().await.unwrap();
    assert_eq!(server.me_by_token(&lins_phone).await.body["roles"], json!([]), "the role has ended");
    assert_eq!(server.me_by_token(&wangs_phone).await.refused(), (401, "user_disabled"));
    assert_eq!(server.me_by_token(&chens_phone).await.refused(), (401, "device_revoked"));
    let cookie = server.sign_in("lin", PASSWORD).await.cookie();

    let damaged = (503, "account_damaged");
    damage(&server, "update grants set until = null").await;
    let answer = server.me_by_token(&lins_phone).await;
    assert_eq!(answer.refused(), damaged, "a role that ended does not come back");
    let told = answer.body.to_string();
    assert!(told.contains("手机上的内容没有丢失"), "{told}");
    assert!(answer.headers.contains_key("retry-after"), "the phone comes back once it is repaired");
    damage(&server, "update users set disabled_at = null").await;
    assert_eq!(server.me_by_token(&wangs_phone).await.refused(), damaged, "nor does who left");
    damage(&server, "update devices set revoked_at = null").await;
    assert_eq!(server.me_by_token(&chens_phone).await.refused(), damaged, "nor a lost phone");
    damage(&server, "update sessions set expires_at = expires_at + 1000000").await;
    assert_eq!(server.me_by_cookie(&cookie).await.refused(), (401, "unauthorized"), "signed out");

    // Nobody makes a damaged row look whole by changing something else of it.
    let error = accounts::revoke_device(store, clock, device).await.unwrap_err();
    assert_eq!(error.code, "account_damaged");
    let error = accounts::enable(store, wang).await.unwrap_err();
    assert_eq!(error.code, "account_damaged");
}

#[tokio::test]
async fn what_is_damaged_of_one_person_is_no_matter_of_another() {
    let server = Server::start().await;
    let lin = server.person("lin", Some(PASSWORD)).await;
    let (phone, _) = server.enrolled(lin).await;
    server.person("wang", None).await;
    damage(&server, "update users set display_name = '别人' where username = 'wang'").await;
    assert_eq!(server.me_by_token(&phone).await.status, 200);
    let listed = accounts::all(&server.app.store).await.unwrap();
    assert_eq!(listed.iter().map(|(person, _)| person.username.as_str()).collect::<Vec<_>>(), ["lin"]);
    damage(&server, "update users set password_hash = null where username = 'lin'").await;
    assert_eq!(server.sign_in("lin", PASSWORD).await.refused(), (503, "account_damaged"));
}

/// How many findings are counted in the county, and how many records are said to be damaged.
async fn findings(site: &Site, office: &str, query: &str) -> (i64, u64) {
    let path = format!("/api/v1/indicators?county=350823&codes=findings{query}");
    let request = Request::get(path).header("authorization", format!("Bearer {office}"));
    let body = site.server.send(request.body(Body::empty()).unwrap()).await.body;
    let warnings = body["counties"][0]["warnings"].as_array().unwrap();
    let damaged = warnings.iter().find(|warning| warning["warning"] == "damaged");
    let damaged = damaged.map_or(0, |warning| warning["records"].as_u64().unwrap());
    (body["total"]["findings"]["numerator"].as_i64().unwrap(), damaged)
}

/// A finding's row is as it was; one of the entries that it is made of is not.
#[tokio::test]
async fn a_damaged_entry_counts_for_nothing_now_and_in_the_past_and_is_told() {
    let (mut site, office) = Site::with_people(Server::start().await).await;
    let finding = |site: &Site, number: u128, said: Json| {
        let parts =
            [("school", json!(record(SCHOOL))), ("project", json!(record(PROJECT))), ("description", said)];
        site.change("finding", record(number), &parts)
    };
    let begun = [1, 2, 3].map(|number| finding(&site, 0xf0 + number, json!("演示：围挡有缺口")));
    assert_eq!(site.push(&office, &begun).await, ["accepted"; 3]);
    assert_eq!(findings(&site, &office, "").await, (3, 0));
    let then = {
        let standing = site.server.app.engine.standing();
        standing.counties["350823"].ledger.seq
    };
    // The first two were written on since.
    let more = [1, 2].map(|number| finding(&site, 0xf0 + number, json!("演示：又有一处")));
    assert_eq!(site.push(&office, &more).await, ["accepted"; 2]);
    let past = format!("&as_of={then}");
    assert_eq!(findings(&site, &office, &past).await, (3, 0));

    // When it came is another day now, in the entry that began the first, and in the only one of the last.
    for of in [
        "update changes set received_at = received_at + 86400000
         where seq = (select first_seq from records where hex(id) like '%F1')",
        "update changes set received_at = received_at + 86400000
         where seq = (select first_seq from records where hex(id) like '%F3')",
    ] {
        damage(&site.server, of).await;
    }
    site.server = site.server.restart().await;
    assert_eq!(findings(&site, &office, "").await, (1, 2));
    assert_eq!(findings(&site, &office, &past).await, (1, 2));
    // What came before both of them is not touched by it.
    assert_eq!(findings(&site, &office, &format!("&as_of={}", then - 3)).await, (0, 0));

    // A bit of what somebody said then.
    let flip = "update changes set body = replace(body, '围挡有缺口', '围挡没缺口')
         where seq = (select first_seq from records where hex(id) like '%F2')";
    damage(&site.server, flip).await;
    site.server = site.server.restart().await;
    assert_eq!(findings(&site, &office, "").await, (0, 3));
    assert_eq!(findings(&site, &office, &past).await, (0, 3));
}

#[tokio::test]
async fn what_is_foretold_of_a_change_to_a_damaged_record_is_what_happens() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let app = &site.server.app;
    let actor = app.people.by_token(&office).await.unwrap();
    let remark = site.change("school", record(SCHOOL), &[("remarks", json!("演示：已核对"))]);
    let change = serde_json::from_value(remark).unwrap();
    let seen = std::collections::BTreeMap::from([("350823".to_owned(), u64::MAX)]);
    damage(
        &site.server,
        "update records set body = replace(body, '演示学校', '演示学核') where kind = 'school'",
    )
    .await;
    let foretold = app.engine.foresee(&actor, &seen, std::slice::from_ref(&change)).await.unwrap();
    let happened = app.engine.append_together(&actor, &seen, &[change]).await.unwrap();
    for verdict in [&foretold[0], &happened[0]] {
        assert!(matches!(verdict, Verdict::Accepted { .. }), "{verdict:?}");
    }
}
