//! Lines that say nothing, or begin and never end: they cost the server little, and others nothing.

use std::net::SocketAddr;

use harness::{Server, World};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How many lines are stuck in each way: more together than the server has threads by far, and few
/// enough for a machine's usual limit of open files.
const STUCK: usize = 150;

/// Opens a line, says so much, and then nothing.
async fn stuck(server: SocketAddr, says: &str) -> TcpStream {
    let mut line = TcpStream::connect(server).await.expect("the server takes connections");
    line.write_all(says.as_bytes()).await.expect("the server listens");
    line
}

/// Reads whatever the server says until it hangs up.
async fn is_hung_up(mut line: TcpStream) -> String {
    let mut said = Vec::new();
    // Hung up hard is hung up.
    line.read_to_end(&mut said).await.ok();
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_are_stuck_keep_nobody_waiting_and_are_hung_up() {
    let server = Server::start().await;
    let world = World::small(3).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let token = &phone.phone.owner.token;
    let half_a_body = format!(
        "POST /api/v1/sync HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: 400\r\n\r\n{{\"protocol\":1,"
    );
    let ways = [
        ("nothing at all", ""),
        ("half a header", "POST /api/v1/sync HTTP/1.1\r\nHost: x\r\nAuthoriz"),
        ("half a body", half_a_body.as_str()),
        (
            "half a body of a stranger",
            "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{",
        ),
    ];
    let mut lines = Vec::new();
    for (way, says) in ways {
        for _ in 0..STUCK {
            lines.push((way, tokio::spawn(is_hung_up(stuck(server.address(), says).await))));
        }
    }

    let diary = phone.write_diary(world.projects[0].id, "2026-03-02", |form| form.working("浇筑"));
    phone.sync().await.expect("nobody stands in its way");
    assert!(phone.is_at_the_office(diary));

    for (way, line) in lines {
        let said = line.await.expect("no panic");
        assert!(!said.contains(" 200 "), "{way} was answered with {said}");
        assert!(!said.contains(" 500 "), "{way} was answered with {said}");
    }
    phone.sync().await.expect("the server is as it was before");
    server.verify();
}
