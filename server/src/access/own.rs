//! What people do with their own account: another password, an app for one-time codes, the browsers in
//! which they are signed in. Whoever does it proves once more that they know the password.

use std::net::IpAddr;

use sync_protocol::id::DeviceId;

use super::accounts;
use super::actor::Actor;
use super::people::{People, unauthorized};
use super::secret::{self, SecretHash};
use super::session::has_ended;
use super::totp;
use crate::clock::Moment;
use crate::error::{Error, Kind, Result};
use crate::store::people::{self, Person};
use crate::store::{devices, sessions};

/// Somebody at their own account.
pub struct Own<'a> {
    /// Everybody.
    pub people: &'a People,
    /// Who asks.
    pub actor: &'a Actor,
    /// What is in the browser's cookie, if they sit at one: that session goes on.
    pub cookie: Option<&'a str>,
    /// Where the request comes from.
    pub peer: IpAddr,
}

/// How somebody's account stands.
#[derive(Clone, Debug)]
pub struct Account {
    /// Whether they sign in at browsers.
    pub has_password: bool,
    /// Whether they are asked for one-time codes.
    pub has_totp: bool,
    /// Where they are signed in, the browser in hand first.
    pub sessions: Vec<OwnSession>,
}

/// A browser in which somebody is signed in.
#[derive(Clone, Debug)]
pub struct OwnSession {
    /// The browser.
    pub browser: DeviceId,
    /// What it calls itself.
    pub name: String,
    /// Since when.
    pub created_at: Moment,
    /// When it was last used.
    pub used_at: Moment,
    /// Whether it is the one in hand.
    pub is_this: bool,
}

impl Own<'_> {
    /// How the account stands.
    ///
    /// # Errors
    /// What the store says.
    pub async fn account(&self) -> Result<Account> {
        let (person, now, this) = (self.person().await?, self.people.clock.now(), self.this_session());
        let mut tx = self.people.store.snapshot().await?;
        let mut own = Vec::new();
        for (hash, session) in sessions::of(&mut tx, self.actor.user).await? {
            let used_at = self.people.used(&hash).unwrap_or(session.used_at);
            if has_ended(&session, used_at, now) {
                continue;
            }
            let Some(browser) = devices::device(&mut tx, session.device).await? else { continue };
            if browser.revoked_at.is_none() {
                let (created_at, is_this) = (session.created_at, Some(hash) == this);
                own.push(OwnSession {
                    browser: browser.id,
                    name: browser.name,
                    created_at,
                    used_at,
                    is_this,
                });
            }
        }
        own.sort_by_key(|session| (!session.is_this, std::cmp::Reverse(session.used_at)));
        let (has_password, has_totp) = (person.password_hash.is_some(), person.totp_secret.is_some());
        Ok(Account { has_password, has_totp, sessions: own })
    }

    /// Sets another password. All other browsers are signed out.
    ///
    /// # Errors
    /// `no_password`, `password_wrong`, `weak_password`, `too_many`, or what the store says.
    pub async fn change_password(&self, old: String, new: String) -> Result<()> {
        let person = self.prove(old).await?;
        accounts::set_password(&self.people.store, &person, new, self.this_session()).await?;
        tracing::info!(user = %person.id, "somebody set another password of their own");
        self.people.look().await
    }

    /// Begins to set up an app for one-time codes: the answer is what it scans. Nothing is asked for
    /// before it gave a first code.
    ///
    /// # Errors
    /// `no_password`, `password_wrong`, `too_many`, or what the store says.
    pub async fn offer_totp(&self, password: String) -> Result<String> {
        let person = self.prove(password).await?;
        let secret = totp::new_secret()?;
        let url = totp::url(&secret, &person.username)?;
        self.people.offers.insert(person.id, secret);
        Ok(url)
    }

    /// Takes the first code of an app that was just set up: they are asked for from now on. All other
    /// browsers are signed out.
    ///
    /// # Errors
    /// `no_password`, `password_wrong`, `no_offer`, `totp_not_yet`, `too_many`, or what the store says.
    pub async fn take_totp(&self, password: String, code: &str) -> Result<()> {
        let person = self.prove(password).await?;
        let (user, now) = (person.id, self.people.clock.now());
        let secret = self.people.offers.get(&user).ok_or_else(no_offer)?;
        let step = totp::step_of(&secret, code, now).ok_or_else(totp_not_yet)?;
        accounts::set_totp(&self.people.store, user, secret, self.this_session()).await?;
        self.people.offers.invalidate(&user);
        // The code that was shown here is good nowhere else.
        let spent = self.people.store.write(move |tx| Box::pin(people::spend_totp_step(tx, user, step)));
        spent.await?;
        tracing::info!(%user, "somebody set up one-time codes of their own");
        self.people.look().await
    }

    /// Signs one's own browser out, wherever it is.
    ///
    /// # Errors
    /// Not found if nobody of that account is signed in there, or what the store says.
    pub async fn end_session(&self, browser: DeviceId) -> Result<()> {
        let ended = accounts::end_sessions(&self.people.store, self.actor.user, browser).await?;
        self.people.look().await?;
        if ended { Ok(()) } else { Err(Error::not_found()) }
    }

    /// Whoever asks, if they know the password: guessing is counted as at the door.
    async fn prove(&self, password: String) -> Result<Person> {
        let person = self.person().await?;
        let hash = person.password_hash.clone().ok_or_else(no_password)?;
        self.people.limits.sign_in(&person.username, self.peer, self.people.clock.now())?;
        if !self.people.passwords.verify(password, Some(hash)).await? {
            tracing::warn!(user = %person.id, peer = %self.peer, "a password was wrong at its own account");
            return Err(password_wrong());
        }
        self.people.limits.forgive(&person.username, self.peer);
        Ok(person)
    }

    async fn person(&self) -> Result<Person> {
        let person = people::person(&mut *self.people.store.read().await?, self.actor.user).await?;
        person.ok_or_else(unauthorized)
    }

    fn this_session(&self) -> Option<SecretHash> {
        self.cookie.map(secret::hash)
    }
}

fn no_password() -> Error {
    Error::new(
        Kind::Conflict,
        "no_password",
        "您的账号没有密码，只用手机；需要在电脑上登录，请管理员生成密码",
        "your account has no password and works by phone alone; to sign in at a computer, ask the administrator for one",
    )
}

fn password_wrong() -> Error {
    Error::new(
        Kind::Unprocessable,
        "password_wrong",
        "现在的密码不对；没有改动",
        "this is not your password; nothing was changed",
    )
}

fn no_offer() -> Error {
    Error::new(
        Kind::Conflict,
        "no_offer",
        "二维码已过期，请重新开始设置；没有改动",
        "what was scanned is too old, begin anew; nothing was changed",
    )
}

fn totp_not_yet() -> Error {
    Error::new(
        Kind::Unprocessable,
        "totp_not_yet",
        "动态验证码不对，请看手机上现在的 6 位数字，并检查手机时间；没有改动",
        "this is not the code that the app shows now; look again and check the phone's clock. Nothing was changed",
    )
}
