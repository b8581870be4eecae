//! SiteLedger 工地台账: the server.
//!
//! One write path, one permission check, one audit trail, one feed. Modules use only what stands
//! left of them: `error clock config · store blobs · access · photos · sync · programme · lists · reports · disclosure · imports · backup bundles · jobs · http · demo · cli`.

pub mod access;
pub mod backup;
pub mod blobs;
pub mod bundles;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod disclosure;
pub mod error;
pub mod http;
pub mod imports;
pub mod jobs;
pub mod lists;
pub mod photos;
pub mod programme;
pub mod reports;
pub mod store;
pub mod sync;
