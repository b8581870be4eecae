//! Packs files into a ZIP that is sent while it grows. Compressing and hashing may block, so one thread
//! does it and is handed piece after piece; what waits between the two is bounded.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use bytes::Bytes;
use chrono::{Datelike as _, Timelike as _};
use futures_util::{Stream, StreamExt as _};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::blobs;
use crate::blobs::growing::Writing;
use crate::clock::Moment;
use crate::error::{Error, Kind, Result};
use crate::reports::table::legible::clock_in_china;

/// The code of the failure that nobody takes the dossier any more.
pub(super) const GONE: &str = "reader_gone";
/// The list of all files with their hashes, as `sha256sum -c` reads it.
const SUMS: &str = "SHA256SUMS";
/// How many pieces wait to be packed.
const AHEAD: usize = 4;

/// What the packer is told.
enum Piece {
    /// A file begins.
    Begin { name: String, compressed: bool },
    /// Some of its bytes.
    Bytes(Bytes),
    /// That was all.
    End,
}

/// A ZIP on its way.
pub(super) struct Packing {
    pieces: mpsc::Sender<Piece>,
    packer: JoinHandle<io::Result<(usize, u64)>>,
}

impl Packing {
    /// Begins one whose files are dated `now`.
    pub(super) fn begin(sink: Writing, now: Moment) -> Self {
        let (pieces, taken) = mpsc::channel(AHEAD);
        let packer = tokio::task::spawn_blocking(move || pack(sink, taken, dated(now)));
        Self { pieces, packer }
    }

    /// Adds a text.
    pub(super) async fn text(&mut self, name: &str, text: String) -> Result<()> {
        self.tell(Piece::Begin { name: name.to_owned(), compressed: true }).await?;
        self.tell(Piece::Bytes(text.into())).await
    }

    /// Adds bytes that are compressed already.
    pub(super) async fn stored(&mut self, name: &str, bytes: Bytes) -> Result<()> {
        self.tell(Piece::Begin { name: name.to_owned(), compressed: false }).await?;
        self.tell(Piece::Bytes(bytes)).await
    }

    /// Adds what is read piece by piece, and compressed already.
    pub(super) async fn stream(
        &mut self,
        name: &str,
        bytes: impl Stream<Item = io::Result<Bytes>> + Send,
    ) -> Result<()> {
        self.tell(Piece::Begin { name: name.to_owned(), compressed: false }).await?;
        let mut bytes = std::pin::pin!(bytes);
        while let Some(bytes) = bytes.next().await {
            self.tell(Piece::Bytes(bytes.map_err(blobs::failed)?)).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, piece: Piece) -> Result<()> {
        if self.pieces.send(piece).await.is_ok() {
            return Ok(());
        }
        // It stopped by itself: why, it says.
        let stopped = (&mut self.packer).await.map_err(Error::internal)?;
        Err(stopped.err().map_or_else(|| Error::internal(anyhow::anyhow!("the packer stopped")), unpacked))
    }

    /// Adds the hashes, and ends it; tells how many files and bytes there are.
    pub(super) async fn finish(mut self) -> Result<(usize, u64)> {
        self.tell(Piece::End).await?;
        self.packer.await.map_err(Error::internal)?.map_err(unpacked)
    }
}

fn unpacked(error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Error::new(Kind::Gone, GONE, "没有人在接收这份档案", "nobody takes this dossier any more")
            .because(error);
    }
    blobs::failed(error)
}

fn dated(now: Moment) -> DateTime {
    let now = clock_in_china(now);
    let date = now.date();
    let (month, day) = (date.month() as u8, date.day() as u8);
    let (hour, minute, second) = (now.hour() as u8, now.minute() as u8, now.second() as u8);
    let year = u16::try_from(date.year()).unwrap_or(1980);
    DateTime::from_date_and_time(year, month, day, hour, minute, second).unwrap_or_default()
}

/// The hashes of the files so far.
#[derive(Default)]
struct Sums {
    lines: String,
    files: usize,
    current: Option<(String, Sha256)>,
}

impl Sums {
    fn begin(&mut self, name: String) {
        self.end();
        self.current = Some((name, Sha256::new()));
    }

    fn add(&mut self, bytes: &[u8]) {
        if let Some((_, hash)) = &mut self.current {
            hash.update(bytes);
        }
    }

    fn end(&mut self) {
        if let Some((name, hash)) = self.current.take() {
            self.files += 1;
            let _ = writeln!(self.lines, "{}  {name}", hex::encode(hash.finalize()));
        }
    }
}

fn pack(sink: Writing, mut pieces: mpsc::Receiver<Piece>, dated: DateTime) -> io::Result<(usize, u64)> {
    let mut zip = ZipWriter::new_stream(sink);
    let mut sums = Sums::default();
    let options = |compressed: bool| {
        let method = if compressed { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(dated)
            .unix_permissions(0o644)
            .large_file(false)
    };
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::Begin { name, compressed } => {
                zip.start_file(&name, options(compressed))?;
                sums.begin(name);
            }
            Piece::Bytes(bytes) => {
                sums.add(&bytes);
                zip.write_all(&bytes)?;
            }
            Piece::End => {
                sums.end();
                zip.start_file(SUMS, options(true))?;
                zip.write_all(sums.lines.as_bytes())?;
                let sink: StreamWriter<Writing> = zip.finish()?;
                let bytes = sink.into_inner().finish()?;
                return Ok((sums.files + 1, bytes));
            }
        }
    }
    Err(io::Error::new(
        io::ErrorKind::UnexpectedEof,
        "the files of a dossier were not handed over to their end",
    ))
}
