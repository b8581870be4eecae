//! Requests through the whole router, each test on a database of its own.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

mod administration;
mod browsers;
mod calendar;
mod damaged;
mod desk;
mod desk_sync;
mod directory;
mod disclosed;
mod evidence;
mod figures;
mod groups;
mod guessing;
mod house;
mod imports;
mod joining;
mod lists;
mod operation;
mod own;
mod places;
mod proofs;
mod public;
mod reports;
mod routes;
mod site;
mod strangers;
mod sync_health;
