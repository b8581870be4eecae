//! Which photos everybody may see: those of confirmed records, of a category that is meant for it, in
//! which somebody said that no minor can be recognised, and nobody that one can.

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;
use sync_protocol::photo::{PhotoRef, Sha256};
use sync_protocol::record::Record;
use sync_protocol::signoff::{self, Signoff, Standing, Verdict};
use sync_protocol::withdrawal::Force;

use super::{Disclosure, in_force, is_open, not_published};
use crate::error::Result;
use crate::photos::inspect::NEARLY_SAME;
use crate::photos::{evidence, refs};
use crate::store::Tx;
use crate::store::photos::{self, PhotoRow};
use crate::store::records::{self, PlaceKey, RecordRow};
use crate::sync::standing::snapshot;

/// The categories that show works and no people at work.
const CATEGORIES: [&str; 9] =
    ["施工前", "公示牌", "围挡隔离", "关键工序", "形象进度", "到货", "整改后", "竣工全景", "永久标牌"];

/// The kinds whose photos are published, and who confirms them.
const KINDS: [(&str, &[Role]); 4] = [
    ("diary", &[Role::Principal, Role::ProjectOffice, Role::EquipmentStation, Role::InspectionOffice]),
    ("progress_report", OFFICES),
    ("stage_event", OFFICES),
    ("acceptance", OFFICES),
];
const OFFICES: &[Role] = &[Role::ProjectOffice, Role::EquipmentStation, Role::InspectionOffice];

/// How many records of a project are looked through for photos, and how many photos are shown.
const MOST_RECORDS: u32 = 200;
const MOST_SHOWN: usize = 24;
/// A photo to which more records refer is not published: not all of them could be asked about minors.
const MOST_REFERRING: usize = 199;
/// How many pictures that look alike are asked about minors.
const MOST_ALIKE: u32 = 50;

/// A photo on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The photo.
    pub sha256: Sha256,
    /// What it shows.
    pub category: String,
    /// The day that its record is about.
    pub day: Option<NaiveDate>,
}

/// The photos of a record that are fit for everybody, as far as the record itself tells.
fn fit(record: &Record) -> Vec<PhotoRef> {
    let Some((_, confirmers)) = KINDS.iter().find(|(kind, _)| *kind == record.kind) else {
        return Vec::new();
    };
    if record.force() != Force::InForce || !is_confirmed(record, confirmers) {
        return Vec::new();
    }
    let mut fit: Vec<PhotoRef> = Vec::new();
    let mut unfit = BTreeSet::new();
    for state in record.fields.values() {
        for head in &state.heads {
            let Ok(photo) = PhotoRef::read(&head.value) else { continue };
            let is_fit = photo.contains_minor == Some(false)
                && photo.category.as_deref().is_some_and(|category| CATEGORIES.contains(&category));
            if is_fit {
                fit.push(photo);
            } else {
                unfit.insert(photo.sha256);
            }
        }
    }
    fit.retain(|photo| !unfit.contains(&photo.sha256));
    fit
}

/// Whether the last word of those who review is yes, and one of them who may stands by what the record
/// says now.
fn is_confirmed(record: &Record, confirmers: &[Role]) -> bool {
    let heads = record.heads_named(signoff::FIELD).iter();
    let reviews = heads.filter_map(|head| Signoff::read(&head.value).ok());
    let reviews: Vec<_> = reviews.filter(|signoff| signoff.verdict != Verdict::Signed).collect();
    reviews.last().is_some_and(|last| last.verdict != Verdict::Returned)
        && reviews.iter().any(|review| {
            review.verdict != Verdict::Returned
                && confirmers.contains(&review.role)
                && review.standing(record) == Standing::Current
        })
}

impl Disclosure {
    /// A photo that is published now.
    ///
    /// # Errors
    /// Not found if it is not: whether it is here, nobody learns.
    pub async fn photo(&self, sha256: &Sha256) -> Result<PhotoRow> {
        let mut tx = self.store.read().await?;
        let photo = photos::photo(&mut tx, sha256).await?.filter(can_be_shown).ok_or_else(not_published)?;
        let referring = records::referring_to_photo(&mut tx, sha256).await?;
        let opened = photos::opened(&mut tx, std::iter::once(*sha256), None).await?;
        if shows_a_minor(&mut tx, sha256, &referring).await? {
            return Err(not_published());
        }
        for row in referring.iter().filter(|row| opened.contains(&(*sha256, row.id))) {
            let publishes = fit(&snapshot(row)?.into_record()).iter().any(|photo| photo.sha256 == *sha256)
                && is_open(&mut tx, &row.county).await?
                && is_of_a_published_project(&mut tx, row).await?;
            if publishes {
                return Ok(photo);
            }
        }
        Err(not_published())
    }

