//! Roles that people hold or held. A grant that ended stays: what was written in its time counts.

use sqlx::FromRow;
use sync_protocol::id::UserId;

use super::row_hash::{self, RowHash};
use super::{Tx, columns, paging};
use crate::clock::Moment;
use crate::error::{Error, Result};

/// A role held at a scope for a time, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantRow {
    /// The role's name.
    pub role: String,
    /// The scope.
    pub scope: String,
    /// From when.
    pub since: Moment,
    /// Until when, if it ended.
    pub until: Option<Moment>,
}

impl GrantRow {
    /// Covers the whole row.
    fn row_hash(&self, user: &[u8]) -> [u8; row_hash::LEN] {
        RowHash::new("grants")
            .bytes(user)
            .text(&self.role)
            .text(&self.scope)
            .int(self.since.0)
            .optional(self.until, |hash, at| hash.int(at.0))
            .finish()
    }
}

/// What [`Columns`] reads.
macro_rules! grant_columns {
    () => {
        "id, user_id, role, scope, since, until, row_hash"
    };
}

#[derive(FromRow)]
struct Columns {
    id: i64,
    user_id: Vec<u8>,
    role: String,
    scope: String,
    since: i64,
    until: Option<i64>,
    row_hash: Vec<u8>,
}

/// A grant and its number.
impl TryFrom<Columns> for (i64, GrantRow) {
    type Error = Error;

    /// # Errors
    /// If the row's hash does not fit: it may grant more than was granted.
    fn try_from(row: Columns) -> Result<Self> {
        let grant = GrantRow {
            role: row.role,
            scope: row.scope,
            since: Moment(row.since),
            until: row.until.map(Moment),
        };
        if grant.row_hash(&row.user_id).as_slice() == row.row_hash {
            Ok((row.id, grant))
        } else {
            Err(row_hash::damaged(format_args!("grant {} of user {}", row.id, hex::encode(&row.user_id))))
        }
    }
}

/// All grants of a person, those that ended too, oldest first, each with its number.
async fn numbered(tx: &mut Tx, user: UserId) -> Result<Vec<(i64, GrantRow)>> {
    let rows: Vec<Columns> =
        sqlx::query_as(concat!("select ", grant_columns!(), " from grants where user_id = $1 order by id"))
            .bind(user.as_bytes().as_slice())
            .fetch_all(tx)
            .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// All grants of a person, those that ended too, oldest first.
pub async fn of(tx: &mut Tx, user: UserId) -> Result<Vec<GrantRow>> {
    Ok(numbered(tx, user).await?.into_iter().map(|(_, grant)| grant).collect())
}

/// All grants of these people, those that ended too. One whose row is damaged is left out.
pub async fn of_each(tx: &mut Tx, users: &[UserId]) -> Result<Vec<(UserId, GrantRow)>> {
    let rows: Vec<Columns> = sqlx::query_as(concat!(
        "select ",
        grant_columns!(),
        " from grants where user_id in (select unhex(value) from json_each($1)) order by id"
    ))
    .bind(columns::hex_list(users.iter().map(|user| user.0.into_bytes())))
    .fetch_all(tx)
    .await?;
    let intact = rows.into_iter().filter_map(|row| {
        let user = columns::id(&row.user_id).ok()?;
        <(i64, GrantRow)>::try_from(row).ok().map(|(_, grant)| (user, grant))
    });
    Ok(intact.collect())
}

/// Everybody who holds, or held, one of these roles at one of these scopes.
pub async fn holders(tx: &mut Tx, roles: &[&str], scopes: &[String]) -> Result<Vec<UserId>> {
    let rows: Vec<Columns> = sqlx::query_as(concat!(
        "select ",
        grant_columns!(),
        " from grants where role in (select value from json_each($1))
         and scope in (select value from json_each($2))"
    ))
    .bind(serde_json::to_string(roles).unwrap_or_default())
    .bind(serde_json::to_string(scopes).unwrap_or_default())
    .fetch_all(tx)
    .await?;
    // A damaged row makes nobody an official.
    let intact = rows.into_iter().filter_map(|row| {
        let user = columns::id(&row.user_id).ok()?;
        <(i64, GrantRow)>::try_from(row).ok().map(|_| user)
    });
    Ok(intact.collect())
}

/// Up to `limit` rows after row `after` for whoever checks them, each with its number.
pub async fn page_to_check(tx: &mut Tx, after: i64, limit: u32) -> Result<Vec<(i64, Result<()>)>> {
    let found =
        sqlx::query(concat!("select ", grant_columns!(), " from grants where id > $1 order by id limit $2"))
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(tx)
            .await?;
    let check = |row| <(i64, GrantRow)>::try_from(Columns::from_row(row)?).map(drop);
    paging::each(&found, "id", after, check)
}

/// Gives a role; says whether it did, since the person may hold it there already.
pub async fn add(tx: &mut Tx, user: UserId, role: &str, scope: &str, since: Moment) -> Result<bool> {
    let grant = GrantRow { role: role.to_owned(), scope: scope.to_owned(), since, until: None };
    let added = sqlx::query(
        "insert into grants (user_id, role, scope, since, row_hash)
         select $1, $2, $3, $4, $5 where not exists (
             select 1 from grants where user_id = $1 and role = $2 and scope = $3
             and (until is null or until > $4))",
    )
    .bind(user.as_bytes().as_slice())
    .bind(role)
    .bind(scope)
    .bind(since.0)
    .bind(grant.row_hash(user.as_bytes()).to_vec())
    .execute(tx)
    .await?;
    Ok(added.rows_affected() == 1)
}

/// Ends a role; says whether the person held it there.
pub async fn end(tx: &mut Tx, user: UserId, role: &str, scope: &str, until: Moment) -> Result<bool> {
    let mut held = numbered(&mut *tx, user).await?;
    held.retain(|(_, grant)| {
        grant.role == role && grant.scope == scope && grant.until.is_none_or(|ends| until < ends)
    });
    for (id, grant) in &held {
        let ended = GrantRow { until: Some(until), ..grant.clone() };
        sqlx::query("update grants set until = $2, row_hash = $3 where id = $1")
            .bind(id)
            .bind(until.0)
            .bind(ended.row_hash(user.as_bytes()).to_vec())
            .execute(&mut *tx)
            .await?;
    }
    Ok(!held.is_empty())
}
