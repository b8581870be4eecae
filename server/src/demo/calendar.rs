//! Days on which nobody is at work: weekends in offices, Sundays and public holidays on sites.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

/// 春节, 端午, 中秋 by year: month and day of the first day. Where a year is not told, that year has its
/// fixed holidays alone.
const LUNAR: [(i32, [(u32, u32); 3]); 8] = [
    (2025, [(1, 29), (5, 31), (10, 6)]),
    (2026, [(2, 17), (6, 19), (9, 25)]),
    (2027, [(2, 6), (6, 9), (9, 15)]),
    (2028, [(1, 26), (5, 28), (10, 3)]),
    (2029, [(2, 13), (6, 16), (9, 22)]),
    (2030, [(2, 3), (6, 5), (9, 12)]),
    (2031, [(1, 23), (6, 24), (10, 1)]),
    (2032, [(2, 11), (6, 12), (9, 19)]),
];

/// The public holiday that a day is.
pub(super) fn holiday(day: NaiveDate) -> Option<&'static str> {
    match (day.month(), day.day()) {
        (1, 1) => return Some("元旦放假"),
        (4, 5) => return Some("清明节放假"),
        (5, 1..=2) => return Some("劳动节放假"),
        (10, 1..=4) => return Some("国庆节放假"),
        _ => {}
    }
    let (_, [spring, dragon, autumn]) = LUNAR.iter().find(|(year, _)| *year == day.year())?;
    let since = |(month, first): (u32, u32)| {
        NaiveDate::from_ymd_opt(day.year(), month, first).map(|first| (day - first).num_days())
    };
    match (since(*spring)?, since(*dragon)?, since(*autumn)?) {
        // The eve, and long enough to go home: nobody works on sites before the festival is over.
        (-2..=11, ..) => Some("春节放假"),
        (_, 0, _) => Some("端午节放假"),
        (_, _, 0) => Some("中秋节放假"),
        _ => None,
    }
}

/// Why nobody works on a site that day.
pub(super) fn rest(day: NaiveDate) -> Option<&'static str> {
    holiday(day).or_else(|| (day.weekday() == Weekday::Sun).then_some("星期日休息"))
}

/// Whether offices are open.
fn is_office_day(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && holiday(day).is_none()
}

/// The first day from that one on on which offices are open.
pub(super) fn next_office_day(day: NaiveDate) -> NaiveDate {
    day.iter_days().take(30).find(|day| is_office_day(*day)).unwrap_or(day)
}

/// The same; the last one before `today`, if there is none in between. Keeps the order of days.
pub(super) fn office_day(day: NaiveDate, today: NaiveDate) -> NaiveDate {
    let last = || (1..30).map(|ago| today - Days::new(ago)).find(|day| is_office_day(*day));
    Some(next_office_day(day)).filter(|day| *day < today).or_else(last).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn nobody_works_on_sundays_and_holidays() {
        for (text, expected) in [
            ("2026-11-28", None),
            ("2026-11-29", Some("星期日休息")),
            ("2026-10-01", Some("国庆节放假")),
            ("2026-10-05", None),
            ("2026-02-16", Some("春节放假")),
            ("2026-06-19", Some("端午节放假")),
            ("2027-09-15", Some("中秋节放假")),
            ("2026-06-20", None),
        ] {
            assert_eq!(rest(day(text)), expected, "{text}");
        }
    }

    #[test]
    fn offices_are_open_on_the_next_day_that_is_none_of_rest_and_never_tomorrow() {
        // A Sunday and the Monday after it; today is the Tuesday.
        let today = day("2026-12-01");
        for (text, expected) in [
            ("2026-11-27", "2026-11-27"),
            ("2026-11-28", "2026-11-30"),
            ("2026-09-30", "2026-09-30"),
            ("2026-10-01", "2026-10-05"),
            ("2026-11-30", "2026-11-30"),
            ("2026-12-01", "2026-11-30"),
            ("2026-12-20", "2026-11-30"),
        ] {
            assert_eq!(office_day(day(text), today), day(expected), "{text}");
        }
        // On a Monday, what would be of the weekend was on Friday.
        assert_eq!(office_day(day("2026-11-28"), day("2026-11-30")), day("2026-11-27"));
    }
}
