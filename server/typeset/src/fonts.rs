//! The fonts of this machine that books are set in: Song for what people wrote, Hei for what stands
//! over it, as official papers are.

use std::path::PathBuf;
use std::sync::OnceLock;

use fontdb::{Database, Source};
use typst::foundations::Bytes;
use typst::text::{Font, FontBook, FontInfo};
use typst::utils::LazyHash;

/// Families with Song letters, the best first.
const SONG: [&str; 7] = [
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Serif SC",
    "Songti SC",
    "SimSun",
    "Noto Sans CJK SC",
    "WenQuanYi Zen Hei",
];
/// Families with Hei letters, the best first.
const HEI: [&str; 7] = [
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "PingFang SC",
    "SimHei",
    "Noto Serif CJK SC",
    "WenQuanYi Zen Hei",
];

/// The fonts, and which of them are used.
pub(crate) struct Fonts {
    /// What is known of each.
    pub(crate) book: LazyHash<FontBook>,
    faces: Vec<Face>,
    /// The family of what people wrote.
    pub(crate) song: &'static str,
    /// The family of what stands over it.
    pub(crate) hei: &'static str,
}

/// A font; read when it is first used, since each takes tens of megabytes.
struct Face {
    path: PathBuf,
    index: u32,
    font: OnceLock<Option<Font>>,
}

impl Fonts {
    /// What is installed; `None` if nothing of it has Chinese letters.
    pub(crate) fn of_this_machine() -> Option<Self> {
        let mut installed = Database::new();
        installed.load_system_fonts();
        let (mut book, mut faces) = (FontBook::new(), Vec::new());
        for face in installed.faces() {
            let (Source::File(path) | Source::SharedFile(path, _)) = &face.source else { continue };
            let Some(Some(about)) = installed.with_face_data(face.id, FontInfo::new) else { continue };
            book.push(about);
            faces.push(Face { path: path.clone(), index: face.index, font: OnceLock::new() });
        }
        let first = |families: [&'static str; 7]| {
            families.into_iter().find(|family| book.contains_family(&family.to_lowercase()))
        };
        let (song, hei) = (first(SONG)?, first(HEI)?);
        Some(Self { book: LazyHash::new(book), faces, song, hei })
    }

    /// A font by its place in the book.
    pub(crate) fn font(&self, place: usize) -> Option<Font> {
        let face = self.faces.get(place)?;
        let read = || Font::new(Bytes::new(std::fs::read(&face.path).ok()?), face.index);
        face.font.get_or_init(read).clone()
    }
}
