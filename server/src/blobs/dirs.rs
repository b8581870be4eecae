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

/// Shelves that are known to survive a power cut, as what they stand in was flushed since the start.
#[derive(Debug, Default)]
pub(super) struct Durable(Mutex<HashSet<[u8; 2]>>);

impl Durable {
    /// Makes `root/ab/cd`, and sees to it that it survives a power cut, before a file comes into it: a
    /// file that has left its old folder for one that is not there any more is lost.
    pub(super) fn make_shelf(&self, root: &Path, shelf: [u8; 2]) -> io::Result<()> {
        let [upper, lower] = paths(shelf);
        let upper = root.join(upper);
        let is_new = match fs::create_dir(upper.join(&lower)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(upper.join(lower))?;
                true
            }
            made => made.map(|()| true)?,
        };
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if is_new || !known().contains(&shelf) {
            flush(root)?;
            flush(&upper)?;
            known().insert(shelf);
        }
        Ok(())
    }

    /// Flushes the names in `root/ab/cd`, after a file came into it.
    pub(super) fn flush_shelf(root: &Path, shelf: [u8; 2]) -> io::Result<()> {
        let [upper, lower] = paths(shelf);
        flush(&root.join(upper).join(lower))
    }
}

fn paths(shelf: [u8; 2]) -> [String; 2] {
    shelf.map(|byte| hex::encode([byte]))
}
