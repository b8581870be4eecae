//! The one writer: takes what waits, runs it in one transaction, flushes, then answers everybody.
//!
//! While a commit is flushed, the next operations gather, so no timer is needed to form groups.
//! After any database error the connection is thrown away and opened anew: a full disk or an I/O
//! error may have ended the transaction behind our back.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::Tx;
use crate::error::{Error, Result};

/// How many operations may wait. Beyond that the server says "not now".
const QUEUE: usize = 1024;
/// How many operations share a commit at most.
const GROUP: usize = 256;

/// The handle by which everybody reaches the writer.
pub(super) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Box<dyn Operation>>>>,
    sender: mpsc::WeakSender<Box<dyn Operation>>,
    task: Mutex<Option<JoinHandle<()>>>,
    last_commit: LastCommit,
}

/// When the last commit succeeded, unless one failed since.
#[derive(Clone, Default)]
struct LastCommit(Arc<std::sync::Mutex<Option<Instant>>>);

impl LastCommit {
    fn get(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_now(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// A commit failed since: that an earlier one succeeded says nothing any more.
    fn is_no_more(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Writer {
    pub(super) fn start(connection: Tx, options: SqliteConnectOptions) -> Self {
        let (sender, queue) = mpsc::channel(QUEUE);
        let weak = sender.downgrade();
        let last_commit = LastCommit::default();
        let mut writing = Writing { connection: Some(connection), options, last_commit: last_commit.clone() };
        let task = tokio::spawn(async move {
            // Half-done state in memory must not be written by anybody: end the process, phones
            // send again.
            if AssertUnwindSafe(writing.run(queue)).catch_unwind().await.is_err() {
                tracing::error!("the writer panicked; the process ends so that it starts clean");
                std::process::abort();
            }
        });
        Self { queue: Mutex::new(Some(sender)), sender: weak, task: Mutex::new(Some(task)), last_commit }
    }

    pub(super) fn committed_within(&self, span: Duration) -> bool {
        self.last_commit.get().is_some_and(|at| at.elapsed() < span)
    }

    pub(super) fn has_room(&self) -> bool {
        self.sender.upgrade().is_some_and(|queue| queue.capacity() > 0)
    }

    pub(super) async fn write<T, F>(&self, operation: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { operation: Some(operation), result: None, answer };
        let stopped = || Error::unavailable(anyhow::anyhow!("the writer has stopped"));
        let queue = self.sender.upgrade().ok_or_else(stopped)?;
        queue.try_send(Box::new(waiting)).map_err(|_| Error::too_busy())?;
        drop(queue);
        answered.await.map_err(|_| stopped())?
    }

    pub(super) async fn stop(&self) {
        self.queue.lock().await.take();
        let task = self.task.lock().await.take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the writer did not stop cleanly");
        }
    }
}

/// An operation in the queue, whatever it returns.
trait Operation: Send {
    /// Runs it inside of the open transaction; what comes out is kept for [`Self::answer`].
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, Ran>;

    /// Tells the caller what came out, or that the whole group failed.
    fn answer(self: Box<Self>, group: &std::result::Result<(), GroupFailure>);
}

enum Ran {
    Well,
    /// It failed by itself: its savepoint is rolled back, the others go on.
    Failed,
    /// The database failed under it: nothing of the group can be trusted.
    Broken,
}

/// Why a group as a whole was not committed.
struct GroupFailure {
    full: bool,
    reason: String,
}

struct Waiting<T, F> {
    operation: Option<F>,
    result: Option<Result<T>>,
    answer: oneshot::Sender<Result<T>>,
}

impl<T, F> Operation for Waiting<T, F>
where
    T: Send,
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send,
{
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, Ran> {
        async move {
            let Some(operation) = self.operation.take() else { return Ran::Failed };
            let result = operation(tx).await;
            let ran = match &result {
                Ok(_) => Ran::Well,
                Err(error) if is_of_the_database(error) => Ran::Broken,
                Err(_) => Ran::Failed,
            };
            self.result = Some(result);
            ran
        }
        .boxed()
    }

    fn answer(self: Box<Self>, group: &std::result::Result<(), GroupFailure>) {
        let result = match (group, self.result) {
            (Ok(()), Some(result)) => result,
            // What failed says why, even if the group failed with it or without it.
            (Err(_), Some(Err(error))) => Err(error),
            (Err(failure), _) => Err(failure.error()),
            (Ok(()), None) => Err(Error::internal(anyhow::anyhow!("an operation was never run"))),
        };
        // The caller may be gone: what it asked for is committed all the same.
        let _ = self.answer.send(result);
    }
}

/// Whether the database itself failed, after which its transaction may have ended behind our back.
///
/// A broken constraint or a row that is not there is the operation's own affair.
fn is_of_the_database(error: &Error) -> bool {
    let Some(error) = error.context.as_ref().and_then(|context| context.downcast_ref::<sqlx::Error>()) else {
        return false;
    };
    match error {
        sqlx::Error::Database(error) => matches!(error.kind(), sqlx::error::ErrorKind::Other),
        sqlx::Error::RowNotFound | sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => false,
        _ => true,
    }
}

impl GroupFailure {
    fn of(error: sqlx::Error) -> Self {
        let error = Error::from(error);
        Self { full: error.kind == crate::error::Kind::StorageFull, reason: format!("{error:?}") }
    }

    fn broken() -> Self {
        Self { full: false, reason: "the database failed under an operation".to_owned() }
    }

    fn error(&self) -> Error {
        let context = anyhow::anyhow!("the commit failed: {}", self.reason);
        if self.full {
            Error::new(
                crate::error::Kind::StorageFull,
                "storage_full",
                "服务器磁盘已满，本次内容没有保存在服务器上；手机上的内容没有丢失，请通知管理员",
                "the server's disk is full; nothing of this request was stored, nothing on the device is lost",
            )
            .because(context)
        } else {
            Error::unavailable(context)
        }
    }
}

struct Writing {
    connection: Option<Tx>,
    options: SqliteConnectOptions,
    last_commit: LastCommit,
}

impl Writing {
    async fn run(&mut self, mut queue: mpsc::Receiver<Box<dyn Operation>>) {
        let mut group = Vec::with_capacity(GROUP);
        while queue.recv_many(&mut group, GROUP).await > 0 {
            let outcome = self.commit(&mut group).await;
            metrics::histogram!("siteledger_commit_group_size").record(group.len() as f64);
            if outcome.is_ok() {
                self.last_commit.is_now();
            }
            if let Err(failure) = &outcome {
                tracing::error!(reason = failure.reason, "a commit failed; the connection is opened anew");
                metrics::counter!("siteledger_commits_failed_total").increment(1);
                self.last_commit.is_no_more();
                self.discard().await;
            }
            for operation in group.drain(..) {
                operation.answer(&outcome);
            }
        }
        let Some(mut connection) = self.connection.take() else { return };
        // Closing does so too, unless some other program holds the database open.
        if let Err(failure) = execute(&mut connection, "pragma wal_checkpoint(truncate)").await {
            tracing::warn!(
                reason = failure.reason,
                "could not fold the log into the database; the next start does"
            );
        }
        if let Err(error) = connection.close().await {
            tracing::warn!(%error, "could not close the writer's connection");
        }
    }

    async fn commit(&mut self, group: &mut [Box<dyn Operation>]) -> std::result::Result<(), GroupFailure> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.options.connect().await.map_err(GroupFailure::of)?),
        };
        execute(connection, "begin immediate").await?;
        if let [operation] = group {
            // The transaction is its savepoint.
            return match operation.run(connection).await {
                Ran::Well => execute(connection, "commit").await,
                Ran::Failed => execute(connection, "rollback").await,
                Ran::Broken => Err(GroupFailure::broken()),
            };
        }
        for operation in group.iter_mut() {
            execute(connection, "savepoint operation").await?;
            match operation.run(connection).await {
                Ran::Well => execute(connection, "release operation").await?,
                Ran::Failed => {
                    execute(connection, "rollback to operation").await?;
                    execute(connection, "release operation").await?;
                }
                Ran::Broken => return Err(GroupFailure::broken()),
            }
        }
        execute(connection, "commit").await
    }

    async fn discard(&mut self) {
        if let Some(connection) = self.connection.take() {
            // Its transaction may or may not be open still; closing ends it either way.
            let _ = connection.close_hard().await;
        }
    }
}

async fn execute(connection: &mut Tx, statement: &'static str) -> std::result::Result<(), GroupFailure> {
    sqlx::query(statement).execute(connection).await.map(drop).map_err(GroupFailure::of)
}
