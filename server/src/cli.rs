//! The command line. One file a family of commands; this one has what they share.
//!
//! Exit codes: 0 it was done, 1 it failed (and stderr says why, in Chinese and in English), 2 the
//! command line was wrong. Whatever may be set can be set by a `SITELEDGER_…` variable too.

mod backup;
mod county;
mod demo;
mod enrol;
mod export;
mod help;
mod import;
mod log;
mod progress;
pub(crate) mod qr;
pub mod serve;
mod user;
mod verify;

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::access::secret;
use crate::clock::Clock;
use crate::config::{self, Lock};
use crate::error::{Error, Kind, Result};
use crate::store::server_row::{self, ServerRow};
use crate::store::{self, Store};

/// Where a county's own data are unless said otherwise.
const DEFAULT_DATA: &str = "./data";

/// SiteLedger 工地台账
///
/// 校舍建设监管工作日志的离线优先同步服务器。
/// The offline-first sync server for the daily record of school building works.
#[derive(Debug, Parser)]
#[command(
    name = "siteledger",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    after_help = "例 Examples:
  siteledger demo                                          演示 the demonstration
  siteledger county add 350823 上杭县 --city 350800        开通县台账 open a county's ledger
  siteledger serve                                         启动 serve it"
)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    /// 显示版本 Print the version
    #[arg(long, short = 'V', action = ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// 数据目录 The data folder
    #[arg(
        long,
        global = true,
        env = "SITELEDGER_DATA",
        value_name = "DIR",
        default_value = DEFAULT_DATA,
        hide_env_values = true
    )]
    pub data: PathBuf,
    /// 日志级别 What to log, such as `info` or `siteledger=debug,warn`
    #[arg(
        long,
        global = true,
        env = "SITELEDGER_LOG",
        value_name = "FILTER",
        default_value = "info",
        value_parser = log_filter,
        hide_env_values = true
    )]
    pub log: String,
    /// 显示帮助 Print help
    #[arg(long, short, global = true, action = ArgAction::Help)]
    help: Option<bool>,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(subcommand)]
    County(county::County),
    #[command(subcommand)]
    User(user::User),
    Enrol(enrol::Enrol),
    Demo(demo::Demo),
    Serve(serve::Serve),
    Verify(verify::Verify),
    Backup(backup::Backup),
    Restore(backup::Restore),
    #[command(subcommand)]
    Export(export::Export),
    Import(import::Import),
}

impl Command {
    async fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::County(command) => command.run(common).await,
            Self::User(command) => command.run(common).await,
            Self::Enrol(command) => command.run(common).await,
            Self::Demo(command) => command.run(common).await,
            Self::Serve(command) => command.run(common).await,
            Self::Verify(command) => Ok(command.run(common).await),
            Self::Backup(command) => command.run(common).await,
            Self::Restore(command) => command.run(common).await,
            Self::Export(command) => command.run(common).await,
            Self::Import(command) => command.run(common).await,
        }
    }
}

impl Cli {
    /// What the command line says; ends the process where it asks for help or is wrong.
    pub fn read() -> Self {
        help::read()
    }

    /// Sends the log to stderr: as JSON, unless somebody reads along.
    pub fn start_logging(&self) {
        let filter = EnvFilter::new(&self.common.log);
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_span_events(FmtSpan::NONE);
        // A second start in one process (a test) keeps the first log.
        let _ = if std::io::stderr().is_terminal() {
            log.with_writer(io::stderr).compact().try_init()
        } else {
            log.with_writer(log::JsonLines::new).json().flatten_event(true).try_init()
        };
    }
}

/// What to log, where it can be read.
fn log_filter(text: &str) -> Result<String, String> {
    EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|error| {
        format!(
            "日志级别写法有误，应如 info 或 siteledger=debug,warn \
             not a log filter; write info, or siteledger=debug,warn ({error})"
        )
    })
}

