//! Whether somebody remembers another history than ours: the server was put back to an older state.
//!
//! A database that comes from a backup, or a whole folder from a snapshot, knows nothing of what was
//! acknowledged since. Phones do, and a file beside the database does: whoever shows that the
//! ledgers went further, or elsewhere, makes them begin a new **epoch**. Phones then pull anew and
//! send again what they keep, so that what was lost comes back; no administrator need remember it.
//!
//! The rules are plain functions on values. One database has one history: an epoch begins in all of
//! its ledgers at once, with a number above every one that is known.

use std::collections::BTreeMap;

use super::checkpoint;
use super::cursor::Stood;
use crate::access::secret;
use crate::clock::Moment;
use crate::error::Result;
use crate::store::epochs::{self, EpochRow};
use crate::store::ledger::{self, CheckpointRow, LedgerRow};
use crate::store::{Store, Tx};

/// How far above every known number an epoch begins: whoever looks at a number sees where it is from.
pub const JUMP: u64 = 1_000_000;

/// How a remembered state relates to a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The ledger grew out of it.
    Ours,
    /// It is of an epoch before: what came of it since is unknown, and a new epoch has begun already.
    Earlier,
    /// The ledger was not there yet, or went elsewhere: it was put back.
    Foreign,
}

/// How a remembered state relates to a ledger that stands so; `leaf` is the mark of its leaf at the
/// number that is remembered. Leaves are salted, so that two histories share none once they part.
pub fn relation(remembered: Stood, ledger: Stood, leaf: Option<u64>) -> Relation {
    if remembered.epoch < ledger.epoch {
        return Relation::Earlier;
    }
    let reached = remembered.epoch == ledger.epoch && remembered.seq <= ledger.seq;
    if reached && leaf == Some(remembered.mark) { Relation::Ours } else { Relation::Foreign }
}

/// Up to which number a device is told that all is settled, given each ledger in which changes of it
/// were acknowledged: the highest number given out, and up to which a verified backup contains it.
///
/// Only who shows a cursor of this history may be told more than 0: what another history numbered,
/// no backup of ours contains. A ledger that is contained whole sets no bound.
pub fn settled(ledgers: impl Iterator<Item = (u64, u64)>) -> u64 {
    let (mut highest, mut bound) = (0, None);
    for (seq, settled) in ledgers {
        highest = seq.max(highest);
        if settled < seq {
            bound = Some(bound.map_or(settled, |bound: u64| bound.min(settled)));
        }
    }
    bound.unwrap_or(highest)
}

/// How far the ledgers went, as somebody remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The highest epoch.
    pub epoch: u32,
    /// By county, the highest number given out in whatever epoch.
    pub seqs: BTreeMap<String, u64>,
}

impl Known {
    /// Takes in what one more remembers.
    pub fn add(&mut self, county: &str, epoch: u32, seq: u64) {
        self.epoch = self.epoch.max(epoch);
        let known = self.seqs.entry(county.to_owned()).or_default();
        *known = seq.max(*known);
    }

    /// After which number the log of a new epoch begins.
    pub fn log_start(&self, ledger: &LedgerRow) -> u64 {
        ledger.seq.max(self.seqs.get(&ledger.county).copied().unwrap_or(0)) + JUMP
    }
}

/// Begins a new epoch in all ledgers, unless they are beyond what is known already; tells whether it
/// did.
///
/// The epoch's number leaps by chance, so that two copies put back from one backup, of which neither
/// knows the other, do not sign two logs under one name.
pub async fn begin_epoch(tx: &mut Tx, mut known: Known, now: Moment) -> Result<bool> {
    let ledgers = ledger::ledgers(tx).await?;
    if ledgers.is_empty() || ledgers.iter().all(|ledger| ledger.epoch > known.epoch) {
        return Ok(false);
    }
    for ledger in &ledgers {
        known.add(&ledger.county, ledger.epoch, ledger.seq);
    }
    let leap = u32::from(u16::from_be_bytes(secret::random()?));
    let epoch = known.epoch.saturating_add(1).saturating_add(leap);
    for ledger in ledgers {
        let log_start = known.log_start(&ledger);
        let previous = last_word(tx, &ledger, now).await?;
        let row = EpochRow {
            county: ledger.county.clone(),
            epoch,
            log_start,
            after_epoch: ledger.epoch,
            after: ledger.seq,
            previous: previous.map(|checkpoint| checkpoint.note),
            begun_at: now,
            leaf: [0; 32],
        };
        let row = row.sealed();
        epochs::begin(tx, &row).await?;
        let begun = LedgerRow { epoch, log_start, seq: log_start + 1, ..ledger };
        let first = checkpoint::make(tx, &begun, now).await?;
        ledger::keep_checkpoint(tx, &begun.county, &first).await?;
        tracing::warn!(
            county = begun.county,
            epoch,
            after = row.after,
            "the ledger of {} was put back to an older state: a new epoch begins, phones send again what they keep",
            begun.county
        );
    }
    metrics::counter!("siteledger_epochs_begun_total").increment(1);
    Ok(true)
}