    /// The photos of a project that are published now, the latest first.
    pub(super) async fn photos_of(
        &self,
        county: &str,
        school: RecordId,
        project: RecordId,
    ) -> Result<Vec<Shown>> {
        let key = PlaceKey {
            county: county.to_owned(),
            office_only: false,
            school: Some(school),
            project: Some(project),
        };
        let place = {
            let standing = self.engine.standing();
            standing.counties.get(county).and_then(|county| county.places.get(&key)).map(|place| place.id)
        };
        let Some(place) = place else { return Ok(Vec::new()) };
        let mut tx = self.store.read().await?;
        let kinds = KINDS.map(|(kind, _)| kind);
        let rows = records::newest_of_place(&mut tx, place, &kinds, MOST_RECORDS).await?;
        let mut found: Vec<(RecordId, Shown)> = Vec::new();
        let mut seen = HashSet::new();
        for row in &rows {
            let snapshot = snapshot(row)?;
            let day = evidence::day_of(&snapshot);
            for photo in fit(&snapshot.into_record()) {
                if seen.insert(photo.sha256) {
                    let category = photo.category.unwrap_or_default();
                    found.push((row.id, Shown { sha256: photo.sha256, category, day }));
                }
            }
        }
        found.sort_by_key(|(_, shown)| std::cmp::Reverse((shown.day, shown.sha256)));
        let mut shown = Vec::new();
        for (record, photo) in found {
            if shown.len() == MOST_SHOWN {
                break;
            }
            if self.is_published(&mut tx, record, &photo.sha256).await? {
                shown.push(photo);
            }
        }
        Ok(shown)
    }

    /// Whether a photo that its record finds fit is published: its bytes are here, and no record says that
    /// it shows a minor.
    async fn is_published(&self, tx: &mut Tx, record: RecordId, sha256: &Sha256) -> Result<bool> {
        let is_here = photos::photo(tx, sha256).await?.as_ref().is_some_and(can_be_shown);
        let opened = photos::opened(tx, std::iter::once(*sha256), Some(record)).await?;
        if !is_here || opened.is_empty() {
            return Ok(false);
        }
        let referring = records::referring_to_photo(tx, sha256).await?;
        Ok(!shows_a_minor(tx, sha256, &referring).await?)
    }
}

/// Whether a picture can be made of it.
fn can_be_shown(photo: &PhotoRow) -> bool {
    photo.damaged_at.is_none() && photo.facts.as_ref().is_some_and(|facts| facts.displayable)
}

