//! Positions and the two systems that they come in.
//!
//! Phones measure in WGS-84, Chinese maps draw in GCJ-02, which is shifted by some hundreds of
//! metres (三明 619, 蕉城 600, 上杭 567). Positions are stored as they were taken; they are
//! converted only to be compared. GCJ-02 is not published: what is here is the conversion that
//! everybody uses, good to a few metres.

use sync_protocol::photo::{Datum, Position};

/// Degrees: latitude and longitude.
pub type Degrees = (f64, f64);

const SEMI_MAJOR_AXIS: f64 = 6_378_245.0;
const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A position in WGS-84, if it is in that system; otherwise what it is in WGS-84.
pub fn as_wgs84(position: &Position, datum: Datum) -> Degrees {
    let degrees = (position.lat, position.lon);
    if datum == Datum::Gcj02 { gcj02_to_wgs84(degrees) } else { degrees }
}

/// Moves a position from what GPS gives to what Chinese maps draw. Outside of China they are one.
pub fn wgs84_to_gcj02((latitude, longitude): Degrees) -> Degrees {
    if !is_in_china((latitude, longitude)) {
        return (latitude, longitude);
    }
    let (north, east) = shift(latitude, longitude);
    (latitude + north, longitude + east)
}

/// Moves a position from what Chinese maps draw to what GPS gives.
pub fn gcj02_to_wgs84(drawn: Degrees) -> Degrees {
    let mut guess = drawn;
    // The shift hardly changes over its own length: three rounds are exact to a centimetre.
    for _ in 0..3 {
        let redrawn = wgs84_to_gcj02(guess);
        guess = (guess.0 + drawn.0 - redrawn.0, guess.1 + drawn.1 - redrawn.1);
    }
    guess
}

/// The distance on the globe in metres.
pub fn distance_m(one: Degrees, other: Degrees) -> f64 {
    let (one_latitude, other_latitude) = (one.0.to_radians(), other.0.to_radians());
    let north = (other_latitude - one_latitude) / 2.0;
    let east = (other.1 - one.1).to_radians() / 2.0;
    let chord = north.sin().powi(2) + one_latitude.cos() * other_latitude.cos() * east.sin().powi(2);
    2.0 * EARTH_RADIUS_M * chord.sqrt().min(1.0).asin()
}

fn is_in_china((latitude, longitude): Degrees) -> bool {
    (0.8293..=55.8271).contains(&latitude) && (72.004..=137.8347).contains(&longitude)
}

/// How far the maps are shifted there, in degrees to the north and to the east.
fn shift(latitude: f64, longitude: f64) -> Degrees {
    use std::f64::consts::PI;
    let (x, y) = (longitude - 105.0, latitude - 35.0);
    let wave = |angle: f64| (angle * PI).sin();
    let common = (20.0 * wave(6.0 * x) + 20.0 * wave(2.0 * x)) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + common
        + (20.0 * wave(y) + 40.0 * wave(y / 3.0)) * 2.0 / 3.0
        + (160.0 * wave(y / 12.0) + 320.0 * wave(y / 30.0)) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + common
        + (20.0 * wave(x) + 40.0 * wave(x / 3.0)) * 2.0 / 3.0
        + (150.0 * wave(x / 12.0) + 300.0 * wave(x / 30.0)) * 2.0 / 3.0;
    let radians = latitude.to_radians();
    let flattening = 1.0 - ECCENTRICITY_SQUARED * radians.sin().powi(2);
    let meridian = SEMI_MAJOR_AXIS * (1.0 - ECCENTRICITY_SQUARED) / (flattening * flattening.sqrt());
    let parallel = SEMI_MAJOR_AXIS / flattening.sqrt() * radians.cos();
    ((north / meridian).to_degrees(), (east / parallel).to_degrees())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_shifted_as_far_as_is_known_for_our_counties() {
        for (place, at, shift_m) in [
            ("三明", (26.2634, 117.6389), 619.0),
            ("蕉城", (26.6603, 119.5266), 600.0),
            ("上杭", (25.0495, 116.4203), 567.0),
        ] {
            let there = distance_m(at, wgs84_to_gcj02(at));
            assert!((there - shift_m).abs() < 30.0, "{place}: {there:.0} m instead of {shift_m}");
            let back = distance_m(at, gcj02_to_wgs84(wgs84_to_gcj02(at)));
            assert!(back < 0.05, "{place}: {back} m off there and back");
        }
    }

    /// The pairs by which implementations everywhere are checked: those of eviltransform's own tests.
    #[test]
    fn known_pairs_are_converted_there_and_back() {
        for (place, wgs84, gcj02) in [
            ("上海", (31.177_427_6, 121.527_210_6), (31.175_303_983_645_97, 121.531_541_859_215)),
            ("深圳", (22.543_847, 113.912_316), (22.540_796_131_694_766, 113.917_176_480_836_3)),
            ("北京", (39.911_954, 116.377_817), (39.913_345_455_360_69, 116.384_047_224_554_57)),
        ] {
            for (found, expected) in [(wgs84_to_gcj02(wgs84), gcj02), (gcj02_to_wgs84(gcj02), wgs84)] {
                let off = distance_m(found, expected);
                assert!(off < 0.05, "{place}: {off} m off, {found:?} instead of {expected:?}");
            }
        }
    }

    #[test]
    fn outside_of_china_nothing_is_shifted() {
        let berlin = (52.52, 13.405);
        assert_eq!(wgs84_to_gcj02(berlin), berlin);
    }

    #[test]
    fn distances_are_those_on_the_globe() {
        let degree = distance_m((25.0, 116.0), (26.0, 116.0));
        assert!((degree - 111_195.0).abs() < 10.0, "{degree}");
        assert!(distance_m((25.0, 116.0), (25.0, 116.0)).abs() < f64::EPSILON);
        let around = distance_m((0.0, 0.0), (0.0, 180.0));
        assert!((around - EARTH_RADIUS_M * std::f64::consts::PI).abs() < 1.0, "{around}");
    }
}
