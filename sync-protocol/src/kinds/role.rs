//! The roles that people hold at a scope (programme page §4).

use serde::{Deserialize, Serialize};

macro_rules! roles {
    ($($(#[$meta:meta])* $name:ident = $wire:literal, $zh:literal, $en:literal;)*) => {
        /// What a person may do is decided by roles, each held at a scope.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Role {
            $($(#[$meta])* $name,)*
        }

        impl Role {
            /// All roles.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The role's name on the wire and on the command line.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $wire,)* }
            }

            /// What people call it, in Chinese.
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$name => $zh,)* }
            }

            /// What people call it, in English.
            pub const fn en(self) -> &'static str {
                match self { $(Self::$name => $en,)* }
            }

            /// The role with that name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|role| role.as_str() == name)
            }
        }
    };
}

roles! {
    /// 项目管理小组 of a project school: writes the diary every working day.
    SchoolTeam = "school_team", "项目管理小组", "school project team";
    /// 校长: confirms, applies for funds.
    Principal = "principal", "校长", "principal";
    /// 施工单位, invited for a contract: answers findings.
    Contractor = "contractor", "施工单位", "contractor";
    /// 监理: issues notices, accepts concealed works.
    SupervisingEngineer = "supervising_engineer", "监理", "supervising engineer";
    /// 责任督学 of a grid zone.
    Inspector = "inspector", "责任督学", "inspector";
    /// 乡镇: reads and comments.
    Township = "township", "乡镇", "township";
    /// 改薄办: building works of the county.
    ProjectOffice = "project_office", "改薄办", "project office";
    /// 装备站: equipment of the county.
    EquipmentStation = "equipment_station", "装备站", "equipment station";
    /// 督导室: assigns, verifies, evaluates.
    InspectionOffice = "inspection_office", "督导室", "inspection office";
    /// 财政: the second key on money.
    Finance = "finance", "财政", "finance";
    /// 审计: reads everything, writes nothing.
    Auditor = "auditor", "审计", "auditor";
    /// 县领导/局领导: reads, approves bulletins.
    Leader = "leader", "分管领导", "leader";
    /// 市级改薄办/督导室: reads all counties, inspects, issues the city bulletin.
    CityOffice = "city_office", "市级办公室", "city office";
    /// Users and devices, no business data.
    SystemAdmin = "system_admin", "系统管理员", "system administrator";
}

/// Who writes at a project school.
pub(super) const SCHOOL_SIDE: &[Role] = &[Role::SchoolTeam, Role::Principal];
