//! What a photo is evidence of, for a person to judge. It never refuses a photo.
//!
//! Two witnesses speak: the camera, by what it wrote into the bytes, and the device, by what the
//! record says of the photo. Either may be wrong or silent, so both are shown, and the verdict is
//! the more cautious one.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};
use serde::Serialize;
use sync_protocol::id::RecordId;
use sync_protocol::message::Snapshot;
use sync_protocol::photo::{Datum, PhotoRef, Position, Sha256};
use sync_protocol::value::Value;
use utoipa::ToSchema;

use super::{datum, refs};
use crate::error::Result;
use crate::store::Tx;
use crate::store::photos::{self, PhotoRow, Use};
use crate::store::records::PlaceKey;

/// A photo within this distance of the school was taken at the school.
pub const NEAR_M: f64 = 500.0;
/// How many other uses, and how many pictures that look alike, are named.
const MOST_NAMED: usize = 20;
/// How many are looked at to find them.
const MOST_READ: u32 = 500;

/// What one photo of a record is evidence of.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PhotoEvidence {
    /// The photo.
    #[schema(value_type = String)]
    pub sha256: Sha256,
    /// The field of the record that refers to it.
    pub field: String,
    /// Whether its bytes have come.
    pub arrived: bool,
    /// Whether the server has read what is in them.
    pub inspected: bool,
    /// Whether a preview can be shown.
    pub displayable: bool,
    /// What came; absent before it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PhotoFile>,
    /// Whether it was taken on the record's day.
    pub day: DayEvidence,
    /// Whether it was taken at the school.
    pub place: PlaceEvidence,
    /// Other records with the very same picture, as far as they are in the reader's scope.
    pub used_elsewhere: Vec<Elsewhere>,
    /// How many more use it out of the reader's scope.
    pub used_out_of_scope: usize,
    /// Pictures that look nearly the same and that records in the reader's scope use.
    pub nearly_same: Vec<NearlySame>,
    /// How many more there are that are used out of the reader's scope alone.
    pub nearly_same_out_of_scope: usize,
}

/// The bytes of a photo as they came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PhotoFile {
    /// What they are, by their content: `image/jpeg`.
    pub media_type: String,
    /// How many they are.
    pub bytes: u64,
    /// Width and height, before the picture is turned upright.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<(u32, u32)>,
    /// When they came.
    pub received_at: String,
    /// Whether the reader may have them, with all that the camera wrote into them.
    pub open: bool,
}

impl PhotoFile {
    fn of(photo: &PhotoRow) -> Self {
        Self {
            media_type: photo.media_type.clone(),
            bytes: photo.bytes,
            size: photo.size,
            received_at: photo.received_at.rfc3339(),
            // Who reads is known where it is asked for.
            open: false,
        }
    }
}

/// Another record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Elsewhere {
    /// The record.
    #[schema(value_type = String)]
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
}

/// A picture that looks nearly the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NearlySame {
    /// The other picture.
    #[schema(value_type = String)]
    pub sha256: Sha256,
    /// In how many of 256 bits of what they look like the two differ.
    pub distance: u32,
    /// Records with the other picture, as far as they are in the reader's scope; this one too.
    pub used_in: Vec<Elsewhere>,
}

/// Whether a photo was taken on the record's day, by China's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DayEvidence {
    /// What follows from the two readings.
    pub verdict: DayVerdict,
    /// What the camera wrote into the bytes.
    pub camera: Option<TimeReading>,
    /// What the record says of the photo.
    pub device: Option<TimeReading>,
}

/// What follows from the readings of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayVerdict {
    /// Every witness says so.
    OnTheDay,
    /// At least one witness says so.
    AnotherDay,
    /// There is no witness, or the record has no day.
    Unknown,
}

/// When a photo was taken, as one witness says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TimeReading {
    /// As it was written.
    pub taken_at: String,
    /// How many days after the record's day; negative: before.
    pub days_off: Option<i64>,
    /// Whether the time came without an offset, and is taken to be China's.
    pub offset_assumed: bool,
}

/// Whether a photo was taken at the school.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PlaceEvidence {
    /// What follows from the two readings.
    pub verdict: PlaceVerdict,
    /// What the camera wrote into the bytes.
    pub camera: Option<PlaceReading>,
    /// What the record says of the photo.
    pub device: Option<PlaceReading>,
}

