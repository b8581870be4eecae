//! Enrolling a phone: the office prints a pair of codes, the phone gives one back and gets its token.

use std::net::IpAddr;

use sync_protocol::bundle::Key;
use sync_protocol::id::{DeviceId, UserId};
use uuid::Uuid;

use super::label::label;
use super::people::{People, user_disabled};
use super::secret;
use crate::clock::{Clock, Moment};
use crate::error::{Error, Kind, Result};
use crate::store::devices::{self, DeviceSecrets, NewDevice};
use crate::store::enrolments::{self, EnrolCode};
use crate::store::{Store, Tx, people, server_row};

/// How long the code to scan is good.
const LONG_SECONDS: i64 = 24 * 3600;
/// How long the code to type is good.
const SHORT_SECONDS: i64 = 15 * 60;
/// For how long a code that was used is taken once more from a phone that never came back: its
/// answer was lost on the way, and nobody has the token.
const REPEATED_SECONDS: i64 = 10 * 60;
/// How many characters the code to type has.
const SHORT_CHARS: usize = 8;
/// Digits and letters that nobody takes for one another: no 0 O, no 1 I L, no U V.
const ALPHABET: &[u8] = b"23456789ABCDEFGHJKMNPQRSTWXYZ";
/// The most characters kept of a phone's name.
const MAX_NAME_CHARS: usize = 80;

/// A new pair of codes: using one uses up the other.
#[derive(Clone, Debug)]
pub struct Codes {
    /// The one to scan: 128 bits.
    pub long: String,
    /// Until when it is good.
    pub long_expires_at: Moment,
    /// The one to type.
    pub short: String,
    /// Until when it is good.
    pub short_expires_at: Moment,
}

/// A phone that was just enrolled.
#[derive(Clone, Debug)]
pub struct Enrolled {
    /// The phone.
    pub device: DeviceId,
    /// Its token; it is shown once.
    pub token: String,
    /// Whose phone it is.
    pub user: UserId,
}

/// Makes codes for a person's phone.
///
/// # Errors
/// `user_disabled`, what the store says, or if the system gives no random bytes.
pub async fn issue(store: &Store, clock: &Clock, user: UserId) -> Result<Codes> {
    let now = clock.now();
    let codes = Codes {
        long: secret::new::<16>()?,
        long_expires_at: now.plus_seconds(LONG_SECONDS),
        short: new_short_code()?,
        short_expires_at: now.plus_seconds(SHORT_SECONDS),
    };
    let pair = Uuid::now_v7();
    let code =
        |expires_at| EnrolCode { pair, user, created_at: now, expires_at, used_at: None, device: None };
    let long = (secret::hash(&codes.long), code(codes.long_expires_at));
    let short = (secret::hash(&codes.short), code(codes.short_expires_at));
    let kept = store.write(move |tx| {
        Box::pin(async move {
            let person = people::person(tx, user).await?.ok_or_else(Error::not_found)?;
            if person.disabled_at.is_some() {
                return Err(is_disabled(&person.username));
            }
            enrolments::add(tx, &long.0, &long.1).await?;
            enrolments::add(tx, &short.0, &short.1).await
        })
    });
    kept.await?;
    Ok(codes)
}

/// Told to who makes the codes, not to whose phone it is.
fn is_disabled(username: &str) -> Error {
    Error::new(
        Kind::Conflict,
        "user_disabled",
        format!("用户“{username}”已停用，没有生成登记码；请先恢复：siteledger user enable {username}"),
        format!("{username} is disabled and no code was made; first: siteledger user enable {username}"),
    )
}

