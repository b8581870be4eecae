//! Whatever is asked for, the index finds what looking at every record would.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use sync_protocol::id::{RecordId, UserId};
use tempfile::TempDir;

use super::*;
use crate::clock::Moment;

const COUNTIES: [&str; 2] = ["350823", "350902"];
const KINDS: [&str; 3] = ["diary", "finding", "bulletin"];
const WORDS: [&str; 5] = ["混凝", "凝土", "浇筑", "c30", "土"];
const SERVER: Uuid = Uuid::from_u128(1);

fn id(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(number))
}

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + Days::new(number)
}

async fn open(folder: &TempDir) -> Index {
    Index::open(&folder.path().join("index.sqlite"), SERVER).await.unwrap()
}

/// A record of many that are alike: what it says follows from its number and from one of chance.
fn listed(number: u128, chance: u64) -> Listed {
    let pick = |among: u64, turn: u32| (chance >> (turn * 4)) % among;
    let (county, place) = (pick(2, 0), pick(4, 1) as i64);
    Listed {
        record: id(number),
        county: COUNTIES[county as usize].to_owned(),
        kind: KINDS[pick(3, 2) as usize].to_owned(),
        place: place + 10 * county as i64,
        school: (pick(3, 3) > 0).then(|| id(0x5c00 + u128::from(pick(3, 3)))),
        project: (pick(3, 4) > 0).then(|| id(0x9a00 + u128::from(pick(3, 4)))),
        day: (pick(8, 5) > 0).then(|| day(pick(8, 5))),
        made_by: UserId(Uuid::from_u128(u128::from(pick(3, 6)))),
        // Many come in one moment, and some before others that were read earlier.
        received_at: Moment(1_700_000_000_000 + pick(5, 7) as i64),
        in_conflict: pick(5, 8) == 0,
        withdrawn: pick(7, 9) == 0,
        words: (0..pick(6, 10)).map(|at| WORDS[pick(5, 11 + (at % 4) as u32) as usize].to_owned()).collect(),
    }
}

fn has(record: &Listed, phrase: &Phrase) -> bool {
    record.words.windows(phrase.words.len()).any(|there| {
        let fits = |(its, asked): (&String, &String)| its == asked;
        let (last, before) = (there.len() - 1, there.len() - 1);
        there[..before].iter().zip(&phrase.words[..before]).all(fits)
            && if phrase.begins {
                there[last].starts_with(&phrase.words[last])
            } else {
                there[last] == phrase.words[last]
            }
    })
}

fn fits(record: &Listed, among: &Among, filters: &Filters) -> bool {
    (match among {
        Among::Counties(counties) => counties.contains(&record.county),
        Among::Places(places) => places.contains(&record.place),
    }) && (filters.kinds.is_empty() || filters.kinds.contains(&record.kind))
        && filters.school.is_none_or(|school| record.school == Some(school))
        && filters.project.is_none_or(|project| record.project == Some(project))
        && filters.from.is_none_or(|from| record.day.is_some_and(|day| from <= day))
        && filters.to.is_none_or(|to| record.day.is_some_and(|day| day <= to))
        && filters.made_by.is_none_or(|by| record.made_by == by)
        && filters.in_conflict.is_none_or(|is| record.in_conflict == is)
        && filters.withdrawn.is_none_or(|is| record.withdrawn == is)
        && filters.phrases.iter().all(|phrase| has(record, phrase))
}

fn phrase(words: &[&str], begins: bool) -> Phrase {
    Phrase { words: words.iter().map(|word| (*word).to_owned()).collect(), begins }
}

fn filters(chance: u64) -> Filters {
    let pick = |among: u64, turn: u32| (chance >> (turn * 4)) % among;
    let kinds = KINDS[..pick(4, 0) as usize].iter().map(|kind| (*kind).to_owned()).collect();
    Filters {
        kinds,
        school: (pick(5, 1) == 0).then(|| id(0x5c01)),
        project: (pick(5, 2) == 0).then(|| id(0x9a01)),
        from: (pick(3, 3) == 0).then(|| day(pick(8, 4))),
        to: (pick(3, 5) == 0).then(|| day(pick(8, 6))),
        made_by: (pick(6, 7) == 0).then(|| UserId(Uuid::from_u128(1))),
        in_conflict: [None, None, Some(true), Some(false)][pick(4, 8) as usize],
        withdrawn: [None, Some(false), Some(false), Some(true)][pick(4, 9) as usize],
        phrases: match pick(6, 10) {
            0 => vec![phrase(&["混凝", "凝土"], false)],
            1 => vec![phrase(&["浇"], true)],
            2 => vec![phrase(&["c30"], true), phrase(&["凝土"], false)],
            _ => Vec::new(),
        },
    }
}

