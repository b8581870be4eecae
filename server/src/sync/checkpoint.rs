//! Checkpoints: signed statements of how a county's ledger stood, and the proofs that tie them
//! to one another and to single entries.
//!
//! A checkpoint is a C2SP signed note over a C2SP checkpoint: the origin line names the county and
//! the epoch, the size counts the entries of that epoch, the hash is the RFC 6962 root over their
//! leaves. Phones keep the last one that they saw and are handed a consistency proof with the next,
//! so that whoever rewrites the past is found out by the first phone that comes by. The honest
//! claim: *change after receipt can be detected*, not that a diary is true.

use chrono::TimeDelta;
use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList};
use sync_protocol::id::{DeviceId, UserId};
use sync_protocol::message::{CheckpointNews, OpeningNews};
use tlog_tiles::{Checkpoint, Hash};

use super::engine::Engine;
use super::lineage::Known;
use super::proof::{consistency, first_leaf, in_base64, of_county, root};
use crate::clock::{Clock, Moment};
use crate::error::{Error, Result};
use crate::store::ledger::{self, CheckpointRow, LedgerRow};
use crate::store::{Store, Tx, epochs, founding};

/// A checkpoint is made at least this often while entries are added. The protocol promises ten
/// minutes; this leaves room for a busy server.
pub const INTERVAL: TimeDelta = TimeDelta::minutes(5);

/// A checkpoint whose signature was verified.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signed {
    /// The epoch of the log.
    pub epoch: u32,
    /// How many leaves it had.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// What a checkpoint that a device saw says about the ledger as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The ledger has grown from there, and nothing of it was changed.
    Fits {
        /// In which epoch.
        epoch: u32,
        /// How many leaves it had.
        size: u64,
    },
    /// It is of an earlier epoch, and over entries that are not here, or of an epoch that is not:
    /// the server was put back to an older state since. What is missing comes from the phones.
    Lost,
    /// It is none that this ledger's key signed; it proves nothing.
    Foreign,
    /// The ledger's key signed it, and the ledger is another one now.
    DoesNotFit {
        /// What does not fit, for the complaint.
        reason: String,
    },
}

/// The origin line of a county's checkpoints.
pub fn origin(county: &str, epoch: u32) -> String {
    format!("siteledger/{county}/epoch-{epoch}")
}

// Making ------------------------------------------------------------------------------------------

/// When checkpoints are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Every [`INTERVAL`], and at once where there is none yet.
    Regular,
    /// A backup is about to be made.
    Backup,
    /// The server stops: nothing that it holds stays unsigned.
    Stopping,
}

/// Whether a new checkpoint is due: entries were added since the last one, and that is a while ago
/// or the last chance.
fn is_due(ledger: &LedgerRow, latest: Option<&CheckpointRow>, now: Moment, occasion: Occasion) -> bool {
    if ledger.size() == 0 {
        return false;
    }
    let Some(latest) = latest.filter(|latest| latest.epoch == ledger.epoch) else { return true };
    // A clock that was set back must not hold checkpoints up for a year.
    let age = now.0 - latest.made_at.0;
    let is_old = !(0..INTERVAL.num_milliseconds()).contains(&age);
    latest.size < ledger.size() && (is_old || occasion != Occasion::Regular)
}

/// Makes the checkpoint of a ledger as it stands; it is to be kept before it is shown.
pub async fn make(tx: &mut Tx, ledger: &LedgerRow, now: Moment) -> Result<CheckpointRow> {
    let size = ledger.size();
    let root = root(tx, ledger, size).await?;
    let (signing_key, _) = founding::keys(tx, &ledger.county).await?;
    let note = sign(&origin(&ledger.county, ledger.epoch), size, root, &signing_key)?;
    Ok(CheckpointRow { epoch: ledger.epoch, size, note, made_at: now })
}

