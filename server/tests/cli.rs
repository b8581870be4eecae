//! The commands, by the real binary: without a server and beside one.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tempfile::TempDir;

const PROJECT: &str = "project:0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11";
const SCHOOL: &str = "school:0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c12";

/// A data folder and what is done to it.
struct Folder(TempDir);

/// What a command said.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn well(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self.out
    }

    fn json(self) -> Json {
        serde_json::from_str(&self.well()).unwrap()
    }

    /// One that failed and said so in both languages, in words.
    fn failed(self, words: &str) {
        assert_eq!(self.code, Some(1), "{}{}", self.out, self.err);
        assert!(self.err.starts_with("错误："), "{}", self.err);
        assert!(self.err.contains("\nerror: ") && self.err.contains(words), "{words:?} in {}", self.err);
        assert_eq!(self.out, "");
    }
}

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.run(&["county", "add", "350823", "上杭县", "--city", "350400"]).well();
        folder
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_siteledger"));
        command.args(arguments).env("SITELEDGER_DATA", self.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, "")
    }

    fn run_with(&self, arguments: &[&str], input: &str) -> Said {
        let mut process = self.command(arguments).spawn().unwrap();
        // A command that reads nothing may have ended before.
        process.stdin.take().unwrap().write_all(input.as_bytes()).ok();
        let output = process.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn serve(&self) -> Server {
        let mut process = self.command(&["serve", "--listen", "127.0.0.1:0"]).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut stderr = process.stderr.take().unwrap();
        std::thread::spawn(move || stderr.read_to_end(&mut Vec::new()));
        let address = line.trim().strip_prefix("SiteLedger listening on http://").expect(&line).to_owned();
        Server { process, address }
    }
}

struct Server {
    process: Child,
    address: String,
}

impl Server {
    /// One request over a connection of its own; the status and the body.
    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> (u16, Json) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n{body}",
            self.address
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        (status, serde_json::from_str(body).unwrap_or(Json::Null))
    }

    fn enrol(&self, code: &str) -> (u16, Json) {
        let body = serde_json::json!({ "code": code, "device_name": "演示手机" });
        self.ask("POST", "/api/v1/enrol", "", &body.to_string())
    }

    fn me(&self, token: &str) -> (u16, Json) {
        self.ask("GET", "/api/v1/me", &format!("authorization: Bearer {token}\r\n"), "")
    }

    fn sign_in(&self, username: &str, password: &str) -> u16 {
        let body = serde_json::json!({ "username": username, "password": password });
        self.ask("POST", "/api/v1/session", "", &body.to_string()).0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn text<'j>(json: &'j Json, part: &str) -> &'j str {
    json[part].as_str().unwrap_or_else(|| panic!("{part} in {json}"))
}

#[test]
fn a_county_is_opened_once_and_listed() {
    let folder = Folder::new();
    folder.run(&["county", "add", "350823", "上杭"]).failed("350823");
    folder.run(&["county", "add", "35082", "上杭"]).failed("6");
    let listed = folder.run(&["county", "list", "--json"]).json();
    assert_eq!((text(&listed, "county"), text(&listed, "name")), ("350823", "上杭县"));
    assert_eq!(text(&listed, "city"), "350400");
    let shown = folder.run(&["county", "list"]).well();
    assert!(shown.contains("350823") && shown.contains("上杭县"), "{shown}");
}

#[test]
fn the_data_is_its_owners_alone() {
    let folder = Folder::new();
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.path()), 0o700);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(path.clone()), 0o600, "{}", path.display());
    }
}

