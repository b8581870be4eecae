//! The photos of a bundle, one after the other.

use std::collections::BTreeMap;
use std::io::Read;

use sync_protocol::bundle::{Manifest, PhotoFate, PhotoOutcome};
use sync_protocol::photo::Sha256;

use super::Intake;
use super::archive::{Archive, Stood};
use crate::access::actor::Actor;
use crate::blobs::{self, blocking};
use crate::error::{Error, Kind, Language, Result};
use crate::photos::upload;

/// What became of photos so far.
type Fates = BTreeMap<Sha256, PhotoFate>;
/// The photos that did not come by yet, with the lengths of those that are wanted.
type Awaited = BTreeMap<Sha256, Option<u64>>;

impl Intake {
    /// Takes the photos that the manifest names, as its author's. Never fails: by now something is
    /// stored, and what became of the rest is to be told.
    pub(super) async fn take_photos<R: Read + Send + 'static>(
        &self,
        archive: Archive<R>,
        author: &Actor,
        manifest: &Manifest,
        language: Language,
    ) -> Vec<PhotoOutcome> {
        let mut fates = Fates::new();
        let awaited = self.awaited(author, manifest, language, &mut fates).await;
        let ended = self.walk(archive, author, awaited, language, &mut fates).await;
        let rest = fate_of(&ended.err().unwrap_or_else(not_in_bundle), language);
        let outcome = |sha256| {
            let fate = fates.remove(&sha256).unwrap_or_else(|| rest.clone());
            PhotoOutcome { sha256, fate }
        };
        manifest.lengths().into_keys().map(outcome).collect()
    }

    /// Tells what is wanted; what is not has its fate.
    async fn awaited(
        &self,
        author: &Actor,
        manifest: &Manifest,
        language: Language,
        fates: &mut Fates,
    ) -> Awaited {
        let lengths = manifest.lengths();
        let asked: Vec<_> = lengths.keys().copied().collect();
        let county = author.home_county.as_deref().into_iter();
        let lacking = self.photos.lacking(author.user, county, &asked).await.unwrap_or_else(|error| {
            tracing::warn!(?error, "could not see which photos of a bundle are here; all are taken");
            asked
        });
        let wanted = |(sha256, length): (Sha256, u64)| {
            if lacking.binary_search(&sha256).is_err() {
                fates.insert(sha256, PhotoFate::Known);
            } else if length > upload::MAX_BYTES {
                fates.insert(sha256, fate_of(&upload::too_long(), language));
            } else {
                return (sha256, Some(length));
            }
            (sha256, None)
        };
        lengths.into_iter().map(wanted).collect()
    }

    /// Goes from photo to photo while any is wanted.
    ///
    /// # Errors
    /// Why the rest could not be taken.
    async fn walk<R: Read + Send + 'static>(
        &self,
        mut archive: Archive<R>,
        author: &Actor,
        mut awaited: Awaited,
        language: Language,
        fates: &mut Fates,
    ) -> Result<()> {
        let folder = &self.photos.folder;
        while awaited.values().any(Option::is_some) {
            if !folder.has_room().await? {
                return Err(blobs::full());
            }
            let into = folder.clone();
            let next = move || {
                let next = archive.photo(&mut awaited, &into)?;
                Ok((archive, awaited, next))
            };
            let next = blocking(next).await?;
            (archive, awaited) = (next.0, next.1);
            let Some((sha256, stood)) = next.2 else { break };
            let fate = match stood {
                Stood::PassedOver => continue,
                Stood::Damaged => fate_of(&damaged(), language),
                Stood::Whole(id, part) => {
                    let taken = self.photos.uploads.take_whole(author, id, part, sha256).await;
                    taken.map_or_else(|error| fate_of(&error, language), |()| PhotoFate::Taken)
                }
            };
            fates.insert(sha256, fate);
        }
        Ok(())
    }
}

/// What a failure means for a photo: what is wrong with itself stays wrong, all else may come right.
fn fate_of(error: &Error, language: Language) -> PhotoFate {
    let (code, message) = (error.code.to_owned(), language.pick(&error.zh, &error.en).to_owned());
    match error.kind {
        Kind::TooLarge | Kind::UnsupportedMedia | Kind::Unprocessable => PhotoFate::Refused { code, message },
        _ => PhotoFate::Missing { code, message },
    }
}

fn not_in_bundle() -> Error {
    Error::new(
        Kind::NotFound,
        "not_in_bundle",
        "文件里没有这张照片：文件可能不完整；请保留文件，重新复制后再发送，照片仍在本人手机上",
        "the photo is not in the file, which may be cut; keep it and copy it again, the photo is still on its owner's device",
    )
}

fn damaged() -> Error {
    Error::new(
        Kind::HashMismatch,
        "damaged",
        "文件里的这张照片已损坏，没有保存；请保留文件，重新复制后再发送，照片仍在本人手机上",
        "the photo in the file is damaged and was not stored; keep the file and copy it again, the photo is still on its owner's device",
    )
}
