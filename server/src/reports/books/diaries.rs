//! 监管工作日志 of a project and a month, to print, sign and bind: a cover with the figures, the days one
//! after the other, and the days that have no diary with the reason.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike as _, Days, Months, NaiveDate};
use sync_protocol::id::RecordId;

use super::diary::{Diary, weekday};
use super::shelf::{Kept, Shelf};
use super::telling::{item, minute};
use crate::clock::Moment;
use crate::error::{Error, Kind, Language, Result};
use crate::programme::facts::{Came, Diary as Fact};
use crate::programme::figures::{Asked, By, Figures};
use crate::programme::indicators::diaries::{delivered_in_time, recorded_in_time};
use crate::programme::ratio::{Printed, Ratio};
use crate::programme::seen::Seen;
use crate::programme::states::diary::DiaryState;
use crate::programme::view::Question;
use crate::reports::document::{Binding, Block, Column, Document, Line, Table};
use crate::reports::table::codes::Codes;
use crate::reports::table::legible::Words;
use crate::store::{Store, ledger};
use crate::sync::scope::ReadScope;
use crate::sync::standing::{KnownCounties, day};

/// Which book.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Of which project.
    pub project: RecordId,
    /// Of which month: any day of it.
    pub month: NaiveDate,
    /// In which language.
    pub language: Language,
}

impl Wanted {
    fn last_day(&self) -> NaiveDate {
        let next = self.month.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
        next.and_then(|next| next.checked_sub_days(Days::new(1))).unwrap_or(self.month)
    }

    fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let last = self.last_day();
        self.month
            .with_day(1)
            .into_iter()
            .flat_map(move |first| first.iter_days().take_while(move |day| *day <= last))
    }
}

/// What a day of the month asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asks {
    /// A diary.
    Diary,
    /// None: the works had not begun.
    NotYet,
    /// None here: the project was not in the ledger yet.
    OnPaper,
    /// None: the works stood still, by that record.
    Suspended(RecordId),
    /// None: the works were accepted.
    Accepted,
    /// None: the day has not come.
    Ahead,
}

/// What the facts say of the month.
#[derive(Debug)]
struct Month {
    /// What each day asks for.
    days: BTreeMap<NaiveDate, Asks>,
    /// What each diary came to.
    diaries: HashMap<RecordId, Standing>,
    /// The contracts of the project.
    contracts: Vec<RecordId>,
    /// Its school.
    school: RecordId,
}

/// What a diary came to.
#[derive(Clone, Debug)]
struct Standing {
    state: DiaryState,
    changed: bool,
    came: Option<Came>,
    says_late: bool,
}

/// Draws the book of a month.
///
/// # Errors
/// Not found if the project is not in scope, `invalid_period` if the month lies ahead.
pub async fn book(
    (store, figures): (&Store, &Figures),
    (scope, names): (&ReadScope, &KnownCounties),
    wanted: &Wanted,
    now: Moment,
) -> Result<Document> {
    let today = day(now);
    if wanted.month.with_day(1).is_none_or(|first| first > today) {
        return Err(ahead());
    }
    let mut tx = store.snapshot().await?;
    let mut shelf = Shelf::of(&mut tx, scope, Some(store));
    let project = shelf.one("project", wanted.project).await?;
    let county = project.row.county.clone();
    let position = ledger::ledgers(shelf.tx).await?.into_iter().find(|ledger| ledger.county == county);
    let position = position.map(|ledger| ledger.seq).ok_or_else(Error::not_found)?;
    let month = month(figures, (scope, names), &county, position, wanted, today).await?;
    let diaries = diaries(&mut shelf, &county, wanted, &month).await?;
    let mut others = shelf.some(month.contracts.iter().copied().chain([month.school])).await?;
    let suspended = month.days.values().filter_map(|asks| match asks {
        Asks::Suspended(record) => Some(*record),
        _ => None,
    });
    others.extend(shelf.some(suspended).await?);
    let called = shelf.names(diaries.iter().map(|diary| &diary.kept).chain(&others)).await?;
    let codes = Codes::of_county(shelf.tx, &county).await?;
    let nothing = HashMap::new();
    let drawn = Drawn {
        wanted,
        words: Words { language: wanted.language, directory: &called, others: &nothing, codes: &codes },
        county: names.get(&county).map_or(county.as_str(), |(name, _)| name.as_str()),
        project: &project,
        others: &others,
        month: &month,
        diaries: &diaries,
        position,
        now,
        damaged: shelf.damaged.len(),
    };
    Ok(drawn.document())
}

fn ahead() -> Error {
    Error::new(
        Kind::Unprocessable,
        "invalid_period",
        "这个月还没有到，没有日志可印",
        "that month has not come yet: there is nothing to print",
    )
}

