//! `siteledger export`: what is stored, for other programs to read.

mod book;
mod report;
mod table;

use std::fs::File;
use std::io::{self, BufWriter, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use sync_protocol::id::RecordId;
use sync_protocol::kinds;

use super::{Common, no_database, progress};
use crate::error::{Error, Kind, Result};
use crate::reports::table::write_line;
use crate::store::paging::onward;
use crate::store::records::Room;
use crate::store::{self, Tx, audit, ledger, records};

/// How many records are read at a time.
const PAGE: u32 = 500;
const ROOM: Room = Room { records: PAGE, bytes: 4 * 1024 * 1024 };

/// 导出 Write what is stored for other programs to read
#[derive(Debug, Subcommand)]
#[command(after_help = "例 Examples:
  siteledger export records > records.ndjson
  siteledger export table diary 日志.xlsx --county 350823
  siteledger export report dispatch 月调度单.xlsx --month 2026-03
  siteledger export book bulletin 通报草稿.pdf --county 350823")]
pub(super) enum Export {
    Records(Records),
    Table(table::Table),
    Report(report::Drawn),
    #[command(subcommand)]
    Book(book::Book),
}

/// 导出记录 Records, one JSON object a line, in order of county and ledger
///
/// 每行一条记录：全部字段的现值（含并存的值），附所在县；全部为同一时刻的数据。只读，可在服务器
/// 运行时进行。输出到标准输出时，先写入临时目录（TMPDIR），该处须有足够空间。
/// Each line is a record as it stands, every sibling included, with its county; all are of one
/// moment. Reads only, beside a running server or without one. What goes to standard output is
/// first written to the folder for temporary files (TMPDIR), which must have room for it.
#[derive(Debug, Args)]
#[command(after_help = "例 Examples:
  siteledger export records > records.ndjson
  siteledger export records --county 350823 --kind diary --output diaries.ndjson")]
pub(super) struct Records {
    /// 只导出这一种记录 Only records of this kind, such as `diary`
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// 只导出这一个县 Only records of this county
    #[arg(long, value_name = "CODE")]
    county: Option<String>,
    /// 输出文件；不指定则输出到标准输出 The file to write; standard output if none is named
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(super) async fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Records(asked) => asked.run(common).await,
            Self::Table(asked) => asked.run(common).await,
            Self::Report(asked) => asked.run(common).await,
            Self::Book(asked) => asked.run(common).await,
        }
    }
}

