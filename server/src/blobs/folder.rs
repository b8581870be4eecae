//! Photos in a folder: `ab/cd/<sha256>`, renditions beside them, uploads in `incoming/`.
//!
//! A photo is there or it is not: it is written elsewhere, flushed, renamed, and its directory
//! flushed. Names are made from hashes and ids alone, never from what a client says.

use std::fs::{self, File};
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::Stream;
use sha2::Digest as _;
use sync_protocol::photo::Sha256;
use tokio::io::AsyncReadExt as _;
use tokio_util::io::ReaderStream;
use uuid::Uuid;

use super::dirs::{self, Durable};
use super::part::Flushed;
use super::{blocking, failed};
use crate::clock::Moment;
use crate::error::Result;

const INCOMING: &str = "incoming";
/// What one read of a photo takes at most.
const READ_BYTES: usize = 64 * 1024;
/// Below this much free space no photo is taken, so that photos never starve diaries; unless said
/// otherwise.
const RESERVE_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// On a small disk the reserve is this part of it.
const RESERVE_PART: u64 = 20;

/// The folder; cheap to clone.
#[derive(Clone, Debug)]
pub struct Folder {
    inner: Arc<Inner>,
    /// So many bytes are kept free of photos, where it was said how many.
    reserve: Option<u64>,
}

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    durable: Durable,
    flushed: Flushed,
}

impl Inner {
    fn at(root: &Path) -> Arc<Self> {
        Arc::new(Self { root: root.to_owned(), durable: Durable::default(), flushed: Flushed::default() })
    }
}

/// What is rendered from a photo. It can be made again at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rendition {
    /// For the screen: the long side has 1600 pixels.
    Preview,
    /// For a list: the long side has 320 pixels.
    Thumbnail,
}

impl Rendition {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Preview, Self::Thumbnail];

    const fn suffix(self) -> &'static str {
        match self {
            Self::Preview => ".preview.jpg",
            Self::Thumbnail => ".thumbnail.jpg",
        }
    }
}

/// A file that was found when looking for orphans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// What it is.
    pub what: T,
    /// When it was last written.
    pub modified: Moment,
}

/// What came of copying a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// All of it: so many bytes.
    Whole(u64),
    /// It is not there.
    Missing,
    /// Its bytes are not the photo's.
    Wrong,
}

/// A photo that is open for reading.
#[derive(Debug)]
pub struct Blob {
    file: File,
    /// How many bytes it has.
    pub length: u64,
    /// When it was last written.
    pub modified: Moment,
}

impl Blob {
    /// All its bytes at once.
    pub async fn bytes(mut self) -> Result<Bytes> {
        let read = move || {
            let mut bytes = Vec::with_capacity(usize::try_from(self.length).unwrap_or(0));
            self.file.read_to_end(&mut bytes)?;
            Ok(bytes.into())
        };
        blocking(read).await
    }

    /// What its bytes hash to.
    pub async fn sha256(mut self) -> Result<(Self, Sha256)> {
        let read = move || {
            let sha256 = hash(&mut self.file)?;
            Ok((self, sha256))
        };
        blocking(read).await
    }

    /// Its bytes, or some of them. What is not asked for is not read.
    pub fn stream(
        mut self,
        range: Range<u64>,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + 'static> {
        self.file.seek(SeekFrom::Start(range.start)).map_err(failed)?;
        let file = tokio::fs::File::from_std(self.file);
        let bytes = file.take(range.end.saturating_sub(range.start));
        Ok(ReaderStream::with_capacity(bytes, READ_BYTES))
    }
}

impl Folder {
    /// Opens the folder, making it as needed.
    pub fn open(root: &Path) -> Result<Self> {
        let make = || {
            fs::create_dir_all(root.join(INCOMING))?;
            dirs::flush(root)?;
            root.parent().map_or(Ok(()), dirs::flush)
        };
        make().map_err(failed)?;
        Ok(Self { inner: Inner::at(root), reserve: None })
    }

