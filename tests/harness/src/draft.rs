//! Writing as a person does: over what stands on the screen.

use serde_json::json;
use sync_protocol::change::{Change, Edit, FieldName, Stamp};
use sync_protocol::id::{ChangeId, EditId, RecordId};
use sync_protocol::kinds::{self, Kind, Role};
use sync_protocol::record::{Record, Rule};
use sync_protocol::signoff::{self, Verdict};
use sync_protocol::value::Value;

/// A form being filled in, over the record as it is shown.
///
/// A single value takes the place of every value shown for it; an entry of a list or a log stands
/// beside the others.
#[derive(Clone, Debug)]
pub struct Draft {
    kind: String,
    seen: Record,
    edits: Vec<Edit>,
}

impl Draft {
    /// Opens the form over what is seen.
    pub fn over(seen: Record) -> Self {
        Self { kind: seen.kind.clone(), seen, edits: Vec::new() }
    }

    fn declared(&self) -> Option<&'static Kind> {
        kinds::named(&self.kind)
    }

    fn push(mut self, field: FieldName, value: Option<Value>, replaces: Vec<EditId>) -> Self {
        self.edits.push(Edit { field, value, replaces });
        self
    }

    /// Writes into a field: a single value replaces all values seen there, an entry is added.
    #[must_use]
    pub fn set(self, field: &str, value: impl Into<Value>) -> Self {
        let name = name(field);
        let rule = self.declared().map_or(Rule::One, |kind| kind.rule(&name));
        let replaces = match rule {
            Rule::One | Rule::Latest => self.shown(field),
            Rule::Many | Rule::Log | Rule::Sum => Vec::new(),
        };
        self.push(name, Some(value.into()), replaces)
    }

    /// Writes JSON into a field.
    #[must_use]
    pub fn set_json(self, field: &str, value: serde_json::Value) -> Self {
        let value: Value = serde_json::from_value(value).expect("a value of the closed set");
        self.set(field, value)
    }

    /// Writes a value that names exactly those heads, whatever is seen.
    #[must_use]
    pub fn set_over(self, field: &str, value: impl Into<Value>, replaces: &[EditId]) -> Self {
        self.push(name(field), Some(value.into()), replaces.to_vec())
    }

    /// Writes a value beside all others, as one who saw nothing.
    #[must_use]
    pub fn set_blind(self, field: &str, value: impl Into<Value>) -> Self {
        self.set_over(field, value, &[])
    }

    /// Takes away all values seen in a field.
    #[must_use]
    pub fn clear(self, field: &str) -> Self {
        let shown = self.shown(field);
        assert!(!shown.is_empty(), "nothing is shown in {field}");
        self.push(name(field), None, shown)
    }

    /// Takes away one value.
    #[must_use]
    pub fn take_away(self, field: &str, edit: EditId) -> Self {
        self.push(name(field), None, vec![edit])
    }

    /// How many people of a trade were at work.
    #[must_use]
    pub fn crew(self, trade: &str, people: i64) -> Self {
        self.set(&format!("crew/{trade}"), people)
    }

    /// A working day with all that a diary needs.
    #[must_use]
    pub fn working(self, progress: &str) -> Self {
        self.set("work_status", "working")
            .set("weather_am", "晴")
            .set("weather_pm", "多云")
            .set_json("parts", json!({ "part": "主体二层", "axis": "①-⑤" }))
            .set("progress_text", progress)
            .set("supervisor_present", true)
            .set("isolation_ok", true)
            .set("safety_ok", true)
            .set("quality_ok", true)
    }

    /// Signs what is seen.
    #[must_use]
    pub fn sign(self, role: Role, verdict: Verdict, note: Option<&str>) -> Self {
        let talk = [signoff::FIELD, "remarks", "reason"];
        let content = self.seen.fields.iter().filter(|(name, _)| !talk.contains(&name.base()));
        let covers: Vec<_> = content.flat_map(|(_, state)| &state.heads).map(|head| head.edit).collect();
        let mut signoff = json!({ "role": role, "verdict": verdict, "covers": covers });
        if let Some(note) = note {
            signoff["note"] = note.into();
        }
        self.set_json(signoff::FIELD, signoff)
    }

    /// The heads seen in a field.
    pub fn shown(&self, field: &str) -> Vec<EditId> {
        self.seen.heads(&name(field)).iter().map(|head| head.edit).collect()
    }

    /// Whether nothing of the record was seen.
    pub fn is_new(&self) -> bool {
        self.seen.fields.is_empty()
    }

    /// Saves the form as one change.
    pub fn save(self, id: ChangeId, made_at: Stamp) -> Change {
        Change { id, record: self.seen.id, kind: self.kind, made_at, edits: self.edits }
    }
}

/// The id of a project's diary of a day, which every phone computes by itself.
pub fn diary_id(project: RecordId, date: &str) -> RecordId {
    RecordId::natural("diary", &format!("{project}/{date}"))
}

/// A field's name.
pub fn name(field: &str) -> FieldName {
    field.parse().expect("a field name")
}
