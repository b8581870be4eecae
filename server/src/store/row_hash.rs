//! A hash over a row's columns, kept in the row.
//!
//! `pragma integrity_check` found 13 of 200 flipped bits; the others changed data silently. So
//! every row that people's data stands in carries this, and every row that says who may do what:
//! entries, records, held changes, photos and who brought them, uploads, ledgers, users, grants,
//! devices, enrolment codes, sessions, the server's own row. Nobody is let in, and nothing is
//! signed or decided, by a row whose hash does not fit.
//!
//! Left out is what a flipped bit changes without harm, or not unseen:
//! - of a ledger how far it has come, and places, the tree, checkpoints and references to photos:
//!   a check compares them with the entries and the signatures;
//! - of a user the last one-time code, of a device when it was heard of, its clock, tickets and
//!   alarms, of a code that it was used, of a session its last use: written all the time, gone by
//!   for minutes, and no right follows from them that the rest of the row does not give;
//! - departures: a phone that was not told of one sees it by the digest and starts over;
//! - how far a scrub has come, jobs, likeness, bands and photos that are asked for: made again from what has a hash;
//! - complaints: they say that a check is due, which proves them or does not.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::error::{Error, Kind};

/// How many bytes of the hash are kept.
pub const LEN: usize = 16;

/// Hashes columns one after the other, each with its length, so that no two rows look alike.
pub struct RowHash(Sha256);

impl RowHash {
    /// Begins a hash for a row of `table`.
    pub fn new(table: &str) -> Self {
        Self(Sha256::new()).text(table)
    }

    /// Adds bytes.
    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds a text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// Adds a number.
    #[must_use]
    pub fn int(self, number: i64) -> Self {
        self.bytes(&number.to_be_bytes())
    }

    /// Adds a fraction, bit by bit.
    #[must_use]
    pub fn real(self, number: f64) -> Self {
        self.bytes(&number.to_bits().to_be_bytes())
    }

    /// Adds a column that may be null; null differs from everything else.
    #[must_use]
    pub fn optional<T>(mut self, column: Option<T>, add: impl FnOnce(Self, T) -> Self) -> Self {
        let Some(column) = column else {
            self.0.update(u64::MAX.to_be_bytes());
            return self;
        };
        add(self, column)
    }

    /// The hash.
    pub fn finish(self) -> [u8; LEN] {
        let mut hash = [0; LEN];
        hash.copy_from_slice(&self.0.finalize()[..LEN]);
        hash
    }
}

/// The code of [`damaged`].
pub const DAMAGED: &str = "account_damaged";

/// Somebody comes by a row whose hash does not fit, of a user, a grant or a device: what it says
/// may be more than was given, so nobody is let in by it.
pub(super) fn damaged(row: impl fmt::Display) -> Error {
    tell(&row);
    Error::new(
        Kind::Unavailable(600),
        DAMAGED,
        "服务器上的账号、角色或设备信息已损坏，不再凭它放行；没有改动，手机上的内容没有丢失，请通知管理员核验",
        "what the server keeps of this account, role or device is damaged, and nobody is let in by it; nothing was changed, nothing on the device is lost, tell the administrator",
    )
    .because(anyhow::anyhow!("the row of {row} is damaged on disk; run `siteledger verify`"))
}

/// Says in the log that a row is not gone by.
pub(super) fn tell(row: &impl fmt::Display) {
    tracing::error!("the row of {row} is damaged on disk and is not gone by; run `siteledger verify`");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_do_not_run_into_each_other() {
        let two = |a: &str, b: &str| RowHash::new("t").text(a).text(b).finish();
        assert_ne!(two("ab", "c"), two("a", "bc"));
        let nullable = |a: Option<&str>| RowHash::new("t").optional(a, RowHash::text).finish();
        assert_ne!(nullable(None), nullable(Some("")));
    }
}
