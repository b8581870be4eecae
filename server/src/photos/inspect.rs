//! What the bytes of a photo say about it: EXIF, and what it looks like.
//!
//! A broken EXIF block never fails a photo: what cannot be read is not there.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use image::RgbImage;
use image_hasher::{HashAlg, HasherConfig};
use nom_exif::{EntryValue, Exif, ExifDateTime, ExifTag, MediaParser, MediaSource};
use tracing::subscriber::NoSubscriber;

use crate::store::photos::PerceptualHash;

/// Pictures whose hashes differ in at most so many of 256 bits are nearly the same. Measured:
/// compressed again or shrunk 1, with a watermark 18, cropped 67, another picture 112 to 125.
pub const NEARLY_SAME: u32 = 24;
/// A hash with fewer bits set, or left out, is of a picture that shows next to nothing.
const LEAST_BITS: u32 = 16;

/// What a camera wrote into a photo.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CameraFacts {
    /// When it was taken: RFC 3339, without an offset if the camera gave none.
    pub taken_at: Option<String>,
    /// Where, in degrees: latitude and longitude.
    pub position: Option<(f64, f64)>,
    /// How it must be turned, 1 to 8; 1 is upright.
    pub orientation: u8,
}

/// Reads what the camera wrote, as far as it can be read.
pub fn camera_facts(photo: Bytes) -> CameraFacts {
    // The reader is of others' making and the bytes are anybody's: a panic is an unreadable block.
    // It also tells the log where people were.
    let silently = || tracing::subscriber::with_default(NoSubscriber::default(), || read_exif(photo));
    let exif = catch_unwind(AssertUnwindSafe(silently));
    let exif = exif.unwrap_or_else(|_| {
        tracing::warn!("the EXIF reader panicked; the photo counts as one without EXIF");
        None
    });
    let Some(exif) = exif else { return CameraFacts { orientation: 1, ..CameraFacts::default() } };
    let orientation = exif.get(ExifTag::Orientation).and_then(EntryValue::try_as_integer);
    CameraFacts {
        taken_at: taken_at(&exif),
        position: position(&exif),
        orientation: orientation
            .and_then(|value| u8::try_from(value).ok())
            .filter(|o| (1..=8).contains(o))
            .unwrap_or(1),
    }
}

fn read_exif(photo: Bytes) -> Option<Exif> {
    let source = MediaSource::from_memory(photo).ok()?;
    Some(MediaParser::new().parse_exif(source).ok()?.into())
}

fn taken_at(exif: &Exif) -> Option<String> {
    let tags = [ExifTag::DateTimeOriginal, ExifTag::CreateDate];
    let time = tags.into_iter().find_map(|tag| exif.get(tag)?.as_datetime())?;
    Some(match time {
        ExifDateTime::Aware(time) => time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        ExifDateTime::Naive(time) => time.format("%Y-%m-%dT%H:%M:%S").to_string(),
    })
}

fn position(exif: &Exif) -> Option<(f64, f64)> {
    let gps = exif.gps_info()?;
    let (latitude, longitude) = (gps.latitude_decimal()?, gps.longitude_decimal()?);
    let on_the_globe = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    // Cameras without a fix write zeros.
    let is_a_fix = latitude != 0.0 || longitude != 0.0;
    (on_the_globe && is_a_fix).then_some((latitude, longitude))
}

/// Hashes what an upright picture looks like. `None`: it shows next to nothing, and would look
/// like every other that does.
pub fn perceptual_hash(picture: &RgbImage) -> Option<PerceptualHash> {
    let hasher = HasherConfig::with_bytes_type::<PerceptualHash>()
        .hash_size(16, 16)
        .hash_alg(HashAlg::Gradient)
        .to_hasher();
    let hash = hasher.hash_image(picture).into_inner();
    let bits: u32 = hash.iter().map(|byte| byte.count_ones()).sum();
    (LEAST_BITS..=256 - LEAST_BITS).contains(&bits).then_some(hash)
}

