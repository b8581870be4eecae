//! A document as a PDF, set by a program of its own: `siteledger-typeset`.
//!
//! It is handed the document and its photos in a folder, has a time in which to be done, limits its own
//! memory, and is ended when nobody waits for it any more. A server without it says what is missing;
//! the page that a browser prints needs nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use serde::Serialize;
use sync_protocol::photo::Sha256;
use tokio::process::Command;
use tokio::sync::Semaphore;

use super::paper::{qr, rows};
use crate::blobs::desk::{Desk, Made};
use crate::blobs::folder::Folder;
use crate::error::{Error, Kind, Result};
use crate::reports::document::{Binding, Block, Cell, Document, Paper, Photo, RowRole, Table};

/// How many documents are set at a time: each takes a core, and a few hundred megabytes.
const AT_ONCE: usize = 1;
/// How long somebody waits for a turn.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a document may take.
const MOST: Duration = Duration::from_mins(2);
/// The exit code that says that no font has Chinese letters.
const NO_FONTS: i32 = 3;
/// How much is kept of what it says of a failure.
const MOST_SAID: usize = 2000;

/// From where a document's pictures come.
pub trait Pictures: Sync {
    /// The picture of a photo as JPEG, small enough for paper; nothing if there is none, or it is not
    /// for whoever asks.
    fn picture(&self, sha256: Sha256) -> BoxFuture<'_, Result<Option<Bytes>>>;
}

/// Has documents set.
pub struct Typesetter {
    program: PathBuf,
    turns: Semaphore,
    /// How long a document may take.
    most: Duration,
}

impl Typesetter {
    /// By that program.
    pub const fn new(program: PathBuf) -> Self {
        Self { program, turns: Semaphore::const_new(AT_ONCE), most: MOST }
    }

    /// Whether the program is there at all.
    pub fn is_there(&self) -> bool {
        self.program.is_file()
    }

    /// Sets a document. `folder` is on the disk that it is worked on.
    ///
    /// # Errors
    /// What is missing on this server, or why it did not succeed; the page to print can be had anyway.
    pub async fn pdf(&self, document: &Document, pictures: &dyn Pictures, folder: &Folder) -> Result<Made> {
        if !self.is_there() {
            return Err(missing(&self.program));
        }
        let turn = tokio::time::timeout(PATIENCE, self.turns.acquire()).await.map_err(|_| busy())?;
        let _turn = turn.map_err(Error::internal)?;
        let desk = Desk::open(folder).await?;
        let files = lay_photos(&desk, document, pictures).await?;
        let laid = serde_json::to_vec(&Laid::of(document, &files)).map_err(Error::internal)?;
        desk.lay("document.json", laid.into()).await?;
        let began = tokio::time::Instant::now();
        let output = tokio::time::timeout(self.most, self.run(&desk)).await.map_err(|_| too_long())??;
        metrics::histogram!("siteledger_typeset_seconds").record(began.elapsed().as_secs_f64());
        if output.status.code() == Some(NO_FONTS) {
            return Err(no_fonts());
        }
        match desk.take("book.pdf").await? {
            Some(made) if output.status.success() => Ok(made),
            _ => Err(failed(&output)),
        }
    }

    async fn run(&self, desk: &Desk) -> Result<Output> {
        let mut command = Command::new(&self.program);
        command.arg(desk.path()).env_clear();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        command.output().await.map_err(|error| missing(&self.program).because(error))
    }
}

/// Lays the photos of a document on the desk, one after the other; tells their files.
async fn lay_photos(
    desk: &Desk,
    document: &Document,
    pictures: &dyn Pictures,
) -> Result<BTreeMap<Sha256, String>> {
    let mut files = BTreeMap::new();
    for sha256 in photos_of(document) {
        if files.contains_key(&sha256) {
            continue;
        }
        if let Some(jpeg) = pictures.picture(sha256).await? {
            let file = format!("{sha256}.jpg");
            desk.lay(&file, jpeg).await?;
            files.insert(sha256, file);
        }
    }
    Ok(files)
}

/// The photos of a document, each as often as it stands there.
pub fn photos_of(document: &Document) -> Vec<Sha256> {
    let photos = document.blocks.iter().filter_map(|block| match block {
        Block::Photos { photos } => Some(photos),
        _ => None,
    });
    photos.flatten().map(|photo| photo.sha256).collect()
}

// What the program reads -------------------------------------------------------------------------

/// A document as the program reads it: nothing is left to be reckoned or looked up.
#[derive(Serialize)]
struct Laid<'d> {
    name: String,
    title: String,
    lang: &'static str,
    size: &'static str,
    landscape: bool,
    book: bool,
    mark: Option<&'d str>,
    stated: Vec<LaidLine>,
    blocks: Vec<LaidBlock<'d>>,
}

#[derive(Serialize)]
struct LaidLine {
    label: String,
    value: String,
}

