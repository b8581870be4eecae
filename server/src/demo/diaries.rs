//! A few weeks of diaries: two people a project, each with a phone of their own and often no
//! signal; so now and then they disagree, and not all of that is settled yet.

use chrono::{DateTime, Datelike as _, Days, FixedOffset, NaiveDate, NaiveTime, Weekday};
use sync_protocol::change::Change;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;
use sync_protocol::photo::Sha256;
use sync_protocol::signoff::Verdict;
use sync_protocol::value::Value;

use super::draft::{Draft, edit_of, refer};
use super::story::{Deed, Phrases, Stage};
use super::works::Building;

/// How many days back the diaries begin.
const DAYS: u64 = 26;
/// Diaries of the last days are not confirmed yet.
const UNCONFIRMED_DAYS: u64 = 6;

/// A project whose diaries are told, and the sign-in names of its people.
pub(super) struct Log<'l> {
    pub(super) number: usize,
    pub(super) building: &'l Building,
    pub(super) first: &'l str,
    pub(super) second: &'l str,
    pub(super) principal: &'l str,
    pub(super) office: &'l str,
    pub(super) today: NaiveDate,
    /// The photos of the demonstration by number.
    pub(super) photos: &'l [Sha256],
}

/// The moment of a day by the clock on the wall, in China.
pub(super) fn at(day: NaiveDate, hour: u32, minute: u32) -> DateTime<FixedOffset> {
    let china = FixedOffset::east_opt(8 * 3600).expect("eight hours are an offset");
    let time = NaiveTime::from_hms_opt(hour, minute, 0).expect("the story's times are times of day");
    day.and_time(time).and_local_timezone(china).single().expect("a fixed offset has every time once")
}

impl Log<'_> {
    /// All that was written, day by day.
    pub(super) fn deeds(&self, phrases: &Phrases) -> Vec<Deed> {
        let mut deeds = Vec::new();
        for ago in (1..=DAYS).rev() {
            // The third project forgot two days; the gap is what a finding is about.
            if self.number == 2 && (10..12).contains(&ago) {
                continue;
            }
            let day = self.today - Days::new(ago);
            self.day(day, ago, phrases, &mut deeds);
        }
        deeds
    }

    fn day(&self, day: NaiveDate, ago: u64, phrases: &Phrases, deeds: &mut Vec<Deed>) {
        let turn = day.ordinal() as usize + self.number;
        let stage = &phrases.stages[self.number % phrases.stages.len()];
        let id = RecordId::natural("diary", &format!("{}/{day}", self.building.id));
        if day.weekday() == Weekday::Sun {
            let idle = self.idle(id, day, phrases);
            deeds.push(Deed::new(self.first, idle));
            return;
        }
        let first = self.first_phone(id, day, turn, stage, phrases);
        let mut covered = vec![first.clone()];
        deeds.push(Deed::new(self.first, first));
        let both_began = turn.is_multiple_of(9);
        if both_began {
            let second = self.second_phone_disagrees(id, day, stage);
            let first = &covered[0];
            // The office settled the older ones; the last two weeks wait for somebody.
            if ago > 14 {
                let settled = settled(id, day, first, &second, stage);
                deeds.push(Deed::new(self.second, second));
                deeds.push(Deed::new(self.office, settled));
            } else {
                deeds.push(Deed::new(self.second, second));
            }
            return;
        }
        if turn.is_multiple_of(2) {
            let second = self.second_phone_adds(id, day, turn, stage, phrases);
            covered.push(second.clone());
            deeds.push(Deed::new(self.second, second));
        }
        if ago > UNCONFIRMED_DAYS {
            deeds.push(Deed::new(self.principal, confirmed(id, day, turn, &covered)));
            if self.number == 0 && ago == 9 {
                deeds.push(Deed::new(self.first, corrected(id, day, &covered[0])));
            }
        }
    }

    fn begin(&self, id: RecordId, day: NaiveDate, step: &str, made_at: DateTime<FixedOffset>) -> Draft {
        Draft::new("diary", id, step, made_at)
            .set("project", refer(self.building.id))
            .set("date", day.to_string())
    }

    /// A day without work is still a diary.
    fn idle(&self, id: RecordId, day: NaiveDate, phrases: &Phrases) -> Change {
        let (morning, afternoon, ..) = &phrases.weather[day.ordinal() as usize % phrases.weather.len()];
        self.begin(id, day, "first", at(day, 17, 5))
            .set("work_status", "idle")
            .set("idle_reason", "星期日休息")
            .set("weather_am", morning.as_str())
            .set("weather_pm", afternoon.as_str())
            .set("progress_text", "工地无人施工，门卫巡查两次")
            .set("supervisor_present", false)
            .set("isolation_ok", true)
            .set("safety_ok", true)
            .set("quality_ok", true)
            .done()
    }

    fn first_phone(
        &self,
        id: RecordId,
        day: NaiveDate,
        turn: usize,
        stage: &Stage,
        phrases: &Phrases,
    ) -> Change {
        let (morning, afternoon, low, high) =
            &phrases.weather[day.ordinal() as usize % phrases.weather.len()];
        let late = turn.is_multiple_of(11);
        let made_at = if late { at(day + Days::new(3), 8, 20) } else { at(day, 17, 30 + (turn % 25) as u32) };
        let mut diary = self
            .begin(id, day, "first", made_at)
            .set("work_status", "working")
            .set("weather_am", morning.as_str())
            .set("weather_pm", afternoon.as_str())
            .set("temp_min", *low)
            .set("temp_max", *high)
            .set(
                "parts",
                [
                    ("part", Value::from(stage.part.as_str())),
                    ("axis", stage.axis.as_str().into()),
                    ("floor", stage.floor.as_str().into()),
                ],
            )
            .set("progress_text", stage.texts[turn % stage.texts.len()].as_str())
            .set("image_progress", stage.image_progress.as_str())
            .set("progress_bp", stage.progress_bp + (turn % 40) as i64 * 10)
            .set("supervisor_present", !turn.is_multiple_of(5))
            .set("isolation_ok", true)
            .set("safety_ok", !turn.is_multiple_of(13))
            .set("quality_ok", true);
        for (trade, people) in &stage.crew {
            diary = diary.set(&format!("crew/{trade}"), *people + (turn % 3) as i64);
        }
        if late {
            diary = diary.set("late_reason", "当日没有信号，补记");
        }
        if !self.photos.is_empty() && turn.is_multiple_of(2) {
            diary = diary.set("photos", self.photo(day, turn));
        }
        diary.done()
    }

    fn photo(&self, day: NaiveDate, turn: usize) -> Value {
        let photo = self.photos[(turn * 5 + self.number * 3) % self.photos.len()];
        let categories = ["形象进度", "关键工序", "围挡隔离", "材料"];
        let position = [
            ("lat", Value::Number(self.building.school.latitude)),
            ("lon", Value::Number(self.building.school.longitude)),
            ("accuracy_m", Value::from(12)),
            ("datum", "wgs84".into()),
        ];
        Value::from([
            ("sha256", Value::from(photo.to_string())),
            ("category", categories[turn % categories.len()].into()),
            ("caption", "演示照片".into()),
            ("taken_at", at(day, 15, (turn % 60) as u32).to_rfc3339().into()),
            ("position", position.into()),
            ("origin", "camera_reencoded".into()),
        ])
    }

    /// The second phone adds what the first one did not write: nothing collides.
    fn second_phone_adds(
        &self,
        id: RecordId,
        day: NaiveDate,
        turn: usize,
        stage: &Stage,
        phrases: &Phrases,
    ) -> Change {
        let (name, number) = &stage.machine;
        let (material, spec, qty, unit) = &stage.material;
        self.begin(id, day, "second", at(day, 18, (turn % 50) as u32))
            .set("machines", [("name", Value::from(name.as_str())), ("qty", (*number).into())])
            .set(
                "materials",
                [
                    ("name", Value::from(material.as_str())),
                    ("spec", spec.as_str().into()),
                    ("qty", Value::Number(*qty)),
                    ("unit", unit.as_str().into()),
                    ("sampled", turn.is_multiple_of(4).into()),
                ],
            )
            .set("remarks", phrases.remarks[turn % phrases.remarks.len()].as_str())
            .done()
    }

    /// Both began the day's diary without signal, and counted differently.
    fn second_phone_disagrees(&self, id: RecordId, day: NaiveDate, stage: &Stage) -> Change {
        let (trade, people) = stage.crew.iter().next().expect("every stage has a crew");
        self.begin(id, day, "second", at(day, 18, 12))
            .set("work_status", "working")
            .set("image_progress", format!("{}（完成）", stage.image_progress))
            .set(&format!("crew/{trade}"), *people + 4)
            .set("progress_text", "另一部手机离线补充：班组下午增援")
            .done()
    }
}

