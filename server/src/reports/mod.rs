//! What is drawn from the records for people to take away. Reads only.

pub mod bulletin;
pub mod document;
pub mod draw;
pub mod table;
