//! Whoever sits at the desk, asked what the writer would ask.

use std::cell::RefCell;
use std::collections::HashMap;

use sync_protocol::id::{RecordId, UserId};
use sync_protocol::kinds::{self, Role};

use super::group::Group;
use crate::access::actor::Actor;
use crate::access::policy::{self, Place};
use crate::clock::Moment;
use crate::sync::permit;

/// A school and a project, where there are any.
pub(super) type Site = (Option<RecordId>, Option<RecordId>);

/// Somebody in one county.
pub(super) struct Person<'p> {
    /// With the roles that act on the group in question, or with all.
    actor: Actor,
    now: Moment,
    place_of: &'p dyn Fn(Site) -> Place,
    places: RefCell<HashMap<Site, Place>>,
}

impl<'p> Person<'p> {
    /// With all roles.
    pub(super) fn new(actor: &Actor, now: Moment, place_of: &'p dyn Fn(Site) -> Place) -> Self {
        Self { actor: actor.clone(), now, place_of, places: RefCell::default() }
    }

    /// The same with no more than the roles that act on that group.
    pub(super) fn acting_on(&self, group: Group) -> Self {
        let mut actor = self.actor.clone();
        actor.grants.retain(|grant| group.roles().contains(&grant.role));
        Self { actor, now: self.now, place_of: self.place_of, places: self.places.clone() }
    }

    pub(super) const fn user(&self) -> UserId {
        self.actor.user
    }

    pub(super) fn may_write(&self, kind: &str, field: &str, site: Site) -> bool {
        let Some(kind) = kinds::named(kind) else { return false };
        self.at(site, |place| policy::may_write(&self.actor, self.now, kind, field, place).is_ok())
    }

    pub(super) fn may_sign(&self, role: Role, kind: &str, site: Site) -> bool {
        let Some(kind) = kinds::named(kind) else { return false };
        self.at(site, |place| policy::may_sign(&self.actor, self.now, role, kind, place).is_ok())
    }

    pub(super) fn may_settle(&self, kind: &str, field: &str, site: Site) -> bool {
        let Some(kind) = kinds::named(kind) else { return false };
        let base = field.split('/').next().unwrap_or(field);
        self.at(site, |place| permit::may_settle(&self.actor, self.now, kind, base, place))
    }

    pub(super) fn holds(&self, roles: &[Role], site: Site) -> bool {
        self.at(site, |place| policy::holds(&self.actor, self.now, roles, place))
    }

    fn at<T>(&self, site: Site, ask: impl FnOnce(&Place) -> T) -> T {
        let mut places = self.places.borrow_mut();
        ask(places.entry(site).or_insert_with(|| (self.place_of)(site)))
    }
}
