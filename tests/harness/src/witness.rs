//! A phone as a witness: it keeps the last checkpoint that it saw, and believes the next one only
//! with the proof that the ledger grew out of it, or goes on in a new epoch from where it ended.

use sync_protocol::message::CheckpointNews;
use tlog_tiles::{Checkpoint, Hash, check_record, check_tree, record_hash};

/// Whether the ledger of the news follows from the one `seen`. Where the server was put back to an
/// older state, what the screen says of it.
///
/// # Errors
/// In words, what does not fit.
pub fn follows(seen: &str, news: &CheckpointNews) -> Result<Option<String>, String> {
    let (seen, latest) = (open(seen)?, open(&news.note)?);
    if seen.origin() == latest.origin() {
        return grew(&seen, &latest, &news.consistency).map(|()| None);
    }
    if news.openings.is_empty() {
        return Err("another ledger, which does not say where the one before ended".to_owned());
    }
    // Each new log's first leaf names the last checkpoint of the log before.
    let mut log = latest;
    for opening in &news.openings {
        let path = hashes(&opening.inclusion)?;
        check_record(&path, log.size(), *log.hash(), 0, record_hash(&opening.leaf.canonical()))
            .map_err(|error| format!("no proof of how epoch {} began: {error}", opening.leaf.epoch))?;
        if epoch(log.origin()) != Some(opening.leaf.epoch) {
            return Err(format!("epoch {} began in another log", opening.leaf.epoch));
        }
        let Some(previous) = &opening.leaf.previous else {
            return Ok(Some(format!("the server was put back, and lost all {} entries", seen.size())));
        };
        log = open(previous)?;
        if log.origin() != seen.origin() {
            continue;
        }
        if log.size() < seen.size() {
            let lost = seen.size() - log.size();
            return Ok(Some(format!("the server was put back by {lost} entries; phones send them again")));
        }
        let put_back = format!("the server was put back after the {} entries seen", seen.size());
        return grew(&seen, &log, &news.consistency).map(|()| Some(put_back));
    }
    if epoch(log.origin()) < epoch(seen.origin()) {
        return Ok(Some(format!("the server was put back to before {}", seen.origin())));
    }
    Err(format!("the new epochs do not follow from {}", seen.origin()))
}

/// Whether a log grew out of an earlier state of it.
fn grew(seen: &Checkpoint, news: &Checkpoint, proof: &[String]) -> Result<(), String> {
    if news.size() < seen.size() {
        return Err(format!("the ledger had {} entries, and has {} now", seen.size(), news.size()));
    }
    if news.size() == seen.size() {
        let same = news.hash() == seen.hash();
        return if same { Ok(()) } else { Err(format!("two ledgers of {} entries", seen.size())) };
    }
    check_tree(&hashes(proof)?, news.size(), *news.hash(), seen.size(), *seen.hash())
        .map_err(|error| format!("no proof that the {} entries are still the same: {error}", seen.size()))
}

fn hashes(proof: &[String]) -> Result<Vec<Hash>, String> {
    proof.iter().map(|hash| Hash::parse_hash(hash).map_err(|error| error.to_string())).collect()
}

fn epoch(origin: &str) -> Option<u32> {
    origin.rsplit_once("/epoch-")?.1.parse().ok()
}

/// The checkpoint in a signed note: everything before the signatures.
fn open(note: &str) -> Result<Checkpoint, String> {
    let (text, _) = note.split_once("\n\n").ok_or("a note without signatures")?;
    Checkpoint::from_bytes(format!("{text}\n").as_bytes()).map_err(|error| error.to_string())
}
