//! Photos that came: what is known of them, what looks like what, and which records refer to them.

use std::collections::{HashMap, HashSet};

use futures_util::TryStreamExt as _;
use sqlx::{FromRow, QueryBuilder, Sqlite};
use sync_protocol::id::{DeviceId, RecordId, UserId};
use sync_protocol::photo::Sha256;

use super::records::PlaceKey;
use super::row_hash::{self, RowHash};
use super::{Tx, columns, paging};
use crate::clock::Moment;
use crate::error::{Error, Result};

/// A perceptual hash: two pictures that look alike differ in few of its bits.
pub type PerceptualHash = [u8; 32];

/// A photo that came.
#[derive(Clone, Debug, PartialEq)]
pub struct PhotoRow {
    /// The hash of its bytes: the photo itself.
    pub sha256: Sha256,
    /// How many bytes it has.
    pub bytes: u64,
    /// What it is, by its content.
    pub media_type: String,
    /// Width and height as the header says, before the picture is turned upright.
    pub size: Option<(u32, u32)>,
    /// Who brought it first.
    pub made_by: UserId,
    /// On which device.
    pub device: DeviceId,
    /// When it came.
    pub received_at: Moment,
    /// When its bytes on disk turned out to be missing or wrong.
    pub damaged_at: Option<Moment>,
    /// What the photo job read out of the bytes, once it did.
    pub facts: Option<FactsRow>,
}

/// What was read out of a photo's bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct FactsRow {
    /// When this was read.
    pub inspected_at: Moment,
    /// EXIF orientation, 1 to 8.
    pub orientation: u8,
    /// When the camera says that it was taken: RFC 3339, without an offset if the camera gave none.
    pub taken_at: Option<String>,
    /// Where, in degrees: latitude and longitude.
    pub position: Option<(f64, f64)>,
    /// What it looks like.
    pub perceptual_hash: Option<PerceptualHash>,
    /// Whether a preview can be made.
    pub displayable: bool,
}

/// What [`Columns`] reads.
macro_rules! photo_columns {
    () => {
        "sha256, bytes, media_type, width, height, made_by, device, received_at, damaged_at, \
         inspected_at, orientation, taken_at, latitude, longitude, perceptual_hash, displayable, \
         row_hash"
    };
}

#[derive(FromRow)]
struct Columns {
    sha256: Vec<u8>,
    bytes: i64,
    media_type: String,
    width: Option<i64>,
    height: Option<i64>,
    made_by: Vec<u8>,
    device: Vec<u8>,
    received_at: i64,
    damaged_at: Option<i64>,
    inspected_at: Option<i64>,
    orientation: Option<i64>,
    taken_at: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    perceptual_hash: Option<Vec<u8>>,
    displayable: Option<bool>,
    row_hash: Vec<u8>,
}

impl PhotoRow {
    /// Covers the whole row.
    pub fn row_hash(&self) -> [u8; row_hash::LEN] {
        let hash = RowHash::new("photos")
            .bytes(&self.sha256.0)
            .int(self.bytes as i64)
            .text(&self.media_type)
            .optional(self.size, |hash, (width, height)| hash.int(width.into()).int(height.into()))
            .bytes(self.made_by.as_bytes())
            .bytes(self.device.as_bytes())
            .int(self.received_at.0)
            .optional(self.damaged_at, |hash, at| hash.int(at.0));
        hash.optional(self.facts.as_ref(), |hash, facts| {
            hash.int(facts.inspected_at.0)
                .int(facts.orientation.into())
                .optional(facts.taken_at.as_deref(), RowHash::text)
                .optional(facts.position, |hash, (latitude, longitude)| hash.real(latitude).real(longitude))
                .optional(facts.perceptual_hash, |hash, bits| hash.bytes(&bits))
                .int(facts.displayable.into())
        })
        .finish()
    }
}

fn size(width: i64, height: i64) -> Result<(u32, u32)> {
    let side = |side: i64| u32::try_from(side).map_err(Error::internal);
    Ok((side(width)?, side(height)?))
}

impl TryFrom<Columns> for PhotoRow {
    type Error = Error;

