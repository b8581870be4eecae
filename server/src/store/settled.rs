//! What a verified backup contains.

use sync_protocol::id::ChangeId;
use sync_protocol::photo::Sha256;

use super::{Tx, columns};
use crate::error::Result;

/// Under this name instead of a county's stands up to which number the held box is contained.
const HELD: &str = "";

/// Up to which number a verified backup contains the ledger of a county.
pub async fn of_county(tx: &mut Tx, county: &str) -> Result<u64> {
    let seq: Option<i64> = sqlx::query_scalar("select seq from settled where county = $1")
        .bind(county)
        .fetch_optional(tx)
        .await?;
    Ok(seq.unwrap_or(0) as u64)
}

/// Notes that a verified backup contains a ledger up to `seq`, whose leaf there is `leaf`; tells
/// whether it did. A ledger that has another leaf there was put back meanwhile: nothing is noted.
pub async fn settle(tx: &mut Tx, county: &str, seq: u64, leaf: &[u8; 32]) -> Result<bool> {
    if super::epochs::leaf_at(tx, county, seq).await?.as_ref() != Some(leaf) {
        return Ok(false);
    }
    keep(tx, county, seq as i64).await?;
    Ok(true)
}

/// Notes that a verified backup contains the held box up to number `id`.
pub async fn settle_held(tx: &mut Tx, id: i64) -> Result<()> {
    keep(tx, HELD, id).await
}

async fn keep(tx: &mut Tx, county: &str, seq: i64) -> Result<()> {
    sqlx::query(
        "insert into settled (county, seq) values ($1, $2)
         on conflict (county) do update set seq = max(seq, excluded.seq)",
    )
    .bind(county)
    .bind(seq)
    .execute(tx)
    .await?;
    Ok(())
}

/// Which of these changes the server has, and no backup contains.
pub async fn unsettled_changes(tx: &mut Tx, changes: &[ChangeId]) -> Result<Vec<ChangeId>> {
    let found: Vec<(String,)> = sqlx::query_as(
        "select asked.value from json_each($1) asked
         where exists (
             select 1 from changes c where c.id = unhex(replace(asked.value, '-', ''))
             and c.seq > coalesce((select s.seq from settled s where s.county = c.county), 0))
         or exists (
             select 1 from held h where h.change_id = asked.value
             and h.id > coalesce((select s.seq from settled s where s.county = $2), 0))",
    )
    .bind(serde_json::to_string(changes).unwrap_or_default())
    .bind(HELD)
    .fetch_all(tx)
    .await?;
    Ok(found.into_iter().filter_map(|(id,)| id.parse().ok()).collect())
}

/// Which of these photos no backup contains.
pub async fn unsettled_photos(tx: &mut Tx, photos: &[Sha256]) -> Result<Vec<Sha256>> {
    let found: Vec<(Vec<u8>,)> = sqlx::query_as(
        "select unhex(asked.value) from json_each($1) asked
         where not exists (select 1 from photos_settled where sha256 = unhex(asked.value))",
    )
    .bind(columns::hex_list(photos.iter().map(|photo| photo.0)))
    .fetch_all(tx)
    .await?;
    found.into_iter().map(|(hash,)| Ok(Sha256(columns::array(&hash)?))).collect()
}

/// Notes that a verified backup contains these photos.
pub async fn settle_photos(tx: &mut Tx, photos: &[Sha256]) -> Result<()> {
    sqlx::query(
        "insert into photos_settled (sha256) select unhex(value) from json_each($1) where true
         on conflict do nothing",
    )
    .bind(columns::hex_list(photos.iter().map(|photo| photo.0)))
    .execute(tx)
    .await?;
    Ok(())
}
