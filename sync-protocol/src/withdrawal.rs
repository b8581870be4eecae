//! 作废: a record is never deleted, it is withdrawn with a reason.
//!
//! `withdrawn` is a `one` field like any other, and takes no content away. What its author had not
//! seen contests it: the record then stays in view until a person decides, by withdrawing again
//! or by taking the withdrawal away.

use std::collections::BTreeSet;

use crate::change::FieldName;
use crate::id::EditId;
use crate::kinds;
use crate::record::{Head, Record};
use crate::refusal::Refusal;
use crate::value::Value;

/// The field that withdrawals stand in.
pub const FIELD: &str = "withdrawn";

/// Why a record is void, and what its author saw of it.
///
/// On the wire: a reason as text, `{"reason": text, "covers": [edit ids]}` with `covers` optional,
/// or `true` beside a `reason` in the same change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// Why; `None` where it stands in the change's own `reason`.
    pub reason: Option<String>,
    /// The heads that the author saw. Without it: whatever the ledger had before.
    pub covers: Option<Vec<EditId>>,
}

/// Whether a record is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Force {
    /// Nobody withdrew it.
    InForce,
    /// It is withdrawn.
    Withdrawn,
    /// It is withdrawn, but in these fields stands what whoever withdrew it had not seen, so it
    /// stays in view.
    Contested(Vec<FieldName>),
}

impl Withdrawal {
    /// Reads a withdrawal out of a field's value.
    ///
    /// # Errors
    /// [`crate::refusal::Code::Invalid`] if it is none, or has an empty reason.
    pub fn read(value: &Value) -> Result<Self, Refusal> {
        if value.as_bool() == Some(true) {
            return Ok(Self { reason: None, covers: None });
        }
        let reason = value.part("reason").unwrap_or(value).as_text().filter(|text| !text.trim().is_empty());
        let covers = value.part("covers").map(edit_ids).transpose()?;
        match reason {
            Some(reason) => Ok(Self { reason: Some(reason.to_owned()), covers }),
            None => Err(Refusal::invalid("作废要写原因", "a withdrawal needs a reason").at(FIELD)),
        }
    }

    /// Whether the author saw that head.
    fn has_seen(&self, own: &Head, head: &Head) -> bool {
        match &self.covers {
            Some(covers) => head.edit.change == own.edit.change || covers.contains(&head.edit),
            None => head.edit.change == own.edit.change || comes_before(head, own),
        }
    }
}

/// Whether the ledger had `head` when `own` arrived. What is still unsynced had not.
fn comes_before(head: &Head, own: &Head) -> bool {
    match (head.seq, own.seq) {
        (Some(head), Some(own)) => head < own,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

fn edit_ids(value: &Value) -> Result<Vec<EditId>, Refusal> {
    let refusal =
        || Refusal::invalid("作废所涉内容的编号无效", "covers must be a list of edit ids").at(FIELD);
    let Value::List(ids) = value else { return Err(refusal()) };
    ids.iter().map(|id| id.as_text().and_then(|text| text.parse().ok()).ok_or_else(refusal)).collect()
}

impl Record {
    /// Whether the record is in force, withdrawn, or withdrawn over something unseen.
    ///
    /// Talk about a withdrawn record does not contest it.
    pub fn force(&self) -> Force {
        let withdrawals: Vec<_> = self
            .heads_named(FIELD)
            .iter()
            .filter_map(|head| Some((head, Withdrawal::read(&head.value).ok()?)))
            .collect();
        if withdrawals.is_empty() {
            return Force::InForce;
        }
        let kind = kinds::named(&self.kind);
        let is_content =
            |name: &FieldName| name.as_str() != FIELD && !kind.is_some_and(|kind| kind.is_talk(name.base()));
        let is_unseen =
            |head: &Head| !withdrawals.iter().any(|(own, withdrawal)| withdrawal.has_seen(own, head));
        let contested: BTreeSet<_> = self
            .fields
            .iter()
            .filter(|(name, state)| is_content(name) && state.heads.iter().any(is_unseen))
            .map(|(name, _)| name.clone())
            .collect();
        if contested.is_empty() {
            Force::Withdrawn
        } else {
            Force::Contested(contested.into_iter().collect())
        }
    }
}
