//! The disk is full, and then is not: the server says so, keeps answering, and heals by itself.

use harness::photos::Shot;
use harness::{Server, World};

use crate::disk::Disk;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing_and_heals_by_itself() {
    let mut server = Server::start().await;
    let world = World::small(5).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let project = world.projects[0].id;
    phone.write_diary(project, "2026-03-02", |form| form.working("浇筑"));
    phone.sync().await.expect("the line holds");
    assert!(server.terminate().await.success());
    let disk = Disk::good().small();
    disk.put_under(&mut server);
    server.start_again().await;
    phone.connect(&server);

    disk.fill();
    let diary = phone.write_diary(project, "2026-03-03", |form| form.working("砌筑"));
    let refused = phone.sync().await.expect_err("there is no room");
    assert_eq!(refused.status().map(|status| status.as_u16()), Some(507), "{refused}");
    assert!(refused.to_string().contains("磁盘已满"), "it says what is wrong: {refused}");
    assert!(refused.to_string().contains("没有丢失"), "and that nothing is lost: {refused}");
    let photo = phone.take_picture(Shot::small().take(3), "现场.jpg");
    phone.send_photos().await.expect_err("there is no room");
    // What is there can be read all the while.
    let read = phone.request(reqwest::Method::GET, "/api/v1/me").send().await.expect("the line holds");
    assert!(read.status().is_success());
    let ready = phone.request(reqwest::Method::GET, "/api/v1/ready").send().await.expect("the line holds");
    assert_eq!(ready.status().as_u16(), 503, "it does not call itself ready");

    disk.make_room();
    assert_eq!(phone.sync().await.expect("it healed by itself").accepted, 1);
    assert!(phone.is_at_the_office(diary));
    phone.send_photos().await.expect("it healed by itself");
    assert!(phone.phone.photos[&photo].at_office);
    let ready = phone.request(reqwest::Method::GET, "/api/v1/ready").send().await.expect("the line holds");
    assert!(ready.status().is_success());
    server.verify();
}