/// What follows from the readings of the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlaceVerdict {
    /// Every witness says so.
    AtTheSchool,
    /// At least one witness says so, in whichever system the numbers are.
    Elsewhere,
    /// It depends on which system the numbers are in, or they are too vague to tell.
    Unsure,
    /// There is no witness, or nobody said where the school is.
    Unknown,
}

/// Where a photo was taken, as one witness says.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PlaceReading {
    /// Latitude in degrees, as it was written.
    pub lat: f64,
    /// Longitude in degrees, as it was written.
    pub lon: f64,
    /// How far off it may be, in metres.
    pub accuracy_m: Option<f64>,
    /// How far from the school, in whole metres, if the numbers are in the system that they are
    /// said or supposed to be in.
    pub distance_m: Option<u64>,
    /// How far at least, in whatever system they are.
    pub at_least_m: Option<u64>,
    /// Whether it is known of both positions which system their numbers are in.
    pub datum_known: bool,
}

/// What a photo is held against.
#[derive(Clone, Copy, Debug, Default)]
pub struct Circumstances {
    /// The day that the record is about.
    pub day: Option<NaiveDate>,
    /// Where the school is.
    pub school: Option<Position>,
}

/// What the witnesses say of the time.
pub fn day(reference: &PhotoRef, photo: Option<&PhotoRow>, circumstances: &Circumstances) -> DayEvidence {
    let read = |taken_at: &str| time_reading(taken_at, circumstances.day);
    let camera = photo.and_then(|photo| read(photo.facts.as_ref()?.taken_at.as_deref()?));
    let device = reference.taken_at.as_ref().and_then(|taken_at| read(taken_at.as_str()));
    let readings = [&camera, &device].into_iter().flatten();
    let days_off: Vec<_> = readings.filter_map(|reading| reading.days_off).collect();
    let verdict = match days_off.as_slice() {
        [] => DayVerdict::Unknown,
        days if days.iter().all(|days| *days == 0) => DayVerdict::OnTheDay,
        _ => DayVerdict::AnotherDay,
    };
    DayEvidence { verdict, camera, device }
}

fn time_reading(taken_at: &str, day: Option<NaiveDate>) -> Option<TimeReading> {
    let in_china = FixedOffset::east_opt(8 * 3600)?;
    let with_offset = DateTime::parse_from_rfc3339(taken_at).ok();
    let date = match with_offset {
        Some(time) => time.with_timezone(&in_china).date_naive(),
        None => NaiveDateTime::parse_from_str(taken_at, "%Y-%m-%dT%H:%M:%S").ok()?.date(),
    };
    let days_off = day.map(|day| date.signed_duration_since(day).num_days());
    Some(TimeReading { taken_at: taken_at.to_owned(), days_off, offset_assumed: with_offset.is_none() })
}

/// What the witnesses say of the place.
pub fn place(reference: &PhotoRef, photo: Option<&PhotoRow>, circumstances: &Circumstances) -> PlaceEvidence {
    // GPS measures in WGS-84, but some phones write what their map draws and do not say so.
    let written = photo.and_then(|photo| photo.facts.as_ref()?.position).map(|(lat, lon)| Position {
        lat,
        lon,
        accuracy_m: None,
        datum: Datum::Unknown,
    });
    let camera = written.map(|position| place_reading(&position, circumstances.school));
    let device = reference.position.map(|position| place_reading(&position, circumstances.school));
    let verdicts: Vec<_> = [&camera, &device].into_iter().flatten().filter_map(place_verdict).collect();
    let says = |verdict| verdicts.contains(&verdict);
    let verdict = [PlaceVerdict::Elsewhere, PlaceVerdict::Unsure, PlaceVerdict::AtTheSchool]
        .into_iter()
        .find(|verdict| says(*verdict))
        .unwrap_or(PlaceVerdict::Unknown);
    PlaceEvidence { verdict, camera, device }
}

fn place_reading(position: &Position, school: Option<Position>) -> PlaceReading {
    let distances: Option<Vec<f64>> = school.map(|school| {
        let candidates = |of: &Position| of_each_datum(of);
        let schools = candidates(&school);
        candidates(position)
            .into_iter()
            .flat_map(|one| schools.iter().map(move |other| datum::distance_m(one, *other)))
            .collect()
    });
    let at_least = distances.as_ref().and_then(|all| all.iter().copied().reduce(f64::min));
    let knows = |position: &Position| position.datum != Datum::Unknown;
    PlaceReading {
        lat: position.lat,
        lon: position.lon,
        accuracy_m: position.accuracy_m,
        distance_m: distances.and_then(|all| all.first().map(|metres| metres.round() as u64)),
        at_least_m: at_least.map(|metres| metres.round() as u64),
        datum_known: knows(position) && school.as_ref().is_some_and(knows),
    }
}

