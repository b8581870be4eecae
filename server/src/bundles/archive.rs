//! Reads a bundle from entry to entry, within limits, and believes nothing that it did not hash.
//!
//! All of it may block.

use std::collections::BTreeMap;
use std::io::{self, Read};

use sha2::Digest as _;
use sync_protocol::bundle::PHOTOS;
use sync_protocol::photo::Sha256;
use uuid::Uuid;
use zip::CompressionMethod;
use zip::read::{ZipFile, read_zipfile_from_stream};
use zip::result::ZipError;

use crate::blobs::folder::Folder;
use crate::blobs::part::Part;

/// How much of a photo is copied at a time.
const CHUNK: usize = 128 * 1024;

/// A ZIP that is read from its beginning.
pub(super) struct Archive<R> {
    reader: R,
}

/// Why a text could not be read.
#[derive(Debug)]
pub(super) enum Broken {
    /// It ends before, or is no ZIP, or is damaged.
    Damaged(String),
    /// Another entry stands there.
    Unexpected,
    /// It has more bytes than it may have.
    TooLarge,
}

/// A photo that stood in the bundle.
pub(super) enum Stood {
    /// It is that photo, and its bytes are on the disk, under that name.
    Whole(Uuid, Part),
    /// It is not what its name says.
    Damaged,
    /// It was not wanted.
    PassedOver,
}

impl<R: Read> Archive<R> {
    /// Begins to read.
    pub(super) const fn over(reader: R) -> Self {
        Self { reader }
    }

    fn entry(&mut self) -> Result<Option<ZipFile<'_, R>>, ZipError> {
        read_zipfile_from_stream(&mut self.reader)
    }

    /// The next entry, which must have that name and no more bytes.
    pub(super) fn text(&mut self, name: &str, most: usize) -> Result<Vec<u8>, Broken> {
        let damaged = |why: &dyn std::fmt::Display| Broken::Damaged(why.to_string());
        let entry = self.entry().map_err(|error| damaged(&error))?;
        let mut entry = entry.ok_or_else(|| damaged(&"it ends"))?;
        if entry.name_raw() != name.as_bytes() {
            return Err(Broken::Unexpected);
        }
        let mut bytes = Vec::new();
        // What it says of its own length is not asked.
        entry.by_ref().take(most as u64 + 1).read_to_end(&mut bytes).map_err(|error| damaged(&error))?;
        if bytes.len() > most { Err(Broken::TooLarge) } else { Ok(bytes) }
    }

    /// The next of the photos that are awaited, with `Some` length where it is wanted; `None` where
    /// the bundle ends or goes on with something else.
    ///
    /// # Errors
    /// Only if the disk does not take it.
    pub(super) fn photo(
        &mut self,
        awaited: &mut BTreeMap<Sha256, Option<u64>>,
        folder: &Folder,
    ) -> io::Result<Option<(Sha256, Stood)>> {
        let Ok(Some(mut entry)) = self.entry() else { return Ok(None) };
        let named = std::str::from_utf8(entry.name_raw()).ok().and_then(|name| name.strip_prefix(PHOTOS));
        let named: Option<Sha256> = named.and_then(|name| name.parse().ok());
        let Some((sha256, wanted)) = named.and_then(|named| awaited.remove_entry(&named)) else {
            return Ok(None);
        };
        let Some(length) = wanted else { return Ok(Some((sha256, Stood::PassedOver))) };
        // Of a few kilobytes somebody could make gigabytes.
        if entry.compression() != CompressionMethod::Stored || entry.size() != length {
            return Ok(Some((sha256, Stood::Damaged)));
        }
        let id = Uuid::now_v7();
        let mut part = Part::open(folder, id)?;
        let copied = copy(&mut entry, &mut part).and_then(|found| {
            let fits = found == Some(sha256);
            if fits {
                part.flush()?;
            }
            Ok(fits)
        });
        match copied {
            Ok(true) => Ok(Some((sha256, Stood::Whole(id, part)))),
            Ok(false) => part.remove().map(|()| Some((sha256, Stood::Damaged))),
            Err(error) => {
                // The first failure is the one to tell; what stays behind is swept up.
                let _ = part.remove();
                Err(error)
            }
        }
    }
}

/// Copies an entry and tells its hash; nothing if it cannot be read to its end.
fn copy(entry: &mut impl Read, part: &mut Part) -> io::Result<Option<Sha256>> {
    let mut hash = sha2::Sha256::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        match entry.read(&mut chunk) {
            Ok(0) => return Ok(Some(Sha256(hash.finalize().into()))),
            Ok(read) => {
                hash.update(&chunk[..read]);
                part.append(&chunk[..read])?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Ok(None),
        }
    }
}
