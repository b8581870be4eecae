//! Books that are printed, signed and bound: the diaries of a month, a bulletin, what an acceptance
//! asks for. What people wrote is told in their words, with what they differ about and what was replaced.

pub mod bulletin;
pub(in crate::reports) mod corrections;
pub mod diaries;
mod diary;
pub(in crate::reports) mod shelf;
pub(in crate::reports) mod telling;
