//! What somebody may look at: a record with its history, a photo.

use std::collections::HashMap;

use sync_protocol::id::RecordId;
use sync_protocol::message::Snapshot;
use sync_protocol::photo::{Position, Sha256};

use super::engine::Engine;
use super::scope::ReadScope;
use super::{heal, official, standing};
use crate::access::actor::Actor;
use crate::access::policy;
use crate::error::{Error, Kind, Result};
use crate::photos::evidence::{self, PhotoEvidence};
use crate::photos::refs;
use crate::store::Tx;
use crate::store::ledger::{self, Entry};
use crate::store::photos::{self, PhotoRow};
use crate::store::records::{self, PlaceKey, RecordRow};

/// A record as it stands, whole, with everything that was ever said of it.
#[derive(Debug)]
pub struct Sighting {
    /// Where it is kept.
    pub row: RecordRow,
    /// As it stands, every sibling of every field.
    pub snapshot: Snapshot,
    /// Its entries in the ledger, in order: a page of them.
    pub history: Vec<Entry>,
    /// The number after which there are more.
    pub next: Option<u64>,
    /// What its photos are evidence of.
    pub photos: Vec<PhotoEvidence>,
    /// Its official number, if its kind is numbered.
    pub number: Option<String>,
}

impl Engine {
    /// A record that somebody has in scope, with up to `limit` entries of its history after number
    /// `after`.
    ///
    /// # Errors
    /// Not found if there is none, or it is out of scope: nobody learns which.
    pub async fn record(&self, actor: &Actor, id: RecordId, after: u64, limit: u32) -> Result<Sighting> {
        let seen = self.look_at_record(actor, id, after, limit).await;
        let seen = match seen.as_ref().err().and_then(damaged) {
            Some(record) if heal::heal(&self.store, vec![record]).await? => {
                self.look_at_record(actor, id, after, limit).await
            }
            _ => seen,
        };
        let mut seen = seen?;
        self.tell_originals(actor, &mut seen).await?;
        Ok(seen)
    }

    /// Says of each photo whether this person may have its original, as asking for it would.
    async fn tell_originals(&self, actor: &Actor, seen: &mut Sighting) -> Result<()> {
        let may_all = self.may_read_minors_originals_of(actor, &seen.row);
        for photo in &mut seen.photos {
            if let Some(file) = &mut photo.file {
                file.open = may_all || self.photo(actor, &photo.sha256, Wanted::Original).await.is_ok();
            }
        }
        Ok(())
    }

    /// The official numbers of all records of a kind in these counties.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn numbers(
        &self,
        counties: impl Iterator<Item = &str>,
        kind: &str,
    ) -> Result<HashMap<RecordId, String>> {
        let mut tx = self.store.snapshot().await?;
        let mut numbers = HashMap::new();
        for county in counties {
            let name = self.county_name(county);
            numbers.extend(official::numbers(&mut tx, county, &name, kind).await?);
        }
        Ok(numbers)
    }

    fn county_name(&self, county: &str) -> String {
        let standing = self.standing();
        standing.counties.get(county).map_or_else(|| county.to_owned(), |county| county.ledger.name.clone())
    }

    /// Whether somebody may have the originals of a record's photos whoever is recognised in them.
    fn may_read_minors_originals_of(&self, actor: &Actor, row: &RecordRow) -> bool {
        let now = self.clock.now();
        let standing = self.standing();
        let county = standing.counties.get(&row.county);
        let place = county.map(|county| county.place(row.school, row.project, standing::day(now)));
        place.is_some_and(|place| policy::may_read_minors_original(actor, now, &place))
    }

    async fn look_at_record(&self, actor: &Actor, id: RecordId, after: u64, limit: u32) -> Result<Sighting> {
        let scope = self.read_scope(actor, self.clock.now());
        let mut tx = self.store.snapshot().await?;
        let row = records::record(&mut tx, id).await?.filter(|row| sees(&scope, row));
        let row = row.ok_or_else(Error::not_found)?;
        let snapshot = standing::snapshot(&row)?;
        let (history, is_more) = ledger::history_page(&mut tx, id, after, limit).await?;
        let next = history.last().map(|entry| entry.seq).filter(|_| is_more);
        let school = school_position(&mut tx, &row).await?;
        let photos = evidence::of_record(&mut tx, &snapshot, school, |place| scope.has(place)).await?;
        let county = self.county_name(&row.county);
        let number = official::number(&mut tx, &row, &county).await?;
        Ok(Sighting { row, snapshot, history, next, photos, number })
    }
}

