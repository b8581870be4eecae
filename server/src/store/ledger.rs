//! The ledgers: one a county, append-only, numbered without gaps, a Merkle log over each.

/// What [`EntryColumns`] reads.
macro_rules! entry_columns {
    () => {
        "county, seq, id, record, made_by, by_name, device, received_at, ahead_ms, carried_by, released_by, \
         digest, salt, leaf, body, row_hash"
    };
}

mod checkpoints;
pub mod damaged;
mod received;

use futures_util::TryStreamExt as _;
use sqlx::{FromRow, QueryBuilder, Sqlite};
use sync_protocol::digest::ScopeDigest;
use sync_protocol::id::{ChangeId, DeviceId, RecordId, UserId};
use sync_protocol::photo::Sha256;
use tlog_tiles::{Hash, node_hash};

use super::row_hash::{self, RowHash};
use super::{Tx, columns, paging};
use crate::clock::Moment;
use crate::error::{Error, Result};

pub use checkpoints::{
    CheckpointRow, Complaint, complain, complaints, keep_checkpoint, latest_checkpoint,
    latest_checkpoint_until,
};
pub use received::{Hand, Received, hands, received};

/// How many hashes make one of the next level of [`subtree_hashes`].
pub const TILE: u64 = 256;

/// A county's ledger as it stands.
#[derive(Clone, Debug)]
pub struct LedgerRow {
    /// The county's code.
    pub county: String,
    /// Its name.
    pub name: String,
    /// The code of its city, where it has one.
    pub city: Option<String>,
    /// The epoch; a restored server begins a new one.
    pub epoch: u32,
    /// The highest number given out.
    pub seq: u64,
    /// The log of this epoch begins after this number.
    pub log_start: u64,
    /// The last number that touched a school, a project or a zone.
    pub directory_seq: u64,
    /// Over all records of the county.
    pub digest: ScopeDigest,
    /// The mark of the leaf at `seq`.
    pub mark: u64,
}

/// What tells a leaf from all others: the first 8 bytes of its hash. 0 where there is none.
pub fn mark(leaf: &[u8; 32]) -> u64 {
    leaf.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}

impl LedgerRow {
    /// How many leaves the log of this epoch has.
    pub const fn size(&self) -> u64 {
        self.seq.saturating_sub(self.log_start)
    }
}

#[derive(FromRow)]
struct LedgerColumns {
    county: String,
    name: String,
    city: Option<String>,
    epoch: i64,
    seq: i64,
    log_start: i64,
    directory_seq: i64,
    record_count: i64,
    xor: Vec<u8>,
    tip: Option<Vec<u8>>,
}

/// All ledgers of this server, in order of county.
pub async fn ledgers(tx: &mut Tx) -> Result<Vec<LedgerRow>> {
    let rows: Vec<LedgerColumns> = sqlx::query_as(
        "select county, name, city, epoch, seq, log_start, directory_seq, record_count, xor,
             coalesce(
                 (select c.leaf from changes c where c.county = l.county and c.seq = l.seq),
                 (select e.leaf from epochs e where e.county = l.county and e.log_start + 1 = l.seq)) as tip
         from ledgers l order by county",
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(LedgerRow {
                county: row.county,
                name: row.name,
                city: row.city,
                epoch: row.epoch as u32,
                seq: row.seq as u64,
                log_start: row.log_start as u64,
                directory_seq: row.directory_seq as u64,
                digest: ScopeDigest { count: row.record_count as u64, xor: columns::array(&row.xor)? },
                mark: row.tip.as_deref().map(columns::array).transpose()?.map_or(0, |leaf| mark(&leaf)),
            })
        })
        .collect()
}

/// Keeps where a ledger stands after entries were appended.
pub async fn advance(tx: &mut Tx, ledger: &LedgerRow) -> Result<()> {
    sqlx::query(
        "update ledgers set seq = $2, directory_seq = $3, record_count = $4, xor = $5 where county = $1",
    )
    .bind(&ledger.county)
    .bind(ledger.seq as i64)
    .bind(ledger.directory_seq as i64)
    .bind(ledger.digest.count as i64)
    .bind(ledger.digest.xor.as_slice())
    .execute(tx)
    .await?;
    Ok(())
}

