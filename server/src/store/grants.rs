//! Roles that people hold or held. A grant that ended stays: what was written in its time counts.

use sqlx::FromRow;
use sync_protocol::id::UserId;

use super::Tx;
use crate::clock::Moment;
use crate::error::Result;

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

#[derive(FromRow)]
struct Columns {
    role: String,
    scope: String,
    since: i64,
    until: Option<i64>,
}

/// All grants of a person, those that ended too, oldest first.
pub async fn of(tx: &mut Tx, user: UserId) -> Result<Vec<GrantRow>> {
    let rows: Vec<Columns> =
        sqlx::query_as("select role, scope, since, until from grants where user_id = $1 order by id")
            .bind(user.as_bytes().as_slice())
            .fetch_all(tx)
            .await?;
    let grant = |row: Columns| GrantRow {
        role: row.role,
        scope: row.scope,
        since: Moment(row.since),
        until: row.until.map(Moment),
    };
    Ok(rows.into_iter().map(grant).collect())
}

/// Gives a role; says whether it did, since the person may hold it there already.
pub async fn add(tx: &mut Tx, user: UserId, role: &str, scope: &str, since: Moment) -> Result<bool> {
    let added = sqlx::query(
        "insert into grants (user_id, role, scope, since)
         select $1, $2, $3, $4 where not exists (
             select 1 from grants where user_id = $1 and role = $2 and scope = $3
             and (until is null or until > $4))",
    )
    .bind(user.as_bytes().as_slice())
    .bind(role)
    .bind(scope)
    .bind(since.0)
    .execute(tx)
    .await?;
    Ok(added.rows_affected() == 1)
}

/// Ends a role; says whether the person held it there.
pub async fn end(tx: &mut Tx, user: UserId, role: &str, scope: &str, until: Moment) -> Result<bool> {
    let ended = sqlx::query(
        "update grants set until = $4
         where user_id = $1 and role = $2 and scope = $3 and (until is null or until > $4)",
    )
    .bind(user.as_bytes().as_slice())
    .bind(role)
    .bind(scope)
    .bind(until.0)
    .execute(tx)
    .await?;
    Ok(ended.rows_affected() > 0)
}
