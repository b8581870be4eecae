//! Records as the server holds them: one row a record, its body the snapshot that devices get.

mod places;

use futures_util::TryStreamExt as _;
use futures_util::stream::BoxStream;
use sqlx::{FromRow, QueryBuilder, Sqlite};
use sync_protocol::id::{DeviceId, RecordId};
use sync_protocol::photo::Sha256;

use super::row_hash::{self, RowHash};
use super::{Tx, columns, paging};
use crate::error::{Error, Result};

pub use places::{PlaceKey, PlaceRow, depart, departed, place, places, places_of_schools, save_digests};

/// A record's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    /// The record.
    pub id: RecordId,
    /// Its county.
    pub county: String,
    /// Its kind.
    pub kind: String,
    /// The number of the change that began it.
    pub first_seq: u64,
    /// The number of the last change that touched it.
    pub seq: u64,
    /// Where it belongs.
    pub place: i64,
    /// The school that it belongs to.
    pub school: Option<RecordId>,
    /// The project that it belongs to.
    pub project: Option<RecordId>,
    /// Whether a field has more siblings than a device is sent.
    pub wide: bool,
    /// The snapshot, as JSON.
    pub body: String,
}

impl RecordRow {
    /// Covers the whole row.
    pub fn row_hash(&self) -> [u8; row_hash::LEN] {
        RowHash::new("records")
            .bytes(self.id.as_bytes())
            .text(&self.county)
            .text(&self.kind)
            .int(self.first_seq as i64)
            .int(self.seq as i64)
            .int(self.place)
            .optional(self.school, |hash, id| hash.bytes(id.as_bytes()))
            .optional(self.project, |hash, id| hash.bytes(id.as_bytes()))
            .int(i64::from(self.wide))
            .text(&self.body)
            .finish()
    }
}

/// The row of a record is not what was written. It follows from the record's entries: see
/// sync/heal.rs.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the row of record {record} is damaged on disk; run `siteledger verify`")]
pub struct Damaged {
    /// The record.
    pub record: RecordId,
    /// The number under which it was found.
    pub seq: u64,
}

/// A row as it was found: wrong data is never handed out.
pub type Found = Result<RecordRow, Damaged>;

/// The rows, or an error if one of them is damaged.
pub fn whole(found: Vec<Found>) -> Result<Vec<RecordRow>> {
    found.into_iter().map(|found| found.map_err(Error::internal)).collect()
}

/// What [`RecordColumns`] reads.
macro_rules! record_columns {
    () => {
        "id, county, kind, first_seq, seq, place, school, project, wide, body, row_hash"
    };
}

// After the macro, which it reads by.
mod kinds;

pub use kinds::{
    Among, begun_between, begun_of_kind, bodies_of_kind, each_of_kind, newest_of_place, of_kind, page_back,
    page_of_kind,
};

#[derive(FromRow)]
struct RecordColumns {
    id: Vec<u8>,
    // As bytes: a flipped bit may leave no text.
    county: Vec<u8>,
    kind: Vec<u8>,
    first_seq: i64,
    seq: i64,
    place: i64,
    school: Option<Vec<u8>>,
    project: Option<Vec<u8>>,
    wide: bool,
    body: Vec<u8>,
    row_hash: Vec<u8>,
}

impl RecordColumns {
    fn found(self) -> Result<Found> {
        let damaged = Damaged { record: columns::id(&self.id)?, seq: self.seq as u64 };
        let kept = self.row_hash.clone();
        let record = read(damaged.record, self).filter(|record| record.row_hash().as_slice() == kept);
        Ok(record.ok_or(damaged))
    }
}

fn read(id: RecordId, row: RecordColumns) -> Option<RecordRow> {
    let optional = |id: Option<Vec<u8>>| id.map(|id| columns::id(&id)).transpose().ok();
    Some(RecordRow {
        id,
        county: String::from_utf8(row.county).ok()?,
        kind: String::from_utf8(row.kind).ok()?,
        first_seq: row.first_seq as u64,
        seq: row.seq as u64,
        place: row.place,
        school: optional(row.school)?,
        project: optional(row.project)?,
        wide: row.wide,
        body: String::from_utf8(row.body).ok()?,
    })
}

fn rows(found: Vec<RecordColumns>) -> Result<Vec<Found>> {
    found.into_iter().map(RecordColumns::found).collect()
}

