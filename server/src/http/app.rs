//! What every handler has at hand.

use std::ops::Deref;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::access::people::People;
use crate::clock::Clock;
use crate::config::Settings;
use crate::disclosure::Disclosure;
use crate::imports::Imports;
use crate::lists::Lists;
use crate::photos::Photos;
use crate::programme::figures::Figures;
use crate::reports::draw::typeset::Typesetter;
use crate::store::Store;
use crate::sync::engine::Engine;

/// What every handler has at hand, shared: it is cloned several times a request.
#[derive(Clone)]
pub struct App(Arc<AtHand>);

impl App {
    /// Shares it.
    pub fn new(at_hand: AtHand) -> Self {
        Self(Arc::new(at_hand))
    }
}

impl Deref for App {
    type Target = AtHand;

    fn deref(&self) -> &AtHand {
        &self.0
    }
}

/// What every handler has at hand.
pub struct AtHand {
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
    /// Tells what the programme has come to.
    pub figures: Figures,
    /// Looks records up.
    pub lists: Arc<Lists>,
    /// What counties publish, and the desk at which everybody complains.
    pub disclosure: Disclosure,
    /// Sets documents in pages.
    pub typesetter: Arc<Typesetter>,
    /// Takes tables of the directory in.
    pub imports: Imports,
    /// Told when the server stops.
    pub stopping: CancellationToken,
}
