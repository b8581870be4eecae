//! Who may do what, where: the one place that says so (programme page §4).
//!
//! Everything is denied that no line here allows. What a record kind's writers are stands with
//! the kind, in `sync_protocol::kinds`; what a role reads and decides stands here.

use sync_protocol::id::RecordId;
use sync_protocol::kinds::{Kind, Role, Writers};

use super::actor::{Actor, Grant};
use super::role::Scope;
use crate::clock::Moment;

/// Where something is, as scopes see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The county.
    pub county: String,
    /// The county's city, where it has one.
    pub city: Option<String>,
    /// The school's township, where it is known.
    pub township: Option<String>,
    /// The school, where there is one.
    pub school: Option<RecordId>,
    /// The project, where there is one.
    pub project: Option<RecordId>,
    /// The zones that the school is in today.
    pub zones: Vec<RecordId>,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// No role of this person allows it anywhere.
    NotPermitted,
    /// A role allows it, but not there.
    OutOfScope,
}

/// Whether somebody may write that field of a record of that kind there.
pub fn may_write(actor: &Actor, at: Moment, kind: &Kind, field: &str, place: &Place) -> Result<(), Denial> {
    let writers = kind.field(field).map_or(Writers::Kind, |field| field.writers);
    judge(actor, at, place, |role| match writers {
        Writers::Kind => kind.writers.contains(&role),
        Writers::Only(roles) => roles.contains(&role),
        Writers::Readers => reads_records(role) && role != Role::Auditor,
        Writers::Signers => signs(role),
    })
}

/// Whether somebody may sign there in that role.
pub fn may_sign(actor: &Actor, at: Moment, role: Role, kind: &Kind, place: &Place) -> Result<(), Denial> {
    let may = |held: Role| held == role && signs(role) && !kind.name.is_empty();
    judge(actor, at, place, may)
}

/// Whether the role reads records at all: a system administrator looks after people and devices
/// and sees no business data.
pub fn reads_records(role: Role) -> bool {
    role != Role::SystemAdmin
}

/// Whether somebody may see the original of a photo there in which a minor can be recognised. Who
/// brought it may anyway.
pub fn may_read_minors_original(actor: &Actor, at: Moment, place: &Place) -> bool {
    let may = |role| {
        matches!(
            role,
            Role::SchoolTeam
                | Role::Principal
                | Role::ProjectOffice
                | Role::InspectionOffice
                | Role::Auditor
                | Role::CityOffice
        )
    };
    judge(actor, at, place, may).is_ok()
}

/// Whether somebody may see the held box of a county.
pub fn sees_held(actor: &Actor, at: Moment, county: &str, city: Option<&str>) -> bool {
    let sees = |role| {
        matches!(
            role,
            Role::ProjectOffice
                | Role::EquipmentStation
                | Role::InspectionOffice
                | Role::Auditor
                | Role::Leader
                | Role::CityOffice
        )
    };
    holds_for_county(actor, at, county, city, sees)
}

/// Whether somebody decides about what is held in a county.
pub fn decides_held(actor: &Actor, at: Moment, county: &str, city: Option<&str>) -> bool {
    let decides =
        |role| matches!(role, Role::ProjectOffice | Role::EquipmentStation | Role::InspectionOffice);
    holds_for_county(actor, at, county, city, decides)
}

/// Whether somebody holds such a role for a whole county, or for its city.
fn holds_for_county(
    actor: &Actor,
    at: Moment,
    county: &str,
    city: Option<&str>,
    such: impl Fn(Role) -> bool,
) -> bool {
    actor.grants_at(at).any(|grant| {
        such(grant.role)
            && match &grant.scope {
                Scope::County(code) => code == county,
                Scope::City(code) => Some(code.as_str()) == city,
                _ => false,
            }
    })
}

/// Whether the role signs records: whoever reads and writes.
fn signs(role: Role) -> bool {
    !matches!(role, Role::Auditor | Role::SystemAdmin)
}

fn judge(actor: &Actor, at: Moment, place: &Place, allows: impl Fn(Role) -> bool) -> Result<(), Denial> {
    let mut anywhere = false;
    for grant in actor.grants_at(at).filter(|grant| allows(grant.role)) {
        if covers(grant, place) {
            return Ok(());
        }
        anywhere = true;
    }
    Err(if anywhere { Denial::OutOfScope } else { Denial::NotPermitted })
}

/// Whether a place is within the scope at which a role is held.
fn covers(grant: &Grant, place: &Place) -> bool {
    match &grant.scope {
        Scope::City(code) => place.city.as_ref() == Some(code),
        Scope::County(code) => place.county == *code,
        Scope::Township(code) => place.township.as_ref() == Some(code),
        Scope::Zone(zone) => place.zones.contains(zone),
        Scope::School(school) => place.school == Some(*school),
        Scope::Project(project) => place.project == Some(*project),
    }
}
