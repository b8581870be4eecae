//! Places: what records of one school and project share, so that a reader is sent their own.

use sqlx::FromRow;
use sync_protocol::digest::ScopeDigest;
use sync_protocol::id::RecordId;

use crate::error::{Error, Result};
use crate::store::{Tx, columns};

/// Names the place where records belong; see [`place_ids`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaceKey {
    /// The county.
    pub county: String,
    /// Whether only the office reads it.
    pub office_only: bool,
    /// The school, where there is one.
    pub school: Option<RecordId>,
    /// The project, where there is one.
    pub project: Option<RecordId>,
}

/// A place and what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceRow {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub key: PlaceKey,
    /// Over the records there.
    pub digest: ScopeDigest,
}

/// Whose a place is, as it stands in the store.
const OFFICE: &str = "office";
const EVERYONE: &str = "everyone";

#[derive(FromRow)]
struct PlaceColumns {
    id: i64,
    county: String,
    audience: String,
    school: Vec<u8>,
    project: Vec<u8>,
    record_count: i64,
    xor: Vec<u8>,
}

impl TryFrom<PlaceColumns> for PlaceRow {
    type Error = Error;

    fn try_from(row: PlaceColumns) -> Result<Self> {
        let optional = |bytes: &[u8]| (!bytes.is_empty()).then(|| columns::id(bytes)).transpose();
        let office_only = match row.audience.as_str() {
            OFFICE => true,
            EVERYONE => false,
            // Not to be guessed: what only the office reads would be everyone's.
            other => {
                return Err(Error::internal(anyhow::anyhow!(
                    "place {} is for {other:?}: it is damaged on disk; run `siteledger verify`",
                    row.id
                )));
            }
        };
        Ok(Self {
            id: row.id,
            key: PlaceKey {
                county: row.county,
                office_only,
                school: optional(&row.school)?,
                project: optional(&row.project)?,
            },
            digest: ScopeDigest { count: row.record_count as u64, xor: columns::array(&row.xor)? },
        })
    }
}

/// All places of a county.
pub async fn places(tx: &mut Tx, county: &str) -> Result<Vec<PlaceRow>> {
    let found: Vec<PlaceColumns> = sqlx::query_as(
        "select id, county, audience, school, project, record_count, xor from places where county = $1",
    )
    .bind(county)
    .fetch_all(tx)
    .await?;
    found.into_iter().map(TryInto::try_into).collect()
}

/// The places of a county that everyone with one of these schools, or nothing but the county, has.
pub async fn places_of_schools(
    tx: &mut Tx,
    county: &str,
    schools: impl Iterator<Item = RecordId>,
) -> Result<Vec<PlaceRow>> {
    let schools = columns::hex_list(schools.map(|id| id.0.into_bytes()));
    let found: Vec<PlaceColumns> = sqlx::query_as(
        "select id, county, audience, school, project, record_count, xor from places
         where county = $1 and audience = 'everyone'
         and (school = x'' or school in (select unhex(value) from json_each($2)))",
    )
    .bind(county)
    .bind(schools)
    .fetch_all(tx)
    .await?;
    found.into_iter().map(TryInto::try_into).collect()
}

/// Finds a place, or makes it.
pub async fn place(tx: &mut Tx, key: &PlaceKey) -> Result<PlaceRow> {
    let audience = if key.office_only { OFFICE } else { EVERYONE };
    let blob = |id: Option<RecordId>| id.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    let row: PlaceColumns = sqlx::query_as(
        "insert into places (county, audience, school, project, xor) values ($1, $2, $3, $4, zeroblob(16))
         on conflict (county, audience, school, project) do update set county = excluded.county
         returning id, county, audience, school, project, record_count, xor",
    )
    .bind(&key.county)
    .bind(audience)
    .bind(blob(key.school))
    .bind(blob(key.project))
    .fetch_one(tx)
    .await?;
    row.try_into()
}

/// Keeps the digests of places.
pub async fn save_digests(tx: &mut Tx, places: impl Iterator<Item = &PlaceRow>) -> Result<()> {
    let rows = places.map(|place| (place.id, place.digest.count, hex::encode(place.digest.xor)));
    sqlx::query(
        "update places set record_count = json_extract(value, '$[1]'),
                           xor = unhex(json_extract(value, '$[2]'))
         from json_each($1) where places.id = json_extract(value, '$[0]')",
    )
    .bind(columns::row_list(rows))
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes that a record left a place, so that who had it there is told.
pub async fn depart(tx: &mut Tx, county: &str, seq: u64, record: RecordId, place: i64) -> Result<()> {
    sqlx::query(
        "insert into departures (county, seq, record, place) values ($1, $2, $3, $4) on conflict do nothing",
    )
    .bind(county)
    .bind(seq as i64)
    .bind(record.as_bytes().as_slice())
    .bind(place)
    .execute(tx)
    .await?;
    Ok(())
}

/// Records that left one of these places after `after`, up to `until`, with where they are now.
pub async fn departed(
    tx: &mut Tx,
    county: &str,
    places: &[i64],
    after: u64,
    until: u64,
) -> Result<Vec<(RecordId, i64)>> {
    let found: Vec<(Vec<u8>, i64)> = sqlx::query_as(
        "select d.record, r.place from departures d join records r on r.id = d.record
         where d.county = $1 and d.seq > $3 and d.seq <= $4
         and d.place in (select value from json_each($2))",
    )
    .bind(county)
    .bind(serde_json::to_string(places).unwrap_or_default())
    .bind(after as i64)
    .bind(until as i64)
    .fetch_all(tx)
    .await?;
    found.into_iter().map(|(id, place)| Ok((columns::id(&id)?, place))).collect()
}
