//! What is told in order: who wrote which change. A file each for the diaries and the findings.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate, NaiveTime};
use serde::Deserialize;
use sync_protocol::change::Change;

/// A change, the sign-in name of who made it, and when it came.
#[derive(Clone, Debug)]
pub(super) struct Deed {
    pub(super) who: String,
    pub(super) change: Change,
    pub(super) when: DateTime<FixedOffset>,
}

impl Deed {
    /// Something that was sent when it was written.
    pub(super) fn new(who: &str, change: Change) -> Self {
        let when = change.made_at.moment();
        Self::sent(who, change, when)
    }

    /// Something that was sent later than it was written.
    pub(super) fn sent(who: &str, change: Change, when: DateTime<FixedOffset>) -> Self {
        Self { who: who.to_owned(), change, when }
    }
}

/// The moment of a day by the clock on the wall, in China.
pub(super) fn at(day: NaiveDate, hour: u32, minute: u32) -> DateTime<FixedOffset> {
    let china = FixedOffset::east_opt(8 * 3600).expect("eight hours are an offset");
    let time = NaiveTime::from_hms_opt(hour, minute, 0).expect("the story's times are times of day");
    day.and_time(time).and_local_timezone(china).single().expect("a fixed offset has every time once")
}

/// The phrases that stories are made of.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phrases {
    #[expect(dead_code, reason = "for people who read the file")]
    note: BTreeMap<String, String>,
    /// The lowest and the highest temperature of a usual day, in 0.1 ℃, January to December.
    months: [(i64, i64); 12],
    weather: Seasons,
    pub(super) stages: Vec<Stage>,
    /// Of sports grounds.
    pub(super) ground_stages: Vec<Stage>,
    /// What is written of a day on which nobody works.
    pub(super) idle: Vec<String>,
    /// What the second phone says that counted otherwise.
    pub(super) added: Vec<String>,
    pub(super) remarks: Vec<String>,
    pub(super) findings: Vec<Problem>,
}

/// The weathers of a season: morning, afternoon, and by how many 0.1 ℃ the lowest and the highest
/// temperature differ from a usual day's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seasons {
    /// December to February.
    cold: Vec<(String, String, i64, i64)>,
    /// Spring and autumn.
    wet: Vec<(String, String, i64, i64)>,
    /// June to September.
    hot: Vec<(String, String, i64, i64)>,
}

/// The weather of a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weather<'p> {
    pub(super) morning: &'p str,
    pub(super) afternoon: &'p str,
    /// In 0.1 ℃.
    pub(super) lowest: i64,
    pub(super) highest: i64,
}

impl Phrases {
    /// The weather of a day, the same all over a county.
    pub(super) fn weather(&self, day: NaiveDate) -> Weather<'_> {
        let season = match day.month() {
            12 | 1 | 2 => &self.weather.cold,
            6..=9 => &self.weather.hot,
            _ => &self.weather.wet,
        };
        // Days differ, and no week is like the one before it.
        let turn = day.num_days_from_ce().unsigned_abs() as usize;
        let (morning, afternoon, low, high) = &season[(turn * 5 + turn / 7 * 3 + turn / 31) % season.len()];
        let (lowest, highest) = self.months[day.month0() as usize];
        let drift = (turn % 11) as i64 - 5;
        Weather { morning, afternoon, lowest: lowest + low + drift, highest: highest + high + drift }
    }
}

/// A stage of the works and what people write in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stage {
    pub(super) image_progress: String,
    pub(super) part: String,
    pub(super) axis: String,
    pub(super) floor: String,
    pub(super) crew: BTreeMap<String, i64>,
    /// Name and number.
    pub(super) machine: (String, i64),
    /// Name, specification, quantity, unit.
    pub(super) material: (String, String, f64, String),
    pub(super) texts: Vec<String>,
    /// Where in the works.
    pub(super) places: Vec<String>,
}

impl Stage {
    /// What is written of a day's work in it.
    pub(super) fn text(&self, turn: usize, people: i64) -> String {
        let text = &self.texts[turn % self.texts.len()];
        let place = &self.places[(turn / self.texts.len()) % self.places.len()];
        format!("{text}（{place}），出工 {people} 人")
    }
}

/// A problem that an inspector finds, and what is done about it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Problem {
    pub(super) category: String,
    pub(super) severity: String,
    pub(super) item: String,
    pub(super) description: String,
    pub(super) part: String,
    pub(super) responsible: String,
    pub(super) measures: String,
}

/// The phrases of the data file.
pub(super) fn phrases() -> Phrases {
    serde_json::from_str(include_str!("../../demo/diary.json"))
        .expect("the data file is part of the program and tested")
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::*;

    #[test]
    fn the_weather_is_that_of_the_season_and_no_two_weeks_are_alike() {
        let phrases = phrases();
        let first: NaiveDate = "2026-01-01".parse().expect("a day");
        let days: Vec<_> = (0..365).map(|day| first + Days::new(day)).collect();
        for day in &days {
            let weather = phrases.weather(*day);
            assert!(weather.lowest < weather.highest, "{day}: {weather:?}");
            let is_frosty = weather.morning == "霜冻";
            assert!(!is_frosty || matches!(day.month(), 12 | 1 | 2), "{day}: {weather:?}");
            assert!(!is_frosty || weather.lowest < 50, "{day}: {weather:?}");
        }
        let week = |days: &[NaiveDate]| {
            days.iter().map(|day| phrases.weather(*day).morning.to_owned()).collect::<Vec<_>>()
        };
        let weeks: Vec<_> = days.chunks_exact(7).map(week).collect();
        assert!(weeks.windows(2).all(|pair| pair[0] != pair[1]), "{weeks:?}");
    }
}