#[test]
fn a_person_has_the_roles_that_were_given_each_at_its_scope() {
    let folder = Folder::new();
    let roles = ["--role", "school_team", "--at", PROJECT, "--role", "principal", "--at", SCHOOL];
    let add =
        [&["user", "add", "Lin.Meihua", "--json", "--display-name", "林梅花（演示）"], &roles[..]].concat();
    let said = folder.run(&add);
    assert!(said.err.contains(PROJECT) && said.err.contains(SCHOOL), "not there yet: {}", said.err);
    let added = said.json();
    assert_eq!(text(&added, "username"), "lin.meihua");

    let listed = folder.run(&["user", "list", "--json"]).json();
    assert_eq!(listed["user"], added["user"]);
    assert_eq!(text(&listed, "display_name"), "林梅花（演示）");
    assert_eq!((&listed["password"], &listed["disabled"]), (&Json::Bool(false), &Json::Bool(false)));
    let pairs: Vec<_> =
        listed["roles"].as_array().unwrap().iter().map(|r| (text(r, "role"), text(r, "scope"))).collect();
    assert_eq!(pairs, [("school_team", PROJECT), ("principal", SCHOOL)]);

    folder.run(&["user", "revoke-role", "lin.meihua", "--role", "principal", "--at", SCHOOL]).well();
    folder.run(&["user", "grant", "lin.meihua", "--role", "auditor", "--at", "county:350823"]).well();
    let shown = folder.run(&["user", "list"]).well();
    assert!(
        shown.contains("school_team") && shown.contains("auditor") && !shown.contains("principal"),
        "{shown}"
    );
    folder
        .run(&["user", "revoke-role", "lin.meihua", "--role", "principal", "--at", SCHOOL])
        .failed("principal");
    folder.run(&add).failed("lin.meihua");
}

#[test]
fn a_table_is_looked_at_then_written_in_the_name_of_somebody_who_may() {
    let folder = Folder::new();
    for (name, role) in [("gaibo", "project_office"), ("shenji", "auditor")] {
        folder
            .run(&["user", "add", name, "--display-name", "演示", "--role", role, "--at", "county:350823"])
            .well();
    }
    let table = folder.0.path().join("学校.csv");
    let write =
        |rows: &str| std::fs::write(&table, format!("学校名称,乡镇,学校类别,标识码\n{rows}")).unwrap();
    let table = table.to_str().unwrap();
    let import = |by: &str, more: &[&str]| {
        let asked = ["import", "school", table, "--county", "350823", "--by", by];
        folder.run(&[&asked, more].concat())
    };
    write("演示小学,350823101,小学,12345\n");
    let faulty = import("gaibo", &["--write"]);
    assert_eq!(faulty.code, Some(1), "{}", faulty.err);
    assert!(faulty.out.contains("D2"), "the cell is named: {}", faulty.out);

    write("演示小学,350823101,小学,3135000001\n");
    import("shenji", &["--write"]).failed("role");
    import("nobody", &["--write"]).failed("nobody");
    let seen = import("gaibo", &["--json"]).json();
    assert_eq!((&seen["counts"]["new"], &seen["import"]), (&Json::from(1), &Json::Null));
    let shown = import("gaibo", &["--write"]).well();
    assert!(shown.contains("新建 new 演示小学") && shown.contains("3135000001"), "{shown}");
    let again = import("gaibo", &["--write", "--json"]).json();
    assert_eq!((&again["counts"]["unchanged"], &again["import"]), (&Json::from(1), &Json::Null));

    let server = folder.serve();
    import("gaibo", &["--write"]).failed("serve");
    drop(server);
    folder.run(&["verify"]).well();
}

#[test]
fn a_command_line_that_is_wrong_changes_nothing_and_ends_with_2() {
    let folder = Folder::new();
    for arguments in [
        &["user", "add", "x", "--role", "school_team"][..],
        &["user", "add", "x", "--at", "county:350823"],
        &[
            "user",
            "add",
            "x",
            "--role",
            "school_team",
            "--role",
            "auditor",
            "--at",
            "county:350823",
            "--at",
            PROJECT,
        ],
        &["user", "add", "x", "--at", "county:350823", "--role", "auditor"],
        &["user", "add", "x", "--role", "mayor", "--at", "county:350823"],
        &["user", "add", "x", "--role", "auditor", "--at", "village:1"],
        &["user", "revoke-device", "not-an-id"],
        &["user", "password", "x"],
        &["nonsense"],
    ] {
        assert_eq!(folder.run(arguments).code, Some(2), "{arguments:?}");
    }
    assert_eq!(folder.run(&["user", "list"]).well(), "");
}

