//! A record: for every field its heads. Folding changes into it, and reading it.
//!
//! How a field *merges* never depends on anything but which edits name which; how it *reads*
//! depends on its [`Rule`] alone.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::change::{Change, FieldName, Stamp};
use crate::id::{ChangeId, DeviceId, EditId, RecordId, UserId};
use crate::value::{MAX_INTEGER, Value};

/// How a field reads. It merges the same way whatever the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Rule {
    /// The single value; in conflict while heads differ.
    One,
    /// The head with the highest `seq`; never in conflict.
    Latest,
    /// The set of heads.
    Many,
    /// All heads in ledger order, unsynced ones last.
    Log,
    /// The sum of the heads' numbers.
    Sum,
}

/// Who delivered a change, and its place in the ledger once it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The person that the token belongs to.
    pub by: UserId,
    /// That person's name at the time.
    pub by_name: String,
    /// The device that the token belongs to.
    pub device: DeviceId,
    /// The change's number in the county's ledger; `None` while it waits in an outbox.
    pub seq: Option<u64>,
}

/// An edit with a value that no known edit of the same record and field replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Head {
    /// The edit that set it.
    pub edit: EditId,
    /// What it says.
    pub value: Value,
    /// Who said so.
    pub by: UserId,
    /// That person's name at the time.
    pub by_name: String,
    /// On which device.
    pub device: DeviceId,
    /// When, by that device's own clock.
    pub made_at: Stamp,
    /// The change's number in the ledger; absent while unsynced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub seq: Option<u64>,
}

impl Head {
    /// Ledger order, unsynced ones last, then by edit.
    fn ledger_order(&self, other: &Self) -> Ordering {
        let key = |head: &Self| (head.seq.unwrap_or(u64::MAX), head.edit);
        key(self).cmp(&key(other))
    }
}

/// One field: what stands, and what was replaced before it arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldState {
    /// The heads in ledger order, unsynced ones last.
    pub heads: Vec<Head>,
    /// Edits that were replaced although their change has not arrived yet (a gap). When it
    /// arrives, they are already replaced.
    pub awaited: BTreeSet<EditId>,
}

/// A record as far as it is known: a pure function of the set of its changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub id: RecordId,
    /// Its kind.
    pub kind: String,
    /// The fields that have a head or a gap.
    pub fields: BTreeMap<FieldName, FieldState>,
}

impl Record {
    /// A record that nothing is known of yet.
    pub fn empty(id: RecordId, kind: impl Into<String>) -> Self {
        Self { id, kind: kind.into(), fields: BTreeMap::new() }
    }

    /// Folds one change into the record.
    ///
    /// `known` tells which changes *of this record* are folded in already; the change itself is
    /// skipped if it is one of them. Order does not matter and repeats are harmless: any two
    /// parties that know the same changes hold the same record (`vectors/` has each case).
    pub fn apply(&mut self, change: &Change, origin: &Origin, known: impl Fn(ChangeId) -> bool) {
        self.apply_unless(change, origin, &known);
    }

    /// The same, compiled once and here: whoever folds by the million is spared a copy of its own.
    fn apply_unless(&mut self, change: &Change, origin: &Origin, known: &dyn Fn(ChangeId) -> bool) {
        debug_assert_eq!(change.record, self.id, "a change is folded into its own record");
        if known(change.id) {
            return;
        }
        for (id, edit) in change.lines() {
            let Some(value) = &edit.value else { continue };
            let field = self.fields.entry(edit.field.clone()).or_default();
            if field.awaited.contains(&id) {
                continue;
            }
            let head = Head {
                edit: id,
                value: value.clone(),
                by: origin.by,
                by_name: origin.by_name.clone(),
                device: origin.device,
                made_at: change.made_at.clone(),
                seq: origin.seq,
            };
            let place = field.heads.partition_point(|other| other.ledger_order(&head).is_le());
            field.heads.insert(place, head);
        }
        for edit in &change.edits {
            if edit.replaces.is_empty() {
                continue;
            }
            let field = self.fields.entry(edit.field.clone()).or_default();
            let replaced: BTreeSet<_> = edit.replaces.iter().copied().collect();
            field.heads.retain(|head| !replaced.contains(&head.edit));
            field.awaited.extend(replaced.into_iter().filter(|edit| !known(edit.change)));
        }
        // The gaps that waited for this change are closed now, whether or not it had such a line
        // in such a field; so are those of its own lines.
        for field in self.fields.values_mut() {
            field.awaited.retain(|awaited| awaited.change != change.id);
        }
        self.fields.retain(|_, field| !field.heads.is_empty() || !field.awaited.is_empty());
    }

