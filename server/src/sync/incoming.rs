//! A change as it came, decoded before anybody waits for it; and who brought it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use sync_protocol::change::Change;
use sync_protocol::id::{ChangeId, DeviceId, UserId};
use sync_protocol::kinds::{self, Type};
use sync_protocol::photo::{PhotoRef, Sha256};
use sync_protocol::refusal::{Code, Refusal};
use sync_protocol::signoff::{self, Signoff};

use crate::access::actor::Actor;
use crate::clock::Moment;
use crate::error::{Error, Result};

/// A change as it came.
#[derive(Debug)]
pub struct Incoming {
    /// The bytes as they came.
    pub raw: String,
    /// The id as it was sent, where one could be read.
    pub sent_id: Option<String>,
    /// What it says, or why it is none.
    pub reading: Result<Decoded, Refusal>,
    /// Of the canonical form; of the bytes where there is none.
    pub digest: Sha256,
    /// For its leaf, should it be accepted.
    pub salt: [u8; 16],
}

/// A well-formed change.
#[derive(Debug)]
pub struct Decoded {
    /// The change.
    pub change: Change,
    /// Its canonical form.
    pub canonical: String,
    /// The photos that it refers to.
    pub photos: Vec<Sha256>,
}

/// Who brings a change.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The person it counts as.
    pub user: UserId,
    /// That person's name.
    pub name: String,
    /// The device it counts as.
    pub device: DeviceId,
    /// Who brings it in by hand, if it does not come from the device itself.
    pub carried_by: Option<UserId>,
    /// With which rights.
    pub rights: Rights,
}

/// With which rights a change is brought.
#[derive(Clone, Debug)]
pub enum Rights {
    /// The author's own.
    Own {
        /// The author.
        actor: Arc<Actor>,
        /// Up to which number the device had been shown each county's ledger.
        seen: BTreeMap<String, u64>,
        /// By how many milliseconds the device's clock was ahead of ours, if it said.
        ahead_ms: Option<i64>,
        /// Since when the device, or its owner, is let in no more: the changes were carried by
        /// somebody else.
        shut_out_since: Option<Moment>,
    },
    /// The desk of the public pages took it in, for somebody who is not signed in.
    Desk {
        /// The county whose desk did.
        county: String,
    },
    /// The office released it: what the author may write is not asked again.
    Released {
        /// Who released it.
        by: UserId,
        /// The county whose office did.
        county: String,
        /// Whether the author had the right when the change was made.
        permitted_when_made: bool,
    },
}

impl Sender {
    /// The author with the author's own rights.
    pub fn own(actor: Arc<Actor>, seen: BTreeMap<String, u64>, ahead_ms: Option<i64>) -> Self {
        Self {
            user: actor.user,
            name: actor.display_name.clone(),
            device: actor.device,
            carried_by: None,
            rights: Rights::Own { actor, seen, ahead_ms, shut_out_since: None },
        }
    }

    /// The author with the author's own rights, whose changes somebody else carried.
    pub fn carried(
        by: UserId,
        actor: Arc<Actor>,
        seen: BTreeMap<String, u64>,
        shut_out_since: Option<Moment>,
    ) -> Self {
        Self {
            user: actor.user,
            name: actor.display_name.clone(),
            device: actor.device,
            carried_by: Some(by),
            // What its clock says when a bundle is sealed says nothing of when the bundle arrives.
            rights: Rights::Own { actor, seen, ahead_ms: None, shut_out_since },
        }
    }
}

/// The one part of a broken change that can still be answered.
#[derive(Deserialize)]
struct JustId {
    id: Option<String>,
}

impl Incoming {
    /// Reads a change. Never fails: what is no change is kept as it is, with the reason.
    ///
    /// # Errors
    /// Only if the system gives no random bytes.
    pub fn read(raw: &str) -> Result<Self> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt)
            .map_err(|error| Error::internal(anyhow::anyhow!("no randomness: {error}")))?;
        let (reading, digest) = match Change::decode(raw).and_then(decoded) {
            Ok(decoded) => {
                let digest = Sha256::of(decoded.canonical.as_bytes());
                (Ok(decoded), digest)
            }
            Err(refusal) => (Err(refusal), Sha256::of(raw.as_bytes())),
        };
        let sent_id = match &reading {
            Ok(decoded) => Some(decoded.change.id.to_string()),
            Err(_) => serde_json::from_str::<JustId>(raw).ok().and_then(|just| just.id),
        };
        // An id has one spelling, so that a phone that asks for it finds it.
        let sent_id = sent_id.map(|id| id.parse::<ChangeId>().map_or(id, |id| id.to_string()));
        let sent_id = sent_id.filter(|id| id.len() <= 200);
        Ok(Self { raw: raw.to_owned(), sent_id, reading, digest, salt })
    }
}

fn decoded(change: Change) -> Result<Decoded, Refusal> {
    let canonical = String::from_utf8(change.canonical())
        .map_err(|_| Refusal::new(Code::Invalid, "内容不是有效的文字", "the change is not UTF-8"))?;
    let photos = photos_of(&change);
    Ok(Decoded { change, canonical, photos })
}

/// The photos that a change refers to, drawn signatures among them.
pub(super) fn photos_of(change: &Change) -> Vec<Sha256> {
    let Some(kind) = kinds::named(&change.kind) else { return Vec::new() };
    let mut photos = Vec::new();
    for edit in &change.edits {
        let Some(value) = &edit.value else { continue };
        match kind.field(edit.field.base()).map(|field| field.ty) {
            Some(Type::Photo) => photos.extend(PhotoRef::read(value).ok().map(|photo| photo.sha256)),
            _ if edit.field.base() == signoff::FIELD => {
                photos.extend(Signoff::read(value).ok().and_then(|signoff| signoff.drawing));
            }
            _ => {}
        }
    }
    photos.sort_unstable();
    photos.dedup();
    photos
}
