//! What a newcomer meets first: `siteledger demo`, and the README's own examples.

mod golden;
mod page;
mod readme;
mod running;
mod start;
mod terminal;
