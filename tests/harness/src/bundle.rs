//! What a phone without signal gives to somebody who drives to town.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use sync_protocol::bundle::{
    BundleResponse, CHANGES, ChangesInside, Key, MANIFEST, Manifest, PHOTOS, PhotoInside,
};
use sync_protocol::photo::Sha256;
use sync_protocol::version::PROTOCOL;
use uuid::Uuid;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::device::{Device, SyncError};

/// A bundle before it is packed.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// What it says of itself.
    pub manifest: Manifest,
    /// One change a line.
    pub changes: Vec<u8>,
    /// The photos, in the order of the manifest.
    pub photos: Vec<Vec<u8>>,
    token: String,
}

/// What a ZIP is packed of: names and bytes, in that order.
pub type Entries = Vec<(String, Vec<u8>)>;

impl Bundle {
    /// Makes the manifest fit what is inside.
    pub fn count(&mut self) {
        let lines = self.changes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        self.manifest.changes = ChangesInside { count: lines.count(), sha256: Sha256::of(&self.changes) };
        let inside = |bytes: &Vec<u8>| PhotoInside { sha256: Sha256::of(bytes), length: bytes.len() as u64 };
        self.manifest.photos = self.photos.iter().map(inside).collect();
    }

    /// `manifest.json`, sealed by the phone that it is of.
    pub fn sealed(&self) -> Vec<u8> {
        self.manifest.seal(&Key::of(&self.token))
    }

    /// What it is packed of.
    pub fn entries(&self) -> Entries {
        let mut entries =
            vec![(MANIFEST.to_owned(), self.sealed()), (CHANGES.to_owned(), self.changes.clone())];
        for (inside, bytes) in self.manifest.photos.iter().zip(&self.photos) {
            entries.push((format!("{PHOTOS}{}", inside.sha256), bytes.clone()));
        }
        entries
    }

    /// The file.
    pub fn packed(&self) -> Vec<u8> {
        pack(&self.entries())
    }
}

/// Packs a ZIP: photos as they are, all else deflated.
pub fn pack(entries: &Entries) -> Vec<u8> {
    let method = |name: &str| {
        if name.starts_with(PHOTOS) { CompressionMethod::Stored } else { CompressionMethod::Deflated }
    };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default().compression_method(method(name));
        zip.start_file(name.as_str(), options).expect("memory takes everything");
        zip.write_all(bytes).expect("memory takes everything");
    }
    zip.finish().expect("memory takes everything").into_inner()
}

impl Device {
    /// Everything that is not settled, and the photos that are not at the office, for somebody to carry.
    pub fn bundle(&self) -> Bundle {
        let outbox = &self.phone.outbox;
        let held = outbox.held.iter().filter(|held| held.refused.is_none()).map(|held| &held.change);
        let unsettled = outbox.kept.iter().map(|kept| &kept.change).chain(held).chain(&outbox.waiting);
        let mut changes = Vec::new();
        for change in unsettled {
            changes.extend(change.canonical());
            changes.push(b'\n');
        }
        let photos = self.phone.photos.iter().filter(|(_, photo)| !photo.at_office);
        let mut bundle = Bundle {
            manifest: Manifest {
                protocol: PROTOCOL,
                bundle: Uuid::now_v7(),
                device: self.phone.owner.device,
                made_at: self.now(),
                cursor: self.phone.replica.cursor.clone(),
                changes: ChangesInside { count: 0, sha256: Sha256::of(b"") },
                photos: Vec::new(),
            },
            changes,
            photos: photos.map(|(hash, _)| self.album.get(*hash).to_vec()).collect(),
            token: self.phone.owner.token.clone(),
        };
        bundle.count();
        bundle
    }

    /// Sends what somebody gave this device's owner to carry.
    ///
    /// # Errors
    /// When nothing of it was taken, or no answer came.
    pub async fn carry(&self, packed: Vec<u8>) -> Result<BundleResponse, SyncError> {
        let request = self.request(Method::POST, "/api/v1/bundles");
        let response = request.header(CONTENT_TYPE, "application/zip").body(packed).send().await?;
        Self::answer(response).await
    }
}

/// How often each outcome occurs in an answer: of changes, and of photos as `photo …`.
pub fn tally(answer: &BundleResponse) -> BTreeMap<String, usize> {
    let answer = serde_json::to_value(answer).expect("plain data");
    let mut tally = BTreeMap::new();
    for (list, before) in [("outcomes", ""), ("photos", "photo ")] {
        for outcome in answer[list].as_array().into_iter().flatten() {
            let name = outcome["outcome"].as_str().unwrap_or_default();
            *tally.entry(format!("{before}{name}")).or_default() += 1;
        }
    }
    tally
}
