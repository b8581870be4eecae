//! The test house: a real server process, reference phones, a bad line, and a county made from a seed.
//!
//! A story in `e2e/` reads like this:
//!
//! ```no_run
//! # async fn story() {
//! use harness::{Server, World};
//!
//! let server = Server::start().await;
//! let world = World::small(1).open(&server).await;
//! let mut phone = world.school_phone(&server, "甲").await;
//! let diary = phone.write_diary(world.projects[0].id, "2026-03-02", |diary| diary.working("二层柱筋"));
//! phone.sync().await.expect("the line is good");
//! assert!(phone.is_at_the_office(diary));
//! server.verify();
//! # }
//! ```
//!
//! [`replica`] is what a phone must do, as a state machine without I/O; [`device`] puts HTTP around
//! it; [`network`] stands between; [`server`] is the built binary and nothing less.
#![warn(missing_docs)]
#![expect(clippy::missing_panics_doc, reason = "the harness panics to fail a test")]

pub mod bundle;
pub mod device;
pub mod draft;
pub mod eventually;
pub mod laws;
pub mod network;
pub mod person;
pub mod photos;
pub mod replica;
pub mod seed;
pub mod server;
pub mod uploads;
pub mod witness;
pub mod world;

pub use bundle::Bundle;
pub use device::{Device, SyncError};
pub use draft::Draft;
pub use eventually::eventually;
pub use network::{Network, Weather};
pub use person::Person;
pub use server::Server;
pub use world::World;
