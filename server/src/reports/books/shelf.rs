//! Reads the records that a book is made of: of one moment, and of what somebody has in scope.

use std::collections::BTreeSet;

use sync_protocol::id::RecordId;
use sync_protocol::kinds::{self, Kind, Part, Type};
use sync_protocol::record::Record;
use sync_protocol::value::Value;

use crate::error::{Error, Result};
use crate::reports::table::entry::Entry as Outline;
use crate::reports::table::legible::Names;
use crate::reports::table::title::title;
use crate::store::ledger::{self, Entry};
use crate::store::paging::onward;
use crate::store::records::{self, Among, Found, RecordRow, Room};
use crate::store::{Store, Tx};
use crate::sync::scope::ReadScope;
use crate::sync::{heal, sight, standing};

/// How much is read at a time.
const ROOM: Room = Room { records: 256, bytes: 4 * 1024 * 1024 };

/// A record as it stands.
pub(in crate::reports) struct Kept {
    /// Its row.
    pub(in crate::reports) row: RecordRow,
    /// Its kind.
    pub(in crate::reports) kind: &'static Kind,
    /// What it says.
    pub(in crate::reports) record: Record,
}

impl Kept {
    fn of(row: RecordRow) -> Result<Option<Self>> {
        let Some(kind) = kinds::named(&row.kind) else { return Ok(None) };
        let record = standing::snapshot(&row)?.into_record();
        Ok(Some(Self { row, kind, record }))
    }

    /// The text that stands first in a field.
    pub(in crate::reports) fn text(&self, field: &str) -> Option<&str> {
        self.record.incumbent(field)?.as_text()
    }
}

/// The records of one moment.
pub(in crate::reports) struct Shelf<'t> {
    /// The snapshot.
    pub(in crate::reports) tx: &'t mut Tx,
    /// What is in scope.
    pub(in crate::reports) scope: &'t ReadScope,
    /// Where damaged rows can be made anew.
    pub(in crate::reports) healer: Option<&'t Store>,
    /// Records that are left out, since they could not be read.
    pub(in crate::reports) damaged: Vec<RecordId>,
}

impl<'t> Shelf<'t> {
    /// What is in scope of one moment. `tx` must be one snapshot.
    pub(in crate::reports) const fn of(
        tx: &'t mut Tx,
        scope: &'t ReadScope,
        healer: Option<&'t Store>,
    ) -> Self {
        Self { tx, scope, healer, damaged: Vec::new() }
    }

    /// One record of that kind.
    ///
    /// # Errors
    /// Not found if there is none in scope.
    pub(in crate::reports) async fn one(&mut self, kind: &str, id: RecordId) -> Result<Kept> {
        let kept = self.some(std::iter::once(id)).await?.pop();
        kept.filter(|kept| kept.kind.name == kind).ok_or_else(Error::not_found)
    }

    /// The records with these ids that are in scope.
    pub(in crate::reports) async fn some(
        &mut self,
        ids: impl Iterator<Item = RecordId>,
    ) -> Result<Vec<Kept>> {
        let found = records::records(self.tx, ids).await?;
        let mut kept = Vec::with_capacity(found.len());
        for found in found {
            self.take(found, &mut kept).await?;
        }
        Ok(kept)
    }

    /// The records of a kind that belong to a project, in order of the ledger.
    pub(in crate::reports) async fn of_project(
        &mut self,
        county: &str,
        project: RecordId,
        kind: &str,
    ) -> Result<Vec<Kept>> {
        let places = records::places(self.tx, county).await?;
        let its =
            places.iter().filter(|place| place.key.project == Some(project) && self.scope.has(&place.key));
        let its: Vec<_> = its.map(|place| place.id).collect();
        let mut kept = Vec::new();
        for place in its {
            self.all_of(Among::Place(place), kind, &mut kept).await?;
        }
        kept.sort_by_key(|kept| kept.row.first_seq);
        Ok(kept)
    }

    /// The records of a kind of a county, in order of the ledger.
    pub(in crate::reports) async fn of_county(&mut self, county: &str, kind: &str) -> Result<Vec<Kept>> {
        let mut kept = Vec::new();
        self.all_of(Among::County(county), kind, &mut kept).await?;
        kept.sort_by_key(|kept| kept.row.first_seq);
        Ok(kept)
    }

    /// The contracts that name a project.
    pub(in crate::reports) async fn contracts(
        &mut self,
        county: &str,
        project: RecordId,
    ) -> Result<Vec<Kept>> {
        let mut contracts = self.of_county(county, "contract").await?;
        let id = project.to_string();
        contracts.retain(|kept| {
            kept.record.heads_named("projects").iter().any(|head| head.value.as_text() == Some(&id))
        });
        Ok(contracts)
    }

    async fn all_of(&mut self, among: Among<'_>, kind: &str, kept: &mut Vec<Kept>) -> Result<()> {
        let mut after = 0;
        loop {
            let page = records::page_of_kind(self.tx, among, kind, after, ROOM).await?;
            if page.is_empty() {
                return Ok(());
            }
            for found in page {
                let seq = found.as_ref().map_or_else(|damaged| damaged.seq, |row| row.seq);
                after = onward(after, seq)?;
                self.take(found, kept).await?;
            }
        }
    }

    /// Takes in a row that was found; one that is damaged is made anew first where that can be.
    async fn take(&mut self, found: Found, kept: &mut Vec<Kept>) -> Result<()> {
        let row = match found {
            Ok(row) => Some(row),
            Err(damaged) => self.mended(damaged.record).await?,
        };
        if let Some(row) = row.filter(|row| sight::sees(self.scope, row)) {
            kept.extend(Kept::of(row)?);
        }
        Ok(())
    }

    async fn mended(&mut self, record: RecordId) -> Result<Option<RecordRow>> {
        if let Some(store) = self.healer
            && heal::heal(store, vec![record]).await?
        {
            // The snapshot still has the damaged one.
            return records::record(&mut *store.read().await?, record).await;
        }
        tracing::warn!(%record, "a damaged record is left out of a book");
        self.damaged.push(record);
        Ok(None)
    }

    /// All that was ever said of a record.
    pub(in crate::reports) async fn history(&mut self, record: RecordId) -> Result<Vec<Entry>> {
        ledger::history(self.tx, record).await
    }

    /// What is called how that these records refer to, as far as it is in scope.
    pub(in crate::reports) async fn names<'k>(
        &mut self,
        records: impl IntoIterator<Item = &'k Kept>,
    ) -> Result<Names> {
        let referred: BTreeSet<_> = records.into_iter().flat_map(referred).collect();
        let mut names = Names::new();
        for kept in self.some(referred.into_iter()).await? {
            if let Some(name) = title(kept.kind, &Outline::read(&kept.row)?) {
                names.insert(kept.row.id, name);
            }
        }
        Ok(names)
    }
}

/// The records that a record refers to.
fn referred(kept: &Kept) -> Vec<RecordId> {
    let mut ids = Vec::new();
    for (name, state) in &kept.record.fields {
        let Some(field) = kept.kind.field(name.base()) else { continue };
        for head in &state.heads {
            match field.ty {
                Type::Ref(_) => ids.extend(id_in(&head.value)),
                Type::Object(parts) => ids.extend(parts.iter().filter_map(|part| of_part(part, &head.value))),
                _ => {}
            }
        }
    }
    ids
}

fn of_part(part: &Part, value: &Value) -> Option<RecordId> {
    matches!(part.ty, Type::Ref(_)).then(|| id_in(value.part(part.name)?)).flatten()
}

fn id_in(value: &Value) -> Option<RecordId> {
    value.as_text()?.parse().ok()
}
