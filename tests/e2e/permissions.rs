//! Rights that come and go while a phone is offline: nothing it carries is ever dropped.

use harness::{Server, World};
use reqwest::StatusCode;
use sync_protocol::refusal::Code;

#[tokio::test(flavor = "multi_thread")]
async fn work_of_somebody_who_lost_the_role_meanwhile_is_held_then_released_or_refused() {
    let server = Server::start().await;
    let mut world = World::small(1).open(&server).await;
    let project = world.projects[0].id;
    let scope = format!("project:{project}");
    let mut phone = world.school_phone(&server, "甲").await;
    phone.sync().await.expect("there is signal in the county town");

    // In the village, in office.
    let monday = phone.write_diary(project, "2026-03-02", |form| form.working("浇筑"));
    let tuesday = phone.write_diary(project, "2026-03-03", |form| form.working("养护"));
    // Meanwhile somebody else takes over the project.
    world.take_role(&server, &phone, "school_team", &scope);
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!(sent.accepted, 0);
    assert!(phone.phone.replica.records.is_empty(), "what is out of scope leaves the phone");
    assert_eq!(phone.phone.outbox.held.len(), 2, "nothing is dropped: what was written stays on it");
    assert_eq!(phone.phone.outbox.held[0].code, Code::NotPermitted);
    assert!(phone.phone.outbox.held[0].message.contains("已保存"), "it says that nothing is lost");

    let held = world.office.held().await;
    assert_eq!(held.len(), 2);
    assert_eq!(held[0]["by_name"], "甲（演示）");
    assert_eq!(
        held[0]["permitted_when_made"], true,
        "the office sees that the right was there when it was made"
    );
    assert!(held[0]["change"].to_string().contains("浇筑"), "the office sees the whole change");
    world.office.release(&held[0]).await;
    world.office.refuse(&held[1], "当天由乙填写").await;
    assert_eq!(world.office.held().await.len(), 0);

    world.office.refresh().await.expect("the office has a good line");
    let released = world.office.desk.shown(monday, "progress_text");
    assert_eq!(released.len(), 1);
    assert_eq!(released[0].by, phone.phone.owner.user, "it counts as its author's");
    assert!(world.office.desk.shown(tuesday, "progress_text").is_empty());
    let history = world.office.record(monday).await;
    assert!(history["history"][0]["released_by"].is_string(), "and the history says who let it in");

    let sent = phone.sync().await.expect("the line holds");
    assert_eq!((sent.duplicates, sent.held), (1, 1), "its author hears of both");
    let refused: Vec<_> = phone.phone.outbox.held.iter().map(|held| held.refused.as_deref()).collect();
    assert_eq!(refused, [Some("当天由乙填写")], "with the reason");
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_account_keeps_its_work_on_the_phone_until_it_is_opened_again() {
    let server = Server::start().await;
    let world = World::small(2).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    phone.sync().await.expect("the line holds");
    phone.write_diary(project, "2026-03-02", |form| form.working("浇筑"));
    let before = phone.phone.clone();
    server.run(&["user", "disable", &phone.username]);
    let error = phone.sync().await.expect_err("the door is closed");
    assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED));
    assert_eq!(phone.phone, before, "and nothing on the phone is touched");
    server.run(&["user", "enable", &phone.username]);
    assert_eq!(phone.sync().await.expect("the door is open").accepted, 1);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_came_before_the_change_arrived_is_enough() {
    let server = Server::start().await;
    let world = World::small(3).open(&server).await;
    let elsewhere = world.projects[1].id;
    let mut phone = world.school_phone(&server, "甲").await;
    phone.sync().await.expect("the line holds");
    let diary = phone.write_diary(elsewhere, "2026-03-02", |form| form.working("代班"));
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (0, 1));
    assert_eq!(phone.phone.outbox.held[0].code, Code::OutOfScope);

    world.give_role(&server, &phone, "school_team", &format!("project:{elsewhere}"));
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (1, 0), "asked again, it is accepted by itself");
    assert!(phone.is_at_the_office(diary));
    assert!(world.office.held().await.is_empty(), "and waits for nobody any more");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_writes_what_the_role_allows_and_one_bad_change_spoils_no_other() {
    let server = Server::start().await;
    let world = World::small(4).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    phone.sync().await.expect("the line holds");
    let before = phone.write_diary(project, "2026-03-02", |form| form.working("浇筑"));
    let money = phone.begin("fund_event", |form| {
        form.set("project", project.to_string())
            .set("type", "拨付")
            .set("source", "县")
            .set("amount", 10_000_000)
            .set("voucher", "演示-1")
    });
    phone.edit(project, |form| form.set("name", "改了名的项目"));
    let after = phone.write_diary(project, "2026-03-03", |form| form.working("养护"));
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (2, 2));
    assert!(phone.is_at_the_office(before) && phone.is_at_the_office(after));
    let held: Vec<_> = phone.phone.outbox.held.iter().map(|held| (held.change.record, held.code)).collect();
    assert_eq!(held.iter().map(|(record, _)| *record).collect::<Vec<_>>(), [money, project]);
    assert!(held.iter().all(|(_, code)| *code != Code::OutOfScope), "{held:?}");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_held_box_is_the_offices_and_each_authors_own() {
    let server = Server::start().await;
    let world = World::small(5).open(&server).await;
    let elsewhere = world.projects[1].id;
    let mut phone = world.school_phone(&server, "甲").await;
    let other = world.school_phone(&server, "乙").await;
    phone.write_diary(elsewhere, "2026-03-02", |form| form.working("代班"));
    phone.sync().await.expect("the line holds");
    let held = world.office.held().await.remove(0);
    let number = held["id"].to_string();
    for (device, path, method, expected) in [
        (&other, "/api/v1/held".to_owned(), reqwest::Method::GET, StatusCode::FORBIDDEN),
        (&other, format!("/api/v1/held/{number}"), reqwest::Method::GET, StatusCode::NOT_FOUND),
        (&phone, format!("/api/v1/held/{number}"), reqwest::Method::GET, StatusCode::OK),
        (&phone, "/api/v1/held?mine=true".to_owned(), reqwest::Method::GET, StatusCode::OK),
    ] {
        let answer = device.request(method, &path).send().await.expect("the server answers");
        assert_eq!(answer.status(), expected, "{path}");
    }
    for device in [&phone, &other] {
        let path = format!("/api/v1/held/{number}/release");
        let answer = device.request(reqwest::Method::POST, &path).json(&serde_json::json!({})).send().await;
        let status = answer.expect("the server answers").status();
        assert!(status == StatusCode::FORBIDDEN || status == StatusCode::NOT_FOUND, "{status}");
    }
    assert_eq!(world.office.held().await.len(), 1, "it still waits");
    let path = format!("/api/v1/held/{number}/refuse");
    let (status, _) =
        world.office.ask(reqwest::Method::POST, &path, Some(serde_json::json!({ "reason": " " }))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "a refusal needs a reason");
    world.office.release(&held).await;
    let path = format!("/api/v1/held/{number}/refuse");
    let (status, _) =
        world.office.ask(reqwest::Method::POST, &path, Some(serde_json::json!({ "reason": "晚了" }))).await;
    assert_eq!(status, StatusCode::CONFLICT, "what was decided stays decided");
    server.verify();
}
