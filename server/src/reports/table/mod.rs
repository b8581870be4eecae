//! Tables of any kind of record, for a spreadsheet, a map, or another program.
//!
//! Records are read page by page from one moment of the database, only those that the reader has in
//! scope; each page is turned into rows where that may block, and goes to the disk at once. However
//! many there are, a page of them is in memory. Whoever takes the table away reads it from the disk
//! while it grows: a slow line keeps no moment of the database alive.
//!
//! What could not be read is told at the end of the table, and in the log: nothing is left out in
//! silence.

pub(in crate::reports) mod cell;
pub(in crate::reports) mod codes;
mod columns;
mod csv;
pub(in crate::reports) mod entry;
mod geojson;
mod keys;
pub(in crate::reports) mod legible;
pub mod listing;
mod ndjson;
pub mod question;
mod reading;
mod rows;
pub(in crate::reports) mod title;
mod xlsx;

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};
use tracing::Instrument as _;

use crate::access::actor::Actor;
use crate::blobs;
use crate::blobs::folder::Folder;
use crate::blobs::growing::{self, Writing};
use crate::clock::Moment;
use crate::error::{Error, Kind, Result};
use crate::store::{Store, Tx};
use crate::sync::engine::Engine;
use crate::sync::scope::ReadScope;
use codes::Codes;
use columns::Columns;
use csv::Csv;
use geojson::Geojson;
use ndjson::Ndjson;
pub use ndjson::write_line;
use question::{Format, Question};
use reading::{Missing, Page, Read, Reader};
use rows::Rows;
use xlsx::Xlsx;

/// How many tables are written at a time: each holds a reader of the database.
static WRITTEN_AT_ONCE: Semaphore = Semaphore::const_new(2);
/// How many tables are on the disk at a time, done or not.
static KEPT_AT_ONCE: Semaphore = Semaphore::const_new(16);
/// How long somebody waits for a place.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many pages wait to be turned into rows.
const PAGES_AHEAD: usize = 2;

/// A table that is being written.
trait Table<W>: Send {
    /// Takes some records.
    fn page(&mut self, page: &Page) -> Result<()>;
    /// That was all. Gives back where it went, and how many rows there are.
    fn end(self: Box<Self>, missing: &Missing) -> Result<(W, u64)>;
}

/// What came of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// How many rows, lines or features it has.
    pub rows: u64,
    /// How many records are missing, since their rows are damaged.
    pub missing: u64,
}

/// Everything that a table is made with.
pub struct Tables<'a> {
    /// The database.
    pub store: &'a Store,
    /// Knows what is in scope.
    pub engine: &'a Engine,
    /// On whose disk tables are written.
    pub folder: &'a Folder,
}

impl Tables<'_> {
    /// A table of what somebody has in scope: its bytes, while it is being written.
    ///
    /// # Errors
    /// If nothing of that kind is in scope, the question makes no sense, or there is no room. Later
    /// failures break the stream off.
    pub async fn export(
        self,
        actor: &Actor,
        now: Moment,
        question: Question,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + use<>> {
        let scope = self.engine.read_scope(actor, now);
        reading::demand(&scope, &question)?;
        question.check()?;
        let kept = place(&KEPT_AT_ONCE).await?;
        let turn = place(&WRITTEN_AT_ONCE).await?;
        let (sink, reading) = growing::begin(self.folder).await?;
        let (store, scratch) = (self.store.clone(), self.folder.scratch());
        let writing = async move {
            let told = written(&store, &scope, &question, scratch, sink).await;
            drop(turn);
            tell(&question, &told);
        };
        tokio::spawn(writing.in_current_span());
        Ok(reading.stream().inspect(move |_| {
            // The place is given back with the stream.
            let _kept = &kept;
        }))
    }
}

