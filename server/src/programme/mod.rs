//! What the records come to: derived states, indicators. Everything here is read from what was
//! recorded; nothing is written, and no figure is stored.

pub mod books;
pub mod calendar;
pub mod desk;
pub mod devices;
pub mod directory;
pub mod evidence;
pub mod facts;
pub mod figures;
mod greatest;
mod groups;
mod health;
pub mod indicators;
pub mod money;
pub mod project;
pub mod ratio;
pub mod reading;
pub mod school;
pub mod schools;
pub mod seen;
pub mod states;
mod sum;
pub mod view;
