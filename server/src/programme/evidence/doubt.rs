//! What a reviewer may want to look into, and in which words. A doubt is a hint and never a refusal.

use serde::Serialize;
use sync_protocol::id::RecordId;
use sync_protocol::photo::Sha256;

/// Why somebody may want to look.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A photo was not taken on the record's day.
    PhotoOtherDay,
    /// A photo was taken far from the school.
    PhotoFar,
    /// The very same photo stands in another record of that kind, or of another project.
    PhotoUsedElsewhere,
    /// A photo that looks nearly the same does.
    PhotoNearlySame,
    /// It was made long after the day that it is about.
    MadeLate,
    /// It came long after it was made.
    CameLate,
    /// The device's clock was wrong when it came.
    ClockWrong,
    /// The same words stand in another diary.
    TextCopied,
    /// No phone of a project that must write diaries was heard of.
    DeviceSilent,
}

/// The numbers behind a doubt; those that mean something for its reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Numbers {
    /// How many days after the record's day the photo was taken; negative: before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_off: Option<i64>,
    /// How far from the school, in metres, if the numbers are in the system that they are said to be in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<u64>,
    /// Whether the shift of Chinese maps (GCJ-02) may explain the distance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift_explains: Option<bool>,
    /// In how many other records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub others: Option<usize>,
    /// In how many of 256 bits of what they look like two photos differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_bits: Option<u32>,
    /// How many hours late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<i64>,
    /// How many minutes the device's clock was ahead of ours; negative: behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ahead_minutes: Option<i64>,
    /// For how many days nothing was heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<i64>,
}

/// Something that a reviewer may want to look into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Why.
    pub reason: Reason,
    /// The numbers behind it.
    pub numbers: Numbers,
    /// The photo, if it is about one.
    pub photo: Option<Sha256>,
    /// Other records that it has to do with, as far as the reviewer may know of them.
    pub others: Vec<RecordId>,
}

impl Doubt {
    /// A doubt about a record as a whole.
    pub const fn new(reason: Reason, numbers: Numbers) -> Self {
        Self { reason, numbers, photo: None, others: Vec::new() }
    }

    /// What it says, in Chinese and in English.
    pub fn words(&self) -> (String, String) {
        let Numbers {
            days_off,
            distance_m,
            shift_explains,
            others,
            distance_bits,
            hours,
            ahead_minutes,
            days,
        } = self.numbers;
        match self.reason {
            Reason::PhotoOtherDay => {
                let days = days_off.unwrap_or_default();
                let (zh, en) = if days < 0 { ("早", "before") } else { ("晚", "after") };
                let days = days.unsigned_abs();
                (
                    format!("照片不是当天拍的：比记录的日期{zh} {days} 天"),
                    format!("the photo was not taken that day: {days} days {en} the record's day"),
                )
            }
            Reason::PhotoFar => {
                let metres = distance_m.unwrap_or_default();
                let (zh, en) = match shift_explains {
                    Some(true) => (
                        "；坐标系不明或为地图坐标（GCJ-02），偏移约 600 米即可解释，请先核对",
                        "; the shift of map coordinates (GCJ-02) by some 600 m may explain it: check that first",
                    ),
                    _ => ("", ""),
                };
                (
                    format!("照片拍摄地点离学校 {metres} 米{zh}"),
                    format!("the photo was taken {metres} m from the school{en}"),
                )
            }
            Reason::PhotoUsedElsewhere => {
                let others = others.unwrap_or_default();
                (
                    format!("同一张照片还用在另外 {others} 条记录里"),
                    format!("the very same photo stands in {others} other records"),
                )
            }
            Reason::PhotoNearlySame => {
                let (others, bits) = (others.unwrap_or_default(), distance_bits.unwrap_or_default());
                (
                    format!("另外 {others} 条记录里有几乎一样的照片（256 位中相差 {bits} 位）"),
                    format!("{others} other records have a photo that looks nearly the same ({bits} of 256 bits differ)"),
                )
            }
            Reason::MadeLate => {
                let days = whole_days(hours);
                (
                    format!("事后补记：在当天结束 {days} 天之后才写"),
                    format!("filled in afterwards: written {days} days after the end of its day"),
                )
            }
            Reason::CameLate => {
                let days = whole_days(hours);
                (
                    format!("写好 {days} 天之后才送到服务器（没有信号也会这样）"),
                    format!("it came {days} days after it was written (a village without signal does that too)"),
                )
            }
            Reason::ClockWrong => {
                let minutes = ahead_minutes.unwrap_or_default();
                let (zh, en) = if minutes < 0 { ("慢", "behind") } else { ("快", "ahead") };
                let minutes = minutes.unsigned_abs();
                (
                    format!("送到时手机时钟{zh} {minutes} 分钟，填写时间按差值校正过"),
                    format!("the device's clock was {minutes} minutes {en} when it came; times were put right by that"),
                )
            }
            Reason::TextCopied => {
                let others = others.unwrap_or_default();
                (
                    format!("施工进展的文字与另外 {others} 篇日志完全相同"),
                    format!("its words on progress are those of {others} other diaries"),
                )
            }
            Reason::DeviceSilent => days.map_or_else(
                || {
                    (
                        "这个项目应当写日志，但没有登记过的手机".to_owned(),
                        "this project must write diaries and has no phone enrolled".to_owned(),
                    )
                },
                |days| {
                    (
                        format!("这个项目应当写日志，但它的手机已有 {days} 天没有联系服务器"),
                        format!("this project must write diaries, and its phones were not heard of for {days} days"),
                    )
                },
            ),
        }
    }
}

/// Hours as whole days.
fn whole_days(hours: Option<i64>) -> i64 {
    hours.unwrap_or_default().div_euclid(24)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_doubt_says_its_number_in_both_languages() {
        let none = Numbers::default();
        for (reason, numbers, zh, en) in [
            (Reason::PhotoOtherDay, Numbers { days_off: Some(-3), ..none }, "早 3 天", "3 days before"),
            (Reason::PhotoOtherDay, Numbers { days_off: Some(2), ..none }, "晚 2 天", "2 days after"),
            (
                Reason::PhotoFar,
                Numbers { distance_m: Some(567), shift_explains: Some(true), ..none },
                "GCJ-02",
                "567 m from the school; the shift",
            ),
            (
                Reason::PhotoFar,
                Numbers { distance_m: Some(11_119), shift_explains: Some(false), ..none },
                "离学校 11119 米",
                "11119 m from the school",
            ),
            (Reason::PhotoUsedElsewhere, Numbers { others: Some(2), ..none }, "另外 2 条", "2 other records"),
            (
                Reason::PhotoNearlySame,
                Numbers { others: Some(1), distance_bits: Some(11), ..none },
                "相差 11 位",
                "11 of 256 bits",
            ),
            (Reason::MadeLate, Numbers { hours: Some(153), ..none }, "6 天之后", "6 days after"),
            (Reason::CameLate, Numbers { hours: Some(168), ..none }, "7 天之后", "7 days after"),
            (
                Reason::ClockWrong,
                Numbers { ahead_minutes: Some(-61), ..none },
                "慢 61 分钟",
                "61 minutes behind",
            ),
            (Reason::TextCopied, Numbers { others: Some(4), ..none }, "另外 4 篇", "4 other diaries"),
            (Reason::DeviceSilent, Numbers { days: Some(5), ..none }, "5 天", "5 days"),
            (Reason::DeviceSilent, none, "没有登记过的手机", "no phone enrolled"),
        ] {
            let words = Doubt::new(reason, numbers).words();
            assert!(words.0.contains(zh) && words.1.contains(en), "{words:?}");
        }
    }
}