/// The records with these ids, those that there are.
pub async fn records(tx: &mut Tx, ids: impl Iterator<Item = RecordId>) -> Result<Vec<Found>> {
    let ids = columns::hex_list(ids.map(|id| id.0.into_bytes()));
    rows(
        sqlx::query_as(concat!(
            "select ",
            record_columns!(),
            " from records
             where id in (select unhex(value) from json_each($1))"
        ))
        .bind(ids)
        .fetch_all(tx)
        .await?,
    )
}

/// One record.
///
/// # Errors
/// If its row is damaged.
pub async fn record(tx: &mut Tx, id: RecordId) -> Result<Option<RecordRow>> {
    Ok(whole(records(tx, std::iter::once(id)).await?)?.pop())
}

/// How much is read of a feed: so many records, and, once there are two, so many bytes of them. The
/// last one may be one too many, which tells that there are more.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Records.
    pub records: u32,
    /// Bytes.
    pub bytes: usize,
}

/// Rows that are gathered until there is no more room.
struct Gathering {
    rows: Vec<Found>,
    whole: usize,
    bytes: usize,
    room: Room,
}

impl Gathering {
    const fn new(room: Room) -> Self {
        Self { rows: Vec::new(), whole: 0, bytes: 0, room }
    }

    fn is_full(&self) -> bool {
        self.whole > 1 && self.bytes > self.room.bytes
    }

    async fn take(&mut self, mut found: BoxStream<'_, sqlx::Result<RecordColumns>>) -> Result<()> {
        while !self.is_full()
            && let Some(row) = found.try_next().await?
        {
            let found = row.found()?;
            // What is damaged takes no room in a page.
            if let Ok(row) = &found {
                self.whole += 1;
                self.bytes += row.body.len();
            }
            self.rows.push(found);
        }
        Ok(())
    }
}

/// Records of a county after `seq`, in order of seq, as many as there is room for.
pub async fn page_of_county(tx: &mut Tx, county: &str, after: u64, room: Room) -> Result<Vec<Found>> {
    let mut page = Gathering::new(room);
    let found = sqlx::query_as(concat!(
        "select ",
        record_columns!(),
        " from records
         where county = $1 and seq > $2 order by seq limit $3"
    ));
    page.take(found.bind(county).bind(after as i64).bind(i64::from(room.records)).fetch(tx)).await?;
    Ok(page.rows)
}

/// Up to `limit` rows of a county after row `after` for whoever checks them: each with its number,
/// by itself, so that a damaged one hides no other.
pub async fn page_to_check(
    tx: &mut Tx,
    county: &str,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, Result<RecordRow>)>> {
    let found = sqlx::query(
        // By an index on the county, every page would sort all of its records anew.
        concat!(
            "select rowid, ",
            record_columns!(),
            " from records not indexed where rowid > $2 and county = $1 order by rowid limit $3"
        ),
    )
    .bind(county)
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    let read = |row| {
        RecordColumns::from_row(row)
            .map_err(Error::from)
            .and_then(RecordColumns::found)
            .and_then(|found| found.map_err(Error::internal))
    };
    paging::each(&found, "rowid", after, read)
}

/// Up to `limit` rows of all counties after row `after` for whoever looks through the store.
pub async fn page_to_scrub(tx: &mut Tx, after: i64, limit: u32) -> Result<Vec<(i64, Result<Found>)>> {
    let found = sqlx::query(concat!(
        "select rowid, ",
        record_columns!(),
        " from records where rowid > $1 order by rowid limit $2"
    ))
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    let read = |row| RecordColumns::from_row(row).map_err(Error::from).and_then(RecordColumns::found);
    paging::each(&found, "rowid", after, read)
}

/// How many bodies are sorted in memory at a time.
const SORTED_AT_ONCE: usize = 64;

