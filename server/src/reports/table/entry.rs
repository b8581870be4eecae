//! A record's fields as a table needs them: what they say and who says so, read without what a table
//! never shows, since there may be a million of them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use sync_protocol::value::Value;

use crate::error::{Error, Result};
use crate::store::records::RecordRow;

/// What a record says.
#[derive(Debug, serde::Deserialize)]
pub(in crate::reports) struct Entry<'r> {
    /// Its fields in order of name.
    #[serde(borrow)]
    pub(super) fields: Fields<'r>,
}

/// Fields with their heads, in order.
#[derive(Debug)]
pub(super) struct Fields<'r>(Vec<(Cow<'r, str>, Vec<Head<'r>>)>);

/// A value that stands.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Head<'r> {
    /// What it says.
    pub(super) value: Value,
    /// Who said so.
    #[serde(borrow)]
    pub(super) by_name: Cow<'r, str>,
}

impl<'r> Entry<'r> {
    /// Reads the body of a row.
    pub(in crate::reports) fn read(row: &'r RecordRow) -> Result<Self> {
        serde_json::from_str(&row.body).map_err(|error| {
            Error::internal(anyhow::Error::new(error).context(format!("record {} cannot be read", row.id)))
        })
    }

    /// The fields with their heads, of which there is at least one each.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &[Head<'r>])> {
        self.fields.0.iter().map(|(name, heads)| (&**name, heads.as_slice()))
    }

    /// The heads of the plain field `name`, none if it has none.
    pub(super) fn heads(&self, name: &str) -> &[Head<'r>] {
        self.fields().find(|(field, _)| *field == name).map_or(&[], |(_, heads)| heads)
    }

    /// The text that is shown first of the plain field `name`.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.heads(name).first()?.value.as_text()
    }
}

impl<'de: 'r, 'r> Deserialize<'de> for Fields<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

/// A name that is borrowed where nothing in it is escaped.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Name<'r>(#[serde(borrow)] Cow<'r, str>);

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("fields with their heads")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Vec::with_capacity(24);
        while let Some((Name(name), heads)) = map.next_entry::<Name<'de>, Vec<Head<'de>>>()? {
            fields.push((name, heads));
        }
        Ok(Fields(fields))
    }
}
