//! What the programme has come to, asked over HTTP.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use chrono::{Days, NaiveDate, TimeDelta};
use serde_json::{Value as Json, json};
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;

use crate::house::Server;
use crate::site::{OTHER_PROJECT, PROJECT, SCHOOL, Site, record};

/// The county office's site, and everybody's tokens.
pub(crate) struct Works {
    pub(crate) site: Site,
    pub(crate) office: String,
    pub(crate) team: String,
    other_team: String,
}

impl Works {
    pub(crate) async fn begin() -> Self {
        let server = Server::start().await;
        let mut tokens = Vec::new();
        for (name, role, scope) in [
            ("team", Role::SchoolTeam, format!("project:{}", record(PROJECT))),
            ("other-team", Role::SchoolTeam, format!("project:{}", record(OTHER_PROJECT))),
            ("office", Role::ProjectOffice, "county:350823".to_owned()),
        ] {
            let user = server.person_as(name, None, role, &scope).await;
            tokens.push(server.enrolled(user).await.0);
        }
        let [team, other_team, office] = tokens.try_into().unwrap();
        let site = Site::build(server, team.clone(), &office).await;
        let works = Self { site, office, team, other_team };
        let classed = [(PROJECT, 20_000), (OTHER_PROJECT, 30_000)].map(|(project, area)| {
            let parts = [("class", json!("building")), ("planned_area", json!(area))];
            works.site.change("project", record(project), &parts)
        });
        works.push(&works.office, &classed).await;
        works
    }

    pub(crate) async fn push(&self, token: &str, changes: &[Json]) {
        let outcomes = self.site.push(token, changes).await;
        assert!(outcomes.iter().all(|outcome| outcome == "accepted"), "{outcomes:?}");
    }

    pub(crate) async fn ask(&self, token: &str, path: &str) -> (StatusCode, Json) {
        let request =
            Request::get(format!("/api/v1/{path}")).header("authorization", format!("Bearer {token}"));
        let answer = self.site.server.send(request.body(Body::empty()).unwrap()).await;
        (answer.status, answer.body)
    }

    async fn figure(&self, query: &str, code: &str) -> String {
        let (status, body) = self.ask(&self.office, &format!("indicators?county=350823&{query}")).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["total"][code]["printed"].as_str().unwrap().to_owned()
    }

    async fn position(&self) -> u64 {
        self.ask(&self.office, "indicators").await.1["counties"][0]["position"].as_u64().unwrap()
    }

    pub(crate) fn report(&self, project: u128, completed: u64) -> Json {
        let (project, month) = (record(project), "2026-03");
        let id = RecordId::natural("progress_report", &format!("{project}/{month}"));
        let parts = [
            ("project", json!(project)),
            ("month", json!(month)),
            ("started_area", json!(20_000)),
            ("completed_area", json!(completed)),
            ("invested", json!(completed * 1000)),
        ];
        self.site.change("progress_report", id, &parts)
    }

    fn today(&self) -> NaiveDate {
        self.site.server.app.figures.today()
    }

    fn now(&self) -> String {
        self.site.server.clock.now().rfc3339()
    }
}

/// That edit of a change.
fn edit(change: &Json, field: &str) -> String {
    let edits = change["edits"].as_array().unwrap();
    let at = edits.iter().position(|edit| edit["field"] == field).unwrap();
    format!("{}.{at}", change["id"].as_str().unwrap())
}

/// Puts another value in the place of what a change said.
fn correction(works: &Works, change: &Json, field: &str, value: &Json) -> Json {
    let mut correction = works.site.change(
        change["kind"].as_str().unwrap(),
        change["record"].as_str().unwrap().parse().unwrap(),
        &[(field, value.clone()), ("reason", json!("演示：更正"))],
    );
    correction["edits"][0]["replaces"] = json!([edit(change, field)]);
    correction
}

