//! Signing in with a name and a password, and out again.

use std::net::IpAddr;
use std::sync::Arc;

use sync_protocol::bundle::Key;
use sync_protocol::id::{DeviceId, UserId};
use uuid::Uuid;

use super::accounts;
use super::actor::Actor;
use super::label::label;
use super::people::{People, user_disabled};
use super::secret::{self, SecretHash};
use super::totp;
use crate::clock::Moment;
use crate::error::{Error, Kind, Result};
use crate::store::Tx;
use crate::store::devices::{self, DeviceSecrets, NewDevice};
use crate::store::people::{self, Person};
use crate::store::sessions::{self, Session};

/// After such a time without a request a session ends.
const IDLE_SECONDS: i64 = 30 * 60;
/// After such a time a session ends however busy it is.
pub const LONGEST_SECONDS: i64 = 12 * 3600;
/// A session that began so far in the future does not count: the clock was set back, and it
/// would last longer than it should.
const CLOCK_SLACK_SECONDS: i64 = 5 * 60;
/// The most characters kept of what a browser calls itself.
const MAX_NAME_CHARS: usize = 120;

/// What somebody signs in with.
pub struct SignIn {
    /// The name.
    pub username: String,
    /// The password.
    pub password: String,
    /// The one-time code, where there is one.
    pub totp: Option<String>,
    /// What was in the browser's cookie before: it stays the same device.
    pub previous: Option<String>,
    /// What the browser calls itself.
    pub browser: String,
    /// Where the request comes from.
    pub peer: IpAddr,
}

/// Somebody who just signed in.
pub struct SignedIn {
    /// What the cookie holds; it is shown once.
    pub token: String,
    /// By which the browser seals what is carried by hand, where it has none yet; shown once, too.
    pub seal: Option<String>,
    /// The person.
    pub actor: Arc<Actor>,
}

/// Signs somebody in.
///
/// # Errors
/// `sign_in_failed`, `totp_needed`, `totp_wrong`, `user_disabled`, `too_many`, or what the store says.
pub async fn sign_in(people: &People, asked: SignIn) -> Result<SignedIn> {
    let peer = asked.peer;
    let signed_in = try_to_sign_in(people, asked).await;
    let outcome = signed_in.as_ref().map_or_else(|error| error.code, |_| "signed_in");
    metrics::counter!("siteledger_sign_ins_total", "outcome" => outcome).increment(1);
    // Never the name: people type their password into that field too.
    if let Ok(SignedIn { actor, .. }) = &signed_in {
        tracing::info!(user = %actor.user, %peer, "somebody signed in");
    } else {
        tracing::warn!(%peer, outcome, "a sign-in was refused");
    }
    signed_in
}

async fn try_to_sign_in(people: &People, asked: SignIn) -> Result<SignedIn> {
    let SignIn { username, password, totp, previous, browser, peer } = asked;
    let username = accounts::normal(&username);
    let now = people.clock.now();
    people.limits.sign_in(&username, peer, now)?;
    let person = people::named(&mut *people.store.read().await?, &username).await?;
    let hash = person.as_ref().and_then(|person| person.password_hash.clone());
    let is_right = people.passwords.verify(password, hash).await?;
    // One text for a wrong name and a wrong password: nobody learns who has an account.
    let person = person.filter(|_| is_right).ok_or_else(failed)?;
    if person.disabled_at.is_some() {
        return Err(user_disabled());
    }
    if person.totp_secret.is_some() && totp.is_none() {
        people.limits.take_back(&username, peer, now);
        return Err(totp_needed());
    }
    check_totp(people, &person, totp, now).await?;
    people.limits.forgive(&username, peer);
    begin(people, person.id, previous, browser, now).await
}

async fn check_totp(people: &People, person: &Person, code: Option<String>, now: Moment) -> Result<()> {
    let Some(secret) = &person.totp_secret else { return Ok(()) };
    let step = code.and_then(|code| totp::step_of(secret, &code, now)).ok_or_else(totp_wrong)?;
    let user = person.id;
    let unused =
        people.store.write(move |tx| Box::pin(async move { people::spend_totp_step(tx, user, step).await }));
    if unused.await? { Ok(()) } else { Err(totp_wrong()) }
}

