//! Starting the demonstration: once, twice, where it must not, and where it cannot.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use harness::server::binary;

use crate::desk::Desk;
use crate::loaded::loaded;
use crate::running::{Demo, command, copy, password};

fn run(command: &mut Command) -> (bool, String) {
    let output = command.output().expect("the binary of this workspace starts");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// Entries by county, as `county list` tells them.
fn ledgers(data: &Path) -> String {
    let (fine, said) = run(Command::new(binary()).args(["county", "list", "--json", "--data"]).arg(data));
    assert!(fine, "{said}");
    said
}

#[test]
fn the_first_start_loads_and_the_second_finds_it_there() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let data = folder.path().join("new");
    let first = loaded();
    copy(&first.data, &data);
    for line in [
        "三明市：学校 schools 664，规划 planned 221400.00 ㎡",
        "竣工率 completed 66.63%",
        "开工率 started 80.59%，竣工率 completed 67.73%",
    ] {
        assert!(first.mark.greeting.contains(line), "{line:?} is not in:\n{}", first.mark.greeting);
    }
    let greeting = &first.mark.greeting;
    let enrols = format!("{}/#/enrol/", first.mark.url);
    assert!(greeting.contains(&enrols) && greeting.contains('█'), "{greeting}");
    assert!(greeting.contains(&format!("{}/office\n", first.mark.url)), "{greeting}");
    let before = ledgers(&data);
    assert_eq!(before.lines().count(), 14, "{before}");

    let second = Demo::start(&data);
    assert!(second.greeting.contains("not loaded again"), "{}", second.greeting);
    let known = password(greeting, "gaibo");
    assert_ne!(second.password("gaibo"), known, "passwords are new at every start");
    drop(second);
    assert_eq!(ledgers(&data), before, "nothing was appended");
}

/// How many entries and records the ledgers have, all together.
fn counted(data: &Path) -> (u64, u64) {
    let lines = ledgers(data);
    let ledgers = lines.lines().map(|line| serde_json::from_str(line).expect("a ledger a line"));
    ledgers.fold((0, 0), |(entries, records), ledger: serde_json::Value| {
        let count = |name: &str| ledger[name].as_u64().expect("a count");
        (entries + count("seq"), records + count("records"))
    })
}

/// What the county of the story and the city come to, as they see it.
async fn come_to(demo: &Demo) -> Vec<serde_json::Value> {
    let mut figures = Vec::new();
    for name in ["gaibo", "shiji", "jiaocheng"] {
        let desk = Desk::sign_in(demo, name).await;
        figures.push(desk.ask("indicators?by=school&limit=1000").await["groups"].clone());
        for kind in ["diary", "finding", "project", "equipment_item", "fund_event"] {
            figures.push(desk.ask(&format!("states/{kind}?limit=1000")).await["records"].clone());
        }
    }
    figures
}

#[tokio::test]
async fn a_start_that_was_cut_off_is_finished_by_the_next_and_comes_out_the_same() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let (whole, cut) = (folder.path().join("whole"), folder.path().join("cut"));
    copy(&loaded().data, &whole);
    let all = counted(&whole);
    // Amid the registers, amid the half year, near its end; each start goes on where the last was cut off.
    for reached in [all.0 / 12, all.0 / 2, all.0 * 17 / 20] {
        let mut loading = command(&cut, "127.0.0.1:0").stdout(Stdio::null()).spawn().expect("it starts");
        let deadline = Instant::now() + Duration::from_mins(3);
        while !cut.join("siteledger.db").is_file() || counted(&cut).0 < reached {
            assert!(Instant::now() < deadline, "nothing was loaded");
        }
        loading.kill().expect("it still loads");
        loading.wait().expect("it ended");
        let before = counted(&cut);
        assert!(before < all, "it was cut off too late: {before:?}");
    }
    let next = Demo::start(&cut);
    assert!(!next.greeting.contains("not loaded again"), "{}", next.greeting);
    let found = come_to(&next).await;
    drop(next);
    assert_eq!(counted(&cut), all, "entries and records: none missing, none twice");
    let first = Demo::start(&whole);
    let expected = come_to(&first).await;
    for (found, expected) in found.iter().zip(&expected) {
        assert!(found == expected, "found {found:.2000}\nexpected {expected:.2000}");
    }
}

#[test]
fn a_folder_with_real_ledgers_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let data = folder.path();
    let add = ["county", "add", "350823", "上杭县", "--data"];
    assert!(run(Command::new(binary()).args(add).arg(data)).0);
    let before = ledgers(data);
    let (fine, said) = run(&mut command(data, "127.0.0.1:0"));
    assert!(!fine && said.contains("--data") && said.contains("真实台账"), "{said}");
    assert_eq!(ledgers(data), before);
}

#[test]
fn a_port_that_is_taken_is_named_with_the_option_that_helps() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it has an address").to_string();
    let (fine, said) = run(&mut command(folder.path(), &address));
    assert!(!fine && said.contains(&address) && said.contains("--listen"), "{said}");
}
