//! Proofs over a county's Merkle log: that it only grew, and that an entry is in it.
//!
//! Whoever has the ledger's verifying key checks them with any RFC 6962 library: nothing that the
//! server says need be believed.

use std::cell::RefCell;
use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sync_protocol::digest::{Leaf, Opening};
use tlog_tiles::{Hash, HashReader};

use super::checkpoint::log_of;
use super::engine::Engine;
use crate::access::actor::Actor;
use crate::error::{Error, Kind, Result};
use crate::store::ledger::{self, CheckpointRow, Complaint, Entry, LedgerRow};
use crate::store::{Tx, epochs, founding};

/// Of how many entries the paths are looked up together: they share most of their hashes.
const PROVED_TOGETHER: usize = 500;

/// What stands at a number of a ledger.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum AnyLeaf {
    /// An entry.
    Entry(Leaf),
    /// The first leaf of an epoch.
    Opening(Opening),
}

impl AnyLeaf {
    /// The bytes that the log hashes.
    pub fn canonical(&self) -> Vec<u8> {
        match self {
            Self::Entry(leaf) => leaf.canonical(),
            Self::Opening(opening) => opening.canonical(),
        }
    }
}

/// The proof that an entry is in a log of `size` leaves.
#[derive(Clone, Debug)]
pub struct Inclusion {
    /// The entry's leaf: its canonical JSON is what the log hashes.
    pub leaf: AnyLeaf,
    /// Its place in the log, from 0.
    pub index: u64,
    /// How many leaves the log had.
    pub size: u64,
    /// RFC 6962 audit path.
    pub hashes: Vec<Hash>,
}

/// The leaf of an entry, as it follows from the entry's columns.
pub fn leaf(entry: &Entry) -> Leaf {
    Leaf {
        seq: entry.seq,
        change: entry.change,
        digest: entry.digest,
        by: entry.by,
        device: entry.device,
        received_at: entry.received_at.rfc3339(),
        salt: hex::encode(entry.salt),
    }
}

/// Looking at a ledger, for whoever reads records of its county.
impl Engine {
    /// The latest checkpoint.
    ///
    /// # Errors
    /// Not found if there is none yet, or the ledger is not for this person to see.
    pub async fn latest_checkpoint(&self, actor: &Actor, county: &str) -> Result<CheckpointRow> {
        self.sees_ledger(actor, county)?;
        let latest = ledger::latest_checkpoint(&mut *self.store.read().await?, county).await?;
        latest.ok_or_else(Error::not_found)
    }

    /// The key that checkpoints are verified with.
    pub async fn verifying_key(&self, actor: &Actor, county: &str) -> Result<String> {
        self.sees_ledger(actor, county)?;
        Ok(founding::keys(&mut *self.store.read().await?, county).await?.1)
    }

    /// The proof that an entry is in the log of the latest checkpoint of its epoch, which comes with it.
    ///
    /// # Errors
    /// A conflict if the entry is newer than the checkpoint: the next one covers it.
    pub async fn prove_entry(
        &self,
        actor: &Actor,
        county: &str,
        seq: u64,
    ) -> Result<(Inclusion, CheckpointRow)> {
        self.sees_ledger(actor, county)?;
        let mut tx = self.store.snapshot().await?;
        let ledger = of_county(&mut tx, county).await?.ok_or_else(Error::not_found)?;
        let epochs = epochs::epochs(&mut tx, county).await?;
        let logs = epochs::logs(&ledger, &epochs);
        let log = logs.into_iter().find(|log| log.log_start < seq && seq <= log.seq);
        let log = log.ok_or_else(Error::not_found)?;
        let latest = ledger::latest_checkpoint_until(&mut tx, county, log.epoch).await?;
        let latest = latest.filter(|latest| latest.epoch == log.epoch);
        let Some(latest) = latest.filter(|latest| seq - log.log_start <= latest.size) else {
            return Err(Error::new(
                Kind::Conflict,
                "not_covered_yet",
                "这一条还没有进入检查点，最迟十分钟后再查；没有内容丢失",
                "no checkpoint covers this entry yet; ask again in ten minutes at most, nothing is lost",
            ));
        };
        let proof = inclusion(&mut tx, &log, seq, latest.size).await?;
        Ok((proof, latest))
    }

