//! What is doubtful about when something was written and when it came.

use chrono::{FixedOffset, NaiveDate, TimeZone as _};

use super::doubt::{Doubt, Numbers, Reason};
use crate::clock::Moment;

/// What is written within so many hours of the end of its day is not listed.
pub(super) const WRITTEN_WITHIN_HOURS: i64 = 72;
/// What comes within so many hours of its being written is not listed.
pub(super) const COMES_WITHIN_HOURS: i64 = 72;
/// A clock that is off by fewer minutes is right.
pub(super) const CLOCK_MINUTES: i64 = 10;

const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;

/// How an entry came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrived {
    /// When it was made, by the device's clock as it was.
    pub(super) made_at: Moment,
    /// When it was received.
    pub(super) received_at: Moment,
    /// By how much the device's clock was ahead of ours, if the device said.
    pub(super) ahead_ms: Option<i64>,
}

impl Arrived {
    /// When it was made, put right by how far the clock was off.
    const fn made(&self) -> Moment {
        Moment(self.made_at.0.saturating_sub(match self.ahead_ms {
            Some(ahead) => ahead,
            None => 0,
        }))
    }
}

/// What is doubtful about the entry that began a record about that day.
pub(super) fn of_beginning(arrived: &Arrived, day: Option<NaiveDate>) -> Vec<Doubt> {
    let made = arrived.made();
    let late = day.and_then(end_of).map(|end| (made.0 - end.0).div_euclid(HOUR_MS));
    let on_the_way = (arrived.received_at.0 - made.0).div_euclid(HOUR_MS);
    let listed = |reason, hours: Option<i64>, within| {
        let hours = hours.filter(|hours| *hours >= within)?;
        Some(Doubt::new(reason, Numbers { hours: Some(hours), ..Numbers::default() }))
    };
    [
        listed(Reason::MadeLate, late, WRITTEN_WITHIN_HOURS),
        listed(Reason::CameLate, Some(on_the_way), COMES_WITHIN_HOURS),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The clock that was furthest off among a record's entries. A device that does not say how its clock
/// stood gives itself away by what it makes in the future.
pub(super) fn of_clock(arrivals: &[Arrived]) -> Option<Doubt> {
    let off = |arrived: &Arrived| {
        arrived.ahead_ms.unwrap_or_else(|| (arrived.made_at.0 - arrived.received_at.0).max(0))
    };
    let furthest = arrivals.iter().map(off).max_by_key(|off| off.abs())?;
    let minutes = furthest / MINUTE_MS;
    let numbers = Numbers { ahead_minutes: Some(minutes), ..Numbers::default() };
    (minutes.abs() >= CLOCK_MINUTES).then(|| Doubt::new(Reason::ClockWrong, numbers))
}

/// When a day ends in China.
fn end_of(day: NaiveDate) -> Option<Moment> {
    let next = day.succ_opt()?.and_hms_opt(0, 0, 0)?;
    let end = FixedOffset::east_opt(8 * 3600)?.from_local_datetime(&next).single()?;
    Some(Moment(end.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment(chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
    }

    #[test]
    fn what_was_filled_in_days_later_is_told_from_what_waited_for_a_signal() {
        use Reason::{CameLate, MadeLate};
        for (what, made, received, ahead_ms, expected) in [
            ("the same evening", "2026-03-02T18:00:00+08:00", "2026-03-02T18:01:00+08:00", None, vec![]),
            ("the next day", "2026-03-03T09:00:00+08:00", "2026-03-03T09:01:00+08:00", None, vec![]),
            (
                "a week later",
                "2026-03-09T09:00:00+08:00",
                "2026-03-09T09:01:00+08:00",
                None,
                vec![(MadeLate, 153)],
            ),
            (
                "no signal for a week",
                "2026-03-02T18:00:00+08:00",
                "2026-03-09T18:00:00+08:00",
                None,
                vec![(CameLate, 168)],
            ),
            (
                "a clock a week behind, put right",
                "2026-03-02T18:00:00+08:00",
                "2026-03-09T18:00:00+08:00",
                Some(-7 * 24 * HOUR_MS),
                vec![(MadeLate, 162)],
            ),
        ] {
            let arrived = Arrived { made_at: at(made), received_at: at(received), ahead_ms };
            let found = of_beginning(&arrived, Some("2026-03-02".parse().unwrap()));
            let found: Vec<_> =
                found.iter().map(|doubt| (doubt.reason, doubt.numbers.hours.unwrap())).collect();
            assert_eq!(found, expected, "{what}");
            let without_day = of_beginning(&arrived, None);
            assert!(without_day.iter().all(|doubt| doubt.reason == CameLate), "{what}");
        }
    }

    #[test]
    fn a_clock_is_wrong_from_ten_minutes_on() {
        let received_at = at("2026-03-02T18:00:00+08:00");
        let arrived = |made: &str, ahead_ms| Arrived { made_at: at(made), received_at, ahead_ms };
        for (what, arrivals, expected) in [
            ("nothing came", vec![], None),
            ("right enough", vec![arrived("2026-03-02T18:00:00+08:00", Some(9 * MINUTE_MS))], None),
            ("ahead", vec![arrived("2026-03-02T18:00:00+08:00", Some(10 * MINUTE_MS))], Some(10)),
            (
                "behind by years, and right",
                vec![
                    arrived("2026-03-02T18:00:00+08:00", Some(0)),
                    arrived("1970-01-01T08:00:00+08:00", Some(-29_000_000 * MINUTE_MS)),
                ],
                Some(-29_000_000),
            ),
            (
                "made tomorrow, and silent about it",
                vec![arrived("2026-03-03T18:00:00+08:00", None)],
                Some(1440),
            ),
            ("made yesterday, and silent about it", vec![arrived("2026-03-01T18:00:00+08:00", None)], None),
        ] {
            let found = of_clock(&arrivals).and_then(|doubt| doubt.numbers.ahead_minutes);
            assert_eq!(found, expected, "{what}");
        }
    }
}
