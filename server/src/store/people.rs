//! People with an account, and the secrets by which they prove it.

use sqlx::FromRow;
use sync_protocol::id::UserId;

use super::{Tx, columns};
use crate::clock::Moment;
use crate::error::Result;

/// A person with an account.
#[derive(Clone)]
pub struct Person {
    /// The account.
    pub id: UserId,
    /// The name to sign in with.
    pub username: String,
    /// The name that others see.
    pub display_name: String,
    /// The password's hash; whoever has none works by phone alone.
    pub password_hash: Option<String>,
    /// The secret of the one-time codes, where they are asked for.
    pub totp_secret: Option<Vec<u8>>,
    /// The county whose office looks after this person, where there is one.
    pub home_county: Option<String>,
    /// Since when.
    pub created_at: Moment,
    /// Since when the account is closed, if it is.
    pub disabled_at: Option<Moment>,
}

#[derive(FromRow)]
struct Columns {
    id: Vec<u8>,
    username: String,
    display_name: String,
    password_hash: Option<String>,
    totp_secret: Option<Vec<u8>>,
    home_county: Option<String>,
    created_at: i64,
    disabled_at: Option<i64>,
}

impl TryFrom<Columns> for Person {
    type Error = crate::error::Error;

    fn try_from(row: Columns) -> Result<Self> {
        Ok(Self {
            id: columns::id(&row.id)?,
            username: row.username,
            display_name: row.display_name,
            password_hash: row.password_hash,
            totp_secret: row.totp_secret,
            home_county: row.home_county,
            created_at: Moment(row.created_at),
            disabled_at: row.disabled_at.map(Moment),
        })
    }
}

/// Adds a person; says whether it did, since the name may be taken.
pub async fn add(tx: &mut Tx, person: &Person) -> Result<bool> {
    let added = sqlx::query(
        "insert into users (id, username, display_name, password_hash, totp_secret, home_county, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
    )
    .bind(person.id.as_bytes().as_slice())
    .bind(&person.username)
    .bind(&person.display_name)
    .bind(&person.password_hash)
    .bind(&person.totp_secret)
    .bind(&person.home_county)
    .bind(person.created_at.0)
    .execute(tx)
    .await?;
    Ok(added.rows_affected() == 1)
}

/// The person who signs in with that name.
pub async fn named(tx: &mut Tx, username: &str) -> Result<Option<Person>> {
    let row: Option<Columns> = sqlx::query_as(
        "select id, username, display_name, password_hash, totp_secret, home_county, created_at, disabled_at
         from users where username = $1",
    )
    .bind(username)
    .fetch_optional(tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// The person with that id.
pub async fn person(tx: &mut Tx, id: UserId) -> Result<Option<Person>> {
    let row: Option<Columns> = sqlx::query_as(
        "select id, username, display_name, password_hash, totp_secret, home_county, created_at, disabled_at
         from users where id = $1",
    )
    .bind(id.as_bytes().as_slice())
    .fetch_optional(tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// All people, in order of their names.
pub async fn all(tx: &mut Tx) -> Result<Vec<Person>> {
    let rows: Vec<Columns> = sqlx::query_as(
        "select id, username, display_name, password_hash, totp_secret, home_county, created_at, disabled_at
         from users order by username",
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Closes an account, or opens it again.
pub async fn set_disabled_at(tx: &mut Tx, id: UserId, disabled_at: Option<Moment>) -> Result<()> {
    sqlx::query("update users set disabled_at = $2 where id = $1")
        .bind(id.as_bytes().as_slice())
        .bind(disabled_at.map(|at| at.0))
        .execute(tx)
        .await?;
    Ok(())
}

/// Keeps the hash of a new password.
pub async fn set_password_hash(tx: &mut Tx, id: UserId, hash: &str) -> Result<()> {
    sqlx::query("update users set password_hash = $2 where id = $1")
        .bind(id.as_bytes().as_slice())
        .bind(hash)
        .execute(tx)
        .await?;
    Ok(())
}

/// Keeps a new secret of one-time codes, or asks for none any more.
pub async fn set_totp_secret(tx: &mut Tx, id: UserId, secret: Option<&[u8]>) -> Result<()> {
    sqlx::query("update users set totp_secret = $2, totp_last_step = null where id = $1")
        .bind(id.as_bytes().as_slice())
        .bind(secret)
        .execute(tx)
        .await?;
    Ok(())
}

/// Uses up the one-time code of a step; says whether it and all later ones were unused.
pub async fn spend_totp_step(tx: &mut Tx, id: UserId, step: i64) -> Result<bool> {
    let spent = sqlx::query(
        "update users set totp_last_step = $2
         where id = $1 and (totp_last_step is null or totp_last_step < $2)",
    )
    .bind(id.as_bytes().as_slice())
    .bind(step)
    .execute(tx)
    .await?;
    Ok(spent.rows_affected() == 1)
}
