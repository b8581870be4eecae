//! The records of a county that a table may speak of, and by which names it may speak of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sync_protocol::id::{RecordId, UserId};
use sync_protocol::kinds::{Kind, Type};
use sync_protocol::record::Record;
use sync_protocol::value::Value;
use sync_protocol::withdrawal::Force;

use super::columns::plain_word;
use crate::access::accounts::normal;
use crate::error::{Error, Result};
use crate::store::{Store, Tx, ledger, people, records};
use crate::sync::{heal, standing};

/// A record as it stands.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// The record.
    pub(super) record: Record,
    /// Whether nobody withdrew it.
    pub(super) in_force: bool,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// This record.
    One(RecordId),
    /// None that is in force.
    Nothing,
    /// So many.
    Several(usize),
}

/// The records of a county, of the kinds that are needed.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    /// The county.
    pub(super) county: String,
    /// Where its ledger stood when they were read.
    pub(super) position: u64,
    records: HashMap<RecordId, Known>,
    /// In the order in which they were read.
    order: Vec<RecordId>,
    labels: HashMap<(String, String), BTreeSet<RecordId>>,
    /// The accounts that a zone may name, by the name with which people sign in.
    accounts: BTreeMap<String, UserId>,
}

/// The kinds that somebody needs to read who imports that kind: itself, and what it refers to.
pub(super) fn needed(kind: &'static Kind) -> BTreeSet<&'static str> {
    let mut kinds = BTreeSet::from([kind.name, "division", "school"]);
    for field in kind.fields {
        let parts = if let Type::Object(parts) = field.ty { parts } else { &[] };
        for ty in parts.iter().map(|part| part.ty).chain([field.ty]) {
            if let Type::Ref(kind) = ty {
                kinds.insert(kind);
            }
        }
    }
    if matches!(kind.name, "school" | "zone" | "zone_scheme") {
        kinds.extend(["zone", "zone_scheme"]);
    }
    if matches!(kind.name, "contract" | "equipment_item") {
        kinds.extend(["project", "contract"]);
    }
    kinds
}

/// Open accounts, but those of other counties: whoever imports learns nothing of these.
async fn accounts(tx: &mut Tx, county: &str) -> Result<BTreeMap<String, UserId>> {
    let mut people = people::all(tx).await?;
    people.retain(|person| {
        person.disabled_at.is_none() && person.home_county.as_deref().is_none_or(|home| home == county)
    });
    Ok(people.into_iter().map(|person| (person.username, person.id)).collect())
}

impl Book {
    /// Reads the records of a county of these kinds, all as of one position.
    ///
    /// # Errors
    /// Not found if the county has no ledger here; if a record is damaged beyond repair.
    pub(super) async fn read(store: &Store, county: &str, kinds: &BTreeSet<&'static str>) -> Result<Self> {
        let (book, damaged) = Self::read_whole(store, county, kinds).await?;
        if damaged.is_empty() {
            return Ok(book);
        }
        let first = damaged[0];
        heal::heal(store, damaged).await?;
        let (book, damaged) = Self::read_whole(store, county, kinds).await?;
        if damaged.is_empty() {
            Ok(book)
        } else {
            Err(Error::internal(anyhow::anyhow!(
                "record {first} is damaged on disk; run `siteledger verify`"
            )))
        }
    }

    async fn read_whole(
        store: &Store,
        county: &str,
        kinds: &BTreeSet<&'static str>,
    ) -> Result<(Self, Vec<RecordId>)> {
        let mut tx = store.snapshot().await?;
        let ledgers = ledger::ledgers(&mut tx).await?;
        let ledger =
            ledgers.into_iter().find(|ledger| ledger.county == county).ok_or_else(Error::not_found)?;
        let mut book = Self { county: county.to_owned(), position: ledger.seq, ..Self::default() };
        let mut damaged = Vec::new();
        for kind in kinds {
            let read = records::each_of_kind(&mut tx, county, kind, |found| {
                match found {
                    Ok(row) => book.add(standing::snapshot(&row)?.into_record()),
                    Err(row) => damaged.push(row.record),
                }
                Ok(())
            });
            read.await?;
        }
        book.label_all();
        if kinds.contains("zone") {
            book.accounts = accounts(&mut tx, county).await?;
        }
        Ok((book, damaged))
    }

    /// Takes a record in, or what became of it.
    pub(super) fn add(&mut self, record: Record) {
        let in_force = record.force() != Force::Withdrawn;
        let id = record.id;
        if self.records.insert(id, Known { record, in_force }).is_none() {
            self.order.push(id);
        }
    }

    fn label_all(&mut self) {
        let mut labels = Vec::new();
        for known in self.records.values().filter(|known| known.in_force) {
            let text = |field: &str| {
                let heads = known.record.heads_named(field).iter();
                heads.filter_map(|head| head.value.as_text().map(str::to_owned)).collect::<Vec<_>>()
            };
            for label in self.labels_of(&known.record.kind, &text) {
                labels.push((known.record.kind.clone(), label, known.record.id));
            }
        }
        for (kind, label, id) in labels {
            self.labels.entry((kind, label)).or_default().insert(id);
        }
    }

    /// Lets a record that the file begins be named by what the file says of it.
    pub(super) fn learn(&mut self, kind: &str, id: RecordId, text: &dyn Fn(&str) -> Vec<String>) {
        for label in self.labels_of(kind, text) {
            self.labels.entry((kind.to_owned(), label)).or_default().insert(id);
        }
    }

    /// By which names people call a record of whose fields `text` tells the texts.
    fn labels_of(&self, kind: &str, text: &dyn Fn(&str) -> Vec<String>) -> BTreeSet<String> {
        let mut labels: BTreeSet<String> = BTreeSet::new();
        for name in text("name") {
            match kind {
                "school" => {
                    for township in text("township") {
                        labels.insert(format!("{township}/{name}"));
                        labels.extend(self.division_names(&township).map(|its| format!("{its}/{name}")));
                    }
                }
                "plan" => {
                    for version in text("version") {
                        labels.insert(format!("{name}{version}"));
                        labels.insert(format!("{name}/{version}"));
                        labels.insert(format!("{name}({version})"));
                    }
                }
                "project" => {
                    for school in text("school").iter().filter_map(|school| school.parse().ok()) {
                        labels.insert(format!("{}/{name}", self.name_of(school)));
                    }
                }
                _ => {}
            }
            labels.insert(name);
        }
        labels.extend(["code", "contract_no"].into_iter().flat_map(text));
        labels.into_iter().map(|label| plain_word(&label)).collect()
    }

    fn division_names<'b>(&'b self, code: &'b str) -> impl Iterator<Item = &'b str> {
        let division = self.records.get(&RecordId::natural("division", code));
        division
            .into_iter()
            .flat_map(|known| known.record.heads_named("name"))
            .filter_map(|head| head.value.as_text())
    }

    /// The record of a kind that a text names: by id, code or name.
    pub(super) fn find(&self, kind: &str, text: &str) -> Found {
        if let Some(id) =
            text.parse().ok().filter(|id| self.get(*id).is_some_and(|known| known.record.kind == kind))
        {
            return Found::One(id);
        }
        let found = self.labels.get(&(kind.to_owned(), plain_word(text)));
        match found.map(|found| (found.len(), found.first())) {
            Some((1, Some(id))) => Found::One(*id),
            Some((count, Some(_))) => Found::Several(count),
            _ => Found::Nothing,
        }
    }

    /// The code of the township that a text names, by code (nine digits, or twelve) or by name.
    pub(super) fn township(&self, text: &str) -> Result<String, Found> {
        let plain = plain_word(text);
        if plain.bytes().all(|byte| byte.is_ascii_digit()) {
            // The statistics office writes twelve, the last three for a village.
            return Ok(plain.strip_suffix("000").filter(|code| code.len() == 9).unwrap_or(&plain).to_owned());
        }
        match self.find("division", text) {
            Found::One(id) => {
                let code = self.get(id).and_then(|known| known.record.incumbent("code")?.as_text());
                let code = code.map(|code| code.get(..9).unwrap_or(code));
                code.map(str::to_owned).ok_or(Found::Nothing)
            }
            other => Err(other),
        }
    }

    /// The townships that are known, by code.
    pub(super) fn townships(&self) -> BTreeSet<String> {
        let codes = self.of_kind("division").filter(|known| known.in_force);
        let codes = codes.filter_map(|known| known.record.incumbent("code").and_then(Value::as_text));
        codes.filter_map(|code| code.get(..9)).map(str::to_owned).collect()
    }

    /// Whose account that is.
    pub(super) fn account(&self, username: &str) -> Option<UserId> {
        self.accounts.get(&normal(username)).copied()
    }

    /// By which name that person signs in.
    pub(super) fn username(&self, user: &str) -> Option<&str> {
        let user: UserId = user.parse().ok()?;
        self.accounts.iter().find(|(_, its)| **its == user).map(|(name, _)| name.as_str())
    }

    /// A record.
    pub(super) fn get(&self, id: RecordId) -> Option<&Known> {
        self.records.get(&id)
    }

    /// The records of a kind.
    pub(super) fn of_kind<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = &'b Known> {
        self.order.iter().filter_map(|id| self.records.get(id)).filter(move |known| known.record.kind == kind)
    }

    /// What people call a record.
    pub(super) fn name_of(&self, id: RecordId) -> String {
        let name = self.get(id).and_then(|known| known.record.incumbent("name")?.as_text());
        name.map_or_else(|| id.to_string(), str::to_owned)
    }
}
