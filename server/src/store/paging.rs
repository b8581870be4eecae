//! Pages that follow one another.
//!
//! In a damaged file the database may give rows in another order than it was asked for. Whoever reads
//! on after the last row of a page would then come by the same rows for ever.

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::error::{Error, Result};

/// The rows of the page after number `after`, each by itself with its number, which stands in that
/// column: a damaged one hides no other. One that stands out of order is damaged; it counts as being
/// where the one before it is.
///
/// # Errors
/// If none of them is beyond `after`: there is no way on from here.
pub(super) fn each<'r, T>(
    rows: &'r [SqliteRow],
    column: &str,
    after: i64,
    read: impl Fn(&'r SqliteRow) -> Result<T>,
) -> Result<Vec<(i64, Result<T>)>> {
    let mut last = after;
    let mut page = Vec::with_capacity(rows.len());
    for row in rows {
        let number = row.try_get(column)?;
        let read = onward(last, number).and_then(|number| {
            last = number;
            read(row)
        });
        page.push((last, read));
    }
    if !rows.is_empty() {
        onward(after, last)?;
    }
    Ok(page)
}

/// The number after which a page begins, as the database knows it: whoever asks may name one that is
/// beyond all that it can hold, and nothing stands there.
pub(super) fn after(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Where the next page begins, if that is beyond where this one did.
///
/// # Errors
/// If it is not: the file is damaged.
pub fn onward<N: PartialOrd + std::fmt::Debug + Copy>(after: N, end: N) -> Result<N> {
    if end > after {
        return Ok(end);
    }
    Err(Error::internal(anyhow::anyhow!(
        "rows stand out of order: {end:?} comes after {after:?}; the database file is damaged"
    )))
}