    /// # Errors
    /// If the row's hash does not fit: wrong data is never handed out.
    fn try_from(row: Columns) -> Result<Self> {
        let perceptual_hash = row.perceptual_hash.map(|bits| columns::array(&bits)).transpose()?;
        let facts = row.inspected_at.map(|inspected_at| FactsRow {
            inspected_at: Moment(inspected_at),
            orientation: row.orientation.unwrap_or(1) as u8,
            taken_at: row.taken_at,
            position: row.latitude.zip(row.longitude),
            perceptual_hash,
            displayable: row.displayable.unwrap_or(false),
        });
        let photo = Self {
            sha256: Sha256(columns::array(&row.sha256)?),
            bytes: row.bytes as u64,
            media_type: row.media_type,
            size: row.width.zip(row.height).map(|(width, height)| size(width, height)).transpose()?,
            made_by: columns::id(&row.made_by)?,
            device: columns::id(&row.device)?,
            received_at: Moment(row.received_at),
            damaged_at: row.damaged_at.map(Moment),
            facts,
        };
        if photo.row_hash().as_slice() == row.row_hash {
            Ok(photo)
        } else {
            Err(Error::internal(anyhow::anyhow!("the row of photo {} is damaged on disk", photo.sha256)))
        }
    }
}

/// These photos, those that came.
pub async fn photos(tx: &mut Tx, hashes: impl Iterator<Item = Sha256>) -> Result<Vec<PhotoRow>> {
    let list = columns::hex_list(hashes.map(|hash| hash.0));
    let found: Vec<Columns> = sqlx::query_as(concat!(
        "select ",
        photo_columns!(),
        " from photos where sha256 in (select unhex(value) from json_each($1))"
    ))
    .bind(list)
    .fetch_all(tx)
    .await?;
    found.into_iter().map(TryInto::try_into).collect()
}

/// A photo, if it came.
pub async fn photo(tx: &mut Tx, sha256: &Sha256) -> Result<Option<PhotoRow>> {
    Ok(photos(tx, std::iter::once(*sha256)).await?.pop())
}

/// A page of all photos in order of arrival, after `after`, with where the page ends.
pub async fn page(tx: &mut Tx, after: i64, limit: u32) -> Result<(Vec<PhotoRow>, Option<i64>)> {
    let ids: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("select rowid, sha256 from photos where rowid > $1 order by rowid limit $2")
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(&mut *tx)
            .await?;
    let end = ids.last().map(|(rowid, _)| *rowid);
    let mut hashes = Vec::with_capacity(ids.len());
    for (_, hash) in ids {
        hashes.push(Sha256(columns::array(&hash)?));
    }
    Ok((photos(tx, hashes.into_iter()).await?, end))
}

/// Up to `limit` rows after row `after` for whoever checks them: each with its number, by itself,
/// so that a damaged one hides no other.
pub async fn page_to_check(tx: &mut Tx, after: i64, limit: u32) -> Result<Vec<(i64, Result<PhotoRow>)>> {
    let found = sqlx::query(concat!(
        "select rowid, ",
        photo_columns!(),
        " from photos where rowid > $1 order by rowid limit $2"
    ))
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    let read = |row| Columns::from_row(row).map_err(Error::from).and_then(TryInto::try_into);
    paging::each(&found, "rowid", after, read)
}

/// Writes a photo's row as it stands now.
pub async fn save(tx: &mut Tx, photo: &PhotoRow) -> Result<()> {
    let facts = photo.facts.as_ref();
    sqlx::query(
        "insert into photos (sha256, bytes, media_type, width, height, made_by, device, received_at, damaged_at,
             inspected_at, orientation, taken_at, latitude, longitude, perceptual_hash, displayable, row_hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         on conflict (sha256) do update set
             bytes = excluded.bytes, media_type = excluded.media_type, width = excluded.width,
             height = excluded.height, made_by = excluded.made_by, device = excluded.device,
             received_at = excluded.received_at, damaged_at = excluded.damaged_at,
             inspected_at = excluded.inspected_at, orientation = excluded.orientation,
             taken_at = excluded.taken_at, latitude = excluded.latitude, longitude = excluded.longitude,
             perceptual_hash = excluded.perceptual_hash, displayable = excluded.displayable,
             row_hash = excluded.row_hash",
    )
    .bind(photo.sha256.0.as_slice())
    .bind(photo.bytes as i64)
    .bind(&photo.media_type)
    .bind(photo.size.map(|(width, _)| i64::from(width)))
    .bind(photo.size.map(|(_, height)| i64::from(height)))
    .bind(photo.made_by.as_bytes().as_slice())
    .bind(photo.device.as_bytes().as_slice())
    .bind(photo.received_at.0)
    .bind(photo.damaged_at.map(|at| at.0))
    .bind(facts.map(|facts| facts.inspected_at.0))
    .bind(facts.map(|facts| i64::from(facts.orientation)))
    .bind(facts.and_then(|facts| facts.taken_at.as_deref()))
    .bind(facts.and_then(|facts| facts.position).map(|(latitude, _)| latitude))
    .bind(facts.and_then(|facts| facts.position).map(|(_, longitude)| longitude))
    .bind(facts.and_then(|facts| facts.perceptual_hash.as_ref()).map(<[u8; 32]>::as_slice))
    .bind(facts.map(|facts| facts.displayable))
    .bind(photo.row_hash().to_vec())
    .execute(tx)
    .await?;
    Ok(())
}

