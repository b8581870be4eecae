//! Looking after people, their roles and their devices: what commands do.
//!
//! Each change raises the version of people, roles and devices in the same commit, so that a
//! running server goes by it at once.

use sync_protocol::id::{DeviceId, UserId};
use sync_protocol::kinds::Role;
use uuid::Uuid;

use super::people::home_county;
use super::role::Scope;
use super::secret::SecretHash;
use super::{password, totp};
use crate::clock::{Clock, Moment};
use crate::error::{Error, Kind, Result};
use crate::store::grants::{self, GrantRow};
use crate::store::people::{self, Person};
use crate::store::row_hash::DAMAGED;
use crate::store::{Store, Tx, devices, ledger, records, server_row, sessions};

/// The most characters of a name.
const MAX_NAME_CHARS: usize = 64;

/// A person to be added.
#[derive(Clone)]
pub struct NewPerson {
    /// The name to sign in with.
    pub username: String,
    /// The name that others see.
    pub display_name: String,
    /// The password; whoever has none works by phone alone.
    pub password: Option<String>,
    /// The roles, each with its scope.
    pub roles: Vec<(Role, Scope)>,
}

/// A name as the store keeps it: without blanks around it, in small letters.
pub fn normal(username: &str) -> String {
    username.trim().chars().take(MAX_NAME_CHARS + 1).flat_map(char::to_lowercase).collect()
}

/// Adds a person.
///
/// # Errors
/// `invalid_username`, `weak_password`, `username_taken`, or what the store says.
pub async fn add(store: &Store, clock: &Clock, new: NewPerson) -> Result<UserId> {
    let username = normal(&new.username);
    check_username(&username)?;
    let password_hash = match new.password {
        Some(password) => {
            password::check(&password, &username)?;
            Some(password::hash(password).await?)
        }
        None => None,
    };
    let (id, now) = (UserId(Uuid::now_v7()), clock.now());
    let display_name = new.display_name.trim();
    let display_name = if display_name.is_empty() { username.clone() } else { display_name.to_owned() };
    let person = Person {
        id,
        username,
        display_name,
        password_hash,
        totp_secret: None,
        home_county: None,
        created_at: now,
        disabled_at: None,
    };
    let roles = new.roles;
    change(store, move |tx| {
        Box::pin(async move {
            let home_county = home_county(tx, roles.iter().map(|(_, scope)| scope)).await?;
            if !people::add(tx, &Person { home_county, ..person.clone() }).await? {
                return Err(username_taken(&person.username));
            }
            for (role, scope) in &roles {
                grants::add(tx, id, role.as_str(), &scope.to_string(), now).await?;
            }
            Ok(())
        })
    })
    .await?;
    Ok(id)
}

/// The person with that name.
///
/// # Errors
/// `user_unknown`, or what the store says.
pub async fn named(store: &Store, username: &str) -> Result<Person> {
    let name = normal(username);
    let person = people::named(&mut *store.read().await?, &name).await?;
    person.ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            "user_unknown",
            format!("没有名为“{name}”的用户；没有改动"),
            format!("there is nobody with the name {name:?}; nothing was changed"),
        )
    })
}

/// All people, each with all roles, but for those of whom something is damaged: the log names them.
///
/// # Errors
/// What the store says.
pub async fn all(store: &Store) -> Result<Vec<(Person, Vec<GrantRow>)>> {
    let mut tx = store.read().await?;
    let mut all = Vec::new();
    for person in people::all(&mut tx).await? {
        match grants::of(&mut tx, person.id).await {
            Err(error) if error.code == DAMAGED => {}
            grants => all.push((person, grants?)),
        }
    }
    Ok(all)
}

/// Closes an account: its phones are let in no more and its sessions end.
///
/// # Errors
/// What the store says.
pub async fn disable(store: &Store, clock: &Clock, user: UserId) -> Result<()> {
    let now = clock.now();
    change(store, move |tx| {
        Box::pin(async move {
            people::set_disabled_at(tx, user, Some(now)).await?;
            sessions::end_all_of(tx, user, None).await
        })
    })
    .await
}

/// Opens a closed account again; its phones are let in again.
///
/// # Errors
/// What the store says.
pub async fn enable(store: &Store, user: UserId) -> Result<()> {
    change(store, move |tx| Box::pin(async move { people::set_disabled_at(tx, user, None).await })).await
}

/// Gives somebody a role.
///
/// # Errors
/// `role_held`, or what the store says.
pub async fn grant(store: &Store, clock: &Clock, user: UserId, role: Role, scope: Scope) -> Result<()> {
    let now = clock.now();
    change(store, move |tx| {
        Box::pin(async move {
            if grants::add(tx, user, role.as_str(), &scope.to_string(), now).await? {
                return Ok(());
            }
            Err(Error::new(
                Kind::Conflict,
                "role_held",
                format!("该用户在 {scope} 已有角色“{}”；没有改动", role.zh()),
                format!("they are {} at {scope} already; nothing was changed", role.as_str()),
            ))
        })
    })
    .await
}

/// Ends somebody's role. What was written in its time still counts.
///
/// # Errors
/// `role_not_held`, or what the store says.
pub async fn end_role(store: &Store, clock: &Clock, user: UserId, role: Role, scope: Scope) -> Result<()> {
    let now = clock.now();
    change(store, move |tx| {
        Box::pin(async move {
            if grants::end(tx, user, role.as_str(), &scope.to_string(), now).await? {
                return Ok(());
            }
            Err(Error::new(
                Kind::NotFound,
                "role_not_held",
                format!("该用户在 {scope} 没有角色“{}”；没有改动", role.zh()),
                format!("they are not {} at {scope}; nothing was changed", role.as_str()),
            ))
        })
    })
    .await
}

