//! The program that sets books in pages keeps within its limits, and a server whose machine has no Chinese
//! letters says so.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use harness::server::binary;
use harness::{Server, World, eventually};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

/// What the program may take: bytes of memory, and seconds of work.
const MOST_BYTES: u64 = 2 * 1024 * 1024 * 1024;
const MOST_SECONDS: u64 = 600;

fn typesetter() -> PathBuf {
    binary().with_file_name("siteledger-typeset")
}

fn setting(desk: &Path) -> Child {
    let mut command = Command::new(typesetter());
    command.arg(desk).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().expect("it starts")
}

fn set(desk: &Path) -> Output {
    setting(desk).wait_with_output().expect("it ends")
}

/// A limit of a running process, as the kernel has it.
fn limit(pid: u32, name: &str) -> Option<u64> {
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_typesetter_limits_its_memory_and_its_time_before_it_reads_anything() {
    let desk = TempDir::new().expect("a folder");
    // Whoever reads a pipe waits until somebody has written.
    let document = desk.path().join("document.json");
    assert!(Command::new("mkfifo").arg(&document).status().expect("mkfifo runs").success());
    let mut running = setting(desk.path());
    let pid = running.id();
    // To open a pipe for writing is to wait for its reader.
    let pipe = tokio::task::spawn_blocking(move || OpenOptions::new().write(true).open(document));
    let mut pipe = pipe.await.expect("a thread").expect("it reads its document");
    assert_eq!(limit(pid, "Max address space"), Some(MOST_BYTES));
    assert_eq!(limit(pid, "Max cpu time"), Some(MOST_SECONDS));
    let page = json!({
        "name": "演示", "title": "演示", "lang": "zh", "size": "a4", "landscape": false, "book": false,
        "mark": null, "stated": [], "blocks": [{ "block": "text", "text": "主体二层柱钢筋绑扎完成" }],
    });
    pipe.write_all(page.to_string().as_bytes()).expect("it is read");
    drop(pipe);
    assert!(running.wait().expect("it ends").success(), "within its limits it works");
    let pdf = std::fs::read(desk.path().join("book.pdf")).expect("a book");
    assert!(pdf.starts_with(b"%PDF-"));
}

#[test]
fn a_document_that_needs_more_memory_than_it_may_take_is_refused_and_not_tried() {
    let desk = TempDir::new().expect("a folder");
    // It takes no room on the disk.
    let document = File::create(desk.path().join("document.json")).expect("it can be made");
    document.set_len(MOST_BYTES + 1).expect("the file system has files with holes");
    let output = set(desk.path());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("could not set the document"), "it ends in good order: {said}");
    assert!(!desk.path().join("book.pdf").exists());
}

/// A program that sets pages on a machine whose fonts lie in that folder alone.
fn typesetter_with_fonts_of(folder: &Path, within: &Path) -> PathBuf {
    let config = within.join("fonts.conf");
    let told = format!("<fontconfig><dir>{}</dir></fontconfig>", folder.display());
    std::fs::write(&config, told).expect("it can be written");
    let program = within.join("typeset");
    let script = format!(
        "#!/bin/sh\nFONTCONFIG_FILE='{}' exec '{}' \"$1\"\n",
        config.display(),
        typesetter().display()
    );
    std::fs::write(&program, script).expect("it can be written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).expect("it is ours");
    program
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_without_chinese_letters_is_told_from_a_failure_and_the_page_is_left() {
    let (fonts, beside) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    let program = typesetter_with_fonts_of(fonts.path(), beside.path());
    let mut server = Server::start_with(&["--typeset", program.to_str().expect("UTF-8")]).await;
    let world = World::small(73).open(&server).await;
    let ask = async |form: &str| {
        let path = format!("/api/v1/reports/dispatch.{form}?county=350823");
        world.office.desk.request(Method::GET, &path).send().await.expect("the server answers")
    };
    let refused = ask("pdf").await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers().contains_key("retry-after"));
    let problem: Json = refused.json().await.expect("a problem");
    assert_eq!(problem["code"], "fonts_missing");
    let told = problem["detail"].as_str().expect("text");
    assert!(told.contains(".html") && told.contains("fonts-noto-cjk"), "{told}");
    assert_eq!(ask("html").await.status(), StatusCode::OK);
    assert!(server.is_running());

    // Once they are installed, it works without a restart.
    std::fs::remove_dir(fonts.path()).expect("it is empty");
    std::os::unix::fs::symlink("/usr/share/fonts", fonts.path()).expect("it can be made");
    eventually("a PDF", || async {
        let made = ask("pdf").await;
        (made.status() == StatusCode::OK).then_some(())
    })
    .await;
    std::fs::remove_file(fonts.path()).expect("it is ours");
    std::fs::create_dir(fonts.path()).expect("the test takes it away");
}
