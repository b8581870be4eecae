//! One round trip: what a device wrote is judged and appended, what is new in its scope is sent.

pub mod admit;
pub mod cursor;
pub mod directory;
pub mod feed;
pub mod incoming;
mod permit;
pub mod placing;
pub mod scope;
pub mod standing;
pub mod ticket;
