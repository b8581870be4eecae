//! The county that histories play in: schools, projects, a zone, people with their roles, and the
//! records that they write into. The same in every history, so that people collide.

use harness::draft::name;
use harness::{Draft, seed::Seed};
use serde_json::json;
use siteledger::access::actor::Grant;
use siteledger::access::role::Scope;
use siteledger::clock::Moment;
use sync_protocol::id::{DeviceId, RecordId, UserId};
use sync_protocol::kinds::Role;
use sync_protocol::record::Record;
use sync_protocol::signoff::Verdict;
use uuid::Uuid;

/// The ledgers: code, name and city.
pub(crate) const LEDGERS: [(&str, &str, &str); 2] =
    [("350823", "上杭县", "350800"), ("350824", "武平县", "350800")];

/// Somebody with an account.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) username: &'static str,
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) roles: Vec<(Role, Scope)>,
}

/// A phone, or a browser at the office.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Issued {
    pub(crate) device: DeviceId,
    /// Whose, by number.
    pub(crate) person: usize,
}

/// Everything that is planned before a history begins.
#[derive(Clone, Debug)]
pub(crate) struct County {
    pub(crate) schools: [RecordId; 3],
    pub(crate) projects: [RecordId; 4],
    pub(crate) zone: RecordId,
    pub(crate) scheme: RecordId,
    pub(crate) people: Vec<Person>,
    pub(crate) devices: Vec<Issued>,
    /// Roles that are given and taken while the history goes on, by the person's number.
    pub(crate) wavering: Vec<(usize, Role, Scope)>,
    /// What people write into: kind, record, and the form's beginning.
    pub(crate) papers: Vec<Paper>,
}

/// A record that people write into.
#[derive(Clone, Debug)]
pub(crate) struct Paper {
    pub(crate) kind: &'static str,
    pub(crate) record: RecordId,
    /// What its first change says, as field and text.
    pub(crate) begins: Vec<(&'static str, String)>,
    /// Who writes into it as a rule, by the person's number; anybody else tries now and then.
    pub(crate) writers: &'static [usize],
}

/// The offices, which decide what is held: each the first of its county.
pub(crate) const OFFICES: [usize; 2] = [0, 1];

const DAYS: [&str; 4] = ["2016-03-01", "2016-03-02", "2016-03-03", "2016-03-04"];

fn record(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(0x5c00_0000_0000_7000_8000_0000_0000_0000 + number))
}

