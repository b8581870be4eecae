//! The cursor: where an answer ended, for which scope, sealed so that nobody widens it by editing.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::store::ledger::LedgerRow;

/// How many bytes of the seal travel.
const SEAL: usize = 16;

/// Where an answer ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The scope that it is good for; see [`super::scope::ReadScope::fingerprint`].
    #[serde(rename = "f")]
    pub scope: String,
    /// By county in scope: how the ledger stood, and up to which number the device has it.
    #[serde(rename = "c")]
    pub counties: BTreeMap<String, (Stood, u64)>,
    /// By county out of scope in which changes of the device were acknowledged: how the ledger stood.
    /// Where that would leave no ledger at all, any: every cursor is of some history.
    #[serde(rename = "x", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub elsewhere: BTreeMap<String, Stood>,
    /// Whether something was left out on the way that could not be read.
    #[serde(rename = "l", default, skip_serializing_if = "std::ops::Not::not")]
    pub left_out: bool,
}

impl Cursor {
    /// How the ledgers stood when the answer was given, in scope or not: all that the device was
    /// ever told of what it sent is contained in them.
    pub fn stood(&self) -> impl Iterator<Item = (&String, Stood)> {
        let here = self.counties.iter().map(|(county, (stood, _))| (county, *stood));
        here.chain(self.elsewhere.iter().map(|(county, stood)| (county, *stood)))
    }
}

/// How a ledger stood at some moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u32, u64, u64)", into = "(u32, u64, u64)")]
pub struct Stood {
    /// In which epoch.
    pub epoch: u32,
    /// The highest number given out.
    pub seq: u64,
    /// The mark of the leaf there, so that another history with the same numbers is told apart.
    pub mark: u64,
}

impl From<(u32, u64, u64)> for Stood {
    fn from((epoch, seq, mark): (u32, u64, u64)) -> Self {
        Self { epoch, seq, mark }
    }
}

impl From<Stood> for (u32, u64, u64) {
    fn from(stood: Stood) -> Self {
        (stood.epoch, stood.seq, stood.mark)
    }
}

impl Stood {
    /// How this ledger stands.
    pub const fn of(ledger: &LedgerRow) -> Self {
        Self { epoch: ledger.epoch, seq: ledger.seq, mark: ledger.mark }
    }
}

/// Seals and opens cursors.
#[derive(Clone)]
pub struct Sealer(Hmac<Sha256>);

impl Sealer {
    /// With the server's key.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    /// The cursor as it travels.
    pub fn seal(&self, cursor: &Cursor) -> String {
        let body = serde_json::to_vec(cursor).unwrap_or_default();
        let mut sealed = self.0.clone().chain_update(&body).finalize().into_bytes()[..SEAL].to_vec();
        sealed.extend_from_slice(&body);
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// The cursor that travelled, or nothing if it is none of ours.
    pub fn open(&self, text: &str) -> Option<Cursor> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (seal, body) = sealed.split_at_checked(SEAL)?;
        self.0.clone().chain_update(body).verify_truncated_left(seal).ok()?;
        serde_json::from_slice(body).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_as_it_was_sealed_and_no_other_way() {
        let sealer = Sealer::new(&[7; 32]);
        let stood = Stood { epoch: 1, seq: 45, mark: u64::MAX };
        let cursor = Cursor {
            scope: "ab".to_owned(),
            counties: BTreeMap::from([("350823".to_owned(), (stood, 42))]),
            elsewhere: BTreeMap::from([("350824".to_owned(), Stood::default())]),
            left_out: true,
        };
        let text = sealer.seal(&cursor);
        assert_eq!(sealer.open(&text), Some(cursor));
        assert_eq!(Sealer::new(&[8; 32]).open(&text), None, "sealed by another server");
        for place in 0..text.len() {
            let mut bent = text.clone().into_bytes();
            bent[place] = if bent[place] == b'A' { b'B' } else { b'A' };
            let bent = String::from_utf8(bent).expect("still ASCII");
            assert!(bent == text || sealer.open(&bent) != sealer.open(&text), "byte {place}");
        }
        for junk in ["", "AAAA", "?", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(sealer.open(junk), None);
        }
    }
}
