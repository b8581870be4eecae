//! Facts of one kind, by record: in parts, which copies of the table share until one of them changes.
//!
//! Somebody may look at the facts of a moment while later ones are taken in, and an earlier moment is put
//! together from a later one. Either would take a copy of all that a county has.

use std::collections::HashMap;
use std::collections::hash_map;
use std::sync::Arc;

use sync_protocol::id::RecordId;

/// How many parts a table has that is not empty. One change copies the facts of one part at most.
const PARTS: usize = 256;

/// Facts of one kind, by record.
#[derive(Clone, Debug)]
pub struct Table<F> {
    /// None at first, then as many as there are.
    parts: Vec<Part<F>>,
}

type Part<F> = Arc<HashMap<RecordId, F>>;

impl<F> Default for Table<F> {
    fn default() -> Self {
        Self { parts: Vec::new() }
    }
}

/// Which part a record is in: the last byte of an id is as good as random, however it was made.
fn number(id: RecordId) -> usize {
    usize::from(id.as_bytes()[15])
}

impl<F> Table<F> {
    fn part(&self, id: RecordId) -> Option<&HashMap<RecordId, F>> {
        self.parts.get(number(id)).map(AsRef::as_ref)
    }

    /// The fact of a record.
    pub fn get(&self, id: &RecordId) -> Option<&F> {
        self.part(*id)?.get(id)
    }

    /// Whether there is a fact of that record.
    pub fn contains_key(&self, id: &RecordId) -> bool {
        self.get(id).is_some()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| part.is_empty())
    }

    /// All of them, in no order.
    pub fn iter(&self) -> Iter<'_, F> {
        Iter { parts: self.parts.iter(), part: None }
    }

    /// The records, in no order.
    pub fn keys(&self) -> impl Iterator<Item = &RecordId> {
        self.iter().map(|(id, _)| id)
    }

    /// The facts, in no order.
    pub fn values(&self) -> impl Iterator<Item = &F> {
        self.iter().map(|(_, fact)| fact)
    }

    /// Leaves out all.
    pub fn clear(&mut self) {
        self.parts.clear();
    }
}

impl<F: Clone> Table<F> {
    /// Takes in a fact, in the place of what there was of that record.
    pub fn insert(&mut self, id: RecordId, fact: F) {
        if self.parts.is_empty() {
            self.parts.resize_with(PARTS, Part::default);
        }
        Arc::make_mut(&mut self.parts[number(id)]).insert(id, fact);
    }

    /// Leaves out a record.
    pub fn remove(&mut self, id: &RecordId) {
        if self.contains_key(id) {
            Arc::make_mut(&mut self.parts[number(*id)]).remove(id);
        }
    }

    /// Leaves out all but these.
    pub fn retain(&mut self, keep: impl Fn(&RecordId, &F) -> bool) {
        for part in &mut self.parts {
            if part.iter().any(|(id, fact)| !keep(id, fact)) {
                let kept = part.iter().filter(|(id, fact)| keep(id, fact));
                *part = Arc::new(kept.map(|(id, fact)| (*id, fact.clone())).collect());
            }
        }
    }
}

impl<F: Clone> FromIterator<(RecordId, F)> for Table<F> {
    fn from_iter<I: IntoIterator<Item = (RecordId, F)>>(facts: I) -> Self {
        let mut table = Self::default();
        facts.into_iter().for_each(|(id, fact)| table.insert(id, fact));
        table
    }
}

/// Goes through a table.
#[derive(Debug)]
pub struct Iter<'t, F> {
    parts: std::slice::Iter<'t, Part<F>>,
    part: Option<hash_map::Iter<'t, RecordId, F>>,
}

impl<'t, F> Iterator for Iter<'t, F> {
    type Item = (&'t RecordId, &'t F);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(found) = self.part.as_mut().and_then(Iterator::next) {
                return Some(found);
            }
            self.part = Some(self.parts.next()?.iter());
        }
    }
}

impl<'t, F> IntoIterator for &'t Table<F> {
    type Item = (&'t RecordId, &'t F);
    type IntoIter = Iter<'t, F>;

    fn into_iter(self) -> Iter<'t, F> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> RecordId {
        RecordId(Uuid::from_u128(number))
    }

    fn table(count: u128) -> Table<u128> {
        let mut table = Table::default();
        (0..count).for_each(|number| table.insert(id(number), number));
        table
    }

    fn told(table: &Table<u128>) -> BTreeMap<RecordId, u128> {
        table.iter().map(|(id, fact)| (*id, *fact)).collect()
    }

    #[test]
    fn a_table_is_what_was_put_into_it() {
        let mut table = table(1000);
        table.insert(id(7), 70);
        table.remove(&id(8));
        table.remove(&id(5000));
        assert_eq!((table.len(), table.get(&id(7)), table.get(&id(8))), (999, Some(&70), None));
        assert_eq!((table.keys().count(), table.values().count()), (999, 999));
        table.retain(|_, fact| fact % 2 == 1);
        assert_eq!(told(&table).into_values().take(3).collect::<Vec<_>>(), [1, 3, 5]);
        table.clear();
        assert!(table.is_empty() && told(&table).is_empty() && Table::<u128>::default().is_empty());
    }

    #[test]
    fn a_copy_stays_as_it_is_and_shares_all_that_did_not_change() {
        let earlier = table(1000);
        let mut later = earlier.clone();
        later.insert(id(3), 30);
        later.remove(&id(4));
        later.retain(|id, _| id.as_bytes()[15] != 5);
        assert_eq!(told(&earlier), told(&table(1000)));
        assert_eq!((later.get(&id(3)), later.get(&id(4)), later.get(&id(5))), (Some(&30), None, None));
        let shared = earlier.parts.iter().zip(&later.parts).filter(|(one, other)| Arc::ptr_eq(one, other));
        assert_eq!(shared.count(), PARTS - 3);
    }
}