/// What somebody wants to see of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Its bytes as they came.
    Original,
    /// What is rendered from it.
    Picture,
}

impl Engine {
    /// Finds a photo, if this person may see it: who brought it, and who has a record in scope that
    /// opens it. To everybody else it is not there. What opens a photo stands in photos/safety.rs.
    ///
    /// # Errors
    /// Not found, or `original_restricted` if a minor can be recognised in it.
    pub async fn photo(&self, actor: &Actor, sha256: &Sha256, wanted: Wanted) -> Result<PhotoRow> {
        let mut tx = self.store.read().await?;
        let photo = photos::photo(&mut tx, sha256).await?.ok_or_else(Error::not_found)?;
        if photos::is_brought_by(&mut tx, sha256, actor.user).await? {
            return Ok(photo);
        }
        let referring = records::referring_to_photo(&mut tx, sha256).await?;
        let now = self.clock.now();
        let scope = self.read_scope(actor, now);
        let opening = photos::opened(&mut tx, std::iter::once(*sha256), None).await?;
        let opens = |row: &RecordRow| opening.contains(&(*sha256, row.id)) && sees(&scope, row);
        let seen: Vec<_> = referring.iter().filter(|row| opens(row)).collect();
        if seen.is_empty() {
            return Err(Error::not_found());
        }
        if wanted == Wanted::Picture {
            return Ok(photo);
        }
        // One record that says so is enough, in scope or not.
        let mut shows_minor = false;
        for row in &referring {
            shows_minor |= refs::shows_minor(&standing::snapshot(row)?, sha256);
        }
        let standing = self.standing();
        let may_all_the_same = || {
            seen.iter().any(|row| {
                let county = standing.counties.get(&row.county);
                let place = county.map(|county| county.place(row.school, row.project, standing::day(now)));
                place.is_some_and(|place| policy::may_read_minors_original(actor, now, &place))
            })
        };
        if shows_minor && !may_all_the_same() {
            return Err(minor());
        }
        Ok(photo)
    }
}

fn minor() -> Error {
    Error::new(
        Kind::Forbidden,
        MINOR,
        "照片中可辨认出未成年人，原图仅限学校、改薄办、督导室、审计和市级查看；可以查看预览图",
        "a minor can be recognised in this photo: the original is for the school and the supervising offices; the preview can be seen",
    )
}

/// The code of the failure to see the original of a photo in which a minor can be recognised.
pub const MINOR: &str = "original_restricted";

/// The record whose damaged row is why something failed, if that is why.
fn damaged(error: &Error) -> Option<RecordId> {
    error.context.as_ref()?.downcast_ref::<records::Damaged>().map(|damaged| damaged.record)
}

/// Where the record's school is, if somebody said so.
async fn school_position(tx: &mut Tx, row: &RecordRow) -> Result<Option<Position>> {
    let Some(school) = row.school else { return Ok(None) };
    let Some(school) = records::record(tx, school).await? else { return Ok(None) };
    Ok(evidence::position_of(&standing::snapshot(&school)?))
}

/// Whether a record is in that scope.
pub fn sees(scope: &ReadScope, row: &RecordRow) -> bool {
    let office_only = sync_protocol::kinds::named(&row.kind)
        .is_none_or(|kind| kind.audience == sync_protocol::kinds::Audience::Office);
    scope.has(&PlaceKey { county: row.county.clone(), office_only, school: row.school, project: row.project })
}
