//! A city of twelve counties of uneven sizes: what the city's office asks, what the largest county's does,
//! and how long both wait when the server has just started.

use std::time::{Duration, Instant};

use harness::world::{self, Size};
use harness::{Server, World};

use crate::growth::{self, Asked, County, ask_figures, median};
use crate::pages;
use crate::phones::Sender;
use crate::wire::Wire;
use crate::{resident_bytes, search};

const CITY: &str = "350400";

/// The counties of 三明 of those years, and of a hundred records how many are of each.
const COUNTIES: [(world::County, u64); 12] = [
    (county("350426", "尤溪县", "office-350426"), 24),
    (county("350425", "大田县", "office-350425"), 18),
    (county("350424", "宁化县", "office-350424"), 13),
    (county("350481", "永安市", "office-350481"), 10),
    (county("350427", "沙县", "office-350427"), 8),
    (county("350428", "将乐县", "office-350428"), 7),
    (county("350423", "清流县", "office-350423"), 5),
    (county("350421", "明溪县", "office-350421"), 4),
    (county("350430", "建宁县", "office-350430"), 4),
    (county("350429", "泰宁县", "office-350429"), 4),
    (county("350403", "三元区", "office-350403"), 2),
    (county("350402", "梅列区", "office-350402"), 1),
];

const fn county(code: &'static str, name: &'static str, office: &'static str) -> world::County {
    world::County { code, name, city: CITY, office }
}

/// How often what takes a moment is done.
const TIMES: usize = 15;

/// How the server tells that it has read a county ahead.
const READ_AHEAD: &str = "read ahead for the figures";

/// Fills the counties and prints what is asked of them whenever they have that many diaries together.
pub(crate) async fn measure(sizes: &[u64]) {
    let mut server = Server::start_with(&["--log", "siteledger::programme::books=debug,warn"]).await;
    let most = sizes.iter().copied().max().unwrap_or(0);
    let mut counties = Vec::new();
    for (seed, (county, share)) in (1..).zip(COUNTIES) {
        counties.push((County::open_as(&server, county, seed, most * share / 100).await, share));
    }
    let scope = format!("city:{CITY}");
    let unopened = World::of(COUNTIES[0].0, 0, Size { townships: 1, schools: 1, projects: 1, zones: 1 });
    let office = unopened.join(&server, "city-office", "市改薄办（演示）", &[("city_office", &scope)]).await;
    let office = office.phone.owner.token;
    let mut filled = 0;
    for size in sizes {
        for (county, share) in &counties {
            growth::fill(&server, county, filled * share / 100..size * share / 100).await;
        }
        filled = *size;
        println!("\n| {filled} records in 12 counties: all indicators | s |\n| --- | --- |");
        first_times(&mut server, &counties, &office).await;
        through_the_day(&server, &counties, &office, filled).await;
        let largest = &counties[0].0;
        let mut at_county = Wire::connect(server.address(), &largest.office).await;
        let mut at_city = Wire::connect(server.address(), &office).await;
        search::followed(&mut at_city).await;
        println!(
            "\n| whose | asked for | found on the page | median, ms | slowest, ms |\n| --- | --- | --- | --- | --- |"
        );
        let (lists, overviews) = (pages::lists(largest), pages::overviews(Some(largest)));
        pages::print(&mut at_county, "largest county", &overviews).await;
        pages::print(&mut at_city, "city, that county", &overviews).await;
        pages::print(&mut at_city, "city, that county", &lists).await;
        let all = "/api/v1/records?kind=diary&fields=date,work_status,progress_text";
        let mut of_all = pages::overviews(None);
        of_all.extend([
            ("a page of diaries", all.to_owned()),
            ("a page of diaries, halfway back", pages::far_back(&mut at_city, all).await),
            ("a common word", "/api/v1/records?q=钢筋绑扎".to_owned()),
        ]);
        pages::print(&mut at_city, "city", &of_all).await;
    }
}

fn told(what: &str, took: Duration) {
    println!("| {what} | {:.3} |", took.as_secs_f64());
}

/// All indicators, asked of a server that has just started: at once, and once it has read ahead.
async fn first_times(server: &mut Server, counties: &[(County, u64)], city: &str) {
    let smallest = &counties[counties.len() - 1].0;
    for (what, token, query) in [
        ("at once after a start: the city by county", city, "by=county".to_owned()),
        ("the largest county", &counties[0].0.office, format!("county={}", counties[0].0.code)),
        ("the smallest county", &smallest.office, format!("county={}", smallest.code)),
    ] {
        server.restart().await;
        let mut wire = Wire::connect(server.address(), token).await;
        told(what, ask_figures(&mut wire, &query).await.took);
    }
    server.restart().await;
    let (before, began) = (resident_bytes(server), Instant::now());
    let so_far = server.log().matches(READ_AHEAD).count();
    while server.log().matches(READ_AHEAD).count() < so_far + counties.len() {
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(began.elapsed() < Duration::from_mins(30), "it reads ahead");
    }
    told("until all is read ahead, with nobody asking", began.elapsed());
    println!("| memory that the facts take, MB | {:.0} |", (resident_bytes(server) - before) / 1e6);
    let mut wire = Wire::connect(server.address(), city).await;
    told("the city by county, the first time after that", ask_figures(&mut wire, "by=county").await.took);
}

/// All indicators, as they are asked for during the day, each time after one more change.
async fn through_the_day(server: &Server, counties: &[(County, u64)], city: &str, filled: u64) {
    let largest = &counties[0].0;
    // Days that nobody else writes.
    let mut sender = Sender::of(server.address(), &largest.first_phone(), 10_000 + filled).await;
    let mut wire = Wire::connect(server.address(), city).await;
    let alone = format!("county={}", largest.code);
    for (what, query) in [
        ("after one change: the city by county", "by=county"),
        ("the city by city", "by=city"),
        ("the city by project", "by=project&limit=1"),
        ("the largest county", &alone),
    ] {
        let mut took = Vec::new();
        for _ in 0..TIMES {
            let body = sender.next(1);
            sender.send(&body).await;
            took.push(ask_figures(&mut wire, query).await.took);
        }
        told(what, median(took));
    }
    let before = resident_bytes(server);
    let Asked { positions, .. } = ask_figures(&mut wire, "by=county").await;
    let halves: Vec<_> = positions.iter().map(|(county, at)| format!("{county}:{}", at / 2)).collect();
    let query = format!("by=county&as_of={}", halves.join(","));
    told("as of half of each ledger: the city by county", ask_figures(&mut wire, &query).await.took);
    told("the same again", ask_figures(&mut wire, &query).await.took);
    println!("| memory that this takes, MB | {:.0} |", (resident_bytes(server) - before) / 1e6);
}
