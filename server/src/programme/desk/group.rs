//! What may wait for somebody, most urgent first, and for whom: the one table that says so.

use serde::Serialize;
use sync_protocol::kinds::Role;

use crate::access::actor::Actor;
use crate::access::policy::MINDS_DEVICES;
use crate::clock::Moment;

/// Something that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Findings that should have been put right: to be rectified, verified, urged.
    FindingsOverdue,
    /// Records about which people differ.
    Conflicts,
    /// Changes in the held box.
    Held,
    /// Payments that lack a key.
    Payments,
    /// Bulletins that are not published yet.
    Bulletins,
    /// Findings that are said to be rectified.
    Verifications,
    /// Diaries that nobody has confirmed; the offices see those that wait too long.
    DiariesToConfirm,
    /// Diaries that were changed after they had been confirmed.
    ChangedSinceConfirmed,
    /// Complaints that nobody answered.
    Complaints,
    /// Projects that lack diaries.
    MissingDiaries,
    /// Schools whose phones are not heard of.
    SilentSchools,
    /// Phones and browsers with something the matter.
    Devices,
}

/// Who writes what, as the kinds of records have it, and beyond that who is to look after it.
const ACTS: [(Group, &str, &[Role]); 12] = [
    (
        Group::FindingsOverdue,
        "findings_overdue",
        &[
            Role::SchoolTeam,
            Role::Principal,
            Role::Contractor,
            Role::SupervisingEngineer,
            Role::Inspector,
            Role::ProjectOffice,
            Role::EquipmentStation,
            Role::InspectionOffice,
            Role::CityOffice,
        ],
    ),
    (
        Group::Conflicts,
        "conflicts",
        &[
            Role::SchoolTeam,
            Role::Principal,
            Role::Contractor,
            Role::SupervisingEngineer,
            Role::Inspector,
            Role::ProjectOffice,
            Role::EquipmentStation,
            Role::InspectionOffice,
            Role::CityOffice,
        ],
    ),
    (Group::Held, "held", &[Role::ProjectOffice, Role::EquipmentStation, Role::InspectionOffice]),
    (Group::Payments, "payments", &[Role::ProjectOffice, Role::EquipmentStation, Role::Finance]),
    (
        Group::Bulletins,
        "bulletins",
        &[Role::ProjectOffice, Role::InspectionOffice, Role::Leader, Role::CityOffice],
    ),
    (Group::Verifications, "verifications", &[Role::Inspector, Role::InspectionOffice, Role::CityOffice]),
    (
        Group::DiariesToConfirm,
        "diaries_to_confirm",
        &[Role::Principal, Role::ProjectOffice, Role::EquipmentStation],
    ),
    (
        Group::ChangedSinceConfirmed,
        "changed_since_confirmed",
        &[Role::Principal, Role::ProjectOffice, Role::EquipmentStation],
    ),
    (
        Group::Complaints,
        "complaints",
        &[Role::ProjectOffice, Role::EquipmentStation, Role::InspectionOffice, Role::CityOffice],
    ),
    (
        Group::MissingDiaries,
        "missing_diaries",
        &[Role::SchoolTeam, Role::Principal, Role::ProjectOffice, Role::EquipmentStation],
    ),
    (
        Group::SilentSchools,
        "silent_schools",
        &[Role::Inspector, Role::ProjectOffice, Role::EquipmentStation, Role::InspectionOffice],
    ),
    (Group::Devices, "devices", &MINDS_DEVICES),
];

impl Group {
    /// All, most urgent first.
    pub fn all() -> impl Iterator<Item = Self> {
        ACTS.iter().map(|(group, ..)| *group)
    }

    /// The group with that name.
    pub fn named(name: &str) -> Option<Self> {
        ACTS.iter().find(|(_, its, _)| *its == name).map(|(group, ..)| *group)
    }

