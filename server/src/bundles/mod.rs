//! Bundles come in: what somebody carried by hand for a device without signal.
//!
//! What a bundle is, and what was decided about half ones, damaged ones and forged ones, stands in
//! `sync_protocol::bundle`. Here it is brought to the disk, opened, and handed to those who take
//! changes and photos anyway.

mod archive;
mod photos;

use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use sync_protocol::bundle::{self, BundleResponse, CHANGES, MANIFEST, Manifest, PhotoFate, Sealed};
use sync_protocol::id::UserId;
use sync_protocol::message::Fate;
use sync_protocol::photo::Sha256;
use sync_protocol::version::PROTOCOL;
use tokio::sync::Semaphore;

use crate::access::actor::Actor;
use crate::access::people::{Origin, People};
use crate::blobs::spool::Spool;
use crate::blobs::{self, blocking};
use crate::clock::Clock;
use crate::error::{Error, Kind, Language, Result};
use crate::photos::Photos;
use crate::sync::carried::Carried;
use crate::sync::engine::Engine;
use crate::sync::round;
use archive::{Archive, Broken};

/// How many bundles are read at a time: each is in memory with its text.
static READ_AT_ONCE: Semaphore = Semaphore::const_new(2);
/// After how many bytes it is asked again whether there is room.
const LOOK_AGAIN: u64 = 16 * 1024 * 1024;
/// The text stands within so many bytes: where there is no room for photos, there is for this.
const TEXT_BYTES: u64 = (bundle::MAX_MANIFEST_BYTES + bundle::MAX_CHANGES_BYTES + 512 * 1024) as u64;

/// All who have to do with what is in a bundle.
#[derive(Clone)]
pub struct Intake {
    /// The time.
    pub clock: Clock,
    /// Who know whose seal it is.
    pub people: Arc<People>,
    /// Takes the changes.
    pub engine: Arc<Engine>,
    /// Take the photos.
    pub photos: Arc<Photos>,
}

/// A bundle whose text is proven.
struct Opened<R> {
    archive: Archive<R>,
    origin: Origin,
    manifest: Manifest,
    changes: Vec<String>,
}

impl Intake {
    /// Takes a bundle. What is in it counts as its device's, whoever carries it.
    ///
    /// Ends of a body that is cut are no failure: what came whole before is taken.
    ///
    /// # Errors
    /// If it has no text that its device sealed, or nothing can be stored at the moment. Then nothing
    /// of it was stored.
    pub async fn take<S>(self, carrier: Arc<Actor>, language: Language, body: S) -> Result<BundleResponse>
    where
        S: Stream<Item = Result<Bytes>> + Send + Unpin,
    {
        let taken = self.take_for(carrier.user, language, body).await;
        let outcome = match &taken {
            Ok(answer) if answer.complete => "complete",
            Ok(_) => "in_part",
            Err(error) => error.code,
        };
        metrics::counter!("siteledger_bundles_total", "outcome" => outcome.to_owned()).increment(1);
        match &taken {
            Ok(answer) => tell(answer, &carrier),
            Err(error) => {
                tracing::warn!(carrier = %carrier.user, code = error.code, "a bundle was not taken");
            }
        }
        taken
    }

    async fn take_for<S>(&self, carrier: UserId, language: Language, body: S) -> Result<BundleResponse>
    where
        S: Stream<Item = Result<Bytes>> + Send + Unpin,
    {
        let (spool, is_full) = self.bring_in(body).await?;
        let _turn = READ_AT_ONCE.acquire().await.map_err(Error::internal)?;
        let opened = self.open(spool.read().await?).await;
        let Opened { archive, origin, manifest, changes } = match opened {
            // It is the disk that did not take what is missing.
            Err(error) if is_full && error.code == NOT_OPENED => return Err(blobs::full()),
            opened => opened?,
        };
        let carried = Carried {
            author: Arc::clone(&origin.actor),
            shut_out_since: origin.shut_out_since,
            cursor: manifest.cursor.clone(),
            carrier,
            changes,
        };
        let outcomes = self.engine.take_carried(carried, language).await?;
        // From here on something is stored, so it is told whatever happens.
        let photos = self.take_photos(archive, &origin.actor, &manifest, language).await;
        let complete = photos.iter().all(|photo| !matches!(photo.fate, PhotoFate::Missing { .. }));
        Ok(BundleResponse {
            protocol: PROTOCOL,
            server_time: self.clock.now().rfc3339(),
            bundle: manifest.bundle,
            device: manifest.device,
            by_name: origin.actor.display_name.clone(),
            outcomes,
            photos,
            complete,
        })
    }