fn sign(origin: &str, size: u64, root: Hash, signing_key: &str) -> Result<String> {
    let wrong = |what: String| Error::internal(anyhow::anyhow!("the checkpoint of {origin}: {what}"));
    let signer = StandardSigner::new(signing_key).map_err(|error| wrong(error.to_string()))?;
    let text = Checkpoint::new(origin, size, root, "").map_err(|error| wrong(error.to_string()))?;
    let mut note = Note::new(&text.to_bytes(), &[]).map_err(|error| wrong(error.to_string()))?;
    note.add_sigs(&[&signer]).map_err(|error| wrong(error.to_string()))?;
    String::from_utf8(note.to_bytes()).map_err(|error| wrong(error.to_string()))
}

/// Makes and keeps the checkpoints that are due; tells of which counties.
///
/// To be called every few seconds, and when the server stops. A county that fails does not keep the others waiting.
pub async fn tick(store: &Store, clock: &Clock, occasion: Occasion) -> Result<Vec<String>> {
    let ledgers = ledger::ledgers(&mut *store.read().await?).await?;
    let mut made = Vec::new();
    for county in ledgers.into_iter().map(|ledger| ledger.county) {
        match make_if_due(store, clock, &county, occasion).await {
            Ok(true) => made.push(county),
            Ok(false) => {}
            Err(error) => tracing::error!(county, ?error, "could not make the checkpoint of {county}"),
        }
    }
    Ok(made)
}

impl Engine {
    /// Makes the checkpoints that are due, and shows them from then on.
    pub async fn make_checkpoints(&self, occasion: Occasion) -> Result<()> {
        if !tick(&self.store, &self.clock, occasion).await?.is_empty() {
            self.look_again().await?;
        }
        Ok(())
    }
}

async fn make_if_due(store: &Store, clock: &Clock, county: &str, occasion: Occasion) -> Result<bool> {
    let checkpoint = {
        // One snapshot, read beside the writer: thousands of leaves keep nobody waiting.
        let mut tx = store.snapshot().await?;
        let Some(ledger) = of_county(&mut tx, county).await? else { return Ok(false) };
        let latest = ledger::latest_checkpoint(&mut tx, county).await?;
        if !is_due(&ledger, latest.as_ref(), clock.now(), occasion) {
            return Ok(false);
        }
        make(&mut tx, &ledger, clock.now()).await?
    };
    let (kept, county) = (checkpoint.clone(), county.to_owned());
    tracing::info!(county, size = checkpoint.size, "made the checkpoint of {county}");
    store.write(move |tx| Box::pin(async move { ledger::keep_checkpoint(tx, &county, &kept).await })).await?;
    Ok(true)
}

// Reading -----------------------------------------------------------------------------------------

/// Opens a note that this key signed; `None` if it did not.
pub fn open_note(note: &str, county: &str, verifying_key: &str) -> Option<Signed> {
    let verifier = StandardVerifier::new(verifying_key).ok()?;
    let note = Note::from_bytes(note.as_bytes()).ok()?;
    note.verify(&VerifierList::new(vec![Box::new(verifier)])).ok()?;
    let checkpoint = Checkpoint::from_bytes(note.text()).ok()?;
    let epoch = checkpoint.origin().strip_prefix(&format!("siteledger/{county}/epoch-"))?.parse().ok()?;
    Some(Signed { epoch, size: checkpoint.size(), root: *checkpoint.hash() })
}

/// Judges a checkpoint that a device says it saw.
pub async fn judge_seen(tx: &mut Tx, ledger: &LedgerRow, note: &str) -> Result<Seen> {
    let (_, verifying_key) = founding::keys(tx, &ledger.county).await?;
    let Some(seen) = open_note(note, &ledger.county, &verifying_key) else { return Ok(Seen::Foreign) };
    if seen.epoch > ledger.epoch {
        let reason = format!("signed in epoch {}, the ledger is in epoch {}", seen.epoch, ledger.epoch);
        return Ok(Seen::DoesNotFit { reason });
    }
    let Some(log) = log_of(tx, ledger, seen.epoch).await? else { return Ok(Seen::Lost) };
    if seen.size > log.size() {
        if seen.epoch < ledger.epoch {
            return Ok(Seen::Lost);
        }
        let reason = format!("signed over {} entries, the ledger has {}", seen.size, log.size());
        return Ok(Seen::DoesNotFit { reason });
    }
    if root(tx, &log, seen.size).await? != seen.root {
        let reason = format!("the first {} entries are not those that were signed", seen.size);
        return Ok(Seen::DoesNotFit { reason });
    }
    Ok(Seen::Fits { epoch: seen.epoch, size: seen.size })
}

