//! Turns a device token or a session cookie into an [`Actor`], from memory where it can.
//!
//! What is remembered is good for one version of people, roles and devices, a number in the
//! database that every change of them raises, whichever process makes it.

use std::collections::HashMap;
use std::mem;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::sync::Cache;
use sync_protocol::bundle::Key;
use sync_protocol::id::{DeviceId, UserId};
use sync_protocol::kinds::Role;
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use super::accounts;
use super::actor::{Actor, Grant, Via};
use super::limits::Limits;
use super::password::Passwords;
use super::role::Scope;
use super::secret::{self, SecretHash};
use super::session;
use super::totp::TotpSecret;
use crate::clock::{Clock, Moment};
use crate::error::{Error, Kind, Result};
use crate::store::devices::{self, DeviceRow, NewDevice};
use crate::store::grants::{self, GrantRow};
use crate::store::people::Person;
use crate::store::sessions::{self, Session};
use crate::store::{Store, Tx, enrolments, people, records, server_row};

/// How many people on devices are remembered.
const REMEMBERED: u64 = 20_000;
/// How many apps for one-time codes are being set up at a time, and for how long.
const OFFERS: u64 = 1000;
const OFFER_KEPT: Duration = Duration::from_mins(10);
/// How often the version is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// After how many looks what was seen of devices is written down: half a minute.
const LOOKS_PER_FLUSH: u32 = 150;
/// For how long an ended session or code is kept: a browser that signs in again within that time
/// stays the same device, and who comes with an old code is told that it is old.
const KEPT_SECONDS: i64 = 30 * 24 * 3600;

/// Everybody who may come in.
pub struct People {
    pub(super) store: Store,
    pub(super) clock: Clock,
    /// Against guessing.
    pub(super) limits: Limits,
    /// Hashes passwords, few at a time.
    pub(super) passwords: Passwords,
    /// The apps for one-time codes that people are setting up: their secrets, until a first code shows
    /// that the app has one.
    pub(super) offers: Cache<UserId, TotpSecret>,
    known: Cache<SecretHash, Arc<Known>>,
    version: AtomicI64,
    /// How many sessions were ended since the start.
    endings: AtomicU64,
    seen: Mutex<Seen>,
}

/// A device whose changes somebody else carries.
#[derive(Clone)]
pub struct Origin {
    /// Its owner on it.
    pub actor: Arc<Actor>,
    /// By which it seals.
    pub key: Key,
    /// Since when it, or its owner, is let in no more.
    pub shut_out_since: Option<Moment>,
}

/// What is remembered of a token or a cookie that was good.
struct Known {
    actor: Arc<Actor>,
    version: i64,
    /// Of a session.
    lifetime: Option<Lifetime>,
}

/// When a session ends.
struct Lifetime {
    session: Session,
    used_at: AtomicI64,
}

/// What was seen and is not written down yet.
#[derive(Default)]
struct Seen {
    devices: HashMap<DeviceId, (Moment, Option<i64>)>,
    sessions: HashMap<SecretHash, Moment>,
}

impl People {
    /// Nobody is remembered yet.
    ///
    /// # Errors
    /// Only if the system gives no random bytes.
    pub fn new(store: Store, clock: Clock) -> Result<Self> {
        Ok(Self {
            store,
            clock,
            limits: Limits::default(),
            passwords: Passwords::new()?,
            offers: Cache::builder().max_capacity(OFFERS).time_to_live(OFFER_KEPT).build(),
            known: Cache::new(REMEMBERED),
            version: AtomicI64::new(0),
            endings: AtomicU64::new(0),
            seen: Mutex::default(),
        })
    }

    /// Somebody whose work the administrator does at the command line, which counts as a device of
    /// theirs.
    ///
    /// # Errors
    /// `user_unknown`, `user_disabled`, or what the store says.
    pub async fn at_command_line(&self, username: &str) -> Result<Arc<Actor>> {
        let person = accounts::named(&self.store, username).await?;
        let id = DeviceId(Uuid::new_v5(&person.id.0, b"command line"));
        let new = NewDevice {
            id,
            user: person.id,
            name: "命令行 command line".to_owned(),
            secrets: None,
            created_at: self.clock.now(),
        };
        let made = self.store.write(move |tx| {
            Box::pin(async move {
                if devices::device(tx, id).await?.is_none() {
                    devices::add(tx, &new).await?;
                }
                Ok(())
            })
        });
        made.await?;
        let mut tx = self.store.read().await?;
        let device = devices::device(&mut tx, id).await?.ok_or_else(unauthorized)?;
        Ok(Arc::new(load(&mut tx, &device, Via::Session).await?))
    }

