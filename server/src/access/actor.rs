//! Who is asking: a person on a device, with the roles that the person holds and held.

use sync_protocol::id::{DeviceId, UserId};
use sync_protocol::kinds::Role;
use uuid::Uuid;

use super::role::Scope;
use crate::clock::Moment;

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// By a device token.
    Device,
    /// By a session cookie: writes need same-origin proof.
    Session,
}

/// A person on a device.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The person.
    pub user: UserId,
    /// The name to sign in with.
    pub username: String,
    /// The name that others see.
    pub display_name: String,
    /// The phone, or the signed-in browser.
    pub device: DeviceId,
    /// How this was proved.
    pub via: Via,
    /// The county whose office looks after this person, where there is one.
    pub home_county: Option<String>,
    /// All roles, those that ended too.
    pub grants: Vec<Grant>,
}

/// A role held at a scope for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Where.
    pub scope: Scope,
    /// From when.
    pub since: Moment,
    /// Until when, if it ended.
    pub until: Option<Moment>,
}

impl Grant {
    /// Whether it was held at that moment.
    pub fn held_at(&self, moment: Moment) -> bool {
        self.since <= moment && self.until.is_none_or(|until| moment < until)
    }
}

impl Actor {
    /// Whoever sits at the server's own machine: reads what an auditor of these counties reads, and writes
    /// nothing.
    pub fn at_the_machine(counties: impl Iterator<Item = String>) -> Self {
        let reads = |county| Grant {
            role: Role::Auditor,
            scope: Scope::County(county),
            since: Moment(0),
            until: None,
        };
        Self {
            user: UserId(Uuid::nil()),
            username: String::new(),
            display_name: String::new(),
            device: DeviceId(Uuid::nil()),
            via: Via::Device,
            home_county: None,
            grants: counties.map(reads).collect(),
        }
    }

    /// The roles held at that moment.
    pub fn grants_at(&self, moment: Moment) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(move |grant| grant.held_at(moment))
    }
}
