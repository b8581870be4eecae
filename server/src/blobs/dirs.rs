//! Directories, flushed: a file is only there after a power cut if its directory says so.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Flushes the names in a directory.
pub(super) fn flush(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Directories that are known to survive a power cut, as their parents were flushed since the start.
#[derive(Debug, Default)]
pub(super) struct Durable(Mutex<HashSet<[u8; 2]>>);

impl Durable {
    /// Flushes `root/ab/cd` after a file came into it, and what is above if that is not known to
    /// have been flushed since it was made.
    pub(super) fn flush_shelf(&self, root: &Path, shelf: [u8; 2]) -> io::Result<()> {
        let [upper, lower] = paths(shelf);
        let upper = root.join(upper);
        flush(&upper.join(lower))?;
        let known = |set: &Mutex<HashSet<[u8; 2]>>| {
            set.lock().unwrap_or_else(PoisonError::into_inner).contains(&shelf)
        };
        if !known(&self.0) {
            flush(&upper)?;
            flush(root)?;
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(shelf);
        }
        Ok(())
    }

    /// Forgets that a shelf is durable, before it is made anew.
    pub(super) fn make_shelf(&self, root: &Path, shelf: [u8; 2]) -> io::Result<()> {
        let [upper, lower] = paths(shelf);
        match fs::create_dir(root.join(&upper).join(&lower)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(root.join(upper).join(lower))?;
            }
            made => made?,
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&shelf);
        Ok(())
    }
}

fn paths(shelf: [u8; 2]) -> [String; 2] {
    shelf.map(|byte| hex::encode([byte]))
}
