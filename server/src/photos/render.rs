//! Renders a preview and a thumbnail: upright, encoded anew, so that nothing but a picture is left.
//!
//! One decode serves both, and at most two run at a time, since a large photo takes a quarter of
//! a gigabyte. What a browser shows inline is always from here, never an original.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use fast_image_resize::{FilterType, IntoImageView, ResizeAlg, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, ImageFormat, ImageReader, Limits, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::inspect::{self, CameraFacts};
use super::sniff::{self, MAX_SIDE, MediaType};
use crate::blobs::folder::Rendition;
use crate::error::{Error, Result};
use crate::store::photos::PerceptualHash;

/// How many photos are decoded at a time.
const AT_A_TIME: usize = 2;
/// What one decode may take.
const MAX_ALLOC_BYTES: u64 = 256 * 1024 * 1024;
/// What is larger is kept, and not shown. Progressive pictures count double.
const MAX_PIXELS: u64 = 80_000_000;

/// The long side of a preview.
pub const PREVIEW_SIDE: u32 = 1600;
/// The long side of a thumbnail.
pub const THUMBNAIL_SIDE: u32 = 320;
const PREVIEW_QUALITY: u8 = 80;
const THUMBNAIL_QUALITY: u8 = 75;

/// Where photos are developed.
#[derive(Clone)]
pub struct Darkroom {
    places: Arc<Semaphore>,
}

/// A place in the darkroom.
pub struct Place(#[expect(dead_code, reason = "it counts while it is held")] OwnedSemaphorePermit);

/// What comes out of the darkroom.
#[derive(Clone, Debug)]
pub struct Developed {
    /// What the camera wrote.
    pub camera: CameraFacts,
    /// The picture, unless none can be made of the bytes.
    pub picture: Option<Picture>,
}

/// A photo as it is shown.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The long side has [`PREVIEW_SIDE`] pixels, or fewer if the photo has.
    pub preview: Bytes,
    /// The long side has [`THUMBNAIL_SIDE`] pixels, or fewer if the photo has.
    pub thumbnail: Bytes,
    /// What it looks like.
    pub perceptual_hash: Option<PerceptualHash>,
}

impl Picture {
    /// One of the two.
    pub fn rendition(&self, rendition: Rendition) -> Bytes {
        match rendition {
            Rendition::Preview => self.preview.clone(),
            Rendition::Thumbnail => self.thumbnail.clone(),
        }
    }
}

impl Default for Darkroom {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_A_TIME)) }
    }
}

impl Darkroom {
    /// Waits for a place.
    pub async fn place(&self) -> Result<Place> {
        Ok(Place(Arc::clone(&self.places).acquire_owned().await.map_err(Error::internal)?))
    }

    /// Reads and renders a photo.
    pub async fn develop(&self, place: Place, photo: Bytes) -> Result<Developed> {
        let developing = tokio::task::spawn_blocking(move || {
            // Held here and not outside: the work goes on if nobody waits for it any more.
            let _place = place;
            develop(&photo)
        });
        developing.await.map_err(Error::internal)
    }
}

/// Reads and renders a photo.
pub fn develop(photo: &Bytes) -> Developed {
    let camera = inspect::camera_facts(photo.clone());
    // The decoders are of others' making and the bytes are anybody's: a panic is a photo that
    // cannot be shown.
    let picture = catch_unwind(AssertUnwindSafe(|| render(photo, camera.orientation)));
    let picture = picture.unwrap_or_else(|_| {
        tracing::warn!("a decoder panicked; the photo is kept and not shown");
        None
    });
    Developed { camera, picture }
}

