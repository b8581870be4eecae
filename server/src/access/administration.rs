//! What a system administrator does with people and devices over the network.
//!
//! Each act begins with whether it lies in the administrator's own scope, goes the way that commands
//! go ([`super::accounts`]), and is logged: who did what to whom, by id. What somebody holds elsewhere
//! too is not one administrator's alone: whoever sets a password signs in with it.

use std::collections::HashMap;

use sync_protocol::id::{DeviceId, UserId};
use sync_protocol::kinds::Role;

use super::accounts::{self, NewPerson};
use super::actor::{Actor, Grant};
use super::area::Area;
use super::enrolment::{self, Codes};
use super::label::label;
use super::people::{People, read_grant};
use super::role::Scope;
use super::secret;
use crate::clock::Moment;
use crate::error::{Error, Kind, Result};
use crate::store::devices::{self, Contact};
use crate::store::grants;
use crate::store::people::{self, Person};

/// What the log calls it.
const LOG: &str = "siteledger::administration";
/// The most characters of a name that others see.
const MAX_NAME_CHARS: usize = 64;
/// How many characters a password has that is made here: 77 bits.
const PASSWORD_CHARS: usize = 16;
/// They are written in groups of so many.
const PASSWORD_GROUP: usize = 4;

/// Somebody who administrates people and devices.
pub struct Administrator<'a> {
    people: &'a People,
    actor: &'a Actor,
    now: Moment,
    /// Where.
    scopes: Vec<Scope>,
}

/// A person as an administrator sees them.
#[derive(Clone)]
pub struct Someone {
    /// The person.
    pub person: Person,
    /// Their roles in the administrator's scope, those that ended too.
    pub roles: Vec<Grant>,
    /// Whether all that they hold lies in that scope: else their account is not the administrator's alone.
    pub is_whole: bool,
    /// Their phones, and when they were last heard of.
    pub contact: Contact,
}

/// Which people are asked for.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// With this in their names.
    pub text: Option<String>,
    /// Who hold that role.
    pub role: Option<Role>,
    /// Whose account is closed, or open.
    pub closed: Option<bool>,
    /// Who have a phone that is let in, or none.
    pub phone: Option<bool>,
}

/// Somebody to be added.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// The name to sign in with.
    pub username: String,
    /// The name that others see.
    pub display_name: String,
    /// The roles, each with its scope.
    pub roles: Vec<(Role, Scope)>,
    /// Whether they sign in at a browser, and so have a password.
    pub signs_in: bool,
}

/// Why a device is let in no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It was lost or stolen.
    Lost,
    /// Its owner has another one.
    Replaced,
    /// Its owner has left.
    Left,
    /// Its storage seems copied.
    Copied,
    /// Something else.
    Other,
}

impl<'a> Administrator<'a> {
    /// Somebody, as one who administrates.
    ///
    /// # Errors
    /// Forbidden to who administrates nothing.
    pub fn new(people: &'a People, actor: &'a Actor) -> Result<Self> {
        let now = people.clock.now();
        let scopes: Vec<_> = actor
            .grants_at(now)
            .filter(|grant| grant.role == Role::SystemAdmin)
            .map(|grant| grant.scope.clone())
            .collect();
        if scopes.is_empty() { Err(Error::forbidden()) } else { Ok(Self { people, actor, now, scopes }) }
    }

    /// The counties in whose ledgers roles can be held that are this administrator's to give.
    ///
    /// # Errors
    /// What the store says.
    pub async fn counties(&self, among: impl Iterator<Item = String>) -> Result<Vec<String>> {
        let area = Area::read(&mut *self.people.store.read().await?, std::iter::empty()).await?;
        Ok(among.filter(|county| self.has(&area, &Scope::County(county.clone()))).collect())
    }

