//! People with an account, and the secrets by which they prove it.

use sqlx::FromRow;
use sync_protocol::id::UserId;

use super::row_hash::{self, RowHash};
use super::{Tx, columns, paging};
use crate::clock::Moment;
use crate::error::{Error, Result};

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

/// What [`Columns`] reads.
macro_rules! person_columns {
    () => {
        "id, username, display_name, password_hash, totp_secret, home_county, created_at, \
         disabled_at, row_hash"
    };
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
    row_hash: Vec<u8>,
}

impl Person {
    /// Covers the whole row but for the last one-time code.
    fn row_hash(&self) -> [u8; row_hash::LEN] {
        RowHash::new("users")
            .bytes(self.id.as_bytes())
            .text(&self.username)
            .text(&self.display_name)
            .optional(self.password_hash.as_deref(), RowHash::text)
            .optional(self.totp_secret.as_deref(), RowHash::bytes)
            .optional(self.home_county.as_deref(), RowHash::text)
            .int(self.created_at.0)
            .optional(self.disabled_at, |hash, at| hash.int(at.0))
            .finish()
    }
}

impl TryFrom<Columns> for Person {
    type Error = Error;

    /// # Errors
    /// If the row's hash does not fit: nobody is let in by it.
    fn try_from(row: Columns) -> Result<Self> {
        let person = Self {
            id: columns::id(&row.id)?,
            username: row.username,
            display_name: row.display_name,
            password_hash: row.password_hash,
            totp_secret: row.totp_secret,
            home_county: row.home_county,
            created_at: Moment(row.created_at),
            disabled_at: row.disabled_at.map(Moment),
        };
        if person.row_hash().as_slice() == row.row_hash {
            Ok(person)
        } else {
            Err(row_hash::damaged(format_args!("user {}", person.id)))
        }
    }
}

/// Adds a person; says whether it did, since the name may be taken.
pub async fn add(tx: &mut Tx, person: &Person) -> Result<bool> {
    let added = sqlx::query(
        "insert into users (id, username, display_name, password_hash, totp_secret, home_county, created_at,
         disabled_at, row_hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
    )
    .bind(person.id.as_bytes().as_slice())
    .bind(&person.username)
    .bind(&person.display_name)
    .bind(&person.password_hash)
    .bind(&person.totp_secret)
    .bind(&person.home_county)
    .bind(person.created_at.0)
    .bind(person.disabled_at.map(|at| at.0))
    .bind(person.row_hash().to_vec())
    .execute(tx)
    .await?;
    Ok(added.rows_affected() == 1)
}

/// The person who signs in with that name.
pub async fn named(tx: &mut Tx, username: &str) -> Result<Option<Person>> {
    let row: Option<Columns> =
        sqlx::query_as(concat!("select ", person_columns!(), " from users where username = $1"))
            .bind(username)
            .fetch_optional(tx)
            .await?;
    row.map(TryInto::try_into).transpose()
}

/// The person with that id.
pub async fn person(tx: &mut Tx, id: UserId) -> Result<Option<Person>> {
    let row: Option<Columns> =
        sqlx::query_as(concat!("select ", person_columns!(), " from users where id = $1"))
            .bind(id.as_bytes().as_slice())
            .fetch_optional(tx)
            .await?;
    row.map(TryInto::try_into).transpose()
}

/// All people, in order of their names. Whose row is damaged is left out, and the log says so.
pub async fn all(tx: &mut Tx) -> Result<Vec<Person>> {
    let rows: Vec<Columns> =
        sqlx::query_as(concat!("select ", person_columns!(), " from users order by username"))
            .fetch_all(tx)
            .await?;
    Ok(rows.into_iter().filter_map(|row| row.try_into().ok()).collect())
}

/// Up to `limit` rows after row `after` for whoever checks them, each with its number.
pub async fn page_to_check(tx: &mut Tx, after: i64, limit: u32) -> Result<Vec<(i64, Result<()>)>> {
    let found = sqlx::query(concat!(
        "select rowid, ",
        person_columns!(),
        " from users where rowid > $1 order by rowid limit $2"
    ))
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    let check = |row| Person::try_from(Columns::from_row(row)?).map(drop);
    paging::each(&found, "rowid", after, check)
}

/// Closes an account, or opens it again.
pub async fn set_disabled_at(tx: &mut Tx, id: UserId, disabled_at: Option<Moment>) -> Result<()> {
    change(tx, id, |person| person.disabled_at = disabled_at).await
}

/// Keeps the hash of a new password.
pub async fn set_password_hash(tx: &mut Tx, id: UserId, hash: &str) -> Result<()> {
    change(tx, id, |person| person.password_hash = Some(hash.to_owned())).await
}

/// Keeps a new secret of one-time codes, or asks for none any more.
pub async fn set_totp_secret(tx: &mut Tx, id: UserId, secret: Option<&[u8]>) -> Result<()> {
    change(tx, id, |person| person.totp_secret = secret.map(<[u8]>::to_vec)).await?;
    sqlx::query("update users set totp_last_step = null where id = $1")
        .bind(id.as_bytes().as_slice())
        .execute(tx)
        .await?;
    Ok(())
}

/// Changes what may change of a person. A damaged row is not made to look whole.
async fn change(tx: &mut Tx, id: UserId, change: impl FnOnce(&mut Person)) -> Result<()> {
    let Some(mut person) = person(&mut *tx, id).await? else { return Ok(()) };
    change(&mut person);
    sqlx::query(
        "update users set password_hash = $2, totp_secret = $3, disabled_at = $4, row_hash = $5 where id = $1",
    )
    .bind(id.as_bytes().as_slice())
    .bind(&person.password_hash)
    .bind(&person.totp_secret)
    .bind(person.disabled_at.map(|at| at.0))
    .bind(person.row_hash().to_vec())
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