/// How far the ledger went that signed this note, if it does not go that far any more.
pub async fn signed_ahead(tx: &mut Tx, note: &str) -> Result<Option<Known>> {
    let Some(county) = note.split('/').nth(1) else { return Ok(None) };
    let Some(ledger) = of_county(tx, county).await? else { return Ok(None) };
    let (_, verifying_key) = founding::keys(tx, county).await?;
    let Some(signed) = open_note(note, county, &verifying_key) else { return Ok(None) };
    let is_ahead = signed.epoch > ledger.epoch || signed.epoch == ledger.epoch && signed.size > ledger.size();
    Ok(is_ahead.then(|| {
        let mut known = Known::default();
        known.add(county, signed.epoch, ledger.log_start.saturating_add(signed.size));
        known
    }))
}

/// The log of an epoch of a ledger, as it ended or as it stands.
pub async fn log_of(tx: &mut Tx, ledger: &LedgerRow, epoch: u32) -> Result<Option<LedgerRow>> {
    if epoch == ledger.epoch {
        return Ok(Some(ledger.clone()));
    }
    let epochs = epochs::epochs(tx, &ledger.county).await?;
    Ok(epochs::logs(ledger, &epochs).into_iter().find(|log| log.epoch == epoch))
}

/// How the log of a checkpoint follows from that of the epoch that a device saw: the openings in
/// between, newest first.
async fn openings(
    tx: &mut Tx,
    ledger: &LedgerRow,
    latest: &CheckpointRow,
    seen: u32,
) -> Result<Vec<OpeningNews>> {
    let rows = epochs::epochs(tx, &ledger.county).await?;
    let logs = epochs::logs(ledger, &rows);
    let mut news = Vec::new();
    for (row, log) in rows.iter().zip(&logs[1..]).rev().filter(|(row, _)| row.epoch > seen) {
        // Every log but the last was signed when it ended, and that is what the next one names.
        let size = if log.epoch == latest.epoch { latest.size } else { log.size() };
        let proof = first_leaf(tx, log, size).await?;
        news.push(OpeningNews { leaf: row.opening(), inclusion: in_base64(&proof) });
    }
    Ok(news)
}

/// What a sync answer says about checkpoints: the latest one, and the proof that it grew out of
/// the one that the device saw. One that does not fit is kept as a complaint.
pub async fn news(
    store: &Store,
    clock: &Clock,
    county: &str,
    latest: CheckpointRow,
    seen: Option<&str>,
    by: (UserId, DeviceId),
) -> Result<CheckpointNews> {
    let mut answer =
        CheckpointNews { note: latest.note.clone(), consistency: Vec::new(), openings: Vec::new() };
    let Some(seen) = seen.filter(|seen| *seen != latest.note) else { return Ok(answer) };
    let mut tx = store.snapshot().await?;
    let Some(ledger) = of_county(&mut tx, county).await?.filter(|ledger| ledger.epoch == latest.epoch) else {
        return Ok(answer);
    };
    let epoch_seen = epoch_of(seen);
    if epoch_seen.is_some_and(|epoch| epoch < ledger.epoch) {
        answer.openings = openings(&mut tx, &ledger, &latest, epoch_seen.unwrap_or(0)).await?;
    }
    match judge_seen(&mut tx, &ledger, seen).await? {
        Seen::Fits { epoch, size } => {
            if let Some(log) = log_of(&mut tx, &ledger, epoch).await? {
                let to = if epoch == latest.epoch { latest.size } else { log.size() };
                if (1..to).contains(&size) {
                    answer.consistency = in_base64(&consistency(&mut tx, &log, size, to).await?);
                }
            }
        }
        Seen::Lost | Seen::Foreign => {}
        Seen::DoesNotFit { reason } => {
            drop(tx);
            tracing::error!(
                county,
                reason,
                "a device saw a checkpoint that does not fit the ledger of {county}"
            );
            metrics::counter!("siteledger_checkpoint_complaints_total").increment(1);
            let (county, note, now) = (county.to_owned(), seen.to_owned(), clock.now());
            store
                .write(move |tx| {
                    Box::pin(async move { ledger::complain(tx, &county, by, &note, &reason, now).await })
                })
                .await?;
        }
    }
    Ok(answer)
}

