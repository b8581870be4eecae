//! The disk is at the space kept for text: diaries go on, photos wait on the phones.

use harness::bundle::tally;
use harness::photos::Shot;
use harness::{Server, SyncError, World};
use reqwest::Method;
use serde_json::Value as Json;

/// More than any disk has.
const MORE_THAN_THERE_IS: &str = "1000000000G";

async fn ready(server: &Server) -> Json {
    let answer = reqwest::get(format!("{}/api/v1/ready", server.url())).await.expect("the server answers");
    assert!(answer.status().is_success(), "it does its work");
    answer.json().await.expect("JSON")
}

/// The code of a refusal, which must say when to come again and that nothing is lost.
fn code(refused: &SyncError) -> &str {
    let SyncError::Refused { status, problem, retry_after } = refused else { panic!("{refused}") };
    assert_eq!(status.as_u16(), 507, "{refused}");
    assert!(retry_after.is_some(), "it says when to come again");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("没有丢失")), "{problem}");
    problem["code"].as_str().expect("a code")
}

#[tokio::test(flavor = "multi_thread")]
async fn text_is_taken_while_photos_are_refused_and_nothing_is_lost() {
    let mut server = Server::start_with(&["--photo-reserve", MORE_THAN_THERE_IS]).await;
    let world = World::small(6).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let project = world.projects[0].id;

    // A diary with a photo: its text is at the office, its photo waits on the phone.
    let diary = phone.write_diary(project, "2026-03-02", |form| form.working("浇筑"));
    let photo = phone.attach_photo(diary, Shot::small().take(1), "柱筋");
    let synced = phone.sync().await.expect("text is taken");
    assert_eq!((synced.accepted, synced.held), (2, 0));
    assert!(phone.is_at_the_office(diary));
    let refused = phone.send_photos().await.expect_err("photos are not");
    assert_eq!(code(&refused), "storage_full");
    assert!(!phone.phone.photos[&photo].at_office && phone.phone.photos[&photo].refused.is_none());
    assert_eq!(ready(&server).await["photos_refused"], true, "whoever looks sees it");

    // What is carried by hand: text alone is taken whole, of the other the text.
    let mut village = world.school_phone(&server, "乙").await;
    village.write_diary(project, "2026-03-03", |form| form.working("砌筑"));
    let carried = phone.carry(village.bundle().packed()).await.expect("text is taken");
    assert!(carried.complete);
    assert_eq!(tally(&carried).into_iter().collect::<Vec<_>>(), [("accepted".to_owned(), 1)]);
    let third = village.write_diary(project, "2026-03-04", |form| form.working("抹灰"));
    village.attach_photo(third, Shot::small().take(2), "抹灰");
    let bundle = village.bundle().packed();
    let carried = phone.carry(bundle.clone()).await.expect("its text is taken");
    assert!(!carried.complete, "whoever carries it knows that the file is still needed");
    let counted: Vec<_> =
        tally(&carried).into_iter().map(|(what, count)| format!("{count} {what}")).collect();
    assert_eq!(counted, ["2 accepted", "1 duplicate", "1 photo missing"]);
    let fate = serde_json::to_value(&carried.photos[0]).expect("plain data");
    assert_eq!(fate["code"], "storage_full");
    assert!(fate["message"].as_str().is_some_and(|message| message.contains("没有丢失")), "{fate}");

    // There is room again: everything comes by itself.
    assert!(server.terminate().await.success());
    server.set_arguments(&["--photo-reserve", "0"]);
    server.start_again().await;
    assert!(ready(&server).await.get("photos_refused").is_none());
    phone.send_photos().await.expect("there is room");
    assert!(phone.phone.photos[&photo].at_office);
    let carried = phone.carry(bundle).await.expect("it may be sent again");
    assert!(carried.complete);
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    let seen = phone.request(Method::GET, &format!("/api/v1/photos/{photo}")).send().await;
    assert!(seen.expect("the line holds").status().is_success());
    server.verify();
}