/// An entry of a ledger: an accepted change and how it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whose ledger.
    pub county: String,
    /// Its number.
    pub seq: u64,
    /// The change.
    pub change: ChangeId,
    /// The record it is about.
    pub record: RecordId,
    /// Who delivered it.
    pub by: UserId,
    /// That person's name at the time.
    pub by_name: String,
    /// On which device.
    pub device: DeviceId,
    /// When it came.
    pub received_at: Moment,
    /// By how many milliseconds the device's clock was ahead of ours when it came, if the device said.
    pub ahead_ms: Option<i64>,
    /// Who brought it in by hand, if it did not come from the device itself.
    pub carried_by: Option<UserId>,
    /// Who released it, if it was held first.
    pub released_by: Option<UserId>,
    /// The digest of `body`.
    pub digest: Sha256,
    /// Keeps an erased body from being guessed.
    pub salt: [u8; 16],
    /// The RFC 6962 hash of its leaf.
    pub leaf: [u8; 32],
    /// The change in canonical form; `None` once it was lawfully erased.
    pub body: Option<String>,
}

impl Entry {
    /// Whether the body is the one that the digest is of.
    pub fn fits(&self) -> bool {
        self.body.as_ref().is_some_and(|body| Sha256::of(body.as_bytes()) == self.digest)
    }

    /// Whether nothing is wrong with the body: it is the one that the digest is of, or was lawfully erased.
    pub fn fits_or_is_erased(&self) -> bool {
        self.body.is_none() || self.fits()
    }

    /// Covers what the leaf does not: the name, the clock, the carrier, the release, and the leaf itself.
    pub fn row_hash(&self) -> [u8; row_hash::LEN] {
        RowHash::new("changes")
            .text(&self.county)
            .int(self.seq as i64)
            .bytes(self.change.as_bytes())
            .bytes(self.record.as_bytes())
            .bytes(self.by.as_bytes())
            .text(&self.by_name)
            .bytes(self.device.as_bytes())
            .int(self.received_at.0)
            .optional(self.ahead_ms, RowHash::int)
            .optional(self.carried_by, |hash, by| hash.bytes(by.as_bytes()))
            .optional(self.released_by, |hash, by| hash.bytes(by.as_bytes()))
            .bytes(&self.digest.0)
            .bytes(&self.salt)
            .bytes(&self.leaf)
            .finish()
    }
}

/// Appends entries, in order.
pub async fn append(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    for chunk in entries.chunks(columns::ROWS_PER_INSERT) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "insert into changes (county, seq, id, record, made_by, by_name, device, received_at, ahead_ms,
             carried_by, released_by, digest, salt, leaf, body, row_hash) ",
        );
        insert.push_values(chunk, |mut row, entry| {
            row.push_bind(&entry.county)
                .push_bind(entry.seq as i64)
                .push_bind(entry.change.as_bytes().as_slice())
                .push_bind(entry.record.as_bytes().as_slice())
                .push_bind(entry.by.as_bytes().as_slice())
                .push_bind(&entry.by_name)
                .push_bind(entry.device.as_bytes().as_slice())
                .push_bind(entry.received_at.0)
                .push_bind(entry.ahead_ms)
                .push_bind(entry.carried_by.as_ref().map(|by| by.as_bytes().as_slice()))
                .push_bind(entry.released_by.as_ref().map(|by| by.as_bytes().as_slice()))
                .push_bind(entry.digest.0.as_slice())
                .push_bind(entry.salt.as_slice())
                .push_bind(entry.leaf.as_slice())
                .push_bind(&entry.body)
                .push_bind(entry.row_hash().to_vec());
        });
        insert.build().execute(&mut *tx).await?;
    }
    Ok(())
}

/// What the ledger knows of a change without its body.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// Its number.
    pub seq: u64,
    /// Its digest.
    pub digest: Sha256,
    /// The record it is about.
    pub record: RecordId,
    /// When it came.
    pub received_at: Moment,
}