#[test]
fn who_is_not_there_is_said_to_be_not_there() {
    let folder = Folder::new();
    for arguments in [
        &["user", "disable", "nobody"][..],
        &["user", "enable", "nobody"],
        &["user", "devices", "nobody"],
        &["user", "totp", "nobody"],
        &["enrol", "nobody"],
    ] {
        folder.run(arguments).failed("nobody");
    }
    folder.run(&["user", "add", "two words"]).failed("64");
    folder.run(&["user", "revoke-device", "0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11"]).failed("0198c9a4");
}

#[test]
fn codes_can_be_read_by_people_and_by_programs() {
    let folder = Folder::new();
    folder.run(&["user", "add", "lin"]).well();
    let codes = folder.run(&["enrol", "lin", "--json", "--public-url", "https://ledger.example/"]).json();
    assert_eq!(text(&codes, "url"), format!("https://ledger.example/#/enrol/{}", text(&codes, "code")));
    assert_eq!((text(&codes, "code").len(), text(&codes, "short_code").len()), (22, 8));
    let moment = |part| chrono::DateTime::parse_from_rfc3339(text(&codes, part)).unwrap();
    let apart = moment("expires_at") - moment("short_expires_at");
    assert_eq!(apart, chrono::TimeDelta::minutes(24 * 60 - 15));

    let said = folder.run(&["enrol", "lin"]);
    assert!(said.err.contains("--public-url"), "no server ran here: {}", said.err);
    let shown = said.well();
    assert!(shown.contains("http://127.0.0.1:8080/#/enrol/") && shown.contains('█'), "{shown}");
}

#[test]
fn beside_a_running_server_a_command_is_in_force_when_it_has_ended() {
    let folder = Folder::new();
    let server = folder.serve();
    folder.run(&["user", "add", "lin", "--role", "inspector", "--at", "county:350823"]).well();
    let codes = folder.run(&["enrol", "lin", "--json"]).json();
    assert!(text(&codes, "url").starts_with(&format!("http://{}/#/enrol/", server.address)), "{codes}");
    let (status, enrolled) = server.enrol(text(&codes, "code"));
    assert_eq!(status, 200, "{enrolled}");
    let token = text(&enrolled, "token");
    assert_eq!(server.me(token).0, 200);

    folder.run(&["user", "grant", "lin", "--role", "auditor", "--at", "county:350823"]).well();
    assert_eq!(server.me(token).1["roles"].as_array().unwrap().len(), 2);
    folder.run(&["user", "disable", "lin"]).well();
    folder.run(&["enrol", "lin"]).failed("disabled");
    let (status, problem) = server.me(token);
    assert_eq!((status, text(&problem, "code")), (401, "user_disabled"));
    folder.run(&["user", "enable", "lin"]).well();
    assert_eq!(server.me(token).0, 200);

    let devices = folder.run(&["user", "devices", "lin", "--json"]).json();
    assert_eq!(devices["device"], enrolled["device"]);
    assert_eq!(text(&devices, "name"), "演示手机");
    folder.run(&["user", "revoke-device", text(&devices, "device")]).well();
    let (status, problem) = server.me(token);
    assert_eq!((status, text(&problem, "code")), (401, "device_revoked"));
}

#[test]
fn a_password_comes_by_stdin_and_signs_in() {
    let folder = Folder::new();
    let server = folder.serve();
    let add =
        ["user", "add", "gaiboban", "--password-stdin", "--role", "project_office", "--at", "county:350823"];
    folder.run_with(&add, "short\n").failed("12");
    folder.run_with(&add, "correct horse battery\n").well();
    assert_eq!(server.sign_in("gaiboban", "correct horse battery"), 200);
    assert_eq!(server.sign_in("gaiboban", "correct horse battery\n"), 401);
    folder.run_with(&["user", "password", "gaiboban", "--password-stdin"], "another horse battery").well();
    assert_eq!(server.sign_in("gaiboban", "correct horse battery"), 401);
    assert_eq!(server.sign_in("gaiboban", "another horse battery"), 200);
    let shown = folder.run(&["user", "totp", "gaiboban"]).well();
    assert!(shown.contains("otpauth://totp/SiteLedger:gaiboban?"), "{shown}");
    assert_eq!(server.sign_in("gaiboban", "another horse battery"), 401, "the code is missing");
}

