//! When what stands in a record came.

use std::collections::HashMap;

use sync_protocol::id::{RecordId, UserId};

use crate::clock::Moment;
use crate::error::Result;
use crate::store::{Tx, columns};

/// When the first and the last change of a record came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// The first.
    pub first: Moment,
    /// The last.
    pub last: Moment,
}

/// When the changes of these records came.
pub async fn received(
    tx: &mut Tx,
    records: impl Iterator<Item = RecordId>,
) -> Result<HashMap<RecordId, Received>> {
    let ids = columns::hex_list(records.map(|id| id.0.into_bytes()));
    let found: Vec<(Vec<u8>, i64, i64)> = sqlx::query_as(
        "select record, min(received_at), max(received_at) from changes
         where record in (select unhex(value) from json_each($1)) group by record",
    )
    .bind(ids)
    .fetch_all(tx)
    .await?;
    let row = |(id, first, last): (Vec<u8>, i64, i64)| {
        Ok((columns::id(&id)?, Received { first: Moment(first), last: Moment(last) }))
    };
    found.into_iter().map(row).collect()
}

/// Who wrote an entry, and when it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hand {
    /// Who.
    pub by: UserId,
    /// That person's name at the time.
    pub by_name: String,
    /// When it came.
    pub received_at: Moment,
}

/// Who wrote the entries of a county with these numbers.
pub async fn hands(tx: &mut Tx, county: &str, seqs: &[u64]) -> Result<HashMap<u64, Hand>> {
    let found: Vec<(i64, Vec<u8>, String, i64)> = sqlx::query_as(
        "select seq, made_by, by_name, received_at from changes
         where county = $1 and seq in (select value from json_each($2))",
    )
    .bind(county)
    .bind(serde_json::to_string(seqs).unwrap_or_default())
    .fetch_all(tx)
    .await?;
    let hand = |(seq, by, by_name, received_at): (i64, Vec<u8>, String, i64)| {
        Ok((seq as u64, Hand { by: columns::id(&by)?, by_name, received_at: Moment(received_at) }))
    };
    found.into_iter().map(hand).collect()
}