impl County {
    /// As it is planned, with ids of people and devices that are invented here.
    pub(crate) fn planned() -> Self {
        let schools = [record(1), record(2), record(3)];
        let projects = [record(11), record(12), record(13), record(14)];
        let (zone, scheme) = (record(21), record(22));
        let county = |at: usize| Scope::County(LEDGERS[at].0.to_owned());
        let (school, project) =
            (|at: usize| Scope::School(schools[at]), |at: usize| Scope::Project(projects[at]));
        let office = |at| {
            let roles = [Role::ProjectOffice, Role::InspectionOffice, Role::EquipmentStation];
            roles.into_iter().map(|role| (role, county(at))).collect::<Vec<_>>()
        };
        let staff: [(&'static str, Vec<(Role, Scope)>); 12] = [
            ("office-a", office(0)),
            ("office-b", office(1)),
            ("city", vec![(Role::CityOffice, Scope::City(LEDGERS[0].2.to_owned()))]),
            ("team-1", vec![(Role::SchoolTeam, project(0))]),
            ("team-2", vec![(Role::SchoolTeam, project(0))]),
            ("team-3", vec![(Role::SchoolTeam, school(0))]),
            ("principal", vec![(Role::Principal, school(0))]),
            ("inspector", vec![(Role::Inspector, Scope::Zone(zone))]),
            ("team-4", vec![(Role::SchoolTeam, project(2)), (Role::Principal, school(1))]),
            ("team-5", vec![(Role::SchoolTeam, project(3))]),
            ("finance", vec![(Role::Finance, county(0))]),
            ("township", vec![(Role::Township, Scope::Township(format!("{}100", LEDGERS[0].0)))]),
        ];
        let people: Vec<_> = (1..)
            .zip(staff)
            .map(|(number, (username, roles))| Person {
                username,
                user: UserId(Uuid::from_u128(number)),
                name: format!("{username}（演示）"),
                roles,
            })
            .collect();
        let owners = (0..people.len()).chain([3, 0]);
        let devices = (1..)
            .zip(owners)
            .map(|(number, person)| Issued { device: DeviceId(Uuid::from_u128(number)), person })
            .collect();
        let wavering = vec![
            (3, Role::SchoolTeam, project(0)),
            (3, Role::SchoolTeam, project(1)),
            (4, Role::SchoolTeam, school(1)),
            (5, Role::SchoolTeam, school(0)),
            (5, Role::Contractor, project(0)),
            (6, Role::Principal, school(1)),
            (7, Role::Inspector, Scope::Zone(zone)),
            (7, Role::Inspector, county(0)),
            (8, Role::SchoolTeam, project(3)),
            (9, Role::SchoolTeam, project(0)),
            (10, Role::Finance, county(0)),
        ];
        let papers = papers(&schools, &projects, zone);
        Self { schools, projects, zone, scheme, people, devices, wavering, papers }
    }

    /// What somebody holds from the beginning.
    pub(crate) fn grants(&self, person: usize, since: Moment) -> Vec<Grant> {
        let held =
            |(role, scope): &(Role, Scope)| Grant { role: *role, scope: scope.clone(), since, until: None };
        self.people[person].roles.iter().map(held).collect()
    }

    /// The forms by which the offices bring the county in: who, kind, record, and what it says.
    pub(crate) fn founding(&self) -> Vec<(usize, &'static str, RecordId, Draft)> {
        let mut forms = Vec::new();
        let over = |kind: &'static str, record| Draft::over(Record::empty(record, kind));
        for (at, school) in self.schools.into_iter().enumerate() {
            let county = LEDGERS[at / 2].0;
            let form = over("school", school)
                .set("name", format!("示范第{}小学（演示）", at + 1))
                .set("county", county)
                .set("township", format!("{county}{}", 100 + at))
                .set("category", "小学");
            forms.push((at / 2, "school", school, form));
        }
        for (at, project) in self.projects.into_iter().enumerate() {
            let form = over("project", project)
                .set("name", format!("第{}项（演示）", at + 1))
                .set("school", self.schools[[0, 0, 1, 2][at]].to_string())
                .set("class", if at == 1 { "equipment" } else { "building" })
                .set("work_type", "新建");
            forms.push((at / 3, "project", project, form));
        }
        let zone = over("zone", self.zone)
            .set("scheme", self.scheme.to_string())
            .set("name", "第1督导责任区（演示）")
            .set("county", LEDGERS[0].0)
            .set_json("schools", json!({ "school": self.schools[0] }))
            .set_json("schools", json!({ "school": self.schools[1] }));
        forms.push((0, "zone", self.zone, zone));
        forms
    }
}

fn papers(schools: &[RecordId; 3], projects: &[RecordId; 4], zone: RecordId) -> Vec<Paper> {
    const TEAMS: [&[usize]; 4] = [&[3, 4, 5, 6, 0], &[3, 5, 6], &[8, 4], &[9, 1]];
    let mut papers = Vec::new();
    for (project, writers) in projects.iter().zip(TEAMS) {
        for day in DAYS {
            papers.push(Paper {
                kind: "diary",
                record: harness::draft::diary_id(*project, day),
                begins: vec![("project", project.to_string()), ("date", day.to_owned())],
                writers,
            });
        }
        papers.push(Paper {
            kind: "progress_report",
            record: RecordId::natural("progress_report", &format!("{project}/2016-03")),
            begins: vec![("project", project.to_string()), ("month", "2016-03".to_owned())],
            writers,
        });
    }
    for (number, at) in (31..).zip([0, 0, 0, 1, 1, 2]) {
        papers.push(Paper {
            kind: "finding",
            record: record(number),
            begins: vec![("school", schools[at].to_string()), ("severity", "一般".to_owned())],
            writers: if at == 2 { &[1, 9, 2] } else { &[0, 5, 6, 7] },
        });
    }
    for (number, at) in (41..).zip([0, 1, 2]) {
        papers.push(Paper {
            kind: "fund_event",
            record: record(number),
            begins: vec![("school", schools[at].to_string()), ("type", "下达".to_owned())],
            writers: if at == 2 { &[1, 10] } else { &[10, 0] },
        });
        papers.push(Paper {
            kind: "evaluation",
            record: record(number + 10),
            begins: vec![("school", schools[at].to_string()), ("period", "2016-03".to_owned())],
            writers: if at == 2 { &[1, 2] } else { &[0, 2] },
        });
    }
    let offices: &[usize] = &[0];
    papers.push(Paper { kind: "zone", record: zone, begins: Vec::new(), writers: offices });
    papers.push(Paper { kind: "project", record: projects[0], begins: Vec::new(), writers: offices });
    papers.push(Paper { kind: "school", record: schools[1], begins: Vec::new(), writers: offices });
    papers
}

/// How many heads of a field are seen before people tidy it.
const MANY: usize = 3;

/// Fills one to three fields in, over what is seen, over part of it, or blindly.
pub(crate) fn fill(
    mut form: Draft,
    paper: &Paper,
    county: &County,
    own: &Own<'_>,
    chance: &mut Seed,
) -> Draft {
    for (field, text) in &paper.begins {
        if form.is_new() || form.shown(field).len() > MANY {
            form = form.set(field, text.as_str());
        }
    }
    for _ in 0..=chance.below(2) {
        form = one_field(form, paper, county, own, chance);
    }
    if chance.chance(15) {
        let shown = form.shown("reason");
        let gone = if shown.len() > MANY { shown } else { Vec::new() };
        form = form.set_over("reason", "更正", &gone);
    }
    form
}

/// Who fills a form in.
pub(crate) struct Own<'o> {
    pub(crate) user: UserId,
    pub(crate) role: Role,
    /// The record as it is seen.
    pub(crate) seen: &'o Record,
}

