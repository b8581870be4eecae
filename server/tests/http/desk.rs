//! What waits for whom: the same county seen from the desks of those who act in it.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;

use crate::house::{Answer, Server};
use crate::site::{OTHER_PROJECT, OTHER_SCHOOL, PROJECT, SCHOOL, Site, ZONE, record};

const FINDING: u128 = 0xf1;
const CLAIM: u128 = 0xc1;
const PAYMENT: u128 = 0xba1;

/// A county with somebody at every desk.
struct County {
    site: Site,
    tokens: BTreeMap<&'static str, String>,
}

impl County {
    async fn begin() -> Self {
        let server = Server::start().await;
        let at = |noun: &str, number| format!("{noun}:{}", record(number));
        let county = || "county:350823".to_owned();
        let mut tokens = BTreeMap::new();
        for (name, role, scope) in [
            ("team", Role::SchoolTeam, at("project", PROJECT)),
            ("principal", Role::Principal, at("school", SCHOOL)),
            ("other-principal", Role::Principal, at("school", OTHER_SCHOOL)),
            ("inspector", Role::Inspector, at("zone", ZONE)),
            ("office", Role::ProjectOffice, county()),
            ("station", Role::EquipmentStation, county()),
            ("inspections", Role::InspectionOffice, county()),
            ("finance", Role::Finance, county()),
            ("leader", Role::Leader, county()),
            ("auditor", Role::Auditor, county()),
            ("administrator", Role::SystemAdmin, county()),
        ] {
            let user = server.person_as(name, None, role, &scope).await;
            tokens.insert(name, server.enrolled(user).await.0);
        }
        let site = Site::build(server, tokens["team"].clone(), &tokens["office"]).await;
        let county = Self { site, tokens };
        let building =
            |project| county.site.change("project", record(project), &[("class", json!("building"))]);
        county.push("office", &[building(PROJECT), building(OTHER_PROJECT)]).await;
        county
    }

    async fn push(&self, who: &str, changes: &[Json]) {
        let outcomes = self.site.push(&self.tokens[who], changes).await;
        assert!(outcomes.iter().all(|outcome| outcome == "accepted"), "{who}: {outcomes:?}");
    }

    async fn ask(&self, who: &str, path: &str) -> Answer {
        self.get(who, &format!("desk{path}")).await
    }

