//! The held box: changes that came and are not in a ledger. They wait for a person at the office.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use futures_util::stream::BoxStream;
use sqlx::FromRow;
use sync_protocol::id::{ChangeId, DeviceId, UserId};
use sync_protocol::photo::Sha256;
use sync_protocol::refusal::Code;

use super::row_hash::{self, RowHash};
use super::{Tx, columns, paging};
use crate::clock::Moment;
use crate::error::{Error, Result};

/// What became of a held change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It waits for a person.
    Waiting,
    /// It is in the ledger now.
    Released,
    /// The office said no, with a reason.
    Refused,
}

impl State {
    /// Its name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Released => "released",
            Self::Refused => "refused",
        }
    }

    fn named(name: &str) -> Result<Self> {
        [Self::Waiting, Self::Released, Self::Refused]
            .into_iter()
            .find(|state| state.as_str() == name)
            .ok_or_else(|| Error::internal(anyhow::anyhow!("a held change has the state {name:?}")))
    }
}

/// A change that is about to be held.
#[derive(Clone, Debug)]
pub struct NewHeld {
    /// Whose office decides.
    pub county: String,
    /// The id as it was sent, where one could be read.
    pub change_id: Option<String>,
    /// Of the canonical form, or of the bytes where there is none.
    pub digest: Sha256,
    /// The change as it came.
    pub raw: String,
    /// Why.
    pub code: Code,
    /// The field it is about.
    pub field: Option<String>,
    /// Why, in Chinese.
    pub zh: String,
    /// Why, in English.
    pub en: String,
    /// Who delivered it.
    pub by: UserId,
    /// That person's name at the time.
    pub by_name: String,
    /// On which device.
    pub device: DeviceId,
    /// When it came.
    pub received_at: Moment,
    /// Who brought it in by hand, if it did not come from the device itself.
    pub carried_by: Option<UserId>,
    /// Whether the author had the right when the change was made, by the device's clock.
    pub permitted_when_made: bool,
}

/// A change in the held box.
#[derive(Clone, Debug)]
pub struct HeldRow {
    /// Its number in the box.
    pub id: i64,
    /// What was held.
    pub held: NewHeld,
    /// What became of it.
    pub state: State,
    /// Who decided.
    pub decided_by: Option<UserId>,
    /// When.
    pub decided_at: Option<Moment>,
    /// Why.
    pub decision_reason: Option<String>,
    /// Its number in the ledger, once released.
    pub released_seq: Option<u64>,
}

impl HeldRow {
    /// One that nobody has decided about.
    const fn waiting(held: NewHeld) -> Self {
        Self {
            id: 0,
            held,
            state: State::Waiting,
            decided_by: None,
            decided_at: None,
            decision_reason: None,
            released_seq: None,
        }
    }

    /// Covers what came and what was decided about it; its number stands in the row's place.
    fn row_hash(&self) -> [u8; row_hash::LEN] {
        let held = &self.held;
        RowHash::new("held")
            .text(&held.county)
            .optional(held.change_id.as_deref(), RowHash::text)
            .bytes(&held.digest.0)
            .text(&held.raw)
            .text(held.code.as_str())
            .optional(held.field.as_deref(), RowHash::text)
            .text(&held.zh)
            .text(&held.en)
            .bytes(held.by.as_bytes())
            .text(&held.by_name)
            .bytes(held.device.as_bytes())
            .int(held.received_at.0)
            .optional(held.carried_by, |hash, by| hash.bytes(by.as_bytes()))
            .int(i64::from(held.permitted_when_made))
            .text(self.state.as_str())
            .optional(self.decided_by, |hash, by| hash.bytes(by.as_bytes()))
            .optional(self.decided_at, |hash, at| hash.int(at.0))
            .optional(self.decision_reason.as_deref(), RowHash::text)
            .optional(self.released_seq, |hash, seq| hash.int(seq as i64))
            .finish()
    }
}

/// What [`HeldColumns`] reads.
macro_rules! held_columns {
    () => {
        "id, county, change_id, digest, raw, code, field, zh, en, made_by, by_name, device, \
         received_at, carried_by, permitted_when_made, state, decided_by, decided_at, \
         decision_reason, released_seq, row_hash"
    };
}