fn render(photo: &[u8], orientation: u8) -> Option<Picture> {
    let header = sniff::header(&mut Cursor::new(photo)).ok()?.ok()?;
    if header.pixels_to_decode() > MAX_PIXELS {
        return None;
    }
    let whole = decode(photo, header.media_type)?;
    let mut preview = shrink(whole, PREVIEW_SIDE)?;
    preview.apply_orientation(Orientation::from_exif(orientation).unwrap_or(Orientation::NoTransforms));
    let preview = on_white(preview);
    let large = encode(&preview, PREVIEW_QUALITY)?;
    let thumbnail = shrink(DynamicImage::ImageRgb8(preview), THUMBNAIL_SIDE)?.into_rgb8();
    let perceptual_hash = inspect::perceptual_hash(&thumbnail);
    Some(Picture { preview: large, thumbnail: encode(&thumbnail, THUMBNAIL_QUALITY)?, perceptual_hash })
}

fn decode(photo: &[u8], media_type: MediaType) -> Option<DynamicImage> {
    let format = match media_type {
        MediaType::Jpeg => ImageFormat::Jpeg,
        MediaType::Png => ImageFormat::Png,
        MediaType::WebP => ImageFormat::WebP,
        MediaType::Heic => return None,
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOC_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(photo), format);
    reader.limits(limits);
    let image = reader.decode().ok()?;
    // What is resized has eight bits a channel, with or without alpha.
    Some(match image {
        DynamicImage::ImageRgb8(_) | DynamicImage::ImageRgba8(_) => image,
        image if image.color().has_alpha() => DynamicImage::ImageRgba8(image.into_rgba8()),
        image => DynamicImage::ImageRgb8(image.into_rgb8()),
    })
}

/// Shrinks a picture so that its long side fits; one that fits already stays as it is.
fn shrink(picture: DynamicImage, long_side: u32) -> Option<DynamicImage> {
    let (width, height) = (picture.width(), picture.height());
    let longest = width.max(height);
    if longest <= long_side {
        return Some(picture);
    }
    let scaled = |side: u32| {
        let (side, longest) = (u64::from(side), u64::from(longest));
        ((side * u64::from(long_side) + longest / 2) / longest).max(1) as u32
    };
    let mut small = DynamicImage::new(scaled(width), scaled(height), picture.color());
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    debug_assert_eq!(picture.pixel_type(), small.pixel_type(), "both are of one kind");
    Resizer::new().resize(&picture, &mut small, &options).ok()?;
    Some(small)
}