/// In how many bits two hashes differ.
pub fn distance(one: &PerceptualHash, other: &PerceptualHash) -> u32 {
    one.iter().zip(other).map(|(one, other)| (one ^ other).count_ones()).sum()
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::super::testing::Shot;
    use super::*;

    fn facts(shot: &Shot) -> CameraFacts {
        camera_facts(shot.jpeg(64, 48, 80).into())
    }

    #[test]
    fn what_the_camera_wrote_is_read() {
        let shot = Shot {
            taken_at: Some("2026:03:02 17:41:08"),
            offset: Some("+08:00"),
            position: Some([[25, 2, 54], [116, 25, 12]]),
            orientation: Some(6),
            ..Shot::number(1)
        };
        let facts = facts(&shot);
        assert_eq!(facts.taken_at.as_deref(), Some("2026-03-02T17:41:08+08:00"));
        let (latitude, longitude) = facts.position.unwrap();
        assert!((latitude - 25.048_333).abs() < 1e-5 && (longitude - 116.42).abs() < 1e-5);
        assert_eq!(facts.orientation, 6);
    }

    #[test]
    fn what_the_camera_did_not_write_is_not_there() {
        let nothing = CameraFacts { orientation: 1, ..CameraFacts::default() };
        assert_eq!(facts(&Shot::number(1)), nothing);
        let without_offset = facts(&Shot { taken_at: Some("2026:03:02 17:41:08"), ..Shot::number(1) });
        assert_eq!(without_offset.taken_at.as_deref(), Some("2026-03-02T17:41:08"));
        // A camera without a fix, one whose clock was never set, one that is turned in no known way.
        let broken = Shot {
            taken_at: Some("0000:00:00 00:00:00"),
            position: Some([[0, 0, 0], [0, 0, 0]]),
            orientation: Some(77),
            ..Shot::number(1)
        };
        assert_eq!(facts(&broken), nothing);
        assert_eq!(facts(&Shot { position: Some([[125, 0, 0], [116, 0, 0]]), ..Shot::number(1) }), nothing);
    }

    #[test]
    fn a_broken_block_fails_nothing() {
        let shot = Shot {
            taken_at: Some("2026:03:02 17:41:08"),
            position: Some([[25, 2, 54], [116, 25, 12]]),
            orientation: Some(6),
            ..Shot::number(1)
        };
        let sound = shot.jpeg(64, 48, 80);
        // The block lies between the bytes 20 and 260 or so: break each of its bytes in turn.
        for at in 20..300 {
            for with in [0x00, 0x7f, 0xff] {
                let mut broken = sound.clone();
                broken[at] = with;
                let facts = camera_facts(broken.into());
                assert!((1..=8).contains(&facts.orientation));
            }
        }
        for length in [0, 3, 20, 40, 100, 200] {
            camera_facts(Bytes::copy_from_slice(&sound[..length]));
        }
    }

    fn picture(shot: &Shot, width: u32, height: u32) -> RgbImage {
        RgbImage::from_raw(width, height, shot.pixels(width, height)).unwrap()
    }

    #[test]
    fn the_same_picture_looks_alike_and_others_do_not() {
        let hash = |picture: &RgbImage| perceptual_hash(picture).expect("it shows something");
        let original = hash(&picture(&Shot::number(1), 640, 480));
        let shrunk = hash(&picture(&Shot::number(1), 320, 240));
        assert!(distance(&original, &shrunk) <= NEARLY_SAME, "{}", distance(&original, &shrunk));
        let recompressed = image::load_from_memory(&Shot::number(1).jpeg(640, 480, 40)).unwrap().into_rgb8();
        let recompressed = hash(&recompressed);
        assert!(distance(&original, &recompressed) <= NEARLY_SAME, "{}", distance(&original, &recompressed));
        for other in 2..12 {
            let other = hash(&picture(&Shot::number(other), 640, 480));
            assert!(distance(&original, &other) > 2 * NEARLY_SAME, "{}", distance(&original, &other));
        }
    }

    #[test]
    fn a_picture_of_nothing_looks_like_no_other() {
        for shade in [0, 128, 255] {
            assert_eq!(perceptual_hash(&RgbImage::from_pixel(320, 240, image::Rgb([shade; 3]))), None);
        }
    }
}
