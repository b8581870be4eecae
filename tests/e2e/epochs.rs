//! A server that was put back to an older state notices by itself, begins a new epoch, and gets
//! back from the phones what it lost.

use harness::world::COUNTY;
use harness::{Device, Server, World};
use reqwest::{Method, StatusCode};
use serde_json::Value as Json;
use sync_protocol::change::Change;
use sync_protocol::id::{ChangeId, RecordId};
use tlog_tiles::{Hash, check_record, record_hash};

/// A number as large stands in a ledger only after the server was put back.
const FAR: u64 = 1_000_000;

/// The county's ledger as the command line tells it.
fn ledger(server: &Server) -> (u64, u64) {
    let listed = server.run(&["county", "list", "--json"]).stdout;
    let line = listed.lines().find(|line| line.contains(COUNTY)).expect("the county is listed");
    let county: Json = serde_json::from_str(line).expect("one object a line");
    (county["epoch"].as_u64().expect("a number"), county["seq"].as_u64().expect("a number"))
}

fn kept(phone: &Device) -> Vec<ChangeId> {
    phone.acknowledged().map(|(Change { id, .. }, _)| *id).collect()
}

/// Makes the phone see a checkpoint over all that there is.
async fn signed(server: &mut Server, phone: &mut Device) {
    assert!(server.terminate().await.success(), "it stops in good order and signs what it holds");
    server.start_again().await;
    phone.sync().await.expect("the line holds");
}

async fn get(phone: &Device, what: &str) -> Json {
    let path = format!("/api/v1/ledgers/{COUNTY}/{what}");
    let response = phone.request(Method::GET, &path).send().await.expect("the server answers");
    assert_eq!(response.status(), StatusCode::OK, "{what}");
    response.json().await.expect("JSON")
}

/// Checks by the answer alone that an entry is in the log whose checkpoint comes along.
async fn check_entry(phone: &Device, seq: u64) -> Json {
    let shown = get(phone, &format!("proof?seq={seq}")).await;
    let note = shown["checkpoint"].as_str().expect("a note");
    let (text, _) = note.split_once("\n\n").expect("signed");
    let checkpoint =
        tlog_tiles::Checkpoint::from_bytes(format!("{text}\n").as_bytes()).expect("a checkpoint");
    let path = shown["proof"].as_array().expect("a list").iter();
    let path: Vec<_> =
        path.map(|hash| Hash::parse_hash(hash.as_str().expect("base64")).expect("a hash")).collect();
    let leaf = record_hash(&sync_protocol::digest::canonical(&shown["leaf"]).expect("JSON"));
    let index = shown["index"].as_u64().expect("a number");
    check_record(&path, checkpoint.size(), *checkpoint.hash(), index, leaf).expect("it is in the log");
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_or_stopped_begins_no_epoch() {
    let mut server = Server::start().await;
    let world = World::small(81).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    for day in 1..=4 {
        phone.write_diary(world.projects[0].id, &format!("2026-03-0{day}"), |form| form.working("浇筑"));
        let synced = phone.sync().await.expect("the line holds");
        assert_eq!(synced.resyncs, 0);
        if day % 2 == 0 {
            server.restart().await;
        } else {
            assert!(server.terminate().await.success());
            server.start_again().await;
        }
    }
    assert_eq!(phone.sync().await.expect("the line holds").resyncs, 0);
    assert_eq!(ledger(&server).0, 1);
    server.verify();
}

/// The file beside the database still says how far the ledger went.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_put_back_alone_is_noticed_at_the_start() {
    let mut server = Server::start().await;
    let world = World::small(82).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    let early = phone.write_diary(project, "2026-03-01", |form| form.working("浇筑"));
    phone.sync().await.expect("the line holds");
    signed(&mut server, &mut phone).await;
    assert!(server.terminate().await.success());
    let old = std::fs::read(server.data().join("siteledger.db")).expect("one file");
    server.start_again().await;
    let late = phone.write_diary(project, "2026-03-02", |form| form.working("养护"));
    phone.sync().await.expect("the line holds");
    signed(&mut server, &mut phone).await;
    let (_, reached) = ledger(&server);

    server.kill9();
    for file in ["siteledger.db-wal", "siteledger.db-shm"] {
        std::fs::remove_file(server.data().join(file)).ok();
    }
    std::fs::write(server.data().join("siteledger.db"), old).expect("it is put back");
    server.start_again().await;
    let (epoch, seq) = ledger(&server);
    assert!(epoch > 1 && seq > reached + FAR, "epoch {epoch}, {seq} after {reached}");
    // Twice the same start is no second epoch.
    server.restart().await;
    assert_eq!(ledger(&server).0, epoch);

    let synced = phone.sync().await.expect("the line holds");
    assert_eq!(synced.resyncs, 1);
    assert!(phone.is_at_the_office(early) && phone.is_at_the_office(late));
    assert!(phone.acknowledged().any(|(_, seq)| seq > FAR), "what was lost has a new number");
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    let replica = &phone.phone.replica;
    assert_eq!(replica.distrust, None, "the new log names the end of the old one");
    assert!(replica.put_back.is_some(), "and the screen says that the server was put back");
    server.verify();

    // Entries of both epochs can be proved, and so can the leaf between them.
    signed(&mut server, &mut phone).await;
    let opening = check_entry(&phone, seq).await;
    assert_eq!(opening["leaf"]["epoch"], epoch);
    assert_eq!(check_entry(&phone, 1).await["leaf"]["seq"], 1);
    let last = phone.acknowledged().map(|(_, seq)| seq).max().expect("one");
    check_entry(&phone, last).await;
    get(&phone, "consistency?from=1&epoch=1").await;
    get(&phone, "consistency?from=1").await;
    assert_eq!(phone.phone.replica.distrust, None);
}

