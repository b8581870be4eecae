//! The disk under a server: watched, or failing, or full. The library itself is `disk.c`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::Server;
use tempfile::TempDir;

/// Flushes that are left out: the sabotage that the power cuts must find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unflushed {
    /// Of the database's write-ahead log, which is what `synchronous=NORMAL` does.
    Log,
    /// Of folders, after a file came into one.
    Folders,
}

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Opens or makes a file or folder.
    Open,
    /// Writes into a file, or cuts it.
    Write,
    /// Flushes a file or folder.
    Sync,
    /// Renames or removes.
    Rename,
}

impl Class {
    const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Write => "write",
            Self::Sync => "sync",
            Self::Rename => "rename",
        }
    }
}

/// The call that fails.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// Of what kind.
    pub(crate) class: Class,
    /// The how-manieth of its class since the server's start, from 1.
    pub(crate) number: u64,
    /// `EIO` or `ENOSPC`.
    pub(crate) error: &'static str,
    /// Whether all later ones of its class fail too.
    pub(crate) lasts: bool,
}

/// What a disk is to do.
#[derive(Debug)]
pub(crate) struct Disk {
    folder: TempDir,
    environment: Vec<(String, OsString)>,
}

impl Disk {
    /// A disk that does what it should.
    pub(crate) fn good() -> Self {
        Self { folder: TempDir::with_prefix("siteledger-disk-").expect("a folder"), environment: Vec::new() }
    }

    /// It writes down what happens to it.
    pub(crate) fn watched(mut self) -> Self {
        self.set("FAULTS_JOURNAL", self.journal());
        self
    }

    /// It says that it flushed, and did not.
    pub(crate) fn leaving_out(mut self, unflushed: Option<Unflushed>) -> Self {
        match unflushed {
            Some(Unflushed::Log) => self.set("FAULTS_UNFLUSHED", "log"),
            Some(Unflushed::Folders) => self.set("FAULTS_UNFLUSHED", "folders"),
            None => {}
        }
        self
    }

    /// One of its calls fails.
    pub(crate) fn failing(mut self, fault: &Fault) -> Self {
        let Fault { class, number, error, lasts } = fault;
        let how = if *lasts { "sticky" } else { "once" };
        self.set("FAULTS_FAIL", format!("{}:{number}:{error}:{how}", class.name()));
        self.set("FAULTS_FAILED", self.failed());
        self
    }

    fn failed(&self) -> PathBuf {
        self.folder.path().join("failed")
    }

    /// Whether the call that was to fail was made.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed().exists()
    }

    /// It can be filled up with [`Self::fill`].
    pub(crate) fn small(mut self) -> Self {
        self.set("FAULTS_FULL", self.full());
        self
    }

    fn full(&self) -> PathBuf {
        self.folder.path().join("full")
    }

    /// Not one byte more can be written from now on.
    pub(crate) fn fill(&self) {
        std::fs::write(self.full(), "").expect("this disk has room");
    }

    /// There is room again.
    pub(crate) fn make_room(&self) {
        std::fs::remove_file(self.full()).expect("it was full");
    }

    /// It can be made to stand still with [`Self::stand_still`].
    pub(crate) fn unsteady(mut self) -> Self {
        self.set("FAULTS_STILL", self.still());
        self
    }

    fn still(&self) -> PathBuf {
        self.folder.path().join("still")
    }

    /// No flush comes back from now on.
    pub(crate) fn stand_still(&self) {
        std::fs::write(self.still(), "").expect("this disk moves");
    }

    /// Whether a commit waits for it.
    pub(crate) fn is_waited_for(&self) -> bool {
        self.still().with_extension("commit").exists()
    }

    /// It goes on.
    pub(crate) fn go_on(&self) {
        std::fs::remove_file(self.still()).expect("it stood still");
    }

    fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.push((name.to_owned(), value.into()));
    }

    /// Puts it under a server, from its next start on.
    pub(crate) fn put_under(&self, server: &mut Server) {
        self.put_under_all_of(&server.data(), server);
    }

    /// Puts it under that folder alone, which the server may have to make a folder in.
    pub(crate) fn put_under_all_of(&self, root: &Path, server: &mut Server) {
        let mut environment = self.environment.clone();
        environment.push(("FAULTS_ROOT".to_owned(), root.into()));
        environment.push(("LD_PRELOAD".to_owned(), library(self.folder.path()).into()));
        server.set_environment(environment);
    }

    /// Where it writes down what happens.
    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    /// How long the journal is by now: a moment of the disk's life.
    pub(crate) fn now(&self) -> u64 {
        self.journal().metadata().map_or(0, |journal| journal.len())
    }
}

/// Builds the library.
fn library(folder: &Path) -> PathBuf {
    let library = folder.join("disk.so");
    if !library.exists() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("faults/disk.c");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .output()
            .expect("a C compiler is there: tests/run installs one");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    }
    library
}
