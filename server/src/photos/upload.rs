//! Uploads: every byte that arrives is kept, and nothing is a photo before its hash fits.
//!
//! The file of an upload is its whole state, so it survives restarts and costs no row per PATCH.
//! Bytes are received by a task of their own: a handler is dropped when its client hangs up, the
//! task then still writes what had arrived. `turns.rs` sees to it that one request at a time is at
//! an upload, the newest.

mod tests;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{FutureExt as _, Stream};
use sync_protocol::id::UserId;
use sync_protocol::photo::Sha256;
use tokio::sync::Notify;
use uuid::Uuid;

use super::sink::{Ended, Settled, Sink, drain, take_in};
use super::turns::Turns;
use super::{safety, sniff};
use crate::access::actor::Actor;
use crate::blobs::folder::Folder;
use crate::blobs::part::{Checksum, Part};
use crate::blobs::{self, blocking};
use crate::clock::{Clock, Moment};
use crate::error::{Error, Kind, Result};
use crate::store::photos::PhotoRow;
use crate::store::uploads::UploadRow;
use crate::store::{Store, Tx, jobs, photos, uploads};

/// The most bytes that a photo may have.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// How long an upload is kept after its last byte.
pub const KEPT_DAYS: i64 = 30;
/// The kind of the job that looks at a photo.
pub const PHOTO_JOB: &str = "photo";
/// The code of the refusal of bytes that begin elsewhere than where the upload stands.
pub const OFFSET_MISMATCH: &str = "offset_mismatch";
/// What a client calls its file is kept up to this length.
const MAX_NAME_CHARS: usize = 200;

/// Receives photos.
pub struct Uploads {
    store: Store,
    clock: Clock,
    folder: Folder,
    turns: Arc<Turns>,
    /// Tells the job runner that there is work.
    work: Arc<Notify>,
}

/// What is to be uploaded.
#[derive(Clone, Debug)]
pub struct Announced {
    /// What the bytes will hash to.
    pub sha256: Sha256,
    /// How many there will be.
    pub length: u64,
    /// What the client calls the file.
    pub filename: String,
}

/// How an upload stands: every byte below the offset is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The upload.
    pub id: Uuid,
    /// How many bytes are there.
    pub offset: u64,
    /// How many there will be.
    pub length: u64,
    /// When it is forgotten if no byte comes.
    pub expires_at: Moment,
}

/// Why bytes were not taken, or not all of them.
#[derive(Debug)]
pub struct Stopped {
    /// Why.
    pub error: Error,
    /// How the upload stands, where it still does.
    pub progress: Option<Progress>,
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self { error, progress: None }
    }
}

impl Uploads {
    /// Receives into that folder.
    pub fn new(store: Store, clock: Clock, folder: Folder, work: Arc<Notify>) -> Arc<Self> {
        Arc::new(Self { store, clock, folder, turns: Arc::default(), work })
    }

