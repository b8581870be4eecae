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
    /// What class the project is of, where that is known.
    pub class: Option<Class>,
    /// The zones that the school is in today.
    pub zones: Vec<RecordId>,
}

/// Which office has a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// 校园校舍建设类: the project office's.
    Building,
    /// 设施设备类: the equipment station's.
    Equipment,
}

impl Class {
    /// What a project's field `class` says of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Building => "building",
            Self::Equipment => "equipment",
        }
    }

    /// The class that a project's field `class` names.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "building" => Some(Self::Building),
            "equipment" => Some(Self::Equipment),
            _ => None,
        }
    }
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
    if closes_findings(kind) && builds(actor, at, place) {
        return Err(Denial::NotPermitted);
    }
    let writers = kind.field(field).map_or(Writers::Kind, |field| field.writers);
    judge(actor, at, place, |role| match writers {
        Writers::Kind => kind.writers.contains(&role) && has_class(role, kind, place),
        Writers::Only(roles) => roles.contains(&role) && has_class(role, kind, place),
        Writers::Readers => reads_records(role) && role != Role::Auditor,
        Writers::Signers => signs(role, kind),
    })
}

/// Whether somebody may sign there in that role.
pub fn may_sign(actor: &Actor, at: Moment, role: Role, kind: &Kind, place: &Place) -> Result<(), Denial> {
    if closes_findings(kind) && builds(actor, at, place) {
        return Err(Denial::NotPermitted);
    }
    judge(actor, at, place, |held| held == role && signs(role, kind) && has_class(role, kind, place))
}

/// Whether somebody may withdraw there what an inspection says of others.
pub fn may_withdraw_findings(actor: &Actor, at: Moment, place: &Place) -> bool {
    let inspects = |role| matches!(role, Role::Inspector | Role::InspectionOffice | Role::CityOffice);
    !builds(actor, at, place) && judge(actor, at, place, inspects).is_ok()
}

/// Whether somebody may note more of money there than that it is applied for.
pub fn may_move_money(actor: &Actor, at: Moment, place: &Place) -> bool {
    let moves = |role| matches!(role, Role::Finance | Role::ProjectOffice | Role::EquipmentStation);
    judge(actor, at, place, moves).is_ok()
}

/// Whether the desk of the public pages may write that field: it takes complaints in and does nothing
/// else. Nobody holds that right as a role, so nobody signs in with it.
pub fn public_desk_writes(kind: &Kind, field: &str) -> bool {
    const TAKEN_IN: [&str; 6] = ["date", "channel", "text", "contact", "county", "project"];
    kind.name == "complaint" && TAKEN_IN.contains(&field)
}

/// Of the kinds that both offices write, the project office writes those of buildings, the equipment
/// station those of equipment.
fn has_class(role: Role, kind: &Kind, place: &Place) -> bool {
    let both =
        [Role::ProjectOffice, Role::EquipmentStation].iter().all(|office| kind.writers.contains(office));
    match (role, place.class) {
        (Role::ProjectOffice, Some(Class::Equipment)) | (Role::EquipmentStation, Some(Class::Building)) => {
            !both
        }
        _ => true,
    }
}

/// The kind whose records close findings.
const VERIFICATION: &str = "verification";

/// Whether records of the kind close findings.
fn closes_findings(kind: &Kind) -> bool {
    kind.name == VERIFICATION
}

/// Whether somebody is of the office that has the works built there: it closes no findings on its
/// own projects, whatever else its people are.
fn builds(actor: &Actor, at: Moment, place: &Place) -> bool {
    actor.grants_at(at).any(|grant| {
        grant.role == Role::ProjectOffice && place.class != Some(Class::Equipment) && covers(grant, place)
    })
}

/// Whether the role reads records at all: a system administrator looks after people and devices
/// and sees no business data.
pub fn reads_records(role: Role) -> bool {
    role != Role::SystemAdmin
}

