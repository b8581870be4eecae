//! Makes a backup, checks it, and only then notes what is settled.

use std::fs::{self, File};
use std::path::Path;

use sync_protocol::photo::Sha256;

use super::generations::{Backups, Generation};
use super::manifest::{Contained, DatabaseFile, FORMAT, Manifest, PhotosContained};
use super::{Checking, Step, Watcher, full, unusable};
use crate::blobs::folder::{Copied, Folder};
use crate::blobs::{blocking, folder};
use crate::clock::{Clock, Moment};
use crate::config;
use crate::error::{Error, Kind, Result};
use crate::photos::safety::note_damage;
use crate::store::{self, Store, Tx, copy, epochs, ledger, photos, server_row, settled};
use crate::sync::audit;
use crate::sync::checkpoint::{self, Occasion};

/// How many photos are looked at in one go.
const PAGE: u32 = 200;
/// Room that a backup leaves free beside the database's size.
const ROOM: u64 = 16 * 1024 * 1024;

/// What is backed up.
#[derive(Clone, Copy)]
pub struct Source<'s> {
    /// The data folder.
    pub data: &'s Path,
    /// Its database.
    pub store: &'s Store,
    /// The time.
    pub clock: &'s Clock,
}

/// A backup that was made.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The backup.
    pub generation: Generation,
    /// How many photos it added to those that were there, and how many bytes.
    pub added: (u64, u64),
    /// How many old backups were taken away.
    pub thinned: usize,
}

/// Makes a backup of a data folder, beside a running server or without one.
///
/// # Errors
/// If it could not be made; then there is none, and all that was there before is as it was.
pub async fn take(
    source: Source<'_>,
    backups: &Backups,
    keep: usize,
    watcher: &mut dyn Watcher,
) -> Result<Taken> {
    is_outside(source.data, backups.root())?;
    // What is signed can be shown to have been in the backup.
    checkpoint::tick(source.store, source.clock, Occasion::Backup).await?;
    let begun = backups.begin()?;
    let made = make(&source, backups, &begun, watcher).await;
    let (generation, present, added) = match made {
        Ok(made) => made,
        Err(error) => {
            // The next one takes away what cannot be removed now.
            let _ = fs::remove_dir_all(&begun);
            return Err(if error.kind == Kind::StorageFull {
                full(backups.root()).because(anyhow::anyhow!("{error:?}"))
            } else {
                error
            });
        }
    };
    if generation.manifest.is_good() {
        settle(&source, &generation, present).await?;
    }
    let thinned = backups.thin_out(keep)?;
    Ok(Taken { generation, added, thinned })
}

type Made = (Generation, Vec<Sha256>, (u64, u64));

async fn make(
    source: &Source<'_>,
    backups: &Backups,
    begun: &Path,
    watcher: &mut dyn Watcher,
) -> Result<Made> {
    let file = begun.join(store::FILE);
    watcher.begin(Step::Database, 1);
    let bytes = copy::bytes(&mut *source.store.read().await?).await?;
    let room = fs4::available_space(backups.root()).map_err(|error| unusable(backups.root(), error))?;
    if room < bytes + ROOM {
        return Err(full(backups.root()));
    }
    let taken_at = source.clock.now();
    copy::copy(source.data, &file).await?;
    let database = flushed(&file).await?;
    watcher.advance(1);

    let mut tx = copy::open(&file).await?;
    let report = audit::rows(&mut tx, &mut Checking(watcher)).await?;
    let mut findings: Vec<_> =
        report.findings.iter().map(|finding| format!("{}: {}", finding.place, finding.detail)).collect();
    let counties = contained(&mut tx).await?;
    let (held, server) = (copy::newest_held(&mut tx).await?, server_row::id(&mut tx).await?);
    let mut copying = Copying {
        source,
        from: Folder::to_read(&config::blobs_folder(source.data)),
        to: backups.photos()?,
        contained: PhotosContained::default(),
        present: Vec::new(),
        added: (0, 0),
    };
    copying.all(&mut tx, &mut findings, watcher).await?;
    // Whoever looks at it next finds it closed.
    drop(tx);
    let Copying { contained: photos, present, added, .. } = copying;
    let manifest = Manifest {
        format: FORMAT,
        server,
        taken_at: taken_at.rfc3339(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        database,
        counties,
        held,
        photos,
        findings,
    };
    Ok((backups.finish(begun, manifest, taken_at)?, present, added))
}

/// A backup inside of what it is a backup of would be lost with it.
fn is_outside(data: &Path, root: &Path) -> Result<()> {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if !real(root).starts_with(real(data)) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Unprocessable,
        "backup_inside",
        format!("备份目录 {} 在数据目录里面，会一起丢失；没有备份，请另选别的磁盘", root.display()),
        format!(
            "{} lies inside of the data folder and would be lost with it; nothing was backed up, choose another disk",
            root.display()
        ),
    ))
}