/// Which of these photos have no row.
pub async fn without_row(tx: &mut Tx, hashes: impl Iterator<Item = Sha256>) -> Result<Vec<Sha256>> {
    let found: Vec<(Vec<u8>,)> = sqlx::query_as(
        "select unhex(value) from json_each($1)
         where not exists (select 1 from photos where sha256 = unhex(value))",
    )
    .bind(columns::hex_list(hashes.map(|hash| hash.0)))
    .fetch_all(tx)
    .await?;
    found.into_iter().map(|(hash,)| Ok(Sha256(columns::array(&hash)?))).collect()
}

/// A photo came: nobody is asked for it any more.
pub async fn arrived(tx: &mut Tx, sha256: &Sha256) -> Result<()> {
    sqlx::query("delete from photos_wanted where sha256 = $1").bind(sha256.0.as_slice()).execute(tx).await?;
    Ok(())
}

/// Asks every device that may have a photo for it again: the one that brought it, and those that
/// wrote in a record that refers to it.
pub async fn ask_again(tx: &mut Tx, photo: &PhotoRow) -> Result<()> {
    sqlx::query(
        "insert into photos_wanted (device, sha256)
         select $1, $2
         union
         select c.device, p.sha256 from photo_refs p join changes c on c.record = p.record
         where p.sha256 = $2 and instr(c.body, $3) > 0
         on conflict do nothing",
    )
    .bind(photo.device.as_bytes().as_slice())
    .bind(photo.sha256.0.as_slice())
    .bind(photo.sha256.to_string())
    .execute(tx)
    .await?;
    Ok(())
}

// Who brought it ---------------------------------------------------------------------------------

/// Notes that somebody sent all bytes of a photo.
pub async fn brought(tx: &mut Tx, sha256: &Sha256, user: UserId, county: Option<&str>) -> Result<()> {
    let county = county.unwrap_or("");
    sqlx::query(
        "insert into photo_bringers (sha256, made_by, county, row_hash) values ($1, $2, $3, $4)
         on conflict do nothing",
    )
    .bind(sha256.0.as_slice())
    .bind(user.as_bytes().as_slice())
    .bind(county)
    .bind(bringer_hash(&sha256.0, user.as_bytes(), county).to_vec())
    .execute(tx)
    .await?;
    Ok(())
}

fn bringer_hash(sha256: &[u8], user: &[u8], county: &str) -> [u8; row_hash::LEN] {
    RowHash::new("photo_bringers").bytes(sha256).bytes(user).text(county).finish()
}

/// Who brought what, all of it, for whoever checks it: the photo, and whether the row is intact.
pub async fn bringers_to_check(tx: &mut Tx, mut each: impl FnMut(&[u8], bool) + Send) -> Result<()> {
    type Row = (Vec<u8>, Vec<u8>, String, Vec<u8>);
    let mut found =
        sqlx::query_as::<_, Row>("select sha256, made_by, county, row_hash from photo_bringers").fetch(tx);
    while let Some((sha256, user, county, hash)) = found.try_next().await? {
        each(&sha256, bringer_hash(&sha256, &user, &county).as_slice() == hash);
    }
    Ok(())
}

