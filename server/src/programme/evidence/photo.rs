//! What is doubtful about a photo, from what it is evidence of.

use sync_protocol::id::RecordId;
use sync_protocol::photo::{Datum, Position};

use super::doubt::{Doubt, Numbers, Reason};
use crate::photos::datum::{self, gcj02_to_wgs84};
use crate::photos::evidence::{DayVerdict, NEAR_M, PhotoEvidence, PlaceReading, PlaceVerdict};
use crate::store::photos::Use;

/// A photo that another record has too, or one that looks like it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'s> {
    /// The other use.
    pub(super) its: &'s Use,
    /// In how many bits the two differ; 0: it is the same.
    pub(super) bits: u32,
    /// Whether the reviewer may know of the record.
    pub(super) in_scope: bool,
}

/// Whose photo it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner<'o> {
    pub(super) record: RecordId,
    pub(super) kind: &'o str,
    pub(super) project: Option<RecordId>,
    /// Where its school is.
    pub(super) school: Option<Position>,
}

/// All that is doubtful about a photo of a record.
pub(super) fn doubts(photo: &PhotoEvidence, owner: Owner<'_>, seen: &[Seen<'_>]) -> Vec<Doubt> {
    let mut doubts: Vec<_> = [day(photo), place(photo, owner.school)].into_iter().flatten().collect();
    doubts.extend(elsewhere(owner, seen));
    for doubt in &mut doubts {
        doubt.photo = Some(photo.sha256);
    }
    doubts
}

/// The witness that is further off speaks.
fn day(photo: &PhotoEvidence) -> Option<Doubt> {
    if photo.day.verdict != DayVerdict::AnotherDay {
        return None;
    }
    let readings = [&photo.day.camera, &photo.day.device].into_iter().flatten();
    let days_off = readings.filter_map(|reading| reading.days_off).max_by_key(|days| days.abs())?;
    Some(Doubt::new(Reason::PhotoOtherDay, Numbers { days_off: Some(days_off), ..Numbers::default() }))
}

/// The witness that is further off speaks. Where it is not known in which system the numbers are, or the
/// shift of Chinese maps would bring them to the school, that is said beside it. A position that is only
/// vague is no doubt.
fn place(photo: &PhotoEvidence, school: Option<Position>) -> Option<Doubt> {
    let readings = [&photo.place.camera, &photo.place.device].into_iter().flatten();
    let far = |reading: &&PlaceReading| reading.distance_m.is_some_and(|metres| metres as f64 > NEAR_M);
    let reading = readings.filter(far).max_by_key(|reading| reading.distance_m)?;
    let explained = !reading.datum_known && reading.at_least_m.is_some_and(|metres| metres as f64 <= NEAR_M)
        || school.is_some_and(|school| is_shifted(reading, &school));
    let is_doubtful = match photo.place.verdict {
        PlaceVerdict::Elsewhere => true,
        PlaceVerdict::Unsure => explained,
        PlaceVerdict::AtTheSchool | PlaceVerdict::Unknown => false,
    };
    let numbers =
        Numbers { distance_m: reading.distance_m, shift_explains: Some(explained), ..Numbers::default() };
    is_doubtful.then(|| Doubt::new(Reason::PhotoFar, numbers))
}

/// Whether the photo was taken at the school if one of the two positions is in the other system than it is
/// said to be in.
fn is_shifted(reading: &PlaceReading, school: &Position) -> bool {
    let taken = (reading.lat, reading.lon);
    let there = (school.lat, school.lon);
    let known =
        datum::as_wgs84(school, if school.datum == Datum::Gcj02 { Datum::Gcj02 } else { Datum::Wgs84 });
    let near = |one, other| datum::distance_m(one, other) <= NEAR_M;
    near(gcj02_to_wgs84(taken), known) || near(taken, gcj02_to_wgs84(there)) || near(taken, there)
}

/// A finding and its rectification show the same photo, and so do a diary and the finding that came of it.
/// Two diaries do not, nor two projects.
fn elsewhere(owner: Owner<'_>, seen: &[Seen<'_>]) -> Vec<Doubt> {
    let counts = |seen: &&Seen<'_>| {
        seen.its.record != owner.record
            && (seen.its.kind == owner.kind || seen.its.place.project != owner.project)
    };
    let mut doubts = Vec::new();
    for (reason, is_same) in [(Reason::PhotoUsedElsewhere, true), (Reason::PhotoNearlySame, false)] {
        let those: Vec<_> = seen.iter().filter(counts).filter(|seen| (seen.bits == 0) == is_same).collect();
        let Some(bits) = those.iter().map(|seen| seen.bits).min() else { continue };
        let mut records: Vec<_> = those.iter().map(|seen| seen.its.record).collect();
        records.sort_unstable();
        records.dedup();
        let mut known: Vec<_> =
            those.iter().filter(|seen| seen.in_scope).map(|seen| seen.its.record).collect();
        known.sort_unstable();
        known.dedup();
        known.truncate(super::MOST_NAMED);
        let numbers = Numbers {
            others: Some(records.len()),
            distance_bits: (!is_same).then_some(bits),
            ..Numbers::default()
        };
        doubts.push(Doubt { others: known, ..Doubt::new(reason, numbers) });
    }
    doubts
}

#[cfg(test)]
mod tests {
    use sync_protocol::photo::Sha256;
    use uuid::Uuid;

