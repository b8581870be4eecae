//! The clock of the story: what is loaded comes on its own day, not in one moment of today.
//!
//! Nobody is served meanwhile. The background tasks see the same clock: they look again every few
//! seconds whatever it says, and a checkpoint whose day lies ahead is made anew.

use chrono::{DateTime, FixedOffset, TimeDelta};

use crate::clock::Clock;

/// A clock that was set to another day; put back exactly as it was when this is dropped, also when
/// loading failed.
pub(super) struct Travel {
    clock: Clock,
    by: TimeDelta,
}

impl Travel {
    /// Takes a clock that is right.
    pub(super) const fn with(clock: Clock) -> Self {
        Self { clock, by: TimeDelta::zero() }
    }

    /// Sets the clock to a moment.
    pub(super) fn to(&mut self, moment: DateTime<FixedOffset>) {
        let by = TimeDelta::milliseconds(moment.timestamp_millis() - self.clock.now().0);
        self.clock.advance(by);
        self.by += by;
    }
}

impl Drop for Travel {
    fn drop(&mut self) {
        self.clock.advance(-self.by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_put_back_exactly() {
        let (right, clock) = (Clock::default(), Clock::default());
        let mut travel = Travel::with(clock.clone());
        for moment in ["2020-02-29T20:00:00+08:00", "2020-03-01T09:00:00+08:00", "2031-01-01T00:00:00+08:00"]
        {
            let moment = DateTime::parse_from_rfc3339(moment).expect("a moment");
            travel.to(moment);
            let ahead = clock.now().0 - moment.timestamp_millis();
            assert!((0..5_000).contains(&ahead), "{ahead} ms from {moment}");
        }
        drop(travel);
        let (before, told, after) = (right.now(), clock.now(), right.now());
        assert!(before <= told && told <= after, "{before:?} {told:?} {after:?}");
    }
}
