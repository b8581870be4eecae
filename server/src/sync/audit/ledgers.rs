//! The ledger of a county: its entries, its tree, its checkpoints.

use std::collections::HashMap;

use std::collections::VecDeque;

use sync_protocol::change::Change;
use sync_protocol::id::RecordId;
use sync_protocol::photo::Sha256;
use sync_protocol::record::Record;
use tlog_tiles::{Hash, record_hash};

use super::frontier::Frontier;
use super::{PAGE, Part, Report, Watcher, What, why};
use crate::error::Result;
use crate::store::epochs::{self, EpochRow};
use crate::store::ledger::{self, CheckpointRow, Entry, LedgerRow};
use crate::store::{Tx, audit, founding};
use crate::sync::checkpoint::open_note;
use crate::sync::directory::{self, reference};
use crate::sync::incoming::photos_of;
use crate::sync::proof::leaf;

/// Which school a project belongs to, as the ledger says.
#[derive(Debug, Default)]
pub(super) struct Schools {
    /// The projects as far as they are folded.
    projects: HashMap<RecordId, Record>,
}

impl Schools {
    pub(super) fn of(&self, project: RecordId) -> Option<RecordId> {
        reference(self.projects.get(&project)?, "school")
    }
}

/// A check of one ledger, under way.
struct Checking<'c> {
    ledger: &'c LedgerRow,
    report: &'c mut Report,
    verifying_key: String,
    /// The log that is gone through: that of one epoch.
    log: LedgerRow,
    /// The logs to come, each with its opening.
    to_come: VecDeque<(EpochRow, LedgerRow)>,
    frontier: Frontier,
    /// Whether a leaf is missing, so that nothing more can be said of the tree.
    is_torn: bool,
    stored_tree: HashMap<audit::Subtree, Vec<u8>>,
    ahead: VecDeque<CheckpointRow>,
    expected: u64,
    directory_seq: u64,
}

