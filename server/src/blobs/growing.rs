//! A file that is sent while it is still being written: whoever writes it waits for no slow line, and
//! however long it gets, hardly any of it is in memory. It has no name and is gone with the process.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::sync::watch;

use super::folder::Folder;
use super::{blocking, full};
use crate::error::Result;

/// How much is written, and read, at a time.
const CHUNK_BYTES: usize = 128 * 1024;
/// After how many bytes it is asked again whether there is room.
const LOOK_AGAIN: u64 = 16 * 1024 * 1024;

/// How far it has come.
#[derive(Clone, Copy, Debug)]
enum Stands {
    /// So many bytes are there, and more will be.
    Growing(u64),
    /// These are all.
    Whole(u64),
}

/// The end that is written. It may block.
#[derive(Debug)]
pub struct Writing {
    file: File,
    buffer: Vec<u8>,
    length: u64,
    look_at: u64,
    folder: Folder,
    told: watch::Sender<Stands>,
}

/// The end that is read.
#[derive(Debug)]
pub struct Reading {
    file: Arc<File>,
    stands: watch::Receiver<Stands>,
}

/// Begins one on the disk that photos are on.
///
/// # Errors
/// If there is no room for it.
pub async fn begin(folder: &Folder) -> Result<(Writing, Reading)> {
    if !folder.has_room().await? {
        return Err(full());
    }
    let scratch = folder.scratch();
    let open = move || {
        let file = tempfile::tempfile_in(scratch)?;
        Ok((file.try_clone()?, file))
    };
    let (file, read) = blocking(open).await?;
    let (told, stands) = watch::channel(Stands::Growing(0));
    let buffer = Vec::with_capacity(CHUNK_BYTES);
    let folder = folder.clone();
    let writing = Writing { file, buffer, length: 0, look_at: LOOK_AGAIN, folder, told };
    Ok((writing, Reading { file: Arc::new(read), stands }))
}

impl Writing {
    /// How many bytes were written.
    pub const fn length(&self) -> u64 {
        self.length + self.buffer.len() as u64
    }

    /// Says that this is all.
    ///
    /// # Errors
    /// If the last of it cannot be written: then the reader is told that it is not whole.
    pub fn finish(mut self) -> io::Result<u64> {
        self.flush()?;
        self.told.send_replace(Stands::Whole(self.length));
        Ok(self.length)
    }

    fn write_down(&mut self) -> io::Result<()> {
        if self.told.is_closed() {
            return Err(io::Error::new(io::ErrorKind::BrokenPipe, "nobody reads it any more"));
        }
        if self.length >= self.look_at {
            self.look_at = self.length + LOOK_AGAIN;
            if !self.folder.has_room_now()? {
                return Err(io::ErrorKind::StorageFull.into());
            }
        }
        self.file.write_all_at(&self.buffer, self.length)?;
        self.length += self.buffer.len() as u64;
        self.buffer.clear();
        self.told.send_replace(Stands::Growing(self.length));
        Ok(())
    }
}

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK_BYTES {
            self.write_down()?;
        }
        Ok(bytes.len())
    }

    /// Fails once nobody reads any more, even if there is nothing to write.
    fn flush(&mut self) -> io::Result<()> {
        self.write_down()
    }
}

impl Reading {
    /// Its bytes from the first to the last.
    ///
    /// # Errors
    /// Unless it was finished: who reads half of it knows that it is half.
    pub fn stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        stream::try_unfold((self, 0), |(mut reading, at)| async move {
            let Some(there) = reading.beyond(at).await? else { return Ok(None) };
            let length = usize::try_from(there - at).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
            let file = Arc::clone(&reading.file);
            let read = move || {
                let mut bytes = vec![0; length];
                file.read_exact_at(&mut bytes, at)?;
                Ok::<_, io::Error>(Bytes::from(bytes))
            };
            let bytes = tokio::task::spawn_blocking(read).await.map_err(io::Error::other)??;
            let next = at + bytes.len() as u64;
            Ok(Some((bytes, (reading, next))))
        })
    }

    /// Waits until there is more than that; `None` if that is all.
    async fn beyond(&mut self, at: u64) -> io::Result<Option<u64>> {
        let more = |stands: &Stands| match stands {
            Stands::Growing(length) => *length > at,
            Stands::Whole(_) => true,
        };
        match self.stands.wait_for(more).await.as_deref() {
            Ok(Stands::Whole(length)) if *length == at => Ok(None),
            Ok(Stands::Growing(length) | Stands::Whole(length)) => Ok(Some(*length)),
            Err(_) => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it was not finished")),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;

    use super::*;

    async fn open() -> (tempfile::TempDir, Writing, Reading) {
        let folder = tempfile::tempdir().unwrap();
        let (writing, reading) = begin(&Folder::open(folder.path()).unwrap()).await.unwrap();
        (folder, writing, reading)
    }

    #[tokio::test]
    async fn what_is_written_is_read_while_it_grows_and_to_its_end() {
        let (_folder, mut writing, reading) = open().await;
        let mut stream = Box::pin(reading.stream());
        let all: Vec<u8> = (0..1_000_000_u32).map(|number| (number % 251) as u8).collect();
        let mut read = Vec::new();
        for part in all.chunks(300_000) {
            writing.write_all(part).unwrap();
            writing.flush().unwrap();
            while read.len() < writing.length() as usize {
                read.extend_from_slice(&stream.next().await.unwrap().unwrap());
            }
        }
        assert_eq!(writing.finish().unwrap(), 1_000_000);
        assert!(stream.next().await.is_none());
        assert_eq!(read, all);
    }

    #[tokio::test]
    async fn what_was_not_finished_does_not_look_whole() {
        let (_folder, mut writing, reading) = open().await;
        writing.write_all(&[7; 10]).unwrap();
        writing.flush().unwrap();
        drop(writing);
        let mut stream = Box::pin(reading.stream());
        assert_eq!(stream.next().await.unwrap().unwrap(), [7; 10][..]);
        assert_eq!(stream.next().await.unwrap().unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn nobody_writes_for_a_reader_who_left() {
        let (_folder, mut writing, reading) = open().await;
        drop(reading);
        assert_eq!(writing.flush().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert_eq!(writing.finish().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
