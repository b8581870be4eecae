//! A body that must be there as a whole before it can be read: a file without a name, gone with the
//! process whatever ends it.

use std::io::{self, BufReader, Read, Seek as _, SeekFrom};

use tokio::io::AsyncWriteExt as _;

use super::folder::Folder;
use super::{blocking, failed};
use crate::error::Result;

/// How much is read at a time.
const READ_BYTES: usize = 64 * 1024;

/// A file that grows.
pub struct Spool {
    file: tokio::fs::File,
    length: u64,
}

impl Spool {
    /// Begins one on the disk that photos are on.
    pub async fn begin(folder: &Folder) -> Result<Self> {
        let incoming = folder.scratch();
        let file = blocking(move || tempfile::tempfile_in(incoming)).await?;
        Ok(Self { file: tokio::fs::File::from_std(file), length: 0 })
    }

    /// How many bytes are there.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// If the disk takes no more; some of them may be there.
    pub async fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).await.map_err(failed)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// All that is there, to be read from the beginning where it may block.
    pub async fn read(mut self) -> Result<impl Read + Send + 'static> {
        self.file.flush().await.map_err(failed)?;
        let mut file = self.file.into_std().await;
        let rewound: io::Result<_> = file.seek(SeekFrom::Start(0));
        rewound.map_err(failed)?;
        Ok(BufReader::with_capacity(READ_BYTES, file))
    }
}
