//! Half a year of diaries: two people a project, each with a phone of their own and often no
//! signal; so now and then they disagree, and not all of that is settled yet.

use chrono::{DateTime, Datelike as _, Days, FixedOffset, NaiveDate};
use sync_protocol::change::Change;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;
use sync_protocol::photo::Sha256;
use sync_protocol::signoff::Verdict;
use sync_protocol::value::Value;

use super::calendar;
use super::course::{Course, Sort};
use super::draft::{Draft, edit_of, refer};
use super::story::{Deed, Phrases, Stage, at};

/// Diaries of the last days are not confirmed yet.
const UNCONFIRMED_DAYS: u64 = 6;
/// How many days ago the office last settled what two phones differ about.
const SETTLED_DAYS: u64 = 14;

/// What was sent back longer ago was put right and confirmed.
const RETURNED_DAYS: u64 = 60;

/// A project whose diaries are told, and the sign-in names of its people.
pub(super) struct Log<'l> {
    pub(super) course: &'l Course,
    pub(super) first: &'l str,
    /// Not every project has two people who write.
    pub(super) second: Option<&'l str>,
    pub(super) principal: &'l str,
    pub(super) office: &'l str,
    pub(super) today: NaiveDate,
    /// The photos of the demonstration by number.
    pub(super) photos: &'l [Sha256],
}

/// A day's diary about to be written.
#[derive(Clone, Copy)]
struct Sheet {
    id: RecordId,
    day: NaiveDate,
    ago: u64,
    /// The later day on which it was written, if it was.
    late: Option<NaiveDate>,
    is_draft: bool,
}

/// When what was written reaches the server.
#[derive(Clone, Copy)]
struct Delivery(NaiveDate);

