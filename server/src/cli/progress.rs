//! Progress on stderr, for whoever sits in front of it; nothing where it is no terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that fills, with a label before it.
pub(super) fn bar(label: impl Into<String>, steps: u64) -> ProgressBar {
    // indicatif draws to stderr, and not at all unless that is a terminal.
    let style = ProgressStyle::with_template("{msg:28} {wide_bar} {human_pos}/{human_len} {eta}");
    let bar = ProgressBar::new(steps).with_message(label.into());
    style.map(|style| bar.clone().with_style(style)).unwrap_or(bar)
}
