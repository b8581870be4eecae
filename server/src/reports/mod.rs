//! What is drawn from the records for people to take away. Reads only.

pub mod books;
pub mod bulletin;
pub mod catalogue;
mod city;
mod dispatch;
pub mod document;
pub mod dossier;
pub mod draw;
mod evaluation;
mod funds;
mod ledger;
mod money;
mod overdue;
mod rectification;
mod reminders;
mod rounds;
mod rows;
mod site;
mod stated;
pub mod table;
mod tally;
mod testing;
mod words;