/// What the facts say of the month at that position of the ledger.
async fn month(
    figures: &Figures,
    (scope, names): (&ReadScope, &KnownCounties),
    county: &str,
    position: u64,
    wanted: &Wanted,
    today: NaiveDate,
) -> Result<Month> {
    let asked = Asked {
        counties: Some(std::iter::once(county.to_owned()).collect()),
        city: None,
        by: By::Project,
        question: Question {
            from: wanted.month.with_day(1),
            at: wanted.last_day().min(today),
            plan: None,
            sources: None,
        },
        as_of: BTreeMap::from([(county.to_owned(), position)]),
        to: None,
        codes: Some(BTreeSet::new()),
    };
    let (project, days) = (wanted.project, wanted.days());
    let look = move |seen: &[Seen<'_>]| {
        let view = &seen.first()?.view;
        let works = view.works.get(&project)?;
        let asks = |day: NaiveDate| {
            let still = works.suspensions.iter().find(|(_, suspension)| suspension.covers(day));
            match (works.started_on(), works.accepted_on()) {
                _ if day > today => Asks::Ahead,
                _ if works.asks_for_diary(day) => Asks::Diary,
                (Some(start), _) if day < start => Asks::NotYet,
                (None, _) => Asks::NotYet,
                (_, Some(end)) if end < day => Asks::Accepted,
                _ => still.map_or(Asks::OnPaper, |(record, _)| Asks::Suspended(*record)),
            }
        };
        let its = view.facts.diaries.iter().filter(|(_, diary)| diary.project == project);
        Some(Month {
            days: days.map(|day| (day, asks(day))).collect(),
            diaries: its.map(|(id, diary)| (*id, came_to(diary))).collect(),
            contracts: works.contracts.iter().map(|(id, _)| *id).collect(),
            school: works.project.school,
        })
    };
    let found = figures.look(scope.clone(), names.clone(), &asked, look).await?;
    found.ok_or_else(Error::not_found)
}

fn came_to(diary: &Fact) -> Standing {
    Standing {
        state: diary.state(),
        changed: diary.changed_since_confirmed(),
        came: diary.submitted,
        says_late: diary.says_late,
    }
}

/// The diaries of the month in order of day.
async fn diaries(shelf: &mut Shelf<'_>, county: &str, wanted: &Wanted, month: &Month) -> Result<Vec<Diary>> {
    let mut diaries = Vec::new();
    for kept in shelf.of_project(county, wanted.project, "diary").await? {
        let Some(day) = kept.text("date").and_then(|date| date.parse::<NaiveDate>().ok()) else { continue };
        if !month.days.contains_key(&day) {
            continue;
        }
        let history = shelf.history(kept.row.id).await?;
        let fact = month.diaries.get(&kept.row.id);
        let came = fact.and_then(|fact| fact.came);
        let marks = marks(day, fact, wanted.language);
        diaries.push(Diary { kept, history, day, came, marks });
    }
    diaries.sort_by_key(|diary| (diary.day, diary.kept.row.first_seq));
    Ok(diaries)
}

fn marks(day: NaiveDate, fact: Option<&Standing>, language: Language) -> Vec<&'static str> {
    let Some(fact) = fact else { return vec![language.pick("作废", "withdrawn")] };
    let Some(came) = &fact.came else { return vec![language.pick("未填完", "not complete")] };
    let mut marks = Vec::new();
    if !recorded_in_time(day, came) || fact.says_late {
        marks.push(language.pick("补记", "written late"));
    }
    if !delivered_in_time(day, came) {
        marks.push(language.pick("迟到", "delivered late"));
    }
    marks
}

/// All that the book is drawn from.
struct Drawn<'b> {
    wanted: &'b Wanted,
    words: Words<'b>,
    county: &'b str,
    project: &'b Kept,
    /// The school, contracts, suspensions.
    others: &'b [Kept],
    month: &'b Month,
    diaries: &'b [Diary],
    position: u64,
    now: Moment,
    damaged: usize,
}