    /// Who has that device token.
    ///
    /// # Errors
    /// `unauthorized`, `device_revoked`, `user_disabled`, or what the store says.
    pub async fn by_token(&self, token: &str) -> Result<Arc<Actor>> {
        let actor = self.newcomer(token).await?;
        self.seen(actor.device, None);
        Ok(actor)
    }

    /// Who has that device token, which is only about to be told to them: the device was not heard
    /// of by it.
    ///
    /// # Errors
    /// As of [`Self::by_token`].
    pub async fn newcomer(&self, token: &str) -> Result<Arc<Actor>> {
        let hash = secret::hash(token);
        if let Some(known) = self.remembered(&hash).filter(|known| known.lifetime.is_none()) {
            return Ok(Arc::clone(&known.actor));
        }
        let mut tx = self.store.read().await?;
        // The version first: what is read after it is at least as new.
        let version = server_row::access_version(&mut tx).await?;
        let device = devices::by_token(&mut tx, &hash).await?.ok_or_else(unauthorized)?;
        let actor = Arc::new(load(&mut tx, &device, Via::Device).await?);
        self.remember(hash, Known { actor: Arc::clone(&actor), version, lifetime: None });
        Ok(actor)
    }

    /// Who has that session.
    ///
    /// # Errors
    /// `unauthorized`, `session_expired`, `device_revoked`, `user_disabled`, or what the store says.
    pub async fn by_session(&self, token: &str) -> Result<Arc<Actor>> {
        let (hash, now) = (secret::hash(token), self.clock.now());
        let known = if let Some(known) = self.remembered(&hash) {
            known
        } else {
            let endings = self.endings.load(Ordering::SeqCst);
            let known = self.read_session(&hash).await?;
            self.remember_session(hash, known, endings)
        };
        let lifetime = known.lifetime.as_ref().ok_or_else(unauthorized)?;
        let used_at = Moment(lifetime.used_at.load(Ordering::Relaxed));
        if session::has_ended(&lifetime.session, used_at, now) {
            return Err(session_expired());
        }
        lifetime.used_at.fetch_max(now.0, Ordering::Relaxed);
        self.seen(known.actor.device, None);
        self.lock_seen().sessions.insert(hash, now);
        Ok(Arc::clone(&known.actor))
    }

    /// Whose device that is, let in or not, and the key by which it seals what others carry for it.
    pub async fn origin(&self, device: DeviceId) -> Result<Option<Origin>> {
        let mut tx = self.store.read().await?;
        let Some((device, key)) = devices::with_bundle_key(&mut tx, device).await? else { return Ok(None) };
        let Some(person) = people::person(&mut tx, device.user).await? else { return Ok(None) };
        let shut_out_since = [device.revoked_at, person.disabled_at].into_iter().flatten().min();
        let actor = Arc::new(actor(&mut tx, &device, person, Via::Device).await?);
        Ok(Some(Origin { actor, key: Key(key), shut_out_since }))
    }

    async fn read_session(&self, hash: &SecretHash) -> Result<Known> {
        let mut tx = self.store.read().await?;
        let version = server_row::access_version(&mut tx).await?;
        let session = sessions::by_token(&mut tx, hash).await?.ok_or_else(unauthorized)?;
        let device = devices::device(&mut tx, session.device).await?.ok_or_else(unauthorized)?;
        let actor = Arc::new(load(&mut tx, &device, Via::Session).await?);
        // It may have been used since that was last written down.
        let seen = self.lock_seen().sessions.get(hash).copied();
        let used_at = AtomicI64::new(seen.unwrap_or(session.used_at).0);
        let lifetime = Some(Lifetime { session, used_at });
        Ok(Known { actor, version, lifetime })
    }

    /// Remembers a session unless one was ended since `endings` was read: it may have been this one.
    fn remember_session(&self, hash: SecretHash, known: Known, endings: u64) -> Arc<Known> {
        let known = self.remember(hash, known);
        // An ending counts before it forgets: it forgets what stands here now, or is seen here.
        if self.endings.load(Ordering::SeqCst) != endings {
            self.known.invalidate(&hash);
        }
        known
    }

