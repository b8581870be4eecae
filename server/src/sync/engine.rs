//! The engine that every request goes through: how the ledgers stand, who appends, who is told.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{Mutex as AsyncMutex, broadcast, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::cursor::Sealer;
use super::devices::Devices;
use super::heal;
use super::lineage::{self, Known};
use super::nudge::Nudge;
use super::scope::ReadScope;
use super::standing::{CountyNews, Standing};
use super::writer::{Asked, Push, Pushed, QUEUE, Writer};
use crate::access::actor::Actor;
use crate::clock::{Clock, Moment};
use crate::config::{self, HighWater, Reached};
use crate::error::{Error, Result};
use crate::store::ledger::LedgerRow;
use crate::store::server_row::ServerRow;
use crate::store::{Store, settled};

/// How many nudges a slow listener may be behind; beyond that it is told "something".
const NUDGES: usize = 256;

/// How long a request that is here as a whole waits for a place in the queue.
const PATIENCE: Duration = Duration::from_secs(10);

/// The engine. One a process, and one process a data folder.
pub struct Engine {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) sealer: Sealer,
    standing: Arc<RwLock<Standing>>,
    pub(super) devices: Arc<Devices>,
    nudges: broadcast::Sender<Nudge>,
    /// `None` in an engine that reads alone.
    high_water: Option<Arc<HighWater>>,
    queue: AsyncMutex<Option<mpsc::Sender<Asked>>>,
    sender: mpsc::WeakSender<Asked>,
    writer: AsyncMutex<Option<JoinHandle<()>>>,
}

impl Engine {
    /// Reads how the ledgers stand, and starts to append. If they stand further back than they ever
    /// went, as the file in the `data` folder says, a new epoch begins.
    ///
    /// # Errors
    /// If the database or the file cannot be read.
    pub async fn start(store: Store, clock: Clock, server: &ServerRow, data: &Path) -> Result<Arc<Self>> {
        let high_water = Arc::new(HighWater::open(&config::high_water_file(data))?);
        let mut standing = load(&store).await?;
        let known = standing.behind(&high_water.known());
        if let Some(known) = known
            && lineage::begin_epoch_if_behind(&store, known, clock.now()).await?
        {
            standing = load(&store).await?;
        }
        note_all(&high_water, &standing);
        let standing = Arc::new(RwLock::new(standing));
        let (nudges, _) = broadcast::channel(NUDGES);
        let (sender, queue) = mpsc::channel(QUEUE);
        let devices = Arc::new(Devices::default());
        let writer = Writer {
            store: store.clone(),
            clock: clock.clone(),
            standing: Arc::clone(&standing),
            nudges: nudges.clone(),
            devices: Arc::clone(&devices),
            taken_in: Arc::default(),
            high_water: Arc::clone(&high_water),
        };
        Ok(Arc::new(Self {
            sealer: Sealer::new(&server.cursor_key),
            store,
            clock,
            standing,
            devices,
            nudges,
            high_water: Some(high_water),
            sender: sender.downgrade(),
            queue: AsyncMutex::new(Some(sender)),
            writer: AsyncMutex::new(Some(tokio::spawn(run_or_abort(writer, queue)))),
        }))
    }

