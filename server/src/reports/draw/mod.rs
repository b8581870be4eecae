//! Documents drawn: a page that any browser shows and prints.

pub mod html;
mod paper;