/// The epoch that a note speaks of, whoever signed it.
fn epoch_of(note: &str) -> Option<u32> {
    note.lines().next()?.rsplit_once("/epoch-")?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sync_protocol::id::{ChangeId, RecordId};
    use sync_protocol::photo::Sha256;
    use tlog_tiles::{check_record, check_tree, node_hash, record_hash};
    use uuid::Uuid;

    use super::*;
    use crate::store::ledger::Entry;
    use crate::sync::county;
    use crate::sync::proof::{inclusion, leaf};

    const COUNTY: &str = "350823";

    struct Log {
        store: Store,
        clock: Clock,
        leaves: Vec<Hash>,
        _folder: tempfile::TempDir,
    }

    impl Log {
        async fn open() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let (store, clock) = (Store::open(folder.path()).await.unwrap(), Clock::default());
            county::open(&store, &clock, COUNTY, "上杭县", None).await.unwrap();
            Self { store, clock, leaves: Vec::new(), _folder: folder }
        }

        async fn append(&mut self, count: u64) {
            let before = self.leaves.len() as u64;
            let entries: Vec<_> = (before + 1..=before + count).map(|seq| entry(seq, &self.clock)).collect();
            self.leaves.extend(entries.iter().map(|entry| Hash(entry.leaf)));
            self.store
                .write(move |tx| {
                    Box::pin(async move {
                        let mut ledger = of_county(tx, COUNTY).await?.ok_or_else(Error::not_found)?;
                        ledger::append(tx, &entries).await?;
                        ledger.seq += count;
                        ledger::complete_tree(tx, &ledger, before).await?;
                        ledger::advance(tx, &ledger).await
                    })
                })
                .await
                .unwrap();
        }

        /// Overwrites the leaf of an entry, as somebody with the database file might.
        async fn rewrite(&self, seq: u64) {
            self.store
                .write(move |tx| {
                    Box::pin(async move {
                        sqlx::query("update changes set leaf = zeroblob(32) where seq = $1")
                            .bind(seq as i64)
                            .execute(tx)
                            .await?;
                        Ok(())
                    })
                })
                .await
                .unwrap();
        }

        /// RFC 6962 §2.1, as it is written there.
        fn root(&self, range: std::ops::Range<usize>) -> Hash {
            match range.len() {
                0 => tlog_tiles::EMPTY_HASH,
                1 => self.leaves[range.start],
                length => {
                    let split = range.start + (length.next_power_of_two() / 2);
                    node_hash(self.root(range.start..split), self.root(split..range.end))
                }
            }
        }

        async fn check(&self, from: u64, to: u64, seq: u64) {
            let mut tx = self.store.snapshot().await.unwrap();
            let ledger = of_county(&mut tx, COUNTY).await.unwrap().unwrap();
            let (old, new) = (self.root(0..from as usize), self.root(0..to as usize));
            assert_eq!(root(&mut tx, &ledger, to).await.unwrap(), new, "root of {to}");
            let proof = consistency(&mut tx, &ledger, from, to).await.unwrap();
            check_tree(&proof, to, new, from, old).unwrap_or_else(|error| panic!("{from} to {to}: {error}"));
            let proof = inclusion(&mut tx, &ledger, seq, to).await.unwrap();
            let leaf = record_hash(&proof.leaf.canonical());
            check_record(&proof.hashes, to, new, proof.index, leaf)
                .unwrap_or_else(|error| panic!("{seq} in {to}: {error}"));
        }

        async fn checkpoint(&self) -> CheckpointRow {
            let mut tx = self.store.read().await.unwrap();
            ledger::latest_checkpoint(&mut tx, COUNTY).await.unwrap().expect("a checkpoint was made")
        }

        async fn judge(&self, note: &str) -> Seen {
            let mut tx = self.store.read().await.unwrap();
            let ledger = of_county(&mut tx, COUNTY).await.unwrap().unwrap();
            judge_seen(&mut tx, &ledger, note).await.unwrap()
        }
    }

    fn entry(seq: u64, clock: &Clock) -> Entry {
        let id = Uuid::from_u128(u128::from(seq));
        let mut entry = Entry {
            county: COUNTY.to_owned(),
            seq,
            change: ChangeId(id),
            record: RecordId(id),
            by: UserId(id),
            by_name: "演示 陈工".to_owned(),
            device: DeviceId(id),
            received_at: clock.now(),
            ahead_ms: None,
            carried_by: None,
            released_by: None,
            digest: Sha256::of(&seq.to_be_bytes()),
            salt: id.into_bytes(),
            leaf: [0; 32],
            body: None,
        };
        entry.leaf = record_hash(&leaf(&entry).canonical()).0;
        entry
    }

    #[tokio::test]
    async fn proofs_hold_where_subtrees_become_complete() {
        let mut log = Log::open().await;
        for count in [1, 254, 1, 1, 255, 1, 700] {
            log.append(count).await;
        }
        for (from, to, seq) in [
            (1, 1, 1),
            (1, 2, 2),
            (254, 255, 255),
            (255, 256, 256),
            (256, 257, 257),
            (255, 257, 1),
            (256, 512, 300),
            (511, 513, 513),
            (513, 1213, 1213),
            (1213, 1213, 777),
        ] {
            log.check(from, to, seq).await;
        }
    }

    #[tokio::test]
    async fn proofs_hold_where_the_second_level_becomes_complete() {
        let mut log = Log::open().await;
        for count in [65_535, 1, 1] {
            log.append(count).await;
        }
        for (from, to, seq) in
            [(65_534, 65_535, 65_535), (65_535, 65_536, 1), (65_536, 65_537, 65_537), (300, 65_537, 65_536)]
        {
            log.check(from, to, seq).await;
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn proofs_hold_however_the_ledger_grew(
            batches in prop::collection::vec(1_u64..400, 1..5),
            picks in prop::collection::vec((any::<u64>(), any::<u64>(), any::<u64>()), 8),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut log = Log::open().await;
                for batch in &batches {
                    log.append(*batch).await;
                }
                let size: u64 = batches.iter().sum();
                for (to, from, seq) in picks {
                    let to = to % size + 1;
                    log.check(from % to + 1, to, seq % to + 1).await;
                }
                log.store.close().await;
            });
        }
    }

    #[tokio::test]
    async fn checkpoints_are_made_when_something_was_added_and_time_has_passed() {
        let mut log = Log::open().await;
        assert!(
            tick(&log.store, &log.clock, Occasion::Regular).await.unwrap().is_empty(),
            "nothing was added yet"
        );
        log.append(3).await;
        assert_eq!(tick(&log.store, &log.clock, Occasion::Regular).await.unwrap(), [COUNTY]);
        log.append(2).await;
        assert!(tick(&log.store, &log.clock, Occasion::Regular).await.unwrap().is_empty(), "too early");
        assert_eq!(
            tick(&log.store, &log.clock, Occasion::Stopping).await.unwrap(),
            [COUNTY],
            "the last chance"
        );
        assert!(tick(&log.store, &log.clock, Occasion::Stopping).await.unwrap().is_empty(), "it is signed");
        log.append(2).await;
        log.clock.advance(INTERVAL);
        assert_eq!(tick(&log.store, &log.clock, Occasion::Regular).await.unwrap(), [COUNTY]);
        assert_eq!(log.checkpoint().await.size, 7);
        log.clock.advance(INTERVAL * 10);
        assert!(
            tick(&log.store, &log.clock, Occasion::Regular).await.unwrap().is_empty(),
            "nothing was added since"
        );
        log.append(1).await;
        log.clock.advance(TimeDelta::days(-400));
        assert_eq!(
            tick(&log.store, &log.clock, Occasion::Regular).await.unwrap(),
            [COUNTY],
            "a clock set back is no excuse"
        );
    }

    #[tokio::test]
    async fn a_phone_that_saw_an_earlier_checkpoint_gets_a_proof_that_it_can_check() {
        let mut log = Log::open().await;
        log.append(300).await;
        tick(&log.store, &log.clock, Occasion::Regular).await.unwrap();
        let seen = log.checkpoint().await.note;
        log.append(40).await;
        log.clock.advance(INTERVAL);
        tick(&log.store, &log.clock, Occasion::Regular).await.unwrap();
        let by = (UserId(Uuid::nil()), DeviceId(Uuid::nil()));

        let latest = log.checkpoint().await;
        let news = news(&log.store, &log.clock, COUNTY, latest, Some(&seen), by).await.unwrap();

        let (_, key) = founding::keys(&mut log.store.read().await.unwrap(), COUNTY).await.unwrap();
        let (old, new) =
            (open_note(&seen, COUNTY, &key).unwrap(), open_note(&news.note, COUNTY, &key).unwrap());
        assert_eq!((old.size, new.size), (300, 340));
        let proof = news.consistency.iter().map(|hash| Hash::parse_hash(hash).unwrap()).collect();
        check_tree(&proof, new.size, new.root, old.size, old.root).expect("the phone checks it");
    }

    #[tokio::test]
    async fn a_rewritten_past_is_complained_about_once_a_device() {
        let mut log = Log::open().await;
        log.append(10).await;
        tick(&log.store, &log.clock, Occasion::Regular).await.unwrap();
        let seen = log.checkpoint().await.note;
        assert_eq!(log.judge(&seen).await, Seen::Fits { epoch: 1, size: 10 });

        log.rewrite(4).await;
        log.append(1).await;
        log.clock.advance(INTERVAL);
        tick(&log.store, &log.clock, Occasion::Regular).await.unwrap();
        let latest = log.checkpoint().await;
        for device in [1, 1, 2] {
            let by = (UserId(Uuid::nil()), DeviceId(Uuid::from_u128(device)));
            let news = news(&log.store, &log.clock, COUNTY, latest.clone(), Some(&seen), by).await.unwrap();
            assert!(news.consistency.is_empty(), "there is no such proof, and the phone sees that");
        }
        let complaints = ledger::complaints(&mut log.store.read().await.unwrap(), COUNTY).await.unwrap();
        assert_eq!(complaints.len(), 2);
        assert_eq!(complaints[0].checkpoint, seen);
    }

    #[tokio::test]
    async fn what_this_ledger_never_signed_proves_nothing() {
        let mut log = Log::open().await;
        log.append(10).await;
        tick(&log.store, &log.clock, Occasion::Regular).await.unwrap();
        let note = log.checkpoint().await.note;
        let mut other = Log::open().await;
        other.append(10).await;
        tick(&other.store, &other.clock, Occasion::Regular).await.unwrap();
        let forged = note.replacen("\n10\n", "\n11\n", 1);
        for foreign in ["", "hello", forged.as_str(), other.checkpoint().await.note.as_str()] {
            assert_eq!(log.judge(foreign).await, Seen::Foreign, "{foreign}");
        }
    }

    #[tokio::test]
    async fn a_checkpoint_over_more_than_there_is_does_not_fit() {
        let mut log = Log::open().await;
        log.append(10).await;
        let (ahead, later) = {
            let mut tx = log.store.read().await.unwrap();
            let (key, _) = founding::keys(&mut tx, COUNTY).await.unwrap();
            let root = record_hash(b"lost");
            (
                sign(&origin(COUNTY, 1), 11, root, &key).unwrap(),
                sign(&origin(COUNTY, 2), 1, root, &key).unwrap(),
            )
        };
        assert!(matches!(log.judge(&ahead).await, Seen::DoesNotFit { .. }));
        assert!(matches!(log.judge(&later).await, Seen::DoesNotFit { .. }));
    }

    #[test]
    fn the_text_of_a_checkpoint_is_frozen() {
        // Printed in bulletins and kept by phones: it never changes.
        let text = Checkpoint::new(&origin(COUNTY, 1), 3, record_hash(b"leaf"), "").unwrap();
        assert_eq!(
            String::from_utf8(text.to_bytes()).unwrap(),
            format!("siteledger/350823/epoch-1\n3\n{}\n", in_base64(&[record_hash(b"leaf")])[0]),
        );
    }
}
