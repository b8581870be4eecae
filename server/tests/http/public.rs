//! What everybody may see of a county on the internet, and the desk at which everybody complains.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use jpeg_encoder::{ColorType, Encoder};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use siteledger::sync::county;
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;

use crate::house::Server;
use crate::routes::{For, ROUTES};
use crate::site::{By, OTHER_PROJECT, PROJECT, Site, record};

/// What a browser gets.
pub(crate) struct Page {
    pub(crate) status: u16,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Page {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The number that somebody writes down.
    fn receipt(&self) -> String {
        let text = self.text();
        let (_, after) = text.split_once("<p class=\"receipt\"><strong>").expect("a receipt");
        after.split('<').next().unwrap().to_owned()
    }

    /// The receipt that a form carries.
    fn hidden_receipt(&self) -> String {
        let text = self.text();
        let (_, after) = text.split_once("name=\"receipt\" value=\"").expect("a form");
        after.split('"').next().unwrap().to_owned()
    }
}

async fn ask(server: &Server, request: Request<Body>) -> Page {
    let answer = server.begin(request).await;
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Page { status, headers, bytes: answer.into_body().collect().await.unwrap().to_bytes().to_vec() }
}

pub(crate) async fn get(server: &Server, path: &str) -> Page {
    ask(server, Request::get(path).body(Body::empty()).unwrap()).await
}

/// Somebody at home sends the form.
async fn complain(server: &Server, from: [u8; 4], fields: &[(&str, &str)]) -> Page {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post("/public/complaints")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .extension(ConnectInfo(SocketAddr::from((from, 4000))));
    ask(server, request.body(Body::from(body)).unwrap()).await
}

const HOME: [u8; 4] = [203, 0, 113, 7];
pub(crate) const COUNTY_PAGE: &str = "/public/counties/350823";
const FORM: &str = "application/x-www-form-urlencoded";
const SAYS: &str = "工地和操场之间没有围挡";

pub(crate) fn project_page() -> String {
    format!("/public/projects/{}", record(PROJECT))
}

pub(crate) async fn disclose(site: &Site, office: &str) {
    let division = RecordId::natural("division", "350823");
    let parts = [
        ("code", json!("350823")),
        ("name", json!("上杭县")),
        ("level", json!("county")),
        ("county", json!("350823")),
        ("disclosed", json!(true)),
    ];
    assert_eq!(site.push(office, &[site.change("division", division, &parts)]).await, ["accepted"]);
}

/// The record as somebody reads it.
async fn read(site: &Site, token: &str, id: RecordId) -> Json {
    let request = Request::get(format!("/api/v1/records/{id}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::empty());
    site.server.send(request.unwrap()).await.body
}

/// A signature over all that the record says now.
async fn sign(site: &Site, token: &str, role: &str, kind: &str, id: RecordId) {
    let seen = read(site, token, id).await;
    let fields = seen["record"]["fields"].as_object().unwrap();
    let content =
        fields.iter().filter(|(name, _)| !["signoffs", "remarks", "reason"].contains(&name.as_str()));
    let covers: Vec<_> =
        content.flat_map(|(_, heads)| heads.as_array().unwrap()).map(|head| head["edit"].clone()).collect();
    let signoff = json!({ "role": role, "verdict": "confirmed", "covers": covers });
    assert_eq!(site.push(token, &[site.change(kind, id, &[("signoffs", signoff)])]).await, ["accepted"]);
}

/// A photo as a camera writes it: with what it knows of itself.
pub(crate) fn camera_photo(shade: u8, quality: u8) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, quality);
    let exif =
        [b"MM\0*\0\0\0\x08\0\x01\x01\x0f\0\x02\0\0\0\x10\0\0\0\x1a\0\0\0\0".as_slice(), b"SERIAL-NO-12345\0"];
    encoder.add_exif_metadata(&exif.concat()).unwrap();
    // Large areas of few colours, as walls and sky have.
    let area = |at: usize| ((at % 400 / 50) * 73 + (at / 400 / 50) * 151 + usize::from(shade) * 29) % 256;
    let pixels: Vec<u8> = (0..400 * 300).flat_map(|at| [area(at) as u8, area(at) as u8, shade]).collect();
    encoder.encode(&pixels, 400, 300, ColorType::Rgb).unwrap();
    jpeg
}

pub(crate) fn shade_of(day: &str) -> u8 {
    day.bytes().fold(7, u8::wrapping_add)
}

/// A diary of the author's with a photo that somebody looked at, confirmed by the office.
pub(crate) async fn confirmed_photo(site: &Site, office: &str, day: &str) -> String {
    let bytes = camera_photo(shade_of(day), 90);
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let uploaded = site.upload(&site.author, &sha256, bytes.len(), bytes).await;
    assert_eq!(uploaded.0, StatusCode::CREATED);
    site.server.app.photos.look_at(sha256.parse().unwrap()).await.unwrap();
    let diary = RecordId::natural("diary", &format!("{}/{day}", record(PROJECT)));
    let photo = json!({ "sha256": sha256, "category": "形象进度", "contains_minor": false });
    let parts = [("project", json!(record(PROJECT))), ("date", json!(day)), ("photos", photo)];
    assert_eq!(site.push(&site.author, &[site.change("diary", diary, &parts)]).await, ["accepted"]);
    sign(site, office, "project_office", "diary", diary).await;
    sha256
}

#[tokio::test]
async fn a_county_is_on_the_internet_when_it_says_so_and_no_other_with_it() {
    let server = Server::start().await;
    county::open(&server.app.store, &server.clock, "350902", "蕉城区", Some("350900")).await.unwrap();
    server.app.engine.look_again().await.unwrap();
    let (site, office) = Site::with_people(server).await;
    let server = &site.server;
    assert!(get(server, "/public").await.text().contains("还没有县（区）公开"));
    let unknown = get(server, "/public/counties/350999").await;
    assert_eq!((unknown.status, unknown.header("cache-control")), (404, "no-store"));
    let photo = confirmed_photo(&site, &office, "2026-03-03").await;
    let pages = [
        COUNTY_PAGE.to_owned(),
        project_page(),
        format!("/public/photos/{photo}"),
        "/public/complaints/new?county=350823".to_owned(),
    ];
    for path in &pages {
        let hidden = get(server, path).await;
        assert_eq!((hidden.status, hidden.text()), (404, unknown.text()), "{path}");
    }
    assert_eq!(complain(server, HOME, &[("county", "350823"), ("text", SAYS)]).await.status, 404);

    disclose(&site, &office).await;
    for path in &pages {
        assert_eq!(get(server, path).await.status, 200, "{path}");
    }
    let index = get(server, "/public").await.text();
    assert!(index.contains("上杭县") && !index.contains("蕉城区"), "{index}");
    assert_eq!(get(server, "/public/counties/350902").await.status, 404, "it did not say so");

    // Who differs about it has it off.
    let no = [("disclosed", json!(false))];
    let division = RecordId::natural("division", "350823");
    assert_eq!(site.push(&office, &[site.change("division", division, &no)]).await, ["accepted"]);
    for path in &pages {
        assert_eq!(get(server, path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn whoever_comes_sees_the_same_page() {
    let (site, office) = Site::with_people(Server::start().await).await;
    disclose(&site, &office).await;
    let published = confirmed_photo(&site, &office, "2026-03-03").await;
    let mut seen = 0;
    for (method, path, whose) in ROUTES.iter().filter(|(_, _, whose)| matches!(whose, For::Published)) {
        let mut pages = Vec::new();
        for by in [By::Nothing, By::Token("nonsense".to_owned()), By::Token(office.clone())] {
            let mut request = site.request(method, path, &by, &office).await;
            let at = request.uri().to_string().replace(&site.photo, &published);
            *request.uri_mut() = at.parse().unwrap();
            pages.push(ask(&site.server, request).await);
        }
        let expected = match *path {
            "/public/complaints/{receipt}" => 404,
            "/public/complaints" => 201,
            _ => 200,
        };
        for page in &pages {
            assert_eq!(page.status, expected, "{method} {path} {whose:?}");
            assert!(!page.headers.contains_key(header::SET_COOKIE));
            // A receipt is another one each time.
            if !path.contains("/complaints") {
                assert_eq!(page.bytes, pages[0].bytes, "{method} {path}");
            }
        }
        seen += 1;
    }
    assert_eq!(seen, 7);
}

#[tokio::test]
async fn a_photo_is_shown_once_it_was_marked_and_confirmed_and_is_gone_when_somebody_sees_a_child_in_it() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let server = &site.server;
    disclose(&site, &office).await;
    // The site's own photo nobody marked, and nobody confirmed its diary.
    server.app.photos.look_at(site.photo.parse().unwrap()).await.unwrap();
    sign(&site, &office, "project_office", "diary", site.diary).await;
    assert_eq!(get(server, &format!("/public/photos/{}", site.photo)).await.status, 404);
    let published = confirmed_photo(&site, &office, "2026-03-03").await;
    let (path, thumbnail) =
        (format!("/public/photos/{published}"), format!("/public/photos/{published}/thumbnail"));
    let page = get(server, &project_page()).await.text();
    assert!(page.contains(&thumbnail) && !page.contains(&site.photo), "{page}");

    let shown = get(server, &path).await;
    assert_eq!((shown.status, shown.header("content-type")), (200, "image/jpeg"));
    assert_eq!(shown.header("cache-control"), "public, no-cache");
    let has = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    assert!(has(&camera_photo(shade_of("2026-03-03"), 90), b"SERIAL-NO"));
    assert!(!has(&shown.bytes, b"SERIAL-NO") && !has(&shown.bytes, b"Exif"), "nothing but a picture");
    let known = Request::get(&path).header("if-none-match", shown.header("etag"));
    assert_eq!(ask(server, known.body(Body::empty()).unwrap()).await.status, 304);

    // An inspector of the same county puts it into a record of their own and says what is in it.
    let flagged = json!({ "sha256": published, "category": "安全", "contains_minor": true });
    let parts = [("project", json!(record(OTHER_PROJECT))), ("photos", flagged)];
    let finding = site.change("finding", record(0xf1), &parts);
    assert_eq!(site.push(&office, &[finding]).await, ["accepted"]);
    for path in [&path, &thumbnail] {
        let known = Request::get(path).header("if-none-match", shown.header("etag"));
        assert_eq!(ask(server, known.body(Body::empty()).unwrap()).await.status, 404, "gone at once");
    }
    assert!(!get(server, &project_page()).await.text().contains(&published));
}

#[tokio::test]
async fn a_photo_whose_record_was_changed_since_is_not_shown_until_it_is_confirmed_again() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let server = &site.server;
    disclose(&site, &office).await;
    let published = confirmed_photo(&site, &office, "2026-03-03").await;
    let path = format!("/public/photos/{published}");
    assert_eq!(get(server, &path).await.status, 200);
    let diary = RecordId::natural("diary", &format!("{}/2026-03-03", record(PROJECT)));
    let more = site.change("diary", diary, &[("progress_text", json!("补充"))]);
    assert_eq!(site.push(&site.author, &[more]).await, ["accepted"]);
    assert_eq!(get(server, &path).await.status, 404);
    sign(&site, &office, "project_office", "diary", diary).await;
    assert_eq!(get(server, &path).await.status, 200);
}

#[tokio::test]
async fn what_nobody_confirmed_and_what_is_held_is_told_to_nobody() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let server = &site.server;
    disclose(&site, &office).await;
    let planned = [("planned_area", json!(100_000)), ("class", json!("building"))];
    assert_eq!(site.push(&office, &[site.change("project", record(PROJECT), &planned)]).await, ["accepted"]);
    // A team does not write the directory: it is held.
    let renamed = site.change("project", record(PROJECT), &[("name", json!("改了名的项目"))]);
    assert_eq!(site.push(&site.author, &[renamed]).await, ["held"]);
    let month = RecordId::natural("progress_report", &format!("{}/2026-03", record(PROJECT)));
    let report = [
        ("project", json!(record(PROJECT))),
        ("month", json!("2026-03")),
        ("started_area", json!(70_000)),
        ("completed_area", json!(12_345)),
        ("image_progress", json!("主体二层")),
    ];
    assert_eq!(
        site.push(&site.author, &[site.change("progress_report", month, &report)]).await,
        ["accepted"]
    );

    for path in [COUNTY_PAGE.to_owned(), project_page()] {
        let page = get(server, &path).await.text();
        assert!(page.contains("演示项目") && page.contains("1000.00 ㎡"), "{page}");
        assert!(!page.contains("改了名") && !page.contains("123.45") && !page.contains("主体二层"), "{page}");
    }
    sign(&site, &office, "project_office", "progress_report", month).await;
    for path in [COUNTY_PAGE.to_owned(), project_page()] {
        assert!(get(server, &path).await.text().contains("123.45 ㎡"), "{path}");
    }
    assert!(get(server, COUNTY_PAGE).await.text().contains("12.35%"), "of the plan, rounded once");
    assert!(get(server, &project_page()).await.text().contains("主体二层"));
    // The school writes over it: what was confirmed is not what stands there now.
    let over = site.change("progress_report", month, &[("completed_area", json!(99_999))]);
    assert_eq!(site.push(&site.author, &[over]).await, ["accepted"]);
    let page = get(server, &project_page()).await.text();
    assert!(!page.contains("999.99") && !page.contains("123.45"), "{page}");
}

#[tokio::test]
async fn what_people_write_is_words_and_no_markup() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let server = &site.server;
    disclose(&site, &office).await;
    let nasty = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>";
    let replaced = read(&site, &office, record(PROJECT)).await["record"]["fields"]["name"][0]["edit"].clone();
    let mut renamed = site.change("project", record(PROJECT), &[("name", json!(nasty))]);
    renamed["edits"][0]["replaces"] = json!([replaced]);
    assert_eq!(site.push(&office, &[renamed]).await, ["accepted"]);
    let sent = [("county", "350823"), ("text", nasty), ("contact", nasty), ("website", "x")];
    let pages = [
        get(server, COUNTY_PAGE).await,
        get(server, &project_page()).await,
        get(server, &format!("/public/complaints/new?county=350823&project={}", record(PROJECT))).await,
        complain(server, HOME, &sent).await,
        get(server, "/public/complaints?receipt=%3Cscript%3Ealert(1)%3C/script%3E").await,
        get(server, "/public/counties/%3Cscript%3E?x=%3Cscript%3E%22").await,
        get(server, "/public?x=%22%3E%3Cscript%3E").await,
    ];
    for page in pages {
        let text = page.text();
        assert!(!text.contains("<script") && !text.contains("<img src=x"), "{text}");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}

#[tokio::test]
async fn a_page_is_kept_for_a_minute_and_is_another_one_when_the_ledger_moved_on() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let server = &site.server;
    disclose(&site, &office).await;
    for path in [COUNTY_PAGE.to_owned(), project_page(), "/public".to_owned()] {
        let first = get(server, &path).await;
        assert_eq!(first.header("cache-control"), "public, max-age=60", "{path}");
        assert!(first.header("vary").contains("accept-language"), "{path}");
        let again = async |headers: &[(&str, &str)]| {
            let mut request = Request::get(&path).header("if-none-match", first.header("etag"));
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            ask(server, request.body(Body::empty()).unwrap()).await
        };
        let kept = again(&[]).await;
        assert_eq!((kept.status, kept.bytes.len()), (304, 0), "{path}");
        let english = again(&[("accept-language", "en")]).await;
        assert!(english.status == 200 && english.text().contains("lang=\"en\""), "{path}");
        if path != "/public" {
            let change = site.change("project", record(PROJECT), &[("lead_official", json!("演示领导"))]);
            assert_eq!(site.push(&office, &[change]).await, ["accepted"]);
            assert_eq!(again(&[]).await.status, 200, "{path}");
        }
    }
    let chosen = get(server, "/public/counties/350823?lang=en").await.text();
    assert!(chosen.contains("Money by source") || chosen.contains("Progress"), "{chosen}");
    assert!(chosen.contains(&format!("{}?lang=en", project_page())), "its links go on in English");
    // The day after it is another page.
    let first = get(server, COUNTY_PAGE).await;
    server.minutes_later(24 * 60);
    assert_ne!(get(server, COUNTY_PAGE).await.header("etag"), first.header("etag"));
}

#[tokio::test]
async fn a_complaint_survives_a_restart_becomes_a_finding_and_is_answered() {
    let (mut site, office) = Site::with_people(Server::start().await).await;
    disclose(&site, &office).await;
    let at = format!("/public/complaints/new?county=350823&project={}", record(PROJECT));
    let form = get(&site.server, &at).await;
    assert_eq!((form.header("cache-control"), form.header("referrer-policy")), ("no-store", "same-origin"));
    let project = record(PROJECT).to_string();
    let taken = complain(
        &site.server,
        HOME,
        &[
            ("county", "350823"),
            ("project", &project),
            ("text", SAYS),
            ("contact", "13800000000"),
            ("receipt", &form.hidden_receipt()),
        ],
    )
    .await;
    assert_eq!(taken.status, 201, "{}", taken.text());
    let receipt = taken.receipt();

    site.server = site.server.restart().await;
    let server = &site.server;
    let follow = async |receipt: &str| get(server, &format!("/public/complaints/{receipt}")).await;
    let state = follow(&receipt).await;
    assert_eq!((state.status, state.header("cache-control")), (200, "no-store"));
    assert!(state.text().contains("已收到"));
    for typed in [receipt.to_lowercase(), receipt.replace('-', "")] {
        assert!(get(server, &format!("/public/complaints?receipt={typed}")).await.text().contains("已收到"));
    }

    // The office has it among what waits; the school has not.
    let bearer = format!("Bearer {office}");
    let stands = async || {
        let request = Request::get("/api/v1/states/complaint?county=350823").header("authorization", &bearer);
        server.send(request.body(Body::empty()).unwrap()).await.body["records"][0].clone()
    };
    let stand = stands().await;
    assert_eq!((&stand["state"], &stand["project"]), (&json!("received"), &json!(project)));
    let id: RecordId = stand["record"].as_str().unwrap().parse().unwrap();
    let seen = read(&site, &office, id).await;
    let fields = &seen["record"]["fields"];
    assert_eq!(fields["text"][0]["value"], SAYS);
    assert_eq!(fields["channel"][0]["value"], "公示页");
    assert_eq!(fields["contact"][0]["value"], "13800000000");
    assert_eq!(fields["text"][0]["by_name"], "公众投诉窗口");
    assert!(!seen.to_string().contains(&receipt), "the number is not to be had from the ledger");
    assert_eq!(read(&site, &site.author, id).await["status"], 404);

    // The desk's loop: a finding of public supervision, then an answer.
    let finding = record(0xf2);
    let parts = [("source", json!("public")), ("project", json!(project)), ("category", json!("安全"))];
    let made = site.change("finding", finding, &parts);
    let of_it = site.change("complaint", id, &[("finding", json!(finding))]);
    assert_eq!(site.push(&office, &[made, of_it]).await, ["accepted"; 2]);
    assert_eq!(stands().await["state"], "taken");
    assert!(follow(&receipt).await.text().contains("正在处理"));
    let reply = site.change("complaint", id, &[("reply", json!("已责成施工单位补设围挡"))]);
    assert_eq!(site.push(&office, &[reply]).await, ["accepted"]);
    assert_eq!(stands().await["state"], "replied");
    let answered = follow(&receipt).await.text();
    assert!(answered.contains("已答复") && answered.contains("已责成施工单位补设围挡"), "{answered}");
    // Receipts get lost: they tell neither who complained nor of what.
    for path in [COUNTY_PAGE.to_owned(), project_page(), format!("/public/complaints/{receipt}")] {
        let page = get(server, &path).await.text();
        assert!(!page.contains("13800000000") && !page.contains(SAYS), "{path}");
    }
}

#[tokio::test]
async fn the_same_form_sent_twice_is_one_complaint_and_a_guess_finds_none() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let server = &site.server;
    disclose(&site, &office).await;
    let receipt = get(server, "/public/complaints/new?county=350823").await.hidden_receipt();
    let fields = [("county", "350823"), ("text", SAYS), ("receipt", receipt.as_str())];
    for _ in 0..2 {
        let taken = complain(server, HOME, &fields).await;
        assert_eq!((taken.status, taken.receipt()), (201, receipt.clone()));
    }
    let (one, other) = tokio::join!(
        complain(server, HOME, &[("county", "350823"), ("text", SAYS), ("receipt", "2345-6789-ABCD-EFGH")]),
        complain(server, HOME, &[("county", "350823"), ("text", SAYS), ("receipt", "2345-6789-ABCD-EFGH")]),
    );
    assert_eq!((one.status, other.status), (201, 201));
    let request = Request::get("/api/v1/states/complaint?county=350823")
        .header("authorization", format!("Bearer {office}"))
        .body(Body::empty());
    assert_eq!(server.send(request.unwrap()).await.body["count"], 2);
    assert_eq!(get(server, "/public/complaints/2222-2222-2222-2222").await.status, 404);
    assert_eq!(get(server, "/public/complaints/nonsense").await.status, 404);
    let guessed = async |_| get(server, "/public/complaints/2222-2222-2222-2223").await.status == 429;
    let mut refused = 0;
    for number in 0..80 {
        refused += u32::from(guessed(number).await);
    }
    assert!(refused > 0, "who guesses is told to wait");
}

