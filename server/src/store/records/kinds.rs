//! Records of one kind, for whoever reads all of them.

use sync_protocol::id::RecordId;

use super::{Found, Gathering, RecordRow, Room, rows};
use crate::error::Result;
use crate::store::{Tx, columns, paging};

/// The records of a county of one kind after `seq`, in order of seq.
pub async fn of_kind(tx: &mut Tx, county: &str, kind: &str, after: u64, limit: u32) -> Result<Vec<Found>> {
    rows(
        sqlx::query_as(concat!(
            "select ",
            record_columns!(),
            " from records
             where county = $1 and kind = $2 and seq > $3 order by seq limit $4"
        ))
        .bind(county)
        .bind(kind)
        .bind(after as i64)
        .bind(i64::from(limit))
        .fetch_all(tx)
        .await?,
    )
}

/// How many are read at a time by [`each_of_kind`].
const PAGE: u32 = 500;

/// Hands over all records of a county of one kind, in order of seq.
pub async fn each_of_kind(
    tx: &mut Tx,
    county: &str,
    kind: &str,
    mut each: impl FnMut(Found) -> Result<()> + Send,
) -> Result<()> {
    let mut after = 0;
    loop {
        let page = of_kind(tx, county, kind, after, PAGE).await?;
        if page.is_empty() {
            return Ok(());
        }
        for found in page {
            after = paging::onward(after, found.as_ref().map_or_else(|damaged| damaged.seq, |row| row.seq))?;
            each(found)?;
        }
    }
}

/// Of what has an official number: by these very words an index is found.
macro_rules! numbered {
    () => {
        "county = $1 and kind = $2 and kind in ('finding', 'notice')"
    };
}

const BEGUN: &str = concat!("select id, first_seq from records where ", numbered!(), " order by first_seq");
const BEGUN_BETWEEN: &str =
    concat!("select count(*) from records where ", numbered!(), " and first_seq > $3 and first_seq <= $4");

/// The findings or notices of a county and the numbers of the changes that began them, in that order,
/// withdrawn ones too.
pub async fn begun_of_kind(tx: &mut Tx, county: &str, kind: &str) -> Result<Vec<(RecordId, u64)>> {
    let found: Vec<(Vec<u8>, i64)> = sqlx::query_as(BEGUN).bind(county).bind(kind).fetch_all(tx).await?;
    found.into_iter().map(|(id, first_seq)| Ok((columns::id(&id)?, first_seq as u64))).collect()
}

/// How many findings or notices were begun in a county after one number and up to another.
pub async fn begun_between(tx: &mut Tx, county: &str, kind: &str, after: u64, to: u64) -> Result<u64> {
    let count: i64 = sqlx::query_scalar(BEGUN_BETWEEN)
        .bind(county)
        .bind(kind)
        .bind(after as i64)
        .bind(to as i64)
        .fetch_one(tx)
        .await?;
    Ok(count as u64)
}

/// Among which records.
#[derive(Clone, Copy, Debug)]
pub enum Among<'a> {
    /// All of that county.
    County(&'a str),
    /// Those of that place.
    Place(i64),
}

/// Records of one kind after `seq`, in order of seq, as many as there is room for.
pub async fn page_of_kind(
    tx: &mut Tx,
    among: Among<'_>,
    kind: &str,
    after: u64,
    room: Room,
) -> Result<Vec<Found>> {
    let mut page = Gathering::new(room);
    let found = match among {
        Among::County(county) => sqlx::query_as(concat!(
            "select ",
            record_columns!(),
            " from records
             where county = $1 and kind = $2 and seq > $3 order by seq limit $4"
        ))
        .bind(county),
        Among::Place(place) => sqlx::query_as(concat!(
            "select ",
            record_columns!(),
            " from records
             where place = $1 and kind = $2 and seq > $3 order by seq limit $4"
        ))
        .bind(place),
    };
    let found = found.bind(kind).bind(after as i64).bind(i64::from(room.records));
    page.take(found.fetch(tx)).await?;
    Ok(page.rows)
}