#[derive(FromRow)]
struct HeldColumns {
    id: i64,
    county: String,
    change_id: Option<String>,
    digest: Vec<u8>,
    raw: String,
    code: String,
    field: Option<String>,
    zh: String,
    en: String,
    made_by: Vec<u8>,
    by_name: String,
    device: Vec<u8>,
    received_at: i64,
    carried_by: Option<Vec<u8>>,
    permitted_when_made: bool,
    state: String,
    decided_by: Option<Vec<u8>>,
    decided_at: Option<i64>,
    decision_reason: Option<String>,
    released_seq: Option<i64>,
    row_hash: Vec<u8>,
}

impl TryFrom<HeldColumns> for (HeldRow, bool) {
    type Error = Error;

    fn try_from(row: HeldColumns) -> Result<Self> {
        let code = Code::named(&row.code)
            .ok_or_else(|| Error::internal(anyhow::anyhow!("held change {} has no known code", row.id)))?;
        let held = NewHeld {
            county: row.county,
            change_id: row.change_id,
            digest: Sha256(columns::array(&row.digest)?),
            raw: row.raw,
            code,
            field: row.field,
            zh: row.zh,
            en: row.en,
            by: columns::id(&row.made_by)?,
            by_name: row.by_name,
            device: columns::id(&row.device)?,
            received_at: Moment(row.received_at),
            carried_by: row.carried_by.map(|by| columns::id(&by)).transpose()?,
            permitted_when_made: row.permitted_when_made,
        };
        let kept = row.row_hash;
        let row = HeldRow {
            id: row.id,
            held,
            state: State::named(&row.state)?,
            decided_by: row.decided_by.map(|by| columns::id(&by)).transpose()?,
            decided_at: row.decided_at.map(Moment),
            decision_reason: row.decision_reason,
            released_seq: row.released_seq.map(|seq| seq as u64),
        };
        let intact = row.row_hash().as_slice() == kept;
        Ok((row, intact))
    }
}

/// The row, if it is what was written; the log says if it is not.
fn whole(row: HeldColumns) -> Option<HeldRow> {
    let id = row.id;
    let read = <(HeldRow, bool)>::try_from(row).ok();
    let whole = read.and_then(|(row, intact)| intact.then_some(row));
    if whole.is_none() {
        row_hash::tell(&format_args!("held change {id}"));
    }
    whole
}

