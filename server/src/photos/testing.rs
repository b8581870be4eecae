//! Photos and people for tests.
#![cfg(test)]

use std::sync::Arc;

use bytes::Bytes;
use jpeg_encoder::{ColorType, Encoder};
use sync_protocol::id::{DeviceId, UserId};
use sync_protocol::photo::Sha256;
use tokio::sync::Notify;
use uuid::Uuid;

use super::Photos;
use crate::access::actor::{Actor, Via};
use crate::clock::Clock;
use crate::store::Store;

/// A picture to be taken: what it shows follows from its number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shot {
    pub(crate) number: u32,
    pub(crate) taken_at: Option<&'static str>,
    pub(crate) offset: Option<&'static str>,
    /// Degrees, minutes, seconds: north, then east.
    pub(crate) position: Option<[[u32; 3]; 2]>,
    pub(crate) orientation: Option<u16>,
}

impl Shot {
    pub(crate) fn number(number: u32) -> Self {
        Self { number, ..Self::default() }
    }

    /// What it shows: light and dark in large patches.
    pub(crate) fn pixels(&self, width: u32, height: u32) -> Vec<u8> {
        let patch = |x: u32, y: u32| {
            let place = (y * 12 / height) * 12 + x * 12 / width;
            let mixed = (place + 1).wrapping_mul(0x9e37_79b1) ^ self.number.wrapping_mul(0x85eb_ca6b);
            (mixed.wrapping_mul(0xc2b2_ae35) >> 24) as u8
        };
        (0..height).flat_map(|y| (0..width).flat_map(move |x| [patch(x, y), patch(x, y) / 2, 90])).collect()
    }

    pub(crate) fn jpeg(&self, width: u16, height: u16, quality: u8) -> Vec<u8> {
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, quality);
        encoder.add_exif_metadata(&self.exif()).unwrap();
        encoder.encode(&self.pixels(width.into(), height.into()), width, height, ColorType::Rgb).unwrap();
        jpeg
    }

    /// A big-endian TIFF block with three directories: main, details, GPS.
    fn exif(&self) -> Vec<u8> {
        let mut details = Directory::default();
        details.text(0x9003, self.taken_at);
        details.text(0x9011, self.offset);
        let mut gps = Directory::default();
        if let Some([north, east]) = self.position {
            gps.text(1, Some("N"));
            gps.rationals(2, north);
            gps.text(3, Some("E"));
            gps.rationals(4, east);
        }
        let mut main = Directory::default();
        if let Some(orientation) = self.orientation {
            main.entries.push((0x0112, 3, 1, [orientation.to_be_bytes().as_slice(), &[0, 0]].concat()));
        }
        let details_at = 8 + main.length() + 2 * 12;
        let gps_at = details_at + details.length();
        for (tag, at) in [(0x8769, details_at), (0x8825, gps_at)] {
            main.entries.push((tag, 4, 1, (at as u32).to_be_bytes().to_vec()));
        }
        let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
        for directory in [main, details, gps] {
            directory.write(&mut tiff);
        }
        tiff
    }
}

/// A TIFF directory: tag, type, count, and the bytes of the value.
#[derive(Default)]
struct Directory {
    entries: Vec<(u16, u16, u32, Vec<u8>)>,
}

impl Directory {
    fn text(&mut self, tag: u16, text: Option<&str>) {
        if let Some(text) = text {
            let bytes = [text.as_bytes(), b"\0"].concat();
            self.entries.push((tag, 2, bytes.len() as u32, bytes));
        }
    }

    fn rationals(&mut self, tag: u16, numbers: [u32; 3]) {
        let bytes = numbers.into_iter().flat_map(|number| [number.to_be_bytes(), 1_u32.to_be_bytes()]);
        self.entries.push((tag, 5, 3, bytes.flatten().collect()));
    }

    fn length(&self) -> usize {
        let outside = self.entries.iter().map(|(.., value)| if value.len() > 4 { value.len() } else { 0 });
        6 + self.entries.len() * 12 + outside.sum::<usize>()
    }

    fn write(&self, tiff: &mut Vec<u8>) {
        let mut outside_at = tiff.len() + 6 + self.entries.len() * 12;
        tiff.extend((self.entries.len() as u16).to_be_bytes());
        for (tag, kind, count, value) in &self.entries {
            tiff.extend([tag.to_be_bytes(), kind.to_be_bytes()].concat());
            tiff.extend(count.to_be_bytes());
            if value.len() > 4 {
                tiff.extend((outside_at as u32).to_be_bytes());
                outside_at += value.len();
            } else {
                let mut inside = value.clone();
                inside.resize(4, 0);
                tiff.extend(inside);
            }
        }
        tiff.extend([0; 4]);
        for (.., value) in self.entries.iter().filter(|(.., value)| value.len() > 4) {
            tiff.extend(value);
        }
    }
}

/// Somebody with an account and no role.
pub(crate) fn somebody() -> Actor {
    Actor {
        user: UserId(Uuid::now_v7()),
        username: "lin".to_owned(),
        display_name: "林示范".to_owned(),
        device: DeviceId(Uuid::now_v7()),
        via: Via::Device,
        home_county: None,
        grants: Vec::new(),
    }
}

/// An empty store with an empty folder.
pub(crate) struct House {
    pub(crate) temp: tempfile::TempDir,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) work: Arc<Notify>,
    pub(crate) photos: Arc<Photos>,
}

impl House {
    pub(crate) async fn new() -> Self {
        let temp = tempfile::tempdir().unwrap();
        let (clock, work) = (Clock::default(), Arc::new(Notify::new()));
        let store = Store::open(temp.path()).await.unwrap();
        let photos = Photos::open(store.clone(), clock.clone(), temp.path(), Arc::clone(&work)).unwrap();
        Self { temp, store, clock, work, photos }
    }

    /// The same folder after the server was started anew.
    pub(crate) async fn restarted(self) -> Self {
        self.store.close().await;
        let store = Store::open(self.temp.path()).await.unwrap();
        let photos =
            Photos::open(store.clone(), self.clock.clone(), self.temp.path(), Arc::clone(&self.work))
                .unwrap();
        Self { store, photos, ..self }
    }

    /// Brings a photo, whole.
    pub(crate) async fn bring(&self, actor: &Actor, photo: &[u8]) -> Sha256 {
        let sha256 = Sha256::of(photo);
        let announced =
            super::upload::Announced { sha256, length: photo.len() as u64, filename: "a.jpg".to_owned() };
        let begun = self.photos.uploads.begin(actor, announced).await.unwrap();
        if begun.offset < begun.length {
            let body = futures_util::stream::iter([Ok(Bytes::copy_from_slice(photo))]);
            let progress = self.photos.uploads.receive(actor, begun.id, 0, None, body).await.unwrap();
            assert_eq!(progress.offset, progress.length);
        }
        sha256
    }
}
