//! Originals go out, and none that is not what came.

use std::ops::Range;

use bytes::Bytes;
use moka::sync::Cache;
use sync_protocol::photo::Sha256;

use super::Photos;
use crate::blobs::folder::Blob;
use crate::clock::Moment;
use crate::error::{Error, Result};
use crate::store::photos::PhotoRow;

/// Up to here a photo is read once: it is checked and sent from memory.
const READ_AT_ONCE: u64 = 8 * 1024 * 1024;
/// How many photos are remembered as checked, for who reads them piece by piece.
const MOST_REMEMBERED: u64 = 10_000;

/// Photos whose bytes were checked since the start, and the length and time of the file then.
pub(super) type Checked = Cache<Sha256, (u64, Moment)>;

pub(super) fn checked() -> Checked {
    Cache::new(MOST_REMEMBERED)
}

/// What somebody wants of an original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// To know that it is there.
    Word,
    /// All bytes.
    Whole,
    /// Some of them, and perhaps more later.
    Part,
}

/// An original, checked.
#[derive(Debug)]
pub enum Original {
    /// Read already.
    Bytes(Bytes),
    /// To be read.
    File(Blob),
}

impl Original {
    /// Those bytes, if it was read already.
    pub fn slice(bytes: &Bytes, range: &Range<u64>) -> Bytes {
        let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(bytes.len());
        bytes.slice(at(range.start)..at(range.end))
    }
}

impl Photos {
    /// The original of a photo. Bytes are read before they are sent: what has rotted goes to nobody,
    /// and is asked for again.
    pub async fn original(&self, photo: &PhotoRow, wanted: Wanted) -> Result<Original> {
        let sha256 = photo.sha256;
        let blob = match self.folder.photo(&sha256).await? {
            // A file that is cut is not the photo.
            Some(blob) if blob.length == photo.bytes => blob,
            _ => return Err(self.missing(sha256).await),
        };
        let stamp = (blob.length, blob.modified);
        let is_checked = wanted == Wanted::Part && self.checked.get(&sha256) == Some(stamp);
        if wanted == Wanted::Word || is_checked {
            return Ok(Original::File(blob));
        }
        let (original, found) = if blob.length <= READ_AT_ONCE {
            let bytes = blob.bytes().await?;
            let hashed = bytes.clone();
            let found = tokio::task::spawn_blocking(move || Sha256::of(&hashed)).await;
            (Original::Bytes(bytes), found.map_err(Error::internal)?)
        } else {
            let (blob, found) = blob.sha256().await?;
            (Original::File(blob), found)
        };
        if found != sha256 {
            self.checked.invalidate(&sha256);
            return Err(self.missing(sha256).await);
        }
        self.checked.insert(sha256, stamp);
        Ok(original)
    }
}