    /// The proofs of these entries of a ledger, each as [`Self::prove_entry`] gives it, of one moment;
    /// `None` where no checkpoint covers an entry yet.
    ///
    /// # Errors
    /// Not found if the ledger is not for this person to see.
    pub async fn prove_entries(
        &self,
        actor: &Actor,
        county: &str,
        entries: &[Entry],
    ) -> Result<Vec<Option<(Inclusion, CheckpointRow)>>> {
        self.sees_ledger(actor, county)?;
        let mut tx = self.store.snapshot().await?;
        let ledger = of_county(&mut tx, county).await?.ok_or_else(Error::not_found)?;
        let epochs = epochs::epochs(&mut tx, county).await?;
        let mut proofs = vec![None; entries.len()];
        for log in epochs::logs(&ledger, &epochs) {
            let latest = ledger::latest_checkpoint_until(&mut tx, county, log.epoch).await?;
            let Some(latest) = latest.filter(|latest| latest.epoch == log.epoch) else { continue };
            let index = |entry: &Entry| {
                let index = entry.seq.checked_sub(log.log_start + 1)?;
                (entry.seq <= log.seq && index < latest.size).then_some(index)
            };
            let covered: Vec<_> =
                entries.iter().enumerate().filter_map(|(at, its)| Some((at, index(its)?))).collect();
            for some in covered.chunks(PROVED_TOGETHER) {
                let paths = with_hashes(&mut tx, &log, |reader| {
                    some.iter()
                        .map(|(_, index)| tlog_tiles::prove_record(latest.size, *index, reader))
                        .collect::<Result<Vec<_>, _>>()
                });
                for ((at, index), hashes) in some.iter().zip(paths.await?) {
                    let leaf = AnyLeaf::Entry(leaf(&entries[*at]));
                    let inclusion = Inclusion { leaf, index: *index, size: latest.size, hashes };
                    proofs[*at] = Some((inclusion, latest.clone()));
                }
            }
        }
        Ok(proofs)
    }

    /// The proof that the log of `to` leaves grew out of the log of `from` leaves; without `to`, that
    /// of the latest checkpoint. Tells `to`, too. Without an epoch it is about the present one.
    pub async fn prove_growth(
        &self,
        actor: &Actor,
        county: &str,
        (from, to): (u64, Option<u64>),
        epoch: Option<u32>,
    ) -> Result<(u64, Vec<Hash>)> {
        self.sees_ledger(actor, county)?;
        let mut tx = self.store.snapshot().await?;
        let ledger = of_county(&mut tx, county).await?.ok_or_else(Error::not_found)?;
        let epoch = epoch.unwrap_or(ledger.epoch);
        let log = log_of(&mut tx, &ledger, epoch).await?.ok_or_else(Error::not_found)?;
        let to = if let Some(to) = to {
            to
        } else {
            let latest = ledger::latest_checkpoint_until(&mut tx, county, epoch).await?;
            latest.filter(|latest| latest.epoch == epoch).ok_or_else(Error::not_found)?.size
        };
        Ok((to, consistency(&mut tx, &log, from, to).await?))
    }

    /// What devices complained about, newest first.
    pub async fn complaints(&self, actor: &Actor, county: &str) -> Result<Vec<Complaint>> {
        self.sees_ledger(actor, county)?;
        ledger::complaints(&mut *self.store.read().await?, county).await
    }

    fn sees_ledger(&self, actor: &Actor, county: &str) -> Result<()> {
        let scope = self.read_scope(actor, self.clock.now());
        if scope.counties.contains_key(county) { Ok(()) } else { Err(Error::not_found()) }
    }
}

/// Hashes as proofs carry them.
pub fn in_base64(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| STANDARD.encode(hash.0)).collect()
}

