//! Where schools, projects and photos are, for a map: RFC 7946, whose positions are WGS-84.

use std::io::Write;

use serde_json::{Map, Value as Json, json};
use sync_protocol::kinds::{Kind, Type};
use sync_protocol::photo::{Datum, PhotoRef, Position};

use super::columns::Reviewed;
use super::entry::{Entry, Head};
use super::legible::Words;
use super::question::{Question, date_field};
use super::reading::{Missing, Page};
use super::rows::is_in;
use super::title::title;
use super::{Table, unwritten};
use crate::error::{Error, Result};
use crate::photos::datum;
use crate::store::records::RecordRow;

/// A collection of features.
pub(super) struct Geojson<W> {
    question: Question,
    sink: W,
    count: u64,
}

impl<W: Write> Geojson<W> {
    /// Begins.
    pub(super) fn begin(question: Question, mut sink: W) -> Result<Self> {
        sink.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[").map_err(unwritten)?;
        Ok(Self { question, sink, count: 0 })
    }
}

impl<W: Write + Send> Table<W> for Geojson<W> {
    fn page(&mut self, page: &Page) -> Result<()> {
        let kind = self.question.kind;
        let others = super::legible::Names::new();
        let words = Words {
            language: self.question.language,
            directory: &page.county.directory,
            others: &others,
            codes: &page.county.codes,
        };
        for row in &page.rows {
            let entry = Entry::read(row)?;
            let reviewed = Reviewed::of(&entry, row)?;
            if !is_in(&self.question, &entry, reviewed.as_ref()) {
                continue;
            }
            let is_withdrawn = reviewed.is_some_and(|reviewed| reviewed.is_withdrawn);
            for (name, heads) in entry.fields() {
                for (place, about) in places(kind, name, heads) {
                    let mut properties = of_record(kind, row, &entry, &words);
                    properties.insert("county_name".into(), page.county.name.clone().into());
                    properties.insert("field".into(), name.into());
                    properties.insert("withdrawn".into(), is_withdrawn.into());
                    properties.extend(about);
                    self.feature(&place, properties)?;
                }
            }
        }
        Ok(())
    }

    fn end(mut self: Box<Self>, missing: &Missing) -> Result<(W, u64)> {
        let note = match missing.count {
            0 => String::new(),
            count => format!(",\"missing\":{count},\"damaged\":{}", json!(missing.records)),
        };
        writeln!(self.sink, "\n]{note}}}").map_err(unwritten)?;
        Ok((self.sink, self.count))
    }
}

impl<W: Write> Geojson<W> {
    fn feature(&mut self, place: &Position, mut properties: Map<String, Json>) -> Result<()> {
        let (lat, lon) = datum::as_wgs84(place, place.datum);
        properties.insert("datum".into(), json!(place.datum));
        if place.datum == Datum::Gcj02 {
            properties.insert("as_taken".into(), json!([place.lon, place.lat]));
        }
        if let Some(accuracy) = place.accuracy_m {
            properties.insert("accuracy_m".into(), accuracy.into());
        }
        let feature = json!({
            "type": "Feature",
            "geometry": { "type": "Point", "coordinates": [rounded(lon), rounded(lat)] },
            "properties": properties,
        });
        let begin: &[u8] = if self.count == 0 { b"\n" } else { b",\n" };
        self.sink.write_all(begin).map_err(unwritten)?;
        self.count += 1;
        serde_json::to_writer(&mut self.sink, &feature).map_err(|error| match error.io_error_kind() {
            Some(kind) => unwritten(kind.into()),
            None => Error::internal(error),
        })
    }
}

/// The places that a field names, each with what is said about it.
fn places<'r>(
    kind: &Kind,
    name: &str,
    heads: &'r [Head<'_>],
) -> impl Iterator<Item = (Position, Map<String, Json>)> + use<'r> {
    let ty = kind.field(name).map(|field| field.ty);
    let is_contested = heads.len() > 1;
    heads.iter().filter_map(move |head| match ty? {
        Type::Position => {
            let mut about = Map::new();
            if is_contested {
                about.insert("in_conflict".into(), true.into());
            }
            Some((Position::read(&head.value).ok()?, about))
        }
        Type::Photo => {
            let photo = PhotoRef::read(&head.value).ok()?;
            let mut about = Map::new();
            about.insert("photo".into(), json!(photo.sha256));
            for (name, said) in [("category", photo.category), ("caption", photo.caption)] {
                about.extend(said.map(|said| (name.to_owned(), Json::from(said))));
            }
            about.extend(photo.taken_at.map(|at| ("taken_at".to_owned(), at.as_str().into())));
            Some((photo.position?, about))
        }
        _ => None,
    })
}

fn of_record(kind: &Kind, row: &RecordRow, entry: &Entry<'_>, words: &Words<'_>) -> Map<String, Json> {
    let mut properties = Map::new();
    let mut say = |name: &str, said: Option<&str>| {
        if let Some(said) = said {
            properties.insert(name.to_owned(), said.into());
        }
    };
    say("kind", Some(kind.name));
    say("record", Some(&row.id.to_string()));
    say("name", title(kind, entry).as_deref());
    say("date", date_field(kind).and_then(|field| entry.text(field.name)));
    say("county", Some(&row.county));
    for (name, id_name, id) in [("school", "school_id", row.school), ("project", "project_id", row.project)] {
        let Some(id) = id else { continue };
        say(name, words.name(id));
        say(id_name, Some(&id.to_string()));
    }
    properties
}

/// To a centimetre.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}
