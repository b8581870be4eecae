//! What a file is by its content, and how large the picture in it is: from the header alone.
//!
//! Nothing is decoded here, so a picture that would not fit into memory is known before it is
//! opened.

use std::io::{self, Read, Seek, SeekFrom};

use crate::error::{Error, Kind};

/// The most pixels that a side may have.
pub const MAX_SIDE: u32 = 12_000;
/// As many bytes of a file as [`MediaType::of`] needs to see.
pub const ENOUGH_BYTES: usize = 64;

/// The types that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
    /// HEIC, what iPhones write. It is kept, but no preview can be made of it.
    Heic,
}

impl MediaType {
    /// What a file is by its first bytes, if it is one of ours. More than [`ENOUGH_BYTES`] change
    /// nothing, so that whoever has seen the whole file says the same.
    pub fn of(start: &[u8]) -> Option<Self> {
        match &start[..start.len().min(ENOUGH_BYTES)] {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            [a, b, c, d, b'f', b't', b'y', b'p', rest @ ..] => {
                let brands = (u32::from_be_bytes([*a, *b, *c, *d]) as usize).saturating_sub(8);
                is_heic(&rest[..brands.min(rest.len())]).then_some(Self::Heic)
            }
            _ => None,
        }
    }

    /// The type with that name.
    pub fn named(mime: &str) -> Option<Self> {
        [Self::Jpeg, Self::Png, Self::WebP, Self::Heic].into_iter().find(|media| media.mime() == mime)
    }

    /// Its name on the web.
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Heic => "image/heic",
        }
    }

    /// How file names end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Heic => "heic",
        }
    }

    /// Whether a preview can be made of it.
    pub fn is_displayable(self) -> bool {
        self != Self::Heic
    }
}

/// The major brand, a version, then compatible brands; `mif1` alone may as well be AVIF.
fn is_heic(brands: &[u8]) -> bool {
    let (brands, _) = brands.as_chunks::<4>();
    let hevc = |brand: &&[u8; 4]| {
        matches!(*brand, b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs")
    };
    let generic = |brand: &&[u8; 4]| matches!(*brand, b"mif1" | b"msf1");
    let major = brands.first();
    major.is_some_and(|major| hevc(&major) || (generic(&major) && brands.iter().any(|brand| hevc(&brand))))
}

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the file is.
    pub media_type: MediaType,
    /// Width and height before the picture is turned upright. Every type but HEIC tells them.
    pub size: Option<(u32, u32)>,
    /// Whether decoding holds all coefficients in memory at once.
    pub progressive: bool,
}

impl Header {
    /// How many pixels' worth of memory decoding takes: a progressive picture counts double.
    pub fn pixels_to_decode(&self) -> u64 {
        let (width, height) = self.size.unwrap_or_default();
        u64::from(width) * u64::from(height) * if self.progressive { 2 } else { 1 }
    }
}

/// Reads the header of a complete file.
///
/// # Errors
/// The outer one if the file cannot be read; the inner one, to be told to the person, if it is
/// none of the types that are taken, or larger than a picture may be.
pub fn header(file: &mut (impl Read + Seek)) -> io::Result<Result<Header, Error>> {
    let mut start = Vec::with_capacity(ENOUGH_BYTES);
    file.by_ref().take(ENOUGH_BYTES as u64).read_to_end(&mut start)?;
    let Some(media_type) = MediaType::of(&start) else { return Ok(Err(wrong_type())) };
    let (size, progressive) = match media_type {
        MediaType::Jpeg => {
            file.seek(SeekFrom::Start(2))?;
            match jpeg(file)? {
                Some((size, progressive)) => (Some(size), progressive),
                None => return Ok(Err(wrong_type())),
            }
        }
        MediaType::Png => (png(&start), false),
        MediaType::WebP => (webp(&start), false),
        MediaType::Heic => (None, false),
    };
    let is_sized = size.is_some_and(|(width, height)| width > 0 && height > 0);
    if !is_sized && media_type != MediaType::Heic {
        return Ok(Err(wrong_type()));
    }
    if size.is_some_and(|(width, height)| width.max(height) > MAX_SIDE) {
        return Ok(Err(too_many_pixels()));
    }
    Ok(Ok(Header { media_type, size, progressive }))
}

