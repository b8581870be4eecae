//! What every handler has at hand.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::access::people::People;
use crate::clock::Clock;
use crate::config::Settings;
use crate::photos::Photos;
use crate::store::Store;
use crate::sync::engine::Engine;

/// What every handler has at hand; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// How the server was started.
    pub settings: Arc<Settings>,
    /// Everybody who may come in.
    pub people: Arc<People>,
    /// Appends and feeds.
    pub engine: Arc<Engine>,
    /// Receives, keeps and shows photos.
    pub photos: Arc<Photos>,
    /// Told when the server stops.
    pub stopping: CancellationToken,
}
