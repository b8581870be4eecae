//! Progress on stderr, for whoever sits in front of it; nothing where it is no terminal.

use indicatif::{ProgressBar, ProgressStyle};

use crate::backup::{self, Step};
use crate::sync::audit::{self, Part};

/// A bar that fills, with a label before it.
pub(super) fn bar(label: impl Into<String>, steps: u64) -> ProgressBar {
    // indicatif draws to stderr, and not at all unless that is a terminal.
    let style = ProgressStyle::with_template("{msg:28} {wide_bar} {human_pos}/{human_len} {eta}");
    let bar = ProgressBar::new(steps).with_message(label.into());
    style.map(|style| bar.clone().with_style(style)).unwrap_or(bar)
}

/// One bar after the other.
#[derive(Default)]
pub(super) struct Bars {
    bar: Option<ProgressBar>,
}

impl Bars {
    fn next(&mut self, label: impl Into<String>, steps: u64) {
        if let Some(bar) = self.bar.replace(bar(label, steps)) {
            bar.finish();
        }
    }

    fn inc(&self, steps: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(steps);
        }
    }
}

impl audit::Watcher for Bars {
    fn begin(&mut self, part: Part, steps: u64) {
        self.next(label(part), steps);
    }

    fn advance(&mut self, steps: u64) {
        self.inc(steps);
    }
}

impl backup::Watcher for Bars {
    fn begin(&mut self, step: Step, parts: u64) {
        let label = match step {
            Step::Database => "复制数据库 copying database".to_owned(),
            Step::Check(part) => format!("核验 {}", label(part)),
            Step::Photos => "复制照片 copying photos".to_owned(),
        };
        self.next(label, parts);
    }

    fn advance(&mut self, parts: u64) {
        self.inc(parts);
    }
}

fn label(part: Part) -> String {
    match part {
        Part::Database => "数据库 database".to_owned(),
        Part::Ledger(county) => format!("台账 ledger {county}"),
        Part::Records(county) => format!("记录 records {county}"),
        Part::Held => "待处理 held".to_owned(),
        Part::Access => "账号 accounts".to_owned(),
        Part::Photos => "照片 photos".to_owned(),
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish();
        }
    }
}
