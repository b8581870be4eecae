//! Photos: they come by tus, are looked at once they are complete, and say what they are evidence of.

pub mod datum;
mod develop;
pub mod evidence;
pub mod inspect;
pub mod original;
pub mod refs;
pub mod render;
pub mod safety;
mod sink;
pub mod sniff;
mod sweep;
pub(crate) mod testing;
mod turns;
pub mod upload;

use std::path::Path;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::blobs::folder::Folder;
use crate::clock::Clock;
use crate::config;
use crate::error::Result;
use crate::store::Store;
use render::Darkroom;
pub use sink::drain;
use upload::Uploads;

/// All that has to do with the bytes of photos.
pub struct Photos {
    /// Receives them.
    pub uploads: Arc<Uploads>,
    /// Keeps them.
    pub folder: Folder,
    store: Store,
    clock: Clock,
    darkroom: Darkroom,
    checked: original::Checked,
}

impl Photos {
    /// Opens the folder of photos within the data folder. `work` is told when a photo came that is
    /// to be looked at.
    pub fn open(store: Store, clock: Clock, data: &Path, work: Arc<Notify>) -> Result<Arc<Self>> {
        Ok(Self::over(store, clock, Folder::open(&config::blobs_folder(data))?, work))
    }

    /// Over that folder.
    pub fn over(store: Store, clock: Clock, folder: Folder, work: Arc<Notify>) -> Arc<Self> {
        let uploads = Uploads::new(store.clone(), clock.clone(), folder.clone(), work);
        let (darkroom, checked) = (Darkroom::default(), original::checked());
        Arc::new(Self { uploads, folder, store, clock, darkroom, checked })
    }
}
