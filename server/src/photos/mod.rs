//! Photos: they come by tus, are looked at once they are complete, and say what they are evidence of.

pub mod sniff;
