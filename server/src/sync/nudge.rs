//! "There is something new": told to whoever listens, without saying what. The feed says what.

use std::sync::Arc;

use super::scope::ReadScope;
use crate::store::records::PlaceKey;

/// A ledger moved on.
#[derive(Clone, Debug)]
pub struct Nudge {
    /// Whose ledger.
    pub county: String,
    /// Up to where.
    pub seq: u64,
    /// Where records changed.
    pub places: Arc<[PlaceKey]>,
}

impl Nudge {
    /// Whether it concerns somebody with that scope.
    pub fn concerns(&self, scope: &ReadScope) -> bool {
        self.places.iter().any(|place| scope.has(place))
    }
}
