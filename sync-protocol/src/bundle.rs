//! A bundle: what a device could not send, carried by hand by somebody else.
//!
//! An `.slbundle` is a ZIP of `manifest.json`, `changes.ndjson` and `photos/<sha256>`, in this order, so
//! that half of one is worth something: the text first, then photo after photo. A reader goes from
//! entry to entry and never looks at the directory at the end; so each entry tells its lengths in its
//! own header (no data descriptor). Text is stored or deflated, photos are stored.
//!
//! # Who it counts as
//!
//! The manifest names the device, the SHA-256 of `changes.ndjson`, and each photo by SHA-256 and
//! length; its `seal` is the HMAC-SHA256, by [`Key`], over the canonical JSON (RFC 8785) of the manifest
//! without `seal`. So the seal covers every byte that counts, members that this version does not know
//! too. Who carries it needs an account, but no right and no scope: the changes are judged as the
//! device's owner's on that device, and are duplicates when the device sends them itself later.
//!
//! # What was decided
//!
//! - **Without a seal that fits there is no bundle**, as without `protocol` there is no request: nothing
//!   is stored, and the carrier keeps the file. An unknown device is told like a wrong seal.
//! - **The text is taken whole or not at all**, in one commit, as of one request. It is taken once its
//!   hash fits, whatever comes after it.
//! - **Photos are taken one by one.** Reading ends at the first thing that is none of the photos named
//!   and still awaited: the end, half an entry, another name. One that is there but damaged costs only
//!   itself. What did not come is named as missing; the bundle is sent again, or the device sends it.
//! - **A device or an account that was shut out** since seals as well as before, but so does who found
//!   the phone: its changes are held (`not_permitted`) until somebody at the office has asked its owner.
//! - `count` and `made_at` are for people: whom the file is of, and how much is in it.
//! - `cursor` is the device's own, so that the office knows what its owner had been shown.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;
use uuid::Uuid;

use crate::change::Stamp;
use crate::digest::canonical;
use crate::id::DeviceId;
use crate::message::Outcome;
use crate::photo::Sha256;

/// The name of the first entry.
pub const MANIFEST: &str = "manifest.json";
/// The name of the second entry: one change a line.
pub const CHANGES: &str = "changes.ndjson";
/// What the names of all further entries begin with; the photo's SHA-256 follows.
pub const PHOTOS: &str = "photos/";
/// The most bytes that a bundle has. A device with more makes several.
pub const MAX_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// The most bytes of [`MANIFEST`], decompressed.
pub const MAX_MANIFEST_BYTES: usize = 1024 * 1024;
/// The most bytes of [`CHANGES`], decompressed.
pub const MAX_CHANGES_BYTES: usize = 8 * 1024 * 1024;
/// The most changes in a bundle.
pub const MAX_CHANGES: usize = 5_000;
/// The most photos in a bundle.
pub const MAX_PHOTOS: usize = 5_000;

/// The key by which a device seals. The server keeps it beside the token's hash, from which it does
/// not follow.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(pub [u8; 32]);

impl Key {
    /// SHA-256 of `siteledger bundle` and the device's token.
    pub fn of(token: &str) -> Self {
        Self(sha2::Sha256::new().chain_update("siteledger bundle").chain_update(token).finalize().into())
    }

    fn seals(&self, body: &[u8]) -> Hmac<sha2::Sha256> {
        Hmac::<sha2::Sha256>::new_from_slice(&self.0)
            .expect("HMAC takes keys of any length")
            .chain_update(body)
    }
}

/// What a bundle says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Manifest {
    /// The version that the device speaks.
    pub protocol: u32,
    /// The bundle's own id, made on the device.
    pub bundle: Uuid,
    /// The device whose changes these are, and by whose token it is sealed.
    pub device: DeviceId,
    /// The device's own clock.
    pub made_at: Stamp,
    /// Where the device's last answer ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// What is in [`CHANGES`].
    pub changes: ChangesInside,
    /// The photos, in the order in which they stand.
    #[serde(default)]
    pub photos: Vec<PhotoInside>,
}

/// What is in [`CHANGES`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangesInside {
    /// How many there are.
    pub count: usize,
    /// SHA-256 of the decompressed bytes.
    pub sha256: Sha256,
}

/// One photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhotoInside {
    /// SHA-256 of its bytes.
    pub sha256: Sha256,
    /// How many there are.
    pub length: u64,
}

/// Why something is no manifest, or not that device's.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is no JSON of that shape.
    #[error("not a manifest: {0}")]
    NotRead(#[from] serde_json::Error),
    /// There is no seal of 64 hex digits.
    #[error("the manifest has no seal")]
    NotSealed,
    /// The seal is not that device's over this manifest.
    #[error("the seal does not fit")]
    WrongSeal,
}

/// A manifest that was read; what it says counts once the seal fits.
#[derive(Clone, Debug)]
pub struct Sealed {
    manifest: Manifest,
    body: Vec<u8>,
    seal: [u8; 32],
}

impl Manifest {
    /// The bytes of `manifest.json`, sealed.
    ///
    /// # Panics
    /// Never: a manifest has only texts and numbers.
    pub fn seal(&self, key: &Key) -> Vec<u8> {
        let mut members = serde_json::to_value(self).expect("texts and numbers");
        let body = canonical(&members).expect("texts and numbers");
        members["seal"] = hex::encode(key.seals(&body).finalize().into_bytes()).into();
        canonical(&members).expect("texts and numbers")
    }