fn among(chance: u64) -> Among {
    match chance % 4 {
        0 => Among::Counties(vec![COUNTIES[0].to_owned()]),
        1 => Among::Counties(COUNTIES.map(str::to_owned).to_vec()),
        2 => Among::Counties(vec!["350999".to_owned()]),
        _ => Among::Places(vec![0, 2, 11]),
    }
}

/// Page by page, a few at a time.
async fn all_pages(index: &Index, among: &Among, filters: &Filters) -> Vec<RecordId> {
    let mut tx = index.snapshot().await.unwrap();
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let page = find(&mut tx, among, filters, before, 3).await.unwrap();
        assert!(page.windows(2).all(|two| two[0].row > two[1].row), "the newest first");
        let Some(last) = page.last() else { return all };
        before = Some(last.row);
        all.extend(page.iter().map(|found| found.record));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_is_asked_for_is_found_and_nothing_else(
        chances in prop::collection::vec(any::<u64>(), 1..60),
        again in prop::collection::vec((0_u128..60, any::<u64>()), 0..20),
        asked in prop::collection::vec(any::<u64>(), 12),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let index = open(&folder).await;
            let mut records: Vec<_> = (0..).zip(&chances).map(|(number, chance)| listed(number, *chance)).collect();
            let reached = Reached { epoch: 1, seq: 7 };
            for some in records.chunks(16) {
                index.take_in(COUNTIES[0], reached, some).await.unwrap();
            }
            // Some are written again, and say something else.
            let again: Vec<_> = again
                .into_iter()
                .filter(|(number, _)| *number < records.len() as u128)
                .map(|(number, chance)| listed(number, chance))
                .collect();
            index.take_in(COUNTIES[0], reached, &again).await.unwrap();
            for record in again {
                let at = record.record.0.as_u128() as usize;
                records[at] = record;
            }
            for chance in asked {
                let (among, filters) = (among(chance >> 60), filters(chance));
                let mut expected: Vec<_> =
                    records.iter().filter(|record| fits(record, &among, &filters)).map(|its| its.record).collect();
                let mut found = all_pages(&index, &among, &filters).await;
                expected.sort_unstable();
                found.sort_unstable();
                assert_eq!(found, expected, "{among:?} {filters:?}");
            }
        });
    }
}

#[tokio::test]
async fn what_came_last_stands_first() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(&folder).await;
    let at = |number: u128, moment: i64| Listed {
        county: COUNTIES[0].to_owned(),
        kind: KINDS[0].to_owned(),
        withdrawn: false,
        received_at: Moment(moment),
        ..listed(number, 0)
    };
    // More at one moment than have room between it and the next.
    let crowd: Vec<_> = (0..1_500).map(|number| at(number, 5_000)).collect();
    let reached = Reached { epoch: 1, seq: 1 };
    index.take_in(COUNTIES[0], reached, &crowd).await.unwrap();
    index.take_in(COUNTIES[0], reached, &[at(7_000, 9_000), at(7_001, 4_000), at(3, 9_001)]).await.unwrap();
    let mut tx = index.snapshot().await.unwrap();
    let among = Among::Counties(vec![COUNTIES[0].to_owned()]);
    let found = find(&mut tx, &among, &Filters::default(), None, 5_000).await.unwrap();
    let found: Vec<_> = found.into_iter().map(|found| found.record).collect();
    assert_eq!(found.len(), 1_502);
    assert_eq!(found[..3], [id(3), id(7_000), id(1_499)]);
    assert_eq!(found.last(), Some(&id(7_001)));
}

#[tokio::test]
async fn an_index_of_another_server_or_version_is_emptied_and_its_own_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("index.sqlite");
    let index = open(&folder).await;
    index.take_in(COUNTIES[0], Reached { epoch: 3, seq: 40 }, &[listed(1, 0)]).await.unwrap();
    index.close().await;
    let index = open(&folder).await;
    let reached = index.reached().await.unwrap();
    assert_eq!(reached, BTreeMap::from([(COUNTIES[0].to_owned(), Reached { epoch: 3, seq: 40 })]));
    index.close().await;
    let index = Index::open(&file, Uuid::from_u128(2)).await.unwrap();
    assert_eq!(index.reached().await.unwrap(), BTreeMap::new());
    index.take_in(COUNTIES[0], Reached { epoch: 3, seq: 40 }, &[listed(1, 0)]).await.unwrap();
    index.empty().await.unwrap();
    assert_eq!(index.reached().await.unwrap(), BTreeMap::new());
    index.close().await;
    std::fs::write(&file, "no database at all, whatever it is").unwrap();
    let error = Index::open(&file, SERVER).await.expect_err("it is none");
    assert!(error.is_of_damage(), "{error:?}");
}
