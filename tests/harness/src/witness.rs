//! A phone as a witness: it keeps the last checkpoint that it saw, and believes the next one only
//! with the proof that the ledger grew out of it.

use tlog_tiles::{Checkpoint, Hash, check_tree};

/// Whether the ledger of the `news` grew out of the one `seen`; if not, what to say on the screen.
///
/// A checkpoint of another log, such as that of a new epoch, says nothing against the old one.
///
/// # Errors
/// In words, what does not fit.
pub fn grew(seen: &str, news: &str, proof: &[String]) -> Result<(), String> {
    let (seen, news) = (open(seen)?, open(news)?);
    if seen.origin() != news.origin() {
        return Ok(());
    }
    if news.size() < seen.size() {
        return Err(format!("the ledger had {} entries, and has {} now", seen.size(), news.size()));
    }
    if news.size() == seen.size() {
        let same = news.hash() == seen.hash();
        return if same { Ok(()) } else { Err(format!("two ledgers of {} entries", seen.size())) };
    }
    let proof = proof.iter().map(|hash| Hash::parse_hash(hash).map_err(|error| error.to_string()));
    let proof = proof.collect::<Result<Vec<_>, _>>()?;
    check_tree(&proof, news.size(), *news.hash(), seen.size(), *seen.hash())
        .map_err(|error| format!("no proof that the {} entries are still the same: {error}", seen.size()))
}

/// The checkpoint in a signed note: everything before the signatures.
fn open(note: &str) -> Result<Checkpoint, String> {
    let (text, _) = note.split_once("\n\n").ok_or("a note without signatures")?;
    Checkpoint::from_bytes(format!("{text}\n").as_bytes()).map_err(|error| error.to_string())
}
