//! The writer panics: the process ends at once, and nothing that was acknowledged is lost.

use std::path::Path;
use std::process::{Command, Output};

use futures_util::FutureExt as _;
use siteledger::clock::Moment;
use siteledger::store::{Store, jobs};

/// Names the data folder to the process that is to panic.
const FOLDER: &str = "SITELEDGER_TEST_PANIC_IN";
const NAME: &str = "a_panic_in_the_writer_ends_the_process_and_loses_nothing_that_was_acknowledged";

#[tokio::test]
async fn a_panic_in_the_writer_ends_the_process_and_loses_nothing_that_was_acknowledged() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return write_until_it_panics(Path::new(&folder)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let ended = this_test_again(folder.path());
    let told = String::from_utf8(ended.stdout).unwrap();
    assert!(!ended.status.success(), "{told}");
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        assert!(ended.status.signal().is_some(), "it aborts, no panic is caught: {:?}", ended.status);
    }
    assert!(!told.contains("went on"), "{told}");
    let acknowledged: Vec<_> = told.lines().filter_map(|line| line.strip_prefix("acknowledged ")).collect();
    assert!(acknowledged.len() >= 20, "{told}");

    let store = Store::open(folder.path()).await.unwrap();
    let due = jobs::due(&mut store.read().await.unwrap(), Moment(1), 1000).await.unwrap();
    for key in acknowledged {
        assert!(due.iter().any(|job| job.key == key), "{key} was acknowledged and is not there");
    }
    assert!(due.iter().all(|job| job.key != "half"), "what panicked left nothing behind");
}

fn this_test_again(folder: &Path) -> Output {
    Command::new(std::env::current_exe().expect("it runs"))
        .args(["--exact", NAME, "--nocapture"])
        .env(FOLDER, folder)
        .output()
        .expect("it can be run again")
}

async fn write_until_it_panics(folder: &Path) {
    // The test runner may have begun a line of its own.
    println!();
    let store = Store::open(folder).await.expect("an empty folder");
    let ask = |number: u32| {
        let store = store.clone();
        async move {
            let key = number.to_string();
            let write =
                store.write(|tx| async move { jobs::ask(tx, "work", &key, Moment(0)).await }.boxed()).await;
            if write.is_ok() {
                println!("acknowledged {number}");
            }
        }
    };
    for number in 0..20 {
        ask(number).await;
    }
    // Others were handed over before it and after it.
    let panics = store.write(|tx| {
        async move {
            jobs::ask(tx, "work", "half", Moment(0)).await?;
            panic!("on purpose");
            #[expect(unreachable_code, reason = "it says what the operation would return")]
            Ok(())
        }
        .boxed()
    });
    let before = futures_util::future::join_all((20..30).map(ask));
    let after = futures_util::future::join_all((30..40).map(ask));
    let (_, panicked, _) = tokio::join!(before, panics, after);
    println!("the process went on after {panicked:?}");
}
