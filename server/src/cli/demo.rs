//! `siteledger demo`: fills an empty folder with the demonstration and serves it.

use std::convert::Infallible;
use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::serve::{House, Serve};
use super::{Common, qr};
use crate::demo::{self, Welcome};
use crate::error::Result;

/// How often a line says how far the loading is.
const TELL_EVERY: Duration = Duration::from_secs(3);

/// Where the demonstration lives unless `--data` names another folder.
const FOLDER: &str = "./demo-data";

/// 演示：空目录装入演示数据后启动 Fill an empty folder with demonstration data, then serve it
///
/// 不指明 --data 时用 ./demo-data；已有真实台账的目录不会被写入。
/// Without --data it lives in ./demo-data. A folder with real ledgers is left alone.
#[derive(Clone, Debug, Args)]
#[command(after_help = "例 Examples:
  siteledger demo
  siteledger demo --listen 0.0.0.0:8080 --public-url http://192.168.1.20:8080")]
pub(super) struct Demo {
    #[command(flatten)]
    serve: Serve,
}

impl Demo {
    pub(super) async fn run(self, common: &Common) -> Result<ExitCode> {
        let mut common = common.clone();
        // The default folder is for a county's own data: the demonstration keeps out of it.
        if common.data == Path::new(super::DEFAULT_DATA) {
            common.data = FOLDER.into();
        }
        let house = House::open(&common, &self.serve).await?;
        let bar = bar();
        let welcome = tokio::select! {
            welcome = demo::prepare(house.app(), &bar) => welcome?,
            never = tell(&bar) => match never {},
        };
        bar.finish_and_clear();
        welcome_people(&welcome, &common.data, &house.app().settings.public_url)?;
        house.serve().await
    }
}

/// A bar for people in front of a terminal.
fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {percent:>3}% {msg}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Where there is no bar, a line says now and then how far it is: who reads the log of a container is
/// told that something goes on.
async fn tell(bar: &ProgressBar) -> Infallible {
    loop {
        tokio::time::sleep(TELL_EVERY).await;
        if let (true, Some(length @ 1..)) = (bar.is_hidden(), bar.length()) {
            let percent = bar.position() * 100 / length;
            eprintln!("装入演示数据 loading the demonstration: {percent}% {}", bar.message());
        }
    }
}

fn welcome_people(welcome: &Welcome, folder: &Path, public_url: &str) -> Result<()> {
    let folder = folder.display();
    if welcome.loaded {
        println!("已在 {folder} 装入演示数据（学校、人员均为虚构） demonstration loaded, all invented:");
    } else {
        println!(
            "{folder} 里已有演示数据，没有再次装入 the demonstration is there already, not loaded again:"
        );
    }
    for region in &welcome.regions {
        println!("  {region}");
    }
    println!();
    println!("登录名与一次性密码（每次启动都会更换） sign-in names, passwords new at every start:");
    for account in &welcome.sign_ins {
        println!("  {:<12} {}  {}", account.username, account.password, account.display_name);
    }
    if cfg!(feature = "web") {
        println!("办公室在电脑浏览器里打开 the office opens in a computer's browser: {public_url}/office");
    }
    println!();
    println!("两部手机写同一个项目的日志 two phones write one project's diary: {}", welcome.project);
    for (number, phone) in welcome.phones.iter().enumerate() {
        let url = format!("{public_url}/#/enrol/{}", phone.codes.long);
        println!(
            "手机 phone {} {}：{url}  短码 short code {}",
            number + 1,
            phone.username,
            phone.codes.short
        );
        if number == 0 {
            println!("{}", qr::drawn(&url)?);
        }
    }
    println!("更多手机 more phones: siteledger --data {folder} enrol NAME");
    println!();
    Ok(())
}