#[derive(Serialize)]
#[serde(tag = "block", rename_all = "snake_case")]
enum LaidBlock<'d> {
    Heading { text: String },
    Subheading { text: String },
    Text { text: String },
    Warning { text: String },
    Lines { rows: Vec<Vec<LaidLine>> },
    Table { title: &'d str, columns: Vec<LaidColumn>, rows: Vec<LaidRow> },
    Photos { photos: Vec<LaidPhoto<'d>> },
    Signatures { lines: &'d [String] },
    Qr { code: Option<String>, caption: String },
    NewPage,
}

#[derive(Serialize)]
struct LaidColumn {
    label: String,
    width: u16,
}

#[derive(Serialize)]
struct LaidRow {
    role: &'static str,
    cells: Vec<LaidCell>,
}

#[derive(Serialize)]
struct LaidCell {
    text: String,
    figure: bool,
}

#[derive(Serialize)]
struct LaidPhoto<'d> {
    file: Option<&'d str>,
    caption: String,
    watermark: String,
}

impl<'d> Laid<'d> {
    fn of(document: &'d Document, files: &'d BTreeMap<Sha256, String>) -> Self {
        Self {
            name: foldable(&document.name),
            title: foldable(&document.title),
            lang: document.language.pick("zh", "en"),
            size: size_of(document),
            landscape: document.paper == Paper::Landscape,
            book: document.binding == Binding::Book,
            mark: document.mark.as_deref(),
            stated: document.stated.iter().map(|line| LaidLine::of(&line.label, &line.value)).collect(),
            blocks: document.blocks.iter().map(|block| LaidBlock::of(block, files)).collect(),
        }
    }
}

/// Across A4, unless a table has more columns than that has room for.
fn size_of(document: &Document) -> &'static str {
    const LETTERS_ACROSS_A4: u32 = 100;
    let is_wide = |block: &Block| match block {
        Block::Table(table) => {
            table.columns.iter().map(|column| u32::from(column.width)).sum::<u32>() > LETTERS_ACROSS_A4
        }
        _ => false,
    };
    let is_wide = document.paper == Paper::Landscape && document.blocks.iter().any(is_wide);
    if is_wide { "a3" } else { "a4" }
}

impl LaidLine {
    fn of(label: &str, value: &str) -> Self {
        Self { label: foldable(label), value: foldable(value) }
    }
}

impl<'d> LaidBlock<'d> {
    fn of(block: &'d Block, files: &'d BTreeMap<Sha256, String>) -> Self {
        match block {
            Block::Heading { text } => Self::Heading { text: foldable(text) },
            Block::Subheading { text } => Self::Subheading { text: foldable(text) },
            Block::Text { text } => Self::Text { text: foldable(text) },
            Block::Warning { text } => Self::Warning { text: foldable(text) },
            Block::Lines { lines } => {
                let row = |row: Vec<&crate::reports::document::Line>| {
                    row.into_iter().map(|line| LaidLine::of(&line.label, &line.value)).collect()
                };
                Self::Lines { rows: rows(lines).into_iter().map(row).collect() }
            }
            Block::Table(table) => Self::table(table),
            Block::Photos { photos } => {
                Self::Photos { photos: photos.iter().map(|photo| laid_photo(photo, files)).collect() }
            }
            Block::Signatures { lines } => Self::Signatures { lines },
            Block::Qr { payload, caption } => Self::Qr { code: qr(payload), caption: foldable(caption) },
            Block::NewPage => Self::NewPage,
        }
    }

    fn table(table: &'d Table) -> Self {
        let columns = table.columns.iter();
        let columns = columns.map(|its| LaidColumn { label: foldable(&its.label), width: its.width.max(1) });
        let rows = table.rows.iter().map(|row| {
            let role = match row.role {
                RowRole::Item => "item",
                RowRole::Subtotal => "subtotal",
                RowRole::Total => "total",
            };
            let cells = row.cells.iter();
            let cells = cells.map(|its| LaidCell { text: printed(its), figure: its.is_figure() });
            LaidRow { role, cells: cells.collect() }
        });
        Self::Table { title: &table.title, columns: columns.collect(), rows: rows.collect() }
    }
}

fn laid_photo<'d>(photo: &Photo, files: &'d BTreeMap<Sha256, String>) -> LaidPhoto<'d> {
    LaidPhoto {
        file: files.get(&photo.sha256).map(String::as_str),
        caption: foldable(&photo.caption),
        watermark: foldable(&photo.watermark),
    }
}

/// A cell on paper. A day may be folded, so that it never runs into the next column.
fn printed(cell: &Cell) -> String {
    match cell {
        Cell::Day(day) => day.to_string().replace('-', "-\u{200b}"),
        cell => foldable(&cell.printed()),
    }
}