    /// Begins an upload. If the server has the bytes already, of this person or of somebody of the
    /// same county, it is complete at once.
    pub async fn begin(&self, actor: &Actor, announced: Announced) -> Result<Progress> {
        let Announced { sha256, length, filename } = announced;
        if length > MAX_BYTES {
            return Err(too_long());
        }
        if length == 0 {
            return Err(sniff::wrong_type());
        }
        let known = self.known(actor.user, actor.home_county.as_deref(), sha256).await?;
        match &known {
            Some(photo) if photo.bytes != length => return Err(other_length(photo.bytes)),
            None if !self.folder.has_room().await? => return Err(blobs::full()),
            _ => {}
        }
        let upload = UploadRow {
            id: Uuid::now_v7(),
            user: actor.user,
            county: actor.home_county.clone(),
            device: actor.device,
            sha256,
            length,
            filename: filename.chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS).collect(),
            created_at: self.clock.now(),
        };
        let row = upload.clone();
        self.store.write(move |tx| async move { uploads::begin(tx, &row).await }.boxed()).await?;
        let offset = if known.is_some() { length } else { 0 };
        metrics::counter!("siteledger_uploads_begun_total", "known" => known.is_some().to_string())
            .increment(1);
        Ok(Self::progress(&upload, offset, upload.created_at))
    }

    /// How far an upload has come. Ends a PATCH of it that is stuck.
    pub async fn stand(&self, actor: &Actor, id: Uuid) -> Result<Progress> {
        let upload = self.find(actor, id).await?;
        let _turn = self.turns.take(id).await;
        match self.resume(&upload).await {
            Ok(Resumed::Complete(at)) => Ok(Self::progress(&upload, upload.length, at)),
            Ok(Resumed::At(part)) => self.stand_of(&upload, &part).await,
            // It starts over: that is how it stands.
            Err(Stopped { progress: Some(progress), .. }) => Ok(progress),
            Err(Stopped { error, progress: None }) => Err(error),
        }
    }

    /// Ends an upload and drops what came of it. A photo that is complete stays.
    pub async fn terminate(&self, actor: &Actor, id: Uuid) -> Result<()> {
        self.find(actor, id).await?;
        let _turn = self.turns.take(id).await;
        self.forget(id).await
    }

    /// Takes a photo that came as a whole by another way, as that person's. Its bytes are flushed, and
    /// hash to `sha256`.
    pub async fn take_whole(&self, actor: &Actor, id: Uuid, part: Part, sha256: Sha256) -> Result<()> {
        let upload = UploadRow {
            id,
            user: actor.user,
            county: actor.home_county.clone(),
            device: actor.device,
            sha256,
            length: part.length(),
            filename: String::new(),
            created_at: self.clock.now(),
        };
        let taken = self.complete(&upload, part, Some(sha256)).await.map_err(|stopped| stopped.error);
        if taken.is_err() {
            self.folder.remove_part(id).await?;
        }
        taken
    }

    /// Takes bytes from `offset` on. All that arrive are kept; with a checksum all or none.
    ///
    /// Goes on and saves what arrived if the caller is dropped.
    pub async fn receive<S>(
        self: &Arc<Self>,
        actor: &Actor,
        id: Uuid,
        offset: u64,
        checksum: Option<Checksum>,
        body: S,
    ) -> Result<Progress, Stopped>
    where
        S: Stream<Item = Result<Bytes>> + Send + Unpin + 'static,
    {
        let upload = self.find(actor, id).await?;
        let uploads = Arc::clone(self);
        let receiving = async move { uploads.receive_at(upload, offset, checksum, body).await };
        tokio::spawn(receiving).await.map_err(Error::internal)?
    }

    async fn receive_at<S>(
        &self,
        upload: UploadRow,
        offset: u64,
        checksum: Option<Checksum>,
        mut body: S,
    ) -> Result<Progress, Stopped>
    where
        S: Stream<Item = Result<Bytes>> + Send + Unpin + 'static,
    {
        let turn = self.turns.take(upload.id).await;
        let mut sink = match self.open_at(&upload, offset, checksum).await {
            Ok(Opened::ForBytes(sink)) => *sink,
            Ok(Opened::Complete(progress)) => {
                drop(turn);
                drain(body).await;
                return Ok(progress);
            }
            // The bytes are here already: reading them to the end is what they cost on a slow line.
            Err(stopped) if stopped.error.code == OFFSET_MISMATCH => return Err(stopped),
            Err(stopped) => {
                drop(turn);
                drain(body).await;
                return Err(stopped);
            }
        };
        let ended = take_in(&turn, &mut sink, upload.length, &mut body).await;
        if let Ended::Refused(error) = ended {
            drop(sink);
            let stopped = self.refuse(&upload, error).await;
            drop(turn);
            drain(body).await;
            return Err(stopped);
        }
        let Settled { part, whole, passed, is_other, flushed } =
            sink.settle(matches!(ended, Ended::Well)).await?;
        metrics::counter!("siteledger_upload_bytes_total").increment(part.length().saturating_sub(offset));
        let progress = Self::progress(&upload, part.length(), self.clock.now());
        let stopped = |error| Stopped { error, progress: Some(progress) };
        flushed.map_err(|error| stopped(blobs::failed(error)))?;
        if let Ended::Cut(error) = ended {
            return Err(stopped(error));
        }
        if !passed {
            return Err(stopped(checksum_error()));
        }
        if is_other {
            drop(part);
            return Err(self.refuse(&upload, sniff::wrong_type()).await);
        }
        if part.length() < upload.length {
            return Ok(progress);
        }
        self.complete(&upload, part, whole).await?;
        Ok(progress)
    }

    /// Makes ready for bytes from `offset` on.
    async fn open_at(
        &self,
        upload: &UploadRow,
        offset: u64,
        checksum: Option<Checksum>,
    ) -> Result<Opened, Stopped> {
        let part = match self.resume(upload).await? {
            Resumed::At(part) => part,
            Resumed::Complete(at) => {
                let progress = Self::progress(upload, upload.length, at);
                // Some clients send an empty last piece rather than believe that all is there.
                let is_at_the_end = offset == upload.length;
                return if is_at_the_end {
                    Ok(Opened::Complete(progress))
                } else {
                    Err(offset_stop(progress))
                };
            }
        };
        if part.length() != offset {
            return Err(offset_stop(self.stand_of(upload, &part).await?));
        }
        if !self.folder.has_room().await? {
            return Err(blobs::full().into());
        }
        let sink = Sink::open(&self.folder, upload.id, part, checksum).await?;
        Ok(Opened::ForBytes(Box::new(sink)))
    }

    /// Opens what came of an upload so far. What is full but was not made a photo, as the server
    /// fell in between, is made one now.
    async fn resume(&self, upload: &UploadRow) -> Result<Resumed, Stopped> {
        if let Some(photo) = self.known(upload.user, upload.county.as_deref(), upload.sha256).await? {
            return Ok(Resumed::Complete(photo.received_at));
        }
        let (folder, id) = (self.folder.clone(), upload.id);
        let arrived = folder.part(id).await?;
        if arrived.is_none() && self.adopt(upload).await? {
            return Ok(Resumed::Complete(self.clock.now()));
        }
        // Bytes of before a crash may not be on the disk yet.
        let open = move || {
            let mut part = Part::open(&folder, id)?;
            let flushed = part.flush();
            Ok((part, flushed))
        };
        let (part, flushed) = blocking(open).await?;
        flushed.map_err(blobs::failed)?;
        if part.length() < upload.length {
            return Ok(Resumed::At(part));
        }
        self.complete(upload, part, None).await?;
        Ok(Resumed::Complete(self.clock.now()))
    }

    /// Makes a complete file a photo.
    async fn complete(
        &self,
        upload: &UploadRow,
        mut part: Part,
        hash: Option<Sha256>,
    ) -> Result<(), Stopped> {
        let expected = upload.sha256;
        let length = part.length();
        let look = move || {
            let fits = match hash {
                Some(hash) => hash == expected,
                None => length > 0 && part.sha256()? == expected,
            };
            if !fits {
                part.clear()?;
                return Ok(None);
            }
            let header = sniff::header(&mut io::BufReader::new(part.read()?))?;
            Ok(Some((part, header)))
        };
        let Some((part, header)) = blocking(look).await? else {
            metrics::counter!("siteledger_uploads_refused_total", "code" => "hash_mismatch").increment(1);
            let progress = Some(Self::progress(upload, 0, self.clock.now()));
            return Err(Stopped { error: hash_error(), progress });
        };
        let header = match header {
            Ok(header) => header,
            Err(error) => {
                drop(part);
                return Err(self.refuse(upload, error).await);
            }
        };
        let now = self.clock.now();
        blocking(move || part.become_photo(&expected, now)).await?;
        self.enter(upload, header, Source::Brought).await?;
        Ok(())
    }

    /// Takes in a photo whose file is there but whose row is not, or says that it is not: the server
    /// fell in between, or the file came back.
    ///
    /// The file was written by somebody: nobody gets it by its hash who may not have sent it.
    async fn adopt(&self, upload: &UploadRow) -> Result<bool, Stopped> {
        let sha256 = upload.sha256;
        if self.folder.length(&sha256).await? != Some(upload.length) {
            return Ok(false);
        }
        let Some(source) = self.source(upload).await? else { return Ok(false) };
        // It may never have been flushed, and it may be old enough to be swept up.
        if !self.folder.claim(&sha256, self.clock.now()).await? {
            return Ok(false);
        }
        let Some(bytes) = self.folder.bytes(&sha256).await? else { return Ok(false) };
        let look = move || {
            let header = (Sha256::of(&bytes) == sha256).then(|| sniff::header(&mut io::Cursor::new(bytes)));
            header.transpose()
        };
        match blocking(look).await? {
            Some(Ok(header)) => self.enter(upload, header, source).await?,
            Some(Err(error)) => return Err(self.refuse(upload, error).await),
            None => return Ok(false),
        }
        Ok(true)
    }

    /// How a file that lies there may be this upload's.
    async fn source(&self, upload: &UploadRow) -> Result<Option<Source>> {
        let (user, county) = (upload.user, upload.county.as_deref().into_iter());
        let mut tx = self.store.read().await?;
        let hash = || std::iter::once(upload.sha256);
        Ok(if !photos::known_to(&mut tx, hash(), user, county).await?.is_empty() {
            Some(Source::Known)
        } else if photos::photo(&mut tx, &upload.sha256).await?.is_some()
            || uploads::is_begun_by_others(&mut tx, &upload.sha256, user).await?
        {
            None
        } else {
            Some(Source::Brought)
        })
    }

    /// A photo that is here, file and all, and that this person need not send.
    async fn known(&self, user: UserId, county: Option<&str>, sha256: Sha256) -> Result<Option<PhotoRow>> {
        let (hash, county) = (std::iter::once(sha256), county.into_iter());
        let known = photos::known_to(&mut *self.store.read().await?, hash, user, county).await?;
        Ok(safety::safe(&self.store, &self.clock, &self.folder, known).await?.pop())
    }

    /// Writes the row of a photo whose file is there, and asks for it to be looked at.
    async fn enter(&self, upload: &UploadRow, header: sniff::Header, source: Source) -> Result<()> {
        let now = self.clock.now();
        let bringer = (upload.user, upload.county.clone());
        let folder = self.folder.clone();
        let row = PhotoRow {
            sha256: upload.sha256,
            bytes: upload.length,
            media_type: header.media_type.mime().to_owned(),
            size: header.size,
            made_by: upload.user,
            device: upload.device,
            received_at: now,
            damaged_at: None,
            facts: None,
        };
        self.store
            .write(move |tx| {
                async move {
                    // Files are swept up by the one writer too: from here on nothing comes in between.
                    if folder.length(&row.sha256).await? != Some(row.bytes) {
                        return Err(Error::unavailable(anyhow::anyhow!("photo {} was swept up", row.sha256)));
                    }
                    if source == Source::Brought {
                        photos::brought(tx, &row.sha256, bringer.0, bringer.1.as_deref()).await?;
                    }
                    enter(tx, row, now).await
                }
                .boxed()
            })
            .await?;
        self.work.notify_one();
        metrics::counter!("siteledger_photos_received_total", "type" => header.media_type.extension())
            .increment(1);
        Ok(())
    }

    /// Drops an upload that can never become a photo.
    async fn refuse(&self, upload: &UploadRow, error: Error) -> Stopped {
        metrics::counter!("siteledger_uploads_refused_total", "code" => error.code).increment(1);
        match self.forget(upload.id).await {
            Ok(()) => error.into(),
            Err(failure) => failure.into(),
        }
    }

    /// Drops an upload and what came of it.
    pub(super) async fn forget(&self, id: Uuid) -> Result<()> {
        self.store.write(move |tx| async move { uploads::forget(tx, id).await }.boxed()).await?;
        self.folder.remove_part(id).await
    }

    async fn find(&self, actor: &Actor, id: Uuid) -> Result<UploadRow> {
        let found = uploads::upload_of(&mut *self.store.read().await?, id, actor.user).await?;
        found.ok_or_else(no_such_upload)
    }

    async fn stand_of(&self, upload: &UploadRow, part: &Part) -> Result<Progress> {
        let touched = self.folder.part(upload.id).await?.map_or(upload.created_at, |(_, at)| at);
        Ok(Self::progress(upload, part.length(), touched.max(upload.created_at)))
    }

    fn progress(upload: &UploadRow, offset: u64, touched: Moment) -> Progress {
        let expires_at = touched.max(upload.created_at).plus_seconds(KEPT_DAYS * 24 * 3600);
        Progress { id: upload.id, offset, length: upload.length, expires_at }
    }
}