/// Goes from segment to segment up to the start of a frame. `None`: there is no frame.
fn jpeg(file: &mut (impl Read + Seek)) -> io::Result<Option<((u32, u32), bool)>> {
    // A photo has some tens of segments before the frame.
    for _ in 0..1000 {
        let mut marker = [0; 2];
        if !fill(file, &mut marker)? || marker[0] != 0xff {
            return Ok(None);
        }
        while marker[1] == 0xff {
            let mut next = [0];
            if !fill(file, &mut next)? {
                return Ok(None);
            }
            marker[1] = next[0];
        }
        match marker[1] {
            // Markers without a segment.
            0x01 | 0xd0..=0xd7 => continue,
            // Picture data, or the end, before any frame.
            0x00 | 0xd8 | 0xd9 | 0xda => return Ok(None),
            _ => {}
        }
        let mut length = [0; 2];
        if !fill(file, &mut length)? {
            return Ok(None);
        }
        let Some(length) = u16::from_be_bytes(length).checked_sub(2) else { return Ok(None) };
        let is_frame = matches!(marker[1], 0xc0..=0xcf) && !matches!(marker[1], 0xc4 | 0xc8 | 0xcc);
        if is_frame {
            let mut frame = [0; 5];
            if !fill(file, &mut frame)? {
                return Ok(None);
            }
            let [_, height @ .., width_high, width_low] = frame;
            let size =
                (u16::from_be_bytes([width_high, width_low]).into(), u16::from_be_bytes(height).into());
            return Ok(Some((size, matches!(marker[1], 0xc2 | 0xc6 | 0xca | 0xce))));
        }
        file.seek_relative(length.into())?;
    }
    Ok(None)
}

/// Fills the buffer; `false` if the file ends before.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn png(start: &[u8]) -> Option<(u32, u32)> {
    let header = start.get(12..24)?.strip_prefix(b"IHDR")?;
    let (width, height) = header.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height.first_chunk()?)))
}