    /// The people in scope, in order of their names.
    ///
    /// # Errors
    /// What the store says.
    pub async fn list(&self, which: &Which) -> Result<Vec<Someone>> {
        let mut tx = self.people.store.snapshot().await?;
        let people = people::all(&mut tx).await?;
        let ids: Vec<_> = people.iter().map(|person| person.id).collect();
        let mut roles: HashMap<UserId, Vec<Grant>> = HashMap::new();
        for (user, row) in grants::of_each(&mut tx, &ids).await? {
            roles.entry(user).or_default().extend(read_grant(&row));
        }
        let mut contacts: HashMap<_, _> = devices::contacts(&mut tx).await?.into_iter().collect();
        let area = Area::read(&mut tx, roles.values().flatten().map(|grant| &grant.scope)).await?;
        drop(tx);
        let seen = people.into_iter().filter_map(|person| {
            let roles = roles.remove(&person.id).unwrap_or_default();
            let contact = contacts.remove(&person.id).unwrap_or_default();
            self.see(&area, person, roles, contact).filter(|someone| self.is_asked_for(which, someone))
        });
        Ok(seen.collect())
    }

    /// One of the people in scope.
    ///
    /// # Errors
    /// Not found, or what the store says.
    pub async fn someone(&self, user: UserId) -> Result<Someone> {
        let mut tx = self.people.store.snapshot().await?;
        let person = people::person(&mut tx, user).await?.ok_or_else(Error::not_found)?;
        // A damaged role may be one held elsewhere: nobody decides without it.
        let roles: Vec<_> = grants::of(&mut tx, user).await?.iter().filter_map(read_grant).collect();
        let area = Area::read(&mut tx, roles.iter().map(|grant| &grant.scope)).await?;
        let contact = devices::contact(&mut tx, user).await?;
        self.see(&area, person, roles, contact).ok_or_else(Error::not_found)
    }

    /// Adds a person; the answer has the password, which is shown this once.
    ///
    /// # Errors
    /// `no_role`, `scope_of_others`, or what [`accounts::add`] says.
    pub async fn add(&self, new: Newcomer) -> Result<(UserId, Option<String>)> {
        if new.roles.is_empty() {
            return Err(no_role());
        }
        for (_, scope) in &new.roles {
            self.demand_scope(scope).await?;
        }
        let password = if new.signs_in { Some(new_password()?) } else { None };
        let person = NewPerson {
            username: new.username,
            display_name: label(&new.display_name, MAX_NAME_CHARS),
            password: password.clone(),
            roles: new.roles.clone(),
        };
        let id = accounts::add(&self.people.store, &self.people.clock, person).await?;
        tracing::info!(target: LOG, by = %self.actor.user, whom = %id, "an administrator added somebody");
        for (role, scope) in &new.roles {
            self.tell_role(id, *role, scope, "an administrator gave a role");
        }
        Ok((id, password))
    }

    /// Gives somebody a role.
    ///
    /// # Errors
    /// Not found, `not_yourself`, `scope_of_others`, `role_held`, or what the store says.
    pub async fn give_role(&self, user: UserId, role: Role, scope: &Scope) -> Result<()> {
        self.other(user).await?;
        self.demand_scope(scope).await?;
        accounts::grant(&self.people.store, &self.people.clock, user, role, scope.clone()).await?;
        self.tell_role(user, role, scope, "an administrator gave a role");
        self.people.look().await
    }

    /// Ends somebody's role.
    ///
    /// # Errors
    /// Not found, `not_yourself`, `scope_of_others`, `role_not_held`, or what the store says.
    pub async fn end_role(&self, user: UserId, role: Role, scope: &Scope) -> Result<()> {
        self.other(user).await?;
        self.demand_scope(scope).await?;
        accounts::end_role(&self.people.store, &self.people.clock, user, role, scope.clone()).await?;
        self.tell_role(user, role, scope, "an administrator ended a role");
        self.people.look().await
    }

