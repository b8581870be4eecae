//! Lines that say nothing, or begin and never end: they cost the server little, and others nothing.

use std::net::SocketAddr;

use harness::{Server, World};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How many lines are stuck in each way: more together than the server has threads by far, and few
/// enough for a machine's usual limit of open files.
const STUCK: usize = 150;

/// How many lines one device opens that has gone wild, and how many of them at most it may have under
/// way that bring something or ask for something.
const WILD: usize = 200;
const MOST_SENDING: usize = 8;
const MOST_ASKING: usize = 128;

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
    // As many phones as it takes, for none has more than its share.
    let phones = world.many_phones(&server, STUCK.div_ceil(MOST_SENDING)).await;
    let half_a_body = |token: &str| {
        format!(
            "POST /api/v1/sync HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: 400\r\n\r\n{{\"protocol\":1,"
        )
    };
    let ways = [
        ("nothing at all", ""),
        ("half a header", "POST /api/v1/sync HTTP/1.1\r\nHost: x\r\nAuthoriz"),
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

    for number in 0..STUCK {
        let says = half_a_body(&phones[number % phones.len()].phone.owner.token);
        lines.push(("half a body", tokio::spawn(is_hung_up(stuck(server.address(), &says).await))));
    }

    let diary = phone.write_diary(world.projects[0].id, "2026-03-02", |form| form.working("浇筑"));
    phone.sync().await.expect("nobody stands in its way");
    assert!(phone.is_at_the_office(diary));

    for (way, line) in lines {
        let said = line.await.expect("no panic");
        assert!(!said.contains(" 200 "), "{way} was answered with {said}");
        assert!(!said.contains(" 500 ") && !said.contains(" 429 "), "{way} was answered with {said}");
    }
    phone.sync().await.expect("the server is as it was before");
    server.verify();
}

/// The beginning of what the server says within a while, if it says anything.
async fn says_at_once(line: &mut TcpStream) -> String {
    let mut said = vec![0; 4096];
    let read = tokio::time::timeout(std::time::Duration::from_secs(2), line.read(&mut said)).await;
    said.truncate(read.map_or(0, |read| read.unwrap_or(0)));
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_has_gone_wild_keeps_nobody_else_from_syncing() {
    let server = Server::start().await;
    let world = World::small(4).open(&server).await;
    let mut wild = world.school_phone(&server, "甲").await;
    let mut phone = world.team_phone(&server, "乙", 1).await;
    let token = &wild.phone.owner.token;
    let sends = format!(
        "POST /api/v1/sync HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: 300000\r\n\r\n{{\"protocol\":1,"
    );
    let asks = format!("GET /api/v1/nudges HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n");
    let (mut refused, mut lines) = (Vec::new(), Vec::new());
    for (says, most) in [(&sends, MOST_SENDING), (&asks, MOST_ASKING)] {
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..WILD {
            let mut line = stuck(server.address(), says).await;
            waiting.spawn(async move { (says_at_once(&mut line).await, line) });
        }
        let mut under_way = 0;
        for (said, line) in waiting.join_all().await {
            if said.starts_with("HTTP/1.1 429 ") {
                refused.push(said);
            } else {
                under_way += 1;
            }
            lines.push(line);
        }
        assert_eq!(under_way, most, "no more than its share is under way");
    }
    for said in refused {
        assert!(said.to_ascii_lowercase().contains("retry-after: "), "{said}");
        assert!(said.contains("too_many_at_once") && said.contains("没有丢失"), "{said}");
    }
    let diary = phone.write_diary(world.projects[1].id, "2026-03-02", |form| form.working("浇筑"));
    phone.sync().await.expect("its own lines are free");
    assert!(phone.is_at_the_office(diary));
    let own = wild.write_diary(world.projects[0].id, "2026-03-02", |form| form.working("浇筑"));
    let too_many = wild.sync().await.expect_err("it has its share already");
    assert_eq!(too_many.status().map(|status| status.as_u16()), Some(429), "{too_many}");
    drop(lines);
    let once_more = || {
        let mut wild = wild.clone();
        async move { wild.sync().await.ok().map(|_| wild) }
    };
    let wild = harness::eventually("its own lines to be free again", once_more).await;
    assert!(wild.is_at_the_office(own));
    server.verify();
}