    async fn get(&self, who: &str, path: &str) -> Answer {
        let request = Request::get(format!("/api/v1/{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.tokens[who]));
        self.site.server.send(request.body(Body::empty()).unwrap()).await
    }

    /// What waits for somebody of a group; `None` if it is none of theirs.
    async fn waiting(&self, who: &str, group: &str) -> Option<Vec<Json>> {
        let answer = self.ask(who, "").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let groups = answer.body["groups"].as_array().unwrap();
        let found = groups.iter().find(|its| its["code"] == group)?;
        let lines = found["lines"].as_array().unwrap().clone();
        assert_eq!(found["count"], lines.len(), "{found}");
        Some(lines)
    }

    /// For how many of these something of the group waits.
    async fn counts<const N: usize>(&self, group: &str, people: [&str; N]) -> [Option<usize>; N] {
        let mut counts = [None; N];
        for (count, who) in counts.iter_mut().zip(people) {
            *count = self.waiting(who, group).await.map(|lines| lines.len());
        }
        counts
    }

    fn days_ago(&self, days: i64) -> String {
        let now = self.site.server.clock.now().utc();
        (now + TimeDelta::hours(8) - TimeDelta::days(days)).date_naive().to_string()
    }

    /// A diary that has all that it must have, of a day without work.
    fn diary(&self, days_ago: i64) -> (RecordId, Json) {
        let day = self.days_ago(days_ago);
        let id = RecordId::natural("diary", &format!("{}/{day}", record(PROJECT)));
        let parts = [
            ("project", json!(record(PROJECT))),
            ("date", json!(day)),
            ("work_status", json!("idle")),
            ("weather_am", json!("晴")),
            ("weather_pm", json!("晴")),
            ("progress_text", json!("演示：未施工")),
            ("supervisor_present", json!(true)),
            ("isolation_ok", json!(true)),
            ("safety_ok", json!(true)),
            ("quality_ok", json!(true)),
        ];
        (id, self.site.change("diary", id, &parts))
    }

    /// The signature of a role under a record as those changes left it.
    fn signature(&self, role: &str, verdict: &str, kind: &str, record: RecordId, seen: &[&Json]) -> Json {
        let edits = |change: &&Json| {
            let id = change["id"].as_str().unwrap().to_owned();
            (0..change["edits"].as_array().unwrap().len()).map(move |line| format!("{id}.{line}"))
        };
        let covers: Vec<_> = seen.iter().flat_map(edits).collect();
        let signoff = json!({ "role": role, "verdict": verdict, "covers": covers });
        self.site.change(kind, record, &[("signoffs", signoff)])
    }
}

fn records(lines: &[Json]) -> Vec<RecordId> {
    lines.iter().map(|line| line["record"].as_str().unwrap().parse().unwrap()).collect()
}

fn marks(line: &Json) -> Vec<&str> {
    line["marks"].as_array().unwrap().iter().map(|mark| mark["mark"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_diary_waits_for_its_principal_and_for_the_office_once_it_waits_too_long() {
    let county = County::begin().await;
    let (fresh, its) = county.diary(1);
    let (old, of_old) = county.diary(5);
    county.push("team", &[its, of_old.clone()]).await;
    let group = "diaries_to_confirm";
    let people = ["principal", "other-principal", "office", "station", "team"];
    assert_eq!(county.counts(group, people).await, [Some(2), Some(0), Some(1), Some(0), None]);
    let lines = county.waiting("principal", group).await.unwrap();
    assert_eq!(records(&lines), [old, fresh], "the oldest first");
    assert_eq!(marks(&lines[0]), ["overdue"]);
    assert_eq!(lines[0]["due"], county.days_ago(2));
    assert_eq!(lines[0]["state"], "submitted");
    assert_eq!(lines[0]["project"], json!(record(PROJECT)));
    assert_eq!(marks(&lines[1]), [""; 0]);

    let confirmed = county.signature("principal", "confirmed", "diary", old, &[&of_old]);
    county.push("principal", &[confirmed]).await;
    assert_eq!(county.counts(group, people).await, [Some(1), Some(0), Some(0), Some(0), None]);
    let more = county.site.change("diary", old, &[("visitors", json!({ "name": "演示来访" }))]);
    county.push("team", &[more]).await;
    let group = "changed_since_confirmed";
    assert_eq!(county.counts(group, people).await, [Some(1), Some(0), Some(1), Some(0), None]);
    assert_eq!(records(&county.waiting("office", group).await.unwrap()), [old]);
}

#[tokio::test]
async fn lines_say_what_stands_in_the_fields_that_are_asked_for() {
    let county = County::begin().await;
    let long = "挡".repeat(300);
    let parts = [
        ("project", json!(record(PROJECT))),
        ("source", json!("professional")),
        ("category", json!("安全")),
        ("severity", json!("重大")),
        ("description", json!(long)),
        ("found_on", json!(county.days_ago(10))),
        ("deadline", json!(county.days_ago(3))),
        ("responsible", json!("演示单位")),
    ];
    county.push("inspector", &[county.site.change("finding", record(FINDING), &parts)]).await;
    let other = [("severity", json!("一般"))];
    county.push("inspections", &[county.site.change("finding", record(FINDING), &other)]).await;
    let key = record(FINDING).to_string();
    for path in [
        "desk?fields=finding.severity,finding.description,bulletin.responsible",
        "desk/findings_overdue?fields=severity,description",
        "states/finding?fields=severity,description,no_such_field",
        "indicators/findings_overdue/records?fields=finding.severity,finding.description",
    ] {
        let answer = county.get("inspections", path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        let contents = &answer.body["contents"][&key];
        let fields = contents["fields"].as_object().unwrap();
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["description", "severity"], "{path}");
        let severities = fields["severity"].as_array().unwrap();
        assert!(severities.len() == 2 && severities.contains(&json!("一般")), "{path}: {severities:?}");
        assert_eq!(contents["conflicts"], json!(["severity"]), "{path}");
        assert_eq!(fields["description"], json!([format!("{}…", "挡".repeat(200))]), "{path}");
    }
    for path in ["desk", "desk/findings_overdue", "states/finding"] {
        let answer = county.get("inspections", path).await;
        assert_eq!(answer.body.get("contents"), None, "{path}: nothing was asked for");
    }
}

#[tokio::test]
async fn a_finding_waits_for_those_who_rectify_it_then_for_those_who_verify_it() {
    let county = County::begin().await;
    let parts = [
        ("project", json!(record(PROJECT))),
        ("source", json!("professional")),
        ("category", json!("安全")),
        ("severity", json!("重大")),
        ("description", json!("演示：围挡有缺口")),
        ("found_on", json!(county.days_ago(10))),
        ("deadline", json!(county.days_ago(3))),
        ("responsible", json!("演示单位")),
    ];
    county.push("inspector", &[county.site.change("finding", record(FINDING), &parts)]).await;
    let people = ["team", "principal", "inspector", "inspections", "office", "other-principal", "finance"];
    let overdue = county.counts("findings_overdue", people).await;
    assert_eq!(overdue, [Some(1), Some(1), Some(1), Some(1), Some(1), Some(0), None]);
    let station = county.waiting("station", "findings_overdue").await.unwrap();
    assert!(station.is_empty(), "works are not the station's");
    let line = county.waiting("office", "findings_overdue").await.unwrap().remove(0);
    assert_eq!(line["number"], "上杭县问题第0001号");
    assert!(marks(&line).contains(&"overdue") && marks(&line).contains(&"grave"), "{line}");

    let people = ["inspector", "inspections", "office", "team"];
    assert_eq!(county.counts("verifications", people).await, [Some(0), Some(0), None, None]);
    let parts = [
        ("project", json!(record(PROJECT))),
        ("finding", json!(record(FINDING))),
        ("measures", json!("演示：已补")),
        ("done_on", json!(county.days_ago(1))),
    ];
    county.push("team", &[county.site.change("rectification", record(CLAIM), &parts)]).await;
    assert_eq!(county.counts("verifications", people).await, [Some(1), Some(1), None, None]);
    assert_eq!(records(&county.waiting("inspector", "verifications").await.unwrap()), [record(FINDING)]);
    let people = ["team", "inspector", "office"];
    let overdue = county.counts("findings_overdue", people).await;
    assert_eq!(overdue, [Some(0), Some(1), Some(1)], "it was rectified, and nobody has looked");

    // Who had a hand in it does not verify it: the writer would not take it from them.
    let remark = county.site.change("rectification", record(CLAIM), &[("remarks", json!("演示：看过照片"))]);
    county.push("inspector", &[remark]).await;
    let people = ["inspector", "inspections"];
    assert_eq!(county.counts("verifications", people).await, [Some(0), Some(1)]);
    let parts = [
        ("project", json!(record(PROJECT))),
        ("finding", json!(record(FINDING))),
        ("rectification", json!(record(CLAIM))),
        ("result", json!("通过")),
        ("date", json!(county.days_ago(0))),
    ];
    let verification = county.site.change("verification", record(0x7e), &parts);
    assert_eq!(county.site.push(&county.tokens["inspector"], &[verification]).await, ["held"]);
    let verification = county.site.change("verification", record(0x7f), &parts);
    county.push("inspections", &[verification]).await;
    assert_eq!(county.counts("verifications", people).await, [Some(0), Some(0)]);
    assert_eq!(county.counts("findings_overdue", people).await, [Some(0), Some(0)]);
}

#[tokio::test]
async fn a_conflict_waits_for_those_who_may_settle_it() {
    let county = County::begin().await;
    let (diary, first) = county.diary(1);
    let other = county.site.change("diary", diary, &[("work_status", json!("working"))]);
    county.push("team", &[first, other]).await;
    // What is the school's alone to say is not the office's to settle.
    let lead = |name: &str| county.site.change("project", record(PROJECT), &[("lead_official", json!(name))]);
    county.push("office", &[lead("演示甲"), lead("演示乙")]).await;
    let people = ["team", "principal", "office", "station", "inspections", "other-principal", "auditor"];
    let counts = county.counts("conflicts", people).await;
    assert_eq!(counts, [Some(1), Some(1), Some(2), Some(0), Some(0), Some(0), None]);
    let of_team = county.waiting("team", "conflicts").await.unwrap();
    assert_eq!((records(&of_team), &of_team[0]["fields"]), (vec![diary], &json!(["work_status"])));
    assert_eq!(of_team[0]["day"], county.days_ago(1));
    let of_office = county.waiting("office", "conflicts").await.unwrap();
    assert!(records(&of_office).contains(&record(PROJECT)));

    let page = county.ask("office", "/conflicts?county=350823&skip=1&limit=1").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert_eq!((&page.body["count"], page.body["lines"].as_array().unwrap().len()), (&json!(2), 1));
    assert_eq!(page.body["lines"][0], of_office[1]);
    for (who, path) in [("auditor", "/conflicts"), ("office", "/nothing"), ("finance", "/conflicts")] {
        assert_eq!(county.ask(who, path).await.status, StatusCode::NOT_FOUND, "{who} {path}");
    }
}

#[tokio::test]
async fn a_payment_waits_for_each_key_at_the_desk_of_who_has_it() {
    let county = County::begin().await;
    let parts = [
        ("project", json!(record(PROJECT))),
        ("type", json!("拨付")),
        ("source", json!("中央")),
        ("amount", json!(100_000)),
        ("voucher", json!("演示-1")),
    ];
    let payment = county.site.change("fund_event", record(PAYMENT), &parts);
    county.push("office", std::slice::from_ref(&payment)).await;
    let keys = async |who: &str| {
        let lines = county.waiting(who, "payments").await.unwrap();
        lines.first().map(|line| line["keys"].clone())
    };
    assert_eq!(keys("office").await, Some(json!(["education"])));
    assert_eq!(keys("finance").await, Some(json!(["finance"])));
    assert_eq!(keys("station").await, None, "works are not the station's");
    let signed = county.signature("project_office", "signed", "fund_event", record(PAYMENT), &[&payment]);
    county.push("office", &[signed]).await;
    assert_eq!(keys("office").await, None);
    let line = county.waiting("finance", "payments").await.unwrap().remove(0);
    assert_eq!(marks(&line), ["finance_key"]);
    let signed = county.signature("finance", "signed", "fund_event", record(PAYMENT), &[&payment]);
    county.push("finance", &[signed]).await;
    assert_eq!(keys("finance").await, None);
}

#[tokio::test]
async fn the_offices_papers_wait_at_the_desks_of_the_offices() {
    let county = County::begin().await;
    let office = &county.tokens["office"];
    let held = county.site.held(office).await;
    let line = county.waiting("office", "held").await.unwrap().remove(0);
    assert_eq!(line["held"]["id"], held);
    assert_eq!(line["held"]["code"], "not_permitted");
    assert_eq!(line["record"], json!(record(PROJECT)));
    assert_eq!(line["school"], json!(record(SCHOOL)));
    assert_eq!(county.counts("held", ["inspections", "leader", "team"]).await, [Some(1), None, None]);

    let bulletin = county.site.bulletin(office).await;
    let people = ["leader", "office", "inspections", "finance"];
    assert_eq!(county.counts("bulletins", people).await, [Some(1), Some(1), Some(1), None]);
    let line = county.waiting("leader", "bulletins").await.unwrap().remove(0);
    assert_eq!((&line["record"], &line["state"]), (&json!(bulletin), &json!("draft")));

    let parts = [
        ("county", json!("350823")),
        ("date", json!(county.days_ago(9))),
        ("text", json!("演示：没有围挡")),
        ("reply_due", json!(county.days_ago(2))),
    ];
    county.push("office", &[county.site.change("complaint", record(0xc0), &parts)]).await;
    assert_eq!(county.counts("complaints", people).await, [None, Some(1), Some(1), None]);
    let line = county.waiting("office", "complaints").await.unwrap().remove(0);
    assert_eq!(marks(&line), ["overdue"]);
    let reply = county.site.change("complaint", record(0xc0), &[("reply", json!("演示：已装围挡"))]);
    county.push("office", &[reply]).await;
    assert_eq!(county.counts("complaints", ["office"]).await, [Some(0)]);
}

#[tokio::test]
async fn days_without_a_diary_are_one_line_a_project() {
    let county = County::begin().await;
    let group = "missing_diaries";
    let people = ["team", "principal", "other-principal", "office", "station"];
    assert_eq!(county.counts(group, people).await, [Some(0); 5], "nothing has begun");
    let parts =
        [("project", json!(record(PROJECT))), ("stage", json!("开工")), ("date", json!(county.days_ago(4)))];
    county.push("team", &[county.site.change("stage_event", record(0x5e), &parts)]).await;
    assert_eq!(county.counts(group, people).await, [Some(1), Some(1), Some(0), Some(1), Some(0)]);
    assert_eq!(county.waiting("team", group).await.unwrap()[0]["day"], county.days_ago(1));
    let (_, written) = county.diary(1);
    county.push("team", &[written]).await;
    let line = county.waiting("office", group).await.unwrap().remove(0);
    assert_eq!((&line["record"], &line["kind"]), (&json!(record(PROJECT)), &json!("project")));
    assert_eq!(line["day"], county.days_ago(2), "the last of them");
    assert_eq!(line["count"], 3);
}

#[tokio::test]
async fn devices_are_told_to_who_looks_after_them_and_read_by_nobody_else() {
    let county = County::begin().await;
    let people = ["administrator", "office", "inspections", "team", "leader"];
    assert_eq!(county.counts("devices", people).await, [Some(0), Some(0), Some(0), None, None]);
    // A photo that has not come, by a phone whose clock is wrong.
    let photo = json!({ "sha256": "0".repeat(64), "category": "安全" });
    let change = county.site.change("diary", county.site.diary, &[("photos", photo)]);
    let wrong = (county.site.server.clock.now().utc() + TimeDelta::minutes(20)).to_rfc3339();
    let bearer = format!("Bearer {}", county.tokens["team"]);
    let body = json!({ "protocol": 1, "device_time": wrong, "changes": [change] });
    county.site.server.post("/api/v1/sync", &[("authorization", &bearer)], body).await;
    county.site.server.app.people.flush().await.unwrap();
    let lines = county.waiting("administrator", "devices").await.unwrap();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(marks(&lines[0]), ["photos_missing", "clock_off"]);
    assert_eq!(lines[0]["marks"][1]["minutes"], 20);
    assert_eq!(lines[0]["device"]["photos_missing"], 1);
    assert_eq!(lines[0]["device"]["by_name"], "演示·team");
    assert_eq!(county.counts("devices", people).await[..3], [Some(1); 3]);

    let answer = county.ask("administrator", "").await;
    assert_eq!(answer.body["counties"], json!([]), "no record was read");
    assert_eq!(answer.body["groups"].as_array().unwrap().len(), 1);
    assert_eq!(county.ask("administrator", "?county=350902").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_only_reads_has_an_empty_desk() {
    let county = County::begin().await;
    let answer = county.ask("auditor", "").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body["groups"], json!([]));
    assert_eq!(answer.body["counties"][0]["county"], "350823");
    assert_eq!(answer.body["at"], county.days_ago(0));
}
