//! `siteledger backup` and `siteledger restore`: a copy that was checked, and the way back.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::progress::Bars;
use super::{Common, open};
use crate::backup::{Backups, Generation, Manifest, Restored, Source, restore, take};
use crate::clock::Clock;
use crate::config::Lock;
use crate::error::Result;

/// How many backups are kept unless said otherwise.
pub(super) const KEEP: usize = 14;
/// The exit code of what was done, but not all of it is well.
const NOT_ALL_WELL: u8 = 3;

/// 备份 Copy everything into a backup folder, and check the copy
///
/// 数据库某一时刻的副本，逐条核验；照片只复制新增的。服务器可以照常运行。核验无误后，手机才会
/// 清除已备份的内容。退出码：0 完好；1 没有备份；3 已备份，但有内容读不出或不相符。
/// The database as of one moment, checked row by row; of the photos only those that are new. A
/// server may run meanwhile. Only what was checked lets phones drop what they keep. Exit code: 0
/// all is well, 1 no backup was made, 3 it was made, but something is damaged or cannot be read.
#[derive(Debug, Args)]
#[command(after_help = "例 Examples:
  siteledger backup /mnt/backup
  siteledger backup /mnt/backup --keep 30 --json")]
pub(super) struct Backup {
    /// 备份目录，最好在另一块磁盘上 The backup folder, best on another disk
    #[arg(value_name = "DIR")]
    to: PathBuf,
    /// 保留最近几份，以及最近几天每天最后一份 Keep so many, and the last one of each of so many days
    #[arg(
        long,
        env = "SITELEDGER_BACKUP_KEEP",
        value_name = "N",
        default_value_t = KEEP,
        hide_env_values = true
    )]
    keep: usize,
    /// 机器可读 Print what was made as JSON
    #[arg(long)]
    json: bool,
}

impl Backup {
    pub(super) async fn run(self, common: &Common) -> Result<ExitCode> {
        let opened = open(common).await?;
        let backups = Backups::open(&self.to)?;
        let source = Source { data: &common.data, store: &opened.store, clock: &opened.clock };
        let taken = take(source, &backups, self.keep, &mut Bars::default()).await;
        opened.store.close().await;
        let taken = taken?;
        let manifest = &taken.generation.manifest;
        if self.json {
            let made = serde_json::json!({
                "name": taken.generation.name, "good": manifest.is_good(), "manifest": manifest,
                "photos_added": taken.added.0, "bytes_added": taken.added.1, "thinned": taken.thinned,
            });
            println!("{made}");
        } else {
            println!("备份 backup {}", taken.generation.name);
            tell_contents(manifest);
            println!("  新增照片 photos added {}（{} 字节 bytes）", taken.added.0, taken.added.1);
            if taken.thinned > 0 {
                println!("  清除旧备份 old backups taken away {}", taken.thinned);
            }
            tell_faults(manifest);
        }
        let all_well = manifest.is_good() && manifest.photos.unreadable.is_empty();
        Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::from(NOT_ALL_WELL) })
    }
}

fn tell_contents(manifest: &Manifest) {
    for county in &manifest.counties {
        println!("  {} {}：台账至 ledger up to {}", county.county, county.name, county.seq);
    }
    println!("  照片 photos {}（{} 字节 bytes）", manifest.photos.count, manifest.photos.bytes);
}

fn tell_faults(manifest: &Manifest) {
    if !manifest.is_good() {
        println!(
            "✗ 副本里有 {} 处不相符：已保留，但手机不会据此清除内容；请运行 siteledger verify",
            manifest.findings.len()
        );
        println!(
            "  {} things in the copy do not fit: it is kept, and settles nothing; run siteledger verify",
            manifest.findings.len()
        );
        for finding in manifest.findings.iter().take(20) {
            println!("  {finding}");
        }
    }
    if !manifest.photos.unreadable.is_empty() {
        println!("✗ {} 张照片读不出，没有备份；会向手机再要", manifest.photos.unreadable.len());
        println!(
            "  {} photos could not be read and are not in the backup; phones are asked for them",
            manifest.photos.unreadable.len()
        );
        for photo in manifest.photos.unreadable.iter().take(20) {
            println!("  {photo}");
        }
    }
}