/// Sets a password. Whoever is signed in with the old one is signed out, but for one session.
///
/// # Errors
/// `weak_password`, or what the store says.
pub async fn set_password(
    store: &Store,
    person: &Person,
    password: String,
    but: Option<SecretHash>,
) -> Result<()> {
    password::check(&password, &person.username)?;
    let (user, hash) = (person.id, password::hash(password).await?);
    change(store, move |tx| {
        Box::pin(async move {
            people::set_password_hash(tx, user, &hash).await?;
            sessions::end_all_of(tx, user, but.as_ref()).await
        })
    })
    .await
}

/// Asks a person for one-time codes from now on; the answer is what their app scans, shown once.
///
/// # Errors
/// What the store says, or if the system gives no random bytes.
pub async fn ask_for_totp(store: &Store, person: &Person) -> Result<String> {
    let secret = totp::new_secret()?;
    let url = totp::url(&secret, &person.username)?;
    set_totp(store, person.id, secret, None).await?;
    Ok(url)
}

/// Asks a person for the one-time codes of that secret. Whoever is signed in is signed out, but for one
/// session.
///
/// # Errors
/// What the store says.
pub async fn set_totp(
    store: &Store,
    user: UserId,
    secret: totp::TotpSecret,
    but: Option<SecretHash>,
) -> Result<()> {
    change(store, move |tx| {
        Box::pin(async move {
            people::set_totp_secret(tx, user, Some(&secret)).await?;
            sessions::end_all_of(tx, user, but.as_ref()).await
        })
    })
    .await
}

/// Asks a person for no one-time codes any more.
///
/// # Errors
/// What the store says.
pub async fn stop_totp(store: &Store, user: UserId) -> Result<()> {
    change(store, move |tx| Box::pin(async move { people::set_totp_secret(tx, user, None).await })).await
}

/// Lets a device in no more.
///
/// # Errors
/// `device_unknown`, or what the store says.
pub async fn revoke_device(store: &Store, clock: &Clock, device: DeviceId) -> Result<()> {
    let now = clock.now();
    change(store, move |tx| {
        Box::pin(async move {
            if devices::revoke(tx, device, now).await? {
                return Ok(());
            }
            Err(Error::new(
                Kind::NotFound,
                "device_unknown",
                format!("没有设备 {device}，或它已停用；没有改动"),
                format!("there is no device {device}, or it was revoked already; nothing was changed"),
            ))
        })
    })
    .await
}

/// Ends the sessions that a person has in one browser; says whether there were any.
///
/// # Errors
/// What the store says.
pub async fn end_sessions(store: &Store, user: UserId, browser: DeviceId) -> Result<bool> {
    store
        .write(move |tx| {
            Box::pin(async move {
                let ended = sessions::end_in(tx, user, browser).await?;
                server_row::bump_access_version(tx).await?;
                Ok(ended)
            })
        })
        .await
}

/// The scopes of these that nothing stands behind yet: no such record, or no ledger of the county.
/// That is no error, since phones make ids; it may be a mistyped one.
///
/// # Errors
/// What the store says.
pub async fn unknown_scopes<'s>(
    store: &Store,
    scopes: impl Iterator<Item = &'s Scope>,
) -> Result<Vec<&'s Scope>> {
    let mut tx = store.read().await?;
    let ledgers = ledger::ledgers(&mut tx).await?;
    let mut unknown = Vec::new();
    for scope in scopes {
        let is_known = match scope {
            Scope::City(code) => ledgers.iter().any(|ledger| ledger.city.as_ref() == Some(code)),
            Scope::County(code) => ledgers.iter().any(|ledger| ledger.county == *code),
            Scope::Township(code) => ledgers.iter().any(|ledger| code.starts_with(&ledger.county)),
            Scope::Zone(id) | Scope::School(id) | Scope::Project(id) => {
                records::record(&mut tx, *id).await?.is_some()
            }
        };
        if !is_known {
            unknown.push(scope);
        }
    }
    Ok(unknown)
}

/// Whether a grant is in force.
pub fn is_held(grant: &GrantRow, now: Moment) -> bool {
    grant.since <= now && grant.until.is_none_or(|until| now < until)
}

/// Runs a change of people, roles or devices and raises their version with it.
async fn change<F>(store: &Store, operation: F) -> Result<()>
where
    F: for<'t> FnOnce(&'t mut Tx) -> futures_util::future::BoxFuture<'t, Result<()>> + Send + 'static,
{
    store
        .write(move |tx| {
            Box::pin(async move {
                operation(&mut *tx).await?;
                server_row::bump_access_version(tx).await
            })
        })
        .await
}

/// Letters and digits of any script, and what stands in an address: a name can be typed on every
/// phone, and is not taken for anything else in a log.
fn check_username(username: &str) -> Result<()> {
    let chars = username.chars().count();
    let is_fine = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | '+');
    if (1..=MAX_NAME_CHARS).contains(&chars) && username.chars().all(is_fine) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Unprocessable,
        "invalid_username",
        "用户名只能用文字、数字和 . - _ @ +，最多 64 个字符；没有添加",
        "a name has letters, digits and . - _ @ + alone, at most 64 characters; nobody was added",
    ))
}

fn username_taken(username: &str) -> Error {
    Error::new(
        Kind::Conflict,
        "username_taken",
        format!("用户名“{username}”已被使用；没有添加"),
        format!("the name {username:?} is taken; nobody was added"),
    )
}