/// A snapshot of the whole machine knows nothing of what came after; and before the phone comes that
/// does, others have written over the numbers that were lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_was_put_back_whole_is_noticed_even_where_its_numbers_were_used_again() {
    let mut server = Server::start().await;
    let world = World::small(83).open(&server).await;
    let project = world.projects[0].id;
    let mut jia = world.school_phone(&server, "甲").await;
    let mut yi = world.school_phone(&server, "乙").await;
    jia.write_diary(project, "2026-03-01", |form| form.working("浇筑"));
    jia.sync().await.expect("the line holds");
    yi.sync().await.expect("the line holds");
    assert!(server.terminate().await.success());
    let snapshot = server.copy_folder();
    for round in 0..2 {
        server.start_again().await;
        let day = format!("2026-03-1{round}");
        let lost = jia.write_diary(project, &day, |form| form.working("养护").set("remarks", "甲写的"));
        jia.sync().await.expect("the line holds");
        let acknowledged = kept(&jia);

        assert!(server.terminate().await.success());
        server.put_back(&snapshot);
        server.start_again().await;
        // As many changes as were lost, and more: no number tells the difference.
        for remark in 0..4 {
            yi.write_diary(project, &day, |form| form.set("remarks", format!("乙写的{remark}")));
        }
        yi.sync().await.expect("the line holds");
        yi.sync().await.expect("the line holds");

        let synced = jia.sync().await.expect("the line holds");
        assert_eq!(synced.resyncs, 1, "the phone's history is another one");
        assert!(ledger(&server).0 > 1 && jia.acknowledged().any(|(_, seq)| seq > FAR));
        let again = kept(&jia);
        assert!(acknowledged.iter().all(|change| again.contains(change)), "nothing was dropped");
        yi.sync().await.expect("the line holds");
        jia.sync().await.expect("the line holds");
        assert_eq!(jia.values(lost, "remarks").len(), 5, "what both wrote stands");
        assert_eq!(jia.phone.replica.records, yi.phone.replica.records);
        assert!(jia.everything_is_at_the_office().await.expect("the line holds"));
        assert!(yi.everything_is_at_the_office().await.expect("the line holds"));
        server.verify();
        assert!(server.terminate().await.success());
    }
}

/// A device keeps what was held, and sends it again.
#[tokio::test(flavor = "multi_thread")]
async fn held_changes_come_back_too() {
    let mut server = Server::start().await;
    let world = World::small(84).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    phone.sync().await.expect("the line holds");
    assert!(server.terminate().await.success());
    let snapshot = server.copy_folder();
    server.start_again().await;
    // Of another project than the phone's: held.
    let other = world.projects[1].id;
    phone.write_diary(other, "2026-03-01", |form| form.working("别的工地"));
    phone.write_diary(project, "2026-03-01", |form| form.working("自己的工地"));
    let synced = phone.sync().await.expect("the line holds");
    assert_eq!((synced.accepted, synced.held), (1, 1));
    assert!(server.terminate().await.success());
    server.put_back(&snapshot);
    server.start_again().await;
    let synced = phone.sync().await.expect("the line holds");
    assert_eq!((synced.resyncs, phone.phone.outbox.held.len(), phone.phone.outbox.kept.len()), (1, 1, 1));
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    server.verify();
}

