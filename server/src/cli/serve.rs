//! `siteledger serve`: opens the data folder, listens, and stops in good order.

use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::backup::KEEP;
use super::{Common, Opened};
use crate::access::people::People;
use crate::backup::schedule::Schedule;
use crate::blobs::folder::Folder;
use crate::config::{self, BackupSettings, Lock, Settings};
use crate::disclosure::Disclosure;
use crate::error::{Error, Kind, Result};
use crate::http::app::{App, AtHand};
use crate::http::{self, router};
use crate::imports::Imports;
use crate::jobs::Runner;
use crate::lists::Lists;
use crate::photos::Photos;
use crate::programme::figures::Figures;
use crate::reports::draw::typeset::Typesetter;
use crate::sync::checkpoint::Occasion;
use crate::sync::engine::Engine;

/// How often is looked for counties that a command opened, and for checkpoints that are due.
pub(super) const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// 启动服务器 Serve phones and browsers
#[derive(Clone, Debug, Args)]
#[command(after_help = "例 Examples:
  siteledger serve
  siteledger serve --data /var/lib/siteledger --public-url https://ledger.example.gov.cn
  siteledger serve --listen 0.0.0.0:8080 --log siteledger=debug,warn")]
pub struct Serve {
    /// 监听地址 The address to listen on; port 0 takes a free one
    #[arg(
        long,
        env = "SITELEDGER_LISTEN",
        value_name = "ADDR",
        default_value = "127.0.0.1:8080",
        hide_env_values = true
    )]
    pub listen: SocketAddr,
    /// 对外网址 The address that people and phones use; the address listened on if none is given
    #[arg(
        long,
        env = "SITELEDGER_PUBLIC_URL",
        value_name = "URL",
        value_parser = super::public_url,
        hide_env_values = true
    )]
    pub public_url: Option<String>,
    /// 可信代理 Proxies whose X-Forwarded-For is believed, separated by commas
    #[arg(
        long,
        env = "SITELEDGER_TRUSTED_PROXIES",
        value_name = "IP",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub trusted_proxies: Vec<IpAddr>,
    /// 监控令牌 Lets who bears it read /metrics; without one, only this machine may
    #[arg(long, env = "SITELEDGER_METRICS_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub metrics_token: Option<String>,
    /// 自动备份到 Makes backups by itself into this folder, best on another disk
    #[arg(long, env = "SITELEDGER_BACKUP_TO", value_name = "DIR", hide_env_values = true)]
    pub backup_to: Option<PathBuf>,
    /// 多久备份一次，如 30m、1h、1d How often: 30m, 1h, 1d
    #[arg(
        long,
        env = "SITELEDGER_BACKUP_EVERY",
        value_name = "TIME",
        default_value = "1h",
        value_parser = span,
        hide_env_values = true
    )]
    pub backup_every: Duration,
    /// 保留最近几份，以及最近几天每天最后一份 Keep so many, and the last one of each of so many days
    #[arg(
        long,
        env = "SITELEDGER_BACKUP_KEEP",
        value_name = "N",
        default_value_t = KEEP,
        hide_env_values = true
    )]
    pub backup_keep: usize,
    /// 留给文字的磁盘空间，如 2G；不足时不再收照片 Space kept for text: photos are refused when less is free
    #[arg(
        long,
        env = "SITELEDGER_PHOTO_RESERVE",
        value_name = "SIZE",
        value_parser = bytes,
        hide_env_values = true
    )]
    pub photo_reserve: Option<u64>,
    /// 巡检周期 Days in which everything on disk is looked through for damage; 0: never
    #[arg(
        long,
        env = "SITELEDGER_SCRUB_EVERY",
        value_name = "DAYS",
        default_value_t = 7,
        value_parser = clap::value_parser!(u32).range(..=3650),
        hide_env_values = true
    )]
    pub scrub_every: u32,
    /// 排版程序 The program that makes PDFs; siteledger-typeset beside this one if none is named
    #[arg(long, env = "SITELEDGER_TYPESET", value_name = "FILE", hide_env_values = true)]
    pub typeset: Option<PathBuf>,
    /// 天地图密钥 The key of Tianditu, by which the map of schools has tiles
    #[arg(
        long,
        env = "SITELEDGER_TIANDITU_KEY",
        value_name = "KEY",
        value_parser = http::map::tianditu_key,
        hide_env_values = true
    )]
    pub tianditu_key: Option<String>,
}

