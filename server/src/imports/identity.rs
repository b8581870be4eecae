//! Which record a row is about: by official code where there is one, else by name within its school
//! or county. Where that is not one record for certain, the row says so and nothing is done.

use std::collections::HashMap;

use sync_protocol::id::RecordId;
use sync_protocol::kinds::Identity;
use sync_protocol::record::Record;

use super::book::Book;
use super::columns::{Table, plain_word};

/// Which record a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Identified {
    /// One that stands.
    Existing(RecordId),
    /// One that was withdrawn, and is to be put back.
    Withdrawn(RecordId),
    /// One that is not there yet.
    New(RecordId),
}

impl Identified {
    /// The record.
    pub(super) const fn id(self) -> RecordId {
        match self {
            Self::Existing(id) | Self::Withdrawn(id) | Self::New(id) => id,
        }
    }
}

/// Why it cannot be told which record a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unclear {
    /// Nothing in the row names it.
    Nameless,
    /// It fits so many.
    Several {
        /// The field that says too little.
        field: &'static str,
        /// How many.
        count: usize,
    },
    /// It fits one by name that has another code.
    OtherCode {
        /// The field that differs.
        field: &'static str,
        /// What stands there.
        stands: String,
    },
}

/// The fields of a row that tell which record it is about.
pub(super) type Said = HashMap<&'static str, String>;

/// Parts the texts of a key, since names may hold any mark that people write.
const BETWEEN: char = '\u{1f}';

/// The records of a kind by what tells them apart.
pub(super) struct Register<'b> {
    book: &'b Book,
    table: &'b Table,
    /// For each key: by all its texts together.
    whole: Vec<HashMap<String, Vec<RecordId>>>,
    /// For each key: by the one field that a row of it always has.
    anchored: Vec<HashMap<String, Vec<RecordId>>>,
}