/// Whether any record, of any county, says that a minor can be recognised in the photo, or in another
/// that looks nearly the same; or whether that cannot be told.
async fn shows_a_minor(tx: &mut Tx, sha256: &Sha256, referring: &[RecordRow]) -> Result<bool> {
    // As many uses as rows: none of them is damaged, and none was left out.
    let uses = photos::uses(tx, std::iter::once(*sha256), MOST_REFERRING as u32 + 1).await?;
    if uses.len() != referring.len() || referring.len() > MOST_REFERRING {
        return Ok(true);
    }
    for row in referring {
        if refs::shows_minor(&snapshot(row)?, sha256) {
            return Ok(true);
        }
    }
    let alike = photos::alike(tx, std::iter::once(*sha256), MOST_ALIKE).await?;
    let alike = alike.into_values().flatten().filter(|(_, distance)| *distance <= NEARLY_SAME);
    for (other, _) in alike {
        for row in records::referring_to_photo(tx, &other).await? {
            if refs::shows_minor(&snapshot(&row)?, &other) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether the record is about a project that is in force.
async fn is_of_a_published_project(tx: &mut Tx, row: &RecordRow) -> Result<bool> {
    let Some(project) = row.project else { return Ok(false) };
    let found = records::records(tx, std::iter::once(project)).await?;
    let Some(row) = found.into_iter().find_map(std::result::Result::ok) else { return Ok(false) };
    Ok(in_force(&row)?.is_some())
}

#[cfg(test)]
mod tests {
    use sync_protocol::change::{Change, Edit};
    use sync_protocol::id::{ChangeId, DeviceId, UserId};
    use sync_protocol::record::Origin;
    use sync_protocol::value::Value;
    use uuid::Uuid;

    use super::*;

    fn change(number: u128, edits: &[(&str, serde_json::Value)]) -> Change {
        let edit = |(field, value): &(&str, serde_json::Value)| Edit {
            field: field.parse().unwrap(),
            value: Some(serde_json::from_value::<Value>(value.clone()).unwrap()),
            replaces: Vec::new(),
        };
        Change {
            id: ChangeId(Uuid::from_u128(number)),
            record: RecordId(Uuid::from_u128(9)),
            kind: "diary".to_owned(),
            made_at: "2026-03-02T17:41:08+08:00".parse().unwrap(),
            edits: edits.iter().map(edit).collect(),
        }
    }

    fn record(changes: &[Change]) -> Record {
        let mut record = Record::empty(RecordId(Uuid::from_u128(9)), "diary");
        for (seq, change) in (1..).zip(changes) {
            let origin = Origin {
                by: UserId(Uuid::from_u128(1)),
                by_name: "演示".to_owned(),
                device: DeviceId(Uuid::from_u128(1)),
                seq: Some(seq),
            };
            record.apply(change, &origin, |_| false);
        }
        record
    }

    fn photo(number: u8, category: &str, minor: Option<bool>) -> (&'static str, serde_json::Value) {
        let mut photo = serde_json::json!({ "sha256": Sha256([number; 32]), "category": category });
        if let Some(minor) = minor {
            photo["contains_minor"] = minor.into();
        }
        ("photos", photo)
    }

    fn signed(number: u128, role: &str, verdict: &str, covers: &[&Change]) -> Change {
        let covers: Vec<_> =
            covers.iter().flat_map(|change| change.lines().map(|(id, _)| id.to_string())).collect();
        let note = (verdict == "returned").then_some("演示");
        let signoff = serde_json::json!({ "role": role, "verdict": verdict, "note": note, "covers": covers });
        let signoff = match signoff {
            serde_json::Value::Object(parts) => {
                parts.into_iter().filter(|(_, value)| !value.is_null()).collect::<serde_json::Map<_, _>>()
            }
            _ => unreachable!("it is an object"),
        };
        change(number, &[("signoffs", signoff.into())])
    }

    #[test]
    fn a_photo_is_fit_once_it_is_marked_and_its_record_is_confirmed_as_it_stands() {
        let good = || photo(1, "形象进度", Some(false));
        for (what, photos, is_fit) in [
            ("marked", vec![good()], true),
            ("nobody said whether a minor is in it", vec![photo(1, "形象进度", None)], false),
            ("a minor is in it", vec![photo(1, "形象进度", Some(true))], false),
            ("said both ways", vec![good(), photo(1, "形象进度", Some(true))], false),
            ("a meeting", vec![photo(1, "会议", Some(false))], false),
            ("a problem", vec![photo(1, "问题", Some(false))], false),
        ] {
            let content = change(1, &photos);
            let record = record(&[content.clone(), signed(2, "principal", "confirmed", &[&content])]);
            assert_eq!(!fit(&record).is_empty(), is_fit, "{what}");
        }
        let content = change(1, &[good()]);
        let more = change(3, &[("progress_text", "演示".into())]);
        let sign = |role, verdict| signed(2, role, verdict, &[&content]);
        for (what, changes, is_fit) in [
            ("nobody signed", vec![content.clone()], false),
            ("the team signed its own", vec![content.clone(), sign("school_team", "confirmed")], false),
            ("the author stands by it", vec![content.clone(), sign("principal", "signed")], false),
            ("the office approved", vec![content.clone(), sign("project_office", "approved")], true),
            ("returned", vec![content.clone(), sign("principal", "returned")], false),
            ("changed since", vec![content.clone(), sign("principal", "confirmed"), more.clone()], false),
            (
                "returned after it was confirmed",
                vec![
                    content.clone(),
                    sign("principal", "confirmed"),
                    signed(4, "project_office", "returned", &[&content]),
                ],
                false,
            ),
            (
                "withdrawn",
                vec![
                    content.clone(),
                    sign("principal", "confirmed"),
                    change(5, &[("withdrawn", "记错".into())]),
                ],
                false,
            ),
        ] {
            assert_eq!(!fit(&record(&changes)).is_empty(), is_fit, "{what}");
        }
    }
}
