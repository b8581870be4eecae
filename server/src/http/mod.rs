//! The HTTP face: a handler decodes, calls one operation, encodes.

pub mod app;
pub mod auth;
pub mod extract;
pub mod health;
pub mod held;
pub mod ledgers;
pub mod limits;
pub mod metrics;
pub mod nudges;
pub mod openapi;
mod patience;
pub mod problem;
pub mod records;
pub mod router;
pub mod schema;
pub mod serve;
pub mod sync;
