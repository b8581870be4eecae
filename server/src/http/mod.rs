//! The HTTP face: a handler decodes, calls one operation, encodes.

pub mod app;
#[cfg(feature = "web")]
pub mod assets;
mod attachment;
mod auth;
mod books;
pub mod bulletins;
pub mod bundles;
pub mod calendar;
pub mod crowd;
pub mod desk;
pub mod directory;
pub mod enrol;
pub mod evidence;
pub mod export;
pub mod extract;
pub mod health;
pub mod held;
#[cfg(not(feature = "web"))]
pub mod home;
pub mod imports;
pub mod indicators;
pub mod ledgers;
pub mod limits;
pub mod lists;
pub mod me;
pub mod metrics;
pub mod nudges;
pub mod openapi;
mod patience;
mod peer;
pub mod photos;
pub mod problem;
pub mod public;
pub mod records;
pub mod reports;
pub mod router;
mod same_origin;
pub mod schema;
pub mod serve;
pub mod session;
pub mod states;
pub mod sync;
pub mod uploads;