async fn begin(
    people: &People,
    user: UserId,
    previous: Option<String>,
    browser: String,
    now: Moment,
) -> Result<SignedIn> {
    let token = secret::new::<32>()?;
    let (hash, previous) = (secret::hash(&token), previous.map(|token| secret::hash(&token)));
    let name = label(&browser, MAX_NAME_CHARS);
    let seal = secret::new::<32>()?;
    let bundle_key = Key::of(&seal).0;
    let begun = people.store.write(move |tx| {
        Box::pin(async move {
            let known = match &previous {
                Some(previous) => same_browser(tx, previous, user).await?,
                None => None,
            };
            // Whoever's it was: the browser that had it has another one now.
            if let Some(previous) = previous {
                sessions::end(tx, &previous).await?;
            }
            let device = known.unwrap_or_else(|| DeviceId(Uuid::now_v7()));
            if known.is_none() {
                let secrets = Some(DeviceSecrets { token_hash: None, bundle_key });
                let new = NewDevice { id: device, user, name, secrets, created_at: now };
                devices::add(tx, &new).await?;
            }
            let expires_at = now.plus_seconds(LONGEST_SECONDS);
            let session = Session { user, device, created_at: now, used_at: now, expires_at };
            sessions::add(tx, &hash, &session).await?;
            Ok(known.is_none())
        })
    });
    let is_new = begun.await?;
    if let Some(previous) = &previous {
        people.forget_session(previous);
    }
    let actor = people.by_session(&token).await?;
    Ok(SignedIn { token, seal: is_new.then_some(seal), actor })
}

/// The browser that had that session, if it was this person's and is still let in.
async fn same_browser(tx: &mut Tx, previous: &SecretHash, user: UserId) -> Result<Option<DeviceId>> {
    let Some(session) = sessions::by_token(tx, previous).await? else { return Ok(None) };
    let device = devices::device(tx, session.device).await?;
    let stays = |device: &devices::DeviceRow| device.user == user && device.revoked_at.is_none();
    Ok(device.filter(stays).map(|device| device.id))
}

/// Ends a session; one that has ended already is no error.
///
/// # Errors
/// What the store says.
pub async fn sign_out(people: &People, token: &str) -> Result<()> {
    let hash = secret::hash(token);
    people.store.write(move |tx| Box::pin(async move { sessions::end(tx, &hash).await })).await?;
    people.forget_session(&hash);
    Ok(())
}

/// Whether a session has ended by now.
pub(super) fn has_ended(session: &Session, used_at: Moment, now: Moment) -> bool {
    let idle = now >= used_at.plus_seconds(IDLE_SECONDS);
    let began_later = session.created_at > now.plus_seconds(CLOCK_SLACK_SECONDS);
    idle || began_later || now >= session.expires_at
}

fn failed() -> Error {
    Error::new(
        Kind::Unauthorized,
        "sign_in_failed",
        "用户名或密码不对，请检查后再试",
        "the name or the password is wrong; check them and try again",
    )
}

fn totp_needed() -> Error {
    Error::new(
        Kind::Unauthorized,
        "totp_needed",
        "请输入动态验证码（6 位数字）",
        "enter the one-time code too, six digits",
    )
}

fn totp_wrong() -> Error {
    Error::new(
        Kind::Unauthorized,
        "totp_wrong",
        "动态验证码不对，或已用过；请等下一个再试",
        "the one-time code is wrong or was used already; wait for the next one",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_idle_when_old_and_when_the_clock_was_set_back() {
        let began = Moment(1_700_000_000_000);
        let session = Session {
            user: UserId(Uuid::nil()),
            device: DeviceId(Uuid::nil()),
            created_at: began,
            used_at: began,
            expires_at: began.plus_seconds(LONGEST_SECONDS),
        };
        for (used_after, now_after, ended) in [
            (0, 0, false),
            (0, 30 * 60 - 1, false),
            (0, 30 * 60, true),
            (12 * 3600 - 60, 12 * 3600 - 1, false),
            (12 * 3600 - 60, 12 * 3600, true),
            (0, -60, false),
            (0, -3600, true),
        ] {
            let (used_at, now) = (began.plus_seconds(used_after), began.plus_seconds(now_after));
            assert_eq!(has_ended(&session, used_at, now), ended, "used {used_after}, now {now_after}");
        }
    }
}
