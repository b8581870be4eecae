//! What a device is sent: records above its cursor, in its scope, oldest change first.

use std::collections::BTreeSet;

use serde_json::value::RawValue;
use sync_protocol::digest::ScopeDigest;
use sync_protocol::id::RecordId;
use sync_protocol::kinds;
use sync_protocol::message::{IndexResponse, MAX_PAGE_BYTES, MAX_SIBLINGS, Snapshot};
use sync_protocol::record::Rule;

use super::cursor::{Cursor, Stood};
use super::scope::{Reach, ReadScope};
use super::standing::{self, Standing};
use crate::error::{Error, Kind, Result};
use crate::store::ledger::{self, LedgerRow};
use crate::store::paging::onward;
use crate::store::records::{self, PlaceRow, RecordRow, Room};
use crate::store::scrub::Shelf;
use crate::store::{Tx, damage};

/// One page of news.
#[derive(Debug, Default)]
pub struct Page {
    /// The records, each as a snapshot in JSON.
    pub records: Vec<Box<RawValue>>,
    /// Records that left the scope.
    pub gone: Vec<RecordId>,
    /// Where the page ends.
    pub cursor: Cursor,
    /// Whether there is more.
    pub more: bool,
    /// Whether the cursor was of no use, so that this page begins from nothing.
    pub resync: bool,
    /// Over the scope, when there is no more and nothing was left out.
    pub digest: Option<ScopeDigest>,
    /// Records that are left out because their rows are damaged.
    pub left_out: Vec<RecordId>,
}

/// Where a reader stands: from nothing, or from a cursor.
#[derive(Clone, Copy, Debug)]
pub struct From<'c> {
    /// The cursor that the device sent, if it is of this history; none: from the beginning.
    pub cursor: Option<&'c Cursor>,
    /// Whether it sent one that is not: of another server, or from before this one was put back.
    pub foreign: bool,
}

/// The answer from memory to a device that has everything already; `None` if there is news.
pub fn nothing_new(standing: &Standing, scope: &ReadScope, from: &From<'_>) -> Option<Page> {
    let cursor = from.cursor?;
    if cursor.left_out || cursor.scope != scope.fingerprint() || cursor.counties.len() != scope.counties.len()
    {
        return None;
    }
    let mut digest = ScopeDigest::default();
    for (code, reach) in &scope.counties {
        let county = standing.counties.get(code)?;
        if cursor.counties.get(code) != Some(&(Stood::of(&county.ledger), county.ledger.seq)) {
            return None;
        }
        digest.join(&reach.digest(&county.ledger.digest, county.places.values()));
    }
    Some(Page { cursor: cursor.clone(), digest: Some(digest), ..Page::default() })
}

/// Reads a page. `tx` must be one snapshot of the database. `touched` are records that the device
/// is to be sent whatever the page says.
pub async fn page(
    tx: &mut Tx,
    scope: &ReadScope,
    from: From<'_>,
    limit: u32,
    touched: &BTreeSet<RecordId>,
) -> Result<Page> {
    let ledgers = ledger::ledgers(tx).await?;
    let fingerprint = scope.fingerprint();
    let cursor = from.cursor.filter(|cursor| cursor.scope == fingerprint);
    let mut page = Page {
        resync: is_of_no_use(from, scope),
        cursor: Cursor { scope: fingerprint, ..Cursor::default() },
        ..Page::default()
    };
    let mut filling = Filling { room: limit as usize, bytes: MAX_PAGE_BYTES, sent: BTreeSet::new() };
    let mut digest = ScopeDigest::default();
    for (code, reach) in &scope.counties {
        let Some(ledger) = ledgers.iter().find(|ledger| ledger.county == *code) else { continue };
        let after = cursor.and_then(|cursor| cursor.counties.get(code)).map_or(0, |(_, seq)| *seq);
        let places = places_of(tx, code, reach).await?;
        digest.join(&reach.digest(&ledger.digest, places.iter().flatten()));
        let mut until = after;
        if after < ledger.seq && !page.more {
            until = fill(tx, ledger, places.as_deref(), after, &mut filling, &mut page).await?;
        }
        if let Some(places) = places.as_deref().filter(|_| 0 < after && after < until) {
            page.gone.extend(left(tx, ledger, places, after, until).await?);
        }
        page.cursor.counties.insert(code.clone(), (Stood::of(ledger), until));
    }
    add_touched(tx, scope, &ledgers, touched, &filling.sent, &mut page).await?;
    stand_elsewhere(&ledgers, from, scope, &mut page.cursor);
    // A device that lacks something is not told by the digest what it should have, until that can be
    // had: then the digests differ, and it asks for what it lacks.
    let lacked = cursor.is_some_and(|cursor| cursor.left_out);
    page.cursor.left_out =
        !page.left_out.is_empty() || (lacked && damage::count(tx, Shelf::Records).await? > 0);
    page.digest = (!page.more && !page.cursor.left_out).then_some(digest);
    Ok(page)
}