    fn remembered(&self, hash: &SecretHash) -> Option<Arc<Known>> {
        let known = self.known.get(hash)?;
        (known.version == self.version.load(Ordering::Acquire)).then_some(known)
    }

    fn remember(&self, hash: SecretHash, known: Known) -> Arc<Known> {
        self.version.fetch_max(known.version, Ordering::AcqRel);
        let known = Arc::new(known);
        self.known.insert(hash, Arc::clone(&known));
        known
    }

    /// Forgets a session that has ended.
    pub(super) fn forget_session(&self, hash: &SecretHash) {
        self.endings.fetch_add(1, Ordering::SeqCst);
        self.known.invalidate(hash);
        self.lock_seen().sessions.remove(hash);
    }

    /// Notes that a device was heard of, and how far its clock was ahead of ours if it said so.
    /// Written down now and then, not at once.
    pub fn seen(&self, device: DeviceId, clock_offset_ms: Option<i64>) {
        let now = self.clock.now();
        let mut seen = self.lock_seen();
        let (at, offset) = seen.devices.entry(device).or_insert((now, None));
        *at = now;
        *offset = clock_offset_ms.or(*offset);
    }

    /// Whether a device was heard of and that is not written down yet.
    pub(super) fn was_just_seen(&self, device: DeviceId) -> bool {
        self.lock_seen().devices.contains_key(&device)
    }

    /// When a device was last heard of and how far its clock was ahead, where that is not written down yet.
    pub fn heard_of(&self, device: DeviceId) -> Option<(Moment, Option<i64>)> {
        self.lock_seen().devices.get(&device).copied()
    }

    /// When a session was last used, where that is not written down yet.
    pub(super) fn used(&self, session: &SecretHash) -> Option<Moment> {
        self.lock_seen().sessions.get(session).copied()
    }

    fn lock_seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a complaint at a county's public desk.
    ///
    /// # Errors
    /// `too_many` from that address, or `desk_full` for the county.
    pub fn count_complaint(&self, county: &str, peer: IpAddr) -> Result<()> {
        self.limits.complaint(county, peer)
    }

    /// Counts a question what became of a complaint.
    ///
    /// # Errors
    /// `too_many` from that address.
    pub fn count_receipt(&self, peer: IpAddr) -> Result<()> {
        self.limits.receipt(peer)
    }

    /// Looks whether people, roles or devices changed, and if so forgets what it remembered.
    ///
    /// # Errors
    /// What the store says.
    pub async fn look(&self) -> Result<()> {
        let version = server_row::access_version(&mut *self.store.read().await?).await?;
        // Not only if it is higher: a restored database may have a lower one.
        if self.version.swap(version, Ordering::AcqRel) != version {
            self.known.invalidate_all();
        }
        Ok(())
    }

    /// Writes down what was seen of devices and sessions, and forgets codes and sessions that
    /// ended long ago.
    ///
    /// # Errors
    /// What the store says; what was seen is then lost, which nobody will miss.
    pub async fn flush(&self) -> Result<()> {
        self.limits.forget_old();
        let seen = mem::take(&mut *self.lock_seen());
        let long_ago = self.clock.now().plus_seconds(-KEPT_SECONDS);
        if seen.devices.is_empty() && seen.sessions.is_empty() {
            return Ok(());
        }
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                for (device, (at, clock_offset_ms)) in seen.devices {
                    devices::keep_seen(tx, device, at, clock_offset_ms).await?;
                }
                for (hash, at) in seen.sessions {
                    sessions::keep_used(tx, &hash, at).await?;
                }
                sessions::forget(tx, long_ago).await?;
                enrolments::forget(tx, long_ago).await
            })
        });
        write.await
    }

    /// Keeps what is remembered fresh, for ever: a task of the running server.
    pub async fn keep_fresh(&self) {
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for count in 1_u32.. {
            looks.tick().await;
            if let Err(error) = self.look().await {
                // Nobody is let in by what may be stale.
                self.known.invalidate_all();
                tracing::warn!(?error, "could not look for changes of people, roles and devices");
            }
            if count.is_multiple_of(LOOKS_PER_FLUSH)
                && let Err(error) = self.flush().await
            {
                tracing::warn!(?error, "could not write down which devices were seen");
            }
        }
    }
}

/// Reads whose device that is, and what that person may do.
async fn load(tx: &mut Tx, device: &DeviceRow, via: Via) -> Result<Actor> {
    if device.revoked_at.is_some() {
        return Err(device_revoked());
    }
    let person = people::person(tx, device.user).await?.ok_or_else(unauthorized)?;
    if person.disabled_at.is_some() {
        return Err(user_disabled());
    }
    actor(tx, device, person, via).await
}

