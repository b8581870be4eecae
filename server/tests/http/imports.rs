//! A county's tables: looked at, imported, imported again, taken back.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use rust_xlsxwriter::Workbook;
use serde_json::{Value as Json, json};
use siteledger::sync::county;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;
use uuid::Uuid;

use crate::house::{Answer, Server};

/// An empty county, its offices, and people who have no business there.
struct County {
    server: Server,
    office: String,
    station: String,
    inspectors: String,
    neighbour: String,
}

impl County {
    async fn open() -> Self {
        let server = Server::start().await;
        county::open(&server.app.store, &server.clock, "350902", "蕉城区", Some("350900")).await.unwrap();
        server.app.engine.look_again().await.unwrap();
        let mut tokens = Vec::new();
        for (name, role, scope) in [
            ("office", Role::ProjectOffice, "county:350823"),
            ("station", Role::EquipmentStation, "county:350823"),
            ("inspectors", Role::InspectionOffice, "county:350823"),
            ("neighbour", Role::ProjectOffice, "county:350902"),
        ] {
            let user = server.person_as(name, None, role, scope).await;
            tokens.push(server.enrolled(user).await.0);
        }
        let [office, station, inspectors, neighbour] = tokens.try_into().unwrap();
        Self { server, office, station, inspectors, neighbour }
    }

    async fn send(&self, by: &str, kind: &str, query: &str, table: &[u8]) -> Answer {
        let request = Request::post(format!("/api/v1/imports/{kind}?county=350823{query}"))
            .header("authorization", format!("Bearer {by}"))
            .header("content-type", "application/octet-stream");
        self.server.send(request.body(Body::from(table.to_vec())).unwrap()).await
    }

