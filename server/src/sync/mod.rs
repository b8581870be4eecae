//! One round trip: what a device wrote is judged and appended, what is new in its scope is sent.

pub mod admit;
pub mod audit;
pub mod batch;
pub mod carried;
pub mod checkpoint;
pub mod county;
pub mod cursor;
mod devices;
pub mod directory;
pub mod engine;
pub mod feed;
pub mod heal;
pub mod held_box;
pub mod incoming;
pub mod lineage;
mod mend;
pub mod nudge;
mod permit;
pub mod placing;
pub mod proof;
pub mod round;
pub mod rows;
pub mod scope;
pub mod sight;
pub mod standing;
pub mod ticket;
mod writer;