async fn place(places: &'static Semaphore) -> Result<SemaphorePermit<'static>> {
    match tokio::time::timeout(PATIENCE, places.acquire()).await {
        Ok(permit) => permit.map_err(Error::internal),
        Err(_) => Err(Error::new(
            Kind::Unavailable(10),
            "tables_busy",
            "正在导出的表太多，请稍等再试",
            "too many tables are being exported; try again in a moment",
        )),
    }
}

async fn written(
    store: &Store,
    scope: &ReadScope,
    question: &Question,
    scratch: PathBuf,
    sink: Writing,
) -> Result<(Told, u64)> {
    let mut tx = store.snapshot().await?;
    let of = Of { scope, question, healer: Some(store), scratch: Some(scratch) };
    let (told, sink) = write(&mut tx, of, sink).await?;
    drop(tx);
    let finished = tokio::task::spawn_blocking(move || sink.finish()).await.map_err(Error::internal)?;
    Ok((told, finished.map_err(unwritten)?))
}

/// Who took what away, when and how much of it: that is looked up for months.
fn tell(question: &Question, told: &Result<(Told, u64)>) {
    let (kind, format) = (question.kind.name, question.format.extension());
    let outcome = match told {
        Ok((told, _)) if told.missing > 0 => "in_part",
        Ok(_) => "complete",
        Err(error) if error.code == GONE => "left",
        Err(_) => "failed",
    };
    metrics::counter!("siteledger_tables_total", "format" => format, "outcome" => outcome).increment(1);
    let county = question.county.as_deref().unwrap_or("all in scope");
    match told {
        Ok((Told { rows, missing }, bytes)) => {
            tracing::info!(
                kind,
                format,
                county,
                rows,
                missing,
                bytes,
                "exported a table of {kind}: {rows} rows"
            );
        }
        Err(error) if error.code == GONE => {
            tracing::info!(kind, format, county, "a table of {kind} was not taken to its end");
        }
        Err(error) => tracing::error!(?error, kind, format, county, "could not export a table of {kind}"),
    }
}

/// What a table is of.
pub struct Of<'a> {
    /// What is in scope.
    pub scope: &'a ReadScope,
    /// What is asked for.
    pub question: &'a Question,
    /// Where damaged rows can be made anew.
    pub healer: Option<&'a Store>,
    /// Where a workbook lies until it is done.
    pub scratch: Option<PathBuf>,
}

/// Writes a table of what is in scope, whoever asks. `tx` must be one snapshot.
pub async fn write<W>(tx: &mut Tx, of: Of<'_>, sink: W) -> Result<(Told, W)>
where
    W: Write + Send + 'static,
{
    let Of { scope, question, healer, scratch } = of;
    let mut reader = Reader { tx, scope, question, healer };
    let is_table = matches!(question.format, Format::Csv | Format::Xlsx);
    let has_keys = question.listing.as_ref().is_none_or(|listing| listing.has_keys(question.kind));
    let keys =
        if is_table && has_keys { reader.keys().await?.found() } else { std::collections::BTreeMap::new() };
    let codes = if keys.is_empty() { Codes::default() } else { reader.shared_codes().await? };
    let (pages, taken) = mpsc::channel(PAGES_AHEAD);
    let asked = question.clone();
    let writing = tokio::task::spawn_blocking(move || {
        let columns = Columns::of(asked.kind, &keys, &codes, asked.language);
        let columns = match &asked.listing {
            Some(listing) => columns.chosen(listing),
            None => columns,
        };
        let rows = |question: Question| Rows { question, columns, count: 0 };
        let table: Box<dyn Table<W>> = match asked.format {
            Format::Csv => Box::new(Csv::begin(rows(asked), sink)?),
            Format::Xlsx => Box::new(Xlsx::begin(rows(asked), sink, scratch.as_deref())?),
            Format::Ndjson => Box::new(Ndjson::begin(asked, sink)),
            Format::Geojson => Box::new(Geojson::begin(asked, sink)?),
        };
        take(table, taken)
    });
    let read = reader.read(&pages).await;
    drop(pages);
    let written = writing.await.map_err(Error::internal)?;
    // Where reading failed, writing only says that it was not told the end.
    read?;
    written
}

fn take<W>(mut table: Box<dyn Table<W>>, mut pages: mpsc::Receiver<Read>) -> Result<(Told, W)> {
    while let Some(read) = pages.blocking_recv() {
        match read {
            Read::Page(page) => table.page(&page)?,
            Read::End(missing) => {
                let (sink, rows) = table.end(&missing)?;
                return Ok((Told { rows, missing: missing.count }, sink));
            }
        }
    }
    Err(Error::internal(anyhow::anyhow!("the records of a table were not read to their end")))
}

const GONE: &str = "reader_gone";

/// Why something of a table could not be written.
fn unwritten(error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Error::new(Kind::Gone, GONE, "没有人在接收这张表", "nobody takes this table any more")
            .because(error);
    }
    blobs::failed(error)
}