/// Whether the role looks into what is doubtful about what others wrote.
pub const fn reviews_evidence(role: Role) -> bool {
    matches!(
        role,
        Role::Inspector
            | Role::ProjectOffice
            | Role::EquipmentStation
            | Role::InspectionOffice
            | Role::Auditor
            | Role::CityOffice
    )
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

/// Whether somebody holds one of these roles there.
pub fn holds(actor: &Actor, at: Moment, roles: &[Role], place: &Place) -> bool {
    judge(actor, at, place, |role| roles.contains(&role)).is_ok()
}

/// Who looks after people's phones and browsers.
pub const MINDS_DEVICES: [Role; 4] =
    [Role::ProjectOffice, Role::EquipmentStation, Role::InspectionOffice, Role::SystemAdmin];

/// Whether somebody looks after the phones and browsers of a county's people.
pub fn minds_devices(actor: &Actor, at: Moment, county: &str, city: Option<&str>) -> bool {
    holds_for_county(actor, at, county, city, |role| MINDS_DEVICES.contains(&role))
}

/// Whether somebody looks after those of a city's own people.
pub fn minds_devices_of_city(actor: &Actor, at: Moment, city: &str) -> bool {
    actor.grants_at(at).any(|grant| {
        MINDS_DEVICES.contains(&grant.role) && matches!(&grant.scope, Scope::City(code) if code == city)
    })
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

/// Whether somebody who decides about what is held may let in a record of that kind: who has works
/// built closes no findings, not by way of the held box either.
pub fn may_release(actor: &Actor, at: Moment, kind: &str) -> bool {
    kind != VERIFICATION || actor.grants_at(at).all(|grant| grant.role != Role::ProjectOffice)
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

/// Whether the role signs records of that kind: whoever writes records does, a leader approves
/// bulletins, a township comments and no more.
fn signs(role: Role, kind: &Kind) -> bool {
    match role {
        Role::Auditor | Role::SystemAdmin | Role::Township => false,
        Role::Leader => kind.name == "bulletin",
        _ => true,
    }
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

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use sync_protocol::id::{DeviceId, UserId};
    use sync_protocol::kinds;
    use uuid::Uuid;

    use super::*;
    use crate::access::actor::Via;

    const NOW: Moment = Moment(1_700_000_000_000);
    const SCHOOL: &str = "school:00000000-0000-7000-8000-000000005c01";
    const OTHER_SCHOOL: &str = "school:00000000-0000-7000-8000-000000005c02";
    const PROJECT: &str = "project:00000000-0000-7000-8000-000000009a01";
    const OTHER_PROJECT: &str = "project:00000000-0000-7000-8000-000000009a02";
    const ZONE: &str = "zone:00000000-0000-7000-8000-000000002001";
    const OTHER_ZONE: &str = "zone:00000000-0000-7000-8000-000000002002";

    fn record(scope: &str) -> RecordId {
        scope.split_once(':').unwrap().1.parse().unwrap()
    }

    /// A project of a school in a zone of a township of 上杭县.
    fn site() -> Place {
        Place {
            county: "350823".to_owned(),
            city: Some("350400".to_owned()),
            township: Some("350823101".to_owned()),
            school: Some(record(SCHOOL)),
            project: Some(record(PROJECT)),
            class: Some(Class::Building),
            zones: vec![record(ZONE)],
        }
    }

    fn grant(role: Role, scope: &str) -> Grant {
        Grant { role, scope: scope.parse().unwrap(), since: Moment(0), until: None }
    }

    fn somebody(grants: Vec<Grant>) -> Actor {
        Actor {
            user: UserId(Uuid::from_u128(1)),
            username: "demo".to_owned(),
            display_name: "演示人员".to_owned(),
            device: DeviceId(Uuid::from_u128(2)),
            via: Via::Device,
            home_county: None,
            grants,
        }
    }

    /// What a role held at a scope may write of a record on the site.
    fn judged(role: &str, scope: &str, kind: &str, field: &str) -> Result<(), Denial> {
        let actor = somebody(vec![grant(Role::named(role).expect(role), scope)]);
        let kind = kinds::named(kind).expect(kind);
        assert!(kind.field(field).is_some(), "{} has no field {field}", kind.name);
        may_write(&actor, NOW, kind, field, &site())
    }

    #[rstest]
    // 项目管理小组 writes on its own project; held at the school it has all of the school's.
    #[case("school_team", PROJECT, "diary", "work_status")]
    #[case("school_team", SCHOOL, "diary", "work_status")]
    #[case("school_team", PROJECT, "rectification", "measures")]
    #[case("school_team", PROJECT, "equipment_receipt", "delivered_qty")]
    #[case("principal", SCHOOL, "progress_report", "completed_area")]
    #[case("contractor", PROJECT, "rectification", "measures")]
    #[case("supervising_engineer", PROJECT, "notice", "text")]
    #[case("inspector", ZONE, "inspection", "conclusion")]
    #[case("inspector", ZONE, "finding", "severity")]
    #[case("inspector", ZONE, "verification", "result")]
    #[case("township", "township:350823101", "diary", "remarks")]
    #[case("project_office", "county:350823", "project", "name")]
    #[case("project_office", "city:350400", "project", "name")]
    #[case("equipment_station", "county:350823", "equipment_item", "name")]
    #[case("inspection_office", "county:350823", "verification", "result")]
    #[case("inspection_office", "county:350823", "checklist", "name")]
    #[case("finance", "county:350823", "fund_event", "amount")]
    #[case("city_office", "city:350400", "inspection", "conclusion")]
    fn what_each_role_writes(
        #[case] role: &str,
        #[case] scope: &str,
        #[case] kind: &str,
        #[case] field: &str,
    ) {
        assert_eq!(judged(role, scope, kind, field), Ok(()));
    }

    #[rstest]
    #[case("contractor", PROJECT, "diary", "work_status")]
    #[case("contractor", PROJECT, "finding", "severity")]
    #[case("supervising_engineer", PROJECT, "diary", "work_status")]
    #[case("inspector", ZONE, "diary", "work_status")]
    #[case("inspector", ZONE, "rectification", "measures")]
    #[case("school_team", PROJECT, "verification", "result")]
    #[case("principal", SCHOOL, "verification", "result")]
    #[case("contractor", PROJECT, "verification", "result")]
    #[case("school_team", PROJECT, "project", "name")]
    #[case("school_team", PROJECT, "fund_event", "amount")]
    #[case("township", "township:350823101", "diary", "work_status")]
    #[case("township", "township:350823101", "diary", "signoffs")]
    // Builder office ≠ closer.
    #[case("project_office", "county:350823", "verification", "result")]
    #[case("project_office", "city:350400", "verification", "result")]
    // Buildings are not the equipment station's, equipment is not the project office's.
    #[case("equipment_station", "county:350823", "school", "name")]
    #[case("project_office", "county:350823", "equipment_item", "name")]
    #[case("project_office", "county:350823", "sample", "seal_no")]
    #[case("finance", "county:350823", "project", "name")]
    // 审计 reads everything and writes nothing, not even a remark.
    #[case("auditor", "county:350823", "diary", "work_status")]
    #[case("auditor", "county:350823", "diary", "remarks")]
    #[case("auditor", "county:350823", "diary", "signoffs")]
    #[case("leader", "county:350823", "diary", "work_status")]
    #[case("leader", "county:350823", "diary", "signoffs")]
    #[case("city_office", "city:350400", "diary", "work_status")]
    // Users and devices, no business data.
    #[case("system_admin", "county:350823", "diary", "work_status")]
    #[case("system_admin", "county:350823", "diary", "remarks")]
    #[case("system_admin", "county:350823", "school", "name")]
    fn what_no_role_like_this_writes(
        #[case] role: &str,
        #[case] scope: &str,
        #[case] kind: &str,
        #[case] field: &str,
    ) {
        assert_eq!(judged(role, scope, kind, field), Err(Denial::NotPermitted));
    }

    #[rstest]
    #[case("school_team", OTHER_PROJECT, "diary", "work_status")]
    #[case("school_team", OTHER_SCHOOL, "diary", "work_status")]
    #[case("principal", OTHER_SCHOOL, "diary", "work_status")]
    #[case("inspector", OTHER_ZONE, "inspection", "conclusion")]
    #[case("township", "township:350823102", "diary", "remarks")]
    #[case("project_office", "county:350902", "project", "name")]
    #[case("finance", "county:350902", "fund_event", "amount")]
    #[case("city_office", "city:350900", "inspection", "conclusion")]
    fn nobody_writes_elsewhere(
        #[case] role: &str,
        #[case] scope: &str,
        #[case] kind: &str,
        #[case] field: &str,
    ) {
        assert_eq!(judged(role, scope, kind, field), Err(Denial::OutOfScope));
    }

    #[rstest]
    #[case("project_office", "project", "name", Class::Building)]
    #[case("project_office", "fund_event", "amount", Class::Building)]
    #[case("equipment_station", "project", "name", Class::Equipment)]
    #[case("equipment_station", "fund_event", "amount", Class::Equipment)]
    fn each_office_has_the_projects_of_its_class(
        #[case] role: &str,
        #[case] kind: &str,
        #[case] field: &str,
        #[case] own: Class,
    ) {
        let office = somebody(vec![grant(Role::named(role).unwrap(), "county:350823")]);
        let kind = kinds::named(kind).unwrap();
        for class in [Class::Building, Class::Equipment] {
            let place = Place { class: Some(class), ..site() };
            let expected = if class == own { Ok(()) } else { Err(Denial::NotPermitted) };
            assert_eq!(may_write(&office, NOW, kind, field, &place), expected, "{class:?}");
            assert_eq!(may_write(&office, NOW, kind, "remarks", &place), Ok(()), "everybody may remark");
        }
        let undecided = Place { class: None, ..site() };
        assert_eq!(may_write(&office, NOW, kind, field, &undecided), Ok(()));
    }

    #[test]
    fn whoever_has_the_works_built_closes_no_finding_on_them_whatever_else_they_are() {
        let verification = kinds::named("verification").unwrap();
        let grants = |office_at| {
            somebody(vec![
                grant(Role::InspectionOffice, "county:350823"),
                grant(Role::ProjectOffice, office_at),
            ])
        };
        let here = grants("county:350823");
        assert_eq!(may_write(&here, NOW, verification, "result", &site()), Err(Denial::NotPermitted));
        let signed = may_sign(&here, NOW, Role::InspectionOffice, verification, &site());
        assert_eq!(signed, Err(Denial::NotPermitted));
        let elsewhere = grants("county:350902");
        assert_eq!(may_write(&elsewhere, NOW, verification, "result", &site()), Ok(()));
    }

    #[test]
    fn the_held_box_is_no_way_around_it() {
        let office = somebody(vec![grant(Role::ProjectOffice, "county:350823")]);
        let inspectors = somebody(vec![grant(Role::InspectionOffice, "county:350823")]);
        assert!(may_release(&office, NOW, "diary"));
        assert!(!may_release(&office, NOW, "verification"));
        assert!(may_release(&inspectors, NOW, "verification"));
    }

    #[test]
    fn somebody_signs_in_a_role_that_they_hold_there_alone() {
        let diary = kinds::named("diary").unwrap();
        let bulletin = kinds::named("bulletin").unwrap();
        let principal = somebody(vec![grant(Role::Principal, SCHOOL)]);
        let sign = |actor: &Actor, role, kind| may_sign(actor, NOW, role, kind, &site());
        assert_eq!(sign(&principal, Role::Principal, diary), Ok(()));
        assert_eq!(sign(&principal, Role::ProjectOffice, diary), Err(Denial::NotPermitted));
        let neighbour = somebody(vec![grant(Role::Principal, OTHER_SCHOOL)]);
        assert_eq!(sign(&neighbour, Role::Principal, diary), Err(Denial::OutOfScope));
        let leader = somebody(vec![grant(Role::Leader, "county:350823")]);
        assert_eq!(sign(&leader, Role::Leader, bulletin), Ok(()));
        assert_eq!(sign(&leader, Role::Leader, diary), Err(Denial::NotPermitted));
        let auditor = somebody(vec![grant(Role::Auditor, "county:350823")]);
        assert_eq!(sign(&auditor, Role::Auditor, diary), Err(Denial::NotPermitted));
    }

    #[test]
    fn a_role_counts_from_its_first_to_before_its_last_moment() {
        let diary = kinds::named("diary").unwrap();
        let until = Some(NOW.plus_seconds(60));
        let actor = somebody(vec![Grant { since: NOW, until, ..grant(Role::SchoolTeam, PROJECT) }]);
        for (seconds, expected) in
            [(-1, Err(Denial::NotPermitted)), (0, Ok(())), (59, Ok(())), (60, Err(Denial::NotPermitted))]
        {
            let at = NOW.plus_seconds(seconds);
            assert_eq!(may_write(&actor, at, diary, "work_status", &site()), expected, "{seconds}");
        }
    }

    #[rstest]
    #[case("project_office", "county:350823", true, true)]
    #[case("equipment_station", "county:350823", true, true)]
    #[case("inspection_office", "county:350823", true, true)]
    #[case("inspection_office", "city:350400", true, true)]
    #[case("city_office", "city:350400", true, false)]
    #[case("auditor", "county:350823", true, false)]
    #[case("leader", "county:350823", true, false)]
    #[case("finance", "county:350823", false, false)]
    #[case("system_admin", "county:350823", false, false)]
    #[case("project_office", "county:350902", false, false)]
    #[case("project_office", SCHOOL, false, false)]
    #[case("inspector", ZONE, false, false)]
    #[case("school_team", PROJECT, false, false)]
    fn who_sees_and_who_decides_what_is_held(
        #[case] role: &str,
        #[case] scope: &str,
        #[case] sees: bool,
        #[case] decides: bool,
    ) {
        let actor = somebody(vec![grant(Role::named(role).unwrap(), scope)]);
        assert_eq!(sees_held(&actor, NOW, "350823", Some("350400")), sees);
        assert_eq!(decides_held(&actor, NOW, "350823", Some("350400")), decides);
    }
}
