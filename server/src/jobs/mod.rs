//! Work that is done after the answer, from a queue in the store.
//!
//! A job leaves the queue only after it was done, so after a crash it is done again: every job may
//! run twice. One that fails is tried again, each time later, and rests after
//! [`jobs::MAX_ATTEMPTS`] failures; work that comes back never rests and is tried once a day.

mod scrub;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{FutureExt as _, StreamExt as _, stream};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, Moment};
use crate::error::{Error, Result};
use crate::photos::Photos;
use crate::photos::upload::PHOTO_JOB;
use crate::store::jobs::{self, JobRow};
use crate::store::{Store, Tx};

/// Jobs that are done at a time.
const AT_A_TIME: usize = 2;
/// Jobs that are read from the queue at once.
const BATCH: u32 = 16;
/// How long nothing is looked for if nobody says that there is work.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// How long to wait after the store failed.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How long to wait before a job that failed is tried again, by the number of failures before.
const BACKOFF_SECONDS: [i64; 6] = [30, 300, 1800, 2 * 3600, 6 * 3600, 24 * 3600];

const ORPHANS_JOB: &str = "orphans";
const EXPIRED_UPLOADS_JOB: &str = "expired_uploads";
const SCRUB_JOB: &str = "scrub";
/// Work that comes back, and after how many seconds.
const RETURNING: [(&str, i64); 3] =
    [(ORPHANS_JOB, 24 * 3600), (EXPIRED_UPLOADS_JOB, 24 * 3600), (SCRUB_JOB, scrub::EVERY_SECONDS)];

/// Does the jobs, one batch after the other.
pub struct Runner {
    /// Where the queue is.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// What the work is done on.
    pub photos: Arc<Photos>,
    /// In how many days the whole store is looked through; never, if 0.
    pub scrub_days: u32,
    /// Told when there is work.
    pub work: Arc<Notify>,
    /// Told when the server stops: what runs is ended, nothing more is begun.
    pub stopping: CancellationToken,
}