/// Records of these places after `seq`, in order of seq, as many as there is room for. Their county's
/// ledger has come to `reached`.
pub async fn page_of_places(
    tx: &mut Tx,
    places: &[i64],
    after: u64,
    reached: u64,
    room: Room,
) -> Result<Vec<Found>> {
    let mut page = Gathering::new(room);
    let places = serde_json::to_string(places).unwrap_or_default();
    if reached.saturating_sub(after) <= SORTED_AT_ONCE as u64 {
        // No more than that can be new.
        let these = sqlx::query_as(concat!(
            "select ",
            record_columns!(),
            " from records
             where place in (select value from json_each($1)) and seq > $2 order by seq limit $3"
        ));
        let these = these.bind(places).bind(after as i64).bind(i64::from(room.records));
        page.take(these.fetch(tx)).await?;
        return Ok(page.rows);
    }
    // They are found and sorted by the index alone; only a page of bodies is read.
    let found: Vec<(i64,)> = sqlx::query_as(
        "select rowid from records
         where place in (select value from json_each($1)) and seq > $2
         order by seq limit $3",
    )
    .bind(places)
    .bind(after as i64)
    .bind(i64::from(room.records))
    .fetch_all(&mut *tx)
    .await?;
    let found: Vec<i64> = found.into_iter().map(|(row,)| row).collect();
    for some in found.chunks(SORTED_AT_ONCE) {
        let these = sqlx::query_as(concat!(
            "select ",
            record_columns!(),
            " from records
             where rowid in (select value from json_each($1)) order by seq"
        ));
        page.take(these.bind(serde_json::to_string(some).unwrap_or_default()).fetch(&mut *tx)).await?;
        if page.is_full() {
            break;
        }
    }
    Ok(page.rows)
}

/// A record that entries touched.
#[derive(Clone, Debug)]
pub struct Touched {
    /// The record.
    pub id: RecordId,
    /// Its kind.
    pub kind: String,
    /// The number of the change that began it.
    pub first_seq: u64,
    /// The number of the last change that touched it.
    pub seq: u64,
}

/// Up to `limit` records of a county that entries after `seq` touched, in order of their last one.
pub async fn touched_after(tx: &mut Tx, county: &str, seq: u64, limit: u32) -> Result<Vec<Touched>> {
    let found: Vec<(Vec<u8>, String, i64, i64)> = sqlx::query_as(
        "select id, kind, first_seq, seq from records
         where county = $1 and seq > $2 order by seq limit $3",
    )
    .bind(county)
    .bind(paging::after(seq))
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    let touched = |(id, kind, first_seq, seq): (Vec<u8>, String, i64, i64)| {
        Ok(Touched { id: columns::id(&id)?, kind, first_seq: first_seq as u64, seq: seq as u64 })
    };
    found.into_iter().map(touched).collect()
}

/// Where a record is and how much of it there is.
#[derive(Clone, Debug)]
pub struct Outline {
    /// The record.
    pub id: RecordId,
    /// Its county.
    pub county: String,
    /// Where it belongs.
    pub place: i64,
    /// The number of the last change that touched it.
    pub seq: u64,
    /// How many bytes its body has.
    pub bytes: usize,
}

/// The outlines of these records, those that there are, in order of seq.
pub async fn outlines(tx: &mut Tx, ids: impl Iterator<Item = RecordId>) -> Result<Vec<Outline>> {
    let ids = columns::hex_list(ids.map(|id| id.0.into_bytes()));
    let found: Vec<(Vec<u8>, String, i64, i64, i64)> = sqlx::query_as(
        "select id, county, place, seq, octet_length(body) from records
         where id in (select unhex(value) from json_each($1)) order by seq",
    )
    .bind(ids)
    .fetch_all(tx)
    .await?;
    let outline = |(id, county, place, seq, bytes): (Vec<u8>, String, i64, i64, i64)| {
        Ok(Outline { id: columns::id(&id)?, county, place, seq: seq as u64, bytes: bytes as usize })
    };
    found.into_iter().map(outline).collect()
}

/// `[id, seq]` of up to `limit` records after `seq` of a county, or of these places of it, in order
/// of seq.
pub async fn index(
    tx: &mut Tx,
    county: &str,
    places: Option<&[i64]>,
    after: u64,
    limit: u32,
) -> Result<Vec<(RecordId, u64)>> {
    let (of, bound) = match places {
        None => ("county = $1", county.to_owned()),
        Some(places) => {
            ("place in (select value from json_each($1))", serde_json::to_string(places).unwrap_or_default())
        }
    };
    let statement = format!("select id, seq from records where {of} and seq > $2 order by seq limit $3");
    let found: Vec<(Vec<u8>, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(statement))
        .bind(bound)
        .bind(paging::after(after))
        .bind(i64::from(limit))
        .fetch_all(tx)
        .await?;
    let mut last = after;
    let mut page = Vec::with_capacity(found.len());
    for (id, seq) in found {
        last = paging::onward(last, seq as u64)?;
        page.push((columns::id(&id)?, last));
    }
    Ok(page)
}

