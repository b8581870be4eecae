//! Where the bytes of one PATCH go: into the upload's file as they come, or, with a checksum,
//! beside it until they have passed.

use std::io::{self, Read as _};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use sha2::Digest as _;
use sync_protocol::photo::Sha256;
use uuid::Uuid;

use super::sniff::{self, MediaType};
use super::turns::Turn;
use crate::blobs::folder::Folder;
use crate::blobs::part::{Checksum, Part, Trial};
use crate::blobs::{self, blocking};
use crate::error::{Error, Kind, Result};

/// A body that is not wanted is read up to here.
const DRAINED_BYTES: usize = 1024 * 1024;
const DRAINED_WITHIN: Duration = Duration::from_secs(5);
/// How much of what is in the air is still taken when somebody else takes over.
const LAST_CHUNKS: usize = 64;

/// How the body of a PATCH ended.
pub(super) enum Ended {
    /// With its last byte.
    Well,
    /// Before, or after more bytes than the upload has.
    Cut(Error),
    /// With the first bytes of something that is no photo.
    Refused(Error),
}

/// Writes what comes until the body ends, the upload is full, or somebody else takes over.
pub(super) async fn take_in<S>(turn: &Turn, sink: &mut Sink, length: u64, body: &mut S) -> Ended
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
            chunk = body.next() => chunk,
        };
        let chunk = match chunk {
            Some(Ok(chunk)) => chunk,
            Some(Err(error)) => return Ended::Cut(error),
            None => return Ended::Well,
        };
        if let Err(ended) = sink.take(chunk, length).await {
            return ended;
        }
    }
}

/// Where the bytes of one PATCH go.
pub(super) struct Sink {
    /// Lent to the thread that writes.
    files: Option<Files>,
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
pub(super) struct Settled {
    /// The file.
    pub(super) part: Part,
    /// The hash of everything, if all of it came with this PATCH.
    pub(super) whole: Option<Sha256>,
    /// Whether the bytes are what their checksum says.
    pub(super) passed: bool,
    /// Whether they passed and begin something that is no photo.
    pub(super) is_other: bool,
    /// Whether everything is on the disk.
    pub(super) flushed: io::Result<()>,
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

    /// Whether enough came to tell that it is no photo.
    fn is_other(&mut self) -> io::Result<bool> {
        let mut start = Vec::with_capacity(sniff::ENOUGH_BYTES);
        self.part.read()?.take(sniff::ENOUGH_BYTES as u64).read_to_end(&mut start)?;
        Ok(start.len() >= sniff::ENOUGH_BYTES && MediaType::of(&start).is_none())
    }

    fn settle(mut self, is_whole_body: bool) -> Settled {
        let (mut passed, mut is_other) = (true, false);
        let mut written = Ok(());
        if let Some(trial) = self.trial.take() {
            passed = is_whole_body && trial.is_as_expected();
            if passed {
                let is_beginning = self.part.length() == 0;
                written = trial.pass(&mut self.part);
                is_other = is_beginning && self.is_other().unwrap_or(false);
            }
        }
        let flushed = self.part.flush().and(written);
        let whole = self.whole.map(|whole| Sha256(whole.finalize().into()));
        Settled { part: self.part, whole, passed, is_other, flushed }
    }
}

impl Sink {
    pub(super) async fn open(
        folder: &Folder,
        upload: Uuid,
        part: Part,
        checksum: Option<Checksum>,
    ) -> Result<Self> {
        let folder = folder.clone();
        let open = move || {
            let trial = checksum.map(|expected| Trial::begin(&folder, upload, expected)).transpose()?;
            let whole = (part.length() == 0 && trial.is_none()).then(sha2::Sha256::new);
            Ok(Files { part, trial, whole })
        };
        Ok(Self { files: Some(blocking(open).await?) })
    }

    /// Writes a chunk, as far as the upload has room for it.
    async fn take(&mut self, mut chunk: Bytes, length: u64) -> Result<(), Ended> {
        let lost = || Ended::Cut(Error::internal(anyhow::anyhow!("a photo's file was lost while writing")));
        let mut files = self.files.take().ok_or_else(lost)?;
        // Bytes with a checksum may be damaged: what they are is asked once they have passed.
        let is_beginning = files.length() == 0 && files.trial.is_none();
        if is_beginning && chunk.len() >= sniff::ENOUGH_BYTES && MediaType::of(&chunk).is_none() {
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
    pub(super) async fn settle(self, is_whole_body: bool) -> Result<Settled> {
        let lost = || Error::internal(anyhow::anyhow!("a photo's file was lost while writing"));
        let files = self.files.ok_or_else(lost)?;
        blocking(move || Ok(files.settle(is_whole_body))).await
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

fn taken_over() -> Error {
    Error::new(
        Kind::Conflict,
        "upload_taken_over",
        "同一上传任务有了新的请求，本次传输到此为止；已收到的内容已保存，请从新的位置继续",
        "a newer request took over this upload; what arrived is kept, go on from the new offset",
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
