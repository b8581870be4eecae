//! Brings the index up to where the ledgers stand, a few records at a time and never in the way of those
//! who write: it reads what was committed, and writes to a file of its own.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::{Lists, entry};
use crate::error::{Error, Result};
use crate::store::index::{Index, Listed, Reached};
use crate::store::ledger::{self, Hand, LedgerRow};
use crate::store::paging::onward;
use crate::store::records::{self, RecordRow, Room};
use crate::sync::heal;

/// How much is taken in at a time.
const ROOM: Room = Room { records: 500, bytes: 4 * 1024 * 1024 };
/// How often is looked whether there is something, if nobody says so.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// How long what comes is gathered. Whoever asks meanwhile is not kept waiting for it.
const GATHER: Duration = Duration::from_secs(1);
/// After a failure.
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// For how many entries somebody who asks waits: an index that is further behind says so.
const WAITED_FOR: u64 = 1000;
/// In how many pages: those who write meanwhile are not waited for.
const MOST_PAGES: usize = 64;
/// How long they wait for whoever is at it.
const PATIENCE: Duration = Duration::from_secs(1);

impl Lists {
    /// Follows the ledgers until the server stops.
    pub async fn follow(&self, stopping: CancellationToken) {
        let mut news = self.engine.listen();
        while !stopping.is_cancelled() {
            let pause = match self.catch_up(&stopping).await {
                Ok(()) => LOOK_AGAIN,
                Err(error) => {
                    tracing::warn!(?error, "the index could not follow the ledgers; will try again");
                    self.heed(&error).await;
                    TRY_AGAIN
                }
            };
            let told = async {
                let told = news.recv().await;
                tokio::time::sleep(GATHER).await;
                // What else was told meanwhile is the same news.
                news = news.resubscribe();
                told
            };
            tokio::select! {
                () = stopping.cancelled() => break,
                () = tokio::time::sleep(pause) => {}
                told = told, if pause == LOOK_AGAIN => if matches!(told, Err(RecvError::Closed)) {
                    break;
                },
            }
        }
        self.close().await;
    }

    /// Takes in all that there is. Between two pages it rests for half as long as one took, or three times
    /// as long where others write meanwhile: they have the machine.
    async fn catch_up(&self, stopping: &CancellationToken) -> Result<()> {
        let index = self.index().await?;
        loop {
            let began = Instant::now();
            let is_all = {
                let _following = self.following.lock().await;
                self.step(&index).await?
            };
            if is_all || stopping.is_cancelled() {
                return Ok(());
            }
            let took = began.elapsed();
            let rest = if self.store.committed_within(GATHER) { took * 3 } else { took / 2 };
            tokio::time::sleep(rest).await;
        }
    }

    /// Takes in what is new, if it is little: whoever asks finds what they wrote just before.
    pub(super) async fn catch_up_if_near(&self, index: &Index) -> Result<()> {
        let behind = self.behind(index).await?;
        if behind == 0 || behind > WAITED_FOR {
            return Ok(());
        }
        let Ok(_following) = tokio::time::timeout(PATIENCE, self.following.lock()).await else {
            return Ok(());
        };
        for _ in 0..MOST_PAGES {
            if self.step(index).await? {
                break;
            }
        }
        Ok(())
    }

    /// How many entries of all ledgers are not in the index.
    async fn behind(&self, index: &Index) -> Result<u64> {
        let reached = index.reached().await?;
        let standing = self.engine.standing();
        let ledgers = standing.counties.values().map(|county| &county.ledger);
        let behind = ledgers.map(|ledger| {
            let its = reached.get(&ledger.county).filter(|its| its.epoch == ledger.epoch);
            ledger.seq.saturating_sub(its.map_or(0, |its| its.seq))
        });
        Ok(behind.sum())
    }

