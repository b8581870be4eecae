//! Puts a backup into an empty data folder.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use sync_protocol::photo::Sha256;

use super::generations::{Backups, Generation};
use super::{Checking, Step, Watcher, unusable};
use crate::blobs::blocking;
use crate::blobs::folder::{Copied, Folder, copy_hashing};
use crate::clock::{Clock, Moment};
use crate::config::{self, HighWater};
use crate::error::{Error, Kind, Result};
use crate::photos::safety::note_damage;
use crate::store::paging::onward;
use crate::store::{self, Store, Tx, copy, ledger, photos};
use crate::sync::audit::{self, Report};
use crate::sync::lineage::{self, Known};

/// In this folder the database is put together; once it is whole, it takes its name.
const RESTORING: &str = "restoring";
/// What may lie in a folder that something is restored into.
const MAY_BE_THERE: [&str; 4] = ["LOCK", "LOCK.opening", "high-water", RESTORING];
const PAGE: u32 = 200;

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// How many photos, and how many bytes.
    pub photos: (u64, u64),
    /// Photos that the backup does not have: the phones are asked for them.
    pub missing: Vec<Sha256>,
    /// What was found when everything but the photos' bytes was checked; those were while copied.
    pub report: Report,
}

/// Puts a backup into a data folder, which nobody serves and in which nothing is, and begins a new
/// epoch: what came after the backup is sent again by the phones.
///
/// # Errors
/// If it could not be done; then no server starts on what is there, and it can be tried again.
pub async fn restore(
    backups: &Backups,
    generation: &Generation,
    data: &Path,
    clock: &Clock,
    watcher: &mut dyn Watcher,
) -> Result<Restored> {
    is_empty(data)?;
    let making = data.join(RESTORING);
    let begin = || {
        if making.exists() {
            fs::remove_dir_all(&making)?;
        }
        fs::DirBuilder::new().mode(0o700).create(&making)
    };
    begin().map_err(|error| unusable(&making, error))?;
    watcher.begin(Step::Database, 1);
    copy_database(generation, making.join(store::FILE)).await?;
    watcher.advance(1);

    // A backup of an older version is brought to this one.
    let store = Store::open(&making).await?;
    let restored = fill(backups, data, &store, clock, watcher).await;
    store.close().await;
    let restored = restored?;
    let finish = || {
        File::open(making.join(store::FILE))?.sync_all()?;
        fs::rename(making.join(store::FILE), data.join(store::FILE))?;
        File::open(data)?.sync_all()?;
        fs::remove_dir_all(&making)
    };
    finish().map_err(|error| unusable(data, error))?;
    Ok(restored)
}

async fn fill(
    backups: &Backups,
    data: &Path,
    store: &Store,
    clock: &Clock,
    watcher: &mut dyn Watcher,
) -> Result<Restored> {
    let (photos, missing) = {
        let mut tx = store.read().await?;
        copy_photos(backups, data, &mut tx, watcher).await?
    };
    note_damage(store, clock, missing.clone()).await?;
    let report = audit::rows(&mut *store.read().await?, &mut Checking(watcher)).await?;
    let mut known = Known::default();
    for ledger in ledger::ledgers(&mut *store.read().await?).await? {
        known.add(&ledger.county, ledger.epoch, ledger.seq);
    }
    for (county, reached) in HighWater::open(&config::high_water_file(data))?.known() {
        known.add(&county, reached.epoch, reached.seq);
    }
    let now = clock.now();
    store.write(move |tx| Box::pin(clean(tx, known, now))).await?;
    Ok(Restored { photos, missing, report })
}

async fn clean(tx: &mut Tx, known: Known, now: Moment) -> Result<()> {
    copy::forget_what_opens_doors(tx).await?;
    lineage::begin_epoch(tx, known, now).await.map(drop)
}

/// Refuses to touch a folder in which anything is.
fn is_empty(data: &Path) -> Result<()> {
    let entries = || fs::read_dir(data)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>();
    let entries = match entries() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unusable(data, error)),
    };
    // Photos come before the database: those of a restore that was cut are gone on from.
    let was_cut = entries.iter().any(|name| name == RESTORING);
    let may_be = |name: &std::ffi::OsString| {
        MAY_BE_THERE.iter().any(|there| name == there) || (was_cut && name == "photos")
    };
    if entries.iter().all(may_be) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Conflict,
        "data_not_empty",
        format!("{} 里已有内容，没有恢复，没有改动。请先把它移到别处（mv），或另选 --data", data.display()),
        format!(
            "{} is not empty; nothing was restored, nothing was changed; move it aside first, or choose another --data",
            data.display()
        ),
    ))
}

/// Copies the database, hashing on the way.
async fn copy_database(generation: &Generation, to: PathBuf) -> Result<()> {
    let (from, expected) = (generation.database(), generation.manifest.database.sha256);
    let shown = from.clone();
    let found = blocking(move || {
        let (mut from, mut to) = (File::open(from)?, File::create_new(to)?);
        let (_, found) = copy_hashing(&mut from, &mut to)?;
        to.sync_all()?;
        Ok(found)
    })
    .await?;
    if found == expected {
        return Ok(());
    }
    Err(Error::new(
        Kind::HashMismatch,
        "backup_damaged",
        format!("备份 {} 已损坏：与备份时的摘要不符。没有恢复；请用 --at 选另一个备份", shown.display()),
        format!(
            "the backup {} is damaged: it is not what was written; nothing was restored, choose another one with --at",
            shown.display()
        ),
    ))
}

type CopiedPhotos = ((u64, u64), Vec<Sha256>);

async fn copy_photos(
    backups: &Backups,
    data: &Path,
    tx: &mut Tx,
    watcher: &mut dyn Watcher,
) -> Result<CopiedPhotos> {
    let (from, to) = (backups.photos_to_read(), Folder::open(&config::blobs_folder(data))?);
    watcher.begin(Step::Photos, store::audit::extent(tx, "").await?.photos);
    let (mut copied, mut missing, mut after) = ((0, 0), Vec::new(), 0);
    loop {
        let (page, end) = photos::page(tx, after, PAGE).await?;
        let Some(end) = end else { return Ok((copied, missing)) };
        after = onward(after, end)?;
        let parts = page.len() as u64;
        for photo in page {
            let is_there = to.length(&photo.sha256).await? == Some(photo.bytes)
                || matches!(to.copy_from(&from, &photo.sha256).await?, Copied::Whole(_));
            if is_there {
                copied = (copied.0 + 1, copied.1 + photo.bytes);
            } else {
                missing.push(photo.sha256);
            }
        }
        watcher.advance(parts);
    }
}