impl Records {
    async fn run(&self, common: &Common) -> Result<ExitCode> {
        let damaged = self.export(common).await?;
        if damaged.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        let (count, ids) =
            (damaged.len(), damaged.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
        eprintln!("注意：{count} 条记录在磁盘上已损坏，没有导出：{ids}；请运行 siteledger verify");
        eprintln!(
            "note: {count} records are damaged on disk and are not in the export: {ids}; run siteledger verify"
        );
        Ok(ExitCode::FAILURE)
    }

    /// Writes all that is whole; tells what is not.
    async fn export(&self, common: &Common) -> Result<Vec<RecordId>> {
        if let Some(kind) = self.kind.as_deref().filter(|kind| kinds::named(kind).is_none()) {
            return Err(no_such_kind(kind));
        }
        if !common.data.join(store::FILE).is_file() {
            return Err(no_database(common));
        }
        let mut tx = audit::open(&common.data).await?;
        // All counties as they stand at one moment.
        audit::begin(&mut tx).await?;
        if let Some(file) = &self.output {
            let part = part_of(file);
            let written = File::create(&part).map_err(|error| unwritable(&part, error))?;
            let mut out = BufWriter::new(written);
            let damaged = self.write(&mut tx, &mut out).await?;
            // Under its name there is an export to its end or none.
            finish(out)
                .and_then(|()| std::fs::rename(&part, file))
                .map_err(|error| unwritable(file, error))?;
            Ok(damaged)
        } else {
            // Whoever reads may pause for hours, and for as long as a moment is held on to, the
            // log of a running server grows: so it is written down first.
            let mut kept = tempfile::tempfile().map_err(unwritten)?;
            let mut out = BufWriter::new(&mut kept);
            let damaged = self.write(&mut tx, &mut out).await?;
            drop(out);
            audit::end(&mut tx).await?;
            let copy = kept.rewind().and_then(|()| io::copy(&mut kept, &mut io::stdout().lock()));
            copy.map(drop).or_else(closed_is_fine).map_err(Error::internal)?;
            Ok(damaged)
        }
    }

    async fn write(&self, tx: &mut Tx, out: &mut impl Write) -> Result<Vec<RecordId>> {
        let mut damaged = Vec::new();
        let mut ledgers = ledger::ledgers(tx).await?;
        if let Some(county) = &self.county {
            ledgers.retain(|ledger| ledger.county == *county);
            if ledgers.is_empty() {
                return Err(no_such_county(county));
            }
        }
        for ledger in ledgers {
            let county = ledger.county;
            let steps = if self.kind.is_some() { 0 } else { ledger.digest.count };
            let bar = progress::bar(format!("导出 export {county}"), steps);
            let mut after = 0;
            loop {
                let page = match &self.kind {
                    Some(kind) => records::of_kind(tx, &county, kind, after, PAGE).await?,
                    None => records::page_of_county(tx, &county, after, ROOM).await?,
                };
                if page.is_empty() {
                    break;
                }
                bar.inc(page.len() as u64);
                for found in page {
                    after = onward(after, found.as_ref().map_or_else(|damaged| damaged.seq, |row| row.seq))?;
                    match found {
                        Ok(row) => write_line(out, &row).map_err(unwritten)?,
                        Err(row) => damaged.push(row.record),
                    }
                }
            }
            bar.finish();
        }
        out.flush().map_err(unwritten)?;
        Ok(damaged)
    }
}

/// What was written is on the disk.
fn finish(out: BufWriter<File>) -> io::Result<()> {
    out.into_inner().map_err(io::Error::from)?.sync_all()
}

/// `siteledger export … | head` is no failure.
fn closed_is_fine(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

fn part_of(file: &Path) -> PathBuf {
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    part.into()
}

fn unwritable(file: &Path, error: io::Error) -> Error {
    Error::new(
        Kind::Unprocessable,
        "unwritable",
        format!("无法写入 {}：请检查目录、权限和磁盘空间", file.display()),
        format!("could not write {}: look at the folder, its permissions and the free space", file.display()),
    )
    .because(error)
}

fn unwritten(error: io::Error) -> Error {
    Error::new(
        Kind::Unprocessable,
        "unwritten",
        "导出没有写完：请检查磁盘空间（先写入临时目录，可用 TMPDIR 指定），再试一次；数据没有改动",
        "the export could not be written to its end: look at the free space (of the folder for temporary files, \
         which TMPDIR names, unless --output is given) and try again; no data was changed",
    )
    .because(error)
}

fn no_such_form(file: &Path, known: &[&str]) -> Error {
    let known: Vec<_> = known.iter().map(|ending| format!(".{ending}")).collect();
    let known = known.join(" ");
    Error::new(
        Kind::Unprocessable,
        "no_such_form",
        format!("{} 的结尾应为 {known}", file.display()),
        format!("the name {} must end in one of {known}", file.display()),
    )
}

fn no_such_kind(kind: &str) -> Error {
    let names = kinds::all().map(|kind| kind.name).collect::<Vec<_>>().join(" ");
    Error::new(
        Kind::NotFound,
        "no_such_kind",
        format!("没有“{kind}”这种记录；有：{names}"),
        format!("there is no kind {kind:?}; there are: {names}"),
    )
}

fn no_such_county(county: &str) -> Error {
    Error::new(
        Kind::NotFound,
        "no_such_county",
        format!("没有 {county} 的台账；siteledger county list 列出已开通的县"),
        format!("there is no ledger of {county}; siteledger county list tells which there are"),
    )
}