    /// Takes in one page; tells whether there was none.
    async fn step(&self, index: &Index) -> Result<bool> {
        let mut reached = index.reached().await?;
        let ledgers = ledger::ledgers(&mut *self.store.read().await?).await?;
        if !are_of_one_history(&reached, &ledgers) {
            tracing::info!("the ledgers are of another history than the index; it is made anew");
            index.empty().await?;
            reached.clear();
        }
        for ledger in ledgers {
            let its = reached.get(&ledger.county).copied().unwrap_or_default();
            if its.seq < ledger.seq {
                self.take_in(index, &ledger, its.seq).await?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn take_in(&self, index: &Index, ledger: &LedgerRow, after: u64) -> Result<()> {
        let mut tx = self.store.snapshot().await?;
        let found = records::page_of_county(&mut tx, &ledger.county, after, ROOM).await?;
        let bytes: usize = found.iter().flatten().map(|row| row.body.len()).sum();
        // Where there is room left, the whole ledger is in.
        let is_all = found.len() < ROOM.records as usize && bytes <= ROOM.bytes;
        let (mut end, mut rows, mut damaged) = (after, Vec::with_capacity(found.len()), Vec::new());
        for found in found {
            match found {
                Ok(row) => {
                    end = onward(end, row.seq)?;
                    rows.push(row);
                }
                Err(left_out) => {
                    end = onward(end, left_out.seq)?;
                    damaged.push(left_out.record);
                }
            }
        }
        if !damaged.is_empty() && heal::heal(&self.store, damaged.clone()).await? {
            drop(tx);
            tx = self.store.snapshot().await?;
            let healed = records::records(&mut tx, damaged.into_iter()).await?;
            // One that was written meanwhile comes by again.
            rows.extend(healed.into_iter().flatten().filter(|row| row.seq <= end));
        }
        let seqs: Vec<_> = rows.iter().map(|row| row.seq).collect();
        let hands = ledger::hands(&mut tx, &ledger.county, &seqs).await?;
        drop(tx);
        let listed = tokio::task::spawn_blocking(move || entries(&rows, &hands)).await;
        let listed = listed.map_err(Error::internal)??;
        let seq = if is_all { end.max(ledger.seq) } else { end };
        index.take_in(&ledger.county, Reached { epoch: ledger.epoch, seq }, &listed).await
    }
}

fn entries(rows: &[RecordRow], hands: &std::collections::HashMap<u64, Hand>) -> Result<Vec<Listed>> {
    let known = rows.iter().filter_map(|row| Some((row, hands.get(&row.seq)?)));
    known.map(|(row, hand)| entry::of(row, hand)).collect()
}

/// Whether the ledgers went on from where the index is.
fn are_of_one_history(reached: &BTreeMap<String, Reached>, ledgers: &[LedgerRow]) -> bool {
    reached.iter().all(|(county, reached)| {
        let ledger = ledgers.iter().find(|ledger| ledger.county == *county);
        ledger.is_some_and(|ledger| ledger.epoch == reached.epoch && reached.seq <= ledger.seq)
    })
}

#[cfg(test)]
mod tests {
    use sync_protocol::digest::ScopeDigest;

    use super::*;

    fn ledger(county: &str, epoch: u32, seq: u64) -> LedgerRow {
        LedgerRow {
            county: county.to_owned(),
            name: "演示县".to_owned(),
            city: None,
            epoch,
            seq,
            log_start: 0,
            directory_seq: 0,
            digest: ScopeDigest::default(),
            mark: 0,
        }
    }

    #[test]
    fn an_index_is_of_ledgers_that_went_on_from_where_it_is() {
        let reached = BTreeMap::from([("350823".to_owned(), Reached { epoch: 2, seq: 1_000_040 })]);
        for (ledgers, expected) in [
            (vec![ledger("350823", 2, 1_000_040)], true),
            (vec![ledger("350823", 2, 1_000_041), ledger("350902", 2, 7)], true),
            // Put back, and found out or not yet.
            (vec![ledger("350823", 3, 2_000_001)], false),
            (vec![ledger("350823", 2, 1_000_039)], false),
            (vec![ledger("350902", 2, 1_000_040)], false),
        ] {
            assert_eq!(are_of_one_history(&reached, &ledgers), expected, "{ledgers:?}");
        }
        assert!(are_of_one_history(&BTreeMap::new(), &[]), "nothing was read yet");
    }
}
