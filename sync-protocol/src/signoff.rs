//! What a signature covers, and whether it still does.
//!
//! A review is bound to content: it names the heads that it covers. Content added later reads
//! *changed since signed*, whatever the review said.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::change::FieldName;
use crate::id::EditId;
use crate::kinds::{self, Kind, Role};
use crate::photo::Sha256;
use crate::record::{Record, in_conflict};
use crate::refusal::{Refusal, not_read};
use crate::value::Value;

/// The field that signoffs stand in.
pub const FIELD: &str = "signoffs";

/// What the signer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The author stands by it.
    Signed,
    /// The principal confirms it.
    Confirmed,
    /// It goes back with a note.
    Returned,
    /// The office approves it.
    Approved,
}

/// One signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signoff {
    /// The role in which it is given; the signer must hold it there.
    pub role: Role,
    /// What the signer says.
    pub verdict: Verdict,
    /// Why; a return needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The heads that the signer saw.
    pub covers: Vec<EditId>,
    /// The name as the signer wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The drawn signature, a picture by hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawing: Option<Sha256>,
}

/// Whether a signature still covers what stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was added or taken away since.
    Current,
    /// These fields have heads that it does not cover; none is named where a covered head was
    /// only taken away, since its edit alone does not tell the field.
    ChangedSince(Vec<FieldName>),
}

impl Signoff {
    /// Reads a signoff out of a field's value.
    ///
    /// # Errors
    /// [`crate::refusal::Code::Invalid`] if it is none, or returns something without a note.
    pub fn read(value: &Value) -> Result<Self, Refusal> {
        let signoff: Self =
            serde_json::to_value(value).and_then(serde_json::from_value).map_err(|error| {
                Refusal::invalid(
                    format!("签字内容无效：{}", not_read(&error)),
                    format!("not a signoff: {error}"),
                )
                .at(FIELD)
            })?;
        if signoff.verdict == Verdict::Returned
            && signoff.note.as_deref().is_none_or(|note| note.trim().is_empty())
        {
            return Err(Refusal::invalid("退回要写明原因", "a return needs a note").at(FIELD));
        }
        Ok(signoff)
    }

    /// The `one` field over whose visible conflict this signature would stand, if there is one.
    ///
    /// Nobody signs over a conflict: such a signoff is held.
    pub fn signs_over_conflict<'r>(&self, record: &'r Record, kind: &Kind) -> Option<&'r FieldName> {
        let covers: BTreeSet<_> = self.covers.iter().collect();
        record.fields.iter().find_map(|(name, state)| {
            let rule = kind.field(name.base())?.rule;
            let covered: Vec<_> =
                state.heads.iter().filter(|head| covers.contains(&head.edit)).cloned().collect();
            in_conflict(rule, &covered).then_some(name)
        })
    }

    /// Whether it still covers what stands in the record.
    ///
    /// `covers` names content. A signer who names talk as well loses nothing while it stands; once
    /// it is taken away the signature reads as changed, which errs on the side of looking again.
    pub fn standing(&self, record: &Record) -> Standing {
        let covers: BTreeSet<_> = self.covers.iter().copied().collect();
        let mut standing = BTreeSet::new();
        let mut changed = Vec::new();
        let kind = kinds::named(&record.kind);
        for (name, state) in &record.fields {
            standing.extend(state.heads.iter().map(|head| head.edit));
            if kind.is_some_and(|kind| kind.is_talk(name.base())) {
                continue;
            }
            if state.heads.iter().any(|head| !covers.contains(&head.edit)) {
                changed.push(name.clone());
            }
        }
        // A covered head that was only taken away leaves no trace in its field but its absence.
        if changed.is_empty() && covers.difference(&standing).next().is_none() {
            Standing::Current
        } else {
            Standing::ChangedSince(changed)
        }
    }
}
