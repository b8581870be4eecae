//! A folder for another program to work in: what it needs is laid there, what it made is taken, and
//! nothing of it stays.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::Stream;
use tokio_util::io::ReaderStream;
use uuid::Uuid;

use super::folder::Folder;
use super::{blocking, full};
use crate::error::Result;

/// What one read takes at most.
const READ_BYTES: usize = 64 * 1024;

/// The folder. It goes with the last who holds it.
#[derive(Debug)]
pub struct Desk {
    path: PathBuf,
}

impl Desk {
    /// Makes one on the disk that photos are on.
    ///
    /// # Errors
    /// If there is no room for it.
    pub async fn open(folder: &Folder) -> Result<Self> {
        if !folder.has_room().await? {
            return Err(full());
        }
        let path = folder.scratch().join(format!("{}.desk", Uuid::now_v7()));
        blocking(move || {
            fs::create_dir(&path)?;
            Ok(Self { path })
        })
        .await
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Lays a file there. `name` is ours, never what a client says.
    pub async fn lay(&self, name: &str, bytes: Bytes) -> Result<()> {
        let path = self.path.join(name);
        blocking(move || fs::write(path, bytes)).await
    }

    /// What was made under that name: its length and its bytes, which can be read when the folder is
    /// gone. Nothing if it was not made.
    pub async fn take(&self, name: &str) -> Result<Option<Made>> {
        let path = self.path.join(name);
        let open = move || match File::open(path) {
            Ok(file) => Ok(Some(Made { length: file.metadata()?.len(), file })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        blocking(open).await
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // What cannot be removed now is swept up in a week.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// What another program made.
#[derive(Debug)]
pub struct Made {
    /// How many bytes it has.
    pub length: u64,
    file: File,
}

impl Made {
    /// Its bytes.
    pub fn stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        ReaderStream::with_capacity(tokio::fs::File::from_std(self.file), READ_BYTES)
    }

    /// The same, to be read where it may block.
    pub fn into_file(self) -> File {
        self.file
    }
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt as _;

    use super::*;

    #[tokio::test]
    async fn what_was_made_can_be_read_when_the_folder_is_gone() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open(temp.path()).unwrap();
        let desk = Desk::open(&folder).await.unwrap();
        desk.lay("document.json", Bytes::from_static(b"{}")).await.unwrap();
        assert!(desk.take("book.pdf").await.unwrap().is_none());
        fs::copy(desk.path().join("document.json"), desk.path().join("book.pdf")).unwrap();
        let made = desk.take("book.pdf").await.unwrap().unwrap();
        assert_eq!(made.length, 2);
        drop(desk);
        assert!(folder.incoming().await.unwrap().is_empty());
        let read: Vec<Bytes> = made.stream().try_collect().await.unwrap();
        assert_eq!(read.concat(), b"{}");
    }

    #[tokio::test]
    async fn a_folder_that_was_left_behind_is_swept_up() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open(temp.path()).unwrap();
        let desk = Desk::open(&folder).await.unwrap();
        desk.lay("photo.jpg", Bytes::from_static(b"half")).await.unwrap();
        std::mem::forget(desk);
        let [left] = &folder.incoming().await.unwrap()[..] else { panic!("one is left") };
        folder.remove_incoming(&left.what).await.unwrap();
        assert!(folder.incoming().await.unwrap().is_empty());
    }
}
