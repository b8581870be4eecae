//! What happened to a disk, call by call, as `disk.c` wrote it down.

use std::path::Path;
use std::sync::Arc;

/// One call that changed the data folder, and the journal's length when it had been told.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Until here the journal reaches with this entry.
    pub(crate) end: u64,
    /// What was done.
    pub(crate) call: Call,
}

impl Entry {
    /// Whether it changed what stands in a folder, or made that safe.
    pub(crate) fn is_about_names(&self) -> bool {
        !matches!(
            self.call,
            Call::Opened { .. } | Call::Written { .. } | Call::Cut { .. } | Call::Flushed { .. }
        )
    }
}

/// One call. Paths are relative to the data folder; a `file` is an inode number, which is used again
/// once the file is gone.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    /// A file came into being.
    Created { file: u64, path: String },
    /// A file that was there was opened.
    Opened { file: u64, path: String },
    /// Bytes were written.
    Written { file: u64, offset: u64, bytes: Arc<[u8]> },
    /// A file was cut, or lengthened, to so many bytes.
    Cut { file: u64, length: u64 },
    /// Everything that had happened to a file until `before` was flushed.
    Flushed { file: u64, before: u64 },
    /// A file got another name.
    Renamed { from: String, to: String },
    /// A file got one more name.
    Linked { from: String, to: String },
    /// A name went away.
    Removed { path: String },
    /// A folder came into being.
    MadeFolder { path: String },
    /// A folder went away.
    RemovedFolder { path: String },
    /// Everything that had happened to the names in a folder until `before` was flushed.
    FlushedFolder { path: String, before: u64 },
}

/// Reads the whole journal.
pub(crate) fn read(path: &Path) -> Vec<Entry> {
    let journal = std::fs::read(path).expect("the disk was watched");
    let mut entries = Vec::new();
    let mut at = 0;
    while at < journal.len() {
        let number = |offset: usize| -> u32 {
            u32::from_ne_bytes(journal[at + offset..at + offset + 4].try_into().expect("four bytes"))
        };
        let long = |offset: usize| -> u64 {
            u64::from_ne_bytes(journal[at + offset..at + offset + 8].try_into().expect("eight bytes"))
        };
        let (kind, first, second) = (number(0), number(4) as usize, number(8) as usize);
        let (file, offset) = (long(16), long(24));
        let (from, to) = (at + 32, at + 32 + first);
        let text = |range: std::ops::Range<usize>| String::from_utf8_lossy(&journal[range]).into_owned();
        let path = text(from..to);
        at = to + second;
        let call = match kind {
            1 => Call::Created { file, path },
            2 => Call::Opened { file, path },
            3 => Call::Written { file, offset, bytes: journal[to..at].into() },
            4 => Call::Cut { file, length: offset },
            5 => Call::Flushed { file, before: offset },
            6 => Call::Renamed { from: path, to: text(to..at) },
            7 => Call::Removed { path },
            8 => Call::MadeFolder { path },
            9 => Call::FlushedFolder { path, before: offset },
            10 => Call::RemovedFolder { path },
            11 => Call::Linked { from: path, to: text(to..at) },
            other => panic!("the journal has an entry of kind {other} at {at}"),
        };
        entries.push(Entry { end: at as u64, call });
    }
    entries
}
