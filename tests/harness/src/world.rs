//! A county made from a seed: townships, schools, projects, zones, people, months of diaries.
//!
//! Everything in it is invented and says so. The office brings it in through `POST /api/v1/sync`,
//! as it would bring in a spreadsheet.

use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{Days, NaiveDate};
use serde_json::json;
use siteledger::access::accounts::{self, NewPerson};
use siteledger::access::enrolment;
use siteledger::clock::Clock;
use siteledger::store::Store;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;

use crate::device::Device;
use crate::draft::Draft;
use crate::person::Person;
use crate::seed::Seed;
use crate::server::Server;

/// The county that stories play in, 上杭县 of 龙岩市.
pub const COUNTY: &str = "350823";
/// Its city.
pub const CITY: &str = "350800";

/// Which county a world is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct County {
    /// Six digits.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The six digits of its city.
    pub city: &'static str,
    /// What the name of its office begins with.
    pub office: &'static str,
}

/// 上杭县, where stories play that name no other.
pub const SHANGHANG: County = County { code: COUNTY, name: "上杭县", city: CITY, office: "office" };
/// 武平县 of the same city.
pub const WUPING: County = County { code: "350824", name: "武平县", city: CITY, office: "wuping" };
/// 蕉城区 of another city.
pub const JIAOCHENG: County =
    County { code: "350902", name: "蕉城区", city: "350900", office: "jiaocheng" };

const TRADES: [&str; 8] =
    ["钢筋工", "木工(模板)", "混凝土工", "砌筑工", "抹灰工", "架子工", "水电工", "普工"];
const WEATHER: [&str; 6] = ["晴", "多云", "阴", "小雨", "中雨", "雷阵雨"];
const STAGES: [&str; 7] = ["基础", "主体一层", "主体二层", "主体三层", "主体封顶", "砌体", "装修"];
const PROGRESS: [&str; 5] = [
    "柱钢筋绑扎完成",
    "模板安装，梁板支撑加固",
    "混凝土浇筑 12 m³",
    "砌体施工，构造柱留筋",
    "清理现场，材料归堆",
];

/// A county as it was planned.
#[derive(Debug)]
pub struct World {
    /// Which one it is.
    pub county: County,
    /// Its townships.
    pub townships: Vec<Township>,
    /// Its schools.
    pub schools: Vec<School>,
    /// Its projects, one for each of the first schools.
    pub projects: Vec<Project>,
    /// Its inspection zones; each school is in exactly one.
    pub zones: Vec<Zone>,
    /// The scheme that the zones belong to.
    pub scheme: RecordId,
    seed: Seed,
    people: AtomicUsize,
}

/// A township.
#[derive(Clone, Debug)]
pub struct Township {
    /// Nine digits.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A school.
#[derive(Clone, Debug)]
pub struct School {
    /// Its record.
    pub id: RecordId,
    /// Its name.
    pub name: String,
    /// Its township's code.
    pub township: String,
    /// Where it is, in degrees.
    pub position: (f64, f64),
}

/// A project.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its record.
    pub id: RecordId,
    /// Its name.
    pub name: String,
    /// Its school.
    pub school: RecordId,
}

/// A zone of the inspection grid.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Its record.
    pub id: RecordId,
    /// Its name.
    pub name: String,
    /// Its schools.
    pub schools: Vec<RecordId>,
}

/// How large a county is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// So many townships.
    pub townships: usize,
    /// So many schools.
    pub schools: usize,
    /// So many projects, at most one a school.
    pub projects: usize,
    /// So many zones.
    pub zones: usize,
}

impl World {
    /// Enough for a story: 2 townships, 4 schools, 3 projects, 2 zones.
    pub fn small(seed: u64) -> Self {
        Self::sized(seed, Size { townships: 2, schools: 4, projects: 3, zones: 2 })
    }

    /// A county as large as a real one: 20 townships, 80 schools, 80 projects, 5 zones.
    pub fn county(seed: u64) -> Self {
        Self::sized(seed, Size { townships: 20, schools: 80, projects: 80, zones: 5 })
    }

    /// 上杭县 of that size: the same seed, the same county.
    pub fn sized(seed: u64, size: Size) -> Self {
        Self::of(SHANGHANG, seed, size)
    }