    /// Folds a whole history at once, in any order, with repeats.
    pub fn fold<'c>(
        id: RecordId,
        kind: impl Into<String>,
        history: impl IntoIterator<Item = (&'c Change, &'c Origin)>,
    ) -> Self {
        let mut record = Self::empty(id, kind);
        let mut known = BTreeSet::new();
        for (change, origin) in history {
            record.apply(change, origin, |change| known.contains(&change));
            known.insert(change.id);
        }
        record
    }

    /// The heads of a field, none if it has none.
    pub fn heads(&self, field: &FieldName) -> &[Head] {
        self.fields.get(field).map_or(&[], |state| &state.heads)
    }

    /// The heads of the plain field `name`, none if it has none.
    pub fn heads_named(&self, name: &str) -> &[Head] {
        name.parse().map_or(&[], |field| self.heads(&field))
    }

    /// The value of the plain field `name` that is shown first: the incumbent's.
    pub fn incumbent(&self, name: &str) -> Option<&Value> {
        self.heads_named(name).first().map(|head| &head.value)
    }

    /// All fields declared as `base`, with their keys, in order of key.
    pub fn keyed<'r>(&'r self, base: &'r str) -> impl Iterator<Item = (&'r str, &'r [Head])> {
        self.fields
            .iter()
            .filter(move |(name, _)| name.base() == base)
            .filter_map(|(name, state)| Some((name.key()?, state.heads.as_slice())))
    }
}

/// What a field says to a reader.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading<'r> {
    /// Nobody said anything, or it was all taken away.
    Empty,
    /// One value: `one` without conflict, or `latest`.
    Single(&'r Head),
    /// Heads that differ, the incumbent (lowest `seq`) first. All of them are shown.
    Conflict(&'r [Head]),
    /// `many` or `log`: all heads in ledger order, unsynced last.
    All(&'r [Head]),
    /// `sum`: the sum of the heads' numbers.
    Total(Value),
}

/// Reads a field by its rule. `heads` are in ledger order, as a [`Record`] keeps them.
pub fn read(rule: Rule, heads: &[Head]) -> Reading<'_> {
    let (Some(first), Some(last)) = (heads.first(), heads.last()) else {
        return Reading::Empty;
    };
    match rule {
        Rule::One if in_conflict(rule, heads) => Reading::Conflict(heads),
        Rule::One => Reading::Single(first),
        Rule::Latest => Reading::Single(last),
        Rule::Many | Rule::Log => Reading::All(heads),
        Rule::Sum => Reading::Total(total(heads.iter().map(|head| &head.value))),
    }
}

/// Whether readers must be shown more than one value: only `one` fields whose heads differ.
pub fn in_conflict(rule: Rule, heads: &[Head]) -> bool {
    contradict(rule, heads.iter().map(|head| &head.value))
}

/// The same of the heads' values alone.
pub fn contradict<'v>(rule: Rule, values: impl IntoIterator<Item = &'v Value>) -> bool {
    let mut values = values.into_iter();
    rule == Rule::One && values.next().is_some_and(|first| values.any(|value| value != first))
}

/// The sum of the values of a field's heads; what is no number counts as nothing.
///
/// Fractions are added from the least to the greatest, since their sum depends on the order and
/// must not depend on who came first.
pub fn total<'v>(values: impl Iterator<Item = &'v Value> + Clone) -> Value {
    let whole = values.clone().try_fold(0_i64, |sum, value| {
        sum.checked_add(value.as_int()?).filter(|sum| sum.abs() <= MAX_INTEGER)
    });
    if let Some(sum) = whole {
        return Value::Int(sum);
    }
    let mut numbers: Vec<_> = values.filter_map(Value::as_number).collect();
    numbers.sort_by(f64::total_cmp);
    let sum = numbers.into_iter().sum();
    Value::from_number(sum).unwrap_or(Value::Number(sum))
}