pub(super) async fn check(
    tx: &mut Tx,
    ledger: &LedgerRow,
    schools: &mut Schools,
    report: &mut Report,
    watcher: &mut dyn Watcher,
) -> Result<()> {
    let epochs = epochs::epochs(tx, &ledger.county).await?;
    let mut logs = VecDeque::from(epochs::logs(ledger, &epochs));
    watcher.begin(Part::Ledger(ledger.county.clone()), logs.iter().map(LedgerRow::size).sum());
    let log = logs.pop_front().unwrap_or_else(|| ledger.clone());
    let mut checking = Checking {
        verifying_key: audit::verifying_key(tx, &ledger.county).await?,
        stored_tree: audit::tree(tx, &ledger.county, log.epoch).await?,
        ahead: audit::checkpoints_over(tx, &ledger.county, log.epoch, 0, PAGE).await?.into(),
        expected: log.log_start.saturating_add(1),
        ledger,
        report,
        log,
        to_come: epochs.into_iter().zip(logs).collect(),
        frontier: Frontier::default(),
        is_torn: false,
        directory_seq: 0,
    };
    if !founding::is_intact(tx, &ledger.county).await? {
        checking.find(What::LedgerRow, ledger.seq, "its hash does not fit its name, city, epoch and keys");
    }
    let mut after = 0;
    loop {
        let page = ledger::page_to_check(tx, &ledger.county, after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        let steps = page.len() as u64;
        let mut refs = Vec::new();
        for (seq, read) in page {
            checking.open_logs_until(tx, seq).await?;
            checking.numbers_follow(seq);
            match read {
                Ok((entry, intact)) => {
                    if let Some(change) = checking.entry(&entry, intact) {
                        refs.extend(photos_of(&change).into_iter().map(|photo| (photo, change.record)));
                        learn(schools, &change, &entry);
                    }
                    checking.grow(tx, seq, Hash(entry.leaf)).await?;
                }
                Err(error) => {
                    checking.find(What::Entry, seq, why(&error));
                    checking.is_torn = true;
                }
            }
        }
        checking.refs_are_noted(tx, &refs).await?;
        watcher.advance(steps);
    }
    checking.open_logs_until(tx, u64::MAX).await?;
    checking.log_ends();
    checking.ledger_ends();
    Ok(())
}

/// Projects are folded here, since their school decides where other records belong.
fn learn(schools: &mut Schools, change: &Change, entry: &Entry) {
    if change.kind == "project" {
        let project = schools.projects.entry(change.record);
        let project = project.or_insert_with(|| Record::empty(change.record, "project"));
        project.apply(change, &crate::sync::rows::origin(entry), |_| false);
    }
}

impl Checking<'_> {
    fn find(&mut self, what: What, seq: u64, detail: impl Into<String>) {
        let place = format!("{} #{seq}", self.ledger.county);
        self.report.find(what, place, detail);
    }

    /// Numbers have no gaps within a log. What stands out of order is told by itself.
    fn numbers_follow(&mut self, seq: u64) {
        if seq < self.expected {
            return;
        }
        if seq != self.expected {
            let (first, last) = (self.expected, seq.saturating_sub(1));
            self.find(What::EntryMissing, seq, format!("{first} to {last} are missing"));
            self.is_torn = true;
        }
        self.expected = seq.saturating_add(1);
    }

    /// Goes on to the logs that begin before entry `seq`: the one before ends, the opening is checked.
    async fn open_logs_until(&mut self, tx: &mut Tx, seq: u64) -> Result<()> {
        while let Some((row, log)) = self.to_come.pop_front_if(|(row, _)| row.log_start < seq) {
            self.log_ends();
            let (number, opening) = (row.log_start + 1, row.opening());
            if record_hash(&opening.canonical()).0 != row.leaf {
                self.find(What::Leaf, number, "the hash of the epoch's opening is another one");
            }
            let named = row.previous.as_deref();
            let named = named.map(|note| open_note(note, &self.ledger.county, &self.verifying_key));
            let follows = match named {
                None => self.frontier.size() == 0,
                Some(Some(named)) => {
                    named.epoch == self.log.epoch
                        && named.size == self.frontier.size()
                        && named.root == self.frontier.root()
                }
                Some(None) => false,
            };
            if !follows && !self.is_torn {
                self.find(
                    What::CheckpointRoot,
                    number,
                    "the epoch's opening names another end of the log before",
                );
            }
            self.stored_tree = audit::tree(tx, &self.ledger.county, log.epoch).await?;
            self.ahead = audit::checkpoints_over(tx, &self.ledger.county, log.epoch, 0, PAGE).await?.into();
            (self.frontier, self.is_torn, self.log) = (Frontier::default(), false, log);
            self.expected = number + 1;
            self.grow(tx, number, Hash(row.leaf)).await?;
        }
        Ok(())
    }

    /// Checks an entry by itself; gives back what it says, if that can be told.
    fn entry(&mut self, entry: &Entry, intact: bool) -> Option<Change> {
        let seq = entry.seq;
        if let Some(county) = self.report.counties.last_mut() {
            county.entries += 1;
            county.erased += u64::from(entry.body.is_none());
        }
        if !intact {
            self.find(What::Entry, seq, "its hash does not fit its columns");
        }
        if tlog_tiles::record_hash(&leaf(entry).canonical()).0 != entry.leaf {
            self.find(What::Leaf, seq, "its hash is another one");
        }
        let body = entry.body.as_deref()?;
        if Sha256::of(body.as_bytes()) != entry.digest {
            self.find(What::Body, seq, "its SHA-256 is not the digest");
        }
        let change: Change = match serde_json::from_str(body) {
            Ok(change) => change,
            Err(error) => {
                self.find(What::Body, seq, format!("it is no change: {error}"));
                return None;
            }
        };
        if change.id != entry.change || change.record != entry.record {
            self.find(What::Body, seq, "it is about another change or record than its row");
        }
        if directory::KINDS.contains(&change.kind.as_str()) {
            self.directory_seq = seq;
        }
        Some(change)
    }

    /// Adds a leaf to the tree, and compares what follows from it with what is stored and signed.
    async fn grow(&mut self, tx: &mut Tx, seq: u64, leaf: Hash) -> Result<()> {
        if self.is_torn {
            return Ok(());
        }
        for completed in self.frontier.push(leaf) {
            let stored = self.stored_tree.remove(&(completed.level, completed.number));
            if stored.as_deref() != Some(completed.hash.0.as_slice()) {
                let (level, number) = (completed.level, completed.number);
                self.find(What::Tree, seq, format!("subtree {number} of level {level}"));
            }
        }
        while let Some(checkpoint) = self.ahead.pop_front_if(|next| next.size <= self.frontier.size()) {
            self.checkpoint(&checkpoint);
            if self.ahead.is_empty() {
                let (county, epoch) = (&self.ledger.county, self.log.epoch);
                self.ahead = audit::checkpoints_over(tx, county, epoch, checkpoint.size, PAGE).await?.into();
            }
        }
        Ok(())
    }

    fn checkpoint(&mut self, checkpoint: &CheckpointRow) {
        let seq = self.log.log_start.saturating_add(checkpoint.size);
        if let Some(county) = self.report.counties.last_mut() {
            county.checkpoints += 1;
        }
        let signed = open_note(&checkpoint.note, &self.ledger.county, &self.verifying_key);
        match signed {
            Some(signed) if (signed.epoch, signed.size) == (checkpoint.epoch, checkpoint.size) => {
                if signed.root != self.frontier.root() {
                    self.find(
                        What::CheckpointRoot,
                        seq,
                        "the entries up to here are not those that were signed",
                    );
                }
            }
            Some(signed) => {
                let says = format!("the note speaks of epoch {} and {} entries", signed.epoch, signed.size);
                self.find(What::CheckpointSignature, seq, says);
            }
            None => self.find(What::CheckpointSignature, seq, "this ledger's key did not sign it"),
        }
    }

    async fn refs_are_noted(&mut self, tx: &mut Tx, refs: &[(Sha256, RecordId)]) -> Result<()> {
        if refs.is_empty() {
            return Ok(());
        }
        for (photo, record) in audit::refs_not_noted(tx, refs).await? {
            let place = format!("{} {record}", self.ledger.county);
            self.report.find(What::PhotoRef, place, format!("photo {photo}"));
        }
        Ok(())
    }

    /// The log that was gone through ends: nothing of it is missing, nothing is left over.
    fn log_ends(&mut self) {
        let (last, seq) = (self.expected - 1, self.log.seq);
        if last < seq {
            self.find(What::EntryMissing, seq, format!("{} to {seq} are missing", last + 1));
        }
        if last > seq {
            self.find(What::LedgerRow, last, format!("the ledger says that it ends at {seq}"));
        }
        if self.is_torn {
            self.find(
                What::Tree,
                seq,
                "an entry is missing, so the tree and the checkpoints beyond were not checked",
            );
            return;
        }
        if let Some(beyond) = self.ahead.front() {
            let detail = format!("{} entries were signed, there are {}", beyond.size, self.frontier.size());
            self.find(What::CheckpointRoot, seq, detail);
        }
        if !self.stored_tree.is_empty() {
            let detail = format!("{} stored subtrees follow from no leaves", self.stored_tree.len());
            self.find(What::Tree, seq, detail);
        }
    }

    fn ledger_ends(&mut self) {
        if self.directory_seq != self.ledger.directory_seq {
            let (found, says) = (self.directory_seq, self.ledger.directory_seq);
            let detail =
                format!("the last school, project or zone was touched by {found}, the ledger says {says}");
            self.find(What::LedgerRow, self.ledger.seq, detail);
        }
    }
}
