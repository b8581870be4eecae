//! How far each ledger ever went, in a file beside the database.
//!
//! Who puts back an older database leaves this file as it was, and so the server sees at its start
//! that numbers are gone. It is written after each commit without flushing, and flushed now and
//! then: exact after a crash of the program, a lower bound after a power cut, and so never a false
//! alarm. Each county has two places, written in turn, so that a torn one leaves the other.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::error::{Error, Kind, Result};

/// One place: well inside of a sector, so that it is written whole or not at all.
const PLACE: usize = 64;
/// What a county's code may be long.
const CODE: usize = 16;
const SUM: usize = 32;

/// How far a ledger went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reached {
    /// In which epoch.
    pub epoch: u32,
    /// The highest number given out.
    pub seq: u64,
}

/// The file, open for writing.
#[derive(Debug)]
pub struct HighWater(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    file: File,
    counties: BTreeMap<String, Marked>,
    is_dirty: bool,
}

#[derive(Debug, Default)]
struct Marked {
    reached: Reached,
    /// Its pair of places in the file, and which of the two is written next.
    pair: u64,
    second: bool,
}

impl HighWater {
    /// Opens the file, making it where it is missing.
    ///
    /// # Errors
    /// If it cannot be opened or read.
    pub fn open(path: &Path) -> Result<Self> {
        let open = || {
            let mut options = OpenOptions::new();
            let mut file =
                options.create(true).read(true).write(true).truncate(false).mode(0o600).open(path)?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok((file, read(&bytes)))
        };
        let (file, counties) = open().map_err(|error: io::Error| unusable(path, error))?;
        Ok(Self(Mutex::new(Inner { file, counties, is_dirty: false })))
    }

    /// How far each ledger ever went, as far as is known.
    pub fn known(&self) -> BTreeMap<String, Reached> {
        self.lock().counties.iter().map(|(code, marked)| (code.clone(), marked.reached)).collect()
    }

    /// Notes how far a ledger went. Less than is known is nothing new. A failure is logged alone:
    /// what is not noted is a lower bound, and phones know better.
    pub fn note(&self, county: &str, reached: Reached) {
        let mut inner = self.lock();
        if let Err(error) = inner.note(county, reached) {
            tracing::warn!(%error, "could not note how far the ledger of {county} went");
        }
    }

    /// Makes what was noted survive a power cut.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn flush(&self) -> io::Result<()> {
        let file = {
            let mut inner = self.lock();
            if !std::mem::take(&mut inner.is_dirty) {
                return Ok(());
            }
            inner.file.try_clone()?
        };
        file.sync_data()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn note(&mut self, county: &str, reached: Reached) -> io::Result<()> {
        let next = self.counties.values().map(|marked| marked.pair + 1).max().unwrap_or(0);
        let marked = self
            .counties
            .entry(county.to_owned())
            .or_insert_with(|| Marked { pair: next, ..Marked::default() });
        if reached <= marked.reached {
            return Ok(());
        }
        let place = marked.pair * 2 + u64::from(marked.second);
        self.file.write_all_at(&written(county, reached), place * PLACE as u64)?;
        (marked.reached, marked.second, self.is_dirty) = (reached, !marked.second, true);
        Ok(())
    }
}

/// A place as it is written: the code, the epoch, the number, and a sum over them.
fn written(county: &str, reached: Reached) -> [u8; PLACE] {
    let mut place = [0; PLACE];
    let code = &county.as_bytes()[..county.len().min(CODE)];
    place[..code.len()].copy_from_slice(code);
    place[CODE..CODE + 4].copy_from_slice(&reached.epoch.to_be_bytes());
    place[CODE + 4..CODE + 12].copy_from_slice(&reached.seq.to_be_bytes());
    let sum = Sha256::digest(&place[..PLACE - SUM]);
    place[PLACE - SUM..].copy_from_slice(&sum);
    place
}

/// What stands in the file; a place that is torn says nothing.
fn read(bytes: &[u8]) -> BTreeMap<String, Marked> {
    let mut counties: BTreeMap<String, Marked> = BTreeMap::new();
    let (places, _) = bytes.as_chunks::<PLACE>();
    for (number, place) in (0_u64..).zip(places) {
        let Some((county, reached)) = read_place(place) else { continue };
        let marked = counties.entry(county).or_default();
        if reached > marked.reached {
            *marked = Marked { reached, pair: number / 2, second: number % 2 == 0 };
        }
    }
    counties
}

fn read_place(place: &[u8; PLACE]) -> Option<(String, Reached)> {
    let (said, sum) = place.split_at(PLACE - SUM);
    if Sha256::digest(said).as_slice() != sum {
        return None;
    }
    let code = std::str::from_utf8(&said[..CODE]).ok()?.trim_end_matches('\0');
    let epoch = u32::from_be_bytes(*said[CODE..].first_chunk()?);
    let seq = u64::from_be_bytes(*said[CODE + 4..].first_chunk()?);
    Some((code.to_owned(), Reached { epoch, seq }))
}

fn unusable(path: &Path, error: io::Error) -> Error {
    Error::new(
        Kind::Internal,
        "data_folder",
        format!("无法使用 {}：请检查权限和磁盘空间", path.display()),
        format!("could not use {}: check its permissions and the disk", path.display()),
    )
    .because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn reached(epoch: u32, seq: u64) -> Reached {
        Reached { epoch, seq }
    }

    #[test]
    fn what_was_noted_is_known_after_a_crash_and_never_falls() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("high-water");
        let file = HighWater::open(&path).unwrap();
        assert!(file.known().is_empty());
        for seq in [5, 6, 7, 3] {
            file.note("350823", reached(1, seq));
            file.note("350824", reached(1, 10 * seq));
        }
        // Without flushing: the program dies, the machine goes on.
        drop(file);
        let file = HighWater::open(&path).unwrap();
        file.note("350902", reached(2, 1));
        file.note("350823", reached(2, 1));
        file.flush().unwrap();
        drop(file);
        let known = HighWater::open(&path).unwrap().known();
        let expected = [("350823", (2, 1)), ("350824", (1, 70)), ("350902", (2, 1))];
        let expected = expected.map(|(code, (epoch, seq))| (code.to_owned(), reached(epoch, seq)));
        assert_eq!(known, expected.into());
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 5 * PLACE as u64, "it does not grow");
    }

    #[test]
    fn a_place_that_is_torn_leaves_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("high-water");
        let file = HighWater::open(&path).unwrap();
        file.note("350823", reached(1, 5));
        file.note("350823", reached(1, 6));
        drop(file);
        for cut in 0..PLACE {
            let mut bytes = std::fs::read(&path).unwrap();
            bytes[PLACE + cut] ^= 1;
            let known = read(&bytes);
            assert_eq!(known["350823"].reached, reached(1, 5), "byte {cut}");
            assert!(known["350823"].second, "the torn one is written next");
        }
    }
}
