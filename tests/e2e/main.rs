//! Stories, each through the real binary: what a county, its schools and its office live through.
//!
//! One file a theme. A story names the promise that it checks, and speaks through the harness alone.

mod backlog;
mod backups;
mod books;
mod bundles;
mod copies;
mod counties;
mod desk;
mod epochs;
mod hostile;
mod intruders;
mod kill;
mod lost_answers;
mod main_job;
mod offices;
mod permissions;
mod photos;
mod portal;
mod reading;
mod reserve;
mod rot;
mod scope;
mod signoffs;
mod storm;
mod stuck;
mod tables;
mod typesetter;
mod witness;