/// 恢复 Put a backup into an empty data folder
///
/// 逐个核对摘要，逐条核验，然后另起一个纪元：备份之后的内容由手机自动补回。先停止服务器，把旧的
/// 数据目录移到别处。退出码：0 完好；1 没有恢复；3 已恢复，但缺照片或有不相符。
/// Every hash and every row is checked, and a new epoch begins: what came after the backup is sent
/// again by the phones. Stop the server and move the old data folder aside first. Exit code: 0 all
/// is well, 1 nothing was restored, 3 it was restored, but photos are missing or something does not
/// fit.
#[derive(Debug, Args)]
#[command(after_help = "例 Examples:
  siteledger restore /mnt/backup --list
  siteledger restore /mnt/backup --data /var/lib/siteledger
  siteledger restore /mnt/backup --at 2026-03-02 --data /var/lib/siteledger")]
pub(super) struct Restore {
    /// 备份目录 The backup folder
    #[arg(value_name = "DIR")]
    from: PathBuf,
    /// 哪一份：latest、备份名、日期或时间 Which one: latest, a name, a day, or a moment (RFC 3339)
    #[arg(long, value_name = "WHEN", default_value = "latest")]
    at: String,
    /// 只列出有哪些备份 Only list the backups
    #[arg(long)]
    list: bool,
    /// 机器可读 Print what was restored as JSON
    #[arg(long)]
    json: bool,
}

impl Restore {
    pub(super) async fn run(self, common: &Common) -> Result<ExitCode> {
        let backups = Backups::existing(&self.from)?;
        if self.list {
            for generation in backups.list()? {
                self.list_one(&generation);
            }
            return Ok(ExitCode::SUCCESS);
        }
        let generation = backups.choose(&self.at)?;
        let clock = Clock::default();
        let lock = Lock::take(&common.data, &clock).await?;
        let restored = restore(&backups, &generation, &common.data, &clock, &mut Bars::default()).await;
        drop(lock);
        let restored = restored?;
        let all_well = restored.report.is_clean() && restored.missing.is_empty();
        if self.json {
            let told = serde_json::json!({
                "name": generation.name, "taken_at": generation.manifest.taken_at,
                "counties": generation.manifest.counties, "photos": restored.photos.0,
                "bytes": restored.photos.1, "missing": restored.missing,
                "findings": restored.report.findings,
            });
            println!("{told}");
        } else {
            tell_restored(&generation, &restored, common);
        }
        Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::from(NOT_ALL_WELL) })
    }

    fn list_one(&self, generation: &Generation) {
        let manifest = &generation.manifest;
        if self.json {
            let line = serde_json::json!({
                "name": generation.name, "good": manifest.is_good(), "manifest": manifest,
            });
            println!("{line}");
        } else {
            let good = if manifest.is_good() { "完好 good" } else { "有不相符 damaged" };
            println!("{}  {}  {good}", generation.name, manifest.taken_at);
            tell_contents(manifest);
        }
    }
}

fn tell_restored(generation: &Generation, restored: &Restored, common: &Common) {
    let data = common.data.display();
    println!("已恢复 restored {} → {data}", generation.name);
    tell_contents(&generation.manifest);
    if !restored.missing.is_empty() {
        println!("✗ 备份里缺 {} 张照片，会向手机再要", restored.missing.len());
        println!("  {} photos are not in the backup; phones are asked for them", restored.missing.len());
    }
    if !restored.report.is_clean() {
        println!("✗ 有不相符之处，请运行 siteledger --data {data} verify");
        println!("  something does not fit: run siteledger --data {data} verify");
    }
    let taken = &generation.manifest.taken_at;
    println!();
    println!("现在启动服务器；手机下次同步时自动补回 {taken} 之后的内容和照片，不用做别的。");
    println!("Start the server now: with their next sync, phones send again what came after {taken}.");
    println!(
        "只有这些要由您核对，{taken} 之后的改动没有回来 check these yourself, changes after {taken} are undone:"
    );
    println!("  · 停用的人员、收回的角色 people disabled, roles taken: siteledger --data {data} user list");
    println!("  · 注销的手机又有效了 revoked phones work again: siteledger --data {data} user devices NAME");
    println!(
        "  · 之后登记的手机要重新登记，手机上的内容不会丢 phones enrolled since must enrol again; they keep everything"
    );
    println!("  · 之后改的密码 passwords changed since");
    println!(
        "  · 办公室要重新登录，未用的登记码作废 everybody signs in again; unused enrolment codes are void"
    );
}
