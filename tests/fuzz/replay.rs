//! Every file that the fuzzer kept holds the laws, in every test run.

use std::fs;
use std::path::{Path, PathBuf};

use rstest::rstest;
use targets::TARGETS;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The files of a folder, by name; none where there is no folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    files.sort();
    files
}

#[rstest]
#[case::change("change")]
#[case::cursor("cursor")]
#[case::photo("photo")]
#[case::bundle("bundle")]
#[case::tus("tus")]
#[case::sync("sync")]
fn what_was_found_holds(#[case] name: &str) {
    let target = targets::named(name).expect("there is such a target");
    let corpus = files(&folder("corpus").join(name));
    assert!(!corpus.is_empty(), "{name} has no corpus");
    for file in corpus.into_iter().chain(files(&folder("crashes").join(name))) {
        println!("{}", file.display());
        (target.holds)(&fs::read(&file).expect("it can be read"));
    }
    (target.holds)(b"");
}

#[test]
fn every_folder_is_of_a_target() {
    for file in [files(&folder("corpus")), files(&folder("crashes"))].concat() {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        assert!(targets::named(name).is_some(), "{} is of no target", file.display());
    }
    assert_eq!(files(&folder("corpus")).len(), TARGETS.len());
}
