//! What an office looks at: pages of lists, what is found by words, the desk, the calendar, what records
//! have come to. Each is asked for several times over one connection.

use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::growth::County;
use crate::phones;
use crate::wire::Wire;

/// How often each page is asked for.
const TIMES: usize = 50;
/// For how long at most, once it was three times.
const PATIENCE: Duration = Duration::from_secs(20);

/// A page: what it is called, and where it is.
pub(crate) type Page = (&'static str, String);

/// Lists of a county's records.
pub(crate) fn lists(county: &County) -> Vec<Page> {
    let (project, day) = (county.first_project(), phones::day(7));
    let pages = [
        ("a page of diaries", "kind=diary&fields=date,work_status,progress_text".to_owned()),
        ("a page of a project", format!("project={project}")),
        ("a page of one day", format!("kind=diary&from={day}&to={day}")),
        ("conflicts", "conflict=true".to_owned()),
    ];
    pages.map(|(what, query)| (what, of_records(county, &query))).into()
}

/// What does not go by records one by one: the desk, the calendar, what records have come to.
pub(crate) fn overviews(county: Option<&County>) -> Vec<Page> {
    let of = county.map(|county| format!("county={}", county.code)).unwrap_or_default();
    [
        ("the desk", "desk?"),
        ("the calendar of a month", "calendar?"),
        ("what diaries have come to", "states/diary?limit=50&"),
        ("what findings have come to", "states/finding?limit=50&"),
        ("what projects have come to", "states/project?limit=50&"),
    ]
    .map(|(what, path)| (what, format!("/api/v1/{path}{of}")))
    .into()
}

/// The list of a county's records under that question.
pub(crate) fn of_records(county: &County, query: &str) -> String {
    format!("/api/v1/records?county={}&{query}", county.code)
}

/// The same page halfway back to the oldest record.
pub(crate) async fn far_back(wire: &mut Wire, path: &str) -> String {
    let newest: i64 = show(wire, &format!("{path}&limit=1")).await["next"]
        .as_str()
        .and_then(|next| next.parse().ok())
        .expect("there are more records than one");
    format!("{path}&before={}", newest / 2)
}

/// Asks for a page.
pub(crate) async fn show(wire: &mut Wire, path: &str) -> Json {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/?=&,-._".contains(&byte);
    let path: String = path
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    let (status, _, body) = wire.ask("GET", &path, "", b"").await;
    assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).expect("JSON")
}

/// Asks for these pages again and again and prints a line about each, which begins with `beginning`.
pub(crate) async fn print(wire: &mut Wire, beginning: &str, pages: &[Page]) {
    for (what, path) in pages {
        let (began, mut found, mut took) = (Instant::now(), 0, Vec::with_capacity(TIMES));
        while took.len() < TIMES && (took.len() < 3 || began.elapsed() < PATIENCE) {
            let began = Instant::now();
            let answer = show(wire, path).await;
            took.push(began.elapsed());
            found = ["records", "projects", "groups"]
                .iter()
                .find_map(|list| answer[list].as_array())
                .map_or(0, Vec::len);
        }
        took.sort_unstable();
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        println!(
            "| {beginning} | {what} | {found} | {:.1} | {:.1} |",
            ms(took[took.len() / 2]),
            ms(took[took.len() - 1])
        );
    }
}