/// Puts a picture that one can see through on white paper: a drawn signature is black on nothing.
fn on_white(picture: DynamicImage) -> RgbImage {
    let DynamicImage::ImageRgba8(picture) = picture else { return picture.into_rgb8() };
    let mut paper = RgbImage::new(picture.width(), picture.height());
    for (onto, pixel) in paper.pixels_mut().zip(picture.pixels()) {
        let [red, green, blue, alpha] = pixel.0.map(u32::from);
        let blend = |channel: u32| ((channel * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        onto.0 = [blend(red), blend(green), blend(blue)];
    }
    paper
}

fn encode(picture: &RgbImage, quality: u8) -> Option<Bytes> {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    let (width, height) = (u16::try_from(picture.width()).ok()?, u16::try_from(picture.height()).ok()?);
    encoder.encode(picture.as_raw(), width, height, ColorType::Rgb).ok()?;
    Some(jpeg.into())
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgba, RgbaImage};

    use super::super::testing::Shot;
    use super::*;

    fn picture(photo: impl Into<Bytes>) -> Picture {
        develop(&photo.into()).picture.expect("it can be shown")
    }

    fn decoded(jpeg: &Bytes) -> RgbImage {
        image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap().into_rgb8()
    }

    /// The left half is red, the right half blue, turned as `orientation` says.
    fn two_halves(orientation: u16) -> Vec<u8> {
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, 95);
        let exif = [
            b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".as_slice(),
            &orientation.to_be_bytes(),
            &[0; 6],
        ];
        encoder.add_exif_metadata(&exif.concat()).unwrap();
        let row = (0..400).flat_map(|x| if x < 200 { [250, 10, 10] } else { [10, 10, 250] });
        let pixels: Vec<u8> = row.collect::<Vec<u8>>().repeat(300);
        encoder.encode(&pixels, 400, 300, ColorType::Rgb).unwrap();
        jpeg
    }

    #[test]
    fn what_was_taken_sideways_is_shown_upright() {
        // Where red is to be seen: left, right, top, bottom.
        for (orientation, size, red) in [
            (1, (400, 300), (50, 150)),
            (2, (400, 300), (350, 150)),
            (3, (400, 300), (350, 150)),
            (6, (300, 400), (150, 50)),
            (8, (300, 400), (150, 350)),
        ] {
            let picture = picture(two_halves(orientation));
            let preview = decoded(&picture.preview);
            assert_eq!(preview.dimensions(), size, "orientation {orientation}");
            let [red_there, _, blue_there] = preview.get_pixel(red.0, red.1).0;
            assert!(red_there > 200 && blue_there < 60, "orientation {orientation}");
            let thumbnail = decoded(&picture.thumbnail);
            assert_eq!(thumbnail.width().max(thumbnail.height()), THUMBNAIL_SIDE);
            assert_eq!(thumbnail.width() > thumbnail.height(), size.0 > size.1);
        }
    }

    #[test]
    fn the_long_side_fits_and_nothing_is_enlarged() {
        let large = picture(Shot::number(1).jpeg(1700, 850, 80));
        assert_eq!(decoded(&large.preview).dimensions(), (1600, 800));
        assert_eq!(decoded(&large.thumbnail).dimensions(), (320, 160));
        let small = picture(Shot::number(1).jpeg(100, 50, 80));
        assert_eq!(decoded(&small.preview).dimensions(), (100, 50));
        assert_eq!(decoded(&small.thumbnail).dimensions(), (100, 50));
        let sliver = picture(Shot::number(1).jpeg(1700, 1, 80));
        assert_eq!(decoded(&sliver.thumbnail).dimensions(), (320, 1));
    }

    #[test]
    fn colour_is_halved_so_that_files_are_small() {
        let preview = picture(Shot::number(1).jpeg(400, 300, 80)).preview;
        let frame = preview.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
        assert_eq!(preview[frame + 11], 0x22, "4:2:0");
    }

    #[test]
    fn what_can_be_seen_through_lies_on_white_paper() {
        let mut signature = RgbaImage::from_pixel(200, 100, Rgba([0, 0, 0, 0]));
        for x in 50..150 {
            for y in 40..60 {
                signature.put_pixel(x, y, Rgba([0, 0, 0, 255]));
            }
        }
        let mut png = Cursor::new(Vec::new());
        signature.write_to(&mut png, ImageFormat::Png).unwrap();
        let preview = decoded(&picture(png.into_inner()).preview);
        assert!(preview.get_pixel(10, 10).0.iter().all(|channel| *channel > 245));
        assert!(preview.get_pixel(100, 50).0.iter().all(|channel| *channel < 10));
    }

    #[test]
    fn a_script_behind_a_picture_does_not_come_along() {
        let script = b"<script>alert(1)</script>";
        let mut polyglot = Shot::number(1).jpeg(400, 300, 80);
        polyglot.extend(script);
        let picture = picture(polyglot);
        for rendition in Rendition::ALL {
            let jpeg = picture.rendition(rendition);
            assert!(!jpeg.windows(script.len()).any(|bytes| bytes == script));
        }
    }

    #[test]
    fn bad_pictures_are_not_shown_and_break_nothing() {
        let jpeg = Shot::number(1).jpeg(120, 90, 80);
        // A half picture may be shown in half, or not; it must not fail.
        develop(&Bytes::copy_from_slice(&jpeg[..jpeg.len() / 2]));
        let mut png = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(10, 10).write_to(&mut png, ImageFormat::Png).unwrap();
        let mut png = png.into_inner();
        png[16..24].copy_from_slice(&[0, 0, 0x2e, 0xe0, 0, 0, 0x2e, 0xe0]);
        assert!(develop(&png.into()).picture.is_none(), "12,000 × 12,000 in a few bytes");
        assert!(develop(&Bytes::from_static(b"no picture")).picture.is_none());
        let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xda]).unwrap();
        for at in (2..frame).step_by(7) {
            let mut broken = jpeg.clone();
            broken[at] ^= 0xff;
            develop(&broken.into());
        }
    }
}
