//! `siteledger export table`: a table of one kind of record, for a spreadsheet, a map or a program.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Args;
use sync_protocol::id::RecordId;
use sync_protocol::kinds;

use super::super::{Common, no_database};
use super::{finish, no_such_county, no_such_kind, part_of, unwritable};
use crate::error::{Error, Kind, Language, Result};
use crate::reports::table::question::{Days, Format, Question, Withdrawn};
use crate::reports::table::{self, Of};
use crate::store::{self, audit, ledger};
use crate::sync::scope::{Reach, ReadScope};

/// 导出表格 A table of one kind of record: CSV, XLSX, NDJSON or `GeoJSON`
///
/// 格式由文件名的结尾决定：.csv .xlsx .ndjson .geojson。表中是各县全部记录，数据为同一时刻。只读，
/// 可在服务器运行时进行。The ending of the file's name says how it is written. It has all records of
/// all counties, as they stand at one moment. Reads only, beside a running server or without one.
#[derive(Debug, Args)]
#[command(after_help = "例 Examples:
  siteledger export table diary 日志.xlsx --county 350823
  siteledger export table finding findings.csv --from 2026-01-01 --to 2026-02-28 --lang en
  siteledger export table school schools.geojson")]
pub(in crate::cli) struct Table {
    /// 记录种类 The kind of record, such as `diary`
    #[arg(value_name = "KIND")]
    kind: String,
    /// 输出文件 The file to write
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 只要这一个县 Only records of this county
    #[arg(long, value_name = "CODE")]
    county: Option<String>,
    /// 只要这所学校 Only records of this school, by its record's id
    #[arg(long, value_name = "ID")]
    school: Option<RecordId>,
    /// 只要这个项目 Only records of this project, by its record's id
    #[arg(long, value_name = "ID")]
    project: Option<RecordId>,
    /// 从这一天起 From this day on, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,
    /// 到这一天止（含）Up to this day, itself included
    #[arg(long, value_name = "DAY")]
    to: Option<NaiveDate>,
    /// 不要已作废的 Leave out what is withdrawn
    #[arg(long)]
    without_withdrawn: bool,
    /// 表头的语言 The language of headings and choices
    #[arg(long, value_name = "LANG", value_parser = ["zh", "en"], default_value = "zh")]
    lang: String,
}

impl Table {
    pub(super) async fn run(&self, common: &Common) -> Result<ExitCode> {
        let question = self.question()?;
        if !common.data.join(store::FILE).is_file() {
            return Err(no_database(common));
        }
        let mut tx = audit::open(&common.data).await?;
        audit::begin(&mut tx).await?;
        let ledgers = ledger::ledgers(&mut tx).await?;
        if let Some(county) =
            self.county.as_ref().filter(|code| ledgers.iter().all(|its| its.county != **code))
        {
            return Err(no_such_county(county));
        }
        let counties: BTreeMap<_, _> =
            ledgers.into_iter().map(|ledger| (ledger.county, Reach::All)).collect();
        let scope = ReadScope { counties };
        let part = part_of(&self.file);
        let sink = BufWriter::new(File::create(&part).map_err(|error| unwritable(&part, error))?);
        let scratch = part.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let of = Of { scope: &scope, question: &question, healer: None, scratch: Some(scratch.to_owned()) };
        let (told, sink) = table::write(&mut tx, of, sink).await?;
        finish(sink)
            .and_then(|()| std::fs::rename(&part, &self.file))
            .map_err(|error| unwritable(&self.file, error))?;
        if told.missing == 0 {
            return Ok(ExitCode::SUCCESS);
        }
        let missing = told.missing;
        eprintln!("注意：{missing} 条记录在磁盘上已损坏，表中没有，表尾有说明；请运行 siteledger verify");
        eprintln!(
            "note: {missing} records are damaged on disk and are not in the table, whose end tells which; run siteledger verify"
        );
        Ok(ExitCode::FAILURE)
    }

    fn question(&self) -> Result<Question> {
        let kind = kinds::named(&self.kind).ok_or_else(|| no_such_kind(&self.kind))?;
        let ending = self.file.extension().and_then(|ending| ending.to_str()).unwrap_or("");
        let format = Format::named(ending).ok_or_else(|| no_such_format(&self.file))?;
        let question = Question {
            kind,
            format,
            language: if self.lang == "en" { Language::English } else { Language::Chinese },
            county: self.county.clone(),
            school: self.school,
            project: self.project,
            days: Days { from: self.from, to: self.to },
            withdrawn: if self.without_withdrawn { Withdrawn::LeftOut } else { Withdrawn::Shown },
            listing: None,
        };
        question.check()?;
        Ok(question)
    }
}

fn no_such_format(file: &Path) -> Error {
    Error::new(
        Kind::Unprocessable,
        "no_such_format",
        format!("{} 的结尾应为 .csv .xlsx .ndjson 或 .geojson", file.display()),
        format!("the name {} must end in .csv, .xlsx, .ndjson or .geojson", file.display()),
    )
}