/// The office decides by a change that replaces exactly the heads that it saw.
fn settled(id: RecordId, day: NaiveDate, first: &Change, second: &Change, stage: &Stage) -> Change {
    let (trade, people) = stage.crew.iter().next().expect("every stage has a crew");
    let heads =
        |field: &str| [first, second].into_iter().filter_map(|change| edit_of(change, field)).collect();
    let crew = format!("crew/{trade}");
    Draft::new("diary", id, "settled", at(day + Days::new(2), 9, 40))
        .replace("image_progress", stage.image_progress.as_str(), heads("image_progress"))
        .replace(&crew, *people + 4, heads(&crew))
        .set("reason", "两部手机记录不一致，电话核实后确定")
        .done()
}

fn confirmed(id: RecordId, day: NaiveDate, turn: usize, covered: &[Change]) -> Change {
    let covered: Vec<_> = covered.iter().collect();
    let (verdict, note) = if turn.is_multiple_of(17) {
        (Verdict::Returned, Some("请补充钢筋进场数量"))
    } else {
        (Verdict::Confirmed, None)
    };
    Draft::new("diary", id, "confirmed", at(day + Days::new(1), 10, 15))
        .sign(Role::Principal, verdict, note, &covered)
        .done()
}

/// A correction after the signature, with its reason: the record reads as changed since signed.
fn corrected(id: RecordId, day: NaiveDate, first: &Change) -> Change {
    let replaces = edit_of(first, "supervisor_present").into_iter().collect();
    Draft::new("diary", id, "corrected", at(day + Days::new(4), 8, 50))
        .replace("supervisor_present", true, replaces)
        .set("reason", "监理上午到岗，下午已签到，原记录有误")
        .done()
}
