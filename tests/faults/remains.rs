//! What a power cut leaves of a data folder.
//!
//! The model is what POSIX promises and little more. What was written to a file since its last flush
//! may be there, or not, or in part: some writes and not others, one torn at a sector. A file grows in
//! order, though, as ext4 (`data=ordered`) and XFS see to: within its length lies what was written.
//! A name that came into a folder, or went from it, since that folder's last flush may have done so or
//! not; names change in order, up to some moment. Flushing a file says nothing of its name. A rename
//! is never half done.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use harness::seed::Seed;

use crate::journal::{Call, Entry};

/// What a disk writes at once or not at all, in bytes.
const SECTOR: u64 = 512;

/// A data folder through time: what lies safely on the disk, and what is still on its way there.
#[derive(Clone, Debug)]
pub(crate) struct Remains {
    files: Vec<File>,
    /// Which file an inode number means just now.
    open: BTreeMap<u64, usize>,
    /// The names as the running server sees them.
    seen: BTreeMap<String, usize>,
    /// The names that lie safely on the disk.
    safe: BTreeMap<String, usize>,
    /// Changes of names that were not flushed.
    renaming: Vec<(u64, Naming)>,
}

/// A file, whatever it is called.
#[derive(Clone, Debug, Default)]
struct File {
    safe: Arc<Vec<u8>>,
    /// What was done to it and not flushed, with the moment.
    unsafe_yet: Vec<(u64, Doing)>,
}

#[derive(Clone, Debug)]
enum Doing {
    Write { offset: u64, bytes: Arc<[u8]> },
    Cut { length: u64 },
}

#[derive(Clone, Debug)]
enum Naming {
    /// A file got a name, and lost another if it was renamed.
    Named { path: String, file: usize, before: Option<String> },
    /// A name went away.
    Removed { path: String },
    /// A folder came into being: no file inside of it is there without it.
    Folder { path: String },
}

impl Naming {
    /// The folder that must be flushed.
    fn folder(&self) -> &str {
        let (Self::Named { path, .. } | Self::Removed { path } | Self::Folder { path }) = self;
        path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// A folder is kept among the names as this file.
const FOLDER: usize = usize::MAX;

impl Remains {
    /// The data folder as it is, all of it safe.
    pub(crate) fn of(folder: &Path) -> Self {
        let mut remains = Self {
            files: Vec::new(),
            open: BTreeMap::new(),
            seen: BTreeMap::new(),
            safe: BTreeMap::new(),
            renaming: Vec::new(),
        };
        remains.take_in(folder, "");
        remains.seen = remains.safe.clone();
        remains
    }

    fn take_in(&mut self, folder: &Path, prefix: &str) {
        for entry in folder.read_dir().expect("a folder").map(|entry| entry.expect("it can be read")) {
            let name = entry.file_name().into_string().expect("our names are plain");
            let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            if entry.path().is_dir() {
                self.safe.insert(path.clone(), FOLDER);
                self.take_in(&entry.path(), &path);
            } else {
                let bytes = std::fs::read(entry.path()).expect("it can be read");
                self.safe.insert(path, self.files.len());
                self.files.push(File { safe: Arc::new(bytes), unsafe_yet: Vec::new() });
            }
        }
    }

    /// Lets one call happen.
    pub(crate) fn happen(&mut self, entry: &Entry) {
        let at = entry.end;
        match &entry.call {
            Call::Created { file, path } => {
                let new = self.files.len();
                self.files.push(File::default());
                self.open.insert(*file, new);
                self.name(at, path, new, None);
            }
            Call::Opened { file, path } => {
                if let Some(&known) = self.seen.get(path) {
                    self.open.insert(*file, known);
                }
            }
            Call::Written { file, offset, bytes } => {
                self.file(*file)
                    .unsafe_yet
                    .push((at, Doing::Write { offset: *offset, bytes: Arc::clone(bytes) }));
            }
            Call::Cut { file, length } => {
                self.file(*file).unsafe_yet.push((at, Doing::Cut { length: *length }));
            }
            Call::Flushed { file, before } => self.file(*file).flush(*before),
            Call::Renamed { from, to } => {
                if let Some(file) = self.seen.remove(from) {
                    self.name(at, to, file, Some(from.clone()));
                }
            }
            Call::Linked { from, to } => {
                if let Some(&file) = self.seen.get(from) {
                    self.name(at, to, file, None);
                }
            }
            Call::Removed { path } | Call::RemovedFolder { path } => {
                self.seen.remove(path);
                self.renaming.push((at, Naming::Removed { path: path.clone() }));
            }
            Call::MadeFolder { path } => {
                self.seen.insert(path.clone(), FOLDER);
                self.renaming.push((at, Naming::Folder { path: path.clone() }));
            }
            Call::FlushedFolder { path, before } => {
                let renaming = std::mem::take(&mut self.renaming);
                for (at, naming) in renaming {
                    if at <= *before && naming.folder() == path {
                        apply(&mut self.safe, &naming);
                    } else {
                        self.renaming.push((at, naming));
                    }
                }
            }
        }
    }

    fn name(&mut self, at: u64, path: &str, file: usize, before: Option<String>) {
        self.seen.insert(path.to_owned(), file);
        self.renaming.push((at, Naming::Named { path: path.to_owned(), file, before }));
    }

    fn file(&mut self, inode: u64) -> &mut File {
        let file = *self.open.get(&inode).expect("a file is opened before it is written");
        &mut self.files[file]
    }

    /// Writes one of the states that a power cut at this moment may leave into an empty folder.
    pub(crate) fn leave(&self, chance: &mut Seed, folder: &Path) {
        let luck = Luck::draw(chance);
        let mut names = self.safe.clone();
        let kept = luck.count(chance, self.renaming.len());
        for (_, naming) in &self.renaming[..kept] {
            apply(&mut names, naming);
        }
        let mut folders = BTreeSet::from([String::new()]);
        // Names are in order, so that a folder comes before what is in it: without the folder it is
        // not there.
        for (path, file) in names {
            if !folders.contains(path.rsplit_once('/').map_or("", |(parent, _)| parent)) {
                continue;
            }
            if file == FOLDER {
                std::fs::create_dir(folder.join(&path)).expect("a folder can be made");
                folders.insert(path);
            } else {
                std::fs::write(folder.join(path), self.files[file].left(luck, chance))
                    .expect("a file can be written");
            }
        }
    }
}

fn apply(names: &mut BTreeMap<String, usize>, naming: &Naming) {
    match naming {
        Naming::Named { path, file, before } => {
            if let Some(before) = before
                && names.get(before) == Some(file)
            {
                names.remove(before);
            }
            names.insert(path.clone(), *file);
        }
        Naming::Removed { path } => {
            names.remove(path);
        }
        Naming::Folder { path } => {
            names.insert(path.clone(), FOLDER);
        }
    }
}

/// How much of what was not flushed is there after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Luck {
    Nothing,
    Everything,
    Some,
}

impl Luck {
    fn draw(chance: &mut Seed) -> Self {
        match chance.below(4) {
            0 => Self::Nothing,
            1 => Self::Everything,
            _ => Self::Some,
        }
    }

