//! A file that somebody calls a photo: what it says of itself is read within limits, and what is shown
//! of it is a small upright picture or nothing.

use std::io::Cursor;

use bytes::Bytes;
use image::ImageFormat;
use siteledger::photos::inspect::CameraFacts;
use siteledger::photos::render::{self, PREVIEW_SIDE, THUMBNAIL_SIDE};
use siteledger::photos::sniff::{self, ENOUGH_BYTES, MAX_SIDE, MediaType};

pub(crate) fn holds(bytes: &[u8]) {
    let header = sniff::header(&mut Cursor::new(bytes)).expect("memory can be read");
    let start = &bytes[..bytes.len().min(ENOUGH_BYTES)];
    assert_eq!(MediaType::of(bytes), MediaType::of(start), "more bytes make another type");
    match &header {
        Ok(header) => {
            assert_eq!(MediaType::of(start), Some(header.media_type));
            assert!(header.size.is_some() || header.media_type == MediaType::Heic);
            if let Some((width, height)) = header.size {
                assert!((1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height));
            }
        }
        Err(refusal) => assert!(!refusal.zh.is_empty() && !refusal.en.is_empty()),
    }
    let developed = render::develop(&Bytes::copy_from_slice(bytes));
    facts_make_sense(&developed.camera);
    let Some(picture) = developed.picture else { return };
    let (width, height) = header.expect("what is shown was recognised").size.expect("and has a size");
    let preview = size_of(&picture.preview, PREVIEW_SIDE);
    size_of(&picture.thumbnail, THUMBNAIL_SIDE);
    // Limits are kept by the header's word, so it must be the decoder's.
    if width.max(height) <= PREVIEW_SIDE {
        let (wide, high) = if developed.camera.orientation > 4 { (height, width) } else { (width, height) };
        assert_eq!(preview, (wide, high), "the header told another size than was decoded");
    }
}

fn facts_make_sense(camera: &CameraFacts) {
    assert!((1..=8).contains(&camera.orientation));
    if let Some((latitude, longitude)) = camera.position {
        assert!((-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude));
    }
    if let Some(taken_at) = &camera.taken_at {
        let aware = chrono::DateTime::parse_from_rfc3339(taken_at).is_ok();
        let naive = chrono::NaiveDateTime::parse_from_str(taken_at, "%Y-%m-%dT%H:%M:%S").is_ok();
        assert!(aware || naive, "{taken_at} is no time");
    }
}

fn size_of(jpeg: &Bytes, long_side: u32) -> (u32, u32) {
    let picture = image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).expect("it is a JPEG");
    assert!((1..=long_side).contains(&picture.width()) && (1..=long_side).contains(&picture.height()));
    (picture.width(), picture.height())
}