    /// The roles that act on it.
    pub fn roles(self) -> &'static [Role] {
        ACTS.iter().find(|(group, ..)| *group == self).map_or(&[][..], |(.., roles)| *roles)
    }

    /// Whether somebody acts on it.
    pub fn is_for(self, actor: &Actor, at: Moment) -> bool {
        actor.grants_at(at).any(|grant| self.roles().contains(&grant.role))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sync_protocol::kinds;
    use sync_protocol::record::Rule;

    use super::*;

    /// Each role with the groups that it finds on its desk.
    #[test]
    fn what_each_role_finds_on_its_desk() {
        use Group::{
            Bulletins, ChangedSinceConfirmed, Complaints, Conflicts, Devices, DiariesToConfirm,
            FindingsOverdue, Held, MissingDiaries, Payments, SilentSchools, Verifications,
        };
        let expected: [(Role, &[Group]); 14] = [
            (Role::SchoolTeam, &[FindingsOverdue, Conflicts, MissingDiaries]),
            (
                Role::Principal,
                &[FindingsOverdue, Conflicts, DiariesToConfirm, ChangedSinceConfirmed, MissingDiaries],
            ),
            (Role::Contractor, &[FindingsOverdue, Conflicts]),
            (Role::SupervisingEngineer, &[FindingsOverdue, Conflicts]),
            (Role::Inspector, &[FindingsOverdue, Conflicts, Verifications, SilentSchools]),
            (Role::Township, &[]),
            (
                Role::ProjectOffice,
                &[
                    FindingsOverdue,
                    Conflicts,
                    Held,
                    Payments,
                    Bulletins,
                    DiariesToConfirm,
                    ChangedSinceConfirmed,
                    Complaints,
                    MissingDiaries,
                    SilentSchools,
                    Devices,
                ],
            ),
            (
                Role::EquipmentStation,
                &[
                    FindingsOverdue,
                    Conflicts,
                    Held,
                    Payments,
                    DiariesToConfirm,
                    ChangedSinceConfirmed,
                    Complaints,
                    MissingDiaries,
                    SilentSchools,
                    Devices,
                ],
            ),
            (
                Role::InspectionOffice,
                &[
                    FindingsOverdue,
                    Conflicts,
                    Held,
                    Bulletins,
                    Verifications,
                    Complaints,
                    SilentSchools,
                    Devices,
                ],
            ),
            (Role::Finance, &[Payments]),
            (Role::Auditor, &[]),
            (Role::Leader, &[Bulletins]),
            (Role::CityOffice, &[FindingsOverdue, Conflicts, Bulletins, Verifications, Complaints]),
            (Role::SystemAdmin, &[Devices]),
        ];
        assert_eq!(expected.map(|(role, _)| role).as_slice(), Role::ALL);
        for (role, groups) in expected {
            let found: Vec<_> = Group::all().filter(|group| group.roles().contains(&role)).collect();
            assert_eq!(found, groups, "{role:?}");
        }
    }

    #[test]
    fn nobody_is_asked_to_do_what_they_may_not_write() {
        let writers = |kind: &str| -> BTreeSet<_> {
            kinds::named(kind).expect(kind).writers.iter().map(|role| role.as_str()).collect()
        };
        let roles =
            |group: Group| -> BTreeSet<_> { group.roles().iter().map(|role| role.as_str()).collect() };
        let urge_or_rectify = &writers("rectification") | &writers("notice");
        assert_eq!(roles(Group::FindingsOverdue), urge_or_rectify);
        assert_eq!(roles(Group::Verifications), writers("verification"));
        assert_eq!(roles(Group::Complaints), writers("complaint"));
        assert_eq!(roles(Group::MissingDiaries), writers("diary"));
        assert_eq!(&roles(Group::Bulletins) - &BTreeSet::from(["leader"]), writers("bulletin"));
        assert_eq!(&roles(Group::Payments) | &BTreeSet::from(["principal"]), writers("fund_event"));
        // What is only added to is reversed, never settled.
        let differing = kinds::all()
            .filter(|kind| !kind.append_only && kind.fields.iter().any(|field| field.rule == Rule::One));
        let settlers: BTreeSet<_> =
            differing.flat_map(|kind| kind.writers).map(|role| role.as_str()).collect();
        assert_eq!(roles(Group::Conflicts), settlers);
    }

    #[test]
    fn a_group_goes_by_one_name() {
        for group in Group::all() {
            let written = serde_json::to_value(group).expect("a word");
            assert_eq!(written.as_str().and_then(Group::named), Some(group));
        }
        assert_eq!(Group::named("findings"), None);
    }
}
