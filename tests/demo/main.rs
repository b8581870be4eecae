//! What a newcomer meets first: `siteledger demo`, and the README's own examples.

mod desk;
mod desks;
mod golden;
mod living;
mod loaded;
mod page;
mod readme;
mod running;
mod start;
mod terminal;
