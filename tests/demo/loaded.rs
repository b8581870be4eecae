//! The demonstration as its first start leaves it, loaded once for all tests of a day: each of them runs
//! in a process of its own, and copies what one of them loaded.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use chrono::TimeDelta;
use harness::server::binary;
use serde::{Deserialize, Serialize};
use siteledger::clock::Clock;

use crate::running::Demo;

/// What the first start left behind.
pub(crate) struct Loaded {
    /// Its folder, to be copied and not to be served.
    pub(crate) data: PathBuf,
    /// What was to be known of the start.
    pub(crate) mark: Mark,
    /// Held while this process may copy it: nobody loads it anew meanwhile.
    _lock: File,
}

/// Which program loaded it on which day, and what that start said. It is written once all is loaded.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    program: Program,
    /// In China: the demonstration is about the days before it was loaded.
    day: String,
    /// Where it listened.
    pub(crate) url: String,
    /// What it printed.
    pub(crate) greeting: String,
}

/// What tells one build from another.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Program {
    bytes: u64,
    built_ms: u128,
}

impl Program {
    fn this() -> Self {
        let metadata = fs::metadata(binary()).expect("the binary of this workspace is there");
        let built = metadata.modified().expect("files tell when they were changed");
        let built = built.duration_since(SystemTime::UNIX_EPOCH).expect("it was built after 1970");
        Self { bytes: metadata.len(), built_ms: built.as_millis() }
    }
}

fn today() -> String {
    (Clock::default().now().utc() + TimeDelta::hours(8)).date_naive().to_string()
}

/// The first start of all, made once by whichever test comes first.
pub(crate) fn loaded() -> &'static Loaded {
    static LOADED: OnceLock<Loaded> = OnceLock::new();
    LOADED.get_or_init(|| loaded_in(Path::new(env!("CARGO_TARGET_TMPDIR"))))
}

/// The demonstration in that folder, loaded where it is not there, or is another program's or day's.
fn loaded_in(folder: &Path) -> Loaded {
    let (data, mark) = (folder.join("demonstration"), folder.join("demonstration.json"));
    let open = || File::create(folder.join("demonstration.lock")).expect("a lock for the demonstration");
    loop {
        let lock = open();
        lock.lock_shared().expect("the lock is had");
        if let Some(mark) = current(&mark) {
            return Loaded { data, mark, _lock: lock };
        }
        drop(lock);
        let lock = open();
        lock.lock().expect("the lock is had");
        if current(&mark).is_none() {
            load(&data, &mark);
        }
    }
}

/// What the mark says, if it is of this program and of today.
fn current(mark: &Path) -> Option<Mark> {
    let mark: Mark = serde_json::from_slice(&fs::read(mark).ok()?).ok()?;
    (mark.program == Program::this() && mark.day == today()).then_some(mark)
}

/// Loads it. Whoever is cut off leaves no mark, and the next one begins anew.
fn load(data: &Path, mark: &Path) {
    for stale in [mark, data] {
        let cleared = if stale.is_dir() { fs::remove_dir_all(stale) } else { fs::remove_file(stale) };
        assert!(cleared.is_ok() || !stale.exists(), "{} is cleared away: {cleared:?}", stale.display());
    }
    let (program, day) = (Program::this(), today());
    let demo = Demo::start(data);
    let said = Mark { program, day, url: demo.url.clone(), greeting: demo.greeting.clone() };
    demo.end();
    let whole = mark.with_extension("whole");
    fs::write(&whole, serde_json::to_vec(&said).expect("a mark is JSON")).expect("the mark is written");
    fs::rename(&whole, mark).expect("the mark is put in place");
}

#[test]
fn what_another_program_or_a_loading_that_was_cut_off_left_is_loaded_anew() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let folder = folder.path();
    let (data, mark) = (folder.join("demonstration"), folder.join("demonstration.json"));
    // A loading that was cut off: there is something, and no mark.
    fs::create_dir(&data).expect("a folder");
    fs::write(data.join("siteledger.db"), "half").expect("a file");
    let first = loaded_in(folder);
    assert!(first.mark.greeting.contains("demonstration loaded"), "{}", first.mark.greeting);
    // Whole, it is found there, by others at the same time too.
    let found = loaded_in(folder);
    assert_eq!(found.mark, first.mark);
    drop((first, found));
    let mut of_another: serde_json::Value =
        serde_json::from_slice(&fs::read(&mark).expect("a mark")).expect("JSON");
    of_another["program"]["built_ms"] = 1.into();
    of_another["greeting"] = "of another program".into();
    fs::write(&mark, of_another.to_string()).expect("a mark");
    assert!(current(&mark).is_none());
    let anew = loaded_in(folder);
    assert!(anew.mark.greeting.contains("demonstration loaded"), "{}", anew.mark.greeting);
}
