//! The counties whose daily work is told in outline: what was in use before the ledger began, the works
//! that go on, the money, the equipment, and who looked at which school of the grid.

use chrono::{Days, NaiveDate};
use sync_protocol::change::Change;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::{self, Role};
use sync_protocol::photo::Sha256;

use super::calendar::{next_office_day, office_day};
use super::cast::ELSEWHERE;
use super::course::{Course, DAYS, Sort};
use super::diaries::Log;
use super::draft::{Draft, demo_record, refer};
use super::findings::Rounds;
use super::goods::{Detail, Goods};
use super::money::{self, Keys};
use super::papers::{self, Papers};
use super::region::County;
use super::registry::{self, School};
use super::story::{Deed, Phrases, at};
use super::works::{self, Building, UNDER_WAY_BP};

/// A county that is told in outline.
pub(super) struct Outline<'o> {
    county: &'o County,
    /// Where it stands among the counties.
    number: usize,
    schools: Vec<School>,
    buildings: Vec<Building>,
    today: NaiveDate,
}

impl<'o> Outline<'o> {
    pub(super) fn of(county: &'o County, number: usize, today: NaiveDate) -> Self {
        let schools = registry::schools(county);
        let buildings = works::buildings(county, &schools);
        Self { county, number, schools, buildings, today }
    }

    /// The papers of what was in use before the ledger began, entered with the registers.
    pub(super) fn before(&self) -> Vec<Change> {
        let first = self.today - Days::new(DAYS);
        let in_use = (0..).zip(&self.buildings).filter(|(_, building)| building.is_completed());
        in_use.flat_map(|(number, building)| papers::in_use_before(building, number, first)).collect()
    }

    /// All that was written since.
    pub(super) fn deeds(&self, phrases: &Phrases, photos: &[Sha256]) -> Vec<Deed> {
        let mut deeds = money::county(self.county, ELSEWHERE.finance, self.today);
        let worths = works::worths(self.county);
        let of = |building: &Building| {
            let at = self.buildings.iter().position(|its| its.id == building.id);
            at.and_then(|at| worths.get(at)).copied().unwrap_or_default()
        };
        let in_use: i64 = self.buildings.iter().filter(|building| building.is_completed()).map(of).sum();
        let keys = self.keys();
        deeds.extend(money::before(&self.county.code, &self.county.buildings.funding, in_use, &keys));
        for course in self.courses() {
            let worth = of(&course.building);
            deeds.extend(self.works(&course, worth, phrases, photos));
        }
        let begun = self.buildings.iter().filter(|building| building.started == 0);
        for (number, building) in (0..).zip(begun) {
            deeds.extend(papers::begun_on_paper(building, number % 4, ELSEWHERE.works, self.today));
        }
        deeds.extend(self.goods(photos).deeds());
        deeds.extend(self.grid());
        deeds
    }