/// Writes records as they stand now.
pub async fn save(tx: &mut Tx, records: &[RecordRow]) -> Result<()> {
    for chunk in records.chunks(columns::ROWS_PER_INSERT) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "insert into records (id, county, kind, first_seq, seq, place, school, project, wide, body, row_hash) ",
        );
        insert.push_values(chunk, |mut row, record| {
            row.push_bind(record.id.as_bytes().as_slice())
                .push_bind(&record.county)
                .push_bind(&record.kind)
                .push_bind(record.first_seq as i64)
                .push_bind(record.seq as i64)
                .push_bind(record.place)
                .push_bind(record.school.as_ref().map(|id| id.as_bytes().as_slice()))
                .push_bind(record.project.as_ref().map(|id| id.as_bytes().as_slice()))
                .push_bind(record.wide)
                .push_bind(&record.body)
                .push_bind(record.row_hash().to_vec());
        });
        insert.push(
            " on conflict (id) do update set first_seq = excluded.first_seq, seq = excluded.seq, place = excluded.place,
             school = excluded.school, project = excluded.project, wide = excluded.wide,
             body = excluded.body, row_hash = excluded.row_hash",
        );
        insert.build().execute(&mut *tx).await?;
    }
    Ok(())
}

// Photos that records refer to --------------------------------------------------------------------

/// Notes which photos records refer to, in which county.
pub async fn refer_to_photos(tx: &mut Tx, refs: &[(Sha256, RecordId, String)]) -> Result<()> {
    if refs.is_empty() {
        return Ok(());
    }
    let rows = refs
        .iter()
        .map(|(photo, record, county)| (hex::encode(photo.0), hex::encode(record.as_bytes()), county));
    sqlx::query(
        "insert into photo_refs (sha256, record, county)
         select unhex(json_extract(value, '$[0]')), unhex(json_extract(value, '$[1]')),
                json_extract(value, '$[2]')
         from json_each($1) where true on conflict do nothing",
    )
    .bind(columns::row_list(rows))
    .execute(tx)
    .await?;
    Ok(())
}

/// The records that refer to a photo.
pub async fn referring_to_photo(tx: &mut Tx, photo: &Sha256) -> Result<Vec<RecordRow>> {
    let found = rows(
        sqlx::query_as(
            "select r.id, r.county, r.kind, r.first_seq, r.seq, r.place, r.school, r.project, r.wide, r.body, r.row_hash
             from photo_refs p join records r on r.id = p.record where p.sha256 = $1 limit 200",
        )
        .bind(photo.0.as_slice())
        .fetch_all(tx)
        .await?,
    )?;
    Ok(found.into_iter().filter_map(Result::ok).collect())
}

/// Notes to which photos, if they have not come, the changes of which device refer: it will be asked
/// for them.
pub async fn want_photos(tx: &mut Tx, photos: &[(DeviceId, &Sha256)]) -> Result<()> {
    if photos.is_empty() {
        return Ok(());
    }
    let rows = photos.iter().map(|(device, photo)| (hex::encode(device.as_bytes()), hex::encode(photo.0)));
    sqlx::query(
        "insert into photos_wanted (device, sha256)
         select device, photo from (
             select unhex(json_extract(value, '$[0]')) as device, unhex(json_extract(value, '$[1]')) as photo
             from json_each($1))
         where not exists (select 1 from photos where sha256 = photo and damaged_at is null)
         on conflict do nothing",
    )
    .bind(columns::row_list(rows))
    .execute(tx)
    .await?;
    Ok(())
}

/// The photos that a device's changes refer to and that have not come.
pub async fn photos_wanted(tx: &mut Tx, device: DeviceId, limit: u32) -> Result<Vec<Sha256>> {
    let found: Vec<(Vec<u8>,)> =
        sqlx::query_as("select sha256 from photos_wanted where device = $1 limit $2")
            .bind(device.as_bytes().as_slice())
            .bind(i64::from(limit))
            .fetch_all(tx)
            .await?;
    found.into_iter().map(|(hash,)| Ok(Sha256(columns::array(&hash)?))).collect()
}