/// Puts changes into the held box that [`with_digests`] did not find there. One that is there all
/// the same is damaged: what came again takes its place, to be decided about anew.
pub async fn hold(tx: &mut Tx, changes: impl Iterator<Item = &NewHeld>) -> Result<()> {
    for held in changes {
        sqlx::query(
            "insert into held (county, change_id, digest, raw, code, field, zh, en, made_by, by_name, device,
             received_at, carried_by, permitted_when_made, row_hash)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
             on conflict (digest) do update set county = excluded.county, change_id = excluded.change_id,
                 raw = excluded.raw, code = excluded.code, field = excluded.field, zh = excluded.zh,
                 en = excluded.en, made_by = excluded.made_by, by_name = excluded.by_name,
                 device = excluded.device, received_at = excluded.received_at,
                 carried_by = excluded.carried_by,
                 permitted_when_made = excluded.permitted_when_made, row_hash = excluded.row_hash,
                 state = 'waiting', decided_by = null, decided_at = null, decision_reason = null,
                 released_seq = null",
        )
        .bind(&held.county)
        .bind(&held.change_id)
        .bind(held.digest.0.as_slice())
        .bind(&held.raw)
        .bind(held.code.as_str())
        .bind(&held.field)
        .bind(&held.zh)
        .bind(&held.en)
        .bind(held.by.as_bytes().as_slice())
        .bind(&held.by_name)
        .bind(held.device.as_bytes().as_slice())
        .bind(held.received_at.0)
        .bind(held.carried_by.as_ref().map(|by| by.as_bytes().as_slice()))
        .bind(held.permitted_when_made)
        .bind(HeldRow::waiting(held.clone()).row_hash().to_vec())
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// The held changes with these digests, but for those whose rows are damaged: nothing is decided by
/// what stands in them.
pub async fn with_digests(tx: &mut Tx, digests: impl Iterator<Item = Sha256>) -> Result<Vec<HeldRow>> {
    let list = columns::hex_list(digests.map(|digest| digest.0));
    let found: Vec<HeldColumns> = sqlx::query_as(concat!(
        "select ",
        held_columns!(),
        " from held where digest in (select unhex(value) from json_each($1))"
    ))
    .bind(list)
    .fetch_all(tx)
    .await?;
    Ok(found.into_iter().filter_map(whole).collect())
}

/// Which of these change ids are in the held box.
pub async fn has_changes(tx: &mut Tx, changes: &[ChangeId]) -> Result<Vec<ChangeId>> {
    let list = serde_json::to_string(changes).unwrap_or_default();
    let found: Vec<(String,)> = sqlx::query_as(
        "select distinct change_id from held where change_id in (select value from json_each($1))",
    )
    .bind(list)
    .fetch_all(tx)
    .await?;
    Ok(found.into_iter().filter_map(|(id,)| id.parse().ok()).collect())
}

/// The digest of what was held first under each of these change ids, where something was and its row
/// is not damaged.
pub async fn first_of_ids(tx: &mut Tx, changes: &[ChangeId]) -> Result<HashMap<ChangeId, Sha256>> {
    let list = serde_json::to_string(changes).unwrap_or_default();
    let found: Vec<HeldColumns> = sqlx::query_as(concat!(
        "select ",
        held_columns!(),
        " from held h where change_id in (select value from json_each($1))
         and not exists (select 1 from held b where b.change_id = h.change_id and b.id < h.id)"
    ))
    .bind(list)
    .fetch_all(tx)
    .await?;
    let of_id = |row: HeldRow| Some((row.held.change_id?.parse().ok()?, row.held.digest));
    Ok(found.into_iter().filter_map(whole).filter_map(of_id).collect())
}

/// One held change.
///
/// # Errors
/// If its row is damaged: nobody decides about what may be another change.
pub async fn held(tx: &mut Tx, id: i64) -> Result<Option<HeldRow>> {
    let found: Option<HeldColumns> =
        sqlx::query_as(concat!("select ", held_columns!(), " from held where id = $1"))
            .bind(id)
            .fetch_optional(tx)
            .await?;
    found
        .map(|row| {
            whole(row).ok_or_else(|| {
                Error::internal(anyhow::anyhow!(
                    "held change {id} is damaged on disk; run `siteledger verify`"
                ))
            })
        })
        .transpose()
}

/// Held changes of these counties in that state after number `after`, oldest first: up to `limit` of them, and
/// up to [`LIST_BYTES`].
pub async fn list(
    tx: &mut Tx,
    counties: &[String],
    state: State,
    after: i64,
    limit: u32,
) -> Result<Vec<HeldRow>> {
    a_list(
        sqlx::query_as(concat!(
            "select ",
            held_columns!(),
            " from held where county in (select value from json_each($1)) and state = $2 and id > $3
             order by id limit $4"
        ))
        .bind(serde_json::to_string(counties).unwrap_or_default())
        .bind(state.as_str())
        .bind(after)
        .bind(i64::from(limit))
        .fetch(tx),
    )
    .await
}

/// How many changes of these counties nobody has decided about.
pub async fn count_waiting(tx: &mut Tx, counties: &[String]) -> Result<usize> {
    let count: i64 = sqlx::query_scalar(
        "select count(*) from held where county in (select value from json_each($1)) and state = 'waiting'",
    )
    .bind(serde_json::to_string(counties).unwrap_or_default())
    .fetch_one(tx)
    .await?;
    Ok(count as usize)
}

/// How many of them each device sent.
pub async fn waiting_by_device(tx: &mut Tx, counties: &[String]) -> Result<Vec<(DeviceId, u32)>> {
    let found: Vec<(Vec<u8>, i64)> = sqlx::query_as(
        "select device, count(*) from held
         where county in (select value from json_each($1)) and state = 'waiting' group by device",
    )
    .bind(serde_json::to_string(counties).unwrap_or_default())
    .fetch_all(tx)
    .await?;
    found.into_iter().map(|(device, count)| Ok((columns::id(&device)?, count as u32))).collect()
}

/// Those of them that waited longest: up to `limit` after the first `skip`, and up to [`LIST_BYTES`].
pub async fn waiting(tx: &mut Tx, counties: &[String], skip: usize, limit: usize) -> Result<Vec<HeldRow>> {
    a_list(
        sqlx::query_as(concat!(
            "select ",
            held_columns!(),
            " from held where county in (select value from json_each($1)) and state = 'waiting'
             order by id limit $2 offset $3"
        ))
        .bind(serde_json::to_string(counties).unwrap_or_default())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(i64::try_from(skip).unwrap_or(i64::MAX))
        .fetch(tx),
    )
    .await
}

/// Held changes that a person delivered, newest first: up to `limit`, and up to [`LIST_BYTES`].
pub async fn of_author(tx: &mut Tx, author: UserId, limit: u32) -> Result<Vec<HeldRow>> {
    a_list(
        sqlx::query_as(concat!(
            "select ",
            held_columns!(),
            " from held where made_by = $1 order by id desc limit $2"
        ))
        .bind(author.as_bytes().as_slice())
        .bind(i64::from(limit))
        .fetch(tx),
    )
    .await
}

/// How long a list may be: one held change alone may be as long as a whole request.
const LIST_BYTES: usize = 1024 * 1024;

async fn a_list(mut found: BoxStream<'_, sqlx::Result<HeldColumns>>) -> Result<Vec<HeldRow>> {
    let (mut list, mut bytes) = (Vec::new(), 0);
    while let Some(row) = found.try_next().await? {
        bytes += row.raw.len();
        list.extend(whole(row));
        if bytes >= LIST_BYTES {
            break;
        }
    }
    Ok(list)
}

/// Up to `limit` rows after number `after` for whoever checks them: each with its number and with
/// whether it is intact, by itself, so that one that cannot be read hides no other.
pub async fn page_to_check(
    tx: &mut Tx,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, Result<(HeldRow, bool)>)>> {
    let found =
        sqlx::query(concat!("select ", held_columns!(), " from held where id > $1 order by id limit $2"))
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(tx)
            .await?;
    let read = |row| HeldColumns::from_row(row).map_err(Error::from).and_then(TryInto::try_into);
    paging::each(&found, "id", after, read)
}

/// What is decided about a held change.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Released or refused.
    pub state: State,
    /// By whom; nobody if it became acceptable by itself and was sent again.
    pub by: Option<UserId>,
    /// When.
    pub at: Moment,
    /// Why.
    pub reason: Option<String>,
    /// Its number in the ledger, if released.
    pub seq: Option<u64>,
}

/// Keeps a decision about a change that still waits; tells whether it did.
///
/// # Errors
/// As of [`held`].
pub async fn decide(tx: &mut Tx, id: i64, decision: &Decision) -> Result<bool> {
    let Some(row) = held(&mut *tx, id).await?.filter(|row| row.state == State::Waiting) else {
        return Ok(false);
    };
    let decided = HeldRow {
        state: decision.state,
        decided_by: decision.by,
        decided_at: Some(decision.at),
        decision_reason: decision.reason.clone(),
        released_seq: decision.seq,
        ..row
    };
    sqlx::query(
        "update held set state = $2, decided_by = $3, decided_at = $4, decision_reason = $5, released_seq = $6,
         row_hash = $7
         where id = $1",
    )
    .bind(id)
    .bind(decided.state.as_str())
    .bind(decided.decided_by.as_ref().map(|by| by.as_bytes().as_slice()))
    .bind(decision.at.0)
    .bind(&decided.decision_reason)
    .bind(decided.released_seq.map(|seq| seq as i64))
    .bind(decided.row_hash().to_vec())
    .execute(tx)
    .await?;
    Ok(true)
}
