//! 竣工验收档案 of a project: everything that was recorded of it, in open forms that need no server, with
//! the hash of every file and the proof that it stands in the county's ledger.
//!
//! A ZIP that is sent while it is made: the index, the records, the entries of the ledger with their
//! proofs, then the photos byte for byte, then the hashes of all of it.

mod evidence;
mod index;
mod packing;

use std::collections::{BTreeMap, HashMap};
use std::io;

use bytes::Bytes;
use futures_util::{FutureExt as _, Stream};
use sync_protocol::id::RecordId;
use sync_protocol::kinds;
use sync_protocol::photo::{PhotoRef, Sha256};
use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::Instrument as _;

use crate::access::actor::Actor;
use crate::blobs::growing;
use crate::clock::Moment;
use crate::error::{Error, Kind, Language, Result};
use crate::photos::original::{Original, Wanted as Bytewise};
use crate::photos::sniff::MediaType;
use crate::photos::{Photos, refs};
use crate::reports::books::shelf::{Kept, Shelf};
use crate::reports::draw::html;
use crate::reports::draw::pictures::Own;
use crate::reports::draw::typeset::Typesetter;
use crate::reports::table::codes::Codes;
use crate::reports::table::legible::Names;
use crate::reports::table::write_line;
use crate::store::Store;
use crate::store::ledger::Entry;
use crate::store::photos::PhotoRow;
use crate::sync::engine::Engine;
use crate::sync::sight::{MINOR, Wanted};
use crate::sync::standing;
use index::Index;
use packing::Packing;

/// How many are packed at a time.
static PACKED_AT_ONCE: Semaphore = Semaphore::const_new(2);
/// How long somebody waits for a place.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// Everything that a dossier is made with.
pub struct Archive<'a> {
    /// The database.
    pub store: &'a Store,
    /// Knows what is in scope.
    pub engine: &'a std::sync::Arc<Engine>,
    /// The originals.
    pub photos: &'a std::sync::Arc<Photos>,
    /// Sets the index.
    pub typesetter: &'a std::sync::Arc<Typesetter>,
    /// The pictures of the index.
    pub pictures: Own,
}

/// What became of a photo.
#[derive(Clone, Debug)]
enum Found {
    /// Its original is in the dossier.
    Original(Box<PhotoRow>),
    /// A minor can be recognised in it, and the original is not for whoever asked.
    Restricted,
    /// Its bytes are not here.
    Missing,
}

/// A photo of a record.
#[derive(Clone, Debug)]
struct Shown {
    photo: PhotoRef,
    record: RecordId,
    kind: &'static kinds::Kind,
}

/// All that goes into a dossier, but for the bytes of photos.
struct Gathered {
    project: Kept,
    county: String,
    county_name: String,
    /// By kind, in the order of the protocol.
    records: Vec<Kept>,
    entries: Vec<Entry>,
    names: Names,
    /// What the county calls the codes of its lists.
    codes: Codes,
    /// Each photo once, by the first record that shows it.
    photos: Vec<Shown>,
    found: HashMap<Sha256, Found>,
    damaged: Vec<RecordId>,
}

/// Which dossier.
#[derive(Clone, Debug)]
pub struct Wished {
    /// Of which project.
    pub project: RecordId,
    /// In which language.
    pub language: Language,
}

impl Archive<'_> {
    /// The name of the dossier's file, and its bytes, while it is being made.
    ///
    /// # Errors
    /// Not found if the project is not in scope, or there is no room. Later failures break the stream off.
    pub async fn pack(
        self,
        actor: &Actor,
        wished: &Wished,
        now: Moment,
    ) -> Result<(String, impl Stream<Item = io::Result<Bytes>> + Send + use<>)> {
        let place = place().await?;
        let gathered = self.gather(actor, wished, now).await?;
        let name = gathered.name(wished.language);
        let (sink, reading) = growing::begin(&self.photos.folder).await?;
        let making = Making {
            engine: std::sync::Arc::clone(self.engine),
            photos: std::sync::Arc::clone(self.photos),
            typesetter: std::sync::Arc::clone(self.typesetter),
            pictures: self.pictures,
            actor: actor.clone(),
            language: wished.language,
            now,
        };
        let packing = Packing::begin(sink, now);
        let packed = async move {
            let project = gathered.project.row.id;
            match making.write(gathered, packing).await {
                Ok((files, bytes)) => {
                    tracing::info!(%project, files, bytes, "packed the dossier of a project: {files} files");
                }
                Err(error) if error.code == packing::GONE => {
                    tracing::info!(%project, "the dossier of a project was not taken to its end");
                }
                Err(error) => tracing::error!(?error, %project, "could not pack the dossier of a project"),
            }
            drop(place);
        };
        tokio::spawn(packed.in_current_span());
        Ok((name, reading.stream()))
    }

    async fn gather(&self, actor: &Actor, wished: &Wished, now: Moment) -> Result<Gathered> {
        let scope = self.engine.read_scope(actor, now);
        let mut tx = self.store.snapshot().await?;
        let mut shelf = Shelf::of(&mut tx, &scope, Some(self.store));
        let project = shelf.one("project", wished.project).await?;
        let county = project.row.county.clone();
        let mut records = Vec::new();
        for kind in kinds::all() {
            records.extend(shelf.of_project(&county, wished.project, kind.name).await?);
        }
        records.extend(shelf.contracts(&county, wished.project).await?);
        records.extend(shelf.some(project.row.school.into_iter()).await?);
        let mut seen = std::collections::BTreeSet::new();
        records.retain(|kept| seen.insert(kept.row.id));
        let names = shelf.names(&records).await?;
        let codes = Codes::of_county(shelf.tx, &county).await?;
        let mut entries = Vec::new();
        for kept in &records {
            entries.extend(shelf.history(kept.row.id).await?);
        }
        entries.sort_by_key(|entry| entry.seq);
        let damaged = std::mem::take(&mut shelf.damaged);
        drop(tx);
        let photos = shown(&records)?;
        let mut found = HashMap::new();
        for shown in &photos {
            let sha256 = shown.photo.sha256;
            found.insert(sha256, self.find(actor, sha256).await?);
        }
        let county_name = self
            .engine
            .standing()
            .known()
            .get(&county)
            .map_or_else(|| county.clone(), |(name, _)| name.clone());
        Ok(Gathered { project, county, county_name, records, entries, names, codes, photos, found, damaged })
    }

    async fn find(&self, actor: &Actor, sha256: Sha256) -> Result<Found> {
        match self.engine.photo(actor, &sha256, Wanted::Original).await {
            Ok(photo) if photo.damaged_at.is_none() => Ok(Found::Original(Box::new(photo))),
            Ok(_) => Ok(Found::Missing),
            Err(error) if error.code == MINOR => Ok(Found::Restricted),
            Err(error) if error.kind == Kind::NotFound => Ok(Found::Missing),
            Err(error) => Err(error),
        }
    }
}