#[test]
fn the_secret_of_one_time_codes_is_shown_once() {
    let folder = Folder::new();
    folder.run(&["user", "add", "lin", "--role", "auditor", "--at", "county:350823"]).well();
    let shown = |said: String| said.split("secret=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let first = shown(folder.run(&["user", "totp", "lin"]).well());
    assert_eq!(first.len(), 32, "160 bits: {first}");
    for arguments in [&["user", "list", "--json"][..], &["user", "list"], &["user", "devices", "lin"]] {
        let said = folder.run(arguments);
        assert!(!said.out.contains(&first) && !said.err.contains(&first), "{arguments:?}");
    }
    assert_ne!(shown(folder.run(&["user", "totp", "lin"]).well()), first, "asked again, it is another one");
}

#[test]
fn one_process_serves_a_folder_and_a_second_is_told_which() {
    let folder = Folder::new();
    let server = folder.serve();
    let began = Instant::now();
    let second = folder.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(began.elapsed() < Duration::from_secs(5), "it ends at once");
    second.failed(&server.process.id().to_string());
    drop(server);
    drop(folder.serve());
}

#[test]
fn commands_at_once_on_an_empty_folder_do_not_trip_over_each_other() {
    let folder = Folder(tempfile::tempdir().unwrap());
    std::thread::scope(|scope| {
        for number in 0..6 {
            let folder = &folder;
            scope.spawn(move || {
                folder.run(&["county", "add", &format!("35082{number}"), "演示县"]).well();
                folder.run(&["user", "add", &format!("demo-{number}")]).well();
            });
        }
    });
    assert_eq!(folder.run(&["county", "list", "--json"]).well().lines().count(), 6);
    assert_eq!(folder.run(&["user", "list", "--json"]).well().lines().count(), 6);
}

#[test]
fn a_command_on_a_folder_that_is_not_there_makes_none_and_says_how_one_is_made() {
    let folder = Folder(tempfile::tempdir().unwrap());
    for arguments in [
        &["county", "list"][..],
        &["county", "set", "350823", "--city", "350800"],
        &["user", "list"],
        &["user", "add", "lin"],
        &["user", "disable", "lin"],
        &["user", "devices", "lin"],
        &["enrol", "lin"],
        &["export", "records"],
        &["export", "report", "ledger", "ledger.xlsx"],
    ] {
        let said = folder.run(arguments);
        for word in [folder.path().to_str().unwrap(), "siteledger demo", "county add", "siteledger serve"] {
            assert_eq!(said.err.matches(word).count(), 2, "{word} in both languages: {}", said.err);
        }
        said.failed("there are no data");
        assert!(!folder.path().exists(), "{arguments:?} made a folder");
    }
    assert_eq!(folder.run(&["verify"]).code, Some(2));
    assert!(!folder.path().exists());
    folder.run(&["county", "add", "350823", "上杭县"]).well();
    folder.run(&["county", "list"]).well();
}

#[test]
fn a_report_is_written_whole_or_not_at_all_and_what_is_wrong_is_said_in_both_languages() {
    let folder = Folder(tempfile::tempdir().unwrap());
    folder.run(&["county", "add", "350823", "上杭县"]).well();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let beside_a_server = folder.serve();
    for name in ["ledger.xlsx", "ledger.html", "ledger.json"] {
        folder.run(&["export", "report", "ledger", &file(name), "--county", "350823"]).well();
        assert!(std::fs::read(file(name)).unwrap().len() > 100, "{name}");
    }
    drop(beside_a_server);
    let written = std::fs::read_to_string(file("ledger.json")).unwrap();
    assert!(written.contains("上杭县“全面改薄”项目台账"), "{written}");
    for (arguments, said) in [
        (&["nonsense", "a.xlsx"][..], "there is no such report; there are: dispatch"),
        (&["ledger", "a.doc"], "must end in one of .json .xlsx"),
        (&["ledger", "a.xlsx", "--county", "350902"], "there is no ledger of 350902"),
        (&["ledger", "a.xlsx", "--from", "2026-03-01"], "takes no from"),
        (&["ledger", "a.xlsx", "--county", "350823", "--as-of", "99"], "it has not come to 99"),
    ] {
        let mut arguments = arguments.to_vec();
        let path = file(arguments[1]);
        arguments[1] = &path;
        folder.run(&[&["export", "report"], arguments.as_slice()].concat()).failed(said);
        assert!(!std::path::Path::new(&path).exists(), "{arguments:?}");
    }
}

#[test]
fn an_empty_list_says_that_there_is_none_and_what_to_do() {
    let folder = Folder(tempfile::tempdir().unwrap());
    drop(folder.serve());
    let none = |arguments: &[&str], advice: &str| {
        let said = folder.run(arguments);
        assert_eq!(said.err.matches(advice).count(), 2, "{advice:?} in both languages: {}", said.err);
        assert_eq!(said.well(), "", "nothing for programs to read");
    };
    none(&["county", "list"], "siteledger county add");
    none(&["user", "list"], "siteledger user add");
    folder.run(&["user", "add", "lin"]).well();
    none(&["user", "devices", "lin"], "siteledger enrol lin");
    assert_eq!(folder.run(&["county", "list", "--json"]).err, "");
}

#[test]
fn a_county_opened_without_its_city_is_put_right_and_the_citys_office_sees_it() {
    let folder = Folder(tempfile::tempdir().unwrap());
    folder.run(&["county", "add", "350823", "上航县"]).well();
    let said = folder.run(&["county", "add", "350823", "上杭县", "--city", "350800"]);
    assert!(said.err.contains("county set"), "{}", said.err);
    said.failed("open already");
    let server = folder.serve();
    let add = ["user", "add", "city", "--role", "city_office", "--at", "city:350800"];
    let said = folder.run(&add);
    assert!(said.err.contains("--city 350800"), "{}", said.err);
    said.well();
    let codes = folder.run(&["enrol", "city", "--json"]).json();
    let token = text(&server.enrol(text(&codes, "code")).1, "token").to_owned();
    let ask = |path: &str| server.ask("GET", path, &format!("authorization: Bearer {token}\r\n"), "").0;
    assert_eq!(ask("/api/v1/held"), 403, "no county is the city's yet");

    folder.run(&["county", "set", "350823", "--name", "上杭县", "--city", "350800"]).well();
    assert_eq!(ask("/api/v1/held"), 200, "the command has ended, so it is in force");
    assert_eq!(ask("/api/v1/ledgers/350823/key"), 200);
    let listed = folder.run(&["county", "list", "--json"]).json();
    assert_eq!((text(&listed, "name"), text(&listed, "city")), ("上杭县", "350800"));
    folder.run(&["county", "set", "350823", "--city", "350900"]).well();
    assert_eq!(ask("/api/v1/held"), 403, "it is another city's now");

    folder.run(&["county", "set", "350999", "--city", "350900"]).failed("350999");
    folder.run(&["county", "set", "350823", "--city", "35"]).failed("6 digits");
    assert_eq!(folder.run(&["county", "set", "350823"]).code, Some(2), "nothing to correct");
}

#[test]
fn a_role_at_a_county_that_has_no_ledger_here_is_told_how_to_open_one() {
    let folder = Folder::new();
    for (scope, advice) in [
        ("county:999999", "siteledger county add 999999"),
        ("township:999999101", "siteledger county add 999999"),
        ("city:999900", "--city 999900"),
    ] {
        let name = scope.replace(':', "-");
        let said = folder.run(&["user", "add", &name, "--role", "auditor", "--at", scope]);
        assert!(said.err.contains(advice) && !said.err.contains("phone's record"), "{}", said.err);
        said.well();
    }
}

#[test]
fn an_address_or_a_log_filter_that_is_none_is_refused_at_the_start() {
    let folder = Folder::new();
    for url in ["foo", "localhost:8080", "ftp://ledger.example", "https://", "https://ledger.example/?a", ""]
    {
        for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["demo"], &["enrol", "lin"]] {
            let said = folder.run(&[command, &["--public-url", url]].concat());
            assert_eq!(said.code, Some(2), "{url:?}");
            assert!(said.err.contains("应为完整网址") && said.err.contains("https://ledger"), "{}", said.err);
        }
    }
    let said = folder.run(&["serve", "--listen", "127.0.0.1:0", "--log", "a=b=c"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("日志级别") && said.err.contains("siteledger=debug,warn"), "{}", said.err);
}

#[test]
fn a_wrong_command_line_is_explained_in_chinese_before_it_is_in_english() {
    let folder = Folder::new();
    for (arguments, words) in [
        (&["user", "list", "--colour"][..], "没有这个选项"),
        (&["user", "lsit"], "没有这个命令"),
        (&["user", "add"], "缺少必需的"),
        (&["user", "add", "x", "--role", "mayor", "--at", "county:350823"], "值不对"),
    ] {
        let said = folder.run(arguments);
        assert_eq!(said.code, Some(2));
        let (zh, en) = said.err.split_once('\n').unwrap();
        assert!(zh.starts_with("错误：") && zh.contains(words), "{zh}");
        assert!(en.starts_with("error: ") && en.contains("--help"), "{en}");
    }
    let help = folder.run(&["user", "--help"]).well();
    for heading in ["用法 Usage:", "命令 Commands:", "选项 Options:", "例 Examples:"] {
        assert!(help.contains(heading), "{heading} in\n{help}");
    }
}

#[test]
fn who_is_disabled_gets_no_codes_and_the_one_who_asked_is_told_whom_to_enable() {
    let folder = Folder::new();
    folder.run(&["user", "add", "lin"]).well();
    folder.run(&["user", "disable", "lin"]).well();
    let said = folder.run(&["enrol", "lin"]);
    assert_eq!(said.err.matches("siteledger user enable lin").count(), 2, "{}", said.err);
    assert!(!said.err.contains("您"), "it is somebody else's account: {}", said.err);
    said.failed("lin is disabled");
}

#[test]
fn only_a_device_that_lost_its_ticket_raises_an_alarm_and_the_office_reads_what_to_do() {
    let folder = Folder::new();
    let server = folder.serve();
    folder.run(&["user", "add", "lin", "--role", "inspector", "--at", "county:350823"]).well();
    let codes = folder.run(&["enrol", "lin", "--json"]).json();
    let token = text(&server.enrol(text(&codes, "code")).1, "token").to_owned();
    let sync = |ticket: Option<&str>| {
        let body = serde_json::json!({ "protocol": 1, "ticket": ticket });
        let bearer = format!("authorization: Bearer {token}\r\n");
        let (status, answer) = server.ask("POST", "/api/v1/sync", &bearer, &body.to_string());
        assert_eq!(status, 200, "{answer}");
        text(&answer, "ticket").to_owned()
    };
    let alarms = || folder.run(&["user", "devices", "lin", "--json"]).json()["storage_alarms"].clone();
    let mut given = String::new();
    for _ in 0..4 {
        given = sync(None);
    }
    assert_eq!(alarms(), 0, "a client need not keep tickets");
    let shown = folder.run(&["user", "devices", "lin"]).well();
    assert!(shown.contains("just now or never") && !shown.contains("revoke-device"), "{shown}");
    sync(Some(&given));
    assert_eq!(alarms(), 0, "it begins to");
    given = sync(None);
    assert_eq!(alarms(), 0, "such a request may have been on its way for long");
    sync(Some(&given));
    assert_eq!(alarms(), 1, "but its answer was read: what the device kept is gone");
    let shown = folder.run(&["user", "devices", "lin"]).well();
    assert!(shown.contains("复制或回退") && shown.contains("revoke-device"), "{shown}");
}
