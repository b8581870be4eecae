//! A phone in the mountains: its line loses every third packet, takes almost a second there and back, and
//! carries 8 KB a second. What it says and what it photographed gets to the office all the same.
//!
//! The line lies below TCP ([`line.py`](line.py)), between two network namespaces, so that it is the
//! kernel's TCP that has to cope, as on a phone; with cubic, as on phones. Where the system permits no
//! namespaces or no TUN device the story fails and says why; `tests/run` finds that out before, leaves it
//! out, and says so at its end.
//!
//! `SITELEDGER_LOSSY_LINE=1` is the line as it is at its worst; otherwise it is a milder one, since the
//! worst takes minutes.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use harness::photos::Shot;
use harness::{Device, Server, World};

/// Set by `tests/run`, to the reason, where the system permits no such network.
const LEFT_OUT: &str = "SITELEDGER_LOSSY_LEFT_OUT";
/// Set in the process that stands in a network of its own.
const INSIDE: &str = "SITELEDGER_LOSSY_INSIDE";
/// The office's end of the line.
const OFFICE: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 2);
/// How long the phone waits for one answer.
const PATIENCE: Duration = Duration::from_mins(5);
/// How often it may begin anew before the story fails.
const TRIES: usize = 40;

/// How bad a line is.
#[derive(Clone, Copy, Debug)]
struct Bad {
    bits_a_second: u32,
    /// Each way.
    delay_ms: u32,
    /// Each way.
    loss_percent: u32,
}

const WORST: Bad = Bad { bits_a_second: 64_000, delay_ms: 400, loss_percent: 30 };
const MILDER: Bad = Bad { bits_a_second: 256_000, delay_ms: 150, loss_percent: 10 };

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some()
}

/// Runs a command that must succeed.
fn run(command: &[&str]) {
    let output = Command::new(command[0]).args(&command[1..]).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}; tests/run installs it"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Whether TCP sends by cubic here, as phones do.
fn sends_by_cubic() -> bool {
    let sockets =
        Command::new("ss").args(["--tcp", "--info", "--numeric"]).output().expect("ss comes with ip");
    String::from_utf8_lossy(&sockets.stdout).contains("cubic")
}

/// The line, carried by a process of its own.
struct Line(Child);

impl Line {
    /// Lays it from here to the network that a process stands in.
    fn to(process: u32, bad: Bad) -> Self {
        let Bad { bits_a_second, delay_ms, loss_percent } = bad;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("lossy/line.py");
        let numbers = [bits_a_second, delay_ms, loss_percent, 7].map(|number| number.to_string());
        let mut carrier = Command::new("python3")
            .arg(script)
            .args(["near0", "far0"])
            .args(numbers)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 runs");
        let mut ready = [0; 6];
        let said = carrier.stdout.as_mut().expect("it is piped");
        std::io::Read::read_exact(said, &mut ready).expect("there is a TUN device and we may use it");
        let line = Self(carrier);
        let process = process.to_string();
        let there = format!("--net=/proc/{process}/ns/net");
        let inside = |command: &[&str]| run(&[&["nsenter", &there, "--"], command].concat());
        // The route says by which rule is sent: the setting for all is not ours to change.
        let cubic =
            |end: &'static str| ["ip", "route", "replace", "10.77.0.0/30", "dev", end, "congctl", "cubic"];
        run(&["ip", "link", "set", "far0", "netns", &process]);
        run(&["ip", "address", "add", "10.77.0.1/30", "dev", "near0"]);
        run(&["ip", "link", "set", "near0", "up", "mtu", "1400"]);
        run(&cubic("near0"));
        inside(&["ip", "address", "add", &format!("{OFFICE}/30"), "dev", "far0"]);
        inside(&["ip", "link", "set", "far0", "up", "mtu", "1400"]);
        inside(&cubic("far0"));
        line
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn a_day_and_a_photo_get_through_a_line_that_loses_packets() {
    if is_set(INSIDE) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        return runtime.expect("a runtime").block_on(story());
    }
    if is_set(LEFT_OUT) {
        // tests/run says so at its end.
        return println!("left out, as {LEFT_OUT} says");
    }
    // The same test once more, in a network of its own.
    let ours = std::env::current_exe().expect("a test knows where it is");
    let name = "a_day_and_a_photo_get_through_a_line_that_loses_packets";
    let inside = Command::new("unshare")
        .args(["--user", "--map-root-user", "--net", "--"])
        .arg(ours)
        .args([name, "--exact", "--nocapture"])
        .env(INSIDE, "1")
        .status();
    let inside = inside.expect("unshare is there: it comes with util-linux");
    assert!(inside.success(), "the story failed, or this system permits no network namespaces: see above");
}

async fn story() {
    run(&["ip", "link", "set", "lo", "up"]);
    let bad = if is_set("SITELEDGER_LOSSY_LINE") { WORST } else { MILDER };
    let mut server = Server::start().await;
    let world = World::small(12).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    phone.sync().await.expect("in town the line is good");
    assert!(server.terminate().await.success());

    let home = server.address();
    server.start_by(&["unshare", "--net", "--"], SocketAddr::from(([0, 0, 0, 0], 0)));
    server.start_again().await;
    let line = Line::to(server.pid(), bad);
    phone.reach(SocketAddr::from((OFFICE, server.address().port())), PATIENCE);

    let diary = phone.write_diary(world.projects[0].id, "2026-03-02", |form| {
        world.ordinary_day(form, 0, "2026-03-02").set("remarks", "山里信号不好，能发多少发多少")
    });
    let photo = phone.attach_photo(diary, Shot { width: 640, height: 480, ..Shot::small() }.take(1), "柱筋");
    let bytes = phone.album.get(photo).len();
    let began = Instant::now();
    let text = until_it_is_there(&mut phone).await;
    let after_text = began.elapsed();
    assert!(sends_by_cubic(), "another rule would make the line look better than it is");
    assert!(phone.is_at_the_office(diary));
    let began = Instant::now();
    let mut sent = 0;
    let mut photos = 0;
    while !phone.phone.photos[&photo].at_office {
        assert!(photos < TRIES, "the photo does not get through");
        photos += 1;
        match phone.send_photos().await {
            Ok(done) => {
                sent += done.bytes;
                assert_eq!(done.lost_bytes, 0, "no acknowledged byte was lost");
            }
            Err(error) => println!("the phone begins anew: {error}"),
        }
    }
    println!(
        "{bad:?}: the text was there after {:.0} s and {text} tries, a photo of {bytes} bytes after {:.0} s more, \
         {photos} tries and {sent} bytes",
        after_text.as_secs_f64(),
        began.elapsed().as_secs_f64()
    );

    // Everything that was acknowledged is there: asked on a good line, after the server's sudden end.
    server.kill9();
    drop(line);
    server.start_by(&[], home);
    server.start_again().await;
    phone.connect(&server);
    assert!(phone.everything_is_at_the_office().await.expect("the line is good"));
    server.verify();
}

/// Syncs again and again; says how often it took.
async fn until_it_is_there(phone: &mut Device) -> usize {
    for tries in 1..=TRIES {
        match phone.sync().await {
            Ok(_) => return tries,
            Err(error) => println!("the phone begins anew: {error}"),
        }
    }
    panic!("the text does not get through")
}
