//! The index: a second database file in which lists are looked up and texts are found. It follows from
//! the first one at any time, so it is in no backup: a damaged one is taken away and made anew.
//!
//! A row stands under a number that grows with the moment at which the record was last written, so that
//! whatever is looked up comes newest first without being sorted. What is asked here is what any database
//! can answer; how SQLite does stands in `listed.rs` and `words.rs`.

mod listed;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::Tx;
use crate::error::Result;

pub use listed::{Among, Filters, Found, Listed};
pub use words::Phrase;

/// What another layout, or another way of cutting texts into words, makes another number of. An index of
/// another version is made anew.
pub const VERSION: i64 = 1;

/// How far a county is in the index: its epoch, and the number up to which its records are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// The epoch.
    pub epoch: u32,
    /// The number.
    pub seq: u64,
}

/// The index, open.
#[derive(Debug)]
pub struct Index {
    readers: SqlitePool,
    writer: Mutex<Tx>,
}

impl Index {
    /// Opens the index, or makes it; one that is of another version or another server is
    /// emptied.
    ///
    /// # Errors
    /// If it cannot be opened, or is damaged.
    pub async fn open(file: &Path, server: Uuid) -> Result<Self> {
        let options = options(file)?;
        let mut writer = options.connect().await?;
        lay_out(&mut writer, server).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire(false)
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self { readers, writer: Mutex::new(writer) })
    }

    /// A connection to read with, all whose reads are of one moment.
    ///
    /// # Errors
    /// If there is none in time.
    pub async fn snapshot(&self) -> Result<sqlx::Transaction<'static, sqlx::Sqlite>> {
        Ok(self.readers.begin().await?)
    }

    /// How far each county is.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn reached(&self) -> Result<BTreeMap<String, Reached>> {
        reached(&mut *self.snapshot().await?).await
    }

    /// Takes in records as they stand now, in the places of what they said before, and notes how far
    /// their county is.
    ///
    /// # Errors
    /// If it cannot be written; then nothing was.
    pub async fn take_in(&self, county: &str, reached: Reached, records: &[Listed]) -> Result<()> {
        let mut writer = self.writer.lock().await;
        let mut tx = writer.begin().await?;
        listed::put(&mut tx, records).await?;
        sqlx::query(
            "insert into reached (county, epoch, seq) values ($1, $2, $3)
             on conflict (county) do update set epoch = excluded.epoch, seq = excluded.seq",
        )
        .bind(county)
        .bind(i64::from(reached.epoch))
        .bind(reached.seq as i64)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Empties it: the ledgers are of another history than what it was read from.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn empty(&self) -> Result<()> {
        let mut writer = self.writer.lock().await;
        let mut tx = writer.begin().await?;
        take_down(&mut tx).await?;
        sqlx::raw_sql(LAYOUT).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Closes it.
    pub async fn close(self) {
        self.readers.close().await;
        if let Err(error) = self.writer.into_inner().close().await {
            tracing::warn!(%error, "the index was not closed in good order");
        }
    }
}

/// How far each county is.
///
/// # Errors
/// If it cannot be read.
pub async fn reached(tx: &mut Tx) -> Result<BTreeMap<String, Reached>> {
    let rows: Vec<(String, i64, i64)> =
        sqlx::query_as("select county, epoch, seq from reached").fetch_all(tx).await?;
    let reached =
        |(county, epoch, seq): (String, i64, i64)| (county, Reached { epoch: epoch as u32, seq: seq as u64 });
    Ok(rows.into_iter().map(reached).collect())
}

/// Finds records, the newest first.
///
/// # Errors
/// If it cannot be read.
pub async fn find(
    tx: &mut Tx,
    among: &Among,
    filters: &Filters,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Found>> {
    if filters.phrases.is_empty() {
        listed::find(tx, among, filters, before, limit).await
    } else {
        words::find(tx, among, filters, before, limit).await
    }
}

const LAYOUT: &str = "
    create table reached (
        county text primary key,
        epoch integer not null,
        seq integer not null
    ) strict, without rowid;

    -- What is found under `row`, the newest under the highest.
    create table listed (
        row integer primary key,
        record blob not null unique,
        county text not null,
        kind text not null,
        place integer not null,
        school blob,
        project blob,
        -- Days since 1970.
        day integer,
        made_by blob not null,
        in_conflict integer not null,
        withdrawn integer not null
    ) strict;
    create index listed_by_county on listed (county, row);
    create index listed_by_kind on listed (county, kind, row);
    create index listed_by_day on listed (county, day, kind, row);
    create index listed_by_place on listed (place, row);
    create index listed_by_school on listed (school, row) where school is not null;
    create index listed_by_project on listed (project, row) where project is not null;
    create index listed_by_hand on listed (made_by, row);
    create index listed_in_conflict on listed (county, row) where in_conflict = 1;
    create index listed_withdrawn on listed (county, row) where withdrawn = 1;

    -- The words of each row, as they were cut in Rust: the tokenizer has only to part them at blanks.
    create virtual table words using fts5(text, content='', contentless_delete=1, tokenize='ascii', prefix='1');
";

/// Makes the tables where they are not those of this version and server.
async fn lay_out(connection: &mut Tx, server: Uuid) -> Result<()> {
    let mut tx = connection.begin().await?;
    let is_ours: bool = sqlx::query_scalar("select count(*) = 1 from sqlite_schema where name = 'index_of'")
        .fetch_one(&mut *tx)
        .await?;
    if is_ours {
        let of: Option<(i64, Vec<u8>)> =
            sqlx::query_as("select version, server from index_of").fetch_optional(&mut *tx).await?;
        if of.is_some_and(|(version, its)| version == VERSION && its == server.as_bytes()) {
            return Ok(tx.commit().await?);
        }
    }
    take_down(&mut tx).await?;
    sqlx::raw_sql("drop table if exists index_of; create table index_of (version integer not null, server blob not null) strict")
        .execute(&mut *tx)
        .await?;
    sqlx::query("insert into index_of (version, server) values ($1, $2)")
        .bind(VERSION)
        .bind(server.as_bytes().as_slice())
        .execute(&mut *tx)
        .await?;
    sqlx::raw_sql(LAYOUT).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

async fn take_down(tx: &mut Tx) -> Result<()> {
    sqlx::raw_sql("drop table if exists reached; drop table if exists listed; drop table if exists words")
        .execute(tx)
        .await?;
    Ok(())
}

/// Nothing here is lost that the first database does not have: it need not be flushed at once.
fn options(file: &Path) -> Result<SqliteConnectOptions> {
    Ok(SqliteConnectOptions::from_str("sqlite:")?
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(Duration::from_secs(5))
        .pragma("temp_store", "memory")
        .pragma("mmap_size", "0")
        .pragma("cell_size_check", "on")
        .pragma("cache_size", "-8192")
        .disable_statement_logging())
}
