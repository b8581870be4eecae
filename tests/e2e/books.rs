//! Books to print, sign and bind: they say what people wrote, what they differ about, what was corrected;
//! a dossier can be checked without the server.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::process::Command;

use harness::photos::Shot;
use harness::world::OpenWorld;
use harness::{Device, Server, World};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value as Json, json};
use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;
use sync_protocol::photo::Sha256;
use sync_protocol::signoff::Verdict;

const SCRIPT: &str = "<script>alert(1)</script>";

async fn ask(device: &Device, path: &str) -> Response {
    device.request(Method::GET, &format!("/api/v1/reports/{path}")).send().await.expect("the server answers")
}

async fn bytes(device: &Device, path: &str) -> Vec<u8> {
    let response = ask(device, path).await;
    let status = response.status();
    let bytes = response.bytes().await.expect("whole").to_vec();
    assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&bytes));
    bytes
}

async fn page(device: &Device, path: &str) -> String {
    String::from_utf8(bytes(device, path).await).expect("text")
}

/// What another program reads in a PDF.
fn told(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("book.pdf");
    std::fs::write(&file, pdf).expect("it can be written");
    let output = Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output();
    let output = output.expect("pdftotext runs (Debian: poppler-utils)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // Gaps are a matter of the layout, and what may be folded is folded with letters that nobody sees.
    let text = String::from_utf8(output.stdout).expect("text");
    text.chars()
        .filter(|letter| *letter == '\u{c}' || !letter.is_whitespace() && *letter != '\u{200b}')
        .collect()
}

/// A project whose works began on 1 March 2026, with two days written by two people.
struct Lived {
    world: OpenWorld,
    project: RecordId,
    principal: Device,
    one: Device,
    /// A photo in which a minor can be recognised.
    minor: Sha256,
    plain: Sha256,
}

async fn lived(server: &Server, seed: u64) -> Lived {
    let mut world = World::small(seed).open(server).await;
    let project = world.projects[0].id;
    let mut one = world.school_phone(server, "甲").await;
    let mut other = world.school_phone(server, "乙").await;
    one.sync().await.expect("the line holds");
    other.sync().await.expect("the line holds");
    let desk = &mut world.office.desk;
    desk.begin("stage_event", |form| {
        form.set("project", project.to_string()).set("stage", "开工").set("date", "2026-03-01")
    });
    desk.begin("contract", |form| {
        form.set("county", "350823")
            .set("name", "教学楼施工合同")
            .set("contract_kind", "施工")
            .set("projects", project.to_string())
            .set("party", "某某建设公司（演示）")
            .set("amount", 123_456_700)
    });
    desk.begin("suspension", |form| {
        form.set("project", project.to_string())
            .set("from", "2026-03-10")
            .set("to", "2026-03-12")
            .set("reason", "台风停工")
    });
    assert_eq!(desk.sync().await.expect("the office has a good line").held, 0);

    // Both write the second of March and differ; the office settles one field and leaves the other.
    let diary = one.write_diary(project, "2026-03-02", |form| {
        form.working(SCRIPT).set("image_progress", "主体二层").set("progress_bp", 3333).crew("钢筋工", 6)
    });
    other.write_diary(project, "2026-03-02", |form| {
        form.set("image_progress", "主体三层").set("progress_bp", 4444)
    });
    let minor = one.take_picture(Shot::small().take(1), "a.jpg");
    let plain = one.take_picture(Shot::small().take(2), "b.jpg");
    for (photo, caption, contains_minor) in [(minor, "操场边的学生", true), (plain, "柱筋", false)] {
        one.edit(diary, |form| {
            form.set_json(
                "photos",
                json!({
                    "sha256": photo, "category": "形象进度", "caption": caption,
                    "taken_at": "2026-03-02T16:20:00+08:00", "contains_minor": contains_minor,
                    "position": { "lat": 25.05, "lon": 116.42, "datum": "wgs84", "accuracy_m": 8.0 },
                }),
            )
        });
    }
    one.sync().await.expect("the line holds");
    other.sync().await.expect("the line holds");
    one.send_photos().await.expect("the line holds");
    one.sync().await.expect("the line holds");
    one.edit(diary, |form| form.set("image_progress", "主体二层").set("reason", "电话核实：三层尚未支模"));
    one.sync().await.expect("the line holds");

    // The third: signed, and changed since.
    let school = format!("school:{}", world.projects[0].school);
    let mut principal = world.phone(server, "校长", &[("principal", &school)]).await;
    let third =
        one.write_diary(project, "2026-03-03", |form| form.working("二层梁板支模").crew("木工(模板)", 7));
    one.sync().await.expect("the line holds");
    principal.sync().await.expect("the line holds");
    principal.sign(third, Role::Principal, Verdict::Confirmed, None);
    assert_eq!(principal.sync().await.expect("the line holds").held, 0);
    one.sync().await.expect("the line holds");
    one.edit(third, |form| form.crew("木工(模板)", 9).set("reason", "漏记两人"));
    assert_eq!(one.sync().await.expect("the line holds").held, 0);
    Lived { world, project, principal, one, minor, plain }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_diaries_of_a_month_are_a_book_with_both_values_and_what_was_corrected() {
    let server = Server::start().await;
    let lived = lived(&server, 71).await;
    let path = format!("diary_book.html?project={}&month=2026-03", lived.project);
    let response = ask(&lived.principal, &path).await;
    let policy = response.headers()["content-security-policy"].to_str().expect("ASCII").to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.contains("img-src 'self'") && !policy.contains("unsafe"), "{policy}");
    let page = response.text().await.expect("whole");
    for said in [
        "监管工作日志",
        "2026年3月",
        "施工单位",
        "某某建设公司（演示）",
        // The days at a glance: two were written, three stood still, and of the others the ledger does not know yet.
        "3月4日",
        "项目录入台账之前",
        "台风停工（2026-03-10 — 2026-03-12）",
        // Two differ about the share completed, and nobody decided yet.
        "33.33%",
        "44.44%",
        "【两人所填不同，待定】",
        "尚未决定：完成比例",
        // The other difference was settled: what was not chosen stays readable, with the reason.
        "更正记录",
        "主体三层",
        "电话核实：三层尚未支模",
        // Written months later.
        "【补记】",
        // Signed, and changed since.
        "校长确认",
        "签后改动",
        "各工种人数·木工(模板)",
        "漏记两人",
        "拍摄 2026-03-02 16:20",
        "25.05000, 116.42000 WGS-84 ±8 m",
        "操场边的学生（可辨认未成年人，不得外传）",
        "填写人",
        "监理工程师",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(
        !page.contains("<script") && page.contains("&#60;script&#62;alert(1)"),
        "it is text and no program"
    );
    let picture = format!("/api/v1/photos/{}/preview", lived.plain);
    assert!(page.contains(&format!("<img src=\"{picture}\"")));
    let shown = lived.principal.request(Method::GET, &picture).send().await.expect("the server answers");
    assert_eq!(shown.status(), StatusCode::OK, "the page shows what its reader may see");

    let response = ask(&lived.principal, &path.replace(".html", ".pdf")).await;
    let length = response.headers().get("content-length").cloned();
    let pdf = response.bytes().await.expect("whole");
    assert!(pdf.starts_with(b"%PDF"));
    let length = length.expect("it is not compressed once more").to_str().expect("ASCII").to_owned();
    assert_eq!(length, pdf.len().to_string());
    let text = told(&pdf);
    for said in [
        "监管工作日志",
        "目",
        "本月日志一览",
        "33.33%",
        "44.44%",
        "台风停工",
        "主体三层",
        SCRIPT,
        "拍摄2026-03-0216:20",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    let pages = text.matches('\u{c}').count();
    assert!(text.contains(&format!("第{pages}页")) && text.contains(&format!("共{pages}页")), "{text}");

    // Of another school nobody learns that it is there.
    let elsewhere = lived.world.projects.iter().find(|its| its.school != lived.world.projects[0].school);
    let elsewhere = elsewhere.expect("a county has several schools").id;
    for path in ["diary_book.html?month=2026-03&", "diary_book.pdf?month=2026-03&", "dossier.zip?"] {
        let response = ask(&lived.one, &format!("{path}project={elsewhere}")).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let response = ask(&lived.one, &format!("diary_book.html?project={}&month=2026-3", lived.project)).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sits_at_the_server_takes_the_same_books_away_while_it_runs() {
    let server = Server::start().await;
    let lived = lived(&server, 74).await;
    let project = lived.project.to_string();
    let export = |arguments: &[&str]| server.cli(&[&["export", "book"][..], arguments].concat());
    let kept = |name: &str| server.beside(name);
    let at = |name: &str| kept(name).to_str().expect("UTF-8").to_owned();
    let done = |arguments: &[&str]| {
        let output = export(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", output.stderr);
    };

    done(&["diary_book", &at("日志.pdf"), &project, "2026-03"]);
    let by_command = told(&std::fs::read(kept("日志.pdf")).expect("a book"));
    let by_server =
        told(&bytes(&lived.principal, &format!("diary_book.pdf?project={project}&month=2026-03")).await);
    // They were printed at two times.
    let pages = |book: &str| book.matches('\u{c}').count();
    assert_eq!(pages(&by_command), pages(&by_server));
    for said in ["<script>alert(1)</script>", "主体二层", "漏记两人"] {
        assert!(by_command.contains(said) && by_server.contains(said), "{said}");
    }

    // The page stands by itself, pictures and all.
    done(&["diary_book", &at("日志.html"), &project, "2026-03", "--lang", "en"]);
    let page = std::fs::read_to_string(kept("日志.html")).expect("a page");
    assert!(
        page.contains("lang=\"en\"") && !page.contains("<script"),
        "it is in English, and words are words"
    );
    assert_eq!(page.matches("src=\"data:image/jpeg;base64,/9j/").count(), 2, "both photos are within");
    assert!(!page.contains("/api/v1/"), "nothing of it is elsewhere");

    done(&["bulletin", &at("通报.pdf"), "--county", "350823", "--at", "2026-03-31"]);
    let draft = told(&std::fs::read(kept("通报.pdf")).expect("a book"));
    assert!(draft.contains("草稿") && draft.contains("上杭县"), "{draft}");

    done(&["dossier", &at("档案.zip"), &project]);
    let files = unpacked(&std::fs::read(kept("档案.zip")).expect("an archive"));
    assert!(has_right_sums(&files));
    // An auditor may have the original in which a minor can be recognised.
    assert!(files.contains_key(&format!("photos/{}.jpg", lived.minor)), "{:?}", files.keys());

    for (arguments, expected) in [
        (vec!["diary_book", "日志.doc", &project, "2026-03"], ".pdf .html"),
        (vec!["dossier", "档案.pdf", &project], ".zip"),
        (vec!["bulletin", "通报.pdf", "--county", "350999"], "没有 350999 的台账"),
        (vec!["bulletin", "通报.pdf", &project], "错误"),
        (vec!["bulletin", "通报.pdf"], "--county"),
    ] {
        let output = export(&arguments);
        let said = output.stderr;
        assert!(!output.status.success() && said.contains(expected), "{arguments:?}: {said}");
    }
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_the_typesetter_says_what_is_missing_and_which_way_is_left() {
    let server = Server::start_with(&["--typeset", "/nonexistent/siteledger-typeset"]).await;
    let lived = lived(&server, 72).await;
    let path = format!("diary_book.pdf?project={}&month=2026-03", lived.project);
    let response = ask(&lived.one, &path).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let problem: Json = response.json().await.expect("a problem");
    assert_eq!(problem["code"], "typesetter_missing");
    assert!(problem["detail"].as_str().expect("text").contains(".html"), "{problem}");
    assert!(page(&lived.one, &path.replace(".pdf", ".html")).await.contains("监管工作日志"));
    // The dossier is whole but for its index as PDF, and says so.
    let files = unpacked(&bytes(&lived.one, &format!("dossier.zip?project={}", lived.project)).await);
    assert!(!files.contains_key("index.pdf"));
    assert!(String::from_utf8_lossy(&files["README.txt"]).contains("siteledger-typeset"));
}

/// The files of a ZIP, by name.
fn unpacked(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a ZIP that is whole");
    let mut files = BTreeMap::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).expect("it is there");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("its checksum fits");
        files.insert(file.name().expect("a name in UTF-8").into_owned(), bytes);
    }
    files
}

fn has_right_sums(files: &BTreeMap<String, Vec<u8>>) -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("it can be made");
        std::fs::write(path, bytes).expect("it can be written");
    }
    let mut check = Command::new("sha256sum");
    check.args(["-c", "--strict", "SHA256SUMS"]).current_dir(folder.path());
    check.output().expect("sha256sum runs").status.success()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_is_checked_without_the_server_and_keeps_minors_from_who_may_not_see_them() {
    let server = Server::start().await;
    let mut lived = lived(&server, 73).await;
    let (project, desk) = (lived.project, &mut lived.world.office.desk);
    lived.one.begin("acceptance", |form| {
        form.set("project", project.to_string())
            .set("part", "教学楼")
            .set("date", "2026-03-20")
            .set("conclusion", "合格")
            .set_json(
                "parties/施工",
                json!({ "unit": "某某建设公司（演示）", "person": "张工（演示）", "opinion": "同意" }),
            )
            .set_json(
                "parties/监理",
                json!({ "unit": "某某监理公司（演示）", "person": "李工（演示）", "opinion": "同意验收" }),
            )
    });
    assert_eq!(lived.one.sync().await.expect("the line holds").held, 0);
    desk.sync().await.expect("the office has a good line");
    let path = format!("dossier.zip?project={project}");
    let response = ask(desk, &path).await;
    assert_eq!(response.headers()["content-type"], "application/zip");
    let files = unpacked(&response.bytes().await.expect("whole"));
    for file in [
        "index.html",
        "index.pdf",
        "index.csv",
        "records/diary.ndjson",
        "records/acceptance.ndjson",
        "ledger/entries.ndjson",
        "ledger/key.txt",
        "README.txt",
        "SHA256SUMS",
    ] {
        assert!(files.contains_key(file), "{file} in {:?}", files.keys());
    }
    assert!(has_right_sums(&files));
    for photo in [lived.minor, lived.plain] {
        let bytes = &files[&format!("photos/{photo}.jpg")];
        assert_eq!(Sha256::of(bytes), photo, "byte for byte");
    }
    let mut changed = files.clone();
    changed.get_mut("records/diary.ndjson").expect("it is there").push(b' ');
    assert!(!has_right_sums(&changed), "who changes a file is found out");
    let page = String::from_utf8_lossy(&files["index.html"]).into_owned();
    for said in [
        "竣工验收档案",
        "教学楼施工合同",
        "1234567.00",
        "张工（演示）",
        "李工（演示）",
        "同意验收",
        "台风停工",
        "sha256sum -c SHA256SUMS",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(told(&files["index.pdf"]).contains("竣工验收档案"));
    let diaries = String::from_utf8_lossy(&files["records/diary.ndjson"]).into_owned();
    assert!(diaries.contains("主体二层") && diaries.lines().count() == 2, "{diaries}");

    // An inspector reads the diaries and sees the previews, but not the originals of minors.
    let zone = lived.world.zones.iter().find(|zone| zone.schools.contains(&lived.world.projects[0].school));
    let scope = format!("zone:{}", zone.expect("each school is in one").id);
    let inspector = lived.world.phone(&server, "督学", &[("inspector", &scope)]).await;
    let files = unpacked(&bytes(&inspector, &path).await);
    assert!(has_right_sums(&files));
    assert!(!files.contains_key(&format!("photos/{}.jpg", lived.minor)));
    assert!(files.contains_key(&format!("photos/{}.jpg", lived.plain)));
    assert!(String::from_utf8_lossy(&files["index.csv"]).contains("未收入：可辨认未成年人"));

    // The record says the same of each photo before anybody asks for it.
    let diary = RecordId::natural("diary", &format!("{}/2026-03-02", lived.project));
    for (device, may_see_minors) in [(&inspector, false), (&lived.world.office.desk, true)] {
        let path = format!("/api/v1/records/{diary}");
        let answer = device.request(Method::GET, &path).send().await.expect("the server answers");
        let record: Json = answer.json().await.expect("a record");
        let photos = record["photos"].as_array().expect("photos");
        assert_eq!(photos.len(), 2);
        for photo in photos {
            let is_minors = photo["sha256"] == lived.minor.to_string();
            assert_eq!(photo["file"]["open"], json!(!is_minors || may_see_minors), "{photo}");
            assert_eq!(photo["file"]["media_type"], "image/jpeg", "{photo}");
        }
    }
    server.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulletin_is_a_draft_on_every_page_until_it_is_published_and_is_corrected_by_another() {
    let server = Server::start().await;
    let mut lived = lived(&server, 74).await;
    let draft = page(&lived.world.office.desk, "bulletin.html?county=350823&at=2026-03-31").await;
    assert!(draft.contains("<div class=\"mark\" aria-hidden=\"true\">草稿</div>"), "{draft}");
    for said in ["通报", "竣工率", "设备采购", "进度排名", "台账位置"] {
        assert!(draft.contains(said), "{said} in {draft}");
    }
    let pdf = told(&bytes(&lived.world.office.desk, "bulletin.pdf?county=350823&at=2026-03-31").await);
    let pages = pdf.matches('\u{c}').count();
    assert!(pdf.matches("草稿").count() >= pages, "on each of {pages} pages: {pdf}");
    // Who sees a part of the county drafts none.
    let refused = ask(&lived.one, "bulletin.html?county=350823&at=2026-03-31").await;
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);

    let office = &mut lived.world.office;
    let frozen = office.get("/api/v1/bulletins/draft?county=350823&at=2026-03-31").await;
    let mut publish = |number: &str, corrects: Option<RecordId>| {
        office.desk.begin("bulletin", |form| {
            let mut form = form
                .set("county", "350823")
                .set("number", number)
                .set("period", "2026年3月")
                .set_json("figures", frozen["figures"].clone())
                .set("text", "各校要对照排名抓紧整改。")
                .set("published_on", "2026-04-02");
            for (county, position) in frozen["cutoff"].as_object().expect("positions") {
                form = form.set_json(&format!("cutoff/{county}"), position.clone());
            }
            match corrects {
                Some(other) => form.set("corrects", other.to_string()),
                None => form,
            }
        })
    };
    let first = publish("2026年第2期", None);
    let second = publish("2026年第2期（更正）", Some(first));
    assert_eq!(office.desk.sync().await.expect("the office has a good line").held, 0);
    let published = page(&office.desk, &format!("bulletin.html?id={first}")).await;
    assert!(!published.contains("草稿") && published.contains("各校要对照排名抓紧整改。"), "{published}");
    assert!(published.contains("本期已由 2026年第2期（更正） 更正"), "{published}");
    assert!(published.contains("没有分管领导对现有内容的批准签字"), "{published}");
    let corrected = page(&office.desk, &format!("bulletin.html?id={second}")).await;
    assert!(corrected.contains("本期更正此前发布的 2026年第2期"), "{corrected}");
    server.verify();
}
