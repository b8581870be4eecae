//! What a device is sent: pages of records above its cursor, in its scope, as the database gives
//! them to the server's feed.

use std::collections::BTreeSet;
use std::sync::Arc;

use siteledger::sync::cursor::{Cursor, Stood};
use siteledger::sync::lineage::{self, Relation};
use siteledger::sync::scope::{Reach, ReadScope};
use sync_protocol::digest::ScopeDigest;
use sync_protocol::id::RecordId;
use sync_protocol::message::{IndexResponse, Snapshot};

use crate::office::{Office, Row};
use crate::sabotage::Sabotage;

/// One page of news.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) records: Vec<Arc<Snapshot>>,
    pub(crate) gone: Vec<RecordId>,
    pub(crate) cursor: Cursor,
    pub(crate) more: bool,
    pub(crate) resync: bool,
    pub(crate) settled: u64,
    pub(crate) digest: Option<ScopeDigest>,
}

/// The mark of the leaf that opens an epoch; nothing opens the first.
pub(crate) fn opening(epoch: u32) -> u64 {
    u64::from(epoch) - 1
}

impl Office {
    /// `[id, seq]` of all that somebody has in scope.
    pub(crate) fn index(&self, device: usize) -> IndexResponse {
        let scope = self.scope(device);
        let mut records: Vec<_> = self
            .books
            .rows
            .values()
            .filter(|row| scope.has(&row.key))
            .map(|row| (row.record.id, row.seq))
            .collect();
        records.sort_by_key(|(_, seq)| *seq);
        let mut digest = ScopeDigest::default();
        for (record, seq) in &records {
            digest.add(*record, *seq);
        }
        IndexResponse { records, digest, next: None }
    }

    /// Up to which number all that a device was told of is in a backup.
    fn settled(&self, from: Option<&Cursor>, page: &Cursor) -> u64 {
        let blind = self.sabotaged(Sabotage::SettlesWithoutEpochs);
        if from.is_none() && !blind {
            return 0;
        }
        let told: BTreeSet<_> = page.stood().map(|(code, _)| code).collect();
        let ledgers = self.books.standing.counties.iter().filter(|(code, _)| blind || told.contains(code));
        lineage::settled(
            ledgers.map(|(code, county)| {
                (county.ledger.seq, self.books.settled.get(code).copied().unwrap_or(0))
            }),
        )
    }

    /// Notes in a cursor how a ledger out of scope stands.
    fn stands_elsewhere(&self, code: &str, scope: &ReadScope, cursor: &mut Cursor) {
        if !scope.counties.contains_key(code) {
            let ledger = &self.books.standing.counties[code].ledger;
            cursor.elsewhere.insert(code.to_owned(), Stood::of(ledger));
        }
    }

    /// Whether the ledgers grew out of what a cursor remembers.
    pub(crate) fn is_of_this_history(&self, cursor: &Cursor) -> bool {
        cursor.stood().all(|(code, stood)| {
            let Some(county) = self.books.standing.counties.get(code) else { return false };
            let relation = lineage::relation(stood, Stood::of(&county.ledger), self.mark_at(code, stood.seq));
            relation == Relation::Ours
        })
    }

    /// The mark of the leaf at a number of a ledger.
    fn mark_at(&self, code: &str, seq: u64) -> Option<u64> {
        let ledger = &self.books.standing.counties.get(code)?.ledger;
        if seq == ledger.seq {
            return Some(ledger.mark);
        }
        if seq == ledger.log_start {
            return Some(opening(ledger.epoch));
        }
        self.mark_of(code, seq)
    }

    /// Reads a page; `touched` are records that the device is sent whatever the page says.
    pub(crate) fn page(
        &self,
        scope: &ReadScope,
        from: Option<&Cursor>,
        foreign: bool,
        limit: u32,
        touched: &BTreeSet<RecordId>,
    ) -> Page {
        let fingerprint = scope.fingerprint();
        let cursor = from.filter(|cursor| cursor.scope == fingerprint);
        let mut page = Page {
            resync: foreign || (from.is_some() && cursor.is_none()),
            cursor: Cursor { scope: fingerprint, ..Cursor::default() },
            ..Page::default()
        };
        let mut room = limit as usize;
        let mut sent_already = BTreeSet::new();
        let mut digest = ScopeDigest::default();
        for (code, reach) in &scope.counties {
            let Some(county) = self.books.standing.counties.get(code) else { continue };
            let after = cursor.and_then(|cursor| cursor.counties.get(code)).map_or(0, |(_, seq)| *seq);
            digest.join(&reach.digest(&county.ledger.digest, county.places.values()));
            let mut until = after;
            if after < county.ledger.seq && !page.more {
                until =
                    self.fill(code, reach, after, county.ledger.seq, &mut room, &mut sent_already, &mut page);
            }
            if *reach != Reach::All && 0 < after && after < until {
                self.left(code, reach, after, until, &mut page);
            }
            page.cursor.counties.insert(code.clone(), (Stood::of(&county.ledger), until));
        }
        page.gone.dedup();
        page.digest = (!page.more).then_some(digest);
        for (code, _) in from.into_iter().flat_map(Cursor::stood) {
            self.stands_elsewhere(code, scope, &mut page.cursor);
        }
        for row in touched.iter().filter_map(|record| self.books.rows.get(record)) {
            self.stands_elsewhere(&row.placed.county, scope, &mut page.cursor);
            if !sent_already.contains(&row.record.id) && scope.has(&row.key) {
                page.records.push(Arc::clone(&row.sent));
            }
        }
        if page.cursor.stood().next().is_none()
            && let Some(code) = self.books.standing.counties.keys().next()
        {
            self.stands_elsewhere(code, scope, &mut page.cursor);
        }
        page.settled = self.settled(from, &page.cursor);
        page
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one page, used here alone")]
    fn fill(
        &self,
        code: &str,
        reach: &Reach,
        after: u64,
        end: u64,
        room: &mut usize,
        sent: &mut BTreeSet<RecordId>,
        page: &mut Page,
    ) -> u64 {
        let here = |row: &&Arc<Row>| row.key.county == code && row.seq > after && reach.has(&row.key);
        let mut rows: Vec<_> = self.books.rows.values().filter(here).collect();
        rows.sort_unstable_by_key(|row| row.seq);
        let mut until = after;
        for row in rows {
            if *room == 0 {
                page.more = true;
                return if self.sabotaged(Sabotage::SkipsAPage) { end } else { until };
            }
            *room -= 1;
            until = row.seq;
            sent.insert(row.record.id);
            page.records.push(Arc::clone(&row.sent));
        }
        end
    }

    fn left(&self, code: &str, reach: &Reach, after: u64, until: u64, page: &mut Page) {
        let places = &self.books.standing.counties[code].places;
        let reached: BTreeSet<i64> =
            places.values().filter(|place| reach.has(&place.key)).map(|place| place.id).collect();
        let departed = self.books.departures.get(code).into_iter().flatten().rev();
        let departed = departed
            .take_while(|departure| departure.seq > after)
            .filter(|departure| departure.seq <= until && reached.contains(&departure.place));
        let gone = departed
            .filter(|departure| !reached.contains(&self.books.rows[&departure.record].place))
            .map(|departure| departure.record);
        let gone: BTreeSet<_> = gone.collect();
        page.gone.extend(gone);
    }

    /// The records in a scope, as a device is sent them.
    pub(crate) fn in_scope(&self, scope: &ReadScope) -> impl Iterator<Item = &Arc<Row>> {
        self.books.rows.values().filter(|row| scope.has(&row.key))
    }
}
