//! A city's directory as tables: 664 schools and 753 projects, looked at and imported.

use std::time::{Duration, Instant};

use harness::{Server, World};
use serde_json::Value as Json;

use crate::cpu_seconds;
use crate::growth::median;
use crate::wire::Wire;

const SCHOOLS: usize = 664;
const PROJECTS: usize = 753;
/// How many times over, each in a county of its own server.
const TIMES: usize = 5;

/// What a table came to.
struct Taken {
    shown: Duration,
    done: Duration,
    cpu: f64,
}

/// Imports both tables several times over and prints what that took.
pub(crate) async fn measure() {
    let (mut schools, mut projects, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 0..TIMES as u64 {
        let server = Server::start().await;
        let world = World::small(seed).open(&server).await;
        let mut wire = Wire::connect(server.address(), &world.office.desk.phone.owner.token).await;
        let townships: Vec<_> = world.townships.iter().map(|township| township.code.as_str()).collect();
        schools.push(import(&server, &mut wire, "school", &of_schools(&townships), SCHOOLS).await);
        projects.push(import(&server, &mut wire, "project", &of_projects(), PROJECTS).await);
        again.push(import(&server, &mut wire, "project", &of_projects(), 0).await);
    }
    println!("| table | looked at, s | imported, s | CPU of both, s |\n| --- | --- | --- | --- |");
    print(&format!("{SCHOOLS} schools"), &schools);
    print(&format!("{PROJECTS} projects"), &projects);
    print("the same projects again: nothing to change", &again);
}

fn print(what: &str, taken: &[Taken]) {
    let seconds = |of: fn(&Taken) -> Duration| median(taken.iter().map(of).collect()).as_secs_f64();
    let cpu = median(taken.iter().map(|its| its.cpu).collect());
    let (shown, done) = (seconds(|its| its.shown), seconds(|its| its.done));
    println!("| {what} | {shown:.2} | {done:.2} | {cpu:.2} |");
}

fn of_schools(townships: &[&str]) -> String {
    let row = |number: usize| {
        let township = townships[number % townships.len()];
        format!("演示第{number}小学,{township},小学,31350{number:05},{number}\n")
    };
    std::iter::once("校名,乡镇,类别,学校标识码,在校生数\n".to_owned()).chain((0..SCHOOLS).map(row)).collect()
}

fn of_projects() -> String {
    let row = |number: usize| {
        let (turn, school) = (number / SCHOOLS, number % SCHOOLS);
        format!("教学楼{turn},31350{school:05},校园校舍建设类,新建,1200.5,60.55\n")
    };
    let headings = "项目名称,学校,项目类别,建设性质,规划面积（㎡）,中央（万元）\n".to_owned();
    std::iter::once(headings).chain((0..PROJECTS).map(row)).collect()
}

/// Looks at a table, then imports it; so many of its records must be new.
async fn import(server: &Server, wire: &mut Wire, kind: &str, table: &str, new: usize) -> Taken {
    let path = format!("/api/v1/imports/{kind}?county={}", harness::world::COUNTY);
    let (cpu, began) = (cpu_seconds(server), Instant::now());
    let report = post(wire, &format!("{path}&dry_run=true"), table).await;
    let shown = began.elapsed();
    assert_eq!(report["counts"]["new"], new, "{report}");
    let token = report["token"].as_str().expect("a token");
    let began = Instant::now();
    let report = post(wire, &format!("{path}&token={token}"), table).await;
    let done = began.elapsed();
    assert_eq!(report["counts"]["held"], 0, "{report}");
    Taken { shown, done, cpu: cpu_seconds(server) - cpu }
}

async fn post(wire: &mut Wire, path: &str, table: &str) -> Json {
    let headers = "content-type: application/octet-stream\r\n";
    let (status, _, answer) = wire.ask("POST", path, headers, table.as_bytes()).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
    serde_json::from_slice(&answer).expect("JSON")
}