/// A text whose long runs of letters without a gap, such as hashes, may be folded; without letters that
/// control a printer.
fn foldable(text: &str) -> String {
    const RUN: usize = 16;
    let mut out = String::with_capacity(text.len());
    let mut run = 0;
    for letter in text.chars().filter(|letter| !letter.is_control() || *letter == '\n') {
        run = if letter.is_ascii_graphic() { run + 1 } else { 0 };
        out.push(letter);
        if run == RUN {
            out.push('\u{200b}');
            run = 0;
        }
    }
    out
}

// Failures ---------------------------------------------------------------------------------------

fn missing(program: &Path) -> Error {
    tracing::info!(program = %program.display(), "there is no program that sets pages");
    Error::new(
        Kind::Unavailable(3600),
        "typesetter_missing",
        "服务器上没有排版程序 siteledger-typeset，不能生成 PDF；没有内容丢失。请改用网页（.html）打印，或请管理员把它放在服务器程序旁边（或用 --typeset 指明）",
        "this server has no siteledger-typeset, so it makes no PDF; nothing is lost. Print the page (.html) instead, or have the administrator put it beside the server's program, or name it with --typeset",
    )
}

fn no_fonts() -> Error {
    Error::new(
        Kind::Unavailable(3600),
        "fonts_missing",
        "服务器上没有中文字体，不能生成 PDF；没有内容丢失。请改用网页（.html）打印，或请管理员安装字体（Debian：fonts-noto-cjk）",
        "this server has no font with Chinese letters, so it makes no PDF; nothing is lost. Print the page (.html) instead, or have the administrator install one (Debian: fonts-noto-cjk)",
    )
}

fn busy() -> Error {
    Error::new(
        Kind::Unavailable(30),
        "typesetter_busy",
        "正在排版的文件太多，请稍等再试，或改用网页（.html）打印",
        "too many documents are being set; try again in a moment, or print the page (.html)",
    )
}

fn too_long() -> Error {
    Error::new(
        Kind::Unavailable(60),
        "typeset_too_long",
        "排版用时过长，已停止；没有内容丢失。请改用网页（.html）打印，或缩小范围",
        "setting the document took too long and was ended; nothing is lost. Print the page (.html) instead, or ask for less",
    )
}

fn failed(output: &Output) -> Error {
    let said = String::from_utf8_lossy(&output.stderr);
    let said: String = said.chars().take(MOST_SAID).collect();
    Error::new(
        Kind::Unavailable(60),
        "typeset_failed",
        "排版没有成功；没有内容丢失。请改用网页（.html）打印，并请管理员查看日志",
        "setting the document did not succeed; nothing is lost. Print the page (.html) instead, and have the administrator look at the log",
    )
    .because(anyhow::anyhow!("siteledger-typeset ended with {}: {said}", output.status))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::error::Language;

    /// A document has no photos here.
    struct NoPictures;

    impl Pictures for NoPictures {
        fn picture(&self, _: Sha256) -> BoxFuture<'_, Result<Option<Bytes>>> {
            Box::pin(async { Ok(None) })
        }
    }

    /// A program that tells its process and then does nothing for ever.
    fn stuck(within: &Path) -> PathBuf {
        let program = within.join("stuck");
        let script = format!("#!/bin/sh\necho $$ > '{}/pid'\nexec sleep 3600\n", within.display());
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        program
    }

    #[tokio::test]
    async fn a_program_that_is_stuck_is_ended_and_keeps_nobody_else_from_a_turn() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open(&temp.path().join("photos")).unwrap();
        let typesetter =
            Typesetter { most: Duration::from_millis(300), ..Typesetter::new(stuck(temp.path())) };
        let document = Document::new("演示".to_owned(), "演示".to_owned(), Language::Chinese);
        for round in 0..2 {
            let error = typesetter.pdf(&document, &NoPictures, &folder).await.unwrap_err();
            assert_eq!(error.code, "typeset_too_long", "round {round}");
            let pid = std::fs::read_to_string(temp.path().join("pid")).unwrap();
            let running = PathBuf::from(format!("/proc/{}/cmdline", pid.trim()));
            // Once it is ended it has no command line, and soon no process.
            let ended = || std::fs::read(&running).map_or(true, |said| said.is_empty());
            while !ended() {
                tokio::task::yield_now().await;
            }
        }
    }

    #[test]
    fn long_runs_may_be_folded_and_nothing_controls_a_printer() {
        let hash = "a".repeat(40);
        let folded = foldable(&format!("照片 {hash}\n二\u{7}\u{1b}"));
        assert_eq!(folded.matches('\u{200b}').count(), 2);
        assert_eq!(folded.replace('\u{200b}', ""), format!("照片 {hash}\n二"));
        assert_eq!(foldable("主体二层柱钢筋绑扎完成，HRB400 Φ16"), "主体二层柱钢筋绑扎完成，HRB400 Φ16");
    }
}
