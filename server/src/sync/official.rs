//! Official numbers of findings and notices. Whoever writes one where there is no signal gives it a
//! number for the time being, or none; once it stands in a ledger it has an official one, which is read
//! off the ledger like any other figure: the how-manieth of its kind it is.
//!
//! The ledger only grows, so a number never changes, and what is withdrawn keeps its own. After a
//! restore, what came later than the backup comes again in another order: it is counted anew, and the
//! numbers of that epoch say so. None is ever given to two.

use std::collections::HashMap;

use sync_protocol::id::RecordId;

use crate::error::Result;
use crate::store::Tx;
use crate::store::epochs::{EpochRow, epochs};
use crate::store::records::{RecordRow, begun_between, begun_of_kind};

/// The kinds that are numbered, and what stands before the number.
const NUMBERED: [(&str, &str); 2] = [("finding", "问题"), ("notice", "通知")];

fn word(kind: &str) -> Option<&'static str> {
    NUMBERED.iter().find(|(its, _)| *its == kind).map(|(_, word)| *word)
}

/// The number as it stands on paper: `上杭县问题第0017号`, in the second epoch `上杭县问题第2-0017号`.
fn written(county: &str, word: &str, epoch: u32, number: u64) -> String {
    match epoch {
        1 => format!("{county}{word}第{number:04}号"),
        epoch => format!("{county}{word}第{epoch}-{number:04}号"),
    }
}

/// The epoch in which something was begun, and after which number its log starts.
fn epoch_of(epochs: &[EpochRow], first_seq: u64) -> (u32, u64) {
    let begun = epochs.iter().rev().find(|epoch| epoch.log_start < first_seq);
    begun.map_or((1, 0), |epoch| (epoch.epoch, epoch.log_start))
}

/// The official number of a record of the county of that name; none if its kind has none.
///
/// # Errors
/// If the store cannot be read.
pub async fn number(tx: &mut Tx, row: &RecordRow, county: &str) -> Result<Option<String>> {
    let Some(word) = word(&row.kind) else { return Ok(None) };
    let (epoch, after) = epoch_of(&epochs(tx, &row.county).await?, row.first_seq);
    let number = begun_between(tx, &row.county, &row.kind, after, row.first_seq).await?;
    Ok(Some(written(county, word, epoch, number)))
}

/// The official numbers of all records of a kind in the county of that code and name; none if the kind
/// has none.
///
/// # Errors
/// If the store cannot be read.
pub async fn numbers(tx: &mut Tx, code: &str, county: &str, kind: &str) -> Result<HashMap<RecordId, String>> {
    let Some(word) = word(kind) else { return Ok(HashMap::new()) };
    let epochs = epochs(tx, code).await?;
    let mut numbers = HashMap::new();
    let mut last = (1, 0);
    for (record, first_seq) in begun_of_kind(tx, code, kind).await? {
        let (epoch, _) = epoch_of(&epochs, first_seq);
        last = if epoch == last.0 { (epoch, last.1 + 1) } else { (epoch, 1) };
        numbers.insert(record, written(county, word, epoch, last.1));
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Moment;

    /// The index of what is numbered has these kinds and no others, and so has what asks by it.
    #[test]
    fn what_is_numbered_here_is_what_the_store_counts() {
        let kinds = NUMBERED.map(|(kind, _)| format!("'{kind}'")).join(", ");
        let those = format!("kind in ({kinds})");
        assert!(include_str!("../../migrations/0001_core.sql").contains(&those), "{those}");
        assert!(include_str!("../store/records/kinds.rs").contains(&those), "{those}");
    }

    #[test]
    fn a_number_tells_the_epoch_from_the_second_on() {
        assert_eq!(written("上杭县", "问题", 1, 17), "上杭县问题第0017号");
        assert_eq!(written("上杭县", "通知", 3, 12_345), "上杭县通知第3-12345号");
    }

    #[test]
    fn what_was_begun_belongs_to_the_last_epoch_before_it() {
        let epoch = |epoch, log_start| EpochRow {
            county: "350823".to_owned(),
            epoch,
            log_start,
            after_epoch: epoch - 1,
            after: log_start - 10,
            previous: None,
            begun_at: Moment(0),
            leaf: [0; 32],
        };
        let epochs = [epoch(2, 100), epoch(4, 300)];
        for (first_seq, expected) in
            [(1, (1, 0)), (100, (1, 0)), (101, (2, 100)), (300, (2, 100)), (301, (4, 300))]
        {
            assert_eq!(epoch_of(&epochs, first_seq), expected, "{first_seq}");
        }
    }
}