/// Who has no role reads no ledger, and learns of the new epoch all the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_to_somebody_who_reads_nothing_comes_back_too() {
    let mut server = Server::start().await;
    let world = World::small(85).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    let mut former = world.school_phone(&server, "乙").await;
    world.take_role(&server, &former, "school_team", &format!("project:{project}"));
    phone.sync().await.expect("the line holds");
    former.sync().await.expect("the line holds");
    assert!(server.terminate().await.success());
    let snapshot = server.copy_folder();
    server.start_again().await;
    phone.write_diary(project, "2026-03-01", |form| form.working("浇筑"));
    assert_eq!(phone.sync().await.expect("the line holds").accepted, 1);
    former.write_diary(project, "2026-03-02", |form| form.working("养护"));
    assert_eq!(former.sync().await.expect("the line holds").held, 1);
    let held = world.office.held().await;
    world.office.refuse(&held[0], "已离任，请改由现任人员填写").await;
    former.sync().await.expect("the line holds");
    assert!(former.phone.outbox.held[0].refused.is_some());

    assert!(server.terminate().await.success());
    server.put_back(&snapshot);
    server.start_again().await;
    assert!(world.office.held().await.is_empty(), "the snapshot is from before");
    assert_eq!(phone.sync().await.expect("the line holds").resyncs, 1);
    assert_eq!(former.sync().await.expect("the line holds").resyncs, 1);
    let again = world.office.held().await;
    assert_eq!(again.len(), 1, "the office decides about it again");
    assert_eq!(again[0]["change_id"], held[0]["change_id"]);
    assert_eq!(former.phone.outbox.held.len(), 1);
    server.verify();
}

/// A number that stood on paper is never given to another finding.
#[tokio::test(flavor = "multi_thread")]
async fn a_finding_has_an_official_number_that_no_other_ever_gets() {
    let mut server = Server::start().await;
    let world = World::small(85).open(&server).await;
    let project = world.projects[0].id;
    let mut phone = world.school_phone(&server, "甲").await;
    let find = |phone: &mut Device, number: &str| {
        phone.begin("finding", |form| {
            form.set("project", project.to_string())
                .set("source", "owner")
                .set("category", "安全")
                .set("severity", "一般")
                .set("description", "临边无防护")
                .set("deadline", "2026-03-20")
                .set("responsible", "甲")
                .set("notice_no", number)
        })
    };
    let first = find(&mut phone, "临-1");
    phone.sync().await.expect("the line holds");
    let number = async |phone: &Device, record: RecordId| {
        let response = phone.request(Method::GET, &format!("/api/v1/records/{record}")).send().await;
        let view: Json = response.expect("the server answers").json().await.expect("JSON");
        view["number"].as_str().map(str::to_owned)
    };
    assert_eq!(number(&phone, first).await.as_deref(), Some("上杭县问题第0001号"));
    assert_eq!(number(&phone, project).await, None, "projects are not numbered");
    assert!(server.terminate().await.success());
    let snapshot = server.copy_folder();
    server.start_again().await;
    phone.withdraw(first, "登记错了");
    let second = find(&mut phone, "临-2");
    phone.sync().await.expect("the line holds");
    assert_eq!(
        number(&phone, second).await.as_deref(),
        Some("上杭县问题第0002号"),
        "what is withdrawn keeps its own"
    );

    assert!(server.terminate().await.success());
    server.put_back(&snapshot);
    server.start_again().await;
    let third = find(&mut phone, "临-3");
    phone.sync().await.expect("the line holds");
    let epoch = ledger(&server).0;
    let mut again =
        [number(&phone, second).await, number(&phone, third).await].map(Option::unwrap_or_default);
    again.sort_unstable();
    let expected = [1, 2].map(|number| format!("上杭县问题第{epoch}-000{number}号"));
    assert_eq!(again, expected, "0002 stood on paper for the second, and might come to be the third's");
    assert_eq!(number(&phone, first).await.as_deref(), Some("上杭县问题第0001号"));
    let states: Json = phone
        .request(Method::GET, "/api/v1/states/finding")
        .send()
        .await
        .expect("the server answers")
        .json()
        .await
        .expect("JSON");
    assert_eq!(states["numbers"][third.to_string()].as_str(), number(&phone, third).await.as_deref());
    server.verify();
}