/// Whether that person sent all bytes of a photo.
pub async fn is_brought_by(tx: &mut Tx, sha256: &Sha256, user: UserId) -> Result<bool> {
    Ok(sqlx::query_scalar("select exists (select 1 from photo_bringers where sha256 = $1 and made_by = $2)")
        .bind(sha256.0.as_slice())
        .bind(user.as_bytes().as_slice())
        .fetch_one(tx)
        .await?)
}

/// Those of these photos that this person, or somebody of one of these counties, sent.
pub async fn known_to(
    tx: &mut Tx,
    hashes: impl Iterator<Item = Sha256>,
    user: UserId,
    counties: impl Iterator<Item = &str>,
) -> Result<Vec<PhotoRow>> {
    let counties: Vec<_> = counties.collect();
    let found: Vec<(Vec<u8>,)> = sqlx::query_as(
        "select unhex(asked.value) from json_each($1) asked where exists (
             select 1 from photo_bringers
             where sha256 = unhex(asked.value)
             and (made_by = $2 or county in (select value from json_each($3))))",
    )
    .bind(columns::hex_list(hashes.map(|hash| hash.0)))
    .bind(user.as_bytes().as_slice())
    .bind(serde_json::to_string(&counties).unwrap_or_default())
    .fetch_all(&mut *tx)
    .await?;
    let mut known = Vec::with_capacity(found.len());
    for (hash,) in found {
        known.push(Sha256(columns::array(&hash)?));
    }
    photos(tx, known.into_iter()).await
}

/// The records that open these photos: they refer to them, and the bytes were sent by somebody of
/// the county in which they do, or by somebody who wrote the reference.
pub async fn opened(
    tx: &mut Tx,
    hashes: impl Iterator<Item = Sha256>,
    within: Option<RecordId>,
) -> Result<HashSet<(Sha256, RecordId)>> {
    let found: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "select p.sha256, p.record from photo_refs p
         where p.sha256 in (select unhex(value) from json_each($1)) and ($2 is null or p.record = $2)
         and (exists (select 1 from photo_bringers b where b.sha256 = p.sha256 and b.county = p.county)
              or exists (
                  select 1 from changes c join photo_bringers b on b.made_by = c.made_by
                  where c.record = p.record and b.sha256 = p.sha256
                  and instr(c.body, lower(hex(p.sha256))) > 0))",
    )
    .bind(columns::hex_list(hashes.map(|hash| hash.0)))
    .bind(within.map(|record| record.as_bytes().to_vec()))
    .fetch_all(tx)
    .await?;
    found
        .into_iter()
        .map(|(photo, record)| Ok((Sha256(columns::array(&photo)?), columns::id(&record)?)))
        .collect()
}

// Likeness ---------------------------------------------------------------------------------------

const BANDS: usize = 16;
const BAND_BITS: u32 = 16;

/// The bands of a hash, each with its number.
fn bands(hash: &PerceptualHash) -> impl Iterator<Item = i64> + '_ {
    let (pairs, _) = hash.as_chunks::<2>();
    pairs.iter().zip(0_i64..).map(|(pair, number)| number << BAND_BITS | i64::from(u16::from_be_bytes(*pair)))
}

/// Makes a photo findable by what it looks like.
pub async fn keep_bands(tx: &mut Tx, sha256: &Sha256, hash: &PerceptualHash) -> Result<()> {
    let mut insert = QueryBuilder::<Sqlite>::new("insert into photo_bands (band, sha256) ");
    insert.push_values(bands(hash), |mut row, band| {
        row.push_bind(band).push_bind(sha256.0.as_slice());
    });
    insert.push(" on conflict do nothing");
    insert.build().execute(tx).await?;
    Ok(())
}

/// All photos that may differ from this hash in fewer than 32 bits, with their hashes: a band of
/// theirs is the same but for at most one bit.
pub async fn perhaps_alike(tx: &mut Tx, hash: &PerceptualHash) -> Result<Vec<(Sha256, PerceptualHash)>> {
    let mut probes = Vec::with_capacity(BANDS * (BAND_BITS as usize + 1));
    for band in bands(hash) {
        probes.push(band);
        probes.extend((0..BAND_BITS).map(|bit| band ^ (1 << bit)));
    }
    let found: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "select sha256, perceptual_hash from photos where perceptual_hash is not null and sha256 in
             (select sha256 from photo_bands where band in (select value from json_each($1)))",
    )
    .bind(serde_json::to_string(&probes).unwrap_or_default())
    .fetch_all(tx)
    .await?;
    found
        .into_iter()
        .map(|(sha256, hash)| Ok((Sha256(columns::array(&sha256)?), columns::array(&hash)?)))
        .collect()
}

