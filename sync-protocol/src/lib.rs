//! The agreement between a SiteLedger device and a SiteLedger server.
//!
//! This crate does no I/O, reads no clock and makes no random number.
#![warn(missing_docs)]

pub mod change;
pub mod digest;
pub mod id;
pub mod kinds;
pub mod message;
pub mod photo;
pub mod record;
pub mod refusal;
pub mod signoff;
pub mod value;
pub mod version;
pub mod withdrawal;