    /// An engine to read by, beside a running server or without one: it appends nothing, and notes nothing of
    /// how far the ledgers go.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn to_read(store: Store, clock: Clock, server: &ServerRow) -> Result<Arc<Self>> {
        let standing = Arc::new(RwLock::new(load(&store).await?));
        let (sender, _) = mpsc::channel(1);
        Ok(Arc::new(Self {
            sealer: Sealer::new(&server.cursor_key),
            store,
            clock,
            standing,
            devices: Arc::default(),
            nudges: broadcast::channel(1).0,
            high_water: None,
            sender: sender.downgrade(),
            queue: AsyncMutex::new(None),
            writer: AsyncMutex::new(None),
        }))
    }

    /// Appends what was handed over already, then stops: nothing more is taken.
    pub async fn stop(&self) {
        self.queue.lock().await.take();
        let writer = self.writer.lock().await.take();
        if let Some(writer) = writer
            && let Err(error) = writer.await
        {
            tracing::error!(%error, "the one who appends did not stop cleanly");
        }
        self.flush_high_water().await;
    }

    /// Makes what is noted beside the database survive a power cut. To be called every few seconds.
    pub async fn flush_high_water(&self) {
        let Some(high_water) = self.high_water.clone() else { return };
        let flushed = tokio::task::spawn_blocking(move || high_water.flush()).await;
        if let Ok(Err(error)) = flushed {
            tracing::warn!(%error, "could not flush how far the ledgers went; will try again");
        }
    }

    /// How the ledgers stand. Never held across an await.
    pub fn standing(&self) -> RwLockReadGuard<'_, Standing> {
        self.standing.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What somebody has in scope at that moment.
    pub fn read_scope(&self, actor: &Actor, now: Moment) -> ReadScope {
        ReadScope::of(actor, &self.standing(), now)
    }

    /// Another one whenever a scope may be another: a county came, or a school, project or zone came or
    /// changed.
    pub fn version_of_directories(&self) -> (usize, u64) {
        let standing = self.standing();
        let changed = standing.counties.values().map(|county| county.ledger.directory_seq).sum();
        (standing.counties.len(), changed)
    }

    /// To be told when a ledger moves on.
    pub fn listen(&self) -> broadcast::Receiver<Nudge> {
        self.nudges.subscribe()
    }

    /// Takes in the counties that another process opened or corrected, the checkpoints that were made,
    /// and what a backup contains by now.
    pub async fn look_again(&self) -> Result<()> {
        let mut tx = self.store.read().await?;
        let known = self.standing().known();
        let news = CountyNews::read(&mut tx, &known).await?;
        let mut checkpoints = Vec::new();
        for county in known.keys() {
            let checkpoint = crate::store::ledger::latest_checkpoint(&mut tx, county).await?;
            checkpoints.push((county, checkpoint, settled::of_county(&mut tx, county).await?));
        }
        let mut standing = self.standing.write().unwrap_or_else(PoisonError::into_inner);
        standing.take_in(news);
        for (county, checkpoint, settled) in checkpoints {
            if let Some(county) = standing.counties.get_mut(county) {
                (county.checkpoint, county.settled) = (checkpoint, settled);
            }
        }
        Ok(())
    }

    /// Says whether one more request can wait to be appended. To be asked before its body is read.
    ///
    /// # Errors
    /// `too_busy` if as many wait as may, `unavailable` if the server stops.
    pub fn demand_room(&self) -> Result<()> {
        let queue = self.sender.upgrade().ok_or_else(stopped)?;
        if queue.capacity() == 0 { Err(Error::too_busy()) } else { Ok(()) }
    }

    /// Hands a request to the one who appends, and waits until it is flushed.
    ///
    /// It is appended even if the caller is dropped meanwhile.
    pub(super) async fn push(&self, push: Push) -> Result<Pushed> {
        self.ask(|answer| Asked::Push { push: Box::new(push), answer }).await
    }

    /// Has a new epoch begun, unless the ledgers are beyond what is known already.
    pub(super) async fn begin_epoch(&self, known: Known) -> Result<()> {
        self.ask(|answer| Asked::Epoch { known, answer }).await
    }

    async fn ask<T>(&self, asked: impl FnOnce(oneshot::Sender<Result<T>>) -> Asked) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let queue = self.sender.upgrade().ok_or_else(stopped)?;
        // It came as a whole while the queue was filling up: to send it away would have it come again.
        let place = tokio::time::timeout(PATIENCE, queue.reserve()).await.map_err(|_| Error::too_busy())?;
        place.map_err(|_| stopped())?.send(asked(answer));
        drop(queue);
        answered.await.map_err(|_| stopped())?
    }
}

fn stopped() -> Error {
    Error::unavailable(anyhow::anyhow!("the server stops"))
}

/// Reads how the ledgers stand; what is damaged of the records on the way is made anew first, and left
/// out where it cannot be.
pub(super) async fn load(store: &Store) -> Result<Standing> {
    let (standing, damaged) = Standing::load(&mut *store.read().await?).await?;
    if damaged.is_empty() || !heal::heal(store, damaged).await? {
        return Ok(standing);
    }
    Ok(Standing::load(&mut *store.read().await?).await?.0)
}

/// Notes beside the database how far the ledgers went.
pub(super) fn note_all(high_water: &HighWater, standing: &Standing) {
    for county in standing.counties.values() {
        note(high_water, &county.ledger);
    }
}

/// Notes beside the database how far a ledger went.
pub(super) fn note(high_water: &HighWater, ledger: &LedgerRow) {
    high_water.note(&ledger.county, Reached { epoch: ledger.epoch, seq: ledger.seq });
}

/// Without the one who appends nothing works, and half-done state in memory must not be gone on
/// from: the process ends, and phones send again.
async fn run_or_abort(writer: Writer, queue: mpsc::Receiver<Asked>) {
    if AssertUnwindSafe(writer.run(queue)).catch_unwind().await.is_err() {
        tracing::error!("the one who appends panicked; the process ends so that it starts clean");
        std::process::abort();
    }
}
