//! The HTTP face: a handler decodes, calls one operation, encodes.

pub mod app;
pub mod auth;
pub mod extract;
pub mod held;
pub mod limits;
pub mod nudges;
mod patience;
pub mod problem;
pub mod records;
pub mod router;
pub mod serve;
pub mod sync;