fn webp(start: &[u8]) -> Option<(u32, u32)> {
    let data = start.get(20..)?;
    match start.get(12..16)? {
        b"VP8 " => {
            let [_, _, _, 0x9d, 0x01, 0x2a, width @ .., height_low, height_high] =
                *data.first_chunk::<10>()?
            else {
                return None;
            };
            let height = u16::from_le_bytes([height_low, height_high]);
            Some(((u16::from_le_bytes(width) & 0x3fff).into(), (height & 0x3fff).into()))
        }
        b"VP8L" => {
            let [0x2f, bits @ ..] = *data.first_chunk::<5>()? else { return None };
            let bits = u32::from_le_bytes(bits);
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => {
            let side = |at: usize| {
                let [low, middle, high] = *data.get(at..)?.first_chunk::<3>()?;
                Some(u32::from_le_bytes([low, middle, high, 0]) + 1)
            };
            Some((side(4)?, side(7)?))
        }
        _ => None,
    }
}

/// The file is none of the types that are taken.
pub fn wrong_type() -> Error {
    Error::new(
        Kind::UnsupportedMedia,
        "not_a_photo",
        "这个文件不是完整可读的照片：只接收 JPEG、PNG、WebP 和 HEIC 格式（按内容判断，不看文件名）。服务器没有保存它，手机上的原文件没有变化",
        "this file is no readable photo: JPEG, PNG, WebP and HEIC are taken, judged by content and not by name; it was not kept, the file on the device is untouched",
    )
}

fn too_many_pixels() -> Error {
    Error::new(
        Kind::TooLarge,
        "too_many_pixels",
        format!("照片的边长超过 {MAX_SIDE} 像素，服务器没有保存它；手机上的原文件没有变化，请缩小后再上传"),
        format!(
            "a side of the photo has more than {MAX_SIDE} pixels; it was not kept, the file on the device is untouched, shrink it and upload again"
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat};

    use super::super::testing::Shot;
    use super::*;

    fn read(file: &[u8]) -> Result<Header, Error> {
        header(&mut Cursor::new(file)).unwrap()
    }

    fn code(file: &[u8]) -> &'static str {
        read(file).expect_err("it is refused").code
    }

    fn encoded(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    fn heif(brands: &str) -> Vec<u8> {
        let length = (8 + brands.len()) as u32;
        [length.to_be_bytes().as_slice(), b"ftyp", brands.as_bytes(), &[0; 40]].concat()
    }

    #[test]
    fn what_a_file_is_follows_from_its_content() {
        let jpeg = Shot::number(1).jpeg(40, 30, 80);
        for (file, media_type, size) in [
            (jpeg, MediaType::Jpeg, Some((40, 30))),
            (encoded(ImageFormat::Png, 31, 17), MediaType::Png, Some((31, 17))),
            (encoded(ImageFormat::WebP, 29, 19), MediaType::WebP, Some((29, 19))),
            (heif("heic\0\0\0\0mif1heic"), MediaType::Heic, None),
            (heif("mif1\0\0\0\0mif1heic"), MediaType::Heic, None),
        ] {
            let expected = Header { media_type, size, progressive: false };
            assert_eq!(read(&file).unwrap(), expected);
            assert_eq!(MediaType::named(media_type.mime()), Some(media_type));
        }
    }

    #[test]
    fn other_forms_of_webp_tell_their_size() {
        let riff =
            |form: &[u8], data: &[u8]| [b"RIFF\x64\0\0\0WEBP", form, &[16, 0, 0, 0], data, &[0; 40]].concat();
        let lossy = riff(b"VP8 ", &[0x30, 1, 0, 0x9d, 1, 0x2a, 0x80, 0x07, 0x38, 0x44]);
        assert_eq!(read(&lossy).unwrap().size, Some((1920, 1080)), "the upper bits are a scale");
        let extended = riff(b"VP8X", &[0x10, 0, 0, 0, 0x7f, 0x07, 0, 0x37, 0x04, 0]);
        assert_eq!(read(&extended).unwrap().size, Some((1920, 1080)));
        assert_eq!(code(&riff(b"ALPH", &[0; 10])), "not_a_photo");
    }

    #[test]
    fn everything_else_is_refused_whatever_it_is_called() {
        let jpeg = Shot::number(1).jpeg(40, 30, 80);
        let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
        let files: [&[u8]; 12] = [
            b"",
            b"\xff\xd8",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"%PDF-1.7",
            b"GIF89a\x01\0\x01\0",
            b"<!doctype html>",
            &heif("avif\0\0\0\0mif1miaf"),
            &heif("mif1\0\0\0\0avifmiaf"),
            &heif("qt  \0\0\0\0qt  "),
            // Cut before the frame; no frame at all; a picture without height.
            &jpeg[..frame + 4],
            b"\xff\xd8\xff\xda\0\x02junk that is no picture at all, but long enough to look like one.",
            &[&jpeg[..frame + 5], &[0, 0], &jpeg[frame + 7..]].concat(),
        ];
        for file in files {
            assert_eq!(code(file), "not_a_photo", "{:?}", file.get(..20));
        }
    }

    #[test]
    fn a_bomb_is_known_by_its_header() {
        let mut png = encoded(ImageFormat::Png, 10, 10);
        png[16..20].copy_from_slice(&30_000_u32.to_be_bytes());
        png[20..24].copy_from_slice(&30_000_u32.to_be_bytes());
        assert_eq!(code(&png), "too_many_pixels");

        let mut jpeg = Shot::number(1).jpeg(40, 30, 80);
        let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
        jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
        assert_eq!(code(&jpeg), "too_many_pixels");
    }

    #[test]
    fn a_progressive_picture_counts_double() {
        let mut file = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut file, 80);
        encoder.set_progressive(true);
        encoder.encode(&Shot::number(1).pixels(40, 30), 40, 30, jpeg_encoder::ColorType::Rgb).unwrap();
        let header = read(&file).unwrap();
        assert!(header.progressive);
        assert_eq!(header.pixels_to_decode(), 2400);
    }
}