    async fn dry_run(&self, by: &str, kind: &str, table: impl AsRef<[u8]>) -> Json {
        let answer = self.send(by, kind, "&dry_run=true", table.as_ref()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body
    }

    /// Looks at a table and has it imported.
    async fn import(&self, by: &str, kind: &str, table: impl AsRef<[u8]>) -> Json {
        let table = table.as_ref();
        let seen = self.dry_run(by, kind, table).await;
        let token = seen["token"].as_str().unwrap();
        let answer = self.send(by, kind, &format!("&token={token}"), table).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body
    }

    async fn withdraw(&self, by: &str, import: &Json) -> Answer {
        let bearer = format!("Bearer {by}");
        let body = json!({ "county": "350823", "import": import, "reason": "演示：导错了表" });
        self.server.post("/api/v1/imports/withdraw", &[("authorization", &bearer)], body).await
    }

    async fn record(&self, id: &Json) -> Json {
        let request = Request::get(format!("/api/v1/records/{}", id.as_str().unwrap()))
            .header("authorization", format!("Bearer {}", self.office));
        let answer = self.server.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body["record"].clone()
    }

    /// The values that stand in a field.
    async fn values(&self, id: &Json, field: &str) -> Vec<Json> {
        let record = self.record(id).await;
        let heads = record["fields"][field].as_array().cloned().unwrap_or_default();
        heads.into_iter().map(|head| head["value"].clone()).collect()
    }

    /// Somebody writes a field of a record by hand, having seen what stands there or not.
    async fn write(&self, kind: &str, id: &Json, field: &str, value: Json, replaces: &[Json]) {
        let change = json!({
            "id": Uuid::now_v7(), "record": id, "kind": kind, "made_at": "2026-03-02T17:41:08+08:00",
            "edits": [{ "field": field, "value": value, "replaces": replaces }],
        });
        let bearer = format!("Bearer {}", self.office);
        let body = json!({ "protocol": 1, "changes": [change] });
        let answer = self.server.post("/api/v1/sync", &[("authorization", &bearer)], body).await;
        assert_eq!(answer.body["outcomes"][0]["outcome"], "accepted", "{}", answer.body);
    }

    async fn heads(&self, id: &Json, field: &str) -> Vec<Json> {
        let record = self.record(id).await;
        let heads = record["fields"][field].as_array().unwrap();
        heads.iter().map(|head| head["edit"].clone()).collect()
    }

    fn position(&self) -> u64 {
        self.server.app.engine.standing().counties["350823"].ledger.seq
    }
}

fn cells(record: &Json) -> Vec<(&str, &str)> {
    let issues = record["issues"].as_array().unwrap().iter();
    issues.map(|issue| (issue["cell"].as_str().unwrap(), issue["zh"].as_str().unwrap())).collect()
}

fn warned(report: &Json) -> Vec<&str> {
    report["warnings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect()
}

const SCHOOLS: &str = "\
校名,乡镇,类别,学校标识码,在校生数
演示中心小学,350823101,小学,3135000001,320
演示第二小学,350823101,教学点,,12
演示中心小学,350823102,小学,3135000003,200
";

#[tokio::test]
async fn a_dry_run_changes_nothing_and_the_same_file_twice_makes_nothing_new() {
    let office = County::open().await;
    let before = office.position();
    let seen = office.dry_run(&office.office, "school", SCHOOLS).await;
    assert_eq!(office.position(), before, "nothing was written");
    assert_eq!(seen["counts"]["new"], 3, "{seen}");
    assert!(seen.get("import").is_none() && seen["records"][0]["action"] == "new");
    assert_eq!(seen["records"][0]["fields"][0]["cell"], "C2");

    let done = office.import(&office.office, "school", SCHOOLS).await;
    assert_eq!(done["seq"], json!([before + 1, before + 3]));
    assert_eq!(
        done["counts"],
        json!({ "new": 3, "changed": 0, "restored": 0, "unchanged": 0, "errors": 0, "held": 0 })
    );
    let first = &done["records"][0]["record"];
    assert_eq!(office.values(first, "pupils").await, [json!(320)]);
    assert_eq!(office.values(first, "county").await, [json!("350823")]);

    let again = office.import(&office.office, "school", SCHOOLS).await;
    assert_eq!(again["counts"]["unchanged"], 3, "{again}");
    assert!(again.get("import").is_none(), "{again}");
    // An answer that was lost: the same token again.
    let token = seen["token"].as_str().unwrap();
    let lost = office.send(&office.office, "school", &format!("&token={token}"), SCHOOLS.as_bytes()).await;
    assert_eq!((lost.status, &lost.body["counts"]["unchanged"]), (StatusCode::OK, &json!(3)));
    assert_eq!(office.position(), before + 3);
}

#[tokio::test]
async fn what_changes_is_told_field_by_field_and_an_empty_cell_changes_nothing() {
    let office = County::open().await;
    office.import(&office.office, "school", SCHOOLS).await;
    let table = "学校标识码,校名,在校生数,类别\n3135000001,演示中心小学,330,\n,演示第二小学,,小学\n";
    let done = office.import(&office.office, "school", table).await;
    assert_eq!((&done["counts"]["changed"], &done["counts"]["new"]), (&json!(2), &json!(0)), "{done}");
    let changed = &done["records"][0];
    let field = &changed["fields"][0];
    assert_eq!(
        field,
        &json!({ "field": "pupils", "label": "在校生数", "cell": "C2", "old": ["320"], "new": "330" })
    );
    assert_eq!(changed["fields"].as_array().unwrap().len(), 1);
    assert_eq!(office.values(&changed["record"], "pupils").await, [json!(330)]);
    assert_eq!(office.values(&changed["record"], "category").await, [json!("小学")]);
    assert_eq!(office.values(&done["records"][1]["record"], "pupils").await, [json!(12)]);
}

#[tokio::test]
async fn errors_name_the_cell_and_the_reason_and_nothing_is_imported() {
    let office = County::open().await;
    office.import(&office.office, "school", SCHOOLS).await;
    let table = "\
校名,乡镇,类别,学校标识码,在校生数
演示第三小学,350823101,,12345,很多
演示第二小学,350823101,小学,,12
演示第二小学,350823101,小学,,12
演示中心小学,,小学,,1
演示中心小学,350823101,小学,3135000009,1
演示第四小学,不知何乡,小学,,1
";
    let before = office.position();
    let seen = office.dry_run(&office.office, "school", table).await;
    let records = seen["records"].as_array().unwrap();
    let first = cells(&records[0]);
    assert_eq!(first.iter().map(|(cell, _)| *cell).collect::<Vec<_>>(), ["D2", "E2", "C2"], "{first:?}");
    assert!(first[1].1.contains("很多") && first[2].1.contains("类别"), "{first:?}");
    assert_eq!(records[1]["action"], "changed");
    for (at, cell, word) in
        [(2, "A4", "第 3 行"), (3, "A5", "2 条"), (4, "A6", "3135000001"), (5, "B7", "不知何乡")]
    {
        let found = cells(&records[at]);
        assert!(found[0].0 == cell && found[0].1.contains(word), "{at} {found:?}");
    }
    assert!(records[0]["issues"][0]["en"].as_str().unwrap().contains("digits"));
    let token = seen["token"].as_str().unwrap();
    let refused = office.send(&office.office, "school", &format!("&token={token}"), table.as_bytes()).await;
    assert_eq!(refused.refused(), (422, "table_faulty"));
    assert_eq!(refused.body["report"]["counts"]["errors"], 5);
    assert_eq!(office.position(), before);

    for (table, code) in [(&b"\xff\xff\x81"[..], "table_encoding"), (b"PK\x03\x04", "table_damaged")] {
        let answer = office.send(&office.office, "school", "&dry_run=true", table).await;
        assert_eq!(answer.refused(), (422, code));
    }
    let headless = office.dry_run(&office.office, "school", "甲,乙\n1,2\n").await;
    assert!(headless["issues"][0]["zh"].as_str().unwrap().contains("校名"), "{headless}");
}

#[tokio::test]
async fn whoever_changed_something_meanwhile_is_not_overwritten() {
    let office = County::open().await;
    let done = office.import(&office.office, "school", SCHOOLS).await;
    let school = done["records"][0]["record"].clone();
    let (one, other) = (SCHOOLS.replace("320", "321"), SCHOOLS.replace("320", "322"));
    let seen = office.dry_run(&office.office, "school", &one).await;
    let seen_by_other = office.dry_run(&office.office, "school", &other).await;
    let query = |seen: &Json| format!("&token={}", seen["token"].as_str().unwrap());
    let (queries, tables) = ((query(&seen), query(&seen_by_other)), (one.as_bytes(), other.as_bytes()));
    // Two clerks at the same moment.
    let (first, second) = tokio::join!(
        office.send(&office.office, "school", &queries.0, tables.0),
        office.send(&office.office, "school", &queries.1, tables.1),
    );
    let statuses = [first.status.as_u16(), second.status.as_u16()];
    assert!(statuses == [200, 409] || statuses == [409, 200], "{statuses:?}");
    let late = if statuses[0] == 409 { &first } else { &second };
    assert_eq!(late.code(), "not_what_was_shown");
    let stands = office.values(&school, "pupils").await;
    assert_eq!(stands.len(), 1, "one of them, and no conflict: {stands:?}");
    let field = &late.body["report"]["records"][0]["fields"][0];
    assert_eq!(field["old"], json!([stands[0].to_string()]), "the new plan shows what stands now");

    // What was not looked at at all is not imported either.
    let unseen = SCHOOLS.replace("200", "201");
    assert_eq!(
        office.send(&office.office, "school", "", unseen.as_bytes()).await.refused(),
        (409, "not_what_was_shown")
    );
    // What others wrote elsewhere is no reason to look again.
    let table = "校名,乡镇,在校生数\n演示第二小学,350823101,13\n";
    let seen = office.dry_run(&office.office, "school", table).await;
    office.write("school", &school, "boarders", json!(9), &[]).await;
    assert_eq!(
        office.send(&office.office, "school", &query(&seen), table.as_bytes()).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn an_import_is_taken_back_as_a_whole_but_for_what_somebody_changed_since() {
    let office = County::open().await;
    office.import(&office.office, "school", SCHOOLS).await;
    let table = "\
校名,乡镇,类别,在校生数,寄宿生数
演示中心小学,350823101,小学,330,40
演示第二小学,350823101,,20,5
演示新一小学,350823101,小学,1,
演示新二小学,350823101,小学,2,
";
    let done = office.import(&office.office, "school", table).await;
    let ids: Vec<_> =
        done["records"].as_array().unwrap().iter().map(|record| record["record"].clone()).collect();
    let heads = office.heads(&ids[1], "pupils").await;
    office.write("school", &ids[1], "pupils", json!(21), &heads).await;
    office.write("school", &ids[3], "boarders", json!(1), &[]).await;

    assert_eq!(office.withdraw(&office.neighbour, &done["import"]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(office.withdraw(&office.inspectors, &done["import"]).await.status, StatusCode::FORBIDDEN);
    let back = office.withdraw(&office.office, &done["import"]).await.body;
    assert_eq!((&back["withdrawn"], &back["put_back"]), (&json!(1), &json!(2)), "{back}");
    let kept: Vec<_> =
        back["kept"].as_array().unwrap().iter().map(|kept| (&kept["record"], &kept["field"])).collect();
    assert_eq!(kept.len(), 2, "{back}");
    assert!(kept.contains(&(&ids[1], &json!("pupils"))) && kept.contains(&(&ids[3], &Json::Null)), "{back}");
    assert_eq!(office.values(&ids[0], "pupils").await, [json!(320)]);
    assert!(office.values(&ids[0], "boarders").await.is_empty());
    assert_eq!(office.values(&ids[1], "pupils").await, [json!(21)]);
    assert!(office.values(&ids[1], "boarders").await.is_empty());
    assert_eq!(office.values(&ids[2], "withdrawn").await[0]["reason"], "演示：导错了表");
    assert!(office.values(&ids[3], "withdrawn").await.is_empty());

    let again = office.withdraw(&office.office, &done["import"]).await.body;
    assert_eq!((&again["withdrawn"], &again["put_back"]), (&json!(0), &json!(0)), "{again}");
    let nothing = office.withdraw(&office.office, &json!(Uuid::now_v7())).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    // What was withdrawn by mistake comes back, as the same record.
    let restored = office.import(&office.office, "school", table).await;
    assert_eq!(
        (&restored["counts"]["restored"], &restored["counts"]["new"]),
        (&json!(1), &json!(0)),
        "{restored}"
    );
    assert_eq!(restored["records"][2]["record"], ids[2]);
    assert!(office.values(&ids[2], "withdrawn").await.is_empty());
}

#[tokio::test]
async fn a_school_that_has_a_project_by_now_is_not_withdrawn_with_its_import() {
    let office = County::open().await;
    let schools = office.import(&office.office, "school", SCHOOLS).await;
    let table = "项目名称,学校,项目类别,建设性质\n教学楼,3135000001,校园校舍建设类,新建\n";
    office.import(&office.office, "project", table).await;
    let back = office.withdraw(&office.office, &schools["import"]).await.body;
    assert_eq!(back["withdrawn"], 2, "{back}");
    assert_eq!(back["kept"][0]["record"], schools["records"][0]["record"], "{back}");
    assert!(office.values(&schools["records"][0]["record"], "withdrawn").await.is_empty());
}

#[tokio::test]
async fn only_the_office_that_keeps_a_kind_imports_it_in_its_own_county() {
    let office = County::open().await;
    for (by, kind, expected) in [
        (&office.neighbour, "school", 404),
        (&office.inspectors, "school", 403),
        (&office.station, "school", 403),
        (&office.office, "checklist", 403),
        (&office.office, "equipment_item", 403),
        (&office.office, "diary", 404),
    ] {
        let answer = office.send(by, kind, "&dry_run=true", SCHOOLS.as_bytes()).await;
        assert_eq!(answer.status.as_u16(), expected, "{kind}: {}", answer.body);
    }
    office.import(&office.office, "school", SCHOOLS).await;
    // Equipment is the station's: what the office brings waits for it, as the dry run says.
    let table = "项目名称,学校,项目类别,建设性质\n课桌凳,演示第二小学,设施设备类,设备购置\n教学楼,演示第二小学,校园校舍建设类,新建\n";
    let seen = office.dry_run(&office.office, "project", table).await;
    assert_eq!(seen["records"][0]["held"]["code"], "not_permitted", "{seen}");
    let done = office.import(&office.office, "project", table).await;
    assert_eq!((&done["counts"]["held"], done["seq"][0] == done["seq"][1]), (&json!(1), true), "{done}");
}

#[tokio::test]
async fn a_whole_directory_comes_in_by_its_templates() {
    let office = County::open().await;
    let divisions = "区划代码,名称,级别,上级区划代码,网上公开\n350823,上杭县,县（市、区）,350400,是\n350823101,演示一乡,乡镇（街道）,350823\n350823102,演示二乡,乡镇（街道）,350823\n";
    let done = office.import(&office.office, "division", divisions).await;
    assert_eq!(done["records"][1]["record"], json!(RecordId::natural("division", "350823101")));
    assert_eq!(office.values(&done["records"][0]["record"], "disclosed").await, [json!(true)]);
    let foreign =
        office.dry_run(&office.office, "division", "区划代码,名称,级别\n350902,蕉城区,county\n").await;
    assert_eq!(cells(&foreign["records"][0])[0].0, "A2");
    let named = SCHOOLS.replace("350823101", "演示一乡").replace("350823102", "350823102000");
    let schools = office.import(&office.office, "school", &named).await;
    assert_eq!(office.values(&schools["records"][0]["record"], "township").await, [json!("350823101")]);
    assert_eq!(office.values(&schools["records"][2]["record"], "township").await, [json!("350823102")]);
    let odd = office
        .dry_run(
            &office.office,
            "school",
            "校名,乡镇,类别\n演示外校,350902101,小学\n演示内校,350823999,小学\n",
        )
        .await;
    assert_eq!(warned(&odd), ["township_elsewhere", "township_unknown"]);

    office.import(&office.office, "programme", "工程名称,开始年度,结束年度\n演示工程,2014,2018\n").await;
    let plan = office
        .import(&office.office, "plan", "规划名称,版本,工程,规划面积（㎡）,中央（万元）,资金来源/省（元）\n演示规划,2014,演示工程,54263.00,\"7,586.80\",34634100\n")
        .await;
    let plan = &plan["records"][0]["record"];
    assert_eq!(office.values(plan, "planned_area").await, [json!(5_426_300)]);
    assert_eq!(office.values(plan, "funding/中央").await, [json!(7_586_800_000_i64)]);
    assert_eq!(office.values(plan, "funding/省").await, [json!(3_463_410_000_i64)]);

    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (at, text) in
        ["项目名称", "学校", "项目类别", "建设性质", "用途", "规划", "规划面积(㎡)", "省资金(万元)"]
            .iter()
            .enumerate()
    {
        sheet.write_string(0, at as u16, *text).unwrap();
    }
    for (row, school, plan) in [(1, "3135000001", "演示规划 2014"), (2, "演示二乡/演示中心小学", "")]
    {
        for (at, text) in ["教学楼", school, "校园校舍建设类", "新建", "食堂、厕所", plan].iter().enumerate()
        {
            sheet.write_string(row, at as u16, *text).unwrap();
        }
        sheet.write_number(row, 6, 1_199.1 + 0.2).unwrap();
        sheet.write_number(row, 7, 60.55).unwrap();
    }
    let projects = office.import(&office.office, "project", workbook.save_to_buffer().unwrap()).await;
    assert_eq!(warned(&projects), ["no_plan"]);
    let project = &projects["records"][0]["record"];
    assert_eq!(office.values(project, "planned_area").await, [json!(119_930)]);
    assert_eq!(office.values(project, "funding/省").await, [json!(60_550_000)]);
    assert_eq!(office.values(project, "building_use").await, [json!("食堂"), json!("厕所")]);
    assert_eq!(office.values(project, "school").await, [schools["records"][0]["record"].clone()]);

    let contract = "合同编号,合同名称,合同类型,项目,承包单位,合同金额（元）,质保金比例\nHT-1,演示合同,施工,演示一乡的课桌、演示二乡/教学楼,演示公司,583000.5,5\n";
    let wrong = office.dry_run(&office.office, "contract", contract).await;
    assert_eq!(cells(&wrong["records"][0]).len(), 2, "neither project is called so: {wrong}");
    let contract = contract.replace("演示一乡的课桌、演示二乡/教学楼", project.as_str().unwrap());
    let contract = office.import(&office.office, "contract", contract).await;
    assert_eq!(office.values(&contract["records"][0]["record"], "retention_bp").await, [json!(500)]);
    let item =
        "名称,规格,型号,数量,单位,单价（元）,学校,合同\n课桌凳,600×400,ZY-1,45,套,260,演示第二小学,HT-1\n";
    let item = office.import(&office.station, "equipment_item", item).await;
    assert_eq!(office.values(&item["records"][0]["record"], "unit_price").await, [json!(26_000)]);

    let list = "清单名称,版本,主题,项目代码,检查内容,必须拍照,整改期限（天）\n演示清单,1,全面改薄,G01,立项批文,是,15\n演示清单,1,全面改薄,G02,图纸审查,,30\n";
    let list = office.import(&office.inspectors, "checklist", list).await;
    assert_eq!(list["records"].as_array().unwrap().len(), 1, "{list}");
    let first = office.values(&list["records"][0]["record"], "items/G01").await;
    assert_eq!(first, [json!({ "text": "立项批文", "photo_needed": true, "deadline_days": 15 })]);
}

#[tokio::test]
async fn a_checklist_may_come_as_a_form_of_surveys() {
    let office = County::open().await;
    let sheets: [(&str, &[&[&str]]); 3] = [
        (
            "survey",
            &[
                &["type", "name", "label::中文 (zh)", "hint", "required"],
                &["begin_group", "procedure", "程序", "", ""],
                &["select_one result", "G01", "立项批文", "基本建设程序", "yes"],
                &["image", "G01_photo", "照片", "", "yes"],
                &["end_group", "", "", "", ""],
                &["geopoint", "place", "位置", "", ""],
            ],
        ),
        (
            "choices",
            &[&["list_name", "name", "label"], &["result", "ok", "合格"], &["result", "bad", "不合格"]],
        ),
        ("settings", &[&["form_title", "version"], &["校园安全五防", "2016"]]),
    ];
    let mut workbook = Workbook::new();
    for (name, rows) in sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name).unwrap();
        for (row, cells) in (0_u32..).zip(rows) {
            sheet.write_row(row, 0, cells.iter().copied()).unwrap();
        }
    }
    let form = workbook.save_to_buffer().unwrap();
    let seen = office.dry_run(&office.inspectors, "checklist", &form).await;
    let told = &seen["warnings"][0];
    assert_eq!((&told["code"], &told["cell"]), (&json!("not_an_item"), &json!("A6")), "{seen}");
    let done = office.import(&office.inspectors, "checklist", &form).await;
    let list = &done["records"][0]["record"];
    assert_eq!(office.values(list, "name").await, [json!("校园安全五防")]);
    assert_eq!(office.values(list, "version").await, [json!("2016")]);
    let item =
        json!({ "text": "立项批文", "section": "程序", "basis": "基本建设程序", "photo_needed": true });
    assert_eq!(office.values(list, "items/G01").await, [item]);
    let again = office.dry_run(&office.inspectors, "checklist", &form).await;
    assert_eq!(again["counts"]["unchanged"], 1, "{again}");
}

#[tokio::test]
async fn a_school_takes_its_place_in_the_system_that_it_was_read_off() {
    let office = County::open().await;
    let table = "学校名称,乡镇,学校类别,标识码,纬度,经度,坐标系\n演示小学,350823101,小学,3135000001,25.0512,116.4203,高德地图\n";
    let done = office.import(&office.office, "school", table).await;
    let school = &done["records"][0]["record"];
    let stands = json!({ "lat": 25.0512, "lon": 116.4203, "datum": "gcj02" });
    assert_eq!(office.values(school, "position").await, [stands]);
    let moved = "学校名称,乡镇,标识码,经度\n演示小学,350823101,3135000001,116.5\n";
    office.import(&office.office, "school", moved).await;
    let stands = json!({ "lat": 25.0512, "lon": 116.5, "datum": "gcj02" });
    assert_eq!(office.values(school, "position").await, [stands]);
    for (wrong, column) in
        [("225.0512,116.4203,GPS", "D2"), ("25.0512,,GPS", "D2"), ("25.05,116.42,北京54", "F2")]
    {
        let table = format!("学校名称,乡镇,标识码,纬度,经度,坐标系\n第二小学,350823101,3135000002,{wrong}\n");
        let seen = office.dry_run(&office.office, "school", table).await;
        let issues = &seen["records"][0]["issues"];
        assert_eq!(issues[0]["cell"], column, "{seen}");
    }
}

#[tokio::test]
async fn a_zone_takes_its_schools_and_inspectors_with_their_days() {
    let office = County::open().await;
    let schools = office.import(&office.office, "school", SCHOOLS).await;
    let school = |at: usize| schools["records"][at]["record"].clone();
    office.import(&office.office, "zone_scheme", "方案名称,用途\n演示方案,督导责任区\n").await;
    let table = "\
分区方案,责任区,学校,责任督学,开始日期,结束日期
演示方案,第一责任区,3135000001,演示督学甲,2014-09-01,
演示方案,第一责任区,演示第二小学,演示督学乙,2014/9/1,2015年8月31日
演示方案,第二责任区,3135000001,,2014-09-01,
";
    let seen = office.dry_run(&office.inspectors, "zone", table).await;
    let told: Vec<_> =
        seen["warnings"].as_array().unwrap().iter().map(|one| (&one["code"], &one["count"])).collect();
    assert_eq!(told, [(&json!("no_zone"), &json!(2)), (&json!("two_zones"), &json!(1))], "{seen}");
    let done = office.import(&office.inspectors, "zone", table).await;
    assert_eq!(done["counts"]["new"], 2);
    let zone = &done["records"][0]["record"];
    assert_eq!(
        office.values(zone, "schools").await,
        [
            json!({ "school": school(0), "from": "2014-09-01" }),
            json!({ "school": school(1), "from": "2014-09-01", "to": "2015-08-31" })
        ]
    );
    assert_eq!(
        office.values(zone, "inspectors").await[0],
        json!({ "name": "演示督学甲", "from": "2014-09-01" })
    );
    assert_eq!(office.import(&office.inspectors, "zone", table).await["counts"]["unchanged"], 2);

    // One membership ends; another one of the same school begins later and stands beside the first.
    let moved = "分区方案,责任区,学校,开始日期,结束日期\n演示方案,第一责任区,3135000001,,2020-01-01\n演示方案,第一责任区,演示第二小学,2021-09-01,\n";
    office.import(&office.inspectors, "zone", moved).await;
    assert_eq!(
        office.values(zone, "schools").await,
        [
            json!({ "school": school(1), "from": "2014-09-01", "to": "2015-08-31" }),
            json!({ "school": school(0), "from": "2014-09-01", "to": "2020-01-01" }),
            json!({ "school": school(1), "from": "2021-09-01" })
        ]
    );
    let backwards =
        "分区方案,责任区,学校,开始日期,结束日期\n演示方案,第一责任区,演示第二小学,2022-01-02,2022-01-01\n";
    let seen = office.dry_run(&office.inspectors, "zone", backwards).await;
    assert_eq!(cells(&seen["records"][0])[0].0, "C2", "{seen}");
}

#[tokio::test]
async fn inspectors_are_given_their_accounts_by_the_name_with_which_they_sign_in() {
    let office = County::open().await;
    office.import(&office.office, "zone_scheme", "方案名称,用途\n演示方案,督导责任区\n").await;
    let server = &office.server;
    let user = server.person_as("duxue", None, Role::Inspector, "county:350823").await;
    let namesake = server.person_as("duxue2", None, Role::Inspector, "county:350823").await;
    let table = |rows: &str| format!("分区方案,责任区,责任督学,督学账号\n{rows}");
    let row = |name: &str, account: &str| table(&format!("演示方案,第一责任区,{name},{account}\n"));
    for (name, account) in [("演示督学", "nobody"), ("演示督学", "neighbour"), ("", "duxue")] {
        let seen = office.dry_run(&office.inspectors, "zone", row(name, account)).await;
        assert_eq!(seen["records"][0]["issues"][0]["cell"], "D2", "{account}: {seen}");
    }
    let both = "演示方案,第一责任区,演示督学, Duxue\n演示方案,第一责任区,演示督学,duxue2\n";
    let done = office.import(&office.inspectors, "zone", table(both)).await;
    assert!(done["records"][0]["fields"].to_string().contains("账号：duxue2"), "{done}");
    let zone = &done["records"][0]["record"];
    let [one, other] = [user, namesake].map(|user| json!({ "name": "演示督学", "user": user }));
    assert_eq!(office.values(zone, "inspectors").await, [one, other]);
    assert_eq!(office.import(&office.inspectors, "zone", table(both)).await["counts"]["unchanged"], 1);
}

#[tokio::test]
async fn templates_are_workbooks_that_import_nothing_as_they_are() {
    let office = County::open().await;
    let request = Request::get("/api/v1/imports/school/template.xlsx")
        .header("authorization", format!("Bearer {}", office.office));
    let response = office.server.begin(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let template = response.into_body().collect().await.unwrap().to_bytes();
    let seen = office.dry_run(&office.office, "school", &template).await;
    assert!(seen["issues"][0]["zh"].as_str().unwrap().contains("没有要导入"), "{seen}");
}

/// The demonstration's size: 664 schools and 753 projects.
#[tokio::test]
async fn a_citys_worth_of_schools_and_projects_comes_in_at_once() {
    let office = County::open().await;
    let schools = (0..664).map(|number| {
        format!("演示第{number}小学,3508231{:02},小学,31350{number:05},{number}\n", number % 20)
    });
    let schools: String =
        std::iter::once("校名,乡镇,类别,学校标识码,在校生数\n".to_owned()).chain(schools).collect();
    let projects = (0..753).map(|number| {
        let (turn, school) = (number / 664, number % 664);
        format!("教学楼{turn},31350{school:05},校园校舍建设类,新建,1200.5,60.55\n")
    });
    let headings = "项目名称,学校,项目类别,建设性质,规划面积（㎡）,中央（万元）\n".to_owned();
    let projects: String = std::iter::once(headings).chain(projects).collect();
    let began = std::time::Instant::now();
    let done = office.import(&office.office, "school", &schools).await;
    let after_schools = began.elapsed();
    assert_eq!((&done["counts"]["new"], &done["counts"]["held"]), (&json!(664), &json!(0)));
    let done = office.import(&office.office, "project", &projects).await;
    assert_eq!((&done["counts"]["new"], &done["counts"]["held"]), (&json!(753), &json!(0)));
    println!("664 schools in {after_schools:.2?}, with 753 projects in {:.2?}", began.elapsed());
    let again = office.import(&office.office, "project", &projects).await;
    assert_eq!(again["counts"]["unchanged"], 753);
}