#[tokio::test]
async fn a_figure_of_last_month_can_be_had_again_after_it_was_corrected() {
    let works = Works::begin().await;
    assert_eq!(works.figure("", "planned_area").await, "500.00");
    assert_eq!(works.figure("", "completed_rate").await, "0.00%");
    let first = works.report(PROJECT, 10_000);
    works.push(&works.team, std::slice::from_ref(&first)).await;
    assert_eq!(works.figure("", "completed_rate").await, "20.00%");
    let then = works.position().await;

    let corrected = correction(&works, &first, "completed_area", &json!(8_333));
    works.push(&works.team, &[corrected]).await;
    works.push(&works.other_team, &[works.report(OTHER_PROJECT, 5_000)]).await;
    assert_eq!(works.figure("", "completed_rate").await, "26.67%", "(83.33 + 50) of 500");
    let as_of = format!("as_of={then}");
    assert_eq!(works.figure(&as_of, "completed_rate").await, "20.00%");
    assert_eq!(works.figure(&as_of, "completed_area").await, "100.00");
    let before = format!("as_of={}", then - 1);
    assert_eq!(works.figure(&before, "completed_rate").await, "0.00%");
    // Another day, at the position where it stands now: the report of March says nothing of February.
    assert_eq!(works.figure("at=2026-02-28", "completed_rate").await, "0.00%");

    let (status, body) = works.ask(&works.office, "indicators?county=350823&as_of=99999").await;
    assert_eq!((status, &body["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("not_there_yet")));
}

#[tokio::test]
async fn every_figure_answers_which_records_make_it() {
    let works = Works::begin().await;
    works.push(&works.team, &[works.report(PROJECT, 10_000)]).await;
    works.push(&works.other_team, &[works.report(OTHER_PROJECT, 5_000)]).await;
    let (_, all) = works.ask(&works.office, "indicators?by=project").await;
    for indicator in all["indicators"].as_array().unwrap() {
        let code = indicator["code"].as_str().unwrap();
        let (status, made) = works.ask(&works.office, &format!("indicators/{code}/records?limit=1000")).await;
        assert_eq!(status, StatusCode::OK, "{made}");
        assert_eq!(made["figure"], all["total"][code], "{code}");
        let sum = |side: &str| -> i64 {
            let records = made["records"].as_array().unwrap().iter();
            records
                .filter(|record| record["side"] == side)
                .map(|record| record["amount"].as_i64().unwrap())
                .sum()
        };
        assert_eq!(sum("numerator"), all["total"][code]["numerator"], "{code}");
        if let Some(whole) = all["total"][code].get("denominator") {
            assert_eq!(sum("denominator"), *whole, "{code}");
        }
    }
    // A page is of all of them, and the figure too.
    let mut paged = Vec::new();
    for skip in 0..2 {
        let path = format!("indicators/completed_area/records?limit=1&skip={skip}");
        let (_, page) = works.ask(&works.office, &path).await;
        assert_eq!((&page["count"], &page["figure"]["numerator"]), (&json!(2), &json!(15_000)), "{page}");
        paged.extend(page["records"].as_array().unwrap().iter().map(|record| record["amount"].clone()));
    }
    assert_eq!(paged, [10_000, 5_000], "the greatest first");
    let of_group = format!("indicators/completed_area/records?by=project&group={}", record(PROJECT));
    let (_, made) = works.ask(&works.office, &of_group).await;
    assert_eq!(made["records"].as_array().unwrap().len(), 1);
    assert_eq!(made["records"][0]["kind"], "progress_report");
    assert_eq!(made["records"][0]["amount"], 10_000);
    assert_eq!(made["figure"]["told"], "0.01万㎡");
}

#[tokio::test]
async fn while_people_differ_the_most_cautious_value_counts_and_what_is_withdrawn_does_not() {
    let works = Works::begin().await;
    let first = works.report(PROJECT, 10_000);
    works.push(&works.team, std::slice::from_ref(&first)).await;
    let then = works.position().await;
    // The office has another figure, and has not seen the team's.
    works
        .push(
            &works.office,
            &[works.site.change(
                "progress_report",
                first["record"].as_str().unwrap().parse().unwrap(),
                &[("completed_area", json!(12_000))],
            )],
        )
        .await;
    assert_eq!(works.figure("", "completed_area").await, "100.00", "the less that anybody says");
    let (_, body) = works.ask(&works.office, "indicators").await;
    let warned = body["counties"][0]["warnings"].as_array().unwrap();
    assert!(warned.contains(&json!({ "warning": "disputed", "records": 1 })), "{warned:?}");

    let withdrawal = works.site.change(
        "progress_report",
        first["record"].as_str().unwrap().parse().unwrap(),
        &[("withdrawn", json!({ "reason": "演示：月份填错" }))],
    );
    works.push(&works.office, &[withdrawal]).await;
    assert_eq!(works.figure("", "completed_area").await, "0.00");
    assert_eq!(works.figure(&format!("as_of={then}"), "completed_area").await, "100.00");
}

#[tokio::test]
async fn nobody_is_told_what_they_do_not_have_in_scope() {
    let works = Works::begin().await;
    works.push(&works.team, &[works.report(PROJECT, 10_000)]).await;
    works.push(&works.other_team, &[works.report(OTHER_PROJECT, 5_000)]).await;
    let (_, theirs) = works.ask(&works.team, "indicators?by=project").await;
    assert_eq!(theirs["total"]["completed_area"]["printed"], "100.00");
    assert_eq!(theirs["counties"][0]["whole"], false, "what they see is said to be a part");
    let groups = theirs["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 1, "{groups:?}");
    assert_eq!(groups[0]["key"], json!(record(PROJECT)));
    let (_, made) = works.ask(&works.other_team, "indicators/completed_area/records").await;
    assert_eq!(made["count"], 1);
    assert_eq!(made["records"][0]["amount"], 5_000);

    for path in ["indicators?county=350902", "states/finding?county=350902", "states/nonsense"] {
        assert_eq!(works.ask(&works.office, path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    for path in [
        "indicators?codes=nonsense",
        "indicators?as_of=12",
        "indicators?county=350823&as_of=x",
        "indicators?from=2026-03-02&at=2026-03-01",
        "indicators?at=9999-01-01",
        "indicators?as_of=350902:3",
    ] {
        let (status, body) = works.ask(&works.office, path).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {body}");
        assert!(body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{body}");
    }
    let (status, _) = works.ask(&works.office, "indicators?as_off=12").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "a parameter that is mistyped is not left unsaid");
}

/// A diary of that day with all that it must have.
fn diary(works: &Works, day: NaiveDate, made_at: &str) -> Json {
    let id = RecordId::natural("diary", &format!("{}/{day}", record(PROJECT)));
    let yes = json!(true);
    let parts = [
        ("project", json!(record(PROJECT))),
        ("date", json!(day)),
        ("work_status", json!("idle")),
        ("weather_am", json!("晴")),
        ("weather_pm", json!("阴")),
        ("progress_text", json!("演示：待料")),
        ("supervisor_present", yes.clone()),
        ("isolation_ok", yes.clone()),
        ("safety_ok", yes.clone()),
        ("quality_ok", yes),
    ];
    let mut change = works.site.change("diary", id, &parts);
    change["made_at"] = json!(made_at);
    change
}

#[tokio::test]
async fn a_clock_that_is_wrong_and_a_village_without_signal_are_not_held_against_anybody() {
    let works = Works::begin().await;
    let today = works.today();
    let before = |days| today.checked_sub_days(Days::new(days)).unwrap();
    let start = works.site.change(
        "stage_event",
        record(0x57a6),
        &[("project", json!(record(PROJECT))), ("stage", json!("开工")), ("date", json!(before(4)))],
    );
    works.push(&works.team, &[start]).await;
    let evening = |day: NaiveDate| format!("{day}T18:00:00+08:00");
    // Five days are asked for. One was written in time and comes now; one was written yesterday from
    // memory.
    works.push(&works.team, &[diary(&works, before(4), &evening(before(4)))]).await;
    works.push(&works.team, &[diary(&works, before(3), &evening(before(1)))]).await;
    // The clock of this phone is ten days ahead, and it says so.
    let ahead = TimeDelta::days(10);
    let wrong = before(1).checked_add_signed(ahead).unwrap();
    let now = (works.site.server.clock.now().utc() + ahead).to_rfc3339();
    let body = json!({
        "protocol": 1, "device_time": now, "changes": [diary(&works, before(1), &evening(wrong))],
    });
    let bearer = format!("Bearer {}", works.team);
    let answer = works.site.server.post("/api/v1/sync", &[("authorization", &bearer)], body).await;
    assert_eq!(answer.body["outcomes"][0]["outcome"], "accepted", "{}", answer.body);

    let at = format!("at={today}");
    let (_, body) = works.ask(&works.office, &format!("indicators?{at}&to={today}&by=project")).await;
    let figure = |code: &str| {
        let figure = &body["total"][code];
        (figure["numerator"].as_i64().unwrap(), figure["denominator"].as_i64())
    };
    assert_eq!(figure("diary_coverage"), (3, Some(5)));
    assert_eq!(figure("diary_recorded_in_time"), (2, Some(5)), "the wrong clock is put right");
    assert_eq!(figure("diary_delivered_in_time"), (2, Some(5)), "four days ago is too long");
    assert_eq!(figure("diaries_missing"), (2, None));

    let path = format!("states/diary?{at}&to={today}&from={}&project={}", before(10), record(PROJECT));
    let (_, states) = works.ask(&works.team, &path).await;
    let listed: Vec<_> = states["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["day"].as_str().unwrap().to_owned(), one["state"].as_str().unwrap().to_owned()))
        .collect();
    let expected = [(0, "missing"), (1, "submitted"), (2, "missing"), (3, "submitted"), (4, "submitted")];
    let expected = expected.map(|(days, state)| (before(days).to_string(), state.to_owned()));
    assert_eq!(listed, expected, "the latest first");
}

#[tokio::test]
async fn figures_and_lists_are_of_today_and_leave_todays_diary_to_be_written() {
    let works = Works::begin().await;
    let today = works.today();
    let before = |days| today.checked_sub_days(Days::new(days)).unwrap();
    let start = works.site.change(
        "stage_event",
        record(0x57a6),
        &[("project", json!(record(PROJECT))), ("stage", json!("开工")), ("date", json!(before(3)))],
    );
    works.push(&works.team, &[start, diary(&works, before(2), &works.now())]).await;
    let of_both = async |query: &str| {
        let (_, figures) = works.ask(&works.office, &format!("indicators?county=350823{query}")).await;
        let (_, states) = works.ask(&works.office, &format!("states/diary?state=missing{query}")).await;
        assert_eq!((&figures["at"], &figures["to"]), (&states["at"], &states["to"]), "{query}");
        let days = figures["total"]["diary_coverage"]["denominator"].as_u64().unwrap();
        let missing = figures["total"]["diaries_missing"]["numerator"].as_u64().unwrap();
        assert_eq!(states["count"], missing, "{query}");
        let days_asked = [&figures["at"], &figures["to"]].map(|day| day.as_str().unwrap().to_owned());
        (days_asked, days, missing)
    };
    let days = |at: NaiveDate, to: NaiveDate| [at.to_string(), to.to_string()];
    assert_eq!(of_both("").await, (days(today, before(1)), 3, 2));
    assert_eq!(of_both(&format!("&to={today}")).await, (days(today, today), 4, 3));
    assert_eq!(of_both(&format!("&at={}", before(2))).await, (days(before(2), before(2)), 2, 1));
    let (status, _) = works.ask(&works.office, &format!("indicators?from={today}&to={}", before(1))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn works_that_had_begun_before_the_project_came_into_the_ledger_have_those_diaries_on_paper() {
    let works = Works::begin().await;
    let today = works.today();
    let before = |days| today.checked_sub_days(Days::new(days)).unwrap();
    let (begun, over) = (record(0x9a11), record(0x9a12));
    let mut written = Vec::new();
    for (project, start, end) in [(begun, before(400), None), (over, before(900), Some(before(500)))] {
        let mut entered = works.site.change(
            "project",
            project,
            &[("name", json!("演示")), ("school", json!(record(SCHOOL)))],
        );
        entered["made_at"] = json!(format!("{}T09:00:00+08:00", before(5)));
        written.push(entered);
        let stages = [("开工", Some(start)), ("竣工验收", end)];
        for (stage, day) in stages.into_iter().filter_map(|(stage, day)| Some((stage, day?))) {
            let id = RecordId::natural("stage_event", &format!("{project}/{stage}"));
            let parts = [("project", json!(project)), ("stage", json!(stage)), ("date", json!(day))];
            written.push(works.site.change("stage_event", id, &parts));
        }
    }
    works.push(&works.office, &written).await;
    let (_, figures) = works.ask(&works.office, "indicators?by=project").await;
    let days = |project: RecordId| {
        let groups = figures["groups"].as_array().unwrap();
        let group = groups.iter().find(|group| group["key"] == json!(project)).unwrap();
        group["figures"]["diary_coverage"]["denominator"].as_u64().unwrap()
    };
    assert_eq!((days(begun), days(over)), (5, 0), "from the day on which it was entered to yesterday");
}

#[tokio::test]
async fn buildings_are_started_and_completed_and_equipment_is_accepted() {
    let works = Works::begin().await;
    let server = &works.site.server;
    let station = server.person_as("station", None, Role::EquipmentStation, "county:350823").await;
    let station = server.enrolled(station).await.0;
    let (bought, waiting) = (record(0x9a21), record(0x9a22));
    let project = |id: RecordId| {
        let parts = [
            ("name", json!("演示装备")),
            ("school", json!(record(SCHOOL))),
            ("class", json!("equipment")),
            ("funding/省", json!(2_000_000)),
        ];
        works.site.change("project", id, &parts)
    };
    let item = |number: u128, project: RecordId| {
        let parts = [
            ("project", json!(project)),
            ("name", json!("演示显微镜")),
            ("qty", json!(2)),
            ("unit_price", json!(500_000)),
        ];
        works.site.change("equipment_item", record(number), &parts)
    };
    let receipt = |number: u128, project: RecordId, item: u128, accepted: u64| {
        let parts = [
            ("project", json!(project)),
            ("item", json!(record(item))),
            ("date", json!("2026-03-02")),
            ("delivered_qty", json!(2)),
            ("accepted_qty", json!(accepted)),
        ];
        works.site.change("equipment_receipt", record(number), &parts)
    };
    let start = works.site.change(
        "stage_event",
        record(0x57a6),
        &[("project", json!(record(PROJECT))), ("stage", json!("开工")), ("date", json!("2026-03-02"))],
    );
    works.push(&works.team, &[start]).await;
    let list = [
        project(bought),
        project(waiting),
        item(1, bought),
        item(2, waiting),
        item(3, waiting),
        receipt(11, bought, 1, 2),
        receipt(12, waiting, 2, 2),
        // Of the last one of two was sent back.
        receipt(13, waiting, 3, 1),
    ];
    works.push(&station, &list).await;
    for (code, expected) in [
        ("projects", "4"),
        ("projects_started_rate", "50.00%"),
        ("projects_completed_rate", "0.00%"),
        ("equipment_projects_rate", "50.00%"),
        ("equipment_rate", "62.50%"),
    ] {
        assert_eq!(works.figure("", code).await, expected, "{code}");
    }
}

#[tokio::test]
async fn a_finding_goes_round_its_loop_and_overdue_ones_come_first() {
    let works = Works::begin().await;
    let finding = |number: u128, deadline: &str| {
        works.site.change(
            "finding",
            record(number),
            &[
                ("school", json!(record(SCHOOL))),
                ("project", json!(record(PROJECT))),
                ("source", json!("professional")),
                ("category", json!("安全")),
                ("severity", json!("重大")),
                ("description", json!("演示：围挡有缺口")),
                ("found_on", json!("2026-03-02")),
                ("deadline", json!(deadline)),
                ("responsible", json!("演示施工单位")),
            ],
        )
    };
    let server = &works.site.server;
    let inspector = server.person_as("inspector", None, Role::InspectionOffice, "county:350823").await;
    let inspector = server.enrolled(inspector).await.0;
    works
        .push(&inspector, &[finding(1, "2026-03-09"), finding(2, "2026-03-05"), finding(3, "2026-04-30")])
        .await;
    let state = async |at: &str| {
        let (status, body) = works.ask(&works.office, &format!("states/finding?at={at}")).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        let records = body["records"].as_array().unwrap().iter();
        let numbers = [1, 2, 3].map(|number| json!(record(number)));
        records
            .map(|one| {
                let number = 1 + numbers.iter().position(|id| *id == one["record"]).unwrap();
                format!("{number} {}", one["state"].as_str().unwrap())
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(state("2026-03-10").await, ["2 issued", "1 issued", "3 issued"], "the longest overdue first");
    let attempt = works.site.change(
        "rectification",
        record(11),
        &[
            ("school", json!(record(SCHOOL))),
            ("project", json!(record(PROJECT))),
            ("finding", json!(record(1))),
            ("measures", json!("演示：已补围挡")),
            ("done_on", json!("2026-03-11")),
        ],
    );
    works.push(&works.team, &[attempt]).await;
    let look = works.site.change(
        "verification",
        record(21),
        &[
            ("school", json!(record(SCHOOL))),
            ("project", json!(record(PROJECT))),
            ("finding", json!(record(1))),
            ("rectification", json!(record(11))),
            ("result", json!("通过")),
            ("date", json!("2026-03-13")),
        ],
    );
    works.push(&inspector, &[look]).await;
    assert_eq!(state("2026-03-12").await, ["2 issued", "1 claimed", "3 issued"]);
    assert_eq!(state("2026-03-13").await, ["2 issued", "1 closed", "3 issued"]);
    let (_, overdue) = works.ask(&works.office, "states/finding?at=2026-03-13&mark=overdue").await;
    assert_eq!(overdue["count"], 1);
    assert_eq!(overdue["records"][0]["marks"][0]["mark"], "overdue");
    let (_, closed) = works.ask(&works.office, "states/finding?at=2026-03-13&state=closed,rejected").await;
    assert_eq!(closed["count"], 1);
    for (code, expected) in [
        ("rectification_rate", "33.33%"),
        ("closed_on_time_rate", "0.00%"),
        ("days_to_close", "11.0"),
        ("findings_open_8_15", "2"),
        ("findings_overdue", "1"),
        ("findings_repeated", "2"),
    ] {
        assert_eq!(works.figure("at=2026-03-13", code).await, expected, "{code}");
    }
}

#[tokio::test]
async fn a_bulletin_stays_what_it_was_and_can_be_reckoned_again() {
    let works = Works::begin().await;
    let first = works.report(PROJECT, 10_000);
    works.push(&works.team, std::slice::from_ref(&first)).await;
    let finding = works.site.change(
        "finding",
        record(1),
        &[
            ("school", json!(record(SCHOOL))),
            ("project", json!(record(PROJECT))),
            ("source", json!("professional")),
            ("category", json!("安全")),
            ("severity", json!("一般")),
            ("description", json!("演示：围挡有缺口")),
            ("found_on", json!("2026-03-02")),
            ("deadline", json!("2026-03-09")),
            ("responsible", json!("演示施工单位")),
        ],
    );
    works.push(&works.office, &[finding]).await;
    let bulletin = works.site.bulletin(&works.office).await;
    let proof = async || {
        let (status, body) = works.ask(&works.office, &format!("bulletins/{bulletin}/proof")).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body
    };
    let published = proof().await;
    assert_eq!(published["same"], true, "{published}");
    assert_eq!(published["figures"]["total"][0], json!([10_000, 50_000]));
    assert_eq!(published["figures"]["findings"], json!([record(1)]), "who is overdue is named");
    assert_eq!(published["figures"]["rows"][0]["rank"], 1);

    let leader = works.site.server.person_as("leader", None, Role::Leader, "county:350823").await;
    let leader = works.site.server.enrolled(leader).await.0;
    let stands = async || {
        let (_, listed) = works.ask(&works.office, "states/bulletin").await;
        (listed["records"][0]["state"].clone(), listed["records"][0]["marks"].clone())
    };
    assert_eq!(stands().await, (json!("draft"), json!([])));
    let (_, shown) = works.ask(&leader, &format!("records/{bulletin}")).await;
    let heads = shown["record"]["fields"].as_object().unwrap().values();
    let covers: Vec<_> =
        heads.flat_map(|heads| heads.as_array().unwrap()).map(|head| &head["edit"]).collect();
    let approval = json!({ "role": "leader", "verdict": "approved", "covers": covers });
    works.push(&leader, &[works.site.change("bulletin", bulletin, &[("signoffs", approval)])]).await;
    assert_eq!(stands().await, (json!("approved"), json!([])));
    let publish = works.site.change("bulletin", bulletin, &[("published_on", json!("2026-05-06"))]);
    works.push(&works.office, &[publish]).await;
    assert_eq!(stands().await, (json!("published"), json!([])), "the leader approved what it says");
    // What is corrected later changes the figures of today, and not those that were published.
    works.push(&works.team, &[correction(&works, &first, "completed_area", &json!(5_000))]).await;
    assert_eq!(works.figure("", "completed_rate").await, "10.00%");
    let again = proof().await;
    assert_eq!((&again["same"], &again["figures"]), (&json!(true), &published["figures"]));

    // Nobody changes what people were told: not the figures, not the text, not the position.
    for (field, value) in [
        ("figures", json!({})),
        ("text", json!("演示：改过的正文")),
        ("cutoff/350823", json!(3)),
        ("published_on", json!("2026-05-07")),
        ("reason", json!("演示：没有更正，只有原因")),
        ("photos", json!({ "sha256": works.site.photo, "category": "会议" })),
    ] {
        let change = works.site.change("bulletin", bulletin, &[(field, value)]);
        assert_eq!(works.site.push(&works.office, &[change]).await, ["held"], "{field}");
    }
    // It is signed, remarked upon, and withdrawn with a reason.
    let remark = works.site.change("bulletin", bulletin, &[("remarks", json!("演示：已送各校"))]);
    works.push(&works.office, &[remark]).await;
    let (_, named) = works.ask(&works.office, "states/finding?mark=in_bulletin").await;
    assert_eq!(named["count"], 1);
    let marks = named["records"][0]["marks"].as_array().unwrap();
    assert!(marks.contains(&json!({ "mark": "next_interview" })), "{marks:?}");

    let withdrawn =
        [("withdrawn", json!({ "reason": "演示：期号重复" })), ("reason", json!("演示：期号重复"))];
    works.push(&works.office, &[works.site.change("bulletin", bulletin, &withdrawn)]).await;

    let (status, _) = works.ask(&works.team, "bulletins/draft?county=350823").await;
    assert_eq!(status, StatusCode::NOT_FOUND, "a bulletin is of the whole county");
}