/// A page with nothing but the records that somebody's own changes touched, who keeps no replica: its
/// cursor is where the ledgers in scope stand. What does not fit in one answer is left out. `tx` must
/// be one snapshot of the database.
pub async fn touched_alone(
    tx: &mut Tx,
    scope: &ReadScope,
    from: From<'_>,
    touched: &BTreeSet<RecordId>,
) -> Result<Page> {
    let ledgers = ledger::ledgers(tx).await?;
    let mut page = Page { resync: is_of_no_use(from, scope), ..Page::default() };
    add_touched(tx, scope, &ledgers, touched, &BTreeSet::new(), &mut page).await?;
    page.cursor.scope = scope.fingerprint();
    for ledger in ledgers.iter().filter(|ledger| scope.counties.contains_key(&ledger.county)) {
        page.cursor.counties.insert(ledger.county.clone(), (Stood::of(ledger), ledger.seq));
    }
    stand_elsewhere(&ledgers, from, scope, &mut page.cursor);
    page.cursor.left_out = !page.left_out.is_empty();
    page.more = false;
    Ok(page)
}

/// Whether a device's cursor tells nothing of what it has: it is of another history, or another scope.
fn is_of_no_use(from: From<'_>, scope: &ReadScope) -> bool {
    from.foreign || from.cursor.is_some_and(|cursor| cursor.scope != scope.fingerprint())
}

/// Notes in a cursor the ledgers out of scope that it must remember.
fn stand_elsewhere(ledgers: &[LedgerRow], from: From<'_>, scope: &ReadScope, cursor: &mut Cursor) {
    // What was acknowledged there before still counts.
    for (code, _) in from.cursor.into_iter().flat_map(Cursor::stood) {
        stands_elsewhere(ledgers, code, scope, cursor);
    }
    // Epochs begin in all ledgers at once: who reads none of them is told of it by any.
    if cursor.stood().next().is_none()
        && let Some(ledger) = ledgers.first()
    {
        stands_elsewhere(ledgers, &ledger.county, scope, cursor);
    }
}

/// Notes in a cursor how a ledger out of scope stands.
fn stands_elsewhere(ledgers: &[LedgerRow], code: &str, scope: &ReadScope, cursor: &mut Cursor) {
    if scope.counties.contains_key(code) {
        return;
    }
    if let Some(ledger) = ledgers.iter().find(|ledger| ledger.county == code) {
        cursor.elsewhere.insert(code.to_owned(), Stood::of(ledger));
    }
}

/// What room a page has left, and what is in it.
struct Filling {
    room: usize,
    bytes: usize,
    sent: BTreeSet<RecordId>,
}

