//! What the typesetter has before it: the layout, the document, its photos, the fonts.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Dict, Duration, IntoValue};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};

use crate::fonts::Fonts;

/// How documents lie on paper.
const LAYOUT: &str = include_str!("layout.typ");

pub(crate) struct Desk {
    folder: PathBuf,
    fonts: Fonts,
    library: LazyHash<Library>,
    layout: Source,
}

impl Desk {
    pub(crate) fn open(folder: PathBuf, fonts: Fonts) -> anyhow::Result<Self> {
        let mut inputs = Dict::new();
        inputs.insert("song".into(), fonts.song.into_value());
        inputs.insert("hei".into(), fonts.hei.into_value());
        let library = LazyHash::new(Library::builder().with_inputs(inputs).build());
        let path = VirtualPath::new("layout.typ").map_err(|error| anyhow!("{error:?}"))?;
        let layout = FileId::new(RootedPath::new(VirtualRoot::Project, path));
        Ok(Self { folder, fonts, library, layout: Source::new(layout, LAYOUT.to_owned()) })
    }
}

/// Nothing is read but what lies in the folder.
fn within(folder: &Path, id: FileId) -> FileResult<PathBuf> {
    if *id.root() != VirtualRoot::Project {
        return Err(FileError::AccessDenied);
    }
    id.vpath().realize(folder).map_err(|_| FileError::AccessDenied)
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.layout.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.layout.id() { Ok(self.layout.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let path = within(&self.folder, id)?;
        let bytes = fs::read(&path).map_err(|error| FileError::from_io(error, &path))?;
        Ok(Bytes::new(bytes))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        // What is dated says so itself.
        None
    }
}

/// What is wrong, in one line.
pub(crate) fn told(errors: &[SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
}