/// The checkpoint over all of a log that ends.
async fn last_word(tx: &mut Tx, ledger: &LedgerRow, now: Moment) -> Result<Option<CheckpointRow>> {
    let latest = ledger::latest_checkpoint(tx, &ledger.county).await?;
    let latest = latest.filter(|latest| latest.epoch == ledger.epoch);
    if ledger.size() == 0 || latest.as_ref().is_some_and(|latest| latest.size == ledger.size()) {
        return Ok(latest);
    }
    match checkpoint::make(tx, ledger, now).await {
        Ok(made) => {
            ledger::keep_checkpoint(tx, &ledger.county, &made).await?;
            Ok(Some(made))
        }
        // A damaged log must not keep the phones from healing the server; `verify` tells of it.
        Err(error) => {
            tracing::error!(?error, county = ledger.county, "the end of a log could not be signed");
            Ok(latest)
        }
    }
}

/// Begins a new epoch if the ledgers are behind what is known.
pub async fn begin_epoch_if_behind(store: &Store, known: Known, now: Moment) -> Result<bool> {
    store.write(move |tx| Box::pin(begin_epoch(tx, known, now))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn stood(epoch: u32, seq: u64, mark: u64) -> Stood {
        Stood { epoch, seq, mark }
    }

    #[test]
    fn what_is_ahead_or_went_elsewhere_is_foreign() {
        let ledger = stood(2, 100, 77);
        for (remembered, leaf, expected) in [
            (stood(2, 100, 77), Some(77), Relation::Ours),
            (stood(2, 90, 66), Some(66), Relation::Ours),
            (stood(2, 90, 66), Some(67), Relation::Foreign),
            (stood(2, 90, 66), None, Relation::Foreign),
            (stood(2, 101, 88), None, Relation::Foreign),
            (stood(3, 1, 1), Some(1), Relation::Foreign),
            (stood(1, 90, 66), Some(66), Relation::Earlier),
            (stood(1, 900, 66), None, Relation::Earlier),
        ] {
            assert_eq!(relation(remembered, ledger, leaf), expected, "{remembered:?} {leaf:?}");
        }
    }

    #[test]
    fn settled_is_what_is_safe_in_every_ledger() {
        for (ledgers, expected) in [
            (&[][..], 0),
            (&[(100, 0)][..], 0),
            (&[(100, 90)][..], 90),
            (&[(100, 100)][..], 100),
            // A ledger without news since the backup bounds nothing.
            (&[(40, 40), (6000, 6000)][..], 6000),
            (&[(40, 40), (6000, 5990)][..], 5990),
            (&[(41, 40), (6000, 6000)][..], 40),
            (&[(0, 0), (6000, 5990)][..], 5990),
        ] {
            assert_eq!(settled(ledgers.iter().copied()), expected, "{ledgers:?}");
        }
    }

    #[test]
    fn an_epoch_begins_above_all_that_is_known() {
        let mut known = Known::default();
        known.add("350823", 1, 150);
        known.add("350823", 1, 120);
        assert_eq!(known, Known { epoch: 1, seqs: BTreeMap::from([("350823".to_owned(), 150)]) });
        let ledger = |seq| LedgerRow {
            county: "350823".to_owned(),
            name: String::new(),
            city: None,
            epoch: 1,
            seq,
            log_start: 0,
            directory_seq: 0,
            digest: sync_protocol::digest::ScopeDigest::default(),
            mark: 0,
        };
        assert_eq!(known.log_start(&ledger(100)), 150 + JUMP);
        assert_eq!(known.log_start(&ledger(200)), 200 + JUMP);
    }
}
