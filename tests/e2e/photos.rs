//! Photos over bad lines: cut, resumed, known already, damaged, or no photos at all.

use std::time::Duration;

use harness::photos::Shot;
use harness::{Device, Network, Server, Weather, World, eventually};
use reqwest::{Method, StatusCode};
use sync_protocol::id::RecordId;
use sync_protocol::photo::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const DAY: &str = "2026-03-02";

/// A picture of some 300 KB.
fn picture(seed: u64) -> Vec<u8> {
    Shot { width: 1600, height: 1200, noise: 24, ..Shot::small() }.take(seed)
}

async fn original(device: &Device, photo: Sha256) -> (StatusCode, Vec<u8>) {
    let response = device.request(Method::GET, &format!("/api/v1/photos/{photo}")).send().await;
    let response = response.expect("the server answers");
    (response.status(), response.bytes().await.expect("whole").to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_on_a_line_that_is_cut_all_the_time_arrives_without_starting_over() {
    let server = Server::start().await;
    let world = World::small(1).open(&server).await;
    let line = Network::to(&server).await;
    let mut phone = world.school_phone(&server, "甲").await.behind(&line);
    let diary = phone.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    let bytes = picture(1);
    let length = bytes.len() as u64;
    assert!(length > 200_000, "{length} bytes");
    let photo = phone.attach_photo(diary, bytes.clone(), "柱筋");
    phone.sync().await.expect("the line holds");

    line.always(Weather::CutRequestAfter(50_000));
    let before = line.bytes_up();
    let sent = phone.send_photos().await.expect("piece by piece");
    assert_eq!((sent.photos, sent.lost_bytes), (1, 0));
    assert!(sent.failures >= 3, "it was cut {} times", sent.failures);
    let on_the_line = line.bytes_up() - before;
    assert!(on_the_line * 10 < length * 13, "{on_the_line} bytes on the line for {length}");
    line.always(Weather::Fair);
    assert_eq!(original(&phone, photo).await, (StatusCode::OK, bytes));
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_resumed_after_the_server_was_killed_and_the_phone_turned_off() {
    let mut server = Server::start().await;
    let world = World::small(2).open(&server).await;
    let line = Network::to(&server).await;
    let mut phone = world.school_phone(&server, "甲").await.behind(&line);
    let diary = phone.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    let bytes = picture(2);
    let photo = phone.attach_photo(diary, bytes.clone(), "柱筋");
    phone.sync().await.expect("the line holds");

    // Created, two pieces whole, half of the third, then nothing for long.
    line.next(Weather::Fair);
    line.next(Weather::Fair);
    line.next(Weather::Fair);
    line.next(Weather::CutRequestAfter(40_000));
    line.always(Weather::CutRequestAfter(0));
    phone.send_photos().await.expect_err("the line is dead");
    let acknowledged = phone.phone.photos[&photo].acknowledged;
    assert!(acknowledged > 0, "some of it was acknowledged");
    server.kill9();
    phone.restart();
    server.start_again().await;
    line.always(Weather::Fair);

    let before = line.bytes_up();
    let sent = phone.send_photos().await.expect("the line holds");
    assert_eq!((sent.photos, sent.lost_bytes), (1, 0), "no acknowledged byte was lost");
    let rest = bytes.len() as u64 - acknowledged;
    assert!(sent.bytes <= rest, "{} bytes sent for the {rest} that were missing", sent.bytes);
    assert!(line.bytes_up() - before < rest + 8_000);
    assert_eq!(original(&phone, photo).await, (StatusCode::OK, bytes));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_piece_that_hangs_is_taken_over_by_the_next_request() {
    let server = Server::start().await;
    let world = World::small(3).open(&server).await;
    let line = Network::to(&server).await;
    let phone = world.school_phone(&server, "甲").await.behind(&line);
    let mut phone = phone.patient_for(Duration::from_secs(2));
    let bytes = picture(3);
    let photo = phone.take_picture(bytes.clone(), "柱筋.jpg");
    line.next(Weather::Fair);
    line.next(Weather::SilentAfter(20_000));
    let sent = phone.send_photos().await.expect("nobody waits for the hanging one");
    assert_eq!((sent.photos, sent.lost_bytes), (1, 0));
    let pieces = u64::from(sent.failures) * harness::uploads::SMALLEST_PIECE;
    assert!(
        sent.failures >= 1 && sent.bytes < bytes.len() as u64 + pieces,
        "what had arrived was not sent again"
    );
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    assert!(phone.phone.photos[&photo].at_office);
    server.verify();
}

/// Browsers send once more, by themselves, a piece that was cut, and all of it before they look at the answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_piece_that_begins_where_bytes_are_already_is_answered_and_hung_up_at_once() {
    let server = Server::start().await;
    let world = World::small(3).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let photo = phone.take_picture(picture(5), "柱筋.jpg");
    phone.send_photos().await.expect("the line holds");
    let path = phone.phone.photos[&photo].upload.clone().expect("it was begun");
    let token = &phone.phone.owner.token;
    let begins = format!(
        "PATCH {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\n\
         Content-Type: application/offset+octet-stream\r\nUpload-Offset: 100\r\nContent-Length: 1000000\r\n\r\n"
    );
    let line = TcpStream::connect(server.address()).await.expect("the server takes connections");
    let (mut down, mut up) = line.into_split();
    up.write_all(begins.as_bytes()).await.expect("the server listens");
    let slowly = tokio::spawn(async move {
        let mut sent = 0;
        while up.write_all(&[7; 64]).await.is_ok() {
            sent += 64;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        sent
    });
    let mut said = vec![0; 4096];
    let read = down.read(&mut said).await.expect("an answer comes first");
    let said = String::from_utf8_lossy(&said[..read]).to_lowercase();
    assert!(said.starts_with("http/1.1 409 ") && said.contains("upload-offset: "), "{said}");
    let sent = slowly.await.expect("no panic");
    // Two seconds' worth: far less than a line that is read to its end would carry.
    assert!(sent < 200 * 64, "{sent} bytes were taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_the_office_has_does_not_travel_again() {
    let server = Server::start().await;
    let world = World::small(4).open(&server).await;
    let project = world.projects[0].id;
    let mut jia = world.school_phone(&server, "甲").await;
    let mut yi = world.school_phone(&server, "乙").await;
    let bytes = picture(4);
    let diary = jia.write_diary(project, DAY, |form| form.working("浇筑"));
    jia.attach_photo(diary, bytes.clone(), "群里转的照片");
    jia.sync().await.expect("the line holds");
    assert!(!jia.everything_is_at_the_office().await.expect("the line holds"), "the photo is missing");
    yi.write_diary(project, DAY, |form| form.working("浇筑"));
    let photo = yi.attach_photo(diary, bytes.clone(), "群里转的照片");
    let sent = yi.send_photos().await.expect("the line holds");
    assert_eq!((sent.photos, sent.known), (1, 0));
    let sent = jia.send_photos().await.expect("the line holds");
    assert_eq!((sent.photos, sent.known, sent.bytes), (1, 1, 0), "nothing travels twice");
    yi.sync().await.expect("the line holds");
    assert!(jia.everything_is_at_the_office().await.expect("the line holds"), "whoever brought it");
    assert_eq!(original(&jia, photo).await, (StatusCode::OK, bytes));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_phones_sending_the_same_photo_at_once_end_with_one() {
    let server = Server::start().await;
    let world = World::small(5).open(&server).await;
    let mut jia = world.school_phone(&server, "甲").await;
    let mut yi = world.school_phone(&server, "乙").await;
    let bytes = picture(5);
    let diary = jia.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    let photo = jia.attach_photo(diary, bytes.clone(), "柱筋");
    yi.take_picture(bytes.clone(), "柱筋.jpg");
    jia.sync().await.expect("the line holds");
    let (first, second) = tokio::join!(jia.send_photos(), yi.send_photos());
    assert_eq!(first.expect("the line holds").photos, 1);
    assert_eq!(second.expect("the line holds").photos, 1);
    assert_eq!(original(&jia, photo).await, (StatusCode::OK, bytes));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_photo_is_never_taken_for_the_whole_one() {
    let server = Server::start().await;
    let world = World::small(6).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let diary = phone.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    let bytes = picture(6);
    let photo = phone.attach_photo(diary, bytes.clone(), "柱筋");
    phone.sync().await.expect("the line holds");
    let mut damaged = bytes.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    phone.album.put_damaged(photo, damaged);
    let refused = phone.send_photos().await.expect_err("one bit is another photo").to_string();
    assert!(refused.contains("460"), "{refused}");
    assert!(!phone.phone.photos[&photo].at_office);
    assert_eq!(original(&phone, photo).await.0, StatusCode::NOT_FOUND);
    assert!(!phone.everything_is_at_the_office().await.expect("the line holds"));

    phone.album.put_damaged(photo, bytes.clone());
    assert_eq!(phone.send_photos().await.expect("the upload starts over").photos, 1);
    assert_eq!(original(&phone, photo).await, (StatusCode::OK, bytes));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_photo_is_refused_whatever_it_is_called() {
    let server = Server::start().await;
    let world = World::small(7).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let fakes: [(&str, &[u8]); 5] = [
        ("网页", b"<html><script>alert(1)</script></html>"),
        ("矢量图", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"),
        ("文档", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"),
        ("动图", b"GIF89a\x01\0\x01\0\0\0\0;"),
        ("只有开头", b"\xff\xd8\xff\xe0"),
    ];
    for (name, bytes) in fakes {
        let hash = phone.take_picture(bytes.to_vec(), &format!("{name}.jpg"));
        let sent = phone.send_photos().await.expect("the server says no, and that is an answer");
        assert_eq!((sent.photos, sent.refused), (0, 1), "{name}");
        let why = phone.phone.photos[&hash].refused.clone().expect("it says why");
        assert!(why.contains("415"), "{name}: {why}");
        assert_eq!(original(&phone, hash).await.0, StatusCode::NOT_FOUND, "{name}");
    }
    let good = phone.take_picture(picture(7), "柱筋.png");
    assert_eq!(phone.send_photos().await.expect("the line holds").photos, 1, "a name decides nothing");
    assert!(phone.phone.photos[&good].at_office);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_gets_original_preview_and_thumbnail_and_nobody_else_does() {
    let server = Server::start().await;
    let world = World::small(8).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let stranger = world.team_phone(&server, "外校", 1).await;
    let diary = phone.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    let shot = Shot { width: 2000, height: 1000, noise: 10, orientation: 6, ..Shot::small() };
    let bytes = shot.on(DAY).take(8);
    let photo = phone.attach_photo(diary, bytes.clone(), "柱筋");
    phone.send_photos().await.expect("the line holds");
    phone.sync().await.expect("the line holds");

    for (name, long_side) in [("preview", 1600), ("thumbnail", 320)] {
        let path = format!("/api/v1/photos/{photo}/{name}");
        let image = eventually(name, || async {
            let response = phone.request(Method::GET, &path).send().await.expect("the server answers");
            let made = response.status() == StatusCode::OK;
            let bytes = response.bytes().await.expect("whole");
            made.then(|| image::load_from_memory(&bytes).expect("a picture"))
        });
        let image = image.await;
        assert_eq!(image.height(), long_side, "held upright, the long side stands: {name}");
        assert_eq!(image.width(), long_side / 2);
    }
    let part =
        phone.request(Method::GET, &format!("/api/v1/photos/{photo}")).header("Range", "bytes=100-199");
    let part = part.send().await.expect("the server answers");
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.bytes().await.expect("whole"), &bytes[100..200]);
    for path in ["", "/preview", "/thumbnail"] {
        let path = format!("/api/v1/photos/{photo}{path}");
        let response = stranger.request(Method::GET, &path).send().await.expect("the server answers");
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "who may not see the diary sees no photo");
    }
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn pieces_that_arrive_twice_or_whose_answer_is_lost_make_one_photo() {
    let server = Server::start().await;
    let world = World::small(9).open(&server).await;
    let line = Network::to(&server).await;
    let mut phone = world.school_phone(&server, "甲").await.behind(&line);
    let diary = phone.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    let (doubled, unanswered) = (picture(90), picture(91));
    let first = phone.attach_photo(diary, doubled.clone(), "柱筋");
    phone.sync().await.expect("the line holds");
    line.always(Weather::Twice);
    let sent = phone.send_photos().await.expect("one of the two is answered");
    assert_eq!((sent.photos, sent.lost_bytes), (1, 0));
    line.always(Weather::Fair);
    assert_eq!(original(&phone, first).await, (StatusCode::OK, doubled));

    let second = phone.attach_photo(diary, unanswered.clone(), "模板");
    phone.sync().await.expect("the line holds");
    for _ in 0..10 {
        line.next(Weather::LOST_ANSWER);
        line.next(Weather::Fair);
    }
    let sent = phone.send_photos().await.expect("every second answer comes");
    assert_eq!((sent.photos, sent.lost_bytes), (1, 0));
    assert!(sent.failures >= 3, "{} answers were lost", sent.failures);
    assert!(sent.bytes <= unanswered.len() as u64, "nothing that had arrived was sent again");
    line.clear_up();
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    assert_eq!(original(&phone, second).await, (StatusCode::OK, unanswered));
    server.verify();
}

/// Somebody of a school team in the county next door, with the project.
async fn next_door(world: &harness::world::OpenWorld, server: &Server) -> (Device, RecordId) {
    server.run(&["county", "add", "350824", "邻县（演示）", "--city", "350400"]);
    let at = "county:350824";
    let roles = [("project_office", at), ("inspection_office", at)];
    let mut desk = world.phone(server, "邻县改薄办", &roles).await;
    let [school, project] = ["school", "project"].map(|kind| RecordId::natural(kind, "next door"));
    desk.write("school", school, |form| {
        form.set("name", "邻县示范小学（演示）").set("county", "350824").set("category", "小学")
    });
    desk.write("project", project, |form| {
        let form = form.set("name", "邻县教学楼（演示）").set("school", school.to_string());
        form.set("class", "building").set("work_type", "新建").set("plan_year", 2016)
    });
    assert_eq!(desk.sync().await.expect("the line holds").held, 0, "{:?}", desk.phone.outbox.held);
    let team = format!("project:{project}");
    (world.phone(server, "邻县项目组", &[("school_team", team.as_str())]).await, project)
}

/// What the server says that a record's photos are evidence of.
async fn evidence(device: &Device, record: RecordId) -> serde_json::Value {
    let response = device.request(Method::GET, &format!("/api/v1/records/{record}")).send().await;
    let record: serde_json::Value = response.expect("an answer").json().await.expect("JSON");
    record["photos"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hash_is_no_key_to_another_countys_photo() {
    let server = Server::start().await;
    let world = World::small(9).open(&server).await;
    let mut ours = world.school_phone(&server, "甲").await;
    let bytes = picture(9);
    let diary = ours.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    let photo = ours.attach_photo(diary, bytes.clone(), "柱筋");
    ours.sync().await.expect("the line holds");
    ours.send_photos().await.expect("the line holds");

    let (mut theirs, project) = next_door(&world, &server).await;
    let diary = theirs.write_diary(project, DAY, |form| form.working("浇筑"));
    theirs.attach_photo(diary, bytes.clone(), "不知从哪里来的照片");
    assert_eq!(theirs.sync().await.expect("the line holds").held, 0);
    for path in ["", "/preview", "/thumbnail"] {
        let path = format!("/api/v1/photos/{photo}{path}");
        let response = theirs.request(Method::GET, &path).send().await.expect("the server answers");
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}: whoever knows a hash can refer to it");
    }
    let shown = evidence(&theirs, diary).await;
    assert_eq!(shown[0]["arrived"], false, "{shown}");
    assert!(shown[0]["place"]["camera"].is_null() && shown[0]["day"]["camera"].is_null(), "{shown}");
    assert!(!theirs.everything_is_at_the_office().await.expect("the line holds"), "so it is sent");

    // Who has the bytes sends them, and that opens it.
    let sent = theirs.send_photos().await.expect("the line holds");
    assert_eq!((sent.photos, sent.known, sent.bytes), (1, 0, bytes.len() as u64));
    assert!(theirs.everything_is_at_the_office().await.expect("the line holds"));
    assert_eq!(original(&theirs, photo).await, (StatusCode::OK, bytes.clone()));
    assert_eq!(original(&ours, photo).await, (StatusCode::OK, bytes));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_looks_like_another_countys_is_counted_and_not_named() {
    let server = Server::start().await;
    let world = World::small(10).open(&server).await;
    let mut ours = world.school_phone(&server, "甲").await;
    let diary = ours.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    ours.attach_photo(diary, Shot::small().take(10), "柱筋");
    let (mut theirs, project) = next_door(&world, &server).await;
    let copied = theirs.write_diary(project, DAY, |form| form.working("浇筑"));
    theirs.attach_photo(copied, Shot::small().on("2026-03-01").take(10), "同一张，重新拍照时间");
    for phone in [&mut ours, &mut theirs] {
        phone.sync().await.expect("the line holds");
        assert_eq!(phone.send_photos().await.expect("the line holds").photos, 1);
    }
    let found = eventually("the two are compared", || async {
        let shown = evidence(&theirs, copied).await;
        (shown[0]["nearly_same_out_of_scope"] == 1).then_some(shown)
    });
    let shown = found.await;
    assert_eq!(shown[0]["nearly_same"], serde_json::json!([]), "nobody learns the hash");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_whose_file_was_lost_is_asked_of_every_phone_that_may_have_it() {
    let mut server = Server::start().await;
    let world = World::small(11).open(&server).await;
    let project = world.projects[0].id;
    let mut jia = world.school_phone(&server, "甲").await;
    let mut yi = world.school_phone(&server, "乙").await;
    let bytes = picture(11);
    let mut hashes = Vec::new();
    for phone in [&mut jia, &mut yi] {
        let diary = phone.write_diary(project, DAY, |form| form.working("浇筑"));
        hashes.push(phone.attach_photo(diary, bytes.clone(), "柱筋"));
        phone.sync().await.expect("the line holds");
        phone.send_photos().await.expect("the line holds");
        assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    }
    let photo = hashes[0];

    // The disk with the photos dies; the folder is back from an older copy, the database is not.
    server.kill9();
    let name = photo.to_string();
    let file = server.data().join("photos").join(&name[..2]).join(&name[2..4]).join(&name);
    std::fs::remove_file(file).expect("it was there");
    server.start_again().await;
    for phone in [&mut jia, &mut yi] {
        phone.connect(&server);
    }
    assert!(!jia.everything_is_at_the_office().await.expect("the line holds"), "the row is not believed");
    // The first phone was lost too; the other one did not bring it, but has it.
    drop(jia);
    yi.sync().await.expect("the line holds");
    assert!(!yi.phone.photos[&photo].at_office, "it was asked for");
    let sent = yi.send_photos().await.expect("the line holds");
    assert_eq!((sent.photos, sent.known), (1, 0));
    assert!(yi.everything_is_at_the_office().await.expect("the line holds"));
    assert_eq!(original(&yi, photo).await, (StatusCode::OK, bytes));
    server.verify();
}