/// Which of these changes are in a ledger.
pub async fn known(tx: &mut Tx, changes: impl Iterator<Item = ChangeId>) -> Result<Vec<(ChangeId, Known)>> {
    type Row = (Vec<u8>, i64, Vec<u8>, Vec<u8>, i64);
    let ids = columns::hex_list(changes.map(|change| change.0.into_bytes()));
    let rows: Vec<Row> = sqlx::query_as(
        "select id, seq, digest, record, received_at from changes
         where id in (select unhex(value) from json_each($1))",
    )
    .bind(ids)
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|(id, seq, digest, record, received_at)| {
            let known = Known {
                seq: seq as u64,
                digest: Sha256(columns::array(&digest)?),
                record: columns::id(&record)?,
                received_at: Moment(received_at),
            };
            Ok((columns::id(&id)?, known))
        })
        .collect()
}

#[derive(FromRow)]
struct EntryColumns {
    // As bytes: a flipped bit may leave no text.
    county: Vec<u8>,
    seq: i64,
    id: Vec<u8>,
    record: Vec<u8>,
    made_by: Vec<u8>,
    by_name: Vec<u8>,
    device: Vec<u8>,
    received_at: i64,
    ahead_ms: Option<i64>,
    carried_by: Option<Vec<u8>>,
    released_by: Option<Vec<u8>>,
    digest: Vec<u8>,
    salt: Vec<u8>,
    leaf: Vec<u8>,
    body: Option<Vec<u8>>,
    row_hash: Vec<u8>,
}

impl TryFrom<EntryColumns> for (Entry, bool) {
    type Error = Error;

    fn try_from(row: EntryColumns) -> Result<Self> {
        let entry = Entry {
            county: text(row.county),
            seq: row.seq as u64,
            change: columns::id(&row.id)?,
            record: columns::id(&row.record)?,
            by: columns::id(&row.made_by)?,
            by_name: text(row.by_name),
            device: columns::id(&row.device)?,
            received_at: Moment(row.received_at),
            ahead_ms: row.ahead_ms,
            carried_by: row.carried_by.map(|by| columns::id(&by)).transpose()?,
            released_by: row.released_by.map(|by| columns::id(&by)).transpose()?,
            digest: Sha256(columns::array(&row.digest)?),
            salt: columns::array(&row.salt)?,
            leaf: columns::array(&row.leaf)?,
            body: row.body.map(text),
        };
        let intact = entry.row_hash().as_slice() == row.row_hash;
        Ok((entry, intact))
    }
}

/// What is no text any more fits neither its digest nor the row's hash.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// All entries about a record, in ledger order.
pub async fn history(tx: &mut Tx, record: RecordId) -> Result<Vec<Entry>> {
    Ok(history_to_check(tx, record).await?.into_iter().map(|(entry, _)| entry).collect())
}