fn one_field(form: Draft, paper: &Paper, county: &County, own: &Own<'_>, chance: &mut Seed) -> Draft {
    const TALK: u64 = 12;
    if chance.below(100) < TALK {
        return talk(form, own, chance);
    }
    match paper.kind {
        "diary" => match chance.below(9) {
            0..2 => single(form, "image_progress", ["基础", "主体一层", "主体二层", "砌体"], chance),
            2 => single(form, "work_status", ["working", "idle", "suspended", "working"], chance),
            3 => {
                let trade = ["crew/普工", "crew/钢筋工", "crew/架子工"][chance.below(3) as usize];
                single(form, trade, [1, 2, 3, 4], chance)
            }
            4 => single(form, "weather_am", ["晴", "多云", "小雨", "阴"], chance),
            5 => single(form, "safety_ok", [true, false, true, true], chance),
            6 => entry(form, "progress_text", json!(format!("进展 {}", chance.below(1000))), chance),
            7 => entry(
                form,
                "visitors",
                json!({ "name": format!("来访 {}（演示）", chance.below(9)) }),
                chance,
            ),
            _ => single(form, "progress_bp", [1000, 2500, 5000, 10_000], chance),
        },
        "progress_report" => match chance.below(3) {
            0 => single(form, "invested", [100, 200, 300, 400], chance),
            1 => single(form, "image_progress", ["基础", "主体", "封顶", "装修"], chance),
            _ => single(form, "delay_reason", ["下雨", "缺料", "缺人", "无"], chance),
        },
        "finding" => match chance.below(5) {
            0..2 => single(form, "severity", ["一般", "较大", "重大", "一般"], chance),
            2 => entry(form, "description", json!(format!("问题 {}", chance.below(1000))), chance),
            // It moves to another school, and out of somebody's scope.
            3 if chance.chance(30) => {
                let schools = county.schools.map(|school| school.to_string());
                single(form, "school", [&*schools[0], &schools[1], &schools[2], &schools[0]], chance)
            }
            _ => single(form, "responsible", ["甲", "乙", "丙", "丁"], chance),
        },
        "fund_event" => single(form, "amount", [100, 200, 300, -100], chance),
        "evaluation" => {
            let item = ["scores/安全", "scores/质量"][chance.below(2) as usize];
            single(form, item, [60, 70, 80, 90], chance)
        }
        "zone" => {
            let shown = form.shown("schools");
            if shown.is_empty() || chance.chance(50) && shown.len() < 3 {
                form.set_json("schools", json!({ "school": county.schools[chance.below(2) as usize] }))
            } else {
                form.take_away("schools", *chance.pick(&shown))
            }
        }
        "project" if chance.chance(20) => {
            single(form, "class", ["building", "equipment", "building", "building"], chance)
        }
        _ => single(
            form,
            "name",
            ["名称甲（演示）", "名称乙（演示）", "名称丙（演示）", "名称丁（演示）"],
            chance,
        ),
    }
}

