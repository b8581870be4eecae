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
use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::error::{Error, Result};
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
        let options = options(&folder.join(FILE))?;
        let mut connection = options.connect().await?;
        MIGRATIONS.run(&mut connection).await.map_err(|error| {
            Error::internal(anyhow::Error::new(error).context("could not bring the database to this version"))
        })?;
        let readers = SqlitePoolOptions::new()
            .min_connections(1)
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(10))
            // After an I/O error SQLite may have ended a transaction that sqlx still counts: such a
            // connection would read one old moment for ever.
            .after_release(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
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
}
