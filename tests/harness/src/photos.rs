//! Pictures as phones make them: JPEG with EXIF, each one different, in realistic sizes.
//!
//! What they show is invented: gradients and noise, marked as a demonstration in `Make` and `Model`.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::seed::Seed;

/// A picture to be taken.
#[derive(Clone, Debug)]
pub struct Shot {
    /// Pixels from left to right, as the sensor has them.
    pub width: u16,
    /// Pixels from top to bottom, as the sensor has them.
    pub height: u16,
    /// How strong the noise is, 0 to 255: it makes the file large.
    pub noise: u8,
    /// `2026:03:02 17:41:08`, in the phone's own time.
    pub taken_at: Option<String>,
    /// `+08:00`.
    pub offset: Option<String>,
    /// Latitude and longitude in degrees, WGS 84.
    pub position: Option<(f64, f64)>,
    /// How the phone was held, 1 to 8.
    pub orientation: u16,
}

impl Shot {
    /// A small picture of some ten KB, as in weak-network mode.
    pub fn small() -> Self {
        Self {
            width: 640,
            height: 480,
            noise: 24,
            taken_at: Some("2026:03:02 10:15:30".to_owned()),
            offset: Some("+08:00".to_owned()),
            position: Some((25.049, 116.42)),
            orientation: 1,
        }
    }

    /// What a phone shrinks a picture to: some hundred KB.
    pub fn shrunk() -> Self {
        Self { width: 2048, height: 1536, noise: 20, ..Self::small() }
    }

    /// The camera's own 12 megapixels, some MB.
    pub fn whole() -> Self {
        Self { width: 4032, height: 3024, noise: 40, ..Self::small() }
    }

    /// The same picture on another day.
    #[must_use]
    pub fn on(mut self, date: &str) -> Self {
        self.taken_at = Some(format!("{} 10:15:30", date.replace('-', ":")));
        self
    }

    /// The same picture at another place.
    #[must_use]
    pub const fn at(mut self, latitude: f64, longitude: f64) -> Self {
        self.position = Some((latitude, longitude));
        self
    }

    /// Takes it: the same seed, the same bytes.
    pub fn take(&self, seed: u64) -> Vec<u8> {
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, 85);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder.add_exif_metadata(&self.exif()).expect("it fits into one segment");
        encoder
            .encode(&self.pixels(&mut Seed::new(seed)), self.width, self.height, ColorType::Rgb)
            .expect("the pixels fit the size");
        jpeg
    }

    /// Large shapes that differ from picture to picture, with noise over them.
    fn pixels(&self, seed: &mut Seed) -> Vec<u8> {
        let (width, height) = (usize::from(self.width), usize::from(self.height));
        let mut angle = || seed.below(628) as f64 / 100.0;
        let waves: Vec<[f64; 3]> =
            (0..3).map(|_| [angle(), angle() * 1.5 + 0.5, angle() * 1.5 + 0.5]).collect();
        let noise: Vec<u8> = (0..8192).map(|_| seed.below(u64::from(self.noise) + 1) as u8).collect();
        // A coarse picture first, then each of its cells becomes a block of pixels.
        let cell = 8;
        let columns = width.div_ceil(cell);
        let mut pixels = Vec::with_capacity(width * height * 3);
        let mut row = vec![[0_u8; 3]; columns];
        for y in 0..height {
            if y % cell == 0 {
                for (x, colour) in row.iter_mut().enumerate() {
                    let (across, down) = (x as f64 / columns as f64, y as f64 / height as f64);
                    for (channel, [phase, fast_x, fast_y]) in colour.iter_mut().zip(&waves) {
                        let wave = (phase + fast_x * across * 6.3 + fast_y * down * 6.3).sin();
                        *channel = (110.0 + 90.0 * wave) as u8;
                    }
                }
            }
            let mut grain = seed.below(noise.len() as u64) as usize;
            for x in 0..width {
                grain = (grain + 1) % noise.len();
                pixels.extend(row[x / cell].map(|channel| channel.saturating_add(noise[grain])));
            }
        }
        pixels
    }

    /// A little-endian TIFF block with what a phone writes.
    fn exif(&self) -> Vec<u8> {
        let mut details = Vec::new();
        if let Some(taken_at) = &self.taken_at {
            details.push(Entry::text(0x9003, taken_at));
        }
        if let Some(offset) = &self.offset {
            details.push(Entry::text(0x9011, offset));
        }
        let mut gps = Vec::new();
        if let Some((latitude, longitude)) = self.position {
            gps.push(Entry::text(1, if latitude < 0.0 { "S" } else { "N" }));
            gps.push(Entry::degrees(2, latitude));
            gps.push(Entry::text(3, if longitude < 0.0 { "W" } else { "E" }));
            gps.push(Entry::degrees(4, longitude));
        }
        let mut main = vec![
            Entry::text(0x010f, "SiteLedger Demo"),
            Entry::text(0x0110, "Demonstration Phone"),
            Entry::short(0x0112, self.orientation),
        ];
        if let Some(taken_at) = &self.taken_at {
            main.push(Entry::text(0x0132, taken_at));
        }
        main.push(Entry::long(0x8769, 0));
        main.push(Entry::long(0x8825, 0));
        let start = 8;
        let details_at = start + size(&main);
        let gps_at = details_at + size(&details);
        let count = main.len();
        main[count - 2] = Entry::long(0x8769, details_at as u32);
        main[count - 1] = Entry::long(0x8825, gps_at as u32);
        let mut tiff = b"II*\0\x08\0\0\0".to_vec();
        write(&mut tiff, &main);
        write(&mut tiff, &details);
        write(&mut tiff, &gps);
        tiff
    }
}

