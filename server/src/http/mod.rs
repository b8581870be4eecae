//! The HTTP face: a handler decodes, calls one operation, encodes.

pub mod app;
pub mod auth;
pub mod extract;
pub mod limits;
mod patience;
pub mod problem;
pub mod router;
pub mod serve;
pub mod held;
pub mod nudges;
pub mod records;
pub mod sync;