    /// The folder that takes no photo when less than that is free; where nothing is said, when little is.
    #[must_use]
    pub fn reserving(self, reserve: Option<u64>) -> Self {
        Self { reserve, ..self }
    }

    /// The folder to read from alone; whether it is there is seen when a photo is asked for.
    pub fn to_read(root: &Path) -> Self {
        Self { inner: Inner::at(root), reserve: None }
    }

    /// Whether there is room for more photos.
    pub async fn has_room(&self) -> Result<bool> {
        let folder = self.clone();
        blocking(move || folder.has_room_now()).await
    }

    /// The same, asked where it may block.
    pub(super) fn has_room_now(&self) -> io::Result<bool> {
        let space = fs4::statvfs(&self.inner.root)?;
        let usual = RESERVE_BYTES.min(space.total_space() / RESERVE_PART);
        Ok(space.available_space() > self.reserve.unwrap_or(usual))
    }

    /// Where what is on its way may lie, and files without a name.
    pub fn scratch(&self) -> PathBuf {
        self.inner.root.join(INCOMING)
    }

    // Originals ----------------------------------------------------------------------------------

    /// How many bytes a photo has, if it is there.
    pub async fn length(&self, sha256: &Sha256) -> Result<Option<u64>> {
        let path = self.path(sha256);
        blocking(move || there(fs::metadata(path).map(|file| file.len()))).await
    }

    /// How many bytes each of these photos has, of those that are there.
    pub async fn lengths(&self, photos: Vec<Sha256>) -> Result<Vec<Option<u64>>> {
        let folder = self.clone();
        let length = move |sha256| there(fs::metadata(folder.path(&sha256)).map(|file| file.len()));
        blocking(move || photos.into_iter().map(length).collect()).await
    }

    /// Takes a file that lies there already as one that was just written: it is flushed, with its
    /// directory, and counts as new for who looks for orphans.
    pub async fn claim(&self, sha256: &Sha256, now: Moment) -> Result<bool> {
        let (folder, sha256) = (self.clone(), *sha256);
        let claim = move || {
            let file = fs::OpenOptions::new().append(true).open(folder.path(&sha256))?;
            file.set_modified(system_time(now))?;
            file.sync_all()?;
            let Inner { root, durable, .. } = &*folder.inner;
            durable.make_shelf(root, shelf(&sha256))?;
            Durable::flush_shelf(root, shelf(&sha256))
        };
        Ok(blocking(move || there(claim())).await?.is_some())
    }

    /// Opens a photo, if it is there.
    pub async fn photo(&self, sha256: &Sha256) -> Result<Option<Blob>> {
        let path = self.path(sha256);
        blocking(move || {
            let open = || {
                let file = File::open(path)?;
                let about = file.metadata()?;
                Ok(Blob { file, length: about.len(), modified: moment(about.modified()?) })
            };
            there(open())
        })
        .await
    }

    /// All bytes of a photo, if it is there.
    pub async fn bytes(&self, sha256: &Sha256) -> Result<Option<Bytes>> {
        let path = self.path(sha256);
        blocking(move || there(fs::read(path).map(Bytes::from))).await
    }

    /// What the bytes of a photo hash to, if it is there: its own hash, unless the disk is rotten.
    pub async fn sha256(&self, sha256: &Sha256) -> Result<Option<Sha256>> {
        let path = self.path(sha256);
        blocking(move || there(File::open(path).and_then(|mut file| hash(&mut file)))).await
    }

    /// Removes a photo and its renditions.
    pub async fn remove(&self, sha256: &Sha256) -> Result<()> {
        let path = self.path(sha256);
        let renditions = Rendition::ALL.map(|rendition| self.rendition_path(sha256, rendition));
        blocking(move || {
            for path in renditions.into_iter().chain(std::iter::once(path)) {
                there(fs::remove_file(path))?;
            }
            Ok(())
        })
        .await
    }

