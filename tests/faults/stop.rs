//! The server is asked to stop while everything is under way: what was begun is answered, nobody holds
//! up the end, and the next start has all that was acknowledged.

use std::time::Duration;

use harness::photos::Shot;
use harness::uploads::{offset_of, path_of};
use harness::{Server, World, eventually};
use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::disk::Disk;

/// What a stop may take on a slow machine: less by far than the stuck lines below would last by
/// themselves.
const BOUND: Duration = Duration::from_mins(1);

/// All that is said until the server hangs up.
async fn all_of(mut line: TcpStream) -> String {
    let mut said = Vec::new();
    line.read_to_end(&mut said).await.ok();
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_begun_is_answered_and_no_stuck_line_holds_up_the_end() {
    let mut server = Server::start().await;
    let world = World::small(8).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    phone.sync().await.expect("the line holds");
    let photographer = world.team_phone(&server, "摄", 1).await;
    assert!(server.terminate().await.success());
    let disk = Disk::good().unsteady();
    disk.put_under(&mut server);
    server.start_again().await;
    let head = |method: &str, path: &str, more: &str| {
        let token = &photographer.phone.owner.token;
        format!("{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{more}\r\n")
    };
    let open = async |head: String, bytes: &[u8]| {
        let mut line = TcpStream::connect(server.address()).await.expect("the server takes connections");
        line.write_all(head.as_bytes()).await.expect("the server listens");
        line.write_all(bytes).await.expect("the server listens");
        line
    };

    // A photo is on its way, and its line falls silent.
    let photo = Shot { width: 640, height: 480, noise: 30, ..Shot::small() }.take(1);
    let metadata = {
        use base64::Engine as _;
        let hash = sync_protocol::photo::Sha256::of(&photo).to_string();
        format!("sha256 {}", base64::engine::general_purpose::STANDARD.encode(hash))
    };
    let mut connected = photographer.clone();
    connected.connect(&server);
    let begin = connected.tus(Method::POST, "/api/v1/uploads").header("Upload-Length", photo.len());
    let begun = begin.header("Upload-Metadata", metadata).send().await.expect("the line holds");
    let path = path_of(begun.headers()).expect("an upload has a place");
    let half = photo.len() / 2;
    let patch = format!(
        "Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n\
         Content-Length: {}\r\n",
        photo.len()
    );
    let upload = open(head("PATCH", &path, &patch), &photo[..half]).await;
    // Somebody listens, somebody says half a header, and somebody brings a body a byte at a time.
    let mut nudges = open(head("GET", "/api/v1/nudges", ""), b"").await;
    let mut first = [0; 12];
    nudges.read_exact(&mut first).await.expect("the stream begins");
    assert_eq!(&first, b"HTTP/1.1 200");
    let half_a_header = open("POST /api/v1/sync HTTP/1.1\r\nHos".to_owned(), b"").await;
    let body = "Content-Type: application/json\r\nContent-Length: 100000\r\n";
    let mut trickle = open(head("POST", "/api/v1/sync", body), b"{").await;
    let trickling = tokio::spawn(async move {
        while trickle.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    });
    // A diary is being written, and the disk takes its time.
    phone.connect(&server);
    let diary = phone.write_diary(world.projects[0].id, "2026-03-02", |form| form.working("浇筑"));
    disk.stand_still();
    let syncing = tokio::spawn(async move {
        let synced = phone.sync().await;
        (phone, synced)
    });
    eventually("the diary to be on its way to the disk", async || disk.is_waited_for().then_some(())).await;

    server.tell_to_stop();
    eventually("it to stop", async || server.log().contains("\"stopping\"").then_some(())).await;
    disk.go_on();
    let (mut phone, synced) = syncing.await.expect("no panic");
    assert_eq!(synced.expect("what was begun is answered").accepted, 1);
    assert!(phone.is_at_the_office(diary));
    let told = all_of(upload).await.to_ascii_lowercase();
    assert!(told.starts_with("http/1.1 503 ") && told.contains("retry-after: "), "{told}");
    let acknowledged =
        told.lines().find_map(|line| line.strip_prefix("upload-offset: ")?.parse::<u64>().ok());
    let acknowledged = acknowledged.expect("it says how far it came");
    assert!(acknowledged <= half as u64);
    assert!(all_of(nudges).await.ends_with("0\r\n\r\n"), "the stream ends as streams do");
    assert_eq!(all_of(half_a_header).await, "");
    let ended = tokio::time::timeout(BOUND, server.ended()).await.expect("no stuck line holds up the end");
    assert!(ended.success(), "it is an ordinary end");
    trickling.await.expect("it is cut off");

    server.set_environment(Vec::new());
    server.start_again().await;
    phone.connect(&server);
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    connected.connect(&server);
    let stands = connected.tus(Method::HEAD, &path).send().await.expect("the line holds");
    assert!(offset_of(stands.headers()) >= Some(acknowledged), "what was acknowledged is there");
    server.verify();
}
