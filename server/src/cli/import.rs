//! `siteledger import`: a county's tables from the command line, while no server runs on the folder.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::{Common, open};
use crate::access::people::People;
use crate::config::Lock;
use crate::error::{Error, Kind, Result};
use crate::imports::{Action, Asked, Imports, Issue, Mode, Outcome, RecordPlan, Report, Warning, sheet};
use crate::sync::engine::Engine;

/// 导入表格 A county's table: schools, projects, plans, zones, checklists…
///
/// 先试算并逐行显示，加 --write 才写入；以 --by 指定的人的名义，按这个人的权限。服务器须先停止；
/// 服务器运行时请用网页或接口导入。Shows row by row what would change; with --write it is written, in
/// the name of the person given by --by and with that person's rights. The server must be stopped: while
/// it runs, tables come in through it.
#[derive(Debug, Args)]
#[command(after_help = "例 Examples:
  siteledger import school 学校.xlsx --county 350823 --by gaibo
  siteledger import school 学校.xlsx --county 350823 --by gaibo --write")]
pub(super) struct Import {
    /// 记录种类 The kind of record: division, school, programme, plan, project, `zone_scheme`, zone, checklist, contract, `equipment_item`
    #[arg(value_name = "KIND")]
    kind: String,
    /// 表格 The table, XLSX or CSV
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 导入到哪个县 Into which county
    #[arg(long, value_name = "CODE")]
    county: String,
    /// 以谁的名义 In whose name
    #[arg(long, value_name = "USERNAME")]
    by: String,
    /// 写入 Write it, once it is shown
    #[arg(long)]
    write: bool,
    /// 输出 JSON Print JSON
    #[arg(long)]
    json: bool,
}

impl Import {
    pub(super) async fn run(self, common: &Common) -> Result<ExitCode> {
        let file = self.read()?;
        let opened = open(common).await?;
        let _lock = Lock::take(&common.data, &opened.clock).await?;
        let people = People::new(opened.store.clone(), opened.clock.clone())?;
        let actor = people.at_command_line(&self.by).await?;
        let engine =
            Engine::start(opened.store.clone(), opened.clock.clone(), &opened.server, &common.data).await?;
        let imports = Imports::new(opened.store.clone(), opened.clock.clone(), Arc::clone(&engine));
        let asked = |mode| Asked { kind: self.kind.clone(), county: self.county.clone(), mode };
        let outcome = match imports.take(&actor, asked(Mode::DryRun), file.clone()).await {
            Ok(Outcome::Done(seen)) if self.write => {
                let mode = Mode::Import { token: Some(seen.token) };
                imports.take(&actor, asked(mode), file).await
            }
            outcome => outcome,
        };
        engine.stop().await;
        opened.store.close().await;
        Ok(self.tell(&outcome?))
    }

    fn read(&self) -> Result<Vec<u8>> {
        let unreadable = |error: std::io::Error| {
            let file = self.file.display();
            Error::new(
                Kind::NotFound,
                "file_unreadable",
                format!("读不了 {file}；没有导入任何内容"),
                format!("{file} cannot be read; nothing was imported"),
            )
            .because(error)
        };
        // What is too large is told by the reading of tables; a file without an end is not read to it.
        let most = sheet::MAX_FILE_BYTES as u64 + 1;
        let file = std::fs::File::open(&self.file).map_err(unreadable)?;
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::Read::take(file, most), &mut bytes).map_err(unreadable)?;
        Ok(bytes)
    }

    fn tell(&self, outcome: &Outcome) -> ExitCode {
        let (Outcome::Done(report) | Outcome::NotSeen(report) | Outcome::Faulty(report)) = outcome;
        if self.json {
            println!("{}", serde_json::to_string(report).unwrap_or_default());
        } else {
            tell_report(report);
        }
        let is_faulty = report.counts.errors > 0 || !report.issues.is_empty();
        match (outcome, report.import) {
            (_, Some(import)) => {
                eprintln!("已写入，导入编号 {import}（撤回时用）");
                eprintln!("written; this import is {import}, by which it can be taken back");
            }
            _ if is_faulty => {
                eprintln!("有错，没有导入任何内容：请改正列出的格子");
                eprintln!("nothing was imported: mend the cells that are named");
            }
            _ if self.write => {
                eprintln!("没有要写入的内容：表里的内容都已经有了");
                eprintln!("nothing was written: all of it stands already");
            }
            _ => {
                eprintln!("这是试算，没有写入；加 --write 写入");
                eprintln!("this was a dry run; add --write to have it written");
            }
        }
        if is_faulty { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

fn tell_report(report: &Report) {
    for Issue { cell, zh, en } in &report.issues {
        println!("错误 error {}: {zh} / {en}", cell.as_deref().unwrap_or("-"));
    }
    for Warning { cell, zh, en, count, .. } in &report.warnings {
        let about = cell.clone().unwrap_or_else(|| format!("{count} 条"));
        println!("提醒 warning {about}: {zh} / {en}");
    }
    for record in &report.records {
        tell_record(record);
    }
    let counts = report.counts;
    println!(
        "新建 new {}，修改 changed {}，恢复 restored {}，不变 unchanged {}，有错 errors {}，待处理 held {}",
        counts.new, counts.changed, counts.restored, counts.unchanged, counts.errors, counts.held
    );
}

fn tell_record(record: &RecordPlan) {
    let rows: Vec<_> = record.rows.iter().map(u32::to_string).collect();
    let action = match record.action {
        Action::New => "新建 new",
        Action::Changed => "修改 changed",
        Action::Restored => "恢复 restored",
        Action::Unchanged => return,
        Action::Error => "有错 error",
    };
    println!("第 {} 行 {action} {}", rows.join("、"), record.name);
    for field in &record.fields {
        let old = if field.old.is_empty() { "—".to_owned() } else { field.old.join(" | ") };
        println!("    {}: {old} → {}", field.label, field.new);
    }
    for Issue { cell, zh, en } in &record.issues {
        println!("    {}: {zh} / {en}", cell.as_deref().unwrap_or("-"));
    }
    if let Some(held) = &record.held {
        println!("    待处理 held: {} / {}", held.zh, held.en);
    }
}
