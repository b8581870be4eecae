//! The main job: two phones, no signal, one record.

use harness::photos::Shot;
use harness::{Network, Server, Weather, World};
use sync_protocol::id::RecordId;
use sync_protocol::record::{Reading, Record, read};

const DAY: &str = "2026-03-02";

/// What a field says to a reader.
fn reading<'r>(record: &'r Record, field: &str) -> Reading<'r> {
    let name = field.parse().expect("a field name");
    let kind = sync_protocol::kinds::named(&record.kind).expect("a kind");
    read(kind.rule(&name), record.heads(&name))
}

/// The values that a field shows, in order.
fn values(record: &Record, field: &str) -> Vec<String> {
    record
        .heads(&field.parse().expect("a field name"))
        .iter()
        .map(|head| serde_json::to_string(&head.value).expect("a value has a JSON form"))
        .collect()
}

fn shows_one(record: &Record, field: &str) -> String {
    match reading(record, field) {
        Reading::Single(head) => serde_json::to_string(&head.value).expect("a value has a JSON form"),
        other => panic!("{field} reads {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_phones_without_signal_write_one_diary_and_no_word_is_lost() {
    let server = Server::start().await;
    let mut world = World::small(1).open(&server).await;
    let project = world.projects[0].id;
    let mut jia = world.school_phone(&server, "甲").await;
    let mut yi = world.school_phone(&server, "乙").await;
    jia.sync().await.expect("there is signal in the county town");
    yi.sync().await.expect("there is signal in the county town");
    assert_eq!(jia.values(project, "name"), yi.values(project, "name"), "both know their project");

    // In the village there is none. Both write down the same day.
    let diary = jia.write_diary(project, DAY, |form| {
        form.working("二层柱钢筋绑扎完成").crew("钢筋工", 6).set("image_progress", "主体二层")
    });
    let same = yi.write_diary(project, DAY, |form| {
        form.working("模板进场，清点入库")
            .set("weather_am", "小雨")
            .crew("钢筋工", 6)
            .crew("木工(模板)", 4)
            .set("image_progress", "主体一层")
    });
    assert_eq!(diary, same, "the project and the day name the diary");
    let column = jia.attach_photo(diary, Shot::small().on(DAY).take(1), "柱筋");
    let formwork = yi.attach_photo(diary, Shot::small().on(DAY).take(2), "模板");

    // The line back is bad: the first request dies on the way, the second is answered in vain.
    let line = Network::to(&server).await;
    jia = jia.behind(&line);
    yi = yi.behind(&line);
    line.next(Weather::CutRequestAfter(400));
    jia.sync().await.expect_err("the request died on the way");
    line.next(Weather::LOST_ANSWER);
    jia.sync().await.expect_err("the answer was lost");
    assert_eq!(jia.phone.outbox.waiting.len(), 2, "the phone keeps what was not confirmed");
    let sent = jia.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.duplicates, sent.held), (0, 2, 0), "the server had it all the same");
    let sent = yi.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (2, 0));
    assert_eq!(sent.conflicts, [format!("{diary} image_progress")], "and it says at once what collides");
    for cut in [10_000, 30_000, 50_000] {
        line.next(Weather::CutRequestAfter(cut));
    }
    jia.send_photos().await.expect("a photo goes through in the end");
    yi.send_photos().await.expect("a photo goes through in the end");
    jia.sync().await.expect("the line holds");

    // Everybody reads the same, the office too.
    world.office.refresh().await.expect("the office has a good line");
    let record = world.office.desk.view(diary);
    assert_eq!(jia.view(diary), record);
    assert_eq!(yi.view(diary), record);
    assert_eq!(shows_one(&record, "crew/钢筋工"), "6", "two who counted the same agree");
    assert_eq!(shows_one(&record, "crew/木工(模板)"), "4");
    assert_eq!(shows_one(&record, "weather_am"), "\"小雨\"", "of details the latest is shown");
    assert_eq!(
        values(&record, "progress_text"),
        ["\"二层柱钢筋绑扎完成\"", "\"模板进场，清点入库\""],
        "texts stand side by side, never mixed"
    );
    assert_eq!(record.heads_named("photos").len(), 2);
    let Reading::Conflict(heads) = reading(&record, "image_progress") else {
        panic!("what collides is shown as a conflict");
    };
    assert_eq!(heads.len(), 2);
    assert_eq!(heads[0].value, "主体二层".into(), "who came first stays the official value");
    assert_eq!((heads[0].by_name.as_str(), heads[1].by_name.as_str()), ("甲（演示）", "乙（演示）"));
    for photo in [column, formwork] {
        let thumbnail = format!("/api/v1/photos/{photo}");
        let bytes = world.office.desk.request(reqwest::Method::GET, &thumbnail).send().await;
        let bytes = bytes.expect("the server answers").error_for_status().expect("the photo is there");
        let bytes = bytes.bytes().await.expect("whole");
        assert_eq!(sync_protocol::photo::Sha256::of(&bytes), photo, "the original, byte for byte");
    }

    // The office asks on the telephone and settles it.
    world.office.desk.settle(diary, "image_progress", "主体二层");
    let sent = world.office.desk.sync().await.expect("the office has a good line");
    assert_eq!((sent.accepted, sent.conflicts.len()), (1, 0));
    jia.sync().await.expect("the line holds");
    yi.sync().await.expect("the line holds");
    assert_eq!(shows_one(&jia.view(diary), "image_progress"), "\"主体二层\"");
    assert_eq!(jia.view(diary), yi.view(diary));

    // What did not win is not gone: it stands in the history for good.
    assert!(history_says(&world.office.record(diary).await, "主体一层"));
    assert!(jia.everything_is_at_the_office().await.expect("the line holds"));
    assert!(yi.everything_is_at_the_office().await.expect("the line holds"));
    server.verify();
}

