//! Carried by hand from a village without signal: whose the work is, and what half a file, a wrong
//! hand or a bent byte can do to it.

use harness::bundle::{Entries, pack, tally};
use harness::photos::Shot;
use harness::world::{County, JIAOCHENG, Size};
use harness::{Bundle, Device, Server, SyncError, World};
use reqwest::{Method, StatusCode};
use serde_json::json;
use sync_protocol::bundle::{CHANGES, MANIFEST, PhotoFate};
use sync_protocol::id::RecordId;
use sync_protocol::photo::Sha256;
use sync_protocol::refusal::Code;
use uuid::Uuid;

const DAY: &str = "2026-03-02";

fn picture(seed: u64) -> Vec<u8> {
    Shot { width: 160, height: 120, ..Shot::small() }.take(seed)
}

/// A phone that was in the county town once, then in the village for weeks: diaries with two photos.
async fn village_phone(server: &Server, world: &harness::world::OpenWorld) -> (Device, [RecordId; 2]) {
    let mut phone = world.school_phone(server, "甲").await;
    phone.sync().await.expect("there is signal in the county town");
    let project = world.projects[0].id;
    let first = phone.write_diary(project, DAY, |form| form.working("浇筑"));
    phone.attach_photo(first, picture(1), "柱筋");
    let second = phone.write_diary(project, "2026-03-20", |form| form.working("封顶"));
    phone.attach_photo(second, picture(2), "屋面");
    (phone, [first, second])
}

async fn photo(device: &Device, sha256: Sha256) -> StatusCode {
    let path = format!("/api/v1/photos/{sha256}");
    device.request(Method::GET, &path).send().await.expect("the server answers").status()
}

fn tallied<const N: usize>(expected: [(&str, usize); N]) -> std::collections::BTreeMap<String, usize> {
    expected.into_iter().map(|(name, count)| (name.to_owned(), count)).collect()
}

/// The code of a refusal.
fn code(refused: Result<sync_protocol::bundle::BundleResponse, SyncError>) -> String {
    match refused {
        Err(SyncError::Refused { problem, .. }) => problem["code"].as_str().unwrap_or_default().to_owned(),
        other => panic!("not refused: {other:?}"),
    }
}

/// A file in which every occurrence of a name is another of the same length.
fn renamed(mut packed: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    for place in 0..=packed.len() - from.len() {
        if packed[place..].starts_with(from.as_bytes()) {
            packed[place..place + to.len()].copy_from_slice(to.as_bytes());
        }
    }
    packed
}

