//! All SQL, and nothing else: one writer connection with group commit, a pool of readers.
//!
//! Every function takes `&mut Tx`: a reader's connection or the writer's open transaction. None
//! takes the pool, so that no operation ever waits for a second connection while holding one.

pub mod audit;
pub(crate) mod columns;
pub mod copy;
pub mod damage;
pub mod devices;
pub mod enrolments;
pub mod epochs;
pub mod founding;
pub mod grants;
pub mod health;
pub mod held;
pub mod index;
pub mod jobs;
pub mod ledger;
pub mod paging;
pub mod people;
pub mod photos;
pub mod records;
pub mod row_hash;
pub mod scrub;
pub mod server_row;
pub mod sessions;
pub mod settled;
pub mod tickets;
pub mod uploads;
mod writer;

use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::error::{Error, Kind, Result};
use writer::Writer;

/// A connection that a store function works on.
pub type Tx = sqlx::SqliteConnection;

/// The database's file name inside of the data folder.
pub const FILE: &str = "siteledger.db";

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// The database.
#[derive(Clone)]
pub struct Store {
    readers: SqlitePool,
    writer: Arc<Writer>,
}

impl Store {
    /// Opens the database in `folder`, making or migrating it as needed.
    ///
    /// # Errors
    /// If it cannot be opened, is newer than this program, or is damaged.
    pub async fn open(folder: &Path) -> Result<Self> {
        Self::open_at(folder, &MIGRATIONS).await
    }

    /// Opens the database, bringing it to where those migrations lead: each is one transaction.
    async fn open_at(folder: &Path, migrations: &Migrator) -> Result<Self> {
        let options = options(&folder.join(FILE))?;
        let mut connection = options.connect().await?;
        if let Err(error) = migrations.run(&mut connection).await {
            connection.close().await?;
            return Err(not_of_this_version(error));
        }
        let readers = SqlitePoolOptions::new()
            .min_connections(1)
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(10))
            // Each is tested when it comes back.
            .test_before_acquire(false)
            // After an I/O error SQLite may have ended a transaction that sqlx still counts: such a
            // connection would read one old moment for ever. A dropped transaction is rolled back before
            // the ping, and not before: it would be counted still, and every other request open a
            // connection anew.
            .after_release(|connection, _| {
                Box::pin(async move {
                    connection.ping().await?;
                    Ok(!connection.is_in_transaction())
                })
            })
            .connect_with(options.clone().read_only(true))
            .await?;
        Ok(Self { readers, writer: Arc::new(Writer::start(connection, options)) })
    }

    /// A connection to read with. Reads of one connection are not one snapshot unless they are
    /// one statement.
    pub async fn read(&self) -> Result<PoolConnection<sqlx::Sqlite>> {
        Ok(self.readers.acquire().await?)
    }

    /// A connection to read with, all whose reads are of one moment.
    pub async fn snapshot(&self) -> Result<sqlx::Transaction<'static, sqlx::Sqlite>> {
        Ok(self.readers.begin().await?)
    }

    /// Runs `operation` inside of the writer's next commit and answers once that is flushed.
    ///
    /// Operations of one group share a commit, each under its own savepoint: what fails is rolled
    /// back alone. The operation runs to its end even if the caller is dropped.
    pub async fn write<T, F>(&self, operation: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        self.writer.write(operation).await
    }

    /// Says whether one more operation can wait to be written.
    ///
    /// # Errors
    /// `too_busy` if as many wait as may.
    pub fn demand_room(&self) -> Result<()> {
        if self.writer.has_room() { Ok(()) } else { Err(Error::too_busy()) }
    }

    /// Whether something was committed, and flushed, that lately.
    pub fn committed_within(&self, span: Duration) -> bool {
        self.writer.committed_within(span)
    }

    /// Waits for what was already handed over, then closes everything.
    ///
    /// The writer closes last: the readers may not fold the log into the database and take it away.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.stop().await;
    }
}