fn history_says(record: &serde_json::Value, text: &str) -> bool {
    record["history"].as_array().expect("a history").iter().any(|entry| entry.to_string().contains(text))
}

/// Two begin the same day offline, and neither has ever heard of the other's diary.
#[tokio::test(flavor = "multi_thread")]
async fn two_diaries_of_one_day_begun_offline_meet_in_one_record() {
    let server = Server::start().await;
    let world = World::small(2).open(&server).await;
    let project = world.projects[0].id;
    let mut phones = Vec::new();
    for name in ["甲", "乙", "丙"] {
        // Enrolled and never synced: not even the project is on the phone.
        phones.push(world.school_phone(&server, name).await);
    }
    for (phone, people) in phones.iter_mut().zip([5, 7, 5]) {
        phone.write_diary(project, DAY, |form| form.working("浇筑").crew("普工", people));
    }
    for phone in &mut phones {
        let sent = phone.sync().await.expect("the line holds");
        assert_eq!((sent.accepted, sent.held), (1, 0));
    }
    let diary: RecordId = harness::draft::diary_id(project, DAY);
    let mut views = Vec::new();
    for phone in &mut phones {
        phone.sync().await.expect("the line holds");
        views.push(phone.view(diary));
    }
    assert_eq!(views[0], views[1]);
    assert_eq!(views[0], views[2]);
    let view = &views[0];
    assert_eq!(shows_one(view, "project"), format!("\"{project}\""), "the same words are no conflict");
    assert_eq!(shows_one(view, "date"), format!("\"{DAY}\""));
    assert_eq!(values(view, "crew/普工"), ["5", "7", "5"], "three counts, two of them the same");
    assert!(matches!(reading(view, "crew/普工"), Reading::Conflict(_)));
    server.verify();
}

/// A client that shows only the first value cannot settle a conflict by accident.
#[tokio::test(flavor = "multi_thread")]
async fn who_saw_one_value_replaces_one_value() {
    let server = Server::start().await;
    let world = World::small(3).open(&server).await;
    let project = world.projects[0].id;
    let mut jia = world.school_phone(&server, "甲").await;
    let mut yi = world.school_phone(&server, "乙").await;
    let diary = jia.write_diary(project, DAY, |form| form.working("砌体").set("image_progress", "砌体"));
    yi.write_diary(project, DAY, |form| form.working("屋面").set("image_progress", "屋面"));
    jia.sync().await.expect("the line holds");
    yi.sync().await.expect("the line holds");
    jia.sync().await.expect("the line holds");
    let incumbent = jia.shown(diary, "image_progress")[0].edit;
    jia.edit(diary, |form| form.set_over("image_progress", "装修", &[incumbent]));
    let sent = jia.sync().await.expect("the line holds");
    assert_eq!(sent.conflicts, [format!("{diary} image_progress")], "the other value still stands");
    assert_eq!(values(&jia.view(diary), "image_progress"), ["\"屋面\"", "\"装修\""]);
    server.verify();
}

/// Any number of people may disagree: a phone is sent the first eight and how many there are.
#[tokio::test(flavor = "multi_thread")]
async fn a_dozen_values_of_one_field_are_all_kept_and_settled_as_they_are_shown() {
    let server = Server::start().await;
    let world = World::small(4).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    let stages: Vec<_> = (1..=12).map(|floor| format!("主体{floor}层")).collect();
    let diary = phone.write_diary(project, DAY, |form| form.working("浇筑"));
    for stage in &stages {
        phone.edit(diary, |form| form.set_blind("image_progress", stage.as_str()));
    }
    phone.sync().await.expect("the line holds");
    let field = "image_progress".parse().expect("a field name");
    let row = &phone.phone.replica.records[&diary];
    assert_eq!(row.siblings.get(&field), Some(&12), "it says how many there are");
    assert_eq!(row.fields[&field].len(), 8);
    let shown: Vec<_> = phone.values(diary, "image_progress");
    assert_eq!(shown[0], stages[0].as_str().into(), "the incumbent is first");
    let whole = world.office.record(diary).await;
    assert_eq!(whole["record"]["fields"]["image_progress"].as_array().map(Vec::len), Some(12));

    // Settling what is shown leaves what was not shown.
    phone.settle(diary, "image_progress", "主体封顶");
    phone.sync().await.expect("the line holds");
    assert_eq!(phone.values(diary, "image_progress").len(), 5, "four were never seen, one is new");
    phone.settle(diary, "image_progress", "主体封顶");
    phone.sync().await.expect("the line holds");
    assert_eq!(phone.values(diary, "image_progress"), ["主体封顶".into()]);
    assert!(phone.phone.replica.records[&diary].siblings.is_empty());
    world.office.record(diary).await;
    server.verify();
}