async fn flushed(file: &Path) -> Result<DatabaseFile> {
    let path = file.to_owned();
    blocking(move || {
        let mut file = File::open(path)?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        Ok(DatabaseFile { bytes, sha256: folder::hash(&mut file)? })
    })
    .await
}

async fn contained(tx: &mut Tx) -> Result<Vec<Contained>> {
    let mut counties = Vec::new();
    for ledger in ledger::ledgers(tx).await? {
        let leaf = epochs::leaf_at(tx, &ledger.county, ledger.seq).await?;
        counties.push(Contained {
            county: ledger.county,
            name: ledger.name,
            epoch: ledger.epoch,
            seq: ledger.seq,
            leaf: leaf.map(hex::encode),
        });
    }
    Ok(counties)
}

/// Photos on their way into the backup folder.
struct Copying<'s> {
    source: &'s Source<'s>,
    from: Folder,
    to: Folder,
    contained: PhotosContained,
    present: Vec<Sha256>,
    added: (u64, u64),
}

impl Copying<'_> {
    async fn all(
        &mut self,
        tx: &mut Tx,
        findings: &mut Vec<String>,
        watcher: &mut dyn Watcher,
    ) -> Result<()> {
        // What a backup that was cut left behind.
        for left in self.to.incoming().await? {
            self.to.remove_incoming(&left.what).await?;
        }
        watcher.begin(Step::Photos, store::audit::extent(tx, "").await?.photos);
        let mut after = 0;
        loop {
            let page = photos::page_to_check(tx, after, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = *last;
            let parts = page.len() as u64;
            let mut rows = Vec::with_capacity(page.len());
            for (number, row) in page {
                match row {
                    Ok(row) if row.damaged_at.is_some() => self.contained.awaited += 1,
                    Ok(row) => rows.push(row),
                    Err(error) => findings.push(format!("photo row {number}: {error:?}")),
                }
            }
            let there = self.to.lengths(rows.iter().map(|row| row.sha256).collect()).await?;
            let mut lost = Vec::new();
            for (row, there) in rows.into_iter().zip(there) {
                let is_there = there == Some(row.bytes) || self.one(row.sha256, &mut lost).await?;
                if is_there {
                    self.contained.count += 1;
                    self.contained.bytes += row.bytes;
                    self.present.push(row.sha256);
                } else {
                    self.contained.unreadable.push(row.sha256);
                }
            }
            if !lost.is_empty() {
                note_damage(self.source.store, self.source.clock, lost).await?;
            }
            watcher.advance(parts);
        }
    }

    /// Copies one photo; tells whether it is there now. One whose bytes are gone is `lost`.
    async fn one(&mut self, sha256: Sha256, lost: &mut Vec<Sha256>) -> Result<bool> {
        match self.to.copy_from(&self.from, &sha256).await {
            Ok(Copied::Whole(bytes)) => {
                self.added = (self.added.0 + 1, self.added.1 + bytes);
                Ok(true)
            }
            Ok(Copied::Missing | Copied::Wrong) => {
                lost.push(sha256);
                Ok(false)
            }
            Err(error) if error.kind == Kind::StorageFull => Err(error),
            Err(error) => {
                tracing::error!(?error, photo = %sha256, "photo {sha256} could not be copied into the backup");
                Ok(false)
            }
        }
    }
}

/// Notes in the database what the backup contains, so that phones may drop it.
async fn settle(source: &Source<'_>, generation: &Generation, present: Vec<Sha256>) -> Result<()> {
    let manifest = generation.manifest.clone();
    let taken_at = generation.taken_at().map_or(source.clock.now(), |at| Moment(at.timestamp_millis()));
    for some in present.chunks(PAGE as usize) {
        let new = settled::unsettled_photos(&mut *source.store.read().await?, some).await?;
        if !new.is_empty() {
            source
                .store
                .write(move |tx| Box::pin(async move { settled::settle_photos(tx, &new).await }))
                .await?;
        }
    }
    source
        .store
        .write(move |tx| {
            Box::pin(async move {
                for county in &manifest.counties {
                    let leaf = county.leaf.as_deref().and_then(|leaf| hex::FromHex::from_hex(leaf).ok());
                    let Some(leaf) = leaf else { continue };
                    if !settled::settle(tx, &county.county, county.seq, &leaf).await? {
                        tracing::warn!(county = county.county, "the ledger is not the one that was copied");
                    }
                }
                settled::settle_held(tx, manifest.held).await?;
                copy::note_backup(tx, taken_at).await
            })
        })
        .await
}