#[tokio::test]
async fn a_flood_from_one_address_is_stopped_and_neighbours_are_heard() {
    let (site, office) = Site::with_people(Server::start().await).await;
    disclose(&site, &office).await;
    let mut statuses = Vec::new();
    for _ in 0..14 {
        statuses.push(complain(&site.server, HOME, &[("county", "350823"), ("text", SAYS)]).await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 10, "{statuses:?}");
    let refused = complain(&site.server, HOME, &[("county", "350823"), ("text", SAYS)]).await;
    assert_eq!(refused.status, 429);
    assert!(refused.text().contains(SAYS), "what somebody wrote is not lost to them");
    assert!(!refused.header("retry-after").is_empty());
    let next_door = complain(&site.server, [203, 0, 113, 8], &[("county", "350823"), ("text", SAYS)]).await;
    assert_eq!(next_door.status, 201);
}

#[tokio::test]
async fn what_is_no_complaint_is_refused_with_words_and_stores_nothing() {
    let server = Server::start().await;
    county::open(&server.app.store, &server.clock, "350902", "蕉城区", Some("350900")).await.unwrap();
    server.app.engine.look_again().await.unwrap();
    let elsewhere = server.person_as("jiaocheng", None, Role::ProjectOffice, "county:350902").await;
    let elsewhere = server.enrolled(elsewhere).await.0;
    let (site, office) = Site::with_people(server).await;
    let server = &site.server;
    disclose(&site, &office).await;
    let (school, project) = (record(0x5c09), record(0x9a09));
    let parts = [("name", json!("演示小学")), ("county", json!("350902")), ("township", json!("350902101"))];
    let school_change = site.change("school", school, &parts);
    let parts = [("name", json!("别县项目")), ("school", json!(school))];
    let changes = [school_change, site.change("project", project, &parts)];
    assert_eq!(site.push(&elsewhere, &changes).await, ["accepted"; 2]);

    let (long, project) = ("长".repeat(1001), project.to_string());
    for (fields, status) in [
        (vec![("county", "350823"), ("text", "")], 422),
        (vec![("county", "350823"), ("text", "  短 ")], 422),
        (vec![("county", "350823"), ("text", long.as_str())], 422),
        (vec![("county", "350823"), ("text", SAYS), ("contact", &long[..303])], 422),
        (vec![("county", "350823"), ("text", SAYS), ("website", "http://x")], 422),
        (vec![("county", "350999"), ("text", SAYS)], 404),
        (vec![("text", SAYS)], 404),
        (vec![("county", "350823"), ("project", "x"), ("text", SAYS)], 404),
        (vec![("county", "350823"), ("project", project.as_str()), ("text", SAYS)], 404),
    ] {
        let page = complain(server, HOME, &fields).await;
        assert_eq!(page.status, status, "{fields:?} {}", page.text());
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    }
    let send = async |kind: &str, site: Option<&str>, body: String| {
        let mut request = Request::post("/public/complaints").header(header::CONTENT_TYPE, kind);
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        ask(server, request.body(Body::from(body)).unwrap()).await.status
    };
    let good = format!("county=350823&text={}", "%E9%95%BF".repeat(9));
    assert_eq!(send("application/json", None, "{}".to_owned()).await, 415);
    assert_eq!(send(FORM, Some("cross-site"), good.clone()).await, 403);
    assert_eq!(send(FORM, Some("same-origin"), format!("{good}&x={}", "y".repeat(17_000))).await, 413);
    let request = Request::get("/api/v1/states/complaint?county=350823")
        .header("authorization", format!("Bearer {office}"))
        .body(Body::empty());
    assert_eq!(server.send(request.unwrap()).await.body["count"], 0, "nothing was stored");
    assert_eq!(send(FORM, Some("same-origin"), good).await, 201);
}
