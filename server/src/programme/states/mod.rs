//! Derived states (programme page §3): what something has come to is read from what was recorded, and
//! never written, so two people offline can never race on it.

pub mod bulletin;
pub mod diary;
pub mod equipment;
pub mod finding;
pub mod list;
pub mod project;
pub mod step;