fn anchor(key: &[&'static str]) -> &'static str {
    if key.contains(&"name") { "name" } else { key[0] }
}

fn texts(record: &Record, field: &str) -> Vec<String> {
    record.heads_named(field).iter().filter_map(|head| head.value.as_text().map(plain_word)).collect()
}

impl<'b> Register<'b> {
    /// The records of the table's kind that are in force.
    pub(super) fn of(book: &'b Book, table: &'b Table) -> Self {
        let (mut whole, mut anchored) = (Vec::new(), Vec::new());
        for key in table.keys {
            let (mut by_all, mut by_anchor) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
            for known in book.of_kind(table.kind.name).filter(|known| known.in_force) {
                for text in texts(&known.record, anchor(key)) {
                    by_anchor.entry(text).or_default().push(known.record.id);
                }
                for whole in every_reading(&known.record, key) {
                    by_all.entry(whole).or_default().push(known.record.id);
                }
            }
            whole.push(by_all);
            anchored.push(by_anchor);
        }
        Self { book, table, whole, anchored }
    }

    /// Which record a row is about that says `said`.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub(super) fn identify(&self, said: &Said) -> Result<Identified, Unclear> {
        if let Identity::Natural([field]) = self.table.kind.identity {
            let code = said.get(field).ok_or(Unclear::Nameless)?;
            let id = RecordId::natural(self.table.kind.name, code);
            return Ok(match self.book.get(id) {
                Some(known) if known.in_force => Identified::Existing(id),
                Some(_) => Identified::Withdrawn(id),
                None => Identified::New(id),
            });
        }
        for (at, key) in self.table.keys.iter().enumerate() {
            if !said.contains_key(anchor(key)) {
                continue;
            }
            let mut fitting = self.fitting(at, said);
            // A name does not outweigh a code that differs.
            if let Some(code) = self.code_before(at).filter(|code| said.contains_key(*code)) {
                let other = fitting.iter().find_map(|id| self.texts_of(*id, code).first().cloned());
                fitting.retain(|id| self.texts_of(*id, code).is_empty());
                if let Some(stands) = other.filter(|_| fitting.is_empty()) {
                    return Err(Unclear::OtherCode { field: code, stands });
                }
            }
            match fitting.as_slice() {
                [] => {}
                [one] => return Ok(Identified::Existing(*one)),
                several => return Err(Unclear::Several { field: anchor(key), count: several.len() }),
            }
        }
        self.begun(said)
    }

    /// The code by which it would have been found already, were it the same.
    fn code_before(&self, at: usize) -> Option<&'static str> {
        (at > 0).then(|| self.table.keys[0][0])
    }

    fn texts_of(&self, id: RecordId, field: &str) -> Vec<String> {
        self.book.get(id).map_or_else(Vec::new, |known| texts(&known.record, field))
    }

    /// The records that a row fits by one key; what the row leaves out fits anything.
    fn fitting(&self, at: usize, said: &Said) -> Vec<RecordId> {
        let key = self.table.keys[at];
        let says = |field: &str| said.get(field).map(|text| plain_word(text));
        if key.iter().all(|field| said.contains_key(field)) {
            return self.whole[at].get(&joined(key, says)).cloned().unwrap_or_default();
        }
        let Some(name) = says(anchor(key)) else { return Vec::new() };
        let candidates = self.anchored[at].get(&name).map_or(&[][..], Vec::as_slice);
        let fits = |id: &&RecordId| {
            key.iter().all(|field| says(field).is_none_or(|text| self.texts_of(**id, field).contains(&text)))
        };
        candidates.iter().filter(fits).copied().collect()
    }

    /// The id of a record that is not there: it follows from the county, the kind and the key, so that
    /// two people who begin the same thing, or one who does it twice, meet in one record.
    fn begun(&self, said: &Said) -> Result<Identified, Unclear> {
        let mut keys = self.table.keys.iter().filter(|key| said.contains_key(anchor(key)));
        let key = keys.next().ok_or(Unclear::Nameless)?;
        let named = joined(key, |field| said.get(field).map(|text| plain_word(text)));
        let kind = self.table.kind.name;
        let mut turn = 1;
        loop {
            let id = RecordId::natural("import", &format!("{}/{kind}/{named}/{turn}", self.book.county));
            let Some(known) = self.book.get(id) else { return Ok(Identified::New(id)) };
            let is_the_same = key.iter().all(|field| {
                said.get(field).is_none_or(|text| texts(&known.record, field).contains(&plain_word(text)))
            });
            if !known.in_force && is_the_same {
                return Ok(Identified::Withdrawn(id));
            }
            // It was begun under this name and is called otherwise now.
            turn += 1;
        }
    }

    /// Records that are called the same, wherever they are.
    pub(super) fn namesakes(&self, said: &Said) -> usize {
        let at = self.table.keys.len() - 1;
        let name = said.get("name").map(|name| plain_word(name));
        name.and_then(|name| self.anchored[at].get(&name)).map_or(0, Vec::len)
    }
}

/// The texts of a key together, one for each way to read a record about which people differ.
fn every_reading(record: &Record, key: &[&'static str]) -> Vec<String> {
    let mut readings = vec![String::new()];
    for (at, field) in key.iter().enumerate() {
        let mut texts = texts(record, field);
        texts.dedup();
        if texts.is_empty() {
            texts.push(String::new());
        }
        let between = if at == 0 { String::new() } else { BETWEEN.to_string() };
        let longer = readings.iter().flat_map(|reading| {
            texts.iter().map(|text| format!("{reading}{between}{text}")).collect::<Vec<_>>()
        });
        readings = longer.take(16).collect();
    }
    readings
}

fn joined(key: &[&'static str], text: impl Fn(&str) -> Option<String>) -> String {
    let texts: Vec<_> = key.iter().map(|field| text(field).unwrap_or_default()).collect();
    texts.join(&BETWEEN.to_string())
}