/// How far the ledger is.
fn ledger(server: &Server) -> serde_json::Value {
    server.run(&["county", "list", "--json"]).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn weeks_without_signal_arrive_in_somebody_elses_hand_as_their_authors_work() {
    let server = Server::start().await;
    let mut world = World::small(1).open(&server).await;
    let (mut phone, [first, second]) = village_phone(&server, &world).await;
    let mut carrier = world.school_phone(&server, "乙").await;
    carrier.sync().await.expect("the line holds");
    // Who carries it wrote of the same day: that is a conflict, and not settled by who comes first.
    carrier.write_diary(world.projects[0].id, DAY, |form| form.working("养护"));
    carrier.sync().await.expect("the line holds");

    let bundle = phone.bundle();
    let answer = carrier.carry(bundle.packed()).await.expect("it is taken");
    assert_eq!(tally(&answer), tallied([("accepted", 4), ("photo taken", 2)]));
    assert!(answer.complete);
    assert_eq!((answer.device, answer.bundle), (phone.phone.owner.device, bundle.manifest.bundle));
    assert_eq!(answer.by_name, "甲（演示）");

    world.office.refresh().await.expect("the line holds");
    let heads = world.office.desk.shown(second, "progress_text");
    assert_eq!(heads.len(), 1);
    assert_eq!(heads[0].by, phone.phone.owner.user, "it is its author's");
    assert_eq!(heads[0].device, phone.phone.owner.device);
    assert_eq!(world.office.desk.shown(first, "progress_text").len(), 2, "both stand");
    for inside in &bundle.manifest.photos {
        assert_eq!(photo(&world.office.desk, inside.sha256).await, StatusCode::OK);
    }
    let history = world.office.record(second).await;
    let history = history["history"].as_array().expect("a list");
    let carrier_user = json!(carrier.phone.owner.user);
    assert!(history.iter().all(|entry| entry["carried_by"] == carrier_user), "each says who carried it");
    let log = server.log();
    assert!(log.contains(&bundle.manifest.bundle.to_string()), "who carried it is in the log");
    assert!(log.contains(&carrier.phone.owner.user.to_string()));

    // Back where there is signal, the phone sends everything itself.
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.duplicates, sent.held), (0, 4, 0));
    assert!(phone.phone.outbox.waiting.is_empty(), "its outbox clears");
    let photos = phone.send_photos().await.expect("the line holds");
    assert_eq!((photos.known, photos.bytes), (2, 0), "no photo travels twice");
    assert!(phone.everything_is_at_the_office().await.expect("the line holds"));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_may_be_sent_by_anybody_again_and_again_and_after_the_phone() {
    let server = Server::start().await;
    let world = World::small(2).open(&server).await;
    let size = Size { townships: 1, schools: 1, projects: 1, zones: 1 };
    let elsewhere = World::of(JIAOCHENG, 3, size).open(&server).await;
    let County { code: county, .. } = elsewhere.county;
    let stranger = elsewhere.phone(&server, "丙", &[("finance", &format!("county:{county}"))]).await;
    let (mut phone, _) = village_phone(&server, &world).await;
    let bundle = phone.bundle().packed();

    let answer = stranger.carry(bundle.clone()).await.expect("carrying needs no right");
    assert_eq!(tally(&answer), tallied([("accepted", 4), ("photo taken", 2)]));
    let again = tallied([("duplicate", 4), ("photo known", 2)]);
    for device in [&stranger, &world.office.desk, &phone] {
        assert_eq!(tally(&device.carry(bundle.clone()).await.expect("it is taken")), again);
    }
    phone.sync().await.expect("the line holds");
    // What it kept is unsettled, so a later bundle has it too, and what came since.
    phone.write_diary(world.projects[0].id, "2026-03-21", |form| form.working("养护"));
    phone.send_photos().await.expect("the line holds");
    let answer = stranger.carry(phone.bundle().packed()).await.expect("it is taken");
    assert_eq!(tally(&answer), tallied([("accepted", 1), ("duplicate", 4)]));

    for sha256 in phone.phone.photos.keys() {
        assert_eq!(photo(&stranger, *sha256).await, StatusCode::NOT_FOUND, "carrying gives no right");
    }
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_half_a_bundle_what_is_whole_is_taken_and_the_rest_is_named() {
    let server = Server::start().await;
    let world = World::small(4).open(&server).await;
    let (phone, _) = village_phone(&server, &world).await;
    let carrier = world.school_phone(&server, "乙").await;
    let bundle = phone.bundle();
    let packed = bundle.packed();
    // Photos are packed as they are, so they are found in the file.
    let find = |bytes: &[u8]| {
        packed.windows(bytes.len()).position(|window| window == bytes).expect("it is in there")
    };
    let ends: Vec<_> = bundle.photos.iter().map(|bytes| find(bytes) + bytes.len()).collect();
    let text_ends = find(b"photos/") - 30;
    let whole = packed.len();

    // Cut everywhere in the text, coarsely and at its very end: nothing is taken.
    let before = ledger(&server);
    for cut in (0..text_ends).step_by(61).chain([text_ends - 1]) {
        assert_eq!(code(carrier.carry(packed[..cut].to_vec()).await), "bundle_damaged", "{cut} of {whole}");
    }
    assert_eq!(ledger(&server), before);

    // From there on the text is taken, and each photo that is whole.
    let mut taken = 0;
    let places = (text_ends..whole).step_by(997).chain([ends[0] - 1, ends[0], ends[1] - 1, ends[1]]);
    let mut places: Vec<_> = places.collect();
    places.sort_unstable();
    for (number, cut) in places.into_iter().enumerate() {
        let answer = carrier.carry(packed[..cut].to_vec()).await.expect("the text is whole");
        let counts = tally(&answer);
        let changes = if number == 0 { "accepted" } else { "duplicate" };
        assert_eq!(counts[changes], 4, "{cut} of {whole}");
        let here = ends.iter().filter(|end| **end <= cut).count();
        taken += counts.get("photo taken").unwrap_or(&0);
        assert_eq!(taken, here, "{cut} of {whole}: {counts:?}");
        assert_eq!(counts.get("photo missing").copied().unwrap_or(0), 2 - here);
        assert_eq!(answer.complete, here == 2);
        let missing = answer.photos.iter().filter(|photo| matches!(photo.fate, PhotoFate::Missing { .. }));
        let named: Vec<_> = missing.map(|photo| photo.sha256).collect();
        let mut expected: Vec<_> = bundle.manifest.photos[here..].iter().map(|photo| photo.sha256).collect();
        expected.sort_unstable();
        assert_eq!(named, expected, "the answer names what is missing");
    }
    assert_eq!(taken, 2);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_breaks_off_leaves_what_had_arrived_whole() {
    let server = Server::start().await;
    let world = World::small(5).open(&server).await;
    let (phone, _) = village_phone(&server, &world).await;
    let line = harness::Network::to(&server).await;
    let carrier = world.school_phone(&server, "乙").await.behind(&line);
    let packed = phone.bundle().packed();
    line.next(harness::Weather::CutRequestAfter(packed.len() - 200));
    carrier.carry(packed.clone()).await.expect_err("the line broke");
    // Nobody was told, so it is sent again.
    let counts = harness::eventually("what arrived is taken", async || {
        let counts = tally(&carrier.carry(packed.clone()).await.expect("the line holds"));
        (counts.get("photo known") == Some(&2)).then_some(counts)
    })
    .await;
    assert_eq!(counts, tallied([("duplicate", 4), ("photo known", 2)]));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bent_byte_in_the_text_or_the_seal_spoils_it_and_in_a_photo_costs_that_photo() {
    let server = Server::start().await;
    let world = World::small(6).open(&server).await;
    let (phone, _) = village_phone(&server, &world).await;
    let carrier = world.school_phone(&server, "乙").await;
    let bundle = phone.bundle();
    let before = ledger(&server);
    // Packed anew, so that the ZIP itself is in order.
    let bent = |entry: usize, place: usize| {
        let mut entries = bundle.entries();
        entries[entry].1[place] ^= 1;
        pack(&entries)
    };
    let manifest = bundle.sealed();
    for place in (0..manifest.len()).step_by(7) {
        let refused = code(carrier.carry(bent(0, place)).await);
        assert!(
            ["bundle_damaged", "bundle_seal", "protocol"].contains(&refused.as_str()),
            "{place}: {refused}"
        );
    }
    for place in (0..bundle.changes.len()).step_by(211) {
        assert_eq!(code(carrier.carry(bent(1, place)).await), "bundle_damaged", "byte {place}");
    }
    assert_eq!(ledger(&server), before);

    let answer = carrier.carry(bent(2, 500)).await.expect("the text is proven");
    assert_eq!(tally(&answer), tallied([("accepted", 4), ("photo missing", 1), ("photo taken", 1)]));
    let damaged = answer.photos.iter().find(|photo| photo.sha256 == bundle.manifest.photos[0].sha256);
    let PhotoFate::Missing { code, message } = &damaged.expect("it is named").fate else { panic!("missing") };
    assert_eq!(code, "damaged");
    assert!(message.contains("仍在本人手机上"), "it says that nothing is lost: {message}");
    let answer = carrier.carry(bundle.packed()).await.expect("a better copy");
    assert_eq!(tally(&answer), tallied([("duplicate", 4), ("photo known", 1), ("photo taken", 1)]));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_makes_a_bundle_of_somebody_elses_device() {
    let server = Server::start().await;
    let world = World::small(7).open(&server).await;
    let (phone, _) = village_phone(&server, &world).await;
    let thief = world.school_phone(&server, "丁").await;
    let before = ledger(&server);
    // Their own seal over another's name, an unknown device, and another's seal over their own name.
    let mut forged = thief.bundle();
    forged.changes = phone.bundle().changes;
    forged.count();
    forged.manifest.device = phone.phone.owner.device;
    assert_eq!(code(thief.carry(forged.packed()).await), "bundle_seal");
    forged.manifest.device = Uuid::from_u128(7).into();
    assert_eq!(code(thief.carry(forged.packed()).await), "bundle_seal");
    let mut moved = phone.bundle();
    moved.manifest.device = thief.phone.owner.device;
    assert_eq!(code(thief.carry(moved.packed()).await), "bundle_seal");
    // And nobody at all is let in without a token.
    let mut nobody = thief.copied();
    nobody.phone.owner.token = "nonsense".to_owned();
    let refused = nobody.carry(phone.bundle().packed()).await.expect_err("nobody");
    assert_eq!(refused.status(), Some(StatusCode::UNAUTHORIZED));
    assert_eq!(ledger(&server), before);
    assert!(world.office.held().await.is_empty(), "nothing of it is anywhere");
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_without_rights_is_held_whatever_the_carriers_rights_are() {
    let server = Server::start().await;
    let world = World::small(8).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let diary = phone.write_diary(world.projects[1].id, DAY, |form| form.working("代班"));
    let answer = world.office.desk.carry(phone.bundle().packed()).await.expect("it is taken");
    assert_eq!(tally(&answer), tallied([("held", 1)]));
    let held = world.office.held().await;
    assert_eq!(held[0]["by_name"], "甲（演示）");
    assert_eq!(held[0]["code"], "out_of_scope");

    world.give_role(&server, &phone, "school_team", &format!("project:{}", world.projects[1].id));
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (1, 0), "sent by its author it is judged anew");
    assert!(phone.is_at_the_office(diary));
    assert!(world.office.held().await.is_empty());
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_from_a_phone_that_was_shut_out_waits_until_its_owner_was_asked() {
    let server = Server::start().await;
    let mut world = World::small(9).open(&server).await;
    let (phone, [first, _]) = village_phone(&server, &world).await;
    server.run(&["user", "revoke-device", &phone.phone.owner.device.to_string()]);
    let answer = world.office.desk.carry(phone.bundle().packed()).await.expect("it is taken");
    assert_eq!(tally(&answer), tallied([("held", 4), ("photo taken", 2)]), "nothing is dropped");
    let held = world.office.held().await;
    assert_eq!(held[0]["code"], json!(Code::NotPermitted));
    assert!(held[0]["message"].as_str().unwrap_or_default().contains("已停用"), "it says why");
    assert_eq!(held[0]["permitted_when_made"], true, "the phone was good when it was written");
    let carrier = json!(world.office.desk.phone.owner.user);
    assert_eq!(held[0]["carried_by"], carrier, "it says whom to ask how it came");
    world.office.release(&held[0]).await;
    world.office.refresh().await.expect("the line holds");
    let released = world.office.desk.shown(first, "progress_text");
    assert_eq!(released[0].by, phone.phone.owner.user, "it counts as its author's");
    assert_eq!(world.office.record(first).await["history"][0]["carried_by"], carrier);
    let answer = world.office.desk.carry(phone.bundle().packed()).await.expect("it is taken");
    assert_eq!(tally(&answer), tallied([("duplicate", 1), ("held", 3), ("photo known", 2)]));
    assert_eq!(world.office.held().await.len(), 3, "no second time");

    // Written after it was shut out: by whom?
    let mut found = phone.copied();
    found.write_diary(world.projects[0].id, "2026-03-30", |form| form.working("冒名"));
    world.office.desk.carry(found.bundle().packed()).await.expect("it is taken");
    let held = world.office.held().await;
    assert_eq!(held.len(), 4);
    assert_eq!(held[3]["permitted_when_made"], false);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_account_is_carried_into_the_held_box_and_goes_on_once_it_is_opened() {
    let server = Server::start().await;
    let world = World::small(10).open(&server).await;
    let (mut phone, _) = village_phone(&server, &world).await;
    server.run(&["user", "disable", &phone.username]);
    let answer = world.office.desk.carry(phone.bundle().packed()).await.expect("it is taken");
    assert_eq!(tally(&answer), tallied([("held", 4), ("photo taken", 2)]));
    server.run(&["user", "enable", &phone.username]);
    let sent = phone.sync().await.expect("the line holds");
    assert_eq!((sent.accepted, sent.held), (4, 0));
    assert!(world.office.held().await.is_empty());
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_shown_a_signature_gives_a_reason_by_hand_too() {
    let server = Server::start().await;
    let mut world = World::small(11).open(&server).await;
    let mut phone = world.school_phone(&server, "甲").await;
    let diary = phone.write_diary(world.projects[0].id, DAY, |form| form.working("浇筑"));
    phone.sync().await.expect("the line holds");
    world.office.refresh().await.expect("the line holds");
    let role = sync_protocol::kinds::Role::ProjectOffice;
    world.office.desk.sign(diary, role, sync_protocol::signoff::Verdict::Confirmed, None);
    world.office.desk.sync().await.expect("the line holds");
    phone.sync().await.expect("the signature is shown");
    phone.settle(diary, "progress_text", "改了");
    let answer = world.office.desk.carry(phone.bundle().packed()).await.expect("it is taken");
    assert_eq!(tally(&answer), tallied([("duplicate", 1), ("held", 1)]));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_bundle_is_refused_and_what_should_not_be_in_one_ends_the_reading() {
    let server = Server::start().await;
    let world = World::small(12).open(&server).await;
    let (phone, _) = village_phone(&server, &world).await;
    let carrier = world.school_phone(&server, "乙").await;
    let bundle = phone.bundle();
    let before = ledger(&server);
    let entries = bundle.entries();
    let with = |change: fn(&mut Entries)| {
        let mut entries = entries.clone();
        change(&mut entries);
        pack(&entries)
    };
    // Of a kilobyte a gigabyte, where text should be.
    let bomb = |name: &str| pack(&vec![(name.to_owned(), vec![b' '; 256 << 20])]);
    let text_bomb = {
        let mut bundle = bundle.clone();
        bundle.changes = vec![b'\n'; 64 << 20];
        bundle.count();
        bundle.packed()
    };
    let crowded = |change: fn(&mut Bundle)| {
        let mut bundle = bundle.clone();
        change(&mut bundle);
        let mut entries = bundle.entries();
        entries.truncate(2);
        pack(&entries)
    };
    for (what, packed, refused) in [
        ("nothing", Vec::new(), "bundle_damaged"),
        ("no ZIP", b"hello".to_vec(), "bundle_damaged"),
        ("a photo", bundle.photos[0].clone(), "bundle_damaged"),
        ("an empty ZIP", pack(&Vec::new()), "bundle_damaged"),
        ("no manifest", with(|entries| drop(entries.remove(0))), "bundle_damaged"),
        ("no changes", with(|entries| drop(entries.remove(1))), "bundle_damaged"),
        ("the other way round", with(|entries| entries.reverse()), "bundle_damaged"),
        ("a name from outside", with(|entries| entries[0].0.insert_str(0, "../")), "bundle_damaged"),
        ("a manifest of spaces", bomb(MANIFEST), "bundle_too_large"),
        ("an endless file of another name", bomb(CHANGES), "bundle_damaged"),
        ("64 MiB of lines", text_bomb, "bundle_too_large"),
        (
            "more changes than one may have",
            crowded(|bundle| {
                bundle.changes = b"{}\n".repeat(5_001);
                bundle.count();
            }),
            "bundle_too_large",
        ),
        (
            "more photos than one may have",
            crowded(|bundle| {
                let one = bundle.manifest.photos[0];
                bundle.manifest.photos = vec![one; 5_001];
            }),
            "bundle_too_large",
        ),
        ("of the future", crowded(|bundle| bundle.manifest.protocol = 99), "protocol"),
    ] {
        assert_eq!(code(carrier.carry(packed).await), refused, "{what}");
    }
    assert_eq!(ledger(&server), before);

    // Behind the text, whatever nobody named ends the reading, and nothing is written by its name.
    let name = format!("photos/../../../{}", bundle.manifest.photos[0].sha256);
    let files = |folder: &std::path::Path| {
        let listed = std::fs::read_dir(folder).expect("it is there");
        listed
            .filter_map(|file| file.expect("it is listed").file_name().into_string().ok())
            .collect::<Vec<_>>()
    };
    let (here, above) = (files(&server.data()), files(server.data().parent().expect("a folder above")));
    for (number, extra) in [name.as_str(), "photos/readme", "readme"].into_iter().enumerate() {
        let mut entries = entries.clone();
        entries.insert(2, (extra.to_owned(), bundle.photos[0].clone()));
        let answer = carrier.carry(pack(&entries)).await.expect("the text is proven");
        let changes = if number == 0 { "accepted" } else { "duplicate" };
        assert_eq!(tally(&answer), tallied([(changes, 4), ("photo missing", 2)]), "{extra}");
    }
    assert_eq!((files(&server.data()), files(server.data().parent().expect("above"))), (here, above));
    // A hundred thousand of them, or one photo twice, cost no more than that.
    let many = (0..100_000).map(|number| (format!("photos/{number}"), Vec::new()));
    let answer = carrier.carry(pack(&entries.iter().take(2).cloned().chain(many).collect())).await;
    assert_eq!(
        tally(&answer.expect("the text is proven")),
        tallied([("duplicate", 4), ("photo missing", 2)])
    );
    // No tool packs a name twice; somebody else might.
    let again = entries[2].0.clone();
    let mut twice = entries.clone();
    twice.insert(3, (again.replace("photos/", "photos_"), entries[2].1.clone()));
    let twice = renamed(pack(&twice), &again.replace("photos/", "photos_"), &again);
    let answer = carrier.carry(twice).await.expect("the text is proven");
    assert_eq!(tally(&answer), tallied([("duplicate", 4), ("photo missing", 1), ("photo taken", 1)]));
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_is_none_is_refused_alone_and_a_change_that_is_none_is_held() {
    let server = Server::start().await;
    let world = World::small(13).open(&server).await;
    let (phone, _) = village_phone(&server, &world).await;
    let mut bundle = phone.bundle();
    bundle.photos.insert(0, b"GIF89a".repeat(100));
    bundle.changes.extend(b"no change at all\n\n{\"id\": 7}\n\xff\xfe\n");
    bundle.count();
    // Lengths that do not fit, and photos that are packed small, are not believed.
    let lie = |bundle: &Bundle| {
        let mut bundle = bundle.clone();
        bundle.manifest.photos[1].length += 1;
        bundle.packed()
    };
    let answer = world.office.desk.carry(lie(&bundle)).await.expect("the text is proven");
    let expected =
        [("accepted", 4), ("held", 3), ("photo missing", 1), ("photo refused", 1), ("photo taken", 1)];
    assert_eq!(tally(&answer), tallied(expected));
    assert_eq!(world.office.held().await.len(), 3);
    let answer = world.office.desk.carry(bundle.packed()).await.expect("the text is proven");
    let expected =
        [("duplicate", 4), ("held", 3), ("photo known", 1), ("photo refused", 1), ("photo taken", 1)];
    assert_eq!(tally(&answer), tallied(expected));
    assert_eq!(world.office.held().await.len(), 3, "no second time");
    server.verify();
}
