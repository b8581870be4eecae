//! Uploads: every byte that arrives is kept, and nothing is a photo before its hash fits.
//!
//! The file of an upload is its whole state, so it survives restarts and costs no row per PATCH.
//! Bytes are received by a task of their own: a handler is dropped when its client hangs up, the
//! task then still writes what had arrived. `turns.rs` sees to it that one request at a time is at
//! an upload, the newest.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use sha2::Digest as _;
use sync_protocol::photo::Sha256;
use tokio::sync::Notify;
use uuid::Uuid;

use super::sniff::{self, MediaType};
use super::turns::{Turn, Turns};
use crate::access::actor::Actor;
use crate::blobs::folder::Folder;
use crate::blobs::part::{Part, Trial};
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
/// How long a client may be silent within a PATCH, whatever is around the server.
const SILENCE: Duration = Duration::from_mins(2);
/// What a client calls its file is kept up to this length.
const MAX_NAME_CHARS: usize = 200;
/// A body that is not wanted is read up to here.
const DRAINED_BYTES: usize = 1024 * 1024;
const DRAINED_WITHIN: Duration = Duration::from_secs(5);
/// How much of what is in the air is still taken when somebody else takes over.
const LAST_CHUNKS: usize = 64;

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

    /// Begins an upload. If the server has the bytes already it is complete at once.
    pub async fn begin(&self, actor: &Actor, announced: Announced) -> Result<Progress> {
        let Announced { sha256, length, filename } = announced;
        if length > MAX_BYTES {
            return Err(too_long());
        }
        if length == 0 {
            return Err(sniff::wrong_type());
        }
        let known = photos::photo(&mut *self.store.read().await?, &sha256).await?;
        let known = known.filter(|photo| photo.damaged_at.is_none());
        match &known {
            Some(photo) if photo.bytes != length => return Err(other_length(photo.bytes)),
            None if !self.folder.has_room().await? => return Err(blobs::full()),
            _ => {}
        }
        let upload = UploadRow {
            id: Uuid::now_v7(),
            user: actor.user,
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

    /// Takes bytes from `offset` on. All that arrive are kept; with a checksum all or none.
    ///
    /// Goes on and saves what arrived if the caller is dropped.
    pub async fn receive<S>(
        self: &Arc<Self>,
        actor: &Actor,
        id: Uuid,
        offset: u64,
        checksum: Option<Sha256>,
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
        checksum: Option<Sha256>,
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
        let Settled { part, whole, passed, flushed } = sink.settle(matches!(ended, Ended::Well)).await?;
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
        checksum: Option<Sha256>,
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
        let known = photos::photo(&mut *self.store.read().await?, &upload.sha256).await?;
        if let Some(photo) = known.filter(|photo| photo.damaged_at.is_none()) {
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
        self.enter(upload, header).await?;
        Ok(())
    }

    /// Takes in a photo whose file is there but whose row is not: the server fell in between.
    async fn adopt(&self, upload: &UploadRow) -> Result<bool, Stopped> {
        let sha256 = upload.sha256;
        if self.folder.length(&sha256).await? != Some(upload.length)
            || self.folder.sha256(&sha256).await? != Some(sha256)
        {
            return Ok(false);
        }
        let Some(bytes) = self.folder.bytes(&sha256).await? else { return Ok(false) };
        match sniff::header(&mut io::Cursor::new(bytes)).map_err(blobs::failed)? {
            Ok(header) => self.enter(upload, header).await?,
            Err(error) => return Err(self.refuse(upload, error).await),
        }
        Ok(true)
    }

    /// Writes the row of a photo whose file is there, and asks for it to be looked at.
    async fn enter(&self, upload: &UploadRow, header: sniff::Header) -> Result<()> {
        let now = self.clock.now();
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
        self.store.write(move |tx| enter(tx, row, now).boxed()).await?;
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

async fn enter(tx: &mut Tx, row: PhotoRow, now: Moment) -> Result<()> {
    // Two people may bring the same photo at once: the first is named. One that came again, as its
    // bytes had rotted, keeps what is known of it.
    let before = photos::photo(tx, &row.sha256).await?;
    let row = before.map_or(row, |before| PhotoRow { damaged_at: None, ..before });
    photos::save(tx, &row).await?;
    photos::arrived(tx, &row.sha256).await?;
    jobs::ask(tx, PHOTO_JOB, &row.sha256.to_string(), now).await
}

/// How the body of a PATCH ended.
enum Ended {
    /// With its last byte.
    Well,
    /// Before, or after more bytes than the upload has.
    Cut(Error),
    /// With the first bytes of something that is no photo.
    Refused(Error),
}

/// Writes what comes until the body ends, the upload is full, or somebody else takes over.
async fn take_in<S>(turn: &Turn, sink: &mut Sink, length: u64, body: &mut S) -> Ended
where
    S: Stream<Item = Result<Bytes>> + Send + Unpin + 'static,
{
    loop {
        let chunk = tokio::select! {
            () = turn.over.cancelled() => {
                for _ in 0..LAST_CHUNKS {
                    let Some(Some(Ok(chunk))) = body.next().now_or_never() else { break };
                    if let Err(ended) = sink.take(chunk, length).await {
                        return ended;
                    }
                }
                return Ended::Cut(taken_over());
            }
            chunk = tokio::time::timeout(SILENCE, body.next()) => chunk,
        };
        let chunk = match chunk {
            Ok(Some(Ok(chunk))) => chunk,
            Ok(Some(Err(error))) => return Ended::Cut(error),
            Ok(None) => return Ended::Well,
            Err(_) => return Ended::Cut(silent()),
        };
        if let Err(ended) = sink.take(chunk, length).await {
            return ended;
        }
    }
}

/// Where the bytes of one PATCH go.
struct Sink {
    /// Lent to the thread that writes.
    files: Option<Files>,
    checksum: Option<Sha256>,
}

/// The files behind it. All of it may block.
struct Files {
    part: Part,
    /// Where bytes with a checksum go first.
    trial: Option<Trial>,
    /// Over everything, while all of it went through here.
    whole: Option<sha2::Sha256>,
}

/// What came of one PATCH.
struct Settled {
    part: Part,
    /// The hash of everything, if all of it came with this PATCH.
    whole: Option<Sha256>,
    /// Whether the bytes are what their checksum says.
    passed: bool,
    /// Whether everything is on the disk.
    flushed: io::Result<()>,
}

impl Files {
    const fn length(&self) -> u64 {
        match &self.trial {
            Some(trial) => self.part.length() + trial.length(),
            None => self.part.length(),
        }
    }

    fn append(&mut self, bytes: &Bytes) -> io::Result<()> {
        if let Some(trial) = &mut self.trial {
            return trial.append(bytes);
        }
        if let Some(whole) = &mut self.whole {
            whole.update(bytes);
        }
        self.part.append(bytes)
    }

    fn settle(mut self, is_whole_body: bool, checksum: Option<Sha256>) -> Settled {
        let mut passed = true;
        let mut written = Ok(());
        if let Some(trial) = self.trial.take() {
            passed = is_whole_body && checksum == Some(trial.sha256());
            if passed {
                written = trial.pass(&mut self.part);
            }
        }
        let flushed = self.part.flush().and(written);
        let whole = self.whole.map(|whole| Sha256(whole.finalize().into()));
        Settled { part: self.part, whole, passed, flushed }
    }
}

impl Sink {
    async fn open(folder: &Folder, upload: Uuid, part: Part, checksum: Option<Sha256>) -> Result<Self> {
        let folder = folder.clone();
        let open = move || {
            let trial = checksum.map(|_| Trial::begin(&folder, upload)).transpose()?;
            let whole = (part.length() == 0 && trial.is_none()).then(sha2::Sha256::new);
            Ok(Files { part, trial, whole })
        };
        Ok(Self { files: Some(blocking(open).await?), checksum })
    }

    /// Writes a chunk, as far as the upload has room for it.
    async fn take(&mut self, mut chunk: Bytes, length: u64) -> Result<(), Ended> {
        let lost = || Ended::Cut(Error::internal(anyhow::anyhow!("a photo's file was lost while writing")));
        let mut files = self.files.take().ok_or_else(lost)?;
        if files.length() == 0 && chunk.len() >= sniff::ENOUGH_BYTES && MediaType::of(&chunk).is_none() {
            return Err(Ended::Refused(sniff::wrong_type()));
        }
        let room = length.saturating_sub(files.length());
        let is_too_much = chunk.len() as u64 > room;
        chunk.truncate(usize::try_from(room).unwrap_or(usize::MAX));
        let write = move || {
            let written = files.append(&chunk);
            Ok((files, written))
        };
        let (files, written) = blocking(write).await.map_err(Ended::Cut)?;
        self.files = Some(files);
        written.map_err(|error| Ended::Cut(blobs::failed(error)))?;
        if is_too_much { Err(Ended::Cut(too_much())) } else { Ok(()) }
    }

    /// Adds what was on trial and flushes everything.
    async fn settle(self, is_whole_body: bool) -> Result<Settled> {
        let lost = || Error::internal(anyhow::anyhow!("a photo's file was lost while writing"));
        let files = self.files.ok_or_else(lost)?;
        blocking(move || Ok(files.settle(is_whole_body, self.checksum))).await
    }
}

/// Reads what comes of a body that is not wanted: a client that is cut off while it sends does not
/// get to see why.
pub async fn drain<S, E>(body: S)
where
    S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
{
    let within_reason = body.take_while(|chunk| std::future::ready(chunk.is_ok())).scan(0, |read, chunk| {
        *read += chunk.map_or(0, |chunk| chunk.len());
        std::future::ready((*read < DRAINED_BYTES).then_some(()))
    });
    let _ = tokio::time::timeout(DRAINED_WITHIN, within_reason.for_each(std::future::ready)).await;
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

fn too_long() -> Error {
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
        "offset_mismatch",
        format!("服务器已有 {offset} 字节，请从这里继续；已收到的内容没有丢失"),
        format!("the server has {offset} bytes, go on from there; nothing that arrived is lost"),
    )
}

fn taken_over() -> Error {
    Error::new(
        Kind::Conflict,
        "upload_taken_over",
        "同一上传任务有了新的请求，本次传输到此为止；已收到的内容已保存，请从新的位置继续",
        "a newer request took over this upload; what arrived is kept, go on from the new offset",
    )
}

fn silent() -> Error {
    Error::new(
        Kind::Timeout,
        "upload_silent",
        "长时间没有收到内容；已收到的内容已保存，请从新的位置继续",
        "no byte came for a long time; what arrived is kept, go on from the new offset",
    )
}

fn too_much() -> Error {
    Error::new(
        Kind::TooLarge,
        "more_than_announced",
        "收到的内容比申报的长度多，多出的部分没有保存；请检查照片后重新上传",
        "more bytes came than were announced; those beyond were dropped, check the photo and upload it again",
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

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use futures_util::stream;
    use tokio::sync::mpsc;
    use tokio_stream::wrappers::ReceiverStream;

    use super::super::testing::{House, Shot, somebody};
    use super::*;

    fn announced(photo: &[u8]) -> Announced {
        Announced { sha256: Sha256::of(photo), length: photo.len() as u64, filename: "工地.jpg".to_owned() }
    }

    fn whole(bytes: &[u8]) -> impl Stream<Item = Result<Bytes>> + Send + Unpin + 'static {
        stream::iter([Ok(Bytes::copy_from_slice(bytes))])
    }

    fn cut() -> Error {
        Error::new(Kind::BadRequest, "body_cut", "", "")
    }

    async fn is_there(house: &House, sha256: &Sha256) -> bool {
        let row = photos::photo(&mut house.store.read().await.unwrap(), sha256).await.unwrap();
        let length = house.photos.folder.length(sha256).await.unwrap();
        assert_eq!(row.is_some(), length.is_some(), "a row and its file are there together");
        row.is_some()
    }

    #[tokio::test]
    async fn a_photo_comes_in_pieces_over_a_bad_line_and_a_restart() {
        let (house, lin) = (House::new().await, somebody());
        let photo = Shot::number(1).jpeg(320, 240, 80);
        let sha256 = Sha256::of(&photo);
        let begun = house.photos.uploads.begin(&lin, announced(&photo)).await.unwrap();
        assert_eq!((begun.offset, begun.length), (0, photo.len() as u64));

        // The line dies within a PATCH: what arrived is kept.
        let body = stream::iter([Ok(Bytes::copy_from_slice(&photo[..700])), Err(cut())]);
        let stopped = house.photos.uploads.receive(&lin, begun.id, 0, None, body).await.unwrap_err();
        assert_eq!((stopped.error.code, stopped.progress.unwrap().offset), ("body_cut", 700));

        let house = house.restarted().await;
        let uploads = &house.photos.uploads;
        assert_eq!(uploads.stand(&lin, begun.id).await.unwrap().offset, 700);
        let stopped = uploads.receive(&lin, begun.id, 0, None, whole(&photo)).await.unwrap_err();
        assert_eq!((stopped.error.code, stopped.progress.unwrap().offset), ("offset_mismatch", 700));
        assert!(!is_there(&house, &sha256).await, "nothing is a photo before its last byte");

        let ended = uploads.receive(&lin, begun.id, 700, None, whole(&photo[700..])).await.unwrap();
        assert_eq!(ended.offset, ended.length);
        assert!(is_there(&house, &sha256).await);
        assert_eq!(house.photos.folder.bytes(&sha256).await.unwrap().unwrap(), photo);

        // The last answer may have been lost.
        assert_eq!(uploads.stand(&lin, begun.id).await.unwrap().offset, ended.length);
        let again = uploads.receive(&lin, begun.id, 700, None, whole(&photo[700..])).await.unwrap_err();
        assert_eq!((again.error.code, again.progress.unwrap().offset), ("offset_mismatch", ended.length));
        let empty = uploads.receive(&lin, begun.id, ended.length, None, stream::empty()).await.unwrap();
        assert_eq!(empty.offset, ended.length, "some clients send an empty last piece");
        // Nothing travels twice, whoever brings it.
        let known = uploads.begin(&somebody(), announced(&photo)).await.unwrap();
        assert_eq!(known.offset, known.length);
        let other = Announced { length: 3, ..announced(&photo) };
        assert_eq!(uploads.begin(&lin, other).await.unwrap_err().code, "length_does_not_fit_hash");
    }

    #[tokio::test]
    async fn who_comes_later_takes_over_from_a_line_that_fell_silent() {
        let (house, lin) = (House::new().await, somebody());
        let photo = Shot::number(2).jpeg(320, 240, 80);
        let begun = house.photos.uploads.begin(&lin, announced(&photo)).await.unwrap();
        let (send, receive) = mpsc::channel(1);
        let stuck = tokio::spawn({
            let (uploads, lin) = (Arc::clone(&house.photos.uploads), lin.clone());
            async move { uploads.receive(&lin, begun.id, 0, None, ReceiverStream::new(receive)).await }
        });
        send.send(Ok(Bytes::copy_from_slice(&photo[..500]))).await.unwrap();
        // Taken once there is room for the next.
        drop(send.reserve().await.unwrap());

        assert_eq!(house.photos.uploads.stand(&lin, begun.id).await.unwrap().offset, 500);
        let stopped = stuck.await.unwrap().unwrap_err();
        assert_eq!((stopped.error.code, stopped.progress.unwrap().offset), ("upload_taken_over", 500));
        let ended =
            house.photos.uploads.receive(&lin, begun.id, 500, None, whole(&photo[500..])).await.unwrap();
        assert_eq!(ended.offset, ended.length);
        drop(send);
    }

    #[tokio::test]
    async fn who_hangs_up_loses_nothing_that_arrived() {
        let (house, lin) = (House::new().await, somebody());
        let photo = Shot::number(3).jpeg(320, 240, 80);
        let begun = house.photos.uploads.begin(&lin, announced(&photo)).await.unwrap();
        let (send, receive) = mpsc::channel(1);
        let mut handler =
            Box::pin(house.photos.uploads.receive(&lin, begun.id, 0, None, ReceiverStream::new(receive)));
        let feed = async {
            send.send(Ok(Bytes::copy_from_slice(&photo[..400]))).await.unwrap();
            drop(send.reserve().await.unwrap());
        };
        tokio::select! {
            _ = &mut handler => panic!("the body has not ended"),
            () = feed => {}
        }
        drop(handler);
        send.send(Ok(Bytes::copy_from_slice(&photo[400..600]))).await.unwrap();
        drop(send);
        let offset = house.photos.uploads.stand(&lin, begun.id).await.unwrap().offset;
        assert!(offset == 400 || offset == 600, "{offset}");
    }

    #[tokio::test]
    async fn bytes_with_a_checksum_are_taken_whole_or_not_at_all() {
        let (house, lin) = (House::new().await, somebody());
        let uploads = &house.photos.uploads;
        let photo = Shot::number(4).jpeg(320, 240, 80);
        let begun = uploads.begin(&lin, announced(&photo)).await.unwrap();
        let sum = Some(Sha256::of(&photo[..600]));

        let mut flipped = photo[..600].to_vec();
        flipped[300] ^= 1;
        let stopped = uploads.receive(&lin, begun.id, 0, sum, whole(&flipped)).await.unwrap_err();
        assert_eq!((stopped.error.kind, stopped.progress.unwrap().offset), (Kind::HashMismatch, 0));
        let body = stream::iter([Ok(Bytes::copy_from_slice(&photo[..500])), Err(cut())]);
        let stopped = uploads.receive(&lin, begun.id, 0, sum, body).await.unwrap_err();
        assert_eq!((stopped.error.code, stopped.progress.unwrap().offset), ("body_cut", 0));

        assert_eq!(uploads.receive(&lin, begun.id, 0, sum, whole(&photo[..600])).await.unwrap().offset, 600);
        let sum = Some(Sha256::of(&photo[600..]));
        let ended = uploads.receive(&lin, begun.id, 600, sum, whole(&photo[600..])).await.unwrap();
        assert_eq!(ended.offset, ended.length);
        assert!(is_there(&house, &Sha256::of(&photo)).await);
    }

    #[tokio::test]
    async fn bytes_that_are_not_the_photo_start_the_upload_over() {
        let (house, lin) = (House::new().await, somebody());
        let uploads = &house.photos.uploads;
        let photo = Shot::number(5).jpeg(320, 240, 80);
        let mut rotten = photo.clone();
        rotten[photo.len() / 2] ^= 1;
        let begun = uploads.begin(&lin, announced(&photo)).await.unwrap();
        let stopped = uploads.receive(&lin, begun.id, 0, None, whole(&rotten)).await.unwrap_err();
        assert_eq!((stopped.error.code, stopped.progress.unwrap().offset), ("hash_mismatch", 0));
        assert!(!is_there(&house, &Sha256::of(&photo)).await);
        assert!(!is_there(&house, &Sha256::of(&rotten)).await);
        // In two pieces the hash is over both.
        uploads.receive(&lin, begun.id, 0, None, whole(&rotten[..900])).await.unwrap();
        let stopped = uploads.receive(&lin, begun.id, 900, None, whole(&rotten[900..])).await.unwrap_err();
        assert_eq!((stopped.error.code, stopped.progress.unwrap().offset), ("hash_mismatch", 0));
        let ended = uploads.receive(&lin, begun.id, 0, None, whole(&photo)).await.unwrap();
        assert_eq!(ended.offset, ended.length);
    }

    #[tokio::test]
    async fn what_is_no_photo_is_refused_and_dropped() {
        let (house, lin) = (House::new().await, somebody());
        let uploads = &house.photos.uploads;
        let page = b"<!doctype html><script>alert(1)</script>".repeat(10);
        for piece in [page.len(), 20] {
            let begun = uploads.begin(&lin, announced(&page)).await.unwrap();
            let stopped = match uploads.receive(&lin, begun.id, 0, None, whole(&page[..piece])).await {
                Ok(progress) => {
                    let rest = whole(&page[piece..]);
                    uploads.receive(&lin, begun.id, progress.offset, None, rest).await.unwrap_err()
                }
                Err(stopped) => stopped,
            };
            assert_eq!((stopped.error.code, stopped.progress), ("not_a_photo", None));
            assert_eq!(uploads.stand(&lin, begun.id).await.unwrap_err().code, "no_such_upload");
        }
        assert!(house.photos.folder.incoming().await.unwrap().is_empty(), "nothing stays behind");

        let too_long = Announced { length: MAX_BYTES + 1, ..announced(&page) };
        assert_eq!(uploads.begin(&lin, too_long).await.unwrap_err().kind, Kind::TooLarge);
        assert_eq!(uploads.begin(&lin, announced(b"")).await.unwrap_err().kind, Kind::UnsupportedMedia);
    }

    #[tokio::test]
    async fn more_bytes_than_announced_are_not_kept() {
        let (house, lin) = (House::new().await, somebody());
        let photo = Shot::number(6).jpeg(320, 240, 80);
        let begun = house.photos.uploads.begin(&lin, announced(&photo)).await.unwrap();
        let longer = [photo.as_slice(), b"and more"].concat();
        let stopped =
            house.photos.uploads.receive(&lin, begun.id, 0, None, whole(&longer)).await.unwrap_err();
        assert_eq!(
            (stopped.error.code, stopped.progress.unwrap().offset),
            ("more_than_announced", photo.len() as u64)
        );
        // What was announced is complete: the next question makes it a photo.
        let stands = house.photos.uploads.stand(&lin, begun.id).await.unwrap();
        assert_eq!(stands.offset, stands.length);
        assert_eq!(house.photos.folder.bytes(&Sha256::of(&photo)).await.unwrap().unwrap(), photo);
    }

    #[tokio::test]
    async fn an_upload_belongs_to_its_person() {
        let (house, lin, other) = (House::new().await, somebody(), somebody());
        let uploads = &house.photos.uploads;
        let photo = Shot::number(7).jpeg(320, 240, 80);
        let begun = uploads.begin(&lin, announced(&photo)).await.unwrap();
        assert_eq!(uploads.stand(&other, begun.id).await.unwrap_err().kind, Kind::NotFound);
        assert_eq!(uploads.terminate(&other, begun.id).await.unwrap_err().kind, Kind::NotFound);
        let stopped = uploads.receive(&other, begun.id, 0, None, whole(&photo)).await.unwrap_err();
        assert_eq!(stopped.error.kind, Kind::NotFound);
        // The same person on another phone goes on with it.
        let elsewhere = Actor { device: sync_protocol::id::DeviceId(Uuid::now_v7()), ..lin.clone() };
        assert_eq!(uploads.stand(&elsewhere, begun.id).await.unwrap().offset, 0);
        uploads.terminate(&elsewhere, begun.id).await.unwrap();
        assert_eq!(uploads.stand(&lin, begun.id).await.unwrap_err().code, "no_such_upload");
    }

    #[tokio::test]
    async fn two_people_may_bring_the_same_photo_at_once() {
        let (house, lin, chen) = (House::new().await, somebody(), somebody());
        let uploads = &house.photos.uploads;
        let photo = Shot::number(8).jpeg(320, 240, 80);
        let first = uploads.begin(&lin, announced(&photo)).await.unwrap();
        let second = uploads.begin(&chen, announced(&photo)).await.unwrap();
        uploads.receive(&chen, second.id, 0, None, whole(&photo[..800])).await.unwrap();
        uploads.receive(&lin, first.id, 0, None, whole(&photo)).await.unwrap();
        let stands = uploads.stand(&chen, second.id).await.unwrap();
        assert_eq!(stands.offset, stands.length, "it is here, whoever brought it");
        let row = photos::photo(&mut house.store.read().await.unwrap(), &Sha256::of(&photo)).await.unwrap();
        assert_eq!(row.unwrap().made_by, lin.user);
    }

    #[tokio::test]
    async fn a_crash_between_the_file_and_its_row_loses_nothing() {
        let (house, lin) = (House::new().await, somebody());
        let photo = Shot::number(9).jpeg(320, 240, 80);
        let sha256 = Sha256::of(&photo);
        let begun = house.photos.uploads.begin(&lin, announced(&photo)).await.unwrap();
        let mut part = Part::open(&house.photos.folder, begun.id).unwrap();
        part.append(&photo).unwrap();
        part.become_photo(&sha256, house.clock.now()).unwrap();

        let house = house.restarted().await;
        let stands = house.photos.uploads.stand(&lin, begun.id).await.unwrap();
        assert_eq!(stands.offset, stands.length);
        assert!(is_there(&house, &sha256).await);
        let due = jobs::due(&mut house.store.read().await.unwrap(), house.clock.now(), 9).await.unwrap();
        assert_eq!(due.iter().map(|job| job.key.as_str()).collect::<Vec<_>>(), [sha256.to_string()]);
    }

    #[tokio::test]
    async fn uploads_expire_a_month_after_their_last_byte() {
        let (house, lin) = (House::new().await, somebody());
        let photo = Shot::number(10).jpeg(320, 240, 80);
        let begun = house.photos.uploads.begin(&lin, announced(&photo)).await.unwrap();
        house.photos.uploads.receive(&lin, begun.id, 0, None, whole(&photo[..800])).await.unwrap();
        let stands = house.photos.uploads.stand(&lin, begun.id).await.unwrap();
        let days = (stands.expires_at.0 - house.clock.now().0) / (24 * 3600 * 1000);
        assert!((KEPT_DAYS - 1..=KEPT_DAYS).contains(&days), "{days}");

        house.clock.advance(TimeDelta::days(29));
        assert_eq!(house.photos.expire_uploads().await.unwrap(), 0);
        assert_eq!(house.photos.sweep_orphans().await.unwrap(), 0, "it is known, so it is no orphan");
        house.clock.advance(TimeDelta::days(2));
        assert_eq!(house.photos.expire_uploads().await.unwrap(), 1);
        assert_eq!(house.photos.uploads.stand(&lin, begun.id).await.unwrap_err().code, "no_such_upload");
        assert!(house.photos.folder.incoming().await.unwrap().is_empty());
    }
}