    /// Any county of that size.
    pub fn of(county: County, seed: u64, size: Size) -> Self {
        let seed = Seed::new(seed);
        let mut ids = seed.branch("ids");
        let mut places = seed.branch("places");
        let townships: Vec<_> = (0..size.townships)
            .map(|n| Township {
                code: format!("{}{:03}", county.code, 100 + n),
                name: format!("示范{}镇（演示）", n + 1),
            })
            .collect();
        let schools: Vec<_> = (0..size.schools)
            .map(|n| School {
                id: RecordId(ids.uuid()),
                name: format!("示范第{}小学（演示）", n + 1),
                township: townships[n % townships.len()].code.clone(),
                position: (25.0 + places.below(3000) as f64 / 1e4, 116.3 + places.below(3000) as f64 / 1e4),
            })
            .collect();
        let projects = schools
            .iter()
            .take(size.projects)
            .map(|school| Project {
                id: RecordId(ids.uuid()),
                name: format!("{}教学楼", school.name),
                school: school.id,
            })
            .collect();
        let zones = (0..size.zones)
            .map(|n| Zone {
                id: RecordId(ids.uuid()),
                name: format!("第{}督导责任区（演示）", n + 1),
                schools: schools.iter().skip(n).step_by(size.zones).map(|school| school.id).collect(),
            })
            .collect();
        let scheme = RecordId(ids.uuid());
        Self { county, townships, schools, projects, zones, scheme, seed, people: AtomicUsize::new(0) }
    }

    /// Opens the county's ledger, makes its office, and brings everything in.
    pub async fn open(self, server: &Server) -> OpenWorld {
        let County { code, name, city, office } = self.county;
        server.run(&["county", "add", code, name, "--city", city]);
        let at = format!("county:{code}");
        let roles = [("project_office", at.as_str()), ("inspection_office", at.as_str())];
        let mut office = Person::at(self.join(server, office, "改薄办（演示）", &roles).await);
        self.bring_in(&mut office.desk).await;
        OpenWorld { world: self, office }
    }

    /// Makes a person with roles and an enrolled device.
    pub async fn join(
        &self,
        server: &Server,
        username: &str,
        display_name: &str,
        roles: &[(&str, &str)],
    ) -> Device {
        let mut arguments = vec!["user", "add", username, "--display-name", display_name];
        for (role, scope) in roles {
            arguments.extend(["--role", role, "--at", scope]);
        }
        server.run(&arguments);
        let mut device = self.enrol(server, username, "演示手机").await;
        username.clone_into(&mut device.username);
        device
    }

    /// Enrols one more device of a person.
    pub async fn enrol(&self, server: &Server, username: &str, device_name: &str) -> Device {
        let enrolment = server.run(&["enrol", username, "--json"]).json();
        let code = enrolment["code"].as_str().expect("a code");
        Device::enrol(server, code, device_name).await
    }

    /// Writes the whole county as the office.
    pub async fn bring_in(&self, desk: &mut Device) {
        for township in &self.townships {
            let id = RecordId::natural("division", &township.code);
            desk.write("division", id, |form| {
                form.set("code", township.code.as_str())
                    .set("name", township.name.as_str())
                    .set("level", "township")
                    .set("parent", self.county.code)
                    .set("county", self.county.code)
            });
        }
        for school in &self.schools {
            let (lat, lon) = school.position;
            desk.write("school", school.id, |form| {
                form.set("name", school.name.as_str())
                    .set("county", self.county.code)
                    .set("township", school.township.as_str())
                    .set("category", "小学")
                    .set_json("position", json!({ "lat": lat, "lon": lon, "datum": "wgs84" }))
            });
        }
        for project in &self.projects {
            desk.write("project", project.id, |form| {
                form.set("name", project.name.as_str())
                    .set("school", project.school.to_string())
                    .set("class", "building")
                    .set("work_type", "新建")
                    .set("plan_year", 2016)
            });
        }
        desk.write("zone_scheme", self.scheme, |form| {
            form.set("name", "督导责任区划分（演示）")
                .set("purpose", "inspection")
                .set("county", self.county.code)
        });
        for zone in &self.zones {
            desk.write("zone", zone.id, |form| {
                let form = form
                    .set("scheme", self.scheme.to_string())
                    .set("name", zone.name.as_str())
                    .set("county", self.county.code);
                zone.schools
                    .iter()
                    .fold(form, |form, school| form.set_json("schools", json!({ "school": school })))
            });
        }
        let synced = desk.sync().await.expect("the office has a good line");
        assert_eq!(synced.held, 0, "the county is brought in whole: {:?}", desk.phone.outbox.held);
    }

    /// Fills in what a school team writes on an ordinary day; some days bring rain and no work.
    pub fn ordinary_day(&self, form: Draft, project: usize, date: &str) -> Draft {
        let mut chance = self.seed.branch(&format!("{project} {date}"));
        let form = form.set("weather_am", *chance.pick(&WEATHER)).set("weather_pm", *chance.pick(&WEATHER));
        let form = form
            .set("supervisor_present", chance.chance(80))
            .set("isolation_ok", true)
            .set("safety_ok", chance.chance(95))
            .set("quality_ok", chance.chance(97))
            .set("temp_min", 80 + chance.below(60) as i64)
            .set("temp_max", 150 + chance.below(100) as i64);
        if chance.chance(15) {
            return form
                .set("work_status", "idle")
                .set("idle_reason", "下雨，无法施工")
                .set("progress_text", "今日未施工");
        }
        let stage = *chance.pick(&STAGES);
        let mut form = form
            .set("work_status", "working")
            .set("image_progress", stage)
            .set("progress_text", format!("{stage}：{}", chance.pick(&PROGRESS)))
            .set_json("parts", json!({ "part": stage, "axis": "①-⑤" }));
        for trade in TRADES.iter().skip(chance.below(4) as usize).take(3) {
            form = form.crew(trade, 1 + chance.below(12) as i64);
        }
        form
    }
}

