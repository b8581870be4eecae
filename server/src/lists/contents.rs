//! What stands in a few fields of records whose ids are known: what tells the lines of a list apart.

use std::collections::{BTreeMap, BTreeSet};

use sync_protocol::id::RecordId;
use sync_protocol::kinds::{self, Kind};
use sync_protocol::value::Value;

use super::{Lists, answer, entry};
use crate::access::actor::Actor;
use crate::clock::Moment;
use crate::error::Result;
use crate::store::records;
use crate::sync::{sight, standing};

/// How many fields are shown at most.
const MOST_FIELDS: usize = 30;
/// How many characters of a text are.
const MOST_CHARACTERS: usize = 200;

/// The fields that are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// By name, whatever the kind.
    of_all: BTreeSet<String>,
    /// By kind.
    of_kind: BTreeMap<&'static str, BTreeSet<String>>,
}

/// What stands in the fields of a record that are asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// By full name; what is to be shown first stands first. Long texts are cut.
    pub fields: BTreeMap<String, Vec<Value>>,
    /// Those of them about which people differ.
    pub conflicts: Vec<String>,
}

impl Shown {
    /// Fields by name, `amount`, or those of a kind alone, `fund_event.amount`.
    pub fn named(names: impl Iterator<Item = String>) -> Self {
        let mut shown = Self::default();
        for name in names.take(MOST_FIELDS) {
            let of_kind = name.split_once('.').and_then(|(kind, field)| Some((kinds::named(kind)?, field)));
            match of_kind {
                Some((kind, field)) => {
                    shown.of_kind.entry(kind.name).or_default().insert(field.to_owned());
                }
                None => {
                    shown.of_all.insert(name);
                }
            }
        }
        shown
    }

    fn is_empty(&self) -> bool {
        self.of_all.is_empty() && self.of_kind.is_empty()
    }

    fn of(&self, kind: &Kind) -> BTreeSet<String> {
        self.of_all.iter().chain(self.of_kind.get(kind.name).into_iter().flatten()).cloned().collect()
    }
}

impl Lists {
    /// What stands in these fields of these records, as far as they are in scope. One whose row is damaged is
    /// left out.
    ///
    /// # Errors
    /// What the store says.
    pub async fn contents(
        &self,
        actor: &Actor,
        now: Moment,
        ids: BTreeSet<RecordId>,
        shown: &Shown,
    ) -> Result<BTreeMap<RecordId, Contents>> {
        let mut contents = BTreeMap::new();
        if ids.is_empty() || shown.is_empty() {
            return Ok(contents);
        }
        let scope = self.engine.read_scope(actor, now);
        let rows = records::records(&mut *self.store.read().await?, ids.into_iter()).await?;
        for row in rows.into_iter().flatten().filter(|row| sight::sees(&scope, row)) {
            let Some(kind) = kinds::named(&row.kind) else { continue };
            let (snapshot, asked) = (standing::snapshot(&row)?, shown.of(kind));
            let mut fields = answer::asked(kind, &snapshot, &asked);
            fields.values_mut().flatten().for_each(cut);
            let conflicts = entry::conflicts(kind, &snapshot).filter(|name| fields.contains_key(*name));
            let conflicts = conflicts.map(str::to_owned).collect();
            contents.insert(row.id, Contents { fields, conflicts });
        }
        Ok(contents)
    }
}

/// Leaves of a long text its beginning.
fn cut(value: &mut Value) {
    let end = value.as_text().and_then(|text| Some((text, text.char_indices().nth(MOST_CHARACTERS)?.0)));
    if let Some((text, end)) = end {
        *value = Value::from(format!("{}…", &text[..end]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_asked_for_of_all_kinds_or_of_one() {
        let names = ["text", "fund_event.amount", "finding.severity", "no_kind.text"].map(str::to_owned);
        let shown = Shown::named(names.into_iter());
        let of = |kind| shown.of(kinds::named(kind).unwrap()).into_iter().collect::<Vec<_>>();
        assert_eq!(of("fund_event"), ["amount", "no_kind.text", "text"]);
        assert_eq!(of("finding"), ["no_kind.text", "severity", "text"]);
        assert!(Shown::named(std::iter::empty()).is_empty() && !shown.is_empty());
    }

    #[test]
    fn a_long_text_is_cut_between_two_signs() {
        let of = |text: &str| {
            let mut value = Value::from(text.to_owned());
            cut(&mut value);
            value.as_text().unwrap().to_owned()
        };
        assert_eq!(of("围挡有缺口"), "围挡有缺口");
        assert_eq!(of(&"挡".repeat(MOST_CHARACTERS)), "挡".repeat(MOST_CHARACTERS));
        assert_eq!(of(&"挡".repeat(5000)), format!("{}…", "挡".repeat(MOST_CHARACTERS)));
    }
}
