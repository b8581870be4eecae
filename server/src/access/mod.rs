//! Who somebody is, and what that person may do: people, devices, sessions, roles, one policy.

pub mod actor;
pub mod policy;
pub mod role;
pub mod secret;
