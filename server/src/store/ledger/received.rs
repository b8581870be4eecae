//! When what stands in a record came.

use std::collections::HashMap;

use sync_protocol::id::RecordId;

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