/// Where the program that sets documents is, unless somebody says: beside this one.
pub(super) fn typesetter_beside() -> PathBuf {
    let this = std::fs::read_link("/proc/self/exe").unwrap_or_default();
    this.with_file_name("siteledger-typeset")
}

/// A span of time such as `30m`.
fn span(text: &str) -> Result<Duration, String> {
    let read = || {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 24 * 3600,
            _ => return None,
        };
        let span = Duration::from_secs(number.parse::<u64>().ok()?.checked_mul(seconds)?);
        (!span.is_zero()).then_some(span)
    };
    read().ok_or_else(|| "应如 30m、1h、1d not a span such as 30m, 1h, 1d".to_owned())
}

/// A number of bytes such as `2G`.
fn bytes(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.char_indices().last() {
        Some((at, 'K')) => (&text[..at], 1 << 10),
        Some((at, 'M')) => (&text[..at], 1 << 20),
        Some((at, 'G')) => (&text[..at], 1 << 30),
        _ => (text, 1_u64),
    };
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    bytes.ok_or_else(|| "应如 500M、2G not a size such as 500M, 2G".to_owned())
}

impl Serve {
    pub(super) async fn run(self, common: &Common) -> Result<ExitCode> {
        House::open(common, &self).await?.serve().await
    }
}

/// An open data folder with all that serves it, about to take the first request.
pub struct House {
    app: App,
    listener: TcpListener,
    lock: Lock,
    beats: Vec<JoinHandle<()>>,
}

impl House {
    /// Takes the data folder and the address.
    ///
    /// # Errors
    /// If somebody serves the folder already, the address is taken, or the database is unusable.
    pub async fn open(common: &Common, serve: &Serve) -> Result<Self> {
        let clock = crate::clock::Clock::default();
        let lock = Lock::take(&common.data, &clock).await?;
        let listener =
            TcpListener::bind(serve.listen).await.map_err(|error| address_taken(serve.listen, error))?;
        let listen = listener.local_addr().map_err(Error::internal)?;
        let Opened { store, server, clock } = super::begin(common).await?;
        let public_url = serve.public_url.clone().unwrap_or_else(|| format!("http://{listen}"));
        let settings = Arc::new(Settings {
            data: common.data.clone(),
            listen,
            public_url,
            trusted_proxies: serve.trusted_proxies.clone(),
            metrics_token: serve.metrics_token.clone(),
            backup: serve.backup_to.clone().map(|to| BackupSettings {
                to,
                every: serve.backup_every,
                keep: serve.backup_keep,
            }),
            tianditu_key: serve.tianditu_key.clone(),
        });
        let engine = Engine::start(store.clone(), clock.clone(), &server, &common.data).await?;
        let people = Arc::new(People::new(store.clone(), clock.clone())?);
        let (work, stopping) = (Arc::new(Notify::new()), CancellationToken::new());
        let folder = Folder::open(&config::blobs_folder(&common.data))?.reserving(serve.photo_reserve);
        let photos = Photos::over(store.clone(), clock.clone(), folder, Arc::clone(&work));
        let jobs = Runner {
            store: store.clone(),
            clock: clock.clone(),
            photos: Arc::clone(&photos),
            scrub_days: serve.scrub_every,
            work,
            stopping: stopping.clone(),
        };
        let (index, its) = (store.clone(), Arc::clone(&engine));
        let app = App::new(AtHand {
            lists: Arc::new(Lists::new(index, its, common.data.clone(), server.id)),
            figures: Figures::new(store.clone(), clock.clone()),
            disclosure: Disclosure::new(store.clone(), clock.clone(), Arc::clone(&engine)),
            typesetter: Arc::new(Typesetter::new(serve.typeset.clone().unwrap_or_else(typesetter_beside))),
            imports: Imports::new(store.clone(), clock.clone(), Arc::clone(&engine)),
            store,
            clock,
            settings,
            people,
            engine,
            photos,
            stopping,
        });
        http::metrics::install();
        let mut beats = vec![
            tokio::spawn(jobs.run()),
            tokio::spawn(look_again(app.clone())),
            tokio::spawn(keep_people_fresh(app.clone())),
            tokio::spawn(follow(app.clone())),
            tokio::spawn(http::metrics::keep_up(app.stopping.clone())),
        ];
        if let Some(backup) = app.settings.backup.clone() {
            let schedule = Schedule {
                data: common.data.clone(),
                store: app.store.clone(),
                clock: app.clock.clone(),
                settings: backup,
                stopping: app.stopping.clone(),
            };
            beats.push(tokio::spawn(schedule.run()));
        }
        Ok(Self { app, listener, lock, beats })
    }

