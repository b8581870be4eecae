//! The right edge of a growing RFC 6962 tree: enough to tell the root at every size, and each
//! complete subtree once, in memory that grows with the logarithm alone.

use tlog_tiles::{EMPTY_HASH, Hash, node_hash};

/// The right edge of a growing tree.
#[derive(Debug, Default)]
pub(super) struct Frontier {
    size: u64,
    /// Complete subtrees from left to right, each of fewer leaves than the one before: the height
    /// and the hash.
    subtrees: Vec<(u8, Hash)>,
}

/// A subtree of 256^level leaves that was just completed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Completed {
    pub(super) level: u8,
    pub(super) number: u64,
    pub(super) hash: Hash,
}

impl Frontier {
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; tells the subtrees of the store's levels that it completed.
    pub(super) fn push(&mut self, leaf: Hash) -> Vec<Completed> {
        let mut completed = Vec::new();
        let (mut height, mut hash) = (0, leaf);
        self.size += 1;
        while let Some((_, left)) = self.subtrees.pop_if(|(its, _)| *its == height) {
            (height, hash) = (height + 1, node_hash(left, hash));
            if height % 8 == 0 {
                completed.push(Completed { level: height / 8, number: (self.size >> height) - 1, hash });
            }
        }
        self.subtrees.push((height, hash));
        completed
    }

    /// The root over all leaves.
    pub(super) fn root(&self) -> Hash {
        let mut subtrees = self.subtrees.iter().rev().map(|(_, hash)| *hash);
        let Some(last) = subtrees.next() else { return EMPTY_HASH };
        subtrees.fold(last, |right, left| node_hash(left, right))
    }
}

#[cfg(test)]
mod tests {
    use tlog_tiles::record_hash;

    use super::*;

    /// RFC 6962 §2.1, as it is written there.
    fn root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => EMPTY_HASH,
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node_hash(root(left), root(right))
            }
        }
    }

    #[test]
    fn the_root_is_that_of_the_rfc_at_every_size() {
        let leaves: Vec<_> = (0..700_u32).map(|n| record_hash(&n.to_be_bytes())).collect();
        let mut frontier = Frontier::default();
        let mut completed = Vec::new();
        for size in 0..leaves.len() {
            assert_eq!(frontier.root(), root(&leaves[..size]), "{size}");
            completed.extend(frontier.push(leaves[size]));
        }
        let expected: Vec<_> = (0..2_u64)
            .map(|number| {
                let first = number as usize * 256;
                Completed { level: 1, number, hash: root(&leaves[first..first + 256]) }
            })
            .collect();
        assert_eq!(completed, expected);
    }
}