    const fn keys(&self) -> Keys<'static> {
        Keys {
            education: ELSEWHERE.works,
            role: Role::ProjectOffice,
            finance: ELSEWHERE.finance,
            today: self.today,
        }
    }

    /// The works that go on today.
    fn courses(&self) -> Vec<Course> {
        let under_way = self.buildings.iter().filter(|building| building.is_under_way());
        let course = |(at, building): (usize, &Building)| Course {
            // What has been done of them goes by their place among those of the county.
            number: UNDER_WAY_BP.len() * (self.number + 1) + at,
            sort: Sort::UnderWay,
            building: building.clone(),
            begins_ago: 12 + UNDER_WAY_BP[at % UNDER_WAY_BP.len()].unsigned_abs() / 130,
            ends_ago: None,
            still_ago: None,
        };
        under_way.enumerate().map(course).collect()
    }

    fn works(&self, course: &Course, worth: i64, phrases: &Phrases, photos: &[Sha256]) -> Vec<Deed> {
        let today = self.today;
        let log = Log {
            course,
            first: ELSEWHERE.writer,
            second: None,
            principal: ELSEWHERE.principal,
            office: ELSEWHERE.works,
            today,
            photos,
        };
        let mut deeds = log.deeds(phrases);
        let inspectors = [ELSEWHERE.inspector.to_owned()];
        let rounds = Rounds {
            course,
            last_inspector: ELSEWHERE.inspector,
            inspectors: &inspectors,
            contractor: ELSEWHERE.contractor,
            office: ELSEWHERE.inspection,
            today,
            photos,
        };
        deeds.extend(rounds.deeds(phrases).0);
        let (writer, engineer, office) = (ELSEWHERE.writer, ELSEWHERE.engineer, ELSEWHERE.works);
        deeds.extend(Papers { course, worth, writer, engineer, office, today }.deeds());
        deeds.extend(money::works(course, worth, ELSEWHERE.principal, &self.keys()));
        deeds
    }

    fn goods<'g>(&'g self, photos: &'g [Sha256]) -> Goods<'g> {
        Goods {
            county: self.county,
            detail: Detail::Outline,
            station: ELSEWHERE.station,
            taker: ELSEWHERE.writer,
            witness: ELSEWHERE.inspection,
            finance: ELSEWHERE.finance,
            today: self.today,
            photos,
        }
    }

    /// Where there is a grid, the inspectors look at three of five schools a month, each month by
    /// another theme.
    fn grid(&self) -> Vec<Deed> {
        const THEMES: [&str; 3] = ["全面改薄", "安全五防", "课程设置与执行"];
        if self.county.zones.is_none() {
            return Vec::new();
        }
        let mut deeds = Vec::new();
        for month in 0..6_usize {
            for (number, school) in self.schools.iter().enumerate() {
                if (number + month * 2) % 5 > 2 {
                    continue;
                }
                let ago = 30 * month + number * 11 % 28 + 1;
                let day = office_day(self.today - Days::new(ago as u64), self.today);
                let id = demo_record(&format!("inspection/{}/{month}", school.id));
                let lack = ((number + month) % 7 == 3).then(|| &LACKS[(number + month) % LACKS.len()]);
                let result = |item: &str| {
                    let fails = lack.is_some_and(|lack| lack.item == item);
                    [("result", if fails { "不合格" } else { "合格" })]
                };
                let inspection = Draft::new("inspection", id, "begun", at(day, 11, 30))
                    .set("school", refer(school.id))
                    .set("date", day.to_string())
                    .set("theme", THEMES[month % THEMES.len()])
                    .set("checklist", [("version", kinds::CHECKLIST_VERSION)])
                    .set("team", [("name", "责任督学（演示）")])
                    .set("arrived_at", at(day, 9, (number % 40) as u32).to_rfc3339())
                    .set("left_at", at(day, 11, (number % 25) as u32).to_rfc3339())
                    .set("isolation_ok", true)
                    .set("items/A03", result("A03"))
                    .set("items/A04", result("A04"))
                    .set("items/P03", result("P03"))
                    .set("conclusion", if lack.is_none() { "符合要求" } else { "基本符合，限期整改" })
                    .set("feedback", "已当场向学校反馈（演示）");
                deeds.push(Deed::new(ELSEWHERE.inspector, inspection.done()));
                if let Some(lack) = lack {
                    self.lacking(school, lack, (id, day), number + month, &mut deeds);
                }
            }
        }
        deeds
    }

    /// What an inspector found at a school; most schools put it right within days, and the office looks.
    fn lacking(
        &self,
        school: &School,
        lack: &Lack,
        (inspection, day): (RecordId, NaiveDate),
        turn: usize,
        deeds: &mut Vec<Deed>,
    ) {
        let finding = demo_record(&format!("finding/{inspection}"));
        let found = Draft::new("finding", finding, "begun", at(day, 11, 40))
            .set("school", refer(school.id))
            .set("inspection", refer(inspection))
            .set("item", lack.item)
            .set("source", "professional")
            .set("category", lack.category)
            .set("severity", lack.severity)
            .set("description", lack.description)
            .set("found_on", day.to_string())
            .set("deadline", (day + Days::new(lack.days)).to_string())
            .set("responsible", "学校（演示）");
        deeds.push(Deed::new(ELSEWHERE.inspector, found.done()));
        let done_on = day + Days::new(3);
        // Some wait for money.
        if turn % 5 == 1 || done_on >= self.today {
            return;
        }
        let rectification = demo_record(&format!("rectification/{finding}/1"));
        let claimed = Draft::new("rectification", rectification, "begun", at(done_on, 17, 10))
            .set("school", refer(school.id))
            .set("finding", refer(finding))
            .set("measures", lack.measures)
            .set("done_on", done_on.to_string());
        deeds.push(Deed::new(ELSEWHERE.writer, claimed.done()));
        let looked_on = next_office_day(day + Days::new(6));
        if looked_on < self.today {
            let verification = Draft::new(
                "verification",
                demo_record(&format!("verification/{rectification}")),
                "begun",
                at(looked_on, 10, 0),
            );
            let verification = verification
                .set("school", refer(school.id))
                .set("finding", refer(finding))
                .set("rectification", refer(rectification))
                .set("result", "通过")
                .set("date", looked_on.to_string());
            deeds.push(Deed::new(ELSEWHERE.inspection, verification.done()));
        }
    }
}

/// What schools of the grid lack.
struct Lack {
    item: &'static str,
    category: &'static str,
    severity: &'static str,
    days: u64,
    description: &'static str,
    measures: &'static str,
}

const LACKS: [Lack; 3] = [
    Lack {
        item: "A04",
        category: "安全",
        severity: "较大",
        days: 7,
        description: "宿舍楼二层灭火器过期",
        measures: "更换灭火器四具",
    },
    Lack {
        item: "A03",
        category: "安全",
        severity: "较大",
        days: 7,
        description: "食堂配电箱没有上锁",
        measures: "配电箱上锁，挂责任牌",
    },
    Lack {
        item: "P03",
        category: "程序",
        severity: "一般",
        days: 15,
        description: "校门口没有公布监督电话",
        measures: "监督电话已公布",
    },
];
