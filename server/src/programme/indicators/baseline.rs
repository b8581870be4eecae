//! §5.8: how many of the bottom lines schools meet.

use super::{Indicator, ONE, Part, Sink};
use crate::programme::ratio::Printed;
use crate::programme::view::View;

/// Met / judged. What does not apply to a school is not judged.
static MET: Indicator = Indicator {
    code: "baseline_met",
    zh: "底线要求达标率",
    en: "bottom lines met",
    printed: Printed::Percent(2),
};

pub(super) static INDICATORS: &[&Indicator] = &[&MET];

pub(super) fn count(view: &View<'_>, sink: &mut Sink<'_>) {
    for (id, check) in &view.facts.baselines {
        let Some(met) = check.met else { continue };
        sink(&MET, Part::whole(*id, Some(check.school), None, ONE));
        if met {
            sink(&MET, Part::counted(*id, Some(check.school), None, ONE));
        }
    }
}