/// The position in WGS-84: for each system that its numbers may be in, the likeliest first.
fn of_each_datum(position: &Position) -> Vec<datum::Degrees> {
    let systems: &[Datum] = match position.datum {
        Datum::Wgs84 => &[Datum::Wgs84],
        Datum::Gcj02 => &[Datum::Gcj02],
        Datum::Unknown => &[Datum::Wgs84, Datum::Gcj02],
    };
    systems.iter().map(|system| datum::as_wgs84(position, *system)).collect()
}

fn place_verdict(reading: &PlaceReading) -> Option<PlaceVerdict> {
    let near = NEAR_M + reading.accuracy_m.unwrap_or(0.0);
    Some(if reading.distance_m? as f64 <= NEAR_M {
        PlaceVerdict::AtTheSchool
    } else if reading.at_least_m? as f64 <= near {
        PlaceVerdict::Unsure
    } else {
        PlaceVerdict::Elsewhere
    })
}

/// The day that a record is about, for kinds that are about one.
pub fn day_of(record: &Snapshot) -> Option<NaiveDate> {
    day_among(|field| record.fields.get(&field.parse().ok()?)?.first()?.value.as_text())
}

/// The same, where `says` gives the text that stands first in a plain field.
pub fn day_among<'t>(says: impl Fn(&str) -> Option<&'t str>) -> Option<NaiveDate> {
    let date = |text: &str| text.get(..10)?.parse().ok();
    ["date", "done_on", "arrived_at", "issued_at"].into_iter().find_map(|field| says(field).and_then(date))
}

/// Where a school is, by its record.
pub fn position_of(school: &Snapshot) -> Option<Position> {
    let heads = school.fields.get(&"position".parse().ok()?)?;
    heads.first().map(|head| &head.value).and_then(|value: &Value| Position::read(value).ok())
}

/// What all photos of a record are evidence of. `sees` tells which places the reader has in scope.
pub async fn of_record(
    tx: &mut Tx,
    record: &Snapshot,
    school: Option<Position>,
    sees: impl Fn(&PlaceKey) -> bool,
) -> Result<Vec<PhotoEvidence>> {
    let references: Vec<_> = refs::of(record).collect();
    if references.is_empty() {
        return Ok(Vec::new());
    }
    let hashes = || references.iter().map(|(_, reference)| reference.sha256);
    let rows = photos::photos(tx, hashes()).await?;
    let mut rows: HashMap<_, _> = rows.into_iter().map(|row| (row.sha256, row)).collect();
    // A record opens a photo's bytes or it does not; what was read in them goes the same way.
    let opened = photos::opened(tx, hashes(), Some(record.id)).await?;
    rows.retain(|sha256, _| opened.contains(&(*sha256, record.id)));
    let alike = photos::alike(tx, rows.keys().copied(), MOST_READ).await?;
    let others = alike.values().flatten().map(|(other, _)| *other);
    let mut uses: HashMap<Sha256, Vec<Use>> = HashMap::new();
    for its in photos::uses(tx, hashes().chain(others), MOST_READ).await? {
        uses.entry(its.sha256).or_default().push(its);
    }
    let circumstances = Circumstances { day: day_of(record), school };
    let looked_up = LookedUp { record: record.id, rows: &rows, alike: &alike, uses: &uses };
    Ok(references
        .iter()
        .map(|(field, reference)| looked_up.evidence(field, reference, &circumstances, &sees))
        .collect())
}

/// What was read for all photos of a record at once.
struct LookedUp<'l> {
    record: RecordId,
    rows: &'l HashMap<Sha256, PhotoRow>,
    alike: &'l HashMap<Sha256, Vec<(Sha256, u32)>>,
    uses: &'l HashMap<Sha256, Vec<Use>>,
}