    /// Closes an account.
    ///
    /// # Errors
    /// Not found, `not_yourself`, `person_of_others`, or what the store says.
    pub async fn disable(&self, user: UserId) -> Result<()> {
        self.other_whole(user).await?;
        accounts::disable(&self.people.store, &self.people.clock, user).await?;
        self.tell(user, "an administrator closed an account");
        self.people.look().await
    }

    /// Opens a closed account again.
    ///
    /// # Errors
    /// Not found, `not_yourself`, `person_of_others`, or what the store says.
    pub async fn enable(&self, user: UserId) -> Result<()> {
        self.other_whole(user).await?;
        accounts::enable(&self.people.store, user).await?;
        self.tell(user, "an administrator opened an account");
        self.people.look().await
    }

    /// Makes a new password; the answer has it, this once.
    ///
    /// # Errors
    /// Not found, `not_yourself`, `person_of_others`, or what the store says.
    pub async fn renew_password(&self, user: UserId) -> Result<String> {
        let someone = self.other_whole(user).await?;
        let password = new_password()?;
        accounts::set_password(&self.people.store, &someone.person, password.clone(), None).await?;
        self.tell(user, "an administrator set a password");
        self.people.look().await?;
        Ok(password)
    }

    /// Asks somebody for no one-time codes any more: they lost their app, and set up a new one.
    ///
    /// # Errors
    /// Not found, `not_yourself`, `person_of_others`, or what the store says.
    pub async fn stop_totp(&self, user: UserId) -> Result<()> {
        self.other_whole(user).await?;
        accounts::stop_totp(&self.people.store, user).await?;
        self.tell(user, "an administrator ended one-time codes");
        self.people.look().await
    }

    /// Makes codes for somebody's phone. One's own may be among them: it is no more than one has.
    ///
    /// # Errors
    /// Not found, `person_of_others`, `user_disabled`, or what the store says.
    pub async fn enrolment(&self, user: UserId) -> Result<Codes> {
        demand_whole(&self.someone(user).await?)?;
        let codes = enrolment::issue(&self.people.store, &self.people.clock, user).await?;
        self.tell(user, "an administrator made enrolment codes");
        Ok(codes)
    }

    /// Lets a device in no more.
    ///
    /// # Errors
    /// Not found, `not_yourself` for the one in hand, `person_of_others`, `device_unknown`, or what the
    /// store says.
    pub async fn revoke(&self, device: DeviceId, reason: Reason) -> Result<()> {
        let row = devices::device(&mut *self.people.store.read().await?, device).await?;
        let owner = row.ok_or_else(Error::not_found)?.user;
        let owner = self.someone(owner).await?;
        if device == self.actor.device {
            return Err(not_yourself());
        }
        demand_whole(&owner)?;
        accounts::revoke_device(&self.people.store, &self.people.clock, device).await?;
        let (by, whom) = (self.actor.user, owner.person.id);
        tracing::info!(target: LOG, %by, %whom, %device, ?reason, "an administrator revoked a device");
        self.people.look().await
    }

    // Who is whose ---------------------------------------------------------------------------------

    /// A person in scope who is not the administrator.
    async fn other(&self, user: UserId) -> Result<Someone> {
        let someone = self.someone(user).await?;
        if user == self.actor.user { Err(not_yourself()) } else { Ok(someone) }
    }

    /// Such a person, all of whose roles are in scope.
    async fn other_whole(&self, user: UserId) -> Result<Someone> {
        let someone = self.other(user).await?;
        demand_whole(&someone)?;
        Ok(someone)
    }

    async fn demand_scope(&self, scope: &Scope) -> Result<()> {
        let area = Area::read(&mut *self.people.store.read().await?, std::iter::once(scope)).await?;
        if self.has(&area, scope) { Ok(()) } else { Err(scope_of_others()) }
    }

    fn has(&self, area: &Area, scope: &Scope) -> bool {
        self.scopes.iter().any(|own| area.is_within(scope, own))
    }