/// Days one after the other, as the protocol writes them.
pub fn days(from: &str, count: u64) -> impl Iterator<Item = String> {
    let from: NaiveDate = from.parse().expect("a date");
    (0..count).map(move |day| (from + Days::new(day)).to_string())
}

/// A county that a server has.
#[derive(Debug)]
pub struct OpenWorld {
    world: World,
    /// Its office, which looks after buildings and inspections.
    pub office: Person,
}

impl std::ops::Deref for OpenWorld {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl OpenWorld {
    /// A phone of somebody of the first project's school team.
    pub async fn school_phone(&self, server: &Server, name: &str) -> Device {
        self.team_phone(server, name, 0).await
    }

    /// A phone of somebody of a project's school team.
    pub async fn team_phone(&self, server: &Server, name: &str, project: usize) -> Device {
        let scope = format!("project:{}", self.projects[project].id);
        self.phone(server, name, &[("school_team", scope.as_str())]).await
    }

    /// Many phones of many people, `number` modulo the projects being whose team each is of: entered
    /// beside the running server as commands do, and much faster.
    pub async fn many_phones(&self, server: &Server, count: usize) -> Vec<Device> {
        let (store, clock) = (Store::open(&server.data()).await.expect("it is open"), Clock::default());
        let mut phones = Vec::with_capacity(count);
        for number in 0..count {
            let project = &self.projects[number % self.projects.len()];
            let scope = format!("project:{}", project.id).parse().expect("a scope");
            let new = NewPerson {
                username: format!("team-{}-{number}", self.county.code),
                display_name: format!("{number}号（演示）"),
                password: None,
                roles: vec![(Role::SchoolTeam, scope)],
            };
            let user = accounts::add(&store, &clock, new).await.expect("the name is free");
            let code = enrolment::issue(&store, &clock, user).await.expect("the person is there").long;
            phones.push(Device::enrol(server, &code, "演示手机").await);
        }
        store.close().await;
        phones
    }

    /// Gives the owner of a device one more role.
    pub fn give_role(&self, server: &Server, device: &Device, role: &str, scope: &str) {
        server.run(&["user", "grant", &device.username, "--role", role, "--at", scope]);
    }

    /// Takes a role from the owner of a device.
    pub fn take_role(&self, server: &Server, device: &Device, role: &str, scope: &str) {
        server.run(&["user", "revoke-role", &device.username, "--role", role, "--at", scope]);
    }

    /// A phone of somebody with those roles.
    pub async fn phone(&self, server: &Server, name: &str, roles: &[(&str, &str)]) -> Device {
        let number = self.world.people.fetch_add(1, Ordering::Relaxed) + 1;
        let username = format!("person-{}-{number}", self.county.code);
        self.world.join(server, &username, &format!("{name}（演示）"), roles).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_county() {
        let (once, again, other) = (World::county(1), World::county(1), World::county(2));
        assert_eq!(once.schools[79].id, again.schools[79].id);
        assert_ne!(once.schools[79].id, other.schools[79].id);
    }

    #[test]
    fn every_school_is_in_exactly_one_zone() {
        let world = World::county(1);
        let mut zoned: Vec<_> = world.zones.iter().flat_map(|zone| &zone.schools).collect();
        zoned.sort_unstable();
        zoned.dedup();
        assert_eq!(zoned.len(), world.schools.len());
        assert_eq!(zoned.len(), world.zones.iter().map(|zone| zone.schools.len()).sum::<usize>());
    }

    #[test]
    fn an_ordinary_day_is_a_diary_that_the_protocol_takes() {
        let world = World::small(1);
        let mut kinds = std::collections::BTreeSet::new();
        for date in days("2016-03-01", 60) {
            let record = crate::draft::diary_id(world.projects[0].id, &date);
            let form = Draft::over(sync_protocol::record::Record::empty(record, "diary"))
                .set("project", world.projects[0].id.to_string())
                .set("date", date.as_str());
            let form = world.ordinary_day(form, 0, &date);
            let id = sync_protocol::id::ChangeId(world.seed.clone().uuid());
            let change = form.save(id, "2016-03-01T17:00:00+08:00".parse().expect("a time"));
            sync_protocol::kinds::named("diary")
                .expect("it is one")
                .check(&change)
                .expect("every value fits");
            kinds.insert(change.value_of("work_status").and_then(|value| value.as_text().map(str::to_owned)));
        }
        assert_eq!(kinds.len(), 2, "days with work and days without");
    }
}