impl LookedUp<'_> {
    fn evidence(
        &self,
        field: &str,
        reference: &PhotoRef,
        circumstances: &Circumstances,
        sees: &impl Fn(&PlaceKey) -> bool,
    ) -> PhotoEvidence {
        let sha256 = reference.sha256;
        let photo = self.rows.get(&sha256).filter(|photo| photo.damaged_at.is_none());
        let facts = photo.and_then(|photo| photo.facts.as_ref());
        let elsewhere = self.uses_of(&sha256).filter(|its| its.record != self.record);
        let (seen, unseen): (Vec<_>, Vec<_>) = elsewhere.partition(|its| sees(&its.place));
        let alike = self.alike.get(&sha256).map_or(&[][..], Vec::as_slice).iter().map(|(other, distance)| {
            let seen = self.uses_of(other).filter(|its| sees(&its.place)).take(MOST_NAMED).map(named);
            NearlySame { sha256: *other, distance: *distance, used_in: seen.collect() }
        });
        let (mut nearly_same, hidden): (Vec<_>, Vec<_>) = alike.partition(|other| !other.used_in.is_empty());
        nearly_same.truncate(MOST_NAMED);
        PhotoEvidence {
            sha256,
            field: field.to_owned(),
            arrived: photo.is_some(),
            inspected: facts.is_some(),
            displayable: facts.is_some_and(|facts| facts.displayable),
            file: photo.map(PhotoFile::of),
            day: day(reference, photo, circumstances),
            place: place(reference, photo, circumstances),
            used_elsewhere: seen.into_iter().take(MOST_NAMED).map(named).collect(),
            used_out_of_scope: unseen.len(),
            nearly_same,
            nearly_same_out_of_scope: hidden.len(),
        }
    }

    fn uses_of(&self, photo: &Sha256) -> impl Iterator<Item = &Use> {
        self.uses.get(photo).into_iter().flatten()
    }
}

fn named(its: &Use) -> Elsewhere {
    Elsewhere { record: its.record, kind: its.kind.clone() }
}

#[cfg(test)]
mod tests {
    use sync_protocol::id::{DeviceId, UserId};
    use uuid::Uuid;

    use super::super::datum::wgs84_to_gcj02;
    use super::*;
    use crate::clock::Moment;
    use crate::store::photos::FactsRow;

    const SCHOOL: (f64, f64) = (25.0495, 116.4203);

    fn photo(taken_at: Option<&str>, position: Option<(f64, f64)>) -> PhotoRow {
        PhotoRow {
            sha256: Sha256::of(b"photo"),
            bytes: 5,
            media_type: "image/jpeg".to_owned(),
            size: Some((4, 3)),
            made_by: UserId(Uuid::nil()),
            device: DeviceId(Uuid::nil()),
            received_at: Moment(0),
            damaged_at: None,
            facts: Some(FactsRow {
                inspected_at: Moment(0),
                orientation: 1,
                taken_at: taken_at.map(str::to_owned),
                position,
                perceptual_hash: None,
                displayable: true,
            }),
        }
    }

    fn reference(taken_at: Option<&str>, position: Option<Position>) -> PhotoRef {
        PhotoRef {
            sha256: Sha256::of(b"photo"),
            category: None,
            caption: None,
            taken_at: taken_at.map(|taken_at| taken_at.parse().unwrap()),
            position,
            contains_minor: None,
            origin: None,
        }
    }

    fn position((lat, lon): (f64, f64), datum: Datum) -> Position {
        Position { lat, lon, accuracy_m: None, datum }
    }

    fn on(date: &str) -> Circumstances {
        Circumstances { day: Some(date.parse().unwrap()), school: None }
    }

    #[test]
    fn the_day_is_told_by_chinas_clock_and_by_the_more_cautious_witness() {
        use DayVerdict::{AnotherDay, OnTheDay, Unknown};
        for (camera, device, verdict) in [
            (Some("2026-03-02T17:41:08+08:00"), None, OnTheDay),
            (Some("2026-03-02T17:41:08"), Some("2026-03-02T09:41:08Z"), OnTheDay),
            // Half past midnight in China is the day before in Greenwich.
            (None, Some("2026-03-01T16:30:00Z"), OnTheDay),
            (None, Some("2026-03-02T16:30:00Z"), AnotherDay),
            (Some("2026-03-01T23:59:59"), None, AnotherDay),
            // An old picture out of the album, said to be of today.
            (Some("2025-11-20T10:00:00+08:00"), Some("2026-03-02T10:00:00+08:00"), AnotherDay),
            (None, None, Unknown),
            (Some("sometime"), None, Unknown),
        ] {
            let found = day(&reference(device, None), Some(&photo(camera, None)), &on("2026-03-02"));
            assert_eq!(found.verdict, verdict, "{camera:?} {device:?}");
        }
        let found =
            day(&reference(None, None), Some(&photo(Some("2026-02-27T08:00:00"), None)), &on("2026-03-02"));
        let camera = found.camera.unwrap();
        assert_eq!((camera.days_off, camera.offset_assumed), (Some(-3), true));
        let without_day = day(
            &reference(None, None),
            Some(&photo(Some("2026-02-27T08:00:00"), None)),
            &Circumstances::default(),
        );
        assert_eq!(without_day.verdict, Unknown, "a record without a day");
        assert!(without_day.camera.is_some(), "what the camera says is shown all the same");
    }

