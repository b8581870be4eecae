//! The very first start is cut short: at any moment the power may go, or a call to the disk fail. The
//! next start works as if nothing had been. What a newer program wrote is left alone.

use harness::seed::Seed;
use harness::{Server, World};
use sqlx::Connection as _;
use tempfile::TempDir;

use crate::disk::{Class, Disk, Fault};
use crate::journal;
use crate::remains::Remains;

/// At how many moments of the first start the power goes.
const CUTS: usize = 12;
/// Of each class of calls the first so many fail, each in its turn, then ever fewer.
const FAILURES: u64 = 2;

/// A server on a folder that is not there yet.
fn nowhere() -> Server {
    Server::standing_on(TempDir::with_prefix("siteledger-first-").expect("a folder"))
}

/// It is an ordinary new server: a county can be opened, and is there after a kill.
async fn is_as_new(server: &mut Server) -> Result<(), String> {
    server.try_to_start().await.map_err(|why| format!("{why}\n{}", server.log()))?;
    let opened = server.cli(&["county", "add", "350823", "上杭县", "--city", "350800"]);
    if !opened.status.success() {
        return Err(opened.stderr);
    }
    server.kill9();
    let listed = server.cli(&["county", "list"]);
    if !listed.stdout.contains("上杭县") {
        return Err(format!("the county is gone: {}{}", listed.stdout, listed.stderr));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_power_may_go_at_any_moment_of_the_first_start() {
    let mut server = nowhere();
    let above = server.beside("");
    let mut remains = Remains::of(&above);
    let disk = Disk::good().watched();
    disk.put_under_all_of(&above, &mut server);
    server.start_again().await;
    server.kill9();
    let entries = journal::read(&disk.journal());
    assert!(entries.len() > CUTS, "the first start does something: {}", entries.len());

    let (mut chance, mut wrong) = (Seed::new(1), Vec::new());
    let step = entries.len().div_ceil(CUTS);
    for (number, entry) in entries.iter().enumerate() {
        remains.happen(entry);
        if number % step != 0 && number + 1 < entries.len() {
            continue;
        }
        let folder = TempDir::with_prefix("siteledger-cut-").expect("a folder");
        remains.leave(&mut chance, folder.path());
        if let Err(why) = is_as_new(&mut Server::standing_on(folder)).await {
            wrong.push(format!("after call {number} of {}, {:?}: {why}", entries.len(), entry.call));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_call_to_the_disk_may_fail_in_the_first_start() {
    let mut wrong = Vec::new();
    for (class, error) in [(Class::Open, "ENOSPC"), (Class::Write, "ENOSPC"), (Class::Sync, "EIO")] {
        let (mut number, mut step) = (1, 1);
        loop {
            let mut server = nowhere();
            let disk = Disk::good().failing(&Fault { class, number, error, lasts: true });
            let above = server.beside("");
            disk.put_under_all_of(&above, &mut server);
            // It may say why not and end, or go on: what it did not do it did not acknowledge.
            server.try_to_start().await.ok();
            server.kill9();
            if !disk.has_failed() {
                break;
            }
            server.set_environment(Vec::new());
            if let Err(why) = is_as_new(&mut server).await {
                wrong.push(format!("{class:?} {number}: {why}"));
            }
            number += step;
            step *= if number > FAILURES { 2 } else { 1 };
        }
        assert!(number > 2, "{class:?} calls were made");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_newer_program_wrote_is_refused_and_left_untouched() {
    let mut server = Server::start().await;
    let world = World::small(9).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    phone.write_diary(world.projects[0].id, "2026-03-02", |form| form.working("浇筑"));
    phone.sync().await.expect("the line holds");
    assert!(server.terminate().await.success());
    let file = server.data().join("siteledger.db");
    let address = format!("sqlite:{}", file.display());
    let change = async |statement: &'static str| {
        let mut database = sqlx::SqliteConnection::connect(&address).await.expect("it opens");
        sqlx::query(statement).execute(&mut database).await.expect("it is changed");
        database.close().await.expect("it closes");
    };
    change(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'of next year', true, x'00', 0)",
    )
    .await;
    let before = std::fs::read(&file).expect("it is there");

    let why = server.try_to_start().await.expect_err("it does not serve what it does not know");
    assert!(!server.is_running(), "{why}");
    let said = server.log();
    assert!(said.contains("更新版本") && said.contains("newer"), "{said}");
    for command in [&["verify"][..], &["county", "list"], &["user", "list"]] {
        let refused = server.cli(command);
        let said = refused.stderr;
        assert!(!refused.status.success() && said.contains("版本") && said.contains("没有改动"), "{said}");
    }
    assert_eq!(before, std::fs::read(&file).expect("it is there"), "not a byte was changed");

    change("delete from _sqlx_migrations where version = 9999").await;
    server.start_again().await;
    phone.connect(&server);
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    server.verify();
}