/// Fills a page from one ledger; tells up to which number.
async fn fill(
    tx: &mut Tx,
    ledger: &LedgerRow,
    places: Option<&[PlaceRow]>,
    after: u64,
    filling: &mut Filling,
    page: &mut Page,
) -> Result<u64> {
    if filling.room == 0 || filling.bytes == 0 {
        page.more = true;
        return Ok(after);
    }
    let room = Room { records: filling.room as u32 + 1, bytes: filling.bytes };
    let rows = match places {
        None => records::page_of_county(tx, &ledger.county, after, room).await?,
        Some(places) => records::page_of_places(tx, &ids(places), after, ledger.seq, room).await?,
    };
    let mut until = after;
    for found in rows {
        let (seq, bytes) = match &found {
            Ok(row) => (row.seq, row.body.len()),
            Err(damaged) => (damaged.seq, 0),
        };
        let fits = bytes <= filling.bytes || filling.sent.is_empty();
        if filling.room == 0 || !fits {
            page.more = true;
            return onward(after, until);
        }
        filling.room -= 1;
        filling.bytes = filling.bytes.saturating_sub(bytes);
        until = until.max(seq.min(ledger.seq));
        match found {
            Ok(row) => {
                filling.sent.insert(row.id);
                page.records.push(sent(&row)?);
            }
            Err(damaged) => page.left_out.push(damaged.record),
        }
    }
    Ok(ledger.seq)
}

/// The places of a county that are in reach; `None` where all are.
pub(crate) async fn places_of(tx: &mut Tx, county: &str, reach: &Reach) -> Result<Option<Vec<PlaceRow>>> {
    if *reach == Reach::All {
        return Ok(None);
    }
    let mut places = records::places_of_schools(tx, county, reach.schools()).await?;
    places.retain(|place| reach.has(&place.key));
    Ok(Some(places))
}

fn ids(places: &[PlaceRow]) -> Vec<i64> {
    places.iter().map(|place| place.id).collect()
}

/// The records that left these places between two numbers and are not in another of them now.
async fn left(
    tx: &mut Tx,
    ledger: &LedgerRow,
    places: &[PlaceRow],
    after: u64,
    until: u64,
) -> Result<Vec<RecordId>> {
    let places = ids(places);
    let departed = records::departed(tx, &ledger.county, &places, after, until).await?;
    let mut gone: Vec<_> =
        departed.into_iter().filter(|(_, now)| !places.contains(now)).map(|(record, _)| record).collect();
    gone.sort_unstable();
    gone.dedup();
    Ok(gone)
}

/// Adds the records that the device's own changes touched and that the page does not have, as far
/// as another page would carry them. The others come when the device goes on from the cursor, which
/// is set back for those that came before it.
async fn add_touched(
    tx: &mut Tx,
    scope: &ReadScope,
    ledgers: &[LedgerRow],
    touched: &BTreeSet<RecordId>,
    sent_already: &BTreeSet<RecordId>,
    page: &mut Page,
) -> Result<()> {
    if touched.is_subset(sent_already) {
        return Ok(());
    }
    let outlines = records::outlines(tx, touched.difference(sent_already).copied()).await?;
    let mut places = std::collections::BTreeMap::new();
    let (mut added, mut room) = (Vec::new(), MAX_PAGE_BYTES);
    for outline in outlines {
        let Some(reach) = scope.counties.get(&outline.county) else {
            stands_elsewhere(ledgers, &outline.county, scope, &mut page.cursor);
            continue;
        };
        if !places.contains_key(&outline.county) {
            let here = places_of(tx, &outline.county, reach).await?;
            places.insert(outline.county.clone(), here.map(|places| ids(&places)));
        }
        if places[&outline.county].as_ref().is_some_and(|places| !places.contains(&outline.place)) {
            continue;
        }
        if outline.bytes <= room || added.is_empty() {
            room = room.saturating_sub(outline.bytes);
            added.push(outline.id);
        } else {
            page.more = true;
            if let Some((_, until)) = page.cursor.counties.get_mut(&outline.county) {
                *until = (*until).min(outline.seq - 1);
            }
        }
    }
    for found in records::records(tx, added.into_iter()).await? {
        match found {
            Ok(row) => page.records.push(sent(&row)?),
            Err(damaged) => page.left_out.push(damaged.record),
        }
    }
    Ok(())
}

