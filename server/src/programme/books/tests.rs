//! How counties are read: once, to the end, the largest first.

use futures_util::FutureExt as _;
use sync_protocol::id::{ChangeId, DeviceId, UserId};
use sync_protocol::message::Snapshot;
use sync_protocol::photo::Sha256;
use sync_protocol::record::Record;
use uuid::Uuid;

use super::*;
use crate::clock::{Clock, Moment};
use crate::store::ledger::Entry;
use crate::store::records::PlaceKey;
use crate::sync::county;

const COUNTY: &str = "350823";
/// More than three pages.
const MANY: u64 = 3500;

/// Puts findings into a new county's ledger, by hand: they came one a second.
async fn found(store: &Store, code: &'static str, count: u64) {
    county::open(store, &Clock::default(), code, "演示县", None).await.unwrap();
    store.write(move |tx| fill(tx, code, count).boxed()).await.unwrap();
}

async fn fill(tx: &mut Tx, code: &'static str, count: u64) -> Result<()> {
    let key = PlaceKey { county: code.to_owned(), office_only: false, school: None, project: None };
    let place = records::place(tx, &key).await?.id;
    let id = |seq: u64| Uuid::from_u128(u128::from(seq) << 64 | code.parse::<u128>().unwrap());
    for seq in 1..=count {
        let record = RecordId(id(seq));
        let snapshot = Snapshot::of(Record::empty(record, "finding"), seq, None, None);
        let row = RecordRow {
            id: record,
            county: code.to_owned(),
            kind: "finding".to_owned(),
            first_seq: seq,
            seq,
            place,
            school: None,
            project: None,
            wide: false,
            body: serde_json::to_string(&snapshot).unwrap(),
        };
        let entry = Entry {
            county: code.to_owned(),
            seq,
            change: ChangeId(id(seq)),
            record,
            by: UserId(id(0)),
            by_name: "演示".to_owned(),
            device: DeviceId(id(0)),
            received_at: Moment(seq as i64 * 1000),
            ahead_ms: None,
            carried_by: None,
            released_by: None,
            digest: Sha256([0; 32]),
            salt: [0; 16],
            leaf: [0; 32],
            body: None,
        };
        ledger::append(tx, &[entry]).await?;
        records::save(tx, &[row]).await?;
    }
    let ledgers = ledger::ledgers(tx).await?;
    let mut its = ledgers.into_iter().find(|ledger| ledger.county == code).unwrap();
    (its.seq, its.digest.count) = (count, count);
    ledger::advance(tx, &its).await
}

async fn read(books: &Books, county: &str) -> u64 {
    books.shelf(county).await.read.load(Ordering::Relaxed)
}

#[tokio::test]
async fn many_who_ask_at_the_same_time_have_a_county_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    found(&store, COUNTY, MANY).await;
    let books = Books::new(store);
    let (one, other, ahead) = tokio::join!(books.now(COUNTY), books.now(COUNTY), books.read_ahead());
    ahead.unwrap();
    for facts in [one, other] {
        let facts = facts.unwrap();
        assert_eq!((facts.findings.len() as u64, facts.position), (MANY, MANY));
    }
    assert_eq!(read(&books, COUNTY).await, MANY);
}

#[tokio::test]
async fn what_was_begun_to_be_read_is_read_to_its_end_though_who_asked_hangs_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    found(&store, COUNTY, MANY).await;
    let books = Arc::new(Books::new(store));
    let asks = Arc::clone(&books);
    let asker = tokio::spawn(async move { asks.now(COUNTY).await });
    while read(&books, COUNTY).await == 0 {
        tokio::task::yield_now().await;
    }
    asker.abort();
    assert_eq!(books.now(COUNTY).await.unwrap().findings.len() as u64, MANY);
    assert_eq!(read(&books, COUNTY).await, MANY, "no page was read again");
}

#[tokio::test]
async fn the_largest_county_is_read_ahead_first_and_no_more_than_there_is_room_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    for (county, count) in [("350800", 5), (COUNTY, 10), ("350902", 4)] {
        found(&store, county, count).await;
    }
    let books = Books::new(store);
    books.read_ahead_within(14).await.unwrap();
    for (county, expected) in [(COUNTY, 10), ("350800", 0), ("350902", 4)] {
        assert_eq!(read(&books, county).await, expected, "{county}");
    }
}
