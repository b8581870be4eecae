//! An upload on its way: a file that only grows, and becomes a photo by being renamed.
//!
//! Its length is how far the upload has come, so nothing else needs to be written while bytes
//! come in. An offset that includes a byte is acknowledged only after [`Part::flush`].

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use sha2::Digest as _;
use sync_protocol::photo::Sha256;
use uuid::Uuid;

use super::folder::Folder;
use crate::clock::Moment;

/// How much of each upload is known to be on the disk, as this process flushed it.
#[derive(Debug, Default)]
pub(super) struct Flushed(Mutex<HashMap<Uuid, u64>>);

impl Flushed {
    fn lengths(&self) -> MutexGuard<'_, HashMap<Uuid, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, upload: Uuid) -> u64 {
        self.lengths().get(&upload).copied().unwrap_or(0)
    }

    fn note(&self, upload: Uuid, length: u64) {
        self.lengths().insert(upload, length);
    }

    /// Nothing is known of it any more: its file is gone or empty.
    pub(super) fn forget(&self, upload: Uuid) {
        self.lengths().remove(&upload);
    }
}

/// An upload's file, open for appending. All of it may block.
pub struct Part {
    folder: Folder,
    upload: Uuid,
    path: PathBuf,
    file: File,
    length: u64,
    /// Up to here it is on the disk.
    flushed: u64,
}

impl Part {
    /// Opens the file of an upload, making it if there is none.
    pub fn open(folder: &Folder, upload: Uuid) -> io::Result<Self> {
        let path = folder.part_path(upload);
        let file = OpenOptions::new().read(true).append(true).create(true).open(&path)?;
        let length = file.metadata()?.len();
        let flushed = folder.flushed().of(upload).min(length);
        Ok(Self { folder: folder.clone(), upload, path, file, length, flushed })
    }

    /// How many bytes are there.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Adds bytes.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self.file.write_all(bytes);
        // What fitted before the disk was full did arrive.
        self.length = self.file.metadata()?.len();
        written
    }

    /// Brings everything to the disk, its name too.
    ///
    /// If that fails nothing that came since the last time can be trusted any more, as the system may
    /// have dropped what it could not write and will not say so again: the upload goes on from there.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.length == self.flushed {
            return Ok(());
        }
        let flush = || {
            self.file.sync_data()?;
            if self.flushed == 0 { self.folder.flush_incoming() } else { Ok(()) }
        };
        let flushed = flush();
        if flushed.is_ok() {
            self.flushed = self.length;
            self.folder.flushed().note(self.upload, self.length);
        } else {
            self.file.set_len(self.flushed)?;
            self.length = self.flushed;
        }
        flushed
    }

    /// Drops all bytes: the upload starts over.
    pub fn clear(&mut self) -> io::Result<()> {
        self.folder.flushed().forget(self.upload);
        self.flushed = 0;
        self.file.set_len(0)?;
        self.length = 0;
        self.file.sync_data()
    }

    /// Reads the file from its beginning.
    pub fn read(&mut self) -> io::Result<&mut File> {
        self.file.seek(SeekFrom::Start(0))?;
        Ok(&mut self.file)
    }

    /// The hash of all that is there.
    pub fn sha256(&mut self) -> io::Result<Sha256> {
        super::folder::hash(self.read()?)
    }

    /// Makes it the photo of that hash, which the caller has checked. It counts as written `now`,
    /// so that it is no orphan while its row is on the way.
    pub fn become_photo(self, sha256: &Sha256, now: Moment) -> io::Result<()> {
        self.file.set_modified(super::folder::system_time(now))?;
        self.folder.shelve(&self.path, sha256)?;
        self.folder.flushed().forget(self.upload);
        Ok(())
    }

    /// Removes the file.
    pub fn remove(self) -> io::Result<()> {
        self.folder.flushed().forget(self.upload);
        fs::remove_file(self.path)
    }
}

/// What the client says that the bytes of one PATCH hash to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// By SHA-256.
    Sha256(Sha256),
    /// By SHA-1: good enough against a bad line, and nothing else is asked of it. The photo as a
    /// whole is known by its SHA-256.
    Sha1([u8; 20]),
}

/// A checksum on its way.
enum Hashing {
    Sha256(sha2::Sha256, Sha256),
    Sha1(sha1::Sha1, [u8; 20]),
}

/// Bytes that count only if they turn out to be what the client says: they are kept beside the
/// upload, and nothing of them is in it until then.
pub struct Trial {
    path: PathBuf,
    file: File,
    hashing: Hashing,
    length: u64,
}

impl Trial {
    /// Begins one for an upload; an older one that was cut is forgotten.
    pub fn begin(folder: &Folder, upload: Uuid, expected: Checksum) -> io::Result<Self> {
        let path = folder.trial_path(upload);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&path)?;
        let hashing = match expected {
            Checksum::Sha256(expected) => Hashing::Sha256(sha2::Sha256::new(), expected),
            Checksum::Sha1(expected) => Hashing::Sha1(sha1::Sha1::new(), expected),
        };
        Ok(Self { path, file, hashing, length: 0 })
    }

    /// How many bytes are there.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Adds bytes.
    pub fn append(&mut self, bytes: &Bytes) -> io::Result<()> {
        match &mut self.hashing {
            Hashing::Sha256(hash, _) => hash.update(bytes),
            Hashing::Sha1(hash, _) => hash.update(bytes),
        }
        self.length += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Whether all that is there is what the client says.
    pub fn is_as_expected(&self) -> bool {
        match &self.hashing {
            Hashing::Sha256(hash, expected) => hash.clone().finalize().as_slice() == expected.0,
            Hashing::Sha1(hash, expected) => hash.clone().finalize().as_slice() == expected,
        }
    }

    /// Adds everything to the upload.
    pub fn pass(mut self, part: &mut Part) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut buffer = vec![0; 128 * 1024];
        loop {
            let read = self.file.read(&mut buffer)?;
            if read == 0 {
                return Ok(());
            }
            part.append(&buffer[..read])?;
        }
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        // What stays behind is swept up with the orphans.
        let _ = fs::remove_file(&self.path);
    }
}