    /// The photos by hash, with their lengths.
    pub fn lengths(&self) -> BTreeMap<Sha256, u64> {
        self.photos.iter().map(|photo| (photo.sha256, photo.length)).collect()
    }
}

impl Sealed {
    /// Reads `manifest.json`.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, ManifestError> {
        let mut members: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(bytes)?;
        let shown = members.remove("seal");
        let mut seal = [0; 32];
        shown
            .as_ref()
            .and_then(serde_json::Value::as_str)
            .and_then(|text| hex::decode_to_slice(text, &mut seal).ok())
            .ok_or(ManifestError::NotSealed)?;
        let body = canonical(&members)?;
        Ok(Self { manifest: serde_json::from_value(members.into())?, body, seal })
    }

    /// The device that it says it is of.
    pub const fn device(&self) -> DeviceId {
        self.manifest.device
    }

    /// The manifest, if that key sealed it.
    ///
    /// # Errors
    /// [`ManifestError::WrongSeal`] otherwise.
    pub fn open(self, key: &Key) -> Result<Manifest, ManifestError> {
        key.seals(&self.body).verify_slice(&self.seal).map_err(|_| ManifestError::WrongSeal)?;
        Ok(self.manifest)
    }
}

/// What became of a bundle. Sent only after the commit has been flushed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BundleResponse {
    /// The version that the server answers in.
    pub protocol: u32,
    /// The server's clock: UTC, RFC 3339 with milliseconds.
    pub server_time: String,
    /// The bundle's id.
    pub bundle: Uuid,
    /// The device that it is of.
    pub device: DeviceId,
    /// Whose device that is.
    pub by_name: String,
    /// One for each change, in that order.
    pub outcomes: Vec<Outcome>,
    /// One for each photo that the manifest names.
    pub photos: Vec<PhotoOutcome>,
    /// Whether no photo is missing.
    pub complete: bool,
}

/// What became of one photo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhotoOutcome {
    /// The photo.
    pub sha256: Sha256,
    /// What became of it.
    #[serde(flatten)]
    pub fate: PhotoFate,
}

/// What became of one photo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PhotoFate {
    /// It is at the office now.
    Taken,
    /// It was there already.
    Known,
    /// It is not at the office; another copy of the bundle, or the device, may still bring it.
    Missing {
        /// `not_in_bundle`, `damaged`, or what the server said when it could not store it.
        code: String,
        /// Why, for people.
        message: String,
    },
    /// It will never be taken: it is no photo, or too large.
    Refused {
        /// Why, as of an upload.
        code: String,
        /// Why, for people.
        message: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            protocol: 1,
            bundle: Uuid::from_u128(7),
            device: DeviceId(Uuid::from_u128(8)),
            made_at: "2026-03-02T17:41:08+08:00".parse().expect("a time"),
            cursor: None,
            changes: ChangesInside { count: 1, sha256: Sha256::of(b"{}\n") },
            photos: vec![PhotoInside { sha256: Sha256::of(b"a photo"), length: 7 }],
        }
    }

    #[test]
    fn a_manifest_opens_by_the_key_that_sealed_it_and_no_bent_byte_does() {
        let (key, other) = (Key::of("token"), Key::of("another"));
        let sealed = manifest().seal(&key);
        let opened = Sealed::read(&sealed).expect("it is one").open(&key);
        assert_eq!(opened.expect("the key fits"), manifest());
        assert!(Sealed::read(&sealed).expect("it is one").open(&other).is_err());
        for place in 0..sealed.len() {
            for bit in 0..8 {
                let mut bent = sealed.clone();
                bent[place] ^= 1 << bit;
                // Hex digits of the seal may be of either case.
                let opened = Sealed::read(&bent).and_then(|sealed| sealed.open(&key)).ok();
                assert!(opened.is_none_or(|opened| opened == manifest()), "byte {place}, bit {bit}");
            }
        }
    }

    #[test]
    fn members_of_a_newer_device_are_sealed_too_and_else_ignored() {
        let key = Key::of("token");
        let mut members: serde_json::Value = serde_json::from_slice(&manifest().seal(&key)).expect("JSON");
        let seal = members.as_object_mut().expect("an object").remove("seal").expect("a seal");
        members["battery"] = 7.into();
        let body = canonical(&members).expect("JSON");
        let fresh = hex::encode(key.seals(&body).finalize().into_bytes());
        for (seal, opens) in [(seal, false), (fresh.into(), true)] {
            members["seal"] = seal;
            // Spelling is nothing that a seal covers.
            let bytes = serde_json::to_vec_pretty(&members).expect("JSON");
            let opened = Sealed::read(&bytes).expect("it is one").open(&key);
            assert_eq!(opened.is_ok(), opens);
        }
    }

    #[test]
    fn what_is_no_manifest_is_none() {
        for bytes in ["", "null", "[]", "{}", r#"{"seal": 7}"#, r#"{"seal": "00"}"#] {
            assert!(Sealed::read(bytes.as_bytes()).is_err(), "{bytes}");
        }
        let unshaped = format!(r#"{{"seal": "{}"}}"#, "00".repeat(32));
        assert!(matches!(Sealed::read(unshaped.as_bytes()), Err(ManifestError::NotRead(_))));
    }
}
