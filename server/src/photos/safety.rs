//! Whether a photo is safe here: its row says so, and its file is there with all its bytes.
//!
//! A phone drops its last copy on this word, so the row alone is never believed: the folder may have
//! been lost, or brought back older than the database.
//!
//! It is said only to whom the bytes are open: a hash is no key to another county's photos. Bytes are
//! open to who sent them, and by way of a record that refers to them where somebody of the
//! reference's county, or the reference's author, sent them (`photo_bringers`). To anybody else they
//! are unknown here and are taken as if they were new, which proves that they are there to be sent.

use std::collections::HashSet;

use futures_util::FutureExt as _;
use sync_protocol::id::UserId;
use sync_protocol::photo::Sha256;

use super::Photos;
use crate::blobs::folder::Folder;
use crate::clock::{Clock, Moment};
use crate::error::Result;
use crate::store::photos::{self, PhotoRow};
use crate::store::{Store, Tx};

/// How many photos one transaction notes at most, so that nobody waits long for the writer.
const DAMAGED_AT_ONCE: usize = 200;

impl Photos {
    /// Which of these photos the server lacks, as far as this person, who reads these counties, is
    /// concerned.
    pub async fn lacking(
        &self,
        user: UserId,
        counties: impl Iterator<Item = &str>,
        asked: &[Sha256],
    ) -> Result<Vec<Sha256>> {
        let hashes = asked.iter().copied();
        let known = photos::known_to(&mut *self.store.read().await?, hashes, user, counties).await?;
        let here = safe(&self.store, &self.clock, &self.folder, known).await?;
        let here: HashSet<_> = here.into_iter().map(|photo| photo.sha256).collect();
        Ok(asked.iter().filter(|photo| !here.contains(photo)).copied().collect())
    }
}

/// Those whose bytes are there. The others are noted as damaged, and asked for again.
pub(super) async fn safe(
    store: &Store,
    clock: &Clock,
    folder: &Folder,
    mut photos: Vec<PhotoRow>,
) -> Result<Vec<PhotoRow>> {
    photos.retain(|photo| photo.damaged_at.is_none());
    let lengths = folder.lengths(photos.iter().map(|photo| photo.sha256).collect()).await?;
    let mut lost = Vec::new();
    let mut here = Vec::with_capacity(photos.len());
    for (photo, length) in photos.into_iter().zip(lengths) {
        if length == Some(photo.bytes) {
            here.push(photo);
        } else {
            lost.push(photo.sha256);
        }
    }
    note_damage(store, clock, lost).await?;
    Ok(here)
}

/// Notes that the bytes of photos are missing or wrong, and asks for them again.
pub async fn note_damage(store: &Store, clock: &Clock, lost: Vec<Sha256>) -> Result<()> {
    let now = clock.now();
    for some in lost.chunks(DAMAGED_AT_ONCE).map(<[_]>::to_vec) {
        for sha256 in &some {
            tracing::error!(photo = %sha256, "photo {sha256} is missing or damaged on disk; it will be asked for again");
        }
        metrics::counter!("siteledger_photos_damaged_total").increment(some.len() as u64);
        store.write(move |tx| note(tx, some, now).boxed()).await?;
    }
    Ok(())
}

async fn note(tx: &mut Tx, lost: Vec<Sha256>, now: Moment) -> Result<()> {
    for photo in photos::photos(tx, lost.into_iter()).await? {
        if photo.damaged_at.is_none() {
            photos::save(tx, &PhotoRow { damaged_at: Some(now), ..photo.clone() }).await?;
        }
        photos::ask_again(tx, &photo).await?;
    }
    Ok(())
}