    /// The photos whose hash begins with that byte.
    pub async fn photos_beginning_with(&self, first: u8) -> Result<Vec<Found<Sha256>>> {
        let upper = self.inner.root.join(hex::encode([first]));
        blocking(move || {
            let mut found = Vec::new();
            for lower in there(fs::read_dir(upper))?.into_iter().flatten() {
                for file in fs::read_dir(lower?.path())? {
                    let file = file?;
                    if let Some(what) = file.file_name().to_str().and_then(|name| name.parse().ok()) {
                        found.push(Found { what, modified: modified(&file)? });
                    }
                }
            }
            Ok(found)
        })
        .await
    }

    /// Removes a photo unless it was written after `moment`, and says whether it did.
    pub async fn remove_if_older(&self, sha256: &Sha256, before: Moment) -> Result<bool> {
        let path = self.path(sha256);
        let written = blocking(move || there(fs::metadata(path).and_then(|file| file.modified()))).await?;
        let is_old = written.is_some_and(|at| moment(at) < before);
        if is_old {
            self.remove(sha256).await?;
        }
        Ok(is_old)
    }

    /// Moves a complete and flushed file to where its hash says.
    pub(super) fn shelve(&self, from: &Path, sha256: &Sha256) -> io::Result<()> {
        let Inner { root, durable, .. } = &*self.inner;
        durable.make_shelf(root, shelf(sha256))?;
        // If the photo is there already its bytes are the same, or rotten.
        fs::rename(from, self.path(sha256))?;
        Durable::flush_shelf(root, shelf(sha256))
    }

    /// Copies a photo out of another folder, checking its bytes on the way. What is not the photo
    /// is not taken.
    pub async fn copy_from(&self, other: &Self, sha256: &Sha256) -> Result<Copied> {
        let (from, folder, sha256) = (other.path(sha256), self.clone(), *sha256);
        blocking(move || {
            let Some(mut from) = there(File::open(from))? else { return Ok(Copied::Missing) };
            let new = folder.inner.root.join(INCOMING).join(format!("{}.copy", Uuid::now_v7()));
            let mut copy = || {
                let mut to = File::create_new(&new)?;
                let (bytes, found) = copy_hashing(&mut from, &mut to)?;
                if found != sha256 {
                    fs::remove_file(&new)?;
                    return Ok(Copied::Wrong);
                }
                to.sync_data()?;
                folder.shelve(&new, &sha256)?;
                Ok(Copied::Whole(bytes))
            };
            copy().inspect_err(|_| drop(fs::remove_file(&new)))
        })
        .await
    }

    // Renditions ---------------------------------------------------------------------------------

    /// The bytes of a rendition, if it was made.
    pub async fn rendition(&self, sha256: &Sha256, rendition: Rendition) -> Result<Option<Bytes>> {
        let path = self.rendition_path(sha256, rendition);
        blocking(move || there(fs::read(path).map(Bytes::from))).await
    }

    /// Keeps a rendition. It must never be half there, but need not be there after a power cut.
    pub async fn keep_rendition(&self, sha256: &Sha256, rendition: Rendition, jpeg: Bytes) -> Result<()> {
        let path = self.rendition_path(sha256, rendition);
        let new = self.inner.root.join(INCOMING).join(format!("{}.rendition", Uuid::now_v7()));
        blocking(move || {
            let mut file = File::create_new(&new)?;
            file.write_all(&jpeg)?;
            file.sync_data()?;
            fs::rename(new, path)
        })
        .await
    }

    // Uploads ------------------------------------------------------------------------------------

    /// How far an upload has come and when its last byte came, if any byte has.
    pub async fn part(&self, upload: Uuid) -> Result<Option<(u64, Moment)>> {
        let path = self.part_path(upload);
        blocking(move || {
            let look = || {
                let file = fs::metadata(path)?;
                Ok((file.len(), moment(file.modified()?)))
            };
            there(look())
        })
        .await
    }

    /// Removes what came of an upload.
    pub async fn remove_part(&self, upload: Uuid) -> Result<()> {
        self.flushed().forget(upload);
        let paths = [self.part_path(upload), self.trial_path(upload)];
        blocking(move || paths.into_iter().try_for_each(|path| there(fs::remove_file(path)).map(drop))).await
    }

