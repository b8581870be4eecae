//! Words on progress that stand in more than one diary.

use std::collections::{HashMap, HashSet};

use sync_protocol::id::RecordId;

use super::doubt::{Doubt, Numbers, Reason};
use crate::programme::facts::{Diary, Table};

/// For each of these diaries those others of the county with the very same words.
pub(super) fn copies(all: &Table<Diary>, of: &[RecordId]) -> HashMap<RecordId, Vec<RecordId>> {
    let words: HashSet<u64> = of.iter().filter_map(|id| all.get(id)?.words).collect();
    let mut by_words: HashMap<u64, Vec<RecordId>> = HashMap::new();
    for (id, diary) in all {
        if let Some(its) = diary.words.filter(|its| words.contains(its)) {
            by_words.entry(its).or_default().push(*id);
        }
    }
    let others = |id: &RecordId| {
        let mut others = by_words.get(&all.get(id)?.words?)?.clone();
        others.retain(|other| other != id);
        others.sort_unstable();
        (!others.is_empty()).then_some((*id, others))
    };
    of.iter().filter_map(others).collect()
}

/// What is doubtful about a diary with the words of those others. `sees` tells which of them the reviewer
/// may know of.
pub(super) fn doubt(others: &[RecordId], sees: impl Fn(RecordId) -> bool) -> Doubt {
    let numbers = Numbers { others: Some(others.len()), ..Numbers::default() };
    let known = others.iter().copied().filter(|other| sees(*other)).take(super::MOST_NAMED);
    Doubt { others: known.collect(), ..Doubt::new(Reason::TextCopied, numbers) }
}