/// A person on a device, with what that person may do.
async fn actor(tx: &mut Tx, device: &DeviceRow, person: Person, via: Via) -> Result<Actor> {
    let grants: Vec<Grant> = grants::of(tx, person.id).await?.iter().filter_map(read_grant).collect();
    let home_county = match person.home_county {
        Some(county) => Some(county),
        None => home_county(tx, grants.iter().map(|grant| &grant.scope)).await?,
    };
    Ok(Actor {
        user: person.id,
        username: person.username,
        display_name: person.display_name,
        device: device.id,
        via,
        home_county,
        grants,
    })
}

/// A grant as the policy sees it. One that cannot be read grants nothing.
pub(super) fn read_grant(row: &GrantRow) -> Option<Grant> {
    let grant = Role::named(&row.role).zip(row.scope.parse().ok());
    if grant.is_none() {
        tracing::error!(role = row.role, scope = row.scope, "a grant cannot be read and is not followed");
    }
    let (role, scope) = grant?;
    Some(Grant { role, scope, since: row.since, until: row.until })
}

/// The county that the first of these scopes with a county lies in.
pub(super) async fn home_county(tx: &mut Tx, scopes: impl Iterator<Item = &Scope>) -> Result<Option<String>> {
    for scope in scopes {
        let county = match scope {
            Scope::City(_) => None,
            Scope::County(code) => Some(code.clone()),
            Scope::Township(code) => code.get(..6).map(str::to_owned),
            Scope::Zone(id) | Scope::School(id) | Scope::Project(id) => {
                records::record(tx, *id).await?.map(|row| row.county)
            }
        };
        if county.is_some() {
            return Ok(county);
        }
    }
    Ok(None)
}

/// Nobody we know.
pub fn unauthorized() -> Error {
    Error::new(
        Kind::Unauthorized,
        "unauthorized",
        "请先登录；手机上的内容没有丢失",
        "sign in first; nothing on the device is lost",
    )
}

fn device_revoked() -> Error {
    Error::new(
        Kind::Unauthorized,
        "device_revoked",
        "这台设备已被管理员停用，本次内容没有保存；请联系管理员重新登记设备",
        "this device was revoked by the administrator, nothing of this request was stored; ask for a new enrolment code",
    )
}

pub(super) fn user_disabled() -> Error {
    Error::new(
        Kind::Unauthorized,
        "user_disabled",
        "您的账号已停用，本次内容没有保存；请联系管理员",
        "your account is disabled, nothing of this request was stored; ask the administrator",
    )
}

fn session_expired() -> Error {
    Error::new(
        Kind::Unauthorized,
        "session_expired",
        "登录已过期，本次内容没有保存；请重新登录",
        "your session has expired, nothing of this request was stored; sign in again",
    )
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::super::accounts::{self, NewPerson};
    use super::super::session::SignIn;
    use super::*;

    #[tokio::test]
    async fn who_signs_out_while_the_session_is_read_is_signed_out() {
        let folder = tempfile::tempdir().unwrap();
        let (store, clock) = (Store::open(folder.path()).await.unwrap(), Clock::default());
        let now = clock.now();
        let id = uuid::Uuid::now_v7();
        store.write(move |tx| Box::pin(server_row::load_or_create(tx, id, [7; 32], now))).await.unwrap();
        let new = NewPerson {
            username: "lin".to_owned(),
            display_name: "演示·林".to_owned(),
            password: Some("correct horse battery".to_owned()),
            roles: vec![(Role::InspectionOffice, "county:350823".parse().unwrap())],
        };
        accounts::add(&store, &clock, new).await.unwrap();
        let people = People::new(store, clock).unwrap();
        let asked = SignIn {
            username: "lin".to_owned(),
            password: "correct horse battery".to_owned(),
            totp: None,
            previous: None,
            browser: String::new(),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        let token = session::sign_in(&people, asked).await.unwrap().token;
        people.known.invalidate_all();

        let (hash, endings) = (secret::hash(&token), people.endings.load(Ordering::SeqCst));
        let read = people.read_session(&hash).await.unwrap();
        session::sign_out(&people, &token).await.unwrap();
        people.remember_session(hash, read, endings);
        assert_eq!(people.by_session(&token).await.unwrap_err().code, "unauthorized");
    }
}
