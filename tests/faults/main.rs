//! What a failing disk does to a real server: power cuts, calls that fail, a disk that is full.
//!
//! A small library (`disk.c`) stands between the server and the C library. It writes down every call
//! that changes the data folder, so that afterwards each state can be built that a power cut may leave
//! behind ([`journal`], [`remains`]), and it lets calls fail on demand.

mod disk;
mod failing;
mod first;
mod full;
mod herd;
mod journal;
mod power;
mod remains;
mod stop;