/// The photos of records, each once.
fn shown(records: &[Kept]) -> Result<Vec<Shown>> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for kept in records {
        let snapshot = standing::snapshot(&kept.row)?;
        for (_, photo) in refs::of(&snapshot) {
            if known.insert(photo.sha256) {
                shown.push(Shown { photo, record: kept.row.id, kind: kept.kind });
            }
        }
    }
    Ok(shown)
}

async fn place() -> Result<SemaphorePermit<'static>> {
    match tokio::time::timeout(PATIENCE, PACKED_AT_ONCE.acquire()).await {
        Ok(permit) => permit.map_err(Error::internal),
        Err(_) => Err(Error::new(
            Kind::Unavailable(60),
            "dossiers_busy",
            "正在打包的档案太多，请稍等再试",
            "too many dossiers are being packed; try again in a moment",
        )),
    }
}

impl Gathered {
    fn name(&self, language: Language) -> String {
        let project = self.project.text("name").unwrap_or_default();
        format!("{}-{project}", language.pick("竣工验收档案", "acceptance dossier"))
    }

    /// Where the original of a photo stands in the dossier, if it does.
    fn file_of(&self, sha256: &Sha256) -> Option<String> {
        let Found::Original(photo) = self.found.get(sha256)? else { return None };
        let extension = MediaType::named(&photo.media_type).map_or("bin", MediaType::extension);
        Some(format!("photos/{sha256}.{extension}"))
    }
}

/// A dossier on its way.
struct Making {
    engine: std::sync::Arc<Engine>,
    photos: std::sync::Arc<Photos>,
    typesetter: std::sync::Arc<Typesetter>,
    pictures: Own,
    actor: Actor,
    language: Language,
    now: Moment,
}

impl Making {
    /// Writes all of it; tells how many files and bytes there are.
    async fn write(&self, gathered: Gathered, mut packing: Packing) -> Result<(usize, u64)> {
        let index = Index { gathered: &gathered, language: self.language, now: self.now };
        let document = index.document();
        let page = html::page(&document, |photo| gathered.file_of(&photo.sha256));
        packing.text("index.html", page).await?;
        packing.text("index.csv", index.csv()?).await?;
        let mut notes = Vec::new();
        let setting = self.typesetter.pdf(&document, &self.pictures, &self.photos.folder);
        match setting.boxed().await {
            Ok(made) => packing.stream("index.pdf", made.stream()).boxed().await?,
            Err(error) => {
                tracing::info!(?error, "a dossier has no index.pdf");
                notes.push(self.language.pick(&error.zh, &error.en).to_owned());
            }
        }
        for (kind, lines) in records_by_kind(&gathered)? {
            packing.text(&format!("records/{kind}.ndjson"), lines).await?;
        }
        self.evidence(&gathered, &mut packing).await?;
        notes.extend(self.originals(&gathered, &mut packing).await?);
        packing.text("README.txt", index.readme(&notes)).await?;
        packing.finish().await
    }

    /// The originals, byte for byte; tells which turned out to be damaged.
    async fn originals(&self, gathered: &Gathered, packing: &mut Packing) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        for shown in &gathered.photos {
            let sha256 = shown.photo.sha256;
            let (Some(file), Some(Found::Original(photo))) =
                (gathered.file_of(&sha256), gathered.found.get(&sha256))
            else {
                continue;
            };
            match self.photos.original(photo, Bytewise::Whole).await {
                Ok(Original::Bytes(bytes)) => packing.stored(&file, bytes).await?,
                Ok(Original::File(blob)) => {
                    let length = blob.length;
                    packing.stream(&file, blob.stream(0..length)?).boxed().await?;
                }
                Err(error) => {
                    tracing::warn!(?error, photo = %sha256, "a photo is missing in a dossier");
                    notes.push(format!("{file}: {}", self.language.pick(&error.zh, &error.en)));
                }
            }
        }
        Ok(notes)
    }
}

/// The records as they stand, every value of every field, a line each.
fn records_by_kind(gathered: &Gathered) -> Result<BTreeMap<&'static str, String>> {
    let mut by_kind: BTreeMap<&'static str, Vec<u8>> = BTreeMap::new();
    for kept in &gathered.records {
        write_line(by_kind.entry(kept.kind.name).or_default(), &kept.row).map_err(Error::internal)?;
    }
    let text = |(kind, lines)| Ok((kind, String::from_utf8(lines).map_err(Error::internal)?));
    by_kind.into_iter().map(text).collect()
}