/// Takes a code and enrols the phone that has it.
///
/// A phone on which somebody's work is says `whose`: a code of anybody else is refused, and not used up.
///
/// A phone whose answer was lost asks again by the same code: what was enrolled before and never
/// heard of is revoked, since nobody has its token, and the phone is enrolled anew.
///
/// # Errors
/// `code_unknown`, `code_of_another`, `code_used`, `code_expired`, `user_disabled`, `too_many`, or what the
/// store says.
pub async fn redeem(
    people: &People,
    code: &str,
    device_name: &str,
    whose: Option<UserId>,
    peer: IpAddr,
) -> Result<Enrolled> {
    let code = if let Some(short) = typed(code) {
        people.limits.short_code(peer)?;
        short
    } else {
        people.limits.long_code(peer)?;
        code.trim().to_owned()
    };
    let hash = secret::hash(&code);
    let now = people.clock.now();
    let token = secret::new::<32>()?;
    let secrets = DeviceSecrets { token_hash: Some(secret::hash(&token)), bundle_key: Key::of(&token).0 };
    let device = DeviceId(Uuid::now_v7());
    let name = label(device_name, MAX_NAME_CHARS);
    // What was heard of a moment ago is not in the store yet.
    let before = enrolments::code(&mut *people.store.read().await?, &hash).await?;
    let was_seen = before.and_then(|code| code.device).is_some_and(|device| people.was_just_seen(device));
    let user = people.store.write(move |tx| {
        Box::pin(async move {
            let code = enrolments::code(tx, &hash).await?.ok_or_else(code_unknown)?;
            if whose.is_some_and(|whose| whose != code.user) {
                return Err(code_of_another());
            }
            match code.used_at {
                Some(_) if was_seen => return Err(code_used()),
                Some(used_at) => replace(tx, &code, used_at, now).await?,
                None if now >= code.expires_at => return Err(code_expired()),
                None => {}
            }
            let person = people::person(tx, code.user).await?.ok_or_else(code_unknown)?;
            if person.disabled_at.is_some() {
                return Err(user_disabled());
            }
            if code.used_at.is_none() {
                enrolments::use_up(tx, code.pair, now).await?;
            }
            let device =
                NewDevice { id: device, user: code.user, name, secrets: Some(secrets), created_at: now };
            devices::add(tx, &device).await?;
            enrolments::keep_device(tx, &hash, device.id).await?;
            Ok(code.user)
        })
    });
    let user = user.await.inspect_err(|error| {
        tracing::warn!(%peer, code = error.code, "an enrolment was refused");
        metrics::counter!("siteledger_enrolments_total", "outcome" => error.code).increment(1);
    })?;
    tracing::info!(%user, %device, %peer, "a phone was enrolled");
    metrics::counter!("siteledger_enrolments_total", "outcome" => "enrolled").increment(1);
    Ok(Enrolled { device, token, user })
}

/// Revokes what was enrolled by a code before, if its answer may have been lost.
async fn replace(tx: &mut Tx, code: &EnrolCode, used_at: Moment, now: Moment) -> Result<()> {
    let device = code.device.filter(|_| now < used_at.plus_seconds(REPEATED_SECONDS));
    let device = device.ok_or_else(code_used)?;
    if !devices::revoke_unseen(tx, device, now).await? {
        return Err(code_used());
    }
    server_row::bump_access_version(tx).await
}

fn new_short_code() -> Result<String> {
    let fair = 256 - 256 % ALPHABET.len();
    let mut code = String::with_capacity(SHORT_CHARS);
    while code.len() < SHORT_CHARS {
        for byte in secret::random::<16>()?.map(usize::from) {
            if byte < fair && code.len() < SHORT_CHARS {
                code.push(char::from(ALPHABET[byte % ALPHABET.len()]));
            }
        }
    }
    Ok(code)
}

/// A code as somebody typed it: in small letters, with blanks or strokes; `None` if it is not a
/// short one.
fn typed(code: &str) -> Option<String> {
    let code: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let code = code.to_ascii_uppercase();
    (code.len() == SHORT_CHARS).then_some(code)
}

fn code_unknown() -> Error {
    Error::new(
        Kind::Unauthorized,
        "code_unknown",
        "没有这个登记码，请核对后再试，或请管理员重新生成",
        "there is no such enrolment code; check it and try again, or ask for a new one",
    )
}

fn code_of_another() -> Error {
    Error::new(
        Kind::Conflict,
        "code_of_another",
        "这个登记码是给另一个人的，没有用掉",
        "this enrolment code is for somebody else; it was not used up",
    )
}

fn code_used() -> Error {
    Error::new(
        Kind::Gone,
        "code_used",
        "这个登记码已经用过，每个只能用一次；请管理员重新生成",
        "this enrolment code was used already, each is good once; ask for a new one",
    )
}

fn code_expired() -> Error {
    Error::new(
        Kind::Gone,
        "code_expired",
        "这个登记码已过期；请管理员重新生成",
        "this enrolment code has expired; ask for a new one",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_code_is_read_as_people_type_it() {
        assert_eq!(typed(" abcd-2345 ").as_deref(), Some("ABCD2345"));
        assert_eq!(typed("ABCD 2345").as_deref(), Some("ABCD2345"));
        assert_eq!(typed("mJ6-0pZ1kq3Tq7bV2Yx9cA"), None);
        assert_eq!(typed(""), None);
    }

    #[test]
    fn a_short_code_has_only_letters_that_nobody_mistakes() {
        for _ in 0..200 {
            let code = new_short_code().unwrap();
            assert_eq!(code.len(), SHORT_CHARS);
            assert!(code.bytes().all(|byte| ALPHABET.contains(&byte)), "{code}");
            assert_eq!(typed(&code).as_deref(), Some(code.as_str()));
        }
    }
}