/// Writes a single value: over all that is seen, over the first alone, over some, or over nothing.
fn single<V: Into<sync_protocol::value::Value> + Copy>(
    form: Draft,
    field: &str,
    values: [V; 4],
    chance: &mut Seed,
) -> Draft {
    let value = *chance.pick(&values);
    let shown = form.shown(field);
    match chance.below(100) {
        0..62 => form.set(field, value),
        62..72 => form.set_over(field, value, &shown[..shown.len().min(1)]),
        72..80 => {
            let some: Vec<_> = shown.into_iter().filter(|_| chance.chance(50)).collect();
            form.set_over(field, value, &some)
        }
        80..90 if !shown.is_empty() => form.clear(field),
        _ => form.set_blind(field, value),
    }
}

/// Adds to a set or a log, or tidies it.
fn entry(form: Draft, field: &str, value: serde_json::Value, chance: &mut Seed) -> Draft {
    let shown = form.shown(field);
    if shown.len() > MANY || (!shown.is_empty() && chance.chance(25)) {
        return form.set_over(
            field,
            serde_json::from_value::<sync_protocol::value::Value>(value).expect("a value"),
            &shown[..shown.len().div_ceil(2)],
        );
    }
    form.set_json(field, value)
}

/// Remarks, signatures and withdrawals.
fn talk(form: Draft, own: &Own<'_>, chance: &mut Seed) -> Draft {
    let mine = |field: &str| -> Vec<_> {
        let heads = own.seen.heads(&name(field)).iter();
        heads.filter(|head| head.by == own.user).map(|head| head.edit).collect()
    };
    match chance.below(10) {
        0..4 => {
            let mine = mine("remarks");
            let gone = if mine.len() > 2 || chance.chance(5) { mine } else { Vec::new() };
            form.set_over("remarks", format!("备注 {}", chance.below(100)), &gone)
        }
        4..8 => {
            let signed = mine("signoffs");
            if signed.is_empty() {
                form.sign(own.role, Verdict::Signed, None)
            } else if chance.chance(95) {
                form.take_away("signoffs", signed[0])
            } else {
                // Somebody else's, which is held.
                form.clear("signoffs")
            }
        }
        _ if form.shown("withdrawn").is_empty() && chance.chance(40) => form.set("withdrawn", "记错了"),
        _ if !form.shown("withdrawn").is_empty() => form.clear("withdrawn"),
        _ => form.set_blind("on_behalf_of", own.seen.id.to_string()),
    }
}