impl Drawn<'_> {
    const fn pick<'s>(&self, zh: &'s str, en: &'s str) -> &'s str {
        self.words.language.pick(zh, en)
    }

    fn told_month(&self) -> String {
        let month = self.wanted.month;
        match self.words.language {
            Language::Chinese => format!("{}年{}月", month.year(), month.month()),
            Language::English => month.format("%B %Y").to_string(),
        }
    }

    fn project_name(&self) -> &str {
        self.project.text("name").unwrap_or_default()
    }

    fn school_name(&self) -> &str {
        let school = self.others.iter().find(|kept| kept.row.id == self.month.school);
        school.and_then(|school| school.text("name")).unwrap_or_default()
    }

    fn document(&self) -> Document {
        let title = self.pick("监管工作日志", "Supervision log").to_owned();
        let month = self.wanted.month.format("%Y-%m");
        let name = format!("{title}-{}-{month}", self.project_name());
        let mut document = Document::new(name, title, self.words.language);
        document.binding = Binding::Book;
        document.stated = self.cover();
        document.blocks = self.overview();
        // The same place stands on all photos of a book.
        let place = self.project_name();
        document.blocks.extend(self.diaries.iter().flat_map(|diary| diary.blocks(&self.words, place)));
        document
    }

    fn cover(&self) -> Vec<Line> {
        let mut lines = vec![
            Line::new(self.pick("县（市、区）", "county"), self.county),
            Line::new(self.pick("学校", "school"), self.school_name()),
            Line::new(self.pick("项目", "project"), self.project_name()),
            Line::new(self.pick("月份", "month"), self.told_month()),
        ];
        for contract in self.others.iter().filter(|kept| kept.kind.name == "contract") {
            let sort = contract.text("contract_kind").unwrap_or_default();
            let label = match self.words.language {
                Language::Chinese => format!("{sort}单位"),
                Language::English => format!("contract ({sort})"),
            };
            lines.push(Line::new(label, contract.text("party").unwrap_or_default()));
        }
        lines.extend(self.figures());
        let told = match self.words.language {
            Language::Chinese => format!("第 {} 号，{} 编制", self.position, minute(self.now)),
            Language::English => format!("number {}, drawn {}", self.position, minute(self.now)),
        };
        lines.push(Line::new(self.pick("台账截至", "ledger up to"), told));
        lines
    }

    fn figures(&self) -> Vec<Line> {
        let asked = |day: &NaiveDate| self.month.days.get(day) == Some(&Asks::Diary);
        let required = self.month.days.values().filter(|asks| **asks == Asks::Diary).count() as i128;
        let counted: Vec<_> = self
            .diaries
            .iter()
            .filter(|diary| asked(&diary.day))
            .filter_map(|diary| Some((diary.day, diary.came?)))
            .collect();
        let number = |count: usize| self.of_required(count as i128, required);
        let recorded = counted.iter().filter(|(day, came)| recorded_in_time(*day, came)).count();
        let delivered = counted.iter().filter(|(day, came)| delivered_in_time(*day, came)).count();
        let days = match self.words.language {
            Language::Chinese => format!("{required} 天"),
            Language::English => format!("{required} days"),
        };
        let in_all = match self.words.language {
            Language::Chinese => format!("{} 篇", self.diaries.len()),
            Language::English => format!("{} diaries", self.diaries.len()),
        };
        vec![
            Line::new(self.pick("应填", "asked for"), days),
            Line::new(self.pick("已填", "written"), number(counted.len())),
            Line::new(self.pick("及时记录", "recorded in time"), number(recorded)),
            Line::new(self.pick("及时送达", "delivered in time"), number(delivered)),
            Line::new(self.pick("本册收录", "in this book"), in_all),
        ]
    }

    fn of_required(&self, count: i128, required: i128) -> String {
        let share = Ratio { numerator: count, denominator: required }.print(Printed::Percent(1));
        match self.words.language {
            Language::Chinese => format!("{count} 篇（{share}）"),
            Language::English => format!("{count} ({share})"),
        }
    }

    /// The month at a glance: a row a day.
    fn overview(&self) -> Vec<Block> {
        let mut blocks = vec![Block::Heading {
            text: self.pick("本月日志一览", "The month at a glance").to_owned(),
        }];
        if self.damaged > 0 {
            let text = match self.words.language {
                Language::Chinese => {
                    format!("有 {} 条记录在服务器磁盘上损坏，没有列入本册；请管理员核对台账。", self.damaged)
                }
                Language::English => format!(
                    "{} records are damaged on the server's disk and are left out; have the ledger verified.",
                    self.damaged
                ),
            };
            blocks.push(Block::Warning { text });
        }
        let columns = [
            (("日期", "day"), 9),
            (("星期", "weekday"), 4),
            (("日志", "diary"), 8),
            (("记录", "recorded"), 6),
            (("送达", "delivered"), 6),
            (("说明", "note"), 22),
        ];
        let rows = self.month.days.iter().flat_map(|(day, asks)| {
            let its: Vec<_> = self.diaries.iter().filter(|diary| diary.day == *day).collect();
            if its.is_empty() {
                return vec![self.without_diary(*day, asks)];
            }
            its.into_iter().map(|diary| self.with_diary(diary, asks)).collect()
        });
        blocks.push(Block::Table(Table {
            title: String::new(),
            columns: columns.map(|((zh, en), width)| Column::new(self.pick(zh, en), width)).into(),
            rows: rows.map(item).collect(),
            ..Table::default()
        }));
        let text = self.pick(
            "记录：次日 12:00 前填完为及时，否则为补记。送达：三日内到达服务器为及时。",
            "recorded: in time if complete by noon of the next day. delivered: in time if received within three days.",
        );
        blocks.push(Block::Text { text: text.to_owned() });
        let signers = [
            self.pick("项目管理小组组长", "head of the project team"),
            self.pick("监理单位", "supervising unit"),
            self.pick("校长", "principal"),
        ];
        blocks.push(Block::to_sign(signers));
        blocks
    }

    fn day_cells(&self, day: NaiveDate) -> [String; 2] {
        let told = match self.words.language {
            Language::Chinese => format!("{}月{}日", day.month(), day.day()),
            Language::English => day.to_string(),
        };
        [told, weekday(day, self.words.language).to_owned()]
    }

    fn without_diary(&self, day: NaiveDate, asks: &Asks) -> Vec<String> {
        let (told, note) = match asks {
            Asks::Diary => (self.pick("缺", "missing"), String::new()),
            Asks::NotYet => ("—", self.pick("未开工", "not begun").to_owned()),
            Asks::OnPaper => ("—", self.pick("项目录入台账之前", "before it was in the ledger").to_owned()),
            Asks::Accepted => ("—", self.pick("已竣工验收", "accepted").to_owned()),
            Asks::Ahead => ("—", String::new()),
            Asks::Suspended(record) => (self.pick("停工", "suspended"), self.suspension(*record)),
        };
        let [date, weekday] = self.day_cells(day);
        vec![date, weekday, told.to_owned(), String::new(), String::new(), note]
    }

    /// Why the works stood still, and from when to when.
    fn suspension(&self, record: RecordId) -> String {
        let Some(kept) = self.others.iter().find(|kept| kept.row.id == record) else { return String::new() };
        let reasons: Vec<_> =
            kept.record.heads_named("reason").iter().filter_map(|head| head.value.as_text()).collect();
        let from = kept.text("from").unwrap_or_default();
        let to = kept.text("to").unwrap_or("…");
        format!("{}（{from} — {to}）", reasons.join(self.words.between()))
    }

    fn with_diary(&self, diary: &Diary, asks: &Asks) -> Vec<String> {
        let fact = self.month.diaries.get(&diary.kept.row.id);
        let state = match fact.map(|fact| fact.state) {
            None => self.pick("作废", "withdrawn"),
            Some(DiaryState::Draft) => self.pick("未填完", "not complete"),
            Some(DiaryState::Submitted) => self.pick("已填", "written"),
            Some(DiaryState::Confirmed) => self.pick("已确认", "confirmed"),
            Some(DiaryState::Returned) => self.pick("已退回", "returned"),
        };
        let (recorded, delivered) = diary.came.map_or(("", ""), |came| {
            let in_time = self.pick("及时", "in time");
            let recorded =
                if recorded_in_time(diary.day, &came) { in_time } else { self.pick("补记", "late") };
            let delivered =
                if delivered_in_time(diary.day, &came) { in_time } else { self.pick("迟到", "late") };
            (recorded, delivered)
        });
        let mut notes = Vec::new();
        if let Asks::Suspended(record) = asks {
            notes.push(format!("{}：{}", self.pick("停工期间", "suspended"), self.suspension(*record)));
        }
        let differing = diary.conflicts(&self.words);
        if !differing.is_empty() {
            let fields = differing.join(self.pick("、", ", "));
            notes.push(format!("{}{fields}", self.pick("待定：", "to be settled: ")));
        }
        if fact.is_some_and(|fact| fact.changed) {
            notes.push(self.pick("确认后有改动", "changed since it was confirmed").to_owned());
        }
        if diary.was_corrected(&self.words) {
            notes.push(self.pick("有更正", "corrected").to_owned());
        }
        if let Some(reason) = diary.kept.text("late_reason") {
            notes.push(format!("{}{reason}", self.pick("补记原因：", "written late: ")));
        }
        let [date, weekday] = self.day_cells(diary.day);
        let (recorded, delivered) = (recorded.to_owned(), delivered.to_owned());
        vec![date, weekday, state.to_owned(), recorded, delivered, notes.join(self.words.between())]
    }
}

#[cfg(test)]
mod tests {
    use super::super::diary::told_day;
    use super::*;

    #[test]
    fn a_month_is_read_and_has_all_its_days() {
        let february = Wanted {
            project: RecordId(uuid::Uuid::nil()),
            month: "2028-02-01".parse().unwrap(),
            language: Language::Chinese,
        };
        assert_eq!(february.days().count(), 29);
        assert_eq!(told_day(february.last_day(), Language::Chinese), "2月29日　星期二");
    }
}
