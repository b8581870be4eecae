//! How ids and hashes stand in columns.

use uuid::Uuid;

use crate::error::{Error, Result};

/// How many rows one insert statement takes; few enough shapes for the statement cache.
pub(super) const ROWS_PER_INSERT: usize = 32;

/// A blob column as an array of known length.
pub(super) fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| {
        Error::internal(anyhow::anyhow!("a column has {} bytes instead of {N}: it is damaged", bytes.len()))
    })
}

/// A blob column as an id.
pub(super) fn id<T: From<Uuid>>(bytes: &[u8]) -> Result<T> {
    Ok(T::from(Uuid::from_bytes(array(bytes)?)))
}

/// A JSON list of rows, to be opened by `json_extract(value, '$[0]')` over `json_each`: one statement
/// for many rows, since each one is a way to another thread and back.
pub(super) fn row_list<R: serde::Serialize>(rows: impl Iterator<Item = R>) -> String {
    serde_json::to_string(&rows.collect::<Vec<_>>()).unwrap_or_default()
}

/// A JSON list of hex texts, to be opened by `unhex(value)` over `json_each`.
pub(super) fn hex_list<const N: usize>(items: impl Iterator<Item = [u8; N]>) -> String {
    let mut list = String::from("[");
    for item in items {
        if list.len() > 1 {
            list.push(',');
        }
        list.push('"');
        list.push_str(&hex::encode(item));
        list.push('"');
    }
    list.push(']');
    list
}