    /// A person as this administrator sees them; `None` who is nothing of theirs. Somebody goes by what
    /// they hold; who holds nothing any more, by what they held, or by the county that has them.
    fn see(&self, area: &Area, person: Person, mut roles: Vec<Grant>, contact: Contact) -> Option<Someone> {
        let mut scopes: Vec<_> =
            roles.iter().filter(|grant| grant.held_at(self.now)).map(|grant| grant.scope.clone()).collect();
        if scopes.is_empty() {
            scopes.extend(roles.iter().map(|grant| grant.scope.clone()));
        }
        if scopes.is_empty() {
            scopes.extend(person.home_county.clone().map(Scope::County));
        }
        let within = scopes.iter().filter(|scope| self.has(area, scope)).count();
        let is_whole = within == scopes.len();
        roles.retain(|grant| self.has(area, &grant.scope));
        (within > 0).then_some(Someone { person, roles, is_whole, contact })
    }

    fn is_asked_for(&self, which: &Which, someone: &Someone) -> bool {
        let Someone { person, roles, contact, .. } = someone;
        let text = which.text.as_deref().map(str::to_lowercase);
        let has_text = |text: &String| {
            person.username.contains(text.as_str())
                || person.display_name.to_lowercase().contains(text.as_str())
        };
        let holds = |role: Role| roles.iter().any(|grant| grant.role == role && grant.held_at(self.now));
        text.as_ref().is_none_or(has_text)
            && which.role.is_none_or(holds)
            && which.closed.is_none_or(|closed| person.disabled_at.is_some() == closed)
            && which.phone.is_none_or(|phone| (contact.phones > 0) == phone)
    }

    // The log --------------------------------------------------------------------------------------

    fn tell(&self, whom: UserId, what: &'static str) {
        tracing::info!(target: LOG, by = %self.actor.user, %whom, "{what}");
    }

    fn tell_role(&self, whom: UserId, role: Role, scope: &Scope, what: &'static str) {
        tracing::info!(target: LOG, by = %self.actor.user, %whom, role = role.as_str(), %scope, "{what}");
    }
}

fn demand_whole(someone: &Someone) -> Result<()> {
    if someone.is_whole { Ok(()) } else { Err(person_of_others()) }
}

/// A password that can be read out and typed: `K7MP-3XQD-…`.
fn new_password() -> Result<String> {
    let typed = secret::typeable(PASSWORD_CHARS)?;
    let groups: Vec<_> = typed.as_bytes().chunks(PASSWORD_GROUP).map(String::from_utf8_lossy).collect();
    Ok(groups.join("-"))
}

fn no_role() -> Error {
    Error::new(
        Kind::Unprocessable,
        "no_role",
        "请至少给一个角色，否则无法登录后做任何事；没有添加",
        "give at least one role, else there is nothing to do here; nobody was added",
    )
}

fn not_yourself() -> Error {
    Error::new(
        Kind::Conflict,
        "not_yourself",
        "不能改动自己的角色、状态、密码，也不能停用正在用的设备；请另一位管理员来做。没有改动",
        "nobody changes their own roles, state or password here, or the device in hand; another administrator does. Nothing was changed",
    )
}

fn scope_of_others() -> Error {
    Error::new(
        Kind::Forbidden,
        "scope_of_others",
        "这个范围不归您管理，或者没有这个地方；没有改动",
        "this place is not yours to administrate, or there is no such place; nothing was changed",
    )
}

fn person_of_others() -> Error {
    Error::new(
        Kind::Forbidden,
        "person_of_others",
        "此人在您管理的范围以外也有角色，账号、登记码和设备要由上一级管理员处理；没有改动",
        "this person holds roles outside of your scope too: an administrator of the whole does this; nothing was changed",
    )
}

#[cfg(test)]
mod tests {
    use super::super::password;
    use super::*;

    #[test]
    fn a_password_that_is_made_is_a_good_one() {
        for _ in 0..100 {
            let made = new_password().unwrap();
            assert_eq!(made.len(), 19, "{made}");
            password::check(&made, "lin.meihua").expect(&made);
        }
    }
}