/// A number that another one follows whenever somebody else has committed: another program, since
/// there is one writer in this one. It means nothing on another connection.
pub async fn version_of_others(tx: &mut Tx) -> Result<i64> {
    Ok(sqlx::query_scalar("pragma data_version").fetch_one(tx).await?)
}

/// Why a database could not be brought to this program's version.
fn not_of_this_version(error: MigrateError) -> Error {
    match error {
        MigrateError::VersionMissing(_) => Error::new(
            Kind::Conflict,
            "database_newer",
            "数据由更新版本的 SiteLedger 写成，这个版本打不开；没有改动，没有内容丢失。请换用较新的版本，或恢复升级前的备份",
            "the data were written by a newer SiteLedger than this one; nothing was changed, nothing is lost: use that version or a later one, or restore a backup of before the upgrade",
        )
        .because(error),
        MigrateError::VersionMismatch(_) => Error::new(
            Kind::Conflict,
            "database_other",
            "数据的结构不是这个版本的 SiteLedger 建的；没有改动，没有内容丢失。请换用原来的版本",
            "the data are laid out as no version up to this one does it; nothing was changed, nothing is lost: use the version that wrote them",
        )
        .because(error),
        // The disk may be full, or failing.
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        error => Error::internal(error),
    }
}

fn options(file: &Path) -> Result<SqliteConnectOptions> {
    Ok(SqliteConnectOptions::from_str("sqlite:")?
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // Phones forget what was acknowledged; NORMAL loses acknowledged commits in a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("temp_store", "memory")
        .pragma("mmap_size", "0")
        .pragma("trusted_schema", "off")
        .pragma("cell_size_check", "on")
        .pragma("cache_size", "-16384")
        // 32 MiB: in the evening one commit of many phones is larger than the 4 MiB that is usual, and
        // moving pages into the database after each of them costs more than the commit.
        .pragma("wal_autocheckpoint", "8192")
        .statement_cache_capacity(200)
        .disable_statement_logging())
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::clock::Moment;

    #[tokio::test]
    async fn a_closed_store_is_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        store.write(|tx| async move { jobs::ask(tx, "work", "", Moment(0)).await }.boxed()).await.unwrap();
        assert!(jobs::next_due(&mut store.read().await.unwrap()).await.unwrap().is_some());
        store.close().await;
        let names = std::fs::read_dir(folder.path()).unwrap();
        let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [FILE], "nothing stands beside the database that a copy of it could miss");
    }

    /// An I/O error ends a transaction behind sqlx's back, as here a statement of ours does.
    #[tokio::test]
    async fn a_reader_whose_transaction_was_ended_by_an_error_is_not_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let mut snapshot = store.snapshot().await.unwrap();
        sqlx::query("rollback").execute(&mut *snapshot).await.unwrap();
        drop(snapshot);
        // Reading goes on, and what is written from now on is seen by every reader that there is.
        for _ in 0..3 {
            let mut snapshot = store.snapshot().await.unwrap();
            assert!(jobs::next_due(&mut snapshot).await.unwrap().is_none());
        }
        store.write(|tx| async move { jobs::ask(tx, "work", "", Moment(0)).await }.boxed()).await.unwrap();
        let mut readers = Vec::new();
        for _ in 0..8 {
            readers.push(store.read().await.unwrap());
        }
        for reader in &mut readers {
            assert!(jobs::next_due(reader).await.unwrap().is_some(), "it reads an old moment");
        }
    }

    /// To open one costs more than most that it is used for.
    #[tokio::test]
    async fn a_reader_is_used_again_after_a_snapshot_that_was_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let all_are_back = || async {
            while store.readers.num_idle() < store.readers.size() as usize || store.readers.size() == 0 {
                tokio::task::yield_now().await;
            }
        };
        all_are_back().await;
        let mut reader = store.read().await.unwrap();
        sqlx::query("create temp table mark (a int)").execute(&mut *reader).await.unwrap();
        drop(reader);
        for round in 0..10 {
            all_are_back().await;
            let mut snapshot = store.snapshot().await.unwrap();
            let marks: i64 = sqlx::query_scalar("select count(*) from mark")
                .fetch_one(&mut *snapshot)
                .await
                .expect("the mark");
            assert_eq!(marks, 0, "round {round}");
        }
    }

    /// The migrations of this program and one more.
    async fn with_one_more(sql: &str) -> Migrator {
        let folder = tempfile::tempdir().unwrap();
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        for file in std::fs::read_dir(ours).unwrap().map(|file| file.unwrap()) {
            std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
        }
        std::fs::write(folder.path().join("9000_one_more.sql"), sql).unwrap();
        Migrator::new(folder.path()).await.unwrap()
    }

    async fn tables_called_extra(folder: &Path) -> i64 {
        let mut connection = options(&folder.join(FILE)).unwrap().connect().await.unwrap();
        let count = sqlx::query_scalar("select count(*) from sqlite_master where name = 'extra'");
        count.fetch_one(&mut connection).await.unwrap()
    }

    #[tokio::test]
    async fn a_migration_that_fails_leaves_nothing_and_the_program_before_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        Store::open(folder.path()).await.unwrap().close().await;
        let fails = with_one_more("create table extra (a int) strict; insert into nowhere values (1);").await;
        assert!(Store::open_at(folder.path(), &fails).await.is_err());
        assert_eq!(tables_called_extra(folder.path()).await, 0);
        Store::open(folder.path()).await.expect("nothing happened to it").close().await;
        let whole = with_one_more("create table extra (a int) strict;").await;
        Store::open_at(folder.path(), &whole).await.unwrap().close().await;
        let newer = Store::open(folder.path()).await.err().expect("it is newer now");
        assert_eq!(newer.code, "database_newer");
    }

    /// What a killed process leaves behind is copied in the middle of the migration, again and again.
    #[tokio::test]
    async fn a_migration_that_is_cut_short_is_made_as_a_whole_by_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        Store::open(folder.path()).await.unwrap().close().await;
        let rows = "insert into extra values (zeroblob(200000));".repeat(8);
        let more = with_one_more(&format!("create table extra (a blob) strict; {rows}")).await;
        // With little memory, what is not committed is written into the log before.
        let small = options(&folder.path().join(FILE)).unwrap().pragma("cache_size", "4");
        let mut connection = small.connect().await.unwrap();
        let left = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (from, copies) = (folder.path().to_owned(), Arc::clone(&left));
        connection.lock_handle().await.unwrap().set_update_hook(move |_| {
            let copy = tempfile::tempdir().unwrap();
            for name in [FILE.to_owned(), format!("{FILE}-wal")] {
                std::fs::copy(from.join(&name), copy.path().join(&name)).unwrap();
            }
            copies.lock().unwrap().push(copy);
        });
        more.run(&mut connection).await.unwrap();
        connection.close().await.unwrap();

        let left = std::mem::take(&mut *left.lock().unwrap());
        assert!(left.len() > 8, "it was copied before, after and in between: {}", left.len());
        let log =
            |copy: &tempfile::TempDir| copy.path().join(format!("{FILE}-wal")).metadata().unwrap().len();
        assert!(left.iter().any(|copy| log(copy) > 400_000), "half of it was in the log");
        let mut cut_short = 0;
        for copy in left {
            // Or it was all there already: the program writes one thing more when it is.
            cut_short += 1 - tables_called_extra(copy.path()).await;
            let store = Store::open_at(copy.path(), &more).await.expect("the next start makes it");
            let count: i64 = sqlx::query_scalar("select count(*) from extra")
                .fetch_one(&mut *store.read().await.unwrap())
                .await
                .unwrap();
            assert_eq!(count, 8);
            store.close().await;
        }
        assert!(cut_short >= 8, "nothing of a half one counts: {cut_short}");
    }
}
