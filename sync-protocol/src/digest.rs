//! Canonical bytes and what is hashed: a change's digest, a ledger leaf, a scope's digest.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256 as Hasher};

use crate::change::Change;
use crate::id::{ChangeId, DeviceId, RecordId, UserId};
use crate::photo::Sha256;

/// The RFC 8785 (JCS) bytes of anything that serializes to JSON.
///
/// # Errors
/// Only if `value` has no JSON form; a [`Change`] and a [`Leaf`] always have one.
pub fn canonical<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    serde_json_canonicalizer::to_vec(value)
}

impl Change {
    /// The stored form: RFC 8785 canonical JSON, ids in lower case, `replaces` always present.
    ///
    /// # Panics
    /// Only on a [`crate::value::Value::Number`] that is not finite, which no wire delivers.
    pub fn canonical(&self) -> Vec<u8> {
        canonical(self).expect("a change has only texts, finite numbers and lists of them")
    }

    /// SHA-256 of the canonical form.
    pub fn digest(&self) -> Sha256 {
        Sha256::of(&self.canonical())
    }
}

/// The data of one leaf of a county's Merkle log (RFC 6962), hashed in canonical form.
///
/// The change itself stands behind its digest, so that a body may lawfully be erased while the
/// tree stands; `salt` keeps anyone from guessing an erased body by trying.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// The change's number in the ledger, from 1.
    pub seq: u64,
    /// The change.
    pub change: ChangeId,
    /// Its digest.
    pub digest: Sha256,
    /// Who delivered it.
    pub by: UserId,
    /// On which device.
    pub device: DeviceId,
    /// When the server received it: UTC, RFC 3339 with milliseconds.
    pub received_at: String,
    /// 16 random bytes in hex.
    pub salt: String,
}

impl Leaf {
    /// The bytes that the log hashes.
    ///
    /// # Panics
    /// Never: a leaf has only texts and a number.
    pub fn canonical(&self) -> Vec<u8> {
        canonical(self).expect("a leaf has only texts and a number")
    }
}

/// The data of the first leaf of a log that a restored server began: it names where the log before
/// ended, so that no history can be dropped without a word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Opening {
    /// The number that it takes in the ledger, far above all that were given out before.
    pub seq: u64,
    /// The epoch that begins with it.
    pub epoch: u32,
    /// The epoch of the log before.
    pub after_epoch: u32,
    /// The number at which the log before ended, as far as the server had it.
    pub after: u64,
    /// The last checkpoint of the log before, a signed note; null if that log was empty.
    pub previous: Option<String>,
    /// When: UTC, RFC 3339 with milliseconds.
    pub begun_at: String,
}

impl Opening {
    /// The bytes that the log hashes.
    ///
    /// # Panics
    /// Never: it has only texts and numbers.
    pub fn canonical(&self) -> Vec<u8> {
        canonical(self).expect("an opening has only texts and numbers")
    }
}

/// Count and XOR over the records of a scope: two parties that agree on it hold the same records
/// at the same `seq`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(type = "{ count: number, xor: string }"))]
pub struct ScopeDigest {
    /// How many records.
    pub count: u64,
    /// XOR of [`record_mark`] over them.
    pub xor: [u8; 16],
}

/// What one record adds to the XOR: the first 16 bytes of SHA-256 over the text of its id (lower
/// case, hyphenated) followed by its `seq` in decimal.
pub fn record_mark(record: RecordId, seq: u64) -> [u8; 16] {
    let hash = Hasher::new().chain_update(record.to_string()).chain_update(seq.to_string()).finalize();
    let mut mark = [0; 16];
    mark.copy_from_slice(&hash[..16]);
    mark
}

impl ScopeDigest {
    /// Adds a record.
    pub fn add(&mut self, record: RecordId, seq: u64) {
        self.count += 1;
        self.flip(record_mark(record, seq));
    }

    /// Takes out a record that was added with that `seq`.
    pub fn remove(&mut self, record: RecordId, seq: u64) {
        self.count -= 1;
        self.flip(record_mark(record, seq));
    }

    /// Adds all records of another scope that shares none with this one.
    pub fn join(&mut self, other: &Self) {
        self.count += other.count;
        self.flip(other.xor);
    }

    fn flip(&mut self, mark: [u8; 16]) {
        for (byte, other) in self.xor.iter_mut().zip(mark) {
            *byte ^= other;
        }
    }
}

/// On the wire: `{"count": 312, "xor": "…32 hex…"}`.
#[derive(Serialize, Deserialize)]
struct Wire {
    count: u64,
    xor: String,
}

impl Serialize for ScopeDigest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire { count: self.count, xor: hex::encode(self.xor) }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ScopeDigest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let mut xor = [0; 16];
        hex::decode_to_slice(&wire.xor, &mut xor).map_err(serde::de::Error::custom)?;
        Ok(Self { count: wire.count, xor })
    }
}