    /// What the handlers have at hand.
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// Serves until SIGTERM or SIGINT, then stops in good order: no more connections, requests
    /// end, what was handed over is committed. `kill -9` is no less safe.
    pub async fn serve(mut self) -> Result<ExitCode> {
        let settings = Arc::clone(&self.app.settings);
        let stop = self.app.stopping.clone();
        let mut terminate = signal(SignalKind::terminate()).map_err(Error::internal)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::internal)?;
        let (router, _) = router::router(self.app.clone());
        self.lock.announce(&settings.listen.to_string(), &settings.public_url)?;
        // Who started it may have stopped reading: no reason not to serve.
        let _ = writeln!(std::io::stdout(), "SiteLedger listening on http://{}", settings.listen);
        tracing::info!(address = %settings.listen, public_url = settings.public_url, "serving");
        let told = stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tracing::info!("stopping");
            told.cancel();
        });
        self.beats.push(tokio::spawn(read_ahead(self.app.clone())));
        http::serve::serve(self.listener, router, &settings.trusted_proxies, stop).await;
        for beat in self.beats {
            if let Err(error) = beat.await {
                tracing::error!(%error, "a background task did not end well");
            }
        }
        self.app.engine.stop().await;
        if let Err(error) = self.app.engine.make_checkpoints(Occasion::Stopping).await {
            tracing::warn!(?error, "could not make the last checkpoints; the next start does");
        }
        self.app.store.close().await;
        tracing::info!("stopped");
        Ok(ExitCode::SUCCESS)
    }
}

/// Takes in what commands beside the server change, until it stops.
async fn look_again(app: App) {
    while !stopped_within(&app.stopping, LOOK_AGAIN).await {
        if let Err(error) = app.engine.look_again().await {
            tracing::warn!(?error, "could not look for new counties; will try again");
        }
        if let Err(error) = app.engine.make_checkpoints(Occasion::Regular).await {
            tracing::warn!(?error, "could not make checkpoints; will try again");
        }
        app.engine.flush_high_water().await;
        http::health::tell_backup(&app).await;
    }
}

/// Goes by what commands change of people, roles and devices, until the server stops.
async fn keep_people_fresh(app: App) {
    app.stopping.run_until_cancelled(app.people.keep_fresh()).await;
    if let Err(error) = app.people.flush().await {
        tracing::warn!(?error, "could not write down which devices were seen");
    }
}

/// Keeps the index up to where the ledgers stand, until the server stops.
async fn follow(app: App) {
    app.lists.follow(app.stopping.clone()).await;
}

/// Reads what figures are made of, so that the first who asks for them need not wait for it.
async fn read_ahead(app: App) {
    let read = app.stopping.run_until_cancelled(app.figures.read_ahead()).await;
    if let Some(Err(error)) = read {
        tracing::warn!(?error, "could not read ahead for the figures; whoever asks for them reads");
    }
}

async fn stopped_within(stopping: &CancellationToken, pause: Duration) -> bool {
    tokio::time::timeout(pause, stopping.cancelled()).await.is_ok()
}

fn address_taken(address: SocketAddr, error: std::io::Error) -> Error {
    Error::new(
        Kind::Conflict,
        "address_taken",
        format!("无法监听 {address}：可能已被别的程序占用，请用 --listen 换一个地址"),
        format!("cannot listen on {address}: it may be taken; choose another one with --listen"),
    )
    .because(error)
}