/// Up to `limit` records of a county, or of these places of it, that are of one of these kinds and whose
/// last entry stands before number `before`, the newest first; those of them whose rows are intact, and
/// the number at which the page ends.
pub async fn page_back(
    tx: &mut Tx,
    county: &str,
    places: Option<&[i64]>,
    kinds: &[&str],
    before: u64,
    limit: u32,
) -> Result<(Vec<RecordRow>, Option<u64>)> {
    // They are found by an index alone; only a page of bodies is read.
    let found: Vec<(i64,)> = match places {
        None => sqlx::query_as(
            "select rowid from records
             where county = $1 and seq < $2 and kind in (select value from json_each($3))
             order by seq desc limit $4",
        )
        .bind(county),
        Some(places) => sqlx::query_as(
            "select rowid from records
             where place in (select value from json_each($1)) and seq < $2
             and kind in (select value from json_each($3)) order by seq desc limit $4",
        )
        .bind(serde_json::to_string(places).unwrap_or_default()),
    }
    .bind(paging::after(before))
    .bind(serde_json::to_string(kinds).unwrap_or_default())
    .bind(i64::from(limit))
    .fetch_all(&mut *tx)
    .await?;
    let found: Vec<i64> = found.into_iter().map(|(row,)| row).collect();
    let found = rows(
        sqlx::query_as(concat!(
            "select ",
            record_columns!(),
            " from records where rowid in (select value from json_each($1)) order by seq desc"
        ))
        .bind(serde_json::to_string(&found).unwrap_or_default())
        .fetch_all(tx)
        .await?,
    )?;
    let end = found.last().map(|found| found.as_ref().map_or_else(|damaged| damaged.seq, |row| row.seq));
    Ok((found.into_iter().filter_map(Result::ok).collect(), end))
}

/// Up to `limit` records of a place that are of one of these kinds, the newest first; those of them whose
/// rows are intact.
pub async fn newest_of_place(tx: &mut Tx, place: i64, kinds: &[&str], limit: u32) -> Result<Vec<RecordRow>> {
    let found = rows(
        sqlx::query_as(concat!(
            "select ",
            record_columns!(),
            " from records
             where place = $1 and kind in (select value from json_each($2)) order by seq desc limit $3"
        ))
        .bind(place)
        .bind(serde_json::to_string(kinds).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(tx)
        .await?,
    )?;
    Ok(found.into_iter().filter_map(Result::ok).collect())
}

/// The bare bodies of up to `limit` records of one kind after `seq`, in order of seq, each
/// with its number: to look for something in them, and not to be handed out, for nobody checks them.
pub async fn bodies_of_kind(
    tx: &mut Tx,
    among: Among<'_>,
    kind: &str,
    after: u64,
    limit: u32,
) -> Result<Vec<(u64, Vec<u8>)>> {
    let found = match among {
        Among::County(county) => sqlx::query_as(
            "select seq, cast(body as blob) from records
             where county = $1 and kind = $2 and seq > $3 order by seq limit $4",
        )
        .bind(county),
        Among::Place(place) => sqlx::query_as(
            "select seq, cast(body as blob) from records
             where place = $1 and kind = $2 and seq > $3 order by seq limit $4",
        )
        .bind(place),
    };
    let found: Vec<(i64, Vec<u8>)> =
        found.bind(kind).bind(after as i64).bind(i64::from(limit)).fetch_all(tx).await?;
    Ok(found.into_iter().map(|(seq, body)| (seq as u64, body)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    /// To count what came before would otherwise take longer with every finding.
    #[tokio::test]
    async fn official_numbers_are_counted_by_an_index_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let mut tx = store.read().await.unwrap();
        for (statement, expected) in [
            (BEGUN, "SEARCH records USING INDEX records_numbered (county=? AND kind=?)"),
            (
                BEGUN_BETWEEN,
                "SEARCH records USING COVERING INDEX records_numbered (county=? AND kind=? AND first_seq>? AND \
                 first_seq<?)",
            ),
        ] {
            let plan: Vec<(i64, i64, i64, String)> =
                sqlx::query_as(sqlx::AssertSqlSafe(format!("explain query plan {statement}")))
                    .bind("350823")
                    .bind("finding")
                    .bind(0)
                    .bind(9)
                    .fetch_all(&mut *tx)
                    .await
                    .unwrap();
            let steps: Vec<_> = plan.iter().map(|(.., step)| step.as_str()).collect();
            assert_eq!(steps, [expected], "{statement}");
        }
    }
}