/// What is there when somebody brings bytes.
enum Opened {
    /// Room for them.
    ForBytes(Box<Sink>),
    /// All that there will be.
    Complete(Progress),
}

/// What is there when somebody comes back to an upload.
enum Resumed {
    /// The photo is there since that moment.
    Complete(Moment),
    /// There is more to come.
    At(Part),
}

/// How the bytes of a photo came to be there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// This upload brought them.
    Brought,
    /// The person could have had them anyhow.
    Known,
}

async fn enter(tx: &mut Tx, row: PhotoRow, now: Moment) -> Result<()> {
    // Two people may bring the same photo at once: the first is named. One that came again, as its
    // bytes had rotted, keeps what is known of it.
    let before = photos::photo(tx, &row.sha256).await?;
    let row = before.map_or(row, |before| PhotoRow { damaged_at: None, ..before });
    photos::save(tx, &row).await?;
    photos::arrived(tx, &row.sha256).await?;
    jobs::ask(tx, PHOTO_JOB, &row.sha256.to_string(), now).await
}

fn offset_stop(progress: Progress) -> Stopped {
    Stopped { error: offset_error(progress.offset), progress: Some(progress) }
}

fn no_such_upload() -> Error {
    Error::new(
        Kind::NotFound,
        "no_such_upload",
        "没有这个上传任务，可能已过期、已取消，或属于别人；手机上的照片没有丢失，请重新上传",
        "there is no such upload: it expired, was ended, or is somebody else's; the photo on the device is not lost, begin a new upload",
    )
}