    /// Everything that is on its way, by name.
    pub async fn incoming(&self) -> Result<Vec<Found<String>>> {
        let folder = self.inner.root.join(INCOMING);
        blocking(move || {
            let mut found = Vec::new();
            for file in fs::read_dir(folder)? {
                let file = file?;
                if let Ok(what) = file.file_name().into_string() {
                    found.push(Found { what, modified: modified(&file)? });
                }
            }
            Ok(found)
        })
        .await
    }

    /// The upload that a file in [`Self::incoming`] belongs to; none if it is left over from
    /// something that was cut.
    pub fn upload_of(name: &str) -> Option<Uuid> {
        name.strip_suffix(".part")?.parse().ok()
    }

    /// Removes a file that [`Self::incoming`] named.
    pub async fn remove_incoming(&self, name: &str) -> Result<()> {
        if let Some(upload) = Self::upload_of(name) {
            self.flushed().forget(upload);
        }
        let path = self.inner.root.join(INCOMING).join(name);
        // A program that worked for us may have left its folder.
        let remove =
            |path: &Path| if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        blocking(move || there(remove(&path)).map(drop)).await
    }

    pub(super) fn part_path(&self, upload: Uuid) -> PathBuf {
        self.inner.root.join(INCOMING).join(format!("{upload}.part"))
    }

    pub(super) fn trial_path(&self, upload: Uuid) -> PathBuf {
        self.inner.root.join(INCOMING).join(format!("{upload}.trial"))
    }

    pub(super) fn flushed(&self) -> &Flushed {
        &self.inner.flushed
    }

    pub(super) fn flush_incoming(&self) -> io::Result<()> {
        dirs::flush(&self.inner.root.join(INCOMING))
    }

    fn path(&self, sha256: &Sha256) -> PathBuf {
        let [upper, lower] = shelf(sha256).map(|byte| hex::encode([byte]));
        self.inner.root.join(upper).join(lower).join(sha256.to_string())
    }

    fn rendition_path(&self, sha256: &Sha256, rendition: Rendition) -> PathBuf {
        let mut path = self.path(sha256).into_os_string();
        path.push(rendition.suffix());
        path.into()
    }
}

/// Copies what is left to read, and tells how many bytes that is and what they hash to.
pub fn copy_hashing(from: &mut impl Read, to: &mut impl io::Write) -> io::Result<(u64, Sha256)> {
    let (mut hash, mut bytes) = (sha2::Sha256::new(), 0);
    let mut buffer = vec![0; 128 * 1024];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok((bytes, Sha256(hash.finalize().into()))),
            read => {
                hash.update(&buffer[..read]);
                to.write_all(&buffer[..read])?;
                bytes += read as u64;
            }
        }
    }
}

/// The hash of what is left to read.
pub fn hash(from: &mut impl Read) -> io::Result<Sha256> {
    let mut hash = sha2::Sha256::new();
    let mut buffer = vec![0; 128 * 1024];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(Sha256(hash.finalize().into())),
            read => hash.update(&buffer[..read]),
        }
    }
}

const fn shelf(sha256: &Sha256) -> [u8; 2] {
    [sha256.0[0], sha256.0[1]]
}

/// What is not there is no failure.
fn there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn modified(file: &fs::DirEntry) -> io::Result<Moment> {
    Ok(moment(file.metadata()?.modified()?))
}

/// A moment as files have it.
pub(super) fn system_time(moment: Moment) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(moment.0).unwrap_or(0))
}

