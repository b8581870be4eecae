//! Who somebody is, and what that person may do: people, devices, sessions, roles, one policy.

pub mod accounts;
pub mod actor;
pub mod administration;
mod area;
pub mod enrolment;
pub mod in_charge;
pub mod label;
mod limits;
pub mod own;
pub mod password;
pub mod people;
pub mod policy;
pub mod role;
pub mod secret;
pub mod session;
pub mod totp;

pub use limits::network;