    use super::*;
    use crate::photos::datum::wgs84_to_gcj02;
    use crate::photos::evidence::{DayEvidence, PlaceEvidence, TimeReading};
    use crate::store::records::PlaceKey;

    const SCHOOL: (f64, f64) = (25.0495, 116.4203);

    fn school(datum: Datum) -> Position {
        Position { lat: SCHOOL.0, lon: SCHOOL.1, accuracy_m: None, datum }
    }

    fn photo(days_off: Option<i64>, place: Option<(PlaceVerdict, PlaceReading)>) -> PhotoEvidence {
        let reading = days_off.map(|days| TimeReading {
            taken_at: String::new(),
            days_off: Some(days),
            offset_assumed: false,
        });
        let verdict = match days_off {
            None => DayVerdict::Unknown,
            Some(0) => DayVerdict::OnTheDay,
            Some(_) => DayVerdict::AnotherDay,
        };
        let (verdict_of_place, reading_of_place) =
            place.map_or((PlaceVerdict::Unknown, None), |(verdict, reading)| (verdict, Some(reading)));
        PhotoEvidence {
            sha256: Sha256([7; 32]),
            field: "photos".to_owned(),
            arrived: true,
            inspected: true,
            displayable: true,
            file: None,
            day: DayEvidence { verdict, camera: reading, device: None },
            place: PlaceEvidence { verdict: verdict_of_place, camera: None, device: reading_of_place },
            used_elsewhere: Vec::new(),
            used_out_of_scope: 0,
            nearly_same: Vec::new(),
            nearly_same_out_of_scope: 0,
        }
    }

    fn id(number: u128) -> RecordId {
        RecordId(Uuid::from_u128(number))
    }

    fn owner(school: Option<Position>) -> Owner<'static> {
        Owner { record: id(1), kind: "diary", project: Some(id(2)), school }
    }

    #[test]
    fn a_photo_of_another_day_says_how_many_days_off() {
        for (days, expected) in [(None, None), (Some(0), None), (Some(-3), Some(-3)), (Some(2), Some(2))] {
            let found = doubts(&photo(days, None), owner(None), &[]);
            assert_eq!(found.first().and_then(|doubt| doubt.numbers.days_off), expected, "{days:?}");
        }
    }

    #[test]
    fn a_photo_far_off_says_how_far_and_whether_the_maps_explain_it() {
        let reading = |(lat, lon): (f64, f64), distance_m, at_least_m, datum_known| PlaceReading {
            lat,
            lon,
            accuracy_m: None,
            distance_m: Some(distance_m),
            at_least_m: Some(at_least_m),
            datum_known,
        };
        let drawn = wgs84_to_gcj02(SCHOOL);
        for (what, verdict, reading, expected) in [
            ("at the gate", PlaceVerdict::AtTheSchool, reading(SCHOOL, 10, 10, true), None),
            (
                "eleven kilometres off",
                PlaceVerdict::Elsewhere,
                reading((25.1495, 116.4203), 11_119, 10_600, false),
                Some((11_119, false)),
            ),
            (
                "nobody said which system",
                PlaceVerdict::Unsure,
                reading(drawn, 567, 3, false),
                Some((567, true)),
            ),
            (
                "a map's numbers said to be measured",
                PlaceVerdict::Elsewhere,
                reading(drawn, 567, 567, true),
                Some((567, true)),
            ),
            ("only vague", PlaceVerdict::Unsure, reading((25.0695, 116.4203), 2224, 2224, true), None),
        ] {
            let found =
                doubts(&photo(None, Some((verdict, reading))), owner(Some(school(Datum::Wgs84))), &[]);
            let found = found
                .first()
                .map(|doubt| (doubt.numbers.distance_m.unwrap(), doubt.numbers.shift_explains.unwrap()));
            assert_eq!(found, expected, "{what}");
        }
    }

    #[test]
    fn two_diaries_do_not_show_one_photo_and_a_finding_may_show_that_of_a_diary() {
        let of = |record, kind: &str, project| Use {
            sha256: Sha256([7; 32]),
            record: id(record),
            kind: kind.to_owned(),
            place: PlaceKey {
                county: "350823".to_owned(),
                office_only: false,
                school: None,
                project: Some(id(project)),
            },
        };
        for (what, its, bits, expected) in [
            ("itself", of(1, "diary", 2), 0, None),
            ("another diary of the project", of(3, "diary", 2), 0, Some(Reason::PhotoUsedElsewhere)),
            ("a finding of the project", of(4, "finding", 2), 0, None),
            ("a finding of another project", of(4, "finding", 9), 0, Some(Reason::PhotoUsedElsewhere)),
            ("nearly the same, another diary", of(3, "diary", 2), 11, Some(Reason::PhotoNearlySame)),
            ("nearly the same, same diary", of(1, "diary", 2), 11, None),
        ] {
            for in_scope in [true, false] {
                let seen = [Seen { its: &its, bits, in_scope }];
                let found = doubts(&photo(None, None), owner(None), &seen);
                assert_eq!(found.first().map(|doubt| doubt.reason), expected, "{what}");
                if let Some(doubt) = found.first() {
                    assert_eq!(
                        (doubt.numbers.others, doubt.others.len()),
                        (Some(1), usize::from(in_scope)),
                        "{what}"
                    );
                }
            }
        }
    }
}