    #[test]
    fn the_place_is_told_with_care_for_the_two_systems() {
        use PlaceVerdict::{AtTheSchool, Elsewhere, Unknown, Unsure};
        let school = |datum| Some(position(SCHOOL, datum));
        let drawn = wgs84_to_gcj02(SCHOOL);
        let far = (25.1495, 116.4203);
        let at = |degrees, datum| reference(None, Some(position(degrees, datum)));
        for (what, reference, school, verdict) in [
            ("at the gate", at((25.0505, 116.4203), Datum::Wgs84), school(Datum::Wgs84), AtTheSchool),
            ("eleven kilometres off", at(far, Datum::Wgs84), school(Datum::Wgs84), Elsewhere),
            ("drawn on a map, and said so", at(drawn, Datum::Gcj02), school(Datum::Wgs84), AtTheSchool),
            ("drawn on a map, said to be measured", at(drawn, Datum::Wgs84), school(Datum::Wgs84), Elsewhere),
            ("drawn on a map, nobody said", at(drawn, Datum::Unknown), school(Datum::Wgs84), Unsure),
            (
                "the school is drawn on a map",
                at(SCHOOL, Datum::Wgs84),
                Some(position(drawn, Datum::Gcj02)),
                AtTheSchool,
            ),
            (
                "the school is who knows how",
                at(SCHOOL, Datum::Wgs84),
                Some(position(drawn, Datum::Unknown)),
                Unsure,
            ),
            ("far in every system", at(far, Datum::Unknown), school(Datum::Unknown), Elsewhere),
            ("nobody knows where the school is", at(SCHOOL, Datum::Wgs84), None, Unknown),
            (
                "nobody knows where it was taken",
                super::tests::reference(None, None),
                school(Datum::Wgs84),
                Unknown,
            ),
        ] {
            let circumstances = Circumstances { day: None, school };
            assert_eq!(place(&reference, None, &circumstances).verdict, verdict, "{what}");
        }
    }

    #[test]
    fn a_vague_position_speaks_neither_for_a_photo_nor_against_it() {
        let circumstances = Circumstances { day: None, school: Some(position(SCHOOL, Datum::Wgs84)) };
        let taken = |lat, accuracy_m| {
            let position =
                Position { accuracy_m: Some(accuracy_m), ..position((lat, 116.4203), Datum::Wgs84) };
            place(&reference(None, Some(position)), None, &circumstances)
        };
        assert!(taken(25.0695, 2000.0).device.unwrap().distance_m.unwrap().abs_diff(2224) < 10);
        for (lat, accuracy_m, verdict) in [
            (25.0695, 2000.0, PlaceVerdict::Unsure),
            (25.0695, 1000.0, PlaceVerdict::Elsewhere),
            (25.0495, 5000.0, PlaceVerdict::AtTheSchool),
            // The next town, by a phone that only knows its mast.
            (25.2495, 30_000.0, PlaceVerdict::Unsure),
        ] {
            assert_eq!(taken(lat, accuracy_m).verdict, verdict, "{lat} ± {accuracy_m} m");
        }
    }

    #[test]
    fn what_the_camera_says_counts_beside_what_the_device_says() {
        let circumstances = Circumstances { day: None, school: Some(position(SCHOOL, Datum::Wgs84)) };
        let elsewhere = photo(None, Some((26.6603, 119.5266)));
        let found =
            place(&reference(None, Some(position(SCHOOL, Datum::Wgs84))), Some(&elsewhere), &circumstances);
        assert_eq!(found.verdict, PlaceVerdict::Elsewhere);
        assert!(!found.camera.unwrap().datum_known, "a camera does not say which system it writes");
    }
}
