//! Who is in charge of a school and of its works, as the accounts say.

use sync_protocol::id::UserId;
use sync_protocol::kinds::Role;

use super::accounts::is_held;
use super::role::Scope;
use crate::clock::Moment;
use crate::error::Result;
use crate::store::{Store, grants, people};

/// Whose roles are held at a school or at a project, in the order in which they are told.
const ROLES: [Role; 4] = [Role::Principal, Role::SchoolTeam, Role::SupervisingEngineer, Role::Contractor];

/// Somebody who holds a role at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InCharge {
    /// Who.
    pub user: UserId,
    /// What they are called.
    pub name: String,
    /// As what.
    pub role: Role,
    /// Where.
    pub scope: Scope,
}

/// Who is in charge at these places now.
///
/// # Errors
/// What the store says.
pub async fn in_charge(store: &Store, scopes: &[Scope], now: Moment) -> Result<Vec<InCharge>> {
    let mut tx = store.read().await?;
    let named: Vec<_> = scopes.iter().map(Scope::to_string).collect();
    let mut users = grants::holders(&mut tx, &ROLES.map(Role::as_str), &named).await?;
    users.sort_unstable();
    users.dedup();
    let mut found = Vec::new();
    for (user, grant) in grants::of_each(&mut tx, &users).await? {
        let role = ROLES.into_iter().find(|role| role.as_str() == grant.role);
        let scope = grant.scope.parse().ok().filter(|scope| scopes.contains(scope));
        let (Some(role), Some(scope), true) = (role, scope, is_held(&grant, now)) else { continue };
        let Some(person) = people::person(&mut tx, user).await? else { continue };
        if person.disabled_at.is_none() {
            found.push(InCharge { user, name: person.display_name, role, scope });
        }
    }
    let rank = |role| ROLES.iter().position(|its| *its == role);
    found.sort_by(|one, other| (rank(one.role), &one.name).cmp(&(rank(other.role), &other.name)));
    Ok(found)
}