/// One entry of a TIFF directory.
struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    bytes: Vec<u8>,
}

impl Entry {
    fn text(tag: u16, text: &str) -> Self {
        let bytes = [text.as_bytes(), b"\0"].concat();
        Self { tag, kind: 2, count: bytes.len() as u32, bytes }
    }

    fn short(tag: u16, number: u16) -> Self {
        Self { tag, kind: 3, count: 1, bytes: number.to_le_bytes().to_vec() }
    }

    fn long(tag: u16, number: u32) -> Self {
        Self { tag, kind: 4, count: 1, bytes: number.to_le_bytes().to_vec() }
    }

    /// Degrees, minutes and seconds, each as a fraction.
    fn degrees(tag: u16, degrees: f64) -> Self {
        let degrees = degrees.abs();
        let minutes = degrees.fract() * 60.0;
        let seconds = minutes.fract() * 60.0;
        let fractions =
            [(degrees as u32, 1), (minutes as u32, 1), ((seconds * 10_000.0).round() as u32, 10_000)];
        let bytes = fractions
            .into_iter()
            .flat_map(|(above, below): (u32, u32)| [above.to_le_bytes(), below.to_le_bytes()].concat());
        Self { tag, kind: 5, count: 3, bytes: bytes.collect() }
    }
}

/// How many bytes a directory takes with what it points to.
fn size(entries: &[Entry]) -> usize {
    let outside: usize =
        entries.iter().map(|entry| entry.bytes.len()).filter(|length| *length > 4).map(even).sum();
    2 + entries.len() * 12 + 4 + outside
}

const fn even(length: usize) -> usize {
    length + length % 2
}

fn write(tiff: &mut Vec<u8>, entries: &[Entry]) {
    let mut outside_at = tiff.len() + 2 + entries.len() * 12 + 4;
    let mut outside = Vec::new();
    tiff.extend((entries.len() as u16).to_le_bytes());
    for entry in entries {
        tiff.extend(entry.tag.to_le_bytes());
        tiff.extend(entry.kind.to_le_bytes());
        tiff.extend(entry.count.to_le_bytes());
        let length = entry.bytes.len();
        if length <= 4 {
            tiff.extend(&entry.bytes);
            tiff.extend(std::iter::repeat_n(0, 4 - length));
        } else {
            tiff.extend((outside_at as u32).to_le_bytes());
            outside.extend(&entry.bytes);
            outside.extend(std::iter::repeat_n(0, even(length) - length));
            outside_at += even(length);
        }
    }
    tiff.extend([0; 4]);
    tiff.extend(outside);
}

#[cfg(test)]
mod tests {
    use image::GenericImageView as _;

    use super::Shot;

    #[test]
    fn a_picture_is_a_picture_with_its_time_and_make() {
        let jpeg = Shot::small().take(1);
        let image = image::load_from_memory(&jpeg).expect("a JPEG");
        assert_eq!(image.dimensions(), (640, 480));
        let has = |text: &[u8]| jpeg.windows(text.len()).any(|bytes| bytes == text);
        assert!(has(b"Exif\0\0II*\0"), "one EXIF header");
        assert!(has(b"2026:03:02 10:15:30\0"));
        assert!(has(b"Demonstration Phone\0"));
        assert_eq!(jpeg, Shot::small().take(1), "the same seed, the same bytes");
        assert_ne!(jpeg, Shot::small().take(2));
    }

    #[test]
    fn sizes_are_those_of_phones() {
        let kilobytes = |shot: Shot| shot.take(3).len() / 1024;
        let (small, shrunk) = (kilobytes(Shot::small()), kilobytes(Shot::shrunk()));
        assert!((20..200).contains(&small), "{small} KB");
        assert!((200..1500).contains(&shrunk), "{shrunk} KB");
    }
}
