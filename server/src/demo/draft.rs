//! A change in the making. Its ids follow from what it is about, so that loading it again is a
//! duplicate and no second record.

use chrono::{DateTime, FixedOffset};
use sync_protocol::change::{Change, Edit, FieldName, Stamp};
use sync_protocol::id::{ChangeId, EditId, RecordId};
use sync_protocol::kinds::Role;
use sync_protocol::signoff::{Signoff, Verdict};
use sync_protocol::value::Value;
use uuid::Uuid;

/// The id of something of the demonstration: always the same for the same name.
pub(super) fn demo_id(name: &str) -> Uuid {
    let namespace = Uuid::new_v5(&Uuid::NAMESPACE_DNS, b"demo.siteledger");
    Uuid::new_v5(&namespace, name.as_bytes())
}

/// The id of a record that has no natural one.
pub(super) fn demo_record(name: &str) -> RecordId {
    RecordId(demo_id(name))
}

/// A change in the making.
#[derive(Clone, Debug)]
pub(super) struct Draft(Change);

impl Draft {
    /// Begins the change `step` of a record.
    pub(super) fn new(kind: &str, record: RecordId, step: &str, made_at: DateTime<FixedOffset>) -> Self {
        Self(Change {
            id: ChangeId(demo_id(&format!("{record}/{step}"))),
            record,
            kind: kind.to_owned(),
            made_at: Stamp::from(made_at),
            edits: Vec::new(),
        })
    }

    /// Adds a value.
    #[must_use]
    pub(super) fn set(self, field: &str, value: impl Into<Value>) -> Self {
        self.replace(field, value, Vec::new())
    }

    /// Adds a value in place of heads that the author saw.
    #[must_use]
    pub(super) fn replace(mut self, field: &str, value: impl Into<Value>, replaces: Vec<EditId>) -> Self {
        let field: FieldName = field.parse().expect("the demonstration's field names are well formed");
        self.0.edits.push(Edit { field, value: Some(value.into()), replaces });
        self
    }

    /// Adds a signature over everything that these changes say.
    #[must_use]
    pub(super) fn sign(self, role: Role, verdict: Verdict, note: Option<&str>, covers: &[&Change]) -> Self {
        // What another of them replaced no longer stands, and nobody signs it.
        let replaced: Vec<_> =
            covers.iter().flat_map(|change| &change.edits).flat_map(|e| &e.replaces).collect();
        let all = covers.iter().flat_map(|change| change.lines().map(|(id, _)| id));
        let covers = all.filter(|id| !replaced.contains(&id)).collect();
        let signoff =
            Signoff { role, verdict, note: note.map(str::to_owned), covers, name: None, drawing: None };
        let value = serde_json::to_value(signoff).and_then(serde_json::from_value::<Value>);
        self.set("signoffs", value.expect("a signature is a value"))
    }

    /// The change.
    pub(super) fn done(self) -> Change {
        self.0
    }
}

/// The edit by which a change sets a field.
pub(super) fn edit_of(change: &Change, field: &str) -> Option<EditId> {
    change.lines().find(|(_, edit)| edit.field.as_str() == field).map(|(id, _)| id)
}

/// A reference to a record, as a value.
pub(super) fn refer(record: RecordId) -> Value {
    Value::from(record.to_string())
}
