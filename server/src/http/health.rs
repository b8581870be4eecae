//! `GET /api/v1/health`: the process is alive. `GET /api/v1/ready`: it can do its work.

use std::time::Duration;

use axum::extract::State;
use serde::Serialize;

use super::app::App;
use super::extract::Json;
use super::problem::{Problem, ProblemBody};
use crate::clock::Moment;
use crate::error::{Error, Kind, Result};
use crate::store::{copy, damage, health};

/// A commit this recent shows that the writer works.
const RECENT: Duration = Duration::from_secs(10);
/// How long a commit may take that is made to see whether one can be made.
const PATIENCE: Duration = Duration::from_secs(5);
/// Below this much free space, text will soon fail too.
const RESERVE_BYTES: u64 = 256 * 1024 * 1024;

/// A good answer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// `ok` or `ready`.
    status: &'static str,
    /// How backups stand, where any were made or are to be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    backup: Option<Backup>,
    /// How many rows and photos are known to be damaged on disk and have not been made good, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    damaged: Option<u64>,
    /// Whether photos are refused, as little of the disk is free: text is taken all the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    photos_refused: bool,
}

/// How backups stand.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Backup {
    /// When the last one was made that was checked and found good, RFC 3339.
    last_good: Option<String>,
    /// Whether two that were due have not been made.
    late: bool,
}

/// Whether the process is alive.
#[utoipa::path(
    get,
    path = "/api/v1/health",
    tag = "operation",
    security(()),
    responses((status = 200, body = Health))
)]
pub async fn health() -> Json<Health> {
    Json(Health { status: "ok", backup: None, damaged: None, photos_refused: false })
}

/// Whether the server can do its work: it commits, it reads, its database is of this version,
/// there is space, and it does not stop.
#[utoipa::path(
    get,
    path = "/api/v1/ready",
    tag = "operation",
    security(()),
    responses(
        (status = 200, body = Health),
        (status = 503, description = "not at the moment, and why", body = ProblemBody),
    )
)]
pub async fn ready(State(app): State<App>) -> Result<Json<Health>, Problem> {
    look(&app).await?;
    let damaged = damage::count_all(&mut *app.store.read().await?).await?;
    let damaged = Some(damaged).filter(|damaged| *damaged > 0);
    let photos_refused = !app.photos.folder.has_room().await?;
    Ok(Json(Health { status: "ready", backup: backup(&app).await?, damaged, photos_refused }))
}

/// How backups stand: a late one is told, and no reason to turn phones away.
async fn backup(app: &App) -> Result<Option<Backup>> {
    let last = copy::last_backup(&mut *app.store.read().await?).await?;
    let settings = app.settings.backup.as_ref();
    if last.is_none() && settings.is_none() {
        return Ok(None);
    }
    let late = settings.is_some_and(|settings| {
        let age = last.map(|last| app.clock.now().0 - last.0);
        age.is_none_or(|age| age > 2 * settings.every.as_millis() as i64)
    });
    Ok(Some(Backup { last_good: last.map(Moment::rfc3339), late }))
}

/// Tells the figures when the last good backup was made.
pub async fn tell_backup(app: &App) {
    let last = async { copy::last_backup(&mut *app.store.read().await?).await };
    match last.await {
        Ok(Some(last)) => {
            metrics::gauge!("siteledger_last_backup_timestamp_seconds").set(last.0 as f64 / 1000.0);
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(?error, "could not read when the last backup was made"),
    }
}

/// Looks whether the server can do its work, and says what is wrong if not.
pub(super) async fn look(app: &App) -> Result<()> {
    if app.stopping.is_cancelled() {
        return Err(not_ready("服务器正在停止", "the server is stopping"));
    }
    commits(app).await?;
    reads(app).await?;
    let space = fs4::available_space(&app.settings.data)
        .map_err(|error| not_ready("无法读取磁盘空间", "the free space cannot be told").because(error))?;
    if space < RESERVE_BYTES {
        return Err(not_ready("磁盘空间不足", "the disk is nearly full"));
    }
    Ok(())
}

/// Makes sure that the writer has committed lately, by a commit of no consequence if need be.
async fn commits(app: &App) -> Result<()> {
    if app.store.committed_within(RECENT) {
        return Ok(());
    }
    let commit = app.store.write(|tx| Box::pin(health::try_to_write(tx)));
    match tokio::time::timeout(PATIENCE, commit).await {
        Ok(committed) => committed.map_err(|error| {
            let why = anyhow::anyhow!("{error:?}");
            not_ready("数据库无法写入", "the database does not commit").because(why)
        }),
        Err(_) => Err(not_ready("数据库写入过慢", "the database does not commit in time")),
    }
}

/// Makes sure that the database can be read, and is of this program's version.
async fn reads(app: &App) -> Result<()> {
    let look = async {
        let mut tx = app.store.read().await?;
        health::schema_is_current(&mut tx).await
    };
    match look.await {
        Ok(true) => Ok(()),
        Ok(false) => Err(not_ready("数据库版本与程序不符", "the database is not of this program's version")),
        Err(error) => {
            let why = anyhow::anyhow!("{error:?}");
            Err(not_ready("数据库无法读取", "the database cannot be read").because(why))
        }
    }
}

fn not_ready(zh: &str, en: &str) -> Error {
    Error::new(
        Kind::Unavailable(10),
        "not_ready",
        format!("{zh}；没有内容丢失，请稍后再试"),
        format!("{en}; nothing is lost, try again later"),
    )
}