impl Log<'_> {
    /// All that was written, day by day.
    pub(super) fn deeds(&self, phrases: &Phrases) -> Vec<Deed> {
        let mut deeds = Vec::new();
        let (begins, ends) = (self.course.begins(self.today), self.course.ends(self.today));
        for ago in (1..=self.course.begins_ago).rev() {
            let day = self.today - Days::new(ago);
            if day < begins || ends.is_some_and(|end| end < day) {
                continue;
            }
            if !self.course.stands_still(ago) && !self.is_forgotten(ago) {
                self.day(day, ago, phrases, &mut deeds);
            }
        }
        deeds
    }

    /// Some days nobody wrote: most at the first project, whose phones are shown, so that there is
    /// something to write. The third one forgot two days: a finding is about that gap.
    fn is_forgotten(&self, ago: u64) -> bool {
        let number = self.course.number as u64;
        match number {
            0 => ago > 30 && ago % 8 == 5,
            2 => (10..12).contains(&ago),
            0..6 if ago <= 26 => false,
            _ => (ago + number * 5).is_multiple_of(41),
        }
    }

    /// Where there is a signal a phone sends every evening or every other; one village in eight has
    /// none, and what was written there is sent on market day.
    fn delivery(&self, made: NaiveDate) -> Delivery {
        let number = self.course.number;
        let every = match number {
            0..6 => 1,
            number if number % 8 == 5 => 7,
            _ => 3,
        };
        let wait = (every - (made.num_days_from_ce() as usize + number) % every) % every;
        Delivery((made + Days::new(wait as u64)).min(self.today - Days::new(1)))
    }

    fn stage<'p>(&self, ago: u64, phrases: &'p Phrases) -> &'p Stage {
        let stages = if self.course.sort == Sort::Ground { &phrases.ground_stages } else { &phrases.stages };
        let reached = self.course.done_bp(ago) as usize * stages.len() / 10_000;
        &stages[reached.min(stages.len() - 1)]
    }

    fn day(&self, day: NaiveDate, ago: u64, phrases: &Phrases, deeds: &mut Vec<Deed>) {
        let turn = day.ordinal() as usize + self.course.number;
        let stage = self.stage(ago, phrases);
        let id = RecordId::natural("diary", &format!("{}/{day}", self.course.building.id));
        if let Some(reason) = calendar::rest(day) {
            let idle = self.idle(id, day, reason, phrases);
            let evening = self.delivery(day).evening();
            let look = self.look(self.delivery(day).0);
            if ago > UNCONFIRMED_DAYS && look < self.today {
                deeds.push(Deed::new(self.principal, confirmed(id, look, false, &[&idle])));
            }
            deeds.push(Deed::sent(self.first, idle, evening));
            return;
        }
        let is_late = turn.is_multiple_of(11);
        let made = if is_late { (day + Days::new(3)).min(self.today - Days::new(1)) } else { day };
        let is_draft = turn.is_multiple_of(29) && self.course.number % 5 == 1;
        let written = Sheet { id, day, ago, late: (is_late && made > day).then_some(made), is_draft };
        let first = self.first_phone(written, stage, phrases);
        let mut arrived = self.delivery(made).0;
        deeds.push(Deed::sent(self.first, first.clone(), Delivery(arrived).evening()));
        if is_draft {
            return;
        }
        let mut covered = vec![first];
        if let Some(writer) = self.second {
            if turn.is_multiple_of(9) {
                let second = self.second_phone_disagrees(id, day, turn, stage, phrases);
                deeds.push(Deed::sent(writer, second.clone(), self.delivery(day).evening()));
                // The office settled the older ones; the last two weeks wait for somebody.
                arrived = calendar::next_office_day(arrived + Days::new(2));
                if ago <= SETTLED_DAYS || arrived >= self.today {
                    return;
                }
                let settled = settled(id, arrived, &covered[0], &second, stage);
                deeds.push(Deed::new(self.office, settled.clone()));
                covered.extend([second, settled]);
            } else if turn.is_multiple_of(2) {
                let second = self.second_phone_adds(id, day, turn, stage, phrases);
                deeds.push(Deed::sent(writer, second.clone(), self.delivery(day).evening()));
                covered.push(second);
            }
        }
        let look = self.look(arrived);
        if ago > UNCONFIRMED_DAYS && look < self.today {
            let covers: Vec<_> = covered.iter().collect();
            let returns = ago <= RETURNED_DAYS && turn.is_multiple_of(67);
            deeds.push(Deed::new(self.principal, confirmed(id, look, returns, &covers)));
            let corrects = turn.is_multiple_of(151) || (self.course.number == 0 && ago == 9);
            let corrected_on = look + Days::new(3);
            if corrects && corrected_on < self.today {
                deeds.push(Deed::new(self.first, corrected(id, corrected_on, &covered[0])));
            }
        }
    }

    /// The day on which the principal next looks at the diaries: the day after, or once a week.
    fn look(&self, arrived: NaiveDate) -> NaiveDate {
        let next = arrived + Days::new(1);
        if self.course.number < 6 {
            return calendar::next_office_day(next);
        }
        let wait = (7 - (next.num_days_from_ce() as usize + self.course.number) % 7) % 7;
        calendar::next_office_day(next + Days::new(wait as u64))
    }

    fn begin(&self, id: RecordId, day: NaiveDate, step: &str, made_at: DateTime<FixedOffset>) -> Draft {
        Draft::new("diary", id, step, made_at)
            .set("project", refer(self.course.building.id))
            .set("date", day.to_string())
    }

    /// A day without work is still a diary.
    fn idle(&self, id: RecordId, day: NaiveDate, reason: &str, phrases: &Phrases) -> Change {
        let weather = phrases.weather(day);
        let turn = day.num_days_from_ce() as usize / 7 + self.course.number;
        self.begin(id, day, "first", at(day, 17, 5))
            .set("work_status", "idle")
            .set("idle_reason", reason)
            .set("weather_am", weather.morning)
            .set("weather_pm", weather.afternoon)
            .set("temp_min", weather.lowest)
            .set("temp_max", weather.highest)
            .set("progress_text", phrases.idle[turn % phrases.idle.len()].as_str())
            .set("supervisor_present", false)
            .set("isolation_ok", true)
            .set("safety_ok", true)
            .set("quality_ok", true)
            .done()
    }

    fn first_phone(&self, sheet: Sheet, stage: &Stage, phrases: &Phrases) -> Change {
        let Sheet { id, day, ago, late, is_draft } = sheet;
        let turn = day.ordinal() as usize + self.course.number;
        let weather = phrases.weather(day);
        let people: i64 = stage.crew.values().map(|people| people + (turn % 3) as i64).sum();
        let made_at = late.map_or_else(|| at(day, 17, 30 + (turn % 25) as u32), |later| at(later, 8, 20));
        let mut diary = self
            .begin(id, day, "first", made_at)
            .set("work_status", "working")
            .set("weather_am", weather.morning)
            .set("temp_min", weather.lowest)
            .set("temp_max", weather.highest)
            .set(
                "parts",
                [
                    ("part", Value::from(stage.part.as_str())),
                    ("axis", stage.axis.as_str().into()),
                    ("floor", stage.floor.as_str().into()),
                ],
            )
            .set("progress_text", stage.text(turn, people))
            .set("image_progress", stage.image_progress.as_str())
            .set("progress_bp", self.course.done_bp(ago))
            .set("supervisor_present", !turn.is_multiple_of(5))
            .set("isolation_ok", true)
            .set("safety_ok", !turn.is_multiple_of(13));
        // Saved before it was finished: it asks for the rest.
        if !is_draft {
            diary = diary.set("weather_pm", weather.afternoon).set("quality_ok", true);
        }
        for (trade, people) in &stage.crew {
            diary = diary.set(&format!("crew/{trade}"), *people + (turn % 3) as i64);
        }
        if late.is_some() {
            diary = diary.set("late_reason", "当日没有信号，补记");
        }
        // Now and then somebody forgets the day's photo, or the one of what is not in order.
        if !self.photos.is_empty() && turn % 7 != 3 {
            diary = diary.set("photos", self.photo(day, turn));
            if turn.is_multiple_of(26) {
                diary = diary.set("photos", self.photo(day, turn + 1));
            }
        }
        diary.done()
    }

    fn photo(&self, day: NaiveDate, turn: usize) -> Value {
        let photo = self.photos[(turn * 5 + self.course.number * 3) % self.photos.len()];
        let categories = ["形象进度", "关键工序", "围挡隔离", "材料"];
        let position = [
            ("lat", Value::Number(self.course.building.school.latitude)),
            ("lon", Value::Number(self.course.building.school.longitude)),
            ("accuracy_m", Value::from(12)),
            ("datum", "wgs84".into()),
        ];
        Value::from([
            ("sha256", Value::from(photo.to_string())),
            ("category", categories[turn % categories.len()].into()),
            ("caption", "演示照片".into()),
            // They are drawn.
            ("contains_minor", false.into()),
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
    fn second_phone_disagrees(
        &self,
        id: RecordId,
        day: NaiveDate,
        turn: usize,
        stage: &Stage,
        phrases: &Phrases,
    ) -> Change {
        let (trade, people) = stage.crew.iter().next().expect("every stage has a crew");
        self.begin(id, day, "second", at(day, 18, 12))
            .set("work_status", "working")
            .set("image_progress", format!("{}（完成）", stage.image_progress))
            .set(&format!("crew/{trade}"), *people + 4)
            .set("progress_text", phrases.added[turn % phrases.added.len()].as_str())
            .done()
    }
}

impl Delivery {
    fn evening(self) -> DateTime<FixedOffset> {
        at(self.0, 20, 0)
    }
}

/// The office decides by a change that replaces exactly the heads that it saw.
fn settled(id: RecordId, on: NaiveDate, first: &Change, second: &Change, stage: &Stage) -> Change {
    let (trade, people) = stage.crew.iter().next().expect("every stage has a crew");
    let heads =
        |field: &str| [first, second].into_iter().filter_map(|change| edit_of(change, field)).collect();
    let crew = format!("crew/{trade}");
    Draft::new("diary", id, "settled", at(on, 9, 40))
        .replace("image_progress", stage.image_progress.as_str(), heads("image_progress"))
        .replace(&crew, *people + 4, heads(&crew))
        .set("reason", "两部手机记录不一致，电话核实后确定")
        .done()
}

fn confirmed(id: RecordId, on: NaiveDate, returns: bool, covered: &[&Change]) -> Change {
    let (verdict, note) = if returns {
        (Verdict::Returned, Some("请补充钢筋进场数量"))
    } else {
        (Verdict::Confirmed, None)
    };
    Draft::new("diary", id, "confirmed", at(on, 10, 15)).sign(Role::Principal, verdict, note, covered).done()
}

/// A correction after the signature, with its reason: the record reads as changed since signed.
fn corrected(id: RecordId, on: NaiveDate, first: &Change) -> Change {
    let replaces = edit_of(first, "supervisor_present").into_iter().collect();
    Draft::new("diary", id, "corrected", at(on, 8, 50))
        .replace("supervisor_present", true, replaces)
        .set("reason", "监理上午到岗，下午已签到，原记录有误")
        .done()
}
