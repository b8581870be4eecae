//! Lists of records, and finding them by words: answered from an index beside the database, which
//! follows the ledgers a moment behind. What is shown of a record is read from the database itself.

mod answer;
mod contents;
mod entry;
mod follower;
mod words;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{Mutex, RwLock};
use uuid::Uuid;

pub use answer::{Line, Page, Question};
pub use contents::{Contents, Shown};
pub use words::phrases;

use crate::config;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::store::index::Index;
use crate::sync::engine::Engine;

/// Looks records up, and keeps the index up to date.
pub struct Lists {
    store: Store,
    engine: Arc<Engine>,
    data: PathBuf,
    /// Whose index it is.
    server: Uuid,
    /// Opened when it is first needed, and anew when it was damaged.
    index: RwLock<Option<Arc<Index>>>,
    /// Held by who brings it up to date.
    following: Mutex<()>,
}

impl Lists {
    /// Nothing is opened until somebody asks, or [`Self::follow`] does.
    pub fn new(store: Store, engine: Arc<Engine>, data: PathBuf, server: Uuid) -> Self {
        Self { store, engine, data, server, index: RwLock::default(), following: Mutex::default() }
    }

    /// The index, open. A damaged one is taken away first.
    async fn index(&self) -> Result<Arc<Index>> {
        if let Some(index) = self.index.read().await.as_ref() {
            return Ok(Arc::clone(index));
        }
        let mut kept = self.index.write().await;
        if let Some(index) = kept.as_ref() {
            return Ok(Arc::clone(index));
        }
        let file = config::index_file(&self.data);
        let index = match Index::open(&file, self.server).await {
            Err(error) if error.is_of_damage() => {
                self.take_away()?;
                Index::open(&file, self.server).await?
            }
            index => index?,
        };
        let index = Arc::new(index);
        *kept = Some(Arc::clone(&index));
        Ok(index)
    }

    /// Looks at why something failed: a damaged index is taken away, to be made anew.
    async fn heed(&self, error: &Error) {
        if !error.is_of_damage() {
            return;
        }
        let mut kept = self.index.write().await;
        if kept.take().is_some()
            && let Err(error) = self.take_away()
        {
            tracing::error!(?error, "the index is damaged and cannot be taken away");
        }
    }

    fn take_away(&self) -> Result<()> {
        tracing::warn!("the index is damaged; it is made anew from the database, and nothing is lost");
        config::take_index_away(&self.data).map_err(Error::internal)
    }

    /// Closes the index, in good order if nobody looks into it any more.
    pub async fn close(&self) {
        if let Some(index) = self.index.write().await.take().and_then(Arc::into_inner) {
            index.close().await;
        }
    }
}
