//! Backups: the database and the photos, checked before they count, and put back when all is lost.
//!
//! A backup folder has a folder `generations`, in which each backup is a copy of the database with a
//! manifest, and `photos`, which all of them share: a photo's name is its hash, so it is copied once.
//!
//! ```text
//! generations/000007-20261124T110530Z/siteledger.db   the database at one moment
//!                                    /manifest.json   what is in it, and the hash of the file
//! photos/ab/cd/<sha256>                               the originals
//! LOCK                                                held by whoever makes or restores a backup
//! ```
//!
//! A generation is made under a name that begins with a dot, checked, flushed and renamed last: what
//! has its name is whole. Only then is noted up to where the ledgers are **settled**, and phones may
//! drop what they kept. One in whose copy something does not fit is kept, since it is better than
//! none, but settles nothing and is restored only by name.
//!
//! What is missing of a restored server comes from the phones: see [`crate::sync::lineage`].

mod generations;
mod manifest;
mod restore;
pub mod schedule;
mod take;

pub use generations::{Backups, Generation};
pub use manifest::Manifest;
pub use restore::{Restored, restore};
pub use take::{Source, Taken, take};

use crate::error::{Error, Kind};
use crate::sync::audit;

/// A step of a backup or of its way back, as somebody who watches it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The database is copied.
    Database,
    /// The copy is checked.
    Check(audit::Part),
    /// Photos are copied.
    Photos,
}

/// Watches while it runs.
pub trait Watcher: Send {
    /// A step begins; it has so many parts.
    fn begin(&mut self, step: Step, parts: u64);
    /// So many parts more are done.
    fn advance(&mut self, parts: u64);
}

/// Passes on what a check tells.
struct Checking<'w>(&'w mut dyn Watcher);

impl audit::Watcher for Checking<'_> {
    fn begin(&mut self, part: audit::Part, steps: u64) {
        self.0.begin(Step::Check(part), steps);
    }

    fn advance(&mut self, steps: u64) {
        self.0.advance(steps);
    }
}

/// A file or folder of a backup that cannot be used.
fn unusable(path: &std::path::Path, error: std::io::Error) -> Error {
    if matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded) {
        return full(path).because(error);
    }
    Error::new(
        Kind::Unprocessable,
        "backup_folder",
        format!("无法使用 {}：请检查路径、权限和磁盘；数据没有改动", path.display()),
        format!(
            "could not use {}: check the path, its permissions and the disk; no data was changed",
            path.display()
        ),
    )
    .because(error)
}

/// There is no room for a backup.
fn full(path: &std::path::Path) -> Error {
    Error::new(
        Kind::StorageFull,
        "backup_full",
        format!("{} 所在磁盘空间不足，这次备份没有完成；数据和以前的备份都完好，请腾出空间", path.display()),
        format!(
            "the disk of {} is full, and no backup was made; the data and all backups before are whole, free some space",
            path.display()
        ),
    )
}