impl Runner {
    /// Does what is in the queue until the server stops.
    pub async fn run(self) {
        let runner = Arc::new(self);
        while !runner.stopping.is_cancelled() {
            let pause = match runner.round().await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::warn!(?error, "could not read the queue of jobs; will try again");
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                () = runner.stopping.cancelled() => {}
                () = runner.work.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Does all that is due, and says how long to wait for more.
    async fn round(self: &Arc<Self>) -> Result<Duration> {
        self.ensure_returning().await?;
        loop {
            let due = jobs::due(&mut *self.store.read().await?, self.clock.now(), BATCH).await?;
            let is_all = due.len() < BATCH as usize;
            let running = stream::iter(due)
                .take_until(self.stopping.cancelled())
                .map(|job| Arc::clone(self).attempt(job))
                .buffer_unordered(AT_A_TIME);
            let outcomes: Vec<Result<()>> = running.collect().await;
            outcomes.into_iter().collect::<Result<()>>()?;
            self.tell_counts().await?;
            if is_all || self.stopping.is_cancelled() {
                break;
            }
        }
        let next = jobs::next_due(&mut *self.store.read().await?).await?;
        let wait = next.map_or(i64::MAX, |next| next.0 - self.clock.now().0).max(0);
        Ok(LOOK_AGAIN.min(Duration::from_millis(wait as u64)))
    }

    async fn ensure_returning(&self) -> Result<()> {
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                async move {
                    for (kind, _) in RETURNING {
                        jobs::ensure(tx, kind, "", now).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    /// Does one job and writes down what came of it.
    async fn attempt(self: Arc<Self>, job: JobRow) -> Result<()> {
        let kind = job.kind.clone();
        let began = Instant::now();
        let doing = tokio::spawn({
            let (runner, job) = (Arc::clone(&self), job.clone());
            async move { runner.perform(&job).await }
        });
        // A panic is a failure of that job alone.
        let outcome = doing.await.unwrap_or_else(|panic| Err(Error::internal(panic)));
        metrics::histogram!("siteledger_job_seconds", "kind" => kind.clone())
            .record(began.elapsed().as_secs_f64());
        let label = if outcome.is_ok() { "done" } else { "failed" };
        metrics::counter!("siteledger_jobs_total", "kind" => kind, "outcome" => label).increment(1);
        let now = self.clock.now();
        if let Err(error) = &outcome {
            tracing::warn!(
                ?error,
                kind = job.kind,
                key = job.key,
                attempts = job.attempts + 1,
                "a job failed"
            );
        }
        let failure = outcome.err().map(|error| format!("{error:?}"));
        self.store.write(move |tx| note(tx, job, failure, now).boxed()).await
    }

    async fn perform(&self, job: &JobRow) -> Result<()> {
        match job.kind.as_str() {
            PHOTO_JOB => {
                let sha256 = job.key.parse().map_err(Error::internal)?;
                self.photos.look_at(sha256).await
            }
            ORPHANS_JOB => {
                let swept = self.photos.sweep_orphans().await?;
                tracing::info!(swept, "swept up files that nobody knows of");
                Ok(())
            }
            EXPIRED_UPLOADS_JOB => {
                let expired = self.photos.expire_uploads().await?;
                tracing::info!(expired, "forgot uploads that nobody went on with");
                Ok(())
            }
            SCRUB_JOB => self.scrub().await,
            other => Err(Error::internal(anyhow::anyhow!("nobody knows how to do a job of kind {other:?}"))),
        }
    }

    async fn tell_counts(&self) -> Result<()> {
        let counts = jobs::counts(&mut *self.store.read().await?).await?;
        for (state, count) in
            [("waiting", counts.waiting), ("failing", counts.failing), ("resting", counts.resting)]
        {
            metrics::gauge!("siteledger_jobs", "state" => state).set(count as f64);
        }
        Ok(())
    }
}

async fn note(tx: &mut Tx, job: JobRow, failure: Option<String>, now: Moment) -> Result<()> {
    if let Some(failure) = failure {
        let attempt = usize::try_from(job.attempts).unwrap_or(0).min(BACKOFF_SECONDS.len() - 1);
        return jobs::failed(tx, &job, now.plus_seconds(BACKOFF_SECONDS[attempt]), &failure).await;
    }
    match RETURNING.iter().find(|(kind, _)| *kind == job.kind) {
        Some((_, seconds)) => jobs::again(tx, &job, now.plus_seconds(*seconds)).await,
        None => jobs::done(tx, &job).await,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::photos::testing::{House, Shot, somebody};

    fn runner(house: &House) -> Arc<Runner> {
        Arc::new(Runner {
            store: house.store.clone(),
            clock: house.clock.clone(),
            photos: Arc::clone(&house.photos),
            scrub_days: 7,
            work: Arc::clone(&house.work),
            stopping: CancellationToken::new(),
        })
    }

    async fn kinds(house: &House, at: Moment) -> Vec<String> {
        let due = jobs::due(&mut house.store.read().await.unwrap(), at, 99).await.unwrap();
        due.into_iter().map(|job| job.kind).collect()
    }

    #[tokio::test]
    async fn work_leaves_the_queue_once_it_is_done_and_daily_work_comes_back() {
        let house = House::new().await;
        house.bring(&somebody(), &Shot::number(1).jpeg(64, 48, 80)).await;
        let runner = runner(&house);
        let pause = runner.round().await.unwrap();
        assert_eq!(pause, LOOK_AGAIN);
        assert!(kinds(&house, house.clock.now()).await.is_empty());
        let tomorrow = house.clock.now().plus_seconds(24 * 3600);
        let mut due = kinds(&house, tomorrow).await;
        due.sort_unstable();
        assert_eq!(due, [EXPIRED_UPLOADS_JOB, ORPHANS_JOB, SCRUB_JOB]);
    }

    #[tokio::test]
    async fn what_fails_is_tried_again_later_and_rests_in_the_end() {
        let house = House::new().await;
        let now = house.clock.now();
        house
            .store
            .write(move |tx| async move { jobs::ask(tx, "unheard of", "", now).await }.boxed())
            .await
            .unwrap();
        let runner = runner(&house);
        for failures in 1..=jobs::MAX_ATTEMPTS {
            assert!(kinds(&house, house.clock.now()).await.contains(&"unheard of".to_owned()));
            runner.round().await.unwrap();
            assert!(!kinds(&house, house.clock.now()).await.contains(&"unheard of".to_owned()));
            let counts = jobs::counts(&mut house.store.read().await.unwrap()).await.unwrap();
            let is_last = failures == jobs::MAX_ATTEMPTS;
            assert_eq!((counts.failing, counts.resting), (i64::from(!is_last), i64::from(is_last)));
            house.clock.advance(TimeDelta::days(2));
        }
        assert!(!kinds(&house, house.clock.now()).await.contains(&"unheard of".to_owned()), "it rests");
        // Whoever asks again wakes it.
        let now = house.clock.now();
        house
            .store
            .write(move |tx| async move { jobs::ask(tx, "unheard of", "", now).await }.boxed())
            .await
            .unwrap();
        assert!(kinds(&house, house.clock.now()).await.contains(&"unheard of".to_owned()));
    }

    #[tokio::test]
    async fn daily_work_that_failed_for_weeks_is_done_once_it_can_be() {
        let house = House::new().await;
        let runner = runner(&house);
        runner.ensure_returning().await.unwrap();
        for _ in 0..2 * jobs::MAX_ATTEMPTS {
            let now = house.clock.now();
            let due = jobs::due(&mut house.store.read().await.unwrap(), now, 9).await.unwrap();
            let sweep = due.into_iter().find(|job| job.kind == ORPHANS_JOB).expect("it is tried every day");
            let failure = Some("the disk cannot be read".to_owned());
            house.store.write(move |tx| note(tx, sweep, failure, now).boxed()).await.unwrap();
            runner.ensure_returning().await.unwrap();
            assert!(!kinds(&house, now).await.contains(&ORPHANS_JOB.to_owned()), "not at once again");
            let counts = jobs::counts(&mut house.store.read().await.unwrap()).await.unwrap();
            assert_eq!((counts.failing, counts.resting), (1, 0), "the figures tell of it");
            house.clock.advance(TimeDelta::days(2));
        }
        runner.round().await.unwrap();
        let counts = jobs::counts(&mut house.store.read().await.unwrap()).await.unwrap();
        assert_eq!((counts.failing, counts.resting), (0, 0));
    }

    #[tokio::test]
    async fn the_runner_wakes_when_a_photo_comes_and_stops_when_told() {
        let house = House::new().await;
        let runner = runner(&house);
        let stopping = runner.stopping.clone();
        let running = tokio::spawn(Arc::into_inner(runner).unwrap().run());
        let sha256 = house.bring(&somebody(), &Shot::number(1).jpeg(64, 48, 80)).await;
        let seen = async {
            loop {
                let row = crate::store::photos::photo(&mut house.store.read().await.unwrap(), &sha256).await;
                if row.unwrap().unwrap().facts.is_some() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(LOOK_AGAIN, seen).await.expect("it was woken and did not wait to look again");
        stopping.cancel();
        running.await.unwrap();
    }

    #[tokio::test]
    async fn a_job_that_is_asked_for_while_it_runs_is_done_again() {
        let house = House::new().await;
        let now = house.clock.now();
        let ask = || house.store.write(move |tx| async move { jobs::ask(tx, "work", "", now).await }.boxed());
        ask().await.unwrap();
        let job = jobs::due(&mut house.store.read().await.unwrap(), now, 9).await.unwrap().remove(0);
        ask().await.unwrap();
        house.store.write(move |tx| async move { jobs::done(tx, &job).await }.boxed()).await.unwrap();
        assert_eq!(kinds(&house, now.plus_seconds(1)).await, ["work"]);
    }
}
