//! The greatest of what makes a figure, in the order in which people are shown it: however many there
//! are, no more are kept than are asked for.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use sync_protocol::id::RecordId;

use super::indicators::{Part, Side};

/// What is counted before what it is a share of, great before small, then by id.
type Place = (bool, Reverse<u128>, RecordId);

/// A part of a figure, and the county that it is of.
#[derive(Debug)]
struct Kept<'c> {
    place: Place,
    county: &'c str,
    part: Part,
}

impl PartialEq for Kept<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl Eq for Kept<'_> {}

impl PartialOrd for Kept<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Kept<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place.cmp(&other.place)
    }
}

/// The greatest parts so far.
#[derive(Debug)]
pub(super) struct Greatest<'c> {
    most: usize,
    /// The last of them on top.
    kept: BinaryHeap<Kept<'c>>,
}

impl<'c> Greatest<'c> {
    /// Keeps so many at most.
    pub(super) const fn keeping(most: usize) -> Self {
        Self { most, kept: BinaryHeap::new() }
    }

    /// Takes in a part of that county, if it is among the greatest.
    pub(super) fn offer(&mut self, county: &'c str, part: Part) {
        let place = (part.side == Side::Denominator, Reverse(part.amount.unsigned_abs()), part.record);
        let is_full = self.kept.len() >= self.most;
        if is_full && self.kept.peek().is_none_or(|last| last.place <= place) {
            return;
        }
        self.kept.push(Kept { place, county, part });
        if is_full {
            self.kept.pop();
        }
    }

    /// All that are kept, the greatest first.
    pub(super) fn in_order(self) -> impl Iterator<Item = (&'c str, Part)> {
        self.kept.into_sorted_vec().into_iter().map(|kept| (kept.county, kept.part))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn part(side: Side, amount: i128, record: u128) -> Part {
        Part { side, record: RecordId(Uuid::from_u128(record)), school: None, project: None, amount }
    }

    proptest! {
        #[test]
        fn the_greatest_of_many_are_those_that_come_first_when_all_are_put_in_order(
            parts in proptest::collection::vec((any::<bool>(), -4_i128..4, 0_u128..1_000_000), 0..60),
            most in 0_usize..20,
        ) {
            let (mut some, mut all) = (Greatest::keeping(most), Greatest::keeping(usize::MAX));
            for (whole, amount, record) in parts {
                let side = if whole { Side::Denominator } else { Side::Numerator };
                some.offer("350823", part(side, amount, record));
                all.offer("350823", part(side, amount, record));
            }
            let all: Vec<_> = all.in_order().take(most).collect();
            prop_assert_eq!(some.in_order().collect::<Vec<_>>(), all);
        }
    }

    #[test]
    fn what_is_counted_stands_before_what_it_is_a_share_of_and_great_before_small() {
        let mut greatest = Greatest::keeping(3);
        for one in [
            part(Side::Denominator, 900, 1),
            part(Side::Numerator, 5, 2),
            part(Side::Numerator, -7, 3),
            part(Side::Numerator, 0, 4),
        ] {
            greatest.offer("350823", one);
        }
        let records: Vec<_> = greatest.in_order().map(|(_, part)| part.record.0.as_u128()).collect();
        assert_eq!(records, [3, 2, 4]);
    }
}
