//! The queue of work that is done after the answer. What is in it is done at least once, a crash
//! in between or not.

use sqlx::FromRow;

use super::Tx;
use crate::clock::Moment;
use crate::error::Result;

/// After so many failures a job rests until somebody looks at it.
pub const MAX_ATTEMPTS: i64 = 8;

/// A job that is to be done.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct JobRow {
    /// Its number.
    pub id: i64,
    /// What kind of work.
    pub kind: String,
    /// On what.
    pub key: String,
    /// How often it failed.
    pub attempts: i64,
    /// When it is due. Another one whenever it is asked for again.
    pub run_at: i64,
}

/// How the queue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Counts {
    /// Due or to be done later.
    pub waiting: i64,
    /// Failed at least once, to be tried again.
    pub failing: i64,
    /// Failed too often.
    pub resting: i64,
}

/// Asks for a job. One that is there already begins afresh.
pub async fn ask(tx: &mut Tx, kind: &str, key: &str, run_at: Moment) -> Result<()> {
    sqlx::query(
        "insert into jobs (kind, key, run_at) values ($1, $2, $3)
         on conflict (kind, key) do update set attempts = 0, last_error = null,
             run_at = excluded.run_at + (excluded.run_at = jobs.run_at)",
    )
    .bind(kind)
    .bind(key)
    .bind(run_at.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// Asks for a job unless it is there already. One that rests gets one more try, when it was last
/// put off to.
pub async fn ensure(tx: &mut Tx, kind: &str, key: &str, run_at: Moment) -> Result<()> {
    sqlx::query(
        "insert into jobs (kind, key, run_at) values ($1, $2, $3)
         on conflict (kind, key) do update set attempts = $4 - 1 where attempts >= $4",
    )
    .bind(kind)
    .bind(key)
    .bind(run_at.0)
    .bind(MAX_ATTEMPTS)
    .execute(tx)
    .await?;
    Ok(())
}

/// The jobs that are due, longest waiting first.
pub async fn due(tx: &mut Tx, now: Moment, limit: u32) -> Result<Vec<JobRow>> {
    Ok(sqlx::query_as(
        "select id, kind, key, attempts, run_at from jobs
         where run_at <= $1 and attempts < $2 order by run_at, id limit $3",
    )
    .bind(now.0)
    .bind(MAX_ATTEMPTS)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?)
}

/// When the next job is due.
pub async fn next_due(tx: &mut Tx) -> Result<Option<Moment>> {
    let next: Option<i64> = sqlx::query_scalar("select min(run_at) from jobs where attempts < $1")
        .bind(MAX_ATTEMPTS)
        .fetch_one(tx)
        .await?;
    Ok(next.map(Moment))
}

/// A job was done. If it was asked for again meanwhile it stays.
pub async fn done(tx: &mut Tx, job: &JobRow) -> Result<()> {
    sqlx::query("delete from jobs where id = $1 and run_at = $2")
        .bind(job.id)
        .bind(job.run_at)
        .execute(tx)
        .await?;
    Ok(())
}

/// A job was done and is to be done again.
pub async fn again(tx: &mut Tx, job: &JobRow, run_at: Moment) -> Result<()> {
    sqlx::query("update jobs set attempts = 0, run_at = $2, last_error = null where id = $1")
        .bind(job.id)
        .bind(run_at.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// A job failed.
pub async fn failed(tx: &mut Tx, job: &JobRow, run_at: Moment, error: &str) -> Result<()> {
    sqlx::query(
        "update jobs set attempts = attempts + 1, run_at = $3, last_error = $4 where id = $1 and run_at = $2",
    )
    .bind(job.id)
    .bind(job.run_at)
    .bind(run_at.0)
    .bind(error)
    .execute(tx)
    .await?;
    Ok(())
}

/// How the queue stands.
pub async fn counts(tx: &mut Tx) -> Result<Counts> {
    Ok(sqlx::query_as(
        "select count(*) as waiting,
                count(*) filter (where attempts > 0 and attempts < $1) as failing,
                count(*) filter (where attempts >= $1) as resting
         from jobs",
    )
    .bind(MAX_ATTEMPTS)
    .fetch_one(tx)
    .await?)
}
