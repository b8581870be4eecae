//! The generations in a backup folder: begun, finished, listed, thinned out.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use super::manifest::{FORMAT, Manifest};
use super::unusable;
use crate::blobs::folder::Folder;
use crate::clock::Moment;
use crate::error::{Error, Kind, Result};
use crate::store;

const GENERATIONS: &str = "generations";
const PHOTOS: &str = "photos";
const MANIFEST: &str = "manifest.json";
/// What is made or taken away has a name that begins so.
const HIDDEN: &str = ".";

/// A backup folder, held by this process.
#[derive(Debug)]
pub struct Backups {
    root: PathBuf,
    _lock: File,
}

/// One backup.
#[derive(Clone, Debug)]
pub struct Generation {
    /// Its name: its number, and when it was made.
    pub name: String,
    /// What is in it.
    pub manifest: Manifest,
    folder: PathBuf,
}

impl Generation {
    /// The copy of the database.
    pub fn database(&self) -> PathBuf {
        self.folder.join(store::FILE)
    }

    /// When it was made.
    pub fn taken_at(&self) -> Option<DateTime<Utc>> {
        Some(DateTime::parse_from_rfc3339(&self.manifest.taken_at).ok()?.to_utc())
    }

    fn number(&self) -> u64 {
        number_of(&self.name).unwrap_or(0)
    }
}

fn number_of(name: &str) -> Option<u64> {
    name.split_once('-')?.0.parse().ok()
}

impl Backups {
    /// Takes a backup folder, making it as needed: readable by its owner alone.
    ///
    /// # Errors
    /// If another process holds it, or it cannot be used.
    pub fn open(root: &Path) -> Result<Self> {
        let make = |folder: &Path| fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        make(&root.join(GENERATIONS)).map_err(|error| unusable(root, error))?;
        Self::take(root)
    }

    /// Takes a backup folder that is there.
    ///
    /// # Errors
    /// If it is none, another process holds it, or it cannot be used.
    pub fn existing(root: &Path) -> Result<Self> {
        if !root.join(GENERATIONS).is_dir() {
            return Err(no_backup(root));
        }
        Self::take(root)
    }

    fn take(root: &Path) -> Result<Self> {
        let mut options = OpenOptions::new();
        let lock = options.create(true).write(true).truncate(false).mode(0o600).open(root.join("LOCK"));
        let lock = match lock {
            Ok(lock) => lock,
            // Whoever may only read it changes nothing.
            Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => {
                File::open(root.join(GENERATIONS)).map_err(|error| unusable(root, error))?
            }
            Err(error) => return Err(unusable(root, error)),
        };
        match lock.try_lock() {
            Ok(()) => Ok(Self { root: root.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(in_use(root)),
            Err(TryLockError::Error(error)) => Err(unusable(root, error)),
        }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The photos, open for more.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn photos(&self) -> Result<Folder> {
        Folder::open(&self.root.join(PHOTOS))
    }

    /// The photos, to be read alone.
    pub fn photos_to_read(&self) -> Folder {
        Folder::to_read(&self.root.join(PHOTOS))
    }

    /// All whole generations, oldest first.
    ///
    /// # Errors
    /// If the folder cannot be read. A generation without a manifest that can be read is left out.
    pub fn list(&self) -> Result<Vec<Generation>> {
        let mut found = Vec::new();
        for folder in self.folders()? {
            let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or(HIDDEN).to_owned();
            if name.starts_with(HIDDEN) || number_of(&name).is_none() {
                continue;
            }
            match read_manifest(&folder) {
                Ok(manifest) => found.push(Generation { name, manifest, folder }),
                Err(error) => tracing::warn!(%error, "{} is no backup that can be read", folder.display()),
            }
        }
        found.sort_by_key(Generation::number);
        Ok(found)
    }

    fn folders(&self) -> Result<Vec<PathBuf>> {
        let generations = self.root.join(GENERATIONS);
        let read =
            || fs::read_dir(&generations)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>();
        read().map_err(|error| unusable(&generations, error))
    }

    /// A folder for a generation that is about to be made. What others began and never finished is
    /// taken away.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn begin(&self) -> Result<PathBuf> {
        for folder in self.folders()? {
            if folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(HIDDEN)) {
                fs::remove_dir_all(&folder).map_err(|error| unusable(&folder, error))?;
            }
        }
        let folder = self.root.join(GENERATIONS).join(format!("{HIDDEN}{}", Uuid::now_v7()));
        fs::DirBuilder::new().mode(0o700).create(&folder).map_err(|error| unusable(&folder, error))?;
        Ok(folder)
    }

    /// Gives a generation its name, once everything in it is flushed.
    ///
    /// # Errors
    /// If the disk fails; then there is none.
    pub fn finish(&self, begun: &Path, manifest: Manifest, taken_at: Moment) -> Result<Generation> {
        let last = self.folders()?;
        let last = last.iter().filter_map(|folder| number_of(folder.file_name()?.to_str()?)).max();
        let number = last.map_or(1, |last| last + 1);
        let name = format!("{number:06}-{}", taken_at.utc().format("%Y%m%dT%H%M%SZ"));
        let folder = self.root.join(GENERATIONS).join(&name);
        let finish = || {
            let mut file =
                OpenOptions::new().create_new(true).write(true).mode(0o600).open(begun.join(MANIFEST))?;
            file.write_all(&serde_json::to_vec_pretty(&manifest)?)?;
            file.sync_all()?;
            File::open(begun)?.sync_all()?;
            fs::rename(begun, &folder)?;
            File::open(self.root.join(GENERATIONS))?.sync_all()?;
            File::open(&self.root)?.sync_all()
        };
        finish().map_err(|error: io::Error| unusable(&folder, error))?;
        Ok(Generation { name, manifest, folder })
    }

    /// Takes away what is older than the newest `keep` good generations, and than the last good one
    /// of each of as many days; tells how many.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn thin_out(&self, keep: usize) -> Result<usize> {
        let generations = self.list()?;
        let kept = kept(&generations, keep.max(1));
        let mut gone = 0;
        for generation in generations.iter().filter(|generation| !kept.contains(&generation.name)) {
            // Half of a generation must not look like one.
            let hidden = generation.folder.with_file_name(format!("{HIDDEN}{}", generation.name));
            let remove = || {
                fs::rename(&generation.folder, &hidden)?;
                fs::remove_dir_all(&hidden)
            };
            remove().map_err(|error| unusable(&generation.folder, error))?;
            gone += 1;
        }
        Ok(gone)
    }