    fn count(self, chance: &mut Seed, of: usize) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Everything => of,
            Self::Some => chance.below(of as u64 + 1) as usize,
        }
    }
}

impl File {
    fn flush(&mut self, before: u64) {
        let flushed = self.unsafe_yet.iter().take_while(|(at, _)| *at <= before).count();
        if flushed > 0 {
            let safe = Arc::make_mut(&mut self.safe);
            for (_, doing) in self.unsafe_yet.drain(..flushed) {
                doing.to(safe);
            }
        }
    }

    fn left(&self, luck: Luck, chance: &mut Seed) -> Vec<u8> {
        let mut bytes = Vec::clone(&self.safe);
        let mut grows = true;
        for (_, doing) in &self.unsafe_yet {
            let part = match luck {
                Luck::Nothing => continue,
                Luck::Everything => 1,
                Luck::Some => chance.below(3),
            };
            if doing.end() > bytes.len() as u64 {
                if !grows {
                    continue;
                }
                grows = part == 1;
            }
            match (part, doing) {
                (1, doing) => doing.to(&mut bytes),
                (2, Doing::Write { offset, bytes: written }) => {
                    // Torn: whole sectors from its beginning.
                    let end = offset + chance.below(written.len() as u64 + 1);
                    let torn = (end / SECTOR * SECTOR).saturating_sub(*offset) as usize;
                    Doing::Write { offset: *offset, bytes: written[..torn].into() }.to(&mut bytes);
                }
                _ => {}
            }
        }
        bytes
    }
}

impl Doing {
    fn end(&self) -> u64 {
        match self {
            Self::Write { offset, bytes } => offset + bytes.len() as u64,
            Self::Cut { length } => *length,
        }
    }

    fn to(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Cut { length } => bytes.resize(*length as usize, 0),
            Self::Write { bytes: written, .. } if written.is_empty() => {}
            Self::Write { offset, bytes: written } => {
                let (from, to) = (*offset as usize, *offset as usize + written.len());
                if bytes.len() < to {
                    bytes.resize(to, 0);
                }
                bytes[from..to].copy_from_slice(written);
            }
        }
    }
}