/// The address that people and phones use, without a slash at the end.
fn public_url(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    url.map(|_| text.trim_end_matches('/').to_owned()).ok_or_else(|| {
        "应为完整网址，如 https://ledger.example.gov.cn \
         not an address such as https://ledger.example.gov.cn"
            .to_owned()
    })
}

/// Runs a command and tells on stderr what failed.
pub async fn run(cli: Cli) -> ExitCode {
    match cli.command.run(&cli.common).await {
        Ok(code) => code,
        Err(error) => {
            tell(&error);
            ExitCode::FAILURE
        }
    }
}

/// Tells on stderr what failed.
fn tell(error: &Error) {
    eprintln!("错误：{}", error.zh);
    eprintln!("error: {}", error.en);
    if let Some(context) = &error.context {
        eprintln!("原因 cause: {context:#}");
    }
}

/// An open data folder.
pub struct Opened {
    /// The database.
    pub store: Store,
    /// What the server knows of itself.
    pub server: ServerRow,
    /// The time.
    pub clock: Clock,
}

/// Opens a data folder that is there. Works beside a running server.
///
/// # Errors
/// `no_database`, `no_permission`, or what the store says.
pub async fn open(common: &Common) -> Result<Opened> {
    if common.data.join(store::FILE).is_file() { begin(common).await } else { Err(no_database(common)) }
}

/// Opens the data folder, making it and its database where they are missing: readable by their
/// owner alone. Works beside a running server.
pub async fn begin(common: &Common) -> Result<Opened> {
    config::private_folder(&common.data)?;
    // Two that bring the database to this version at once would trip over each other.
    let _opening = config::wait_to_open(&common.data).await?;
    config::private_file(&common.data.join(store::FILE))?;
    let clock = Clock::default();
    let store = Store::open(&common.data).await?;
    let (id, key, now) = (uuid::Uuid::now_v7(), secret::random()?, clock.now());
    let server = store.write(move |tx| Box::pin(server_row::load_or_create(tx, id, key, now))).await?;
    Ok(Opened { store, server, clock })
}

/// There is nothing to look at or to change.
fn no_database(common: &Common) -> Error {
    let file = common.data.join(store::FILE);
    let denied = |error: io::Error| error.kind() == io::ErrorKind::PermissionDenied;
    if file.metadata().is_err_and(denied) {
        return Error::new(
            Kind::Forbidden,
            "no_permission",
            format!("没有权限读取 {}：请用运行服务器的系统用户执行这条命令", file.display()),
            format!(
                "{} may not be read: run this as the system user that the server runs as",
                file.display()
            ),
        );
    }
    let folder = std::path::absolute(&common.data).unwrap_or_else(|_| common.data.clone());
    let folder = folder.display();
    Error::new(
        Kind::NotFound,
        "no_database",
        format!(
            "{folder} 里没有数据：请用 --data 指明数据目录，或先建立：siteledger demo（演示）、\
             siteledger county add（开通县台账）、siteledger serve（启动服务器）；没有新建任何文件"
        ),
        format!(
            "there are no data in {folder}: name the data folder with --data, or begin one with siteledger \
             demo, siteledger county add or siteledger serve; nothing was made"
        ),
    )
}

/// Says that a list is empty, and what to do; to people, who read stderr too.
fn tell_empty(zh: &str, en: &str) {
    eprintln!("{zh}\n{en}");
}

/// A server looks every 200 ms whether people, roles or devices were changed by a command.
const IN_FORCE_AFTER: Duration = Duration::from_millis(400);

/// Closes the data folder after people, roles or devices were changed: when this returns, a
/// running server goes by the change.
pub async fn close_in_force(common: &Common, opened: Opened) -> Result<()> {
    opened.store.close().await;
    if Lock::holder(&common.data)?.is_some() {
        tokio::time::sleep(IN_FORCE_AFTER).await;
    }
    Ok(())
}