/// The ledger of a county.
pub async fn of_county(tx: &mut Tx, county: &str) -> Result<Option<LedgerRow>> {
    Ok(ledger::ledgers(tx).await?.into_iter().find(|ledger| ledger.county == county))
}

/// The root over the first `size` leaves.
pub async fn root(tx: &mut Tx, ledger: &LedgerRow, size: u64) -> Result<Hash> {
    with_hashes(tx, ledger, |reader| tlog_tiles::tree_hash(size, reader)).await
}

/// The proof that the log of `to` leaves grew out of the log of `from` leaves.
///
/// # Errors
/// Unless `1 <= from <= to <=` the log's size.
pub async fn consistency(tx: &mut Tx, ledger: &LedgerRow, from: u64, to: u64) -> Result<Vec<Hash>> {
    if !(1..=to).contains(&from) || to > ledger.size() {
        return Err(Error::new(
            Kind::Unprocessable,
            "no_such_sizes",
            format!("应满足 1 ≤ from ≤ to ≤ {}（台账现有条目数）", ledger.size()),
            format!("1 <= from <= to <= {} must hold, the entries of the ledger", ledger.size()),
        ));
    }
    with_hashes(tx, ledger, |reader| tlog_tiles::prove_tree(to, from, reader)).await
}

/// The proof that entry `seq` is in the log of `size` leaves.
///
/// # Errors
/// Not found if it is not, or belongs to an earlier epoch.
pub async fn inclusion(tx: &mut Tx, ledger: &LedgerRow, seq: u64, size: u64) -> Result<Inclusion> {
    let index = seq.checked_sub(ledger.log_start + 1).filter(|index| *index < size);
    let index = index.ok_or_else(Error::not_found)?;
    let leaf = if let Some(entry) = ledger::entry(tx, &ledger.county, seq).await? {
        AnyLeaf::Entry(leaf(&entry))
    } else {
        let epochs = epochs::epochs(tx, &ledger.county).await?;
        let opening = epochs.iter().find(|row| row.log_start + 1 == seq).ok_or_else(Error::not_found)?;
        AnyLeaf::Opening(opening.opening())
    };
    let hashes = with_hashes(tx, ledger, |reader| tlog_tiles::prove_record(size, index, reader)).await?;
    Ok(Inclusion { leaf, index, size, hashes })
}

/// The path of the first leaf in the log of `size` leaves.
pub async fn first_leaf(tx: &mut Tx, ledger: &LedgerRow, size: u64) -> Result<Vec<Hash>> {
    with_hashes(tx, ledger, |reader| tlog_tiles::prove_record(size, 0, reader)).await
}

/// Runs a computation over the tree: first to learn which hashes it wants, then with them.
async fn with_hashes<T>(
    tx: &mut Tx,
    ledger: &LedgerRow,
    compute: impl Fn(&Hashes) -> Result<T, tlog_tiles::Error>,
) -> Result<T> {
    let failed =
        |error| Error::internal(anyhow::Error::new(error).context(format!("the tree of {}", ledger.county)));
    let mut hashes = Hashes::default();
    compute(&hashes).map_err(failed)?;
    let mut wanted = hashes.wanted.take();
    wanted.sort_unstable();
    wanted.dedup();
    let found = ledger::stored_hashes(tx, ledger, &wanted).await?;
    hashes.known = wanted.into_iter().zip(found).collect();
    let result = compute(&hashes).map_err(failed)?;
    if hashes.wanted.take().is_empty() {
        Ok(result)
    } else {
        Err(Error::internal(anyhow::anyhow!("a proof over {} wants ever more hashes", ledger.county)))
    }
}

/// Hands out the hashes that it has, and notes those that it lacks.
#[derive(Default)]
struct Hashes {
    known: HashMap<u64, Hash>,
    wanted: RefCell<Vec<u64>>,
}

impl HashReader for Hashes {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let read = |index: &u64| {
            self.known.get(index).copied().unwrap_or_else(|| {
                self.wanted.borrow_mut().push(*index);
                Hash::default()
            })
        };
        Ok(indexes.iter().map(read).collect())
    }
}
