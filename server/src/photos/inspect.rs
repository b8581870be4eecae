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
