//! Backups that a running server makes by itself.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{Backups, Source, Step, Taken, Watcher, take};
use crate::clock::Clock;
use crate::config::BackupSettings;
use crate::error::{Error, Result};
use crate::store::{Store, copy};

/// How often is looked whether one is due.
const LOOK: Duration = Duration::from_secs(5);
/// How long to wait before one that failed is tried again, at first.
const AFTER_FAILURE: Duration = Duration::from_mins(1);
/// The longest rest between two pieces of work.
const LONGEST_REST: Duration = Duration::from_secs(1);

/// Makes backups when they are due, until the server stops.
pub struct Schedule {
    /// The data folder.
    pub data: PathBuf,
    /// Its database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Where to, and how often.
    pub settings: BackupSettings,
    /// Told when the server stops.
    pub stopping: CancellationToken,
}

impl Schedule {
    /// Makes backups until the server stops. One that is under way then is left: what has no name
    /// is no backup, and the next one takes it away.
    pub async fn run(self) {
        let mut failures = 0_u32;
        let mut not_before: Option<Instant> = None;
        while tokio::time::timeout(LOOK, self.stopping.cancelled()).await.is_err() {
            if not_before.is_some_and(|at| Instant::now() < at) || !self.is_due().await {
                continue;
            }
            let Some(outcome) = self.stopping.run_until_cancelled(self.aside()).await else { return };
            failures = if tell(&outcome) { 0 } else { failures + 1 };
            not_before = Some(Instant::now() + self.pause_after(failures));
        }
    }

    /// How long to wait after so many failures; a backup of damaged data is none.
    fn pause_after(&self, failures: u32) -> Duration {
        match failures {
            0 => self.settings.every,
            failures => (AFTER_FAILURE * 2_u32.saturating_pow(failures.min(10) - 1)).min(self.settings.every),
        }
    }

    async fn is_due(&self) -> bool {
        let last = async { copy::last_backup(&mut *self.store.read().await?).await };
        match last.await {
            Ok(None) => true,
            Ok(Some(last)) => {
                let age = self.clock.now().0 - last.0;
                // A clock that was set back is no reason to wait for a year.
                !(0..self.settings.every.as_millis() as i64).contains(&age)
            }
            Err(error) => {
                tracing::warn!(?error, "could not read when the last backup was made; will try again");
                false
            }
        }
    }

    /// Makes a backup on a thread of its own, which may rest without keeping anybody waiting.
    async fn aside(&self) -> Result<Taken> {
        let (data, store, clock) = (self.data.clone(), self.store.clone(), self.clock.clone());
        let settings = self.settings.clone();
        let (done, finished) = oneshot::channel();
        let work = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let made = runtime.map_err(Error::internal).and_then(|runtime| {
                runtime.block_on(async {
                    let backups = Backups::open(&settings.to)?;
                    let source = Source { data: &data, store: &store, clock: &clock };
                    take(source, &backups, settings.keep, &mut Paced(Instant::now())).await
                })
            });
            let _ = done.send(made);
        };
        std::thread::Builder::new().name("backup".to_owned()).spawn(work).map_err(Error::internal)?;
        finished.await.map_err(Error::internal)?
    }
}

/// Tells the log and the figures what came of a backup, and whether it was good.
fn tell(outcome: &Result<Taken>) -> bool {
    let label = match outcome {
        Ok(taken) => {
            let manifest = &taken.generation.manifest;
            let (name, photos, added) = (&taken.generation.name, manifest.photos.count, taken.added.0);
            if manifest.is_good() && manifest.photos.unreadable.is_empty() {
                tracing::info!(name, photos, added, "made a backup");
                "good"
            } else {
                let (findings, unreadable) = (manifest.findings.len(), manifest.photos.unreadable.len());
                tracing::error!(
                    name,
                    findings,
                    unreadable,
                    "made a backup of data that are damaged: run verify"
                );
                "faulty"
            }
        }
        Err(error) => {
            tracing::error!(?error, "no backup could be made; will try again");
            "failed"
        }
    };
    metrics::counter!("siteledger_backups_total", "outcome" => label).increment(1);
    label != "failed"
}

/// Rests as long as it worked, so that phones are served meanwhile.
struct Paced(Instant);

impl Watcher for Paced {
    fn begin(&mut self, _step: Step, _parts: u64) {}

    fn advance(&mut self, _parts: u64) {
        std::thread::sleep(self.0.elapsed().min(LONGEST_REST));
        self.0 = Instant::now();
    }
}
