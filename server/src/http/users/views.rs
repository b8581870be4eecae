//! People as whoever administrates them sees them, and what is asked about them.

use serde::{Deserialize, Serialize};
use sync_protocol::id::UserId;
use sync_protocol::kinds::Role;

use crate::access::actor::Grant;
use crate::access::administration::Someone;
use crate::access::role::Scope;
use crate::clock::Moment;
use crate::error::{Error, Kind, Result};
use crate::http::directory::DirectoryView;

/// The people in scope.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UserList {
    /// How many there are of those asked for.
    pub(super) count: usize,
    pub(super) users: Vec<UserRow>,
}

/// A person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UserRow {
    id: UserId,
    username: String,
    display_name: String,
    /// What they hold.
    roles: Vec<HeldRole>,
    created_at: String,
    /// Since when the account is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<String>,
    /// Whether they sign in at browsers.
    password: bool,
    /// Whether they are asked for one-time codes.
    totp: bool,
    /// How many phones of theirs are let in.
    phones: u32,
    /// When a phone or browser of theirs was last heard of.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen_at: Option<String>,
    /// Whether all that they hold is in one's own scope: else their account is not one's own to change.
    whole: bool,
}

/// A role that somebody holds or held.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct HeldRole {
    /// Such as `school_team`.
    role: &'static str,
    /// Such as `project:<record id>`.
    scope: String,
    /// What people call it, in Chinese.
    zh: &'static str,
    /// What people call it, in English.
    en: &'static str,
    since: String,
    /// Until when, if it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

/// A person, and what they held before.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UserView {
    #[serde(flatten)]
    user: UserRow,
    /// The roles that ended.
    ended: Vec<HeldRole>,
}

impl HeldRole {
    fn of(grant: &Grant) -> Self {
        Self {
            role: grant.role.as_str(),
            scope: grant.scope.to_string(),
            zh: grant.role.zh(),
            en: grant.role.en(),
            since: grant.since.rfc3339(),
            until: grant.until.map(Moment::rfc3339),
        }
    }
}

impl UserRow {
    pub(super) fn of(someone: &Someone, now: Moment) -> Self {
        let Someone { person, roles, is_whole, contact } = someone;
        Self {
            id: person.id,
            username: person.username.clone(),
            display_name: person.display_name.clone(),
            roles: roles.iter().filter(|grant| grant.held_at(now)).map(HeldRole::of).collect(),
            created_at: person.created_at.rfc3339(),
            disabled_at: person.disabled_at.map(Moment::rfc3339),
            password: person.password_hash.is_some(),
            totp: person.totp_secret.is_some(),
            phones: contact.phones,
            last_seen_at: contact.last_seen_at.map(Moment::rfc3339),
            whole: *is_whole,
        }
    }
}

impl UserView {
    pub(super) fn of(someone: &Someone, now: Moment) -> Self {
        let ended = someone.roles.iter().filter(|grant| !grant.held_at(now)).map(HeldRole::of).collect();
        Self { user: UserRow::of(someone, now), ended }
    }
}

/// A role at a place.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleAt {
    /// Such as `school_team`.
    role: String,
    /// Such as `project:<record id>`.
    scope: String,
}

impl RoleAt {
    pub(super) fn read(&self) -> Result<(Role, Scope)> {
        Ok((super::role(&self.role)?, self.scope.parse().map_err(|_| no_such_scope())?))
    }
}

/// What roles there are, and where they can be held.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Scopes {
    roles: Vec<RoleName>,
    #[serde(flatten)]
    directory: DirectoryView,
}

/// A role, and what people call it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RoleName {
    role: &'static str,
    zh: &'static str,
    en: &'static str,
}

impl Scopes {
    pub(super) fn of(directory: DirectoryView) -> Self {
        let name = |role: &Role| RoleName { role: role.as_str(), zh: role.zh(), en: role.en() };
        Self { roles: Role::ALL.iter().map(name).collect(), directory }
    }
}

/// Somebody to be added.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// The name to sign in with.
    pub(super) username: String,
    /// The name that others see.
    #[serde(default)]
    pub(super) display_name: String,
    /// What they hold; one at least.
    pub(super) roles: Vec<RoleAt>,
    /// Whether they sign in at browsers too: a password is made and answered.
    #[serde(default)]
    pub(super) password: bool,
}

/// Somebody who was added.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AddedUser {
    #[serde(flatten)]
    pub(super) user: UserView,
    /// Their first password; it is shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) new_password: Option<String>,
}

/// A password that was made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MadePassword {
    /// It is shown this once.
    pub(super) new_password: String,
}

/// Codes by which somebody enrols a phone; using one uses up the other.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EnrolmentView {
    /// What a phone's camera opens.
    pub(super) url: String,
    /// The same as an SVG picture.
    pub(super) qr: String,
    /// Until when it is good.
    pub(super) expires_at: String,
    /// The code to type instead.
    pub(super) short_code: String,
    /// Until when that is good.
    pub(super) short_expires_at: String,
}

fn no_such_scope() -> Error {
    Error::new(
        Kind::Unprocessable,
        "no_such_scope",
        "看不懂这个范围；没有改动",
        "this is no scope: city:350400, county:350823, township:350823101, or zone:, school:, project: and a record id; nothing was changed",
    )
}