fn moment(time: SystemTime) -> Moment {
    Moment(chrono::DateTime::<chrono::Utc>::from(time).timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::super::part::{Checksum, Part, Trial};
    use super::*;
    use futures_util::TryStreamExt as _;

    fn folder() -> (tempfile::TempDir, Folder) {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open(&temp.path().join("photos")).unwrap();
        (temp, folder)
    }

    async fn read(folder: &Folder, sha256: &Sha256, range: Range<u64>) -> Vec<u8> {
        let blob = folder.photo(sha256).await.unwrap().expect("the photo is there");
        let chunks: Vec<Bytes> = blob.stream(range).unwrap().try_collect().await.unwrap();
        chunks.concat()
    }

    #[tokio::test]
    async fn a_photo_is_there_under_its_hash_once_all_bytes_are() {
        let (temp, folder) = folder();
        let (upload, bytes) = (Uuid::now_v7(), b"the footing was poured today".as_slice());
        let sha256 = Sha256::of(bytes);

        let mut part = Part::open(&folder, upload).unwrap();
        part.append(&bytes[..10]).unwrap();
        part.flush().unwrap();
        drop(part);
        assert_eq!(folder.part(upload).await.unwrap().map(|(length, _)| length), Some(10));
        assert_eq!(folder.length(&sha256).await.unwrap(), None);

        let mut part = Part::open(&folder, upload).unwrap();
        assert_eq!(part.length(), 10, "what came is still there");
        part.append(&bytes[10..]).unwrap();
        part.flush().unwrap();
        assert_eq!(part.sha256().unwrap(), sha256);
        part.become_photo(&sha256, Moment(1_790_000_000_000)).unwrap();

        let name = sha256.to_string();
        assert!(temp.path().join("photos").join(&name[..2]).join(&name[2..4]).join(&name).is_file());
        assert_eq!(folder.part(upload).await.unwrap(), None);
        assert_eq!(folder.sha256(&sha256).await.unwrap(), Some(sha256));
        assert_eq!(read(&folder, &sha256, 0..bytes.len() as u64).await, bytes);
        assert_eq!(read(&folder, &sha256, 4..11).await, b"footing");
        let found = folder.photos_beginning_with(sha256.0[0]).await.unwrap();
        assert_eq!(found, [Found { what: sha256, modified: Moment(1_790_000_000_000) }]);
    }

    #[tokio::test]
    async fn a_trial_adds_everything_or_nothing() {
        let (_temp, folder) = folder();
        let upload = Uuid::now_v7();
        let mut part = Part::open(&folder, upload).unwrap();
        part.append(b"one").unwrap();

        let expected = Checksum::Sha256(Sha256::of(b" two"));
        let mut trial = Trial::begin(&folder, upload, expected).unwrap();
        trial.append(&Bytes::from_static(b"broken")).unwrap();
        assert!(!trial.is_as_expected());
        drop(trial);
        assert_eq!(part.length(), 3);

        let mut trial = Trial::begin(&folder, upload, expected).unwrap();
        trial.append(&Bytes::from_static(b" two")).unwrap();
        assert_eq!((trial.length(), trial.is_as_expected()), (4, true));
        trial.pass(&mut part).unwrap();
        assert_eq!(part.sha256().unwrap(), Sha256::of(b"one two"));
        assert_eq!(folder.incoming().await.unwrap().len(), 1, "no trial stays behind");
    }

    #[tokio::test]
    async fn renditions_stand_beside_the_photo_and_go_with_it() {
        let (_temp, folder) = folder();
        let sha256 = Sha256::of(b"photo");
        let mut part = Part::open(&folder, Uuid::now_v7()).unwrap();
        part.append(b"photo").unwrap();
        part.become_photo(&sha256, Moment(1_790_000_000_000)).unwrap();
        assert_eq!(folder.rendition(&sha256, Rendition::Preview).await.unwrap(), None);
        folder.keep_rendition(&sha256, Rendition::Preview, Bytes::from_static(b"small")).await.unwrap();
        assert_eq!(folder.rendition(&sha256, Rendition::Preview).await.unwrap().unwrap(), "small");
        assert_eq!(folder.photos_beginning_with(sha256.0[0]).await.unwrap().len(), 1, "no photo by itself");
        folder.remove(&sha256).await.unwrap();
        assert_eq!(folder.rendition(&sha256, Rendition::Preview).await.unwrap(), None);
        assert_eq!(folder.length(&sha256).await.unwrap(), None);
    }
}