    /// Brings a body to the disk; says as well whether the disk had no room for all of it.
    async fn bring_in<S>(&self, mut body: S) -> Result<(Spool, bool)>
    where
        S: Stream<Item = Result<Bytes>> + Send + Unpin,
    {
        let folder = &self.photos.folder;
        let mut spool = Spool::begin(folder).await?;
        let mut has_room = folder.has_room().await?;
        let (mut came, mut look_at, mut is_full) = (0, LOOK_AGAIN, false);
        // A body that breaks off is half a bundle.
        while let Some(Ok(chunk)) = body.next().await {
            came += chunk.len() as u64;
            if came > bundle::MAX_BYTES {
                return Err(too_large());
            }
            if came > look_at {
                look_at = came + LOOK_AGAIN;
                has_room = folder.has_room().await?;
            }
            is_full |= !has_room && spool.length() >= TEXT_BYTES;
            // What finds no room is read all the same: who is cut off while sending sees no answer.
            if !is_full && spool.append(&chunk).await.is_err() {
                is_full = true;
            }
        }
        Ok((spool, is_full))
    }

    /// Reads the text and proves it.
    async fn open<R: Read + Send + 'static>(&self, reader: R) -> Result<Opened<R>> {
        let read = move || {
            let mut archive = Archive::over(reader);
            let text = archive.text(MANIFEST, bundle::MAX_MANIFEST_BYTES);
            Ok((archive, text))
        };
        let (mut archive, text) = blocking(read).await?;
        let sealed = Sealed::read(&text.map_err(of_text)?).map_err(not_opened)?;
        let origin = self.people.origin(sealed.device()).await?.ok_or_else(wrong_seal)?;
        let manifest = sealed.open(&origin.key).map_err(|_| wrong_seal())?;
        round::speaks(manifest.protocol)?;
        if manifest.photos.len() > bundle::MAX_PHOTOS {
            return Err(too_large());
        }
        let read = move || {
            let text = archive.text(CHANGES, bundle::MAX_CHANGES_BYTES);
            Ok((archive, text))
        };
        let (archive, text) = blocking(read).await?;
        let text = text.map_err(of_text)?;
        if Sha256::of(&text) != manifest.changes.sha256 {
            return Err(not_opened("its changes are not those that were sealed"));
        }
        // The device vouches for these bytes: what is no text is held as no change.
        let text = String::from_utf8_lossy(&text);
        let changes: Vec<_> =
            text.split('\n').filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
        if changes.len() > bundle::MAX_CHANGES {
            return Err(too_large());
        }
        Ok(Opened { archive, origin, manifest, changes })
    }
}

/// Every entry keeps who carried it; the log says when which bundle came, and what it brought.
fn tell(answer: &BundleResponse, carrier: &Actor) {
    let count = |is: fn(&Fate) -> bool| answer.outcomes.iter().filter(|outcome| is(&outcome.fate)).count();
    let photos = |is: fn(&PhotoFate) -> bool| answer.photos.iter().filter(|photo| is(&photo.fate)).count();
    tracing::info!(
        bundle = %answer.bundle,
        device = %answer.device,
        carrier = %carrier.user,
        carrier_device = %carrier.device,
        accepted = count(|fate| matches!(fate, Fate::Accepted { .. })),
        duplicates = count(|fate| matches!(fate, Fate::Duplicate { .. })),
        held = count(|fate| matches!(fate, Fate::Held { .. })),
        photos_taken = photos(|fate| *fate == PhotoFate::Taken),
        photos_missing = photos(|fate| matches!(fate, PhotoFate::Missing { .. })),
        "a bundle of {} was carried in by {}",
        answer.by_name,
        carrier.username,
    );
}

fn of_text(broken: Broken) -> Error {
    match broken {
        Broken::TooLarge => too_large(),
        Broken::Unexpected => not_opened("another file stands where its text should"),
        Broken::Damaged(why) => not_opened(why),
    }
}

const NOT_OPENED: &str = "bundle_damaged";

fn not_opened(why: impl std::fmt::Display) -> Error {
    Error::new(
        Kind::Unprocessable,
        NOT_OPENED,
        "这不是完整的 .slbundle 文件，或文字部分已损坏；没有保存任何内容，请保留文件，重新复制后再发送，或请本人重新导出",
        format!(
            "this is no .slbundle, or its text is damaged ({why}); nothing was stored, keep the file, copy it again or have its owner make another"
        ),
    )
}

/// What the seal says of an unknown device is what it says of a forged one.
fn wrong_seal() -> Error {
    Error::new(
        Kind::Unprocessable,
        "bundle_seal",
        "封签与所称的手机不符，没有保存任何内容；请保留文件，请本人重新导出，或联系管理员",
        "the seal is not that of the device it names; nothing was stored, keep the file, have its owner make another or ask the administrator",
    )
}

/// It is longer than any bundle may be.
pub fn too_large() -> Error {
    Error::new(
        Kind::TooLarge,
        "bundle_too_large",
        "文件超过 2 GiB、5000 条变更（共 8 MiB）或 5000 张照片，没有保存任何内容；请保留文件，请本人分几次导出",
        "the bundle has more than 2 GiB, 5,000 changes (8 MiB together) or 5,000 photos; nothing was stored, keep the file, have its owner make several",
    )
}