/// Notes that two photos look alike.
pub async fn keep_likeness(tx: &mut Tx, one: &Sha256, other: &Sha256, distance: u32) -> Result<()> {
    sqlx::query(
        "insert into photo_likeness (sha256, other, distance) values ($1, $2, $3), ($2, $1, $3)
         on conflict do nothing",
    )
    .bind(one.0.as_slice())
    .bind(other.0.as_slice())
    .bind(i64::from(distance))
    .execute(tx)
    .await?;
    Ok(())
}

/// For each of these photos the others that look alike, most alike first.
pub async fn alike(
    tx: &mut Tx,
    hashes: impl Iterator<Item = Sha256>,
    limit: u32,
) -> Result<HashMap<Sha256, Vec<(Sha256, u32)>>> {
    let found: Vec<(Vec<u8>, Vec<u8>, i64)> = sqlx::query_as(
        "select sha256, other, distance from photo_likeness
         where sha256 in (select unhex(value) from json_each($1)) order by distance, other limit $2",
    )
    .bind(columns::hex_list(hashes.map(|hash| hash.0)))
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    let mut alike: HashMap<_, Vec<_>> = HashMap::new();
    for (sha256, other, distance) in found {
        let other = Sha256(columns::array(&other)?);
        alike.entry(Sha256(columns::array(&sha256)?)).or_default().push((other, distance as u32));
    }
    Ok(alike)
}

// Uses -------------------------------------------------------------------------------------------

/// A record that refers to a photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The photo.
    pub sha256: Sha256,
    /// The record.
    pub record: RecordId,
    /// The record's kind.
    pub kind: String,
    /// Where the record belongs.
    pub place: PlaceKey,
}

#[derive(FromRow)]
struct UseColumns {
    sha256: Vec<u8>,
    record: Vec<u8>,
    kind: String,
    county: String,
    audience: String,
    school: Vec<u8>,
    project: Vec<u8>,
}

impl TryFrom<UseColumns> for Use {
    type Error = Error;

    fn try_from(row: UseColumns) -> Result<Self> {
        let optional = |bytes: &[u8]| (!bytes.is_empty()).then(|| columns::id(bytes)).transpose();
        Ok(Self {
            sha256: Sha256(columns::array(&row.sha256)?),
            record: columns::id(&row.record)?,
            kind: row.kind,
            place: PlaceKey {
                county: row.county,
                office_only: row.audience != "everyone",
                school: optional(&row.school)?,
                project: optional(&row.project)?,
            },
        })
    }
}

/// The records that refer to any of these photos, and where they belong.
pub async fn uses(tx: &mut Tx, hashes: impl Iterator<Item = Sha256>, limit: u32) -> Result<Vec<Use>> {
    let found: Vec<UseColumns> = sqlx::query_as(
        "select f.sha256, f.record, r.kind, p.county, p.audience, p.school, p.project
         from photo_refs f join records r on r.id = f.record join places p on p.id = r.place
         where f.sha256 in (select unhex(value) from json_each($1)) limit $2",
    )
    .bind(columns::hex_list(hashes.map(|hash| hash.0)))
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    found.into_iter().map(TryInto::try_into).collect()
}

/// The photos that have not come and that records of a county refer to, or did once, record by record.
pub async fn outstanding(tx: &mut Tx, county: &str) -> Result<Vec<(RecordId, Sha256)>> {
    let found: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
        // Few are asked for: it goes from them to the records.
        "select distinct f.record, f.sha256
         from photos_wanted w cross join photo_refs f on f.sha256 = w.sha256
         where f.county = $1 order by f.record",
    )
    .bind(county)
    .fetch_all(tx)
    .await?;
    found
        .into_iter()
        .map(|(record, sha256)| Ok((columns::id(&record)?, Sha256(columns::array(&sha256)?))))
        .collect()
}