/// A photo that has more bytes than any may have.
pub fn too_long() -> Error {
    Error::new(
        Kind::TooLarge,
        "photo_too_large",
        format!("照片超过 {} MiB，服务器没有接收；手机上的原文件没有变化，请缩小后再上传", MAX_BYTES >> 20),
        format!(
            "the photo has more than {} MiB; nothing was taken, the file on the device is untouched, shrink it and upload again",
            MAX_BYTES >> 20
        ),
    )
}

fn other_length(length: u64) -> Error {
    Error::new(
        Kind::BadRequest,
        "length_does_not_fit_hash",
        format!("服务器上已有这个 SHA-256 的照片，长度是 {length} 字节，与所报长度不符；请检查后重试"),
        format!(
            "the photo with this SHA-256 is here and has {length} bytes, not as many as announced; check both"
        ),
    )
}

fn offset_error(offset: u64) -> Error {
    Error::new(
        Kind::Conflict,
        OFFSET_MISMATCH,
        format!("服务器已有 {offset} 字节，请从这里继续；已收到的内容没有丢失"),
        format!("the server has {offset} bytes, go on from there; nothing that arrived is lost"),
    )
}

fn checksum_error() -> Error {
    Error::new(
        Kind::HashMismatch,
        "checksum_mismatch",
        "这一段内容与校验和不符，已丢弃；之前收到的内容没有丢失，请重发这一段",
        "these bytes do not match their checksum and were dropped; what came before is kept, send this part again",
    )
}

fn hash_error() -> Error {
    Error::new(
        Kind::HashMismatch,
        "hash_mismatch",
        "收到的内容与照片的 SHA-256 不符，已丢弃；手机上的照片没有丢失，请从头重新上传",
        "what arrived does not match the photo's SHA-256 and was dropped; the photo on the device is not lost, upload it again from the beginning",
    )
}
