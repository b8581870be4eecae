//! What is to be written to one record: each edit names the heads that it replaces.

use std::collections::BTreeMap;

use sync_protocol::change::{Edit, FieldName};
use sync_protocol::id::EditId;
use sync_protocol::kinds::{Field, Type, Unit};
use sync_protocol::record::{Record, Rule};
use sync_protocol::value::Value;
use sync_protocol::withdrawal;

use super::book::Book;
use super::cell;
use super::gather::{Gathered, Given};
use super::identity::Identified;
use super::issue::Issue;
use super::membership;
use super::plan::FieldPlan;
use super::sheet::Address;

/// What is to be written to one record.
pub(super) struct Edits<'b> {
    book: &'b Book,
    /// The record as it stands.
    pub(super) before: &'b Record,
    /// What is written, line by line.
    pub(super) lines: Vec<Edit>,
    /// The same, for people.
    pub(super) fields: Vec<FieldPlan>,
    /// What is wrong.
    pub(super) issues: Vec<Issue>,
}

impl<'b> Edits<'b> {
    /// Nothing yet.
    pub(super) const fn of(book: &'b Book, before: &'b Record) -> Self {
        Self { book, before, lines: Vec::new(), fields: Vec::new(), issues: Vec::new() }
    }

    /// What belongs to a record as such: its county, or that it is put back.
    pub(super) fn begin(&mut self, identified: Identified) {
        let edit = match identified {
            Identified::Existing(_) => return,
            Identified::New(_) => Edit {
                field: known_name("county"),
                value: Some(Value::from(self.book.county.as_str())),
                replaces: Vec::new(),
            },
            Identified::Withdrawn(_) => {
                let heads = self.before.heads_named(withdrawal::FIELD);
                Edit {
                    field: known_name(withdrawal::FIELD),
                    value: None,
                    replaces: heads.iter().map(|head| head.edit).collect(),
                }
            }
        };
        self.lines.push(edit);
    }

    /// Takes in what the rows say.
    pub(super) fn take(&mut self, gathered: Gathered) {
        let Gathered { values, keyed, members, .. } = gathered;
        for (name, given) in values {
            if self.rule(&name) == Rule::Many {
                self.add_to_set(&name, &given);
            } else if let Some(given) = given.into_iter().next() {
                self.replace_all(&name, given.value, Some(given.at));
            }
        }
        for (name, parts) in keyed {
            let at = parts.first().map(|(_, given)| given.at);
            let before = self.before.heads(&name).first().map(|head| &head.value);
            let given = parts.into_iter().filter(|(part, _)| !part.is_empty());
            let value = overlaid(before, given.map(|(part, given)| (part, given.value)));
            let ty = self.field(&name).map(|field| field.ty);
            match ty.map(|ty| ty.check(&value)) {
                Some(Err(refusal)) => {
                    let at = at.unwrap_or(Address { column: 0, row: 1 });
                    self.issues.push(Issue::at(at, refusal.zh, refusal.en));
                }
                _ => self.replace_all(&name, value, at),
            }
        }
        membership::take(self, members);
    }

    fn field(&self, name: &FieldName) -> Option<&'static Field> {
        sync_protocol::kinds::named(&self.before.kind)?.field(name.base())
    }

    fn rule(&self, name: &FieldName) -> Rule {
        self.field(name).map_or(Rule::Many, |field| field.rule)
    }

    /// Puts a value in the place of all that stands, unless it is all that stands.
    fn replace_all(&mut self, name: &FieldName, value: Value, at: Option<Address>) {
        let heads = self.before.heads(name);
        if !heads.is_empty() && heads.iter().all(|head| head.value == value) {
            return;
        }
        let replaced = heads.iter().map(|head| (head.edit, head.value.clone())).collect();
        self.write(name, value, at, replaced);
    }

    /// Adds what is not there; what is there and not in the cell stays.
    fn add_to_set(&mut self, name: &FieldName, given: &[Given]) {
        let mut known: Vec<&Value> = self.before.heads(name).iter().map(|head| &head.value).collect();
        let mut new = Vec::new();
        for given in given {
            if !known.contains(&&given.value) {
                known.push(&given.value);
                new.push(given.clone());
            }
        }
        for given in new {
            self.write(name, given.value, Some(given.at), Vec::new());
        }
    }

    /// Writes a value in the place of what is replaced.
    pub(super) fn write(
        &mut self,
        name: &FieldName,
        value: Value,
        at: Option<Address>,
        replaced: Vec<(EditId, Value)>,
    ) {
        let field = self.field(name);
        let label = field.map_or(name.base(), |field| field.zh);
        let mut old: Vec<String> = Vec::new();
        for (_, value) in &replaced {
            let shown = self.shown(field, value);
            if !old.contains(&shown) {
                old.push(shown);
            }
        }
        self.fields.push(FieldPlan {
            field: name.clone(),
            label: name.key().map_or_else(|| label.to_owned(), |key| format!("{label}/{key}")),
            cell: at.map(|at| at.to_string()),
            old,
            new: self.shown(field, &value),
        });
        let replaces = replaced.into_iter().map(|(edit, _)| edit).collect();
        self.lines.push(Edit { field: name.clone(), value: Some(value), replaces });
    }

    fn shown(&self, field: Option<&Field>, value: &Value) -> String {
        match (field.map(|field| field.ty), value) {
            (Some(Type::Ref(_)), Value::Text(id)) => {
                id.parse().map_or_else(|_| id.clone(), |id| self.book.name_of(id))
            }
            (Some(Type::Object(parts)), Value::Map(given)) => {
                let shown = given.iter().map(|(name, value)| {
                    let part = parts.iter().find(|part| part.name == name);
                    let text = match (part.map(|part| part.ty), value) {
                        (Some(Type::Ref(_)), Value::Text(id)) => {
                            id.parse().map_or_else(|_| id.clone(), |id| self.book.name_of(id))
                        }
                        (Some(Type::User), Value::Text(user)) => {
                            self.book.username(user).unwrap_or(user).to_owned()
                        }
                        (ty, value) => cell::shown(&ty.unwrap_or(Type::Any), None, value),
                    };
                    format!("{}：{text}", part.map_or(name.as_str(), |part| part.zh))
                });
                shown.collect::<Vec<_>>().join("；")
            }
            (ty, value) => {
                let unit: Option<Unit> = field.and_then(|field| field.unit);
                cell::shown(&ty.unwrap_or(Type::Any), unit, value)
            }
        }
    }
}

/// What stood, with what a row says laid over it: an empty cell changes nothing.
pub(super) fn overlaid(before: Option<&Value>, parts: impl Iterator<Item = (&'static str, Value)>) -> Value {
    let mut whole = match before {
        Some(Value::Map(parts)) => parts.clone(),
        _ => BTreeMap::new(),
    };
    whole.extend(parts.map(|(name, value)| (name.to_owned(), value)));
    Value::Map(whole)
}

/// The name of a field that the protocol has.
pub(super) fn known_name(field: &str) -> FieldName {
    field.parse().expect("the protocol's own field names are well formed")
}