/// All entries about a record, in ledger order, each with whether its row is intact.
pub async fn history_to_check(tx: &mut Tx, record: RecordId) -> Result<Vec<(Entry, bool)>> {
    let rows: Vec<EntryColumns> =
        sqlx::query_as(concat!("select ", entry_columns!(), " from changes where record = $1 order by seq"))
            .bind(record.as_bytes().as_slice())
            .fetch_all(tx)
            .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Up to `limit` rows of all ledgers after row `after` for whoever looks through the store.
pub async fn page_to_scrub(tx: &mut Tx, after: i64, limit: u32) -> Result<Vec<(i64, Result<(Entry, bool)>)>> {
    let rows = sqlx::query(concat!(
        "select rowid, ",
        entry_columns!(),
        " from changes where rowid > $1 order by rowid limit $2"
    ))
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    let read = |row| EntryColumns::from_row(row).map_err(Error::from).and_then(TryInto::try_into);
    paging::each(&rows, "rowid", after, read)
}

/// How many bytes of changes a page of a history has at most, unless one alone has more.
const HISTORY_BYTES: usize = 1024 * 1024;

/// Entries about a record after `seq`, in ledger order: up to `limit` of them, and up to
/// [`HISTORY_BYTES`]; and whether there are more.
pub async fn history_page(tx: &mut Tx, record: RecordId, seq: u64, limit: u32) -> Result<(Vec<Entry>, bool)> {
    let mut found = sqlx::query_as(concat!(
        "select ",
        entry_columns!(),
        " from changes where record = $1 and seq > $2 order by seq limit $3"
    ))
    .bind(record.as_bytes().as_slice())
    .bind(paging::after(seq))
    .bind(i64::from(limit) + 1)
    .fetch(tx);
    let (mut page, mut bytes) = (Vec::new(), 0);
    while let Some(row) = found.try_next().await? {
        let row: EntryColumns = row;
        bytes += row.body.as_ref().map_or(0, Vec::len);
        if page.len() == limit as usize || (bytes > HISTORY_BYTES && !page.is_empty()) {
            return Ok((page, true));
        }
        page.push(<(Entry, bool)>::try_from(row)?.0);
    }
    Ok((page, false))
}

/// Up to `limit` entries of a ledger after `seq`, each with whether its row is intact.
pub async fn entries_after(tx: &mut Tx, county: &str, seq: u64, limit: u32) -> Result<Vec<(Entry, bool)>> {
    let rows: Vec<EntryColumns> = sqlx::query_as(concat!(
        "select ",
        entry_columns!(),
        " from changes where county = $1 and seq > $2 order by seq limit $3"
    ))
    .bind(county)
    .bind(seq as i64)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Up to `limit` rows of a ledger after `seq` for whoever checks them: each with its number, by
/// itself, so that one that cannot be read hides no other.
pub async fn page_to_check(
    tx: &mut Tx,
    county: &str,
    seq: u64,
    limit: u32,
) -> Result<Vec<(u64, Result<(Entry, bool)>)>> {
    let rows = sqlx::query(concat!(
        "select ",
        entry_columns!(),
        " from changes where county = $1 and seq > $2 order by seq limit $3"
    ))
    .bind(county)
    .bind(seq as i64)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    let read = |row| EntryColumns::from_row(row).map_err(Error::from).and_then(TryInto::try_into);
    let page = paging::each(&rows, "seq", seq as i64, read)?;
    Ok(page.into_iter().map(|(seq, read)| (seq as u64, read)).collect())
}

/// When an entry came.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// Its number.
    pub seq: u64,
    /// When it came.
    pub received_at: Moment,
    /// By how many milliseconds the device's clock was ahead of ours then, if the device said.
    pub ahead_ms: Option<i64>,
}

/// When the entries of a ledger after `seq` came, up to number `through`; those of them whose rows are
/// intact.
pub async fn arrivals(tx: &mut Tx, county: &str, seq: u64, through: u64) -> Result<Vec<Arrival>> {
    let rows: Vec<EntryColumns> = sqlx::query_as(
        // The hash of a row does not cover the body.
        "select county, seq, id, record, made_by, by_name, device, received_at, ahead_ms, carried_by, released_by,
             digest, salt, leaf, null as body, row_hash
         from changes where county = $1 and seq > $2 and seq <= $3 order by seq",
    )
    .bind(county)
    .bind(seq as i64)
    .bind(through as i64)
    .fetch_all(tx)
    .await?;
    let read = rows.into_iter().filter_map(|row| <(Entry, bool)>::try_from(row).ok());
    let intact = read.filter(|(_, intact)| *intact);
    Ok(intact
        .map(|(Entry { seq, received_at, ahead_ms, .. }, _)| Arrival { seq, received_at, ahead_ms })
        .collect())
}

/// The entries about these records up to number `through`, record by record in ledger order, each with
/// whether its row is intact.
pub async fn histories(
    tx: &mut Tx,
    records: impl Iterator<Item = RecordId>,
    through: u64,
) -> Result<Vec<(Entry, bool)>> {
    let rows: Vec<EntryColumns> = sqlx::query_as(concat!(
        "select ",
        entry_columns!(),
        " from changes
         where record in (select unhex(value) from json_each($1)) and seq <= $2 order by record, seq"
    ))
    .bind(columns::hex_list(records.map(|id| id.0.into_bytes())))
    .bind(paging::after(through))
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// One entry of a ledger by its number.
pub async fn entry(tx: &mut Tx, county: &str, seq: u64) -> Result<Option<Entry>> {
    let mut found = entries_after(tx, county, seq.saturating_sub(1), 1).await?;
    Ok(found.pop().map(|(entry, _)| entry).filter(|entry| entry.seq == seq))
}

// The tree -------------------------------------------------------------------------------------

/// Completes the tree after entries up to the ledger's `seq` were appended: every subtree of
/// 256^level leaves that is complete now gets its hash.
pub async fn complete_tree(tx: &mut Tx, ledger: &LedgerRow, size_before: u64) -> Result<()> {
    let (mut before, mut now, mut level) = (size_before / TILE, ledger.size() / TILE, 1);
    while now > 0 {
        for number in before..now {
            let below = subtree_hashes(tx, ledger, level - 1, number * TILE, TILE).await?;
            let hash = merge_all(below).ok_or_else(|| {
                Error::internal(anyhow::anyhow!("the tree of {} has a hole", ledger.county))
            })?;
            sqlx::query("insert into tree (county, epoch, level, number, hash) values ($1, $2, $3, $4, $5)")
                .bind(&ledger.county)
                .bind(i64::from(ledger.epoch))
                .bind(i64::from(level))
                .bind(number as i64)
                .bind(hash.0.as_slice())
                .execute(&mut *tx)
                .await?;
        }
        (before, now, level) = (before / TILE, now / TILE, level + 1);
    }
    Ok(())
}

/// The hashes of `count` complete subtrees of 256^level leaves, from subtree `first` on.
async fn subtree_hashes(
    tx: &mut Tx,
    ledger: &LedgerRow,
    level: u8,
    first: u64,
    count: u64,
) -> Result<Vec<Hash>> {
    let rows: Vec<(Vec<u8>,)> = if level == 0 {
        let start = (ledger.log_start + first) as i64;
        sqlx::query_as(
            "select leaf from (
                 select seq, leaf from changes where county = $1 and seq > $2 and seq <= $3
                 union all
                 select log_start + 1, leaf from epochs
                 where county = $1 and log_start + 1 > $2 and log_start + 1 <= $3)
             order by seq",
        )
        .bind(&ledger.county)
        .bind(start)
        .bind(start + count as i64)
        .fetch_all(tx)
        .await?
    } else {
        sqlx::query_as(
            "select hash from tree
             where county = $1 and epoch = $2 and level = $3 and number >= $4 and number < $5
             order by number",
        )
        .bind(&ledger.county)
        .bind(i64::from(ledger.epoch))
        .bind(i64::from(level))
        .bind(first as i64)
        .bind((first + count) as i64)
        .fetch_all(tx)
        .await?
    };
    let hashes: Result<Vec<_>> = rows.iter().map(|(hash,)| Ok(Hash(columns::array(hash)?))).collect();
    hashes.and_then(|hashes| {
        if hashes.len() as u64 == count {
            Ok(hashes)
        } else {
            Err(Error::internal(anyhow::anyhow!("the tree of {} has a hole", ledger.county)))
        }
    })
}

/// The hash over a complete subtree, given hashes of its equal parts (a power of two of them).
fn merge_all(mut hashes: Vec<Hash>) -> Option<Hash> {
    while hashes.len() > 1 {
        hashes = hashes.chunks_exact(2).map(|pair| node_hash(pair[0], pair[1])).collect();
    }
    hashes.pop()
}

/// The hashes at these stored-hash indexes (as `tlog_tiles` counts them).
pub async fn stored_hashes(tx: &mut Tx, ledger: &LedgerRow, indexes: &[u64]) -> Result<Vec<Hash>> {
    let mut hashes = Vec::with_capacity(indexes.len());
    for index in indexes {
        let (level, number) = tlog_tiles::split_stored_hash_index(*index);
        // A subtree of 2^level leaves is 2^(level mod 8) subtrees of 256^(level div 8) leaves.
        let parts = 1 << (level % 8);
        let below = subtree_hashes(tx, ledger, level / 8, number * parts, parts).await?;
        hashes.push(
            merge_all(below).ok_or_else(|| {
                Error::internal(anyhow::anyhow!("the tree of {} has a hole", ledger.county))
            })?,
        );
    }
    Ok(hashes)
}