    /// The generation to restore: the last good one, the last good one of a moment or day, or one by
    /// its name, good or not.
    ///
    /// # Errors
    /// If there is none.
    pub fn choose(&self, at: &str) -> Result<Generation> {
        let mut generations = self.list()?;
        if let Some(place) = generations.iter().position(|generation| generation.name == at) {
            return Ok(generations.swap_remove(place));
        }
        let until = until(at).ok_or_else(|| no_such_moment(at))?;
        let fits = |generation: &Generation| {
            generation.manifest.is_good() && generation.taken_at().is_some_and(|taken| taken <= until)
        };
        generations.into_iter().rfind(fits).ok_or_else(|| none_fits(&self.root))
    }
}

/// Up to which moment; a day is one of China.
fn until(at: &str) -> Option<DateTime<Utc>> {
    if at == "latest" {
        return Some(DateTime::<Utc>::MAX_UTC);
    }
    if let Ok(moment) = DateTime::parse_from_rfc3339(at) {
        return Some(moment.to_utc());
    }
    let day: NaiveDate = at.parse().ok()?;
    Some(day.succ_opt()?.and_hms_opt(0, 0, 0)?.and_utc() - TimeDelta::hours(8))
}

/// The names of the generations that are kept.
fn kept(generations: &[Generation], keep: usize) -> BTreeSet<String> {
    let mut kept = BTreeSet::new();
    let mut days = BTreeSet::new();
    let mut good = 0;
    for generation in generations.iter().rev() {
        if !generation.manifest.is_good() {
            // Better than none, as long as no good one is newer.
            if good == 0 {
                kept.insert(generation.name.clone());
            }
            continue;
        }
        good += 1;
        let day = generation.taken_at().map(|taken| (taken + TimeDelta::hours(8)).date_naive());
        let is_last_of_day = days.len() < keep && days.insert(day);
        if good <= keep || is_last_of_day {
            kept.insert(generation.name.clone());
        }
    }
    kept
}

fn read_manifest(folder: &Path) -> io::Result<Manifest> {
    let manifest: Manifest = serde_json::from_slice(&fs::read(folder.join(MANIFEST))?)?;
    if manifest.format == FORMAT {
        Ok(manifest)
    } else {
        Err(io::Error::other(format!("its form {} is another one than {FORMAT}", manifest.format)))
    }
}

fn in_use(root: &Path) -> Error {
    Error::new(
        Kind::Conflict,
        "backup_in_use",
        format!("{} 正由另一个备份或恢复使用；没有改动，请等它结束", root.display()),
        format!(
            "{} is used by another backup or restore; nothing was changed, wait until it ends",
            root.display()
        ),
    )
}

fn no_backup(root: &Path) -> Error {
    Error::new(
        Kind::NotFound,
        "no_backup",
        format!("{} 不是备份目录；没有改动", root.display()),
        format!("{} is no backup folder; nothing was changed", root.display()),
    )
}

fn none_fits(root: &Path) -> Error {
    Error::new(
        Kind::NotFound,
        "no_such_backup",
        format!(
            "{} 里没有符合要求的完好备份；siteledger restore {} --list 列出有哪些",
            root.display(),
            root.display()
        ),
        format!(
            "{} has no good backup of that moment; siteledger restore {} --list tells which there are",
            root.display(),
            root.display()
        ),
    )
}

fn no_such_moment(at: &str) -> Error {
    Error::new(
        Kind::Unprocessable,
        "no_such_moment",
        format!("看不懂“{at}”：请写 latest、备份名、日期（2026-03-02）或时间（2026-03-02T18:00:00+08:00）"),
        format!(
            "{at:?} is not understood: latest, a backup's name, a day (2026-03-02) or a moment (2026-03-02T18:00:00+08:00)"
        ),
    )
}