/// A record as a device is sent it.
fn sent(row: &RecordRow) -> Result<Box<RawValue>> {
    let body = if row.wide { narrowed(row)? } else { row.body.clone() };
    RawValue::from_string(body).map_err(|error| {
        Error::internal(anyhow::Error::new(error).context(format!("record {} cannot be read", row.id)))
    })
}

/// Few siblings are ever many; where they are, a device is sent the first ones and their count.
fn narrowed(row: &RecordRow) -> Result<String> {
    let mut snapshot = standing::snapshot(row)?;
    narrow(&mut snapshot);
    serde_json::to_string(&snapshot).map_err(|error| Error::internal(anyhow::Error::new(error)))
}

/// Leaves of each field's siblings those that a device is sent, and their count.
pub fn narrow(snapshot: &mut Snapshot) {
    let kind = kinds::named(&snapshot.kind);
    for (name, heads) in &mut snapshot.fields {
        if heads.len() > MAX_SIBLINGS && kind.is_some_and(|kind| is_narrowed(kind.rule(name))) {
            snapshot.siblings.insert(name.clone(), heads.len());
            if kind.is_some_and(|kind| kind.rule(name) == Rule::Latest) {
                // The newest is the one that is shown.
                heads.drain(..heads.len() - MAX_SIBLINGS);
            } else {
                heads.truncate(MAX_SIBLINGS);
            }
        }
    }
}

/// Whether a field with this rule is sent with its first siblings alone: sets and talk are whole.
pub fn is_narrowed(rule: Rule) -> bool {
    matches!(rule, Rule::One | Rule::Latest)
}

/// Whether a snapshot has more siblings in some field than a device is sent.
pub fn is_wide(snapshot: &Snapshot) -> bool {
    let kind = kinds::named(&snapshot.kind);
    snapshot.fields.iter().any(|(name, heads)| {
        heads.len() > MAX_SIBLINGS && kind.is_some_and(|kind| is_narrowed(kind.rule(name)))
    })
}

/// Where a page of the index ended: in which county, at which number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEnd {
    county: String,
    seq: u64,
}

impl std::fmt::Display for IndexEnd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.county, self.seq)
    }
}

impl std::str::FromStr for IndexEnd {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let read = || {
            let (county, seq) = text.split_once('.')?;
            Some(Self { county: county.to_owned(), seq: seq.parse().ok()? })
        };
        read().ok_or_else(|| {
            Error::new(
                Kind::BadRequest,
                "bad_after",
                "after 须为上一页的 next",
                "after must be the next of the page before",
            )
        })
    }
}

/// A page of the index after `after`: `[id, seq]` of up to `limit` records in scope, by county and in
/// order of seq. `tx` must be one snapshot.
pub async fn index(
    tx: &mut Tx,
    scope: &ReadScope,
    after: Option<IndexEnd>,
    limit: u32,
) -> Result<IndexResponse> {
    let mut page = IndexResponse { records: Vec::new(), digest: ScopeDigest::default(), next: None };
    let mut end = after;
    for (code, reach) in &scope.counties {
        let from = match &end {
            Some(end) if *code < end.county => continue,
            Some(end) if *code == end.county => end.seq,
            _ => 0,
        };
        let places = places_of(tx, code, reach).await?.map(|places| ids(&places));
        let asked = limit - page.records.len() as u32 + 1;
        for (record, seq) in records::index(tx, code, places.as_deref(), from, asked).await? {
            if page.records.len() == limit as usize {
                page.next = end.map(|end| end.to_string());
                return Ok(page);
            }
            page.records.push((record, seq));
            page.digest.add(record, seq);
            end = Some(IndexEnd { county: code.clone(), seq });
        }
    }
    Ok(page)
}
