//! Stories, each through the real binary: what a county, its schools and its office live through.
//!
//! One file a theme. A story names the promise that it checks, and speaks through the harness alone.

mod backlog;
mod copies;
mod hostile;
mod lost_answers;
mod permissions;
mod portal;
mod scope;
mod signoffs;
mod witness;
