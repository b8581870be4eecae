//! Which protocol versions there are.

/// The highest protocol version that this crate speaks.
///
/// Every version ever shipped stays accepted for *sending* changes; only receiving may demand an
/// upgrade (HTTP 426 with this number).
pub const PROTOCOL: u32 = 1;

/// The lowest version whose answers this crate still writes.
pub const OLDEST_ANSWERED: u32 = 1;
