//! `siteledger verify`: recomputes everything that can be recomputed, and says what does not fit.

use std::process::ExitCode;

use clap::Args;

use super::progress::Bars;
use super::{Common, no_database, tell};
use crate::blobs::folder::Folder;
use crate::config::blobs_folder;
use crate::error::{Language, Result};
use crate::store::{self, audit};
use crate::sync::audit::{Report, run};

/// 核验 Check everything stored: ledgers, signatures, records, photos
///
/// 逐条重算哈希、默克尔树、检查点签名、由历史重建每条记录并逐字节比对、核对每张照片。
/// 只读，可在服务器运行时进行。退出码：0 完好，1 有问题，2 无法核验。
/// Reads only, beside a running server or without one. Exit code: 0 all is well, 1 something does
/// not fit, 2 it could not be checked.
#[derive(Debug, Args)]
#[command(after_help = "例 Examples:
  siteledger verify
  siteledger verify --json")]
pub(super) struct Verify {
    /// 机器可读 Print the report as JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(super) async fn run(self, common: &Common) -> ExitCode {
        match verify(common).await {
            Ok(report) => {
                if self.json {
                    println!("{}", serde_json::json!(report));
                } else {
                    print(&report);
                }
                if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(1) }
            }
            Err(error) => {
                tell(&error);
                ExitCode::from(2)
            }
        }
    }
}

async fn verify(common: &Common) -> Result<Report> {
    if !common.data.join(store::FILE).is_file() {
        return Err(no_database(common));
    }
    let mut tx = audit::open(&common.data).await?;
    let photos = Folder::to_read(&blobs_folder(&common.data));
    run(&mut tx, &photos, &mut Bars::default()).await
}

fn print(report: &Report) {
    for county in &report.counties {
        println!(
            "{} {}：条目 entries {}，检查点 checkpoints {}，重建记录 records rebuilt {}",
            county.county, county.name, county.entries, county.checkpoints, county.records
        );
        if county.erased > 0 {
            println!("  依法删除正文的条目 entries without body {}", county.erased);
        }
    }
    println!(
        "待处理 held {}，账号等 accounts {}，照片 photos {}（{} 字节 bytes）",
        report.held, report.access, report.photos, report.photo_bytes
    );
    if report.is_clean() {
        println!("全部相符 everything fits");
        return;
    }
    println!();
    for finding in &report.findings {
        println!("✗ {} — {}", finding.place, finding.what.words(Language::Chinese));
        println!("  {}: {}", finding.what.words(Language::English), finding.detail);
    }
    println!();
    println!("合计 altogether");
    for (what, count) in &report.counts {
        println!("  {count} × {} / {}", what.words(Language::Chinese), what.words(Language::English));
        println!("    → {}", what.advice(Language::Chinese));
        println!("    → {}", what.advice(Language::English));
    }
}
